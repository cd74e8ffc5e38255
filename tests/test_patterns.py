"""Stimulation patterns: trains held against their captions, and files of times."""

from pathlib import Path

import numpy as np
import pytest

from trisynapse.protocols import patterns
from trisynapse.protocols.patterns import CLOSEST_S, TRAINS, Pattern, named, read

TETANUS = [k / 100 for k in range(100)]
DAY = 86400


# Published trains


@pytest.mark.parametrize(
    ("name", "caption", "onsets", "each"),
    [
        ("HFS", "100 pulses at 100 Hz", [0.0], TETANUS),
        ("LFS", "900 pulses at 1 Hz", range(900), [0.0]),
        (
            "TBS",
            "theta bursts: 10 bursts at 5 Hz of 4 pulses at 100 Hz",
            [k / 5 for k in range(10)],
            TETANUS[:4],
        ),
        (
            "STET",
            "strong tetanus: three times 100 pulses at 100 Hz, 10 min apart",
            [0.0, 600.0, 1200.0],
            TETANUS,
        ),
        ("WTET", "weak tetanus: 20 pulses at 100 Hz", [0.0], TETANUS[:20]),
        (
            "SLFS",
            "strong low-frequency stimulation: 900 bursts at 1 Hz of 3 pulses at 20 Hz",
            range(900),
            [0.0, 0.05, 0.1],
        ),
        (
            "WLFS",
            "weak low-frequency stimulation: 900 pulses at 1 Hz",
            range(900),
            [0.0],
        ),
        ("none", "no stimulation", [], []),
    ],
)
def test_a_train_is_what_its_caption_says(
    name: str, caption: str, onsets: list[float], each: list[float]
) -> None:
    found = named(name)
    assert (found.name, found.caption) == (name, caption)
    expected = [onset + t for onset in onsets for t in each]
    assert found.pre.tolist() == pytest.approx(expected)
    assert not len(found.post)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("HFS", 0.99), ("LFS", 899), ("TBS", 1.83), ("STET", 1200.99), ("WTET", 0.19)]
    + [("SLFS", 899.1), ("WLFS", 899)],
)
def test_a_pattern_lasts_to_its_last_pulse(name: str, seconds: float) -> None:
    assert named(name).seconds == pytest.approx(seconds)


def test_a_pattern_lasts_to_its_last_spike_where_that_is_later() -> None:
    assert Pattern("", "", np.array([0.0, 1.0]), np.array([0.5, 2.0])).seconds == 2
    assert Pattern("", "", np.array([0.0, 3.0]), np.array([0.5, 2.0])).seconds == 3


@pytest.mark.parametrize("name", [name for name in TRAINS if name != "none"])
def test_every_train_could_be_a_file(name: str, tmp_path: Path) -> None:
    times = TRAINS[name][1]
    file = tmp_path / "train.txt"
    file.write_text("\n".join(f"{t:.6f}" for t in times))
    assert read(file).pre.tolist() == pytest.approx(times.tolist())


@pytest.mark.parametrize("given", ["hfs", "Hfs", "HFS"])
def test_a_train_is_known_in_capitals_and_in_small_letters(given: str) -> None:
    assert named(given).name == "HFS"


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(KeyError) as refusal:
        named("HSF")
    (said,) = refusal.value.args
    assert said.startswith("No pattern 'HSF': did you mean 'HFS'? There are HFS, LFS, ")
    assert "a text file of pulse times" in said


# Files


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.txt"


def test_a_file_holds_times_apart_by_lines_and_blanks(file: Path) -> None:
    text = "\ufeff# my train\n\n0.0 0.5 1\n  2 3.5  # two more\n#4\n1e1\r\n"
    file.write_text(text, encoding="utf-8")
    found = named(str(file))
    assert found.pre.tolist() == [0, 0.5, 1, 2, 3.5, 10]
    assert (found.name, found.caption) == ("mine.txt", "6 pulses of mine.txt")


def test_a_comma_is_no_decimal_point_and_parts_nothing(file: Path) -> None:
    file.write_text("0\n0,01\n")
    with pytest.raises(ValueError, match="line 2: '0,01' has a comma: write one"):
        named(str(file))


def test_a_file_without_a_suffix_is_known_by_being_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").write_text("0 1")
    monkeypatch.chdir(tmp_path)
    assert named("mine").pre.tolist() == [0, 1]


def test_a_train_goes_before_a_file_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "HFS").write_text("0 1")
    monkeypatch.chdir(tmp_path)
    assert len(named("HFS").pre) == 100


def test_pulses_may_be_as_close_and_as_late_as_is_said(file: Path) -> None:
    file.write_text(f"0\n{CLOSEST_S}\n1.234\n1.236\n{DAY}")
    assert len(read(file).pre) == 5


def refused(file: Path) -> str:
    """Return the one line with which a file is refused."""
    with pytest.raises(ValueError) as refusal:
        named(str(file))
    said = str(refusal.value)
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "0.5\n0.1",
            "2: 0.1 s comes after 0.5 s: sort the times, earliest first.",
        ),
        ("# a title\n\n0 1\n5 4", "4: 4 s comes after 5 s: sort the times, "),
        ("0\n1 s", "2: 's' is no time in seconds."),
        ("time\n0", "1: 'time' is no time in seconds."),
        ("0; 1", "1: '0;' is no time in seconds."),
        ("0\nnan", "2: nan s is no time."),
        ("inf", "1: inf s is no time."),
        ("0 -inf", "1: -inf s is no time."),
        ("-0.5", "1: -0.5 s is negative: the pattern begins at 0."),
        (
            "0\n0.0015",
            "2: 0.0015 s is 1.5 ms after the pulse before: 2 ms at least are wanted.",
        ),
        ("1\n1", "2: 1 s is 0 ms after the pulse before: 2 ms at least are wanted."),
        (
            "0\n86401",
            "2: 86401 s: a pattern may last 86400 s, a day. Are these milliseconds? "
            "Seconds are wanted.",
        ),
    ],
)
def test_a_time_that_no_rig_could_keep_is_refused_by_its_line(
    file: Path, content: str, said: str
) -> None:
    file.write_text(content)
    assert refused(file).startswith(f"{file}, line {said}")


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing yet\n"])
def test_a_file_without_times_is_refused(file: Path, content: str) -> None:
    file.write_text(content)
    wanted = f"{file} holds no pulse times: write one in seconds a line."
    assert refused(file) == wanted


def test_a_picture_is_no_list_of_times(file: Path) -> None:
    file.write_bytes(b"\x89PNG\r\n\x1a\n\xff")
    wanted = f"{file} is no text file: write a time in seconds a line."
    assert refused(file) == wanted


def test_a_file_that_is_not_there_is_refused_with_what_may_be_given(
    file: Path,
) -> None:
    said = refused(file)
    begins = f"The pulse times in {file} cannot be read (No such file or directory): "
    assert said.startswith(f"{begins}give the path of a text file, or one of HFS, LFS")


def test_a_folder_is_no_list_of_times(tmp_path: Path) -> None:
    assert "cannot be read (Is a directory)" in refused(tmp_path)


def test_more_pulses_than_a_run_can_hold_are_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "MOST_PULSES", 3)
    file.write_text("0 1 2")
    assert len(read(file).pre) == 3
    file.write_text("0 1 2 3")
    assert refused(file) == f"{file} has more than 3 pulses."
