"""Where an animal was, and how fast cells fired there: occupancy and rate maps.

    times, positions + Bins ──▶ Visits ──▶ occupancy (s) ─┐
    times of spikes ──────────────┴──────▶ counts ────────┴─▶ rates (Hz)

Axis k of a map is column k of the positions: a map of a room is indexed [x, y], and
``imshow(rates.T, origin="lower")`` shows the room from above. A sample of position
stands for the time that is nearer to it than to any other sample, and a spike belongs
to the sample nearest in time, so that spikes and seconds are always counted alike.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ids = np.ndarray[Any, np.dtype[np.integer[Any]]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class Bins:
    """Space cut along the edges of its bins, in metres, one array an axis.

    A bin contains its lower edge, the last one its upper edge too. ``circular`` joins
    the ends of a track.
    """

    edges: tuple[Floats, ...]
    circular: bool = False

    def __post_init__(self) -> None:
        edges_of = tuple(np.asarray(edges, float) for edges in self.edges)
        object.__setattr__(self, "edges", edges_of)
        for axis, edges in enumerate(edges_of):
            rising = np.isfinite(edges).all() and (np.diff(edges) > 0).all()
            if len(edges) < 2 or not rising:
                raise ValueError(
                    f"A room needs an area: the edges along axis {axis} are "
                    f"{np.round(edges, 6).tolist()} m, and must be two or more that "
                    "rise."
                )
        if self.circular and len(self.edges) != 1:
            raise ValueError(
                f"A room of {len(self.edges)} axes cannot be circular: only a track, "
                "with one, can."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(edges) - 1 for edges in self.edges)

    @property
    def centres(self) -> tuple[Floats, ...]:
        return tuple((edges[:-1] + edges[1:]) / 2 for edges in self.edges)

    @property
    def widths(self) -> tuple[float, ...]:
        """Mean width of a bin along each axis, metres."""
        return tuple(float(e[-1] - e[0]) / (len(e) - 1) for e in self.edges)


def even_bins(
    *spans: tuple[float, float], width_m: float, circular: bool = False
) -> Bins:
    """Return bins as near to ``width_m`` as fits evenly into each span, in metres.

    >>> even_bins((0.0, 1.0), (0.0, 0.5), width_m=0.025).shape
    (40, 20)
    """
    if not width_m > 0:
        raise ValueError(f"Bins of {width_m:g} m are none: give a width above 0.")
    counts = [max(1, round(abs(b - a) / width_m)) for a, b in spans]
    edges = (np.linspace(a, b, n + 1) for (a, b), n in zip(spans, counts, strict=True))
    return Bins(tuple(edges), circular)


@dataclass(frozen=True, eq=False)
class Visits:
    """In which bin an animal was at each sample, and for how long.

    Arrays of (samples,): flat index of the bin, -1 where a sample does not count; when
    it was taken, and from when to when it stands, seconds.
    """

    bins: Bins
    place: Ids
    t_s: Floats
    start_s: Floats
    stop_s: Floats

    @property
    def seconds(self) -> Floats:
        """How long each sample counts."""
        return np.where(self.place >= 0, self.stop_s - self.start_s, 0.0)


def visits(
    t_s: Floats, xy_m: Floats, bins: Bins, *, least_mps: float = 0.0, gap: float = 5.0
) -> Visits:
    """Return the bins that an animal visited.

    Parameters
    ----------
    t_s : array (samples,), seconds, rising
    xy_m : array (samples, axes), or (samples,) on a track, metres
    least_mps : samples at a lower speed (see ``velocity``) do not count
    gap : an interval longer than so many median ones is time in which the animal was
        not tracked; beside it a sample stands for half a median interval
    """
    t, xy = _path(t_s, xy_m, bins)
    between = np.diff(t)
    usual = float(np.median(between))
    half = np.where(between > gap * usual, usual, between) / 2
    start = t - np.concatenate([half[:1], half])
    stop = t + np.concatenate([half, half[-1:]])
    index = [
        np.minimum(np.searchsorted(edges, x, side="right"), len(edges) - 1) - 1
        for edges, x in zip(bins.edges, xy.T, strict=True)
    ]
    place: Ids = np.ravel_multi_index(tuple(index), bins.shape)
    if least_mps > 0:
        slow = np.linalg.norm(velocity(t, xy, bins), axis=1) < least_mps
        place = np.where(slow, -1, place)
    return Visits(bins, place, t, start, stop)


def velocity(t_s: Floats, xy_m: Floats, bins: Bins) -> Floats:
    """Return the velocity at each sample from its neighbours, array (samples, axes).

    In metres a second; the end of a circular track is no jump. Tracking that jitters
    needs smoothing first, or it seems to run.
    """
    t, xy = _path(t_s, xy_m, bins)
    if bins.circular:
        whole = bins.edges[0][-1] - bins.edges[0][0]
        xy = np.asarray(np.unwrap(xy, period=whole, axis=0), float)
    return np.asarray(np.gradient(xy, t, axis=0))


def chosen(visits: Visits, keep: Bools) -> Visits:
    """Return the visits at which ``keep``, an array (samples,), is true.

    For halves, laps, a direction of running, or the light being on.
    """
    if len(keep) != len(visits.place):
        raise ValueError(
            f"{len(keep)} choices do not fit {len(visits.place)} samples: give one each"
        )
    return replace(visits, place=np.where(keep, visits.place, -1))


def occupancy(visits: Visits) -> Floats:
    """Return the seconds spent in each bin, 0 where the animal never was.

    >>> room = even_bins((0.0, 1.0), width_m=0.5)
    >>> occupancy(visits(np.arange(4.0), np.array([0.1, 0.2, 0.4, 0.9]), room)).tolist()
    [3.0, 1.0]
    """
    there, shape = visits.place >= 0, visits.bins.shape
    seconds = visits.seconds[there]
    found: Any = np.bincount(visits.place[there], seconds, minlength=prod(shape))
    return np.asarray(found.reshape(shape))


def counts(visits: Visits, spikes_s: Floats) -> Floats:
    """Return how many spikes of one cell fell into each bin; times in seconds."""
    one = np.zeros(len(spikes_s), int)
    return np.asarray(counts_of_cells(visits, spikes_s, one, 1)[0])


def counts_of_cells(visits: Visits, spikes_s: Floats, node_ids: Ids, n: int) -> Floats:
    """Return the spikes of each of ``n`` cells in each bin, array (n, *bins).

    Parameters
    ----------
    spikes_s, node_ids : arrays (spikes,), seconds and cells from 0 on, in any order
    """
    ids = np.asarray(node_ids)
    if len(ids) and not 0 <= ids.min() <= ids.max() < n:
        raise ValueError(
            f"Cells {ids.min()} to {ids.max()} are not all among {n}: allowed are 0 "
            f"to {n - 1}; raise the number of cells, or number them anew."
        )
    sample = samples_of(visits, spikes_s)
    size = prod(visits.bins.shape)
    place = np.where(sample >= 0, visits.place[sample] + ids * size, -1)
    found = np.bincount(place[place >= 0], minlength=n * size)
    return found.reshape(n, *visits.bins.shape).astype(float)


def samples_of(visits: Visits, spikes_s: Floats) -> Ids:
    """Return the sample to which each spike belongs, -1 where it does not count."""
    spikes, t = np.asarray(spikes_s, float), visits.t_s
    usual = float(np.median(np.diff(t)))
    slack = max(usual, visits.stop_s[-1] - t[-1])
    if not np.isfinite(spikes).all():
        raise ValueError(
            f"{np.sum(~np.isfinite(spikes))} of {len(spikes)} spikes have no finite "
            "time: drop them."
        )
    if (
        len(spikes)
        and not t[0] - slack <= spikes.min() <= spikes.max() <= t[-1] + slack
    ):
        raise ValueError(
            f"Spikes from {spikes.min():g} to {spikes.max():g} s do not fit positions "
            f"from {t[0]:g} to {t[-1]:g} s: give both in seconds of one clock, or only "
            "the spikes of that time."
        )
    sample = np.searchsorted((t[1:] + t[:-1]) / 2, spikes, side="right")
    near = (visits.start_s[sample] <= spikes) & (spikes <= visits.stop_s[sample])
    return np.where(near & (visits.place[sample] >= 0), sample, -1)


def rates(
    counts: Floats, visits: Visits, *, sigma_m: float = 0.0, least_s: float = 0.0
) -> Floats:
    """Return rate maps in hertz, NaN in bins of no or of less than ``least_s`` seconds.

    Spikes and seconds are smoothed apart and divided then, so that bins count by the
    time spent in them. Opexebo divides first and smooths then, bins never visited as
    0 Hz; that map is ``smooth(nan_to_num(rates(counts, visits)), bins, sigma_m)``.
    Without smoothing both, and pynapple's tuning curves, are the same.

    Parameters
    ----------
    counts : array (*bins), or (..., *bins) for many maps at once
    sigma_m : width of the Gaussian, see ``smooth``, metres

    >>> track = even_bins((0.0, 1.0), width_m=0.5)
    >>> seen = visits(np.arange(4.0), np.array([0.1, 0.2, 0.4, 0.9]), track)
    >>> rates(counts(seen, np.array([0.2, 1.1, 2.0, 2.9])), seen).tolist()
    [1.0, 1.0]
    """
    seconds = occupancy(visits)
    there = (seconds > 0) & (seconds >= least_s)
    above = smooth(np.asarray(counts, float), visits.bins, sigma_m)
    below = smooth(seconds, visits.bins, sigma_m)
    empty: Floats = np.full(above.shape, np.nan)
    return np.divide(above, below, out=empty, where=there)


def smooth(values: Floats, bins: Bins, sigma_m: float) -> Floats:
    """Return maps (..., *bins) smoothed with a Gaussian of ``sigma_m`` metres.

    It is cut at 4 sigma. Walls reflect it, so that nothing is lost; a circular track
    goes round. Bins must be even: sigma is counted in bins of mean width.
    """
    if sigma_m == 0:
        return values
    first = values.ndim - len(bins.shape)
    for axis, (edges, wide) in enumerate(zip(bins.edges, bins.widths, strict=True)):
        if not np.allclose(np.diff(edges), wide):
            raise ValueError(
                f"Bins of {min(np.diff(edges)):g} to {max(np.diff(edges)):g} m cannot "
                "be smoothed: make them equally wide, or set sigma_m=0."
            )
        kernel = _kernel(len(edges) - 1, sigma_m / wide, bins.circular)
        smoothed = np.moveaxis(values, first + axis, -1) @ kernel
        values = np.moveaxis(smoothed, -1, first + axis)
    return values


@lru_cache
def _kernel(n: int, sigma: float, circular: bool) -> Floats:
    """Return the matrix (n, n) that smooths a row of bins multiplied from the left."""
    way = np.arange(-int(4 * sigma + 0.5), int(4 * sigma + 0.5) + 1)
    weight = np.exp(-((way / sigma) ** 2) / 2)
    here = np.arange(n)[:, None]
    there = (here + way) % (n if circular else 2 * n)
    kernel = np.zeros((n, n))
    np.add.at(kernel, (np.minimum(there, 2 * n - 1 - there), here), weight)
    return np.asarray(kernel / weight.sum())


def _path(t_s: Floats, xy_m: Floats, bins: Bins) -> tuple[Floats, Floats]:
    """Return times and positions (samples, axes) that are known to be sound."""
    t, xy = np.asarray(t_s, float), np.asarray(xy_m, float)
    xy = np.reshape(xy, (-1, 1)) if xy.ndim == 1 else xy
    if t.ndim != 1 or len(t) < 2 or xy.shape != (len(t), len(bins.shape)):
        raise ValueError(
            f"Times of shape {t.shape} and positions of shape {np.shape(xy_m)} are no "
            f"path: give 2 or more times, and {len(bins.shape)} coordinates each."
        )
    late = np.flatnonzero(~(np.diff(t) > 0))
    if len(late):
        k = late[0]
        raise ValueError(
            f"Times must rise: sample {k + 1} is at {t[k + 1]:g} s, the one before at "
            f"{t[k]:g} s; sort them and drop what repeats (numpy.unique)."
        )
    lost = np.flatnonzero(~np.isfinite(np.column_stack([t, xy])).all(axis=1))
    if len(lost):
        raise ValueError(
            f"{len(lost)} of {len(t)} positions are not finite, the first at sample "
            f"{lost[0]}: drop these samples; time without samples is not counted."
        )
    low, high = (np.array([edges[end] for edges in bins.edges]) for end in (0, -1))
    outside = np.flatnonzero(((xy < low) | (xy > high)).any(axis=1))
    if len(outside):
        room = " x ".join(f"{a:g} to {b:g}" for a, b in zip(low, high, strict=True))
        raise ValueError(
            f"{len(outside)} of {len(t)} positions lie outside the room, the first at "
            f"{xy[outside[0]].round(6).tolist()}; allowed are {room} m: widen the "
            "edges, or clip or drop these."
        )
    return t, xy
