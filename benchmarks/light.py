"""Measure what a light train adds to an episode: a visit dark and lit, in turns.

A fibre shines at 20 Hz on the labelled granule cells of `memory`. Once they carry so
little opsin that nothing fires by it, which leaves the cost of the light itself; once
as much as in the protocols, which adds that of the spikes. Prints CPU seconds and the
median of the ratios of each round.

    python benchmarks/light.py [--rounds N] [--seconds S]
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from trisynapse.circuits.quantity import quantity
from trisynapse.protocols.engram_reactivation import LABEL, EngramReactivation
from trisynapse.simulation import builds
from trisynapse.simulation.backends import Compiled
from trisynapse.simulation.body import born, prepared
from trisynapse.simulation.state import enter, newborn, wire

SEED = 1


def spent() -> float:
    """Return the CPU seconds of all processes that ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run dark and lit visits in turns, and print what they cost."""
    asked = argparse.ArgumentParser("python benchmarks/light.py", description=__doc__)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--seconds", type=float, default=12.0, help="biological (12)")
    given = asked.parse_args()
    protocol = EngramReactivation()
    circuit, rules, labels = protocol.circuit, protocol.rules, protocol.labels
    built = builds.obtain(circuit, rules, lambda *_: None)
    young = born(newborn(circuit, rules, SEED), circuit, labels, SEED)
    full = {f"label/{LABEL}": 1.0 + 0 * young.carried[f"label/{LABEL}"]}
    few = young.carried[f"virus/{LABEL}"].copy()
    few[60:] = 0.0  # three per cent of the granule cells
    young = replace(young, carried={**young.carried, **full, f"virus/{LABEL}": few})
    whole = (0.0, given.seconds)
    faint = replace(protocol, conductance=quantity("1e-6 nS"))
    lit = {
        "dark": (),
        "light alone": (faint.light(LABEL, whole),),
        "light and its spikes": (protocol.light(LABEL, whole),),
    }
    with tempfile.TemporaryDirectory() as folder:
        animal = wire(circuit, rules, SEED)
        backend = Compiled(built, circuit, rules, animal, Path(folder))

        def once(name: str) -> float:
            lived = given.seconds * protocol.pace
            step = protocol.visit("visit", "A", lived, lights=lit[name])
            before = enter(young, circuit, SEED, "A")
            state, stimulus, factors = prepared(before, circuit, labels, step, SEED)
            began = spent()
            backend.episode(state, stimulus, SEED, lambda _: None, factors=factors)
            return spent() - began

        report(once, list(lit), given.rounds)


def report(once: Callable[[str], float], names: list[str], rounds: int) -> None:
    """Print the CPU seconds of each kind, and its ratio to the first in its round."""
    costs = [{name: once(name) for name in names} for _ in range(rounds)]
    for name in names:
        own = median(cost[name] for cost in costs)
        over = median(cost[name] / cost[names[0]] for cost in costs)
        print(f"{name:22} {own:7.2f} s   {over:.3f} of {names[0]}")


if __name__ == "__main__":
    main()
