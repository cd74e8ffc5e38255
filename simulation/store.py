"""A recording as one HDF5 file, and back: `load(save(x)) == x`.

The image of the file is made in memory, because HDF5 does not survive a full disk. It
is written beside its place, flushed, and only then given its name, so that whoever
opens the name finds a whole file: the old one or the new one.
"""

import errno
import io
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import h5py
import numpy as np

from .recording import (
    Arm,
    Measure,
    PopulationInfo,
    Recording,
    Signal,
    Span,
    Spikes,
    Tag,
    Trace,
    Weights,
)

FORMAT = "trisynapse"
VERSION = "1.0"
LARGE = 1024  # elements; a shorter array is not worth compressing
FULL = {errno.ENOSPC, errno.EDQUOT}

TEXT = h5py.string_dtype()
TIMELINE = np.dtype(
    [("name", TEXT), ("kind", TEXT), ("start_s", "f8"), ("stop_s", "f8")]
    + [("stimulus", TEXT)]
)
MEASURES = np.dtype(
    [("arm", TEXT), ("name", TEXT), ("value", "f8"), ("unit", TEXT)]
    + [("low", "f8"), ("high", "f8"), ("passes", "i1"), ("source", TEXT)]
)
STATE = {"weight": ("f8", ""), "early": ("f8", "1"), "late": ("f8", "1")}
STATE |= {"tagged": ("?", "")}
TAG = ("window_start_s", "window_stop_s", "marker", "threshold")
SIGNAL = ("rate_hz", "start_s", "unit")
COLUMNS = {"position": "xy_m"}  # other behaviours have a column of their own name
SORTING = {"none": 0, "by_id": 1, "by_time": 2}
SONATA = {"magic": np.uint32(0x0A7A), "version": np.array([0, 1], np.uint32)}

NOT_ARMS = {"spikes", "measures"}
OWN = {"format", "format_version", "protocol", "circuit", "arm", "seed", "parameters"}
OWN |= {"status", *SONATA}

Row = TypeVar("Row", Span, Measure)
Known = dict[tuple[str, str], list[tuple[Any, h5py.Dataset]]]


class StoreError(ValueError):
    """A file cannot be written or read; the message says what to do."""


def save(recording: Recording, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a recording whole or not at all.

    Raises
    ------
    StoreError
        The file exists and ``overwrite`` is not given, or it cannot be written.
    """
    path = Path(path)
    check_writable(path, overwrite)
    image = _image(recording)
    aside = _aside(path)
    try:
        with aside.open("xb") as file:
            file.write(image.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        _publish(aside, path, overwrite)
    except OSError as problem:
        raise _refusal(path, problem) from problem
    finally:
        aside.unlink(missing_ok=True)


def load(path: str | Path) -> Recording:
    """Read a recording.

    Raises
    ------
    StoreError
        There is no such file, or it is not a whole file of this format.
    """
    with _opened(Path(path)) as file:
        attrs = dict(file.attrs)
        return Recording(
            protocol=attrs["protocol"],
            circuit=attrs["circuit"],
            seed=int(attrs["seed"]),
            parameters=json.loads(attrs["parameters"]),
            about={k: v for k, v in attrs.items() if k not in OWN and type(v) is str},
            arms={k: _read_arm(v) for k, v in file.items() if k not in NOT_ARMS},
            measures=_rows(file["measures"], Measure),
        )


def read_measures(path: Path) -> tuple[Measure, ...]:
    """Read the table of measures alone."""
    with _opened(path) as file:
        return _rows(file["measures"], Measure)


def check_writable(path: Path, overwrite: bool = False) -> None:
    """Refuse, before hours of work, a place that ``save`` would refuse after them.

    Raises
    ------
    StoreError
        The file exists and ``overwrite`` is not given, or it cannot be written.
    """
    try:
        if not path.parent.is_dir():
            raise StoreError(
                f"{path} cannot be written, there is no folder {path.parent}: make it, "
                "or give another --out."
            )
        with suppress(FileNotFoundError):
            path.lstat()
            if path.exists() and not path.is_file():
                raise StoreError(
                    f"{path} is a folder or a device: give the name of a file to --out."
                )
            if not overwrite:
                raise FileExistsError
        probe = _aside(path)
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as problem:
        raise _refusal(path, problem) from problem


def _aside(path: Path) -> Path:
    return path.parent / f".trisynapse-{secrets.token_hex(8)}.part"


def _publish(aside: Path, path: Path, overwrite: bool) -> None:
    """Give the file its name; a hard link, unlike a rename, never replaces another."""
    if not overwrite:
        try:
            os.link(aside, path)
            return
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if os.path.lexists(path):
                raise FileExistsError from None
    os.replace(aside, path)


def _refusal(path: Path, problem: OSError) -> StoreError:
    if isinstance(problem, FileExistsError):
        return StoreError(
            f"{path} exists: give --overwrite to replace it, or another --out."
        )
    if problem.errno in FULL:
        return StoreError(
            f"{path} cannot be written, the disk is full: free some space there, or "
            "give another --out."
        )
    return StoreError(
        f"{path} cannot be written ({problem.strerror or problem}): give another --out."
    )


def _image(recording: Recording) -> io.BytesIO:
    """Return the bytes of the file."""
    arms = recording.arms
    known: Known = {}
    image = io.BytesIO()
    with h5py.File(image, "w", track_order=True) as file:
        file.attrs["format"] = FORMAT
        file.attrs["format_version"] = VERSION
        file.attrs["protocol"] = recording.protocol
        file.attrs["circuit"] = recording.circuit
        file.attrs["arm"] = next(iter(arms)) if len(arms) == 1 else "all"
        file.attrs["seed"] = recording.seed
        file.attrs["parameters"] = json.dumps(recording.parameters, ensure_ascii=False)
        for key, value in recording.about.items():
            if key in OWN:
                raise StoreError(f"about[{key!r}]: the file says this itself, omit it.")
            # A command line may hold bytes that are no text.
            file.attrs[key] = value.encode(errors="backslashreplace").decode()
        for name, arm in arms.items():
            if name in NOT_ARMS:
                raise StoreError(f"An arm cannot be called {name!r}: rename it.")
            _write_arm(_group(file, name), arm, known)
        if len(arms) == 1:
            file["spikes"] = file[next(iter(arms))]["spikes"]
            file.attrs.update(SONATA)
        _table(file, "measures", recording.measures, MEASURES)
        file.attrs["status"] = "complete"
    return image


def _write_arm(group: h5py.Group, arm: Arm, known: Known) -> None:
    for name, info in arm.populations.items():
        _describe(_group(group, "populations", name), info, PopulationInfo._fields)
    _table(group, "timeline", arm.timeline, TIMELINE)
    group.create_group("spikes", track_order=True)
    for name, spikes in arm.spikes.items():
        own = _group(group, "spikes", name)
        own.attrs.create("sorting", SORTING["by_time"], dtype=h5py.enum_dtype(SORTING))
        _array(own, "timestamps", spikes.timestamps, "f8", units="ms")
        _array(own, "node_ids", spikes.node_ids, "u4")
    for projection, moments in arm.weights.items():
        _group(group, "weights", projection)
        for moment, weights in moments.items():
            own = _group(group, "weights", projection, moment)
            _once(own, "pre", weights.pre, known.setdefault((projection, "pre"), []))
            _once(own, "post", weights.post, known.setdefault((projection, "post"), []))
            for column, (dtype, units) in STATE.items():
                if (values := getattr(weights, column)) is not None:
                    told = weights.unit if column == "weight" else units
                    _array(own, column, values, dtype, told)
    for population, moments_ in arm.proteins.items():
        own = _group(group, "proteins", population)
        for moment, level in moments_.items():
            _array(own, moment, level, "f8", "1")
    for label, tags in arm.tags.items():
        _group(group, "tags", label)
        for name, tag in tags.items():
            own = _group(group, "tags", label, name)
            _array(own, "node_ids", tag.node_ids, "u4")
            _describe(own, tag, TAG)
    for name, trace in arm.behaviour.items():
        own = _group(group, "behaviour", name)
        _array(own, "t_s", trace.t_s, "f8")
        _array(own, COLUMNS.get(name, name), trace.values, "f8")
    for name, trace in arm.responses.items():
        own = _group(group, "responses", name)
        _array(own, "t_s", trace.t_s, "f8")
        _array(own, "slope", trace.values, "f8", "mV/ms")
    for name, signal in arm.signals.items():
        own = _group(group, "signals", name)
        _array(own, "values", signal.values, "f8")
        _describe(own, signal, SIGNAL)


def _group(parent: h5py.Group, *names: str) -> h5py.Group:
    """Return the group at the end of these names, made where it is missing."""
    for name in names:
        if name in {"", "."} or "/" in name:
            raise StoreError(f"{name!r} cannot name a part of a file: leave out '/'.")
        if name not in parent:
            parent.create_group(name, track_order=True)
        parent = parent[name]
    return parent


def _describe(group: h5py.Group, whole: Any, keys: Sequence[str]) -> None:
    for key in keys:
        group.attrs[key] = getattr(whole, key)


def _array(
    group: h5py.Group, name: str, values: Any, dtype: str, units: str = ""
) -> h5py.Dataset:
    data = np.asarray(values, dtype)
    packed = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
    how = packed if data.size >= LARGE else {}
    dataset = group.create_dataset(name, data=data, **how)
    if units:
        dataset.attrs["units"] = units
    return dataset


def _once(
    group: h5py.Group, name: str, values: Any, known: list[tuple[Any, h5py.Dataset]]
) -> None:
    """Store an array, or a hard link where the projection has it already."""
    for earlier, dataset in known:
        if np.array_equal(earlier, values):
            group[name] = dataset
            return
    known.append((values, _array(group, name, values, "u4")))


def _table(
    group: h5py.Group, name: str, rows: Sequence[tuple[Any, ...]], columns: Any
) -> None:
    group.create_dataset(name, data=np.array([tuple(r) for r in rows], columns))


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    """Open a whole file of this format, and tell damage from other mistakes."""
    try:
        if not path.exists():
            raise StoreError(f"There is no file {path}{_nearest(path)}")
        if not path.is_file():
            raise StoreError(
                f"{path} is a folder or a device: give the HDF5 file of a run."
            )
        with h5py.File(path, "r") as file:
            _accept(path, dict(file.attrs))
            yield file
    except StoreError:
        raise
    except (KeyError, OSError, RuntimeError, TypeError, ValueError) as problem:
        raise StoreError(_diagnosis(path, problem)) from problem


def _nearest(path: Path) -> str:
    names = [p.name for p in path.parent.glob("*.h5") if p.is_file()]
    near = get_close_matches(path.name, names, n=1)
    return f": is {path.parent / near[0]} meant?" if near else "."


def _accept(path: Path, attrs: dict[str, Any]) -> None:
    """Refuse what is not a whole file of a version that is known here."""
    if str(attrs.get("format")) != FORMAT:
        raise StoreError(
            f"{path} is an HDF5 file of another program, without the attribute "
            f"format={FORMAT!r}: give a file that `trisynapse run` wrote."
        )
    version = attrs["format_version"]
    if _numbers(version) > _numbers(VERSION):
        raise StoreError(
            f"{path} has format {version}, written by trisynapse "
            f"{attrs.get('trisynapse_version', 'unknown')}; up to {VERSION} is read "
            "here: install a newer trisynapse."
        )
    status = attrs.get("status", "none")
    if status != "complete":
        raise StoreError(
            f"{path} is not a whole run (status {status!r}, not 'complete'): go on "
            f"with `trisynapse resume {path}`."
        )


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _diagnosis(path: Path, problem: Exception) -> str:
    """Say in one line what is wrong with a file that HDF5 or this format refuses."""
    if isinstance(problem, OSError) and problem.errno:
        return f"{path} cannot be read: {os.strerror(problem.errno)}."
    if not h5py.is_hdf5(path):
        return f"{path} is no HDF5 file: give one that `trisynapse run` wrote."
    if "truncated file" in str(problem):
        return f"{path} is cut short: copy it again, or run the protocol again."
    reason = " ".join(str(problem).split())
    return f"{path} is damaged ({reason}): copy it again, or run the protocol again."


def _read_arm(group: h5py.Group) -> Arm:
    return Arm(
        populations={
            name: PopulationInfo(**_described(own, PopulationInfo._fields))
            for name, own in _parts(group, "populations")
        },
        timeline=_rows(group["timeline"], Span),
        spikes={
            name: Spikes(own["timestamps"][()], own["node_ids"][()])
            for name, own in group["spikes"].items()
        },
        weights={
            projection: {
                moment: Weights(
                    **{k: own[k][()] for k in ("pre", "post", *STATE) if k in own},
                    unit=str(own["weight"].attrs["units"]),
                )
                for moment, own in moments.items()
            }
            for projection, moments in _parts(group, "weights")
        },
        proteins={
            population: {moment: level[()] for moment, level in own.items()}
            for population, own in _parts(group, "proteins")
        },
        tags={
            label: {
                name: Tag(node_ids=own["node_ids"][()], **_described(own, TAG))
                for name, own in tags.items()
            }
            for label, tags in _parts(group, "tags")
        },
        behaviour={
            name: Trace(own["t_s"][()], own[COLUMNS.get(name, name)][()])
            for name, own in _parts(group, "behaviour")
        },
        responses={
            name: Trace(own["t_s"][()], own["slope"][()])
            for name, own in _parts(group, "responses")
        },
        signals={
            name: Signal(values=own["values"][()], **_described(own, SIGNAL))
            for name, own in _parts(group, "signals")
        },
    )


def _parts(group: h5py.Group, name: str) -> list[tuple[str, h5py.Group]]:
    return list(group[name].items()) if name in group else []


def _described(group: h5py.Group, keys: Sequence[str]) -> dict[str, Any]:
    """Return attributes as Python has them."""
    found = {key: group.attrs[key] for key in keys}
    return {k: v.item() if isinstance(v, np.generic) else v for k, v in found.items()}


def _rows(dataset: h5py.Dataset, kind: type[Row]) -> tuple[Row, ...]:
    table = dataset[()]
    columns = (_column(table[name].tolist()) for name in kind._fields)
    return tuple(kind(*row) for row in zip(*columns, strict=True))


def _column(values: list[Any]) -> list[Any]:
    return [v.decode() if isinstance(v, bytes) else v for v in values]
