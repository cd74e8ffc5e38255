"""Rules whose calcium a shock opens: `gated-bistable` and `gated-capture`."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits import Memory
from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.drives import RIG
from trisynapse.circuits.ec import ArousedContents
from trisynapse.circuits.network import TICK, Clocks, join, looking
from trisynapse.circuits.projection import Projection, Rule
from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity import (
    GatedBistable,
    GatedCapture,
    GraupnerBrunel,
    TaggingCapture,
)
from trisynapse.protocols.fear_conditioning import FearConditioning

pytestmark = pytest.mark.usefixtures("numpy_target")

COLUMNS = (*RIG, "shock")
QUIET = 0.3
# Without noise, so that a difference is one of calcium.
GATED: dict[str, tuple[Any, Any]] = {
    "bistable": (GatedBistable(quiet=QUIET, sigma=0.0), GraupnerBrunel(sigma=0.0)),
    "capture": (GatedCapture(quiet=QUIET, sigma=0.0), TaggingCapture(sigma=0.0)),
}
both = pytest.mark.parametrize("name", GATED)


@dataclass(frozen=True, kw_only=True)
class Link(Projection):
    """One synapse from a source to a target."""

    pre: ClassVar[str] = "sources"
    post: ClassVar[str] = "targets"
    receptor: ClassVar[str] = "AMPA"


LINK = Link(in_degree=1, weight=quantity("2 nS"), delay=quantity("1 ms"))


def train(rule: Rule, shock: float, apv: float = 0.0) -> dict[str, float]:
    """Return a synapse after 3 pairs at 100 Hz and the delay of their calcium."""
    dt = 0.2 * b2.ms
    times = {"sources": [0, 10, 20] * b2.ms, "targets": [5, 15, 25] * b2.ms}
    equations = "g_ampa : siemens"
    groups = {}
    for name, spikes in times.items():
        ticks = b2.TimedArray(
            np.isin(np.arange(500), np.round(spikes / dt)).astype(float), dt=dt
        )
        groups[name] = b2.NeuronGroup(
            1, equations, threshold="ticks(t) > 0.5", namespace={"ticks": ticks}, dt=dt
        )
    shown = looking(COLUMNS, rows=1)
    values = np.zeros((1, len(COLUMNS)))
    values[0, COLUMNS.index("shock")] = shock
    values[0, COLUMNS.index("apv")] = apv
    shown["stimulus"] = b2.TimedArray(values, dt=TICK, name="stimulus")
    built = Synapse(LINK.name, LINK, rule, 1, 1.0, 1, 1)
    clocks = Clocks(b2.Clock(dt), b2.Clock(dt))
    synapses = join(built, groups, (np.arange(1), np.arange(1)), clocks, shown)
    b2.Network(*groups.values(), synapses).run(60 * b2.ms)
    names = ("rho", "Ca") if isinstance(rule, GraupnerBrunel) else ("h", "Ca")
    return {name: float(np.asarray(getattr(synapses, name))[0]) for name in names}


@both
def test_during_a_shock_it_is_the_rule_without_a_gate(name: str) -> None:
    gated, plain = GATED[name]
    assert train(gated, 1.0) == pytest.approx(train(plain, 0.0), rel=1e-12)


@both
def test_without_a_shock_spikes_bring_the_quiet_share_of_the_calcium(name: str) -> None:
    gated, plain = GATED[name]
    less = replace(plain, pre_Ca=QUIET * plain.pre_Ca, post_Ca=QUIET * plain.post_Ca)
    assert train(gated, 0.0) == pytest.approx(train(less, 0.0), rel=1e-12)
    assert train(gated, 0.0)["Ca"] < train(gated, 1.0)["Ca"]


@both
def test_half_a_shock_brings_half_of_the_difference(name: str) -> None:
    gated, _ = GATED[name]
    dark, half, full = (train(gated, shock)["Ca"] for shock in (0.0, 0.5, 1.0))
    assert half == pytest.approx((dark + full) / 2, rel=1e-12)


@both
def test_apv_takes_the_calcium_of_inputs_away_in_a_shock_as_well(name: str) -> None:
    gated, plain = GATED[name]
    alone = replace(plain, pre_Ca=0.0)
    blocked, wanted = train(gated, 1.0, apv=1.0), train(alone, 0.0)
    assert blocked == pytest.approx(wanted, rel=1e-12)


@both
@pytest.mark.parametrize("quiet", [-0.1, 1.1, float("nan")])
def test_a_share_that_does_not_exist_is_refused(name: str, quiet: float) -> None:
    with pytest.raises(ValueError, match="quiet"):
        replace(GATED[name][0], quiet=quiet)


def test_the_places_of_memory_are_gated_where_it_says_so() -> None:
    synapses = FearConditioning().circuit.synapses(FearConditioning().rules)
    gated = {n for n, s in synapses.items() if "quiet" in s.symbols}
    assert gated == {
        "ec_fan_to_dg_granule",
        "ec_stellate_to_dg_granule",
        "ca3_pyramidal_to_ca1_pyramidal",
        "ca1_pyramidal_to_bla_principal",
    }


def test_a_shock_raises_what_the_place_brings_in_memory() -> None:
    drive = Memory().ec.fan_place
    assert isinstance(drive, ArousedContents) and drive.arousal > 0
    with pytest.raises(ValueError, match="arousal"):
        replace(drive, arousal=-1.0)
