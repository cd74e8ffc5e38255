"""Contextual fear conditioning: a place, three shocks, and what is left a day later.

    habituation A │ 24 h │ training A    │ 1 h │ tests  │ 23 h │ tests
    ──────────────┼──────┼───────────────┼─────┼────────┼──────┼───────▶
                         │ ⚡  ⚡  ⚡       │     │ A    B │      │ A    B

Each test is made on other animals that share the history: it goes on from the snapshot
and changes nothing for those tested later. Anisomycin is given right after training.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..analysis.overlap import active_cells, overlap_over_chance, rates
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity
from ..simulation.experiment import ArmResult
from ..simulation.recording import Arm, Span, Spikes, Tag
from ..simulation.timeline import Step, dosed
from .comparisons import Comparison, compared
from .conditioning import PRINCIPAL, Conditioning
from .protocol import Band
from .recorded import population_table, shown, synaptic_weights, whereabouts

FREY = Source("Frey et al. 1988", doi="10.1016/0006-8993(88)90290-4")
RYAN = Source("Ryan et al. 2015", doi="10.1126/science.aaa5542")
LIU = Source("Liu et al. 2012", doi="10.1038/nature11028")
PIGNATELLI = Source("Pignatelli et al. 2019")
TOME = Source("Tome et al. 2024, raw data", doi="10.1038/s41593-023-01551-w")

OPEN = float("nan")
ASSUMED_BAND = "assumed"
LABELLED = {
    "DG": (0.02, 0.06, LIU.cite),
    "CA3": (0.1, 0.4, ASSUMED_BAND),
    "CA1": (0.1, 0.4, ASSUMED_BAND),
    "BLA": (0.1, 0.3, "10-30 % of lateral amygdala neurons an engram, 2024"),
}


@dataclass(frozen=True, kw_only=True)
class FearConditioning(Conditioning):
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

    habituation: Quantity = ASSUMED("5 min", "time in the chamber the day before")
    test: Quantity = ASSUMED("5 min", "duration of a test")
    early_test: Quantity = TOME("1 h", "first test after training")
    late_test: Quantity = RYAN("24 h", "second test after training")
    rest: Quantity = RYAN("24 h", "between habituation and training")
    block: float = ASSUMED(0.95, "share of protein synthesis that anisomycin blocks")
    blocked: Quantity = FREY("3 h", "how long it does")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        self.must_be("a share from 0 to 1", "block")
        self.must_be("a value above 0", "habituation", "test", "early_test")
        self.must_be("0 or more", "rest", "blocked")
        for name in ("habituation", "test"):
            seconds = getattr(self, name)
            self.must_fit(f"{name}={seconds}", float(seconds) / self.pace)
        tests = 2 * float(self.test) / self.pace
        if float(self.late_test) < float(self.early_test) + tests:
            raise ValueError(
                f"late_test={self.late_test} must come after the tests at "
                f"early_test={self.early_test}, which are simulated as {tests:g} s."
            )

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the animals of an arm."""
        # Seconds since the end of training.
        drugged = ((0.0, float(self.blocked), 1 - self.block),)
        windows = drugged if arm == "anisomycin" else ()
        early, late = float(self.early_test), float(self.late_test)
        level = self.neuromodulation
        return (
            self.visit("habituation", "A", float(self.habituation)),
            dosed("rest", 0.0, float(self.rest), (), level),
            self.training(shocks=arm != "no-shock", at_once=arm == "immediate-shock"),
            dosed(f"to {self.early_test}", 0.0, early, windows, level),
            self.visit(f"test A {self.early_test}", "A", float(self.test), branch=True),
            self.visit(f"test B {self.early_test}", "B", float(self.test), branch=True),
            dosed(f"to {self.late_test}", early, late - early, windows, level),
            self.visit(f"test A {self.late_test}", "A", float(self.test), branch=True),
            self.visit(f"test B {self.late_test}", "B", float(self.test), branch=True),
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
            labelled[population] = Tag(cells, *window, "c-Fos", self.fos(population))
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
                "freezing": self.freezes(spikes["cea_output"], timeline),
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

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The measures that are made of two others."""
        early, late = str(self.early_test), str(self.late_test)
        in_a, in_b = (("paired", f"freezing in {place} at {late}") for place in "AB")
        spared = [
            Comparison(
                "anisomycin",
                f"over paired at {when}",
                ("anisomycin", f"freezing in A at {when}"),
                ("paired", f"freezing in A at {when}"),
            )
            for when in (early, late)
        ]
        again = "re-activated in {}, over chance"
        recalled = [
            Comparison(
                "paired",
                f"{region} over chance, A over B",
                ("paired", f"{region} {again.format('A')}"),
                ("paired", f"{region} {again.format('B')}"),
            )
            for region in PRINCIPAL
        ]
        frozen = Comparison("paired", f"freezing at {late}, B over A", in_b, in_a)
        return frozen, *spared, *recalled

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        early, late = str(self.early_test), str(self.late_test)
        found: dict[tuple[str, str], float] = {}
        for name, arm in arms.items():
            frozen = {
                span.name: self.frozen(arm, span.name)
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
        found = compared(found, self.comparisons)
        return {key: value for key, value in found.items() if key in named}

    def _reactivated(self, paired: Arm) -> dict[tuple[str, str], float]:
        """Return how many cells training labelled, and which of them A and B recall."""
        found: dict[tuple[str, str], float] = {}
        for region, population in PRINCIPAL.items():
            n = paired.populations[population].size
            tag = paired.tags["training"][population].node_ids
            for place in "AB":
                span = paired.span(f"test {place} {self.late_test}")
                active = self._active(region, paired.spikes[population], span)
                again = f"{region} re-activated in {place}, over chance"
                found["paired", again] = overlap_over_chance(tag, active, n)
            found["paired", f"{region} labelled"] = len(tag) / n
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

    def _active(self, region: str, spikes: Spikes, span: Span) -> Any:
        """Return the cells that show c-Fos after a part of the timeline."""
        seconds = span.stop_s - span.start_s
        ids = spikes.between(span.start_s, span.stop_s).node_ids
        population = PRINCIPAL[region]
        n = self.circuit.populations[population].size
        return active_cells(ids, n, seconds, self.fos(population))


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
