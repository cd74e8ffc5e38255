"""A plain network of leaky integrate-and-fire cells with pair STDP, in our form.

exc ──▶ exc    160 inputs a cell, plastic
 │ ▲
 ▼ │
inh ──▶ inh    40 inhibitory inputs a cell, 160 excitatory ones

Synaptic currents jump and decay; they are given in volts, times R. The noise is a new
value every millisecond, for every cell its own, as from NEST's `noise_generator`. All
values are assumed.
"""

from dataclasses import dataclass
from typing import ClassVar

from trisynapse.circuits.cells import LIF
from trisynapse.circuits.circuit import Circuit
from trisynapse.circuits.drives import Background
from trisynapse.circuits.parameters import ASSUMED
from trisynapse.circuits.projection import Projection
from trisynapse.circuits.quantity import Quantity
from trisynapse.circuits.region import Region


@dataclass(frozen=True, kw_only=True)
class Leaky(LIF):
    """Every cell of the network."""

    R: Quantity = ASSUMED("100 Mohm")
    tau_m: Quantity = ASSUMED("20 ms")
    E_L: Quantity = ASSUMED("-70 mV")
    V_th: Quantity = ASSUMED("-50 mV")
    V_r: Quantity = ASSUMED("-60 mV")
    t_ref: Quantity = ASSUMED("2 ms")
    tau_syn: Quantity = ASSUMED("5 ms")


@dataclass(frozen=True, kw_only=True)
class Noise(Background):
    """White noise, so to speak: every millisecond forgets the one before."""

    I_mean: Quantity = ASSUMED("150 pA")
    I_sd: Quantity = ASSUMED("200 pA")
    tau_noise: Quantity = ASSUMED("1 us")


@dataclass(frozen=True, kw_only=True)
class Excitation(Projection):
    """What excitatory cells send to inhibitory ones."""

    pre: ClassVar[str] = "plain_exc"
    post: ClassVar[str] = "plain_inh"
    receptor: ClassVar[str] = "PSP+"
    in_degree: int = ASSUMED(160)
    weight: Quantity = ASSUMED("2 mV")
    delay: Quantity = ASSUMED("2 ms")


@dataclass(frozen=True, kw_only=True)
class Recurrent(Excitation):
    """What they send to each other, under STDP."""

    post: ClassVar[str] = "plain_exc"
    plastic: ClassVar[str] = "stdp"


@dataclass(frozen=True, kw_only=True)
class Inhibition(Projection):
    """What inhibitory cells send to excitatory ones."""

    pre: ClassVar[str] = "plain_inh"
    post: ClassVar[str] = "plain_exc"
    receptor: ClassVar[str] = "PSP-"
    in_degree: int = ASSUMED(40)
    weight: Quantity = ASSUMED("10 mV")
    delay: Quantity = ASSUMED("2 ms")


@dataclass(frozen=True, kw_only=True)
class Mutual(Inhibition):
    """What they send to each other."""

    post: ClassVar[str] = "plain_inh"


@dataclass(frozen=True, kw_only=True)
class Plain(Region):
    """The cells and their projections."""

    members: ClassVar[tuple[str, ...]] = ("exc", "inh")
    gabaergic: ClassVar[tuple[str, ...]] = ("inh",)
    n_exc: int = ASSUMED(1600, "excitatory cells")
    n_inh: int = ASSUMED(400, "inhibitory cells")
    exc: LIF = Leaky()
    inh: LIF = Leaky()
    exc_noise: Background = Noise()
    inh_noise: Background = Noise()
    recurrent: Projection = Recurrent()
    excitation: Projection = Excitation()
    inhibition: Projection = Inhibition()
    mutual: Projection = Mutual()


@dataclass(frozen=True, kw_only=True)
class PlainCircuit(Circuit):
    """The network."""

    plain: Plain = Plain()
