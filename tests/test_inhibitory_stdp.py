"""Inhibitory plasticity against the closed form of its window and of its drift."""

from dataclasses import replace
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.network import Clocks, join
from trisynapse.circuits.projection import Projection
from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity import InhibitorySTDP

pytestmark = pytest.mark.usefixtures("numpy_target")

RULE = InhibitorySTDP()
TAU, RHO_0 = float(RULE.tau), float(RULE.rho_0)
ALPHA = 2 * RHO_0 * TAU


class Inhibition(Projection):
    pre: ClassVar[str] = "interneurons"
    post: ClassVar[str] = "principals"
    receptor: ClassVar[str] = "GABA_A"
    plastic: ClassVar[str] = "inhibitory"


PAIRS = Inhibition(in_degree=1, weight=quantity("3 nS"), delay=quantity("0 ms"))


def paired(
    rule: InhibitorySTDP, ends: list[b2.NeuronGroup], step: Any, start: float
) -> b2.Synapses:
    """Return one synapse from each cell of one group to its partner in the other."""
    n = len(ends[0])
    clocks = Clocks(b2.Clock(step), b2.Clock(step))
    groups = dict(zip(("interneurons", "principals"), ends, strict=True))
    one_to_one = np.arange(n), np.arange(n)
    built = Synapse(PAIRS.name, PAIRS, rule, 1, 1.0, n, n)
    synapses = join(built, groups, one_to_one, clocks)
    synapses.strength = start
    return synapses


def firing_at(times: Any) -> b2.NeuronGroup:
    """Return cells that fire once each, at these seconds, with steps of 0.2 ms."""
    cells = b2.NeuronGroup(
        len(times),
        "instant : second (constant)\ng_gaba : siemens",
        threshold="abs(t - instant) < dt/2",
        reset="",
        dt=0.2 * b2.ms,
    )
    cells.instant = times * b2.second
    return cells


def after_one_pair(rule: InhibitorySTDP, lags: Any, start: float) -> Any:
    """Return the strength after a pair in which post fires ``lags`` after pre."""
    ends = [firing_at(np.full(len(lags), 0.12)), firing_at(0.12 + lags)]
    synapses = paired(rule, ends, 0.2 * b2.ms, start)
    b2.Network(*ends, synapses).run(0.24 * b2.second)
    return np.array(synapses.strength)


LAGS = np.array([-100, -40, -20, -5, -0.2, 0, 0.2, 5, 20, 40, 100]) * 1e-3


def test_one_pair_moves_the_strength_by_the_window_whichever_comes_first() -> None:
    window = RULE.eta * (np.exp(-np.abs(LAGS) / TAU) - ALPHA)
    assert after_one_pair(RULE, LAGS, 1.0) - 1 == pytest.approx(window, rel=1e-9)


def test_the_strength_stays_between_0_and_w_max() -> None:
    coarse = replace(RULE, eta=5.0)
    assert after_one_pair(coarse, np.array([0.002]), RULE.w_max) == RULE.w_max
    assert after_one_pair(coarse, np.array([0.1]), 0.1) == pytest.approx(
        5.0 * np.exp(-0.1 / TAU)
    )


def test_each_presynaptic_spike_opens_the_receptors_by_the_strength_it_finds() -> None:
    rule = replace(RULE, eta=0.5)
    ends = [firing_at(np.array([0.02])), firing_at(np.array([0.01]))]
    synapses = paired(rule, ends, 0.2 * b2.ms, 1.0)
    b2.Network(*ends, synapses).run(0.04 * b2.second)
    strength = 1 + 0.5 * (np.exp(-0.01 / TAU) - ALPHA)
    assert float(ends[1].g_gaba[0]) == pytest.approx(3e-9 * strength)


def poisson(n: int, rate: float) -> b2.NeuronGroup:
    return b2.NeuronGroup(
        n,
        "g_gaba : siemens",
        threshold="rand() < chance",
        reset="",
        dt=0.5 * b2.ms,
        namespace={"chance": rate * 0.5e-3},
    )


@pytest.mark.parametrize("rate", [1.0, 3.0, 8.0], ids=["below", "at rho_0", "above"])
def test_unrelated_spikes_drive_the_strength_by_the_closed_form(rate: float) -> None:
    n, pre_rate, seconds, start = 4000, 20.0, 1.0, 5.0
    b2.seed(1)
    ends = [poisson(n, pre_rate), poisson(n, rate)]
    synapses = paired(RULE, ends, 0.5 * b2.ms, start)
    b2.Network(*ends, synapses).run(seconds * b2.second)

    moved = np.array(synapses.strength) - start
    error = moved.std() / np.sqrt(n)
    filled = seconds - TAU * (1 - np.exp(-seconds / TAU))  # the traces start empty
    drift = RULE.eta * pre_rate * (2 * rate * TAU * filled - ALPHA * seconds)
    assert abs(moved.mean() - drift) < 4 * error
    # The three rates are told apart, and only rho_0 leaves the strength where it was.
    still = RULE.eta * pre_rate * ALPHA * (filled - seconds)
    assert (abs(moved.mean() - still) < 4 * error) == (rate == RHO_0)


@pytest.mark.parametrize("symbol", ["tau", "w_max"])
def test_a_rule_without_extent_is_refused(symbol: str) -> None:
    nothing: dict[str, Any] = {"tau": quantity("0 ms"), "w_max": 0.0}
    with pytest.raises(ValueError, match=f"{symbol}=0.* a value above 0"):
        replace(RULE, **{symbol: nothing[symbol]})


@pytest.mark.parametrize("symbol, value", [("rho_0", quantity("-1 Hz")), ("eta", -1.0)])
def test_a_rule_that_unlearns_is_refused(symbol: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{symbol}=-1.* 0 or more"):
        replace(RULE, **{symbol: value})
