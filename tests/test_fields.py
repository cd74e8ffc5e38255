"""Fields against Gaussians and patches whose size is known."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.fields import central_area, fields
from trisynapse.analysis.maps import Bins, even_bins

TRACK = even_bins((0.0, 2.0), width_m=0.02)
RING = even_bins((0.0, 2.0), width_m=0.02, circular=True)
ROOM = even_bins((0.0, 1.0), (0.0, 1.5), width_m=0.02)
HALF = 2 * np.sqrt(2 * np.log(2))  # full width at half maximum over sigma
TWENTIETH = np.sqrt(2 * np.log(5))  # where a Gaussian falls to 0.2, over sigma


def bump(bins: Bins, at: tuple[float, ...], sigma: float, peak: float = 10.0) -> Any:
    grids = np.meshgrid(*bins.centres, indexing="ij")
    apart = [np.abs(grid - x) for grid, x in zip(grids, at, strict=True)]
    if bins.circular:
        apart = [np.minimum(d, 2 - d) for d in apart]
    return peak * np.exp(-sum(d**2 for d in apart) / (2 * sigma**2))


@pytest.mark.parametrize("bins", [TRACK, RING])
def test_a_gaussian_on_a_track_has_its_width_size_and_centre(bins: Bins) -> None:
    (field,) = fields(bump(bins, (0.93,), 0.1), bins)
    assert field.width_m == pytest.approx(HALF * 0.1, rel=5e-3)
    assert field.size == pytest.approx(2 * TWENTIETH * 0.1, abs=0.02)
    assert field.peak_m == pytest.approx((0.93,)) and field.peak_hz == pytest.approx(10)
    assert field.centre_m == pytest.approx((0.93,), abs=1e-6)


def test_a_gaussian_in_a_room_has_its_width_size_and_centre() -> None:
    (field,) = fields(bump(ROOM, (0.43, 0.91), 0.1), ROOM)
    assert field.width_m == pytest.approx(HALF * 0.1, rel=0.02)
    assert field.size == pytest.approx(np.pi * (TWENTIETH * 0.1) ** 2, rel=0.03)
    assert field.peak_m == pytest.approx((0.43, 0.91))
    assert field.centre_m == pytest.approx((0.43, 0.91), abs=1e-3)


def test_the_mean_rate_is_that_inside_the_field() -> None:
    rate = bump(ROOM, (0.43, 0.91), 0.1)
    (field,) = fields(rate, ROOM)
    assert field.mean_hz == pytest.approx(rate[rate >= 2].mean())


def test_a_field_over_the_end_of_a_ring_is_one() -> None:
    (field,) = fields(bump(RING, (0.05,), 0.1), RING)
    assert field.width_m == pytest.approx(HALF * 0.1, rel=5e-3)
    assert field.centre_m == pytest.approx((0.05,), abs=1e-6)
    assert field.inside[0] and field.inside[-1]


def test_a_field_at_the_end_of_a_track_ends_there() -> None:
    (field,) = fields(bump(TRACK, (0.01,), 0.1), TRACK)
    assert field.width_m == pytest.approx(HALF * 0.1 / 2 + 0.01, rel=5e-3)


def test_fields_come_with_the_highest_first() -> None:
    rate = bump(TRACK, (0.5,), 0.05, 5.0) + bump(TRACK, (1.5,), 0.05, 8.0)
    assert [f.peak_m for f in fields(rate, TRACK)] == [
        pytest.approx((1.49,), abs=0.011),
        pytest.approx((0.49,), abs=0.011),
    ]


def test_peaks_without_a_valley_between_them_are_one_field() -> None:
    rate = bump(TRACK, (0.9,), 0.1) + bump(TRACK, (1.2,), 0.1)
    assert len(fields(rate, TRACK)) == 1
    assert len(fields(rate, TRACK, share=0.8)) == 2


def test_bins_that_touch_at_a_corner_are_two_fields() -> None:
    rate = np.zeros(ROOM.shape)
    rate[5:8, 5:8] = rate[8:11, 8:11] = 5
    assert len(fields(rate, ROOM)) == 2


@pytest.mark.parametrize(
    ("least", "found"), [({"least_hz": 6.0}, 1), ({"least_bins": 10}, 1), ({}, 2)]
)
def test_small_and_weak_fields_are_left_out(least: Any, found: int) -> None:
    rate = np.zeros(100)
    rate[10:30], rate[50:58] = 9, 5
    assert len(fields(rate, TRACK, **least)) == found


def test_bins_never_visited_are_in_no_field() -> None:
    rate = bump(TRACK, (0.93,), 0.1)
    rate[50] = np.nan
    (field,) = fields(rate, TRACK)
    assert not field.inside[50:].any()
    assert field.width_m == pytest.approx(HALF * 0.1 / 2 + 0.07, rel=5e-3)


def test_a_cell_that_fires_alike_everywhere_has_a_field_of_that_size() -> None:
    (field,) = fields(np.full(RING.shape, 3.0), RING)
    assert field.size == pytest.approx(2) and field.width_m == pytest.approx(2)
    (field,) = fields(np.full(ROOM.shape, 3.0), ROOM)
    assert field.size == pytest.approx(1.5)


@pytest.mark.parametrize("rate", [0.0, np.nan, 0.5])
def test_a_cell_that_hardly_fires_has_no_field(rate: float) -> None:
    assert fields(np.full(TRACK.shape, rate), TRACK) == []


# The field in the middle of an autocorrelogram


def cone(shape: tuple[int, int], slope: float) -> Any:
    i, j = np.indices(shape)
    return np.maximum(1 - slope * np.hypot(i - shape[0] // 2, j - shape[1] // 2), 0)


def test_the_field_in_the_middle_reaches_to_a_fifth_of_its_peak() -> None:
    # The peak is that of the four around the middle: 0.95, and a fifth of it 0.19.
    one = cone((61, 81), 0.05)
    assert central_area(one[None])[0] == (one >= 0.19).sum()


def test_fields_beyond_a_valley_do_not_count() -> None:
    one = cone((61, 61), 0.05)
    two = one.copy()
    two[:12, :12] = 1
    assert central_area(np.stack([one, two])).tolist() == [(one >= 0.19).sum()] * 2


def test_the_field_stops_before_it_encloses_a_hole() -> None:
    one = cone((61, 61), 0.05)
    i, j = np.indices(one.shape) - 30
    one[np.hypot(i - 12, j) < 2] = 0
    # The hole opens at 10 bins from the middle; 0.45 is reached before it is closed.
    assert (one >= 0.45).sum() < central_area(one[None])[0] < (one >= 0.25).sum()


def test_the_field_stops_before_it_bursts() -> None:
    one = cone((61, 61), 0.05)
    burst = np.maximum(one, 0.5)
    assert central_area(burst[None])[0] == pytest.approx((one >= 0.5).sum(), rel=0.1)


@pytest.mark.parametrize("slope", [0.0, 5.0])
def test_a_flat_map_and_a_single_bin_have_no_field_in_the_middle(slope: float) -> None:
    assert central_area(cone((41, 41), slope)[None] * (slope > 0)).tolist() == [0]
