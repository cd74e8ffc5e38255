"""Coupling of gamma's amplitude to the phase of a theta that is a clock.

A clock's theta is the same one cycle later, so that a signal shifted against it is as
coupled as before. The surrogates turn the amplitude within each cycle instead, by as
much as chance wills: that keeps its course and cuts its tie to the phase.
"""

from dataclasses import dataclass

import numpy as np

from .maps import Floats, Ids
from .phases import TURN, analytic_signal, modulation_index
from .track_runs import Cycles

RATE_HZ = 1000.0


@dataclass(frozen=True, eq=False)
class Coupling:
    """Tort's index; the 99th percentile of surrogates; second half over first half."""

    index: float
    percentile_99: float
    rise: float


def coupling(
    signal: Floats,
    start_s: float,
    found: Cycles,
    *,
    low_hz: float,
    high_hz: float,
    seed: int,
    surrogates: int = 200,
) -> Coupling:
    """Return how the phase of theta modulates the amplitude of a band of a signal.

    Parameters
    ----------
    signal : array (samples,), 1000 a second from ``start_s`` on
    found : cycles of theta that count, from its peak on
    """
    amplitude = np.abs(analytic_signal(signal, RATE_HZ, low_hz, high_hz))
    n = int(found.lasts_s * RATE_HZ)
    first = np.round((found.begin_s - start_s) * RATE_HZ).astype(int)
    first = first[(first >= 0) & (first + n <= len(amplitude))]
    if len(first) < 2:
        return Coupling(float("nan"), float("nan"), float("nan"))
    each = amplitude[first[:, None] + np.arange(n)]
    phase = np.tile(TURN * np.arange(n) / n, (len(each), 1))
    rng = np.random.default_rng(seed)
    null = [_index(phase, _turned(each, rng)) for _ in range(surrogates)]
    half = len(each) // 2
    before, after = (_index(phase[s], each[s]) for s in (np.s_[:half], np.s_[half:]))
    rise = after / before if before > 0 else float("nan")
    return Coupling(_index(phase, each), float(np.percentile(null, 99)), rise)


def population_rate(spikes_s: Floats, start_s: float, stop_s: float) -> Floats:
    """Return the spikes of a population in each millisecond, array (samples,)."""
    n = round((stop_s - start_s) * RATE_HZ)
    at: Ids = np.floor((np.asarray(spikes_s) - start_s) * RATE_HZ).astype(int)
    return np.bincount(at[(at >= 0) & (at < n)], minlength=n).astype(float)


def _turned(each: Floats, rng: np.random.Generator) -> Floats:
    by = rng.integers(0, each.shape[1], (len(each), 1))
    at = (np.arange(each.shape[1]) + by) % each.shape[1]
    return np.asarray(np.take_along_axis(each, at, axis=1))


def _index(phase: Floats, each: Floats) -> float:
    return modulation_index(phase.ravel(), each.ravel())
