"""An animal that runs: the rules by which its synapses change meanwhile.

    EC ──▶ DG ──▶ CA3   calcium, as a living brain has it: tagging and capture
    CA3 ──▶ CA3         spikes that fall together: symmetric STDP
    EC, CA3 ──▶ CA1     plateaus: behavioural time scales

What protocols of navigation share, so that an animal is the same in each.
"""

from dataclasses import dataclass

from ..circuits import Hippocampus
from ..circuits.circuit import Rules
from ..circuits.quantity import quantity
from ..plasticity import BTSP, InhibitorySTDP, SymmetricSTDP, TaggingCapture
from .protocol import Protocol

# A rat's extracellular calcium is about half of a slice's, and what a spike lets in is
# less again: with 0.6, the published network's, every input that bursts for a second
# is potentiated fully, and with 0.5 all inputs are depressed to silence in minutes.
INFLUX = 0.35
# Bounded at 6 nS, or a bump of activity in CA3 sustains itself.
RECURRENT = SymmetricSTDP(A=0.02, w_max=60.0)
# Traces as in the published analytic script: inputs well before a plateau count, and
# fields lie before it. Rates of CA3 in a field are a few Hz here: R of the rule is 1
# at 5 Hz, and synapses start low enough for one plateau to raise them severalfold.
INSTRUCTED = BTSP(tau_p=quantity("0.5 s"), eta_p=0.25, R_0=quantity("5 Hz"), w_max=50.0)


@dataclass(frozen=True, kw_only=True)
class Animal(Protocol):
    """A protocol on the circuit `hippocampus`, with the rules of its synapses."""

    circuit: Hippocampus = Hippocampus()
    tagging: TaggingCapture = TaggingCapture(influx=INFLUX)
    recurrent: SymmetricSTDP = RECURRENT
    instructed: BTSP = INSTRUCTED
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
