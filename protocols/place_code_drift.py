"""Drift of the place code: the same ring on days in a row, and other cells each day.

    day 1 │ 24 h │ day 2 │ 24 h │ day 3 │ 24 h │ day 4

Two things change meanwhile. Synapses of CA3 on CA1 are lost, and others grow; and a
share of the cues is replaced every day, those of day 1 first: what an animal makes of
the same room is not the same each day. The grid is, so that fields may stay.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..analysis.maps import chosen, counts_of_cells, rates
from ..analysis.spatial_cells import place_scores
from ..circuits.circuit import stream
from ..circuits.parameters import ASSUMED, Source
from ..circuits.projection import Rewiring
from ..circuits.quantity import Quantity
from ..plasticity import Structural
from ..plasticity.structural import ATTARDO
from ..simulation.experiment import ArmResult
from ..simulation.recording import Arm
from ..simulation.timeline import Gap, Piece, Step
from .protocol import Band, Described, in_words
from .recorded import population_table, whereabouts
from .ring import ACTIVE_HZ, BINS, SIGMA_M, Ring, populations

ZIV = Source("Ziv et al. 2013", doi="10.1038/nn.3329")

REGIONS = {"DG": "dg_granule", "CA3": "ca3_pyramidal", "CA1": "ca1_pyramidal"}
REWIRED = "ca3_pyramidal_to_ca1_pyramidal"
LEAST_SPIKES = 10  # of a cell that may be a place cell
SHUFFLES = 100
NULLS = 20
SHORTEST_S = 60.0
MOST_DAYS = 30
OPEN = float("nan")
HELD = {
    "place cells of CA1 shared by two days": (0.1, 0.35, ZIV.cite),
    "fields of shared place cells of CA1": (0.6, OPEN, ZIV.cite),
    "fields of shared place cells of CA1, shuffled": (-0.1, 0.1, "chance"),
}


@dataclass(frozen=True, kw_only=True)
class PlaceCodeDrift(Ring):
    """The same room, day after day."""

    name: ClassVar[str] = "place-code-drift"
    caption: ClassVar[str] = "Drift of the place code from day to day"
    arms: ClassVar[tuple[str, ...]] = ("drift", "same-inputs")
    manipulations: ClassVar[tuple[str, ...]] = (
        "same-inputs: all cues stay, and only synapses are lost and grow",
    )
    papers: ClassVar[tuple[Source, ...]] = (ZIV,)

    days: int = ASSUMED(4, "days on which the animal is there")
    visit_time: Quantity = ASSUMED("90 s", "on the ring each day")
    interval: Quantity = ZIV("24 h", "from day to day")
    replaced: float = ASSUMED(0.2, "share of the cues that is replaced each day")
    lifetime: Quantity = ATTARDO(
        "10 day", "mean lifetime of a synapse that may be lost"
    )
    theta: float = ASSUMED(1.5, "weight below which a synapse may be lost")
    judged: int = ASSUMED(200, "cells of CA1 that are scored, at most")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        self.must_be("0 or more", "interval", "replaced", "theta")
        self.must_be("a value above 0", "lifetime")
        self.must_be("at least 1", "judged")
        self.must_last("visit_time")
        if float(self.visit_time) < SHORTEST_S:
            raise ValueError(
                f"visit_time={self.visit_time}: {SHORTEST_S:g} s at least, so that "
                "spikes can be shuffled against the path."
            )
        if not 2 <= self.days <= MOST_DAYS:
            raise ValueError(f"days={self.days}: from 2 to {MOST_DAYS} are possible.")
        gone = (self.days - 1) * self.replaced
        if gone > 1 + 1e-9:
            raise ValueError(
                f"replaced={self.replaced:g} on {self.days} days is {100 * gone:g} % "
                "of the cues: lower it, or days."
            )

    @property
    def structure(self) -> Mapping[str, Rewiring]:
        """The turnover of synapses; their weight is what their rule calls so."""
        rule = self.circuit.synapses(self.rules)[REWIRED].rule
        weight = "h+z" if "h" in rule.start else "strength"
        return {
            REWIRED: Structural(theta=self.theta, lifetime=self.lifetime, weight=weight)
        }

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return the days, and the time between."""
        steps: list[Step] = []
        for k in range(self.days):
            if k:
                rest = Piece(float(self.interval))
                steps.append(Gap(f"before day {k + 1}", (rest,)))
            place = self._place(arm, k)
            steps.append(self.visit(f"day {k + 1}", place, self.visit_time))
        return tuple(steps)

    def record(self, arm: str, result: ArmResult) -> Arm:
        """Return the spikes of the cells whose codes are compared, and the path."""
        table, spans = population_table(self.circuit), result.timeline()
        path = whereabouts(self.circuit, self.timeline(arm), spans)
        names = list(REGIONS.values())
        return Arm(
            populations={name: table[name] for name in names},
            timeline=spans,
            spikes=result.spikes(names),
            behaviour={"position": path},
        )

    def bands(self) -> tuple[Band, ...]:
        """Return who is shared by two days, and whether they keep their fields."""
        free = (OPEN, OPEN, "")
        return tuple(
            Band(arm, name, unit, *(HELD.get(name, free) if arm == "drift" else free))
            for arm in self.arms
            for name, unit in self._names()
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
            "Shared: cells of both days over cells of either, mean over all pairs of "
            "days; the paper's abstract does not say over what.",
            f"Active: {ACTIVE_HZ:g} Hz in the mean of a visit. Place cells: those that "
            f"fired {LEAST_SPIKES} times and beat the 95th percentile of {SHUFFLES} "
            f"shuffles of their own; of {self.judged} cells drawn at random.",
            f"Fields: correlation of the maps of a cell, {BINS} bins smoothed by "
            f"{100 * SIGMA_M:g} cm; within a day, of its first and second half.",
            f"{self.visit_time} on the ring stand for a day's visit.",
        )

    def _place(self, arm: str, day: int) -> str:
        """Return the cues of a day: the newest first lose to those that come later."""
        share = 100 * self.replaced
        if arm != "drift" or not day or not share:
            return "A"
        newer = [f"{share:g} % A on day {k + 1}" for k in range(day, 0, -1)]
        return " + ".join([f"{max(100 - day * share, 0):g} % A", *newer])

    def _steps(self) -> Iterator[Described]:
        # A path takes a while to make, which a description does not need.
        for arm in self.arms:
            for k in range(self.days):
                if k:
                    lasts = in_words(float(self.interval))
                    yield Described(arm, f"before day {k + 1}", "gap", lasts, "")
                lasts, place = in_words(float(self.visit_time)), self._place(arm, k)
                yield Described(arm, f"day {k + 1}", "episode", lasts, place)

    def _names(self) -> Iterator[tuple[str, str]]:
        yield from ((name, "1") for name in HELD)
        yield "place cells of CA1, share", "1"
        yield "place cells of CA1 shared, if days were independent", "1"
        yield "place cells of CA1 of the first day shared", "1"
        for region in REGIONS:
            yield f"active cells of {region}, share", "1"
            yield f"active cells of {region} shared by two days", "1"
            for apart in range(1, self.days):
                yield f"active cells of {region} shared, {apart} d apart", "1"
            yield f"fields of shared cells of {region}", "1"
            yield f"fields of {region} within a day", "1"
            yield f"rate in {region}", "Hz"

    def _values(self, arm: Arm) -> Iterator[tuple[str, float]]:
        days = [f"day {k + 1}" for k in range(self.days)]
        pairs = np.triu_indices(self.days, 1)
        for region, population in REGIONS.items():
            maps = np.array([self.maps(arm, day, population) for day in days])
            mean = np.nanmean(maps, axis=2)
            active = mean >= ACTIVE_HZ
            yield f"rate in {region}", float(mean.mean())
            yield f"active cells of {region}, share", float(active.mean())
            found = populations().turnover(maps, active)
            shared = f"active cells of {region} shared"
            yield f"{shared} by two days", _mean(found.overlap[pairs])
            for apart in range(1, self.days):
                yield (
                    f"{shared}, {apart} d apart",
                    _mean(np.diagonal(found.overlap, apart)),
                )
            yield f"fields of shared cells of {region}", _mean(found.fields[pairs])
            halves = [self._halves(arm, day, population) for day in days]
            within = [
                _alike(first[on], second[on])
                for (first, second), on in zip(halves, active, strict=True)
                if on.any()
            ]
            yield f"fields of {region} within a day", _mean(within)
            if region == "CA1":
                yield from self._place_cells(arm, maps, days)

    def _place_cells(
        self, arm: Arm, maps: Any, days: list[str]
    ) -> Iterator[tuple[str, float]]:
        n = maps.shape[1]
        sample = np.sort(stream(1, "judged").permutation(n)[: self.judged])
        good = np.zeros((len(days), n), dtype=bool)
        for k, day in enumerate(days):
            span, population = arm.span(day), REGIONS["CA1"]
            spikes = arm.spikes[population].between(span.start_s, span.stop_s)
            fired = np.bincount(spikes.node_ids, minlength=n)
            scores = place_scores(
                self.visits(arm, day),
                spikes.timestamps * 1e-3,
                spikes.node_ids,
                sample[fired[sample] >= LEAST_SPIKES],
                sigma_m=SIGMA_M,
                shuffles=SHUFFLES,
                seed=1,
            )
            good[k, scores.cells[scores.above]] = True
        good, maps = good[:, sample], maps[:, sample]
        pairs = np.triu_indices(len(days), 1)
        found, share = populations().turnover(maps, good), good.mean(axis=1)
        chance = share[pairs[0]] * share[pairs[1]]
        either = share[pairs[0]] + share[pairs[1]] - chance
        yield "place cells of CA1, share", float(share.mean())
        yield "place cells of CA1 shared by two days", _mean(found.overlap[pairs])
        independent = _mean(chance / np.where(either > 0, either, np.nan))
        yield "place cells of CA1 shared, if days were independent", independent
        yield "place cells of CA1 of the first day shared", _mean(found.of_first[pairs])
        yield "fields of shared place cells of CA1", _mean(found.fields[pairs])
        nulls = []
        for i, j in zip(*pairs, strict=True):
            both = good[i] & good[j]
            if both.sum() > 1:
                ends = maps[i, both], maps[j, both]
                null = populations().identity_null
                nulls.append(null(_alike, *ends, seed=1, shuffles=NULLS))
        yield "fields of shared place cells of CA1, shuffled", _mean(nulls)

    def _halves(self, arm: Arm, day: str, population: str) -> tuple[Any, Any]:
        """Return the maps of the first and of the second half of a visit."""
        seen, span = self.visits(arm, day), arm.span(day)
        spikes = arm.spikes[population].between(span.start_s, span.stop_s)
        n = arm.populations[population].size
        late = seen.t_s >= (span.start_s + span.stop_s) / 2
        first, second = (
            rates(
                counts_of_cells(part, spikes.timestamps * 1e-3, spikes.node_ids, n),
                part,
                sigma_m=SIGMA_M,
            )
            for part in (chosen(seen, ~late), chosen(seen, late))
        )
        return first, second


def _alike(a: Any, b: Any) -> float:
    return _mean(populations().spatial_correlations(a, b))


def _mean(values: Any) -> float:
    found = np.asarray(values, float).ravel()
    known = found[np.isfinite(found)]
    return float(known.mean()) if len(known) else OPEN
