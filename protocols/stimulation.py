"""Stimulation of a slice: a pattern on S1, further ones on S2 and S3, and drugs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..circuits.parameters import ASSUMED, Source, unknown
from ..circuits.quantity import Quantity
from .bath import Bath, Window, seconds, window
from .patterns import CLOSEST_S, FORMS, MOST_PULSES, Pattern, named, train
from .rig import PATHWAYS, Given, Medium, Rig, clock

FREY_MORRIS = Source("Frey and Morris 1997", doi="10.1038/385533a0")
FREY = Source("Frey et al. 1988", doi="10.1016/0006-8993(88)90290-4")
DUDEK = Source("Dudek and Bear 1992", doi="10.1073/pnas.89.10.4363")
WITTENBERG = Source("Wittenberg and Wang 2006", doi="10.1523/JNEUROSCI.5388-05.2006")
REDONDO = Source("Redondo et al. 2010", doi="10.1523/JNEUROSCI.5797-09.2010")

DRUGS = {
    "apv": "APV: no NMDA receptor opens, no calcium follows a presynaptic spike",
    "anisomycin": "anisomycin: protein synthesis is blocked",
    "d1-block": "D1 antagonist: without neuromodulation no protein synthesis begins",
    "kn93": "KN-93: CaMKII is blocked, so that potentiation sets no tag",
}


@dataclass(frozen=True, kw_only=True)
class Stimulation(Rig):
    """What a slice rig shows of a pattern, with and without drugs."""

    name: ClassVar[str] = "stimulation"
    caption: ClassVar[str] = "Stimulation of a slice with three pathways, and drugs"
    arms: ClassVar[tuple[str, ...]] = ("vehicle", *DRUGS)
    manipulations: ClassVar[tuple[str, ...]] = tuple(DRUGS.values())
    papers: ClassVar[tuple[Source, ...]] = (FREY_MORRIS, FREY, DUDEK, REDONDO)

    pattern: str = FREY_MORRIS.name(
        "HFS",
        "given to S1: HFS, LFS, TBS, STET, WTET, SLFS, WLFS, train, pairing, file",
    )
    also: str = ASSUMED.name(
        "none", "given besides, as in 'S2 WTET at 1 h; S3 WTET at 2 h'"
    )
    pulses: int = DUDEK(900, "pulses of the pattern train")
    rate: Quantity = ASSUMED("10 Hz", "rate of the pattern train")
    pairs: int = WITTENBERG(100, "pairs of the pattern pairing")
    pair_rate: Quantity = WITTENBERG("5 Hz", "rate of the pairs")
    lag: Quantity = ASSUMED("10 ms", "from presynaptic to first postsynaptic spike")
    post_spikes: int = ASSUMED(1, "postsynaptic spikes of a pair")
    post_interval: Quantity = WITTENBERG("11.5 ms", "between postsynaptic spikes")
    apv: str = ASSUMED.name("-20 min to 40 min", "window of APV")
    anisomycin: str = FREY.name("0 min to 3 h", "window of anisomycin")
    anisomycin_block: float = ASSUMED(0.95, "share of protein synthesis it blocks")
    d1: str = ASSUMED.name("-20 min to 40 min", "window of the D1 antagonist")
    kn93: str = REDONDO.name("-20 min to 40 min", "window of KN-93")

    def __post_init__(self) -> None:
        """Refuse patterns, schedules and windows that cannot be."""
        self.must_be("at least 1", "pulses", "pairs", "post_spikes")
        self.must_be("a value above 0", "rate", "pair_rate", "post_interval")
        self.must_be("a share from 0 to 1", "anisomycin_block")
        if max(self.pulses, self.pairs * self.post_spikes) > MOST_PULSES:
            raise ValueError(f"At most {MOST_PULSES:,} pulses are possible.")
        for name in ("rate", "pair_rate"):
            if 1 / float(getattr(self, name)) < CLOSEST_S:
                raise ValueError(
                    f"{name}={getattr(self, name)}: {1 / CLOSEST_S:g} Hz at most."
                )
        self.must_be("a value above 0", "duration")
        for arm in DRUGS:
            self.medium(arm)
        super().__post_init__()

    def given(self, arm: str) -> tuple[Given, ...]:
        """Return the patterns that an arm is given; the first begins at 0."""
        first = Given("s1", self._pattern(self.pattern), 0.0)
        found = sorted([first, *self._also()], key=lambda given: given.start_s)
        for k, late in enumerate(found):
            for early in found[:k]:
                ends = early.start_s + early.pattern.seconds + CLOSEST_S
                if early.pathway == late.pathway and late.start_s < ends:
                    raise ValueError(
                        f"also={self.also!r}: {late.pattern.name} begins on "
                        f"{late.pathway.upper()} while {early.pattern.name} lasts, "
                        f"until {clock(ends)}."
                    )
                fires = len(early.pattern.post) and len(late.pattern.post)
                if fires and late.start_s < ends:
                    raise ValueError(
                        f"also={self.also!r}: two patterns make the cells fire at the "
                        f"same time; begin the second after {clock(ends)}."
                    )
        return tuple(found)

    def medium(self, arm: str) -> Medium:
        """Return what is in the bath of an arm."""
        if arm == "apv":
            return Medium(apv=self._window("apv", 1.0))
        if arm == "kn93":
            return Medium(kn93=self._window("kn93", 1.0))
        if arm == "anisomycin":
            drug = self._window("anisomycin", self.anisomycin_block)
            return Medium(bath=Bath(anisomycin=drug))
        if arm == "d1-block":
            return Medium(bath=Bath(d1=self._window("d1", 1.0)))
        return Medium()

    def _window(self, name: str, block: float) -> Window:
        start, stop = window(name, getattr(self, name))
        if stop < -float(self.baseline):
            raise ValueError(
                f"{name}={getattr(self, name)!r} ends before the experiment begins, "
                f"{self.baseline} before the first pattern."
            )
        if start > float(self.duration):
            raise ValueError(
                f"{name}={getattr(self, name)!r} begins after the experiment of "
                f"{self.duration}."
            )
        return Window(start, stop, block, float(self.onset), float(self.washout))

    def _pattern(self, name: str) -> Pattern:
        if name == "train":
            caption = f"{self.pulses} pulses at {self.rate}"
            return Pattern(name, caption, train(self.pulses, float(self.rate)))
        if name == "pairing":
            return self._pairing()
        return named(name, FORMS)

    def _pairing(self) -> Pattern:
        """Return pairs; all times are 0 or later, whichever spike comes first."""
        start = train(self.pairs, float(self.pair_rate))
        lag, step = float(self.lag), float(self.post_interval)
        spikes = np.arange(self.post_spikes) * step + lag
        if lag < 0:  # to the last of the spikes, as experimenters count
            spikes = lag - np.arange(self.post_spikes)[::-1] * step
        lasts = float(max(0.0, spikes.max()) - min(0.0, spikes.min()))
        if self.pairs > 1 and lasts + CLOSEST_S > 1 / float(self.pair_rate):
            raise ValueError(
                f"A pair lasts {1e3 * lasts:g} ms, longer than the time between pairs "
                f"at pair_rate={self.pair_rate}: lower the rate, the lag or the number "
                "of spikes."
            )
        early = max(0.0, -float(spikes.min()))
        post = (start[:, None] + spikes + early).ravel()
        if len(post) > 1 and np.diff(np.sort(post)).min() < CLOSEST_S:
            raise ValueError(
                f"pair_rate={self.pair_rate}, lag={self.lag} and post_interval="
                f"{self.post_interval} make cells fire twice within "
                f"{1e3 * CLOSEST_S:g} ms: lower the rate or the interval."
            )
        caption = f"{self.pairs} pairs at {self.pair_rate}, post {self.lag} after pre"
        return Pattern("pairing", caption, start + early, np.sort(post))

    def _also(self) -> Iterator[Given]:
        if self.also == "none":
            return
        if "," in self.also:
            raise ValueError(f"also={self.also!r}: part patterns by ';', not by ','.")
        for part in self.also.split(";"):
            told = re.fullmatch(r"\s*(\w+)\s+(\S+)\s+at\s+(.+?)\s*", part)
            if told is None:
                raise ValueError(
                    f"also={self.also!r}: write it as in 'S2 WTET at 1 h; S3 WTET at "
                    "2 h'."
                )
            pathway, name, at = told.groups()
            if pathway.casefold() not in PATHWAYS:
                known = [path.upper() for path in PATHWAYS]
                raise KeyError(unknown("pathway", pathway, known))
            start = seconds(f"also={self.also!r}", at)
            if start < 0:
                raise ValueError(
                    f"also={self.also!r}: {at} lies before the first pattern; give the "
                    "earlier one as pattern."
                )
            yield Given(pathway.casefold(), self._pattern(name), start)
