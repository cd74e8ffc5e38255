"""SPaSS, Hebbian growth with synaptic scaling (Tetzlaff et al. 2011).

    d omega/dt = mu u v + gamma (v_T - v) omega^2,    0 <= omega <= w_max

omega is the strength, in units of the projection's own weight; u and v are filtered
rates, as in `hebb`. Where v stays above v_T, omega has a fixed point,
sqrt(mu u v/(gamma (v - v_T))). All values are assumed; doi:10.3389/fncom.2011.00047.

Between two events u and v fall exponentially. Each term alone has a closed form then,
both together have none of elementary functions. So half of that time's growth comes
first, then all of the scaling, then the other half of the time (Strang splitting):

    growth:   omega <- omega + H,              H the integral of mu u v
    scaling:  omega <- omega/(1 - omega G),    G the integral of gamma (v_T - v)

That shifts growth in time within the interval, and a shift changes what a part of it
becomes by a factor of exp(m) at most. The error is therefore below

    H (exp(m) - 1),    m = 2 omega (integral of gamma |v_T - v|)

with the largest omega on the way: with the default values, rates up to 100 Hz and
spikes 10 ms apart, a share below 1e-4 of H even at w_max. It falls with the square of
the interval.

In a gap the same is done in 32 pieces while u v lasts, and once for all that follows:
after hours the strength is right to a share of 1e-7, with the default values and rates
up to 100 Hz. A silent synapse grows as omega/(1 - omega gamma v_T t), from 1 to 2 in 46
h by default, and reaches w_max after a finite time. Gaps much longer than that leave
nothing of what was learnt.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..circuits.parameters import ASSUMED
from ..circuits.projection import Array
from ..circuits.quantity import Quantity
from .hebb import FALL, RateRule

PIECES = 32
LASTS = 8  # time constants of u v, after which a share of 3e-4 is left

ADVANCE = (
    "half = (t - t_last)*(1/tau_u + 1/tau_v)/2\n"
    "growth = -mu*pre_rate*post_rate*expm1(-half)/(1/tau_u + 1/tau_v)\n"
    "fallen = expm1(-(t - t_last)/tau_v)\n"
    "scaling = gamma*(v_T*(t - t_last) + post_rate*tau_v*fallen)\n"
    "strength = clip(strength + growth, 0, w_max)\n"
    # A lower quotient would take the strength over its bound; none is above the last.
    "most = 1 + strength*abs(scaling)\n"
    "strength = strength/clip(1 - strength*scaling, strength/w_max, most)\n"
    "strength = clip(strength + growth*exp(-half), 0, w_max)\n"
)


@dataclass(frozen=True, kw_only=True)
class SPaSS(RateRule):
    """Growth by both rates; scaling towards a postsynaptic rate of v_T."""

    mu: Quantity = ASSUMED("3e-6 s")
    gamma: float = ASSUMED(3e-6, "rate of scaling for each hertz off the target")
    v_T: Quantity = ASSUMED("1 Hz", "target rate of the postsynaptic cell")
    tau_u: Quantity = ASSUMED("1 s")
    tau_v: Quantity = ASSUMED("1 s")
    w_max: float = ASSUMED(10.0)

    on_pre: ClassVar[str] = ADVANCE + FALL + "pre_rate += 1/tau_u"
    on_post: ClassVar[str] = ADVANCE + FALL + "post_rate += 1/tau_v"

    def __post_init__(self) -> None:
        """Refuse scaling that drives away from its target."""
        super().__post_init__()
        self.must_be("0 or more", "gamma", "v_T")

    def moved(self, strength: Array, u: Array, v: Array, elapsed: Array) -> Array:
        """Return what the splitting gives, in pieces while both rates last."""
        piece = np.minimum(elapsed, LASTS * self.tau) / PIECES
        falls = np.exp(-piece / float(self.tau_u)), np.exp(-piece / float(self.tau_v))
        for _ in range(PIECES):
            strength = self._split(strength, u, v, piece)
            u, v = u * falls[0], v * falls[1]
        return self._split(strength, u, v, np.maximum(elapsed - PIECES * piece, 0.0))

    def _split(self, omega: Array, u: Array, v: Array, elapsed: Array) -> Array:
        tau_v, half = float(self.tau_v), elapsed / self.tau / 2
        growth = -float(self.mu) * u * v * self.tau * np.expm1(-half)
        fallen = np.expm1(-elapsed / tau_v)
        scaling = self.gamma * (float(self.v_T) * elapsed + v * tau_v * fallen)
        omega = np.minimum(omega + growth, self.w_max)
        omega = omega / np.maximum(1 - omega * scaling, omega / self.w_max)
        return np.asarray(np.minimum(omega + growth * np.exp(-half), self.w_max))
