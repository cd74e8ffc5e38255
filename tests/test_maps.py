"""Occupancy and rate maps against paths and spikes that are counted by hand."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.maps import (
    Bins,
    Visits,
    chosen,
    counts,
    counts_of_cells,
    even_bins,
    occupancy,
    rates,
    smooth,
    velocity,
    visits,
)

TRACK = even_bins((0.0, 1.0), width_m=0.1)
RING = even_bins((0.0, 1.0), width_m=0.1, circular=True)
ROOM = even_bins((0.0, 1.0), (0.0, 0.5), width_m=0.05)
DT = 0.02


def walk(bins: Bins, n: int = 5000, seed: int = 1) -> tuple[Any, Any]:
    """Return times and positions of a walk that goes everywhere."""
    rng = np.random.default_rng(seed)
    low, high = (np.array([e[end] for e in bins.edges]) for end in (0, -1))
    return np.arange(n) * DT, rng.uniform(low, high, (n, len(low)))


def seen(bins: Bins) -> Visits:
    return visits(*walk(bins), bins)


def message(*given: Any, **how: Any) -> str:
    with pytest.raises(ValueError) as refusal:
        visits(*given, **how)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


# Occupancy


def test_every_sample_stands_for_the_time_nearest_to_it() -> None:
    t, x = np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.05, 0.15, 0.15, 0.95])
    assert occupancy(visits(t, x, TRACK))[[0, 1, 9]].tolist() == [1.0, 2.5, 2.0]


@pytest.mark.parametrize("bins", [TRACK, RING, ROOM])
def test_evenly_sampled_time_is_shared_among_the_bins(bins: Bins) -> None:
    t, xy = walk(bins)
    by_hand = np.histogramdd(xy, bins.edges)[0] * DT
    assert occupancy(visits(t, xy, bins)) == pytest.approx(by_hand, rel=1e-12)


def test_time_without_tracking_is_not_counted() -> None:
    t: Any = np.concatenate([np.arange(10.0), 100 + np.arange(10.0)])
    assert occupancy(visits(t, np.full(20, 0.5), TRACK)).sum() == 20


def test_a_spike_while_tracking_was_lost_is_not_counted() -> None:
    t: Any = np.concatenate([np.arange(10.0), 100 + np.arange(10.0)])
    path = visits(t, np.full(20, 0.5), TRACK)
    assert counts(path, np.array([9.4, 50.0, 99.6])).sum() == 2


def test_both_ends_of_the_room_belong_to_it() -> None:
    found = occupancy(visits(np.array([0.0, 1.0]), np.array([0.0, 1.0]), TRACK))
    assert found[[0, -1]].tolist() == [1, 1]


def test_maps_are_indexed_by_x_and_then_y() -> None:
    path = visits(np.array([0.0, 1.0]), np.array([[0.93, 0.01], [0.93, 0.01]]), ROOM)
    assert occupancy(path)[18, 0] == 2


def test_slow_samples_count_neither_as_time_nor_as_spikes() -> None:
    t: Any = np.arange(101.0)
    x = np.concatenate([np.linspace(0, 0.5, 51), np.full(50, 0.5)])
    moving = visits(t, x, TRACK, least_mps=0.008)
    assert occupancy(moving).sum() == 50
    assert counts(moving, np.array([10.0, 30.0, 70.0, 90.0])).sum() == 2


def test_crossing_the_end_of_a_ring_is_no_jump() -> None:
    step: Any = np.arange(40)
    t, x = step * 0.1, (0.3 + step * 0.05) % 1
    assert velocity(t, x, RING).ravel() == pytest.approx(np.full(40, 0.5))
    assert np.abs(velocity(t, x, TRACK)).max() > 1


def test_chosen_samples_are_all_that_counts() -> None:
    path = seen(ROOM)
    part = chosen(path, np.arange(5000) < 2000)
    assert occupancy(part).sum() == pytest.approx(2000 * DT)
    assert counts(part, np.array([39.0, 41.0])).sum() == 1


# Rates


def test_a_rate_is_spikes_over_seconds_in_every_bin() -> None:
    path, spikes = seen(ROOM), np.random.default_rng(2).uniform(0, 99, 3000)
    n = counts(path, spikes)
    assert n.sum() == 3000
    assert rates(n, path) == pytest.approx(n / occupancy(path))


def test_a_known_rate_is_recovered_where_occupancy_is_even() -> None:
    x = np.tile(TRACK.centres[0], 100)
    rate = 10 * np.arange(1, 11)
    t: Any = np.arange(1000) * 0.1
    path = visits(t, x, TRACK)
    each = np.repeat(t, np.tile(np.arange(1, 11), 100))
    assert rates(counts(path, each), path) == pytest.approx(rate)


def test_bins_never_visited_are_nan_also_after_smoothing() -> None:
    t: Any = np.arange(100) * DT
    path = visits(t, np.linspace(0, 0.5, 100), TRACK)
    found = rates(np.ones(10), path, sigma_m=0.2)
    assert np.isnan(found[6:]).all() and np.isfinite(found[:5]).all()


def test_bins_of_too_little_time_are_nan() -> None:
    t: Any = np.arange(4.0)
    path = visits(t, np.array([0.05, 0.05, 0.05, 0.95]), TRACK)
    assert np.isfinite(rates(np.zeros(10), path, least_s=2.0)).sum() == 1


def test_a_cell_without_spikes_has_a_map_of_zeros() -> None:
    path = seen(ROOM)
    assert (rates(counts(path, np.empty(0)), path, sigma_m=0.1) == 0).all()


def test_an_even_rate_stays_even_however_the_time_was_spent() -> None:
    path = seen(ROOM)
    found = rates(5 * occupancy(path), path, sigma_m=0.1)
    assert found == pytest.approx(np.full(ROOM.shape, 5.0))


def test_the_maps_of_all_cells_are_those_of_each() -> None:
    rng, path = np.random.default_rng(3), seen(ROOM)
    spikes, ids = rng.uniform(0, 99, 500), rng.integers(0, 4, 500)
    found = rates(counts_of_cells(path, spikes, ids, 5), path, sigma_m=0.07)
    for cell in range(5):
        alone = rates(counts(path, spikes[ids == cell]), path, sigma_m=0.07)
        assert found[cell] == pytest.approx(alone)


# Smoothing


@pytest.mark.parametrize("bins", [TRACK, RING, ROOM])
def test_smoothing_keeps_the_sum(bins: Bins) -> None:
    values = np.random.default_rng(4).uniform(0, 1, bins.shape)
    assert smooth(values, bins, 0.13).sum() == pytest.approx(values.sum())


def test_smoothing_makes_a_gaussian_of_the_given_width() -> None:
    fine = even_bins((0.0, 2.0), width_m=0.01)
    point = np.zeros(200)
    point[100] = 1
    gauss = np.exp(-(((np.arange(200) - 100) * 0.01 / 0.05) ** 2) / 2)
    assert smooth(point, fine, 0.05) == pytest.approx(gauss / gauss.sum(), abs=3e-5)


def test_smoothing_goes_round_a_ring_and_not_through_a_wall() -> None:
    point = np.eye(10)[0]
    ring, track = smooth(point, RING, 0.1), smooth(point, TRACK, 0.1)
    assert ring[1] == pytest.approx(ring[-1])
    assert track[-1] == pytest.approx(0, abs=1e-6)


def test_bins_of_unequal_width_are_not_smoothed() -> None:
    with pytest.raises(ValueError, match="equally wide"):
        smooth(np.ones(2), Bins((np.array([0, 0.1, 0.3]),)), 0.1)


# What is refused


@pytest.mark.parametrize(
    "edges", [[0.0, 0.0], [0.0], [1.0, 0.0], [0, np.nan], [0.0, np.inf]]
)
def test_a_room_without_an_area_is_refused(edges: list[float]) -> None:
    with pytest.raises(ValueError, match="A room needs an area"):
        Bins((np.array([0.0, 1.0]), np.array(edges)))


@pytest.mark.parametrize("width", [0.0, -1.0, np.nan])
def test_bins_without_a_width_are_refused(width: float) -> None:
    with pytest.raises(ValueError, match="give a width above 0"):
        even_bins((0.0, 1.0), width_m=width)


def test_a_circular_room_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be circular"):
        Bins(ROOM.edges, circular=True)


def test_positions_outside_the_room_are_refused() -> None:
    said = message(np.arange(3.0), np.array([[0, 0], [0.5, 0.6], [0, 0]]), ROOM)
    assert said == (
        "1 of 3 positions lie outside the room, the first at [0.5, 0.6]; allowed are "
        "0 to 1 x 0 to 0.5 m: widen the edges, or clip or drop these."
    )


def test_lost_positions_are_refused() -> None:
    said = message(np.arange(4.0), np.array([0.1, np.nan, 0.2, np.nan]), TRACK)
    assert said.startswith("2 of 4 positions are not finite, the first at sample 1:")


@pytest.mark.parametrize("second", [0.0, -1.0, np.nan])
def test_times_that_do_not_rise_are_refused(second: float) -> None:
    said = message(np.array([0.0, second, 3.0]), np.full(3, 0.5), TRACK)
    assert said.startswith(f"Times must rise: sample 1 is at {second:g} s")


@pytest.mark.parametrize("shape", [(4,), (5, 3), (4, 2)])
def test_positions_that_do_not_fit_times_or_room_are_refused(shape: Any) -> None:
    assert "no path" in message(np.arange(5.0), np.zeros(shape), ROOM)


@pytest.mark.parametrize("scale", [1e3, -1.0])
def test_spikes_of_another_clock_are_refused(scale: float) -> None:
    with pytest.raises(ValueError) as refusal:
        counts(seen(ROOM), np.array([1.0, 50.0]) * scale)
    assert str(refusal.value) == (
        f"Spikes from {min(scale, 50 * scale):g} to {max(scale, 50 * scale):g} s do "
        "not fit positions from 0 to 99.98 s: give both in seconds of one clock, or "
        "only the spikes of that time."
    )


def test_a_spike_just_after_the_last_position_is_not_refused() -> None:
    assert counts(seen(ROOM), np.array([99.985, 99.995])).sum() == 1


def test_spikes_without_a_time_are_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2 spikes have no finite time"):
        counts(seen(ROOM), np.array([1.0, np.nan]))


def test_cells_beyond_their_number_are_refused() -> None:
    with pytest.raises(ValueError, match="Cells 0 to 7 are not all among 5"):
        counts_of_cells(seen(ROOM), np.array([1.0, 2.0]), np.array([0, 7]), 5)


def test_choices_that_do_not_fit_the_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="3 choices do not fit 5000 samples"):
        chosen(seen(ROOM), np.ones(3, bool))
