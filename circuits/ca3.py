"""CA3: pyramidal cells that excite each other, held back by two kinds of interneuron.

DG, EC ──▶ pyramidal ──▶ pyramidal    recurrent: stores the patterns
             │  ▲
             ▼  │
      PV basket, OLM                  somatic and dendritic inhibition
"""

from dataclasses import dataclass
from typing import ClassVar

from .cells import AdEx, Cell, OLMMembrane
from .drives import Background
from .parameters import ASSUMED, Source
from .projection import Projection
from .quantity import Quantity
from .region import Region
from .sources import BEZAIRE, BRUNEL

ECKER = Source("Ecker et al. 2022", doi="10.7554/eLife.71850")
GUZMAN = Source("Guzman et al. 2016", doi="10.1126/science.aaf1836")
BARTOS = Source("Bartos et al. 2002", doi="10.1073/pnas.192233099")


@dataclass(frozen=True, kw_only=True)
class Pyramidal(AdEx):
    """Pyramidal cell of CA3."""

    C: Quantity = ECKER("180.13 pF")
    g_L: Quantity = ECKER("4.31475791937223 nS")
    E_L: Quantity = ECKER("-75.1884554193901 mV")
    V_T: Quantity = ECKER("-24.4255910105977 mV")
    D_T: Quantity = ECKER("4.2340696257631 mV")
    V_r: Quantity = ECKER("-29.738747396665072 mV")
    t_ref: Quantity = ECKER("5.96326930945599 ms")
    a: Quantity = ECKER("-0.274347065652738 nS")
    b: Quantity = ECKER("206.841448096415 pA")
    tau_w: Quantity = ECKER("84.9358017225512 ms")
    tau_ampa: Quantity = GUZMAN("9.5 ms")
    tau_nmda: Quantity = BRUNEL("100 ms")
    tau_gaba: Quantity = BARTOS("3.3 ms")
    E_exc: Quantity = ASSUMED("0 mV")
    E_inh: Quantity = ECKER("-70 mV")


@dataclass(frozen=True, kw_only=True)
class PVBasket(AdEx):
    """Parvalbumin-expressing basket cell of CA3."""

    C: Quantity = ECKER("118.52 pF")
    g_L: Quantity = ECKER("7.51454086502288 nS")
    E_L: Quantity = ECKER("-74.74167987795019 mV")
    V_T: Quantity = ECKER("-57.7092044103536 mV")
    D_T: Quantity = ECKER("4.58413312063091 mV")
    V_r: Quantity = ECKER("-64.99190523539687 mV")
    t_ref: Quantity = ECKER("1.15622717832178 ms")
    a: Quantity = ECKER("3.05640210724374 nS")
    b: Quantity = ECKER("0.916098931234532 pA")
    tau_w: Quantity = ECKER("178.581099914024 ms")
    tau_ampa: Quantity = ECKER("4.1 ms")
    tau_nmda: Quantity = BRUNEL("100 ms")
    tau_gaba: Quantity = BARTOS("1.2 ms")
    E_exc: Quantity = ASSUMED("0 mV")
    E_inh: Quantity = ECKER("-70 mV")


@dataclass(frozen=True, kw_only=True)
class OLM(OLMMembrane):
    """Somatostatin-expressing (oriens-lacunosum-moleculare) cell."""

    tau_ampa: Quantity = ASSUMED("3 ms")
    tau_nmda: Quantity = BRUNEL("100 ms")
    tau_gaba: Quantity = BEZAIRE("6.2 ms")
    E_exc: Quantity = ASSUMED("0 mV")
    E_inh: Quantity = ASSUMED("-70 mV")


@dataclass(frozen=True, kw_only=True)
class PyramidalBackground(Background):
    """Background into Pyramidal cells."""

    I_mean: Quantity = ASSUMED("62 pA")
    I_sd: Quantity = ASSUMED("40 pA")


@dataclass(frozen=True, kw_only=True)
class PVBasketBackground(Background):
    """Background into PVBasket cells."""

    I_mean: Quantity = ASSUMED("130 pA")
    I_sd: Quantity = ASSUMED("50 pA")


@dataclass(frozen=True, kw_only=True)
class OLMBackground(Background):
    """Background into OLM cells."""

    I_mean: Quantity = ASSUMED("20 pA")
    I_sd: Quantity = ASSUMED("60 pA")


@dataclass(frozen=True, kw_only=True)
class FanToPyramidal(Projection):
    """Lateral perforant path."""

    pre: ClassVar[str] = "ec_fan"
    post: ClassVar[str] = "ca3_pyramidal"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "tagging"
    in_degree: int = ASSUMED(60)
    weight: Quantity = ASSUMED("0.1 nS")
    delay: Quantity = ASSUMED("4 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class StellateToPyramidal(Projection):
    """Medial perforant path."""

    pre: ClassVar[str] = "ec_stellate"
    post: ClassVar[str] = "ca3_pyramidal"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "tagging"
    in_degree: int = ASSUMED(60)
    weight: Quantity = ASSUMED("0.05 nS")
    delay: Quantity = ASSUMED("4 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class MossyFibre(Projection):
    """Mossy fibres: few, each strong enough to make a cell fire.

    Their potentiation needs no NMDA receptors, so the rules of calcium are not theirs.
    """

    pre: ClassVar[str] = "dg_granule"
    post: ClassVar[str] = "ca3_pyramidal"
    receptor: ClassVar[str] = "AMPA+NMDA"
    in_degree: int = ASSUMED(4)
    weight: Quantity = ASSUMED("170 nS")
    delay: Quantity = ASSUMED("2.2 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class Recurrent(Projection):
    """Pyramidal cells among themselves: the autoassociative net."""

    pre: ClassVar[str] = "ca3_pyramidal"
    post: ClassVar[str] = "ca3_pyramidal"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "tagging"
    in_degree: int = ASSUMED(100)
    weight: Quantity = ASSUMED("0.1 nS")
    delay: Quantity = GUZMAN("2.2 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class GranuleToPV(Projection):
    """Feedforward excitation by mossy fibres."""

    pre: ClassVar[str] = "dg_granule"
    post: ClassVar[str] = "ca3_pv_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(50)
    weight: Quantity = ASSUMED("1.0 nS")
    delay: Quantity = ASSUMED("2.2 ms")


@dataclass(frozen=True, kw_only=True)
class PyramidalToPV(Projection):
    """Feedback excitation."""

    pre: ClassVar[str] = "ca3_pyramidal"
    post: ClassVar[str] = "ca3_pv_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(100)
    weight: Quantity = ASSUMED("4 nS")
    delay: Quantity = ECKER("0.9 ms")


@dataclass(frozen=True, kw_only=True)
class PVToPyramidal(Projection):
    """Somatic inhibition."""

    pre: ClassVar[str] = "ca3_pv_basket"
    post: ClassVar[str] = "ca3_pyramidal"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(20)
    weight: Quantity = ASSUMED("10 nS")
    delay: Quantity = BARTOS("1.1 ms")


@dataclass(frozen=True, kw_only=True)
class PVToPV(Projection):
    """Mutual inhibition."""

    pre: ClassVar[str] = "ca3_pv_basket"
    post: ClassVar[str] = "ca3_pv_basket"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ECKER(20)
    weight: Quantity = ECKER("5.0 nS")
    delay: Quantity = BARTOS("0.6 ms")


@dataclass(frozen=True, kw_only=True)
class PyramidalToOLM(Projection):
    """Feedback excitation."""

    pre: ClassVar[str] = "ca3_pyramidal"
    post: ClassVar[str] = "ca3_olm"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(50)
    weight: Quantity = ASSUMED("0.6 nS")
    delay: Quantity = ASSUMED("1.5 ms")


@dataclass(frozen=True, kw_only=True)
class OLMToPyramidal(Projection):
    """Dendritic inhibition."""

    pre: ClassVar[str] = "ca3_olm"
    post: ClassVar[str] = "ca3_pyramidal"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(10)
    weight: Quantity = ASSUMED("0.5 nS")
    delay: Quantity = ASSUMED("1.5 ms")


@dataclass(frozen=True, kw_only=True)
class CA3(Region):
    """What is chosen about CA3."""

    members: ClassVar[tuple[str, ...]] = (
        "pyramidal",
        "pv_basket",
        "olm",
    )
    gabaergic: ClassVar[tuple[str, ...]] = (
        "pv_basket",
        "olm",
    )
    n_pyramidal: int = ASSUMED(1200, "pyramidal cells")
    n_pv_basket: int = ASSUMED(80, "PV basket cells")
    n_olm: int = ASSUMED(40, "SOM/OLM cells")
    pyramidal: Cell = Pyramidal()
    pv_basket: Cell = PVBasket()
    olm: Cell = OLM()
    pyramidal_background: Background = PyramidalBackground()
    pv_basket_background: Background = PVBasketBackground()
    olm_background: Background = OLMBackground()
    fan_to_pyramidal: Projection = FanToPyramidal()
    stellate_to_pyramidal: Projection = StellateToPyramidal()
    mossy_fibre: Projection = MossyFibre()
    recurrent: Projection = Recurrent()
    granule_to_pv: Projection = GranuleToPV()
    pyramidal_to_pv: Projection = PyramidalToPV()
    pv_to_pyramidal: Projection = PVToPyramidal()
    pv_to_pv: Projection = PVToPV()
    pyramidal_to_olm: Projection = PyramidalToOLM()
    olm_to_pyramidal: Projection = OLMToPyramidal()
