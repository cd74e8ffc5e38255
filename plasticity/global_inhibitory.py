"""Inhibitory plasticity gated by a rate (Zenke et al. 2015, Tome et al. 2022, 2024).

Inhibition grows while the target fires above alpha and shrinks while it fires less;
spikes that fall together only make the steps larger:

    dH/dt = -H/tau_H,  H += 1/tau_H at a spike of the target
    excess = H/alpha - 1
    pre:  w <- clip(w + eta excess (post_trace + 1), 0, w_max)
          pre_trace += 1
    post: w <- clip(w + eta excess pre_trace, 0, w_max)
          post_trace += 1
    the traces decay with tau

In the papers H sums the spikes of all N cells of the population, and the factor is
eta (H - alpha N)/(alpha N). A synapse sees its own target only, so here N times the
rate of that cell stands for the sum: the same where all cells fire alike; elsewhere
each cell, and not their mean, is held at alpha. With its own spikes in H, a cell that
fires as a Poisson process is held where

    2 tau nu^2 + nu (1 + tau/(tau_H + tau) - 2 alpha tau) - alpha = 0,

a share of tau/tau_H below alpha (0.2 %). Weights w are the published ones; the strength
is w/w_start, in units of the projection's own weight. In a gap, without spikes, the
weight stays and H falls, so that inhibition weakens for some tau_H after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from ..circuits.parameters import Source
from ..circuits.projection import Array, Ids, Rule, State
from ..circuits.quantity import Quantity
from .traces import faded, fading

TOME = Source("Tome et al. 2024, published code", doi="10.1038/s41593-023-01551-w")

ADVANCE = "excess = (1 + excess)*exp(-(t - t_last)/tau_H) - 1\n" + fading(
    pre_trace="tau", post_trace="tau"
)


def stepped(trace: str) -> str:
    """Return code that moves the strength by the excess times ``trace``."""
    step = f"eta/w_start*excess*{trace}"
    return f"strength = clip(strength + {step}, 0, w_max/w_start)\n"


@dataclass(frozen=True, kw_only=True)
class GlobalInhibitory(Rule):
    """Inhibitory synapses that hold the rate of their target near alpha."""

    alpha: Quantity = TOME("4 Hz", "target rate")
    tau_H: Quantity = TOME("10 s", "time over which the rate is measured")
    tau: Quantity = TOME("20 ms", "decay of the traces")
    eta: float = TOME(2e-5, "step of the weight, a 50th of the excitatory one")
    w_start: float = TOME(0.2, "published weight at a strength of 1")
    w_max: float = TOME(5.0, "upper bound of the weight")

    model: ClassVar[str] = """
    strength : 1
    pre_trace : 1
    post_trace : 1
    excess : 1
    t_last : second
    """
    on_pre: ClassVar[str] = ADVANCE + stepped("(post_trace + 1)") + "pre_trace += 1"
    on_post: ClassVar[str] = (
        ADVANCE
        + stepped("pre_trace")
        + "post_trace += 1\nexcess = excess + 1/(alpha*tau_H)"
    )
    weight: ClassVar[str] = "w_0*strength"
    # As published, H starts at its target: an excess of 0.
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"strength": 1.0})
    clocks: ClassVar[tuple[str, ...]] = ("t_last",)

    def __post_init__(self) -> None:
        """Refuse traces that cannot decay, no target, and a bound below the start."""
        self.must_be("a value above 0", "alpha", "tau_H", "tau", "w_start")
        self.must_be("0 or more", "eta")
        if not self.w_max >= self.w_start:
            raise ValueError(
                f"w_max={self.w_max}: at least w_start={self.w_start} is wanted."
            )

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let the traces and the rate fall; the strength stays."""
        tau = float(self.tau)
        fallen = np.exp(-(seconds - state["t_last"]) / float(self.tau_H))
        after = faded(state, seconds, {"pre_trace": tau, "post_trace": tau})
        return {**after, "excess": (1 + state["excess"]) * fallen - 1}


SETS: dict[str, GlobalInhibitory] = {
    "Tome et al. 2024, hippocampus": GlobalInhibitory(),
    "Tome et al. 2022, hippocampus": GlobalInhibitory(eta=3e-5),
}
