"""What a run along a track leaves in the synapses between CA3 pyramidal cells.

Ecker et al. 2022 let a symmetric rule, which pairs all spikes, learn from Poisson
spikes of 400 s. Its bound is out of reach, so that each synapse gains, in the mean,

    A sum over t, t' of  r_pre(t) r_post(t') exp(-|t - t'|/tau)

with the rates r of the two cells. That is what stands here, in place of spikes. Half of
the cells have a field, in which the rate is a Gaussian of the place times the upper
half of a wave a little faster than theta; the others fire at a low rate all the time.
Laps follow each other at once, so that the ends of the track lie close in time.

What spikes would add, their refractoriness and their scatter, is left out: the largest
weight is 4.6 nS, not 6.9, and the mean is 1 to 2 % above theirs before `strengths`
scales it.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.signal import lfilter

from trisynapse.circuits.parameters import Parameters, Source
from trisynapse.circuits.quantity import Quantity

ECKER = Source("Ecker et al. 2022", doi="10.7554/eLife.71850")

STEP_S = 5e-3  # a thirtieth of a cycle of theta
CENTRES = 101  # between which the gain of a cell is interpolated
MEAN = 0.2000 / 0.062  # of the published weights, in units of that before the run

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Track(Parameters):
    """The run, the cells that know the track, and the rule."""

    length: Quantity = ECKER("3 m")
    speed: Quantity = ECKER("32.43567842 cm/s")
    duration: Quantity = ECKER("400 s")
    field: Quantity = ECKER("30 cm", "width over which a cell precesses by half a turn")
    sd: Quantity = ECKER("6.971 cm", "standard deviation of a field, 0.146 of 2 pi")
    share: float = ECKER(0.5, "share of the cells that have a field")
    inside: Quantity = ECKER("20 Hz", "rate at the top of a field and of theta")
    outside: Quantity = ECKER("0.1 Hz", "rate of a cell without a field")
    theta: Quantity = ECKER("7 Hz")
    tau: Quantity = ECKER("62.5 ms", "time constant of the rule on both sides")
    gain: float = ECKER(0.8, "of a pair: 4e-3 of 20 nS, in units of 0.1 nS")


TRACK = Track()


def fields(n: int, rng: np.random.Generator, track: Track = TRACK) -> Array:
    """Return where the field of each cell lies, in metres; nan where it has none.

    Fields lie in the order of the cells. The published script favours the 100 cells at
    either end of the track; this does not.
    """
    centres = np.sort(rng.random(n)) * float(track.length)
    centres[rng.permutation(n)[round(track.share * n) :]] = np.nan
    return centres


def rates(centres: Array, seconds: Array, track: Track = TRACK) -> Array:
    """Return the rates in Hz of cells with these fields, (cells, times)."""
    length, field = float(track.length), float(track.field)
    off = float(track.speed) * seconds % length - centres[:, None]
    tuned = np.exp(-(off**2) / (2 * float(track.sd) ** 2))
    # The cell gains half a turn on theta from where its field begins to where it ends.
    phase = 2 * np.pi * float(track.theta) * seconds + np.pi * (off / field + 0.5)
    rhythm: Array = np.maximum(0, np.cos(phase))
    return float(track.inside) * tuned * rhythm


@cache
def pairs(track: Track = TRACK) -> Array:
    """Return the sum above, less A, for `CENTRES` fields on the track and for none."""
    seconds = (np.arange(round(float(track.duration) / STEP_S)) + 0.5) * STEP_S
    known = rates(np.linspace(0, float(track.length), CENTRES), seconds, track)
    unknown = np.full((1, len(seconds)), float(track.outside))
    fired = np.concatenate([known, unknown]) * STEP_S
    kept = np.exp(-STEP_S / float(track.tau))
    before = lfilter([1.0], [1.0, -kept], fired, axis=1) - fired / 2
    one_side: Array = fired @ before.T
    return one_side + one_side.T


def learned(centres: Array, pre: Array, post: Array, track: Track = TRACK) -> Array:
    """Return the strength that each synapse is expected to have, 1 before the run."""
    place = np.nan_to_num(centres / float(track.length) * (CENTRES - 1), nan=CENTRES)
    low = np.minimum(place.astype(int), CENTRES - 1)
    up = place - low
    table = pairs(track)
    rows = (1 - up)[:, None] * table[low] + up[:, None] * table[low + 1]
    below, above = rows[pre, low[post]], rows[pre, low[post] + 1]
    met: Array = below + up[post] * (above - below)
    return 1 + track.gain * met


def strengths(centres: Array, pre: Array, post: Array) -> Array:
    """Return what was learned, by one factor brought to the mean that was published."""
    found = learned(centres, pre, post)
    return found * (MEAN / float(found.mean()))
