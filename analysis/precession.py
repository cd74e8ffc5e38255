"""Phase precession of many cells, field by field and direction by direction.

spikes ──▶ map of runs one way ──▶ fields ──▶ phase against position ──▶ slope
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .fields import fields
from .maps import Floats, Ids, Visits, chosen, counts_of_cells, rates
from .phases import TURN, TWO_CYCLES, known_phase, phase_line, through_field
from .track_runs import Runs

LEAST_SPIKES = 30  # in a field
DEGREES = 360 / TURN


@dataclass(frozen=True, eq=False)
class Precession:
    """Fields that were run through: arrays (fields,).

    entry_m, exit_m : in the order of running
    slope_deg : of phase, degrees a field; negative where phase advances
    entry_deg : phase of the line at the entry, 0 to 360
    above : whether the line holds better than 95 % of those of phases dealt anew
    """

    cell: Ids
    direction: Ids
    entry_m: Floats
    exit_m: Floats
    slope_deg: Floats
    entry_deg: Floats
    above: Any

    @property
    def precessing(self) -> Any:
        """Whether phase advances, and more surely than by chance."""
        return self.above & (self.slope_deg < 0)


def precession(
    seen: Visits,
    along_m: Floats,
    runs: Runs,
    spikes_s: Floats,
    node_ids: Ids,
    cells: Ids,
    theta_hz: float,
    *,
    peak_s: float,
    sigma_m: float,
    shuffles: int,
    seed: int,
    least_spikes: int = LEAST_SPIKES,
) -> Precession:
    """Fit the precession of every field of some cells; runs of a direction together.

    A field is where a map of these runs reaches a fifth of its peak; those that the
    end of the track cuts off are left out, and those of too few spikes. For the null
    the spikes of a cycle are one: those of a burst have place and phase in common.

    Parameters
    ----------
    seen : visits of bins along the track
    along_m : array (samples,) of these visits, metres
    spikes_s, node_ids : arrays (spikes,), seconds and cells
    peak_s : when theta has a peak
    """
    mine = np.isin(node_ids, cells)
    times, ids = np.asarray(spikes_s)[mine], np.asarray(node_ids)[mine]
    where = np.interp(times, seen.t_s, along_m)
    phase, run = known_phase(times, theta_hz, peak_s=peak_s), runs.at(times)
    cycle = np.floor((times - peak_s) * theta_hz).astype(int)
    n, rows = int(max(cells, default=-1)) + 1, []
    sample_run = runs.at(seen.t_s)
    for way in (1, -1):
        these = np.flatnonzero(runs.direction == way)
        passed = chosen(seen, np.isin(sample_run, these))
        if not len(these) or passed.seconds.sum() == 0:
            continue
        now = np.isin(run, these)
        counts = counts_of_cells(passed, times[now], ids[now], n)
        maps = rates(counts, passed, sigma_m=sigma_m)
        for cell in np.asarray(cells).tolist():
            mine = now & (ids == cell)
            for begin, end in _entries(maps[cell], passed, way):
                share = through_field(where[mine], begin, end)
                inside = np.isfinite(share)
                if inside.sum() >= least_spikes:
                    x, angle = share[inside], phase[mine][inside]
                    line = phase_line(x, angle)
                    each = by_cycle(x, angle, cycle[mine][inside])
                    above = beyond_chance(*each, shuffles, (seed, cell))
                    told = DEGREES * line.slope, DEGREES * line.offset, above
                    rows.append((cell, way, begin, end, *told))
    columns = np.array(rows, float).reshape(-1, 7).T
    whole = columns[:2].astype(int)
    entry, exit_, slope, start, above = columns[2:]
    return Precession(
        whole[0], whole[1], entry, exit_, slope, start, above.astype(bool)
    )


def by_cycle(x: Floats, phase_rad: Floats, cycle: Ids) -> tuple[Floats, Floats]:
    """Return the mean place and the mean phase of the spikes of each cycle.

    >>> x, phase = np.array([0.1, 0.3, 0.9]), np.array([1.0, 1.0, 2.0])
    >>> by_cycle(x, phase, np.array([4, 4, 7]))
    (array([0.2, 0.9]), array([1., 2.]))
    """
    _, at = np.unique(cycle, return_inverse=True)
    n = np.bincount(at)
    unit = np.exp(1j * np.asarray(phase_rad))
    mean = np.bincount(at, unit.real) + 1j * np.bincount(at, unit.imag)
    return np.bincount(at, x) / n, np.asarray(np.angle(mean) % TURN, float)


def beyond_chance(
    x: Floats, phase_rad: Floats, shuffles: int, seed: Any, *, steps: int = 129
) -> bool:
    """Tell whether a line holds better than 95 % of those through phases dealt anew.

    As ``phase_line_null`` has it, with the best of ``steps`` slopes instead of a
    search, for the phases as for those dealt anew.

    >>> x = np.linspace(0, 1, 40)
    >>> beyond_chance(x, (5 - 4 * x) % TURN, 100, 1)
    True
    """
    deal = np.random.default_rng(seed).permuted
    unit = np.exp(1j * np.asarray(phase_rad))
    dealt = deal(np.tile(unit, (shuffles, 1)), axis=1)
    slopes = np.linspace(*TWO_CYCLES, steps)
    turned = np.exp(-1j * np.outer(x, slopes))
    best = np.abs(np.vstack([unit, dealt]) @ turned).max(axis=1)
    return bool(best[0] > np.percentile(best[1:], 95))


def _entries(rate: Floats, passed: Visits, way: int) -> list[tuple[float, float]]:
    """Return entry and exit of each field that lies within what was visited."""
    edges = passed.bins.edges[0]
    known = np.flatnonzero(np.isfinite(rate))
    found = []
    for field in fields(rate, passed.bins):
        inside = np.flatnonzero(field.inside)
        if inside[0] > known[0] and inside[-1] < known[-1]:
            ends = float(edges[inside[0]]), float(edges[inside[-1] + 1])
            found.append(ends if way > 0 else ends[::-1])
    return found
