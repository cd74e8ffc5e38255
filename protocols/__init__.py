"""Published kinds of experiment, one file each, and how to run them."""

from .running import resume as resume
from .running import run as run
