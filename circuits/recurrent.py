"""The circuit `recurrent`: an assembly among cells that excite each other.

            ┌──▶ excitatory ──┐ plastic          1600 cells, of which the first 150
            │     │     ▲     │                  are the assembly: a cue fires them,
            └─────┼─────┼─────┘                  or the first part of them
                  ▼     │
                inhibitory ◀─┐                   400 cells
                  └──────────┘

That of Luboeinski and Tetzlaff (2021), doi:10.1038/s42003-021-01778-y. Any two cells
are connected with a probability of 0.1. Synapses add potentials of h_0,
2 h_0 (onto inhibitory cells) or -4 h_0 (from them) to what drives the membrane.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .cells import LIF, Cell
from .circuit import Circuit
from .drives import DRUGS, Diffusion, Drive
from .projection import Projection
from .quantity import Quantity
from .region import Region
from .sources import LUBOEINSKI


@dataclass(frozen=True, kw_only=True)
class Leaky(LIF):
    """Every cell of the network."""

    R: Quantity = LUBOEINSKI("10 Mohm")
    tau_m: Quantity = LUBOEINSKI("10 ms")
    E_L: Quantity = LUBOEINSKI("-65 mV")
    V_th: Quantity = LUBOEINSKI("-55 mV")
    V_r: Quantity = LUBOEINSKI("-70 mV")
    # 2 ms in the paper; its programs wait one step of 0.2 ms longer.
    t_ref: Quantity = LUBOEINSKI("2.2 ms")
    tau_syn: Quantity = LUBOEINSKI("5 ms")


@dataclass(frozen=True, kw_only=True)
class Noise(Diffusion):
    """Input from elsewhere: 0.05 nA s^(1/2) of white noise, filtered by 5 ms."""

    I_mean: Quantity = LUBOEINSKI("0.15 nA")
    I_sd: Quantity = LUBOEINSKI("0.5 nA")
    tau_noise: Quantity = LUBOEINSKI("5 ms")


@dataclass(frozen=True, kw_only=True)
class Cue(Drive):
    """A cue that fires assembly cells: input of many cells that fire at random.

    The column `cue` holds the share of the assembly that is reached, the first cells
    first. Their current is an Ornstein-Uhlenbeck process, held from tick to tick.
    """

    n_assembly: int = LUBOEINSKI(150, "cells of the assembly")
    n_inputs: int = LUBOEINSKI(25, "cells that each of them hears")
    f_input: Quantity = LUBOEINSKI("100 Hz", "rate of such a cell")
    charge: Quantity = LUBOEINSKI("420.075 pC", "charge of one of their spikes")
    tau_cue: Quantity = LUBOEINSKI("5 ms", "correlation time of the input")

    variables: ClassVar[str] = """
    rank : 1
    heard : 1
    """
    # The process stands still while nobody hears it.
    update: ClassVar[str] = """
    on = int(stimulus(t, at_cue) > 0)
    fresh = deviate(0, noise_key + 1, timestep(t, tick), on)
    moved = heard*expm1(-tick/tau_cue) + sqrt(-expm1(-2*tick/tau_cue))*fresh
    heard = heard + on*moved
    """
    current: ClassVar[str] = (
        "int(stimulus(t, at_cue) > rank)*charge"
        "*(n_inputs*f_input + sqrt(n_inputs*f_input/(2*tau_cue))*heard)"
    )
    functions = Diffusion.functions

    def __post_init__(self) -> None:
        """Refuse an assembly that cannot be cued."""
        self.must_be("at least 1", "n_assembly", "n_inputs")
        self.must_be("a value above 0", "f_input", "tau_cue")
        self.must_be("0 or more", "charge")

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Give each cell its place in the assembly, and noise from its distribution."""
        return {"rank": self._ranks(n), "heard": rng.standard_normal(n)}

    def reached(self, share: float) -> int:
        """Return how many cells a cue of this share reaches."""
        return int(np.sum(share > self._ranks(self.n_assembly)))

    def _ranks(self, n: int) -> Any:
        return np.arange(n) / self.n_assembly


@dataclass(frozen=True, kw_only=True)
class Synapse(Projection):
    """A tenth of all pairs."""

    scattered: ClassVar[bool] = True
    delay: Quantity = LUBOEINSKI("3 ms")


@dataclass(frozen=True, kw_only=True)
class ExcitatoryToExcitatory(Synapse):
    """Plastic excitation, h_0."""

    pre: ClassVar[str] = "network_excitatory"
    post: ClassVar[str] = "network_excitatory"
    receptor: ClassVar[str] = "PSP+"
    plastic: ClassVar[str] = "recurrent"
    in_degree: int = LUBOEINSKI(160)
    weight: Quantity = LUBOEINSKI("4.20075 mV")


@dataclass(frozen=True, kw_only=True)
class ExcitatoryToInhibitory(Synapse):
    """Excitation of inhibitory cells, 2 h_0."""

    pre: ClassVar[str] = "network_excitatory"
    post: ClassVar[str] = "network_inhibitory"
    receptor: ClassVar[str] = "PSP+"
    in_degree: int = LUBOEINSKI(160)
    weight: Quantity = LUBOEINSKI("8.4015 mV")


@dataclass(frozen=True, kw_only=True)
class InhibitoryToExcitatory(Synapse):
    """Inhibition, 4 h_0."""

    pre: ClassVar[str] = "network_inhibitory"
    post: ClassVar[str] = "network_excitatory"
    receptor: ClassVar[str] = "PSP-"
    in_degree: int = LUBOEINSKI(40)
    weight: Quantity = LUBOEINSKI("16.803 mV")


@dataclass(frozen=True, kw_only=True)
class InhibitoryToInhibitory(Synapse):
    """Inhibition of inhibitory cells, 4 h_0."""

    pre: ClassVar[str] = "network_inhibitory"
    post: ClassVar[str] = "network_inhibitory"
    receptor: ClassVar[str] = "PSP-"
    in_degree: int = LUBOEINSKI(40)
    weight: Quantity = LUBOEINSKI("16.803 mV")


@dataclass(frozen=True, kw_only=True)
class RecurrentCells(Region):
    """The excitatory and the inhibitory cells."""

    region: ClassVar[str] = "network"
    members: ClassVar[tuple[str, ...]] = ("excitatory", "inhibitory")
    gabaergic: ClassVar[tuple[str, ...]] = ("inhibitory",)
    n_excitatory: int = LUBOEINSKI(1600, "excitatory cells")
    n_inhibitory: int = LUBOEINSKI(400, "inhibitory cells")
    excitatory: Cell = Leaky()
    inhibitory: Cell = Leaky()
    excitatory_noise: Drive = Noise()
    excitatory_cue: Drive = Cue()
    inhibitory_noise: Drive = Noise()
    excitation: Projection = ExcitatoryToExcitatory()
    feedback: Projection = ExcitatoryToInhibitory()
    inhibition: Projection = InhibitoryToExcitatory()
    disinhibition: Projection = InhibitoryToInhibitory()


@dataclass(frozen=True, kw_only=True)
class Recurrent(Circuit):
    """Cells that excite each other, an assembly among them, and inhibition."""

    columns: ClassVar[tuple[str, ...]] = ("cue", *DRUGS)

    cells: RecurrentCells = RecurrentCells()
