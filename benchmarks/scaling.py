"""The task `scaling`: the recurrent network from 500 to 16,000 cells.

A cell keeps its number of inputs: twice the cells are twice the synapses. Half a second
with a pulse of learning, or there would be too few spikes to divide by.
"""

from collections.abc import Sequence
from functools import partial

from .compiled import entry
from .learning import PULSES
from .measured import Entry, Row, exponent
from .recurrent import YARDSTICK_S, scene

CELLS = 500, 1000, 2000, 4000, 8000, 16_000
WHOLE = 2000  # cells at scale 1
EACH = "ns a spike at a synapse"


def entries() -> list[Entry]:
    """Return one entry a size."""
    return [
        entry(
            "scaling",
            partial(scene, PULSES, scale=n / WHOLE),
            seconds=YARDSTICK_S,
            tool=f"trisynapse, {n:,}",
            shows=("synapses", "spikes at synapses a s", EACH),
        )
        for n in CELLS
    ]


def remarks(rows: Sequence[Row]) -> list[str]:
    """Return how the cost of a spike at a synapse grows with the size."""
    done = [row for row in rows if row.costs]
    if len(done) < 2:
        return []
    cells = [row.told("cells") for row in done]
    b = exponent(cells, [row.told(EACH) for row in done])
    return [f"scaling: a spike at a synapse costs as (number of cells)^{b:.2f}."]
