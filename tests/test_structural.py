"""Structural plasticity against its rate, its bias, and what may never change."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, chisquare, ks_2samp

from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity import InhibitorySTDP
from trisynapse.plasticity.structural import Structural
from trisynapse.simulation.state import variables_of

DAY = 86400.0
RULE = Structural()
LIFETIME = 10 * DAY
START = {"strength": 1.0}


def wired(
    n_pre: int, n_post: int, inputs: int, recurrent: bool = False, seed: int = 0
) -> tuple[Any, Any]:
    """Return distinct inputs of every target, as `connect` draws and sorts them."""
    rng = np.random.default_rng(seed)
    drawn = rng.random((n_post, n_pre))
    if recurrent:
        drawn[np.arange(n_post), np.arange(n_post)] = 2.0
    pre = np.argsort(drawn, axis=1)[:, :inputs].astype(np.int32).ravel()
    post = np.repeat(np.arange(n_post, dtype=np.int32), inputs)
    order = np.lexsort((post, pre))
    return pre[order], post[order]


def rewired(
    rule: Structural,
    ends: tuple[Any, Any],
    strength: Any,
    gaps: tuple[float, ...],
    n_pre: int,
    seed: int = 1,
    **told: Any,
) -> tuple[Any, Any, Any]:
    """Return sources, strengths, and which synapses changed, after several gaps."""
    rng = np.random.default_rng(seed)
    pre, post = ends
    state = {"strength": np.asarray(strength, dtype=float)}
    ever = np.zeros(len(pre), dtype=bool)
    for seconds in gaps:
        pre, state, changed = rule.rewire(
            pre,
            post,
            state,
            told.get("start", START),
            n_pre,
            seconds,
            rng,
            told.get("recurrent", False),
            told.get("active"),
        )
        ever |= changed
    return pre, state["strength"], ever


def likely(k: int, n: int, p: float) -> bool:
    """Tell whether a count lies within what a binomial gives but once in 10,000."""
    low, high = binom.ppf([5e-5, 1 - 5e-5], n, p)
    return bool(low <= k <= high)


@pytest.mark.parametrize("days", [0.5, 5.0, 30.0])
def test_weak_synapses_are_lost_at_the_rate_and_strong_ones_never(days: float) -> None:
    ends = wired(300, 200, 60)
    strength = np.random.default_rng(3).random(len(ends[0]))
    _, after, changed = rewired(RULE, ends, strength, (days * DAY,), 300)
    weak = strength < RULE.theta
    assert not changed[~weak].any()
    expected = 1 - np.exp(-days * DAY / LIFETIME)
    assert likely(changed[weak].sum(), weak.sum(), expected)
    assert not likely(changed[weak].sum(), weak.sum(), 0.75 * expected)
    assert (after[changed] == 1).all()
    assert (after[~changed] == strength[~changed]).all()


def test_no_time_changes_nothing() -> None:
    ends = wired(40, 30, 10)
    pre, _, changed = rewired(RULE, ends, np.zeros(300), (0.0,), 40)
    assert not changed.any()
    assert (pre == ends[0]).all()


@pytest.mark.parametrize("recurrent", [False, True], ids=["onward", "recurrent"])
@pytest.mark.parametrize("start", [START, {}], ids=["strong start", "weak start"])
def test_after_many_gaps_no_pair_is_double_and_no_cell_excites_itself(
    recurrent: bool, start: Any
) -> None:
    n, inputs = 30, 14
    ends = wired(n, n, inputs, recurrent)
    rng = np.random.default_rng(8)
    pre, post = ends
    strength = rng.random(len(pre))
    for _ in range(60):
        pre, new, _ = rewired(
            RULE,
            (pre, post),
            strength,
            (20 * DAY,),
            n,
            int(rng.integers(1e6)),
            start=start,
            recurrent=recurrent,
        )
        strength = new * rng.random(len(pre))
        pairs = set(zip(pre.tolist(), post.tolist(), strict=True))
        assert len(pairs) == len(pre)
        assert pre.min() >= 0 and pre.max() < n
        if recurrent:
            assert (pre != post).all()
    if not recurrent:
        assert (pre == post).any()
    # The number of inputs is constant because post is: synapse k is of target post[k].
    assert (np.bincount(post) == inputs).all()
    assert pre.dtype == np.int32


def test_where_all_cells_already_end_on_the_target_a_synapse_grows_back() -> None:
    ends = wired(5, 5, 4, recurrent=True)
    pre, strength, changed = rewired(
        RULE, ends, np.zeros(20), (1e9,), 5, recurrent=True
    )
    assert changed.all() and (strength == 1).all()
    assert (pre == ends[0]).all()


def test_equal_seeds_give_equal_synapses_and_others_do_not() -> None:
    ends = wired(100, 50, 20)
    once, again, other = (
        rewired(RULE, ends, np.zeros(1000), (5 * DAY,), 100, seed)[0]
        for seed in (7, 7, 8)
    )
    assert (once == again).all()
    assert (once != other).any()


def test_the_order_of_the_synapses_does_not_matter_to_what_may_happen() -> None:
    pre, post = wired(60, 40, 12)
    shuffled = np.random.default_rng(2).permutation(len(pre))
    ends = pre[shuffled], post[shuffled]
    strength = np.where(ends[1] < 20, 0.0, 1.0)
    new, _, changed = rewired(RULE, ends, strength, (8 * DAY,), 60)
    assert not changed[ends[1] >= 20].any() and changed[ends[1] < 20].any()
    assert (new[~changed] == ends[0][~changed]).all()
    assert len(set(zip(new.tolist(), ends[1].tolist(), strict=True))) == len(new)


def test_a_new_source_is_any_cell_that_is_free_with_equal_chance() -> None:
    """One target with inputs from cells 0 to 3 of 10, of which the last is lost."""
    n, ends = 4000, (np.arange(4, dtype=np.int32), np.zeros(4, dtype=np.int32))
    weak = np.array([1.0, 1.0, 1.0, 0.0])
    new = [int(rewired(RULE, ends, weak, (1e9,), 10, seed)[0][3]) for seed in range(n)]
    counts = np.bincount(new, minlength=10)
    assert (counts[:3] == 0).all()
    assert chisquare(counts[3:]).pvalue > 1e-4


@pytest.mark.parametrize("bias", [0.0, 4.0])
def test_growth_prefers_active_cells_by_the_bias(bias: float) -> None:
    n_pre, n_post, inputs = 2000, 400, 10
    active = (np.arange(n_pre) < 400).astype(float)
    pre, _, changed = rewired(
        replace(RULE, bias=bias),
        wired(n_pre, n_post, inputs),
        np.zeros(n_post * inputs),
        (1e9,),
        n_pre,
        active=active,
    )
    assert changed.all()
    share = 0.2 * (1 + bias) / (0.2 * (1 + bias) + 0.8)
    # 10 inputs of 2000 cells are hardly ever the same: drawn as if independent.
    assert likely((active[pre] > 0).sum(), len(pre), share)


def test_a_source_that_one_synapse_lost_may_go_to_any_other() -> None:
    """Order is by chance: synapse 0 takes over from 1 as often as 1 from 0."""
    n, ends = 3000, (np.arange(4, dtype=np.int32), np.zeros(4, dtype=np.int32))
    new = np.array(
        [rewired(RULE, ends, np.zeros(4), (1e9,), 6, seed)[0] for seed in range(n)]
    )
    up, down = (new[:, 1] == 0).sum(), (new[:, 0] == 1).sum()
    assert up > 100
    assert likely(up, up + down, 0.5)


def outcome(gaps: tuple[float, ...], start: Any, seed: int) -> Any:
    """Return lost synapses, those from active cells, unmoved and weak ones, after gaps.

    Few cells are free for new synapses, so that one loss matters to the next growth.
    """
    ends = wired(7, 30, 4)
    strength = np.where(np.arange(120) % 3 == 0, 1.0, 0.0)
    active = (np.arange(7) < 2).astype(float)
    rule = replace(RULE, bias=3.0)
    pre, after, ever = rewired(
        rule, ends, strength, gaps, 7, seed, start=start, active=active
    )
    unmoved = (pre == ends[0]).sum()
    return ever.sum(), active[pre].sum(), unmoved, (after < rule.theta).sum()


@pytest.mark.parametrize("start", [START, {}], ids=["strong start", "weak start"])
def test_two_gaps_are_one_in_distribution(start: Any) -> None:
    n = 400
    once = np.array([outcome((40 * DAY,), start, k) for k in range(n)])
    twice = np.array([outcome((15 * DAY, 25 * DAY), start, n + k) for k in range(n)])
    for one, two in zip(once.T, twice.T, strict=True):
        assert ks_2samp(one, two).pvalue > 1e-3
    # The comparison could have told a gap of 30 days.
    other = np.array([outcome((30 * DAY,), start, 2 * n + k)[0] for k in range(n)])
    assert ks_2samp(once[:, 0], other).pvalue < 1e-3


def test_new_synapses_start_as_those_of_the_rule_do() -> None:
    inhibitory = InhibitorySTDP()
    pre, post = wired(50, 20, 10)
    state = {
        name: np.full(len(pre), 0.25 if name == "strength" else -0.5)
        for name in variables_of(inhibitory.model)
    }
    rng = np.random.default_rng(4)
    _, after, changed = RULE.rewire(
        pre, post, state, inhibitory.start, 50, 10 * DAY, rng
    )
    assert set(after) == set(state)
    assert 0 < changed.sum() < len(pre)
    for name, values in after.items():
        assert (values[changed] == inhibitory.start.get(name, 0.0)).all(), name
        assert (values[~changed] == state[name][~changed]).all(), name


def test_the_weight_may_be_a_sum_of_variables() -> None:
    pre, post = wired(50, 20, 10)
    h = np.where(np.arange(200) % 2, 1.0, 0.1)
    state = {"h": h, "z": np.where(np.arange(200) % 4 == 0, 0.6, 0.0)}
    rule = Structural(weight="h+z")
    rng = np.random.default_rng(4)
    _, _, changed = rule.rewire(pre, post, state, {"h": 1.0}, 50, 1e9, rng)
    assert (changed == (h + state["z"] < 0.5)).all()
    with pytest.raises(KeyError, match="No variable 'strength'.* h, z"):
        RULE.rewire(pre, post, state, {"h": 1.0}, 50, 1e9, rng)


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"lifetime": quantity("0 day")}, "lifetime=0 day: a value above 0"),
        ({"bias": -1.0}, "bias=-1.0: 0 or more"),
    ],
)
def test_values_that_make_no_sense_are_refused(changed: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(RULE, **changed)
