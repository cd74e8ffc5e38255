"""A user's own tracks: tables and NWB files, as they are and as they should not be."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits.quantity import quantity
from trisynapse.protocols.space.rooms import Box
from trisynapse.protocols.space.tracked import tracked

h5py: Any = pytest.importorskip("h5py")

BOX = Box(side=quantity("2 m"))
T = np.arange(76) * 0.02
XY = 0.5 * np.column_stack([np.cos(T), np.sin(T)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.csv"


def table(
    names: str = "t_s,x_m,y_m",
    apart: str = ",",
    columns: tuple[Any, ...] = (T, XY[:, 0], XY[:, 1]),
) -> str:
    rows = (apart.join(f"{v:.6f}" for v in row) for row in zip(*columns, strict=True))
    return "\n".join([names, *rows]) + "\n"


def refused(file: Path, **options: Any) -> str:
    with pytest.raises((ValueError, KeyError)) as refusal:
        tracked(file, BOX, **options)
    said = str(refusal.value.args[0])
    assert "\n" not in said
    return said


# Tables


@pytest.mark.parametrize(
    ("names", "length", "time"),
    [
        ("t_s,x_m,y_m", 1, 1),
        ("time,x_cm,y_cm", 100, 1),
        ("Timestamp (ms),X [mm],Y [mm]", 1000, 1000),
        ("t_us,x (metres),y (metres)", 1, 1e6),
        ("time [s],x (centimeters),y (Centimeters)", 100, 1),
    ],
)
def test_units_are_read_from_the_names(
    file: Path, names: str, length: float, time: float
) -> None:
    columns = (time * T, length * XY[:, 0], length * XY[:, 1])
    file.write_text(table(names, columns=columns))
    found = tracked(file, BOX)
    assert len(found.xy_m) == 1500 and found.file == file
    np.testing.assert_allclose(found.xy_m[::20], XY[:-1], atol=1e-5)


@pytest.mark.parametrize("apart", [",", ";", "\t", " ", ", "])
def test_columns_may_be_parted_as_one_likes(file: Path, apart: str) -> None:
    file.write_text(
        "\ufeff# my rat\n\n" + table(apart.join(["t", "x_m", "y_m"]), apart)
    )
    np.testing.assert_allclose(tracked(file, BOX).xy_m[::20], XY[:-1], atol=1e-5)


def test_further_columns_comments_and_carriage_returns_are_passed_over(
    file: Path,
) -> None:
    text = table("frame,t_s,x_m,y_m,speed", columns=(T, T, XY[:, 0], XY[:, 1], T))
    file.write_text(text.replace("\n", "  # seen\r\n"))
    assert tracked(file, BOX).seconds == 1.5


def test_columns_may_be_named(file: Path) -> None:
    columns = (T, 100 * XY[:, 0], 100 * XY[:, 1], T, T)
    file.write_text(table("clock,snout x,snout y,x_m,y_m", columns=columns))
    named = {"t": "clock", "x": "snout x", "y": "snout y"}
    found = tracked(file, BOX, columns=named, unit="cm")
    np.testing.assert_allclose(found.xy_m[::20], XY[:-1], atol=1e-5)


def test_pixels_need_a_size(file: Path) -> None:
    file.write_text(table("t,x_px,y_px", columns=(T, 500 * XY[:, 0], 500 * XY[:, 1])))
    assert refused(file).endswith("say how large one is, as in pixel_m=0.002.")
    assert refused(file, pixel_m=-1.0) == "pixel_m=-1: metres above 0 are wanted."
    found = tracked(file, BOX, pixel_m=0.002)
    np.testing.assert_allclose(found.xy_m[::20], XY[:-1], atol=1e-5)


def test_a_unit_that_is_given_goes_before_that_of_the_file(file: Path) -> None:
    columns = (1e3 * T, 100 * XY[:, 0], 100 * XY[:, 1])
    file.write_text(table(columns=columns))
    found = tracked(file, BOX, unit="cm", time_unit="ms")
    np.testing.assert_allclose(found.xy_m[::20], XY[:-1], atol=1e-5)


def test_two_lamps_give_the_middle_and_the_heading(file: Path) -> None:
    ahead = 0.03 * np.column_stack([-np.sin(T), np.cos(T)])
    columns = (T, *(XY + ahead).T, *(XY - ahead).T)
    file.write_text(table("t,x1_m,y1_m,x2_m,y2_m", columns=columns))
    found = tracked(file, BOX)
    np.testing.assert_allclose(found.xy_m[::20], XY[:-1], atol=1e-5)
    np.testing.assert_allclose(found.heading[::20], T[:-1] + np.pi / 2, atol=1e-3)


def test_a_heading_in_degrees_is_read(file: Path) -> None:
    degrees = np.full(len(T), 370.0)
    file.write_text(table("t,x_m,y_m,head_direction_deg", columns=(T, *XY.T, degrees)))
    assert tracked(file, BOX).heading == pytest.approx(np.radians(10))


def test_lost_samples_are_bridged(file: Path) -> None:
    lines = table().splitlines()
    for k, lost in zip(range(20, 25), ["", "nan", "NaN", "NA", " "], strict=True):
        lines[k] = f"{T[k - 1]:.2f},{lost},{lost}"
    file.write_text("\n".join(lines))
    found = tracked(file, BOX)
    assert found.notes[0] == "5 of 76 samples without a position."
    np.testing.assert_allclose(found.xy_m[::20], XY[:-1], atol=1e-3)


def test_a_stretch_is_taken_by_the_clock_of_the_file(file: Path) -> None:
    file.write_text(table(columns=(T + 100, *XY.T)))
    found = tracked(file, BOX, start_s=100.2, stop_s=101.2 + 1e-6)
    assert len(found.xy_m) == 1000
    assert found.xy_m[0] == pytest.approx(XY[10], abs=1e-6)
    assert "no samples from 0 to 1 s; they last from 100 to 101.5 s" in refused(
        file, start_s=0.0, stop_s=1.0
    )


def test_a_track_may_be_centred(file: Path) -> None:
    file.write_text(table(columns=(T, *(XY + 7).T)))
    assert "give centred=True" in refused(file)
    room = Box(side=BOX.side, x_0=quantity("1 m"))
    xy = tracked(file, room, centred=True).xy_m
    assert (xy.min(axis=0) + xy.max(axis=0)) / 2 == pytest.approx([1, 0], abs=1e-3)


@pytest.mark.parametrize(
    ("line", "row", "said"),
    [
        (5, "nan,0.5,0", "line 5: nan is no time in seconds."),
        (5, ",0.5,0", "line 5: nan is no time in seconds."),
        (5, "0.04,0.5,0", "line 5: 0.04 s repeats the time before, after 0.04 s;"),
        (5, "0.01,0.5,0", "line 5: 0.01 s goes back, after 0.04 s; times must rise"),
        (5, "0.06,inf,0", "line 5: (inf, 0) is no position."),
        (5, "0.06,1.5,0", "line 5: (1.5, 0) m lies 0.5 m outside the box, the worst "),
        (5, "0.06,0.9,0", "line 5: 40.1 cm in 20 ms are 20 m/s; up to 3 m/s are"),
        (5, "0.06,0.5", "line 5: 2 fields under 3 names: fill it up, or delete it."),
        (5, "0,06,0,5,0", "line 5: 5 fields under 3 names: are there decimal commas?"),
        (5, "0.06,left,0", "line 5: x_m is 'left': a number is wanted."),
    ],
)
def test_a_wrong_line_is_refused_by_its_number(
    file: Path, line: int, row: str, said: str
) -> None:
    lines = table().splitlines()
    lines[line - 1] = row
    file.write_text("\n".join(lines))
    assert refused(file).startswith(f"{file}, {said}")


def test_decimal_commas_are_refused_with_a_hint(file: Path) -> None:
    file.write_text(table("t;x_m;y_m", ";").replace(".", ","))
    assert refused(file).endswith("line 2: t is '0,000000': write a decimal point.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "mine.csv is empty: begin with a line of names, t_s,x_cm,y_cm."),
        ("t_s,x_m,y_m\n", "mine.csv has 0 samples: give at least 1 s."),
        (
            table("t,x,y"),
            "the column 'x' has no unit: name it x_cm, or give unit='cm', ",
        ),
        (
            table("t,x_m,z_m"),
            "line 1: no column y among t, x_m, z_m: name them as in t_",
        ),
        (
            "0,0.5,0\n0.1,0.5,0\n",
            "line 1: no column t, x, y among 0, 0.5, 0: name them",
        ),
        (
            table("t,x_m,x_cm"),
            "both 'x_m' and 'x_cm' are x: choose one, as in columns=",
        ),
        (table("t_m,x_m,y_m"), "No unit of time in "),
        (table("t,x_ms,y_ms"), "No unit of length 'ms'"),
    ],
)
def test_a_table_without_its_columns_is_refused(
    file: Path, text: str, said: str
) -> None:
    file.write_text(text)
    assert said in refused(file)


def test_a_heading_needs_a_unit(file: Path) -> None:
    file.write_text(table("t,x_m,y_m,hd", columns=(T, *XY.T, T)))
    assert refused(file).endswith("no unit: name it heading_deg or heading_rad.")


def test_unknown_columns_units_and_tolerances_are_refused(file: Path) -> None:
    file.write_text(table())
    assert refused(file, unit="inch").startswith("No unit of length 'inch'")
    assert refused(file, time_unit="h").startswith("No unit of time")
    assert "No column 'z'" in refused(file, columns={"z": "x_m"})
    assert "No column in" in refused(file, columns={"x": "x_n"})
    assert "0 or more is wanted" in refused(file, smooth_s=-1.0)


def test_a_file_that_is_not_there_is_refused(file: Path, tmp_path: Path) -> None:
    for path in (file, tmp_path):
        assert refused(path).startswith(f"There is no file {path}: give the path of")


def test_a_picture_is_no_table(file: Path) -> None:
    file.write_bytes(b"\x89PNG\r\n\x1a\n\xff")
    assert refused(file).endswith(
        "is no text file: give a table (CSV), or an NWB file."
    )


# NWB


def nwb(
    path: Path,
    names: tuple[str, ...] = ("position",),
    data: Any = XY,
    rate: float | None = None,
    t: Any = T,
    **attributes: Any,
) -> Path:
    """Write what of an NWB file is read here."""
    with h5py.File(path, "w") as root:
        behavior = root.create_group("processing/behavior")
        holder = behavior.create_group("Position")
        holder.attrs["neurodata_type"] = "Position"
        for name in names:
            series = holder.create_group(name)
            series.attrs["neurodata_type"] = "SpatialSeries"
            values = series.create_dataset("data", data=data)
            values.attrs.update({"unit": "meters", "conversion": 1.0} | attributes)
            if rate is None:
                series.create_dataset("timestamps", data=t)
            else:
                start = series.create_dataset("starting_time", data=5.0)
                start.attrs["rate"] = rate
    return path


def test_a_position_of_nwb_is_read(tmp_path: Path) -> None:
    found = tracked(nwb(tmp_path / "rat.nwb"), BOX)
    np.testing.assert_allclose(found.xy_m[::20], XY[:-1], atol=1e-12)


def test_a_rate_stands_for_timestamps(tmp_path: Path) -> None:
    found = tracked(nwb(tmp_path / "rat.nwb", rate=50.0), BOX, start_s=5.2)
    assert found.xy_m[0] == pytest.approx(XY[10])


def test_conversion_offset_and_unit_are_applied(tmp_path: Path) -> None:
    path = nwb(
        tmp_path / "rat.nwb",
        data=(100 * XY - 7) / 0.5,
        unit="centimeters",
        conversion=0.5,
        offset=7.0,
    )
    np.testing.assert_allclose(tracked(path, BOX).xy_m[::20], XY[:-1], atol=1e-12)


def test_a_wrong_unit_of_the_file_is_recognised_and_overruled(tmp_path: Path) -> None:
    path = nwb(tmp_path / "rat.nwb", data=100 * XY)
    assert refused(path).endswith("Are these cm? They would fit: give unit='cm'.")
    found = tracked(path, BOX, unit="cm")
    np.testing.assert_allclose(found.xy_m[::20], XY[:-1], atol=1e-12)


def test_a_third_coordinate_is_passed_over(tmp_path: Path) -> None:
    path = nwb(tmp_path / "rat.nwb", data=np.column_stack([XY, T]))
    np.testing.assert_allclose(tracked(path, BOX).xy_m[::20], XY[:-1], atol=1e-12)


def test_one_of_several_series_is_chosen_by_its_name(tmp_path: Path) -> None:
    path = nwb(tmp_path / "rat.nwb", names=("body", "snout"))
    said = refused(path)
    assert "has 2 series of positions: choose one, as in series='body'" in said
    assert tracked(path, BOX, series="snout").seconds == 1.5
    assert "No single series" in refused(path, series="tail")


def test_the_heading_of_a_compass_direction_is_read(tmp_path: Path) -> None:
    path = nwb(tmp_path / "rat.nwb")
    with h5py.File(path, "a") as root:
        holder = root.create_group("processing/behavior/CompassDirection")
        holder.attrs["neurodata_type"] = "CompassDirection"
        series = holder.create_group("head")
        series.attrs["neurodata_type"] = "SpatialSeries"
        series.create_dataset("data", data=T + 1).attrs["unit"] = "radians"
        series.create_dataset("timestamps", data=T)
    found = tracked(path, BOX)
    np.testing.assert_allclose(found.heading, found.t_s + 1, atol=1e-9)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"names": ()}, "has no SpatialSeries of positions, as NWB keeps them under"),
        ({"data": XY[:, 0]}, "has data of shape (76,): x and y, (n, 2), are wanted."),
        ({"t": T[:-1]}, "has 75 timestamps for 76 positions."),
        ({"rate": 0.0}, "has a rate of 0 Hz: above 0 is wanted."),
        ({"unit": "unknown"}, "is in 'unknown': say which unit that is, as in unit="),
        ({"unit": "pixels"}, "say how large one is, as in pixel_m=0.002."),
        ({"t": T[::-1]}, "position, sample 1: 1.48 s goes back, after 1.5 s;"),
    ],
)
def test_what_no_reader_could_use_is_refused(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    assert said in refused(nwb(tmp_path / "rat.nwb", **change))


def test_a_series_without_times_is_refused(tmp_path: Path) -> None:
    path = nwb(tmp_path / "rat.nwb")
    with h5py.File(path, "a") as root:
        del root["processing/behavior/Position/position/timestamps"]
    assert "has neither timestamps nor a starting_time." in refused(path)


def test_a_text_is_no_nwb_file(tmp_path: Path) -> None:
    path = tmp_path / "rat.nwb"
    path.write_text("t,x,y")
    assert refused(path).endswith(
        "is no HDF5 file: give a table (CSV), or an NWB file."
    )
