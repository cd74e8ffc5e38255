"""An animal that runs laps of a ring: what protocols on codes of places share.

Circuit, rules and stimulus are those of `navigation`, so that an animal is the same
here and there; but the cues stand on sides of the ring (`CueDrive`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from typing import Any, Self

from ..analysis.maps import Visits, counts_of_cells, even_bins, rates, visits
from ..circuits import Hippocampus
from ..circuits.circuit import Rules
from ..circuits.cue_drive import CueDrive
from ..circuits.parameters import Row
from ..circuits.projection import Rule
from ..circuits.quantity import Quantity
from ..simulation.recording import Arm
from ..simulation.timeline import Episode
from .navigation import Navigation
from .protocol import Protocol
from .space.rooms import CircularTrack

BINS = 30  # of the ring, 10 cm each at its default size
SIGMA_M, SLOWEST_MPS = 0.1, 0.05
ACTIVE_HZ = 0.1  # mean rate from which on a cell counts as active
SHORTEST_S, LONGEST_S = 10.0, 600.0


def populations() -> Any:
    """Return `analysis.populations`, which loads scipy: a description needs it not."""
    return import_module("..analysis.populations", __package__)


def _navigation() -> Navigation:
    return Navigation(room=CircularTrack(), path="laps")


def _circuit() -> Hippocampus:
    """Return the circuit of an animal that runs, its cues on sides."""
    known = _navigation().circuit
    cues = CueDrive.like(known.ec.fan_place)
    return replace(known, ec=replace(known.ec, fan_place=cues))


@dataclass(frozen=True, kw_only=True)
class Ring(Protocol):
    """Visits to places that differ in their cues, on the same laps of a ring."""

    circuit: Hippocampus = field(default_factory=_circuit)
    running: Navigation = field(default_factory=_navigation)

    def __post_init__(self) -> None:
        """Refuse what is no ring."""
        super().__post_init__()
        if not isinstance(self.running.room, CircularTrack):
            raise ValueError(
                f"room={self.running.room.name}: a {CircularTrack.name} is wanted."
            )
        if self.running.room.centre.any():
            raise ValueError(
                f"A ring about {self.running.room.centre.tolist()} m: cues turn about "
                "x = y = 0, so leave room.x_0 and room.y_0 at 0 m."
            )

    @property
    def rules(self) -> Rules:
        """The rules of an animal that runs."""
        return self.running.rules

    def with_value(self, path: str, text: str) -> Self:
        """Return a copy with one value changed, one of the animal's included."""
        if path == "room" and text != self.running.room.name:
            raise ValueError(
                f"room={text}: cues turn about the middle of a {CircularTrack.name}, "
                "so there is no other room; room.circumference can be set."
            )
        if path.partition(".")[0] in self._shared():
            return replace(self, running=self.running.with_value(path, text))
        return super().with_value(path, text)

    def table(self, prefix: str = "") -> Iterator[Row]:
        """Yield every parameter that has an effect here."""
        for row in super().table(prefix):
            told = row.symbol.removeprefix(f"{prefix}running.")
            if told == row.symbol:
                yield row
            elif told.partition(".")[0] in self._shared():
                yield row._replace(symbol=f"{prefix}{told}")

    @cached_property
    def track(self) -> CircularTrack:
        """The ring."""
        room = self.running.room
        assert isinstance(room, CircularTrack)
        return room

    def must_last(self, *names: str) -> None:
        """Refuse visits that are too short for a map, or last for ever."""
        for name in names:
            if not SHORTEST_S <= float(getattr(self, name)) <= LONGEST_S:
                raise ValueError(
                    f"{name}={getattr(self, name)}: from {SHORTEST_S:g} to "
                    f"{LONGEST_S:g} s are possible."
                )

    def visit(
        self, name: str, place: str, seconds: Quantity, *, branch: bool = False
    ) -> Episode:
        """Return laps in a place; the same laps for the same time."""
        (step,) = self._seen(seconds).timeline("running")
        assert isinstance(step, Episode)
        return replace(step, name=name, place=place, branch=branch)

    def visits(self, arm: Arm, episode: str) -> Visits:
        """Return the bins of the ring that the animal visited."""
        trace, span = arm.behaviour["position"], arm.span(episode)
        inside = (trace.t_s >= span.start_s) & (trace.t_s < span.stop_s)
        where = self.track.along(trace.values[inside])
        whole = self.track.midline
        bins = even_bins((0.0, whole), width_m=whole / BINS, circular=True)
        return visits(trace.t_s[inside], where, bins, least_mps=SLOWEST_MPS)

    def maps(self, arm: Arm, episode: str, population: str) -> Any:
        """Return the rates of all cells in each bin, array (cells, bins), Hz."""
        seen, span = self.visits(arm, episode), arm.span(episode)
        spikes = arm.spikes[population].between(span.start_s, span.stop_s)
        n = arm.populations[population].size
        fired = counts_of_cells(seen, spikes.timestamps * 1e-3, spikes.node_ids, n)
        return rates(fired, seen, sigma_m=SIGMA_M)

    def _shared(self) -> list[str]:
        """Return which parameters of an animal that runs have an effect here."""
        rules = [k for k, v in vars(self.running).items() if isinstance(v, Rule)]
        return [*rules, "room", "path_seed", "f_theta"]

    def _seen(self, seconds: Quantity) -> Navigation:
        return replace(self.running, circuit=self.circuit, duration=seconds)
