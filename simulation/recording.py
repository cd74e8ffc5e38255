"""What a run leaves: spikes, weights, labels, behaviour and measures of every arm.

Times are seconds of the experiment, gaps counted, except spike times, which are
milliseconds, as SONATA has them. Two recordings are equal when all their arrays are.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, NamedTuple

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ids = np.ndarray[Any, np.dtype[np.uint32]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]


class _ByContent:
    """Equality that looks into arrays."""

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        names = [f.name for f in fields(self)]  # type: ignore[arg-type]
        return all(same(getattr(self, n), getattr(other, n)) for n in names)


def same(a: Any, b: Any) -> bool:
    """Tell whether two values, arrays or dictionaries of them are equal."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f")
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b or (a != a and b != b))


@dataclass(frozen=True, eq=False)
class Spikes(_ByContent):
    """Spikes of one population, sorted by time."""

    timestamps: Floats  # ms of the experiment
    node_ids: Ids

    def between(self, start_s: float, stop_s: float) -> "Spikes":
        """Return the spikes of a stretch of experiment time."""
        a, b = np.searchsorted(self.timestamps, [start_s * 1e3, stop_s * 1e3])
        return Spikes(self.timestamps[a:b], self.node_ids[a:b])


class PopulationInfo(NamedTuple):
    """What a reader of the file needs to know of a population."""

    size: int
    region: str
    cell_type: str
    transmitter: str


class Span(NamedTuple):
    """An episode or a gap, in seconds of the experiment."""

    name: str
    kind: Literal["episode", "gap"]
    start_s: float
    stop_s: float
    stimulus: str


@dataclass(frozen=True, eq=False)
class Weights(_ByContent):
    """Synapses of a projection at a moment; early and late where the rule has them.

    ``unit`` is that of the weight: nS of conductance, or mV of potential.
    """

    pre: Ids
    post: Ids
    weight: Floats
    early: Floats | None = None  # in units of the initial weight
    late: Floats | None = None
    tagged: Bools | None = None
    unit: str = "nS"

    def within(self, cells: Any) -> "Weights":
        """Return the synapses between two of these cells."""
        chosen = np.isin(self.pre, cells) & np.isin(self.post, cells)
        parts: dict[str, Any] = {
            f.name: value[chosen]
            for f in fields(self)
            if isinstance(value := getattr(self, f.name), np.ndarray)
        }
        return replace(self, **parts)


@dataclass(frozen=True, eq=False)
class Tag(_ByContent):
    """Cells of one population that a marker labelled in a window."""

    node_ids: Ids
    window_start_s: float
    window_stop_s: float
    marker: str
    threshold: float


@dataclass(frozen=True, eq=False)
class Trace(_ByContent):
    """A course over time.

    Freezing (n,), from 0 to 1; position (n, 2), metres; slope of a response in mV/ms,
    (n, slices).
    """

    t_s: Floats
    values: Floats


@dataclass(frozen=True, eq=False)
class Signal(_ByContent):
    """A regularly sampled signal."""

    values: Floats
    rate_hz: float
    start_s: float
    unit: str


class Measure(NamedTuple):
    """A number that a paper reports, and the band in which it counts as reproduced.

    A side of the band that is open is NaN; ``passes`` is 1, 0, or -1 without a band.
    """

    arm: str
    name: str
    value: float
    unit: str
    low: float
    high: float
    passes: int
    source: str


def band_in_words(low: float, high: float) -> str:
    """Return a band in words; a side that is NaN is open."""
    if low != low:
        return "" if high != high else f"≤ {high:g}"
    return f"≥ {low:g}" if high != high else f"{low:g} to {high:g}"


@dataclass(frozen=True, eq=False)
class Arm(_ByContent):
    """One group of animals."""

    populations: dict[str, PopulationInfo]
    timeline: tuple[Span, ...]
    spikes: dict[str, Spikes]
    weights: dict[str, dict[str, Weights]] = field(default_factory=dict)
    tags: dict[str, dict[str, Tag]] = field(default_factory=dict)
    behaviour: dict[str, Trace] = field(default_factory=dict)
    signals: dict[str, Signal] = field(default_factory=dict)
    responses: dict[str, Trace] = field(default_factory=dict)
    # {population: {moment: (pools, cells)}}, as a share of the most there can be
    proteins: dict[str, dict[str, Floats]] = field(default_factory=dict)

    def span(self, name: str) -> Span:
        """Return the part of the timeline that bears this name."""
        for span in self.timeline:
            if span.name == name:
                return span
        known = ", ".join(span.name for span in self.timeline)
        raise KeyError(f"No episode or gap {name!r} in the timeline: {known}.")


@dataclass(frozen=True, eq=False)
class Recording(_ByContent):
    """A run: its arms, its measures, and how it came about.

    ``parameters`` is {symbol: {"value": text, "meaning": text, "source": text}};
    ``about`` holds command, created, versions, platform and commit as text.
    """

    protocol: str
    circuit: str
    seed: int
    parameters: dict[str, dict[str, str]]
    about: dict[str, str]
    arms: dict[str, Arm]
    measures: tuple[Measure, ...] = ()
