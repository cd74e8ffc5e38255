"""Intrinsic excitability that outlasts activity by hours (Kastellakis et al. 2016).

Cells that were active in an episode fire more easily for some hours, as cells with much
CREB do, so that memories of one day share cells. It belongs to cells, not to synapses:
0 is a cell as it is, 1 one that was just raised in full.

    after an episode    excitability <- max(excitability, size)   where rate > theta
    in a gap, linear         d excitability/dt = -size/lasts      down to 0
    in a gap, exponential    d excitability/dt = -excitability/tau

Within an episode, of minutes, it stays. That it acts as a current, I_excitable times
excitability, is a choice.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .drives import Drive
from .parameters import ASSUMED, Parameters, Source
from .projection import Array
from .quantity import Quantity

KASTELLAKIS = Source("Kastellakis et al. 2016", doi="10.1016/j.celrep.2016.10.015")

FALLS = ("linear", "exponential")


@dataclass(frozen=True, kw_only=True)
class IntrinsicExcitability(Parameters):
    """Which cells an episode raises, and how they fall back."""

    theta: Quantity = ASSUMED(
        "10 Hz", "rate in an episode above which it raises a cell"
    )
    size: float = KASTELLAKIS(1.0, "excitability of a cell that was just raised")
    fall: str = KASTELLAKIS.name("linear", "linear or exponential")
    lasts: Quantity = KASTELLAKIS(
        "8 h", "time from size to 0, where the fall is linear"
    )
    tau: Quantity = ASSUMED("4 h", "time constant, where it is exponential")

    def __post_init__(self) -> None:
        """Refuse a fall that does not end, and other ways to fall."""
        self.must_be("0 or more", "theta")
        self.must_be("a value above 0", "size", "lasts", "tau")
        self.must_be("a share from 0 to 1", "size")
        if self.fall not in FALLS:
            raise ValueError(f"fall={self.fall}: {' or '.join(FALLS)} is wanted.")

    def after(self, excitability: Array, rates_hz: Array) -> Array:
        """Return the excitability of cells after an episode in which they fired so.

        Parameters
        ----------
        excitability, rates_hz : arrays (cells,)
            The rates are means over the episode, in hertz.
        """
        return self.raised(excitability, np.asarray(rates_hz) > float(self.theta))

    def raised(self, excitability: Array, cells: np.ndarray) -> Array:
        """Return it with cells raised by hand, as by a virus that expresses CREB.

        Parameters
        ----------
        cells : their ids, or an array (cells,) of bool
        """
        new = np.array(excitability, dtype=float)
        new[cells] = np.maximum(new[cells], self.size)
        return new

    def rest(self, excitability: Array, seconds: float) -> Array:
        """Return the excitability after a gap, in closed form."""
        if self.fall == "exponential":
            return np.asarray(excitability * np.exp(-seconds / float(self.tau)))
        fallen = self.size * seconds / float(self.lasts)
        return np.maximum(excitability - fallen, 0.0)


@dataclass(frozen=True, kw_only=True)
class ExcitabilityDrive(Drive):
    """The current of a raised cell; a new animal's cells are at 0."""

    law: IntrinsicExcitability = IntrinsicExcitability()
    I_excitable: Quantity = ASSUMED("50 pA", "current into a cell of excitability 1")

    variables: ClassVar[str] = "excitability : 1"
    current: ClassVar[str] = "I_excitable*excitability"

    def lived(self, state: dict[str, Any], rates_hz: Any) -> dict[str, Any]:
        """Raise the cells that an episode made active."""
        return {"excitability": self.law.after(state["excitability"], rates_hz)}

    def rested(self, state: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Let the excitability fall."""
        return {"excitability": self.law.rest(state["excitability"], seconds)}
