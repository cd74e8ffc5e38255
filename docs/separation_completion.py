"""Make the runs, figures and tables of separation-completion.md.

python docs/separation_completion.py FOLDER [SEEDS]

Runs that FOLDER has are not made again; figures are those of seed 1.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, stdev

import numpy as np

from trisynapse import load, run
from trisynapse.analysis.drift_figure import drift
from trisynapse.analysis.separation_figure import separation_completion
from trisynapse.protocols.separation_measures import MORPH, PROBES, TURNS
from trisynapse.simulation.recording import Recording, band_in_words

HERE = Path(__file__).parent
KINDS: dict[str, tuple[str, list[str] | None, list[str]]] = {
    "codes": ("separation-completion", None, []),
    "severed": ("separation-completion", ["learned"], ["ca3.recurrent.weight=0 nS"]),
    "days": ("place-code-drift", None, []),
    "still": ("place-code-drift", ["same-inputs"], ["lifetime=1000000 day"]),
}
ONCE = ("severed", "still")  # controls of which one seed is run
STATIONS = ("EC", "grid", "cues", "DG", "CA3", "CA1")


def recordings(folder: Path, seeds: int, kind: str) -> list[Recording]:
    """Return the runs of a kind, one a seed; what is not there is run."""
    protocol, arms, settings = KINDS[kind]
    found = []
    for seed in range(1, (1 if kind in ONCE else seeds) + 1):
        file = folder / f"{kind}-{seed}.h5"
        if not file.exists():
            run(protocol, seed=seed, arms=arms, settings=settings, out=file)
        found.append(load(file))
    return found


def values(runs: list[Recording], arm: str, name: str) -> list[float]:
    """Return a measure in every run."""
    return [
        m.value for one in runs for m in one.measures if (m.arm, m.name) == (arm, name)
    ]


def spread(found: list[float], digits: int = 2) -> str:
    """Return mean and standard deviation; how many of how many have a number."""
    known = [value for value in found if np.isfinite(value)]
    if not known:
        return "none"
    told = f"{mean(known):.{digits}f}"
    told += f" ± {stdev(known):.{digits}f}" if len(known) > 1 else ""
    return told + (f" ({len(known)} of {len(found)})" if known != found else "")


def print_row(*cells: str) -> None:
    """Print a row of a table."""
    print("| " + " | ".join(cells) + " |")


def held(runs: list[Recording], others: dict[str, tuple[list[Recording], str]]) -> None:
    """Print the banded measures of the first arm beside those of other arms."""
    arm = next(iter(runs[0].arms))
    print_row("measure", "band", "in band", arm, *others)
    print_row(*["---"] * (4 + len(others)))
    for row in runs[0].measures:
        if row.arm == arm and row.passes >= 0:
            found = values(runs, arm, row.name)
            inside = sum(
                m.passes == 1
                for one in runs
                for m in one.measures
                if (m.arm, m.name) == (arm, row.name)
            )
            beside = [
                spread(values(more, other, row.name)) for more, other in others.values()
            ]
            told = spread(found)
            told = told if inside == len(runs) else f"**{told}**"
            band = band_in_words(row.low, row.high)
            print_row(row.name, band, f"{inside} of {len(runs)}", told, *beside)
    print()


def probes() -> Iterator[str]:
    """Yield the probes in the order of the table."""
    yield from (name for name in PROBES if name != "A")
    yield "A again, turned"


def correlations(runs: list[Recording], arm: str) -> None:
    """Print how alike A every probe is at every station."""
    print_row(f"correlation with A, {arm}", *STATIONS)
    print_row(*["---"] * (1 + len(STATIONS)))
    for probe in probes():
        names = (f"correlation in {region}, {probe}" for region in STATIONS)
        print_row(probe, *(spread(values(runs, arm, name)) for name in names))
    print()


def others(runs: list[Recording], arm: str) -> None:
    """Print rates, recruited cells, and how far codes turned."""
    regions = ("EC", "DG", "CA3", "CA1")
    print_row(arm, *regions)
    print_row(*["---"] * (1 + len(regions)))
    rows = {"rate, Hz": "rate in {}", "active cells": "active in {}"}
    for step in ("A again", *(f"{k} % of B" for k in MORPH), "another room"):
        rows[f"recruited, {step}"] = f"recruited in {{}}, {step}"
    for angle in (k for k in TURNS if k < 180):  # there, left and right are the same
        told = f"turned by {angle} deg"
        rows[f"turn of the code, deg, {told}"] = f"turn of {{}}, {told}"
    for words, name in rows.items():
        found = [values(runs, arm, name.format(region)) for region in regions]
        digits = 0 if "deg" in words and "turn of" in words else 3
        print_row(words, *(spread(each, digits) for each in found))
    print()


def every_day(runs: dict[str, tuple[list[Recording], str]]) -> None:
    """Print every measure of the days."""
    print_row("measure", *runs)
    print_row(*["---"] * (1 + len(runs)))
    first, arm = next(iter(runs.values()))
    for row in first[0].measures:
        if row.arm == arm and row.passes < 0:
            cells = [spread(values(one, name, row.name)) for one, name in runs.values()]
            print_row(row.name, *cells)
    print()


if __name__ == "__main__":
    folder, seeds = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    folder.mkdir(parents=True, exist_ok=True)
    codes, severed, days, still = (recordings(folder, seeds, kind) for kind in KINDS)
    separation_completion(codes[0]).savefig(HERE / "separation-completion.png")
    drift(days[0]).savefig(HERE / "place-code-drift.png")
    held(
        codes,
        {
            "not-learned": (codes, "not-learned"),
            "no recurrent synapses": (severed, "learned"),
        },
    )
    for name in codes[0].arms:
        correlations(codes, name)
        others(codes, name)
    beside = {
        "same-inputs": (days, "same-inputs"),
        "and no turnover": (still, "same-inputs"),
    }
    held(days, beside)
    every_day({"drift": (days, "drift"), **beside})
