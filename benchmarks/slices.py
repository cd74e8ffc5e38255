"""Measure experiments on slices: hours after a tetanus, the frequency curve, landmarks.

Prints wall seconds of warm runs, and how many times faster than the slices they are.
It judges nothing. The landmarks take minutes.

    python benchmarks/slices.py [--landmarks]
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from trisynapse import run
from trisynapse.protocols.landmarks import judge
from trisynapse.protocols.slice_landmarks import LANDMARKS, RATES

HOUR = 3600.0


def timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def pathways(slices: int, seed: int) -> None:
    """Run strong on S1, weak on S2 an hour later, tests every 15 min for 8 h."""
    run(
        "stimulation",
        seed=seed,
        arms=["vehicle"],
        settings=["pattern=STET", "also=S2 WTET at 1 h", f"slices={slices}"],
    )


def curve(slices: int, seed: int) -> None:
    """Run 900 pulses at seven rates, as many at a time as there are cores."""

    def one(rate: float) -> None:
        settings = "pattern=train", f"rate={rate:g} Hz", f"slices={slices}"
        run(
            "stimulation",
            seed=seed,
            arms=["vehicle"],
            settings=[*settings, "every=24 h", "duration=2 h"],
            workers=1,
        )

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(one, RATES))  # slow trains, which take longest, come first


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--landmarks", action="store_true")
    asked = options.parse_args()
    lived = sum(900 / rate for rate in RATES)
    works = {
        "two pathways, 8.5 h": (pathways, 8.5 * HOUR),
        f"frequency curve, {lived:.0f} s of pulses": (curve, lived),
    }
    print("| experiment | slices | wall s | times faster than the slices |")
    print("|---|---|---|---|")
    for slices in (1, 5):
        for name, (work, seconds) in works.items():
            work(slices, 1)  # compiles
            wall = timed(lambda work=work, slices=slices: work(slices, 2))
            print(
                f"| {name} | {slices} | {wall:.1f} | {seconds / wall:.0f} |", flush=True
            )
    if asked.landmarks:
        with tempfile.TemporaryDirectory() as folder:
            wall = timed(lambda: judge(LANDMARKS, range(1, 6), folder=Path(folder)))
        print(f"| landmarks L01 to L14, 5 seeds | 1 | {wall:.0f} | |")
