"""An experiment that a user composes of the bench's words, in a TOML file.

    my-experiment.toml ─▶ words ─▶ checks ─▶ a timeline an arm ─▶ run, resume, measures

The file says what happens; what it does not say, from the pace to the cells of a
region, are the parameters here, as in every protocol. docs/my-experiment.md has the
words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

from ..circuits.genes import Label
from ..circuits.parameters import ASSUMED, Row
from ..simulation.experiment import ArmResult
from ..simulation.procedures import Feed
from ..simulation.recording import Arm
from ..simulation.timeline import Episode, Procedure, Step
from . import composed_words as words
from .composed_bench import Bench
from .composed_checks import Checks
from .composed_file import Written, load
from .composed_measures import Readings
from .composed_mistakes import ExperimentError, Mistake, joined, told
from .composed_oddities import Oddities
from .engram import Engram
from .protocol import Band, Described


@dataclass(frozen=True, kw_only=True)
class Composed(Engram):
    """The experiment of a file, at these parameters; `read` makes its settings."""

    file: str = ASSUMED.name("", "file that says what happens")

    @cached_property
    def written(self) -> Written:
        """What the file says."""
        return load(self.file)

    @cached_property
    def bench(self) -> Bench:
        """What makes steps of it, without a look at whether they can be."""
        return Bench(self, self.written)

    @cached_property
    def readings(self) -> Readings:
        """What is read out."""
        return Readings(self.bench)

    def mistakes(self) -> Iterator[Mistake]:
        """Yield all that is wrong with the file at these parameters."""
        yield from self.written.mistakes
        yield from Checks(self.bench).mistakes()
        yield from self.readings.mistakes()

    @cached_property
    def checked(self) -> Bench:
        """What makes steps of the file, once it was found right.

        Raises
        ------
        ExperimentError
            It is not; each mistake is a line.
        """
        if found := list(self.mistakes()):
            raise ExperimentError(found)
        return self.bench

    @property
    def name(self) -> str:  # type: ignore[override]
        """The title, or the name of the file."""
        return self.written.title or Path(self.file).stem

    @property
    def caption(self) -> str:  # type: ignore[override]
        """The title."""
        return self.written.title or "an experiment of your own"

    @property
    def seed(self) -> int:
        """The seed, if none is given."""
        return self.written.seed

    @property
    def arms(self) -> tuple[str, ...]:  # type: ignore[override]
        """The groups of animals."""
        return tuple(self.written.arms)

    @property
    def manipulations(self) -> tuple[str, ...]:  # type: ignore[override]
        """What differs in each arm."""
        return tuple(
            f"{arm}: {group.about or _differs(group)}"
            for arm, group in self.written.arms.items()
            if group.about or group != words.Group()
        )

    @property
    def labels(self) -> Mapping[str, Label]:
        """The viruses."""
        return self.checked.labels

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the animals of an arm."""
        return tuple(self.checked.steps(arm))

    def with_value(self, path: str, text: str) -> Self:
        """Return a copy with one parameter changed; the file is no parameter."""
        if path == "file":
            raise ValueError(
                "file: it is given as the protocol, as in `trisynapse run "
                "my-experiment.toml`."
            )
        return super().with_value(path, text)

    def table(self, prefix: str = "") -> Iterator[Row]:
        """Yield every parameter, and what the file says."""
        yield from super().table(prefix)
        if not prefix and self.file:
            yield Row("experiment", self.written.text, "what the file says", "", "")

    def record(self, arm: str, result: ArmResult) -> Arm:
        """Return spikes, labels, light, freezing and position of an arm."""
        recorded = super().record(arm, result)
        given = {p.name: p.step for p in self.written.timelines[arm]}
        for name, label in self.labels.items():
            spans = recorded.timeline
            starts = [
                span.start_s
                for span in spans
                if getattr(given.get(span.name), "drug", "") == label.control
            ]
            begin = {"none": 0.0, "4-OHT": min(starts, default=spans[-1].stop_s)}
            if label.control in begin:
                tags = recorded.tags[name]
                tags[label.population] = replace(
                    tags[label.population],
                    window_start_s=begin[label.control],
                    window_stop_s=spans[-1].stop_s,
                )
        return recorded

    def bands(self) -> tuple[Band, ...]:
        """Return the measures, with the bands that are expected."""
        return self.readings.bands()

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        return self.readings.values(arms)

    def files(self) -> tuple[Path, ...]:
        """Return the file."""
        return (Path(self.file),)

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen, and what is odd."""
        settings = self.written.settings
        made = ", ".join(f"{key} = {value}" for key, value in settings.items())
        return (
            f"One simulated second of a visit stands for {self.pace:g} s of the "
            "animal's; shocks and light pulses run in real time.",
            "Tests are made on other animals with the same history.",
            *([f"Settings of the file: {made}."] if made else ()),
            *self.remarks(self.arms),
        )

    def remarks(self, arms: Sequence[str]) -> tuple[str, ...]:
        """Say what can be run and is perhaps not what was meant."""
        return Oddities(self.checked).remarks(arms)

    def _steps(self) -> Iterator[Described]:
        steps = (step for arm in self.arms for step in self.timeline(arm))
        for line, step in zip(super()._steps(), steps, strict=True):
            yield line._replace(what="; ".join(filter(None, (line.what, _done(step)))))


def read(file: str) -> Composed:
    """Return the experiment of a file, with the settings that it makes.

    Raises
    ------
    ExperimentError
        Something in it cannot be read; each mistake is a line.
    """
    made = Composed(file=file)
    wrong: list[Mistake] = []
    todo = dict(made.written.settings)
    while todo:
        wrong, left = [], {}
        for key, value in todo.items():
            try:
                made = made.with_value(key, value)
            except KeyError as problem:
                said = str(problem.args[0]).replace(
                    f"No parameter {key!r}: ", "there is no such parameter: "
                )
                wrong.append(Mistake(joined("settings", key), repr(value), said))
                left[key] = value
            except ValueError as problem:
                said = told(f"{key.rpartition('.')[2]}={value}", problem)
                said = told(value, ValueError(said))
                wrong.append(Mistake(joined("settings", key), repr(value), said))
                left[key] = value
        if len(left) == len(todo):
            break
        todo = left
    if wrong or made.written.mistakes:
        raise ExperimentError([*made.mistakes(), *wrong])
    return made


def _done(step: Step) -> str:
    """Say what is done in a step, and what light falls in it."""
    if isinstance(step, Episode):
        told = [f"light on {light.label} ({light.opsin})" for light in step.lights]
        return "; ".join([*told, *(f"CNO on {label}" for label, _ in step.receptors)])
    if isinstance(step, Procedure):
        acts = [" ".join([type(a).__name__.lower(), *_values(a)]) for a in step.acts]
        return "; ".join(acts) or "nothing"
    return ""


def _values(act: object) -> list[str]:
    if isinstance(act, Feed):
        return [act.name if act.fed else f"no {act.name}"]
    return [str(value) for value in vars(act).values()]


def _differs(group: words.Group) -> str:
    """Say what is different in an arm that does not say it itself."""
    told = [
        f"{step} with {', '.join(f'{k} = {_short(v)}' for k, v in change.items())}"
        for step, change in group.change.items()
    ]
    told += [f"without {step}" for step in group.leave_out]
    told += [f"{raw.get('name') or raw.get('do')} added" for raw in group.insert]
    told += [f"{label} brings {agent}" for label, agent in group.opsin.items()]
    return "; ".join(told) or "the steps as they are"


def _short(value: object) -> str:
    return "…" if isinstance(value, (dict, list)) else str(value)
