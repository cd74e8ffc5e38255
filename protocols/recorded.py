"""What protocols keep of a run besides spikes: weights, the animal's path."""

from typing import Any

import numpy as np

from ..circuits.circuit import Circuit, Rules, stream
from ..plasticity import TaggingCapture
from ..simulation.experiment import ArmResult
from ..simulation.recording import PopulationInfo, Signal, Span, Trace, Weights
from ..simulation.state import wire, wired
from ..simulation.timeline import Episode, Step


def population_table(circuit: Circuit) -> dict[str, PopulationInfo]:
    """Return what a reader of the file needs to know of every population."""
    return {
        name: PopulationInfo(p.size, p.region, p.cell_type, p.transmitter)
        for name, p in circuit.populations.items()
    }


def synaptic_weights(
    circuit: Circuit,
    rules: Rules,
    result: ArmResult,
    moments: dict[str, str],
    projections: tuple[str, ...],
) -> dict[str, dict[str, Weights]]:
    """Return the synapses of some projections after some steps, {moment: step}.

    Each is brought from its last event to that moment, with the noise of its rule.
    """
    wiring = wire(circuit, rules, result.seed, projections)
    synapses = circuit.synapses(rules)
    found: dict[str, dict[str, Weights]] = {name: {} for name in projections}
    for moment, step in moments.items():
        state = result.state(step)
        for name in projections:
            rule, w_0 = synapses[name].rule, synapses[name].symbols["w_0"]
            volts = getattr(w_0, "dimension", "") == "volt"
            size, unit = float(w_0) * (1e3 if volts else 1e9), "mV" if volts else "nS"
            ends = wired(wiring, state)[name]
            pre, post = (ids.astype(np.uint32) for ids in ends)
            rng = stream(result.seed, "reading", step, name)
            cells = state.variables[synapses[name].projection.post]
            variables = rule.settled(state.variables.get(name, {}), cells, ends[1])
            variables = rule.rest(variables, 0.0, ends[1], rng)
            relative = rule.relative(variables) if variables else np.ones(len(pre))
            parts: dict[str, Any] = {}
            if isinstance(rule, TaggingCapture):
                parts = {"early": variables["h"], "late": variables["z"]}
                parts["tagged"] = rule.tagged(variables)
            found[name][moment] = Weights(
                pre, post, size * relative, **parts, unit=unit
            )
    return found


def whereabouts(
    circuit: Circuit, steps: tuple[Step, ...], timeline: tuple[Span, ...]
) -> Trace:
    """Return the animal's position in all episodes, every 20 ms."""
    x, y = circuit.columns.index("x"), circuit.columns.index("y")
    times: list[Any] = []
    places: list[Any] = []
    for step, span in zip(steps, timeline, strict=True):
        if isinstance(step, Episode):
            every = step.stimulus[::20]
            times.append(span.start_s + np.arange(len(every)) * 0.02)
            places.append(every[:, [x, y]])
    return Trace(np.concatenate(times), np.concatenate(places))


def shown(
    circuit: Circuit,
    column: str,
    steps: tuple[Step, ...],
    timeline: tuple[Span, ...],
) -> dict[str, Signal]:
    """Return a column of the stimulus, of the episodes in which it is not all zero."""
    index = circuit.columns.index(column)
    return {
        f"{column} {span.name}": Signal(
            step.stimulus[:, index].copy(), 1000.0, span.start_s, "1"
        )
        for step, span in zip(steps, timeline, strict=True)
        if isinstance(step, Episode) and step.stimulus[:, index].any()
    }
