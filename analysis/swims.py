"""Swims in a pool: how long the way was, and where the animal looked for the goal.

Positions are metres, arrays (n, 2); a swim that is empty has no way and no share.
"""

from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]


def path_length(xy: Any) -> float:
    """Return the length of a way through some positions, metres.

    >>> path_length([[0, 0], [3, 4], [3, 5]])
    6.0
    """
    steps = np.diff(np.reshape(np.asarray(xy, float), (-1, 2)), axis=0)
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def quadrant_share(xy: Any, goal: Any) -> float:
    """Return the share of positions in the quadrant that has the goal in its middle.

    Quadrants are those round the origin, the centre of the pool. Chance is 0.25.

    >>> quadrant_share([[1, 0], [0, 1], [-1, 0], [0.1, 0.05]], (2, 0))
    0.5
    """
    p, g = np.reshape(np.asarray(xy, float), (-1, 2)), np.asarray(goal, float)
    along, aside = p @ g, p @ np.array([-g[1], g[0]])
    return float((along > np.abs(aside)).mean()) if len(p) else float("nan")


def blocks(values: Any, n: int) -> Floats:
    """Return the means of each ``n`` values in a row; what is left over counts last.

    >>> blocks([1, 3, 2, 4, 9], 2)
    array([2., 3., 9.])
    """
    array = np.asarray(values, float)
    return np.array([array[k : k + n].mean() for k in range(0, len(array), n)])
