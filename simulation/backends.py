"""What runs an episode: the compiled binary, or Brian2's numpy target where none is.

Both take a state, a stimulus, a length and a seed, and give the state at the end and
the spikes. Neither knows of arms, gaps or files of results.
"""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol

import numpy as np

from ..circuits.circuit import Circuit, Rules, noise_key
from ..circuits.region import NOISE_KEY
from .builds import Build
from .state import STEP_S, Array, State, Wiring, later, under_way
from .timeline import TICK_S

# {(population or projection, symbol): by what an episode multiplies its value}
Factors = Mapping[tuple[str, str], float]
NONE: Factors = MappingProxyType({})


class Outcome(NamedTuple):
    """The state after an episode, and (ids, step of firing) of every population.

    A trace holds the voltages of a population, (steps, cells), each at a step's end.
    What is followed is there by population and variable, (every 20 ms, cells).
    """

    state: State
    spikes: dict[str, tuple[Array, Array]]
    traces: dict[str, Array]
    followed: Mapping[tuple[str, str], Array] = MappingProxyType({})


class Backend(Protocol):
    """Runs episodes of one animal, each of at most ``rows`` rows of a stimulus."""

    rows: int

    def episode(
        self,
        state: State,
        stimulus: Array,
        seed: int,
        tell: Callable[[float], None],
        traced: bool = False,
        factors: Factors = NONE,
    ) -> Outcome: ...


class Compiled:
    """Runs the binary of a circuit in a folder that holds one animal's wiring."""

    def __init__(
        self, build: Build, circuit: Circuit, rules: Rules, wiring: Wiring, folder: Path
    ) -> None:
        self.circuit, self.rules = circuit, rules
        self.manifest = build.manifest
        self.rows = self.manifest["stimulus"][0]
        assert self.manifest["step_s"] == STEP_S
        self.folder = folder = folder.absolute()  # the binary runs in there
        arrays = folder / "static_arrays"
        arrays.mkdir(parents=True, exist_ok=True)
        # The cache may forget the build while it runs here.
        self.binary = _taken(build.folder / "main", folder)
        for file in (build.folder / "static_arrays").iterdir():
            _taken(file, arrays)
        for name, files in self.manifest["wiring"].items():
            for file, ids in zip(files, wiring[name], strict=True):
                (arrays / file).unlink()  # a link to the array of the build
                ids.astype(np.int32).tofile(arrays / file)

    def episode(
        self,
        state: State,
        stimulus: Array,
        seed: int,
        tell: Callable[[float], None],
        traced: bool = False,
        factors: Factors = NONE,
    ) -> Outcome:
        """Run the binary on files in a folder of its own."""
        steps = steps_of(stimulus, *self.manifest["stimulus"])
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            here = Path(name)
            home = self._rewired(state, here) if state.pre else self.folder
            self._write(state, seed, factors, here / "state")
            np.ascontiguousarray(stimulus, dtype=float).tofile(here / "stimulus")
            _write_pending(state, self.manifest["populations"], here / "pending")
            told = {
                "STATE": here / "state",
                "STIMULUS": here / "stimulus",
                "PENDING": here / "pending",
                "RESULT": here / "result",
                "SPIKES": here / "spikes",
                "STEPS": steps,
                "SEED": seed,
            }
            if traced:
                told["TRACE"] = here / "trace"
            if "followed" in self.manifest:
                told["FOLLOWED"] = here / "followed"
            asked = {f"TRISYNAPSE_{k}": str(v) for k, v in told.items()}
            self._call(asked, home, tell)
            spikes = self._read_spikes(here / "spikes")
            traces = self._read_traces(here / "trace", steps) if traced else {}
            followed = self._read_followed(here / "followed")
            end = self._read(state, here / "result")
        end = later(end, self.circuit, self.rules, steps * STEP_S)
        pending = under_way(state, spikes, self.circuit, self.rules, steps)
        return Outcome(replace(end, pending=pending), spikes, traces, followed)

    def _rewired(self, state: State, here: Path) -> Path:
        """Return a folder as that of the animal, with the sources of this state."""
        arrays = here / "static_arrays"
        arrays.mkdir()
        for file in (self.folder / "static_arrays").iterdir():
            _taken(file, arrays)
        for name, pre in state.pre.items():
            sources, _ = self.manifest["wiring"][name]
            (arrays / sources).unlink()
            pre.astype(np.int32).tofile(arrays / sources)
        return here

    def _call(
        self, told: dict[str, str], home: Path, tell: Callable[[float], None]
    ) -> None:
        # The binary prints a dot every 500 steps, outside its loop over objects. In a
        # process group of its own it hears of Ctrl-C from us only.
        left = int(told["TRISYNAPSE_STEPS"])
        with subprocess.Popen(
            [self.binary],
            cwd=home,
            env={**os.environ, **told, "LD_BIND_NOW": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        ) as process:
            assert process.stdout is not None and process.stderr is not None
            try:
                while process.stdout.read(1):
                    tell(min(500, left) * STEP_S)
                    left -= 500
                complaint = process.stderr.read().decode(errors="replace").strip()
            except BaseException:
                process.kill()
                raise
        if process.returncode == 4:
            code = errno.ENOSPC
            raise OSError(code, os.strerror(code), str(self.folder))
        if process.returncode:
            raise RuntimeError(
                f"The circuit's binary failed with {process.returncode}: {complaint}"
            )

    def _write(self, state: State, seed: int, factors: Factors, path: Path) -> None:
        symbols = self.circuit.symbols(self.rules)
        with path.open("wb") as file:
            for owner, name in self.manifest["symbols"]:
                own = name == NOISE_KEY
                value = noise_key(seed, owner) if own else symbols[owner][name]
                factor = factors.get((owner, name), 1.0)
                file.write(np.float64(float(value) * factor).tobytes())
            for owner, name, dtype, size in self.manifest["state"]:
                array = state.variables[owner][name]
                if len(array) != size:
                    raise ValueError(
                        f"{owner}.{name} has {len(array)} values, not {size}."
                    )
                file.write(np.ascontiguousarray(array, dtype=dtype).data)

    def _read(self, before: State, path: Path) -> State:
        variables = {owner: dict(v) for owner, v in before.variables.items()}
        with path.open("rb") as file:
            for owner, name, dtype, size in self.manifest["state"]:
                variables[owner][name] = np.fromfile(file, dtype, size)
        return replace(before, variables=variables)

    def _read_spikes(self, path: Path) -> dict[str, tuple[Array, Array]]:
        spikes = {}
        with path.open("rb") as file:
            for name in self.manifest["populations"]:
                n = int(np.fromfile(file, "<i8", 1)[0])
                ids = np.fromfile(file, "<i4", n)
                spikes[name] = ids, np.rint(np.fromfile(file, "<f8", n) / STEP_S)
        return spikes

    def _read_traces(self, path: Path, steps: int) -> dict[str, Array]:
        sizes = [
            (owner, size)
            for owner, name, _, size in self.manifest["state"]
            if name == "v" and owner in self.manifest["traced"]
        ]
        rows = np.fromfile(path).reshape(steps, -1)
        edges = np.cumsum([0, *(size for _, size in sizes)])
        return {
            owner: rows[:, a:b]
            for (owner, _), a, b in zip(sizes, edges, edges[1:], strict=False)
        }

    def _read_followed(self, path: Path) -> dict[tuple[str, str], Array]:
        told = self.manifest.get("followed")
        if not told:
            return {}
        edges = np.cumsum([0, *(size for *_, size in told)])
        rows = np.fromfile(path).reshape(-1, edges[-1])
        return {
            (owner, name): rows[:, a:b]
            for (owner, name, _), a, b in zip(told, edges, edges[1:], strict=False)
        }


def _write_pending(state: State, populations: list[str], path: Path) -> None:
    """Write, for every population, the number of ages and their cells, oldest first."""
    with path.open("wb") as file:
        for name in populations:
            ages = state.pending.get(name, [])
            file.write(np.int32(len(ages)).tobytes())
            for ids in reversed(ages):
                file.write(np.int32(len(ids)).tobytes())
                file.write(np.sort(ids).astype(np.int32).tobytes())


def _taken(file: Path, folder: Path) -> Path:
    """Put a file that nobody writes into a folder too; copy it where no link can be."""
    here = folder / file.name
    here.unlink(missing_ok=True)
    try:
        os.link(file, here)
    except OSError:
        shutil.copy2(file, here)
    return here


def steps_of(stimulus: Array, rows: int, columns: int) -> int:
    """Return the steps of a stimulus, which may have at most so many rows."""
    n, m = len(stimulus), stimulus.shape[1]
    if m != columns:
        raise ValueError(f"A stimulus has {columns} columns; this one has {m}.")
    if n > rows:
        raise ValueError(
            f"A stimulus of {n} rows is too long: {rows} rows are the most."
        )
    return round(n * TICK_S / STEP_S)


def runtime(circuit: Circuit, rules: Rules, wiring: Wiring) -> Backend:
    """Return the backend that needs no compiler."""
    # A compiled run does without Brian2, which takes a second to import.
    backend: Backend = import_module(".runtime", __package__).Runtime(
        circuit, rules, wiring
    )
    return backend
