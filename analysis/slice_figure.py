"""Figures of experiments on slices, as a paper shows them.

One panel an arm: slope of each pathway against time, mean and SEM over slices, a bar
where a drug is in the bath, and the pulses of the first pattern in an inset.
"""

from textwrap import fill
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .slope import percent_of_baseline

COLORS = {"S1": "#D55E00", "S2": "#0072B2", "S3": "#009E73"}
MARKS = {"S1": "o", "S2": "s", "S3": "^"}
DRUGS = {"apv": "APV", "kn93": "KN-93", "anisomycin": "anisomycin", "d1": "D1 blocked"}
THERE = 0.05  # share blocked above which a drug's bar is drawn
PANEL = (3.1, 2.35)  # inches
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
}
HOUR = 3600.0
USUAL = "tagging-capture"
LOWEST_TOP = 160.0  # of the axis, % of baseline


def slices(recording: Any) -> Figure:
    """Draw the course of every arm of an experiment on slices."""
    with matplotlib.style.context(["default", STYLE]):
        arms = list(recording.arms.items())
        columns = min(4, len(arms)) if len(arms) != 5 else 3
        rows = -(-len(arms) // columns)
        size = PANEL[0] * columns + 0.5, PANEL[1] * rows + 0.75
        figure = Figure(figsize=size, dpi=150, layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
        top = max(_highest(arm) for _, arm in arms)
        for (name, arm), one in zip(arms, axes, strict=False):
            _course(one, name, arm, top)
        for one in axes[len(arms) :]:
            one.set_axis_off()
        for index, one in enumerate(axes[: len(arms)]):
            if index % columns == 0:
                one.set_ylabel("EPSP slope (% of baseline)")
            if index >= len(arms) - columns:
                one.set_xlabel("time after the first pattern (h)")
        _legend(axes[0], arms[0][1])
        title = fill(_title(recording), int(16 * size[0]))
        figure.suptitle(title, fontsize=9, x=0.01, ha="left")
        return figure


def intervals(recording: Any) -> Figure:
    """Draw the weak pathway hours later against the interval between inductions."""
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(5.2, 3.4), dpi=150, layout="constrained")
        axes = figure.subplots()
        for arm in recording.arms.values():
            apart, end = _apart(arm), _percents(arm, "S2")[1][-1]
            dot = "none" if "anisomycin" in arm.signals else COLORS["S2"]
            spread = end.std(ddof=1) / np.sqrt(len(end)) if len(end) > 1 else 0.0
            if apart is None:
                axes.axhline(end.mean(), color="0.6", lw=0.8, ls=":", zorder=0)
                axes.annotate(
                    "weak alone",
                    (1, end.mean()),
                    xycoords=("axes fraction", "data"),
                    ha="right",
                    va="bottom",
                    fontsize=7,
                    color="0.4",
                )
                continue
            axes.errorbar(
                apart / HOUR,
                end.mean(),
                spread,
                marker="s",
                ms=5,
                mfc=dot,
                color=COLORS["S2"],
                lw=1,
                capsize=2,
            )
            if dot == "none":
                place = (apart / HOUR, end.mean())
                axes.annotate(
                    "  weak under anisomycin",
                    place,
                    fontsize=7,
                    va="center",
                    color="0.4",
                )
        axes.axhline(100, color="0.8", lw=0.7, zorder=0)
        axes.axvline(0, color="0.8", lw=0.7, zorder=0)
        axes.set_xlabel("weak (S2) begins after strong (S1), h")
        axes.set_ylabel("slope of S2 8 h later (% of baseline)")
        axes.set_title(_title(recording), fontsize=8, loc="left")
        return figure


def rates(recording: Any) -> Figure:
    """Draw the last response of a train over that at 0.1 Hz, of each kind of fibre."""
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(4.6, 3.2), dpi=150, layout="constrained")
        axes = figure.subplots()
        for fibres, color in (("mossy", COLORS["S1"]), ("associational", COLORS["S2"])):
            slopes = {
                float(name.split()[1]): np.asarray(arm.responses[fibres].values)[-1]
                for name, arm in recording.arms.items()
                if fibres in arm.responses
            }
            if 0.1 in slopes:
                hertz = np.array(sorted(slopes))
                each = np.array([slopes[f] / slopes[0.1] for f in hertz])
                n = each.shape[1]
                spread = each.std(axis=1, ddof=1) / np.sqrt(n) if n > 1 else None
                axes.errorbar(
                    hertz, each.mean(axis=1), spread, marker="o", ms=4, color=color,
                    label=f"{fibres} fibres", capsize=2, lw=1,
                )  # fmt: skip
        axes.axhline(1, color="0.8", lw=0.7, zorder=0)
        axes.set(xscale="log", xlabel="rate of the train (Hz)", ylim=(0, None))
        axes.set_ylabel("last response over that at 0.1 Hz")
        if axes.get_legend_handles_labels()[1]:
            axes.legend(frameon=False, fontsize=7)
        return figure


def _course(axes: Axes, name: str, arm: Any, top: float) -> None:
    axes.axhline(100, color="0.8", lw=0.7, zorder=0)
    for path in arm.responses:
        t, percent = _percents(arm, path)
        n = percent.shape[1]
        spread = percent.std(axis=1, ddof=1) / np.sqrt(n) if n > 1 else None
        axes.errorbar(
            t / HOUR,
            percent.mean(axis=1),
            spread,
            marker=MARKS[path],
            ms=3,
            color=COLORS[path],
            mfc="none" if path != "S1" else COLORS[path],
            mew=0.7,
            lw=0,
            elinewidth=0.7,
        )
    for k, (drug, signal) in enumerate(arm.signals.items()):
        _bar(axes, drug, signal, _start_s(arm), top * (1.04 + 0.1 * k))
    for start, stop in _stimulated(arm):
        axes.axvspan(start / HOUR, max(stop, start + 60) / HOUR, color="0.9", zorder=0)
    axes.set_title(name, fontsize=8, fontweight="bold", loc="left")
    axes.set_ylim(0, top * (1.06 + 0.1 * max(1, len(arm.signals))))
    # Where there is room: below potentiated responses, above depressed ones.
    _inset(axes, arm, 0.16 if top > LOWEST_TOP else 0.74)


def _bar(axes: Axes, drug: str, signal: Any, start_s: float, height: float) -> None:
    """Draw when a drug is in the bath, in hours of the first pattern's clock."""
    there = np.flatnonzero(np.asarray(signal.values) > THERE)
    if not len(there):
        return
    at = (there[[0, -1]] / signal.rate_hz + start_s) / HOUR
    axes.plot(at, [height, height], color="0.25", lw=3, solid_capstyle="butt")
    axes.text(at[0], height * 1.02, DRUGS[drug], fontsize=6.5, va="bottom")


def _inset(axes: Axes, arm: Any, bottom: float) -> None:
    """Draw the pulses of the first episode of stimulation."""
    spans = [s for s in arm.timeline if s.name.endswith(")") and s.kind == "episode"]
    if not spans:
        return
    first = spans[0]
    small = axes.inset_axes((0.66, bottom, 0.32, 0.14))
    for path in ("s1", "s2", "s3"):
        spikes = arm.spikes[f"fibres_{path}"].between(first.start_s, first.stop_s)
        t = np.unique(spikes.timestamps * 1e-3 - first.start_s)
        if len(t):
            small.vlines(t, 0, 1, color=COLORS[path.upper()], lw=0.4)
    lasts = first.stop_s - first.start_s
    small.set(xlim=(0, lasts), yticks=[], ylim=(0, 1.3))
    small.set_xticks([0, lasts], ["0", f"{lasts:.3g} s"], fontsize=5.5)
    small.patch.set_alpha(0)  # what lies behind it shows
    small.tick_params(length=2, pad=1, width=0.5)
    small.spines["left"].set_visible(False)


def _legend(axes: Axes, arm: Any) -> None:
    for path in arm.responses:
        fill = COLORS[path] if path == "S1" else "none"
        axes.plot(
            [], [], MARKS[path], ms=4, color=COLORS[path], mfc=fill, mew=0.7, label=path
        )
    axes.legend(loc="lower left", fontsize=7, frameon=False, ncols=3, handletextpad=0.1)


def _title(recording: Any) -> str:
    told = {k: v.get("value", "") for k, v in recording.parameters.items()}
    if recording.protocol == "stimulation":
        also = told.get("also", "none")
        more = "" if also == "none" else f"; {also}"
        what = f"{told.get('pattern', '')} on S1{more}"
    else:
        what = f"{told.get('strong', '')} on S1, {told.get('weak', '')} on S2"
    if (rule := told.get("rule", USUAL)) != USUAL:
        what += f" under {rule}"
    n = told.get("slices", told.get("circuit.slices", "?"))
    return f"{what}: mean and SEM of {n} slices, seed {recording.seed}"


def _start_s(arm: Any) -> float:
    """Return when the arm begins, on the clock of its first pattern."""
    begins = [start for start, _ in _stimulated(arm, origin=0.0)]
    tests = next(iter(arm.responses.values())).t_s
    return -(begins[0] if begins else float(tests[0] + 1))


def _stimulated(arm: Any, origin: float | None = None) -> list[tuple[float, float]]:
    """Return when patterns were given, from ``origin``, or from the first of them."""
    spans = [s for s in arm.timeline if s.kind == "episode" and s.name.endswith(")")]
    if not spans:
        return []
    zero = spans[0].start_s if origin is None else origin
    return [(s.start_s - zero, s.stop_s - zero) for s in spans]


def _percents(arm: Any, path: str) -> tuple[Any, Any]:
    trace = arm.responses[path]
    t = np.asarray(trace.t_s) + _start_s(arm)
    return t, percent_of_baseline(t, np.asarray(trace.values), -1e-6)


def _highest(arm: Any) -> float:
    peak = max(_percents(arm, path)[1].mean(axis=1).max() for path in arm.responses)
    return max(LOWEST_TOP, float(peak))


def _apart(arm: Any) -> float | None:
    """Return the seconds from the strong to the weak induction, if there are both."""
    first: dict[str, float] = {}
    for path in ("s1", "s2"):
        t = arm.spikes[f"fibres_{path}"].timestamps * 1e-3
        for span in arm.timeline:
            inside = (t >= span.start_s) & (t <= span.stop_s)
            if span.kind == "episode" and span.name.endswith(")") and inside.any():
                first.setdefault(path, float(t[inside][0]))
    return first["s2"] - first["s1"] if len(first) == 2 else None
