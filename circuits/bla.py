"""Basolateral amygdala: where a place and a shock meet.

CA1, EC ──▶ principal ◀── shock
   │          │  ▲
   ▼          ▼  │
   └──────▶   PV             feedforward and feedback inhibition
"""

from dataclasses import dataclass
from typing import ClassVar

from .cells import AdEx, Cell
from .drives import Background, ShockDrive
from .excitability import ExcitabilityDrive, IntrinsicExcitability
from .parameters import ASSUMED, Source
from .projection import Projection
from .quantity import Quantity
from .region import Region
from .sources import BRUNEL

VLACHOS = Source("Vlachos et al. 2011", doi="10.1371/journal.pcbi.1001104")
GLICKERT = Source("Glickert et al., basolateral amygdala network of 1000 cells")


@dataclass(frozen=True, kw_only=True)
class BLACell(AdEx):
    """What both kinds of cell share: all but the adaptation per spike."""

    C: Quantity = VLACHOS("250 pF")
    g_L: Quantity = VLACHOS("16.7 nS")
    E_L: Quantity = VLACHOS("-70 mV")
    V_T: Quantity = VLACHOS("-50 mV")
    D_T: Quantity = ASSUMED("1 mV")
    V_r: Quantity = VLACHOS("-70 mV")
    t_ref: Quantity = VLACHOS("2 ms")
    a: Quantity = ASSUMED("0 nS")
    tau_w: Quantity = ASSUMED("150 ms")
    tau_ampa: Quantity = ASSUMED("5 ms")
    tau_nmda: Quantity = BRUNEL("100 ms")
    tau_gaba: Quantity = BRUNEL("10 ms")
    E_exc: Quantity = ASSUMED("0 mV")
    E_inh: Quantity = ASSUMED("-75 mV")


@dataclass(frozen=True, kw_only=True)
class Principal(BLACell):
    """Principal cell of the basolateral amygdala; CREB takes some of its adaptation.

    ``raised``, the dose of CREB from 0 to 1, is the actuator's.
    """

    b: Quantity = ASSUMED("300 pA")
    reduced_ahp: float = ASSUMED(0.6, "share of b that a cell with much CREB lacks")

    reset: ClassVar[str] = "v = V_r; w += b*(1 - reduced_ahp*raised)"

    def __post_init__(self) -> None:
        """Refuse a share that does not exist: above 1 a spike would excite."""
        super().__post_init__()
        self.must_be("a share from 0 to 1", "reduced_ahp")


@dataclass(frozen=True, kw_only=True)
class PV(BLACell):
    """Parvalbumin-expressing interneuron."""

    b: Quantity = ASSUMED("0 pA")


@dataclass(frozen=True, kw_only=True)
class PrincipalBackground(Background):
    """Background into Principal cells."""

    I_mean: Quantity = ASSUMED("110 pA")
    I_sd: Quantity = ASSUMED("250 pA")


@dataclass(frozen=True, kw_only=True)
class PVBackground(Background):
    """Background into PV cells."""

    I_mean: Quantity = ASSUMED("50 pA")
    I_sd: Quantity = ASSUMED("120 pA")


@dataclass(frozen=True, kw_only=True)
class PrincipalShock(ShockDrive):
    """The shock, into the principal cells that it reaches."""

    I_shock: Quantity = ASSUMED("2 nA")
    evenness: float = ASSUMED(0.8)


@dataclass(frozen=True, kw_only=True)
class Recruitment(IntrinsicExcitability):
    """Cells that an experience recruits are those in which c-Fos shows."""

    theta: Quantity = ASSUMED("13 Hz")


@dataclass(frozen=True, kw_only=True)
class PrincipalExcitability(ExcitabilityDrive):
    """Recruited principal cells fire more easily for hours, as with much CREB."""

    law: IntrinsicExcitability = Recruitment()
    I_excitable: Quantity = ASSUMED("60 pA")


@dataclass(frozen=True, kw_only=True)
class CA1ToPrincipal(Projection):
    """Ventral hippocampus to amygdala: the place."""

    pre: ClassVar[str] = "ca1_pyramidal"
    post: ClassVar[str] = "bla_principal"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "bistable"
    in_degree: int = ASSUMED(300)
    weight: Quantity = ASSUMED("1.45 nS")
    delay: Quantity = ASSUMED("6 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class FanToPrincipal(Projection):
    """Sensory cortex to amygdala: the contents of the place."""

    pre: ClassVar[str] = "ec_fan"
    post: ClassVar[str] = "bla_principal"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "tagging"
    in_degree: int = ASSUMED(8)
    weight: Quantity = ASSUMED("2 nS")
    delay: Quantity = ASSUMED("8 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class CA1ToPV(Projection):
    """Feedforward excitation."""

    pre: ClassVar[str] = "ca1_pyramidal"
    post: ClassVar[str] = "bla_pv"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(100)
    weight: Quantity = ASSUMED("18 nS")
    delay: Quantity = ASSUMED("6 ms")


@dataclass(frozen=True, kw_only=True)
class PrincipalToPrincipal(Projection):
    """Recurrent excitation."""

    pre: ClassVar[str] = "bla_principal"
    post: ClassVar[str] = "bla_principal"
    receptor: ClassVar[str] = "AMPA+NMDA"
    in_degree: int = GLICKERT(14)
    weight: Quantity = ASSUMED("0.6 nS")
    delay: Quantity = VLACHOS("2 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class PrincipalToPV(Projection):
    """Feedback excitation."""

    pre: ClassVar[str] = "bla_principal"
    post: ClassVar[str] = "bla_pv"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = GLICKERT(150)
    weight: Quantity = ASSUMED("1 nS")
    delay: Quantity = VLACHOS("2 ms")


@dataclass(frozen=True, kw_only=True)
class PVToPrincipal(Projection):
    """Feedback inhibition."""

    pre: ClassVar[str] = "bla_pv"
    post: ClassVar[str] = "bla_principal"
    receptor: ClassVar[str] = "GABA_A"
    plastic: ClassVar[str] = "inhibitory"
    in_degree: int = GLICKERT(48)
    weight: Quantity = ASSUMED("3 nS")
    delay: Quantity = VLACHOS("2 ms")


@dataclass(frozen=True, kw_only=True)
class PVToPV(Projection):
    """Mutual inhibition."""

    pre: ClassVar[str] = "bla_pv"
    post: ClassVar[str] = "bla_pv"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = GLICKERT(20)
    weight: Quantity = ASSUMED("1.2 nS")
    delay: Quantity = VLACHOS("2 ms")


@dataclass(frozen=True, kw_only=True)
class BLA(Region):
    """What is chosen about the basolateral amygdala."""

    members: ClassVar[tuple[str, ...]] = (
        "principal",
        "pv",
    )
    gabaergic: ClassVar[tuple[str, ...]] = ("pv",)
    n_principal: int = ASSUMED(680, "principal cells")
    n_pv: int = ASSUMED(120, "PV interneurons")
    principal: Cell = Principal()
    pv: Cell = PV()
    principal_background: Background = PrincipalBackground()
    principal_shock: ShockDrive = PrincipalShock()
    principal_excitability: ExcitabilityDrive = PrincipalExcitability()
    pv_background: Background = PVBackground()
    ca1_to_principal: Projection = CA1ToPrincipal()
    fan_to_principal: Projection = FanToPrincipal()
    ca1_to_pv: Projection = CA1ToPV()
    principal_to_principal: Projection = PrincipalToPrincipal()
    principal_to_pv: Projection = PrincipalToPV()
    pv_to_principal: Projection = PVToPrincipal()
    pv_to_pv: Projection = PVToPV()
