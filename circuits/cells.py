"""Point neurons: equation text and symbols; `network.py` makes Brian2 objects of them.

Every cell has the same three receptors. Conductances decay exactly within a step,
whatever its length: dg/dt is written so that one Euler step is exp(-dt/tau).
"""

from dataclasses import dataclass
from typing import ClassVar

from .parameters import Parameters, Source, symbol
from .quantity import Quantity

JAHR = Source("Jahr and Stevens 1990", doi="10.1523/JNEUROSCI.10-09-03178.1990")


@dataclass(frozen=True, kw_only=True)
class Cell(Parameters):
    """Receptors and input that every cell has."""

    tau_ampa: Quantity = symbol("AMPA decay")
    tau_nmda: Quantity = symbol("NMDA decay")
    tau_gaba: Quantity = symbol("GABA-A decay")
    E_exc: Quantity = symbol("excitatory reversal potential")
    E_inh: Quantity = symbol("inhibitory reversal potential")
    Mg: float = JAHR(1 / 3.57, "magnesium over its half-block concentration at 0 mV")
    V_Mg: Quantity = JAHR("16.13 mV", "steepness of the magnesium block, 1/0.062")

    membrane: ClassVar[str]
    threshold: ClassVar[str]
    reset: ClassVar[str]
    refractory: ClassVar[str] = ""
    rest: ClassVar[str]

    receptors: ClassVar[str] = """
    I_syn = (g_ampa + g_nmda*B)*(E_exc - v) + g_gaba*(E_inh - v) : amp
    B = 1/(1 + Mg*exp(-v/V_Mg))                                 : 1
    dg_ampa/dt = g_ampa*expm1(-dt/tau_ampa)/dt                  : siemens
    dg_nmda/dt = g_nmda*expm1(-dt/tau_nmda)/dt                  : siemens
    dg_gaba/dt = g_gaba*expm1(-dt/tau_gaba)/dt                  : siemens
    I_ext                                                       : amp
    """


@dataclass(frozen=True, kw_only=True)
class AdEx(Cell):
    """Adaptive exponential integrate-and-fire neuron.

    Brette and Gerstner (2005), doi:10.1152/jn.00686.2005.
    """

    C: Quantity = symbol("membrane capacitance")
    g_L: Quantity = symbol("leak conductance")
    E_L: Quantity = symbol("resting potential")
    V_T: Quantity = symbol("threshold of the exponential")
    D_T: Quantity = symbol("slope of the exponential")
    V_r: Quantity = symbol("reset potential")
    t_ref: Quantity = symbol("refractory period")
    a: Quantity = symbol("subthreshold adaptation")
    b: Quantity = symbol("adaptation per spike")
    tau_w: Quantity = symbol("adaptation time constant")

    membrane: ClassVar[str] = """
    dv/dt = (I_exp - g_L*(v - E_L) - w + I_syn + I_ext)/C : volt (unless refractory)
    dw/dt = (a*(v - E_L) - w)/tau_w                       : amp
    I_exp = g_L*D_T*exp((v - V_T)/D_T)                    : amp
    """
    # Five slopes above threshold the exponential leaves no way back.
    threshold: ClassVar[str] = "v > V_T + 5*D_T"
    reset: ClassVar[str] = "v = V_r; w += b"
    refractory: ClassVar[str] = "t_ref"
    rest: ClassVar[str] = "E_L"


@dataclass(frozen=True, kw_only=True)
class Izhikevich(Cell):
    """Quadratic integrate-and-fire neuron with recovery, in physical units.

    Izhikevich (2007), Dynamical Systems in Neuroscience, MIT Press, chapter 8.
    """

    C: Quantity = symbol("membrane capacitance")
    k: Quantity = symbol("curvature of the current-voltage relation")
    v_r: Quantity = symbol("resting potential")
    v_t: Quantity = symbol("threshold")
    a: Quantity = symbol("rate of recovery")
    b: Quantity = symbol("conductance of recovery")
    v_peak: Quantity = symbol("peak of the spike")
    c: Quantity = symbol("reset potential")
    d: Quantity = symbol("recovery per spike")

    membrane: ClassVar[str] = """
    dv/dt = (k*(v - v_r)*(v - v_t) - w + I_syn + I_ext)/C : volt
    dw/dt = a*(b*(v - v_r) - w)                           : amp
    """
    threshold: ClassVar[str] = "v >= v_peak"
    reset: ClassVar[str] = "v = c; w += d"
    rest: ClassVar[str] = "v_r"
