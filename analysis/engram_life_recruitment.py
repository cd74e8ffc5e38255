"""First step in the life of an engram: which cells are recruited.

They are those that carry a label, or where none does those that were active in the
first training.
"""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from .drawing import LABELLED, OTHERS, ROWS
from .engram_life_axes import bar, linear, name_places
from .overlap import active_cells

TRAINED = re.compile(r"train|condition", re.IGNORECASE)

Ids = np.ndarray[Any, np.dtype[np.integer[Any]]]


def draw_recruitment(axes: Axes, recording: Any, arm: Any) -> str:
    """Draw the share of each population that is labelled, or was active in training."""
    found = [
        (label, population, len(tag.node_ids))
        for label, tags in arm.tags.items()
        for population, tag in tags.items()
    ]
    color = LABELLED
    if not found:
        found, color = list(_trained(recording, arm)), OTHERS
    found = found[:5]
    if not found:
        return "no labels"
    regions = [arm.populations[population].region for _, population, _ in found]
    shares = [100 * k / max(arm.populations[p].size, 1) for _, p, k in found]
    for x, share in enumerate(shares):
        bar(axes, x, share, color)
    twice = len(set(regions)) < len(regions)
    told = [label for label, _, _ in found] if twice and color == LABELLED else regions
    name_places(axes, told)
    linear(axes, max([1.0, *shares]))
    return ""


def _trained(recording: Any, arm: Any) -> Iterator[tuple[str, str, int]]:
    """Yield how many cells of each population were active in the first training."""
    spans = [s for s in arm.timeline if s.kind == "episode" and TRAINED.search(s.name)]
    for population in ROWS if spans else ():
        if population in arm.spikes and population in arm.populations:
            windows = ((spans[0].start_s, spans[0].stop_s),)
            cells = active_in(recording, arm, population, windows)
            if cells is not None:
                yield spans[0].name, population, len(cells)


def active_in(
    recording: Any, arm: Any, population: str, windows: Any, otherwise: float = np.nan
) -> Ids | None:
    """Return the cells whose rate in some windows reaches the threshold of c-Fos."""
    told = recording.parameters.get(f"circuit.thresholds.{population}", {})
    number, _, unit = str(told.get("value", "")).partition(" ")
    least = float(number) if unit == "Hz" else otherwise
    seconds = sum(stop - start for start, stop in windows)
    if not (least > 0 and seconds > 0):
        return None
    ids = [arm.spikes[population].between(a, b).node_ids for a, b in windows]
    n = arm.populations[population].size
    return active_cells(np.concatenate(ids), n, seconds, least)
