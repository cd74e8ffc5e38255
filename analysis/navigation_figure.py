"""Figure of an animal that ran: paths with spikes, rate maps, autocorrelograms.

a  grid cells of narrow, middle and wide spacing       b  spacings of grid cells
   path and spikes │ rate │ autocorrelogram
c  of each region, the cells that tell most about the place
"""

from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .grid import autocorrelogram, geometry, grid_score
from .maps import Visits, counts, even_bins, occupancy, rates, samples_of, visits
from .spatial import information_per_spike
from .spatial_cells import (
    BIN_M,
    LEAST_SPIKES,
    SIGMA_M,
    SLOWEST_MPS,
    chosen_cells,
)
from .track_figure import track

STYLE = {"font.family": "DejaVu Sans", "font.size": 7.5, "axes.linewidth": 0.6}
GRID = "ec_stellate"
REGIONS = {
    "DG": "dg_granule",
    "CA3": "ca3_pyramidal",
    "CA1": "ca1_pyramidal",
    "SUB": "sub_pyramidal",
}
MOST = 200  # cells of a population that are looked at
GOOD = 0.3  # grid score
SHOWN = 6  # cells of a region
SPIKE = "#D55E00"


def maps(recording: Any) -> Figure:
    """Draw three grid cells, their spacings, and the best cells of each region.

    Of a run on a linear track, draw phases and sequences instead: `track_figure`.
    """
    if recording.parameters.get("room", {}).get("value") == "linear-track":
        return track(recording)
    arm = next(iter(recording.arms.values()))
    seen, xy = _visits(arm), np.asarray(arm.behaviour["position"].values)
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(8.4, 9.8), dpi=150, layout="constrained")
        places = figure.add_gridspec(3 + len(REGIONS), SHOWN)
        spacings, cells = _grid_cells(arm, seen)
        for row, cell in enumerate(cells):
            axes = [figure.add_subplot(places[row, k]) for k in range(3)]
            _grid_cell(axes, seen, xy, _train(arm, GRID, cell), first=row == 0)
        _spacings(figure.add_subplot(places[:3, 3:]), spacings)
        for row, (region, population) in enumerate(REGIONS.items(), start=3):
            axes = [figure.add_subplot(places[row, k]) for k in range(SHOWN)]
            _region(axes, arm, seen, region, population)
        figure.suptitle(_title(recording), fontsize=9, x=0.01, ha="left")
        return figure


def _visits(arm: Any) -> Visits:
    """Return visits of the smallest rectangle round the path."""
    trace = arm.behaviour["position"]
    xy = np.asarray(trace.values)
    spans = [(float(a), float(b)) for a, b in zip(xy.min(0), xy.max(0), strict=True)]
    wide = [(a, max(b, a + 2 * BIN_M)) for a, b in spans]
    bins = even_bins(*wide, width_m=BIN_M)
    return visits(np.asarray(trace.t_s), xy, bins, least_mps=SLOWEST_MPS)


def _train(arm: Any, population: str, cell: int) -> Any:
    spikes = arm.spikes[population]
    mine = np.asarray(spikes.node_ids) == cell
    return np.asarray(spikes.timestamps)[mine] * 1e-3


def _looked_at(arm: Any, population: str) -> Any:
    n, ids = arm.populations[population].size, arm.spikes[population].node_ids
    return chosen_cells(ids, n, MOST, LEAST_SPIKES, 1)


def _map(seen: Visits, times: Any) -> Any:
    return rates(counts(seen, times), seen, sigma_m=SIGMA_M)


def _grid_cells(arm: Any, seen: Visits) -> tuple[Any, list[int]]:
    """Return the spacings of grid cells, and one cell of each third of them."""
    found = []
    for cell in _looked_at(arm, GRID).tolist():
        correlogram = autocorrelogram(_map(seen, _train(arm, GRID, cell)))
        spacing = geometry(correlogram, seen.bins.widths[0]).spacing_m
        if float(grid_score(correlogram)) > GOOD and np.isfinite(spacing):
            found.append((spacing, cell))
    found.sort()
    thirds = [found[len(found) * (2 * k + 1) // 6] for k in range(3)] if found else []
    return np.array([spacing for spacing, _ in found]), [cell for _, cell in thirds]


def _grid_cell(axes: Any, seen: Visits, xy: Any, times: Any, first: bool) -> None:
    found = _map(seen, times)
    correlogram = autocorrelogram(found)
    at = samples_of(seen, times)
    axes[0].plot(*xy.T, color="0.8", lw=0.25)
    axes[0].plot(*xy[at[at >= 0]].T, ".", ms=1.5, mew=0, color=SPIKE)
    axes[0].set_aspect("equal")
    _image(axes[1], found, f"up to {np.nanmax(found):.1f} Hz")
    score = float(grid_score(correlogram))
    _image(axes[2], correlogram, f"grid score {score:.2f}", cmap="coolwarm", lim=1.0)
    for one in axes:
        _bare(one)
    if first:
        axes[0].set_title("a  path, spikes", loc="left")


def _spacings(axes: Axes, spacings: Any) -> None:
    edges = np.arange(0.2, 1.2, 0.02)
    axes.hist(100 * spacings, (100 * edges).tolist(), color="0.5")
    axes.set(xlabel="spacing (cm)", ylabel="grid cells")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(
        f"b  spacings of {len(spacings)} cells with a grid score above {GOOD:g}",
        loc="left",
    )


def _region(axes: Any, arm: Any, seen: Visits, region: str, population: str) -> None:
    """Draw the cells that tell most; what is over chance, the measures say."""
    seconds = occupancy(seen)
    told = []
    for cell in _looked_at(arm, population).tolist():
        found = _map(seen, _train(arm, population, cell))
        told.append((float(information_per_spike(found, seconds)), cell))
    told.sort(reverse=True)
    for k, one in enumerate(axes):
        _bare(one)
        if k < len(told):
            bits, cell = told[k]
            found = _map(seen, _train(arm, population, cell))
            _image(one, found, f"{np.nanmax(found):.1f} Hz, {bits:.2f} bit")
        else:
            one.set_frame_on(False)
    axes[0].set_ylabel(region, fontsize=9)


def _image(
    axes: Axes, values: Any, title: str, cmap: str = "viridis", lim: float = 0.0
) -> None:
    """Draw a map as seen from above; where the animal never was it stays white."""
    span = (-lim, lim) if lim else (0.0, float(np.nanmax(values)))
    axes.imshow(values.T, origin="lower", cmap=cmap, vmin=span[0], vmax=span[1])
    axes.set_title(title, fontsize=6.5, pad=2)


def _bare(axes: Axes) -> None:
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_linewidth(0.3)


def _title(recording: Any) -> str:
    told = {k: v.get("value", "") for k, v in recording.parameters.items()}
    return (
        f"{told.get('duration', '')} in a {told.get('room', 'room')}, path "
        f"{told.get('path', '?')}, seed {recording.seed}: maps of {100 * BIN_M:g} cm, "
        f"smoothed by {100 * SIGMA_M:g} cm\n"
        "below: of each region, the cells that tell most; bits a spike as they stand, "
        "chance included"
    )
