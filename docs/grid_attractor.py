"""Print the tables of grid-attractor.md: entorhinal cortex alone, with the attractor.

How fast the bump moves under a current that velocity brings; then grids, spacing and
drift of a foraging rat, with velocity and place, and without one of them.

python docs/grid_attractor.py [SEED...]
"""

import resource
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from trisynapse.analysis.bump import bump, drift, path_on_sheet, unwrapped
from trisynapse.analysis.maps import even_bins, visits
from trisynapse.analysis.spatial_cells import (
    BIN_M,
    LEAST_SPIKES,
    SIGMA_M,
    SLOWEST_MPS,
    chosen_cells,
    grid_scores,
)
from trisynapse.circuits.circuit import Circuit
from trisynapse.circuits.drives import COLUMNS
from trisynapse.circuits.grid_attractor import GridAttractor
from trisynapse.circuits.motion import VELOCITY
from trisynapse.circuits.sheet import places
from trisynapse.protocols.space.foraging import foraging
from trisynapse.protocols.space.rooms import Box
from trisynapse.protocols.space.trajectory import velocity
from trisynapse.simulation.experiment import Experiment
from trisynapse.simulation.timeline import Episode

CURRENTS_PA = 5, 10, 20, 30, 50, 75, 100
ANGLES_DEG = 0, 90, 180, 270
FORMED_S, RUN_S, BIN_S, WINDOW_S = 3.0, 6.0, 0.125, 10.0
FORAGE_S, JUDGED, SHUFFLES = 599.0, 100, 100


@dataclass(frozen=True, kw_only=True)
class Entorhinal(Circuit):
    """Entorhinal cortex alone."""

    columns: ClassVar[tuple[str, ...]] = (*COLUMNS, *VELOCITY)

    ec: GridAttractor = GridAttractor()


def stimulus(xy_m: Any, v_mps: Any) -> Any:
    """Return what an animal at these places with these velocities is shown."""
    t = np.arange(len(xy_m)) * 1e-3
    shown = dict.fromkeys(Entorhinal.columns, np.zeros(len(t)))
    shown |= {"place": np.ones(len(t)), "theta_cos": np.cos(16 * np.pi * t)}
    shown |= {"x": xy_m[:, 0], "y": xy_m[:, 1], "v_x": v_mps[:, 0], "v_y": v_mps[:, 1]}
    return np.stack(list(shown.values()), axis=1)


def spikes(circuit: Entorhinal, seed: int, shown: dict[str, Any]) -> dict[str, Any]:
    """Return the spikes of the stellate cells in each of some episodes."""
    arms = {k: (Episode("running", "box 1", rows),) for k, rows in shown.items()}
    with tempfile.TemporaryDirectory() as folder:
        results = Experiment(circuit, {}, seed, arms).run(Path(folder), 1)
        return {k: r.spikes(["ec_stellate"])["ec_stellate"] for k, r in results.items()}


def cpu_s() -> float:
    """Return the CPU seconds of all that has been run in processes of their own."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seen(circuit: Entorhinal, fired: Any, seconds: float) -> Any:
    """Return the bump from the time on at which it has formed."""
    where = places(circuit.populations["ec_stellate"].size)
    edges: Any = np.arange(FORMED_S, seconds + BIN_S / 2, BIN_S)
    return bump(fired.timestamps * 1e-3, fired.node_ids, where, edges)


def speeds(seeds: list[int]) -> None:
    """Print the speed of the bump under each current."""
    circuit = Entorhinal()
    for symbol, value in (("I_anchor", "0 pA"), ("orientation", "0")):
        circuit = circuit.with_value(f"ec.stellate_motion.{symbol}", value)
    motion = circuit.ec.stellate_motion
    per_pa = float(motion.spacing) * float(motion.slope) * 1e-12  # m/s
    t = np.arange(0, FORMED_S + RUN_S, 1e-3)
    runs = {
        f"{pa} {angle}": np.deg2rad(angle) for pa in CURRENTS_PA for angle in ANGLES_DEG
    }
    rows = []
    for seed in seeds:
        shown = {}
        for name, angle in runs.items():
            ahead = float(name.split()[0]) * per_pa * np.exp(1j * angle)
            v = (t >= FORMED_S)[:, None] * [ahead.real, ahead.imag]
            shown[name] = stimulus(np.zeros((len(t), 2)), v)
        for name, fired in spikes(circuit, seed, shown).items():
            found = seen(circuit, fired, FORMED_S + RUN_S)
            way = unwrapped(found.xy)
            moved = (way[-1] - way[0]) / (found.t_s[-1] - found.t_s[0])
            along = (moved[0] + 1j * moved[1]) / np.exp(1j * runs[name])
            rows.append((float(name.split()[0]), along.real, along.imag))
    current, along, across = np.array(rows).T
    print("| current, pA | along, rounds/s | SD | across | SD |\n|---|---|---|---|---|")
    for pa in CURRENTS_PA:
        here = current == pa
        told = [f(x[here]) for x in (along, across) for f in (np.mean, np.std)]
        print(f"| {pa} | " + " | ".join(f"{value:.3f}" for value in told) + " |")
    slope, offset = np.polyfit(current, along, 1)
    print(
        f"\nslope {slope:.5f} Hz/pA, {34 * slope:.3f} neurons/s/pA; at 0 {offset:.3f}\n"
    )


def forage(seed: int, anchor_pa: float, moves: bool) -> None:
    """Print a row of scores, spacing and drift; velocity ``moves`` the bump or not."""
    anchor = f"{anchor_pa:g} pA"
    circuit = Entorhinal().with_value("ec.stellate_motion.I_anchor", anchor)
    motion, room = circuit.ec.stellate_motion, Box()
    where = foraging(room, FORAGE_S, seed=1)
    shown = {"rat": stimulus(where.xy_m, moves * velocity(where.xy_m))}
    before = cpu_s()
    fired = spikes(circuit, seed, shown)["rat"]
    cost = (cpu_s() - before) / FORAGE_S
    found = seen(circuit, fired, FORAGE_S)
    xy = where.xy_m[np.searchsorted(where.t_s, found.t_s)]
    spacing = float(motion.spacing)
    ideal = path_on_sheet(xy, spacing, motion.orientation)
    errors = unwrapped(found.xy, ideal) - ideal
    strays = 100 * spacing * drift(errors, round(WINDOW_S / BIN_S))
    outline = room.rings()[0]
    spans = zip(outline.min(axis=0), outline.max(axis=0), strict=True)
    tracked = visits(
        where.t_s[::20],
        where.xy_m[::20],
        even_bins(*spans, width_m=BIN_M),
        least_mps=SLOWEST_MPS,
    )
    n = circuit.populations["ec_stellate"].size
    cells = chosen_cells(fired.node_ids, n, JUDGED, LEAST_SPIKES, 1)
    scores = grid_scores(
        tracked,
        fired.timestamps * 1e-3,
        fired.node_ids,
        cells,
        sigma_m=SIGMA_M,
        shuffles=SHUFFLES,
        seed=1,
    )
    told = [
        f"{seed}",
        "yes" if moves else "no",
        anchor,
        f"{np.nanmedian(scores.score):.2f}",
        f"{scores.above.mean():.2f}",
        f"{100 * np.nanmedian(scores.spacing_m):.1f}",
        f"{strays[-1]:.1f}",
        f"{strays.max():.1f}",
        f"{np.sqrt((strays**2).mean()):.1f}",
        f"{len(fired.node_ids) / n / FORAGE_S:.2f}",
        f"{cost:.3f}",
    ]
    print("| " + " | ".join(told) + " |", flush=True)


if __name__ == "__main__":
    asked = [int(seed) for seed in sys.argv[1:]] or [1, 2, 3]
    speeds(asked)
    head = ["seed", "velocity", "place", "grid score", "above shuffles", "spacing, cm"]
    head += ["drift at the end, cm", "at most", "rms", "rate, Hz", "CPU s/s"]
    print("| " + " | ".join(head) + " |\n" + len(head) * "|---" + "|")
    for one in asked:
        for anchor_pa, moves in ((10.0, True), (0.0, True), (10.0, False)):
            forage(one, anchor_pa, moves)
