"""Cells of CA3 with the synapses of Ecker et al. 2022, which rise and decay.

A synapse opens g; the conductance G follows it, with a rise and a decay that one step
of the equations takes exactly, whatever its length:

    dg/dt = -g/tau,    dG/dt = (norm g - G)/rise,
    norm = p^(p/(p - 1))/(p - 1),    p = tau/rise

That is how it was published. Its norm is the one of exp(-t/tau) - exp(-t/rise), where G
is p/(p - 1) times that: G peaks at so many times the weight, 1.1 to 1.3. The published
weights were fitted with it, and stay as they are.
"""

from dataclasses import dataclass
from typing import ClassVar

from trisynapse.circuits.cells import AdEx
from trisynapse.circuits.parameters import ASSUMED, Source, symbol
from trisynapse.circuits.quantity import Quantity

ECKER = Source("Ecker et al. 2022", doi="10.7554/eLife.71850")
BARTOS = Source("Bartos et al. 2002", doi="10.1073/pnas.192233099")
GUZMAN = Source("Guzman et al. 2016", doi="10.1126/science.aaf1836")
LEE = Source("Lee et al. 2014, in CA1")
VYLETA = Source("Vyleta et al. 2016", doi="10.7554/eLife.17977")

AMPA = """
    dg_ampa/dt = g_ampa*expm1(-dt/tau_ampa)/dt                         : siemens
    dG_ampa/dt = (G_ampa*expm1(-dt/rise_ampa) + passed_ampa*g_ampa)/dt : siemens
    passed_ampa = peak_ampa*(exp(-dt/tau_ampa) - exp(-dt/rise_ampa))   : 1 (shared)
    peak_ampa = p_ampa**(p_ampa/(p_ampa - 1))*p_ampa/(p_ampa - 1)**2   : 1 (shared)
    p_ampa = tau_ampa/rise_ampa                                        : 1 (shared)
"""
GABA = """
    dg_gaba/dt = g_gaba*expm1(-dt/tau_gaba)/dt                         : siemens
    dG_gaba/dt = (G_gaba*expm1(-dt/rise_gaba) + passed_gaba*g_gaba)/dt : siemens
    passed_gaba = peak_gaba*(exp(-dt/tau_gaba) - exp(-dt/rise_gaba))   : 1 (shared)
    peak_gaba = p_gaba**(p_gaba/(p_gaba - 1))*p_gaba/(p_gaba - 1)**2   : 1 (shared)
    p_gaba = tau_gaba/rise_gaba                                        : 1 (shared)
"""
MOSSY = """
    dg_mossy/dt = g_mossy*expm1(-dt/tau_mossy)/dt                           : siemens
    dG_mossy/dt = (G_mossy*expm1(-dt/rise_mossy) + passed_mossy*g_mossy)/dt : siemens
    passed_mossy = peak_mossy*(exp(-dt/tau_mossy) - exp(-dt/rise_mossy))    : 1 (shared)
    peak_mossy = p_mossy**(p_mossy/(p_mossy - 1))*p_mossy/(p_mossy - 1)**2  : 1 (shared)
    p_mossy = tau_mossy/rise_mossy                                          : 1 (shared)
"""


@dataclass(frozen=True, kw_only=True)
class TwoExponential(AdEx):
    """AdEx neuron whose conductances rise and decay; it has no NMDA receptors."""

    rise_ampa: Quantity = symbol("AMPA rise")
    rise_gaba: Quantity = symbol("GABA-A rise")
    tau_nmda: Quantity = ASSUMED("100 ms", "stands in no equation here")

    receptors: ClassVar[str] = f"""
    {AMPA}{GABA}
    I_syn = G_ampa*(E_exc - v) + G_gaba*(E_inh - v) : amp
    """


@dataclass(frozen=True, kw_only=True)
class UnderMossyFibre(TwoExponential):
    """The same with a mossy fibre on it."""

    rise_mossy: Quantity = symbol("rise of the conductance of mossy fibres")
    tau_mossy: Quantity = symbol("its decay")

    receptors: ClassVar[str] = f"""
    {AMPA}{GABA}{MOSSY}
    I_syn = (G_ampa + G_mossy)*(E_exc - v) + G_gaba*(E_inh - v) : amp
    """


@dataclass(frozen=True, kw_only=True)
class Pyramidal(UnderMossyFibre):
    """Pyramidal cell."""

    C: Quantity = ECKER("180.13637 pF", "tau_m 41.7488927175169 ms times g_L")
    g_L: Quantity = ECKER("4.31475791937223 nS")
    E_L: Quantity = ECKER("-75.1884554193901 mV")
    V_T: Quantity = ECKER("-24.4255910105977 mV")
    D_T: Quantity = ECKER("4.2340696257631 mV")
    V_r: Quantity = ECKER("-29.738747396665072 mV")
    t_ref: Quantity = ECKER("5.96326930945599 ms")
    a: Quantity = ECKER("-0.274347065652738 nS")
    b: Quantity = ECKER("206.841448096415 pA")
    tau_w: Quantity = ECKER("84.9358017225512 ms")
    rise_ampa: Quantity = GUZMAN("1.3 ms")
    tau_ampa: Quantity = GUZMAN("9.5 ms")
    rise_gaba: Quantity = BARTOS("0.3 ms")
    tau_gaba: Quantity = BARTOS("3.3 ms")
    rise_mossy: Quantity = VYLETA("0.65 ms")
    tau_mossy: Quantity = VYLETA("5.4 ms")
    E_exc: Quantity = ECKER("0 mV")
    E_inh: Quantity = ECKER("-70 mV")


@dataclass(frozen=True, kw_only=True)
class Basket(TwoExponential):
    """Parvalbumin-expressing basket cell."""

    C: Quantity = ECKER("118.52995 pF", "tau_m 15.773412296065 ms times g_L")
    g_L: Quantity = ECKER("7.51454086502288 nS")
    E_L: Quantity = ECKER("-74.74167987795019 mV")
    V_T: Quantity = ECKER("-57.7092044103536 mV")
    D_T: Quantity = ECKER("4.58413312063091 mV")
    V_r: Quantity = ECKER("-64.99190523539687 mV")
    t_ref: Quantity = ECKER("1.15622717832178 ms")
    a: Quantity = ECKER("3.05640210724374 nS")
    b: Quantity = ECKER("0.916098931234532 pA")
    tau_w: Quantity = ECKER("178.581099914024 ms")
    rise_ampa: Quantity = LEE("1.0 ms")
    tau_ampa: Quantity = LEE("4.1 ms")
    rise_gaba: Quantity = BARTOS("0.25 ms")
    tau_gaba: Quantity = BARTOS("1.2 ms")
    E_exc: Quantity = ECKER("0 mV")
    E_inh: Quantity = ECKER("-70 mV")
