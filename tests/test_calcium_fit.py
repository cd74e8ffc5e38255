"""The calcium rule's values: the bands that they meet, and how they are judged."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.signal import lfilter

from trisynapse.plasticity import TaggingCapture
from trisynapse.plasticity.graupner_brunel import SETS

DOCS = Path(__file__).parents[1] / "docs"
OURS = TaggingCapture()
HOUR = 3600.0
LEAK = 0.1 / float(OURS.tau_h)


def script() -> Any:
    """Return docs/fit_calcium.py as a module."""
    spec = spec_from_file_location("fit_calcium", DOCS / "fit_calcium.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fit = script()
PUBLISHED: dict[str, TaggingCapture] = fit.published()


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, float]]:
    """Return what this set and the published ones give."""
    sets = {"this set": OURS, **PUBLISHED}
    return {name: fit.early(rule) | fit.late(rule) for name, rule in sets.items()}


Found = dict[str, dict[str, float]]


# The bands


@pytest.mark.parametrize("name", fit.ASKED)
def test_the_default_values_meet_every_band_that_was_asked_for(
    found: Found, name: str
) -> None:
    assert fit.outside(fit.ASKED[name], found["this set"][name]) == 0


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_set_depresses_nothing_at_one_hertz(
    found: Found, name: str
) -> None:
    assert found[name]["L03 1 Hz"] == pytest.approx(1, abs=1e-6)
    assert fit.outside(fit.ASKED["L03 1 Hz"], found[name]["L03 1 Hz"]) > 0.1


@pytest.mark.parametrize(
    ("name", "missed"),
    [
        (
            "L&T 2021, slice",
            ["L03 20 Hz", "L09 weak alone, 8 h", "L10 weak 3 h before"],
        ),
        ("L&T 2021, network", ["L09 weak 1 h after strong", "L10 weak 1 h before"]),
    ],
)
def test_a_published_set_misses_tagging_and_capture_too(
    found: Found, name: str, missed: list[str]
) -> None:
    for band in missed:
        assert fit.outside(fit.ASKED[band], found[name][band]) > 0.1, band


@pytest.mark.parametrize(
    ("value", "margin", "off"),
    [
        (0.7, 0.0, 0.0),
        (0.6, 0.0, 0.0),
        (0.85, 0.0, 0.0),
        (0.5, 0.0, 0.1),
        (1.0, 0.0, 0.15),
        (0.61, 0.03, 0.02),
        (0.84, 0.03, 0.02),
    ],
)
def test_a_miss_is_the_way_to_the_band_less_its_margin(
    value: float, margin: float, off: float
) -> None:
    assert fit.outside(fit.Asked(0.6, 0.85), value, margin) == pytest.approx(off)


def test_an_open_side_of_a_band_is_never_missed() -> None:
    assert fit.outside(fit.Asked(None, 1.0), -1e9) == 0
    assert fit.outside(fit.Asked(1.0, None), 1e9) == 0


def test_the_cost_is_the_sum_of_squares_of_misses_over_a_twentieth() -> None:
    far = {name: 2.0 if a.high is None else 0.0 for name, a in fit.ASKED.items()}
    inside = far | {"L02 900 at 1 Hz, 60 min": 0.7}  # the only band with two sides
    assert fit.cost(inside) == 0
    one, other = "L09 strong, 8 h", "L06 pair +10 ms"
    off = {one: 1.4, other: 1.02}  # at its band, and 0.02 beyond
    misses = fit.ASKED[one].margin, 0.02 + fit.ASKED[other].margin
    expected = sum((miss / 0.05) ** 2 for miss in misses)
    assert fit.cost(inside | off) == pytest.approx(expected)


# The page


@pytest.mark.parametrize("kind", ["calcium", "bistable"])
def test_the_tables_of_the_page_are_those_that_the_script_prints(
    found: Found, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names = list(found["this set"])
    if kind == "bistable":
        others = {name: fit.bistable(rule) for name, rule in SETS.items()}
        fit.table(others, [name for name in names if name in others["DP"]])
    else:
        fit.table(found, names)
    lines = capsys.readouterr().out.splitlines()
    page = (DOCS / "calcium.md").read_text().splitlines()
    assert len(lines) > 20
    assert [line for line in lines if line not in page] == []


# How a set is judged


def by_steps(rule: TaggingCapture, pre: Any, post: Any, step: float) -> float:
    """Return the early phase 5 s after the last event, by Euler's method.

    h <- h (1 - b step) + a step is a sum over what each step adds, times what the
    later ones leave of it.
    """
    pre = np.asarray(pre) + float(rule.delay_Ca)
    n = round((max([*pre, *post]) + 5.0) / step)
    jumps = np.zeros(n)
    np.add.at(jumps, np.rint(pre / step).astype(int), rule.influx * rule.pre_Ca)
    np.add.at(
        jumps, np.rint(np.asarray(post) / step).astype(int), rule.influx * rule.post_Ca
    )
    c = lfilter([1.0], [1.0, -(1 - step / float(rule.tau_Ca))], jumps)
    up, down = rule.gamma_p * (c > rule.theta_p), rule.gamma_d * (c > rule.theta_d)
    a = (0.1 + up * rule.h_max) * step / float(rule.tau_h)
    left = np.cumprod(1 - (0.1 + up + down) * step / float(rule.tau_h))
    return float(left[-1] * (1.0 + np.sum(a / left)))


def train(n: int, hertz: float) -> Any:
    return np.arange(n) / hertz


WEAKER = replace(OURS, influx=0.6)
CASES: dict[str, tuple[TaggingCapture, Any, Any]] = {
    "1 Hz": (OURS, train(10, 1), []),
    "10 Hz": (OURS, train(30, 10), []),
    "20 Hz": (OURS, train(30, 20), []),
    "100 Hz": (OURS, train(100, 100), []),
    "100 Hz, influx 0.6": (WEAKER, train(100, 100), []),
    "pairs, +10 ms": (OURS, train(10, 5), train(10, 5) + 0.01),
    "pairs, -10 ms": (OURS, train(10, 5) + 0.01, train(10, 5)),
    "cells alone": (OURS, [0.0], train(20, 100)),
    "published": (PUBLISHED["L&T 2021, slice"], train(30, 50), []),
}


@pytest.mark.parametrize("case", CASES)
def test_the_mean_of_a_train_is_that_of_steps_through_the_equations(case: str) -> None:
    rule, pre, post = CASES[case]
    step = 1e-5
    found = fit.spiked(rule, np.asarray(pre), np.asarray(post, dtype=float))
    # Steps notice late that calcium crosses a threshold. The sum of that comes to less
    # than one step of 10 us at the fastest rate, some 2e-4.
    fastest = (0.1 + rule.gamma_p + rule.gamma_d) * rule.h_max / float(rule.tau_h)
    assert by_steps(rule, pre, post, step) == pytest.approx(found, abs=step * fastest)


@pytest.mark.parametrize("h", [0.5, 1.0, 2.0])
def test_trains_side_by_side_are_judged_as_each_alone(h: float) -> None:
    rates = np.array([1.0, 10.0, 50.0])
    pre = np.arange(20)[:, None] / rates
    post = pre + 0.01
    together = fit.spiked(OURS, pre, post, h)
    alone = [fit.spiked(OURS, pre[:, k], post[:, k], h)[0] for k in range(3)]
    assert together == pytest.approx(alone)


def weights(*doings: Any, hours: float = 8.0, bath: Any = fit.PLAIN) -> Sequence[float]:
    return list(fit.hours(OURS, list(doings), hours * HOUR, bath))


def to(h: float) -> Any:
    """Return an induction that leaves this early phase."""
    return lambda before: h


def test_without_an_induction_all_pathways_stay_as_they_are() -> None:
    assert weights() == [1, 1, 1]


def test_an_early_phase_that_starts_no_synthesis_fades_by_its_time_constant() -> None:
    left = 0.5 * np.exp(-LEAK * 2 * HOUR)
    assert weights((0.0, 1, to(1.5)), hours=2.0) == pytest.approx([1, 1 + left, 1])


def test_proteins_are_made_while_the_mean_change_is_above_its_threshold() -> None:
    # One pathway of three is changed by d: for d = 3 theta_pro exp(leak t) proteins are
    # made for t; the dose, their integral, follows from dp/dt = (1 or 0 - p)/tau_p.
    t, until, tau_p = 1000.0, 1.5 * HOUR, float(OURS.tau_p)
    d = 3 * OURS.theta_pro * np.exp(LEAK * t)
    assert OURS.theta_tag < d * np.exp(-LEAK * until)  # the tag lasts to the end
    dose = t + tau_p * np.expm1(-t / tau_p) * np.exp(-(until - t) / tau_p)
    z = OURS.z_max * -np.expm1(-dose / float(OURS.tau_z))
    found = weights((0.0, 0, to(1 + d)), hours=until / HOUR)
    assert found == pytest.approx([1 + d * np.exp(-LEAK * until) + z, 1, 1])


def test_synthesis_is_blocked_as_protocols_block_it() -> None:
    bath = fit.blocked(0.0, HOUR)
    assert bath.at(-60.0) == (1, 1)
    assert bath.at(HOUR) == pytest.approx((0.05, 1), abs=1e-6)


def test_a_block_of_synthesis_takes_the_late_phase_and_leaves_the_early_one() -> None:
    early = 1 + 1.5 * np.exp(-LEAK * 8 * HOUR)
    made, hindered = (
        weights((0.0, 0, to(2.5)), bath=bath)[0] - early
        for bath in (fit.PLAIN, fit.blocked(0.0, HOUR))
    )
    assert made > 0.2
    assert 0 < hindered < made / 3
