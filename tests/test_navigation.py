"""Navigation: its timeline, what it refuses, its measures on an arm made by hand."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits.quantity import quantity
from trisynapse.protocols import running
from trisynapse.protocols.navigation import (
    EVERY,
    GRID,
    LEAST_SPIKES,
    PRINCIPAL,
    Navigation,
)
from trisynapse.protocols.space.rooms import ROOMS, Box, CircularTrack, LinearTrack
from trisynapse.simulation.builds import digest
from trisynapse.simulation.recording import (
    Arm,
    PopulationInfo,
    Span,
    Spikes,
    Trace,
)
from trisynapse.simulation.timeline import Episode

from .roaming import bump, hexagonal, path, poisson
from .test_architecture import slow_libraries_after

WHOLE = Navigation()
TRACKS = ("linear-track", "circular-track")


def planned(*settings: str) -> running.Plan:
    order = running.Order("navigation", 1, [], list(settings), None, None, "")
    return running._plan(order)


def shown(protocol: Navigation) -> Episode:
    (step,) = protocol.timeline("running")
    assert isinstance(step, Episode)
    return step


def column(protocol: Navigation, name: str) -> Any:
    return shown(protocol).stimulus[:, protocol.circuit.columns.index(name)]


def small(**changes: Any) -> Navigation:
    return replace(WHOLE, duration=quantity("3 s"), **changes)


WHOLE_3_S = small()


# The timeline


@pytest.mark.parametrize("source", ["sargolini", "random"])
def test_the_one_episode_lasts_as_long_as_it_is_told(source: str) -> None:
    step = shown(small(path=source))
    assert step.seconds == 3 and not step.branch
    assert step.name == "running" and step.stimulus.shape[1] == len(
        WHOLE.circuit.columns
    )


@pytest.mark.parametrize("source", ["sargolini", "random"])
def test_the_stimulus_is_where_the_animal_is(source: str) -> None:
    protocol = small(path=source)
    seen = np.stack([column(protocol, "x"), column(protocol, "y")], axis=1)
    np.testing.assert_array_equal(seen, protocol.trajectory.xy_m)
    assert np.ptp(seen, axis=0).min() > 0.001


def test_theta_turns_at_its_frequency() -> None:
    protocol = small(f_theta=quantity("7 Hz"))
    turns = column(protocol, "theta_cos") + 1j * column(protocol, "theta_sin")
    assert turns[0] == 1
    np.testing.assert_allclose(turns[1:] / turns[:-1], np.exp(2j * np.pi * 0.007))


def test_the_place_is_on_and_nothing_else_is_shown() -> None:
    assert (column(WHOLE_3_S, "place") == 1).all()
    for name in set(WHOLE.circuit.columns) & {"shock", "apv", "kn93"}:
        assert not column(WHOLE_3_S, name).any()


def test_a_place_is_the_room_and_its_number() -> None:
    assert shown(WHOLE_3_S).place == "box 1"
    assert shown(small(room=Box(number=3))).place == "box 3"
    assert shown(small(path="random", room=ROOMS["circle"]())).place == "circle 1"


def test_a_real_rats_track_begins_where_it_is_told() -> None:
    late = small(begin=quantity("1 s")).trajectory.xy_m
    np.testing.assert_allclose(late[:2000], WHOLE_3_S.trajectory.xy_m[1000:], atol=1e-9)


def test_a_random_path_is_that_of_its_seed() -> None:
    one, same, other = (small(path="random", path_seed=s).trajectory for s in (1, 1, 2))
    np.testing.assert_array_equal(one.xy_m, same.xy_m)
    assert np.abs(one.xy_m - other.xy_m).max() > 0.01


# Settings

SETTINGS = ["room=circle", "room.diameter=2 m", "path=random", "duration=2 s"]


@pytest.mark.parametrize("first", range(4))
def test_settings_may_come_in_any_order(first: int) -> None:
    protocol = planned(*SETTINGS[first:], *SETTINGS[:first]).protocol
    assert isinstance(protocol, Navigation) and protocol.room.name == "circle"
    assert float(protocol.part("room.diameter")) == 2 and protocol.path == "random"
    assert shown(protocol).seconds == 2


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("turn", [1, -1])
def test_laps_are_run_on_a_track_in_either_order(track: str, turn: int) -> None:
    settings = [f"room={track}", "path=laps", "duration=5 s"][::turn]
    protocol = planned(*settings).protocol
    assert isinstance(protocol, Navigation)
    assert shown(protocol).seconds == 5 and shown(protocol).place == f"{track} 1"
    assert protocol.room.inside(protocol.trajectory.xy_m, 1e-6).all()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_chosen_by_its_name(room: str) -> None:
    protocol = WHOLE.with_value("room", room)
    assert protocol.room == ROOMS[room]() and protocol.circuit == WHOLE.circuit
    rows = {row.symbol: row.value for row in protocol.table()}
    assert (
        rows["room"] == room and "room.number" in rows and rows["path"] == "sargolini"
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["path=laps"], "path=laps needs a track: give --set room=linear-track"),
        (["path=laps", "room=circle"], "path=laps needs a track: .* not circle"),
        (["path=randon"], "No path 'randon': did you mean 'random'?"),
        (["path=Laps"], "No path 'Laps': did you mean 'laps'?"),
        (["room=circl"], "No room 'circl': did you mean 'circle'?"),
        (["room=track"], "No room 'track': .*There are box, circle, circular-track"),
        (["duration=0 s"], "duration=0 s: from 1 to 3600 s are possible"),
        (["duration=2 h"], "duration=2 h: from 1 to 3600 s are possible"),
        (["duration=3"], "duration=3"),
        (["begin=-1 s"], "begin=-1 s: 0 or more is wanted"),
        (["begin=700 s"], "the track lasts 599.6 s"),
        (["judged=0"], "judged=0: at least 1 is wanted"),
        (["shuffles=0"], "shuffles=0: at least 1 is wanted"),
        (["room=circle"], "Sargolini et al. 2006 ran in a box of 1 m x 1 m, not in"),
        (["room.sides=2 m"], "No parameter 'sides': did you mean 'side'?"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_line(
    settings: list[str], said: str
) -> None:
    with pytest.raises((ValueError, KeyError), match=said) as refused:
        planned(*settings)
    assert "\n" not in str(refused.value.args[0])


# A track of one's own


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return a table of 3 s on a circle, 50 Hz."""
    t = np.arange(151) * 0.02
    rows = np.column_stack([t, 0.3 * np.cos(t), 0.3 * np.sin(t)])
    lines = (",".join(f"{value:.9f}" for value in row) for row in rows)
    file = tmp_path / "mine.csv"
    file.write_text("\n".join(["t_s,x_m,y_m", *lines]) + "\n")
    return file


def test_a_track_of_ones_own_is_run(table: Path) -> None:
    plan = planned(f"path={table}", "room=circle")
    assert plan.protocol.files() == (table,)
    assert plan.order.inputs == {str(table): digest(table.read_bytes())}
    (step,) = plan.experiment.timelines["running"]
    assert isinstance(step, Episode) and step.seconds == 3
    t = np.arange(3000) * 1e-3
    np.testing.assert_allclose(step.stimulus[:, 2], 0.3 * np.cos(t), atol=1e-4)
    np.testing.assert_allclose(step.stimulus[:, 3], 0.3 * np.sin(t), atol=1e-4)


def test_a_stretch_of_ones_own_track_is_run(table: Path) -> None:
    protocol = WHOLE.with_value("path", str(table)).with_value("begin", "1 s")
    part = replace(protocol, duration=quantity("1.5 s"))
    assert shown(protocol).seconds == 2 and shown(part).seconds == 1.5
    assert column(part, "x")[0] == pytest.approx(0.3 * np.cos(1), abs=1e-4)


@pytest.mark.parametrize("source", ["sargolini", "tanni", "random"])
def test_what_is_no_file_is_not_among_the_files(source: str) -> None:
    assert small(path=source).files() == ()


def test_a_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    missing = tmp_path / "none.csv"
    with pytest.raises(OSError, match="none.csv"):
        planned(f"path={missing}")
    with pytest.raises(ValueError, match="There is no file .*none.csv"):
        replace(WHOLE, path=str(missing)).timeline("running")


def test_a_track_that_leaves_the_room_is_refused(table: Path) -> None:
    with pytest.raises(ValueError, match="outside the box"):
        planned(f"path={table}", "room.side=40 cm")


# The measures, on an arm made by hand

T, XY = path(300)
LASTS = 0.02 * len(T)
SIZES = {name: 10 + 3 * k for k, name in enumerate(WHOLE.circuit.populations)}
JUDGE = replace(WHOLE, duration=quantity("300 s"), shuffles=10)
SPACING_M = {0: 0.35, 1: 0.35, 2: 0.35, 3: 0.5, 4: 0.5}


def arm(
    fired: dict[str, dict[int, Any]], t: Any = T, xy: Any = XY, start: float = 0
) -> Arm:
    """Return an arm; ``fired`` holds the spike times, seconds, of cells."""
    spikes = {}
    for name in SIZES:
        cells = fired.get(name, {})
        times = np.concatenate([np.empty(0), *cells.values()]) + start
        ids = np.repeat(list(cells), [len(each) for each in cells.values()])
        order = np.argsort(times)
        spikes[name] = Spikes(times[order] * 1e3, ids[order].astype(np.uint32))
    stop = start + 0.02 * len(t)
    return Arm(
        populations={n: PopulationInfo(k, "", "", "") for n, k in SIZES.items()},
        timeline=(Span("running", "episode", start, stop, "box 1"),),
        spikes=spikes,
        behaviour={"position": Trace(start + t, xy)},
    )


def values(protocol: Navigation, made: Arm) -> dict[str, float]:
    return {name: v for (_, name), v in protocol.values({"running": made}).items()}


@pytest.fixture(scope="module")
def scores() -> dict[str, float]:
    """Return the measures of five grid cells and, in CA1, of four place cells."""
    grid = {
        k: poisson(hexagonal(XY, s, at=(0.03 * k, 0.05 * k)), seed=k)
        for k, s in SPACING_M.items()
    }
    place = {
        2 * k: poisson(bump(XY, (0.1 * k - 0.2, 0.1), 0.1, 20), seed=10 + k)
        for k in range(4)
    }
    few = {9: np.linspace(1, 299, LEAST_SPIKES - 1)}
    return values(JUDGE, arm({GRID: grid, "ca1_pyramidal": place | few}))


def test_cells_made_of_grids_score_as_grid_cells(scores: dict[str, float]) -> None:
    assert scores["grid score, median"] > 0.8
    assert scores["grid cells, share"] == 1


def test_modules_have_the_ratio_of_their_spacings(scores: dict[str, float]) -> None:
    assert scores["ratio of grid modules, mean"] == pytest.approx(0.5 / 0.35, rel=0.07)


def test_cells_made_of_places_score_as_place_cells(scores: dict[str, float]) -> None:
    wide = 2 * np.sqrt(2 * np.log(2)) * np.hypot(0.1, 0.05)
    assert scores["CA1 place cells, share of these"] == 1
    assert scores["CA1 with one or two fields"] == 1
    assert scores["CA1 width of a field, median"] == pytest.approx(wide, abs=0.05)
    assert 0.8 < scores["CA1 information, median"] < 3


def test_only_cells_with_enough_spikes_count_as_firing(
    scores: dict[str, float],
) -> None:
    assert scores["CA1 cells that fire"] == 4 / SIZES["ca1_pyramidal"]
    assert scores["DG cells that fire"] == 0


def test_a_silent_region_has_no_scores(scores: dict[str, float]) -> None:
    for name in ("place cells, share of these", "information, median"):
        assert f"SUB {name}" not in scores


def test_rates_are_spikes_by_cells_and_seconds() -> None:
    fired = {"ca3_olm": {0: np.arange(1, 61.0), 3: np.arange(1, 31.0)}}
    found = values(JUDGE, arm(fired, start=40.0))
    assert found["ca3_olm rate"] == pytest.approx(90 / SIZES["ca3_olm"] / LASTS)
    assert found["dg_granule rate"] == 0


def test_only_as_many_cells_are_scored_as_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scored: Counter[int] = Counter()
    each = Navigation._spikes

    def told(self: Navigation, made: Arm, population: str) -> Any:
        found = each(self, made, population)
        scored[len(found[2])] += 1
        return found

    monkeypatch.setattr(Navigation, "_spikes", told)
    fired = {"dg_granule": {k: np.linspace(1, 299, 40) for k in range(6)}}
    values(replace(JUDGE, judged=2, shuffles=1), arm(fired))
    assert scored == {2: 1, 0: len(PRINCIPAL)}


@pytest.mark.parametrize("room", ROOMS)
def test_every_band_is_that_of_a_measure_there_is(room: str) -> None:
    protocol = JUDGE.with_value("room", room)
    xy = 0.2 * np.stack([np.cos(0.4 * T), np.sin(0.4 * T)], axis=1)
    if isinstance(protocol.room, LinearTrack | CircularTrack):
        xy = protocol.room.at(1.0 + 0.5 * np.sin(0.4 * T))
    made = arm({}, T, xy)
    names = [band.name for band in protocol.bands()]
    assert len(set(names)) == len(names)
    assert {name for name, _ in protocol._values(made)} == set(names)


def test_grids_are_judged_on_a_large_floor_only() -> None:
    def judged(room: Any) -> bool:
        names = [band.name for band in replace(WHOLE, room=room).bands()]
        return any("grid" in name for name in names)

    assert judged(Box()) and judged(Box(side=quantity("0.8 m")))
    assert not judged(Box(side=quantity("0.7 m")))
    assert not judged(LinearTrack(length=quantity("20 m")))  # 2 m2, but a track
    assert not judged(ROOMS["circular-track"]())


def test_a_place_cell_on_a_track_has_the_width_along_it() -> None:
    track = LinearTrack(length=quantity("2 m"))
    along = np.abs((0.3 * T) % 4 - 2)
    rate = 20 * np.exp(-((along - 0.9) ** 2) / (2 * 0.1**2))
    fired = {"ca1_pyramidal": {1: poisson(rate, seed=1)}}
    found = values(replace(JUDGE, room=track), arm(fired, T, track.at(along)))
    wide = 2 * np.sqrt(2 * np.log(2)) * np.hypot(0.1, 0.05)
    assert found["CA1 width of a field, median"] == pytest.approx(wide, abs=0.025)
    assert found["CA1 with one or two fields"] == 1


@pytest.mark.parametrize(("seconds", "share"), [(30, 1.0), (60, 0.01)])
def test_too_little_running_for_shuffles_leaves_rates(
    seconds: float, share: float
) -> None:
    t, xy = path(seconds)
    fired = {"ca1_pyramidal": {1: np.linspace(1, seconds - 1, 60)}}
    found = values(JUDGE, arm(fired, t, share * xy))
    assert found["ca1_pyramidal rate"] == pytest.approx(
        60 / SIZES["ca1_pyramidal"] / seconds
    )
    assert "CA1 information, median" not in found


@pytest.mark.parametrize(("room", "beyond"), [("water-maze", 0.0), ("box", 5e-10)])
def test_an_animal_at_the_wall_is_within_the_map(room: str, beyond: float) -> None:
    protocol = JUDGE.with_value("room", room)
    angle = np.linspace(0, 2 * np.pi, 2000)
    wall = protocol.room.held(10 * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    made = arm({}, 0.02 * np.arange(2000), wall * (1 + 2 * beyond))
    assert protocol.room.inside(made.behaviour["position"].values).all()
    assert values(protocol, made)["dg_granule rate"] == 0


# What it tells


def test_it_describes_its_one_step() -> None:
    told = WHOLE_3_S.describe()
    assert [tuple(row) for row in told.timeline] == [
        ("running", "running", "episode", "3 s", "box 1")
    ]
    assert len(told.measures) == len(WHOLE.bands())
    assert any(f"{LEAST_SPIKES} spikes" in note for note in told.notes)


def test_what_is_recorded_is_the_position_at_50_hz_and_all_spikes() -> None:
    class Result:
        def timeline(self) -> tuple[Span, ...]:
            return (Span("running", "episode", 2.0, 5.0, "box 1"),)

        def spikes(self, names: list[str]) -> dict[str, Spikes]:
            return {n: Spikes(np.empty(0), np.empty(0, np.uint32)) for n in names}

    result: Any = Result()
    made = WHOLE_3_S.record("running", result)
    assert set(made.spikes) == set(WHOLE.circuit.populations) == set(made.populations)
    trace = made.behaviour["position"]
    assert np.diff(trace.t_s) == pytest.approx(0.02) and trace.t_s[0] == 2
    np.testing.assert_array_equal(trace.values, WHOLE_3_S.trajectory.xy_m[::EVERY])
    assert len(made.behaviour["heading"].values) == len(trace.t_s) == 150
    assert isinstance(WHOLE_3_S.measures({"running": made}), tuple)


@pytest.mark.parametrize(
    "verb",
    [
        "list",
        "cite",
        "describe",
    ],
)
def test_telling_of_it_loads_nothing_slow(verb: str) -> None:
    words = [verb] if verb == "list" else [verb, "navigation"]
    code = f"from trisynapse.cli import main\nassert not main({words})"
    assert slow_libraries_after(code) == set()
