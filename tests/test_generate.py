"""The generated C++: what is changed in Brian2's text leaves its meaning as it was."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2.codegen.templates import autoindent_postfilter
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject

from trisynapse.simulation import builds
from trisynapse.simulation.generate import _fetched, _glanced

from .mini import RULES, Mini

LOOKS = {
    "two lines": """
const double v = _ptr_array_cells_v[_idx];
const char _cond = v > V_th;
""",
    "a branch": """
const char not_refractory = _ptr_array_cells_not_refractory[_idx];
const double v = _ptr_array_cells_v[_idx];
char _cond;
if(!not_refractory)
    _cond = (v > V_th) && false;
else
    _cond = (v > V_th) && true;
""",
}
KINDS = [(looks, held) for looks in LOOKS for held in (False, True)]


def written(looks: str, held: bool) -> str:
    """Return the search for spikes as Brian2 writes it, from its own template."""
    template = CPPStandaloneCodeObject.templater.env.get_template("threshold.cpp")
    told = {
        "scalar_code": "const double V_th = 1.0;",
        "vector_code": LOOKS[looks],
        "eventspace_variable": "_spikespace",
        "get_array_name": lambda name: f"_ptr_array_cells_{name}",
        "_uses_refractory": held,
        "not_refractory": "_ptr_array_cells_not_refractory",
        "lastspike": "_ptr_array_cells_lastspike",
        "t": "t",
    }
    block = template.blocks["maincode"]
    text = autoindent_postfilter("".join(block(template.new_context(told))))
    return str(text)


@pytest.mark.parametrize(("looks", "held"), KINDS)
def test_the_search_for_spikes_looks_at_64_cells_at_once(
    looks: str, held: bool
) -> None:
    plain = written(looks, held)
    glanced = _glanced(plain)
    assert "_first += 64" in glanced and "_first" not in plain
    assert "for(size_t _idx=0; _idx<N; _idx++)" not in glanced


@pytest.mark.parametrize(
    "text",
    [
        "",
        "for (int i = 0; i < N; i++) {}",
        """    for(size_t _idx=0; _idx<N; _idx++)
    {
        // vector code
        const size_t _vectorisation_idx = _idx;

        _ptr_array_cells_v[_idx] = 0.0;
    }
""",
    ],
)
def test_code_that_searches_for_no_spikes_stays_as_it_is(text: str) -> None:
    assert _glanced(text) == text


def test_what_stands_before_and_after_the_search_stays_as_it_is() -> None:
    before, after = "void before() {}\n", "\nvoid after() {}\n"
    plain = written("two lines", True)
    assert _glanced(before + plain + after) == before + _glanced(plain) + after


def test_every_search_of_a_file_is_replaced() -> None:
    two = written("two lines", True) + written("a branch", False)
    assert _glanced(two) == _glanced(written("two lines", True)) + _glanced(
        written("a branch", False)
    )


MAIN = """
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>
%s
int main() {
    int64_t how, N;
    while (fread(&how, 8, 1, stdin) == 1 && fread(&N, 8, 1, stdin) == 1) {
        std::vector<double> v(N + 1), last(N + 1, -1.0);
        std::vector<char> free_(N + 1);
        std::vector<int32_t> found(N + 1, -1);
        fread(v.data(), 8, N, stdin);
        fread(free_.data(), 1, N, stdin);
        searches[how](N, v.data(), free_.data(), found.data(), last.data());
        fwrite(found.data(), 4, N + 1, stdout);
        fwrite(free_.data(), 1, N, stdout);
        fwrite(last.data(), 8, N, stdout);
    }
}
"""
SEARCH = """
static void search_%d(int64_t N, double* _ptr_array_cells_v,
    char* _ptr_array_cells_not_refractory, int32_t* _ptr_array_cells__spikespace,
    double* _ptr_array_cells_lastspike)
{
    const double t = 0.5;
    %s
}
"""
KIND = "void (*searches[])(int64_t, double*, char*, int32_t*, double*)"

Search = Callable[[int, Any, Any], tuple[Any, Any, Any]]


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Search:
    """Return all searches, Brian2's and ours in turn, as a function.

    It takes the number of a search, voltages and which cells are free to fire; it
    returns the spike space, which cells are free then, and when each fired last.
    """
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    plain = [written(*kind) for kind in KINDS]
    texts = [text for each in plain for text in (each, _glanced(each))]
    code = "".join(SEARCH % (k, text) for k, text in enumerate(texts))
    names = ", ".join(f"search_{k}" for k in range(len(texts)))
    code += f"static {KIND} = {{{names}}};"
    folder: Path = tmp_path_factory.mktemp("search")
    (folder / "main.cpp").write_text(MAIN % code)
    command = [compiler, "-O2", "-w", "-o", "main", "main.cpp"]
    subprocess.run(command, check=True, cwd=folder)

    def call(how: int, v: Any, free: Any) -> tuple[Any, Any, Any]:
        n = len(v)
        given = np.array([how, n]).tobytes() + v.tobytes() + free.tobytes()
        done = subprocess.run(
            [str(folder / "main")], input=given, capture_output=True, check=True
        ).stdout
        found = np.frombuffer(done, np.int32, n + 1)
        left = np.frombuffer(done, bool, n, 4 * (n + 1))
        return found, left, np.frombuffer(done, float, n, 4 * (n + 1) + n)

    return call


@pytest.mark.parametrize("n", [1, 2, 63, 64, 65, 127, 128, 129, 1000])
@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_it_finds_the_cells_that_brian2s_own_search_finds(
    kind: int, n: int, searched: Search
) -> None:
    rng = np.random.default_rng(n)
    for share in (0.0, 1 / n, 0.02, 0.5, 1.0):
        v = np.where(rng.random(n) < share, 1.5, 0.5)
        free = rng.random(n) < 0.7
        own, ours = searched(2 * kind, v, free), searched(2 * kind + 1, v, free)
        fires = (v > 1) & (free | (KINDS[kind][0] == "two lines"))
        assert own[0][: own[0][n]].tolist() == np.flatnonzero(fires).tolist()
        for a, b in zip(own, ours, strict=True):
            assert (a == b).all()


@pytest.mark.parametrize("cell", [0, 62, 63, 64, 127, 128, 149])
def test_it_finds_a_single_spike_wherever_the_cell_stands(
    cell: int, searched: Search
) -> None:
    v = np.zeros(150)
    v[cell] = 2.0
    found, free, last = searched(3, v, np.ones(150, bool))
    assert found[150] == 1 and found[0] == cell
    assert np.flatnonzero(~free).tolist() == np.flatnonzero(last == 0.5).tolist()
    assert not free[cell]


def test_a_search_that_draws_numbers_is_left_alone() -> None:
    drawing = written("two lines", True).replace("v > V_th", "_rand(_idx) < V_th")
    assert _glanced(drawing) == drawing


REACHING = """
    for(int _spiking_synapse_idx=0;
        _spiking_synapse_idx<_num_spiking_synapses;
        _spiking_synapse_idx++)
    {
        const size_t _idx = (*_spiking_synapses)[_spiking_synapse_idx];
        const size_t _vectorisation_idx = _idx;
        double h = _ptr_array_s_h[_idx];
        h += _ptr_array_s_step[0];
        _ptr_array_s_h[_idx] = h + _ptr_array_s_Ca[_idx];

    }
"""


def test_what_synapses_hold_is_fetched_ahead_once_an_array() -> None:
    fetched = _fetched(REACHING)
    asked = [line.strip() for line in fetched.splitlines() if "prefetch" in line]
    assert asked == [
        "__builtin_prefetch(&_ptr_array_s_h[_next]);",
        "__builtin_prefetch(&_ptr_array_s_Ca[_next]);",
    ]


def test_fetching_ahead_adds_lines_and_changes_none() -> None:
    left = iter(_fetched(REACHING).splitlines())
    assert all(line in left for line in REACHING.splitlines())
    assert _fetched(written("two lines", True)) == written("two lines", True)


@pytest.mark.slow
def test_in_a_fresh_project_both_are_done_throughout(tmp_path: Path) -> None:
    builds._generate(Mini(), RULES, tmp_path)
    code = "".join(file.read_text() for file in tmp_path.glob("*.cpp"))
    assert code.count("_first += 64") == len(Mini().populations)
    assert code.count("__builtin_prefetch") > len(Mini().synapses(RULES))
