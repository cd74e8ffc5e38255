"""Drugs in the bath: their level, the pieces of a gap, and windows read from text."""

from itertools import pairwise
from math import e, exp, expm1, sinh

import numpy as np
import pytest

from trisynapse.protocols.bath import Bath, Window, seconds, window
from trisynapse.simulation.timeline import Piece

MINUTE, HOUR = 60.0, 3600.0
DRUG = Window(MINUTE, HOUR, 0.95, 3 * MINUTE, 10 * MINUTE)
LATER = Window(0.5 * HOUR, 2 * HOUR, 0.8, 5 * MINUTE, 20 * MINUTE)
SUDDEN = Window(MINUTE, HOUR, 0.95, 0.0, 0.0)
BRIEF = Window(0.0, 90.0, 1.0, 3 * MINUTE, 10 * MINUTE)
REACHED = -expm1(-59 / 3)  # after 59 min with a time constant of three


# The level


@pytest.mark.parametrize(
    ("t", "share"),
    [
        (-HOUR, 0.0),
        (MINUTE, 0.0),
        (4 * MINUTE, 1 - 1 / e),
        (7 * MINUTE, 1 - 1 / e**2),
        (HOUR, REACHED),
        (HOUR + 10 * MINUTE, REACHED / e),
        (HOUR + 30 * MINUTE, REACHED / e**3),
        (24 * HOUR, 0.0),
    ],
)
def test_a_drug_comes_and_goes_with_its_time_constants(t: float, share: float) -> None:
    assert float(DRUG.level(t)) == pytest.approx(0.95 * share, abs=1e-12)


def test_a_drug_that_is_washed_out_early_never_reaches_its_full_level() -> None:
    assert float(BRIEF.level(90.0)) == pytest.approx(1 - exp(-0.5))
    assert float(BRIEF.level(690.0)) == pytest.approx((1 - exp(-0.5)) / e)


@pytest.mark.filterwarnings("error")
def test_without_onset_and_wash_out_a_drug_is_there_or_not() -> None:
    t = [0.0, MINUTE, MINUTE + 1, HOUR, HOUR + 1]
    assert SUDDEN.level(t).tolist() == [0, 0, 0.95, 0.95, 0]


def test_the_bath_tells_synthesis_from_modulator() -> None:
    t = 4 * MINUTE
    left = 1 - 0.95 * (1 - 1 / e)
    assert Bath().at(t) == (1, 1)
    assert Bath(anisomycin=DRUG).at(t) == pytest.approx((left, 1))
    assert Bath(d1=DRUG).at(t) == pytest.approx((1, left))


# Gaps

BOTH = Bath(anisomycin=DRUG, d1=LATER)
STRETCHES = [(-HOUR, 5 * HOUR), (0.0, 100.0), (30.0, 95.0), (HOUR - 1, HOUR + 1)]


@pytest.mark.parametrize("bath", [Bath(), Bath(anisomycin=DRUG), Bath(d1=BRIEF), BOTH])
@pytest.mark.parametrize("stretch", STRETCHES)
def test_the_pieces_cover_the_gap_and_hold_the_levels_at_their_middle(
    bath: Bath, stretch: tuple[float, float]
) -> None:
    now, stop = stretch
    for piece in bath.gap("rest", *stretch).pieces:
        lasts, synthesis, modulator = piece
        assert lasts > 0
        for drug, left in ((bath.anisomycin, synthesis), (bath.d1, modulator)):
            expected = 1 - float(drug.level(now + lasts / 2)) if drug else 1
            assert left == pytest.approx(expected, abs=1e-9)
        now += lasts
    assert now == pytest.approx(stop, abs=1e-9)


def test_without_a_drug_a_gap_is_one_piece() -> None:
    assert Bath().gap("rest", 5.0, HOUR).pieces == (Piece(HOUR - 5),)


def test_a_gap_of_no_time_is_a_gap() -> None:
    gap = BOTH.gap("rest", HOUR, HOUR)
    assert (gap.seconds, gap.pieces) == (0, (Piece(0.0),))


def test_a_gap_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ValueError) as refusal:
        Bath().gap("rest", 1.0, 0.0)
    assert str(refusal.value) == "The gap 'rest' would end before it starts."


@pytest.mark.parametrize("drug", [DRUG, LATER, BRIEF])
def test_a_level_that_changes_is_held_for_a_minute_at_most(drug: Window) -> None:
    gap = Bath(anisomycin=drug).gap("rest", -HOUR, 8 * HOUR)
    edges = np.cumsum([-HOUR, *(piece[0] for piece in gap.pieces)])
    for a, b in pairwise(edges):
        levels = drug.level(np.linspace(a, b, 101))
        if np.ptp(levels) > drug.block * exp(-5):
            assert b - a <= MINUTE + 1e-9


def dose(drug: Window, stop_s: float) -> float:
    """Return the integral of the level from before the drug to ``stop_s`` after it."""
    lasts = drug.stop_s - drug.start_s
    reached = -expm1(-lasts / drug.onset_s)
    washed = -expm1(-(stop_s - drug.stop_s) / drug.washout_s)
    return drug.block * (
        lasts - drug.onset_s * reached + drug.washout_s * reached * washed
    )


@pytest.mark.parametrize("drug", [DRUG, LATER, DRUG._replace(onset_s=5.0)])
def test_the_grain_costs_no_more_of_a_dose_than_the_midpoint_rule_does(
    drug: Window,
) -> None:
    stop = drug.stop_s + 3 * HOUR
    gap = Bath(anisomycin=drug).gap("rest", drug.start_s - MINUTE, stop)
    found = sum(lasts * (1 - synthesis) for lasts, synthesis, _ in gap.pieces)
    # In the middle of a minute exp(-t/tau) is x/sinh(x) of its mean, x = 30 s/tau; of
    # what comes after five time constants all may be lost.
    most = 0.0
    for tau in (drug.onset_s, drug.washout_s):
        x = MINUTE / 2 / tau
        most += drug.block * tau * (1 - x / sinh(x) + exp(-5))
    assert abs(found - dose(drug, stop)) <= most


@pytest.mark.parametrize(
    ("stretch", "sign"), [((MINUTE, 15 * MINUTE), 1), ((HOUR, 2 * HOUR), -1)]
)
def test_the_grain_errs_by_the_side_to_which_the_level_bends(
    stretch: tuple[float, float], sign: int
) -> None:
    gap = Bath(anisomycin=DRUG).gap("rest", *stretch)
    found = sum(lasts * (1 - synthesis) for lasts, synthesis, _ in gap.pieces)
    fine = np.linspace(*stretch, 100_001)
    assert sign * (found - np.trapezoid(DRUG.level(fine), fine)) > 0.1


# Texts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("-30 min to 3 h", (-1800, 10800)),
        ("0 to 90 s", (0, 90)),
        ("-1 h to 0", (-3600, 0)),
        ("4 h to 4.5 h", (14400, 16200)),
        ("  0 min   to 1day ", (0, 86400)),
        ("\u221220 min to 40 min", (-1200, 2400)),
    ],
)
def test_a_window_is_read_in_seconds(text: str, found: tuple[float, float]) -> None:
    assert window("apv", text) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "3 h to 1 h",
            "apv='3 h to 1 h': the window ends before it starts; write it as in "
            "'1 h to 3 h'.",
        ),
        ("3 h", "apv='3 h': write it as in '-30 min to 3 h'."),
        ("3 h to", "apv='3 h to': write it as in '-30 min to 3 h'."),
        ("to 3 h", "apv='to 3 h': write it as in '-30 min to 3 h'."),
        ("", "apv='': write it as in '-30 min to 3 h'."),
        ("0 to 1 h to 2 h", "apv='0 to 1 h to 2 h': write it as in '-30 min to 3 h'."),
        ("0 to 3", "apv: '3' has no unit: write it as in '30 min'."),
        ("0 to 3 mV", "apv: 3 mV is in volts; seconds are wanted, as in '30 min'."),
        (
            "0 to 3 hours",
            "apv: '3 hours': the unit 'hours' is not known; did you mean h?",
        ),
        (
            "early to late",
            "apv: 'early' is not a number with a unit, such as '30 min'.",
        ),
    ],
)
def test_a_window_that_cannot_be_read_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        window("apv", text)
    assert str(refusal.value) == said


def test_only_nought_needs_no_unit() -> None:
    assert seconds("also", "0") == 0
    with pytest.raises(ValueError, match="also: '5' has no unit"):
        seconds("also", "5")
