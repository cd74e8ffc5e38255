"""Measure `trisynapse run PROTOCOL` as a user meets it: cold, then warm.

Prints wall and CPU seconds, memory, the wait before the first simulated step, and CPU
seconds per biological second. It judges nothing. Linux only: it reads /proc.

    python benchmarks/whole_runs.py [PROTOCOL] [--scale F] [--warm N]
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from trisynapse import load

PAGE = os.sysconf("SC_PAGE_SIZE")
EVERY_S = 0.02


@dataclass
class Seen:
    """What the watcher saw of a run and of all processes that it started."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    first_step_s: float


def children(parent: int) -> list[int]:
    """Return the processes below ``parent``, itself included."""
    below, found = {}, [parent]
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status = (entry / "stat").read_text()
        except OSError:
            continue
        below.setdefault(int(status.rpartition(")")[2].split()[1]), []).append(
            int(entry.name)
        )
    for process in found:
        found += below.get(process, [])
    return found


def resident_mb(process: int) -> float:
    try:
        statm = Path(f"/proc/{process}/statm").read_text().split()
    except OSError:
        return 0.0
    return int(statm[1]) * PAGE / 1e6


def simulates(process: int, folder: Path) -> bool:
    """Tell whether a process is a circuit's binary, linked from the cache to a run."""
    try:
        program = Path(os.readlink(f"/proc/{process}/exe"))
    except OSError:
        return False
    return program.name == "main" and program.is_relative_to(folder)


def watch(command: list[str], folder: Path) -> Seen:
    """Run a command and look at it fifty times a second."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began, peak, first = time.perf_counter(), 0.0, float("nan")
    environment = {**os.environ, "TRISYNAPSE_CACHE": str(folder / "cache")}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as run:
        while run.poll() is None:
            family = children(run.pid)
            peak = max(peak, sum(map(resident_mb, family)))
            if first != first and any(simulates(process, folder) for process in family):
                first = time.perf_counter() - began
            time.sleep(EVERY_S)
    if run.returncode:
        raise SystemExit(run.returncode)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Seen(wall, used, peak, first)


def simulated_s(file: Path) -> float:
    """Return the simulated seconds of a run: what arms have in common counts once."""
    episodes = {}
    for arm in load(file).arms.values():
        for span in arm.timeline:
            if span.kind == "episode":
                parts = [
                    s.between(span.start_s, span.stop_s) for s in arm.spikes.values()
                ]
                fired = tuple(
                    (p.timestamps.tobytes(), p.node_ids.tobytes()) for p in parts
                )
                episodes[fired] = span.stop_s - span.start_s
    return sum(episodes.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("protocol", nargs="?", default="fear-conditioning")
    parser.add_argument("--scale", default="1", help="factor on the number of cells")
    parser.add_argument("--warm", type=int, default=3, help="warm runs (default 3)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        file = folder / "run.h5"
        command = [sys.executable, "-m", "trisynapse.cli", "run"]
        command += [given.protocol, "--scale", given.scale, "--out", str(file)]
        print(
            f"{given.protocol}, {os.cpu_count()} cores; all arms, scale {given.scale}"
        )
        print("run     wall s  CPU s  peak MB  first step s  CPU s per simulated s")
        for k in range(given.warm + 1):
            again = ["--overwrite"] if k else []
            seen = watch([*command, "--seed", str(k + 1), *again], folder)
            each = seen.cpu_s / simulated_s(file)
            print(
                f"{'warm' if k else 'cold':6}  {seen.wall_s:6.1f}  {seen.cpu_s:5.0f}  "
                f"{seen.peak_mb:7.0f}  {seen.first_step_s:12.2f}  {each:21.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
