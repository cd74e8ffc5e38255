"""Shuffles: what they keep, what they break, and what is read off them."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.grid import autocorrelogram, grid_score
from trisynapse.analysis.maps import Visits, counts, even_bins, occupancy, rates, visits
from trisynapse.analysis.shuffle import null, shifted_counts, shifts, verdict
from trisynapse.analysis.spatial import information_per_spike

ROOM = even_bins((0.0, 1.0), (0.0, 1.0), width_m=0.05)
DT, SAMPLES = 0.1, 6000


def path(seed: int = 1) -> tuple[Visits, Any]:
    """Return ten minutes of a random walk in a room of 1 m, and its positions."""
    steps = np.random.default_rng(seed).normal(0, 0.05, (SAMPLES, 2))
    xy = np.abs((steps.cumsum(axis=0) + 0.5) % 2 - 1)
    t: Any = np.arange(SAMPLES) * DT
    return visits(t, xy, ROOM), xy


SEEN, XY = path()


def spikes(rate_hz: Any, seed: int = 2) -> Any:
    n = np.random.default_rng(seed).poisson(np.broadcast_to(rate_hz * DT, SAMPLES))
    return np.repeat(SEEN.t_s, n)


def information(n: Any) -> Any:
    return information_per_spike(rates(n, SEEN), occupancy(SEEN))


def gridness(n: Any) -> Any:
    return grid_score(autocorrelogram(rates(n, SEEN, sigma_m=0.05)))


# Shifts


def test_shifts_lie_between_the_least_and_the_rest_of_the_session() -> None:
    found = shifts(100.0, 1000, least_s=20.0, seed=1)
    assert 20 <= found.min() < 21 and 79 < found.max() <= 80


def test_the_same_seed_gives_the_same_shifts_and_another_does_not() -> None:
    one, same, other = (
        shifts(99.0, 9, least_s=2.0, seed=s) for s in ((1, 2), (1, 2), (1, 3))
    )
    assert (one == same).all() and not np.isin(one, other).any()


@pytest.mark.parametrize("least_s", [0.0, -1.0, 50.0, np.nan])
def test_shifts_that_do_not_fit_into_the_session_are_refused(least_s: float) -> None:
    with pytest.raises(ValueError) as refusal:
        shifts(100.0, 3, least_s=least_s, seed=1)
    assert "allowed is above 0 and below 50 s" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_no_shift_gives_the_map_itself_and_nor_does_a_whole_session() -> None:
    times = spikes(2.0)
    found = shifted_counts(SEEN, times, np.array([0.0, SAMPLES * DT]))
    assert (found == counts(SEEN, times)).all()


def test_a_shift_moves_spikes_along_the_path_and_round_its_end() -> None:
    times = spikes(2.0)
    (found,) = shifted_counts(SEEN, times, np.array([250.0]))
    moved = (times + 250) % (SAMPLES * DT)
    assert (found == counts(SEEN, moved)).all()


def test_no_spike_is_lost_where_only_running_counts() -> None:
    moving = visits(SEEN.t_s, XY, ROOM, least_mps=0.4)
    kept = counts(moving, spikes(2.0)).sum()
    found = shifted_counts(moving, spikes(2.0), np.array([20.0, 70.0, 111.1]))
    assert found.sum(axis=(1, 2)).tolist() == [kept] * 3
    assert (found[:, occupancy(moving) == 0] == 0).all()


def test_a_cell_without_spikes_has_a_null_without_scores() -> None:
    found = null(information, SEEN, np.empty(0), 5, seed=1)
    assert found.shape == (5,) and np.isnan(found).all()


# Null distributions


def test_a_place_cell_beats_its_null_and_a_cell_without_a_place_does_not() -> None:
    place = np.exp(-((XY - 0.3) ** 2).sum(axis=1) / 0.02)
    for rate, seed, beaten in ((10 * place, 3, True), (1.0, 4, False)):
        times = spikes(rate, seed)
        found = verdict(
            float(information(counts(SEEN, times))),
            null(information, SEEN, times, 199, seed=1),
        )
        assert (found.p == 0.005) if beaten else (found.p > 0.05)
        assert (found.score > found.percentile_95) == beaten


def test_few_spikes_look_informative_and_so_does_their_null() -> None:
    few, many = (
        null(information, SEEN, spikes(rate), 50, seed=1).mean() for rate in (0.05, 5)
    )
    assert few > 10 * many


def test_a_grid_cell_beats_its_null() -> None:
    angles = np.pi / 6 + np.arange(3) * np.pi / 3
    phases = 4 * np.pi / np.sqrt(3) / 0.4 * XY @ [np.cos(angles), np.sin(angles)]
    times = spikes(2 * np.exp(np.cos(phases).sum(axis=1)) / 3)
    found = verdict(
        float(gridness(counts(SEEN, times))), null(gridness, SEEN, times, 99, seed=1)
    )
    assert found.p == 0.01 and found.z > 2


def test_p_values_of_cells_without_a_place_are_even() -> None:
    p = []
    for cell in range(40):
        times = spikes(1.0, 100 + cell)
        score = float(information(counts(SEEN, times)))
        p.append(verdict(score, null(information, SEEN, times, 19, seed=(1, cell))).p)
    # Of the discrete even distribution over 1/20 ... 1: mean 0.525, SD 0.288.
    assert np.mean(p) == pytest.approx(0.525, abs=4 * 0.288 / np.sqrt(40))


def test_a_null_is_the_same_for_the_same_seed() -> None:
    one, same = (null(information, SEEN, spikes(1.0), 200, seed=7) for _ in range(2))
    assert (one == same).all()


# Verdicts


def test_p_counts_the_score_among_its_null() -> None:
    scores: Any = np.arange(99.0)
    assert verdict(1000.0, scores).p == 0.01
    assert verdict(98.0, scores).p == 0.02
    assert verdict(-1.0, scores).p == 1


def test_z_and_percentile_are_of_the_null() -> None:
    scores = np.array([1.0, 2.0, 3.0])
    found = verdict(5.0, scores)
    assert (found.mean, found.z) == (2, 3)
    assert found.percentile_95 == np.percentile(scores, 95)


def test_shuffles_without_a_score_do_not_count() -> None:
    scores = np.array([np.nan, 1.0, 2.0, np.nan, 3.0])
    assert verdict(2.5, scores) == verdict(2.5, np.array([1.0, 2.0, 3.0]))


@pytest.mark.parametrize(
    ("score", "scores"), [(np.nan, [1.0, 2.0]), (1.0, [np.nan]), (1.0, [])]
)
def test_without_a_score_or_a_null_there_is_no_p_value(
    score: float, scores: Any
) -> None:
    found = verdict(score, np.array(scores))
    assert np.isnan([found.p, found.z, found.percentile_95]).all()


def test_a_null_without_a_spread_gives_no_z() -> None:
    found = verdict(2.0, np.ones(9))
    assert found.p == 0.1 and np.isnan(found.z)
