"""Central amygdala: its output drives freezing.

BLA ──▶ output ──▶ brain stem      the rate of these cells is read as freezing
          └─▶ output               mutual inhibition
"""

from dataclasses import dataclass
from typing import ClassVar

from .cells import AdEx, Cell
from .drives import Background
from .parameters import ASSUMED
from .projection import Projection
from .quantity import Quantity
from .region import Region
from .sources import BRUNEL


@dataclass(frozen=True, kw_only=True)
class Output(AdEx):
    """Output cell of the central amygdala."""

    C: Quantity = ASSUMED("250 pF")
    g_L: Quantity = ASSUMED("16.7 nS")
    E_L: Quantity = ASSUMED("-70 mV")
    V_T: Quantity = ASSUMED("-50 mV")
    D_T: Quantity = ASSUMED("1 mV")
    V_r: Quantity = ASSUMED("-70 mV")
    t_ref: Quantity = ASSUMED("2 ms")
    a: Quantity = ASSUMED("0 nS")
    b: Quantity = ASSUMED("30 pA")
    tau_w: Quantity = ASSUMED("150 ms")
    tau_ampa: Quantity = ASSUMED("5 ms")
    tau_nmda: Quantity = BRUNEL("100 ms")
    tau_gaba: Quantity = BRUNEL("10 ms")
    E_exc: Quantity = ASSUMED("0 mV")
    E_inh: Quantity = ASSUMED("-75 mV")


@dataclass(frozen=True, kw_only=True)
class OutputBackground(Background):
    """Background into Output cells."""

    I_mean: Quantity = ASSUMED("20 pA")
    I_sd: Quantity = ASSUMED("150 pA")


@dataclass(frozen=True, kw_only=True)
class BLAToOutput(Projection):
    """Amygdala's way out."""

    pre: ClassVar[str] = "bla_principal"
    post: ClassVar[str] = "cea_output"
    receptor: ClassVar[str] = "AMPA+NMDA"
    in_degree: int = ASSUMED(200)
    weight: Quantity = ASSUMED("0.2 nS")
    delay: Quantity = ASSUMED("3 ms")
    nmda: float = ASSUMED(3.2)


@dataclass(frozen=True, kw_only=True)
class OutputToOutput(Projection):
    """Mutual inhibition."""

    pre: ClassVar[str] = "cea_output"
    post: ClassVar[str] = "cea_output"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(20)
    weight: Quantity = ASSUMED("0.5 nS")
    delay: Quantity = ASSUMED("1.5 ms")


@dataclass(frozen=True, kw_only=True)
class CeA(Region):
    """What is chosen about the central amygdala."""

    members: ClassVar[tuple[str, ...]] = ("output",)
    gabaergic: ClassVar[tuple[str, ...]] = ("output",)
    n_output: int = ASSUMED(100, "output cells")
    output: Cell = Output()
    output_background: Background = OutputBackground()
    bla_to_output: Projection = BLAToOutput()
    output_to_output: Projection = OutputToOutput()
