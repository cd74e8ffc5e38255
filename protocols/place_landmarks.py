"""Landmarks of the code of places: L37, L38 (separation, completion), L40 (drift)."""

from .landmarks import Claim, Read, Trial
from .place_code_drift import ZIV
from .separation_completion import LEUTGEB, NEUNUEBEL
from .separation_measures import CONFLICT

OPEN = float("nan")
ASSUMED_SIZE = f"{LEUTGEB.cite}; size assumed"

CODES = Trial("separation-completion", ("learned", "not-learned"))
SEVERED = Trial("separation-completion", ("learned",), ("ca3.recurrent.weight=0 nS",))
DAYS = Trial("place-code-drift", ("drift",))
STILL = Trial("place-code-drift", ("same-inputs",), ("lifetime=1000000 day",))


def _claim(
    landmark: str,
    words: str,
    read: Read,
    low: float,
    high: float,
    source: str,
    *controls: Claim,
    verified: bool = True,
) -> Claim:
    """Return the claim that one measure lies in a band."""
    return Claim(
        landmark, words, (read,), low, high, source, verified, controls=controls
    )


def _learned(measure: str) -> Read:
    return Read(CODES, "learned", measure)


def _separation() -> list[Claim]:
    recruited = "recruited in {}, another room less small change"
    shuffled = [
        _claim(
            "L37",
            f"A with A again, cells of {region} shuffled",
            _learned(f"shuffled cells of {region}"),
            -0.05,
            0.05,
            "chance",
        )
        for region in ("EC", "DG")
    ]
    return [
        _claim(
            "L37",
            "a quarter of the cues new: change of DG less that of EC",
            _learned("change of DG less EC, 25 % of B"),
            0,
            OPEN,
            LEUTGEB.cite,
            *shuffled,
        ),
        _claim(
            "L37",
            "cells that CA3 recruits in another room, less those for a small change",
            _learned(recruited.format("CA3")),
            0.1,
            OPEN,
            ASSUMED_SIZE,
            _claim(
                "L37",
                "the same in DG",
                _learned(recruited.format("DG")),
                OPEN,
                0.1,
                ASSUMED_SIZE,
                verified=False,
            ),
            verified=False,
        ),
    ]


def _completion() -> list[Claim]:
    found = []
    for angle in CONFLICT:
        measure = f"CA3 less DG, turned by {angle} deg"
        controls = [
            _claim(
                "L38",
                f"{angle} deg, {words}",
                Read(trial, arm, measure),
                OPEN,
                0.15,
                "assumed",
                verified=False,
            )
            for words, trial, arm in (
                ("A was never learned", CODES, "not-learned"),
                ("CA3 without recurrent synapses", SEVERED, "learned"),
            )
        ]
        found.append(
            _claim(
                "L38",
                f"half of the cues turned by {angle} deg: correlation, CA3 less DG",
                _learned(measure),
                0.15,
                OPEN,
                NEUNUEBEL.cite,
                *controls,
            )
        )
    for over, under in (("DG", "EC"), ("EC", "CA3"), ("DG", "CA3")):
        found.append(
            _claim(
                "L38",
                f"half of the cues turned: change of {over} less that of {under}",
                _learned(f"change of {over} less {under}, turned"),
                0,
                OPEN,
                NEUNUEBEL.cite,
            )
        )
    return found


def _drift() -> list[Claim]:
    shared = "place cells of CA1 shared by two days"
    fields = "fields of shared place cells of CA1"
    return [
        _claim(
            "L40",
            "CA1 place cells of two days, over those of either",
            Read(DAYS, "drift", shared),
            0.1,
            0.35,
            ZIV.cite,
            _claim(
                "L40",
                "the same cues, no turnover of synapses",
                Read(STILL, "same-inputs", shared),
                0.35,
                OPEN,
                "assumed",
                verified=False,
            ),
        ),
        _claim(
            "L40",
            "maps of these on both days, correlation",
            Read(DAYS, "drift", fields),
            0.6,
            OPEN,
            ZIV.cite,
            _claim(
                "L40",
                "the same, cells shuffled",
                Read(DAYS, "drift", f"{fields}, shuffled"),
                -0.1,
                0.1,
                "chance",
            ),
        ),
    ]


LANDMARKS: tuple[Claim, ...] = (*_separation(), *_completion(), *_drift())
