"""Phases, precession, sweeps and coupling, against signals whose scores are known."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.phases import (
    amplitude_by_phase,
    analytic_signal,
    around_animal,
    field_precession,
    known_phase,
    modulation_index,
    modulation_null,
    phase_at,
    phase_line,
    phase_line_null,
    quadrant_null,
    quadrant_score,
    theta_phase,
    through_field,
    weighted_correlation,
)

TURN = 2 * np.pi
RATE_HZ = 1000.0
T: Any = np.arange(5000) / RATE_HZ
MIDDLE = slice(1000, 4000)
X: Any = np.random.default_rng(0).uniform(0, 1, 60)
OFFSETS: Any = np.linspace(-0.4, 0.4, 17)


def apart(a: Any, b: Any) -> Any:
    """Return how far two angles are apart."""
    return np.abs(np.angle(np.exp(1j * (np.asarray(a) - b))))


def sweeps(slope: float, cycles: int = 20, steps: int = 8) -> Any:
    """Return probability around the animal that moves by ``slope`` m a cycle."""
    centre = slope * ((np.arange(steps) + 0.5) / steps - 0.5)
    bump = np.exp(-((OFFSETS - centre[:, None]) ** 2) / (2 * 0.05**2))
    return np.repeat((bump / bump.sum(axis=1, keepdims=True))[None], cycles, axis=0)


# Phase


def test_the_phase_of_a_theta_wave_is_the_known_one() -> None:
    noise = np.random.default_rng(1).normal(0, 0.2, len(T))
    wave = np.cos(TURN * 8 * T) + 0.5 * np.sin(TURN * 60 * T) + noise + 3.0
    found = theta_phase(wave, RATE_HZ)
    assert apart(found, known_phase(T, 8.0))[MIDDLE].max() < 0.15
    assert ((found >= 0) & (found < TURN)).all()


def test_a_peak_has_phase_0_and_a_trough_pi() -> None:
    found = theta_phase(np.cos(TURN * 8 * T), RATE_HZ)
    assert apart(found[2000], 0) < 0.01
    assert apart(found[2062], np.pi) < 0.05


def test_the_amplitude_is_that_of_the_band() -> None:
    envelope = 2 + np.cos(TURN * T)
    wave = envelope * np.cos(TURN * 70 * T) + 5 * np.cos(TURN * 8 * T)
    found = np.abs(analytic_signal(wave, RATE_HZ, 50, 90))
    assert found[MIDDLE] == pytest.approx(envelope[MIDDLE], abs=0.03)


def test_the_known_theta_peaks_where_it_is_told() -> None:
    assert known_phase(np.array([0.03, 0.155]), 8.0, peak_s=0.03) == pytest.approx(0)
    assert known_phase(np.array([0.0925]), 8.0, peak_s=0.03) == pytest.approx(np.pi)


def test_phases_between_samples_go_on_around_the_end_of_a_cycle() -> None:
    phase = known_phase(T, 8.0)
    times = np.random.default_rng(0).uniform(0, 4.99, 200)
    found = phase_at(times, phase, RATE_HZ)
    assert apart(found, known_phase(times, 8.0)).max() < 1e-9


def test_times_outside_the_signal_have_no_phase() -> None:
    found = phase_at(np.array([0.9, 1.0, 1.5, 2.1]), np.array([1.0, 2]), 1, start_s=1)
    assert np.isnan(found).tolist() == [True, False, False, True]
    assert len(phase_at(np.array([]), np.ones(2), 1.0)) == 0


# Precession


@pytest.mark.parametrize("degrees", [-225.0, -450.0, -100.0, 300.0, -700.0])
def test_a_perfect_precession_is_recovered(degrees: float) -> None:
    slope = np.deg2rad(degrees)
    line = phase_line(X, (4.9 + slope * X) % TURN)
    assert line.slope == pytest.approx(slope, abs=1e-6)
    assert line.offset == pytest.approx(4.9, abs=1e-6)
    assert line.resultant == pytest.approx(1, abs=1e-12)
    assert line.correlation == pytest.approx(np.sign(slope), abs=1e-6)
    assert line.p < 1e-6


@pytest.mark.parametrize("unit", [1e-2, 1.0, 100.0])
def test_the_unit_of_x_does_not_matter(unit: float) -> None:
    phase = (4.0 - 3.0 * X) % TURN
    limits = (-TURN / unit, TURN / unit)
    assert phase_line(unit * X, phase, slopes=limits).slope * unit == pytest.approx(
        -3.0, abs=1e-6
    )


def test_a_slope_outside_the_range_is_not_found() -> None:
    line = phase_line(X, (-6.0 * X) % TURN, slopes=(-TURN / 2, TURN / 2))
    assert line.slope == pytest.approx(-TURN / 2)
    assert line.resultant < 0.9


def test_no_slope_of_the_range_holds_better() -> None:
    rng = np.random.default_rng(4)
    grid = np.linspace(-2 * TURN, 2 * TURN, 2001)
    for _ in range(20):
        x, phases = rng.beta(0.5, 0.5, 15), rng.uniform(0, TURN, 15)
        turned = np.exp(1j * (phases - grid[:, None] * x))
        best = np.abs(turned.mean(axis=1)).max()
        assert phase_line(x, phases).resultant > best - 1e-3


def test_noisy_precession_is_recovered_within_its_error() -> None:
    noise = np.random.default_rng(3).vonmises(0, 2.0, (40, 60))
    lines = [phase_line(X, (5 - 4 * X + n) % TURN) for n in noise]
    slopes = np.array([line.slope for line in lines])
    assert slopes.mean() == pytest.approx(-4, abs=4 * slopes.std() / np.sqrt(40))
    assert np.mean([line.p < 0.05 for line in lines]) > 0.9


def test_the_correlation_of_angles_in_a_half_cycle_is_as_by_the_formula() -> None:
    x, phase = np.array([0.0, 0.5, 1.0, 1.5]), np.array([2.0, 1.0, 1.3, 0.2])
    line = phase_line(x, phase, slopes=(-1.0, -1.0 + 1e-9))
    a, b = (np.sin(v - np.angle(np.exp(1j * v).sum())) for v in (x, phase))
    rho = (a @ b) / np.sqrt((a @ a) * (b @ b))
    assert line.correlation == pytest.approx(rho, abs=1e-8)


def test_random_phases_are_rarely_called_significant() -> None:
    draws = np.random.default_rng(5).uniform(0, TURN, (100, 40))
    lines = [phase_line(X[:40], phases, slopes=(-TURN, TURN)) for phases in draws]
    # More often than 5 %, for the slope was searched for: hence the null below.
    assert np.mean([line.p < 0.05 for line in lines]) < 0.2


def test_the_null_tells_precession_from_the_search_for_a_slope() -> None:
    rng = np.random.default_rng(6)
    phases = (5 - 4 * X + rng.vonmises(0, 2.0, 60)) % TURN
    null = phase_line_null(X, phases, seed=1, shuffles=40)
    assert phase_line(X, phases).resultant > null.max()
    line = phase_line(X, rng.uniform(0, TURN, 60))
    assert line.resultant < np.quantile(null, 0.99) + 0.1
    assert (null == phase_line_null(X, phases, seed=1, shuffles=40)).all()


@pytest.mark.parametrize(("entry", "leave"), [(0.4, 1.0), (1.0, 0.4)])
def test_a_field_is_run_through_from_entry_to_exit(entry: float, leave: float) -> None:
    place = entry + (leave - entry) * np.linspace(-0.5, 1.5, 200)
    phase = (np.deg2rad(280) - np.deg2rad(200) * through_field(place, entry, leave)) % 7
    line = field_precession(place, phase, entry, leave)
    assert np.rad2deg(line.slope) == pytest.approx(-200)
    assert np.rad2deg(line.offset) == pytest.approx(280)
    assert line.n == 100


def test_too_few_spikes_have_no_line() -> None:
    for x in (np.array([]), np.array([1.0, 2.0]), np.ones(9)):
        line = phase_line(x, np.ones(len(x)))
        assert np.isnan([line.slope, line.offset, line.correlation, line.p]).all()
        assert line.n == len(x)


# Sweeps


def test_sweeps_with_the_running_are_positive_and_against_it_negative() -> None:
    assert quadrant_score(sweeps(0.4), OFFSETS) > 0.8
    assert quadrant_score(sweeps(-0.4), OFFSETS) == pytest.approx(
        -quadrant_score(sweeps(0.4), OFFSETS)
    )
    assert quadrant_score(sweeps(0.0), OFFSETS) == pytest.approx(0, abs=1e-12)


def test_decoding_ahead_throughout_is_no_sweep() -> None:
    around = np.zeros((3, 8, 17))
    around[:, :, 14] = 1.0
    assert quadrant_score(around, OFFSETS) == 0


def test_without_probability_there_is_no_sweep() -> None:
    assert np.isnan(quadrant_score(np.full((3, 8, 17), np.nan), OFFSETS))
    assert np.isnan(quadrant_null(np.zeros((3, 8, 17)), OFFSETS, seed=0)).all()


def test_sweeps_exceed_cycles_begun_at_random() -> None:
    null = quadrant_null(sweeps(0.4), OFFSETS, seed=3)
    assert quadrant_score(sweeps(0.4), OFFSETS) > null.max()
    assert abs(null.mean()) < 0.05
    assert (null == quadrant_null(sweeps(0.4), OFFSETS, seed=3)).all()


@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_probability_is_seen_from_the_animal(direction: float) -> None:
    edges = np.linspace(0, 2, 41)
    centres = (edges[1:] + edges[:-1]) / 2
    at = np.array([[0.9, 1.0], [1.1, 0.7]])
    posterior = 1 + np.stack([[centres - p for p in row] for row in at])
    found = around_animal(posterior, at, np.full(2, direction), edges, OFFSETS)
    expected = np.broadcast_to(1 + direction * OFFSETS, (2, 2, 17))
    assert found == pytest.approx(expected)


def test_beyond_the_ends_of_the_track_nothing_is_decoded() -> None:
    edges, posterior = np.linspace(0, 1, 11), np.full((1, 1, 10), 0.1)
    found = around_animal(posterior, [[0.2]], np.ones(1), edges, OFFSETS)
    assert np.isnan(found[0, 0]).tolist() == (OFFSETS < -0.2 - 1e-9).tolist()


def test_weighted_correlation_of_a_diagonal_is_1_and_of_a_flat_one_0() -> None:
    assert weighted_correlation(np.eye(6), np.arange(6.0)) == pytest.approx(1)
    assert weighted_correlation(np.eye(6)[::-1], np.arange(6.0)) == pytest.approx(-1)
    assert weighted_correlation(np.ones((6, 6)), np.arange(6.0)) == pytest.approx(0)


def test_weighted_correlation_is_pearsons_of_as_many_points() -> None:
    counts = np.random.default_rng(0).integers(0, 4, (5, 7))
    t, x = (np.repeat(i, counts.ravel()) for i in np.indices((5, 7)).reshape(2, -1))
    found = weighted_correlation(counts.astype(float), np.arange(7.0))
    assert found == pytest.approx(np.corrcoef(t, x)[0, 1])


def test_all_probability_at_one_place_has_no_correlation() -> None:
    posterior = np.zeros((4, 5))
    posterior[:, 2] = 0.3
    assert np.isnan(weighted_correlation(posterior, np.arange(5.0)))
    assert np.isnan(weighted_correlation(0 * posterior, np.arange(5.0)))


# Coupling


def test_amplitude_that_is_the_same_at_all_phases_has_index_0() -> None:
    assert modulation_index(known_phase(T, 8.0), np.full(5000, 2.5)) == pytest.approx(
        0, abs=1e-12
    )


def test_amplitude_all_in_one_bin_has_index_1() -> None:
    phase = known_phase(T, 8.0)
    assert modulation_index(phase, 1.0 * (phase < TURN / 18)) == pytest.approx(1)


@pytest.mark.parametrize("bins", [4, 18, 20])
def test_the_index_of_half_the_bins_is_as_by_hand(bins: int) -> None:
    phase = (np.arange(bins) + 0.5) * TURN / bins
    found = modulation_index(phase, 3.0 * (phase < np.pi), bins=bins)
    assert found == pytest.approx(np.log(2) / np.log(bins))


def test_amplitude_by_phase_is_of_means_and_not_of_samples() -> None:
    phase = np.repeat((np.arange(18) + 0.5) * TURN / 18, np.arange(1, 19))
    assert amplitude_by_phase(phase, np.ones(len(phase))) == pytest.approx(1 / 18)


def test_coupled_gamma_exceeds_its_surrogates() -> None:
    rng = np.random.default_rng(0)
    steps = TURN * (8 + rng.normal(0, 1.5, len(T)).cumsum() / 60) / RATE_HZ
    theta = np.cumsum(steps)
    gamma = (1 + 0.7 * np.cos(theta)) * np.cos(TURN * 70 * T)
    wave = np.cos(theta) + 0.3 * gamma + rng.normal(0, 0.05, len(T))
    phase = theta_phase(wave, RATE_HZ)
    amplitude = np.abs(analytic_signal(wave, RATE_HZ, 50, 90))
    found = modulation_index(phase, amplitude)
    null = modulation_null(phase, amplitude, RATE_HZ, seed=2, surrogates=50)
    assert found > 2 * null.max()
    assert amplitude_by_phase(phase, amplitude).argmax() in (0, 17)
    again = modulation_null(phase, amplitude, RATE_HZ, seed=2, surrogates=50)
    assert (null == again).all()


def test_a_phase_that_never_came_has_no_index() -> None:
    assert np.isnan(modulation_index(np.array([1.0, 2.0]), np.ones(2)))
    assert np.isnan(modulation_index(known_phase(T, 8.0), np.zeros(5000)))


# What is refused


@pytest.mark.parametrize("band", [(0, 8), (8, 8), (8, 500), (12, 4)])
def test_a_band_must_lie_below_half_the_rate(band: Any) -> None:
    with pytest.raises(ValueError, match="does not lie between 0 and half the rate"):
        analytic_signal(np.cos(T), RATE_HZ, *band)


@pytest.mark.parametrize("values", [T[:300], np.full(5000, np.nan), T.reshape(50, 100)])
def test_a_signal_must_be_long_and_finite(values: Any) -> None:
    with pytest.raises(ValueError, match="cannot be filtered"):
        theta_phase(values, RATE_HZ)


def test_lengths_must_fit() -> None:
    with pytest.raises(ValueError, match="3 positions do not fit 2 phases"):
        phase_line(np.ones(3), np.ones(2))
    with pytest.raises(ValueError, match="3 phases do not fit 2 amplitudes"):
        modulation_index(np.ones(3), np.ones(2))
    with pytest.raises(ValueError, match="2 places do not fit 3 offsets"):
        quadrant_score(np.ones((1, 2, 2)), np.ones(3))
    with pytest.raises(ValueError, match="5 bins do not fit 5 edges"):
        around_animal(np.ones((1, 2, 5)), np.ones((1, 2)), [1], np.arange(5), OFFSETS)
    with pytest.raises(ValueError, match="1 cycles of 2 steps"):
        around_animal(np.ones((1, 2, 5)), np.ones(2), [1], np.arange(6), OFFSETS)
    with pytest.raises(ValueError, match="does not fit 4 places"):
        weighted_correlation(np.ones((2, 3)), np.arange(4.0))


def test_a_field_has_a_length_and_slopes_a_range() -> None:
    with pytest.raises(ValueError, match="has no length"):
        through_field(X, 0.5, 0.5)
    with pytest.raises(ValueError, match="are no range"):
        phase_line(X, X, slopes=(1.0, -1.0))


def test_phases_must_be_known_and_long_enough_to_shift() -> None:
    with pytest.raises(ValueError, match="cut the signal there"):
        modulation_index(np.array([np.nan]), np.ones(1))
    with pytest.raises(ValueError, match="one finite phase a sample"):
        phase_at(np.ones(1), np.array([]), 1.0)
    with pytest.raises(ValueError, match="5 s has no shift of at least 3 s"):
        modulation_null(T, T, RATE_HZ, seed=0, least_s=3)
