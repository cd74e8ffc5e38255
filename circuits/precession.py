"""Grid cells whose theta phase advances on the way through a field.

    lag
     |*                    A cell fires late in the cycle where the animal enters its
     |   *                 field, and early where it leaves it: Hafting et al. (2008),
     |       *             doi:10.1038/nature06957.
     +---------> heading

With w_i in (-pi, pi] the phases of the three plane waves and u_i their directions, the
animal is d = 2/(3 k) sum_i w_i u_i from the middle of the field (k the wave number).
This is exact within 0.433 of the spacing, and the current ends at about 0.33.

The cells of a module cover its unit cell evenly, as those of an animal, which are many
more, do: drawn by chance, 900 phases leave places where a tenth less fires, and what
granule cells make of that is tenfold. From place to place a module shifts as a whole
(Fyhn et al. 2007).
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .ec import Grid
from .parameters import ASSUMED

# Steps of a sequence that fills a square evenly: powers of 1 over the plastic number.
EVENLY = 0.7548776662466927, 0.5698402909980532

THETA = (
    "(1 + depth*(cos(late)*stimulus(t, at_theta_cos)"
    " + sin(late)*stimulus(t, at_theta_sin)))"
)
HEADING = ("heading_cos", "heading_sin")  # columns of the stimulus


@dataclass(frozen=True, kw_only=True)
class PrecessingGrid(Grid):
    """The input of `Grid`, whose preferred phase falls along the heading.

    The way done through the field is -1 at its entry and 1 at its exit.
    """

    # At entry and exit of a field the phases of all theta are gone through once.
    precession: float = ASSUMED(6.283, "advance of the phase over a field, radians")
    edge: float = ASSUMED(2.405, "radius of a field times k, the first zero of J0")

    variables: ClassVar[str] = f"""{Grid.variables}
    phase_x : metre
    phase_y : metre
    """
    # In axes along and across the first wave, which spares most sines and cosines.
    update: ClassVar[str] = """
    cosine = cos(tilt)
    sine = sin(tilt)
    east = stimulus(t, at_x)*metre - shift_x - phase_x
    north = stimulus(t, at_y)*metre - shift_y - phase_y
    first = wave*(cosine*east + sine*north)
    across = wave*sqrt(3)*(cosine*north - sine*east)
    second = (across + first)/2
    third = (across - first)/2
    hills = cos(first) + cos(second) + cos(third)
    first -= 2*pi*floor(first/(2*pi) + 0.5)
    second -= 2*pi*floor(second/(2*pi) + 0.5)
    third -= 2*pi*floor(third/(2*pi) + 0.5)
    facing = cosine*stimulus(t, at_heading_cos) + sine*stimulus(t, at_heading_sin)
    beside = cosine*stimulus(t, at_heading_sin) - sine*stimulus(t, at_heading_cos)
    ahead = (first + (second - third)/2)*facing + sqrt(3)/2*(second + third)*beside
    late = lag - precession/2*clip(2*ahead/(3*edge), -1, 1)
    """
    current: ClassVar[str] = f"I_grid*clip(hills/3, 0, 1)*stimulus(t, at_place)*{THETA}"

    def __post_init__(self) -> None:
        """Refuse a grid that does not exist."""
        super().__post_init__()
        self.must_be("0 or more", "precession")
        self.must_be("a value above 0", "edge")

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Spread the phases of every module evenly over its unit cell."""
        drawn = super().start(n, rng)
        spacing = 4 * np.pi / (np.sqrt(3) * drawn["wave"])
        phase = np.zeros((2, n))
        for step, turn in zip(EVENLY, (np.pi / 6, np.pi / 2), strict=True):
            angle = drawn["tilt"] + turn  # of an axis of the lattice
            along = spacing * (np.arange(n) * step % 1.0)
            phase += along * np.stack([np.cos(angle), np.sin(angle)])
        return drawn | {"phase_x": phase[0], "phase_y": phase[1]}

    def enter(self, n: int, place: np.random.Generator) -> dict[str, Any]:
        """Draw the shift of every module."""
        shifts = super().enter(self.modules, place)
        module = np.arange(n) * self.modules // n
        return {name: of_modules[module] for name, of_modules in shifts.items()}
