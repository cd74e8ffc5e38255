"""A bistable synapse that learns when a shock arouses the animal.

The equations are those of `ResistantBistable`, but for the calcium of a spike:

    Ca += pre_Ca (quiet + (1 - quiet) shock),    and so for post_Ca
"""

from dataclasses import dataclass
from typing import ClassVar

from ..circuits.parameters import ASSUMED
from ..circuits.projection import Event
from .arousal import gated
from .resistant_bistable import ResistantBistable


@dataclass(frozen=True, kw_only=True)
class GatedBistable(ResistantBistable):
    """Bistable synapse whose calcium depends on arousal."""

    quiet: float = ASSUMED(0.5, "calcium of a spike without a shock over that with one")

    extra_pre: ClassVar[tuple[Event, ...]] = (
        *(e._replace(code=gated(e.code)) for e in ResistantBistable.extra_pre),
    )
    on_post: ClassVar[str] = gated(ResistantBistable.on_post)
    needs: ClassVar[tuple[str, ...]] = (*ResistantBistable.needs, "shock")

    def __post_init__(self) -> None:
        """Refuse shares that do not exist."""
        super().__post_init__()
        self.must_be("a share from 0 to 1", "quiet")
