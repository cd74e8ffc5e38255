"""What the figures of whole experiments share: a page, its colours, signs and words.

The colours, of Okabe and Ito and of Tol, are told apart by the colour-blind too.
Lengths in the code are inches. Shocks are read where an arm has the signal
"shock <episode>", 1 while the current flows.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.ticker import StrMethodFormatter

WIDTH, HEIGHT = 11.0, 8.5
EDGE, LEFT, RIGHT = 0.25, 1.9, 10.8
SMALL, TINY = 7.0, 6.5

PLACES = {"A": "#0072B2", "B": "#E69F00"}
ELSEWHERE = "#009E73"
LABELLED, OTHERS = "#AA3377", "0.45"
SHOCK, GREY, RANGE = "#F0E442", "0.35", "0.85"

ROWS = ("dg_granule", "ca3_pyramidal", "ca1_pyramidal", "bla_principal", "cea_output")
SHOWN = 40
SECONDS = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.labelsize": 8.0,
    "axes.titlesize": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "hatch.linewidth": 0.5,
}
SIGN: dict[str, Any] = {"ls": "none", "mec": "black", "mew": 0.7}
BOLT = SIGN | {
    "marker": Path(
        [(0.1, 1), (-0.5, -0.1), (-0.05, -0.1), (-0.2, -1), (0.5, 0.25), (0.05, 0.25)]
        + [(0.35, 1), (0.1, 1)]
    ),
    "ms": 9,
    "mfc": SHOCK,
}
BREAK = SIGN | {
    "marker": Path([(-0.7, -1), (0.1, 1), (-0.1, -1), (0.7, 1)], [1, 2, 1, 2]),
    "ms": 7,
    "mfc": "none",
}
LINE: dict[str, Any] = {"color": "black", "lw": 0.9, "zorder": 1}
CENTRE: dict[str, Any] = {"ha": "center", "va": "center"}
NOTE: dict[str, Any] = {"fontsize": TINY, "color": GREY}
BOLD: dict[str, Any] = {"fontsize": 8, "fontweight": "bold"}
PLAIN = StrMethodFormatter("{x:g}")
LEGEND: dict[str, Any] = {
    "frameon": False,
    "fontsize": SMALL,
    "handlelength": 1.1,
    "handletextpad": 0.45,
    "columnspacing": 1.2,
    "borderaxespad": 0,
    "borderpad": 0,
}
TITLE: dict[str, Any] = {"fontsize": 10, "fontweight": "bold"}


def add_axes(figure: Figure, name: str, *inches: float) -> Axes:
    """Add axes at (left, bottom, width, height)."""
    left, bottom, wide, high = inches
    place = (left / WIDTH, bottom / HEIGHT, wide / WIDTH, high / HEIGHT)
    axes = figure.add_axes(place, label=name)
    axes.tick_params(which="both", labelsize=SMALL, width=0.7, length=3, pad=2)
    return axes


def write(figure: Figure, x: float, y: float, text: str, **how: Any) -> None:
    """Write a line of text at a place on the page."""
    figure.text(x / WIDTH, y / HEIGHT, text, **{"fontsize": SMALL, **how})


def caption(figure: Figure, x: float, y: float, letter: str, text: str) -> None:
    """Write the letter of a panel and what it shows."""
    write(figure, x, y, letter, fontsize=11, fontweight="bold")
    write(figure, x + 0.2, y, text, fontsize=8.5)


def block(axes: Axes, *place: float, **how: Any) -> None:
    """Add a rectangle at (left, bottom, width, height)."""
    x, y, wide, high = place
    axes.add_patch(Rectangle((x, y), wide, high, **{"lw": 0, **how}))


def parameter(recording: Any, symbol: str) -> str:
    """Return the value of a parameter as text, none where it is not told."""
    return str(recording.parameters.get(symbol, {}).get("value", ""))


def duration(seconds: float) -> str:
    """Return a time in words; a day or two are counted in hours."""
    for unit, least in (("d", 2.5 * 86400), ("h", 3580), ("min", 59.5)):
        if seconds >= least:
            return f"{seconds / SECONDS[unit]:.3g} {unit}"
    return f"{seconds:.3g} s"


def shock_times(arm: Any, span: Any) -> list[tuple[float, float]]:
    """Return from when to when current flowed, in seconds of an episode."""
    signal = arm.signals.get(f"shock {span.name}")
    if signal is None:
        return []
    on = np.concatenate([[False], np.asarray(signal.values) > 0.5, [False]])
    edges = np.flatnonzero(on[1:] != on[:-1]) / signal.rate_hz
    edges = edges + signal.start_s - span.start_s
    return [(float(a), float(b)) for a, b in edges.reshape(-1, 2)]


def sample(labelled: Any, n: int) -> tuple[Any, Any]:
    """Choose labelled and other cells to show: half each, as far as there are."""
    others = np.setdiff1d(np.arange(n), labelled)
    first = min(len(labelled), max(SHOWN // 2, SHOWN - len(others)))
    second = min(len(others), SHOWN - first)
    return _spread(labelled, first), _spread(others, second)


def _spread(ids: Any, k: int) -> Any:
    return ids[np.arange(k) * len(ids) // max(k, 1)].astype(np.int64)
