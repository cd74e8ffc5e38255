"""Second and third step: synapses onto an engram grow, and are consolidated.

Synapses are those of the first kept projection onto labelled cells; a mean is over
synapses.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from .drawing import LABELLED, OTHERS
from .engram_life_axes import linear, name_places
from .engram_recording import marked

FAINT = 0.45  # opacity of the late phase
MOST_MOMENTS = 4


def kept_path(arms: dict[str, Any]) -> str:
    """Return the first projection onto labelled cells whose synapses were kept."""
    for arm in arms.values():
        for name, moments in arm.weights.items():
            if moments and name.rpartition("_to_")[2] in marked(arm):
                return str(name)
    return ""


def _kept(arm: Any, path: str) -> tuple[dict[str, Any], Any]:
    """Return the synapses at each moment, and the labelled cells they may end on."""
    cells = marked(arm).get(path.rpartition("_to_")[2], np.empty(0, np.uint32))
    return dict(list(arm.weights.get(path, {}).items())[:MOST_MOMENTS]), cells


def _halves(weights: Any, cells: Any) -> tuple[Any, Any]:
    """Return which synapses end on labelled cells, and which on others."""
    onto = np.isin(weights.post, cells)
    return onto, ~onto


def draw_strengthening(axes: Axes, arm: Any, path: str) -> str:
    """Draw the mean weight onto labelled and other cells, the late phase above."""
    moments, cells = _kept(arm, path)
    if not moments:
        return "no weights kept"
    if not len(cells):
        return "no labelled cells"
    top = 0.0
    for k, weights in enumerate(moments.values()):
        for side, group in enumerate(_halves(weights, cells)):
            if group.any():
                mean = float(weights.weight[group].mean())
                late = mean * max(_late_share(weights, group), 0.0)
                x, color = k + 0.4 * side - 0.2, (LABELLED, OTHERS)[side]
                axes.bar(x, mean - late, 0.36, color=color)
                axes.bar(x, late, 0.36, mean - late, color=color, alpha=FAINT)
                top = max(top, mean)
    name_places(axes, list(moments))
    linear(axes, top)
    return ""


def _late_share(weights: Any, group: Any) -> float:
    """Return the late phase as a share of the mean weight, 0 where there is none."""
    if weights.late is None or weights.early is None:
        return 0.0
    late = float(weights.late[group].mean())
    whole = float(weights.early[group].mean()) + late
    return late / whole if whole > 0 else 0.0


def draw_consolidation(axes: Axes, arm: Any, path: str) -> str:
    """Draw how much of the weight is late, onto labelled and onto other cells."""
    moments, cells = _kept(arm, path)
    if not moments:
        return "no weights kept"
    if not len(cells):
        return "no labelled cells"
    if any(w.late is None or w.early is None for w in moments.values()):
        return "no late phase"
    ends = [1.0]
    for side, color in ((1, OTHERS), (0, LABELLED)):
        shares = []
        for weights in moments.values():
            group = _halves(weights, cells)[side]
            share = 100 * _late_share(weights, group) if group.any() else np.nan
            shares.append(share)
        axes.plot(range(len(shares)), shares, "o-", ms=3.5, lw=1.2, color=color)
        ends += [share for share in shares if np.isfinite(share)]
    name_places(axes, list(moments))
    linear(axes, max(ends))
    if min(ends) < 0:
        axes.set_ylim(1.2 * min(ends))
    return ""
