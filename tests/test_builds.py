"""The cache of compiled circuits: shared, bounded, and never half-made."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from trisynapse.circuits.circuit import Circuit
from trisynapse.circuits.parameters import ASSUMED
from trisynapse.circuits.projection import Function
from trisynapse.circuits.quantity import Quantity
from trisynapse.simulation import builds
from trisynapse.simulation.outline import outline

from .mini import RULES, Mini, Noise, North, Pyramidal, Recurrent, changed

# Takes the compiler's place where only the machinery around it is looked at. It notes
# its process and its arguments, waits as long as there is a file `wait` beside it,
# takes five seconds for `slow.cpp` and refuses `bad.cpp`.
COMPILER = """#!/bin/sh
here=$(dirname "$0")
echo "$$ $@" >> "$here/calls"
case "$*" in *" -o "*) ;; *) exit 0 ;; esac
while [ -e "$here/wait" ]; do sleep 0.02; done
case "$*" in
*bad.cpp*) sleep 0.3; echo "bad.cpp: no such thing" >&2; exit 1 ;;
*slow.cpp*) sleep 5 ;;
esac
while [ $# -gt 0 ]; do [ "$1" = -o ] && : > "$2"; shift; done
exit 0
"""

OBTAIN = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from mini import Mini, RULES
from trisynapse.simulation import builds
"""


class Workshop:
    """A cache and a stand-in compiler, for this process and for others."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache = folder, folder / "cache"
        self.compiler = folder / "g++"
        self.compiler.write_text(COMPILER)
        self.compiler.chmod(0o755)
        self.wait = folder / "wait"
        self.sources = ["main.cpp"]
        self.started: list[subprocess.Popen[str]] = []

    def calls(self, made: str) -> list[int]:
        """Return the processes of the compiler that were to make a file."""
        notes = self.folder / "calls"
        lines = notes.read_text().splitlines() if notes.exists() else []
        return [int(line.split()[0]) for line in lines if line.endswith(f"-o {made}")]

    def start(self, code: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", OBTAIN + code],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def wait_for(self, call: str) -> None:
        """Wait until the compiler is to make a file."""
        deadline = time.monotonic() + 60
        while not self.calls(call):
            ended = [p.communicate() for p in self.started if p.poll() is not None]
            assert not ended and time.monotonic() < deadline, ended
            time.sleep(0.02)

    def close(self) -> None:
        """End what a failed test left running."""
        self.wait.unlink(missing_ok=True)
        for process in self.started:
            process.kill()
            process.communicate()

    def unfinished(self) -> list[Path]:
        return list(self.cache.glob("making-*"))


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    made = Workshop(tmp_path)
    monkeypatch.setenv("TRISYNAPSE_CACHE", str(made.cache))
    monkeypatch.setenv("CXX", str(made.compiler))
    asked = (builds.compiler, builds._compiler_identity)
    for question in asked:
        question.cache_clear()
    yield made
    made.close()
    for question in asked:
        question.cache_clear()


@pytest.fixture
def quick(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Leave out Brian2 too: what is generated is the outline itself."""

    def generate(circuit: Circuit, rules: Any, aside: Path) -> None:
        (aside / "main.cpp").write_text(json.dumps(outline(circuit, rules)))
        told = {"circuit": "mini", "sources": workshop.sources, "flags": []}
        (aside / "manifest.json").write_text(json.dumps(told))

    monkeypatch.setattr(builds, "_generate", generate)
    return workshop


def alive(process: int) -> bool:
    """Tell whether a process runs; one that has ended but was not asked does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def sized(n: int) -> Mini:
    return Mini(north=North(n_pyramidal=n))


# Processes


def test_two_processes_that_want_the_same_build_make_one(workshop: Workshop) -> None:
    workshop.wait.touch()
    code = "build = builds.obtain(Mini(), RULES, lambda *a: print(a[0], flush=True))"
    code += "\nprint(build.folder)"
    both = [workshop.start(code), workshop.start(code)]
    workshop.wait_for("objects.h.gch")
    told = [process.stdout for process in both]
    first = {out.readline().strip() for out in told if out}
    assert first == {"generating C++", builds.WAITING}
    workshop.wait.unlink()
    outs = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], outs
    folders = {out.splitlines()[-1] for out, _ in outs}
    assert len(folders) == 1
    assert len(workshop.calls("main")) == 1
    assert [row[0] for row in builds.entries()] == [Path(folders.pop()).name]
    assert not workshop.unfinished()


def quiet(folder: Path) -> None:
    """Wait until nobody has written into a folder for a second."""
    for _ in range(60):
        before = folder.stat().st_mtime
        time.sleep(1)
        if folder.stat().st_mtime == before:
            return
    raise AssertionError(f"{folder} is still written to")


def test_a_killed_compile_leaves_no_entry_and_the_next_one_succeeds(
    quick: Workshop,
) -> None:
    quick.wait.touch()
    process = quick.start("builds.obtain(Mini(), RULES)")
    quick.wait_for("objects.h.gch")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    quick.wait.unlink()
    assert builds.entries() == []
    (left,) = quick.unfinished()
    build = builds.obtain(Mini(), RULES)
    assert (build.folder / "main").exists()
    assert [row[0] for row in builds.entries()] == [build.folder.name]
    quiet(left)  # compilers whose parent is gone end by themselves
    os.utime(left, (0, 0))  # an hour later
    builds.obtain(sized(9), RULES)
    assert quick.unfinished() == []


def test_ctrl_c_ends_a_compile_at_once_with_all_its_processes(
    workshop: Workshop,
) -> None:
    workshop.wait.touch()
    process = workshop.start("builds.obtain(Mini(), RULES)")
    workshop.wait_for("objects.h.gch")
    (header,) = workshop.calls("objects.h.gch")
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=20)
    assert "KeyboardInterrupt" in complaint
    assert not alive(header)
    assert workshop.unfinished() == [] and builds.entries() == []


def test_a_refused_source_breaks_off_the_others(quick: Workshop) -> None:
    quick.sources = ["slow.cpp", "bad.cpp", *["slow.cpp"] * 20]
    began = time.monotonic()
    with pytest.raises(builds.CompilerError, match="no such thing"):
        builds.obtain(Mini(), RULES)
    assert time.monotonic() - began < 4
    assert not any(map(alive, quick.calls("slow.o")))
    assert quick.unfinished() == [] and builds.entries() == []


def test_a_call_of_the_compiler_that_comes_too_late_ends_at_once(
    quick: Workshop,
) -> None:
    calls = builds.Calls(quick.folder)
    calls.stop()
    quick.wait.touch()
    with pytest.raises(builds.CompilerError):
        calls.run([str(quick.compiler), "-c", "late.cpp", "-o", "late.o"])


def test_a_circuit_that_never_looks_at_its_stimulus_has_code_too(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = North(pyramidal_sight=None, pyramidal_pain=None)  # type: ignore[arg-type]
    workshop.cache.mkdir()
    # AMPA alone, because NMDA receptors look at the drugs.
    rules = {"inhibitory": RULES["inhibitory"]}
    circuit = Mini(north=blind)
    monkeypatch.setattr(Recurrent, "receptor", "AMPA")
    builds._generate(circuit, rules, workshop.cache)
    main = (workshop.cache / "main.cpp").read_text()
    assert "TRISYNAPSE_STIMULUS" in main and "shown.read" not in main


def test_generated_code_does_not_depend_on_the_hash_seed(workshop: Workshop) -> None:
    code = """
from pathlib import Path
folder = Path({folder!r})
folder.mkdir()
builds._generate(Mini(), RULES, folder)
print(builds.recipe(Mini(), RULES))
"""
    folders = [workshop.folder / name for name in "123"]
    started = [
        workshop.start(code.format(folder=str(folder)), PYTHONHASHSEED=folder.name)
        for folder in folders
    ]
    outs = [process.communicate() for process in started]
    assert not any(process.returncode for process in started), outs
    assert {out for out, _ in outs} == {builds.recipe(Mini(), RULES) + "\n"}
    one, two, three = (
        {
            file.relative_to(folder): file.read_bytes()
            for file in folder.rglob("*")
            if file.suffix in {".cpp", ".h", ".json"}
        }
        for folder in folders
    )
    assert len(one) > 20 and one == two == three


# Keeping and forgetting


def test_a_build_is_made_once(quick: Workshop) -> None:
    first = builds.obtain(Mini(), RULES)
    assert builds.obtain(Mini(), RULES) == first
    assert len(quick.calls("main")) == 1


def test_the_least_recently_used_builds_are_forgotten(
    quick: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builds, "KEPT", 2)
    made = {}
    for age, n in enumerate((20, 21), start=1):
        made[n] = builds.obtain(sized(n), RULES)
        os.utime(made[n].folder / "used", (age, age))
    builds.obtain(sized(20), RULES)  # now 21 is the one that waited longest
    made[22] = builds.obtain(sized(22), RULES)
    kept = {name for name, *_ in builds.entries()}
    assert kept == {made[20].folder.name, made[22].folder.name}
    recipes = {file.read_text() for file in (quick.cache / "recipes").iterdir()}
    assert recipes == kept


def test_a_cleared_cache_is_empty_and_fills_again(quick: Workshop) -> None:
    builds.obtain(sized(20), RULES)
    builds.obtain(sized(21), RULES)
    assert builds.clear() == 2
    assert builds.entries() == [] and builds.clear() == 0
    builds.obtain(sized(20), RULES)
    assert len(builds.entries()) == 1


def test_a_cache_may_be_cleared_while_a_build_is_made(quick: Workshop) -> None:
    build = builds.obtain(Mini(), RULES, lambda what, share: print(builds.clear()))
    assert [row[0] for row in builds.entries()] == [build.folder.name]
    assert builds.obtain(Mini(), RULES) == build


def test_a_recipe_cut_off_while_it_was_written_is_made_again(quick: Workshop) -> None:
    build = builds.obtain(Mini(), RULES)
    (told,) = (quick.cache / "recipes").iterdir()
    told.write_text("")
    assert builds.obtain(Mini(), RULES) == build


def test_a_cache_that_cannot_be_written_is_one_line_with_the_way_out(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workshop.compiler / "cache"  # inside a file
    monkeypatch.setenv("TRISYNAPSE_CACHE", str(folder))
    with pytest.raises(OSError, match="TRISYNAPSE_CACHE") as refused:
        builds.obtain(Mini(), RULES)
    (line,) = refused.value.args
    assert "\n" not in line and str(folder) in line


# What a recipe depends on


@dataclass(frozen=True, kw_only=True)
class Leaky(Pyramidal):
    membrane: ClassVar[str] = Pyramidal.membrane.replace("I_exp - ", "- ")


@dataclass(frozen=True, kw_only=True)
class Shifted(Noise):
    current: ClassVar[str] = "2*I_mean + noise"


@dataclass(frozen=True, kw_only=True)
class Doubled(type(RULES["tagging"])):  # type: ignore[misc]
    weight: ClassVar[str] = "2*w_0*(h + z)"


@dataclass(frozen=True, kw_only=True)
class Rewritten(type(RULES["tagging"])):  # type: ignore[misc]
    functions: ClassVar[Any] = {
        name: Function(f.python, f.cpp + "\n", f.units, f.returns)
        for name, f in RULES["tagging"].functions.items()
    }


@dataclass(frozen=True, kw_only=True)
class Relative(type(RULES["inhibitory"])):  # type: ignore[misc]
    tau: Quantity = ASSUMED("20 mV")


STRUCTURE = {
    "a text of a cell": (Mini(north=North(pyramidal=Leaky())), RULES),
    "a text of a drive": (Mini(north=North(pyramidal_background=Shifted())), RULES),
    "a size": (sized(25), RULES),
    "an in-degree": (Mini().with_value("north.recurrent.in_degree", "7"), RULES),
    "a delay": (Mini().with_value("north.recurrent.delay", "2.2 ms"), RULES),
    "the scale": (Mini(scale=0.5), RULES),
    "a rule's delay": (Mini(), {**RULES, "tagging": replace(RULES["tagging"])}),
    "a rule's text": (Mini(), {**RULES, "tagging": Doubled()}),
    "a rule's function": (Mini(), {**RULES, "tagging": Rewritten()}),
    "a dimension": (Mini(), {**RULES, "inhibitory": Relative()}),
    "no rule": (Mini(), {"tagging": RULES["tagging"]}),
}
STRUCTURE["a rule's delay"][1]["tagging"] = replace(
    RULES["tagging"], delay_Ca=Quantity(0.02, "second", "20 ms")
)

VALUES = {
    "a value of a cell": (Mini().with_value("north.pyramidal.g_L", "9 nS"), RULES),
    "a weight": (Mini().with_value("north.recurrent.weight", "9 nS"), RULES),
    "the noise": (changed(Mini(), I_sd="0 pA"), RULES),
    "a value of a rule": (
        Mini(),
        {**RULES, "tagging": replace(RULES["tagging"], sigma=0.0)},
    ),
}


@pytest.mark.parametrize("what", STRUCTURE)
def test_a_recipe_changes_with(what: str) -> None:
    assert builds.recipe(*STRUCTURE[what]) != builds.recipe(Mini(), RULES)


@pytest.mark.parametrize("what", VALUES)
def test_a_recipe_does_not_change_with(what: str) -> None:
    assert builds.recipe(*VALUES[what]) == builds.recipe(Mini(), RULES)
