"""The level of a drug against its equations, and what is no drug."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar

from trisynapse.circuits.drugs import DRUGS, Drug, drug
from trisynapse.circuits.quantity import quantity

HOUR = 3600.0
ONE_DOSE = np.array([1.0, 0.0])
SLOW = Drug(onset=quantity("2 h"), half_life=quantity("20 min"))  # slower in than out

each_drug = pytest.mark.parametrize("kind", DRUGS.values(), ids=DRUGS)


def solved(kind: Drug, amounts: Any, seconds: float, k: float) -> Any:
    """Return depot and level by steps of the equations, with uptake ``k`` of a dose."""
    on, off = np.log(2) / float(kind.onset), np.log(2) / float(kind.half_life)
    done = solve_ivp(
        lambda t, y: [-on * y[0], k * y[0] - off * y[1]],
        (0, seconds),
        amounts,
        rtol=1e-10,
        atol=1e-13,
    )
    return done.y[:, -1]


def uptake(kind: Drug) -> float:
    """Return by how much a second a depot of one dose raises the level."""
    return float(kind.later(ONE_DOSE, 1e-3)[1]) / 1e-3


@pytest.mark.parametrize("kind", [*DRUGS.values(), SLOW], ids=[*DRUGS, "slow"])
@pytest.mark.parametrize("amounts", [(1.0, 0.0), (0.3, 0.7), (0.0, 2.0)])
def test_depot_and_level_follow_their_equations(kind: Drug, amounts: Any) -> None:
    for hours in (0.05, 1.0, 6.0):
        found = kind.later(np.array(amounts), hours * HOUR)
        expected = solved(kind, amounts, hours * HOUR, uptake(kind))
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("kind", [*DRUGS.values(), SLOW], ids=[*DRUGS, "slow"])
def test_one_dose_peaks_at_a_level_of_1(kind: Drug) -> None:
    peak = minimize_scalar(
        lambda t: -kind.later(ONE_DOSE, t)[1], bounds=(0, 24 * HOUR), method="bounded"
    )
    assert -peak.fun == pytest.approx(1, rel=1e-9)


@each_drug
def test_two_half_steps_are_one_step(kind: Drug) -> None:
    for fed in (False, True):
        half = kind.later(np.array([0.8, 0.1]), HOUR, fed)
        twice = kind.later(half, HOUR, fed)
        once = kind.later(np.array([0.8, 0.1]), 2 * HOUR, fed)
        assert twice == pytest.approx(once, rel=1e-12)


@each_drug
def test_doses_add_up(kind: Drug) -> None:
    a, b = np.array([1.0, 0.2]), np.array([0.5, 1.0])
    parts = kind.later(a, HOUR) + kind.later(b, HOUR)
    assert kind.later(a + b, HOUR) == pytest.approx(parts, rel=1e-12)


def test_the_depot_is_half_empty_after_its_onset() -> None:
    kind = Drug(onset=quantity("10 min"))
    assert kind.later(ONE_DOSE, 600.0)[0] == pytest.approx(0.5, rel=1e-12)


def test_a_level_without_depot_halves_in_a_half_life() -> None:
    kind = Drug(half_life=quantity("2 h"))
    assert kind.later(np.array([0.0, 3.0]), 2 * HOUR)[1] == pytest.approx(1.5)


@each_drug
def test_in_the_food_the_level_approaches_1(kind: Drug) -> None:
    onset = float(kind.onset)
    levels = [kind.later(np.zeros(2), k * onset, True)[1] for k in (0, 1, 2, 3)]
    assert levels == pytest.approx([0, 0.5, 0.75, 0.875])
    assert kind.later(np.array([0.0, 1.0]), HOUR, True)[1] == 1


def test_after_the_food_the_level_decays() -> None:
    dox = DRUGS["dox"]
    fed = dox.later(np.zeros(2), 30 * float(dox.onset), True)
    off = dox.later(fed, float(dox.half_life))
    assert off[1] == pytest.approx(0.5, rel=1e-6)


def test_uptake_and_clearance_may_be_alike() -> None:
    alike = Drug(onset=quantity("1 h"), half_life=quantity("1 h"))
    rate = np.log(2) / HOUR
    t = np.array([0.1, 0.5, 1.0, 3.0]) * HOUR
    levels = [alike.later(ONE_DOSE, s)[1] for s in t]
    # The limit of both rates being one: e r t exp(-r t).
    assert levels == pytest.approx(np.e * rate * t * np.exp(-rate * t), rel=1e-5)


@pytest.mark.parametrize("onset", ["999999 s", "1000000 s", "1000001 s", "1000002 s"])
def test_rates_alike_but_for_a_millionth_are_no_division_by_zero(onset: str) -> None:
    near = Drug(onset=quantity(onset), half_life=quantity("1000000 s"))
    assert near.later(ONE_DOSE, 1e6 / np.log(2))[1] == pytest.approx(1, rel=1e-4)


def test_occupancy_is_half_at_k_and_saturates() -> None:
    kind = Drug(K=0.2)
    assert kind.occupancy(0.0) == 0
    assert kind.occupancy(0.2) == pytest.approx(0.5)
    assert kind.occupancy(1.0) == pytest.approx(1 / 1.2)
    assert 0.999 < kind.occupancy(1e3) < 1


def test_binding_in_pairs_is_steeper_about_the_same_half() -> None:
    one, two = Drug(K=0.2), Drug(K=0.2, hill=2.0)
    assert two.occupancy(0.2) == pytest.approx(0.5)
    assert two.occupancy(0.1) == pytest.approx(1 / 5)
    assert one.occupancy(0.1) == pytest.approx(1 / 3)
    assert two.occupancy(0.4) == pytest.approx(4 / 5)


def test_doxycycline_leaves_a_hundredth_and_is_gone_in_two_days() -> None:
    dox = drug("dox")
    assert 1 - dox.occupancy(1.0) == pytest.approx(0.0099, abs=1e-4)
    later = dox.later(np.array([0.0, 1.0]), 48 * HOUR)[1]
    assert dox.occupancy(later) == pytest.approx(0.0015, abs=1e-4)


def test_the_effect_of_much_outlasts_the_half_life() -> None:
    kind = Drug(K=0.05, half_life=quantity("1 h"))
    after = kind.later(np.array([0.0, 1.0]), 2 * HOUR)[1]
    assert after == pytest.approx(0.25) and kind.occupancy(after) > 0.8


# Names


def test_a_drug_may_be_infused_into_a_region() -> None:
    assert drug("anisomycin@BLA") is drug("anisomycin") is DRUGS["anisomycin"]


@pytest.mark.parametrize(
    ("given", "near"),
    [("anisomicin", "anisomycin"), ("cno", "CNO"), ("muscimole@CA1", "muscimol")],
)
def test_an_unknown_drug_names_the_nearest(given: str, near: str) -> None:
    with pytest.raises(KeyError, match=f"did you mean '{near}'"):
        drug(given)


def test_an_unknown_drug_lists_all() -> None:
    with pytest.raises(KeyError) as refusal:
        drug("aspirin")
    assert all(name in str(refusal.value) for name in DRUGS)


# What they do


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("anisomycin", "synthesis"),
        ("APV", "nmda"),
        ("CNQX", "ampa"),
        ("muscimol", "g_gaba"),
        ("propranolol", "neuromodulation"),
        ("SCH23390", "neuromodulation"),
        ("CNO", ""),
        ("dox", ""),
        ("4-OHT", ""),
    ],
)
def test_every_drug_does_one_thing(name: str, blocks: str) -> None:
    acts = "synthesis", "nmda", "ampa", "neuromodulation", "g_gaba"
    done = [act for act in acts if float(getattr(drug(name), act))]
    assert done == ([blocks] if blocks else [])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"onset": quantity("0 min")}, "onset=0 min: a value above 0"),
        ({"half_life": quantity("-1 h")}, "half_life=-1 h: a value above 0"),
        ({"K": 0.0}, "K=0.0: a value above 0"),
        ({"hill": 0.0}, "hill=0.0: a value above 0"),
        ({"synthesis": 1.1}, "synthesis=1.1: a share from 0 to 1"),
        ({"nmda": -0.1}, "nmda=-0.1: a share from 0 to 1"),
        ({"ampa": 2.0}, "ampa=2.0: a share from 0 to 1"),
        ({"neuromodulation": 1.5}, "neuromodulation=1.5: a share from 0 to 1"),
        ({"g_gaba": quantity("-1 nS")}, "g_gaba=-1 nS: 0 or more"),
    ],
)
def test_a_drug_that_cannot_be_is_refused(changed: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(Drug(), **changed)
