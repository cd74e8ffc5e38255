"""Reads an experiment from a TOML file, and names every mistake in it at once.

    TOML ─▶ labels, fibres, steps, arms, measures ─▶ the steps of every arm

What is read here is right by itself; whether it fits the circuit, its pace and the rest
of the experiment is judged in composed_checks.py. The text is read in composed_text.py,
steps in composed_steps.py, arms in composed_arms.py, each word in composed_reader.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .composed_arms import read_arms, read_timeline
from .composed_mistakes import BELONGS, TABLES, Mistake, joined, key_of
from .composed_reader import Reader, counted
from .composed_steps import Placed as Placed
from .composed_steps import read_steps
from .composed_text import toml
from .composed_words import Fiber, Group, Reading, Virus, no_such

MOST_SEED = 2**32 - 1


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
    text, data = toml(path)
    reader = Reader(data)
    for key in reader.data.keys() - set(TABLES):
        said = BELONGS.get(key) or no_such("table", key, list(TABLES))
        reader.say(key_of(key), reader.data[key], said)
    labels = reader.words("labels", Virus)
    for name, label in labels.items():
        _cells(reader, joined("labels", name), label)
    steps, names, whole = read_steps(reader)
    arms = {name: group or Group() for name, group in read_arms(reader).items()}
    timelines = {
        name: tuple(read_timeline(reader, name, group, steps, names, whole))
        for name, group in arms.items()
    }
    return Written(
        file=path,
        text=text,
        title=reader.scalar("title", str, "a text in quotes is wanted"),
        seed=_seed(reader),
        settings=dict(_flat(reader.table("settings"))),
        labels=labels,
        fibres=reader.words("fibres", Fiber),
        steps=tuple(steps),
        arms=arms,
        timelines=timelines,
        measures=tuple(_measures(reader)),
        mistakes=tuple(reader.found),
        said=tuple(reader.data),
        names=tuple(names) if whole else (),
    )


def _seed(reader: Reader) -> int:
    """Return the seed, by default 1."""
    if "seed" not in reader.data:
        return 1
    wanted = f"a whole number from 0 to {MOST_SEED} is wanted"
    seed = int(reader.scalar("seed", int, wanted))
    if not 0 <= seed <= MOST_SEED:
        reader.say("seed", seed, wanted)
    return seed


def _cells(reader: Reader, path: str, label: Virus | None) -> None:
    """Refuse a label of no cells, or of cells that are named twice."""
    if label is not None and (label.region is None) == (label.population is None):
        given = "" if label.region is None else label.region
        way = "say which cells: region = 'DG', or population = 'dg_granule'"
        reader.say(path, given or None, way if not given else f"{way}, one of them")


def _measures(reader: Reader) -> Iterator[tuple[str, Reading]]:
    """Yield what is to be read out."""
    for path, raw in counted("measures", reader.rows("measures")):
        reading = reader.word(path, raw, Reading)
        if reading is not None:
            yield path, reading


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield settings as `--set` takes them, whether the keys are in quotes or not."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
