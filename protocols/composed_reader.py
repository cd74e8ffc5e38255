"""Reads tables of a file as words, and collects what is wrong with them.

    a table of a file ─▶ a word, or None and its mistakes

Mistakes are kept in the order in which they are met.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import ValidationError

from .composed_mistakes import Mistake, ended, joined, misread, shown
from .composed_words import Word

W = TypeVar("W", bound=Word)


def counted(path: str, rows: list[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the tables of a list, each with where it stands, from 1 on."""
    for number, row in enumerate(rows, 1):
        yield f"{path}[{number}]", row


class Reader:
    """Goes through the tables of a file and collects its mistakes."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.found: list[Mistake] = []

    def say(self, path: str, given: Any, allowed: str) -> None:
        """Note a mistake."""
        self.found.append(Mistake(path, shown(given), ended(allowed)))

    def scalar(self, key: str, kind: type, wanted: str) -> Any:
        """Return a single value, or the empty one."""
        value = self.data.get(key, kind())
        if type(value) is not kind:
            self.say(key, value, wanted)
            return kind()
        return value

    def table(self, key: str) -> dict[str, Any]:
        """Return a table of tables, which may be missing."""
        value = self.data.get(key, {})
        if isinstance(value, dict):
            return value
        self.say(key, value, f"a table is wanted, as in [{key}] or [{key}.NAME]")
        return {}

    def rows(self, key: str) -> list[Any]:
        """Return a list of tables, which may be missing."""
        value = self.data.get(key, [])
        if isinstance(value, list):
            return value
        self.say(key, value, f"a list of tables is wanted: write each as [[{key}]]")
        return []

    def words(self, key: str, kind: type[W]) -> dict[str, W | None]:
        """Return named words; None where one is wrong."""
        found = {}
        for name, raw in self.table(key).items():
            path = joined(key, name)
            if not _fair(name):
                self.say(path, name, "a name without '/' is wanted")
            found[name] = self.word(path, raw, kind)
        return found

    def word(self, path: str, raw: Any, kind: type[W]) -> W | None:
        """Return a word, or None and what is wrong with it."""
        try:
            return kind.model_validate(raw)
        except ValidationError as problem:
            found = problem.errors(include_url=False)
            for one in found:
                self.found.append(misread(path, raw, dict(one), kind))
        surplus = [one["loc"] for one in found if one["type"] == "extra_forbidden"]
        if len(surplus) < len(found):
            return None
        return kind.model_validate(_without(raw, surplus))  # to judge the rest of it


def _without(raw: Any, paths: Iterable[tuple[Any, ...]]) -> Any:
    """Return a table without some keys; a single light is no list in it."""
    left = deepcopy(raw)
    for loc in paths:
        here = left
        for key in loc[:-1]:
            here = here if isinstance(key, int) != isinstance(here, list) else here[key]
        here.pop(loc[-1], None)
    return left


def _fair(name: str) -> bool:
    return bool(name.strip()) and "/" not in name and name != "."
