"""Trajectories: samples that are kept, speeds in closed form, and what is refused."""

from typing import Any

import numpy as np
import pytest

from trisynapse.circuits.quantity import quantity
from trisynapse.protocols.space.rooms import Box, Rectangle
from trisynapse.protocols.space.samples import Samples
from trisynapse.protocols.space.trajectory import (
    VELOCITY_SD_S,
    Trajectory,
    moving,
    resampled,
    smoothed,
)

BOX = Box(side=quantity("2 m"))
T = np.arange(101) * 0.02


def samples(t: Any, xy: Any, **more: Any) -> Samples:
    t, xy = np.asarray(t, dtype=float), np.asarray(xy, dtype=float)
    return Samples(t, xy, row=lambda k: f"sample {k}", **more)


def circling(t: Any, radius: float = 0.5, hertz: float = 0.2) -> Any:
    turn = 2 * np.pi * hertz * np.asarray(t)
    return radius * np.column_stack([np.cos(turn), np.sin(turn)])


def straight(t: Any, speed: float = 0.4) -> Any:
    return np.column_stack([speed * np.asarray(t), np.zeros(len(t))])


def changed(k: int, t: float | None = None, xy: Any = None) -> Samples:
    """Return samples of a circle with one of them spoilt."""
    times, places = T.copy(), circling(T)
    times[k] = times[k] if t is None else t
    places[k] = places[k] if xy is None else xy
    return samples(times, places)


def refused(given: Samples, room: Any = BOX, **options: Any) -> str:
    with pytest.raises(ValueError) as refusal:
        resampled(given, room, "", **options)
    said = str(refusal.value)
    assert "\n" not in said
    return said


# Resampling


def test_a_trajectory_has_a_row_a_millisecond() -> None:
    found = resampled(samples(T, circling(T)), BOX, "a circle")
    assert len(found.xy_m) == len(found.heading) == len(found.speed) == 2000
    assert found.t_s[[0, 1, -1]] == pytest.approx([0, 0.001, 1.999])
    assert found.seconds == 2


def test_samples_are_kept() -> None:
    found = resampled(samples(T, circling(T)), BOX, "")
    np.testing.assert_allclose(found.xy_m[::20], circling(T)[:-1], atol=1e-12)


def test_irregular_samples_are_kept() -> None:
    at = np.unique(np.random.default_rng(1).integers(0, 3000, 400))
    found = resampled(samples(at / 1e3, circling(at / 1e3)), BOX, "")
    kept = found.xy_m[at[:-1] - at[0]]
    np.testing.assert_allclose(kept, circling(at[:-1] / 1e3), atol=1e-12)


def test_between_samples_a_path_never_leaves_what_they_span() -> None:
    x = np.repeat([0.0, 0.04], 51)[:101]
    found = resampled(samples(T, np.column_stack([x, x])), BOX, "")
    assert found.xy_m.min() == 0 and found.xy_m.max() == pytest.approx(0.04)


def test_the_clock_of_the_samples_may_begin_anywhere() -> None:
    late = resampled(samples(T + 5000, circling(T)), BOX, "")
    early = resampled(samples(T, circling(T)), BOX, "")
    np.testing.assert_allclose(late.xy_m[:1999], early.xy_m[:1999], atol=1e-9)


# Speed and heading


def test_the_speed_of_a_sinusoid_is_that_under_the_gaussian() -> None:
    t = np.arange(20_000) * 1e-3
    a, w = 0.3, 2 * np.pi * 0.4
    speed, _ = moving(np.column_stack([a * np.sin(w * t), np.zeros(len(t))]))
    wanted = a * w * np.abs(np.cos(w * t)) * np.exp(-((w * VELOCITY_SD_S) ** 2) / 2)
    np.testing.assert_allclose(speed[1000:-1000], wanted[1000:-1000], atol=1e-4)


def test_the_speed_of_a_straight_run_is_exact() -> None:
    found = resampled(samples(T, straight(T)), BOX, "")
    np.testing.assert_allclose(found.speed, 0.4, rtol=1e-9)
    np.testing.assert_allclose(found.heading, 0.0, atol=1e-9)


def test_on_a_circle_the_heading_is_the_tangent() -> None:
    found = resampled(samples(T, circling(T)), BOX, "")
    tangent = 2 * np.pi * 0.2 * found.t_s + np.pi / 2
    off = np.angle(np.exp(1j * (found.heading - tangent)))
    assert np.abs(off[500:-500]).max() < 0.01
    assert np.abs(found.heading).max() <= np.pi


def test_an_animal_at_rest_keeps_its_heading() -> None:
    t = np.arange(201) * 0.02
    x = np.minimum(t, 2.0) * 0.4
    found = resampled(samples(t, np.column_stack([np.zeros(201), x])), BOX, "")
    assert found.speed[-500:] == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(found.heading, np.pi / 2, atol=1e-9)


def test_an_animal_that_never_moves_faces_east() -> None:
    found = resampled(samples(T, np.zeros((101, 2))), BOX, "")
    assert not found.heading.any() and not found.speed.any()


def test_a_measured_heading_goes_before_that_of_movement() -> None:
    backwards = np.full(101, np.pi)
    found = resampled(samples(T, straight(T), heading=backwards), BOX, "")
    np.testing.assert_allclose(np.abs(found.heading), np.pi)


def test_a_measured_heading_turns_the_short_way() -> None:
    turn = np.angle(np.exp(1j * (3.0 + 0.2 * T)))  # through pi
    turn[50] = np.nan
    found = resampled(samples(T, straight(T), heading=turn), BOX, "")
    off = np.angle(np.exp(1j * (found.heading - 3.0 - 0.2 * found.t_s)))
    assert np.abs(off).max() < 1e-9


def test_a_gaussian_keeps_a_constant_and_its_own_width() -> None:
    assert smoothed(np.full((1000, 1), 3.0), 0.1) == pytest.approx(3)
    spike = np.zeros((4001, 1))
    spike[2000] = 1
    t = (np.arange(4001) - 2000) * 1e-3
    found = smoothed(spike, 0.1)[:, 0]
    assert float((found * t**2).sum()) ** 0.5 == pytest.approx(0.1, rel=1e-3)


def test_positions_are_smoothed_only_if_asked() -> None:
    rough = straight(T) + 0.002 * np.resize([1, -1], (101, 1))
    as_given = resampled(samples(T, rough), BOX, "")
    smooth = resampled(samples(T, rough), BOX, "", smooth_s=0.05)
    np.testing.assert_allclose(as_given.xy_m[::20], rough[:-1], atol=1e-12)
    assert np.abs(smooth.xy_m[500:1500, 1]).max() < 1e-4
    assert smooth.notes == ("positions under a Gaussian of 50 ms.",)


# Gaps and walls


def test_short_gaps_are_bridged_and_told() -> None:
    xy = circling(T)
    xy[40:50] = np.nan
    found = resampled(samples(T, xy), BOX, "")
    np.testing.assert_allclose(found.xy_m[::20], circling(T)[:-1], atol=4e-3)
    assert found.notes == (
        "10 of 101 samples without a position.",
        "1 gaps, up to 0.22 s, interpolated.",
    )


def test_long_gaps_are_refused_with_the_ways_out() -> None:
    xy = circling(T)
    xy[40:70] = np.nan
    said = refused(samples(T, xy))
    assert said.startswith("sample 39: no position for 0.62 s from here on, one of 1 ")
    assert "raise longest_gap_s, or take a stretch" in said
    assert len(resampled(samples(T, xy), BOX, "", longest_gap_s=0.7).xy_m) == 2000


def test_positions_a_little_outside_are_moved_to_the_edge() -> None:
    room = Box(side=quantity("1 m"))
    found = resampled(samples(T, circling(T, radius=0.51)), room, "")
    assert found.xy_m.max() == 0.5


def test_a_wall_that_the_animal_crossed_cannot_have_stood() -> None:
    room = Box(side=quantity("2 m"), walls="(20 cm, -1 m) to (20 cm, 1 m)")
    said = refused(samples(T, straight(T)), room)
    assert said.startswith("sample 25: the animal crosses a wall here, the first of 1")
    gone = Box(side=room.side, walls=room.walls, removed="wall 1")
    assert resampled(samples(T, straight(T)), gone, "").seconds == 2


# What is refused


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (changed(7, t=np.nan), "sample 7: nan is no time in seconds."),
        (changed(7, t=np.inf), "sample 7: inf is no time in seconds."),
        (changed(7, t=0.12), "sample 7: 0.12 s repeats the time before, after 0.12 s;"),
        (changed(7, t=0.11), "sample 7: 0.11 s goes back, after 0.12 s; times must"),
        (changed(7, xy=np.inf), "sample 7: (inf, inf) is no position."),
        (samples(T, T), "Positions of shape (101,) for 101 times: (101, 2) is wanted."),
        (samples([], np.zeros((0, 2))), "These are 0 samples: give at least 1 s."),
        (samples(T[:20], circling(T[:20])), "These are 0.38 s of samples: from 1 to 3"),
        (samples(T, np.full((101, 2), np.nan)), "These are no sample with a position."),
        (
            samples(T * 1e3, circling(T)),
            "Are these times in milliseconds? Say so: t_ms",
        ),
    ],
)
def test_samples_that_are_none_are_refused_by_their_row(
    given: Samples, said: str
) -> None:
    assert said in refused(given)


def test_too_long_a_track_is_refused() -> None:
    t = np.arange(3700.0)
    assert "give another stretch" in refused(samples(t, straight(t, 1e-4)))


def test_a_position_outside_is_counted_and_the_worst_is_named() -> None:
    xy = circling(T)
    xy[7], xy[9] = [1.05, 0], [-1.75, 0]
    said = refused(samples(T, xy))
    assert said.startswith(
        "sample 9: (-1.75, 0) m lies 0.75 m outside the box, the worst of 2 of 101 "
        "samples; 2 cm are allowed."
    )
    assert "Give the room in which the animal ran" in said


@pytest.mark.parametrize(("unit", "factor"), [("cm", 100.0), ("mm", 1000.0)])
def test_other_units_are_recognised(unit: str, factor: float) -> None:
    said = refused(samples(T, factor * circling(T)))
    assert said.endswith(f"Are these {unit}? They would fit: give unit='{unit}'.")
    aside = refused(samples(T, factor * (circling(T) + 1)))
    assert aside.endswith(f"give unit='{unit}'.")


def test_pixels_are_recognised() -> None:
    wide = Rectangle(length=quantity("20 cm"), width=quantity("20 cm"))
    said = refused(samples(T, 300 * circling(T)), wide)
    assert said.endswith("Are these pixels? Say how large one is: pixel_m=0.002.")


def test_another_origin_is_recognised() -> None:
    said = refused(samples(T, circling(T) + 1))
    assert "The origin is the centre of the room, (0, 0) m: give centred=True" in said
    centred = samples(T, circling(T) + 1).centred(BOX)
    assert resampled(centred, BOX, "").seconds == 2


def test_metres_that_are_taken_for_centimetres_are_recognised() -> None:
    said = refused(samples(T, 0.01 * circling(T, 0.3), unit="cm"))
    assert said.endswith("in cm as it is said: are they in metres?")


def test_a_jump_of_the_tracker_is_refused() -> None:
    xy = circling(T)
    xy[30] += [0.3, 0]
    said = refused(samples(T, xy))
    assert said.startswith("sample 30: ")
    assert "in 20 ms are " in said and "up to 3 m/s are believed" in said
    assert "a tracking error, or another unit? The worst of 2 is at sample 31" in said


def test_too_low_a_sampling_rate_is_refused_with_the_one_that_is_wanted() -> None:
    t = np.arange(10) * 0.5
    xy = np.column_stack([0.15 * np.resize([0, 1], 10), np.zeros(10)])
    said = refused(samples(t, xy))
    assert said == (
        "sample 1: the animal moved 15 cm since the sample before, at 2 Hz; 10 cm at "
        "most can be bridged: sample it at 3 Hz or more."
    )


def test_far_too_low_a_sampling_rate_is_told_from_a_jump() -> None:
    t = np.arange(20) * 0.1
    xy = np.column_stack([0.5 * np.resize([-1, 1], 20), np.zeros(20)])
    assert "too few samples, or another unit?" in refused(samples(t, xy))


# Trajectories


def test_a_part_is_a_stretch_with_its_laps() -> None:
    t = np.arange(3000) * 1e-3
    whole = Trajectory("", straight(t), t, t, laps=np.array([[0, 1], [1.2, 2.9]]))
    part = whole.part(1.5, 1.0)
    np.testing.assert_allclose(part.heading, t[1500:2500])
    np.testing.assert_allclose(part.laps, [[0, 1.0]])
    with pytest.raises(ValueError, match="2 s from 1.5 s on are no part of"):
        whole.part(1.5, 2.0)


def test_a_trajectory_holds_numbers_only() -> None:
    t = np.arange(10) * 1e-3
    with pytest.raises(ValueError, match="speed, row 3: nan is no number."):
        Trajectory("", straight(t), t, np.where(t == t[3], np.nan, 0))
    with pytest.raises(ValueError, match="heading has 9 rows, positions 10."):
        Trajectory("", straight(t), t[:9], t)
    with pytest.raises(ValueError, match=r"Positions of shape \(10,\)"):
        Trajectory("", t, t, t)


def test_a_stretch_of_samples_is_taken_by_their_clock() -> None:
    part = samples(T + 5, circling(T)).between(5.5, 6.75)
    assert part.t_s[[0, -1]] == pytest.approx([5.5, 6.74])
    assert part.row(0) == "sample 25"
    with pytest.raises(ValueError, match="no samples from 1 to 2 s; they last from 5 "):
        samples(T + 5, circling(T)).between(1, 2)
