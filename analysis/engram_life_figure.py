"""The path of an engram through one recording, an arm a row.

    recruitment → strengthening → consolidation → recall → silence
    which cells   their synapses  the late phase  again?   by cues, by light

What an arm does not hold is said in words in its place. The steps are drawn in
engram_life_recruitment, engram_life_synapses and engram_life_recall.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .drawing import (
    CENTRE,
    EDGE,
    GREY,
    LABELLED,
    LEGEND,
    NOTE,
    OTHERS,
    RIGHT,
    SMALL,
    STYLE,
    TINY,
    TITLE,
    WIDTH,
)
from .engram_life_recall import MARKERS, draw_recall, draw_silence, parts_of
from .engram_life_recruitment import draw_recruitment
from .engram_life_synapses import draw_consolidation, draw_strengthening, kept_path
from .engram_recording import COLORS, light_color, marked, shown_arms, title
from .fitted_text import shortened

NAMES_WIDE, PAD = 1.25, 0.5


class _Panel(NamedTuple):
    """A step of the path: its heading, what its axis shows, its width, its drawing.

    ``draw`` returns what is missing, in words, or nothing.
    """

    name: str
    axis: str
    wide: float
    draw: Callable[[Axes, Any, Any], str]


def engram_life(recording: Any) -> Figure:
    """Draw recruitment, strengthening, consolidation, recall and silence."""
    arms = shown_arms(recording)
    row = min(1.45, 6.9 / max(len(arms), 1))
    tall = 1.3 + row * max(len(arms), 1)
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure((WIDTH, tall), dpi=150)
        run = f"circuit {recording.circuit}, seed {recording.seed}, one run per arm"
        more = len(recording.arms) - len(arms)
        run += f", {more} more not drawn" if more else ""
        told = shortened(f"{title(recording)}: the life of an engram", 6, 10, 1, True)
        _write(figure, EDGE, tall - 0.23, told, **TITLE)
        _write(figure, RIGHT, tall - 0.23, run, ha="right", color=GREY)
        top = tall - 0.85
        for k, name in enumerate(arms):
            y = top - row * k - (row - 0.4) / 2
            told = shortened(name, NAMES_WIDE - 0.05, 8, 2, True)
            how: Any = {"va": "center", "fontsize": 8, "fontweight": "bold"}
            _write(figure, EDGE, y, told, linespacing=1.0, **how)
        x = EDGE + NAMES_WIDE
        panels = _panels(arms)
        room = RIGHT - x - PAD * len(panels)
        for panel in panels:
            wide = panel.wide * room / sum(one.wide for one in panels)
            last = panel is panels[-1]
            _head(figure, panel, x + PAD, top, wide, last)
            _column(figure, recording, arms, panel, (x + PAD, top, wide, row))
            x += wide + PAD
        if not arms:
            _write(figure, EDGE, top - 0.5, "no arms in this recording", **NOTE)
        _legend(figure, recording, arms)
    return figure


def _panels(arms: dict[str, Any]) -> tuple[_Panel, ...]:
    path = kept_path(arms)
    told = path.replace("_", " ") or "synapses"
    unit = next(
        (w.unit for arm in arms.values() for w in arm.weights.get(path, {}).values()),
        "nS",
    )

    def strengthening(axes: Axes, recording: Any, arm: Any) -> str:
        return draw_strengthening(axes, arm, path)

    def consolidation(axes: Axes, recording: Any, arm: Any) -> str:
        return draw_consolidation(axes, arm, path)

    return (
        _Panel("recruitment", "cells recruited (%)", 0.82, draw_recruitment),
        _Panel("strengthening", f"{told} ({unit})", 1.55, strengthening),
        _Panel("consolidation", "late phase (% of weight)", 1.55, consolidation),
        _Panel("recall", "active again (× chance)", 1.5, draw_recall),
        _Panel("silence", "freezing (% of time)", 1.5, draw_silence),
    )


def _head(
    figure: Figure, panel: _Panel, x: float, top: float, wide: float, last: bool
) -> None:
    """Write what a column shows, and an arrow to the next."""
    _write(figure, x - 0.3, top + 0.27, panel.name, fontsize=8.5, fontweight="bold")
    _write(figure, x - 0.3, top + 0.12, shortened(panel.axis, wide + 0.45, SMALL))
    if not last:
        _write(figure, x + wide + 0.02, top + 0.27, "→", fontsize=10, ha="right")


def _column(
    figure: Figure,
    recording: Any,
    arms: dict[str, Any],
    panel: _Panel,
    inches: tuple[float, ...],
) -> None:
    """Draw one step of the path in all arms, to one scale."""
    left, top, wide, row = inches
    tall = figure.get_size_inches()[1]
    drawn = []
    for k, (name, arm) in enumerate(arms.items()):
        y = top - row * (k + 1) + 0.4
        place = (left / WIDTH, y / tall, wide / WIDTH, (row - 0.4) / tall)
        axes = figure.add_axes(place, label=f"{panel.name} {name}")
        axes.tick_params(which="both", labelsize=TINY, width=0.7, length=3, pad=2)
        axes.tick_params(axis="x", length=0)
        missing = panel.draw(axes, recording, arm)
        if missing:
            axes.clear()
            axes.set_axis_off()
            told = shortened(missing, wide + 0.3, TINY)
            axes.text(0.5, 0.5, told, transform=axes.transAxes, **CENTRE, **NOTE)
        else:
            drawn.append(axes)
    if drawn:
        low = min(axes.get_ylim()[0] for axes in drawn)
        high = max(axes.get_ylim()[1] for axes in drawn)
        for axes in drawn:
            axes.set_ylim(low, high)


def _write(figure: Figure, x: float, y: float, text: str, **how: Any) -> None:
    tall = figure.get_size_inches()[1]
    figure.text(x / WIDTH, y / tall, text, **{"fontsize": SMALL, **how})


def _legend(figure: Figure, recording: Any, arms: dict[str, Any]) -> None:
    """Explain the colours and signs that the panels share."""
    parts = [part for arm in arms.values() for part in parts_of(recording, arm)]
    places = sorted({p.span.stimulus for p in parts if p.span.stimulus in COLORS})
    regions = {
        arm.populations[population].region: MARKERS[k % len(MARKERS)]
        for arm in arms.values()
        for k, population in enumerate(marked(arm))
    }
    sign: Any = {"ls": "none", "color": GREY, "ms": 5}
    handles: list[Any] = [
        Patch(color=LABELLED, label="labelled cells"),
        Patch(color=OTHERS, label="other cells, or no label"),
        *([Patch(color="0.75", label="paler: late phase")] if kept_path(arms) else []),
        *(Patch(color=COLORS[place], label=f"test in {place}") for place in places),
        *(
            [Patch(color=light_color(recording), label="by light")]
            if any(part.lit for part in parts)
            else []
        ),
        *(
            Line2D([], [], marker=marker, label=region, **sign)
            for region, marker in (regions if len(regions) > 1 else {}).items()
        ),
        Line2D([], [], color="black", lw=0.8, ls="--", label="chance"),
    ]
    figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(EDGE / WIDTH, 0.15 / figure.get_size_inches()[1]),
        ncols=len(handles),
        **LEGEND,
    )
