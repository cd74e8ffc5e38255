"""The twisted torus against the plane that it is made of, and profiles on it."""

from dataclasses import dataclass

import numpy as np
import pytest

from trisynapse.circuits.sheet import (
    HEIGHT,
    Near,
    Ring,
    directions,
    distance,
    lattice,
    places,
)

FAR = [(a + b / 2, b * HEIGHT) for a in range(-3, 4) for b in range(-3, 4)]


@dataclass(frozen=True, kw_only=True)
class Thin(Ring):
    radius: float = 0.3
    width: float = 0.02
    shift: float = 0.1


@dataclass(frozen=True, kw_only=True)
class Hill(Near):
    width: float = 0.1
    everywhere: float = 0.25


def test_a_sheet_of_34_columns_has_30_rows() -> None:
    row, column, across = lattice(1020)
    assert row.max() == 29 and column.max() == 33 and (across == 34).all()


@pytest.mark.parametrize("n", [2, 7, 51, 510, 1020, 1156, 2040])
def test_cells_of_any_number_lie_evenly_in_rows_that_are_even_in_number(n: int) -> None:
    row, _, across = lattice(n)
    assert (row.max() + 1) % 2 == 0 or n < 4
    assert np.ptp(across) <= 1
    where = places(n)
    assert where.shape == (n, 2) and len(np.unique(where, axis=0)) == n
    assert (where >= 0).all() and (where < [1, HEIGHT]).all()


def test_every_two_by_two_cells_prefer_all_four_directions() -> None:
    row, column, _ = lattice(1020)
    for up in (0, 7):
        for right in (0, 11):
            block = (row // 2 == up) & (column // 2 == right)
            four = {tuple(way) for way in directions(1020)[block].tolist()}
            assert four == {(1, 0), (-1, 0), (0, 1), (0, -1)}
    assert not directions(1020).sum(axis=0).any()


def test_the_way_is_the_shortest_to_any_image_on_the_plane() -> None:
    here, there = np.random.default_rng(1).uniform(-1, 2, (2, 500, 2))
    ways = [np.linalg.norm(there - here + image, axis=1) for image in FAR]
    nearest = np.min(ways, axis=0)
    inside = nearest < 0.57  # beyond, more images than FAR may be the nearest
    assert inside.mean() > 0.9
    np.testing.assert_allclose(distance(here, there)[inside], nearest[inside])


def test_the_top_edge_is_the_bottom_edge_moved_by_half() -> None:
    x = np.linspace(0, 1, 11)
    bottom = np.stack([x, np.zeros(11)], axis=1)
    top = np.stack([(x + 0.5) % 1, np.full(11, HEIGHT)], axis=1)
    np.testing.assert_allclose(distance(bottom, top), 0, atol=1e-12)
    np.testing.assert_allclose(distance(bottom, bottom + [0, HEIGHT]), 0.5)
    np.testing.assert_allclose(distance(bottom, bottom + [1, 0]), 0, atol=1e-12)


def test_nothing_is_farther_than_the_corner_of_a_hexagon() -> None:
    far = distance(np.zeros(2), places(1020))
    assert 0.56 < far.max() <= 1 / np.sqrt(3)
    assert far[0] == 0


@pytest.mark.parametrize("way", [(1, 0), (-0.5, HEIGHT), (0.5, -HEIGHT)])
def test_going_once_around_changes_no_distance(way: tuple[float, float]) -> None:
    here, there = np.random.default_rng(2).random((2, 200, 2))
    np.testing.assert_allclose(
        distance(here, there), distance(here, there + way), atol=1e-12
    )


def test_a_ring_is_likeliest_at_its_radius_around_a_place_ahead() -> None:
    n, target = 1020, np.array([500])
    centres = places(n) + 0.1 * directions(n)
    far = distance(centres, places(n)[500])
    likely = Thin().relative(n, n, target)[0]
    np.testing.assert_allclose(likely, np.exp(-((far - 0.3) ** 2) / (2 * 0.02**2)))
    assert likely.max() > 0.99 and (np.abs(far[likely > 0.6] - 0.3) < 0.0203).all()


def test_a_hill_stands_on_what_is_likely_everywhere() -> None:
    likely = Hill().relative(1020, 1020, np.arange(3))
    assert likely.shape == (3, 1020)
    np.testing.assert_allclose(likely[np.arange(3), np.arange(3)], 1.25)
    assert likely.min() == pytest.approx(0.25, abs=1e-5)


@pytest.mark.parametrize("n", [1020, 4080])
def test_the_mass_of_a_hill_is_that_of_a_gaussian_on_the_plane(n: int) -> None:
    mass = Hill(everywhere=0.0).relative(n, n, np.arange(1)).mean()
    assert mass == pytest.approx(2 * np.pi * 0.1**2 / HEIGHT, rel=1e-4)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Thin(width=0.0), "width=0.0: a value above 0 is wanted"),
        (lambda: Thin(radius=-0.1), "radius=-0.1: 0 or more is wanted"),
        (lambda: Hill(width=-1.0), "width=-1.0: a value above 0 is wanted"),
        (lambda: Hill(everywhere=-0.1), "everywhere=-0.1: 0 or more is wanted"),
    ],
)
def test_profiles_that_do_not_exist_are_refused(made, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=said):
        made()
