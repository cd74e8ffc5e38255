"""Scores of many cells at once, each beside its own shuffled spikes.

cells ──▶ those with enough spikes ──▶ a sample ──▶ map, score, null of each
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .fields import fields
from .grid import autocorrelogram, geometry, grid_score
from .maps import Floats, Ids, Visits, counts_of_cells, occupancy, rates
from .shuffle import null, verdict
from .spatial import information_per_spike

# How maps are made where nobody says otherwise: all chosen, as is usual.
BIN_M, SIGMA_M, SLOWEST_MPS = 0.025, 0.05, 0.03
LEAST_SPIKES = 30  # of a cell that is scored


@dataclass(frozen=True, eq=False)
class PlaceScores:
    """Place cells: arrays (cells,), information in bits a spike.

    above : whether a cell beats the 95th percentile of its shuffles
    net : information less the mean of the shuffles
    fields : how many
    width_m : of the largest field at half its peak; NaN without a field
    """

    cells: Ids
    information: Floats
    net: Floats
    above: Any
    fields: Any
    width_m: Floats


@dataclass(frozen=True, eq=False)
class GridScores:
    """Grid cells: arrays (cells,).

    above : whether a cell beats the 95th percentile of its shuffles
    spacing_m : NaN where there are no six peaks
    """

    cells: Ids
    score: Floats
    above: Any
    spacing_m: Floats


def chosen_cells(node_ids: Ids, n: int, most: int, least: int, seed: int) -> Ids:
    """Return at most ``most`` of ``n`` cells that fired ``least`` times, ascending."""
    fit = np.flatnonzero(np.bincount(np.asarray(node_ids, int), minlength=n) >= least)
    return np.sort(np.random.default_rng(seed).permutation(fit)[:most])


def place_scores(
    visits: Visits,
    spikes_s: Floats,
    node_ids: Ids,
    cells: Ids,
    *,
    sigma_m: float,
    shuffles: int,
    seed: int,
) -> PlaceScores:
    """Score cells for the place in which they fire.

    Parameters
    ----------
    spikes_s, node_ids : arrays (spikes,), seconds and cells
    cells : those to be scored
    """
    seconds = occupancy(visits)

    def score(counts: Floats) -> Any:
        return information_per_spike(rates(counts, visits, sigma_m=sigma_m), seconds)

    rows = []
    for cell, times, counts in _each(visits, spikes_s, node_ids, cells):
        told = verdict(
            float(score(counts)),
            null(score, visits, times, shuffles, seed=(seed, cell)),
        )
        found = fields(rates(counts, visits, sigma_m=sigma_m), visits.bins)
        width = max(found, key=lambda f: f.size).width_m if found else float("nan")
        above = told.score > told.percentile_95
        rows.append((told.score, told.score - told.mean, above, len(found), width))
    columns = np.array(rows, float).reshape(-1, 5).T
    return PlaceScores(
        np.asarray(cells),
        columns[0],
        columns[1],
        columns[2].astype(bool),
        columns[3].astype(int),
        columns[4],
    )


def grid_scores(
    visits: Visits,
    spikes_s: Floats,
    node_ids: Ids,
    cells: Ids,
    *,
    sigma_m: float,
    shuffles: int,
    seed: int,
) -> GridScores:
    """Score cells for a hexagonal grid; parameters as of ``place_scores``."""

    def correlogram(counts: Floats) -> Floats:
        return autocorrelogram(rates(counts, visits, sigma_m=sigma_m))

    rows = []
    for cell, times, counts in _each(visits, spikes_s, node_ids, cells):
        own = correlogram(counts)
        shuffled = null(
            lambda n: grid_score(correlogram(n)),
            visits,
            times,
            shuffles,
            seed=(seed, cell),
        )
        told = verdict(float(grid_score(own)), shuffled)
        spacing = geometry(own, visits.bins.widths[0]).spacing_m
        rows.append((told.score, told.score > told.percentile_95, spacing))
    columns = np.array(rows, float).reshape(-1, 3).T
    return GridScores(
        np.asarray(cells), columns[0], columns[1].astype(bool), columns[2]
    )


def _each(visits: Visits, spikes_s: Floats, node_ids: Ids, cells: Ids) -> Any:
    """Yield each cell with its spikes, in seconds and in bins."""
    mine = np.isin(node_ids, cells)
    times, ids = np.asarray(spikes_s)[mine], np.asarray(node_ids)[mine]
    n = int(max(cells, default=-1)) + 1
    counts = counts_of_cells(visits, times, ids, n)
    for cell in np.asarray(cells).tolist():
        yield cell, times[ids == cell], counts[cell]
