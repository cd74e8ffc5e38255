"""The benchmark of CA3's sharp waves: weights, synapses, input, and what it tells."""

import pickle
import sys
from pathlib import Path

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.circuit import connect, stream
from trisynapse.circuits.network import STEP, TICK, Clocks, group, looking

sys.path.append(str(Path(__file__).parents[1]))

from benchmarks import sharp_waves
from benchmarks.sharp_waves_activity import Spikes, order, rate, ripple_hz, waves
from benchmarks.sharp_waves_circuit import RECURRENT, RULES, SharpWaves
from benchmarks.sharp_waves_track import (
    CENTRES,
    MEAN,
    TRACK,
    fields,
    learned,
    pairs,
    strengths,
)

Drawn = tuple[np.ndarray, np.ndarray, np.ndarray]

pytestmark = pytest.mark.usefixtures("numpy_target")


def cells(name: str, n: int) -> b2.NeuronGroup:
    """Return cells of the circuit alone, with what drives them."""
    circuit = SharpWaves()
    population = circuit.populations[name]._replace(size=n)
    clocks = Clocks(b2.Clock(STEP), b2.Clock(TICK))
    return group(population, looking(circuit.columns, rows=1), clocks)


# Weights


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    """Return fields of cells, and the cells before and after some synapses."""
    rng = stream(1, "test")
    pre, post = rng.integers(0, 1000, (2, 100_000))
    return fields(1000, rng), pre, post


def test_half_of_the_cells_have_a_field_on_the_track_in_their_order(
    drawn: Drawn,
) -> None:
    known = drawn[0][~np.isnan(drawn[0])]
    assert len(known) == 500 and (np.diff(known) >= 0).all()
    assert 0 <= known[0] < 0.1 and 2.9 < known[-1] <= 3


def test_the_expected_weights_have_the_mean_that_was_published(drawn: Drawn) -> None:
    assert learned(*drawn).mean() == pytest.approx(MEAN, rel=0.03)
    assert strengths(*drawn).mean() == pytest.approx(MEAN)


def test_both_directions_learn_the_same(drawn: Drawn) -> None:
    centres, pre, post = drawn
    np.testing.assert_allclose(learned(centres, pre, post), learned(centres, post, pre))


def test_strength_depends_on_the_distance_of_the_fields_and_falls_with_it() -> None:
    away = np.arange(6) * 0.05
    centres = np.concatenate([1.5 + away, 1.5 - away])
    found = learned(centres, np.zeros(12, int), np.arange(12))
    np.testing.assert_allclose(found[:6], found[6:], rtol=0.03)
    assert (np.diff(found[:6]) < 0).all()


def test_cells_without_fields_meet_by_chance() -> None:
    rate_hz, tau = float(TRACK.outside), float(TRACK.tau)
    expected = rate_hz**2 * 2 * tau * float(TRACK.duration)
    assert pairs()[CENTRES, CENTRES] == pytest.approx(expected, rel=1e-3)


# Network


def test_every_pyramidal_cell_has_a_tenth_of_them_as_inputs() -> None:
    sizes = {name: s.size for name, s in SharpWaves().synapses(RULES).items()}
    assert sizes.pop(RECURRENT) == 6_400_000
    assert sum(sizes.values()) == 150 * 800 + 8000 * 38 + 150 * 38


def test_a_mossy_fibre_brings_fifteen_events_a_second() -> None:
    driven = cells("ca3_pyramidal", 10_000)
    driven.rise_mossy = 1e6 * b2.second
    driven.tau_mossy = 2e6 * b2.second  # nothing decays: what has come can be counted
    b2.seed(1)
    b2.Network(driven).run(20 * TICK, namespace={})
    events = np.array(driven.g_mossy_) / driven.w_mossy_
    assert np.allclose(events, np.rint(events), atol=1e-3)
    assert events.mean() == pytest.approx(0.3, rel=0.05)


@pytest.mark.parametrize(
    ("name", "receptor", "rise", "decay"),
    [
        ("ca3_pyramidal", "ampa", 1.3, 9.5),
        ("ca3_pyramidal", "gaba", 0.3, 3.3),
        ("ca3_pyramidal", "mossy", 0.65, 5.4),
        ("ca3_basket", "ampa", 1.0, 4.1),
        ("ca3_basket", "gaba", 0.25, 1.2),
    ],
)
def test_a_conductance_is_two_exponentials_and_peaks_as_published(
    name: str, receptor: str, rise: float, decay: float
) -> None:
    cell = cells(name, 1)
    if name == "ca3_pyramidal":
        cell.rate = 0 * b2.Hz
    setattr(cell, f"g_{receptor}", 1e-3 * b2.nS)
    seen = b2.StateMonitor(cell, f"G_{receptor}", record=0)
    b2.Network(cell, seen).run(10 * b2.ms, namespace={})
    found = getattr(seen, f"G_{receptor}_")[0] / 1e-12
    ms = seen.t / b2.ms
    shape = np.exp(-ms / decay) - np.exp(-ms / rise)
    time_to_peak = np.log(decay / rise) * decay * rise / (decay - rise)
    peak = np.exp(-time_to_peak / decay) - np.exp(-time_to_peak / rise)
    factor = decay / (decay - rise)
    np.testing.assert_allclose(found, factor * shape / peak, atol=1e-9)
    assert found.max() == pytest.approx(factor, rel=0.02)


def test_the_network_of_brian2_has_our_wiring() -> None:
    circuit = SharpWaves(scale=0.02)
    network = circuit.network(RULES, seed=1)
    synapse = circuit.synapses(RULES)[RECURRENT]
    pre, post = connect(synapse, stream(1, "wiring", RECURRENT))
    assert (network[RECURRENT].i[:] == pre).all()
    assert (network[RECURRENT].j[:] == post).all()


# What is told


def test_the_rate_of_a_population_counts_all_cells() -> None:
    some = Spikes(np.arange(3), np.array([0.0105, 0.0305, 0.0305]), 10)
    assert rate(some, 0.04, 0.02).tolist() == pytest.approx([5.0, 10.0])


def test_the_ripple_is_where_the_rate_swings() -> None:
    times = np.repeat(np.arange(0.0025, 2, 0.005), 10)
    assert ripple_hz(Spikes(times.astype(int), times, 10), 2.0) == pytest.approx(
        200, abs=2
    )


def test_sharp_waves_last_a_quarter_of_a_second() -> None:
    times = np.concatenate([np.arange(0.2, 0.6, 0.005), np.arange(1, 1.2, 0.005)])
    some = Spikes(times.astype(int), times + 1e-4, 10)
    ((begin, end),) = waves(some, 2.0)
    assert (begin, end) == pytest.approx((0.2, 0.6))


def test_cells_that_fire_in_the_order_of_their_fields_replay() -> None:
    where = np.array([0.0, np.nan, 1.0, 2.0])
    forward = Spikes(np.array([0, 1, 2, 3]), np.array([0.0, 0.05, 0.1, 0.2]), 4)
    assert order(forward, where, (0.0, 1.0)) == pytest.approx(1)
    back = forward._replace(ids=forward.ids[::-1])
    assert order(back, where, (0.0, 1.0)) < -0.9


def test_every_tool_can_be_run_in_a_process_of_its_own() -> None:
    found = sharp_waves.entries()
    assert [e.tool for e in found] == ["trisynapse", "Brian2 numpy", "Brian2 cython"]
    for one in found:
        assert one.task == sharp_waves.__name__.rpartition(".")[2]
        assert pickle.loads(pickle.dumps((one.prepare, one.run)))
