"""A slice rig: electrodes on pathways S1, S2, S3, test pulses, drugs in the bath.

    test pulses   │     │     │ ▮▮▮ pattern  │     │     │     │     │
    ──────────────┴─────┴─────┴──────────────┴─────┴─────┴─────┴─────┴───▶
                baseline      0                     hours, crossed in closed form

Test pulses are given to a copy of the slices at that moment, so that they cannot change
a weight. The response is the initial slope of the mean somatic EPSP of a slice's cells;
point neurons have no field, but where the driving force is the same, the slope of the
field EPSP is proportional to it.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from ..analysis.slope import initial_slope, percent_of_baseline
from ..circuits.circuit import Rules
from ..circuits.parameters import ASSUMED, Row, unknown
from ..circuits.projection import Rule, SharedRule
from ..circuits.quantity import Quantity
from ..circuits.slice import DentateSlice, Preparation, Slice
from ..plasticity import TaggingCapture
from ..plasticity.catalogue import find, name_of
from ..simulation.experiment import ArmResult
from ..simulation.recording import Arm, Signal, Trace
from ..simulation.state import STEP_S
from ..simulation.timeline import TICK_S, Episode, Step
from .bath import Bath, Window
from .patterns import STEADY_S, Pattern
from .protocol import Band, Described, Protocol
from .recorded import population_table, synaptic_weights

PREPARATIONS: dict[str, type[Preparation]] = {
    "schaffer": Slice,
    "dentate": DentateSlice,
}
PATHWAYS = ("s1", "s2", "s3")
LEAD_S, TAIL_S = 0.05, 0.5  # around the pulses of an episode
TEST_S, APART_S = 0.02, 0.3  # first test pulse of an episode, time to the next
LATEST_S = 0.2  # a response to a test pulse
NEAR_S = 60.0  # a test so near to a moment stands for it
PAUSE_S = 5.0  # a longer silence is crossed in closed form
MOST_TESTS = 1000
LONGEST_S = 30 * 86400.0
AFTER_S = (1800.0, 3600.0, 3 * 3600.0)  # moments after the last pattern
OPEN = float("nan")


class Given(NamedTuple):
    """A pattern on a pathway, at a time in seconds on the clock of the first one."""

    pathway: str
    pattern: Pattern
    start_s: float


class Medium(NamedTuple):
    """The bath of one arm: what acts on receptors and what acts on proteins."""

    apv: Window | None = None
    kn93: Window | None = None
    bath: Bath = Bath()


@dataclass(frozen=True, kw_only=True)
class Rig(Protocol):
    """What every experiment on slices shares."""

    choices: ClassVar[tuple[str, ...]] = ("rule", "preparation")

    circuit: Preparation = Slice()
    preparation: str = ASSUMED.name("schaffer", "schaffer, or dentate: perforant path")
    rule: Rule = TaggingCapture()

    intensity: float = ASSUMED(1.0, "share of a pathway's fibres that a pattern fires")
    test_intensity: float = ASSUMED(1.0, "share that a test pulse fires")
    baseline: Quantity = ASSUMED("30 min", "test pulses before the first pattern")
    duration: Quantity = ASSUMED("8 h", "test pulses after its beginning")
    every: Quantity = ASSUMED("15 min", "between test pulses")
    onset: Quantity = ASSUMED("3 min", "time constant with which a drug comes")
    washout: Quantity = ASSUMED("10 min", "time constant with which it is washed out")

    def __post_init__(self) -> None:
        """Refuse what no rig can do."""
        super().__post_init__()
        self.must_be("a share from 0 to 1", "intensity")
        self.must_be("a value above 0", "test_intensity", "every", "duration")
        if float(self.baseline) < NEAR_S:
            raise ValueError(f"baseline={self.baseline}: 1 min at least is wanted.")
        if type(self.circuit) is not PREPARATIONS.get(self.preparation):
            raise ValueError(
                f"preparation={self.preparation} with {type(self.circuit).__name__}: "
                "choose one by its name, `--set preparation=NAME`, of "
                f"{', '.join(PREPARATIONS)}."
            )
        self.must_be("0 or more", "onset", "washout")
        if self.test_intensity > 1:
            raise ValueError(
                f"test_intensity={self.test_intensity}: a share up to 1 is wanted."
            )
        for name in self._inputs().values():
            delay = self.circuit.synapses({})[name].projection.delay
            if float(delay) > LATEST_S:
                raise ValueError(
                    f"{name} has a delay of {delay}: {1e3 * LATEST_S:g} ms at most, or "
                    "the response comes after its test."
                )
        whole = float(self.baseline) + float(self.duration)
        if whole > LONGEST_S or whole / float(self.every) > MOST_TESTS:
            raise ValueError(
                f"{self.baseline} and {self.duration} with a test pulse every "
                f"{self.every}: at most {MOST_TESTS:,} tests in 30 days are possible."
            )
        for arm in self.arms:
            for given in self.given(arm):
                end = given.start_s + given.pattern.seconds
                if end + NEAR_S > float(self.duration):
                    raise ValueError(
                        f"{given.pattern.name} on {given.pathway.upper()} ends at "
                        f"{clock(end)}: after that, duration={self.duration} leaves no "
                        "time for a test pulse; raise it."
                    )

    @abstractmethod
    def given(self, arm: str) -> tuple[Given, ...]:
        """Return the patterns that an arm is given; the first begins at 0."""

    @abstractmethod
    def medium(self, arm: str) -> Medium:
        """Return what is in the bath of an arm."""

    @property
    def rules(self) -> Rules:
        """The rule of the pathways."""
        return {"pathway": self.rule}

    def with_value(self, path: str, text: str) -> Self:
        """Return a copy with one value changed; a rule or preparation by its name."""
        if path == "rule":
            return replace(self, rule=find(text))
        if path == "preparation":
            if text not in PREPARATIONS:
                raise KeyError(unknown("preparation", text, list(PREPARATIONS)))
            old = self.circuit
            circuit = PREPARATIONS[text](slices=old.slices, scale=old.scale)
            return replace(self, circuit=circuit, preparation=text)
        return super().with_value(path, text)

    def table(self, prefix: str = "") -> Iterator[Row]:
        """Yield the name of the rule, and every parameter."""
        meaning = "plasticity rule of the pathways"
        yield Row(f"{prefix}rule", name_of(type(self.rule)), meaning, ASSUMED.cite, "")
        yield from super().table(prefix)

    def files(self) -> tuple[Path, ...]:
        """Return the files of pulse times."""
        paths = {given.pattern.file for a in self.arms for given in self.given(a)}
        return tuple(sorted(path for path in paths if path is not None))

    def remarks(self, arms: Sequence[str]) -> tuple[str, ...]:
        """Say what was read from files, and which drugs the rule does not know."""
        found, rule = [], type(self.rule).__name__
        for given in {g.pattern.name: g for a in arms for g in self.given(a)}.values():
            if given.pattern.file is not None:
                spans = f"{given.pattern.pre[0]:g} to {given.pattern.pre[-1]:g} s"
                found.append(f"{given.pattern.caption}, at {spans}.")
        for arm in arms:
            apv, kn93, bath = self.medium(arm)
            drugs = [n for n, d in (("apv", apv), ("kn93", kn93)) if d is not None]
            unknown_ = [drug for drug in drugs if drug not in self.rule.needs]
            if any(bath) and not isinstance(self.rule, SharedRule):
                unknown_.append("block of protein synthesis")
            if unknown_:
                found.append(f"{rule} knows no {unknown_[0]}: arm {arm} is as vehicle.")
        return tuple(found)

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the slices of an arm."""
        return tuple(self._steps_of(arm))

    def record(self, arm: str, result: ArmResult) -> Arm:
        """Return spikes, weights and responses of an arm."""
        circuit, timeline = self.circuit, result.timeline()
        stages = [s.name for s in self.timeline(arm) if isinstance(s, Episode)]
        patterns = [name for name in stages if not name.startswith("test ")]
        first = next(s for s in timeline if s.kind == "gap")
        moments = {"before": first.name}
        moments |= {f"after {name}": name for name in patterns[-1:]}
        moments["at the end"] = [s for s in timeline if s.kind == "gap"][-1].name
        projections = tuple(self._inputs().values())
        return Arm(
            populations=population_table(circuit),
            timeline=timeline,
            spikes=result.spikes(list(circuit.populations)),
            weights=synaptic_weights(circuit, self.rules, result, moments, projections),
            signals=self._drugs(arm),
            responses=self._responses(arm, result),
        )

    def percent(self, arm: Arm, pathway: str) -> tuple[Any, Any]:
        """Return times on the clock of the first pattern, and per cent of baseline.

        Returns
        -------
        arrays (tests,) in seconds and (tests, slices)
        """
        trace = arm.responses[pathway.upper()]
        t = trace.t_s - float(self.baseline)
        return t, percent_of_baseline(t, trace.values, -1e-6)

    def slope_at(self, arm: Arm, pathway: str, at_s: float) -> float:
        """Return the mean slope at the test nearest to a moment, % of baseline."""
        t, percent = self.percent(arm, pathway)
        return float(percent[np.argmin(np.abs(t - at_s))].mean())

    def last_s(self, arm: str) -> float:
        """Return when the last pattern of an arm ends, on the clock of the first."""
        return max(g.start_s + g.pattern.seconds for g in self.given(arm))

    def judged(self, arm: str) -> dict[str, float]:
        """Return the moments at which an arm's responses are judged, by their names."""
        last, stop = self.last_s(arm), self.until(arm)
        found = {f"{clock(t)} after": last + t for t in AFTER_S if last + t < stop}
        return found | {f"at {clock(stop)}": stop}

    def until(self, arm: str) -> float:
        """Return when an arm ends, on the clock of the first pattern."""
        return float(self.duration)

    def bands(self) -> tuple[Band, ...]:
        """Return the responses; what is to come out depends on what is given."""
        return tuple(
            Band(arm, slope_name(path, moment), "% of baseline", OPEN, OPEN, "")
            for arm in self.arms
            for path in PATHWAYS
            for moment in self.judged(arm)
        )

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        return {
            (name, slope_name(path, moment)): self.slope_at(arm, path, t)
            for name, arm in arms.items()
            for path in PATHWAYS
            for moment, t in self.judged(name).items()
        }

    def notes(self) -> tuple[str, ...]:
        """Say what stands for what."""
        synapses = self.circuit.synapses(self.rules)
        n = synapses[self._inputs()["s1"]].in_degree
        return (
            f"{self.circuit.slices} slices; {n} synapses of each pathway on a cell.",
            "A test pulse is given to a copy of the slices: it changes no weight.",
            "The slope is that of the mean somatic EPSP over the first millisecond.",
            "Times count from the beginning of the first pattern.",
            "Pulses lie on a grid of 1 ms: lags and intervals are rounded to it.",
        )

    def _steps(self) -> Iterator[Described]:
        """Yield the steps of an arm, test pulses in one line, and what differs."""
        first = self.arms[0]

        def same(arm: str) -> bool:
            a, b = (
                [(g.pathway, g.pattern.name, g.start_s) for g in self.given(x)]
                for x in (arm, first)
            )
            return a == b

        tests = f"every {self.every}, from -{self.baseline} on"
        yield Described("all", "test pulses", "episode", tests, "given to copies")
        for arm in self.arms:
            given = self.given(arm)
            if arm != first and same(arm):
                yield Described(arm, f"as {first}", "", "", "")
                given = ()
            for pathway, pattern, start in given:
                at = f"{pattern.caption}, at {clock(start) if start else '0'}"
                lasts = clock(pattern.seconds)
                what = f"{pattern.name} on {pathway.upper()}"
                yield Described(arm, what, "episode", lasts, at)
            apv, kn93, bath = self.medium(arm)
            drugs = {"APV": apv, "KN-93": kn93, "anisomycin": bath.anisomycin}
            for name, drug in {**drugs, "D1 antagonist": bath.d1}.items():
                if drug is not None:
                    lasts = clock(drug.stop_s - drug.start_s)
                    at = f"blocks {drug.block:.0%}, from {clock(drug.start_s)}"
                    yield Described(arm, name, "drug", lasts, at)

    def _inputs(self) -> dict[str, str]:
        return {
            p.pre.rpartition("_")[2]: p.name
            for region in self.circuit.regions
            for p in region.projections()
            if p.post == self.circuit.target and p.pre.startswith("fibres_")
        }

    def _steps_of(self, arm: str) -> Iterator[Step]:
        medium = self.medium(arm)
        patterns = list(self._episodes(arm, medium))
        busy = [(t, t + e.seconds) for t, e in patterns]
        todo = [(t, self._test(t, medium)) for t in self._tests(arm, busy)]
        now = -float(self.baseline)
        for t, episode in sorted(todo + patterns, key=lambda each: each[0]):
            yield medium.bath.gap(f"to {episode.name}", now, max(now, t))
            yield episode
            now = max(now, t) + (0.0 if episode.branch else episode.seconds)

    def _tests(self, arm: str, busy: list[tuple[float, float]]) -> list[float]:
        """Return when test pulses are given: not while a pattern lasts."""
        stop, every, lead = self.until(arm), float(self.every), float(self.baseline)
        ticks = np.arange(-(lead // every), stop // every + 1) * every

        def free(t: float) -> bool:
            return not any(a - 1 <= t <= b for a, b in busy)

        regular = [t for t in {-lead, *map(float, ticks)} if free(t)]
        # Where a regular test is near, it serves.
        more = [
            t
            for t in set(self.judged(arm).values())
            if free(t) and min(abs(t - r) for r in regular) > NEAR_S
        ]
        return [*regular, *more]

    def _episodes(self, arm: str, medium: Medium) -> Iterator[tuple[float, Episode]]:
        """Yield (start, episode) of the patterns, parted where nothing is given."""
        pulses: dict[str, list[Any]] = {name: [] for name in (*PATHWAYS, "post")}
        for pathway, pattern, start in self.given(arm):
            pulses[pathway].append(pattern.pre + start)
            pulses["post"].append(pattern.post + start)
        times = {k: np.sort(np.concatenate([*v, []])) for k, v in pulses.items()}
        every = np.sort(np.concatenate(list(times.values())))
        if not len(every):
            return
        cuts = np.flatnonzero(np.diff(every) > PAUSE_S)
        firsts = every[[0, *(cuts + 1)]]
        lasts = every[[*cuts, len(every) - 1]]
        for number, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
            if last - first > STEADY_S:
                raise ValueError(
                    f"{clock(last - first)} of pulses at most {PAUSE_S:g} s apart are "
                    f"more than is simulated at once, {clock(STEADY_S)}: give fewer."
                )
            start, stop = first - LEAD_S, last + TAIL_S
            own = {
                k: t[(t >= first - 1e-9) & (t <= last + 1e-9)] - start
                for k, t in times.items()
            }
            what = [k.upper() for k in PATHWAYS if len(own[k])] or ["cells"]
            name = f"{' and '.join(what)} stimulated ({number + 1})"
            synthesis, modulator = medium.bath.at((start + stop) / 2)
            yield (
                float(start),
                Episode(
                    name,
                    "slice",
                    self._stimulus(stop - start, own, start, medium, self.intensity),
                    synthesis=synthesis,
                    modulator=modulator,
                ),
            )

    def _test(self, t: float, medium: Medium) -> Episode:
        own = {k: np.array([TEST_S + i * APART_S]) for i, k in enumerate(PATHWAYS)}
        seconds = TEST_S + len(PATHWAYS) * APART_S
        stimulus = self._stimulus(seconds, own, t, medium, self.test_intensity)
        return Episode(f"test {clock(t)}", "slice", stimulus, branch=True, traced=True)

    def _stimulus(
        self,
        seconds: float,
        pulses: Mapping[str, Any],
        start_s: float,
        medium: Medium,
        intensity: float,
    ) -> Any:
        columns = self.circuit.columns
        rows = np.zeros((round(seconds / TICK_S), len(columns)))
        for name, times in pulses.items():
            at = np.rint(times / TICK_S).astype(int)
            if name == "post":  # a cell fires at the end of the pulse
                rows[at - 1, columns.index(name)] = 1.0
            else:
                rows[at, columns.index(name)] = intensity
        t = start_s + np.arange(len(rows)) * TICK_S
        for name in ("apv", "kn93"):
            drug = getattr(medium, name)
            if drug is not None:
                rows[:, columns.index(name)] = drug.level(t)
        return rows

    def _drugs(self, arm: str) -> dict[str, Signal]:
        """Return the share that each drug blocks, a value a minute."""
        apv, kn93, bath = self.medium(arm)
        drugs = {"apv": apv, "kn93": kn93, "anisomycin": bath.anisomycin, "d1": bath.d1}
        lead = float(self.baseline)
        t = np.arange(-lead, self.until(arm), 60.0)
        return {
            name: Signal(drug.level(t), 1 / 60.0, 0.0, "1")
            for name, drug in drugs.items()
            if drug is not None
        }

    def _responses(self, arm: str, result: ArmResult) -> dict[str, Trace]:
        target, slices = self.circuit.target, self.circuit.slices
        synapses = self.circuit.synapses(self.rules)
        spans = [s for s in result.timeline() if s.name.startswith("test ")]
        found: dict[str, list[Any]] = {path: [] for path in PATHWAYS}
        for span in spans:
            voltage = result.traces(span.name)[target]
            for k, (path, name) in enumerate(self._inputs().items()):
                delay = float(synapses[name].projection.delay)
                slopes = initial_slope(voltage, STEP_S, TEST_S + k * APART_S + delay)
                found[path].append(slopes.reshape(slices, -1).mean(axis=1))
        t = np.array([span.start_s for span in spans])
        return {path.upper(): Trace(t, np.array(v)) for path, v in found.items()}


def clock(t: float) -> str:
    """Return a time in the unit that suits it.

    >>> clock(-900), clock(7200), clock(30), clock(5400)
    ('-15 min', '2 h', '30 s', '1.5 h')
    """
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if abs(t) >= size and abs(t * 100 / size - round(t * 100 / size)) < 1e-6:
            return f"{t / size:g} {unit}"
    return f"{t:.6g} s"


def slope_name(pathway: str, moment: str) -> str:
    """Return the name of a measure."""
    return f"slope of {pathway.upper()} {moment}"
