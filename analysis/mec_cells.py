"""Scores of many head-direction, border and speed cells, each beside its shuffles."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .directions import (
    border_score,
    direction_tuning,
    mean_vector,
    speed_score,
    speed_score_null,
    vector_length_null,
)
from .maps import Floats, Ids, Visits, counts_of_cells, rates
from .shuffle import null, verdict

LEAST_S = 20.0  # by which shuffled spikes are moved, at least


@dataclass(frozen=True, eq=False)
class Scores:
    """Arrays (cells,): a score, and whether it is above 95 % of a cell's shuffles."""

    score: Floats
    above: Any


def vector_lengths(
    t_s: Floats,
    heading_rad: Floats,
    spikes_s: Floats,
    node_ids: Ids,
    cells: Ids,
    *,
    shuffles: int,
    seed: int,
) -> Scores:
    """Return the mean vector lengths of cells by heading."""

    def told(cell: int, times: Floats) -> tuple[float, Floats]:
        tuning = direction_tuning(times, t_s, heading_rad)
        shuffled = vector_length_null(
            times,
            t_s,
            heading_rad,
            seed=seed + cell,
            shuffles=shuffles,
            least_s=LEAST_S,
        )
        return mean_vector(tuning.centres_rad, tuning.rate_hz).length, shuffled

    return _scores(told, spikes_s, node_ids, cells)


def border_scores(
    seen: Visits,
    spikes_s: Floats,
    node_ids: Ids,
    cells: Ids,
    *,
    sigma_m: float,
    shuffles: int,
    seed: int,
) -> Scores:
    """Return the border scores of cells in a rectangular room."""
    x, y = seen.bins.edges

    def score(counts: Floats) -> Floats:
        maps = rates(counts, seen, sigma_m=sigma_m)
        return np.array([border_score(one, x, y).score for one in maps])

    def told(cell: int, times: Floats) -> tuple[float, Floats]:
        ids = np.zeros(len(times), int)
        own = score(counts_of_cells(seen, times, ids, 1))[0]
        shuffled = null(
            score, seen, times, shuffles, least_s=LEAST_S, seed=(seed, cell)
        )
        return float(own), shuffled

    return _scores(told, spikes_s, node_ids, cells)


def speed_scores(
    t_s: Floats,
    speed_mps: Floats,
    spikes_s: Floats,
    node_ids: Ids,
    cells: Ids,
    *,
    shuffles: int,
    seed: int,
) -> Scores:
    """Return the correlations of the cells' rates with running speed."""

    def told(cell: int, times: Floats) -> tuple[float, Floats]:
        shuffled = speed_score_null(
            times,
            t_s,
            speed_mps,
            seed=seed + cell,
            shuffles=shuffles,
            least_s=LEAST_S,
        )
        return speed_score(times, t_s, speed_mps), shuffled

    return _scores(told, spikes_s, node_ids, cells)


def _scores(
    told: Callable[[int, Floats], tuple[float, Floats]],
    spikes_s: Floats,
    node_ids: Ids,
    cells: Ids,
) -> Scores:
    found = [verdict(*told(*each)) for each in _each(spikes_s, node_ids, cells)]
    score = np.array([one.score for one in found])
    return Scores(score, np.array([one.score > one.percentile_95 for one in found]))


def _each(spikes_s: Floats, node_ids: Ids, cells: Ids) -> Iterator[tuple[int, Floats]]:
    for cell in np.asarray(cells).tolist():
        yield cell, np.asarray(spikes_s)[np.asarray(node_ids) == cell]
