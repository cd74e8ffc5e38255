"""The leaky integrate-and-fire cell against its closed forms."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.drives import Drive
from trisynapse.circuits.network import Clocks, group, join, looking
from trisynapse.circuits.parameters import ASSUMED
from trisynapse.circuits.projection import FIXED, Projection
from trisynapse.circuits.quantity import Quantity, quantity
from trisynapse.circuits.recurrent import Leaky
from trisynapse.circuits.region import Population

pytestmark = pytest.mark.usefixtures("numpy_target")

CELL = Leaky()
TAU, TAU_SYN = float(CELL.tau_m), float(CELL.tau_syn)
REST, R = float(CELL.E_L), float(CELL.R)
DEAF = replace(CELL, V_th=quantity("10 V"))
STEP = 2e-4


@dataclass(frozen=True, kw_only=True)
class Steady(Drive):
    """A constant current, its own into every cell."""

    variables: ClassVar[str] = "own : amp"
    current: ClassVar[str] = "own"


def cells(
    cell: Leaky, currents: Any = (0.0,), step: float = STEP
) -> tuple[b2.NeuronGroup, Clocks]:
    """Return cells with these currents, in ampere, and their clocks."""
    n = len(currents)
    population = Population("some", "r", "c", n, cell, (Steady(),), "glutamate")
    clocks = Clocks(b2.Clock(step * b2.second), b2.Clock(1 * b2.ms))
    made = group(population, looking(("cue",), rows=1), clocks)
    made.own_ = np.asarray(currents)
    return made, clocks


def voltage(made: b2.NeuronGroup, clocks: Clocks, seconds: float) -> Any:
    """Return the voltages at the ends of all steps, (cells, steps)."""
    monitor = b2.StateMonitor(made, "v", record=True, when="end", clock=clocks.steps)
    b2.Network(made, monitor).run(seconds * b2.second)
    return np.asarray(monitor.v)


# A constant current


def test_a_constant_current_charges_the_membrane_exponentially() -> None:
    currents = np.array([-0.5e-9, 0.0, 0.4e-9, 0.99e-9])
    v = voltage(*cells(CELL, currents), 0.1)
    t = np.arange(1, 501) * STEP
    said = REST + R * currents[:, None] * -np.expm1(-t / TAU)
    assert v == pytest.approx(said, rel=1e-12)


@pytest.mark.parametrize("step", [5e-5, 1e-3])
def test_the_length_of_a_step_does_not_matter_to_a_constant_current(
    step: float,
) -> None:
    v = voltage(*cells(CELL, [0.9e-9], step), 0.02)[0]
    t = np.arange(1, len(v) + 1) * step
    assert v == pytest.approx(REST + R * 0.9e-9 * -np.expm1(-t / TAU), rel=1e-12)


def fired(cell: Leaky, currents: Any, seconds: float) -> list[Any]:
    """Return the steps at which each cell fires."""
    made, clocks = cells(cell, currents)
    monitor = b2.SpikeMonitor(made)
    b2.Network(made, monitor).run(seconds * b2.second)
    steps = np.rint(np.asarray(monitor.t) / STEP).astype(int)
    return [steps[np.asarray(monitor.i) == k] for k in range(len(currents))]


ABOVE = np.array([1.01, 1.1, 1.5, 2.0, 3.0, 6.0, 20.0]) * 1e-9


@pytest.mark.parametrize("t_ref", ["2.2 ms", "0 ms", "10 ms"])
def test_a_cell_fires_at_the_rate_of_the_closed_form_within_a_step(t_ref: str) -> None:
    cell = replace(CELL, t_ref=quantity(t_ref))
    top = REST + R * ABOVE
    climb = TAU * np.log((top - float(cell.V_r)) / (top - float(cell.V_th)))
    said = float(cell.t_ref) + climb
    for steps, interval in zip(fired(cell, ABOVE, 0.3), said, strict=True):
        assert len(steps) > 3
        assert np.ptp(np.diff(steps)) == 0
        assert abs(np.diff(steps)[0] * STEP - interval) < STEP


def test_a_current_that_just_does_not_reach_the_threshold_never_fires() -> None:
    rheobase = (float(CELL.V_th) - REST) / R
    steps = fired(CELL, [rheobase * (1 - 1e-9), rheobase * (1 + 1e-3)], 0.2)
    assert len(steps[0]) == 0 and len(steps[1]) > 0


def test_a_cell_that_has_fired_is_reset_and_held() -> None:
    v = voltage(*cells(CELL, [6e-9]), 0.02)[0]
    at_reset = np.flatnonzero(v == float(CELL.V_r))
    runs = np.split(at_reset, np.flatnonzero(np.diff(at_reset) > 1) + 1)
    whole = [len(run) for run in runs[:-1]]
    assert whole and set(whole) == {round(float(CELL.t_ref) / STEP)}


# A postsynaptic potential

WEIGHT = 4.20075e-3


def potentials(step: float, seconds: float, weights: Any) -> Any:
    """Return voltages above rest at the start of all steps, after a PSP each."""
    made, clocks = cells(DEAF, np.zeros(len(weights)), step)
    made.psp_ = weights
    v = voltage(made, clocks, seconds)
    return np.column_stack([np.full(len(v), REST), v])[:, :-1] - REST


def potential(step: float, seconds: float) -> Any:
    """Return the voltage of one cell."""
    return potentials(step, seconds, [WEIGHT])[0]


def closed(t: Any, tau: float = TAU, tau_syn: float = TAU_SYN) -> Any:
    """Return what a synaptic input that decays from WEIGHT makes of the voltage."""
    return (
        WEIGHT * tau_syn / (tau - tau_syn) * (np.exp(-t / tau) - np.exp(-t / tau_syn))
    )


def test_a_potential_approaches_the_closed_form_with_the_square_of_the_step() -> None:
    steps, errors = np.array([4e-4, 2e-4, 1e-4]), []
    for step in steps:
        v = potential(step, 0.04)
        errors.append(np.abs(v - closed(np.arange(len(v)) * step)).max())
    assert np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(2, abs=0.02)
    assert errors[1] < 1e-3 * WEIGHT


def test_a_potential_is_highest_after_the_logarithm_of_both_time_constants() -> None:
    v = potential(STEP, 0.04)
    peak = TAU * TAU_SYN / (TAU - TAU_SYN) * np.log(TAU / TAU_SYN)
    assert v.argmax() * STEP == pytest.approx(peak, abs=STEP)
    assert v.max() == pytest.approx(closed(peak), rel=1e-3)


@pytest.mark.parametrize("step", [1e-3, 2e-4])
def test_the_area_under_a_potential_is_weight_times_decay_exactly(step: float) -> None:
    assert potential(step, 0.4).sum() * step == pytest.approx(
        WEIGHT * TAU_SYN, rel=1e-10
    )


def test_the_input_of_a_synapse_decays_exactly() -> None:
    made, clocks = cells(DEAF)
    made.psp_ = WEIGHT
    b2.Network(made).run(13 * b2.ms)
    assert float(made.psp_[0]) == pytest.approx(
        WEIGHT * np.exp(-0.013 / TAU_SYN), rel=1e-12
    )


def test_potentials_add_up_and_an_inhibitory_one_is_the_mirror_image() -> None:
    one, three, less = potentials(STEP, 0.02, WEIGHT * np.array([1, 3, -1]))
    assert three == pytest.approx(3 * one, rel=1e-9, abs=1e-15)
    assert less == pytest.approx(-one, rel=1e-9, abs=1e-15)


@dataclass(frozen=True, kw_only=True)
class Excitatory(Projection):
    pre: ClassVar[str] = "before"
    post: ClassVar[str] = "after"
    receptor: ClassVar[str] = "PSP+"
    in_degree: int = ASSUMED(1)
    weight: Quantity = ASSUMED("4.20075 mV")
    delay: Quantity = ASSUMED("3 ms")


@dataclass(frozen=True, kw_only=True)
class Inhibitory(Excitatory):
    receptor: ClassVar[str] = "PSP-"


@pytest.mark.parametrize(
    ("projection", "sign"), [(Excitatory(), 1), (Inhibitory(), -1)]
)
def test_a_spike_adds_its_weight_to_the_input_after_its_delay(
    projection: Projection, sign: int
) -> None:
    after, clocks = cells(DEAF)
    before = b2.SpikeGeneratorGroup(1, [0], [1] * b2.ms, clock=clocks.steps)
    synapse = Synapse(projection.name, projection, FIXED, 1, 1.0, 1, 1)
    ends = {"before": before, "after": after}
    link = join(synapse, ends, ([0], [0]), clocks)
    monitor = b2.StateMonitor(after, "psp", record=0, when="end", clock=clocks.steps)
    b2.Network(before, after, link, monitor).run(5 * b2.ms)
    late = np.arange(25) - 20  # steps since it arrived, 4 ms after the start
    said = np.where(late < 0, 0.0, sign * WEIGHT * np.exp(-late * STEP / TAU_SYN))
    assert np.asarray(monitor.psp)[0] == pytest.approx(said, rel=1e-12)


# Values that no cell has


@pytest.mark.parametrize(
    ("symbol", "value", "said"),
    [
        ("R", "0 Mohm", "R=0 Mohm: a value above 0"),
        ("tau_m", "0 ms", "tau_m=0 ms: a value above 0"),
        ("tau_syn", "-5 ms", "tau_syn=-5 ms: a value above 0"),
        ("t_ref", "-1 ms", "t_ref=-1 ms: 0 or more"),
        ("V_r", "-55 mV", "V_r=-55 mV: .* V_th=-55 mV"),
        ("V_th", "-71 mV", "V_r=-70 mV: .* V_th=-71 mV"),
    ],
)
def test_a_cell_that_explodes_or_never_comes_down_is_refused(
    symbol: str, value: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        CELL.with_value(symbol, value)
    assert "\n" not in str(refused.value)
