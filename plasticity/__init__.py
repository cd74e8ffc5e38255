"""Plasticity rules, one file each."""

from .inhibitory_stdp import InhibitorySTDP as InhibitorySTDP
from .tagging_capture import TaggingCapture as TaggingCapture
