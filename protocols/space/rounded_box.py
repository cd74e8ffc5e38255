"""Outlines of rooms: a rectangle with round corners, from a square to a disc."""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .room import Array, Room


@dataclass(frozen=True, kw_only=True)
class RoundedBox(Room):
    """A room whose outline is a rectangle with round corners, or a disc."""

    @abstractmethod
    def half(self) -> tuple[float, float]:
        """Return half the length of the straight pieces along x and y, metres."""

    @abstractmethod
    def radius(self) -> float:
        """Return the radius of the corners, metres."""

    @property
    def size(self) -> tuple[float, float]:
        """Length along x and y, metres."""
        a, b = self.half()
        return 2 * (a + self.radius()), 2 * (b + self.radius())

    @property
    def area(self) -> float:
        """Of the floor, square metres."""
        (a, b), r = self.half(), self.radius()
        return 4 * a * b + 4 * r * (a + b) + math.pi * r**2

    @property
    def perimeter(self) -> float:
        """Length of the outline, metres."""
        return 4 * sum(self.half()) + 2 * math.pi * self.radius()

    def rings(self, corners: int = 64) -> tuple[Array, ...]:
        """Return the outline as a polygon (n, 2), metres."""
        half, r = np.array(self.half()), self.radius()
        if r == 0:
            signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
            return (signs * half + self.centre,)
        quarter = np.arange(corners // 4 + (half.max() > 0)) / (corners // 4)
        angle = (np.arange(4)[:, None] + quarter) * np.pi / 2
        middle = np.repeat([[1, 1], [-1, 1], [-1, -1], [1, -1]], len(quarter), axis=0)
        round_ = np.column_stack([np.cos(angle.ravel()), np.sin(angle.ravel())])
        return (middle * half + r * round_ + self.centre,)

    def beyond(self, p: Array) -> Array:
        """Return how far outside points (n, 2) lie, metres; negative is inside."""
        q = np.abs(p) - self.half()
        out = np.maximum(q, 0.0)
        far = np.hypot(out[:, 0], out[:, 1])
        return np.asarray(far + np.minimum(q.max(axis=1), 0.0) - self.radius())

    def to_edge(self, p: Array) -> Array:
        """Return the vectors from points (n, 2) to the nearest point of the outline."""
        half, r = np.array(self.half()), self.radius()
        off = p - np.clip(p, -half, half)
        far = np.hypot(off[:, 0], off[:, 1])[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            outward = off * (r / far - 1)
        left = half + r - np.abs(p)
        nearest = left == left.min(axis=1, keepdims=True)
        nearest[:, 1] &= ~nearest[:, 0]
        straight = np.where(nearest, np.copysign(left, p), 0.0)
        return np.asarray(np.where(far > 0, outward, straight))


@dataclass(frozen=True, kw_only=True)
class Rectangular(RoundedBox):
    """A room with four straight sides, each of which can be removed."""

    sides: ClassVar[tuple[str, ...]] = ("east", "north", "west", "south")

    def radius(self) -> float:
        """Return 0: its corners are sharp."""
        return 0.0

    def side_walls(self) -> dict[str, Array]:
        """Return the sides (2 ends, 2) by name, relative to the centre."""
        (ring,) = self.rings()
        north_east, north_west, south_west, south_east = ring - self.centre
        return {
            "east": np.array([south_east, north_east]),
            "north": np.array([north_east, north_west]),
            "west": np.array([north_west, south_west]),
            "south": np.array([south_west, south_east]),
        }
