"""Short-term plasticity against the map from pulse to pulse, and against facilitation.

The map is iterated or solved here, from the equations, without the rule's own code.
"""

from dataclasses import replace
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.network import Clocks, join
from trisynapse.circuits.parameters import ASSUMED
from trisynapse.circuits.projection import Projection
from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity.short_term import SETS, SlowFacilitation, TsodyksMarkram
from trisynapse.simulation.state import variables_of

pytestmark = pytest.mark.usefixtures("numpy_target")

CA3 = SETS["ca3-to-ca3"]
MOSSY, AMONG_CA3 = SETS["mossy-fibre"], SETS["associational-commissural"]
KINDS = {"Tsodyks-Markram": CA3, "slow facilitation": MOSSY}
W_0 = 2e-9

each_kind = pytest.mark.parametrize("rule", KINDS.values(), ids=KINDS)


class Excitation(Projection):
    pre: ClassVar[str] = "sources"
    post: ClassVar[str] = "targets"
    receptor: ClassVar[str] = "AMPA"


PAIRS = Excitation(in_degree=1, weight=quantity("2 nS"), delay=quantity("0 ms"))


def amplitudes(rule: TsodyksMarkram, trains: Any, step: float) -> Any:
    """Return what each pulse of some trains opens, times w_0, as Brian2 runs them.

    Trains are of multiples of the ``step``, in seconds.
    """
    n, steps = len(trains), round(max(np.max(train) for train in trains) / step) + 1
    fires = np.zeros((steps, n))
    for cell, train in enumerate(trains):
        fires[np.rint(np.asarray(train) / step).astype(int), cell] = 1
    dt = step * b2.second
    sources = b2.NeuronGroup(
        n,
        "v : 1",
        threshold="fires(t, i) > 0",
        reset="",
        namespace={"fires": b2.TimedArray(fires, dt=dt)},
        dt=dt,
    )
    targets = b2.NeuronGroup(n, "g_ampa : siemens", dt=dt)
    one_to_one = np.arange(n), np.arange(n)
    built = Synapse(PAIRS.name, PAIRS, rule, 1, 1.0, n, n)
    groups = {"sources": sources, "targets": targets}
    synapses = join(built, groups, one_to_one, Clocks(b2.Clock(dt), b2.Clock(dt)))
    opened = b2.StateMonitor(targets, "g_ampa", record=True, when="end")
    b2.Network(sources, targets, synapses, opened).run(steps * dt)
    jumps = np.diff(np.array(opened.g_ampa), axis=1, prepend=0.0) / W_0
    return [jumps[cell, fires[:, cell] > 0] for cell in range(n)]


def by_recursion(rule: TsodyksMarkram, train: Any) -> Any:
    """Return the amplitudes of a train from rest: the equations, pulse by pulse."""
    u, x, slow, before, found = 0.0, 1.0, 0.0, 0.0, []
    for t in train:
        u *= np.exp(-(t - before) / float(rule.tau_F))
        x += (1 - x) * -np.expm1(-(t - before) / float(rule.tau_D))
        jump = rule.U
        if isinstance(rule, SlowFacilitation):
            slow *= np.exp(-(t - before) / float(rule.tau_slow))
            jump += (rule.U_max - rule.U) * slow
            slow += rule.rise * (1 - slow)
        u += jump * (1 - u)
        found.append(u * x / rule.U)
        x, before = x - u * x, t
    return np.array(found)


def steady(rule: TsodyksMarkram, hertz: float) -> float:
    """Return the amplitude at the fixed point of that recursion in a regular train."""
    taus = [rule.tau_F, rule.tau_D, getattr(rule, "tau_slow", rule.tau_F)]
    f, d, s = (np.exp(-1 / (hertz * float(tau))) for tau in taus)
    rise, U_max = getattr(rule, "rise", 0.0), getattr(rule, "U_max", rule.U)
    slow = rise * s / (1 - (1 - rise) * s)
    jump = (1 - slow) * rule.U + slow * U_max
    u = jump / (1 - f + jump * f)
    return float(u * (1 - d) / (1 - d + u * d) / rule.U)


@each_kind
def test_an_isolated_spike_has_the_projections_own_weight(rule: TsodyksMarkram) -> None:
    (found,) = amplitudes(rule, [[2e-3]], 1e-3)
    assert found == pytest.approx([1.0], rel=1e-12)


@each_kind
def test_irregular_pulses_follow_the_map_one_by_one(rule: TsodyksMarkram) -> None:
    gaps = np.random.default_rng(4).geometric(0.02, (5, 25))
    trains = gaps.cumsum(axis=1) * 1e-3
    for found, train in zip(amplitudes(rule, trains, 1e-3), trains, strict=True):
        assert found == pytest.approx(by_recursion(rule, train), rel=1e-9)
        assert np.ptp(found) > 0.2


@each_kind
def test_a_regular_train_settles_at_the_fixed_point(rule: TsodyksMarkram) -> None:
    for hertz in (1.0, 5.0, 40.0):
        train = np.arange(round(400 * hertz)) / hertz
        settled = by_recursion(rule, train)[-1]
        assert settled == pytest.approx(steady(rule, hertz), rel=1e-5)
    train = np.arange(200) * 0.025
    (found,) = amplitudes(CA3, [train], 25e-3)
    assert found[-1] == pytest.approx(steady(CA3, 40.0), rel=1e-9)


@pytest.mark.parametrize("lag", [0.01, 0.05, 0.5])
def test_a_pair_has_the_ratio_of_the_formula(lag: float) -> None:
    f, d = (np.exp(-lag / float(tau)) for tau in (CA3.tau_F, CA3.tau_D))
    (found,) = amplitudes(CA3, [[0.0, lag]], 1e-2)
    ratio = (1 + f - CA3.U * f) * (1 - CA3.U * d)
    assert found == pytest.approx([1.0, ratio], rel=1e-12)


RATES = np.array([0.1, 1.0, 2.0, 5.0, 10.0, 20.0])


def growth(rule: TsodyksMarkram) -> Any:
    """Return the last amplitudes of trains of 120 s, from 1 to 20 Hz, over 0.1 Hz."""
    trains = [np.arange(0, 120, 1 / hertz) for hertz in RATES]
    last = np.array([found[-1] for found in amplitudes(rule, trains, 0.05)])
    assert last == pytest.approx([steady(rule, hertz) for hertz in RATES], rel=0.03)
    return last[1:] / last[0]


def test_mossy_fibres_grow_three_to_eightfold_from_1_to_20_hertz() -> None:
    grown = growth(MOSSY)
    assert (grown > 3).all() and (grown < 8).all()
    assert 5.5 < grown.max() < 6.5


def test_associational_synapses_grow_by_half_at_most() -> None:
    grown = growth(AMONG_CA3)
    assert (grown > 1.1).all() and (grown < 1.4).all()


def test_mossy_fibres_facilitate_even_at_one_pulse_in_40_s_and_others_do_not() -> None:
    assert steady(MOSSY, 1 / 40) > 1.05
    assert steady(AMONG_CA3, 0.1) == pytest.approx(1, abs=0.02)


def test_a_pair_is_facilitated_more_at_mossy_fibres() -> None:
    pair = [0.0, 0.05]
    mossy, others = (by_recursion(rule, pair)[1] - 1 for rule in (MOSSY, AMONG_CA3))
    assert 0.3 < others < mossy
    assert mossy / others > 1.5


def test_the_values_of_hippocampome_do_not_let_mossy_fibres_grow() -> None:
    rule = SETS["mossy-fibre-to-ca3-pyramidal"]
    assert by_recursion(rule, [0.0, 0.05])[1] > 1.2
    assert max(steady(rule, hertz) for hertz in RATES) < 1 + 1e-6


def drawn(rule: TsodyksMarkram, n: int) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    state = {name: rng.random(n) for name in variables_of(rule.model)}
    return {**state, "t_last": -0.1 * rng.random(n)}


def rested(rule: TsodyksMarkram, state: Any, seconds: float) -> dict[str, Any]:
    ends = np.zeros(len(state["t_last"]), dtype=np.int32)
    return rule.rest(state, seconds, ends, np.random.default_rng(0))


@each_kind
def test_a_gap_is_the_equations_between_spikes(rule: TsodyksMarkram) -> None:
    state = {**drawn(rule, 4), "t_last": np.zeros(4)}
    u, x, slow = (np.array(state.get(name, np.zeros(4))) for name in ("u", "x", "slow"))
    step, seconds = 1e-5, 0.3
    for _ in range(round(seconds / step)):
        u = u - u * step / float(rule.tau_F)
        x = x + (1 - x) * step / float(rule.tau_D)
        slow = slow - slow * step / float(getattr(rule, "tau_slow", rule.tau_F))
    after = rested(rule, state, seconds)
    assert set(after) == set(state)
    assert after["u"] == pytest.approx(u, rel=2e-3)
    assert after["x"] == pytest.approx(x, rel=1e-4)
    assert after.get("slow", slow) == pytest.approx(slow, rel=1e-4)


@each_kind
def test_two_gaps_are_one(rule: TsodyksMarkram) -> None:
    state = drawn(rule, 20)
    once = rested(rule, state, 0.75)
    twice = rested(rule, rested(rule, state, 0.05), 0.7)
    for name in once:
        assert twice[name] == pytest.approx(once[name], rel=1e-12), name


@each_kind
def test_after_ten_minutes_a_synapse_is_as_new(rule: TsodyksMarkram) -> None:
    after = rested(rule, drawn(rule, 5), 600.0)
    new = {name: 0.0 for name in variables_of(rule.model)} | dict(rule.start)
    for name in set(new) - {"released"}:
        assert after[name] == pytest.approx(np.full(5, new[name]), abs=1e-7), name


def test_a_gap_between_two_pulses_is_the_time_between_them() -> None:
    """The state after a pulse, rested, gives what Brian2 gives without a break."""
    u = x = released = MOSSY.U
    state = {"u": u, "x": 1 - x, "released": released, "slow": MOSSY.rise, "t_last": 0}
    assert isinstance(MOSSY, SlowFacilitation)
    after = rested(MOSSY, {k: np.array([float(v)]) for k, v in state.items()}, 0.04)
    jump = MOSSY.U + (MOSSY.U_max - MOSSY.U) * after["slow"]
    second = (after["u"] + jump * (1 - after["u"])) * after["x"] / MOSSY.U
    (found,) = amplitudes(MOSSY, [[0.0, 0.04]], 1e-3)
    assert second == pytest.approx(found[1:], rel=1e-9)


@pytest.mark.parametrize("changed", [{"U": 0.0}, {"tau_F": quantity("0 ms")}])
def test_a_synapse_that_never_releases_is_refused(changed: Any) -> None:
    (symbol,) = changed
    with pytest.raises(ValueError, match=f"{symbol}=0.* a value above 0"):
        replace(CA3, **changed)


def test_a_release_of_more_than_all_is_refused() -> None:
    with pytest.raises(ValueError, match="U=1.1: a share from 0 to 1"):
        replace(CA3, U=1.1)


def test_a_slow_facilitation_that_depresses_is_refused() -> None:
    with pytest.raises(ValueError, match="U_max=0.01 must not be below U=0.1"):
        replace(MOSSY, U=0.1, U_max=0.01)


def test_every_set_says_where_it_comes_from() -> None:
    for name, rule in SETS.items():
        sources = {row.symbol: row.source for row in rule.table()}
        own = "Salin" if isinstance(rule, SlowFacilitation) else "Kopsick"
        assert own in sources["U"], name
        assert ASSUMED.cite not in sources.values()
