"""Intrinsic excitability against its equation, and what it does to a cell's rate."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits import Memory
from trisynapse.circuits.cells import Cell
from trisynapse.circuits.drives import COLUMNS
from trisynapse.circuits.excitability import ExcitabilityDrive, IntrinsicExcitability
from trisynapse.circuits.network import Clocks, group, looking
from trisynapse.circuits.parameters import ASSUMED
from trisynapse.circuits.quantity import Quantity, quantity
from trisynapse.circuits.region import Population
from trisynapse.simulation.gap import cross
from trisynapse.simulation.state import lived, newborn

pytestmark = pytest.mark.usefixtures("numpy_target")

HOUR = 3600.0
LINEAR = IntrinsicExcitability()
EXPONENTIAL = IntrinsicExcitability(fall="exponential")
HALF = IntrinsicExcitability(size=0.5, lasts=quantity("2 h"))
KINDS = {"linear": LINEAR, "exponential": EXPONENTIAL, "half the size": HALF}

each_kind = pytest.mark.parametrize("rule", KINDS.values(), ids=KINDS)


@dataclass(frozen=True, kw_only=True)
class Counter(Cell):
    """A cell that fires in proportion to its current: 1 Hz for each pA."""

    charge: Quantity = ASSUMED("100 pF", "capacitance")
    span: Quantity = ASSUMED("10 mV", "from reset to threshold")
    zero: Quantity = ASSUMED("0 mV", "rest")

    membrane: ClassVar[str] = "dv/dt = I_ext/charge : volt"
    threshold: ClassVar[str] = "v > span"
    reset: ClassVar[str] = "v -= span"
    rest: ClassVar[str] = "zero"


def rates(excitability: Any, current: str = "200 pA", seconds: float = 0.5) -> Any:
    """Return the rates of cells of these excitabilities, in hertz."""
    drive = ExcitabilityDrive(I_excitable=quantity(current))
    n = len(excitability)
    cells = Population("cells", "x", "counter", n, Counter(), (drive,), "glutamate")
    clocks = Clocks(b2.Clock(0.2 * b2.ms), b2.Clock(1 * b2.ms))
    built = group(cells, looking(COLUMNS, rows=1), clocks)
    built.excitability = excitability
    spikes = b2.SpikeMonitor(built)
    b2.Network(built, spikes).run(seconds * b2.second)
    return np.array(spikes.count) / seconds


def stepped(rule: IntrinsicExcitability, excitability: Any, seconds: float) -> Any:
    """Return the excitability after a gap, from steps of its equation."""
    step = seconds / 20_000
    now = np.array(excitability, dtype=float)
    for _ in range(20_000):
        slope = np.full(len(now), rule.size / float(rule.lasts))
        if rule.fall == "exponential":
            slope = now / float(rule.tau)
        now = np.maximum(now - slope * step, 0.0)
    return now


@each_kind
def test_a_gap_is_the_equation(rule: IntrinsicExcitability) -> None:
    before = np.array([0.0, 0.1, 0.45, 1.0])
    for hours in (0.5, 3.0, 7.0):
        exact = rule.rest(before, hours * HOUR)
        assert exact == pytest.approx(stepped(rule, before, hours * HOUR), abs=1e-4)
    assert not np.array_equal(rule.rest(before, HOUR), before)


@each_kind
def test_two_gaps_are_one(rule: IntrinsicExcitability) -> None:
    before = np.random.default_rng(1).random(50)
    for first, second in ((0.4 * HOUR, 1.1 * HOUR), (3 * HOUR, 6 * HOUR)):
        twice = rule.rest(rule.rest(before, first), second)
        once = rule.rest(before, first + second)
        assert twice == pytest.approx(once, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("size", [1.0, 0.3])
def test_a_linear_fall_ends_after_8_hours_whatever_the_size(size: float) -> None:
    rule = replace(LINEAR, size=size)
    raised = rule.after(np.zeros(1), np.array([30.0]))
    assert raised == size
    assert rule.rest(raised, 8 * HOUR) == 0
    assert rule.rest(raised, 8 * HOUR - 1) > 0
    assert rule.rest(raised, 4 * HOUR) == pytest.approx(size / 2)
    assert rule.rest(raised, 30 * HOUR) == 0


def test_an_exponential_fall_is_down_to_a_share_after_its_time_constant() -> None:
    raised = EXPONENTIAL.after(np.zeros(1), np.array([30.0]))
    tau = float(EXPONENTIAL.tau)
    assert EXPONENTIAL.rest(raised, tau) == pytest.approx(np.exp(-1))
    assert EXPONENTIAL.rest(raised, 8 * tau) > 0


def test_an_episode_raises_the_cells_that_fired_above_theta_and_lowers_none() -> None:
    before = np.array([0.0, 0.0, 0.2, 0.7, 0.7, 0.0])
    rates_hz = np.array([0.0, 10.0, 10.1, 3.0, 25.0, 80.0])
    after = HALF.after(before, rates_hz)
    assert after == pytest.approx([0.0, 0.0, 0.5, 0.7, 0.7, 0.5])
    assert (before == [0.0, 0.0, 0.2, 0.7, 0.7, 0.0]).all()


def test_cells_may_be_chosen_by_hand() -> None:
    ids = LINEAR.raised(np.zeros(6), np.array([1, 4]))
    assert ids == pytest.approx([0, 1, 0, 0, 1, 0])
    flags = np.arange(6) % 3 == 1
    assert LINEAR.raised(np.zeros(6), flags) == pytest.approx(ids)


def test_a_raised_cell_fires_in_proportion() -> None:
    excitability = np.array([0.0, 0.25, 0.5, 1.0])
    # A spike more or less of half a second, 2 Hz, is a matter of when one counts.
    assert rates(excitability) == pytest.approx(200 * excitability, abs=2.1)
    assert rates(excitability, "80 pA") == pytest.approx(80 * excitability, abs=2.1)


def test_what_an_episode_raised_has_gone_by_the_next_day() -> None:
    raised = LINEAR.after(np.zeros(2), np.array([0.0, 40.0]))
    fired = [rates(LINEAR.rest(raised, hours * HOUR))[1] for hours in (0, 6, 24)]
    assert fired == pytest.approx([200, 50, 0], abs=2.1)
    assert rates(raised)[0] == 0


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"size": 1.5}, "size=1.5: a share from 0 to 1"),
        ({"size": 0.0}, "size=0.0: a value above 0"),
        ({"lasts": quantity("0 h")}, "lasts=0 h: a value above 0"),
        ({"theta": quantity("-1 Hz")}, "theta=-1 Hz: 0 or more"),
        ({"fall": "sudden"}, "fall=sudden: linear or exponential is wanted"),
    ],
)
def test_a_fall_that_makes_no_sense_is_refused(changed: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(LINEAR, **changed)


def test_principal_cells_of_the_amygdala_are_raised_by_what_shows_c_fos() -> None:
    circuit, name = Memory(scale=0.1), "bla_principal"
    n = circuit.populations[name].size
    theta = circuit.transcribing[name]
    rates_hz = np.where(np.arange(n) < 5, 1.1 * theta, 0.9 * theta)
    ids = np.repeat(np.arange(n), np.round(rates_hz * 100).astype(int))
    nothing = np.zeros(0)
    spikes = {p: (nothing, nothing) for p in circuit.populations} | {name: (ids, ids)}
    active = lived(newborn(circuit, {}, 1), circuit, spikes, 100.0)
    assert active.variables[name]["excitability"].tolist() == [1.0] * 5 + [0.0] * (
        n - 5
    )
    hours = cross(active, circuit, {}, {}, ((6 * HOUR,),), 1, "0/home")
    assert hours.variables[name]["excitability"][:5] == pytest.approx(0.25)
    day = cross(active, circuit, {}, {}, ((24 * HOUR,),), 1, "0/home")
    assert not day.variables[name]["excitability"].any()
