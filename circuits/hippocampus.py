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
from .mec import MEC, SPEED, WALLS
from .motion import VELOCITY
from .precession import HEADING, PrecessingGrid
from .sub import SUB


@dataclass(frozen=True, kw_only=True)
class Hippocampus(Circuit):
    """The regions as in `memory`, the subiculum, and what an animal that runs needs.

    `EC` with grid cells whose phase advances, or `GridAttractor`; and `MEC`.
    """

    columns: ClassVar[tuple[str, ...]] = (
        *COLUMNS,
        *VELOCITY,
        *HEADING,
        *SPEED,
        *WALLS,
    )

    ec: EC | GridAttractor = EC(stellate_grid=PrecessingGrid())
    mec: MEC = MEC()
    dg: DG = DG()
    ca3: CA3 = CA3()
    ca1: CA1 = CA1()
    sub: SUB = SUB()
