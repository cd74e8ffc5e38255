"""Light on the granule cells of a fearful place makes the animal freeze elsewhere.

    habituation A │ dox off │ training B │ dox on │ test A: light off, on, off, on
                            └─ labelled ─┘

Liu et al. (2012): channelrhodopsin-2 in the cells of the dentate gyrus that were active
when fear was learned. Controls differ in one thing each: the shocks, the opsin, the
place whose cells are labelled, or which cells carry the label.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..circuits.genes import Label
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity
from ..simulation.procedures import Shuffle
from ..simulation.recording import Arm
from ..simulation.timeline import Step
from .comparisons import Comparison, compared
from .engram import AFTER, BEFORE, CLOSES, LIU, OPENS, PERFORANT, Engram, labels_in
from .protocol import Band

LABEL = "engram"
TEST, REST = "test A", "rest"
TAGGED = "tagged"
CONTROLS = ("no-shock", "eyfp", "other-context", "random-cells")
OPEN = float("nan")
# On at most 1.5 times off, or within two points of it: ratios of 2-4 % are noise.
MORE, POINTS = 1.5, 0.02


@dataclass(frozen=True, kw_only=True)
class EngramReactivation(Engram):
    """Light on the labelled granule cells of a fearful place, in another place."""

    name: ClassVar[str] = "engram-reactivation"
    caption: ClassVar[str] = "Light on labelled granule cells recalls a fear"
    arms: ClassVar[tuple[str, ...]] = (TAGGED, *CONTROLS)
    manipulations: ClassVar[tuple[str, ...]] = (
        "tagged: channelrhodopsin-2 in the granule cells that training made active",
        "no-shock: the same without shocks",
        "eyfp: the label brings a marker instead of the opsin",
        "other-context: cells of C are labelled, and B is trained on doxycycline",
        "random-cells: the label of as many other granule cells",
    )
    papers: ClassVar[tuple[Source, ...]] = (LIU,)

    exploration: Quantity = ASSUMED("5 min", "time in C, whose cells are labelled")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        self.must_be("a value above 0", "exploration")
        seconds = float(self.exploration) / self.pace
        self.must_fit(f"exploration={self.exploration}", seconds)

    @property
    def labels(self) -> Mapping[str, Label]:
        """The virus in the dentate gyrus."""
        return labels_in({LABEL: "dg_granule"}, self.penetrance)

    @property
    def weighed(self) -> tuple[str, ...]:
        """The projection whose synapses are kept."""
        return (PERFORANT,)

    def moments(self, arm: str) -> dict[str, str]:
        """Return when synapses are kept."""
        return {BEFORE: OPENS, AFTER: REST if arm == "other-context" else CLOSES}

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the animals of an arm."""
        if arm == "other-context":
            explored = self.visit("exploration C", "C", float(self.exploration))
            learned = [explored, *self.on_dox(), self.training(place="B")]
            learned.append(self.wait(REST, self.closing))
        else:
            learned = [self.training(place="B", shocks=arm != "no-shock")]
            learned += self.on_dox()
        if arm == "random-cells":
            learned.append(self.procedure("label of others", Shuffle(LABEL)))
        return (
            self.surgery(),
            self.off_and_on("habituation A", "A", LABEL, branch=False),
            *self.off_dox(),
            *learned,
            self.off_and_on(TEST, "A", None if arm == "eyfp" else LABEL),
        )

    def bands(self) -> tuple[Band, ...]:
        """Return the measures with their bands."""
        liu = LIU.cite
        rows = [
            (TAGGED, "granule cells labelled", 0.01, 0.08, "2-7 %, Liu et al. 2012"),
            (TAGGED, "freezing, light off", OPEN, 0.1, f"0.02-0.05 {liu}"),
            (TAGGED, "freezing, light on", OPEN, OPEN, f"0.14-0.35 {liu}"),
            (TAGGED, "light on over off", 3.0, OPEN, f"4-7 {liu}"),
        ]
        for arm in CONTROLS:
            rows += [
                (arm, "freezing, light off", OPEN, OPEN, f"0.02-0.04 {liu}"),
                (arm, "freezing, light on", OPEN, OPEN, f"0.03-0.04 {liu}"),
                (arm, "more by light than noise", OPEN, 0.0, liu),
                (arm, "tagged over this, light on", 3.0, OPEN, liu),
            ]
        return tuple(
            Band(a, name, "1", low, high, cite) for a, name, low, high, cite in rows
        )

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The measures that are made of two others."""
        lit, dark = "freezing, light on", "freezing, light off"
        found = [
            Comparison(arm, "tagged over this, light on", (TAGGED, lit), (arm, lit))
            for arm in CONTROLS
        ]
        own = (TAGGED, lit), (TAGGED, dark)
        return Comparison(TAGGED, "light on over off", *own), *found

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        found: dict[tuple[str, str], float] = {}
        for name, arm in arms.items():
            off, on = self.stretches(arm, TEST)
            found[name, "freezing, light off"] = off
            found[name, "freezing, light on"] = on
            if name == TAGGED:
                share = self.labelled_share(arm, LABEL)
                found[name, "granule cells labelled"] = share
            else:
                noise = max(MORE * off, off + POINTS)
                found[name, "more by light than noise"] = max(on - noise, 0.0)
        return compared(found, self.comparisons)

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen."""
        return (
            f"One simulated second of a visit stands for {self.pace:g} s of the "
            "animal's; light pulses run in real time.",
            "More by light than noise: freezing beyond 1.5 times that with the light "
            "off, or beyond two points more, whichever is larger.",
            "Gaps have no spikes, so nothing is labelled in the home cage.",
        )
