"""Time without spikes, in closed form: minutes to weeks in milliseconds of computing.

Every rule says what its synapses do meanwhile. Where the synapses of a neuron share
proteins, each first runs down by itself (half a second: calcium, exactly and with its
noise), then early phase, tags, proteins and late phase advance together, in pieces of
constant protein synthesis and neuromodulation. Cells end at rest.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from ..circuits.circuit import Circuit, Rules, Synapse, stream
from ..circuits.projection import Pool, Rewiring, SharedRule
from .body import Labels, rested, under_drugs
from .state import State, Wiring, at_rest, wired
from .timeline import Piece

NOWHERE: Mapping[str, Rewiring] = MappingProxyType({})
UNLABELLED: Labels = MappingProxyType({})


def cross(
    state: State,
    circuit: Circuit,
    rules: Rules,
    wiring: Wiring,
    pieces: Iterable[tuple[float, ...]],
    seed: int,
    place: str,
    structure: Mapping[str, Rewiring] = NOWHERE,
    labels: Labels = UNLABELLED,
) -> State:
    """Return the state after a gap.

    Parameters
    ----------
    wiring : connections at birth
    pieces : `Piece`s one after the other
    seed, place : the random streams of what runs down, and of what is rewired
    structure : what rewires a projection, by its name, at the end of the gap
    labels : what viruses brought, by name
    """
    rng = stream(seed, "gap", place)
    told = [Piece(*piece) for piece in pieces]
    whole = sum(piece.seconds for piece in told)
    synapses = circuit.synapses(rules)
    sharing = [s.rule for s in synapses.values() if isinstance(s.rule, SharedRule)]
    first = min(max((rule.settled_s for rule in sharing), default=0.0), whole)
    for name, synapse in synapses.items():
        if name in state.variables:
            alone = first if isinstance(synapse.rule, SharedRule) else whole
            before, post = state.variables[name], wiring[name][1]
            cells = state.variables[synapse.projection.post]
            before = dict(synapse.rule.settled(before, cells, post))
            after = synapse.rule.rest(before, alone, post, rng)
            state = state.changed(name, after)
    for parts in list(under_drugs(state, circuit, tuple(_after(first, told)))):
        state = _consolidated(state, synapses, wiring, parts, ())
    state = rested(state, labels, whole)
    for name, rewiring in structure.items():
        own = stream(seed, "structure", name, place)
        state = _rewired(state, synapses[name], wiring, rewiring, whole, own)
    for name, population in circuit.populations.items():
        for drive in population.drives:
            state = state.changed(name, drive.rested(state.variables[name], whole))
    return at_rest(state, circuit, rules, rng)


def _rewired(
    state: State,
    synapse: Synapse,
    wiring: Wiring,
    rewiring: Rewiring,
    seconds: float,
    rng: Any,
) -> State:
    name = synapse.name
    if synapse.blocks > 1:
        raise ValueError(
            f"Rewiring {name} would join {synapse.blocks} slices: run one slice."
        )
    pre, post = wired(wiring, state)[name]
    pre, new, _ = rewiring.rewire(
        pre,
        post,
        state.variables[name],
        synapse.rule.start,
        synapse.n_pre,
        seconds,
        rng,
        recurrent=synapse.projection.pre == synapse.projection.post,
    )
    return replace(state.changed(name, new), pre={**state.pre, name: pre})


def fold(
    state: State, circuit: Circuit, rules: Rules, wiring: Wiring, piece: Piece
) -> State:
    """Return the state with proteins and late phase brought to an episode's end.

    Spikes have advanced all else, event by event. The early phase that the episode left
    counts for all of it.
    """
    synapses = circuit.synapses(rules)
    still = {
        name: tuple(v for v in state.variables[name] if v not in s.rule.late)
        for name, s in synapses.items()
        if isinstance(s.rule, SharedRule)
    }
    for parts in list(under_drugs(state, circuit, (piece,))):
        state = _consolidated(state, synapses, wiring, parts, still)
    return state


def _consolidated(
    state: State,
    synapses: dict[str, Synapse],
    wiring: Wiring,
    pieces: Mapping[str, Piece],
    still: Any,
) -> State:
    """Advance all that shares proteins, but for the variables that stand ``still``.

    ``pieces`` is the same time in every population, under the drugs that reach it.
    """
    protein = dict(state.protein)
    for post in protein:
        own = [name for name, s in synapses.items() if shares(s, post)]
        rule = synapses[own[0]].rule
        assert isinstance(rule, SharedRule)
        ends = [wiring[name][1] for name in own]
        before = [state.variables[name] for name in own]
        after, protein[post] = rule.consolidate(
            Pool(ends, before), protein[post], *pieces[post]
        )
        for name, new in zip(own, after, strict=True):
            kept = still[name] if still else ()
            state = state.changed(name, {v: new[v] for v in new if v not in kept})
    return replace(state, protein=protein)


def _after(seconds: float, pieces: list[Piece]) -> Iterator[Piece]:
    """Yield what is left of the pieces after so many seconds."""
    for piece in pieces:
        spent = min(seconds, piece.seconds)
        seconds -= spent
        if spent < piece.seconds:
            yield piece._replace(seconds=piece.seconds - spent)


def shares(synapse: Synapse, post: str) -> bool:
    """Tell whether a projection draws on the protein of a population."""
    return synapse.projection.post == post and isinstance(synapse.rule, SharedRule)
