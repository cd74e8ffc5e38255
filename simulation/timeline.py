"""What happens to one group of animals: episodes and gaps, in their order.

    habituation ─▶ gap ─▶ training ─▶ gap ─┬▶ gap ─┬▶ …
                                           │       │
                                        test A  test B    (branches: other animals)

A branch goes on from the snapshot before it and leaves that snapshot as it was.
"""

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..circuits.light import Fibre, Tissue, Train, Uniform
from ..circuits.opsins import OPSINS
from ..circuits.parameters import ASSUMED, Parameters, unknown
from ..circuits.quantity import Quantity

Array = np.ndarray[Any, np.dtype[np.float64]]

TICK_S = 1e-3  # a row of a stimulus: network.TICK, which this must not import
# A hundred years: beyond, the clock would no longer tell one spike from the next.
LONGEST_S = 100 * 365 * 86400.0


class Piece(NamedTuple):
    """Time in which nothing changes that acts on proteins."""

    seconds: float
    synthesis: float = 1.0  # of proteins, as a share of the normal rate
    modulator: float = 1.0  # neuromodulation, as a multiple of a slice's


@dataclass(frozen=True, kw_only=True)
class Light(Parameters):
    """Light on the cells that carry a label, in which it meets an opsin.

    ``amount`` is the power of a fibre, in watts, or the irradiance of uniform light, in
    W/m2. The times of its ``trains`` are those of the episode, as it is simulated.
    """

    label: str
    opsin: str
    source: Fibre | Uniform = Fibre()
    amount: float = 0.01
    trains: tuple[Train, ...] = (Train(),)
    conductance: Quantity = ASSUMED("10 nS", "of a full label, all of it open")
    tissue: Tissue = Tissue()

    def __post_init__(self) -> None:
        """Refuse an opsin that the bench does not know, and light that does not shine.

        Raises
        ------
        KeyError
            There is no such opsin; the message names the nearest one.
        """
        Train.must_shine(self.amount)
        if self.opsin not in OPSINS:
            raise KeyError(unknown("opsin", self.opsin, list(OPSINS)))

    def course(self, ticks: int) -> Array:
        """Return the share of full power in each millisecond."""
        whole = np.zeros(ticks)
        for train in self.trains:
            whole += train.course(ticks, TICK_S)
        return np.minimum(whole, 1.0)


@dataclass(frozen=True, eq=False)
class Episode:
    """Spiking time: a place, and the course of the stimulus in it.

    ``stimulus`` has one row a millisecond and the columns of the circuit. ``place`` is
    a name, or a mixture as `Place` reads it. A ``traced`` episode records voltages as
    well. ``lived_s`` is how long it is for the animal, 0 if as long as it is simulated;
    ``receptors`` are labels and the engineered receptors that they bring.
    """

    name: str
    place: str
    stimulus: Array = field(repr=False)
    branch: bool = False
    traced: bool = False
    synthesis: float = 1.0
    modulator: float = 1.0
    lived_s: float = 0.0
    lights: tuple[Light, ...] = ()
    receptors: tuple[tuple[str, str], ...] = ()

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.stimulus) * TICK_S

    @property
    def lasted_s(self) -> float:
        """How long it is for the animal."""
        return self.lived_s or self.seconds


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


class Act(Protocol):
    """Something done to an animal at once: a dataclass of plain values."""

    @abstractmethod
    def apply(self, subject: Any) -> Any:
        """Return the state of a `Subject` after it."""


@dataclass(frozen=True)
class Procedure:
    """What is done to an animal between two episodes, and takes no time."""

    name: str
    acts: tuple[Act, ...]
    branch: bool = False
    seconds: float = 0.0


Step = Episode | Gap | Procedure


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
