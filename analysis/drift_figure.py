"""Figure of a place code over days.

a  maps of the CA1 cells that are active on the first day, day after day
b  cells shared by two days, by the days between        c  rates, fields
"""

from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .maps import Visits, counts_of_cells, even_bins, rates, visits
from .separation_figure import COLORS, LINES, STYLE

CELLS = "ca1_pyramidal"
BINS, SIGMA_BINS, SLOWEST_MPS = 30, 1.0, 0.05
ACTIVE_HZ = 0.1
SHOWN = 150  # cells


def drift(recording: Any) -> Figure:
    """Draw the first arm's maps, and whom the days share in every arm."""
    name, arm = next(iter(recording.arms.items()))
    days = [span for span in arm.timeline if span.kind == "episode"]
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(10.0, 6.4), dpi=150, layout="constrained")
        rows: Any = figure.subfigures(2, 1, height_ratios=[1.3, 1])
        upper, lower = rows
        upper.suptitle(
            f"a  {name}, seed {recording.seed}: CA1 cells active on the first day, in "
            "the order of their peaks then; each over its own highest rate",
            fontsize=9,
            x=0.01,
            ha="left",
        )
        _maps(upper.subplots(1, len(days), sharey=True, squeeze=False)[0], arm, days)
        shared, fields = lower.subplots(1, 2)
        _shared(shared, recording)
        _fields(fields, recording)
        return figure


def _maps(row: Any, arm: Any, days: list[Any]) -> None:
    found = np.array([_map(arm, day) for day in days])
    active = np.flatnonzero(np.nanmean(found[0], axis=1) >= ACTIVE_HZ)
    chosen = active[:: max(1, len(active) // SHOWN)][:SHOWN]
    known = np.nan_to_num(found[:, chosen])
    order = np.argsort(known[0].argmax(axis=1), kind="stable")
    most = known.max(axis=(0, 2), initial=0.0)[:, None]
    for axes, day, maps in zip(row, days, known, strict=True):
        shown = (maps / np.where(most > 0, most, 1.0))[order]
        if len(shown):
            axes.imshow(
                shown, aspect="auto", vmin=0, vmax=1, extent=(0, 1, 0, len(shown))
            )
        axes.set_title(day.name, fontsize=8, loc="left")
        axes.set_xlabel("position (laps)")
    row[0].set_ylabel("cells")


def _map(arm: Any, day: Any) -> Any:
    """Return the rates of all cells by the angle on the ring, (cells, bins)."""
    seen = _visits(arm, day)
    spikes = arm.spikes[CELLS].between(day.start_s, day.stop_s)
    times, ids = np.asarray(spikes.timestamps) * 1e-3, np.asarray(spikes.node_ids)
    n = arm.populations[CELLS].size
    sigma = SIGMA_BINS * seen.bins.widths[0]
    return rates(counts_of_cells(seen, times, ids, n), seen, sigma_m=sigma)


def _visits(arm: Any, day: Any) -> Visits:
    trace = arm.behaviour["position"]
    t = np.asarray(trace.t_s)
    inside = (t >= day.start_s) & (t < day.stop_s)
    xy = np.asarray(trace.values)[inside]
    whole = 2 * np.pi * float(np.median(np.hypot(*xy.T)))
    along = np.arctan2(xy[:, 1], xy[:, 0]) / (2 * np.pi) % 1.0 * whole
    bins = even_bins((0.0, whole), width_m=whole / BINS, circular=True)
    return visits(t[inside], along, bins, least_mps=SLOWEST_MPS)


def _shared(axes: Axes, recording: Any) -> None:
    """Draw the cells shared by two days over the days between them."""
    for (arm, values), line in zip(_values(recording).items(), LINES, strict=False):
        for region in ("DG", "CA3", "CA1"):
            start = f"active cells of {region} shared, "
            found = {
                int(name.removeprefix(start).split()[0]): value
                for name, value in values.items()
                if name.startswith(start)
            }
            label = f"{region}, {arm}"
            axes.plot(
                *zip(*found.items(), strict=True),
                color=COLORS[region],
                label=label,
                **line,
            )
    axes.set(
        xlabel="days apart",
        ylabel="active cells shared",
        ylim=(0, 1.25),
        yticks=[0, 0.25, 0.5, 0.75, 1],
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False, fontsize=6.5, ncols=2, loc="upper right")
    axes.set_title(
        "b  active on both days, over active on either", fontsize=9, loc="left"
    )


def _fields(axes: Axes, recording: Any) -> None:
    """Draw how alike the maps of shared cells are, beside those within a day."""
    values = _values(recording)
    wide = 0.8 / len(values)
    for k, found in enumerate(values.values()):
        for i, region in enumerate(("DG", "CA3", "CA1")):
            x = i + wide * (k - (len(values) - 1) / 2)
            shade: dict[str, Any] = {
                "color": COLORS[region],
                "alpha": 1.0 if k == 0 else 0.5,
            }
            between = found.get(f"fields of shared cells of {region}", np.nan)
            within = found.get(f"fields of {region} within a day", np.nan)
            axes.bar(x, between, 0.9 * wide, **shade)
            axes.plot([x - 0.4 * wide, x + 0.4 * wide], [within] * 2, "k-", lw=1.0)
    axes.axhline(0, color="black", lw=0.7)
    axes.set_xticks(range(3), ["DG", "CA3", "CA1"])
    axes.set_ylabel("correlation of a cell's maps")
    told = "; pale: ".join(values)
    axes.set_title(
        f"c  fields of shared cells, {told}; lines: within a day",
        fontsize=9,
        loc="left",
    )


def _values(recording: Any) -> dict[str, dict[str, float]]:
    return {
        arm: {m.name: m.value for m in recording.measures if m.arm == arm}
        for arm in recording.arms
    }
