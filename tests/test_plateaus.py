"""Plateaus of CA1: when they begin, how they decay, what they refuse."""

from typing import Any

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.ca1 import Pyramidal
from trisynapse.circuits.circuit import noise_key
from trisynapse.circuits.network import STEP, TICK, Clocks, group, looking
from trisynapse.circuits.parameters import Parameters
from trisynapse.circuits.plateaus import PIPETTES, Plateaus, numbers
from trisynapse.circuits.quantity import quantity
from trisynapse.circuits.region import Population

CELLS = 200


def run(
    drive: Plateaus,
    seconds: float,
    evoked: tuple[float, float] = (0.0, 0.0),
    g_nmda: float = 0.0,
) -> Any:
    """Return the plateau of every cell, tick by tick; a pipette acts at tick 5."""
    b2.start_scope()
    shown = looking(PIPETTES, rows=100)
    shown["stimulus"].values[5] = evoked
    clocks = Clocks(b2.Clock(STEP, name="steps*"), b2.Clock(TICK, name="ticks*"))
    cell = Population(
        "cells", "CA1", "pyramidal", CELLS, Pyramidal(), (drive,), "glutamate"
    )
    cells = group(cell, shown, clocks)
    cells.noise_key = noise_key(1, "cells")
    cells.far = drive.start(CELLS, np.random.default_rng(0))["far"]
    cells.g_nmda = g_nmda * b2.nS
    cells.tau_nmda = 1e6 * b2.second
    monitor = b2.StateMonitor(cells, "plateau", record=True, clock=clocks.ticks)
    network = b2.Network(cells, monitor)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(b2.prefs, "codegen.target", "numpy")
        network.run(seconds * b2.second)
    return np.asarray(monitor.plateau)


def test_a_pipette_evokes_one_in_its_share_of_the_cells() -> None:
    drive = Plateaus(rate_plateau=quantity("0 Hz"))
    plateau = run(drive, 0.02, evoked=(0.2, 0.5))
    begun = plateau.max(1) > 0
    assert begun.mean() == pytest.approx(0.3, abs=0.02)
    np.testing.assert_array_equal(
        begun, (numbers(CELLS) >= 0.2) & (numbers(CELLS) < 0.5)
    )
    assert (plateau[begun].max(1) == 1).all()


def test_it_decays_with_its_time_constant() -> None:
    plateau = run(Plateaus(rate_plateau=quantity("0 Hz")), 0.06, evoked=(0.0, 1.0))
    start = plateau[:, plateau[0].argmax()]
    np.testing.assert_allclose(start, 1.0)
    later = plateau[0, plateau[0].argmax() + 40]
    assert later == pytest.approx(np.exp(-40e-3 / 0.4), rel=1e-9)


@pytest.mark.parametrize(("g_nmda", "wanted"), [(20.0, 0.8), (0.0, 0.0)])
def test_it_begins_by_chance_where_the_conductance_is_large(
    g_nmda: float, wanted: float
) -> None:
    drive = Plateaus(rate_plateau=quantity("20 Hz"))
    begun = (run(drive, 0.08, g_nmda=g_nmda).max(1) > 0).mean()
    assert begun == pytest.approx(1 - np.exp(-2 * wanted), abs=0.1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("tau_plateau", "0 s"), ("rate_plateau", "-1 Hz"), ("theta_plateau", "-1 nS")],
)
def test_it_refuses_what_is_no_plateau(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        drive: Parameters = Plateaus()
        drive.with_value(name, value)
