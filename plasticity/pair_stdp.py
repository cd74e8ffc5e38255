"""Pair STDP (Song et al. 2000), additive to multiplicative (Guetig et al. 2003).

A postsynaptic spike after a presynaptic one potentiates, before it depresses. Every
pair counts, and one without a lag counts as pre before post. With x = strength/w_max:

    the pre trace decays with tau_plus, the post trace with tau_minus
    pre:  x <- clip(x - A_minus x^mu post_trace, 0, 1)
          pre_trace += 1
    post: x <- clip(x + A_plus (1 - x)^mu pre_trace, 0, 1)
          post_trace += 1

mu = 0 is the additive rule, mu = 1 the multiplicative one. The strength is in units of
the projection's own weight. In a gap, without spikes, it stays and the traces decay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from ..circuits.parameters import ASSUMED, Source, symbol
from ..circuits.projection import Array, Ids, Rule, State
from ..circuits.quantity import Quantity
from .traces import faded, fading

SONG = Source("Song et al. 2000, as in Brian2's example", doi="10.1038/78829")
BI_POO = Source("Bi and Poo 2001", doi="10.1146/annurev.neuro.24.1.139")
QUOTED = Source("Bi and Poo 2001, as quoted in published code", doi=BI_POO.doi)

FADES = {"pre_trace": "tau_plus", "post_trace": "tau_minus"}


def potentiated(trace: str) -> str:
    """Return code that strengthens the synapse by a trace."""
    step = f"A_plus*w_max*(1 - strength/w_max)**mu*{trace}"
    return f"strength = clip(strength + {step}, 0, w_max)\n"


def depressed(trace: str) -> str:
    """Return code that weakens the synapse by a trace."""
    step = f"A_minus*w_max*(strength/w_max)**mu*{trace}"
    return f"strength = clip(strength - {step}, 0, w_max)\n"


@dataclass(frozen=True, kw_only=True)
class PairRule(Rule):
    """Two exponential windows; a kind says which order of spikes does what.

    ``fades`` names the time constant of each trace.
    """

    tau_plus: Quantity = symbol("width of the window that potentiates")
    tau_minus: Quantity = symbol("width of the window that depresses")
    A_plus: float = symbol("potentiation by a pair without lag, as a share of w_max")
    A_minus: float = symbol("depression by a pair without lag, as a share of w_max")
    mu: float = symbol("weight dependence: 0 additive, 1 multiplicative")
    w_max: float = symbol("upper bound of the weight")

    model: ClassVar[str] = """
    strength : 1
    pre_trace : 1
    post_trace : 1
    t_last : second
    """
    weight: ClassVar[str] = "w_0*strength"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"strength": 1.0})
    clocks: ClassVar[tuple[str, ...]] = ("t_last",)
    fades: ClassVar[Mapping[str, str]]

    def __post_init__(self) -> None:
        """Refuse traces that cannot decay, steps back, and a bound below the start."""
        self.must_be("a value above 0", "tau_plus", "tau_minus")
        self.must_be("0 or more", "A_plus", "A_minus")
        self.must_be("a share from 0 to 1", "mu")
        self.must_be("at least 1", "w_max")

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let the traces decay; the strength stays."""
        taus = {x: float(getattr(self, tau)) for x, tau in self.fades.items()}
        return faded(state, seconds, taus)


@dataclass(frozen=True, kw_only=True)
class PairSTDP(PairRule):
    """Pairs in causal order potentiate, in the other order they depress."""

    tau_plus: Quantity = SONG("20 ms")
    tau_minus: Quantity = SONG("20 ms")
    A_plus: float = SONG(0.01)
    A_minus: float = SONG(0.0105)
    mu: float = SONG(0.0)
    w_max: float = ASSUMED(2.0)

    fades: ClassVar[Mapping[str, str]] = MappingProxyType(FADES)
    on_pre: ClassVar[str] = fading(**FADES) + depressed("post_trace") + "pre_trace += 1"
    on_post: ClassVar[str] = (
        fading(**FADES) + potentiated("pre_trace") + "post_trace += 1"
    )


@dataclass(frozen=True, kw_only=True)
class Culture(PairSTDP):
    """Hippocampal neurons in culture: the window that Bi and Poo fitted in 2001.

    Sixty pairs changed the synapse by +0.777 and -0.273 of its strength, extrapolated
    to no lag; one pair is taken to do a sixtieth of that. As shares of w_max these
    steps are halved, so that they stand for a synapse that starts at 1.
    """

    tau_plus: Quantity = BI_POO("16.8 ms")
    tau_minus: Quantity = BI_POO("33.7 ms")
    A_plus: float = QUOTED(0.777 / 60 / 2)
    A_minus: float = QUOTED(0.273 / 60 / 2)
    mu: float = ASSUMED(0.0)


SETS: dict[str, PairSTDP] = {
    "Song et al. 2000": PairSTDP(),
    "Bi and Poo 2001": Culture(),
}
