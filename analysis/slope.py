"""Slopes of evoked responses, in mV/ms and in per cent of a baseline."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]

LEAST = 0.05  # mV/ms: less is noise, not a response


def initial_slope(
    voltage: Array, step_s: float, arrival_s: float, over_s: float = 1e-3
) -> Array:
    """Return how steeply each cell's voltage rises after a volley arrives.

    The slope that the voltage had in the same time before the arrival is taken off.

    Parameters
    ----------
    voltage : array (n, cells), volt, one row each ``step_s`` from time 0 on
    arrival_s : seconds from the first row to the arrival of the volley
    over_s : seconds over which the rise is taken

    Returns
    -------
    array (cells,), mV/ms

    >>> ramp = np.clip(np.arange(30) * 2e-4 - 3e-3, 0, None)[:, None]  # 1 V/s from 3 ms
    >>> initial_slope(ramp, 2e-4, 3e-3).round(6)
    array([1.])
    """
    at, n = round(arrival_s / step_s), round(over_s / step_s)
    if at < n or at + n >= len(voltage):
        raise ValueError(
            f"A slope over {over_s:g} s at {arrival_s:g} s does not fit into a trace "
            f"of {len(voltage) * step_s:g} s."
        )
    rise = voltage[at + n] - voltage[at]
    before = voltage[at] - voltage[at - n]
    return np.asarray((rise - before) / over_s)


def percent_of_baseline(t_s: Array, slopes: Array, before_s: float = 0.0) -> Array:
    """Return slopes in per cent of each column's mean over the times before a moment.

    Parameters
    ----------
    t_s : array (n,), seconds
    slopes : array (n, slices), mV/ms; a slice whose baseline is below 0.05 gives NaN

    >>> percent_of_baseline(np.array([-1.0, 1.0]), np.array([[2.0], [3.0]]))[1]
    array([150.])
    """
    baseline = slopes[t_s < before_s].mean(axis=0)
    return np.asarray(100 * slopes / np.where(baseline > LEAST, baseline, np.nan))
