"""What happened to each arm: visits, shocks, light, label window and procedures.

Rows are arms, lengths inches; what was done between two visits is written at a mark.
"""

import re
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from .drawing import (
    BOLD,
    BOLT,
    BREAK,
    CENTRE,
    EDGE,
    LABELLED,
    LEFT,
    LINE,
    NOTE,
    PLACES,
    SHOCK,
    TINY,
    WIDTH,
    add_axes,
    block,
    duration,
    shock_times,
)
from .engram_clock import (
    NEAR_S,
    Clock,
    Pause,
    clock_of,
    ends_of,
    levels,
    pauses_of,
    visits,
)
from .engram_recording import COLORS, EPSILON_S, light_color, lights, place_color
from .fitted_text import fitted, shortened

ON_LIGHT = {PLACES["B"], COLORS["D"]}  # colours that white letters are lost on
MARK: dict[str, Any] = {"lw": 1.1, "zorder": 6}


def draw_timeline(
    figure: Figure, recording: Any, arms: dict[str, Any], top: float, row: float
) -> None:
    """Draw what happened to each arm, one row an arm."""
    bottom = top - 0.2 - row * len(arms)
    axes = add_axes(figure, "timeline", 0, bottom, WIDTH, top - bottom)
    axes.set(xlim=(0, WIDTH), ylim=(bottom, top))
    axes.set_axis_off()
    lines = 2 if row >= 0.44 else 1
    clock, color = clock_of(arms, lines), light_color(recording)
    for a, b in clock.gaps:
        middle = (clock.x(a) + clock.x(b)) / 2
        axes.text(middle, top - 0.1, duration(b - a), **CENTRE, **NOTE)
    for k, (name, arm) in enumerate(arms.items()):
        y = top - 0.2 - row * (k + 0.5)
        told = shortened(name, LEFT - EDGE - 0.1, 8, 2, bold=True)
        axes.text(EDGE, y, told, va="center", linespacing=1.0, **BOLD)
        if visits(arm):
            _windows(axes, clock, arm, y, row)
        _line(axes, clock, arm, y)
        for pause in pauses_of(arm) if visits(arm) else []:
            _acts(axes, clock, pause, y, row, lines)
        for span in visits(arm):
            _visit(axes, clock, arm, span, y, row, color)


def _windows(axes: Axes, clock: Clock, arm: Any, y: float, row: float) -> None:
    """Shade the windows in which cells could be labelled, unless they are always."""
    for start, stop in window_edges(arm):
        a, b = clock.x(start), clock.x(stop)
        place = (a, y - 0.44 * row, b - a, 0.88 * row)
        block(axes, *place, color=LABELLED, alpha=0.16, zorder=0)


def window_edges(arm: Any) -> list[tuple[float, float]]:
    """Return when cells could be labelled, if not all of the time."""
    whole = ends_of(arm)
    edges = {
        (float(tag.window_start_s), float(tag.window_stop_s))
        for tags in arm.tags.values()
        for tag in tags.values()
    }
    return sorted(edge for edge in edges if edge != whole and edge[1] > edge[0])


def _line(axes: Axes, clock: Clock, arm: Any, y: float) -> None:
    """Draw the time between visits, with a break in each gap."""
    episodes = visits(arm)
    if not episodes:
        axes.text(LEFT, y, "no episodes", va="center", **NOTE)
        return
    first, last = ends_of(arm)
    a, b = clock.x(first), clock.x(last)
    axes.plot([a, b], [y, y], **LINE)
    for start, stop in clock.gaps:
        if first <= start < last - NEAR_S:
            middle = (clock.x(start) + clock.x(stop)) / 2
            axes.plot(middle, y, "s", ms=4, color="white", zorder=2)
            axes.plot(middle, y, **{**BREAK, "ms": 5})


def _acts(
    axes: Axes, clock: Clock, pause: Pause, y: float, row: float, lines: int
) -> None:
    """Mark what was done between two visits, and write it beside the mark."""
    left, right = clock.x(pause.start_s + EPSILON_S), clock.x(pause.stop_s - EPSILON_S)
    left, right = min(left, right), max(left, right)
    wide = right - left
    inset = min(0.06, wide / 4)
    above, below = levels(pause)
    marks = [(left + inset, pause.left, "left")] if pause.left else []
    for k, (_, name) in enumerate(pause.middle):
        marks.append((left + wide * (k + 0.6) / len(pause.middle), name, "center"))
    if pause.right:
        marks.append((right - inset, pause.right, "right"))
    for x, name, side in marks:
        axes.plot([x, x], [y - 0.24 * row, y + 0.24 * row], color="black", **MARK)
        level = above if name in above else below
        told = shortened(name, wide / len(level) - 0.15, TINY, lines)
        up = level is above
        axes.text(
            x + {"left": 0.03, "center": 0.0, "right": -0.03}[side],
            y + (0.07 if up else -0.07),
            told,
            ha=side,
            va="bottom" if up else "top",
            linespacing=0.95,
            zorder=7,
            path_effects=[withStroke(linewidth=1.5, foreground="white")],
            **{**NOTE, "color": "black"},
        )


def _visit(
    axes: Axes, clock: Clock, arm: Any, span: Any, y: float, row: float, color: str
) -> None:
    """Draw a visit as a box in the colour of its place, with its shocks and light."""
    a, b, high = clock.start(span), clock.stop(span), 0.5 * row
    block(axes, a, y - high / 2, b - a, high, zorder=3, **_box(span))
    free = b
    for start, stop in shock_times(arm, span):
        left, right = (
            float(np.clip(clock.x(span.start_s + t), a, b)) for t in (start, stop)
        )
        free = min(free, left)
        block(axes, left, y - high / 2, right - left, high, color=SHOCK, zorder=4)
        axes.plot((left + right) / 2, y, zorder=5, **{**BOLT, "ms": min(9, 30 * high)})
    for _, start, stop in lights(arm, span):
        left, right = (float(np.clip(clock.x(t), a, b)) for t in (start, stop))
        place = (left, y + high / 2 + 0.01, right - left, 0.13 * row)
        block(axes, *place, color=color, zorder=5)
    at = re.split(r"\W+", span.name)
    whole = span.name if span.stimulus in at else f"{span.name} ({span.stimulus})"
    lines = max(1, int(high / 0.105))
    told = [fitted(text, free - a - 0.09, TINY, lines) for text in (whole, span.name)]
    text = told[0] or told[1] or fitted(span.stimulus, b - a, TINY, 1) or ""
    ink = "black" if place_color(span.stimulus) in ON_LIGHT else "white"
    rim = [withStroke(linewidth=1.5, foreground=place_color(span.stimulus))]
    how: Any = {"va": "center", "fontsize": TINY, "color": ink, "linespacing": 0.95}
    axes.text(a + 0.05, y, text, path_effects=rim, zorder=6, **how)


def _box(span: Any) -> dict[str, Any]:
    return {"fc": place_color(span.stimulus), "ec": "white", "lw": 0.6}
