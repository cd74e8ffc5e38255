"""The water maze: a closed loop in one network, and what is measured of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trisynapse import run
from trisynapse.analysis.swims import blocks, path_length, quadrant_share
from trisynapse.analysis.water_maze_figure import learning
from trisynapse.circuits import ActorCritic
from trisynapse.circuits.actor_critic import PlaceField, Ring
from trisynapse.circuits.circuit import connect, stream
from trisynapse.circuits.quantity import quantity
from trisynapse.plasticity import TDLTP
from trisynapse.protocols.protocol import Protocol
from trisynapse.protocols.recorded import population_table
from trisynapse.protocols.water_maze import ANIMAL, PLASTIC, WaterMazeTask
from trisynapse.simulation import builds
from trisynapse.simulation.backends import Compiled, runtime
from trisynapse.simulation.experiment import Experiment
from trisynapse.simulation.gap import cross
from trisynapse.simulation.recording import (
    Arm,
    Recording,
    Span,
    Spikes,
    Trace,
    Weights,
)
from trisynapse.simulation.state import newborn, wire
from trisynapse.simulation.timeline import Episode

TASK = WaterMazeTask()
RULES = {"value": TDLTP(), "policy": TDLTP(eta=quantity("8.66 us"))}


# The circuit


def test_every_cell_is_connected_with_every_other_of_the_next_population() -> None:
    synapses = ActorCritic().synapses(RULES)
    sizes = {name: synapse.size for name, synapse in synapses.items()}
    assert sizes == {
        "hippocampus_place_to_critic_cell": 121 * 100,
        "hippocampus_place_to_actor_cell": 121 * 180,
        "actor_cell_to_actor_cell": 180 * 179,
        "critic_cell_to_pool_animal": 100,
        "actor_cell_to_pool_animal": 180,
    }
    for name, synapse in synapses.items():
        pre, post = connect(synapse, stream(1, "wiring", name))
        pairs = set(zip(pre.tolist(), post.tolist(), strict=True))
        assert len(pairs) == synapse.size == len(pre)
        assert synapse.gain == 1


def test_at_another_scale_there_is_one_animal_and_the_same_input() -> None:
    circuit = ActorCritic(scale=0.5)
    sizes = {name: p.size for name, p in circuit.populations.items()}
    assert sizes[ANIMAL] == 1 and sizes["actor_cell"] == 90
    gains = {s.name: s.gain for s in circuit.synapses({}).values()}
    assert gains["critic_cell_to_pool_animal"] == 2
    assert gains["actor_cell_to_actor_cell"] == pytest.approx(179 / 89)


def test_the_ring_excites_and_inhibits_as_much_as_it_says() -> None:
    ring = Ring()
    symbols = {k: float(v) for k, v in ring.symbols(ring.weight).items()}
    others = 2 * np.pi * np.arange(1, 180) / 180
    near = np.exp(symbols["zeta"] * (np.cos(others) - 1))
    excitation = symbols["w_plus"] * symbols["sharp"] * near / 180
    assert excitation.sum() == pytest.approx(30.0)
    assert symbols["w_minus"] == -60.0


def test_place_fields_lie_on_a_square_grid() -> None:
    found = PlaceField().start(121, np.random.default_rng(1))
    x, y = found["centre_x"], found["centre_y"]
    assert sorted(set(x.round(9))) == pytest.approx(np.arange(-1, 1.01, 0.2))
    assert len(set(zip(x.round(9), y.round(9), strict=True))) == 121
    few = PlaceField().start(7, np.random.default_rng(1))
    assert np.abs(few["centre_x"]).max() <= 1 and np.abs(few["centre_y"]).max() <= 1


# The closed loop, compiled and in numpy

SMALL = (
    ActorCritic(scale=0.1)
    .with_value("pool.animal_trials.held", "20 ms")
    .with_value("pool.animal_trials.limit", "100 ms")
    .with_value("pool.animal_trials.neutral", "20 ms")
    .with_value("pool.animal_trials.radius", "76 cm")
    .with_value("hippocampus.place_field.sigma", "40 cm")
)
QUICK = WaterMazeTask(circuit=SMALL, interval=quantity("20 ms"), trials=8)


def episode(name: str = "trial 1", **changed: Any) -> Episode:
    steps = replace(QUICK, **changed).timeline("trained")
    found = next(step for step in steps if step.name == name)
    assert isinstance(found, Episode)
    return found


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what both backends make of a trial of a small circuit."""
    rules = {
        name: replace(rule, eta=quantity("200 us")) for name, rule in RULES.items()
    }
    wiring = wire(SMALL, rules, 3)
    folder = tmp_path_factory.mktemp("animal")
    compiled = Compiled(builds.obtain(SMALL, rules), SMALL, rules, wiring, folder)
    state, trial = newborn(SMALL, rules, 3), episode()
    found = [
        backend.episode(state, trial.stimulus, 5, lambda passed: None)
        for backend in (compiled, runtime(SMALL, rules, wiring))
    ]
    return rules, wiring, found


def test_the_binary_and_numpy_swim_the_same_way(loop: Any) -> None:
    _, _, (compiled, plain) = loop
    for name, (ids, when) in compiled.spikes.items():
        assert np.array_equal(ids, plain.spikes[name][0]), name
        assert np.array_equal(when, plain.spikes[name][1]), name
    assert len(compiled.spikes["actor_cell"][0]) > 10
    for key, values in compiled.followed.items():
        assert values.shape == (7, 1)  # 140 ms, every 20
        assert values == pytest.approx(plain.followed[key], rel=1e-6, abs=1e-9), key
    for name in PLASTIC:
        ours, theirs = (o.state.variables[name]["strength"] for o in (compiled, plain))
        assert ours == pytest.approx(theirs, rel=1e-9) and np.ptp(ours) > 0


def test_the_animal_moves_by_its_own_action_cells(loop: Any) -> None:
    _, _, (compiled, _) = loop
    x, y, swims = (compiled.followed[ANIMAL, name] for name in ("x", "y", "swims"))
    assert np.hypot(x - x[0], y - y[0]).max() > 1e-3
    assert swims[1:5].all() and not swims[-1].any()
    assert not compiled.spikes[ANIMAL][0].size  # 0.1 s does not lead to the platform


def test_a_gap_writes_down_what_was_learned_since_the_last_spikes(loop: Any) -> None:
    rules, wiring, (compiled, _) = loop
    name = PLASTIC[0]
    before, post = compiled.state.variables[name], wiring[name][1]
    cells = compiled.state.variables["critic_cell"]
    settled = rules["value"].settled(before, cells, post)["strength"]
    assert not np.array_equal(settled, before["strength"])
    after = cross(compiled.state, SMALL, rules, wiring, [(60.0,)], 3, "gap")
    assert np.array_equal(after.variables[name]["strength"], settled)
    assert not after.variables["critic_cell"]["taught_slow"].any()


def test_a_run_keeps_what_is_followed(loop: Any, tmp_path: Path) -> None:
    steps = (episode("trial 1"), episode("trial 2"))
    result = Experiment(SMALL, RULES, 3, {"a": steps}).run(tmp_path)["a"]
    found = result.followed("trial 2")
    assert set(found) == {f"{o}/{v}" for o, v in ActorCritic.followed}
    assert found[f"{ANIMAL}/x"].shape == (7, 1)


# The protocol


def test_each_block_begins_once_from_each_start() -> None:
    steps = [s for s in TASK.timeline("trained") if isinstance(s, Episode)]
    columns = TASK.circuit.columns
    at = [columns.index(name) for name in ("start_x", "start_y")]
    starts = [tuple(step.stimulus[0, at].round(6)) for step in steps[:-1]]
    for first in range(0, 20, 4):
        assert len(set(starts[first : first + 4])) == 4
    assert steps[-1].name == "probe" and steps[-1].branch
    assert not steps[-1].stimulus[:, columns.index("platform")].any()


@pytest.mark.parametrize(
    ("arm", "column", "seen"),
    [
        ("trained", "learns", {1.0}),
        ("no-learning", "learns", {0.0}),
        ("no-critic", "valued", {0.0}),
        ("trained", "platform_x", {0.45}),
        ("random-platform", "platform_x", {0.45, -0.45}),
    ],
)
def test_arms_differ_in_what_they_say(arm: str, column: str, seen: set[float]) -> None:
    steps = [s for s in TASK.timeline(arm) if isinstance(s, Episode)][:-1]
    index = TASK.circuit.columns.index(column)
    assert {float(step.stimulus[0, index]) for step in steps} == seen


def handmade(latencies: list[float], towards: tuple[float, float]) -> Arm:
    """Return an arm whose animal swam straight on, and in a probe in one direction."""
    lasts = 53.0
    n = len(latencies)
    names = [*(f"trial {k + 1}" for k in range(n)), "probe"]
    spans = [
        Span(name, "episode", k * lasts, (k + 1) * lasts, "pool")
        for k, name in enumerate(names)
    ]
    times, ways = [], []
    for span, seconds in zip(spans, [*latencies, 50.0], strict=True):
        t = np.arange(0.02, seconds + 1e-9, 0.02)
        way = np.column_stack([0.2 * t, 0 * t])
        if span.name == "probe":
            way = np.tile(towards, (len(t), 1))
        times.append(span.start_s + 1.0 + t)
        ways.append(way)
    found = [
        1e3 * (span.start_s + 1.0 + seconds)
        for span, seconds in zip(spans, latencies, strict=False)
        if seconds < 50
    ]
    pre, post = (ids.ravel().astype(np.uint32) for ids in np.indices((121, 180)))
    weights = Weights(pre, post, np.ones(len(pre)) + (post == 0), unit="mV")
    return Arm(
        populations=population_table(TASK.circuit),
        timeline=tuple(spans),
        spikes={ANIMAL: Spikes(np.array(found), np.zeros(len(found), np.uint32))},
        weights={name: {"after trial 1": weights} for name in PLASTIC},
        behaviour={
            "position": Trace(np.concatenate(times), np.concatenate(ways)),
            "latency": Trace(
                np.array([s.start_s for s in spans[:-1]]), np.array(latencies)
            ),
        },
    )


LATENCIES = [40.0, 50.0, 30.0, 20.0, 20.0, 10.0, 50.0, 8.0, 2.0, 4.0, 6.0, 8.0]


def test_measures_follow_from_ways_and_latencies() -> None:
    task = replace(TASK, trials=12)
    arm = handmade(LATENCIES, towards=(0.3, 0.3))
    values = {name: v for (_, name), v in task.values({"trained": arm}).items()}
    assert values["latency, trials 1 to 4"] == pytest.approx(35.0)
    assert values["latency, trials 9 to 12"] == pytest.approx(5.0)
    assert values["latency, last over first"] == pytest.approx(1 / 7)
    assert values["way, trials 9 to 12"] == pytest.approx(0.2 * 4.98, rel=1e-3)
    assert values["platform found, trials 9 to 12"] == 1.0
    assert values["swimming speed"] == pytest.approx(0.2, rel=1e-2)
    assert values["time in the target quadrant, probe"] == 1.0
    passes = {m.name: m.passes for m in task.measures({"trained": arm})}
    assert passes["latency, last over first"] == 1
    controls = {m.name: m.passes for m in task.measures({"no-learning": arm})}
    assert controls["latency, last over first"] == 0
    assert controls["time in the target quadrant, probe"] == 0


def test_latencies_are_told_by_the_animals_own_spikes() -> None:
    arm = handmade(LATENCIES, towards=(0.3, 0.3))
    found = TASK._latencies(arm.spikes[ANIMAL], arm.timeline[:-1])
    assert found == pytest.approx(LATENCIES)


def test_every_measure_has_a_band_and_every_band_a_measure() -> None:
    task = replace(TASK, trials=12)
    arm = handmade(LATENCIES, towards=(0.3, 0.3))
    values = task.values(dict.fromkeys(task.arms, arm))
    assert set(values) == {(band.arm, band.name) for band in task.bands()}


def test_the_figure_shows_every_arm() -> None:
    task = replace(TASK, trials=12)
    arms = {
        "trained": handmade(LATENCIES, towards=(0.3, 0.3)),
        "no-learning": handmade([50.0] * 12, towards=(-0.3, 0.3)),
    }
    told = {
        row.symbol: {"value": row.value, "meaning": "", "source": ""}
        for row in task.table()
    }
    recording = Recording(
        "water-maze", "actorcritic", 1, told, {}, arms, task.measures(arms)
    )
    figure = learning(recording)
    labels = [text.get_text() for text in figure.findobj() if hasattr(text, "get_text")]
    for words in ("trained", "no-learning", "actor-critic, tabular", "after trial 1"):
        assert any(words in label for label in labels), words


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"trials": 7}, "trials=7: from 8 to 1000 are wanted"),
        ({"start": quantity("1 m")}, "start=1 m lies outside a pool with a radius of"),
        ({"interval": quantity("0.5 s")}, "interval=0.5 s: at least"),
        ({"platform_x": quantity("2 m")}, "A platform of 0.2 m at .2 m, 45 cm. reach"),
        (
            {"platform_x": quantity("0 m"), "platform_y": quantity("0 m")},
            "A platform in the centre is in no quadrant",
        ),
    ],
)
def test_what_cannot_be_swum_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(TASK, **changed)


def test_a_field_of_no_width_is_refused() -> None:
    with pytest.raises(ValueError, match="sigma=0 cm: a value above 0"):
        PlaceField(sigma=quantity("0 cm"))


def test_it_is_a_protocol_that_describes_itself() -> None:
    assert isinstance(TASK, Protocol)
    assert "platform" in TASK.describe().caption


# Analysis of swims


def test_the_way_of_a_swim_that_never_began_is_nothing() -> None:
    assert path_length(np.zeros((0, 2))) == 0
    assert np.isnan(quadrant_share(np.zeros((0, 2)), (1, 1)))


def test_an_animal_that_swims_everywhere_spends_a_quarter_in_each_quadrant() -> None:
    xy = np.random.default_rng(1).normal(size=(100_000, 2))
    assert quadrant_share(xy, (0.3, -0.4)) == pytest.approx(0.25, abs=0.01)


def test_blocks_are_means_of_trials_in_a_row() -> None:
    assert blocks([1.0, 3.0, 5.0, 7.0], 2) == pytest.approx([2.0, 6.0])


@pytest.mark.slow
def test_a_trained_animal_finds_the_platform_and_looks_for_it() -> None:
    recording = run("water-maze", seed=1, arms=["trained"])
    passes = {m.name: m.passes for m in recording.measures}
    assert passes["latency, last over first"] == 1
    assert passes["time in the target quadrant, probe"] == 1
