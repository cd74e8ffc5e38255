"""Triplet STDP (Pfister and Gerstner 2006).

A pair does more, the more recently its cell has fired before: LTP by a triplet of post,
pre and post grows with the rate, as in slices. Traces r of the presynaptic and o of the
postsynaptic spikes decay with tau_plus, tau_x and tau_minus, tau_y:

    pre:  strength <- clip(strength - o1 (A2_minus + A3_minus r2), 0, w_max)
          then r1 <- 1 + (1 - nearest) r1,  r2 <- 1 + (1 - nearest) r2
    post: strength <- clip(strength + r1 (A2_plus + A3_plus o2), 0, w_max)
          then o1 <- 1 + (1 - nearest) o1,  o2 <- 1 + (1 - nearest) o2

nearest = 0 lets all spikes interact; nearest = 1 lets only the last one of each cell do
so. Minimal fits keep what the data need: A3_minus = 0, and tau_x does nothing then (it
is that of the full fit here). Steps are in units of the projection's own weight, the
strength before plasticity. In a gap, without spikes, the strength stays and the traces
decay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from ..circuits.parameters import ASSUMED, Source
from ..circuits.projection import Array, Ids, Rule, State
from ..circuits.quantity import Quantity, quantity
from .traces import faded, fading

PFISTER = Source("Pfister and Gerstner 2006", doi="10.1523/JNEUROSCI.1425-06.2006")

FADES = {"r1": "tau_plus", "r2": "tau_x", "o1": "tau_minus", "o2": "tau_y"}


@dataclass(frozen=True, kw_only=True)
class TripletSTDP(Rule):
    """Pairs and triplets; by default the minimal fit to hippocampal cultures."""

    tau_plus: Quantity = PFISTER("16.8 ms", "decay of r1")
    tau_minus: Quantity = PFISTER("33.7 ms", "decay of o1")
    tau_x: Quantity = PFISTER("946 ms", "decay of r2")
    tau_y: Quantity = PFISTER("40 ms", "decay of o2")
    A2_plus: float = PFISTER(5.3e-3, "potentiation by a pair")
    A3_plus: float = PFISTER(8.0e-3, "potentiation by post, pre and post")
    A2_minus: float = PFISTER(3.5e-3, "depression by a pair")
    A3_minus: float = PFISTER(0.0, "depression by pre, post and pre")
    nearest: float = PFISTER(0.0, "share of a trace that the next spike replaces")
    w_max: float = ASSUMED(10.0, "upper bound of the weight")

    model: ClassVar[str] = """
    strength : 1
    r1 : 1
    r2 : 1
    o1 : 1
    o2 : 1
    t_last : second
    """
    on_pre: ClassVar[str] = fading(**FADES) + (
        "strength = clip(strength - o1*(A2_minus + A3_minus*r2), 0, w_max)\n"
        "r1 = 1 + (1 - nearest)*r1\n"
        "r2 = 1 + (1 - nearest)*r2"
    )
    on_post: ClassVar[str] = fading(**FADES) + (
        "strength = clip(strength + r1*(A2_plus + A3_plus*o2), 0, w_max)\n"
        "o1 = 1 + (1 - nearest)*o1\n"
        "o2 = 1 + (1 - nearest)*o2"
    )
    weight: ClassVar[str] = "w_0*strength"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"strength": 1.0})
    clocks: ClassVar[tuple[str, ...]] = ("t_last",)

    def __post_init__(self) -> None:
        """Refuse traces that cannot decay, steps back, and a bound below the start."""
        self.must_be("a value above 0", "tau_plus", "tau_minus", "tau_x", "tau_y")
        self.must_be("0 or more", "A2_plus", "A3_plus", "A2_minus", "A3_minus")
        self.must_be("a share from 0 to 1", "nearest")
        self.must_be("at least 1", "w_max")

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let the traces decay; the strength stays."""
        taus = {x: float(getattr(self, tau)) for x, tau in FADES.items()}
        return faded(state, seconds, taus)


@dataclass(frozen=True, kw_only=True)
class VisualNearest(TripletSTDP):
    """Nearest spikes, all terms, visual cortex; its steps await a check."""

    tau_x: Quantity = PFISTER("714 ms")
    tau_y: Quantity = PFISTER("40 ms")
    A2_plus: float = ASSUMED(8.8e-11)
    A3_plus: float = ASSUMED(5.3e-2)
    A2_minus: float = ASSUMED(6.6e-3)
    A3_minus: float = ASSUMED(3.1e-3)
    nearest: float = PFISTER(1.0)


SETS: dict[str, TripletSTDP] = {
    "visual cortex, all-to-all, full": TripletSTDP(
        A2_plus=5e-10,
        A3_plus=6.2e-3,
        A2_minus=7e-3,
        A3_minus=2.3e-4,
        tau_x=quantity("101 ms"),
        tau_y=quantity("125 ms"),
    ),
    "visual cortex, all-to-all, minimal": TripletSTDP(
        A2_plus=0.0,
        A3_plus=6.5e-3,
        A2_minus=7.1e-3,
        tau_x=quantity("101 ms"),
        tau_y=quantity("114 ms"),
    ),
    "visual cortex, nearest, full": VisualNearest(),
    "hippocampal culture, all-to-all, full": TripletSTDP(
        A2_plus=6.1e-3,
        A3_plus=6.7e-3,
        A2_minus=1.6e-3,
        A3_minus=1.4e-3,
        tau_x=quantity("946 ms"),
        tau_y=quantity("27 ms"),
    ),
    "hippocampal culture, all-to-all, minimal": TripletSTDP(),
    "hippocampal culture, nearest, full": TripletSTDP(
        A2_plus=4.6e-3,
        A3_plus=9.1e-3,
        A2_minus=3e-3,
        A3_minus=7.5e-9,
        tau_x=quantity("575 ms"),
        tau_y=quantity("47 ms"),
        nearest=1.0,
    ),
}
