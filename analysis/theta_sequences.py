"""Theta sequences: the place decoded from within each cycle of theta, lap by lap.

cycle   |··:··:··|··:··:··|     Steps of a cycle are decoded with maps of all other
decoded  behind → ahead         runs the same way; the score is Feng's (2015).
"""

from dataclasses import dataclass

import numpy as np

from .decoding import posterior, rate_maps
from .maps import Bools, Floats, Ids
from .phases import TURN, around_animal, known_phase, quadrant_null, quadrant_score
from .track_runs import Cycles, Runs, cycles

STEPS = 8  # of a cycle: 16 ms each at 8 Hz
REACH_M, OFFSET_M = 0.5, 0.025
LEAST_ACTIVE = 2  # cells in a cycle; fewer make no sequence
LEAST_CELLS, LEAST_HZ = 10, 1.0  # whose map reaches a rate; fewer decode nothing


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

    def rise(self, later: int, *, seed: int, shuffles: int) -> tuple[float, float]:
        """Return the score from a lap on less that of lap 1, and the p of such a rise.

        p is the share of deals of these cycles to the laps that rise as much, the one
        seen among them: never 0.
        """
        there = (self.lap == 1) | (self.lap >= later)
        around, first = self.around[there], self.lap[there] == 1
        deal = np.random.default_rng(seed).permutation

        def risen(first: Bools) -> float:
            before, after = around[first], around[~first]
            offsets = self.offsets_m
            return quadrant_score(after, offsets) - quadrant_score(before, offsets)

        seen = risen(first)
        if not np.isfinite(seen):
            return seen, float("nan")
        dealt = [risen(deal(first)) for _ in range(shuffles)]
        return seen, (1 + sum(one >= seen for one in dealt)) / (1 + shuffles)

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
    counts = _counts(found, spikes_s, node_ids, n)
    dt = found.lasts_s / STEPS
    middle = found.begin_s[:, None] + dt * (np.arange(STEPS) + 0.5)
    where = np.interp(middle, t_s, along_m)
    decoded = np.zeros((len(where), STEPS, len(edges_m) - 1))
    for k in np.unique(found.run):
        test = found.run == k
        train = (runs.direction[found.run] == runs.direction[k]) & ~test
        if n and train.any():
            maps, _ = rate_maps(
                counts[train].reshape(-1, n),
                where[train].reshape(-1, 1),
                [edges_m],
                dt,
                smooth_bins=smooth_bins,
            )
            decoded[test] = _decoded(counts[test], maps, dt)
    far = round(REACH_M / OFFSET_M)
    offsets = OFFSET_M * np.array([k for k in range(-far, far + 1) if k], float)
    way = runs.direction[found.run].astype(float)
    around = around_animal(decoded, where, way, edges_m, offsets)
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


def _counts(found: Cycles, spikes_s: Floats, node_ids: Ids, n: int) -> Floats:
    """Return the spikes of each cell in each step of each cycle, (cycles, steps, n)."""
    size = len(found.begin_s)
    if not size:
        return np.zeros((0, STEPS, n))
    cycle = np.maximum(np.searchsorted(found.begin_s, spikes_s, "right") - 1, 0)
    step = np.floor((spikes_s - found.begin_s[cycle]) / found.lasts_s * STEPS)
    inside = (step >= 0) & (step < STEPS)
    row = cycle[inside] * STEPS + step[inside].astype(int)
    flat = np.bincount(row * n + node_ids[inside], minlength=size * STEPS * n)
    return flat.reshape(size, STEPS, n).astype(float)


def _decoded(counts: Floats, maps_hz: Floats, dt_s: float) -> Floats:
    """Return the probability (cycles, steps, bins), 0 where too few cells fire."""
    active = np.nan_to_num(maps_hz).max(axis=1) > LEAST_HZ
    if active.sum() < LEAST_CELLS:
        return np.zeros((*counts.shape[:2], maps_hz.shape[1]))
    mine = counts[:, :, active]
    told = posterior(mine.reshape(-1, mine.shape[2]), maps_hz[active], dt_s)
    fired = mine.sum(axis=2) > 0
    enough = (mine.sum(axis=1) > 0).sum(axis=1) >= LEAST_ACTIVE
    known = (fired & enough[:, None])[:, :, None]
    return np.asarray(told.reshape(*mine.shape[:2], -1) * known)
