"""The circuit `memory`: entorhinal cortex, hippocampus and amygdala.

EC ──▶ DG ──▶ CA3 ──▶ CA1 ──▶ BLA ──▶ CeA ──▶ freezing
 └──────┴──────┴───────┴───────┘
"""

from dataclasses import dataclass

from .bla import BLA
from .ca1 import CA1
from .ca3 import CA3
from .cea import CeA
from .circuit import Circuit
from .dg import DG
from .ec import EC


@dataclass(frozen=True, kw_only=True)
class Memory(Circuit):
    """What is chosen about the circuit of a contextual memory."""

    ec: EC = EC()
    dg: DG = DG()
    ca3: CA3 = CA3()
    ca1: CA1 = CA1()
    bla: BLA = BLA()
    cea: CeA = CeA()
