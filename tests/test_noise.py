"""Counted deviates against Random123's known answers, the normal law and their C++."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest, kurtosis

from trisynapse.circuits import noise
from trisynapse.circuits.circuit import noise_key
from trisynapse.circuits.noise import DEVIATE_CPP, chance, deviate, philox

N = 1_000_000
CELLS = np.arange(N)
KEY, TICK = 20_211_101.0, 4321


@pytest.fixture(scope="module")
def over_cells() -> Any:
    """Return both deviates of a million cells at one tick."""
    return np.array([deviate(k, KEY, TICK, True, CELLS) for k in (0, 1)])


@pytest.fixture(scope="module")
def over_time() -> Any:
    """Return both deviates of 200 cells at 2500 ticks."""
    return np.array(
        [[deviate(k, KEY, t, True, CELLS[:200]) for t in range(2500)] for k in (0, 1)]
    )


def correlation(a: Any, b: Any) -> float:
    """Return a correlation in standard errors."""
    r = np.corrcoef(np.ravel(a), np.ravel(b))[0, 1]
    return float(abs(r) * np.sqrt(np.size(a)))


@pytest.mark.parametrize(
    ("key", "counter", "said"),
    [
        (0x00000000, (0x00000000, 0x00000000), (0xFF1DAE59, 0x6CD10DF2)),
        (0xFFFFFFFF, (0xFFFFFFFF, 0xFFFFFFFF), (0x2C3F628B, 0xAB4FD7AD)),
        (0x13198A2E, (0x243F6A88, 0x85A308D3), (0xDD7CE038, 0xF62A4C12)),
    ],
    ids=["zeros", "ones", "digits of pi"],
)
def test_the_words_are_those_that_random123_publishes(
    key: int, counter: tuple[int, int], said: tuple[int, int]
) -> None:
    assert philox(key, *counter) == said


def test_two_counters_never_give_the_same_words() -> None:
    left, right = np.divmod(np.arange(2**18), 2**9)
    words = np.stack(philox(7, left, right))
    assert len(np.unique(words, axis=1).T) == 2**18


@pytest.mark.parametrize("which", [0, 1])
def test_deviates_of_a_million_cells_are_standard_normal(
    which: int, over_cells: Any
) -> None:
    assert kstest(over_cells[which], "norm").pvalue > 0.01


@pytest.mark.parametrize("which", [0, 1])
def test_their_mean_variance_and_kurtosis_are_those_of_the_normal_law(
    which: int, over_cells: Any
) -> None:
    x = over_cells[which]
    assert abs(x.mean()) < 4 / np.sqrt(N)
    assert abs(x.var() - 1) < 4 * np.sqrt(2 / N)
    assert abs(kurtosis(x)) < 4 * np.sqrt(24 / N)


@pytest.mark.parametrize("which", [0, 1])
def test_deviates_of_one_cell_over_time_are_standard_normal(which: int) -> None:
    cell = np.array([3])
    x = np.ravel([deviate(which, KEY, tick, True, cell) for tick in range(5000)])
    assert kstest(x, "norm").pvalue > 0.01


def test_the_two_deviates_of_a_counter_are_uncorrelated(over_cells: Any) -> None:
    assert correlation(*over_cells) < 4
    assert correlation(*over_cells**2) < 4


@pytest.mark.parametrize("which", [0, 1])
def test_neighbouring_cells_are_uncorrelated(which: int, over_cells: Any) -> None:
    x = over_cells[which]
    assert correlation(x[1:], x[:-1]) < 4
    assert correlation(x[1:] ** 2, x[:-1] ** 2) < 4


@pytest.mark.parametrize("which", [0, 1])
def test_neighbouring_ticks_are_uncorrelated(which: int, over_time: Any) -> None:
    x = over_time[which]
    assert correlation(x[1:], x[:-1]) < 4
    assert correlation(x[1:] ** 2, x[:-1] ** 2) < 4


@pytest.mark.parametrize("which", [0, 1])
def test_neighbouring_keys_are_uncorrelated(which: int, over_cells: Any) -> None:
    x, y = over_cells[which], deviate(which, KEY + 1, TICK, True, CELLS)
    assert correlation(x, y) < 4
    assert correlation(x**2, y**2) < 4


def test_a_cell_at_a_tick_is_not_that_tick_of_that_cell(over_time: Any) -> None:
    x = over_time[0, :200]
    assert correlation(x, x.T) < 4 * np.sqrt(2)  # each pair is there twice


def test_a_deviate_that_is_not_wanted_is_0() -> None:
    assert not np.any(deviate(0, KEY, TICK, False, CELLS[:10]))


def test_a_deviate_does_not_depend_on_the_cells_beside_it() -> None:
    some = np.array([5, 17, 2_000_000])
    alone = [deviate(1, KEY, TICK, True, some[k : k + 1])[0] for k in range(3)]
    assert (deviate(1, KEY, TICK, True, some) == alone).all()


@pytest.mark.parametrize("left", [0, 2**32 - 1])
@pytest.mark.parametrize("right", [0, 2**30, 2**31, 2**32 - 1])
def test_no_words_give_more_than_the_normal_law_allows_for_2_to_the_33(
    left: int, right: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = np.array([left], np.uint32), np.array([right], np.uint32)
    monkeypatch.setattr(noise, "philox", lambda *counter: words)
    largest = np.sqrt(2 * 33 * np.log(2))
    for which in (0, 1):
        assert abs(deviate(which, 0, 0, True, CELLS[:1])) <= largest * (1 + 1e-15)


def test_populations_and_episodes_have_keys_of_their_own() -> None:
    keys = {noise_key(seed, name) for seed in range(100) for name in ("a", "b")}
    assert len(keys) == 200
    assert all(key == int(key) and 0 <= key < 2**32 for key in keys)


MAIN = """
#include <cmath>
#include <cstdint>
#include <cstdio>
using namespace std;
%s
int main() {
    double a[5];
    while (fread(a, sizeof(double), 5, stdin) == 5) {
        const double x = deviate((int)a[0], a[1], (int64_t)a[2], (int)a[3], (int)a[4]);
        fwrite(&x, sizeof x, 1, stdout);
    }
}
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], Any]:
    """Return the C++ text of the deviates as a function of rows of arguments."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    folder: Path = tmp_path_factory.mktemp("deviate")
    (folder / "main.cpp").write_text(MAIN % DEVIATE_CPP)
    command = [compiler, "-O2", "-o", str(folder / "main"), str(folder / "main.cpp")]
    subprocess.run(command, check=True)

    def call(rows: Any) -> Any:
        given = np.ascontiguousarray(rows, dtype=float).tobytes()
        done = subprocess.run(
            [str(folder / "main")], input=given, capture_output=True, check=True
        )
        return np.frombuffer(done.stdout)

    return call


def both(
    compiled: Callable[[Any], Any], key: float, tick: int, cells: Any
) -> tuple[Any, Any]:
    """Return the deviates 0 and 1 of some cells in C++ and in numpy, (2, cells)."""
    rows = [[k, key, tick, 1, cell] for k in (0, 1) for cell in cells]
    numpy = np.array([deviate(k, key, tick, True, cells) for k in (0, 1)])
    return compiled(rows).reshape(2, -1), numpy


# A second drive of a population asks by the next key, which may be 2**32.
@pytest.mark.parametrize("key", [0.0, 1.0, 2.0**31, 2.0**32 - 1, 2.0**32])
def test_cpp_gives_what_numpy_gives_for_every_key(
    key: float, compiled: Callable[[Any], Any]
) -> None:
    a, b = both(compiled, key, 12, np.arange(200))
    assert np.abs(a - b).max() < 1e-12


@pytest.mark.parametrize("tick", [0, 1, 65_536, 100_000, 2**32 - 1])
def test_cpp_gives_what_numpy_gives_at_every_tick(
    tick: int, compiled: Callable[[Any], Any]
) -> None:
    a, b = both(compiled, KEY, tick, np.arange(200))
    assert np.abs(a - b).max() < 1e-12


def test_cpp_gives_what_numpy_gives_for_every_cell(
    compiled: Callable[[Any], Any],
) -> None:
    rng = np.random.default_rng(0)
    cells = np.append(rng.integers(0, 2**31, 2000), [0, 2**31 - 1])
    a, b = both(compiled, KEY, TICK, cells)
    assert np.abs(a - b).max() < 1e-12


def test_in_cpp_too_a_deviate_that_is_not_wanted_is_0(
    compiled: Callable[[Any], Any],
) -> None:
    assert not compiled([[0, KEY, TICK, 0, 5], [1, KEY, TICK, 0, 5]]).any()


def test_chances_are_spread_evenly_between_0_and_1() -> None:
    found = chance(KEY, TICK, CELLS)
    assert 0 < found.min() and found.max() < 1
    assert kstest(found, "uniform").pvalue > 1e-3
    assert correlation(found, chance(KEY, TICK + 1, CELLS)) < 4
    assert correlation(found, chance(KEY + 1, TICK, CELLS)) < 4
