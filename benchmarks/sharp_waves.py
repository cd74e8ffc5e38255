"""The task `sharp_waves`: CA3 of Ecker et al. 2022, by us and by Brian2 alone.

One circuit, one wiring, the same weights; compiled by us, and as the ordinary network
of Brian2 that ``circuit.network`` returns, run by its targets numpy and cython. A step
is 0.2 ms; that of the published script is 0.1 ms.
"""

import time
from collections.abc import Mapping, Sequence
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import brian2 as b2
import numpy as np

from trisynapse.circuits.circuit import stream
from trisynapse.simulation import builds
from trisynapse.simulation.state import STEP_S, Array, State, Wiring, wire
from trisynapse.simulation.timeline import TICK_S

from .compiled import SEED, Fired, Scene, entry
from .measured import Cost, Entry, Row
from .processes import own_peak_mb
from .sharp_waves_activity import Spikes, order, ripple_hz, waves
from .sharp_waves_circuit import RECURRENT, RULES, SharpWaves
from .sharp_waves_track import fields, strengths

TASK, SECONDS = "sharp_waves", 10.0
SHOWS = "Hz pyramidal", "Hz basket"
CIRCUIT = SharpWaves()


def entries() -> list[Entry]:
    """Return our form and Brian2's."""
    cython = "" if find_spec("Cython") else "no Cython"
    missing = {
        "numpy": "",
        "cython": cython if builds.compiler() else "no C++ compiler",
    }
    return [
        entry(TASK, scene, SECONDS, shows=SHOWS),
        *(
            Entry(
                task=TASK,
                tool=f"Brian2 {target}",
                seconds=SECONDS,
                prepare=partial(prepare, target),
                run=partial(run, target),
                missing=why,
                shows=SHOWS,
            )
            for target, why in missing.items()
        ),
    ]


@cache
def centres() -> Array:
    """Return the place fields of the cells."""
    n = CIRCUIT.populations["ca3_pyramidal"].size
    return fields(n, stream(SEED, "place fields"))


def scene(seconds: float) -> Scene:
    """Return the network as it has learned a track, and no stimulus."""

    def learned(state: State, wiring: Wiring) -> State:
        strength = strengths(centres(), *wiring[RECURRENT])
        return state.changed(RECURRENT, {"strength": strength})

    def tell(fired: Fired, seconds: float) -> dict[str, float]:
        return told({n: (ids, k * STEP_S) for n, (ids, k) in fired.items()}, seconds)

    nothing = np.zeros((round(seconds / TICK_S), len(CIRCUIT.columns)))
    return Scene(CIRCUIT, RULES, nothing, learned, tell)


def prepare(target: str, folder: Path, seconds: float) -> None:
    """Let a target compile what it needs: cython keeps it in the folder."""
    ticked(target, folder)


def ticked(target: str, folder: Path) -> b2.Network:
    """Return the network after a tick, before which its code is generated."""
    b2.prefs.codegen.target = target
    b2.prefs.codegen.runtime.cython.cache_dir = str(folder / "cython")
    network = CIRCUIT.network(RULES, seed=SEED)
    ends = wire(CIRCUIT, RULES, SEED)[RECURRENT]
    network[RECURRENT].strength = strengths(centres(), *ends)
    b2.seed(SEED)
    network.run(TICK_S * b2.second)
    return network


def run(target: str, folder: Path, seconds: float) -> Cost:
    """Run the network, less what a run costs that lasts for a tick."""
    network, spent = ticked(target, folder), []
    for lasts in (TICK_S, seconds):
        before = time.process_time()
        network.run(lasts * b2.second)
        spent.append(time.process_time() - before)
    monitors = {name: network[f"{name}_spikes"] for name in CIRCUIT.populations}
    fired = {name: (np.array(m.i), np.array(m.t_)) for name, m in monitors.items()}
    lasted = seconds - TICK_S
    return Cost(spent[1] - spent[0], lasted, own_peak_mb(), told(fired, seconds))


def told(fired: Mapping[str, tuple[Array, Array]], seconds: float) -> dict[str, float]:
    """Return rates, ripple and replay, for comparison with what was published."""
    sizes = {name: p.size for name, p in CIRCUIT.populations.items()}
    spikes = {name: Spikes(*some, sizes[name]) for name, some in fired.items()}
    cells = spikes["ca3_pyramidal"]
    spans = waves(cells, seconds)
    replayed = [abs(order(cells, centres(), span)) for span in spans]
    rates = {
        f"Hz {name.removeprefix('ca3_')}": len(some.ids) / some.cells / seconds
        for name, some in spikes.items()
    }
    return rates | {
        "Hz ripple": ripple_hz(cells, seconds),
        "sharp waves": len(spans),
        "order": median(replayed) if replayed else float("nan"),
    }


def remarks(rows: Sequence[Row]) -> list[str]:
    """Return what the network did under each tool."""
    return [
        f"{TASK}: under {row.entry.tool} {row.told('sharp waves'):.0f} sharp waves in "
        f"{row.costs[0].biological_s:.0f} s, ripple {row.told('Hz ripple'):.0f} Hz, "
        f"time and place correlate by {row.told('order'):.2f} (median, either way)."
        for row in rows
        if row.costs
    ]
