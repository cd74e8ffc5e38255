"""What moves the bump of a grid attractor, and what holds it where it belongs."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .drives import Drive
from .ec import SOLANKA
from .parameters import ASSUMED
from .quantity import Quantity
from .sheet import HEIGHT, directions, places

VELOCITY = ("v_x", "v_y")  # columns of the stimulus, m/s


@dataclass(frozen=True, kw_only=True)
class Motion(Drive):
    """What moves the bump and what holds it: velocity, and the place.

    Velocity along a cell's preferred direction gives velocity/(spacing slope). The
    place gives cells whose fields are there (hills, the first harmonic of a lattice, is
    3 at the middle of a field and -1.5 at least) I_anchor hills/3: the mean input of
    place cells or borders that have learnt this place.
    """

    spacing: Quantity = ASSUMED("40 cm", "way of the animal for one round of the bump")
    # 0.53 of 34 neurons a second; 0.529 is measured here (docs/grid_attractor.py).
    slope: Quantity = SOLANKA("0.0156 Hz/pA", "rounds of the bump per second and pA")
    orientation: float = ASSUMED(0.131, "of the grid against the room, radians")
    I_anchor: Quantity = ASSUMED("10 pA", "current from the place at a field's middle")

    variables: ClassVar[str] = """
    sheet_x : 1
    sheet_y : 1
    prefers_x : 1
    prefers_y : 1
    shift_x : 1
    shift_y : 1
    """
    update: ClassVar[str] = """
    cosine = cos(orientation)
    sine = sin(orientation)
    v_east = (cosine*stimulus(t, at_v_x) + sine*stimulus(t, at_v_y))*metre/second
    v_north = (cosine*stimulus(t, at_v_y) - sine*stimulus(t, at_v_x))*metre/second
    at_east = (cosine*stimulus(t, at_x) + sine*stimulus(t, at_y))*metre/spacing
    at_north = (cosine*stimulus(t, at_y) - sine*stimulus(t, at_x))*metre/spacing
    ahead = prefers_x*v_east + prefers_y*v_north
    east = at_east - shift_x - sheet_x
    north = at_north - shift_y - sheet_y
    hills = cos(4*pi*north/sqrt(3))
    hills += cos(2*pi*(east + north/sqrt(3)))
    hills += cos(2*pi*(east - north/sqrt(3)))
    """
    current: ClassVar[str] = (
        "stimulus(t, at_place)*(ahead/(spacing*slope) + I_anchor*hills/3)"
    )

    def __post_init__(self) -> None:
        """Refuse a grid that does not exist."""
        self.must_be("a value above 0", "spacing", "slope")
        self.must_be("0 or more", "I_anchor")

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Give every cell its place on the sheet and its preferred direction."""
        (x, y), (u, v) = places(n).T, directions(n).T
        return {"sheet_x": x, "sheet_y": y, "prefers_x": u, "prefers_y": v}

    def enter(self, n: int, place: np.random.Generator) -> dict[str, Any]:
        """Shift the whole grid: between places grids shift (Fyhn et al. 2007)."""
        x, y = place.random(2)
        return {
            "shift_x": np.full(n, x + y / 2),
            "shift_y": np.full(n, HEIGHT * y),
        }
