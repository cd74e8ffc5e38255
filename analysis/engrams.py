"""What experiments on engram cells read: overlap, wiring, recruitment, behaviour.

Cells are ids of one population, from 0 on; a set may name a cell twice, it counts once.
Synapses are arrays (synapses,) of the cell before, the cell after and the weight, in
any one unit. What cannot be told, as a share of no cells, is NaN.
"""

from dataclasses import dataclass
from math import exp, lgamma
from typing import Any

import numpy as np

from .overlap import overlap_over_chance

Ids = np.ndarray[Any, np.dtype[np.integer[Any]]]
Set = np.ndarray[Any, np.dtype[np.uint32]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

NAN = float("nan")


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


@dataclass(frozen=True)
class Connectivity:
    """From some cells to others: synapses; share of all pairs connected; mean weight.

    The pair of a cell with itself counts as a pair, also where it is never connected.
    """

    synapses: int
    probability: float
    weight: float


@dataclass(frozen=True)
class EngramConnectivity:
    """From engram cells onto engram cells, onto others, and the first over the second.

    probability, weight: ratios of the probabilities of connection and mean weights.
    """

    engram: Connectivity
    others: Connectivity
    probability: float
    weight: float


@dataclass(frozen=True)
class EngramInputs:
    """Input weight of engram cells over that of the others.

    summed: of all inputs of a cell, mean over cells; mean: of one synapse.
    """

    summed: float
    mean: float


# Which cells


def overlap(a: Ids, b: Ids, n: int) -> Overlap:
    """Return how many of ``n`` cells are in both sets, against chance.

    >>> found = overlap(np.arange(10), np.arange(5, 15), 100)
    >>> found.cells, found.expected, found.over_chance, round(found.p, 4)
    (5, 1.0, 5.0, 0.0007)
    """
    one, other = _cells(a, n), _cells(b, n)
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
    return _over(len(np.intersect1d(label, active)), len(label))


def relative_recruitment(recruited: Ids, biased: Ids, n: int) -> float:
    """Return P(recruited | biased) / P(recruited | not biased), the relative risk.

    Biased cells are those that an experiment made more (or less) excitable. Infinite
    where only biased cells are recruited; NaN where none is, or no cell to compare.

    >>> relative_recruitment(np.array([0, 1, 5]), np.array([0, 1, 2, 3]), 10)
    3.0
    """
    both, biased_only, recruited_only, neither = _table(recruited, biased, n)
    others = recruited_only + neither
    return _over(both * others, recruited_only * (both + biased_only))


def odds_ratio(recruited: Ids, biased: Ids, n: int) -> float:
    """Return the odds of being recruited if biased over the odds if not.

    As ``relative_recruitment`` where few cells are recruited, further from 1 else.

    >>> odds_ratio(np.array([0, 1, 5]), np.array([0, 1, 2, 3]), 10)
    5.0
    """
    both, biased_only, recruited_only, neither = _table(recruited, biased, n)
    return _over(both * neither, biased_only * recruited_only)


# How they are wired


def connectivity(
    pre: Ids,
    post: Ids,
    weight: Floats,
    from_cells: Ids,
    to_cells: Ids,
    n_pre: int,
    n_post: int,
) -> Connectivity:
    """Return how some of ``n_pre`` cells are connected to some of ``n_post``.

    >>> pre, post, weight = np.array([0, 0, 1]), np.array([0, 1, 1]), np.arange(1.0, 4)
    >>> connectivity(pre, post, weight, np.array([0]), np.arange(2), 2, 2)
    Connectivity(synapses=2, probability=1.0, weight=1.5)
    """
    pre, post, weight = _synapses(pre, post, weight, n_pre, n_post)
    from_cells, to_cells = _cells(from_cells, n_pre), _cells(to_cells, n_post)
    here = _member(from_cells, n_pre)[pre] & _member(to_cells, n_post)[post]
    pairs = len(np.unique(pre[here] * n_post + post[here]))
    probability = _over(pairs, len(from_cells) * len(to_cells))
    return Connectivity(int(here.sum()), probability, _mean(weight[here]))


def engram_over_others(
    pre: Ids,
    post: Ids,
    weight: Floats,
    engram_pre: Ids,
    engram_post: Ids,
    n_pre: int,
    n_post: int,
) -> EngramConnectivity:
    """Compare the targets of engram cells: engram cells against all others.

    The sources are the same in both, so that the targets are what differs, as in Ryan
    et al. 2015 (doi:10.1126/science.aaa5542).

    >>> pre, post, weight = np.zeros(3, int), np.array([0, 1, 2]), np.array([3.0, 1, 1])
    >>> engram = np.array([0])
    >>> found = engram_over_others(pre, post, weight, engram, engram, 1, 5)
    >>> found.probability, found.weight
    (2.0, 3.0)
    """
    engram_post = _cells(engram_post, n_post)
    rest = np.setdiff1d(np.arange(n_post), engram_post)
    engram, others = (
        connectivity(pre, post, weight, engram_pre, cells, n_pre, n_post)
        for cells in (engram_post, rest)
    )
    return EngramConnectivity(
        engram,
        others,
        _over(engram.probability, others.probability),
        _over(engram.weight, others.weight),
    )


def engram_inputs(post: Ids, weight: Floats, engram: Ids, n: int) -> EngramInputs:
    """Return the input weight of engram cells over that of the others, of ``n`` cells.

    >>> post, weight = np.array([0, 0, 1]), np.array([3.0, 3, 2])
    >>> engram_inputs(post, weight, np.array([0]), 3)
    EngramInputs(summed=6.0, mean=1.5)
    """
    post, weight = _onto(post, weight, n)
    member = _member(_cells(engram, n), n)
    total, onto = np.bincount(post, weight, n), member[post]
    return EngramInputs(
        _over(_mean(total[member]), _mean(total[~member])),
        _over(_mean(weight[onto]), _mean(weight[~onto])),
    )


def spines(post: Ids, weight: Floats, n: int, *, least: float) -> Ints:
    """Return for each of ``n`` cells how many of its inputs are at least so strong.

    A proxy of the spines that a microscope counts: a model synapse has no shape, and a
    large spine is taken for a strong synapse. Give the weights in units of the
    unlearned one; ``least`` is then how much stronger a synapse must be to count.

    >>> spines(np.array([0, 0, 2]), np.array([0.5, 1.5, 2.0]), 3, least=1.0).tolist()
    [1, 0, 1]
    """
    post, weight = _onto(post, weight, n)
    return np.asarray(np.bincount(post[weight >= least], minlength=n), np.int64)


# What the animal does


def discrimination_index(a: float, b: float) -> float:
    """Return (a - b) / (a + b), NaN where both are 0.

    >>> discrimination_index(6, 2)
    0.5
    """
    return _over(a - b, a + b)


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
    return _mean(freezing[(t_s >= start_s) & (t_s < stop_s)])


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
    recruited, biased = _cells(recruited, n), _cells(biased, n)
    both = len(np.intersect1d(recruited, biased))
    only = len(biased) - both, len(recruited) - both
    return both, *only, n - both - sum(only)


def _over(a: float, b: float) -> float:
    """Return a / b; infinite where only b is 0, NaN where both are."""
    if b:
        return float(a / b)
    return float("inf") if a > 0 else NAN


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else NAN


def _member(cells: Ids, n: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    member = np.zeros(n, bool)
    member[cells] = True
    return member


def _cells(ids: Ids, n: int) -> Set:
    """Return a set of cells in order, each once."""
    return np.unique(_within(ids, n)).astype(np.uint32)


def _within(ids: Ids, n: int) -> Ids:
    given = np.asarray(ids)
    if len(given) and not (0 <= given.min() and given.max() < n):
        raise ValueError(
            f"Cells {given.min()} to {given.max()} do not fit into {n} cells, 0 to "
            f"{n - 1}: give the ids of one population, or raise n."
        )
    return np.asarray(given, np.int64)


def _onto(post: Ids, weight: Floats, n: int) -> tuple[Ids, Floats]:
    weight = np.asarray(weight, float)
    if np.shape(post) != weight.shape or weight.ndim != 1:
        raise ValueError(
            f"Cells of shape {np.shape(post)} and weights of shape {weight.shape}: "
            "give two arrays (synapses,)."
        )
    return _within(post, n), weight


def _synapses(
    pre: Ids, post: Ids, weight: Floats, n_pre: int, n_post: int
) -> tuple[Ids, Ids, Floats]:
    return _onto(pre, weight, n_pre)[0], *_onto(post, weight, n_post)
