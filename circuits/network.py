"""Brian2 objects made from a circuit's description: the only place that makes them.

The compiled binary, the runtime backend and a modeller's notebook all run what stands
here. Groups bear the names of populations, synapses those of projections.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import brian2 as b2
import numpy as np
from brian2.core.functions import Function as BrianFunction

from .circuit import Circuit, Rules, Synapse, connect, noise_key, stream
from .drives import COLUMNS
from .function import Function
from .projection import RECEPTORS
from .quantity import Quantity
from .region import NOISE_KEY, Population

STEP = 0.2 * b2.ms
TICK = 1 * b2.ms
FOLLOWS = 100  # steps between two values of what is followed
CAPACITY = 100_000  # rows of the stimulus, one a tick: the longest single run is 100 s


class Clocks(NamedTuple):
    """One clock for all steps and one for all ticks; more of them cost time."""

    steps: b2.Clock
    ticks: b2.Clock


def declared(symbols: dict[str, Quantity | float]) -> str:
    """Declare symbols as shared variables: a changed value then compiles nothing."""
    lines = []
    for name, value in symbols.items():
        unit = value.dimension if isinstance(value, Quantity) else "1"
        lines.append(f"{name} : {unit} (shared, constant)")
    return "\n" + "\n".join(lines)


def assign(group: Any, symbols: dict[str, Quantity | float]) -> None:
    """Set shared variables."""
    for name, value in symbols.items():
        setattr(group, name, _brian(value))


def build(circuit: Circuit, rules: Rules, wiring: dict[str, Any]) -> b2.Network:
    """Build the network; ``wiring`` holds (pre, post) of every projection.

    The stimulus and the state are left at zero: an episode sets them.
    """
    with _nothing_compiled():
        return _build(circuit, rules, wiring)


@contextmanager
def _nothing_compiled() -> Iterator[None]:
    """Set variables by numpy: cython would compile minutes for what runs once."""
    names = "codegen.target", "codegen.string_expression_target"
    kept = {name: b2.prefs[name] for name in names}
    try:
        for name in names:
            b2.prefs[name] = "numpy"
        yield
    finally:
        for name, value in kept.items():
            b2.prefs[name] = value


def _build(circuit: Circuit, rules: Rules, wiring: dict[str, Any]) -> b2.Network:
    clocks = Clocks(b2.Clock(STEP, name="steps"), b2.Clock(TICK, name="ticks"))
    shown = looking(circuit.columns)
    groups = {
        name: group(population, shown, clocks)
        for name, population in circuit.populations.items()
    }
    for name, population in circuit.populations.items():
        for drive in population.drives:
            for variable, (owner, its) in drive.links.items():
                setattr(groups[name], variable, b2.linked_var(groups[owner], its))
    synapses = [
        join(synapse, groups, wiring[name], clocks, shown)
        for name, synapse in circuit.synapses(rules).items()
    ]
    monitors = [
        b2.SpikeMonitor(cells, name=f"{name}_spikes") for name, cells in groups.items()
    ]
    return b2.Network(*groups.values(), *synapses, *monitors)


def looking(columns: tuple[str, ...], rows: int = CAPACITY) -> dict[str, Any]:
    """Return the names by which code reads a stimulus of these columns, all zero."""
    values = np.zeros((rows, len(columns)))
    places = {f"at_{name}": index for index, name in enumerate(columns)}
    stimulus = b2.TimedArray(values, dt=TICK, name="stimulus")
    return {"stimulus": stimulus, "tick": TICK, **places}


def group(
    population: Population, shown: dict[str, Any], clocks: Clocks
) -> b2.NeuronGroup:
    """Build the cells of one population, with their drives.

    ``shown`` is what `looking` returns, for a circuit's columns.
    """
    cell, symbols = population.cell, population.symbols
    cells = b2.NeuronGroup(
        population.size,
        population.equations + declared(symbols),
        threshold=cell.threshold,
        reset=cell.reset,
        refractory=cell.refractory or False,
        method="euler",
        clock=clocks.steps,
        namespace=shown | _functions([cell, *population.drives]),
        name=population.name,
    )
    assign(cells, symbols)
    if cell.rest:
        cells.v = _brian(getattr(cell, cell.rest))
    updates = [drive.update for drive in population.drives if drive.update]
    currents = [drive.current for drive in population.drives if drive.current]
    current = " + ".join(currents) or "0*amp"
    held = [f"{population.held} = {current}"]
    if population.conductance:
        held.append(f"g_held = {population.conductance}")
    cells.run_regularly(
        "\n".join([*updates, *held]),
        clock=clocks.ticks,
        when="before_groups",
        name=f"{population.name}_drive",
    )
    return cells


def join(
    synapse: Synapse,
    groups: dict[str, b2.NeuronGroup],
    wiring: tuple[Any, Any],
    clocks: Clocks,
    shown: dict[str, Any] | None = None,
) -> b2.Synapses:
    """Build the synapses of one projection under its rule.

    Without ``shown``, which is what `looking` returns, no drug is in the bath.
    """
    projection, rule = synapse.projection, synapse.rule
    symbols = synapse.symbols
    arrival = {"transmit": rule.on_pre + _opening(projection.receptor, rule.weight)}
    delays = {"transmit": _brian(projection.delay)}
    for event in rule.extra_pre:
        arrival[event.name] = event.code
        delays[event.name] = _brian(getattr(rule, event.delay))
    built = b2.Synapses(
        groups[projection.pre],
        groups[projection.post],
        rule.model + declared(symbols),
        on_pre=arrival,
        on_post=rule.on_post or None,
        delay=delays,
        namespace=(shown or looking(COLUMNS, rows=1)) | _functions([rule]),
        method="euler",
        name=projection.name,
        clock=clocks.steps,
    )
    built.connect(i=wiring[0], j=wiring[1])
    assign(built, symbols)
    for name, value in rule.start.items():
        setattr(built, name, value)
    return built


def runnable(circuit: Circuit, rules: Rules, seed: int) -> b2.Network:
    """Build a network that runs as it is: the animal of this seed, at rest in A."""
    wiring = {
        name: connect(synapse, stream(seed, "wiring", name))
        for name, synapse in circuit.synapses(rules).items()
    }
    network = build(circuit, rules, wiring)
    key(network, circuit, seed)
    for name, population in circuit.populations.items():
        for drive in population.drives:
            rng = stream(seed, "drive", name, type(drive).__name__)
            drawn = drive.start(population.size, rng)
            drawn |= drive.enter(population.size, stream(seed, "place", "A", name))
            for variable, values in drawn.items():
                network[name].variables[variable].set_value(values)
    return network


def key(network: b2.Network, circuit: Circuit, seed: int) -> None:
    """Give every population the key of its own deviates."""
    for name, population in circuit.populations.items():
        if NOISE_KEY in population.symbols:
            setattr(network[name], NOISE_KEY, noise_key(seed, name))


def _opening(receptor: str, weight: str) -> str:
    """Return the code by which a spike acts through the receptors of a projection."""
    return "".join(f"\n{line.format(weight=weight)}" for line in RECEPTORS[receptor])


def _functions(owners: Iterable[Any]) -> dict[str, BrianFunction]:
    """Return what the code of some rules or drives calls, by name."""
    return {
        name: _function(function)
        for owner in owners
        for name, function in owner.functions.items()
    }


def _function(function: Function) -> BrianFunction:
    made = BrianFunction(
        function.python,
        arg_units=[_unit(unit) for unit in function.units],
        return_unit=_unit(function.returns),
        auto_vectorise=True,
        stateless=False,
    )
    made.implementations.add_numpy_implementation(function.python)
    made.implementations.add_implementation("cpp", function.cpp)
    return made


def _unit(words: str) -> Any:
    over, _, under = words.partition("/")
    unit = 1 if over == "1" else getattr(b2, over)
    return unit / getattr(b2, under) if under else unit


def _brian(value: Quantity | float) -> Any:
    if isinstance(value, Quantity):
        return value.value * _unit(value.dimension)
    return value
