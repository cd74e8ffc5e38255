"""Equations and values of Luboeinski and Tetzlaff (2021), as their code has them.

    tau_mem dV/dt = V_rev - V + V_psp + R I_bg + V_stim      (unless refractory)
    V_psp decays with tau_syn and jumps by the weight w = h + z h_0 of an input
    I_bg, V_stim: Ornstein-Uhlenbeck noise; V_stim reaches the core, during pulses

h, z, Ca and the protein p follow the equations in plasticity/tagging_capture.py, but
in volts, with the sum and not the mean of |h - h_0| against theta_pro.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from brian2 import Hz, Mohm, ms, mV, nA, nF, second

H_0 = 4.20075 * mV
PUBLISHED: Mapping[str, Any] = MappingProxyType(
    {
        "R": 10 * Mohm,
        "tau_mem": 10 * Mohm * nF,
        "V_rev": -65 * mV,
        "V_reset": -70 * mV,
        "V_th": -55 * mV,
        # 2 ms in the paper; its programs wait one step of 0.2 ms longer.
        "t_ref": 2.2 * ms,
        "tau_syn": 5 * ms,
        "I_0": 0.15 * nA,
        "sigma_bg": 0.05 * nA * second**0.5,
        "tau_OU": 5 * ms,
        "N_stim": 25,
        "f_stim": 100 * Hz,
        "h_0": H_0,
        "w_ei": 2 * H_0,
        "w_ie": -4 * H_0,
        "w_ii": -4 * H_0,
        "tau_Ca": 48.8 * ms,
        "Ca_pre": 0.6,
        "Ca_post": 0.1655,
        "tau_h": 688.4 * second,
        "gamma_p": 1645.6,
        "gamma_d": 313.1,
        "theta_p": 3.0,
        "theta_d": 1.2,
        "sigma_pl": 2.90436 * mV,
        "h_max": 10 * mV,
        "theta_tag": 0.840149 * mV,
        "theta_pro": 2.10037 * mV,
        "tau_p": 3600 * second,
        "tau_z": 3600 * second,
    }
)
DELAYS = {"transmit": 3 * ms, "calcium": 18.8 * ms}
PULSE_S = 0.1  # of learning

CELL = """
dV/dt = (V_rev - V + V_psp + R*I_bg + V_stim)/tau_mem : volt (unless refractory)
dV_psp/dt = -V_psp/tau_syn                            : volt
dI_bg/dt = (I_0 - I_bg + sigma_bg*xi)/tau_OU          : amp
V_stim                                                : volt
"""
PROTEIN = """
dp/dt = (int(moved > theta_pro) - p)/tau_p : 1
moved                                      : volt
"""
# It stands for N_stim cells that fire at f_stim onto each cell of the core.
STIMULUS = """
dV/dt = (mean - V + sqrt(N_stim*f_stim)*h_0*second*xi)/tau_OU : volt
mean = N_stim*f_stim*h_0*second                               : volt
"""
PLASTIC = """
dh/dt = (0.1*(h_0 - h) + up - down + shake*xi)/tau_h : volt (clock-driven)
up = gamma_p*(h_max - h)*int(Ca > theta_p)           : volt
down = gamma_d*h*int(Ca > theta_d)                   : volt
shake = sigma_pl*sqrt(tau_h*over)                    : volt*second**0.5
over = int(Ca > theta_p) + int(Ca > theta_d)         : 1
dCa/dt = -Ca/tau_Ca                                  : 1 (clock-driven)
dz/dt = p_post*(grow - shrink)/tau_z                 : 1 (clock-driven)
grow = (1 - z)*int(h - h_0 > theta_tag)              : 1
shrink = (z + 0.5)*int(h_0 - h > theta_tag)          : 1
moved_post = abs(h - h_0)                            : volt (summed)
w = h + z*h_0                                        : volt
"""
FIXED = "w : volt (shared, constant)"
