"""The yardstick: a recurrent network with tagging and capture, stepped by the clock.

Luboeinski and Tetzlaff (2021), doi:10.1038/s42003-021-01778-y. Every plastic synapse
is updated in every step, as in the code that they published; ours wakes a synapse up
only when a spike reaches it. It is plain Brian2, compiled to C++ with Brian2's flags.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import brian2 as b2
import numpy as np
from brian2 import second

from .processes import Watch
from .published import (
    CELL,
    DELAYS,
    FIXED,
    H_0,
    PLASTIC,
    PROTEIN,
    PUBLISHED,
    PULSE_S,
    STIMULUS,
)

Array = np.ndarray[Any, Any]
Wiring = Mapping[str, tuple[Array, Array]]  # (pre, post) of "ee", "ei", "ie" and "ii"


class Outcome(NamedTuple):
    """Spikes of "e" and "i" as (ids, seconds), and the plastic synapses at the end.

    ``h`` is in volts; ``pre`` and ``post`` are the cells of each synapse, ``p`` the
    protein of each excitatory cell. ``loop_s`` are the CPU seconds of the loop.
    """

    spikes: dict[str, tuple[Array, Array]]
    pre: Array
    post: Array
    h: Array
    z: Array
    Ca: Array
    p: Array
    loop_s: float


@dataclass(frozen=True, kw_only=True)
class ClockDriven:
    """The network, as published unless told otherwise; ``pulses`` are their onsets."""

    seconds: float
    seed: int
    step_s: float = 2e-4
    pulses: tuple[float, ...] = ()
    wiring: Wiring | None = None
    plastic: bool = True
    n_e: int = 1600
    n_i: int = 400
    n_core: int = 150
    share: float = 0.1

    def wired(self) -> Wiring:
        """Return the given wiring, or each pair of cells joined by chance."""
        if self.wiring is not None:
            return self.wiring
        rng, sizes = np.random.default_rng(self.seed), {"e": self.n_e, "i": self.n_i}
        drawn: dict[str, tuple[Array, Array]] = {}
        for name in ("ee", "ei", "ie", "ii"):
            joined = rng.random((sizes[name[0]], sizes[name[1]])) < self.share
            if name[0] == name[1]:
                np.fill_diagonal(joined, False)
            pre, post = joined.nonzero()
            drawn[name] = pre, post
        return drawn

    def network(self) -> b2.Network:
        """Return the network in Brian2."""
        b2.defaultclock.dt = self.step_s * second
        b2.seed(self.seed)
        cells = {
            "e": self._cells(self.n_e, CELL + PROTEIN, "e"),
            "i": self._cells(self.n_i, CELL, "i"),
        }
        synapses = [
            self._synapses(name, cells[name[0]], cells[name[1]], *ends)
            for name, ends in self.wired().items()
        ]
        heard = [b2.SpikeMonitor(c, name=f"{n}_spikes") for n, c in cells.items()]
        shown = self._stimulus(cells["e"]) if self.pulses else []
        return b2.Network(*cells.values(), *synapses, *heard, *shown)

    def _cells(self, n: int, equations: str, name: str) -> b2.NeuronGroup:
        cells = b2.NeuronGroup(
            n,
            equations,
            threshold="V > V_th",
            reset="V = V_reset",
            refractory=PUBLISHED["t_ref"],
            method="euler",
            namespace=dict(PUBLISHED),
            name=name,
        )
        cells.V, cells.I_bg = PUBLISHED["V_rev"], PUBLISHED["I_0"]
        return cells

    def _synapses(self, name: str, *ends: Any) -> b2.Synapses:
        source, target, pre, post = ends
        learns = name == "ee" and self.plastic
        arrival = {"transmit": "V_psp_post += w"}
        if learns:
            arrival["calcium"] = "Ca += Ca_pre"
        synapses = b2.Synapses(
            source,
            target,
            PLASTIC if learns else FIXED,
            on_pre=arrival,
            on_post="Ca += Ca_post" if learns else None,
            delay={event: DELAYS[event] for event in arrival},
            method="heun" if learns else None,
            namespace=dict(PUBLISHED),
            name=name,
        )
        synapses.connect(i=pre, j=post)
        if learns:
            synapses.h = H_0
        else:
            synapses.w = PUBLISHED.get(f"w_{name}", H_0)
        return synapses

    def _stimulus(self, cells: b2.NeuronGroup) -> list[Any]:
        course = np.zeros(round(self.seconds / self.step_s) + 1)
        for start in self.pulses:
            first, last = round(start / self.step_s), (start + PULSE_S) / self.step_s
            course[first : round(last)] = 1.0
        shown = {"shown": b2.TimedArray(course, dt=self.step_s * second, name="shown")}
        stimulus = b2.NeuronGroup(
            self.n_core, STIMULUS, method="euler", namespace=dict(PUBLISHED), name="s"
        )
        stimulus.V = PUBLISHED["N_stim"] * PUBLISHED["f_stim"] * H_0 * second
        reach = b2.Synapses(
            stimulus,
            cells,
            "V_stim_post = shown(t)*V_pre : volt (summed)",
            namespace=shown,
            name="reach",
        )
        reach.connect(i=np.arange(self.n_core), j=np.arange(self.n_core))
        return [stimulus, reach]


@contextmanager
def standalone(model: ClockDriven, folder: Path) -> Iterator[b2.Network]:
    """Compile a network into a folder; its results can be read until this is left."""
    b2.set_device("cpp_standalone", build_on_run=False)
    device = b2.get_device()
    try:
        device.reinit()
        device.activate(build_on_run=False)
        jobs = f"-j{os.cpu_count()}"
        b2.prefs["devices.cpp_standalone.extra_make_args_unix"] = [jobs]
        network = model.network()
        network.run(model.seconds * second, namespace={})
        device.build(directory=str(folder), run=False, with_output=False)
        yield network
    finally:
        device.reinit()
        b2.set_device("runtime")


def run(model: ClockDriven, folder: Path) -> Outcome:
    """Compile and run a network in a folder, and return what became of it."""
    with standalone(model, folder) as network:
        b2.get_device().run(with_output=False)
        spikes = {
            name: (np.asarray(seen.i), np.asarray(seen.t / second))
            for name, seen in ((n, network[f"{n}_spikes"]) for n in ("e", "i"))
        }
        ee = network["ee"]
        h, z, Ca = (
            (np.asarray(ee.variables[x].get_value()) for x in ("h", "z", "Ca"))
            if model.plastic
            else np.zeros((3, 0))
        )
        p = np.asarray(network["e"].p[:])
        pre, post = np.asarray(ee.i), np.asarray(ee.j)
        return Outcome(spikes, pre, post, h, z, Ca, p, loop_s(folder))


def again(folder: Path) -> tuple[float, float]:
    """Run what is compiled once more; return the loop's CPU seconds and the peak MB."""
    watch = Watch()
    with subprocess.Popen(["./main"], cwd=folder, stdout=subprocess.DEVNULL) as binary:
        while binary.poll() is None:
            watch()
            time.sleep(0.05)
    if binary.returncode:
        raise RuntimeError(f"The yardstick's binary failed with {binary.returncode}.")
    return loop_s(folder), watch.peak_mb


def loop_s(folder: Path) -> float:
    """Return the CPU seconds of the last run's loop, as Brian2 clocks them."""
    return float((folder / "results" / "last_run_info.txt").read_text().split()[0])


def fired(folder: Path, cells: str) -> int:
    """Return the number of spikes of "e" or "i" in the last run."""
    (file,) = (folder / "results").glob(f"_dynamic_array_{cells}_spikes_i_*")
    return file.stat().st_size // np.dtype(np.int32).itemsize
