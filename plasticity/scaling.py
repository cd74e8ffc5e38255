"""Synaptic scaling, multiplicative and slow (after Turrigiano et al. 1998).

The inputs of a neuron grow or shrink together, until their sum is what it was at first:

    d strength/dt = strength (1 - S/S_0)/tau
    S, S_0: sums of strength and of initial over all synapses of the target neuron

Spikes do nothing. The neuron's sum is logistic and all its synapses have one factor:

    strength <- strength/(S/S_0 + (1 - S/S_0) exp(-seconds/tau))

which keeps the ratios of strengths. Time counts in gaps only: a minute of an episode
would move a strength by a share of 1e-4 (1 - S/S_0). The strength is in units of the
projection's own weight, and a neuron's sum is over its synapses of this projection.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from ..circuits.parameters import Source
from ..circuits.projection import Array, Ids, Rule, State
from ..circuits.quantity import Quantity

KASTELLAKIS = Source("Kastellakis et al. 2016", doi="10.1016/j.celrep.2016.10.015")


def scaled(
    strength: Array, initial: Array, post: Ids, seconds: float, tau: float
) -> Array:
    """Return strengths after ``seconds`` of scaling with a time constant ``tau``.

    Parameters
    ----------
    strength, initial : arrays (synapses,)
        What the synapses are, and what the sum of each neuron's is drawn to.
    post : array (synapses,) of the neuron on which each ends
    """
    sums, targets = (np.bincount(post, x) for x in (strength, initial))
    # Cells without synapses, or with none but silent ones, have nothing to scale.
    share = np.where(sums > 0, sums, 1.0) / np.where(sums > 0, targets, 1.0)
    factor = 1 / (share + (1 - share) * np.exp(-seconds / tau))
    return np.asarray(strength * factor[post])


@dataclass(frozen=True, kw_only=True)
class SynapticScaling(Rule):
    """Strengths that the sum over their neuron scales, between episodes."""

    tau: Quantity = KASTELLAKIS("7 day", "time constant of a sum near its target")

    model: ClassVar[str] = """
    strength : 1
    initial : 1
    """
    weight: ClassVar[str] = "w_0*strength"
    start: ClassVar[Mapping[str, float]] = MappingProxyType(
        {"strength": 1.0, "initial": 1.0}
    )

    def __post_init__(self) -> None:
        """Refuse scaling without a time constant, or away from its target."""
        self.must_be("a value above 0", "tau")

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Scale the synapses of each neuron by one factor, in closed form."""
        now, first = state["strength"], state["initial"]
        return {**state, "strength": scaled(now, first, post, seconds, float(self.tau))}
