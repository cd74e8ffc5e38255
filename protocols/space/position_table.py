"""Positions from a table: its names, units and numbers (see `tracked`)."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...circuits.parameters import unknown
from .position_units import ANGLES, LENGTHS, TIMES, factor, known, metres
from .room import Array
from .samples import Samples

ALIASES = {
    "t": ("t", "time", "times", "timestamp", "timestamps"),
    "x": ("x",),
    "y": ("y",),
    "x1": ("x1",),
    "y1": ("y1",),
    "x2": ("x2",),
    "y2": ("y2",),
    "heading": ("heading", "head_direction", "hd"),
}
LOST = ("", "nan", "na", "n/a", "none", "null")
UNITS = {*LENGTHS, *TIMES, *ANGLES}
EXAMPLE = "t_s,x_cm,y_cm"
HEADER = re.compile(r"(.+?)\s*(?:[\[(]\s*([^\])]+?)\s*[\])]|_([^_\W]+|°))?", re.UNICODE)


class Column(NamedTuple):
    """Where a column stands, and its unit as far as its name tells."""

    place: int
    name: str
    unit: str


def table_samples(
    file: Path,
    columns: Mapping[str, str],
    unit: str | None,
    pixel_m: float | None,
    time_unit: str | None,
) -> Samples:
    """Return the samples of a table.

    Raises
    ------
    ValueError, KeyError
        No table, a column or a unit that is missing, or a field that is no number.
    """
    lines = _lines(file)
    if not lines:
        raise ValueError(f"{file} is empty: begin with a line of names, {EXAMPLE}.")
    (first, header), rows = lines[0], lines[1:]
    apart = next((sign for sign in "\t;," if sign in header), None)
    names = _fields(header, apart)
    found = _columns(file, first, names, columns)
    wanted = [c for c in ("x", "y", "x1", "y1", "x2", "y2") if c in found]
    values = _numbers(file, rows, names, apart, [found[c] for c in ("t", *wanted)])
    t = values[:, 0] * factor(
        f"time in {file}", time_unit or found["t"].unit or "s", TIMES
    )
    sizes, said = [], set()
    for name in wanted:
        given = unit or found[name].unit
        if not given:
            raise ValueError(
                f"{file}, line {first}: the column {found[name].name!r} has no unit: "
                f"name it {name}_cm, or give unit='cm', of {', '.join(LENGTHS)}."
            )
        sizes.append(metres(given, pixel_m))
        said.add(known(given))
    places = values[:, 1:] * sizes
    heading = None
    if "heading" in found:
        column = found["heading"]
        if not column.unit:
            raise ValueError(
                f"{file}, line {first}: the column {column.name!r} has no unit: name "
                "it heading_deg or heading_rad."
            )
        turn = factor(f"heading in {file}", column.unit, ANGLES)
        heading = _numbers(file, rows, names, apart, [column])[:, 0] * turn
    if "x1" in found:
        front, back = places[:, :2], places[:, 2:]
        if heading is None:
            ahead = front - back
            heading = np.arctan2(ahead[:, 1], ahead[:, 0])
        places = (front + back) / 2
    numbers = [number for number, _ in rows]
    return Samples(
        np.asarray(t),
        places,
        row=lambda k: f"{file}, line {numbers[k]}",
        heading=heading,
        file=file,
        unit=" and ".join(sorted(said)),
    )


def _lines(file: Path) -> list[tuple[int, str]]:
    """Return the lines that say something, with their numbers."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(
            f"{file} is no text file: give a table (CSV), or an NWB file."
        ) from None
    except OSError as problem:
        raise ValueError(f"{file} cannot be read ({problem.strerror}).") from None
    said = (line.partition("#")[0].strip("\r\n ") for line in text.split("\n"))
    return [(k, line) for k, line in enumerate(said, start=1) if line.strip()]


def _fields(line: str, apart: str | None) -> list[str]:
    if apart is None:
        return line.split()
    return [field.strip() for field in next(csv.reader([line], delimiter=apart))]


def _columns(
    file: Path, line: int, names: list[str], given: Mapping[str, str]
) -> dict[str, Column]:
    """Return what stands in which column."""
    found: dict[str, Column] = {}
    for what, name in given.items():
        if what not in ALIASES:
            raise KeyError(unknown("column", what, list(ALIASES)))
        if name not in names:
            raise KeyError(unknown(f"column in {file}", name, names))
    chosen = {name: what for what, name in given.items()}
    for place, name in enumerate(names):
        told = HEADER.fullmatch(name)
        stem, unit = name, ""
        said = (told[2] or told[3] or "") if told is not None else ""
        if told is not None and known(said) in UNITS:
            stem, unit = told[1], said
        what = chosen.get(name, "")
        for alias, spellings in ALIASES.items():
            if not what and alias not in given and stem.casefold() in spellings:
                what = alias
        if what and what in found:
            raise ValueError(
                f"{file}, line {line}: both {found[what].name!r} and {name!r} are "
                f"{what}: choose one, as in columns={{{what!r}: {name!r}}}."
            )
        if what:
            found[what] = Column(place, name, unit)
    lamps = {"x1", "y1", "x2", "y2"} & set(found)
    if {"x", "y"} <= set(found):
        found = {what: c for what, c in found.items() if what not in lamps}
    wanted = ("t", "x1", "y1", "x2", "y2") if lamps and "x" not in found else "txy"
    missing = [what for what in wanted if what not in found]
    if missing:
        raise ValueError(
            f"{file}, line {line}: no column {', '.join(missing)} among "
            f"{', '.join(names)[:60]}: name them as in {EXAMPLE}, or say columns="
            "{'x': NAME}."
        )
    return found


def _numbers(
    file: Path,
    rows: list[tuple[int, str]],
    names: list[str],
    apart: str | None,
    columns: list[Column],
) -> Array:
    """Return the numbers (rows, columns) of some columns; what is lost is NaN."""
    values: list[list[float]] = []
    for number, line in rows:
        fields = _fields(line, apart)
        if len(fields) != len(names):
            hint = "are there decimal commas? Write points."
            hint = hint if len(fields) > len(names) else "fill it up, or delete it."
            raise ValueError(
                f"{file}, line {number}: {len(fields)} fields under {len(names)} "
                f"names: {hint}"
            )
        values.append([_number(file, number, fields, column) for column in columns])
    return np.array(values, dtype=float).reshape(-1, len(columns))


def _number(file: Path, line: int, fields: list[str], column: Column) -> Any:
    text = fields[column.place]
    if text.casefold() in LOST:
        return np.nan
    try:
        return float(text)
    except ValueError:
        hint = "write a decimal point." if "," in text else "a number is wanted."
        raise ValueError(
            f"{file}, line {line}: {column.name} is {text!r}: {hint}"
        ) from None
