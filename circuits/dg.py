"""Dentate gyrus: many granule cells, few of them active.

EC ──▶ granule ──▶ mossy ──▶ granule, basket     the hilar loop
  │       │  ▲
  ▼       ▼  │
 HIPP   basket                                   dendritic and somatic inhibition
"""

from dataclasses import dataclass
from typing import ClassVar

from .cells import AdEx, Cell, Neuron
from .drives import Background
from .parameters import ASSUMED, Source
from .projection import Projection
from .quantity import Quantity
from .region import Region

CHAVLIS = Source("Chavlis et al. 2017, ModelDB 206397", doi="10.1002/hipo.22675")


@dataclass(frozen=True, kw_only=True)
class Receptors(Neuron):
    """Receptors of every cell of the dentate gyrus."""

    tau_ampa: Quantity = CHAVLIS("2.5 ms")
    tau_nmda: Quantity = CHAVLIS("50 ms")
    tau_gaba: Quantity = CHAVLIS("6.8 ms")
    E_exc: Quantity = ASSUMED("0 mV")
    E_inh: Quantity = CHAVLIS("-86 mV")


@dataclass(frozen=True, kw_only=True)
class Granule(Receptors, AdEx):
    """Granule cell; the published one is leaky, so its exponential is steep."""

    C: Quantity = CHAVLIS("80 pF")
    g_L: Quantity = CHAVLIS("2.57 nS")
    E_L: Quantity = CHAVLIS("-87 mV")
    V_T: Quantity = CHAVLIS("-56 mV")
    D_T: Quantity = ASSUMED("1 mV")
    V_r: Quantity = CHAVLIS("-74 mV")
    t_ref: Quantity = CHAVLIS("20 ms")
    a: Quantity = ASSUMED("0 nS")
    b: Quantity = ASSUMED("20 pA")
    tau_w: Quantity = CHAVLIS("45 ms")
    Mg: float = CHAVLIS(0.4)
    V_Mg: Quantity = CHAVLIS("25 mV")


@dataclass(frozen=True, kw_only=True)
class Basket(Receptors, AdEx):
    """Basket cell."""

    C: Quantity = CHAVLIS("179.3 pF")
    g_L: Quantity = CHAVLIS("18.054 nS")
    E_L: Quantity = CHAVLIS("-52 mV")
    V_T: Quantity = CHAVLIS("-39 mV")
    D_T: Quantity = CHAVLIS("2 mV")
    V_r: Quantity = CHAVLIS("-45 mV")
    t_ref: Quantity = ASSUMED("1 ms")
    a: Quantity = CHAVLIS("0.1 nS")
    b: Quantity = CHAVLIS("20.5 pA")
    tau_w: Quantity = CHAVLIS("100 ms")


@dataclass(frozen=True, kw_only=True)
class Mossy(Receptors, AdEx):
    """Hilar mossy cell."""

    C: Quantity = CHAVLIS("252.1 pF")
    g_L: Quantity = CHAVLIS("4.53 nS")
    E_L: Quantity = CHAVLIS("-64 mV")
    V_T: Quantity = CHAVLIS("-42 mV")
    D_T: Quantity = CHAVLIS("2 mV")
    V_r: Quantity = CHAVLIS("-49 mV")
    t_ref: Quantity = ASSUMED("2 ms")
    a: Quantity = CHAVLIS("1 nS")
    b: Quantity = CHAVLIS("82.9 pA")
    tau_w: Quantity = CHAVLIS("180 ms")


@dataclass(frozen=True, kw_only=True)
class HIPP(Receptors, AdEx):
    """Hilar interneuron with axon along the perforant path."""

    C: Quantity = CHAVLIS("58.4 pF")
    g_L: Quantity = CHAVLIS("1.93 nS")
    E_L: Quantity = CHAVLIS("-59 mV")
    V_T: Quantity = CHAVLIS("-50 mV")
    D_T: Quantity = CHAVLIS("2 mV")
    V_r: Quantity = CHAVLIS("-56 mV")
    t_ref: Quantity = ASSUMED("2 ms")
    a: Quantity = CHAVLIS("0.82 nS")
    b: Quantity = CHAVLIS("15 pA")
    tau_w: Quantity = CHAVLIS("93 ms")


@dataclass(frozen=True, kw_only=True)
class GranuleBackground(Background):
    """Background into Granule cells."""

    I_mean: Quantity = ASSUMED("0 pA")
    I_sd: Quantity = ASSUMED("5 pA")


@dataclass(frozen=True, kw_only=True)
class BasketBackground(Background):
    """Background into Basket cells."""

    I_mean: Quantity = ASSUMED("150 pA")
    I_sd: Quantity = ASSUMED("60 pA")


@dataclass(frozen=True, kw_only=True)
class MossyBackground(Background):
    """Background into Mossy cells."""

    I_mean: Quantity = ASSUMED("90 pA")
    I_sd: Quantity = ASSUMED("40 pA")


@dataclass(frozen=True, kw_only=True)
class HIPPBackground(Background):
    """Background into HIPP cells."""

    I_mean: Quantity = ASSUMED("15 pA")
    I_sd: Quantity = ASSUMED("12 pA")


@dataclass(frozen=True, kw_only=True)
class FanToGranule(Projection):
    """Lateral perforant path."""

    pre: ClassVar[str] = "ec_fan"
    post: ClassVar[str] = "dg_granule"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "perforant"
    in_degree: int = ASSUMED(40)
    weight: Quantity = ASSUMED("2 nS")
    delay: Quantity = CHAVLIS("3 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class StellateToGranule(Projection):
    """Medial perforant path."""

    pre: ClassVar[str] = "ec_stellate"
    post: ClassVar[str] = "dg_granule"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "perforant"
    in_degree: int = ASSUMED(60)
    weight: Quantity = ASSUMED("0.2 nS")
    delay: Quantity = CHAVLIS("3 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class FanToBasket(Projection):
    """Feedforward excitation."""

    pre: ClassVar[str] = "ec_fan"
    post: ClassVar[str] = "dg_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(40)
    weight: Quantity = ASSUMED("5 nS")
    delay: Quantity = ASSUMED("3 ms")


@dataclass(frozen=True, kw_only=True)
class FanToHIPP(Projection):
    """Feedforward excitation."""

    pre: ClassVar[str] = "ec_fan"
    post: ClassVar[str] = "dg_hipp"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(40)
    weight: Quantity = CHAVLIS("0.24 nS")
    delay: Quantity = ASSUMED("3 ms")


@dataclass(frozen=True, kw_only=True)
class GranuleToBasket(Projection):
    """Feedback excitation."""

    pre: ClassVar[str] = "dg_granule"
    post: ClassVar[str] = "dg_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(100)
    weight: Quantity = ASSUMED("20 nS")
    delay: Quantity = CHAVLIS("0.8 ms")


@dataclass(frozen=True, kw_only=True)
class GranuleToMossy(Projection):
    """Excitation of the hilus."""

    pre: ClassVar[str] = "dg_granule"
    post: ClassVar[str] = "dg_mossy"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(100)
    weight: Quantity = ASSUMED("8 nS")
    delay: Quantity = CHAVLIS("1.6 ms")


@dataclass(frozen=True, kw_only=True)
class GranuleToHIPP(Projection):
    """Feedback excitation."""

    pre: ClassVar[str] = "dg_granule"
    post: ClassVar[str] = "dg_hipp"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(100)
    weight: Quantity = ASSUMED("0.5 nS")
    delay: Quantity = ASSUMED("1.6 ms")


@dataclass(frozen=True, kw_only=True)
class MossyToGranule(Projection):
    """Associational excitation."""

    pre: ClassVar[str] = "dg_mossy"
    post: ClassVar[str] = "dg_granule"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(20)
    weight: Quantity = CHAVLIS("0.1066 nS")
    delay: Quantity = CHAVLIS("3 ms")


@dataclass(frozen=True, kw_only=True)
class MossyToBasket(Projection):
    """Excitation of inhibition."""

    pre: ClassVar[str] = "dg_mossy"
    post: ClassVar[str] = "dg_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(20)
    weight: Quantity = CHAVLIS("0.35 nS")
    delay: Quantity = CHAVLIS("3 ms")


@dataclass(frozen=True, kw_only=True)
class BasketToGranule(Projection):
    """Somatic inhibition."""

    pre: ClassVar[str] = "dg_basket"
    post: ClassVar[str] = "dg_granule"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(20)
    weight: Quantity = ASSUMED("8 nS")
    delay: Quantity = CHAVLIS("0.8 ms")


@dataclass(frozen=True, kw_only=True)
class HIPPToGranule(Projection):
    """Dendritic inhibition."""

    pre: ClassVar[str] = "dg_hipp"
    post: ClassVar[str] = "dg_granule"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(20)
    weight: Quantity = CHAVLIS("0.12 nS")
    delay: Quantity = CHAVLIS("1.6 ms")


@dataclass(frozen=True, kw_only=True)
class DG(Region):
    """What is chosen about the dentate gyrus."""

    members: ClassVar[tuple[str, ...]] = (
        "granule",
        "basket",
        "mossy",
        "hipp",
    )
    gabaergic: ClassVar[tuple[str, ...]] = (
        "basket",
        "hipp",
    )
    n_granule: int = ASSUMED(2000, "granule cells")
    n_basket: int = ASSUMED(100, "basket cells")
    n_mossy: int = ASSUMED(80, "mossy cells")
    n_hipp: int = ASSUMED(40, "HIPP cells")
    granule: Cell = Granule()
    basket: Cell = Basket()
    mossy: Cell = Mossy()
    hipp: Cell = HIPP()
    granule_background: Background = GranuleBackground()
    basket_background: Background = BasketBackground()
    mossy_background: Background = MossyBackground()
    hipp_background: Background = HIPPBackground()
    fan_to_granule: Projection = FanToGranule()
    stellate_to_granule: Projection = StellateToGranule()
    fan_to_basket: Projection = FanToBasket()
    fan_to_hipp: Projection = FanToHIPP()
    granule_to_basket: Projection = GranuleToBasket()
    granule_to_mossy: Projection = GranuleToMossy()
    granule_to_hipp: Projection = GranuleToHIPP()
    mossy_to_granule: Projection = MossyToGranule()
    mossy_to_basket: Projection = MossyToBasket()
    basket_to_granule: Projection = BasketToGranule()
    hipp_to_granule: Projection = HIPPToGranule()
