"""An animal that runs: the rules by which its synapses change meanwhile.

    EC ──▶ DG ──▶ CA3   calcium, as a living brain has it: tagging and capture
    CA3 ──▶ CA3         spikes that fall together: symmetric STDP
    EC, CA3 ──▶ CA1     plateaus: behavioural time scales

What protocols of navigation share, so that an animal is the same in each.
"""

from dataclasses import dataclass

from ..circuits import Hippocampus
from ..circuits.circuit import Rules
from ..circuits.parameters import ASSUMED
from ..circuits.quantity import Quantity
from ..plasticity import BTSP, InhibitorySTDP, SymmetricSTDP, TaggingCapture
from ..plasticity.btsp import CONE
from .protocol import Protocol


@dataclass(frozen=True, kw_only=True)
class LivingCalcium(TaggingCapture):
    """Calcium of a spike in an animal that runs, where rates last for minutes.

    With 0.6, the published network's, every input that bursts for a second is
    potentiated fully; with 0.5 all inputs are depressed to silence in minutes.
    """

    influx: float = ASSUMED(0.35)


@dataclass(frozen=True, kw_only=True)
class RecurrentSTDP(SymmetricSTDP):
    """Five times as fast as published, bounded at 6 nS instead of 20 nS.

    At 20 nS a bump of activity in CA3 sustains itself wherever the animal is.
    """

    A: float = ASSUMED(0.02)
    w_max: float = ASSUMED(60.0, "upper bound of the weight, 6 nS / 0.1 nS")


@dataclass(frozen=True, kw_only=True)
class Instructed(BTSP):
    """Traces as in the published analytic script: inputs well before a plateau count.

    Rates of CA3 in a field are a few Hz here, so R of the rule is 1 at 5 Hz; synapses
    start low enough for one plateau to raise them severalfold.
    """

    tau_p: Quantity = CONE("0.5 s")
    eta_p: float = CONE(0.25)
    R_0: Quantity = ASSUMED("5 Hz")
    w_max: float = ASSUMED(50.0)


@dataclass(frozen=True, kw_only=True)
class Animal(Protocol):
    """A protocol on the circuit `hippocampus`, with the rules of its synapses."""

    circuit: Hippocampus = Hippocampus()
    tagging: TaggingCapture = LivingCalcium()
    recurrent: SymmetricSTDP = RecurrentSTDP()
    instructed: BTSP = Instructed()
    inhibitory: InhibitorySTDP = InhibitorySTDP()

    @property
    def rules(self) -> Rules:
        """The rule of each kind of plastic projection."""
        return {
            "tagging": self.tagging,
            "recurrent": self.recurrent,
            "instructed": self.instructed,
            "inhibitory": self.inhibitory,
        }
