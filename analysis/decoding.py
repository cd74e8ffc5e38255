"""Where an animal was, decoded from the spikes of all its cells.

    log P(x|n) = sum_i n_i log f_i(x) - dt sum_i f_i(x) + log P(x) + const

with independent Poisson cells (Zhang et al. 1998, doi:10.1152/jn.1998.79.2.1017). The
second sum is over all cells: a silent one tells where the animal is not. Positions are
metres in one or two dimensions, arrays (n, dimensions); maps are arrays (cells, nx) or
(cells, nx, ny) of hertz, NaN where unvisited; edges are one array a dimension. A track
that is a ring must be cut: distances and means are those of a line.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage, sparse, special

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Edges = Sequence[Floats]

# Chosen: a rate that no map can exclude, so that one stray spike vetoes no place.
FLOOR_HZ = 1e-3


@dataclass(frozen=True)
class Decoding:
    """Decoded positions (n, dimensions) and errors (n,), metres; NaN if not decoded."""

    position_m: Floats
    error_m: Floats
    median_m: float


def spike_counts(times_s: Floats, node_ids: Ints, n: int, edges_s: Floats) -> Floats:
    """Return how often each of ``n`` cells fired in each bin of time, (bins, cells).

    >>> spike_counts(np.array([0.1, 0.2, 1.5]), np.array([0, 2, 2]), 3, np.arange(3.0))
    array([[1., 0., 1.],
           [0., 0., 1.]])
    """
    _ascending(edges_s, "Edges of time")
    if len(times_s) != len(node_ids) or not np.isfinite(times_s).all():
        raise ValueError(
            f"{len(times_s)} times and {len(node_ids)} cells are no spikes: give one "
            "finite time and one cell each."
        )
    ids = np.asarray(node_ids, np.int64)
    if len(ids) and not (0 <= ids.min() and ids.max() < n):
        raise ValueError(
            f"Cells {ids.min()} to {ids.max()} are not all among {n}: raise n."
        )
    bins = len(edges_s) - 1
    at = np.searchsorted(edges_s, times_s, "right") - 1
    inside = (at >= 0) & (at < bins)
    flat = np.bincount(at[inside] * n + ids[inside], minlength=bins * n)
    return flat.reshape(bins, n).astype(float)


def centres(edges_m: Edges) -> list[Floats]:
    """Return the middles of bins, one array a dimension."""
    for edges in edges_m:
        _ascending(edges, "Edges of place")
    return [(np.asarray(e, float)[1:] + np.asarray(e, float)[:-1]) / 2 for e in edges_m]


def posterior(
    counts: Floats,
    maps_hz: Floats,
    dt_s: float,
    *,
    prior: Floats | None = None,
    floor_hz: float = FLOOR_HZ,
) -> Floats:
    """Return the probability of each bin of place in each bin of time.

    Pynapple's ``decode_bayes`` gives the same numbers where every bin was visited and
    ``floor_hz`` is 1e-12. It adds 1e-12 Hz inside the logarithm where we raise lower
    rates to the floor in both terms; it leaves NaN out of the sums, by which a bin
    that no cell's map knows has the likelihood 1, where we give it probability 0.

    Parameters
    ----------
    counts : array (n, cells), spikes; they need not be whole
    maps_hz : array (cells, nx) or (cells, nx, ny); a bin that is NaN for a cell is no
        candidate; a cell without spikes has zeros
    dt_s : seconds of a bin of time
    prior : array (nx,) or (nx, ny), such as seconds spent; even where None, and no
        candidate where 0 or NaN
    floor_hz : the least rate that a cell may have anywhere

    Returns
    -------
    array (n, nx) or (n, nx, ny), each row summing to 1

    >>> maps = np.array([[10.0, 0.0], [0.0, 10.0]])
    >>> posterior(np.array([[1.0, 0.0]]), maps, 0.1).round(3)
    array([[1., 0.]])
    """
    cells, *place = maps_hz.shape
    if np.ndim(counts) != 2 or counts.shape[1] != cells:
        raise ValueError(
            f"Counts of shape {np.shape(counts)} do not fit {cells} maps: give an "
            "array (bins of time, cells), silent cells too."
        )
    if not np.isfinite(counts).all():
        raise ValueError("A count is not finite: drop the bins of time with NaN.")
    if not dt_s > 0 or not floor_hz > 0:
        raise ValueError(
            f"A bin of {dt_s:g} s with rates from {floor_hz:g} Hz decodes nothing: "
            "both must be above 0."
        )
    rates = np.asarray(maps_hz, float).reshape(cells, math.prod(place))
    weight = np.ones(rates.shape[1]) if prior is None else _flat(prior, place)
    open_to = np.isfinite(rates).all(axis=0) & (weight > 0)
    if not cells or not open_to.any():
        raise ValueError(
            f"{cells} maps of {rates.shape[1]} bins leave none to decode: give maps "
            "with a bin that all cells know, 0 for silent cells."
        )
    known = np.maximum(rates[:, open_to], floor_hz)
    log = counts @ np.log(known) - dt_s * known.sum(axis=0) + np.log(weight[open_to])
    found = np.zeros((len(counts), rates.shape[1]))
    found[:, open_to] = special.softmax(log, axis=1)
    return found.reshape(len(counts), *place)


def most_likely(posterior: Floats, edges_m: Edges) -> Floats:
    """Return the centre of the most probable bin, (n, dimensions); ties: the first.

    >>> most_likely(np.array([[0.2, 0.5, 0.3]]), [np.arange(4.0)])
    array([[1.5]])
    """
    middles = _fitting(posterior, edges_m)
    best = posterior.reshape(len(posterior), -1).argmax(axis=1)
    at = np.unravel_index(best, posterior.shape[1:])
    return np.stack([m[i] for m, i in zip(middles, at, strict=True)], axis=1)


def mean_position(posterior: Floats, edges_m: Edges) -> Floats:
    """Return the mean of place under the posterior, (n, dimensions).

    >>> mean_position(np.array([[0.25, 0.5, 0.25]]), [np.arange(4.0)])
    array([[1.5]])
    """
    middles = _fitting(posterior, edges_m)
    axes = range(1, posterior.ndim)
    alone = [posterior.sum(axis=tuple(a for a in axes if a != k)) for k in axes]
    return np.stack([p @ m for p, m in zip(alone, middles, strict=True)], axis=1)


def errors(decoded_m: Floats, position_m: Floats) -> Floats:
    """Return the distance of decoded from true positions, (n,), NaN if one is NaN.

    >>> errors(np.array([[0.0, 3.0]]), np.array([[4.0, 0.0]]))
    array([5.])
    """
    if np.ndim(decoded_m) != 2 or np.shape(decoded_m) != np.shape(position_m):
        raise ValueError(
            f"Positions of {np.shape(decoded_m)} and {np.shape(position_m)} do not "
            "fit: give two arrays (n, dimensions)."
        )
    return np.asarray(np.sqrt(((decoded_m - position_m) ** 2).sum(axis=1)))


def median_error(decoded_m: Floats, position_m: Floats) -> float:
    """Return the median distance, of what is known; NaN if nothing is."""
    found = errors(decoded_m, position_m)
    known = found[np.isfinite(found)]
    return float(np.median(known)) if len(known) else float("nan")


def confusion(decoded_m: Floats, position_m: Floats, edges_m: Edges) -> Floats:
    """Return how often each true bin (row) was decoded as each bin (column).

    Bins of two dimensions are counted row by row. Each row sums to 1, or is NaN where
    the animal was not; times at which either lies outside the edges are left out.

    >>> x = np.array([[0.5], [0.6], [1.5]])
    >>> confusion(x[[0, 2, 2]], x, [np.arange(3.0)])
    array([[0.5, 0.5],
           [0. , 1. ]])
    """
    errors(decoded_m, position_m)  # refuses what does not fit
    true, read = _bins(position_m, edges_m), _bins(decoded_m, edges_m)
    both, n = (true >= 0) & (read >= 0), _size(edges_m)
    table = np.bincount(true[both] * n + read[both], minlength=n * n).reshape(n, n)
    rows = table.sum(axis=1, keepdims=True)
    return np.asarray(table / np.where(rows > 0, rows, np.nan))


def blocks(n: int, k: int) -> Ints:
    """Return to which of ``k`` successive blocks each of ``n`` bins of time belongs.

    For laps give ``cross_validated`` the number of each bin's lap instead.

    >>> blocks(5, 2)
    array([0, 0, 0, 1, 1])
    """
    if not 2 <= k <= n:
        raise ValueError(f"{n} bins make no {k} blocks: choose 2 to {n}.")
    return np.arange(n) * k // n


def rate_maps(
    counts: Floats,
    position_m: Floats,
    edges_m: Edges,
    dt_s: float,
    *,
    smooth_bins: float = 0.0,
) -> tuple[Floats, Floats]:
    """Return maps (cells, nx[, ny]) in hertz, NaN where unvisited, and seconds spent.

    ``smooth_bins`` is the SD of a Gaussian that smooths spikes and seconds before they
    are divided, in bins; bins never visited stay NaN. Times outside the edges or with
    NaN are left out.
    """
    if np.ndim(position_m) != 2 or len(counts) != len(position_m):
        raise ValueError(
            f"Counts of {np.shape(counts)} and positions of {np.shape(position_m)} do "
            "not fit: give arrays (n, cells) and (n, dimensions)."
        )
    at, size = _bins(position_m, edges_m), _size(edges_m)
    place = [len(edges) - 1 for edges in edges_m]
    seen = at >= 0
    here = (np.ones(seen.sum()), (at[seen], np.flatnonzero(seen)))
    chosen = sparse.csr_array(here, shape=(size, len(counts)))
    spikes = (chosen @ counts).T.reshape(-1, *place)
    seconds = np.asarray(dt_s * np.bincount(at[seen], minlength=size), float)
    seconds = seconds.reshape(place)
    unvisited = seconds == 0
    if smooth_bins:
        sd = [0.0, *[smooth_bins] * len(place)]
        spikes = ndimage.gaussian_filter(spikes, sd, mode="constant")
        time = ndimage.gaussian_filter(seconds, sd[1:], mode="constant")
    else:
        time = seconds
    return np.asarray(spikes / np.where(unvisited, np.nan, time)), seconds


def cross_validated(
    counts: Floats,
    position_m: Floats,
    edges_m: Edges,
    dt_s: float,
    folds: Ints,
    *,
    occupancy_prior: bool = False,
    smooth_bins: float = 0.0,
    floor_hz: float = FLOOR_HZ,
    read_as: Ints | None = None,
) -> Decoding:
    """Decode each fold of time with maps made of all the others.

    Parameters
    ----------
    counts : array (n, cells)
    position_m : array (n, dimensions); times with NaN make no map and have no error
    folds : array (n,), the lap or block of each bin of time
    occupancy_prior : weigh bins by the time spent there in the other folds
    read_as : array (cells,), with which cell's map each is read, for controls

    Returns
    -------
    Decoding of the most probable bin
    """
    if len(folds) != len(counts) or len(np.unique(folds)) < 2:
        raise ValueError(
            f"{len(folds)} labels with {len(np.unique(folds))} folds do not split "
            f"{len(counts)} bins of time: give each its lap or block, two or more."
        )
    decoded = np.full(np.shape(position_m), np.nan)
    for fold in np.unique(folds):
        test = np.asarray(folds) == fold
        maps, seconds = rate_maps(
            counts[~test], position_m[~test], edges_m, dt_s, smooth_bins=smooth_bins
        )
        found = posterior(
            counts[test],
            maps if read_as is None else maps[read_as],
            dt_s,
            prior=seconds if occupancy_prior else None,
            floor_hz=floor_hz,
        )
        decoded[test] = most_likely(found, edges_m)
    median = median_error(decoded, position_m)
    return Decoding(decoded, errors(decoded, position_m), median)


def shuffled_errors(
    counts: Floats,
    position_m: Floats,
    edges_m: Edges,
    dt_s: float,
    folds: Ints,
    *,
    seed: int,
    shuffles: int = 100,
    **options: Any,
) -> Floats:
    """Return (shuffles,) median errors, each cell read with the map of another one.

    Takes the options of ``cross_validated``.
    """
    deal = np.random.default_rng(seed).permutation
    given = (counts, position_m, edges_m, dt_s, folds)
    orders = (deal(counts.shape[1]) for _ in range(shuffles))
    found = (cross_validated(*given, read_as=order, **options) for order in orders)
    return np.array([one.median_m for one in found])


def _ascending(edges: Floats, what: str) -> None:
    if len(edges) < 2 or not np.isfinite(edges).all() or not (np.diff(edges) > 0).all():
        raise ValueError(
            f"{what} must be two or more, finite and ascending: sort them."
        )


def _flat(prior: Floats, place: list[int]) -> Floats:
    """Return a prior as one row, 0 where it is NaN."""
    if list(np.shape(prior)) != place or (np.asarray(prior) < 0).any():
        raise ValueError(
            f"A prior of shape {np.shape(prior)} does not fit maps of {tuple(place)} "
            "bins: give a share or seconds of 0 or more a bin."
        )
    return np.nan_to_num(prior).ravel()


def _size(edges_m: Edges) -> int:
    return math.prod(len(edges) - 1 for edges in edges_m)


def _fitting(posterior: Floats, edges_m: Edges) -> list[Floats]:
    """Return the centres of bins, if they are those of a posterior."""
    middles = centres(edges_m)
    if list(posterior.shape[1:]) != [len(m) for m in middles]:
        raise ValueError(
            f"A posterior of {posterior.shape[1:]} bins does not fit edges of "
            f"{[len(e) for e in edges_m]}: give a list of arrays, one edge more than "
            "bins."
        )
    return middles


def _bins(position_m: Floats, edges_m: Edges) -> Ints:
    """Return the bin of each position, row by row, -1 outside; the last is closed."""
    if np.shape(position_m)[1] != len(edges_m):
        raise ValueError(
            f"Positions in {np.shape(position_m)[1]} dimensions do not fit "
            f"{len(edges_m)} arrays of edges: give one a dimension."
        )
    at = np.zeros(len(position_m), np.int64)
    outside = np.zeros(len(position_m), bool)
    for x, edges in zip(np.asarray(position_m, float).T, edges_m, strict=True):
        _ascending(edges, "Edges of place")
        n = len(edges) - 1
        found = np.where(x == edges[-1], n - 1, np.searchsorted(edges, x, "right") - 1)
        outside |= (found < 0) | (found >= n)
        at = at * n + found
    return np.where(outside, -1, at)
