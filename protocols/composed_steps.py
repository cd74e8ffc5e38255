"""Reads the steps of an experiment, and gives each a name."""

from contextlib import suppress
from typing import Any, NamedTuple

from .composed_reader import Reader, counted
from .composed_text import START
from .composed_words import WORDS, Step, no_such


class Placed(NamedTuple):
    """A step with its name, and where in the file it stands."""

    path: str
    name: str
    step: Step
    raw: dict[str, Any]
    base: "Placed | None" = None  # the common step that an arm changes


def read_step(reader: Reader, path: str, raw: Any) -> Step | None:
    """Return a step, or None and what is wrong with it."""
    if not isinstance(raw, dict):
        reader.say(path, raw, "a table is wanted, as in { do = 'visit', … }")
        return None
    if "do" not in raw:
        words = ", ".join(WORDS)
        reader.say(f"{path}.do", None, f"say what is done: one of {words}")
        return None
    if raw["do"] not in list(WORDS):  # whatever it is
        given = raw["do"]
        said = no_such("word of a step", str(given), list(WORDS))
        reader.say(f"{path}.do", given, said)
        return None
    return reader.word(path, raw, WORDS[raw["do"]])


def read_steps(reader: Reader) -> tuple[list[Placed], list[str], bool]:
    """Return the common steps that are right, and the names of all.

    Last, whether the names of all steps are known.
    """
    read = [
        (path, raw, read_step(reader, path, raw))
        for path, raw in counted("steps", reader.rows("steps"))
    ]
    if not read and "steps" not in reader.data:
        reader.say("steps", None, START)
    taken: set[str] = set()
    for path, raw, _ in read:
        name = raw.get("name") if isinstance(raw, dict) else None
        if isinstance(name, str):
            if name in taken:
                reader.say(f"{path}.name", name, "another step has this name already")
            taken.add(name)
    placed, names, whole = [], list[str](), True
    for path, raw, step in read:
        called = _called(raw, step)
        name = raw.get("name") if isinstance(raw, dict) else None
        if called is not None:
            name = name or free_name(called, taken)
        if not isinstance(name, str):
            whole = False
            continue
        taken.add(name)
        names.append(name)
        if step is not None:
            placed.append(Placed(path, name, step, raw))
    return placed, names, whole


def _called(raw: Any, step: Step | None) -> str | None:
    """Return the name of a step that has none, even if something is wrong with it."""
    if step is not None:
        return step.called
    if isinstance(raw, dict) and raw.get("do") in list(WORDS):
        with suppress(AttributeError):
            return WORDS[raw["do"]].model_construct(**raw).called
    return None


def free_name(name: str, taken: set[str]) -> str:
    """Return a name that no other step has."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free
