"""Every number says what it means and where it is from, and can be changed by name."""

import re
from collections.abc import Iterator
from dataclasses import Field, dataclass, fields
from typing import Any

import pytest

from trisynapse import plasticity
from trisynapse.circuits import Memory
from trisynapse.circuits.parameters import (
    ASSUMED,
    Parameters,
    Row,
    Source,
    symbol,
    unknown,
)
from trisynapse.circuits.quantity import Quantity
from trisynapse.protocols.catalogue import PROTOCOLS

# A combination of rules is made of its parts.
RULES = [
    kind
    for kind in vars(plasticity).values()
    if isinstance(kind, type) and kind is not plasticity.Combined
]
ALL: dict[str, Parameters] = {"memory": Memory()}
ALL |= {kind.__name__: kind() for kind in RULES}
ALL |= {name: kind() for name, kind in PROTOCOLS.items()}
HODGKIN = Source("Hodgkin and Huxley 1952", doi="10.1113/jphysiol.1952.sp004764")


def declared(
    parameters: Parameters, prefix: str = ""
) -> Iterator[tuple[str, Field[Any]]]:
    """Yield the declaration of every single value, here and below."""
    for f in fields(parameters):
        value = getattr(parameters, f.name)
        if isinstance(value, Parameters):
            yield from declared(value, f"{prefix}{f.name}.")
        else:
            yield prefix + f.name, f


def test_the_rules_are_among_those_looked_at() -> None:
    assert {kind.__name__ for kind in RULES} >= {"TaggingCapture", "InhibitorySTDP"}


@pytest.mark.parametrize("name", ALL)
def test_every_parameter_says_what_it_means(name: str) -> None:
    assert not [row.symbol for row in ALL[name].table() if not row.meaning.strip()]


@pytest.mark.parametrize("name", ALL)
def test_every_parameter_says_where_it_is_from(name: str) -> None:
    mute = [path for path, f in declared(ALL[name]) if "source" not in f.metadata]
    assert not mute
    assert not [row.symbol for row in ALL[name].table() if not row.source.strip()]


@pytest.mark.parametrize("name", ALL)
def test_every_doi_looks_like_one(name: str) -> None:
    dois = {row.doi for row in ALL[name].table()} - {""}
    assert not [doi for doi in dois if not re.fullmatch(r"10\.\d{4,9}/\S+", doi)]


@pytest.mark.parametrize("name", ALL)
def test_a_value_set_to_what_its_table_shows_stays_as_it_is(name: str) -> None:
    for row in ALL[name].table():
        assert ALL[name].with_value(row.symbol, row.value) == ALL[name], row.symbol


@dataclass(frozen=True, kw_only=True)
class Membrane(Parameters):
    C: Quantity = symbol("membrane capacitance")
    g_L: Quantity = symbol("leak conductance")


@dataclass(frozen=True, kw_only=True)
class Axon(Membrane):
    C: Quantity = HODGKIN("1 uF")
    g_L: Quantity = HODGKIN("0.3 mS", "leak, mostly of chloride")


@dataclass(frozen=True, kw_only=True)
class Squid(Parameters):
    axon: Axon = Axon()
    arms: int = ASSUMED(8, "arms")
    mood: float = ASSUMED(0.5, "mood")
    ink: str = ASSUMED.name("black", "colour of the ink")


SQUID = Squid()


def test_the_table_gives_symbol_value_meaning_and_source() -> None:
    cite, doi = HODGKIN.cite, HODGKIN.doi
    assert list(SQUID.table()) == [
        Row("axon.C", "1 uF", "membrane capacitance", cite, doi),
        Row("axon.g_L", "0.3 mS", "leak, mostly of chloride", cite, doi),
        Row("arms", "8", "arms", "assumed", ""),
        Row("mood", "0.5", "mood", "assumed", ""),
        Row("ink", "black", "colour of the ink", "assumed", ""),
    ]


def test_the_symbols_of_a_text_are_those_that_stand_in_it() -> None:
    assert set(SQUID.axon.symbols("dv/dt = -g_L*v/C_m")) == {"g_L"}
    assert set(SQUID.axon.symbols("g_L/C")) == {"g_L", "C"}


@pytest.mark.parametrize(
    "path, typed, expected",
    [
        ("arms", "10", 10),
        ("arms", " 10 ", 10),
        ("mood", "-1e-3", -1e-3),
        ("mood", "\u22121", -1.0),
        ("mood", "2", 2.0),
        ("ink", "blue", "blue"),
        ("axon.C", "2uF", 2e-6),
        ("axon.C", "2000 nF", 2e-6),
    ],
)
def test_one_value_is_changed_and_nothing_else(
    path: str, typed: str, expected: object
) -> None:
    changed = SQUID.with_value(path, typed)
    before = {row.symbol: row.value for row in SQUID.table()}
    after = {row.symbol: row.value for row in changed.table()}
    assert {name for name in before if before[name] != after[name]} == {path}
    head, _, tail = path.partition(".")
    value = getattr(changed, head)
    value = getattr(value, tail) if tail else value
    if isinstance(value, Quantity):
        assert value.value == pytest.approx(expected)
    else:
        assert value == expected and type(value) is type(expected)
    assert SQUID == Squid()


@pytest.mark.parametrize(
    "path, said",
    [
        ("arm", "No parameter 'arm': did you mean 'arms'?"),
        ("Mood", "did you mean 'mood'?"),
        ("axn.C", "did you mean 'axon'?"),
        ("axon.gL", "did you mean 'g_L'?"),
        ("axon.c", "did you mean 'C'?"),
        ("tentacles", "There are arms, axon, ink, mood."),
        ("", "There are arms, axon, ink, mood."),
        ("arms.left", "arms is a single value; it has no part 'left'."),
        ("arms.", "arms is a single value; it has no part ''."),
        ("axon.", "No parameter '': There are C, g_L."),
        ("axon.C.value", "C is a single value; it has no part 'value'."),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(path: str, said: str) -> None:
    with pytest.raises(KeyError) as refusal:
        SQUID.with_value(path, "1")
    assert said in refusal.value.args[0]


@pytest.mark.parametrize(
    "path, typed, said",
    [
        ("arms", "3.5", "arms=3.5: a whole number is wanted, as in 8."),
        ("arms", "eight", "a whole number is wanted"),
        ("arms", "", "a whole number is wanted"),
        ("arms", "9" * 400, "a whole number is wanted"),
        ("mood", "good", "mood=good: a plain number is wanted, as in 0.5."),
        ("mood", "5 mV", "a plain number is wanted"),
        ("mood", "nan", "a plain number is wanted"),
        ("mood", "inf", "a plain number is wanted"),
        ("mood", "1e999", "a plain number is wanted"),
        ("axon.C", "5", "no unit: write it as in '1 uF'"),
        ("axon.C", "5 mV", "volts; farads are wanted, as in '1 uF'"),
        ("axon.C", "5 uf", "did you mean uF?"),
        ("axon", "5 uF", "axon is a group; set one of its parts: C, g_L."),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(path: str, typed: str, said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        SQUID.with_value(path, typed)
    assert said in str(refusal.value)


def test_a_name_like_no_other_gets_the_list_alone() -> None:
    assert unknown("arm", "zzz", ["b", "a"]) == "No arm 'zzz': There are a, b."
