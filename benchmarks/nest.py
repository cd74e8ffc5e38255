"""The task `nest`: the plain network with pair STDP, here and in NEST.

Ours steps at 0.2 ms. NEST does so at 0.2 ms, and at its own default of 0.1 ms.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from trisynapse.plasticity import PairSTDP

from . import in_nest
from .compiled import Scene, entry
from .measured import Entry, Row, alike
from .plain import PlainCircuit

RATES = "Hz plain_exc", "Hz plain_inh"
SECONDS = 10.0  # shorter, and rates differ by chance


def entries() -> list[Entry]:
    """Return our form, and NEST's at two steps."""
    theirs = [
        Entry(
            task="nest",
            tool=f"NEST, {step_ms} ms",
            seconds=SECONDS,
            prepare=partial(in_nest.prepare, step_ms),
            run=partial(in_nest.run, step_ms),
            missing=in_nest.MISSING,
            shows=RATES,
        )
        for step_ms in (0.2, 0.1)
    ]
    return [entry("nest", scene, SECONDS, shows=RATES), *theirs]


def scene(seconds: float) -> Scene:
    """Return the network, at which no stimulus is shown."""
    circuit = PlainCircuit()
    nothing = np.zeros((round(seconds * 1e3), len(circuit.columns)))
    return Scene(circuit, {"stdp": PairSTDP()}, nothing)


def remarks(rows: Sequence[Row]) -> list[str]:
    """Return how far the rates are from ours."""
    return alike(rows, RATES)
