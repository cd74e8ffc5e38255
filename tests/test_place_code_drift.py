"""Drift of the place code: its days, refusals, and measures on an arm made by hand."""

from typing import Any

import numpy as np
import pytest

from trisynapse import run
from trisynapse.analysis.drift_figure import drift
from trisynapse.circuits.place import Place
from trisynapse.plasticity import Structural
from trisynapse.protocols import running
from trisynapse.protocols.place_code_drift import REGIONS, REWIRED, PlaceCodeDrift
from trisynapse.protocols.protocol import Protocol
from trisynapse.simulation.recording import Recording
from trisynapse.simulation.timeline import Episode

from .ring_arms import arm, tuned

WHOLE = PlaceCodeDrift()
N = 40
DAYS = [f"day {k + 1}" for k in range(WHOLE.days)]
SIZES = dict.fromkeys(REGIONS.values(), N)


def planned(*settings: str) -> Protocol:
    order = running.Order(WHOLE.name, 1, [], list(settings), None, None, "")
    return running._plan(order).protocol


def cues(day: str) -> Any:
    """Return which part of its place each of 100 ranks follows on a day."""
    step = next(s for s in WHOLE.timeline("drift") if s.name == day)
    assert isinstance(step, Episode)
    place = Place.read(step.place)
    names = [part.place for part in place.parts]
    return [names[k] for k in place.followed((np.arange(100) + 0.5) / 100)]


def test_days_are_a_day_apart() -> None:
    kinds = [(s.name, s.seconds) for s in WHOLE.timeline("drift")[:3]]
    assert kinds == [("day 1", 90), ("before day 2", 86400), ("day 2", 90)]


@pytest.mark.parametrize(("i", "j"), [(0, 1), (1, 2), (0, 3), (1, 3)])
def test_cues_are_as_alike_as_days_are_near(i: int, j: int) -> None:
    first, second = cues(DAYS[i]), cues(DAYS[j])
    same = sum(a == b for a, b in zip(first, second, strict=True))
    assert same == pytest.approx(100 * (1 - 0.2 * (j - i)), abs=1)


def test_without_drift_every_day_has_the_cues_of_the_first() -> None:
    places = {s.place for s in WHOLE.timeline("same-inputs") if isinstance(s, Episode)}
    assert places == {"A"}


def test_the_run_rewires_what_the_protocol_says() -> None:
    order = running.Order(WHOLE.name, 1, [], ["lifetime=5 day"], None, None, "")
    experiment = running._plan(order).experiment
    (rewiring,) = experiment.structure.values()
    assert list(experiment.structure) == [REWIRED]
    assert isinstance(rewiring, Structural) and float(rewiring.lifetime) == 5 * 86400
    other = running.Order("navigation", 1, [], [], None, None, "")
    assert not running._plan(other).experiment.structure


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("days=1", "days=1: from 2 to 30"),
        ("replaced=0.5", "replaced=0.5 on 4 days"),
        ("visit_time=30 s", "visit_time=30 s: 60 s at least"),
        ("lifetime=0 s", "lifetime=0 s: a value above 0"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_line(setting: str, said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        planned(setting)
    assert said in refusal.value.args[0] and "\n" not in refusal.value.args[0]


def field(episode: str, population: str) -> Any:
    """Return as many cells each day; of CA1, half of them new every day."""
    cells, day = np.arange(N), int(episode.split()[1]) - 1
    first = 4 * day if population == REGIONS["CA1"] else 0
    peaks = np.where((cells >= first) & (cells < first + 8), 10.0, 0.0)
    return tuned(cells * 2.4, peaks)


@pytest.fixture(scope="module")
def values() -> dict[str, float]:
    made = arm(DAYS, SIZES, field)
    return {name: v for (_, name), v in WHOLE.values({"drift": made}).items()}


def test_the_share_of_shared_cells_is_that_of_the_days(
    values: dict[str, float],
) -> None:
    found = [values[f"active cells of CA1 shared, {k} d apart"] for k in (1, 2, 3)]
    np.testing.assert_allclose(found, [4 / 12, 0, 0])
    assert values["active cells of CA3 shared by two days"] == 1
    assert values["active cells of CA1, share"] == 0.2


def test_place_cells_are_shared_as_active_cells_are_and_keep_their_fields(
    values: dict[str, float],
) -> None:
    assert values["place cells of CA1, share"] == pytest.approx(0.2)
    assert values["place cells of CA1 shared by two days"] == pytest.approx(1 / 6)
    assert values["fields of shared place cells of CA1"] > 0.95
    assert abs(values["fields of shared place cells of CA1, shuffled"]) < 0.5
    assert values["fields of CA1 within a day"] > 0.9


def test_every_value_has_a_row_and_every_row_a_value(
    values: dict[str, float],
) -> None:
    names = [band.name for band in WHOLE.bands() if band.arm == "drift"]
    assert len(names) == len(set(names)) and set(names) == set(values)


def test_the_figure_shows_every_day() -> None:
    made = arm(DAYS, SIZES, field)
    recording = Recording(
        protocol=WHOLE.name,
        circuit="hippocampus",
        seed=1,
        parameters={},
        about={},
        arms={"drift": made},
        measures=WHOLE.measures({"drift": made}),
    )
    figure = drift(recording)
    titles = [axes.get_title(loc="left") for axes in figure.subfigs[0].axes]
    assert titles == DAYS


@pytest.mark.slow
def test_a_small_circuit_runs_through_its_days() -> None:
    settings = ["days=2", "visit_time=60 s"]
    recording = run(WHOLE.name, seed=1, settings=settings, scale=0.1)
    found = {(m.arm, m.name): m.value for m in recording.measures}
    for arm_name in WHOLE.arms:
        shared = found[arm_name, "active cells of CA1 shared by two days"]
        assert 0 < shared <= 1
