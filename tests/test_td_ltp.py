"""TD-LTP beside its equations, integrated by the clock in steps a tenth as long."""

from dataclasses import replace
from typing import Any

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.actor_critic import PlaceToCritic
from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.network import Clocks, join
from trisynapse.circuits.quantity import Quantity, quantity
from trisynapse.circuits.spike_response import SpikeResponse
from trisynapse.plasticity import TDLTP, Combined, TsodyksMarkram

pytestmark = pytest.mark.usefixtures("numpy_target")

DT, STEPS, FINER = 2e-4, 3000, 10
N_PRE, N_POST = 5, 3
W_0 = 1e-3  # volt
# So fast that the weight a spike reads depends on all of it, within wide bounds.
RULE = TDLTP(eta=quantity("5 ms"), w_min=0.0, w_max=1e6)
CELL = SpikeResponse()
TAUS = {name: float(getattr(CELL, name)) for name in ("tau_kappa", "nu_kappa", "tau_m")}


def trains(n: int, rate_hz: float, rng: np.random.Generator) -> Any:
    """Return which of ``n`` cells fire in which step, (steps, n)."""
    return rng.random((STEPS, n)) < rate_hz * DT


RNG = np.random.default_rng(4)
PRE, POST = trains(N_PRE, 60.0, RNG), trains(N_POST, 25.0, RNG)
TICKS = np.arange(STEPS // 5)
SWAYS = 200.0 * np.sin(2 * np.pi * TICKS / 250)
DELTA = np.repeat(SWAYS + RNG.normal(0, 100.0, len(TICKS)), 5)  # held for a tick


def scripted(n: int, fires: Any, model: str, reset: str) -> b2.NeuronGroup:
    """Return cells that fire in given steps."""
    shown = b2.TimedArray(fires.astype(float), dt=DT * b2.second)
    taught = b2.TimedArray(DELTA * b2.Hz, dt=DT * b2.second)
    symbols = {
        name: value.value * getattr(b2, value.dimension)
        for name, value in CELL.symbols("\n".join([model, reset])).items()
        if isinstance(value, Quantity)
    }
    return b2.NeuronGroup(
        n,
        model,
        threshold="shown(t, i) > 0",
        reset=reset,
        method="euler",
        namespace={"shown": shown, "told": taught, **symbols},
        dt=DT * b2.second,
    )


def ran(rule: TDLTP) -> tuple[b2.Synapses, b2.NeuronGroup]:
    """Return synapses and their targets after the trains."""
    model = f"{CELL.membrane}\n{CELL.receptors}\ndelta = told(t) : hertz"
    targets = scripted(N_POST, POST, model, CELL.reset)
    sources = scripted(N_PRE, PRE, "", "")
    projection = PlaceToCritic(weight=quantity("1 mV"))
    built = Synapse(projection.name, projection, rule, N_PRE, 1.0, N_PRE, N_POST)
    pairs = tuple(ids.ravel() for ids in np.indices((N_PRE, N_POST)))
    clock = b2.Clock(DT * b2.second)
    groups = {projection.pre: sources, projection.post: targets}
    synapses = join(built, groups, pairs, Clocks(clock, clock))
    b2.Network(sources, targets, synapses).run(STEPS * DT * b2.second)
    return synapses, targets


def integrated(rule: TDLTP) -> tuple[Any, Any]:
    """Return weights (pre, post) and potentials (post,): every synapse, every step.

    An event of a step is at its end, as Brian2 has it; what decays does so exactly, and
    the weight is integrated by the rule of midpoints.
    """
    h = DT / FINER
    slow, fast = TAUS["tau_kappa"], TAUS["nu_kappa"]
    fall, rise = float(rule.tau_fall), float(rule.tau_rise)
    w = np.ones((N_PRE, N_POST))
    falling, rising, e_slow, e_fast = (np.zeros((N_PRE, N_POST)) for _ in range(4))
    v = np.zeros(N_POST)
    for step in range(STEPS):
        for _ in range(FINER):
            middle = e_slow * np.exp(-h / 2 / slow) - e_fast * np.exp(-h / 2 / fast)
            w = w + float(rule.eta) * DELTA[step] * middle / (slow - fast) * h
            e_slow, e_fast = e_slow * np.exp(-h / slow), e_fast * np.exp(-h / fast)
        falling, rising = falling * np.exp(-DT / fall), rising * np.exp(-DT / rise)
        v = v * np.exp(-DT / TAUS["tau_m"])
        v = v + W_0 * (PRE[step][:, None] * w).sum(axis=0)
        falling, rising = falling + PRE[step][:, None], rising + PRE[step][:, None]
        post = POST[step]
        e_slow[:, post] += (falling - rising)[:, post]
        e_fast[:, post] += (falling - rising)[:, post]
        falling[:, post] = rising[:, post] = 0.0
        v[post] = float(CELL.chi)
    return w, v


def settled(rule: TDLTP, synapses: b2.Synapses, targets: b2.NeuronGroup) -> Any:
    """Return all weights (pre, post) as of the end."""
    state = {name: np.asarray(getattr(synapses, name)) for name in NAMES}
    held = {
        name: np.asarray(getattr(targets, name))
        for name in ("taught_slow", "taught_fast")
    }
    found = rule.settled(state, held, np.asarray(synapses.j))["strength"]
    return found.reshape(N_PRE, N_POST)


NAMES = ("strength", "slow", "fast")


def test_the_weights_are_those_of_the_equations_integrated_by_the_clock() -> None:
    synapses, targets = ran(RULE)
    w, v = integrated(RULE)
    assert w.min() > 1.1 and np.ptp(w) > 0.3  # there is something to be compared
    assert settled(RULE, synapses, targets) == pytest.approx(w, rel=1e-6)
    # Each presynaptic spike has read the weight of its moment.
    assert np.asarray(targets.psp_m) == pytest.approx(v, rel=1e-6, abs=1e-12)


def test_at_the_last_spike_of_a_target_nothing_is_left_to_be_written_down() -> None:
    state = {name: np.array([0.7, 1.4]) for name in NAMES}
    held = {"taught_slow": np.zeros(2), "taught_fast": np.zeros(2)}
    after = RULE.settled(state, held, np.array([0, 1], np.int32))
    assert np.array_equal(after["strength"], state["strength"])


def test_beside_a_short_term_rule_it_writes_down_the_same() -> None:
    both = Combined(long_term=RULE, short_term=TsodyksMarkram())
    state = {name: np.array([0.7, 1.4]) for name in NAMES}
    other = {f"short_{name}": np.ones(2) for name in ("u", "R", "t_last")}
    held = {"taught_slow": np.full(2, 3.0), "taught_fast": np.full(2, 5.0)}
    post = np.array([0, 1], np.int32)
    after = both.settled({**state, **other}, held, post)
    alone = RULE.settled(state, held, post)
    assert np.array_equal(after["strength"], alone["strength"])
    assert all(np.array_equal(after[name], other[name]) for name in other)
    assert not np.array_equal(after["strength"], state["strength"])


def test_the_weights_stay_within_their_bounds() -> None:
    rule = replace(RULE, w_min=0.99, w_max=1.01)
    synapses, targets = ran(rule)
    found = settled(rule, synapses, targets)
    assert found.min() >= 0.99 and found.max() == 1.01


def test_without_a_learning_rate_nothing_changes() -> None:
    rule = replace(RULE, eta=quantity("0 ms"))
    synapses, _ = ran(rule)
    assert (np.asarray(synapses.strength) == 1).all()


@pytest.mark.parametrize(
    ("symbol", "value", "said"),
    [
        ("tau_rise", quantity("20 ms"), "tau_fall=20 ms: more than tau_rise=20 ms"),
        ("tau_rise", quantity("0 ms"), "tau_rise=0 ms: a value above 0"),
        ("eta", quantity("-1 ms"), "eta=-1 ms: 0 or more"),
        ("w_min", 1.5, "w_min=1.5: a share from 0 to 1"),
        ("w_max", 0.5, "w_max=0.5: at least 1"),
    ],
)
def test_a_rule_that_does_not_exist_is_refused(
    symbol: str, value: Any, said: str
) -> None:
    changed: dict[str, Any] = {symbol: value}
    with pytest.raises(ValueError, match=said):
        replace(TDLTP(), **changed)
