"""Two rules on one synapse against each of them alone under the same spikes."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.network import Clocks, join
from trisynapse.circuits.parameters import ASSUMED
from trisynapse.circuits.projection import Event, Function, Projection, Rule
from trisynapse.circuits.quantity import Quantity, quantity
from trisynapse.plasticity import InhibitorySTDP, TaggingCapture
from trisynapse.plasticity.combined import PREFIX, Combined, renamed
from trisynapse.plasticity.short_term import SETS
from trisynapse.simulation.outline import outline
from trisynapse.simulation.state import delays, newborn, variables_of

from .mini import QUIET, RULES, Mini

pytestmark = pytest.mark.usefixtures("numpy_target")

LASTING = InhibitorySTDP(eta=0.1)
RELEASE = SETS["mossy-fibre"]
BOTH = Combined(long_term=LASTING, short_term=RELEASE)
W_0, STEP, SECONDS = 3e-9, 1e-3, 0.25


def halved(x: Any, *place: Any) -> Any:
    return np.asarray(x) / 2


def thirded(x: Any, *place: Any) -> Any:
    return np.asarray(x) / 3


HALVED = Function(halved, "double halved(double x, int i) { return x/2; }", ("1",), "1")


@dataclass(frozen=True, kw_only=True)
class Everything(Rule):
    """A rule that uses all that a rule may, with names that others use as well.

    ``post_trace``, a variable of another rule, is a result within its code.
    """

    tau: Quantity = ASSUMED("50 ms", "decay")
    eta: float = ASSUMED(0.5, "step")
    later: Quantity = ASSUMED("7 ms", "delay of the second step")
    unread: float = ASSUMED(1.0, "no part of any equation")

    model: ClassVar[str] = """
    dstrength/dt = (1 - strength)/tau : 1 (clock-driven)
    pre_trace : 1
    t_last : second
    """
    on_pre: ClassVar[str] = "post_trace = t - t_last\nt_last = t\nstrength += eta"
    on_post: ClassVar[str] = (
        "post_trace = halved(pre_trace)\nstrength -= eta*post_trace"
    )
    extra_pre: ClassVar[tuple[Event, ...]] = (
        Event(
            "again",
            "pre_trace = eta + pre_trace*int(v_post < 1*volt)",
            "later",
        ),
    )
    weight: ClassVar[str] = "w_0 + w_0*strength"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"strength": 1.0})
    clocks: ClassVar[tuple[str, ...]] = ("t_last",)
    functions: ClassVar[Mapping[str, Function]] = MappingProxyType({"halved": HALVED})
    needs: ClassVar[tuple[str, ...]] = ("v",)

    def rest(
        self, state: Any, seconds: float, post: Any, rng: np.random.Generator
    ) -> dict[str, Any]:
        return {**state, "strength": 1 + (state["strength"] - 1) * np.exp(-seconds)}


class Inhibition(Projection):
    pre: ClassVar[str] = "interneurons"
    post: ClassVar[str] = "principals"
    receptor: ClassVar[str] = "GABA_A"


PAIRS = Inhibition(in_degree=1, weight=quantity("3 nS"), delay=quantity("2 ms"))


def run(rule: Rule, n: int = 4) -> tuple[Any, dict[str, Any]]:
    """Return what every step opens, times w_0, and the state after Poisson trains."""
    rng, dt = np.random.default_rng(5), STEP * b2.second
    ends = []
    for _ in range(2):
        fires = rng.random((round(SECONDS / STEP), n)) < 0.1
        ends.append(
            b2.NeuronGroup(
                n,
                "g_gaba : siemens\nv : volt",
                threshold="fires(t, i) > 0",
                reset="",
                namespace={"fires": b2.TimedArray(1.0 * fires, dt=dt)},
                dt=dt,
            )
        )
    groups = dict(zip(("interneurons", "principals"), ends, strict=True))
    built = Synapse(PAIRS.name, PAIRS, rule, 1, 1.0, n, n)
    one_to_one = np.arange(n), np.arange(n)
    synapses = join(built, groups, one_to_one, Clocks(b2.Clock(dt), b2.Clock(dt)))
    opened = b2.StateMonitor(ends[1], "g_gaba", record=True, when="end")
    b2.Network(*ends, synapses, opened).run(SECONDS * b2.second)
    state = {
        name: np.array(getattr(synapses, name)) for name in variables_of(rule.model)
    }
    return np.diff(np.array(opened.g_gaba), axis=1, prepend=0.0) / W_0, state


COMBINATIONS = {
    "inhibitory with short-term": BOTH,
    "a rule with itself": Combined(long_term=LASTING, short_term=LASTING),
    "everything first": Combined(long_term=Everything(), short_term=RELEASE),
    "everything second": Combined(long_term=LASTING, short_term=Everything(eta=0.3)),
    "everything twice": Combined(
        long_term=Everything(), short_term=Everything(tau=quantity("9 ms"))
    ),
}


@pytest.mark.parametrize("both", COMBINATIONS.values(), ids=COMBINATIONS)
def test_the_weights_multiply_and_each_rule_moves_as_it_does_alone(
    both: Combined,
) -> None:
    opened, state = run(both)
    first, one = run(both.long_term)
    second, other = run(both.short_term)
    assert opened == pytest.approx(first * second, rel=1e-9, abs=1e-12)
    assert set(state) == set(one) | {PREFIX + name for name in other}
    for name, values in one.items():
        assert state[name] == pytest.approx(values, rel=1e-12), name
    for name, values in other.items():
        assert state[PREFIX + name] == pytest.approx(values, rel=1e-12), name
    assert np.ptp(first[first > 0]) > 0.1 and np.ptp(second[second > 0]) > 0.1


def test_a_combination_may_be_combined_again() -> None:
    three = Combined(long_term=Everything(), short_term=BOTH)
    opened, state = run(three)
    parts = [run(rule)[0] for rule in (Everything(), LASTING, RELEASE)]
    assert opened == pytest.approx(np.prod(parts, axis=0), rel=1e-9, abs=1e-12)
    assert set(state) >= {"strength", "short_strength", "short_short_u"}


def test_only_whole_words_are_renamed() -> None:
    text = "u = u*tau_u + u_post - v/u2"
    assert renamed(text, ["u"]) == "short_u = short_u*tau_u + u_post - v/u2"
    model = "du/dt = -u/tau : 1\ndu : 1"
    assert renamed(model, ["u"]) == "dshort_u/dt = -short_u/tau : 1\ndu : 1"


def test_symbols_are_those_of_both_rules_and_no_others() -> None:
    both = Combined(long_term=Everything(eta=0.4), short_term=LASTING)
    text = f"{both.model}{both.on_pre}{both.on_post}{both.weight}"
    assert both.symbols(text) == {
        "tau": both.long_term.symbols("tau")["tau"],
        "eta": 0.4,
        **{f"short_{k}": v for k, v in LASTING.symbols("tau rho_0 eta w_max").items()},
    }
    assert both.symbols("eta") == {"eta": 0.4}
    assert both.symbols("short_eta") == {"short_eta": 0.1}


def test_delays_needs_and_clocks_are_those_of_both() -> None:
    both = Combined(long_term=LASTING, short_term=Everything(later=quantity("9 ms")))
    (event,) = both.extra_pre
    assert getattr(both, event.delay) == quantity("9 ms")
    assert both.needs == ("v",)
    assert both.clocks == ("t_last", "short_t_last")
    assert both.start == {"strength": 1.0, "short_strength": 1.0}


def test_a_parameter_of_either_rule_can_be_changed() -> None:
    changed = BOTH.with_value("short_term.U", "0.05").with_value("long_term.eta", "0.2")
    again = Combined(
        long_term=replace(LASTING, eta=0.2), short_term=replace(RELEASE, U=0.05)
    )
    assert changed == again != BOTH
    assert changed.symbols("eta short_U") == {"eta": 0.2, "short_U": 0.05}
    assert copy.deepcopy(changed).model == changed.model


def test_a_circuit_starts_builds_and_describes_it() -> None:
    rules: dict[str, Any] = {**RULES, "inhibitory": BOTH}
    back = "south_basket_to_north_pyramidal"
    state = newborn(QUIET, rules, 1).variables[back]
    assert set(state) == set(variables_of(BOTH.model))
    assert (state["strength"] == 1).all() and (state["short_x"] == 1).all()
    network = Mini().network(rules, seed=1)
    network.run(5 * b2.ms)
    late = {**RULES, "inhibitory": Combined(long_term=LASTING, short_term=Everything())}
    assert delays(QUIET, late)["south_basket"] == 35
    other = {**rules, "inhibitory": BOTH.with_value("short_term.U", "0.05")}
    assert outline(QUIET, rules) == outline(QUIET, other) != outline(QUIET, late)


def test_in_a_gap_each_rule_rests_by_itself_and_two_gaps_are_one() -> None:
    rng = np.random.default_rng(2)
    state = {name: rng.random(6) for name in variables_of(BOTH.model)}
    state |= {clock: -0.02 * rng.random(6) for clock in BOTH.clocks}
    ends = np.zeros(6, dtype=np.int32)
    once = BOTH.rest(state, 0.3, ends, rng)
    twice = BOTH.rest(BOTH.rest(state, 0.1, ends, rng), 0.2, ends, rng)
    own = {name: state[name] for name in variables_of(LASTING.model)}
    alone = LASTING.rest(own, 0.3, ends, rng)
    other = {name: state[PREFIX + name] for name in variables_of(RELEASE.model)}
    alone |= {f"short_{k}": x for k, x in RELEASE.rest(other, 0.3, ends, rng).items()}
    assert set(once) == set(state)
    for name in state:
        assert once[name] == pytest.approx(alone[name], rel=1e-12), name
        assert twice[name] == pytest.approx(once[name], rel=1e-12), name


def test_a_rule_that_shares_proteins_is_refused() -> None:
    with pytest.raises(ValueError, match="TaggingCapture shares proteins"):
        Combined(long_term=TaggingCapture(), short_term=RELEASE)
    with pytest.raises(ValueError, match="TaggingCapture shares proteins"):
        Combined(long_term=LASTING, short_term=TaggingCapture())


def test_a_combination_that_would_take_its_own_names_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="make it the short_term one"):
        Combined(long_term=BOTH, short_term=LASTING)


def test_two_functions_of_one_name_are_refused() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Other(Everything):
        functions: ClassVar[Mapping[str, Function]] = MappingProxyType(
            {"halved": HALVED._replace(python=thirded)}
        )

    with pytest.raises(ValueError, match="a function 'halved'"):
        Combined(long_term=Everything(), short_term=Other())
