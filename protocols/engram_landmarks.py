"""Landmarks of engrams.

L16 allocation, L17 ablation, L18 light, L19 false memory, L21 silencing, L22 silent
engrams, L23 early Alzheimer's disease. The bands are those of the protocols; what is
one freezing over another is made of means over animals.
"""

from dataclasses import replace

from .allocation import Allocation
from .early_alzheimer import EarlyAlzheimer
from .engram import Labelled
from .engram_reactivation import CONTROLS, TAGGED, EngramReactivation
from .engram_silencing import REGIONS, EngramSilencing
from .false_memory import FalseMemory
from .landmarks import Claim, Read, Trial
from .silent_engram import CONNECTED, SilentEngram


class _Landmark:
    """Claims about one protocol, whose bands are read from it."""

    def __init__(self, landmark: str, kind: type[Labelled]) -> None:
        protocol = kind()
        self.id, self.trial = landmark, Trial(protocol.name, tuple(protocol.arms))
        self.bands = {(band.arm, band.name): band for band in protocol.bands()}
        self.comparisons = {each.key: each for each in protocol.comparisons}

    def claim(self, arm: str, measure: str, *controls: Claim) -> Claim:
        """Return the claim that a measure of an arm lies in its band."""
        band = self.bands[arm, measure]
        claim = Claim(
            self.id,
            f"{arm}: {measure}",
            (Read(self.trial, arm, measure),),
            band.low,
            band.high,
            band.source,
            "assumed" not in band.source,
            controls=controls,
        )
        if made := self.comparisons.get((arm, measure)):
            reads = tuple(Read(self.trial, *part) for part in (made.over, made.under))
            return replace(claim, reads=reads, made=made.made, pooled=True)
        return claim


def _allocation() -> list[Claim]:
    recruited, lost = _Landmark("L16", Allocation), _Landmark("L17", Allocation)
    marker = recruited.claim("gfp", "recruited, infected over others")
    others = lost.claim("others-ablated", "freezing lost")
    return [
        recruited.claim("creb", "cells recruited"),
        recruited.claim("creb", "recruited, CREB over others", marker),
        lost.claim("creb-ablated", "freezing lost", others),
    ]


def _reactivation() -> list[Claim]:
    lit = _Landmark("L18", EngramReactivation)
    noise = [lit.claim(arm, "more by light than noise") for arm in CONTROLS]
    over = [lit.claim(arm, "tagged over this, light on") for arm in CONTROLS]
    return [lit.claim(TAGGED, "light on over off", *noise), *over]


def _false_memory() -> list[Claim]:
    false = _Landmark("L19", FalseMemory)
    return [
        false.claim(
            "dg", "freezing, A over C", false.claim("ca1", "freezing, A over C")
        ),
        false.claim("dg", "freezing in A, over mcherry"),
        false.claim("dg", "freezing in A, over no-light"),
        false.claim("dg", "freezing in B, over no-light"),
    ]


def _silencing() -> list[Claim]:
    silent = _Landmark("L21", EngramSilencing)
    told = "freezing in A, over eyfp"
    found = []
    for region in REGIONS:
        arms = "random-ca1", f"other-{region}", "other-context"
        controls = [silent.claim(arm, told) for arm in arms]
        found.append(silent.claim(region, told, *controls))
    return found


def _silent_engram() -> list[Claim]:
    amnesic = _Landmark("L22", SilentEngram)
    path = "perforant path, labelled over others"
    no_fear = amnesic.claim("no-shock", "by light, over saline")
    return [
        amnesic.claim("anisomycin", "freezing in B, over saline"),
        amnesic.claim("anisomycin", "by light, over saline", no_fear),
        amnesic.claim("saline", path),
        amnesic.claim("anisomycin", path),
        amnesic.claim("saline", CONNECTED),
        amnesic.claim("anisomycin", CONNECTED),
    ]


def _early_alzheimer() -> list[Claim]:
    lost = _Landmark("L23", EarlyAlzheimer)
    natural = "freezing in B, over healthy"
    return [
        lost.claim("ad", natural),
        lost.claim("ad", "by light, over healthy"),
        lost.claim("ad-ltp", natural),
        lost.claim("ad-ltp-ablated", natural),
    ]


LANDMARKS: tuple[Claim, ...] = (
    *_allocation(),
    *_reactivation(),
    *_false_memory(),
    *_silencing(),
    *_silent_engram(),
    *_early_alzheimer(),
)
