"""Light on the cells of a safe place during shocks elsewhere: the safe place is feared.

    dox off │ A │ dox on │ training B, light on cells of A │ A, C │ B off/on, D off/on
            └─ labelled ─┘

Ramirez et al. (2013). The light is on throughout training. Controls: a marker instead
of the opsin, no light, and a label in CA1, whose cells of two places overlap too much.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..circuits.genes import Label
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity
from ..simulation.recording import Arm
from ..simulation.timeline import Step
from .comparisons import Comparison, compared
from .engram import Engram, labels_in
from .protocol import Band

RAMIREZ = Source("Ramirez et al. 2013", doi="10.1126/science.1239073")
TESTS = {"A": "test A", "C": "test C", "B": "test B", "D": "test D"}
OPEN = float("nan")


@dataclass(frozen=True, kw_only=True)
class FalseMemory(Engram):
    """Light on the cells of a safe place while the animal is shocked elsewhere."""

    name: ClassVar[str] = "false-memory"
    caption: ClassVar[str] = "Light during shocks makes a safe place feared"
    arms: ClassVar[tuple[str, ...]] = ("dg", "mcherry", "no-light", "ca1")
    manipulations: ClassVar[tuple[str, ...]] = (
        "dg: channelrhodopsin-2 in the granule cells of A, lit while B is trained",
        "mcherry: the label brings a marker instead of the opsin",
        "no-light: the fibre stays dark during training",
        "ca1: the same with a label in CA1",
    )
    papers: ClassVar[tuple[Source, ...]] = (RAMIREZ,)

    exploration: Quantity = ASSUMED("10 min", "time in A, whose cells are labelled")
    test: Quantity = ASSUMED("3 min", "duration of a test without light")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        self.must_be("a value above 0", "exploration", "test")
        for name in ("exploration", "test"):
            seconds = getattr(self, name)
            self.must_fit(f"{name}={seconds}", float(seconds) / self.pace)

    @property
    def labels(self) -> Mapping[str, Label]:
        """A virus in the dentate gyrus, and one in CA1."""
        where = {"dg": "dg_granule", "ca1": "ca1_pyramidal"}
        return labels_in(where, self.penetrance)

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the animals of an arm."""
        label = "ca1" if arm == "ca1" else "dg"
        dark = self.training(place="B")
        lights = (self.light(label, (0.0, dark.seconds)),)
        lit = self.training(place="B", lights=lights)
        later = None if arm == "mcherry" else label
        test = float(self.test)
        return (
            self.surgery(),
            *self.off_dox(),
            self.visit("exploration A", "A", float(self.exploration)),
            *self.on_dox(),
            lit if arm in ("dg", "ca1") else dark,
            self.wait("rest", self.closing),
            self.visit(TESTS["A"], "A", test, branch=True),
            self.visit(TESTS["C"], "C", test, branch=True),
            self.off_and_on(TESTS["B"], "B", later),
            self.off_and_on(TESTS["D"], "D", later),
        )

    def bands(self) -> tuple[Band, ...]:
        """Return the measures with their bands."""
        cite = RAMIREZ.cite
        known = {
            "dg": ("0.24-0.31", "0.03-0.07"),
            "mcherry": ("0.04-0.08", "0.06"),
            "no-light": ("0.04", ""),
            "ca1": ("0.065", "0.04"),
        }
        rows: list[tuple[str, str, float, float, str]] = []
        for arm, (a, c) in known.items():
            rows.append((arm, "freezing in A", OPEN, OPEN, f"{a} {cite}"))
            rows.append((arm, "freezing in C", OPEN, OPEN, f"{c} {cite}".strip()))
            for place in "BD":
                for light in ("off", "on"):
                    told = f"freezing in {place}, light {light}"
                    rows.append((arm, told, OPEN, OPEN, cite))
        rows += [
            ("dg", "freezing, A over C", 2.0, OPEN, f"4-8 {cite}"),
            ("dg", "freezing in A, over mcherry", 2.0, OPEN, f"4-6 {cite}"),
            ("dg", "freezing in A, over no-light", 2.0, OPEN, f"8 {cite}"),
            ("ca1", "freezing, A over C", OPEN, 1.75, f"1.6 {cite}"),
            ("dg", "freezing in B, over no-light", OPEN, 0.75, f"0.46 {cite}"),
        ]
        return tuple(
            Band(a, name, "1", low, high, told) for a, name, low, high, told in rows
        )

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The measures that are made of two others."""
        a, c, b = "freezing in A", "freezing in C", "freezing in B, light off"
        return (
            *(
                Comparison(arm, "freezing, A over C", (arm, a), (arm, c))
                for arm in ("dg", "ca1")
            ),
            *(
                Comparison("dg", f"{a}, over {other}", ("dg", a), (other, a))
                for other in ("mcherry", "no-light")
            ),
            Comparison(
                "dg", "freezing in B, over no-light", ("dg", b), ("no-light", b)
            ),
        )

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        found: dict[tuple[str, str], float] = {}
        for name, arm in arms.items():
            for place in "AC":
                found[name, f"freezing in {place}"] = self.frozen(arm, TESTS[place])
            for place in "BD":
                for light, value in zip(
                    ("off", "on"), self.stretches(arm, TESTS[place]), strict=True
                ):
                    found[name, f"freezing in {place}, light {light}"] = value
        return compared(found, self.comparisons)

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen."""
        return (
            "Each test is made on other animals with the same history.",
            "Light pulses run in real time; between them, and in tests without light, "
            f"a simulated second stands for {self.pace:g} s.",
        )
