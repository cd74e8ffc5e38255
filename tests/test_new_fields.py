"""New fields on a ring: rates lap by lap, and what is called a field."""

import numpy as np
import pytest

from trisynapse.analysis.new_fields import (
    aligned,
    around,
    lap_rates,
    new_fields,
    pierced,
)
from trisynapse.simulation.recording import Tag

RING, BINS = 2.0, 50
CENTRES = (np.arange(BINS) + 0.5) * RING / BINS


def hill(middle: float, sd: float, peak: float) -> np.ndarray:
    far = (CENTRES - middle + RING / 2) % RING - RING / 2
    return peak * np.exp(-(far**2) / (2 * sd**2))


def laps(*rows: np.ndarray) -> np.ndarray:
    """One cell, these laps."""
    return np.stack(rows)[:, None]


SILENT = np.zeros(BINS)


@pytest.mark.parametrize("middle", [0.9, 1.0, 1.1])
def test_a_field_is_found_where_it_is(middle: float) -> None:
    rates = laps(SILENT, SILENT, SILENT, *[hill(middle, 0.1, 5)] * 3)
    found = new_fields(rates, 2, 1.0, RING)
    assert found.new.tolist() == [True]
    assert found.shift_m[0] == pytest.approx(middle - 1.0, abs=1e-6)
    assert found.width_m[0] == pytest.approx(2.3548 * 0.1, abs=5e-3)
    assert found.lap[0] == 1


def test_a_field_across_the_ends_of_the_ring_is_one() -> None:
    rates = laps(SILENT, SILENT, *[hill(1.98, 0.1, 5)] * 3)
    found = new_fields(rates, 1, 0.02, RING)
    assert found.new.all()
    assert found.shift_m[0] == pytest.approx(-0.04, abs=1e-6)


def test_a_field_that_was_there_is_not_new() -> None:
    was = hill(1.0, 0.1, 4)
    assert not new_fields(laps(was, was, was, 1.2 * was), 2, 1.0, RING).new.any()


def test_a_field_far_from_the_plateau_is_not_its() -> None:
    rates = laps(SILENT, SILENT, hill(0.0, 0.1, 5))
    assert not new_fields(rates, 1, 1.0, RING).new.any()


def test_a_silent_cell_has_no_numbers() -> None:
    found = new_fields(laps(SILENT, SILENT, SILENT), 1, 1.0, RING)
    assert not found.new.any()
    assert np.isnan([found.shift_m, found.width_m, found.lap]).all()


def test_the_lap_is_the_first_that_fires() -> None:
    late = laps(SILENT, SILENT, SILENT, *[hill(1.0, 0.1, 6)] * 3)
    assert new_fields(late, 1, 1.0, RING).lap[0] == 2


def test_rates_are_spikes_over_seconds() -> None:
    t = np.arange(0, 20, 0.02)
    along = 0.2 * t % RING  # two laps of 10 s
    ends = np.array([[0.0, 10.0], [10.0, 20.0]])
    spikes = np.array([5.0, 5.0, 15.0])  # all at 1 m
    rates = lap_rates(
        t, along, ends, RING, spikes, np.array([3, 3, 7]), np.array([3, 7]), bins=BINS
    )
    assert rates.shape == (2, 2, BINS)
    seconds = 10.0 / BINS
    np.testing.assert_allclose(
        rates.sum(-1) * seconds, [[2.0, 0.0], [0.0, 1.0]], rtol=0.02
    )
    assert CENTRES[np.argmax(rates[0, 0])] == pytest.approx(1.0, abs=RING / BINS)


def test_a_gaussian_on_a_ring_keeps_the_sum() -> None:
    row = np.zeros((1, BINS))
    row[0, 0] = 1.0
    smooth = around(row, 2.0)
    assert smooth.sum() == pytest.approx(1.0)
    assert smooth[0, 1] == pytest.approx(smooth[0, -1])


def test_each_cell_may_have_its_own_place() -> None:
    pair = [np.stack([hill(0.3, 0.1, 5), hill(1.4, 0.1, 5)])] * 3
    rates = np.stack([np.zeros((2, BINS)), np.zeros((2, BINS)), *pair])
    found = new_fields(rates, 1, np.array([0.4, 1.3]), RING)
    assert found.new.all()
    np.testing.assert_allclose(found.shift_m, [-0.1, 0.1], atol=1e-6)


def test_rings_are_turned_until_their_places_are_in_the_middle() -> None:
    places = np.array([0.3, 1.4, 1.98])
    rates = np.stack([hill(place, 0.2, 5) for place in places])[None]
    turned = aligned(rates, places, RING)
    np.testing.assert_allclose(turned[0], [hill(1.0, 0.2, 5)] * 3, atol=0.05)


def test_cells_with_a_pipette_are_where_the_animal_was() -> None:
    t = np.linspace(0, 10, 501)
    tags = {
        "pipette 1": {
            "cells": Tag(np.array([4, 1], np.uint32), 3.0, 3.0, "pipette", 0)
        },
        "pipette 2": {"cells": Tag(np.array([2], np.uint32), 6.5, 6.5, "pipette", 0)},
        "c-Fos": {"cells": Tag(np.array([7], np.uint32), 0.0, 1.0, "c-Fos", 0)},
    }
    found = pierced(tags, "cells", "pipette", t, (0.5 * t) % RING, RING)
    assert found.cells.tolist() == [1, 2, 4]
    np.testing.assert_allclose(found.place_m, [1.5, 3.25 - RING, 1.5], atol=1e-9)
    assert found.start_s == 3.0
