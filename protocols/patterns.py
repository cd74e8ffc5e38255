"""Stimulation patterns: pulse times of published trains, or of a text file."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..circuits.parameters import unknown

Times = np.ndarray[Any, np.dtype[np.float64]]

CLOSEST_S = 2e-3  # between two pulses, each of 1 ms
LONGEST_S = 86400.0
STEADY_S = 7200.0  # of stimulation without a silence: what the memory holds
MOST_PULSES = 100_000


@dataclass(frozen=True, eq=False)
class Pattern:
    """Seconds at which fibres are stimulated, and at which cells are made to fire."""

    name: str
    caption: str
    pre: Times = field(repr=False)
    post: Times = field(default_factory=lambda: np.zeros(0), repr=False)
    file: Path | None = None

    @property
    def seconds(self) -> float:
        """From its beginning to its last pulse."""
        return float(max([*self.pre[-1:], *self.post[-1:], 0.0]))


def train(pulses: int, hertz: float) -> Times:
    """Return a regular train that begins at 0."""
    return np.asarray(np.arange(pulses) / hertz)


def bursts(each: Times, n: int, apart_s: float) -> Times:
    """Return ``n`` repetitions of a burst."""
    return np.asarray((np.arange(n)[:, None] * apart_s + each).ravel())


TRAINS: dict[str, tuple[str, Times]] = {
    "HFS": ("100 pulses at 100 Hz", train(100, 100.0)),
    "LFS": ("900 pulses at 1 Hz", train(900, 1.0)),
    "TBS": (
        "theta bursts: 10 bursts at 5 Hz of 4 pulses at 100 Hz",
        bursts(train(4, 100.0), 10, 0.2),
    ),
    "STET": (
        "strong tetanus: three times 100 pulses at 100 Hz, 10 min apart",
        bursts(train(100, 100.0), 3, 600.0),
    ),
    "WTET": ("weak tetanus: 20 pulses at 100 Hz", train(20, 100.0)),
    "SLFS": (
        "strong low-frequency stimulation: 900 bursts at 1 Hz of 3 pulses at 20 Hz",
        bursts(train(3, 20.0), 900, 1.0),
    ),
    "WLFS": ("weak low-frequency stimulation: 900 pulses at 1 Hz", train(900, 1.0)),
    "none": ("no stimulation", np.zeros(0)),
}
FORMS = ("train", "pairing")  # their pulses follow from parameters


def named(name: str, forms: tuple[str, ...] = ()) -> Pattern:
    """Return a published train, or the pulse times in a text file of this name.

    ``forms`` are the other patterns that whoever asks knows.

    Raises
    ------
    KeyError, ValueError
        No such train or file, or a file that is no list of times; one line says why.
    """
    for known, (caption, times) in TRAINS.items():
        if known.casefold() == name.casefold():
            return Pattern(known, caption, times)
    file = Path(name)
    if file.suffix or "/" in name or file.exists():
        return read(file)
    raise KeyError(
        unknown("pattern", name, [*TRAINS, *forms, "a text file of pulse times"])
    )


def read(file: Path) -> Pattern:
    """Return the pattern of a text file: a time in seconds a line, ``#`` comments."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ValueError(
            f"{file} is no text file: write a time in seconds a line."
        ) from (None)
    except OSError as problem:
        raise ValueError(
            f"The pulse times in {file} cannot be read ({problem.strerror}): give the "
            f"path of a text file, or one of {', '.join(TRAINS)}."
        ) from None
    times: list[float] = []
    for number, line in enumerate(lines, start=1):
        for word in line.partition("#")[0].split():
            if "," in word:
                raise ValueError(
                    f"{file}, line {number}: {word!r} has a comma: write one time a "
                    "line, with a decimal point."
                )
            try:
                times.append(float(word))
            except ValueError:
                raise ValueError(
                    f"{file}, line {number}: {word!r} is no time in seconds."
                ) from None
            _check(file, number, times)
    if not times:
        raise ValueError(f"{file} holds no pulse times: write one in seconds a line.")
    caption = f"{len(times)} pulses of {file.name}"
    return Pattern(file.name, caption, np.array(times), file=file)


def _check(file: Path, number: int, times: list[float]) -> None:
    """Refuse the last of some times where no rig could give that pulse."""
    now, before = times[-1], times[-2] if len(times) > 1 else -np.inf
    where = f"{file}, line {number}: {now:g} s"
    if not np.isfinite(now):
        raise ValueError(f"{where} is no time.")
    if now < 0:
        raise ValueError(f"{where} is negative: the pattern begins at 0.")
    if now < before:
        raise ValueError(
            f"{where} comes after {before:g} s: sort the times, earliest first."
        )
    if now - before < CLOSEST_S - 1e-9:
        raise ValueError(
            f"{where} is {1e3 * (now - before):g} ms after the pulse before: "
            f"{1e3 * CLOSEST_S:g} ms at least are wanted."
        )
    if now > LONGEST_S:
        raise ValueError(
            f"{where}: a pattern may last {LONGEST_S:g} s, a day. Are these "
            "milliseconds? Seconds are wanted."
        )
    if len(times) > MOST_PULSES:
        raise ValueError(f"{file} has more than {MOST_PULSES:,} pulses.")
