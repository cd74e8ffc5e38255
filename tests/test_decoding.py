"""Decoding of position, against posteriors that are counted by hand, and pynapple."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.decoding import (
    blocks,
    centres,
    confusion,
    cross_validated,
    errors,
    mean_position,
    median_error,
    most_likely,
    posterior,
    rate_maps,
    shuffled_errors,
    spike_counts,
)

EDGES: Any = [np.linspace(0, 1, 11)]
PLANE: Any = [np.linspace(0, 1, 6), np.linspace(0, 2, 9)]
DT_S = 0.1


def tuned(n: int = 30, seed: int = 0) -> Any:
    """Return maps (cells, 10) with a field each."""
    field = np.random.default_rng(seed).uniform(0, 1, (n, 1))
    return 0.5 + 20 * np.exp(-((centres(EDGES)[0] - field) ** 2) / (2 * 0.08**2))


def session(seed: int = 0, silent: int = 0) -> tuple[Any, Any]:
    """Return counts and positions of an animal that runs to and fro."""
    x = 0.5 - 0.499 * np.cos(np.arange(1000) * 0.05)
    maps = np.concatenate([tuned(seed=seed), np.zeros((silent, 10))])
    rates = maps[:, np.minimum((x * 10).astype(int), 9)].T
    return np.random.default_rng(seed).poisson(rates * DT_S).astype(float), x[:, None]


# Counts


def test_every_cell_is_counted_the_silent_too() -> None:
    times, ids = np.array([0.0, 0.99, 1.0, 2.5, 3.0, -1]), np.array([0, 2, 2, 0, 1, 1])
    found = spike_counts(times, ids, 4, np.arange(4.0))
    assert found.tolist() == [[1, 0, 1, 0], [0, 0, 1, 0], [1, 0, 0, 0]]


# Posterior


def test_delta_fields_find_the_bin() -> None:
    maps = 10 * np.eye(10)
    found = posterior(np.eye(10), maps, DT_S)
    assert found.argmax(axis=1).tolist() == list(range(10))
    assert np.diag(found).min() > 0.999
    assert most_likely(found, EDGES)[:, 0] == pytest.approx(centres(EDGES)[0])


def test_the_posterior_is_that_of_poisson_by_hand() -> None:
    maps, counts = np.array([[2.0, 8.0], [5.0, 1.0]]), np.array([[3.0, 1.0]])
    prior = np.array([1.0, 3.0])
    like = [
        p * (0.1 * f) ** 3 * np.exp(-0.1 * f) * 0.1 * g * np.exp(-0.1 * g)
        for (f, g), p in zip(maps.T, prior, strict=True)
    ]
    found = posterior(counts, maps, 0.1, prior=prior)
    assert found[0] == pytest.approx(np.array(like) / sum(like), rel=1e-12)


def test_silent_cells_tell_where_the_animal_is_not() -> None:
    maps = np.array([[20.0, 0.0, 20.0], [0.0, 20.0, 20.0]])
    found = posterior(np.array([[1.0, 0.0]]), maps, 0.2, floor_hz=1e-9)[0]
    assert found[0] / found[2] == pytest.approx(np.exp(0.2 * 20), rel=1e-6)


def test_without_spikes_the_posterior_is_exp_of_minus_the_summed_rates() -> None:
    maps = tuned(5)
    expected = np.exp(-DT_S * maps.sum(axis=0))
    found = posterior(np.zeros((1, 5)), maps, DT_S)[0]
    assert found == pytest.approx(expected / expected.sum())


def test_without_tuning_the_posterior_is_the_prior() -> None:
    prior = np.arange(10.0)
    found = posterior(np.full((3, 4), 2.0), np.full((4, 10), 7.0), DT_S, prior=prior)
    assert found == pytest.approx(np.tile(prior / 45, (3, 1)))


def test_a_cell_that_is_silent_everywhere_changes_nothing() -> None:
    counts = np.random.default_rng(0).poisson(1, (20, 30)).astype(float)
    more = np.concatenate([counts, np.zeros((20, 2))], axis=1)
    maps = np.concatenate([tuned(), np.zeros((2, 10))])
    assert posterior(more, maps, DT_S) == pytest.approx(
        posterior(counts, tuned(), DT_S)
    )


def test_unvisited_bins_have_no_probability() -> None:
    maps = tuned()
    maps[:, 3] = np.nan
    found = posterior(np.ones((4, 30)), maps, DT_S)
    assert (found[:, 3] == 0).all()
    assert found.sum(axis=1) == pytest.approx(1)


def test_many_spikes_do_not_underflow() -> None:
    found = posterior(np.full((1, 30), 500.0), tuned(), DT_S)
    assert found.sum() == pytest.approx(1)


def test_one_stray_spike_vetoes_no_place() -> None:
    maps = np.array([[10.0, 0.5], [0.0, 0.5]])
    counts = np.array([[5.0, 1.0]])
    assert posterior(counts, maps, 0.5)[0, 0] > 0.9
    assert posterior(counts, maps, 0.5, floor_hz=1e-12)[0, 0] < 0.1


def test_a_plane_is_decoded_as_its_bins_in_a_row() -> None:
    rng = np.random.default_rng(2)
    maps, counts = rng.uniform(0.1, 9, (6, 5, 8)), rng.poisson(1, (7, 6)).astype(float)
    found = posterior(counts, maps, DT_S, prior=np.ones((5, 8)))
    assert found.shape == (7, 5, 8)
    row = posterior(counts, maps.reshape(6, 40), DT_S)
    assert found.reshape(7, 40) == pytest.approx(row)


# Positions


def test_positions_of_a_plane() -> None:
    belief = np.zeros((1, 5, 8))
    belief[0, 1, 2], belief[0, 3, 2] = 0.6, 0.4
    assert most_likely(belief, PLANE)[0] == pytest.approx([0.3, 0.625])
    assert mean_position(belief, PLANE)[0] == pytest.approx([0.46, 0.625])


def test_errors_are_distances_and_unknown_ones_do_not_count() -> None:
    true = np.array([[0, 0], [0, 0], [np.nan, 0], [1, 1.0]])
    read = np.array([[3, 4], [0, 1], [0, 0], [1, 1.0]])
    assert errors(read, true)[[0, 1, 3]].tolist() == [5, 1, 0]
    assert median_error(read, true) == 1
    assert np.isnan(median_error(read[2:3], true[2:3]))


def test_confusion_has_rows_of_true_bins() -> None:
    x = np.array([[0.05], [0.05], [0.95], [1.5]])
    found = confusion(x[[0, 1, 0, 0]], x, EDGES)
    assert found[0].tolist() == [1] + [0] * 9
    assert found[9].tolist() == [1] + [0] * 9
    assert np.isnan(found[1:9]).all()


# Maps and validation


def test_maps_are_spikes_over_seconds() -> None:
    x = np.array([[0.05], [0.07], [0.55], [np.nan], [2.0]])
    counts = np.array([[1.0, 0], [2, 0], [3, 1], [9, 9], [9, 9]])
    maps, seconds = rate_maps(counts, x, EDGES, 0.5)
    assert maps[:, [0, 5]].tolist() == [[3, 6], [0, 2]]
    assert np.isnan(maps[:, [1, 2, 3, 4, 6, 7, 8, 9]]).all()
    assert seconds[[0, 5]].tolist() == [1, 0.5]


def test_the_last_bin_contains_its_upper_edge() -> None:
    x = np.array([[1.0], [1.0 + 1e-9], [0.0], [-1e-9]])
    seconds = rate_maps(np.ones((4, 1)), x, EDGES, 1.0)[1]
    assert seconds.tolist() == [1] + [0] * 8 + [1]


def test_a_map_of_a_plane_has_x_first_and_smoothing_keeps_a_flat_one() -> None:
    rng = np.random.default_rng(0)
    place = rng.uniform(0, 1, (2000, 2)) * [1, 2]
    maps, seconds = rate_maps(np.ones((2000, 3)), place, PLANE, DT_S, smooth_bins=1)
    assert maps.shape == (3, 5, 8)
    assert maps == pytest.approx(np.full((3, 5, 8), 10.0))
    found = np.histogram2d(*place.T, PLANE)[0]
    assert seconds == pytest.approx(DT_S * found)


@pytest.mark.parametrize("prior", [True, False])
def test_a_tuned_population_is_decoded_across_laps(prior: bool) -> None:
    counts, x = session(silent=3)
    laps = (np.arange(1000) * 0.05 / (2 * np.pi)).astype(int)
    found = cross_validated(counts, x, EDGES, DT_S, laps, occupancy_prior=prior)
    assert found.median_m < 0.05
    null = shuffled_errors(counts, x, EDGES, DT_S, laps, seed=1, shuffles=20)
    assert found.median_m < null.min() / 2
    again = shuffled_errors(counts, x, EDGES, DT_S, laps, seed=1, shuffles=20)
    assert (null == again).all()


def test_spikes_that_tell_nothing_decode_no_better_than_the_null() -> None:
    counts, x = session()
    lost = np.random.default_rng(1).permutation(counts)
    found = cross_validated(lost, x, EDGES, DT_S, blocks(1000, 5)).median_m
    null = shuffled_errors(lost, x, EDGES, DT_S, blocks(1000, 5), seed=1, shuffles=20)
    assert found > null.min() / 2


def test_a_fold_is_not_decoded_with_its_own_spikes() -> None:
    # Every cell fires in one block only, so that no other block's maps know it.
    x, fold = np.tile(np.linspace(0.05, 0.95, 10), 4)[:, None], blocks(40, 4)
    counts = np.zeros((40, 40))
    np.fill_diagonal(counts, 5)
    found = cross_validated(counts, x, EDGES, DT_S, fold)
    assert (found.position_m == found.position_m[0]).all()


def test_a_population_without_spikes_decodes_one_place() -> None:
    _, x = session()
    found = cross_validated(np.zeros((1000, 4)), x, EDGES, DT_S, blocks(1000, 4))
    assert np.unique(found.position_m).tolist() == pytest.approx([0.05])


def test_where_spikes_tell_nothing_the_prior_decodes_the_most_visited_place() -> None:
    x = np.tile([0.05, 0.55, 0.55, 0.95], 20)[:, None]
    given = (np.zeros((80, 4)), x, EDGES, DT_S, blocks(80, 4))
    found = cross_validated(*given, occupancy_prior=True)
    assert np.unique(found.position_m).tolist() == pytest.approx([0.55])


# Against pynapple


@pytest.mark.parametrize("even", [True, False])
@pytest.mark.parametrize("plane", [True, False])
def test_pynapple_decodes_the_same(even: bool, plane: bool) -> None:
    nap = pytest.importorskip("pynapple")
    xarray = pytest.importorskip("xarray")
    rng = np.random.default_rng(4)
    shape = (5, 8) if plane else (10,)
    maps = rng.uniform(0.01, 20, (12, *shape))
    maps[0], maps[1:, ..., 0] = 0.0, 0.0
    counts = rng.poisson(1.0, (50, 12)).astype(float)
    occupancy = rng.uniform(1, 9, shape)
    middles = centres(PLANE if plane else EDGES)
    names = ["x", "y"][: len(shape)]
    curves = xarray.DataArray(
        maps,
        dims=["unit", *names],
        coords={"unit": np.arange(12), **dict(zip(names, middles, strict=True))},
        attrs={"occupancy": occupancy},
    )
    t = (np.arange(50) + 0.5) * DT_S
    data = nap.TsdFrame(t=t, d=counts, columns=np.arange(12))
    given = (curves, data, data.time_support, DT_S)
    best, theirs = nap.decode_bayes(*given, uniform_prior=even)
    prior = None if even else occupancy
    ours = posterior(counts, maps, DT_S, prior=prior, floor_hz=1e-12)
    assert ours == pytest.approx(theirs.values, abs=1e-6)
    read = most_likely(ours, PLANE if plane else EDGES)
    assert read == pytest.approx(best.values.reshape(50, -1))


# What is refused


def test_spikes_and_their_edges_are_checked() -> None:
    with pytest.raises(ValueError, match="3 times and 2 cells are no spikes"):
        spike_counts(np.ones(3), np.ones(2, int), 2, np.arange(3.0))
    with pytest.raises(ValueError, match="are no spikes"):
        spike_counts(np.array([np.nan]), np.zeros(1, int), 2, np.arange(3.0))
    with pytest.raises(ValueError, match="Cells 1 to 5 are not all among 5: raise n"):
        spike_counts(np.ones(2), np.array([1, 5]), 5, np.arange(3.0))
    with pytest.raises(ValueError, match="Edges of time must be two or more"):
        spike_counts(np.ones(1), np.zeros(1, int), 1, np.array([1.0, 0.0]))


def test_counts_and_maps_must_fit() -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 3\) do not fit 4 maps"):
        posterior(np.ones((2, 3)), np.ones((4, 10)), DT_S)
    with pytest.raises(ValueError, match="decodes nothing"):
        posterior(np.ones((2, 4)), np.ones((4, 10)), 0.0)
    with pytest.raises(ValueError, match="leave none to decode"):
        posterior(np.ones((2, 4)), np.full((4, 10), np.nan), DT_S)
    with pytest.raises(ValueError, match="leave none to decode"):
        posterior(np.ones((2, 0)), np.ones((0, 10)), DT_S)
    with pytest.raises(ValueError, match="A count is not finite"):
        posterior(np.full((2, 4), np.nan), np.ones((4, 10)), DT_S)


@pytest.mark.parametrize("prior", [np.ones(9), -np.ones(10)])
def test_a_prior_fits_the_maps_and_is_not_negative(prior: Any) -> None:
    with pytest.raises(ValueError, match=r"does not fit maps of \(10,\) bins"):
        posterior(np.ones((2, 4)), np.ones((4, 10)), DT_S, prior=prior)


def test_edges_and_positions_must_fit() -> None:
    with pytest.raises(ValueError, match=r"A posterior of \(10,\) bins does not fit"):
        most_likely(np.ones((1, 10)), [np.arange(4.0)])
    with pytest.raises(ValueError, match="Edges of place must be two or more"):
        centres([np.zeros(3)])
    with pytest.raises(ValueError, match=r"two arrays \(n, dimensions\)"):
        errors(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="give one a dimension"):
        rate_maps(np.ones((3, 1)), np.ones((3, 2)), EDGES, DT_S)
    with pytest.raises(ValueError, match="do not fit"):
        rate_maps(np.ones((3, 1)), np.ones((4, 1)), EDGES, DT_S)


@pytest.mark.parametrize("folds", [np.zeros(1000, int), np.arange(999)])
def test_folds_split_the_time(folds: Any) -> None:
    counts, x = session()
    with pytest.raises(ValueError, match="give each its lap or block, two or more"):
        cross_validated(counts, x, EDGES, DT_S, folds)


@pytest.mark.parametrize("k", [1, 6])
def test_blocks_are_two_or_more_and_not_empty(k: int) -> None:
    with pytest.raises(ValueError, match="choose 2 to 5"):
        blocks(5, k)
