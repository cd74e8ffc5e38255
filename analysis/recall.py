"""How well a cue to a part of an assembly brings back the rest of it."""

from typing import Any

import numpy as np

Ids = np.ndarray[Any, np.dtype[np.integer[Any]]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


def pattern_completion(rates: Floats, cued: Ids, rest: Ids, others: Ids) -> float:
    """Return Q, the rate of the rest above that of others, over that of the cued.

    0 where the rest fires no more than any cell, 1 where it fires as the cued do; NaN
    where the cued are silent (Luboeinski and Tetzlaff 2021).

    >>> rates = np.array([100.0, 100.0, 30.0, 20.0, 5.0, 5.0])
    >>> pattern_completion(rates, np.arange(2), np.arange(2, 4), np.arange(4, 6))
    0.2
    """
    mean = rates[cued].mean()
    gain = rates[rest].mean() - rates[others].mean()
    return float(gain / mean) if mean else float("nan")


def mutual_information(a: Any, b: Any) -> float:
    """Return what two counts of every cell tell about each other, in bits.

    The distribution is that over the cells, as they stand, without correction for bias.

    Parameters
    ----------
    a, b : integer arrays (cells,)

    >>> mutual_information(np.array([0, 0, 3, 3]), np.array([1, 1, 2, 2]))
    1.0
    """
    _, first = np.unique(a, return_inverse=True)
    _, second = np.unique(b, return_inverse=True)
    joint = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(joint, (first, second), 1 / len(first))
    independent = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    there = joint > 0
    told = joint[there] * np.log2(joint[there] / independent[there])
    return float(told.sum())
