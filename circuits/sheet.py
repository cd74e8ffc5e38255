"""A sheet of cells on a twisted torus, and connections by distance on it.

       ____________          The sheet is 1 wide and sqrt(3)/2 high. Left and right edge
      /           /          are one; so are top and bottom, moved by half a width, so
     /  1        / sqrt(3)/2  that a place meets itself again in six directions: a bump
    /___________/            that goes once around comes back after a distance of 1.

Guanella et al. (2007), doi:10.1142/S0129065707001093. Cells lie in rows, evenly.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from .parameters import Parameters, symbol

Places = np.ndarray[Any, np.dtype[np.float64]]
Ids = np.ndarray[Any, np.dtype[np.integer[Any]]]

HEIGHT = np.sqrt(3) / 2
# A place and its six neighbours.
IMAGES = [(0, 0), (1, 0), (-1, 0), (0.5, HEIGHT), (-0.5, HEIGHT)]
IMAGES += [(0.5, -HEIGHT), (-0.5, -HEIGHT)]
COMPASS = np.array([[-1, 0], [0, -1], [0, 1], [1, 0]])


def lattice(n: int) -> tuple[Ids, Ids, Ids]:
    """Return row and column of each of ``n`` cells, and how many its row has.

    The number of rows is even, so that the twist joins like to like.
    """
    rows = max(2, 2 * round(np.sqrt(n * HEIGHT) / 2))
    row = np.arange(n) * rows // n
    counts = np.bincount(row, minlength=rows)
    first = np.cumsum(counts) - counts
    return row, np.arange(n) - first[row], counts[row]


def places(n: int) -> Places:
    """Return where ``n`` cells lie, array (n, 2), in widths of the sheet."""
    row, column, across = lattice(n)
    return np.stack([column / across, row * HEIGHT / (row[-1] + 1)], axis=1)


def directions(n: int) -> Places:
    """Return the preferred direction of each of ``n`` cells, unit vectors (n, 2).

    Every block of two by two cells has all four, as in Burak and Fiete (2009).
    """
    row, column, _ = lattice(n)
    return np.asarray(COMPASS[2 * (column % 2) + row % 2], float)


def distance(here: Places, there: Places) -> Places:
    """Return the shortest way on the torus between places, arrays (..., 2)."""
    rest = there - here
    up = np.floor(rest[..., 1] / HEIGHT + 0.5)
    x, y = rest[..., 0] - up / 2, rest[..., 1] - up * HEIGHT
    x = x - np.floor(x + 0.5)
    squares = [(x - dx) ** 2 + (y - dy) ** 2 for dx, dy in IMAGES]
    return np.asarray(np.sqrt(np.min(squares, axis=0)))


@dataclass(frozen=True, kw_only=True)
class Profile(Parameters):
    """How likely a source is to be an input of a target, by where the two lie."""

    @abstractmethod
    def relative(self, n_pre: int, n_post: int, targets: Ids) -> Places:
        """Return relative probabilities, array (targets, n_pre)."""


@dataclass(frozen=True, kw_only=True)
class Ring(Profile):
    """exp(-(d - radius)^2 / (2 width^2)), around a place ahead of the source."""

    radius: float = symbol("distance of the likeliest targets, widths of the sheet")
    width: float = symbol("standard deviation about it, widths of the sheet")
    shift: float = symbol("how far the ring lies ahead of its source")

    def __post_init__(self) -> None:
        """Refuse a ring without a width."""
        self.must_be("a value above 0", "width")
        self.must_be("0 or more", "radius")

    def relative(self, n_pre: int, n_post: int, targets: Ids) -> Places:
        """Return relative probabilities, array (targets, n_pre)."""
        centres = places(n_pre) + self.shift * directions(n_pre)
        far = distance(centres[None], places(n_post)[targets, None])
        return np.asarray(np.exp(-((far - self.radius) ** 2) / (2 * self.width**2)))


@dataclass(frozen=True, kw_only=True)
class Near(Profile):
    """exp(-d^2 / (2 width^2)) + everywhere."""

    width: float = symbol("standard deviation, widths of the sheet")
    everywhere: float = symbol("what is added at every distance")

    def __post_init__(self) -> None:
        """Refuse a hill without a width, and probabilities below 0."""
        self.must_be("a value above 0", "width")
        self.must_be("0 or more", "everywhere")

    def relative(self, n_pre: int, n_post: int, targets: Ids) -> Places:
        """Return relative probabilities, array (targets, n_pre)."""
        far = distance(places(n_pre)[None], places(n_post)[targets, None])
        return np.asarray(np.exp(-(far**2) / (2 * self.width**2)) + self.everywhere)
