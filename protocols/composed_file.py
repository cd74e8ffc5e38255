"""Reads an experiment from a TOML file, and names every mistake in it at once.

    TOML ─▶ labels, fibres, steps, arms, measures ─▶ the steps of every arm

What is read here is right by itself; whether it fits the circuit, its pace and the rest
of the experiment is judged in composed_checks.py.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from .composed_mistakes import (
    BELONGS,
    LONGEST,
    TABLES,
    ExperimentError,
    Mistake,
    ended,
    joined,
    key_of,
    misread,
    shown,
)
from .composed_words import (
    LASTING,
    WORDS,
    Fiber,
    Group,
    LeftOut,
    Reading,
    Step,
    Virus,
    Word,
    no_such,
)

SUFFIX = ".toml"
ONLY_ARM = "animals"  # of a file that has no arms
NOT_ARMS = ("measures", "spikes")  # parts of the results' file
MOST_SEED = 2**32 - 1


W = TypeVar("W", bound=Word)


class Placed(NamedTuple):
    """A step with its name, and where in the file it stands."""

    path: str
    name: str
    step: Step
    raw: dict[str, Any]
    base: "Placed | None" = None  # the common step that an arm changes


@dataclass(frozen=True)
class Written:
    """What a file says, as far as it can be read."""

    file: Path
    text: str
    title: str
    seed: int = 1
    settings: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Virus | None] = field(default_factory=dict)
    fibres: dict[str, Fiber | None] = field(default_factory=dict)
    steps: tuple[Placed, ...] = ()
    arms: dict[str, Group] = field(default_factory=dict)
    timelines: dict[str, tuple[Placed, ...]] = field(default_factory=dict)
    measures: tuple[tuple[str, Reading], ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    said: tuple[str, ...] = ()  # tables that are there
    names: tuple[str, ...] = ()  # of the common steps, those that are wrong included


def load(file: str | Path) -> Written:
    """Read a file; what is wrong with its parts is in ``mistakes``.

    Raises
    ------
    ExperimentError
        There is no such file, or it is no TOML.
    """
    path = Path(file)
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ExperimentError([_syntax(path, text, str(problem))]) from None
    if not data:
        raise ExperimentError([Mistake(str(path), "the file is empty", START)])
    return Reader(path, text, data).written()


START = (
    "write its steps as [[steps]]; `trisynapse example` prints an experiment to "
    "start from."
)


class Reader:
    """Goes through a file and collects its mistakes."""

    def __init__(self, path: Path, text: str, data: dict[str, Any]) -> None:
        self.path, self.text, self.data = path, text, data
        self.found: list[Mistake] = []
        self.whole = True  # whether the names of all steps are known

    def written(self) -> Written:
        """Return what the file says."""
        for key in self.data.keys() - set(TABLES):
            said = BELONGS.get(key) or no_such("table", key, list(TABLES))
            self.say(key_of(key), self.data[key], said)
        labels = self.words("labels", Virus)
        for name, label in labels.items():
            self.cells(joined("labels", name), label)
        steps, names = self.steps()
        arms = {name: group or Group() for name, group in self.arms().items()}
        timelines = {
            name: tuple(self.timeline(name, group, steps, names))
            for name, group in arms.items()
        }
        return Written(
            file=self.path,
            text=self.text,
            title=self.scalar("title", str, "a text in quotes is wanted"),
            seed=self.seed(),
            settings=dict(_flat(self.table("settings"))),
            labels=labels,
            fibres=self.words("fibres", Fiber),
            steps=tuple(steps),
            arms=arms,
            timelines=timelines,
            measures=tuple(self.measures()),
            mistakes=tuple(self.found),
            said=tuple(self.data),
            names=tuple(names) if self.whole else (),
        )

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

    def seed(self) -> int:
        """Return the seed, by default 1."""
        if "seed" not in self.data:
            return 1
        wanted = f"a whole number from 0 to {MOST_SEED} is wanted"
        seed = int(self.scalar("seed", int, wanted))
        if not 0 <= seed <= MOST_SEED:
            self.say("seed", seed, wanted)
        return seed

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

    def cells(self, path: str, label: Virus | None) -> None:
        """Refuse a label of no cells, or of cells that are named twice."""
        if label is not None and (label.region is None) == (label.population is None):
            given = "" if label.region is None else label.region
            way = "say which cells: region = 'DG', or population = 'dg_granule'"
            self.say(path, given or None, way if not given else f"{way}, one of them")

    def step(self, path: str, raw: Any) -> Step | None:
        """Return a step, or None and what is wrong with it."""
        if not isinstance(raw, dict):
            self.say(path, raw, "a table is wanted, as in { do = 'visit', … }")
            return None
        if "do" not in raw:
            words = ", ".join(WORDS)
            self.say(f"{path}.do", None, f"say what is done: one of {words}")
            return None
        if raw["do"] not in list(WORDS):  # whatever it is
            given = raw["do"]
            said = no_such("word of a step", str(given), list(WORDS))
            self.say(f"{path}.do", given, said)
            return None
        return self.word(path, raw, WORDS[raw["do"]])

    def steps(self) -> tuple[list[Placed], list[str]]:
        """Return the common steps that are right, and the names of all."""
        read = [
            (path, raw, self.step(path, raw))
            for path, raw in _counted("steps", self.rows("steps"))
        ]
        if not read and "steps" not in self.data:
            self.say("steps", None, START)
        taken: set[str] = set()
        for path, raw, _ in read:
            name = raw.get("name") if isinstance(raw, dict) else None
            if isinstance(name, str):
                if name in taken:
                    self.say(f"{path}.name", name, "another step has this name already")
                taken.add(name)
        placed, names = [], list[str]()
        for path, raw, step in read:
            called = _called(raw, step)
            name = raw.get("name") if isinstance(raw, dict) else None
            if called is not None:
                name = name or _free(called, taken)
            if not isinstance(name, str):
                self.whole = False
                continue
            taken.add(name)
            names.append(name)
            if step is not None:
                placed.append(Placed(path, name, step, raw))
        return placed, names

    def arms(self) -> dict[str, Group | None]:
        """Return the arms, of which there is at least one."""
        arms = self.words("arms", Group)
        for name in arms.keys() & set(NOT_ARMS):
            self.say(joined("arms", name), name, "no arm can be called that")
        return arms or {ONLY_ARM: Group()}

    def timeline(
        self, arm: str, group: Group, common: list[Placed], names: list[str]
    ) -> Iterator[Placed]:
        """Yield the steps of an arm."""
        home = joined("arms", arm)

        def must_exist(path: str, name: str) -> bool:
            if name not in names and self.whole:
                self.say(path, name, no_such("step", name, names))
            return name in names

        for name in group.change:
            must_exist(joined(f"{home}.change", name), name)
        for name in group.leave_out:
            if must_exist(f"{home}.leave_out", name) and name in group.change:
                self.say(f"{home}.leave_out", name, "it is changed as well: do one")
        inserted: dict[str, list[Placed]] = {}
        taken = {*names} - {*group.leave_out}
        for path, raw in _counted(f"{home}.insert", group.insert):
            where = [key for key in ("after", "before") if key in raw]
            if len(where) != 1:
                self.say(
                    path, None, "say where: after = 'the name of a step', or before"
                )
                continue
            anchor, rest = str(raw[where[0]]), {**raw}
            del rest[where[0]]
            known = must_exist(f"{path}.{where[0]}", anchor)
            step = self.step(path, rest)
            if step is None or not known:
                continue
            if step.name in taken:
                self.say(
                    f"{path}.name", step.name, "another step has this name already"
                )
            name = step.name or _free(step.called, taken)
            taken.add(name)
            inserted.setdefault(f"{where[0]} {anchor}", []).append(
                Placed(path, name, step, rest)
            )
        for placed in common:
            yield from inserted.get(f"before {placed.name}", [])
            if placed.name in group.change:
                yield from self.changed(home, placed, group.change[placed.name])
            elif placed.name not in group.leave_out:
                yield placed
            elif not isinstance(placed.step, LASTING):
                yield placed._replace(
                    name=f"no {placed.name}", step=LeftOut(do="left out")
                )
            yield from inserted.get(f"after {placed.name}", [])

    def changed(
        self, home: str, placed: Placed, change: dict[str, Any]
    ) -> Iterator[Placed]:
        """Yield a step with other values."""
        path = joined(f"{home}.change", placed.name)
        for key in change.keys() & {"do", "name"}:
            way = "it stays as it is: leave the step out, and insert another"
            self.say(f"{path}.{key}", change[key], way)
            return
        raw = _merged(placed.raw, change)
        step = self.step(path, raw)
        if step is not None:
            yield Placed(path, placed.name, step, raw, placed)

    def measures(self) -> Iterator[tuple[str, Reading]]:
        """Yield what is to be read out."""
        for path, raw in _counted("measures", self.rows("measures")):
            reading = self.word(path, raw, Reading)
            if reading is not None:
                yield path, reading


def _text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = path.read_bytes()[: problem.start].count(b"\n") + 1
        way = "save the file as UTF-8 text."
        raise ExperimentError(
            [Mistake(f"{path}, line {line}", "no text", way)]
        ) from None
    except OSError as problem:
        if problem.filename is None or path.exists():
            reason = (problem.strerror or "unreadable").lower()
            way = "give a TOML file that you may read."
            raise ExperimentError([Mistake(str(path), reason, way)]) from None
        raise ExperimentError([_missing(path)]) from None
    if not text.strip():
        raise ExperimentError([Mistake(str(path), "the file is empty", START)])
    return text


def _missing(path: Path) -> Mistake:
    names = [p.name for p in path.parent.glob(f"*{SUFFIX}") if p.is_file()]
    near = get_close_matches(path.name, names, n=1)
    way = (
        f"is {path.parent / near[0]} meant?"
        if near
        else ("check the spelling; `trisynapse example` prints one to start from.")
    )
    return Mistake(str(path), "there is no such file", way)


def _syntax(path: Path, text: str, problem: str) -> Mistake:
    """Say where a file stops being TOML."""
    found = re.search(r" \(at line (\d+), column (\d+)\)$", problem)
    what = problem[: found.start()] if found else problem.partition(" (at ")[0]
    line = int(found[1]) if found else text.rstrip().count("\n") + 1
    rows = text.splitlines()
    given = rows[line - 1].strip() if line <= len(rows) else ""
    way = f"{what[0].lower()}{what[1:]}"
    if given.count("{") > given.count("}"):
        way += ": a table in braces stands on one line"
    return Mistake(f"{path}, line {line}", given[:LONGEST], ended(way))


def _without(raw: Any, paths: Iterable[tuple[Any, ...]]) -> Any:
    """Return a table without some keys; a single light is no list in it."""
    left = deepcopy(raw)
    for loc in paths:
        here = left
        for key in loc[:-1]:
            here = here if isinstance(key, int) != isinstance(here, list) else here[key]
        here.pop(loc[-1], None)
    return left


def _counted(path: str, rows: list[Any]) -> Iterator[tuple[str, Any]]:
    for number, row in enumerate(rows, 1):
        yield f"{path}[{number}]", row


def _fair(name: str) -> bool:
    return bool(name.strip()) and "/" not in name and name != "."


def _called(raw: Any, step: Step | None) -> str | None:
    """Return the name of a step that has none, even if something is wrong with it."""
    if step is not None:
        return step.called
    if isinstance(raw, dict) and raw.get("do") in list(WORDS):
        with suppress(AttributeError):
            return WORDS[raw["do"]].model_construct(**raw).called
    return None


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no other step has."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield settings as `--set` takes them, whether the keys are in quotes or not."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


def _merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return a table with some values changed, and those in tables within it."""
    both = {**base}
    for key, value in change.items():
        old = base.get(key)
        inner = isinstance(old, dict) and isinstance(value, dict)
        both[key] = _merged(old, value) if inner else value  # type: ignore[arg-type]
    return both
