"""Immediate-early genes and labels, against their equations."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from trisynapse.circuits.drugs import Doxycycline, drug
from trisynapse.circuits.genes import GENES, LABELLED, Gene, Label, Thresholds
from trisynapse.circuits.quantity import quantity

HOUR = 3600.0
FAST_PROTEIN = Gene(tau_mrna=quantity("2 h"), tau_protein=quantity("20 min"))
KINDS = {"c-Fos": GENES["c-Fos"], "a fast protein": FAST_PROTEIN}
M, P = np.array([1.0, 0.3, 0.0, 0.7]), np.array([0.0, 0.8, 0.5, 0.2])

each_gene = pytest.mark.parametrize("gene", KINDS.values(), ids=KINDS)


def solved(gene: Gene, m: float, p: float, seconds: float, open: Any) -> Any:
    """Return mRNA, protein and what the mRNA labels, by steps of the equations."""
    tau_m, tau_p = float(gene.tau_mrna), float(gene.tau_protein)
    done = solve_ivp(
        lambda t, y: [-y[0] / tau_m, (y[0] - y[1]) / tau_p, y[0] * open(t)],
        (0, seconds),
        [m, p, 0.0],
        rtol=1e-10,
        atol=1e-12,
        max_step=60.0,
    )
    return done.y[:, -1]


# mRNA and protein


@each_gene
@pytest.mark.parametrize("hours", [0.1, 1.0, 5.0])
def test_mrna_and_protein_follow_their_equations(gene: Gene, hours: float) -> None:
    m, p = gene.later(M, P, hours * HOUR)
    for k in range(len(M)):
        expected = solved(gene, M[k], P[k], hours * HOUR, lambda t: 0.0)
        assert (m[k], p[k]) == pytest.approx(tuple(expected[:2]), rel=1e-7, abs=1e-10)


@each_gene
def test_two_times_are_one(gene: Gene) -> None:
    twice = gene.later(*gene.later(M, P, 0.4 * HOUR), 1.1 * HOUR)
    once = gene.later(M, P, 1.5 * HOUR)
    assert np.array(twice) == pytest.approx(np.array(once), rel=1e-12)


@each_gene
def test_the_protein_peaks_when_the_closed_form_says(gene: Gene) -> None:
    tau_m, tau_p = float(gene.tau_mrna), float(gene.tau_protein)
    t = np.log(tau_m / tau_p) * tau_m * tau_p / (tau_m - tau_p)
    m, p = gene.later(np.ones(1), np.zeros(1), t)
    assert p == pytest.approx(m)  # dp/dt = 0


# What the mRNA labels


@each_gene
@pytest.mark.parametrize("hours", [0.2, 3.0, 26.0])
def test_a_dose_is_the_integral_of_the_mrna(gene: Gene, hours: float) -> None:
    found = gene.dose(M, hours * HOUR, lambda t: 1.0)
    tau = float(gene.tau_mrna)
    assert found == pytest.approx(M * tau * -np.expm1(-hours * HOUR / tau), rel=1e-9)


@each_gene
def test_a_window_that_opens_slowly_counts_as_far_as_it_is_open(gene: Gene) -> None:
    dox = Doxycycline()

    def open(t: float) -> float:
        return 1 - dox.occupancy(dox.later(np.array([0.0, 1.0]), t)[1])

    found = gene.dose(M, 30 * HOUR, open)
    for k in range(len(M)):
        expected = solved(gene, M[k], P[k], 30 * HOUR, open)[2]
        assert found[k] == pytest.approx(expected, rel=1e-6)


@each_gene
def test_a_window_that_closes_soon_counts_as_far_as_it_is_open(gene: Gene) -> None:
    """From the first doxycycline on, the window closes within a part of its onset."""
    dox = Doxycycline()

    def open(t: float) -> float:
        return 1 - dox.occupancy(dox.later(np.zeros(2), t, True)[1])

    found = gene.dose(M, 4 * HOUR, open)
    for k in range(len(M)):
        expected = solved(gene, M[k], P[k], 4 * HOUR, open)[2]
        assert found[k] == pytest.approx(expected, rel=0.01)


def test_a_window_counts_at_the_time_when_it_is_open() -> None:
    gene, tau = GENES["c-Fos"], float(GENES["c-Fos"].tau_mrna)
    found = gene.dose(np.ones(1), 2 * HOUR, lambda t: float(t > HOUR))
    expected = tau * (np.exp(-HOUR / tau) - np.exp(-2 * HOUR / tau))
    assert found == pytest.approx(expected, rel=1e-9)


@each_gene
def test_a_fully_active_cell_is_labelled_in_full_while_the_window_is_open(
    gene: Gene,
) -> None:
    m = gene.transcribed(np.array([50.0]), np.array([1.0]), 1e4)
    windows: dict[float, Callable[[float], float]] = {
        1.0: lambda t: 1.0,
        0.5: lambda t: 0.5,
        0.0: lambda t: 0.0,
    }
    for label, open in windows.items():
        dose = gene.dose(m, 50 * HOUR, open)
        assert dose / gene.norm == pytest.approx(label, rel=1e-6, abs=1e-12)


def test_no_time_labels_nothing() -> None:
    assert not GENES["c-Fos"].dose(M, 0.0, lambda t: 1.0).any()


# Transcription


def test_a_cell_at_its_threshold_transcribes_half() -> None:
    gene = Gene()
    rates, theta = np.array([0.0, 1.0, 2.0, 4.0]), np.full(4, 2.0)
    found = gene.transcribed(rates, theta, 1e6)
    expected = [0, 1 / (1 + 2.0**20), 0.5, 1 / (1 + 2.0**-20)]
    assert found == pytest.approx(expected, abs=1e-12)


def test_a_short_visit_transcribes_little() -> None:
    gene = Gene(tau_visit=quantity("1 min"))
    rates, theta = np.array([20.0]), np.array([1.0])
    for seconds in (1.0, 60.0, 180.0):
        found = gene.transcribed(rates, theta, seconds)
        assert found == pytest.approx(1 - np.exp(-seconds / 60))


def test_a_silent_cell_transcribes_nothing_without_a_warning() -> None:
    found = GENES["Arc"].transcribed(np.zeros(2), np.array([1e-3, 1e6]), 1e4)
    assert found.max() < 1e-100


# Labels


@pytest.mark.parametrize("penetrance", [0.0, 0.25, 0.9, 1.0])
def test_a_virus_reaches_its_share_of_the_cells(penetrance: float) -> None:
    copies = Label(penetrance=penetrance).infected(80, np.random.default_rng(1))
    assert (copies > 0).sum() == round(80 * penetrance)
    assert (copies >= 0).all()


def test_without_spread_every_cell_has_one_copy() -> None:
    copies = Label(copies=0.0, penetrance=0.5).infected(10, np.random.default_rng(1))
    assert sorted(copies) == [0] * 5 + [1] * 5


def test_copies_spread_as_a_lognormal() -> None:
    label = Label(copies=0.3, penetrance=1.0)
    spread = np.log(label.infected(20_000, np.random.default_rng(1)))
    assert (spread.mean(), spread.std()) == pytest.approx((0, 0.3), abs=0.01)


@pytest.mark.parametrize(
    ("control", "without", "with_it"),
    [("dox", 1.0, 0.1), ("4-OHT", 0.0, 0.9), ("none", 1.0, 1.0)],
)
def test_a_window_is_open_without_dox_or_with_tamoxifen(
    control: str, without: float, with_it: float
) -> None:
    label = Label(control=control)
    assert label.open(0.0) == without
    assert label.open(0.9) == pytest.approx(with_it)


def test_a_fully_active_cell_with_one_copy_carries_a_full_label() -> None:
    one = np.ones(1)
    assert Label().carried(one, one) == 1
    assert Label().carried(0 * one, one) == Label().carried(one, 0 * one) == 0


def test_what_is_carried_saturates_at_three_full_labels() -> None:
    L = np.array([0.5, 2.0, 1e9])
    expected = [1.5 * 0.5 / 1.25, 1.5 * 2 / 2, 3.0]
    assert Label().carried(np.ones(3), L) == pytest.approx(expected)
    assert Label().carried(L, np.ones(3)) == pytest.approx(expected)


def test_a_leak_labels_cells_that_were_never_active() -> None:
    leaky = Label(leak=0.1)
    assert leaky.carried(np.ones(1), np.zeros(1)) == pytest.approx(0.15 / 1.05)
    assert leaky.carried(np.zeros(1), np.zeros(1)) == 0


def test_under_camkii_all_cells_with_the_virus_are_labelled() -> None:
    label = Label(promoter="CaMKII", leak=0.2)
    copies = np.array([0.0, 1.0, 1.0])
    assert label.carried(copies, np.array([5.0, 0.0, 5.0])).tolist() == [0, 1, 1]


def test_a_label_shows_though_its_window_closes_right_after_the_visit() -> None:
    gene, dox = GENES["c-Fos"], drug("dox")
    one, label = np.ones(1), Label()

    def open(after_s: float) -> float:
        level = dox.later(np.zeros(2), after_s, fed=True)[1]
        return label.open(dox.occupancy(float(level)))

    active = gene.dose(one, 24 * 3600.0, open) / gene.norm
    assert 0.4 < active[0] < 0.9
    assert label.carried(one, active)[0] >= LABELLED
    assert label.carried(one, active / 4)[0] < LABELLED


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"promoter": "c-fos"}, "No promoter 'c-fos': did you mean 'c-Fos'"),
        ({"promoter": "Zif"}, "There are Arc, CaMKII, c-Fos"),
        ({"control": "DOX"}, "No control 'DOX': did you mean 'dox'"),
        ({"control": "light"}, "There are 4-OHT, dox, none"),
        ({"penetrance": 1.2}, "penetrance=1.2: a share from 0 to 1"),
        ({"leak": -0.1}, "leak=-0.1: a share from 0 to 1"),
        ({"copies": -1.0}, "copies=-1.0: 0 or more"),
        ({"lasts": quantity("0 day")}, "lasts=0 day: a value above 0"),
    ],
)
def test_a_label_that_nobody_has_is_refused(changed: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(Label(), **changed)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tau_mrna": quantity("0 min")}, "tau_mrna=0 min: a value above 0"),
        ({"tau_protein": quantity("-1 min")}, "tau_protein=-1 min: a value above 0"),
        ({"tau_visit": quantity("0 s")}, "tau_visit=0 s: a value above 0"),
        ({"steepness": 0.0}, "steepness=0.0: a value above 0"),
        ({"tau_mrna": quantity("90 min")}, "must differ, however little"),
    ],
)
def test_a_gene_that_cannot_be_is_refused(changed: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(Gene(), **changed)


# Thresholds


def test_thresholds_differ_by_a_lognormal_factor() -> None:
    factors = Thresholds(spread=0.2).factors(20_000, np.random.default_rng(1))
    spread = np.log(factors)
    assert (spread.mean(), spread.std()) == pytest.approx((0, 0.2), abs=0.01)


def test_without_spread_all_thresholds_are_one() -> None:
    factors = Thresholds(spread=0.0).factors(5, np.random.default_rng(1))
    assert factors.tolist() == [1] * 5


def test_thresholds_are_those_of_the_populations_that_are_there() -> None:
    some = Thresholds(ca1_pyramidal=quantity("3 Hz"))
    assert some.of({"ca1_pyramidal": None, "ca1_olm": None}) == {"ca1_pyramidal": 3.0}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"dg_granule": quantity("0 Hz")}, "dg_granule=0 Hz: a value above 0"),
        ({"spread": -0.1}, "spread=-0.1: 0 or more"),
    ],
)
def test_a_threshold_that_is_none_is_refused(changed: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(Thresholds(), **changed)
