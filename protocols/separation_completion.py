"""Pattern separation and completion: places that are more or less like a known one.

                             ┌─▶ A │ A again                    how alike is the same
    learning A │ 10 min ─────┼─▶ 90 % A + 10 % B … 0 % A        a morph: other cues
                             ├─▶ 75 % A … 25 % A                cues that are missing
                             ├─▶ half of the cues turned        cues in conflict
                             └─▶ B                              another room

Each probe is made on other animals that share the history and run the same laps of a
ring. The code of a region is its population vector: the rates of its cells in each bin
of the ring. Codes are compared with that of A, at each station from entorhinal cortex
on; what A again falls short of 1 is noise, and changes are told against it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..analysis.recruitment import LEAST
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity
from ..simulation.experiment import ArmResult
from ..simulation.recording import Arm
from ..simulation.timeline import Gap, Piece, Step
from .protocol import Band, Described, in_words
from .recorded import population_table, whereabouts
from .ring import ACTIVE_HZ, BINS, SIGMA_M, SLOWEST_MPS, Ring
from .separation_measures import (
    CONFLICT,
    INPUTS,
    LEAST_CELLS,
    PROBES,
    RECORDED,
    REGIONS,
    SMALL,
    Maps,
    measured,
    morphed,
    names,
    turned,
)

LEUTGEB = Source("Leutgeb et al. 2007", doi="10.1126/science.1135801")
NEUNUEBEL = Source("Neunuebel and Knierim 2014", doi="10.1016/j.neuron.2013.11.017")
BOTH = f"{NEUNUEBEL.cite}: CA3 below both"

OPEN = float("nan")

# Of the learned arm: low, high, source.
HELD: dict[str, tuple[float, float, str]] = {
    f"change of DG less EC, {morphed(SMALL)}": (0.0, OPEN, LEUTGEB.cite),
    "recruited in CA3, another room less small change": (0.1, OPEN, LEUTGEB.cite),
    "recruited in DG, another room less small change": (OPEN, 0.1, LEUTGEB.cite),
    "separation in DG, morph": (0.0, OPEN, LEUTGEB.cite),
    "completion in CA3, missing cues": (0.0, OPEN, "assumed"),
    **{f"CA3 less DG, {turned(k)}": (0.15, OPEN, NEUNUEBEL.cite) for k in CONFLICT},
    "change of DG less EC, turned": (0.0, OPEN, NEUNUEBEL.cite),
    "change of EC less CA3, turned": (0.0, OPEN, BOTH),
    "change of DG less CA3, turned": (0.0, OPEN, BOTH),
}
SHUFFLED = (-0.05, 0.05, "chance")


@dataclass(frozen=True, kw_only=True)
class SeparationCompletion(Ring):
    """Codes of a known place, and of places that are more or less like it."""

    name: ClassVar[str] = "separation-completion"
    caption: ClassVar[str] = "Pattern separation and completion along the loop"
    arms: ClassVar[tuple[str, ...]] = ("learned", "not-learned")
    manipulations: ClassVar[tuple[str, ...]] = (
        "not-learned: the time of learning is spent in another room, C",
    )
    papers: ClassVar[tuple[Source, ...]] = (LEUTGEB, NEUNUEBEL)

    learning: Quantity = ASSUMED("180 s", "time in A before the probes")
    pause: Quantity = ASSUMED("10 min", "between learning and probes")
    probe: Quantity = ASSUMED("30 s", "duration of a probe")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        self.must_be("0 or more", "pause")
        self.must_last("learning", "probe")

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return learning, the pause and the probes."""
        where = "A" if arm == "learned" else "C"
        return (
            self.visit("learning", where, self.learning),
            Gap("pause", (Piece(float(self.pause)),)),
            *(
                self.visit(name, place, self.probe, branch=True)
                for name, place in PROBES.items()
            ),
        )

    def record(self, arm: str, result: ArmResult) -> Arm:
        """Return the spikes of the cells whose codes are compared, and the path."""
        table, spans = population_table(self.circuit), result.timeline()
        path = whereabouts(self.circuit, self.timeline(arm), spans)
        return Arm(
            populations={name: table[name] for name in RECORDED},
            timeline=spans,
            spikes=result.spikes(list(RECORDED)),
            behaviour={"position": path},
        )

    def bands(self) -> tuple[Band, ...]:
        """Return the correlations at each station, and what papers say of them."""
        return tuple(
            Band(arm, name, unit, *self._held(arm, name))
            for arm in self.arms
            for name, unit in sorted(names(), key=lambda each: each[0] not in HELD)
        )

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name); what is not defined is no number."""
        return {
            (name, measure): value
            for name, arm in arms.items()
            for measure, value in self._values(arm)
        }

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen."""
        return (
            f"Correlation: Pearson's over all cells, in each of {BINS} bins of the "
            f"ring, mean over bins; maps are smoothed by {100 * SIGMA_M:g} cm, samples "
            f"below {100 * SLOWEST_MPS:g} cm/s left out.",
            "Change: 1 less the correlation with A over that of A with A again; none "
            f"with less than {LEAST_CELLS} active cells, or where the latter is below "
            f"{LEAST:g}.",
            "Turned: the highest mean correlation at any turn of the code by whole "
            "bins; its ceiling is that of A again, taken alike.",
            f"Active: {ACTIVE_HZ:g} Hz in the mean of a probe; recruited: active, and "
            "not in A, over active.",
            "Cues are those of the fan cells, and turn about the middle of the ring; "
            "the grid stays with the room. The angle between the halves of the cues is "
            "what is told.",
            "One population stands for each region: CA3 has no proximal and distal "
            "part.",
        )

    def _steps(self) -> Iterator[Described]:
        # A path takes a while to make, which a description does not need.
        for arm in self.arms:
            lasts, where = (
                in_words(float(self.learning)),
                "A" if arm == "learned" else "C",
            )
            yield Described(arm, "learning", "episode", lasts, where)
            yield Described(arm, "pause", "gap", in_words(float(self.pause)), "")
            for name, place in PROBES.items():
                lasts, what = in_words(float(self.probe)), f"{place} ({self.branch})"
                yield Described(arm, name, "episode", lasts, what)

    def _held(self, arm: str, name: str) -> tuple[float, float, str]:
        if name.startswith("shuffled"):
            return SHUFFLED
        free = (OPEN, OPEN, "")
        return HELD.get(name, free) if arm == "learned" else free

    def _values(self, arm: Arm) -> Iterator[tuple[str, float]]:
        yield from measured({name: self._maps(arm, name) for name in PROBES})

    def _maps(self, arm: Arm, probe: str) -> Maps:
        """Return the rates of all cells of each region in each bin of the ring."""
        found = {name: self.maps(arm, probe, name) for name in RECORDED}
        return {
            region: np.concatenate([found[name] for name in names])
            for region, names in (REGIONS | INPUTS).items()
        }
