"""Places that are more or less alike: how they are read, and which cells keep what."""

import hashlib
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits import Memory
from trisynapse.circuits.circuit import stream
from trisynapse.circuits.cue_drive import CueDrive
from trisynapse.circuits.drives import GridDrive, PlaceDrive
from trisynapse.circuits.ec import Contents, Grid
from trisynapse.circuits.place import Cues, Place
from trisynapse.simulation.state import enter, newborn

from .mini import RULES, Mini

N = 400
DRIVE = Contents()
DRAWN = "18254452c27885f571c358ce4178e16031c20d8e5fd23d25228da800e482a816"


def drawn(drive: Any, text: str, variable: str) -> Any:
    """Return what a place gives each of ``N`` cells of an animal."""
    place = Place.read(text)
    each = [drive.enter(N, stream(1, "place", part.place)) for part in place.parts]
    return drive.sense(each, place, stream(1, "cues"))[variable]


def knows(text: str) -> Any:
    return drawn(DRIVE, text, "knows")


# What is read


def test_a_name_is_a_place_with_all_its_cues() -> None:
    for name in ("A", "box 1", "circular-track 2", "A + B"):
        assert Place.read(name).parts == (Cues(1.0, name),)


def test_a_mixture_is_read_part_by_part() -> None:
    told = Place.read("50 % box 1 + 12.5 % box 1 turned -90 deg").parts
    assert told == (Cues(0.5, "box 1"), Cues(0.125, "box 1", -np.pi / 2))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("75 % A and 25 % B", ""),
        ("75 % A + B", "'B'"),
        ("-5 % A", "'-5 % A'"),
        ("1.2.3 % A", "'1.2.3 % A'"),
        ("75 % A + 50 % B", "125 % of its cues"),
    ],
)
def test_a_place_that_cannot_be_is_refused_in_one_line(text: str, said: str) -> None:
    if not said:
        assert Place.read(text).parts[0].place == "A and 25 % B"
        return
    with pytest.raises(ValueError) as refusal:
        Place.read(text)
    assert said in refusal.value.args[0] and "\n" not in refusal.value.args[0]


def test_ranks_follow_the_parts_in_their_order() -> None:
    ranks = (np.arange(N) + 0.5) / N
    follows = Place.read("50 % A + 25 % B").followed(ranks)
    np.testing.assert_array_equal(np.bincount(follows), [N / 2, N / 4, N / 4])
    assert (np.diff(follows) >= 0).all()


# Which cells keep what


@pytest.mark.parametrize("share", [0, 10, 25, 50, 75, 100])
def test_the_share_of_cells_that_keep_their_cue_is_that_of_the_place(
    share: int,
) -> None:
    a, b = knows("A"), knows("B")
    mixed = knows(f"{share} % A + {100 - share} % B")
    of_a = mixed == a
    assert of_a[a != b].sum() <= round(share * N / 100)
    assert (mixed[~of_a] == b[~of_a]).all()
    assert (of_a | (mixed == b)).all()
    other = mixed == b
    assert other[a != b].sum() <= round((100 - share) * N / 100)


def test_a_cell_that_has_left_a_place_does_not_come_back_along_a_morph() -> None:
    a = knows("A")
    kept = [
        (knows(f"{100 - k} % A + {k} % B") == a) & (a > 0)
        for k in (0, 10, 25, 50, 75, 100)
    ]
    for before, after in zip(kept, kept[1:], strict=False):
        assert (after <= before).all()
    assert kept[0].sum() == (a > 0).sum() and kept[-1].sum() < kept[0].sum()


def test_both_ends_of_a_morph_are_the_places_themselves() -> None:
    np.testing.assert_array_equal(knows("100 % A + 0 % B"), knows("A"))
    np.testing.assert_array_equal(knows("0 % A + 100 % B"), knows("B"))


def test_missing_cues_silence_cells_and_leave_the_others_as_they_were() -> None:
    a, half = knows("A"), knows("50 % A")
    gone = half != a
    assert not half[gone].any()
    assert abs(gone.sum() - (a > 0).sum() / 2) < 0.25 * (a > 0).sum()


def test_the_grid_stays_with_the_room_whatever_the_cues() -> None:
    grid = Grid()
    a = drawn(grid, "A", "shift_x")
    for text in ("10 % A + 90 % B", "0 % A + 100 % B", "25 % A"):
        np.testing.assert_array_equal(drawn(grid, text, "shift_x"), a)
    assert (drawn(grid, "B", "shift_x") != a).all()


def test_turned_cues_turn_the_sides_of_those_that_follow_them() -> None:
    drive = CueDrive.like(DRIVE)
    a = drawn(drive, "A", "side")
    half = drawn(drive, "50 % A + 50 % A turned 90 deg", "side")
    turned = ~np.isclose(half, a)
    assert turned.sum() == N / 2
    np.testing.assert_allclose(half[turned], a[turned] + np.pi / 2)
    same = drawn(drive, "50 % A + 50 % A turned 90 deg", "knows")
    np.testing.assert_array_equal(same, drawn(drive, "A", "knows"))


def test_a_tuned_drive_knows_the_cells_that_an_untuned_one_knows() -> None:
    drive = CueDrive.like(DRIVE)
    assert drive.I_place == DRIVE.I_place and drive.share == DRIVE.share
    np.testing.assert_array_equal(drawn(drive, "A", "knows"), knows("A"))


@pytest.mark.parametrize(("name", "text"), [("tuning", "-0.1"), ("reach", "0 m")])
def test_a_slope_that_cannot_be_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=name):
        CueDrive.like(DRIVE).with_value(name, text)


# What was there before


@pytest.mark.parametrize("place", ["A", "B", "box 1", "nowhere"])
@pytest.mark.parametrize("drive", [Contents(), Grid()])
def test_a_named_place_is_drawn_as_its_drive_draws_it(
    drive: PlaceDrive | GridDrive, place: str
) -> None:
    alone = drive.enter(N, stream(1, "place", place))
    for name, values in alone.items():
        np.testing.assert_array_equal(drawn(drive, place, name), values)


def test_the_draws_of_fear_conditioning_are_those_of_version_0_1() -> None:
    circuit = Memory().with_value("ec.fan_place.share", "0.15")
    circuit = circuit.with_value("ec.fan_place.unevenness", "0.3")
    start, told = newborn(circuit, {}, 1), hashlib.sha256()
    for place in ("A", "B"):
        here = enter(start, circuit, 1, place)
        told.update(here.variables["ec_fan"]["knows"].tobytes())
        told.update(here.variables["ec_stellate"]["shift_x"].tobytes())
    assert told.hexdigest() == DRAWN


def test_a_mixture_that_cannot_be_read_is_refused_on_entering() -> None:
    circuit = Mini()
    with pytest.raises(ValueError, match="cannot be read"):
        enter(newborn(circuit, RULES, 1), circuit, 1, "75 % A + B")
