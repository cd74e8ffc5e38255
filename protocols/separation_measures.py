"""What is measured on a known place and on places that are more or less like it.

maps of each probe ──▶ correlation with A ──▶ over its ceiling: change ─┬▶ less that
(cells × bins of                                                        │  of EC
 each region)      ──▶ mean rates ──▶ active, recruited                 └▶ CA3, DG
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ..analysis.recruitment import over_ceiling, recruited_share
from .ring import ACTIVE_HZ, populations

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

PAIRS = ("DG", "EC"), ("EC", "CA3"), ("DG", "CA3")  # the first changes more
LEAST_CELLS = 10  # a code of fewer active cells says nothing
SHUFFLES, SHUFFLES_SEED = 50, 1
OPEN = float("nan")

Maps = Mapping[str, Any]  # by region, arrays (cells, bins), Hz


def morphed(step: int) -> str:
    """Name the probe of a step of the morph, in % of B."""
    return f"{step} % of B"


def left(share: int) -> str:
    """Name the probe with a share of the cues, in %."""
    return f"{share} % of the cues"


def turned(angle: int) -> str:
    """Name the probe with half of the cues turned, in degrees."""
    return f"turned by {angle} deg"


PROBES: dict[str, str] = {
    "A": "A",
    AGAIN: "A",
    **{morphed(k): f"{100 - k} % A + {k} % B" for k in MORPH},
    ROOM: "B",
    **{left(k): f"{k} % A" for k in LEFT},
    **{turned(k): f"50 % A + 50 % A turned {k} deg" for k in TURNS},
}


def measured(maps: Mapping[str, Maps]) -> Iterator[tuple[str, float]]:
    """Yield every measure of an arm from the maps of its probes."""
    told = populations()
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
        **_scores(maps, [AGAIN, *map(turned, TURNS)], _highest, ", turned"),
    }
    for (region, probe), value in scores.items():
        yield _correlation(region, probe), value
    change = {
        (region, probe): 1 - over_ceiling(value, scores[region, _ceiling(probe)])
        for (region, probe), value in scores.items()
        if region in REGIONS and _cells(mean["A"][region]) >= LEAST_CELLS
    }
    for region in REGIONS:
        yield from _of(region, maps, change)
    yield from _against_input(change)
    yield from _recruited(mean)
    for angle in TURNS:
        probe = turned(angle)
        more = scores["CA3", probe] - scores["DG", probe]
        known = ("CA3", probe) in change and ("DG", probe) in change
        yield f"CA3 less DG, {probe}", more if known else OPEN


def names() -> Iterator[tuple[str, str]]:
    """Yield every measure with its unit."""
    yield f"change of DG less EC, {morphed(SMALL)}", "1"
    for region in ("DG", "CA3", "CA1"):
        yield f"separation in {region}, morph", "1"
        yield f"completion in {region}, missing cues", "1"
    yield from ((f"CA3 less DG, {turned(angle)}", "1") for angle in TURNS)
    for over, under in PAIRS:
        yield f"change of {over} less {under}, turned", "1"
    yield from ((f"shuffled cells of {region}", "1") for region in REGIONS)
    conflicts = [*map(turned, TURNS)]
    for region in REGIONS | INPUTS:
        for probe in (AGAIN, *_unturned(), f"{AGAIN}, turned", *conflicts):
            yield _correlation(region, probe), "1"
    for region in REGIONS:
        yield from (
            (f"change of {region}, {p}", "1") for p in (*_unturned(), *conflicts)
        )
        for probe in conflicts:
            yield f"turn of {region}, {probe}", "deg"
            yield f"coherence of {region}, {probe}", "1"
        for probe in (AGAIN, *map(morphed, MORPH), ROOM):
            yield f"recruited in {region}, {probe}", "1"
        yield f"recruited in {region}, another room less small change", "1"
        yield f"rate in {region}", "Hz"
        yield f"active in {region}", "1"


def _of(
    region: str, maps: Mapping[str, Maps], change: Mapping[tuple[str, str], float]
) -> Iterator[tuple[str, float]]:
    """Yield how a region's code changes and turns, and what chance makes of it."""
    told = populations()
    for probe in (*_unturned(), *map(turned, TURNS)):
        yield f"change of {region}, {probe}", change.get((region, probe), OPEN)
    for angle in TURNS:
        found = told.rotation(maps["A"][region], maps[turned(angle)][region])
        yield f"turn of {region}, {turned(angle)}", _degrees(found.angle_rad)
        yield f"coherence of {region}, {turned(angle)}", found.coherence
    pair = maps["A"][region], maps[AGAIN][region]
    null = told.identity_null(
        told.population_vector, *pair, seed=SHUFFLES_SEED, shuffles=SHUFFLES
    )
    yield f"shuffled cells of {region}", float(np.mean(null))


def _unturned() -> list[str]:
    return [*map(morphed, MORPH), ROOM, *map(left, LEFT)]


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
    small = morphed(SMALL)

    def mean(region: str, probes: list[str]) -> float:
        return float(np.mean([change.get((region, probe), OPEN) for probe in probes]))

    more = mean("DG", [small]) - mean("EC", [small])
    yield f"change of DG less EC, {small}", more

    morph, fewer = list(map(morphed, MORPH)), list(map(left, LEFT))
    for region in ("DG", "CA3", "CA1"):
        yield f"separation in {region}, morph", mean(region, morph) - mean("EC", morph)
        more = mean("EC", fewer) - mean(region, fewer)
        yield f"completion in {region}, missing cues", more
    conflict = list(map(turned, CONFLICT))
    for over, under in PAIRS:
        more = mean(over, conflict) - mean(under, conflict)
        yield f"change of {over} less {under}, turned", more


def _recruited(mean: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    """Yield the shares of active cells that were silent in A."""
    for region in REGIONS:
        found = {
            probe: recruited_share(mean["A"][region], now, ACTIVE_HZ)
            if _cells(now := mean[probe][region]) >= LEAST_CELLS
            else OPEN
            for probe in (AGAIN, *map(morphed, MORPH), ROOM)
        }
        for probe, value in found.items():
            yield f"recruited in {region}, {probe}", value
        more = found[ROOM] - found[morphed(SMALL)]
        yield f"recruited in {region}, another room less small change", more
