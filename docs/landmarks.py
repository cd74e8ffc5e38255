"""Print the table of landmarks.md from what `trisynapse landmarks --json` wrote.

python docs/landmarks.py findings.json
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trisynapse.simulation.recording import band_in_words

NAN = float("nan")


def rows(findings: list[dict[str, Any]], indent: str = "") -> Iterator[list[str]]:
    """Yield the cells of each finding, its controls below it, each control once."""
    seen: set[str] = set()
    for found in findings:
        low, high = (NAN if x is None else x for x in (found["low"], found["high"]))
        ends = [f"{x:.4g}" for x in found["ci95"] if x is not None]
        verdict = found["verdict"]
        if verdict == "fail":
            off = [x for x in (low - found["mean"], found["mean"] - high) if x == x]
            verdict = f"**fails** by {max(off):.3g}"
        yield [
            found["id"] if not indent else "",
            indent + found["experiment"],
            f"{found['mean']:.4g}",
            " to ".join(ends),
            band_in_words(low, high),
            verdict,
            found["source"],
        ]
        new = [c for c in found["controls"] if c["experiment"] not in seen]
        seen.update(c["experiment"] for c in new)
        yield from rows(new, "control: ")


if __name__ == "__main__":
    told = json.loads(Path(sys.argv[1]).read_text())
    heads = ["", "experiment", "mean", "95 % interval", "band", "verdict", "source"]
    for cells in (heads, ["---"] * len(heads), *rows(told)):
        print("| " + " | ".join(cells) + " |")
