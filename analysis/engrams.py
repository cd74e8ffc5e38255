"""What experiments on engram cells read: overlap, recruitment, wiring, behaviour.

Cells are ids of one population, from 0 on; a set may name a cell twice, it counts once.
What cannot be told, as a share of no cells, is NaN. How engram cells are wired is
computed in engram_wiring.py.
"""

from dataclasses import dataclass
from math import exp, lgamma

import numpy as np

from .cell_sets import Floats, Ids, cell_set, mean_of, over
from .engram_wiring import Connectivity as Connectivity
from .engram_wiring import EngramConnectivity as EngramConnectivity
from .engram_wiring import EngramInputs as EngramInputs
from .engram_wiring import connectivity as connectivity
from .engram_wiring import engram_inputs as engram_inputs
from .engram_wiring import engram_over_others as engram_over_others
from .engram_wiring import spines as spines
from .overlap import overlap_over_chance


@dataclass(frozen=True)
class Overlap:
    """Cells in both of two sets, against sets that are drawn independently.

    cells: how many; expected: how many by chance; over_chance: cells over expected;
    p: probability of that many or more by chance (hypergeometric, one-sided).
    """

    cells: int
    expected: float
    over_chance: float
    p: float


# Which cells


def overlap(a: Ids, b: Ids, n: int) -> Overlap:
    """Return how many of ``n`` cells are in both sets, against chance.

    >>> found = overlap(np.arange(10), np.arange(5, 15), 100)
    >>> found.cells, found.expected, found.over_chance, round(found.p, 4)
    (5, 1.0, 5.0, 0.0007)
    """
    one, other = cell_set(a, n), cell_set(b, n)
    cells = len(np.intersect1d(one, other))
    return Overlap(
        cells,
        len(one) * len(other) / n,
        overlap_over_chance(one, other, n),
        _at_least(cells, len(one), len(other), n),
    )


def reactivated_share(label: Ids, active: Ids) -> float:
    """Return the share of the labelled cells that are active again.

    >>> reactivated_share(np.array([1, 2, 3, 4]), np.array([2, 7]))
    0.25
    """
    label = np.unique(label)
    return over(len(np.intersect1d(label, active)), len(label))


def relative_recruitment(recruited: Ids, biased: Ids, n: int) -> float:
    """Return P(recruited | biased) / P(recruited | not biased), the relative risk.

    Biased cells are those that an experiment made more (or less) excitable. Infinite
    where only biased cells are recruited; NaN where none is, or no cell to compare.

    >>> relative_recruitment(np.array([0, 1, 5]), np.array([0, 1, 2, 3]), 10)
    3.0
    """
    both, biased_only, recruited_only, neither = _table(recruited, biased, n)
    others = recruited_only + neither
    return over(both * others, recruited_only * (both + biased_only))


def odds_ratio(recruited: Ids, biased: Ids, n: int) -> float:
    """Return the odds of being recruited if biased over the odds if not.

    As ``relative_recruitment`` where few cells are recruited, further from 1 else.

    >>> odds_ratio(np.array([0, 1, 5]), np.array([0, 1, 2, 3]), 10)
    5.0
    """
    both, biased_only, recruited_only, neither = _table(recruited, biased, n)
    return over(both * neither, biased_only * recruited_only)


# What the animal does


def discrimination_index(a: float, b: float) -> float:
    """Return (a - b) / (a + b), NaN where both are 0.

    >>> discrimination_index(6, 2)
    0.5
    """
    return over(a - b, a + b)


def frozen_share(t_s: Floats, freezing: Floats, start_s: float, stop_s: float) -> float:
    """Return the mean of a freezing trace from a time on and before another.

    Parameters
    ----------
    t_s, freezing : arrays (samples,), seconds and 0 to 1; NaN where no sample is

    >>> frozen_share(np.arange(4.0), np.array([0.0, 1.0, 0.5, 0.0]), 1, 3)
    0.75
    """
    t_s, freezing = np.asarray(t_s, float), np.asarray(freezing, float)
    if t_s.ndim != 1 or t_s.shape != freezing.shape:
        raise ValueError(
            f"Times of shape {t_s.shape} and freezing of shape {freezing.shape}: give "
            "two arrays (samples,)."
        )
    return mean_of(freezing[(t_s >= start_s) & (t_s < stop_s)])


# Helpers


def _at_least(both: int, a: int, b: int, n: int) -> float:
    """Return P(X >= both), X the cells in common of random sets of a and b out of n."""
    if both <= max(0, a + b - n):
        return 1.0

    def log_choose(of: int, k: int) -> float:
        return lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1)

    total = log_choose(n, b)
    p = sum(
        exp(log_choose(a, k) + log_choose(n - a, b - k) - total)
        for k in range(both, min(a, b) + 1)
    )
    return min(p, 1.0)


def _table(recruited: Ids, biased: Ids, n: int) -> tuple[int, int, int, int]:
    """Count cells: recruited and biased, biased only, recruited only, neither."""
    recruited, biased = cell_set(recruited, n), cell_set(biased, n)
    both = len(np.intersect1d(recruited, biased))
    only = len(biased) - both, len(recruited) - both
    return both, *only, n - both - sum(only)
