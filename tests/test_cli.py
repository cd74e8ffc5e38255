"""The command line: what it shows, what it refuses, and how it leaves."""

import errno
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, NamedTuple

import pytest

from trisynapse import cli
from trisynapse.circuits import Circuit, Memory
from trisynapse.circuits.parameters import ASSUMED, Parameters, Source, unknown
from trisynapse.circuits.quantity import Quantity
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
    Measure("paired", "rate", 0.5, "Hz", NAN, NAN, -1, ""),
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
        "protocols": fake,
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
    fear, memory = answer("list").splitlines()
    assert fear.split(maxsplit=2) == ["fear", "protocol", "A shock in a box."]
    assert memory.split()[:2] == ["memory", "circuit"]


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
    }


def test_resume_draws_beside_the_file_of_a_parts_folder(answer: Ask) -> None:
    assert answer("resume a.h5.parts").splitlines()[-1] == "Saved a.h5 and a.png"


def test_measures_for_programs_have_no_nan(answer: Ask) -> None:
    first, second, third = json.loads(answer("measures a.h5 --json"))
    assert (first["low"], first["high"], second["passes"]) == (0.4, None, 0)
    assert list(third) == list(Measure._fields)


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
        ("run fear --scale 0", "--scale"),
        ("run fear --scale -1", "--scale"),
        ("run fear --scale nan", "--scale"),
        ("run fear --scale inf", "--scale"),
        ("run fear --out fear", "fear.h5"),
        ("run fear --out fear.png", "fear.h5"),
        ("parameters ca33", "'ca3'"),
        ("parameters ca3.pyramidl", "'pyramidal'"),
        ("parameters ca3.pyramidal.g_l", "'g_L'"),
        ("parameters ca3.pyramidal.g_L.unit", "'unit'"),
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


@pytest.mark.parametrize("command", ["--help", "parameters memory"])
def test_a_reader_that_leaves_is_no_mistake(command: str) -> None:
    code = "from trisynapse.cli import main; raise SystemExit(main())"
    call = [sys.executable, "-c", code, *command.split()]
    pipe = subprocess.PIPE
    with subprocess.Popen(call, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
