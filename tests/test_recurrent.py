"""The cue of the recurrent network: whom it reaches, and with how much current."""

from dataclasses import replace
from typing import Any

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.network import Clocks, group, looking
from trisynapse.circuits.quantity import quantity
from trisynapse.circuits.recurrent import Cue, Leaky, Recurrent
from trisynapse.circuits.region import Population

N = 1000
CUE = Cue(n_assembly=800)
DEAF = Leaky(V_th=quantity("10 kV"))
ON = slice(5, 25)  # ticks with half of the assembly cued; one of all of it follows
MEAN = 25 * 100 * 420.075e-12
SD = 420.075e-12 * np.sqrt(25 * 100 / (2 * 5e-3))


@pytest.fixture(scope="module")
def ran(numpy_target: None) -> b2.StateMonitor:
    """Return the currents and the process of all cells, in each step of 30 ms."""
    clocks = Clocks(b2.Clock(0.2 * b2.ms), b2.Clock(1 * b2.ms))
    shown = looking(Recurrent.columns, rows=30)
    at_cue = Recurrent.columns.index("cue")
    shown["stimulus"].values[ON, at_cue] = 0.5
    shown["stimulus"].values[25, at_cue] = 1.0
    population = Population("some", "r", "c", N, DEAF, (CUE,), "glutamate")
    cells = group(population, shown, clocks)
    cells.noise_key = 77.0
    for name, values in CUE.start(N, np.random.default_rng(1)).items():
        cells.variables[name].set_value(values)
    monitor = b2.StateMonitor(
        cells, ["I_ext", "heard"], record=True, when="thresholds", clock=clocks.steps
    )
    b2.Network(cells, monitor).run(30 * b2.ms)
    return monitor


def ticks(ran: b2.StateMonitor, name: str) -> Any:
    """Return a variable at every tick, (ticks, cells)."""
    return np.asarray(getattr(ran, name)).T[::5]


def test_a_cue_reaches_the_first_share_of_the_assembly_and_nobody_else(
    ran: b2.StateMonitor,
) -> None:
    current = ticks(ran, "I_ext")
    assert (current[ON, :400] != 0).all() and not current[ON, 400:].any()
    assert (current[25, :800] != 0).all() and not current[25, 800:].any()


def test_without_a_cue_there_is_no_current(ran: b2.StateMonitor) -> None:
    current = ticks(ran, "I_ext")
    assert not current[:5].any() and not current[26:].any()


def test_a_cue_brings_the_charge_of_all_spikes_of_all_inputs(
    ran: b2.StateMonitor,
) -> None:
    current = ticks(ran, "I_ext")[25, :800]
    assert current.mean() == pytest.approx(MEAN, abs=4 * SD / np.sqrt(800))


def test_its_current_varies_as_filtered_shot_noise(ran: b2.StateMonitor) -> None:
    current = ticks(ran, "I_ext")[25, :800]
    assert current.std() == pytest.approx(SD, rel=4 / np.sqrt(1600))


def test_its_current_forgets_from_tick_to_tick(ran: b2.StateMonitor) -> None:
    heard = ticks(ran, "heard")[ON]
    for lag in (1, 4):
        r = np.mean(heard[10] * heard[10 + lag])
        said = np.exp(-lag / 5)
        assert r == pytest.approx(said, abs=4 * np.sqrt((1 + said**2) / N))


def test_its_current_is_held_from_tick_to_tick(ran: b2.StateMonitor) -> None:
    within = np.asarray(ran.I_ext).reshape(N, 30, 5)
    assert (np.ptp(within, axis=2) == 0).all()


def test_the_process_stands_still_while_nobody_is_cued(ran: b2.StateMonitor) -> None:
    heard = ticks(ran, "heard")
    assert (heard[:5] == heard[0]).all() and (heard[25:] == heard[25]).all()
    assert (heard[5] != heard[4]).all()


@pytest.mark.parametrize(
    ("symbol", "value", "said"),
    [
        ("n_assembly", 0, "n_assembly=0: at least 1"),
        ("n_inputs", 0, "n_inputs=0: at least 1"),
        ("f_input", quantity("0 Hz"), "f_input=0 Hz: a value above 0"),
        ("tau_cue", quantity("0 ms"), "tau_cue=0 ms: a value above 0"),
        ("charge", quantity("-1 pC"), "charge=-1 pC: 0 or more"),
    ],
)
def test_a_cue_that_does_not_exist_is_refused(
    symbol: str, value: Any, said: str
) -> None:
    changed: dict[str, Any] = {symbol: value}
    with pytest.raises(ValueError, match=said):
        replace(CUE, **changed)
