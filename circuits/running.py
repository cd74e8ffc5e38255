"""The regions at values at which place cells arise in an animal that runs.

`Memory` has other values for what stands here. Tonic and feedback inhibition keep all
but a few granule cells silent: those that know the room best fire where grid fields
meet. They sum over a fifth of a second, or the grid would be lost in the noise of
single spikes. Pyramidal cells of CA3 follow few granule cells and each other; those of
CA1 hear many cells of CA3 weakly, until a plateau raises the inputs that were active.
"""

from dataclasses import dataclass
from typing import ClassVar

from .ca1 import CA1, FanToPyramidal, PVToPyramidal, Schaffer, SchafferToPV
from .ca1 import PyramidalBackground as CA1Background
from .ca3 import CA3, MossyFibre, PVBasketBackground, Recurrent
from .ca3 import FanToPyramidal as FanToCA3
from .ca3 import PyramidalBackground as CA3Background
from .cells import Cell
from .dg import (
    CHAVLIS,
    DG,
    BasketToGranule,
    FanToBasket,
    FanToGranule,
    Granule,
    GranuleToBasket,
    StellateToGranule,
)
from .drives import Background, PlaceDrive
from .ec import EC, Contents, Grid, StellateBackground
from .parameters import ASSUMED
from .plateaus import Plateaus
from .precession import PrecessingGrid
from .projection import Projection
from .quantity import Quantity


@dataclass(frozen=True, kw_only=True)
class RunningGrid(PrecessingGrid):
    """Fields in which a stellate cell fires at some 20 Hz."""

    I_grid: Quantity = ASSUMED("180 pA")


@dataclass(frozen=True, kw_only=True)
class RunningStellateBackground(StellateBackground):
    """Little noise, so that a stellate cell is silent between its fields."""

    I_sd: Quantity = ASSUMED("20 pA")


@dataclass(frozen=True, kw_only=True)
class RunningContents(Contents):
    """What is sensed of the place, hardly in theta.

    Deshmukh et al. (2010), doi:10.1152/jn.01141.2009; how little is assumed.
    """

    depth: float = ASSUMED(0.1)


@dataclass(frozen=True, kw_only=True)
class RunningEC(EC):
    """Entorhinal cortex."""

    region: ClassVar[str] = "EC"
    stellate_background: Background = RunningStellateBackground()
    stellate_grid: Grid = RunningGrid()
    fan_place: PlaceDrive = RunningContents()


@dataclass(frozen=True, kw_only=True)
class RunningGranule(Granule):
    """Granule cell that sums over a fifth of a second, with tonic GABA in its leak.

    The leak is the published one, 2.57 nS, and GABA that is always there; they reverse
    within a millivolt of each other.
    """

    g_L: Quantity = ASSUMED("15.7 nS")
    tau_nmda: Quantity = ASSUMED("200 ms")


@dataclass(frozen=True, kw_only=True)
class RunningFanToGranule(FanToGranule):
    """Lateral perforant path."""

    plastic: ClassVar[str] = "tagging"
    weight: Quantity = ASSUMED("0.5 nS")
    nmda: float = CHAVLIS(1.08)


@dataclass(frozen=True, kw_only=True)
class RunningStellateToGranule(StellateToGranule):
    """Medial perforant path."""

    plastic: ClassVar[str] = "tagging"
    in_degree: int = ASSUMED(20)
    weight: Quantity = CHAVLIS("0.8066 nS")
    nmda: float = CHAVLIS(1.08)


@dataclass(frozen=True, kw_only=True)
class RunningFanToBasket(FanToBasket):
    """Feedforward excitation."""

    weight: Quantity = ASSUMED("3.8 nS")


@dataclass(frozen=True, kw_only=True)
class RunningGranuleToBasket(GranuleToBasket):
    """Feedback excitation: a few granule cells are felt."""

    weight: Quantity = ASSUMED("16 nS")


@dataclass(frozen=True, kw_only=True)
class RunningBasketToGranule(BasketToGranule):
    """Feedback inhibition, weak enough that a cell still sums."""

    weight: Quantity = ASSUMED("3 nS")


@dataclass(frozen=True, kw_only=True)
class RunningDG(DG):
    """The dentate gyrus."""

    region: ClassVar[str] = "DG"
    granule: Cell = RunningGranule()
    fan_to_granule: Projection = RunningFanToGranule()
    stellate_to_granule: Projection = RunningStellateToGranule()
    fan_to_basket: Projection = RunningFanToBasket()
    granule_to_basket: Projection = RunningGranuleToBasket()
    basket_to_granule: Projection = RunningBasketToGranule()


@dataclass(frozen=True, kw_only=True)
class RunningCA3Background(CA3Background):
    """Little noise, so that granule cells decide who fires."""

    I_mean: Quantity = ASSUMED("110 pA")
    I_sd: Quantity = ASSUMED("20 pA")


@dataclass(frozen=True, kw_only=True)
class RunningCA3PVBackground(PVBasketBackground):
    """Less than in `Memory`, where fewer mossy fibres drive them."""

    I_mean: Quantity = ASSUMED("60 pA")


@dataclass(frozen=True, kw_only=True)
class RunningFanToCA3(FanToCA3):
    """Lateral perforant path."""

    weight: Quantity = ASSUMED("0.2 nS")


@dataclass(frozen=True, kw_only=True)
class RunningMossyFibre(MossyFibre):
    """Some granule cells on a pyramidal cell, which learns to hear them."""

    plastic: ClassVar[str] = "tagging"
    in_degree: int = ASSUMED(8)
    weight: Quantity = ASSUMED("40 nS")


@dataclass(frozen=True, kw_only=True)
class SymmetricRecurrent(Recurrent):
    """Recurrent synapses, at which spikes that fall together potentiate."""

    plastic: ClassVar[str] = "recurrent"


@dataclass(frozen=True, kw_only=True)
class RunningCA3(CA3):
    """CA3."""

    region: ClassVar[str] = "CA3"
    pyramidal_background: Background = RunningCA3Background()
    pv_basket_background: Background = RunningCA3PVBackground()
    fan_to_pyramidal: Projection = RunningFanToCA3()
    mossy_fibre: Projection = RunningMossyFibre()
    recurrent: Projection = SymmetricRecurrent()


@dataclass(frozen=True, kw_only=True)
class InstructedSchaffer(Schaffer):
    """Schaffer collaterals that plateaus instruct."""

    plastic: ClassVar[str] = "instructed"
    in_degree: int = ASSUMED(400)
    weight: Quantity = ASSUMED("6 nS")


@dataclass(frozen=True, kw_only=True)
class InstructedFanToPyramidal(FanToPyramidal):
    """Temporoammonic path that plateaus instruct."""

    plastic: ClassVar[str] = "instructed"
    weight: Quantity = ASSUMED("0.5 nS")


@dataclass(frozen=True, kw_only=True)
class RunningCA1Background(CA1Background):
    """Less inhibition and more noise than in `Memory`."""

    I_mean: Quantity = ASSUMED("-100 pA")
    I_sd: Quantity = ASSUMED("40 pA")


@dataclass(frozen=True, kw_only=True)
class RunningSchafferToPV(SchafferToPV):
    """Feedforward excitation."""

    weight: Quantity = ASSUMED("5 nS")


@dataclass(frozen=True, kw_only=True)
class RunningPVToPyramidal(PVToPyramidal):
    """Somatic inhibition that leaves a cell the strongest of its fields."""

    weight: Quantity = ASSUMED("80 nS")


@dataclass(frozen=True, kw_only=True)
class RunningCA1(CA1):
    """CA1."""

    region: ClassVar[str] = "CA1"
    pyramidal_background: Background = RunningCA1Background()
    pyramidal_plateaus: Plateaus = Plateaus()
    schaffer: Projection = InstructedSchaffer()
    fan_to_pyramidal: Projection = InstructedFanToPyramidal()
    schaffer_to_pv: Projection = RunningSchafferToPV()
    pv_to_pyramidal: Projection = RunningPVToPyramidal()
