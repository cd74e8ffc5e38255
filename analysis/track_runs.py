"""Runs along a straight track, and the theta cycles within them.

along  ╱‾╲   ╱‾     A run goes one way, without a stop, over a good part of the
      ╱   ╲ ╱       track; two runs, there and back, are a lap. Cycles of theta
     ╱     ‾        count if they lie in a run as a whole.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

SLOWEST_MPS = 0.1  # chosen: theta is strong and sequences are seen from there on
LEAST_SHARE = 0.5  # of the track that a run covers


@dataclass(frozen=True, eq=False)
class Runs:
    """Arrays (runs,): from when to when, seconds, and 1 towards higher positions."""

    start_s: Floats
    stop_s: Floats
    direction: Ints

    @property
    def lap(self) -> Ints:
        """The lap of each run, from 1."""
        return np.arange(len(self.start_s)) // 2 + 1

    def at(self, t_s: Floats) -> Ints:
        """Return the run of each time, -1 between runs."""
        if not len(self.start_s):
            return np.full(np.shape(t_s), -1)
        k = np.searchsorted(self.start_s, t_s, "right") - 1
        return np.where((k >= 0) & (np.asarray(t_s) <= self.stop_s[k]), k, -1)


@dataclass(frozen=True, eq=False)
class Cycles:
    """Theta cycles: when each begins, seconds, and of which run it is, arrays (n,)."""

    begin_s: Floats
    run: Ints
    lasts_s: float


def runs(
    t_s: Floats,
    along_m: Floats,
    *,
    least_mps: float = SLOWEST_MPS,
    least_m: float | None = None,
) -> Runs:
    """Return the runs of an animal on a track.

    Parameters
    ----------
    t_s, along_m : arrays (samples,), seconds, rising, and metres along the track
    least_mps : speed at which a run begins and ends
    least_m : way of a run at least; by default half of all the way there is

    >>> t = np.arange(0, 12, 0.1)
    >>> there_and_back = runs(t, np.abs(t % 8 - 4))
    >>> there_and_back.direction.tolist(), there_and_back.lap.tolist()
    ([-1, 1, -1], [1, 1, 2])
    """
    speed = np.gradient(np.asarray(along_m, float), t_s)
    way = np.where(np.abs(speed) >= least_mps, np.sign(speed), 0).astype(int)
    edges = np.flatnonzero(np.diff(way)) + 1
    first, last = np.append(0, edges), np.append(edges, len(way)) - 1
    least = LEAST_SHARE * np.ptp(along_m) if least_m is None else least_m
    far = np.abs(along_m[last] - along_m[first]) >= max(least, 1e-9)
    good = far & (way[first] != 0)
    return Runs(t_s[first[good]], t_s[last[good]], way[first[good]])


def cycles(found: Runs, theta_hz: float, *, peak_s: float, begin_rad: float) -> Cycles:
    """Return the cycles, each begun at a phase, that lie within a run.

    >>> one = Runs(np.array([0.1]), np.array([0.6]), np.array([1]))
    >>> cycles(one, 8.0, peak_s=0.0, begin_rad=0.0).begin_s
    array([0.125, 0.25 , 0.375])
    """
    if not theta_hz > 0:
        raise ValueError(f"theta_hz={theta_hz:g}: a frequency above 0 is wanted.")
    lasts, begin, run = 1 / theta_hz, [np.empty(0)], [np.empty(0, np.int64)]
    offset = peak_s + begin_rad / (2 * np.pi) * lasts
    for k, (start, stop) in enumerate(zip(found.start_s, found.stop_s, strict=True)):
        first = np.ceil((start - offset) / lasts - 1e-9)
        n = np.arange(first, np.floor((stop - offset) / lasts - 1 + 1e-9) + 1)
        begin.append(offset + n * lasts)
        run.append(np.full(len(n), k))
    return Cycles(np.concatenate(begin), np.concatenate(run), lasts)
