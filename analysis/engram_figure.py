"""Figure of an experiment on engram cells, whichever protocol it follows.

    a  what happened to each arm: visits, shocks, light, label window, procedures
    b  freezing in the tests     d  measures against the bands in which they
    c  spikes as light comes on     count as reproduced

Each panel has a file: engram_timeline, engram_freezing, engram_rasters and
engram_measures. Rows of a and of b are arms. What is not in the recording is said in
words. Lengths in the code are inches.
"""

from typing import Any

import matplotlib.style
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .drawing import (
    BOLT,
    BREAK,
    EDGE,
    GREY,
    HEIGHT,
    LABELLED,
    LEGEND,
    RIGHT,
    STYLE,
    TITLE,
    WIDTH,
    caption,
    shock_times,
    write,
)
from .engram_clock import is_act, visits
from .engram_freezing import draw_freezing
from .engram_measures import FAILED as FAILED
from .engram_measures import draw_measures
from .engram_measures import within_band as within_band
from .engram_rasters import chosen_window, draw_rasters
from .engram_recording import COLORS as COLORS
from .engram_recording import NOWHERE, light_color, shown_arms, title
from .engram_recording import columns_of_tests as columns_of_tests
from .engram_recording import lights as lights
from .engram_timeline import draw_timeline, window_edges
from .fitted_text import fitted as fitted
from .fitted_text import shortened as shortened
from .fitted_text import text_width as text_width


def _legend(figure: Figure, recording: Any, arms: dict[str, Any], y: float) -> None:
    """Explain the colours and signs that the panels share."""
    spans = [(arm, span) for arm in arms.values() for span in visits(arm)]
    places = sorted({span.stimulus for _, span in spans if span.stimulus in COLORS})
    others = any(span.stimulus not in COLORS for _, span in spans)
    acts = any(is_act(span) for arm in arms.values() for span in arm.timeline)
    window: dict[str, Any] = {"color": LABELLED, "alpha": 0.16, "lw": 0}
    handles: list[Any] = [
        *(Patch(color=COLORS[place], label=f"place {place}") for place in places),
        *([Patch(color=NOWHERE, label="another place")] if others else []),
        *(
            [Line2D([], [], label="foot shock", **BOLT)]
            if _any(shock_times, spans)
            else []
        ),
        *(
            [Patch(color=light_color(recording), label="light")]
            if _any(lights, spans)
            else []
        ),
        *(
            [Patch(label="cells can be labelled", **window)]
            if any(window_edges(arm) for arm in arms.values())
            else []
        ),
        *(
            [
                Line2D(
                    [],
                    [],
                    color="black",
                    marker="|",
                    ms=8,
                    ls="none",
                    label="procedure",
                )
            ]
            if acts
            else []
        ),
        Line2D([], [], label="gap, not to scale", **BREAK),
    ]
    figure.legend(
        handles=handles,
        loc="upper right",
        bbox_to_anchor=(RIGHT / WIDTH, y / HEIGHT),
        ncols=len(handles),
        **LEGEND,
    )


def _any(read: Any, spans: list[tuple[Any, Any]]) -> bool:
    return any(read(arm, span) for arm, span in spans)


def engram(recording: Any) -> Figure:
    """Draw a run of an experiment on engram cells on one page."""
    arms = shown_arms(recording)
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure((WIDTH, HEIGHT), dpi=150)
        run = f"circuit {recording.circuit}, seed {recording.seed}, one run per arm"
        more = len(recording.arms) - len(arms)
        run += f", {more} more not drawn" if more else ""
        write(figure, EDGE, 8.27, shortened(title(recording), 5, 10, 1, True), **TITLE)
        write(figure, RIGHT, 8.27, run, ha="right", color=GREY)
        _legend(figure, recording, arms, 8.1)
        caption(figure, EDGE, 7.99, "a", "What happened")
        row = min(0.5, 2.72 / max(len(arms), 1))
        draw_timeline(figure, recording, arms, 7.86, row)
        floor = 7.86 - 0.2 - row * len(arms)
        left, middle = 5.6, EDGE + 5.95
        high = min((floor - 0.5) / 2 - 0.72, 0.6 * max(len(arms), 1))
        caption(figure, EDGE, floor - 0.27, "b", "Freezing in the tests (% of time)")
        y = floor - 0.58 - high
        draw_freezing(figure, recording, arms, EDGE, y, left, high)
        window = chosen_window(arms)
        who = f", {window.arm} arm" if window else ""
        y = y - 0.6
        told = shortened(f"Spikes of labelled and other cells{who}", 5.2, 8.5)
        caption(figure, EDGE, y, "c", told)
        draw_rasters(figure, recording, arms, EDGE, 0.5, left, y - 0.08 - 0.5)
        caption(figure, middle, floor - 0.27, "d", "Measures against their bands")
        high = floor - 0.4 - 0.45
        draw_measures(figure, recording, arms, middle, 0.45, RIGHT - middle, high)
    return figure
