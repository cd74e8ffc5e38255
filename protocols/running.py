"""Run a protocol, or go on with one that was stopped."""

import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..circuits.parameters import unknown
from ..simulation import store
from ..simulation.experiment import Experiment, Progress
from ..simulation.recording import Recording
from .catalogue import find
from .protocol import Protocol


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
) -> Recording:
    """Run a protocol and return what it left; with ``out``, save it as well.

    Parameters
    ----------
    settings : texts such as ``"ca3.pyramidal.g_L=5 nS"``
    scale : factor on the number of cells
    workers : episodes that run at a time; by default as many as there are cores
    out : HDF5 file; a folder ``OUT.parts`` beside it keeps finished steps until then

    Raises
    ------
    KeyError, ValueError
        An unknown name, or a value of the wrong kind; the message says which are right.
    simulation.experiment.Interrupted
        The user stopped it; ``resume`` goes on.
    """
    told = {
        "protocol": name,
        "seed": seed,
        "arms": list(arms or ()),
        "settings": list(settings),
        "scale": scale,
        "workers": workers,
        "command": shlex.join(["trisynapse", *sys.argv[1:]]),
    }
    protocol = _set_up(told)
    if out is None:
        with tempfile.TemporaryDirectory(prefix="trisynapse-") as aside:
            return _run(protocol, told, Path(aside), progress)
    file = Path(out)
    store.check_writable(file, overwrite)
    folder = file.with_name(f"{file.name}.parts")
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_text(json.dumps(told, indent=1))
    return _finish(protocol, told, folder, file, overwrite, progress)


def resume(path: str | Path, *, progress: Progress | None = None) -> Recording:
    """Go on with a run that was stopped, from its last snapshots.

    ``path`` is the file that the run was to write, or the folder beside it.
    """
    given = Path(path)
    folder = given if given.is_dir() else given.with_name(f"{given.name}.parts")
    file = folder.with_name(folder.name.removesuffix(".parts"))
    if not (folder / "run.json").exists():
        done = " The file is complete." if file.is_file() else ""
        raise ValueError(
            f"Nothing to resume at {given}: no folder {folder.name} of a stopped "
            f"run.{done}"
        )
    told = json.loads((folder / "run.json").read_text())
    return _finish(_set_up(told), told, folder, file, False, progress)


def _set_up(told: dict[str, Any]) -> Protocol:
    """Return the protocol with all settings made, or say what is wrong with them."""
    protocol = find(told["protocol"])
    for arm in told["arms"]:
        if arm not in protocol.arms:
            raise KeyError(unknown("arm", arm, list(protocol.arms)))
    if told["scale"] is not None:
        protocol = replace(
            protocol,
            circuit=replace(protocol.circuit, scale=told["scale"]),
        )
    for setting in told["settings"]:
        key, equals, value = setting.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise ValueError(
                f"--set {setting!r}: write it as key=value, as in "
                "'ca3.pyramidal.g_L=5 nS'."
            )
        try:
            protocol = protocol.with_value(key.strip(), value.strip())
        except ValueError as problem:
            raise ValueError(f"--set {setting!r}: {problem.args[0]}") from None
    return protocol


def _finish(
    protocol: Protocol,
    told: dict[str, Any],
    folder: Path,
    file: Path,
    overwrite: bool,
    progress: Progress | None,
) -> Recording:
    """Run, save, and only then remove the folder of finished steps."""
    recording = _run(protocol, told, folder, progress)
    store.save(recording, file, overwrite=overwrite)
    shutil.rmtree(folder, ignore_errors=True)
    return recording


def _run(
    protocol: Protocol, told: dict[str, Any], folder: Path, progress: Progress | None
) -> Recording:
    arms = told["arms"] or list(protocol.arms)
    experiment = Experiment(
        protocol.circuit,
        protocol.rules,
        told["seed"],
        {arm: protocol.timeline(arm) for arm in arms},
    )
    results = experiment.run(folder, told["workers"], progress)
    recorded = {arm: protocol.record(arm, result) for arm, result in results.items()}
    return Recording(
        protocol=protocol.name,
        circuit=type(protocol.circuit).__name__.lower(),
        seed=told["seed"],
        parameters={
            row.symbol: {
                "value": row.value,
                "meaning": row.meaning,
                "source": f"{row.source} {row.doi}".strip(),
            }
            for row in protocol.table()
        },
        about=_about(told["command"]),
        arms=recorded,
        measures=protocol.measures(recorded),
    )


def _about(command: str) -> dict[str, str]:
    """Return how, when and with what a recording was made."""
    return {
        "command": command,
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
