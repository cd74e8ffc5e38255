"""Freezing read from the output of the central amygdala."""

from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]


def population_rate(
    times_s: Floats, n: int, start_s: float, stop_s: float, *, bin_s: float = 0.05
) -> tuple[Floats, Floats]:
    """Return (bin centres in seconds, mean rate of ``n`` cells in hertz)."""
    bins = max(1, round((stop_s - start_s) / bin_s))
    counts, edges = np.histogram(times_s, bins, (start_s, stop_s))
    return (edges[:-1] + edges[1:]) / 2, counts / n / (edges[1] - edges[0])


def freezing(
    rate_hz: Floats,
    bin_s: float,
    *,
    half_hz: float,
    steepness: float,
    memory_s: float,
    ceiling: float = 1.0,
) -> Floats:
    """Return the probability of freezing over time, from 0 to ``ceiling``.

    The rate is averaged with the exponential memory of the motor system, r, and read
    through a Hill function, ceiling/(1 + (half/r)^k).

    Parameters
    ----------
    rate_hz : array (n,)
        Population rate of the output cells in bins of ``bin_s`` seconds.
    half_hz, steepness : half-maximum and exponent of the Hill function
    memory_s : time constant of the average, seconds
    ceiling : the most that an animal freezes, as a share of the time

    >>> freezing(np.full(3, 4.0), 0.1, half_hz=4, steepness=3, memory_s=1).tolist()
    [0.5, 0.5, 0.5]
    """
    keep = np.exp(-bin_s / memory_s)
    smooth = np.empty(len(rate_hz))
    level = rate_hz[0] if len(rate_hz) else 0.0
    for k, rate in enumerate(rate_hz):
        level = keep * level + (1 - keep) * rate
        smooth[k] = level
    with np.errstate(divide="ignore", over="ignore"):  # infinite where nothing fires
        return np.asarray(ceiling / (1 + (half_hz / smooth) ** steepness))
