"""The benchmarks: what is counted, in which order, and the values of the yardstick."""

import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trisynapse.plasticity import TaggingCapture
from trisynapse.simulation import builds

# Benchmarks belong to the checkout and are not installed.
sys.path.append(str(Path(__file__).parents[1]))
clock_driven: Any = importlib.import_module("benchmarks.clock_driven")
in_nest: Any = importlib.import_module("benchmarks.in_nest")
main: Any = importlib.import_module("benchmarks.__main__")
measured: Any = importlib.import_module("benchmarks.measured")
memory: Any = importlib.import_module("benchmarks.memory")
nest: Any = importlib.import_module("benchmarks.nest")
processes: Any = importlib.import_module("benchmarks.processes")
published: Any = importlib.import_module("benchmarks.published")
table: Any = importlib.import_module("benchmarks.table")

PUBLISHED = published.PUBLISHED


def here(function: Any, *args: Any) -> Any:
    """Call a function in this process, where a measurement would start another."""
    return function(*args)


def entry(tool: str, calls: list[str], cpu_s: list[float], missing: str = "") -> Any:
    left = list(cpu_s)

    def run(folder: Path, seconds: float) -> Any:
        calls.append(tool)
        return measured.Cost(left.pop(0) * seconds, seconds, 10.0, {"Hz": 4.567})

    def prepare(folder: Path, seconds: float) -> None:
        calls.append(f"build {tool}")

    return measured.Entry(
        task="dance",
        tool=tool,
        seconds=2.0,
        prepare=prepare,
        run=run,
        missing=missing,
        shows=("Hz",),
    )


def rows_of(entries: list[Any], folder: Path, repeats: int = 3) -> Any:
    return measured.measure(
        entries,
        folder,
        repeats=repeats,
        seconds=None,
        apart=here,
        say=lambda text: None,
    )


@pytest.fixture
def three(tmp_path: Path) -> tuple[list[str], Any]:
    """Return the calls and the rows of two tools, and of one that is not there."""
    calls: list[str] = []
    entries = [
        entry("trisynapse", calls, [0.2, 0.1, 0.3]),
        entry("other", calls, [9.0, 2.0, 1.0]),
        entry("absent", calls, [], missing="not installed"),
    ]
    return calls, rows_of(entries, tmp_path)


def test_tools_take_turns_after_all_are_built(three: Any) -> None:
    calls, _ = three
    both = ["trisynapse", "other"]
    assert calls == ["build trisynapse", "build other", *both * 3]


def test_every_tool_has_a_folder_of_its_own(tmp_path: Path) -> None:
    entries = [entry("trisynapse", [], [1.0]), entry("other", [], [1.0])]
    rows_of(entries, tmp_path, repeats=1)
    assert len(list(tmp_path.iterdir())) == 2


def test_ratio_is_of_the_medians(three: Any) -> None:
    _, rows = three
    assert rows[1].each == [9.0, 2.0, 1.0]
    assert measured.ratio(rows[1], rows) == pytest.approx(2.0 / 0.2)
    assert measured.ratio(rows[0], rows) == 1.0


def test_there_is_no_ratio_without_our_form(three: Any) -> None:
    _, rows = three
    assert measured.ratio(rows[1], rows[1:]) is None
    assert measured.ratio(rows[2], rows) is None


def test_exponent_is_that_of_the_power_law() -> None:
    x = np.array([500.0, 2000.0, 16000.0])
    assert measured.exponent(x, 7 * x**1.25) == pytest.approx(1.25)


def test_rates_are_compared_with_those_of_our_form(three: Any) -> None:
    _, rows = three
    assert measured.alike(rows, ["Hz"]) == [
        "dance: rates differ from ours by 0% at most."
    ]
    assert measured.alike(rows[1:], ["Hz"]) == []


def test_line_shows_median_spread_ratio_and_what_is_beside(three: Any) -> None:
    _, rows = three
    cells = [cell.strip() for cell in table.line(rows[1], rows).split("|")[1:-1]]
    assert cells[:5] == ["dance", "other", "2", "1 to 9", "10"]
    assert cells[6:] == ["10", "4.57 Hz"]


def test_line_of_an_absent_tool_says_why(three: Any) -> None:
    _, rows = three
    line = table.line(rows[2], rows)
    assert "not installed" in line
    assert line.count("|") == table.line(rows[0], rows).count("|")


def test_every_line_is_as_wide_as_the_head(three: Any) -> None:
    _, rows = three
    cells = table.head().splitlines()[0].count("|")
    assert {table.line(row, rows).count("|") for row in rows} == {cells}


def test_without_nest_only_our_form_is_measured(monkeypatch: Any) -> None:
    monkeypatch.setattr(in_nest, "MISSING", "NEST is not installed")
    assert [e.missing for e in nest.entries()[1:]] == ["NEST is not installed"] * 2


def test_without_a_compiler_our_form_is_left_out(monkeypatch: Any) -> None:
    monkeypatch.setattr(builds, "compiler", lambda: None)
    assert {e.missing for e in memory.entries()} == {"no C++ compiler"}


def test_unknown_task_is_refused_with_those_that_there_are(capsys: Any) -> None:
    with pytest.raises(SystemExit) as stopped:
        main.main(["recurent"])
    assert stopped.value.code == 2
    assert f"there are {', '.join(main.TASKS)}" in capsys.readouterr().err


def test_a_measurement_has_a_process_of_its_own() -> None:
    assert processes.apart(measured.timed, sys.setrecursionlimit, 500) < 1.0
    assert sys.getrecursionlimit() > 500


def test_yardstick_has_the_published_values() -> None:
    seconds = {"tau_mem": 0.01, "tau_syn": 0.005, "tau_OU": 0.005, "t_ref": 0.0022}
    seconds |= {"tau_Ca": 0.0488, "tau_h": 688.4, "tau_p": 3600, "tau_z": 3600}
    volts = {"V_rev": -0.065, "V_reset": -0.07, "V_th": -0.055, "h_0": 4.20075e-3}
    volts |= {"sigma_pl": 2.90436e-3, "theta_tag": 0.840149e-3, "h_max": 0.01}
    others = {"R": 1e7, "I_0": 0.15e-9, "sigma_bg": 0.05e-9, "Ca_pre": 0.6}
    others |= {"Ca_post": 0.1655, "gamma_p": 1645.6, "gamma_d": 313.1, "theta_p": 3.0}
    others |= {"theta_d": 1.2, "N_stim": 25, "f_stim": 100, "theta_pro": 2.10037e-3}
    told = seconds | volts | others
    found = {name: float(PUBLISHED[name]) for name in told}
    assert found == pytest.approx(told, rel=1e-9)
    weights = [float(PUBLISHED[w] / PUBLISHED["h_0"]) for w in ("w_ei", "w_ie", "w_ii")]
    assert weights == pytest.approx([2, -4, -4])
    delays = {name: float(delay) for name, delay in published.DELAYS.items()}
    assert delays == pytest.approx({"transmit": 3e-3, "calcium": 18.8e-3})


def test_yardstick_shares_with_our_rule_what_nobody_fitted() -> None:
    ours, h_0 = TaggingCapture(), float(PUBLISHED["h_0"])
    assert float(PUBLISHED["tau_Ca"]) == pytest.approx(float(ours.tau_Ca))
    assert float(PUBLISHED["tau_h"]) == pytest.approx(float(ours.tau_h))
    assert float(PUBLISHED["h_max"]) / h_0 == pytest.approx(ours.h_max, rel=1e-4)
    assert float(PUBLISHED["sigma_pl"]) / h_0 == pytest.approx(ours.sigma, rel=1e-3)
    assert float(PUBLISHED["theta_tag"]) / h_0 == pytest.approx(
        ours.theta_tag, rel=1e-4
    )


def test_yardstick_draws_a_tenth_of_all_pairs_and_no_autapse() -> None:
    wiring = clock_driven.ClockDriven(seconds=0.1, seed=1, n_e=200, n_i=50).wired()
    pre, post = wiring["ee"]
    assert len(pre) == pytest.approx(0.1 * 200 * 199, rel=0.1)
    assert not np.any(pre == post)
    assert wiring["ei"][0].max() < 200 and wiring["ei"][1].max() < 50


@pytest.mark.slow
def test_yardstick_learns_in_its_core(tmp_path: Path) -> None:
    model = clock_driven.ClockDriven(
        seconds=0.05, seed=1, pulses=(0.0,), n_e=60, n_i=10, n_core=20, share=0.3
    )
    seen = processes.apart(clock_driven.run, model, tmp_path)
    ids, seconds = seen.spikes["e"]
    assert (ids < 20).mean() > 2 / 3 and seconds.max() < 0.05
    core = (seen.pre < 20) & (seen.post < 20)
    assert seen.h[core].mean() > 1.01 * float(PUBLISHED["h_0"])
    assert seen.h[core].mean() > seen.h[~core].mean()
    assert len(seen.p) == 60 and seen.loop_s > 0
