"""The path of an engram through one recording, an arm a row.

    recruitment → strengthening → consolidation → recall → silence
    which cells   their synapses  the late phase  again?   by cues, by light

What an arm does not hold is said in words in its place. Synapses are those of the first
kept projection onto labelled cells; a mean is over synapses. Recall counts cells whose
rate reaches the threshold of c-Fos, in the dark part of a test and in the lit one.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from .engram_figure import (
    COLORS,
    Stretch,
    columns_of_tests,
    frozen,
    light_color,
    lights,
    marked,
    named_test,
    per_cent,
    place_color,
    shortened,
    shown_arms,
    title,
)
from .figures import (
    CENTRE,
    EDGE,
    GREY,
    LABELLED,
    NOTE,
    OTHERS,
    PLAIN,
    RIGHT,
    ROWS,
    SMALL,
    STYLE,
    TINY,
    TITLE,
    WIDTH,
)
from .overlap import active_cells, overlap_over_chance

TRAINED = re.compile(r"train|condition", re.IGNORECASE)
FAINT = 0.45  # opacity of the late phase
LOWEST, HIGHEST = 0.2, 60.0  # ratios to chance beyond that are arrows
MARKERS = ("o", "s", "D", "P", "X", "*")
NAMES_WIDE, PAD = 1.25, 0.5
MOST_MOMENTS = 4

Ids = np.ndarray[Any, np.dtype[np.integer[Any]]]


class _Panel(NamedTuple):
    """A step of the path: its heading, what its axis shows, its width, its drawing.

    ``draw`` returns what is missing, in words, or nothing.
    """

    name: str
    axis: str
    wide: float
    draw: Callable[[Axes, Any, Any], str]


class _Part(NamedTuple):
    """A test, or its dark or lit part, in seconds of the experiment."""

    told: str
    color: str
    windows: tuple[tuple[float, float], ...]
    lit: bool
    span: Any
    light: list[Stretch]


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
    path = _path(arms)
    told = path.replace("_", " ") or "synapses"
    unit = next(
        (w.unit for arm in arms.values() for w in arm.weights.get(path, {}).values()),
        "nS",
    )

    def strengthening(axes: Axes, recording: Any, arm: Any) -> str:
        return _strengthening(axes, arm, path)

    def consolidation(axes: Axes, recording: Any, arm: Any) -> str:
        return _consolidation(axes, arm, path)

    return (
        _Panel("recruitment", "cells recruited (%)", 0.82, _recruitment),
        _Panel("strengthening", f"{told} ({unit})", 1.55, strengthening),
        _Panel("consolidation", "late phase (% of weight)", 1.55, consolidation),
        _Panel("recall", "active again (× chance)", 1.5, _recall),
        _Panel("silence", "freezing (% of time)", 1.5, _silence),
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


def _ticks(axes: Axes, told: list[str]) -> None:
    """Name the places on the horizontal axis, each within its own width."""
    edge = 0.6 if len(told) > 1 else 1.1
    inches = axes.get_position().width * WIDTH / (len(told) - 1 + 2 * edge)
    names = [shortened(text, inches - 0.03, TINY, 3) for text in told]
    axes.set_xticks(range(len(told)), names, linespacing=0.95)
    axes.set_xlim(-edge, len(told) - 1 + edge)


def _linear(axes: Axes, top: float) -> None:
    axes.set_ylim(0, 1.18 * max(top, 1e-9))
    axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(PLAIN)


def _bar(axes: Axes, x: float, value: float, color: str, told: str = "") -> None:
    if np.isfinite(value):
        axes.bar(x, value, 0.6, color=color)
        how: Any = {"textcoords": "offset points", "fontsize": TINY, "ha": "center"}
        axes.annotate(told or per_cent(value), (x, value), (0, 1.5), **how)


# Recruitment


def _recruitment(axes: Axes, recording: Any, arm: Any) -> str:
    """Draw the share of each population that is labelled, or was active in training."""
    found = [
        (label, population, len(tag.node_ids))
        for label, tags in arm.tags.items()
        for population, tag in tags.items()
    ]
    color = LABELLED
    if not found:
        found, color = list(_trained(recording, arm)), OTHERS
    found = found[:5]
    if not found:
        return "no labels"
    regions = [arm.populations[population].region for _, population, _ in found]
    shares = [100 * k / max(arm.populations[p].size, 1) for _, p, k in found]
    for x, share in enumerate(shares):
        _bar(axes, x, share, color)
    twice = len(set(regions)) < len(regions)
    told = [label for label, _, _ in found] if twice and color == LABELLED else regions
    _ticks(axes, told)
    _linear(axes, max([1.0, *shares]))
    return ""


def _trained(recording: Any, arm: Any) -> Iterator[tuple[str, str, int]]:
    """Yield how many cells of each population were active in the first training."""
    spans = [s for s in arm.timeline if s.kind == "episode" and TRAINED.search(s.name)]
    for population in ROWS if spans else ():
        if population in arm.spikes and population in arm.populations:
            windows = ((spans[0].start_s, spans[0].stop_s),)
            cells = _active(recording, arm, population, windows)
            if cells is not None:
                yield spans[0].name, population, len(cells)


def _active(
    recording: Any, arm: Any, population: str, windows: Any, otherwise: float = np.nan
) -> Ids | None:
    """Return the cells whose rate in some windows reaches the threshold of c-Fos."""
    told = recording.parameters.get(f"circuit.thresholds.{population}", {})
    number, _, unit = str(told.get("value", "")).partition(" ")
    least = float(number) if unit == "Hz" else otherwise
    seconds = sum(stop - start for start, stop in windows)
    if not (least > 0 and seconds > 0):
        return None
    ids = [arm.spikes[population].between(a, b).node_ids for a, b in windows]
    n = arm.populations[population].size
    return active_cells(np.concatenate(ids), n, seconds, least)


# Strengthening and consolidation


def _path(arms: dict[str, Any]) -> str:
    """Return the first projection onto labelled cells whose synapses were kept."""
    for arm in arms.values():
        for name, moments in arm.weights.items():
            if moments and name.rpartition("_to_")[2] in marked(arm):
                return str(name)
    return ""


def _kept(arm: Any, path: str) -> tuple[dict[str, Any], Any]:
    """Return the synapses at each moment, and the labelled cells they may end on."""
    cells = marked(arm).get(path.rpartition("_to_")[2], np.empty(0, np.uint32))
    return dict(list(arm.weights.get(path, {}).items())[:MOST_MOMENTS]), cells


def _halves(weights: Any, cells: Any) -> tuple[Any, Any]:
    """Return which synapses end on labelled cells, and which on others."""
    onto = np.isin(weights.post, cells)
    return onto, ~onto


def _strengthening(axes: Axes, arm: Any, path: str) -> str:
    """Draw the mean weight onto labelled and other cells, the late phase above."""
    moments, cells = _kept(arm, path)
    if not moments:
        return "no weights kept"
    if not len(cells):
        return "no labelled cells"
    top = 0.0
    for k, weights in enumerate(moments.values()):
        for side, group in enumerate(_halves(weights, cells)):
            if group.any():
                mean = float(weights.weight[group].mean())
                late = mean * max(_late_share(weights, group), 0.0)
                x, color = k + 0.4 * side - 0.2, (LABELLED, OTHERS)[side]
                axes.bar(x, mean - late, 0.36, color=color)
                axes.bar(x, late, 0.36, mean - late, color=color, alpha=FAINT)
                top = max(top, mean)
    _ticks(axes, list(moments))
    _linear(axes, top)
    return ""


def _late_share(weights: Any, group: Any) -> float:
    """Return the late phase as a share of the mean weight, 0 where there is none."""
    if weights.late is None or weights.early is None:
        return 0.0
    late = float(weights.late[group].mean())
    whole = float(weights.early[group].mean()) + late
    return late / whole if whole > 0 else 0.0


def _consolidation(axes: Axes, arm: Any, path: str) -> str:
    """Draw how much of the weight is late, onto labelled and onto other cells."""
    moments, cells = _kept(arm, path)
    if not moments:
        return "no weights kept"
    if not len(cells):
        return "no labelled cells"
    if any(w.late is None or w.early is None for w in moments.values()):
        return "no late phase"
    ends = [1.0]
    for side, color in ((1, OTHERS), (0, LABELLED)):
        shares = []
        for weights in moments.values():
            group = _halves(weights, cells)[side]
            share = 100 * _late_share(weights, group) if group.any() else np.nan
            shares.append(share)
        axes.plot(range(len(shares)), shares, "o-", ms=3.5, lw=1.2, color=color)
        ends += [share for share in shares if np.isfinite(share)]
    _ticks(axes, list(moments))
    _linear(axes, max(ends))
    if min(ends) < 0:
        axes.set_ylim(1.2 * min(ends))
    return ""


# Recall and silence


def _parts(recording: Any, arm: Any) -> list[_Part]:
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
            found.append(_Part(told, color, dark, False, span, light))
        if own:
            found.append(_Part(f"{told} light", shine, tuple(own), True, span, light))
    return found


def _without(
    span: Any, light: list[tuple[float, float]]
) -> tuple[tuple[float, float], ...]:
    """Return the stretches of an episode without light."""
    edges = [span.start_s, *(t for one in light for t in one), span.stop_s]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple((a, b) for a, b in pairs if b > a)


def _recall(axes: Axes, recording: Any, arm: Any) -> str:
    """Draw how far labelled cells are active again in each test, over chance."""
    parts, cells = _parts(recording, arm), marked(arm)
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
    _ticks(axes, [part.told for part in parts])
    return "" if drawn else "no active cells"


def _again(recording: Any, arm: Any, population: str, ids: Any, part: _Part) -> float:
    """Return how many labelled cells are active in a part of a test, over chance."""
    rates = [
        float(tags[population].threshold)
        for tags in arm.tags.values()
        if population in tags
    ]
    active = _active(recording, arm, population, part.windows, rates[0])
    if active is None:
        return float("nan")
    n = arm.populations[population].size
    return overlap_over_chance(ids, np.asarray(active, np.uint32), n)


def _silence(axes: Axes, recording: Any, arm: Any) -> str:
    """Draw freezing by natural cues and by light."""
    parts = _parts(recording, arm)
    if not parts:
        return "no tests"
    if "freezing" not in arm.behaviour:
        return "freezing not kept"
    top = 5.0
    for x, part in enumerate(parts):
        value = frozen(arm, part.span, part.light)
        value = value[part.lit] if part.light else value
        _bar(axes, x, value, part.color)
        top = max(top, value) if np.isfinite(value) else top
    _ticks(axes, [part.told for part in parts])
    _linear(axes, top)
    return ""


def _legend(figure: Figure, recording: Any, arms: dict[str, Any]) -> None:
    """Explain the colours and signs that the panels share."""
    parts = [part for arm in arms.values() for part in _parts(recording, arm)]
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
        *([Patch(color="0.75", label="paler: late phase")] if _path(arms) else []),
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
        frameon=False,
        fontsize=SMALL,
        handlelength=1.1,
        handletextpad=0.45,
        columnspacing=1.2,
        borderaxespad=0,
        borderpad=0,
    )
