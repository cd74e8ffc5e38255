"""Place fields that appear on a ring, lap by lap, around the place of a plateau.

    laps x cells x bins ──▶ before, after ──▶ a new field? where, how wide, since when?

Positions count along the ring from 0 to ``length_m``; a shift is negative where the
field lies before the plateau, on the way that the animal comes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .fields import width_at_half
from .maps import Bins, Floats, Ids

LEAST_HZ = 1.0  # peak of a field
GROWN = 3.0  # of the peak, over that before


@dataclass(frozen=True, eq=False)
class NewFields:
    """What cells did after a plateau, arrays (cells,).

    new : whether there is a field that was not there before
    shift_m : of its centre from the plateau; NaN without a field
    width_m : at half its peak; NaN without a field
    lap : the first after the plateau, from 1, in which it fires; NaN without a field
    """

    new: Any
    shift_m: Floats
    width_m: Floats
    lap: Floats


class Pierced(NamedTuple):
    """Cells in which a pipette evoked a plateau, and where the animal was.

    cells : array (cells,), sorted
    place_m : array (cells,), along the ring
    start_s : the first of the plateaus
    """

    cells: Any
    place_m: Floats
    start_s: float


def pierced(
    tags: Mapping[str, Any],
    population: str,
    marker: str,
    t_s: Floats,
    along_m: Floats,
    length_m: float,
) -> Pierced:
    """Collect the cells of every tag whose name begins with that of the marker.

    Parameters
    ----------
    tags : by name and population, with ``node_ids`` and ``window_start_s``
    t_s, along_m : arrays (samples,), where the animal was along the ring
    """
    found = [tags[name][population] for name in tags if name.startswith(marker)]
    moments = np.array([tag.window_start_s for tag in found])
    turned = np.unwrap(along_m, period=length_m)
    places = np.interp(moments, t_s, turned) % length_m
    counts = [len(tag.node_ids) for tag in found]
    cells = np.concatenate([np.asarray(tag.node_ids, int) for tag in found])
    order = np.argsort(cells)
    start = float(moments.min(initial=np.inf))
    return Pierced(cells[order], np.repeat(places, counts)[order], start)


def aligned(rates: Floats, place_m: Floats, length_m: float) -> Floats:
    """Turn each cell's ring until its place is in the middle.

    Parameters
    ----------
    rates : array (laps, cells, bins), as of `lap_rates`
    place_m : array (cells,)
    """
    bins = rates.shape[-1]
    x = (np.arange(bins) + 0.5) * length_m / bins
    turned = np.empty_like(rates)
    for cell, place in enumerate(place_m):
        at = x - length_m / 2 + place
        for lap, row in enumerate(rates[:, cell]):
            turned[lap, cell] = np.interp(at, x, row, period=length_m)
    return turned


def lap_rates(
    t_s: Floats,
    along_m: Floats,
    laps_s: Floats,
    length_m: float,
    spikes_s: Floats,
    node_ids: Ids,
    cells: Ids,
    *,
    bins: int = 50,
    sigma_m: float = 0.05,
) -> Floats:
    """Return the rates of cells in each lap, array (laps, cells, bins), hertz.

    Parameters
    ----------
    t_s, along_m : arrays (samples,), evenly sampled
    laps_s : array (laps, 2), where each begins and ends
    spikes_s, node_ids : arrays (spikes,), seconds and cells
    """
    step = float(np.median(np.diff(t_s)))
    row = np.full(int(np.max(cells, initial=-1)) + 1, -1)
    row[cells] = np.arange(len(cells))
    mine = np.flatnonzero(np.isin(node_ids, cells))
    times, rows = np.asarray(spikes_s)[mine], row[np.asarray(node_ids)[mine]]
    where = np.interp(times, t_s, np.unwrap(along_m, period=length_m)) % length_m
    edges = np.linspace(0, length_m, bins + 1)
    found = np.zeros((len(laps_s), len(cells), bins))
    for lap, (start, stop) in enumerate(laps_s):
        here = (t_s >= start) & (t_s < stop)
        seconds = np.histogram(along_m[here], edges)[0] * step
        inside = (times >= start) & (times < stop)
        bin_of = np.minimum((where[inside] / length_m * bins).astype(int), bins - 1)
        counts = np.zeros((len(cells), bins))
        np.add.at(counts, (rows[inside], bin_of), 1.0)
        found[lap] = around(counts, sigma_m * bins / length_m)
        found[lap] /= np.maximum(around(seconds[None], sigma_m * bins / length_m), step)
    return found


def around(values: Floats, sigma: float) -> Floats:
    """Return rows (n, bins) under a Gaussian of ``sigma`` bins on a ring."""
    f = np.fft.rfftfreq(values.shape[-1])
    kernel = np.exp(-2 * (np.pi * f * sigma) ** 2)
    return np.maximum(np.fft.irfft(np.fft.rfft(values) * kernel, values.shape[-1]), 0.0)


def new_fields(
    rates: Floats, plateau_lap: int, plateau_m: Floats | float, length_m: float
) -> NewFields:
    """Compare the laps after that of the plateau with those before it.

    A field is new where the mean rate over the laps after has a peak of at least
    `LEAST_HZ`, and `GROWN` times that before, within a quarter of the ring of the
    plateau.

    Parameters
    ----------
    rates : array (laps, cells, bins), as of `lap_rates`
    plateau_m : array (cells,), or one place for all
    """
    before, after = rates[:plateau_lap].mean(0), rates[plateau_lap + 1 :].mean(0)
    bins = rates.shape[-1]
    ring = Bins((np.linspace(0, length_m, bins + 1),), circular=True)
    centres = (np.arange(bins) + 0.5) * length_m / bins
    far = centres - np.broadcast_to(plateau_m, len(after))[:, None]
    far = (far + length_m / 2) % length_m - length_m / 2
    near = np.abs(far) <= length_m / 4
    peak = np.where(near, after, 0.0).max(1)
    new = (peak >= LEAST_HZ) & (peak >= GROWN * before.max(1))
    shift, width, lap = (np.full(len(new), np.nan) for _ in range(3))
    for cell in np.flatnonzero(new).tolist():
        top = int(np.argmax(np.where(near[cell], after[cell], -1.0)))
        inside = _hill(after[cell], top)
        weight = np.where(inside, after[cell], 0.0)
        rest = (centres - centres[top] + length_m / 2) % length_m - length_m / 2
        shift[cell] = far[cell, top] + (weight * rest).sum() / weight.sum()
        width[cell] = width_at_half(after[cell], top, ring)
        fires = rates[plateau_lap + 1 :, cell][:, inside].max(1) >= LEAST_HZ
        lap[cell] = 1 + np.argmax(fires) if fires.any() else np.nan
    return NewFields(new, shift, width, lap)


def _hill(rate: Floats, top: int) -> Any:
    """Return the bins around the highest one that reach half of it, on a ring."""
    low = np.roll(rate < rate[top] / 2, -top)
    if not low.any():
        return np.ones(len(rate), bool)
    ahead, back = int(np.argmax(low)), int(np.argmax(low[::-1]))
    bins = (top + np.arange(-back, ahead)) % len(rate)
    inside = np.zeros(len(rate), bool)
    inside[bins] = True
    return inside
