"""Measures that are one measure over another: of an animal, and of a group."""

from typing import Any

import numpy as np
import pytest

from trisynapse.protocols.catalogue import ENGRAMS, find
from trisynapse.protocols.comparisons import Comparison, compared, of_group, ratio
from trisynapse.simulation.recording import Measure

LIT, DARK = ("lit", "freezing"), ("dark", "freezing")
OVER = Comparison("lit", "over dark", LIT, DARK)
LOST = Comparison("lit", "lost", LIT, DARK, lost=True)
NAMES = [*(kind.name for kind in ENGRAMS), "fear-conditioning"]


def test_a_ratio_over_nothing_is_infinite_and_nothing_over_nothing_unknown() -> None:
    assert ratio(3.0, 2.0) == 1.5
    assert ratio(1e-12, 0.0) == np.inf
    assert np.isnan(ratio(0.0, 0.0))


def test_a_comparison_is_what_is_left_or_what_is_lost() -> None:
    found = compared({LIT: 0.2, DARK: 0.8}, (OVER, LOST))
    assert found[OVER.key] == pytest.approx(0.25)
    assert found[LOST.key] == pytest.approx(0.75)


def test_a_comparison_with_an_arm_that_was_not_run_is_left_out() -> None:
    assert compared({LIT: 0.2}, (OVER, LOST)) == {LIT: 0.2}


def test_a_group_has_means_and_comparisons_of_means() -> None:
    animals = [{LIT: 0.5, DARK: 1e-9}, {LIT: 0.1, DARK: 0.2}]
    found = of_group([compared(animal, (OVER,)) for animal in animals], (OVER,))
    assert found[LIT] == pytest.approx(0.3)
    assert found[OVER.key] == pytest.approx(3.0)


def test_a_group_of_one_is_that_animal() -> None:
    animal = compared({LIT: 0.2, DARK: 0.8}, (OVER, LOST))
    assert of_group([animal], (OVER, LOST)) == animal


def test_a_group_has_what_all_its_animals_have() -> None:
    assert of_group([{LIT: 0.2, DARK: 0.1}, {LIT: 0.4}], (OVER,)).keys() == {LIT}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_compared_has_a_band_and_is_made_of_measures(name: str) -> None:
    protocol = find(name)
    known = {(band.arm, band.name) for band in protocol.bands()}
    assert protocol.comparisons
    for each in protocol.comparisons:
        assert {each.key, each.over, each.under} <= known


@pytest.mark.parametrize("name", NAMES)
def test_a_group_is_held_against_the_bands_of_its_protocol(name: str) -> None:
    protocol, rng = find(name), np.random.default_rng(1)

    def animal() -> list[Measure]:
        return [band.measure(float(rng.random())) for band in protocol.bands()]

    animals = [animal() for _ in range(3)]
    group = protocol.group(animals)
    assert [(m.arm, m.name) for m in group] == [(b.arm, b.name) for b in animals[0]]
    values: dict[Any, float] = {(m.arm, m.name): m.value for m in group}
    for each in protocol.comparisons:
        made = each.made((values[each.over], values[each.under]))
        assert values[each.key] == pytest.approx(made)
    for found, band in zip(group, protocol.bands(), strict=True):
        assert found == band.measure(found.value)
