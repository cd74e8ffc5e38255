"""The circuit `memory`: entorhinal cortex, hippocampus and amygdala.

EC ──▶ DG ──▶ CA3 ──▶ CA1 ──▶ BLA ──▶ CeA ──▶ freezing
 └──────┴──────┴───────┴───────┘
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from .actuator import OPENS, Actuator
from .bla import BLA
from .ca1 import CA1
from .ca3 import CA3
from .cea import CeA
from .circuit import Circuit
from .dg import DG
from .drives import COLUMNS
from .ec import EC
from .genes import Thresholds
from .region import Population


@dataclass(frozen=True, kw_only=True)
class Memory(Circuit):
    """What is chosen about the circuit of a contextual memory."""

    columns: ClassVar[tuple[str, ...]] = (*COLUMNS, *OPENS)

    ec: EC = EC()
    dg: DG = DG()
    ca3: CA3 = CA3()
    ca1: CA1 = CA1()
    bla: BLA = BLA()
    cea: CeA = CeA()
    thresholds: Thresholds = Thresholds()
    actuator: Actuator = Actuator()

    @cached_property
    def populations(self) -> dict[str, Population]:
        """The populations by name, each ready for light and drugs."""
        return {
            name: population._replace(drives=(*population.drives, self.actuator))
            for name, population in super().populations.items()
        }

    @property
    def transcribing(self) -> dict[str, float]:
        """The threshold of each population with immediate-early genes, in hertz."""
        return self.thresholds.of(self.populations)

    def threshold_factors(self, n: int, rng: np.random.Generator) -> Any:
        """Draw the factors by which the thresholds of ``n`` cells differ."""
        return self.thresholds.factors(n, rng)
