"""What a score would be without a tie between spikes and place: circular shifts.

    spikes of a cell  │ │││   │   ││ │    moved on by a random time of at least
    the same, moved   ││ │  │ │││   │     ``least_s``; what leaves the end enters
                                          the start

The spikes keep their bursts and pauses, and the animal its path. Spikes move on the
clock of the time that counts, laid end to end: none is lost to rest or to gaps. A shift
is a whole number of ticks, the median interval between samples.

Shifts spread spikes over the room: a cell with a few fields that lie anyhow may beat
its null of grid scores too (Barry and Burgess 2017, bioRxiv).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from .maps import Floats, Ids, Visits, samples_of

AT_ONCE = 128  # maps


@dataclass(frozen=True)
class Verdict:
    """A score beside its null distribution: NaN where the score or the null is.

    p : (1 + k) / (1 + n), where k of n scores of the null reach the score: never 0
        (Phipson and Smyth 2010, doi:10.2202/1544-6115.1585)
    z : standard deviations of the null by which the score lies above its mean
    """

    score: float
    p: float
    z: float
    mean: float
    percentile_95: float


def shifts(
    span_s: float, n: int, *, least_s: float, seed: int | Sequence[int]
) -> Floats:
    """Return ``n`` random times from ``least_s`` to ``span_s - least_s``, seconds.

    >>> shifts(100.0, 3, least_s=20.0, seed=1).round(1).tolist()
    [50.7, 77.0, 28.6]
    """
    if not 0 < 2 * least_s < span_s:
        raise ValueError(
            f"Spikes cannot be moved by {least_s:g} s or more either way in {span_s:g} "
            f"s: allowed is above 0 and below {span_s / 2:g} s; lower it, or take a "
            "longer session."
        )
    return np.random.default_rng(seed).uniform(least_s, span_s - least_s, n)


def shifted_counts(visits: Visits, spikes_s: Floats, shifts_s: Floats) -> Floats:
    """Return the spikes of one cell in each bin after each shift, (shifts, *bins).

    Parameters
    ----------
    spikes_s : array (spikes,), seconds
    shifts_s : array (shifts,), seconds, rounded to ticks
    """
    places, ticks, tick_s = _ticks(visits, spikes_s)
    size, n = prod(visits.bins.shape), len(shifts_s)
    by = np.round(np.asarray(shifts_s) / tick_s).astype(int) % (len(places) // 2)
    found = places[ticks + by[:, None]] + size * np.arange(n)[:, None]
    counts = np.bincount(found.ravel(), minlength=n * size)
    return counts.reshape(n, *visits.bins.shape).astype(float)


def null(
    score: Callable[[Floats], Any],
    visits: Visits,
    spikes_s: Floats,
    n: int,
    *,
    least_s: float = 20.0,
    seed: int | Sequence[int],
) -> Floats:
    """Return the scores of ``n`` shuffles of a cell's spikes, array (n,).

    Parameters
    ----------
    score : takes spikes in bins (maps, *bins), returns (maps,): any of ``spatial`` or
        ``grid`` of the maps that one would show, for example
        ``lambda n: grid_score(autocorrelogram(rates(n, visits, sigma_m=0.05)))``
    spikes_s : array (spikes,), seconds
    least_s : least shift, seconds
    seed : to shift cells apart, give (seed, cell)
    """
    span = float(visits.seconds.sum())
    by = shifts(span, n, least_s=least_s, seed=seed)
    parts = [by[k : k + AT_ONCE] for k in range(0, n, AT_ONCE)]
    return np.concatenate(
        [score(shifted_counts(visits, spikes_s, part)) for part in parts]
    )


def verdict(score: float, null: Floats) -> Verdict:
    """Return p value, z, mean and 95th percentile of a score's null distribution.

    Shuffles without a score (NaN) are left out of n.

    >>> verdict(5.0, np.arange(5.0)).p
    0.16666666666666666
    """
    known = null[np.isfinite(null)]
    if not len(known) or not np.isfinite(score):
        return Verdict(float(score), *4 * [float("nan")])
    spread = float(known.std(ddof=1)) if len(known) > 1 else 0.0
    above = float(score - known.mean())
    return Verdict(
        float(score),
        float((1 + (known >= score).sum()) / (1 + len(known))),
        above / spread if spread > 0 else float("nan"),
        float(known.mean()),
        float(np.percentile(known, 95)),
    )


def _ticks(visits: Visits, spikes_s: Floats) -> tuple[Ids, Ids, float]:
    """Return the bin at each tick of the clock, twice over, each spike's tick, a tick.

    The clock runs only while time counts.
    """
    tick_s = float(np.median(np.diff(visits.t_s)))
    seconds = visits.seconds
    passed = np.cumsum(seconds)
    n = max(1, round(float(passed[-1]) / tick_s))
    sample = np.searchsorted(passed, (np.arange(n) + 0.5) * tick_s)
    there = samples_of(visits, spikes_s)
    spikes, there = np.asarray(spikes_s, float)[there >= 0], there[there >= 0]
    at = passed[there] - seconds[there] + spikes - visits.start_s[there]
    ticks = np.clip(at / tick_s, 0, n - 1).astype(int)
    places = visits.place[np.minimum(sample, len(passed) - 1)]
    return np.concatenate([places, places]), ticks, tick_s
