"""Populations compared, against maps whose likeness is set by hand."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.populations import (
    active_in_both,
    identity_null,
    morph_curve,
    morph_fit,
    population_vector,
    population_vectors,
    rate_difference,
    rate_overlap,
    rotation,
    separation,
    separation_null,
    spatial_correlations,
    turnover,
)

STEPS: Any = np.linspace(0, 1, 9)


def some(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).uniform(0, 10, shape)


def mixed(rho: float, n: int = 4000) -> tuple[Any, Any]:
    """Return two patterns of a correlation."""
    a, b = np.random.default_rng(1).normal(0, 1, (2, n))
    return a, rho * a + np.sqrt(1 - rho**2) * b


def ring(turn: int = 0, cells: int = 36, bins: int = 72) -> Any:
    """Return maps of a ring with a field each, turned by bins."""
    field = np.arange(cells)[:, None] * 2 + turn
    apart = (np.arange(bins) - field) * 2 * np.pi / bins
    return np.exp(8 * (np.cos(apart) - 1))


# Correlations


def test_population_vectors_are_pearsons_over_cells() -> None:
    a, b = some(12, 4, 5), some(12, 4, 5, seed=1)
    found = population_vectors(a, b)
    assert found.shape == (4, 5)
    assert found[2, 3] == pytest.approx(np.corrcoef(a[:, 2, 3], b[:, 2, 3])[0, 1])
    assert population_vector(a, b) == pytest.approx(found.mean())


def test_spatial_correlations_are_pearsons_over_visited_bins() -> None:
    a, b = some(3, 4, 5), some(3, 4, 5, seed=1)
    a[:, 0, 0], b[:, 3, 3] = np.nan, np.nan
    known = np.isfinite(a[0]) & np.isfinite(b[0])
    expected = [
        np.corrcoef(x[known], y[known])[0, 1] for x, y in zip(a, b, strict=True)
    ]
    assert spatial_correlations(a, b) == pytest.approx(expected)


def test_maps_are_like_themselves_and_unlike_their_negatives() -> None:
    a = some(8, 10)
    assert population_vectors(a, a) == pytest.approx(1)
    assert spatial_correlations(a, 30 - 2 * a) == pytest.approx(-1)


def test_unvisited_bins_and_silent_cells_have_no_correlation() -> None:
    a = some(8, 10)
    a[:, 3], a[2] = np.nan, 0.0
    assert np.isnan(population_vectors(a, a)).tolist() == [k == 3 for k in range(10)]
    assert np.isnan(spatial_correlations(a, a)).tolist() == [k == 2 for k in range(8)]
    assert np.isnan(population_vector(np.zeros((3, 4)), np.zeros((3, 4))))


def test_the_same_rate_everywhere_does_not_vary_whatever_its_rounding() -> None:
    assert np.isnan(spatial_correlations(np.full((1, 7), 0.1), some(1, 7))).all()


def test_the_same_cells_exceed_cells_dealt_anew() -> None:
    a = some(40, 10)
    b = a + some(40, 10, seed=1)
    null = identity_null(population_vector, a, b, seed=1, shuffles=50)
    assert population_vector(a, b) > null.max() + 0.3
    assert abs(null.mean()) < 0.1
    again = identity_null(population_vector, a, b, seed=1, shuffles=50)
    assert (null == again).all()


# Rates


def test_rate_overlap_and_difference_are_as_by_hand() -> None:
    a, b = np.array([2.0, 0.0, 3.0, 0.0]), np.array([1.0, 5.0, 3.0, 0.0])
    overlap, difference = rate_overlap(a, b), rate_difference(a, b)
    assert overlap[:3].tolist() == [0.5, 0, 1]
    assert difference[:3] == pytest.approx((1 - overlap[:3]) / (1 + overlap[:3]))
    assert np.isnan([overlap[3], difference[3]]).all()


def test_active_in_both_is_over_active_in_either() -> None:
    a, b = np.array([1.0, 1.0, 0.0, 0.0]), np.array([1.0, 0.9, 2.0, 0.0])
    assert active_in_both(a, b, 1.0) == pytest.approx(1 / 3)
    assert np.isnan(active_in_both(a, b, 9.0))


def test_turnover_counts_cells_and_keeps_fields() -> None:
    day = some(5, 12)
    active = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 1]], bool)
    found = turnover(np.stack([day, 2 * day, some(5, 12, seed=3)]), active)
    assert found.overlap[0, 1] == 0.5
    assert found.of_first[0, 1] == pytest.approx(2 / 3)
    assert found.overlap[0, 2] == 0
    assert found.chance[0].tolist() == [0.6, 0.6, 0.2]
    assert found.fields[0, 1] == pytest.approx(1)
    assert np.isnan(found.fields[0, 2])
    assert (np.diag(found.overlap) == 1).all()


def test_independent_days_overlap_by_chance() -> None:
    active = np.random.default_rng(0).random((2, 20000)) < 0.3
    found = turnover(np.zeros((2, 20000, 2)), active)
    assert found.of_first[0, 1] == pytest.approx(found.chance[0, 1], abs=0.03)


def test_a_day_without_active_cells_has_no_turnover() -> None:
    found = turnover(np.zeros((2, 3, 4)), np.zeros((2, 3), bool))
    assert np.isnan([found.overlap, found.of_first, found.fields]).all()
    assert (found.chance == 0).all()


# Separation


def test_a_copy_neither_separates_nor_completes() -> None:
    found = separation(some(6, 50), some(6, 50))
    assert (found.slope, found.intercept) == pytest.approx((1, 0))
    assert found.area == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("power", "sign"), [(3.0, 1), (1 / 3, -1)])
def test_a_curve_below_identity_separates_and_one_above_completes(
    power: float, sign: int
) -> None:
    rhos = np.linspace(0, 0.95, 12)
    inputs = np.stack([mixed(0)[0], *[mixed(r)[1] for r in rhos]])
    outputs = np.stack([mixed(0)[0], *[mixed(r**power)[1] for r in rhos]])
    found = separation(inputs, outputs)
    assert np.sign(found.area) == sign


def test_area_is_the_mean_of_input_less_output() -> None:
    # Two cells correlate by -1 or 1; with three the inputs take three values.
    x = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0.5, 1.0]])
    found = separation(x, np.array([[1.0, 0, 0], [1, 0, 0.0], [1, 0, 0]]))
    assert found.outputs == pytest.approx(1)
    assert found.slope == pytest.approx(0, abs=1e-12)
    values = np.sort(np.corrcoef(x)[np.triu_indices(3, 1)])
    assert found.area == pytest.approx(
        np.trapezoid(values - 1, values) / np.ptp(values)
    )


def test_patterns_that_do_not_vary_are_left_out() -> None:
    x = some(5, 30)
    y = x.copy()
    y[2] = 0.0
    found = separation(x, y)
    assert np.isnan(found.outputs).sum() == 4
    assert found.slope == pytest.approx(1)
    assert np.isnan(separation(x, np.zeros((5, 9))).slope)


def test_outputs_dealt_anew_do_not_follow_the_inputs() -> None:
    base = some(1, 200)
    inputs = base + np.arange(8)[:, None] * some(1, 200, seed=1)
    null = separation_null(inputs, inputs**2, seed=1, shuffles=50)
    assert separation(inputs, inputs**2).slope > null.max()
    assert (null == separation_null(inputs, inputs**2, seed=1, shuffles=50)).all()


# Morphs


def test_a_morph_that_blends_is_a_line_and_one_that_switches_a_sigmoid() -> None:
    a, b = ring(0), ring(30)
    switched = np.stack([a if s < 0.45 else b for s in STEPS])
    curve = morph_curve(switched)
    assert curve == pytest.approx(1.0 * (STEPS > 0.45), abs=1e-9)
    assert morph_fit(STEPS, curve).preference > 10
    turned = morph_curve(np.stack([(1 - s) * a + s * b for s in STEPS]))
    assert turned[[0, -1]] == pytest.approx([0, 1])
    assert turned[4] == pytest.approx(0.5)


def test_the_sigmoid_is_recovered() -> None:
    curve = 0.1 + 0.7 / (1 + np.exp(-15 * (STEPS - 0.4)))
    found = morph_fit(STEPS, curve)
    assert (found.low, found.high) == pytest.approx((0.1, 0.8), abs=1e-5)
    assert (found.centre, found.steepness) == pytest.approx((0.4, 15), rel=1e-4)
    assert found.preference > 10


@pytest.mark.parametrize("curve", [0.2 + 0.6 * STEPS, np.full(9, 0.5), 1 - STEPS])
def test_a_line_is_preferred_where_it_is_one(curve: Any) -> None:
    found = morph_fit(STEPS, curve)
    assert found.line_slope == pytest.approx(np.ptp(curve) * np.sign(curve[-1] - 0.5))
    assert found.preference < 0


def test_a_falling_or_shifted_sigmoid_is_recovered_too() -> None:
    x = 90 * STEPS - 60
    found = morph_fit(x, 1 / (1 + np.exp(0.2 * (x + 20))))
    assert (found.centre, found.steepness) == pytest.approx((-20, 0.2), rel=1e-3)
    assert found.high - found.low == pytest.approx(-1, abs=1e-3)


def test_ends_that_are_the_same_have_no_morph_curve() -> None:
    maps = np.stack([ring()] * 5)
    assert np.isnan(morph_curve(maps)).all()


# Rotation


@pytest.mark.parametrize("turn", [0, 9, 36, -18, -35])
def test_a_rotation_is_recovered(turn: int) -> None:
    found = rotation(ring(), ring(turn))
    assert np.rad2deg(found.angle_rad) == pytest.approx(5 * turn)
    assert found.correlation == pytest.approx(1)
    assert found.coherence == pytest.approx(1)
    assert np.rad2deg(found.cells_rad) == pytest.approx(5 * turn)


def test_a_torn_population_is_less_coherent() -> None:
    torn = np.concatenate([ring(18)[::2], ring(-18)[1::2]])
    order = np.concatenate([ring()[::2], ring()[1::2]])
    found = rotation(order, torn)
    assert found.coherence == pytest.approx(0, abs=1e-9)
    assert found.correlation < 0.6


def test_unvisited_bins_and_silent_cells_do_not_turn() -> None:
    a, b = ring(), ring(6)
    a[3], b[3] = 0.0, 0.0
    a[:, 10:14] = np.nan
    found = rotation(a, b)
    assert np.rad2deg(found.angle_rad) == pytest.approx(30)
    assert np.flatnonzero(np.isnan(found.cells_rad)).tolist() == [3]


def test_a_silent_population_does_not_turn() -> None:
    found = rotation(np.zeros((4, 8)), np.zeros((4, 8)))
    assert np.isnan([found.angle_rad, found.correlation, found.coherence]).all()


def test_a_coherent_rotation_exceeds_cells_dealt_anew() -> None:
    null = identity_null(
        lambda a, b: rotation(a, b).correlation,
        ring(cells=12, bins=24),
        ring(3, cells=12, bins=24),
        seed=1,
        shuffles=10,
    )
    assert null.max() < 0.8


# What is refused


def test_stacks_must_fit() -> None:
    with pytest.raises(ValueError, match=r"Stacks of \(2, 3\) and \(2, 4\) do not fit"):
        population_vectors(np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(ValueError, match="do not fit"):
        spatial_correlations(np.ones((0, 3)), np.ones((0, 3)))
    with pytest.raises(ValueError, match=r"Rates of \(2,\) and \(3,\) do not fit"):
        rate_overlap(np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match=r"activity of \(2, 4\)"):
        turnover(np.ones((2, 3, 4)), np.ones((2, 4), bool))


def test_patterns_must_fit_and_be_three() -> None:
    with pytest.raises(ValueError, match="of as many patterns"):
        separation(np.ones((3, 4)), np.ones((4, 4)))
    with pytest.raises(ValueError, match="2 patterns make no curve: give 3 or more"):
        separation(np.ones((2, 4)), np.ones((2, 4)))


def test_morphs_must_have_steps() -> None:
    with pytest.raises(ValueError, match="are no morph"):
        morph_curve(np.ones((2, 3, 4)))
    with pytest.raises(ValueError, match="give 5 or more of each"):
        morph_fit(STEPS[:4], STEPS[:4])
    with pytest.raises(ValueError, match="leave it out"):
        morph_fit(STEPS, np.full(9, np.nan))


def test_a_ring_has_one_axis() -> None:
    with pytest.raises(ValueError, match="are no ring"):
        rotation(np.ones((2, 3, 4)), np.ones((2, 3, 4)))
