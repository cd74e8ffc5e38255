"""Learning, recall and synaptic consolidation of an assembly in a recurrent network.

    background │ ▮  ▮  ▮ pulses     │         8 h         │
    ───────────┼────────────────────┼─────────────────────┼──▶
               0                    │ ▯ recall at 10 s    │ ▯ recall at 8 h

A pulse fires the whole assembly, a recall half of it. Each recall is made on a copy of
the network, which changes nothing for the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..analysis.recall import mutual_information, pattern_completion
from ..circuits.circuit import Rules
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity
from ..circuits.recurrent import Cue, Recurrent
from ..circuits.sources import LUBOEINSKI
from ..plasticity import TaggingCapture
from ..plasticity.tagging_capture import SETS
from ..simulation.experiment import ArmResult
from ..simulation.recording import Arm, Tag
from ..simulation.timeline import TICK_S, Episode, Gap, Piece, Step
from .protocol import Band, Protocol
from .recorded import population_table, shown, synaptic_weights

# One network of the paper's own program, run and read as its scripts say.
CODE = Source("the published C++ program, one network")
OPEN = float("nan")
# Mean and SD over synapses, where they were given; else the SD of the value before it,
# for the weight that of the late phase in per cent, for the protein "about 1". Rates as
# they were over the network's time.
KNOWN = {
    "background, excitatory": (0.2, 0.5, CODE.cite),
    "background, inhibitory": (1.0, 1.4, CODE.cite),
    "early phase in the assembly 20 ms after pulse 1": (5.17, 5.25, CODE.cite),
    "early phase in the assembly 20 ms after pulse 3": (6.94, 7.08, CODE.cite),
    "early phase in the assembly before recall 10 s": (7.05, 7.19, CODE.cite),
    "late phase in the assembly before recall 8 h": (0.763, 0.781, CODE.cite),
    "weight in the assembly before recall 8 h": (177.0, 179.0, CODE.cite),
    "protein in the assembly before recall 8 h": (0.95, 1.0, CODE.cite),
}

CELLS = "network_excitatory"
PLASTIC = "network_excitatory_to_network_excitatory"
LEAD_S, AFTER_S = 0.2, 0.4  # of a recall, before the cue and from it on, at least
ARRIVES_S = 0.02  # by when the calcium of a pulse has arrived at all synapses
SETTLE_S = 1.0  # of spiking after hours without, before a cue
MIDDLE_S, WINDOW_S = 0.1, 0.5  # rates are counted round this time from a cue's start
LONGEST_S = 600.0


@dataclass(frozen=True, kw_only=True)
class Consolidation(Protocol):
    """Learn, recall after 10 s, consolidate, recall after 8 h."""

    name: ClassVar[str] = "consolidation"
    caption: ClassVar[str] = (
        "Recall of an assembly by half of it, 10 s and 8 h after learning"
    )
    arms: ClassVar[tuple[str, ...]] = ("learned", "not-learned", "blocked")
    manipulations: ClassVar[tuple[str, ...]] = (
        "not-learned: the pulses are left out",
        "blocked: no protein synthesis from the first pulse on",
    )
    papers: ClassVar[tuple[Source, ...]] = (LUBOEINSKI,)
    branch: ClassVar[str] = "a copy"

    circuit: Recurrent = Recurrent()
    tagging: TaggingCapture = SETS["luboeinski"]

    background: Quantity = LUBOEINSKI("10 s", "before the first pulse")
    pulses: int = LUBOEINSKI(3, "pulses of learning")
    pulse: Quantity = LUBOEINSKI("100 ms", "duration of a pulse, and of a cue")
    interval: Quantity = LUBOEINSKI("500 ms", "from pulse to pulse")
    share: float = LUBOEINSKI(0.5, "share of the assembly that a recall cues")
    early_recall: Quantity = LUBOEINSKI("10 s", "first recall, after the first pulse")
    late_recall: Quantity = LUBOEINSKI("8 h", "second recall")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        self.must_be("at least 1", "pulses")
        self.must_be("a value above 0", "pulse", "background", "share")
        self.must_be("a share from 0 to 1", "share")
        if float(self.pulse) < TICK_S:
            raise ValueError(f"pulse={self.pulse}: 1 ms at least is wanted.")
        if float(self.interval) < float(self.pulse) + ARRIVES_S + TICK_S - 1e-9:
            raise ValueError(
                f"interval={self.interval} must be {1e3 * (ARRIVES_S + TICK_S):g} ms "
                f"longer than pulse={self.pulse} at least."
            )
        learned = self.pulses * float(self.interval) + LEAD_S
        if float(self.early_recall) <= learned:
            raise ValueError(
                f"early_recall={self.early_recall} must come {LEAD_S:g} s at least "
                f"after {self.pulses} pulses every {self.interval}."
            )
        if float(self.late_recall) < float(self.early_recall) + SETTLE_S:
            raise ValueError(
                f"late_recall={self.late_recall} must come {SETTLE_S:g} s at least "
                f"after early_recall={self.early_recall}."
            )
        for name in ("background", "early_recall"):
            if float(getattr(self, name)) > LONGEST_S:
                raise ValueError(
                    f"{name}={getattr(self, name)}: {LONGEST_S:g} s of spiking at most "
                    "is wanted."
                )
        if self.cue.n_assembly >= self.circuit.populations[CELLS].size:
            raise ValueError(
                f"An assembly of {self.cue.n_assembly} cells leaves no others among "
                f"{self.circuit.populations[CELLS].size} excitatory cells: lower "
                "cells.excitatory_cue.n_assembly, or raise scale."
            )
        if not 0 < self.cue.reached(self.share) < self.cue.n_assembly:
            raise ValueError(
                f"share={self.share} cues {self.cue.reached(self.share)} of "
                f"{self.cue.n_assembly} cells: some must be cued, and some not, to see "
                "what those bring back."
            )

    @property
    def cue(self) -> Cue:
        """What fires the assembly, which are the first cells."""
        cue = self.circuit.cells.excitatory_cue
        assert isinstance(cue, Cue)
        return cue

    @property
    def rules(self) -> Rules:
        """The rule of the recurrent excitation."""
        return {"recurrent": self.tagging}

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the network of an arm."""
        synthesis = 0.0 if arm == "blocked" else 1.0
        early, late = float(self.early_recall), float(self.late_recall)
        learned = (self.pulses - 1) * float(self.interval)
        pauses = [float(self.interval)] * (self.pulses - 1) + [early - LEAD_S - learned]
        shown = 0.0 if arm == "not-learned" else 1.0
        pulses: list[Step] = []
        for name, seconds in zip(self._pulses(), pauses, strict=True):
            pulse = float(self.pulse) + ARRIVES_S
            pause = seconds - pulse
            pulses.append(self._episode(name, pulse, 0.0, shown, synthesis))
            pulses.append(self._episode(f"after {name}", pause, 0.0, 0.0, synthesis))
        rest = Piece(late - SETTLE_S - (early - LEAD_S), synthesis)
        return (
            self._episode("background", float(self.background), 0.0, 0.0),
            *pulses,
            self._recall(f"recall {self.early_recall}", LEAD_S),
            Gap(f"to {self.late_recall}", (rest,)),
            self._recall(f"recall {self.late_recall}", SETTLE_S),
        )

    def record(self, arm: str, result: ArmResult) -> Arm:
        """Return spikes, synapses, proteins and the assembly of an arm."""
        moments = {f"20 ms after {pulse}": pulse for pulse in self._pulses()}
        whole = {
            "before learning": "background",
            f"before recall {self.early_recall}": f"after {self._pulses()[-1]}",
            f"before recall {self.late_recall}": f"to {self.late_recall}",
        }
        kept = synaptic_weights(
            self.circuit, self.rules, result, moments | whole, (PLASTIC,)
        )[PLASTIC]
        cells = np.arange(self.cue.n_assembly, dtype=np.uint32)
        cued = cells[: self.cue.reached(self.share)]
        timeline = result.timeline()
        begin = next(s.start_s for s in timeline if s.name == "pulse 1")
        window = begin, begin + self.pulses * float(self.interval)
        return Arm(
            populations=population_table(self.circuit),
            timeline=timeline,
            spikes=result.spikes(list(self.circuit.populations)),
            weights={
                PLASTIC: {
                    name: one.within(cells) if name in moments else one
                    for name, one in kept.items()
                }
            },
            proteins={
                CELLS: {
                    name: result.state(step).protein[CELLS]
                    for name, step in whole.items()
                }
            },
            signals=shown(self.circuit, "cue", self.timeline(arm), timeline),
            tags={
                label: {CELLS: Tag(ids, *window, "stimulated", 0.0)}
                for label, ids in (("assembly", cells), ("cued in a recall", cued))
            },
        )

    def bands(self) -> tuple[Band, ...]:
        """Return the measures, with bands where the published experiment is run."""
        pulses = self.pulses, float(self.pulse), float(self.interval)
        known = KNOWN if pulses == (3, 0.1, 0.5) else {}
        early, late = (f"recall {t}" for t in (self.early_recall, self.late_recall))
        moments = [*(f"20 ms after {p}" for p in self._pulses()), f"before {early}"]
        learned = [
            *((f"background, {kind}", "Hz") for kind in ("excitatory", "inhibitory")),
            *((f"early phase in the assembly {moment}", "mV") for moment in moments),
            (f"late phase in the assembly before {late}", "1"),
            (f"weight in the assembly before {late}", "% of baseline"),
            (f"protein in the assembly before {late}", "1"),
        ]
        found = [
            Band("learned", name, unit, *known.get(name, (OPEN, OPEN, "")))
            for name, unit in learned
        ]
        for arm in self.arms:
            for recall in (early, late):
                found.append(Band(arm, f"Q, {recall}", "1", OPEN, OPEN, ""))
                name = f"mutual information, {recall}"
                found.append(Band(arm, name, "bit", OPEN, OPEN, ""))
        name = f"late phase in the assembly before {late}"
        found.append(Band("blocked", name, "1", 0.0, 0.01, ASSUMED.cite))
        return tuple(found)

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        return {
            (arm, name): value
            for arm, recorded in arms.items()
            for name, value in self._values(recorded).items()
        }

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen."""
        return (
            "Rates are counted in 0.5 s, from 0.15 s before a cue or the last pulse.",
            "The network is at rest from one recall to the next but for a second.",
        )

    def _values(self, arm: Arm) -> dict[str, float]:
        cells = arm.tags["assembly"][CELLS].node_ids
        found = {}
        before = arm.span("background")
        for name, population in arm.populations.items():
            n = len(arm.spikes[name].between(before.start_s, before.stop_s).node_ids)
            kind, seconds = population.cell_type, before.stop_s - before.start_s
            found[f"background, {kind}"] = n / population.size / seconds
        for moment, weights in arm.weights[PLASTIC].items():
            inner = weights.within(cells)
            assert inner.early is not None and inner.late is not None
            h, z = float(inner.early.mean()), float(inner.late.mean())
            unit = float(self.circuit.part("cells.excitation.weight")) * 1e3
            found[f"early phase in the assembly {moment}"] = unit * h
            found[f"late phase in the assembly {moment}"] = z
            found[f"weight in the assembly {moment}"] = 100 * (h + z)
        for moment, level in arm.proteins[CELLS].items():
            found[f"protein in the assembly {moment}"] = float(level[0, cells].mean())
        cued = arm.tags["cued in a recall"][CELLS].node_ids
        n = arm.populations[CELLS].size
        parts = cued, np.setdiff1d(cells, cued), np.setdiff1d(np.arange(n), cells)
        learned = self._counts(arm, arm.span(self._pulses()[-1]).start_s)
        for recall, lead in self._recalls().items():
            counts = self._counts(arm, arm.span(recall).start_s + lead)
            found[f"Q, {recall}"] = pattern_completion(counts / WINDOW_S, *parts)
            told = mutual_information(learned, counts)
            found[f"mutual information, {recall}"] = told
        return found

    def _counts(self, arm: Arm, cue_s: float) -> Any:
        """Return the spikes of each excitatory cell round a cue."""
        first = cue_s + MIDDLE_S - WINDOW_S / 2
        ids = arm.spikes[CELLS].between(first, first + WINDOW_S).node_ids
        return np.bincount(ids, minlength=arm.populations[CELLS].size)

    def _pulses(self) -> tuple[str, ...]:
        return tuple(f"pulse {k + 1}" for k in range(self.pulses))

    def _recalls(self) -> dict[str, float]:
        """Return the episodes of recall, and when in them the cue begins."""
        return {
            f"recall {self.early_recall}": LEAD_S,
            f"recall {self.late_recall}": SETTLE_S,
        }

    def _recall(self, name: str, lead: float) -> Episode:
        after = max(AFTER_S, float(self.pulse) + ARRIVES_S)
        return self._episode(name, lead + after, lead, self.share, branch=True)

    def _episode(
        self,
        name: str,
        seconds: float,
        cue_s: float,
        share: float,
        synthesis: float = 1.0,
        branch: bool = False,
    ) -> Episode:
        stimulus = np.zeros((round(seconds / TICK_S), len(self.circuit.columns)))
        first, n = round(cue_s / TICK_S), round(float(self.pulse) / TICK_S)
        column = self.circuit.columns.index("cue")
        stimulus[first : first + n, column] = share
        return Episode(name, "network", stimulus, branch, synthesis=synthesis)
