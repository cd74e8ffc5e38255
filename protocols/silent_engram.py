"""Without protein synthesis a memory is lost to its cues, but not to light.

    habituation A │ dox off │ training B, anisomycin │ dox on │ test B │ test A,
                            └────── labelled ────────┘                   light off/on

Ryan et al. (2015). After training the synapses of labelled cells are stronger than
those of others if protein is made; which cells are connected does not change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..analysis.engrams import connectivity, engram_inputs
from ..circuits.genes import Label
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity
from ..simulation.procedures import Dose
from ..simulation.recording import Arm
from ..simulation.timeline import Step
from .comparisons import Comparison, compared, ratio
from .engram import AFTER, BEFORE, CLOSES, OPENS, PERFORANT, Engram, labels_in
from .protocol import Band

RYAN = Source("Ryan et al. 2015", doi="10.1126/science.aaa5542")
LABEL = "engram"
NATURAL, LIT = "test B", "test A"
MOSSY = "dg_granule_to_ca3_pyramidal"
CONNECTED = "connected to CA3 cells of training, over chance"
OPEN = float("nan")


@dataclass(frozen=True, kw_only=True)
class SilentEngram(Engram):
    """Anisomycin after training, then natural cues and light on the labelled cells."""

    name: ClassVar[str] = "silent-engram"
    caption: ClassVar[str] = "Anisomycin takes a memory from its cues, not from light"
    arms: ClassVar[tuple[str, ...]] = ("saline", "anisomycin", "no-shock")
    manipulations: ClassVar[tuple[str, ...]] = (
        "saline: nothing is blocked",
        "anisomycin: injected right after training",
        "no-shock: the same training without shocks, saline",
    )
    papers: ClassVar[tuple[Source, ...]] = (RYAN,)

    test: Quantity = ASSUMED("5 min", "duration of the natural test")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        self.must_be("a value above 0", "test")
        self.must_fit(f"test={self.test}", float(self.test) / self.pace)

    @property
    def labels(self) -> Mapping[str, Label]:
        """The virus in the dentate gyrus."""
        return labels_in({LABEL: "dg_granule"}, self.penetrance)

    @property
    def weighed(self) -> tuple[str, ...]:
        """The projections whose synapses are kept."""
        return PERFORANT, MOSSY

    def moments(self, arm: str) -> dict[str, str]:
        """Return when synapses are kept."""
        return {BEFORE: OPENS, AFTER: CLOSES}

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the animals of an arm."""
        acts = (Dose("anisomycin"),) if arm == "anisomycin" else ()
        injected = self.procedure("injection", *acts)
        return (
            self.surgery(),
            self.off_and_on("habituation A", "A", LABEL, branch=False),
            *self.off_dox(),
            self.training(place="B", shocks=arm != "no-shock"),
            injected,
            *self.on_dox(),
            self.visit(NATURAL, "B", float(self.test), branch=True),
            self.off_and_on(LIT, "A", LABEL),
        )

    def bands(self) -> tuple[Band, ...]:
        """Return the measures with their bands."""
        cite = RYAN.cite
        natural = {"saline": "0.32-0.34", "anisomycin": "0.10-0.14"}
        lit = {"saline": "0.21", "anisomycin": "0.225", "no-shock": "0.01-0.04"}
        strong = {
            "saline": (1.3, 2.0, f"1.3-1.7 {cite}"),
            "anisomycin": (0.9, 1.25, f"1.0-1.25 {cite}"),
        }
        rows: list[tuple[str, str, float, float, str]] = []
        for arm in self.arms:
            told = f"{natural.get(arm, '0.01-0.04')} {cite}"
            rows += [
                (arm, "freezing in B", OPEN, OPEN, told),
                (arm, "freezing in A, light off", OPEN, OPEN, f"0.07-0.08 {cite}"),
                (
                    arm,
                    "freezing in A, light on",
                    OPEN,
                    OPEN,
                    f"{lit[arm]} {cite}",
                ),
            ]
            if arm in strong:
                rows += [
                    (arm, "perforant path, labelled over others", *strong[arm]),
                    (
                        arm,
                        CONNECTED,
                        1.0,
                        OPEN,
                        cite,
                    ),
                ]
        rows += [
            ("anisomycin", "freezing in B, over saline", OPEN, 0.5, f"0.3-0.4 {cite}"),
            ("anisomycin", "by light, over saline", 0.8, OPEN, f"1.07 {cite}"),
            ("no-shock", "by light, over saline", OPEN, 0.33, cite),
        ]
        return tuple(
            Band(a, name, "1", low, high, told) for a, name, low, high, told in rows
        )

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The measures that are made of two others."""
        natural, lit = "freezing in B", "freezing in A, light on"
        return tuple(
            Comparison(arm, told, (arm, measure), ("saline", measure))
            for arm, told, measure in (
                ("anisomycin", "freezing in B, over saline", natural),
                ("anisomycin", "by light, over saline", lit),
                ("no-shock", "by light, over saline", lit),
            )
        )

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        found: dict[tuple[str, str], float] = {}
        for name, arm in arms.items():
            found[name, "freezing in B"] = self.frozen(arm, NATURAL)
            off, on = self.stretches(arm, LIT)
            found[name, "freezing in A, light off"] = off
            found[name, "freezing in A, light on"] = on
            if name == "no-shock":
                continue
            cells = arm.tags[LABEL]["dg_granule"].node_ids
            n = arm.populations["dg_granule"].size
            path = arm.weights[PERFORANT][AFTER]
            inputs = engram_inputs(path.post, path.weight, cells, n)
            found[name, "perforant path, labelled over others"] = inputs.mean
            fired = np.flatnonzero(self.firing(arm, "training", "ca3_pyramidal"))
            mossy = arm.weights[MOSSY][AFTER]
            sizes = n, arm.populations["ca3_pyramidal"].size
            ends = mossy.pre, mossy.post, mossy.weight
            own = connectivity(*ends, cells, fired, *sizes).probability
            all_of_them = np.arange(sizes[1])
            any_of_them = connectivity(*ends, cells, all_of_them, *sizes).probability
            over = ratio(own, any_of_them)
            found[name, CONNECTED] = over
        return compared(found, self.comparisons)

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen."""
        return (
            "Perforant path: the mean weight of synapses onto labelled granule cells "
            "over that onto others, at the tests.",
            "CA3 cells: how likely a labelled granule cell is connected to a cell that "
            "fired in training, over any cell.",
            "Each test is made on other animals with the same history.",
        )
