"""What is measured: an entry is one tool at one task, a row what became of it.

    build A, build B │ A  B │ A  B │ A  B │ …     rounds: when the machine gets slower
                     └──────┴──────┴──────┴──▶    it does so for every tool

Each `prepare` and each `run` has a process of its own.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from statistics import linear_regression, median
from types import MappingProxyType
from typing import Any, NamedTuple

OURS = "trisynapse"

Apart = Callable[..., Any]
Say = Callable[[str], None]


class Cost(NamedTuple):
    """CPU seconds of the simulating loop alone; ``told`` is what is known beside."""

    cpu_s: float
    biological_s: float
    peak_mb: float
    told: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One tool at one task: so many biological ``seconds``, built in a folder.

    ``missing`` says why it cannot run here, if so; ``shows`` names what of a cost's
    ``told`` the table repeats.
    """

    task: str
    tool: str
    seconds: float
    prepare: Callable[[Path, float], None]
    run: Callable[[Path, float], Cost]
    missing: str = ""
    shows: tuple[str, ...] = ()


class Row(NamedTuple):
    """An entry, the wall seconds that building took, and the cost of every repeat."""

    entry: Entry
    build_s: float = 0.0
    costs: tuple[Cost, ...] = ()

    @property
    def each(self) -> list[float]:
        """CPU seconds a biological second, of every repeat."""
        return [cost.cpu_s / cost.biological_s for cost in self.costs]

    @property
    def peak_mb(self) -> float:
        """The most memory that any repeat took."""
        return max(cost.peak_mb for cost in self.costs)

    def told(self, name: str) -> float:
        """Return the median of what is known beside."""
        return median(cost.told[name] for cost in self.costs)


def measure(
    entries: Sequence[Entry],
    folder: Path,
    *,
    repeats: int,
    seconds: float | None,
    apart: Apart,
    say: Say,
) -> list[Row]:
    """Return the rows of one task; its tools take turns at every repeat."""
    rows = [Row(entry) for entry in entries]
    able = [k for k, entry in enumerate(entries) if not entry.missing]
    places = [folder / str(k) for k in range(len(entries))]
    for k in able:
        entry = entries[k]
        say(f"{entry.task}: {entry.tool} is built")
        places[k].mkdir(parents=True)
        built = apart(timed, entry.prepare, places[k], seconds or entry.seconds)
        rows[k] = rows[k]._replace(build_s=built)
    for repeat in range(repeats):
        for k in able:
            entry = entries[k]
            say(f"{entry.task}: {entry.tool}, {repeat + 1} of {repeats}")
            cost = apart(entry.run, places[k], seconds or entry.seconds)
            rows[k] = rows[k]._replace(costs=(*rows[k].costs, cost))
    return rows


def timed(work: Callable[..., None], *args: Any) -> float:
    """Return the wall seconds of some work."""
    begun = time.perf_counter()
    work(*args)
    return time.perf_counter() - begun


def ratio(row: Row, rows: Iterable[Row]) -> float | None:
    """Return how many times as much as our form it costs, where both were measured."""
    ours = next((r for r in rows if r.entry.tool == OURS and r.costs), None)
    return median(row.each) / median(ours.each) if ours and row.costs else None


def furthest(rows: Iterable[Row], names: Sequence[str]) -> float | None:
    """Return how far, as a share of ours, what other tools tell lies from it."""
    told = {r.entry.tool: [r.told(name) for name in names] for r in rows if r.costs}
    ours = told.pop(OURS, [])
    if not ours or not told:
        return None
    pairs = [pair for some in told.values() for pair in zip(some, ours, strict=True)]
    return max(abs(theirs - our) / our for theirs, our in pairs)


def alike(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    """Return a remark on the rates: only cells that fire alike compare."""
    off = furthest(rows, names)
    if off is None:
        return []
    return [f"{rows[0].entry.task}: rates differ from ours by {off:.0%} at most."]


def exponent(x: Iterable[float], y: Iterable[float]) -> float:
    """Return the b of y ~ x^b, by least squares of the logarithms."""
    return linear_regression([log(v) for v in x], [log(v) for v in y]).slope
