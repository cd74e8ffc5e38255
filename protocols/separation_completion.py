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

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..analysis.recruitment import LEAST, over_ceiling, recruited_share
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity
from ..simulation.experiment import ArmResult
from ..simulation.recording import Arm
from ..simulation.timeline import Gap, Piece, Step
from .protocol import Band, Described, in_words
from .recorded import population_table, whereabouts
from .ring import ACTIVE_HZ, BINS, SIGMA_M, SLOWEST_MPS, Ring, populations

LEUTGEB = Source("Leutgeb et al. 2007", doi="10.1126/science.1135801")
NEUNUEBEL = Source("Neunuebel and Knierim 2014", doi="10.1016/j.neuron.2013.11.017")
BOTH = f"{NEUNUEBEL.cite}: CA3 below both"

REGIONS = {
    "EC": ("ec_stellate", "ec_fan"),
    "DG": ("dg_granule",),
    "CA3": ("ca3_pyramidal",),
    "CA1": ("ca1_pyramidal",),
}
INPUTS = {"grid": ("ec_stellate",), "cues": ("ec_fan",)}  # the two kinds within EC
RECORDED = ("ec_stellate", "ec_fan", "dg_granule", "ca3_pyramidal", "ca1_pyramidal")

MORPH = (10, 25, 50, 75, 100)  # % of the cues that are those of B
SMALL = 25  # the change that Leutgeb's smaller ones are held to be
LEFT = (75, 50, 25)  # % of the cues that are left
TURNS = (45, 90, 135, 180)  # degrees between the two halves of the cues
CONFLICT = (90, 135)  # those for which the landmark asks
AGAIN, ROOM = "A again", "another room"

LEAST_CELLS = 10  # a code of fewer active cells says nothing
SHUFFLES, SHUFFLES_SEED = 50, 1
OPEN = float("nan")


def _morphed(step: int) -> str:
    return f"{step} % of B"


def _left(share: int) -> str:
    return f"{share} % of the cues"


def _turned(angle: int) -> str:
    return f"turned by {angle} deg"


PROBES: dict[str, str] = {
    "A": "A",
    AGAIN: "A",
    **{_morphed(k): f"{100 - k} % A + {k} % B" for k in MORPH},
    ROOM: "B",
    **{_left(k): f"{k} % A" for k in LEFT},
    **{_turned(k): f"50 % A + 50 % A turned {k} deg" for k in TURNS},
}

# Of the learned arm: low, high, source.
HELD: dict[str, tuple[float, float, str]] = {
    f"change of DG less EC, {_morphed(SMALL)}": (0.0, OPEN, LEUTGEB.cite),
    "recruited in CA3, another room less small change": (0.1, OPEN, LEUTGEB.cite),
    "recruited in DG, another room less small change": (OPEN, 0.1, LEUTGEB.cite),
    "separation in DG, morph": (0.0, OPEN, LEUTGEB.cite),
    "completion in CA3, missing cues": (0.0, OPEN, "assumed"),
    **{f"CA3 less DG, {_turned(k)}": (0.15, OPEN, NEUNUEBEL.cite) for k in CONFLICT},
    "change of DG less EC, turned": (0.0, OPEN, NEUNUEBEL.cite),
    "change of EC less CA3, turned": (0.0, OPEN, BOTH),
    "change of DG less CA3, turned": (0.0, OPEN, BOTH),
}
SHUFFLED = (-0.05, 0.05, "chance")

Maps = dict[str, Any]  # by region, arrays (cells, bins), Hz


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

    learning: Quantity = ASSUMED("60 s", "time in A before the probes")
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
            for name, unit in _names()
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
        told = populations()
        maps = {name: self._maps(arm, name) for name in PROBES}
        mean = {
            name: {r: np.nanmean(found[r], axis=1) for r in REGIONS}
            for name, found in maps.items()
        }
        for region in REGIONS:
            yield f"rate in {region}", float(mean["A"][region].mean())
            share = (mean["A"][region] >= ACTIVE_HZ).mean()
            yield f"active in {region}", float(share)
        scores = {
            **_scores(maps, [AGAIN, *_unturned()], told.population_vector),
            **_scores(maps, [AGAIN, *map(_turned, TURNS)], _highest, ", turned"),
        }
        for (region, probe), value in scores.items():
            yield _correlation(region, probe), value
        change = {
            (region, probe): 1 - over_ceiling(value, scores[region, _ceiling(probe)])
            for (region, probe), value in scores.items()
            if region in REGIONS and _cells(mean["A"][region]) >= LEAST_CELLS
        }
        for region in REGIONS:
            for probe in (*_unturned(), *map(_turned, TURNS)):
                yield f"change of {region}, {probe}", change.get((region, probe), OPEN)
            for angle in TURNS:
                found = told.rotation(maps["A"][region], maps[_turned(angle)][region])
                yield f"turn of {region}, {_turned(angle)}", _degrees(found.angle_rad)
                yield f"coherence of {region}, {_turned(angle)}", found.coherence
            pair = maps["A"][region], maps[AGAIN][region]
            null = told.identity_null(
                told.population_vector, *pair, seed=SHUFFLES_SEED, shuffles=SHUFFLES
            )
            yield f"shuffled cells of {region}", float(np.mean(null))
        yield from _against_input(change)
        yield from _recruited(mean)
        for angle in TURNS:
            probe = _turned(angle)
            more = scores["CA3", probe] - scores["DG", probe]
            known = ("CA3", probe) in change and ("DG", probe) in change
            yield f"CA3 less DG, {probe}", more if known else OPEN

    def _maps(self, arm: Arm, probe: str) -> Maps:
        """Return the rates of all cells of each region in each bin of the ring."""
        found = {name: self.maps(arm, probe, name) for name in RECORDED}
        return {
            region: np.concatenate([found[name] for name in names])
            for region, names in (REGIONS | INPUTS).items()
        }


def _unturned() -> list[str]:
    return [*map(_morphed, MORPH), ROOM, *map(_left, LEFT)]


def _ceiling(probe: str) -> str:
    return f"{AGAIN}, turned" if probe.startswith("turned") else AGAIN


def _correlation(region: str, probe: str) -> str:
    return f"correlation in {region}, {probe}"


def _scores(
    maps: Mapping[str, Maps],
    probes: list[str],
    score: Callable[[Any, Any], float],
    suffix: str = "",
) -> dict[tuple[str, str], float]:
    """Return how alike A each probe is in each region; A again carries the suffix."""
    return {
        (region, probe + suffix * (probe == AGAIN)): score(
            maps["A"][region], maps[probe][region]
        )
        for region in REGIONS | INPUTS
        for probe in probes
    }


def _highest(a: Any, b: Any) -> float:
    return float(populations().rotation(a, b).correlation)


def _cells(rates_hz: Any) -> int:
    """Return how many cells are active."""
    return int((rates_hz >= ACTIVE_HZ).sum())


def _degrees(radians: float) -> float:
    return float(np.rad2deg(radians))


def _against_input(
    change: Mapping[tuple[str, str], float],
) -> Iterator[tuple[str, float]]:
    """Yield by how much more, or less, a region changes than its input does."""
    small = _morphed(SMALL)

    def mean(region: str, probes: list[str]) -> float:
        return float(np.mean([change.get((region, probe), OPEN) for probe in probes]))

    more = mean("DG", [small]) - mean("EC", [small])
    yield f"change of DG less EC, {small}", more

    morph, left = list(map(_morphed, MORPH)), list(map(_left, LEFT))
    for region in ("DG", "CA3", "CA1"):
        yield f"separation in {region}, morph", mean(region, morph) - mean("EC", morph)
        fewer = mean("EC", left) - mean(region, left)
        yield f"completion in {region}, missing cues", fewer
    conflict = list(map(_turned, CONFLICT))
    for over, under in (("DG", "EC"), ("EC", "CA3"), ("DG", "CA3")):
        more = mean(over, conflict) - mean(under, conflict)
        yield f"change of {over} less {under}, turned", more


def _recruited(mean: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    """Yield the shares of active cells that were silent in A."""
    for region in REGIONS:
        found = {
            probe: recruited_share(mean["A"][region], now, ACTIVE_HZ)
            if _cells(now := mean[probe][region]) >= LEAST_CELLS
            else OPEN
            for probe in (AGAIN, *map(_morphed, MORPH), ROOM)
        }
        for probe, value in found.items():
            yield f"recruited in {region}, {probe}", value
        more = found[ROOM] - found[_morphed(SMALL)]
        yield f"recruited in {region}, another room less small change", more


def _names() -> Iterator[tuple[str, str]]:
    """Yield every measure of an arm with its unit, in the order of the table."""
    yield from ((name, "1") for name in HELD)
    yield from ((f"shuffled cells of {region}", "1") for region in REGIONS)
    for region in ("CA3", "CA1"):
        yield f"separation in {region}, morph", "1"
    for region in ("DG", "CA1"):
        yield f"completion in {region}, missing cues", "1"
    for angle in (k for k in TURNS if k not in CONFLICT):
        yield f"CA3 less DG, {_turned(angle)}", "1"
    turned = [*map(_turned, TURNS)]
    for region in REGIONS | INPUTS:
        for probe in (AGAIN, *_unturned(), f"{AGAIN}, turned", *turned):
            yield _correlation(region, probe), "1"
    for region in REGIONS:
        yield from ((f"change of {region}, {p}", "1") for p in (*_unturned(), *turned))
        for probe in turned:
            yield f"turn of {region}, {probe}", "deg"
            yield f"coherence of {region}, {probe}", "1"
        for probe in (AGAIN, *map(_morphed, MORPH), ROOM):
            yield f"recruited in {region}, {probe}", "1"
        if region not in ("DG", "CA3"):
            yield f"recruited in {region}, another room less small change", "1"
        yield f"rate in {region}", "Hz"
        yield f"active in {region}", "1"
