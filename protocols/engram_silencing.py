"""Light that silences the labelled cells of a memory keeps it from being recalled.

    dox off │ training A │ dox on │ test A, with light on the labelled cells of
            └─ labelled ─┘          nothing, DG, CA3, CA1, or as many others of CA1

Denny et al. (2014) in DG and CA3, Tanaka et al. (2014) in CA1. That silencing the cells
of another place leaves the memory alone is shown in animals that explored C, whose
label is of C, against animals that explored C as well and have no opsin: region by
region, as in the papers, and in all three at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..circuits.genes import Label
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity
from ..simulation.procedures import Shuffle
from ..simulation.recording import Arm
from ..simulation.timeline import Light, Step
from .comparisons import Comparison, compared
from .engram import Engram, labels_in
from .protocol import Band

DENNY = Source("Denny et al. 2014", doi="10.1016/j.neuron.2014.05.018")
TANAKA = Source("Tanaka et al. 2014", doi="10.1016/j.neuron.2014.09.037")
REGIONS = {"dg": "dg_granule", "ca3": "ca3_pyramidal", "ca1": "ca1_pyramidal"}
# Regions whose labelled cells an arm silences.
SILENCED: dict[str, tuple[str, ...]] = {
    **{region: (region,) for region in REGIONS},
    "random-ca1": ("ca1",),
    **{f"other-{region}": (region,) for region in REGIONS},
    "other-context": tuple(REGIONS),
}
TEST = "test A"
OPEN = float("nan")


@dataclass(frozen=True, kw_only=True)
class EngramSilencing(Engram):
    """Light on an opsin that silences labelled cells during recall."""

    name: ClassVar[str] = "engram-silencing"
    caption: ClassVar[str] = "Silencing the labelled cells of a memory blocks recall"
    arms: ClassVar[tuple[str, ...]] = ("eyfp", *SILENCED, "other-context-eyfp")
    manipulations: ClassVar[tuple[str, ...]] = (
        "eyfp: the label brings a marker instead of the opsin",
        "dg, ca3, ca1: light silences the labelled cells of that region at recall",
        "random-ca1: as many other cells of CA1 are silenced",
        "other-dg, other-ca3, other-ca1: the same, for labels of another place, C",
        "other-context: labels of C in all three regions at once",
        "other-context-eyfp: labels of C that bring a marker",
    )
    papers: ClassVar[tuple[Source, ...]] = (DENNY, TANAKA)

    opsin: str = ASSUMED.name("GtACR2", "opsin that the label brings")
    frequency: Quantity = ASSUMED("0 Hz", "frequency of the light: continuous")
    conductance: Quantity = ASSUMED("120 nS", "conductance of a cell with a full label")
    exploration: Quantity = ASSUMED("5 min", "time in C, whose cells are labelled")
    test: Quantity = ASSUMED("5 min", "duration of the test")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        self.must_be("a value above 0", "exploration", "test")
        for name in ("exploration", "test"):
            seconds = getattr(self, name)
            self.must_fit(f"{name}={seconds}", float(seconds) / self.pace)

    @property
    def labels(self) -> Mapping[str, Label]:
        """A virus in each region."""
        return labels_in(REGIONS, self.penetrance)

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the animals of an arm."""
        lights = self._lights(*SILENCED.get(arm, ()))
        learned: list[Step] = []
        if arm.startswith("other-"):
            learned.append(self.visit("exploration C", "C", float(self.exploration)))
            learned += [*self.on_dox(), self.training()]
            learned.append(self.wait("rest", self.closing))
        else:
            learned += [self.training(), *self.on_dox()]
        if arm == "random-ca1":
            learned.append(self.procedure("label of others", Shuffle("ca1")))
        seconds = float(self.test)
        return (
            self.surgery(),
            *self.off_dox(),
            *learned,
            self.visit(TEST, "A", seconds, branch=True, lights=lights),
        )

    def _lights(self, *regions: str) -> tuple[Light, ...]:
        seconds = float(self.test) / self.pace
        return tuple(self.light(region, (0.0, seconds)) for region in regions)

    def bands(self) -> tuple[Band, ...]:
        """Return the measures with their bands."""
        rows: list[tuple[str, str, float, float, str]] = []
        for arm in self.arms:
            paper = TANAKA if arm.endswith("ca1") else DENNY
            cite = f"effect {paper.cite}, band assumed"
            rows.append((arm, "freezing in A", OPEN, OPEN, cite))
            if arm in REGIONS:
                rows.append((arm, "freezing in A, over eyfp", OPEN, 0.6, cite))
            elif not arm.endswith("eyfp"):
                rows.append((arm, "freezing in A, over eyfp", 0.9, OPEN, cite))
        for region in REGIONS:
            rows.append(("eyfp", f"{region} labelled", OPEN, OPEN, ""))
        return tuple(
            Band(a, name, "1", low, high, cite) for a, name, low, high, cite in rows
        )

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The measures that are made of two others."""
        told = "freezing in A"
        return tuple(
            Comparison(arm, f"{told}, over eyfp", (arm, told), (_marker(arm), told))
            for arm in self.arms
            if not arm.endswith("eyfp")
        )

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        found: dict[tuple[str, str], float] = {}
        for name, arm in arms.items():
            found[name, "freezing in A"] = self.frozen(arm, TEST)
        for region in REGIONS if "eyfp" in arms else ():
            share = self.labelled_share(arms["eyfp"], region)
            found["eyfp", f"{region} labelled"] = share
        return compared(found, self.comparisons)

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen."""
        return (
            "Published values of freezing were not found, so the bands are ratios.",
            "Each test is made on other animals with the same history.",
        )


def _marker(arm: str) -> str:
    """Return the arm whose label, of the same place, brings a marker only."""
    return "other-context-eyfp" if arm.startswith("other-") else "eyfp"
