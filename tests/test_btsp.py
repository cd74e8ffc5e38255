"""Behavioral time scale plasticity against fine steps of the published equations."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.network import Clocks, join
from trisynapse.circuits.projection import Projection
from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity.btsp import BTSP, INSTRUCTED_CPP, followed, instructed
from trisynapse.simulation.state import variables_of

pytestmark = pytest.mark.usefixtures("numpy_target")

RULE = BTSP()
TAU_P, TAU_D, TAU_SIGNAL, ETA_W = 0.2, 1.5, 0.4, 0.6
SHARE_P = 0.2 / (0.2 * 20)  # of the way to its maximum that a spike takes T_p
SHARE_D = 1.0  # 200/(1.5*20), but no more than all of it


class Excitation(Projection):
    pre: ClassVar[str] = "sources"
    post: ClassVar[str] = "targets"
    receptor: ClassVar[str] = "AMPA"


PAIRS = Excitation(in_degree=1, weight=quantity("2 nS"), delay=quantity("0 ms"))


def marks(trains: Any, seconds: float, step: float) -> b2.TimedArray:
    """Return an array that is 1 at these times, one column a train."""
    found = np.zeros((round(seconds / step) + 1, len(trains)))
    for cell, train in enumerate(trains):
        found[np.rint(np.asarray(train) / step).astype(int), cell] = 1
    return b2.TimedArray(found, dt=step * b2.second)


def source(trains: Any, seconds: float, step: float) -> b2.NeuronGroup:
    """Return cells that fire at these times, one train a cell, multiples of a step."""
    return b2.NeuronGroup(
        len(trains),
        "",
        threshold="fires(t, i) > 0",
        reset="",
        namespace={"fires": marks(trains, seconds, step)},
        dt=step * b2.second,
    )


def target(
    trains: Any, plateaus: Any, seconds: float, step: float, tau_P: float
) -> b2.NeuronGroup:
    """Return cells with a plateau's signal, which spike and have plateaus then."""
    cells = b2.NeuronGroup(
        len(trains),
        """
        dplateau/dt = plateau*expm1(-dt/tau_P)/dt : 1
        g_ampa                                    : siemens
        """,
        threshold="fires(t, i) > 0",
        reset="",
        method="euler",
        namespace={
            "fires": marks(trains, seconds, step),
            "begins": marks(plateaus, seconds, step),
            "tau_P": tau_P * b2.second,
        },
        dt=step * b2.second,
    )
    cells.run_regularly(
        "plateau += (1 - plateau)*begins(t, i)",
        dt=step * b2.second,
        when="before_synapses",
    )
    return cells


def run(
    rule: BTSP, ends: list[b2.NeuronGroup], seconds: float, step: float, **start: Any
) -> Any:
    """Return the state of one synapse per pair of cells, dated from the end."""
    n = len(ends[0])
    clocks = Clocks(b2.Clock(step * b2.second), b2.Clock(step * b2.second))
    groups = dict(zip(("sources", "targets"), ends, strict=True))
    built = Synapse(PAIRS.name, PAIRS, rule, 1, 1.0, n, n)
    synapses = join(built, groups, (np.arange(n), np.arange(n)), clocks)
    for name, values in start.items():
        synapses.variables[name].set_value(values)
    b2.Network(*ends, synapses).run(seconds * b2.second)
    names = variables_of(rule.model)
    state = {name: np.array(synapses.variables[name].get_value()) for name in names}
    return state | {"t_last": state["t_last"] - seconds}


def driven(
    rule: BTSP,
    pre: Any,
    post: Any,
    plateaus: Any,
    seconds: float,
    step: float = 0.01,
    **start: Any,
) -> Any:
    """Return the state after these spikes and plateaus, one train of each a synapse."""
    tau_P = float(rule.tau_P)
    ends = [
        source(pre, seconds, step),
        target(post, plateaus, seconds, step, tau_P),
    ]
    return run(rule, ends, seconds, step, **start)


def rested(rule: BTSP, state: Any, *gaps: float) -> Any:
    post, rng = np.zeros(len(state["P"]), np.int32), np.random.default_rng(0)
    for seconds in gaps:
        state = rule.rest(state, seconds, post, rng)
    return state


def solved(
    pre: Any, plateaus: Any, seconds: float, W: Any, step: float = 1e-3
) -> tuple[Any, Any]:
    """Return W, and T_p and T_d, by fine steps of the published equations.

    The steps are those of Runge and Kutta; spikes and plateaus fall between them.
    """
    n = len(W)
    fires, begins = (
        marks(trains, seconds, step).values.astype(bool) for trains in (pre, plateaus)
    )

    def slope(y: Any) -> Any:
        T_p, T_d, P, W = y
        learnt = ETA_W * P * (T_p * (1 - W) - T_d * W)
        return np.array([-T_p / TAU_P, -T_d / TAU_D, -P / TAU_SIGNAL, learnt])

    y = np.array([np.zeros(n), np.zeros(n), np.zeros(n), W])
    for k in range(round(seconds / step)):
        y[0] += fires[k] * SHARE_P * (2.2 - y[0])
        y[1] += fires[k] * SHARE_D * (2.0 - y[1])
        y[2][begins[k]] = 1.0
        a = slope(y)
        b = slope(y + step / 2 * a)
        c = slope(y + step / 2 * b)
        y = y + step / 6 * (a + 2 * b + 2 * c + slope(y + step * c))
    return y[3], y[:2]


def test_a_regular_train_fills_the_traces_by_the_geometric_sum() -> None:
    spikes, gap = 7, 0.05
    rule = replace(RULE, eta_d=3.0)  # a tenth of the way, not all of it
    after = driven(rule, [np.arange(1, spikes + 1) * gap], [[]], [[]], 0.4)
    for trace, top, share, tau in (
        ("T_p", 2.2, 0.05, TAU_P),
        ("T_d", 2.0, 3.0 / (1.5 * 20), TAU_D),
    ):
        kept = (1 - share) * np.exp(-gap / tau)
        filled = share * top * (1 - kept**spikes) / (1 - kept)
        assert after[trace][0] == pytest.approx(filled, rel=1e-9)


def test_over_poisson_trains_the_traces_have_the_published_mean() -> None:
    n, step, seconds = 4000, 5e-4, 0.3
    b2.seed(5)
    cells = b2.NeuronGroup(
        n,
        "",
        threshold="rand() < (24*Hz - 40*Hz*t/second)*dt",
        reset="",
        dt=step * b2.second,
    )
    ends = [cells, target([[]] * n, [[]] * n, seconds, step, TAU_SIGNAL)]
    state = rested(RULE, run(RULE, ends, seconds, step), 0.0)

    # The published equations, at a rate that falls from 24 Hz to 12 Hz; a spike cannot
    # do more than fill T_d, which bounds what activates it.
    def slope(t: float, y: Any) -> Any:
        R = (24 - 40 * t) / 20
        eta_d = min(200.0, TAU_D * 20)
        up = np.array([0.2, eta_d]) * R * (np.array([2.2, 2.0]) - y)
        return (up - y) / np.array([TAU_P, TAU_D])

    mean = solve_ivp(slope, (0, seconds), [0, 0], rtol=1e-9, atol=1e-9).y[:, -1]
    for trace, expected in zip(("T_p", "T_d"), mean, strict=True):
        error = state[trace].std() / np.sqrt(n)
        assert abs(state[trace].mean() - expected) < 4 * error < 0.03 * expected


def test_the_mean_of_a_full_trace_stays_below_the_published_one_by_what_is_said() -> (
    None
):
    for rate, below in ((20.0, 0.03), (2.0, 0.21)):
        published = 2.0 * 200 * (rate / 20) / (1 + 200 * rate / 20)
        of_spikes = 2.0 * rate / (rate + 1 / TAU_D)
        assert 1 - of_spikes / published == pytest.approx(below, abs=0.005)


DELAYS = np.array([-4, -2, -1.5, -1, -0.7, -0.4, -0.2, 0, 0.2, 0.4, 0.7, 1, 1.5, 2, 4])


def kernel(W: float) -> tuple[Any, Any]:
    """Return the change of W by one plateau, and that of fine steps.

    One second of 20 Hz has its middle ``DELAYS`` after the plateau, at which the target
    fires twice.
    """
    n, seconds = len(DELAYS), 11.0
    pre = [5.0 + delay + np.arange(-10, 10) / 20 + 0.01 for delay in DELAYS]
    plateaus, post = [[5.0]] * n, [[5.01, 5.03]] * n
    start = np.full(n, 10 * W)
    after = driven(RULE, pre, post, plateaus, seconds, strength=start)
    after = rested(RULE, after, 0.0)
    exact, _ = solved(pre, plateaus, seconds, np.full(n, W), 2e-3)
    return after["strength"] / 10 - W, exact - W


@pytest.mark.parametrize("W", [0.0, 0.1])
def test_a_plateau_acts_on_inputs_seconds_before_and_after(W: float) -> None:
    change, exact = kernel(W)
    assert change == pytest.approx(exact, abs=1e-8)
    at = dict(zip(DELAYS.tolist(), change.tolist(), strict=True))
    if W == 0:
        assert (change > 0).all() and change.max() == max(at[0.0], at[0.2])
        # Wider than a second at half of its height, and longer after the plateau.
        assert min(at[-0.4], at[0.7]) > 0.4 * change.max()
        assert at[1.0] > 4 * at[-1.0] > 0
    else:
        assert min(at[0.0], at[0.7]) > 0 > max(at[-0.7], at[-2.0], at[-4.0])
        assert at[-2.0] < -0.01


def test_a_plateau_between_spikes_is_dated_from_the_signal() -> None:
    rng = np.random.default_rng(7)
    n, seconds = 12, 6.0
    # Plateaus at 1.5 and 4 s fall between spikes; no post spike marks them.
    pre = [
        np.unique(np.r_[rng.integers(1, 140, 4), rng.integers(170, 390, 5), 450]) * 0.01
        for _ in range(n)
    ]
    plateaus = [[1.5, 4.0]] * n
    W = rng.uniform(0, 1, n)
    after = driven(RULE, pre, [[]] * n, plateaus, seconds, strength=10 * W)
    exact, traces = solved(pre, plateaus, seconds, W)
    after = rested(RULE, after, 0.0)
    assert after["strength"] / 10 == pytest.approx(exact, abs=1e-9)
    assert np.array([after["T_p"], after["T_d"]]) == pytest.approx(traces, abs=1e-9)
    assert after["P"] == pytest.approx(np.exp(-2 / TAU_SIGNAL), rel=1e-6)
    assert np.abs(after["strength"] / 10 - W).min() > 1e-3


def test_a_signal_held_at_1_while_a_plateau_lasts_counts_at_every_spike() -> None:
    step, seconds = 0.01, 1.5
    train = np.arange(1, 141) * step  # so often that it holds in between
    cells = b2.NeuronGroup(
        1,
        "plateau = int(t > 0.495*second and t < 0.795*second) : 1\ng_ampa : siemens",
        threshold="False",
        reset="",
        dt=step * b2.second,
    )
    after = run(RULE, [source([train], seconds, step), cells], seconds, step)
    again = [np.arange(50, 80) * step]
    exact, _ = solved([train], again, seconds, np.array([0.1]))
    assert rested(RULE, after, 0.0)["strength"] / 10 == pytest.approx(exact, abs=1e-9)


def test_repeated_pairings_approach_the_fixed_point() -> None:
    # Plateaus of 2 ms, in which the traces all but stand still.
    short = replace(RULE, tau_P=quantity("2 ms"), eta_W=quantity("100 Hz"))
    train, again = np.arange(0, 240) * 0.05, np.arange(2, 24) * 0.5 + 0.03
    start = np.array([0.0, 5.0, 10.0])
    after = driven(short, [train] * 3, [[]] * 3, [again] * 3, 12.0, strength=start)
    T_p = SHARE_P * 2.2 / (1 - (1 - SHARE_P) * np.exp(-0.05 / TAU_P))
    T_p, T_d = T_p * np.exp(-0.032 / TAU_P), 2.0 * np.exp(-0.032 / TAU_D)
    ends = after["strength"] / 10
    assert ends == pytest.approx(T_p / (T_p + T_d), rel=1e-3)
    assert np.ptp(ends) < 1e-3 * np.ptp(start) / 10


def test_the_fixed_point_of_laps_is_the_published_ratio_of_overlaps() -> None:
    slow = replace(RULE, eta_W=quantity("0.006 Hz"))
    lap = 1.0 + np.arange(20) / 20
    after = driven(
        slow, [lap] * 2, [[2.5]] * 2, [[2.1]] * 2, 5.0, strength=np.array([0.0, 10.0])
    )
    low, high = rested(slow, after, 20.0)["strength"] / 10
    still = low / (1 - (high - low))  # the lap takes W to low + (high - low) W
    times = np.arange(0, 5, 1e-3)
    traces = np.zeros((2, len(times)))
    for spike in lap:
        late = times - spike
        for row, (top, share, tau) in enumerate(
            ((2.2, SHARE_P, TAU_P), (2.0, SHARE_D, TAU_D))
        ):
            k = np.searchsorted(times, spike - 1e-9)
            jump = share * (top - traces[row, k])
            traces[row] += jump * np.where(late > -1e-9, np.exp(-late / tau), 0)
    P = np.where(times > 2.1 - 1e-9, np.exp(-(times - 2.1) / TAU_SIGNAL), 0)
    I_p, I_d = traces @ P
    assert still == pytest.approx(I_p / (I_p + I_d), rel=3e-3)


def state_of(n: int, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    state = {name: rng.uniform(0, 1, n) for name in variables_of(RULE.model)}
    state["strength"] = rng.uniform(0, 10, n)
    state["T_p"], state["T_d"] = 2.2 * state["T_p"], 2 * state["T_d"]
    state["t_last"] = -rng.uniform(0, 0.3, n)
    state["P"][: n // 4], state["T_p"][: n // 8] = 1.0, 2.2
    return state


def closely(state: Any, seconds: float, eta_W: float) -> Any:
    """Return W of a synapse each, by an adaptive solver of order 8."""
    P, T_p, T_d = state["P"], state["T_p"], state["T_d"]

    def slope(t: float, W: Any) -> Any:
        up, down = T_p * np.exp(-t / TAU_P), T_d * np.exp(-t / TAU_D)
        return eta_W * P * np.exp(-t / TAU_SIGNAL) * (up * (1 - W) - down * W)

    W = state["strength"] / 10
    times = {"t_span": (0, seconds), "method": "DOP853"}
    return solve_ivp(slope, y0=W, rtol=1e-12, atol=1e-14, **times).y[:, -1]


@pytest.mark.parametrize("times, bound", [(1, 1e-11), (10, 1e-11), (100, 1e-7)])
def test_the_quadrature_errs_by_less_than_it_says(times: int, bound: float) -> None:
    state = state_of(80, 8) | {"t_last": np.zeros(80)}
    rule = replace(RULE, eta_W=quantity(f"{0.6 * times} Hz"))
    for seconds in (1e-4, 0.05, 0.3, 2.0, 20.0):
        after = rested(rule, state, seconds)["strength"] / 10
        exact = closely(state, seconds, 0.6 * times)
        assert after == pytest.approx(exact, abs=bound, rel=0)


def test_in_a_gap_the_weight_follows_what_is_left_of_the_signal() -> None:
    state = state_of(40, 9)
    kept = {name: values.copy() for name, values in state.items()}
    for seconds in (0.2, 5.0, 7200.0):
        after = rested(RULE, state, seconds)
        elapsed = seconds - state["t_last"]
        for k in range(0, 40, 5):
            one = {name: values[k : k + 1] for name, values in state.items()}
            exact = closely(one, min(elapsed[k], 40.0), 0.6)[0]
            assert after["strength"][k] / 10 == pytest.approx(exact, abs=1e-10)
        taus = {"P": TAU_SIGNAL, "T_p": TAU_P, "T_d": TAU_D}
        for name, tau in taus.items():
            fallen = state[name] * np.exp(-elapsed / tau)
            assert after[name] == pytest.approx(fallen, rel=1e-12)
        assert (after["t_last"] == 0).all()
        parts = rested(RULE, state, 0.3 * seconds, 0.7 * seconds)
        for name in after:
            assert parts[name] == pytest.approx(after[name], rel=1e-10, abs=1e-12)
    assert all((state[name] == kept[name]).all() for name in kept)


def test_a_presynaptic_spike_opens_the_receptors_by_the_strength_it_finds() -> None:
    cells = [
        source([[0.02, 0.5]], 0.6, 0.01),
        target([[]], [[0.1]], 0.6, 0.01, TAU_SIGNAL),
    ]
    after = run(RULE, cells, 0.6, 0.01, strength=np.array([4.0]))
    found = float(cells[1].g_ampa[0] / b2.nS)
    assert after["strength"][0] != pytest.approx(4.0, rel=0.01)
    assert found == pytest.approx(2 * (4.0 + after["strength"][0]))


MAIN = """
#include <cmath>
#include <cstdio>
using namespace std;
%s
int main() {
    double a[10];
    while (fread(a, sizeof(double), 10, stdin) == 10) {
        const double W = instructed(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7],
                                    a[8], a[9], 0);
        fwrite(&W, sizeof W, 1, stdout);
    }
}
"""


@pytest.mark.skipif(not shutil.which("g++"), reason="g++ is not installed")
def test_the_compiled_weight_is_that_of_python(tmp_path: Path) -> None:
    source = tmp_path / "instructed.cpp"
    source.write_text(MAIN % INSTRUCTED_CPP)
    program = tmp_path / "instructed"
    flags = ["-O3", "-ffast-math", "-fno-finite-math-only"]  # those of Brian2
    subprocess.run(["g++", *flags, str(source), "-o", str(program)], check=True)
    rng = np.random.default_rng(10)
    n = 2000
    state = state_of(n, 11)
    elapsed = rng.permutation(np.repeat([0, 1e-3, 0.05, 0.7, 1000], n // 5))
    plateau = rng.choice([0.0, 1.0, 0.9, 1e-9, 1.5, 1e-300, 1e-310], n)
    given = [state["strength"] / 10, state["P"], plateau, state["T_p"], state["T_d"]]
    rates = [TAU_P, TAU_D, TAU_SIGNAL, ETA_W]
    rows = np.stack([*given, elapsed, *(np.full(n, rate) for rate in rates)], axis=1)
    done = subprocess.run(
        [str(program)], input=rows.tobytes(), capture_output=True, check=True
    )
    expected = instructed(*given, elapsed, *rates)
    assert np.abs(expected - given[0]).max() > 0.1
    assert np.frombuffer(done.stdout) == pytest.approx(expected, abs=1e-13)


def test_a_synapse_without_signal_is_left_alone() -> None:
    W = np.linspace(0, 1, 5)
    none = np.zeros(5)
    rates = TAU_P, TAU_D, TAU_SIGNAL, ETA_W
    assert (followed(W, none, none + 1, none + 1, none + 3, *rates) == W).all()


@pytest.mark.parametrize(
    "symbol, value, said",
    [
        ("tau_p", quantity("0 s"), "above 0"),
        ("R_0", quantity("0 Hz"), "above 0"),
        ("eta_W", quantity("-1 Hz"), "0 or more"),
        ("T_d_max", -1.0, "0 or more"),
        ("w_max", 0.5, "at least 1"),
    ],
)
def test_values_without_a_meaning_are_refused(
    symbol: str, value: Any, said: str
) -> None:
    with pytest.raises(ValueError, match=f"{symbol}=.*{said}"):
        replace(RULE, **{symbol: value})
