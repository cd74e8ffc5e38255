"""Quantities as a paper writes them: a number and a unit, read from text.

Descriptions of circuits hold these and no Brian2 objects, so that `list`, `describe`
and `parameters` answer at once. Brian2 checks the dimensions when it builds equations.
"""

import math
import re
from dataclasses import dataclass
from difflib import get_close_matches

PREFIXES = {"": 1.0, "k": 1e3, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}
BASES = {"s": "second", "V": "volt", "A": "amp", "S": "siemens", "F": "farad"}
BASES |= {"Hz": "hertz", "m": "metre", "mol": "mole", "ohm": "ohm", "W": "watt"}
BASES |= {"C": "coulomb"}
PLURAL = {"siemens": "siemens", "amp": "amperes", "hertz": "hertz", "metre": "metres"}

UNITS = {
    prefix + base: (factor, name)
    for base, name in BASES.items()
    for prefix, factor in PREFIXES.items()
}
UNITS |= {"min": (60.0, "second"), "h": (3600.0, "second"), "day": (86400.0, "second")}
# Only here do M and c stand for anything: 5 Ms is a slip for 5 ms.
UNITS |= {"MHz": (1e6, "hertz"), "Mohm": (1e6, "ohm"), "cm": (1e-2, "metre")}
NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S.*)?", re.ASCII)

# Unicode's own folding is not used: it turns 10² into 102.
LOOKALIKES = str.maketrans(
    {"\u00b5": "u", "\u03bc": "u", "\u03a9": "ohm", "\u2126": "ohm", "\u2212": "-"}
    | dict.fromkeys("\u00a0\u2009\u202f", " ")
)
SAME = {"1/second": "hertz"}
WORDS = {"sec": "s", "msec": "ms", "minute": "min", "minutes": "min", "hr": "h"}
WORDS |= {"hour": "h", "hours": "h", "d": "day", "days": "day", "seconds": "s"}


@dataclass(frozen=True)
class Quantity:
    """A value in SI units, its dimension in words, and the text it was written as."""

    value: float
    dimension: str
    text: str

    def __str__(self) -> str:
        return self.text

    def __float__(self) -> float:
        return self.value

    def __format__(self, spec: str) -> str:
        return format(self.text, spec)

    @property
    def unit(self) -> str:
        """The unit as written."""
        return self.text.partition(" ")[2]


def quantity(text: str, example: str = "9.5 ms") -> Quantity:
    """Read ``"9.5 ms"``, ``"9.5ms"``, ``"1.5 nS/mV"`` or ``"3 µm"``.

    Raises
    ------
    ValueError
        Says what was given, and the nearest unit that is known, or an ``example``.
    """
    match = NUMBER.fullmatch(plain(text))
    if match is None:
        raise ValueError(f"{text!r} is not a number with a unit, such as {example!r}.")
    number, unit = match[1], "/".join(p.strip() for p in (match[2] or "").split("/"))
    if not unit:
        raise ValueError(f"{text!r} has no unit: write it as in {example!r}.")
    if unit.startswith(","):
        raise ValueError(f"{text!r}: write a decimal point, as in {example!r}.")
    over, slash, under = unit.partition("/")
    factor, dimension = (1.0, "1") if over == "1" and slash else _unit(over, text)
    if slash:
        divisor, below = _unit(under, text)
        factor, dimension = factor / divisor, f"{dimension}/{below}"
    value = float(number) * factor
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is larger than any number that can be computed.")
    return Quantity(value, dimension, f"{number} {unit}")


def like(default: Quantity, text: str) -> Quantity:
    """Read ``text`` as a quantity of the dimension of ``default``."""
    read = quantity(text, example=default.text)
    wanted, given = default.dimension, read.dimension
    if SAME.get(given, given) != SAME.get(wanted, wanted):
        raise ValueError(
            f"{read} is in {_words(given)}; {_words(wanted)} are wanted, as in "
            f"'{default}'."
        )
    return Quantity(read.value, wanted, read.text)


def plain(text: str) -> str:
    """Return text with the signs of another keyboard or of a PDF written as ours."""
    return text.translate(LOOKALIKES).strip()


def _unit(symbol: str, text: str) -> tuple[float, str]:
    if not symbol:
        raise ValueError(f"{text!r}: a unit is missing beside '/'.")
    if symbol not in UNITS:
        said = symbol.casefold()
        near = [WORDS[said]] if said in WORDS else []
        near = near or [unit for unit in UNITS if unit.casefold() == said]
        near = near or get_close_matches(symbol, UNITS, n=3, cutoff=0.4)
        hint = f"; did you mean {' or '.join(near)}?" if near else "."
        raise ValueError(f"{text!r}: the unit {symbol!r} is not known{hint}")
    return UNITS[symbol]


def _words(dimension: str) -> str:
    over, _, under = SAME.get(dimension, dimension).partition("/")
    plural = PLURAL.get(over, over + "s")
    return f"{plural} per {under}" if under else plural
