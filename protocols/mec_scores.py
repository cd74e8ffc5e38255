"""What is measured of head-direction, border and speed cells in a room."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np

from ..analysis.maps import Visits
from ..analysis.spatial_cells import LEAST_SPIKES, SIGMA_M, chosen_cells
from ..circuits.parameters import Source
from ..simulation.recording import Arm
from .space.room import Room
from .space.rooms import CircularTrack, LinearTrack
from .space.rounded_box import Rectangular

SOLSTAD = Source("Solstad et al. 2008", doi="10.1126/science.1166466")

HEAD, BORDER, SPEED = "ec_head_direction", "ec_border", "ec_speed"
OPEN = float("nan")

Row = tuple[str, str, float, float, str]

OF_HEADING: tuple[Row, ...] = (
    ("head-direction cells, mean vector length, median", "1", OPEN, OPEN, ""),
    ("head-direction cells above their shuffles", "1", OPEN, OPEN, ""),
)
OF_BORDERS: tuple[Row, ...] = (
    ("border cells, border score, median", "1", 0.5, OPEN, SOLSTAD.cite),
    ("border cells above their shuffles", "1", OPEN, OPEN, ""),
)
OF_SPEED: tuple[Row, ...] = (
    ("speed cells, speed score, median", "1", OPEN, OPEN, ""),
    ("speed cells above their shuffles", "1", OPEN, OPEN, ""),
)


def rows(room: Room) -> tuple[Row, ...]:
    """Return the measures of a room: name, unit, lowest, highest, source.

    On a track an animal heads two ways and walls are everywhere: there, speed only.
    """
    if isinstance(room, LinearTrack | CircularTrack):
        return OF_SPEED
    borders = OF_BORDERS if isinstance(room, Rectangular) else ()
    return (*OF_HEADING, *borders, *OF_SPEED)


def values(
    arm: Arm, room: Room, seen: Visits, judged: int, shuffles: int
) -> Iterator[tuple[str, float]]:
    """Yield the measures by their names; without a heading they are no numbers."""
    wanted = {row[0] for row in rows(room)}
    kinds = ((OF_HEADING, HEAD), (OF_BORDERS, BORDER), (OF_SPEED, SPEED))
    for told, population in kinds:
        if told[0][0] in wanted:
            found = _scores(population, arm, seen, judged, shuffles)
            known = found.score[np.isfinite(found.score)]
            yield told[0][0], float(np.median(known)) if len(known) else OPEN
            yield told[1][0], float(found.above.mean()) if len(known) else OPEN


def _scores(population: str, arm: Arm, seen: Visits, judged: int, shuffles: int) -> Any:
    """Return the scores of a population; scipy, which they load, is slow to come."""
    by = import_module("..analysis.mec_cells", __package__)
    spikes, n = arm.spikes[population], arm.populations[population].size
    ids = np.asarray(spikes.node_ids, np.int64)
    cells = chosen_cells(ids, n, judged, LEAST_SPIKES, 1)
    given = spikes.timestamps * 1e-3, ids, cells
    chance = {"shuffles": shuffles, "seed": 1}
    if population == BORDER:
        return by.border_scores(seen, *given, sigma_m=SIGMA_M, **chance)
    trace = arm.behaviour.get("heading" if population == HEAD else "speed")
    if trace is None or np.ptp(trace.t_s) <= 2 * by.LEAST_S:
        return by.Scores(np.empty(0), np.empty(0, bool))
    score = by.vector_lengths if population == HEAD else by.speed_scores
    return score(trace.t_s, trace.values, *given, **chance)
