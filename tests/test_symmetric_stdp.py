"""Symmetric STDP against the window of CA3 recurrent synapses."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity.symmetric_stdp import SETS, SymmetricSTDP

from .test_pair_stdp import (
    a_gap_is_a_time_without_spikes,
    after_one_pair,
    driven,
    rested,
    trains,
    two_gaps_are_one_gap,
)

pytestmark = pytest.mark.usefixtures("numpy_target")

RULE = SymmetricSTDP()
SLICE = SETS["Mishra et al. 2016"]
LAGS = np.array([-300, -150, -50, -0.2, 0, 0.2, 3, 50, 150, 300]) * 1e-3
# Change of the EPSP by 300 pairs at 1 Hz, in %: mean and its standard error, by the
# lag of post after pre in ms. Data of Mishra et al., given with Ecker's code.
MEASURED = {
    -100: (21.8702, 15.77311),
    -50: (31.119, 25.78613),
    -20: (52.2211, 21.98815),
    -10: (48.4859, 12.48665),
    0: (50.1551, 10.10618),
    10: (77.7899, 26.77354),
    20: (40.1036, 25.42983),
    50: (41.3635, 11.81703),
    100: (14.105, 13.33933),
}


def window(lag: Any) -> Any:
    """Return the Gaussian that was fitted to the data, 1 at its centre."""
    return np.exp(-((lag - 3.0503e-3) ** 2) / (2 * 62.243e-3**2))


@pytest.mark.parametrize("rule", SETS.values(), ids=SETS)
def test_a_pair_moves_the_strength_by_the_window(rule: SymmetricSTDP) -> None:
    moved = after_one_pair(rule, LAGS) - 1
    step = {RULE: 4e-3 * 200, SLICE: 0.546236 / 300}[rule]
    assert moved == pytest.approx(step * window(LAGS), rel=1e-9, abs=1e-15)


def test_300_pairs_do_what_was_measured_within_two_standard_errors() -> None:
    lags = np.array(list(MEASURED)) * 1e-3
    mean, error = np.array(list(MEASURED.values())).T
    potentiated = 300 * (after_one_pair(SLICE, lags) - 1)
    assert (np.abs(100 * potentiated - mean) < 2 * error).all()
    assert np.corrcoef(potentiated, mean)[0, 1] > 0.8


def test_the_window_is_broad_and_nearly_symmetric_and_never_depresses() -> None:
    lags = np.arange(-120, 121, 5) * 1e-3
    moved = after_one_pair(SLICE, lags) - 1
    assert (moved[np.abs(lags) <= 0.1] > 0).all()
    high = moved > moved.max() / 2
    assert 0.1 < np.ptp(lags[high]) < 0.19 and not high[0] and not high[-1]
    early, late = moved[lags == -0.05], moved[lags == 0.05]
    assert abs(late - early) / (late + early) < 0.25


def by_neighbours(rule: SymmetricSTDP, pre: Any, post: Any) -> float:
    """Return the strength when a spike pairs with the last one of the other cell."""
    strength = 1.0
    for now, fired in sorted([(t, 0) for t in pre] + [(t, 1) for t in post]):
        earlier = pre[pre <= now] if fired else post[post < now]
        if len(earlier):
            lag = (now - earlier[-1]) * (1 if fired else -1)
            strength = min(strength + rule.A * rule.w_max * window(lag), rule.w_max)
    return float(strength)


@pytest.mark.parametrize("w_max", [1000.0, 2.0], ids=["free", "to the bound"])
def test_every_spike_pairs_with_the_last_one_of_the_other_cell(w_max: float) -> None:
    rule = replace(RULE, A=0.05 / w_max, w_max=w_max)
    pre, post = (trains(20, 20.0, 0.6, 1e-3, seed) for seed in (1, 2))
    strengths = driven(rule, pre, post, 0.6, 1e-3)["strength"]
    expected = [by_neighbours(rule, *pair) for pair in zip(pre, post, strict=True)]
    assert np.std(expected) > 0.1
    assert ((np.array(expected) == w_max).any()) == (w_max == 2.0)
    assert strengths == pytest.approx(expected, rel=1e-9)


def test_spikes_of_one_cell_alone_do_nothing() -> None:
    lone = driven(RULE, [[0.01, 0.02], []], [[], [0.01, 0.02]], 0.03)
    assert lone["strength"].tolist() == [1, 1]


def test_a_spike_is_transmitted_with_the_strength_that_it_leaves() -> None:
    state = driven(RULE, [[0.02]], [[0.01]], 0.03)
    assert state["strength"] > 1.5
    assert state["g_ampa"] == pytest.approx(2e-9 * state["strength"])


@pytest.mark.parametrize("gap", [0.004, 0.08])
def test_a_gap_is_a_time_without_spikes(gap: float) -> None:
    a_gap_is_a_time_without_spikes(SLICE, gap)


def test_two_gaps_are_one_gap() -> None:
    two_gaps_are_one_gap(RULE, driven(RULE, [[0.01]], [[0.02]], 0.03))


def test_after_hours_only_the_strength_is_left() -> None:
    before = driven(RULE, [[0.01]], [[0.02]], 0.03)
    after = driven(RULE, [[0.01]], [[]], 0.02, before=rested(RULE, before, 7200.0))
    assert after["strength"] == before["strength"] > 1


@pytest.mark.parametrize(
    "symbol, value, said",
    [
        ("width", quantity("0 ms"), "above 0"),
        ("A", -0.1, "0 or more"),
        ("w_max", 0.9, "at least 1"),
    ],
)
def test_values_without_sense_are_refused(symbol: str, value: Any, said: str) -> None:
    changed: dict[str, Any] = {symbol: value}
    with pytest.raises(ValueError, match=f"{symbol}=.*{said}"):
        replace(RULE, **changed)
