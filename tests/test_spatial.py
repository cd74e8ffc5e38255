"""Scores of place against closed forms."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.maps import Bins, counts, even_bins, occupancy, visits
from trisynapse.analysis.spatial import (
    coherence,
    correlation,
    halves,
    information_per_second,
    information_per_spike,
    laps,
    odd_and_even,
    selectivity,
    sparsity,
    stability,
)

TRACK = even_bins((0.0, 1.0), width_m=0.1)
RING = even_bins((0.0, 1.0), width_m=0.1, circular=True)
ROOM = even_bins((0.0, 1.0), (0.0, 1.0), width_m=0.1)
SCORES = (information_per_spike, information_per_second, sparsity, selectivity)


def some(shape: Any, seed: int = 1) -> Any:
    return np.random.default_rng(seed).uniform(0.5, 5, shape)


# Information


@pytest.mark.parametrize(("k", "n"), [(1, 1), (1, 8), (3, 10), (7, 7), (5, 400)])
def test_a_cell_that_fires_in_k_of_n_bins_tells_log_n_over_k(k: int, n: int) -> None:
    rates = np.where(np.arange(n) < k, 6.0, 0.0)
    found = information_per_spike(rates, np.ones(n))
    assert found == pytest.approx(np.log2(n / k), abs=1e-12)


def test_information_a_second_is_that_of_a_spike_times_the_mean_rate() -> None:
    rates, seconds = some(ROOM.shape), some(ROOM.shape, 2)
    mean = (rates * seconds).sum() / seconds.sum()
    found = information_per_second(rates, seconds)
    assert found == pytest.approx(mean * information_per_spike(rates, seconds))


def test_information_of_an_exponential_rate_is_as_the_integral_says() -> None:
    # Rate exp(-a x) on 0..1: log2(a / (1 - exp(-a))) - (<x> under the rate) a log2(e).
    a, x = 5.0, (np.arange(20000) + 0.5) / 20000
    mean_x = 1 / a - np.exp(-a) / (1 - np.exp(-a))
    said = np.log2(a / (1 - np.exp(-a))) - mean_x * a * np.log2(np.e)
    found = information_per_spike(np.exp(-a * x), np.ones(20000))
    assert found == pytest.approx(said, rel=1e-6)


def test_information_is_weighted_by_the_time_in_a_bin() -> None:
    rates, seconds = np.array([8.0, 0.0]), np.array([1.0, 7.0])
    assert information_per_spike(rates, seconds) == pytest.approx(3)


@pytest.mark.parametrize("score", [information_per_spike, sparsity, selectivity])
def test_the_unit_of_the_rates_does_not_matter(score: Any) -> None:
    rates, seconds = some(ROOM.shape), some(ROOM.shape, 2)
    assert score(1e3 * rates, seconds) == pytest.approx(score(rates, seconds))


def test_sparsity_is_the_share_of_the_room_in_which_a_cell_fires() -> None:
    rates = np.where(np.arange(50) < 7, 3.0, 0.0)
    assert sparsity(rates, np.ones(50)) == pytest.approx(0.14)
    assert selectivity(rates, np.ones(50)) == pytest.approx(1 / 0.14)


@pytest.mark.parametrize("score", SCORES)
def test_bins_never_visited_do_not_count(score: Any) -> None:
    rates, seconds = some(10), some(10, 2)
    gaps = np.insert(rates, [3, 8], np.nan), np.insert(seconds, [3, 8], 0)
    assert score(*gaps) == pytest.approx(score(rates, seconds))


@pytest.mark.parametrize("score", SCORES)
def test_a_stack_of_maps_has_the_score_of_each(score: Any) -> None:
    stack, seconds = some((3, 2, *ROOM.shape)), some(ROOM.shape, 2)
    found = score(stack, seconds)
    assert found.shape == (3, 2)
    assert found[2, 1] == pytest.approx(score(stack[2, 1], seconds))


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("rate", [0.0, np.nan])
def test_a_cell_without_spikes_has_no_score(score: Any, rate: float) -> None:
    assert np.isnan(score(np.full(ROOM.shape, rate), np.ones(ROOM.shape)))


# Coherence and stability


def test_a_plane_is_coherent_and_stripes_of_one_bin_the_opposite() -> None:
    x, y = np.indices(ROOM.shape)
    assert coherence((x + 2 * y).astype(float), ROOM) > 0.99
    assert coherence(x % 2 * 1.0, ROOM) < -0.9


def test_noise_is_not_coherent() -> None:
    wide = even_bins((0.0, 1.0), (0.0, 1.0), width_m=0.01)
    assert coherence(some(wide.shape), wide) == pytest.approx(0, abs=0.04)


def test_a_wave_round_a_ring_is_perfectly_coherent() -> None:
    wave = 1 + np.cos(2 * np.pi * RING.centres[0])
    assert coherence(wave, RING) == pytest.approx(1, abs=1e-12)
    assert coherence(wave, TRACK) < 0.999


def test_the_mean_is_over_neighbours_that_were_visited() -> None:
    rates = np.array([1, 2, np.nan, 4, 5, 7, 3, np.nan, 2, 2])
    near = np.array([2, 1, 0, 5, 5.5, 4, 7, 0, 2, 2])
    there = np.isfinite(rates)
    said = np.corrcoef(rates[there], near[there])[0, 1]
    assert coherence(rates, TRACK) == pytest.approx(said)


def test_maps_correlate_over_the_bins_that_both_have() -> None:
    a, b = some(ROOM.shape), some(ROOM.shape, 2)
    a[0], b[:, 3] = np.nan, np.nan
    both = np.isfinite(a + b)
    said = np.corrcoef(a[both], b[both])[0, 1]
    assert correlation(a, b, ROOM) == pytest.approx(said)
    assert np.isnan(correlation(a, np.ones(ROOM.shape), ROOM))


def path(bins: Bins) -> tuple[Any, Any]:
    """Return times, and positions that go 8 times to the end of a track and back."""
    t = np.arange(8000) * 0.02
    return t, np.abs((t / 10 + 1) % 2 - 1)


def test_a_stable_cell_has_the_same_map_in_odd_and_even_laps() -> None:
    t, x = path(TRACK)
    seen = visits(t, x, TRACK)
    parts = odd_and_even(seen, laps(x, TRACK))
    spikes = t[x > 0.7]
    assert stability(parts, spikes) == pytest.approx(1)
    assert stability(halves(seen), spikes) == pytest.approx(1)


def test_a_cell_that_remaps_is_not_stable() -> None:
    t, x = path(TRACK)
    spikes = t[np.where(t < 80, x > 0.7, x < 0.3)]
    assert stability(halves(visits(t, x, TRACK)), spikes) < 0


def test_a_cell_that_falls_silent_has_no_stability() -> None:
    t, x = path(TRACK)
    assert np.isnan(stability(halves(visits(t, x, TRACK)), t[(t < 80) & (x > 0.7)]))


def test_halves_share_the_time_that_counts() -> None:
    t, x = path(TRACK)
    x[:3000] = 0.0
    one, other = halves(visits(t, x, TRACK, least_mps=0.01))
    assert occupancy(one).sum() == pytest.approx(occupancy(other).sum(), abs=0.021)
    spikes = np.array([10.0, 65.0, 75.0, 105.0, 155.0])
    assert [counts(part, spikes).sum() for part in (one, other)] == [3, 1]


# Laps


def test_a_lap_of_a_track_is_there_and_back() -> None:
    t, x = path(TRACK)
    found = laps(x, TRACK)
    for lap in range(8):
        assert set(found[np.abs(t - 20 * lap - 10) < 9]) == {lap}


def test_turning_back_before_the_end_makes_no_lap() -> None:
    x = np.array([0.5, 0.0, 0.6, 0.2, 0.6, 0.0, 1.0, 0.5, 1.0, 0.0, 0.5])
    assert laps(x, TRACK).tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]


def test_a_lap_of_a_ring_is_a_round_either_way() -> None:
    x: Any = 0.37 + np.arange(0, 3.5, 0.05)
    assert laps(x % 1, RING).tolist() == laps(-x % 1, RING).tolist()
    assert laps(x % 1, RING).max() == 3
