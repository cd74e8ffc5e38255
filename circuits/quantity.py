"""Quantities as a paper writes them: a number and a unit, read from text.

Descriptions of circuits hold these and no Brian2 objects, so that `list`, `describe`
and `parameters` answer at once. Brian2 checks the dimensions when it builds equations.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches

PREFIXES = {"": 1.0, "M": 1e6, "k": 1e3, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9}
PREFIXES |= {"p": 1e-12, "f": 1e-15}
BASES = {"s": "second", "V": "volt", "A": "amp", "S": "siemens", "F": "farad"}
BASES |= {"Hz": "hertz", "m": "metre", "mol": "mole", "ohm": "ohm", "W": "watt"}
PLURAL = {"siemens": "siemens", "amp": "amperes", "hertz": "hertz", "metre": "metres"}

UNITS = {
    prefix + base: (factor, name)
    for base, name in BASES.items()
    for prefix, factor in PREFIXES.items()
}
UNITS |= {"min": (60.0, "second"), "h": (3600.0, "second"), "day": (86400.0, "second")}
NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S.*)?")


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


def quantity(text: str) -> Quantity:
    """Read ``"9.5 ms"`` or ``"1.5 nS/mV"``.

    Raises
    ------
    ValueError
        Says what was given, and the nearest unit that is known.
    """
    match = NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a number with a unit, such as '9.5 ms'.")
    number, unit = match[1], (match[2] or "").strip()
    if not unit:
        raise ValueError(f"{text!r} has no unit: write it as in '9.5 ms'.")
    over, _, under = unit.partition("/")
    factor, dimension = (1.0, "1") if over == "1" else _unit(over, text)
    if under:
        divisor, below = _unit(under, text)
        factor, dimension = factor / divisor, f"{dimension}/{below}"
    return Quantity(float(number) * factor, dimension, f"{number} {unit}")


def like(default: Quantity, text: str) -> Quantity:
    """Read ``text`` as a quantity of the dimension of ``default``."""
    read = quantity(text)
    if read.dimension != default.dimension:
        raise ValueError(
            f"{read} is in {_words(read.dimension)}; {_words(default.dimension)} are "
            f"wanted, as in '{default}'."
        )
    return read


def _unit(symbol: str, text: str) -> tuple[float, str]:
    if symbol not in UNITS:
        near = get_close_matches(symbol, UNITS, n=3, cutoff=0.4)
        hint = f"; did you mean {' or '.join(near)}?" if near else "."
        raise ValueError(f"{text!r}: the unit {symbol!r} is not known{hint}")
    return UNITS[symbol]


def _words(dimension: str) -> str:
    over, _, under = dimension.partition("/")
    plural = PLURAL.get(over, over + "s")
    return f"{plural} per {under}" if under else plural
