"""The rules by the names under which the command line knows them."""

from dataclasses import MISSING, fields
from inspect import isclass
from typing import Any

from .. import plasticity
from ..circuits.parameters import unknown
from ..circuits.projection import Rule


def rules() -> dict[str, Rule]:
    """Return every rule with the values it starts from, and the published other sets.

    A set is named after its rule, as in ``graupner-brunel:cortical-slices``.
    """
    found: dict[str, Rule] = {}
    for kind in vars(plasticity).values():
        if isclass(kind) and issubclass(kind, Rule) and _whole(kind):
            module = getattr(plasticity, kind.__module__.rpartition(".")[2])
            name = name_of(kind)
            found[name] = kind()
            sets: dict[str, Any] = getattr(module, "SETS", {})
            found |= {f"{name}:{key}": rule for key, rule in sets.items()}
    return found


def name_of(kind: type[Rule]) -> str:
    """Return the name of a rule, that of its file."""
    return kind.__module__.rpartition(".")[2].replace("_", "-")


def _whole(kind: type[Rule]) -> bool:
    """Tell whether a rule can be made without being given a part."""
    return all(f.default is not MISSING for f in fields(kind))


def find(name: str) -> Rule:
    """Return the rule, or the set of one, of this name."""
    known = rules()
    if name not in known:
        raise KeyError(unknown("rule", name, list(known)))
    return known[name]
