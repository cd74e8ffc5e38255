"""Reads the arms of an experiment: how each differs from the common steps."""

from collections.abc import Iterator
from typing import Any

from .composed_mistakes import joined
from .composed_reader import Reader, counted
from .composed_steps import Placed, free_name, read_step
from .composed_words import LASTING, Group, LeftOut, no_such

ONLY_ARM = "animals"  # of a file that has no arms
NOT_ARMS = ("measures", "spikes")  # parts of the results' file


def read_arms(reader: Reader) -> dict[str, Group | None]:
    """Return the arms, of which there is at least one."""
    arms = reader.words("arms", Group)
    for name in arms.keys() & set(NOT_ARMS):
        reader.say(joined("arms", name), name, "no arm can be called that")
    return arms or {ONLY_ARM: Group()}


def read_timeline(
    reader: Reader,
    arm: str,
    group: Group,
    common: list[Placed],
    names: list[str],
    whole: bool,
) -> Iterator[Placed]:
    """Yield the steps of an arm; ``whole`` if ``names`` are those of all steps."""
    home = joined("arms", arm)

    def must_exist(path: str, name: str) -> bool:
        if name not in names and whole:
            reader.say(path, name, no_such("step", name, names))
        return name in names

    for name in group.change:
        must_exist(joined(f"{home}.change", name), name)
    for name in group.leave_out:
        if must_exist(f"{home}.leave_out", name) and name in group.change:
            reader.say(f"{home}.leave_out", name, "it is changed as well: do one")
    inserted: dict[str, list[Placed]] = {}
    taken = {*names} - {*group.leave_out}
    for path, raw in counted(f"{home}.insert", group.insert):
        where = [key for key in ("after", "before") if key in raw]
        if len(where) != 1:
            reader.say(path, None, "say where: after = 'the name of a step', or before")
            continue
        anchor, rest = str(raw[where[0]]), {**raw}
        del rest[where[0]]
        known = must_exist(f"{path}.{where[0]}", anchor)
        step = read_step(reader, path, rest)
        if step is None or not known:
            continue
        if step.name in taken:
            reader.say(f"{path}.name", step.name, "another step has this name already")
        name = step.name or free_name(step.called, taken)
        taken.add(name)
        inserted.setdefault(f"{where[0]} {anchor}", []).append(
            Placed(path, name, step, rest)
        )
    for placed in common:
        yield from inserted.get(f"before {placed.name}", [])
        if placed.name in group.change:
            yield from _changed(reader, home, placed, group.change[placed.name])
        elif placed.name not in group.leave_out:
            yield placed
        elif not isinstance(placed.step, LASTING):
            yield placed._replace(name=f"no {placed.name}", step=LeftOut(do="left out"))
        yield from inserted.get(f"after {placed.name}", [])


def _changed(
    reader: Reader, home: str, placed: Placed, change: dict[str, Any]
) -> Iterator[Placed]:
    """Yield a step with other values."""
    path = joined(f"{home}.change", placed.name)
    for key in change.keys() & {"do", "name"}:
        way = "it stays as it is: leave the step out, and insert another"
        reader.say(f"{path}.{key}", change[key], way)
        return
    raw = _merged(placed.raw, change)
    step = read_step(reader, path, raw)
    if step is not None:
        yield Placed(path, placed.name, step, raw, placed)


def _merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return a table with some values changed, and those in tables within it."""
    both = {**base}
    for key, value in change.items():
        old = base.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            both[key] = _merged(old, value)
        else:
            both[key] = value
    return both
