"""CA1: the output of the hippocampus, driven by CA3 and by entorhinal cortex.

CA3 ──▶ pyramidal ◀── EC
  │        │  ▲
  ▼        ▼  │
PV basket, CCK basket, OLM      feedforward and feedback inhibition
"""

from dataclasses import dataclass
from typing import ClassVar

from .cells import Cell, Izhikevich, Neuron, OLMMembrane
from .drives import Background
from .parameters import ASSUMED
from .projection import Projection
from .quantity import Quantity
from .region import Region
from .sources import BEZAIRE, BRUNEL, HIPPOCAMPOME


@dataclass(frozen=True, kw_only=True)
class Receptors(Neuron):
    """Receptors of every cell of CA1."""

    tau_ampa: Quantity = BEZAIRE("3 ms")
    tau_nmda: Quantity = BRUNEL("100 ms")
    tau_gaba: Quantity = BEZAIRE("6.2 ms")
    E_exc: Quantity = ASSUMED("0 mV")
    E_inh: Quantity = ASSUMED("-75 mV")


@dataclass(frozen=True, kw_only=True)
class Pyramidal(Receptors, Izhikevich):
    """Pyramidal cell of CA1."""

    C: Quantity = HIPPOCAMPOME("334 pF")
    k: Quantity = HIPPOCAMPOME("1.5626 nS/mV")
    v_r: Quantity = HIPPOCAMPOME("-69.36 mV")
    v_t: Quantity = HIPPOCAMPOME("-53.22 mV")
    a: Quantity = HIPPOCAMPOME("0.00046 1/ms")
    b: Quantity = HIPPOCAMPOME("-17.25 nS")
    v_peak: Quantity = HIPPOCAMPOME("25.46 mV")
    c: Quantity = HIPPOCAMPOME("-60.22 mV")
    d: Quantity = HIPPOCAMPOME("16 pA")


@dataclass(frozen=True, kw_only=True)
class PVBasket(Receptors, Izhikevich):
    """Parvalbumin-expressing basket cell."""

    C: Quantity = HIPPOCAMPOME("114 pF")
    k: Quantity = HIPPOCAMPOME("1.194 nS/mV")
    v_r: Quantity = HIPPOCAMPOME("-57.63 mV")
    v_t: Quantity = HIPPOCAMPOME("-35.53 mV")
    a: Quantity = HIPPOCAMPOME("0.0046 1/ms")
    b: Quantity = HIPPOCAMPOME("0.2157 nS")
    v_peak: Quantity = HIPPOCAMPOME("21.72 mV")
    c: Quantity = HIPPOCAMPOME("-48.7 mV")
    d: Quantity = HIPPOCAMPOME("2 pA")


@dataclass(frozen=True, kw_only=True)
class OLM(Receptors, OLMMembrane):
    """Oriens-lacunosum-moleculare cell."""


@dataclass(frozen=True, kw_only=True)
class CCKBasket(Receptors, Izhikevich):
    """Cholecystokinin-expressing basket cell."""

    C: Quantity = HIPPOCAMPOME("59 pF")
    k: Quantity = HIPPOCAMPOME("1.063 nS/mV")
    v_r: Quantity = HIPPOCAMPOME("-63.18 mV")
    v_t: Quantity = HIPPOCAMPOME("-38.18 mV")
    a: Quantity = HIPPOCAMPOME("0.0231 1/ms")
    b: Quantity = HIPPOCAMPOME("-26.87 nS")
    v_peak: Quantity = HIPPOCAMPOME("27.44 mV")
    c: Quantity = HIPPOCAMPOME("-53.32 mV")
    d: Quantity = HIPPOCAMPOME("294 pA")


@dataclass(frozen=True, kw_only=True)
class PyramidalBackground(Background):
    """Background into Pyramidal cells."""

    I_mean: Quantity = ASSUMED("-130 pA")
    I_sd: Quantity = ASSUMED("35 pA")


@dataclass(frozen=True, kw_only=True)
class PVBasketBackground(Background):
    """Background into PVBasket cells."""

    I_mean: Quantity = ASSUMED("120 pA")
    I_sd: Quantity = ASSUMED("60 pA")


@dataclass(frozen=True, kw_only=True)
class OLMBackground(Background):
    """Background into OLM cells."""

    I_mean: Quantity = ASSUMED("20 pA")
    I_sd: Quantity = ASSUMED("60 pA")


@dataclass(frozen=True, kw_only=True)
class CCKBasketBackground(Background):
    """Background into CCKBasket cells."""

    I_mean: Quantity = ASSUMED("40 pA")
    I_sd: Quantity = ASSUMED("40 pA")


@dataclass(frozen=True, kw_only=True)
class Schaffer(Projection):
    """Schaffer collaterals."""

    pre: ClassVar[str] = "ca3_pyramidal"
    post: ClassVar[str] = "ca1_pyramidal"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "bistable"
    in_degree: int = ASSUMED(15)
    weight: Quantity = ASSUMED("30 nS")
    delay: Quantity = ASSUMED("3 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class FanToPyramidal(Projection):
    """Temporoammonic path."""

    pre: ClassVar[str] = "ec_fan"
    post: ClassVar[str] = "ca1_pyramidal"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "tagging"
    in_degree: int = ASSUMED(20)
    weight: Quantity = ASSUMED("5 nS")
    delay: Quantity = ASSUMED("4 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class SchafferToPV(Projection):
    """Feedforward excitation."""

    pre: ClassVar[str] = "ca3_pyramidal"
    post: ClassVar[str] = "ca1_pv_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(100)
    weight: Quantity = ASSUMED("4 nS")
    delay: Quantity = ASSUMED("3 ms")


@dataclass(frozen=True, kw_only=True)
class PyramidalToPV(Projection):
    """Feedback excitation."""

    pre: ClassVar[str] = "ca1_pyramidal"
    post: ClassVar[str] = "ca1_pv_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(100)
    weight: Quantity = ASSUMED("10 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class PVToPyramidal(Projection):
    """Somatic inhibition."""

    pre: ClassVar[str] = "ca1_pv_basket"
    post: ClassVar[str] = "ca1_pyramidal"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = BEZAIRE(17)
    weight: Quantity = ASSUMED("20 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class PVToPV(Projection):
    """Mutual inhibition."""

    pre: ClassVar[str] = "ca1_pv_basket"
    post: ClassVar[str] = "ca1_pv_basket"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(20)
    weight: Quantity = BEZAIRE("1.6 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class PyramidalToOLM(Projection):
    """Feedback excitation."""

    pre: ClassVar[str] = "ca1_pyramidal"
    post: ClassVar[str] = "ca1_olm"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(100)
    weight: Quantity = ASSUMED("0.6 nS")
    delay: Quantity = ASSUMED("1.5 ms")


@dataclass(frozen=True, kw_only=True)
class OLMToPyramidal(Projection):
    """Dendritic inhibition."""

    pre: ClassVar[str] = "ca1_olm"
    post: ClassVar[str] = "ca1_pyramidal"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = BEZAIRE(8)
    weight: Quantity = ASSUMED("0.6 nS")
    delay: Quantity = ASSUMED("1.5 ms")


@dataclass(frozen=True, kw_only=True)
class SchafferToCCK(Projection):
    """Feedforward excitation."""

    pre: ClassVar[str] = "ca3_pyramidal"
    post: ClassVar[str] = "ca1_cck_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(100)
    weight: Quantity = ASSUMED("0.4 nS")
    delay: Quantity = ASSUMED("3 ms")


@dataclass(frozen=True, kw_only=True)
class CCKToPyramidal(Projection):
    """Somatic inhibition."""

    pre: ClassVar[str] = "ca1_cck_basket"
    post: ClassVar[str] = "ca1_pyramidal"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = BEZAIRE(13)
    weight: Quantity = ASSUMED("0.5 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class CA1(Region):
    """What is chosen about CA1."""

    members: ClassVar[tuple[str, ...]] = (
        "pyramidal",
        "pv_basket",
        "olm",
        "cck_basket",
    )
    gabaergic: ClassVar[tuple[str, ...]] = (
        "pv_basket",
        "olm",
        "cck_basket",
    )
    n_pyramidal: int = ASSUMED(1200, "pyramidal cells")
    n_pv_basket: int = ASSUMED(60, "PV basket cells")
    n_olm: int = ASSUMED(60, "OLM cells")
    n_cck_basket: int = ASSUMED(40, "CCK basket cells")
    pyramidal: Cell = Pyramidal()
    pv_basket: Cell = PVBasket()
    olm: Cell = OLM()
    cck_basket: Cell = CCKBasket()
    pyramidal_background: Background = PyramidalBackground()
    pv_basket_background: Background = PVBasketBackground()
    olm_background: Background = OLMBackground()
    cck_basket_background: Background = CCKBasketBackground()
    schaffer: Projection = Schaffer()
    fan_to_pyramidal: Projection = FanToPyramidal()
    schaffer_to_pv: Projection = SchafferToPV()
    pyramidal_to_pv: Projection = PyramidalToPV()
    pv_to_pyramidal: Projection = PVToPyramidal()
    pv_to_pv: Projection = PVToPV()
    pyramidal_to_olm: Projection = PyramidalToOLM()
    olm_to_pyramidal: Projection = OLMToPyramidal()
    schaffer_to_cck: Projection = SchafferToCCK()
    cck_to_pyramidal: Projection = CCKToPyramidal()
