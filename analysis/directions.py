"""Cells of head direction, of borders and of running speed.

Angles are radians. A sample of a track stands for the time that is nearer to it than
to any other, and a spike belongs to the sample nearest in time. Where heading or speed
is NaN, and between samples more than five median steps apart, the animal was lost:
neither that time nor its spikes count, nor do spikes before or after the track. A null
is the same score of spikes that were shifted against the track, around its end;
``shuffle.verdict`` makes a p value of it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

TURN = 2 * np.pi
GAP = 5.0  # median steps


@dataclass(frozen=True)
class DirectionTuning:
    """Rate by heading: arrays (bins,) of radians, hertz (NaN: unvisited), seconds."""

    centres_rad: Floats
    rate_hz: Floats
    seconds: Floats


@dataclass(frozen=True)
class MeanVector:
    """Length, from 0 to 1, and direction in [0, 2 pi) of a mean of unit vectors."""

    length: float
    direction_rad: float


@dataclass(frozen=True)
class Rayleigh:
    """Statistic n R² and p value of the test that angles are uniform."""

    z: float
    p: float


@dataclass(frozen=True)
class BorderScore:
    """Border score, and the coverage cM and distance dM that it is made of."""

    score: float
    coverage: float
    distance: float


def direction_tuning(
    spikes_s: Floats,
    t_s: Floats,
    heading_rad: Floats,
    *,
    bins: int = 60,
    smooth_rad: float = 0.0,
) -> DirectionTuning:
    """Return spikes over seconds for each of ``bins`` headings from 0 to 2 pi.

    ``smooth_rad`` is the SD of a Gaussian that smooths spikes and seconds before they
    are divided. Without it pynapple's ``compute_tuning_curves`` gives the same.

    >>> t = np.arange(8.0)
    >>> direction_tuning(np.array([0.1, 3.9, 4.1]), t, t % 4 * TURN / 4, bins=4).rate_hz
    array([1.5, 0. , 0. , 0. ])
    """
    start, stop = _stands(t_s, heading_rad)
    at = _bins(heading_rad, bins)
    spikes = np.bincount(at, _counts(spikes_s, t_s, start, stop), bins + 1)[:bins]
    seconds = np.bincount(at, stop - start, bins + 1)[:bins].astype(float)
    if smooth_rad:
        sd = smooth_rad * bins / TURN
        spikes = ndimage.gaussian_filter1d(spikes, sd, mode="wrap")
        seconds = ndimage.gaussian_filter1d(seconds, sd, mode="wrap")
    rate = spikes / np.where(seconds > 0, seconds, np.nan)
    return DirectionTuning((np.arange(bins) + 0.5) * TURN / bins, rate, seconds)


def mean_vector(angles_rad: Floats, weights: Floats | None = None) -> MeanVector:
    """Return the mean of unit vectors at ``angles_rad``, weighted if weights are given.

    With the centres and rates of a tuning curve it is the vector of a cell, freed from
    unequal time by heading; 60 bins shorten it by 0.05 %, which is not corrected. NaN
    weights are left out. NaN where nothing has weight; the direction also where
    vectors cancel.

    >>> mean_vector(np.array([0.5, 0.5, 0.5]))
    MeanVector(length=1.0, direction_rad=0.5)
    """
    angles = np.asarray(angles_rad, float)
    given = np.ones(angles.shape) if weights is None else np.asarray(weights, float)
    if given.shape != angles.shape:
        raise ValueError(
            f"{given.size} weights do not fit {angles.size} angles: give one each."
        )
    used = np.isfinite(given) & np.isfinite(angles)
    total = given[used].sum()
    if not total > 0:
        return MeanVector(float("nan"), float("nan"))
    vector = (given[used] * np.exp(1j * angles[used])).sum() / total
    length = float(np.abs(vector))
    direction = float(np.angle(vector) % TURN) if length > 1e-12 else float("nan")
    return MeanVector(length, direction)


def rayleigh(angles_rad: Floats) -> Rayleigh:
    """Test that angles are uniform against one preferred direction.

    p after Zar, as CircStat has it (Berens 2009, doi:10.18637/jss.v031.i10). Of the
    headings at spikes it takes unequal time by heading for tuning: use the null of
    shifted spikes there. NaN without angles.

    >>> rayleigh(np.linspace(0, TURN, 50, endpoint=False)).p
    1.0
    """
    n = int(np.isfinite(angles_rad).sum())
    if not n:
        return Rayleigh(float("nan"), float("nan"))
    sum_length = n * mean_vector(angles_rad).length
    p = np.exp(np.sqrt(1 + 4 * n + 4 * (n**2 - sum_length**2)) - (1 + 2 * n))
    return Rayleigh(float(sum_length**2 / n), float(min(p, 1.0)))


def vector_length_null(
    spikes_s: Floats,
    t_s: Floats,
    heading_rad: Floats,
    *,
    seed: int,
    shuffles: int = 500,
    bins: int = 60,
    least_s: float = 20.0,
) -> Floats:
    """Return (shuffles,) mean vector lengths of tuning by shifted spikes.

    Shifts are uniform, at least ``least_s`` from zero either way.
    """
    starts, stops = _stands(t_s, heading_rad)
    start, lasts = float(starts[0]), float(stops[-1] - starts[0])
    inside = (spikes_s >= start) & (spikes_s <= stops[-1])
    lengths = []
    for shift in _shifts(lasts, least_s, shuffles, seed):
        moved = start + (spikes_s[inside] - start + shift) % lasts
        found = direction_tuning(moved, t_s, heading_rad, bins=bins)
        lengths.append(mean_vector(found.centres_rad, found.rate_hz).length)
    return np.array(lengths)


def border_score(
    rate_hz: Floats,
    x_edges_m: Floats,
    y_edges_m: Floats,
    *,
    share: float = 0.3,
    least_m2: float = 0.02,
) -> BorderScore:
    """Return (cM - dM)/(cM + dM) of a map in a rectangular box (Solstad et al. 2008).

    Fields are patches above ``share`` of the peak rate, joined by their sides, of at
    least ``least_m2``. cM is the largest share of one wall that one field touches, of
    the length that was visited; dM the distance of all fields' bins from the nearest
    wall, weighted by rate, over half the shorter side. doi:10.1126/science.1166466.

    Opexebo's differs: it takes distances in bins along the axes, 1 at the wall (ours
    are of the centres of bins, half a bin there), fields from another detector,
    coverage within 8 bins of a wall, and gives -1 where no field is (ours NaN). Its
    null: ``shuffle.null`` with a score that goes through its maps one by one.

    Parameters
    ----------
    rate_hz : array (nx, ny), NaN where unvisited; a silent map gives NaN
    x_edges_m, y_edges_m : arrays (nx + 1,) and (ny + 1,), metres

    >>> rate, edges = np.zeros((10, 10)), np.linspace(0, 1, 11)
    >>> rate[0] = 5.0
    >>> round(border_score(rate, edges, edges).score, 3)
    0.818
    """
    x, y = (np.asarray(edges, float) for edges in (x_edges_m, y_edges_m))
    if rate_hz.shape != (len(x) - 1, len(y) - 1):
        raise ValueError(
            f"A map of {rate_hz.shape} bins does not fit {len(x)} and {len(y)} edges: "
            "give one edge more than bins on each axis."
        )
    if not (np.diff(x) > 0).all() or not (np.diff(y) > 0).all():
        raise ValueError("Edges do not ascend, which leaves no area: sort them.")
    if not np.isfinite(rate_hz).any():
        raise ValueError("The map has no visited bin: give one with finite rates.")
    wide, high = np.diff(x), np.diff(y)
    area = wide[:, None] * high
    peak = np.nanmax(rate_hz)
    patches, n = ndimage.label(rate_hz > share * peak)
    sizes = np.bincount(patches.ravel(), area.ravel(), n + 1)
    fields = [k for k in range(1, n + 1) if sizes[k] >= least_m2 * (1 - 1e-9)]
    if not peak > 0 or not fields:
        return BorderScore(float("nan"), float("nan"), float("nan"))
    walls = ((0, high), (-1, high), (np.s_[:, 0], wide), (np.s_[:, -1], wide))
    coverage = 0.0
    for wall, lengths in walls:
        there = np.isfinite(rate_hz[wall])
        if there.any():
            touched = np.bincount(patches[wall], lengths, n + 1)[fields].max()
            coverage = max(coverage, float(touched / lengths[there].sum()))
    across = np.minimum(x[:-1] - x[0], x[-1] - x[1:]) + wide / 2
    along = np.minimum(y[:-1] - y[0], y[-1] - y[1:]) + high / 2
    far = np.minimum(across[:, None], along)
    inside = np.isin(patches, fields)
    weight = (rate_hz * area)[inside]
    half = min(x[-1] - x[0], y[-1] - y[0]) / 2
    distance = float((weight * far[inside]).sum() / weight.sum() / half)
    score = (coverage - distance) / (coverage + distance)
    return BorderScore(score, coverage, distance)


def speed_score(
    spikes_s: Floats,
    t_s: Floats,
    speed_m_s: Floats,
    *,
    smooth_s: float = 0.25,
    least_m_s: float = 0.02,
) -> float:
    """Return Pearson's correlation of rate and running speed (Kropff et al. 2015).

    The rate is that of each sample, smoothed by a Gaussian of SD ``smooth_s``; samples
    slower than ``least_m_s`` do not count. NaN where either does not vary, as for a
    cell without spikes. doi:10.1038/nature14622.

    >>> t = np.arange(0, 10, 0.02)
    >>> round(speed_score(np.arange(5, 10, 0.02), t, 0.1 + 0.4 * (t > 5)), 1)
    1.0
    """
    rate, counted = _rate(spikes_s, t_s, speed_m_s, smooth_s, least_m_s)
    return _pearson(rate[counted], np.asarray(speed_m_s)[counted])


def speed_score_null(
    spikes_s: Floats,
    t_s: Floats,
    speed_m_s: Floats,
    *,
    seed: int,
    shuffles: int = 500,
    smooth_s: float = 0.25,
    least_m_s: float = 0.02,
    least_s: float = 30.0,
) -> Floats:
    """Return (shuffles,) speed scores of a rate shifted by at least ``least_s``."""
    rate, counted = _rate(spikes_s, t_s, speed_m_s, smooth_s, least_m_s)
    starts, stops = _stands(t_s, speed_m_s)
    lasts = float(stops[-1] - starts[0])
    speed = np.asarray(speed_m_s)[counted]
    steps = _shifts(lasts, least_s, shuffles, seed) * len(rate) / lasts
    scores = [_pearson(np.roll(rate, round(k))[counted], speed) for k in steps]
    return np.array(scores)


def _stands(t_s: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return from when to when each sample of a track stands, in seconds."""
    if len(t_s) != len(values):
        raise ValueError(
            f"{len(values)} samples do not fit {len(t_s)} times: give one each."
        )
    t = np.asarray(t_s, float)
    steps = np.diff(t)
    if not len(steps) or not np.isfinite(t).all() or not (steps > 0).all():
        raise ValueError(
            "A track needs two or more finite, ascending times in seconds: sort them "
            "and drop NaN."
        )
    usual = np.median(steps)
    half = np.where(steps > GAP * usual, usual, steps) / 2
    return t - np.append(half[:1], half), t + np.append(half, half[-1:])


def _counts(spikes_s: Floats, t_s: Floats, start: Floats, stop: Floats) -> Floats:
    """Return how many spikes fall into each sample."""
    spikes, t = np.asarray(spikes_s, float), np.asarray(t_s, float)
    if not np.isfinite(spikes).all():
        raise ValueError("A spike has no finite time: drop NaN from the spikes.")
    at = np.searchsorted((t[1:] + t[:-1]) / 2, spikes, "right")
    near = (start[at] <= spikes) & (spikes <= stop[at])
    return np.bincount(at[near], minlength=len(t)).astype(float)


def _bins(angles_rad: Floats, bins: int) -> Ints:
    """Return each angle's bin, or ``bins`` where it is NaN."""
    known = np.isfinite(angles_rad)
    turns = np.where(known, angles_rad, 0.0) / TURN % 1
    return np.where(known, (turns * bins).astype(np.int64) % bins, bins)


def _shifts(lasts_s: float, least_s: float, shuffles: int, seed: int) -> Floats:
    """Draw shifts in seconds."""
    if not lasts_s > 2 * least_s:
        raise ValueError(
            f"A track of {lasts_s:g} s has no shift of at least {least_s:g} s both "
            "ways: lower least_s or record longer."
        )
    return np.random.default_rng(seed).uniform(least_s, lasts_s - least_s, shuffles)


def _rate(
    spikes_s: Floats, t_s: Floats, speed_m_s: Floats, smooth_s: float, least_m_s: float
) -> tuple[Floats, Any]:
    """Return the smoothed rate of each sample, and which samples count."""
    start, stop = _stands(t_s, speed_m_s)
    steps = np.diff(t_s)
    step = float(np.median(steps))
    if smooth_s and np.abs(steps - step).max() > step / 2:
        raise ValueError(
            f"Samples {steps.min():g} to {steps.max():g} s apart cannot be smoothed: "
            "resample the track evenly, or set smooth_s=0."
        )
    rate = _counts(spikes_s, t_s, start, stop) / (stop - start)
    smooth = ndimage.gaussian_filter1d(rate, smooth_s / step) if smooth_s else rate
    return smooth, np.nan_to_num(speed_m_s, nan=-1.0) >= least_m_s


def _pearson(a: Floats, b: Floats) -> float:
    """Return Pearson's correlation, NaN where one does not vary."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    a, b = a - a.mean(), b - b.mean()
    return float((a @ b) / np.sqrt((a @ a) * (b @ b)))
