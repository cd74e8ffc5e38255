"""Processes: one for each measurement, and what the binary that it starts takes.

A binary's memory is read from /proc while it runs: what the system tells when it has
ended (`ru_maxrss`) is never less than that of the Python which started it.
"""

import re
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def apart(function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Call a function in a fresh Python, which ends with it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *args, **options).result()


def children_s() -> float:
    """Return the CPU seconds of all processes that this one started and saw end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def own_peak_mb() -> float:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


class Watch:
    """Whenever it is called, looks how much memory a child of this process has held."""

    def __init__(self) -> None:
        self.peak_mb = 0.0

    def __call__(self, *_: Any) -> None:
        for task in Path("/proc/self/task").iterdir():
            with suppress(OSError):  # a thread may end meanwhile
                for child in (task / "children").read_text().split():
                    self.peak_mb = max(self.peak_mb, _peak_mb(Path("/proc", child)))


def _peak_mb(process: Path) -> float:
    try:
        status = (process / "status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / 1e6 if found else 0.0
