"""The circuit `hippocampus`: entorhinal cortex, hippocampus and subiculum.

EC ──▶ DG ──▶ CA3 ──▶ CA1 ──▶ SUB
 └──────┴──────┴───────┘
"""

from dataclasses import dataclass
from typing import ClassVar

from .ca1 import CA1
from .ca3 import CA3
from .circuit import Circuit
from .dg import DG
from .drives import COLUMNS
from .ec import EC
from .grid_attractor import GridAttractor
from .motion import VELOCITY
from .sub import SUB


@dataclass(frozen=True, kw_only=True)
class Hippocampus(Circuit):
    """The regions as in `memory`, and the subiculum; `EC` or `GridAttractor`."""

    columns: ClassVar[tuple[str, ...]] = (*COLUMNS, *VELOCITY)

    ec: EC | GridAttractor = EC()
    dg: DG = DG()
    ca3: CA3 = CA3()
    ca1: CA1 = CA1()
    sub: SUB = SUB()
