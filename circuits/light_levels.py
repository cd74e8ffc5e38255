"""A few levels of light that stand for the light of every cell.

How far an opsin opens is computed at the levels; a cell takes its share of two of them.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GRID = 24
SPAN = 1e5


class Levels(NamedTuple):
    """Levels of light, and where each cell lies between two of them.

    ``lower`` is the level below a cell's light, -1 in darkness; ``share`` is that of
    the next level.
    """

    flux: Array
    lower: NDArray[np.intp]
    share: Array

    def at_cells(self, opened: Array) -> Array:
        """Return (ticks, cells) of what opens at (ticks, levels); 0 in darkness."""
        low = np.maximum(self.lower, 0)
        upper = np.minimum(low + 1, len(self.flux) - 1)
        between = (1 - self.share) * opened[:, low] + self.share * opened[:, upper]
        return np.where(self.lower < 0, 0.0, between)


def levels(flux_of_cells: Array, k: int = GRID) -> Levels:
    """Return ``k`` levels of light from the dimmest lit cell to the brightest.

    They are spaced by a constant ratio, and a cell's share is linear in the logarithm
    of its light. Beside a fibre light falls by fourteen orders of magnitude: where it
    varies more than 1e5-fold, the first level is darkness and the second 1e-5 of the
    brightest, and cells below that take their share in proportion to their light.

    The error, measured in all opsins under 1 to 100 mW/mm2 at the brightest cell, is
    1 % of the largest open fraction at 24 levels, 2.4 % at 16 and 11 % at 8; where
    light varies only 1000-fold, 3.4 % at 8. If all lit cells have the same light, it
    is 0.
    """
    if k < 3:
        raise ValueError(f"k={k}: at least 3 levels are wanted, as in k={GRID}.")
    light = np.asarray(flux_of_cells, float)
    if not np.isfinite(light).all() or (light < 0).any():
        raise ValueError("The light of cells must be finite and not below 0.")
    lit = light > 0
    if not lit.any():
        raise ValueError(
            "No cell is lit: move the fibre above the cells, or leave the light out."
        )
    least, most = float(light[lit].min()), float(light.max())
    dim = least < most / SPAN
    floor = most / SPAN if dim else least
    grid = np.geomspace(floor, most, k - dim)
    step = math.log(most / floor) / (len(grid) - 1)
    above = np.log(np.maximum(light, floor) / floor) / step if step else 0.0 * light
    where = above + dim * np.minimum(light / floor, 1.0)
    lower = np.clip(np.floor(where), 0, k - 2).astype(np.intp)
    share = np.clip(where - lower, 0.0, 1.0)
    grid = np.concatenate([[0.0], grid]) if dim else grid
    return Levels(grid, np.where(lit, lower, -1), np.where(lit, share, 0.0))
