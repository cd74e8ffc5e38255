"""Units in which positions, times and headings are given, as factors."""

import math

from ...circuits.parameters import unknown

NAMES = {
    "m": ("m", "meter", "meters", "metre", "metres"),
    "cm": ("cm", "centimeter", "centimeters", "centimetre", "centimetres"),
    "mm": ("mm", "millimeter", "millimeters", "millimetre", "millimetres"),
    "px": ("px", "pixel", "pixels"),
    "s": ("s", "sec", "second", "seconds"),
    "ms": ("ms", "msec", "millisecond", "milliseconds"),
    "us": ("us", "µs", "μs", "microsecond", "microseconds"),
    "rad": ("rad", "radian", "radians"),
    "deg": ("deg", "degree", "degrees", "°"),
}
LENGTHS = {"m": 1.0, "cm": 0.01, "mm": 0.001, "px": math.nan}
TIMES = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
ANGLES = {"rad": 1.0, "deg": math.pi / 180}


def known(text: str) -> str:
    """Return the short name of a unit, or the text itself."""
    said = text.strip().casefold()
    return next((short for short, names in NAMES.items() if said in names), said)


def factor(what: str, unit: str, units: dict[str, float]) -> float:
    """Return what one ``unit`` is in SI units."""
    short = known(unit)
    if short not in units:
        raise KeyError(unknown(f"unit of {what}", unit, list(units)))
    return units[short]


def metres(unit: str, pixel_m: float | None) -> float:
    """Return the metres in one unit of length, of which a pixel is one."""
    size = factor("length", unit, LENGTHS)
    if not math.isnan(size):
        return size
    if pixel_m is None:
        raise ValueError(
            "The positions are in pixels: say how large one is, as in pixel_m=0.002."
        )
    if not (math.isfinite(pixel_m) and pixel_m > 0):
        raise ValueError(f"pixel_m={pixel_m:g}: metres above 0 are wanted.")
    return pixel_m
