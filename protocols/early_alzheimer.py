"""Cells of a memory lose the spines of their inputs; light still recalls it.

    dox off │ training B │ dox on │ synapses lost │ 100 Hz on EC │ tests: B, and A lit
            └─ labelled ─┘          onto labelled   and DG         off, on
                                    granule cells   (rescued)

Roy et al. (2016). What is lost is a share of the synapses from entorhinal cortex onto
the labelled granule cells, as many as in mice after some months (Ness and Schultz).
Light at 100 Hz falls on labelled cells of entorhinal cortex and on the granule cells,
whose label brings an opsin too: it pairs both, potentiates what is left between them,
and lets spines grow. Controls light either alone; then the rescued cells are ablated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from ..circuits.genes import Label
from ..circuits.light import Train, Uniform
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity, quantity
from ..simulation.procedures import Ablate, Lose
from ..simulation.recording import Arm
from ..simulation.timeline import Act, Light, Step
from .comparisons import Comparison, compared
from .engram import Engram, labels_in
from .protocol import Band

ROY = Source("Roy et al. 2016", doi="10.1038/nature17172")
NESS = Source("Ness and Schultz, model of synapse loss")
LABEL, INPUTS = "engram", "inputs"
LOST = ("ec_fan_to_dg_granule", "ec_stellate_to_dg_granule")
NATURAL, LIT = "test B", "test A"
WELL = "healthy"
# The labels whose cells the light at 100 Hz falls on.
LIT_ON = {
    "ad-ltp": (INPUTS, LABEL),
    "ad-ltp-cortex": (INPUTS,),
    "ad-ltp-dentate": (LABEL,),
}
OPEN = float("nan")


@dataclass(frozen=True, kw_only=True)
class EarlyAlzheimer(Engram):
    """Loss of synapses onto labelled cells, rescue by light, and ablation."""

    name: ClassVar[str] = "early-alzheimer"
    caption: ClassVar[str] = "A memory lost with its spines is rescued by light"
    arms: ClassVar[tuple[str, ...]] = (WELL, "ad", *LIT_ON, "ad-ltp-ablated")
    manipulations: ClassVar[tuple[str, ...]] = (
        "healthy: no synapse is lost",
        "ad: labelled granule cells lose synapses from entorhinal cortex",
        "ad-ltp: light at 100 Hz on labelled cells of cortex and dentate afterwards",
        "ad-ltp-cortex: that light on entorhinal cortex only",
        "ad-ltp-dentate: that light on the granule cells only",
        "ad-ltp-ablated: the labelled granule cells die after that",
    )
    papers: ClassVar[tuple[Source, ...]] = (ROY, NESS)

    months: float = ASSUMED(6.0, "age of the disease")
    linear: float = NESS(9.0677, "share of synapses lost a month, per cent")
    square: float = NESS(-0.2716, "its change, per cent a month squared")
    bursts: int = ASSUMED(10, "bursts of light on entorhinal cortex")
    burst: Quantity = ASSUMED("1 s", "duration of a burst")
    pause: Quantity = ASSUMED("1 s", "time from one burst to the next")
    tetanus: Quantity = ROY("100 Hz", "frequency of that light")
    flash: Quantity = ASSUMED("5 ms", "duration of a pulse of that light")
    axons: Quantity = ASSUMED("200 nS", "conductance of labelled cells of that cortex")
    steadier: float = ASSUMED(3.0, "what an opsin for 100 Hz conducts there, over ChR2")
    test: Quantity = ASSUMED("5 min", "duration of the natural test")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        self.must_be("0 or more", "months")
        self.must_be("at least 1", "bursts")
        self.must_be("a value above 0", "burst", "pause", "test", "tetanus", "flash")
        self.must_be("0 or more", "axons", "steadier")
        self.must_fit(f"test={self.test}", float(self.test) / self.pace)
        self.must_fit(f"bursts={self.bursts}", self._tetanus_s)
        turns = -self.linear / (2 * self.square) if self.square < 0 else float("inf")
        if self.months > turns or not 0 <= self.lost <= 1:
            raise ValueError(
                f"months={self.months:g}: the published course of synapse loss holds "
                f"from 0 to {turns:.3g} months."
            )
        self._tetanus()  # pulses that do not fit into their period

    @property
    def lost(self) -> float:
        """The share of synapses that is lost at this age."""
        return (self.linear * self.months + self.square * self.months**2) / 100

    @property
    def labels(self) -> Mapping[str, Label]:
        """A virus in the dentate gyrus, and one in entorhinal cortex."""
        where = {LABEL: "dg_granule", INPUTS: "ec_fan"}
        return labels_in(where, self.penetrance)

    @property
    def _tetanus_s(self) -> float:
        return self.bursts * (float(self.burst) + float(self.pause))

    def _tetanus(self) -> dict[str, Light]:
        """Return the light at 100 Hz on the cells of each label."""
        each = float(self.burst) + float(self.pause)
        trains = tuple(
            Train(
                frequency=self.tetanus,
                width=self.flash,
                start=quantity(f"{k * each:.12g} s"),
                stop=quantity(f"{k * each + float(self.burst):.12g} s"),
            )
            for k in range(self.bursts)
        )
        on_cortex = Light(
            label=INPUTS,
            opsin=self.opsin,
            source=Uniform(),
            amount=1e4,
            trains=trains,
            conductance=self._steady(self.axons),
        )
        on_dentate = replace(
            self.light(LABEL),
            trains=trains,
            conductance=self._steady(self.conductance),
        )
        return {INPUTS: on_cortex, LABEL: on_dentate}

    def _steady(self, conductance: Quantity) -> Quantity:
        """Return what stands for oChIEF: in such trains ChR2 falls to a third."""
        return quantity(f"{self.steadier * float(conductance) * 1e9:.12g} nS")

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the animals of an arm."""
        losses: tuple[Act, ...] = ()
        if arm != WELL:
            losses = tuple(Lose(path, self.lost, LABEL) for path in LOST)
        rescue: list[Step] = []
        labels = LIT_ON.get(arm.removesuffix("-ablated"), ())
        if labels:
            lights = tuple(self._tetanus()[label] for label in labels)
            lit = self.nowhere("tetanus", self._tetanus_s, lights)
            rescue = [lit, self.wait("after the tetanus", self.closing)]
        if arm == "ad-ltp-ablated":
            rescue.append(self.procedure("toxin", Ablate(LABEL)))
        return (
            self.surgery(),
            *self.off_dox(),
            self.training(place="B"),
            *self.on_dox(),
            self.procedure("loss of synapses", *losses),
            *rescue,
            self.visit(NATURAL, "B", float(self.test), branch=True),
            self.off_and_on(LIT, "A", LABEL),
        )

    def bands(self) -> tuple[Band, ...]:
        """Return the measures with their bands."""
        cite = f"effect {ROY.cite}, band assumed"
        rows: list[tuple[str, str, float, float, str]] = []
        for arm in self.arms:
            rows.append((arm, "freezing in B", OPEN, OPEN, cite))
            for light in ("off", "on"):
                rows.append((arm, f"freezing in A, light {light}", OPEN, OPEN, cite))
        natural = "freezing in B, over healthy"
        rows += [
            ("ad", natural, OPEN, 0.6, cite),
            ("ad", "by light, over healthy", 0.8, OPEN, cite),
            ("ad-ltp", natural, 0.85, OPEN, cite),
            ("ad-ltp-cortex", natural, OPEN, OPEN, cite),
            ("ad-ltp-dentate", natural, OPEN, OPEN, cite),
            ("ad-ltp-ablated", natural, OPEN, 0.6, cite),
        ]
        return tuple(
            Band(a, name, "1", low, high, told) for a, name, low, high, told in rows
        )

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The measures that are made of two others."""
        natural, lit = "freezing in B", "freezing in A, light on"
        over = [
            Comparison(arm, f"{natural}, over healthy", (arm, natural), (WELL, natural))
            for arm in self.arms
            if arm != WELL
        ]
        return (
            *over,
            Comparison("ad", "by light, over healthy", ("ad", lit), (WELL, lit)),
        )

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        found: dict[tuple[str, str], float] = {}
        for name, arm in arms.items():
            found[name, "freezing in B"] = self.frozen(arm, NATURAL)
            off, on = self.stretches(arm, LIT)
            found[name, "freezing in A, light off"] = off
            found[name, "freezing in A, light on"] = on
        return compared(found, self.comparisons)

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen."""
        return (
            f"{100 * self.lost:.3g} % of the synapses from entorhinal cortex onto "
            "labelled granule cells are lost.",
            "The tetanus is given where no place drives entorhinal cortex. Its light "
            "falls on the cells of cortex themselves, not on their axons.",
            f"In that light the opsin conducts {self.steadier:g} times as much as "
            "ChR2, which falls to a third of its peak there; oChIEF does not.",
            "Published values of freezing were not found, so the bands are ratios.",
        )
