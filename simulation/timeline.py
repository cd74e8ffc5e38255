"""What happens to one group of animals: episodes and gaps, in their order.

    habituation ─▶ gap ─▶ training ─▶ gap ─┬▶ gap ─┬▶ …
                                           │       │
                                        test A  test B    (branches: other animals)

A branch goes on from the snapshot before it and leaves that snapshot as it was.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]

TICK_S = 1e-3  # a row of a stimulus: network.TICK, which this must not import
# A hundred years: beyond, the clock would no longer tell one spike from the next.
LONGEST_S = 100 * 365 * 86400.0


class Piece(NamedTuple):
    """Time in which nothing changes that acts on proteins."""

    seconds: float
    synthesis: float = 1.0  # of proteins, as a share of the normal rate
    modulator: float = 1.0  # neuromodulation, as a multiple of a slice's


@dataclass(frozen=True, eq=False)
class Episode:
    """Spiking time: a place, and the course of the stimulus in it.

    ``stimulus`` has one row a millisecond and the columns of the circuit. ``place`` is
    a name, or a mixture as `Place` reads it. A ``traced`` episode records voltages as
    well.
    """

    name: str
    place: str
    stimulus: Array = field(repr=False)
    branch: bool = False
    traced: bool = False
    synthesis: float = 1.0
    modulator: float = 1.0

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.stimulus) * TICK_S


@dataclass(frozen=True)
class Gap:
    """Time without spikes, in `Piece`s of constant synthesis and neuromodulation."""

    name: str
    pieces: tuple[tuple[float, ...], ...]
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
        return sum(piece[0] for piece in self.pieces)


Step = Episode | Gap


def dosed(
    name: str,
    start_s: float,
    seconds: float,
    windows: tuple[tuple[float, ...], ...],
    modulator: float = 1.0,
) -> Gap:
    """Return a gap that drug windows cut into pieces.

    ``windows`` holds (start_s, stop_s, share of normal synthesis) in experiment time;
    where they overlap the strongest block counts. ``modulator`` is the neuromodulation,
    as a multiple of a slice's.
    """
    if seconds < 0:
        raise ValueError(f"The gap {name!r} would end {-seconds:g} s before it starts.")
    stop_s = start_s + seconds
    cuts = {start_s, stop_s}
    cuts |= {t for a, b, _ in windows for t in (a, b) if start_s < t < stop_s}
    edges = sorted(cuts)
    pieces = []
    for a, b in zip(edges, edges[1:], strict=False):
        left = [share for on, off, share in windows if on <= a and b <= off]
        pieces.append(Piece(b - a, min(left, default=1.0), modulator))
    return Gap(name, tuple(pieces) or (Piece(0.0),))
