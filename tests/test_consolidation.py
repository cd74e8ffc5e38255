"""Consolidation of an assembly: its timeline, its measures, and a small network."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trisynapse import cli
from trisynapse.circuits.quantity import quantity
from trisynapse.circuits.recurrent import Recurrent
from trisynapse.protocols import running
from trisynapse.protocols.consolidation import CELLS, PLASTIC, Consolidation
from trisynapse.simulation import builds
from trisynapse.simulation.backends import Compiled, runtime
from trisynapse.simulation.recording import (
    Arm,
    PopulationInfo,
    Recording,
    Span,
    Spikes,
    Tag,
    Weights,
)
from trisynapse.simulation.state import enter, newborn, wire
from trisynapse.simulation.store import load
from trisynapse.simulation.timeline import Episode, Gap

HOUR = 3600.0
WHOLE = Consolidation()
H_0 = 4.20075
QUICK = replace(
    WHOLE,
    background=quantity("2 s"),
    pulses=2,
    pulse=quantity("50 ms"),
    interval=quantity("300 ms"),
    early_recall=quantity("4 s"),
    late_recall=quantity("3 h"),
    share=0.25,
)
PROTOCOLS = [WHOLE, QUICK]
EACH = pytest.mark.parametrize("protocol", PROTOCOLS, ids=["published", "quick"])
ARM = pytest.mark.parametrize("arm", WHOLE.arms)


def starts(protocol: Consolidation, arm: str) -> dict[str, float]:
    """Return when each step begins, in seconds from the first pulse."""
    found, clock = {}, -float(protocol.background)
    for step in protocol.timeline(arm):
        found[step.name] = clock
        clock += 0.0 if step.branch else step.seconds
    return found


def cued(step: Episode) -> Any:
    """Return the course of the cue in an episode."""
    return step.stimulus[:, Recurrent.columns.index("cue")]


def cues(protocol: Consolidation, arm: str) -> list[tuple[float, float, float]]:
    """Return start and end of each cue, from the first pulse on, and its share."""
    found, begins = [], starts(protocol, arm)
    for step in protocol.timeline(arm):
        if isinstance(step, Episode) and cued(step).any():
            on, first = np.flatnonzero(cued(step)), begins[step.name]
            (share,) = set(cued(step)[on])
            found.append((first + on[0] / 1e3, first + (on[-1] + 1) / 1e3, share))
    return found


# The timeline


@EACH
@ARM
def test_every_arm_goes_through_the_same_steps(
    protocol: Consolidation, arm: str
) -> None:
    told = [(s.name, type(s), s.branch) for s in protocol.timeline(arm)]
    pulses = [f"pulse {k + 1}" for k in range(protocol.pulses)]
    learning = [name for pulse in pulses for name in (pulse, f"after {pulse}")]
    early, late = protocol.early_recall, protocol.late_recall
    assert told == [
        ("background", Episode, False),
        *((name, Episode, False) for name in learning),
        (f"recall {early}", Episode, True),
        (f"to {late}", Gap, False),
        (f"recall {late}", Episode, True),
    ]


@EACH
@ARM
def test_the_first_pulse_comes_after_the_background(
    protocol: Consolidation, arm: str
) -> None:
    assert starts(protocol, arm)["pulse 1"] == pytest.approx(0, abs=1e-9)


@EACH
def test_pulses_cue_the_whole_assembly_at_their_interval(
    protocol: Consolidation,
) -> None:
    interval, pulse = float(protocol.interval), float(protocol.pulse)
    said = [
        (k * interval, k * interval + pulse, 1.0) for k in range(int(protocol.pulses))
    ]
    found = cues(protocol, "learned")[: len(said)]
    assert np.array(found) == pytest.approx(np.array(said), abs=1e-9)


@EACH
@ARM
def test_recalls_cue_their_share_10_s_and_8_h_after_the_first_pulse(
    protocol: Consolidation, arm: str
) -> None:
    said = [
        (float(when), float(when) + float(protocol.pulse), protocol.share)
        for when in (protocol.early_recall, protocol.late_recall)
    ]
    found = cues(protocol, arm)[-2:]
    assert np.array(found) == pytest.approx(np.array(said), abs=1e-6)


def test_the_published_recalls_are_after_10_s_and_8_h() -> None:
    (early, *_), (late, *_) = cues(WHOLE, "learned")[-2:]
    assert early == pytest.approx(10) and late == pytest.approx(8 * HOUR)


def test_what_is_not_learned_hears_the_recalls_and_nothing_else() -> None:
    assert cues(WHOLE, "not-learned") == cues(WHOLE, "learned")[-2:]
    for learned, other in zip(
        WHOLE.timeline("learned"), WHOLE.timeline("not-learned"), strict=True
    ):
        assert learned.seconds == other.seconds and learned.name == other.name


def test_blocked_hears_what_learned_hears() -> None:
    assert cues(WHOLE, "blocked") == cues(WHOLE, "learned")


@EACH
def test_in_blocked_no_protein_is_made_from_the_first_pulse_on(
    protocol: Consolidation,
) -> None:
    background, *later = protocol.timeline("blocked")
    assert isinstance(background, Episode) and background.synthesis == 1
    for step in later:
        if isinstance(step, Gap):
            assert all(synthesis == 0 for _, synthesis, *_ in step.pieces)
        elif not step.branch:  # in a recall no protein is looked at
            assert step.synthesis == 0


@pytest.mark.parametrize("arm", ["learned", "not-learned"])
def test_the_other_arms_make_protein_throughout(arm: str) -> None:
    for step in WHOLE.timeline(arm):
        made = (
            [step.synthesis]
            if isinstance(step, Episode)
            else [p[1] for p in step.pieces]
        )
        assert made and set(made) == {1.0}


@EACH
@ARM
def test_around_every_cue_there_is_all_that_rates_are_counted_in(
    protocol: Consolidation, arm: str
) -> None:
    begins = starts(protocol, arm)
    for step in protocol.timeline(arm):
        if step.branch:
            assert isinstance(step, Episode)
            cue = np.flatnonzero(cued(step))[0] / 1e3
            assert cue >= 0.15 and step.seconds - cue >= 0.35
    assert begins[f"to {protocol.late_recall}"] > begins["pulse 1"] + 0.35


@pytest.mark.parametrize("pulses", [1, 2, 7])
def test_the_early_recall_stays_where_it_is_however_many_pulses_there_are(
    pulses: int,
) -> None:
    (early, *_), (late, *_) = cues(replace(WHOLE, pulses=pulses), "learned")[-2:]
    assert early == pytest.approx(10) and late == pytest.approx(8 * HOUR)


# What cannot be run


@pytest.mark.parametrize(
    ("symbol", "value", "said"),
    [
        ("pulses", "0", "pulses=0: at least 1"),
        ("pulse", "0 ms", "pulse=0 ms: a value above 0"),
        ("pulse", "0.5 ms", "pulse=0.5 ms: 1 ms at least"),
        ("background", "0 s", "background=0 s: a value above 0"),
        ("background", "1 h", "background=1 h: 600 s of spiking at most"),
        ("early_recall", "11 min", "early_recall=11 min: 600 s of spiking at most"),
        ("share", "0", "share=0.0: a value above 0"),
        ("share", "-0.5", "share=-0.5: a value above 0"),
        ("share", "1.2", "share=1.2: a share from 0 to 1"),
        ("share", "1", "share=1.0 cues 150 of 150 cells: some"),
        ("interval", "100 ms", "interval=100 ms must be 21 ms longer than pulse=100"),
        ("interval", "120 ms", "interval=120 ms must be 21 ms longer than pulse=100"),
        ("early_recall", "1.6 s", "early_recall=1.6 s must come 0.2 s at least"),
        ("early_recall", "-1 s", "early_recall=-1 s must come 0.2 s at least"),
        ("late_recall", "10.5 s", "late_recall=10.5 s must come 1 s .* early_recall"),
        ("late_recall", "1 s", "late_recall=1 s must come 1 s .* early_recall=10 s"),
        ("cells.excitatory_cue.n_assembly", "1600", "1600 cells leaves no others"),
        ("cells.excitatory_cue.n_assembly", "0", "n_assembly=0: at least 1"),
        ("cells.n_excitatory", "149", "150 cells leaves no others among 149"),
        ("scale", "0.05", "150 cells leaves no others among 80"),
    ],
)
def test_an_experiment_that_cannot_be_run_is_refused_in_one_line(
    symbol: str, value: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        WHOLE.with_value(symbol, value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("symbol", "value"),
    [("interval", "121 ms"), ("early_recall", "1.701 s"), ("late_recall", "11 s")],
)
def test_what_just_fits_can_be_run(symbol: str, value: str) -> None:
    protocol = WHOLE.with_value(symbol, value)
    assert all(step.seconds > 0 for step in protocol.timeline("learned"))


@pytest.mark.parametrize(
    ("n", "share"), [(150, 0.5), (21, 0.5), (150, 0.35), (7, 0.99), (1000, 0.001)]
)
def test_a_cue_reaches_the_cells_that_count_as_cued(n: int, share: float) -> None:
    cue = replace(WHOLE.cue, n_assembly=n)
    rank = cue.start(1600, np.random.default_rng(1))["rank"]
    assert cue.reached(share) == (share > rank[:n]).sum() == (share > rank).sum()


def test_a_long_pulse_is_not_cut_short_in_a_recall() -> None:
    protocol = WHOLE.with_value("interval", "2 s").with_value("pulse", "1 s")
    lasts = [end - start for start, end, _ in cues(protocol, "learned")]
    assert lasts == pytest.approx([1.0] * 5)


@pytest.mark.parametrize(
    ("symbol", "value"), [("late_recall", "2 day"), ("pulses", "4"), ("pulse", "50 ms")]
)
def test_only_what_was_published_is_held_against_it(symbol: str, value: str) -> None:
    def held(protocol: Consolidation) -> set[str]:
        return {
            b.name for b in protocol.bands() if b.arm == "learned" and b.low == b.low
        }

    late = {name for name in held(WHOLE) if "8 h" in name}
    left = held(WHOLE.with_value(symbol, value))
    assert len(late) == 3 and not late & left
    assert left == ((held(WHOLE) - late) if symbol == "late_recall" else set())


# The measures, on arms made by hand

N, N_INHIBITORY, ASSEMBLY, CUED = 100, 25, 8, 2
SMALL = QUICK.with_value("cells.excitatory_cue.n_assembly", str(ASSEMBLY)).with_value(
    "scale", "0.0625"
)
INHIBITORY = "network_inhibitory"
EARLY, LATE = "recall 4 s", "recall 3 h"


def spans() -> tuple[Span, ...]:
    """Return the timeline of an arm in seconds of the experiment."""
    found = []
    for step in SMALL.timeline("learned"):
        start = 2.0 + starts(SMALL, "learned")[step.name]
        kind: Any = "episode" if isinstance(step, Episode) else "gap"
        found.append(Span(step.name, kind, start, start + step.seconds, ""))
    return tuple(found)


def synapses(h: float = 1.0, z: float = 0.0) -> Weights:
    """Return two synapses within the assembly, about which h and z lie, and others."""
    pre, post = np.array([[0, 1], [7, 2], [8, 3], [3, 8], [50, 60]], np.uint32).T
    early = np.array([h - 0.1, h + 0.1, 1.7, 0.4, 1.0])
    late = np.array([z + 0.05, z - 0.05, 0.9, -0.4, 0.0])
    return Weights(pre, post, H_0 * (early + late), early, late, unit="mV")


def arm(
    spikes: dict[str, Any] | None = None,
    weights: dict[str, Weights] | None = None,
    protein: Any = None,
) -> Arm:
    """Return an arm; ``spikes`` holds (seconds, cells) of a population."""
    heard = {}
    for name in (CELLS, INHIBITORY):
        when, ids = (spikes or {}).get(name, ([], []))
        order = np.argsort(when, kind="stable")
        times = np.asarray(when, float)[order] * 1e3
        heard[name] = Spikes(times, np.asarray(ids, np.uint32)[order])
    cells = np.arange(ASSEMBLY, dtype=np.uint32)
    labels = {"assembly": cells, "cued in a recall": cells[:CUED]}
    level = np.zeros((3, N)) if protein is None else protein
    return Arm(
        populations={
            CELLS: PopulationInfo(N, "network", "excitatory", "glutamate"),
            INHIBITORY: PopulationInfo(N_INHIBITORY, "network", "inhibitory", "GABA"),
        },
        timeline=spans(),
        spikes=heard,
        weights={PLASTIC: weights or {"before recall 3 h": synapses()}},
        proteins={CELLS: {"before recall 3 h": level}},
        tags={
            label: {CELLS: Tag(ids, 2.0, 2.6, "stimulated", 0.0)}
            for label, ids in labels.items()
        },
    )


def value(made: Arm, name: str) -> float:
    return SMALL.values({"learned": made})["learned", name]


def volley(when: float, counts: dict[int, int]) -> tuple[list[float], list[int]]:
    """Return spikes at one time, as many of each cell as ``counts`` says."""
    ids = [cell for cell, n in counts.items() for _ in range(n)]
    return [when] * len(ids), ids


def together(*volleys: tuple[list[float], list[int]]) -> Any:
    return tuple(sum(column, []) for column in zip(*volleys, strict=True))


def test_rates_are_those_of_the_background_and_of_all_cells() -> None:
    before, after = volley(1.0, {3: 30, 90: 10}), volley(2.01, {3: 500})
    inside = volley(1.9, {0: 100})
    made = arm({CELLS: together(before, after), INHIBITORY: inside})
    assert value(made, "background, excitatory") == pytest.approx(40 / N / 2)
    assert value(made, "background, inhibitory") == pytest.approx(100 / 25 / 2)


def test_weights_are_means_over_synapses_within_the_assembly() -> None:
    made = arm(weights={"before recall 3 h": synapses(h=1.3, z=0.6)})
    late = "in the assembly before recall 3 h"
    assert value(made, f"early phase {late}") == pytest.approx(1.3 * H_0)
    assert value(made, f"late phase {late}") == pytest.approx(0.6)
    assert value(made, f"weight {late}") == pytest.approx(190)


def test_protein_is_the_mean_of_the_common_pool_over_the_assembly() -> None:
    level = np.zeros((3, N))
    level[0, :ASSEMBLY] = np.arange(ASSEMBLY) / 10
    level[0, ASSEMBLY:], level[1:] = 0.9, 0.7
    made = arm(protein=level)
    assert value(made, "protein in the assembly before recall 3 h") == pytest.approx(
        0.35
    )


# Of 8 cells a quarter, 2, are cued; a cue comes 4 s after the pulse that comes at 2 s.
@pytest.mark.parametrize(("recall", "cue"), [(EARLY, 6.0), (LATE, 2.0 + 3 * HOUR)])
def test_completion_compares_cued_rest_and_others(recall: str, cue: float) -> None:
    counts = {0: 20, 1: 30, 2: 12, 7: 6, 8: 46, 99: 46}
    made = arm({CELLS: volley(cue + 0.1, counts)})
    rest, others = 18 / 6, 92 / 92
    assert value(made, f"Q, {recall}") == pytest.approx((rest - others) / 25)


@pytest.mark.parametrize(("recall", "cue"), [(EARLY, 6.0), (LATE, 2.0 + 3 * HOUR)])
def test_only_half_a_second_about_a_cue_counts(recall: str, cue: float) -> None:
    inside = volley(cue + 0.1, {0: 10, 1: 10, 2: 12})
    edges = [volley(cue + t, {2: 100, 50: 40}) for t in (-0.151, 0.351)]
    near = [volley(cue + t, {3: 6}) for t in (-0.149, 0.349)]
    found = value(arm({CELLS: together(inside, *edges, *near)}), f"Q, {recall}")
    assert found == pytest.approx((12 + 12) / 6 / 10)


@pytest.mark.parametrize("name", [EARLY, LATE])
def test_a_recall_without_spikes_of_the_cued_is_no_number(name: str) -> None:
    assert np.isnan(value(arm(), f"Q, {name}"))


def test_a_recall_that_repeats_learning_tells_all_about_it() -> None:
    counts = {cell: 1 + cell % 3 for cell in range(40)}
    last = 2.0 + 0.3  # of two pulses
    made = arm({CELLS: together(volley(last + 0.1, counts), volley(6.1, counts))})
    shares = np.array([60, 14, 13, 13]) / N
    entropy = -(shares * np.log2(shares)).sum()
    assert value(made, f"mutual information, {EARLY}") == pytest.approx(entropy)
    assert value(made, f"mutual information, {LATE}") == pytest.approx(0, abs=1e-12)


def test_every_band_is_that_of_a_measure_there_is() -> None:
    moments = ["before learning", "before recall 4 s", "before recall 3 h"]
    moments += ["20 ms after pulse 1", "20 ms after pulse 2"]
    made = arm(weights={moment: synapses() for moment in moments})
    arms = dict.fromkeys(SMALL.arms, made)
    found = {(m.arm, m.name) for m in SMALL.measures(arms)}
    assert found == {(band.arm, band.name) for band in SMALL.bands()}


@EACH
def test_it_describes_each_step_of_each_arm(protocol: Consolidation) -> None:
    told = protocol.describe()
    for name in protocol.arms:
        steps = [row for row in told.timeline if row.arm == name]
        assert [row.step for row in steps] == [
            step.name for step in protocol.timeline(name)
        ]
        *_, early, gap, late = steps
        assert early.kind == late.kind == "episode" and gap.kind == "gap"
        assert "a copy" in early.what and "a copy" in late.what
    assert {row.step: row.lasts for row in told.timeline}["background"] == (
        f"{float(protocol.background):g} s"
    )
    assert len(told.measures) == len(protocol.bands())


# A small network


SETTINGS = (
    "cells.excitatory_cue.n_assembly=20",
    "background=1 s",
    "early_recall=2.5 s",
)
LAST, AFTER_8_H = "before recall 2.5 s", "before recall 8 h"


@pytest.fixture(scope="module")
def file(builds_of_the_tests: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a run of 160 excitatory cells, 20 of them an assembly."""
    if builds.compiler() is None:
        pytest.skip("no C++ compiler")
    file = tmp_path_factory.mktemp("consolidation") / "run.h5"
    running.run(
        "consolidation", seed=1, settings=SETTINGS, scale=0.1, workers=1, out=file
    )
    return file


@pytest.fixture(scope="module")
def ran(file: Path) -> Recording:
    return load(file)


def phase(ran: Recording, name: str, moment: str) -> tuple[Any, Any]:
    """Return early and late phases of the synapses within the assembly."""
    inner = ran.arms[name].weights[PLASTIC][moment].within(np.arange(20))
    assert inner.early is not None and inner.late is not None
    assert len(inner.early) > 100
    return inner.early, inner.late


def test_three_pulses_raise_the_early_phase_above_half_as_much_again(
    ran: Recording,
) -> None:
    assert phase(ran, "learned", "before learning")[0].mean() == 1
    assert phase(ran, "learned", "20 ms after pulse 3")[0].min() > 1.5
    assert phase(ran, "learned", LAST)[0].min() > 1.5


def test_each_pulse_adds_to_the_early_phase(ran: Recording) -> None:
    means = [
        phase(ran, "learned", f"20 ms after pulse {k}")[0].mean() for k in (1, 2, 3)
    ]
    assert 1 < means[0] < means[1] < means[2]


@pytest.mark.parametrize("moment", [LAST, AFTER_8_H])
def test_synapses_between_other_cells_keep_their_weight(
    ran: Recording, moment: str
) -> None:
    control = ran.arms["learned"].weights[PLASTIC][moment].within(np.arange(20, 160))
    assert control.unit == "mV"
    # At this scale a cell has half its inputs, at twice the weight.
    assert control.weight.mean() == pytest.approx(2 * H_0, rel=0.05)


def test_without_pulses_nothing_is_learned(ran: Recording) -> None:
    weights = ran.arms["not-learned"].weights[PLASTIC][AFTER_8_H].weight
    assert weights == pytest.approx(2 * H_0, rel=0.01)


def test_what_was_learned_is_consolidated_after_8_h(ran: Recording) -> None:
    early, late = phase(ran, "learned", AFTER_8_H)
    assert late.min() > 0.6
    assert early.max() < 1.02


def test_without_protein_synthesis_nothing_is_consolidated(ran: Recording) -> None:
    learned, _ = phase(ran, "learned", LAST)
    early, late = phase(ran, "blocked", LAST)
    assert (early == learned).all()
    assert not phase(ran, "blocked", AFTER_8_H)[1].any() and not late.any()
    for level in ran.arms["blocked"].proteins[CELLS].values():
        assert not level.any()


def test_the_early_phase_of_8_h_ago_has_decayed_as_without_spikes(
    ran: Recording,
) -> None:
    before, _ = phase(ran, "learned", LAST)
    after, _ = phase(ran, "learned", AFTER_8_H)
    seconds = 8 * HOUR - 1.0 - 2.3
    decayed = (before - 1) * np.exp(-0.1 / 688.4 * seconds)
    # The calcium of a few has not run down before.
    assert np.median((after - 1) / decayed) == pytest.approx(1, rel=1e-6)


def test_recalls_change_nothing_for_each_other(ran: Recording) -> None:
    timeline = ran.arms["learned"].timeline
    early, gap = (
        next(s for s in timeline if s.name == n) for n in ("recall 2.5 s", "to 8 h")
    )
    assert early.start_s == gap.start_s


def test_the_cued_fire_during_each_recall(ran: Recording) -> None:
    recorded = ran.arms["learned"]
    for name, lead in (("recall 2.5 s", 0.2), ("recall 8 h", 1.0)):
        cue = recorded.span(name).start_s + lead
        fired = recorded.spikes[CELLS].between(cue, cue + 0.1).node_ids
        before = recorded.spikes[CELLS].between(cue - 0.1, cue).node_ids
        counts = np.bincount(fired, minlength=160)
        assert counts[:10].min() >= 5 > np.bincount(before, minlength=160).max()
        assert counts[:10].mean() > 2 * counts[20:].mean()


def test_the_course_of_every_cue_is_kept(ran: Recording) -> None:
    heard = {"learned": 5, "not-learned": 2, "blocked": 5}
    for name, cues in heard.items():
        signals = ran.arms[name].signals.values()
        assert [int((signal.values > 0).sum()) for signal in signals] == [100] * cues


def test_with_noise_too_runtime_and_compiled_code_give_the_same_spikes(
    tmp_path: Path,
) -> None:
    if builds.compiler() is None:
        pytest.skip("no C++ compiler")
    circuit = QUICK.circuit.with_value("scale", "0.1")
    rules = {"recurrent": replace(QUICK.tagging, sigma=0.0)}
    wiring = wire(circuit, rules, 1)
    state = enter(newborn(circuit, rules, 1), circuit, 1, "network")
    stimulus = np.zeros((60, len(circuit.columns)))
    stimulus[20:40, 0] = 0.2  # of an assembly of 150
    build = builds.obtain(circuit, rules)
    compiled = Compiled(build, circuit, rules, wiring, tmp_path)
    binary, python = (
        backend.episode(state, stimulus, 5, lambda seconds: None)
        for backend in (compiled, runtime(circuit, rules, wiring))
    )
    assert len(binary.spikes[CELLS][0]) > 100
    for name, (ids, steps) in binary.spikes.items():
        assert np.array_equal(ids, python.spikes[name][0])
        assert np.array_equal(steps, python.spikes[name][1])


def test_the_measures_of_its_file_can_be_shown(
    file: Path, ran: Recording, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["measures", str(file)]) == 0
    told = capsys.readouterr().out
    assert all(measure.name[:20] in told for measure in ran.measures)
