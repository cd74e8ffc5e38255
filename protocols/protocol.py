"""What every protocol offers: arms, a timeline, measures with bands, its sources."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

from ..circuits.circuit import Circuit, Rules
from ..circuits.genes import Label
from ..circuits.parameters import ASSUMED, Parameters, Source, symbol, unknown
from ..circuits.projection import Rewiring
from ..simulation.experiment import ArmResult
from ..simulation.recording import Arm, Measure
from ..simulation.timeline import Episode, Gap, Procedure, Step
from .comparisons import Comparison, of_group

KINDS = {Episode: "episode", Gap: "gap", Procedure: "procedure"}
BRIAN = Source("Stimberg et al. 2019, Brian 2", doi="10.7554/eLife.47314")


class Band(NamedTuple):
    """A measure as a paper reports it; an open side of the band is NaN."""

    arm: str
    name: str
    unit: str
    low: float
    high: float
    source: str

    def measure(self, value: float) -> Measure:
        """Hold a value against the band. A value that is not a number fails."""
        free = self.low != self.low and self.high != self.high
        inside = not (value < self.low or value > self.high or value != value)
        return Measure(
            self.arm,
            self.name,
            value,
            self.unit,
            self.low,
            self.high,
            -1 if free else int(inside),
            self.source,
        )


class Described(NamedTuple):
    """One step of one arm in words."""

    arm: str
    step: str
    kind: str
    lasts: str
    what: str


class Description(NamedTuple):
    """What `trisynapse describe` prints."""

    caption: str
    timeline: tuple[Described, ...]
    manipulations: tuple[str, ...]
    measures: tuple[tuple[str, str, str, float, float, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Protocol(Parameters):
    """A published kind of experiment on a circuit."""

    name: ClassVar[str]
    caption: ClassVar[str]
    arms: ClassVar[tuple[str, ...]]
    manipulations: ClassVar[tuple[str, ...]] = ()
    papers: ClassVar[tuple[Source, ...]] = ()
    choices: ClassVar[tuple[str, ...]] = ()  # parameters that name a group of others
    branch: ClassVar[str] = "other animals"  # what goes through a branch

    circuit: Circuit = symbol("the circuit that it runs on")
    draw: int = ASSUMED(1, "which draw of what is random: 2 is the same animal again")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        self.must_be("at least 1", "draw")

    @property
    @abstractmethod
    def rules(self) -> Rules:
        """The rule of each kind of plastic projection."""

    @property
    def labels(self) -> Mapping[str, Label]:
        """The viruses that the animals were given, by the name of their label."""
        return {}

    @property
    def structure(self) -> Mapping[str, Rewiring]:
        """What rewires projections in gaps, by their name."""
        return {}

    @abstractmethod
    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the animals of an arm."""

    @abstractmethod
    def record(self, arm: str, result: ArmResult) -> Arm:
        """Return what the experimenter keeps of an arm."""

    @abstractmethod
    def bands(self) -> tuple[Band, ...]:
        """Return the measures, with the bands in which they count as reproduced."""

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The measures that are made of two others."""
        return ()

    @abstractmethod
    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""

    @abstractmethod
    def notes(self) -> tuple[str, ...]:
        """Say what was chosen and what a simulated second stands for."""

    def files(self) -> tuple[Path, ...]:
        """Return the files that the parameters name."""
        return ()

    def remarks(self, arms: Sequence[str]) -> tuple[str, ...]:
        """Return what a user should know before these arms are run."""
        return ()

    def measures(self, arms: Mapping[str, Arm]) -> tuple[Measure, ...]:
        """Hold every value against its band."""
        return self._judged(self.values(arms))

    def group(self, animals: Sequence[Iterable[Measure]]) -> tuple[Measure, ...]:
        """Hold the group that these animals are against the bands, as papers do.

        Parameters
        ----------
        animals : the measures of each, as in its recording; at least one
        """
        each = [{(m.arm, m.name): m.value for m in animal} for animal in animals]
        return self._judged(of_group(each, self.comparisons))

    def with_value(self, path: str, text: str) -> Self:
        """Return a copy with one parameter changed, its own or one of its circuit's."""
        head = path.partition(".")[0]
        own = [f.name for f in fields(self)]
        inner = [f.name for f in fields(self.circuit)]
        if head in own:
            return super().with_value(path, text)
        if head in inner:
            return replace(self, circuit=self.circuit.with_value(path, text))
        deeper = [r.symbol for r in self.table() if r.symbol.endswith(f".{path}")]
        raise KeyError(
            unknown("parameter", path if deeper else head, deeper or own + inner)
        )

    def describe(self) -> Description:
        """Return the protocol in words."""
        return Description(
            caption=self.caption,
            timeline=tuple(self._steps()),
            manipulations=self.manipulations,
            measures=tuple(tuple(band) for band in self.bands()),  # type: ignore[misc]
            notes=self.notes(),
        )

    def sources(self) -> tuple[Source, ...]:
        """Return the papers behind the numbers, each once, the protocol's own first."""
        cited = {source.cite: source for source in (*self.papers, BRIAN)}
        for row in self.table():
            # What was fitted here is no paper.
            if row.source != ASSUMED.cite and (row.doi or "fitted" not in row.source):
                cited.setdefault(row.source, Source(row.source, row.doi))
        return tuple(cited.values())

    def _judged(self, values: Mapping[tuple[str, str], float]) -> tuple[Measure, ...]:
        return tuple(
            band.measure(values[band.arm, band.name])
            for band in self.bands()
            if (band.arm, band.name) in values
        )

    def _steps(self) -> Iterator[Described]:
        for arm in self.arms:
            for step in self.timeline(arm):
                kind = KINDS[type(step)]
                what = step.place if isinstance(step, Episode) else ""
                what += f" ({self.branch})" if step.branch else ""
                yield Described(arm, step.name, kind, in_words(step.seconds), what)


def in_words(seconds: float) -> str:
    """Return a time as one says it, in seconds to days."""
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size or seconds == size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
