"""Print the table of consolidation.md: every measure over the networks of some runs.

python docs/consolidation.py FILE...
"""

import sys
from statistics import mean, stdev

from trisynapse import load
from trisynapse.simulation.recording import band_in_words

if __name__ == "__main__":
    runs = [load(file) for file in sys.argv[1:]]
    print("| arm | measure | unit | band | mean | SD | least | most | in band |")
    print("|---" * 9 + "|")
    for rows in zip(*(run.measures for run in runs), strict=True):
        first, values = rows[0], [row.value for row in rows]
        spread = stdev(values) if len(values) > 1 else float("nan")
        told = (mean(values), spread, min(values), max(values))
        held = f"{sum(row.passes == 1 for row in rows)} of {len(rows)}"
        cells = [first.arm, first.name, first.unit]
        cells += [band_in_words(first.low, first.high)]
        cells += [f"{value:.4g}" for value in told]
        print("| " + " | ".join([*cells, held if first.passes >= 0 else ""]) + " |")
