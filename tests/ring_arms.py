"""Arms made by hand: an animal on a ring, and cells whose fields are known."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trisynapse.protocols.space.rooms import CircularTrack
from trisynapse.simulation.recording import Arm, PopulationInfo, Span, Spikes, Trace

TRACK = CircularTrack()
LASTS_S, EVERY_S, SPEED = 100.0, 0.02, 0.5
T = np.arange(0, LASTS_S, EVERY_S)
ALONG = SPEED * T % TRACK.midline
ANGLE = 2 * np.pi * ALONG / TRACK.midline

Rates = Callable[[str, str], Any]  # of episode and population: (cells, times), Hz


def tuned(centres: Any, peaks: Any) -> Any:
    """Return the rates of cells with one field each, (cells, times)."""
    off = ANGLE - np.asarray(centres)[:, None]
    return np.asarray(peaks)[:, None] * np.exp(4 * (np.cos(off) - 1))


def arm(episodes: list[str], populations: Mapping[str, int], rates: Rates) -> Arm:
    """Return an arm whose cells fire evenly at these rates, without chance."""
    spans, times, places = [], [], []
    fired: dict[str, list[Any]] = {name: [] for name in populations}
    for k, episode in enumerate(episodes):
        start = 1000.0 * k
        spans.append(Span(episode, "episode", start, start + LASTS_S, ""))
        times.append(start + T)
        places.append(TRACK.at(ALONG))
        for name in populations:
            count = np.floor(np.cumsum(rates(episode, name) * EVERY_S, axis=1))
            cells, at = np.nonzero(np.diff(count, prepend=0.0, axis=1) > 0)
            fired[name].append((1e3 * (start + T[at]), cells))
    spikes = {}
    for name, parts in fired.items():
        when, who = (np.concatenate(each) for each in zip(*parts, strict=True))
        order = np.argsort(when, kind="stable")
        spikes[name] = Spikes(when[order], who[order].astype(np.uint32))
    return Arm(
        populations={
            name: PopulationInfo(n, name.partition("_")[0].upper(), "", "glutamate")
            for name, n in populations.items()
        },
        timeline=tuple(spans),
        spikes=spikes,
        behaviour={"position": Trace(np.concatenate(times), np.concatenate(places))},
    )
