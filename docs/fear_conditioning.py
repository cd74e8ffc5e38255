"""Print the table of fear-conditioning.md: banded measures, a column for each run.

python docs/fear_conditioning.py FILE...
"""

import sys

from trisynapse import load
from trisynapse.simulation.recording import band_in_words

if __name__ == "__main__":
    runs = [load(file) for file in sys.argv[1:]]
    heads = ["arm", "measure", "band", *(f"seed {run.seed}" for run in runs)]
    print("| " + " | ".join(heads) + " |")
    print("|---" * len(heads) + "|")
    for rows in zip(*(run.measures for run in runs), strict=True):
        first = rows[0]
        if first.passes >= 0:
            cells = [
                f"{r.value:.3g}" if r.passes else f"**{r.value:.3g}**" for r in rows
            ]
            words = [first.arm, first.name, band_in_words(first.low, first.high)]
            print("| " + " | ".join(words + cells) + " |")
    missed = [sum(m.passes == 0 for m in run.measures) for run in runs]
    print("| | bands missed | | " + " | ".join(map(str, missed)) + " |")
