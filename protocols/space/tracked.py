"""Trajectories of a user's own animal, from a table (CSV) or an NWB file.

A table has a line of names: ``t``, ``time`` or ``timestamp``; ``x`` and ``y``, or two
lamps ``x1, y1`` (front) and ``x2, y2`` (back); at will ``heading``. Units follow names,
as in ``t_ms``, ``x_cm``, ``y (cm)``, ``heading_deg``. Commas, semicolons, tabs or
blanks part columns; ``#`` begins a comment. An empty field, or nan, is a sample without
a position. Angles count counterclockwise from east.
"""

from collections.abc import Mapping
from pathlib import Path

from .nwb_positions import nwb_samples
from .position_table import table_samples
from .room import Room
from .samples import LONGEST_GAP_S, TOLERANCE_M
from .trajectory import Trajectory, resampled

NWB = (".nwb", ".h5", ".hdf5")


def tracked(
    path: str | Path,
    room: Room,
    *,
    unit: str | None = None,
    pixel_m: float | None = None,
    time_unit: str | None = None,
    columns: Mapping[str, str] | None = None,
    series: str | None = None,
    start_s: float | None = None,
    stop_s: float | None = None,
    centred: bool = False,
    smooth_s: float = 0.0,
    longest_gap_s: float = LONGEST_GAP_S,
    tolerance_m: float = TOLERANCE_M,
) -> Trajectory:
    """Return the track of a file, a row a millisecond.

    Parameters
    ----------
    unit : of the positions, m, cm, mm or px, where the file says none or a wrong one
    pixel_m : metres a pixel
    time_unit : of a table, s, ms or us; the times of NWB are seconds
    columns : of a table, by what they hold: ``{"x": "snout x", ...}``
    series : name of the SpatialSeries of an NWB file, where it has several
    start_s, stop_s : stretch, on the clock of the file
    centred : move the middle of the track's bounding box to the centre of the room
    smooth_s : standard deviation of a Gaussian over the positions; 0 leaves them
    longest_gap_s : up to which missing samples are interpolated; longer is refused
    tolerance_m : up to which positions outside are moved to the edge of the room

    Raises
    ------
    ValueError, KeyError
        What is wrong with the file, and in which line or sample.
    """
    file = Path(path)
    if not file.is_file():
        raise ValueError(
            f"There is no file {file}: give the path of a table (CSV) or an NWB file."
        )
    if smooth_s < 0 or longest_gap_s < 0 or tolerance_m < 0:
        raise ValueError(
            f"smooth_s={smooth_s:g}, longest_gap_s={longest_gap_s:g}, "
            f"tolerance_m={tolerance_m:g}: 0 or more is wanted."
        )
    if file.suffix.casefold() in NWB:
        samples = nwb_samples(file, series, unit, pixel_m)
    else:
        samples = table_samples(file, columns or {}, unit, pixel_m, time_unit)
    if start_s is not None or stop_s is not None:
        first = -float("inf") if start_s is None else start_s
        samples = samples.between(first, float("inf") if stop_s is None else stop_s)
    if centred:
        samples = samples.centred(room)
    caption = f"the track of {file.name}"
    return resampled(
        samples,
        room,
        caption,
        smooth_s=smooth_s,
        longest_gap_s=longest_gap_s,
        tolerance_m=tolerance_m,
    )
