"""Light: what a fibre sends where, and how pulses fall into ticks."""

import dataclasses

import numpy as np
import pytest

from trisynapse.circuits.light import Fibre, Tissue, Train, Uniform, flux, levels
from trisynapse.circuits.quantity import quantity

CLEAR = {"K": quantity("0 1/mm"), "S": quantity("0 1/mm")}


def along_axis(fibre: Fibre, *depths_mm: float) -> np.ndarray:
    """Return the irradiance below the tip over that at the tip."""
    points = np.array([[0, 0, float(fibre.z) + 1e-3 * z] for z in (0, *depths_mm)])
    light = fibre.irradiance(1e-2, points)
    return light[1:] / light[0]


def train(**told: str) -> Train:
    return Train(**{name: quantity(text) for name, text in told.items()})


def test_without_scattering_light_thins_out_as_its_cone_widens() -> None:
    fibre = dataclasses.replace(Fibre(), **CLEAR)
    z = np.array([0.1, 0.5, 2.0])
    cone = 0.1 + z * np.tan(np.arcsin(0.37 / 1.36))
    np.testing.assert_allclose(along_axis(fibre, *z), (0.1 / cone) ** 2, rtol=1e-9)


def test_without_scattering_absorption_is_exponential() -> None:
    fibre = dataclasses.replace(Fibre(), S=quantity("0 1/mm"))
    clear = dataclasses.replace(Fibre(), **CLEAR)
    left = along_axis(fibre, 1.0, 3.0) / along_axis(clear, 1.0, 3.0)
    np.testing.assert_allclose(left, np.exp([-0.125, -0.375]), rtol=1e-9)


def test_scattering_leaves_the_published_share() -> None:
    """Aravanis et al. 2007: half at 0.1 mm, a tenth at 1 mm, 1/(1 + 11.2 z)."""
    clear = dataclasses.replace(Fibre(), **CLEAR)
    left = along_axis(Fibre(), 0.1, 1.0) / along_axis(clear, 0.1, 1.0)
    np.testing.assert_allclose(left, [0.5, 0.1], rtol=0.2)
    mouse = dataclasses.replace(clear, S=quantity("11.2 1/mm"))
    z = np.array([0.1, 0.3, 1.0])
    left = along_axis(mouse, *z) / along_axis(clear, *z)
    np.testing.assert_allclose(left, 1 / (1 + 11.2 * z), rtol=1e-9)


def test_the_formula_is_that_of_kubelka_and_munk() -> None:
    a = 1 + 0.125 / 7.37
    b = np.sqrt(a**2 - 1)
    d = np.hypot(0.05, 0.4)
    left = b / (a * np.sinh(b * 7.37 * d) + b * np.cosh(b * 7.37 * d))
    w = 0.1 + 0.4 * np.tan(np.arcsin(0.37 / 1.36))
    profile = np.exp(-2 * (0.05 / w) ** 2) / np.sqrt(2 * np.pi)
    fibre = Fibre(z=quantity("0 mm"))
    light = fibre.irradiance(1e-2, np.array([[0.05e-3, 0.0, 0.4e-3]]))
    wanted = 1e-2 / (np.pi * 1e-8) * profile * (0.1 / w) ** 2 * left
    assert light[0] == pytest.approx(wanted, rel=1e-9)


def test_with_an_axis_of_2_all_the_power_passes_the_tip() -> None:
    fibre = dataclasses.replace(Fibre(axis=2.0, z=quantity("0 mm")), **CLEAR)
    r = np.linspace(0, 5e-4, 2001)
    points = np.stack([r, 0 * r, 0 * r], 1)
    power = np.trapezoid(fibre.irradiance(1e-2, points) * 2 * np.pi * r, r)
    assert power == pytest.approx(1e-2, rel=1e-4)


def test_cells_above_the_tip_are_dark_and_far_ones_finite() -> None:
    points = np.array([[0, 0, -1e-3], [0, 0, 0.1], [0.01, 0, 0.0]])
    light = Fibre().irradiance(1e-2, points)
    assert light[0] == 0
    assert np.isfinite(light).all()


def test_uniform_light_is_the_same_everywhere() -> None:
    assert (Uniform().irradiance(1e3, np.zeros((4, 3))) == 1e3).all()


def test_one_milliwatt_a_square_millimetre_of_blue_light_in_photons() -> None:
    assert flux(np.array(1e3), 470e-9) == pytest.approx(2.366e21, rel=1e-3)


@pytest.mark.parametrize(
    "told",
    [
        {"frequency": "20 Hz", "width": "15 ms"},
        {"frequency": "33 Hz", "width": "0.7 ms"},
        {"frequency": "40 Hz", "width": "25 ms"},
    ],
)
def test_a_train_gives_frequency_times_width_times_duration(
    told: dict[str, str],
) -> None:
    pulses = train(**told, start="0.1 s", stop="1.1 s")
    share = pulses.course(1500)
    wanted = float(pulses.frequency) * float(pulses.width)
    assert share.sum() * 1e-3 == pytest.approx(wanted)
    assert not share[:100].any()
    assert not share[1100:].any()


def test_half_a_millisecond_fills_half_a_tick() -> None:
    share = train(frequency="100 Hz", width="0.5 ms", stop="30 ms").course(30)
    assert share[[0, 10, 20]].tolist() == [0.5] * 3
    assert np.count_nonzero(share) == 3


def test_without_a_frequency_the_light_stays_on() -> None:
    share = train(frequency="0 Hz", stop="5 ms").course(8)
    assert share.tolist() == [1, 1, 1, 1, 1, 0, 0, 0]


def test_a_ramp_rises_linearly() -> None:
    share = train(frequency="0 Hz", stop="10 ms", ramp="4 ms").course(6)
    np.testing.assert_allclose(share, [0.125, 0.375, 0.625, 0.875, 1, 1])


def test_a_train_by_its_duty_has_that_duty() -> None:
    pulses = Train.by_duty(0.3, "20 Hz")
    assert float(pulses.width) == pytest.approx(15e-3)
    assert pulses.duty == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"frequency": "20 Hz", "width": "60 ms"}, "60 ms.*50 ms.*lower frequency"),
        ({"start": "2 s"}, "2 s to 1 s.*later"),
        ({"ramp": "20 ms"}, "ramp of 20 ms.*shorten"),
        ({"width": "0 ms"}, "width"),
    ],
)
def test_a_train_that_cannot_be_is_refused(told: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        train(**told)


@pytest.mark.parametrize("power", [0.0, -1e-3, quantity("0 mW"), float("nan")])
def test_no_power_is_refused(power: float) -> None:
    with pytest.raises(ValueError, match="gives no light"):
        Train.must_shine(power)


def test_cells_fill_the_tissue() -> None:
    cells = Tissue().positions(2000, np.random.default_rng(0))
    np.testing.assert_allclose(cells.min(0), [-1.5e-4, -1.5e-4, 0], atol=1e-5)
    np.testing.assert_allclose(cells.max(0), [1.5e-4, 1.5e-4, 5e-4], atol=1e-5)


def test_a_tip_may_lie_shortly_above_the_tissue_and_not_elsewhere() -> None:
    Fibre(z=quantity("-0.5 mm")).inside(Tissue())
    with pytest.raises(ValueError, match=r"z=-0.6 mm; from -0.5 to 0.5 mm"):
        Fibre(z=quantity("-0.6 mm")).inside(Tissue())
    with pytest.raises(ValueError, match="x=0.7 mm"):
        Fibre(x=quantity("0.7 mm")).inside(Tissue())


def test_levels_hold_every_cell_between_two_of_them() -> None:
    cells = np.array([0.0, 1.0, 10.0, 50.0, 100.0])
    few = levels(cells, 5)
    np.testing.assert_allclose(few.flux[[0, -1]], [1, 100])
    assert few.lower[0] == -1
    told = few.at_cells(np.log(few.flux)[None])[0]
    np.testing.assert_allclose(told[1:], np.log(cells[1:]), atol=1e-12)
    assert told[0] == 0


def test_equal_cells_need_no_interpolation() -> None:
    few = levels(np.full(3, 7.0), 4)
    assert (few.at_cells(few.flux[None] ** 2) == 49).all()


def test_levels_of_no_light_are_refused() -> None:
    with pytest.raises(ValueError, match="No cell is lit"):
        levels(np.zeros(3))
