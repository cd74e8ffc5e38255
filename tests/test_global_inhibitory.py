"""Inhibition gated by a rate, against its steps, its drift and its fixed point."""

from dataclasses import replace
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.network import Clocks, join
from trisynapse.circuits.projection import Projection
from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity.global_inhibitory import SETS, GlobalInhibitory
from trisynapse.simulation.state import variables_of

pytestmark = pytest.mark.usefixtures("numpy_target")

RULE = GlobalInhibitory()
COARSE = replace(RULE, eta=2.0)
# A cell's own spike stands out from a rate over 0.2 s, and so does what it does.
QUICK = replace(RULE, tau_H=quantity("0.2 s"))
STEP = 1e-3


class Inhibition(Projection):
    pre: ClassVar[str] = "interneurons"
    post: ClassVar[str] = "principals"
    receptor: ClassVar[str] = "GABA_A"


PAIRS = Inhibition(in_degree=1, weight=quantity("3 nS"), delay=quantity("0 ms"))


def paired(rule: GlobalInhibitory, ends: list[b2.NeuronGroup]) -> b2.Synapses:
    """Return one synapse from each cell of one group to its partner in the other."""
    n = len(ends[0])
    clocks = Clocks(b2.Clock(STEP * b2.second), b2.Clock(STEP * b2.second))
    groups = dict(zip(("interneurons", "principals"), ends, strict=True))
    built = Synapse(PAIRS.name, PAIRS, rule, 1, 1.0, n, n)
    return join(built, groups, (np.arange(n), np.arange(n)), clocks)


def firing(trains: Any, seconds: float) -> b2.NeuronGroup:
    """Return cells that fire at these times, one train a cell, multiples of a step."""
    fires = np.zeros((round(seconds / STEP) + 1, len(trains)))
    for cell, train in enumerate(trains):
        fires[np.rint(np.asarray(train) / STEP).astype(int), cell] = 1
    return b2.NeuronGroup(
        len(trains),
        "g_gaba : siemens",
        threshold="fires(t, i) > 0",
        reset="",
        namespace={"fires": b2.TimedArray(fires, dt=STEP * b2.second)},
        dt=STEP * b2.second,
    )


def driven(rule: GlobalInhibitory, pre: Any, post: Any, seconds: float) -> Any:
    """Return the state of one synapse per train after ``seconds``."""
    ends = [firing(trains, seconds) for trains in (pre, post)]
    synapses = paired(rule, ends)
    b2.Network(*ends, synapses).run(seconds * b2.second)
    opened = np.array(ends[1].g_gaba)
    names = variables_of(rule.model)
    state = {name: np.array(synapses.variables[name].get_value()) for name in names}
    return state | {"t_last": state["t_last"] - seconds, "g_gaba": opened}


def test_spikes_move_the_strength_as_published() -> None:
    pre = [[0.01, 0.3], [0.05, 0.06, 0.4], [0.2]]
    post = [[0.02, 0.1, 0.31], [0.055, 0.41], []]
    after = driven(COARSE, pre, post, 0.5)
    for k in range(3):
        # The global factor of a population of one, as the published code has it.
        w, H, x_pre, x_post, last, opened = 0.2, 4.0, 0.0, 0.0, 0.0, 0.0
        spikes = sorted([(t, 0) for t in pre[k]] + [(t, 1) for t in post[k]])
        for now, of_post in spikes:
            H *= np.exp(-(now - last) / 10)
            x_pre *= np.exp(-(now - last) / 0.02)
            x_post *= np.exp(-(now - last) / 0.02)
            G = H - 4 * 1
            if of_post:
                w += COARSE.eta / (4 * 1) * G * x_pre
                x_post, H = x_post + 1, H + 1 / 10
            else:
                w += COARSE.eta / (4 * 1) * G * (x_post + 1)
                x_pre += 1
                opened += 3e-9 * w / 0.2
            last = now
        assert abs(after["strength"][k] - 1) > 1e-4
        assert after["strength"][k] == pytest.approx(w / 0.2, rel=1e-12)
        assert after["excess"][k] == pytest.approx(H / 4 - 1, rel=1e-9)
        assert after["g_gaba"][k] == pytest.approx(opened, rel=1e-9)


def test_the_strength_stays_between_0_and_w_max() -> None:
    wild = replace(QUICK, eta=100.0)
    often = list(np.arange(5, 95) * 1e-3)
    pre, post = [[0.096], [0.01]], [often, []]
    strength = driven(wild, pre, post, 0.1)["strength"]
    assert strength == pytest.approx([5 / 0.2, 0], abs=0)


def poisson(n: int, rate: float) -> b2.NeuronGroup:
    return b2.NeuronGroup(
        n,
        "g_gaba : siemens",
        threshold="rand() < chance",
        reset="",
        dt=STEP * b2.second,
        namespace={"chance": rate * STEP},
    )


def fixed_point(alpha: float, tau: float, tau_H: float) -> float:
    """Return the rate at which the mean change of unrelated spikes vanishes."""
    b = 1 + tau / (tau_H + tau) - 2 * alpha * tau
    return float((-b + np.sqrt(b**2 + 8 * tau * alpha)) / (4 * tau))


STILL = fixed_point(4.0, 0.02, 0.2)


@pytest.mark.parametrize("rate", [2.0, STILL, 4.0, 8.0])
def test_unrelated_spikes_drive_the_strength_by_the_closed_form(rate: float) -> None:
    n, pre_rate, tau, tau_H, alpha = 8000, 20.0, 0.02, 0.2, 4.0
    b2.seed(3)
    ends = [poisson(n, pre_rate), poisson(n, rate)]
    synapses = paired(QUICK, ends)
    network = b2.Network(*ends, synapses)
    network.run(1 * b2.second)  # five times as long as H remembers its beginning
    before = np.array(synapses.strength)
    network.run(0.8 * b2.second)
    moved = np.array(synapses.strength) - before
    error = moved.std() / np.sqrt(n)
    own = rate * tau / (tau_H + tau)  # the cell's own spike in both H and its trace
    of_pre = (rate**2 * tau + own + rate) / alpha - (rate * tau + 1)
    of_post = (rate / alpha - 1) * rate * tau
    drift = QUICK.eta / QUICK.w_start * pre_rate * (of_pre + of_post) * 0.8
    assert abs(moved.mean() - drift) < 4 * error
    assert (abs(moved.mean()) < 4 * error) == (rate == STILL)


def test_the_fixed_point_lies_just_below_alpha() -> None:
    assert STILL == pytest.approx(3.707, abs=1e-3)
    assert fixed_point(4.0, 0.02, 10.0) == pytest.approx(4 * (1 - 0.002), rel=5e-4)


def test_in_a_gap_traces_and_rate_fall_and_the_strength_stays() -> None:
    names = variables_of(RULE.model)
    rng = np.random.default_rng(5)
    state = {name: rng.uniform(0, 2, 50) for name in names}
    state["t_last"] = -rng.uniform(0, 0.1, 50)
    kept = {name: values.copy() for name, values in state.items()}
    post = np.zeros(50, np.int32)

    def rested(*gaps: float) -> Any:
        after: Any = state
        for seconds in gaps:
            after = RULE.rest(after, seconds, post, rng)
        return after

    for seconds in (0.05, 7.0, 3600.0):
        after, elapsed = rested(seconds), seconds - state["t_last"]
        assert (after["strength"] == state["strength"]).all()
        assert (after["t_last"] == 0).all()
        H = 4 * (1 + state["excess"]) * np.exp(-elapsed / 10)
        assert after["excess"] == pytest.approx(H / 4 - 1, rel=1e-12)
        for trace in ("pre_trace", "post_trace"):
            fallen = state[trace] * np.exp(-elapsed / 0.02)
            assert after[trace] == pytest.approx(fallen, rel=1e-12)
        parts = rested(seconds / 3, 2 * seconds / 3)
        for name in after:
            assert parts[name] == pytest.approx(after[name], rel=1e-12, abs=1e-12)
    assert all((state[name] == kept[name]).all() for name in kept)


def test_sets_are_those_of_the_published_code() -> None:
    etas = [rule.eta for rule in SETS.values()]
    assert etas == pytest.approx([1e-3 / 50, 1.5e-3 / 50])


@pytest.mark.parametrize(
    "symbol, value, said",
    [
        ("alpha", quantity("0 Hz"), "above 0"),
        ("tau_H", quantity("0 s"), "above 0"),
        ("tau", quantity("-1 ms"), "above 0"),
        ("eta", -1.0, "0 or more"),
        ("w_max", 0.1, "at least w_start=0.2"),
    ],
)
def test_values_without_a_meaning_are_refused(
    symbol: str, value: Any, said: str
) -> None:
    with pytest.raises(ValueError, match=f"{symbol}=.*{said}"):
        replace(RULE, **{symbol: value})
