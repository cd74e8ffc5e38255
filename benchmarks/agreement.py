"""Compare our form of the recurrent network with the yardstick: spikes and weights.

python -m benchmarks.agreement [--seconds S] [--seeds N] [--step MS ...]

Background: rates, irregularity and pairwise correlation, cell by cell, by the test of
Kolmogorov and Smirnov; both run the same wiring, each with noise of its own. Learning:
mean early phase after three pulses, by where a synapse lies, over seeds. A yardstick at
a finer step takes longer: a second of learning costs some 30 s at 0.2 ms, 120 at 0.05.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import ks_2samp

from trisynapse.circuits import Recurrent
from trisynapse.plasticity.tagging_capture import SETS
from trisynapse.simulation import builds
from trisynapse.simulation.backends import Compiled, Outcome
from trisynapse.simulation.state import STEP_S, Wiring, newborn, wire

from .clock_driven import ClockDriven
from .clock_driven import run as run_yardstick
from .processes import apart
from .published import H_0, PULSE_S

Array = np.ndarray[Any, Any]

RULES = {"recurrent": SETS["luboeinski"]}
NAMES = {"e": "network_excitatory", "i": "network_inhibitory"}
CORE = 150
PULSES, LEARNING_S = (0.1, 0.6, 1.1), 1.4
BIN_S = 0.1  # of counts for correlations
FEWEST = 10  # spikes of a cell whose irregularity is told
GROUPS = "within", "to", "from", "outside"


class Heard(NamedTuple):
    """Spikes of both populations as (ids, seconds), and the early phase by group."""

    spikes: Mapping[str, tuple[Array, Array]]
    h: tuple[float, ...] = ()


def main(told: list[str] | None = None) -> None:
    """Print both comparisons."""
    asked = argparse.ArgumentParser("python -m benchmarks.agreement")
    asked.add_argument("--seconds", type=float, default=60.0, help="background (60)")
    asked.add_argument("--seeds", type=int, default=3, help="of learning (3)")
    asked.add_argument(
        "--step", type=float, nargs="+", default=[0.2, 0.05], help="ms (0.2 0.05)"
    )
    given = asked.parse_args(told)
    _background(given.seconds, given.step)
    _learning(given.seeds, given.step)


def _background(seconds: float, steps: list[float]) -> None:
    ours = apart(event_driven, 1, seconds, ())
    for step in steps:
        other = apart(clock_driven, 1, seconds, (), step * 1e-3)
        print(f"\nBackground, {seconds:g} s; yardstick at {step:g} ms")
        print("| statistic | cells | ours | yardstick | KS distance | p |")
        print("|---|---|---|---|---|---|")
        for name in NAMES:
            n = Recurrent().populations[NAMES[name]].size
            pair = [described(*h.spikes[name], n, seconds) for h in (ours, other)]
            for what, a in pair[0].items():
                b = pair[1][what]
                test = ks_2samp(a, b)
                print(
                    f"| {what} | {NAMES[name]} | {a.mean():.4g} | {b.mean():.4g} "
                    f"| {test.statistic:.3f} | {test.pvalue:.2g} |",
                    flush=True,
                )


def _learning(seeds: int, steps: list[float]) -> None:
    print(f"\nEarly phase after learning, mV: mean and SD over {seeds} networks")
    print(f"| tool | {' | '.join(GROUPS)} |\n|{'---|' * (len(GROUPS) + 1)}")
    tools: dict[str, list[Any]] = {"ours": []}
    tools |= {f"yardstick, {step:g} ms": [] for step in steps}
    for seed in range(1, seeds + 1):
        tools["ours"].append(apart(event_driven, seed, LEARNING_S, PULSES).h)
    for (tool, found), step in zip(tools.items(), [0.0, *steps], strict=True):
        for seed in range(1, seeds + 1) if step else ():
            print(f"{tool}, seed {seed}", file=sys.stderr, flush=True)
            heard = apart(clock_driven, seed, LEARNING_S, PULSES, step * 1e-3)
            found.append(heard.h)
        each = np.array(found)
        spread = each.std(axis=0, ddof=1) if seeds > 1 else np.zeros(len(GROUPS))
        cells = [
            f"{m:.4f} ± {s:.4f}" for m, s in zip(each.mean(0), spread, strict=True)
        ]
        print(f"| {tool} | {' | '.join(cells)} |", flush=True)


def event_driven(seed: int, seconds: float, pulses: tuple[float, ...]) -> Heard:
    """Run our form from rest."""
    circuit = Recurrent()
    wiring = wire(circuit, RULES, seed)
    stimulus = np.zeros((round(seconds * 1e3), len(circuit.columns)))
    for start in pulses:
        first, last = (round(t * 1e3) for t in (start, start + PULSE_S))
        stimulus[first:last, circuit.columns.index("cue")] = 1.0
    state = newborn(circuit, RULES, seed)
    with tempfile.TemporaryDirectory() as folder:
        build = builds.obtain(circuit, RULES)
        backend = Compiled(build, circuit, RULES, wiring, Path(folder))
        outcome = backend.episode(state, stimulus, seed, lambda passed: None)
    spikes = {
        name: (outcome.spikes[own][0], outcome.spikes[own][1] * STEP_S)
        for name, own in NAMES.items()
    }
    return Heard(spikes, _grouped(*_early(outcome, wiring)) if pulses else ())


def clock_driven(
    seed: int, seconds: float, pulses: tuple[float, ...], step_s: float
) -> Heard:
    """Run the yardstick on the wiring of ours; without pulses nothing is learned."""
    circuit = Recurrent()
    drawn = wire(circuit, RULES, seed)
    wiring = {
        f"{a}{b}": drawn[f"{NAMES[a]}_to_{NAMES[b]}"] for a in NAMES for b in NAMES
    }
    model = ClockDriven(
        seconds=seconds,
        seed=seed,
        step_s=step_s,
        pulses=pulses,
        wiring=wiring,
        plastic=bool(pulses),
    )
    with tempfile.TemporaryDirectory() as folder:
        found = run_yardstick(model, Path(folder))
    h = found.h / float(H_0)
    return Heard(found.spikes, _grouped(h, found.pre, found.post) if pulses else ())


def described(ids: Array, times_s: Array, n: int, seconds: float) -> dict[str, Array]:
    """Return rate, CV of the intervals, and correlation of disjoint pairs of cells."""
    order = np.lexsort((times_s, ids))
    ids, times_s = ids[order], times_s[order]
    counts = np.bincount(ids, minlength=n)
    trains = np.split(times_s, np.cumsum(counts)[:-1])
    gaps = [np.diff(train) for train in trains if len(train) >= FEWEST]
    bins = round(seconds / BIN_S)
    binned = np.zeros((n, bins))
    np.add.at(binned, (ids, np.minimum((times_s / BIN_S).astype(int), bins - 1)), 1)
    active = binned[counts > 0]
    active = active[: len(active) // 2 * 2]
    centred = active - active.mean(axis=1, keepdims=True)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return {
        "rate, Hz": counts / seconds,
        "CV": np.array([gap.std() / gap.mean() for gap in gaps]),
        "correlation": (unit[::2] * unit[1::2]).sum(axis=1),
    }


def _early(outcome: Outcome, wiring: Wiring) -> tuple[Array, Array, Array]:
    """Return the early phase at the end of an episode, and the ends of each synapse."""
    name = f"{NAMES['e']}_to_{NAMES['e']}"
    pre, post = wiring[name]
    state = outcome.state.variables[name]
    rng = np.random.default_rng(0)
    return RULES["recurrent"].rest(state, 0.0, post, rng)["h"], pre, post


def _grouped(h: Array, pre: Array, post: Array) -> tuple[float, ...]:
    """Return the mean early phase in mV of synapses within, to, from, outside."""
    a, b = pre < CORE, post < CORE
    groups = a & b, ~a & b, a & ~b, ~a & ~b
    return tuple(1e3 * float(H_0) * float(h[group].mean()) for group in groups)


if __name__ == "__main__":
    main()
