"""Head direction, borders and speed, against maps whose scores follow by hand."""

from typing import Any

import numpy as np
import pytest
from scipy.special import i0, i1

from trisynapse.analysis.directions import (
    border_score,
    direction_tuning,
    mean_vector,
    rayleigh,
    speed_score,
    speed_score_null,
    vector_length_null,
)

TURN = 2 * np.pi
T: Any = np.arange(0, 100, 0.02)
EDGES: Any = np.linspace(0, 1, 41)


def turning(period_s: float = 7.0) -> Any:
    return T * TURN / period_s % TURN


def spikes_at(rate_hz: Any, seed: int) -> Any:
    """Draw Poisson spikes, at most one a sample."""
    return T[np.random.default_rng(seed).random(len(T)) < rate_hz * 0.02]


def hugging(depth: int = 1) -> Any:
    rate = np.zeros((40, 40))
    rate[:depth] = 4.0
    return rate


# Direction


def test_tuning_is_spikes_over_seconds() -> None:
    t, heading = np.arange(6.0), np.array([0.1, 0.1, 0.1, 2.0, 2.0, 4.0])
    spikes = np.array([-0.4, 1.1, 2.4, 2.6, 3.5, 4.49])
    found = direction_tuning(spikes, t, heading, bins=4)
    assert found.seconds.tolist() == [3, 2, 1, 0]
    assert found.rate_hz[:3].tolist() == [1, 1.5, 0]
    assert np.isnan(found.rate_hz[3])
    assert found.centres_rad == pytest.approx(np.pi * np.array([1, 3, 5, 7]) / 4)


def test_lost_heading_counts_neither_as_time_nor_with_its_spikes() -> None:
    heading = np.array([0.1, np.nan, 0.1, np.nan])
    found = direction_tuning(np.array([0.4, 0.6, 1.4]), np.arange(4.0), heading, bins=2)
    assert (found.seconds[0], found.rate_hz[0]) == (2, 0.5)


def test_spikes_outside_the_track_are_left_out() -> None:
    spikes = np.array([-0.6, 1.4, 1.6])
    found = direction_tuning(spikes, np.arange(2.0), np.zeros(2), bins=1)
    assert found.rate_hz.tolist() == [0.5]


def test_time_without_samples_does_not_count() -> None:
    t = np.array([0, 1, 2, 10, 11.0])
    found = direction_tuning(np.array([2.4, 5.0, 9.6]), t, np.zeros(5), bins=1)
    assert (found.seconds.tolist(), found.rate_hz.tolist()) == ([5], [0.4])


def test_headings_wrap() -> None:
    found = direction_tuning(np.array([]), np.arange(3.0), [-0.1, 6.2, -1e-18], bins=4)
    assert found.seconds.tolist() == [1, 0, 0, 2]


def test_pynapple_has_the_same_tuning() -> None:
    nap = pytest.importorskip("pynapple")
    track = np.random.default_rng(0).normal(0, 0.3, len(T)).cumsum() % TURN
    spikes = spikes_at(10 * np.exp(np.cos(track) - 1), 1) + 0.003
    group = nap.TsGroup({0: nap.Ts(spikes)})
    heading = nap.Tsd(T, track)
    theirs = nap.compute_tuning_curves(group, heading, bins=60, range=[(0, TURN)])
    found = direction_tuning(spikes, T, track).rate_hz
    assert found == pytest.approx(theirs.values[0], abs=1e-6)


def test_smoothing_keeps_a_flat_curve_and_the_sum_of_seconds() -> None:
    found = direction_tuning(T, T, turning(), bins=36, smooth_rad=0.3)
    assert found.rate_hz == pytest.approx(np.full(36, 50))
    assert found.seconds.sum() == pytest.approx(100)


@pytest.mark.parametrize("kappa", [0.5, 2.0, 8.0])
def test_a_von_mises_curve_has_the_vector_of_bessel(kappa: float) -> None:
    angles = np.arange(60) * TURN / 60
    found = mean_vector(angles, 3 * np.exp(kappa * np.cos(angles - 2.0)))
    assert found.length == pytest.approx(i1(kappa) / i0(kappa), rel=1e-9)
    assert found.direction_rad == pytest.approx(2.0)


def test_a_von_mises_cell_has_that_vector_by_its_spikes() -> None:
    # An odd period spreads the time: unequal by heading, freed by the division.
    heading = (turning() + 0.5 * np.sin(turning())) % TURN
    rate = np.exp(2.0 * np.cos(heading - 1.0))
    spikes = np.repeat(T, np.round(100 * rate).astype(int))
    found = direction_tuning(spikes, T, heading)
    vector = mean_vector(found.centres_rad, found.rate_hz)
    assert vector.length == pytest.approx(i1(2) / i0(2), abs=0.005)
    assert vector.direction_rad == pytest.approx(1.0, abs=0.01)


def test_a_cell_without_spikes_has_no_vector() -> None:
    found = direction_tuning(np.array([]), T, turning())
    assert (found.rate_hz == 0).all()
    assert np.isnan(mean_vector(found.centres_rad, found.rate_hz).length)
    assert np.isnan(rayleigh(np.array([])).p)


def test_opposite_vectors_cancel() -> None:
    found = mean_vector(np.array([0, np.pi]))
    assert found.length < 1e-12
    assert np.isnan(found.direction_rad)


def test_rayleigh_of_equal_angles_is_as_by_hand() -> None:
    found = rayleigh(np.full(10, 2.0))
    assert found.z == pytest.approx(10)
    assert found.p == pytest.approx(np.exp(np.sqrt(41) - 21))


def test_rayleigh_errs_as_often_as_it_says() -> None:
    draws = np.random.default_rng(1).uniform(0, TURN, (1000, 30))
    p = np.array([rayleigh(angles).p for angles in draws])
    assert (p < 0.1).mean() == pytest.approx(0.1, abs=0.03)


def test_a_tuned_cell_exceeds_its_null_and_an_untuned_one_lies_within() -> None:
    track = np.random.default_rng(0).normal(0, 0.3, len(T)).cumsum() % TURN
    tuned = spikes_at(10 * np.exp(2 * (np.cos(track) - 1)), 1)
    flat = spikes_at(np.full(len(T), 5.0), 2)
    null = vector_length_null(tuned, T, track, seed=1, shuffles=50)
    found = direction_tuning(tuned, T, track)
    assert mean_vector(found.centres_rad, found.rate_hz).length > null.max()
    null = vector_length_null(flat, T, track, seed=1, shuffles=50)
    found = direction_tuning(flat, T, track)
    assert mean_vector(found.centres_rad, found.rate_hz).length < null.max()


def test_one_seed_gives_one_null() -> None:
    def null(seed: int) -> Any:
        return vector_length_null(T[::50], T, turning(), seed=seed, shuffles=5)

    assert (null(3) == null(3)).all()
    assert (null(3) != null(4)).any()


# Borders


def test_a_line_along_a_wall_scores_as_by_hand() -> None:
    found = border_score(hugging(), EDGES, EDGES, least_m2=0.02)
    assert (found.coverage, found.distance) == (1, pytest.approx(0.5 / 40 / 0.5))
    assert found.score == pytest.approx((1 - 0.025) / (1 + 0.025))


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_every_wall_counts_alike(turns: int) -> None:
    turned = np.rot90(hugging(3), turns)
    assert border_score(turned, EDGES, EDGES).score == pytest.approx(
        border_score(hugging(3), EDGES, EDGES).score
    )


def test_a_blob_in_the_centre_is_negative() -> None:
    x = (EDGES[1:] + EDGES[:-1]) / 2 - 0.5
    blob = np.exp(-(x[:, None] ** 2 + x**2) / (2 * 0.1**2))
    found = border_score(blob, EDGES, EDGES)
    assert found.coverage == 0
    assert found.score == -1


def test_a_deeper_field_scores_less() -> None:
    scores = [border_score(hugging(d), EDGES, EDGES).score for d in (1, 4, 8, 16)]
    assert scores == sorted(scores, reverse=True)


def test_coverage_is_of_one_field_at_one_wall() -> None:
    rate = hugging(4)
    rate[0:4, 10:30] = 0.0  # two fields of 10 bins each
    assert border_score(rate, EDGES, EDGES).coverage == 0.25


def test_unvisited_bins_are_no_wall() -> None:
    rate = hugging(4)
    rate[:, 20:] = np.nan
    found = border_score(rate, EDGES, EDGES)
    assert found.coverage == 1


def test_small_patches_are_no_fields() -> None:
    rate = np.zeros((40, 40))
    rate[0, :5] = 1.0  # 31 cm²
    assert np.isnan(border_score(rate, EDGES, EDGES).score)
    assert border_score(rate, EDGES, EDGES, least_m2=0.003).coverage == 0.125


def test_the_box_may_be_oblong_with_uneven_bins() -> None:
    x, y = np.array([0, 0.2, 1.0, 2.0]), np.array([0, 0.5, 1.0])
    rate = np.array([[1.0, 1.0], [0, 0], [0, 0]])
    found = border_score(rate, x, y)
    assert (found.coverage, found.distance) == (1, pytest.approx(0.1 / 0.5))


def test_a_silent_map_has_no_border_score() -> None:
    assert np.isnan(border_score(np.zeros((40, 40)), EDGES, EDGES).score)


# Speed


def test_a_rate_that_follows_speed_scores_1() -> None:
    speed = 0.2 + 0.1 * np.sin(T)
    spikes = np.repeat(T, np.round(1000 * speed).astype(int))
    assert speed_score(spikes, T, speed, smooth_s=0) == pytest.approx(1, abs=1e-4)
    assert speed_score(spikes, T, 0.5 - speed, smooth_s=0) == pytest.approx(
        -1, abs=1e-4
    )


def test_slow_and_lost_samples_do_not_count() -> None:
    speed = 0.2 + 0.1 * np.sin(T)
    spikes = np.repeat(T, np.round(1000 * speed).astype(int))
    spoilt = np.where(T < 20, 0.01, speed)
    spoilt[T > 80] = np.nan
    assert speed_score(spikes, T, spoilt, smooth_s=0) == pytest.approx(1, abs=1e-4)


def test_a_cell_without_spikes_has_no_speed_score() -> None:
    assert np.isnan(speed_score(np.array([]), T, 0.2 + 0.1 * np.sin(T)))


def test_a_speed_cell_exceeds_its_null() -> None:
    rng = np.random.default_rng(0)
    speed = 0.3 + 0.2 * np.interp(T, np.arange(101), rng.uniform(-1, 1, 101))
    spikes = spikes_at(40 * speed, 1)
    null = speed_score_null(spikes, T, speed, seed=2, shuffles=100)
    assert speed_score(spikes, T, speed) > null.max()
    assert abs(null.mean()) < 0.1


# What is refused


def test_times_and_samples_must_fit() -> None:
    with pytest.raises(ValueError, match="3 samples do not fit 2 times: give one each"):
        direction_tuning(np.array([]), np.arange(2.0), np.zeros(3))


@pytest.mark.parametrize("t", [[0.0, np.nan], [1.0, 0.0], [0.0, 0.0], [0.0]])
def test_times_must_ascend(t: Any) -> None:
    with pytest.raises(ValueError, match="finite, ascending times"):
        speed_score(np.array([]), np.array(t), np.ones(len(t)))


def test_spikes_need_times() -> None:
    with pytest.raises(ValueError, match="drop NaN from the spikes"):
        direction_tuning(np.array([np.nan]), T, turning())


def test_shifts_need_a_long_track() -> None:
    with pytest.raises(ValueError, match="100 s has no shift of at least 60 s"):
        vector_length_null(T[:9], T, turning(), seed=0, least_s=60)


def test_uneven_samples_are_not_smoothed() -> None:
    with pytest.raises(ValueError, match="resample the track evenly"):
        speed_score(np.array([]), np.array([0, 1, 2, 9.0]), np.ones(4))


def test_a_box_needs_an_area_and_a_visited_bin() -> None:
    with pytest.raises(ValueError, match="do not ascend"):
        border_score(np.ones((1, 1)), np.zeros(2), np.arange(2.0))
    with pytest.raises(ValueError, match="no visited bin"):
        border_score(np.full((1, 1), np.nan), np.arange(2.0), np.arange(2.0))
    with pytest.raises(ValueError, match="one edge more than bins"):
        border_score(np.ones((2, 2)), np.arange(2.0), np.arange(3.0))
