"""Contextual fear conditioning: its timeline, its stimulus and its measures."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits import Memory
from trisynapse.circuits.genes import Thresholds
from trisynapse.circuits.quantity import quantity
from trisynapse.protocols.conditioning import PRINCIPAL
from trisynapse.protocols.fear_conditioning import FearConditioning
from trisynapse.simulation.recording import (
    Arm,
    PopulationInfo,
    Span,
    Spikes,
    Tag,
    Trace,
)
from trisynapse.simulation.timeline import Episode, Gap, Piece

HOUR = 3600.0
CAGE = FearConditioning(
    habituation=quantity("60 s"),
    exploring=quantity("40 s"),
    shocks=3,
    shock=quantity("2 s"),
    interval=quantity("20 s"),
    afterwards=quantity("10 s"),
    test=quantity("30 s"),
    pace=10.0,
    known_after=quantity("15 s"),
    known_over=quantity("4 s"),
    circle=quantity("8 cm"),
    early_test=quantity("1 h"),
    late_test=quantity("24 h"),
    rest=quantity("20 h"),
    block=0.9,
    blocked=quantity("4 h"),
    circuit=Memory(
        thresholds=Thresholds(
            dg_granule=quantity("1 Hz"),
            ca3_pyramidal=quantity("2 Hz"),
            ca1_pyramidal=quantity("2 Hz"),
            bla_principal=quantity("8 Hz"),
        )
    ),
)
COLUMNS = Memory.columns
OTHERS = [arm for arm in CAGE.arms if arm != "anisomycin"]


def step(arm: str, name: str, protocol: FearConditioning = CAGE) -> Any:
    (found,) = [s for s in protocol.timeline(arm) if s.name == name]
    return found


def column(arm: str, name: str, episode: str = "training", **changed: Any) -> Any:
    stimulus = step(arm, episode, replace(CAGE, **changed)).stimulus
    return stimulus[:, COLUMNS.index(name)]


# The timeline


@pytest.mark.parametrize("arm", CAGE.arms)
def test_every_arm_goes_through_the_same_steps(arm: str) -> None:
    told = [
        (s.name, type(s), s.place if isinstance(s, Episode) else "", s.branch)
        for s in CAGE.timeline(arm)
    ]
    assert told == [
        ("habituation", Episode, "A", False),
        ("rest", Gap, "", False),
        ("training", Episode, "A", False),
        ("to 1 h", Gap, "", False),
        ("test A 1 h", Episode, "A", True),
        ("test B 1 h", Episode, "B", True),
        ("to 24 h", Gap, "", False),
        ("test A 24 h", Episode, "A", True),
        ("test B 24 h", Episode, "B", True),
    ]


@pytest.mark.parametrize("arm", CAGE.arms)
def test_gaps_last_in_full_and_episodes_at_their_pace(arm: str) -> None:
    lasting = {s.name: s.seconds for s in CAGE.timeline(arm)}
    gaps = [lasting[name] / HOUR for name in ("rest", "to 1 h", "to 24 h")]
    assert gaps == pytest.approx([20, 1, 23])
    assert lasting["habituation"] == pytest.approx(6)
    for when in ("1 h", "24 h"):
        assert lasting[f"test A {when}"] == lasting[f"test B {when}"] == 3


@pytest.mark.parametrize("arm", OTHERS)
def test_other_arms_make_protein_at_all_times(arm: str) -> None:
    gaps = [s for s in CAGE.timeline(arm) if isinstance(s, Gap)]
    level = CAGE.neuromodulation
    assert [piece[1:] for gap in gaps for piece in gap.pieces] == [(1.0, level)] * 3


@pytest.mark.parametrize(
    ("blocked", "early", "late"),
    [
        ("4 h", [(1, 0.1)], [(3, 0.1), (20, 1.0)]),
        ("1 h", [(1, 0.1)], [(23, 1.0)]),
        ("30 min", [(0.5, 0.1), (0.5, 1.0)], [(23, 1.0)]),
        ("30 h", [(1, 0.1)], [(23, 0.1)]),
        ("0 h", [(1, 1.0)], [(23, 1.0)]),
    ],
)
def test_anisomycin_blocks_from_the_end_of_training_on(
    blocked: str, early: list[Any], late: list[Any]
) -> None:
    drugged = replace(CAGE, blocked=quantity(blocked))
    assert step("anisomycin", "rest", drugged).pieces == (
        Piece(20 * HOUR, 1.0, CAGE.neuromodulation),
    )
    for name, pieces in (("to 1 h", early), ("to 24 h", late)):
        hours = [(s / HOUR, a) for s, a, _ in step("anisomycin", name, drugged).pieces]
        assert np.ravel(hours) == pytest.approx(np.ravel(pieces))


# The stimulus


def test_the_shocks_of_paired_come_after_exploring_and_in_real_time() -> None:
    shock = column("paired", "shock")
    edges = np.flatnonzero(np.diff(shock, prepend=0, append=0)) * 1e-3
    # 40 s at a tenth, then 2 s of shock and 20 s at a tenth in turn, then 10 s.
    assert edges == pytest.approx([4, 6, 8, 10, 12, 14])
    assert len(shock) * 1e-3 == pytest.approx(15)
    assert set(shock) == {0, 1}


def test_no_shock_keeps_step_with_paired() -> None:
    paired, control = (step(arm, "training").stimulus for arm in ("paired", "no-shock"))
    shock = COLUMNS.index("shock")
    assert paired[:, shock].any() and not control[:, shock].any()
    others = np.delete(np.arange(len(COLUMNS)), shock)
    assert np.array_equal(paired[:, others], control[:, others])


def test_immediate_shocks_fall_before_the_place_is_known() -> None:
    shock = column("immediate-shock", "shock")
    assert len(shock) == 6000 and (shock == 1).all()
    known = column("immediate-shock", "place")
    assert known.max() == pytest.approx(1 / (1 + np.exp((15 - 6) / 4)))
    assert column("paired", "place")[4000] > 0.99


def test_anisomycin_is_trained_as_paired_is() -> None:
    paired, drugged = (
        step(arm, "training").stimulus for arm in ("paired", "anisomycin")
    )
    assert np.array_equal(paired, drugged)


@pytest.mark.parametrize("pace", [1.0, 10.0, 30.0])
def test_a_place_becomes_known_in_the_time_that_the_animal_lives(pace: float) -> None:
    known = column("paired", "place", "habituation", pace=pace)
    lived = np.arange(1, len(known) + 1) * 1e-3 * pace
    assert np.interp(15, lived, known) == pytest.approx(0.5, abs=1e-3)
    assert np.interp(19, lived, known) == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-3)
    assert (np.diff(known) > 0).all()


def test_a_shock_adds_its_own_seconds_to_the_time_in_the_place() -> None:
    known = column("paired", "place", known_after=quantity("64 s"))
    # 40 s, a shock of 2 s, 20 s, and the second shock until 64 s.
    assert known[[7999, 9999]] == pytest.approx([1 / (1 + np.exp(2 / 4)), 0.5])


def test_a_visit_as_long_as_a_shock_runs_at_its_pace_all_the_same() -> None:
    same = replace(CAGE, test=quantity("2 s"), interval=quantity("2 s"))
    assert step("paired", "test A 1 h", same).seconds == pytest.approx(0.2)
    assert step("paired", "training", same).seconds == pytest.approx(4 + 6 + 0.4 + 1)


def test_shocks_may_follow_one_another_without_a_pause() -> None:
    none = quantity("0 s")
    shock = column("paired", "shock", interval=none, afterwards=none)
    assert np.array_equal(shock, np.repeat([0, 1], [4000, 6000]))


@pytest.mark.parametrize("name", ["habituation", "training", "test B 24 h"])
def test_the_animal_circles_in_the_rhythm_of_theta(name: str) -> None:
    x, y, cosine, sine = (
        column("paired", c, name) for c in ("x", "y", "theta_cos", "theta_sin")
    )
    assert np.hypot(x - 0.15, y - 0.15) == pytest.approx(0.08)
    assert np.hypot(cosine, sine) == pytest.approx(1)
    t = np.arange(len(x)) * 1e-3
    turned = np.unwrap(np.arctan2(y - 0.15, x - 0.15))
    assert turned == pytest.approx(2 * np.pi * t / float(CAGE.lap))
    phase = np.unwrap(np.arctan2(sine, cosine))
    assert phase == pytest.approx(2 * np.pi * float(CAGE.f_theta) * t)


# The measures

N = 100
NAMES = list(Memory().populations)
INFO = dict.fromkeys(NAMES, PopulationInfo(N, "", "", ""))
PER_CELL = 100  # spikes in a visit of 10 s, which is 10 Hz, above all thresholds


@pytest.fixture
def cage(monkeypatch: pytest.MonkeyPatch) -> FearConditioning:
    """Return the protocol on a circuit with 100 cells of each kind."""
    sizes = {
        f"{region}.{row.symbol}": str(N)
        for region in ("ec", "dg", "ca3", "ca1", "bla", "cea")
        for row in getattr(CAGE.circuit, region).table()
        if row.symbol.startswith("n_")
    }
    small: FearConditioning = CAGE
    for path, size in sizes.items():
        small = small.with_value(path, size)
    return small


def visits() -> tuple[Span, ...]:
    """Return a timeline whose episodes last 10 s, one a hundred seconds."""
    names = [s.name for s in CAGE.timeline("paired") if isinstance(s, Episode)]
    return tuple(
        Span(name, "episode", 100.0 * k, 100.0 * k + 10, "A")
        for k, name in enumerate(names)
    )


def arm(
    firing: dict[str, dict[str, range]] | None = None,
    tags: dict[str, range] | None = None,
    frozen: dict[str, float] | None = None,
) -> Arm:
    """Return an arm made by hand.

    ``firing`` says which cells of a population fire in a visit, ``tags`` which are
    labelled, ``frozen`` how much the animal freezes in a visit.
    """
    spikes = {}
    for name in NAMES:
        parts = [(np.zeros(0), np.zeros(0, np.uint32))]
        for span in visits():
            cells = (firing or {}).get(name, {}).get(span.name, range(0))
            ids = np.repeat(np.array(cells, np.uint32), PER_CELL)
            # Midway between the ends, so that no rounding moves one out.
            parts.append((np.full(len(ids), (span.start_s + 5) * 1e3), ids))
        times, ids = (np.concatenate(column) for column in zip(*parts, strict=True))
        spikes[name] = Spikes(times, ids.astype(np.uint32))
    labelled = {
        name: Tag(np.array((tags or {}).get(name, range(0)), np.uint32), 0, 1, "", 0)
        for name in PRINCIPAL.values()
    }
    t = np.concatenate([span.start_s + np.arange(10) + 0.5 for span in visits()])
    levels = [(frozen or {}).get(span.name, 0.0) for span in visits()]
    freezing = Trace(t, np.repeat(levels, 10))
    return Arm(
        INFO, visits(), spikes, {}, {"training": labelled}, {"freezing": freezing}
    )


def paired(values: dict[tuple[str, str], float], name: str) -> float:
    return values["paired", name]


def test_cells_are_labelled_active_and_shared_by_count(cage: FearConditioning) -> None:
    tests = {"test A 24 h": range(0, 40), "test B 24 h": range(10, 20)}
    made = arm({"ca3_pyramidal": tests}, {"ca3_pyramidal": range(20)})
    found = cage.values({"paired": made})
    assert paired(found, "CA3 labelled") == pytest.approx(0.2)
    # In A 20 of 40, where 8 are expected; in B all 10 of 10, where 2 are.
    assert paired(found, "CA3 re-activated in A, over chance") == pytest.approx(2.5)
    assert paired(found, "CA3 over chance, A over B") == pytest.approx(2.5 / 5)
    assert paired(found, "DG labelled") == 0


def test_labelled_cells_that_fire_again_are_counted_per_place(
    cage: FearConditioning,
) -> None:
    tests = {"test A 24 h": range(0, 12), "test B 24 h": range(16, 40)}
    made = arm({"bla_principal": tests}, {"bla_principal": range(20)})
    found = cage.values({"paired": made})
    in_a, in_b = 12 / (20 * 12 / N), 4 / (20 * 24 / N)
    assert paired(found, "BLA re-activated in A, over chance") == pytest.approx(in_a)
    assert paired(found, "BLA re-activated in B, over chance") == pytest.approx(in_b)
    assert paired(found, "BLA over chance, A over B") == pytest.approx(in_a / in_b)


def test_only_cells_above_the_threshold_of_their_region_are_active(
    cage: FearConditioning,
) -> None:
    # 100 spikes in 10 s are 10 Hz: at a threshold of 10 Hz active, above it not.
    firing = {"bla_principal": {"test A 24 h": range(10)}}
    made = arm(firing, {"bla_principal": range(10)})
    again = "BLA re-activated in A, over chance"
    at, above = (
        cage.with_value("thresholds.bla_principal", f"{rate} Hz").values(
            {"paired": made}
        )
        for rate in (10, 10.1)
    )
    assert paired(at, again) == pytest.approx(10)
    assert np.isnan(paired(above, again))


def test_what_is_not_there_is_not_a_number_and_fails(cage: FearConditioning) -> None:
    silent = {m.name: m for m in cage.measures({"paired": arm()})}
    for name in (
        "DG re-activated in A, over chance",
        "CA3 over chance, A over B",
        "freezing at 24 h, B over A",
    ):
        assert np.isnan(silent[name].value), name
        assert silent[name].passes == 0, name


def test_something_over_nothing_is_infinite(cage: FearConditioning) -> None:
    firing = {"ca3_pyramidal": {"test A 24 h": range(5), "test B 24 h": range(50, 60)}}
    made = arm(firing, {"ca3_pyramidal": range(5)})
    found = cage.values({"paired": made})
    assert paired(found, "CA3 over chance, A over B") == float("inf")


def test_rates_at_rest_are_means_over_all_cells(cage: FearConditioning) -> None:
    firing = {
        "dg_granule": {"habituation": range(3), "test A 24 h": range(60)},
        "bla_pv": {"habituation": range(50), "training": range(100)},
    }
    found = cage.values({"paired": arm(firing)})
    assert paired(found, "granule cells active in A") == pytest.approx(0.03)
    assert paired(found, "bla_pv rate in A") == pytest.approx(0.5 * PER_CELL / 10)
    assert paired(found, "ca1_olm rate in A") == 0


FROZEN = {"habituation": 0.05, "test A 1 h": 0.5, "test B 1 h": 0.2}
FROZEN |= {"test A 24 h": 0.4, "test B 24 h": 0.1, "training": 0.9}


def test_freezing_is_the_mean_over_each_visit(cage: FearConditioning) -> None:
    found = cage.values({"paired": arm(frozen=FROZEN)})
    expected = {
        "freezing before training": 0.05,
        "freezing in A at 1 h": 0.5,
        "freezing in B at 1 h": 0.2,
        "freezing in A at 24 h": 0.4,
        "freezing in B at 24 h": 0.1,
        "freezing at 24 h, B over A": 0.25,
    }
    for name, value in expected.items():
        assert paired(found, name) == pytest.approx(value), name


def test_anisomycin_is_held_against_paired(cage: FearConditioning) -> None:
    drugged = arm(frozen={"test A 1 h": 0.45, "test A 24 h": 0.1})
    arms = {"anisomycin": drugged, "paired": arm(frozen=FROZEN)}
    found = cage.values(arms)
    assert found["anisomycin", "over paired at 1 h"] == pytest.approx(0.9)
    assert found["anisomycin", "over paired at 24 h"] == pytest.approx(0.25)


ALL = {name: arm(frozen=FROZEN) for name in CAGE.arms}


def test_bands_and_values_name_the_same_measures(cage: FearConditioning) -> None:
    bands = [(band.arm, band.name) for band in cage.bands()]
    assert len(bands) == len(set(bands))
    assert set(cage.values(ALL)) == set(bands)
    assert {arm for arm, _ in bands} == set(cage.arms)


def test_bands_follow_the_times_of_the_tests() -> None:
    moved = replace(CAGE, early_test=quantity("2 h"), late_test=quantity("3 day"))
    names = {band.name for band in moved.bands()}
    assert {"freezing in A at 2 h", "freezing in A at 3 day"} <= names
    assert not [name for name in names if "24 h" in name]


@pytest.mark.parametrize("name", CAGE.arms)
def test_an_arm_that_was_not_run_leaves_its_measures_out(
    cage: FearConditioning, name: str
) -> None:
    whole = cage.values(ALL)
    without = cage.values({n: arm for n, arm in ALL.items() if n != name})
    missing = whole.keys() - without.keys()
    assert {arm for arm, _ in missing} == (
        {"paired", "anisomycin"} if name == "paired" else {name}
    )
    if name == "paired":
        held = {f"over paired at {when}" for when in ("1 h", "24 h")}
        assert {n for arm, n in missing if arm == "anisomycin"} == held
    assert not [arm for arm, _ in without if arm == name]
    assert cage.values({}) == {}


@pytest.mark.parametrize("rate", [0.0, 5.0, 10.0, 20.0])
def test_freezing_follows_the_rate_of_the_amygdala_by_the_formula(
    cage: FearConditioning, rate: float
) -> None:
    read = replace(cage, half_rate=quantity("10 Hz"), steepness=3.0, ceiling=0.6)
    span = Span("test A 1 h", "episode", 7.0, 17.0, "A")
    # So many spikes of 100 cells in every bin of 50 ms.
    times = np.repeat(np.arange(200) * 50 + 25 + 7000.0, round(rate * N * 0.05))
    spikes = Spikes(times, np.zeros(len(times), np.uint32))
    trace = read.freezes(spikes, (span,))
    expected = 0.6 * rate**3 / (rate**3 + 10**3)
    assert trace.values == pytest.approx(expected)
    assert len(trace.t_s) == 200 and trace.t_s[[0, -1]] == pytest.approx(
        [7.025, 16.975]
    )


def test_a_steep_readout_is_a_step(cage: FearConditioning) -> None:
    read = replace(cage, half_rate=quantity("10 Hz"), steepness=1e9, ceiling=0.6)
    spans = tuple(Span(str(k), "episode", k, k + 1.0, "A") for k in (0, 10))
    times = np.repeat(10_000.0 + np.arange(20) * 50 + 25, N)
    trace = read.freezes(Spikes(times, np.zeros(len(times), np.uint32)), spans)
    assert np.array_equal(trace.values, np.repeat([0, 0.6], 20))


# What is refused, and what is said


@pytest.mark.parametrize(
    ("symbol", "value", "wanted"),
    [
        ("draw", "0", "at least 1"),
        ("shocks", "0", "at least 1"),
        ("shocks", "-1", "at least 1"),
        ("habituation", "0 s", "a value above 0"),
        ("exploring", "-1 min", "a value above 0"),
        ("shock", "0 s", "a value above 0"),
        ("test", "-5 min", "a value above 0"),
        ("lap", "0 s", "a value above 0"),
        ("known_over", "0 s", "a value above 0"),
        ("early_test", "0 h", "a value above 0"),
        ("interval", "-1 s", "0 or more"),
        ("afterwards", "-1 s", "0 or more"),
        ("known_after", "-1 s", "0 or more"),
        ("rest", "-1 h", "0 or more"),
        ("blocked", "-1 h", "0 or more"),
        ("f_theta", "-1 Hz", "0 or more"),
        ("circle", "-1 cm", "0 or more"),
        ("pace", "0.0", "a value above 0"),
        ("pace", "-1.0", "a value above 0"),
        ("block", "1.5", "a share from 0 to 1"),
        ("block", "-0.1", "a share from 0 to 1"),
        ("ceiling", "1.1", "a share from 0 to 1"),
        ("ceiling", "-0.1", "a share from 0 to 1"),
        ("half_rate", "0 Hz", "a value above 0"),
        ("steepness", "0.0", "a value above 0"),
        ("readout", "0 s", "a value above 0"),
        ("thresholds.dg_granule", "-1 Hz", "a value above 0"),
        ("thresholds.ca3_pyramidal", "0 Hz", "a value above 0"),
        ("thresholds.ca1_pyramidal", "-1 Hz", "a value above 0"),
        ("thresholds.bla_principal", "-1 Hz", "a value above 0"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    symbol: str, value: str, wanted: str
) -> None:
    with pytest.raises(ValueError) as refusal:
        CAGE.with_value(symbol, value)
    name = symbol.rpartition(".")[2]
    assert str(refusal.value) == f"{name}={value}: {wanted} is wanted."


@pytest.mark.parametrize("late", ["1 h", "30 min", "3604 s"])
def test_a_late_test_that_is_not_later_is_refused(late: str) -> None:
    with pytest.raises(ValueError) as refusal:
        CAGE.with_value("late_test", late)
    said = f"late_test={late} must come after the tests at early_test=1 h, which are "
    assert str(refusal.value).startswith(said)


@pytest.mark.parametrize(
    ("symbol", "value", "said"),
    [
        ("habituation", "1 ms", "habituation=1 ms would be simulated as 0.0001 s"),
        ("habituation", "11 h", "habituation=11 h would be simulated as 3960 s"),
        ("test", "11 h", "test=11 h would be simulated as 3960 s"),
        ("shock", "0.5 ms", "shock=0.5 ms would be simulated as 0.0005 s"),
        ("shock", "2 h", "shock=2 h would be simulated as 7200 s"),
        ("shocks", "901", "The training with shocks=901 would be simulated as 3607 s"),
        ("exploring", "11 h", "The training with shocks=3 would be simulated"),
        ("afterwards", "11 h", "The training with shocks=3 would be simulated"),
        ("pace", "1e9", "habituation=60 s would be simulated as 6e-08 s at pace=1e+09"),
        ("pace", "0.001", "The training with shocks=3 would be simulated as 90006 s"),
    ],
)
def test_an_episode_too_short_or_too_long_is_refused(
    symbol: str, value: str, said: str
) -> None:
    with pytest.raises(ValueError) as refusal:
        CAGE.with_value(symbol, value)
    assert str(refusal.value).startswith(said)
    assert str(refusal.value).endswith(": from 0.001 to 3600 s is possible.")


def test_the_training_is_as_long_as_was_said_when_it_was_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: dict[str, float] = {}
    monkeypatch.setattr(
        FearConditioning, "must_fit", lambda self, what, s: told.update({what: s})
    )
    for protocol in (CAGE, CAGE.with_value("shocks", "7"), FearConditioning()):
        told.clear()
        replace(protocol)
        (said,) = [s for name, s in told.items() if name.startswith("The training")]
        trained = step("paired", "training", protocol).seconds
        assert said == pytest.approx(trained, abs=0.005)


def test_the_animal_lives_through_all_of_a_visit_whatever_its_pace() -> None:
    episodes = [s for s in CAGE.timeline("paired") if isinstance(s, Episode)]
    lived = {s.name: s.lasted_s for s in episodes}
    assert lived["habituation"] == 60 and lived["test B 24 h"] == 30
    # Exploring, three shocks, two intervals, and the time after the last one.
    assert lived["training"] == pytest.approx(40 + 3 * 2 + 2 * 20 + 10)


def test_a_gap_of_ages_is_refused() -> None:
    with pytest.raises(ValueError, match="'rest' would last"):
        CAGE.with_value("rest", "1e9 h").timeline("paired")


def test_the_description_names_arms_sources_and_pace() -> None:
    told = CAGE.describe()
    assert {line.arm for line in told.timeline} == set(CAGE.arms)
    assert len(told.timeline) == 9 * len(CAGE.arms)
    (training,) = [line for line in told.timeline if line[:2] == ("paired", "training")]
    assert training[2:] == ("episode", "15 s", "A")
    (night,) = [line for line in told.timeline if line[:2] == ("paired", "to 24 h")]
    assert night[2:] == ("gap", "23 h", "")
    for name in set(CAGE.arms) - {"paired"}:
        assert [line for line in told.manipulations if line.startswith(f"{name}: ")]
    assert all(source for *_, source in told.measures)
    assert any("stands for 10 s" in note and "40 s" in note for note in told.notes)
    cited = {source.cite for source in CAGE.sources()}
    assert {"Ryan et al. 2015", "Frey et al. 1988", "Liu et al. 2012"} <= cited
    assert "assumed" not in cited
