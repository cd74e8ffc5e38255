"""Positions from an NWB file: a SpatialSeries, as the format defines it.

Read with h5py alone. A position is ``data * conversion + offset`` in the unit that the
series states; where the user gives another unit, ``data`` is taken in that one. A
heading is read from the series in a CompassDirection, if there is exactly one.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ...circuits.parameters import unknown
from .position_units import ANGLES, LENGTHS, factor, known, metres
from .room import Array
from .samples import Samples


def nwb_samples(
    file: Path, series: str | None, unit: str | None, pixel_m: float | None
) -> Samples:
    """Return the samples of an NWB file.

    Raises
    ------
    ValueError, KeyError
        No NWB file, no or several series of positions, or a unit that is not known.
    """
    try:
        opened = import_module("h5py").File(file, "r")
    except OSError:
        raise ValueError(
            f"{file} is no HDF5 file: give a table (CSV), or an NWB file."
        ) from None
    with opened as root:
        found: dict[str, Any] = {}
        root.visititems(lambda path, node: _collect(found, path, node))
        path = _chosen(file, root, found, series)
        node = root[path]
        data, where = node["data"], f"{file}, {path}"
        if data.ndim != 2 or data.shape[1] not in (2, 3):
            raise ValueError(
                f"{where} has data of shape {data.shape}: x and y, (n, 2), are wanted."
            )
        values = np.asarray(data[:, :2], dtype=float)
        t = _times(where, node, len(values))
        stated = _text(data.attrs.get("unit", ""))
        if unit is None:
            values = values * float(data.attrs.get("conversion", 1.0))
            values = values + float(data.attrs.get("offset", 0.0))
        if unit is None and known(stated) not in LENGTHS:
            raise ValueError(
                f"{where} is in {stated!r}: say which unit that is, as in unit='cm' "
                f"(there are {', '.join(LENGTHS)})."
            )
        xy = values * metres(unit or stated, pixel_m)
        heading = _heading(file, root, found, t)
    return Samples(
        t,
        xy,
        row=lambda k: f"{where}, sample {k}",
        heading=heading,
        file=file,
        unit=known(unit or stated),
    )


def _collect(found: dict[str, Any], path: str, node: Any) -> None:
    """Note a SpatialSeries, and whether it holds positions or directions."""
    if _text(node.attrs.get("neurodata_type", "")) == "SpatialSeries":
        found[path] = _text(node.parent.attrs.get("neurodata_type", ""))


def _chosen(file: Path, root: Any, found: dict[str, Any], series: str | None) -> str:
    flat = [path for path, kind in found.items() if kind != "CompassDirection"]
    if not flat:
        raise ValueError(
            f"{file} has no SpatialSeries of positions, as NWB keeps them under "
            "processing/behavior/Position."
        )
    if series is not None:
        ends = {path for path in flat if f"/{path}".endswith(f"/{series.strip('/')}")}
        if len(ends) != 1:
            raise KeyError(unknown(f"single series of {file}", series, flat))
        return ends.pop()
    inside = [path for path in flat if found[path] == "Position"] or flat
    if len(inside) > 1:
        raise ValueError(
            f"{file} has {len(inside)} series of positions: choose one, as in series="
            f"{inside[0].rpartition('/')[2]!r}: there are {', '.join(inside)}."
        )
    return inside[0]


def _times(where: str, node: Any, n: int) -> Array:
    if "timestamps" in node:
        t = np.asarray(node["timestamps"][:], dtype=float)
    elif "starting_time" in node:
        start = node["starting_time"]
        rate = float(start.attrs.get("rate", np.nan))
        if not (np.isfinite(rate) and rate > 0):
            raise ValueError(f"{where} has a rate of {rate:g} Hz: above 0 is wanted.")
        t = float(start[()]) + np.arange(n) / rate
    else:
        raise ValueError(f"{where} has neither timestamps nor a starting_time.")
    if len(t) != n:
        raise ValueError(f"{where} has {len(t)} timestamps for {n} positions.")
    return np.asarray(t)


def _heading(file: Path, root: Any, found: dict[str, Any], t: Array) -> Array | None:
    """Return the measured heading at some times, if the file has one."""
    paths = [path for path, kind in found.items() if kind == "CompassDirection"]
    if len(paths) != 1:
        return None
    node, where = root[paths[0]], f"{file}, {paths[0]}"
    data = node["data"]
    if data.size != len(data):  # a direction in more than one column
        return None
    stated = _text(data.attrs.get("unit", ""))
    angle = np.asarray(data[:], dtype=float).ravel()
    angle = angle * float(data.attrs.get("conversion", 1.0))
    angle = angle * factor(f"heading in {where}", stated, ANGLES)
    measured = _times(where, node, len(angle))
    good = np.isfinite(angle) & np.isfinite(measured)
    if not good.any():
        return None
    turned = np.interp(t, measured[good], np.unwrap(angle[good]))
    return np.asarray(np.where(np.isfinite(t), turned, np.nan))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
