"""Hebbian growth by rates, d strength/dt = mu u v.

u and v are the rates of the pre- and the postsynaptic cell, read from their spikes by
exponential filters: a spike adds 1/tau_u or 1/tau_v, which then decays. Between two
events their product is one exponential, so that nothing is stepped:

    strength <- min(strength + mu u v tau (1 - exp(-elapsed/tau)), w_max)
    1/tau = 1/tau_u + 1/tau_v

There is no depression: the strength grows to its bound wherever both cells fire. It is
in units of the projection's own weight. In a gap, without spikes, it takes the rest of
this growth while the rates fall.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from ..circuits.parameters import ASSUMED, symbol
from ..circuits.projection import Array, Ids, Rule, State
from ..circuits.quantity import Quantity
from .traces import faded, fading

FALL = fading(pre_rate="tau_u", post_rate="tau_v")

GROW = (
    "decay = (t - t_last)*(1/tau_u + 1/tau_v)\n"
    "growth = -mu*pre_rate*post_rate*expm1(-decay)/(1/tau_u + 1/tau_v)\n"
    "strength = clip(strength + growth, 0, w_max)\n"
)


@dataclass(frozen=True, kw_only=True)
class RateRule(Rule):
    """Filtered rates, and a strength that moves while they fall."""

    mu: Quantity = symbol("growth of the strength at unit rates")
    tau_u: Quantity = symbol("filter of the presynaptic rate")
    tau_v: Quantity = symbol("filter of the postsynaptic rate")
    w_max: float = symbol("upper bound of the weight")

    model: ClassVar[str] = """
    strength : 1
    pre_rate : hertz
    post_rate : hertz
    t_last : second
    """
    weight: ClassVar[str] = "w_0*strength"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"strength": 1.0})
    clocks: ClassVar[tuple[str, ...]] = ("t_last",)

    def __post_init__(self) -> None:
        """Refuse filters without memory, shrinking, and a bound below the start."""
        self.must_be("a value above 0", "tau_u", "tau_v")
        self.must_be("0 or more", "mu")
        self.must_be("at least 1", "w_max")

    @property
    def tau(self) -> float:
        """Seconds in which the product of the rates falls to 1/e."""
        return 1 / (1 / float(self.tau_u) + 1 / float(self.tau_v))

    @abstractmethod
    def moved(self, strength: Array, u: Array, v: Array, elapsed: Array) -> Array:
        """Return the strength after ``elapsed`` seconds without a spike.

        Parameters
        ----------
        u, v : arrays (synapses,) of the rates at their beginning, in hertz
        """

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let the rates fall, and the strength move meanwhile."""
        taus = {"pre_rate": float(self.tau_u), "post_rate": float(self.tau_v)}
        rates = state["pre_rate"], state["post_rate"]
        elapsed = seconds - state["t_last"]
        strength = self.moved(state["strength"], *rates, elapsed)
        return {**faded(state, seconds, taus), "strength": strength}


@dataclass(frozen=True, kw_only=True)
class Hebb(RateRule):
    """Growth in proportion to both rates, up to a bound."""

    mu: Quantity = ASSUMED("1e-4 s")
    tau_u: Quantity = ASSUMED("1 s")
    tau_v: Quantity = ASSUMED("1 s")
    w_max: float = ASSUMED(10.0)

    on_pre: ClassVar[str] = GROW + FALL + "pre_rate += 1/tau_u"
    on_post: ClassVar[str] = GROW + FALL + "post_rate += 1/tau_v"

    def moved(self, strength: Array, u: Array, v: Array, elapsed: Array) -> Array:
        """Return what the closed form gives, up to the bound."""
        growth = -float(self.mu) * u * v * self.tau * np.expm1(-elapsed / self.tau)
        return np.asarray(np.minimum(strength + growth, self.w_max))
