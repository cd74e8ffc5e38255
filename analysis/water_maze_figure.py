"""Figure of learning in a water maze: ways, latencies, the value and the policy.

a  ways of the first and the last trials, and of the probe
b  latencies of every arm, beside tabular learners in a grid world of the same pool
c  what place cells tell critic and actor: values, and where to go
"""

import re
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from .reinforcement import actor_critic, q_learning, random_walk
from .swims import blocks, quadrant_share

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
}
# Of Okabe and Ito: told apart by the colour-blind too.
ARMS = ("#0072B2", "0.35", "#E69F00", "#009E73")
TABULAR = {
    "actor-critic, tabular": (actor_critic, "#CC79A7", "--"),
    "Q-learning, tabular": (q_learning, "#CC79A7", ":"),
    "random walk": (random_walk, "0.6", ":"),
}
WAYS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7")
LEARNERS = 40  # tabular learners that are averaged
SHOWN = 4  # first and last trials
CRITIC = "hippocampus_place_to_critic_cell"
ACTOR = "hippocampus_place_to_actor_cell"
METRES = {"m": 1.0, "cm": 1e-2, "mm": 1e-3}


def learning(recording: Any) -> Figure:
    """Draw the ways and maps of the first arm, and the latencies of every arm."""
    name, arm = next(iter(recording.arms.items()))
    pool = _Pool(recording)
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(10.0, 6.6), dpi=150, layout="constrained")
        upper, lower = figure.subfigures(2, 1, height_ratios=[1, 1.15])  # type: ignore[misc]
        trials = [s for s in arm.timeline if s.name.startswith("trial")]
        others = [k for k in recording.arms if k != name][:1]
        axes = upper.subplots(1, 3 + len(others))
        first, last = trials[:SHOWN], trials[-SHOWN:]
        for one, some in zip(axes, (first, last), strict=False):
            _ways(one, pool, arm, some)
            one.set_title(f"{name}, trials{some[0].name[5:]} to{some[-1].name[5:]}")
        for one, which in zip(axes[2:], [name, *others], strict=True):
            seen = recording.arms[which]
            _ways(one, pool, seen, [seen.span("probe")], there=False)
            share = quadrant_share(_swum(seen, seen.span("probe")), pool.goal)
            one.set_title(f"{which}, probe: {100 * share:.0f} % of time")
        curves, early, late = lower.subplots(1, 3, width_ratios=[1.5, 1, 1])
        _latencies(curves, recording, pool)
        moments = list(arm.weights[CRITIC])
        for one, moment in ((early, moments[0]), (late, moments[-1])):
            image = _maps(one, arm, pool, moment)
            lower.colorbar(
                image, ax=one, shrink=0.6, label="mean weight onto the critic (mV)"
            )
        for letter, one in (("a", axes[0]), ("b", curves), ("c", early)):
            one.annotate(
                letter, (-0.02, 1.04), xycoords="axes fraction", ha="right", fontsize=11
            )
        return figure


class _Pool:
    """What the parameters of a recording say of the pool, metres and seconds."""

    def __init__(self, recording: Any) -> None:
        def told(name: str) -> str:
            return str(recording.parameters[name]["value"])

        trials = "circuit.pool.animal_trials"
        self.radius = _metres(told(f"{trials}.radius"))
        self.platform = _metres(told(f"{trials}.r_platform"))
        self.limit_s = float(told(f"{trials}.limit").split()[0])
        self.reach = _metres(told("circuit.hippocampus.place_field.reach"))
        self.goal = _metres(told("platform_x")), _metres(told("platform_y"))
        speeds = [m.value for m in recording.measures if m.name == "swimming speed"]
        self.speed = float(np.mean(speeds)) if speeds else float("nan")

    def centres(self, n: int) -> Any:
        """Return the centres of place fields (n, 2), on a grid row by row."""
        side = int(np.ceil(np.sqrt(n)))
        row, column = np.divmod(np.arange(n), side)
        last = max(-(-n // side) - 1, 1)
        unit = np.column_stack([column / max(side - 1, 1), row / last])
        return self.reach * (2 * unit - 1)


def _metres(text: str) -> float:
    found = re.fullmatch(r"(\S+?) ?([a-z]+)", text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no length: write it as in '45 cm'.")
    return float(found[1]) * METRES[found[2]]


def _swum(arm: Any, span: Any) -> Any:
    trace = arm.behaviour["position"]
    t = np.asarray(trace.t_s)
    return np.asarray(trace.values)[(t > span.start_s) & (t <= span.stop_s + 1e-9)]


def _ways(
    axes: Axes, pool: _Pool, arm: Any, spans: list[Any], there: bool = True
) -> None:
    """Draw the ways of some trials, from the dot on."""
    _walls(axes, pool, there)
    for span, color in zip(spans, WAYS, strict=False):
        xy = _swum(arm, span)
        axes.plot(*xy.T, color=color, lw=0.8)
        axes.plot(*xy[:1].T, "o", color=color, ms=3.5)


def _walls(axes: Axes, pool: _Pool, there: bool = True) -> None:
    axes.add_patch(Circle((0, 0), pool.radius, fill=False, lw=1.0, color="0.3"))
    shown = {"fc": "0.75"} if there else {"fill": False, "ls": ":"}
    axes.add_patch(Circle(pool.goal, pool.platform, ec="0.3", lw=0.8, **shown))
    edge = 1.06 * pool.radius
    axes.set(xlim=(-edge, edge), ylim=(-edge, edge), xticks=[], yticks=[])
    axes.set_aspect("equal")
    axes.spines[:].set_visible(False)
    axes.title.set_fontsize(8)


def _latencies(axes: Axes, recording: Any, pool: _Pool) -> None:
    """Draw latencies, and those of tabular learners on the average."""
    for (name, arm), color in zip(recording.arms.items(), ARMS, strict=False):
        y = np.asarray(arm.behaviour["latency"].values)
        axes.plot(1 + np.arange(len(y)), y, ".", color=color, alpha=0.4, ms=4)
        axes.plot(*_blocks(y), "o-", color=color, lw=1.3, ms=3.5, label=name)
    for label, (mean, color, line) in _tabular(recording, pool).items():
        axes.plot(*_blocks(mean), line, color=color, lw=1.1, label=label)
    axes.set(xlabel="trial", ylabel="latency (s)", ylim=(0, 1.28 * pool.limit_s))
    axes.axhline(pool.limit_s, color="0.8", lw=0.7, zorder=0)
    axes.legend(frameon=False, fontsize=6.5, ncols=2, loc="upper right")
    axes.set_title(
        f"latencies, seed {recording.seed}: trials, and means of {SHOWN}",
        loc="left",
        fontsize=8,
    )


def _blocks(latencies: Any) -> tuple[Any, Any]:
    """Return the middles and the means of blocks of trials, one from each start."""
    middles = blocks(1 + np.arange(len(latencies)), SHOWN)
    return middles, blocks(latencies, SHOWN)


def _tabular(recording: Any, pool: _Pool) -> dict[str, Any]:
    """Return mean latencies of tabular learners, their color and line.

    A place is as wide as the platform; a step takes as long as the animal swims it.
    """
    if not pool.speed > 0:
        return {}
    wide = 2 * pool.platform
    n = max(2, round(2 * pool.radius / wide))
    middle = wide * (np.arange(n) - (n - 1) / 2)
    walls = np.hypot(middle[:, None], middle[None, :]) > pool.radius
    free = np.argwhere(~walls)

    def place(xy: Any) -> tuple[int, int]:
        off = middle[free] - np.asarray(xy)
        row, column = free[np.argmin((off**2).sum(axis=1))]
        return int(row), int(column)

    arm = next(iter(recording.arms.values()))
    trials = [s for s in arm.timeline if s.name.startswith("trial")]
    starts = [place(_swum(arm, span)[0]) for span in trials]
    step_s = wide / pool.speed
    limit = max(1, round(pool.limit_s / step_s))
    found = {}
    for label, (learn, color, line) in TABULAR.items():
        runs = [
            learn(walls, starts, place(pool.goal), seed=seed, limit=limit).latency
            for seed in range(LEARNERS)
        ]
        found[label] = step_s * np.mean(runs, axis=0), color, line
    return found


def _maps(axes: Axes, arm: Any, pool: _Pool, moment: str) -> Any:
    """Draw the mean weight of each place cell onto the critic, and its arrow."""
    n = arm.populations["hippocampus_place"].size
    centres = pool.centres(n)
    value = _means(arm.weights[CRITIC][moment], n)
    policy = arm.weights[ACTOR][moment]
    cells = arm.populations["actor_cell"].size
    angle = 2 * np.pi * np.asarray(policy.post) / cells
    pre, weight = np.asarray(policy.pre), np.asarray(policy.weight)
    ways = [np.bincount(pre, weight * f(angle), n) for f in (np.cos, np.sin)]
    inside = np.hypot(*centres.T) <= pool.radius + 1e-9
    x, y = centres[inside].T
    _walls(axes, pool)
    spacing = np.ptp(centres[:, 0]) / max(int(np.ceil(np.sqrt(n))) - 1, 1)
    image = axes.scatter(
        x,
        y,
        c=value[inside],
        s=260 * (spacing / pool.radius / 0.22) ** 2,
        marker="s",
        cmap="viridis",
        lw=0,
        zorder=0,
    )
    longest = max(float(np.hypot(*ways)[inside].max()), 1e-12)
    axes.quiver(
        x,
        y,
        *(way[inside] / longest for way in ways),
        color="white",
        scale=1 / (1.6 * spacing),
        scale_units="xy",
        angles="xy",
        width=0.008,
        pivot="mid",
    )
    axes.set_title(f"value and policy {moment}")
    return image


def _means(weights: Any, n: int) -> Any:
    """Return the mean weight of each presynaptic cell."""
    pre, weight = np.asarray(weights.pre), np.asarray(weights.weight)
    return np.bincount(pre, weight, n) / np.maximum(np.bincount(pre, minlength=n), 1)
