"""Potentiation that has lasted resists its reversal: `resistant-bistable`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity import GatedBistable, GraupnerBrunel, ResistantBistable
from trisynapse.plasticity.graupner_brunel import efficacy

QUIET = ResistantBistable(sigma=0.0)
HOUR = 3600.0
NOBODY = np.zeros(0, dtype=np.int32)


def synapses(rho: Any, resistance: Any, calcium: float = 0.0) -> dict[str, Any]:
    rho, resistance = np.broadcast_arrays(*np.atleast_1d(rho, resistance))
    return {
        "rho": rho.astype(float),
        "resistance": resistance.astype(float),
        "Ca": np.full(rho.shape, calcium),
        "t_last": np.zeros(rho.shape),
    }


def rested(
    rule: ResistantBistable, state: Mapping[str, Any], seconds: float
) -> dict[str, Any]:
    return rule.rest(state, seconds, NOBODY, np.random.default_rng(1))


def moved(labile: float, rho: float, calcium: float, seconds: float) -> float:
    """Return the efficacy by small steps of the equations, well and all, no noise."""
    rule, dt = GraupnerBrunel(sigma=0.0), 1e-5
    tau, c = float(rule.tau), calcium
    for _ in range(round(seconds / dt)):
        middle = c * np.exp(-0.5 * dt / float(rule.tau_Ca))
        up = rule.gamma_p * (1 - rho) if middle > rule.theta_p else 0.0
        down = rule.gamma_d * rho if middle > rule.theta_d else 0.0
        well = -rho * (1 - rho) * (0.5 - rho)
        rho += dt / tau * (well + labile * (up - down))
        c *= np.exp(-dt / float(rule.tau_Ca))
    return rho


@pytest.mark.parametrize("resistance", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("calcium", [1.25, 4.0])
def test_calcium_moves_a_synapse_as_much_less_as_it_resists(
    calcium: float, resistance: float
) -> None:
    state = synapses(0.9, resistance, calcium)
    after = rested(QUIET, state, 0.2)["rho"][0]
    labile = 1 - QUIET.resists * resistance
    assert after == pytest.approx(moved(labile, 0.9, calcium, 0.2), abs=2e-4)
    if calcium < QUIET.theta_p:
        assert after < 0.9


def test_without_resistance_it_is_the_bistable_synapse() -> None:
    rho, c = np.linspace(-0.1, 1.1, 13), np.linspace(0, 5, 13)
    names = ("tau_Ca", "theta_d", "theta_p", "gamma_d", "gamma_p", "sigma", "tau")
    symbols: Any = {name: float(getattr(QUIET, name)) for name in names}
    plain = efficacy(rho, c, 3.0, **symbols)
    state = {**synapses(rho, 0.0), "Ca": c}
    assert np.array_equal(rested(QUIET, state, 3.0)["rho"], plain)


def test_its_noise_is_less_by_the_same_factor() -> None:
    n, rule = 20_000, ResistantBistable(gamma_p=0.0)
    calcium, resistance = 1.25, 0.6
    labile = 1 - rule.resists * resistance
    rho = rested(rule, synapses(np.full(n, 0.5), resistance, calcium), 1.0)["rho"]
    lasts = float(rule.tau_Ca) * np.log(calcium / rule.theta_d)
    wanted = rule.sigma**2 * labile * lasts / float(rule.tau)
    # The steps along the well and the fall change it by less than 2 %.
    assert rho.var() == pytest.approx(wanted, rel=0.02 + 4 * np.sqrt(2 / n))


def test_resistance_grows_while_up_and_goes_while_down() -> None:
    tau = float(QUIET.tau_resist)
    after = rested(QUIET, synapses([1.0, 1.0, 0.0, 0.0], [0.0, 0.5, 0.5, 1.0]), tau)
    kept = np.exp(-1)
    expected = [1 - kept, 1 - 0.5 * kept, 0.5 * kept, kept]
    assert after["resistance"] == pytest.approx(expected, rel=1e-12)


def test_two_gaps_are_one() -> None:
    state = synapses([0.9, 0.6, 0.4, 0.1], [0.0, 0.3, 0.6, 1.0], calcium=3.0)
    once = rested(QUIET, state, 3 * HOUR)
    twice = rested(QUIET, rested(QUIET, state, HOUR), 2 * HOUR)
    for name, values in once.items():
        assert twice[name] == pytest.approx(values, abs=1e-12), name


def test_what_has_lasted_hours_is_not_reversed_by_what_reverses_it_at_once() -> None:
    """One burst after another above theta_d only, for 10 s of calcium in all."""
    rule = ResistantBistable()
    burst, n = 1.29, 1000

    def up_after(hours: float) -> float:
        state = rested(rule, synapses(np.ones(n), 0.0), hours * HOUR)
        rng = np.random.default_rng(2)
        for _ in range(800):
            state = rule.rest({**state, "Ca": np.full(n, burst)}, 0.05, NOBODY, rng)
        return float(np.mean(rested(rule, state, HOUR)["rho"] > 0.5))

    at_once, later = up_after(0.0), up_after(24.0)
    assert at_once < 0.1
    assert later > 0.7


def test_a_synapse_that_never_resists_is_left_as_it_was_published() -> None:
    state = synapses(np.linspace(0, 1, 50), 1.0, calcium=4.0)
    never = replace(QUIET, resists=0.0)
    plain = GraupnerBrunel(sigma=0.0).rest(state, 1.0, NOBODY, np.random.default_rng(0))
    assert np.array_equal(rested(never, state, 1.0)["rho"], plain["rho"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("resists", -0.1),
        ("resists", 1.1),
        ("resists", float("nan")),
        ("tau_resist", quantity("0 s")),
        ("tau_resist", quantity("-1 h")),
    ],
)
@pytest.mark.parametrize("rule", [ResistantBistable(), GatedBistable()])
def test_what_cannot_be_is_refused(rule: Any, name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        replace(rule, **{name: value})
