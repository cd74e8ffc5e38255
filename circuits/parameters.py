"""Parameters that carry their meaning and their source."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any, NamedTuple, Self

from .quantity import Quantity, like, plain, quantity


def symbol(meaning: str) -> Any:
    """Declare a parameter that a model needs, and say what it means."""
    return field(metadata={"meaning": meaning})


@dataclass(frozen=True)
class Source:
    """Where values come from. Called with a value, it declares a cited field."""

    cite: str
    doi: str = ""

    def __call__(self, value: Any, meaning: str = "") -> Any:
        """Declare a field; text such as ``"9.5 ms"`` becomes a quantity."""
        told = {"meaning": meaning} if meaning else {}
        default = quantity(value) if isinstance(value, str) else value
        return field(default=default, metadata={"source": self, **told})

    def name(self, value: str, meaning: str = "") -> Any:
        """Declare a field that holds a word rather than a quantity."""
        told = {"meaning": meaning} if meaning else {}
        return field(default=value, metadata={"source": self, **told})


ASSUMED = Source("assumed")


class Row(NamedTuple):
    """One line of a paper's table of parameters."""

    symbol: str
    value: str
    meaning: str
    source: str
    doi: str


LIMITS: dict[str, Callable[[float], bool]] = {
    "a value above 0": lambda x: x > 0,
    "0 or more": lambda x: x >= 0,
    "at least 1": lambda x: x >= 1,
    "a share from 0 to 1": lambda x: 0 <= x <= 1,
    "a value from -1 to 0": lambda x: -1 <= x <= 0,
}


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """A set of parameters. Its field names are the symbols of its equations."""

    def symbols(self, text: str) -> dict[str, Quantity | float]:
        """Return the parameters that are symbols in ``text``, with their values."""
        used = set(re.findall(r"\w+", text))
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if name in used}

    def must_be(self, wanted: str, *names: str) -> None:
        """Refuse parameters that are not ``wanted``, one of `LIMITS`."""
        for name in names:
            value = getattr(self, name)
            if not LIMITS[wanted](float(value)):
                raise ValueError(f"{name}={value}: {wanted} is wanted.")

    def table(self, prefix: str = "") -> Iterator[Row]:
        """Yield every parameter here and below, with meaning and source."""
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, Parameters):
                yield from value.table(f"{prefix}{f.name}.")
            elif value is not None and not isinstance(value, tuple):
                source = f.metadata.get("source", ASSUMED)
                meaning = _meaning(type(self), f.name)
                yield Row(prefix + f.name, str(value), meaning, source.cite, source.doi)

    def part(self, path: str) -> Any:
        """Return the value, or the group of them, at a dotted path."""
        head, dot, tail = path.partition(".")
        names = [f.name for f in fields(self)]
        if head not in names:
            raise KeyError(unknown("parameter", head, names))
        here = getattr(self, head)
        if not dot:
            return here
        if not isinstance(here, Parameters):
            raise KeyError(f"{head} is a single value; it has no part {tail!r}.")
        return here.part(tail)

    def with_value(self, path: str, text: str) -> Self:
        """Return a copy in which the parameter at the dotted ``path`` is changed.

        Raises
        ------
        KeyError
            No such parameter; the message names the nearest one.
        ValueError
            The text is no value of the kind or dimension that stands there.
        """
        here = self.part(path)
        head, _, tail = path.partition(".")
        if tail:
            return replace(self, **{head: getattr(self, head).with_value(tail, text)})
        return replace(self, **{head: _read(head, here, text)})


def unknown(kind: str, given: str, allowed: list[str]) -> str:
    """Say that a name is not known, and which ones are."""
    near = [name for name in allowed if name.casefold() == given.casefold()]
    near = near or get_close_matches(given, allowed, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"No {kind} {given!r}: {hint}There are {', '.join(sorted(allowed))}."


def _read(name: str, here: Any, text: str) -> Any:
    if isinstance(here, Quantity):
        return like(here, text)
    if isinstance(here, Parameters):
        parts = ", ".join(f.name for f in fields(here))
        raise ValueError(f"{name} is a group; set one of its parts: {parts}.")
    if isinstance(here, str):
        return text
    try:
        read = type(here)(plain(text))
        finite = math.isfinite(read)
    except (ValueError, OverflowError):
        finite = False
    if not finite:
        kind = "a whole number" if isinstance(here, int) else "a plain number"
        raise ValueError(f"{name}={text}: {kind} is wanted, as in {here}.")
    return read


def _meaning(kind: type, name: str) -> str:
    """Return what a parameter means, as said by the nearest class that says it."""
    for base in kind.__mro__:
        told = getattr(base, "__dataclass_fields__", {}).get(name)
        if told is not None and "meaning" in told.metadata:
            return str(told.metadata["meaning"])
    return ""
