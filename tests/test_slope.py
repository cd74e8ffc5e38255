"""Slopes of evoked responses against voltages whose slope is known."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.slope import initial_slope, percent_of_baseline

STEP_S = 2e-4
T: Any = np.arange(100) * STEP_S  # 20 ms


def ramp(start_s: float, volt_per_second: float) -> Any:
    """Return a voltage that rests and then rises evenly from a moment on."""
    return -70e-3 + volt_per_second * np.clip(T - start_s, 0, None)


@pytest.mark.parametrize("slope", [0.0, 0.5, 3.0, -2.0])
def test_a_volt_a_second_is_a_millivolt_a_millisecond(slope: float) -> None:
    found = initial_slope(ramp(0.01, slope)[:, None], STEP_S, 0.01)
    assert found == pytest.approx([slope], abs=1e-9)


def test_each_cell_has_its_own_slope() -> None:
    cells = np.stack([ramp(0.01, slope) for slope in (1.0, 2.0, 4.0)], axis=1)
    assert initial_slope(cells, STEP_S, 0.01) == pytest.approx([1, 2, 4])


def test_a_drift_from_before_the_arrival_is_taken_off() -> None:
    drifting = ramp(0.01, 2.0) + 0.7 * T
    assert initial_slope(drifting[:, None], STEP_S, 0.01) == pytest.approx([2])


@pytest.mark.parametrize(
    ("over_s", "slope"), [(4e-4, 2.0), (1e-3, 2.0), (2e-3, 1.0), (4e-3, 0.5)]
)
def test_the_rise_is_divided_by_the_time_over_which_it_is_taken(
    over_s: float, slope: float
) -> None:
    peaked = np.minimum(ramp(0.01, 2.0), -68e-3)  # flat after a millisecond
    found = initial_slope(peaked[:, None], STEP_S, 0.01, over_s)
    assert found == pytest.approx([slope])


def test_a_response_that_comes_later_has_no_slope_yet() -> None:
    assert initial_slope(ramp(0.011, 2.0)[:, None], STEP_S, 0.01) == pytest.approx([0])


def test_an_alpha_function_rises_as_its_formula_says() -> None:
    tau, t = 2e-3, np.clip(T - 0.01, 0, None)
    alpha = 5e-3 * t / tau * np.exp(1 - t / tau)
    expected = 5e-3 * 0.5 * np.exp(0.5) / 1e-3
    assert initial_slope(alpha[:, None], STEP_S, 0.01) == pytest.approx([expected])


@pytest.mark.parametrize("arrival_s", [0.0, 0.0008, 0.019, 0.0198, 1.0, -0.01])
def test_a_slope_that_does_not_fit_into_the_trace_is_refused(arrival_s: float) -> None:
    with pytest.raises(ValueError) as refusal:
        initial_slope(T[:, None], STEP_S, arrival_s)
    assert str(refusal.value) == (
        f"A slope over 0.001 s at {arrival_s:g} s does not fit into a trace of 0.02 s."
    )


@pytest.mark.parametrize("arrival_s", [0.001, 0.0188])
def test_a_slope_may_reach_to_either_end_of_the_trace(arrival_s: float) -> None:
    assert len(initial_slope(T[:, None], STEP_S, arrival_s)) == 1


def test_the_mean_before_the_moment_is_a_hundred_per_cent_of_each_slice() -> None:
    t = np.array([-2.0, -1.0, 1.0, 2.0])
    slopes = np.array([[1.0, 8.0], [3.0, 12.0], [3.0, 5.0], [2.0, 20.0]])
    found = percent_of_baseline(t, slopes)
    expected = [[50, 80], [150, 120], [150, 50], [100, 200]]
    assert found == pytest.approx(np.array(expected))


def test_a_test_at_the_moment_itself_is_not_of_the_baseline() -> None:
    t, slopes = np.array([-1.0, 0.0, 1.0]), np.array([[1.0], [5.0], [5.0]])
    assert percent_of_baseline(t, slopes).ravel() == pytest.approx([100, 500, 500])
    assert percent_of_baseline(t, slopes, 0.5)[0] == pytest.approx([100 / 3])


def test_the_unit_of_the_slopes_does_not_matter() -> None:
    t, slopes = np.array([-1.0, 1.0]), np.array([[0.4], [0.6]])
    assert percent_of_baseline(t, 1e3 * slopes) == pytest.approx(
        percent_of_baseline(t, slopes)
    )
