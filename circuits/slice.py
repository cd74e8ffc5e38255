"""Slices: bundles of cut fibres S1, S2, S3 that end on the same cells.

S1 ──▶ principal cells ◀── S2, S3      electrodes fire fibres, a pipette the cells
 └──▶ basket cells ──┘                 feedforward inhibition; no recurrent synapses

The cells are those of the circuit `memory`; the conductance of a Schaffer synapse is
the published one, and there are as many inputs as make a test pulse raise a cell by
some 5 mV. Nothing fires by itself.
"""

from dataclasses import dataclass
from typing import ClassVar

from . import ca1, ca3, dg
from .cells import Axon, Cell
from .circuit import Circuit
from .drives import (
    RIG,
    Background,
    Drive,
    ElectrodeS1,
    ElectrodeS2,
    ElectrodeS3,
    Pipette,
)
from .parameters import ASSUMED
from .projection import Projection
from .quantity import Quantity, quantity
from .region import Region
from .sources import BEZAIRE

MOST_SLICES = 1000


@dataclass(frozen=True, kw_only=True)
class Fibres(Region):
    """Three bundles of axons, each with an electrode."""

    members: ClassVar[tuple[str, ...]] = ("s1", "s2", "s3")
    gabaergic: ClassVar[tuple[str, ...]] = ()
    n_s1: int = ASSUMED(60, "fibres of pathway S1")
    n_s2: int = ASSUMED(60, "fibres of pathway S2")
    n_s3: int = ASSUMED(60, "fibres of pathway S3")
    s1: Cell = Axon()
    s2: Cell = Axon()
    s3: Cell = Axon()
    s1_electrode: Drive = ElectrodeS1()
    s2_electrode: Drive = ElectrodeS2()
    s3_electrode: Drive = ElectrodeS3()


@dataclass(frozen=True, kw_only=True)
class Quiet(Background):
    """What is left of background in a slice."""

    I_mean: Quantity = ASSUMED("0 pA")
    I_sd: Quantity = ASSUMED("10 pA")


@dataclass(frozen=True, kw_only=True)
class CellPipette(Pipette):
    """A pulse that fires a pyramidal cell."""

    I_pipette: Quantity = ASSUMED("30 nA")


@dataclass(frozen=True, kw_only=True)
class Preparation(Circuit):
    """Fibres and the cells on which they end: ``target`` is what the rig records.

    Several slices are simulated at once; nothing connects them.
    """

    columns: ClassVar[tuple[str, ...]] = RIG
    caption: ClassVar[str]
    target: ClassVar[str]

    slices: int = ASSUMED(5, "slices, each with its own fibres and cells")
    fibres: Fibres = Fibres()

    def __post_init__(self) -> None:
        """Refuse a run without a slice, or with more than a laboratory cuts."""
        if not 1 <= self.slices <= MOST_SLICES:
            raise ValueError(
                f"slices={self.slices}: from 1 to {MOST_SLICES} are possible."
            )
        super().__post_init__()

    @property
    def blocks(self) -> int:
        """The slices."""
        return self.slices


@dataclass(frozen=True, kw_only=True)
class Schaffer(Projection):
    """Schaffer collaterals onto pyramidal cells."""

    post: ClassVar[str] = "ca1_pyramidal"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "pathway"
    in_degree: int = ASSUMED(30)
    weight: Quantity = BEZAIRE("0.4 nS")  # two contacts
    delay: Quantity = ASSUMED("3 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class SchafferS1(Schaffer):
    """Pathway S1."""

    pre: ClassVar[str] = "fibres_s1"


@dataclass(frozen=True, kw_only=True)
class SchafferS2(Schaffer):
    """Pathway S2."""

    pre: ClassVar[str] = "fibres_s2"


@dataclass(frozen=True, kw_only=True)
class SchafferS3(Schaffer):
    """Pathway S3."""

    pre: ClassVar[str] = "fibres_s3"


@dataclass(frozen=True, kw_only=True)
class SchafferToPV(Projection):
    """Feedforward excitation."""

    post: ClassVar[str] = "ca1_pv_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(30)
    weight: Quantity = ASSUMED("0.88 nS")  # four contacts of the published 0.22 nS
    delay: Quantity = ASSUMED("3 ms")


@dataclass(frozen=True, kw_only=True)
class SchafferS1ToPV(SchafferToPV):
    """Feedforward excitation by S1."""

    pre: ClassVar[str] = "fibres_s1"


@dataclass(frozen=True, kw_only=True)
class SchafferS2ToPV(SchafferToPV):
    """Feedforward excitation by S2."""

    pre: ClassVar[str] = "fibres_s2"


@dataclass(frozen=True, kw_only=True)
class SchafferS3ToPV(SchafferToPV):
    """Feedforward excitation by S3."""

    pre: ClassVar[str] = "fibres_s3"


@dataclass(frozen=True, kw_only=True)
class PVToPyramidal(Projection):
    """Somatic inhibition."""

    pre: ClassVar[str] = "ca1_pv_basket"
    post: ClassVar[str] = "ca1_pyramidal"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(5)
    # The published 17 connections of 11 contacts of 0.2 nS, spread over five cells.
    weight: Quantity = ASSUMED("7.5 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class CA1Cells(Region):
    """The cells of CA1 that a slice records from."""

    region: ClassVar[str] = "CA1"
    members: ClassVar[tuple[str, ...]] = ("pyramidal", "pv_basket")
    gabaergic: ClassVar[tuple[str, ...]] = ("pv_basket",)
    n_pyramidal: int = ASSUMED(20, "pyramidal cells")
    n_pv_basket: int = ASSUMED(10, "PV basket cells")
    pyramidal: Cell = ca1.Pyramidal()
    pv_basket: Cell = ca1.PVBasket()
    pyramidal_background: Background = Quiet()
    pyramidal_pipette: Drive = CellPipette()
    pv_basket_background: Background = Quiet()
    s1: Projection = SchafferS1()
    s2: Projection = SchafferS2()
    s3: Projection = SchafferS3()
    s1_to_pv: Projection = SchafferS1ToPV()
    s2_to_pv: Projection = SchafferS2ToPV()
    s3_to_pv: Projection = SchafferS3ToPV()
    pv_to_pyramidal: Projection = PVToPyramidal()


@dataclass(frozen=True, kw_only=True)
class Slice(Preparation):
    """CA3 to CA1: Schaffer collaterals onto pyramidal cells."""

    caption: ClassVar[str] = (
        "CA3 to CA1: three bundles of Schaffer collaterals onto pyramidal cells"
    )
    target: ClassVar[str] = "ca1_pyramidal"
    traced: ClassVar[tuple[str, ...]] = ("ca1_pyramidal",)

    ca1: CA1Cells = CA1Cells()


@dataclass(frozen=True, kw_only=True)
class Perforant(Projection):
    """Perforant path onto granule cells."""

    post: ClassVar[str] = "dg_granule"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "pathway"
    in_degree: int = ASSUMED(30)
    weight: Quantity = ASSUMED("0.1 nS")
    delay: Quantity = dg.CHAVLIS("3 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class PerforantS1(Perforant):
    """Pathway S1."""

    pre: ClassVar[str] = "fibres_s1"


@dataclass(frozen=True, kw_only=True)
class PerforantS2(Perforant):
    """Pathway S2."""

    pre: ClassVar[str] = "fibres_s2"


@dataclass(frozen=True, kw_only=True)
class PerforantS3(Perforant):
    """Pathway S3."""

    pre: ClassVar[str] = "fibres_s3"


@dataclass(frozen=True, kw_only=True)
class PerforantToBasket(Projection):
    """Feedforward excitation."""

    post: ClassVar[str] = "dg_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(30)
    weight: Quantity = ASSUMED("1 nS")
    delay: Quantity = dg.CHAVLIS("3 ms")


@dataclass(frozen=True, kw_only=True)
class PerforantS1ToBasket(PerforantToBasket):
    """Feedforward excitation by S1."""

    pre: ClassVar[str] = "fibres_s1"


@dataclass(frozen=True, kw_only=True)
class PerforantS2ToBasket(PerforantToBasket):
    """Feedforward excitation by S2."""

    pre: ClassVar[str] = "fibres_s2"


@dataclass(frozen=True, kw_only=True)
class PerforantS3ToBasket(PerforantToBasket):
    """Feedforward excitation by S3."""

    pre: ClassVar[str] = "fibres_s3"


@dataclass(frozen=True, kw_only=True)
class BasketToGranule(Projection):
    """Somatic inhibition."""

    pre: ClassVar[str] = "dg_basket"
    post: ClassVar[str] = "dg_granule"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(3)
    weight: Quantity = ASSUMED("2 nS")
    delay: Quantity = dg.CHAVLIS("0.85 ms")


@dataclass(frozen=True, kw_only=True)
class DentateCells(Region):
    """The cells of the dentate gyrus that a slice records from."""

    region: ClassVar[str] = "DG"
    members: ClassVar[tuple[str, ...]] = ("granule", "basket")
    gabaergic: ClassVar[tuple[str, ...]] = ("basket",)
    n_granule: int = ASSUMED(20, "granule cells")
    n_basket: int = ASSUMED(6, "basket cells")
    granule: Cell = dg.Granule()
    basket: Cell = dg.Basket()
    granule_background: Background = Quiet(I_sd=quantity("2 pA"))
    granule_pipette: Drive = CellPipette(I_pipette=quantity("5 nA"))
    basket_background: Background = Quiet()
    s1: Projection = PerforantS1()
    s2: Projection = PerforantS2()
    s3: Projection = PerforantS3()
    s1_to_basket: Projection = PerforantS1ToBasket()
    s2_to_basket: Projection = PerforantS2ToBasket()
    s3_to_basket: Projection = PerforantS3ToBasket()
    basket_to_granule: Projection = BasketToGranule()


@dataclass(frozen=True, kw_only=True)
class DentateSlice(Preparation):
    """Entorhinal cortex to dentate gyrus: perforant path onto granule cells."""

    caption: ClassVar[str] = (
        "dentate gyrus: three bundles of the perforant path onto granule cells"
    )
    target: ClassVar[str] = "dg_granule"
    traced: ClassVar[tuple[str, ...]] = ("dg_granule",)

    dg: DentateCells = DentateCells()


@dataclass(frozen=True, kw_only=True)
class Mossy(Projection):
    """Mossy fibres: few, onto pyramidal cells of CA3."""

    pre: ClassVar[str] = "fibres_s1"
    post: ClassVar[str] = "ca3_pyramidal"
    receptor: ClassVar[str] = "AMPA"
    plastic: ClassVar[str] = "mossy"
    in_degree: int = ASSUMED(5)
    weight: Quantity = ASSUMED("0.2 nS")
    delay: Quantity = ca3.ECKER("2.2 ms")


@dataclass(frozen=True, kw_only=True)
class Associational(Projection):
    """Associational and commissural fibres onto pyramidal cells of CA3."""

    pre: ClassVar[str] = "fibres_s2"
    post: ClassVar[str] = "ca3_pyramidal"
    receptor: ClassVar[str] = "AMPA"
    plastic: ClassVar[str] = "associational"
    in_degree: int = ASSUMED(30)
    weight: Quantity = ASSUMED("0.03 nS")
    delay: Quantity = ca3.GUZMAN("2.2 ms")


@dataclass(frozen=True, kw_only=True)
class CA3Cells(Region):
    """The cells of CA3 that a slice records from."""

    region: ClassVar[str] = "CA3"
    members: ClassVar[tuple[str, ...]] = ("pyramidal",)
    gabaergic: ClassVar[tuple[str, ...]] = ()
    n_pyramidal: int = ASSUMED(20, "pyramidal cells")
    pyramidal: Cell = ca3.Pyramidal()
    pyramidal_background: Background = Quiet(I_sd=quantity("2 pA"))
    mossy: Projection = Mossy()
    associational: Projection = Associational()


@dataclass(frozen=True, kw_only=True)
class MossySlice(Preparation):
    """CA3: mossy fibres (S1) and associational fibres (S2) onto pyramidal cells."""

    caption: ClassVar[str] = (
        "CA3: mossy fibres and associational fibres onto pyramidal cells"
    )
    target: ClassVar[str] = "ca3_pyramidal"
    traced: ClassVar[tuple[str, ...]] = ("ca3_pyramidal",)

    ca3: CA3Cells = CA3Cells()
