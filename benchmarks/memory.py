"""The task `memory`: the default circuit at three scales, exploring a place."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from trisynapse.protocols.fear_conditioning import FearConditioning
from trisynapse.simulation.timeline import Episode

from .compiled import Scene, entry
from .measured import Entry, Row, exponent

SCALES = 0.25, 1.0, 4.0


def entries() -> list[Entry]:
    """Return one entry a scale."""
    return [
        entry(
            "memory",
            partial(scene, scale),
            seconds=2.0,
            tool=f"trisynapse, scale {scale:g}",
            shows=("cells", "synapses", "us a cell"),
        )
        for scale in SCALES
    ]


def scene(scale: float, seconds: float) -> Scene:
    """Return the first steps into the place, under the rules of fear conditioning."""
    protocol = FearConditioning()
    visit = protocol.timeline("paired")[0]
    assert isinstance(visit, Episode)
    rows = visit.stimulus[: round(seconds * 1e3)]
    return Scene(replace(protocol.circuit, scale=scale), protocol.rules, rows)


def remarks(rows: Sequence[Row]) -> list[str]:
    """Return how the cost grows with the number of cells."""
    done = [row for row in rows if row.costs]
    if len(done) < 2:
        return []
    cells = [row.told("cells") for row in done]
    b = exponent(cells, [row.told("us a cell") for row in done])
    return [f"memory: the cost of a cell goes with (number of cells)^{b:.2f}."]
