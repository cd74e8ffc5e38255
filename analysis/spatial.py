"""What a cell's firing tells about place: information, sparsity, coherence, stability.

Scores of rate maps (..., *bins), one for each map: a number for a single map, an array
for a stack. Bins never visited (NaN) count nowhere. A cell without spikes has no score:
NaN, which a table shows as a dash.

Few spikes make a map look informative: report a score beside its null (``shuffle``).
"""

from typing import Any

import numpy as np

from .maps import Bins, Bools, Floats, Ids, Visits, chosen, counts, rates


def information_per_spike(rates: Floats, occupancy: Floats) -> Any:
    """Return the information of a spike about place, bits: sum p (r/m) log2(r/m).

    p is the share of the time in a bin, r the rate there, m = sum p r (Skaggs et al.
    1993, Advances in Neural Information Processing Systems 5, 1030). Equal to
    pynapple's where it is told the same m. Opexebo leaves out the bins with r < m,
    whose terms are negative: it gives more.

    Parameters
    ----------
    rates : array (..., *bins), hertz
    occupancy : array (*bins), seconds

    >>> float(information_per_spike(np.array([0.0, 0.0, 0.0, 5.0]), np.ones(4)))
    2.0
    """
    share, over, _ = _over_mean(rates, occupancy)
    return _total(share * over * np.log2(np.where(over > 0, over, 1)), occupancy)


def information_per_second(rates: Floats, occupancy: Floats) -> Any:
    """Return the information of a cell about place, bits a second: sum p r log2(r/m).

    Symbols, source and differences as of ``information_per_spike``, times m.
    """
    _, _, mean = _over_mean(rates, occupancy)
    return mean * information_per_spike(rates, occupancy)


def sparsity(rates: Floats, occupancy: Floats) -> Any:
    """Return (sum p r)^2 / sum p r^2: the share of the room in which a cell fires.

    1 where it fires everywhere alike. Skaggs et al. 1996,
    doi:10.1002/(SICI)1098-1063(1996)6:2<149::AID-HIPO6>3.0.CO;2-K. Equal to opexebo's.

    >>> float(sparsity(np.array([0.0, 0.0, 0.0, 5.0]), np.ones(4)))
    0.25
    """
    share, over, _ = _over_mean(rates, occupancy)
    return 1 / _total(share * over**2, occupancy)


def selectivity(rates: Floats, occupancy: Floats) -> Any:
    """Return the highest rate over the mean rate, sum p r. Equal to opexebo's.

    Skaggs et al. 1996, see ``sparsity``.
    """
    _, over, _ = _over_mean(rates, occupancy)
    return over.max(axis=tuple(range(-occupancy.ndim, 0)))


def coherence(rates: Floats, bins: Bins) -> Any:
    """Return how far the rate of a bin follows from its neighbours: a correlation.

    Pearson's r over bins, between a bin and the mean of its 8 neighbours, or 2 on a
    track, as far as there are any that were visited. For maps that are not smoothed.
    Muller and Kubie (1989, J. Neurosci. 9, 4101) report its z-transform, arctanh(r).
    Opexebo divides by 8 everywhere and takes bins never visited and those beyond a wall
    for 0 Hz: equal where the outer two rings of a map are visited and silent.
    """
    there = np.isfinite(rates)
    sums = _around(np.where(there, rates, 0.0), bins)
    known = _around(there.astype(float), bins)
    near = np.divide(sums, known, out=np.full(rates.shape, np.nan), where=known > 0)
    return correlation(rates, near, bins)


def _around(values: Floats, bins: Bins) -> Floats:
    """Return the sums over the neighbours of each bin, itself left out."""
    sums = values
    for axis in range(-len(bins.shape), 0):
        edge = [(0, 0)] * values.ndim
        edge[axis] = (1, 1)
        wide = np.pad(sums, edge, mode="wrap" if bins.circular else "constant")
        wide = np.moveaxis(wide, axis, 0)
        sums = np.moveaxis(wide[:-2] + wide[1:-1] + wide[2:], 0, axis)
    return sums - values


def correlation(first: Floats, second: Floats, bins: Bins) -> Any:
    """Return Pearson's r of two maps over the bins that both have.

    NaN where one of them is flat there.
    """
    both = np.isfinite(first) & np.isfinite(second)
    axes = tuple(range(-len(bins.shape), 0))
    n = np.maximum(both.sum(axis=axes, keepdims=True), 1)
    a, b = (np.where(both, values, 0.0) for values in (first, second))
    a, b = (np.where(both, x - x.sum(axis=axes, keepdims=True) / n, 0) for x in (a, b))
    power = (a * a).sum(axis=axes) * (b * b).sum(axis=axes)
    scale = np.where(power > 0, power, np.nan) ** 0.5
    return (a * b).sum(axis=axes) / scale


def stability(
    parts: tuple[Visits, Visits],
    spikes_s: Floats,
    *,
    sigma_m: float = 0.0,
    least_s: float = 0.0,
) -> float:
    """Return the correlation of a cell's maps of two parts of a session.

    Parameters
    ----------
    parts : as of ``halves`` or ``odd_and_even``
    spikes_s : array (spikes,), seconds
    sigma_m, least_s : smoothing and least occupancy of the maps, see ``maps.rates``
    """
    one, other = (
        rates(counts(part, spikes_s), part, sigma_m=sigma_m, least_s=least_s)
        for part in parts
    )
    return float(correlation(one, other, parts[0].bins))


def halves(visits: Visits) -> tuple[Visits, Visits]:
    """Return the first and the second half of the time that counts."""
    passed = np.cumsum(visits.seconds) - visits.seconds / 2
    early = passed < visits.seconds.sum() / 2
    return chosen(visits, early), chosen(visits, ~early)


def odd_and_even(visits: Visits, laps: Ids) -> tuple[Visits, Visits]:
    """Return the first, third ... and the second, fourth ... of the laps, see there."""
    odd: Bools = np.asarray(laps) % 2 == 0
    return chosen(visits, odd), chosen(visits, ~odd)


def laps(x_m: Floats, bins: Bins, *, end: float = 0.1) -> Ids:
    """Return the lap of each sample on a track, from 0 on, array (samples,).

    On a circular track a lap ends with each round from where the animal began, net of
    turns. On a linear one it is the way from an end to the other and back; the ends are
    the outer share ``end`` of the track.

    >>> track = Bins((np.linspace(0, 1, 11),))
    >>> laps(np.array([0.0, 0.5, 1.0, 0.5, 0.0, 0.5, 1.0]), track).tolist()
    [0, 0, 0, 0, 1, 1, 1]
    """
    low, high = bins.edges[0][0], bins.edges[0][-1]
    x = (np.asarray(x_m, float).ravel() - low) / (high - low)
    if bins.circular:
        gone = np.unwrap(x, period=1.0)
        return np.asarray(np.abs(gone - gone[0]), int)
    zone = np.where(x <= end, -1, np.where(x >= 1 - end, 1, 0))
    last = np.maximum.accumulate(np.where(zone != 0, np.arange(len(x)), -1))
    side = np.where(last >= 0, zone[last], 0)
    known = side[side != 0]
    side = np.where(side == 0, known[0] if len(known) else 1, side)
    turns = np.concatenate([[0], np.cumsum(np.diff(side) != 0)])
    return np.asarray(turns // 2)


def _over_mean(rates: Floats, occupancy: Floats) -> tuple[Floats, Floats, Any]:
    """Return the share of the time p, the rates over their mean r/m, and m.

    r/m is NaN in a map without spikes, and 0 in bins never visited, where p is.
    """
    there = np.isfinite(rates)
    time, rate = np.where(there, occupancy, 0.0), np.where(there, rates, 0.0)
    whole = _total(time, occupancy, keepdims=True)
    share = time / np.where(whole > 0, whole, 1)
    mean = _total(share * rate, occupancy, keepdims=True)
    over = rate / np.where(mean > 0, mean, np.nan)
    return share, over, _total(share * rate, occupancy)


def _total(values: Floats, occupancy: Floats, *, keepdims: bool = False) -> Any:
    return values.sum(axis=tuple(range(-occupancy.ndim, 0)), keepdims=keepdims)
