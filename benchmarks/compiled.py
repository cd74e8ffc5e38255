"""Our side of every task: a circuit in its event-driven form, compiled.

A repeat runs one episode from rest several times. Their CPU seconds, less those of as
many episodes of one row (1 ms), are the loop's: reading and writing the state is left
out. The memory is the binary's.
"""

import os
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from trisynapse.circuits.circuit import Circuit, Rules
from trisynapse.simulation import builds
from trisynapse.simulation.backends import Compiled, Outcome
from trisynapse.simulation.state import State, Wiring, enter, newborn, wire
from trisynapse.simulation.timeline import TICK_S, Array

from .measured import OURS, Cost, Entry
from .processes import Watch, children_s

SEED, TIMES = 1, 3
Fired = Mapping[str, tuple[Array, Array]]


class Scene(NamedTuple):
    """A circuit, its rules, and the stimulus of an episode.

    ``begin`` makes of a newborn state the one that the episode starts from; ``tell``
    says more about the spikes of an episode, {population: (ids, steps)}.
    """

    circuit: Circuit
    rules: Rules
    stimulus: Array
    begin: Callable[[State, Wiring], State] = lambda state, wiring: state
    tell: Callable[[Fired, float], Mapping[str, float]] = lambda fired, seconds: {}


def entry(
    task: str,
    scene: Callable[[float], Scene],
    seconds: float,
    tool: str = OURS,
    shows: tuple[str, ...] = (),
) -> Entry:
    """Return the entry of a scene, which is made for so many biological seconds."""
    return Entry(
        task=task,
        tool=tool,
        seconds=seconds,
        prepare=partial(prepare, scene),
        run=partial(run, scene),
        missing="" if builds.compiler() else "no C++ compiler",
        shows=shows,
    )


def prepare(scene: Callable[[float], Scene], folder: Path, seconds: float) -> None:
    """Compile the circuit, without what an earlier run has left in a cache."""
    os.environ["TRISYNAPSE_CACHE"] = str(folder)
    circuit, rules, *_ = scene(seconds)
    builds.obtain(circuit, rules)


def run(scene: Callable[[float], Scene], folder: Path, seconds: float) -> Cost:
    """Run the episodes of one repeat."""
    os.environ["TRISYNAPSE_CACHE"] = str(folder)
    circuit, rules, stimulus, begin, tell = scene(seconds)
    wiring, watch, spent = wire(circuit, rules, SEED), Watch(), []
    state = enter(newborn(circuit, rules, SEED), circuit, SEED, "A")
    state = begin(state, wiring)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        build = builds.obtain(circuit, rules)
        backend = Compiled(build, circuit, rules, wiring, Path(name))
        for rows in (stimulus[:1], stimulus):
            before = children_s()
            for _ in range(TIMES):
                outcome = backend.episode(state, rows, SEED, watch)
            spent.append((children_s() - before) / TIMES)
    lasted = (len(stimulus) - 1) * TICK_S
    cpu_s = spent[1] - spent[0]
    told = _told(circuit, wiring, outcome, lasted, cpu_s)
    told |= tell(outcome.spikes, seconds)
    return Cost(cpu_s, lasted, watch.peak_mb, told)


def _told(
    circuit: Circuit, wiring: Wiring, outcome: Outcome, lasted: float, cpu_s: float
) -> dict[str, float]:
    """Return sizes, rates, and what a cell and what a spike at a synapse costs."""
    sizes = {name: p.size for name, p in circuit.populations.items()}
    arrived = 0
    for name, synapse in circuit.synapses({}).items():
        fired = np.bincount(outcome.spikes[synapse.projection.pre][0])
        reached = np.bincount(wiring[name][0], minlength=len(fired))
        arrived += int(fired @ reached[: len(fired)])
    rates = {
        f"Hz {name}": len(ids) / sizes[name] / lasted
        for name, (ids, _) in outcome.spikes.items()
    }
    cells = sum(sizes.values())
    return rates | {
        "cells": cells,
        "synapses": sum(len(pre) for pre, _ in wiring.values()),
        "spikes at synapses a s": arrived / lasted,
        "us a cell": 1e6 * cpu_s / lasted / cells,
        "ns a spike at a synapse": 1e9 * cpu_s / max(arrived, 1),
    }
