"""Light in tissue: from a fibre, or the same everywhere.

             │ │          x, y   across, 0 in the middle of the tissue
             │ │ fibre    z      depth, 0 at the top of the tissue, downwards
    ─────────┴─┴─────────
       cells  ▼  cells    what lies above the tip is dark

Irradiances are in W/m2: 1 mW/mm2 is 1000 of them.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .light_levels import Levels as Levels
from .light_levels import levels as levels
from .light_train import Train as Train
from .parameters import ASSUMED, Parameters, Source, symbol
from .quantity import Quantity

Array = NDArray[np.float64]

PLANCK = 6.62607015e-34
LIGHT_SPEED = 299792458.0

FOUTZ = Source("Foutz et al. 2012", doi="10.1152/jn.00501.2011")


@dataclass(frozen=True, kw_only=True)
class Tissue(Parameters):
    """The box in which the cells of a population lie: by default, those under a fibre.

    One fibre of 0.2 mm lights little of a tissue that is wider.
    """

    width: Quantity = ASSUMED("0.3 mm", "extent in x")
    length: Quantity = ASSUMED("0.3 mm", "extent in y")
    height: Quantity = ASSUMED("0.5 mm", "extent in depth")
    above: Quantity = ASSUMED("0.5 mm", "how far above it the tip of a fibre may be")

    def __post_init__(self) -> None:
        """Refuse a box without a volume."""
        self.must_be("a value above 0", "width", "length", "height")
        self.must_be("0 or more", "above")

    def positions(self, n: int, rng: np.random.Generator) -> Array:
        """Draw where ``n`` cells lie, in metres, evenly in the box."""
        size = np.array([float(self.width), float(self.length), float(self.height)])
        return np.asarray((rng.random((n, 3)) - [0.5, 0.5, 0.0]) * size)


@dataclass(frozen=True, kw_only=True)
class Light(Parameters, ABC):
    """A source of light of one wavelength."""

    wavelength: Quantity = symbol("wavelength")

    def __post_init__(self) -> None:
        """Refuse light without a wavelength."""
        self.must_be("a value above 0", "wavelength")

    @abstractmethod
    def irradiance(self, amount: float, points: Array) -> Array:
        """Return the irradiance in W/m2 at ``points``, (n, 3) in metres."""


@dataclass(frozen=True, kw_only=True)
class Uniform(Light):
    """The same light everywhere, as under a microscope."""

    wavelength: Quantity = ASSUMED("470 nm", "wavelength")

    def irradiance(self, amount: float, points: Array) -> Array:
        """Return the irradiance at ``points``; ``amount`` is itself one, in W/m2."""
        Train.must_shine(amount)
        return np.full(len(points), float(amount))


@dataclass(frozen=True, kw_only=True)
class Fibre(Light):
    """The bare end of an optical fibre (Foutz et al. 2012).

    At the depth z below the tip and the distance r from its axis,

        irradiance = power/(pi R^2) * G * (R/w)^2 * M
        w = R + z tan(asin(NA/n))                        radius of the cone of light
        G = axis * exp(-2 (r/w)^2)                       profile across the cone
        M = b/(a sinh(b S d) + b cosh(b S d))            what scattering leaves
        a = 1 + K/S, b = sqrt(a^2 - 1), d = sqrt(r^2 + z^2)

    The published ``axis`` is 1/sqrt(2 pi), at which a fifth of the power passes the
    plane of the tip; at 2 all of it does. K and S are those of 473 nm. Longer waves
    are scattered and absorbed less (Al-Juboori et al. 2013), so that with these values
    too little of them arrives: set K and S where they are known.
    """

    wavelength: Quantity = FOUTZ("473 nm", "wavelength")
    R: Quantity = FOUTZ("0.1 mm", "radius of the core")
    NA: float = FOUTZ(0.37, "numerical aperture")
    n: float = FOUTZ(1.36, "refractive index of the tissue")
    K: Quantity = FOUTZ("0.125 1/mm", "absorption")
    S: Quantity = FOUTZ("7.37 1/mm", "scattering")
    axis: float = FOUTZ(1 / math.sqrt(2 * math.pi), "light on the axis over the mean")
    x: Quantity = ASSUMED("0 mm", "position of the tip across")
    y: Quantity = ASSUMED("0 mm", "position of the tip across")
    z: Quantity = ASSUMED("-0.2 mm", "depth of the tip; below 0 is above the tissue")

    def __post_init__(self) -> None:
        """Refuse a fibre that no light leaves."""
        super().__post_init__()
        self.must_be("a value above 0", "R", "NA", "axis")
        self.must_be("at least 1", "n")
        self.must_be("0 or more", "K", "S")
        if not self.NA < self.n:
            raise ValueError(
                f"NA={self.NA}: a value below the refractive index, n={self.n}, "
                "is wanted."
            )

    def irradiance(self, amount: float, points: Array) -> Array:
        """Return the irradiance at ``points``; ``amount`` is the power in watts."""
        Train.must_shine(amount)
        R, K, S = float(self.R), float(self.K), float(self.S)
        x, y, z = (points - [float(self.x), float(self.y), float(self.z)]).T
        below = np.maximum(z, 0.0)
        w = R + below * math.tan(math.asin(self.NA / self.n))
        r2 = x**2 + y**2
        profile = self.axis * np.exp(-2 * r2 / w**2)
        d = np.sqrt(r2 + below**2)
        # M without dividing by b, which may be 0, and with its exponential taken out.
        decay = math.sqrt(K * (K + 2 * S))
        lost = -np.expm1(-2 * decay * d) / (2 * decay) if decay else d
        arrived = np.exp(-decay * d) / (
            (K + S) * lost + (1 + np.exp(-2 * decay * d)) / 2
        )
        everywhere = amount / (math.pi * R**2) * profile * (R / w) ** 2 * arrived
        return np.asarray(np.where(z < 0, 0.0, everywhere))

    def inside(self, tissue: Tissue) -> None:
        """Refuse a tip that is neither in the tissue nor shortly above it."""
        width, length = float(tissue.width), float(tissue.length)
        ranges = {
            "x": (-width / 2, width / 2),
            "y": (-length / 2, length / 2),
            "z": (-float(tissue.above), float(tissue.height)),
        }
        for name, (least, most) in ranges.items():
            value = getattr(self, name)
            if not least - 1e-12 <= float(value) <= most + 1e-12:
                raise ValueError(
                    f"The tip of the fibre lies outside of the tissue: {name}={value}; "
                    f"from {1e3 * least:.4g} to {1e3 * most:.4g} mm is allowed."
                )


def flux(irradiance_w_m2: Array, wavelength_m: float) -> Array:
    """Return the photons a square metre and second of an irradiance."""
    return np.asarray(irradiance_w_m2) * (wavelength_m / (PLANCK * LIGHT_SPEED))
