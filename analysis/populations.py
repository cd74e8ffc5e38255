"""How alike a population fires in two places, on two days, to two cues.

A stack of maps is an array (cells, *bins) of hertz, of the same cells and bins in each
stack, NaN where unvisited. All cells that are given count: choose the active ones
first where a paper does. Correlations are Pearson's, over what is known in both, and
NaN where less than two are known or one of them does not vary.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize

from .directions import mean_vector

Floats = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

TURN = 2 * np.pi


@dataclass(frozen=True)
class Turnover:
    """Between any two days, arrays (days, days): which cells stay, and as what.

    overlap: cells active on both days over those active on either; of_first: over
    those active on the day of the row; chance: of_first if days were independent;
    fields: mean correlation of the maps of cells that are active on both.
    """

    overlap: Floats
    of_first: Floats
    chance: Floats
    fields: Floats


@dataclass(frozen=True)
class Separation:
    """Correlations of inputs and outputs of all pairs, (pairs,), and their line.

    area: mean of input less output correlation along the inputs; above 0 outputs are
    separated, below 0 completed; NaN where all inputs are equally alike.
    """

    inputs: Floats
    outputs: Floats
    slope: float
    intercept: float
    area: float


@dataclass(frozen=True)
class MorphFit:
    """A line and a sigmoid through a morph curve; better fits have smaller squares.

    low, high: where the sigmoid levels off; centre: half-way; steepness: per unit of x,
    the slope there over a quarter of high - low; preference: AIC of the line less that
    of the sigmoid, above 0 for the sigmoid.
    """

    line_slope: float
    line_intercept: float
    line_squares: float
    low: float
    high: float
    centre: float
    steepness: float
    sigmoid_squares: float
    preference: float


@dataclass(frozen=True)
class Rotation:
    """How far maps of a ring turned, in radians from -pi to pi.

    curve: population vector correlation at each turn by one bin more, array (bins,);
    angle, correlation: where and how high it peaks; cells: each cell's own best turn,
    NaN if it has none; coherence: length of their mean vector.
    """

    curve: Floats
    angle_rad: float
    correlation: float
    cells_rad: Floats
    coherence: float


def population_vectors(a: Floats, b: Floats) -> Floats:
    """Return the correlation over cells of two stacks in each bin, array (*bins).

    >>> a = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 3.0]])
    >>> population_vectors(a, a[:, ::-1]).round(2)
    array([-0.76, -0.76])
    """
    a, b = _stacks(a, b)
    return _correlation(a, b, 0)


def population_vector(a: Floats, b: Floats) -> float:
    """Return the mean over bins of ``population_vectors``, NaN if no bin has one."""
    return _mean(population_vectors(a, b))


def spatial_correlations(a: Floats, b: Floats) -> Floats:
    """Return each cell's correlation over the bins of its two maps, array (cells,).

    >>> spatial_correlations(np.array([[0.0, 1, 2]]), np.array([[1.0, 3, 5]]))
    array([1.])
    """
    a, b = _stacks(a, b)
    return _correlation(a.reshape(len(a), -1), b.reshape(len(b), -1), 1)


def identity_null(
    score: Callable[[Floats, Floats], float],
    a: Floats,
    b: Floats,
    *,
    seed: int,
    shuffles: int = 200,
) -> Floats:
    """Return (shuffles,) scores of two stacks, the cells of the second dealt anew.

    >>> maps = np.eye(20)
    >>> identity_null(population_vector, maps, maps, seed=1).max() < 0.5
    np.True_
    """
    a, b = _stacks(a, b)
    deal = np.random.default_rng(seed).permutation
    return np.array([score(a, b[deal(len(b))]) for _ in range(shuffles)])


def rate_overlap(a_hz: Floats, b_hz: Floats) -> Floats:
    """Return the lower over the higher rate of each cell, from 0 to 1.

    Leutgeb et al. 2004, doi:10.1126/science.1100265. NaN where silent in both.

    >>> rate_overlap(np.array([1.0, 4.0, 0.0]), np.array([2.0, 1.0, 5.0]))
    array([0.5 , 0.25, 0.  ])
    """
    low, high = _rates(a_hz, b_hz)
    return np.asarray(low / np.where(high > 0, high, np.nan))


def rate_difference(a_hz: Floats, b_hz: Floats) -> Floats:
    """Return the difference over the sum of each cell's rates, from 0 to 1.

    NaN where silent in both. With the overlap o it is (1 - o)/(1 + o).

    >>> rate_difference(np.array([1.0, 4.0]), np.array([3.0, 4.0]))
    array([0.5, 0. ])
    """
    low, high = _rates(a_hz, b_hz)
    return np.asarray((high - low) / np.where(high > 0, high + low, np.nan))


def active_in_both(a_hz: Floats, b_hz: Floats, threshold_hz: float) -> float:
    """Return the cells that reach a rate in both over those that do in either.

    NaN where none does.

    >>> active_in_both(np.array([0.0, 2.0, 2.0]), np.array([0.0, 2.0, 0.1]), 1.0)
    0.5
    """
    low, high = _rates(a_hz, b_hz)
    either = int((high >= threshold_hz).sum())
    return float((low >= threshold_hz).sum() / either) if either else float("nan")


def turnover(maps_hz: Floats, active: Bools) -> Turnover:
    """Return which cells stay active from day to day, and whether they keep fields.

    As asked by Ziv et al. 2013 (doi:10.1038/nn.3329), whose abstract tells an overlap
    of 15-25 % without saying over what: both shares are given. The null of the fields:
    ``identity_null`` of ``spatial_correlations`` on the cells active on both days.

    Parameters
    ----------
    maps_hz : array (days, cells, *bins)
    active : array (days, cells), such as rates at or above a threshold
    """
    days = len(maps_hz)
    if np.ndim(maps_hz) < 3 or np.shape(active) != np.shape(maps_hz)[:2] or not days:
        raise ValueError(
            f"Maps of shape {np.shape(maps_hz)} and activity of {np.shape(active)} do "
            "not fit: give arrays (days, cells, bins) and (days, cells)."
        )
    on = np.asarray(active, bool)
    both = (on[:, None] & on).sum(axis=2)
    either = (on[:, None] | on).sum(axis=2)
    first = np.broadcast_to(on.sum(axis=1)[:, None], both.shape)
    fields = np.full(both.shape, np.nan)
    for i in range(days):
        for j in range(days):
            stay = on[i] & on[j]
            if stay.any():
                found = spatial_correlations(maps_hz[i, stay], maps_hz[j, stay])
                fields[i, j] = _mean(found)
    return Turnover(
        both / np.where(either > 0, either, np.nan),
        both / np.where(first > 0, first, np.nan),
        np.tile(on.mean(axis=1), (days, 1)),
        fields,
    )


def separation(inputs: Floats, outputs: Floats) -> Separation:
    """Compare how alike outputs are with how alike their inputs were.

    Patterns are correlated over cells, all pairs of them; the line is that of least
    squares, the area that between identity and the mean output at each input. Leutgeb
    et al. 2007 (doi:10.1126/science.1135801) vary the input along a morph; any set of
    patterns will do. Pairs of which one pattern does not vary have NaN and are left
    out of line and area.

    Parameters
    ----------
    inputs, outputs : arrays (patterns, input cells) and (patterns, output cells)

    >>> x = np.array([[1.0, 0, 0, 1], [1, 0, 1, 0], [0, 1, 1, 0]])
    >>> round(separation(x, x).slope, 6), round(separation(x, x).area, 6)
    (1.0, 0.0)
    """
    if np.ndim(inputs) != 2 or np.ndim(outputs) != 2 or len(inputs) != len(outputs):
        raise ValueError(
            f"Inputs of {np.shape(inputs)} and outputs of {np.shape(outputs)} do not "
            "fit: give two arrays (patterns, cells) of as many patterns."
        )
    if len(inputs) < 3:
        raise ValueError(f"{len(inputs)} patterns make no curve: give 3 or more.")
    first, second = np.triu_indices(len(inputs), 1)
    before, after = (
        _correlation(np.asarray(p, float)[first], np.asarray(p, float)[second], 1)
        for p in (inputs, outputs)
    )
    known = np.isfinite(before) & np.isfinite(after)
    slope, intercept = _line(before[known], after[known])
    return Separation(
        before, after, slope, intercept, _area(before[known], after[known])
    )


def separation_null(
    inputs: Floats, outputs: Floats, *, seed: int, shuffles: int = 200
) -> Floats:
    """Return (shuffles,) slopes of outputs dealt anew to the inputs."""
    deal = np.random.default_rng(seed).permutation
    given = np.asarray(outputs)
    orders = (deal(len(given)) for _ in range(shuffles))
    return np.array([separation(inputs, given[order]).slope for order in orders])


def morph_curve(maps_hz: Floats) -> Floats:
    """Return how far each step of a morph is told as its last one, array (steps,).

    (c_last - c_first)/(2 - 2 c_ends) + 1/2, with the mean population vector
    correlations of a step with the last, with the first, and of both ends: 0 at the
    first step and 1 at the last, NaN where the ends are the same. It has no null of
    its own: see that of ``population_vector`` for each step.

    Parameters
    ----------
    maps_hz : array (steps, cells, *bins)
    """
    if np.ndim(maps_hz) < 3 or len(maps_hz) < 3:
        raise ValueError(
            f"Maps of shape {np.shape(maps_hz)} are no morph: give an array (steps, "
            "cells, bins) of 3 steps or more."
        )
    first, last = maps_hz[0], maps_hz[-1]
    to_first = np.array([population_vector(step, first) for step in maps_hz])
    to_last = np.array([population_vector(step, last) for step in maps_hz])
    apart = 2 - 2 * population_vector(first, last)
    told = (to_last - to_first) / (apart if apart > 1e-12 else np.nan)
    return np.asarray(told + 0.5)


def morph_fit(x: Floats, curve: Floats) -> MorphFit:
    """Fit a line and a sigmoid, low + (high - low)/(1 + exp(-steepness (x - centre))).

    The centre is sought within x, the steepness from 1 to 200 over the range of x. AIC
    counts 2 and 4 parameters: n log(squares/n) + 2 k; squares below 1e-12 of those of
    the curve itself count as that. Of a line the sigmoid is nowhere certain.

    Parameters
    ----------
    x, curve : arrays (steps,), 5 or more

    >>> x = np.linspace(0, 1, 9)
    >>> round(morph_fit(x, 1 / (1 + np.exp(-12 * (x - 0.4)))).centre, 3)
    0.4
    """
    x, y = np.asarray(x, float), np.asarray(curve, float)
    if x.shape != y.shape or x.ndim != 1 or len(x) < 5 or not np.ptp(x) > 0:
        raise ValueError(
            f"{x.size} steps and a curve of {y.size} cannot be fitted: give 5 or more "
            "of each, at different x."
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("A step of the morph is not finite: leave it out.")
    slope, intercept = _line(x, y)
    squares = float(((y - intercept - slope * x) ** 2).sum())
    span = float(np.ptp(x))

    def misfit(shape: Floats) -> Floats:
        s = _rise(x, shape)
        rise, low = _line(s, y)
        return np.asarray(low + rise * s - y)

    centres = np.linspace(x.min(), x.max(), 41)
    starts = [
        np.array([centre, steepness / span])
        for centre in centres
        for steepness in np.geomspace(1, 200, 16)
    ]
    best = min(starts, key=lambda shape: float((misfit(shape) ** 2).sum()))
    limits = ([x.min(), 1 / span], [x.max(), 200 / span])
    inside = np.clip(best, *limits)
    scale = (span, best[1])
    found = optimize.least_squares(misfit, inside, bounds=limits, x_scale=scale)
    rise, low = _line(_rise(x, found.x), y)
    left = float((misfit(found.x) ** 2).sum())
    least = 1e-12 * float(y @ y) + 1e-300
    preference = len(x) * np.log(max(squares, least) / max(left, least)) - 4
    return MorphFit(
        slope,
        intercept,
        squares,
        low,
        low + rise,
        float(found.x[0]),
        float(found.x[1]),
        left,
        float(preference),
    )


def rotation(a: Floats, b: Floats) -> Rotation:
    """Find how far the maps of a ring turned from ``a`` to ``b`` (double rotation).

    Positive turns are towards higher bins. At each turn by whole bins the population
    vectors are correlated bin by bin and averaged: the diagonals of the matrix of
    Neunuebel and Knierim 2014 (doi:10.1016/j.neuron.2013.11.017). A population that
    follows one set of cues has one high peak and coherent cells, one that is torn has
    neither. Null: ``identity_null`` of ``lambda a, b: rotation(a, b).correlation``.

    Parameters
    ----------
    a, b : arrays (cells, bins) along the whole ring, NaN where unvisited

    >>> ring = np.eye(12)
    >>> found = rotation(ring, np.roll(ring, 3, axis=1))
    >>> round(np.rad2deg(found.angle_rad)), round(found.coherence, 6)
    (90, 1.0)
    """
    a, b = _stacks(a, b)
    if a.ndim != 2 or a.shape[1] < 3:
        raise ValueError(
            f"Maps of shape {a.shape} are no ring: give arrays (cells, bins) of 3 bins "
            "or more along it."
        )
    bins = a.shape[1]
    back = [np.roll(b, -k, axis=1) for k in range(bins)]
    curve = np.array([population_vector(a, turned) for turned in back])
    each = np.array([spatial_correlations(a, turned) for turned in back])
    cells = np.full(len(a), np.nan)
    some = np.isfinite(each).any(axis=0)
    best = np.where(np.isfinite(each), each, -np.inf).argmax(axis=0)
    cells[some] = _turn(best, bins)[some]
    coherence = mean_vector(cells).length
    if not np.isfinite(curve).any():
        return Rotation(curve, float("nan"), float("nan"), cells, coherence)
    peak = int(np.nanargmax(curve))
    angle = float(_turn(np.array(peak), bins))
    return Rotation(curve, angle, float(curve[peak]), cells, coherence)


def _stacks(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    if np.shape(a) != np.shape(b) or np.ndim(a) < 2 or not np.size(a):
        raise ValueError(
            f"Stacks of {np.shape(a)} and {np.shape(b)} do not fit: give two arrays "
            "(cells, bins) of the same cells and bins."
        )
    return np.asarray(a, float), np.asarray(b, float)


def _rates(a_hz: Floats, b_hz: Floats) -> tuple[Floats, Floats]:
    """Return the lower and the higher rate of each cell."""
    if np.shape(a_hz) != np.shape(b_hz) or np.ndim(a_hz) != 1:
        raise ValueError(
            f"Rates of {np.shape(a_hz)} and {np.shape(b_hz)} do not fit: give two "
            "arrays (cells,) of the same cells."
        )
    return np.minimum(a_hz, b_hz), np.maximum(a_hz, b_hz)


def _correlation(a: Floats, b: Floats, axis: int) -> Floats:
    """Return Pearson's correlation along an axis, of what is known in both."""
    known = np.isfinite(a) & np.isfinite(b)
    n = known.sum(axis=axis, keepdims=True)
    shares = 1 / np.where(n > 1, n, np.nan)
    a, b = (np.where(known, v, 0.0) for v in (a, b))
    x, y = (
        np.where(known, v - v.sum(axis=axis, keepdims=True) * shares, 0.0)
        for v in (a, b)
    )
    across = (x * y).sum(axis=axis)
    spread = np.sqrt((x**2).sum(axis=axis) * (y**2).sum(axis=axis))
    # What is left of rounding where all values are equal is no variance.
    size = np.sqrt((a**2).sum(axis=axis) * (b**2).sum(axis=axis))
    found = across / np.where(spread > 1e-13 * size, spread, np.nan)
    return np.asarray(np.clip(found, -1.0, 1.0))


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    """Return slope and intercept of least squares, NaN where x does not vary."""
    if len(x) < 2 or not np.ptp(x) > 1e-12 * np.abs(x).max():
        return float("nan"), float("nan")
    off = x - x.mean()
    slope = float(off @ y / (off @ off))
    return slope, float(y.mean() - slope * x.mean())


def _area(before: Floats, after: Floats) -> float:
    """Return the mean of input less output along the inputs, by trapezia."""
    same, at = np.unique(before.round(9), return_inverse=True)
    if len(same) < 2:
        return float("nan")
    x, y = (np.bincount(at, v) / np.bincount(at) for v in (before, after))
    return float(np.trapezoid(x - y, x) / (x[-1] - x[0]))


def _rise(x: Floats, shape: Floats) -> Floats:
    """Return a sigmoid from 0 to 1."""
    centre, steepness = shape
    return np.asarray(0.5 * (1 + np.tanh(steepness * (x - centre) / 2)))


def _turn(bins: Any, n: int) -> Any:
    """Return bins of a ring as radians from -pi, exclusive, to pi."""
    return -((np.pi - bins * TURN / n) % TURN - np.pi)
