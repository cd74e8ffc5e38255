"""Entorhinal cortex, layer II: grid cells, cells that know the place, interneurons.

stellate ──▶ basket ◀── fan        the grid and the contents of the place
    ▲──────────┘└─────────▲        feedback inhibition
"""

from dataclasses import dataclass
from typing import ClassVar

from .cells import AdEx, Cell, Izhikevich, Neuron
from .drives import Background, GridDrive, PlaceDrive
from .parameters import ASSUMED, Source
from .projection import Projection
from .quantity import Quantity
from .region import Region
from .sources import BRUNEL, HIPPOCAMPOME

SOLANKA = Source("Solanka et al. 2015", doi="10.7554/eLife.06444")


@dataclass(frozen=True, kw_only=True)
class Receptors(Neuron):
    """Receptors of the cells of layer II."""

    tau_ampa: Quantity = ASSUMED("3 ms")
    tau_nmda: Quantity = BRUNEL("100 ms")
    tau_gaba: Quantity = SOLANKA("5 ms")
    E_exc: Quantity = ASSUMED("0 mV")
    E_inh: Quantity = SOLANKA("-75 mV")


@dataclass(frozen=True, kw_only=True)
class Stellate(Receptors, Izhikevich):
    """Stellate cell of layer II; with a grid drive, a grid cell."""

    C: Quantity = HIPPOCAMPOME("118 pF")
    k: Quantity = HIPPOCAMPOME("0.6184 nS/mV")
    v_r: Quantity = HIPPOCAMPOME("-58.53 mV")
    v_t: Quantity = HIPPOCAMPOME("-43.52 mV")
    a: Quantity = HIPPOCAMPOME("0.0048 1/ms")
    b: Quantity = HIPPOCAMPOME("11.69 nS")
    v_peak: Quantity = HIPPOCAMPOME("11.48 mV")
    c: Quantity = HIPPOCAMPOME("-49.52 mV")
    d: Quantity = HIPPOCAMPOME("3 pA")


@dataclass(frozen=True, kw_only=True)
class Fan(Receptors, Izhikevich):
    """Fan cell of layer II of the lateral part; it knows places by their contents."""

    C: Quantity = HIPPOCAMPOME("539 pF")
    k: Quantity = HIPPOCAMPOME("0.9387 nS/mV")
    v_r: Quantity = HIPPOCAMPOME("-50.04 mV")
    v_t: Quantity = HIPPOCAMPOME("-46.54 mV")
    a: Quantity = HIPPOCAMPOME("0.0105 1/ms")
    b: Quantity = HIPPOCAMPOME("-0.316 nS")
    v_peak: Quantity = HIPPOCAMPOME("29.22 mV")
    c: Quantity = HIPPOCAMPOME("-50.63 mV")
    d: Quantity = HIPPOCAMPOME("283 pA")


@dataclass(frozen=True, kw_only=True)
class Basket(Receptors, AdEx):
    """Fast interneuron."""

    C: Quantity = ASSUMED("227 pF")
    g_L: Quantity = ASSUMED("22.73 nS")
    E_L: Quantity = SOLANKA("-60 mV")
    V_T: Quantity = SOLANKA("-45 mV")
    D_T: Quantity = SOLANKA("0.4 mV")
    V_r: Quantity = ASSUMED("-60 mV")
    t_ref: Quantity = ASSUMED("2 ms")
    a: Quantity = ASSUMED("0 nS")
    b: Quantity = ASSUMED("0 pA")
    tau_w: Quantity = SOLANKA("7.5 ms")
    tau_ampa: Quantity = ASSUMED("2 ms")


@dataclass(frozen=True, kw_only=True)
class StellateBackground(Background):
    """Background into Stellate cells."""

    I_mean: Quantity = ASSUMED("60 pA")
    I_sd: Quantity = ASSUMED("40 pA")


@dataclass(frozen=True, kw_only=True)
class FanBackground(Background):
    """Background into Fan cells."""

    I_mean: Quantity = ASSUMED("-30 pA")
    I_sd: Quantity = ASSUMED("90 pA")


@dataclass(frozen=True, kw_only=True)
class BasketBackground(Background):
    """Background into Basket cells."""

    I_mean: Quantity = ASSUMED("250 pA")
    I_sd: Quantity = ASSUMED("90 pA")


@dataclass(frozen=True, kw_only=True)
class Grid(GridDrive):
    """Self-motion input of the stellate cells."""

    I_grid: Quantity = ASSUMED("120 pA")


@dataclass(frozen=True, kw_only=True)
class Contents(PlaceDrive):
    """What the animal senses of the place, into the fan cells."""

    I_place: Quantity = ASSUMED("600 pA")


@dataclass(frozen=True, kw_only=True)
class ArousedContents(Contents):
    """The same in an animal that a shock arouses.

    Arousal stands for noradrenaline and acetylcholine in the cortex.
    """

    share: float = ASSUMED(0.2)
    unevenness: float = ASSUMED(0.1)
    arousal: float = ASSUMED(1.4)


@dataclass(frozen=True, kw_only=True)
class StellateToBasket(Projection):
    """Feedback excitation."""

    pre: ClassVar[str] = "ec_stellate"
    post: ClassVar[str] = "ec_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(40)
    weight: Quantity = ASSUMED("1.5 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class FanToBasket(Projection):
    """Feedback excitation."""

    pre: ClassVar[str] = "ec_fan"
    post: ClassVar[str] = "ec_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(40)
    weight: Quantity = ASSUMED("1.5 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class BasketToStellate(Projection):
    """Feedback inhibition."""

    pre: ClassVar[str] = "ec_basket"
    post: ClassVar[str] = "ec_stellate"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(20)
    weight: Quantity = ASSUMED("0.5 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class BasketToFan(Projection):
    """Feedback inhibition."""

    pre: ClassVar[str] = "ec_basket"
    post: ClassVar[str] = "ec_fan"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(20)
    weight: Quantity = ASSUMED("0.5 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class EC(Region):
    """What is chosen about entorhinal cortex."""

    members: ClassVar[tuple[str, ...]] = (
        "stellate",
        "fan",
        "basket",
    )
    gabaergic: ClassVar[tuple[str, ...]] = ("basket",)
    n_stellate: int = ASSUMED(900, "stellate (grid) cells")
    n_fan: int = ASSUMED(400, "fan (place-contents) cells")
    n_basket: int = ASSUMED(200, "interneurons")
    stellate: Cell = Stellate()
    fan: Cell = Fan()
    basket: Cell = Basket()
    stellate_background: Background = StellateBackground()
    stellate_grid: GridDrive = Grid()
    fan_background: Background = FanBackground()
    fan_place: PlaceDrive = ArousedContents()
    basket_background: Background = BasketBackground()
    stellate_to_basket: Projection = StellateToBasket()
    fan_to_basket: Projection = FanToBasket()
    basket_to_stellate: Projection = BasketToStellate()
    basket_to_fan: Projection = BasketToFan()
