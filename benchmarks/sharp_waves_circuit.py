"""The CA3 network of Ecker et al. 2022 that makes sharp waves, as a circuit of ours.

    mossy fibres ──▶ pyramidal ──▶ pyramidal    8000 cells, 6.4 million synapses,
                       │  ▲                     weights of a run along a track
                       ▼  │
                     basket ──▶ basket          150 cells

Other than published: a step is 0.2 ms, not 0.1, and Euler's, so that delays of 0.9 and
1.1 ms become 1.0 and 1.2; all targets of a projection have the same number of inputs;
events of mossy fibres fall on whole milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from trisynapse.circuits.cells import Cell
from trisynapse.circuits.circuit import Circuit
from trisynapse.circuits.drives import Drive
from trisynapse.circuits.parameters import Source
from trisynapse.circuits.projection import Array, Ids, Projection, Rule, State
from trisynapse.circuits.quantity import Quantity
from trisynapse.circuits.region import Region

from .sharp_waves_cells import BARTOS, ECKER, GUZMAN, Basket, Pyramidal

GEIGER = Source("Geiger et al. 1997, in dentate gyrus")

RECURRENT = "ca3_pyramidal_to_ca3_pyramidal"


@dataclass(frozen=True, kw_only=True)
class MossyFibre(Drive):
    """A mossy fibre of each cell: Poisson events, at most one a tick."""

    rate: Quantity = ECKER("15 Hz", "events of one fibre")
    w_mossy: Quantity = ECKER("19.15 nS", "weight of an event, with symmetric STDP")

    update: ClassVar[str] = "g_mossy += w_mossy*int(rand() < rate*tick)"
    current: ClassVar[str] = "0*amp"


@dataclass(frozen=True, kw_only=True)
class Learned(Rule):
    """A strength that was learnt before and stays."""

    model: ClassVar[str] = "strength : 1"
    weight: ClassVar[str] = "w_0*strength"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"strength": 1.0})

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Return what was given."""
        return dict(state)


@dataclass(frozen=True, kw_only=True)
class Recurrent(Projection):
    """Pyramidal cells among themselves; the weight is that before the run."""

    pre: ClassVar[str] = "ca3_pyramidal"
    post: ClassVar[str] = "ca3_pyramidal"
    receptor: ClassVar[str] = "AMPA"
    plastic: ClassVar[str] = "learned"
    in_degree: int = ECKER(800, "0.1 of 8000")
    weight: Quantity = ECKER("0.062 nS", "0.1 nS, by their factor of 0.62")
    delay: Quantity = GUZMAN("2.2 ms")


@dataclass(frozen=True, kw_only=True)
class PyramidalToBasket(Projection):
    """Feedback excitation."""

    pre: ClassVar[str] = "ca3_pyramidal"
    post: ClassVar[str] = "ca3_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ECKER(800, "0.1 of 8000")
    weight: Quantity = ECKER("0.85 nS")
    delay: Quantity = GEIGER("0.9 ms")


@dataclass(frozen=True, kw_only=True)
class BasketToPyramidal(Projection):
    """Inhibition."""

    pre: ClassVar[str] = "ca3_basket"
    post: ClassVar[str] = "ca3_pyramidal"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ECKER(38, "0.25 of 150")
    weight: Quantity = ECKER("0.65 nS")
    delay: Quantity = BARTOS("1.1 ms")


@dataclass(frozen=True, kw_only=True)
class BasketToBasket(Projection):
    """Mutual inhibition."""

    pre: ClassVar[str] = "ca3_basket"
    post: ClassVar[str] = "ca3_basket"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ECKER(38, "0.25 of 150")
    weight: Quantity = ECKER("5 nS")
    delay: Quantity = BARTOS("0.6 ms")


@dataclass(frozen=True, kw_only=True)
class CA3(Region):
    """What is chosen about the region."""

    members: ClassVar[tuple[str, ...]] = ("pyramidal", "basket")
    gabaergic: ClassVar[tuple[str, ...]] = ("basket",)
    n_pyramidal: int = ECKER(8000, "pyramidal cells")
    n_basket: int = ECKER(150, "basket cells")
    pyramidal: Cell = Pyramidal()
    basket: Cell = Basket()
    pyramidal_mossy: Drive = MossyFibre()
    recurrent: Projection = Recurrent()
    pyramidal_to_basket: Projection = PyramidalToBasket()
    basket_to_pyramidal: Projection = BasketToPyramidal()
    basket_to_basket: Projection = BasketToBasket()


@dataclass(frozen=True, kw_only=True)
class SharpWaves(Circuit):
    """The network; ``RULES`` go with it."""

    ca3: CA3 = CA3()


RULES: dict[str, Rule] = {"learned": Learned()}
