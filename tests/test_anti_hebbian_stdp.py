"""Anti-Hebbian STDP against its window, and against sums over all pairs of spikes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity.anti_hebbian_stdp import AntiHebbianSTDP

from .test_pair_stdp import (
    LAGS,
    a_gap_is_a_time_without_spikes,
    after_one_pair,
    driven,
    rested,
    trains,
    two_gaps_are_one_gap,
)

pytestmark = pytest.mark.usefixtures("numpy_target")

RULE = AntiHebbianSTDP()
UNEQUAL = replace(
    RULE,
    tau_plus=quantity("30 ms"),
    tau_minus=quantity("60 ms"),
    A_plus=0.02,
    A_minus=0.03,
)


@pytest.mark.parametrize("mu", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("start", [0.4, 1.7])
def test_pre_before_post_depresses_and_post_before_pre_potentiates(
    start: float, mu: float
) -> None:
    rule, x = replace(UNEQUAL, mu=mu), start / 2
    down = -0.03 * x**mu * np.exp(-LAGS / 0.06)
    up = 0.02 * (1 - x) ** mu * np.exp(LAGS / 0.03)
    window = 2 * np.where(LAGS >= 0, down, up)
    moved = after_one_pair(rule, LAGS, start) - start
    assert moved == pytest.approx(window, rel=1e-9, abs=1e-15)


def by_pairs(rule: AntiHebbianSTDP, pre: Any, post: Any) -> float:
    """Return the strength when each spike sums over all earlier ones of the other."""
    x = 1.0 / rule.w_max
    for now, fired in sorted([(t, 0) for t in pre] + [(t, 1) for t in post]):
        if fired:
            ago = now - pre[pre <= now]
            x -= rule.A_minus * x**rule.mu * np.exp(-ago / float(rule.tau_minus)).sum()
        else:
            sum_ = np.exp((post[post < now] - now) / float(rule.tau_plus)).sum()
            x += rule.A_plus * (1 - x) ** rule.mu * sum_
        x = min(max(x, 0.0), 1.0)
    return float(x * rule.w_max)


@pytest.mark.parametrize("mu", [0.0, 0.3, 1.0])
def test_every_pair_of_two_trains_counts(mu: float) -> None:
    rule = replace(UNEQUAL, mu=mu)
    pre, post = (trains(20, 30.0, 0.5, 1e-3, seed) for seed in (1, 2))
    strengths = driven(rule, pre, post, 0.5, 1e-3)["strength"]
    expected = [by_pairs(rule, *pair) for pair in zip(pre, post, strict=True)]
    assert np.std(expected) > 0.01
    assert strengths == pytest.approx(expected, rel=1e-9)


def test_without_potentiation_only_causal_pairs_move_the_strength() -> None:
    moved = after_one_pair(replace(RULE, A_plus=0.0), LAGS) - 1
    assert (moved[LAGS < 0] == 0).all() and (moved[LAGS >= 0] < 0).all()


def test_the_strength_stays_between_0_and_w_max() -> None:
    coarse = replace(RULE, A_plus=0.9, A_minus=0.9)
    assert after_one_pair(coarse, np.array([-0.002, 0.002])).tolist() == [2.0, 0.0]


def test_a_spike_is_transmitted_with_the_strength_that_it_leaves() -> None:
    state = driven(RULE, [[0.02]], [[0.01]], 0.03)
    assert state["strength"] > 1
    assert state["g_ampa"] == pytest.approx(2e-9 * state["strength"])


@pytest.mark.parametrize("gap", [0.004, 0.08])
def test_a_gap_is_a_time_without_spikes(gap: float) -> None:
    a_gap_is_a_time_without_spikes(replace(UNEQUAL, mu=0.5), gap)


def test_two_gaps_are_one_gap() -> None:
    two_gaps_are_one_gap(UNEQUAL, driven(UNEQUAL, [[0.01]], [[0.02]], 0.03))


def test_in_a_gap_the_traces_decay_and_the_strength_stays() -> None:
    before = driven(UNEQUAL, [[0.01]], [[0.02]], 0.03)
    after = rested(UNEQUAL, before, 0.1)
    assert after["strength"] == before["strength"] < 1
    assert after["pre_trace"] == pytest.approx(np.exp(-0.12 / 0.06))
    assert after["post_trace"] == pytest.approx(np.exp(-0.11 / 0.03))
    assert after["t_last"] == 0


def test_a_bound_below_the_first_strength_is_refused() -> None:
    with pytest.raises(ValueError, match=r"w_max=0.5.* at least 1"):
        replace(RULE, w_max=0.5)
