"""Cells of the amygdala with much CREB join a memory, and take it with them.

    CREB by a virus │ training A │ 24 h │ test A      CREB cells or as many others die
    into some cells              └──────┴──────────▶  before the test

Han et al. (2007): excitable cells are recruited more often; the number of cells that
are is the same. Han et al. (2009): without them the memory is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..analysis.engrams import odds_ratio, relative_recruitment
from ..circuits.genes import ALWAYS, Label
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity
from ..simulation.procedures import Ablate, Overexpress
from ..simulation.recording import Arm
from ..simulation.timeline import Act, Step
from .comparisons import Comparison, compared
from .engram import Labelled
from .protocol import Band

HAN = Source("Han et al. 2007", doi="10.1126/science.1139438")
HAN_LATER = Source("Han et al. 2009", doi="10.1126/science.1164139")
RECRUITED = "10-30 % of lateral amygdala neurons an engram, 2024"
ODDS = f"effect {HAN.cite}, band assumed"
LOST = f"effect {HAN_LATER.cite}, band assumed"
LABEL = "creb"
CELLS = "bla_principal"
TEST = "test A"
OPEN = float("nan")


@dataclass(frozen=True, kw_only=True)
class Allocation(Labelled):
    """CREB in a random share of the amygdala's cells, and the death of these cells."""

    name: ClassVar[str] = "allocation"
    caption: ClassVar[str] = "Cells with much CREB are recruited, and hold the memory"
    arms: ClassVar[tuple[str, ...]] = ("creb", "creb-ablated", "others-ablated", "gfp")
    manipulations: ClassVar[tuple[str, ...]] = (
        "creb: a virus raises CREB in a random share of the principal cells",
        "creb-ablated: these cells die after training",
        "others-ablated: as many other principal cells die after training",
        "gfp: the virus brings a marker instead of CREB",
    )
    papers: ClassVar[tuple[Source, ...]] = (HAN, HAN_LATER)

    reached: float = ASSUMED(
        0.15, "share of the principal cells that the virus reaches"
    )
    rest: Quantity = HAN_LATER("24 h", "time from training to the test")
    test: Quantity = ASSUMED("5 min", "duration of the test")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        self.must_be("a share from 0 to 1", "reached")
        self.must_be("a value above 0", "test")
        self.must_be("0 or more", "rest")
        self.must_fit(f"test={self.test}", float(self.test) / self.pace)

    @property
    def labels(self) -> Mapping[str, Label]:
        """The virus with CREB, or with its marker."""
        virus = Label(
            population=CELLS, promoter=ALWAYS, control="none", penetrance=self.reached
        )
        return {LABEL: virus}

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the animals of an arm."""
        virus: tuple[Act, ...] = () if arm == "gfp" else (Overexpress(LABEL),)
        toxin: dict[str, tuple[Act, ...]] = {
            "creb-ablated": (Ablate(LABEL),),
            "others-ablated": (Ablate(LABEL, others=True),),
        }
        return (
            self.procedure("virus", *virus),
            self.training(),
            self.wait("rest", self.rest),
            self.procedure("toxin", *toxin.get(arm, ())),
            self.visit(TEST, "A", float(self.test), branch=True),
        )

    def bands(self) -> tuple[Band, ...]:
        """Return the measures with their bands."""
        rows = [(arm, "freezing in A", OPEN, OPEN, HAN_LATER.cite) for arm in self.arms]
        rows += [
            ("creb", "cells recruited", 0.1, 0.3, RECRUITED),
            ("gfp", "cells recruited", 0.1, 0.3, RECRUITED),
            ("creb", "recruited, CREB over others", 2.0, 5.0, ODDS),
            ("creb", "recruited, odds of CREB over others", OPEN, OPEN, HAN.cite),
            ("gfp", "recruited, infected over others", 0.6, 1.6, ODDS),
            ("creb-ablated", "freezing lost", 0.5, OPEN, LOST),
            ("others-ablated", "freezing lost", OPEN, 0.15, LOST),
        ]
        return tuple(
            Band(a, name, "1", low, high, cite) for a, name, low, high, cite in rows
        )

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The measures that are made of two others."""
        told, whole = "freezing in A", ("creb", "freezing in A")
        return tuple(
            Comparison(arm, "freezing lost", (arm, told), whole, lost=True)
            for arm in ("creb-ablated", "others-ablated")
        )

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        found: dict[tuple[str, str], float] = {}
        for name, arm in arms.items():
            found[name, "freezing in A"] = self.frozen(arm, TEST)
            if name in ("creb", "gfp"):
                n = arm.populations[CELLS].size
                cells = np.flatnonzero(self.firing(arm, "training", CELLS))
                infected = arm.tags[LABEL][CELLS].node_ids
                found[name, "cells recruited"] = len(cells) / n
                over = relative_recruitment(cells, infected, n)
                what = "CREB" if name == "creb" else "infected"
                found[name, f"recruited, {what} over others"] = over
                if name == "creb":
                    odds = odds_ratio(cells, infected, n)
                    found[name, "recruited, odds of CREB over others"] = odds
        return compared(found, self.comparisons)

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen."""
        return (
            "A cell is recruited if it fires at the rate of c-Fos in training.",
            "CREB is a steady current, actuator.I_raised, into the cells with the "
            "virus, which adapt less, bla.principal.reduced_ahp; how many of them "
            "die is decided by nothing but the virus.",
        )
