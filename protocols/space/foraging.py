"""Foraging: the track of a real rat, or random motion.

    data of               box            duration    sampling    gaps
    Sargolini et al.      1 m x 1 m        599.6 s      50 Hz    60, up to 0.36 s
    Tanni et al.          3.5 m x 2.5 m     7323 s      30 Hz    1, of 0.63 s

Both come with RatInABox (MIT licence), by permission of their authors, who are to be
cited with it. A real rat's track is neither scaled nor mirrored. Where more is asked
for than there is, the animal walks straight back to where its track begins, at 20 cm/s,
and runs it again. Tanni's tracker jumps between two spots: its positions are passed
through a median over 11 samples and a Gaussian of 3.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...circuits.circuit import stream_seed
from ...circuits.parameters import Source, unknown
from ...simulation.timeline import TICK_S
from .room import Array, Room
from .rooms import SARGOLINI, TANNI
from .rounded_box import RoundedBox
from .samples import LONGEST_S, SHORTEST_S, Samples
from .trajectory import Trajectory, resampled

RATINABOX = Source("George et al. 2024", doi="10.7554/eLife.85274")

WALK_BACK_MPS = 0.2
MEDIAN, SD = 11, 3.0  # samples, of Tanni's data
RANDOM_STEP_S = 0.05
SAGITTA_M = 0.005  # of a round wall; more corners push the animal away from it
BESIDE_S = 1.0  # what smoothing sees before and after a stretch
FITS_M = 0.05  # by how much a room may differ from the one a rat ran in


class Tracked(NamedTuple):
    """A real rat's track: its paper, the room, and how well it was tracked."""

    source: Source
    length_m: float
    width_m: float
    tolerance_m: float
    longest_gap_s: float
    jumps: bool


TRACKED = {
    "sargolini": Tracked(SARGOLINI, 1.0, 1.0, 0.02, 0.5, False),
    "tanni": Tracked(TANNI, 3.5, 2.5, 0.05, 1.0, True),
}
SOURCES = (*TRACKED, "random")


def foraging(
    room: Room,
    seconds: float,
    *,
    seed: int,
    source: str = "sargolini",
    begin_s: float = 0.0,
) -> Trajectory:
    """Return an animal's foraging in a room.

    Parameters
    ----------
    source : ``"sargolini"`` or ``"tanni"``, a real rat's track from ``begin_s`` on,
        whatever the seed; or ``"random"``, RatInABox's motion, for which the rat of
        Sargolini was the model

    Raises
    ------
    KeyError, ValueError
        No such source, or a room in which that rat did not run.
    """
    if source not in SOURCES:
        raise KeyError(unknown("source of trajectories", source, list(SOURCES)))
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise ValueError(
            f"{seconds:g} s of foraging: from {SHORTEST_S:g} to {LONGEST_S:g} s are "
            "possible."
        )
    if source == "random":
        return _random(room, seconds, seed)
    return _real(room, seconds, source, begin_s)


def _real(room: Room, seconds: float, name: str, begin_s: float) -> Trajectory:
    told = TRACKED[name]
    size = room.size if isinstance(room, RoundedBox) and not room.radius() else (0, 0)
    wanted = (told.length_m, told.width_m)
    if max(abs(a - b) for a, b in zip(size, wanted, strict=True)) > FITS_M:
        raise ValueError(
            f"The rat of {told.source.cite} ran in a box of {wanted[0]:g} m x "
            f"{wanted[1]:g} m, not in this {room.name}: choose the path 'random', "
            "which fits every room, or give a track recorded in such a room."
        )
    with np.load(_folder() / "data" / f"{name}.npz") as data:
        t, xy = data["t"] - data["t"][0], data["pos"] - np.array(wanted) / 2
    if not 0 <= begin_s < t[-1]:
        raise ValueError(f"begin_s={begin_s:g}: the track lasts {t[-1]:.1f} s.")
    if told.jumps:
        filters = import_module("scipy.ndimage")
        xy = filters.median_filter(xy, size=(MEDIAN, 1), mode="nearest")
        xy = filters.gaussian_filter1d(xy, SD, axis=0, mode="nearest")
    until = begin_s + seconds
    notes: tuple[str, ...] = ()
    if until > t[-1] - TICK_S:
        notes = (f"the track of {t[-1]:.1f} s is run again from its beginning.",)
        t, xy = _again(t, xy, until + BESIDE_S)
    first, last = np.searchsorted(t, [begin_s - BESIDE_S, until + BESIDE_S])
    samples = Samples(
        t[first : last + 1],
        xy[first : last + 1] + room.centre,
        row=lambda k: f"{told.source.cite}, sample {k + first}",
        notes=notes,
    )
    found = resampled(
        samples,
        room,
        f"{seconds:g} s of a rat of {told.source.cite}",
        longest_gap_s=told.longest_gap_s,
        tolerance_m=told.tolerance_m,
    )
    return found.part(begin_s - t[first], seconds)


def _again(t: Array, xy: Array, until: float) -> tuple[Array, Array]:
    """Return a track, the way back to its beginning, and both again up to a time."""
    way = math.dist(xy[-1], xy[0])
    step = float(np.median(np.diff(t)))
    n = max(1, round(way / WALK_BACK_MPS / step))
    share = np.arange(1, n)[:, None] / n
    once = np.concatenate([xy, xy[-1] + share * (xy[0] - xy[-1])])
    clock = np.concatenate([t, t[-1] + np.arange(1, n) * step])
    period = t[-1] + n * step
    times = math.ceil((until + step) / period)
    clocks = clock + np.arange(times)[:, None] * period
    return clocks.ravel(), np.tile(once, (times, 1))


def _random(room: Room, seconds: float, seed: int) -> Trajectory:
    """Return RatInABox's random motion, sampled by it at 20 Hz."""
    _folder()
    library: Any = import_module("ratinabox")
    reach = float(np.ptp(room.rings()[0], axis=0).max()) / 2
    corners = 4 * math.ceil(math.pi * math.sqrt(reach / SAGITTA_M / 2) / 4)
    outline, *holes = (ring.tolist() for ring in room.rings(corners))
    n = math.ceil(seconds / RANDOM_STEP_S) + 2
    xy = np.empty((n, 2))
    with _numpy_seeded(stream_seed(seed, "foraging")):
        shape = {"boundary": outline, "holes": holes, "walls": room.standing().tolist()}
        agent = library.Agent(
            library.Environment(shape), {"dt": RANDOM_STEP_S, "save_history": False}
        )
        for k in range(n):
            xy[k] = agent.pos
            agent.update()
    samples = Samples(
        np.asarray(np.arange(n) * RANDOM_STEP_S),
        xy,
        row=lambda k: f"random motion, sample {k}",
    )
    caption = f"{seconds:g} s of random foraging in a {room.name}"
    return resampled(samples, room, caption).part(0.0, seconds)


@contextmanager
def _numpy_seeded(seed: int) -> Iterator[None]:
    """Seed numpy's global generator, which RatInABox draws from, and restore it."""
    before = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(before)


def _folder() -> Path:
    """Return the folder of RatInABox, without the second that its import takes."""
    found = find_spec("ratinabox")
    if found is None or found.origin is None:
        raise ValueError(
            "RatInABox, which holds the tracks of real rats, is not installed: "
            "pip install ratinabox."
        )
    return Path(found.origin).parent
