"""A place field from one plateau (Bittner et al. 2017).

    laps 1 to 5     lap 6, somewhere              laps 7 to 14
    no field        a plateau by a pipette  ──▶   a field? where, how wide, since when?

An animal runs on a ring that it does not know. Plateaus that begin by themselves are
off, so that those of the pipettes are the only ones. Each cell with a pipette has its
place on the ring, so that what lies there does not decide the outcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ..analysis.fields import width_at_half
from ..analysis.maps import Bins
from ..analysis.new_fields import (
    NewFields,
    aligned,
    lap_rates,
    new_fields,
    pierced,
)
from ..circuits import Hippocampus
from ..circuits.parameters import ASSUMED
from ..circuits.plateaus import BITTNER, Plateaus, numbers
from ..circuits.quantity import Quantity, quantity
from ..circuits.running import RunningCA1
from ..plasticity.btsp import CONE
from ..simulation.experiment import ArmResult
from ..simulation.recording import Arm, Tag, Trace
from ..simulation.timeline import TICK_S, Episode, Step
from .animal import Animal
from .navigation import EVERY
from .protocol import Band
from .recorded import population_table
from .space.laps import Gait, laps
from .space.rooms import CircularTrack
from .space.shown import shown
from .space.trajectory import Trajectory

CELLS = "ca1_pyramidal"
MARKER = "pipette"
OPEN = float("nan")
NONE = Plateaus(rate_plateau=quantity("0 Hz"))


@dataclass(frozen=True, kw_only=True)
class FieldInduction(Animal):
    """Plateaus in some cells, in one lap."""

    name: ClassVar[str] = "field-induction"
    caption: ClassVar[str] = "One plateau potential makes a place field"
    arms: ClassVar[tuple[str, ...]] = ("plateau", "slow", "sham")
    manipulations: ClassVar[tuple[str, ...]] = (
        "plateau: a pipette evokes one plateau in a cell, at a place of its own",
        "slow: the same in an animal that runs half as fast",
        "sham: no plateau",
    )
    papers: ClassVar[tuple[Any, ...]] = (BITTNER, CONE)

    circuit: Hippocampus = Hippocampus(ca1=RunningCA1(pyramidal_plateaus=NONE))

    ring: Quantity = CONE("1.87 m", "circumference of the track")
    speed: Quantity = ASSUMED("0.4 m/s", "of running")
    slowness: float = ASSUMED(0.5, "speed of the arm slow, as a share")
    before: int = ASSUMED(5, "laps before the plateau's")
    after: int = ASSUMED(8, "laps after it")
    pierced: float = ASSUMED(0.2, "share of the cells that have a pipette")
    places: int = ASSUMED(8, "places of the plateaus, evenly round the ring")
    path_seed: int = ASSUMED(1, "seed of speeds and pauses")
    f_theta: Quantity = ASSUMED("8 Hz", "frequency of theta")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        self.must_be("a value above 0", "ring", "speed", "slowness", "pierced")
        self.must_be("at least 1", "before", "after", "places")
        self.must_be("a share from 0 to 1", "pierced", "slowness")
        self.must_be("0 or more", "f_theta", "path_seed")

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return the one visit."""
        where, columns = self._path(arm), self.circuit.columns
        stimulus = shown(columns, self._track, where, float(self.f_theta))
        if arm != "sham":
            edges = self.pierced * np.arange(self.places + 1) / self.places
            rows = self._moments(where)
            stimulus[rows, columns.index("evoked_from")] = edges[:-1]
            stimulus[rows, columns.index("evoked_to")] = edges[1:]
        return (Episode("running", "ring 1", stimulus),)

    def record(self, arm: str, result: ArmResult) -> Arm:
        """Return spikes, position, the laps and the cells that have a pipette."""
        where, spans = self._path(arm), result.timeline()
        start = spans[0].start_s
        t = start + where.t_s[::EVERY]
        n = self.circuit.populations[CELLS].size
        group = np.floor(numbers(n) / self.pierced * self.places)
        moments = start + self._moments(where) * TICK_S
        return Arm(
            populations=population_table(self.circuit),
            timeline=spans,
            spikes=result.spikes(list(self.circuit.populations)),
            tags={
                f"{MARKER} {k + 1}": {CELLS: _tag(np.flatnonzero(group == k), at)}
                for k, at in enumerate(moments.tolist())
            },
            behaviour={
                "position": Trace(t, where.xy_m[::EVERY]),
                "laps": Trace(start + where.laps[:, 0], start + where.laps),
            },
        )

    def bands(self) -> tuple[Band, ...]:
        """Return what the paper reports of new fields."""
        told = BITTNER.cite
        size, recalled = f"{told}; size assumed", f"{told}, from memory"
        rows = [
            ("plateau", "cells with a new field", "1", 0.5, OPEN, size),
            ("plateau", "other cells with a new field", "1", OPEN, 0.1, size),
            ("plateau", "lap of the first field, median", "1", 1, 3, told),
            ("plateau", "shift of the field, median", "m", OPEN, 0.0, recalled),
            ("plateau", "width of the field, median", "m", OPEN, OPEN, told),
            ("plateau", "width of the mean of all cells", "m", OPEN, OPEN, told),
            ("slow", "cells with a new field", "1", OPEN, OPEN, told),
            ("slow", "width of the field, median", "m", OPEN, OPEN, told),
            ("slow", "width of the mean of all cells", "m", OPEN, OPEN, told),
            ("slow", "width over that at full speed", "1", OPEN, 0.9, size),
            ("sham", "cells with a new field", "1", OPEN, 0.1, size),
        ]
        return tuple(Band(*row) for row in rows)

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name); where no cell has a field, none."""
        found: dict[tuple[str, str], float] = {}
        for arm, recorded in arms.items():
            mine, others = (self.fields(recorded, own) for own in (True, False))
            found[arm, "cells with a new field"] = float(mine.new.mean())
            found[arm, "other cells with a new field"] = float(others.new.mean())
            for name, values in (
                ("lap of the first field, median", mine.lap),
                ("shift of the field, median", mine.shift_m),
                ("width of the field, median", mine.width_m),
            ):
                if np.isfinite(values).any():
                    found[arm, name] = float(np.nanmedian(values))
            if mine.new.any():
                found[arm, "width of the mean of all cells"] = self._width_of_mean(
                    recorded
                )
        wide = [found.get((arm, "width of the field, median")) for arm in arms]
        widths = dict(zip(arms, wide, strict=True))
        slow, fast = widths.get("slow"), widths.get("plateau")
        if slow and fast:
            found["slow", "width over that at full speed"] = slow / fast
        named = {(band.arm, band.name) for band in self.bands()}
        return {key: value for key, value in found.items() if key in named}

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen."""
        return (
            "Plateaus that begin by themselves are off: "
            "--set ca1.pyramidal_plateaus.rate_plateau=...",
            "A field is new if its peak, at least 1 Hz, is three times that before, "
            "within a quarter of the ring of the plateau.",
            "The mean of all cells has the places of their plateaus on each other.",
            "A shift is negative where the field lies on the way to the plateau.",
        )

    def fields(self, arm: Arm, own: bool) -> NewFields:
        """Return the new fields of cells with a pipette of their own, or of others."""
        rates, lap, place = self._rates(arm, own)
        return new_fields(rates, lap, place, float(self.ring))

    def _width_of_mean(self, arm: Arm) -> float:
        """Return how wide the mean over all cells is, their places on each other."""
        rates, lap, place = self._rates(arm, True)
        mean = aligned(rates[lap + 1 :], place, float(self.ring)).mean((0, 1))
        bins = np.linspace(0, float(self.ring), len(mean) + 1)
        ring = Bins((bins,), circular=True)
        return width_at_half(mean, int(mean.argmax()), ring)

    def _rates(self, arm: Arm, own: bool) -> tuple[Any, int, Any]:
        """Return rates (laps, cells, bins), the plateaus' lap, and places (cells,)."""
        trace, spans = arm.behaviour["position"], arm.behaviour["laps"].values
        along, length = self._track.along(trace.values), float(self.ring)
        found = pierced(arm.tags, CELLS, MARKER, trace.t_s, along, length)
        cells, place = found.cells, found.place_m
        if not own:
            cells = np.setdiff1d(np.arange(arm.populations[CELLS].size), cells)
            place = np.full(len(cells), length / 2)
        spikes = arm.spikes[CELLS]
        rates = lap_rates(
            trace.t_s,
            along,
            spans,
            length,
            spikes.timestamps * 1e-3,
            spikes.node_ids,
            cells,
        )
        lap = int(np.searchsorted(spans[:, 0], found.start_s, side="right")) - 1
        return rates, lap, place

    @property
    def _track(self) -> CircularTrack:
        return CircularTrack(circumference=self.ring)

    def _path(self, arm: str) -> Trajectory:
        share = self.slowness if arm == "slow" else 1.0
        return _laps(
            self._track,
            self.path_seed,
            self.before + 1 + self.after,
            float(self.speed) * share,
        )

    def _at(self, place: Any) -> Any:
        """Return where on the ring a place lies, from 0 on, in metres."""
        return (place + 0.5) * float(self.ring) / self.places

    def _moments(self, where: Trajectory) -> Any:
        """Return the rows at which the animal is at each place, in the one lap."""
        start = round(where.laps[self.before, 0] / TICK_S)
        along = self._track.along(where.xy_m[start:])
        # The eastern point, where a lap begins, may count as the end of the last one.
        half = float(self.ring) / 2
        begun = int(np.argmax(along < half))
        ahead = along[begun:] >= self._at(np.arange(self.places))[:, None]
        rows = start + begun + ahead.argmax(1)
        if (np.diff(rows) == 0).any():
            raise ValueError(
                f"places={self.places}: two of them are passed in a millisecond; "
                "fewer are wanted."
            )
        return rows


def _tag(cells: Any, at: float) -> Tag:
    return Tag(cells.astype(np.uint32), at, at, MARKER, 0.0)


@cache
def _laps(track: CircularTrack, seed: int, runs: int, speed: float) -> Trajectory:
    return laps(track, seed=seed, runs=runs, gait=Gait(speed=quantity(f"{speed} m/s")))
