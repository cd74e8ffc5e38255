"""Drugs in the bath: timed windows with onset and wash-out."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..circuits.quantity import like, quantity
from ..simulation.timeline import Gap, Piece

Array = np.ndarray[Any, np.dtype[np.float64]]

GRAIN_S = 60.0  # a level that changes is taken as constant for so long
SPENT = 5.0  # time constants after which it counts as there, or gone


class Window(NamedTuple):
    """A drug from ``start_s`` to ``stop_s``; at its full level it blocks ``block``."""

    start_s: float
    stop_s: float
    block: float
    onset_s: float
    washout_s: float

    def level(self, t: Any) -> Array:
        """Return the share that is blocked at times ``t``, in seconds."""
        t = np.asarray(t, dtype=float)
        inside = np.clip(t, self.start_s, self.stop_s) - self.start_s
        reached = -np.expm1(-inside / max(self.onset_s, 1e-9))
        since = np.clip(t - self.stop_s, 0.0, None)
        return np.asarray(
            self.block * reached * np.exp(-since / max(self.washout_s, 1e-9))
        )

    def cuts(self, start_s: float, stop_s: float) -> Iterator[float]:
        """Yield the times between which the level is nearly constant."""
        for at, tau in ((self.start_s, self.onset_s), (self.stop_s, self.washout_s)):
            steps = np.arange(0.0, SPENT * tau + GRAIN_S, GRAIN_S)
            yield from (float(t) for t in at + steps if start_s < t < stop_s)


class Bath(NamedTuple):
    """What acts on proteins: a block of their synthesis, a block of D1 receptors."""

    anisomycin: Window | None = None
    d1: Window | None = None

    def at(self, t: float) -> tuple[float, float]:
        """Return (synthesis, modulator) at a time in seconds."""
        synthesis, modulator = (
            1.0 if drug is None else 1.0 - float(drug.level(t)) for drug in self
        )
        return synthesis, modulator

    def gap(self, name: str, start_s: float, stop_s: float) -> Gap:
        """Return the time between two moments, in pieces of constant drug levels."""
        if stop_s < start_s:
            raise ValueError(f"The gap {name!r} would end before it starts.")
        cuts = {start_s, stop_s}
        for drug in self:
            cuts |= set(drug.cuts(start_s, stop_s)) if drug else set()
        edges = sorted(cuts)
        pieces = [
            Piece(b - a, *self.at((a + b) / 2))
            for a, b in zip(edges, edges[1:], strict=False)
        ]
        return Gap(name, tuple(pieces) or (Piece(0.0),))


def window(name: str, text: str) -> tuple[float, float]:
    """Read ``"-30 min to 3 h"`` as seconds, both on the clock of the first pattern.

    Raises
    ------
    ValueError
        No such text, or a window that ends before it starts.
    """
    ends = [part.strip() for part in re.split(r"\bto\b", text)]
    if len(ends) != 2 or not all(ends):
        raise ValueError(f"{name}={text!r}: write it as in '-30 min to 3 h'.")
    start, stop = (seconds(name, part) for part in ends)
    if stop == start:
        raise ValueError(f"{name}={text!r}: the window has no length.")
    if stop < start:
        raise ValueError(
            f"{name}={text!r}: the window ends before it starts; write it as in "
            f"'{ends[1]} to {ends[0]}'."
        )
    return start, stop


def seconds(name: str, text: str) -> float:
    """Read a time such as ``"-30 min"``; 0 needs no unit."""
    if text.strip() == "0":
        return 0.0
    try:
        return like(quantity("30 min"), text).value
    except ValueError as problem:
        raise ValueError(f"{name}: {problem.args[0]}") from None
