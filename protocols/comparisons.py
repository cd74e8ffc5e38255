"""Measures that are one measure over another, of an animal and of a group of them.

of an animal    over / under                    noise, where hardly anything is under
of a group      mean of over / mean of under    what papers report: bars, not ratios
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

Key = tuple[str, str]  # arm, name of a measure


def ratio(over: float, under: float) -> float:
    """Return a ratio that is infinite over 0, and not a number where both are 0."""
    if under:
        return over / under
    return float("inf") if over > 0 else float("nan")


class Comparison(NamedTuple):
    """A measure of an arm that compares two others; ``lost`` is what is missing."""

    arm: str
    name: str
    over: Key
    under: Key
    lost: bool = False

    @property
    def key(self) -> Key:
        """The arm and the name by which measures are known."""
        return self.arm, self.name

    def made(self, values: Sequence[float]) -> float:
        """Return it, of what is ``over`` and what is ``under``."""
        share = ratio(*values)
        return 1 - share if self.lost else share


def compared(
    found: Mapping[Key, float], comparisons: Iterable[Comparison]
) -> dict[Key, float]:
    """Return these measures and the comparisons of them that can be made."""
    return dict(found) | {
        c.key: c.made((found[c.over], found[c.under]))
        for c in comparisons
        if c.over in found and c.under in found
    }


def of_group(
    animals: Sequence[Mapping[Key, float]], comparisons: Iterable[Comparison]
) -> dict[Key, float]:
    """Return the measures of a group: means, and comparisons of means."""
    common = [key for key in animals[0] if all(key in each for each in animals)]
    means = {key: float(np.mean([each[key] for each in animals])) for key in common}
    return compared(means, comparisons)
