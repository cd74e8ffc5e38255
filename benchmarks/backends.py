"""Measure one episode of the default circuit on every backend, as ratios.

Compiled; compiled as Brian2 would have it, without our flags for vector instructions;
and by Brian2's numpy target, which serves where there is no compiler. CPU seconds per
simulated second, setting up left out; each is the least of three, in one run.

    python benchmarks/backends.py [--scale F]
"""

import argparse
import json
import os
import resource
import tempfile
from dataclasses import replace
from pathlib import Path

from trisynapse.protocols.fear_conditioning import FearConditioning
from trisynapse.simulation import builds, generate
from trisynapse.simulation.backends import Backend, Compiled, runtime
from trisynapse.simulation.state import enter, newborn, wire

COMPILED_S, INTERPRETED_S, TIMES = 4.0, 0.2, 3


def cpu_s() -> float:
    """Return the CPU seconds of this process and of the binaries that it waited for."""
    used = [
        resource.getrusage(who)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    return sum(u.ru_utime + u.ru_stime for u in used)


def cost(backend: Backend, state, stimulus, seconds: float) -> float:
    """Return CPU seconds per simulated second: of a long episode, less a short one."""
    rows, short = round(seconds * 1e3), round(seconds * 100)
    used = {}
    for n in (short, rows):
        least = float("inf")
        for _ in range(TIMES):
            before = cpu_s()
            backend.episode(state, stimulus[:n], 1, lambda seconds: None)
            least = min(least, cpu_s() - before)
        used[n] = least
    return (used[rows] - used[short]) / ((rows - short) * 1e-3)


def without_vectors(generated):
    """Return code generation whose flags are Brian2's own."""

    def generate_plainly(circuit, rules, aside: Path) -> None:
        generated(circuit, rules, aside)
        manifest = json.loads((aside / "manifest.json").read_text())
        manifest["flags"] = [f for f in manifest["flags"] if f not in generate.VECTORS]
        (aside / "manifest.json").write_text(json.dumps(manifest))

    return generate_plainly


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", type=float, default=1.0)
    scale = parser.parse_args().scale
    protocol = FearConditioning()
    circuit, rules = replace(protocol.circuit, scale=scale), protocol.rules
    stimulus = protocol.timeline("paired")[0].stimulus
    wiring = wire(circuit, rules, 1)
    state = enter(newborn(circuit, rules, 1), circuit, 1, "A")
    found = {}
    with tempfile.TemporaryDirectory() as name:
        for kind, made in (
            ("compiled", builds._generate),
            ("compiled, Brian2's flags", without_vectors(builds._generate)),
        ):
            folder = Path(name).resolve() / str(len(found))
            os.environ["TRISYNAPSE_CACHE"] = str(folder / "cache")
            (folder / "episodes").mkdir(parents=True)
            builds._generate = made
            build = builds.obtain(circuit, rules)
            backend = Compiled(build, circuit, rules, wiring, folder / "episodes")
            found[kind] = cost(backend, state, stimulus, COMPILED_S)
    interpreted = runtime(circuit, rules, wiring)
    found["numpy, no compiler"] = cost(interpreted, state, stimulus, INTERPRETED_S)
    print(f"scale {scale:g}             CPU s per simulated s   ratio")
    for kind, seconds in found.items():
        print(f"{kind:24} {seconds:20.2f} {seconds / found['compiled']:9.1f}")


if __name__ == "__main__":
    main()
