"""Landmarks of engrams: what they read, their bands and their controls."""

from typing import Any

import numpy as np
import pytest

from trisynapse.protocols.allocation import Allocation
from trisynapse.protocols.catalogue import ENGRAMS, find
from trisynapse.protocols.comparisons import Comparison
from trisynapse.protocols.engram_landmarks import LANDMARKS
from trisynapse.protocols.known_landmarks import LANDMARKS as ALL
from trisynapse.protocols.landmarks import select
from trisynapse.protocols.silent_engram import CONNECTED

from .test_landmarks import offered, with_controls

OPEN = float("nan")
IDS = ("L16", "L17", "L18", "L19", "L21", "L22", "L23")
EVERY = list(with_controls(LANDMARKS))
EYFP, NATURAL = "freezing in A, over eyfp", "freezing in B, over healthy"
LIT, PATH = "tagged over this, light on", "perforant path, labelled over others"
CONTROLS = ("no-shock", "eyfp", "other-context", "random-cells")


def test_they_stand_among_the_others_in_their_order() -> None:
    ids = list(dict.fromkeys(one.id for one in ALL))
    assert ids == sorted(ids) and set(IDS) <= set(ids)
    assert tuple(dict.fromkeys(one.id for one in LANDMARKS)) == IDS
    assert {one.id for one in select(ALL, ["L16-L23"])} >= set(IDS)


@pytest.mark.parametrize("landmark", IDS)
def test_every_claim_reads_measures_that_its_protocol_offers(landmark: str) -> None:
    claims = [one for one in EVERY if one.id == landmark]
    assert claims
    for one in claims:
        for read in one.reads:
            assert (read.arm, read.measure) in offered(read.trial), one.experiment


@pytest.mark.parametrize("landmark", IDS)
def test_all_claims_of_a_landmark_are_read_from_one_run(landmark: str) -> None:
    (trial,) = {t for one in EVERY if one.id == landmark for t in one.trials}
    assert trial.protocol in {kind.name for kind in ENGRAMS}
    assert trial.arms == find(trial.protocol).arms and not trial.settings


@pytest.mark.parametrize(
    ("landmark", "bands"),
    [
        (
            "L16",
            {
                "creb: cells recruited": (0.1, 0.3),
                "creb: recruited, CREB over others": (2, 5),
            },
        ),
        ("L17", {"creb-ablated: freezing lost": (0.5, OPEN)}),
        (
            "L18",
            {
                "tagged: light on over off": (3, OPEN),
                **{f"{arm}: {LIT}": (3, OPEN) for arm in CONTROLS},
            },
        ),
        (
            "L19",
            {
                "dg: freezing, A over C": (2, OPEN),
                "dg: freezing in A, over mcherry": (2, OPEN),
                "dg: freezing in A, over no-light": (2, OPEN),
                "dg: freezing in B, over no-light": (OPEN, 0.75),
            },
        ),
        ("L21", {f"{region}: {EYFP}": (OPEN, 0.6) for region in ("dg", "ca3", "ca1")}),
        (
            "L22",
            {
                "anisomycin: freezing in B, over saline": (OPEN, 0.5),
                "anisomycin: by light, over saline": (0.8, OPEN),
                f"saline: {PATH}": (1.3, 2),
                f"anisomycin: {PATH}": (0.9, 1.25),
                f"saline: {CONNECTED}": (1, OPEN),
                f"anisomycin: {CONNECTED}": (1, OPEN),
            },
        ),
        (
            "L23",
            {
                f"ad: {NATURAL}": (OPEN, 0.6),
                "ad: by light, over healthy": (0.8, OPEN),
                f"ad-ltp: {NATURAL}": (0.85, OPEN),
                f"ad-ltp-ablated: {NATURAL}": (OPEN, 0.6),
            },
        ),
    ],
)
def test_claims_have_the_published_bands(landmark: str, bands: dict[str, Any]) -> None:
    claims = {c.experiment: (c.low, c.high) for c in LANDMARKS if c.id == landmark}
    assert claims.keys() == bands.keys()
    for words, band in bands.items():
        assert claims[words] == pytest.approx(band, nan_ok=True), words


@pytest.mark.parametrize(
    ("landmark", "words", "controls"),
    [
        (
            "L16",
            "creb: recruited, CREB over others",
            {"gfp: recruited, infected over others": (0.6, 1.6)},
        ),
        (
            "L17",
            "creb-ablated: freezing lost",
            {"others-ablated: freezing lost": (OPEN, 0.15)},
        ),
        (
            "L18",
            "tagged: light on over off",
            {f"{arm}: more by light than noise": (OPEN, 0) for arm in CONTROLS},
        ),
        ("L19", "dg: freezing, A over C", {"ca1: freezing, A over C": (OPEN, 1.75)}),
        (
            "L21",
            f"ca3: {EYFP}",
            {
                f"random-ca1: {EYFP}": (0.9, OPEN),
                f"other-ca3: {EYFP}": (0.9, OPEN),
                f"other-context: {EYFP}": (0.9, OPEN),
            },
        ),
        (
            "L22",
            "anisomycin: by light, over saline",
            {"no-shock: by light, over saline": (OPEN, 0.33)},
        ),
    ],
)
def test_controls_have_bands_of_their_own(
    landmark: str, words: str, controls: dict[str, Any]
) -> None:
    (one,) = [c for c in LANDMARKS if (c.id, c.experiment) == (landmark, words)]
    bands = {c.experiment: (c.low, c.high) for c in one.controls}
    assert bands.keys() == controls.keys()
    for key, band in controls.items():
        assert bands[key] == pytest.approx(band, nan_ok=True), key


def test_a_band_of_a_claim_is_that_of_its_protocol() -> None:
    for one in EVERY:
        own = find(one.reads[0].trial.protocol).bands()
        (band,) = [b for b in own if f"{b.arm}: {b.name}" == one.experiment]
        assert np.array_equal([one.low, one.high], [band.low, band.high], True)
        assert one.source == band.source and one.source


def test_what_compares_two_measures_is_made_of_means_over_animals() -> None:
    for one in EVERY:
        (trial,) = set(one.trials) & {read.trial for read in one.reads}
        made = [
            c for c in find(trial.protocol).comparisons if _words(c) == one.experiment
        ]
        assert one.pooled == bool(made)
        for c in made:
            assert [(r.arm, r.measure) for r in one.reads] == [c.over, c.under]
            assert one.made([1.0, 4.0]) == pytest.approx(0.75 if c.lost else 0.25)


def _words(comparison: Comparison) -> str:
    return f"{comparison.arm}: {comparison.name}"


def test_every_band_has_a_side_that_is_not_open() -> None:
    for one in EVERY:
        assert not np.isnan([one.low, one.high]).all(), one.experiment


def test_no_two_claims_of_a_landmark_say_the_same() -> None:
    said = [(one.id, one.experiment) for one in LANDMARKS]
    assert len(said) == len(set(said))


def test_recruitment_and_ablation_are_read_from_the_same_animals() -> None:
    runs = {t for one in EVERY if one.id in ("L16", "L17") for t in one.trials}
    assert {trial.protocol for trial in runs} == {Allocation.name} and len(runs) == 1
