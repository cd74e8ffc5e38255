"""What is measured of theta on a straight track: precession, sequences, gamma."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..analysis.maps import Visits
from ..analysis.precession import Precession, precession
from ..analysis.spatial_cells import LEAST_SPIKES, SIGMA_M, chosen_cells
from ..analysis.theta_gamma import Coupling, coupling, population_rate
from ..analysis.theta_sequences import Sequences, sequences
from ..analysis.track_runs import Runs, cycles, runs
from ..circuits.parameters import Source
from ..simulation.recording import Arm
from .space.rooms import LinearTrack

GROSMARK = Source("Grosmark and Buzsaki 2016, data of 4 rats")
FENG = Source("Feng et al. 2015", doi="10.1523/JNEUROSCI.2614-14.2015")
TORT = Source("Tort et al. 2009", doi="10.1073/pnas.0911331106")
HAFTING = Source("Hafting et al. 2008", doi="10.1038/nature06957")

CELLS = {"grid": "ec_stellate", "CA3": "ca3_pyramidal", "CA1": "ca1_pyramidal"}
RATES = {"CA3": "ca3_pv_basket", "CA1": "ca1_pv_basket"}
LOW_GAMMA_HZ = 30.0, 50.0
LATER = 5  # the lap from which on sequences are there
SMOOTH_BINS = 2.0  # of the maps that decode
OPEN = float("nan")

PRECESSION: dict[str, tuple[str, float, float, str]] = {
    "slope of precession, median": ("deg/field", -450, -180, GROSMARK.cite),
    "fields that precess, share": ("1", 0.6, OPEN, GROSMARK.cite),
    "fields with a negative slope, share": ("1", OPEN, OPEN, ""),
    "fields run through": ("1", OPEN, OPEN, ""),
}
SEQUENCES: dict[str, tuple[str, float, float, str]] = {
    "theta sequence score over 95 % of shuffles": ("1", 0.0, OPEN, FENG.cite),
    "theta sequence score, lap 1": ("1", OPEN, OPEN, ""),
    "theta sequence score, lap 5 on": ("1", OPEN, OPEN, ""),
    "theta sequence score, lap 5 on less lap 1": ("1", 0.0, OPEN, FENG.cite),
}
GAMMA: dict[str, tuple[str, float, float, str]] = {
    "low gamma by theta, index over 99 % of surrogates": ("1", 1.0, OPEN, TORT.cite),
    "low gamma by theta, second half over first": ("1", 1.2, OPEN, TORT.cite),
}


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


def rows() -> Iterator[tuple[str, str, float, float, str]]:
    """Yield the measures: name, unit, lowest, highest, source."""
    for told in (PRECESSION, SEQUENCES):
        for region in CELLS:
            for name, row in told.items():
                yield (f"{region} {name}", *row)
    for region in RATES:
        for name, row in GAMMA.items():
            yield (f"{region} {name}", *row)


def values(there: OnTrack, judged: int, shuffles: int) -> Iterator[tuple[str, float]]:
    """Yield the measures by their names, as far as there is anything to measure."""
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
    if not len(found.around) or not np.nansum(found.around) > 0:
        return OPEN, first, later, later - first
    null = found.null(seed=1, shuffles=max(shuffles, 100))
    over = found.score() - float(np.percentile(null, 95))
    return over, first, later, later - first
