"""Dendritic plateau potentials of pyramidal cells in CA1.

Input from CA3 and from entorhinal cortex adds up in the NMDA conductance. Where that is
large enough a plateau begins by chance, and the cell fires a burst:

    g_nmda > theta_plateau  ──▶  rate_plateau  ──▶  plateau = 1, which decays

Bittner et al. (2017) evoked one through a pipette. Every cell has a number ``far`` from
0 to 1; one begins, whatever its input, in those from the column `evoked_from` of the
stimulus to the column `evoked_to`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from .drives import GOLDEN, Drive
from .function import Function
from .noise import CHANCE
from .parameters import ASSUMED, Source
from .quantity import Quantity

BITTNER = Source("Bittner et al. 2017", doi="10.1126/science.aan3846")
PIPETTES = ("evoked_from", "evoked_to")


@dataclass(frozen=True, kw_only=True)
class Plateaus(Drive):
    """Plateaus that begin by chance, or by a pipette; `plateau` is from 0 to 1."""

    theta_plateau: Quantity = ASSUMED("12 nS", "NMDA conductance that lets one begin")
    rate_plateau: Quantity = ASSUMED("0.005 Hz", "rate of plateaus above it")
    tau_plateau: Quantity = ASSUMED("0.4 s", "its decay, tau_P of the rule `btsp`")
    I_plateau: Quantity = ASSUMED("400 pA", "current at its beginning")

    variables: ClassVar[str] = """
    plateau : 1
    far : 1
    """
    update: ClassVar[str] = """
    plateau = plateau*exp(-tick/tau_plateau)
    free = int(plateau < 0.05)
    chosen = int(chance(noise_key, timestep(t, tick)) < rate_plateau*tick)
    chosen = free*(chosen*int(g_nmda > theta_plateau))
    pierced = free*int(far >= stimulus(t, at_evoked_from))
    pierced = pierced*int(far < stimulus(t, at_evoked_to))
    plateau = clip(plateau + chosen + pierced, 0, 1)
    """
    current: ClassVar[str] = "I_plateau*plateau"
    functions: ClassVar[Mapping[str, Function]] = MappingProxyType({"chance": CHANCE})

    def __post_init__(self) -> None:
        """Refuse plateaus that cannot decay, or a rate that is none."""
        self.must_be("a value above 0", "tau_plateau")
        self.must_be("0 or more", "theta_plateau", "rate_plateau", "I_plateau")

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Give each cell the number by which its pipette is chosen."""
        return {"plateau": np.zeros(n), "far": numbers(n)}


def numbers(n: int) -> Any:
    """Return what tells the pipettes of n cells apart: even over any stretch of it."""
    return np.arange(n) * GOLDEN % 1.0
