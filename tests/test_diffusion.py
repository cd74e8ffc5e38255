"""Background that changes within a tick against the Ornstein-Uhlenbeck process.

The code that a tick and a step run is taken as text and evaluated here. It is linear in
the value before the tick and in the two deviates, so that three evaluations tell every
moment of the process without any sampling.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.circuit import noise_key
from trisynapse.circuits.drives import Diffusion
from trisynapse.circuits.network import Clocks, group, looking
from trisynapse.circuits.noise import deviate
from trisynapse.circuits.quantity import Quantity, quantity
from trisynapse.circuits.recurrent import Leaky
from trisynapse.circuits.region import Population

TICK, STEP = 1e-3, 2e-4
DRIVE = Diffusion(
    I_mean=quantity("0.15 nA"), I_sd=quantity("0.5 nA"), tau_noise=quantity("5 ms")
)
RATIOS = [0.01, 0.3, 1.0, 5.0, 40.0, 1000.0]  # of correlation time to tick

State = dict[str, Any]
Deviates = Callable[..., Any]


def run(text: str, names: State) -> State:
    """Return the names after lines of the drive's code."""
    known = {"exp": np.exp, "expm1": np.expm1, "tanh": np.tanh, "sqrt": np.sqrt}
    names = {**known, "clip": np.clip, "inf": np.inf, "timestep": timestep, **names}
    for line in text.strip().splitlines():
        exec(line.partition(":")[0].strip(), names)
    return names


def timestep(t: float, dt: float) -> int:
    return int(t / dt + 1e-3)


def tick(before: State, deviates: Deviates, drive: Diffusion, t: float = 0.0) -> State:
    """Return what a tick leaves."""
    symbols = {"I_sd": float(drive.I_sd), "tau_noise": float(drive.tau_noise)}
    called = {"deviate": deviates, "noise_key": 1.0, "t": t, "tick": TICK}
    return run(drive.update, {**before, **symbols, **called})


def flow(state: State, past: int, dt: float = STEP) -> Any:
    """Return the current of a step, so many steps after the tick."""
    lines = [line for line in DRIVE.variables.splitlines() if "=" in line]
    text = "\n".join([*lines, f"current = {DRIVE.flow}"])
    return run(text, {**state, "t": 7 * TICK + past * dt, "dt": dt, "tick": TICK})[
        "current"
    ]


def given(*values: float) -> Deviates:
    """Return a function that gives two deviates."""
    return lambda which, *counter: values[which]


def sampled(which: int, key: float, at: int, wanted: int) -> Any:
    """Return the deviates of 2000 cells."""
    return deviate(which, key, at, bool(wanted), np.arange(2000))


def with_tau(ratio: float) -> Diffusion:
    return replace(DRIVE, tau_noise=quantity(f"{ratio} ms"), I_sd=quantity("1 A"))


def parts(drive: Diffusion) -> Any:
    """Return what the value after a tick, and the mean over it, are made of.

    Rows are the two; columns the value before and the deviates, in standard deviations.
    """
    rows = []
    for value, one, other in np.eye(3):
        after = tick({"noise": value, "rise": 0.0}, given(one, other), drive)
        rows.append([after["noise"] + after["rise"], after["mean_noise"]])
    return np.array(rows).T


def decay(ratio: float) -> float:
    return float(np.exp(-1 / ratio))


# A tick


@pytest.mark.parametrize("ratio", RATIOS)
def test_noise_that_is_stationary_stays_so(ratio: float) -> None:
    value, _ = parts(with_tau(ratio))
    assert value @ value == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("ratio", RATIOS)
def test_noise_forgets_exponentially_from_tick_to_tick(ratio: float) -> None:
    value, _ = parts(with_tau(ratio))
    assert value[0] == pytest.approx(decay(ratio), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("ratio", RATIOS)
def test_the_mean_over_a_tick_varies_as_that_of_the_process(ratio: float) -> None:
    _, mean = parts(with_tau(ratio))
    said = ratio**2 * (2 / ratio + 2 * np.expm1(-1 / ratio))
    assert mean @ mean == pytest.approx(said, rel=1e-6)


@pytest.mark.parametrize("ratio", RATIOS)
def test_value_and_mean_go_together_as_in_the_process(ratio: float) -> None:
    value, mean = parts(with_tau(ratio))
    assert value @ mean == pytest.approx(-ratio * np.expm1(-1 / ratio), rel=1e-9)


@pytest.mark.parametrize("ratio", RATIOS)
def test_the_mean_over_a_tick_leans_on_the_value_before_as_on_that_after(
    ratio: float,
) -> None:
    value, mean = parts(with_tau(ratio))
    assert mean[0] == pytest.approx(value @ mean, rel=1e-9)


@pytest.mark.parametrize("ratio", RATIOS)
def test_between_its_ends_the_process_moves_as_a_bridge(ratio: float) -> None:
    # What the mean over a tick has beyond the values before and after it.
    value, mean = parts(with_tau(ratio))
    ends = value @ mean / (1 + decay(ratio))
    left = mean - ends * (value + [1, 0, 0])
    r = Decimal(ratio)
    k = (-1 / r).exp()
    both = 2 * (r * (1 - k)) ** 2 / (1 + k)  # what the ends tell of its variance
    said = float(r**2 * (2 / r - 2 * (1 - k)) - both)
    assert left @ left == pytest.approx(said, rel=1e-4)


def test_the_means_of_neighbouring_ticks_go_together_as_in_the_process() -> None:
    value, mean = parts(DRIVE_IN_SD)
    said = (5.0 * -np.expm1(-1 / 5.0)) ** 2
    assert mean[0] * (value @ mean) == pytest.approx(said, rel=1e-9)


DRIVE_IN_SD = with_tau(5.0)


def test_noise_is_as_large_as_it_is_said_to_be() -> None:
    value, _ = parts(replace(DRIVE, I_sd=quantity("0.5 nA")))
    assert np.hypot(*value[1:]) == pytest.approx(0.5e-9 * np.sqrt(-np.expm1(-2 / 5)))


def test_no_noise_is_no_current() -> None:
    silent = replace(DRIVE, I_sd=quantity("0 nA"))
    after = tick({"noise": 0.0, "rise": 0.0}, given(3.0, -3.0), silent)
    assert flow(after, 2) == 0


# From step to step


def moved() -> State:
    """Return a state after a tick with nothing symmetric about it."""
    return tick({"noise": 0.3, "rise": -0.8}, given(1.7, -0.6), DRIVE_IN_SD)


@pytest.mark.parametrize("steps", [1, 5, 10])
def test_the_currents_of_the_steps_have_the_mean_of_the_tick(steps: int) -> None:
    state = moved()
    currents = [flow(state, k, TICK / steps) for k in range(steps)]
    assert np.mean(currents) == pytest.approx(state["mean_noise"], rel=1e-13)


@pytest.mark.parametrize("past", range(5))
def test_a_step_takes_the_mean_of_the_parabola_over_it(past: int) -> None:
    state = moved()
    ends = state["noise"], state["noise"] + state["rise"]
    # c + b u + a u^2 with these ends and this mean; Simpson's rule is exact for it.
    a = 3 * sum(ends) - 6 * state["mean_noise"]
    parabola = np.poly1d([a, ends[1] - ends[0] - a, ends[0]])
    u = past / 5 + np.array([0, 0.1, 0.2])
    simpson = parabola(u) @ np.array([1, 4, 1]) / 6
    assert flow(state, past) == pytest.approx(simpson, rel=1e-13)


def test_the_current_is_continuous_at_ticks() -> None:
    before = moved()
    after = tick(before, given(-1.1, 0.4), DRIVE_IN_SD, TICK)
    gaps = []
    for fine in (2**10, 2**14):
        last = flow(before, fine - 1, TICK / fine)
        gaps.append(abs(flow(after, 0, TICK / fine) - last))
    assert gaps[0] / gaps[1] == pytest.approx(2**4, rel=0.02)
    assert gaps[1] < 1e-3


# With the deviates that it asks for


@pytest.fixture(scope="module")
def ticks() -> Any:
    """Return the values of 2000 cells at 200 ticks, in standard deviations."""
    rng = np.random.default_rng(1)
    states = [DRIVE_IN_SD.start(2000, rng)]
    for k in range(200):
        states.append(tick(states[-1], sampled, DRIVE_IN_SD, k * TICK))
    return np.array([state["noise"] for state in states[1:]])


def test_cells_vary_as_much_after_many_ticks_as_at_first(ticks: Any) -> None:
    for now in ticks[[0, 1, 99, 199]]:
        assert now.var() == pytest.approx(1, abs=4 * np.sqrt(2 / 2000))
        assert abs(now.mean()) < 4 / np.sqrt(2000)


@pytest.mark.parametrize("lag", [1, 3, 25])
def test_cells_forget_over_ticks(ticks: Any, lag: int) -> None:
    r = np.mean(ticks[100] * ticks[100 + lag])
    said = decay(5.0) ** lag
    assert r == pytest.approx(said, abs=4 * np.sqrt((1 + said**2) / 2000))


def test_cells_are_independent_of_each_other(ticks: Any) -> None:
    r = np.corrcoef(ticks[100, 1:], ticks[100, :-1])[0, 1]
    assert abs(r) < 4 / np.sqrt(2000)


def test_a_cell_starts_anywhere_in_the_distribution_and_at_rest() -> None:
    start = DRIVE.start(20_000, np.random.default_rng(0))
    assert start["noise"].std() == pytest.approx(0.5e-9, rel=4 / np.sqrt(40_000))
    assert not start["rise"].any() and not start["bulge"].any()


@pytest.fixture(scope="module")
def recorded(numpy_target: None) -> b2.StateMonitor:
    """Return current and noise of three cells in Brian2, at every step of 20 ms."""
    cell = Leaky(V_th=quantity("1 V"))
    population = Population("some", "r", "c", 3, cell, (DRIVE,), "glutamate")
    clocks = Clocks(b2.Clock(STEP * b2.second), b2.Clock(TICK * b2.second))
    cells = group(population, looking(("cue",), rows=1), clocks)
    cells.noise_key = noise_key(3, "some")
    cells.noise_ = DRIVE.start(3, np.random.default_rng(2))["noise"]
    names = ["I_ext", "noise", "rise", "bulge"]
    monitor = b2.StateMonitor(
        cells, names, record=True, when="thresholds", clock=clocks.steps
    )
    b2.Network(cells, monitor).run(20 * b2.ms)
    return monitor


def test_in_brian2_the_noise_of_a_tick_begins_where_the_last_one_ended(
    recorded: b2.StateMonitor,
) -> None:
    noise, rise = (np.asarray(getattr(recorded, x))[:, ::5] for x in ("noise", "rise"))
    assert noise.shape == (3, 20) and noise.std() > 1e-10
    assert noise[:, 1:] == pytest.approx((noise + rise)[:, :-1], rel=1e-12)


def test_in_brian2_the_current_has_the_mean_that_the_tick_drew(
    recorded: b2.StateMonitor,
) -> None:
    noise, rise, bulge = (
        np.asarray(getattr(recorded, x))[:, ::5] for x in ("noise", "rise", "bulge")
    )
    current = np.asarray(recorded.I_ext).reshape(3, 20, 5)
    mean = 0.15e-9 + noise + rise / 2 + bulge / 6
    assert current.mean(axis=2) == pytest.approx(mean, rel=1e-12)


def test_in_brian2_a_current_moves_on_from_step_to_step(
    recorded: b2.StateMonitor,
) -> None:
    current = np.asarray(recorded.I_ext)
    assert all((a != b).all() for a, b in pairwise(current.T))


# Values that no noise has


@pytest.mark.parametrize(
    ("symbol", "value", "said"),
    [
        ("tau_noise", quantity("0 ms"), "tau_noise=0 ms: a value above 0"),
        ("tau_noise", quantity("-5 ms"), "tau_noise=-5 ms: a value above 0"),
        ("I_sd", quantity("-1 nA"), "I_sd=-1 nA: 0 or more"),
        ("I_sd", Quantity(float("nan"), "amp", "nan nA"), "I_sd=nan nA: 0 or more"),
    ],
)
def test_noise_that_does_not_exist_is_refused(
    symbol: str, value: Quantity, said: str
) -> None:
    changed: dict[str, Any] = {symbol: value}
    with pytest.raises(ValueError, match=said) as refused:
        replace(DRIVE, **changed)
    assert "\n" not in str(refused.value)
