"""Tracked positions as a camera gave them, and what is wrong with them.

A sample without a position (NaN, as where the tracker lost the animal) counts as
missing. Missing samples leave a gap; a gap up to a stated length is bridged, a longer
one is refused, because nobody knows where the animal was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from .room import Array, Room

LONGEST_GAP_S = 0.5
TOLERANCE_M = 0.02  # a head reaches beyond a wall
SHORTEST_S, LONGEST_S = 1.0, 3600.0
LONGEST_STEP_M = 0.1  # between two samples: half the width of a narrow place field
FASTEST_MPS = 3.0  # faster than any rat
SLOWEST_SAMPLING_S = 1.0
STILL_M = 0.01

OTHER_UNITS = {"cm": 0.01, "mm": 0.001}


@dataclass(frozen=True, eq=False)
class Samples:
    """Times (n,) in seconds, positions (n, 2) in metres, and where they come from.

    ``heading`` (n,), radians counterclockwise from east, where it was measured.
    ``row`` says where a sample is found, for whoever has to correct it.
    """

    t_s: Array
    xy_m: Array
    row: Callable[[int], str]
    heading: Array | None = None
    file: Path | None = None
    unit: str = "m"  # in which positions were given, to be named in complaints
    notes: tuple[str, ...] = ()

    def between(self, start_s: float, stop_s: float) -> Self:
        """Return the samples of a stretch, on the clock of the samples."""
        keep = np.flatnonzero(~((self.t_s < start_s) | (self.t_s > stop_s)))
        if len(self.t_s) and not len(keep):
            raise ValueError(
                f"{self.row(0)}: there are no samples from {start_s:g} to "
                f"{stop_s:g} s; they last from {np.nanmin(self.t_s):g} to "
                f"{np.nanmax(self.t_s):g} s."
            )
        return self._kept(keep)

    def centred(self, room: Room) -> Self:
        """Return the samples with the middle of their bounding box in the centre."""
        found = self.xy_m[np.isfinite(self.xy_m).all(axis=1)]
        if not len(found):
            return self
        middle = (found.min(axis=0) + found.max(axis=0)) / 2
        return replace(self, xy_m=self.xy_m - middle + room.centre)

    def checked(self, room: Room, longest_gap_s: float, tolerance_m: float) -> Self:
        """Return the samples that have a position, or say what is wrong with them."""
        self._check_times()
        lost = np.asarray(np.isnan(self.xy_m).any(axis=1))
        found = self._kept(np.flatnonzero(~lost)) if lost.any() else self
        found._check_positions(room, tolerance_m)
        gaps = found._check_gaps(longest_gap_s)
        found._check_steps()
        told = []
        if lost.any():
            told.append(f"{lost.sum()} of {len(lost)} samples without a position.")
        if gaps:
            worst = float(np.diff(found.t_s).max())
            told.append(f"{gaps} gaps, up to {worst:.3g} s, interpolated.")
        return replace(found, notes=(*found.notes, *told))

    def _check_times(self) -> None:
        t = self.t_s
        if self.xy_m.shape != (len(t), 2):
            raise ValueError(
                f"Positions of shape {self.xy_m.shape} for {len(t)} times: "
                f"({len(t)}, 2) is wanted."
            )
        if len(t) < 2:
            raise ValueError(
                f"{self._whole()} {len(t)} samples: give at least {SHORTEST_S:g} s."
            )
        for k in np.flatnonzero(~np.isfinite(t))[:1]:
            raise ValueError(f"{self.row(k)}: {t[k]} is no time in seconds.")
        step = np.diff(t)
        for k in np.flatnonzero(step <= 0)[:1] + 1:
            how = "repeats the time before" if t[k] == t[k - 1] else "goes back"
            raise ValueError(
                f"{self.row(k)}: {t[k]:.15g} s {how}, after {t[k - 1]:.15g} s; times "
                "must rise: delete or sort such rows."
            )
        usual, lasts = float(np.median(step)), float(t[-1] - t[0])
        if usual > SLOWEST_SAMPLING_S:
            raise ValueError(
                f"{self._whole()} samples {usual:g} s apart: {SLOWEST_SAMPLING_S:g} s "
                "at most is wanted. Are these times in milliseconds? Say so: t_ms."
            )
        if not SHORTEST_S <= lasts <= LONGEST_S + SLOWEST_SAMPLING_S:
            raise ValueError(
                f"{self._whole()} {lasts:g} s of samples: from {SHORTEST_S:g} to "
                f"{LONGEST_S:g} s are possible; give another stretch by start_s and "
                "stop_s."
            )

    def _check_positions(self, room: Room, tolerance_m: float) -> None:
        xy, out = self.xy_m, room.outside(self.xy_m)
        for k in np.flatnonzero(~np.isfinite(xy).all(axis=1))[:1]:
            raise ValueError(f"{self.row(k)}: ({_told(xy[k])}) is no position.")
        if not len(xy):
            raise ValueError(f"{self._whole()} no sample with a position.")
        far = np.flatnonzero(out > tolerance_m)
        if len(far):
            k = int(np.argmax(out))
            raise ValueError(
                f"{self.row(k)}: ({_told(xy[k])}) m lies {out[k]:.3g} m outside the "
                f"{room.name}, the worst of {len(far)} of {len(xy)} samples; "
                f"{100 * tolerance_m:g} cm are allowed. "
                + self._way_in(room, tolerance_m)
            )
        span = float(np.ptp(xy, axis=0).max())
        if self.unit != "m" and span < STILL_M:
            raise ValueError(
                f"{self._whole()} positions within {1e3 * span:.2g} mm, in {self.unit} "
                "as it is said: are they in metres?"
            )

    def _way_in(self, room: Room, tolerance_m: float) -> str:
        """Guess why positions lie outside a room."""
        outline = np.concatenate(room.rings())
        low, high = outline.min(axis=0), outline.max(axis=0)
        least = 0.2 * float((high - low).max())
        for unit, factor in OTHER_UNITS.items():
            tried = self.xy_m * factor
            middle = (tried.min(axis=0) + tried.max(axis=0)) / 2
            if np.ptp(tried, axis=0).max() < least:
                continue
            for moved in (tried, tried - middle + room.centre):
                if room.inside(moved, tolerance_m).all():
                    return f"Are these {unit}? They would fit: give unit={unit!r}."
        middle = (self.xy_m.min(axis=0) + self.xy_m.max(axis=0)) / 2
        if room.inside(self.xy_m - middle + room.centre, tolerance_m).all():
            return (
                f"The origin is the centre of the room, ({_told(room.centre)}) m: give "
                "centred=True, or move the room by x_0 and y_0."
            )
        if float(np.ptp(self.xy_m, axis=0).max()) > 20 * float((high - low).max()):
            return "Are these pixels? Say how large one is: pixel_m=0.002."
        return "Give the room in which the animal ran, or correct these samples."

    def _check_gaps(self, longest_gap_s: float) -> int:
        """Return the number of gaps that are to be bridged."""
        step = np.diff(self.t_s)
        if not len(step):
            raise ValueError(f"{self._whole()} a single sample with a position.")
        gap = step > 1.5 * np.median(step)
        long = np.flatnonzero(gap & (step > longest_gap_s + 1e-9))
        for k in long[:1]:
            raise ValueError(
                f"{self.row(k)}: no position for {step[k]:.3g} s from here on, one of "
                f"{len(long)} gaps over {longest_gap_s:g} s; raise longest_gap_s, or "
                "take a stretch without them by start_s and stop_s."
            )
        return int(gap.sum())

    def _check_steps(self) -> None:
        step = np.diff(self.t_s)
        way = np.hypot(*np.diff(self.xy_m, axis=0).T)
        speed, usual = way / step, float(np.median(step))
        for k in np.flatnonzero(speed > FASTEST_MPS)[:1]:
            worst = int(np.argmax(speed))
            hint = "a tracking error, or another unit?"
            if np.median(speed) > LONGEST_STEP_M / usual:
                hint = "too few samples, or another unit?"
            raise ValueError(
                f"{self.row(k + 1)}: {100 * way[k]:.3g} cm in {1e3 * step[k]:.3g} ms "
                f"are {speed[k]:.3g} m/s; up to {FASTEST_MPS:g} m/s are believed: "
                f"{hint} The worst of {(speed > FASTEST_MPS).sum()} is at "
                f"{self.row(worst + 1)}."
            )
        coarse = np.flatnonzero((way > LONGEST_STEP_M) & (step < 1.5 * usual))
        for k in coarse[:1]:
            wanted = float(speed[coarse].max()) / LONGEST_STEP_M
            raise ValueError(
                f"{self.row(k + 1)}: the animal moved {100 * way[k]:.3g} cm since the "
                f"sample before, at {1 / usual:.3g} Hz; {100 * LONGEST_STEP_M:g} cm at "
                f"most can be bridged: sample it at {np.ceil(wanted):g} Hz or more."
            )

    def _kept(self, keep: Any) -> Self:
        heading = None if self.heading is None else self.heading[keep]
        row = self.row
        return replace(
            self,
            t_s=self.t_s[keep],
            xy_m=self.xy_m[keep],
            heading=heading,
            row=lambda k: row(int(keep[k])),
        )

    def _whole(self) -> str:
        return f"{self.file} has" if self.file is not None else "These are"


def _told(xy: Array) -> str:
    return ", ".join(f"{value:.4g}" for value in xy)
