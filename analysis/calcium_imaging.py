"""Fluorescence of GCaMP6 in a population, from its spikes.

    spikes ─▶ free calcium C ─▶ calcium at the sensor, C_rest + b ─▶ fluorescence F

    dC/dt = -gamma (C - C_rest) / k(C),         C += influx / k(C) at a spike
    k(C)  = 1 + kappa_S + buffer K_d / (C + K_d)^2
    b     = h * (C - C_rest),    h(t) = 100 amp (1 - exp(-t_on t)) exp(-t_off t)
    F     = 1 + top / (1 + (K_d / (C_rest + b))^n)
    dF/F  = F / F_rest - 1, plus normal noise of standard deviation sigma in each frame

The sensor is itself a buffer: it takes up calcium, less of it the fuller it is. Calcium
with such a buffer: Luetcke et al. 2013, Helmchen and Tank 2015. The kernel h and gamma
were fitted to recordings for NAOMi (Song et al. 2021), at 100 samples per second, hence
the 100. The sensors and their values are in calcium_sensors.py.

Chosen: dF/F is relative to the fluorescence at rest, as it is measured, as sigma is and
as NAOMi's fit is; Cleo leaves out that division and the 1, which gives a dF/F that is
F_rest times larger (2.81 times for GCaMP6s, 1.22 times for GCaMP6f).

Solved: the equation of C separates. Every decay runs along one and the same curve C(t),
from another point of it; it is tabulated once, and a spike sets a cell back along it.
Between two events b follows in closed form, to about 1e-5.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from .calcium_sensors import SENSORS as SENSORS
from .calcium_sensors import Sensor as Sensor
from .calcium_sensors import named_sensor

Ids = np.ndarray[Any, np.dtype[np.integer[Any]]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


class _Cells:
    """Calcium and kernel of ``n`` cells, each at its own time ``at``."""

    def __init__(self, sensor: Sensor, n: int, start_s: float) -> None:
        self.sensor = sensor
        self.at = np.full(n, float(start_s))
        self.above = np.zeros(n)  # C - rest, nM
        self.age = np.full(n, np.inf)  # seconds along the curve of decay
        self.filtered = np.zeros((2, n))  # C - rest through exp(-rate t), both rates
        self.rates = np.array([[sensor.t_off], [sensor.t_off + sensor.t_on]])
        self.logs = np.linspace(np.log(1e9), np.log(1e-6), 20_001)
        self.ages = self._age(np.exp(self.logs))

    def _age(self, above: Floats) -> Floats:
        """Return the time at which the curve of decay passes a level, closed form."""
        s = self.sensor
        full, both = above + s.rest + s.K_d, s.rest + s.K_d
        share = s.buffer * s.K_d * (np.log(above / full) / both + 1 / full) / both
        return np.asarray(-((1 + s.kappa_S) * np.log(above) + share) / s.gamma)

    def _flow(self, above: Floats) -> tuple[Floats, Floats]:
        """Return how fast calcium leaves, nM/s, and the slope of that in C, 1/s."""
        s = self.sensor
        calcium = above + s.rest
        bound = s.bound(calcium)
        steeper = 2 * s.buffer * s.K_d / (calcium + s.K_d) ** 3
        rate = s.gamma / bound
        return rate * above, rate * (1 + above * steeper / bound)

    def advance(self, cells: Any, to_s: Any) -> None:
        """Let some cells run without a spike to their times."""
        lasts = to_s - self.at[cells]
        before, out_before = self.above[cells], self._flow(self.above[cells])[0]
        self.age[cells] += lasts
        # Past the end of the table, 1e-6 nM, nothing is left.
        log = np.interp(self.age[cells], self.ages, self.logs, right=-np.inf)
        after = np.exp(log)
        out, slope = self._flow(after)
        fade = np.exp(-self.rates * lasts)
        gain = after - before * fade + (out - out_before * fade) / (self.rates - slope)
        self.filtered[:, cells] = self.filtered[:, cells] * fade + gain / self.rates
        self.above[cells] = after
        self.at[cells] = to_s

    def spike(self, cells: Ids) -> None:
        """Let calcium into some cells, each once."""
        free = self.above[cells] + self.sensor.rest
        self.above[cells] += self.sensor.influx / self.sensor.bound(free)
        self.age[cells] = self._age(self.above[cells])

    def dff(self) -> Floats:
        slow, fast = self.filtered
        s = self.sensor
        return s.dff(s.rest + np.maximum(100 * s.amp * (slow - fast), 0))


def frame_times(start_s: float, stop_s: float, rate_hz: float) -> Floats:
    """Return the times of the frames: from the start on, before the stop.

    >>> frame_times(1, 2, 4.0).tolist()
    [1.0, 1.25, 1.5, 1.75]
    """
    if not (np.isfinite([start_s, stop_s]).all() and stop_s > start_s):
        raise ValueError(
            f"Frames from {start_s:g} s to {stop_s:g} s: stop after start."
        )
    if not (np.isfinite(rate_hz) and rate_hz > 0):
        raise ValueError(f"{rate_hz:g} frames per second: give a rate above 0.")
    frames = int(np.ceil(round((stop_s - start_s) * rate_hz, 6)))
    return np.asarray(start_s + np.arange(frames) / rate_hz)


def fluorescence(
    node_ids: Ids,
    times_s: Floats,
    n: int,
    *,
    start_s: float,
    stop_s: float,
    sensor: str | Sensor = "GCaMP6s",
    rate_hz: float = 20.0,
    noise: bool = True,
    seed: int,
) -> Floats:
    """Return dF/F of each of ``n`` cells in each frame.

    Spikes before the start count: give them, and the traces start warm. A frame is
    taken at an instant, at ``frame_times(start_s, stop_s, rate_hz)``; its noise does
    not depend on ``rate_hz``. The same seed gives the same noise.

    Parameters
    ----------
    node_ids, times_s : arrays (spikes,), cells and seconds, in any order
    n : cells, with or without spikes
    sensor : a name of ``SENSORS``, or a ``Sensor``
    noise : whether to add normal noise of the sensor's ``sigma``

    Returns
    -------
    array (frames, n)

    Raises
    ------
    KeyError
        No such sensor; the message names the nearest.
    ValueError
        A spike of a cell that is not there or at no time; times or rate do not fit.

    >>> spikes, at = np.array([0]), np.array([0.05])
    >>> shot = {"start_s": 0, "stop_s": 0.2, "noise": False, "seed": 1}
    >>> fluorescence(spikes, at, 2, **shot)[:, 0].round(2).tolist()
    [0.0, 0.0, 0.12, 0.14]
    """
    if isinstance(sensor, str):
        sensor = named_sensor(sensor)
    frames = frame_times(start_s, stop_s, rate_hz)
    ids, times = _checked(node_ids, times_s, n)
    first = min(start_s, times.min(initial=start_s))
    cells = _Cells(sensor, n, first)
    traces = np.empty((len(frames), n))
    volleys = _volleys(ids, times, frames)
    upcoming = next(volleys, None)
    for k, now in enumerate(frames):
        while upcoming is not None and upcoming[0] == k:
            _, who, when = upcoming
            cells.advance(who, when)
            cells.spike(who)
            upcoming = next(volleys, None)
        cells.advance(slice(None), now)
        traces[k] = cells.dff()
    if noise:
        traces += np.random.default_rng(seed).normal(0, sensor.sigma, traces.shape)
    return traces


def _volleys(
    ids: Ids, times: Floats, frames: Floats
) -> Iterator[tuple[int, Ids, Floats]]:
    """Yield (frame, cells, times): the spikes before a frame, a cell once at a time."""
    frame = np.searchsorted(frames, times)
    order = np.lexsort((times, ids, frame))
    order = order[frame[order] < len(frames)]
    ids, times, frame = ids[order], times[order], frame[order]
    new = np.ones(len(ids), bool)
    new[1:] = (np.diff(ids) != 0) | (np.diff(frame) != 0)
    first = np.flatnonzero(new)
    rank = np.arange(len(ids)) - np.repeat(first, np.diff(np.append(first, len(ids))))
    order = np.lexsort((rank, frame))
    ids, times, frame, rank = ids[order], times[order], frame[order], rank[order]
    turns = np.flatnonzero((np.diff(frame) != 0) | (np.diff(rank) != 0)) + 1
    edges = [0, *turns.tolist(), len(ids)] if len(ids) else []
    for a, b in zip(edges, edges[1:], strict=False):
        yield int(frame[a]), ids[a:b], times[a:b]


def _checked(node_ids: Ids, times_s: Floats, n: int) -> tuple[Ids, Floats]:
    if n < 1:
        raise ValueError(f"{n} cells: give at least one.")
    ids, times = np.asarray(node_ids), np.asarray(times_s, float)
    if ids.ndim != 1 or ids.shape != times.shape:
        raise ValueError(
            f"Cells of shape {ids.shape} and times of shape {times.shape}: give two "
            "arrays (spikes,)."
        )
    ids = ids.astype(np.int64)
    if len(ids) and not (0 <= ids.min() and ids.max() < n):
        raise ValueError(
            f"Spikes of the cells {ids.min()} to {ids.max()} do not fit into {n} "
            "cells: raise n."
        )
    if not np.isfinite(times).all():
        raise ValueError("Some spike times are not finite: give seconds.")
    return ids, times
