"""Separation and completion: timeline, refusals, measures on an arm made by hand."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from trisynapse import run
from trisynapse.analysis.recruitment import over_ceiling, recruited_share
from trisynapse.analysis.separation_figure import separation_completion
from trisynapse.circuits.cue_drive import CueDrive
from trisynapse.circuits.place import Place
from trisynapse.protocols import running
from trisynapse.protocols.navigation import Navigation
from trisynapse.protocols.protocol import Protocol
from trisynapse.protocols.separation_completion import HELD, SeparationCompletion
from trisynapse.protocols.separation_measures import PROBES, RECORDED
from trisynapse.simulation.recording import Recording
from trisynapse.simulation.timeline import Episode, Gap

from .ring_arms import arm, tuned
from .test_architecture import slow_libraries_after

WHOLE = SeparationCompletion()
N = 60
CENTRES = np.arange(N) * 2 * np.pi / N


def planned(*settings: str) -> Protocol:
    order = running.Order(WHOLE.name, 1, [], list(settings), None, None, "")
    return running._plan(order).protocol


@cache
def steps(name: str) -> tuple[Any, ...]:
    return WHOLE.timeline(name)


# The timeline


def test_every_probe_is_a_branch_after_learning_and_a_pause() -> None:
    learning, pause, *probes = steps("learned")
    assert (learning.seconds, learning.branch) == (180, False)
    assert isinstance(pause, Gap) and pause.seconds == 600
    assert [(p.name, p.place) for p in probes] == list(PROBES.items())
    assert all(p.branch and p.seconds == 30 for p in probes)


def test_every_probe_runs_the_same_laps() -> None:
    first, *others = [s for s in steps("learned")[2:] if isinstance(s, Episode)]
    for other in others:
        np.testing.assert_array_equal(other.stimulus, first.stimulus)


def test_the_arms_differ_in_where_the_animal_learned_and_in_nothing_else() -> None:
    learned, other = steps("learned"), steps("not-learned")
    assert (learned[0].place, other[0].place) == ("A", "C")
    np.testing.assert_array_equal(learned[0].stimulus, other[0].stimulus)
    assert [s.name for s in learned] == [s.name for s in other]


def test_every_probe_can_be_read_as_a_place() -> None:
    for text in PROBES.values():
        whole = sum(part.share for part in Place.read(text).parts)
        assert 0 < whole <= 1


def test_the_description_is_the_timeline() -> None:
    told = [row for row in WHOLE.describe().timeline if row.arm == "learned"]
    assert [row.step for row in told] == [s.name for s in steps("learned")]


def test_describing_it_loads_no_slow_library() -> None:
    code = f"from trisynapse.protocols.catalogue import find; find({WHOLE.name!r})"
    assert not slow_libraries_after(f"{code}.describe()")


# What it shares with navigation


def test_circuit_and_rules_are_those_of_navigation_but_for_the_sides() -> None:
    known = Navigation()
    assert WHOLE.rules == known.rules
    for name in ("dg", "ca3", "ca1", "sub", "scale"):
        assert getattr(WHOLE.circuit, name) == getattr(known.circuit, name)
    cues = WHOLE.circuit.ec.fan_place
    assert isinstance(cues, CueDrive) and cues == CueDrive.like(
        known.circuit.ec.fan_place
    )


def test_a_rule_and_a_circuit_can_be_set() -> None:
    rule = next(iter(Navigation().rules))
    assert any(row.symbol.startswith(f"{rule}.") for row in WHOLE.table())
    other = planned("ca3.recurrent.weight=0 nS", "path_seed=3", "probe=12 s")
    assert float(other.part("circuit.ca3.recurrent.weight")) == 0
    step = other.timeline("learned")[-1]
    assert step.seconds == 12 and isinstance(step, Episode)
    assert np.abs(step.stimulus - steps("learned")[-1].stimulus[:12000]).max() > 0


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("probe=5 s", "probe=5 s: from 10 to 600 s"),
        ("learning=1 h", "learning=1 h"),
        ("pause=-1 s", "pause=-1 s: 0 or more"),
        ("room=box", "there is no other room"),
        ("room.x_0=1 m", "about x = y = 0"),
        ("ec.fan_place.tuning=-1", "tuning=-1"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_line(setting: str, said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        planned(setting)
    assert said in refusal.value.args[0] and "\n" not in refusal.value.args[0]


# Measures


def field(episode: str, population: str) -> Any:
    """Return cells with a field each; in some places they are other cells."""
    peaks, centres = np.where(np.arange(N) < N // 2, 20.0, 0.0), CENTRES
    if population == "dg_granule" and "B" in PROBES[episode]:
        centres = np.roll(CENTRES, N // 4)  # the same cells, elsewhere
        centres[: N // 2] = centres[: N // 2][::-1]
    if population == "ca3_pyramidal" and episode == "another room":
        peaks = np.roll(peaks, N // 4)  # half of the cells are new
    if population == "ca3_pyramidal" and episode == "turned by 90 deg":
        centres = CENTRES + np.pi / 2
    if population == "ca1_pyramidal":
        peaks = 0 * peaks
    return tuned(centres, peaks)


@pytest.fixture(scope="module")
def values() -> dict[str, float]:
    made = arm(list(PROBES), dict.fromkeys(RECORDED, N), field)
    return {name: v for (_, name), v in WHOLE.values({"learned": made}).items()}


def test_a_code_that_does_not_change_has_a_correlation_of_1(
    values: dict[str, float],
) -> None:
    for probe in ("A again", "50 % of B", "25 % of the cues", "turned by 45 deg"):
        assert values[f"correlation in EC, {probe}"] == pytest.approx(1)
        if probe != "A again":
            assert values[f"change of EC, {probe}"] == pytest.approx(0, abs=1e-9)
    assert values["recruited in EC, another room"] == 0


def test_a_region_that_changes_where_its_input_does_not_separates(
    values: dict[str, float],
) -> None:
    assert values["change of DG less EC, 25 % of B"] > 0.5
    assert values["separation in DG, morph"] > 0.5
    assert values["completion in DG, missing cues"] == pytest.approx(0, abs=1e-9)
    assert values["recruited in DG, another room"] == 0


def test_recruited_cells_are_those_that_were_silent_in_a(
    values: dict[str, float],
) -> None:
    assert values["recruited in CA3, another room"] == 0.5
    more = values["recruited in CA3, another room less small change"]
    assert more == pytest.approx(0.5)


def test_a_code_that_turns_as_a_whole_keeps_its_correlation(
    values: dict[str, float],
) -> None:
    assert values["turn of CA3, turned by 90 deg"] == pytest.approx(90, abs=12)
    assert values["coherence of CA3, turned by 90 deg"] > 0.95
    assert values["correlation in CA3, turned by 90 deg"] > 0.9
    assert values["turn of EC, turned by 90 deg"] == 0


def test_shuffled_cells_have_no_correlation(values: dict[str, float]) -> None:
    for region in ("EC", "DG", "CA3"):
        assert abs(values[f"shuffled cells of {region}"]) < 0.1


def test_a_silent_region_has_no_number_and_passes_no_band(
    values: dict[str, float],
) -> None:
    assert np.isnan(values["correlation in CA1, A again"])
    assert values["rate in CA1"] == values["active in CA1"] == 0
    held = {b.name: b for b in WHOLE.bands() if b.arm == "learned"}
    assert held["change of DG less EC, 25 % of B"].measure(np.nan).passes == 0


def test_a_code_of_few_cells_says_nothing() -> None:
    few = tuned(CENTRES, np.where(np.arange(N) < 9, 20.0, 0.0))
    made = arm(list(PROBES), dict.fromkeys(RECORDED, N), lambda *_: few)
    found = {name: v for (_, name), v in WHOLE.values({"learned": made}).items()}
    assert found["correlation in DG, A again"] == pytest.approx(1)
    for name in (
        "change of DG, 25 % of B",
        "CA3 less DG, turned by 90 deg",
        "recruited in DG, another room",
        "separation in DG, morph",
    ):
        assert np.isnan(found[name])


def test_every_value_has_a_row_and_every_row_a_value(
    values: dict[str, float],
) -> None:
    names = [band.name for band in WHOLE.bands() if band.arm == "learned"]
    assert len(names) == len(set(names)) and set(names) == set(values)
    assert set(HELD) <= set(names)


def test_only_the_learned_arm_is_held_against_papers() -> None:
    for band in WHOLE.bands():
        if band.arm == "not-learned" and not band.name.startswith("shuffled"):
            assert np.isnan([band.low, band.high]).all()


def test_a_ceiling_near_zero_says_nothing() -> None:
    assert over_ceiling(0.04, 0.05) != over_ceiling(0.04, 0.05)
    assert np.isnan(recruited_share(np.ones(3), np.zeros(3), 0.1))
    with pytest.raises(ValueError, match="same cells"):
        recruited_share(np.ones(3), np.ones(4), 0.1)


def test_the_figure_draws_every_region_along_the_morph(
    values: dict[str, float],
) -> None:
    made = arm(list(PROBES), dict.fromkeys(RECORDED, N), field)
    measures = WHOLE.measures({"learned": made})
    recording = Recording(
        protocol=WHOLE.name,
        circuit="hippocampus",
        seed=1,
        parameters={},
        about={},
        arms={"learned": made},
        measures=measures,
    )
    figure = separation_completion(recording)
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    x, y = lines["EC, learned"].get_data()
    assert np.asarray(x).tolist() == [0, 10, 25, 50, 75, 100]
    np.testing.assert_allclose(np.asarray(y), 1.0)


@pytest.mark.slow
def test_a_small_circuit_runs_from_learning_to_measures() -> None:
    settings = ["learning=10 s", "probe=10 s"]
    recording = run(WHOLE.name, seed=1, arms=["learned"], settings=settings, scale=0.2)
    found = {m.name: m.value for m in recording.measures}
    assert found["correlation in EC, A again"] > 0.8
    morph = [found[f"correlation in cues, {k} % of B"] for k in (10, 50, 100)]
    assert 1 > morph[0] > morph[1] > morph[2]
    for step in (10, 100):
        same = found["correlation in grid, A again"]
        assert found[f"correlation in grid, {step} % of B"] == pytest.approx(
            same, abs=0.1
        )
    # Three modules shift, each as a whole: what codes still share is a matter of three
    # shifts, from -0.4 to 1.
    assert found["correlation in grid, another room"] < 0.5
