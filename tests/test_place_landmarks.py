"""Landmarks of the code of places: what they read, and that one can ask for them."""

import numpy as np
import pytest

from trisynapse.protocols.known_landmarks import LANDMARKS as ALL
from trisynapse.protocols.landmarks import select
from trisynapse.protocols.navigation_landmarks import LANDMARKS as RUNNING
from trisynapse.protocols.place_landmarks import LANDMARKS

from .test_landmarks import offered, with_controls

EVERY = list(with_controls((*LANDMARKS, *RUNNING)))
IDS = ("L32", "L33", "L34", "L35", "L36", "L37", "L38", "L40", "L47")


def test_they_stand_among_the_others_in_their_order() -> None:
    ids = list(dict.fromkeys(one.id for one in ALL))
    assert ids == sorted(ids) and {"L14", "L37", "L38", "L40", "L47"} <= set(ids)


@pytest.mark.parametrize("landmark", IDS)
def test_every_claim_reads_measures_that_its_protocol_offers(landmark: str) -> None:
    claims = [one for one in EVERY if one.id == landmark]
    assert claims
    for one in claims:
        for read in one.reads:
            assert (read.arm, read.measure) in offered(read.trial), one.experiment


def test_every_landmark_has_a_control() -> None:
    for landmark in ("L37", "L38", "L40"):
        assert any(one.controls for one in LANDMARKS if one.id == landmark)


def test_bands_whose_size_no_paper_gives_are_unverified() -> None:
    for one in EVERY:
        assert one.source and not np.isnan([one.low, one.high]).all()
        if "assumed" in one.source:
            assert not one.verified, one.experiment


def test_one_of_them_can_be_asked_for() -> None:
    assert {one.id for one in select(ALL, ["L38"])} == {"L38"}
    assert {one.id for one in select(ALL, ["L37-L40"])} == {"L37", "L38", "L40"}


def test_no_two_claims_of_a_landmark_say_the_same() -> None:
    said = [(one.id, one.experiment) for one in EVERY]
    assert len(said) == len(set(said))
