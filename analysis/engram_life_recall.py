"""Last steps in the life of an engram: recall, and silence to natural cues.

Recall counts cells whose rate reaches the threshold of c-Fos, in the dark part of a
test and in the lit one.
"""

import re
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from .drawing import PLAIN
from .engram_life_axes import bar, linear, name_places
from .engram_life_recruitment import active_in
from .engram_recording import (
    Stretch,
    columns_of_tests,
    frozen,
    light_color,
    lights,
    marked,
    named_test,
    place_color,
)
from .overlap import overlap_over_chance

LOWEST, HIGHEST = 0.2, 60.0  # ratios to chance beyond that are arrows
MARKERS = ("o", "s", "D", "P", "X", "*")


class Part(NamedTuple):
    """A test, or its dark or lit part, in seconds of the experiment."""

    told: str
    color: str
    windows: tuple[tuple[float, float], ...]
    lit: bool
    span: Any
    light: list[Stretch]


def parts_of(recording: Any, arm: Any) -> list[Part]:
    """Return the tests of an arm; one with light is a dark part and a lit one."""
    found = []
    for name, light in columns_of_tests({"": arm}).items():
        span = named_test(arm, name)
        if span is None:
            continue
        own = sorted({one[1:] for one in lights(arm, span)})
        told = re.sub(r"^test ", "", name, flags=re.IGNORECASE)
        dark = _without(span, own)
        color, shine = place_color(span.stimulus), light_color(recording)
        seconds = sum(stop - start for start, stop in dark)
        if seconds > 0.05 * (span.stop_s - span.start_s):
            found.append(Part(told, color, dark, False, span, light))
        if own:
            found.append(Part(f"{told} light", shine, tuple(own), True, span, light))
    return found


def _without(
    span: Any, light: list[tuple[float, float]]
) -> tuple[tuple[float, float], ...]:
    """Return the stretches of an episode without light."""
    edges = [span.start_s, *(t for one in light for t in one), span.stop_s]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple((a, b) for a, b in pairs if b > a)


def draw_recall(axes: Axes, recording: Any, arm: Any) -> str:
    """Draw how far labelled cells are active again in each test, over chance."""
    parts, cells = parts_of(recording, arm), marked(arm)
    cells = {p: ids for p, ids in cells.items() if p in arm.spikes}
    if not parts:
        return "no tests"
    if not any(len(ids) for ids in marked(arm).values()):
        return "no labelled cells"
    if not cells:
        return "no spikes kept"
    axes.set_yscale("log")
    axes.set_ylim(LOWEST, HIGHEST)
    axes.yaxis.set_major_locator(FixedLocator([0.3, 1, 3, 10, 30]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(PLAIN)
    axes.axhline(1, color="black", lw=0.8, ls="--", zorder=1)
    drawn = False
    for x, part in enumerate(parts):
        for k, (population, ids) in enumerate(cells.items()):
            value = _again(recording, arm, population, ids, part)
            if np.isnan(value):
                continue
            at = x + 0.6 * (k - (len(cells) - 1) / 2) / len(cells)
            y = min(max(value, 1.25 * LOWEST), HIGHEST / 1.25)
            marker = MARKERS[k % len(MARKERS)]
            marker = marker if y == value else "v" if value < y else "^"
            axes.plot([at, at], [1, y], color=part.color, lw=1.5, zorder=2)
            how: Any = {"marker": marker, "ms": 5, "mew": 0.4, "zorder": 3}
            axes.plot(at, y, color=part.color, **how)
            drawn = True
    name_places(axes, [part.told for part in parts])
    return "" if drawn else "no active cells"


def _again(recording: Any, arm: Any, population: str, ids: Any, part: Part) -> float:
    """Return how many labelled cells are active in a part of a test, over chance."""
    rates = [
        float(tags[population].threshold)
        for tags in arm.tags.values()
        if population in tags
    ]
    active = active_in(recording, arm, population, part.windows, rates[0])
    if active is None:
        return float("nan")
    n = arm.populations[population].size
    return overlap_over_chance(ids, np.asarray(active, np.uint32), n)


def draw_silence(axes: Axes, recording: Any, arm: Any) -> str:
    """Draw freezing by natural cues and by light."""
    parts = parts_of(recording, arm)
    if not parts:
        return "no tests"
    if "freezing" not in arm.behaviour:
        return "freezing not kept"
    top = 5.0
    for x, part in enumerate(parts):
        value = frozen(arm, part.span, part.light)
        value = value[part.lit] if part.light else value
        bar(axes, x, value, part.color)
        top = max(top, value) if np.isfinite(value) else top
    name_places(axes, [part.told for part in parts])
    linear(axes, top)
    return ""
