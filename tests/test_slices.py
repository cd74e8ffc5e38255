"""Experiments on slices: circuits, timelines and refusals, and a run of a tetanus."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from trisynapse.circuits import Circuit
from trisynapse.circuits.circuit import connect, stream
from trisynapse.circuits.drives import RIG, ElectrodeS1
from trisynapse.circuits.projection import Fixed
from trisynapse.circuits.quantity import quantity
from trisynapse.circuits.slice import DentateSlice, MossySlice, Preparation, Slice
from trisynapse.plasticity import TaggingCapture
from trisynapse.protocols.bath import Window
from trisynapse.protocols.facilitation import RATES, Facilitation
from trisynapse.protocols.patterns import TRAINS, named
from trisynapse.protocols.rig import PATHWAYS
from trisynapse.protocols.running import run
from trisynapse.protocols.stimulation import DRUGS, Stimulation
from trisynapse.protocols.tagging_interval import INTERVALS, TaggingInterval
from trisynapse.simulation import builds
from trisynapse.simulation.backends import runtime
from trisynapse.simulation.recording import Arm, Recording, Trace
from trisynapse.simulation.state import newborn, wire
from trisynapse.simulation.timeline import Episode, Gap, Step

MINUTE, HOUR = 60.0, 3600.0
RULES = {"pathway": TaggingCapture()}
PLAIN = Stimulation()
TAGGING = TaggingInterval()
PREPARATIONS: list[Preparation] = [
    Slice(slices=3),
    DentateSlice(slices=2, scale=0.5),
    MossySlice(slices=4),
]


# Circuits


def kind(circuit: Circuit) -> str:
    return type(circuit).__name__


@pytest.mark.parametrize("circuit", PREPARATIONS, ids=kind)
def test_no_synapse_joins_two_slices(circuit: Preparation) -> None:
    for synapse in circuit.synapses({}).values():
        pre, post = connect(synapse, np.random.default_rng(1))
        slice_of_pre = pre // (synapse.n_pre // circuit.slices)
        slice_of_post = post // (synapse.n_post // circuit.slices)
        assert np.array_equal(slice_of_pre, slice_of_post), synapse.name
        assert set(slice_of_pre) == set(range(circuit.slices))


@pytest.mark.parametrize("circuit", PREPARATIONS, ids=kind)
def test_every_cell_of_every_slice_has_the_same_number_of_different_inputs(
    circuit: Preparation,
) -> None:
    for synapse in circuit.synapses({}).values():
        pre, post = connect(synapse, np.random.default_rng(2))
        inputs = np.bincount(post, minlength=synapse.n_post)
        assert set(inputs) == {synapse.in_degree}, synapse.name
        assert len(set(zip(pre.tolist(), post.tolist(), strict=True))) == len(pre)


@pytest.mark.parametrize("circuit", PREPARATIONS, ids=kind)
def test_more_slices_are_more_of_the_same(circuit: Preparation) -> None:
    alone = replace(circuit, slices=1)
    for name, population in circuit.populations.items():
        assert population.size == circuit.slices * alone.populations[name].size
    for name, synapse in circuit.synapses({}).items():
        assert synapse.in_degree == alone.synapses({})[name].in_degree
        assert synapse.size == circuit.slices * alone.synapses({})[name].size


def test_the_slices_of_a_run_are_wired_differently() -> None:
    synapse = Slice(slices=2).synapses(RULES)["fibres_s1_to_ca1_pyramidal"]
    pre, post = connect(synapse, stream(1, "wiring", synapse.name))
    first = set(zip(pre[post < 20].tolist(), post[post < 20].tolist(), strict=True))
    second = post >= 20
    moved = zip((pre[second] - 60).tolist(), (post[second] - 20).tolist(), strict=True)
    assert first != set(moved)


@pytest.mark.parametrize("n", [0, -1, 1001])
def test_a_number_of_slices_that_cannot_be_is_refused(n: int) -> None:
    with pytest.raises(ValueError) as refusal:
        PLAIN.with_value("circuit.slices", str(n))
    assert str(refusal.value) == f"slices={n}: from 1 to 1000 are possible."


@dataclass(frozen=True, kw_only=True)
class ByPlateau(Fixed):
    """A rule that reads what no cell here has."""

    needs: ClassVar[tuple[str, ...]] = ("apv", "v", "plateau")


def test_a_rule_that_reads_what_its_cells_lack_is_refused_with_what_they_have() -> None:
    with pytest.raises(ValueError) as refusal:
        Slice().synapses({"pathway": ByPlateau()})
    said = str(refusal.value)
    assert said.startswith(
        "ByPlateau on fibres_s1_to_ca1_pyramidal reads 'plateau', which ca1_pyramidal "
        "does not have: it has v, "
    )
    assert "and the stimulus s1, s2, s3, post, apv, kn93." in said
    assert said.endswith("Choose another rule, or cells with 'plateau'.")


@pytest.fixture(scope="module")
def fired() -> dict[str, Any]:
    """Return what fibres of three slices fire at a quarter, a half, and all."""
    circuit = Slice(slices=3)
    stimulus = np.zeros((12, len(RIG)))
    for row, name, intensity in zip((2, 4, 6), PATHWAYS, (0.25, 0.5, 1.0), strict=True):
        stimulus[row, RIG.index(name)] = intensity
    backend = runtime(circuit, RULES, wire(circuit, RULES, 1))
    outcome = backend.episode(
        newborn(circuit, RULES, 1), stimulus, 1, lambda seconds: None
    )
    return {name: outcome.spikes[f"fibres_{name}"] for name in PATHWAYS}


@pytest.mark.parametrize(("pathway", "share"), [("s1", 0.25), ("s2", 0.5), ("s3", 1.0)])
def test_an_electrode_fires_the_asked_share_of_the_fibres_of_each_slice(
    fired: dict[str, Any], pathway: str, share: float
) -> None:
    ids, _ = fired[pathway]
    assert len(set(ids)) == len(ids)  # each of them once
    counts = np.bincount(ids // 60, minlength=3)
    assert np.abs(counts - 60 * share).max() <= 1


@pytest.mark.parametrize("n", [2, 13, 60, 600])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
def test_any_stretch_of_fibres_is_spread_over_all_distances(
    n: int, share: float
) -> None:
    far = ElectrodeS1().start(5 * n, np.random.default_rng(1))["far"]
    counts = (share > far).reshape(5, n).sum(axis=1)
    off = np.abs(counts - share * n).max()
    assert off == 0 if share in (0.0, 1.0) else off <= 1.5


def test_an_electrode_fires_no_fibre_before_its_pulse(fired: dict[str, Any]) -> None:
    for row, pathway in zip((2, 4, 6), PATHWAYS, strict=True):
        when = fired[pathway][1]  # in steps of 0.2 ms
        assert set(when) == {5 * row}


# Timelines of any rig


def clocked(rig: Any, arm: str) -> Iterator[tuple[float, Step]]:
    """Yield every step of an arm and when it begins, on the clock of the pattern."""
    now = -float(rig.baseline)
    for step in rig.timeline(arm):
        yield now, step
        now += 0.0 if step.branch else step.seconds


def episodes(rig: Any, arm: str, *, tests: bool) -> list[tuple[float, Episode]]:
    return [
        (start, step)
        for start, step in clocked(rig, arm)
        if isinstance(step, Episode) and step.branch == tests
    ]


def pulses(rig: Any, column: str, arm: str = "vehicle") -> Any:
    """Return the seconds at which patterns have a pulse in a column."""
    index = RIG.index(column)
    times = [
        start + np.flatnonzero(episode.stimulus[:, index]) * 1e-3
        for start, episode in episodes(rig, arm, tests=False)
    ]
    return np.concatenate([*times, []])


def same_times(found: Any, expected: Any, within_s: float = 1e-6) -> bool:
    return len(found) == len(expected) and np.allclose(found, expected, 0, within_s)


WORDS = ("pattern", "also", "apv", "anisomycin", "d1", "kn93")


def changed(**values: Any) -> Stimulation:
    """Return the protocol with some values; texts but ``WORDS`` are quantities."""
    read: Any = {
        name: quantity(value) if isinstance(value, str) and name not in WORDS else value
        for name, value in values.items()
    }
    return replace(PLAIN, **read)


@pytest.fixture
def sparse(tmp_path: Path) -> str:
    """Return a file of pulses with a silence of 5 s and one of a little more."""
    file = tmp_path / "sparse.txt"
    file.write_text("0 1 6 11.1 12")
    return str(file)


@pytest.mark.parametrize("name", [name for name in TRAINS if name != "none"])
def test_every_pulse_of_a_train_is_given_at_its_time(name: str) -> None:
    rig = changed(pattern=name)
    assert same_times(pulses(rig, "s1"), TRAINS[name][1])
    assert not len(pulses(rig, "s2")) and not len(pulses(rig, "s3"))
    assert not len(pulses(rig, "post"))


def test_the_pulses_of_a_file_are_given_at_their_times(sparse: str) -> None:
    assert same_times(pulses(changed(pattern=sparse), "s1"), [0, 1, 6, 11.1, 12])


def test_a_train_has_the_asked_pulses_at_the_asked_rate() -> None:
    rig = changed(pattern="train", pulses=7, rate="3 Hz")
    assert same_times(pulses(rig, "s1"), np.arange(7) / 3, within_s=0.501e-3)


def test_further_patterns_are_given_on_their_pathways_at_their_times() -> None:
    rig = changed(also="S2 WTET at 1 h; s3 wtet at 2 h;S1 TBS at 90 min")
    weak, theta = named("WTET").pre, named("TBS").pre
    s1 = np.concatenate([named("HFS").pre, 90 * MINUTE + theta])
    assert same_times(pulses(rig, "s1"), s1)
    assert same_times(pulses(rig, "s2"), HOUR + weak)
    assert same_times(pulses(rig, "s3"), 2 * HOUR + weak)


def test_patterns_on_two_pathways_at_once_share_an_episode() -> None:
    rig = changed(also="S2 HFS at 5 ms")
    ((_, together),) = episodes(rig, "vehicle", tests=False)
    assert together.name == "S1 and S2 stimulated (1)"
    assert same_times(pulses(rig, "s2"), 0.005 + named("HFS").pre)


def test_a_pattern_has_the_asked_intensity_and_a_test_pulse_its_own() -> None:
    rig = replace(PLAIN, intensity=0.25, test_intensity=0.5)
    for tests, wanted in ((False, 0.25), (True, 0.5)):
        for _, episode in episodes(rig, "vehicle", tests=tests):
            shown = episode.stimulus[:, [RIG.index(path) for path in PATHWAYS]]
            assert set(shown[shown > 0]) == {wanted}


def test_silences_longer_than_five_seconds_are_crossed_by_gaps(sparse: str) -> None:
    first, second = episodes(changed(pattern=sparse), "vehicle", tests=False)
    assert [first[0], second[0]] == pytest.approx([-0.05, 11.05])
    assert [first[1].seconds, second[1].seconds] == pytest.approx([6.55, 1.45])


@pytest.mark.parametrize("name", ["STET", "LFS"])
def test_only_long_silences_part_a_pattern(name: str) -> None:
    given = episodes(changed(pattern=name), "vehicle", tests=False)
    assert len(given) == {"STET": 3, "LFS": 1}[name]


RIGS: list[Any] = [
    pytest.param(changed(pattern="STET", also="S2 LFS at 1 h"), id="stimulation"),
    pytest.param(changed(pattern="LFS", every="1 min"), id="often"),
    pytest.param(TAGGING, id="tagging-interval"),
]


@pytest.mark.parametrize("rig", RIGS)
def test_a_timeline_begins_with_the_baseline_and_ends_with_the_last_test(
    rig: Any,
) -> None:
    for arm in rig.arms:
        steps = list(clocked(rig, arm))
        first = next(start for start, step in steps if isinstance(step, Episode))
        assert first == -float(rig.baseline)
        last, step = steps[-1]
        assert step.branch and last == pytest.approx(rig.until(arm), abs=1e-6)


@pytest.mark.parametrize("rig", RIGS)
def test_a_test_pulse_is_given_to_a_copy_and_its_voltages_are_recorded(
    rig: Any,
) -> None:
    for arm in rig.arms:
        for _, step in clocked(rig, arm):
            is_test = step.name.startswith("test ")
            assert step.branch == is_test
            assert getattr(step, "traced", False) == is_test


@pytest.mark.parametrize("rig", RIGS)
def test_no_test_overlaps_a_pattern(rig: Any) -> None:
    for arm in rig.arms:
        busy = [(t, t + e.seconds) for t, e in episodes(rig, arm, tests=False)]
        for start, test in episodes(rig, arm, tests=True):
            stop = start + test.seconds
            assert all(stop < a or start > b for a, b in busy), test.name


@pytest.mark.parametrize("rig", RIGS)
def test_no_two_steps_of_an_arm_bear_one_name(rig: Any) -> None:
    for arm in rig.arms:
        names = [step.name for step in rig.timeline(arm)]
        assert len(names) == len(set(names))


def test_a_test_pulse_reaches_one_pathway_after_the_other() -> None:
    for _, test in episodes(PLAIN, "vehicle", tests=True):
        rows, columns = np.nonzero(test.stimulus)
        assert rows.tolist() == [20, 320, 620]
        assert [RIG[column] for column in columns] == list(PATHWAYS)


def test_tests_come_at_regular_times_and_where_an_arm_is_judged() -> None:
    rig = changed(every="20 min", baseline="30 min", duration="110 min")
    found = [start for start, _ in episodes(rig, "vehicle", tests=True)]
    regular = [-30, -20, 20, 40, 60, 80, 100]  # at 0 the pattern is given
    # The test at 60 min does for the hour after the pattern, which ends at 0.99 s.
    judged = [0.99 + 30 * MINUTE, 110 * MINUTE]
    assert found == pytest.approx(sorted([60.0 * t for t in regular] + judged))


@pytest.mark.parametrize("rig", RIGS)
def test_every_measure_is_read_from_a_test_within_a_minute(rig: Any) -> None:
    for arm in rig.arms:
        tests = np.array([start for start, _ in episodes(rig, arm, tests=True)])
        for moment, t in rig.judged(arm).items():
            assert np.abs(tests - t).min() <= MINUTE, moment


# Pairs of spikes


def paired(**values: Any) -> tuple[Any, Any]:
    """Return the times of presynaptic pulses and of the spikes that follow a current.

    A cell fires at the end of the millisecond in which its pipette's pulse is given.
    """
    rig = changed(pattern="pairing", **values)
    return pulses(rig, "s1"), pulses(rig, "post") + 1e-3


@pytest.mark.parametrize("lag", [-80, -10, -5, 5, 10, 80])
def test_pairs_have_the_asked_lag_rate_and_number(lag: int) -> None:
    pre, post = paired(lag=f"{lag} ms", pairs=4, pair_rate="5 Hz")
    assert same_times(post - pre, np.full(4, lag * 1e-3))
    assert same_times(np.diff(pre), np.full(3, 0.2))


@pytest.mark.parametrize("lag", [-80, 80])
def test_a_pairing_begins_with_its_first_spike_of_either_kind(lag: int) -> None:
    pre, post = paired(lag=f"{lag} ms", pairs=2)
    assert min(pre[0], post[0]) == pytest.approx(0, abs=1e-6)


def test_a_burst_after_the_pulse_counts_its_lag_to_the_first_spike() -> None:
    burst = {"post_spikes": 3, "post_interval": "12 ms", "pairs": 2}
    pre, post = paired(lag="10 ms", **burst)
    lags = post.reshape(2, 3) - pre[:, None]
    assert np.allclose(lags, [0.010, 0.022, 0.034], atol=1e-6)


def test_a_burst_before_the_pulse_counts_its_lag_from_the_last_spike() -> None:
    burst = {"post_spikes": 3, "post_interval": "12 ms", "pairs": 2}
    pre, post = paired(lag="-10 ms", **burst)
    lags = post.reshape(2, 3) - pre[:, None]
    assert np.allclose(lags, [-0.034, -0.022, -0.010], atol=1e-6)


# Drugs

WINDOWS = {  # of the default protocol; blocks, onset and wash-out as it has them
    "apv": Window(-20 * MINUTE, 40 * MINUTE, 1.0, 3 * MINUTE, 10 * MINUTE),
    "kn93": Window(-20 * MINUTE, 40 * MINUTE, 1.0, 3 * MINUTE, 10 * MINUTE),
    "d1-block": Window(-20 * MINUTE, 40 * MINUTE, 1.0, 3 * MINUTE, 10 * MINUTE),
    "anisomycin": Window(0.0, 3 * HOUR, 0.95, 3 * MINUTE, 10 * MINUTE),
}


@pytest.mark.parametrize("drug", ["apv", "kn93"])
def test_the_column_of_a_drug_holds_its_level_in_tests_and_patterns(drug: str) -> None:
    for arm in PLAIN.arms:
        for start, step in clocked(PLAIN, arm):
            if isinstance(step, Episode):
                t = start + np.arange(len(step.stimulus)) * 1e-3
                level = WINDOWS[drug].level(t) if arm == drug else 0.0
                column = step.stimulus[:, RIG.index(drug)]
                assert np.allclose(column, level, rtol=0, atol=1e-9), step.name


def left(drug: str, arm: str, t: float) -> float:
    return 1 - float(WINDOWS[drug].level(t)) if arm == drug else 1.0


@pytest.mark.parametrize("arm", PLAIN.arms)
def test_gaps_and_patterns_have_the_synthesis_and_the_modulator_of_their_arm(
    arm: str,
) -> None:
    rig = changed(pattern="LFS", also="S2 STET at 150 min")
    for start, step in clocked(rig, arm):
        if step.branch:
            continue
        if isinstance(step, Episode):
            parts: Any = [(step.seconds, step.synthesis, step.modulator)]
        else:
            parts = step.pieces
        for seconds, synthesis, modulator in parts:
            middle = start + seconds / 2
            assert synthesis == pytest.approx(left("anisomycin", arm, middle), abs=1e-5)
            assert modulator == pytest.approx(left("d1-block", arm, middle), abs=1e-5)
            start += seconds


@pytest.mark.parametrize("arm", DRUGS)
def test_arms_differ_in_their_drug_alone(arm: str) -> None:
    rig = changed(pattern="pairing", also="S2 STET at 1 h")
    plain, drugged = rig.timeline("vehicle"), rig.timeline(arm)
    bath = [RIG.index("apv"), RIG.index("kn93")]
    for a, b in zip(plain, drugged, strict=True):
        assert (a.name, type(a), a.branch) == (b.name, type(b), b.branch)
        assert a.seconds == pytest.approx(b.seconds)
        if isinstance(a, Episode) and isinstance(b, Episode):
            shown, again = (np.delete(e.stimulus, bath, axis=1) for e in (a, b))
            assert np.array_equal(shown, again)
    assert any(not same_step(a, b) for a, b in zip(plain, drugged, strict=True))


def same_step(a: Step, b: Step) -> bool:
    if isinstance(a, Gap) or isinstance(b, Gap):
        return a == b
    kept = (a.synthesis, a.modulator) == (b.synthesis, b.modulator)
    return kept and np.array_equal(a.stimulus, b.stimulus)


def test_the_share_of_synthesis_that_is_blocked_can_be_set() -> None:
    rig = changed(anisomycin="0 to 8 h", anisomycin_block=0.6)
    steps = [step for step in rig.timeline("anisomycin") if isinstance(step, Gap)]
    assert steps[-1].pieces[-1][1] == pytest.approx(0.4, abs=1e-6)


# The interval between two inductions


@pytest.mark.parametrize("arm", INTERVALS)
def test_strong_and_weak_are_an_interval_apart(arm: str) -> None:
    apart = INTERVALS[arm]
    strong, weak = named("STET").pre, named("WTET").pre
    assert same_times(pulses(TAGGING, "s1", arm), strong + max(0.0, -apart))
    assert same_times(pulses(TAGGING, "s2", arm), weak + max(0.0, apart))
    told = arm.split("-")[1]
    hours = float(told.rstrip("minh")) / (60 if "min" in told else 1)
    assert abs(apart) == pytest.approx(hours * HOUR)
    assert (apart < 0) == arm.endswith("-before")


def test_weak_alone_leaves_the_strong_pathway_alone() -> None:
    assert not len(pulses(TAGGING, "s1", "weak-alone"))
    assert same_times(pulses(TAGGING, "s2", "weak-alone"), named("WTET").pre)


@pytest.mark.parametrize("arm", TAGGING.arms)
def test_an_interval_is_judged_eight_hours_after_the_second_induction(arm: str) -> None:
    later = abs(INTERVALS.get(arm.removesuffix("-blocked"), 0.0))
    assert TAGGING.until(arm) == later + 8 * HOUR


def test_the_blocked_arm_has_anisomycin_from_before_the_weak_induction_on() -> None:
    plain, blocked = "weak-1h-after", "weak-1h-after-blocked"
    assert np.array_equal(pulses(TAGGING, "s2", plain), pulses(TAGGING, "s2", blocked))
    window = Window(50 * MINUTE, 230 * MINUTE, 0.95, 3 * MINUTE, 10 * MINUTE)
    for start, step in clocked(TAGGING, blocked):
        if isinstance(step, Gap):
            for seconds, synthesis, _ in step.pieces:
                level = float(window.level(start + seconds / 2))
                assert synthesis == pytest.approx(1 - level, abs=1e-5)
                start += seconds


def test_each_arm_of_the_interval_has_its_measures() -> None:
    t = np.array([-60.0, 8 * HOUR, 17 * HOUR]) + 30 * MINUTE
    slopes = {"S1": [1.0, 1.5, 2.0], "S2": [2.0, 2.5, 3.0], "S3": [1.0, 1.0, 1.0]}
    traces = {p: Trace(t, np.array(v)[:, None]) for p, v in slopes.items()}
    arm = Arm({}, (), {}, responses=traces)
    found = TAGGING.values({"weak-alone": arm, "weak-9h-after": arm})
    assert found == {
        ("weak-alone", "slope of S1 after 8 h"): 150,
        ("weak-alone", "slope of S2 after 8 h"): 125,
        ("weak-9h-after", "slope of S1 after 8 h"): 200,
        ("weak-9h-after", "slope of S2 after 8 h"): 150,
    }


@pytest.mark.parametrize("rig", [PLAIN, TAGGING, changed(pattern="STET")])
def test_every_band_has_a_value_where_its_arm_was_run(rig: Any) -> None:
    t = np.array([-60.0, *(HOUR * k for k in range(1, 19))])
    traces = {p: Trace(t, np.ones((len(t), 1))) for p in ("S1", "S2", "S3")}
    arms = dict.fromkeys(rig.arms, Arm({}, (), {}, responses=traces))
    bands = [(band.arm, band.name) for band in rig.bands()]
    assert len(bands) == len(set(bands))
    assert set(bands) <= set(rig.values(arms))


# A train to two kinds of fibres


@pytest.mark.parametrize("arm", Facilitation.arms)
def test_a_regular_train_ends_with_a_pulse_whose_voltages_are_recorded(
    arm: str,
) -> None:
    protocol = Facilitation(pulses=5)
    _, train, last = protocol.timeline(arm)
    assert isinstance(train, Episode) and isinstance(last, Episode)
    column = RIG.index({"mossy": "s1", "associational": "s2"}[arm.split()[0]])
    times = [
        start + np.flatnonzero(step.stimulus[:, column]) * 1e-3
        for start, step in ((0.0, train), (train.seconds, last))
    ]
    rate = float(arm.split()[1])
    assert same_times(np.concatenate(times), 0.05 + np.arange(5) / rate)
    assert len(times[1]) == 1 and last.branch and last.traced
    for step in (train, last):
        assert not np.delete(step.stimulus, column, axis=1).any()


def test_facilitation_is_held_against_the_slowest_train() -> None:
    slopes = {0.1: 2.0, 1.0: 4.0, 5.0: 7.0, 10.0: 9.0, 20.0: 6.0}
    arms = {
        f"mossy {rate:g} Hz": Arm(
            {}, (), {}, responses={"mossy": Trace(np.zeros(1), np.full((1, 3), y))}
        )
        for rate, y in slopes.items()
    }
    found = Facilitation().values(arms)
    name = "response over that at 0.1 Hz"
    for rate in RATES[1:]:
        assert found[f"mossy {rate:g} Hz", name] == slopes[rate] / 2
    assert found["mossy 20 Hz", f"largest {name}"] == 4.5
    assert len(found) == 5


# Values that are changed by name


def test_a_rule_is_chosen_by_its_name_and_its_values_by_theirs() -> None:
    rig = PLAIN.with_value("rule", "pair-stdp").with_value("rule.tau_plus", "30 ms")
    rig = rig.with_value("rule.mu", "1").with_value("pattern", "pairing")
    told = {row.symbol: row.value for row in rig.table()}
    assert type(rig.rule).__name__ == "PairSTDP"
    assert (told["rule.tau_plus"], told["rule.tau_minus"]) == ("30 ms", "20 ms")
    assert (told["rule.mu"], told["pattern"]) == ("1.0", "pairing")


def test_another_rule_starts_from_its_own_values() -> None:
    rig = PLAIN.with_value("rule", "triplet-stdp").with_value("rule.tau_plus", "30 ms")
    again = rig.with_value("rule", "triplet-stdp")
    assert again.rule == PLAIN.with_value("rule", "triplet-stdp").rule != rig.rule


def test_the_rule_goes_to_the_three_pathways_and_to_nothing_else() -> None:
    rig = PLAIN.with_value("rule", "graupner-brunel:cortical-slices")
    synapses = rig.circuit.synapses(rig.rules)
    learning = {name for name, s in synapses.items() if s.rule is rig.rule}
    assert learning == {f"fibres_{path}_to_ca1_pyramidal" for path in PATHWAYS}


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
def test_a_preparation_keeps_slices_and_scale(order: tuple[int, ...]) -> None:
    settings = [
        ("preparation", "dentate"),
        ("circuit.slices", "2"),
        ("circuit.scale", "0.5"),
    ]
    rig = PLAIN
    for index in order:
        rig = rig.with_value(*settings[index])
    assert rig.circuit == DentateSlice(slices=2, scale=0.5)
    assert rig.preparation == "dentate"


# What cannot be


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (
            "duration",
            "0.5 s",
            "HFS on S1 ends at 0.99 s: after that, duration=0.5 s leaves no time for a "
            "test pulse; raise it.",
        ),
        (
            "also",
            "S2 LFS at 7.9 h",
            "LFS on S2 ends at 29339 s: after that, duration=8 h leaves no time for a "
            "test pulse; raise it.",
        ),
        ("apv", "9 h to 10 h", "apv='9 h to 10 h' begins after the experiment of 8 h."),
        ("d1", "9 h to 10 h", "d1='9 h to 10 h' begins after the experiment of 8 h."),
        (
            "kn93",
            "3 h to 1 h",
            "kn93='3 h to 1 h': the window ends before it starts; write it as in "
            "'1 h to 3 h'.",
        ),
        ("anisomycin", "3 h", "anisomycin='3 h': write it as in '-30 min to 3 h'."),
        (
            "also",
            "S2 HFS at 1 h; S2 LFS at 50 min",
            "also='S2 HFS at 1 h; S2 LFS at 50 min': HFS begins on S2 while LFS lasts, "
            "until 3899 s.",
        ),
        (
            "also",
            "S1 HFS at 0.991 s",
            "also='S1 HFS at 0.991 s': HFS begins on S1 while HFS lasts, until "
            "0.992 s.",
        ),
        ("apv", "1 h to 1 h", "apv='1 h to 1 h': the window has no length."),
        (
            "also",
            "S1 LFS at 0.5 s",
            "also='S1 LFS at 0.5 s': LFS begins on S1 while HFS lasts, until 0.992 s.",
        ),
        (
            "also",
            "S2 LFS at 1 h; S2 WTET at 70 min",
            "also='S2 LFS at 1 h; S2 WTET at 70 min': WTET begins on S2 while LFS "
            "lasts, until 4499 s.",
        ),
        (
            "also",
            "S2 WTET 1 h",
            "also='S2 WTET 1 h': write it as in 'S2 WTET at 1 h; S3 WTET at 2 h'.",
        ),
        ("also", "", "also='': write it as in 'S2 WTET at 1 h; S3 WTET at 2 h'."),
        (
            "also",
            "S2 WTET at 1 h;",
            "also='S2 WTET at 1 h;': write it as in 'S2 WTET at 1 h; S3 WTET at 2 h'.",
        ),
        (
            "also",
            "S2 WTET at -1 h",
            "also='S2 WTET at -1 h': -1 h lies before the first pattern; give the "
            "earlier one as pattern.",
        ),
        (
            "also",
            "S2 WTET at 1",
            "also='S2 WTET at 1': '1' has no unit: write it as in '30 min'.",
        ),
        ("every", "0 min", "every=0 min: a value above 0 is wanted."),
        (
            "every",
            "10 s",
            "30 min and 8 h with a test pulse every 10 s: at most 1,000 tests in 30 "
            "days are possible.",
        ),
        (
            "duration",
            "30 day",
            "30 min and 30 day with a test pulse every 15 min: at most 1,000 tests in "
            "30 days are possible.",
        ),
        ("baseline", "0 min", "baseline=0 min: 1 min at least is wanted."),
        ("baseline", "30 s", "baseline=30 s: 1 min at least is wanted."),
        ("duration", "0 h", "duration=0 h: a value above 0 is wanted."),
        ("onset", "-1 min", "onset=-1 min: 0 or more is wanted."),
        ("washout", "-1 min", "washout=-1 min: 0 or more is wanted."),
        ("intensity", "1.1", "intensity=1.1: a share from 0 to 1 is wanted."),
        ("test_intensity", "0", "test_intensity=0.0: a value above 0 is wanted."),
        ("test_intensity", "1.1", "test_intensity=1.1: a share up to 1 is wanted."),
        (
            "anisomycin_block",
            "1.1",
            "anisomycin_block=1.1: a share from 0 to 1 is wanted.",
        ),
        ("pulses", "0", "pulses=0: at least 1 is wanted."),
        ("pairs", "0", "pairs=0: at least 1 is wanted."),
        ("post_spikes", "0", "post_spikes=0: at least 1 is wanted."),
        ("pulses", "100001", "At most 100,000 pulses are possible."),
        ("post_spikes", "1001", "At most 100,000 pulses are possible."),
        ("rate", "0 Hz", "rate=0 Hz: a value above 0 is wanted."),
        ("rate", "501 Hz", "rate=501 Hz: 500 Hz at most."),
        ("pair_rate", "501 Hz", "pair_rate=501 Hz: 500 Hz at most."),
        ("post_interval", "0 ms", "post_interval=0 ms: a value above 0 is wanted."),
    ],
)
def test_an_experiment_that_no_rig_can_do_is_refused(
    path: str, text: str, said: str
) -> None:
    with pytest.raises(ValueError) as refusal:
        PLAIN.with_value(path, text)
    assert str(refusal.value) == said


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("rule", "pair-stpd", "No rule 'pair-stpd': did you mean 'pair-stdp'? "),
        ("preparation", "dentat", "No preparation 'dentat': did you mean 'dentate'? "),
        ("pattern", "HSF", "No pattern 'HSF': did you mean 'HFS'? There are HFS, LFS,"),
        ("also", "S2 WTTE at 1 h", "No pattern 'WTTE': did you mean 'WTET'? "),
        (
            "also",
            "S4 WTET at 1 h",
            "No pathway 'S4': did you mean 'S3'? There are S1, S2, S3.",
        ),
        ("rule.tau_hh", "1 s", "No parameter 'tau_hh': did you mean 'tau_h'? "),
        ("patern", "HFS", "No parameter 'patern': did you mean 'pattern'? "),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_one(
    path: str, text: str, said: str
) -> None:
    with pytest.raises(KeyError) as refusal:
        PLAIN.with_value(path, text)
    assert refusal.value.args[0].startswith(said)


def test_pairs_that_would_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="A pair lasts 21.5 ms, longer than the time"):
        changed(pattern="pairing", pair_rate="100 Hz", post_spikes=2)


@pytest.mark.parametrize(("pair_rate", "interval"), [("5 Hz", "1 ms")])
def test_cells_that_were_to_fire_twice_within_two_milliseconds_are_refused(
    pair_rate: str, interval: str
) -> None:
    with pytest.raises(ValueError) as refusal:
        changed(
            pattern="pairing",
            pair_rate=pair_rate,
            post_spikes=2,
            post_interval=interval,
        )
    assert str(refusal.value) == (
        f"pair_rate={pair_rate}, lag=10 ms and post_interval={interval} make cells "
        "fire twice within 2 ms: lower the rate or the interval."
    )


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (
            "duration",
            "10 h",
            "duration=10 h: the weak pathway is judged 8 h after the second induction, "
            "up to 17 h after the first one.",
        ),
        (
            "duration",
            "5 h",
            "WTET on S2 ends at 21600.2 s: after that, duration=5 h leaves no time for "
            "a test pulse; raise it.",
        ),
        ("block", "1.5", "block=1.5: a share from 0 to 1 is wanted."),
        ("blocked", "-1 h", "blocked=-1 h: 0 or more is wanted."),
    ],
)
def test_an_interval_that_cannot_be_judged_is_refused(
    path: str, text: str, said: str
) -> None:
    with pytest.raises(ValueError) as refusal:
        TAGGING.with_value(path, text)
    assert str(refusal.value) == said


# In words


def test_a_description_tells_patterns_once_and_the_drug_of_every_arm() -> None:
    told = changed(also="S2 WTET at 1 h").describe().timeline
    assert [(line.arm, line.step) for line in told] == [
        ("all", "test pulses"),
        ("vehicle", "HFS on S1"),
        ("vehicle", "WTET on S2"),
        ("apv", "as vehicle"),
        ("apv", "APV"),
        ("anisomycin", "as vehicle"),
        ("anisomycin", "anisomycin"),
        ("d1-block", "as vehicle"),
        ("d1-block", "D1 antagonist"),
        ("kn93", "as vehicle"),
        ("kn93", "KN-93"),
    ]


def test_a_description_tells_what_differs_from_interval_to_interval() -> None:
    told = [line for line in TAGGING.describe().timeline if line.arm == "weak-3h-after"]
    assert [line.step for line in told] == ["STET on S1", "WTET on S2"]
    assert told[1].what.endswith(", at 3 h")


def test_what_was_read_from_a_file_is_said(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("0\n0.5\n2\n")
    told = changed(pattern=str(file))
    assert told.files() == (file,)
    assert told.remarks(["vehicle"]) == ("3 pulses of mine.txt, at 0 to 2 s.",)
    assert PLAIN.files() == () and PLAIN.remarks(PLAIN.arms) == ()


def test_a_drug_that_the_rule_does_not_know_is_said() -> None:
    other = PLAIN.with_value("rule", "pair-stdp")
    assert other.remarks(["vehicle", "kn93", "anisomycin"]) == (
        "PairSTDP knows no kn93: arm kn93 is as vehicle.",
        "PairSTDP knows no block of protein synthesis: arm anisomycin is as vehicle.",
    )


def test_a_response_that_comes_after_its_test_is_refused() -> None:
    with pytest.raises(ValueError, match="delay of 300 ms: 200 ms at most"):
        PLAIN.with_value("ca1.s1.delay", "300 ms")


def test_hours_of_pulses_without_a_pause_are_refused() -> None:
    endless = changed(pattern="train", pulses=10_000, rate="1 Hz", duration="8 h")
    with pytest.raises(ValueError, match="more than is simulated at once, 2 h"):
        endless.timeline("vehicle")


def test_a_window_before_the_experiment_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before the experiment begins, 30 min"):
        changed(apv="-5 h to -4 h")


# A run

BRIEF = ("circuit.slices=1", "duration=40 min", "every=10 min")


@pytest.fixture(scope="module")
def tetanus() -> Recording:
    """Return a tetanus of one slice, with and without APV, tested for 40 min."""
    if builds.compiler() is None:
        pytest.skip("no C++ compiler")
    return run("stimulation", seed=1, arms=("vehicle", "apv"), settings=BRIEF)


def percents(recording: Recording, arm: str) -> dict[str, float]:
    """Return the slope of each pathway 30 min after the tetanus, % of baseline."""
    found = {m.name: m.value for m in recording.measures if m.arm == arm}
    return {path: found[f"slope of {path} 30 min after"] for path in ("S1", "S2", "S3")}


@pytest.mark.slow
def test_a_tetanus_potentiates_the_pathway_that_it_was_given_to(
    tetanus: Recording,
) -> None:
    found = percents(tetanus, "vehicle")
    assert found["S1"] > 150
    assert 95 < found["S2"] < 105 and 95 < found["S3"] < 105


@pytest.mark.slow
def test_in_apv_a_tetanus_leaves_all_pathways_as_they_were(tetanus: Recording) -> None:
    assert all(95 < percent < 105 for percent in percents(tetanus, "apv").values())


@pytest.mark.slow
def test_a_fibre_fires_once_for_every_pulse(tetanus: Recording) -> None:
    arm = tetanus.arms["vehicle"]
    span = arm.span("S1 stimulated (1)")
    inside = arm.spikes["fibres_s1"].between(span.start_s, span.stop_s)
    assert set(np.bincount(inside.node_ids, minlength=60)) == {100}


@pytest.mark.slow
def test_one_seed_gives_one_recording(tetanus: Recording) -> None:
    again = run("stimulation", seed=1, arms=("vehicle", "apv"), settings=BRIEF)
    assert again.arms == tetanus.arms
    assert again.measures == tetanus.measures


@pytest.mark.slow
def test_test_pulses_change_no_weight(tetanus: Recording, tmp_path: Path) -> None:
    late = tmp_path / "late.txt"
    late.write_text("2399")  # a pulse to S1, so late that nearly all tests come before
    few, many = (
        run(
            "stimulation",
            seed=1,
            arms=("vehicle",),
            settings=(BRIEF[0], "duration=41 min", f"pattern={late}", f"every={every}"),
        ).arms["vehicle"]
        for every in ("24 h", "1 min")
    )
    assert [len(arm.responses["S1"].t_s) for arm in (few, many)] == [3, 72]
    for path in PATHWAYS:
        name = f"fibres_{path}_to_ca1_pyramidal"
        for arm in (few, many):
            early: Any = {moment: w.early for moment, w in arm.weights[name].items()}
            assert set(early["before"]) == {1}
            assert set(early["after S1 stimulated (1)"]) == {1}
            # What a spike does is worked out at the next event, here in the gap after.
            assert (early["at the end"] == 1).all() == (path != "s1")
