"""Opsins by the names of the field, with their published constants.

Constants are those of the library Cleo (Johnsen et al. 2023), checked against it one by
one. What differs, and what was chosen rather than measured:

- eNpHR3.0: Cleo gives the end of pumping as 0.25/ms in its model and as 0.025/ms in its
  library. Taken is 0.25/ms, since the current then ends in 4 ms, as measured (Yizhar et
  al. 2011: 4.2 ms), rather than in 40 ms, and is of 0.8 nA at 10 mW/mm2, not of 4 nA.
- Arch has no published fit (the values under the name ArchT in PyRhO are those of its
  NpHR, with a reversal of 0 mV). Its rates are assumed such that the current rises and
  falls as published (Chow et al. 2010: 15 to 85 % in 8.8 ms, back in 19.3 ms).

g_0 is that of the cells that were fitted, 3 to 114 nS: a circuit sets its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .opsin_models import CHORD as CHORD
from .opsin_models import FourState as FourState
from .opsin_models import Opsin as Opsin
from .opsin_models import ThreeState as ThreeState
from .opsin_spectra import (
    ANION,
    BLUE,
    CHLORIDE,
    EARLIER,
    FAST_RED,
    PROTON,
    RED,
    Spectrum,
)
from .parameters import ASSUMED, Source
from .quantity import Quantity

EVANS = Source("Evans et al. 2016", doi="10.3389/fninf.2016.00008")
BANSAL = Source("Bansal et al. 2020", doi="10.1088/2057-1976/ab90a1")
NAGEL = Source("Nagel et al. 2003", doi="10.1073/pnas.1936192100")
MAGER = Source("Mager et al. 2018", doi="10.1038/s41467-018-04146-3")
GOVORUNOVA = Source("Govorunova et al. 2015", doi="10.1126/science.aaa7484")
GRADINARU = Source("Gradinaru et al. 2010", doi="10.1016/j.cell.2010.02.037")
CHOW = Source("Chow et al. 2010", doi="10.1038/nature08652")
CLEO = Source("Johnsen et al. 2023", doi="10.1101/2023.01.27.525963")


@dataclass(frozen=True, kw_only=True)
class ChR2(FourState):
    """Channelrhodopsin-2, as fitted by PyRhO: strong, and rectifying."""

    g_0: Quantity = EVANS("114 nS")
    E: Quantity = EVANS("0 mV")
    phi_m: float = EVANS(2.33e17)
    p: float = EVANS(0.833)
    q: float = EVANS(1.94)
    rectifies: float = EVANS(1.0)
    v_0: Quantity = EVANS("43 mV")
    v_1: Quantity = EVANS("17.1 mV")
    gamma: float = EVANS(0.00742)
    k_1: Quantity = EVANS("4.15 1/ms")
    k_2: Quantity = EVANS("0.868 1/ms")
    G_d1: Quantity = EVANS("0.105 1/ms")
    G_d2: Quantity = EVANS("0.0138 1/ms")
    G_r0: Quantity = EVANS("0.00033 1/ms")
    G_f0: Quantity = EVANS("0.0373 1/ms")
    G_b0: Quantity = EVANS("0.0161 1/ms")
    k_f: Quantity = EVANS("0.0581 1/ms")
    k_b: Quantity = EVANS("0.063 1/ms")
    wavelength: Quantity = NAGEL("470 nm")
    spectrum: Spectrum = NAGEL(BLUE)


@dataclass(frozen=True, kw_only=True)
class ChR2Bansal(FourState):
    """Channelrhodopsin-2, as in the comparisons of Bansal et al."""

    g_0: Quantity = BANSAL("3.2 nS")
    E: Quantity = BANSAL("0 mV")
    phi_m: float = BANSAL(1e16)
    p: float = BANSAL(1.0)
    q: float = BANSAL(1.0)
    gamma: float = BANSAL(0.05)
    k_1: Quantity = BANSAL("0.4 1/ms")
    k_2: Quantity = BANSAL("0.12 1/ms")
    G_d1: Quantity = BANSAL("0.066 1/ms")
    G_d2: Quantity = BANSAL("0.01 1/ms")
    G_r0: Quantity = BANSAL("0.000333 1/ms")
    G_f0: Quantity = BANSAL("0.018 1/ms")
    G_b0: Quantity = BANSAL("0.008 1/ms")
    k_f: Quantity = BANSAL("0.01 1/ms")
    k_b: Quantity = BANSAL("0.008 1/ms")
    wavelength: Quantity = NAGEL("470 nm")
    spectrum: Spectrum = NAGEL(BLUE)


@dataclass(frozen=True, kw_only=True)
class ChR2H134R(FourState):
    """Channelrhodopsin-2 with the mutation H134R: larger currents, closing slower."""

    g_0: Quantity = BANSAL("37.2 nS")
    E: Quantity = BANSAL("0 mV")
    phi_m: float = BANSAL(1e16)
    p: float = BANSAL(1.0)
    q: float = BANSAL(1.0)
    gamma: float = BANSAL(0.05)
    k_1: Quantity = BANSAL("0.3 1/ms")
    k_2: Quantity = BANSAL("0.12 1/ms")
    G_d1: Quantity = BANSAL("0.045 1/ms")
    G_d2: Quantity = BANSAL("0.01 1/ms")
    G_r0: Quantity = BANSAL("0.0001 1/ms")
    G_f0: Quantity = BANSAL("0.014 1/ms")
    G_b0: Quantity = BANSAL("0.01 1/ms")
    k_f: Quantity = BANSAL("0.01 1/ms")
    k_b: Quantity = BANSAL("0.01 1/ms")
    wavelength: Quantity = CLEO("450 nm")
    spectrum: Spectrum = CLEO(EARLIER)


@dataclass(frozen=True, kw_only=True)
class Chrimson(FourState):
    """Chrimson, which red light opens; it hardly recovers in the dark."""

    g_0: Quantity = BANSAL("22 nS")
    E: Quantity = BANSAL("0 mV")
    phi_m: float = BANSAL(2e14)
    p: float = BANSAL(1.0)
    q: float = BANSAL(1.0)
    gamma: float = BANSAL(0.05)
    k_1: Quantity = BANSAL("0.05 1/ms")
    k_2: Quantity = BANSAL("0.5 1/ms")
    G_d1: Quantity = BANSAL("0.041 1/ms")
    G_d2: Quantity = BANSAL("0.01 1/ms")
    G_r0: Quantity = BANSAL("6.67e-7 1/ms")
    G_f0: Quantity = BANSAL("0.001 1/ms")
    G_b0: Quantity = BANSAL("0.01 1/ms")
    k_f: Quantity = BANSAL("0.01 1/ms")
    k_b: Quantity = BANSAL("0.004 1/ms")
    wavelength: Quantity = MAGER("590 nm")
    spectrum: Spectrum = MAGER(RED)


@dataclass(frozen=True, kw_only=True)
class VfChrimson(FourState):
    """The very fast variant of Chrimson."""

    g_0: Quantity = BANSAL("17.5 nS")
    E: Quantity = BANSAL("0 mV")
    phi_m: float = BANSAL(1.5e16)
    p: float = BANSAL(1.0)
    q: float = BANSAL(1.0)
    gamma: float = BANSAL(0.05)
    k_1: Quantity = BANSAL("3 1/ms")
    k_2: Quantity = BANSAL("0.2 1/ms")
    G_d1: Quantity = BANSAL("0.37 1/ms")
    G_d2: Quantity = BANSAL("0.175 1/ms")
    G_r0: Quantity = BANSAL("6.67e-7 1/ms")
    G_f0: Quantity = BANSAL("0.02 1/ms")
    G_b0: Quantity = BANSAL("0.0032 1/ms")
    k_f: Quantity = BANSAL("0.01 1/ms")
    k_b: Quantity = BANSAL("0.01 1/ms")
    wavelength: Quantity = MAGER("590 nm")
    spectrum: Spectrum = MAGER(FAST_RED)


@dataclass(frozen=True, kw_only=True)
class GtACR2(FourState):
    """An anion channel: it silences, by a conductance near the resting potential."""

    g_0: Quantity = BANSAL("44 nS")
    E: Quantity = BANSAL("-69.5 mV")
    phi_m: float = BANSAL(2e17)
    p: float = BANSAL(1.0)
    q: float = BANSAL(0.1)
    gamma: float = BANSAL(0.05)
    k_1: Quantity = BANSAL("40 1/ms")
    k_2: Quantity = BANSAL("20 1/ms")
    G_d1: Quantity = BANSAL("0.017 1/ms")
    G_d2: Quantity = BANSAL("0.01 1/ms")
    G_r0: Quantity = BANSAL("0.00058 1/ms")
    G_f0: Quantity = BANSAL("0.001 1/ms")
    G_b0: Quantity = BANSAL("0.003 1/ms")
    k_f: Quantity = BANSAL("0.001 1/ms")
    k_b: Quantity = BANSAL("0.005 1/ms")
    wavelength: Quantity = GOVORUNOVA("470 nm")
    spectrum: Spectrum = GOVORUNOVA(ANION)


@dataclass(frozen=True, kw_only=True)
class NpHR3(ThreeState):
    """The chloride pump eNpHR3.0."""

    g_0: Quantity = BANSAL("22.34 nS")
    E: Quantity = BANSAL("-400 mV")
    phi_m: float = BANSAL(1.2e18)
    p: float = BANSAL(0.7)
    k_a: Quantity = BANSAL("1 1/ms")
    G_d: Quantity = BANSAL("0.25 1/ms")
    G_r: Quantity = BANSAL("0.05 1/ms")
    wavelength: Quantity = GRADINARU("590 nm")
    spectrum: Spectrum = GRADINARU(CHLORIDE)


@dataclass(frozen=True, kw_only=True)
class Arch(ThreeState):
    """The proton pump archaerhodopsin-3: assumed throughout, but for its peak."""

    g_0: Quantity = ASSUMED("6 nS")
    E: Quantity = ASSUMED("-400 mV")
    phi_m: float = ASSUMED(2e16)
    p: float = ASSUMED(1.0)
    k_a: Quantity = ASSUMED("0.25 1/ms")
    G_d: Quantity = ASSUMED("0.09 1/ms")
    G_r: Quantity = ASSUMED("0.2 1/ms")
    wavelength: Quantity = CHOW("566 nm")
    spectrum: Spectrum = ASSUMED(PROTON)


OPSINS: Mapping[str, Opsin] = MappingProxyType(
    {
        "ChR2": ChR2(),
        "ChR2-Bansal": ChR2Bansal(),
        "ChR2-H134R": ChR2H134R(),
        "Chrimson": Chrimson(),
        "vf-Chrimson": VfChrimson(),
        "GtACR2": GtACR2(),
        "eNpHR3.0": NpHR3(),
        "Arch": Arch(),
    }
)
