"""Axes, ticks and bars that the steps of the life of an engram share."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from .drawing import PLAIN, TINY, WIDTH
from .engram_freezing import per_cent
from .fitted_text import shortened


def name_places(axes: Axes, told: list[str]) -> None:
    """Name the places on the horizontal axis, each within its own width."""
    edge = 0.6 if len(told) > 1 else 1.1
    inches = axes.get_position().width * WIDTH / (len(told) - 1 + 2 * edge)
    names = [shortened(text, inches - 0.03, TINY, 3) for text in told]
    axes.set_xticks(range(len(told)), names, linespacing=0.95)
    axes.set_xlim(-edge, len(told) - 1 + edge)


def linear(axes: Axes, top: float) -> None:
    """Scale an axis from 0 to above the largest value."""
    axes.set_ylim(0, 1.18 * max(top, 1e-9))
    axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(PLAIN)


def bar(axes: Axes, x: float, value: float, color: str, told: str = "") -> None:
    """Draw a bar with its number above it, nothing where there is no value."""
    if np.isfinite(value):
        axes.bar(x, value, 0.6, color=color)
        how: Any = {"textcoords": "offset points", "fontsize": TINY, "ha": "center"}
        axes.annotate(told or per_cent(value), (x, value), (0, 1.5), **how)
