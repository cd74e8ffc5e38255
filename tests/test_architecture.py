"""The arrows between the folders, and what an import may cost."""

import ast
import doctest
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import trisynapse

CHECKOUT = Path(__file__).parents[1]
INSTALLED = Path(trisynapse.__file__).parent

ARROWS: dict[str, set[str]] = {
    "circuits": set(),
    "plasticity": {"circuits"},
    "simulation": {"circuits"},
    "analysis": set(),
    "protocols": {"circuits", "plasticity", "simulation", "analysis"},
}
FOLDERS = set(ARROWS)
FACES = ["__init__.py", "cli.py"]
FILES = FACES + sorted(
    str(file.relative_to(CHECKOUT))
    for folder in FOLDERS
    for file in (CHECKOUT / folder).rglob("*.py")
)

BRIAN2 = {"circuits/network.py", "simulation/generate.py", "simulation/runtime.py"}
SLOW = {"brian2", "h5py", "matplotlib", "ratinabox", "scipy", "shapely"}


def parsed(file: str) -> ast.Module:
    return ast.parse((CHECKOUT / file).read_text(encoding="utf-8"))


def imports(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    return (n for n in ast.walk(node) if isinstance(n, (ast.Import, ast.ImportFrom)))


def folders_used(file: str) -> set[str]:
    """Return the folders of ours that a file imports from."""
    depth = file.count("/") + 1
    heads = {
        (node.module or alias.name).partition(".")[0]
        for node in imports(parsed(file))
        if isinstance(node, ast.ImportFrom) and node.level == depth
        for alias in node.names
    }
    return heads & FOLDERS


def libraries_used(file: str) -> set[str]:
    heads = set()
    for node in imports(parsed(file)):
        if isinstance(node, ast.Import):
            heads |= {alias.name.partition(".")[0] for alias in node.names}
        elif not node.level:
            heads.add((node.module or "").partition(".")[0])
    return heads


def slow_libraries_after(code: str) -> set[str]:
    """Return the slow libraries that a fresh Python has loaded after some code."""
    code = f"import sys\n{code}\nprint('loaded', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return SLOW & set(done.stdout.splitlines()[-1].split())


def test_imports_follow_the_arrows() -> None:
    used = {file: folders_used(file) for file in FILES if file not in FACES}
    homes = {file: file.partition("/")[0] for file in used}
    astray = {f: used[f] - ARROWS[homes[f]] - {homes[f]} for f in used}
    assert not {file: folders for file, folders in astray.items() if folders}


def test_imports_inside_the_package_are_relative() -> None:
    ours = {"trisynapse", *FOLDERS}
    assert not [file for file in FILES if libraries_used(file) & ours]


def test_no_file_imports_a_star() -> None:
    names = {f: [a.name for n in imports(parsed(f)) for a in n.names] for f in FILES}
    assert not [file for file in FILES if "*" in names[file]]


def test_no_function_imports() -> None:
    assert not [
        (file, late.lineno)
        for file in FILES
        for function in ast.walk(parsed(file))
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for late in imports(function)
    ]


def test_few_files_talk_to_brian2() -> None:
    assert {file for file in FILES if "brian2" in libraries_used(file)} <= BRIAN2


def test_importing_the_package_loads_nothing_slow() -> None:
    assert slow_libraries_after("import trisynapse") == set()


def test_importing_the_command_line_loads_nothing_slow() -> None:
    assert slow_libraries_after("import trisynapse.cli") == set()


def test_listing_describing_and_citing_load_no_brian2() -> None:
    verbs = [["list"], ["describe", "fear-conditioning"], ["cite", "fear-conditioning"]]
    code = (
        f"from trisynapse.cli import main\nfor verb in {verbs}: assert not main(verb)"
    )
    assert slow_libraries_after(code) == set()


def test_every_file_is_installed() -> None:
    missing = [file for file in FILES if not (INSTALLED / file).exists()]
    assert not missing, "Install once more: pip install -e '.[test]'"


def test_the_examples_in_docstrings_hold() -> None:
    failed = {}
    for file in FILES:
        if ">>>" in (CHECKOUT / file).read_text(encoding="utf-8"):
            path = file.removesuffix(".py").removesuffix("__init__").rstrip("/")
            parts = filter(None, ["trisynapse", *path.split("/")])
            module = import_module(".".join(parts))
            failed[file] = doctest.testmod(module).failed
    assert not [file for file, n in failed.items() if n]
