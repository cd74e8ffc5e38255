"""Figure of fields that one plateau made: lap by lap, before and after, and where."""

from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .new_fields import aligned, lap_rates, new_fields, pierced

STYLE = {"font.family": "DejaVu Sans", "font.size": 7.5, "axes.linewidth": 0.6}
CELLS, MARKER = "ca1_pyramidal", "pipette"
BINS = 50
ALONG = "from the plateau, m"
BEFORE, AFTER, PLATEAU = "#777777", "#0072B2", "#D55E00"


def induction(recording: Any) -> Figure:
    """Draw, for each arm, the mean of the cells with a pipette, and their shifts."""
    arms = list(recording.arms)
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(2.6 * max(len(arms), 2), 5.6), dpi=150)
        figure.set_layout_engine("constrained")
        axes = figure.subplots(3, len(arms), squeeze=False)
        for column, arm in zip(axes.T, arms, strict=True):
            _arm(column, recording.arms[arm], arm, _length(recording))
        figure.suptitle(_title(recording), fontsize=9, x=0.01, ha="left")
        return figure


def _title(recording: Any) -> str:
    return (
        f"Cells of CA1 with a pipette: one plateau each, their places on each other "
        f"(seed {recording.seed})"
    )


def _length(recording: Any) -> float:
    """Return the length of the ring, metres, from the parameters of the run."""
    value, unit = str(recording.parameters["ring"]["value"]).split()
    return float(value) * {"m": 1.0, "cm": 0.01}[unit]


def _arm(axes: Any, arm: Any, name: str, length: float) -> None:
    trace = arm.behaviour["position"]
    spans = np.asarray(arm.behaviour["laps"].values)
    xy, spikes, t_s = np.asarray(trace.values), arm.spikes[CELLS], np.asarray(trace.t_s)
    along = np.arctan2(xy[:, 1], xy[:, 0]) / (2 * np.pi) % 1.0 * length
    own = pierced(arm.tags, CELLS, MARKER, t_s, along, length)
    rates = lap_rates(
        t_s,
        along,
        spans,
        length,
        np.asarray(spikes.timestamps) * 1e-3,
        np.asarray(spikes.node_ids),
        own.cells,
        bins=BINS,
    )
    lap = int(np.searchsorted(spans[:, 0], own.start_s, side="right")) - 1
    found = new_fields(rates, lap, own.place_m, length)
    turned = aligned(rates, own.place_m, length)
    _laps(axes[0], turned.mean(1), lap, length, name)
    _before_and_after(axes[1], turned, lap, length)
    _shifts(axes[2], found, length)


def _laps(axes: Axes, mean: Any, lap: int, length: float, name: str) -> None:
    extent = (-length / 2, length / 2, len(mean) + 0.5, 0.5)
    top = max(float(mean.max()), 1.0)
    image = axes.imshow(
        mean, extent=extent, aspect="auto", vmin=0, vmax=top, cmap="viridis"
    )
    axes.axhline(lap + 1, color=PLATEAU, lw=0.8)
    axes.plot([0], [lap + 1], "v", color=PLATEAU, ms=4)
    axes.set(title=name, xlabel=ALONG, ylabel="lap")
    axes.figure.colorbar(image, ax=axes, label="mean rate, Hz", pad=0.02)


def _before_and_after(axes: Axes, rates: Any, lap: int, length: float) -> None:
    x = (np.arange(BINS) + 0.5) * length / BINS - length / 2
    for part, color, label in (
        (rates[:lap], BEFORE, "before"),
        (rates[lap + 1 :], AFTER, "after"),
    ):
        each = part.mean(0)
        middle, spread = each.mean(0), each.std(0) / np.sqrt(max(len(each), 1))
        axes.plot(x, middle, color=color, lw=1.2, label=label)
        axes.fill_between(
            x, middle - spread, middle + spread, color=color, alpha=0.25, lw=0
        )
    axes.axvline(0, color=PLATEAU, lw=0.8, ls="--")
    axes.set(xlabel=ALONG, ylabel="rate, Hz (mean, SEM)", ylim=(0, None))
    axes.legend(frameon=False)


def _shifts(axes: Axes, found: Any, length: float) -> None:
    shift = found.shift_m[found.new]
    axes.hist(shift, np.linspace(-length / 4, length / 4, 25).tolist(), color=AFTER)
    axes.axvline(0, color=PLATEAU, lw=0.8, ls="--")
    share = 100 * found.new.mean() if len(found.new) else 0.0
    axes.set(
        xlabel="centre of the new field from the plateau, m",
        ylabel="cells",
        title=f"new field in {share:.0f} %",
    )
