"""The regions at values at which place cells arise in an animal that runs.

`Memory` has other values for what stands here. Tonic inhibition keeps granule cells
below threshold: those that know the room best fire where grid fields meet. They sum
over a tenth of a second, or the grid would be lost in the noise of single spikes.
Pyramidal cells of CA3 follow few granule cells; those of CA1 hear many cells of CA3
weakly, until a plateau raises the inputs that were active.
"""

from dataclasses import dataclass
from typing import ClassVar

from .ca1 import CA1, FanToPyramidal, PVToPyramidal, Schaffer
from .ca3 import CA3, MossyFibre
from .ca3 import PyramidalBackground as CA3Background
from .cells import Cell
from .dg import (
    CHAVLIS,
    DG,
    BasketToGranule,
    FanToGranule,
    Granule,
    GranuleBackground,
    StellateToGranule,
)
from .drives import Background
from .ec import EC, Grid, StellateBackground
from .parameters import ASSUMED
from .plateaus import Plateaus
from .precession import PrecessingGrid
from .projection import Projection
from .quantity import Quantity
from .sources import BRUNEL


@dataclass(frozen=True, kw_only=True)
class RunningGrid(PrecessingGrid):
    """Fields in which a stellate cell fires at some 20 Hz."""

    I_grid: Quantity = ASSUMED("180 pA")


@dataclass(frozen=True, kw_only=True)
class RunningStellateBackground(StellateBackground):
    """Little noise, so that a stellate cell is silent between its fields."""

    I_sd: Quantity = ASSUMED("20 pA")


@dataclass(frozen=True, kw_only=True)
class RunningEC(EC):
    """Entorhinal cortex."""

    region: ClassVar[str] = "EC"
    stellate_background: Background = RunningStellateBackground()
    stellate_grid: Grid = RunningGrid()


@dataclass(frozen=True, kw_only=True)
class RunningGranule(Granule):
    """Granule cell that sums over a tenth of a second, and hardly adapts."""

    b: Quantity = ASSUMED("2 pA")
    tau_nmda: Quantity = BRUNEL("100 ms")


@dataclass(frozen=True, kw_only=True)
class TonicInhibition(GranuleBackground):
    """GABA that is always there."""

    I_mean: Quantity = ASSUMED("-112 pA")


@dataclass(frozen=True, kw_only=True)
class RunningFanToGranule(FanToGranule):
    """Lateral perforant path."""

    weight: Quantity = ASSUMED("0.4 nS")
    nmda: float = CHAVLIS(1.08)


@dataclass(frozen=True, kw_only=True)
class RunningStellateToGranule(StellateToGranule):
    """Medial perforant path."""

    in_degree: int = ASSUMED(20)
    weight: Quantity = CHAVLIS("0.8066 nS")
    nmda: float = CHAVLIS(1.08)


@dataclass(frozen=True, kw_only=True)
class RunningBasketToGranule(BasketToGranule):
    """Somatic inhibition that does not shunt what a granule cell sums."""

    weight: Quantity = ASSUMED("1 nS")


@dataclass(frozen=True, kw_only=True)
class RunningDG(DG):
    """The dentate gyrus."""

    region: ClassVar[str] = "DG"
    granule: Cell = RunningGranule()
    granule_background: Background = TonicInhibition()
    fan_to_granule: Projection = RunningFanToGranule()
    stellate_to_granule: Projection = RunningStellateToGranule()
    basket_to_granule: Projection = RunningBasketToGranule()


@dataclass(frozen=True, kw_only=True)
class RunningCA3Background(CA3Background):
    """Little noise, so that granule cells decide who fires."""

    I_sd: Quantity = ASSUMED("20 pA")


@dataclass(frozen=True, kw_only=True)
class RunningMossyFibre(MossyFibre):
    """Few granule cells on a pyramidal cell."""

    in_degree: int = ASSUMED(8)


@dataclass(frozen=True, kw_only=True)
class RunningCA3(CA3):
    """CA3."""

    region: ClassVar[str] = "CA3"
    pyramidal_background: Background = RunningCA3Background()
    mossy_fibre: Projection = RunningMossyFibre()


@dataclass(frozen=True, kw_only=True)
class InstructedSchaffer(Schaffer):
    """Schaffer collaterals that plateaus instruct."""

    plastic: ClassVar[str] = "instructed"
    in_degree: int = ASSUMED(40)
    weight: Quantity = ASSUMED("7 nS")


@dataclass(frozen=True, kw_only=True)
class InstructedFanToPyramidal(FanToPyramidal):
    """Temporoammonic path that plateaus instruct."""

    plastic: ClassVar[str] = "instructed"
    weight: Quantity = ASSUMED("0.5 nS")


@dataclass(frozen=True, kw_only=True)
class RunningPVToPyramidal(PVToPyramidal):
    """Somatic inhibition that leaves a cell the strongest of its fields."""

    weight: Quantity = ASSUMED("40 nS")


@dataclass(frozen=True, kw_only=True)
class RunningCA1(CA1):
    """CA1."""

    region: ClassVar[str] = "CA1"
    pyramidal_plateaus: Plateaus = Plateaus()
    schaffer: Projection = InstructedSchaffer()
    fan_to_pyramidal: Projection = InstructedFanToPyramidal()
    pv_to_pyramidal: Projection = RunningPVToPyramidal()
