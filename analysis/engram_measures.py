"""Measures of an engram experiment against the bands that count as reproduced."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .drawing import GREY, NOTE, RANGE, TINY, add_axes, block, write
from .fitted_text import shortened

FAILED = "#D55E00"
MOST_MEASURES = 20


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


def draw_measures(
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
        write(figure, left, bottom + high - 0.2, told, **NOTE)
        return
    told_wide, plot_wide = 2.2, wide - 2.2 - 1.14
    line = min(0.27, high / len(shown))
    low_edge = bottom + high - line * len(shown)
    place = (left + told_wide, low_edge, plot_wide, line * len(shown))
    axes = add_axes(figure, "measures", *place)
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
        write(figure, left, y, text, **how)
        ok = _dot(axes, k, measure)
        value, band = _in_words(measure)
        x, color = left + told_wide + plot_wide + 0.08, "black" if ok else FAILED
        write(figure, x, y, shortened(value, 0.4, TINY), **how, color=color)
        write(figure, x + 0.42, y, shortened(band, 0.66, TINY), **how, color=GREY)
    if len(banded) > len(shown):
        more = f"and {len(banded) - len(shown)} more measures"
        write(figure, left, low_edge - 0.19, more, **NOTE)


def _dot(axes: Axes, k: int, measure: Any) -> bool:
    """Draw one measure on its band; return whether it lies in it."""
    a = 1 / 3 if np.isfinite(measure.low) else 0.0
    b = 2 / 3 if np.isfinite(measure.high) else 1.0
    block(axes, a, k - 0.36, b - a, 0.72, color=RANGE, zorder=0)
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
    if np.isnan(measure.value):
        return "n/a", band
    return f"{_rounded(measure.value, low, high)}{unit}", band


def _rounded(value: float, low: float, high: float) -> str:
    """Return a value in two digits, or in more if two would move it into the band.

    >>> _rounded(0.898, 0.9, np.inf), _rounded(0.951, 0.9, np.inf)
    ('0.898', '0.95')
    """
    if np.isinf(value):
        return "∞" if value > 0 else "-∞"
    if abs(value) >= 1e5:
        mantissa, exponent = f"{value:.0e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    if abs(value) >= 1e2:
        return f"{value:.0f}"
    told = [f"{value:.{digits}g}" for digits in (2, 3, 4, 5)]
    sides = value < low, value > high
    honest = (t for t in told if (float(t) < low, float(t) > high) == sides)
    return next(honest, told[-1])
