"""Which cells were active, and how far two sets of active cells overlap."""

from typing import Any

import numpy as np

Ids = np.ndarray[Any, np.dtype[np.uint32]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


def rates(node_ids: Ids, n: int, seconds: float) -> Floats:
    """Return the mean rate in hertz of each of ``n`` cells over ``seconds``.

    >>> rates(np.array([0, 0, 2]), 3, 2.0).tolist()
    [1.0, 0.0, 0.5]
    """
    return np.bincount(node_ids, minlength=n) / seconds


def active_cells(node_ids: Ids, n: int, seconds: float, threshold_hz: float) -> Ids:
    """Return the cells whose mean rate reaches ``threshold_hz``, in ascending order."""
    above = rates(node_ids, n, seconds) >= threshold_hz
    return np.flatnonzero(above).astype(np.uint32)


def overlap_over_chance(a: Ids, b: Ids, n: int) -> float:
    """Return |a and b| over its expectation |a||b|/n, for two sets out of ``n`` cells.

    NaN where a set is empty: nothing is expected then.

    >>> overlap_over_chance(np.arange(10), np.arange(5, 15), 100)
    5.0
    """
    expected = len(a) * len(b) / n
    return len(np.intersect1d(a, b)) / expected if expected else float("nan")
