"""Figure of an animal that ran along a straight track: theta, place and phase.

a  of each population, rate by position of its cells, runs one way
b  phase against position of two cells through one field each, two cycles
c  the place decoded within theta cycles, lap 1 and lap 5 on
"""

from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .maps import Visits, chosen, counts_of_cells, even_bins, rates, visits
from .phases import known_phase, through_field
from .precession import Precession, precession
from .spatial_cells import BIN_M, LEAST_SPIKES, SIGMA_M, SLOWEST_MPS, chosen_cells
from .theta_sequences import Sequences, sequences
from .track_runs import Runs, runs

STYLE = {"font.family": "DejaVu Sans", "font.size": 7.5, "axes.linewidth": 0.6}
CELLS = {"grid": "ec_stellate", "CA3": "ca3_pyramidal", "CA1": "ca1_pyramidal"}
JUDGED, SHUFFLES = 60, 100
EXAMPLES = 2
SMOOTH_BINS = 2.0
LATER = 5
SHOWN_CM = 25  # ahead and behind
SPIKE = "#D55E00"


def track(recording: Any) -> Figure:
    """Draw one row a population; ``recording`` is a run on a linear track."""
    arm = next(iter(recording.arms.values()))
    told = {k: v.get("value", "") for k, v in recording.parameters.items()}
    theta_hz = float(str(told.get("f_theta", "8 Hz")).split()[0])
    path = arm.behaviour["position"]
    along = np.asarray(path.values)[:, 0] - np.min(path.values[:, 0])
    bins = even_bins((0.0, float(along.max())), width_m=BIN_M)
    seen = visits(np.asarray(path.t_s), along, bins, least_mps=SLOWEST_MPS)
    found = runs(seen.t_s, along)
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(9.2, 6.6), dpi=150, layout="constrained")
        places = figure.add_gridspec(len(CELLS), 5, width_ratios=[1.5, 1, 1, 1, 1])
        for row, (region, population) in enumerate(CELLS.items()):
            axes = [figure.add_subplot(places[row, k]) for k in range(5)]
            spikes = _spikes(arm, population)
            _rates(axes[0], seen, found, spikes)
            axes[0].set_ylabel(f"{region}\ncells")
            _phases(axes[1:3], seen, along, found, spikes, theta_hz, _start(arm))
            if len(spikes[2]):
                decoded = _decoded(seen, along, found, spikes, theta_hz, _start(arm))
                _sequences(axes[3:], decoded)
            if row == 0:
                axes[0].set_title("a  rate over peak", loc="left")
                for k, title in ((1, "b  phase (°)"), (3, "c  decoded (cm)")):
                    axes[k].set_ylabel(title)
            if row == len(CELLS) - 1:
                _label(axes)
        figure.suptitle(_title(recording, told), fontsize=9, x=0.01, ha="left")
        return figure


def _start(arm: Any) -> float:
    return float(arm.timeline[0].start_s)


def _spikes(arm: Any, population: str) -> tuple[Any, Any, Any]:
    """Return times, cells, and the cells with enough spikes."""
    spikes = arm.spikes[population]
    ids = np.asarray(spikes.node_ids, np.int64)
    n = arm.populations[population].size
    cells = chosen_cells(ids, n, n, LEAST_SPIKES, 1)
    return np.asarray(spikes.timestamps) * 1e-3, ids, cells


def _rates(axes: Axes, seen: Visits, found: Runs, spikes: tuple[Any, Any, Any]) -> None:
    """Draw the maps of runs to the right, each over its peak, by where that is."""
    times, ids, cells = spikes
    right = np.flatnonzero(found.direction == 1)
    passed = chosen(seen, np.isin(found.at(seen.t_s), right))
    now = np.isin(found.at(times), right) & np.isin(ids, cells)
    n = int(max(cells, default=-1)) + 1
    if not n or not passed.seconds.sum() > 0:
        _none(axes, "no cell fired enough")
        return
    counts = counts_of_cells(passed, times[now], ids[now], n)
    maps = np.nan_to_num(rates(counts, passed, sigma_m=SIGMA_M))[cells]
    maps = maps[maps.max(axis=1) >= 1.0]
    if not len(maps):
        _none(axes, "no cell reaches 1 Hz")
        return
    maps = maps[np.argsort(maps.argmax(axis=1))]
    maps = maps / maps.max(axis=1, keepdims=True)
    extent = (0.0, float(seen.bins.edges[0][-1]), 0.0, float(len(maps)))
    axes.imshow(maps, aspect="auto", origin="lower", extent=extent, cmap="viridis")


def _phases(
    axes: list[Axes],
    seen: Visits,
    along: Any,
    found: Runs,
    spikes: tuple[Any, Any, Any],
    theta_hz: float,
    peak_s: float,
) -> None:
    """Draw the fields of median and of highest slope among those that precess."""
    times, ids, cells = spikes
    few = np.sort(np.random.default_rng(1).permutation(cells)[:JUDGED])
    lines = precession(
        seen,
        along,
        found,
        times,
        ids,
        few,
        theta_hz,
        peak_s=peak_s,
        sigma_m=SIGMA_M,
        shuffles=SHUFFLES,
        seed=1,
    )
    for one, k in zip(axes, _examples(lines), strict=True):
        if k < 0:
            _none(one, "no field")
            continue
        mine = (ids == lines.cell[k]) & np.isin(
            found.at(times), np.flatnonzero(found.direction == lines.direction[k])
        )
        where = np.interp(times[mine], seen.t_s, along)
        share = through_field(where, lines.entry_m[k], lines.exit_m[k])
        degrees = np.degrees(known_phase(times[mine], theta_hz, peak_s=peak_s))
        for turn in (0, 360):
            one.plot(share, degrees + turn, ".", ms=1.5, mew=0, color="0.3")
        for turn in (-360, 0, 360, 720):
            ends = lines.entry_deg[k] + turn + lines.slope_deg[k] * np.array([0, 1])
            one.plot([0, 1], ends, color=SPIKE, lw=0.8)
        one.set(xlim=(0, 1), ylim=(0, 720), yticks=[0, 360, 720])
        one.set_title(
            f"cell {lines.cell[k]}: {lines.slope_deg[k]:.0f}°/field", fontsize=6.5
        )


def _examples(lines: Precession) -> list[int]:
    """Return the fields at the middle and at the first quarter of the slopes."""
    order = np.argsort(lines.slope_deg)
    n = len(order)
    return [int(order[n // 2]), int(order[n // 4])] if n else [-1] * EXAMPLES


def _decoded(
    seen: Visits,
    along: Any,
    found: Runs,
    spikes: tuple[Any, Any, Any],
    theta_hz: float,
    peak_s: float,
) -> Sequences:
    times, ids, cells = spikes
    mine = np.isin(ids, cells)
    return sequences(
        seen.t_s,
        along,
        seen.bins.edges[0],
        found,
        times[mine],
        np.searchsorted(cells, ids[mine]),
        len(cells),
        theta_hz,
        peak_s=peak_s,
        smooth_bins=SMOOTH_BINS,
    )


def _sequences(axes: list[Axes], decoded: Sequences) -> None:
    """Draw the mean probability round the animal in lap 1, and from lap 5 on."""
    laps = ((1, 1, "lap 1"), (LATER, np.inf, f"lap {LATER} on"))
    for one, (first, last, name) in zip(axes, laps, strict=True):
        mean, score = decoded.mean(first, last), decoded.score(first, last)
        far = 100 * decoded.offsets_m
        extent = (0.0, 360.0, float(far[0]), float(far[-1]))
        one.imshow(
            mean.T, aspect="auto", origin="lower", extent=extent, cmap="magma", vmin=0
        )
        one.axhline(0, color="white", lw=0.5, ls="--")
        one.set_ylim(-SHOWN_CM, SHOWN_CM)
        one.set_xticks([0, 180, 360])
        one.set_title(f"{name}: score {score:.2f}", fontsize=6.5)


def _none(axes: Axes, words: str) -> None:
    axes.set(xticks=[], yticks=[])
    axes.text(0.5, 0.5, words, ha="center", va="center", transform=axes.transAxes)


def _label(axes: list[Axes]) -> None:
    axes[0].set_xlabel("position (m)")
    axes[1].set_xlabel("way through the field")
    axes[2].set_xlabel("way through the field")
    for one in axes[3:]:
        one.set_xlabel("phase in cycle (°)")


def _title(recording: Any, told: dict[str, Any]) -> str:
    return (
        f"{told.get('duration', '')} on a linear track, seed {recording.seed}: in b "
        "phase 0 is the peak of theta; in c cycles begin where the cells fire least, "
        "and 0 is the animal"
    )
