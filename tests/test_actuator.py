"""What opens in a membrane from outside, against closed forms and the compiled code."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.actuator import (
    COUNT,
    OPENED_CPP,
    OPENS,
    STRAIGHT,
    Actuator,
    closed,
    opened,
)
from trisynapse.circuits.bla import Principal
from trisynapse.circuits.cells import Cell
from trisynapse.circuits.drives import COLUMNS, Drive
from trisynapse.circuits.network import STEP, TICK, Clocks, group, looking
from trisynapse.circuits.opsins import OPSINS
from trisynapse.circuits.parameters import ASSUMED
from trisynapse.circuits.quantity import Quantity, quantity
from trisynapse.circuits.region import Population
from trisynapse.simulation.body import DEAD_V
from trisynapse.simulation.state import STEP_S

from .mini import Basket, Pyramidal

pytestmark = pytest.mark.usefixtures("numpy_target")

SHOWN = (*COLUMNS, *OPENS)
PASSIVE = Pyramidal(V_T=quantity("1 V"))  # its exponential is nothing below 0 mV
G_L, E_L = 10e-9, -70e-3
V = np.linspace(-0.12, 0.06, 37)


@dataclass(frozen=True, kw_only=True)
class Input(Drive):
    """A constant current."""

    I_input: Quantity = ASSUMED("0 pA", "current")

    current = "I_input"


def run(
    seconds: float,
    given: dict[str, Any],
    shown: dict[str, Any] | None = None,
    *,
    cell: Cell = PASSIVE,
    drives: tuple[Drive, ...] = (),
    g_ampa: float = 0.0,
) -> tuple[b2.NeuronGroup, Any]:
    """Return cells after some time, and how often each fired.

    ``given`` are variables of the actuator, one value a cell; the others are closed.
    """
    n = max(len(values) for values in given.values())
    looked = looking(SHOWN, rows=round(seconds * 1e3))
    for name, values in (shown or {}).items():
        looked["stimulus"].values[:, SHOWN.index(name)] = values
    drives = (Actuator(), *drives)
    cells = Population("cells", "x", "cell", n, cell, drives, "glutamate")
    clocks = Clocks(b2.Clock(STEP, name="steps*"), b2.Clock(TICK, name="ticks*"))
    built = group(cells, looked, clocks)
    for name, values in {**closed(n), **given}.items():
        built.variables[name].set_value(np.asarray(values))
    if g_ampa:
        built.g_ampa = g_ampa * b2.nS
        built.tau_ampa = 1e6 * b2.second
    spikes = b2.SpikeMonitor(built)
    b2.Network(built, spikes).run(seconds * b2.second)
    return built, np.array(spikes.count)


# The chord conductance


def test_no_channel_open_is_no_conductance() -> None:
    assert not np.any(opened(0.0, 1.0, V, 0.0, 0.043, 0.0171))
    assert not np.any(opened(1e-8, 0.0, V, 0.0, 0.043, 0.0171))


def test_at_the_reversal_potential_it_is_the_share_v_1_over_v_0() -> None:
    at = opened(1e-8, 0.5, 0.01, 0.01, 0.043, 0.0171)
    assert at == pytest.approx(0.5e-8 * 0.0171 / 0.043, rel=1e-12)


def test_it_is_continuous_across_the_reversal_potential() -> None:
    near = np.array([-1e-6, -0.999e-6, 0.0, 0.999e-6, 1e-6, 1.001e-6]) * 0.043
    g = opened(1.0, 1.0, near, 0.0, 0.043, 0.043)
    # 1 - x/2 to first order.
    assert g == pytest.approx(1 - near / 0.043 / 2, abs=1e-6)


def test_what_does_not_rectify_has_one_conductance_at_all_voltages() -> None:
    g = opened(3e-9, 0.25, V, -0.07, STRAIGHT, STRAIGHT)
    assert g == pytest.approx(0.75e-9, rel=1e-6)


@pytest.mark.parametrize("name", [n for n, o in OPSINS.items() if o.rectifies == 1])
def test_an_opsin_that_rectifies_has_the_chord_of_its_model(name: str) -> None:
    opsin = OPSINS[name]
    v_0, v_1, reversal = float(opsin.v_0), float(opsin.v_1), float(opsin.E)
    found = opened(1e-8, 0.4, V, reversal, v_0, v_1)
    assert found == pytest.approx(0.4e-8 * opsin.chord(V), rel=1e-9)


def test_the_current_of_channelrhodopsin_is_that_of_its_paper() -> None:
    """Grossman et al. (2011): I = g (1 - exp(-(v - E)/v_0)) v_1, up to its sign."""
    v = V[V != 0]
    current = opened(1e-8, 1.0, v, 0.0, 0.043, 0.0171) * v
    published = 1e-8 * 0.0171 * (1 - np.exp(-v / 0.043))
    assert current == pytest.approx(published, rel=1e-12)


MAIN = """
#include <cmath>
#include <cstdio>
using namespace std;
%s
int main() {
    double a[6];
    while (fread(a, sizeof(double), 6, stdin) == 6) {
        const double g = opened(a[0], a[1], a[2], a[3], a[4], a[5], 0);
        fwrite(&g, sizeof g, 1, stdout);
    }
}
"""


@pytest.mark.skipif(not shutil.which("g++"), reason="g++ is not installed")
def test_the_compiled_conductance_is_that_of_python(tmp_path: Path) -> None:
    source, program = tmp_path / "opened.cpp", tmp_path / "opened"
    source.write_text(MAIN % OPENED_CPP)
    flags = ["-O3", "-ffast-math", "-fno-finite-math-only"]  # those of Brian2
    subprocess.run(["g++", *flags, str(source), "-o", str(program)], check=True)
    rng = np.random.default_rng(1)
    n = 2000
    v_0 = rng.choice([0.043, 0.02, STRAIGHT], n)
    reversal = rng.choice([0.0, -0.07, -0.4], n)
    apart = rng.choice([0.0, 1e-9, -1e-8, 1e-3, 0.05, -0.2], n)
    full = 1e-8 * (rng.random(n) < 0.8)
    columns = full, rng.random(n), reversal + apart, reversal, v_0, 0.7 * v_0
    rows = np.stack(columns, axis=1)
    done = subprocess.run(
        [str(program)], input=rows.tobytes(), capture_output=True, check=True
    )
    found = np.frombuffer(done.stdout)
    assert found == pytest.approx(opened(*rows.T), rel=1e-9, abs=1e-25)


# Cells in which something opens


def test_closed_cells_hold_every_variable_of_the_actuator() -> None:
    names = {line.split(":")[0].strip() for line in _declared(Actuator.variables)}
    assert set(closed(3)) == names
    assert all(len(values) == 3 for values in closed(3).values())


def _declared(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def test_in_closed_cells_light_opens_nothing() -> None:
    cells, fired = run(0.05, closed(2), dict.fromkeys(OPENS, 1.0))
    assert not np.any(cells.g_held) and not np.any(cells.I_held) and not fired.any()
    assert np.asarray(cells.v) == pytest.approx(E_L, abs=1e-12)


def test_a_held_conductance_moves_a_passive_cell_to_the_weighted_mean() -> None:
    reversal = np.array([-0.09, -0.04])
    given = {
        "g_full": [20e-9] * 2,
        "E_open": reversal,
        "below": np.array([3, 3], np.int32),
    }
    cells, _ = run(0.3, given, {"open_3": 0.5})
    expected = (G_L * E_L + 10e-9 * reversal) / (G_L + 10e-9)
    assert np.asarray(cells.v) == pytest.approx(expected, abs=1e-9)


def test_a_tonic_conductance_and_an_opsin_add_up() -> None:
    given = {
        "g_full": [20e-9],
        "E_open": [-0.04],
        "g_tonic": [30e-9],
        "E_tonic": [-0.075],
    }
    cells, _ = run(0.3, given, {"open_0": 1.0})
    whole = G_L * E_L + 20e-9 * -0.04 + 30e-9 * -0.075
    assert float(cells.v[0]) == pytest.approx(whole / (G_L + 50e-9), abs=1e-9)


def test_a_rectifying_opsin_settles_where_its_current_meets_the_leak() -> None:
    opsin = OPSINS["ChR2"]
    v_0, v_1 = float(opsin.v_0), float(opsin.v_1)
    given = {"g_full": [5e-9], "v_0": [v_0], "v_1": [v_1]}
    cells, _ = run(0.4, given, {"open_0": 1.0})
    v = float(cells.v[0])
    assert v > E_L + 5e-3
    light = 5e-9 * v_1 * (1 - np.exp(-v / v_0))
    assert G_L * (v - E_L) + light == pytest.approx(0, abs=1e-14)


def test_the_current_follows_the_voltage_within_a_tick() -> None:
    # C dv/dt = -g_L (v - E_L) - g (v - E), which Euler's method steps as a power.
    given = {"g_full": [90e-9], "E_open": [0.0]}
    cells, _ = run(1e-3, given, {"open_0": 1.0})
    steady = G_L * E_L / 100e-9
    kept = 1 - STEP_S * 100e-9 / 200e-12
    assert float(cells.v[0]) == pytest.approx(steady + kept**5 * (E_L - steady))


def test_a_cell_lies_between_two_columns() -> None:
    shown = {name: k / 100 for k, name in enumerate(OPENS)}
    below = np.repeat(np.array([0, 7, COUNT - 2], np.int32), 3)
    upper = np.tile([0.0, 0.25, 1.0], 3)
    given = {"g_full": np.full(9, 1e-9), "below": below, "upper": upper}
    cells, _ = run(1e-3, given, shown)
    assert np.asarray(cells.g_open) == pytest.approx(1e-11 * (below + upper), rel=1e-6)


def test_creb_raises_the_current_by_its_share_of_i_raised() -> None:
    raised = np.array([0.0, 0.5, 1.0, 2.0])
    cells, _ = run(0.3, {"raised": raised})
    assert np.asarray(cells.I_held) == pytest.approx(60e-12 * raised)
    # The passive cell follows by Ohm's law.
    assert np.asarray(cells.v) == pytest.approx(E_L + 60e-12 * raised / G_L, abs=1e-8)


def amygdalar(b: str, raised: list[float], input_pA: float) -> np.ndarray:
    """Return the spikes in 2 s of principal cells whose CREB brings no current."""
    cell = Principal(b=quantity(b), reduced_ahp=0.5)
    drive = Input(I_input=quantity(f"{input_pA - 60 * raised[0]} pA"))
    return run(2.0, {"raised": raised}, cell=cell, drives=(drive,))[1]


@pytest.mark.parametrize("input_pA", [500.0, 1000.0, 2000.0])
def test_a_cell_with_much_creb_adapts_as_one_with_that_much_less_b(
    input_pA: float,
) -> None:
    (less,) = amygdalar("300 pA", [1.0], input_pA)
    (half,) = amygdalar("150 pA", [0.0], input_pA)
    (whole,) = amygdalar("300 pA", [0.0], input_pA)
    assert less == half > 1.4 * whole > 0


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_creb_takes_no_more_adaptation_than_there_is(share: float) -> None:
    with pytest.raises(ValueError, match="reduced_ahp"):
        Principal(reduced_ahp=share)


# Dead cells


def held(cell: Any) -> dict[str, Any]:
    """Return what holds a dead cell, and one beside it that lives."""
    g = 0.5 * float(cell.C) / STEP_S
    return {"g_tonic": [g, 0.0], "E_tonic": [DEAD_V, 0.0]}


@pytest.mark.parametrize("cell", [Pyramidal(), Basket()], ids=["AdEx", "Izhikevich"])
def test_a_dead_cell_never_fires(cell: Cell) -> None:
    huge = Input(I_input=quantity("2 nA"))
    cells, fired = run(0.3, held(cell), cell=cell, drives=(huge,), g_ampa=50.0)
    assert fired[0] == 0 and fired[1] > 20


def test_a_dead_cell_without_input_lies_where_it_is_held() -> None:
    cells, _ = run(0.1, held(PASSIVE))
    g = 0.5 * 200e-12 / STEP_S
    expected = (g * DEAD_V + G_L * E_L) / (g + G_L)
    assert float(cells.v[0]) == pytest.approx(expected, abs=1e-9)
