"""Print the table of fear-conditioning.md: banded measures, their mean and each run.

python docs/fear_conditioning.py FILE...

Bold is what lies outside its band. The mean is over the animals, as in `trisynapse
landmarks`; published values are means as well.
"""

import sys

import numpy as np

from trisynapse import load
from trisynapse.protocols.protocol import Band
from trisynapse.simulation.recording import Measure, band_in_words


def cell(measure: Measure) -> str:
    """Return a value, bold where its band is missed."""
    return f"{measure.value:.3g}" if measure.passes else f"**{measure.value:.3g}**"


def mean(rows: tuple[Measure, ...]) -> Measure:
    """Return the mean over animals, held against the band."""
    r = rows[0]
    band = Band(r.arm, r.name, r.unit, r.low, r.high, r.source)
    return band.measure(float(np.mean([row.value for row in rows])))


if __name__ == "__main__":
    runs = [load(file) for file in sys.argv[1:]]
    heads = ["arm", "measure", "band", "mean", *(f"seed {run.seed}" for run in runs)]
    print("| " + " | ".join(heads) + " |")
    print("|---" * len(heads) + "|")
    missed = [0] * (1 + len(runs))
    for rows in zip(*(run.measures for run in runs), strict=True):
        first = rows[0]
        if first.passes >= 0:
            shown = mean(rows), *rows
            missed = [n + (m.passes == 0) for n, m in zip(missed, shown, strict=True)]
            words = [first.arm, first.name, band_in_words(first.low, first.high)]
            print("| " + " | ".join([*words, *map(cell, shown)]) + " |")
    print("| | bands missed | | " + " | ".join(map(str, missed)) + " |")
