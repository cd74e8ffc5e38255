"""What is wrong with a file, in words: where, what was given, what is allowed.

steps[3].light.label: 'engrm'; there is no such label: did you mean 'engram'? …
└─ where: steps are counted from 1   └─ what was given   └─ what is allowed
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from .composed_words import EXAMPLES, Shining, Word, no_such

TABLES = ("title", "seed", "settings", "labels", "fibres", "steps", "arms", "measures")
LONGEST = 60  # of what is repeated to the user

WANTED = {
    "string_type": "a text in quotes is wanted",
    "int_type": "a whole number is wanted",
    "float_type": "a number is wanted",
    "finite_number": "a number is wanted",
    "bool_type": "true or false is wanted",
    "list_type": "a list is wanted, as in [...]",
    "dict_type": "a table is wanted, as in { key = value }",
    "model_type": "a table is wanted, as in { key = value }",
    "model_attributes_type": "a table is wanted, as in { key = value }",
    "none_required": "leave it out: this step has the name of its word",
    "too_short": "at least one is wanted",
}
# A key that belongs elsewhere.
BELONGS = {
    "opsin": "an opsin belongs to its label: write it as [labels.NAME] opsin = …",
    "power": "the power belongs to a fibre: write it as [fibres.NAME] power = …",
    "wavelength": "it belongs to a fibre: write it as [fibres.NAME] wavelength = …",
}


class Mistake(NamedTuple):
    """Something that cannot be: where, what was given, what is allowed."""

    path: str
    given: str
    allowed: str

    def __str__(self) -> str:
        given = f"{self.given}; " if self.given else ""
        return f"{self.path}: {given}{self.allowed}"


class ExperimentError(ValueError):
    """All that is wrong with a file, a line each."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        in_order = sorted(mistakes, key=lambda mistake: _place(mistake.path))
        self.lines = tuple(dict.fromkeys(map(str, in_order)))
        super().__init__("\n".join(self.lines))


def misread(path: str, raw: Any, one: dict[str, Any], kind: type[Word]) -> Mistake:
    """Return what pydantic found, in the words of the file."""
    loc, what, given = one["loc"], str(one["type"]), one["input"]
    where = _path(path, raw, loc)
    context = one.get("ctx") or {}
    if what == "extra_forbidden":
        key = str(loc[-1])
        if key in BELONGS:
            return Mistake(where, shown(given), BELONGS[key] + ".")
        inner = Shining if "light" in loc[:-1] else kind
        keys = [name for name in inner.model_fields if name != "do"]
        return Mistake(where, shown(given), no_such("key", key, keys))
    if what == "missing":
        example = EXAMPLES.get(str(loc[-1]), "…")
        way = f"it is missing: write it as in {loc[-1]} = {example}."
        return Mistake(where, "", way)
    if what == "value_error":
        return Mistake(where, shown(given), ended(told(given, context["error"])))
    limits = {"greater_than": "above", "greater_than_equal": "of at least"}
    limits |= {"less_than": "below", "less_than_equal": "of at most"}
    if what in limits:
        way = f"a number {limits[what]} {next(iter(context.values())):g} is wanted"
    else:
        way = WANTED.get(what, str(one["msg"]).lower())
    return Mistake(where, shown(given), ended(way))


def shown(given: Any) -> str:
    """Return what was given as the file has it, shortened; nothing for None."""
    if given is None:
        return ""
    if isinstance(given, (dict, list)):
        return "a table" if isinstance(given, dict) else "a list"
    if isinstance(given, bool):
        return str(given).lower()
    text = repr(given) if isinstance(given, str) else str(given)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def told(given: object, problem: Exception) -> str:
    """Return what a value was refused with, without the value itself."""
    said = str(problem.args[0])
    for head in (repr(given), str(given)):
        if head and said.startswith(head):
            rest = said[len(head) :]
            return rest[2:] if rest.startswith((": ", "; ")) else f"it{rest}"
    return said


def joined(path: str, key: str) -> str:
    """Return the path of a key, in quotes where TOML wants them."""
    return f"{path}.{key_of(key)}"


def key_of(key: str) -> str:
    """Return a key, in quotes where TOML wants them."""
    return key if re.fullmatch(r"[\w-]+", key, re.ASCII) else f'"{key}"'


def _path(path: str, raw: Any, loc: tuple[Any, ...]) -> str:
    """Return a path of pydantic's as the file has it; lists are counted from 1."""
    here = raw
    for key in loc:
        if isinstance(key, int):
            if isinstance(here, list):
                path, here = f"{path}[{key + 1}]", here[key]
        else:
            path = joined(path, str(key))
            here = here.get(key) if isinstance(here, dict) else None
    return path


def _place(path: str) -> tuple[int, int]:
    """Return where in the file a mistake is, as far as that is known."""
    found = re.match(r"(\w+)(?:\[(\d+)\])?", path)
    head, number = (found[1], found[2]) if found else ("", None)
    return TABLES.index(head) if head in TABLES else -1, int(number or 0)


def ended(text: str) -> str:
    """Return a text with a stop at its end."""
    return text if text.endswith((".", "?", "!")) else f"{text}."
