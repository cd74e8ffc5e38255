"""Write the C++ of a circuit, in a process of its own.

A process of its own, because Brian2's device is global and its code follows the order
of sets: with PYTHONHASHSEED=0 the same circuit gives the same text, and the cache of
builds hits. Beside the code stands `manifest.json`, which says how the state of the
circuit lies in a file; a run needs it and the binary, and no Brian2.

What an episode changes is read at run time: state, wiring, stimulus, length and seed.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import brian2 as b2
import numpy as np
from brian2.core.variables import ArrayVariable

from ..circuits.network import CAPACITY, FOLLOWS, STEP, build
from .outline import Outlined

# With these g++ updates eight cells at a time: it may check ten and more arrays for
# overlap, and glibc shows it the vector forms of exp (which it does for those who say
# -ffast-math in full; Brian2 keeps infinities, and so do we).
VECTORS = [
    "--param=vect-max-version-for-alias-checks=100",
    "-D__FAST_MATH__",
    "--param=max-unswitch-insns=1000",
]

# Reads and writes the arrays in the order of the manifest. Spikes still under way are
# pushed again, oldest first, into the queues of all pathways of their population. The
# network's time is set before every run, because a sum of runs drifts until, after a
# minute, Brian2 takes a step twice. Voltages are written where a trace is asked for,
# after each step; what a circuit follows, every 20 ms.
LOAD = """
{{
    std::ifstream in(std::getenv("TRISYNAPSE_STATE"), std::ios::binary);
    {reads}
    if (!in) {{ std::cerr << "state file too short" << std::endl; std::_Exit(3); }}
    std::ifstream shown(std::getenv("TRISYNAPSE_STIMULUS"), std::ios::binary);
    {shown}
    const unsigned long seed = std::strtoul(std::getenv("TRISYNAPSE_SEED"), NULL, 10);
    brian::_random_generators[0].seed(seed);
    std::ifstream pending(std::getenv("TRISYNAPSE_PENDING"), std::ios::binary);
    {pushes}
    const long steps = std::strtol(std::getenv("TRISYNAPSE_STEPS"), NULL, 10);
    const char* trace = std::getenv("TRISYNAPSE_TRACE");
    std::ofstream traced(trace ? trace : "/dev/null", std::ios::binary);{opens}
    const long stride = trace ? 1 : {stride};
    for (long done = 0; done < steps; done += stride)
    {{
        {network}.t = done*{dt!r};
        {network}.run(std::min(stride, steps - done)*{dt!r}, NULL, 10.0);
        if (trace) {{ {traces} }}{follows}
        if ((done + stride) % 500 == 0 || done + stride >= steps)
        {{
            std::putchar('.');
            std::fflush(stdout);
        }}
    }}
    std::ofstream out(std::getenv("TRISYNAPSE_RESULT"), std::ios::binary);
    {writes}
    std::ofstream heard(std::getenv("TRISYNAPSE_SPIKES"), std::ios::binary);
    {spikes}
    out.close();
    heard.close();
    traced.close();
    if (!out || !heard || !traced)
    {{
        std::cerr << "cannot write" << std::endl;
        std::_Exit(4);
    }}
    std::_Exit(0);
}}
"""

OPENS = """
    std::ofstream followed(std::getenv("TRISYNAPSE_FOLLOWED"), std::ios::binary);"""
FOLLOW = """
        if ((done + stride) % {every} == 0) {{ {writes} }}
        if (done + stride >= steps) followed.close();
        if (!followed) std::_Exit(4);"""

PUSH = """
{{
    int32_t ages = 0;
    pending.read((char*)&ages, 4);
    for (int32_t age = 0; age < ages; age++)
    {{
        int32_t n = 0;
        pending.read((char*)&n, 4);
        std::vector<int32_t> ids(n);
        if (n) pending.read((char*)&ids[0], 4*(std::streamsize)n);
        {pathways}
    }}
}}
"""


def generate(told: dict[str, Any], folder: Path) -> None:
    """Write the C++ project and the manifest of an outline into ``folder``."""
    b2.BrianLogger.suppress_hierarchy("brian2.codegen.generators.base")
    # A build must not depend on a file of preferences in somebody's home.
    b2.prefs.reset_to_defaults()
    # Brian2's own answer to Ctrl-C would end an episode early without a word.
    b2.prefs["core.stop_on_keyboard_interrupt"] = False
    b2.set_device("cpp_standalone", build_on_run=False)
    device = b2.get_device()
    circuit: Any = Outlined(told)
    network = build(circuit, {}, circuit.wiring())
    # The code follows the order of a set of clocks, and that follows their addresses.
    b2.Clock.__hash__ = lambda clock: hash(clock.name)
    network.run(0 * b2.second, namespace={})
    groups = [network[name] for name in circuit.populations]
    joined = [network[name] for name in circuit.synapses()]
    symbols = circuit.symbols()
    state = [row for o in groups + joined for row in _state(device, o)]
    shared = [
        _shared(device, o, name) for o in groups + joined for name in symbols[o.name]
    ]
    followed = [
        row
        for name in circuit.followed
        for row in state
        if (row["owner"], row["name"]) == name
    ]
    device.insert_code(
        "main",
        _episode(device, network, circuit.traced, followed, groups, state, shared),
    )
    device.build(directory=str(folder), compile=False, run=False)
    _untimed(folder / "network.cpp")
    manifest = {
        "step_s": float(STEP),
        "stimulus": [CAPACITY, len(circuit.columns)],
        "state": [[r["owner"], r["name"], r["dtype"], r["size"]] for r in state],
        "symbols": [[r["owner"], r["name"]] for r in shared],
        "populations": [group.name for group in groups],
        "traced": list(circuit.traced),
        "wiring": {s.name: _wiring_names(s.name, device) for s in joined},
        "sources": _merge(folder, sorted(device.writer.source_files)),
        "flags": [*b2.prefs["codegen.cpp.extra_compile_args_gcc"], *VECTORS],
    }
    if followed:
        rows = [[row["owner"], row["name"], row["size"]] for row in followed]
        manifest["followed"] = rows
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _untimed(network: Path) -> None:
    """Take out the system call by which Brian2 times every step: a fifth of a slice."""
    text = network.read_text()
    assert TIMING in text
    network.write_text(text.replace(TIMING, "current = start;"))


TIMING = "current = std::clock();"


def _glanced(source: str) -> str:
    """Let the search for spikes look at 64 cells at once, and at each if one fired.

    The compiler makes vector instructions of the glance, but none of the search. What
    draws a number is left alone: a second look would draw another one.
    """
    return source if "_rand" in source else SEARCH.sub(GLANCE, source)


SEARCH = re.compile(
    r"""    for\(size_t _idx=0; _idx<N; _idx\+\+\)
    \{(?P<looks>
        const size_t _vectorisation_idx = _idx;
.*?)
        if\(_cond\) \{(?P<acts>.*?)
    \}
    (?P<rest>_ptr_array_\w+\[N\] = _count;)""",
    re.DOTALL,
)
GLANCE = r"""    for (size_t _first = 0; _first < N; _first += 64)
    {
        const size_t _last = _first + 64 < N ? _first + 64 : N;
        char _some = 0;
        for (size_t _idx = _first; _idx < _last; _idx++)
        {\g<looks>
            _some |= _cond;
        }
        for (size_t _idx = _first; _some && _idx < _last; _idx++)
        {\g<looks>
        if(_cond) {\g<acts>
        }
    }
    \g<rest>"""


def _fetched(source: str) -> str:
    """Let synapses that a spike reaches be fetched from memory some time before.

    They lie wide apart where the spike is that of their target cell.
    """
    return REACHED.sub(_ahead, source)


def _ahead(found: re.Match[str]) -> str:
    arrays = dict.fromkeys(re.findall(r"(_ptr_array_\w+)\[_idx\]", found["body"]))
    lines = [f"            __builtin_prefetch(&{name}[_next]);" for name in arrays]
    return FETCH.format(begin=found["begin"], lines="\n".join(lines)) + found["body"]


REACHED = re.compile(
    r"""(?P<begin>        _spiking_synapse_idx\+\+\)
    \{
        const size_t _idx = \(\*_spiking_synapses\)\[_spiking_synapse_idx\];
)(?P<body>.*?\n    \}\n)""",
    re.DOTALL,
)
FETCH = """{begin}        if (_spiking_synapse_idx + 16 < _num_spiking_synapses)
        {{
            const size_t _next = (*_spiking_synapses)[_spiking_synapse_idx + 16];
{lines}
        }}
"""


def _merge(folder: Path, sources: list[str]) -> list[str]:
    """Put sources that begin alike into common files, and return the files to compile.

    Brian2 writes a file for every step of every object, hundreds here, and the compiler
    spends its time on what they all include. Files whose text before their own function
    is the same, but for their own header, can share it.
    """
    alike: dict[str, list[tuple[str, str]]] = {}
    left = []
    for source in sources:
        text = _fetched(_glanced((folder / source).read_text()))
        begin, found, rest = text.partition("\nvoid _")
        if source.startswith("code_objects/") and found:
            header = f'#include "{source[:-4]}.h"'
            key = begin.replace(header, "")
            alike.setdefault(key, []).append((header, f"{found}{rest}"))
            (folder / source).unlink()
        else:
            left.append(source)
    for begin, parts in sorted(alike.items()):
        for first in range(0, len(parts), BATCH):
            some = parts[first : first + BATCH]
            headers = "\n".join(header for header, _ in some)
            name = f"merged_{len(left)}.cpp"
            (folder / name).write_text(headers + begin + "".join(t for _, t in some))
            left.append(name)
    return left


BATCH = 16  # sources in one file: few enough that all cores have work


def _state(device: Any, owner: Any) -> list[dict[str, Any]]:
    rows = []
    for name, variable in sorted(owner.variables.items()):
        own = isinstance(variable, ArrayVariable) and variable.owner.name == owner.name
        if not own or variable.scalar or name in HIDDEN or name.startswith("_"):
            continue
        size = len(owner) if variable.dynamic or variable.size == len(owner) else 0
        if size:
            array = device.get_array_name(variable, access_data=False)
            rows.append(
                {
                    "owner": owner.name,
                    "name": name,
                    "dtype": np.dtype(variable.dtype).str,
                    "size": int(size),
                    "pointer": f"&{array}[0]",
                }
            )
    return rows


def _shared(device: Any, owner: Any, name: str) -> dict[str, Any]:
    array = device.get_array_name(owner.variables[name], access_data=False)
    row = {"owner": owner.name, "name": name, "dtype": "<f8", "size": 1}
    return {**row, "pointer": f"&{array}[0]"}


HIDDEN = {"i", "j", "delay", "N_incoming", "N_outgoing", "lastupdate"}


def _episode(
    device: Any,
    network: Any,
    traced: tuple[str, ...],
    followed: list[Any],
    groups: Any,
    state: list[Any],
    shared: list[Any],
) -> str:
    def stream(rows: list[Any], verb: str, file: str) -> str:
        lines = []
        for row in rows:
            count = row["size"] * np.dtype(row["dtype"]).itemsize
            lines.append(f"{file}.{verb}((char*)({row['pointer']}), {count}L);")
        return "\n".join(lines)

    voltages = [r for r in state if r["owner"] in traced and r["name"] == "v"]
    shown = [
        f"shown.read((char*)({name}_values), {timed.values.nbytes}L);"
        for timed, name in device.timed_arrays.items()
    ]
    return LOAD.format(
        reads=stream(shared + state, "read", "in"),
        writes=stream(state, "write", "out"),
        traces=stream(voltages, "write", "traced"),
        opens=OPENS if followed else "",
        stride=FOLLOWS if followed else 500,
        follows=FOLLOW.format(
            every=FOLLOWS, writes=stream(followed, "write", "followed")
        )
        if followed
        else "",
        shown="\n".join(shown),  # no line where no cell looks at the stimulus
        pushes="\n".join(_push(network, group) for group in groups),
        spikes="\n".join(_spikes(device, network, group) for group in groups),
        network=network.name,
        dt=float(STEP),
    )


def _push(network: Any, group: Any) -> str:
    lines = [
        f"{pathway.name}.advance(); if (n) {pathway.name}.push(&ids[0], n);"
        for synapses in sorted(network.objects, key=lambda o: o.name)
        if isinstance(synapses, b2.Synapses)
        for pathway in synapses._pathways
        if pathway.source.name == group.name
    ]
    return PUSH.format(pathways="\n".join(lines))


def _spikes(device: Any, network: Any, group: Any) -> str:
    monitor = network[f"{group.name}_spikes"]
    i, t = (
        device.get_array_name(monitor.variables[name], access_data=False)
        for name in ("i", "t")
    )
    return (
        f"{{ const int64_t n = {i}.size(); heard.write((char*)&n, 8);"
        f" if (n) {{ heard.write((char*)&{i}[0], 4*n);"
        f" heard.write((char*)&{t}[0], 8*n); }} }}"
    )


def _wiring_names(name: str, device: Any) -> list[str]:
    arrays = {row[0] for row in device.static_array_specs}
    return [
        next(a for a in arrays if a.endswith(f"_array_{name}_{end}"))
        for end in ("sources", "targets")
    ]


def main() -> None:
    """Read an outline and write its code, as the two arguments of the process say."""
    told, folder = map(Path, sys.argv[1:])
    generate(json.loads(told.read_text()), folder)
