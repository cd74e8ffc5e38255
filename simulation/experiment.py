"""Runs the arms of an experiment as one tree, so that a shared history is run once.

Each step of a timeline is a node; its name is a digest of its parent, of the step and
of the animal. A node that lies finished on disk is not run again: that is what resuming
is. Nodes whose parents are done run side by side, one a worker.

    folder/nodes/<digest>/   spikes.npz, state.npz      (a branch leaves no state)
    folder/unfinished/       nodes under way, and this animal's wiring for the binary
    folder/lock              held by the process that works here
"""

import json
import os
import shutil
import threading
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..circuits.circuit import Circuit, Rules, stream, stream_seed
from ..circuits.projection import Rewiring
from . import builds
from .backends import Backend, Compiled, runtime
from .body import Labels, born, prepared
from .body import lived as lived_through
from .gap import cross, fold
from .procedures import Subject
from .recording import Span, Spikes
from .state import STEP_S, State, Wiring, enter, lived, newborn, wire
from .timeline import TICK_S, Episode, Gap, Piece, Procedure, Step


class Interrupted(KeyboardInterrupt):
    """The user stopped a run; what was finished lies in ``folder``, if anywhere."""

    def __init__(self, folder: Path | None) -> None:
        kept = f"finished steps are kept in {folder}" if folder else "nothing is kept"
        super().__init__(f"stopped; {kept}")
        self.folder = folder


class Progress(Protocol):
    """What a run tells whoever shows its progress."""

    def start(self, total_s: float) -> None: ...
    def advance(self, seconds: float) -> None: ...
    def stage(self, text: str, share: float | None) -> None: ...
    def note(self, text: str) -> None: ...
    def stop(self) -> None: ...


class Silence:
    """Progress that nobody looks at."""

    def start(self, total_s: float) -> None:
        """Say nothing."""

    def advance(self, seconds: float) -> None:
        """Say nothing."""

    def stage(self, text: str, share: float | None) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Warn: what is worth a lasting line must not be lost."""
        warnings.warn(text, stacklevel=2)

    def stop(self) -> None:
        """Say nothing."""


class Node(NamedTuple):
    """A step after everything that came before it."""

    name: str
    parent: str
    step: Step
    place: str


class History(NamedTuple):
    """The nodes of one arm in order, with their start in experiment time."""

    nodes: tuple[Node, ...]
    starts_s: tuple[float, ...]


@dataclass(frozen=True)
class Experiment:
    """A circuit, its rules, one animal (the seed) and a timeline an arm.

    ``structure`` names projections, and what rewires them in gaps; ``labels`` are the
    viruses that the animal was given. Another ``draw`` is the same animal again: what
    is drawn in a step (noise, which cells or synapses a procedure takes) differs.
    """

    circuit: Circuit
    rules: Rules
    seed: int
    timelines: Mapping[str, tuple[Step, ...]]
    structure: Mapping[str, Rewiring] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)
    draw: int = 1

    def run(
        self, folder: Path, workers: int | None = None, progress: Progress | None = None
    ) -> dict[str, "ArmResult"]:
        """Run what is not yet finished in ``folder`` and return every arm's results.

        Raises
        ------
        Interrupted
            The user stopped it; another run in ``folder`` goes on from there.
        """
        told = progress or Silence()
        histories = self._plan()
        nodes = {n.name: n for h in histories.values() for n in h.nodes}
        (folder / "nodes").mkdir(parents=True, exist_ok=True)
        try:
            with builds.alone(folder / "lock", lambda: told.stage(WAITING, None)):
                todo = {name: n for name, n in nodes.items() if not _done(folder, name)}
                if todo:
                    self._work(
                        folder, nodes, todo, workers or os.cpu_count() or 1, told
                    )
        except KeyboardInterrupt:
            raise Interrupted(folder) from None
        finally:
            told.stop()
        return {arm: ArmResult(folder, h, self.seed) for arm, h in histories.items()}

    def _plan(self) -> dict[str, History]:
        root = builds.digest(
            json.dumps([builds.canonical(self.circuit), self.seed])
            + json.dumps({k: builds.canonical(r) for k, r in self.rules.items()})
            + json.dumps({k: builds.canonical(r) for k, r in self.structure.items()})
            + json.dumps({k: builds.canonical(r) for k, r in self.labels.items()})
            + builds.recipe(self.circuit, self.rules)
            + builds.own_code("circuits/*.py", "plasticity/*.py", "simulation/*.py")
        )
        histories = {}
        again = f"/{self.draw}" if self.draw != 1 else ""
        for arm, steps in self.timelines.items():
            nodes, starts = [], []
            parent, clock, aside = root, 0.0, 0.0
            for index, step in enumerate(steps):
                place = f"{index}/{step.name}{again}"
                node = Node(_name(parent, place, step), parent, step, place)
                nodes.append(node)
                starts.append(clock + aside if step.branch else clock)
                if step.branch:
                    aside += step.seconds
                else:
                    parent, clock, aside = node.name, clock + step.seconds, 0.0
            histories[arm] = History(tuple(nodes), tuple(starts))
        return histories

    def _work(
        self,
        folder: Path,
        nodes: dict[str, Node],
        todo: dict[str, Node],
        workers: int,
        progress: Progress,
    ) -> None:
        unfinished = folder / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        wiring = wire(self.circuit, self.rules, self.seed)
        stopping = threading.Event()

        def tell(passed: float) -> None:
            if stopping.is_set():
                raise RuntimeError("stopped")
            progress.advance(passed)

        def one(node: Node) -> None:
            before = self._before(folder, node, nodes)
            aside = unfinished / node.name
            aside.mkdir()
            if isinstance(node.step, Gap):
                self._gap(wiring, before, node.step, node.place, aside)
            elif isinstance(node.step, Procedure):
                self._procedure(wiring, before, node.step, node.place, aside)
            else:
                self._episode(backend, wiring, before, node, aside, tell)
            _keep(aside, folder / "nodes" / node.name)

        try:
            backend, limit = self._backend(wiring, unfinished / "animal", progress)
            steps = [n.step for n in todo.values()]
            progress.start(sum(s.seconds for s in steps if isinstance(s, Episode)))
            _side_by_side(todo, one, min(workers, limit), stopping)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _backend(
        self, wiring: Wiring, animal: Path, progress: Progress
    ) -> tuple[Backend, int]:
        """Return what runs the episodes, and how many of them at a time."""
        if builds.compiler() is None:
            progress.note(
                f"No C++ compiler ({os.environ.get('CXX', 'g++')}) found: running with "
                "numpy, some 30 times slower; install g++ (apt install g++) to "
                "compile."
            )
            return runtime(self.circuit, self.rules, wiring), 1
        build = builds.obtain(self.circuit, self.rules, progress.stage)
        compiled = Compiled(build, self.circuit, self.rules, wiring, animal)
        return compiled, os.cpu_count() or 1

    def _before(self, folder: Path, node: Node, nodes: dict[str, Node]) -> State:
        if node.parent in nodes:
            return State.load(folder / "nodes" / node.parent)
        young = newborn(self.circuit, self.rules, self.seed)
        return born(young, self.circuit, self.labels, self.seed)

    def _gap(
        self, wiring: Wiring, before: State, step: Gap, place: str, aside: Path
    ) -> None:
        animal = self.circuit, self.rules, wiring
        after = cross(
            before,
            *animal,
            step.pieces,
            self.seed,
            place,
            self.structure,
            self.labels,
        )
        after.save(aside)

    def _procedure(
        self,
        wiring: Wiring,
        state: State,
        step: Procedure,
        place: str,
        aside: Path,
    ) -> None:
        for number, act in enumerate(step.acts):
            whole = f"{place}/{number}"
            state = act.apply(
                Subject(
                    state,
                    self.circuit,
                    self.rules,
                    wiring,
                    self.labels,
                    stream(self.seed, "procedure", whole),
                )
            )
        state.save(aside)

    def _episode(
        self,
        backend: Backend,
        wiring: Wiring,
        before: State,
        node: Node,
        aside: Path,
        tell: Callable[[float], None],
    ) -> None:
        step = node.step
        assert isinstance(step, Episode)
        state, course, factors = prepared(
            enter(before, self.circuit, self.seed, step.place),
            self.circuit,
            self.labels,
            step,
            self.seed,
        )
        parts: dict[str, list[Any]] = {name: [] for name in self.circuit.populations}
        traces: dict[str, list[Any]] = {}
        followed: dict[str, list[Any]] = {}
        for first in range(0, len(course), backend.rows):
            stimulus = course[first : first + backend.rows]
            whole = (node.place, first) if first else (node.place,)
            seed = stream_seed(self.seed, "episode", *whole)
            state, spikes, seen, told = backend.episode(
                state, stimulus, seed, tell, step.traced, factors
            )
            if not step.branch:
                piece = Piece(len(stimulus) * TICK_S, step.synthesis, step.modulator)
                state = fold(state, self.circuit, self.rules, wiring, piece)
            begun = round(first * TICK_S / STEP_S)
            for name, (ids, when) in spikes.items():
                parts[name].append((ids, when + begun))
            for name, voltages in seen.items():
                traces.setdefault(name, []).append(voltages)
            for (owner, name), values in told.items():
                followed.setdefault(f"{owner}/{name}", []).append(values)
        arrays: dict[str, Any] = {}
        for name, some in parts.items():
            ids, steps = (np.concatenate(each) for each in zip(*some, strict=True))
            arrays[f"{name}/ids"] = ids.astype(np.uint32)
            arrays[f"{name}/steps"] = steps.astype(np.int64)
        np.savez(aside / "spikes.npz", **arrays)
        for file, courses in (("traces", traces), ("followed", followed)):
            if courses:
                joined = {name: np.concatenate(each) for name, each in courses.items()}
                np.savez(aside / f"{file}.npz", **joined)
        if not step.branch:
            fired = {
                name: (arrays[f"{name}/ids"], arrays[f"{name}/steps"]) for name in parts
            }
            state = lived(state, self.circuit, fired, step.seconds)
            rates = {
                name: np.bincount(ids, minlength=self.circuit.populations[name].size)
                / step.seconds
                for name, (ids, _) in fired.items()
            }
            state = lived_through(
                state, self.circuit, self.labels, rates, step.lasted_s
            )
            state.save(aside)


WAITING = "waiting for another run in the same folder"


def _side_by_side(
    todo: dict[str, Node],
    one: Callable[[Node], None],
    workers: int,
    stopping: threading.Event,
) -> None:
    """Run ``one`` on every node, a few at a time, none before its parent.

    What ends one of them, Ctrl-C or an error, sets ``stopping`` and ends all.
    """
    running: dict[Future[None], str] = {}
    waiting, done = dict(todo), set[str]()
    with ThreadPoolExecutor(workers) as pool:
        try:
            while waiting or running:
                ready = [
                    node
                    for node in waiting.values()
                    if node.parent in done or node.parent not in todo
                ]
                ready.sort(key=_longest_first)
                for node in ready[: workers - len(running)]:
                    del waiting[node.name]
                    running[pool.submit(one, node)] = node.name
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    done.add(running.pop(future))
                    future.result()
        finally:
            stopping.set()


def _keep(aside: Path, kept: Path) -> None:
    """Make sure that a node's files are on disk, then give it its place in one move."""
    for file in aside.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
    aside.rename(kept)


class ArmResult:
    """What one arm left on disk."""

    def __init__(self, folder: Path, history: History, seed: int) -> None:
        self.folder, self.history, self.seed = folder, history, seed

    def timeline(self) -> tuple[Span, ...]:
        """Return every step with its start and end in experiment time."""
        spans = []
        for node, start in zip(*self.history, strict=True):
            step = node.step
            kind = "episode" if isinstance(step, Episode) else "gap"
            what = step.place if isinstance(step, Episode) else ""
            stop = start + step.seconds
            spans.append(Span(step.name, kind, start, stop, what))  # type: ignore[arg-type]
        return tuple(spans)

    def spikes(self, populations: list[str]) -> dict[str, Spikes]:
        """Return all spikes of the arm in experiment time."""
        parts: dict[str, list[Any]] = {name: [] for name in populations}
        for node, start in zip(*self.history, strict=True):
            if not isinstance(node.step, Episode):
                continue
            with np.load(self.folder / "nodes" / node.name / "spikes.npz") as file:
                for name in populations:
                    times = start * 1e3 + file[f"{name}/steps"] * (STEP_S * 1e3)
                    parts[name].append((times, file[f"{name}/ids"]))
        return {name: _joined(some) for name, some in parts.items()}

    def traces(self, step: str) -> dict[str, Any]:
        """Return the voltages that a traced step recorded, {population: (n, cells)}."""
        traced = self._folder(step, "is traced", lambda s: getattr(s, "traced", False))
        with np.load(traced / "traces.npz") as file:
            return {name: file[name] for name in file.files}

    def followed(self, step: str) -> dict[str, Any]:
        """Return what was followed in a step, {population/variable: (n, cells)}.

        The first value is that after 20 ms, the next 20 ms later.
        """
        folder = self._folder(step, "is followed", lambda s: isinstance(s, Episode))
        with np.load(folder / "followed.npz") as file:
            return {name: file[name] for name in file.files}

    def last(self) -> State:
        """Return the state at the end, of those tests apart that are branches."""
        names = [n.name for n in self.history.nodes if not n.step.branch]
        return State.load(self.folder / "nodes" / names[-1])

    def state(self, step: str) -> State:
        """Return the state after the step of this name, which must be no branch."""
        return State.load(self._folder(step, "leaves a state", lambda s: not s.branch))

    def _folder(self, step: str, what: str, does: Callable[[Step], bool]) -> Path:
        for node in self.history.nodes:
            if node.step.name == step and does(node.step):
                return self.folder / "nodes" / node.name
        raise KeyError(f"No step {step!r} that {what}.")


def _joined(parts: list[Any]) -> Spikes:
    times = np.concatenate([t for t, _ in parts]) if parts else np.zeros(0)
    ids = np.concatenate([i for _, i in parts]) if parts else np.zeros(0)
    order = np.argsort(times, kind="stable")
    return Spikes(times[order], ids[order].astype(np.uint32))


def _name(parent: str, place: str, step: Step) -> str:
    if isinstance(step, Gap):
        told: list[Any] = ["gap", step.pieces]
    elif isinstance(step, Procedure):
        told = ["procedure", [builds.canonical(act) for act in step.acts]]
    else:
        course = builds.digest(np.asarray(step.stimulus, dtype=float).tobytes())
        kept = step.branch, step.traced, step.synthesis, step.modulator
        told = ["episode", step.place, course, kept]
        if step.lived_s or step.lights or step.receptors:
            lights = [builds.canonical(light) for light in step.lights]
            told += [step.lived_s, lights, step.receptors]
    return builds.digest(json.dumps([parent, place, told]))


def _done(folder: Path, name: str) -> bool:
    return (folder / "nodes" / name).is_dir()


def _longest_first(node: Node) -> float:
    """Order nodes so that histories come before tests, long ones first."""
    return node.step.seconds if node.step.branch else -1e9 - node.step.seconds
