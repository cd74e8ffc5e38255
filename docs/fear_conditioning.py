"""Print the table of fear-conditioning.md: banded measures, of the group and each run.

python docs/fear_conditioning.py FILE...

Bold is what lies outside its band. The group has the mean over animals; what is one
freezing over another is made of two means, as in papers and `trisynapse landmarks`.
"""

import sys

from trisynapse import load
from trisynapse.protocols.catalogue import find
from trisynapse.simulation.recording import Measure, band_in_words


def cell(measure: Measure) -> str:
    """Return a value, bold where its band is missed."""
    return f"{measure.value:.3g}" if measure.passes else f"**{measure.value:.3g}**"


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    runs = [load(file) for file in sys.argv[1:]]
    group = find(runs[0].protocol).group([run.measures for run in runs])
    heads = ["arm", "measure", "band", "group", *(f"seed {run.seed}" for run in runs)]
    print("| " + " | ".join(heads) + " |")
    print("|---" * len(heads) + "|")
    missed = [0] * (1 + len(runs))
    for shown in zip(group, *(run.measures for run in runs), strict=True):
        first = shown[0]
        if first.passes >= 0:
            missed = [n + (m.passes == 0) for n, m in zip(missed, shown, strict=True)]
            words = [first.arm, first.name, band_in_words(first.low, first.high)]
            print("| " + " | ".join([*words, *map(cell, shown)]) + " |")
    print("| | bands missed | | " + " | ".join(map(str, missed)) + " |")
