"""The animal in its pool: how it moves, what ends a trial, what surprises it."""

from dataclasses import replace
from typing import Any

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.network import Clocks, group, looking
from trisynapse.circuits.pool import COLUMNS, Animal, Trials
from trisynapse.circuits.quantity import quantity
from trisynapse.circuits.region import Population

pytestmark = pytest.mark.usefixtures("numpy_target")

TICK = 1e-3
# A velocity that is kept: 1 m/s where `east_slow` is 1 m/s over a_0.
STEADY = Animal(tau_gamma=quantity("1e6 s"), a_0=quantity("1000 m"))
SPEED = 1e3  # of that unit: v = a_0/tau_gamma east_slow
QUICK = Trials(
    held=quantity("5 ms"), limit=quantity("60 ms"), neutral=quantity("30 ms")
)


def swum(
    ticks: int,
    cell: Animal = STEADY,
    trials: Trials = QUICK,
    start: dict[str, float] | None = None,
    **told: float,
) -> dict[str, Any]:
    """Return all variables at every tick, of one animal in trial 1, and its spikes."""
    clocks = Clocks(b2.Clock(0.2 * b2.ms), b2.Clock(1 * b2.ms))
    shown = looking(COLUMNS, rows=ticks)
    row = {"trial": 1.0, "learns": 1.0, "valued": 1.0} | told
    for name, value in row.items():
        shown["stimulus"].values[:, COLUMNS.index(name)] = value
    population = Population("animal", "pool", "animal", 1, cell, (trials,), "glutamate")
    animal = group(population, shown, clocks)
    for name, value in (start or {}).items():
        animal.variables[name].set_value(value)
    names = ["x", "y", "present", "swims", "tail", "value", "delta", "reward_slow"]
    # As a tick has left them; the value that it read is that of the step before.
    monitor = b2.StateMonitor(
        animal, names, record=True, when="before_groups", order=9, clock=clocks.ticks
    )
    spikes = b2.SpikeMonitor(animal)
    b2.Network(animal, monitor, spikes).run(ticks * b2.ms)
    found = {name: np.asarray(getattr(monitor, name))[0] for name in names}
    return {**found, "spikes": np.asarray(spikes.t)}


def eastward(metres_per_s: float) -> dict[str, float]:
    return {"east_slow": metres_per_s * SPEED}


def test_it_is_held_at_the_start_and_then_swims_as_it_is_steered() -> None:
    ran = swum(40, start=eastward(2.0), start_x=-0.5, start_y=0.1)
    assert ran["x"][:5] == pytest.approx(-0.5)
    assert ran["x"][5:] == pytest.approx(-0.5 + 2e-3 * np.arange(1, 36), abs=1e-8)
    assert ran["y"] == pytest.approx(0.1)
    assert list(ran["swims"][:5]) == [0] * 5 and ran["swims"][5:].all()


def test_from_the_wall_it_is_put_back_and_pays() -> None:
    ran = swum(40, start=eastward(4.0), start_x=0.85)
    away = np.hypot(ran["x"], ran["y"])
    assert away.max() <= 0.9 + 1e-12
    hits = np.flatnonzero(np.diff(ran["x"]) < 0) + 1
    assert ran["x"][hits] == pytest.approx(0.89)  # by a centimetre
    assert len(hits) > 3
    paid = np.zeros(40)
    paid[hits] = -1.0
    decay = np.exp(-TICK * (np.arange(40)[:, None] - np.arange(40)) / 0.2)
    assert ran["reward_slow"] == pytest.approx(np.tril(decay) @ paid, abs=1e-12)


def test_the_platform_ends_the_trial_and_makes_the_animal_fire() -> None:
    told: Any = {"platform": 1.0, "platform_x": 0.3, "platform_y": 0.0}
    ran = swum(80, start=eastward(10.0), start_x=0.0, **told)
    first = int(np.argmax(np.abs(ran["x"] - 0.3) < 0.1))
    assert ran["spikes"] == pytest.approx([first * TICK])
    assert ran["present"][first - 1] == 1 and not ran["present"][first:].any()
    assert (ran["x"][first:] == ran["x"][first]).all()  # it stays there
    assert ran["tail"].sum() == 30  # so long it goes on learning
    assert ran["delta"][first + 1 : first + 30].all() and not ran["delta"][-5:].any()


def test_time_ends_the_trial_too_and_nothing_is_learned_from_that() -> None:
    ran = swum(80, start_x=0.2, platform=0.0, platform_x=0.2)
    assert ran["swims"].sum() == 60
    assert not ran["present"][65:].any() and not ran["delta"][65:].any()
    assert not len(ran["spikes"])


def test_the_next_trial_begins_where_its_number_says() -> None:
    told: Any = {"trial": 1.0, "start_x": 0.4, "start_y": -0.2}
    ran = swum(3, start={"trial": 1.0, "x": 0.1}, **told)
    assert ran["x"] == pytest.approx(0.1) and not ran["present"].any()
    ran = swum(3, start={"trial": 7.0, "x": 0.1}, **told)
    assert ran["x"] == pytest.approx(0.4) and ran["y"] == pytest.approx(-0.2)


def value_at(t: Any, slow: float, fast: float) -> Any:
    """Return the value that the filtered spikes of the critic tell at some times."""
    return 2.0 * (slow * np.exp(-t / 0.2) - fast * np.exp(-t / 0.05)) / 0.15 - 40.0


def test_delta_is_the_temporal_difference_error_of_its_tick() -> None:
    slow, fast = 5.0, 2.5
    ran = swum(60, start={"slow": slow, "fast": fast})
    t = TICK * np.arange(60)
    V = value_at(t, slow, fast)
    assert ran["value"] == pytest.approx(V, rel=1e-9)
    known = np.diff(V) / TICK - (V[1:] + V[:-1]) / 8.0  # 2 tau_r
    assert ran["delta"][5:] == pytest.approx(known[4:], rel=1e-9)
    assert not ran["delta"][:5].any()  # held
    # That is the integral over the tick: the mean of V by its ends is all that errs.
    fine = value_at(np.linspace(t[20], t[21], 1001), slow, fast)
    mean = (fine[:-1] + fine[1:]).mean() / 2
    exact = (V[21] - V[20]) / TICK - mean / 4.0
    assert ran["delta"][21] == pytest.approx(exact, rel=1e-5)


def test_delta_adds_up_to_the_reward_less_the_value_expected() -> None:
    told: Any = {"platform": 1.0, "platform_x": 0.0, "platform_y": 0.0}
    trials = replace(QUICK, held=quantity("0 s"), neutral=quantity("3 s"))
    ran = swum(2800, trials=trials, start={"slow": 6.0, "fast": 0.0}, **told)
    value = ran["value"]
    spent = TICK * (value[1:] + value[:-1]).sum() / 2 / 4.0
    assert TICK * ran["delta"][1:].sum() == pytest.approx(
        100.0 - value[0] - spent, rel=1e-4
    )


def test_an_animal_without_a_critic_is_surprised_by_rewards_alone() -> None:
    ran = swum(60, start={"slow": 5.0} | eastward(4.0), start_x=0.85, valued=0.0)
    first = int(np.argmax(ran["reward_slow"] < 0))
    assert not ran["delta"][: first + 1].any() and (ran["delta"][first + 1 :] < 0).all()


def test_an_animal_that_learns_nothing_has_no_delta() -> None:
    ran = swum(60, start={"slow": 5.0} | eastward(4.0), start_x=0.85, learns=0.0)
    assert not ran["delta"].any() and ran["reward_slow"].any()


@pytest.mark.parametrize(
    ("kind", "symbol", "value", "said"),
    [
        (Trials(), "bounce", "2 m", "radius=90 cm: more than bounce=2 m"),
        (Trials(), "limit", "0 s", "limit=0 s: a value above 0"),
        (Trials(), "nu_reward", "1 s", "tau_reward=200 ms: more than nu_reward=1 s"),
        (Animal(), "nu_gamma", "1 s", "tau_gamma=50 ms: more than nu_gamma=1 s"),
        (Animal(), "a_0", "0 m", "a_0=0 m: a value above 0"),
    ],
)
def test_a_pool_or_animal_that_does_not_exist_is_refused(
    kind: Any, symbol: str, value: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        replace(kind, **{symbol: quantity(value)})
