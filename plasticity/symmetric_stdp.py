"""Symmetric STDP of CA3 recurrent synapses (Mishra et al. 2016).

Spikes that fall together potentiate, whichever comes first; nothing depresses. Every
spike is paired with the last one of the other cell. With lag = t_post - t_pre:

    strength <- clip(strength + A w_max exp(-(lag - centre)^2 / (2 width^2)), 0, w_max)

The window is the fit of the experimenters, 147 ms wide at half of its height. Measured
is what 300 lone pairs do; that only neighbours pair, and that the bound is hard, is
chosen. (Ecker et al. 2022 give every pair an exponential window of 62.5 ms, 87 ms wide
at half of its height.) The strength is in units of the projection's own weight. In a
gap, without spikes, nothing moves: the spikes before it only recede.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from ..circuits.parameters import ASSUMED, Source
from ..circuits.projection import Array, Ids, Rule, State
from ..circuits.quantity import Quantity

ECKER = Source("Ecker et al. 2022", doi="10.7554/eLife.71850")
MISHRA = Source(
    "Mishra et al. 2016, fit given with the code of Ecker et al. 2022",
    doi="10.1038/ncomms11552",
)


@dataclass(frozen=True, kw_only=True)
class SymmetricSTDP(Rule):
    """Pair rule that is blind to the order of the spikes, or nearly so."""

    width: Quantity = MISHRA("62.243 ms", "standard deviation of the window")
    centre: Quantity = MISHRA("3.0503 ms", "lag of post after pre that does most")
    A: float = ECKER(4e-3, "potentiation by a pair at the centre, as a share of w_max")
    w_max: float = ECKER(200.0, "upper bound of the weight, 20 nS / 0.1 nS")

    model: ClassVar[str] = """
    strength : 1
    arrived : second
    fired : second
    has_arrived : 1
    has_fired : 1
    """
    on_pre: ClassVar[str] = (
        "window = exp(-((fired - t - centre)/width)**2/2)\n"
        "strength = clip(strength + A*w_max*has_fired*window, 0, w_max)\n"
        "arrived = t\n"
        "has_arrived = 1"
    )
    on_post: ClassVar[str] = (
        "window = exp(-((t - arrived - centre)/width)**2/2)\n"
        "strength = clip(strength + A*w_max*has_arrived*window, 0, w_max)\n"
        "fired = t\n"
        "has_fired = 1"
    )
    weight: ClassVar[str] = "w_0*strength"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"strength": 1.0})
    clocks: ClassVar[tuple[str, ...]] = ("arrived", "fired")

    def __post_init__(self) -> None:
        """Refuse a window without width, a step back, and a bound below the start."""
        self.must_be("a value above 0", "width")
        self.must_be("0 or more", "A")
        self.must_be("at least 1", "w_max")

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let the last spikes recede; the strength stays."""
        return {**state, **{clock: state[clock] - seconds for clock in self.clocks}}


@dataclass(frozen=True, kw_only=True)
class Slice(SymmetricSTDP):
    """As measured: 300 pairs at the centre add 0.546236 to a strength of 1.

    As a share of w_max a pair's step is half of its part in that.
    """

    A: float = MISHRA(0.546236 / 300 / 2)
    w_max: float = ASSUMED(2.0)


SETS: dict[str, SymmetricSTDP] = {
    "Ecker et al. 2022": SymmetricSTDP(),
    "Mishra et al. 2016": Slice(),
}
