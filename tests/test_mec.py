"""Head-direction, border and speed cells: their drives, the walls, their scores."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits import Hippocampus, Memory
from trisynapse.circuits.mec import (
    MEC,
    RAYS,
    WALLS,
    Head,
    Running,
    Walls,
)
from trisynapse.circuits.quantity import quantity
from trisynapse.protocols import mec_scores
from trisynapse.protocols.navigation import Navigation
from trisynapse.protocols.space.rooms import ROOMS, Box, Circle, CircularTrack
from trisynapse.protocols.space.walls import EVERY, FAR_M, rays, wall_distances
from trisynapse.simulation.recording import Arm, PopulationInfo, Span, Spikes, Trace

from .driven import currents
from .roaming import path, poisson

WHOLE = Hippocampus()
MIDDLE = np.zeros((1, 2))
INSIDE = "(0 m, -20 cm) to (0 m, 20 cm)"


# The circuit


def test_its_populations_join_those_of_entorhinal_cortex() -> None:
    names = [name for name in WHOLE.populations if name.startswith("ec_")]
    assert names[-3:] == ["ec_head_direction", "ec_border", "ec_speed"]
    transmitters = [WHOLE.populations[name].transmitter for name in names[-3:]]
    assert transmitters == ["glutamate", "glutamate", "GABA"]
    assert not set(names[-3:]) & set(Memory().populations)


def test_borders_and_headings_reach_granule_cells_and_ca3_and_nobody_else() -> None:
    told = {(p.pre, p.post) for p in MEC().projections()}
    ends = ("dg_granule", "ca3_pyramidal")
    assert told == {
        (f"ec_{pre}", post) for pre in ("border", "head_direction") for post in ends
    }
    assert {f"{a}_to_{b}" for a, b in told} <= set(WHOLE.synapses({}))


def test_the_circuit_of_a_memory_hears_nothing_of_them() -> None:
    assert not set(Memory.columns) & {*WALLS, "speed", "heading_cos"}
    kinds = ("border", "head_direction", "speed")
    assert not [name for name in Memory().populations if name.endswith(kinds)]
    assert not [p for p in Memory().synapses({}) if p.startswith("ec_border")]


def test_every_parameter_has_a_meaning_or_a_symbol_of_its_cell() -> None:
    rows = list(MEC().table())
    assert len({row.symbol for row in rows}) == len(rows)
    assert not [row.symbol for row in rows if not (row.source and row.meaning)]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("head_direction_head.kappa", "-1", "kappa=-1.0: 0 or more is wanted"),
        ("border_walls.sigma_0", "0 cm", "sigma_0=0 cm: a value above 0 is wanted"),
        ("border_walls.farthest", "-1 cm", "farthest=-1 cm: 0 or more is wanted"),
        ("speed_running.unevenness", "2", "unevenness=2.0: a share from 0 to 1"),
    ],
)
def test_what_no_cell_is_tuned_to_is_refused_in_one_line(
    name: str, text: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        MEC().with_value(name, text)
    assert "\n" not in str(refused.value)


# The drives, against numpy


def test_a_head_direction_cell_has_a_von_mises_curve(numpy_target: None) -> None:
    heading = np.linspace(-np.pi, np.pi, 40)
    shown = {"heading_cos": np.cos(heading), "heading_sin": np.sin(heading), "place": 1}
    found, drawn = currents(Head(), 7, shown, WHOLE.columns)
    off = heading - drawn["prefers"][:, None]
    np.testing.assert_allclose(found, 150e-12 * np.exp(3 * (np.cos(off) - 1)))
    np.testing.assert_allclose(np.diff(drawn["prefers"]), 2 * np.pi / 7)


def test_a_border_cell_looks_along_its_ray(numpy_target: None) -> None:
    distances = np.random.default_rng(1).uniform(0, 1, (30, RAYS))
    shown = dict(zip(WALLS, distances.T, strict=True)) | {"place": 1}
    found, drawn = currents(Walls(), 2 * RAYS, shown, WHOLE.columns)
    assert (np.bincount(drawn["ray"].astype(int)) == 2).all()
    for k, (ray, prefers) in enumerate(
        zip(drawn["ray"].astype(int), drawn["prefers"], strict=True)
    ):
        width = 0.122 * (1 + prefers / 1.83)
        off = distances[:, ray] - prefers
        np.testing.assert_allclose(
            found[k], 150e-12 * np.exp(-(off**2) / (2 * width**2))
        )
    assert 0 <= drawn["prefers"].min() <= drawn["prefers"].max() <= 0.1


def test_a_speed_cell_is_linear_in_speed(numpy_target: None) -> None:
    speed = np.linspace(0, 1, 20)
    shown = {"speed": speed, "place": 1}
    found, drawn = currents(Running(), 5, shown, WHOLE.columns)
    np.testing.assert_allclose(found, 400e-12 * drawn["steep"][:, None] * speed)
    assert 0.5 <= drawn["steep"].min() <= drawn["steep"].max() <= 1.5


# The walls


def test_rays_end_at_the_walls_of_a_box() -> None:
    angles = 2 * np.pi * np.arange(RAYS) / RAYS
    square = 0.5 / np.maximum(np.abs(np.cos(angles)), np.abs(np.sin(angles)))
    np.testing.assert_allclose(rays(Box(), MIDDLE)[0], square, atol=1e-5)
    moved = Box(x_0=quantity("2 m"))
    np.testing.assert_allclose(rays(moved, np.array([[2.0, 0]]))[0], square, atol=1e-5)


def test_who_touches_a_wall_is_at_it_and_far_from_the_others() -> None:
    found = rays(Box(), np.array([[0.5, 0.1]]))[0]
    np.testing.assert_allclose(found[[0, 3, 6, 9]], [0, 0.4, 1, 0.6], atol=1e-5)


@pytest.mark.parametrize(("x", "west"), [(0.2, 0.2), (-0.2, 0.3)])
def test_a_wall_inside_is_met_from_either_side(x: float, west: float) -> None:
    found = rays(Box(walls=INSIDE), np.array([[x, 0.0]]))[0]
    assert found[6] == pytest.approx(west, abs=1e-5)
    assert found[0] == pytest.approx(0.5 - west, abs=1e-5)


def test_a_wall_that_was_removed_is_not_met() -> None:
    assert rays(Box(removed="east"), MIDDLE)[0, 0] == FAR_M
    assert rays(Box(removed="east"), MIDDLE)[0, 6] == pytest.approx(0.5, abs=1e-5)
    gone = rays(Box(walls=INSIDE, removed="wall 1"), np.array([[0.2, 0.0]]))
    assert gone[0, 6] == pytest.approx(0.7, abs=1e-5)
    assert (rays(Circle(removed="boundary"), MIDDLE) == FAR_M).all()


def test_curved_walls_are_met_where_they_stand() -> None:
    np.testing.assert_allclose(rays(Circle(), MIDDLE), 0.5, rtol=1e-3)
    ring = CircularTrack()
    found = rays(ring, ring.at(np.array([0.0])))[0]
    np.testing.assert_allclose(found[[0, 6]], 0.05, atol=1e-3)


def test_distances_of_a_path_are_those_of_its_rows() -> None:
    t = np.arange(501) * 1e-3
    xy = np.stack([0.3 * t, 0.1 * t], axis=1)
    found = wall_distances(Box(), xy)
    assert found.shape == (501, RAYS)
    np.testing.assert_allclose(found[::EVERY], rays(Box(), xy[::EVERY]))
    np.testing.assert_allclose(found, rays(Box(), xy), atol=1e-3)


def test_navigation_shows_heading_speed_and_walls() -> None:
    protocol = replace(Navigation(path="random"), duration=quantity("2 s"))
    (step,) = protocol.timeline("running")
    columns, rows = protocol.circuit.columns, step.stimulus  # type: ignore[union-attr]
    named = dict(zip(columns, rows.T, strict=True))
    where = protocol.trajectory
    np.testing.assert_allclose(named["heading_cos"], np.cos(where.heading))
    np.testing.assert_allclose(named["speed"], where.speed)
    np.testing.assert_allclose(named["wall_0"], 0.5 - where.xy_m[:, 0], atol=1e-3)


# The scores, on cells made by hand

T, XY = path(200)
JUDGE = replace(
    Navigation(path="random"), duration=quantity("200 s"), shuffles=20, judged=4
)
SIZES = dict.fromkeys(WHOLE.populations, 8)


def arm(rates_hz: dict[str, list[Any]]) -> Arm:
    spikes = {}
    for name in SIZES:
        each = [poisson(r, seed=k) for k, r in enumerate(rates_hz.get(name, []))]
        times = np.concatenate([np.empty(0), *each])
        ids = np.repeat(np.arange(len(each)), [len(one) for one in each])
        order = np.argsort(times)
        spikes[name] = Spikes(1e3 * times[order], ids[order].astype(np.uint32))
    velocity = np.gradient(XY, T, axis=0)
    return Arm(
        populations={n: PopulationInfo(k, "", "", "") for n, k in SIZES.items()},
        timeline=(Span("running", "episode", 0, 200, "box 1"),),
        spikes=spikes,
        behaviour={
            "position": Trace(T, XY),
            "heading": Trace(T, np.arctan2(velocity[:, 1], velocity[:, 0])),
            "speed": Trace(T, np.hypot(velocity[:, 0], velocity[:, 1])),
        },
    )


def scores(made: Arm, protocol: Navigation = JUDGE) -> dict[str, float]:
    return {name: v for (_, name), v in protocol.values({"running": made}).items()}


def test_cells_tuned_by_hand_score_as_such() -> None:
    whole = arm({})
    heading = whole.behaviour["heading"].values
    speed = whole.behaviour["speed"].values
    found = scores(
        arm(
            {
                "ec_head_direction": [
                    30 * np.exp(3 * (np.cos(heading - k) - 1)) for k in range(3)
                ],
                "ec_border": [
                    20.0 * (XY[:, 0] > 0.42),
                    20.0 * (XY[:, 1] < -0.42),
                ],
                "ec_speed": [60 * speed, 30 * speed],
            }
        )
    )
    assert found["head-direction cells, mean vector length, median"] > 0.6
    assert found["border cells, border score, median"] > 0.5
    assert found["speed cells, speed score, median"] > 0.4
    for kind in ("head-direction", "border", "speed"):
        assert found[f"{kind} cells above their shuffles"] == 1


def test_cells_tuned_to_nothing_do_not() -> None:
    even = [np.full(len(T), 10.0)] * 3
    middle = 20.0 * (np.hypot(XY[:, 0], XY[:, 1]) < 0.2)
    found = scores(arm({"ec_head_direction": even, "ec_border": [middle]}))
    assert found["head-direction cells, mean vector length, median"] < 0.15
    assert found["border cells, border score, median"] < 0
    assert "speed cells, speed score, median" not in found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_asks_for_what_it_can_tell(room: str) -> None:
    names = [row[0] for row in mec_scores.rows(ROOMS[room]())]
    assert any("speed" in name for name in names)
    assert any("head-direction" in n for n in names) == ("track" not in room)
    assert any("border" in n for n in names) == (room in ("box", "rectangle"))
