"""Grid cells: autocorrelograms, grid scores, spacing, orientation, modules.

    rates ──▶ autocorrelogram ──▶ grid_score     opexebo's: annuli that widen
                              ├─▶ ring_score     the classical: one ring
                              └─▶ geometry       spacing, orientation, ellipticity
    spacings of many cells ─────▶ modules

"The" grid score is not one number: a square lattice has -0.2 by the first and -1.2 by
the second, a perfect grid 1.4 and 1.3. Say which, and give a p value against shuffles
(``shuffle``). Maps are indexed [x, y], of square bins, one or a stack, (..., x, y).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.fft import fft, ifft, irfft, rfft

from .fields import central_area
from .maps import Floats

CACHED, AT_ONCE = 16, 64  # maps: so many stay in the processor's cache
LEAST_R, APART = 0.1, np.deg2rad(15)  # of peaks
WINDOW = 3  # radii of the sliding mean
# Lengths of fast transforms: 2^i 3^j 5^k.
SIZES = np.unique(
    2 ** np.arange(12) * np.outer(3 ** np.arange(8), 5 ** np.arange(6))[..., None]
)
FLAT = 1e-20  # product of two variances, of the largest, that is none


def autocorrelogram(
    rates: Floats, *, reach: float = 0.9, least_bins: int = 20
) -> Floats:
    """Return Pearson's r of a map with itself moved, for each number of bins moved.

    Over the bins that were visited in both (Hafting et al. 2005,
    doi:10.1038/nature03721); 0 where they are few, or flat. Opexebo takes bins never
    visited for 0 Hz: ``autocorrelogram(nan_to_num(rates), least_bins=0)`` is its.

    Parameters
    ----------
    rates : array (..., x, y), NaN where the animal never was, the same in all
    reach : share of the room's sides up to which it is moved
    least_bins : fewer than these in both are few

    Returns
    -------
    array (..., 2 a + 1, 2 b + 1), the map that is not moved in the middle
    """
    if rates.ndim < 2 or min(rates.shape[-2:]) < 4:
        raise ValueError(
            f"Maps of shape {rates.shape} have no grid: give maps of a room, of 4 x 4 "
            "bins or more."
        )
    there = np.isfinite(rates)
    stack = there.reshape(-1, *rates.shape[-2:])
    if (stack != stack[:1]).any():
        raise ValueError(
            f"{len(stack)} maps were not all visited in the same bins: give only maps "
            "of one path together."
        )
    moved = _Moved.of(rates.shape[-2:], reach)
    mask = stack[:1].any(axis=0).astype(float)
    maps = rates.reshape(stack.shape)
    parts = [maps[k : k + CACHED] for k in range(0, len(maps), CACHED)]
    found = [_correlated(part, mask, moved, max(least_bins, 1)) for part in parts]
    empty = np.empty((0, *(2 * far + 1 for far in moved.far)))
    whole: Any = np.concatenate([empty, *found])
    return np.asarray(whole.reshape(*rates.shape[:-2], *whole.shape[1:]))


def _correlated(maps: Floats, mask: Floats, moved: "_Moved", least_bins: int) -> Floats:
    """Return the autocorrelograms of maps (n, x, y) that were visited where mask is."""
    rate = np.where(mask > 0, maps, 0.0)
    mean = rate.sum(axis=(-2, -1), keepdims=True) / max(mask.sum(), 1)
    values = (rate - mean) * mask
    m, v, v2 = (moved.spectrum(x) for x in (mask, values, values * values))
    n = np.round(moved.sums(m, m))
    cross, one, square = moved.sums(v, v), moved.sums(v, m), moved.sums(v2, m)
    inverse = 1 / np.maximum(n, 1)
    spread = np.maximum(square - one * one * inverse, 0)
    both = spread * spread[..., ::-1, ::-1]
    most = (rate * rate).sum(axis=(-2, -1), keepdims=True)
    least = FLAT * np.maximum(both.max(axis=(-2, -1), keepdims=True), most**2)
    known = (n >= least_bins) & (both > least)
    r = cross - one * one[..., ::-1, ::-1] * inverse
    r /= np.sqrt(np.where(known, both, np.inf))
    return np.clip(r, -1, 1)


@dataclass(frozen=True, eq=False)
class _Moved:
    """Sums over the products of two maps, one moved, by Fourier transform."""

    far: tuple[int, int]  # bins moved at most, along each axis
    size: tuple[int, int]  # of the transform: nothing comes round the edge
    phase: Any  # brings the map that is not moved to the middle

    @classmethod
    @lru_cache
    def of(cls, shape: tuple[int, int], reach: float) -> "_Moved":
        a, b = (int(np.ceil(round(2 * reach * n) / 2)) - 1 for n in shape)
        rows, columns = SIZES[np.searchsorted(SIZES, np.add(shape, (a, b)))].tolist()
        turn = np.add.outer(
            a * np.arange(rows) / rows, b * np.arange(columns // 2 + 1) / columns
        )
        return cls((a, b), (rows, columns), np.exp(-2j * np.pi * turn))

    def spectrum(self, maps: Floats) -> Any:
        return fft(rfft(maps, self.size[1]), self.size[0], axis=-2)

    def sums(self, first: Any, second: Any) -> Floats:
        """Return sum_x first(x + moved) second(x), by how far moved, of two spectra."""
        product = first * (second.conj() * self.phase)
        full = irfft(ifft(product, axis=-2, out=product), self.size[1])
        a, b = self.far
        return np.asarray(full[..., : 2 * a + 1, : 2 * b + 1])


@dataclass(frozen=True, eq=False)
class _Disc:
    """Bins of half a disc around the middle of a map, ordered by distance.

    Half of it is enough: an autocorrelogram is the same turned by 180 degrees. So the
    map turned by 90, 120 or 150 degrees is the one turned by 0, 30 or 60 a quarter on.
    """

    bins: Any  # (bins,), flat indices
    corners: Any  # (4, 2 bins): the four around each, turned by 30 and 60 degrees
    weights: Any  # (4, 2 bins, 1): of these, linear along both axes
    quarter: Any  # (bins,): which one lies a quarter turn on
    starts: Any  # (rings,), where in ``bins`` each ring begins
    inside: Any  # (outer + 1,), rings that end within a radius, or at it
    below: Any  # (outer + 1,), rings that end before a radius
    outer: int  # radius, bins


@lru_cache
def _disc(rows: int, columns: int) -> _Disc:
    outer, middle = min(rows, columns) // 2, (rows // 2, columns // 2)
    i, j = np.mgrid[-outer : outer + 1, -outer : outer + 1].reshape(2, -1)
    half = ((i > 0) | ((i == 0) & (j > 0))) & (i * i + j * j < outer * outer)
    order = np.flatnonzero(half)[np.argsort(np.hypot(i, j)[half], kind="stable")]
    i, j = i[order], j[order]
    numbers = np.zeros((2 * outer + 1, 2 * outer + 1), int)
    numbers[i, j] = numbers[-i, -j] = np.arange(len(i))
    far = np.hypot(i, j)
    rings = np.floor(far).astype(int) + np.ceil(far).astype(int)  # 2 q, or 2 q + 1
    kinds, starts = np.unique(rings, return_index=True)
    cos, sin = np.cos(np.pi / 6), np.sin(np.pi / 6)
    x = np.concatenate([i * cos - j * sin, i * sin - j * cos]) + middle[0]
    y = np.concatenate([i * sin + j * cos, i * cos + j * sin]) + middle[1]
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    around = [(a, b) for a in (0, 1) for b in (0, 1)]
    weights = [abs(1 - a - (x - x0)) * abs(1 - b - (y - y0)) for a, b in around]
    return _Disc(
        (i + middle[0]) * columns + j + middle[1],
        np.array([(x0 + a) * columns + y0 + b for a, b in around]),
        np.array(weights)[..., None],
        numbers[-j, i],
        starts,
        np.searchsorted(kinds, 2 * np.arange(outer + 1), side="right"),
        np.searchsorted(kinds, 2 * np.arange(outer + 1), side="left"),
        outer,
    )


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over the rings of a disc, from its middle outwards, for a stack of maps.

    n : array (rings + 1, 1), bins; one and square of (3, rings + 1, maps), of maps
    turned by 0, 30 and 60 degrees; product of (5, rings + 1, maps), of maps and
    themselves turned by 30 to 150
    """

    n: Any
    one: Any
    square: Any
    product: Any

    @classmethod
    def of(cls, maps: Floats, disc: _Disc) -> "_Sums":
        flat = np.ascontiguousarray(maps.reshape(len(maps), -1).T)
        turned = np.empty((3, len(disc.bins), len(maps)))
        turned[0] = flat[disc.bins]
        between = turned[1:].reshape(-1, len(maps))
        between[:] = 0
        for weight, corner in zip(disc.weights, disc.corners, strict=True):
            between += weight * flat[corner]

        def rings(values: Any) -> Any:
            sums = np.add.reduceat(values, disc.starts, axis=-2).cumsum(axis=-2)
            return np.concatenate([np.zeros_like(sums[..., :1, :]), sums], axis=-2)

        x, quarter = turned[0], turned[:, disc.quarter]
        others = (turned[1], turned[2], *quarter)
        return cls(
            rings(np.ones((len(disc.bins), 1))),
            rings(turned),
            rings(turned * turned),
            np.array([rings(x * other) for other in others]),
        )

    def gridness(self, first: Any, last: Any) -> Any:
        """Return min(r60, r120) - max(r30, r90, r150) over rings, array like ``last``.

        Rings from ``first`` to before ``last``, indices (..., maps).
        """
        cell = np.arange(self.one.shape[-1])
        n = np.maximum(self.n[last, 0] - self.n[first, 0], 1)
        one, square, product = (
            sums[:, last, cell] - sums[:, first, cell]
            for sums in (self.one, self.square, self.product)
        )
        power = square - one * one / n
        turned = [1, 2, 0, 1, 2]
        scale = power[0] * power[turned]
        scale = np.sqrt(np.where(scale > 0, scale, np.nan))
        r = (product - one[0] * one[turned] / n) / scale
        return r[[1, 3]].min(axis=0) - r[[0, 2, 4]].max(axis=0)


def grid_score(maps: Floats) -> Any:
    """Return the grid score of autocorrelograms, opexebo's definition.

    min(r60, r120) - max(r30, r90, r150) of the map with itself turned, over an annulus
    from the field in the middle (``fields.central_area``) to each radius up to the
    edge; the highest mean of three radii in a row, the last three left out (Langston et
    al. 2010, doi:10.1126/science.1188210, for the widening annulus). At most 2; a good
    grid has 1.3. NaN where there is no field in the middle, as in a map without spikes.

    Equal to opexebo's on its own autocorrelogram of a smoothed map; in maps of single
    spikes, not smoothed, opexebo may find a field where there is none here.

    Parameters
    ----------
    maps : array (..., rows, columns) as of ``autocorrelogram``
    """
    return _each(maps, _widening)


def ring_score(maps: Floats) -> Any:
    """Return the grid score of autocorrelograms over one ring, the classical one.

    min(r60, r120) - max(r30, r90, r150) of the map with itself turned, over the ring
    of the six nearest peaks, from half to one and a half times their mean distance in
    whole bins (after Sargolini et al. 2006, doi:10.1126/science.1125572). NaN where
    there are no six peaks.
    """
    return _each(maps, _in_ring)


def _each(maps: Floats, score: Any) -> Any:
    """Return the score of each map of a stack, some at once."""
    stack = maps.reshape(-1, *maps.shape[-2:])
    disc = _disc(*maps.shape[-2:])
    parts = [stack[k : k + AT_ONCE] for k in range(0, len(stack), AT_ONCE)]
    scores = np.concatenate([np.empty(0), *(score(part, disc) for part in parts)])
    return scores.reshape(maps.shape[:-2])[()]


def _widening(maps: Floats, disc: _Disc) -> Floats:
    sums, scores = _Sums.of(maps, disc), np.full(len(maps), np.nan)
    inner = np.sqrt(central_area(maps) / np.pi).astype(int)
    some = (inner > 0) & (inner < disc.outer) & (disc.outer > 2)
    for radius in np.unique(inner[some]):
        # As opexebo has it: an inner radius of 1 begins at 3, which then comes twice.
        steps = disc.outer - radius
        radii = np.linspace(max(3, radius + 1), disc.outer, steps).astype(int)
        first, last = disc.inside[radius], disc.below[radii][:, None]
        each = sums.gridness(np.full_like(last, first), last)[:, inner == radius]
        if steps > WINDOW + 1:
            windows = [each[k : k + WINDOW].mean(axis=0) for k in range(steps - WINDOW)]
            scores[inner == radius] = np.max(windows, axis=0)
        else:
            scores[inner == radius] = each.mean(axis=0)
    return scores


def _in_ring(maps: Floats, disc: _Disc) -> Floats:
    spacing = np.hypot(*np.moveaxis(_axes(maps), -1, 0)).mean(axis=-1)
    known = np.isfinite(spacing)
    spacing = np.where(known, spacing, 1.0)
    inner = np.minimum(np.round(0.5 * spacing), disc.outer).astype(int)
    outer = np.minimum(np.round(1.5 * spacing), disc.outer).astype(int)
    score = _Sums.of(maps, disc).gridness(disc.inside[inner], disc.below[outer])
    return np.where(known, score, np.nan)


@dataclass(frozen=True)
class Geometry:
    """How the fields of a grid cell lie: NaN where six peaks are not to be found.

    spacing_m : mean distance of the six nearest peaks
    orientation_deg : of the axis next to the x axis, from it, counterclockwise, 0 to 60
    ellipticity : longer over shorter axis of the ellipse through the six peaks
    ellipse_deg : of its longer axis, from the x axis, 0 to 180
    """

    spacing_m: float
    orientation_deg: float
    ellipticity: float
    ellipse_deg: float


def geometry(correlogram: Floats, width_m: float) -> Geometry:
    """Return spacing, orientation and ellipticity of one autocorrelogram.

    From the six local maxima next to the middle, outside the field there, of a
    correlation of 0.1 at least and 15 degrees apart; places between bins by a parabola.
    Opexebo reads them off in whole bins, and its orientation, -30 to 30 degrees, may
    differ by 60.

    Parameters
    ----------
    correlogram : array (rows, columns) as of ``autocorrelogram``
    width_m : side of a bin, metres
    """
    axes = _axes(correlogram[None])[0]
    x, y = axes.T
    turn = np.exp(6j * np.arctan2(y, x)).mean()
    if not np.isfinite(turn):
        return Geometry(*4 * [float("nan")])
    long, short, angle = _ellipse(axes)
    return Geometry(
        float(np.hypot(x, y).mean() * width_m),
        float(np.rad2deg(np.angle(turn)) / 6 % 60),
        long / short,
        angle,
    )


def _ellipse(axes: Floats) -> tuple[float, float, float]:
    """Return the radii, long and short, and the angle of the long one, degrees.

    Of the ellipse around the middle through three points, a x^2 + b x y + c y^2 = 1;
    NaN if it is none.
    """
    x, y = axes.T
    matrix = np.stack([x * x, x * y, y * y], axis=1)
    if abs(np.linalg.det(matrix)) < 1e-9:
        return 3 * (float("nan"),)
    a, b, c = np.linalg.solve(matrix, np.ones(3))
    (least, most), vectors = np.linalg.eigh([[a, b / 2], [b / 2, c]])
    if least <= 0:
        return 3 * (float("nan"),)
    angle = np.rad2deg(np.arctan2(vectors[1, 0], vectors[0, 0])) % 180
    return float(least**-0.5), float(most**-0.5), float(angle)


def _axes(maps: Floats) -> Floats:
    """Return the three nearest peaks of half of each map, bins from its middle.

    Array (n, 3, 2), NaN where there are fewer.
    """
    rows, columns = maps.shape[1:]
    inner = np.sqrt(central_area(maps) / np.pi).astype(int)
    here = maps[:, 1:-1, 1:-1]
    peak = here >= LEAST_R
    for dx, dy in ((0, 1), (1, -1), (1, 0), (1, 1)):
        for sign, higher in ((1, np.greater), (-1, np.greater_equal)):  # one a plateau
            x, y = 1 + sign * dx, 1 + sign * dy
            peak &= higher(here, maps[:, x : x + rows - 2, y : y + columns - 2])
    k, i, j = np.nonzero(peak)
    x, y = i + 1 - rows // 2, j + 1 - columns // 2
    far = np.hypot(x, y)
    some = ((x > 0) | ((x == 0) & (y > 0))) & (far > inner[k])
    order = np.lexsort((far[some], k[some]))
    axes = np.full((len(maps), 3, 2), np.nan)
    found = np.zeros(len(maps), int)
    for which, dx, dy in zip(*(a[some][order] for a in (k, x, y)), strict=True):
        n = found[which]
        others = np.arctan2(axes[which, :n, 1], axes[which, :n, 0])
        apart = np.abs((np.arctan2(dy, dx) - others + np.pi / 2) % np.pi - np.pi / 2)
        if n < 3 and (apart >= APART).all():
            axes[which, n] = _between(maps[which], dx, dy)
            found[which] += 1
    axes[found < 3] = np.nan
    return axes


def _between(correlogram: Floats, dx: int, dy: int) -> tuple[float, float]:
    """Return where a parabola through a peak and the bins beside it is highest."""
    x, y = dx + correlogram.shape[0] // 2, dy + correlogram.shape[1] // 2
    place = []
    for whole, (low, top, high) in (
        (dx, correlogram[x - 1 : x + 2, y]),
        (dy, correlogram[x, y - 1 : y + 2]),
    ):
        bend = 2 * top - low - high
        place.append(whole + ((high - low) / (2 * bend) if bend > 0 else 0.0))
    return place[0], place[1]


@dataclass(frozen=True, eq=False)
class Modules:
    """Grid cells by their spacing, the smallest first.

    labels : array (cells,), from 0 on; -1 for a cell without a spacing
    spacings_m : array (modules,), the median of each
    ratios : array (modules - 1,), of each spacing to the one before
    """

    labels: Any
    spacings_m: Floats
    ratios: Floats


def modules(spacings_m: Floats, *, width: float = 0.08) -> Modules:
    """Sort cells into modules by where the density of their log spacings is least.

    The density is smoothed with a Gaussian whose standard deviation is ``width`` of a
    spacing; modules nearer to each other than twice their common spread become one.
    Ratios of neighbours are about 1.4 (Stensola et al. 2012, doi:10.1038/nature11649).

    >>> modules(np.array([0.4, 0.41, 0.39, 0.6, 0.58, 0.62])).ratios.round(3)
    array([1.5])
    """
    spacings = np.asarray(spacings_m, float)
    known = np.isfinite(spacings)
    logs = np.log(spacings[known])
    if not len(logs):
        return Modules(np.full(len(spacings), -1), np.empty(0), np.empty(0))
    x = np.arange(logs.min(), logs.max() + width, width / 20)
    density = np.exp(-(((x[:, None] - logs) / width) ** 2) / 2).sum(axis=1)
    low = (density[1:-1] < density[:-2]) & (density[1:-1] <= density[2:])
    labels = np.full(len(spacings), -1)
    labels[known] = np.searchsorted(x[1:-1][low], logs)
    each = [np.median(spacings[labels == k]) for k in range(labels.max() + 1)]
    return Modules(labels, np.array(each), np.array(each[1:]) / np.array(each[:-1]))
