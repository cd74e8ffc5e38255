"""Spikes of labelled and other cells as the light comes on, regions as rows."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .drawing import (
    GREY,
    HEIGHT,
    LABELLED,
    NOTE,
    OTHERS,
    PLAIN,
    ROWS,
    SMALL,
    TINY,
    add_axes,
    sample,
    write,
)
from .engram_recording import light_color, lights, marked, tests
from .fitted_text import shortened

ROUND_S = 3.0  # shown of a raster on either side of the change


class Window(NamedTuple):
    """The spikes shown: where, from when to when, and what time is called 0."""

    arm: str
    span: Any
    start_s: float
    stop_s: float
    zero_s: float
    told: str


def chosen_window(arms: dict[str, Any]) -> Window | None:
    """Choose the first test with light and its change, or else the first test."""
    dark = None
    for name, arm in arms.items():
        for span in tests(arm):
            shone = sorted(lights(arm, span), key=lambda one: one.start_s)
            if not shone:
                whole = (span.start_s, min(span.stop_s, span.start_s + 2 * ROUND_S))
                told = f"time in {span.name} (s)"
                dark = dark or Window(name, span, *whole, span.start_s, told)
                continue
            later = [one for one in shone if one.start_s > span.start_s + 0.05]
            on = (later or shone)[0]
            start = max(span.start_s, on.start_s - ROUND_S)
            lasts = ROUND_S if later else 2 * ROUND_S
            stop = min(on.stop_s, on.start_s + lasts, span.stop_s)
            told = f"time after the light comes on, {span.name} (s)"
            return Window(name, span, start, stop, on.start_s, told)
    return dark


def draw_rasters(
    figure: Figure, recording: Any, arms: dict[str, Any], *inches: float
) -> None:
    """Draw the spikes of labelled and other cells, regions as rows."""
    left, bottom, wide, high = inches
    window = chosen_window(arms)
    if window is None:
        write(figure, left + 1.05, bottom + high / 2, "no tests in this run", **NOTE)
        return
    arm = arms[window.arm]
    shone = lights(arm, window.span)
    labelled = marked(arm, [one.label for one in shone])
    rows = [p for p in labelled if p not in ROWS] + list(ROWS)
    rows = [p for p in rows if p in arm.populations and p in arm.spikes][:6]
    if not rows:
        write(figure, left + 1.05, bottom + high / 2, "no spikes were kept", **NOTE)
        return
    each = high / len(rows)
    for k, population in enumerate(rows):
        y = bottom + high - each * (k + 1) + 0.04
        axes = add_axes(
            figure, f"{population} spikes", left + 1.05, y, wide - 1.05, each
        )
        place = axes.get_position()
        axes.set_position((place.x0, place.y0, place.width, (each - 0.05) / HEIGHT))
        _announce(figure, arm, population, labelled, left, y + each / 2, each)
        _raster(axes, arm, population, window, labelled, 72 * (each - 0.05) / 40)
        for a, b in {one[1:] for one in shone}:
            a, b = a - window.zero_s, b - window.zero_s
            color = light_color(recording)
            axes.axvspan(a, b, color=color, alpha=0.3, lw=0, zorder=0)
        axes.tick_params(labelbottom=k == len(rows) - 1)
        if k == len(rows) - 1:
            axes.set_xlabel(window.told, fontsize=SMALL, labelpad=1)


def _announce(
    figure: Figure,
    arm: Any,
    population: str,
    labelled: dict[str, Any],
    x: float,
    y: float,
    each: float,
) -> None:
    """Write which cells a row shows, and how many of how many."""
    info = arm.populations[population]
    cells = labelled.get(population, np.empty(0, np.uint32))
    first, second = sample(cells, info.size)
    name = shortened(f"{info.region} {info.cell_type.replace('_', ' ')}", 1.0, SMALL)
    lines = [(f"{len(second)} of {info.size - len(cells):,} others", GREY)]
    if population not in labelled:
        lines = [(f"{len(second)} of {info.size:,} cells", GREY)]
    elif len(cells):
        lines.insert(0, (f"{len(first)} of {len(cells):,} labelled", LABELLED))
    else:
        lines.insert(0, ("none labelled", LABELLED))
    lines = lines[: 2 if each > 0.36 else 1]
    y += 0.05 * len(lines) - 0.06
    write(figure, x, y, name, fontweight="bold", fontsize=SMALL)
    for k, (told, color) in enumerate(lines):
        write(figure, x, y - 0.105 * (k + 1), told, fontsize=TINY, color=color)


def _raster(
    axes: Axes,
    arm: Any,
    population: str,
    window: Window,
    labelled: dict[str, Any],
    size: float,
) -> None:
    """Draw the spikes of a sample of cells, the labelled ones on top."""
    n = arm.populations[population].size
    cells = labelled.get(population, np.empty(0, np.uint32))
    first, second = sample(cells, n)
    line = np.full(n, -1)
    chosen = np.concatenate([first, second])
    line[chosen] = np.arange(len(chosen))
    spikes = arm.spikes[population].between(window.start_s, window.stop_s)
    t = np.asarray(spikes.timestamps) * 1e-3 - window.zero_s
    rows = line[np.asarray(spikes.node_ids)]
    of_label = (rows >= 0) & (rows < len(first))
    for part, color in ((rows >= len(first), OTHERS), (of_label, LABELLED)):
        marks = axes.plot(t[part], rows[part], "|", ms=size, mew=0.6, color=color)
        marks[0].set_rasterized(True)
    axes.spines["left"].set_visible(False)
    edges = window.start_s - window.zero_s, window.stop_s - window.zero_s
    axes.set(xlim=(edges[0], max(edges[1], edges[0] + 1e-3)), yticks=[])
    axes.set_ylim(max(len(chosen), 1) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(PLAIN)
