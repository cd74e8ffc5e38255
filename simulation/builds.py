"""Compiled circuits, kept between runs.

An entry of the cache is a folder with the binary, its manifest and the arrays that it
starts from. Its name is a digest of all that the binary depends on: the generated code,
the compiler, the flags. So that a warm run need not generate code at all, a second,
smaller folder maps the digest of a description (circuit, rules, versions, our own code
generator) to the entry that it led to.

    description ──▶ recipes/<digest> ──▶ entries/<digest>/{main, manifest.json, …}
"""

import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock
from platformdirs import user_cache_path

from ..circuits.circuit import Circuit, Rules
from ..circuits.projection import code
from ..circuits.quantity import Quantity

KEPT = 12  # entries; the least recently used go first
PACKAGE = Path(__file__).parents[1]


class CompilerError(RuntimeError):
    """The C++ compiler refused a circuit."""


@dataclass(frozen=True)
class Build:
    """A compiled circuit on disk."""

    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """How state, wiring and populations lie in files."""
        return dict(json.loads((self.folder / "manifest.json").read_text()))


def cache_folder() -> Path:
    """Return the per-user folder of builds (TRISYNAPSE_CACHE overrides it)."""
    told = os.environ.get("TRISYNAPSE_CACHE")
    return Path(told) if told else user_cache_path("trisynapse")


@cache
def compiler() -> str | None:
    """Return the C++ compiler's path, or None where there is none."""
    return shutil.which(os.environ.get("CXX", "g++"))


def recipe(circuit: Circuit, rules: Rules) -> str:
    """Return the digest of a circuit's structure and of all that turns it into code."""
    described = {
        "structure": structure(circuit, rules),
        "versions": [version(name) for name in ("brian2", "numpy", "sympy")],
        "python": sys.version_info[:2],
        "generator": _own_code(),
        "compiler": _compiler_identity(),
    }
    return digest(json.dumps(described, sort_keys=True))


def obtain(
    circuit: Circuit, rules: Rules, say: Callable[[str, float], None] | None = None
) -> Build:
    """Return the compiled circuit, from the cache or by compiling it now.

    ``say`` is told what is under way and which share of it is done. Two processes that
    want the same build at once get one: the second waits for the first.
    """
    root = cache_folder()
    try:
        for name in ("recipes", "entries", "locks"):
            (root / name).mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OSError(
            f"The cache of builds {root} cannot be written ({problem.strerror}): set "
            "TRISYNAPSE_CACHE to a folder that can."
        ) from None
    name = recipe(circuit, rules)
    with FileLock(root / "locks" / f"{name}.lock"):
        told = root / "recipes" / name
        if told.exists():
            entry = root / "entries" / told.read_text()
            if (entry / "manifest.json").exists():
                (entry / "used").touch()
                return Build(entry)
        entry = _make(root, circuit, rules, say or (lambda what, share: None))
        told.write_text(entry.name)
    _forget_oldest(root)
    return Build(entry)


def entries() -> list[tuple[str, str, float, int]]:
    """Return (digest, circuit, time of last use, bytes) of every build."""
    listed = []
    for entry in sorted((cache_folder() / "entries").glob("*/manifest.json")):
        folder = entry.parent
        size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
        circuit = json.loads(entry.read_text()).get("circuit", "")
        used = (folder / "used").stat().st_mtime
        listed.append((folder.name, circuit, used, size))
    return sorted(listed, key=lambda row: -row[2])


def clear() -> int:
    """Delete every build; return how many there were."""
    n = len(entries())
    for name in ("recipes", "entries"):
        shutil.rmtree(cache_folder() / name, ignore_errors=True)
    return n


def canonical(value: Any) -> Any:
    """Return parameters as plain nested lists, in a form that JSON writes one way."""
    if isinstance(value, Quantity):
        return [value.value, value.dimension]
    if is_dataclass(value):
        parts = [[f.name, canonical(getattr(value, f.name))] for f in fields(value)]
        return [type(value).__qualname__, parts]
    return value


def structure(circuit: Circuit, rules: Rules) -> Any:
    """Return what the generated code depends on: texts, sizes, delays; no values."""
    cells = [
        [p.name, p.size, *_texts(p.cell), *[t for d in p.drives for t in _texts(d)]]
        for p in circuit.populations.values()
    ]
    synapses = []
    for s in circuit.synapses(rules).values():
        delays = [getattr(s.rule, event.delay) for event in s.rule.extra_pre]
        waits = [float(d) for d in (s.projection.delay, *delays)]
        shape = [s.name, s.n_pre, s.n_post, s.in_degree, s.projection.receptor]
        synapses.append([*shape, waits, code(s.rule)])
    return [cells, synapses]


def _texts(described: object) -> list[str]:
    """Return the equation texts of a class, with their names."""
    names = sorted(n for n in dir(described) if isinstance(_fixed(described, n), str))
    return [f"{name}: {_fixed(described, name)}" for name in names if name[0] != "_"]


def _fixed(described: object, name: str) -> Any:
    return getattr(type(described), name, None)


def digest(text: str | bytes) -> str:
    """Return a short name that stands for a text."""
    data = text.encode() if isinstance(text, str) else text
    return hashlib.sha256(data).hexdigest()[:24]


def _make(
    root: Path, circuit: Circuit, rules: Rules, say: Callable[[str, float], None]
) -> Path:
    """Generate and compile aside, then move the whole entry into place."""
    aside = Path(tempfile.mkdtemp(prefix="making-", dir=root))
    try:
        say("generating C++", 0.0)
        _generate(circuit, rules, aside)
        name = digest(_sources(aside) + _compiler_identity().encode())
        entry = root / "entries" / name
        with FileLock(root / "locks" / f"{name}.lock"):
            if not (entry / "manifest.json").exists():
                _compile(aside, say)
                shutil.rmtree(entry, ignore_errors=True)
                aside.rename(entry)
        return entry
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _generate(circuit: Circuit, rules: Rules, aside: Path) -> None:
    spec = aside / "spec.pickle"
    spec.write_bytes(pickle.dumps({"circuit": circuit, "rules": rules}))
    command = [sys.executable, "-m", f"{__package__}.generate", str(spec), str(aside)]
    told = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=told, capture_output=True, text=True)
    spec.unlink()
    if done.returncode:
        raise RuntimeError(f"Code generation failed:\n{done.stderr[-3000:]}")
    manifest = aside / "manifest.json"
    read = json.loads(manifest.read_text())
    read["circuit"] = f"{type(circuit).__name__.lower()}, scale {circuit.scale:g}"
    manifest.write_text(json.dumps(read))


def _compile(aside: Path, say: Callable[[str, float], None]) -> None:
    """Compile every source with `objects.h` precompiled, on all cores, and link."""
    manifest = json.loads((aside / "manifest.json").read_text())
    cxx = str(compiler())
    # g++ takes a precompiled header only where it is named by -include.
    flags = [*manifest["flags"], "-I.", "-include", "objects.h"]
    _call(
        [cxx, *manifest["flags"], "-I.", "-x", "c++-header", "objects.h", "-o"]
        + ["objects.h.gch"],
        aside,
    )
    sources = manifest["sources"]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        todo = [
            pool.submit(_call, [cxx, "-c", *flags, s, "-o", s[:-4] + ".o"], aside)
            for s in sources
        ]
        for i, job in enumerate(todo):
            job.result()
            say("compiling C++", (i + 1) / len(todo))
    objects = [s[:-4] + ".o" for s in sources]
    _call([cxx, *objects, "-o", "main"], aside)
    for leftover in aside.rglob("*"):
        if leftover.suffix in {".o", ".gch", ".cpp", ".h"}:
            leftover.unlink()
    (aside / "used").touch()


def _call(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise CompilerError(f"{' '.join(command[:1])} failed: {done.stderr[-2000:]}")


def _sources(folder: Path) -> bytes:
    """Return the generated code and the shape of the arrays, in a fixed order."""
    texts = sorted(p for p in folder.rglob("*") if p.suffix in {".cpp", ".h"})
    code = b"".join(p.name.encode() + p.read_bytes() for p in texts)
    return code + (folder / "manifest.json").read_bytes()


@cache
def _own_code() -> str:
    """Return the digest of the code that describes and generates."""
    folders = ("circuits", "plasticity")
    files = [f for name in folders for f in sorted((PACKAGE / name).glob("*.py"))]
    files += [PACKAGE / "simulation" / "generate.py"]
    return digest(b"".join(f.read_bytes() for f in files))


@cache
def _compiler_identity() -> str:
    """Return the compiler's version and what -march=native means on this machine."""
    cxx = compiler()
    if cxx is None:
        return "none"
    commands = ([cxx, "--version"], [cxx, "-march=native", "-Q", "--help=target"])
    texts = (subprocess.run(c, capture_output=True, text=True).stdout for c in commands)
    return digest("".join(texts))


def _forget_oldest(root: Path) -> None:
    for name, *_ in entries()[KEPT:]:
        shutil.rmtree(root / "entries" / name, ignore_errors=True)
    # A process that was killed leaves its work aside; an hour later nobody wants it.
    for aside in root.glob("making-*"):
        if time.time() - aside.stat().st_mtime > 3600:
            shutil.rmtree(aside, ignore_errors=True)
