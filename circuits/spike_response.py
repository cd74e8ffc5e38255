"""Cells that fire by chance: place fields, and spike response cells that learn.

    place ──▶ EPSP ──▶ v ──▶ rate ──▶ spike: v and its inputs begin anew
                                 delta ──▶ taught, what a spike may teach its synapses

A spike response cell (SRM0) forgets all input at its own spike and starts from chi:

    v = chi exp(-(t - t_last)/tau_m) + sum over inputs since t_last of
        weight (exp(-s/tau_m) - exp(-s/tau_s))
    rate = rho_0 exp((v - theta)/Delta_u)

In a step it fires with the probability 1 - exp(-rate dt), of the rate at its end.
For `TDLTP` it integrates, since its last spike, the temporal difference error delta
under both exponentials of kappa(s) = (exp(-s/tau_kappa) - exp(-s/nu_kappa)) /
(tau_kappa - nu_kappa). Steps are exact for a delta that is held from tick to tick.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from .cells import Cell
from .drives import Drive
from .function import Function
from .noise import CHANCE
from .quantity import Quantity
from .sources import FREMAUX

FIRES = "chance(noise_key, timestep(t, dt)) < -expm1(-rate*dt)"
CALLED: Mapping[str, Function] = MappingProxyType({"chance": CHANCE})


@dataclass(frozen=True, kw_only=True)
class Poisson(Cell):
    """A cell that fires at the rate that a drive gives."""

    membrane: ClassVar[str] = ""
    threshold: ClassVar[str] = FIRES
    rest: ClassVar[str] = ""
    functions: ClassVar[Mapping[str, Function]] = CALLED


@dataclass(frozen=True, kw_only=True)
class SpikeResponse(Cell):
    """A spike response cell with escape noise; v counts from rest."""

    tau_m: Quantity = FREMAUX("20 ms", "membrane time constant")
    tau_s: Quantity = FREMAUX("5 ms", "rise of a postsynaptic potential")
    chi: Quantity = FREMAUX("-5 mV", "potential right after a spike")
    rho_0: Quantity = FREMAUX("60 Hz", "rate at threshold")
    theta: Quantity = FREMAUX("16 mV", "threshold")
    Delta_u: Quantity = FREMAUX("2 mV", "width of the threshold")
    tau_kappa: Quantity = FREMAUX("200 ms", "decay of what a spike leaves to be taught")
    nu_kappa: Quantity = FREMAUX("50 ms", "its rise")

    membrane: ClassVar[str] = """
    v = psp_m - psp_s                                            : volt
    rate = rho_0*exp((v - theta)/Delta_u)                        : hertz
    dleft_slow/dt = left_slow*expm1(-dt/tau_kappa)/dt            : 1
    dleft_fast/dt = left_fast*expm1(-dt/nu_kappa)/dt             : 1
    dtaught_slow/dt = -delta*left_slow*expm1(-dt/tau_kappa)*tau_kappa/kappa_0 : hertz
    dtaught_fast/dt = -delta*left_fast*expm1(-dt/nu_kappa)*nu_kappa/kappa_0   : hertz
    kappa_0 = dt*(tau_kappa - nu_kappa)                          : second**2
    """
    receptors: ClassVar[str] = """
    dpsp_m/dt = psp_m*expm1(-dt/tau_m)/dt : volt
    dpsp_s/dt = psp_s*expm1(-dt/tau_s)/dt : volt
    """
    threshold: ClassVar[str] = FIRES
    reset: ClassVar[str] = """
    psp_m = chi
    psp_s = 0*volt
    left_slow = 1
    left_fast = 1
    taught_slow = 0*hertz
    taught_fast = 0*hertz
    """
    rest: ClassVar[str] = ""
    functions: ClassVar[Mapping[str, Function]] = CALLED

    def __post_init__(self) -> None:
        """Refuse kernels that do not exist, and a rate that no step can follow."""
        names = ("tau_m", "tau_s", "rho_0", "Delta_u", "tau_kappa", "nu_kappa")
        self.must_be("a value above 0", *names)
        for slow, fast in (("tau_m", "tau_s"), ("tau_kappa", "nu_kappa")):
            if not float(getattr(self, slow)) > float(getattr(self, fast)):
                raise ValueError(
                    f"{slow}={getattr(self, slow)}: more than "
                    f"{fast}={getattr(self, fast)} is wanted."
                )


@dataclass(frozen=True, kw_only=True)
class Dopamine(Drive):
    """The temporal difference error of the animal, as it reaches every cell."""

    variables: ClassVar[str] = "delta : hertz (linked)"
    links: ClassVar[Mapping[str, tuple[str, str]]] = MappingProxyType(
        {"delta": ("pool_animal", "delta")}
    )
