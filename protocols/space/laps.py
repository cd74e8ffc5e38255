"""Runs along a track, with pauses at its ends.

    speed   ╱‾‾‾‾‾‾╲      ╱‾‾‾‾‾‾╲
          ─╯        ╰────╯        ╰──▶
           run 1    pause   run 2

A run over L metres at speed v with ramps r lasts L/v + r. Speeds and pauses vary from
run to run; all of that is assumed.
"""

import math
from dataclasses import dataclass

import numpy as np

from ...circuits.circuit import stream
from ...circuits.parameters import ASSUMED, Parameters
from ...circuits.quantity import Quantity
from ...simulation.timeline import TICK_S
from .room import Array
from .rooms import CircularTrack, LinearTrack
from .samples import LONGEST_S, SHORTEST_S
from .trajectory import Trajectory


@dataclass(frozen=True, kw_only=True)
class Gait(Parameters):
    """How an animal runs along a track: at rest, faster over the ramp, steady."""

    speed: Quantity = ASSUMED("0.5 m/s", "steady speed of a run, mean")
    ramp: Quantity = ASSUMED("0.5 s", "from rest to the steady speed, and back")
    pause: Quantity = ASSUMED("2 s", "between runs, mean")
    spread: float = ASSUMED(0.15, "standard deviation of speeds and pauses, as a share")

    def __post_init__(self) -> None:
        """Refuse an animal that stands or is faster than any."""
        self.must_be("a value above 0", "speed")
        self.must_be("0 or more", "ramp", "pause")
        self.must_be("a share from 0 to 1", "spread")
        if float(self.speed) > 2:
            raise ValueError(f"speed={self.speed}: 2 m/s at most is wanted.")

    def varied(self, mean: Quantity, rng: np.random.Generator) -> float:
        """Draw a value within two standard deviations and above a tenth of the mean."""
        share = 1 + self.spread * float(np.clip(rng.standard_normal(), -2, 2))
        return float(mean) * max(share, 0.1)


def laps(
    track: LinearTrack | CircularTrack,
    *,
    seed: int,
    runs: int | None = None,
    seconds: float | None = None,
    gait: Gait | None = None,
) -> Trajectory:
    """Return runs along the midline of a track: so many, or as many as fit.

    On a straight track the animal turns halfway through each pause, half a width from
    the end; on a ring it runs counterclockwise and pauses at the eastern point.

    Raises
    ------
    ValueError
        Neither or both of ``runs`` and ``seconds`` are given, or too many.
    """
    if (runs is None) == (seconds is None):
        raise ValueError("Give either the number of runs, or the seconds they fill.")
    if runs is not None and runs < 1:
        raise ValueError(f"runs={runs}: at least 1 is wanted.")
    if seconds is not None and not SHORTEST_S <= seconds <= LONGEST_S:
        raise ValueError(
            f"{seconds:g} s of runs: from {SHORTEST_S:g} to {LONGEST_S:g} s are "
            "possible."
        )
    gait, rng = gait or Gait(), stream(seed, "laps")
    straight = isinstance(track, LinearTrack)
    rim = float(track.width) / 2 if straight else 0.0
    whole = track.midline - 2 * rim
    if whole <= 0:
        raise ValueError(f"width={track.width}: this track is wider than it is long.")
    ways, paces, backs, spans = [], [], [], []
    now, k = 0.0, 0
    while k < (runs or math.inf) and now < (seconds or LONGEST_S):
        speed, pause = gait.varied(gait.speed, rng), gait.varied(gait.pause, rng)
        way, pace = run(whole, speed, float(gait.ramp))
        n, still = len(way), round(pause / TICK_S)
        back = np.full(n + still, straight and k % 2 == 1)
        way = np.concatenate([way, np.full(still, whole)])
        ways.append(rim + np.where(back, whole - way, way))
        paces.append(np.concatenate([pace, np.zeros(still)]))
        back[n + still // 2 :] ^= straight
        backs.append(back)
        spans.append((now, now + n * TICK_S))
        now, k = now + (n + still) * TICK_S, k + 1
    if runs is not None and k < runs:
        raise ValueError(f"{runs} runs take over {LONGEST_S:g} s: {k} are possible.")
    along = np.concatenate(ways)
    heading = np.where(np.concatenate(backs), np.pi, 0.0)
    if not straight:
        heading = np.angle(1j * np.exp(2j * np.pi * along / whole))
    made = Trajectory(
        f"runs along a {track.name} of {track.midline:g} m",
        track.at(along),
        heading,
        np.concatenate(paces),
        np.array(spans),
    )
    return made if seconds is None else made.part(0.0, seconds)


def run(metres: float, speed: float, ramp_s: float) -> tuple[Array, Array]:
    """Return the way gone (n,), metres, and the speed (n,) of a run, tick by tick.

    The speed rises linearly, stays and falls as it rose. Where the way is too short for
    that, it falls from a lower top, and the run lasts two ramps.

    >>> way, speed = run(3.0, 0.5, 0.5)
    >>> len(way), float(way[0]), float(speed.max())
    (6500, 0.0, 0.5)
    """
    top = min(speed, metres / ramp_s) if ramp_s else speed
    lasts = metres / top + ramp_s
    t = np.arange(round(lasts / TICK_S)) * TICK_S
    if not ramp_s:
        return np.minimum(top * t, metres), np.full(len(t), top)
    rise = top / ramp_s
    left = lasts - t
    way = np.where(
        t < ramp_s,
        rise * t**2 / 2,
        np.where(left < ramp_s, metres - rise * left**2 / 2, top * (t - ramp_s / 2)),
    )
    return way, np.minimum(top, rise * np.minimum(t, left))
