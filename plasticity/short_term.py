"""Short-term plasticity of release (Tsodyks, Pawelzik and Markram 1998).

A spike raises u, the share of the transmitter x that it releases; u decays with tau_F,
and what was released is restored with tau_D:

    between spikes:  du/dt = -u/tau_F,   dx/dt = (1 - x)/tau_D
    at a spike:      u <- u + U (1 - u),   released = u x,   x <- x - released

The weight is w_0 released/U, so that w_0 is the conductance of an isolated spike.

u alone can at most double a pair, and it forgets between the pulses of a train at 1 Hz,
where mossy fibres grow several-fold; the values of Hippocampome.org facilitate them for
a pair and depress them in a long train. `SlowFacilitation` lets use raise U too:

    between spikes:  dslow/dt = -slow/tau_slow
    at a spike:      u <- u + (U + (U_max - U) slow) (1 - u),   released as above,
                     slow <- slow + rise (1 - slow)

This second variable is a choice of this project. Salin et al. measured growth up to
6-fold (1.25-fold between CA3 cells) and at which rates it begins; the way there is
assumed. In long regular trains the amplitude, over that at 0.1 Hz, is (fitted and
printed by docs/fit_mossy_fibre.py):

    hertz                        0.5     1     2     5    10    20
    mossy-fibre                 2.42  3.41  4.38  5.53  6.29  5.86
    associational-commissural   1.08  1.13  1.16  1.23  1.32  1.22

In a gap, without spikes, u and slow decay and x is restored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from ..circuits.parameters import Source
from ..circuits.projection import Array, Ids, Rule, State
from ..circuits.quantity import Quantity, quantity
from ..circuits.sources import HIPPOCAMPOME
from .traces import faded, fading

FITTED = Source("fitted to Salin et al. 1996", doi="10.1073/pnas.93.23.13304")

RESTORED = "x = 1 - (1 - x)*exp(-(t - t_last)/tau_D)\n"
RELEASE = "released = u*x\nx -= released"


@dataclass(frozen=True, kw_only=True)
class TsodyksMarkram(Rule):
    """Facilitation and depletion; by default between pyramidal cells of CA3."""

    U: float = HIPPOCAMPOME(0.172, "share that the first spike releases")
    tau_F: Quantity = HIPPOCAMPOME("27.5 ms", "decay of the facilitation")
    tau_D: Quantity = HIPPOCAMPOME("278 ms", "restoration of the transmitter")

    model: ClassVar[str] = """
    u : 1
    x : 1
    released : 1
    t_last : second
    """
    on_pre: ClassVar[str] = RESTORED + fading(u="tau_F") + "u += U*(1 - u)\n" + RELEASE
    weight: ClassVar[str] = "w_0*released/U"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"x": 1.0})
    clocks: ClassVar[tuple[str, ...]] = ("t_last",)
    fades: ClassVar[Mapping[str, str]] = MappingProxyType({"u": "tau_F"})

    def __post_init__(self) -> None:
        """Refuse a synapse that never releases, or releases more than it has."""
        self.must_be("a value above 0", "U", "tau_F", "tau_D")
        self.must_be("a share from 0 to 1", "U")

    def relative(self, state: State) -> Array:
        """Return 1: what an isolated spike opens does not change."""
        return np.ones_like(state["u"])

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let the facilitation decay and the transmitter be restored."""
        elapsed = seconds - state["t_last"]
        x = 1 - (1 - state["x"]) * np.exp(-elapsed / float(self.tau_D))
        taus = {name: float(getattr(self, tau)) for name, tau in self.fades.items()}
        return {**faded(state, seconds, taus), "x": x}


@dataclass(frozen=True, kw_only=True)
class SlowFacilitation(TsodyksMarkram):
    """Release that use raises for seconds; by default that of mossy fibres."""

    U: float = FITTED(0.0102)
    tau_F: Quantity = FITTED("94 ms")
    U_max: float = FITTED(0.12, "share that a first spike releases after long use")
    rise: float = FITTED(0.0267, "share of the way to U_max that one spike goes")
    tau_slow: Quantity = FITTED("35 s", "decay of the slow facilitation")

    model: ClassVar[str] = TsodyksMarkram.model + "slow : 1"
    on_pre: ClassVar[str] = (
        RESTORED
        + fading(u="tau_F", slow="tau_slow")
        + "u += (U + (U_max - U)*slow)*(1 - u)\n"
        + RELEASE
        + "\nslow += rise*(1 - slow)"
    )
    fades: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"u": "tau_F", "slow": "tau_slow"}
    )

    def __post_init__(self) -> None:
        """Refuse a slow facilitation that depresses, or that does not decay."""
        super().__post_init__()
        self.must_be("a value above 0", "tau_slow")
        self.must_be("a share from 0 to 1", "U_max", "rise")
        if self.U_max < self.U:
            raise ValueError(
                f"U_max={self.U_max} must not be below U={self.U}: use facilitates."
            )


def _row(U: float, tau_F: str, tau_D: str) -> TsodyksMarkram:
    return TsodyksMarkram(U=U, tau_F=quantity(tau_F), tau_D=quantity(tau_D))


# Those that end in -ca3-network are of the same group's earlier network of CA3 alone.
SETS: dict[str, TsodyksMarkram] = {
    "mossy-fibre": SlowFacilitation(),
    "associational-commissural": SlowFacilitation(
        U=0.0854,
        tau_F=quantity("94 ms"),
        U_max=0.108,
        rise=0.337,
        tau_slow=quantity("3.7 s"),
    ),
    "mossy-fibre-to-ca3-pyramidal": _row(0.155, "78.6 ms", "278 ms"),
    "mossy-fibre-to-ca3-axo-axonic": _row(0.164, "51.8 ms", "470 ms"),
    "mossy-fibre-to-ca3-basket": _row(0.176, "43.3 ms", "519 ms"),
    "mossy-fibre-to-ca3-mfa": _row(0.196, "79.2 ms", "319 ms"),
    "mossy-fibre-to-ca3-pyramidal-ca3-network": _row(0.157, "42.0 ms", "347 ms"),
    "mossy-fibre-to-ca3-axo-axonic-ca3-network": _row(0.17, "36.8 ms", "702 ms"),
    "mossy-fibre-to-ca3-basket-ca3-network": _row(0.19, "30.3 ms", "745 ms"),
    "mossy-fibre-to-ca3-mfa-ca3-network": _row(0.194, "48.6 ms", "454 ms"),
    "ec-layer2-to-granule": _row(0.27, "18.7 ms", "266 ms"),
    "granule-to-mossy-cell": _row(0.151, "73.5 ms", "429 ms"),
    "granule-to-dg-basket": _row(0.197, "62.3 ms", "151 ms"),
    "granule-to-hipp": _row(0.15, "49.0 ms", "463 ms"),
    "mossy-cell-to-granule": _row(0.305, "20.2 ms", "166 ms"),
    "mossy-cell-to-dg-basket": _row(0.255, "69.3 ms", "117 ms"),
    "dg-basket-to-granule": _row(0.332, "6.3 ms", "434 ms"),
    "hipp-to-granule": _row(0.278, "8.4 ms", "559 ms"),
    "ca3-to-ca3": TsodyksMarkram(),
    "ca3-to-ca1": _row(0.202, "18.0 ms", "724 ms"),
    "ec-layer3-to-ca1": _row(0.237, "21.8 ms", "627 ms"),
    "ca1-to-ca1-basket": _row(0.2, "76.9 ms", "327 ms"),
    "ca1-to-ca1-olm": _row(0.09, "107 ms", "202 ms"),
    "ca1-basket-to-ca1": _row(0.283, "11.6 ms", "637 ms"),
    "ca1-olm-to-ca1": _row(0.233, "12.3 ms", "783 ms"),
    "ca1-bistratified-to-ca1": _row(0.28, "9.2 ms", "1164 ms"),
    "ca1-axo-axonic-to-ca1": _row(0.303, "8.9 ms", "701 ms"),
    "ca1-cck-basket-to-ca1": _row(0.231, "55.8 ms", "659 ms"),
    "ca1-ivy-to-ca1": _row(0.263, "11.0 ms", "995 ms"),
    "ca1-neurogliaform-to-ca1": _row(0.246, "12.6 ms", "757 ms"),
}
