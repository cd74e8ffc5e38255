"""A circuit without its values: texts, sizes, dimensions and delays, as plain data.

Generated code follows from this and from nothing else. So the cache of builds goes by
it, and a circuit that a notebook defines reaches the process that generates code.
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..circuits.circuit import Circuit, Rules, Synapse
from ..circuits.function import Function
from ..circuits.projection import Event
from ..circuits.quantity import Quantity
from ..circuits.region import Population

POPULATION = ("name", "size", "equations", "held", "conductance")
CELL = ("threshold", "reset", "refractory", "rest")
DRIVE = ("update", "current")
RULE = ("model", "on_pre", "on_post", "weight")


def outline(circuit: Circuit, rules: Rules) -> dict[str, Any]:
    """Return what the generated code depends on; JSON writes it in one way."""
    return {
        "columns": circuit.columns,
        "traced": circuit.traced,
        "followed": circuit.followed,
        "populations": [_population(p) for p in circuit.populations.values()],
        "projections": [_projection(s) for s in circuit.synapses(rules).values()],
    }


def _population(population: Population) -> dict[str, Any]:
    return {
        **_texts(population, POPULATION),
        "cell": {
            **_texts(population.cell, CELL),
            "functions": _functions(population.cell.functions),
        },
        "drives": [
            {
                **_texts(drive, DRIVE),
                "functions": _functions(drive.functions),
                "links": {name: list(link) for name, link in drive.links.items()},
            }
            for drive in population.drives
        ],
        "symbols": _dimensions(population.symbols),
    }


def _projection(synapse: Synapse) -> dict[str, Any]:
    projection, rule = synapse.projection, synapse.rule
    return {
        "name": synapse.name,
        "pre": projection.pre,
        "post": projection.post,
        "receptor": projection.receptor,
        "delay": float(projection.delay),
        "size": synapse.size,
        "symbols": _dimensions(synapse.symbols),
        "rule": _texts(rule, RULE),
        "events": [[*e, float(getattr(rule, e.delay))] for e in rule.extra_pre],
        "functions": _functions(rule.functions),
    }


def _functions(functions: Mapping[str, Function]) -> dict[str, Any]:
    return {
        name: [function.cpp, function.units, function.returns]
        for name, function in functions.items()
    }


def _texts(described: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(described, name) for name in names}


def _dimensions(symbols: Mapping[str, Quantity | float]) -> list[list[str]]:
    return [
        [name, value.dimension if isinstance(value, Quantity) else "1"]
        for name, value in symbols.items()
    ]


class Outlined:
    """Stands in for a circuit where its network is built: all its values are zero."""

    def __init__(self, told: dict[str, Any]) -> None:
        """Read what ``outline`` returned."""
        self.columns = tuple(told["columns"])
        self.traced = tuple(told["traced"])
        self.followed = tuple(map(tuple, told["followed"]))
        self.populations = {p["name"]: _cells(p) for p in told["populations"]}
        self._synapses = {p["name"]: _synapses(p) for p in told["projections"]}

    def synapses(self, rules: object = None) -> dict[str, Any]:
        return self._synapses

    def symbols(self) -> dict[str, Any]:
        owners = {**self.populations, **self._synapses}
        return {name: owner.symbols for name, owner in owners.items()}

    def wiring(self) -> dict[str, Any]:
        """Return connections of the right number, all between the first cells."""
        return {
            name: (np.zeros(s.size, dtype=np.int32),) * 2
            for name, s in self._synapses.items()
        }


def _cells(told: dict[str, Any]) -> Any:
    texts = told["cell"] | {"functions": _callable(told["cell"]["functions"])}
    if texts["rest"]:
        texts[texts["rest"]] = _zero("volt")
    cell = SimpleNamespace(**texts)
    drives = [
        SimpleNamespace(**drive | {"functions": _callable(drive["functions"])})
        for drive in told["drives"]
    ]
    return SimpleNamespace(
        **{name: told[name] for name in POPULATION},
        cell=cell,
        drives=drives,
        symbols=_zeros(told["symbols"]),
    )


def _synapses(told: dict[str, Any]) -> Any:
    rule = SimpleNamespace(
        **told["rule"],
        extra_pre=[Event(*event[:-1]) for event in told["events"]],
        start={},
        functions=_callable(told["functions"]),
    )
    for *_, delay, seconds in told["events"]:
        setattr(rule, delay, Quantity(seconds, "second", ""))
    projection = SimpleNamespace(
        name=told["name"],
        pre=told["pre"],
        post=told["post"],
        receptor=told["receptor"],
        delay=Quantity(told["delay"], "second", ""),
    )
    return SimpleNamespace(
        name=told["name"],
        size=told["size"],
        projection=projection,
        rule=rule,
        symbols=_zeros(told["symbols"]),
    )


def _callable(functions: dict[str, Any]) -> dict[str, Function]:
    return {name: Function(_never_called, *told) for name, told in functions.items()}


def _zeros(dimensions: list[list[str]]) -> dict[str, Quantity | float]:
    return {name: 0.0 if unit == "1" else _zero(unit) for name, unit in dimensions}


def _zero(unit: str) -> Quantity:
    return Quantity(0.0, unit, "")


def _never_called(*arguments: object) -> None:
    """Stand where compiled code has a function of its own."""
