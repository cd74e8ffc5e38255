"""The task `recurrent`: background activity of the network of the protocol.

Luboeinski and Tetzlaff (2021); our form and the yardstick, at steps of 0.2 ms, on the
same wiring. The yardstick, which costs the same whatever fires, runs for half a second.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from trisynapse.circuits.recurrent import Recurrent
from trisynapse.plasticity.tagging_capture import SETS
from trisynapse.simulation import builds
from trisynapse.simulation.state import wire
from trisynapse.simulation.timeline import TICK_S

from . import compiled
from .clock_driven import ClockDriven, Wiring, again, fired, standalone
from .measured import Cost, Entry, Row, alike
from .published import PULSE_S

SECONDS, YARDSTICK_S = 10.0, 0.5
CELLS = {"e": "network_excitatory", "i": "network_inhibitory"}
RATES = tuple(f"Hz {name}" for name in CELLS.values())
Pulses = tuple[float, ...]


def entries() -> list[Entry]:
    """Return our form and the yardstick."""
    return both("recurrent", (), SECONDS)


def both(task: str, pulses: Pulses, seconds: float) -> list[Entry]:
    """Return our form for so long, and the yardstick, with pulses at these times."""
    return [
        compiled.entry(task, partial(scene, pulses), seconds, shows=RATES),
        Entry(
            task=task,
            tool="Brian2, clock-driven",
            seconds=YARDSTICK_S,
            prepare=partial(prepare, pulses),
            run=run,
            missing="" if builds.compiler() else "no C++ compiler",
            shows=RATES,
        ),
    ]


def scene(pulses: Pulses, seconds: float, scale: float = 1.0) -> compiled.Scene:
    """Return our form, and the pulses as its stimulus; the assembly scales, too."""
    cells = "cells.excitatory_cue.n_assembly"
    circuit = Recurrent(scale=scale)
    circuit = circuit.with_value(cells, str(round(circuit.part(cells) * scale)))
    stimulus = np.zeros((round(seconds / TICK_S), len(circuit.columns)))
    for start in pulses:
        first, last = round(start / TICK_S), round((start + PULSE_S) / TICK_S)
        stimulus[first:last, circuit.columns.index("cue")] = 1.0
    return compiled.Scene(circuit, {"recurrent": SETS["luboeinski"]}, stimulus)


def wiring(seconds: float) -> Wiring:
    """Return the wiring of our form, as the yardstick names it."""
    circuit, rules, *_ = scene((), seconds)
    drawn = wire(circuit, rules, compiled.SEED)
    return {a + b: drawn[f"{CELLS[a]}_to_{CELLS[b]}"] for a in CELLS for b in CELLS}


def prepare(pulses: Pulses, folder: Path, seconds: float) -> None:
    """Compile the yardstick."""
    model = ClockDriven(
        seconds=seconds, seed=compiled.SEED, pulses=pulses, wiring=wiring(seconds)
    )
    with standalone(model, folder):
        pass


def run(folder: Path, seconds: float) -> Cost:
    """Run the yardstick once."""
    cpu_s, peak_mb = again(folder)
    n = {"e": ClockDriven.n_e, "i": ClockDriven.n_i}
    rates = {f"Hz {CELLS[c]}": fired(folder, c) / n[c] / seconds for c in n}
    return Cost(cpu_s, seconds, peak_mb, rates)


def remarks(rows: Sequence[Row]) -> list[str]:
    """Return how far the rates are from ours."""
    return alike(rows, RATES)
