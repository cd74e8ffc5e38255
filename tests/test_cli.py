"""The command line: what it shows, what it refuses, and how it leaves."""

import errno
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, NamedTuple

import h5py
import pytest

from trisynapse import cli
from trisynapse.circuits import Circuit, Memory
from trisynapse.circuits.parameters import ASSUMED, Parameters, Source, unknown
from trisynapse.circuits.quantity import Quantity
from trisynapse.simulation import store
from trisynapse.simulation.experiment import Experiment, Interrupted
from trisynapse.simulation.recording import Measure, Recording

NAN = float("nan")
RAMIREZ = Source("Ramirez et al. 2013", doi="10.1126/science.1239073")
HEBB = Source("Hebb and Penfield 1940")


class Told(NamedTuple):
    caption: str
    timeline: tuple[tuple[str, ...], ...]
    manipulations: tuple[str, ...]
    measures: tuple[tuple[str, str, str, float, float, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Fear(Parameters):
    """A protocol in name only."""

    name: ClassVar[str] = "fear"
    caption: ClassVar[str] = "A shock in a box."
    arms: ClassVar[tuple[str, ...]] = ("paired", "no-shock")

    circuit: Circuit = Memory()
    shock: Quantity = RAMIREZ("2 s", "how long the shock lasts")

    def describe(self) -> Told:
        return Told(
            self.caption,
            (("paired", "training", "episode", "5 min", "box [A], shock"),),
            ("light on ChR2",),
            (("paired", "freezing", "1", 0.4, NAN, "Ramirez et al. 2013"),),
            ("An interim set of thresholds.",),
        )

    def sources(self) -> tuple[Source, ...]:
        return (RAMIREZ, HEBB)


MEASURES = (
    Measure("paired", "freezing", 0.61, "1", 0.4, NAN, 1, "Ramirez et al. 2013"),
    Measure("no-shock", "freezing", 0.35, "1", NAN, 0.3, 0, "Ramirez et al. 2013"),
    Measure("paired", "ratio", float("inf"), "1", NAN, NAN, -1, ""),
)
RECORDING = Recording(
    protocol="fear",
    circuit="memory",
    seed=1,
    parameters={},
    about={},
    arms={},
    measures=MEASURES,
)


def find(name: str) -> Fear:
    if name != "fear":
        raise KeyError(unknown("protocol", name, ["fear"]))
    return Fear()


def draw(recording: Recording) -> Any:
    return SimpleNamespace(savefig=lambda path: path.write_text("a picture"))


@dataclass
class Library:
    """Stands for the modules that the verbs load; keeps what they are asked."""

    problem: BaseException | None = None
    asked: dict[str, Any] = field(default_factory=dict)

    def run(self, *names: Any, progress: Any, **options: Any) -> Recording:
        self.asked = {"name": names[0], **options}
        progress.start(2.0)
        progress.stage("compiling", 0.5)
        progress.stage("paired", None)
        progress.advance(1.0)
        if self.problem:
            raise self.problem
        return RECORDING

    resume = run

    def stopped(self, path: Path) -> tuple[Path, Path]:
        return path, Path("a.h5")

    def load(self, path: Path) -> Recording:
        return RECORDING

    def read_measures(self, path: Path) -> tuple[Measure, ...]:
        return MEASURES


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Library:
    """Put a fake in place of the modules that run, and work in an empty folder."""
    fake = Library()
    catalogue = SimpleNamespace(
        PROTOCOLS={"fear": Fear},
        FIGURES={"fear": {"overview": draw, "raster": draw}},
        find=find,
    )
    modules: dict[str, Any] = {
        "protocols.running": fake,
        "protocols.catalogue": catalogue,
        "simulation.store": fake,
    }
    real: Callable[[str], Any] = cli._load
    monkeypatch.setattr(cli, "_load", lambda name: modules.get(name) or real(name))
    monkeypatch.chdir(tmp_path)
    return fake


@pytest.fixture
def refusal(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], str]:
    """Return the one line with which a command is refused."""

    def refused(command: str) -> str:
        status = cli.main(command.split())
        out, err = capsys.readouterr()
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert "Traceback" not in err
        return err

    return refused


@pytest.fixture
def answer(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], str]:
    """Return what a command shows."""

    def answered(command: str) -> str:
        assert cli.main(command.split()) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return answered


Ask = Callable[[str], str]


def test_without_a_verb_the_help_is_shown(answer: Ask) -> None:
    assert answer("") == answer("--help")


def test_help_names_every_verb(answer: Ask) -> None:
    verbs = "list describe parameters run resume measures plot cite builds"
    shown = answer("--help").split()
    assert [verb for verb in verbs.split() if verb not in shown] == []


def test_list_gives_each_protocol_and_circuit_a_line(answer: Ask) -> None:
    fear, *circuits = answer("list").splitlines()
    assert fear.split(maxsplit=2) == ["fear", "protocol", "A shock in a box."]
    found = [line.split(maxsplit=2) for line in circuits]
    assert {name for name, kind, _ in found if kind == "circuit"} >= {"memory", "slice"}
    assert dict((n, c) for n, _, c in found)["slice"].startswith("CA3 to CA1")


def test_describe_shows_timeline_and_bands(answer: Ask) -> None:
    shown = answer("describe fear")
    assert "box [A], shock" in shown
    assert "≥ 0.4" in shown
    assert "scale 1" in shown


def test_parameters_of_a_cell_bear_the_names_that_set_takes(answer: Ask) -> None:
    rows = [line.split()[0] for line in answer("parameters ca3.pyramidal").splitlines()]
    Memory().with_value("ca3.pyramidal.g_L", "5 nS")
    assert "ca3.pyramidal.g_L" in rows
    assert all(row.startswith("ca3.pyramidal.") for row in rows[1:])


def test_parameters_of_a_symbol_are_one_row(answer: Ask) -> None:
    head, row = answer("parameters ca3.pyramidal.g_L").splitlines()
    assert row.split()[0] == "ca3.pyramidal.g_L"


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("ca3", "ca3.n_pyramidal"),
        ("memory", "ca3.n_pyramidal"),
        ("memory.ca3", "ca3.n_pyramidal"),
        ("tagging-capture", "tau_h"),
        ("inhibitory-stdp", "rho_0"),
        ("fear", "shock"),
    ],
)
def test_parameters_of_any_part_are_a_table(answer: Ask, name: str, row: str) -> None:
    assert f"\n{row} " in answer(f"parameters {name}")


def test_a_table_that_is_piped_keeps_a_row_on_a_line(answer: Ask) -> None:
    rows = len(list(Memory().table()))
    assert len(answer("parameters memory").splitlines()) == rows + 1


def test_run_shows_the_measures_and_draws_beside_the_file(answer: Ask) -> None:
    shown = answer("run fear").splitlines()
    assert shown[1].split()[:6] == ["paired", "freezing", "0.61", "1", "≥", "0.4"]
    assert "yes" in shown[1] and "no" in shown[2].split()
    assert shown[-1] == "Saved fear-seed1.h5 and fear-seed1.png"
    assert Path("fear-seed1.png").exists()


def test_run_hands_its_options_on(library: Library, answer: Ask) -> None:
    answer(
        "run fear --arm paired --arm paired --seed 7 --set shock=1s --set ca3.n_olm=9 "
        "--scale 0.5 --workers 2 --out here.h5 --overwrite"
    )
    assert library.asked == {
        "name": "fear",
        "arms": ("paired",),
        "seed": 7,
        "settings": ("shock=1s", "ca3.n_olm=9"),
        "scale": 0.5,
        "workers": 2,
        "out": Path("here.h5"),
        "overwrite": True,
        "command": shlex.join(["trisynapse", *sys.argv[1:]]),
    }


def test_resume_draws_beside_the_file_of_the_run(answer: Ask) -> None:
    assert answer("resume a.h5.parts").splitlines()[-1] == "Saved a.h5 and a.png"


def test_measures_for_programs_are_strict_json(answer: Ask) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    shown = answer("measures a.h5 --json")
    first, second, third = json.loads(shown, parse_constant=refuse)
    assert (first["low"], first["high"], second["passes"]) == (0.4, None, 0)
    assert third["value"] is None
    assert list(third) == list(Measure._fields)


def test_signs_that_the_reader_does_not_know_are_spelt_out() -> None:
    code = "from trisynapse.cli import main; raise SystemExit(main())"
    call = [sys.executable, "-c", code, "describe", "fear-conditioning"]
    plain = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(call, capture_output=True, text=True, env=plain)
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u2264 0.5" in done.stdout


@pytest.mark.parametrize("option", ["", " --kind raster", " --out a.pdf"])
def test_plot_says_what_it_saved(answer: Ask, option: str) -> None:
    saved = answer(f"plot a.h5{option}").split()[1]
    assert Path(saved).read_text() == "a picture"


def test_cite_gives_each_source_a_line(answer: Ask) -> None:
    first = "Ramirez et al. 2013, doi:10.1126/science.1239073"
    assert answer("cite fear").splitlines() == [first, "Hebb and Penfield 1940"]


def test_cite_writes_bibtex(answer: Ask) -> None:
    first, second = answer("cite fear --bibtex").strip().split("\n\n")
    assert first.splitlines()[:2] == [
        "@misc{Ramirez2013,",
        "  author = {Ramirez and others},",
    ]
    assert "author = {Hebb and Penfield}" in second and "doi" not in second


def test_two_papers_of_a_name_and_year_have_keys_of_their_own() -> None:
    twice = cli._entries([RAMIREZ, RAMIREZ, ASSUMED])
    assert [entry.partition(",")[0] for entry in twice] == [
        "@misc{Ramirez2013",
        "@misc{Ramirez2013x",
        "@misc{assumed",
    ]


def test_builds_are_listed_and_cleared(
    answer: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRISYNAPSE_CACHE", str(tmp_path))
    assert answer("builds") == f"No builds in {tmp_path}\n"
    entry = tmp_path / "entries" / "f00d"
    entry.mkdir(parents=True)
    (entry / "manifest.json").write_text('{"circuit": "memory, scale 1"}')
    (entry / "used").touch()
    assert "memory, scale 1" in answer("builds")
    assert answer("builds --clear") == f"Deleted 1 build from {tmp_path}\n"
    assert not entry.exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("lsit", "'list'"),
        ("nothing-like-it", "trisynapse --help"),
        ("run fear --sed 2", "--seed"),
        ("run", "PROTOCOL"),
        ("run faer", "'fear'"),
        ("describe faer", "'fear'"),
        ("cite faer", "'fear'"),
        ("run fear --arm pared", "'paired'"),
        ("run fear --seed -1", "--seed"),
        ("run fear --seed 5000000000", "--seed"),
        ("run fear --seed one", "'one'"),
        ("run fear --workers 0", "--workers"),
        ("run fear --scale much", "'much'"),
        ("run fear --out fear", "fear.h5"),
        ("run fear --out fear.png", "fear.h5"),
        ("parameters ca33", "'ca3'"),
        ("parameters ca3.pyramidl", "'pyramidal'"),
        ("parameters ca3.pyramidal.g_l", "'g_L'"),
        ("parameters ca3.pyramidal.g_L.unit", "g_L is a single value"),
        ("parameters ca3.pyramidal.g_L.value", "g_L is a single value"),
        ("parameters ca3.", "pyramidal"),
        ("parameters ca3..pyramidal", "pyramidal"),
        ("plot a.h5 --out a.gif", ".svg"),
        ("plot a.h5 --out a.h5", ".png"),
        ("plot a.h5 --kind rastr", "'raster'"),
    ],
)
def test_a_mistake_is_one_line_with_the_way_out(
    refusal: Ask, library: Library, command: str, said: str
) -> None:
    assert said in refusal(command)
    assert not library.asked and not list(Path().iterdir())


@pytest.fixture
def really(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Ask:
    """Return the one line with which the package itself refuses a command.

    Neither an episode nor a compile may begin.
    """

    def begin(*arguments: object) -> None:
        raise AssertionError("the run began")

    monkeypatch.setattr(Experiment, "run", begin)
    monkeypatch.chdir(tmp_path)

    def refused(command: str) -> str:
        before = sorted(tmp_path.rglob("*"))
        status = cli.main(shlex.split(command))
        out, err = capsys.readouterr()
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert sorted(tmp_path.rglob("*")) == before
        return err

    return refused


RUN = "run fear-conditioning"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--arm Paired", "'paired'"),
        ("--scale 0", "scale=0.0: a factor from 0.02 to 100"),
        ("--scale -1", "scale=-1.0: a factor from 0.02 to 100"),
        ("--scale nan", "scale=nan: a plain number is wanted"),
        ("--scale 1e9", "from 0.02 to 100"),
        ("--seed 1099511627776", "from 0 to 4294967295"),
        ("--out ''", ".h5"),
        ("--out /proc/x.h5", "/proc/x.h5 cannot be written"),
        ("--out nowhere/x.h5", "there is no folder nowhere"),
        (f"--out {'a' * 249}.h5", "give another --out"),
        ("--set shock", "write it as key=value"),
        ("--set =", "write it as key=value"),
        ("--set shock=", "write it as key=value"),
        ("--set '=2 s'", "write it as key=value"),
        ("--set ''", "write it as key=value"),
        ("--set 'shock=2 s' --set 'shock=3 s'", "'shock=3 s' comes after 'shock=2 s'"),
        ("--set 'shok=2 s'", "'shock'"),
        ("--set 'shock.=2 s'", "shock is a single value"),
        ("--set 'ca3.pyramidal.g_l=5 nS'", "'g_L'"),
        ("--set ca3.recurrent=1", "ca3.recurrent=1"),
        ("--set shock=2", "no unit"),
        ("--set 'shock=2 mV'", "seconds are wanted"),
        ("--set 'shock=nan s'", "'nan s' is not a number"),
        ("--set 'shock=1e400 s'", "larger than any number"),
        ("--set 'ca3.recurrent.weight=-1 nS'", "weight=-1 nS: 0 or more"),
        ("--set 'ca3.recurrent.delay=-1 ms'", "delay=-1 ms: 0 or more"),
        ("--set ca3.recurrent.in_degree=0", "in_degree=0: at least 1"),
        ("--set ca3.recurrent.in_degree=99999999999", "100,000 at most"),
        ("--set 'ca3.pyramidal.C=0 pF'", "C=0 pF: a value above 0"),
        ("--set ec.fan_place.share=1.5", "share=1.5: a share from 0 to 1"),
        ("--set ec.stellate_grid.modules=0", "modules=0: at least 1"),
        ("--set ca3.n_pyramidal=1e3", "a whole number"),
        ("--set tagging.h_max=-5", "h_max=-5.0: at least 1"),
        ("--set pace=1e9", "pace=1e+09"),
        ("--set pace=1e-9", "from 0.001 to 3600 s"),
        ("--set shocks=1000000000", "shocks=1000000000"),
        ("--set 'rest=-1 h'", "rest=-1 h: 0 or more"),
        ("--set 'rest=1e9 h'", "a hundred years"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_written(
    really: Ask, options: str, said: str
) -> None:
    assert said in really(f"{RUN} {options}")


@pytest.mark.parametrize("name", ["a.h5", "a.h5.parts"])
def test_a_place_that_is_taken_is_left_as_it_is(really: Ask, name: str) -> None:
    Path(name).write_text("mine")
    said = "--overwrite" if name == "a.h5" else "a.h5.parts, which is to keep"
    assert said in really(f"{RUN} --out a.h5")
    assert Path(name).read_text() == "mine"


def test_a_folder_is_not_taken_for_a_file(really: Ask) -> None:
    Path("a.h5").mkdir()
    assert "is a folder" in really(f"{RUN} --out a.h5 --overwrite")
    assert "is a folder" in really("measures a.h5")
    assert "is a folder" in really("plot a.h5")
    assert "is a folder" in really("plot ''")


def recorded() -> bytes:
    """Return the bytes of a whole file."""
    whole = replace(RECORDING, protocol="fear-conditioning")
    store.save(whole, "whole.h5", overwrite=True)
    return Path("whole.h5").read_bytes()


def foreign() -> bytes:
    with h5py.File("foreign.h5", "w") as file:
        file["x"] = 1
    return Path("foreign.h5").read_bytes()


@pytest.mark.parametrize("verb", ["measures", "plot"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: b"", "is no HDF5 file"),
        (lambda: b"text", "is no HDF5 file"),
        (lambda: recorded()[:-100], "is cut short"),
        (foreign, "is an HDF5 file of another program"),
    ],
    ids=["empty", "text", "truncated", "foreign"],
)
def test_a_file_that_no_run_wrote_is_refused(
    really: Ask, verb: str, content: Callable[[], bytes], said: str
) -> None:
    Path("bad.h5").write_bytes(content())
    assert f"bad.h5 {said}" in really(f"{verb} bad.h5")


def test_a_file_that_is_not_there_is_refused_with_the_nearest(really: Ask) -> None:
    recorded()
    assert (
        really("measures whol.h5") == "There is no file whol.h5: is whole.h5 meant?\n"
    )
    assert really("measures x.h5") == "There is no file x.h5.\n"


def test_a_figure_without_a_name_is_refused(really: Ask) -> None:
    recorded()
    assert "No figure '': There are summary." in really("plot whole.h5 --kind ''")


ORDER = {"protocol": "fear-conditioning", "seed": 1, "arms": [], "settings": []}
ORDER |= {"scale": None, "workers": None, "command": ""}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("", "run.json is damaged"),
        ('{"protocol": "fea', "run.json is damaged"),
        ("[1, 2]", "run.json is damaged"),
        ("{}", "run.json is damaged"),
        (json.dumps({**ORDER, "protocol": "gone"}), "No protocol 'gone'"),
        (json.dumps({**ORDER, "settings": ["shock=0 s"]}), "shock=0 s"),
    ],
)
def test_an_order_that_cannot_be_read_is_not_resumed(
    really: Ask, told: str, said: str
) -> None:
    Path("a.h5.parts").mkdir()
    Path("a.h5.parts/run.json").write_text(told)
    for given in ("a.h5", "a.h5.parts"):
        assert said in really(f"resume {given}")


def test_nothing_is_resumed_where_nothing_was_stopped(really: Ask) -> None:
    Path("empty.h5.parts").mkdir()
    Path("a.txt").write_text("text")
    for given in ("gone.h5", "empty.h5", "empty.h5.parts", ".", "''", "/", ".."):
        assert "no stopped run" in really(f"resume {given}")
    assert "trisynapse measures a.txt" in really("resume a.txt")
    Path("b.h5.parts").mkdir()
    Path("b.h5.parts/run.json").write_text(json.dumps(ORDER))
    assert "there are b.h5." in really("resume gone.h5")
    Path("b.h5").write_text("mine")
    assert "b.h5 exists by now" in really("resume b.h5")


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (KeyError("No parameter 'x': did you mean 'y'?"), "No parameter 'x'"),
        (ValueError("'5' has no unit:\nwrite it as in '5 nS'."), "unit: write it"),
        (OSError("The cache cannot be written: set TRISYNAPSE_CACHE."), "The cache"),
        (OSError(errno.ENOSPC, "No space left on device", "a.h5"), "Free some space"),
        (PermissionError(errno.EACCES, "Permission denied", "/a.h5"), "/a.h5"),
    ],
)
def test_what_the_library_refuses_is_one_line(
    refusal: Ask, library: Library, problem: Exception, said: str
) -> None:
    library.problem = problem
    assert said in refusal("run fear")


@pytest.mark.parametrize(
    "fault",
    [
        KeyError("ca3_pyramidal"),
        ValueError("operands could not be broadcast together"),
        RuntimeError("Out of order."),
        ZeroDivisionError("division by zero"),
    ],
)
def test_a_fault_of_ours_keeps_its_traceback(
    library: Library, fault: Exception
) -> None:
    library.problem = fault
    with pytest.raises(type(fault)):
        cli.main(["run", "fear"])


def test_a_stopped_run_says_how_it_goes_on(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    library.problem = KeyboardInterrupt()
    library.problem.folder = Path("my runs/a.h5.parts")  # type: ignore[attr-defined]
    assert cli.main(["run", "fear"]) == 130
    said = "Stopped. Go on with: trisynapse resume 'my runs/a.h5.parts'\n"
    assert capsys.readouterr().err == said


def test_a_stopped_run_that_kept_nothing_names_no_way_on(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    library.problem = Interrupted(None)
    assert cli.main(["run", "fear"]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


@pytest.mark.parametrize("command", ["--help", "parameters memory"])
def test_a_reader_that_leaves_is_no_mistake(command: str) -> None:
    code = "from trisynapse.cli import main; raise SystemExit(main())"
    call = [sys.executable, "-c", code, *command.split()]
    pipe = subprocess.PIPE
    with subprocess.Popen(call, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
