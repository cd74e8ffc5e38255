"""What every rule promises, found by its name: code that runs, and a harmless rest."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from inspect import isabstract, isclass
from pkgutil import iter_modules
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest

from trisynapse import plasticity
from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.drives import RIG, Drive
from trisynapse.circuits.network import Clocks, join, looking
from trisynapse.circuits.projection import Projection, Rule, code
from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity import PairSTDP, TaggingCapture, TsodyksMarkram
from trisynapse.plasticity.catalogue import find, rules
from trisynapse.plasticity.graupner_brunel import SETS as BISTABLE
from trisynapse.plasticity.pair_stdp import SETS as PAIRS
from trisynapse.plasticity.short_term import SlowFacilitation
from trisynapse.simulation.outline import Outlined, outline
from trisynapse.simulation.state import variables_of

from .mini import Mini, North

pytestmark = pytest.mark.usefixtures("numpy_target")

ALL = rules()
# One of each text of equations: the others differ in values only.
TEXTS = list({code(rule): name for name, rule in reversed(ALL.items())}.values())

every_rule = pytest.mark.parametrize("name", ALL)


def modules() -> Iterator[Any]:
    for info in iter_modules(plasticity.__path__):
        yield import_module(f"{plasticity.__name__}.{info.name}")


# Names


def test_every_rule_that_needs_no_part_has_a_name() -> None:
    named = {name for name in ALL if ":" not in name}
    written = {
        module.__name__.rpartition(".")[2].replace("_", "-")
        for module in modules()
        for kind in vars(module).values()
        if isclass(kind)
        and issubclass(kind, Rule)
        and not isabstract(kind)
        and kind.__module__ == module.__name__
    }
    assert named == written - {"combined"}


def test_every_set_has_the_name_of_its_rule_and_its_own() -> None:
    found = {
        f"{module.__name__.rpartition('.')[2].replace('_', '-')}:{key}": rule
        for module in modules()
        for key, rule in getattr(module, "SETS", {}).items()
    }
    assert found == {name: rule for name, rule in ALL.items() if ":" in name}


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("pair-stdp", PairSTDP()),
        ("pair-stdp:Bi and Poo 2001", PAIRS["Bi and Poo 2001"]),
        ("graupner-brunel:DPD'", BISTABLE["DPD'"]),
        ("short-term", TsodyksMarkram()),
        ("tagging-capture", TaggingCapture()),
    ],
)
def test_a_rule_is_found_by_its_name(name: str, rule: Rule) -> None:
    assert find(name) == rule


@pytest.mark.parametrize(
    ("given", "nearest"),
    [
        ("pair-stpd", "pair-stdp"),
        ("Tagging-Capture", "tagging-capture"),
        ("graupner-brunel:cortical", "graupner-brunel:cortical-slices"),
    ],
)
def test_an_unknown_rule_is_refused_with_the_nearest_one(
    given: str, nearest: str
) -> None:
    with pytest.raises(KeyError) as refusal:
        find(given)
    said = refusal.value.args[0]
    assert said.startswith(f"No rule {given!r}: did you mean {nearest!r}? There are ")
    assert all(name in said for name in ALL)


# What the generated code depends on


@dataclass(frozen=True, kw_only=True)
class Signal(Drive):
    """What rules read of a cell and no circuit of tests/mini.py has."""

    variables: ClassVar[str] = """
    plateau : 1
    left_slow : 1
    left_fast : 1
    taught_slow : hertz
    taught_fast : hertz
    """
    current: ClassVar[str] = "0*amp"


SIGNAL: Any = Signal()
CIRCUIT = replace(Mini(), north=replace(North(), pyramidal_pain=SIGNAL))


@every_rule
def test_its_outline_is_json_and_comes_back_whole(name: str) -> None:
    told = outline(CIRCUIT, {"tagging": ALL[name]})
    again = json.loads(json.dumps(told))
    back = Outlined(again).synapses()["north_pyramidal_to_north_pyramidal"].rule
    rule = ALL[name]
    assert code(back) == code(rule)
    assert [event.name for event in back.extra_pre] == [e.name for e in rule.extra_pre]
    assert back.functions.keys() == rule.functions.keys()


def test_the_sets_of_a_rule_differ_in_values_alone() -> None:
    for name, rule in ALL.items():
        if not isinstance(rule, SlowFacilitation):  # a rule of its own
            assert code(rule) == code(ALL[name.partition(":")[0]]), name


@every_rule
def test_its_state_starts_from_values_of_variables_that_it_has(name: str) -> None:
    rule = ALL[name]
    variables = set(variables_of(rule.model))
    assert set(rule.start) | set(rule.clocks) <= variables


# Between two groups of cells

W_0 = 2e-9


class Excitation(Projection):
    pre: ClassVar[str] = "sources"
    post: ClassVar[str] = "targets"
    receptor: ClassVar[str] = "AMPA+NMDA"


ONE = Excitation(in_degree=1, weight=quantity("2 nS"), delay=quantity("1 ms"), nmda=0.5)
CELLS = """
v : volt
plateau : 1
left_slow : 1
left_fast : 1
taught_slow : hertz
taught_fast : hertz
g_ampa : siemens
g_nmda : siemens
"""


def cells(fires_s: float, dt: Any) -> b2.NeuronGroup:
    """Return two cells that fire once, with all that a rule may read of a cell."""
    group = b2.NeuronGroup(
        2,
        CELLS,
        threshold="abs(t - fires) < dt/2",
        reset="",
        namespace={"fires": fires_s * b2.second},
        dt=dt,
    )
    group.v = -65 * b2.mV
    group.plateau = 0.5
    return group


def after_a_pair(rule: Rule) -> tuple[b2.Synapses, b2.NeuronGroup]:
    """Return synapses and targets 25 ms after a spike of pre, and 20 ms after post."""
    dt = 0.2 * b2.ms
    groups = {"sources": cells(0.0, dt), "targets": cells(5e-3, dt)}
    built = Synapse(ONE.name, ONE, rule, 1, 1.0, 2, 2)
    one_to_one = np.arange(2), np.arange(2)
    clocks = Clocks(b2.Clock(dt), b2.Clock(dt))
    synapses = join(built, groups, one_to_one, clocks, looking((*RIG, "shock"), rows=1))
    b2.seed(1)
    b2.Network(*groups.values(), synapses).run(25 * b2.ms)
    return synapses, groups["targets"]


@pytest.mark.parametrize("name", TEXTS)
def test_a_first_spike_opens_the_projections_own_weight_under_any_rule(
    name: str,
) -> None:
    synapses, targets = after_a_pair(ALL[name])
    # Some rules change the synapse by less than a thousandth before it is read.
    assert np.asarray(targets.g_ampa) == pytest.approx([W_0] * 2, rel=1e-3)
    assert np.asarray(targets.g_nmda) == pytest.approx([W_0 / 2] * 2, rel=1e-3)
    for variable in variables_of(ALL[name].model):
        assert np.isfinite(np.asarray(getattr(synapses, variable))).all(), variable


# Time without spikes

POST = np.array([0, 0, 1, 2], dtype=np.int32)


def lived(rule: Rule, clocks_s: float) -> dict[str, Any]:
    """Return a state in which no variable is as it was, and times ``clocks_s`` ago."""
    rng = np.random.default_rng(3)
    names = list(variables_of(rule.model))
    state = {name: rng.uniform(0.1, 0.9, len(POST)) for name in names}
    return state | {name: np.full(len(POST), -clocks_s) for name in rule.clocks}


@every_rule
def test_a_rest_of_no_time_returns_the_state_that_it_was_given(name: str) -> None:
    state = lived(ALL[name], 0.0)
    after = ALL[name].rest(state, 0.0, POST, np.random.default_rng(1))
    assert after.keys() == state.keys()
    for variable, values in state.items():
        assert after[variable] == pytest.approx(values, rel=1e-12), variable


@every_rule
def test_a_rest_leaves_what_it_is_given_unchanged(name: str) -> None:
    state = lived(ALL[name], 0.5)
    given = {variable: values.copy() for variable, values in state.items()}
    after = ALL[name].rest(state, 3600.0, POST, np.random.default_rng(1))
    assert state.keys() == given.keys()
    for variable, values in given.items():
        assert np.array_equal(state[variable], values), variable
        assert after[variable].shape == values.shape
        assert np.isfinite(after[variable]).all()


@every_rule
def test_times_are_dated_from_the_end_of_a_rest(name: str) -> None:
    rule = ALL[name]
    after = rule.rest(lived(rule, 0.5), 10.0, POST, np.random.default_rng(1))
    # A rule is brought up to date, or keeps the time of a spike.
    assert all(set(after[clock]) <= {0.0, -10.5} for clock in rule.clocks)
