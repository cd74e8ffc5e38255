"""Print the table of fear-conditioning.md: banded measures, their mean and each run.

python docs/fear_conditioning.py FILE...

Bold is what lies outside its band. The mean is over the animals, as in `trisynapse
landmarks`; published values are means as well.
"""

import sys

import numpy as np

from trisynapse import load
from trisynapse.simulation.recording import Measure, band_in_words


def cell(value: float, met: bool) -> str:
    """Return a value, bold where its band is missed."""
    return f"{value:.3g}" if met else f"**{value:.3g}**"


def mean(rows: tuple[Measure, ...]) -> tuple[float, bool]:
    """Return the mean over animals, and whether it lies in the band."""
    value, first = float(np.mean([r.value for r in rows])), rows[0]
    return value, not (value < first.low or value > first.high or np.isnan(value))


if __name__ == "__main__":
    runs = [load(file) for file in sys.argv[1:]]
    heads = ["arm", "measure", "band", "mean", *(f"seed {run.seed}" for run in runs)]
    print("| " + " | ".join(heads) + " |")
    print("|---" * len(heads) + "|")
    missed = [sum(m.passes == 0 for m in run.measures) for run in runs]
    means_missed = 0
    for rows in zip(*(run.measures for run in runs), strict=True):
        first = rows[0]
        if first.passes >= 0:
            value, met = mean(rows)
            means_missed += not met
            cells = [cell(value, met), *(cell(r.value, r.passes == 1) for r in rows)]
            words = [first.arm, first.name, band_in_words(first.low, first.high)]
            print("| " + " | ".join(words + cells) + " |")
    cells = [str(k) for k in (means_missed, *missed)]
    print("| | bands missed | | " + " | ".join(cells) + " |")
