"""Landmarks: what a claim comes to over seeds, and what the claims of slices read."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from time import sleep
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from trisynapse import cli
from trisynapse.protocols import landmarks
from trisynapse.protocols.catalogue import find
from trisynapse.protocols.comparisons import ratio
from trisynapse.protocols.landmarks import (
    Claim,
    Finding,
    Read,
    Trial,
    judge,
    judge_into,
    select,
)
from trisynapse.protocols.slice_landmarks import (
    LANDMARKS,
    RATES,
    crossings,
    crossover,
    time_constant,
)
from trisynapse.simulation.recording import Measure

OPEN = float("nan")
KEYS = ["id", "experiment", "protocol", "mean", "ci95", "low", "high", "seeds"]
KEYS += ["verdict", "source", "controls"]
ONE, TWO = Trial("bench", ("a",), ("x=1",)), Trial("bench", ("a",), ("x=2",))


@dataclass
class Bench:
    """Stands for `run`; a measure is what ``value`` makes of settings and seed."""

    value: Callable[[str, int], float] = lambda setting, seed: float(seed)
    asked: list[tuple[Trial, int]] = field(default_factory=list)
    last: int = 10**9  # run after which Ctrl-C is pressed

    def run(
        self, name: str, *, seed: int, arms: Any, settings: Any, workers: int
    ) -> Any:
        if len(self.asked) >= self.last:
            raise KeyboardInterrupt
        self.asked.append((Trial(name, tuple(arms), tuple(settings)), seed))
        value = self.value("".join(settings), seed)
        measures = [
            Measure(arm, "size", value, "1", OPEN, OPEN, -1, "") for arm in arms
        ]
        return SimpleNamespace(measures=measures)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench()
    monkeypatch.setattr(landmarks, "run", made.run)
    return made


def size(trial: Trial = ONE) -> Read:
    return Read(trial, trial.arms[0], "size")


def claim(low: float = OPEN, high: float = OPEN, **changed: Any) -> Claim:
    return replace(Claim("L00", "words", (size(),), low, high, "a paper"), **changed)


def judged(bench: Bench, values: Sequence[float], **changed: Any) -> Finding:
    """Return the finding of a claim whose seeds 1, 2, ... gave these values."""
    bench.value = lambda setting, seed: values[seed - 1]
    (found,) = judge([claim(**changed)], range(1, len(values) + 1), workers=2)
    return found


# What a claim comes to


@pytest.mark.parametrize("values", [(3.0, 5.0), (1.0, 2.0, 4.0), (0.5,) * 4])
def test_a_finding_is_the_mean_over_seeds_with_students_interval(
    bench: Bench, values: tuple[float, ...]
) -> None:
    found = judged(bench, values)
    n, mean, sem = len(values), np.mean(values), stats.sem(values)
    half = stats.t.ppf(0.975, n - 1) * sem
    assert found.mean == pytest.approx(mean)
    assert found.ci95 == pytest.approx((mean - half, mean + half))
    assert found.seeds == n


def test_two_seeds_have_the_interval_of_a_table(bench: Bench) -> None:
    # 12.7062 is the 97.5th percentile of Student's t with one degree of freedom.
    expected = 2 - 12.7062, 2 + 12.7062
    assert judged(bench, (1.0, 3.0)).ci95 == pytest.approx(expected, abs=1e-4)


def test_one_seed_has_no_interval(bench: Bench) -> None:
    found = judged(bench, (3.0,))
    assert found.mean == 3
    assert np.isnan(found.ci95).all()


@pytest.mark.parametrize(
    ("low", "high", "values", "verdict"),
    [
        (1.0, 3.0, (2.0,), "pass"),
        (1.0, 3.0, (1.0,), "pass"),
        (1.0, 3.0, (3.0,), "pass"),
        (1.0, 3.0, (0.99,), "fail"),
        (1.0, 3.0, (3.01,), "fail"),
        (1.0, 3.0, (0.0, 4.0), "pass"),  # the mean is held against the band
        (1.0, OPEN, (1e9,), "pass"),
        (1.0, OPEN, (0.0,), "fail"),
        (OPEN, 3.0, (-1e9,), "pass"),
        (OPEN, 3.0, (4.0,), "fail"),
        (OPEN, OPEN, (4.0,), "pass"),
        (1.0, 3.0, (OPEN,), "fail"),
        (1.0, 3.0, (2.0, OPEN), "fail"),
        (OPEN, OPEN, (OPEN,), "fail"),
    ],
)
def test_a_claim_passes_where_its_mean_lies_in_the_band(
    bench: Bench, low: float, high: float, values: tuple[float, ...], verdict: str
) -> None:
    assert judged(bench, values, low=low, high=high).verdict == verdict


@pytest.mark.parametrize("value", [2.0, 9.0, OPEN])
def test_a_claim_that_was_not_verified_is_neither_passed_nor_failed(
    bench: Bench, value: float
) -> None:
    found = judged(bench, (value,), low=1.0, high=3.0, verified=False)
    assert found.verdict == "unverified"


def test_what_is_made_of_several_measures_is_made_for_each_seed(bench: Bench) -> None:
    bench.value = lambda setting, seed: {"x=1": 2.0, "x=2": 8.0}[setting] ** seed
    divided = claim(reads=(size(TWO), size(ONE)), made=lambda v: v[0] / v[1])
    (found,) = judge([divided], [1, 2])
    assert found.mean == pytest.approx((4 + 16) / 2)


def test_what_is_pooled_is_made_of_means_over_animals(bench: Bench) -> None:
    over, under = [2.0, 8.0, 5.0], [1.0, 0.0, 4.0]
    bench.value = lambda setting, seed: (over if "2" in setting else under)[seed - 1]
    divided = claim(
        reads=(size(TWO), size(ONE)), made=lambda v: v[0] / v[1], pooled=True
    )
    (found,) = judge([divided], [1, 2, 3])
    assert found.mean == pytest.approx(15 / 5)
    assert np.mean(found.ci95) == pytest.approx(15 / 5)
    left_out = 13 / 4, 7 / 5, 10 / 1
    referee = np.std(left_out) * np.sqrt(2)  # the jackknife's standard error
    half = stats.t.ppf(0.975, 2) * referee
    assert (found.ci95[1] - found.ci95[0]) / 2 == pytest.approx(half)


@pytest.mark.filterwarnings("error")
def test_a_pooled_ratio_over_nothing_has_no_interval(bench: Bench) -> None:
    bench.value = lambda setting, seed: float("2" in setting or seed == 1)
    (found,) = judge(
        [claim(reads=(size(TWO), size(ONE)), made=lambda v: ratio(*v), pooled=True)],
        [1, 2],
    )
    assert found.mean == pytest.approx(2.0)  # without the first animal it is infinite
    assert np.isnan(found.ci95).all()


def test_a_pooled_mean_has_the_interval_of_a_mean(bench: Bench) -> None:
    bench.value = lambda setting, seed: float(seed**2)
    (mean,), (pooled,) = (
        judge([claim(pooled=pooled)], [1, 2, 3, 4]) for pooled in (False, True)
    )
    assert pooled.mean == pytest.approx(mean.mean)
    assert pooled.ci95 == pytest.approx(mean.ci95)


def test_controls_are_claims_of_their_own(bench: Bench) -> None:
    bench.value = lambda setting, seed: {"x=1": 150.0, "x=2": 120.0}[setting]
    control = claim(95, 105, reads=(size(TWO),), experiment="no effect here")
    whole = claim(140, OPEN, controls=(control, replace(control, verified=False)))
    (found,) = judge([whole], [1, 2, 3])
    assert (found.mean, found.verdict) == (150, "pass")
    assert [c.mean for c in found.controls] == [120, 120]
    assert [c.verdict for c in found.controls] == ["fail", "unverified"]
    assert [c.experiment for c in found.controls] == ["no effect here"] * 2


# What is run


def test_a_trial_is_run_once_a_seed_however_many_claims_read_it(bench: Bench) -> None:
    control = claim(reads=(size(TWO),))
    claims = [claim(), claim(low=1.0), claim(reads=(size(TWO), size())), control]
    claims.append(claim(controls=(claim(), control)))
    judge(claims, [4, 7], workers=3)
    expected = [(trial, seed) for trial in (ONE, TWO) for seed in (4, 7)]
    assert sorted(bench.asked) == sorted(expected)


def test_findings_come_in_the_order_of_the_claims(bench: Bench) -> None:
    bench.value = lambda setting, seed: float(setting[2:])
    claims = [claim(reads=(size(TWO),)), claim(), claim(reads=(size(TWO),))]
    assert [found.mean for found in judge(claims, [1], workers=2)] == [2, 1, 2]


def test_what_ends_one_run_ends_the_call(bench: Bench) -> None:
    def broken(setting: str, seed: int) -> float:
        sleep(0.01)
        raise ZeroDivisionError

    bench.value = broken
    with pytest.raises(ZeroDivisionError):
        judge([claim(), claim(reads=(size(TWO),))], range(1, 50), workers=1)
    assert len(bench.asked) < 98


def test_progress_counts_runs_and_stops(bench: Bench) -> None:
    told: list[Any] = []
    bar: Any = SimpleNamespace(
        start=told.append, advance=told.append, stop=lambda: told.append("stop")
    )
    judge([claim(), claim(reads=(size(TWO),))], [1, 2], progress=bar)
    assert told == [4.0, 1.0, 1.0, 1.0, 1.0, "stop"]


# Runs that are kept


@pytest.mark.parametrize("k", [0, 1, 3])
def test_runs_that_were_finished_before_an_interruption_are_not_run_again(
    bench: Bench, tmp_path: Path, k: int
) -> None:
    claims = [claim(), claim(reads=(size(TWO),))]
    whole = judge(claims, [1, 2])
    bench.asked.clear()
    bench.last = k
    with pytest.raises(KeyboardInterrupt):
        judge(claims, [1, 2], workers=1, folder=tmp_path)
    kept = list(bench.asked)
    assert len(kept) == len(list(tmp_path.iterdir())) == k
    bench.asked.clear()
    bench.last = 10**9
    assert judge(claims, [1, 2], workers=1, folder=tmp_path) == whole
    assert len(bench.asked) == 4 - k and not set(bench.asked) & set(kept)


def test_a_finished_call_runs_nothing_again(bench: Bench, tmp_path: Path) -> None:
    values = (0.1 + 0.2, 1e10, -3e-300)
    bench.value = lambda setting, seed: values[seed - 1]
    first = judge([claim()], [1, 2, 3], folder=tmp_path)
    bench.asked.clear()
    assert judge([claim()], [1, 2, 3], folder=tmp_path) == first
    assert not bench.asked


def test_a_value_that_is_no_number_is_kept_as_such(
    bench: Bench, tmp_path: Path
) -> None:
    bench.value = lambda setting, seed: OPEN
    for _ in range(2):
        (found,) = judge([claim(1.0)], [1], folder=tmp_path)
        assert np.isnan(found.mean) and found.verdict == "fail"
    assert len(bench.asked) == 1


def test_runs_of_another_seed_setting_or_version_are_not_taken_for_it(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for some, seeds in (([claim()], [1]), ([claim()], [2])):
        judge(some, seeds, folder=tmp_path)
    judge([claim(reads=(size(TWO),))], [1], folder=tmp_path)
    monkeypatch.setattr(landmarks, "own_code", lambda *patterns: "changed")
    judge([claim()], [1], folder=tmp_path)
    assert len(bench.asked) == 4


# For programs


def told(bench: Bench, **changed: Any) -> dict[str, Any]:
    """Return a finding as JSON brings it back."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    (found,) = judge([claim(**changed)], [1])
    text = json.dumps(found.as_dict(), allow_nan=False)
    back: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return back


def test_a_finding_has_these_keys_and_no_other(bench: Bench) -> None:
    back = told(bench, low=1.0, high=2.5, controls=(claim(),))
    assert list(back) == list(back["controls"][0]) == KEYS
    assert back | {"ci95": None, "controls": None} == {
        "id": "L00",
        "experiment": "words",
        "protocol": "bench",
        "mean": 1.0,
        "ci95": None,
        "low": 1.0,
        "high": 2.5,
        "seeds": 1,
        "verdict": "pass",
        "source": "a paper",
        "controls": None,
    }


@pytest.mark.parametrize(
    ("low", "high", "sides"),
    [(1.0, OPEN, [1, None]), (OPEN, 2.0, [None, 2]), (OPEN, OPEN, [None, None])],
)
def test_an_open_side_of_a_band_is_null(
    bench: Bench, low: float, high: float, sides: list[Any]
) -> None:
    back = told(bench, low=low, high=high)
    assert [back["low"], back["high"]] == sides


def test_an_interval_is_two_numbers_and_null_where_there_is_none(
    bench: Bench,
) -> None:
    assert told(bench)["ci95"] == [None, None]
    half = stats.t.ppf(0.975, 1) * 0.5
    (found,) = judge([claim()], [1, 2])
    assert found.as_dict()["ci95"] == pytest.approx([1.5 - half, 1.5 + half])


def test_a_mean_that_is_no_number_is_null(bench: Bench) -> None:
    bench.value = lambda setting, seed: OPEN
    assert told(bench)["mean"] is None


# Which landmarks

SOME = [claim(id=name) for name in ("L01", "L01", "L02", "L03", "L08", "L10", "L14")]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ([], ["L01", "L01", "L02", "L03", "L08", "L10", "L14"]),
        (["L02"], ["L02"]),
        (["l02"], ["L02"]),
        (["L01"], ["L01", "L01"]),
        (["L03-L10"], ["L03", "L08", "L10"]),
        (["l02 - l03"], ["L02", "L03"]),
        (["L03-L08"], ["L03", "L08"]),
        (["L14", "L01-L02", "L02"], ["L01", "L01", "L02", "L14"]),
    ],
)
def test_landmarks_are_chosen_by_their_ids_and_ranges(
    wanted: list[str], found: list[str]
) -> None:
    assert [c.id for c in select(SOME, wanted)] == found


def test_a_range_that_goes_backwards_is_refused() -> None:
    with pytest.raises(KeyError, match="No landmarks 'L10-L02': write L02-L10."):
        select(SOME, ["L10-L02"])


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("L88", "No landmark 'L88': did you mean 'L08'? "),
        ("X", "No landmark 'X': There are L01, L02, L03, L08, L10, L14."),
        ("L04-L06", "No landmark 'L04': "),
        ("L1-L3", "No landmark 'L1': "),
        ("L01-X", "No landmark 'X': "),
        ("L01-L02-L03", "No landmark 'L01-L02-L03': "),
        ("", "No landmark '': There are "),
    ],
)
def test_a_landmark_that_there_is_not_is_refused(wanted: str, said: str) -> None:
    with pytest.raises(KeyError) as refusal:
        select(SOME, ["L01", wanted])
    assert refusal.value.args[0].startswith(said)
    assert refusal.value.args[0].endswith("There are L01, L02, L03, L08, L10, L14.")


# The command


@pytest.fixture
def known(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Bench]:
    """Put a claim in place of the landmarks, and work in an empty folder."""
    load = cli._load
    fake = SimpleNamespace(LANDMARKS=(claim(1.0, 1.8, controls=(claim(9.0),)),))
    monkeypatch.setattr(
        cli,
        "_load",
        lambda name: fake if name == "protocols.known_landmarks" else load(name),
    )
    monkeypatch.chdir(tmp_path)
    yield bench


def test_the_command_writes_findings_for_programs_and_clears_up(
    known: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["landmarks", "l00", "--seeds", "2", "--json", "a.json"]) == 0
    (found,) = json.loads(Path("a.json").read_text())
    assert list(found) == KEYS
    assert (found["mean"], found["seeds"], found["verdict"]) == (1.5, 2, "pass")
    assert found["controls"][0]["verdict"] == "fail"
    assert [path.name for path in Path().iterdir()] == ["a.json"]
    assert "L00" in capsys.readouterr().out


def test_a_stopped_command_goes_on_where_it_was(known: Bench) -> None:
    command = ["landmarks", "--seeds", "3", "--workers", "1", "--json", "a.json"]
    known.last = 2
    assert cli.main(command) == 130
    assert len(list(Path("a.json.parts").glob("*.json"))) == 2
    known.last = 10**9
    assert cli.main(command) == 0
    assert sorted(seed for _, seed in known.asked) == [1, 2, 3]


@pytest.mark.parametrize(
    ("options", "said"), [("L99", "'L99'"), ("--json a.txt", ".json")]
)
def test_a_mistake_is_one_line_and_runs_nothing(
    known: Bench, capsys: pytest.CaptureFixture[str], options: str, said: str
) -> None:
    assert cli.main(["landmarks", *options.split()]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1) and said in err
    assert not known.asked and not list(Path().iterdir())


# The claims of slices


def with_controls(claims: Sequence[Claim]) -> Iterator[Claim]:
    for one in claims:
        yield one
        yield from with_controls(one.controls)


EVERY = list(with_controls(LANDMARKS))


def test_all_landmarks_of_slices_are_there_in_their_order() -> None:
    ids = list(dict.fromkeys(one.id for one in LANDMARKS))
    assert ids == [f"L{k:02d}" for k in (*range(1, 7), *range(8, 15))]


@cache
def offered(trial: Trial) -> set[tuple[str, str]]:
    """Return the measures that a trial has, by arm and name."""
    protocol = find(trial.protocol)
    for setting in trial.settings:
        key, _, value = setting.partition("=")
        protocol = protocol.with_value(key, value)
    assert set(trial.arms) <= set(protocol.arms)
    return {(b.arm, b.name) for b in protocol.bands() if b.arm in trial.arms}


@pytest.mark.parametrize("landmark", dict.fromkeys(one.id for one in LANDMARKS))
def test_every_claim_reads_measures_that_its_protocol_offers(landmark: str) -> None:
    for one in EVERY:
        if one.id == landmark:
            for read in one.reads:
                assert (read.arm, read.measure) in offered(read.trial), one.experiment


def test_no_two_claims_of_a_landmark_say_the_same() -> None:
    said = [(one.id, one.experiment) for one in LANDMARKS]
    assert len(said) == len(set(said))


def test_every_band_has_a_source_and_a_side_that_is_not_open() -> None:
    for one in EVERY:
        assert one.source
        assert not np.isnan([one.low, one.high]).all(), one.experiment
        assert not one.low > one.high


def test_claims_that_rest_on_memory_are_unverified() -> None:
    memory = [one for one in LANDMARKS if "memory" in one.source]
    assert {one.id for one in memory} == {"L03", "L13"}
    assert not [one.experiment for one in memory if one.verified]


# What is made of curves


@pytest.mark.parametrize(
    ("curve", "times"),
    [
        ([80, 90, 95], 0),
        ([110, 130, 150], 0),
        ([80, 90, 120], 1),
        ([120, 90, 80], 1),
        ([80, 120, 80, 120], 3),
    ],
)
def test_a_curve_crosses_a_hundred_where_its_sign_changes(
    curve: list[float], times: int
) -> None:
    assert crossings(curve) == times


def falling_to(index: int, below: float, above: float) -> list[float]:
    """Return a curve over RATES that rises through 100 behind an index."""
    return [below] * (index + 1) + [above] * (len(RATES) - index - 1)


@pytest.mark.parametrize(
    ("curve", "hertz"),
    [
        (falling_to(4, 90, 110), 200**0.5),  # halfway from 10 to 20 Hz in the logarithm
        (falling_to(3, 90, 110), 50**0.5),
        (falling_to(4, 70, 110), 10 * 2**0.75),
        (falling_to(4, 90, 130), 10 * 2**0.25),
        (falling_to(4, 90, 100), 20),
        ([90, 110, 90, 110, 110, 110, 110], 0.5**0.5),  # the first of two
        ([110, 90, 90, 90, 110, 110, 110], 50**0.5),
    ],
)
def test_the_crossover_is_where_the_line_over_log_rate_meets_a_hundred(
    curve: list[float], hertz: float
) -> None:
    assert crossover(curve) == pytest.approx(hertz)


@pytest.mark.parametrize("curve", [[90] * 7, [110] * 7, [110, 110, 90, 90, 90, 90, 90]])
def test_a_curve_that_never_rises_has_no_crossover(curve: list[float]) -> None:
    assert np.isnan(crossover(curve))


@pytest.mark.parametrize("tau", [10.0, 16.8, 33.7])
@pytest.mark.parametrize("size", [80.0, -30.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_decay_of_an_exponential_window_is_its_time_constant(
    tau: float, size: float, sign: int
) -> None:
    lags = sign * np.array([5, 10, 20, 40, 60, 80])
    changes = 100 + size * np.exp(-np.abs(lags) / tau)
    assert time_constant(changes.tolist(), lags.tolist()) == pytest.approx(tau)


def test_a_window_that_grows_with_the_lag_has_no_positive_time_constant() -> None:
    assert time_constant([101, 102, 104], [10, 20, 30]) < 0


FALLING = [100 + 80 * np.exp(-lag / 17) for lag in (5, 10, 20, 40, 60, 80)]


@pytest.mark.parametrize(
    ("landmark", "words", "values", "found"),
    [
        ("L04", "over that of a naive one", (165, 150, 120), 0.5),
        ("L04", "window at + lags, ms", FALLING, 17),
        ("L04", "window at - lags, ms", FALLING[::-1], 17),
        ("L09", "less weak alone", (140, 105), 35),
        ("L10", "largest rise", (150, 140, 141.5, 110, 100), 1.5),
        ("L12", "blocked 0 to 3 h", (110, 150), 0.2),
        ("L12", "blocked 4 to 4.5 h", (145, 150), 0.9),
    ],
)
def test_a_claim_makes_of_its_measures_what_its_words_say(
    landmark: str, words: str, values: Sequence[float], found: float
) -> None:
    (one,) = [c for c in LANDMARKS if c.id == landmark and words in c.experiment]
    assert len(one.reads) == len(values)
    assert one.made(values) == pytest.approx(found)


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    mine.write_text("{}")
    with pytest.raises(ValueError, match="exists: give another name, or --overwrite"):
        judge_into(mine, SOME, [1])
    assert mine.read_text() == "{}"


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    thesis = tmp_path / "mine.json.parts" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("all of it")
    with pytest.raises(ValueError, match="is in the way, or keeps runs of other"):
        judge_into(tmp_path / "mine.json", SOME, [1])
    assert thesis.read_text() == "all of it"
