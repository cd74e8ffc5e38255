"""How recall is measured, against cases that are counted by hand."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.recall import mutual_information, pattern_completion

CUED, REST, OTHERS = np.arange(2), np.arange(2, 5), np.arange(5, 9)


def completion(cued: float, rest: float, others: float) -> float:
    """Return Q where all cells of a kind fire at the same rate."""
    rates = np.repeat([cued, rest, others], [2, 3, 4])
    return pattern_completion(rates, CUED, REST, OTHERS)


def entropy(counts: Any) -> float:
    shares = np.unique(counts, return_counts=True)[1] / len(counts)
    return float(-(shares * np.log2(shares)).sum())


def some(n: int, highest: int, seed: int) -> Any:
    return np.random.default_rng(seed).integers(0, highest, n)


# Completion


def test_completion_is_the_gain_of_the_rest_over_the_rate_of_the_cued() -> None:
    rates = np.array([80, 120, 10, 20, 30, 1, 2, 3, 6.0])
    assert pattern_completion(rates, CUED, REST, OTHERS) == pytest.approx(0.17)


def test_completion_is_1_where_the_rest_fires_as_the_cued_and_no_others_do() -> None:
    assert completion(50, 50, 0) == 1


@pytest.mark.parametrize("rate", [0.0, 3.0, 200.0])
def test_completion_is_0_where_the_rest_fires_as_the_others(rate: float) -> None:
    assert completion(50, rate, rate) == 0


def test_completion_is_negative_where_the_rest_is_suppressed() -> None:
    assert completion(50, 0, 10) == -0.2


def test_completion_does_not_depend_on_the_unit_of_the_rates() -> None:
    assert completion(100, 30, 5) == pytest.approx(completion(0.1, 0.03, 0.005))


def test_completion_does_not_depend_on_the_order_of_the_cells() -> None:
    rates: Any = np.arange(9.0)
    order = np.random.default_rng(0).permutation(9)
    moved = [np.flatnonzero(np.isin(order, part)) for part in (CUED, REST, OTHERS)]
    assert pattern_completion(rates[order], *moved) == pytest.approx(
        pattern_completion(rates, CUED, REST, OTHERS)
    )


@pytest.mark.parametrize("rest", [0.0, 10.0])
def test_without_a_spike_of_the_cued_there_is_no_completion(rest: float) -> None:
    assert np.isnan(completion(0, rest, 0))


# Mutual information


def test_mutual_information_of_two_by_two_counts_is_as_by_hand() -> None:
    # 3 cells of 8 in each corner of the diagonal, 1 in each of the others.
    a, b = np.repeat([0, 0, 5, 5], [3, 1, 1, 3]), np.repeat([2, 9, 2, 9], [3, 1, 1, 3])
    said = 0.75 * np.log2(0.375 / 0.25) + 0.25 * np.log2(0.125 / 0.25)
    assert mutual_information(a, b) == pytest.approx(said, rel=1e-12)


def test_counts_tell_their_whole_entropy_about_themselves() -> None:
    a = some(500, 7, 1)
    assert mutual_information(a, a) == pytest.approx(entropy(a), rel=1e-12)


def test_counts_tell_as_much_under_other_names() -> None:
    a, b = some(300, 5, 1), some(300, 3, 2)
    named = np.array([40, 2, 17, 0, 3])[a]
    assert mutual_information(named, b) == pytest.approx(mutual_information(a, b))


def test_what_two_counts_tell_of_each_other_is_mutual() -> None:
    a, b = some(300, 5, 3), some(300, 3, 4)
    assert mutual_information(a, b) == pytest.approx(mutual_information(b, a))


def test_mutual_information_is_what_both_entropies_share() -> None:
    a = some(400, 6, 5)
    b = a // 2 + some(400, 2, 6)
    both = entropy(100 * a + b)
    said = entropy(a) + entropy(b) - both
    assert mutual_information(a, b) == pytest.approx(said, rel=1e-12)


def test_counts_in_all_combinations_tell_nothing_of_each_other() -> None:
    a, b = np.repeat(np.arange(4), 5), np.tile(np.arange(5), 4)
    assert mutual_information(a, b) == pytest.approx(0, abs=1e-12)


def test_a_count_that_is_the_same_in_all_cells_tells_nothing() -> None:
    assert mutual_information(np.zeros(50, int), some(50, 4, 7)) == pytest.approx(
        0, abs=1e-12
    )


def test_a_count_that_follows_from_another_tells_its_own_entropy() -> None:
    a = some(300, 8, 8)
    assert mutual_information(a, a % 2) == pytest.approx(entropy(a % 2))


def test_independent_counts_tell_no_more_than_the_bias_of_few_cells() -> None:
    # Miller and Madow: (rows - 1)(columns - 1)/(2 n ln 2); a chi-square over 2 n ln 2.
    n, draws, freedom = 1000, 100, 4 * 2
    told = [
        mutual_information(some(n, 5, seed), some(n, 3, 1000 + seed))
        for seed in range(draws)
    ]
    unit = 2 * n * np.log(2)
    error = np.sqrt(2 * freedom / draws) / unit
    assert np.mean(told) == pytest.approx(freedom / unit, abs=4 * error)
