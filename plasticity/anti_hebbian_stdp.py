"""Anti-Hebbian pair STDP, as in the electrosensory lobe (Bell et al. 1997).

A presynaptic spike that helps to fire the cell loses strength: what the input predicts
is cancelled. Every pair counts, and one without a lag counts as pre before post. With
x = strength/w_max:

    the pre trace decays with tau_minus, the post trace with tau_plus
    pre:  x <- clip(x + A_plus (1 - x)^mu post_trace, 0, 1)
          pre_trace += 1
    post: x <- clip(x - A_minus x^mu pre_trace, 0, 1)
          post_trace += 1

A_plus = 0 leaves depression alone. That pairs in causal order depress is published
(doi:10.1038/387278a0); the exponential windows and all values are assumed. In a gap,
without spikes, the strength stays and the traces decay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from ..circuits.parameters import ASSUMED
from ..circuits.quantity import Quantity
from .pair_stdp import PairRule, depressed, potentiated
from .traces import fading

FADES = {"pre_trace": "tau_minus", "post_trace": "tau_plus"}


@dataclass(frozen=True, kw_only=True)
class AntiHebbianSTDP(PairRule):
    """Pairs in causal order depress, in the other order they potentiate."""

    tau_plus: Quantity = ASSUMED("20 ms")
    tau_minus: Quantity = ASSUMED("20 ms")
    A_plus: float = ASSUMED(0.01)
    A_minus: float = ASSUMED(0.01)
    mu: float = ASSUMED(0.0)
    w_max: float = ASSUMED(2.0)

    fades: ClassVar[Mapping[str, str]] = MappingProxyType(FADES)
    on_pre: ClassVar[str] = (
        fading(**FADES) + potentiated("post_trace") + "pre_trace += 1"
    )
    on_post: ClassVar[str] = (
        fading(**FADES) + depressed("pre_trace") + "post_trace += 1"
    )
