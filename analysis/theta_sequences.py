"""Theta sequences: the place decoded from within each cycle of theta, lap by lap.

cycle   |··:··:··|··:··:··|     Steps of a cycle are decoded with maps of all other
decoded  behind → ahead         runs the same way; the score is Feng's (2015).
"""

from dataclasses import dataclass

import numpy as np

from .decoding import posterior, rate_maps, spike_counts
from .maps import Floats, Ids
from .phases import TURN, around_animal, known_phase, quadrant_null, quadrant_score
from .track_runs import Runs, cycles

STEPS = 8  # of a cycle: 16 ms each at 8 Hz
REACH_M, OFFSET_M = 0.5, 0.025
LEAST_ACTIVE = 2  # cells in a cycle; fewer make no sequence
LEAST_CELLS = 10  # that have a map; fewer decode nothing


@dataclass(frozen=True, eq=False)
class Sequences:
    """Decoded probability round the animal: ``around`` (cycles, steps, offsets).

    ``lap`` (cycles,) counts from 1, ``offsets_m`` (offsets,) ahead of the animal,
    ``begin_rad`` is the phase at which cycles begin.
    """

    around: Floats
    lap: Ids
    offsets_m: Floats
    begin_rad: float

    def score(self, first: int = 1, last: float = np.inf) -> float:
        """Return the quadrant score of some laps, NaN without any cycle of them."""
        return quadrant_score(self._of(first, last), self.offsets_m)

    def null(self, *, seed: int, shuffles: int) -> Floats:
        """Return (shuffles,) scores of all cycles, each begun at a random step."""
        return quadrant_null(self.around, self.offsets_m, seed=seed, shuffles=shuffles)

    def mean(self, first: int = 1, last: float = np.inf) -> Floats:
        """Return the mean (steps, offsets) over the cycles of some laps."""
        there = np.isfinite(self._of(first, last))
        total = np.nansum(self._of(first, last), axis=0)
        return np.asarray(total / np.maximum(there.sum(axis=0), 1))

    def _of(self, first: int, last: float) -> Floats:
        return self.around[(self.lap >= first) & (self.lap <= last)]


def sequences(
    t_s: Floats,
    along_m: Floats,
    edges_m: Floats,
    runs: Runs,
    spikes_s: Floats,
    node_ids: Ids,
    n: int,
    theta_hz: float,
    *,
    peak_s: float,
    smooth_bins: float,
) -> Sequences:
    """Decode every cycle of theta of all runs.

    A cycle begins at the phase at which the cells fire least. Steps without a spike,
    and cycles in which fewer than two cells fire, have no probability.

    Parameters
    ----------
    t_s, along_m : arrays (samples,), seconds and metres along the track
    edges_m : array (bins + 1,)
    spikes_s, node_ids : arrays (spikes,), seconds and cells of ``n``
    """
    begin = quietest(spikes_s[runs.at(spikes_s) >= 0], theta_hz, peak_s)
    found = cycles(runs, theta_hz, peak_s=peak_s, begin_rad=begin)
    offsets = np.arange(OFFSET_M, REACH_M + OFFSET_M / 2, OFFSET_M)
    offsets = np.concatenate([-offsets[::-1], offsets])
    dt, count = found.lasts_s / STEPS, len(found.begin_s)
    if not count or not len(spikes_s):
        empty = np.zeros((count, STEPS, len(offsets)))
        return Sequences(empty, runs.lap[found.run], offsets, begin)
    spikes = np.concatenate(
        [
            spike_counts(spikes_s, node_ids, n, start + dt * np.arange(STEPS + 1))
            for start in found.begin_s
        ]
    ).reshape(count, STEPS, n)
    middle = found.begin_s[:, None] + dt * (np.arange(STEPS) + 0.5)
    where = np.interp(middle, t_s, along_m)
    decoded = np.zeros((count, STEPS, len(edges_m) - 1))
    for k in np.unique(found.run):
        test = found.run == k
        same = runs.direction[found.run] == runs.direction[k]
        train = same & ~test
        if not train.any():
            continue
        maps, _ = rate_maps(
            spikes[train].reshape(-1, n),
            where[train].reshape(-1, 1),
            [edges_m],
            dt,
            smooth_bins=smooth_bins,
        )
        active = np.nanmax(maps, axis=1) > 1.0
        if active.sum() < LEAST_CELLS:
            continue
        mine = spikes[test][:, :, active]
        told = posterior(mine.reshape(-1, int(active.sum())), maps[active], dt)
        told = told.reshape(*mine.shape[:2], -1)
        enough = (mine.sum(axis=1) > 0).sum(axis=1) >= LEAST_ACTIVE
        decoded[test] = told * (mine.sum(axis=2) > 0)[:, :, None]
        decoded[test] *= enough[:, None, None]
    around = around_animal(decoded, where, runs.direction[found.run], edges_m, offsets)
    return Sequences(around, runs.lap[found.run], offsets, begin)


def quietest(spikes_s: Floats, theta_hz: float, peak_s: float) -> float:
    """Return the phase at which a population fires least, radians.

    Of the histogram's first harmonic, so that one empty bin does not decide.

    >>> t = np.arange(0, 10, 0.125) + 0.125 / 4
    >>> round(quietest(t, 8.0, 0.0), 2)  # all fire at a quarter, none at three quarters
    4.71
    """
    phase = known_phase(spikes_s, theta_hz, peak_s=peak_s)
    return float((np.angle(np.exp(1j * phase).sum()) + np.pi) % TURN)
