"""The state of a circuit between two episodes: nothing but arrays.

A snapshot holds all that the next episode or gap needs. Times inside it (last event of
a synapse, last spike of a cell) are seconds relative to the snapshot, so they are
negative; spikes that have left their cell but not yet arrived are kept by their age.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..circuits.circuit import Circuit, Rules, connect, stream
from ..circuits.place import Place
from ..circuits.projection import SharedRule

Array = np.ndarray[Any, Any]
Wiring = dict[str, tuple[Array, Array]]

STEP_S = 2e-4  # network.STEP, which a description must not import
LONG_AGO = -1e3  # s; when a cell fired that never did


@dataclass(frozen=True)
class State:
    """Variables by owner and name; protein by population; spikes still under way.

    ``protein`` has one row a pool, one column a cell. ``pending[population][k]`` holds
    the cells that fired k + 1 steps before the snapshot. ``pre`` holds the source of
    every synapse of the projections that have been rewired since birth. ``carried`` is
    what no equation reads while cells fire (body.py).
    """

    variables: dict[str, dict[str, Array]]
    protein: dict[str, Array]
    pending: dict[str, list[Array]]
    pre: dict[str, Array] = field(default_factory=dict)
    carried: dict[str, Array] = field(default_factory=dict)

    def changed(self, owner: str, new: dict[str, Array]) -> "State":
        """Return a state with some variables of one owner replaced."""
        return replace(
            self, variables={**self.variables, owner: {**self.variables[owner], **new}}
        )

    def save(self, folder: Path) -> None:
        """Write the state into a folder that exists."""
        arrays: dict[str, Any] = {
            f"{owner}/{name}": array
            for owner, variables in self.variables.items()
            for name, array in variables.items()
        }
        arrays |= {f"protein/{name}": array for name, array in self.protein.items()}
        arrays |= {f"pre/{name}": array for name, array in self.pre.items()}
        arrays |= {f"carried/{name}": array for name, array in self.carried.items()}
        for name, ages in self.pending.items():
            arrays[f"pending/{name}"] = np.concatenate(ages) if ages else np.zeros(0)
            arrays[f"ages/{name}"] = np.array([len(ids) for ids in ages], dtype=int)
        np.savez(folder / "state.npz", **arrays)

    @staticmethod
    def load(folder: Path) -> "State":
        """Read what ``save`` wrote."""
        variables: dict[str, dict[str, Array]] = {}
        protein, pending, pre, carried = {}, {}, {}, {}
        with np.load(folder / "state.npz") as file:
            for key in file.files:
                owner, _, name = key.partition("/")
                if owner == "protein":
                    protein[name] = file[key]
                elif owner == "pre":
                    pre[name] = file[key]
                elif owner == "carried":
                    carried[name] = file[key]
                elif owner == "ages":
                    cuts = np.cumsum(file[key])[:-1]
                    ids = file[f"pending/{name}"].astype(np.int32)
                    pending[name] = np.split(ids, cuts) if len(file[key]) else []
                elif owner != "pending":
                    variables.setdefault(owner, {})[name] = file[key]
            return State(variables, protein, pending, pre, carried)


def wire(
    circuit: Circuit, rules: Rules, seed: int, only: tuple[str, ...] = ()
) -> Wiring:
    """Draw the connections of one animal, all or ``only`` those of some projections."""
    return {
        name: connect(synapse, stream(seed, "wiring", name))
        for name, synapse in circuit.synapses(rules).items()
        if not only or name in only
    }


def wired(wiring: Wiring, state: State) -> Wiring:
    """Return the connections of a state: those of birth, but for what was rewired."""
    return wiring | {name: (pre, wiring[name][1]) for name, pre in state.pre.items()}


def newborn(circuit: Circuit, rules: Rules, seed: int) -> State:
    """Return an animal that has learnt nothing: cells at rest, synapses as drawn."""
    variables: dict[str, dict[str, Array]] = {n: {} for n in circuit.populations}
    state = State(variables, {}, {})
    state = at_rest(state, circuit, rules, stream(seed, "newborn"))
    for name, population in circuit.populations.items():
        for drive in population.drives:
            n = population.size
            rng = stream(seed, "drive", name, type(drive).__name__)
            start = {v: np.zeros(n) for v in variables_of(drive.variables)}
            state = state.changed(name, start | drive.start(n, rng))
    protein = {}
    for name, synapse in circuit.synapses(rules).items():
        rule = synapse.rule
        start = {v: np.zeros(synapse.size) for v in variables_of(rule.model)}
        start |= {v: np.full(synapse.size, x) for v, x in rule.start.items()}
        if start:
            state.variables[name] = start
        if isinstance(rule, SharedRule):
            post = synapse.projection.post
            protein[post] = np.zeros((rule.pools, circuit.populations[post].size))
    return enter(replace(state, protein=protein), circuit, seed, "nowhere")


def at_rest(
    state: State, circuit: Circuit, rules: Rules, rng: np.random.Generator
) -> State:
    """Return the state with all cells near rest, receptors shut, no spike under way.

    What a cell is (its grid, its place, how far a shock reaches it) stays.
    """
    for name, population in circuit.populations.items():
        n, cell = population.size, population.cell
        moving = re.findall(r"\bd(\w+)/dt", f"{cell.membrane}\n{cell.receptors}")
        held = [population.held, *(["g_held"] if population.conductance else [])]
        still = {v: np.zeros(n) for v in (*moving, *held)}
        if cell.rest:
            rest = float(getattr(cell, cell.rest))
            still["v"] = rest + 2e-3 * rng.standard_normal(n)
        if cell.refractory:
            still["lastspike"] = np.full(n, LONG_AGO)
            still["not_refractory"] = np.ones(n, dtype=bool)
        for drive in population.drives:
            if "noise" in drive.variables:
                still |= drive.start(n, rng)
        state = state.changed(name, still)
    return replace(state, pending={name: [] for name in circuit.populations})


def enter(state: State, circuit: Circuit, seed: int, place: str) -> State:
    """Return the state of an animal that has been put into a place, as `Place` reads.

    Each cell draws anew in every place that is named, and follows its cue from there.
    """
    where = Place.read(place)
    for name, population in circuit.populations.items():
        for drive in population.drives:
            drawn = [
                drive.enter(population.size, stream(seed, "place", part.place, name))
                for part in where.parts
            ]
            sensed = drive.sense(drawn, where, stream(seed, "cues", name))
            state = state.changed(name, sensed)
    return state


def lived(
    state: State,
    circuit: Circuit,
    spikes: dict[str, tuple[Array, Array]],
    seconds: float,
) -> State:
    """Return the state with what firing in an episode changed in the cells."""
    for name, population in circuit.populations.items():
        rates = np.bincount(spikes[name][0].astype(int), minlength=population.size)
        for drive in population.drives:
            new = drive.lived(state.variables[name], rates / seconds)
            state = state.changed(name, new)
    return state


def later(state: State, circuit: Circuit, rules: Rules, seconds: float) -> State:
    """Return the state with its clock set to the end of an episode of ``seconds``.

    Everything that a synapse or cell dates by the clock moves back by that much.
    """
    for name, synapse in circuit.synapses(rules).items():
        for clock in synapse.rule.clocks:
            moved = state.variables[name][clock] - seconds
            state = state.changed(name, {clock: moved})
    for name, population in circuit.populations.items():
        if population.cell.refractory:
            last = state.variables[name]["lastspike"] - seconds
            state = state.changed(name, {"lastspike": last})
    return state


def under_way(
    before: State,
    spikes: dict[str, tuple[Array, Array]],
    circuit: Circuit,
    rules: Rules,
    steps: int,
) -> dict[str, list[Array]]:
    """Return the spikes that an episode of ``steps`` leaves under way, by age.

    ``spikes`` holds (ids, step at which it fired) of every population.
    """
    pending = {}
    for name, longest in delays(circuit, rules).items():
        ids, when = spikes[name]
        ages = [ids[when == steps - 1 - k] for k in range(min(longest, steps))]
        older = before.pending.get(name, [])
        ages += older[: max(0, longest - steps)]
        while ages and not len(ages[-1]):
            ages.pop()
        pending[name] = [np.asarray(a, dtype=np.int32) for a in ages]
    return pending


def delays(circuit: Circuit, rules: Rules) -> dict[str, int]:
    """Return the longest delay out of each population, in steps of 0.2 ms."""
    longest = dict.fromkeys(circuit.populations, 0)
    for synapse in circuit.synapses(rules).values():
        own = [getattr(synapse.rule, e.delay) for e in synapse.rule.extra_pre]
        for delay in (synapse.projection.delay, *own):
            steps = int(float(delay) / STEP_S + 0.5)
            pre = synapse.projection.pre
            longest[pre] = max(longest[pre], steps)
    return longest


def variables_of(model: str) -> Iterator[str]:
    """Yield the names that a rule's model or a drive declares."""
    for line in model.strip().splitlines():
        name, _, kind = line.partition(":")
        derived = re.match(r"\s*d(\w+)/dt", name)
        if derived:
            yield derived[1]
        elif "=" not in name and not re.search("shared|linked", kind):
            yield name.strip()
