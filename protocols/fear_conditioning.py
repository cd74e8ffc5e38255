"""Contextual fear conditioning: a place, three shocks, and what is left a day later.

    habituation A │ 24 h │ training A    │ 1 h │ tests  │ 23 h │ tests
    ──────────────┼──────┼───────────────┼─────┼────────┼──────┼───────▶
                         │ ⚡  ⚡  ⚡       │     │ A    B │      │ A    B

Each test is made on other animals that share the history: it goes on from the snapshot
and changes nothing for those tested later. Anisomycin is given right after training.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ..analysis.freezing import freezing, population_rate
from ..analysis.overlap import active_cells, overlap_over_chance, rates
from ..circuits import Memory
from ..circuits.circuit import Rules
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity
from ..plasticity import InhibitorySTDP, TaggingCapture
from ..simulation.experiment import ArmResult
from ..simulation.recording import Arm, Span, Spikes, Tag, Trace
from ..simulation.timeline import Episode, Step, dosed
from .protocol import Band, Protocol
from .recorded import population_table, shown, synaptic_weights, whereabouts

ATLAS = Source("whole-brain immediate-early-gene atlas, methods")
FREY = Source("Frey et al. 1988", doi="10.1016/0006-8993(88)90290-4")
FANSELOW = Source("assumed, between 5 s and 30 s of PMC5362699")
RYAN = Source("Ryan et al. 2015", doi="10.1126/science.aaa5542")
LIU = Source("Liu et al. 2012", doi="10.1038/nature11028")
PIGNATELLI = Source("Pignatelli et al. 2019")
TOME = Source("Tome et al. 2024, raw data", doi="10.1038/s41593-023-01551-w")

PRINCIPAL = {
    "DG": "dg_granule",
    "CA3": "ca3_pyramidal",
    "CA1": "ca1_pyramidal",
    "BLA": "bla_principal",
}
OPEN = float("nan")
ASSUMED_BAND = "assumed"
LABELLED = {
    "DG": (0.02, 0.06, LIU.cite),
    "CA3": (0.1, 0.4, ASSUMED_BAND),
    "CA1": (0.1, 0.4, ASSUMED_BAND),
    "BLA": (0.1, 0.3, "10-30 % of lateral amygdala neurons an engram, 2024"),
}
SHORTEST_S, LONGEST_S = 1e-3, 3600.0  # an episode: a row of the stimulus, an hour


class Stretch(NamedTuple):
    """A part of a visit: seconds of the animal, seconds simulated, whether shocked."""

    lived: float
    simulated: float
    shock: bool


@dataclass(frozen=True, kw_only=True)
class FearConditioning(Protocol):
    """Contextual fear conditioning with three foot shocks."""

    name: ClassVar[str] = "fear-conditioning"
    caption: ClassVar[str] = "Contextual fear conditioning with three foot shocks"
    arms: ClassVar[tuple[str, ...]] = (
        "paired",
        "no-shock",
        "immediate-shock",
        "anisomycin",
    )
    manipulations: ClassVar[tuple[str, ...]] = (
        "no-shock: the same training without shocks",
        "immediate-shock: the three shocks at once on placement, then home",
        "anisomycin: protein synthesis blocked from the end of training on",
    )
    papers: ClassVar[tuple[Source, ...]] = (RYAN, LIU, TOME, PIGNATELLI, FREY)

    circuit: Memory = Memory()
    tagging: TaggingCapture = TaggingCapture(influx=0.6)
    inhibitory: InhibitorySTDP = InhibitorySTDP()

    habituation: Quantity = ASSUMED("5 min", "time in the chamber the day before")
    exploring: Quantity = ATLAS("3 min", "time in the chamber before the first shock")
    shocks: int = ATLAS(3, "foot shocks")
    shock: Quantity = ATLAS("2 s", "duration of a shock")
    interval: Quantity = ATLAS("28 s", "time between shocks")
    afterwards: Quantity = ATLAS("15 s", "time in the chamber after the last shock")
    test: Quantity = ASSUMED("5 min", "duration of a test")
    pace: float = ASSUMED(
        30.0, "seconds of exploring that a simulated second stands for"
    )
    known_after: Quantity = FANSELOW("17.5 s", "time after which a place is half known")
    known_over: Quantity = FANSELOW("4 s", "how gradually it becomes known")
    f_theta: Quantity = ASSUMED("8 Hz", "frequency of theta")
    circle: Quantity = ASSUMED("8 cm", "radius of the path round the chamber")
    lap: Quantity = ASSUMED("2 s", "simulated time of a lap")
    early_test: Quantity = TOME("1 h", "first test after training")
    late_test: Quantity = RYAN("24 h", "second test after training")
    rest: Quantity = RYAN("24 h", "between habituation and training")
    block: float = ASSUMED(0.95, "share of protein synthesis that anisomycin blocks")
    blocked: Quantity = FREY("3 h", "how long it does")
    half_rate: Quantity = ASSUMED(
        "19 Hz", "CeA rate at which freezing is half its most"
    )
    steepness: float = ASSUMED(20.0, "exponent of the readout of freezing")
    neuromodulation: float = ASSUMED(
        41.65, "neuromodulation of a living brain, as a multiple of a slice's"
    )
    readout: Quantity = ASSUMED("2 s", "time constant of the readout")
    ceiling: float = ASSUMED(0.65, "most that an animal freezes, share of the time")
    fos_dg: Quantity = ASSUMED("0.9 Hz", "rate at which a granule cell shows c-Fos")
    fos_ca3: Quantity = ASSUMED("1.7 Hz", "rate at which a CA3 pyramidal cell does")
    fos_ca1: Quantity = ASSUMED("2 Hz", "rate at which a CA1 pyramidal cell does")
    fos_bla: Quantity = ASSUMED("15 Hz", "rate at which a BLA principal cell does")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        above, not_below = "a value above 0", "0 or more"
        self.must_be("at least 1", "shocks")
        self.must_be("0 or more", "neuromodulation")
        self.must_be("a share from 0 to 1", "block", "ceiling")
        self.must_be(above, "pace", "habituation", "exploring", "shock", "test")
        self.must_be(above, "known_over", "lap", "early_test")
        self.must_be(above, "half_rate", "steepness", "readout")
        self.must_be(above, "fos_dg", "fos_ca3", "fos_ca1", "fos_bla")
        self.must_be(not_below, "interval", "afterwards", "rest", "blocked")
        self.must_be(not_below, "known_after", "f_theta", "circle")
        for what, seconds in self._simulated():
            if not SHORTEST_S <= seconds <= LONGEST_S:
                raise ValueError(
                    f"{what} would be simulated as {seconds:g} s at "
                    f"pace={self.pace:g}: from {SHORTEST_S:g} to {LONGEST_S:g} s is "
                    "possible."
                )
        tests = 2 * float(self.test) / self.pace
        if float(self.late_test) < float(self.early_test) + tests:
            raise ValueError(
                f"late_test={self.late_test} must come after the tests at "
                f"early_test={self.early_test}, which are simulated as {tests:g} s."
            )

    @property
    def rules(self) -> Rules:
        """The rule of each kind of plastic projection."""
        return {"tagging": self.tagging, "inhibitory": self.inhibitory}

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the animals of an arm."""
        # Seconds since the end of training.
        drugged = ((0.0, float(self.blocked), 1 - self.block),)
        windows = drugged if arm == "anisomycin" else ()
        early, late = float(self.early_test), float(self.late_test)
        level = self.neuromodulation
        return (
            self._visit("habituation", "A", float(self.habituation)),
            dosed("rest", 0.0, float(self.rest), (), level),
            self._training(arm),
            dosed(f"to {self.early_test}", 0.0, early, windows, level),
            self._visit(
                f"test A {self.early_test}", "A", float(self.test), branch=True
            ),
            self._visit(
                f"test B {self.early_test}", "B", float(self.test), branch=True
            ),
            dosed(f"to {self.late_test}", early, late - early, windows, level),
            self._visit(f"test A {self.late_test}", "A", float(self.test), branch=True),
            self._visit(f"test B {self.late_test}", "B", float(self.test), branch=True),
        )

    def record(self, arm: str, result: ArmResult) -> Arm:
        """Return spikes, weights, labels, freezing and position of an arm."""
        circuit = self.circuit
        spikes = result.spikes(list(circuit.populations))
        timeline = result.timeline()
        moments = {
            "before training": "rest",
            "after training": "training",
            f"at {self.late_test}": f"to {self.late_test}",
        }
        training = next(s for s in timeline if s.name == "training")
        labelled = {}
        for region, population in PRINCIPAL.items():
            cells = self._active(region, spikes[population], training)
            window = training.start_s, training.stop_s
            labelled[population] = Tag(cells, *window, "c-Fos", self._fos(region))
        return Arm(
            populations=population_table(circuit),
            timeline=timeline,
            spikes=spikes,
            weights=synaptic_weights(
                circuit,
                self.rules,
                result,
                moments,
                ("ca1_pyramidal_to_bla_principal",),
            ),
            tags={"training": labelled},
            behaviour={
                "freezing": self._freezing(spikes["cea_output"], timeline),
                "position": whereabouts(circuit, self.timeline(arm), timeline),
            },
            signals=shown(circuit, "shock", self.timeline(arm), timeline),
        )

    def bands(self) -> tuple[Band, ...]:
        """Return the measures with their bands."""
        early, late = str(self.early_test), str(self.late_test)
        a_early, a_late = f"freezing in A at {early}", f"freezing in A at {late}"
        rows: list[tuple[str, str, float, float, str]] = [
            ("paired", "freezing before training", OPEN, 0.1, ASSUMED_BAND),
            ("paired", a_early, OPEN, OPEN, TOME.cite),
            ("paired", f"freezing in B at {early}", OPEN, OPEN, TOME.cite),
            ("paired", a_late, 0.25, 0.7, f"0.25-0.36 {PIGNATELLI.cite}, 0.56 Tome"),
            ("paired", f"freezing in B at {late}", OPEN, OPEN, TOME.cite),
            ("paired", f"freezing at {late}, B over A", OPEN, 0.5, TOME.cite),
            ("no-shock", a_late, OPEN, 0.15, ASSUMED_BAND),
            ("immediate-shock", a_late, OPEN, 0.15, f"0.11 {PIGNATELLI.cite}"),
            ("anisomycin", a_early, OPEN, OPEN, ASSUMED_BAND),
            ("anisomycin", a_late, OPEN, OPEN, RYAN.cite),
            ("anisomycin", f"over paired at {early}", 0.8, OPEN, ASSUMED_BAND),
            ("anisomycin", f"over paired at {late}", OPEN, 0.5, RYAN.cite),
        ]
        for region, (low, high, source) in LABELLED.items():
            rows.append(("paired", f"{region} labelled", low, high, source))
        for region in PRINCIPAL:
            for place, low in (("A", 1.5), ("B", OPEN)):
                again = f"{region} re-activated in {place}, over chance"
                rows.append(("paired", again, low, OPEN, ASSUMED_BAND))
            more = f"{region} over chance, A over B"
            rows.append(("paired", more, 1.3, OPEN, ASSUMED_BAND))
        sparse = "granule cells active in A"
        rows.append(("paired", sparse, OPEN, 0.05, "Chavlis et al. 2017"))
        bands = [
            Band(a, name, "1", low, high, cite) for a, name, low, high, cite in rows
        ]
        for population, (low, high, source) in RESTING.items():
            rate = f"{population} rate in A"
            bands.append(Band("paired", rate, "Hz", low, high, source))
        return tuple(bands)

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        early, late = str(self.early_test), str(self.late_test)
        found: dict[tuple[str, str], float] = {}
        for name, arm in arms.items():
            frozen = {
                span.name: self._frozen(arm, span.name)
                for span in arm.timeline
                if span.kind == "episode"
            }
            found[name, "freezing before training"] = frozen["habituation"]
            for when in (early, late):
                for place in "AB":
                    told = f"freezing in {place} at {when}"
                    found[name, told] = frozen[f"test {place} {when}"]
        if "paired" not in arms:
            return self._named(found)
        paired = arms["paired"]
        in_a = found["paired", f"freezing in A at {late}"]
        in_b = found["paired", f"freezing in B at {late}"]
        found["paired", f"freezing at {late}, B over A"] = _ratio(in_b, in_a)
        for when in (early, late) if "anisomycin" in arms else ():
            drugged = found["anisomycin", f"freezing in A at {when}"]
            normal = found["paired", f"freezing in A at {when}"]
            found["anisomycin", f"over paired at {when}"] = _ratio(drugged, normal)
        found |= self._reactivated(paired)
        resting = paired.span("habituation")
        for population, info in paired.populations.items():
            ids = paired.spikes[population].between(resting.start_s, resting.stop_s)
            mean = rates(ids.node_ids, info.size, resting.stop_s - resting.start_s)
            found["paired", f"{population} rate in A"] = float(mean.mean())
            if population == "dg_granule":
                share = float((mean >= 1.0).mean())
                found["paired", "granule cells active in A"] = share
        return self._named(found)

    def _named(
        self, found: dict[tuple[str, str], float]
    ) -> dict[tuple[str, str], float]:
        """Return those that are reported."""
        named = {(band.arm, band.name) for band in self.bands()}
        return {key: value for key, value in found.items() if key in named}

    def _reactivated(self, paired: Arm) -> dict[tuple[str, str], float]:
        """Return how many cells training labelled, and which of them A and B recall."""
        found: dict[tuple[str, str], float] = {}
        for region, population in PRINCIPAL.items():
            n = paired.populations[population].size
            tag = paired.tags["training"][population].node_ids
            over = {}
            for place in "AB":
                span = paired.span(f"test {place} {self.late_test}")
                active = self._active(region, paired.spikes[population], span)
                over[place] = overlap_over_chance(tag, active, n)
                again = f"{region} re-activated in {place}, over chance"
                found["paired", again] = over[place]
            found["paired", f"{region} labelled"] = len(tag) / n
            found["paired", f"{region} over chance, A over B"] = _ratio(*over.values())
        return found

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen and what a simulated second stands for."""
        return (
            f"One simulated second of exploring stands for {self.pace:g} s of the "
            f"animal's: {self.exploring} are simulated as "
            f"{float(self.exploring) / self.pace:g} s. Shocks run in real time.",
            f"A place becomes known over the first half minute in it (half after "
            f"{self.known_after}); an immediate shock falls before that.",
            "Each test is made on other animals with the same history.",
            "Freezing is a Hill function of the rate of the CeA's output cells, the "
            "same for all arms, tests and seeds.",
            "Calcium influx is 0.6 of that in a slice, as in the published network.",
        )

    def _simulated(self) -> Iterator[tuple[str, float]]:
        """Yield what is simulated, and for how many seconds."""
        yield f"habituation={self.habituation}", float(self.habituation) / self.pace
        yield f"test={self.test}", float(self.test) / self.pace
        shock, interval = float(self.shock), float(self.interval)
        lived = float(self.exploring) + float(self.afterwards)
        lived += (self.shocks - 1) * interval
        training = lived / self.pace + self.shocks * shock
        yield f"shock={self.shock}", shock
        yield f"The training with shocks={self.shocks}", training

    def _visit(
        self, name: str, place: str, seconds: float, *, branch: bool = False
    ) -> Episode:
        course = [self._lived(seconds)]
        return self._episode(name, place, course, branch)

    def _training(self, arm: str) -> Episode:
        # A shock lasts as long in the no-shock arm, so that both arms keep step.
        real_s = float(self.shock)
        shock = Stretch(real_s, real_s, arm != "no-shock")
        if arm == "immediate-shock":
            return self._episode("training", "A", [shock] * self.shocks)
        course = [self._lived(float(self.exploring))]
        for k in range(self.shocks):
            course += [self._lived(float(self.interval))] if k else []
            course += [shock]
        course += [self._lived(float(self.afterwards))]
        return self._episode("training", "A", course)

    def _episode(
        self, name: str, place: str, course: list[Stretch], branch: bool = False
    ) -> Episode:
        stimulus, level = self._stimulus(course), self.neuromodulation
        return Episode(name, place, stimulus, branch, modulator=level)

    def _lived(self, seconds: float) -> Stretch:
        """Return time without a shock, of which only a part is simulated."""
        return Stretch(seconds, seconds / self.pace, False)

    def _stimulus(self, course: list[Stretch]) -> Any:
        start, lived, shocked = 0.0, [], []
        for seconds, simulated, shock in course:
            steps = round(simulated * 1e3)
            lived.append(start + np.linspace(0, seconds, steps + 1)[1:])
            shocked.append(np.full(steps, float(shock)))
            start += seconds
        now = np.concatenate(lived)
        t = np.arange(len(now)) * 1e-3
        columns = dict.fromkeys(self.circuit.columns, np.zeros(len(t)))
        late = (now - float(self.known_after)) / float(self.known_over)
        with np.errstate(over="ignore"):  # infinite long before it becomes known
            columns["place"] = 1 / (1 + np.exp(-late))
        columns["shock"] = np.concatenate(shocked)
        turn = 2 * np.pi * t / float(self.lap)
        columns["x"] = 0.15 + float(self.circle) * np.cos(turn)
        columns["y"] = 0.15 + float(self.circle) * np.sin(turn)
        phase = 2 * np.pi * float(self.f_theta) * t
        columns["theta_cos"], columns["theta_sin"] = np.cos(phase), np.sin(phase)
        return np.column_stack([columns[name] for name in self.circuit.columns])

    def _fos(self, region: str) -> float:
        return float(getattr(self, f"fos_{region.lower()}"))

    def _active(self, region: str, spikes: Spikes, span: Span) -> Any:
        """Return the cells that show c-Fos after a part of the timeline."""
        seconds = span.stop_s - span.start_s
        ids = spikes.between(span.start_s, span.stop_s).node_ids
        n = self.circuit.populations[PRINCIPAL[region]].size
        return active_cells(ids, n, seconds, self._fos(region))

    def _freezing(self, output: Spikes, timeline: Any) -> Trace:
        n = self.circuit.populations["cea_output"].size
        times, levels = [], []
        for span in timeline:
            if span.kind == "episode":
                seconds = output.between(span.start_s, span.stop_s).timestamps * 1e-3
                t, rate = population_rate(seconds, n, span.start_s, span.stop_s)
                level = freezing(
                    rate,
                    t[1] - t[0] if len(t) > 1 else 1.0,
                    half_hz=float(self.half_rate),
                    steepness=self.steepness,
                    memory_s=float(self.readout),
                    ceiling=self.ceiling,
                )
                times.append(t)
                levels.append(level)
        return Trace(np.concatenate(times), np.concatenate(levels))

    def _frozen(self, arm: Arm, name: str) -> float:
        span, trace = arm.span(name), arm.behaviour["freezing"]
        inside = (trace.t_s >= span.start_s) & (trace.t_s < span.stop_s)
        return float(trace.values[inside].mean())


RESTING = {
    "ec_stellate": (0.1, 10.0, "assumed"),
    "ec_fan": (0.1, 10.0, "assumed"),
    "ec_basket": (5.0, 40.0, "assumed"),
    "dg_basket": (5.0, 40.0, "assumed"),
    "dg_mossy": (0.05, 40.0, "assumed"),
    "dg_hipp": (0.05, 40.0, "assumed"),
    "ca3_pyramidal": (0.1, 5.0, "assumed"),
    "ca3_pv_basket": (5.0, 40.0, "assumed"),
    "ca3_olm": (0.05, 40.0, "assumed"),
    "ca1_pyramidal": (0.1, 5.0, "assumed"),
    "ca1_pv_basket": (5.0, 40.0, "assumed"),
    "ca1_olm": (0.05, 40.0, "assumed"),
    "ca1_cck_basket": (0.05, 40.0, "assumed"),
    "bla_principal": (1.0, 8.0, "3.3-4.4 Hz in vivo, data of D. Magyar, widened"),
    "bla_pv": (5.0, 40.0, "16.6-21 Hz in vivo, data of D. Magyar, widened"),
    "cea_output": (0.05, 40.0, "assumed"),
}


def _ratio(over: float, under: float) -> float:
    """Return a ratio that is infinite over 0, and not a number where both are 0."""
    if under:
        return over / under
    return float("inf") if over > 0 else float("nan")
