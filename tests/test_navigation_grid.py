"""Navigation with the attractor model of grid cells: what is shown and measured."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.bump import path_on_sheet
from trisynapse.circuits.grid_attractor import GridAttractor
from trisynapse.circuits.quantity import quantity
from trisynapse.circuits.sheet import distance, places
from trisynapse.protocols.navigation import GRID, Navigation
from trisynapse.simulation.recording import Arm, PopulationInfo, Span, Spikes, Trace

from .roaming import path

DRIVEN = replace(Navigation(), duration=quantity("3 s"), shuffles=3, judged=5)
ATTRACTOR = DRIVEN.with_value("grid", "attractor")
SPACING = "grid spacing over what velocity predicts, median"
T, XY = path(120)


def test_a_grid_is_chosen_by_its_name() -> None:
    assert isinstance(ATTRACTOR.circuit.ec, GridAttractor)
    assert ATTRACTOR.with_value("grid", "driven").circuit == DRIVEN.circuit
    told = {p.grid: {r.symbol: r.value for r in p.table()} for p in (DRIVEN, ATTRACTOR)}
    assert {name: rows["grid"] for name, rows in told.items()} == {
        "driven": "driven",
        "attractor": "attractor",
    }
    assert told["attractor"]["circuit.ec.stellate_motion.spacing"] == "40 cm"


def test_what_is_chosen_of_the_attractor_may_be_changed() -> None:
    wide = ATTRACTOR.with_value("ec.stellate_motion.spacing", "60 cm")
    assert float(wide.part("circuit.ec.stellate_motion.spacing")) == 0.6
    with pytest.raises(KeyError, match="No parameter .*stellate_motion"):
        DRIVEN.with_value("ec.stellate_motion.spacing", "60 cm")


def test_a_grid_that_is_not_known_is_refused() -> None:
    with pytest.raises(KeyError, match="No grid 'atractor': did you mean 'attractor'"):
        DRIVEN.with_value("grid", "atractor")


def test_the_velocity_that_is_shown_adds_up_to_the_way() -> None:
    (step,) = ATTRACTOR.timeline("running")
    stimulus: Any = step.stimulus  # type: ignore[union-attr]
    columns = ATTRACTOR.circuit.columns
    x, v = (stimulus[:, columns.index(name)] for name in ("x", "v_x"))
    way = np.cumsum(v[500:-500]) * 1e-3
    np.testing.assert_allclose(way, x[500:-500] - x[500], atol=0.02)
    assert np.ptp(way) > 0.03


def test_bands_are_those_of_the_model() -> None:
    def of_the_grid(protocol: Navigation) -> set[str]:
        return {band.name for band in protocol.bands() if "grid" in band.name}

    both = of_the_grid(DRIVEN) & of_the_grid(ATTRACTOR)
    assert both == {"grid score, median", "grid cells, share"}
    assert of_the_grid(ATTRACTOR) - both == {SPACING, "drift of the grid"}
    assert "bump" in " ".join(ATTRACTOR.notes())


def following(drift_m: Any) -> Arm:
    """Return an arm whose bump follows the path, but for a drift, (samples, 2)."""
    motion = ATTRACTOR.circuit.ec.stellate_motion  # type: ignore[union-attr]
    populations = ATTRACTOR.circuit.populations
    where = places(populations[GRID].size)
    every = 5  # 10 Hz
    ideal = path_on_sheet(
        (XY + drift_m)[::every], float(motion.spacing), motion.orientation
    )
    rng = np.random.default_rng(1)
    times, ids = [], []
    for t, here in zip(T[::every], ideal, strict=True):
        far = distance(here[None], where)
        fired = np.flatnonzero(rng.random(len(where)) < 0.3 * (far < 0.15))
        times.append(np.full(len(fired), t))
        ids.append(fired)
    spikes = {name: Spikes(np.empty(0), np.empty(0, np.uint32)) for name in populations}
    spikes[GRID] = Spikes(
        1e3 * np.concatenate(times), np.concatenate(ids).astype(np.uint32)
    )
    stop = 0.02 * len(T)
    return Arm(
        populations={
            n: PopulationInfo(p.size, "", "", "") for n, p in populations.items()
        },
        timeline=(Span("running", "episode", 0.0, stop, "box 1"),),
        spikes=spikes,
        behaviour={"position": Trace(T, XY)},
    )


@pytest.mark.parametrize("drift_m", [0.0, 0.15, 0.7])
def test_the_drift_is_that_of_the_bump_against_the_path(drift_m: float) -> None:
    slowly = np.clip((T - 20) / 80, 0, 1)[:, None] * [0.6 * drift_m, -0.8 * drift_m]
    made = following(slowly)
    values = ATTRACTOR.values({"running": made})
    assert values["running", "drift of the grid"] == pytest.approx(drift_m, abs=0.02)
    named = {name for _, name in values}
    assert named <= {band.name for band in ATTRACTOR.bands()}


def test_a_bump_that_follows_gives_grids_of_the_spacing_that_is_predicted() -> None:
    values = ATTRACTOR.values({"running": following(np.zeros(2))})
    assert values["running", SPACING] == pytest.approx(1, abs=0.1)
    assert values["running", "grid score, median"] > 0.5
