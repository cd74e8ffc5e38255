"""Synaptic tagging and capture: strong on S1, weak on S2, hours apart, either first.

strong before weak   S1 ▮▮▮──── interval ────▶ S2 ▮      proteins find a new tag
weak before strong   S2 ▮────── interval ────▶ S1 ▮▮▮    a waiting tag finds proteins
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity
from ..simulation.recording import Arm
from .bath import Bath, Window
from .patterns import named
from .protocol import Band
from .rig import OPEN, Given, Medium, Rig, clock

FREY_97 = Source("Frey and Morris 1997", doi="10.1038/385533a0")
FREY_98 = Source("Frey and Morris 1998", doi="10.1016/S0028-3908(98)00046-6")
COMMUN = Source("Commun Biol 2025", doi="10.1038/s42003-025-07998-w")

MINUTE, HOUR = 60.0, 3600.0
# Time from the strong to the weak induction; where it is negative, weak comes first.
INTERVALS = {
    "weak-4h-before": -4 * HOUR,
    "weak-3h-before": -3 * HOUR,
    "weak-2h-before": -2 * HOUR,
    "weak-1h-before": -HOUR,
    "weak-30min-before": -30 * MINUTE,
    "weak-30min-after": 30 * MINUTE,
    "weak-1h-after": HOUR,
    "weak-3h-after": 3 * HOUR,
    "weak-6h-after": 6 * HOUR,
    "weak-9h-after": 9 * HOUR,
}
BANDS = {
    "weak-alone": (OPEN, 110.0, FREY_97.cite),
    "weak-4h-before": (OPEN, 110.0, FREY_98.cite),
    "weak-3h-before": (OPEN, 110.0, COMMUN.cite),
    "weak-1h-before": (120.0, OPEN, FREY_98.cite),
    "weak-30min-before": (120.0, OPEN, COMMUN.cite),
    "weak-30min-after": (120.0, OPEN, COMMUN.cite),
    "weak-1h-after": (125.0, OPEN, FREY_97.cite),
    "weak-1h-after-blocked": (125.0, OPEN, FREY_97.cite),
    "weak-3h-after": (120.0, OPEN, COMMUN.cite),
}
JUDGED_S = 8 * HOUR
UNKNOWN = (OPEN, OPEN, "")


@dataclass(frozen=True, kw_only=True)
class TaggingInterval(Rig):
    """The interval sweep of Frey and Morris; each arm is one interval."""

    name: ClassVar[str] = "tagging-interval"
    caption: ClassVar[str] = (
        "Tagging and capture: weak on S2, strong on S1, hours apart"
    )
    arms: ClassVar[tuple[str, ...]] = (
        "weak-alone",
        *INTERVALS,
        "weak-1h-after-blocked",
    )
    manipulations: ClassVar[tuple[str, ...]] = (
        "weak-alone: S1 is not stimulated",
        "weak-1h-after-blocked: anisomycin from 10 min before the weak induction on",
    )
    papers: ClassVar[tuple[Source, ...]] = (FREY_97, FREY_98, COMMUN)

    duration: Quantity = ASSUMED("18 h", "test pulses after the first pattern, at most")
    every: Quantity = ASSUMED("30 min", "between test pulses")
    strong: str = FREY_97.name("STET", "given to S1")
    weak: str = FREY_97.name("WTET", "given to S2")
    blocked: Quantity = ASSUMED("3 h", "how long anisomycin is in the bath")
    block: float = ASSUMED(0.95, "share of protein synthesis that it blocks")

    def __post_init__(self) -> None:
        """Refuse patterns that are not known."""
        self.must_be("a share from 0 to 1", "block")
        self.must_be("0 or more", "blocked")
        super().__post_init__()
        longest = max(self.until(arm) for arm in self.arms)
        if longest > float(self.duration):
            raise ValueError(
                f"duration={self.duration}: the weak pathway is judged 8 h after the "
                f"second induction, up to {clock(longest)} after the first one."
            )

    def given(self, arm: str) -> tuple[Given, ...]:
        """Return the patterns that an arm is given; the first begins at 0."""
        weak, strong = (named(name) for name in (self.weak, self.strong))
        if arm == "weak-alone":
            return (Given("s2", weak, 0.0),)
        apart = INTERVALS[arm.removesuffix("-blocked")]
        return (
            Given("s1", strong, max(0.0, -apart)),
            Given("s2", weak, max(0.0, apart)),
        )

    def medium(self, arm: str) -> Medium:
        """Return what is in the bath of an arm."""
        if not arm.endswith("-blocked"):
            return Medium()
        start = INTERVALS[arm.removesuffix("-blocked")] - 10 * MINUTE
        times = start, start + float(self.blocked), self.block
        drug = Window(*times, float(self.onset), float(self.washout))
        return Medium(bath=Bath(anisomycin=drug))

    def bands(self) -> tuple[Band, ...]:
        """Return the weak pathway, and the strong one, 8 h after the second pattern."""
        weak = [
            Band(
                arm, "slope of S2 after 8 h", "% of baseline", *BANDS.get(arm, UNKNOWN)
            )
            for arm in self.arms
        ]
        strong = [
            Band(
                arm, "slope of S1 after 8 h", "% of baseline", 140.0, OPEN, FREY_97.cite
            )
            for arm in self.arms
            if arm == "weak-1h-after"
        ]
        return (*weak, *strong)

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        return {
            (name, f"slope of {path.upper()} after 8 h"): self.slope_at(
                arm, path, self.until(name)
            )
            for name, arm in arms.items()
            for path in ("s1", "s2")
        }

    def until(self, arm: str) -> float:
        """Return when an arm ends: 8 h after the second induction."""
        return max(given.start_s for given in self.given(arm)) + JUDGED_S
