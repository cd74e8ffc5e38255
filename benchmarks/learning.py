"""The task `learning`: the network of `recurrent` while its assembly is cued.

Half a second with one pulse of 0.1 s, in which 150 cells fire at 450 Hz.
"""

from collections.abc import Sequence

from .measured import Entry, Row
from .recurrent import YARDSTICK_S, both
from .recurrent import remarks as alike

PULSES = (0.2,)


def entries() -> list[Entry]:
    """Return our form and the yardstick."""
    return both("learning", PULSES, YARDSTICK_S)


def remarks(rows: Sequence[Row]) -> list[str]:
    """Return how far the rates are from ours."""
    return alike(rows)
