"""Freezing in the tests: its course where there is light, else its mean.

Rows are arms, columns tests, lengths inches.
"""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from .drawing import NOTE, PLAIN, SMALL, TINY, add_axes, block, write
from .engram_recording import (
    Stretch,
    columns_of_tests,
    frozen,
    light_color,
    lights,
    named_test,
    place_color,
    tests,
)
from .fitted_text import shortened

FROZEN = "0.3"


def draw_freezing(
    figure: Figure, recording: Any, arms: dict[str, Any], *inches: float
) -> None:
    """Draw freezing in each test: its course where there is light, else its mean."""
    left, bottom, wide, high = inches
    columns = columns_of_tests(arms)
    row, names = high / max(len(arms), 1), 1.05
    for k, name in enumerate(arms):
        y = bottom + high - row * (k + 0.5)
        told = shortened(name, names - 0.22, SMALL, 2 if row > 0.25 else 1)
        write(figure, left, y, told, va="center", linespacing=1.0)
    if not columns:
        write(figure, left + names, bottom + high / 2, "no tests in this run", **NOTE)
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
    write(figure, x, y + 0.12, told)
    strip = add_axes(figure, f"strip {name}", x, y + 0.05, wide, 0.04)
    strip.set_axis_off()
    block(strip, 0, 0, 1, 1, color=place_color(place))


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
        axes = add_axes(figure, f"freezing {who} {name}", left, y, wide, row - 0.06)
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
        write(figure, left + wide + 0.06, y + (row - 0.06) / 2, text, **how)


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
    axes = add_axes(figure, f"freezing {name}", *inches)
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
