"""Two rules on one projection: lasting change, and release from spike to spike.

The weight of the long-term rule stands for w_0 in that of the short-term rule, so that
the factors multiply:

    long_term    w_0 strength
    short_term   w_0 released/U   ->   (w_0 strength) short_released/short_U

A spike runs the code of the long-term rule, then that of the other, and then reads the
weight. The long-term rule keeps its names, so that what reads its variables still does;
all names of the other begin with ``short_``. In a gap each rests by itself.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from ..circuits.projection import Array, Ids, Rule, SharedRule, State, code
from ..circuits.quantity import Quantity

T = TypeVar("T")

PREFIX = "short_"
DECLARED = re.compile(r"^\s*(?:d(?=\w+/dt))?(\w+)", re.M)
ASSIGNED = re.compile(r"^\s*(\w+)\s*[-+*/]?=", re.M)


def renamed(text: str, names: Iterable[str]) -> str:
    """Return text in which the prefix stands before these names, as whole words.

    >>> renamed("du/dt = -u/tau_u : 1", ["u"])
    'dshort_u/dt = -short_u/tau_u : 1'
    """
    known = set(names)

    def new(found: re.Match[str]) -> str:
        d, name = found.groups(default="")
        return f"{d}{PREFIX}{name}" if name in known else found[0]

    return re.sub(r"\b(d(?=\w+/dt\b))?(\w+)\b", new, text)


def own_names(rule: Rule) -> set[str]:
    """Return the variables and symbols of a rule, and what its code calls results."""
    text = code(rule)
    results = ASSIGNED.findall(text)
    own = {name for name in results if not name.endswith(("_pre", "_post"))}
    return {*own, *DECLARED.findall(rule.model), *rule.symbols(text)}


@dataclass(frozen=True, kw_only=True)
class Combined(Rule):
    """A long-term rule whose weight a short-term rule scales.

    What other rules declare in their class, this one composes for each instance.
    """

    long_term: Rule
    short_term: Rule

    def __post_init__(self) -> None:
        """Refuse rules that cannot share a synapse; compose the others."""
        first, second = self.long_term, self.short_term
        for rule in (first, second):
            if isinstance(rule, SharedRule):
                raise ValueError(
                    f"{type(rule).__name__} shares proteins among projections and "
                    "cannot be combined: give it a projection of its own."
                )
        if isinstance(first, Combined):
            raise ValueError(
                "A combination cannot be the long_term rule: make it the short_term "
                "one, which may be a combination."
            )
        for name in first.functions.keys() & second.functions.keys():
            if first.functions[name] != second.functions[name]:
                raise ValueError(f"Both rules have a function {name!r}: rename one.")
        for name, value in {**self._texts(), **self._lists()}.items():
            object.__setattr__(self, name, value)

    def symbols(self, text: str) -> dict[str, Quantity | float]:
        """Return the symbols of both rules in ``text``, under their names there."""
        words = " ".join(re.findall(rf"\b{PREFIX}(\w+)", text))
        second = _prefixed(self.short_term.symbols(words))
        return {**self.long_term.symbols(text), **second}

    def settled(self, state: State, cells: State, post: Ids) -> State:
        """Write down for each rule what target cells hold for it."""
        first, second = _parted(state)
        after = dict(self.long_term.settled(first, cells, post))
        return after | _prefixed(self.short_term.settled(second, cells, post))

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let each rule rest by itself, the long-term one first."""
        first, second = _parted(state)
        after = self.long_term.rest(first, seconds, post, rng)
        return after | _prefixed(self.short_term.rest(second, seconds, post, rng))

    def _texts(self) -> dict[str, str]:
        first, second = self.long_term, self.short_term
        names = own_names(second)
        texts = {
            part: _lines(getattr(first, part), renamed(getattr(second, part), names))
            for part in ("model", "on_pre", "on_post")
        }
        weight = renamed(second.weight, names)
        texts["weight"] = re.sub(r"\bw_0\b", f"({first.weight})", weight)
        return texts

    def _lists(self) -> dict[str, Any]:
        first, second = self.long_term, self.short_term
        names = own_names(second)
        events = [
            e._replace(
                name=PREFIX + e.name,
                code=renamed(e.code, names),
                delay=PREFIX + e.delay,
            )
            for e in second.extra_pre
        ]
        # The builder asks the rule itself for the delays of its events.
        delays = {e.delay: getattr(second, e.delay) for e in second.extra_pre}
        return {
            "extra_pre": (*first.extra_pre, *events),
            "start": {**first.start, **_prefixed(second.start)},
            "clocks": (*first.clocks, *(PREFIX + clock for clock in second.clocks)),
            "functions": {**first.functions, **second.functions},
            "needs": tuple(dict.fromkeys((*first.needs, *second.needs))),
            **{e.delay: getattr(first, e.delay) for e in first.extra_pre},
            **_prefixed(delays),
        }


def _lines(*texts: str) -> str:
    """Return texts as one, without the blank lines that a model may not have."""
    lines = (line.strip() for text in texts for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _parted(state: State) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the variables of the long-term and of the short-term rule."""
    first = {n: x for n, x in state.items() if not n.startswith(PREFIX)}
    second = {n[len(PREFIX) :]: x for n, x in state.items() if n.startswith(PREFIX)}
    return first, second


def _prefixed(named: Mapping[str, T]) -> dict[str, T]:
    return {PREFIX + name: value for name, value in named.items()}
