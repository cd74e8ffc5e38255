"""What a circuit promises about its wiring, its scale and its Brian2 network."""

import re
from collections import Counter
from dataclasses import fields, replace

import brian2 as b2
import numpy as np
import pytest
from scipy.stats import hypergeom

from trisynapse.circuits import Memory
from trisynapse.circuits.circuit import Rules, Synapse, connect
from trisynapse.circuits.drives import Drive
from trisynapse.circuits.recurrent import Recurrent
from trisynapse.plasticity import (
    GatedBistable,
    GatedCapture,
    InhibitorySTDP,
    TaggingCapture,
)
from trisynapse.simulation.state import variables_of, wire

RULES: Rules = {
    "tagging": TaggingCapture(),
    "perforant": GatedCapture(),
    "bistable": GatedBistable(),
    "inhibitory": InhibitorySTDP(),
}
SMALL = Memory(scale=0.05)
SYNAPSES = SMALL.synapses(RULES)
RECURRENT = [s.name for s in SYNAPSES.values() if s.projection.pre == s.projection.post]


@pytest.mark.parametrize("name", SYNAPSES)
def test_every_target_has_the_same_number_of_different_inputs(name: str) -> None:
    synapse = SYNAPSES[name]
    pre, post = connect(synapse, np.random.default_rng(1))
    assert len(pre) == len(post) == synapse.size
    assert (np.bincount(post, minlength=synapse.n_post) == synapse.in_degree).all()
    assert len(np.unique(np.stack([pre, post]), axis=1).T) == synapse.size
    assert pre.min() >= 0 and pre.max() < synapse.n_pre
    assert (np.diff(pre) >= 0).all()


@pytest.mark.parametrize("name", RECURRENT)
def test_no_cell_is_its_own_input(name: str) -> None:
    for seed in range(20):
        pre, post = connect(SYNAPSES[name], np.random.default_rng(seed))
        assert (pre != post).all()


def test_the_smallest_recurrent_populations_can_be_wired_too() -> None:
    tiny = Memory(scale=0.02)
    for name in RECURRENT:
        synapse = tiny.synapses({})[name]
        pre, post = connect(synapse, np.random.default_rng(0))
        assert (pre != post).all()
        assert len(pre) == synapse.size >= synapse.n_post


def test_every_source_is_as_likely_as_any_other() -> None:
    synapse = SYNAPSES["ca3_pyramidal_to_ca3_pyramidal"]
    rng = np.random.default_rng(2)
    counts = np.zeros((synapse.n_post, synapse.n_pre))
    for _ in range(400):
        pre, post = connect(synapse, rng)
        counts[post, pre] += 1
    chance = synapse.in_degree / (synapse.n_pre - 1)
    others = counts[~np.eye(synapse.n_pre, dtype=bool)] / 400
    deviation = (others - chance) / np.sqrt(chance * (1 - chance) / 400)
    assert abs(deviation.mean()) < 1e-9
    assert deviation.std() == pytest.approx(1, abs=0.05)


def test_one_seed_gives_one_wiring_and_another_seed_another() -> None:
    first, again, other = (wire(SMALL, RULES, seed) for seed in (3, 3, 4))
    for name in SYNAPSES:
        assert all(
            (a == b).all() for a, b in zip(first[name], again[name], strict=True)
        )
    assert (first[RECURRENT[0]][0] != other[RECURRENT[0]][0]).any()


def test_the_wiring_of_a_projection_does_not_depend_on_the_others() -> None:
    name = RECURRENT[-1]
    alone, among = wire(SMALL, RULES, 5, only=(name,)), wire(SMALL, RULES, 5)
    assert list(alone) == [name]
    assert (alone[name][0] == among[name][0]).all()


@pytest.mark.parametrize("scale", [0.02, 0.05, 0.3, 1.0, 4.0])
def test_the_input_of_a_cell_is_the_same_at_every_scale(scale: float) -> None:
    for synapse in Memory(scale=scale).synapses({}).values():
        projection = synapse.projection
        w_0 = synapse.symbols["w_0"]
        assert synapse.in_degree * float(w_0) == pytest.approx(
            projection.in_degree * float(projection.weight)
        )


def test_scale_multiplies_the_cells_and_never_leaves_fewer_than_two() -> None:
    whole = Memory().populations
    for scale in (0.02, 0.5, 3.0):
        for name, population in Memory(scale=scale).populations.items():
            assert population.size == max(2, round(whole[name].size * scale))


def test_inputs_are_cut_to_half_of_the_source_at_most() -> None:
    for synapse in Memory(scale=0.02).synapses({}).values():
        assert synapse.in_degree <= max(1, synapse.n_pre // 2)
        assert synapse.gain >= 1


@pytest.mark.parametrize("scale", [0.0, 0.019, -1.0, 101.0, float("nan"), float("inf")])
def test_a_scale_that_cannot_be_built_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match=r"scale=.*from 0.02 to 100"):
        Memory(scale=scale)


@pytest.mark.parametrize(
    ("path", "number", "said"),
    [
        ("ca1.n_olm", "0", "ca1.n_olm=0: from 1 to 10,000,000"),
        ("ca1.n_olm", "-5", "ca1.n_olm=-5: from 1 to 10,000,000"),
        ("ca1.n_olm", "10000001", "from 1 to 10,000,000"),
        ("ca3.n_pyramidal", "9000000", "1,000,000,000 at most are possible"),
        ("ca3.recurrent.in_degree", "0", "in_degree=0: at least 1"),
        ("ca3.recurrent.in_degree", "-5", "in_degree=-5: at least 1"),
        ("ca3.recurrent.in_degree", "100001", "in_degree=100001: 100,000 at most"),
    ],
)
def test_numbers_of_cells_and_inputs_that_cannot_be_are_refused(
    path: str, number: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Memory().with_value(path, number)


def test_every_name_is_given_once() -> None:
    populations = [p.name for r in SMALL.regions for p in r.populations()]
    projections = [p.name for r in SMALL.regions for p in r.projections()]
    counted = Counter(populations + projections)
    assert not [name for name, times in counted.items() if times > 1]
    assert set(populations) == set(SMALL.populations)
    assert set(projections) == set(SYNAPSES)


def test_every_projection_ends_in_the_region_that_lists_it() -> None:
    for region in SMALL.regions:
        members = {p.name for p in region.populations()}
        for projection in region.projections():
            assert projection.post in members
            assert projection.pre in SMALL.populations


def test_a_plastic_projection_has_its_rule_and_the_others_learn_nothing() -> None:
    for synapse in SYNAPSES.values():
        kind = synapse.projection.plastic
        assert (synapse.rule is RULES[kind]) if kind else (not synapse.rule.model)
    assert any(s.projection.plastic == "tagging" for s in SYNAPSES.values())


def test_a_plastic_synapse_carries_the_symbols_of_its_equations() -> None:
    tagging = next(s for s in SYNAPSES.values() if s.projection.plastic == "tagging")
    needed = {"tau_Ca", "pre_Ca", "post_Ca", "theta_d", "theta_p", "sigma", "w_0"}
    assert needed <= set(tagging.symbols)
    assert "tau_z" not in tagging.symbols  # the gap's, not the episode's


def unused(drive: Drive) -> set[str]:
    """Return the variables that no equation reads and the symbols that nothing does."""
    read = set(re.findall(r"\w+", f"{drive.update}\n{drive.current}"))
    kind = type(drive)
    methods = (kind.start, kind.enter, kind.lived, kind.rested)
    used = {name for method in methods for name in method.__code__.co_names}
    variables = set(variables_of(drive.variables))
    return (variables - read) | ({f.name for f in fields(drive)} - read - used)


def test_all_that_a_drive_declares_has_an_effect() -> None:
    for name, population in SMALL.populations.items():
        for drive in population.drives:
            assert not unused(drive), f"{type(drive).__name__} of {name}"


@pytest.fixture(scope="module")
def ran(numpy_target: None) -> tuple[b2.Network, b2.StateMonitor]:
    """Return a small network after 20 ms, with a monitor of a user's own."""
    network = Memory(scale=0.02).network(seed=1)
    voltage = b2.StateMonitor(network["ca1_pyramidal"], "v", record=[0, 5])
    network.add(voltage)
    network.run(20 * b2.ms)
    return network, voltage


def test_a_circuit_gives_a_brian2_network_of_named_groups_that_runs(
    ran: tuple[b2.Network, b2.StateMonitor],
) -> None:
    network, _ = ran
    circuit = Memory(scale=0.02)
    assert network.t == 20 * b2.ms
    for name, population in circuit.populations.items():
        cells = network[name]
        assert isinstance(cells, b2.NeuronGroup) and len(cells) == population.size
        assert np.isfinite(np.asarray(cells.v)).all()
    for name, synapse in circuit.synapses({}).items():
        assert isinstance(network[name], b2.Synapses)
        assert len(network[name]) == synapse.size


def test_a_user_can_watch_any_cell_of_it(
    ran: tuple[b2.Network, b2.StateMonitor],
) -> None:
    _, voltage = ran
    rest = float(Memory().ca1.pyramidal.v_r)  # type: ignore[attr-defined]
    assert voltage.v.shape == (2, 100)
    assert float(voltage.v[0, 0]) == pytest.approx(rest)
    assert np.ptp(np.asarray(voltage.v)) > 0


def test_its_wiring_follows_the_seed_and_its_symbols_the_circuit(
    ran: tuple[b2.Network, b2.StateMonitor],
) -> None:
    network, _ = ran
    name = "ca3_pyramidal_to_ca3_pyramidal"
    circuit = Memory(scale=0.02).with_value("ca3.pyramidal.C", "321 pF")
    same, other = (circuit.network(seed=seed)[name] for seed in (1, 2))
    assert (np.asarray(same.i) == np.asarray(network[name].i)).all()
    assert (np.asarray(other.i) != np.asarray(network[name].i)).any()
    assert float(np.asarray(same.source.C)) == pytest.approx(321e-12)


def synapse_of(n_pre: int, n_post: int, in_degree: int) -> Synapse:
    some = SYNAPSES[RECURRENT[0]]
    return some._replace(
        n_pre=n_pre,
        n_post=n_post,
        in_degree=in_degree,
        projection=replace(some.projection, in_degree=in_degree),
    )


@pytest.mark.parametrize("n, in_degree", [(2, 1), (3, 2), (10, 9)])
def test_a_population_can_be_wired_to_all_its_others(n: int, in_degree: int) -> None:
    pre, post = connect(synapse_of(n, n, in_degree), np.random.default_rng(0))
    pairs = set(zip(pre.tolist(), post.tolist(), strict=True))
    assert len(pairs) == n * in_degree
    assert all(i != j for i, j in pairs)


# Pairs drawn from all pairs

SCATTERED = Recurrent(scale=0.2).synapses({})
WITHIN = "network_excitatory_to_network_excitatory"
ACROSS = "network_inhibitory_to_network_excitatory"
LOOPS = [s.name for s in SCATTERED.values() if s.projection.pre == s.projection.post]


def possible(synapse: Synapse) -> int:
    """Return how many pairs of different cells there are."""
    autapses = synapse.n_post if synapse.name in LOOPS else 0
    return synapse.n_pre * synapse.n_post - autapses


@pytest.mark.parametrize("name", SCATTERED)
def test_a_scattered_projection_has_as_many_synapses_as_an_even_one(name: str) -> None:
    synapse = SCATTERED[name]
    for seed in range(5):
        pre, post = connect(synapse, np.random.default_rng(seed))
        assert len(pre) == len(post) == synapse.in_degree * synapse.n_post
        assert pre.min() >= 0 and pre.max() < synapse.n_pre
        assert post.min() >= 0 and post.max() < synapse.n_post


@pytest.mark.parametrize("name", SCATTERED)
def test_no_pair_of_a_scattered_projection_is_connected_twice(name: str) -> None:
    synapse = SCATTERED[name]
    pre, post = connect(synapse, np.random.default_rng(1))
    assert len(np.unique(pre.astype(int) * synapse.n_post + post)) == len(pre)


@pytest.mark.parametrize(
    "name", [s for s in SCATTERED if len(set(s.split("_to_"))) < 2]
)
def test_no_cell_of_a_scattered_projection_is_its_own_input(name: str) -> None:
    for seed in range(10):
        pre, post = connect(SCATTERED[name], np.random.default_rng(seed))
        assert (pre != post).all()


@pytest.mark.parametrize("end", ["inputs", "outputs"])
@pytest.mark.parametrize("name", [WITHIN, ACROSS])
def test_scattered_degrees_follow_the_hypergeometric_law(name: str, end: str) -> None:
    synapse, seeds = SCATTERED[name], 30
    cells = synapse.n_post if end == "inputs" else synapse.n_pre
    pairs, drawn = possible(synapse), synapse.size
    law = hypergeom(pairs, pairs // cells, drawn)
    squares = []
    for seed in range(seeds):
        ends = connect(synapse, np.random.default_rng(seed))
        degrees = np.bincount(ends[end == "inputs"], minlength=cells)
        squares.append((degrees - drawn / cells) ** 2)
    error = law.var() * np.sqrt(2 / (seeds * cells))
    assert abs(np.mean(squares) - law.var()) < 4 * error


def test_every_pair_of_a_scattered_projection_is_as_likely_as_any_other() -> None:
    synapse = SCATTERED[WITHIN]._replace(n_pre=20, n_post=20, in_degree=5)
    rng, counts = np.random.default_rng(2), np.zeros((20, 20))
    for _ in range(1000):
        pre, post = connect(synapse, rng)
        counts[post, pre] += 1
    chance = 5 / 19
    others = counts[~np.eye(20, dtype=bool)]
    deviation = (others - 1000 * chance) / np.sqrt(1000 * chance * (1 - chance))
    assert abs(deviation.mean()) < 1e-9
    assert deviation.std() == pytest.approx(1, abs=4 / np.sqrt(2 * 380))


def test_another_seed_scatters_the_pairs_of_a_projection_otherwise() -> None:
    first, again, other = (
        connect(SCATTERED[WITHIN], np.random.default_rng(seed)) for seed in (3, 3, 4)
    )
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert (first[1] != other[1]).any()


def test_scattered_pairs_stay_within_their_block() -> None:
    synapse = SCATTERED[ACROSS]._replace(n_pre=30, n_post=60, in_degree=4, blocks=3)
    for seed in range(10):
        pre, post = connect(synapse, np.random.default_rng(seed))
        assert (pre // 10 == post // 20).all()
        assert np.bincount(pre // 10).tolist() == [80, 80, 80]


@pytest.mark.parametrize("n, in_degree", [(2, 1), (3, 2), (10, 9)])
def test_a_scattered_population_can_be_wired_to_all_its_others(
    n: int, in_degree: int
) -> None:
    all_of_them = SCATTERED[WITHIN]._replace(n_pre=n, n_post=n, in_degree=in_degree)
    pre, post = connect(all_of_them, np.random.default_rng(0))
    pairs = set(zip(pre.tolist(), post.tolist(), strict=True))
    assert len(pairs) == n * in_degree
    assert all(i != j for i, j in pairs)
