"""Which cells a population recruits, and correlations told against their ceiling."""

from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]

LEAST = 0.1  # a ceiling below that says that nothing was reliable


def recruited_share(before_hz: Floats, now_hz: Floats, threshold_hz: float) -> float:
    """Return the share of the cells active now that were not before, NaN if none is.

    >>> recruited_share(np.array([1.0, 0.0, 0.0]), np.array([1.0, 2.0, 0.0]), 0.5)
    0.5
    """
    if np.shape(before_hz) != np.shape(now_hz) or np.ndim(now_hz) != 1:
        raise ValueError(
            f"Rates of {np.shape(before_hz)} and {np.shape(now_hz)} do not fit: give "
            "two arrays (cells,) of the same cells."
        )
    active = np.asarray(now_hz) >= threshold_hz
    new = active & (np.asarray(before_hz) < threshold_hz)
    return float(new.sum() / active.sum()) if active.any() else float("nan")


def over_ceiling(correlation: float, ceiling: float) -> float:
    """Return a correlation as a share of that of the same place with itself.

    NaN where the code is not reliable: with a ceiling below 0.1.

    >>> over_ceiling(0.3, 0.6)
    0.5
    """
    return correlation / ceiling if ceiling >= LEAST else float("nan")
