"""Figure of pattern separation and completion along the loop.

a  codes along a morph        b  outputs against inputs      c  missing cues
d  recruited cells            e  cues in conflict            f  ceilings and chance

Correlations in a, b, c and e are shares of that of A with A again, the ceiling.
"""

import re
from collections.abc import Iterator, Mapping
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
COLORS = {"EC": "0.35", "DG": "#D55E00", "CA3": "#0072B2", "CA1": "#009E73"}
LINES: tuple[dict[str, Any], ...] = (
    {"ls": "-", "lw": 1.3, "marker": "o", "ms": 3.5},
    {"ls": ":", "lw": 1.0, "marker": "o", "ms": 2.5, "mfc": "white"},
)
MORPH, LEFT, TURN = r"(\d+) % of B", r"(\d+) % of the cues", r"turned by (\d+) deg"
AGAIN, ROOM = "A again", "another room"
ASIDE = 128.0  # where the other room stands beside the morph

Values = Mapping[str, float]


def separation_completion(recording: Any) -> Figure:
    """Draw the first arm in lines, the second dotted; in b only the first."""
    arms = {
        name: {m.name: m.value for m in recording.measures if m.arm == name}
        for name in recording.arms
    }
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(10.0, 6.2), dpi=150, layout="constrained")
        axes: Any = figure.subplots(2, 3)
        for (name, values), line in zip(arms.items(), LINES, strict=False):
            _curves(axes[0, 0], values, "change", MORPH, 0.0, line, name)
            _curves(axes[0, 2], values, "change", LEFT, 100.0, line, name)
            _curves(axes[1, 0], values, "recruited", MORPH, 0.0, line, name)
            _curves(axes[1, 1], values, "change", TURN, 0.0, line, name)
        first = next(iter(arms.values()))
        _against(axes[0, 1], first)
        _ceilings(axes[1, 2], arms)
        axes[0, 0].set(xlabel="cues of B (%)", ylabel="correlation with A, of ceiling")
        axes[0, 2].set(xlabel="cues left (%)", ylabel="correlation with A, of ceiling")
        axes[0, 2].invert_xaxis()
        axes[1, 0].set(xlabel="cues of B (%)", ylabel="recruited, of active cells")
        axes[1, 1].set(xlabel="angle between the halves of the cues (deg)")
        axes[1, 1].set(ylabel="highest correlation, of ceiling")
        for one in (axes[0, 0], axes[1, 0]):
            one.set_xticks(
                [0, 25, 50, 75, 100, ASIDE], ["0", "25", "50", "75", "100", "room"]
            )
        axes[0, 0].legend(*_key(axes[0, 0]), frameon=False, fontsize=7)
        titles = (
            "morph to B, and another room",
            f"outputs against their input, {next(iter(arms))}",
            "cues that are missing",
            "recruited cells",
            "cues in conflict",
            "A with A again; pale: second arm",
        )
        for one, letter, title in zip(axes.flat, "abcdef", titles, strict=True):
            one.set_title(f"{letter}  {title}", fontsize=9, loc="left")
        figure.suptitle(
            f"seed {recording.seed}; lines: {', dotted: '.join(arms)}",
            fontsize=9,
            x=0.01,
            ha="left",
        )
        return figure


def _curves(
    axes: Axes,
    values: Values,
    what: str,
    probes: str,
    start: float,
    line: dict[str, Any],
    arm: str,
) -> None:
    """Draw a measure of each region over the probes that a pattern names."""
    for region, color in COLORS.items():
        found = dict(_of(values, region, what, probes))
        begun = values.get(f"{what} in {region}, {AGAIN}", np.nan)
        if what == "change" and np.isfinite(list(found.values())).any():
            begun = 0.0
        found[start] = begun
        x = np.array(sorted(found))
        y = np.array([found[one] for one in x])
        y = 1 - y if what == "change" else y
        axes.plot(x, y, color=color, label=f"{region}, {arm}", **line)
        if probes == MORPH:
            (beyond,) = [
                *dict(_of(values, region, what, f"({ROOM})")).values(),
                np.nan,
            ][:1]
            beyond = 1 - beyond if what == "change" else beyond
            axes.plot([ASIDE], [beyond], color=color, **{**line, "ls": "none"})
    axes.axhline(0, color="0.8", lw=0.6, zorder=0)


def _of(
    values: Values, region: str, what: str, probes: str
) -> Iterator[tuple[float, float]]:
    """Yield number and value of the measures of a region that a pattern names."""
    join = "of" if what == "change" else "in"
    for name, value in values.items():
        found = re.fullmatch(f"{what} {join} {region}, {probes}", name)
        if found:
            yield float(found[1]) if found[1].isdigit() else ASIDE, value


def _against(axes: Axes, values: Values) -> None:
    """Draw each region's correlation over that of entorhinal cortex."""
    for probes, marker in ((MORPH, "o"), (LEFT, "s"), (f"({ROOM})", "^")):
        x = dict(_of(values, "EC", "change", probes))
        for region in ("DG", "CA3", "CA1"):
            y = dict(_of(values, region, "change", probes))
            steps = [step for step in x if step in y]
            axes.plot(
                [1 - x[step] for step in steps],
                [1 - y[step] for step in steps],
                marker,
                ms=4,
                color=COLORS[region],
            )
    axes.axline((0, 0), slope=1, color="0.6", lw=0.7, ls=":")
    axes.set(xlabel="correlation in EC, of ceiling", ylabel="in the region, of ceiling")
    axes.text(
        0.03,
        0.97,
        "circles: morph; squares: missing cues\ntriangles: another room",
        transform=axes.transAxes,
        fontsize=6.5,
        color="0.35",
        va="top",
    )


def _ceilings(axes: Axes, arms: Mapping[str, Values]) -> None:
    """Draw the ceiling of each arm, the second pale, and shuffled cells."""
    for k, (region, color) in enumerate(COLORS.items()):
        for i, values in enumerate(list(arms.values())[:2]):
            again = values.get(f"correlation in {region}, {AGAIN}", np.nan)
            axes.bar(k + 0.25 * (i - 1), again, 0.23, color=color, alpha=1 - i / 2)
        chance = next(iter(arms.values())).get(f"shuffled cells of {region}", np.nan)
        axes.bar(k + 0.25, chance, 0.23, color="0.6")
    axes.set_xticks(range(len(COLORS)), list(COLORS))
    axes.axhline(0, color="black", lw=0.7)
    axes.set(ylabel="correlation", ylim=(-0.1, 1.05))


def _key(axes: Axes) -> tuple[list[Any], list[str]]:
    """Return the legend of the regions, each once."""
    found = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    some = {label.partition(",")[0]: line for label, line in reversed(found.items())}
    return [some[region] for region in COLORS if region in some], list(some)[::-1]
