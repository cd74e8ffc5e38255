"""The same spikes and positions through opexebo and pynapple, where both are there.

Where their definition is ours the numbers agree to 1e-6; where it is not, the test says
how they differ. Opexebo's maps are indexed [y, x].
"""

import warnings
from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.fields import fields
from trisynapse.analysis.grid import autocorrelogram, geometry, grid_score
from trisynapse.analysis.maps import counts, even_bins, occupancy, rates, smooth, visits
from trisynapse.analysis.spatial import (
    coherence,
    information_per_second,
    information_per_spike,
    selectivity,
    sparsity,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    opexebo = pytest.importorskip("opexebo")
    nap = pytest.importorskip("pynapple")

pytestmark = pytest.mark.filterwarnings("ignore")

CLOSE = 1e-6
DT, SAMPLES, SIDE_M = 0.05, 12000, 0.025
ROOM = even_bins((0.0, 1.0), (0.0, 0.8), width_m=SIDE_M)
BOX = {"arena_size": (1.0, 0.8), "limits": (0, 1.0, 0, 0.8), "bin_edges": ROOM.edges}


def path() -> tuple[Any, Any]:
    steps = np.random.default_rng(1).normal(0, 0.03, (SAMPLES, 2))
    xy = np.abs((steps.cumsum(axis=0) / [1, 0.8] + 0.5) % 2 - 1) * [1, 0.8]
    return np.arange(SAMPLES) * DT, xy


T, XY = path()
SEEN = visits(T, XY, ROOM)


def lattice(xy: Any, spacing: float, turn: float = 0.3) -> Any:
    """Return a rate with the fields of a grid cell, between 0 and 1."""
    angles = turn + np.pi / 6 + np.arange(3) * np.pi / 3
    phases = 4 * np.pi / np.sqrt(3) / spacing * xy @ [np.cos(angles), np.sin(angles)]
    return np.exp(np.cos(phases).sum(axis=-1) - 3)


CELLS = {
    "grid": 15 * lattice(XY, 0.35),
    "place": 20 * np.exp(-((XY - [0.3, 0.5]) ** 2).sum(axis=1) / 0.02),
    "everywhere": np.full(SAMPLES, 2.0),
    "sparse": np.full(SAMPLES, 0.05),
}


def spikes(cell: str) -> Any:
    rng = np.random.default_rng(2)
    times = np.repeat(T, rng.poisson(CELLS[cell] * DT))
    return np.clip(times + rng.uniform(-0.49, 0.49, len(times)) * DT, 0, T[-1])


def opexebo_maps(cell: str) -> tuple[Any, Any]:
    """Return opexebo's time and rate maps, indexed [y, x]."""
    times = spikes(cell)
    tracked = np.vstack([times, XY[np.round(times / DT).astype(int)].T])
    time = opexebo.analysis.spatial_occupancy(T, XY.T, **BOX)[0]
    return time, opexebo.analysis.rate_map(time, tracked, **BOX)


def pynapple_curves(cell: str) -> Any:
    group = nap.TsGroup({0: nap.Ts(spikes(cell))})
    where = nap.TsdFrame(t=T, d=XY, columns=["x", "y"])
    return nap.compute_tuning_curves(group, where, bins=list(ROOM.edges), fs=1 / DT)


def ours(cell: str, sigma_m: float = 0.0) -> Any:
    return rates(counts(SEEN, spikes(cell)), SEEN, sigma_m=sigma_m)


def smoothed(cell: str) -> Any:
    """Return a map smoothed as opexebo does it: divided first, 0 where never seen."""
    return smooth(np.nan_to_num(ours(cell)), ROOM, 2 * SIDE_M)


def same(found: Any, said: Any) -> bool:
    return bool(np.allclose(found, said, rtol=CLOSE, atol=CLOSE, equal_nan=True))


# Maps


def test_occupancy_is_that_of_both() -> None:
    time = opexebo_maps("grid")[0]
    assert same(occupancy(SEEN), time.filled(0).T)
    assert same(occupancy(SEEN), pynapple_curves("grid").attrs["occupancy"] * DT)


@pytest.mark.parametrize("cell", CELLS)
def test_rate_maps_are_those_of_both(cell: str) -> None:
    assert same(ours(cell), opexebo_maps(cell)[1].filled(np.nan).T)
    assert same(ours(cell), pynapple_curves(cell).values[0])


@pytest.mark.parametrize("cell", CELLS)
def test_smoothing_after_dividing_is_opexebos(cell: str) -> None:
    said = opexebo.general.smooth(opexebo_maps(cell)[1], 2)
    found = np.where(said.mask.T, -1, smoothed(cell))
    assert same(found, said.filled(-1).T)


# Scores of place


@pytest.mark.parametrize("cell", CELLS)
def test_sparsity_and_selectivity_are_opexebos(cell: str) -> None:
    time, rate = opexebo_maps(cell)
    said = opexebo.analysis.rate_map_stats(rate, time)
    assert same(sparsity(ours(cell), occupancy(SEEN)), said["sparsity"])
    assert same(selectivity(ours(cell), occupancy(SEEN)), said["selectivity"])


@pytest.mark.parametrize("cell", CELLS)
def test_information_is_pynapples(cell: str) -> None:
    # Its own mean rate is over the time from the first to the last position, which is
    # one sample shorter than the occupancy adds up to.
    mean = counts(SEEN, spikes(cell)).sum() / occupancy(SEEN).sum()
    said = nap.compute_mutual_information(pynapple_curves(cell), rates=[mean])
    for score, name in (
        (information_per_second, "bits/sec"),
        (information_per_spike, "bits/spike"),
    ):
        assert same(score(ours(cell), occupancy(SEEN)), said[name].iloc[0])


@pytest.mark.parametrize("cell", CELLS)
def test_opexebos_information_leaves_out_the_bins_below_the_mean(cell: str) -> None:
    time, rate = opexebo_maps(cell)
    said = opexebo.analysis.rate_map_stats(rate, time)["spatial_information_content"]
    over, share = ours(cell), occupancy(SEEN) / occupancy(SEEN).sum()
    over = np.nan_to_num(over / np.nansum(over * share))
    low = (over > 0) & (over < 1)
    left_out = (share[low] * over[low] * np.log2(over[low])).sum()
    assert left_out < 0 or cell == "sparse"
    found = information_per_spike(ours(cell), occupancy(SEEN))
    assert same(found - left_out, said)


def test_information_is_opexebos_where_no_bin_is_below_the_mean() -> None:
    rate, time = np.zeros((20, 20)), np.ones((20, 20))
    rate[3:7, 8:11] = 5
    said = opexebo.analysis.rate_map_stats(rate, time)
    found = information_per_spike(rate, time), information_per_second(rate, time)
    assert same(found[0], said["spatial_information_content"])
    assert same(found[1], said["spatial_information_rate"])


def test_coherence_is_opexebos_where_the_outer_rings_are_silent() -> None:
    rate = np.zeros(ROOM.shape)
    rate[2:-2, 2:-2] = np.random.default_rng(3).uniform(0, 9, (36, 28))
    assert same(coherence(rate, ROOM), opexebo.analysis.rate_map_coherence(rate))


# Grid cells


@pytest.mark.parametrize("cell", CELLS)
def test_autocorrelogram_is_opexebos_with_unvisited_bins_at_0_hz(cell: str) -> None:
    # Far out, where only silent bins of the place cell overlap, both have noise.
    part = (slice(18, -18),) * 2 if cell == "place" else ()
    for rate in (np.nan_to_num(ours(cell)), smoothed(cell)):
        said = opexebo.analysis.autocorrelation(rate)
        assert same(autocorrelogram(rate, least_bins=0)[part], said[part])


@pytest.mark.parametrize("cell", CELLS)
def test_grid_score_is_opexebos(cell: str) -> None:
    for sigma in (1, 2, 3):
        rate = smooth(np.nan_to_num(ours(cell)), ROOM, sigma * SIDE_M)
        said = opexebo.analysis.grid_score(opexebo.analysis.autocorrelation(rate))[0]
        assert same(grid_score(autocorrelogram(rate, least_bins=0)), said)


def test_grid_score_of_noise_is_opexebos() -> None:
    rng = np.random.default_rng(4)
    square = even_bins((0.0, 1.0), (0.0, 1.0), width_m=0.025)
    for sigma in (0.03, 0.05, 0.08):
        rate = smooth(rng.poisson(0.5, square.shape).astype(float), square, sigma)
        said = opexebo.analysis.grid_score(opexebo.analysis.autocorrelation(rate))[0]
        assert same(grid_score(autocorrelogram(rate, least_bins=0)), said)


@pytest.mark.parametrize("spacing_m", [0.25, 0.35])
def test_spacing_is_opexebos_within_a_bin_and_orientation_within_4_degrees(
    spacing_m: float,
) -> None:
    grids = np.stack(np.meshgrid(*ROOM.centres, indexing="ij"), axis=-1)
    map_ = autocorrelogram(lattice(grids, spacing_m))
    found = geometry(map_, SIDE_M)
    said = opexebo.analysis.grid_score(map_.T, bin_width=SIDE_M)[1]
    turn = found.orientation_deg - said["grid_orientation"]
    assert found.spacing_m == pytest.approx(said["grid_spacing"], abs=SIDE_M)
    assert found.spacing_m == pytest.approx(spacing_m, abs=SIDE_M / 5)
    assert abs((turn + 30) % 60 - 30) < 4


# Fields


def test_fields_that_lie_apart_have_opexebos_peaks() -> None:
    x, y = np.meshgrid(*ROOM.centres, indexing="ij")
    rate: Any = sum(
        peak * np.exp(-((x - a) ** 2 + (y - b) ** 2) / 0.01)
        for a, b, peak in ((0.2, 0.2, 8), (0.7, 0.3, 12), (0.4, 0.65, 6))
    )
    rate[rate < 0.01] = 0  # opexebo finds no peak in a map without silent bins
    said = opexebo.analysis.place_field(rate)[0]
    peaks = {tuple(int(k) for k in field["peak_coords"]) for field in said}
    found = {
        tuple(np.unravel_index((rate * f.inside).argmax(), rate.shape))
        for f in fields(rate, ROOM)
    }
    assert found == peaks and len(found) == 3
