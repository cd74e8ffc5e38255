"""Where an animal is: the cues of one place, or a mixture that is more or less like it.

    A                                  a place with all its cues
    75 % A + 25 % B                    a quarter of the cues are those of B: a morph
    50 % A                             half of the cues are gone
    50 % A + 50 % A turned 90 deg      half of the cues are turned about x = y = 0

Each cell that senses cues follows one of them, always the same: cells are ranked once
an animal, and a part of the place owns as large a stretch of the ranks as its share. So
two places are as alike as the stretches in which they agree are long. What does not
follow single cues, such as a grid, belongs to the part that is named first, the room:
in ``0 % A + 100 % B`` all cues are new, and grids stay; ``B`` is another room.
"""

import math
import re
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np

PART = re.compile(r"([\d.]+) ?% (\S.*?)(?: turned (-?[\d.]+) deg)?")
ROUNDING = 1e-9


class Cues(NamedTuple):
    """A share of the cues, whose they are, and how far they are turned, radians."""

    share: float
    place: str
    turn: float = 0.0


@dataclass(frozen=True)
class Place:
    """Cues in the order of the ranks that they own; the first part is the room."""

    parts: tuple[Cues, ...]

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the place of a text; a name without ``%`` is a place by itself.

        >>> Place.read("75 % A + 25 % B").parts[1]
        Cues(share=0.25, place='B', turn=0.0)
        """
        if "%" not in text:
            return cls((Cues(1.0, text),))
        parts = []
        for told in text.split(" + "):
            found = PART.fullmatch(told.strip())
            try:
                share, place, turn = found.groups() if found else ("", "", None)
                part = Cues(float(share) / 100, place, math.radians(float(turn or 0)))
            except ValueError:
                raise ValueError(
                    f"The place {text!r} cannot be read at {told.strip()!r}: write it "
                    "as '75 % A + 25 % B', or '50 % A + 50 % A turned 90 deg'."
                ) from None
            parts.append(part)
        whole = sum(part.share for part in parts)
        if whole > 1 + ROUNDING:
            raise ValueError(
                f"The place {text!r} has {100 * whole:g} % of its cues: 100 % at most "
                "are possible."
            )
        return cls(tuple(parts))

    def followed(self, ranks: Any) -> Any:
        """Return the part that cells of these ranks, 0 to 1, follow.

        Where the cue is gone, it is the number of parts.

        >>> Place.read("50 % A + 25 % B").followed([0.1, 0.6, 0.8]).tolist()
        [0, 1, 2]
        """
        ends = np.cumsum([part.share for part in self.parts])
        return np.searchsorted(ends - ROUNDING, ranks, side="right")
