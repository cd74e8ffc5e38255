"""Scores of many cells at once, of place and grid cells that are made up."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.maps import Visits, even_bins, visits
from trisynapse.analysis.spatial_cells import (
    GridScores,
    PlaceScores,
    chosen_cells,
    grid_scores,
    place_scores,
)

from .roaming import bump, hexagonal, path, poisson

BIN_M, SIGMA_M = 0.025, 0.05
TOLD: dict[str, Any] = {"sigma_m": SIGMA_M, "shuffles": 20, "seed": 1}
HALF = 2 * np.sqrt(2 * np.log(2))  # full width at half maximum over sigma
FIELD_M, SPACING_M = 0.1, 0.4
T, XY = path(600)
NOBODY = np.empty(0, int)


@pytest.fixture(scope="module")
def seen() -> Visits:
    bins = even_bins((-0.5, 0.5), (-0.5, 0.5), width_m=BIN_M)
    return visits(T, XY, bins, least_mps=0.03)


def fired(*times: Any) -> tuple[Any, Any]:
    """Return spikes of cells 0, 1, … as a population leaves them, sorted by time."""
    ids = np.repeat(np.arange(len(times), dtype=np.uint32), [len(t) for t in times])
    order = np.argsort(np.concatenate(times))
    return np.concatenate(times)[order], ids[order]


# Which cells are scored

SPIKES = np.repeat(np.arange(10), np.arange(10)).astype(np.uint32)  # cell k fires k


def test_cells_with_enough_spikes_are_chosen() -> None:
    assert chosen_cells(SPIKES, 12, 100, 4, 1).tolist() == [4, 5, 6, 7, 8, 9]


def test_of_too_many_cells_a_sample_is_chosen_in_ascending_order() -> None:
    every = [chosen_cells(SPIKES, 12, 4, 4, seed).tolist() for seed in range(20)]
    for cells in every:
        assert len(set(cells)) == 4 and set(cells) <= set(range(4, 10))
        assert cells == sorted(cells)
    assert {cell for cells in every for cell in cells} == set(range(4, 10))


def test_the_same_seed_chooses_the_same_cells() -> None:
    every = [tuple(chosen_cells(SPIKES, 12, 3, 1, seed)) for seed in (1, 1, 2, 3, 4)]
    assert every[0] == every[1] and len(set(every)) > 1


def test_no_cell_is_chosen_where_none_fires() -> None:
    assert chosen_cells(NOBODY, 12, 4, 1, 1).tolist() == []


# Place cells


@pytest.fixture(scope="module")
def places(seen: Visits) -> PlaceScores:
    """Return the scores of a place cell, 1, and of one that fires anywhere, 2."""
    spikes = fired(
        poisson(np.full(len(T), 5.0), seed=1),
        poisson(bump(XY, (0.05, -0.1), FIELD_M, 20), seed=2),
        poisson(np.full(len(T), 5.0), seed=3),
    )
    return place_scores(seen, *spikes, np.array([1, 2]), **TOLD)


def test_only_the_cells_that_were_asked_for_are_scored(places: PlaceScores) -> None:
    assert places.cells.tolist() == [1, 2]
    for name in ("information", "net", "above", "fields", "width_m"):
        assert getattr(places, name).shape == (2,)


def test_a_place_cell_is_above_its_shuffles(places: PlaceScores) -> None:
    assert places.above[0]


def test_a_place_cell_has_the_information_of_its_smoothed_gaussian(
    places: PlaceScores, seen: Visits
) -> None:
    axes = np.meshgrid(*seen.bins.centres, indexing="ij")
    at, wide = np.stack(axes, axis=-1).reshape(-1, 2), np.hypot(FIELD_M, SIGMA_M)
    over = bump(at, (0.05, -0.1), wide, 1.0)
    over /= over.mean()
    said = float((over * np.log2(over)).mean())
    assert places.information[0] == pytest.approx(said, rel=0.15)
    assert 0.7 * said < places.net[0] < places.information[0]


def test_a_place_cell_has_one_field_as_wide_as_smoothing_makes_it(
    places: PlaceScores,
) -> None:
    assert places.fields[0] == 1
    wide = HALF * np.hypot(FIELD_M, SIGMA_M)
    assert places.width_m[0] == pytest.approx(wide, abs=BIN_M)


def test_a_cell_that_fires_anywhere_tells_nothing_beyond_its_shuffles(
    places: PlaceScores,
) -> None:
    assert places.information[1] > 0 and abs(places.net[1]) < 0.02


def test_the_null_of_a_cell_does_not_depend_on_the_others(
    places: PlaceScores, seen: Visits
) -> None:
    times = poisson(bump(XY, (0.05, -0.1), FIELD_M, 20), seed=2)
    alone = place_scores(seen, times, np.ones(len(times), int), np.array([1]), **TOLD)
    assert alone.net[0] == places.net[0]


def test_two_fields_are_counted_and_the_larger_one_is_measured(seen: Visits) -> None:
    rate = bump(XY, (-0.25, -0.25), 0.06, 20) + bump(XY, (0.2, 0.2), 0.1, 20)
    times = poisson(rate, seed=4)
    (cell,) = (np.array([0]),)
    found = place_scores(seen, times, np.zeros(len(times), int), cell, **TOLD)
    assert found.fields.tolist() == [2]
    assert found.width_m[0] == pytest.approx(HALF * np.hypot(0.1, SIGMA_M), abs=BIN_M)


@pytest.mark.parametrize("score", [place_scores, grid_scores])
def test_without_cells_the_scores_are_empty(seen: Visits, score: Any) -> None:
    spikes = fired(np.arange(1.0, 100.0))
    for times, ids in (spikes, (np.empty(0), NOBODY)):
        found = score(seen, times, ids, NOBODY, **TOLD)
        assert {len(column) for column in vars(found).values()} == {0}
        assert found.above.dtype == bool  # it selects, even from nothing


# Grid cells


@pytest.fixture(scope="module")
def grids(seen: Visits) -> GridScores:
    """Return the scores of a grid cell, and of the same spikes at random times."""
    times = poisson(hexagonal(XY, SPACING_M), seed=5)
    anywhere = np.sort(np.random.default_rng(6).uniform(T[0], T[-1], len(times)))
    return grid_scores(seen, *fired(times, anywhere), np.arange(2), **TOLD)


def test_a_grid_cell_scores_high_and_above_its_shuffles(grids: GridScores) -> None:
    assert grids.score[0] > 0.8 and grids.above[0]


def test_a_grid_cell_has_its_spacing(grids: GridScores) -> None:
    assert grids.spacing_m[0] == pytest.approx(SPACING_M, rel=0.05)


def test_the_same_spikes_at_random_times_are_no_grid(grids: GridScores) -> None:
    assert grids.score[1] < 0.4 < grids.score[0] - grids.score[1]
