"""Sensory input from cues that stand somewhere: it tells where in a place one is.

Cells of lateral entorhinal cortex are weakly tuned to position where there are cues,
and turn with those near by (Neunuebel et al. 2013). Here the input of a cell is that of
`PlaceDrive`, times a slope across the place towards a side of its own:

    1 + tuning (x cos(side) + y sin(side))/reach,  and 0 at least

On a ring about x = y = 0 that is a cosine. The size of the tuning is assumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from .drives import PlaceDrive
from .parameters import ASSUMED
from .place import Place
from .quantity import Quantity


@dataclass(frozen=True, kw_only=True)
class CueDrive(PlaceDrive):
    """Input of cells that know a place, each stronger on one side of it."""

    I_place: Quantity = ASSUMED("600 pA")
    tuning: float = ASSUMED(0.7, "how much stronger the input is at the reach")
    reach: Quantity = ASSUMED("50 cm", "from x = y = 0 to where it is so")

    variables: ClassVar[str] = """
    knows : 1
    side : 1
    """
    update: ClassVar[str] = """
    ahead = (cos(side)*stimulus(t, at_x) + sin(side)*stimulus(t, at_y))*metre
    """
    current: ClassVar[str] = (
        f"{PlaceDrive.current}*clip(1 + tuning*ahead/reach, 0, inf)"
    )

    def __post_init__(self) -> None:
        """Refuse a slope that does not exist."""
        super().__post_init__()
        self.must_be("0 or more", "tuning")
        self.must_be("a value above 0", "reach")

    @classmethod
    def like(cls, known: PlaceDrive) -> Self:
        """Return the drive that differs from another by its tuning only."""
        return cls(**{f.name: getattr(known, f.name) for f in fields(known)})

    def enter(self, n: int, place: np.random.Generator) -> dict[str, Any]:
        """Draw the cells that know the place, and the side of each."""
        known = super().enter(n, place)
        return known | {"side": place.uniform(0, 2 * np.pi, n)}

    def sense(
        self,
        drawn: Sequence[dict[str, Any]],
        place: Place,
        animal: np.random.Generator,
    ) -> dict[str, Any]:
        """Turn the sides of the cues that are turned, and mix as any place does."""
        turned = [
            one | {"side": one["side"] + part.turn}
            for one, part in zip(drawn, place.parts, strict=True)
        ]
        return super().sense(turned, place, animal)
