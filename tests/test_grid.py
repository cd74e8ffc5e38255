"""Grid scores, spacing and orientation of lattices that are known."""

from typing import Any

import numpy as np
import pytest
from scipy.special import j1

from trisynapse.analysis.grid import (
    autocorrelogram,
    geometry,
    grid_score,
    modules,
    ring_score,
)


def plane(shape: tuple[int, int] = (40, 40)) -> Any:
    return np.indices(shape) - np.array(shape)[:, None, None] // 2


def waves(spacing: float, turn: float) -> Any:
    """Return the three wave vectors of a hexagonal lattice, an axis at ``turn``."""
    angles = turn + np.pi / 6 + np.arange(3) * np.pi / 3
    length = 4 * np.pi / np.sqrt(3) / spacing
    return length * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def hexagonal(spacing: float, turn: float, shift: Any = (0, 0), xy: Any = None) -> Any:
    """Return the sum of three cosines, 3 at the peaks; lengths in bins."""
    xy = plane() if xy is None else xy
    return sum(
        np.cos(k[0] * (xy[0] - shift[0]) + k[1] * (xy[1] - shift[1]))
        for k in waves(spacing, turn)
    )


def noise(n: int = 40, seed: int = 1) -> Any:
    return np.random.default_rng(seed).uniform(0, 5, (n, n))


# Autocorrelogram


def test_every_bin_is_the_correlation_of_the_overlap() -> None:
    rates = noise(12)
    rates[3:5, 6] = np.nan
    found = autocorrelogram(rates)
    middle = found.shape[0] // 2
    for dx, dy in ((0, 0), (1, 0), (-3, 2), (4, 5)):
        a = rates[max(dx, 0) : 12 + min(dx, 0), max(dy, 0) : 12 + min(dy, 0)]
        b = rates[max(-dx, 0) : 12 + min(-dx, 0), max(-dy, 0) : 12 + min(-dy, 0)]
        both = np.isfinite(a + b)
        said = np.corrcoef(a[both], b[both])[0, 1]
        assert found[middle + dx, middle + dy] == pytest.approx(said)


def test_an_overlap_of_few_bins_is_not_correlated() -> None:
    found = autocorrelogram(noise(12), least_bins=30)
    middle = found.shape[0] // 2
    assert found[middle + 7, middle + 6] != 0  # 5 x 6 bins
    assert found[middle + 7, middle + 7] == 0


@pytest.mark.parametrize("rate", [0.0, 3.7])
def test_a_flat_map_has_no_autocorrelogram(rate: float) -> None:
    flat = autocorrelogram(np.full((20, 30), rate))
    assert flat.shape == (35, 53) and not flat.any()
    assert np.isnan(grid_score(flat)) and np.isnan(ring_score(flat))
    assert np.isnan(geometry(flat, 0.1).spacing_m)


def test_a_map_never_visited_has_no_score() -> None:
    assert np.isnan(grid_score(autocorrelogram(np.full((20, 20), np.nan))))


def test_neither_scale_nor_offset_of_the_rates_matters() -> None:
    rates = noise()
    assert autocorrelogram(7 * rates + 100) == pytest.approx(autocorrelogram(rates))


def test_maps_of_other_paths_are_refused_together() -> None:
    maps = np.stack([noise(), noise()])
    maps[0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="2 maps were not all visited"):
        autocorrelogram(maps)


@pytest.mark.parametrize("shape", [(40,), (3, 40), (5, 40, 2)])
def test_a_map_of_a_track_is_refused(shape: Any) -> None:
    with pytest.raises(ValueError, match="have no grid: give maps of a room"):
        autocorrelogram(np.ones(shape))


@pytest.mark.parametrize("sides", [(4, 4), (4, 9), (5, 6)])
def test_the_smallest_rooms_have_a_score_or_none_but_do_not_fail(sides: Any) -> None:
    maps = autocorrelogram(np.random.default_rng(1).uniform(0, 5, (20, *sides)))
    assert grid_score(maps).shape == ring_score(maps).shape == (20,)


def test_no_maps_have_no_scores() -> None:
    none = autocorrelogram(np.empty((0, 20, 20)))
    assert grid_score(none).shape == ring_score(none).shape == (0,)


# Scores


def ring_mean(q: float, a: float, b: float) -> float:
    """Return the mean of cos(q x) over a ring from a to b."""
    if q == 0:
        return 1.0
    return float(2 * (b * j1(q * b) - a * j1(q * a)) / (q * (b * b - a * a)))


def likeness(spacing: float, turn: float, a: float, b: float) -> float:
    """Return the correlation over a ring of a lattice with itself, turned."""
    k, other = waves(spacing, 0), waves(spacing, turn)

    def product(one: Any, two: Any) -> float:
        pairs = [(p, q) for p in one for q in two]
        ways = [float(np.linalg.norm(p + s * q)) for p, q in pairs for s in (1, -1)]
        return sum([ring_mean(w if w > 1e-9 else 0.0, a, b) for w in ways]) / 2

    mean = 3 * ring_mean(float(np.linalg.norm(k[0])), a, b)
    return (product(k, other) - mean**2) / (product(k, k) - mean**2)


def test_a_perfect_grid_has_the_ring_score_of_theory() -> None:
    # Half to one and a half times 20 bins; r30 is also r90 and r150, and r60 is 1.
    lattice = hexagonal(20, 0, xy=plane((71, 71)))
    said = 1 - likeness(20, np.pi / 6, 10, 30)
    assert likeness(20, np.pi / 3, 10, 30) == pytest.approx(1)
    assert ring_score(lattice / 3) == pytest.approx(said, abs=0.02)


@pytest.mark.parametrize("score", [grid_score, ring_score])
@pytest.mark.parametrize("turn", [0.0, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("spacing", [10, 13, 18])
def test_a_grid_scores_alike_however_it_lies(
    score: Any, turn: float, spacing: float
) -> None:
    found = score(autocorrelogram(hexagonal(spacing, turn, (3, 7))))
    assert 1.25 < found < 1.45


@pytest.mark.parametrize(("score", "least"), [(grid_score, -0.1), (ring_score, -1)])
def test_a_square_lattice_is_no_grid(score: Any, least: float) -> None:
    x, y = 2 * np.pi * plane() / 12
    assert score(autocorrelogram(np.cos(x) + np.cos(y))) < least


def test_a_stripe_and_a_single_field_are_no_grids() -> None:
    x, y = plane()
    stripes = autocorrelogram(np.cos(2 * np.pi * x / 12) + 1e-3 * noise())
    field = autocorrelogram(np.exp(-(x * x + y * y) / 50))
    assert grid_score(stripes) < 0.3 and grid_score(field) < 0.1
    assert np.isnan(ring_score(field))


@pytest.mark.parametrize("score", [grid_score, ring_score])
def test_a_stack_has_the_score_of_each_map(score: Any) -> None:
    maps = np.stack([hexagonal(8 + k, k, (k, 1)) + noise(seed=k) for k in range(8)])
    stack = autocorrelogram(maps.reshape(4, 2, 40, 40))
    found = score(stack)
    assert found.shape == (4, 2)
    assert found.ravel() == pytest.approx(
        [score(autocorrelogram(one)) for one in maps], nan_ok=True
    )


def test_a_room_need_not_be_square() -> None:
    lattice = hexagonal(12, 0.3, xy=plane((60, 36)))
    assert grid_score(autocorrelogram(lattice)) == pytest.approx(1.35, abs=0.1)
    assert geometry(autocorrelogram(lattice), 1.0).spacing_m == pytest.approx(12, abs=1)


def test_bins_never_visited_hardly_change_the_score() -> None:
    rates = hexagonal(13, 0.3)
    whole = grid_score(autocorrelogram(rates))
    rates[noise() < 1] = np.nan
    assert grid_score(autocorrelogram(rates)) == pytest.approx(whole, abs=0.02)


# Geometry


@pytest.mark.parametrize("turn_deg", [0.0, 7.0, 25.0, 40.0, 59.0])
@pytest.mark.parametrize("spacing_m", [0.25, 0.33, 0.45])
def test_spacing_and_orientation_are_recovered_within_a_bin(
    spacing_m: float, turn_deg: float
) -> None:
    lattice = hexagonal(spacing_m / 0.025, np.deg2rad(turn_deg), (4, 2))
    found = geometry(autocorrelogram(lattice), 0.025)
    off = (found.orientation_deg - turn_deg + 30) % 60 - 30
    assert found.spacing_m == pytest.approx(spacing_m, abs=0.0025)
    assert abs(off) < 0.5
    assert found.ellipticity == pytest.approx(1, abs=0.02)


def test_a_stretched_grid_is_an_ellipse_along_the_stretch() -> None:
    x, y = plane()
    found = geometry(autocorrelogram(hexagonal(12, 0.2, xy=(x, y / 1.2))), 1.0)
    assert found.ellipticity == pytest.approx(1.2, abs=0.02)
    assert found.ellipse_deg == pytest.approx(90, abs=2)


def test_a_single_field_has_no_spacing() -> None:
    x, y = plane()
    found = geometry(autocorrelogram(np.exp(-(x * x + y * y) / 50)), 1.0)
    assert np.isnan([found.spacing_m, found.orientation_deg, found.ellipticity]).all()


# Modules


def test_modules_and_their_ratios_are_recovered() -> None:
    rng = np.random.default_rng(1)
    true = np.repeat([0, 1, 2], [30, 20, 10])
    spacings = np.array([0.38, 0.55, 0.8])[true] * rng.normal(1, 0.04, 60)
    order = rng.permutation(60)
    found = modules(spacings[order])
    assert (found.labels == true[order]).all()
    assert found.spacings_m == pytest.approx([0.38, 0.55, 0.8], rel=0.03)
    assert found.ratios == pytest.approx([0.55 / 0.38, 0.8 / 0.55], rel=0.04)


def test_cells_of_one_spacing_are_one_module() -> None:
    spacings = 0.4 * np.random.default_rng(1).normal(1, 0.05, 50)
    found = modules(spacings)
    assert len(found.spacings_m) == 1 and len(found.ratios) == 0


def test_a_cell_without_a_spacing_is_in_no_module() -> None:
    assert modules(np.array([0.4, np.nan, 0.7])).labels.tolist() == [0, -1, 1]
    assert modules(np.full(3, np.nan)).labels.tolist() == [-1, -1, -1]
