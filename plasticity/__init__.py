"""Plasticity rules, one file each."""

from ..circuits.excitability import ExcitabilityDrive as ExcitabilityDrive
from ..circuits.excitability import IntrinsicExcitability as IntrinsicExcitability
from .anti_hebbian_stdp import AntiHebbianSTDP as AntiHebbianSTDP
from .btsp import BTSP as BTSP
from .combined import Combined as Combined
from .gated_bistable import GatedBistable as GatedBistable
from .gated_capture import GatedCapture as GatedCapture
from .global_inhibitory import GlobalInhibitory as GlobalInhibitory
from .graupner_brunel import GraupnerBrunel as GraupnerBrunel
from .hebb import Hebb as Hebb
from .inhibitory_stdp import InhibitorySTDP as InhibitorySTDP
from .orchestrated_stdp import OrchestratedSTDP as OrchestratedSTDP
from .pair_stdp import PairSTDP as PairSTDP
from .resistant_bistable import ResistantBistable as ResistantBistable
from .scaling import SynapticScaling as SynapticScaling
from .short_term import TsodyksMarkram as TsodyksMarkram
from .shouval import Shouval as Shouval
from .spass import SPaSS as SPaSS
from .structural import Structural as Structural
from .symmetric_stdp import SymmetricSTDP as SymmetricSTDP
from .tagging_capture import TaggingCapture as TaggingCapture
from .td_ltp import TDLTP as TDLTP
from .triplet_stdp import TripletSTDP as TripletSTDP
