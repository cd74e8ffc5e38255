"""The command line: every verb is a thin skin over one function of the package.

Brian2, h5py and matplotlib take long to import, so a verb loads what it needs when it
runs: `--help`, `list` and `describe` answer at once.
"""

import errno
import io
import json
import math
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib import import_module
from importlib.metadata import version
from inspect import isclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

if TYPE_CHECKING:
    from .circuits.parameters import Source
    from .simulation.recording import Measure, Recording

N = TypeVar("N", int, float)

MISTAKE, STOPPED = 2, 130  # exit statuses
OWN = "my-experiment"  # whose figure is that of all experiments that users write
DATA, PICTURES = (".h5", ".hdf5"), (".png", ".pdf", ".svg")

FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
WAYS_OUT = {
    **dict.fromkeys(FORBIDDEN, "Choose a place that you may read and write."),
    errno.ENOSPC: "Free some space, or choose another place.",
    errno.ENOENT: "Check the spelling.",
    errno.EISDIR: "Give the name of a file.",
}

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _number(
    kind: Callable[[str], N], wanted: str, allowed: Callable[[N], bool] = lambda n: True
) -> Callable[[Any], N]:
    """Return a reader of an option that says what was given and what is wanted."""

    def read(given: Any) -> N:
        with suppress(ValueError):
            number = kind(str(given))
            if allowed(number):
                return number
        raise typer.BadParameter(f"{str(given)!r} is given, {wanted} is wanted.")

    return read


SEED = _number(int, "a whole number from 0 to 4294967295", lambda n: 0 <= n < 2**32)
SEEDS = _number(int, "a whole number from 1 to 1000", lambda n: 1 <= n <= 1000)
WORKERS = _number(int, "a whole number from 1 on", lambda n: n >= 1)
SCALE = _number(float, "a number")  # the circuit knows its limits

ProtocolName = Annotated[
    str,
    typer.Argument(metavar="PROTOCOL", help="A protocol's name, or a .toml file."),
]
ResultFile = Annotated[Path, typer.Argument(metavar="FILE")]


def main(argv: Sequence[str] | None = None) -> int:
    """Answer a command line and return its exit status."""
    given = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    if isinstance(sys.stdout, io.TextIOWrapper):
        # As stderr does: a terminal or a pipe may not know every sign.
        sys.stdout.reconfigure(errors="backslashreplace")
    verbs = typer.main.get_command(app)
    try:
        status = verbs.main(given, prog_name="trisynapse", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        # The reader has gone: let what is left go nowhere, without complaint.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as problem:
        told = _told(problem)
        if not told:
            raise
        # A file may hold several mistakes.
        lines = getattr(problem, "lines", None) or (" ".join(told.split()),)
        print(*lines, sep="\n", file=sys.stderr)
        return MISTAKE
    return int(status or 0)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"trisynapse {version('trisynapse')}")
        raise typer.Exit


@app.callback()
def trisynapse(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version."
        ),
    ] = False,
) -> None:
    """Run published experiments on memory in one spiking circuit of the hippocampus.

    `trisynapse list` shows what there is, `trisynapse run fear-conditioning` runs it.
    """


@app.command("list")
def list_() -> None:
    """Show the protocols and the circuits, one line each."""
    protocols = _load("protocols.catalogue").PROTOCOLS
    lines = [(name, "protocol", kind().caption) for name, kind in protocols.items()]
    lines += [(name, "circuit", _caption(kind)) for name, kind in _circuits().items()]
    width = max(len(name) for name, *_ in lines)
    for name, kind, caption in lines:
        print(f"{name:<{width}}  {kind:<8}  {caption}")


@app.command()
def describe(protocol: ProtocolName) -> None:
    """Show the steps, arms and measures of a protocol."""
    found = _load("protocols.catalogue").find(protocol)
    told = found.describe()
    circuit = type(found.circuit).__name__.lower()
    regions = ", ".join(type(region).__name__ for region in found.circuit.regions)
    print(f"{protocol}: {told.caption}\n")
    print(f"Arms     {', '.join(found.arms)}")
    print(f"Circuit  {circuit} ({regions}), scale {found.circuit.scale:g}\n")
    _show(("arm", "step", "kind", "lasts", "what happens"), told.timeline)
    if told.manipulations:
        print("\nManipulations")
        _print_list(told.manipulations)
    print()
    in_words = _load("simulation.recording").band_in_words
    lines = [
        (arm, name, in_words(low, high), unit, source)
        for arm, name, unit, low, high, source in told.measures
    ]
    _show(("arm", "measure", "band", "unit", "source"), lines)
    if told.notes:
        print("\nNotes")
        _print_list(told.notes)


@app.command()
def example(
    name: Annotated[
        str,
        typer.Argument(metavar="[NAME]", help="silent-engram or engram-reactivation."),
    ] = "silent-engram",
) -> None:
    """Print an experiment as a .toml file, to start your own from."""
    file = _pick("example", name, _load("protocols.catalogue").examples())
    print(file.read_text(encoding="utf-8"), end="")


@app.command()
def parameters(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A region (ca3), a part of one (ca3.pyramidal), a rule "
            "(tagging-capture), a circuit (memory) or a protocol.",
        ),
    ],
) -> None:
    """Show symbols, values, meanings and sources."""
    head, *steps = name.split(".")
    regions = _regions()
    known = {**_wholes(), **regions}
    whole = _pick("region, rule, circuit or protocol", head, known)
    path = ".".join(steps)
    if steps:
        whole.part(path)  # refuses what is not there
    # The symbols are those that `run --set` takes.
    prefix, path = (f"{head}.", name) if head in regions else ("", path)
    rows = whole.table(prefix)
    chosen = [r for r in rows if not path or f"{r.symbol}.".startswith(f"{path}.")]
    lines = [(*row[:3], _cited(row.source, row.doi)) for row in chosen]
    _show(("symbol", "value", "meaning", "source"), lines)


@app.command()
def run(
    protocol: ProtocolName,
    arm: Annotated[
        list[str] | None,
        typer.Option(metavar="ARM", help="An arm to run; repeat it. All by default."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            parser=SEED, metavar="N", help="One seed, one result; 1 by default."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help='Change a parameter, as in "ca3.pyramidal.g_L=5 nS"; repeat it.',
        ),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(parser=SCALE, metavar="F", help="Factor on the number of cells."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            parser=WORKERS, metavar="N", help="Processes that share the arms."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="By default PROTOCOL-seedN.h5, here."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace FILE where it exists.")
    ] = False,
) -> None:
    """Run a protocol.

    It leaves an HDF5 file with a figure beside it, and shows the table of measures.
    """
    found = _load("protocols.catalogue").find(protocol)
    for name in arm or ():
        _pick("arm", name, dict.fromkeys(found.arms))
    seed = getattr(found, "seed", 1) if seed is None else seed
    stem = Path(protocol.removesuffix(".toml")).name
    file = _suffixed("--out", out or Path(f"{stem}-seed{seed}.h5"), DATA)
    with _progress() as bar:
        recording = _load("protocols.running").run(
            protocol,
            arms=tuple(dict.fromkeys(arm)) if arm else None,
            seed=seed,
            settings=tuple(settings or ()),
            scale=scale,
            workers=workers,
            out=file,
            overwrite=overwrite,
            progress=bar,
            command=shlex.join(["trisynapse", *sys.argv[1:]]),
        )
    _finish(recording, file)


@app.command()
def resume(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE|DIR", help="The file of the run, or its .parts folder."
        ),
    ],
) -> None:
    """Go on with a run that was stopped."""
    running = _load("protocols.running")
    _, file = running.stopped(path)
    with _progress() as bar:
        recording = running.resume(path, progress=bar)
    _finish(recording, file)


@app.command()
def measures(
    file: ResultFile,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show the measures of a run, with their bands."""
    found = _load("simulation.store").read_measures(file)
    if not as_json:
        _show_measures(found)
        return
    listed = [{k: _writable(v) for k, v in m._asdict().items()} for m in found]
    print(json.dumps(listed, indent=2, ensure_ascii=False))


@app.command()
def plot(
    file: ResultFile,
    kind: Annotated[
        str | None, typer.Option(metavar="K", help="Which of the protocol's figures.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="PNG|PDF|SVG", help="By default FILE with .png."),
    ] = None,
) -> None:
    """Draw a figure of a run."""
    recording = _load("simulation.store").load(file)
    picture = _suffixed("--out", out or file.with_suffix(".png"), PICTURES)
    _draw(recording, kind, picture)
    print(f"Saved {picture}")


@app.command()
def landmarks(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="As in L09 or L01-L06; all by default."),
    ] = None,
    seeds: Annotated[
        int,
        typer.Option(
            parser=SEEDS, metavar="N", help="Animals or slices: seeds 1 to N."
        ),
    ] = 5,
    workers: Annotated[
        int | None, typer.Option(parser=WORKERS, metavar="N", help="Runs at a time.")
    ] = None,
    as_json: Annotated[
        Path | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Write the findings for programs; FILE.parts keeps finished runs.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace FILE where it exists.")
    ] = False,
) -> None:
    """Run the landmark experiments and hold them against what papers found.

    A control is an arm in which the effect must not appear.
    """
    known = _load("protocols.known_landmarks").LANDMARKS
    found = _load("protocols.landmarks")
    claims = found.select(known, ids or ())
    wanted = range(1, seeds + 1)
    if as_json:
        _suffixed("--json", as_json, (".json",))
    with _progress("the same command" if as_json else "") as bar:
        how = {"workers": workers, "progress": bar}
        if as_json:
            how["overwrite"] = overwrite
            findings = found.judge_into(as_json, claims, wanted, **how)
        else:
            findings = found.judge(claims, wanted, **how)
    _show_findings(findings)


@app.command()
def cite(
    protocol: ProtocolName,
    bibtex: Annotated[bool, typer.Option("--bibtex", help="For LaTeX.")] = False,
) -> None:
    """Show the papers behind the numbers of a protocol."""
    sources = _load("protocols.catalogue").find(protocol).sources()
    if bibtex:
        print("\n\n".join(_entries(sources)))
        return
    for source in sources:
        print(_cited(source.cite, source.doi))


@app.command()
def builds(
    clear: Annotated[bool, typer.Option("--clear", help="Delete them all.")] = False,
) -> None:
    """Show the cache of compiled circuits."""
    cache = _load("simulation.builds")
    folder = cache.cache_folder()
    if clear:
        n = cache.clear()
        print(f"Deleted {n} {'build' if n == 1 else 'builds'} from {folder}")
        return
    kept = cache.entries()
    if not kept:
        print(f"No builds in {folder}")
        return
    lines = [
        (name[:12], circuit, f"{datetime.fromtimestamp(used):%Y-%m-%d %H:%M}")
        + (f"{size / 1e6:.1f} MB",)
        for name, circuit, used, size in kept
    ]
    _show(("build", "circuit", "last used", "size"), lines)
    print(f"\n{sum(size for *_, size in kept) / 1e6:.1f} MB in {folder}")


class Bar:
    """Progress on stderr: what is under way, its share, the time left.

    It is silent where stderr is no terminal.
    """

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._whole = self._bars.add_task("starting", total=None)
        self._stage = self._bars.add_task("", total=1.0, visible=False)

    def start(self, total_s: float) -> None:
        """Begin a run of so many seconds of spiking time."""
        self._bars.update(self._whole, description="running", total=total_s)
        self._bars.start()

    def advance(self, seconds: float) -> None:
        """Count seconds of spiking time as done."""
        self._bars.advance(self._whole, seconds)

    def stage(self, text: str, share: float | None) -> None:
        """Say what is under way, on a line of its own where its share is known."""
        self._bars.start()
        if share is None:
            self._bars.update(self._whole, description=text)
            self._bars.update(self._stage, visible=False)
        else:
            unfinished = share < 1
            self._bars.update(
                self._stage, description=text, completed=share, visible=unfinished
            )

    def note(self, text: str) -> None:
        """Say something on a line that stays, a terminal or not."""
        self._bars.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def stop(self) -> None:
        """Take the bars away."""
        self._bars.stop()


@contextmanager
def _progress(again: str = "") -> Iterator[Bar]:
    """Give a bar, take it away at the end, and say how a stopped run goes on."""
    bar = Bar()
    try:
        yield bar
    except KeyboardInterrupt as stop:
        bar.stop()
        kept = getattr(stop, "folder", None)
        resume = again or f"trisynapse resume {shlex.quote(str(kept))}"
        way = f" Go on with: {resume}" if kept else ""
        print(f"Stopped.{way}", file=sys.stderr)
        raise
    finally:
        bar.stop()


def _load(name: str) -> Any:
    """Import a module when a verb needs it: see the head of this file."""
    return import_module(f".{name}", __package__)


def _told(problem: Exception) -> str:
    """Return what to tell the user; nothing where the fault is not the user's."""
    if isinstance(problem, typer.TyperException):
        asked = getattr(problem, "ctx", None)
        verb = asked.command_path if asked else "trisynapse"
        text = problem.format_message()
        stop = "" if text.endswith((".", "?")) else "."
        return f"{text}{stop} See '{verb} --help'."
    if isinstance(problem, OSError) and problem.strerror:
        what = f"{problem.filename}: " if problem.filename else ""
        return f"{what}{problem.strerror}. {WAYS_OUT.get(problem.errno or 0, '')}"
    if isinstance(problem, (KeyError, ValueError, OSError)) and problem.args:
        # A sentence was written for a reader; Python's own messages are none, and
        # come from a fault of ours, which keeps its traceback.
        text = str(problem.args[0]).strip()
        return text if " " in text and text.endswith((".", "?", "!")) else ""
    return ""


def _pick(what: str, name: str, known: Mapping[str, Any]) -> Any:
    """Return what bears a name, or refuse and say the nearest one."""
    if name not in known:
        unknown = _load("circuits.parameters").unknown
        raise KeyError(unknown(what, name, list(known)))
    return known[name]


def _circuits() -> dict[str, Any]:
    package = _load("circuits")
    kinds = [kind for kind in vars(package).values() if isclass(kind)]
    return {
        kind.__name__.lower(): kind
        for kind in kinds
        if issubclass(kind, package.Circuit) and kind is not package.Circuit
    }


def _regions() -> dict[str, Any]:
    circuits = [kind() for kind in _circuits().values()]
    return {type(r).__name__.lower(): r for c in circuits for r in c.regions}


def _wholes() -> dict[str, Any]:
    """Return circuits, rules and protocols by name, with the values they start from."""
    rules = _load("plasticity.catalogue").rules()
    kinds = {**_circuits(), **_load("protocols.catalogue").PROTOCOLS}
    return {**{name: kind() for name, kind in kinds.items()}, **rules}


def _caption(kind: type) -> str:
    """Return a class's caption, or what the head of its file says after its name."""
    if told := getattr(kind, "caption", ""):
        return str(told)
    head = (sys.modules[kind.__module__].__doc__ or "").partition("\n")[0]
    return head.partition(": ")[2] or head


def _suffixed(option: str, path: Path, allowed: tuple[str, ...]) -> Path:
    if path.suffix.lower() not in allowed:
        near = path.with_suffix(allowed[0]) if path.name else f"file{allowed[0]}"
        names = ", ".join(allowed)
        raise ValueError(
            f"{option} {path}: the name must end in {names}, as in {near}."
        )
    return path


def _finish(recording: "Recording", file: Path) -> None:
    """Show the measures of a run and draw its figure beside its file."""
    _show_measures(recording.measures)
    picture = file.with_suffix(".png")
    _draw(recording, None, picture)
    print(f"\nSaved {file} and {picture}")


def _draw(recording: "Recording", kind: str | None, picture: Path) -> None:
    figures = _load("protocols.catalogue").FIGURES
    own = recording.protocol not in figures and "experiment" in recording.parameters
    name = OWN if own else recording.protocol
    kinds = _pick("protocol with a figure", name, figures)
    first = next(iter(kinds))
    drawn = _pick("figure", first if kind is None else kind, kinds)(recording)
    drawn.savefig(picture)


def _writable(value: Any) -> Any:
    """Return a value as JSON can write it, which knows no NaN and nothing infinite."""
    return value if not isinstance(value, float) or math.isfinite(value) else None


def _show_measures(found: Iterable["Measure"]) -> None:
    verdicts = {1: "yes", 0: "no", -1: ""}
    in_words = _load("simulation.recording").band_in_words
    lines = [
        (m.arm, m.name, f"{m.value:.4g}", m.unit, in_words(m.low, m.high))
        + (verdicts[m.passes], m.source)
        for m in found
    ]
    heads = ("arm", "measure", "value", "unit", "band", "in band", "source")
    _show(heads, lines)


def _show_findings(findings: Iterable[Any]) -> None:
    """Print each finding, with its controls below it."""
    in_words = _load("simulation.recording").band_in_words

    def rows(found: Iterable[Any], indent: str) -> Iterator[tuple[str, ...]]:
        for f in found:
            low, high = f.ci95
            spread = f"{low:.4g} to {high:.4g}" if low == low else ""
            off = f.verdict
            if off == "fail":
                short = [x for x in (f.low - f.mean, f.mean - f.high) if x == x]
                off += f" by {max(short, default=math.nan):.3g}"
            words = indent + f.experiment
            band = in_words(f.low, f.high)
            yield f.id, words, f"{f.mean:.4g}", spread, band, off, f.source
            yield from rows(f.controls, indent + "  control: ")

    heads = ("id", "experiment", "mean", "95 % interval", "band", "verdict", "source")
    _show(heads, rows(findings, ""))


def _cited(cite: str, doi: str) -> str:
    return f"{cite}, doi:{doi}" if doi else cite


def _entries(sources: Iterable["Source"]) -> Iterator[str]:
    """Yield each source as BibTeX, under keys of their own."""
    used: set[str] = set()
    for source in sources:
        dated = re.fullmatch(r"(.+?),? \(?(\d{4})[a-z]?\)?", source.cite)
        key = re.sub(r"\W", "", source.cite.split()[0]) + (dated[2] if dated else "")
        while key in used:
            key += "x"
        used.add(key)
        told = {"title": source.cite}
        if dated:
            authors = re.sub(r",? et al\.?", " and others", dated[1])
            told = {"author": authors, "year": dated[2]}
        if source.doi:
            told["doi"] = source.doi
        body = "".join(f"  {name} = {{{text}}},\n" for name, text in told.items())
        yield f"@misc{{{key},\n{body}}}"


def _print_list(items: Iterable[str]) -> None:
    for item in items:
        print(f"  {item}")


def _show(heads: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Print a table; one line a row where no terminal limits the width."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for i, head in enumerate(heads):
        table.add_column(head, no_wrap=i < 2, overflow="fold")
    for line in lines:
        table.add_row(*map(str, line))
    width = None if sys.stdout.isatty() else 10_000
    console = Console(width=width, markup=False, highlight=False, emoji=False)
    with console.capture() as shown:
        console.print(table)
    for text in shown.get().splitlines():
        print(text.rstrip())


if __name__ == "__main__":
    sys.exit(main())
