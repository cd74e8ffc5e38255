"""Rooms: open fields, a box that morphs, tracks, a water maze.

    morph   0       0.25      0.5      0.75       1
          ┌───┐    ╭───╮     ╭───╮    ╭───╮      ╭─╮
          │   │    │   │     │   │    (   )     (   )     the wall is as long in each
          └───┘    ╰───╯     ╰───╯    ╰───╯      ╰─╯

A `Morph` is a rounded square, the weighted sum (Minkowski's) of a square and the disc
of equal perimeter P: straight pieces P (1 - m)/4, corners of radius P m/(2 pi). So its
wall is equally long throughout, as a flexible wall is; its area grows by 4/pi. That
shape is a choice, as are all lengths named "assumed".
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ...circuits.parameters import ASSUMED, Source, unknown
from ...circuits.quantity import Quantity
from .room import SLIP_M, Array, Room
from .rounded_box import Rectangular, RoundedBox

SARGOLINI = Source("Sargolini et al. 2006", doi="10.1126/science.1125572")
TANNI = Source("Tanni et al. 2022", doi="10.1016/j.cub.2022.06.046")


@dataclass(frozen=True, kw_only=True)
class Box(Rectangular):
    """A square open field."""

    name: ClassVar[str] = "box"
    caption: ClassVar[str] = "Square open field"
    lengths: ClassVar[tuple[str, ...]] = ("side",)

    side: Quantity = SARGOLINI("1 m", "length of a side")

    def half(self) -> tuple[float, float]:
        """Return half the length of the sides along x and y, metres."""
        return float(self.side) / 2, float(self.side) / 2


@dataclass(frozen=True, kw_only=True)
class Rectangle(Rectangular):
    """A rectangular open field."""

    name: ClassVar[str] = "rectangle"
    caption: ClassVar[str] = "Rectangular open field"
    lengths: ClassVar[tuple[str, ...]] = ("length", "width")

    length: Quantity = TANNI("3.5 m", "length along x")
    width: Quantity = TANNI("2.5 m", "length along y")

    def half(self) -> tuple[float, float]:
        """Return half the length of the sides along x and y, metres."""
        return float(self.length) / 2, float(self.width) / 2


@dataclass(frozen=True, kw_only=True)
class Circle(RoundedBox):
    """A round open field."""

    name: ClassVar[str] = "circle"
    caption: ClassVar[str] = "Round open field"
    lengths: ClassVar[tuple[str, ...]] = ("diameter",)

    diameter: Quantity = ASSUMED("1 m", "diameter")

    def half(self) -> tuple[float, float]:
        """Return 0, 0: it has no straight piece."""
        return 0.0, 0.0

    def radius(self) -> float:
        """Return the radius, metres."""
        return float(self.diameter) / 2


@dataclass(frozen=True, kw_only=True)
class Morph(RoundedBox):
    """A box between a square and the circle that has an equally long wall."""

    name: ClassVar[str] = "morph"
    caption: ClassVar[str] = "Box between a square and a circle of equal perimeter"
    lengths: ClassVar[tuple[str, ...]] = ("side",)

    side: Quantity = ASSUMED("1 m", "side of the square; the wall is four times that")
    morph: float = ASSUMED(0.5, "0: the square, 1: the circle")

    def refuse(self) -> None:
        """Refuse what lies beyond the square or the circle."""
        self.must_be("a share from 0 to 1", "morph")

    def half(self) -> tuple[float, float]:
        """Return half the length of the straight pieces, metres."""
        half = float(self.side) * (1 - self.morph) / 2
        return half, half

    def radius(self) -> float:
        """Return the radius of the corners, metres."""
        return 2 * float(self.side) * self.morph / math.pi


@dataclass(frozen=True, kw_only=True)
class WaterMaze(RoundedBox):
    """A round pool with a platform, on which a swim ends."""

    name: ClassVar[str] = "water-maze"
    caption: ClassVar[str] = "Round pool with a hidden platform"
    lengths: ClassVar[tuple[str, ...]] = ("diameter", "platform")

    diameter: Quantity = ASSUMED("1.8 m", "diameter of the pool")
    platform: Quantity = ASSUMED("12 cm", "diameter of the platform")
    platform_x: Quantity = ASSUMED("45 cm", "x of the platform, from the centre")
    platform_y: Quantity = ASSUMED("45 cm", "y of the platform, from the centre")

    def half(self) -> tuple[float, float]:
        """Return 0, 0: it has no straight piece."""
        return 0.0, 0.0

    def radius(self) -> float:
        """Return the radius of the pool, metres."""
        return float(self.diameter) / 2

    def refuse(self) -> None:
        """Refuse a platform that reaches beyond the pool."""
        far = math.hypot(float(self.platform_x), float(self.platform_y))
        if far + float(self.platform) / 2 > self.radius() + SLIP_M:
            raise ValueError(
                f"A platform of {self.platform} at ({self.platform_x}, "
                f"{self.platform_y}) reaches beyond a pool of {self.diameter}."
            )

    def on_platform(self, xy: Any) -> Any:
        """Tell which positions (n, 2), metres, lie on the platform."""
        at = [float(self.platform_x), float(self.platform_y)]
        off = self._local(xy) - at
        return np.hypot(off[:, 0], off[:, 1]) <= float(self.platform) / 2


@dataclass(frozen=True, kw_only=True)
class LinearTrack(Rectangular):
    """A straight track along x; positions along it count from its western end."""

    name: ClassVar[str] = "linear-track"
    caption: ClassVar[str] = "Straight track"
    lengths: ClassVar[tuple[str, ...]] = ("length", "width")

    length: Quantity = ASSUMED("3 m", "length of the track")
    width: Quantity = ASSUMED("10 cm", "width of the track")

    def half(self) -> tuple[float, float]:
        """Return half its length and half its width, metres."""
        return float(self.length) / 2, float(self.width) / 2

    @property
    def midline(self) -> float:
        """Its length, metres."""
        return float(self.length)

    def along(self, xy: Any) -> Array:
        """Return how far along the track positions (n, 2) lie, 0 to its length."""
        length = float(self.length)
        return np.clip(self._local(xy)[:, 0] + length / 2, 0.0, length)

    def at(self, along_m: Any) -> Array:
        """Return the positions (n, 2) on the midline that lie so far along."""
        x = np.asarray(along_m, dtype=float) - float(self.length) / 2
        return np.column_stack([x, np.zeros_like(x)]) + self.centre


@dataclass(frozen=True, kw_only=True)
class CircularTrack(Room):
    """A ring; positions along it count counterclockwise from its eastern point."""

    name: ClassVar[str] = "circular-track"
    caption: ClassVar[str] = "Circular track"
    lengths: ClassVar[tuple[str, ...]] = ("circumference", "width")

    circumference: Quantity = ASSUMED("3 m", "length of the midline")
    width: Quantity = ASSUMED("10 cm", "width of the track")

    def refuse(self) -> None:
        """Refuse a track that is wider than the ring."""
        if float(self.width) / 2 + SLIP_M > self.radius():
            raise ValueError(
                f"width={self.width}: a ring of {self.circumference} is narrower than "
                f"{200 * self.radius():.3g} cm."
            )

    def radius(self) -> float:
        """Return the radius of the midline, metres."""
        return float(self.circumference) / (2 * math.pi)

    @property
    def area(self) -> float:
        """Of the floor, square metres."""
        return float(self.circumference) * float(self.width)

    def rings(self, corners: int = 64) -> tuple[Array, ...]:
        """Return the outer and the inner edge as polygons (n, 2), metres."""
        angle = np.arange(corners) * 2 * np.pi / corners
        unit, half = np.column_stack([np.cos(angle), np.sin(angle)]), self._half()
        outer, inner = self.radius() + half, self.radius() - half
        return outer * unit + self.centre, inner * unit + self.centre

    def beyond(self, p: Array) -> Array:
        """Return how far outside points (n, 2) lie, metres; negative is inside."""
        return np.abs(np.hypot(p[:, 0], p[:, 1]) - self.radius()) - self._half()

    def to_edge(self, p: Array) -> Array:
        """Return the vectors from points (n, 2) to the nearer of the two edges."""
        far = np.hypot(p[:, 0], p[:, 1])
        edge = self.radius() + np.where(far >= self.radius(), 1, -1) * self._half()
        angle = np.arctan2(p[:, 1], p[:, 0])
        unit = np.column_stack([np.cos(angle), np.sin(angle)])
        return np.asarray(unit * (edge - far)[:, None])

    @property
    def midline(self) -> float:
        """Its length, metres."""
        return float(self.circumference)

    def along(self, xy: Any) -> Array:
        """Return how far along the midline positions (n, 2) lie, metres."""
        p = self._local(xy)
        turn = np.arctan2(p[:, 1], p[:, 0]) / (2 * np.pi) % 1.0
        return np.asarray(turn * float(self.circumference))

    def at(self, along_m: Any) -> Array:
        """Return the positions (n, 2) on the midline that lie so far along."""
        angle = np.asarray(along_m, dtype=float) / self.radius()
        unit = np.column_stack([np.cos(angle), np.sin(angle)])
        return np.asarray(self.radius() * unit + self.centre)

    def _half(self) -> float:
        return float(self.width) / 2


KINDS = Box, Rectangle, Circle, Morph, WaterMaze, LinearTrack, CircularTrack
ROOMS: dict[str, type[Room]] = {kind.name: kind for kind in KINDS}


def find(name: str) -> Room:
    """Return the room of this name with its default parameters."""
    if name not in ROOMS:
        raise KeyError(unknown("room", name, list(ROOMS)))
    return ROOMS[name]()
