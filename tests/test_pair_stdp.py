"""Pair STDP against its window, and against sums over all pairs of spikes."""

from dataclasses import replace
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.network import Clocks, join
from trisynapse.circuits.parameters import ASSUMED
from trisynapse.circuits.projection import Projection, Rule
from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity.pair_stdp import SETS, PairSTDP
from trisynapse.simulation.state import variables_of

pytestmark = pytest.mark.usefixtures("numpy_target")

RULE = PairSTDP()
CULTURE = SETS["Bi and Poo 2001"]


class Excitation(Projection):
    pre: ClassVar[str] = "sources"
    post: ClassVar[str] = "targets"
    receptor: ClassVar[str] = "AMPA"


PAIRS = Excitation(in_degree=1, weight=quantity("2 nS"), delay=quantity("0 ms"))


def firing(trains: Any, seconds: float, step: float) -> b2.NeuronGroup:
    """Return cells that fire at these times, one train a cell, multiples of a step."""
    fires = np.zeros((round(seconds / step) + 1, len(trains)))
    for cell, train in enumerate(trains):
        fires[np.rint(np.asarray(train) / step).astype(int), cell] = 1
    return b2.NeuronGroup(
        len(trains),
        "g_ampa : siemens",
        threshold="fires(t, i) > 0",
        reset="",
        namespace={"fires": b2.TimedArray(fires, dt=step * b2.second)},
        dt=step * b2.second,
    )


def driven(
    rule: Rule,
    pre: Any,
    post: Any,
    seconds: float,
    step: float = 2e-4,
    before: Any = None,
) -> Any:
    """Return the state of one synapse per train after ``seconds``, dated from then.

    ``g_ampa`` is what its spikes opened. ``before`` is the state to begin with.
    """
    n = len(pre)
    ends = [firing(trains, seconds, step) for trains in (pre, post)]
    clocks = Clocks(b2.Clock(step * b2.second), b2.Clock(step * b2.second))
    groups = dict(zip(("sources", "targets"), ends, strict=True))
    built = Synapse(PAIRS.name, PAIRS, rule, 1, 1.0, n, n)
    synapses = join(built, groups, (np.arange(n), np.arange(n)), clocks)
    for name, values in (before or {}).items():
        if name != "g_ampa":
            synapses.variables[name].set_value(values)
    b2.Network(*ends, synapses).run(seconds * b2.second)
    names = list(variables_of(rule.model))
    after = {name: np.array(synapses.variables[name].get_value()) for name in names}
    opened = {"g_ampa": np.array(ends[1].variables["g_ampa"].get_value())}
    return after | {c: after[c] - seconds for c in rule.clocks} | opened


def after_one_pair(rule: Rule, lags: Any, start: float = 1.0) -> Any:
    """Return the strength after a pair in which post fires ``lags`` after pre."""
    before = {"strength": np.full(len(lags), start)}
    early, late = np.maximum(-lags, 0), np.maximum(lags, 0)
    seconds = np.abs(lags).max() + 0.002
    return driven(rule, early[:, None], late[:, None], seconds, before=before)[
        "strength"
    ]


def trains(n: int, rate: float, seconds: float, step: float, seed: int) -> Any:
    """Return ``n`` Poisson trains on a grid of steps."""
    rng = np.random.default_rng(seed)
    bins = round(seconds / step)
    return [np.flatnonzero(rng.random(bins) < rate * step) * step for _ in range(n)]


def rested(rule: Rule, state: Any, *gaps: float) -> Any:
    """Return the state after gaps one after the other."""
    rng = np.random.default_rng(0)
    for seconds in gaps:
        state = rule.rest(state, seconds, np.zeros(1, np.int32), rng)
    return state


def a_gap_is_a_time_without_spikes(rule: Rule, gap: float, rel: float = 1e-9) -> None:
    """Spike, rest and spike again: as if the run had gone on without spikes."""
    rng = np.random.default_rng(8)
    first, last = (
        [np.unique(rng.integers(1, 100, 6)) * 1e-3 for _ in range(10)] for _ in range(2)
    )
    last = [train + 0.02 for train in last]
    once = driven(rule, first, last, 0.12, 1e-3)
    parted = driven(rule, last, first, 0.12, 1e-3, rested(rule, once, gap))
    pre = [np.append(a, b + 0.12 + gap) for a, b in zip(first, last, strict=True)]
    post = [np.append(a, b + 0.12 + gap) for a, b in zip(last, first, strict=True)]
    whole = driven(rule, pre, post, 0.24 + gap, 1e-3)
    assert np.ptp(whole["strength"]) > 0
    for name in variables_of(rule.model):
        assert parted[name] == pytest.approx(whole[name], rel=rel, abs=1e-12)


def two_gaps_are_one_gap(rule: Rule, state: Any, rel: float = 1e-12) -> None:
    kept = {name: values.copy() for name, values in state.items()}
    for first, last in ((0.01, 0.05), (3.0, 7200.0), (0.0, 1.0)):
        one, two = rested(rule, state, first + last), rested(rule, state, first, last)
        for name in variables_of(rule.model):
            assert two[name] == pytest.approx(one[name], rel=rel, abs=1e-15)
    assert all((state[name] == kept[name]).all() for name in kept)


LAGS = np.array([-100, -40, -10, -0.2, 0, 0.2, 5, 10, 40, 100]) * 1e-3


def window(rule: PairSTDP, start: float) -> Any:
    """Return the change by one pair, of Guetig et al. (2003), at `LAGS`."""
    x = start / rule.w_max
    up = rule.A_plus * (1 - x) ** rule.mu * np.exp(-LAGS / float(rule.tau_plus))
    down = rule.A_minus * x**rule.mu * np.exp(LAGS / float(rule.tau_minus))
    return rule.w_max * np.where(LAGS >= 0, up, -down)


@pytest.mark.parametrize("mu", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("start", [0.4, 1.7])
@pytest.mark.parametrize("rule", SETS.values(), ids=SETS)
def test_a_pair_moves_the_strength_by_the_window(
    rule: PairSTDP, start: float, mu: float
) -> None:
    rule = replace(rule, mu=mu)
    moved = after_one_pair(rule, LAGS, start) - start
    assert moved == pytest.approx(window(rule, start), rel=1e-9, abs=1e-15)


def by_pairs(rule: PairSTDP, pre: Any, post: Any) -> float:
    """Return the strength when each spike sums over all earlier ones of the other."""
    x = 1.0 / rule.w_max
    events = sorted([(t, 0) for t in pre] + [(t, 1) for t in post])
    for now, fired in events:
        if fired:
            sum_ = sum(
                np.exp(-(now - t) / float(rule.tau_plus)) for t in pre[pre <= now]
            )
            x += rule.A_plus * (1 - x) ** rule.mu * sum_
        else:
            ago = now - post[post < now]
            x -= rule.A_minus * x**rule.mu * np.exp(-ago / float(rule.tau_minus)).sum()
        x = min(max(x, 0.0), 1.0)
    return float(x * rule.w_max)


@pytest.mark.parametrize("mu", [0.0, 0.3, 1.0])
def test_every_pair_of_two_trains_counts(mu: float) -> None:
    rule = replace(RULE, mu=mu, tau_plus=quantity("30 ms"), tau_minus=quantity("70 ms"))
    pre, post = (trains(20, 40.0, 0.6, 1e-3, seed) for seed in (1, 2))
    strengths = driven(rule, pre, post, 0.6, 1e-3)["strength"]
    expected = [by_pairs(rule, *pair) for pair in zip(pre, post, strict=True)]
    assert np.std(expected) > 0.01
    assert strengths == pytest.approx(expected, rel=1e-9)


def test_the_strength_stays_between_0_and_w_max_without_weight_dependence() -> None:
    coarse = replace(RULE, A_plus=0.9, A_minus=0.9)
    assert after_one_pair(coarse, np.array([-0.002, 0.002])).tolist() == [0.0, 2.0]


def test_at_its_bounds_a_multiplicative_synapse_moves_only_inward() -> None:
    rule = replace(RULE, mu=1.0)
    pair = np.array([-0.01, 0.01])
    low, high = (after_one_pair(rule, pair, start) for start in (0.0, rule.w_max))
    assert low[0] == 0 < low[1] and high[0] < rule.w_max == high[1]


def test_a_spike_is_transmitted_with_the_strength_that_it_leaves() -> None:
    state = driven(RULE, [[0.02]], [[0.01]], 0.03)
    assert state["strength"] < 1
    assert state["g_ampa"] == pytest.approx(2e-9 * state["strength"])


def test_sixty_pairs_in_culture_do_what_bi_and_poo_report() -> None:
    lags = np.array([-0.08, -0.06, -0.01, 0.01, 0.06, 0.08])
    beats = np.arange(60) + 0.1
    pre, post = np.tile(beats, (6, 1)), beats + lags[:, None]
    moved = driven(CULTURE, pre, post, 60.2, 0.01)["strength"] - 1
    reported = 0.777 * np.exp(-lags / 0.0168), -0.273 * np.exp(lags / 0.0337)
    assert moved == pytest.approx(np.where(lags > 0, *reported), rel=1e-9)
    assert 0.25 < moved[3] < 0.8 and -0.35 < moved[2] < -0.1
    assert np.abs(moved[[0, 5]]).max() < 0.03 and np.abs(moved[[1, 4]]).max() < 0.06


def test_a_strong_synapse_in_culture_potentiates_less_than_half_as_much() -> None:
    weak, strong = (
        after_one_pair(CULTURE, np.array([0.01]), start) - start for start in (1.0, 2.0)
    )
    assert strong < weak / 2


@pytest.mark.parametrize("gap", [0.004, 0.08])
def test_a_gap_is_a_time_without_spikes(gap: float) -> None:
    a_gap_is_a_time_without_spikes(replace(CULTURE, mu=0.5), gap)


def test_two_gaps_are_one_gap() -> None:
    two_gaps_are_one_gap(CULTURE, driven(CULTURE, [[0.01]], [[0.02]], 0.03))


def test_after_hours_only_the_strength_is_left() -> None:
    state = rested(RULE, driven(RULE, [[0.01]], [[0.02]], 0.03), 7200.0)
    assert state["strength"] == pytest.approx(1 + window(RULE, 1.0)[7])
    assert state["pre_trace"] == state["post_trace"] == state["t_last"] == 0


@pytest.mark.parametrize(
    "symbol, value, said",
    [
        ("tau_plus", quantity("0 ms"), "above 0"),
        ("tau_minus", quantity("-1 ms"), "above 0"),
        ("A_plus", -0.1, "0 or more"),
        ("A_minus", float("nan"), "0 or more"),
        ("mu", 1.5, "a share from 0 to 1"),
        ("w_max", 0.9, "at least 1"),
    ],
)
def test_values_without_sense_are_refused(symbol: str, value: Any, said: str) -> None:
    changed: dict[str, Any] = {symbol: value}
    with pytest.raises(ValueError, match=f"{symbol}=.*{said}"):
        replace(RULE, **changed)


def test_every_value_names_its_source() -> None:
    assumed = {r.symbol for r in CULTURE.table() if r.source == ASSUMED.cite}
    assert assumed == {"mu", "w_max"}
    assert {r.symbol for r in RULE.table() if r.source == ASSUMED.cite} == {"w_max"}
