"""An animal that runs: grid cells, place cells and their maps.

    trajectory  ──▶  x, y, theta  ──▶  EC ──▶ DG ──▶ CA3 ──▶ CA1 ──▶ SUB
    (real rat, random, laps, file)       spikes beside positions: maps and scores

One visit to a room that the animal has never seen, every synapse as at birth. Scores
are those of a sample of cells, each beside its own shuffled spikes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from ..analysis.bump import bump, drift, path_on_sheet, unwrapped
from ..analysis.grid import modules
from ..analysis.maps import Visits, even_bins, visits
from ..analysis.spatial_cells import (
    BIN_M,
    LEAST_SPIKES,
    SIGMA_M,
    SLOWEST_MPS,
    chosen_cells,
    grid_scores,
    place_scores,
)
from ..circuits import Hippocampus
from ..circuits.drives import STENSOLA
from ..circuits.ec import EC
from ..circuits.grid_attractor import GridAttractor
from ..circuits.motion import Motion
from ..circuits.parameters import ASSUMED, Row, Source, unknown
from ..circuits.quantity import Quantity
from ..circuits.sheet import places
from ..simulation.experiment import ArmResult
from ..simulation.recording import Arm, Spikes, Trace
from ..simulation.timeline import Episode, Step
from . import mec_scores, on_track
from .animal import Animal
from .on_track import GROSMARK
from .protocol import Band, Described, in_words
from .recorded import population_table
from .space.foraging import RATINABOX, SOURCES, foraging
from .space.laps import laps
from .space.room import Room
from .space.rooms import ROOMS, SARGOLINI, Box, CircularTrack, LinearTrack
from .space.shown import shown
from .space.tracked import tracked
from .space.trajectory import Trajectory

HAFTING = Source("Hafting et al. 2005", doi="10.1038/nature03721")

GRID = "ec_stellate"
GRIDS: dict[str, EC | GridAttractor] = {
    "driven": Hippocampus().ec,
    "attractor": GridAttractor(),
}
PRINCIPAL = {
    "DG": "dg_granule",
    "CA3": "ca3_pyramidal",
    "CA1": "ca1_pyramidal",
    "SUB": "sub_pyramidal",
}
EVERY = 20  # rows between positions that a file keeps: 50 Hz
SHORTEST_S, LONGEST_S = 1.0, 3600.0
OPEN = float("nan")
OF_GRIDS = {
    "driven": (("ratio of grid modules, mean", "1", 1.3, 1.75, STENSOLA.cite),),
    "attractor": (
        ("grid spacing over what velocity predicts, median", "1", 0.9, 1.1, "assumed"),
        ("drift of the grid", "m", OPEN, 0.1, "assumed"),
    ),
}
APART_S = 20.0  # by which shuffled spikes are moved, at least
FORMED_S, SEEN_S, DRIFT_S = (
    2.0,
    0.125,
    10.0,
)  # of the bump: to form, to see, to average
GRID_NOTES = {
    "driven": "Grid cells are driven by the position; nothing drives place cells "
    "by it.",
    "attractor": "Velocity moves a bump of grid cells, which the place corrects; "
    "nothing drives place cells by the position.",
}
MEASURED = {
    "cells that fire": "1",
    "place cells, share of these": "1",
    "information, median": "bit/spike",
    "with one or two fields": "1",
    "width of a field, median": "m",
}
PLACE = {
    "place cells, share of these": (0.6, OPEN, GROSMARK.cite),
    "information, median": (0.5, 3.0, GROSMARK.cite),
    "with one or two fields": (0.7, OPEN, "assumed"),
    "width of a field, median": (0.15, 0.45, GROSMARK.cite),
}


@dataclass(frozen=True, kw_only=True)
class Navigation(Animal):
    """Ten minutes of foraging in a room."""

    name: ClassVar[str] = "navigation"
    caption: ClassVar[str] = "An animal that runs: grid cells, place cells, their maps"
    arms: ClassVar[tuple[str, ...]] = ("running",)
    papers: ClassVar[tuple[Source, ...]] = (SARGOLINI, RATINABOX)
    choices: ClassVar[tuple[str, ...]] = ("room", "grid")

    room: Room = Box()
    path: str = ASSUMED.name(
        "sargolini",
        "sargolini, tanni (real rats), random, laps, or a file of one's own",
    )
    duration: Quantity = ASSUMED("599 s", "of running")
    begin: Quantity = ASSUMED("0 s", "where in a real rat's track it begins")
    path_seed: int = ASSUMED(1, "seed of a random path, and of laps")
    f_theta: Quantity = ASSUMED("8 Hz", "frequency of theta")
    judged: int = ASSUMED(100, "cells of a population that are scored, at most")
    shuffles: int = ASSUMED(100, "of a cell's spikes")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        self.must_be("0 or more", "begin", "f_theta", "path_seed")
        self.must_be("at least 1", "judged", "shuffles")
        if not SHORTEST_S <= float(self.duration) <= LONGEST_S:
            raise ValueError(
                f"duration={self.duration}: from {SHORTEST_S:g} to {LONGEST_S:g} s are "
                "possible."
            )
        on_track = isinstance(self.room, LinearTrack | CircularTrack)
        if self.path == "laps" and not on_track:
            raise ValueError(
                f"path=laps needs a track: give --set room=linear-track, not "
                f"{self.room.name}."
            )
        if "/" not in self.path and "." not in self.path:
            allowed = [*SOURCES, "laps"]
            if self.path not in allowed:
                raise KeyError(unknown("path", self.path, allowed))

    @cached_property
    def trajectory(self) -> Trajectory:
        """Where the animal is, once a millisecond."""
        seconds, begin = float(self.duration), float(self.begin)
        if self.path in SOURCES:
            return foraging(
                self.room,
                seconds,
                seed=self.path_seed,
                source=self.path,
                begin_s=begin,
            )
        if self.path == "laps":
            assert isinstance(self.room, LinearTrack | CircularTrack)
            return laps(self.room, seed=self.path_seed, seconds=seconds)
        whole = tracked(self.path, self.room)
        if begin >= whole.seconds:
            raise ValueError(
                f"begin={self.begin}: the track of {self.path} lasts "
                f"{whole.seconds:g} s."
            )
        return whole.part(begin, min(seconds, whole.seconds - begin))

    @property
    def grid(self) -> str:
        """The name of the model of grid cells."""
        kind = type(self.circuit.ec)
        return next(name for name, ec in GRIDS.items() if type(ec) is kind)

    def with_value(self, path: str, text: str) -> Self:
        """Return a copy with one value changed; a room and a grid by their names."""
        if path == "grid":
            if text not in GRIDS:
                raise KeyError(unknown("grid", text, list(GRIDS)))
            return replace(self, circuit=replace(self.circuit, ec=GRIDS[text]))
        if path == "room":
            if text not in ROOMS:
                raise KeyError(unknown("room", text, list(ROOMS)))
            return replace(self, room=ROOMS[text]())
        return super().with_value(path, text)

    def table(self, prefix: str = "") -> Iterator[Row]:
        """Yield the names of room and grid, and every parameter."""
        yield Row(f"{prefix}room", self.room.name, "the room", ASSUMED.cite, "")
        yield Row(f"{prefix}grid", self.grid, "model of grid cells", ASSUMED.cite, "")
        yield from super().table(prefix)

    def files(self) -> tuple[Path, ...]:
        """Return the file of the path, if it is one."""
        return (Path(self.path),) if self.path not in (*SOURCES, "laps") else ()

    def remarks(self, arms: Sequence[str]) -> tuple[str, ...]:
        """Say what was done to the positions."""
        where = self.trajectory
        found = [f"Path: {note}" for note in where.notes]
        if where.seconds < float(self.duration) - 1e-3:
            found.append(f"Path: it ends after {where.seconds:g} s.")
        if where.seconds <= 2 * APART_S:
            found.append(f"No scores: they need {2 * APART_S:g} s of running.")
        return tuple(found)

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return the one visit."""
        columns, f_theta = self.circuit.columns, float(self.f_theta)
        stimulus = shown(columns, self.room, self.trajectory, f_theta)
        return (Episode("running", self._place, stimulus),)

    def record(self, arm: str, result: ArmResult) -> Arm:
        """Return spikes, position, heading and speed."""
        where, spans = self.trajectory, result.timeline()
        t = spans[0].start_s + where.t_s[::EVERY]
        return Arm(
            populations=population_table(self.circuit),
            timeline=spans,
            spikes=result.spikes(list(self.circuit.populations)),
            behaviour={
                "position": Trace(t, where.xy_m[::EVERY]),
                "heading": Trace(t, where.heading[::EVERY]),
                "speed": Trace(t, where.speed[::EVERY]),
            },
        )

    def bands(self) -> tuple[Band, ...]:
        """Return the scores; bands are those of a foraging rat."""
        on_floor = not isinstance(self.room, LinearTrack | CircularTrack)
        known = on_floor and self.room.area >= 0.5
        rows: list[tuple[str, str, float, float, str]] = []
        if known:
            rows = [
                ("grid score, median", "1", 0.3, OPEN, HAFTING.cite),
                ("grid cells, share", "1", 0.7, OPEN, HAFTING.cite),
                *OF_GRIDS[self.grid],
            ]
        for region in PRINCIPAL:
            bands = PLACE if region == "CA1" else {}
            for name, unit in MEASURED.items():
                band = bands.get(name, (OPEN, OPEN, ""))
                rows.append((f"{region} {name}", unit, *band))
        rows.extend(mec_scores.rows(self.room))
        if isinstance(self.room, LinearTrack):
            rows.extend(on_track.rows())
        for population in self.circuit.populations:
            rows.append((f"{population} rate", "Hz", OPEN, OPEN, ""))
        return tuple(Band(self.arms[0], *row) for row in rows)

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name); where no cell has a score, none."""
        named = {band.name for band in self.bands()}
        return {
            (arm, name): value
            for arm, recorded in arms.items()
            for name, value in self._values(recorded)
            if name in named and value == value
        }

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen."""
        return (
            f"Maps: bins of {100 * BIN_M:g} cm, smoothed by {100 * SIGMA_M:g} cm; only "
            f"samples faster than {100 * SLOWEST_MPS:g} cm/s count.",
            f"Scored are up to {self.judged} cells of a population with "
            f"{LEAST_SPIKES} spikes; each beside {self.shuffles} shuffles of its own.",
            "Information is told less the mean of the shuffles.",
            GRID_NOTES[self.grid],
            *(on_track.NOTES if isinstance(self.room, LinearTrack) else ()),
        )

    @property
    def _place(self) -> str:
        return f"{self.room.name} {self.room.number}"

    def _steps(self) -> Iterator[Described]:
        # Reading a path loads libraries that a description does not need.
        lasts = in_words(float(self.duration))
        yield Described(self.arms[0], "running", "episode", lasts, self._place)

    def _values(self, arm: Arm) -> Iterator[tuple[str, float]]:
        span = arm.span("running")
        lasts = span.stop_s - span.start_s
        for name, info in arm.populations.items():
            yield f"{name} rate", len(arm.spikes[name].node_ids) / info.size / lasts
        seen = self._visits(arm)
        if seen.seconds.sum() <= 2 * APART_S:
            return  # spikes cannot be moved far enough against the path
        told: dict[str, Any] = {
            "sigma_m": SIGMA_M,
            "shuffles": self.shuffles,
            "seed": 1,
        }
        if len(seen.bins.shape) == 2:
            found = grid_scores(seen, *self._spikes(arm, GRID), **told)
            yield "grid score, median", _median(found.score)
            yield "grid cells, share", _mean(found.above)
            ratios = modules(found.spacing_m[found.above]).ratios
            yield "ratio of grid modules, mean", _mean(ratios)
            yield from self._attractor(arm, found.spacing_m[found.above])
        for region, population in PRINCIPAL.items():
            n = arm.populations[population].size
            fired = np.bincount(arm.spikes[population].node_ids, minlength=n)
            yield f"{region} cells that fire", float((fired >= LEAST_SPIKES).mean())
            place = place_scores(seen, *self._spikes(arm, population), **told)
            good = place.above
            yield f"{region} place cells, share of these", _mean(good)
            yield f"{region} information, median", _median(place.net[good])
            few = (place.fields[good] >= 1) & (place.fields[good] <= 2)
            yield f"{region} with one or two fields", _mean(few)
            yield f"{region} width of a field, median", _median(place.width_m[good])

        sample = self.judged, self.shuffles
        yield from mec_scores.values(arm, self.room, seen, *sample)
        if isinstance(self.room, LinearTrack) and float(self.f_theta) > 0:
            ran = arm, self.room, seen, float(self.f_theta)
            yield from on_track.values(*ran, *sample)

    def _attractor(self, arm: Arm, spacing_m: Any) -> Iterator[tuple[str, float]]:
        """Yield what only a grid that integrates velocity has."""
        ec = self.circuit.ec
        if isinstance(ec, GridAttractor):
            predicted = float(ec.stellate_motion.spacing)
            name = "grid spacing over what velocity predicts, median"
            yield name, _median(spacing_m) / predicted
            yield "drift of the grid", self._drift(arm, ec.stellate_motion)

    def _drift(self, arm: Arm, motion: Motion) -> float:
        """Return how far the bump strays at most from the path, metres.

        Of its errors, each the mean of ten seconds, against the first of them.
        """
        span, path = arm.span("running"), arm.behaviour["position"]
        edges: Any = np.arange(span.start_s + FORMED_S, span.stop_s, SEEN_S)
        where = places(arm.populations[GRID].size)
        fired = arm.spikes[GRID]
        seen = bump(fired.timestamps * 1e-3, fired.node_ids, where, edges)
        xy = [np.interp(seen.t_s, path.t_s, column) for column in path.values.T]
        spacing = float(motion.spacing)
        ideal = path_on_sheet(np.stack(xy, axis=1), spacing, motion.orientation)
        errors = unwrapped(seen.xy, ideal) - ideal
        return float(spacing * drift(errors, round(DRIFT_S / SEEN_S)).max())

    def _visits(self, arm: Arm) -> Visits:
        """Return the bins that the animal visited; on a track, those along it."""
        trace = arm.behaviour["position"]
        if isinstance(self.room, LinearTrack | CircularTrack):
            ring = isinstance(self.room, CircularTrack)
            spans, where = [(0.0, self.room.midline)], self.room.along(trace.values)
        else:
            outline = self.room.rings()[0]
            spans = list(zip(outline.min(axis=0), outline.max(axis=0), strict=True))
            ring, where = False, trace.values
            where = np.clip(where, outline.min(axis=0), outline.max(axis=0))
        bins = even_bins(*spans, width_m=BIN_M, circular=ring)
        return visits(trace.t_s, where, bins, least_mps=SLOWEST_MPS)

    def _spikes(self, arm: Arm, population: str) -> tuple[Any, Any, Any]:
        """Return the spikes of a population, and the cells of it that are scored."""
        spikes: Spikes = arm.spikes[population]
        n, ids = arm.populations[population].size, spikes.node_ids
        return (
            spikes.timestamps * 1e-3,
            ids,
            chosen_cells(ids, n, self.judged, LEAST_SPIKES, 1),
        )


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _median(values: Any) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
