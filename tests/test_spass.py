"""SPaSS against its fixed point, and against fine integration of its equation."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from trisynapse.circuits.quantity import Quantity, quantity
from trisynapse.plasticity.hebb import Hebb
from trisynapse.plasticity.spass import SPaSS

from .test_pair_stdp import (
    a_gap_is_a_time_without_spikes,
    driven,
    rested,
    trains,
    two_gaps_are_one_gap,
)

pytestmark = pytest.mark.usefixtures("numpy_target")

RULE = SPaSS()
DAY = 86400.0


def in_seconds(value: float) -> Quantity:
    return quantity(f"{value:.17g} s")


def quicker(factor: float, **changes: Any) -> SPaSS:
    """Return the rule with both rates of change multiplied, the same fixed point."""
    mu, gamma = in_seconds(3e-6 * factor), 3e-6 * factor
    return replace(RULE, mu=mu, gamma=gamma, **changes)


def regular(rate: float, seconds: float) -> Any:
    return np.arange(round(seconds * rate)) / rate


@pytest.mark.parametrize("u, v", [(20.0, 10.0), (10.0, 20.0), (20.0, 20.0)])
def test_steady_rates_lead_to_the_fixed_point_from_both_sides(
    u: float, v: float
) -> None:
    rates = {"pre_rate": np.full(2, u), "post_rate": np.full(2, v)}
    pre, post = [regular(u, 30.0)] * 2, [regular(v, 30.0)] * 2
    start = {"strength": np.array([0.5, 9.0])}
    state = driven(quicker(2000), pre, post, 30.0, 0.05, start | rates)
    assert state["strength"] == pytest.approx(np.sqrt(u * v / (v - 1)), rel=2e-3)


def test_the_fixed_point_at_100_hz_is_that_of_the_published_networks() -> None:
    """Tetzlaff et al. (2015): mu/gamma 60, v_T 1, rates up to 100, none of a unit."""
    rule = replace(RULE, mu=quantity("6 ms"), gamma=1e-4, w_max=200.0)
    steady = {"pre_rate": np.array([100.0]), "post_rate": np.array([100.0])}
    spikes = [regular(100.0, 8.0)]
    state = driven(rule, spikes, spikes, 8.0, 0.01, steady)
    assert state["strength"] == pytest.approx(
        np.sqrt(60 * 100**2 / (100 - 1)), rel=2e-3
    )


def test_unrelated_spikes_lead_to_the_fixed_point_on_average() -> None:
    rates = {"pre_rate": np.full(200, 20.0), "post_rate": np.full(200, 10.0)}
    pre, post = (
        trains(200, rate, 12.0, 0.02, seed) for rate, seed in ((20.0, 1), (10.0, 2))
    )
    fixed = np.sqrt(200 / 9)
    start = {"strength": np.full(200, fixed)}
    state = driven(quicker(1000), pre, post, 12.0, 0.02, start | rates)
    error = state["strength"].std() / np.sqrt(200)
    assert error < 0.02 * fixed
    assert abs(state["strength"].mean() - fixed) < 4 * error


def solved(rule: SPaSS, omega: float, u: float, v: float, seconds: float) -> float:
    """Return the strength by a solver of high order."""
    mu, v_T = float(rule.mu), float(rule.v_T)

    def slope(t: float, x: Any) -> Any:
        product = u * v * np.exp(-t / float(rule.tau_u) - t / float(rule.tau_v))
        here = v * np.exp(-t / float(rule.tau_v))
        return mu * product + rule.gamma * (v_T - here) * x**2

    options: Any = {"method": "DOP853", "rtol": 1e-13, "atol": 1e-14}
    return float(solve_ivp(slope, (0.0, seconds), [omega], **options).y[0, -1])


def by_one_spike(rule: SPaSS, omega: Any, u: Any, v: Any, seconds: float) -> Any:
    """Return the strength that one spike finds after an interval."""
    before = {"strength": omega, "pre_rate": u, "post_rate": v}
    spikes = [[seconds]] * len(omega)
    none: list[list[float]] = [[]] * len(omega)
    step = seconds / 10
    after = driven(rule, spikes, none, seconds + 2 * step, step, before)
    return after["strength"]


def drawn(n: int, seed: int) -> Any:
    """Return strengths and rates of both cells."""
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 10, n), rng.uniform(0, 100, n), rng.uniform(5, 100, n)


@pytest.mark.parametrize("seconds", [0.01, 0.2, 5.0])
@pytest.mark.parametrize("factor", [1, 300])
def test_an_interval_errs_by_less_than_the_bound(factor: float, seconds: float) -> None:
    rule = quicker(factor, w_max=100.0)
    omega, u, v = drawn(12, 5)
    growth = float(rule.mu) * u * v * 0.5 * (1 - np.exp(-2 * seconds))
    at = (np.arange(10000) + 0.5) / 10000 * seconds
    off = np.abs(1.0 - v * np.exp(-at)[:, None]).mean(axis=0) * seconds
    exact = [solved(rule, *each, seconds) for each in zip(omega, u, v, strict=True)]
    largest = np.maximum(np.maximum(exact, omega), omega + growth)
    bound = growth * np.expm1(2 * largest * rule.gamma * off)
    error = np.abs(by_one_spike(rule, omega, u, v, seconds) - exact)
    assert (error < bound + 1e-13).all()
    if factor == 1 and seconds == 0.01:
        assert (bound / growth < 1e-4).all()


def test_the_error_of_an_interval_falls_with_its_cube() -> None:
    rule = quicker(1000, w_max=100.0)
    omega, u, v = drawn(8, 6)
    intervals = np.array([0.1, 0.05, 0.025])
    errors = []
    for seconds in intervals:
        exact = [solved(rule, *each, seconds) for each in zip(omega, u, v, strict=True)]
        errors.append(np.abs(by_one_spike(rule, omega, u, v, seconds) - exact).mean())
    order = np.polyfit(np.log(intervals), np.log(errors), 1)[0]
    assert 2.7 < order < 3.3


def test_without_growth_scaling_is_exact() -> None:
    rule = replace(quicker(1e4, w_max=100.0), mu=quantity("0 s"))
    omega, u, v = drawn(12, 7)
    v = v - 5
    inverse = 1 / omega - 0.03 * (0.7 - v * (1 - np.exp(-0.7)))
    assert by_one_spike(rule, omega, u, v, 0.7) == pytest.approx(1 / inverse, rel=1e-9)


def test_without_scaling_the_rule_is_hebbian() -> None:
    rule, hebb = replace(quicker(1e3), gamma=0.0), Hebb(mu=quantity("3 ms"))
    pre, post = (trains(8, 30.0, 0.5, 1e-3, seed) for seed in (1, 2))
    scaled, plain = (driven(r, pre, post, 0.5, 1e-3)["strength"] for r in (rule, hebb))
    assert plain.max() > 1.05
    assert scaled == pytest.approx(plain, rel=1e-12)


def test_a_silent_synapse_doubles_in_46_hours_and_stops_at_the_bound() -> None:
    silent = {name: np.zeros(4) for name in ("pre_rate", "post_rate", "t_last")}
    omega = np.array([0.0, 0.2, 1.0, 5.0])
    before = silent | {"strength": omega}
    grown = rested(RULE, before, 0.1 * DAY)["strength"]
    assert grown == pytest.approx(omega / (1 - omega * 3e-6 * 0.1 * DAY), rel=1e-12)
    assert rested(RULE, before, 1 / 6e-6)["strength"][2] == pytest.approx(2.0)
    assert 1 / 6e-6 / 3600 == pytest.approx(46, abs=0.5)
    late = rested(RULE, before, 60 * DAY)["strength"]
    assert late.tolist() == [0.0, 10.0, 10.0, 10.0]


@pytest.mark.parametrize("factor, seconds", [(1, 7200.0), (1, 1.3), (100, 60.0)])
def test_a_gap_solves_the_equation(factor: float, seconds: float) -> None:
    rule = quicker(factor)
    omega, u, v = drawn(8, 9)
    omega[0], u[0], v[0] = 9.5, 100.0, 100.0
    omega = omega / 2
    before = {"strength": omega, "pre_rate": u, "post_rate": v, "t_last": np.zeros(8)}
    after = rested(rule, before, seconds)["strength"]
    exact = [solved(rule, *each, seconds) for each in zip(omega, u, v, strict=True)]
    assert np.abs(after - omega).max() > 1e-3
    assert after == pytest.approx(exact, rel=1e-7 if factor == 1 else 1e-3)


def test_two_gaps_are_one_gap_but_for_the_splitting() -> None:
    names = ("strength", "pre_rate", "post_rate")
    before = dict(zip(names, drawn(8, 10), strict=True)) | {"t_last": np.zeros(8)}
    two_gaps_are_one_gap(RULE, before, rel=1e-7)


def test_a_gap_is_a_time_without_spikes() -> None:
    a_gap_is_a_time_without_spikes(quicker(100), 0.08, rel=1e-6)


def test_the_strength_stays_between_0_and_w_max() -> None:
    rule = quicker(1e6)
    pre, post = (trains(20, 30.0, 0.3, 1e-3, seed) for seed in (1, 2))
    start = {"strength": np.linspace(0, 10, 20)}
    state = driven(rule, pre, post, 0.3, 1e-3, start)
    assert (state["strength"] >= 0).all() and (state["strength"] <= 10).all()
    late = rested(rule, state, 9.0)["strength"]
    assert (state["strength"] < 5).any() and (late == 10).all()


def test_scaling_that_would_pass_infinity_ends_at_the_bound() -> None:
    omega, none = np.array([0.0, 0.1, 5.0, 9.0]), np.zeros(4)
    found = by_one_spike(quicker(1e6), omega, none, none, 0.2)
    assert found == pytest.approx([0.0, 0.1 / (1 - 0.1 * 0.6), 10.0, 10.0])


def test_a_spike_is_transmitted_with_the_strength_that_it_finds() -> None:
    before = {"pre_rate": np.array([50.0]), "post_rate": np.array([50.0])}
    state = driven(quicker(100), [[0.02]], [[]], 0.03, before=before)
    assert state["strength"] > 1.001
    assert state["g_ampa"] == pytest.approx(2e-9 * state["strength"])


@pytest.mark.parametrize(
    "symbol, value, said",
    [
        ("tau_u", quantity("0 s"), "above 0"),
        ("mu", quantity("-1 s"), "0 or more"),
        ("gamma", -1e-6, "0 or more"),
        ("v_T", quantity("-1 Hz"), "0 or more"),
        ("w_max", 0.9, "at least 1"),
    ],
)
def test_values_without_sense_are_refused(symbol: str, value: Any, said: str) -> None:
    changed: dict[str, Any] = {symbol: value}
    with pytest.raises(ValueError, match=f"{symbol}=.*{said}"):
        replace(RULE, **changed)
