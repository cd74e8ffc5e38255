"""Triplet STDP against the sums over pairs and triplets of its paper."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits.parameters import ASSUMED
from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity.triplet_stdp import SETS, TripletSTDP

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

RULE = TripletSTDP()
FULL = SETS["hippocampal culture, all-to-all, full"]
# A2+, A3+, A2-, A3-, tau_x and tau_y in ms, nearest: tables 3 and 4 of the paper.
TABLE = {
    "visual cortex, all-to-all, full": (5e-10, 6.2e-3, 7e-3, 2.3e-4, 101, 125, 0),
    "visual cortex, all-to-all, minimal": (0, 6.5e-3, 7.1e-3, 0, None, 114, 0),
    "visual cortex, nearest, full": (8.8e-11, 5.3e-2, 6.6e-3, 3.1e-3, 714, 40, 1),
    "hippocampal culture, all-to-all, full": (
        *(6.1e-3, 6.7e-3, 1.6e-3, 1.4e-3),
        *(946, 27, 0),
    ),
    "hippocampal culture, all-to-all, minimal": (
        *(5.3e-3, 8.0e-3, 3.5e-3, 0),
        *(None, 40, 0),
    ),
    "hippocampal culture, nearest, full": (
        *(4.6e-3, 9.1e-3, 3e-3, 7.5e-9),
        *(575, 47, 1),
    ),
}


@pytest.mark.parametrize("name", SETS)
def test_the_sets_are_the_rows_of_the_table(name: str) -> None:
    rule, row = SETS[name], TABLE[name]
    steps = (rule.A2_plus, rule.A3_plus, rule.A2_minus, rule.A3_minus)
    assert (*steps, rule.nearest) == (*row[:4], row[6])
    assert (str(rule.tau_plus), str(rule.tau_minus)) == ("16.8 ms", "33.7 ms")
    assert str(rule.tau_y) == f"{row[5]} ms"
    assert row[4] is None or str(rule.tau_x) == f"{row[4]} ms"


def test_what_is_not_checked_is_marked_so() -> None:
    assumed = {
        name: {row.symbol for row in rule.table() if row.source == ASSUMED.cite}
        for name, rule in SETS.items()
    }
    steps = {"A2_plus", "A3_plus", "A2_minus", "A3_minus"}
    assert assumed.pop("visual cortex, nearest, full") == {*steps, "w_max"}
    assert all(symbols == {"w_max"} for symbols in assumed.values())


def earlier(times: Any, now: float, tau: Any, rule: TripletSTDP, also: bool) -> float:
    """Return the sum over earlier spikes, over the last alone if nearest ones count."""
    before = times[times <= now] if also else times[times < now]
    chosen = before[-1:] if rule.nearest else before
    return float(np.exp((chosen - now) / float(tau)).sum())


def by_sums(rule: TripletSTDP, pre: Any, post: Any) -> float:
    """Return 1 and the change that all pairs and triplets of spikes make."""
    moved = 0.0
    for now in post:
        pairs = earlier(pre, now, rule.tau_plus, rule, True)
        triplets = earlier(post, now, rule.tau_y, rule, False)
        moved += pairs * (rule.A2_plus + rule.A3_plus * triplets)
    for now in pre:
        pairs = earlier(post, now, rule.tau_minus, rule, False)
        triplets = earlier(pre, now, rule.tau_x, rule, False)
        moved -= pairs * (rule.A2_minus + rule.A3_minus * triplets)
    return 1 + moved


@pytest.mark.parametrize("rule", SETS.values(), ids=SETS)
def test_a_pair_moves_the_strength_by_the_pair_terms_alone(rule: TripletSTDP) -> None:
    up = rule.A2_plus * np.exp(-LAGS / 16.8e-3)
    down = -rule.A2_minus * np.exp(LAGS / 33.7e-3)
    moved = after_one_pair(rule, LAGS) - 1
    window = np.where(LAGS >= 0, up, down)
    assert moved == pytest.approx(window, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("rule", SETS.values(), ids=SETS)
def test_triplets_move_the_strength_by_the_closed_form(rule: TripletSTDP) -> None:
    first, last = np.array([5, 10, 15, 5]) * 1e-3, np.array([5, 10, 5, 15]) * 1e-3
    one = np.full((4, 1), 0.02)
    two = np.stack([0.02 - first, 0.02 + last], axis=1)

    def decayed(seconds: Any, milliseconds: float) -> Any:
        return np.exp(-seconds / (1e-3 * milliseconds))

    tau_x, tau_y = 1e3 * float(rule.tau_x), 1e3 * float(rule.tau_y)
    up = rule.A2_plus * decayed(first, 16.8)
    down = rule.A2_minus + rule.A3_minus * decayed(first + last, tau_x)
    pre_post_pre = up - decayed(last, 33.7) * down
    moved = driven(rule, two, one, 0.04)["strength"] - 1
    assert moved == pytest.approx(pre_post_pre, rel=1e-9)

    up = rule.A2_plus + rule.A3_plus * decayed(first + last, tau_y)
    down = rule.A2_minus * decayed(first, 33.7)
    post_pre_post = decayed(last, 16.8) * up - down
    moved = driven(rule, one, two, 0.04)["strength"] - 1
    assert moved == pytest.approx(post_pre_post, rel=1e-9)


@pytest.mark.parametrize("rule", SETS.values(), ids=SETS)
def test_two_trains_move_the_strength_by_the_sums(rule: TripletSTDP) -> None:
    pre, post = (trains(10, 25.0, 0.5, 1e-3, seed) for seed in (1, 2))
    strengths = driven(rule, pre, post, 0.5, 1e-3)["strength"]
    expected = [by_sums(rule, *pair) for pair in zip(pre, post, strict=True)]
    assert np.std(expected) > 0.01
    assert strengths == pytest.approx(expected, rel=1e-9)


def test_sixty_pairs_at_1_hz_potentiate_by_17_5_and_depress_by_15_6_percent() -> None:
    beats = np.arange(60) + 0.1
    pre, post = np.tile(beats, (2, 1)), beats + [[0.01], [-0.01]]
    strengths = driven(RULE, pre, post, 60.2, 0.01)["strength"]
    assert 100 * (strengths - 1) == pytest.approx([17.5, -15.6], abs=0.05)


def test_the_strength_stays_between_0_and_w_max() -> None:
    coarse = replace(RULE, A2_plus=20.0, A2_minus=20.0)
    assert after_one_pair(coarse, np.array([-0.01, 0.01])).tolist() == [0, RULE.w_max]


def test_a_spike_is_transmitted_with_the_strength_that_it_leaves() -> None:
    state = driven(RULE, [[0.02]], [[0.01]], 0.03)
    assert state["strength"] < 1
    assert state["g_ampa"] == pytest.approx(2e-9 * state["strength"])


@pytest.mark.parametrize("nearest", [0.0, 1.0])
@pytest.mark.parametrize("gap", [0.004, 0.08])
def test_a_gap_is_a_time_without_spikes(gap: float, nearest: float) -> None:
    a_gap_is_a_time_without_spikes(replace(FULL, nearest=nearest), gap)


def test_two_gaps_are_one_gap() -> None:
    two_gaps_are_one_gap(FULL, driven(FULL, [[0.01]], [[0.02]], 0.03))


def test_in_a_gap_the_traces_decay_and_the_strength_stays() -> None:
    before = driven(FULL, [[0.01]], [[0.02]], 0.03)
    after = rested(FULL, before, 1.0)
    assert after["strength"] == before["strength"] > 1
    ages = {"r1": (1.02, 16.8), "r2": (1.02, 946), "o1": (1.01, 33.7), "o2": (1.01, 27)}
    for trace, (age, tau) in ages.items():
        assert after[trace] == pytest.approx(np.exp(-1e3 * age / tau), rel=1e-9)
    assert after["t_last"] == 0


@pytest.mark.parametrize(
    "symbol, value, said",
    [
        ("tau_x", quantity("0 ms"), "above 0"),
        ("tau_y", quantity("-1 ms"), "above 0"),
        ("A3_plus", -0.1, "0 or more"),
        ("A2_minus", -0.1, "0 or more"),
        ("nearest", 2.0, "a share from 0 to 1"),
        ("w_max", 0.9, "at least 1"),
    ],
)
def test_values_without_sense_are_refused(symbol: str, value: Any, said: str) -> None:
    changed: dict[str, Any] = {symbol: value}
    with pytest.raises(ValueError, match=f"{symbol}=.*{said}"):
        replace(RULE, **changed)
