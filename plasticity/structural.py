"""Structural plasticity: weak synapses go and new ones grow (Attardo et al. 2015).

It happens between episodes, on arrays. A synapse whose weight lies below theta is lost
at the rate 1/lifetime; another grows at once, so that each target cell keeps its number
of inputs, and the arrays of a compiled circuit their lengths:

    lost in a gap      1 - exp(-seconds/lifetime)   of the weak synapses, of no others
    its new source     drawn from the cells that do not end on the target then,
                       in proportion to   1 + bias active

They follow each other in random order, one at a time, so that two gaps do the same as
one, as long as the weights stay. New synapses start as the rule's do; if that is below
theta, they may be lost as well. The lifetime is that of all spines in CA1; that only
weak synapses go, and how weak these are, is assumed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..circuits.parameters import ASSUMED, Parameters, Source, unknown
from ..circuits.projection import Array, Ids, State
from ..circuits.quantity import Quantity

ATTARDO = Source("Attardo et al. 2015", doi="10.1038/nature14467")

Flags = np.ndarray[Any, np.dtype[np.bool_]]

AT_ONCE = 4096  # candidates drawn together


@dataclass(frozen=True, kw_only=True)
class Structural(Parameters):
    """Which synapses are lost in a gap, and where others grow."""

    theta: float = ASSUMED(0.5, "weight below which a synapse may be lost")
    lifetime: Quantity = ATTARDO("10 day", "mean lifetime of such a synapse")
    bias: float = ASSUMED(0.0, "preference of new synapses for active cells")
    weight: str = ASSUMED.name("strength", "variable that is the weight, or h+z")

    def __post_init__(self) -> None:
        """Refuse a life that has no length, and growth away from active cells."""
        self.must_be("a value above 0", "lifetime")
        self.must_be("0 or more", "bias")

    def rewire(
        self,
        pre: Ids,
        post: Ids,
        state: State,
        start: Mapping[str, float],
        n_pre: int,
        seconds: float,
        rng: np.random.Generator,
        recurrent: bool = False,
        active: Array | None = None,
    ) -> tuple[Ids, dict[str, Array], Flags]:
        """Return the synapses of one projection after a gap.

        The order is that of ``post``, which does not change: synapse k still ends on
        ``post[k]``. So the result is not sorted by ``pre``, even if it was before; if
        somebody needs that, ``np.lexsort((post, pre))`` orders all the arrays.

        Parameters
        ----------
        pre, post : arrays (synapses,), in any order; no pair may occur twice
        state : variables of the rule, arrays (synapses,), at the end of the gap
        start : what the rule's variables start from; 0 where it says nothing
        n_pre : cells of the source population
        recurrent : whether source and target are one population: no autapses then
        active : array (n_pre,), activity of the sources of late, 0 or more

        Returns
        -------
        pre : array (synapses,)
        state : with the start in the new synapses
        changed : array (synapses,) of bool: the new ones; by chance a new one may have
            the source of the one that was lost
        """
        order = self._losses(state, start, seconds, rng)
        sources = self._sources(n_pre, active, rng)
        inputs = _inputs(pre, post, order)
        if recurrent:
            for target, taken in inputs.items():
                taken.add(target)
        new = np.array(pre)
        for lost in order.tolist():
            taken = inputs[int(post[lost])]
            taken.remove(int(new[lost]))
            new[lost] = next(source for source in sources if source not in taken)
            taken.add(int(new[lost]))
        changed = np.zeros(len(new), dtype=bool)
        changed[order] = True
        born = {
            name: np.where(changed, start.get(name, 0.0), values)
            for name, values in state.items()
        }
        return new, born, changed

    def _losses(
        self,
        state: State,
        start: Mapping[str, float],
        seconds: float,
        rng: np.random.Generator,
    ) -> Ids:
        """Draw the synapses that are lost, in the order in which they are."""
        names = self.weight.split("+")
        for name in names:
            if name not in state:
                raise KeyError(unknown("variable", name, list(state)))
        weight = np.sum([state[name] for name in names], axis=0)
        weak = np.flatnonzero(weight < self.theta)
        expected = seconds / float(self.lifetime)
        if sum(start.get(name, 0.0) for name in names) < self.theta:
            times = rng.poisson(expected, len(weak))
        else:
            times = (rng.random(len(weak)) < -np.expm1(-expected)).astype(int)
        return rng.permutation(np.repeat(weak, times)).astype(np.int32)

    def _sources(
        self, n_pre: int, active: Array | None, rng: np.random.Generator
    ) -> Iterator[int]:
        """Yield sources without end, in proportion to what growth prefers."""
        preferred = np.ones(n_pre)
        if active is not None:
            preferred += self.bias * np.asarray(active)
        share = preferred / preferred.sum()
        while True:
            yield from rng.choice(n_pre, AT_ONCE, p=share).tolist()


def _inputs(pre: Ids, post: Ids, some: Ids) -> dict[int, set[int]]:
    """Return the sources of each target on which ``some`` synapses end."""
    inputs: dict[int, set[int]] = {target: set() for target in post[some].tolist()}
    for source, target in zip(pre.tolist(), post.tolist(), strict=True):
        if target in inputs:
            inputs[target].add(source)
    return inputs
