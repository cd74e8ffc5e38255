"""Reads the text of a file, and says where it stops being TOML."""

import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .composed_mistakes import LONGEST, ExperimentError, Mistake, ended

SUFFIX = ".toml"
START = (
    "write its steps as [[steps]]; `trisynapse example` prints an experiment to "
    "start from."
)


def toml(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the text of a file and what is in it.

    Raises
    ------
    ExperimentError
        There is no such file, or it is no TOML.
    """
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ExperimentError([_syntax(path, text, str(problem))]) from None
    if not data:
        raise ExperimentError([Mistake(str(path), "the file is empty", START)])
    return text, data


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
