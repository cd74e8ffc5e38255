"""What an animal carries besides cells and synapses: genes, viruses, drugs, lesions.

    spikes ─▶ mRNA ─▶ protein ─▶ label ┐
    injection, food ─▶ drug level ─────┼─▶ an episode: conductances of cells, receptors
    toxin, virus ─▶ dead, raised cells ┘   that are blocked; a gap: synthesis

All of it is in ``State.carried``, by these names:

    drug/<name[@region]>      depot, level, fed         gene/<gene>/<population>   m, p
    virus/<label>             copies a cell             label/<label>              L
    threshold/<population>    factor of each cell       dead/<population>          bool
    raised/<population>       CREB, as a share of a full dose
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..circuits.actuator import COUNT, OPENS, STRAIGHT, closed
from ..circuits.circuit import Circuit, stream
from ..circuits.drugs import GONE, WHERE, Drug, drug
from ..circuits.genes import ALWAYS, GENES, Label
from ..circuits.light import flux, levels
from ..circuits.opsins import OPSINS
from ..circuits.receptors import RECEPTORS
from .backends import Factors
from .state import STEP_S, Array, State
from .timeline import TICK_S, Episode, Light, Piece

Labels = Mapping[str, Label]

DEAD_V = -0.08  # at which dead cells are held
FEWEST_LEVELS, MOST_LEVELS = 8, 24
SHORTEST_PIECE_S = 300.0  # in which a drug's level counts as constant


def born(state: State, circuit: Circuit, labels: Labels, seed: int) -> State:
    """Return the animal with its thresholds drawn and its viruses injected."""
    carried: dict[str, Array] = {}
    for name in circuit.transcribing:
        n = circuit.populations[name].size
        rng = stream(seed, "threshold", name)
        carried[f"threshold/{name}"] = circuit.threshold_factors(n, rng)
        for gene in GENES:
            carried[f"gene/{gene}/{name}"] = np.zeros((2, n))
    for name, label in labels.items():
        n = circuit.populations[label.population].size
        rng = stream(seed, "virus", name)
        carried[f"virus/{name}"] = label.infected(n, rng)
        carried[f"label/{name}"] = np.zeros(n)
    return replace(state, carried={**state.carried, **carried})


def lived(
    state: State,
    circuit: Circuit,
    labels: Labels,
    rates_hz: Mapping[str, Array],
    seconds: float,
) -> State:
    """Return the animal after an episode through which it lived so many seconds."""
    state = rested(state, labels, seconds)
    carried = dict(state.carried)
    for name, theta in circuit.transcribing.items():
        own = theta * carried[f"threshold/{name}"]
        for key, gene in GENES.items():
            m, p = carried[f"gene/{key}/{name}"]
            new = m + gene.transcribed(rates_hz[name], own, seconds)
            carried[f"gene/{key}/{name}"] = np.array([new, p])
    return replace(state, carried=carried)


def rested(state: State, labels: Labels, seconds: float) -> State:
    """Return the animal after some time in which no cell fired."""
    carried = dict(state.carried)
    for name, label in labels.items():
        kept = carried[f"label/{name}"] * np.exp(-seconds / float(label.lasts))
        if label.promoter != ALWAYS:
            gene = GENES[label.promoter]
            m, _ = carried[f"gene/{label.promoter}/{label.population}"]
            if m.any():
                told = _opening(state, label, seconds)
                kept = kept + gene.dose(m, seconds, told) / gene.norm
        carried[f"label/{name}"] = kept
    for key, value in state.carried.items():
        kind, _, name = key.partition("/")
        if kind == "gene":
            gene = GENES[name.partition("/")[0]]
            carried[key] = np.array(gene.later(value[0], value[1], seconds))
        elif kind == "drug":
            carried[key] = _drug_later(drug(name), value, seconds)
    return replace(state, carried=carried)


def occupancy(state: State, name: str, after_s: float = 0.0) -> float:
    """Return the share of its effect that a drug has, now or a while from now."""
    amounts = state.carried.get(f"drug/{name}")
    if amounts is None:
        return 0.0
    kind = drug(name)
    later = _drug_later(kind, amounts, after_s) if after_s else amounts
    return kind.occupancy(float(later[1]))


def carries(state: State, label: Label, name: str) -> Array:
    """Return what each cell carries of a label, 1 being a full one."""
    copies, expression = state.carried[f"virus/{name}"], state.carried[f"label/{name}"]
    return label.carried(copies, expression)


def under_drugs(
    state: State, circuit: Circuit, pieces: tuple[Piece, ...]
) -> Iterator[dict[str, Piece]]:
    """Yield the pieces of a gap in which drugs count as constant, by population."""
    acting = [name for name in _drugs(state) if _acts_in_gaps(drug(name))]
    begun = 0.0
    for piece in pieces:
        for lasts in _cut(piece.seconds, begun, bool(acting)):
            now = {name: occupancy(state, name, begun + lasts / 2) for name in acting}
            part = piece._replace(seconds=lasts)
            yield {
                name: _drugged(part, now, population.region)
                for name, population in circuit.populations.items()
            }
            begun += lasts


def prepared(
    state: State, circuit: Circuit, labels: Labels, step: Episode, seed: int
) -> tuple[State, Array, Factors]:
    """Return what an episode starts from: state, stimulus, factors of symbols.

    Raises
    ------
    ValueError
        Light or a drug asks for what this circuit does not have.
    """
    for name in circuit.actuated:
        n = circuit.populations[name].size
        state = state.changed(name, {**closed(n), **_tonic(state, circuit, name)})
    shines = bool(step.lights or step.receptors)
    stimulus = np.array(step.stimulus) if shines else step.stimulus
    free, k = 0, _share(len(step.lights), len(step.receptors))
    lit = [labels[light.label].population for light in step.lights]
    lit += [labels[name].population for name, _ in step.receptors]
    _once(lit)
    for light in step.lights:
        state, courses = _lit(
            state, circuit, labels, light, len(stimulus), seed, free, k
        )
        stimulus[:, _columns(circuit, free, courses.shape[1])] = courses
        free += courses.shape[1]
    for name, receptor in step.receptors:
        state = _engineered(state, circuit, labels, name, receptor, free)
        region = circuit.populations[labels[name].population].region
        told = max(occupancy(state, "CNO"), occupancy(state, f"CNO{WHERE}{region}"))
        stimulus[:, _columns(circuit, free, 2)] = told
        free += 2
    return state, stimulus, _blocked(state, circuit)


def _drug_later(kind: Drug, amounts: Array, seconds: float) -> Array:
    depot, level, fed = amounts
    new = kind.later(np.array([depot, level]), seconds, bool(fed))
    return np.array([*new, fed])


def _drugs(state: State) -> list[str]:
    return [key.partition("/")[2] for key in state.carried if key.startswith("drug/")]


def _opening(state: State, label: Label, seconds: float) -> Callable[[float], float]:
    """Return how far a window is open, times what is left of a label at the end."""

    def left(after_s: float) -> float:
        kept = np.exp(-(seconds - after_s) / float(label.lasts))
        return float(label.open(occupancy(state, label.control, after_s)) * kept)

    return left


def _acts_in_gaps(kind: Drug) -> bool:
    return bool(kind.synthesis or kind.neuromodulation)


def _cut(seconds: float, begun: float, acting: bool) -> Iterator[float]:
    """Yield lengths that grow with the time since the beginning, if a drug acts."""
    left = seconds
    while left > 0:
        lasts = min(left, max(SHORTEST_PIECE_S, begun / 8)) if acting else left
        yield lasts
        left, begun = left - lasts, begun + lasts


def _drugged(piece: Piece, now: dict[str, float], region: str) -> Piece:
    """Return a piece with what drugs leave of synthesis and modulation in a region."""
    for name, share in now.items():
        if _reaches(name, region):
            synthesis = piece.synthesis * (1 - share * drug(name).synthesis)
            modulator = piece.modulator * (1 - share * drug(name).neuromodulation)
            piece = piece._replace(synthesis=synthesis, modulator=modulator)
    return piece


def _reaches(name: str, region: str) -> bool:
    return name.partition(WHERE)[2] in ("", region)


def _tonic(state: State, circuit: Circuit, name: str) -> dict[str, Array]:
    """Return what drugs and lesions hold a population's cells with."""
    population = circuit.populations[name]
    cell: Any = population.cell
    opened = np.zeros(population.size)
    for key in _drugs(state):
        if _reaches(key, population.region):
            opened += occupancy(state, key) * float(drug(key).g_gaba)
    pulled = opened * float(cell.E_inh)
    dead = state.carried.get(f"dead/{name}")
    if dead is not None:
        # Half of what is missing to rest in a step: no input can fire such a cell.
        held = dead * 0.5 * float(cell.C) / STEP_S
        opened, pulled = opened + held, pulled + held * DEAD_V
    reversal = np.divide(pulled, opened, out=np.zeros(len(opened)), where=opened > 0)
    raised = state.carried.get(f"raised/{name}", np.zeros(population.size))
    return {"g_tonic": opened, "E_tonic": reversal, "raised": raised}


def _once(populations: list[str]) -> None:
    """Refuse two constructs in one population: a cell of both has one conductance."""
    for name in populations:
        if populations.count(name) > 1:
            raise ValueError(
                f"Two lights or receptors act on {name} in one episode: one at a time "
                "is possible, so give one label to all the cells, or two episodes."
            )


def _share(lights: int, receptors: int) -> int:
    """Return the levels that each light of an episode may have."""
    k = (COUNT - 2 * receptors) // max(lights, 1)
    if k < FEWEST_LEVELS:
        raise ValueError(
            f"An episode with {lights} lights and {receptors} receptors is too much: "
            f"{COUNT // FEWEST_LEVELS} lights are possible, fewer with receptors."
        )
    return min(k, MOST_LEVELS)


def _columns(circuit: Circuit, first: int, count: int) -> slice:
    begin = circuit.columns.index(OPENS[0]) + first
    return slice(begin, begin + count)


def _lit(
    state: State,
    circuit: Circuit,
    labels: Labels,
    light: Light,
    ticks: int,
    seed: int,
    free: int,
    k: int,
) -> tuple[State, Array]:
    """Let light fall on the cells that carry a label; return the columns it needs."""
    label = labels[light.label]
    opsin = OPSINS[light.opsin]
    much = carries(state, label, light.label)
    n = len(much)
    points = light.tissue.positions(n, stream(seed, "position", label.population))
    shone = light.source.irradiance(float(light.amount), points)
    seen = flux(shone, float(light.source.wavelength))
    seen = seen * opsin.sensitivity(1e9 * float(light.source.wavelength))
    seen = np.where(much > 0, seen, 0.0)
    if not seen.any():  # an empty label, or a fibre below all of its cells
        return state, np.zeros((ticks, 0))
    grid = levels(seen, k)
    lit = np.unique(grid.flux)
    course = light.course(ticks)[:, None] * grid.flux[None, :]
    if len(lit) == 1:  # uniform
        course = course[:, :2]
    opened = opsin.open(course, TICK_S)
    straight = not opsin.rectifies
    new = {
        "g_full": np.where(grid.lower >= 0, much, 0.0) * float(light.conductance),
        "E_open": np.full(n, float(opsin.E)),
        "v_0": np.full(n, STRAIGHT if straight else float(opsin.v_0)),
        "v_1": np.full(n, STRAIGHT if straight else float(opsin.v_1)),
        "below": (free + np.clip(grid.lower, 0, opened.shape[1] - 2)).astype(np.int32),
        "upper": grid.share if len(lit) > 1 else np.zeros(n),
    }
    return state.changed(label.population, new), opened


def _engineered(
    state: State,
    circuit: Circuit,
    labels: Labels,
    name: str,
    receptor: str,
    free: int,
) -> State:
    """Give the cells that carry a label an engineered receptor."""
    label, kind = labels[name], RECEPTORS[receptor]
    much = carries(state, label, name)
    new = {
        "g_full": much * float(kind.g_0),
        "E_open": np.full(len(much), float(kind.E)),
        "below": np.full(len(much), free, dtype=np.int32),
    }
    return state.changed(label.population, new)


def _blocked(state: State, circuit: Circuit) -> Factors:
    """Return the factors of synapses' symbols under drugs that block receptors."""
    factors: dict[tuple[str, str], float] = {}
    for key in _drugs(state):
        kind, share = drug(key), occupancy(state, key)
        if share < GONE or not (kind.nmda or kind.ampa):
            continue
        ampa, nmda = 1 - share * kind.ampa, 1 - share * kind.nmda
        for name, synapse in circuit.synapses({}).items():
            projection = synapse.projection
            region = circuit.populations[projection.post].region
            if "AMPA" in projection.receptor and _reaches(key, region):
                changes = {"w_0": ampa, "nmda": nmda / ampa, "pre_Ca": nmda}
                for symbol, factor in changes.items():
                    before = factors.get((name, symbol), 1.0)
                    factors[name, symbol] = before * factor
    return factors
