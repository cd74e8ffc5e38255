"""Run a protocol, or go on with one that was stopped."""

import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from ..circuits.parameters import unknown
from ..simulation import store
from ..simulation.builds import digest
from ..simulation.experiment import Experiment, Interrupted, Progress
from ..simulation.recording import Recording
from .catalogue import find
from .protocol import Protocol


@dataclass(frozen=True)
class Order:
    """What was asked for; it lies beside a run, so that `resume` can go on with it."""

    protocol: str
    seed: int
    arms: list[str]
    settings: list[str]
    scale: float | None
    workers: int | None
    command: str
    overwrite: bool = False
    inputs: dict[str, str] = field(default_factory=dict)  # digests of files by path


class Plan(NamedTuple):
    """An order with the protocol, all settings made, and what is to be run."""

    order: Order
    protocol: Protocol
    experiment: Experiment


def run(
    name: str,
    *,
    seed: int,
    arms: Sequence[str] | None = None,
    settings: Sequence[str] = (),
    scale: float | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    command: str = "",
) -> Recording:
    """Run a protocol and return what it left; with ``out``, save it as well.

    Parameters
    ----------
    settings : texts such as ``"ca3.pyramidal.g_L=5 nS"``
    scale : factor on the number of cells
    workers : episodes that run at a time; by default as many as there are cores
    out : HDF5 file; a folder ``OUT.parts`` beside it keeps finished steps until then
    command : what the file is to name as its origin; by default this call

    Raises
    ------
    KeyError, ValueError
        An unknown name, or a value of the wrong kind; the message says which are right.
    simulation.experiment.Interrupted
        The user stopped it; with ``out``, ``resume`` goes on.
    """
    order = Order(
        protocol=name,
        seed=seed,
        arms=list(arms or ()),
        settings=list(settings),
        scale=scale,
        workers=workers,
        command=command,
        overwrite=overwrite,
    )
    plan = _plan(order)
    order = plan.order
    if out is None:
        with tempfile.TemporaryDirectory(prefix="trisynapse-") as aside:
            try:
                return _run(plan, Path(aside), progress)
            except Interrupted:
                raise Interrupted(None) from None
    file = Path(out)
    store.check_writable(file, overwrite)
    folder = _folder_beside(file)
    with _alone(folder):
        _refuse_another(order, folder, file)
        try:
            (folder / "run.json").write_text(json.dumps(asdict(order), indent=1))
            return _finish(plan, folder, file, progress)
        except Exception:
            _forget_empty(folder)
            raise


def resume(path: str | Path, *, progress: Progress | None = None) -> Recording:
    """Go on with a run that was stopped, from its last snapshots.

    ``path`` is the file that the run was to write, or the folder beside it.
    """
    folder, file = stopped(path)
    order = _read(folder / "run.json")
    for read, before in order.inputs.items():
        if Path(read).is_file() and digest(Path(read).read_bytes()) != before:
            raise ValueError(
                f"{read} has changed since the run was started: restore it, or delete "
                f"{folder} and run anew."
            )
    plan = _plan(order)
    if os.path.lexists(file) and not order.overwrite:
        raise ValueError(f"{file} exists by now: move it away, and resume again.")
    store.check_writable(file, order.overwrite)
    with _alone(folder):
        return _finish(plan, folder, file, progress)


def stopped(path: str | Path) -> tuple[Path, Path]:
    """Return the folder of a stopped run and the file that it was to write.

    ``path`` is one or the other.
    """
    given = Path(path)
    folder = given if given.is_dir() else _parts(given)
    if folder.name in ("", ".."):
        folder = Path(os.path.abspath(folder))
    if folder.suffix == ".parts" and (folder / "run.json").is_file():
        return folder, folder.with_suffix("")
    if given.is_file():
        raise ValueError(
            f"No run was stopped before {given} was written: show it with "
            f"`trisynapse measures {given}`."
        )
    others = sorted(told.parent.stem for told in given.parent.glob("*.parts/run.json"))
    hint = f": there are {', '.join(others)}." if others else " or beside it."
    raise ValueError(f"There is no stopped run at {given}{hint}")


def _parts(file: Path) -> Path:
    return file.with_name(f"{file.name}.parts")


def _folder_beside(file: Path) -> Path:
    folder = _parts(file)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as problem:
        raise ValueError(
            f"{folder}, which is to keep finished steps, cannot be made "
            f"({problem.strerror}): give another --out."
        ) from None
    return folder


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder of finished steps until its file is saved and it is removed."""
    lock = FileLock(folder / "run.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ValueError(
            f"Another process runs in {folder}: wait for it, or give another --out."
        ) from None
    try:
        yield
    finally:
        lock.release()


def _refuse_another(order: Order, folder: Path, file: Path) -> None:
    """Refuse to take the place of a stopped run that was asked for otherwise."""
    told = folder / "run.json"
    if not told.is_file() or not any(folder.glob("nodes/*")):
        return
    free = {"workers": None, "command": "", "overwrite": False}
    if replace(_read(told), **free) != replace(order, **free):  # type: ignore[arg-type]
        raise ValueError(
            f"{folder} holds a stopped run with other settings: go on with it by "
            f"`trisynapse resume {file}`, delete it, or give another --out."
        )


def _forget_empty(folder: Path) -> None:
    """Remove the folder of a run that failed before it finished any step."""
    if not any(folder.glob("nodes/*")) and not (folder / "unfinished").exists():
        shutil.rmtree(folder, ignore_errors=True)


def _read(told: Path) -> Order:
    try:
        return Order(**json.loads(told.read_text()))
    except (TypeError, ValueError):
        raise ValueError(
            f"{told} is damaged: delete {told.parent} and run the protocol again."
        ) from None


def _plan(order: Order) -> Plan:
    """Return what an order comes to, or say what is wrong with it."""
    protocol = find(order.protocol)
    for arm in order.arms:
        if arm not in protocol.arms:
            raise KeyError(unknown("arm", arm, list(protocol.arms)))
    made: dict[str, str] = {}
    todo = []
    if order.scale is not None:
        todo.append(("circuit.scale", repr(order.scale), f"--scale {order.scale:g}"))
    for setting in order.settings:
        key, _, value = (part.strip() for part in setting.partition("="))
        if not key or not value:
            raise ValueError(
                f"--set {setting!r}: write it as key=value, as in "
                "'ca3.pyramidal.g_L=5 nS'."
            )
        same = key.removeprefix("circuit.")
        if made.setdefault(same, setting) != setting:
            raise ValueError(
                f"--set {setting!r} comes after {made[same]!r}: give one of them."
            )
        todo.append((key, value, f"--set {setting!r}"))
    # What a name stands for first; then each as soon as the others allow it.
    todo.sort(key=lambda each: each[0] not in protocol.choices)
    while todo:
        refused: list[tuple[str, str, str]] = []
        first: Exception | None = None
        for key, value, given in todo:
            try:
                protocol = protocol.with_value(key, value)
            except ValueError as problem:
                first = first or ValueError(f"{given}: {problem.args[0]}")
                refused.append((key, value, given))
        if first is not None and len(refused) == len(todo):
            raise first from None
        todo = refused
    read = {str(path): digest(path.read_bytes()) for path in protocol.files()}
    order = replace(order, inputs=read)
    timelines = {arm: protocol.timeline(arm) for arm in order.arms or protocol.arms}
    experiment = Experiment(
        protocol.circuit,
        protocol.rules,
        order.seed,
        timelines,
        protocol.structure,
        protocol.labels,
        protocol.draw,
    )
    return Plan(order, protocol, experiment)


def _finish(
    plan: Plan, folder: Path, file: Path, progress: Progress | None
) -> Recording:
    """Run, save, and only then remove the folder of finished steps."""
    try:
        recording = _run(plan, folder, progress)
        store.save(recording, file, overwrite=plan.order.overwrite)
    except KeyboardInterrupt:
        raise Interrupted(folder) from None
    shutil.rmtree(folder, ignore_errors=True)
    return recording


def _run(plan: Plan, folder: Path, progress: Progress | None) -> Recording:
    order, protocol, experiment = plan
    if progress is not None:
        for text in protocol.remarks(order.arms or protocol.arms):
            progress.note(text)
    results = experiment.run(folder, order.workers, progress)
    recorded = {arm: protocol.record(arm, result) for arm, result in results.items()}
    return Recording(
        protocol=protocol.name,
        circuit=type(protocol.circuit).__name__.lower(),
        seed=order.seed,
        parameters={
            row.symbol: {
                "value": row.value,
                "meaning": row.meaning,
                "source": f"{row.source} {row.doi}".strip(),
            }
            for row in protocol.table()
        },
        about=_about(order),
        arms=recorded,
        measures=protocol.measures(recorded),
    )


def _about(order: Order) -> dict[str, str]:
    """Return how, when and with what a recording was made."""
    asked = f"run({order.protocol!r}, seed={order.seed}, arms={order.arms}, "
    asked += f"settings={order.settings}, scale={order.scale})"
    return {
        "command": order.command or asked,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "trisynapse_version": _version("trisynapse"),
        "brian2_version": _version("brian2"),
        "numpy_version": _version("numpy"),
        "python_version": platform.python_version(),
        "platform": platform.platform(),
        "commit": _commit(),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _commit() -> str:
    """Return the commit of the checkout that this code runs from, if it is one."""
    here = Path(os.path.realpath(__file__)).parents[1]
    if not (here / ".git").exists():
        return "unknown"
    asked = ["git", "-C", str(here), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return told.stdout.strip() or "unknown"
