"""Measure what a biological second costs, here and in other tools.

python -m benchmarks [TASK ...] [--repeats N] [--seconds S]
"""

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from .measured import measure
from .processes import apart
from .table import head, line

TASKS = "recurrent", "learning", "hours", "sharp_waves", "nest", "memory", "scaling"


def say(text: str) -> None:
    """Tell whoever watches what is under way."""
    print(text, file=sys.stderr, flush=True)


def main(told: list[str] | None = None) -> None:
    """Print the table of the tasks that are asked for."""
    asked = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    asked.add_argument("task", nargs="*", help=f"by default all: {', '.join(TASKS)}")
    asked.add_argument("--repeats", type=int, default=5, help="of each tool (5)")
    asked.add_argument("--seconds", type=float, help="biological seconds of a repeat")
    given = asked.parse_args(told)
    strange = set(given.task) - set(TASKS)
    if strange:
        asked.error(f"no task {strange.pop()!r}: there are {', '.join(TASKS)}")
    if given.repeats < 1 or (given.seconds is not None and given.seconds <= 0):
        asked.error("at least one repeat, and a time above 0 s, are wanted")
    print(head(), flush=True)
    remarks: list[str] = []
    for name in given.task or TASKS:
        # Only now, and never in the children: a task may load what others must not.
        task = import_module(f".{name}", __package__)
        with tempfile.TemporaryDirectory() as folder:
            rows = measure(
                task.entries(),
                Path(folder).resolve(),
                repeats=given.repeats,
                seconds=given.seconds,
                apart=apart,
                say=say,
            )
        for row in rows:
            print(line(row, rows), flush=True)
        remarks += task.remarks(rows)
    print("", *remarks, sep="\n")


if __name__ == "__main__":
    main()
