"""Synaptic scaling against fine steps of its equation."""

from dataclasses import replace
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.network import Clocks, join
from trisynapse.circuits.projection import Projection
from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity.scaling import SynapticScaling, scaled

pytestmark = pytest.mark.usefixtures("numpy_target")

RULE = SynapticScaling()
TAU, DAY = 7 * 86400.0, 86400.0
CELLS = 6


class Excitation(Projection):
    pre: ClassVar[str] = "sources"
    post: ClassVar[str] = "targets"
    receptor: ClassVar[str] = "AMPA"


def synapses() -> tuple[Any, Any]:
    """Return synapses after learning, and the cells on which they end, not in order."""
    rng = np.random.default_rng(1)
    post = rng.permutation(np.repeat([0, 1, 2, 3, 5], [40, 30, 20, 10, 1]))
    strength = rng.uniform(0.2, 1.0, len(post)) * np.array([5, 0.3, 1, 2, 1, 4])[post]
    initial = rng.uniform(0.5, 1.5, len(post))
    strength[post == 3] = 0.0
    strength[np.flatnonzero(post == 0)[:5]] = 0.0
    return {"strength": strength, "initial": initial}, post.astype(np.int32)


def rested(*gaps: float) -> Any:
    state, post = synapses()
    for seconds in gaps:
        state = RULE.rest(state, seconds, post, np.random.default_rng(0))
    return state["strength"]


def slope(strength: Any, initial: Any, post: Any) -> Any:
    """Return d strength/dt, one synapse at a time, its neuron's sums at each."""
    made = []
    for w, cell in zip(strength, post, strict=True):
        share = strength[post == cell].sum() / initial[post == cell].sum()
        made.append(w * (1 - share) / TAU)
    return np.array(made)


@pytest.mark.parametrize("days", [0.5, 3.0])
def test_a_gap_of_days_is_that_of_fine_steps(days: float) -> None:
    state, post = synapses()
    strength, initial, step = state["strength"], state["initial"], DAY / 48
    for _ in range(round(days * DAY / step)):  # the midpoint method
        half = strength + slope(strength, initial, post) * step / 2
        strength = strength + slope(half, initial, post) * step
    assert rested(days * DAY) == pytest.approx(strength, rel=1e-5)
    assert np.abs(rested(days * DAY) / state["strength"].clip(1e-9) - 1).max() > 0.1


def test_the_ratios_of_strengths_of_a_neuron_are_kept() -> None:
    state, post = synapses()
    after = rested(5 * DAY)
    for cell in (0, 1, 2, 5):
        own = (post == cell) & (state["strength"] > 0)
        factor = after[own] / state["strength"][own]
        assert factor == pytest.approx(factor[0], rel=1e-12)
    assert (after[state["strength"] == 0] == 0).all()


def test_the_sum_of_a_neuron_is_logistic_and_comes_back_to_the_first_one() -> None:
    state, post = synapses()
    targets = np.bincount(post, state["initial"])
    sums = np.bincount(post, state["strength"])
    alive = np.array([0, 1, 2, 5])
    for days in (1, 10):
        now = np.bincount(post, rested(days * DAY))
        left = (targets[alive] / sums[alive] - 1) * np.exp(-days / 7)
        assert now[alive] == pytest.approx(targets[alive] / (1 + left), rel=1e-12)
    settled = np.bincount(post, rested(100_000 * DAY))
    assert settled[alive] == pytest.approx(targets[alive], rel=1e-12)
    assert settled[3] == 0


@pytest.mark.parametrize("first", [0.0, 60.0, 3 * DAY])
def test_two_gaps_are_one_gap(first: float) -> None:
    assert rested(first, 5 * DAY - first) == pytest.approx(rested(5 * DAY), rel=1e-12)


def test_a_rule_of_another_kind_can_scale_its_strengths_too() -> None:
    state, post = synapses()
    after = scaled(state["strength"], state["initial"], post, DAY, TAU)
    assert (after == rested(DAY)).all()


def test_spikes_change_nothing_and_open_the_receptors_by_the_strength() -> None:
    cells = [
        b2.NeuronGroup(
            2, "g_ampa : siemens", threshold="i == 0", reset="", dt=1 * b2.ms
        )
        for _ in range(2)
    ]
    one = Excitation(in_degree=1, weight=quantity("2 nS"), delay=quantity("0 ms"))
    clocks = Clocks(b2.Clock(1 * b2.ms), b2.Clock(1 * b2.ms))
    groups = dict(zip(("sources", "targets"), cells, strict=True))
    built = join(
        Synapse(one.name, one, RULE, 1, 1.0, 2, 2),
        groups,
        (np.arange(2), np.arange(2)),
        clocks,
    )
    assert (np.array(built.strength) == 1).all()
    built.strength = 1.5
    b2.Network(*cells, built).run(10 * b2.ms)
    assert (np.array(built.strength) == 1.5).all()
    assert np.array(cells[1].g_ampa) == pytest.approx([10 * 1.5 * 2e-9, 0])


def test_scaling_without_a_time_constant_is_refused() -> None:
    with pytest.raises(ValueError, match="tau=0 day: a value above 0"):
        replace(RULE, tau=quantity("0 day"))
