"""Runs along a track: how long they last, how fast they are, where they turn."""

from typing import Any

import numpy as np
import pytest

from trisynapse.circuits.quantity import quantity
from trisynapse.protocols.space.laps import Gait, laps, run
from trisynapse.protocols.space.rooms import CircularTrack, LinearTrack

EVEN = Gait(spread=0.0)


def test_a_run_lasts_its_way_over_its_speed_and_a_ramp() -> None:
    way, speed = run(3.0, 0.5, 0.4)
    assert len(way) == 6400
    assert way[0] == 0 and way[-1] == pytest.approx(3, abs=1e-4)
    np.testing.assert_allclose(np.gradient(way, 1e-3)[1:-1], speed[1:-1], atol=2e-3)
    assert speed[200] == pytest.approx(0.25) and speed[3000] == 0.5


def test_a_short_run_never_reaches_its_speed() -> None:
    way, speed = run(0.1, 1.0, 0.5)
    assert len(way) == 1000 and speed.max() == pytest.approx(0.2)
    assert way[500] == pytest.approx(0.05)


def test_a_run_without_ramps_is_steady() -> None:
    way, speed = run(1.0, 0.5, 0.0)
    assert len(way) == 2000 and (speed == 0.5).all()
    np.testing.assert_allclose(way, 0.5e-3 * np.arange(2000))


def test_runs_lead_there_and_back_with_pauses_between() -> None:
    found = laps(LinearTrack(), seed=1, runs=2, gait=EVEN)
    lasts = 2.9 / 0.5 + 0.5
    assert found.seconds == pytest.approx(2 * (lasts + 2))
    np.testing.assert_allclose(found.laps, [[0, lasts], [lasts + 2, 2 * lasts + 2]])
    x = found.xy_m[:, 0]
    assert x.min() == pytest.approx(-1.45) and x.max() == pytest.approx(1.45)
    assert not found.xy_m[:, 1].any()
    assert x[[0, -1]] == pytest.approx([-1.45, -1.45])


def test_the_animal_turns_halfway_through_a_pause() -> None:
    found = laps(LinearTrack(), seed=1, runs=2, gait=EVEN)
    stands = 2.9 / 0.5 + 0.5
    at = (np.array([1, stands + 0.9, stands + 1.1, stands + 3]) * 1e3).astype(int)
    assert found.heading[at] == pytest.approx([0, 0, np.pi, np.pi])
    assert found.speed[at[1:3]].tolist() == [0, 0]


def test_on_a_ring_runs_are_tangent_and_close() -> None:
    track = CircularTrack()
    found = laps(track, seed=1, runs=2, gait=EVEN)
    assert found.seconds == pytest.approx(2 * (3 / 0.5 + 0.5 + 2))
    assert found.xy_m[-1] == pytest.approx(found.xy_m[0], abs=1e-9)
    assert track.nearest_wall(found.xy_m).distance == pytest.approx(0.05)
    radius = np.arctan2(found.xy_m[:, 1], found.xy_m[:, 0])
    ahead = np.angle(np.exp(1j * (found.heading - radius)))
    np.testing.assert_allclose(ahead, np.pi / 2)


@pytest.mark.parametrize("track", [LinearTrack(), CircularTrack()])
def test_speed_is_that_of_the_path_and_nothing_jumps(
    track: LinearTrack | CircularTrack,
) -> None:
    found = laps(track, seed=1, runs=5)
    step = np.hypot(*np.diff(found.xy_m, axis=0).T) * 1e3
    np.testing.assert_allclose(step, found.speed[:-1], atol=2e-3)


def test_one_seed_the_same_runs() -> None:
    one, same, other = (laps(LinearTrack(), seed=k, runs=4) for k in (1, 1, 2))
    np.testing.assert_array_equal(one.xy_m, same.xy_m)
    assert one.seconds != other.seconds


def test_seconds_cut_the_same_runs() -> None:
    whole = laps(LinearTrack(), seed=1, runs=4)
    cut = laps(LinearTrack(), seed=1, seconds=10.0)
    np.testing.assert_array_equal(cut.xy_m, whole.xy_m[:10_000])
    assert cut.laps[-1, 1] == 10


def test_runs_vary_within_two_standard_deviations() -> None:
    gait = Gait(spread=0.2)
    found = laps(LinearTrack(), seed=1, runs=40, gait=gait)
    tops = [found.speed[int(a * 1e3) : int(b * 1e3)].max() for a, b in found.laps]
    assert min(tops) >= 0.3 and max(tops) <= 0.7 and np.std(tops) > 0.05


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Give either the number of runs, or the seconds they fill."),
        ({"runs": 2, "seconds": 9.0}, "Give either the number of runs"),
        ({"runs": 0}, "runs=0: at least 1 is wanted."),
        ({"seconds": 0.0}, "0 s of runs: from 1 to 3600 s are possible."),
        ({"runs": 1000}, "1000 runs take over 3600 s: "),
    ],
)
def test_runs_that_cannot_be_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        laps(LinearTrack(), seed=1, **given)
    assert str(refusal.value).startswith(said)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("speed", "0 m/s", "speed=0 m/s: a value above 0 is wanted."),
        ("speed", "50 m/s", "speed=50 m/s: 2 m/s at most is wanted."),
        ("pause", "-1 s", "pause=-1 s: 0 or more is wanted."),
        ("spread", "2", "spread=2.0: a share from 0 to 1 is wanted."),
    ],
)
def test_a_gait_that_no_animal_has_is_refused(name: str, value: str, said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        Gait().with_value(name, value)
    assert str(refusal.value) == said


def test_a_track_that_is_wider_than_long_is_refused() -> None:
    track = LinearTrack(length=quantity("10 cm"), width=quantity("10 cm"))
    with pytest.raises(ValueError, match="width=10 cm: this track is wider than"):
        laps(track, seed=1, runs=1)
