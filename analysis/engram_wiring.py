"""How the cells of an engram are wired: connectivity, input weight, strong synapses.

Synapses are arrays (synapses,) of the cell before, the cell after and the weight, in
any one unit. What cannot be told, as a share of no pairs, is NaN.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .cell_sets import Floats, Ids, cell_set, mean_of, over, within

Ints = np.ndarray[Any, np.dtype[np.int64]]


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
    from_cells, to_cells = cell_set(from_cells, n_pre), cell_set(to_cells, n_post)
    here = _member(from_cells, n_pre)[pre] & _member(to_cells, n_post)[post]
    pairs = len(np.unique(pre[here] * n_post + post[here]))
    probability = over(pairs, len(from_cells) * len(to_cells))
    return Connectivity(int(here.sum()), probability, mean_of(weight[here]))


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
    engram_post = cell_set(engram_post, n_post)
    rest = np.setdiff1d(np.arange(n_post), engram_post)
    engram, others = (
        connectivity(pre, post, weight, engram_pre, cells, n_pre, n_post)
        for cells in (engram_post, rest)
    )
    return EngramConnectivity(
        engram,
        others,
        over(engram.probability, others.probability),
        over(engram.weight, others.weight),
    )


def engram_inputs(post: Ids, weight: Floats, engram: Ids, n: int) -> EngramInputs:
    """Return the input weight of engram cells over that of the others, of ``n`` cells.

    >>> post, weight = np.array([0, 0, 1]), np.array([3.0, 3, 2])
    >>> engram_inputs(post, weight, np.array([0]), 3)
    EngramInputs(summed=6.0, mean=1.5)
    """
    post, weight = _onto(post, weight, n)
    member = _member(cell_set(engram, n), n)
    total, onto = np.bincount(post, weight, n), member[post]
    return EngramInputs(
        over(mean_of(total[member]), mean_of(total[~member])),
        over(mean_of(weight[onto]), mean_of(weight[~onto])),
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


def _member(cells: Ids, n: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    member = np.zeros(n, bool)
    member[cells] = True
    return member


def _onto(post: Ids, weight: Floats, n: int) -> tuple[Ids, Floats]:
    weight = np.asarray(weight, float)
    if np.shape(post) != weight.shape or weight.ndim != 1:
        raise ValueError(
            f"Cells of shape {np.shape(post)} and weights of shape {weight.shape}: "
            "give two arrays (synapses,)."
        )
    return within(post, n), weight


def _synapses(
    pre: Ids, post: Ids, weight: Floats, n_pre: int, n_post: int
) -> tuple[Ids, Ids, Floats]:
    return _onto(pre, weight, n_pre)[0], *_onto(post, weight, n_post)
