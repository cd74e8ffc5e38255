"""The bump on a twisted torus against places and paths that are known."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.bump import (
    HEIGHT,
    ROUND,
    bump,
    drift,
    path_on_sheet,
    unwrapped,
)

ONE: Any = np.array([0.0, 1.0])
BACK = [ROUND[0], ROUND[1], ROUND[1] - ROUND[0], -ROUND[0], 2 * ROUND[1] + ROUND[0]]


def hill(centre: tuple[float, float], width: float = 0.1, n: int = 4000) -> np.ndarray:
    """Return places around a centre, symmetric about it."""
    half = width * np.random.default_rng(1).standard_normal((n // 2, 2))
    return np.concatenate([half, -half]) + centre


def at(places: np.ndarray) -> tuple[np.ndarray, float]:
    """Return place and strength of one spike of each of some places."""
    n = len(places)
    seen = bump(np.full(n, 0.5), np.arange(n), places, ONE)
    return seen.xy[0], float(seen.strength[0])


def same(here: np.ndarray, there: np.ndarray) -> bool:
    """Tell whether two places are one on the torus."""
    turns = (here - there) @ np.linalg.inv(ROUND)
    return bool(np.abs(turns - np.round(turns)).max() < 1e-9)


@pytest.mark.parametrize("centre", [(0, 0), (0.5, 0.4), (0.99, 0.01), (0.3, HEIGHT)])
def test_a_symmetric_hill_of_spikes_is_found_at_its_centre(
    centre: tuple[float, float],
) -> None:
    found, _ = at(hill(centre))
    assert same(found, np.array(centre))


@pytest.mark.parametrize("way", BACK)
def test_a_place_and_its_images_are_one(way: np.ndarray) -> None:
    places = hill((0.2, 0.1))
    assert same(at(places)[0], at(places + way)[0])


@pytest.mark.parametrize("width", [0.05, 0.1, 0.2])
def test_the_strength_of_a_gaussian_hill_is_its_characteristic_function(
    width: float,
) -> None:
    # Phases turn by 2 pi over a distance of sqrt(3)/2, and a Gaussian's mean phase
    # vector is exp(-k^2 sigma^2 / 2).
    k = 2 * np.pi / HEIGHT
    expected = np.exp(-((k * width) ** 2) / 2)
    assert at(hill((0.1, 0.1), width, 200_000))[1] == pytest.approx(expected, abs=0.01)


def test_spikes_of_the_whole_sheet_are_no_bump() -> None:
    x, y = np.meshgrid(np.arange(34) / 34, np.arange(30) / 30 * HEIGHT)
    assert at(np.stack([x.ravel(), y.ravel()], axis=1))[1] < 1e-9


def test_bins_take_the_spikes_from_their_lower_edge_on() -> None:
    places = np.array([[0.1, 0.1], [0.4, 0.2]])
    edges: Any = np.arange(4.0)
    seen = bump(np.array([0.0, 1.0, 3.0]), np.array([0, 1, 1]), places, edges)
    np.testing.assert_allclose(seen.xy[:2], places)
    np.testing.assert_allclose(seen.t_s, [0.5, 1.5, 2.5])
    assert np.isnan(seen.xy[2]).all() and np.isnan(seen.strength[2])


def test_a_cell_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="Cells 0 to 5 do not all have one of 2 place"):
        bump(np.zeros(2), np.array([0, 5]), np.zeros((2, 2)), ONE)


@pytest.mark.parametrize("angle", np.deg2rad([0, 17, 90, 200, 301]))
def test_a_straight_way_around_the_torus_is_followed(angle: float) -> None:
    way = np.linspace(0, 5, 101)[:, None] * [np.cos(angle), np.sin(angle)]
    turns = way @ np.linalg.inv(ROUND)
    wrapped = (turns - np.round(turns)) @ ROUND
    assert np.abs(wrapped).max() < 1
    np.testing.assert_allclose(unwrapped(wrapped), way, atol=1e-9)


def test_a_fast_way_is_followed_beside_one_that_is_near() -> None:
    t = np.arange(60.0)[:, None]
    way = t * [0.9, 0.7] + 0.1 * np.sin(t)
    turns = way @ np.linalg.inv(ROUND)
    wrapped = (turns - np.round(turns)) @ ROUND
    found = unwrapped(wrapped, t * [0.9, 0.7])
    np.testing.assert_allclose(found - found[0], way - way[0], atol=1e-9)
    assert np.abs(unwrapped(wrapped)[-1] - way[-1]).max() > 10


def test_bins_in_which_nothing_is_known_are_passed_over() -> None:
    way = np.linspace(0, 2, 41)[:, None] * [1.0, 0.0]
    turns = way @ np.linalg.inv(ROUND)
    wrapped = (turns - np.round(turns)) @ ROUND
    wrapped[7] = np.nan
    found = unwrapped(wrapped)
    assert np.isnan(found[7]).all()
    np.testing.assert_allclose(np.delete(found, 7, 0), np.delete(way, 7, 0), atol=1e-9)


def test_a_path_lies_on_the_sheet_turned_and_by_the_spacing() -> None:
    found = path_on_sheet(np.array([[0.4, 0.0], [0.0, 0.8]]), 0.4, np.pi / 2)
    np.testing.assert_allclose(found, [[0, -1], [2, 0]], atol=1e-12)


def test_a_steady_drift_is_that_of_the_means_of_windows() -> None:
    errors = np.arange(45.0)[:, None] * [0.03, 0.04]
    np.testing.assert_allclose(drift(errors, 10), [0, 0.5, 1.0, 1.5])


def test_windows_of_nothing_have_no_drift() -> None:
    errors = np.ones((6, 2))
    errors[2:4] = np.nan
    errors[4] = np.nan
    found = drift(errors, 2)
    assert np.isnan(found[1]) and found[2] == 0


def test_a_run_of_one_window_cannot_drift() -> None:
    with pytest.raises(ValueError, match="19 bins are 1 windows of 10: two are needed"):
        drift(np.zeros((19, 2)), 10)
