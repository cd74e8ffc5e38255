"""Fluorescence from spikes, against a solver and against what was measured."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from trisynapse.analysis.calcium_imaging import (
    SENSORS,
    Sensor,
    fluorescence,
    frame_times,
)

SLOW, FAST = SENSORS["GCaMP6s"], SENSORS["GCaMP6f"]
BOTH = pytest.mark.parametrize("name", ["GCaMP6s", "GCaMP6f"])


def trace(times: Any, *, stop_s: float = 6.0, **how: Any) -> Any:
    """Return dF/F of one cell without noise."""
    times = np.asarray(times, float)
    how = {"start_s": 0, "rate_hz": 1000.0, "noise": False, "seed": 0} | how
    return fluorescence(np.zeros(len(times), int), times, 1, stop_s=stop_s, **how)[:, 0]


def solved(s: Sensor, spikes: Any, t: Any) -> Any:
    """Return dF/F of one cell with the equations solved numerically."""

    def slopes(_: float, y: Any) -> list[float]:
        free, slow, difference = y
        return [
            -s.gamma * (free - s.rest) / s.bound(free),
            free - s.rest - s.t_off * slow,
            s.t_on * slow - (s.t_off + s.t_on) * difference,
        ]

    y, b = np.array([s.rest, 0, 0]), np.zeros(len(t))
    for start, stop in zip(spikes, [*spikes[1:], t[-1] + 1], strict=True):
        y = y + [s.influx / s.bound(y[0]), 0, 0]
        way = solve_ivp(
            slopes, (start, stop), y, "LSODA", dense_output=True, rtol=1e-9, atol=1e-11
        )
        here = (t > start) & (t <= stop)
        if here.any():
            b[here] = way.sol(t[here])[2]
        y = way.y[:, -1]
    return s.dff(s.rest + 100 * s.amp * b)


# Against the equations


@BOTH
@pytest.mark.parametrize("rate_hz", [2.0, 20.0])
def test_traces_solve_the_equations_whatever_the_frames(
    name: str, rate_hz: float
) -> None:
    spikes = np.r_[0.1, 0.9, 1.3 + np.arange(150) * 0.01, 4.503, 4.504]
    ours = trace(spikes, sensor=name, rate_hz=rate_hz)
    said = solved(SENSORS[name], spikes, frame_times(0, 6, rate_hz))
    assert said.max() > 0.9 * SENSORS[name].ceiling  # the buffer was full, too
    np.testing.assert_allclose(ours, said, rtol=5e-5, atol=1e-7)


def test_frames_of_another_rate_lie_on_the_same_trace() -> None:
    spikes = np.random.default_rng(1).uniform(0, 6, 40)
    fine, coarse = trace(spikes), trace(spikes, rate_hz=10.0)
    np.testing.assert_allclose(fine[::100], coarse, rtol=5e-5, atol=1e-7)


def test_spikes_before_the_start_count() -> None:
    spikes = np.array([-0.5, -0.1, 0.2])
    whole = trace(spikes + 1, stop_s=3, rate_hz=20.0)
    np.testing.assert_allclose(trace(spikes, stop_s=2, rate_hz=20.0), whole[20:], 1e-4)


def test_spikes_after_the_last_frame_do_not_count() -> None:
    assert not trace([2.0, 7.0], stop_s=2, rate_hz=20.0).any()


def test_cells_do_not_hear_each_other_and_spikes_come_in_any_order() -> None:
    ids, times = np.array([2, 0, 2, 0, 2]), np.array([0.5, 0.2, 0.1, 1.0, 0.1001])
    how: Any = {"start_s": 0, "stop_s": 3, "noise": False, "seed": 0, "rate_hz": 50.0}
    found = fluorescence(ids, times, 4, **how)
    assert found.shape == (150, 4)
    for cell in range(4):
        alone = trace(times[ids == cell], stop_s=3, rate_hz=50.0)
        np.testing.assert_allclose(found[:, cell], alone, rtol=1e-4, atol=1e-9)


# Against what was measured


def test_one_spike_gives_the_response_of_gcamp6s() -> None:
    assert trace([0.0]).max() == pytest.approx(0.133, rel=0.05)
    assert SLOW.one_spike == 0.133


def test_one_spike_gives_the_response_of_gcamp6f() -> None:
    most = trace([0.0], sensor="GCaMP6f").max()
    assert most == pytest.approx(FAST.one_spike, rel=0.15)
    assert FAST.one_spike == pytest.approx(0.098, abs=5e-4)


@pytest.mark.parametrize(
    ("name", "peak_s", "half_s"), [("GCaMP6s", 0.106, 1.90), ("GCaMP6f", 0.074, 1.29)]
)
def test_one_spike_rises_in_a_tenth_of_a_second_and_decays_in_seconds(
    name: str, peak_s: float, half_s: float
) -> None:
    one, t = trace([0.0], sensor=name), frame_times(0, 6, 1000.0)
    peak = one.argmax()
    half = t[peak:][one[peak:] < one.max() / 2][0] - t[peak]
    assert t[peak] == pytest.approx(peak_s, abs=0.002)
    assert half == pytest.approx(half_s, rel=0.01)


def test_less_of_the_sensor_is_faster_and_brighter() -> None:
    whole, tenth = trace([0.0]), trace([0.0], sensor=replace(SLOW, buffer=20e3))
    assert tenth.max() > 2 * whole.max()
    assert tenth[2000] / tenth.max() < 0.1 < whole[2000] / whole.max()


# What the sensor does to many spikes


@BOTH
def test_a_few_spikes_add_up_to_more_and_many_to_less(name: str) -> None:
    one, few, many = (
        trace(np.arange(n) * 0.01, sensor=name, rate_hz=100.0).max()
        for n in (1, 5, 400)
    )
    assert few > 5 * one
    assert many < 400 * one


@BOTH
def test_a_saturated_sensor_is_at_its_ceiling_and_never_above(name: str) -> None:
    s = SENSORS[name]
    most = trace(np.arange(600) * 0.005, sensor=name, rate_hz=50.0).max()
    assert 0.95 * s.ceiling < most < s.ceiling
    at_rest = 1 + s.top / (1 + (s.K_d / s.rest) ** s.n)
    assert s.ceiling == pytest.approx((1 + s.top) / at_rest - 1)


# Noise


@BOTH
def test_cells_without_spikes_show_noise_about_0(name: str) -> None:
    none: Any = np.array([], int)
    found = fluorescence(
        none, np.array([]), 20, start_s=0, stop_s=100, sensor=name, seed=1
    )
    sigma = SENSORS[name].sigma
    assert found.std() == pytest.approx(sigma, rel=0.02)
    assert abs(found.mean()) < 5 * sigma / np.sqrt(found.size)


def test_noise_is_that_of_the_measured_signal_to_noise_ratio() -> None:
    assert SLOW.one_spike / SLOW.sigma == pytest.approx(4.4)
    assert FAST.sigma == pytest.approx(1.24 * SLOW.sigma)


def test_without_noise_a_silent_cell_is_exactly_0() -> None:
    assert not trace([]).any()


def test_the_same_seed_gives_the_same_noise() -> None:
    a, b, c = (trace([1.0], noise=True, seed=seed, rate_hz=20.0) for seed in (3, 3, 4))
    assert (a == b).all()
    assert not (a == c).any()


def test_noise_is_added_to_the_trace() -> None:
    how: Any = {"rate_hz": 20.0, "seed": 3}
    noisy, silent = trace([1.0], noise=True, **how), trace([], noise=True, **how)
    np.testing.assert_allclose(noisy - silent, trace([1.0], **how), atol=1e-12)


# Mistakes


@pytest.mark.parametrize("given", ["gcamp6s", "GCaMP6", "GCaMP6S"])
def test_an_unknown_sensor_names_the_nearest(given: str) -> None:
    with pytest.raises(KeyError, match=f"no sensor {given}: say .*GCaMP6s"):
        trace([0.0], sensor=given)


def test_a_spike_of_a_cell_that_is_not_there_is_refused() -> None:
    how: Any = {"start_s": 0, "stop_s": 1, "seed": 0}
    with pytest.raises(ValueError, match="0 to 3 do not fit into 3 cells"):
        fluorescence(np.array([0, 3]), np.array([0.1, 0.2]), 3, **how)
    with pytest.raises(ValueError, match="-1 to 0"):
        fluorescence(np.array([0, -1]), np.array([0.1, 0.2]), 3, **how)
    with pytest.raises(ValueError, match="at least one"):
        fluorescence(np.array([], int), np.array([]), 0, **how)


def test_cells_and_times_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2,\) and times of shape \(1,\)"):
        fluorescence(np.array([0, 1]), np.array([0.1]), 3, start_s=0, stop_s=1, seed=0)


def test_a_spike_at_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        trace([0.1, np.nan])


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"stop_s": 0.0}, "stop after start"),
        ({"stop_s": np.nan}, "stop after start"),
        ({"rate_hz": 0.0}, "rate above 0"),
        ({"rate_hz": np.inf}, "rate above 0"),
    ],
)
def test_frames_at_no_time_are_refused(how: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        trace([0.1], **how)


def test_frames_fill_the_time_from_the_start_on() -> None:
    assert len(frame_times(0, 300, 20.0)) == 6000
    assert len(frame_times(0.1, 0.4, 10.0)) == 3
    assert frame_times(0, 0.01, 20.0).tolist() == [0]
