"""How the arms of an experiment are run: once, side by side, stopped, gone on with."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from trisynapse.circuits.cells import Cell
from trisynapse.circuits.circuit import Circuit
from trisynapse.circuits.excitability import ExcitabilityDrive
from trisynapse.circuits.parameters import ASSUMED
from trisynapse.circuits.quantity import quantity
from trisynapse.circuits.region import Region
from trisynapse.circuits.slice import Slice
from trisynapse.simulation import builds
from trisynapse.simulation.backends import Outcome
from trisynapse.simulation.experiment import ArmResult, Experiment, Interrupted, Silence
from trisynapse.simulation.gap import cross, fold
from trisynapse.simulation.state import State, enter, lived, newborn, wire
from trisynapse.simulation.timeline import Episode, Gap, Piece, Step, dosed

from .mini import RULES, Mini, Pyramidal, shown

CIRCUIT = Mini()
NIGHT = Gap("night", ((3600.0, 1.0),))
Do = Callable[[str], None]


def nothing(name: str) -> None:
    """Do nothing beside an episode."""


@dataclass
class Fake:
    """A backend that writes down what it was given, and fires one spike."""

    beside: Do = nothing
    rows: int = 1000
    seen: list[tuple[float, State]] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def episode(
        self,
        state: State,
        stimulus: Any,
        seed: int,
        tell: Callable[[float], None],
        traced: bool = False,
        factors: Any = None,
    ) -> Outcome:
        with self.lock:
            self.seen.append((len(stimulus) * 1e-3, state))
        tell(len(stimulus) * 1e-3)
        self.beside(f"{len(stimulus)} ms")
        n = np.ones(1)
        spikes = {name: (n, n * seed) for name in CIRCUIT.populations}
        # An episode leaves its mark, so that a state tells the way that led to it.
        v = state.variables["north_pyramidal"]["v"] + len(stimulus)
        seen = {"north_pyramidal": np.full((2, 1), len(stimulus))} if traced else {}
        return Outcome(state.changed("north_pyramidal", {"v": v}), spikes, seen)

    @property
    def lengths(self) -> list[int]:
        return sorted(round(seconds * 1e3) for seconds, _ in self.seen)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake()
    monkeypatch.setattr(Experiment, "_backend", lambda *arguments: (made, 4))
    return made


def visit(milliseconds: int, *, branch: bool = False, name: str = "") -> Episode:
    """Return an episode that its length tells from the others."""
    stimulus = shown(milliseconds * 1e-3)
    return Episode(name or f"{milliseconds} ms", "A", stimulus, branch)


def experiment(**arms: tuple[Step, ...]) -> Experiment:
    return Experiment(CIRCUIT, RULES, 1, arms)


def files(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*.npz")}


def content(results: dict[str, ArmResult]) -> Any:
    names = list(CIRCUIT.populations)
    return {arm: (r.spikes(names), r.timeline()) for arm, r in results.items()}


# One history, many arms


def test_a_shared_history_is_run_once(fake: Fake, tmp_path: Path) -> None:
    history = (visit(1), NIGHT, visit(2))
    results = experiment(
        paired=(*history, visit(3)),
        drug=(*history, visit(4)),
        again=(*history, visit(4)),
    ).run(tmp_path)
    assert fake.lengths == [1, 2, 3, 4]
    assert set(results) == {"paired", "drug", "again"}


def test_what_comes_after_a_difference_is_not_shared(
    fake: Fake, tmp_path: Path
) -> None:
    experiment(a=(visit(1), visit(3)), b=(visit(2), visit(3))).run(tmp_path)
    assert fake.lengths == [1, 2, 3, 3]


def test_another_seed_or_value_shares_nothing(fake: Fake, tmp_path: Path) -> None:
    steps = {"arm": (visit(1),)}
    warmer = CIRCUIT.with_value("north.pyramidal.g_L", "9 nS")
    for circuit, seed in ((CIRCUIT, 1), (CIRCUIT, 2), (warmer, 1), (CIRCUIT, 1)):
        Experiment(circuit, RULES, seed, steps).run(tmp_path)
    assert fake.lengths == [1, 1, 1]


def test_another_draw_is_the_same_animal_with_other_noise(
    fake: Fake, tmp_path: Path
) -> None:
    steps = {"arm": (visit(1), visit(2))}
    first, other, again = (
        content(Experiment(CIRCUIT, RULES, 1, steps, draw=draw).run(tmp_path / name))
        for name, draw in (("first", 1), ("other", 2), ("again", 2))
    )
    assert other == again != first
    born = [state.variables for seconds, state in fake.seen if seconds == 1e-3]
    assert len(born) == 3
    for variables in born[1:]:
        for owner, values in variables.items():
            for name, value in values.items():
                np.testing.assert_array_equal(value, born[0][owner][name])


def test_a_branch_leaves_its_snapshot_as_it_was(fake: Fake, tmp_path: Path) -> None:
    before = experiment(arm=(visit(1),)).run(tmp_path)
    snapshot = files(tmp_path)
    steps = (visit(1), visit(2, branch=True), visit(3, branch=True), visit(4))
    results = experiment(arm=steps).run(tmp_path)
    assert snapshot.items() <= files(tmp_path).items()
    given = {round(seconds * 1e3): state for seconds, state in fake.seen}
    v = [given[n].variables["north_pyramidal"]["v"] for n in (2, 3, 4)]
    assert np.array_equal(v[0], v[1]) and np.array_equal(v[0], v[2])
    assert before["arm"].state("1 ms").variables.keys() == given[2].variables.keys()
    assert len(list(tmp_path.glob("nodes/*/state.npz"))) == 2
    with pytest.raises(KeyError, match="2 ms"):
        results["arm"].state("2 ms")


def test_experiment_time_counts_gaps_and_stands_still_for_branches(
    fake: Fake, tmp_path: Path
) -> None:
    tests = (visit(200, branch=True), visit(250, branch=True))
    steps = (visit(100), NIGHT, *tests, visit(300))
    arm = experiment(arm=steps).run(tmp_path)["arm"]
    starts = [span.start_s for span in arm.timeline()]
    assert starts == pytest.approx([0, 0.1, 3600.1, 3600.3, 3600.1])
    times = arm.spikes(["south_basket"])["south_basket"].timestamps
    assert len(times) == 4 and (np.diff(times) >= 0).all()


def test_an_episode_longer_than_a_backend_takes_is_run_in_parts(
    fake: Fake, tmp_path: Path
) -> None:
    fake.rows = 100
    arm = experiment(arm=(visit(250), visit(20))).run(tmp_path)["arm"]
    assert fake.lengths == [20, 50, 100, 100]
    given = [state.variables["north_pyramidal"]["v"][0] for _, state in fake.seen]
    assert np.diff(given) == pytest.approx([100, 100, 50])
    assert [span.stop_s for span in arm.timeline()] == pytest.approx([0.25, 0.27])
    with np.load(next(tmp_path.glob("nodes/*/spikes.npz"))) as file:
        assert len(file["south_basket/steps"]) in (1, 3)
    seeds = {round(t) for t in arm.spikes(["south_basket"])["south_basket"].timestamps}
    assert len(seeds) == 4


def test_a_warning_reaches_who_gave_no_progress() -> None:
    with pytest.warns(UserWarning, match="slower"):
        Silence().note("This is slower.")


def test_no_more_nodes_run_at_a_time_than_there_are_workers(
    fake: Fake, tmp_path: Path
) -> None:
    running, most = [0], [0]

    def count(name: str) -> None:
        with fake.lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with fake.lock:
            running[0] -= 1

    fake.beside = count
    tests = tuple(visit(n, branch=True) for n in range(2, 10))
    experiment(arm=(visit(1), *tests)).run(tmp_path, 2)
    assert most == [2]


# Stopped, and gone on with


def stop_after(k: int, problem: BaseException) -> Do:
    left = [k]

    def beside(name: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise problem

    return beside


@pytest.mark.parametrize("k", [0, 1, 3])
def test_an_interrupted_run_keeps_what_was_finished_and_runs_only_the_rest(
    fake: Fake, tmp_path: Path, k: int
) -> None:
    steps = (visit(1), visit(2), NIGHT, visit(3, branch=True), visit(4))
    whole = content(experiment(arm=steps).run(tmp_path / "whole"))
    fake.seen.clear()
    fake.beside = stop_after(k, KeyboardInterrupt())
    folder = tmp_path / "parts"
    with pytest.raises(Interrupted, match=str(folder)) as stopped:
        experiment(arm=steps).run(folder, 1)
    assert stopped.value.folder == folder
    assert len(fake.seen) == k + 1
    kept = files(folder)
    assert not (folder / "unfinished").exists()
    fake.seen.clear()
    fake.beside = nothing
    assert content(experiment(arm=steps).run(folder, 1)) == whole
    assert len(fake.seen) == 4 - k
    assert kept.items() <= files(folder).items()


def test_ctrl_c_while_a_circuit_compiles_counts_as_an_interrupted_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(builds, "obtain", press)
    monkeypatch.setattr(builds, "compiler", lambda: "g++")
    with pytest.raises(Interrupted, match=str(tmp_path)):
        experiment(arm=(visit(1),)).run(tmp_path)
    assert not (tmp_path / "unfinished").exists()


def test_a_finished_run_runs_nothing_again(fake: Fake, tmp_path: Path) -> None:
    first = content(experiment(arm=(visit(1), NIGHT, visit(2))).run(tmp_path))
    fake.seen.clear()
    assert content(experiment(arm=(visit(1), NIGHT, visit(2))).run(tmp_path)) == first
    assert fake.seen == []


def test_what_a_killed_run_left_unfinished_is_no_hindrance(
    fake: Fake, tmp_path: Path
) -> None:
    steps = (visit(1), visit(2))
    whole = content(experiment(arm=steps).run(tmp_path))
    (first, second) = sorted((tmp_path / "nodes").iterdir(), key=lambda f: f.name)
    (tmp_path / "unfinished").mkdir()
    second.rename(tmp_path / "unfinished" / second.name)
    assert content(experiment(arm=steps).run(tmp_path)) == whole
    assert not (tmp_path / "unfinished").exists()


def test_a_full_disk_leaves_no_half_node(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(state: State, folder: Path) -> None:
        (folder / "state.npz").write_bytes(b"PK")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))

    steps = (visit(1), visit(2))
    with monkeypatch.context() as full:
        full.setattr(State, "save", half)
        with pytest.raises(OSError, match="No space left"):
            experiment(arm=steps).run(tmp_path)
    assert files(tmp_path) == {}
    experiment(arm=steps).run(tmp_path)
    assert fake.lengths == [1, 1, 2]


def test_an_error_in_one_episode_ends_the_others_soon(
    fake: Fake, tmp_path: Path
) -> None:
    both = threading.Barrier(2, timeout=20)
    told: list[Callable[[float], None]] = []

    class Listening(Silence):
        def advance(self, seconds: float) -> None:
            return None

    def episode(
        state: State, stimulus: Any, seed: int, tell: Any, traced: bool, factors: Any
    ) -> Outcome:
        both.wait()
        if len(stimulus) == 1:
            raise ZeroDivisionError
        while True:  # as a long episode does
            told.append(tell)
            tell(0.001)
            time.sleep(0.005)

    fake.episode = episode  # type: ignore[method-assign]
    arms = experiment(short=(visit(1),), long=(visit(2),))
    with pytest.raises(ZeroDivisionError):
        arms.run(tmp_path, 2, Listening())
    assert told and files(tmp_path) == {}


def test_two_runs_in_one_folder_take_turns(fake: Fake, tmp_path: Path) -> None:
    fake.beside = lambda name: time.sleep(0.02)
    found: list[Any] = []

    def run() -> None:
        found.append(content(experiment(arm=(visit(1), visit(2))).run(tmp_path)))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fake.lengths == [1, 2]
    assert found[0] == found[1]


STOPPED = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from mini import Mini, RULES, shown
from trisynapse.simulation.experiment import Experiment, Interrupted, Silence
from trisynapse.simulation.timeline import Episode

class Loud(Silence):
    def advance(self, seconds):
        print(seconds, flush=True)

steps = tuple(Episode(str(n), "A", shown({seconds})) for n in range(2))
try:
    arms = {{"arm": steps, "other": (Episode("x", "B", shown({seconds})),)}}
    Experiment(Mini(), RULES, 1, arms).run(Path({folder!r}), 2, Loud())
except Interrupted as stop:
    print("kept in", stop.folder)
"""


@pytest.mark.skipif(builds.compiler() is None, reason="no C++ compiler")
def test_ctrl_c_in_a_terminal_makes_no_episode_short(tmp_path: Path) -> None:
    builds.obtain(CIRCUIT, RULES)
    tests = str(Path(__file__).parent)
    code = STOPPED.format(tests=tests, folder=str(tmp_path), seconds=300.0)
    # A terminal sends Ctrl-C to all processes of the group.
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for _ in range(40):
            process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        said = process.stdout.read().splitlines()
    assert said[-1] == f"kept in {tmp_path}"
    assert list((tmp_path / "nodes").iterdir()) == []
    assert not (tmp_path / "unfinished").exists()


# Gaps


@pytest.mark.parametrize(
    ("windows", "pieces"),
    [
        ((), [(100, 1.0)]),
        (((0, 50, 0.0),), [(100, 1.0)]),
        (((200, 300, 0.0),), [(100, 1.0)]),
        (((90, 210, 0.2),), [(100, 0.2)]),
        (((100, 200, 0.2),), [(100, 0.2)]),
        (((50, 130, 0.2),), [(30, 0.2), (70, 1.0)]),
        (((130, 250, 0.2),), [(30, 1.0), (70, 0.2)]),
        (((110, 120, 0.0), (150, 170, 0.5)), None),
        (((110, 150, 0.5), (140, 170, 0.1)), None),
    ],
)
def test_drug_windows_cut_a_gap_into_pieces(windows: Any, pieces: Any) -> None:
    gap = dosed("night", 100, 100, windows)
    if pieces is not None:
        assert [piece[:2] for piece in gap.pieces] == pieces
    assert gap.seconds == 100

    def synthesis(t: float) -> float:
        return min((a for on, off, a in windows if on <= t < off), default=1.0)

    ends = 100 + np.cumsum([piece[0] for piece in gap.pieces])
    for t in np.arange(100, 200) + 0.5:
        assert gap.pieces[np.searchsorted(ends, t)][1] == synthesis(t)


def test_a_gap_of_no_length_is_one_piece() -> None:
    assert dosed("none", 5, 0, ((0, 10, 0.0),)).pieces == (Piece(0.0),)


def test_a_gap_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="'night' would end 5 s before"):
        dosed("night", 100, -5, ())


@pytest.mark.parametrize("pieces", [((-1.0, 1.0),), ((1e9, 1.0), (3e9, 1.0))])
def test_a_gap_that_goes_back_or_lasts_for_ages_is_refused(pieces: Any) -> None:
    with pytest.raises(ValueError, match="'night' would last .* from 0 to"):
        Gap("night", pieces)


def crossed(state: State, *pieces: tuple[float, float]) -> State:
    return cross(state, CIRCUIT, RULES, wire(CIRCUIT, RULES, 1), pieces, 1, "0/night")


def folded(state: State, seconds: float, synthesis: float = 1.0) -> State:
    piece = Piece(seconds, synthesis)
    return fold(state, CIRCUIT, RULES, wire(CIRCUIT, RULES, 1), piece)


@pytest.fixture
def learnt() -> State:
    """Return an animal whose synapses are strong, and tagged, with no calcium."""
    state = newborn(CIRCUIT, RULES, 1)
    name = "north_pyramidal_to_north_pyramidal"
    return state.changed(name, {"h": np.full(192, 1.8)})


def test_early_phase_decays_over_the_gap_and_not_twice_over_the_episode(
    learnt: State,
) -> None:
    seconds = 1800.0
    expected = 1 + 0.8 * np.exp(-0.1 * seconds / 688.4)
    for state in (learnt, folded(learnt, 600.0)):
        after = crossed(state, (seconds, 1.0))
        h = after.variables["north_pyramidal_to_north_pyramidal"]["h"]
        np.testing.assert_allclose(h, expected, rtol=1e-12)


def test_protein_is_made_over_the_episode_too(learnt: State) -> None:
    # All synapses are far from rest: the source is on, and p = 1 - exp(-t/tau_p).
    for spiking in (0.0, 600.0):
        after = crossed(folded(learnt, spiking), (1800.5, 1.0))
        expected = 1 - np.exp(-(1800.0 + spiking) / float(RULES["tagging"].tau_p))
        common, up, down = after.protein["north_pyramidal"]
        np.testing.assert_allclose([common, up], np.full((2, 24), expected))
        assert not down.any()


def test_an_episode_moves_the_late_phase_by_the_drugs_of_that_time(
    fake: Fake, tmp_path: Path, learnt: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Experiment, "_before", lambda *arguments: learnt)
    steps = {
        name: (replace(visit(1000), synthesis=synthesis, modulator=modulator),)
        for name, synthesis, modulator in (
            ("plain", 1.0, 1.0),
            ("blocked", 0.0, 1.0),
            ("calm", 1.0, 0.0),
        )
    }
    arms = experiment(**steps).run(tmp_path)
    made = {
        k: a.state("1000 ms").protein["north_pyramidal"][0] for k, a in arms.items()
    }
    tau_p = float(RULES["tagging"].tau_p)
    np.testing.assert_allclose(made["plain"], 1 - np.exp(-1 / tau_p))
    assert not made["blocked"].any() and not made["calm"].any()


def test_a_traced_episode_keeps_its_voltages(fake: Fake, tmp_path: Path) -> None:
    steps = replace(visit(3, branch=True), traced=True), visit(2)
    arm = experiment(arm=steps).run(tmp_path)["arm"]
    assert arm.traces("3 ms")["north_pyramidal"].tolist() == [[3], [3]]
    with pytest.raises(KeyError, match="2 ms"):
        arm.traces("2 ms")


def test_a_gap_cut_into_pieces_is_the_gap(learnt: State) -> None:
    whole = crossed(learnt, (7200.0, 1.0))
    parts = crossed(learnt, (1000.0, 1.0), (200.0, 1.0), (6000.0, 1.0))
    name = "north_pyramidal_to_north_pyramidal"
    for variable in ("h", "z"):
        a, b = (state.variables[name][variable] for state in (whole, parts))
        np.testing.assert_allclose(a, b, rtol=1e-12)
    assert 0.1 < whole.variables[name]["z"].min() < 1


def test_calcium_has_run_down_before_proteins_count(learnt: State) -> None:
    """The first half second is taken from as many pieces as it fills."""
    whole = crossed(learnt, (1800.5, 1.0))
    parts = crossed(learnt, (0.1, 1.0), (0.2, 1.0), (1800.2, 1.0))
    for name, protein in whole.protein.items():
        np.testing.assert_allclose(parts.protein[name], protein, rtol=1e-12)


def test_calcium_that_decays_slowly_is_given_the_time(learnt: State) -> None:
    rules = {"tagging": replace(RULES["tagging"], tau_Ca=quantity("2 s"), sigma=0.0)}
    name = "north_pyramidal_to_north_pyramidal"
    high = learnt.changed(name, {"h": np.ones(192), "Ca": np.full(192, 4.0)})
    wiring = wire(CIRCUIT, rules, 1)
    after = cross(high, CIRCUIT, rules, wiring, ((60.0, 1.0),), 1, "0/night")
    # Above theta_p for 2 ln(4/theta_p) s, far longer than the rule needs.
    rule = rules["tagging"]
    h, _ = rule.advance(np.ones(1), np.full(1, 4.0), 20.0, None)
    h = 1 + (h - 1) * np.exp(-0.1 * 40.0 / float(rule.tau_h))
    np.testing.assert_allclose(after.variables[name]["h"], h[0], rtol=1e-3)


def test_without_synthesis_nothing_is_consolidated(learnt: State) -> None:
    after = crossed(folded(learnt, 300.0, 0.0), (7200.0, 0.0))
    assert not after.variables["north_pyramidal_to_north_pyramidal"]["z"].any()


def test_a_gap_leaves_what_a_cell_is_and_ends_all_spikes(learnt: State) -> None:
    here = enter(learnt, CIRCUIT, 1, "A")
    here = replace(here, pending={"north_pyramidal": [np.arange(3, dtype=np.int32)]})
    after = crossed(here, (60.0, 1.0))
    before, cells = (s.variables["north_pyramidal"] for s in (here, after))
    for name in ("knows", "reached"):
        assert np.array_equal(cells[name], before[name])
    assert not any(after.pending.values())
    assert np.abs(cells["v"] + 0.07).max() < 0.02 and not cells["g_ampa"].any()


@dataclass(frozen=True)
class Backwards:
    """Replaces every source by its mirror image, and marks what it did."""

    factor: float = 2.0

    def rewire(
        self,
        pre: Any,
        post: Any,
        state: Any,
        start: Any,
        n_pre: int,
        seconds: float,
        rng: Any,
        recurrent: bool = False,
    ) -> Any:
        marked = {**state, "z": state["z"] + self.factor * seconds}
        return np.int32(n_pre - 1) - pre, marked, np.ones(len(pre), bool)


def test_a_gap_rewires_and_later_steps_go_on_from_there(
    fake: Fake, tmp_path: Path
) -> None:
    name = "north_pyramidal_to_north_pyramidal"
    steps = visit(1), NIGHT, visit(2), replace(NIGHT, name="next")
    grown = replace(experiment(arm=steps), structure={name: Backwards()})
    arm = grown.run(tmp_path)["arm"]
    pre, _ = wire(CIRCUIT, RULES, 1)[name]
    assert arm.state("1 ms").pre == {}
    assert np.array_equal(arm.state("night").pre[name], 23 - pre)
    assert np.array_equal(arm.state("2 ms").pre[name], 23 - pre)
    assert np.array_equal(arm.state("next").pre[name], pre)
    assert (arm.state("night").variables[name]["z"] >= 2 * 3600).all()
    # Another rewiring is another history.
    other = replace(grown, structure={name: Backwards(1.0)}).run(tmp_path)["arm"]
    assert (other.state("night").variables[name]["z"] < 1.5 * 3600).all()


def test_rewiring_does_not_join_slices() -> None:
    circuit, name = Slice(slices=2), "fibres_s1_to_ca1_pyramidal"
    state, wiring = newborn(circuit, {}, 1), wire(circuit, {}, 1)
    with pytest.raises(ValueError, match="would join 2 slices: run one slice"):
        animal = circuit, {}, wiring
        cross(state, *animal, ((60.0,),), 1, "0/night", {name: Backwards()})


@dataclass(frozen=True, kw_only=True)
class Excited(Region):
    """A region whose cells become excitable."""

    members: ClassVar[tuple[str, ...]] = ("pyramidal",)
    gabaergic: ClassVar[tuple[str, ...]] = ()
    n_pyramidal: int = ASSUMED(4, "pyramidal cells")
    pyramidal: Cell = Pyramidal()
    pyramidal_excitability: ExcitabilityDrive = ExcitabilityDrive()


@dataclass(frozen=True, kw_only=True)
class Alone(Circuit):
    excited: Excited = Excited()


def test_firing_raises_the_excitability_of_a_cell_for_hours() -> None:
    circuit = Alone()
    state = newborn(circuit, {}, 1)
    name = "excited_pyramidal"
    assert state.variables[name]["excitability"].tolist() == [0, 0, 0, 0]
    ids = np.repeat([1, 3], [30, 10])  # in 2 s: 15 Hz is above 10 Hz, 5 Hz is not
    active = lived(state, circuit, {name: (ids, ids)}, 2.0)
    assert active.variables[name]["excitability"].tolist() == [0, 1, 0, 0]
    after = cross(active, circuit, {}, {}, ((2 * 3600.0,),), 1, "0/night")
    assert after.variables[name]["excitability"] == pytest.approx([0, 0.75, 0, 0])


# No compiler


@pytest.fixture
def no_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("CXX", "/nonexistent/g++")
    monkeypatch.setenv("TRISYNAPSE_CACHE", str(tmp_path / "cache"))
    for question in (builds.compiler, builds._compiler_identity):
        question.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    for question in (builds.compiler, builds._compiler_identity):
        question.cache_clear()


@pytest.mark.usefixtures("no_compiler")
def test_without_a_compiler_an_experiment_runs_and_says_that_it_is_slow(
    tmp_path: Path,
) -> None:
    told: list[str] = []

    class Listening(Silence):
        def note(self, text: str) -> None:
            told.append(text)

    steps = (visit(30), NIGHT, visit(20, branch=True), visit(25))
    experiment = Experiment(CIRCUIT, RULES, 1, {"arm": steps})
    arm = experiment.run(tmp_path / "run", progress=Listening())["arm"]
    assert any("install g++" in text for text in told)
    assert len(arm.spikes(["south_basket"])["south_basket"].node_ids) > 10
    assert arm.state("25 ms").protein["north_pyramidal"].shape == (3, 24)
    assert not (tmp_path / "cache").exists()
