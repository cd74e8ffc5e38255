"""The current that a drive gives to some cells of one animal, tick by tick."""

from typing import Any

import brian2 as b2
import numpy as np

from trisynapse.circuits.drives import Drive
from trisynapse.circuits.ec import Stellate
from trisynapse.circuits.network import STEP, TICK, Clocks, group, looking
from trisynapse.circuits.region import Population


def currents(
    drive: Drive, n: int, shown: dict[str, Any], columns: tuple[str, ...]
) -> tuple[Any, dict[str, Any]]:
    """Return amperes (n, rows), and what was drawn for the cells."""
    rows = max(np.size(values) for values in shown.values())
    names = looking(columns, rows=rows)
    for name, values in shown.items():
        names["stimulus"].values[:, columns.index(name)] = values
    population = Population("made", "made", "cell", n, Stellate(), (drive,), "")
    clocks = Clocks(b2.Clock(STEP, name="steps"), b2.Clock(TICK, name="ticks"))
    cells = group(population, names, clocks)
    drawn = drive.start(n, np.random.default_rng(1))
    drawn |= drive.enter(n, np.random.default_rng(2))
    for variable, values in drawn.items():
        cells.variables[variable].set_value(values)
    seen = b2.StateMonitor(
        cells, "I_ext", record=True, clock=clocks.ticks, when="thresholds"
    )
    b2.Network(cells, seen).run(rows * TICK)
    return np.asarray(seen.I_ext), drawn
