"""Opsins: exact courses, the equation text, the currents they were fitted to."""

import brian2 as b2
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from trisynapse.circuits.light import Levels, Train, flux, levels
from trisynapse.circuits.opsins import OPSINS, Opsin
from trisynapse.circuits.quantity import Quantity, quantity

TICK = 1e-3
MW_MM2 = 1e3


def bright(opsin: Opsin, mw_mm2: float = 10.0) -> float:
    return float(flux(np.array(mw_mm2 * MW_MM2), float(opsin.wavelength)))


def pulse(opsin: Opsin, mw_mm2: float, tick: float = 1e-4) -> np.ndarray:
    """Return f during half a second of light and half a second after, each 0.1 ms."""
    light = np.where(np.arange(10_000) < 5_000, bright(opsin, mw_mm2), 0.0)
    return opsin.open(light[:, None], tick)[:, 0]


def integrated(opsin: Opsin, light: np.ndarray) -> np.ndarray:
    """Return the mean of f in each tick by an integrator of ordinary equations."""
    weights = opsin.weights()
    n = len(weights)
    now, means = np.eye(n)[0], []
    for phi in light:
        rates = opsin.generator(np.array(phi))

        def slope(t: float, y: np.ndarray, rates: np.ndarray = rates) -> np.ndarray:
            return np.append(rates @ y[:n], weights @ y[:n])

        span, start = (0.0, TICK), np.append(now, 0.0)
        end = solve_ivp(slope, span, start, "DOP853", rtol=1e-11, atol=1e-14).y[:, -1]
        now, means = end[:n], [*means, end[n] / TICK]
    return np.array(means)


@pytest.mark.parametrize("name", OPSINS)
@pytest.mark.parametrize("course", ["train", "ramp"])
def test_the_course_is_that_of_the_differential_equation(
    name: str, course: str
) -> None:
    opsin = OPSINS[name]
    ticks = np.arange(30)
    share = (ticks % 10 < 4) * 1.0 if course == "train" else ticks / 29
    light = share * bright(opsin)
    means = opsin.open(light[:, None], TICK)[:, 0]
    np.testing.assert_allclose(means, integrated(opsin, light), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("name", OPSINS)
def test_the_equations_that_a_reader_sees_give_the_same_course(name: str) -> None:
    opsin = OPSINS[name]
    units = {"1/second": b2.hertz, "siemens": b2.siemens, "volt": b2.volt}
    symbols = {
        key: value.value * units[value.dimension]
        if isinstance(value, Quantity)
        else value
        for key, value in opsin.symbols(opsin.equations).items()
    }
    b2.start_scope()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(b2.prefs, "codegen.target", "numpy")
        cell = b2.NeuronGroup(
            1,
            opsin.equations + "v : volt",
            method="rk4",
            dt=0.02 * b2.ms,
            namespace=symbols,
            name="lit_cell*",
        )
        first = "C1" if hasattr(cell, "C1") else "P0"
        setattr(cell, first, 1)
        cell.v = -70 * b2.mV
        cell.phi = bright(opsin) / b2.metre**2 / b2.second
        seen = b2.StateMonitor(cell, ["f", "I_light"], record=True, name="seen*")
        b2.Network(cell, seen).run(8 * b2.ms)
    f = np.asarray(seen.f)[0]
    # Each tick holds 50 steps, and the monitor shows the states at their beginnings.
    ends = np.append(f, f[-1])
    trapezoid = ((ends[:-1] + ends[1:]) / 2).reshape(8, 50).mean(1)
    means = opsin.open(np.full((8, 1), bright(opsin)), TICK)[:, 0]
    np.testing.assert_allclose(trapezoid[:-1], means[:-1], atol=1e-3)
    current = (
        float(opsin.g_0) * f * opsin.chord(np.array(-0.07)) * (float(opsin.E) + 0.07)
    )
    np.testing.assert_allclose(np.asarray(seen.I_light)[0], current, rtol=1e-9)


@pytest.mark.parametrize("name", OPSINS)
def test_states_add_up_to_one_and_none_is_negative(name: str) -> None:
    opsin = OPSINS[name]
    rates = opsin.generator(np.array([0.0, bright(opsin)]))
    np.testing.assert_allclose(rates.sum(-2), 0.0, atol=1e-9)
    assert (rates - np.eye(rates.shape[-1]) * rates >= 0).all()
    f = opsin.open(np.full((3000, 1), bright(opsin, 1000)), TICK)
    assert (f >= 0).all()
    assert (f <= 1).all()


@pytest.mark.parametrize("name", OPSINS)
def test_under_constant_light_it_ends_in_the_steady_state(name: str) -> None:
    opsin = OPSINS[name]
    light = np.full((20, 1), bright(opsin))
    last = opsin.open(light, 60.0)[-1]
    np.testing.assert_allclose(last, opsin.steady(light[0]), rtol=1e-8)


def test_the_steady_state_of_a_pump_is_its_closed_form() -> None:
    opsin = OPSINS["eNpHR3.0"]
    light = (bright(opsin) / 1.2e24) ** 0.7
    a, d, r = 1e3 * light / (1 + light), 250.0, 50.0
    steady = opsin.steady(np.array([bright(opsin)]))
    assert steady[0] == pytest.approx(a * r / (a * r + d * r + a * d), rel=1e-12)


def test_in_darkness_all_stay_closed() -> None:
    for opsin in OPSINS.values():
        assert not opsin.open(np.zeros((50, 2)), TICK).any()


def test_channelrhodopsin_peaks_sags_and_closes_as_measured() -> None:
    """Gunaydin et al. 2010: peak at 2.4 ms, 0.4 of it stays, it closes in 9.8 ms."""
    f = pulse(OPSINS["ChR2"], 50)
    lit = f[:5000]
    assert lit.argmax() * 0.1 == pytest.approx(2.4, abs=1.0)
    assert lit[-1] / lit.max() == pytest.approx(0.4, abs=0.05)
    closed = (f[5000:] < f[4999] / np.e).argmax() * 0.1
    assert closed == pytest.approx(9.8, abs=3)


def test_a_clamped_cell_carries_the_current_of_its_conductance() -> None:
    opsin = OPSINS["ChR2"]
    f = pulse(opsin, 1000)[:5000]
    clamp = float(opsin.g_0) * opsin.chord(np.array(-0.07)) * (0.0 + 0.07)
    assert clamp * f.max() == pytest.approx(7.08e-9, rel=0.01)
    assert clamp * f[-1] == pytest.approx(3.55e-9, rel=0.02)


@pytest.mark.parametrize(
    ("name", "off_ms"),
    [("ChR2-H134R", 18), ("Chrimson", 24.6), ("vf-Chrimson", 2.7), ("eNpHR3.0", 4.2)],
)
def test_a_short_pulse_ends_with_the_published_time_constant(
    name: str, off_ms: float
) -> None:
    """Yizhar et al. 2011 (H134R, eNpHR3.0), Mager et al. 2018 (Chrimsons)."""
    opsin = OPSINS[name]
    light = np.where(np.arange(1000) < 20, bright(opsin), 0.0)
    f = opsin.open(light[:, None], 1e-4)[20:, 0]
    assert (f < f[0] / np.e).argmax() * 0.1 == pytest.approx(off_ms, rel=0.15)


def test_archaerhodopsin_rises_and_falls_as_measured() -> None:
    """Chow et al. 2010: 15 to 85 % in 8.8 +- 1.8 ms, 85 to 15 % in 19.3 +- 2.9 ms."""
    f = pulse(OPSINS["Arch"], 3)
    lit, after = f[:5000] / f.max(), f[5000:] / f[4999]
    assert ((lit > 0.85).argmax() - (lit > 0.15).argmax()) / 10 == pytest.approx(
        8.8, abs=1.8
    )
    assert ((after < 0.15).argmax() - (after < 0.85).argmax()) / 10 == pytest.approx(
        19.3, abs=2.9
    )


def test_rectification_is_one_at_minus_70_and_finite_at_the_reversal() -> None:
    opsin = OPSINS["ChR2"]
    assert opsin.chord(np.array(-0.07)) == pytest.approx(1, abs=2e-3)
    assert opsin.chord(np.array(0.0)) == pytest.approx(17.1 / 43)
    assert (OPSINS["GtACR2"].chord(np.array([-0.09, -0.0695, 0.0])) == 1).all()


def test_sensitivity_is_the_published_spectrum_and_0_outside() -> None:
    opsin = OPSINS["ChR2"]
    assert opsin.sensitivity(470) == 1
    assert opsin.sensitivity(510) == pytest.approx((0.57 + 0.22) / 2)
    assert opsin.sensitivity(590) == 0
    assert OPSINS["Chrimson"].sensitivity(635) == pytest.approx(0.504, abs=1e-3)
    for opsin in OPSINS.values():
        assert opsin.sensitivity(float(opsin.wavelength) * 1e9) == pytest.approx(1)


@pytest.mark.parametrize("name", OPSINS)
def test_24_levels_of_light_stand_for_all_cells(name: str) -> None:
    opsin = OPSINS[name]
    share = Train(width=quantity("15 ms")).course(150)[:, None]
    cells = bright(opsin, 10) * np.geomspace(1e-7, 1, 60)
    few: Levels = levels(cells)
    told = few.at_cells(opsin.open(share * few.flux, TICK))
    exact = opsin.open(share * cells, TICK)
    assert np.abs(told - exact).max() <= 0.01 * exact.max()


@pytest.mark.parametrize(
    ("name", "value"),
    [("g_0", "-1 nS"), ("gamma", "1.5"), ("phi_m", "0"), ("G_d1", "0 1/ms")],
)
def test_it_refuses_what_is_no_channel(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        OPSINS["ChR2"].with_value(name, value)


def test_it_refuses_light_that_is_no_table() -> None:
    with pytest.raises(ValueError, match="ticks by levels"):
        OPSINS["ChR2"].open(np.zeros(5), TICK)
