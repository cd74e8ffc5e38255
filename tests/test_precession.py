"""Grid cells whose phase advances, and how that is measured field by field."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.maps import even_bins, visits
from trisynapse.analysis.phases import known_phase
from trisynapse.analysis.precession import beyond_chance, precession
from trisynapse.analysis.track_runs import Runs, cycles, runs
from trisynapse.circuits import Hippocampus, Memory
from trisynapse.circuits.ec import EC, Grid
from trisynapse.circuits.precession import HEADING, PrecessingGrid
from trisynapse.circuits.quantity import quantity

from .driven import currents

DRIVE = PrecessingGrid(lag_sd=0.5)
TURN = 2 * np.pi


def to_nearest_field(xy: Any, wave: float, tilt: float, shift: Any, reach: int) -> Any:
    """Return the way (n, 2) from the nearest of many field centres, by search."""
    spacing = 4 * np.pi / np.sqrt(3) / wave
    angles = tilt + np.pi / 6 + np.array([0, np.pi / 3])
    ways = spacing * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    far = np.arange(-reach, reach + 1)
    steps = np.stack(np.meshgrid(far, far), axis=-1).reshape(-1, 2)
    from_middle = xy[:, None] - (shift + steps @ ways)
    nearest = np.hypot(from_middle[..., 0], from_middle[..., 1]).argmin(axis=1)
    return from_middle[np.arange(len(xy)), nearest]


def expected(
    drive: PrecessingGrid, cell: dict[str, Any], shown: Any, reach: int = 15
) -> Any:
    """Return the current of one cell, its phase from the nearest field's centre."""
    xy = np.stack([shown["x"], shown["y"]], axis=1)
    shift = np.array(
        [cell["shift_x"] + cell["phase_x"], cell["shift_y"] + cell["phase_y"]]
    )
    hills = np.zeros(len(xy))
    for k in range(3):
        angle = cell["tilt"] + k * np.pi / 3
        direction = np.array([np.cos(angle), np.sin(angle)])
        hills += np.cos(cell["wave"] * ((xy - shift) @ direction))
    way = to_nearest_field(xy, cell["wave"], cell["tilt"], shift, reach)
    heading = np.stack([shown[name] for name in HEADING], axis=1)
    ahead = (way * heading).sum(axis=1) * cell["wave"] / drive.edge
    late = cell["lag"] - drive.precession / 2 * np.clip(ahead, -1, 1)
    theta = np.arctan2(shown["theta_sin"], shown["theta_cos"])
    told = np.clip(hills / 3, 0, 1) * (1 + drive.depth * np.cos(theta - late))
    return float(drive.I_grid) * told


def anywhere(n: int, seed: int = 3) -> dict[str, Any]:
    """Return places, headings and phases of theta at random."""
    rng = np.random.default_rng(seed)
    theta, heading = TURN * rng.random((2, n))
    return {
        "x": rng.uniform(-0.5, 0.5, n),
        "y": rng.uniform(-0.5, 0.5, n),
        "place": np.ones(n),
        "theta_cos": np.cos(theta),
        "theta_sin": np.sin(theta),
        "heading_cos": np.cos(heading),
        "heading_sin": np.sin(heading),
    }


def test_its_current_is_that_of_the_way_from_the_nearest_field(
    numpy_target: None,
) -> None:
    shown = anywhere(300)
    found, drawn = currents(DRIVE, 6, shown, Hippocampus.columns)
    for k in range(6):
        cell = {name: values[k] for name, values in drawn.items()}
        np.testing.assert_allclose(found[k], expected(DRIVE, cell, shown), atol=1e-20)
    assert (found > 0).mean() > 0.2


class ShiftedGrid(Grid):
    """The grid of the other circuit, its cells where those of `PrecessingGrid` are."""

    def enter(self, n: int, place: np.random.Generator) -> dict[str, Any]:
        drive = PrecessingGrid()
        here = drive.enter(n, place) | drive.start(n, np.random.default_rng(1))
        return {f"shift_{k}": here[f"shift_{k}"] + here[f"phase_{k}"] for k in "xy"}


def test_without_precession_it_is_the_grid_of_the_other_circuit(
    numpy_target: None,
) -> None:
    shown, columns = anywhere(50), Hippocampus.columns
    still, _ = currents(PrecessingGrid(precession=0.0), 5, shown, columns)
    grid, _ = currents(ShiftedGrid(), 5, shown, columns)
    np.testing.assert_allclose(still, grid, atol=1e-20)
    moved, _ = currents(PrecessingGrid(), 5, shown, columns)
    assert np.abs(moved - grid).max() > 1e-11


@pytest.mark.parametrize("module", [0, 1, 2])
def test_phases_of_a_module_cover_its_unit_cell_evenly(module: int) -> None:
    drive, n = PrecessingGrid(), 900
    of = drive.start(n, np.random.default_rng(1))
    mine = np.arange(n) * drive.modules // n == module
    wave, tilt = of["wave"][mine][0], of["tilt"][mine][0]
    # Where cells cover the cell evenly, no wave of the lattice is left in their mean.
    for k in range(3):
        angle = tilt + k * np.pi / 3
        way = np.cos(angle) * of["phase_x"][mine] + np.sin(angle) * of["phase_y"][mine]
        assert abs(np.exp(1j * wave * way).mean()) < 0.02  # by chance 0.06


def test_a_module_shifts_as_a_whole() -> None:
    drive, n = PrecessingGrid(), 90
    a, b = (drive.enter(n, np.random.default_rng(k)) for k in (1, 2))
    for name in ("shift_x", "shift_y"):
        moved = (b[name] - a[name]).reshape(3, 30)
        assert np.ptp(moved, axis=1).max() < 1e-12
        assert len(np.unique(moved.round(9))) == 3


def test_only_the_hippocampus_alone_has_it() -> None:
    ec = Hippocampus().ec
    assert isinstance(ec, EC) and isinstance(ec.stellate_grid, PrecessingGrid)
    assert type(Memory().ec.stellate_grid) is Grid
    assert not set(HEADING) & set(Memory.columns)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("precession", "-1", "precession=-1.0: 0 or more is wanted"),
        ("edge", "0", "edge=0.0: a value above 0 is wanted"),
        ("depth", "2", "depth=2.0: a share from 0 to 1 is wanted"),
    ],
)
def test_what_no_grid_is_is_refused_in_one_line(
    name: str, text: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        DRIVE.with_value(name, text)


# Runs and cycles

T: Any = np.arange(0, 120, 0.02)
ALONG = np.abs((0.4 * T + 2) % 4 - 2)  # 2 m, there and back in 10 s


def test_runs_lead_one_way_each() -> None:
    found = runs(T, ALONG)
    assert found.direction.tolist() == [1, -1] * 12
    assert found.lap.tolist() == [k // 2 + 1 for k in range(24)]
    assert found.stop_s - found.start_s == pytest.approx(5, abs=0.05)
    assert found.at(np.array([2.5, 7.5])).tolist() == [0, 1]


def test_a_turn_before_half_of_the_way_is_no_run() -> None:
    along = np.concatenate([np.linspace(0, 0.8, 100), np.linspace(0.8, 0, 100)])
    times: Any = np.arange(400) * 0.02
    found = runs(times, np.append(along, np.linspace(0, 2, 200)))
    assert found.direction.tolist() == [1]
    nowhere = runs(T, np.ones(len(T)))
    assert not len(nowhere.direction) and (nowhere.at(T) == -1).all()


def test_cycles_lie_within_runs_and_begin_at_their_phase() -> None:
    found = cycles(runs(T, ALONG), 8.0, peak_s=0.01, begin_rad=np.pi)
    phase = known_phase(found.begin_s, 8.0, peak_s=0.01)
    np.testing.assert_allclose(phase, np.pi, atol=1e-6)
    assert (runs(T, ALONG).at(found.begin_s + 0.12) == found.run).all()
    assert 24 * 38 <= len(found.begin_s) <= 24 * 40
    with pytest.raises(ValueError, match="theta_hz=0: a frequency above 0"):
        cycles(runs(T, ALONG), 0.0, peak_s=0.0, begin_rad=0.0)


# Slopes


def fitted(spikes: Any, ids: Any, cells: Any, along: Any = ALONG) -> Any:
    seen = visits(T, along, even_bins((0.0, 2.0), width_m=0.025), least_mps=0.03)
    told: dict[str, Any] = {"sigma_m": 0.05, "shuffles": 100, "seed": 1}
    return precession(
        seen, along, runs(T, along), spikes, ids, np.array(cells), 8.0, peak_s=0, **told
    )


def fired(rate_hz: Any, seed: int) -> Any:
    """Return spikes at a rate in each millisecond of the path."""
    rng = np.random.default_rng(seed)
    return np.flatnonzero(rng.random(len(rate_hz)) < rate_hz * 1e-3) * 1e-3


MS: Any = np.arange(0, 119.9, 1e-3)
WHERE = np.interp(MS, T, ALONG)
WAY = np.where(np.interp(MS, T, np.gradient(ALONG, T)) >= 0, 1, -1)


def place_cell(degrees: float, seed: int) -> Any:
    """Return the spikes of a cell whose phase changes so much from 0.7 to 1.3 m."""
    share = np.where(WAY > 0, WHERE - 0.7, 1.3 - WHERE) / 0.6
    late = np.radians(300 + degrees * share)
    locked = np.exp(4 * (np.cos(TURN * 8 * MS - late) - 1))
    return fired(120 * locked * np.exp(-((WHERE - 1) ** 2) / 0.02), seed)


@pytest.mark.parametrize("degrees", [-300, -200, 150])
def test_the_slope_of_a_cell_is_found_in_both_directions(degrees: float) -> None:
    spikes = place_cell(degrees, 1)
    found = fitted(spikes, np.zeros(len(spikes), int), [0])
    assert sorted(found.direction) == [-1, 1]
    widths = np.abs(found.exit_m - found.entry_m)
    assert (np.sign(found.exit_m - found.entry_m) == found.direction).all()
    np.testing.assert_allclose(found.slope_deg, degrees * widths / 0.6, atol=30)
    assert found.above.all()
    assert (found.precessing == (degrees < 0)).all()


def test_phases_that_do_not_change_are_no_precession() -> None:
    assert not fitted(
        place_cell(0, 2), np.zeros(len(place_cell(0, 2)), int), [0]
    ).precessing.any()
    rng = np.random.default_rng(5)
    lucky = [
        beyond_chance(rng.random(60), TURN * rng.random(60), 100, k) for k in range(60)
    ]
    assert np.mean(lucky) <= 0.15


def test_the_precession_of_the_drive_is_found_in_spikes_that_it_makes() -> None:
    track = {"x": WHERE - 1, "y": 0 * WHERE, "heading_cos": WAY, "heading_sin": 0 * MS}
    track |= {
        "theta_cos": np.cos(TURN * 8 * MS),
        "theta_sin": np.sin(TURN * 8 * MS),
    }
    drive = PrecessingGrid(depth=1.0, lag_sd=0.0, spacing=quantity("60 cm"))
    middles = []
    for k in range(3):
        cell = {"wave": 4 * np.pi / np.sqrt(3) / 0.6, "tilt": 0.1, "lag": 0.0}
        cell |= {"shift_x": 0.1 * k, "shift_y": 0.0}
        cell |= {"phase_x": 0.0, "phase_y": 0.0}
        few = MS < 60
        told = {name: values[few] for name, values in track.items()}
        rate = 100 * expected(drive, cell, told, reach=3) / float(drive.I_grid)
        spikes = fired(rate, k)
        found = fitted(spikes, np.zeros(len(spikes), int), [0])
        assert found.precessing.all() and len(found.cell) >= 2
        # The line is that of a whole field of the drive, of a diameter of 0.66.
        widths = np.abs(found.exit_m - found.entry_m)
        middles.append(
            np.median(found.slope_deg / widths * 2 * drive.edge / cell["wave"])
        )
    assert np.mean(middles) == pytest.approx(-np.degrees(drive.precession), rel=0.2)


def test_fields_at_the_ends_and_cells_of_few_spikes_are_left_out() -> None:
    rate = 40 * np.exp(-((WHERE - 0.05) ** 2) / 0.02)
    spikes = fired(rate, 1)
    assert not len(fitted(spikes, np.zeros(len(spikes), int), [0]).cell)
    few = place_cell(-200, 3)[:25]
    assert not len(fitted(few, np.zeros(len(few), int), [0]).cell)
    none = fitted(np.empty(0), np.empty(0, int), [])
    assert not len(none.cell) and not none.precessing.any()


def test_no_runs_have_no_precession() -> None:
    empty = Runs(np.empty(0), np.empty(0), np.empty(0, int))
    assert not len(cycles(empty, 8.0, peak_s=0.0, begin_rad=0.0).run)
    spikes = place_cell(-200, 1)
    still = fitted(spikes, np.zeros(len(spikes), int), [0], np.ones(len(T)))
    assert not len(still.cell)
