"""Plasticity rules, one file each."""

from .anti_hebbian_stdp import AntiHebbianSTDP as AntiHebbianSTDP
from .graupner_brunel import GraupnerBrunel as GraupnerBrunel
from .hebb import Hebb as Hebb
from .inhibitory_stdp import InhibitorySTDP as InhibitorySTDP
from .pair_stdp import PairSTDP as PairSTDP
from .short_term import SlowFacilitation as SlowFacilitation
from .short_term import TsodyksMarkram as TsodyksMarkram
from .spass import SPaSS as SPaSS
from .symmetric_stdp import SymmetricSTDP as SymmetricSTDP
from .tagging_capture import TaggingCapture as TaggingCapture
from .triplet_stdp import TripletSTDP as TripletSTDP
