"""The figure of an experiment of the user's: freezing through it, a row an arm.

    arm  │ habituation │ training   │ test A     │     blue: light, yellow: shocks
         │   ▁▁▂▁▁     │ ▁▁▁▅▆▇     │ ▁▁▆▆▁▁▆▆   │     between: hours without spikes

Colours are those of figures.py.
"""

from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .figures import PLACES, SHOCK, SMALL, STYLE

LIGHT = PLACES["A"]
WIDTH, ROW, MARGIN = 11.0, 1.5, 0.9  # inches


def composed(recording: Any) -> Figure:
    """Draw the freezing of every arm in every episode."""
    arms = recording.arms
    with matplotlib.style.context(STYLE):
        figure = Figure(figsize=(WIDTH, ROW * len(arms) + MARGIN), layout="constrained")
        columns = max(len(_episodes(arm)) for arm in arms.values())
        grid = figure.subplots(len(arms), columns, squeeze=False, sharey=True)
        for row, (name, arm) in zip(grid, arms.items(), strict=True):
            spans = _episodes(arm)
            for axes in row[len(spans) :]:
                axes.axis("off")
            for axes, span in zip(row, spans, strict=False):
                _episode(axes, arm, span)
            row[0].set_ylabel(f"{name}\nfreezing", fontsize=SMALL)
        figure.suptitle(f"{recording.protocol}, seed {recording.seed}")
        figure.supxlabel("simulated time (s)", fontsize=SMALL)
    return figure


def _episodes(arm: Any) -> list[Any]:
    return [span for span in arm.timeline if span.kind == "episode"]


def _episode(axes: Axes, arm: Any, span: Any) -> None:
    """Draw one episode, with its light and its shocks behind."""
    trace = arm.behaviour["freezing"]
    inside = (trace.t_s >= span.start_s) & (trace.t_s < span.stop_s)
    axes.plot(trace.t_s[inside] - span.start_s, trace.values[inside], "k", lw=0.9)
    for name, signal in arm.signals.items():
        lit = name.startswith("light on ") and name.endswith(f", {span.name}")
        if lit or name == f"shock {span.name}":
            # Pulses closer than a second are one stretch of light.
            _behind(axes, signal, *((LIGHT, 0.15, 1.0) if lit else (SHOCK, 0.9, 0.01)))
    axes.set(xlim=(0, span.stop_s - span.start_s), ylim=(0, 1))
    axes.set_title(f"{span.name} ({span.stimulus})", fontsize=SMALL)


def _behind(axes: Axes, signal: Any, colour: str, alpha: float, apart: float) -> None:
    """Shade where a signal is on, in one where it is off for less than ``apart`` s."""
    on = np.flatnonzero(signal.values > 0) / signal.rate_hz
    for part in np.split(on, np.flatnonzero(np.diff(on) > apart) + 1):
        if len(part):
            axes.axvspan(part[0], part[-1], color=colour, alpha=alpha, lw=0)
