"""Compiled circuits, kept between runs.

An entry of the cache is a folder with the binary, its manifest and the arrays that it
starts from. Its name is a digest of all that the binary depends on: the generated code,
the compiler, the flags. So that a warm run need not generate code at all, a second,
smaller folder maps the digest of a description (the circuit's outline, versions, our
own code generator) to the entry that it led to.

    outline ──▶ recipes/<digest> ──▶ entries/<digest>/{main, manifest.json, …}
"""

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from ..circuits.circuit import Circuit, Rules
from ..circuits.quantity import Quantity
from .outline import outline

KEPT = 12  # entries; the least recently used go first
PACKAGE = Path(__file__).parents[1]

Say = Callable[[str, float], None]


class CompilerError(OSError):
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
    return Path(told).absolute() if told else user_cache_path("trisynapse")


@cache
def compiler() -> str | None:
    """Return the C++ compiler's path, or None where there is none."""
    found = shutil.which(os.environ.get("CXX", "g++"))
    return os.path.abspath(found) if found else None


def recipe(circuit: Circuit, rules: Rules) -> str:
    """Return the digest of a circuit's structure and of all that turns it into code."""
    generator = (
        "circuits/network.py",
        "simulation/generate.py",
        "simulation/outline.py",
    )
    described = {
        "outline": outline(circuit, rules),
        "versions": [version(name) for name in ("brian2", "numpy", "sympy")],
        "python": sys.version_info[:2],
        "generator": own_code(*generator),
        "compiler": _compiler_identity(),
    }
    return digest(json.dumps(described, sort_keys=True))


def obtain(circuit: Circuit, rules: Rules, say: Say | None = None) -> Build:
    """Return the compiled circuit, from the cache or by compiling it now.

    ``say`` is told what is under way and which share of it is done. Two processes that
    want the same build at once get one: the second waits for the first.

    Raises
    ------
    OSError
        The cache cannot be written; the message names the way out.
    """
    say = say or (lambda what, share: None)
    root, name = cache_folder(), recipe(circuit, rules)
    build = _kept(root, name)
    if build is None:
        _lay_out(root)
        with alone(root / "locks" / f"{name}.lock", lambda: say(WAITING, 0.0)):
            build = _kept(root, name)
            if build is None:
                build = Build(_make(root, circuit, rules, say))
                (root / "recipes" / name).write_text(build.folder.name)
        _forget_oldest(root)
    return build


WAITING = "waiting for the compile of another run"


@contextmanager
def alone(path: Path, wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock on a file; call ``wait`` first where another process holds it."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        wait()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def entries() -> list[tuple[str, str, float, int]]:
    """Return (digest, circuit, time of last use, bytes) of every build."""
    listed = []
    for manifest in sorted((cache_folder() / "entries").glob("*/manifest.json")):
        folder = manifest.parent
        with suppress(FileNotFoundError):  # another process may delete it meanwhile
            size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
            circuit = json.loads(manifest.read_text()).get("circuit", "")
            used = (folder / "used").stat().st_mtime
            listed.append((folder.name, circuit, used, size))
    return sorted(listed, key=lambda row: -row[2])


def clear() -> int:
    """Delete every build; return how many there were."""
    n = len(entries())
    for name in ("recipes", "entries"):
        shutil.rmtree(cache_folder() / name, ignore_errors=True)
    _forget_aside(cache_folder())
    return n


def canonical(value: Any) -> Any:
    """Return parameters as plain nested lists, in a form that JSON writes one way."""
    if isinstance(value, Quantity):
        return [value.value, value.dimension]
    if is_dataclass(value):
        parts = [[f.name, canonical(getattr(value, f.name))] for f in fields(value)]
        return [type(value).__qualname__, parts]
    if isinstance(value, tuple):
        return [canonical(part) for part in value]
    return value


def digest(text: str | bytes) -> str:
    """Return a short name that stands for a text."""
    data = text.encode() if isinstance(text, str) else text
    return hashlib.sha256(data).hexdigest()[:24]


@cache
def own_code(*patterns: str) -> str:
    """Return the digest of files of this package."""
    files = [file for pattern in patterns for file in sorted(PACKAGE.glob(pattern))]
    return digest(b"".join(file.read_bytes() for file in files))


def _kept(root: Path, recipe: str) -> Build | None:
    """Return the build of a recipe, and note that it was used, if there is one."""
    with suppress(FileNotFoundError, NotADirectoryError):
        entry = root / "entries" / (root / "recipes" / recipe).read_text()
        if _complete(entry):
            with suppress(PermissionError):  # it may come with a read-only machine
                (entry / "used").touch()
            return Build(entry)
    return None


def _complete(entry: Path) -> bool:
    return (entry / "manifest.json").exists()


def _lay_out(root: Path) -> None:
    try:
        for name in ("recipes", "entries", "locks"):
            (root / name).mkdir(parents=True, exist_ok=True)
            if not os.access(root / name, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as problem:
        raise OSError(
            f"The cache of builds {root} cannot be written ({problem.strerror}): set "
            "TRISYNAPSE_CACHE to a folder that can."
        ) from None


def _make(root: Path, circuit: Circuit, rules: Rules, say: Say) -> Path:
    """Generate and compile aside, then move the whole entry into place."""
    aside = Path(tempfile.mkdtemp(prefix="making-", dir=root))
    try:
        say("generating C++", 0.0)
        _generate(circuit, rules, aside)
        name = digest(_sources(aside) + _compiler_identity().encode())
        entry = root / "entries" / name
        with alone(root / "locks" / f"{name}.lock", lambda: say(WAITING, 0.0)):
            if not _complete(entry):
                _compile(aside, say)
                _lay_out(root)  # the cache may have been cleared meanwhile
                shutil.rmtree(entry, ignore_errors=True)
                aside.rename(entry)
        return entry
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _generate(circuit: Circuit, rules: Rules, aside: Path) -> None:
    told = aside / "outline.json"
    told.write_text(json.dumps(outline(circuit, rules)))
    start = f"import sys; sys.path[:] = {sys.path}; from {__package__} import generate"
    command = [sys.executable, "-c", f"{start}; generate.main()"]
    done = subprocess.run(
        [*command, str(told), str(aside)],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
    )
    told.unlink()
    if done.returncode:
        raise RuntimeError(f"Code generation failed:\n{done.stderr[-3000:]}")
    manifest = aside / "manifest.json"
    read = json.loads(manifest.read_text())
    read["circuit"] = f"{type(circuit).__name__.lower()}, scale {circuit.scale:g}"
    manifest.write_text(json.dumps(read))


def _compile(aside: Path, say: Say) -> None:
    """Compile every source with `objects.h` precompiled, on all cores, and link."""
    manifest = json.loads((aside / "manifest.json").read_text())
    cxx, calls = str(compiler()), Calls(aside)
    # g++ takes a precompiled header only where it is named by -include.
    flags = [*manifest["flags"], "-I.", "-include", "objects.h"]
    objects = [f"{source[:-4]}.o" for source in manifest["sources"]]
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        plain = [cxx, *manifest["flags"], "-I.", "-x", "c++-header", "objects.h"]
        calls.run([*plain, "-o", "objects.h.gch"])
        todo = [
            pool.submit(calls.run, [cxx, "-c", *flags, source, "-o", made])
            for source, made in zip(manifest["sources"], objects, strict=True)
        ]
        for i, job in enumerate(as_completed(todo)):
            job.result()
            say("compiling C++", (i + 1) / len(todo))
        calls.run([cxx, *objects, "-o", "main"])
    finally:
        calls.stop()
        pool.shutdown(cancel_futures=True)
    for leftover in aside.rglob("*"):
        if leftover.suffix in {".o", ".gch", ".cpp", ".h"}:
            leftover.unlink()
    (aside / "used").touch()


class Calls:
    """Calls of the compiler in one folder, side by side, that can be broken off.

    Each has a process group of its own: the compiler has children, and Ctrl-C in a
    terminal is for us to pass on.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = threading.Event()

    def run(self, command: list[str]) -> None:
        """Run a command to its end."""
        with subprocess.Popen(
            command,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            process_group=0,
        ) as process:
            self._running.add(process)
            if self._stopped.is_set():
                self._end(process)
            try:
                _, complaint = process.communicate()
            except BaseException:
                self._end(process)
                raise
            finally:
                self._running.discard(process)
        if process.returncode:
            raise CompilerError(
                f"The C++ compiler {command[0]} failed ({_gist(complaint)}): mend it, "
                "or name another one in the environment variable CXX."
            )

    def stop(self) -> None:
        """Break off what is running; what is started later ends at once."""
        self._stopped.set()
        for process in list(self._running):
            self._end(process)

    def _end(self, process: subprocess.Popen[str]) -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)


def _sources(folder: Path) -> bytes:
    """Return the generated code and the shape of the arrays, in a fixed order."""
    texts = sorted(p for p in folder.rglob("*") if p.suffix in {".cpp", ".h"})
    code = b"".join(p.name.encode() + p.read_bytes() for p in texts)
    return code + (folder / "manifest.json").read_bytes()


def _gist(complaint: str) -> str:
    """Return the first error of a compiler's many lines."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return next(iter(errors or lines), "it says nothing")


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
    for told in (root / "recipes").iterdir():
        with suppress(FileNotFoundError):
            entry = told.read_text()
            if entry and not _complete(root / "entries" / entry):
                told.unlink()
    _forget_aside(root)


def _forget_aside(root: Path) -> None:
    """Delete what killed processes left unfinished: an hour later nobody wants it."""
    for aside in root.glob("making-*"):
        with suppress(FileNotFoundError):
            if time.time() - aside.stat().st_mtime > 3600:
                shutil.rmtree(aside, ignore_errors=True)
