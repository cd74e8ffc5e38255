"""Inhibitory plasticity that holds a target rate (Vogels et al. 2011).

Spikes that fall together, in either order, strengthen the synapse; every presynaptic
spike alone weakens it. The fixed point is a postsynaptic rate of rho_0:

    the traces decay with tau;    alpha = 2 rho_0 tau
    pre:  strength <- clip(strength + eta (post_trace - alpha), 0, w_max)
          pre_trace += 1
    post: strength <- clip(strength + eta pre_trace, 0, w_max)
          post_trace += 1

The strength is in units of the projection's own weight. In a gap, without spikes,
nothing moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from ..circuits.parameters import ASSUMED, Source
from ..circuits.projection import Array, Ids, Rule, State
from ..circuits.quantity import Quantity
from .traces import faded, fading

VOGELS = Source("Vogels et al. 2011", doi="10.1126/science.1211095")

FADE = fading(pre_trace="tau", post_trace="tau")


@dataclass(frozen=True, kw_only=True)
class InhibitorySTDP(Rule):
    """Symmetric pair rule of inhibitory synapses onto principal cells."""

    tau: Quantity = VOGELS("20 ms", "width of the window")
    rho_0: Quantity = VOGELS("3 Hz", "target rate")
    eta: float = ASSUMED(2e-4, "step; slow, so that it balances but does not erase")
    w_max: float = ASSUMED(10.0, "upper bound of the weight")

    model: ClassVar[str] = """
    strength : 1
    pre_trace : 1
    post_trace : 1
    t_last : second
    """
    on_pre: ClassVar[str] = FADE + (
        "strength = clip(strength + eta*(post_trace - 2*rho_0*tau), 0, w_max)\n"
        "pre_trace += 1"
    )
    on_post: ClassVar[str] = FADE + (
        "strength = clip(strength + eta*pre_trace, 0, w_max)\npost_trace += 1"
    )
    weight: ClassVar[str] = "w_0*strength"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"strength": 1.0})
    clocks: ClassVar[tuple[str, ...]] = ("t_last",)

    def __post_init__(self) -> None:
        """Refuse traces that cannot decay, bounds that meet, and a step back."""
        self.must_be("a value above 0", "tau", "w_max")
        self.must_be("0 or more", "rho_0", "eta")

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let the traces decay; the strength stays."""
        tau = float(self.tau)
        return faded(state, seconds, {"pre_trace": tau, "post_trace": tau})
