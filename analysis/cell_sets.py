"""Sets of cells of one population, and shares of them, which may be of nothing."""

from typing import Any

import numpy as np

Ids = np.ndarray[Any, np.dtype[np.integer[Any]]]
Set = np.ndarray[Any, np.dtype[np.uint32]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

NAN = float("nan")


def cell_set(ids: Ids, n: int) -> Set:
    """Return a set of cells in order, each once."""
    return np.unique(within(ids, n)).astype(np.uint32)


def within(ids: Ids, n: int) -> Ids:
    """Return ids of cells as they are, or refuse those of no cell."""
    given = np.asarray(ids)
    if len(given) and not (0 <= given.min() and given.max() < n):
        raise ValueError(
            f"Cells {given.min()} to {given.max()} do not fit into {n} cells, 0 to "
            f"{n - 1}: give the ids of one population, or raise n."
        )
    return np.asarray(given, np.int64)


def over(a: float, b: float) -> float:
    """Return a / b; infinite where only b is 0, NaN where both are."""
    if b:
        return float(a / b)
    return float("inf") if a > 0 else NAN


def mean_of(values: Floats) -> float:
    """Return a mean, NaN of no values."""
    return float(values.mean()) if len(values) else NAN
