"""Where a cell fires: fields of a rate map, on tracks and in rooms.

A field is a patch of bins that touch along an edge, of at least a share of the map's
highest rate. Peaks with no valley below that share between them are one field.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .maps import Bins, Bools, Floats, Ids

LEVELS = np.round(np.linspace(0.95, 0.2, 38), 2)  # of opexebo's search, downwards
UNCHANGED, BURST = 10, 2
STEPS = 4  # of growing, before it is asked whether all is grown
LEAST_BINS = 5  # a smaller field in the middle of an autocorrelogram is none


@dataclass(frozen=True, eq=False)
class Field:
    """A firing field: its bins, how large it is, how fast the cell fires, and where.

    size : metres on a track, square metres in a room
    width_m : full width at half of the field's peak; in a room the diameter of a circle
        as large as the patch around the peak above half of it
    peak_m, centre_m : where the rate is highest, and its centre of mass
    """

    inside: Bools
    size: float
    width_m: float
    peak_hz: float
    mean_hz: float
    peak_m: tuple[float, ...]
    centre_m: tuple[float, ...]


def fields(
    rates: Floats,
    bins: Bins,
    *,
    share: float = 0.2,
    least_hz: float = 1.0,
    least_bins: int = 5,
) -> list[Field]:
    """Return the fields of a map, the one of the highest rate first.

    Opexebo's ``place_field`` lowers a threshold of its own around each peak instead,
    until the field bursts: where fields lie apart both find the same peaks.

    Parameters
    ----------
    rates : array (*bins), hertz, NaN where the animal never was
    share : of the map's highest rate that every bin of a field reaches
    least_hz, least_bins : a field of a lower peak, or of fewer bins, is none

    >>> track = Bins((np.linspace(0, 1, 11),))
    >>> rate = np.array([0.0, 0, 1, 3, 6, 3, 1, 0, 0, 0])
    >>> [(f.peak_hz, round(f.width_m, 3)) for f in fields(rate, track, least_bins=3)]
    [(6.0, 0.2)]
    """
    if not np.isfinite(rates).any() or not np.nanmax(rates) > 0:
        return []
    patches = _patches(rates >= share * np.nanmax(rates), bins)
    found = [_field(rates, patches == k, bins) for k in np.unique(patches[patches > 0])]
    good = [f for f in found if f.peak_hz >= least_hz and f.inside.sum() >= least_bins]
    return sorted(good, key=lambda f: -f.peak_hz)


def _patches(mask: Bools, bins: Bins) -> Any:
    """Return a number for each bin that its patch has in common, 0 outside patches."""
    numbers = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        before = numbers.copy()
        for axis in range(mask.ndim):
            line = np.moveaxis(numbers, axis, 0)
            np.maximum(line[1:], line[:-1], out=line[1:])
            np.maximum(line[:-1], line[1:], out=line[:-1])
            if bins.circular:
                line[0] = line[-1] = max(line[0], line[-1])
            numbers *= mask
        if (numbers == before).all():
            return numbers


def _field(rates: Floats, inside: Bools, bins: Bins) -> Field:
    rate = np.where(inside, rates, 0.0)
    peak = np.unravel_index(int(rate.argmax()), rate.shape)
    high = float(rate[peak])
    above = _patches(np.nan_to_num(rates) >= high / 2, bins)
    half = above == above[peak]
    area = np.ones(())
    for edges in bins.edges:
        area = area[..., None] * np.diff(edges)
    if len(bins.shape) == 1:
        width = width_at_half(rates, int(peak[0]), bins)
    else:
        width = 2 * (float(area[half].sum()) / np.pi) ** 0.5
    return Field(
        inside,
        float(area[inside].sum()),
        width,
        high,
        float(rate[inside].mean()),
        tuple(float(c[k]) for c, k in zip(bins.centres, peak, strict=True)),
        _centre(rate, bins),
    )


def width_at_half(rates: Floats, peak: int, bins: Bins) -> float:
    """Return the full width at half maximum on a track, between bins by a line.

    It ends at the end of the track, and at the edge of a bin next to one never visited.
    """
    n, half, whole = len(rates), rates[peak] / 2, np.diff(bins.edges[0])
    width = 0.0
    for step, ahead in ((1, n - peak), (-1, peak + 1)):
        way = (peak + step * np.arange(n if bins.circular else ahead)) % n
        rate, wide = rates[way], whole[way]
        at = np.concatenate([[0.0], np.cumsum(wide[:-1] + wide[1:]) / 2])
        below = np.flatnonzero(~(rate >= half))
        last = below[0] - 1 if len(below) else len(way) - 1
        if len(below) and np.isfinite(rate[last + 1]):
            part = (rate[last] - half) / (rate[last] - rate[last + 1])
            width += at[last] + part * (at[last + 1] - at[last])
        else:
            width += at[last] + wide[last] / 2
    return float(min(width, whole.sum()))


def _centre(rate: Floats, bins: Bins) -> tuple[float, ...]:
    """Return the centre of mass, on a circle where the mean of the angles points."""
    weight = rate / rate.sum()
    if bins.circular:
        low, high = bins.edges[0][[0, -1]]
        turn = 2j * np.pi / (high - low)
        mean = (weight * np.exp(turn * (bins.centres[0] - low))).sum()
        return (float(low + np.angle(mean) / turn.imag % (high - low)),)
    grids = np.meshgrid(*bins.centres, indexing="ij")
    return tuple(float((weight * grid).sum()) for grid in grids)


def central_area(maps: Floats) -> Ids:
    """Return how many bins the field in the middle of each autocorrelogram covers.

    Opexebo's search: the threshold falls from 0.95 to 0.2 of the peak, in 38 steps, and
    the field is the patch around the middle at the last step before it encloses a hole
    or bursts (grows three times as much as in the first step). The peak is the least of
    the middle bin and the four around it, as after a morphological opening by these.

    Parameters
    ----------
    maps : array (n, rows, columns), rows and columns odd

    Returns
    -------
    array (n,), 0 where there is no such field of 5 bins or more
    """
    grown = _grown(_levels(maps))
    area, holes = _areas_and_holes(grown)
    start = (area[0] > 0) & ~holes[:2].any(axis=0)
    first = np.where(start, area[1] / np.maximum(area[0], 1), 1.0)
    kept, last = np.zeros(len(maps), int), np.maximum(area[1], 1)
    alive, same = start.copy(), np.zeros(len(maps), int)
    for now, hole in zip(area, holes, strict=True):
        alive &= ~hole & (np.floor(now / last / first) <= BURST)
        same = np.where(now == last, same + 1, 0)
        alive &= same < UNCHANGED
        kept = np.where(alive, now, kept)
        last = np.where(alive, now, last)
    return np.where(kept >= LEAST_BINS, kept, 0)


def _levels(maps: Floats) -> Any:
    """Return how many thresholds each bin reaches, (rows + 2, columns + 2, n), uint8.

    Zeros surround the map.
    """
    n, rows, columns = maps.shape
    i, j = rows // 2, columns // 2
    top = maps[:, [i, i - 1, i + 1, i, i], [j, j, j, j - 1, j + 1]].min(axis=1)
    reached = np.searchsorted(LEVELS[::-1], np.arange(101) / 100, side="right")
    scale = np.where(top > 0, 100 / np.where(top > 0, top, 1), 0.0)
    hundredths = np.clip(maps.transpose(1, 2, 0) * scale, 0, 100).astype(np.uint8)
    levels = np.zeros((rows + 2, columns + 2, n), np.uint8)
    levels[1:-1, 1:-1] = reached.astype(np.uint8)[hundredths]
    return levels


def _grown(levels: Any) -> Any:
    """Return the highest level at which each bin is joined to the middle one."""
    i, j = levels.shape[0] // 2, levels.shape[1] // 2
    grown, before = np.zeros_like(levels), np.empty_like(levels)
    grown[i, j] = levels[i, j]
    while True:
        for _ in range(STEPS):
            grown, before = before, grown
            np.maximum(before[1:], before[:-1], out=grown[1:])
            np.maximum(grown[1:-1], before[2:], out=grown[1:-1])
            np.maximum(grown[1:-1, 1:], before[1:-1, :-1], out=grown[1:-1, 1:])
            np.maximum(grown[1:-1, :-1], before[1:-1, 1:], out=grown[1:-1, :-1])
            np.minimum(grown, levels, out=grown)
        if np.array_equal(grown, before):
            return grown


def _areas_and_holes(grown: Any) -> tuple[Any, Any]:
    """Return bins, and whether they enclose others, by threshold and map, (38, n).

    One patch encloses 1 - (Q1 - Q3 - 2 QD)/4 holes: squares of four bins of which it
    contains one, three, or two that touch at a corner (Gray 1971,
    doi:10.1109/T-C.1971.223289).
    """
    n = grown.shape[2]

    def reached(levels: Any, cell: Any) -> Any:
        """Count for each threshold and map the values that reach it."""
        code = cell * 39 + levels
        found = np.bincount(code, minlength=39 * n).reshape(n, 39)
        return found[:, :0:-1].cumsum(axis=1).T

    corners = [grown[:-1, :-1], grown[1:, 1:], grown[:-1, 1:], grown[1:, :-1]]
    some = np.flatnonzero(np.maximum.reduce(corners))
    cell = some % n
    a, d, b, c = (corner.reshape(-1)[some] for corner in corners)
    s1, s2, s3, s4 = np.sort([a, b, c, d], axis=0)[::-1]
    oblique = (np.minimum(a, d) > np.maximum(b, c)) | (
        np.minimum(b, c) > np.maximum(a, d)
    )
    r1, r2, r3, r4 = (reached(s, cell) for s in (s1, s2, s3, s4))
    qd = reached(s2[oblique], cell[oblique]) - reached(s3[oblique], cell[oblique])
    euler = ((r1 - r2) - (r3 - r4) - 2 * qd) // 4
    # A bin is a corner of four squares.
    return (r1 + r2 + r3 + r4) // 4, euler < 1
