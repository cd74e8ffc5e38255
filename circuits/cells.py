"""Point neurons: equation text and symbols; `network.py` makes Brian2 objects of them.

Conductances and postsynaptic potentials decay exactly within a step, whatever its
length: dg/dt is written so that one Euler step is exp(-dt/tau). ``I_ext``, what the
drives of a population give, is declared where the two meet (region.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from .function import Function
from .parameters import ASSUMED, Parameters, Source, symbol
from .quantity import Quantity
from .sources import HIPPOCAMPOME

JAHR = Source("Jahr and Stevens 1990", doi="10.1523/JNEUROSCI.10-09-03178.1990")


@dataclass(frozen=True, kw_only=True)
class Cell(Parameters):
    """What fires: equations of its membrane and receptors, threshold and reset.

    ``rest`` names the symbol at which ``v`` starts; empty where ``v`` is no state.
    """

    membrane: ClassVar[str]
    receptors: ClassVar[str] = ""
    threshold: ClassVar[str]
    reset: ClassVar[str] = ""
    refractory: ClassVar[str] = ""
    rest: ClassVar[str]
    functions: ClassVar[Mapping[str, Function]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Axon(Cell):
    """A fibre cut from its cell: a current above its threshold makes it fire once."""

    E_L: Quantity = ASSUMED("-70 mV", "resting potential")
    I_fire: Quantity = ASSUMED("0.5 nA", "current that fires it")

    membrane: ClassVar[str] = "v : volt"
    threshold: ClassVar[str] = "I_ext > I_fire"
    reset: ClassVar[str] = "I_ext = 0*amp"  # until the next pulse: one spike each
    rest: ClassVar[str] = "E_L"

    def __post_init__(self) -> None:
        """Refuse a fibre that fires without a stimulus."""
        self.must_be("a value above 0", "I_fire")


@dataclass(frozen=True, kw_only=True)
class Neuron(Cell):
    """A cell whose synapses open conductances: three receptors."""

    tau_ampa: Quantity = symbol("AMPA decay")
    tau_nmda: Quantity = symbol("NMDA decay")
    tau_gaba: Quantity = symbol("GABA-A decay")
    E_exc: Quantity = symbol("excitatory reversal potential")
    E_inh: Quantity = symbol("inhibitory reversal potential")
    Mg: float = JAHR(1 / 3.57, "magnesium over its half-block concentration at 0 mV")
    V_Mg: Quantity = JAHR("16.13 mV", "steepness of the magnesium block, 1/0.062")

    receptors: ClassVar[str] = """
    I_syn = (g_ampa + g_nmda*B)*(E_exc - v) + g_gaba*(E_inh - v) : amp
    B = 1/(1 + Mg*exp(-v/V_Mg))                                 : 1
    dg_ampa/dt = g_ampa*expm1(-dt/tau_ampa)/dt                  : siemens
    dg_nmda/dt = g_nmda*expm1(-dt/tau_nmda)/dt                  : siemens
    dg_gaba/dt = g_gaba*expm1(-dt/tau_gaba)/dt                  : siemens
    """

    def __post_init__(self) -> None:
        """Refuse values at which the equations have no solution, or none that lasts."""
        self.must_be("a value above 0", "tau_ampa", "tau_nmda", "tau_gaba", "V_Mg")
        self.must_be("0 or more", "Mg")


@dataclass(frozen=True, kw_only=True)
class AdEx(Neuron):
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

    def __post_init__(self) -> None:
        """Refuse a membrane that explodes, or that a reset does not bring down."""
        super().__post_init__()
        self.must_be("a value above 0", "C", "g_L", "D_T", "tau_w")
        self.must_be("0 or more", "t_ref")
        if not float(self.V_r) < float(self.V_T) + 5 * float(self.D_T):
            raise ValueError(
                f"V_r={self.V_r}: the reset must lie below the threshold, "
                f"V_T + 5 D_T with V_T={self.V_T} and D_T={self.D_T}."
            )


@dataclass(frozen=True, kw_only=True)
class EIF(Neuron):
    """Exponential integrate-and-fire neuron with an after-hyperpolarisation.

    Fourcaud-Trocme et al. (2003), doi:10.1523/JNEUROSCI.23-37-11628.2003.
    """

    C: Quantity = symbol("membrane capacitance")
    g_L: Quantity = symbol("leak conductance")
    E_L: Quantity = symbol("resting potential")
    V_T: Quantity = symbol("threshold of the exponential")
    D_T: Quantity = symbol("slope of the exponential")
    V_r: Quantity = symbol("reset potential")
    t_ref: Quantity = symbol("refractory period")
    g_spike: Quantity = symbol("after-hyperpolarisation that a spike opens")
    tau_ahp: Quantity = symbol("its decay")
    E_ahp: Quantity = symbol("its reversal potential")

    membrane: ClassVar[str] = """
    dv/dt = (I_exp - g_L*(v - E_L) + I_ahp + I_syn + I_ext)/C : volt (unless refractory)
    dg_ahp/dt = g_ahp*expm1(-dt/tau_ahp)/dt                   : siemens
    I_exp = g_L*D_T*exp((v - V_T)/D_T)                        : amp
    I_ahp = g_ahp*(E_ahp - v)                                 : amp
    """
    # Five slopes above threshold the exponential leaves no way back.
    threshold: ClassVar[str] = "v > V_T + 5*D_T"
    refractory: ClassVar[str] = "t_ref"
    rest: ClassVar[str] = "E_L"

    def __post_init__(self) -> None:
        """Refuse a membrane that explodes, or that a reset does not bring down."""
        super().__post_init__()
        self.must_be("a value above 0", "C", "g_L", "D_T", "tau_ahp")
        self.must_be("0 or more", "t_ref", "g_spike")
        if not float(self.V_r) < float(self.V_T) + 5 * float(self.D_T):
            raise ValueError(
                f"V_r={self.V_r}: the reset must lie below the threshold, "
                f"V_T + 5 D_T with V_T={self.V_T} and D_T={self.D_T}."
            )


@dataclass(frozen=True, kw_only=True)
class LIF(Cell):
    """Leaky integrate-and-fire neuron whose synapses add postsynaptic potentials.

    A step is exact for an input that is held at its mean over the step.
    """

    R: Quantity = symbol("membrane resistance")
    tau_m: Quantity = symbol("membrane time constant")
    E_L: Quantity = symbol("resting potential")
    V_th: Quantity = symbol("threshold")
    V_r: Quantity = symbol("reset potential")
    t_ref: Quantity = symbol("refractory period")
    tau_syn: Quantity = symbol("decay of synaptic input")

    membrane: ClassVar[str] = """
    dv/dt = (v - v_inf)*expm1(-dt/tau_m)/dt : volt (unless refractory)
    v_inf = E_L + R*I_ext + psp_mean        : volt
    psp_mean = psp*(-expm1(-dt/tau_syn))*tau_syn/dt : volt
    """
    receptors: ClassVar[str] = "dpsp/dt = psp*expm1(-dt/tau_syn)/dt : volt"
    threshold: ClassVar[str] = "v > V_th"
    reset: ClassVar[str] = "v = V_r"
    refractory: ClassVar[str] = "t_ref"
    rest: ClassVar[str] = "E_L"

    def __post_init__(self) -> None:
        """Refuse a membrane that explodes, or that a reset does not bring down."""
        self.must_be("a value above 0", "R", "tau_m", "tau_syn")
        self.must_be("0 or more", "t_ref")
        if not float(self.V_r) < float(self.V_th):
            raise ValueError(
                f"V_r={self.V_r}: the reset must lie below the threshold, "
                f"V_th={self.V_th}."
            )


@dataclass(frozen=True, kw_only=True)
class Izhikevich(Neuron):
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

    def __post_init__(self) -> None:
        """Refuse a membrane that explodes, or that a reset does not bring down."""
        super().__post_init__()
        self.must_be("a value above 0", "C", "k", "a")
        if not float(self.c) < float(self.v_peak):
            raise ValueError(
                f"c={self.c}: the reset must lie below the peak, v_peak={self.v_peak}."
            )


@dataclass(frozen=True, kw_only=True)
class OLMMembrane(Izhikevich):
    """Membrane of oriens-lacunosum-moleculare cells, in CA1 and in CA3."""

    C: Quantity = HIPPOCAMPOME("73 pF")
    k: Quantity = HIPPOCAMPOME("4.475 nS/mV")
    v_r: Quantity = HIPPOCAMPOME("-60.0 mV")
    v_t: Quantity = HIPPOCAMPOME("-56.41 mV")
    a: Quantity = HIPPOCAMPOME("0.0686 1/ms")
    b: Quantity = HIPPOCAMPOME("74.3 nS")
    v_peak: Quantity = HIPPOCAMPOME("7.99 mV")
    c: Quantity = HIPPOCAMPOME("-58.16 mV")
    d: Quantity = HIPPOCAMPOME("299 pA")
