"""The attractor of grid cells: its parameters, its bump, what moves and holds it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from trisynapse.analysis.bump import (
    TURNS,
    Bump,
    bump,
    drift,
    path_on_sheet,
    unwrapped,
)
from trisynapse.analysis.maps import even_bins, visits
from trisynapse.analysis.spatial_cells import chosen_cells, grid_scores
from trisynapse.circuits import Hippocampus
from trisynapse.circuits.circuit import Circuit, chances, connect
from trisynapse.circuits.drives import COLUMNS
from trisynapse.circuits.grid_attractor import GridAttractor
from trisynapse.circuits.motion import VELOCITY, Motion
from trisynapse.circuits.sheet import directions, distance, places
from trisynapse.protocols.space.foraging import foraging
from trisynapse.protocols.space.rooms import Box
from trisynapse.protocols.space.trajectory import velocity
from trisynapse.simulation import builds
from trisynapse.simulation.experiment import Experiment
from trisynapse.simulation.timeline import Episode

ALONE = GridAttractor()
MOTION = ALONE.stellate_motion
SHEET = places(ALONE.n_stellate)
SECONDS, AFTER, WHEN = 6.0, 2.5, 0.125  # of a run; the animal starts; a bin
FORMED = round(AFTER / WHEN)  # the bump has formed, and stood
PER_PA = float(MOTION.slope) * float(MOTION.spacing) * 1e-12  # m/s of 1 pA


@dataclass(frozen=True, kw_only=True)
class Entorhinal(Circuit):
    """Entorhinal cortex alone."""

    columns: ClassVar[tuple[str, ...]] = (*COLUMNS, *VELOCITY)

    ec: GridAttractor = ALONE


# The parameters


@pytest.mark.parametrize(
    ("projection", "total_ns"),
    [(ALONE.stellate_to_basket, 1400), (ALONE.basket_to_stellate, 2160)],
)
def test_the_inputs_of_a_cell_add_up_to_what_is_published(
    projection: Any, total_ns: float
) -> None:
    # There, each of 1020 cells weighs the total over their number, times the profile.
    n = ALONE.n_stellate
    published = total_ns / n * projection.profile.relative(n, n, np.arange(n)).sum(1)
    here = projection.in_degree * float(projection.weight) * 1e9
    np.testing.assert_allclose(here, published, rtol=2e-3)


@pytest.mark.parametrize("name", ["stellate_to_basket", "basket_to_stellate"])
def test_no_input_is_certain_so_that_density_is_the_profile(name: str) -> None:
    projection: Any = getattr(ALONE, name)
    relative = projection.profile.relative(1020, 1020, np.arange(20))
    found = chances(relative, projection.in_degree)
    assert found.max() < 1
    np.testing.assert_allclose(np.ptp(found / relative, axis=1), 0, atol=1e-9)


def test_a_basket_hears_a_ring_and_a_stellate_cell_what_is_near() -> None:
    made = Entorhinal().synapses({})
    far = []
    for name in ("ec_stellate_to_ec_basket", "ec_basket_to_ec_stellate"):
        pre, post = connect(made[name], np.random.default_rng(1))
        far.append(distance(SHEET[pre], SHEET[post]))
    ring, near = far
    assert np.median(ring) > 0.35 and np.mean(ring < 0.15) < 0.01
    assert np.median(near) < 0.15


def test_the_rest_of_the_hippocampus_takes_it_in_place_of_ec() -> None:
    whole = Hippocampus(ec=ALONE)
    mine = [p.name for p in ALONE.populations()]
    sizes = {name: whole.populations[name].size for name in mine}
    assert sizes == {
        "ec_stellate": 1020,
        "ec_fan": 400,
        "ec_basket": 1020,
        "ec_interneuron": 200,
    }
    theirs = Hippocampus().synapses({})
    behind = {n: s for n, s in whole.synapses({}).items() if "_to_ec_" not in n}
    assert list(behind) == [name for name in theirs if "_to_ec_" not in name]
    for name, synapse in behind.items():
        assert synapse.in_degree == theirs[name].in_degree


@pytest.mark.parametrize("scale", [0.02, 0.1, 0.5])
def test_it_can_be_wired_at_every_scale_with_the_same_input(scale: float) -> None:
    for synapse in Entorhinal(scale=scale).synapses({}).values():
        pre, post = connect(synapse, np.random.default_rng(1))
        assert (np.bincount(post) == synapse.in_degree).all()
        assert len(np.unique(np.stack([pre, post]), axis=1).T) == synapse.size
        w_0: Any = synapse.symbols["w_0"]
        total = synapse.projection.in_degree * float(synapse.projection.weight)
        assert synapse.in_degree * float(w_0) == pytest.approx(total)


def test_every_parameter_has_a_meaning_and_a_source() -> None:
    rows = list(ALONE.table())
    assert len({row.symbol for row in rows}) == len(rows) > 80
    assert not [r.symbol for r in rows if not (r.source and r.value and r.meaning)]
    assert {r.source for r in rows if r.symbol.startswith("stellate.")} >= {
        "Solanka et al. 2015"
    }


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("stellate_motion.spacing", "0 cm", "spacing=0 cm: a value above 0"),
        ("stellate_motion.slope", "-1 Hz/pA", "slope=-1 Hz/pA: a value above 0"),
        ("stellate_motion.slope", "1 Hz", "'1 Hz' is in|1 Hz is in"),
        ("stellate_motion.I_anchor", "-1 pA", "I_anchor=-1 pA: 0 or more"),
        ("stellate_to_basket.profile.width", "0", "width=0.0: a value above 0"),
        ("stellate.D_T", "0 mV", "D_T=0 mV: a value above 0"),
        ("basket.V_r", "-40 mV", "V_r=-40 mV: the reset must lie below the threshold"),
    ],
)
def test_values_that_cannot_be_are_refused(path: str, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        ALONE.with_value(path, text)
    assert "\n" not in str(refused.value)


def test_all_cells_of_a_sheet_enter_a_place_with_one_shift() -> None:
    rng = np.random.default_rng(1)
    drawn = MOTION.enter(1020, rng)
    assert np.ptp(drawn["shift_x"]) == np.ptp(drawn["shift_y"]) == 0
    born = MOTION.start(1020, rng)
    np.testing.assert_array_equal(born["sheet_x"], SHEET[:, 0])
    np.testing.assert_array_equal(born["prefers_y"], directions(1020)[:, 1])


# The bump


def stimulus(xy_m: Any, v_mps: Any) -> Any:
    """Return what an animal at these places with these velocities is shown."""
    t = np.arange(len(xy_m)) * 1e-3
    shown = dict.fromkeys(Entorhinal.columns, np.zeros(len(t)))
    shown |= {"place": np.ones(len(t)), "theta_cos": np.cos(16 * np.pi * t)}
    shown |= {"x": xy_m[:, 0], "y": xy_m[:, 1], "v_x": v_mps[:, 0], "v_y": v_mps[:, 1]}
    return np.stack(list(shown.values()), axis=1)


def running(angle: float, pa: float) -> tuple[Any, Any]:
    """Return way and velocity of an animal that runs once the bump has formed."""
    t = np.arange(round(SECONDS * 1000)) * 1e-3
    ahead = np.array([np.cos(angle), np.sin(angle)]) * pa * PER_PA
    return np.maximum(t - AFTER, 0)[:, None] * ahead, (t > AFTER)[:, None] * ahead


def fired(circuit: Entorhinal, shown: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the spikes of the sheet in each of some runs of one animal."""
    arms = {k: (Episode("running", "box", rows),) for k, rows in shown.items()}
    results = Experiment(circuit, {}, 1, arms).run(folder)
    return {k: r.spikes(["ec_stellate"])["ec_stellate"] for k, r in results.items()}


def bump_of(spikes: Any, seconds: float) -> Bump:
    edges: Any = np.arange(0, seconds + WHEN / 2, WHEN)
    return bump(spikes.timestamps * 1e-3, spikes.node_ids, SHEET, edges)


def seen(circuit: Entorhinal, shown: dict[str, Any], folder: Path) -> dict[str, Bump]:
    """Return the bump in each of some runs of one animal."""
    spikes = fired(circuit, shown, folder)
    return {k: bump_of(each, SECONDS) for k, each in spikes.items()}


ANGLES = {"0": 0.0, "90": np.pi / 2, "210": 7 * np.pi / 6}
PA = 50.0


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Bump]]:
    """Return the bump of an animal that runs, and at rest, where no place holds it."""
    if builds.compiler() is None:
        pytest.skip("no C++ compiler")
    alone = Entorhinal().with_value("ec.stellate_motion.I_anchor", "0 pA")
    shown = {name: stimulus(*running(angle, PA)) for name, angle in ANGLES.items()}
    shown["rest"] = stimulus(*running(0.0, 0.0))
    yield seen(alone, shown, tmp_path_factory.mktemp("free"))


def test_a_bump_forms_by_itself(free: dict[str, Bump]) -> None:
    assert free["rest"].strength[0] < 0.4
    assert free["rest"].strength[FORMED:].min() > 0.6


@pytest.mark.parametrize("angle", ANGLES)
def test_it_moves_as_the_animal_does(free: dict[str, Bump], angle: str) -> None:
    found = free[angle]
    xy, _ = running(ANGLES[angle], PA)
    ideal = path_on_sheet(xy, float(MOTION.spacing), MOTION.orientation)
    way = unwrapped(found.xy[FORMED:])
    moved, asked = way[-1] - way[0], ideal[-1] - ideal[round(1000 * found.t_s[FORMED])]
    assert np.linalg.norm(asked) > 2
    assert np.linalg.norm(moved - asked) / np.linalg.norm(asked) < 0.15


def test_it_stands_while_the_animal_does(free: dict[str, Bump]) -> None:
    way = unwrapped(free["rest"].xy[FORMED:])
    assert np.linalg.norm(way - way[0], axis=1).max() < 0.5


def test_a_place_draws_it_to_where_it_belongs(
    free: dict[str, Bump], tmp_path: Path
) -> None:
    xy, v = running(0.0, 0.0)
    at = {"here": np.zeros(2), "there": np.array([0.1, 0.15])}
    strong = Entorhinal().with_value("ec.stellate_motion.I_anchor", "100 pA")
    found = seen(strong, {k: stimulus(xy + p, v) for k, p in at.items()}, tmp_path)
    ends = {k: each.xy[-12:] for k, each in found.items()}
    way = unwrapped(np.concatenate([ends["here"], ends["there"]]))
    moved = way[12:].mean(axis=0) - way[:12].mean(axis=0)
    asked = path_on_sheet(at["there"][None], float(MOTION.spacing), MOTION.orientation)
    turns = (moved - asked[0]) @ TURNS
    assert np.abs(turns - np.round(turns)).max() < 0.1


def test_the_gain_of_velocity_follows_from_spacing_and_slope() -> None:
    wide = Motion(spacing=MOTION.spacing)
    assert PER_PA * 1e12 == float(wide.spacing) * float(wide.slope)
    assert "ahead/(spacing*slope)" in wide.current


# A foraging rat


@pytest.mark.slow
@pytest.mark.parametrize("anchor", ["10 pA", "0 pA"])
def test_a_rat_has_grids_as_long_as_the_place_corrects_the_bump(
    anchor: str, tmp_path: Path
) -> None:
    room, lasts = Box(), 599.0
    rat = foraging(room, lasts, seed=1)
    circuit = Entorhinal().with_value("ec.stellate_motion.I_anchor", anchor)
    shown = {"rat": stimulus(rat.xy_m, velocity(rat.xy_m))}
    spikes = fired(circuit, shown, tmp_path)["rat"]
    found = bump_of(spikes, lasts)
    formed = found.t_s > 5
    xy = rat.xy_m[np.searchsorted(rat.t_s, found.t_s)]
    spacing = float(MOTION.spacing)
    ideal = path_on_sheet(xy, spacing, MOTION.orientation)
    errors = (unwrapped(found.xy, ideal) - ideal)[formed]
    strays = spacing * drift(errors, round(10 / WHEN)).max()

    outline = room.rings()[0]
    spans = zip(outline.min(axis=0), outline.max(axis=0), strict=True)
    seen = visits(rat.t_s[::20], rat.xy_m[::20], even_bins(*spans, width_m=0.025))
    scores = grid_scores(
        seen,
        spikes.timestamps * 1e-3,
        spikes.node_ids,
        chosen_cells(spikes.node_ids, len(SHEET), 40, 30, 1),
        sigma_m=0.05,
        shuffles=40,
        seed=1,
    )
    if anchor == "0 pA":
        assert strays > 0.4 and np.nanmedian(scores.score) < 0.3
    else:
        assert strays < 0.1 and np.nanmedian(scores.score) >= 0.3
        assert scores.above.mean() >= 0.7
        assert np.nanmedian(scores.spacing_m) == pytest.approx(spacing, rel=0.1)
