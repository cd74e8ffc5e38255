"""Read-outs of engram cells, against cases that are counted by hand."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import hypergeom

from trisynapse.analysis.engrams import (
    Connectivity,
    EngramInputs,
    connectivity,
    discrimination_index,
    engram_inputs,
    engram_over_others,
    frozen_share,
    odds_ratio,
    overlap,
    reactivated_share,
    relative_recruitment,
    spines,
)

NONE: Any = np.array([], int)


def ids(*cells: int) -> Any:
    return np.array(cells, int)


# Overlap


@pytest.mark.parametrize(
    ("a", "b", "both", "n"),
    [
        (10, 10, 5, 100),
        (10, 20, 0, 100),
        (60, 70, 30, 100),
        (60, 70, 45, 100),
        (50, 60, 50, 100),
        (300, 200, 8, 10_000),
        (1000, 1000, 140, 10_000),
    ],
)
def test_overlap_is_as_likely_as_the_hypergeometric_distribution_says(
    a: int, b: int, both: int, n: int
) -> None:
    found = overlap(np.arange(a), np.arange(a - both, a - both + b), n)
    assert found.cells == both
    assert found.expected == pytest.approx(hypergeom.mean(n, a, b))
    assert found.over_chance == pytest.approx(both / (a * b / n))
    said = hypergeom.sf(both - 1, n, a, b)
    assert found.p == pytest.approx(said, rel=1e-7, abs=1e-300)


def test_overlap_with_no_cells_is_no_surprise() -> None:
    found = overlap(NONE, ids(1, 2), 10)
    assert (found.cells, found.expected, found.p) == (0, 0, 1)
    assert np.isnan(found.over_chance)


def test_a_cell_that_is_named_twice_counts_once() -> None:
    assert overlap(ids(1, 1, 2), ids(1, 3, 3), 9) == overlap(ids(1, 2), ids(1, 3), 9)
    assert reactivated_share(ids(1, 1, 2), ids(1, 1)) == 0.5


def test_cells_of_another_population_are_refused() -> None:
    with pytest.raises(ValueError, match="4 to 10 do not fit into 10 cells, 0 to 9"):
        overlap(ids(4, 10), ids(1), 10)
    with pytest.raises(ValueError, match="-1 to 2"):
        odds_ratio(ids(1), ids(-1, 2), 10)


def test_reactivated_cells_are_a_share_of_the_labelled() -> None:
    assert reactivated_share(ids(1, 2, 3, 4), ids(2, 9, 8)) == 0.25
    assert np.isnan(reactivated_share(NONE, ids(2)))


# Recruitment: of 4 biased cells 2 are recruited, of 6 others 1.


def test_bias_raises_the_probability_of_recruitment_by_the_relative_risk() -> None:
    assert relative_recruitment(ids(0, 1, 5), np.arange(4), 10) == (2 / 4) / (1 / 6)


def test_bias_raises_the_odds_of_recruitment_by_the_odds_ratio() -> None:
    assert odds_ratio(ids(0, 1, 5), np.arange(4), 10) == (2 / 2) / (1 / 5)


@pytest.mark.parametrize("measure", [relative_recruitment, odds_ratio])
def test_recruitment_of_biased_cells_only_is_infinitely_more(measure: Any) -> None:
    assert measure(ids(0, 1), np.arange(4), 10) == np.inf


@pytest.mark.parametrize("measure", [relative_recruitment, odds_ratio])
def test_recruitment_of_others_only_is_0(measure: Any) -> None:
    assert measure(ids(5), np.arange(4), 10) == 0


@pytest.mark.parametrize("measure", [relative_recruitment, odds_ratio])
@pytest.mark.parametrize(
    ("recruited", "biased"), [(0, 4), (3, 0), (3, 10)], ids=["none", "no", "all"]
)
def test_recruitment_without_a_comparison_is_unknown(
    measure: Any, recruited: int, biased: int
) -> None:
    assert np.isnan(measure(np.arange(recruited), np.arange(biased), 10))


# Wiring: 0 ─▶ 0, 0 ─▶ 1, 1 ─▶ 1, 0 ─▶ 2, 2 ─▶ 0 from 3 cells to 4

PRE, POST = ids(0, 0, 1, 0, 2), ids(0, 1, 1, 2, 0)
WEIGHT: Any = np.array([3.0, 2.0, 4.0, 1.0, 50.0])


def test_connectivity_counts_synapses_between_the_chosen_cells() -> None:
    found = connectivity(PRE, POST, WEIGHT, ids(0, 1), ids(0, 1), 3, 4)
    assert found == Connectivity(synapses=3, probability=3 / 4, weight=3.0)


def test_two_synapses_of_a_pair_connect_it_once() -> None:
    found = connectivity(
        ids(0, 0), ids(1, 1), np.array([1.0, 3.0]), ids(0), ids(0, 1), 2, 2
    )
    assert found == Connectivity(synapses=2, probability=0.5, weight=2.0)


def test_between_unconnected_cells_there_is_no_mean_weight() -> None:
    found = connectivity(PRE, POST, WEIGHT, ids(2), ids(3), 3, 4)
    assert (found.synapses, found.probability) == (0, 0)
    assert np.isnan(found.weight)


def test_from_no_cells_there_is_no_probability() -> None:
    assert np.isnan(connectivity(PRE, POST, WEIGHT, NONE, ids(0), 3, 4).probability)


def test_engram_targets_are_compared_with_other_targets_of_the_same_sources() -> None:
    found = engram_over_others(PRE, POST, WEIGHT, ids(0, 1), ids(0, 1), 3, 4)
    assert found.engram == Connectivity(3, 3 / 4, 3.0)
    assert found.others == Connectivity(1, 1 / 4, 1.0)  # without 2 ─▶ 0
    assert (found.probability, found.weight) == (3, 3)


def test_an_engram_of_all_cells_has_nothing_to_compare() -> None:
    found = engram_over_others(PRE, POST, WEIGHT, ids(0), np.arange(4), 3, 4)
    assert np.isnan([found.probability, found.weight]).all()


def test_wiring_of_other_lengths_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(5,\) and weights of shape \(4,\)"):
        connectivity(PRE, POST, WEIGHT[1:], ids(0), ids(0), 3, 4)


def test_synapses_of_cells_that_are_not_there_are_refused() -> None:
    with pytest.raises(ValueError, match="0 to 2 do not fit into 2 cells"):
        spines(POST, WEIGHT, 2, least=1)


def test_inputs_of_engram_cells_are_summed_by_cell_and_averaged_by_synapse() -> None:
    # Engram: cell 0 with 53, cell 1 with 6. Others: cell 2 with 1, cell 3 with none.
    found = engram_inputs(POST, WEIGHT, ids(0, 1), 4)
    assert found == EngramInputs(summed=(59 / 2) / (1 / 2), mean=(59 / 4) / 1)


def test_inputs_without_an_engram_are_unknown() -> None:
    found = engram_inputs(POST, WEIGHT, NONE, 4)
    assert np.isnan([found.summed, found.mean]).all()


def test_spines_are_synapses_of_at_least_a_weight() -> None:
    assert spines(POST, WEIGHT, 4, least=2).tolist() == [2, 2, 0, 0]
    assert spines(NONE, np.array([]), 2, least=2).tolist() == [0, 0]


# Behaviour


@pytest.mark.parametrize(
    ("a", "b", "said"), [(3, 1, 0.5), (1, 3, -0.5), (2, 0, 1), (0, 2, -1), (1, 1, 0)]
)
def test_discrimination_runs_from_minus_1_to_1(a: float, b: float, said: float) -> None:
    assert discrimination_index(a, b) == said


def test_an_animal_that_never_freezes_does_not_tell_what_it_discriminates() -> None:
    assert np.isnan(discrimination_index(0, 0))


def test_freezing_is_averaged_from_the_start_to_before_the_stop() -> None:
    t: Any = np.arange(5.0)
    trace = np.array([9.0, 0.5, 1.0, 9.0, 9.0])
    assert frozen_share(t, trace, 1, 3) == 0.75
    assert np.isnan(frozen_share(t, trace, 1.2, 1.8))


def test_freezing_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3,\) and freezing of shape \(2,\)"):
        frozen_share(np.zeros(3), np.zeros(2), 0, 1)
