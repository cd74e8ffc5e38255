"""What the figures of engram experiments read from a recording.

Light is read where an arm has the signal "light on <label>, <episode>"; pulses of a
train make one stretch.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .drawing import ELSEWHERE, PLACES, parameter

# C and D as well, of Okabe and Ito and of Tol; letters stand beside the colours.
COLORS = {**PLACES, "C": ELSEWHERE, "D": "#999933"}
NOWHERE = "0.6"
SPECTRUM = ((500.0, "#56B4E9"), (565.0, "#66C2A5"), (605.0, "#DDCC77"))
RED = "#EE6677"

TESTED = re.compile(r"test|recall|probe|retrieval", re.IGNORECASE)
LIT = "light on "
PAUSE_S = 1.0  # darkness that ends a stretch of light, whatever the train
EPSILON_S = 1e-4  # a visit's edges, apart from a procedure at the same time
MOST_ARMS, MOST_TESTS = 8, 4
NAMES = {"early-alzheimer": "Early Alzheimer's disease"}

Floats = np.ndarray[Any, np.dtype[np.float64]]


class Stretch(NamedTuple):
    """Light on the cells of a label, in seconds of the experiment."""

    label: str
    start_s: float
    stop_s: float


def place_color(place: str) -> str:
    """Return the colour of a place.

    >>> place_color("C") == ELSEWHERE
    True
    """
    return COLORS.get(place, NOWHERE)


def light_color(recording: Any) -> str:
    """Return a colour for the light of the fibre, blue where it is not known."""
    number, _, unit = parameter(recording, "fibre.wavelength").partition(" ")
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
