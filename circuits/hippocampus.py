"""The circuit `hippocampus`: entorhinal cortex, hippocampus and subiculum.

EC ──▶ DG ──▶ CA3 ──▶ CA1 ──▶ SUB
 └──────┴──────┴───────┘
"""

from dataclasses import dataclass
from typing import ClassVar

from .circuit import Circuit
from .drives import COLUMNS
from .ec import EC
from .grid_attractor import GridAttractor
from .mec import MEC, SPEED, WALLS
from .motion import VELOCITY
from .plateaus import PIPETTES
from .precession import HEADING
from .running import RunningCA1, RunningCA3, RunningDG, RunningEC
from .sub import SUB


@dataclass(frozen=True, kw_only=True)
class Hippocampus(Circuit):
    """The regions of an animal that runs, and the subiculum.

    `EC` with grid cells whose phase advances, or `GridAttractor`; and `MEC`.
    """

    columns: ClassVar[tuple[str, ...]] = (
        *COLUMNS,
        *VELOCITY,
        *HEADING,
        *SPEED,
        *WALLS,
        *PIPETTES,
    )

    ec: EC | GridAttractor = RunningEC()
    mec: MEC = MEC()
    dg: RunningDG = RunningDG()
    ca3: RunningCA3 = RunningCA3()
    ca1: RunningCA1 = RunningCA1()
    sub: SUB = SUB()
