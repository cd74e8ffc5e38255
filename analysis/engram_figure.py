"""Figure of an experiment on engram cells, whichever protocol it follows.

    a  what happened to each arm: visits, shocks, light, label window, procedures
    b  freezing in the tests     d  measures against the bands in which they
    c  spikes as light comes on     count as reproduced

Rows of a and of b are arms. What is not in the recording is said in words. Lengths in
the code are inches; light is drawn where an arm has the signal "light on <label>,
<episode>", and pulses of a train make one stretch.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap
from typing import Any, NamedTuple

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.textpath import TextPath
from matplotlib.ticker import MaxNLocator

from .figures import (
    BOLD,
    BOLT,
    BREAK,
    CENTRE,
    EDGE,
    ELSEWHERE,
    GREY,
    HEIGHT,
    LABELLED,
    LEFT,
    LINE,
    NOTE,
    OTHERS,
    PLACES,
    PLAIN,
    RANGE,
    RIGHT,
    ROWS,
    SHOCK,
    SMALL,
    STYLE,
    TINY,
    TITLE,
    WIDTH,
    _axes,
    _block,
    _caption,
    _lasts,
    _sample,
    _shocks,
    _value,
    _write,
)

# C and D as well, of Okabe and Ito and of Tol; letters stand beside the colours.
COLORS = {**PLACES, "C": ELSEWHERE, "D": "#999933"}
NOWHERE = "0.6"
ON_LIGHT = {PLACES["B"], COLORS["D"]}  # colours that white letters are lost on
FAILED = "#D55E00"
SPECTRUM = ((500.0, "#56B4E9"), (565.0, "#66C2A5"), (605.0, "#DDCC77"))
RED = "#EE6677"
FROZEN = "0.3"
MARK: dict[str, Any] = {"lw": 1.1, "zorder": 6}

TESTED = re.compile(r"test|recall|probe|retrieval", re.IGNORECASE)
LIT = "light on "
PAUSE_S = 1.0  # darkness that ends a stretch of light, whatever the train
ROUND_S = 3.0  # shown of a raster on either side of the change
EPSILON_S = 1e-4  # a visit's edges, apart from a procedure at the same time
NEAR_S = 5.0  # visits of different arms that are drawn without a gap between them
MOST_ARMS, MOST_TESTS, MOST_MEASURES = 8, 4, 20
NAMES = {"early-alzheimer": "Early Alzheimer's disease"}

Floats = np.ndarray[Any, np.dtype[np.float64]]


class Stretch(NamedTuple):
    """Light on the cells of a label, in seconds of the experiment."""

    label: str
    start_s: float
    stop_s: float


# What a recording holds


def place_color(place: str) -> str:
    """Return the colour of a place.

    >>> place_color("C") == ELSEWHERE
    True
    """
    return COLORS.get(place, NOWHERE)


def light_color(recording: Any) -> str:
    """Return a colour for the light of the fibre, blue where it is not known."""
    number, _, unit = _value(recording, "fibre.wavelength").partition(" ")
    nm = float(number) if unit == "nm" else 473.0
    return next((color for below, color in SPECTRUM if nm < below), RED)


def title(recording: Any) -> str:
    """Return the name of the protocol as a heading."""
    name = str(recording.protocol)
    return NAMES.get(name, name.replace("-", " ").capitalize())


def shown_arms(recording: Any) -> dict[str, Any]:
    """Return as many arms as a page has room for."""
    return dict(list(recording.arms.items())[:MOST_ARMS])


def lights(arm: Any, span: Any) -> list[Stretch]:
    """Return the stretches of light in an episode."""
    found: list[Stretch] = []
    for name, signal in arm.signals.items():
        here = abs(signal.start_s - span.start_s) < EPSILON_S
        if here and name.startswith(LIT) and name.endswith(f", {span.name}"):
            label = name.removeprefix(LIT).removesuffix(f", {span.name}")
            found += [Stretch(label, a, b) for a, b in _lit(signal)]
    return found


def _lit(signal: Any) -> Iterator[tuple[float, float]]:
    """Yield from when to when a light was on; pulses of a train are one stretch."""
    on = np.flatnonzero(np.asarray(signal.values) > 0)
    if len(on):
        apart = np.diff(on) / signal.rate_hz
        dark = apart[apart > 1.5 / signal.rate_hz]
        train = len(dark) > 2
        least = min(3 * float(np.median(dark)), PAUSE_S) if train else 0.0
        cut = np.flatnonzero(apart > max(least, 1.5 / signal.rate_hz))
        starts = on[np.concatenate([[0], cut + 1])] / signal.rate_hz
        stops = (on[np.concatenate([cut, [-1]])] + 1) / signal.rate_hz
        for a, b in zip(starts, stops, strict=True):
            yield float(a + signal.start_s), float(b + signal.start_s)


def tests(arm: Any) -> list[Any]:
    """Return the tests of an arm: the episodes called so, or else the last one."""
    episodes = [span for span in arm.timeline if span.kind == "episode"]
    return [s for s in episodes if TESTED.search(s.name)] or episodes[-1:]


def columns_of_tests(arms: dict[str, Any]) -> dict[str, list[Stretch]]:
    """Return the tests of all arms by name, with light in seconds of the test.

    The light is that of the first arm that has some. If there are too many tests,
    those with light are kept.
    """
    found: dict[str, list[Stretch]] = {}
    for arm in arms.values():
        for span in tests(arm):
            now = [
                Stretch(label, a - span.start_s, b - span.start_s)
                for label, a, b in lights(arm, span)
            ]
            found[span.name] = found.get(span.name) or now
    kept = sorted(found, key=lambda name: not found[name])[:MOST_TESTS]
    return {name: light for name, light in found.items() if name in kept}


def named_test(arm: Any, name: str) -> Any | None:
    """Return the test of this name, None where an arm has none."""
    return next((span for span in tests(arm) if span.name == name), None)


def frozen(arm: Any, span: Any, light: list[Stretch] | None = None) -> Any:
    """Return freezing in per cent: in all of an episode, or with the light off and on.

    Where the trace has no sample the value is NaN.
    """
    trace = arm.behaviour.get("freezing")
    if trace is None:
        return (np.nan, np.nan) if light else np.nan
    inside = (trace.t_s >= span.start_s) & (trace.t_s < span.stop_s)
    t, values = trace.t_s[inside] - span.start_s, 100 * trace.values[inside]
    if not light:
        return _mean(values)
    on = np.zeros(len(t), bool)
    for _, start, stop in light:
        on |= (t >= start) & (t < stop)
    parts = (~on, on)  # light that ends just before a test leaves no darkness
    return tuple(_mean(values[p]) if p.mean() > 0.05 else np.nan for p in parts)


def marked(arm: Any, first: Iterable[str] = ()) -> dict[str, Any]:
    """Return the labelled cells of each population, of these labels before others."""
    found: dict[str, Any] = {}
    for label in [*first, *arm.tags]:
        for population, tag in arm.tags.get(label, {}).items():
            found.setdefault(population, np.asarray(tag.node_ids))
    return found


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


# Text that fits


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide a line of text is."""
    if not text.strip():
        return 0.0
    font = FontProperties(
        family="DejaVu Sans", size=size, weight="bold" if bold else "normal"
    )
    return float(TextPath((0, 0), text, prop=font).get_extents().width) / 72


def fitted(
    text: str, wide: float, size: float, lines: int, bold: bool = False
) -> str | None:
    """Return a text broken into lines of at most a width; None if it does not fit."""
    for most in range(len(text), 0, -1):
        rows = wrap(text, most, break_long_words=False, break_on_hyphens=True)
        if len(rows) > lines:
            return None
        if all(text_width(row, size, bold) <= wide for row in rows):
            return "\n".join(rows)
    return None


def shortened(
    text: str, wide: float, size: float, lines: int = 1, bold: bool = False
) -> str:
    """Return a text that fits, at the cost of its end."""
    told = fitted(text, wide, size, lines, bold)
    for end in range(len(text) - 1, 0, -1):
        if told is not None:
            return told
        told = fitted(text[:end].rstrip() + "…", wide, size, lines, bold)
    return told or ""


# a  What happened


@dataclass(frozen=True)
class _Clock:
    """Where a time lies on paper: visits to one scale, gaps to none."""

    times: Floats
    places: Floats
    gaps: tuple[tuple[float, float], ...]

    def x(self, seconds: float) -> float:
        return float(np.interp(seconds, self.times, self.places))

    def start(self, span: Any) -> float:
        return self.x(span.start_s + EPSILON_S)

    def stop(self, span: Any) -> float:
        return self.x(span.stop_s - EPSILON_S)


class _Pause(NamedTuple):
    """Time between two visits of an arm, and what was done in it."""

    start_s: float
    stop_s: float
    left: str  # right after the visit before
    middle: list[tuple[float, str]]
    right: str  # right before the next visit


def _episodes(arm: Any) -> list[Any]:
    return [span for span in arm.timeline if span.kind == "episode"]


def _ends(arm: Any) -> tuple[float, float]:
    """Return when an arm begins and when it ends."""
    line = arm.timeline
    return (line[0].start_s, line[-1].stop_s) if line else (0.0, 0.0)


def _is_act(span: Any) -> bool:
    return bool(span.kind == "gap" and span.stop_s == span.start_s)


def _pauses(arm: Any) -> list[_Pause]:
    """Return the times without a visit, the one before all and after all included."""
    episodes = _episodes(arm)
    first, last = _ends(arm)
    starts = [first, *(span.stop_s for span in episodes)]
    stops = [*(span.start_s for span in episodes), last]
    pauses, k = [], 0
    acts: list[list[tuple[float, str]]] = [[] for _ in starts]
    for span in arm.timeline:
        k += span.kind == "episode"
        if _is_act(span):
            acts[k].append((span.start_s, span.name))
    for k, (a, b) in enumerate(zip(starts, stops, strict=True)):
        at_end = k < len(starts) - 1
        right = [n for t, n in acts[k] if at_end and t == b and (t > a or not k)]
        left = [n for t, n in acts[k] if t == a and n not in right]
        told = {*left, *right}
        middle = [(t, name) for t, name in acts[k] if name not in told]
        pauses.append(_Pause(a, b, _joined(left), middle, _joined(right)))
    return pauses


def _joined(names: list[str]) -> str:
    """Return names in a row, to be broken between them only."""
    return (
        ", ".join(name.replace(" ", "\u00a0") for name in names)
        if names[1:]
        else (names[0] if names else "")
    )


def _levels(pause: _Pause) -> tuple[list[str], list[str]]:
    """Return what is written above the line and below it."""
    middle = [name for _, name in pause.middle]
    if pause.left and pause.right:
        return [pause.left, *middle], [pause.right]
    edges = [edge for edge in (pause.left, pause.right) if edge]
    return edges, middle


def _clock(arms: dict[str, Any], lines: int) -> _Clock:
    """Lay the visits of all arms and the gaps between them on one axis of time."""
    episodes = [span for arm in arms.values() for span in _episodes(arm)]
    if not episodes:
        return _Clock(np.array([0.0, 1.0]), np.array([LEFT, RIGHT]), ())
    pauses = [pause for arm in arms.values() for pause in _pauses(arm)]
    acts = [t.start_s for arm in arms.values() for t in arm.timeline if _is_act(t)]
    clusters: list[list[float]] = []
    for a, b in sorted((s.start_s + EPSILON_S, s.stop_s - EPSILON_S) for s in episodes):
        before = clusters[-1][1] if clusters else -np.inf
        done = any(before <= t <= a for t in acts)
        if clusters and (a <= before or (a - before < NEAR_S and not done)):
            clusters[-1][1] = max(b, before)
        else:
            clusters.append([a, b])
    begin = min(_ends(arm)[0] for arm in arms.values())
    end = max(_ends(arm)[1] for arm in arms.values())
    edges = [begin, *(t for pair in clusters for t in pair), end]
    gaps = [(edges[k], edges[k + 1]) for k in range(0, len(edges), 2)]
    room = RIGHT - LEFT
    wide = [_gap_width(gap, pauses, lines) for gap in gaps]
    for k in (0, -1):  # nothing is drawn before the first visit but what was done
        told = any(a <= t <= b for a, b in [gaps[k]] for t in acts)
        wide[k] = wide[k] if told else 0.0
    wide = [float(w) * min(1.0, 0.52 * room / max(sum(wide), 1e-9)) for w in wide]
    inner = sorted({t for s in episodes for t in (s.start_s, s.stop_s)})
    times, lasts, is_gap = [begin], [wide[0]], [True]
    for (a, b), width in zip(clusters, wide[1:], strict=True):
        points = [a, *(t for t in inner if a + 1e-3 < t < b - 1e-3), b]
        times += points
        lasts += [*np.diff(points), width]
        is_gap += [False] * (len(points) - 1) + [True]
    times.append(end)
    drawn = _scaled(np.array(times), np.array(lasts), np.array(is_gap), episodes, room)
    places = LEFT + np.concatenate([[0.0], np.cumsum(drawn)])
    drawn_gaps = (
        gap for gap, w in zip(gaps, wide, strict=True) if w and gap[1] - gap[0] > NEAR_S
    )
    return _Clock(np.array(times), places, tuple(drawn_gaps))


def _gap_width(gap: tuple[float, float], pauses: list[_Pause], lines: int) -> float:
    """Return the least width in which all that is written in a gap fits."""
    widest = 0.5
    for pause in pauses:
        if pause.start_s <= gap[1] and pause.stop_s >= gap[0]:
            for level in _levels(pause):
                for text in level:
                    room = text_width(text, TINY) + 0.02
                    if lines > 1 and room > 0.75:
                        room = 0.4
                        while fitted(text, room, TINY, lines) is None:
                            room += 0.05
                    widest = max(widest, len(level) * (room + 0.2))
    return min(widest, 1.6)


def _scaled(
    times: Floats, lasts: Floats, is_gap: Any, episodes: list[Any], room: float
) -> Floats:
    """Return widths on paper: visits to scale, but none too narrow for its name."""
    weights = np.where(is_gap, 0.0, lasts)
    left = room - float(lasts[is_gap].sum())
    least = min(0.5, 0.6 * left / max(int((~is_gap).sum()), 1))
    for _ in range(8):
        drawn = np.where(is_gap, lasts, weights * left / max(weights.sum(), 1e-9))
        for span in episodes:
            inside = (times[:-1] >= span.start_s) & (times[1:] <= span.stop_s)
            inside &= ~is_gap
            here = float(drawn[inside].sum())
            if 0 < here < least:
                weights[inside] *= least / here
    return np.asarray(
        np.where(is_gap, lasts, weights * left / max(weights.sum(), 1e-9))
    )


def _timeline(
    figure: Figure, recording: Any, arms: dict[str, Any], top: float, row: float
) -> None:
    """Draw what happened to each arm, one row an arm."""
    bottom = top - 0.2 - row * len(arms)
    axes = _axes(figure, "timeline", 0, bottom, WIDTH, top - bottom)
    axes.set(xlim=(0, WIDTH), ylim=(bottom, top))
    axes.set_axis_off()
    lines = 2 if row >= 0.44 else 1
    clock, color = _clock(arms, lines), light_color(recording)
    for a, b in clock.gaps:
        middle = (clock.x(a) + clock.x(b)) / 2
        axes.text(middle, top - 0.1, _lasts(b - a), **CENTRE, **NOTE)
    for k, (name, arm) in enumerate(arms.items()):
        y = top - 0.2 - row * (k + 0.5)
        told = shortened(name, LEFT - EDGE - 0.1, 8, 2, bold=True)
        axes.text(EDGE, y, told, va="center", linespacing=1.0, **BOLD)
        if _episodes(arm):
            _windows(axes, clock, arm, y, row)
        _line(axes, clock, arm, y)
        for pause in _pauses(arm) if _episodes(arm) else []:
            _acts(axes, clock, pause, y, row, lines)
        for span in _episodes(arm):
            _visit(axes, clock, arm, span, y, row, color)


def _windows(axes: Axes, clock: _Clock, arm: Any, y: float, row: float) -> None:
    """Shade the windows in which cells could be labelled, unless they are always."""
    for start, stop in window_edges(arm):
        a, b = clock.x(start), clock.x(stop)
        place = (a, y - 0.44 * row, b - a, 0.88 * row)
        _block(axes, *place, color=LABELLED, alpha=0.16, zorder=0)


def window_edges(arm: Any) -> list[tuple[float, float]]:
    """Return when cells could be labelled, if not all of the time."""
    whole = _ends(arm)
    edges = {
        (float(tag.window_start_s), float(tag.window_stop_s))
        for tags in arm.tags.values()
        for tag in tags.values()
    }
    return sorted(edge for edge in edges if edge != whole and edge[1] > edge[0])


def _line(axes: Axes, clock: _Clock, arm: Any, y: float) -> None:
    """Draw the time between visits, with a break in each gap."""
    episodes = _episodes(arm)
    if not episodes:
        axes.text(LEFT, y, "no episodes", va="center", **NOTE)
        return
    first, last = _ends(arm)
    a, b = clock.x(first), clock.x(last)
    axes.plot([a, b], [y, y], **LINE)
    for start, stop in clock.gaps:
        if first <= start < last - NEAR_S:
            middle = (clock.x(start) + clock.x(stop)) / 2
            axes.plot(middle, y, "s", ms=4, color="white", zorder=2)
            axes.plot(middle, y, **{**BREAK, "ms": 5})


def _acts(
    axes: Axes, clock: _Clock, pause: _Pause, y: float, row: float, lines: int
) -> None:
    """Mark what was done between two visits, and write it beside the mark."""
    left, right = clock.x(pause.start_s + EPSILON_S), clock.x(pause.stop_s - EPSILON_S)
    left, right = min(left, right), max(left, right)
    wide = right - left
    inset = min(0.06, wide / 4)
    above, below = _levels(pause)
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
    axes: Axes, clock: _Clock, arm: Any, span: Any, y: float, row: float, color: str
) -> None:
    """Draw a visit as a box in the colour of its place, with its shocks and light."""
    a, b, high = clock.start(span), clock.stop(span), 0.5 * row
    _block(axes, a, y - high / 2, b - a, high, zorder=3, **_box(span))
    free = b
    for start, stop in _shocks(arm, span):
        left, right = (
            float(np.clip(clock.x(span.start_s + t), a, b)) for t in (start, stop)
        )
        free = min(free, left)
        _block(axes, left, y - high / 2, right - left, high, color=SHOCK, zorder=4)
        axes.plot((left + right) / 2, y, zorder=5, **{**BOLT, "ms": min(9, 30 * high)})
    for _, start, stop in lights(arm, span):
        left, right = (float(np.clip(clock.x(t), a, b)) for t in (start, stop))
        place = (left, y + high / 2 + 0.01, right - left, 0.13 * row)
        _block(axes, *place, color=color, zorder=5)
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


def _legend(figure: Figure, recording: Any, arms: dict[str, Any], y: float) -> None:
    """Explain the colours and signs that the panels share."""
    spans = [(arm, span) for arm in arms.values() for span in _episodes(arm)]
    places = sorted({span.stimulus for _, span in spans if span.stimulus in COLORS})
    others = any(span.stimulus not in COLORS for _, span in spans)
    acts = any(_is_act(span) for arm in arms.values() for span in arm.timeline)
    window: dict[str, Any] = {"color": LABELLED, "alpha": 0.16, "lw": 0}
    handles: list[Any] = [
        *(Patch(color=COLORS[place], label=f"place {place}") for place in places),
        *([Patch(color=NOWHERE, label="another place")] if others else []),
        *([Line2D([], [], label="foot shock", **BOLT)] if _any(_shocks, spans) else []),
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
        frameon=False,
        fontsize=SMALL,
        handlelength=1.1,
        handletextpad=0.45,
        columnspacing=1.2,
        borderaxespad=0,
        borderpad=0,
    )


def _any(read: Any, spans: list[tuple[Any, Any]]) -> bool:
    return any(read(arm, span) for arm, span in spans)


# b  Freezing


def _freezing(
    figure: Figure, recording: Any, arms: dict[str, Any], *inches: float
) -> None:
    """Draw freezing in each test: its course where there is light, else its mean."""
    left, bottom, wide, high = inches
    columns = columns_of_tests(arms)
    row, names = high / max(len(arms), 1), 1.05
    for k, name in enumerate(arms):
        y = bottom + high - row * (k + 0.5)
        told = shortened(name, names - 0.22, SMALL, 2 if row > 0.25 else 1)
        _write(figure, left, y, told, va="center", linespacing=1.0)
    if not columns:
        _write(figure, left + names, bottom + high / 2, "no tests in this run", **NOTE)
        return
    top = _ceiling(arms, columns)
    one_line = row < 0.3
    beside = [
        (0.85 if one_line else 0.5) if light else 0.3 for light in columns.values()
    ]
    between = [0.22 if light else 0.08 for light in list(columns.values())[1:]]
    shares = np.array([1.6 if light else 1.0 for light in columns.values()])
    inner = (wide - names - sum(beside) - sum(between)) * shares / shares.sum()
    x = left + names
    for k, (name, light) in enumerate(columns.items()):
        draw = _courses if light else _means
        draw(figure, recording, arms, name, light, top, (x, bottom, inner[k], high))
        x += inner[k] + beside[k] + (between[k] if k < len(between) else 0.0)


def _ceiling(arms: dict[str, Any], columns: dict[str, list[Stretch]]) -> float:
    """Return the top of the axes of freezing, in per cent."""
    most = 0.0
    for arm in arms.values():
        trace = arm.behaviour.get("freezing")
        for span in tests(arm) if trace is not None else []:
            if span.name in columns:
                inside = (trace.t_s >= span.start_s) & (trace.t_s < span.stop_s)
                most = max([most, *100 * trace.values[inside]])
    return next((top for top in (5.0, 10.0, 20.0, 40.0, 70.0) if most <= top), 100.0)


def _head(figure: Figure, place: str, name: str, *inches: float) -> None:
    """Write the name of a test over its column, on a strip in the place's colour."""
    x, y, wide = inches
    told = shortened(name, wide + 0.25, SMALL)
    _write(figure, x, y + 0.12, told)
    strip = _axes(figure, f"strip {name}", x, y + 0.05, wide, 0.04)
    strip.set_axis_off()
    _block(strip, 0, 0, 1, 1, color=place_color(place))


def _courses(
    figure: Figure,
    recording: Any,
    arms: dict[str, Any],
    name: str,
    light: list[Stretch],
    top: float,
    inches: tuple[float, ...],
) -> None:
    """Draw freezing over a test with light, one row an arm, and its means."""
    left, bottom, wide, high = inches
    row, color = high / len(arms), light_color(recording)
    here = [
        span for arm in arms.values() if (span := named_test(arm, name)) is not None
    ]
    _head(figure, here[0].stimulus, name, left, bottom + high, wide)
    lasts = max(max(span.stop_s - span.start_s for span in here), 1e-3)
    for k, (who, arm) in enumerate(arms.items()):
        y = bottom + high - row * (k + 1) + 0.03
        axes = _axes(figure, f"freezing {who} {name}", left, y, wide, row - 0.06)
        axes.set(xlim=(0, lasts), ylim=(0, top))
        axes.tick_params(labelsize=TINY, labelbottom=k == len(arms) - 1)
        axes.set_yticks([0, top] if row >= 0.3 else [top])
        axes.yaxis.set_major_formatter(PLAIN)
        ends: Any = axes.get_yticklabels()
        for label in ends:
            label.set_va("bottom" if label is not ends[-1] else "top")
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 3, 5, 6, 10]))
        axes.xaxis.set_major_formatter(PLAIN)
        if k == len(arms) - 1:
            axes.set_xlabel("time in the test (s)", fontsize=SMALL, labelpad=1)
        span = named_test(arm, name)
        trace = arm.behaviour.get("freezing")
        if span is None or trace is None:
            told = "no such test" if span is None else "freezing was not kept"
            axes.text(0.02, 0.5, told, va="center", transform=axes.transAxes, **NOTE)
            continue
        own = {(a - span.start_s, b - span.start_s) for _, a, b in lights(arm, span)}
        for start, stop in own:
            axes.axvspan(start, stop, color=color, alpha=0.45, lw=0, zorder=0)
        for start, stop in {one[1:] for one in light} if not own else ():
            axes.axvspan(start, stop, fc="none", ec=color, lw=0.8, ls=":", zorder=0)
        inside = (trace.t_s >= span.start_s) & (trace.t_s < span.stop_s)
        t, values = trace.t_s[inside] - span.start_s, 100 * trace.values[inside]
        axes.fill_between(t, values, color=FROZEN, lw=0.8, zorder=2)
        off, on = frozen(arm, span, light)
        parts = [
            f"{told} {per_cent(value)}"
            for told, value in (("off", off), ("on", on))
            if np.isfinite(value)
        ]
        how: Any = {"fontsize": TINY, "va": "center", "linespacing": 1.1}
        text = (", " if row < 0.3 else "\n").join(parts)
        _write(figure, left + wide + 0.06, y + (row - 0.06) / 2, text, **how)


def per_cent(value: float) -> str:
    """Return a percentage with two digits.

    >>> per_cent(2.04), per_cent(25.3)
    ('2.0', '25')
    """
    return f"{value:.{0 if value >= 9.95 else 1}f}"


def _means(
    figure: Figure,
    recording: Any,
    arms: dict[str, Any],
    name: str,
    light: list[Stretch],
    top: float,
    inches: tuple[float, ...],
) -> None:
    """Draw the mean freezing in a test without light, one bar an arm."""
    left, bottom, wide, high = inches
    here = [
        span for arm in arms.values() if (span := named_test(arm, name)) is not None
    ]
    _head(figure, here[0].stimulus, name, left, bottom + high, wide)
    axes = _axes(figure, f"freezing {name}", *inches)
    axes.set(xlim=(0, top), ylim=(len(arms) - 0.5, -0.5), yticks=[])
    axes.tick_params(labelsize=TINY)
    axes.set_xticks([0, top / 2, top] if wide > 0.6 else [0, top])
    axes.xaxis.set_major_formatter(PLAIN)
    axes.set_xlabel("% of time" if wide > 0.45 else "%", fontsize=SMALL, labelpad=1)
    for k, arm in enumerate(arms.values()):
        span = named_test(arm, name)
        value = np.nan if span is None else frozen(arm, span)
        told = "no test" if span is None else "n/a"
        if span is not None and np.isfinite(value):
            axes.barh(k, value, 0.55, color=place_color(span.stimulus))
            told = per_cent(value)
        where = (value if np.isfinite(value) else 0.0, k)
        how: Any = {"textcoords": "offset points", "va": "center", "fontsize": TINY}
        rim = [withStroke(linewidth=1.5, foreground="white")]
        axes.annotate(told, where, (2, 0), path_effects=rim, zorder=4, **how)


# c  Spikes


class _Window(NamedTuple):
    """The spikes shown: where, from when to when, and what time is called 0."""

    arm: str
    span: Any
    start_s: float
    stop_s: float
    zero_s: float
    told: str


def _window(arms: dict[str, Any]) -> _Window | None:
    """Choose the first test with light and its change, or else the first test."""
    dark = None
    for name, arm in arms.items():
        for span in tests(arm):
            shone = sorted(lights(arm, span), key=lambda one: one.start_s)
            if not shone:
                whole = (span.start_s, min(span.stop_s, span.start_s + 2 * ROUND_S))
                told = f"time in {span.name} (s)"
                dark = dark or _Window(name, span, *whole, span.start_s, told)
                continue
            later = [one for one in shone if one.start_s > span.start_s + 0.05]
            on = (later or shone)[0]
            start = max(span.start_s, on.start_s - ROUND_S)
            lasts = ROUND_S if later else 2 * ROUND_S
            stop = min(on.stop_s, on.start_s + lasts, span.stop_s)
            told = f"time after the light comes on, {span.name} (s)"
            return _Window(name, span, start, stop, on.start_s, told)
    return dark


def _rasters(
    figure: Figure, recording: Any, arms: dict[str, Any], *inches: float
) -> None:
    """Draw the spikes of labelled and other cells, regions as rows."""
    left, bottom, wide, high = inches
    window = _window(arms)
    if window is None:
        _write(figure, left + 1.05, bottom + high / 2, "no tests in this run", **NOTE)
        return
    arm = arms[window.arm]
    shone = lights(arm, window.span)
    labelled = marked(arm, [one.label for one in shone])
    rows = [p for p in labelled if p not in ROWS] + list(ROWS)
    rows = [p for p in rows if p in arm.populations and p in arm.spikes][:6]
    if not rows:
        _write(figure, left + 1.05, bottom + high / 2, "no spikes were kept", **NOTE)
        return
    each = high / len(rows)
    for k, population in enumerate(rows):
        y = bottom + high - each * (k + 1) + 0.04
        axes = _axes(figure, f"{population} spikes", left + 1.05, y, wide - 1.05, each)
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
    first, second = _sample(cells, info.size)
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
    _write(figure, x, y, name, fontweight="bold", fontsize=SMALL)
    for k, (told, color) in enumerate(lines):
        _write(figure, x, y - 0.105 * (k + 1), told, fontsize=TINY, color=color)


def _raster(
    axes: Axes,
    arm: Any,
    population: str,
    window: _Window,
    labelled: dict[str, Any],
    size: float,
) -> None:
    """Draw the spikes of a sample of cells, the labelled ones on top."""
    n = arm.populations[population].size
    cells = labelled.get(population, np.empty(0, np.uint32))
    first, second = _sample(cells, n)
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


# d  Measures


def within_band(value: float, low: float, high: float) -> float:
    """Return where a value lies when its band is from 1/3 to 2/3, and all from 0 to 1.

    Inside a closed band places are linear; beyond it, and on an open side, a distance
    as large as the band (or the bound) is half of the way that is left.

    >>> within_band(3.0, 2.0, 4.0), within_band(6.0, 2.0, 4.0)
    (0.5, 0.8333333333333333)
    """
    third = 1 / 3
    closed = np.isfinite(low), np.isfinite(high)
    if all(closed) and low <= value <= high:
        return third + third * (value - low) / max(high - low, 1e-12)
    size = high - low if all(closed) else abs(low if closed[0] else high)
    size = size or 1.0
    if closed[0] and (value < low or not closed[1]):
        edge, room = third, (third if value < low else 2 * third)
        away = value - low
    else:
        edge, room = 2 * third, (third if value > high else 2 * third)
        away = value - high
    part = 1.0 if np.isinf(away) else abs(away) / (abs(away) + size)
    return float(edge + np.sign(away) * room * part)


def _measures(
    figure: Figure, recording: Any, arms: dict[str, Any], *inches: float
) -> None:
    """Draw each measure against its band, one line a measure."""
    left, bottom, wide, high = inches
    banded = [
        measure
        for measure in recording.measures
        if np.isfinite(measure.low) or np.isfinite(measure.high)
    ]
    shown = banded[:MOST_MEASURES]
    if not shown:
        told = "no measure of this run has a band"
        _write(figure, left, bottom + high - 0.2, told, **NOTE)
        return
    told_wide, plot_wide = 2.2, wide - 2.2 - 1.14
    line = min(0.27, high / len(shown))
    low_edge = bottom + high - line * len(shown)
    place = (left + told_wide, low_edge, plot_wide, line * len(shown))
    axes = _axes(figure, "measures", *place)
    axes.set(xlim=(-0.04, 1.04), ylim=(len(shown) - 0.5, -0.5), yticks=[])
    axes.set_xticks([1 / 6, 0.5, 5 / 6], ["below", "in band", "above"])
    axes.tick_params(length=0, labelsize=TINY)
    axes.spines["left"].set_visible(False)
    lines = 2 if line >= 0.205 else 1
    for k, measure in enumerate(shown):
        y = low_edge + line * (len(shown) - k - 0.5)
        told = f"{measure.arm}: {measure.name}"
        text = shortened(told, told_wide - 0.12, TINY, lines)
        how: Any = {"va": "center", "fontsize": TINY, "linespacing": 0.95}
        _write(figure, left, y, text, **how)
        ok = _dot(axes, k, measure)
        value, band = _in_words(measure)
        x, color = left + told_wide + plot_wide + 0.08, "black" if ok else FAILED
        _write(figure, x, y, shortened(value, 0.4, TINY), **how, color=color)
        _write(figure, x + 0.42, y, shortened(band, 0.66, TINY), **how, color=GREY)
    if len(banded) > len(shown):
        more = f"and {len(banded) - len(shown)} more measures"
        _write(figure, left, low_edge - 0.19, more, **NOTE)


def _dot(axes: Axes, k: int, measure: Any) -> bool:
    """Draw one measure on its band; return whether it lies in it."""
    a = 1 / 3 if np.isfinite(measure.low) else 0.0
    b = 2 / 3 if np.isfinite(measure.high) else 1.0
    _block(axes, a, k - 0.36, b - a, 0.72, color=RANGE, zorder=0)
    if np.isnan(measure.value):
        return True
    ok = not measure.value < measure.low and not measure.value > measure.high
    at = within_band(measure.value, measure.low, measure.high)
    color, marker = ("black", "o") if ok else (FAILED, "X")
    axes.plot(at, k, marker, ms=5, mew=0.0, zorder=3, color=color, clip_on=False)
    return ok


def _in_words(measure: Any) -> tuple[str, str]:
    """Return a measure's value and its band."""
    unit = "" if measure.unit == "1" else f" {measure.unit}"
    low, high = measure.low, measure.high
    band = f"{low:g} to {high:g}"
    if not np.isfinite(low):
        band = f"≤ {high:g}"
    elif not np.isfinite(high):
        band = f"≥ {low:g}"
    value = "∞" if np.isposinf(measure.value) else f"{measure.value:.2g}"
    if 1e2 <= abs(measure.value) < 1e5:
        value = f"{measure.value:.0f}"
    return ("n/a" if np.isnan(measure.value) else f"{value}{unit}"), band


def engram(recording: Any) -> Figure:
    """Draw a run of an experiment on engram cells on one page."""
    arms = shown_arms(recording)
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure((WIDTH, HEIGHT), dpi=150)
        run = f"circuit {recording.circuit}, seed {recording.seed}, one run per arm"
        more = len(recording.arms) - len(arms)
        run += f", {more} more not drawn" if more else ""
        _write(figure, EDGE, 8.27, shortened(title(recording), 5, 10, 1, True), **TITLE)
        _write(figure, RIGHT, 8.27, run, ha="right", color=GREY)
        _legend(figure, recording, arms, 8.1)
        _caption(figure, EDGE, 7.99, "a", "What happened")
        row = min(0.5, 2.72 / max(len(arms), 1))
        _timeline(figure, recording, arms, 7.86, row)
        floor = 7.86 - 0.2 - row * len(arms)
        left, middle = 5.6, EDGE + 5.95
        high = min((floor - 0.5) / 2 - 0.72, 0.6 * max(len(arms), 1))
        _caption(figure, EDGE, floor - 0.27, "b", "Freezing in the tests (% of time)")
        y = floor - 0.58 - high
        _freezing(figure, recording, arms, EDGE, y, left, high)
        window = _window(arms)
        who = f", {window.arm} arm" if window else ""
        y = y - 0.6
        told = shortened(f"Spikes of labelled and other cells{who}", 5.2, 8.5)
        _caption(figure, EDGE, y, "c", told)
        _rasters(figure, recording, arms, EDGE, 0.5, left, y - 0.08 - 0.5)
        _caption(figure, middle, floor - 0.27, "d", "Measures against their bands")
        high = floor - 0.4 - 0.45
        _measures(figure, recording, arms, middle, 0.45, RIGHT - middle, high)
    return figure
