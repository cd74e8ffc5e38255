"""What a CA3 network does: its rates, its ripple, and the order in which it replays."""

from typing import Any, NamedTuple

import numpy as np
from scipy.signal import welch

Array = np.ndarray[Any, Any]

BIN_S = 0.02
ACTIVE_HZ, ACTIVE_S = 2.0, 0.26  # of a sharp wave, as in Ecker et al. 2022
RIPPLE_HZ = 100.0, 300.0


class Spikes(NamedTuple):
    """Cells and times in seconds, of a population of so many cells."""

    ids: Array
    seconds: Array
    cells: int


def rate(spikes: Spikes, lasted: float, bin_s: float = 1e-3) -> Array:
    """Return the rate of a population in Hz, in bins."""
    bins = round(lasted / bin_s)
    # A step that begins a bin may, as a float, lie just before it.
    when = (spikes.seconds / bin_s + 1e-6).astype(int)
    counts = np.bincount(when, minlength=bins)[:bins]
    return counts / (bin_s * spikes.cells)


def ripple_hz(spikes: Spikes, lasted: float) -> float:
    """Return the frequency above 100 Hz at which the rate has most power."""
    course = rate(spikes, lasted)
    frequency, power = welch(course, 1e3, nperseg=min(512, len(course)))
    among = (RIPPLE_HZ[0] < frequency) & (frequency < RIPPLE_HZ[1])
    return float(frequency[among][np.argmax(power[among])])


def waves(spikes: Spikes, lasted: float) -> list[tuple[float, float]]:
    """Return beginning and end of every time in which the cells stay active."""
    active = rate(spikes, lasted, BIN_S) >= ACTIVE_HZ
    edges = np.flatnonzero(np.diff([False, *active, False])) * BIN_S
    spans = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(a, b) for a, b in spans if b - a >= ACTIVE_S - 1e-9]


def order(spikes: Spikes, centres: Array, span: tuple[float, float]) -> float:
    """Return the correlation of time and place of field in a span: 1 runs forward."""
    where = centres[spikes.ids]
    in_it = (spikes.seconds >= span[0]) & (spikes.seconds < span[1]) & ~np.isnan(where)
    return float(np.corrcoef(spikes.seconds[in_it], where[in_it])[0, 1])
