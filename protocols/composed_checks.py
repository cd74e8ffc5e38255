"""Judges whether what a file says fits together, and the circuit, before it is run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..circuits.actuator import COUNT
from ..circuits.genes import ALWAYS
from ..circuits.opsins import OPSINS
from ..circuits.place import Place
from ..circuits.receptors import RECEPTORS
from ..plasticity import TaggingCapture
from ..simulation.body import FEWEST_LEVELS
from ..simulation.timeline import LONGEST_S as LONGEST_GAP_S
from . import composed_words as words
from .composed_bench import Bench
from .composed_file import Placed
from .composed_mistakes import Mistake, joined, told
from .composed_words import no_such
from .conditioning import LONGEST_S, SHORTEST_S

SYSTEMIC = ("CNO", "dox", "4-OHT")  # what labels and receptors answer to
TIP = re.compile(r"\b([xyz])=.*; (from .*)")


@dataclass(frozen=True)
class Checks:
    """Goes through an experiment and yields what cannot be."""

    bench: Bench

    def mistakes(self) -> Iterator[Mistake]:
        """Yield all that does not fit, the same thing perhaps more than once."""
        written = self.bench.written
        for name in self.bench.labels:
            yield from self.label(name)
        for name in (name for name, fibre in written.fibres.items() if fibre):
            yield from self.fibre(name)
        for placed in written.steps:
            yield from self.step(placed)
        for arm in written.arms:
            yield from self.arm(arm)

    @cached_property
    def populations(self) -> list[str]:
        """The populations of the circuit."""
        return list(self.bench.animal.circuit.populations)

    def label(self, name: str) -> Iterator[Mistake]:
        """Yield what is wrong with the cells of a label."""
        label, path = self.bench.labels[name], joined("labels", name)
        if label.population not in self.populations:
            said = no_such("population", label.population, self.populations)
            yield Mistake(f"{path}.population", repr(label.population), said)
        elif label.promoter != ALWAYS and not self.transcribes(label.population):
            yield Mistake(
                f"{path}.promoter",
                repr(label.promoter),
                f"{label.population} has no immediate-early genes here: write "
                f"promoter = {ALWAYS!r}, which labels all cells with the virus.",
            )

    def transcribes(self, population: str) -> bool:
        """Return whether a population has immediate-early genes."""
        return population in self.bench.animal.circuit.transcribing

    def fibre(self, name: str) -> Iterator[Mistake]:
        """Yield what is wrong with where a fibre is."""
        path, given = joined("fibres", name), self.bench.written.fibres[name]
        try:
            self.bench.fibre(name).inside(self.bench.animal.tissue)
        except ValueError as problem:
            found = TIP.search(str(problem))
            if found is None:
                yield Mistake(path, "", str(problem))
                return
            key = {"z": "depth"}.get(found[1], found[1])
            value = getattr(given, key)
            said = f"the tip of the fibre lies outside of the tissue: {found[2]}"
            yield Mistake(f"{path}.{key}", repr(str(value)) if value else "", said)

    def step(self, placed: Placed) -> Iterator[Mistake]:
        """Yield what is wrong with a step, wherever it stands."""
        step: Any = placed.step
        if isinstance(step, (words.Visit, words.Train)):
            yield from self.episode(placed)
            for path, shining in _lights(placed):
                yield from self.light(path, placed, shining)
        if isinstance(step, words.Wait) and float(step.duration) > LONGEST_GAP_S:
            said = "a hundred years at most are possible."
            yield Mistake(f"{placed.path}.duration", repr(str(step.duration)), said)
        if isinstance(step, words.Inject) and step.region and step.drug in SYSTEMIC:
            said = f"{step.drug} acts in the whole animal here: leave region out."
            yield Mistake(f"{placed.path}.region", repr(step.region), said)
        if isinstance(step, words.ON_LABELS):
            yield from self.known_label(f"{placed.path}.label", step.label)
        if isinstance(step, words.Lose) and step.label in self.bench.labels:
            onto = self.bench.labels[step.label].population
            may = self.projections(onto)
            if step.projection not in may:
                said = no_such(
                    "plastic projection onto the label", step.projection, may
                )
                if not may:
                    said = f"no projection onto {onto} learns by tagging and capture."
                yield Mistake(f"{placed.path}.projection", repr(step.projection), said)

    def projections(self, onto: str) -> list[str]:
        """Return the projections onto a population that can lose synapses."""
        animal = self.bench.animal
        return [
            name
            for name, synapse in animal.circuit.synapses(animal.rules).items()
            if isinstance(synapse.rule, TaggingCapture)
            and synapse.projection.post == onto
        ]

    def episode(self, placed: Placed) -> Iterator[Mistake]:
        """Yield what is wrong with the time of an episode."""
        step: Any = placed.step
        course = self.bench.course(placed)
        run = sum(part.simulated for part in course)
        if not SHORTEST_S <= run <= LONGEST_S:
            visit = isinstance(step, words.Visit)
            key = f"{placed.path}.duration" if visit else placed.path
            yield Mistake(
                key,
                repr(str(step.duration)) if visit else "",
                f"it would be simulated as {run:g} s at pace = "
                f"{self.bench.animal.pace:g}: from {SHORTEST_S:g} to {LONGEST_S:g} s "
                "is possible.",
            )
        try:
            Place.read(step.place)
        except ValueError as problem:
            said = told(step.place, problem)
            yield Mistake(f"{placed.path}.place", repr(step.place), said)

    def light(
        self, path: str, placed: Placed, shining: words.Shining
    ) -> Iterator[Mistake]:
        """Yield what is wrong with light in an episode."""
        written = self.bench.written
        if shining.label is None and not self.bench.label_of(shining):
            names = ", ".join(written.labels)
            way = f"write label = one of {names}." if names else NO_LABEL
            yield Mistake(f"{path}.label", "", f"light needs a label: {way}")
        elif shining.label is not None:
            yield from self.known_label(f"{path}.label", shining.label)
        fibres = list(written.fibres)
        if shining.fibre is not None and shining.fibre not in fibres:
            said = no_such("fibre", shining.fibre, fibres)
            said += "" if fibres else " Write it as [fibres.NAME], or leave it out."
            yield Mistake(f"{path}.fibre", repr(shining.fibre), said)
        elif shining.fibre is None and len(fibres) > 1:
            way = f"say which fibre: one of {', '.join(fibres)}."
            yield Mistake(f"{path}.fibre", "", way)
        lasts = sum(part.lived for part in self.bench.course(placed))
        several = len(shining.on or ()) > 1
        for number, (start, stop) in enumerate(shining.on or (), 1):
            if float(stop) > lasts * (1 + 1e-9):
                yield Mistake(
                    f"{path}.on[{number}]" if several else f"{path}.on",
                    repr(f"{start} to {stop}"),
                    f"the {placed.step.do} ends before, after {lasts:g} s: light falls "
                    "within it.",
                )
                return
        try:
            self.bench.trains(placed, shining)
        except ValueError as problem:
            key = "ramp" if "ramp" in str(problem).lower() else "width"
            value = getattr(shining, key) or self.bench.animal.pulse
            yield Mistake(f"{path}.{key}", repr(str(value)), _lower(str(problem)))

    def known_label(self, path: str, name: str) -> Iterator[Mistake]:
        """Yield that there is no label of this name."""
        known = list(self.bench.written.labels)
        if name not in known:
            said = no_such("label", name, known)
            yield Mistake(path, repr(name), said if known else f"{said} {NO_LABEL}")

    def arm(self, arm: str) -> Iterator[Mistake]:
        """Yield what is wrong with an arm as a whole."""
        written, home = self.bench.written, joined("arms", arm)
        for label in written.arms[arm].opsin:
            yield from self.known_label(f"{home}.opsin", label)
        timeline = written.timelines[arm]
        lasting = [p for p in timeline if isinstance(p.step, words.LASTING)]
        visits = [p for p in lasting if not isinstance(p.step, words.Wait)]
        if not visits and not written.mistakes:
            where = home if written.arms[arm].leave_out else "steps"
            way = f"the animals of {arm!r} go nowhere: a visit or a training is wanted."
            yield Mistake(where, "", way)
        elif visits and all(isinstance(p.step, words.Test) for p in timeline):
            way = "they are all tests, made on other animals: begin with a visit."
            yield Mistake("steps", "", way)
        common = {placed.path for placed in written.steps}
        opened = False
        for placed in timeline:
            if placed.path not in common:
                before = [] if placed.base is None else [*self.step(placed.base)]
                known = {_tail(m, placed.base) for m in before}
                for mistake in self.step(placed):
                    if _tail(mistake, placed) not in known:
                        yield mistake
            step = placed.step
            opened |= isinstance(step, words.Inject) and step.drug == "CNO"
            if isinstance(step, (words.Visit, words.Train)):
                yield from self.opsins(arm, placed, opened)

    def opsins(self, arm: str, placed: Placed, opened: bool) -> Iterator[Mistake]:
        """Yield light that meets no opsin, or that meets another light."""
        agents, set_here = self.bench.agents(arm), self.bench.written.arms[arm].opsin
        labels = self.bench.labels
        held = [
            labels[label].population
            for label, agent in agents.items()
            if opened and agent in RECEPTORS and label in labels
        ]
        receptors = len(held)
        origin: Any = placed.base or placed
        step: Any = placed.step
        if getattr(origin.step, "light", None) != step.light:
            origin = placed
        for path, shining in _lights(origin):
            label = self.bench.label_of(shining)
            if label not in labels:
                continue
            agent = agents.get(label)
            if agent in OPSINS:
                population = labels[label].population
                if population in held:
                    yield Mistake(
                        path,
                        repr(label),
                        f"{population} has another light or receptor in this step, and "
                        "one is possible: write all times of one light in its on.",
                    )
                held.append(population)
            elif label not in set_here:
                yield Mistake(f"{path}.label", repr(label), _no_opsin(label, agent))
        lights = len(held) - receptors
        if lights and (COUNT - 2 * receptors) // lights < FEWEST_LEVELS:
            most = COUNT // FEWEST_LEVELS
            said = f"{most} lights or receptors at most are possible in a step."
            yield Mistake(f"{origin.path}.light", str(lights), said)


NO_LABEL = "Write one as [labels.NAME]."


def _no_opsin(label: str, agent: str | None) -> str:
    """Say what to do about light on a label that no light opens."""
    kinds = ", ".join(OPSINS)
    home = joined("labels", label)
    if agent is None:
        return (
            f"this label brings no opsin: write opsin in [{home}], one of {kinds}; or "
            "leave the light out."
        )
    kind = "a receptor, which CNO opens" if agent in RECEPTORS else "only a marker"
    return (
        f"this label brings {agent}, {kind}: write an opsin in [{home}], one of "
        f"{kinds}, and in the control arm opsin = {{ {label} = {agent!r} }}; or leave "
        "the light out."
    )


def _lights(placed: Placed) -> Iterator[tuple[str, words.Shining]]:
    """Yield the lights of a step with their paths, one of which needs no number."""
    step: Any = placed.step
    listed = isinstance(placed.raw.get("light"), list)
    for number, shining in enumerate(step.light, 1):
        yield f"{placed.path}.light{f'[{number}]' if listed else ''}", shining


def _tail(mistake: Mistake, placed: Placed | None) -> tuple[str, str, str]:
    home = placed.path if placed else ""
    return mistake.path.removeprefix(home), mistake.given, mistake.allowed


def _lower(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"
