"""Time without spikes, in closed form: minutes to weeks in milliseconds of computing.

A gap first lets each synapse's calcium run down (half a second of the gap, exactly and
with its noise), then advances early phase, tags, proteins and late phase together, in
pieces of constant protein synthesis. Cells end at rest; traces of spikes are gone.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import numpy as np

from ..circuits.circuit import Circuit, Rules, Synapse, stream
from ..circuits.projection import Pool
from .state import State, Wiring, at_rest

RUN_DOWN_S = 0.5  # or longer, where a rule says so


def cross(
    state: State,
    circuit: Circuit,
    rules: Rules,
    wiring: Wiring,
    pieces: tuple[tuple[float, float], ...],
    seed: int,
    place: str,
) -> State:
    """Return the state after a gap.

    Parameters
    ----------
    pieces : (seconds, share of normal protein synthesis) one after the other
    seed, place : the random stream of the calcium's last run-down
    """
    rng = stream(seed, "gap", place)
    synapses = circuit.synapses(rules)
    variables = {name: dict(v) for name, v in state.variables.items()}
    asked = (getattr(synapse.rule, "run_down_s", 0.0) for synapse in synapses.values())
    run_down_s = max([RUN_DOWN_S, *asked])
    for name, synapse in synapses.items():
        _settle(variables[name] if name in variables else {}, synapse, run_down_s, rng)
    protein = dict(state.protein)
    left = list(_after(run_down_s, pieces))
    for post in protein:
        sharing = [s for s in synapses.values() if shares(s, post)]
        ends = [wiring[s.name][1] for s in sharing]
        h = [variables[s.name]["h"] for s in sharing]
        z = [variables[s.name]["z"] for s in sharing]
        p, rule = protein[post], cast(Any, sharing[0].rule)
        # In spiking time the early phase has been advanced already, event by event.
        _, z, p = rule.gap(Pool(ends, h, z), p, state.unfolded_s, pieces[0][1])
        for seconds, synthesis in left:
            h, z, p = rule.gap(Pool(ends, h, z), p, seconds, synthesis)
        for s, one_h, one_z in zip(sharing, h, z, strict=True):
            variables[s.name] |= {"h": one_h, "z": one_z}
        protein[post] = p
    after = replace(state, variables=variables, protein=protein, unfolded_s=0.0)
    return at_rest(after, circuit, rules, rng)


def _after(
    seconds: float, pieces: tuple[tuple[float, float], ...]
) -> Iterator[tuple[float, float]]:
    """Yield what is left of the pieces after so many seconds."""
    for lasts, alpha in pieces:
        spent = min(seconds, lasts)
        seconds -= spent
        yield lasts - spent, alpha


def _settle(
    variables: dict[str, Any], synapse: Synapse, run_down_s: float, rng: Any
) -> None:
    """Let calcium run down; forget the traces of pair rules."""
    rule = synapse.rule
    if hasattr(rule, "advance"):
        elapsed = run_down_s - variables["t_last"]
        variables["h"], _ = rule.advance(
            variables["h"], variables["Ca"], elapsed, rng.standard_normal
        )
        variables["Ca"] = np.zeros(synapse.size)
    for name in rule.fleeting:
        variables[name] = np.zeros(synapse.size)


def shares(synapse: Synapse, post: str) -> bool:
    """Tell whether a projection draws on the protein of a population."""
    return synapse.projection.post == post and hasattr(synapse.rule, "gap")
