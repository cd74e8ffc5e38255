"""Engineered receptors that only CNO opens, and markers that do nothing.

hM4Di opens potassium channels, hM3Dq lets a cell depolarise; conductances are assumed
such that a cell at rest is moved by some millivolts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .parameters import ASSUMED, Parameters
from .quantity import Quantity


@dataclass(frozen=True, kw_only=True)
class Receptor(Parameters):
    """What an engineered receptor opens when all of it is occupied."""

    g_0: Quantity = ASSUMED("5 nS", "conductance of a full label")
    E: Quantity = ASSUMED("0 mV", "its reversal potential")

    def __post_init__(self) -> None:
        """Refuse a conductance that does not exist."""
        self.must_be("0 or more", "g_0")


@dataclass(frozen=True, kw_only=True)
class HM3Dq(Receptor):
    """Excites."""

    g_0: Quantity = ASSUMED("1 nS")


@dataclass(frozen=True, kw_only=True)
class HM4Di(Receptor):
    """Silences, by potassium channels."""

    g_0: Quantity = ASSUMED("20 nS")
    E: Quantity = ASSUMED("-95 mV")


RECEPTORS: Mapping[str, Receptor] = MappingProxyType(
    {"hM3Dq": HM3Dq(), "hM4Di": HM4Di()}
)
MARKERS = ("EYFP", "mCherry")
