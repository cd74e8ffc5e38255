"""What experiments on engrams share: labels, light on them, and what is read out.

    dox off │ an experience │ dox on │ … │ light off  on  off  on │
            └─ its cells are labelled ─┘   └─ is the animal afraid? ─┘

A protocol of this kind writes its timeline in the words of the bench: visits and
training (conditioning.py), food and injections (procedures.py), gaps. Arms that begin
alike share their history, so that a control which differs only in its opsin costs no
more than its test.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..circuits.genes import LABELLED, Label
from ..circuits.light import Fibre, Tissue, Train
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity, quantity
from ..simulation.body import carries
from ..simulation.experiment import ArmResult
from ..simulation.procedures import Feed
from ..simulation.recording import Arm, Signal, Span, Tag
from ..simulation.timeline import (
    Act,
    Episode,
    Gap,
    Light,
    Piece,
    Procedure,
    Step,
)
from .conditioning import Conditioning, Stretch
from .recorded import population_table, shown, synaptic_weights, whereabouts

LIU = Source("Liu et al. 2012", doi="10.1038/nature11028")

ON_DOX, OFF_DOX, BACK_ON_DOX = "on dox", "dox off", "dox on"
OPENS, CLOSES = "window opens", "window closes"
PERFORANT = "ec_fan_to_dg_granule"
BEFORE, AFTER = "before training", "at the tests"  # when synapses are kept


@dataclass(frozen=True, kw_only=True)
class Labelled(Conditioning):
    """An experiment in which some cells are told from others by a label."""

    def wait(self, name: str, duration: Quantity) -> Gap:
        """Return time without an experience, at the animal's own neuromodulation."""
        return Gap(name, (Piece(float(duration), 1.0, self.neuromodulation),))

    def procedure(self, name: str, *acts: Act, branch: bool = False) -> Procedure:
        """Return something that is done to the animals between two visits."""
        return Procedure(name, acts, branch)

    @property
    def weighed(self) -> tuple[str, ...]:
        """The projections whose synapses are kept."""
        return ()

    def moments(self, arm: str) -> dict[str, str]:
        """Return when synapses are kept, {moment: the step after which it is}."""
        return {}

    def record(self, arm: str, result: ArmResult) -> Arm:
        """Return spikes, labels, light, freezing and position of an arm."""
        circuit, timeline = self.circuit, result.timeline()
        steps = self.timeline(arm)
        spikes = result.spikes(list(circuit.populations))
        weights = (
            synaptic_weights(
                circuit, self.rules, result, self.moments(arm), self.weighed
            )
            if self.weighed
            else {}
        )
        return Arm(
            populations=population_table(circuit),
            timeline=timeline,
            spikes=spikes,
            weights=weights,
            tags=self._tags(result, timeline),
            behaviour={
                "freezing": self.freezes(spikes["cea_output"], timeline),
                "position": whereabouts(circuit, steps, timeline),
            },
            signals={
                **shown(circuit, "shock", steps, timeline),
                **dict(_shone(steps, timeline)),
            },
        )

    def _tags(
        self, result: ArmResult, timeline: tuple[Span, ...]
    ) -> dict[str, dict[str, Tag]]:
        """Return the cells that carry each label at the end, with its window."""
        state = result.last()
        starts = {span.name: span.start_s for span in timeline}
        begin = starts.get(OFF_DOX, 0.0)
        window = begin, starts.get(BACK_ON_DOX, timeline[-1].stop_s)
        found: dict[str, dict[str, Tag]] = {}
        for name, label in self.labels.items():
            much = carries(state, label, name)
            cells = np.flatnonzero(much >= LABELLED).astype(np.uint32)
            found[name] = {
                label.population: Tag(cells, *window, label.promoter, LABELLED)
            }
        return found

    def firing(self, arm: Arm, name: str, population: str) -> Any:
        """Return which cells show c-Fos after an episode, array (cells,) of bool."""
        span = arm.span(name)
        ids = arm.spikes[population].between(span.start_s, span.stop_s).node_ids
        counts = np.bincount(ids, minlength=arm.populations[population].size)
        return counts / (span.stop_s - span.start_s) >= self.fos(population)

    def labelled_share(self, arm: Arm, label: str) -> float:
        """Return the share of its population that carries a label."""
        ((population, tag),) = arm.tags[label].items()
        return len(tag.node_ids) / arm.populations[population].size


@dataclass(frozen=True, kw_only=True)
class Engram(Labelled):
    """An experiment in which cells of an experience are labelled, and lit."""

    penetrance: float = ASSUMED(0.8, "share of the cells that the virus reaches")
    window: Quantity = LIU("2 day", "time off doxycycline before the experience")
    closing: Quantity = LIU("24 h", "time from there to the next experience")
    opsin: str = ASSUMED.name("ChR2", "opsin that the label brings")
    conductance: Quantity = ASSUMED("60 nS", "conductance of a cell with a full label")
    fibre: Fibre = Fibre()
    tissue: Tissue = Tissue()
    power: Quantity = ASSUMED("9 mW", "power out of the fibre")
    frequency: Quantity = LIU("20 Hz", "frequency of the light")
    pulse: Quantity = ASSUMED("15 ms", "duration of a pulse")
    stretch: Quantity = LIU("3 min", "light off, on, off, on: each for so long")

    def __post_init__(self) -> None:
        """Refuse light that cannot be, before anything is run."""
        super().__post_init__()
        self.must_be("a share from 0 to 1", "penetrance")
        self.must_be("0 or more", "window", "closing", "conductance")
        self.must_be("a value above 0", "stretch")
        Train.must_shine(self.power)
        self.fibre.inside(self.tissue)
        self.must_fit(f"stretch={self.stretch}", float(self.stretch) / self.pace)
        self.must_fit(f"stretch={self.stretch}", 4 * float(self.stretch) / self.pace)
        self.light("", (0.0, float(self.stretch)))  # an opsin that is not known

    def train(self, *windows: tuple[float, float]) -> tuple[Train, ...]:
        """Return the pulses of light in some windows of an episode, in seconds."""
        return tuple(
            Train(
                frequency=self.frequency,
                width=self.pulse,
                start=quantity(f"{start:.12g} s"),
                stop=quantity(f"{stop:.12g} s"),
            )
            for start, stop in windows
        )

    def light(self, label: str, *windows: tuple[float, float]) -> Light:
        """Return light on the cells of a label in some windows of an episode."""
        return Light(
            label=label,
            opsin=self.opsin,
            source=self.fibre,
            amount=float(self.power),
            trains=self.train(*windows),
            conductance=self.conductance,
            tissue=self.tissue,
        )

    def off_and_on(
        self,
        name: str,
        place: str,
        label: str | None,
        *,
        branch: bool = True,
    ) -> Episode:
        """Return a visit with light off, on, off, on; without a label it stays off."""
        each = float(self.stretch) / self.pace
        windows = (each, 2 * each), (3 * each, 4 * each)
        lights = (self.light(label, *windows),) if label else ()
        seconds = 4 * float(self.stretch)
        return self.visit(name, place, seconds, branch=branch, lights=lights)

    def nowhere(self, name: str, seconds: float, lights: tuple[Light, ...]) -> Episode:
        """Return light in real time, in an animal that no place drives."""
        course = [Stretch(seconds, seconds, False)]
        lit = self.episode(name, "home", course, False, lights, ())
        dark = lit.stimulus.copy()
        dark[:, self.circuit.columns.index("place")] = 0.0
        return replace(lit, stimulus=dark)

    def surgery(self) -> Procedure:
        """Return the beginning of each animal: a virus, and doxycycline in the food."""
        return Procedure(ON_DOX, (Feed("dox", since=True),))

    def off_dox(self) -> tuple[Step, ...]:
        """Return the opening of the window."""
        return (
            Procedure(OFF_DOX, (Feed("dox", fed=False),)),
            self.wait(OPENS, self.window),
        )

    def on_dox(self) -> tuple[Step, ...]:
        """Return its closing by the food, and time for the label to appear."""
        return (
            Procedure(BACK_ON_DOX, (Feed("dox"),)),
            self.wait(CLOSES, self.closing),
        )

    def stretches(self, arm: Arm, name: str) -> tuple[float, float]:
        """Return freezing with the light off and on in a visit with four stretches."""
        span, trace = arm.span(name), arm.behaviour["freezing"]
        each = (span.stop_s - span.start_s) / 4
        part = ((trace.t_s - span.start_s) // each).astype(int)
        inside = (trace.t_s >= span.start_s) & (trace.t_s < span.stop_s)
        off, on = (
            float(trace.values[inside & (part % 2 == which)].mean()) for which in (0, 1)
        )
        return off, on


def _shone(
    steps: tuple[Step, ...], timeline: tuple[Span, ...]
) -> Iterator[tuple[str, Signal]]:
    """Yield the light of every episode that has some, as a share of full power."""
    for step, span in zip(steps, timeline, strict=True):
        if isinstance(step, Episode):
            for light in step.lights:
                name = f"light on {light.label}, {span.name}"
                course = light.course(len(step.stimulus))
                yield name, Signal(course, 1e3, span.start_s, "1")


def labels_in(
    regions: Mapping[str, str], penetrance: float, **more: Any
) -> dict[str, Label]:
    """Return a label a region, {name: population}, each of c-Fos off doxycycline."""
    return {
        name: Label(population=population, penetrance=penetrance, **more)
        for name, population in regions.items()
    }
