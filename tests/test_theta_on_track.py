"""Theta sequences, the coupling of gamma, and the measures of a run on a track."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.navigation_figure import maps
from trisynapse.analysis.theta_gamma import coupling, population_rate
from trisynapse.analysis.theta_sequences import quietest, sequences
from trisynapse.analysis.track_runs import Cycles, runs
from trisynapse.circuits.quantity import quantity
from trisynapse.protocols import on_track
from trisynapse.protocols.navigation import Navigation
from trisynapse.protocols.space.rooms import LinearTrack
from trisynapse.simulation.recording import Arm, PopulationInfo, Span, Spikes, Trace

TURN = 2 * np.pi
T: Any = np.arange(0, 120, 0.02)
ALONG = np.abs((0.4 * T + 2) % 4 - 2)
MS: Any = np.arange(0, 119.9, 1e-3)
WHERE = np.interp(MS, T, ALONG)
WAY = np.where(np.interp(MS, T, np.gradient(ALONG, T)) >= 0, 1, -1)
EDGES = np.linspace(0, 2, 81)


def sweeping(ahead_m: float, n: int = 40) -> tuple[Any, Any]:
    """Return spikes of cells that tell a place swept from behind to ahead."""
    rng = np.random.default_rng(1)
    phase = (8 * MS) % 1
    told = WHERE + WAY * ahead_m * (2 * phase - 1)
    depth = 0.5 * (1 - np.cos(TURN * phase))  # quietest at the peak of theta
    ids, times = [], []
    for cell, middle in enumerate(np.linspace(0, 2, n)):
        rate = 80 * depth * np.exp(-((told - middle) ** 2) / (2 * 0.08**2))
        mine = MS[rng.random(len(MS)) < rate * 1e-3]
        times.append(mine)
        ids.append(np.full(len(mine), cell))
    return np.concatenate(times), np.concatenate(ids)


def decoded(spikes: Any, ids: Any, n: int = 40) -> Any:
    told: dict[str, Any] = {"peak_s": 0.0, "smooth_bins": 1.0}
    return sequences(T, ALONG, EDGES, runs(T, ALONG), spikes, ids, n, 8.0, **told)


@pytest.mark.parametrize("ahead", [0.15, -0.15, 0.0])
def test_a_sweep_is_decoded_with_its_direction(ahead: float) -> None:
    found = decoded(*sweeping(ahead))
    over = np.percentile(found.null(seed=1, shuffles=100), 95)
    if ahead > 0:
        assert found.score() > max(0.4, over)
    elif ahead < 0:
        assert found.score() < -0.4
    else:
        assert abs(found.score()) < 0.15
    assert abs((found.begin_rad + np.pi) % TURN - np.pi) < 0.4
    assert found.mean().shape == (8, len(found.offsets_m))


def test_the_score_of_a_lap_is_that_of_its_cycles() -> None:
    forward, backward = sweeping(0.15), sweeping(-0.15)
    first = 0.0, 10.0  # lap 1
    early = (backward[0] >= first[0]) & (backward[0] < first[1])
    late = forward[0] >= first[1]
    times = np.concatenate([backward[0][early], forward[0][late]])
    ids = np.concatenate([backward[1][early], forward[1][late]])
    found = decoded(times, ids)
    assert found.score(1, 1) < -0.3 < 0.3 < found.score(5)
    assert np.isnan(found.score(100))
    rise, p = found.rise(5, seed=1, shuffles=50)
    assert rise == pytest.approx(found.score(5) - found.score(1, 1)) and p < 0.05
    _, same = decoded(*forward).rise(5, seed=1, shuffles=50)
    assert same > 0.05
    assert np.isnan(found.rise(100, seed=1, shuffles=5)[0])


def test_silence_decodes_nothing() -> None:
    found = decoded(np.empty(0), np.empty(0, int))
    assert np.isnan(found.score())
    few = decoded(*sweeping(0.15, 3), 3)
    assert np.isnan(few.score())


def test_the_quietest_phase_is_opposite_to_the_most_active() -> None:
    times = np.concatenate([np.arange(0, 10, 0.125) + 0.03, np.array([0.1])])
    turned = quietest(times, 8.0, 0.0) - (TURN * 0.03 * 8 + np.pi)
    assert abs((turned + np.pi) % TURN - np.pi) < 0.1


# Gamma


def modulated(depth: float) -> Any:
    """Return noise at 40 Hz whose amplitude follows theta."""
    rng = np.random.default_rng(1)
    t = np.arange(40000) * 1e-3
    drift = np.cumsum(rng.standard_normal(len(t))) * 0.05
    wave = np.cos(TURN * 40 * t + drift)
    return (1 + depth * np.cos(TURN * 8 * t)) * wave + 0.2 * rng.standard_normal(len(t))


BEGIN: Any = np.arange(0.125, 39, 0.125)
CYCLES = Cycles(BEGIN, np.zeros(311, int), 0.125)


@pytest.mark.parametrize("depth", [0.0, 0.6])
def test_coupling_is_told_from_chance_under_a_theta_without_jitter(
    depth: float,
) -> None:
    band: dict[str, Any] = {"low_hz": 30.0, "high_hz": 50.0, "seed": 1}
    found = coupling(modulated(depth), 0.0, CYCLES, **band)
    assert (found.index > 3 * found.percentile_99) == (depth > 0)
    if depth:
        assert found.rise == pytest.approx(1, abs=0.35)
    else:
        assert found.index < 1.5 * found.percentile_99


def test_a_population_rate_counts_spikes_by_the_millisecond() -> None:
    found = population_rate(np.array([1.0005, 1.0006, 1.002, 3.0]), 1.0, 1.004)
    assert found.tolist() == [2, 0, 1, 0]


# An arm


WHOLE = replace(
    Navigation(path="random"),
    room=LinearTrack(length=quantity("2 m")),
    duration=quantity("120 s"),
    shuffles=20,
    judged=4,
)
SIZES = dict.fromkeys(WHOLE.circuit.populations, 60)


def arm(fired: dict[str, tuple[Any, Any]], start: float = 3.0) -> Arm:
    spikes = {}
    assert isinstance(WHOLE.room, LinearTrack)
    for name in SIZES:
        times, ids = fired.get(name, (np.empty(0), np.empty(0, int)))
        order = np.argsort(times)
        at = 1e3 * (start + times[order])
        spikes[name] = Spikes(at, ids[order].astype(np.uint32))
    return Arm(
        populations={n: PopulationInfo(k, "", "", "") for n, k in SIZES.items()},
        timeline=(Span("running", "episode", start, start + 120, "linear-track 1"),),
        spikes=spikes,
        behaviour={"position": Trace(start + T, WHOLE.room.at(ALONG))},
    )


@pytest.fixture(scope="module")
def swept() -> Arm:
    return arm({"ec_stellate": sweeping(0.15), "ca1_pyramidal": sweeping(-0.15)})


def values(made: Arm) -> dict[str, float]:
    return {name: v for (_, name), v in WHOLE.values({"running": made}).items()}


def test_cells_that_sweep_precess_and_are_measured_as_such(swept: Arm) -> None:
    found = values(swept)
    assert found["stellate slope of precession, median"] < -100
    assert found["stellate fields that precess, share"] > 0.9
    assert found["stellate theta sequence score, lap 1"] > 0.4
    assert found["stellate theta sequence score over 95 % of shuffles"] > 0
    assert found["CA1 slope of precession, median"] > 100
    assert found["CA1 fields with a negative slope, share"] == 0
    assert found["CA1 theta sequence score over 95 % of shuffles"] < 0
    assert found["CA3 fields run through"] == 0
    assert "CA3 slope of precession, median" not in found


def test_bands_of_a_track_are_those_of_its_measures() -> None:
    bands = {band.name: band for band in WHOLE.bands()}
    for name, _, low, high, source in on_track.rows():
        assert (bands[name].low, bands[name].high) == pytest.approx(
            (low, high), nan_ok=True
        )
        assert bool(source) == (low == low or high == high)
    assert "stellate slope of precession, median" not in {
        band.name for band in Navigation().bands()
    }


def test_the_figure_of_a_track_is_that_of_its_phases(swept: Arm) -> None:
    class Recording:
        arms = {"running": swept}
        parameters = {
            "room": {"value": "linear-track"},
            "f_theta": {"value": "8 Hz"},
            "duration": {"value": "120 s"},
        }
        seed = 1

    drawn = maps(Recording())
    titles = [axes.get_title() for axes in drawn.axes]
    assert sum("°/field" in title for title in titles) == 4
    assert "no field" in [t.get_text() for axes in drawn.axes for t in axes.texts]
    drawn.canvas.draw()
