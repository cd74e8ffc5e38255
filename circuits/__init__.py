"""What is connected to what: cells, receptors, regions and the circuits of them."""

from .actor_critic import ActorCritic as ActorCritic
from .circuit import Circuit as Circuit
from .hippocampus import Hippocampus as Hippocampus
from .memory import Memory as Memory
from .recurrent import Recurrent as Recurrent
from .slice import DentateSlice as DentateSlice
from .slice import MossySlice as MossySlice
from .slice import Slice as Slice
