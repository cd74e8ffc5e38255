"""The same plain network in NEST, with its models of cell, synapse and noise.

NEST adds the delay of an STDP synapse behind the synapse, ours before it: a pair of
spikes has a lag there that is two delays shorter than here.
"""

import os
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from trisynapse.plasticity import PairSTDP

from .measured import Cost
from .plain import PlainCircuit
from .processes import own_peak_mb

PAIRS = PairSTDP()
PLAIN = PlainCircuit().plain
MISSING = "" if find_spec("nest") else "NEST is not installed"


def prepare(step_ms: float, folder: Path, seconds: float) -> None:
    """Build the network once; NEST keeps nothing of it for another process."""
    build(step_ms)


def run(step_ms: float, folder: Path, seconds: float) -> Cost:
    """Build the network and run it once."""
    nest, heard = build(step_ms)
    nest.Prepare()
    begun = time.process_time()
    nest.Run(seconds * 1e3)
    cpu_s = time.process_time() - begun
    nest.Cleanup()
    sizes = {"exc": PLAIN.n_exc, "inh": PLAIN.n_inh}
    rates = {
        f"Hz plain_{name}": heard[name].n_events / n / seconds
        for name, n in sizes.items()
    }
    return Cost(cpu_s, seconds, own_peak_mb(), rates)


def build(step_ms: float) -> tuple[Any, dict[str, Any]]:
    """Return NEST with the network in it, and what counts the spikes."""
    os.environ["PYNEST_QUIET"] = "1"
    nest: Any = import_module("nest")
    nest.ResetKernel()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.resolution = step_ms
    nest.local_num_threads = 1
    nest.rng_seed = 1
    cells = {
        "exc": nest.Create("iaf_psc_exp", PLAIN.n_exc, _cell()),
        "inh": nest.Create("iaf_psc_exp", PLAIN.n_inh, _cell()),
    }
    for projection, learns in (
        (PLAIN.recurrent, True),
        (PLAIN.excitation, False),
        (PLAIN.inhibition, False),
        (PLAIN.mutual, False),
    ):
        pre, post = (cells[end[-3:]] for end in (projection.pre, projection.post))
        sign = -1 if projection.receptor == "PSP-" else 1
        weight = sign * float(projection.weight) / float(PLAIN.exc.R) * 1e12
        synapse = {"weight": weight, "delay": float(projection.delay) * 1e3}
        rule = {
            "rule": "fixed_indegree",
            "indegree": projection.in_degree,
            "allow_autapses": False,
            "allow_multapses": False,
        }
        nest.Connect(pre, post, rule, synapse | (_stdp(weight) if learns else {}))
    background = {
        "mean": float(PLAIN.exc_noise.I_mean) * 1e12,
        "std": float(PLAIN.exc_noise.I_sd) * 1e12,
        "dt": 1.0,
    }
    noise = nest.Create("noise_generator", params=background)
    heard = {name: nest.Create("spike_recorder") for name in cells}
    for name, some in cells.items():
        nest.Connect(noise, some)
        nest.Connect(some, heard[name])
    return nest, heard


def _cell() -> dict[str, float]:
    """Return our cell's values by NEST's names, in ms, mV and pF."""
    cell = PLAIN.exc
    times = {"tau_m": "tau_m", "t_ref": "t_ref"}
    times |= {"tau_syn_ex": "tau_syn", "tau_syn_in": "tau_syn"}
    volts = {"E_L": "E_L", "V_m": "E_L", "V_th": "V_th", "V_reset": "V_r"}
    told = {theirs: float(getattr(cell, x)) * 1e3 for theirs, x in times.items()}
    told |= {theirs: float(getattr(cell, x)) * 1e3 for theirs, x in volts.items()}
    return told | {
        "C_m": float(cell.tau_m) / float(cell.R) * 1e12,
        "tau_minus": float(PAIRS.tau_minus) * 1e3,
    }


def _stdp(weight: float) -> dict[str, Any]:
    """Return our rule's values by NEST's names."""
    return {
        "synapse_model": "stdp_synapse",
        "Wmax": PAIRS.w_max * weight,
        "tau_plus": float(PAIRS.tau_plus) * 1e3,
        "lambda": PAIRS.A_plus,
        "alpha": PAIRS.A_minus / PAIRS.A_plus,
        "mu_plus": PAIRS.mu,
        "mu_minus": PAIRS.mu,
    }
