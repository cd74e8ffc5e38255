"""TD-LTP: Hebbian potentiation that is gated by a temporal difference error.

Fremaux, Sprekeler and Gerstner (2013). A spike of the target cell leaves, in each of
its synapses, as much as presynaptic spikes since its last spike still act on it; what
delta is while that lasts moves the weight, up or down:

    dw/dt = eta delta(t) sum over spikes f of the target, p_f kappa(t - t_f)
    p_f = sum over presynaptic spikes between t_(f-1) and t_f of
          exp(-s/tau_fall) - exp(-s/tau_rise),   s = t_f - t_pre
    kappa(s) = (exp(-s/tau_kappa) - exp(-s/nu_kappa))/(tau_kappa - nu_kappa)

Synapses are touched by spikes only. Between two spikes of the target the traces
``slow`` and ``fast`` of all its synapses, sums of p_f under one exponential each, only
decay, so that they share one integral a cell and exponential, which the cell keeps
since its last spike at t_f (circuits/spike_response.py):

    left_slow = exp(-(t - t_f)/tau_kappa)
    taught_slow = integral from t_f to t of
                  delta(s) exp(-(s - t_f)/tau_kappa) ds/(tau_kappa - nu_kappa)
    w(t) = w(t_f) + eta (slow taught_slow - fast taught_fast)

This is exact: whatever delta does, w is what integrating dw/dt gives, to rounding, so
far as the cell's integrals are exact; they are where delta is held from tick to tick.
A presynaptic spike reads that w(t) and writes its own trace, a postsynaptic spike
writes w(t) down. Only the bounds w_min and w_max are applied at spikes instead of all
the time. The strength is in units of the projection's own weight.

In a gap delta is 0: what the cell has integrated until then is written down, the
strength stays and all traces are gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from ..circuits.projection import Array, Ids, Rule, State
from ..circuits.quantity import Quantity, quantity
from ..circuits.sources import FREMAUX
from .traces import faded, fading

FADES = {"falling": "tau_fall", "rising": "tau_rise"}
NOW = (
    "clip(strength + eta*(slow*taught_slow_post - fast*taught_fast_post), w_min, w_max)"
)


@dataclass(frozen=True, kw_only=True)
class TDLTP(Rule):
    """Synapses of place cells, by default those onto the critic."""

    eta: Quantity = FREMAUX("34.6 us", "learning rate: strength a unit of reward")
    tau_fall: Quantity = FREMAUX("20 ms", "decay of a postsynaptic potential")
    tau_rise: Quantity = FREMAUX("5 ms", "its rise")
    w_min: float = FREMAUX(0.65, "lower bound of the strength, 0.5/0.77")
    w_max: float = FREMAUX(3.9, "upper bound of the strength, 3/0.77")

    model: ClassVar[str] = """
    strength : 1
    falling : 1
    rising : 1
    slow : 1
    fast : 1
    t_last : second
    """
    on_pre: ClassVar[str] = fading(**FADES) + "falling += 1\nrising += 1"
    on_post: ClassVar[str] = (
        f"strength = {NOW}\n"
        + fading(**FADES)
        + "slow = slow*left_slow_post + falling - rising\n"
        "fast = fast*left_fast_post + falling - rising\n"
        "falling = 0\n"
        "rising = 0"
    )
    weight: ClassVar[str] = f"w_0*{NOW}"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"strength": 1.0})
    clocks: ClassVar[tuple[str, ...]] = ("t_last",)
    needs: ClassVar[tuple[str, ...]] = (
        *("left_slow", "left_fast", "taught_slow", "taught_fast"),
    )

    def __post_init__(self) -> None:
        """Refuse potentials that do not exist, and bounds that leave no room."""
        self.must_be("a value above 0", "tau_fall", "tau_rise")
        self.must_be("0 or more", "eta", "w_min")
        self.must_be("at least 1", "w_max")
        self.must_be("a share from 0 to 1", "w_min")
        if not float(self.tau_fall) > float(self.tau_rise):
            raise ValueError(
                f"tau_fall={self.tau_fall}: more than tau_rise={self.tau_rise} is "
                "wanted."
            )

    def settled(self, state: State, cells: State, post: Ids) -> State:
        """Write down what delta has taught since the last spike of each target."""
        slow, fast = (cells[f"taught_{x}"][post] for x in ("slow", "fast"))
        moved = float(self.eta) * (state["slow"] * slow - state["fast"] * fast)
        strength = np.clip(state["strength"] + moved, self.w_min, self.w_max)
        return {**state, "strength": strength}

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let the traces of presynaptic spikes decay; the strength stays."""
        taus = {x: float(getattr(self, tau)) for x, tau in FADES.items()}
        return faded(state, seconds, taus)


SETS: dict[str, TDLTP] = {"actor": TDLTP(eta=quantity("8.66 us"))}
