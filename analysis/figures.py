"""Figures of whole experiments, for a reader who has never seen the code.

    a  what happened when
    b  spikes of a sample of cells, the labelled ones on top
    c  freezing                d  labelled cells: how many, how many again

Lengths in the code are inches; colours and signs are those of drawing.py.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from .drawing import (
    BOLD,
    BOLT,
    BREAK,
    CENTRE,
    EDGE,
    ELSEWHERE,
    GREY,
    HEIGHT,
    LEFT,
    LEGEND,
    LINE,
    NOTE,
    PLAIN,
    RIGHT,
    ROWS,
    SECONDS,
    SHOWN,
    TINY,
    TITLE,
    WIDTH,
    add_axes,
    block,
    caption,
    duration,
    parameter,
    sample,
    shock_times,
    write,
)
from .drawing import LABELLED as LABELLED
from .drawing import OTHERS as OTHERS
from .drawing import PLACES as PLACES
from .drawing import RANGE as RANGE
from .drawing import SHOCK as SHOCK
from .drawing import SMALL as SMALL
from .drawing import STYLE as STYLE
from .overlap import active_cells, overlap_over_chance

TEST = re.compile(r"test \S+ (.+)")
GROUPS = {
    "paired": "shocks after exploring place A",
    "no-shock": "the same, without shocks",
    "immediate-shock": "shocks at once, then home",
    "anisomycin": "protein synthesis blocked",
}
HATCHED: dict[str, Any] = {"fc": "white", "ec": "0.55", "hatch": "//////", "lw": 0.0}


@dataclass(frozen=True)
class _Course:
    """Where the stages of an experiment lie on paper."""

    stages: dict[str, list[Any]]
    lasts: dict[str, float]
    begins: dict[str, float]
    scale: float

    def x(self, key: str, seconds: float) -> float:
        return self.begins[key] + self.scale * seconds

    def end(self, key: str) -> float:
        return self.x(key, self.lasts[key])


@dataclass(frozen=True)
class _Bar:
    """A bar of a panel, in per cent, with the band that counts as reproduced."""

    x: float
    value: float
    low: float
    high: float
    color: str


def _place_color(span: Any) -> str:
    return PLACES.get(span.stimulus, ELSEWHERE)


def _seconds(text: str) -> float:
    """Return the seconds of "4 h", and none of what is not a time."""
    number, _, unit = text.partition(" ")
    return float(number) * SECONDS[unit] if unit in SECONDS else 0.0


def _stages(arm: Any) -> dict[str, list[Any]]:
    """Return the episodes by stage: the tests of one time together, others alone."""
    stages: dict[str, list[Any]] = {}
    for span in arm.timeline:
        if span.kind == "episode":
            test = TEST.fullmatch(span.name)
            stages.setdefault(test[1] if test else span.name, []).append(span)
    return stages


def _is_test(stage: list[Any]) -> bool:
    return TEST.fullmatch(stage[0].name) is not None


def _last_tests(arm: Any) -> tuple[str, list[Any]]:
    """Return when the last tests were made, and their episodes."""
    tests = [(key, stage) for key, stage in _stages(arm).items() if _is_test(stage)]
    return tests[-1] if tests else ("", [])


def _labels(arm: Any) -> dict[str, Any]:
    return dict(arm.tags.get("training", {}))


def _frozen(arm: Any, span: Any) -> float:
    """Return the share of an episode spent freezing, in per cent."""
    trace = arm.behaviour.get("freezing")
    if trace is None:
        return float("nan")
    values = trace.values[(trace.t_s >= span.start_s) & (trace.t_s < span.stop_s)]
    return 100 * float(values.mean()) if len(values) else float("nan")


def _again(arm: Any, population: str, span: Any) -> float:
    """Return how far labelled cells are active in an episode, over chance."""
    tag, n = _labels(arm)[population], arm.populations[population].size
    if population not in arm.spikes:
        return float("nan")
    fired = arm.spikes[population].between(span.start_s, span.stop_s).node_ids
    active = active_cells(fired, n, span.stop_s - span.start_s, tag.threshold)
    return overlap_over_chance(tag.node_ids, active, n)


def _band(recording: Any, arm: str, name: str) -> tuple[float, float]:
    """Return the band of a measure; a side that is open is NaN."""
    for measure in recording.measures:
        if (measure.arm, measure.name) == (arm, name):
            return measure.low, measure.high
    return float("nan"), float("nan")


def _shade(axes: Axes, x: float, wide: float, low: float, high: float) -> None:
    """Shade a band behind a value, with a line at each closed side."""
    closed = [side for side in (low, high) if np.isfinite(side)]
    if closed:
        floor, ceiling = axes.get_ylim()
        bottom = low if np.isfinite(low) else floor
        top = high if np.isfinite(high) else ceiling
        block(axes, x - wide / 2, bottom, wide, top - bottom, color=RANGE, zorder=0)
        axes.hlines(closed, x - wide / 2, x + wide / 2, color="black", lw=1, zorder=3)


def _number(axes: Axes, x: float, y: float, text: str, **how: Any) -> None:
    """Write a number over a point, or under it."""
    how = {**CENTRE, "va": "bottom", "fontsize": TINY, "zorder": 4, **how}
    axes.annotate(
        text,
        (x, y),
        (0, 1.5 if how["va"] == "bottom" else -1.5),
        textcoords="offset points",
        path_effects=[withStroke(linewidth=1.5, foreground="white")],
        **how,
    )


def _bars(axes: Axes, bars: list[_Bar], wide: float, digits: int) -> None:
    """Draw bars with their numbers before their bands."""
    ends = [v for bar in bars for v in (bar.value, bar.low, bar.high) if np.isfinite(v)]
    top = max([5.0, *ends])
    ticks = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(0, top)
    axes.set_yticks([tick for tick in ticks if 0 <= tick <= min(1.1 * top, 100)])
    axes.set_ylim(0, 1.13 * top)
    for bar in bars:
        _shade(axes, bar.x, 1.4 * wide, bar.low, bar.high)
        if np.isfinite(bar.value):
            axes.bar(bar.x, bar.value, wide, color=bar.color, zorder=2)
            near = bar.value + 0.1 * top
            lines = [v for v in (bar.low, bar.high) if bar.value < v < near]
            told = f"{bar.value:.{digits}f}"
            _number(axes, bar.x, max([bar.value, *lines]), told)
        else:
            _number(axes, bar.x, 0, "n/a", color=GREY)


def _legend(figure: Figure, recording: Any, y: float) -> None:
    """Explain the colours and signs that the panels share."""
    drug = "anisomycin" in recording.arms
    shocked = any(
        shock_times(a, span) for a in recording.arms.values() for span in a.timeline
    )
    handles: list[Any] = [
        Patch(color=PLACES["A"], label="place A (training)"),
        Patch(color=PLACES["B"], label="place B (another one)"),
        *([Line2D([], [], label="foot shock", **BOLT)] if shocked else []),
        Line2D([], [], label="gap, not to scale", **BREAK),
        *([Patch(label="anisomycin", **HATCHED)] if drug else []),
        Patch(color=LABELLED, label="labelled at training (c-Fos)"),
        Patch(color=RANGE, label="range that counts as reproduced"),
    ]
    figure.legend(
        handles=handles,
        loc="upper right",
        bbox_to_anchor=(RIGHT / WIDTH, y / HEIGHT),
        ncols=len(handles),
        **LEGEND,
    )


def _course(arms: Iterable[Any]) -> _Course:
    """Lay out the stages of all arms in a row: episodes to one scale, gaps to none."""
    stages: dict[str, list[Any]] = {}
    lasts: dict[str, float] = {}
    for arm in arms:
        for key, stage in _stages(arm).items():
            longest = max(span.stop_s - span.start_s for span in stage)
            lasts[key] = max(longest, lasts.get(key, 0.0))
            stages.setdefault(key, stage)
    gap = 3.6 / max(3, len(stages) - 1)
    room = RIGHT - 0.3 - LEFT - gap * (len(stages) - 1)
    scale = room / max(sum(lasts.values()), 1e-9)
    begins, x = {}, LEFT
    for key in stages:
        begins[key] = x
        x += scale * lasts[key] + gap
    return _Course(stages, lasts, begins, scale)


def _timeline(figure: Figure, recording: Any, top: float, bottom: float) -> None:
    """Draw what happened to each arm, one row an arm."""
    course = _course(recording.arms.values())
    axes = add_axes(figure, "timeline", 0, bottom, WIDTH, top - bottom)
    axes.set(xlim=(0, WIDTH), ylim=(bottom, top))
    axes.set_axis_off()
    _heads(axes, recording, course, top)
    row = (top - 0.36 - bottom) / len(recording.arms)
    for k, (name, arm) in enumerate(recording.arms.items()):
        y = bottom + row * (len(recording.arms) - k - 0.5)
        axes.text(EDGE, y + 0.01, name, va="bottom", **BOLD)
        note, drug = GROUPS.get(name, ""), _seconds(parameter(recording, "blocked"))
        if name == "anisomycin" and drug:
            note += f", {duration(drug)}"
            _drug(axes, course, arm, drug, y, 0.9 * row)
        axes.text(EDGE, y - 0.02, note, va="top", **NOTE)
        _row(axes, course, arm, y, row)


def _heads(axes: Axes, recording: Any, course: _Course, top: float) -> None:
    """Write over the boxes what they are, and between them how long the gaps last."""
    symbols = ("habituation", "exploring", "shocks", "shock", "test")
    told = {s: parameter(recording, s) for s in symbols}
    notes = {"habituation": told["habituation"]}
    if all(told.values()) and {"paired", "anisomycin"} & set(recording.arms):
        shocks = f"{told['shocks']} shocks of {told['shock']}"
        notes["training"] = f"{told['exploring']}, then {shocks}"
    before = ""
    for key, stage in course.stages.items():
        name, note = key, notes.get(key, "")
        if _is_test(stage):
            name = "tests" if len(stage) > 1 else "test"
            note = ", ".join(filter(None, [f"{key} after training", told["test"]]))
        middle = course.x(key, course.lasts[key] / 2)
        axes.text(middle, top - 0.1, name, **CENTRE, **BOLD)
        axes.text(middle, top - 0.25, note, **CENTRE, **NOTE)
        if before:
            seconds = stage[0].start_s - course.stages[before][0].stop_s
            at = (course.end(before) + course.begins[key]) / 2
            axes.text(at, top - 0.1, duration(seconds), **CENTRE, **NOTE)
        before = key


def _row(axes: Axes, course: _Course, arm: Any, y: float, row: float) -> None:
    """Draw the boxes of one arm. Tests branch off: they are made on other animals."""
    end, before = 0.0, ""
    stages = _stages(arm)
    for key, stage in stages.items():
        many = len(stage) > 1
        start = course.begins[key] - 0.12 * many
        if before:
            axes.plot([end, start], [y, y], **LINE)
            middle = (course.end(before) + course.begins[key]) / 2
            axes.plot(middle, y, "s", ms=4, color="white", zorder=2)
            axes.plot(middle, y, **BREAK)
        for k, span in enumerate(stage):
            level = y + 0.4 * row * ((len(stage) - 1) / 2 - k)
            _box(axes, course, arm, key, span, level, (0.32 if many else 0.55) * row)
            if many:
                x = course.begins[key]
                axes.plot([start, start, x], [y, level, level], **LINE)
        end, before = course.x(key, stage[0].stop_s - stage[0].start_s), key
        if many and key != list(stages)[-1]:
            axes.plot([start, end], [y, y], **LINE)


def _box(
    axes: Axes,
    course: _Course,
    arm: Any,
    key: str,
    span: Any,
    y: float,
    high: float,
) -> None:
    """Draw an episode as a box in the colour of its place, with its shocks."""
    x, wide = course.begins[key], course.scale * (span.stop_s - span.start_s)
    block(axes, x, y - high / 2, wide, high, color=_place_color(span), zorder=3)
    for a, b in shock_times(arm, span):
        left, right = course.x(key, a), course.x(key, b)
        block(axes, left, y - high / 2, right - left, high, color=SHOCK, zorder=4)
        axes.plot((left + right) / 2, y, zorder=5, **BOLT)
    how = {**CENTRE, "va": "center_baseline", "color": "white", "zorder": 6, **BOLD}
    rim = withStroke(linewidth=2, foreground=_place_color(span))
    axes.text(x + min(0.12, wide / 2), y, span.stimulus, path_effects=[rim], **how)


def _drug(
    axes: Axes, course: _Course, arm: Any, seconds: float, y: float, high: float
) -> None:
    """Hatch the time for which a drug works, from the end of training on."""
    firsts = {key: stage[0] for key, stage in _stages(arm).items()}
    if "training" in firsts:
        times = [t for span in firsts.values() for t in (span.start_s, span.stop_s)]
        places = [
            course.x(key, t - span.start_s)
            for key, span in firsts.items()
            for t in (span.start_s, span.stop_s)
        ]
        start = firsts["training"].stop_s
        a, b = np.interp([start, start + seconds], times, places)
        block(axes, a, y - high / 2, b - a, high, zorder=0, **HATCHED)


def _rasters(
    figure: Figure, recording: Any, name: str, top: float, bottom: float
) -> None:
    """Draw spikes of one arm: regions as rows, episodes as columns, one time scale."""
    arm = recording.arms[name]
    spans = [s for g in _stages(arm).values() if not _is_test(g) for s in g]
    spans += _last_tests(arm)[1]
    rows = [p for p in ROWS if p in arm.populations and p in arm.spikes]
    lasts = np.array([max(span.stop_s - span.start_s, 1e-3) for span in spans])
    lasts = np.maximum(lasts, 0.1 * lasts.sum())
    wide = (RIGHT - LEFT - 0.16 * (len(spans) - 1)) * lasts / lasts.sum()
    lefts = LEFT + np.concatenate([[0], np.cumsum(wide + 0.16)])
    high = (top - bottom) / max(len(rows), 1) - 0.06
    for i, population in enumerate(rows):
        y = top - (i + 1) * (high + 0.06) + 0.06
        chosen = _announce(figure, arm, population, y + high)
        for j, span in enumerate(spans):
            place = (lefts[j], y, wide[j], high)
            axes = add_axes(figure, f"{population} {span.name}", *place)
            _raster(axes, arm, population, span, chosen, 72 * high / SHOWN)
            many = max(2, int(2.2 * wide[j]))
            axes.xaxis.set_major_locator(MaxNLocator(many, steps=[1, 2, 5, 10]))
            axes.xaxis.set_major_formatter(PLAIN)
            axes.tick_params(labelbottom=population == rows[-1])
            if i == 0:
                axes.set_title(span.name, pad=9.5)
                strip = {"transform": axes.transAxes, "clip_on": False}
                size = 0.05 / high
                block(axes, 0, 1 + size, 1, size, color=_place_color(span), **strip)
    pace, told = parameter(recording, "pace"), "time in the episode (s)"
    if pace:
        stands = f"1 s of exploring stands for {float(pace):g} s of the animal's"
        told = f"{told}; {stands}, shocks run in real time"
    write(figure, (LEFT + RIGHT) / 2, bottom - 0.3, told, ha="center")


def _announce(figure: Figure, arm: Any, population: str, top: float) -> tuple[Any, Any]:
    """Choose cells of a population, and write how many of how many are shown."""
    info, tag = arm.populations[population], _labels(arm).get(population)
    labelled = np.empty(0, np.uint32) if tag is None else tag.node_ids
    first, second = sample(labelled, info.size)
    name = f"{info.region} {info.cell_type.replace('_', ' ')}"
    write(figure, EDGE, top - 0.11, name, **BOLD)
    lines = [(f"{len(second)} of {info.size - len(labelled):,} others", GREY)]
    if tag is None:
        lines = [(f"{len(second)} of {info.size:,} cells", GREY)]
    elif len(labelled):
        lines.insert(0, (f"{len(first)} of {len(labelled):,} labelled", LABELLED))
    else:
        lines.insert(0, ("none labelled", LABELLED))
    for k, (text, color) in enumerate(lines):
        write(figure, EDGE, top - 0.25 - 0.13 * k, text, color=color)
    return first, second


def _raster(
    axes: Axes,
    arm: Any,
    population: str,
    span: Any,
    chosen: tuple[Any, Any],
    size: float,
) -> None:
    """Draw the spikes of chosen cells in an episode, and shade its shocks."""
    line = np.full(arm.populations[population].size, -1)
    shown = np.concatenate(chosen)
    line[shown] = np.arange(len(shown))
    spikes = arm.spikes[population].between(span.start_s, span.stop_s)
    times, lines = spikes.timestamps * 1e-3 - span.start_s, line[spikes.node_ids]
    edge = len(chosen[0])
    labelled, others = (lines >= 0) & (lines < edge), lines >= edge
    for part, color in ((others, OTHERS), (labelled, LABELLED)):
        marks = axes.plot(times[part], lines[part], "|", ms=size, mew=0.5, color=color)
        marks[0].set_rasterized(True)
    for a, b in shock_times(arm, span):
        axes.axvspan(a, b, color=SHOCK, alpha=0.6, lw=0, zorder=0)
    axes.spines["left"].set_visible(False)
    axes.set(xlim=(0, max(span.stop_s - span.start_s, 1e-3)), yticks=[])
    axes.set_ylim(len(shown) - 0.5, -0.5)


def _freezing(figure: Figure, recording: Any, *inches: float) -> None:
    """Draw the share of time spent freezing by arm, time and place of the test."""
    axes = add_axes(figure, "freezing", *inches)
    axes.set_ylabel("freezing (% of time)")
    bars: list[_Bar] = []
    ticks: list[tuple[float, str]] = []
    x = 0.0
    for name, arm in recording.arms.items():
        start = x
        for key, stage in _stages(arm).items():
            if key == "training":
                continue
            told = "before" if key == "habituation" else key
            ticks.append((x + (len(stage) - 1) / 2, told))
            for span in stage:
                test = _is_test(stage)
                when = f"in {span.stimulus} at {key}" if test else f"{told} training"
                low, high = _band(recording, name, f"freezing {when}")
                value = _frozen(arm, span)
                bars.append(_Bar(x, value, 100 * low, 100 * high, _place_color(span)))
                x += 1.0
            x += 0.8
        how = {"textcoords": "offset points", "ha": "center", "va": "top", **BOLD}
        where = ((start + x - 1.8) / 2, 0.0)
        axes.annotate(name, where, (0, -15), xycoords=axes.get_xaxis_transform(), **how)
        x += 0.9
    _bars(axes, bars, 0.8, 0)
    spare = max(0.0, 12.0 - x) / 2
    axes.set_xlim(-1.0 - spare, x - 1.7 + spare)
    axes.set_xticks([at for at, _ in ticks], [text for _, text in ticks])
    axes.tick_params(axis="x", length=0)


def _labelled(figure: Figure, recording: Any, name: str, *inches: float) -> None:
    """Draw the share of each region that was labelled at training."""
    axes = add_axes(figure, "labelled", *inches)
    axes.set_ylabel("labelled (% of cells)")
    arm = recording.arms[name]
    bars, texts = [], []
    for x, (population, tag) in enumerate(_labels(arm).items()):
        info = arm.populations[population]
        low, high = _band(recording, name, f"{info.region} labelled")
        value = 100 * len(tag.node_ids) / info.size
        bars.append(_Bar(x, value, 100 * low, 100 * high, LABELLED))
        texts.append(f"{info.region}\n≥ {tag.threshold:g}")
    _bars(axes, bars, 0.6, 1)
    _regions(axes, texts)
    told = "mean rate in training that labels a cell (Hz)" if texts else ""
    axes.set_xlabel(told, fontsize=SMALL, labelpad=2)


def _regions(axes: Axes, texts: list[str]) -> None:
    """Name the regions under a panel, or say that there are none."""
    if not texts:
        middle = {"transform": axes.transAxes, **CENTRE, **NOTE}
        axes.text(0.5, 0.6, "no labels in this run", **middle)
    axes.set_xlim(-0.6, max(len(texts), 1) - 0.4)
    axes.set_xticks(range(len(texts)), texts)
    axes.tick_params(axis="x", length=0)


def _reactivation(figure: Figure, recording: Any, name: str, *inches: float) -> None:
    """Draw how far labelled cells are active again in the last tests, over chance."""
    axes = add_axes(figure, "re-activation", *inches)
    arm = recording.arms[name]
    when, tests = _last_tests(arm)
    axes.set_ylabel(f"active again at {when}\n(× chance)" if tests else "no test")
    points, bands, texts = [], [], []
    for x, population in enumerate(_labels(arm)):
        region = arm.populations[population].region
        texts.append(region)
        for k, span in enumerate(tests):
            at = x + 0.46 * (k - (len(tests) - 1) / 2)
            points.append((at, _again(arm, population, span), _place_color(span)))
            told = f"{region} re-activated in {span.stimulus}, over chance"
            bands.append((at, *_band(recording, name, told)))
    ends = [v for at, v, _ in points] + [v for band in bands for v in band[1:]]
    ends = [v for v in ends if np.isfinite(v) and v > 0]
    axes.set_yscale("log")
    axes.set_ylim(0.6 * min([0.7, *ends]), 1.9 * max([1.6, *ends]))
    axes.yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(PLAIN)
    axes.axhline(1, color="black", lw=0.8, ls="--", zorder=1)
    where = axes.get_yaxis_transform()
    axes.text(1.02, 1, "chance", fontsize=TINY, va="center", transform=where)
    for band in bands:
        _shade(axes, band[0], 0.36, *band[1:])
    for point in points:
        _point(axes, *point)
    _regions(axes, texts)


def _point(axes: Axes, x: float, value: float, color: str) -> None:
    """Draw a ratio as a stalk from chance; what is off the axis, as an arrow."""
    low, high = axes.get_ylim()
    if np.isnan(value):
        _number(axes, x, 1, "n/a", color=GREY)
        return
    y = min(max(value, 1.08 * low), high / 1.25)
    marker = "o" if y == value else "v" if value < y else "^"
    axes.plot([x, x], [1, y], color=color, lw=2, zorder=2)
    axes.plot(x, y, marker, ms=5, color=color, zorder=3, clip_on=False)
    told = "∞" if np.isinf(value) else f"{value:.2g}"
    if y < 1:
        _number(axes, x, y / 1.12, told, va="top")
    else:
        _number(axes, x, y * 1.12, told)


def fear_conditioning(recording: Any) -> Figure:
    """Draw a run of contextual fear conditioning on one page."""
    name = "paired" if "paired" in recording.arms else next(iter(recording.arms))
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure((WIDTH, HEIGHT), dpi=150)
        run = f"circuit {recording.circuit}, seed {recording.seed}, one run per arm"
        write(figure, EDGE, 8.27, "Contextual fear conditioning", **TITLE)
        write(figure, RIGHT, 8.27, run, ha="right", color=GREY)
        _legend(figure, recording, 8.1)
        row = min(0.42, 1.64 / len(recording.arms))
        floor = 7.5 - row * len(recording.arms)
        caption(figure, EDGE, 7.99, "a", "What happened")
        _timeline(figure, recording, 7.86, floor)
        caption(figure, EDGE, floor - 0.24, "b", f"Spikes, {name} arm")
        _rasters(figure, recording, name, floor - 0.53, 2.9)
        freezing = "Freezing, read from the output of the central amygdala"
        caption(figure, EDGE, 2.3, "c", freezing)
        _freezing(figure, recording, 0.75, 0.6, 4.9, 1.55)
        caption(figure, 5.95, 2.3, "d", f"Labelled cells, {name} arm")
        _labelled(figure, recording, name, 6.45, 0.6, 1.9, 1.55)
        _reactivation(figure, recording, name, 9.0, 0.6, 1.55, 1.55)
    return figure
