"""Hebbian growth against the integral of the product of filtered rates."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity.hebb import Hebb

from .test_pair_stdp import (
    a_gap_is_a_time_without_spikes,
    driven,
    rested,
    trains,
    two_gaps_are_one_gap,
)

pytestmark = pytest.mark.usefixtures("numpy_target")

RULE = Hebb()
# Filters that differ, and are short enough for a test to see them fall.
SHORT = replace(
    RULE, mu=quantity("1 ms"), tau_u=quantity("50 ms"), tau_v=quantity("120 ms")
)


def filtered(times: Any, tau: float, at: Any) -> Any:
    """Return the rate that a filter reads from spikes before ``at``."""
    ago = at[:, None] - times
    return (np.exp(-np.clip(ago, 0, None) / tau) * (ago > 0)).sum(axis=1) / tau


def integrated(rule: Hebb, pre: Any, post: Any, seconds: float) -> float:
    """Return the strength by the midpoint rule with steps of 20 us."""
    step = 2e-5
    at = (np.arange(round(seconds / step)) + 0.5) * step
    u = filtered(pre, float(rule.tau_u), at)
    v = filtered(post, float(rule.tau_v), at)
    return 1 + float(rule.mu) * float((u * v).sum()) * step


def test_two_trains_grow_the_strength_by_the_integral_of_their_rates() -> None:
    pre, post = (trains(8, 30.0, 0.3, 1e-3, seed) for seed in (1, 2))
    state = driven(SHORT, pre, post, 0.4, 1e-3)
    grown = rested(SHORT, state, 0.0)["strength"]
    expected = [integrated(SHORT, *pair, 0.4) for pair in zip(pre, post, strict=True)]
    assert np.std(expected) > 0.01
    assert grown == pytest.approx(expected, rel=1e-7)


def test_steady_rates_grow_the_strength_by_mu_u_v_a_second() -> None:
    pre, post = np.arange(0, 2, 0.05), np.arange(0, 2, 0.04)
    at_20_and_25 = {"pre_rate": np.array([20.0]), "post_rate": np.array([25.0])}
    state = driven(RULE, [pre], [post], 2.0, 0.01, at_20_and_25)
    grown = rested(RULE, state, 0.0)["strength"] - 1
    assert grown == pytest.approx(1e-4 * 20 * 25 * 2, rel=0.05)


def test_a_spike_adds_one_over_the_time_constant_to_its_rate() -> None:
    state = driven(SHORT, [[0.02]], [[0.05]], 0.08)
    state = rested(SHORT, state, 0.0)
    assert state["pre_rate"] == pytest.approx(np.exp(-0.06 / 0.05) / 0.05)
    assert state["post_rate"] == pytest.approx(np.exp(-0.03 / 0.12) / 0.12)


def test_spikes_of_one_cell_alone_do_nothing() -> None:
    lone = driven(SHORT, [[0.01, 0.02], []], [[], [0.01, 0.02]], 0.03)
    assert rested(SHORT, lone, 10.0)["strength"].tolist() == [1, 1]


def test_the_strength_stops_at_w_max() -> None:
    fast = replace(RULE, mu=quantity("100 s"), w_max=3.0)
    state = driven(fast, [[0.01, 0.06]], [[0.01]], 0.08)
    assert state["strength"] == 3.0
    fast = replace(fast, mu=quantity("1 s"))
    state = driven(fast, [[0.01]], [[0.01]], 0.02)
    assert state["strength"] == 1
    assert rested(fast, state, 9.0)["strength"] == pytest.approx(1.5, rel=1e-6)
    assert rested(replace(fast, w_max=1.2), state, 9.0)["strength"] == 1.2


def test_a_spike_is_transmitted_with_the_strength_that_it_finds() -> None:
    state = driven(SHORT, [[0.01, 0.05]], [[0.01]], 0.06)
    tau = 1 / (1 / 0.05 + 1 / 0.12)
    grown = 1 + 1e-3 / 0.05 / 0.12 * tau * (1 - np.exp(-0.04 / tau))
    assert state["strength"] == pytest.approx(grown, rel=1e-9)
    assert state["g_ampa"] == pytest.approx(2e-9 * (1 + grown))


def test_a_gap_is_a_time_without_spikes() -> None:
    a_gap_is_a_time_without_spikes(SHORT, 0.08)


@pytest.mark.parametrize("seconds", [0.1, 2.0, 7200.0])
def test_a_gap_solves_the_equation(seconds: float) -> None:
    rng = np.random.default_rng(3)
    u, v, waited = rng.uniform(0, 80, 6), rng.uniform(0, 80, 6), rng.uniform(0, 1, 6)
    before = {"strength": np.ones(6), "pre_rate": u, "post_rate": v, "t_last": -waited}
    after = rested(SHORT, before, seconds)["strength"]

    def slope(t: float, _: Any, u: float, v: float) -> list[float]:
        return [1e-3 * u * v * np.exp(-t / 0.05 - t / 0.12)]

    for k in range(6):
        span, pair = (0.0, seconds + waited[k]), (u[k], v[k])
        done = solve_ivp(slope, span, [1.0], args=pair, rtol=1e-10, atol=1e-12)
        assert after[k] == pytest.approx(done.y[0, -1], rel=1e-8)


def test_two_gaps_are_one_gap() -> None:
    two_gaps_are_one_gap(SHORT, driven(SHORT, [[0.01]], [[0.02]], 0.03))


@pytest.mark.parametrize(
    "symbol, value, said",
    [
        ("tau_u", quantity("0 s"), "above 0"),
        ("tau_v", quantity("-1 s"), "above 0"),
        ("mu", quantity("-1 s"), "0 or more"),
        ("w_max", 0.9, "at least 1"),
    ],
)
def test_values_without_sense_are_refused(symbol: str, value: Any, said: str) -> None:
    changed: dict[str, Any] = {symbol: value}
    with pytest.raises(ValueError, match=f"{symbol}=.*{said}"):
        replace(RULE, **changed)
