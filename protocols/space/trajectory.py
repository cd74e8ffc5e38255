"""A trajectory: where an animal is, once a millisecond.

A circuit reads it from its stimulus, a row a millisecond, so that another path costs no
compile. Between samples runs a monotone cubic (Fritsch and Carlson's): it passes
through every sample and never beyond its neighbours. Velocity is the derivative of the
position under a Gaussian of 100 ms; heading is its direction, held below 2 cm/s.
"""

from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Self

import numpy as np

from ...simulation.timeline import TICK_S
from .room import SLIP_M, Array, Room
from .samples import LONGEST_GAP_S, TOLERANCE_M, Samples

VELOCITY_SD_S = 0.1
STILL_MPS = 0.02  # slower than that, an animal has no direction of movement


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Position (n, 2), metres, heading (n,), radians, speed (n,), m/s, row by row.

    ``heading`` counts counterclockwise from east, from -pi to pi. ``laps`` (k, 2) are
    the seconds at which runs begin and end, where the animal makes runs.
    """

    caption: str
    xy_m: Array = field(repr=False)
    heading: Array = field(repr=False)
    speed: Array = field(repr=False)
    laps: Array = field(default_factory=lambda: np.zeros((0, 2)), repr=False)
    file: Path | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse columns of unequal length, and what is no number."""
        n = len(self.xy_m)
        if not n or self.xy_m.shape != (n, 2):
            raise ValueError(f"Positions of shape {self.xy_m.shape}: (n, 2) is wanted.")
        for name in ("xy_m", "heading", "speed"):
            column = getattr(self, name)
            if len(column) != n:
                raise ValueError(f"{name} has {len(column)} rows, positions {n}.")
            for k in np.argwhere(~np.isfinite(column))[:1]:
                raise ValueError(f"{name}, row {k[0]}: {column[k[0]]} is no number.")

    @property
    def t_s(self) -> Array:
        """Seconds since the beginning, (n,)."""
        return np.asarray(np.arange(len(self.xy_m)) * TICK_S)

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.xy_m) * TICK_S

    def part(self, start_s: float, seconds: float) -> Self:
        """Return a stretch of it, such as what one episode shows.

        Raises
        ------
        ValueError
            The stretch is empty or longer than what there is.
        """
        first, n = round(start_s / TICK_S), round(seconds / TICK_S)
        if first < 0 or n < 1 or first + n > len(self.xy_m):
            raise ValueError(
                f"{seconds:g} s from {start_s:g} s on are no part of a trajectory of "
                f"{self.seconds:g} s."
            )
        rows = slice(first, first + n)
        touched = (self.laps[:, 1] > start_s) & (self.laps[:, 0] < start_s + seconds)
        laps = np.clip(self.laps[touched] - start_s, 0.0, seconds)
        return type(self)(
            self.caption,
            self.xy_m[rows],
            self.heading[rows],
            self.speed[rows],
            laps,
            self.file,
            self.notes,
        )


def resampled(
    samples: Samples,
    room: Room,
    caption: str,
    *,
    smooth_s: float = 0.0,
    longest_gap_s: float = LONGEST_GAP_S,
    tolerance_m: float = TOLERANCE_M,
) -> Trajectory:
    """Return samples as a trajectory, from the first to the last of them.

    Positions outside the room by at most ``tolerance_m`` are moved to its edge.

    Parameters
    ----------
    smooth_s : standard deviation of a Gaussian over the positions; 0 leaves them

    Raises
    ------
    ValueError
        No animal can have run so in this room; one line names the sample.
    """
    good = samples.checked(room, longest_gap_s, tolerance_m)
    t = good.t_s - good.t_s[0]
    ticks = np.asarray(np.arange(int(t[-1] / TICK_S + 1e-6)) * TICK_S)
    cubic = import_module("scipy.interpolate").PchipInterpolator
    xy = np.asarray(cubic(t, good.xy_m)(ticks))
    if smooth_s > 0:
        xy = smoothed(xy, smooth_s)
    out = room.outside(xy)
    xy = room.held(xy) if out.max() > SLIP_M else xy
    crossed = room.crossings(xy)
    if len(crossed):
        k = int(np.searchsorted(t, ticks[crossed[0]], side="right")) - 1
        raise ValueError(
            f"{good.row(k)}: the animal crosses a wall here, the first of "
            f"{len(crossed)} times: remove the wall, or take a path recorded with it."
        )
    speed, heading = moving(xy)
    if good.heading is not None:
        heading = _turned(t, good.heading, ticks, heading)
    notes = good.notes
    if smooth_s > 0:
        notes = (*notes, f"positions under a Gaussian of {1e3 * smooth_s:g} ms.")
    return Trajectory(caption, xy, heading, speed, file=good.file, notes=notes)


def moving(xy: Array) -> tuple[Array, Array]:
    """Return speed (n,), m/s, and heading (n,), radians, of positions (n, 2)."""
    x, y = velocity(xy).T
    speed, heading = np.hypot(x, y), np.arctan2(y, x)
    moves = np.flatnonzero(speed >= STILL_MPS)
    if not len(moves):
        return speed, np.zeros(len(speed))
    last = np.searchsorted(moves, np.arange(len(speed)), side="right") - 1
    return speed, heading[moves[np.maximum(last, 0)]]


def velocity(xy: Array) -> Array:
    """Return the velocity (n, 2), m/s, of positions (n, 2)."""
    return smoothed(np.gradient(xy, TICK_S, axis=0), VELOCITY_SD_S)


def smoothed(values: Array, sd_s: float) -> Array:
    """Return columns (n, k) under a Gaussian; the first and last row go on for ever."""
    beside = int(5 * sd_s / TICK_S)
    padded = np.pad(values, ((beside, beside), (0, 0)), mode="edge")
    f = np.fft.rfftfreq(len(padded), TICK_S)
    kept = np.exp(-2 * (np.pi * f * sd_s) ** 2)[:, None]
    whole = np.fft.irfft(np.fft.rfft(padded, axis=0) * kept, len(padded), axis=0)
    return np.asarray(whole[beside : beside + len(values)])


def _turned(t: Array, measured: Array, ticks: Array, moved: Array) -> Array:
    """Return a measured heading at every tick; where none was measured, ``moved``."""
    known = np.isfinite(measured)
    if not known.any():
        return moved
    angle = np.interp(ticks, t[known], np.unwrap(measured[known]))
    return np.asarray(np.angle(np.exp(1j * angle)))
