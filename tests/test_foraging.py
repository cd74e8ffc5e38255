"""Foraging: a real rat's track as it was recorded, and reproducible random motion."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits.quantity import quantity
from trisynapse.protocols.space import foraging as module
from trisynapse.protocols.space.foraging import TRACKED, WALK_BACK_MPS, foraging
from trisynapse.protocols.space.rooms import (
    Box,
    Circle,
    CircularTrack,
    LinearTrack,
    Morph,
    Rectangle,
)


@pytest.fixture
def data() -> Iterator[Any]:
    pytest.importorskip("shapely")
    yield lambda name: np.load(module._folder() / "data" / f"{name}.npz")


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """Put a track of 4 s in the place of a real rat's."""
    t = np.arange(201) * 0.02
    xy = np.column_stack([0.5 + 0.1 * t, np.full(201, 0.3)])
    (tmp_path / "data").mkdir()
    np.savez(tmp_path / "data" / "sargolini.npz", t=t + 7.0, pos=xy)
    monkeypatch.setattr(module, "_folder", lambda: tmp_path)
    return t, xy


# The recorded data, as RatInABox brings it


def test_the_rat_of_sargolini_ran_ten_minutes_in_a_box_of_one_metre(data: Any) -> None:
    told = data("sargolini")
    t, xy = told["t"], told["pos"]
    assert xy.shape == (29800, 2)
    assert t[-1] - t[0] == pytest.approx(599.64)
    step = np.diff(t)
    assert np.median(step) == pytest.approx(0.02)
    assert (step > 0.03).sum() == 60 and step.max() == pytest.approx(0.36)
    assert xy.min() > 0 and xy.max() < 1


def test_the_rat_of_tanni_ran_two_hours_in_a_large_box(data: Any) -> None:
    told = data("tanni")
    t, xy = told["t"], told["pos"]
    assert t[-1] - t[0] == pytest.approx(7322.9)
    assert np.median(np.diff(t)) == pytest.approx(1 / 30, rel=1e-4)
    assert np.abs(xy - [1.75, 1.25]).max(axis=0) == pytest.approx(
        [1.75, 1.25], abs=0.04
    )


def test_the_track_of_sargolini_is_kept(data: Any) -> None:
    told = data("sargolini")
    found = foraging(Box(), 5.0, seed=1)
    at = np.rint((told["t"][:200] - told["t"][0]) * 1e3).astype(int)
    np.testing.assert_allclose(found.xy_m[at], told["pos"][:200] - 0.5, atol=1e-9)
    assert len(found.xy_m) == 5000


def test_a_track_may_be_taken_from_later_on_and_in_another_room(data: Any) -> None:
    there = Box(number=2, x_0=quantity("3 m"))
    whole, later = (
        foraging(Box(), 12.0, seed=1),
        foraging(there, 2.0, seed=1, begin_s=10),
    )
    np.testing.assert_allclose(
        later.xy_m - [3, 0], whole.xy_m[10_000:12_000], atol=1e-6
    )


def test_the_track_of_tanni_is_believed_once_its_jumps_are_gone(data: Any) -> None:
    # 23 s from the beginning of a stretch in which the tracker jumps by 18 cm
    found = foraging(Rectangle(), 20.0, seed=1, source="tanni", begin_s=690)
    assert 0.05 < found.speed.mean() < 0.6 and found.speed.max() < 1.5


def test_the_seed_changes_no_real_track(toy: Any) -> None:
    one, other = (foraging(Box(), 3.0, seed=k).xy_m for k in (1, 2))
    np.testing.assert_array_equal(one, other)


def test_a_longer_run_walks_back_and_begins_again(toy: tuple[Any, Any]) -> None:
    t, xy = toy
    found = foraging(Box(), 8.0, seed=1)
    assert found.notes == ("the track of 4.0 s is run again from its beginning.",)
    walk = 0.4 / WALK_BACK_MPS
    assert found.xy_m[4000] == pytest.approx(xy[-1] - 0.5)
    assert found.xy_m[round(1e3 * (4 + walk))] == pytest.approx(xy[0] - 0.5)
    assert found.speed[5000] == pytest.approx(WALK_BACK_MPS, rel=1e-6)
    np.testing.assert_allclose(found.xy_m[6020:], found.xy_m[20:2000], atol=1e-9)


@pytest.mark.parametrize(
    "kind", [Circle(), Morph(morph=0.5), LinearTrack(), Rectangle()]
)
def test_a_real_rat_runs_in_no_other_room(toy: Any, kind: Any) -> None:
    with pytest.raises(ValueError) as refusal:
        foraging(kind, 3.0, seed=1)
    said = str(refusal.value)
    assert said.startswith("The rat of Sargolini et al. 2006 ran in a box of 1 m x 1 m")
    assert "choose the path 'random'" in said


def test_the_square_end_of_a_morph_is_a_box(toy: Any) -> None:
    square = foraging(Morph(morph=0.0), 3.0, seed=1)
    np.testing.assert_array_equal(square.xy_m, foraging(Box(), 3.0, seed=1).xy_m)


def test_a_real_rat_walks_through_no_wall(toy: Any) -> None:
    box = Box(walls="(10 cm, -50 cm) to (10 cm, 50 cm)")
    with pytest.raises(ValueError, match="sample 50: the animal crosses a wall here"):
        foraging(box, 3.0, seed=1)


# Random motion


def test_random_motion_is_reproducible_and_leaves_numpy_as_it_was() -> None:
    pytest.importorskip("ratinabox")
    np.random.seed(5)
    state: Any = np.random.get_state()
    before = state[1].tolist()
    runs = [foraging(Box(), 2.0, seed=k, source="random").xy_m for k in (1, 1, 2)]
    state = np.random.get_state()
    assert state[1].tolist() == before
    np.testing.assert_array_equal(runs[0], runs[1])
    assert np.abs(runs[0] - runs[2]).max() > 0.01


@pytest.mark.parametrize(
    "room",
    [
        Circle(),
        Morph(morph=0.5),
        CircularTrack(),
        LinearTrack(x_0=quantity("1 m")),
        Box(walls="(0 m, -50 cm) to (0 m, 50 cm)"),
    ],
)
def test_random_motion_stays_in_every_room(room: Any) -> None:
    pytest.importorskip("ratinabox")
    found = foraging(room, 10.0, seed=3, source="random")
    assert room.inside(found.xy_m).all() and not len(room.crossings(found.xy_m))
    assert len(found.xy_m) == 10_000 and 0.01 < found.speed.mean() < 0.3


# What is refused


def test_an_unknown_source_is_refused() -> None:
    with pytest.raises(KeyError, match="did you mean 'sargolini'"):
        foraging(Box(), 10.0, seed=1, source="sargolino")


@pytest.mark.parametrize("seconds", [0.0, -1.0, 4000.0, float("nan")])
def test_no_time_and_too_long_a_time_are_refused(seconds: float) -> None:
    with pytest.raises(
        ValueError, match="s of foraging: from 1 to 3600 s are possible"
    ):
        foraging(Box(), seconds, seed=1)


def test_a_beginning_after_the_end_is_refused(toy: Any) -> None:
    with pytest.raises(ValueError, match="begin_s=5: the track lasts 4.0 s."):
        foraging(Box(), 2.0, seed=1, begin_s=5)


def test_without_ratinabox_it_is_said_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    for source in (*TRACKED, "random"):
        room = Rectangle() if source == "tanni" else Box()
        with pytest.raises(ValueError, match="RatInABox, .* pip install ratinabox"):
            foraging(room, 2.0, seed=1, source=source)
