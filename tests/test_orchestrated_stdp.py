"""Orchestrated STDP: each term against its formula, the reference against its ODE."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.network import Clocks, join
from trisynapse.circuits.projection import Projection
from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity.orchestrated_stdp import (
    CONSOLIDATED_CPP,
    SETS,
    OrchestratedSTDP,
    consolidated,
)
from trisynapse.simulation.state import variables_of

pytestmark = pytest.mark.usefixtures("numpy_target")

RULE = OrchestratedSTDP()
FROZEN = replace(RULE, tau_con=quantity("1e15 s"))
SILENT = {"A3": 0.0, "A2": 0.0, "beta": 0.0, "delta": 0.0}
STEP = 1e-3
HOUR = 3600.0


class Excitation(Projection):
    pre: ClassVar[str] = "sources"
    post: ClassVar[str] = "targets"
    receptor: ClassVar[str] = "AMPA"


PAIRS = Excitation(in_degree=1, weight=quantity("2 nS"), delay=quantity("0 ms"))


def firing(trains: Any, seconds: float) -> b2.NeuronGroup:
    """Return cells that fire at these times, one train a cell, multiples of a step."""
    fires = np.zeros((round(seconds / STEP) + 1, len(trains)))
    for cell, train in enumerate(trains):
        fires[np.rint(np.asarray(train) / STEP).astype(int), cell] = 1
    return b2.NeuronGroup(
        len(trains),
        "g_ampa : siemens",
        threshold="fires(t, i) > 0",
        reset="",
        namespace={"fires": b2.TimedArray(fires, dt=STEP * b2.second)},
        dt=STEP * b2.second,
    )


def driven(
    rule: OrchestratedSTDP, pre: Any, post: Any, seconds: float, **start: Any
) -> Any:
    """Return the state of one synapse per train, after ``seconds`` from ``start``."""
    n = len(pre)
    ends = [firing(trains, seconds) for trains in (pre, post)]
    clocks = Clocks(b2.Clock(STEP * b2.second), b2.Clock(STEP * b2.second))
    groups = dict(zip(("sources", "targets"), ends, strict=True))
    built = Synapse(PAIRS.name, PAIRS, rule, 1, 1.0, n, n)
    synapses = join(built, groups, (np.arange(n), np.arange(n)), clocks)
    for name, values in start.items():
        synapses.variables[name].set_value(values)
    b2.Network(*ends, synapses).run(seconds * b2.second)
    state = {
        name: np.array(synapses.variables[name].get_value())
        for name in variables_of(rule.model)
    }
    return state | {"t_last": state["t_last"] - seconds}


def alone(**term: float) -> OrchestratedSTDP:
    """Return the rule with one of its terms, and a reference that stands still."""
    return replace(FROZEN, **{**SILENT, **term})  # type: ignore[arg-type]


LAGS = np.array([2, 5, 20, 60]) * 1e-3
NONE: list[list[float]] = [[], [], [], []]


def test_two_post_spikes_after_a_pre_spike_potentiate_by_the_triplet() -> None:
    pre = [[0.01]] * 4
    post = [[0.015, 0.015 + lag] for lag in LAGS]
    after = driven(alone(A3=1.0), pre, post, 0.1)
    # The first finds no slow trace of the cell's own spikes.
    triplet = 1e-3 / 0.1 * np.exp(-(0.005 + LAGS) / 0.02) * np.exp(-LAGS / 0.1)
    assert after["strength"] - 1 == pytest.approx(triplet, rel=1e-9)


def test_a_pre_spike_after_post_spikes_depresses_by_the_square_of_their_rate() -> None:
    # A rate of 5 Hz, half of kappa, at the time of the first spike.
    post = [[0.01, 0.02]] * 4
    pre = [[0.02 + lag] for lag in LAGS]
    start = {"hom_trace": np.full(4, 5 * 600.0)}
    after = driven(alone(A2=1.0), pre, post, 0.1, **start)
    z = (1 + np.exp(-0.01 / 0.02)) * np.exp(-LAGS / 0.02)
    at = 0.02 + LAGS
    counted = np.exp(-(at - 0.01) / 600) + np.exp(-LAGS / 600)
    rate = 5 * np.exp(-at / 600) + counted / 600
    doublet = -1e-3 / 0.1 * z * (rate / 10) ** 2
    assert after["strength"] - 1 == pytest.approx(doublet, rel=1e-9)


def test_a_second_post_spike_draws_the_strength_to_its_reference() -> None:
    post = [[0.01, 0.01 + lag] for lag in LAGS]
    strength, reference = np.array([1.0, 3, 8, 0]), np.array([0.0, 1, 9, 2])
    after = driven(
        alone(beta=50.0), NONE, post, 0.1, strength=strength, reference=reference
    )
    z = np.exp(-LAGS / 0.02)
    pull = -50e-3 * z**3 * (strength - reference)
    assert after["strength"] - strength == pytest.approx(pull, rel=1e-9)
    assert after["reference"] == pytest.approx(reference, rel=1e-12)


def test_every_pre_spike_alone_adds_delta() -> None:
    pre = [[0.01], [0.01, 0.02], [0.01, 0.02, 0.03], []]
    after = driven(alone(delta=0.02), pre, NONE, 0.1)
    steps = np.array([1, 2, 3, 0]) * 0.02 * 1e-3 / 0.1
    assert after["strength"] - 1 == pytest.approx(steps, rel=1e-9)


def test_the_strength_stays_between_0_and_w_max() -> None:
    post = [[0.005, 0.01, 0.02]] * 4
    pre = [[0.007], [0.007], [0.022], [0.022]]
    up = driven(replace(alone(A3=1.0), eta=100.0), pre, post, 0.1)["strength"]
    assert (up[:2] == 5 / 0.1).all() and (up[2:] == 1).all()
    start = {"hom_trace": np.full(4, 1e4)}
    down = driven(replace(alone(A2=1.0), eta=100.0), pre, post, 0.1, **start)
    assert (down["strength"] == 0).all()
    beyond = driven(replace(alone(beta=50.0), eta=100.0), NONE, post, 0.1)
    assert (beyond["strength"] == 0).all()


def slope(w: Any, ref: Any, P: float = 0.1, w_c: float = 0.5) -> Any:
    """Return tau_con d ref/dt in the paper's units of weight, term by term."""
    a, b, c = 0.0, w_c / 2, w_c
    quarter = (c - a) / 4
    norm = (quarter - a) * (quarter - b) * (quarter - c)
    return w - ref + P / norm * (a - ref) * (b - ref) * (c - ref)


def solved(w: Any, ref: Any, seconds: float, P: float = 0.1) -> Any:
    """Return the reference after ``seconds``, weights in the paper's units."""
    done = solve_ivp(
        lambda t, y: slope(w, y, P) / 1200,
        (0, seconds),
        ref,
        method="DOP853",
        rtol=1e-12,
        atol=1e-13,
    )
    return done.y[:, -1]


def rested(rule: OrchestratedSTDP, w: Any, ref: Any, *gaps: float) -> Any:
    """Return the state after gaps; weights in the paper's units."""
    state = {name: np.zeros(len(w)) for name in variables_of(rule.model)}
    state |= {"strength": w / rule.w_start, "reference": ref / rule.w_start}
    state["hom_trace"] = np.full(len(w), 3000.0)
    post, rng = np.zeros(len(w), np.int32), np.random.default_rng(0)
    for seconds in gaps:
        state = rule.rest(state, seconds, post, rng)
    return state


@pytest.mark.parametrize("P", [0.1, 0.4, 0.01])
@pytest.mark.parametrize("hours", [0.1, 1.0, 24.0])
def test_in_a_gap_the_reference_solves_the_published_equation(
    P: float, hours: float
) -> None:
    rng = np.random.default_rng(1)
    w, ref = rng.uniform(0, 1, 60), rng.uniform(0, 1, 60)
    w[:20] = np.linspace(0.24, 0.26, 20)  # where it is bistable, or nearly
    w[20], ref[21] = 5.0, 5.0
    after = rested(replace(RULE, P=P), w, ref, hours * HOUR)
    expected = solved(w, ref, hours * HOUR, P)
    assert after["reference"] * 0.1 == pytest.approx(expected, abs=1e-9)
    assert (after["strength"] == w / 0.1).all()
    assert after["hom_trace"] == pytest.approx(3000 * np.exp(-hours * 6))


def test_a_day_of_100_000_synapses_takes_milliseconds() -> None:
    rng = np.random.default_rng(2)
    w, ref = rng.uniform(0, 1, (2, 100_000))
    began = process_time()
    rested(RULE, w, ref, 24 * HOUR)
    assert process_time() - began < 0.5


def test_two_gaps_are_one_gap() -> None:
    rng = np.random.default_rng(3)
    w, ref = rng.uniform(0, 1, (2, 300))
    w[:100] = rng.uniform(0.24, 0.26, 100)
    for first, last in ((0.01, 0.05), (3.0, 7200.0), (40 * HOUR, 2 * HOUR)):
        whole = rested(RULE, w, ref, first + last)
        parts = rested(RULE, w, ref, first, last)
        for name in whole:
            assert parts[name] == pytest.approx(whole[name], rel=1e-9, abs=1e-10)


def test_the_reference_rests_where_the_formula_says() -> None:
    middle, far = 0.25, np.sqrt(0.25**2 - 0.1**-1 * (0.125 * 0.125 * 0.375))
    assert far == pytest.approx(1 / 16)
    points = np.array([0.0, 0.5, middle - far, middle, middle + far])
    w = np.array([0.0, 0.5, 0.25, 0.25, 0.25])
    assert np.abs(slope(w, points)).max() < 1e-15
    after = rested(RULE, w, points, 30 * HOUR)["reference"] * 0.1
    assert after == pytest.approx(points, abs=1e-9)
    # All but the middle one draw the reference back, the middle one sends it off.
    aside = points + np.array([0.05, -0.05, 0.03, 0.01, -0.03])
    back = rested(RULE, w, aside, 1000 * HOUR)["reference"] * 0.1
    assert back == pytest.approx(
        np.where(points == middle, points[4], points), abs=1e-9
    )


def test_where_three_rest_points_become_one_nothing_breaks() -> None:
    triple = 3 * 0.5 / 16  # P at which they do, at w = 0.25
    w, ref = np.full(5, 0.25), np.array([0.0, 0.2, 0.25, 0.3, 0.6])
    for seconds in (1.0, HOUR, 24 * HOUR):
        after = rested(replace(RULE, P=triple), w, ref, seconds)["reference"] * 0.1
        assert after == pytest.approx(solved(w, ref, seconds, triple), abs=1e-7)


def test_between_spikes_the_reference_moves_as_in_a_gap() -> None:
    rule = replace(RULE, tau_con=quantity("0.5 s"))
    pre = [[0.01, 0.3, 0.301, 0.7], [0.1], [0.05, 0.4, 0.5], [0.2]]
    post = [[0.02, 0.025, 0.5, 0.51], [0.4], [0.1, 0.11, 0.12], []]
    strength = np.array([0.5, 2.4, 2.6, 6.0])
    after = driven(rule, pre, post, 0.8, strength=strength)
    for k in range(4):
        w, ref, traces, last = strength[k] * 0.1, np.zeros(1), np.zeros(4), 0.0
        spikes = sorted([(t, 0) for t in pre[k]] + [(t, 1) for t in post[k]])
        for now, of_post in spikes:
            ref = solved(w, ref, (now - last) * 1200 / 0.5)
            traces *= np.exp(-(now - last) / np.array([0.02, 0.02, 0.1, 600]))
            x, z, slow, hom = traces
            if of_post:
                w += 1e-3 * (x * slow - 50 * z**3 * (w - ref[0]))
                traces += [0, 1, 1, 1]
            else:
                w += 1e-3 * (0.02 - z * (hom / 600 / 10) ** 2)
                traces += [1, 0, 0, 0]
            last = now
        assert after["strength"][k] == pytest.approx(w / 0.1, rel=1e-9)
        assert after["reference"][k] == pytest.approx(ref[0] / 0.1, rel=1e-8)
        assert after["t_last"][k] == pytest.approx(last - 0.8)


MAIN = """
#include <cmath>
#include <cstdio>
using namespace std;
%s
int main() {
    double a[5];
    while (fread(a, sizeof(double), 5, stdin) == 5) {
        const double x = consolidated(a[0], a[1], a[2], a[3], a[4], 0);
        fwrite(&x, sizeof x, 1, stdout);
    }
}
"""


@pytest.mark.skipif(not shutil.which("g++"), reason="g++ is not installed")
def test_the_compiled_reference_is_that_of_python(tmp_path: Path) -> None:
    source = tmp_path / "consolidated.cpp"
    source.write_text(MAIN % CONSOLIDATED_CPP)
    program = tmp_path / "consolidated"
    rng = np.random.default_rng(4)
    n = 2000
    given = np.stack([rng.uniform(0, 8, n), rng.uniform(0, 8, n), np.zeros(n)])
    given[2] = rng.permutation(
        np.repeat([0, 1e-9, 1e-5, 1e-2, 0.3, 3, 72], n // 7 + 1)
    )[:n]
    given[:, :5] = [[2.5, 0, 5, 1, 2.5], [2.5, 0, 5, 2.5, 2.5], [1, 3, 3, 2, 0]]
    flags = ["-O3", "-ffast-math", "-fno-finite-math-only"]  # those of Brian2
    subprocess.run(["g++", *flags, str(source), "-o", str(program)], check=True)
    # At the last P three rest points fall together, at a strength of 2.5.
    for P, bound in ((1.0, 1e-10), (5.0, 1e-10), (0.9375, 1e-8)):
        units = np.broadcast_to([[P], [5.0]], (2, n))
        rows = np.ascontiguousarray(np.concatenate([given, units]).T)
        done = subprocess.run(
            [str(program)], input=rows.tobytes(), capture_output=True, check=True
        )
        assert np.frombuffer(done.stdout) == pytest.approx(
            consolidated(*given, P, 5.0), abs=bound
        )


def test_sets_are_those_of_the_published_code() -> None:
    stimulus = SETS["Tome et al. 2022, stimulus to hippocampus"]
    assert (stimulus.eta, stimulus.beta, float(stimulus.tau_con)) == (1.5e-3, 30, 10800)
    assert SETS["Tome et al. 2024, hippocampus"] == RULE


@pytest.mark.parametrize(
    "symbol, value, said",
    [
        ("tau_con", quantity("0 s"), "above 0"),
        ("kappa", quantity("0 Hz"), "above 0"),
        ("P", 0.0, "above 0"),
        ("beta", -1.0, "0 or more"),
        ("w_max", 0.05, "at least w_start=0.1"),
    ],
)
def test_values_without_a_meaning_are_refused(
    symbol: str, value: Any, said: str
) -> None:
    with pytest.raises(ValueError, match=f"{symbol}=.*{said}"):
        replace(RULE, **{symbol: value})
