"""The axis of time of an engram experiment: visits to scale, gaps to none.

    visit ─── pause ─── visit      in a pause: what was done right after the visit
          │ ... │                  before, in between, right before the next

Lengths are inches.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .drawing import LEFT, RIGHT, TINY
from .engram_recording import EPSILON_S
from .fitted_text import fitted, text_width

NEAR_S = 5.0  # visits of different arms that are drawn without a gap between them

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Clock:
    """Where a time lies on paper: visits to one scale, gaps to none."""

    times: Floats
    places: Floats
    gaps: tuple[tuple[float, float], ...]

    def x(self, seconds: float) -> float:
        return float(np.interp(seconds, self.times, self.places))

    def start(self, span: Any) -> float:
        return self.x(span.start_s + EPSILON_S)

    def stop(self, span: Any) -> float:
        return self.x(span.stop_s - EPSILON_S)


class Pause(NamedTuple):
    """Time between two visits of an arm, and what was done in it."""

    start_s: float
    stop_s: float
    left: str  # right after the visit before
    middle: list[tuple[float, str]]
    right: str  # right before the next visit


def visits(arm: Any) -> list[Any]:
    """Return the episodes of an arm."""
    return [span for span in arm.timeline if span.kind == "episode"]


def ends_of(arm: Any) -> tuple[float, float]:
    """Return when an arm begins and when it ends."""
    line = arm.timeline
    return (line[0].start_s, line[-1].stop_s) if line else (0.0, 0.0)


def is_act(span: Any) -> bool:
    """Return whether a span is something done at one moment."""
    return bool(span.kind == "gap" and span.stop_s == span.start_s)


def pauses_of(arm: Any) -> list[Pause]:
    """Return the times without a visit, the one before all and after all included."""
    episodes = visits(arm)
    first, last = ends_of(arm)
    starts = [first, *(span.stop_s for span in episodes)]
    stops = [*(span.start_s for span in episodes), last]
    pauses, k = [], 0
    acts: list[list[tuple[float, str]]] = [[] for _ in starts]
    for span in arm.timeline:
        k += span.kind == "episode"
        if is_act(span):
            acts[k].append((span.start_s, span.name))
    for k, (a, b) in enumerate(zip(starts, stops, strict=True)):
        at_end = k < len(starts) - 1
        right = [n for t, n in acts[k] if at_end and t == b and (t > a or not k)]
        left = [n for t, n in acts[k] if t == a and n not in right]
        told = {*left, *right}
        middle = [(t, name) for t, name in acts[k] if name not in told]
        pauses.append(Pause(a, b, _joined(left), middle, _joined(right)))
    return pauses


def _joined(names: list[str]) -> str:
    """Return names in a row, to be broken between them only."""
    return (
        ", ".join(name.replace(" ", "\u00a0") for name in names)
        if names[1:]
        else (names[0] if names else "")
    )


def levels(pause: Pause) -> tuple[list[str], list[str]]:
    """Return what is written above the line and below it."""
    middle = [name for _, name in pause.middle]
    if pause.left and pause.right:
        return [pause.left, *middle], [pause.right]
    edges = [edge for edge in (pause.left, pause.right) if edge]
    return edges, middle


def clock_of(arms: dict[str, Any], lines: int) -> Clock:
    """Lay the visits of all arms and the gaps between them on one axis of time."""
    episodes = [span for arm in arms.values() for span in visits(arm)]
    if not episodes:
        return Clock(np.array([0.0, 1.0]), np.array([LEFT, RIGHT]), ())
    pauses = [pause for arm in arms.values() for pause in pauses_of(arm)]
    acts = [t.start_s for arm in arms.values() for t in arm.timeline if is_act(t)]
    clusters: list[list[float]] = []
    for a, b in sorted((s.start_s + EPSILON_S, s.stop_s - EPSILON_S) for s in episodes):
        before = clusters[-1][1] if clusters else -np.inf
        done = any(before <= t <= a for t in acts)
        if clusters and (a <= before or (a - before < NEAR_S and not done)):
            clusters[-1][1] = max(b, before)
        else:
            clusters.append([a, b])
    begin = min(ends_of(arm)[0] for arm in arms.values())
    end = max(ends_of(arm)[1] for arm in arms.values())
    edges = [begin, *(t for pair in clusters for t in pair), end]
    gaps = [(edges[k], edges[k + 1]) for k in range(0, len(edges), 2)]
    room = RIGHT - LEFT
    wide = [_gap_width(gap, pauses, lines) for gap in gaps]
    for k in (0, -1):  # nothing is drawn before the first visit but what was done
        told = any(a <= t <= b for a, b in [gaps[k]] for t in acts)
        wide[k] = wide[k] if told else 0.0
    wide = [float(w) * min(1.0, 0.52 * room / max(sum(wide), 1e-9)) for w in wide]
    inner = sorted({t for s in episodes for t in (s.start_s, s.stop_s)})
    times, lasts, is_gap = [begin], [wide[0]], [True]
    for (a, b), width in zip(clusters, wide[1:], strict=True):
        points = [a, *(t for t in inner if a + 1e-3 < t < b - 1e-3), b]
        times += points
        lasts += [*np.diff(points), width]
        is_gap += [False] * (len(points) - 1) + [True]
    times.append(end)
    drawn = _scaled(np.array(times), np.array(lasts), np.array(is_gap), episodes, room)
    places = LEFT + np.concatenate([[0.0], np.cumsum(drawn)])
    drawn_gaps = (
        gap for gap, w in zip(gaps, wide, strict=True) if w and gap[1] - gap[0] > NEAR_S
    )
    return Clock(np.array(times), places, tuple(drawn_gaps))


def _gap_width(gap: tuple[float, float], pauses: list[Pause], lines: int) -> float:
    """Return the least width in which all that is written in a gap fits."""
    widest = 0.5
    for pause in pauses:
        if pause.start_s <= gap[1] and pause.stop_s >= gap[0]:
            for level in levels(pause):
                for text in level:
                    room = text_width(text, TINY) + 0.02
                    if lines > 1 and room > 0.75:
                        room = 0.4
                        while fitted(text, room, TINY, lines) is None:
                            room += 0.05
                    widest = max(widest, len(level) * (room + 0.2))
    return min(widest, 1.6)


def _scaled(
    times: Floats, lasts: Floats, is_gap: Any, episodes: list[Any], room: float
) -> Floats:
    """Return widths on paper: visits to scale, but none too narrow for its name."""
    weights = np.where(is_gap, 0.0, lasts)
    left = room - float(lasts[is_gap].sum())
    least = min(0.5, 0.6 * left / max(int((~is_gap).sum()), 1))
    for _ in range(8):
        drawn = np.where(is_gap, lasts, weights * left / max(weights.sum(), 1e-9))
        for span in episodes:
            inside = (times[:-1] >= span.start_s) & (times[1:] <= span.stop_s)
            inside &= ~is_gap
            here = float(drawn[inside].sum())
            if 0 < here < least:
                weights[inside] *= least / here
    return np.asarray(
        np.where(is_gap, lasts, weights * left / max(weights.sum(), 1e-9))
    )
