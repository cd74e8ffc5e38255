"""What a run that is stopped, or fails, leaves behind and says."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from trisynapse.protocols import running
from trisynapse.protocols.running import Order, _about, resume, run, stopped
from trisynapse.simulation.experiment import Experiment, Interrupted

SMALL: dict[str, Any] = {"seed": 1, "scale": 0.02, "arms": ["immediate-shock"]}
End = Callable[[BaseException], None]


@pytest.fixture
def end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> End:
    """Let runs end before their first episode; their folders are in the test's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def end_with(problem: BaseException) -> None:
        def begin(*arguments: object) -> None:
            raise problem

        monkeypatch.setattr(Experiment, "_backend", begin)

    return end_with


def left() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_a_run_without_a_file_leaves_nothing_and_points_nowhere(end: End) -> None:
    end(KeyboardInterrupt())
    with pytest.raises(Interrupted) as stop:
        run("fear-conditioning", **SMALL)
    assert stop.value.folder is None
    assert str(stop.value) == "stopped; nothing is kept"
    assert left() == []


def test_a_run_with_a_file_is_resumed_by_either_name(
    end: End, monkeypatch: pytest.MonkeyPatch
) -> None:
    end(KeyboardInterrupt())
    folder = Path("a.h5.parts")
    with pytest.raises(Interrupted, match="a.h5.parts"):
        run("fear-conditioning", **SMALL, out="a.h5")
    for given in ("a.h5", folder):
        assert stopped(given) == (folder, Path("a.h5"))
        with pytest.raises(Interrupted) as stop:
            resume(given)
        assert stop.value.folder == folder
    inside = folder.absolute()
    monkeypatch.chdir(folder)
    assert stopped(".") == (inside, inside.with_suffix(""))
    monkeypatch.chdir("nodes")
    assert stopped("..") == (inside, inside.with_suffix(""))


def test_a_folder_of_another_name_is_no_stopped_run(end: End) -> None:
    Path("a").mkdir()
    Path("a/run.json").write_text("{}")
    with pytest.raises(ValueError, match="no stopped run at a"):
        resume("a")


def test_a_run_that_may_replace_a_file_still_may_when_resumed(end: End) -> None:
    end(KeyboardInterrupt())
    Path("a.h5").write_text("old")
    with pytest.raises(Interrupted):
        run("fear-conditioning", **SMALL, out="a.h5", overwrite=True)
    with pytest.raises(Interrupted):
        resume("a.h5")
    told = Path("a.h5.parts/run.json")
    told.write_text(json.dumps({**json.loads(told.read_text()), "overwrite": False}))
    with pytest.raises(ValueError, match="a.h5 exists by now"):
        resume("a.h5")
    assert Path("a.h5").read_text() == "old"


def test_a_stopped_run_is_not_replaced_by_another(end: End) -> None:
    end(KeyboardInterrupt())
    for node in ("a.h5.parts/nodes/f00d", "b.h5.parts/nodes/f00d"):
        Path(node).mkdir(parents=True)
    for _ in range(2):  # the same one again goes on with what is there
        with pytest.raises(Interrupted):
            run("fear-conditioning", **SMALL, out="a.h5")
    told = Path("a.h5.parts/run.json").read_text()
    with pytest.raises(ValueError, match=r"other settings: .*resume a\.h5"):
        run("fear-conditioning", **{**SMALL, "seed": 2}, out="a.h5")
    assert Path("a.h5.parts/run.json").read_text() == told


def test_two_runs_do_not_share_a_file(end: End) -> None:
    Path("a.h5.parts").mkdir()
    with FileLock("a.h5.parts/run.lock"):
        with pytest.raises(ValueError, match=r"Another process runs in a\.h5\.parts"):
            run("fear-conditioning", **SMALL, out="a.h5")


def test_ctrl_c_while_the_file_is_made_loses_nothing(
    end: End, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Experiment, "run", stop)
    with pytest.raises(Interrupted, match="a.h5.parts"):
        run("fear-conditioning", **SMALL, out="a.h5")
    assert stopped("a.h5")


def test_a_file_names_the_call_that_made_it() -> None:
    order = Order("fear-conditioning", 3, ["paired"], ["shocks=1"], None, None, "")
    assert _about(order)["command"].startswith("run('fear-conditioning', seed=3, arms=")
    told = _about(replace(order, command="trisynapse run fear-conditioning"))
    assert told["command"] == "trisynapse run fear-conditioning"


def test_a_run_that_fails_at_once_leaves_nothing(end: End) -> None:
    end(OSError("The cache cannot be written."))
    with pytest.raises(OSError, match="The cache"):
        run("fear-conditioning", **SMALL, out="a.h5")
    assert left() == []


def test_what_was_finished_outlives_a_failure(end: End) -> None:
    end(OSError("The disk is full."))
    finished = Path("a.h5.parts/nodes/f00d")
    finished.mkdir(parents=True)
    with pytest.raises(OSError, match="disk"):
        run("fear-conditioning", **SMALL, out="a.h5")
    assert finished.is_dir() and stopped("a.h5")


# Settings and files


def planned(*settings: str) -> running.Plan:
    """Return what an order of a stimulation comes to."""
    order = running.Order("stimulation", 1, ["vehicle"], list(settings), None, None, "")
    return running._plan(order)


def test_settings_may_come_in_any_order() -> None:
    long = "duration=29 day", "every=4 h"
    for settings in (long, long[::-1]):
        assert planned(*settings).protocol.part("every").value == 4 * 3600
    named = "rule.tau_Ca=10 ms", "rule=graupner-brunel:cortical-slices"
    for settings in (named, named[::-1]):
        rule = planned(*settings).protocol.part("rule")
        assert (str(rule.tau_Ca), rule.gamma_p) == ("10 ms", 725.085)


def test_of_settings_that_never_fit_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="^--set 'every=0 min': every=0 min"):
        planned("every=0 min", "baseline=0 min")


def test_two_names_of_one_parameter_are_one() -> None:
    with pytest.raises(ValueError, match="'circuit.slices=2' comes after 'slices=1'"):
        planned("slices=1", "circuit.slices=2")


def test_an_order_remembers_the_files_that_it_named(tmp_path: Path) -> None:
    file = tmp_path / "pulses.txt"
    file.write_text("0\n1\n")
    before = planned(f"pattern={file}").order.inputs
    assert list(before) == [str(file)]
    assert planned(f"pattern={file}").order.inputs == before
    file.write_text("0\n2\n")
    assert planned(f"pattern={file}").order.inputs != before


def test_a_stopped_run_does_not_go_on_with_another_file(tmp_path: Path) -> None:
    file, folder = tmp_path / "pulses.txt", tmp_path / "out.h5.parts"
    file.write_text("0\n1\n")
    order = planned(f"pattern={file}").order
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps(asdict(order)))
    file.write_text("0\n2\n")
    with pytest.raises(ValueError, match="pulses.txt has changed since the run was"):
        running.resume(folder)


def test_draw_reaches_the_experiment() -> None:
    assert planned().experiment.draw == 1
    assert planned("draw=2").experiment.draw == 2
