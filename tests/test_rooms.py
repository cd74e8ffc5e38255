"""Rooms: outlines, walls and tracks, held against closed forms."""

import math
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits.quantity import quantity
from trisynapse.protocols.space.room import Room
from trisynapse.protocols.space.rooms import (
    ROOMS,
    Box,
    Circle,
    CircularTrack,
    LinearTrack,
    Morph,
    Rectangle,
    WaterMaze,
    find,
)

POINTS = np.random.default_rng(0).uniform(-1.7, 1.7, (2000, 2))
CM = 0.01


def polygon_area(ring: Any) -> float:
    x, y = ring.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def nearest(room: Room, x: float, y: float) -> tuple[float, float]:
    """Return metres and degrees."""
    distance, bearing = room.nearest_wall([[x, y]])
    return float(distance[0]), math.degrees(bearing[0])


# Outlines


@pytest.mark.parametrize("name", ROOMS)
def test_every_room_is_found_by_its_name(name: str) -> None:
    assert find(name).name == name


def test_an_unknown_room_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(KeyError, match="No room 'boks': did you mean 'box'\\?"):
        find("boks")


@pytest.mark.parametrize("name", ROOMS)
def test_the_area_is_that_of_the_polygons(name: str) -> None:
    room = find(name)
    outline, *holes = (polygon_area(ring) for ring in room.rings(4000))
    assert room.area == pytest.approx(outline - sum(holes), rel=1e-5)


@pytest.mark.parametrize("name", ROOMS)
def test_the_polygons_lie_on_the_edge(name: str) -> None:
    room = find(name)
    corners = np.concatenate(room.rings())
    assert np.abs(room.beyond(corners - room.centre)).max() < 1e-12


@pytest.mark.parametrize("name", ROOMS)
def test_the_way_to_the_edge_leads_to_the_edge_and_is_as_long_as_is_said(
    name: str,
) -> None:
    room = find(name)
    way = room.to_edge(POINTS)
    assert np.abs(room.beyond(POINTS + way)).max() < 1e-12
    np.testing.assert_allclose(np.hypot(*way.T), np.abs(room.beyond(POINTS)))


@pytest.mark.parametrize("name", ROOMS)
def test_positions_outside_are_moved_to_the_edge_and_others_stay(name: str) -> None:
    room, held = find(name), find(name).held(POINTS)
    within = room.inside(POINTS)
    assert within.any() and not within.all()
    assert (held[within] == POINTS[within]).all()
    assert room.outside(held).max() < 1e-12


def test_a_box_holds_its_corners_and_no_more() -> None:
    box = Box(side=quantity("80 cm"))
    assert box.inside([[0.4, 0.4], [0.41, 0.0], [0.0, -0.41]]).tolist() == [1, 0, 0]
    assert box.outside([[0.43, 0.44]]) == pytest.approx(0.05)  # 3, 4, 5


def test_a_room_may_lie_elsewhere() -> None:
    box = Box(x_0=quantity("50 cm"), y_0=quantity("50 cm"))
    assert box.inside([[0.01, 0.99], [-0.01, 0.5]]).tolist() == [True, False]
    assert nearest(box, 0.9, 0.5) == (pytest.approx(0.1), pytest.approx(0))


# Morphs


def test_the_first_morph_is_the_box() -> None:
    morph, box = Morph(morph=0.0), Box()
    np.testing.assert_allclose(morph.beyond(POINTS), box.beyond(POINTS))
    np.testing.assert_allclose(morph.to_edge(POINTS), box.to_edge(POINTS))
    assert morph.area == box.area == 1


def test_the_last_morph_is_the_circle_of_the_same_perimeter() -> None:
    diameter = 4 / math.pi
    morph, circle = Morph(morph=1.0), Circle(diameter=quantity(f"{diameter!r} m"))
    np.testing.assert_allclose(morph.beyond(POINTS), circle.beyond(POINTS))
    assert morph.area == pytest.approx(4 / math.pi)


@pytest.mark.parametrize("m", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_every_morph_has_as_long_a_wall(m: float) -> None:
    assert Morph(morph=m).perimeter == pytest.approx(4)


def test_half_a_morph_reaches_half_way() -> None:
    """A sum of Minkowski's reaches in each direction the mean of both."""
    to_side = (0.5 + 2 / math.pi) / 2
    to_corner = (math.sqrt(0.5) + 2 / math.pi) / 2
    p = np.array([[to_side, 0], [to_corner / 2**0.5, to_corner / 2**0.5]])
    assert np.abs(Morph(morph=0.5).beyond(p)).max() < 1e-12


# Walls


@pytest.mark.parametrize(
    ("x", "y", "metres", "degrees"),
    [
        (0.4, 0.1, 0.1, 0),
        (0.1, 0.4, 0.1, 90),
        (-0.3, 0.1, 0.2, 180),
        (0, -0.4, 0.1, -90),
    ],
)
def test_the_nearest_wall_of_a_box(
    x: float, y: float, metres: float, degrees: float
) -> None:
    assert nearest(Box(), x, y) == (pytest.approx(metres), pytest.approx(degrees))


def test_the_nearest_wall_of_a_disc_lies_straight_outward() -> None:
    assert nearest(Circle(), 0.15, 0.2) == (
        pytest.approx(0.25),
        pytest.approx(math.degrees(math.atan2(4, 3))),
    )


def test_a_removed_side_is_no_wall_but_ends_the_floor() -> None:
    box = Box(removed="east; north")
    assert nearest(box, 0.4, 0.4) == (pytest.approx(0.9), pytest.approx(180))
    assert not box.inside([[0.6, 0.0]])[0]


def test_without_any_wall_there_is_no_distance_and_no_bearing() -> None:
    for room in (Box(removed="east; north; west; south"), Circle(removed="boundary")):
        distance, bearing = room.nearest_wall([[0.1, 0.1]])
        assert np.isinf(distance) and np.isnan(bearing)


def test_a_wall_inside_is_near_beside_it_and_beyond_its_end() -> None:
    box = Box(walls="(0 m, -50 cm) to (0 m, 10 cm)")
    assert nearest(box, -0.1, -0.3) == (pytest.approx(0.1), pytest.approx(0))
    assert nearest(box, 0.03, 0.14) == (
        pytest.approx(0.05),
        pytest.approx(math.degrees(math.atan2(-4, -3))),
    )


def test_a_removed_wall_is_gone_and_the_other_keeps_its_name() -> None:
    walls = "(0 m, -50 cm) to (0 m, 10 cm); (20 cm, 0 m) to (50 cm, 0 m)"
    assert len(Box(walls=walls).standing()) == 2
    left = Box(walls=walls, removed="wall 1").standing()
    np.testing.assert_allclose(left, [[[0.2, 0], [0.5, 0]]])


def test_distances_are_the_same_however_many_are_asked_for() -> None:
    box = Box(walls="(0 m, -50 cm) to (0 m, 10 cm)")
    many = np.tile(POINTS, (10, 1))
    np.testing.assert_array_equal(
        box.nearest_wall(many).bearing[-2000:], box.nearest_wall(POINTS).bearing
    )


@pytest.mark.parametrize(
    ("path", "crossed"),
    [
        ([[-0.1, 0], [0.1, 0]], [0]),
        ([[-0.1, 0.3], [0.1, 0.3]], []),  # past its end
        ([[-0.2, 0], [-0.1, 0], [-0.2, 0]], []),
        ([[-0.1, 0], [0, 0], [0.1, 0]], [1]),  # with a stop on the wall
        ([[-0.1, 0], [0, 0], [-0.1, 0]], []),  # touched
        ([[-0.1, 0], [0.1, 0], [-0.1, 0]], [0, 1]),
        ([[-0.1, 0]], []),
    ],
)
def test_a_wall_is_crossed_where_a_path_leads_through(
    path: list[list[float]], crossed: list[int]
) -> None:
    box = Box(walls="(0 m, -50 cm) to (0 m, 20 cm)")
    assert box.crossings(path).tolist() == crossed


def test_a_removed_wall_is_not_crossed() -> None:
    box = Box(walls="(0 m, -50 cm) to (0 m, 20 cm)", removed="wall 1")
    assert not len(box.crossings([[-0.1, 0], [0.1, 0]]))


# Tracks and the maze


def test_a_straight_track_counts_from_its_western_end() -> None:
    track = LinearTrack()
    along = track.along([[-1.5, 0.02], [0, 0], [1.5, -0.05], [1.6, 0]])
    assert along.tolist() == [0, 1.5, 3, 3]


def test_a_ring_counts_counterclockwise_from_the_east() -> None:
    track = CircularTrack(circumference=quantity("4 m"))
    along = track.along([[1, 0], [0, 1], [-1, 0], [0, -1], [1, -1e-9]])
    assert along == pytest.approx([0, 1, 2, 3, 4])


@pytest.mark.parametrize("track", [LinearTrack(), CircularTrack()])
def test_a_place_on_the_midline_is_as_far_along_as_was_asked(
    track: LinearTrack | CircularTrack,
) -> None:
    asked = np.linspace(0, 2.99, 20)
    np.testing.assert_allclose(track.along(track.at(asked)), asked, atol=1e-12)
    half = nearest(track, *track.at([0.7])[0])[0]
    assert half == pytest.approx(5 * CM)


def test_the_platform_is_a_disc_in_the_pool() -> None:
    maze = WaterMaze()
    found = maze.on_platform([[0.45, 0.45], [0.45, 0.50], [0.45, 0.52], [0, 0]])
    assert found.tolist() == [True, True, False, False]


# What no room can be


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (Box, {"side": "0 m"}, "side=0 m: a room has lengths from 1 cm to 30 m."),
        (Box, {"side": "-1 m"}, "side=-1 m: a room has lengths"),
        (Box, {"side": "100 m"}, "side=100 m: a room has lengths"),
        (Rectangle, {"width": "0 cm"}, "width=0 cm: a room has lengths"),
        (Circle, {"diameter": "0 m"}, "diameter=0 m: a room has lengths"),
        (LinearTrack, {"width": "0 m"}, "width=0 m: a room has lengths"),
        (CircularTrack, {"width": "1 m"}, "a ring of 3 m is narrower than 95.5 cm."),
        (Morph, {"morph": 1.1}, "morph=1.1: a share from 0 to 1 is wanted."),
        (Box, {"number": 0}, "number=0: at least 1 is wanted."),
        (WaterMaze, {"platform_x": "0.9 m"}, "reaches beyond a pool of 1.8 m."),
    ],
)
def test_a_room_without_area_is_refused(
    kind: type[Room], values: dict[str, Any], said: str
) -> None:
    given = {k: quantity(v) if isinstance(v, str) else v for k, v in values.items()}
    with pytest.raises(ValueError) as refusal:
        kind(**given)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("walls", "said"),
    [
        ("0 0 to 1 1", "write a wall by its ends, as in '(0 m, -50 cm) to"),
        ("(0 m, 0 m) to (0 m, 0.2)", "'0.2' has no unit"),
        ("(0 m, 0 m) to (0 m, 2 ms)", "metres are wanted"),
        ("(0 m, 0 m) to (0 m, 0 m)", "this wall is shorter than 1 cm."),
        ("(0 m, 0 m) to (0 m, 1 m)", "this wall ends outside the box; its ends are"),
    ],
)
def test_a_wall_that_stands_nowhere_is_refused(walls: str, said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        Box(walls=walls)
    assert said in str(refusal.value).replace("\n", "!")


def test_a_wall_that_is_not_there_cannot_be_removed() -> None:
    with pytest.raises(KeyError, match="No wall of the box 'noth': did you mean 'nort"):
        Box(removed="noth")
    with pytest.raises(KeyError, match="There are boundary."):
        Circle(removed="wall 1")


def test_a_room_is_changed_as_every_parameter_is() -> None:
    assert Box().with_value("side", "60 cm").area == pytest.approx(0.36)
    names = {row.symbol for row in Morph().table()}
    assert {"side", "morph", "walls", "removed", "number", "x_0"} <= names
