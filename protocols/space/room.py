"""A room in which an animal runs: its floor, its walls, and how far away they are.

                north
          ┌──────────────┐      y
          │    wall 1    │      ▲     angles counterclockwise from east, in radians
     west │  ────────    │ east └─▶ x
          └──────────────┘
                south

The origin is the centre of the room. Where the floor ends the animal stops, whether or
not a wall stands there: a side that is removed leaves an edge, as that of a table.
"""

import math
import re
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ...circuits.parameters import ASSUMED, Parameters, unknown
from ...circuits.quantity import Quantity, like, quantity

Array = np.ndarray[Any, np.dtype[np.float64]]

METRE = quantity("1 m")
SMALLEST_M, LARGEST_M = 0.01, 30.0  # of any length of a room
SLIP_M = 1e-9  # what rounding may put beyond an edge
AT_ONCE = 8192  # positions: what fits into a processor's cache


class Nearest(NamedTuple):
    """Metres to the nearest wall, and its direction as seen from the room, radians."""

    distance: Array
    bearing: Array


@dataclass(frozen=True, kw_only=True)
class Room(Parameters):
    """A floor, the wall round it, and walls that stand on it."""

    name: ClassVar[str]
    caption: ClassVar[str]
    sides: ClassVar[tuple[str, ...]] = ("boundary",)
    lengths: ClassVar[tuple[str, ...]] = ()

    number: int = ASSUMED(1, "which room it is: cells have another map in each")
    x_0: Quantity = ASSUMED("0 m", "x of its centre")
    y_0: Quantity = ASSUMED("0 m", "y of its centre")
    walls: str = ASSUMED.name(
        "none", "walls inside, as in '(0 m, -50 cm) to (0 m, 20 cm); (…) to (…)'"
    )
    removed: str = ASSUMED.name("none", "walls taken away, as in 'wall 1; wall 2'")

    def __post_init__(self) -> None:
        """Refuse a room that has no area, and walls that stand nowhere."""
        self.must_be("at least 1", "number")
        for name in self.lengths:
            if not SMALLEST_M <= float(getattr(self, name)) <= LARGEST_M:
                raise ValueError(
                    f"{name}={getattr(self, name)}: a room has lengths from "
                    f"{100 * SMALLEST_M:g} cm to {LARGEST_M:g} m."
                )
        self.refuse()
        standing = [*self.sides, *self._inner()]
        for name in self._removed():
            if name not in standing:
                raise KeyError(unknown(f"wall of the {self.name}", name, standing))

    def refuse(self) -> None:
        """Refuse what a kind of room cannot be; a kind says more."""

    @property
    @abstractmethod
    def area(self) -> float:
        """Of the floor, square metres."""

    @abstractmethod
    def rings(self, corners: int = 64) -> tuple[Array, ...]:
        """Return the outline, then the holes, each (n, 2) metres, as polygons."""

    @abstractmethod
    def beyond(self, p: Array) -> Array:
        """Return how far outside points (n, 2) lie, metres; negative is inside.

        Here and in `to_edge`, points are given relative to the centre.
        """

    @abstractmethod
    def to_edge(self, p: Array) -> Array:
        """Return the vectors from points (n, 2) to the nearest edge of the floor."""

    @property
    def centre(self) -> Array:
        """X and y, metres."""
        return np.array([float(self.x_0), float(self.y_0)])

    def inside(self, xy: Any, tolerance_m: float = SLIP_M) -> Any:
        """Tell which positions (n, 2), metres, lie on the floor."""
        return self.outside(xy) <= tolerance_m

    def outside(self, xy: Any) -> Array:
        """Return how far positions (n, 2), metres, lie beyond the floor; 0 inside."""
        return np.maximum(self.beyond(self._local(xy)), 0.0)

    def held(self, xy: Any) -> Array:
        """Return positions (n, 2) with those outside moved to the nearest edge."""
        p = self._local(xy)
        out = self.beyond(p) > 0
        moved = np.array(p)
        moved[out] += self.to_edge(p[out])
        return moved + self.centre

    def nearest_wall(self, xy: Any) -> Nearest:
        """Return distance and bearing of the nearest wall that stands.

        Without any wall, distances are infinite and bearings no numbers.
        """
        p = self._local(xy)
        found = np.full_like(p, np.inf)
        for start in range(0, len(p), AT_ONCE):
            part = p[start : start + AT_ONCE]
            best = np.full(len(part), np.inf)
            for vectors in self._to_walls(part):
                distance = np.hypot(vectors[:, 0], vectors[:, 1])
                closer = distance < best
                best = np.where(closer, distance, best)
                found[start : start + AT_ONCE][closer] = vectors[closer]
        distance = np.hypot(found[:, 0], found[:, 1])
        bearing = np.arctan2(found[:, 1] + 0.0, found[:, 0])  # never minus pi
        return Nearest(distance, np.where(np.isfinite(distance), bearing, np.nan))

    def standing(self) -> Array:
        """Return the inner walls that stand, (walls, 2 ends, 2) metres."""
        gone = self._removed()
        ends = [wall for name, wall in self._inner().items() if name not in gone]
        return np.array(ends).reshape(-1, 2, 2) + self.centre

    def crossings(self, xy: Any) -> Any:
        """Return the indices of positions (n, 2) after which a wall is crossed."""
        p = np.asarray(xy, dtype=float)
        found = np.zeros(max(len(p) - 1, 0), dtype=bool)
        for a, b in self.standing():
            of_path = _held_sign(_side(a, b, p))
            of_wall = [_side(p[:-1], p[1:], end) for end in (a, b)]
            apart = of_path[:-1] * of_path[1:] < 0
            found |= apart & (of_wall[0] * of_wall[1] < 0)
        return np.flatnonzero(found)

    def side_walls(self) -> dict[str, Array]:
        """Return the straight sides (2 ends, 2) by name, relative to the centre."""
        return {}

    def _to_walls(self, p: Array) -> Iterator[Array]:
        """Yield the vectors from points to one wall after the other."""
        gone = self._removed()
        if not set(self.sides) & set(gone):
            yield self.to_edge(p)
            straight = {}
        else:
            straight = self.side_walls()
        for name, (a, b) in (straight | self._inner()).items():
            if name not in gone:
                share = np.clip((p - a) @ (b - a) / ((b - a) @ (b - a)), 0.0, 1.0)
                yield a + share[:, None] * (b - a) - p

    def _local(self, xy: Any) -> Array:
        return np.asarray(xy, dtype=float).reshape(-1, 2) - self.centre

    def _removed(self) -> tuple[str, ...]:
        if self.removed == "none":
            return ()
        return tuple(part.strip() for part in self.removed.split(";"))

    def _inner(self) -> dict[str, Array]:
        """Return the walls inside by name, relative to the centre of the room."""
        if self.walls == "none":
            return {}
        found = {}
        for k, part in enumerate(self.walls.split(";"), start=1):
            point = r"\(([^(),]+),([^(),]+)\)"
            told = re.fullmatch(rf"\s*{point}\s*to\s*{point}\s*", part)
            if told is None:
                raise ValueError(
                    f"walls={part.strip()!r}: write a wall by its ends, as in "
                    "'(0 m, -50 cm) to (0 m, 20 cm)', and part walls by ';'."
                )
            try:
                ends = [float(like(METRE, text.strip())) for text in told.groups()]
            except ValueError as problem:
                raise ValueError(f"walls={part.strip()!r}: {problem}") from None
            wall = np.array(ends).reshape(2, 2)
            if math.dist(*wall) < SMALLEST_M:
                raise ValueError(
                    f"walls={part.strip()!r}: this wall is shorter than "
                    f"{100 * SMALLEST_M:g} cm."
                )
            if self.beyond(wall).max() > SLIP_M:
                raise ValueError(
                    f"walls={part.strip()!r}: this wall ends outside the {self.name}; "
                    "its ends are counted from the centre of the room."
                )
            found[f"wall {k}"] = wall
        return found


def _held_sign(values: Array) -> Array:
    """Return signs, where 0 has the sign before: who touches a wall has not crossed."""
    known = np.flatnonzero(values)
    if not len(known):
        return np.zeros(len(values))
    last = np.searchsorted(known, np.arange(len(values)), side="right") - 1
    return np.asarray(np.sign(values[known[np.maximum(last, 0)]]))


def _side(a: Array, b: Array, p: Array) -> Array:
    """Tell on which side of the line from a to b points lie, by the sign."""
    along, off = b - a, p - a
    return np.asarray(along[..., 0] * off[..., 1] - along[..., 1] * off[..., 0])
