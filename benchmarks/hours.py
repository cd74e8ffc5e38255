"""The task `hours`: eight hours of consolidation of the recurrent network's synapses.

In closed form, and by Euler steps of a second of the same equations, in numpy both. The
columns are CPU seconds a biological second, so tiny: `ms in all` says it for 8 h.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from trisynapse.circuits import Recurrent
from trisynapse.circuits.projection import Pool
from trisynapse.plasticity.tagging_capture import SETS
from trisynapse.simulation.state import wire

from .measured import OURS, Cost, Entry, Row
from .processes import own_peak_mb

RULE = SETS["luboeinski"]
RULES = {"recurrent": RULE}
PLASTIC = "network_excitatory_to_network_excitatory"
HOURS_S, STEP_S, STEPPED_S = 28800.0, 1.0, 60.0
CORE, TIMES = 150, 5


def entries() -> list[Entry]:
    """Return the closed form and the steps, of which a minute is enough."""
    made = partial(Entry, task="hours", prepare=prepare, shows=("ms in all",))
    return [
        made(tool=OURS, seconds=HOURS_S, run=partial(run, closed, TIMES)),
        made(tool="Euler, 1 s", seconds=STEPPED_S, run=partial(run, stepped, 1)),
    ]


def prepare(folder: Path, seconds: float) -> None:
    """Do nothing: there is nothing to build."""


def run(way: Callable[..., None], times: int, folder: Path, seconds: float) -> Cost:
    """Cross the hours that follow learning, some times."""
    _, post = wire(Recurrent(), RULES, 1)[PLASTIC]
    before = learned()
    begun = time.process_time()
    for _ in range(times):
        way(before, post, seconds)
    cpu_s = (time.process_time() - begun) / times
    told = {"ms in all": 1e3 * cpu_s * HOURS_S / seconds}
    return Cost(cpu_s, seconds, own_peak_mb(), told)


def learned() -> dict[str, Any]:
    """Return synapses as learning leaves them: those of the assembly potentiated."""
    pre, post = wire(Recurrent(), RULES, 1)[PLASTIC]
    inside = (pre < CORE).astype(int) + (post < CORE)
    h = 1.0 + np.array([0.01, 0.25, 0.7])[inside]
    h += 0.05 * np.random.default_rng(1).standard_normal(len(h))
    zeros = np.zeros(len(h))
    return {"h": h, "z": zeros, "Ca": zeros, "taggable": zeros + 1, "t_last": zeros}


def closed(before: dict[str, Any], post: Any, seconds: float) -> None:
    """Evaluate the closed form once."""
    cells = Recurrent().populations["network_excitatory"].size
    RULE.consolidate(Pool([post], [before]), np.zeros((3, cells)), seconds, 1.0, 1.0)


def stepped(before: dict[str, Any], post: Any, seconds: float) -> None:
    """Take Euler steps of the early phase, the proteins and the late phase."""
    h, z = before["h"].copy(), before["z"].copy()
    p = np.zeros(post.max() + 1)
    leak = 0.1 / float(RULE.tau_h)
    for _ in range(round(seconds / STEP_S)):
        change = h - 1.0
        source = np.bincount(post, np.abs(change), len(p)) > RULE.theta_pro
        up = p[post] * (1.0 - z) * (change > RULE.theta_tag)
        down = p[post] * (z + 0.5) * (-change > RULE.theta_tag)
        h -= STEP_S * leak * change
        z += STEP_S / float(RULE.tau_z) * (up - down)
        p += STEP_S / float(RULE.tau_p) * (source - p)


def remarks(rows: Sequence[Row]) -> list[str]:
    """Return nothing: the table says it."""
    return []
