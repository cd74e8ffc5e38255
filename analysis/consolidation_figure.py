"""Figure of learning, consolidation and recall in a recurrent network.

a  spikes while the assembly learns, and at each recall
b  weights by where a synapse lies     c  Q and     d  mutual information of recalls
"""

from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
}
# Of Okabe and Ito: told apart by the colour-blind too.
CUED, REST, OTHERS = "#D55E00", "#0072B2", "0.45"
ARMS = ("#0072B2", "0.6", "#E69F00", "#009E73")
SHOWN = 75  # cells of each group in a raster
BEFORE_S, AFTER_S = 0.15, 0.35  # of a cue, as far as an episode has it
CELLS = "network_excitatory"
PLASTIC = "network_excitatory_to_network_excitatory"


def consolidation(recording: Any) -> Figure:
    """Draw the first arm's spikes, its weights, and the recalls of every arm."""
    name, arm = next(iter(recording.arms.items()))
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(10.0, 6.4), dpi=150, layout="constrained")
        rows: Any = figure.subfigures(2, 1, height_ratios=[1.15, 1])
        upper, lower = rows
        windows = _windows(arm)
        widths = [stop - start for _, start, stop in windows]
        rasters = upper.subplots(
            1, len(windows), sharey=True, squeeze=False, width_ratios=widths
        )[0]
        for axes, (title, start, stop) in zip(rasters, windows, strict=True):
            _raster(axes, arm, start, stop)
            axes.set_title(title, fontsize=8, loc="left")
        rasters[0].set_yticks(
            [SHOWN * k + SHOWN / 2 for k in range(3)],
            ["other cells", "assembly,\nnot cued", "assembly,\ncued"],
        )
        upper.suptitle(
            f"a  {name}: spikes of {SHOWN} cells each, seed {recording.seed}; "
            "shaded: cue",
            fontsize=9,
            x=0.01,
            ha="left",
        )
        weights, quality, told = lower.subplots(1, 3)
        _weights(weights, arm)
        _recalls(quality, recording, "Q", "Q, 1: the rest fires as the cued do")
        _recalls(told, recording, "mutual information", "bits about what was learned")
        told.legend(frameon=False, fontsize=7, ncols=3, loc="upper left")
        for axes, letter, title in (
            (weights, "b", f"{name}: weights"),
            (quality, "c", "pattern completion"),
            (told, "d", "mutual information"),
        ):
            axes.set_title(f"{letter}  {title}", fontsize=9, loc="left")
        return figure


def _windows(arm: Any) -> list[tuple[str, float, float]]:
    """Return title, start and stop of learning and of every recall, in seconds."""
    spans = [s for s in arm.timeline if s.name.startswith("pulse")]
    pulses = [cue for cue in (_cue(arm, span) for span in spans) if cue]
    found = []
    if pulses:
        found.append(
            ("learning", pulses[0][0] - BEFORE_S, pulses[-1][1] + 2 * BEFORE_S)
        )
    for span in arm.timeline:
        cue = _cue(arm, span)
        if span.name.startswith("recall") and cue:
            found.append((span.name, cue[0] - BEFORE_S, cue[0] + AFTER_S))
    return found


def _cue(arm: Any, span: Any) -> tuple[float, float] | None:
    """Return from when to when an episode was cued."""
    signal = arm.signals.get(f"cue {span.name}")
    if signal is None:
        return None
    on = np.flatnonzero(np.asarray(signal.values)) / signal.rate_hz + signal.start_s
    return float(on[0]), float(on[-1] + 1 / signal.rate_hz)


def _raster(axes: Axes, arm: Any, start: float, stop: float) -> None:
    """Draw the spikes of the cued cells on top, of the rest, and of others below."""
    cells = np.asarray(arm.tags["assembly"][CELLS].node_ids)
    cued = np.asarray(arm.tags["cued in a recall"][CELLS].node_ids)
    rest = np.setdiff1d(cells, cued)
    others = np.setdiff1d(np.arange(arm.populations[CELLS].size), cells)
    spikes = arm.spikes[CELLS].between(start, stop)
    rows = ((others, OTHERS), (rest, REST), (cued, CUED))
    for row, (group, color) in enumerate(rows):
        place = np.full(arm.populations[CELLS].size, -1)
        chosen = group[:: max(1, len(group) // SHOWN)][:SHOWN]
        place[chosen] = SHOWN * row + np.arange(len(chosen))
        y = place[np.asarray(spikes.node_ids)]
        t = np.asarray(spikes.timestamps)[y >= 0] * 1e-3 - start - BEFORE_S
        axes.plot(t, y[y >= 0], ".", ms=1.5, mew=0, color=color, rasterized=True)
    for span in arm.timeline:
        cue = _cue(arm, span)
        if cue and start <= cue[0] < stop:
            edges = (cue[0] - start - BEFORE_S, cue[1] - start - BEFORE_S)
            axes.axvspan(*edges, color="0.9", lw=0, zorder=0)
    for edge in (SHOWN, 2 * SHOWN):
        axes.axhline(edge - 0.5, color="0.8", lw=0.5)
    axes.set(xlim=(-BEFORE_S, stop - start - BEFORE_S), ylim=(-1, 3 * SHOWN))
    axes.set_xlabel("time after the cue begins (s)")


def _weights(axes: Axes, arm: Any) -> None:
    """Draw mean and SD over synapses, early and late phase on each other."""
    cells = np.asarray(arm.tags["assembly"][CELLS].node_ids)
    moments = {
        name: one for name, one in arm.weights[PLASTIC].items() if "recall" in name
    }
    for k, (moment, weights) in enumerate(moments.items()):
        pre, post = (np.isin(ids, cells) for ids in (weights.pre, weights.post))
        groups = pre & post, ~pre & post, pre & ~post, ~pre & ~post
        early, late = (np.asarray(part) for part in (weights.early, weights.late))
        x = np.arange(4) + 0.4 * k - 0.2
        h = np.array([100 * early[g].mean() for g in groups])
        z = np.array([100 * late[g].mean() for g in groups])
        spread = [100 * (early + late)[g].std() for g in groups]
        color = ARMS[0] if k == 0 else ARMS[3]
        label = moment.removeprefix("before ")
        axes.bar(x, h, 0.38, color=color, label=f"{label}: early phase")
        axes.bar(x, z, 0.38, bottom=h, color=color, alpha=0.45, label=f"{label}: late")
        axes.errorbar(x, h + z, spread, ls="none", color="black", lw=0.7, capsize=2)
    axes.axhline(100, color="0.6", lw=0.7, ls=":")
    axes.set_xticks(range(4), ["within", "to", "from", "outside"])
    axes.set_xlabel("synapses, seen from the assembly")
    axes.set_ylabel("% of the initial weight (mean, SD)")
    axes.set_ylim(0, 250)
    axes.legend(frameon=False, fontsize=6.5, ncols=2, handlelength=1, loc="upper right")


def _recalls(axes: Axes, recording: Any, measure: str, label: str) -> None:
    """Draw a measure of every arm's recalls."""
    values = {
        (m.arm, m.name.removeprefix(f"{measure}, ")): m.value
        for m in recording.measures
        if m.name.startswith(f"{measure}, ")
    }
    recalls = list(dict.fromkeys(recall for _, recall in values))
    wide = 0.8 / len(recording.arms)
    for k, name in enumerate(recording.arms):
        x = np.arange(len(recalls)) + wide * (k - (len(recording.arms) - 1) / 2)
        y = [values.get((name, recall), np.nan) for recall in recalls]
        axes.bar(x, y, 0.95 * wide, color=ARMS[k % len(ARMS)], label=name)
    axes.axhline(0, color="black", lw=0.7)
    axes.margins(y=0.12)
    axes.set_xticks(range(len(recalls)), recalls)
    axes.set_ylabel(label)
