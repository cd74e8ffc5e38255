"""What an episode promises, from the compiled binary and from Brian2's runtime."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import brian2
import numpy as np
import pytest
from brian2.core.clocks import Clock
from brian2.core.network import Network
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.synapses.spikequeue import SpikeQueue
from brian2.synapses.synapses import SynapticPathway

from trisynapse.simulation import builds
from trisynapse.simulation.backends import Backend, Compiled, Outcome, runtime
from trisynapse.simulation.builds import Build
from trisynapse.simulation.experiment import Experiment, Interrupted, Silence
from trisynapse.simulation.state import STEP_S, State, enter, newborn, wire
from trisynapse.simulation.timeline import Episode, Gap

from .mini import QUIET, QUIET_RULES, RULES, SILENT, Mini, shown

Make = Callable[..., Backend]
# By its name in full: brian2.devices.device is a stand-in with every attribute.
brian2_devices = import_module("brian2.devices.device")
STANDALONE = Path(brian2.__file__).parent / "devices" / "cpp_standalone" / "templates"


def silence(seconds: float) -> None:
    """Hear how far an episode is, and do nothing."""


@pytest.fixture(scope="session")
def build(builds_of_the_tests: None) -> Build:
    if builds.compiler() is None:
        pytest.skip("no C++ compiler")
    return builds.obtain(Mini(), RULES)


@pytest.fixture
def compiled(build: Build, tmp_path: Path) -> Make:
    def make(circuit: Mini, rules: Any = RULES, seed: int = 1) -> Backend:
        folder = tmp_path / f"animal{len(list(tmp_path.iterdir()))}"
        wiring = wire(circuit, rules, seed)
        return Compiled(build, circuit, rules, wiring, folder)

    return make


@pytest.fixture
def interpreted() -> Make:
    def make(circuit: Mini, rules: Any = RULES, seed: int = 1) -> Backend:
        return runtime(circuit, rules, wire(circuit, rules, seed))

    return make


@pytest.fixture(params=["compiled", "interpreted"])
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def no_compiling(build: Build, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(*arguments: object) -> None:
        raise AssertionError("something was compiled")

    before = {row[0] for row in builds.entries()}
    monkeypatch.setattr(builds, "_generate", refuse)
    monkeypatch.setattr(builds, "_compile", refuse)
    yield
    assert {row[0] for row in builds.entries()} == before


def animal(circuit: Mini, rules: Any = RULES, place: str = "A") -> State:
    return enter(newborn(circuit, rules, 1), circuit, 1, place)


def same_spikes(a: Outcome, b: Outcome) -> bool:
    return all(
        np.array_equal(x, y)
        for name in a.spikes
        for x, y in zip(a.spikes[name], b.spikes[name], strict=True)
    )


def assert_close(a: State, b: State, share: float) -> None:
    """Check all variables; ``share`` is of the largest value of each."""
    for owner, variables in a.variables.items():
        for name, array in variables.items():
            x, y = array.astype(float), b.variables[owner][name].astype(float)
            bound = share * np.abs(x).max()
            np.testing.assert_allclose(y, x, rtol=0, atol=bound, err_msg=owner + name)


# One episode or several


@pytest.mark.parametrize("cuts", [(150,), (150, 153, 157), (1, 2, 3)])
def test_a_cut_and_saved_episode_gives_the_spikes_of_the_whole_one(
    compiled: Make, tmp_path: Path, cuts: tuple[int, ...]
) -> None:
    backend = compiled(QUIET, QUIET_RULES)
    stimulus = shown(0.4)
    whole = backend.episode(animal(QUIET, QUIET_RULES), stimulus, 1, silence)
    state, parts = animal(QUIET, QUIET_RULES), []
    for start, stop in zip((0, *cuts), (*cuts, 400), strict=True):
        outcome = backend.episode(state, stimulus[start:stop], 1, silence)
        outcome.state.save(tmp_path)
        state = State.load(tmp_path)
        parts.append((start, outcome))
    for name, (ids, when) in whole.spikes.items():
        assert len(ids) > 50
        found = [o.spikes[name] for _, o in parts]
        steps = [o.spikes[name][1] + start * 5 for start, o in parts]
        assert np.array_equal(np.concatenate([i for i, _ in found]), ids)
        assert np.array_equal(np.concatenate(steps), when)
        again = state.pending[name]
        assert len(again) == len(whole.state.pending[name])
        assert all(map(np.array_equal, again, whole.state.pending[name]))
    assert_close(whole.state, state, 1e-9)


def test_a_trace_ends_with_the_voltages_of_the_state(make: Make) -> None:
    state = animal(QUIET, QUIET_RULES)
    outcome = make(QUIET, QUIET_RULES).episode(state, shown(0.05), 1, silence, True)
    voltage = outcome.traces["north_pyramidal"]
    assert voltage.shape == (250, 24)
    end = outcome.state.variables["north_pyramidal"]["v"]
    np.testing.assert_allclose(voltage[-1], end, rtol=1e-12)
    plain = make(QUIET, QUIET_RULES).episode(state, shown(0.05), 1, silence)
    assert plain.traces == {} and same_spikes(plain, outcome)


def test_a_trace_follows_the_equation_of_the_membrane(make: Make) -> None:
    state = animal(SILENT, QUIET_RULES)
    outcome = make(SILENT, QUIET_RULES).episode(state, shown(0.02), 1, silence, True)
    v = np.vstack(
        [state.variables["north_pyramidal"]["v"], outcome.traces["north_pyramidal"]]
    )
    I_ext = outcome.state.variables["north_pyramidal"]["I_ext"]
    cell = SILENT.north.pyramidal
    leak, rest, C = (float(getattr(cell, x)) for x in ("g_L", "E_L", "C"))
    slope, threshold = float(cell.D_T), float(cell.V_T)
    drift = leak * (rest - v) + leak * slope * np.exp((v - threshold) / slope) + I_ext
    late = slice(50, 99)  # the current is constant, adaptation and synapses are silent
    np.testing.assert_allclose(
        np.diff(v, axis=0)[late], (drift[:-1] * 2e-4 / C)[late], atol=1e-7
    )


def test_a_rewired_state_runs_as_an_animal_born_with_that_wiring(make: Make) -> None:
    name, rng = "north_pyramidal_to_south_basket", np.random.default_rng(1)
    state, wiring = animal(QUIET, QUIET_RULES), wire(QUIET, QUIET_RULES, 1)
    pre, post = wiring[name]
    other = rng.permutation(24)[pre].astype(np.int32)
    backend = make(QUIET, QUIET_RULES)
    rewired = backend.episode(replace(state, pre={name: other}), shown(0.2), 1, silence)
    backend.wiring = {**wiring, name: (other, post)}  # type: ignore[attr-defined]
    if isinstance(backend, Compiled):
        sources, _ = backend.manifest["wiring"][name]
        other.tofile(backend.folder / "static_arrays" / sources)
    born = backend.episode(state, shown(0.2), 1, silence)
    assert same_spikes(rewired, born)
    assert not same_spikes(
        rewired, make(QUIET, QUIET_RULES).episode(state, shown(0.2), 1, silence)
    )
    assert np.array_equal(rewired.state.pre[name], other)


def test_spikes_are_under_way_where_the_episode_was_cut(compiled: Make) -> None:
    backend = compiled(QUIET, QUIET_RULES)
    outcome = backend.episode(animal(QUIET, QUIET_RULES), shown(0.15), 1, silence)
    under_way = outcome.state.pending["north_pyramidal"]
    assert sum(map(len, under_way)) > 3
    assert len(under_way) <= 94  # steps of the longest delay, 18.8 ms
    dropped = replace(outcome.state, pending={})
    kept = backend.episode(outcome.state, shown(0.1), 1, silence)
    assert not same_spikes(kept, backend.episode(dropped, shown(0.1), 1, silence))


def test_a_long_episode_takes_neither_a_step_too_many_nor_too_few(
    compiled: Make,
) -> None:
    # Adaptation decays by 1 - dt/tau_w a step, so it counts the steps.
    circuit = SILENT.with_value("north.pyramidal.tau_w", "1000 s")
    state = animal(circuit).changed("north_pyramidal", {"w": np.full(24, 1e-12)})
    outcome = compiled(circuit).episode(state, shown(70, place=0), 1, silence)
    left = outcome.state.variables["north_pyramidal"]["w"] / 1e-12
    steps = np.log(left) / np.log1p(-STEP_S / 1000)
    np.testing.assert_allclose(steps, 350_000, atol=0.01)


def test_conductances_decay_exactly(make: Make) -> None:
    state = animal(SILENT)
    for name, n in (("north_pyramidal", 24), ("south_basket", 8)):
        shut = {f"g_{r}": np.full(n, 1e-12) for r in ("ampa", "nmda", "gaba")}
        state = state.changed(name, shut)
    outcome = make(SILENT).episode(state, shown(0.013, place=0), 1, silence)
    for name, population in SILENT.populations.items():
        assert not len(outcome.spikes[name][0])
        for receptor in ("ampa", "nmda", "gaba"):
            tau = float(getattr(population.cell, f"tau_{receptor}"))
            found = outcome.state.variables[name][f"g_{receptor}"]
            np.testing.assert_allclose(found, 1e-12 * np.exp(-0.013 / tau), rtol=1e-12)


@pytest.mark.parametrize(
    ("shape", "wrong"), [((10, 3), "columns"), ((100_001, 6), "s")]
)
def test_a_stimulus_that_does_not_fit_is_refused(
    make: Make, shape: tuple[int, int], wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        make(Mini()).episode(animal(Mini()), np.zeros(shape), 1, silence)


def test_progress_adds_up_to_the_length_of_the_episode(make: Make) -> None:
    told: list[float] = []
    make(QUIET).episode(animal(QUIET), shown(0.25), 1, told.append)
    assert told == pytest.approx([0.1, 0.1, 0.05])


# Seeds and values


def test_one_seed_gives_the_same_spikes_and_another_one_others(make: Make) -> None:
    backend, state = make(Mini()), animal(Mini())
    first, again, other = (
        backend.episode(state, shown(0.2), seed, silence) for seed in (7, 7, 8)
    )
    assert same_spikes(first, again)
    assert not same_spikes(first, other)


@pytest.mark.usefixtures("no_compiling")
def test_nothing_that_an_experiment_changes_needs_a_compile(tmp_path: Path) -> None:
    def spikes(circuit: Mini, seed: int, stimulus: Any, rules: Any = RULES) -> Any:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        steps = {"arm": (Episode("only", "A", stimulus),)}
        results = Experiment(circuit, rules, seed, steps).run(folder)
        return results["arm"].spikes(["north_pyramidal"])["north_pyramidal"]

    usual = spikes(Mini(), 1, shown(0.2))
    assert usual == spikes(Mini(), 1, shown(0.2))
    louder = Mini().with_value("north.recurrent.weight", "5 nS")
    ceiling = {**RULES, "inhibitory": replace(RULES["inhibitory"], eta=0.1)}
    for other in (
        spikes(louder, 1, shown(0.2)),
        spikes(Mini(), 2, shown(0.2)),
        spikes(Mini(), 1, shown(0.2, shock=1.0)),
        spikes(Mini(), 1, shown(0.3)),
        spikes(Mini(), 1, shown(0.2), ceiling),
    ):
        assert len(other.node_ids) and other != usual


@pytest.mark.usefixtures("build")
def test_results_may_lie_in_a_relative_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    steps = {"arm": (Episode("only", "A", shown(0.05)),)}
    results = Experiment(Mini(), RULES, 1, steps).run(Path("here"))
    assert len(results["arm"].spikes(["south_basket"])["south_basket"].node_ids)


# The two backends


def test_runtime_and_compiled_code_give_the_same_spikes_and_weights(
    compiled: Make, interpreted: Make
) -> None:
    pair = compiled(QUIET, QUIET_RULES), interpreted(QUIET, QUIET_RULES)
    states = (animal(QUIET, QUIET_RULES),) * 2
    for place, shock in (("A", 0.0), ("B", 1.0)):  # the second goes on from the first
        here = [enter(state, QUIET, 1, place) for state in states]
        binary, python = (
            backend.episode(state, shown(0.15, shock=shock), 1, silence)
            for backend, state in zip(pair, here, strict=True)
        )
        assert min(len(ids) for ids, _ in binary.spikes.values()) > 20
        assert same_spikes(binary, python)
        states = (binary.state, python.state)
    assert_close(states[0], states[1], 1e-9)
    h = states[0].variables["north_pyramidal_to_north_pyramidal"]["h"]
    assert np.abs(h - 1).max() > 0.01
    assert states[0].pending.keys() == states[1].pending.keys()


def test_a_warm_compiled_run_does_without_brian2(build: Build, tmp_path: Path) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from mini import Mini, RULES, shown
from trisynapse.simulation.experiment import Experiment
from trisynapse.simulation.timeline import Episode
steps = {{"arm": (Episode("only", "A", shown(0.01)),)}}
Experiment(Mini(), RULES, 1, steps).run(Path({str(tmp_path)!r}))
print("brian2" in sys.modules)
"""
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_runtime_leaves_the_users_brian2_as_it_was(interpreted: Make) -> None:
    log = logging.getLogger("brian2.codegen.generators.base")
    brian2.set_device("cpp_standalone", build_on_run=False)
    np.random.seed(5)
    expected = np.random.RandomState(5).random_sample(3)
    try:
        user, target = brian2.get_device(), brian2.prefs["codegen.target"]
        level = log.level
        interpreted(QUIET).episode(animal(QUIET), shown(0.005), 1, silence)
        assert brian2.get_device() is user
        assert not user.build_on_run
        assert brian2.prefs["codegen.target"] == target
        assert log.level == level
        assert np.array_equal(np.random.random_sample(3), expected)
    finally:
        brian2_devices.reset_device()


def test_what_progress_raises_ends_a_runtime_episode(interpreted: Make) -> None:
    def refuse(seconds: float) -> None:
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        interpreted(QUIET).episode(animal(QUIET), shown(0.5), 1, refuse)
    # Else Brian2 would take the user's next Ctrl-C for one that it is to handle.
    assert not Network._globally_running


def test_ctrl_c_never_makes_a_runtime_episode_short(interpreted: Make) -> None:
    def press(seconds: float) -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        interpreted(QUIET).episode(animal(QUIET), shown(0.5), 1, press)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_ctrl_c_never_makes_a_compiled_episode_short(compiled: Make) -> None:
    pressed: list[str] = []

    def press(seconds: float) -> None:
        for file in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                process, _, rest = file.read_text().partition(" ")
                name, _, fields = rest.rpartition(")")
                ours = name == "(main" and int(fields.split()[1]) == os.getpid()
                if ours and not pressed:
                    os.kill(int(process), signal.SIGINT)
                    pressed.append(process)

    with pytest.raises(RuntimeError, match="failed with -2"):
        compiled(QUIET).episode(animal(QUIET), shown(60), 1, press)


# Stopping and going on


class Stop(Silence):
    """Presses Ctrl-C when so many seconds have been simulated."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def advance(self, seconds: float) -> None:
        self.left -= seconds
        if self.left < 0:
            raise KeyboardInterrupt


@pytest.mark.usefixtures("build")
@pytest.mark.parametrize("stop_s", [0.05, 0.35, 0.75])
def test_a_stopped_experiment_goes_on_to_the_same_spikes(
    tmp_path: Path, stop_s: float
) -> None:
    steps = (
        Episode("before", "A", shown(0.3)),
        Episode("training", "A", shown(0.3, shock=1.0)),
        Episode("test A", "A", shown(0.2), branch=True),
        Gap("night", ((3600.0, 1.0),)),
        Episode("test B", "B", shown(0.2), branch=True),
        Episode("after", "A", shown(0.2)),
    )
    experiment = Experiment(Mini(), RULES, 3, {"arm": steps})
    whole = experiment.run(tmp_path / "whole")["arm"]
    with pytest.raises(Interrupted) as stopped:
        experiment.run(tmp_path / "parts", 2, Stop(stop_s))
    assert stopped.value.folder == tmp_path / "parts"
    finished = len(list((tmp_path / "parts" / "nodes").iterdir()))
    assert finished < len(steps)
    parts = experiment.run(tmp_path / "parts", 2)["arm"]
    names = list(Mini().populations)
    assert whole.spikes(names) == parts.spikes(names)
    assert min(len(s.node_ids) for s in whole.spikes(names).values()) > 50
    for step in ("before", "training", "night", "after"):
        assert_close(whole.state(step), parts.state(step), 0.0)


# What we use of Brian2 beyond its documented interface

PRIVATE = [
    (CPPStandaloneDevice, "get_array_name"),
    (CPPStandaloneDevice, "insert_code"),
    (CPPStandaloneDevice(), "timed_arrays"),
    (CPPStandaloneDevice(), "static_array_specs"),
    (SynapticPathway, "initialise_queue"),
    (SpikeQueue, "push"),
    (SpikeQueue, "advance"),
    (brian2_devices.runtime_device.spike_queue(0, 1), "push"),
    (brian2_devices.runtime_device.spike_queue(0, 1), "advance"),
    (brian2_devices, "all_devices"),
    (brian2_devices, "reset_device"),
    (brian2_devices.runtime_device, "get_random_state"),
    (brian2_devices.runtime_device, "set_random_state"),
    (Network, "_globally_running"),
    (Clock, "set_interval"),
]
TEMPLATES = [
    ("objects.cpp", "std::vector< RandomGenerator > _random_generators;"),
    ("objects.cpp", "void seed(unsigned long seed)"),
    ("network.cpp", "public:\n    std::vector< std::pair<"),
    ("network.cpp", "    double t;\n"),
    ("network.cpp", "void run(const double duration, void (*report_func)"),
    ("network.cpp", "current = std::clock();"),
    ("synapses_classes.cpp", "void push("),
    ("synapses_classes.cpp", "void advance("),
    ("synapses_push_spikes.cpp", "advance();\n        {{owner.name}}.push("),
    ("main.cpp", "{{main_lines|autoindent}}"),
    ("main.cpp", "prefs.core.stop_on_keyboard_interrupt"),
]


@pytest.mark.parametrize(("owner", "name"), PRIVATE)
def test_brian2_still_has_the_private_names_that_we_use(owner: Any, name: str) -> None:
    assert hasattr(owner, name), (
        f"Brian2 {brian2.__version__} has no {name} any more: "
        "simulation/generate.py and simulation/runtime.py use it."
    )


@pytest.mark.parametrize(("file", "text"), TEMPLATES)
def test_brian2_still_generates_the_code_that_we_reach_into(
    file: str, text: str
) -> None:
    assert text in (STANDALONE / file).read_text(), (
        f"Brian2 {brian2.__version__} generates another {file}: "
        "simulation/generate.py relies on it."
    )
