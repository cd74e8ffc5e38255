"""What is done to an animal between two episodes: injected, fed, cut, or exchanged.

Each act is a dataclass of plain values, so that two arms with the same acts share their
history. Cells are named as an experimenter names them: those that carry a label, as
many others, or a share of a population.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from ..circuits.circuit import Circuit, Rules
from ..circuits.drugs import drug
from ..circuits.genes import LABELLED, Label
from .body import carries
from .state import Array, State, Wiring


class Subject(NamedTuple):
    """An animal under a procedure."""

    state: State
    circuit: Circuit
    rules: Rules
    wiring: Wiring
    labels: Mapping[str, Label]
    rng: np.random.Generator

    def labelled(self, name: str) -> Array:
        """Return which cells an experimenter would call labelled, array (n,) of bool.

        Raises
        ------
        KeyError
            There is no such label.
        """
        return carries(self.state, self.labels[name], name) >= LABELLED

    def keep(self, key: str, value: Array) -> State:
        """Return the state with something else that the animal carries."""
        return replace(self.state, carried={**self.state.carried, key: value})


@dataclass(frozen=True)
class Dose:
    """A drug is injected, or infused into the region after ``@`` in its name."""

    name: str
    doses: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a drug that the bench does not know, and less than nothing of it."""
        drug(self.name)
        if not self.doses > 0:
            raise ValueError(f"doses={self.doses}: a value above 0 is wanted.")

    def apply(self, subject: Subject) -> State:
        """Fill the depot."""
        key = f"drug/{self.name}"
        depot, level, fed = subject.state.carried.get(key, np.zeros(3))
        return subject.keep(key, np.array([depot + self.doses, level, fed]))


@dataclass(frozen=True)
class Feed:
    """A drug is in the food from now on, or no longer; ``since`` it ate it for long."""

    name: str
    fed: bool = True
    since: bool = False

    def __post_init__(self) -> None:
        """Refuse a drug that the bench does not know."""
        drug(self.name)

    def apply(self, subject: Subject) -> State:
        """Change the food; the level follows."""
        key = f"drug/{self.name}"
        depot, level, _ = subject.state.carried.get(key, np.zeros(3))
        level = 1.0 if self.since else level
        return subject.keep(key, np.array([depot, level, float(self.fed)]))


@dataclass(frozen=True)
class Ablate:
    """Cells die: those with a label, or as many others of its population."""

    label: str
    others: bool = False

    def apply(self, subject: Subject) -> State:
        """Mark the cells dead; an episode holds them where they cannot fire."""
        population = subject.labels[self.label].population
        chosen = subject.labelled(self.label)
        if self.others:
            chosen = _as_many(chosen, ~chosen, subject.rng)
        key = f"dead/{population}"
        before = subject.state.carried.get(key, np.zeros(len(chosen), dtype=bool))
        return subject.keep(key, before | chosen)


@dataclass(frozen=True)
class Shuffle:
    """A label moves to as many other cells: a control that nature cannot run."""

    label: str

    def apply(self, subject: Subject) -> State:
        """Exchange what cells carry of it."""
        copies = subject.state.carried[f"virus/{self.label}"]
        expression = subject.state.carried[f"label/{self.label}"]
        labelled = subject.labelled(self.label)
        others = np.flatnonzero(_as_many(labelled, ~labelled, subject.rng))
        cells = np.flatnonzero(labelled)[: len(others)]
        order = np.arange(len(copies))
        order[cells], order[others] = others, cells
        state = subject.keep(f"virus/{self.label}", copies[order])
        carried = {**state.carried, f"label/{self.label}": expression[order]}
        return replace(state, carried=carried)


@dataclass(frozen=True)
class Overexpress:
    """CREB by a virus: cells of a label's population that carry it fire more easily."""

    label: str

    def apply(self, subject: Subject) -> State:
        """Raise the cells that the virus reached."""
        population = subject.labels[self.label].population
        much = carries(subject.state, subject.labels[self.label], self.label)
        return subject.keep(f"raised/{population}", much)


@dataclass(frozen=True)
class Lose:
    """Synapses of a projection are lost: a share of those onto labelled cells.

    A lost synapse has no spine: its late phase is at -1, so that its weight is 0. A
    spine grows again where potentiation is captured.
    """

    projection: str
    share: float
    label: str

    def __post_init__(self) -> None:
        """Refuse a share that does not exist."""
        if not 0 <= self.share <= 1:
            raise ValueError(f"share={self.share}: a share from 0 to 1 is wanted.")

    def apply(self, subject: Subject) -> State:
        """Take the late phase of some synapses to -1."""
        post = subject.wiring[self.projection][1]
        onto = subject.labelled(self.label)[post]
        lost = onto & (subject.rng.random(len(post)) < self.share)
        before = subject.state.variables[self.projection]
        new: dict[str, Any] = {
            "h": np.where(lost, 1.0, before["h"]),
            "z": np.where(lost, -1.0, before["z"]),
        }
        return subject.state.changed(self.projection, new)


def _as_many(chosen: Array, among: Array, rng: np.random.Generator) -> Array:
    """Return as many cells as are chosen, drawn from others."""
    pool = np.flatnonzero(among)
    picked = np.zeros(len(chosen), dtype=bool)
    picked[rng.choice(pool, min(int(chosen.sum()), len(pool)), replace=False)] = True
    return picked
