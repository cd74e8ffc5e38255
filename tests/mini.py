"""A circuit of two regions that compiles in seconds: every kind of part, few cells."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from trisynapse.circuits.cells import AdEx, Cell, Izhikevich
from trisynapse.circuits.circuit import Circuit
from trisynapse.circuits.drives import COLUMNS, Background, PlaceDrive, ShockDrive
from trisynapse.circuits.parameters import ASSUMED
from trisynapse.circuits.projection import Projection
from trisynapse.circuits.quantity import Quantity, quantity
from trisynapse.circuits.region import Region
from trisynapse.plasticity import InhibitorySTDP, TaggingCapture


@dataclass(frozen=True, kw_only=True)
class Pyramidal(AdEx):
    C: Quantity = ASSUMED("200 pF")
    g_L: Quantity = ASSUMED("10 nS")
    E_L: Quantity = ASSUMED("-70 mV")
    V_T: Quantity = ASSUMED("-50 mV")
    D_T: Quantity = ASSUMED("2 mV")
    V_r: Quantity = ASSUMED("-60 mV")
    t_ref: Quantity = ASSUMED("2 ms")
    a: Quantity = ASSUMED("0 nS")
    b: Quantity = ASSUMED("20 pA")
    tau_w: Quantity = ASSUMED("100 ms")
    tau_ampa: Quantity = ASSUMED("5 ms")
    tau_nmda: Quantity = ASSUMED("100 ms")
    tau_gaba: Quantity = ASSUMED("10 ms")
    E_exc: Quantity = ASSUMED("0 mV")
    E_inh: Quantity = ASSUMED("-75 mV")


@dataclass(frozen=True, kw_only=True)
class Basket(Izhikevich):
    C: Quantity = ASSUMED("40 pF")
    k: Quantity = ASSUMED("1 nS/mV")
    v_r: Quantity = ASSUMED("-60 mV")
    v_t: Quantity = ASSUMED("-45 mV")
    a: Quantity = ASSUMED("100 Hz")
    b: Quantity = ASSUMED("0 nS")
    v_peak: Quantity = ASSUMED("20 mV")
    c: Quantity = ASSUMED("-55 mV")
    d: Quantity = ASSUMED("50 pA")
    tau_ampa: Quantity = ASSUMED("3 ms")
    tau_nmda: Quantity = ASSUMED("100 ms")
    tau_gaba: Quantity = ASSUMED("8 ms")
    E_exc: Quantity = ASSUMED("0 mV")
    E_inh: Quantity = ASSUMED("-75 mV")


@dataclass(frozen=True, kw_only=True)
class Noise(Background):
    I_mean: Quantity = ASSUMED("200 pA")
    I_sd: Quantity = ASSUMED("60 pA")


@dataclass(frozen=True, kw_only=True)
class Sight(PlaceDrive):
    I_place: Quantity = ASSUMED("200 pA")
    share: float = ASSUMED(0.5)


@dataclass(frozen=True, kw_only=True)
class Pain(ShockDrive):
    I_shock: Quantity = ASSUMED("200 pA")


@dataclass(frozen=True, kw_only=True)
class Recurrent(Projection):
    pre: ClassVar[str] = "north_pyramidal"
    post: ClassVar[str] = "north_pyramidal"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "tagging"
    in_degree: int = ASSUMED(8)
    weight: Quantity = ASSUMED("0.5 nS")
    delay: Quantity = ASSUMED("2 ms")
    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class Onward(Projection):
    pre: ClassVar[str] = "north_pyramidal"
    post: ClassVar[str] = "south_basket"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(6)
    weight: Quantity = ASSUMED("1 nS")
    delay: Quantity = ASSUMED("6 ms")


@dataclass(frozen=True, kw_only=True)
class Back(Projection):
    pre: ClassVar[str] = "south_basket"
    post: ClassVar[str] = "north_pyramidal"
    receptor: ClassVar[str] = "GABA_A"
    plastic: ClassVar[str] = "inhibitory"
    in_degree: int = ASSUMED(4)
    weight: Quantity = ASSUMED("1 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class North(Region):
    members: ClassVar[tuple[str, ...]] = ("pyramidal",)
    gabaergic: ClassVar[tuple[str, ...]] = ()
    n_pyramidal: int = ASSUMED(24, "pyramidal cells")
    pyramidal: Cell = Pyramidal()
    pyramidal_background: Background = Noise()
    pyramidal_sight: PlaceDrive = Sight()
    pyramidal_pain: ShockDrive = Pain()
    recurrent: Projection = Recurrent()
    back: Projection = Back()


@dataclass(frozen=True, kw_only=True)
class South(Region):
    members: ClassVar[tuple[str, ...]] = ("basket",)
    gabaergic: ClassVar[tuple[str, ...]] = ("basket",)
    n_basket: int = ASSUMED(8, "basket cells")
    basket: Cell = Basket()
    basket_background: Background = Noise(
        I_mean=quantity("80 pA"), I_sd=quantity("20 pA")
    )
    onward: Projection = Onward()


@dataclass(frozen=True, kw_only=True)
class Mini(Circuit):
    traced: ClassVar[tuple[str, ...]] = ("north_pyramidal",)

    north: North = North()
    south: South = South()


RULES: dict[str, Any] = {"tagging": TaggingCapture(), "inhibitory": InhibitorySTDP()}
QUIET_RULES = {**RULES, "tagging": replace(RULES["tagging"], sigma=0.0)}


def changed(circuit: Mini, **values: str) -> Mini:
    """Return the circuit with other backgrounds; ``values`` as in ``I_sd="0 pA"``."""
    for name, value in values.items():
        for drive in ("north.pyramidal_background", "south.basket_background"):
            circuit = circuit.with_value(f"{drive}.{name}", value)
    return circuit


QUIET = changed(Mini(), I_sd="0 pA")  # what happens follows from the state alone
SILENT = changed(QUIET, I_mean="0 pA")  # no spikes


def shown(seconds: float, *, place: float = 1.0, shock: float = 0.0) -> Any:
    """Return the stimulus of a still animal."""
    columns = dict.fromkeys(COLUMNS, 0.0) | {"place": place, "shock": shock}
    row = [columns[name] for name in COLUMNS]
    return np.tile(row, (round(seconds * 1e3), 1))
