"""Quantities as people type them: read, or refused with the way out."""

import math

import pytest

from trisynapse.circuits.quantity import UNITS, Quantity, like, quantity


@pytest.mark.parametrize(
    "text, value, dimension, written",
    [
        ("9.5 ms", 9.5e-3, "second", "9.5 ms"),
        ("-70 mV", -70e-3, "volt", "-70 mV"),
        ("+5 mV", 5e-3, "volt", "+5 mV"),
        (".5 nS", 0.5e-9, "siemens", ".5 nS"),
        ("5. pA", 5e-12, "amp", "5. pA"),
        ("1e-3 s", 1e-3, "second", "1e-3 s"),
        ("1E3 s", 1e3, "second", "1E3 s"),
        ("1.5 nS/mV", 1.5e-6, "siemens/volt", "1.5 nS/mV"),
        ("0.03 1/ms", 30.0, "1/second", "0.03 1/ms"),
        ("8 Hz", 8.0, "hertz", "8 Hz"),
        ("40 cm", 0.4, "metre", "40 cm"),
        ("10 Mohm", 1e7, "ohm", "10 Mohm"),
        ("3 min", 180.0, "second", "3 min"),
        ("24 h", 86400.0, "second", "24 h"),
        ("14 day", 14 * 86400.0, "second", "14 day"),
    ],
)
def test_a_number_with_a_unit_is_read(
    text: str, value: float, dimension: str, written: str
) -> None:
    read = quantity(text)
    assert read.value == pytest.approx(value, rel=1e-14)
    assert (read.dimension, str(read)) == (dimension, written)
    assert quantity(str(read)) == read


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("5mV", "5 mV"),
        ("  5   mV ", "5 mV"),
        ("5\tmV", "5 mV"),
        ("5\u00a0mV", "5 mV"),
        ("5\u202fmV", "5 mV"),
        ("\u221270 mV", "-70 mV"),
        ("1e\u22123 s", "1e-3 s"),
        ("3 \u00b5s", "3 us"),
        ("3 \u03bcs", "3 us"),
        ("10 M\u03a9", "10 Mohm"),
        ("10 M\u2126", "10 Mohm"),
        ("5 nS / mV", "5 nS/mV"),
        ("5nS/mV", "5 nS/mV"),
    ],
)
def test_what_a_tired_person_or_a_pdf_writes_is_understood(
    typed: str, meant: str
) -> None:
    assert quantity(typed) == quantity(meant)


@pytest.mark.parametrize(
    "typed, said",
    [
        ("", "not a number with a unit, such as '9.5 ms'"),
        ("ms", "not a number"),
        ("ms 5", "not a number"),
        ("five ms", "not a number"),
        ("nan mV", "not a number"),
        ("inf s", "not a number"),
        ("-inf s", "not a number"),
        ("5 ms\nrm", "not a number"),
        ("1e400 s", "larger than any number"),
        ("1e308 h", "larger than any number"),
        ("5", "no unit: write it as in '9.5 ms'"),
        ("1e-3", "no unit"),
        ("9,5 ms", "decimal point"),
        ("1,000 ms", "decimal point"),
        ("5 mv", "did you mean mV?"),
        ("5 NS", "did you mean ns or nS?"),
        ("5 khz", "did you mean kHz?"),
        ("5 Ms", "did you mean ms"),
        ("5 msec", "did you mean ms?"),
        ("2 hours", "did you mean h?"),
        ("14 days", "did you mean day?"),
        ("5 ms; rm", "'ms; rm' is not known"),
        ("5 __import__('os')", "is not known"),
        ("10\u00b2 ms", "is not known"),
        ("5 e-3 s", "is not known"),
        ("5 V V", "is not known"),
        ("5 nS/mV/ms", "is not known"),
        ("5 1", "is not known"),
        ("5 Hz/", "missing beside '/'"),
        ("5 /ms", "missing beside '/'"),
        ("1/2 s", "missing beside '/'"),
    ],
)
def test_what_is_no_quantity_is_refused_with_the_way_out(typed: str, said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        quantity(typed)
    assert repr(typed) in str(refusal.value)
    assert said in str(refusal.value)


def test_a_refusal_shows_what_would_be_right_in_that_place() -> None:
    rest = quantity("-70 mV")
    with pytest.raises(ValueError, match="no unit: write it as in '-70 mV'"):
        like(rest, "-65")
    with pytest.raises(
        ValueError, match=r"5 ms is in seconds; volts are wanted.*-70 mV"
    ):
        like(rest, "5 ms")
    with pytest.raises(ValueError, match="siemens per volt; volts are wanted"):
        like(rest, "5 nS/mV")


def test_a_rate_may_be_written_in_hertz_or_as_one_over_a_time() -> None:
    rate = like(quantity("0.0048 1/ms"), "4.8 Hz")
    assert rate == Quantity(4.8, "1/second", "4.8 Hz")
    assert like(quantity("3 Hz"), "0.003 1/ms").dimension == "hertz"


def test_every_unit_is_its_prefix_times_its_base() -> None:
    for prefix, factor in {
        "m": 1e-3,
        "u": 1e-6,
        "n": 1e-9,
        "p": 1e-12,
        "k": 1e3,
    }.items():
        for base in ("s", "V", "A", "S", "F", "Hz", "ohm"):
            scale, dimension = UNITS[prefix + base]
            assert math.isclose(scale, factor)
            assert dimension == UNITS[base][1]
