"""What happens to one group of animals: episodes and gaps, in their order.

    habituation ─▶ gap ─▶ training ─▶ gap ─┬▶ gap ─┬▶ …
                                           │       │
                                        test A  test B    (branches: other animals)

A branch goes on from the snapshot before it and leaves that snapshot as it was.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]

TICK_S = 1e-3  # a row of a stimulus: network.TICK, which this must not import
# A hundred years: beyond, the clock would no longer tell one spike from the next.
LONGEST_S = 100 * 365 * 86400.0


@dataclass(frozen=True, eq=False)
class Episode:
    """Spiking time: a place, and the course of the stimulus in it.

    ``stimulus`` has one row a millisecond and the columns of `circuits.drives.COLUMNS`.
    """

    name: str
    place: str
    stimulus: Array = field(repr=False)
    branch: bool = False

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.stimulus) * TICK_S


@dataclass(frozen=True)
class Gap:
    """Time without spikes, in pieces of constant protein synthesis.

    ``pieces`` holds (seconds, share of the normal synthesis).
    """

    name: str
    pieces: tuple[tuple[float, float], ...]
    branch: bool = False

    def __post_init__(self) -> None:
        """Refuse a time that runs backwards, or for ages."""
        if not 0 <= self.seconds <= LONGEST_S:
            raise ValueError(
                f"The gap {self.name!r} would last {self.seconds:g} s: from 0 to "
                f"{LONGEST_S:g} s, a hundred years, is possible."
            )

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return sum(seconds for seconds, _ in self.pieces)


Step = Episode | Gap


def dosed(
    name: str, start_s: float, seconds: float, windows: tuple[tuple[float, ...], ...]
) -> Gap:
    """Return a gap that drug windows cut into pieces.

    ``windows`` holds (start_s, stop_s, share of normal synthesis) in experiment time;
    where they overlap the strongest block counts.
    """
    if seconds < 0:
        raise ValueError(f"The gap {name!r} would end {-seconds:g} s before it starts.")
    stop_s = start_s + seconds
    cuts = {start_s, stop_s}
    cuts |= {t for a, b, _ in windows for t in (a, b) if start_s < t < stop_s}
    edges = sorted(cuts)
    pieces = []
    for a, b in zip(edges, edges[1:], strict=False):
        blocks = [alpha for on, off, alpha in windows if on <= a and b <= off]
        pieces.append((b - a, min(blocks, default=1.0)))
    return Gap(name, tuple(pieces) or ((0.0, 1.0),))
