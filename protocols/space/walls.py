"""How far away the walls of a room are, in each of some directions.

       north
┌────────┬─────┐    A ray ends at the first wall that stands: the outline less
│        │     │    the sides that were removed, and the walls inside. Where none
│◀───────o────▶│    stands in its way, it ends far outside.
└────────┴─────┘
"""

import numpy as np

from ...circuits.mec import RAYS
from .room import AT_ONCE, Array, Room

FAR_M = 100.0  # a ray that meets no wall
INWARD = 1e-6
EVERY = 20  # rows of a path between which distances are interpolated: 50 Hz


def wall_distances(room: Room, xy: Array) -> Array:
    """Return the metres (n, `RAYS`) from each row of a path to a wall.

    Rays go counterclockwise from east. Curved outlines are polygons; between every
    20th row distances are interpolated, in which time an animal moves a centimetre.
    """
    rows = np.append(np.arange(0, len(xy), EVERY), len(xy) - 1)
    seen = rays(room, xy[rows])
    each = np.arange(len(xy))
    return np.stack([np.interp(each, rows, column) for column in seen.T], axis=1)


def rays(room: Room, xy: Array) -> Array:
    """Return the metres (n, `RAYS`) from positions (n, 2) to the first wall."""
    # An animal that touches a wall is on this side of it.
    xy = room.centre + (1 - INWARD) * (np.asarray(xy, float) - room.centre)
    segments = standing(room)
    start, along = segments[:, 0], segments[:, 1] - segments[:, 0]
    found = np.full((len(xy), RAYS), FAR_M)
    for k in range(RAYS):
        angle = 2 * np.pi * k / RAYS
        ray = np.array([np.cos(angle), np.sin(angle)])
        across = _cross(ray, along)
        met = np.abs(across) > 1e-12
        for first in range(0, len(xy), AT_ONCE):
            off = start[met] - xy[first : first + AT_ONCE, None]
            distance = _cross(off, along[met]) / across[met]
            share = _cross(off, ray) / across[met]
            hit = (distance >= 0) & (share >= 0) & (share <= 1)
            nearest = np.where(hit, distance, FAR_M).min(axis=1, initial=FAR_M)
            found[first : first + AT_ONCE, k] = nearest
    return found


def standing(room: Room) -> Array:
    """Return all walls that stand, straight pieces (n, 2 ends, 2), metres."""
    gone = {part.strip() for part in room.removed.split(";")}
    if gone & set(room.sides):
        sides = [
            np.asarray(wall) + room.centre
            for name, wall in room.side_walls().items()
            if name not in gone
        ]
    else:
        sides = [
            np.stack(piece)
            for ring in room.rings(corners=256)
            for piece in zip(ring, np.roll(ring, -1, axis=0), strict=True)
        ]
    return np.concatenate([np.reshape(sides, (-1, 2, 2)), room.standing()])


def _cross(a: Array, b: Array) -> Array:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
