"""How theta on a straight track is measured; `on_track` says what, and the bands."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..analysis.maps import Visits
from ..analysis.precession import Precession, precession
from ..analysis.spatial_cells import LEAST_SPIKES, SIGMA_M, chosen_cells
from ..analysis.theta_gamma import Coupling, coupling, population_rate
from ..analysis.theta_sequences import Sequences, sequences
from ..analysis.track_runs import Runs, cycles, runs
from ..simulation.recording import Arm
from .on_track import CELLS, GAMMA, OPEN, PRECESSION, RATES, SEQUENCES
from .space.rooms import LinearTrack

LOW_GAMMA_HZ = 30.0, 50.0
LATER = 5  # the lap from which on sequences are there
LEAST_SHUFFLES = 100  # of cycles: a p of 0.05 needs them
SMOOTH_BINS = 2.0  # of the maps that decode


class OnTrack(NamedTuple):
    """An arm that ran along a track: what all measures of it start from."""

    arm: Arm
    seen: Visits
    along_m: Any
    runs: Runs
    theta_hz: float
    start_s: float

    def spikes(self, population: str) -> tuple[Any, Any]:
        """Return times, seconds, and cells."""
        spikes = self.arm.spikes[population]
        return spikes.timestamps * 1e-3, np.asarray(spikes.node_ids, np.int64)

    def precession(self, population: str, judged: int, shuffles: int) -> Precession:
        """Return the precession of the fields of a population."""
        times, ids = self.spikes(population)
        n = self.arm.populations[population].size
        return precession(
            self.seen,
            self.along_m,
            self.runs,
            times,
            ids,
            chosen_cells(ids, n, judged, LEAST_SPIKES, 1),
            self.theta_hz,
            peak_s=self.start_s,
            sigma_m=SIGMA_M,
            shuffles=shuffles,
            seed=1,
        )

    def sequences(self, population: str) -> Sequences:
        """Return what the cycles of a population are decoded as.

        Of the cells that fired 30 times: the others would add only to the time.
        """
        times, ids = self.spikes(population)
        n = self.arm.populations[population].size
        cells = chosen_cells(ids, n, n, LEAST_SPIKES, 1)
        mine = np.isin(ids, cells)
        return sequences(
            self.seen.t_s,
            self.along_m,
            self.seen.bins.edges[0],
            self.runs,
            times[mine],
            np.searchsorted(cells, ids[mine]),
            len(cells),
            self.theta_hz,
            peak_s=self.start_s,
            smooth_bins=SMOOTH_BINS,
        )

    def coupling(self, population: str) -> Coupling:
        """Return how theta modulates low gamma of a population's rate."""
        span = self.arm.span("running")
        rate = population_rate(self.spikes(population)[0], span.start_s, span.stop_s)
        found = cycles(self.runs, self.theta_hz, peak_s=self.start_s, begin_rad=0.0)
        low, high = LOW_GAMMA_HZ
        return coupling(rate, span.start_s, found, low_hz=low, high_hz=high, seed=1)


def on_track(arm: Arm, track: LinearTrack, seen: Visits, theta_hz: float) -> OnTrack:
    """Return an arm with its runs; theta has a peak where the running begins."""
    path = arm.behaviour["position"]
    along = track.along(path.values)
    start = arm.span("running").start_s
    return OnTrack(arm, seen, along, runs(path.t_s, along), theta_hz, start)


def values(
    arm: Arm,
    track: LinearTrack,
    seen: Visits,
    theta_hz: float,
    judged: int,
    shuffles: int,
) -> Iterator[tuple[str, float]]:
    """Yield the measures by their names; what there is nothing of is no number."""
    there = on_track(arm, track, seen, theta_hz)
    for region, population in CELLS.items():
        found = there.precession(population, judged, shuffles)
        told = _told(found), _sequence(there.sequences(population), shuffles)
        for names, numbers in zip((PRECESSION, SEQUENCES), told, strict=True):
            for name, number in zip(names, numbers, strict=True):
                yield f"{region} {name}", number
    for region, population in RATES.items():
        coupled = there.coupling(population)
        over = coupled.index / coupled.percentile_99
        for name, number in zip(GAMMA, (over, coupled.rise), strict=True):
            yield f"{region} {name}", number


def _told(found: Precession) -> tuple[float, ...]:
    n = len(found.cell)
    if not n:
        return OPEN, OPEN, OPEN, 0.0
    slope = float(np.median(found.slope_deg))
    shares = found.precessing.mean(), (found.slope_deg < 0).mean()
    return slope, *map(float, shares), float(n)


def _sequence(found: Sequences, shuffles: int) -> tuple[float, ...]:
    first, later = found.score(1, 1), found.score(LATER)
    if not np.nansum(found.around) > 0:
        return OPEN, first, later, OPEN, OPEN
    dealt: dict[str, int] = {"seed": 1, "shuffles": max(shuffles, LEAST_SHUFFLES)}
    over = found.score() - float(np.percentile(found.null(**dealt), 95))
    return over, first, later, *found.rise(LATER, **dealt)
