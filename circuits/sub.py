"""Subiculum: where CA1's output goes, in cells that fire more and more widely.

CA1 ──▶ pyramidal ──▶ basket
 └────────▲───────────┘  ▲
          └── inhibition ┴── CA1
"""

from dataclasses import dataclass
from typing import ClassVar

from .cells import AdEx, Cell, Izhikevich, Neuron
from .drives import Background
from .parameters import ASSUMED
from .projection import Projection
from .quantity import Quantity
from .region import Region
from .sources import BRUNEL, HIPPOCAMPOME


@dataclass(frozen=True, kw_only=True)
class Receptors(Neuron):
    """Receptors of every cell of the subiculum."""

    tau_ampa: Quantity = HIPPOCAMPOME("4.17 ms")
    tau_nmda: Quantity = BRUNEL("100 ms")
    tau_gaba: Quantity = ASSUMED("6 ms")
    E_exc: Quantity = ASSUMED("0 mV")
    E_inh: Quantity = ASSUMED("-75 mV")


@dataclass(frozen=True, kw_only=True)
class Pyramidal(Receptors, Izhikevich):
    """Pyramidal cell that projects to entorhinal cortex."""

    C: Quantity = HIPPOCAMPOME("100 pF")
    k: Quantity = HIPPOCAMPOME("0.7 nS/mV")
    v_r: Quantity = HIPPOCAMPOME("-60 mV")
    v_t: Quantity = HIPPOCAMPOME("-40 mV")
    a: Quantity = HIPPOCAMPOME("0.03 1/ms")
    b: Quantity = HIPPOCAMPOME("-2 nS")
    v_peak: Quantity = HIPPOCAMPOME("35 mV")
    c: Quantity = HIPPOCAMPOME("-50 mV")
    d: Quantity = HIPPOCAMPOME("100 pA")


@dataclass(frozen=True, kw_only=True)
class Basket(Receptors, AdEx):
    """Fast interneuron."""

    C: Quantity = ASSUMED("120 pF")
    g_L: Quantity = ASSUMED("10 nS")
    E_L: Quantity = ASSUMED("-60 mV")
    V_T: Quantity = ASSUMED("-45 mV")
    D_T: Quantity = ASSUMED("1 mV")
    V_r: Quantity = ASSUMED("-60 mV")
    t_ref: Quantity = ASSUMED("2 ms")
    a: Quantity = ASSUMED("0 nS")
    b: Quantity = ASSUMED("0 pA")
    tau_w: Quantity = ASSUMED("10 ms")


@dataclass(frozen=True, kw_only=True)
class PyramidalBackground(Background):
    """Background into pyramidal cells."""

    I_mean: Quantity = ASSUMED("35 pA")
    I_sd: Quantity = ASSUMED("30 pA")


@dataclass(frozen=True, kw_only=True)
class BasketBackground(Background):
    """Background into basket cells."""

    I_mean: Quantity = ASSUMED("100 pA")
    I_sd: Quantity = ASSUMED("40 pA")


@dataclass(frozen=True, kw_only=True)
class CA1ToPyramidal(Projection):
    """The output of CA1."""

    pre: ClassVar[str] = "ca1_pyramidal"
    post: ClassVar[str] = "sub_pyramidal"
    receptor: ClassVar[str] = "AMPA+NMDA"
    in_degree: int = ASSUMED(60)
    weight: Quantity = HIPPOCAMPOME("1.40 nS")
    delay: Quantity = ASSUMED("3 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class CA1ToBasket(Projection):
    """Feedforward excitation."""

    pre: ClassVar[str] = "ca1_pyramidal"
    post: ClassVar[str] = "sub_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(100)
    weight: Quantity = ASSUMED("0.5 nS")
    delay: Quantity = ASSUMED("3 ms")


@dataclass(frozen=True, kw_only=True)
class PyramidalToBasket(Projection):
    """Feedback excitation."""

    pre: ClassVar[str] = "sub_pyramidal"
    post: ClassVar[str] = "sub_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(60)
    weight: Quantity = ASSUMED("0.5 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class BasketToPyramidal(Projection):
    """Somatic inhibition."""

    pre: ClassVar[str] = "sub_basket"
    post: ClassVar[str] = "sub_pyramidal"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(20)
    weight: Quantity = ASSUMED("0.5 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class SUB(Region):
    """What is chosen about the subiculum."""

    members: ClassVar[tuple[str, ...]] = ("pyramidal", "basket")
    gabaergic: ClassVar[tuple[str, ...]] = ("basket",)
    n_pyramidal: int = ASSUMED(300, "pyramidal cells")
    n_basket: int = ASSUMED(60, "interneurons")
    pyramidal: Cell = Pyramidal()
    basket: Cell = Basket()
    pyramidal_background: Background = PyramidalBackground()
    basket_background: Background = BasketBackground()
    ca1_to_pyramidal: Projection = CA1ToPyramidal()
    ca1_to_basket: Projection = CA1ToBasket()
    pyramidal_to_basket: Projection = PyramidalToBasket()
    basket_to_pyramidal: Projection = BasketToPyramidal()
