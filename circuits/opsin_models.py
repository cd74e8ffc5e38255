"""Models of opsins: how light opens a channel or drives a pump, and what flows then.

    four states                       three states
    C1 ──light──▶ O1                  P0 ──light──▶ P4 (pumps)
     ▲            │ ▲                  ▲            │
     │            ▼ │                  └──── P6 ◀───┘
    C2 ──light──▶ O2

No rate depends on the voltage, so the states are solved ahead of the circuit, exactly
(`Opsin.open`), and a cell needs only what is open: I_light = g_0 f chord (E - v).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .opsin_kinetics import Array, course
from .opsin_spectra import Spectrum
from .parameters import ASSUMED, Parameters, symbol
from .quantity import Quantity

# exprel(x) is (exp(x) - 1)/x, and 1 at 0: v_1 (1 - exp(-(v - E)/v_0))/(v - E).
CHORD = "1 - rectifies + rectifies*v_1/v_0*exprel((E - v)/v_0)"


@dataclass(frozen=True, kw_only=True)
class Opsin(Parameters, ABC):
    """A protein that lets a current through, or drives one, while light falls on it."""

    g_0: Quantity = symbol("conductance of the cell if all were open")
    E: Quantity = symbol("reversal potential")
    phi_m: float = symbol("half-saturating light, photons/mm2/s")
    p: float = symbol("exponent of light in opening")
    rectifies: float = ASSUMED(0.0, "1 if the conductance depends on the voltage")
    v_0: Quantity = ASSUMED("43 mV", "steepness of that; unused where it does not")
    v_1: Quantity = ASSUMED("17.1 mV", "its scale; unused where it does not")
    wavelength: Quantity = symbol("wavelength of the largest response")
    spectrum: Spectrum = symbol("(nm, response to a photon over that at the peak)")

    equations: ClassVar[str]

    def __post_init__(self) -> None:
        """Refuse what cannot be a channel or a pump."""
        self.must_be("a value above 0", "phi_m", "p", "v_0", "v_1", "wavelength")
        self.must_be("0 or more", "g_0")
        self.must_be("a share from 0 to 1", "rectifies")
        nm = [wave for wave, _ in self.spectrum]
        if not nm or nm != sorted(nm) or not all(0 <= x <= 1 for _, x in self.spectrum):
            raise ValueError(
                f"spectrum={self.spectrum}: pairs of a wavelength in nm, rising, and a "
                "share from 0 to 1 are wanted, as in ((450, 0.9), (470, 1.0))."
            )

    @abstractmethod
    def generator(self, flux: Array) -> Array:
        """Return the matrices A of dx/dt = A x, in hertz; the first state is dark."""

    @abstractmethod
    def weights(self) -> Array:
        """Return what each state adds to the conducting fraction."""

    def open(self, flux: Array, tick_s: float) -> Array:
        """Return the mean conducting fraction f of every tick, at every level of light.

        ``flux`` is (ticks, levels), photons/m2/s at the peak wavelength (elsewhere
        times `sensitivity`), constant within a tick. It begins after a long darkness.
        """
        flux = np.asarray(flux, float)
        if flux.ndim != 2 or not np.isfinite(flux).all() or (flux < 0).any():
            raise ValueError(
                "The light must be a table of ticks by levels, finite and not below 0, "
                f"in photons/m2/s; an array of shape {flux.shape} was given."
            )
        different, which = np.unique(flux, return_inverse=True)
        weights = self.weights()
        dark = np.eye(len(weights))[0]
        rates = self.generator(different)
        return course(rates, which.reshape(flux.shape), dark, weights, tick_s)

    def steady(self, flux: Array) -> Array:
        """Return f after a long time in constant light, for each of ``flux``."""
        rates = self.generator(np.asarray(flux, float))
        # One equation follows from the others; that the states add up to 1 replaces it.
        rates[..., -1, :] = 1.0
        whole = np.zeros(rates.shape[:-1])
        whole[..., -1] = 1.0
        states = np.linalg.solve(rates, whole[..., np.newaxis])[..., 0]
        return np.asarray(states @ self.weights())

    def chord(self, v: Array) -> Array:
        """Return the factor of ``CHORD`` at voltages in volts."""
        x = (float(self.E) - np.asarray(v, float)) / float(self.v_0)
        near = np.abs(x) < 1e-9
        exprel = np.where(near, 1.0, np.expm1(x) / np.where(near, 1.0, x))
        slope = float(self.v_1) / float(self.v_0) * exprel
        return np.asarray(1 - self.rectifies + self.rectifies * slope)

    def sensitivity(self, nm: float) -> float:
        """Return the response to a photon of ``nm`` nanometres over one at the peak.

        Between the published wavelengths it is a straight line, outside them 0.
        """
        waves, responses = zip(*self.spectrum, strict=True)
        return float(np.interp(nm, waves, responses, left=0.0, right=0.0))

    def _hill(self, flux: Array, exponent: float) -> Array:
        light = (flux / (self.phi_m * 1e6)) ** exponent
        return np.asarray(light / (1 + light))


@dataclass(frozen=True, kw_only=True)
class FourState(Opsin):
    """Two closed and two open states; the second pair conducts little.

    Nikolic et al. (2009), with light as in Evans et al. (2016),
    doi:10.3389/fninf.2016.00008.
    """

    gamma: float = symbol("conductance of O2 over that of O1")
    q: float = symbol("exponent of light between the open states")
    k_1: Quantity = symbol("largest rate of opening, C1 to O1")
    k_2: Quantity = symbol("largest rate of opening, C2 to O2")
    G_d1: Quantity = symbol("closing, O1 to C1")
    G_d2: Quantity = symbol("closing, O2 to C2")
    G_r0: Quantity = symbol("recovery in the dark, C2 to C1")
    G_f0: Quantity = symbol("O1 to O2 in the dark")
    G_b0: Quantity = symbol("O2 to O1 in the dark")
    k_f: Quantity = symbol("what light adds to O1 to O2, at most")
    k_b: Quantity = symbol("what light adds to O2 to O1, at most")

    equations: ClassVar[str] = f"""
    dC1/dt = G_d1*O1 + G_r0*C2 - k_1*H_p*C1                 : 1
    dO1/dt = k_1*H_p*C1 + G_b*O2 - (G_d1 + G_f)*O1          : 1
    dO2/dt = k_2*H_p*C2 + G_f*O1 - (G_d2 + G_b)*O2          : 1
    C2 = 1 - C1 - O1 - O2                                   : 1
    light = phi*mm**2*second/phi_m                          : 1
    H_p = light**p/(1 + light**p)                           : 1
    H_q = light**q/(1 + light**q)                           : 1
    G_f = G_f0 + k_f*H_q                                    : hertz
    G_b = G_b0 + k_b*H_q                                    : hertz
    f = O1 + gamma*O2                                       : 1
    chord = {CHORD} : 1
    I_light = g_0*f*chord*(E - v)                           : amp
    phi                                                     : 1/metre**2/second
    """

    def __post_init__(self) -> None:
        """Refuse rates that are none."""
        super().__post_init__()
        self.must_be("a share from 0 to 1", "gamma")
        self.must_be("a value above 0", "q", "k_1", "G_d1", "G_r0")
        self.must_be("0 or more", "k_2", "G_d2", "G_f0", "G_b0", "k_f", "k_b")

    def generator(self, flux: Array) -> Array:
        """Return the matrices of the states C1, O1, O2, C2."""
        opened, moved = self._hill(flux, self.p), self._hill(flux, self.q)
        forth = float(self.G_f0) + float(self.k_f) * moved
        back = float(self.G_b0) + float(self.k_b) * moved
        rates = np.zeros((*flux.shape, 4, 4))
        rates[..., 1, 0] = float(self.k_1) * opened
        rates[..., 0, 1] = float(self.G_d1)
        rates[..., 2, 1], rates[..., 1, 2] = forth, back
        rates[..., 3, 2] = float(self.G_d2)
        rates[..., 2, 3] = float(self.k_2) * opened
        rates[..., 0, 3] = float(self.G_r0)
        return _leaving(rates)

    def weights(self) -> Array:
        """Return the conductance of each state over that of O1."""
        return np.array([0.0, 1.0, self.gamma, 0.0])


@dataclass(frozen=True, kw_only=True)
class ThreeState(Opsin):
    """A pump: light starts a cycle, and one of its states carries the current.

    Bansal et al. (2020), doi:10.1088/2057-1976/ab90a1, without the chloride that the
    pump of that paper piles up in the cell; its factor for the chloride outside is 1.
    """

    k_a: Quantity = symbol("largest rate at which light starts the cycle, P0 to P4")
    G_d: Quantity = symbol("end of pumping, P4 to P6")
    G_r: Quantity = symbol("recovery, P6 to P0")

    equations: ClassVar[str] = f"""
    dP0/dt = G_r*P6 - k_a*H_p*P0                            : 1
    dP4/dt = k_a*H_p*P0 - G_d*P4                            : 1
    P6 = 1 - P0 - P4                                        : 1
    light = phi*mm**2*second/phi_m                          : 1
    H_p = light**p/(1 + light**p)                           : 1
    f = P4                                                  : 1
    chord = {CHORD} : 1
    I_light = g_0*f*chord*(E - v)                           : amp
    phi                                                     : 1/metre**2/second
    """

    def __post_init__(self) -> None:
        """Refuse rates that are none."""
        super().__post_init__()
        self.must_be("a value above 0", "k_a", "G_d", "G_r")

    def generator(self, flux: Array) -> Array:
        """Return the matrices of the states P0, P4, P6."""
        rates = np.zeros((*flux.shape, 3, 3))
        rates[..., 1, 0] = float(self.k_a) * self._hill(flux, self.p)
        rates[..., 2, 1] = float(self.G_d)
        rates[..., 0, 2] = float(self.G_r)
        return _leaving(rates)

    def weights(self) -> Array:
        """Return which state pumps."""
        return np.array([0.0, 1.0, 0.0])


def _leaving(rates: Array) -> Array:
    """Complete the diagonal: what enters the other states has left this one."""
    own = np.arange(rates.shape[-1])
    rates[..., own, own] = -rates.sum(-2)
    return rates
