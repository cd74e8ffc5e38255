"""Turns the words of an experiment into the steps of a timeline.

    visit, train, test ─▶ Episode      wait ─▶ Gap      everything else ─▶ Procedure

What a word does not say is taken from the protocol's parameters. Times of light are the
animal's: where a visit is simulated faster than it is lived through, so are they.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ..circuits.drugs import WHERE
from ..circuits.genes import ALWAYS, Label
from ..circuits.light import Fibre, Train
from ..circuits.opsins import OPSINS
from ..circuits.quantity import Quantity, quantity
from ..circuits.receptors import RECEPTORS
from ..simulation.procedures import (
    Ablate,
    Dose,
    Feed,
    Lose,
    Overexpress,
    Shuffle,
)
from ..simulation.timeline import Act, Episode, Light, Procedure, Step
from . import composed_words as words
from .composed_file import Placed, Written
from .conditioning import Stretch
from .engram import Engram

Windows = list[tuple[float, float]]


@dataclass(frozen=True)
class Bench:
    """An animal, and what is written about what happens to it."""

    animal: Engram
    written: Written

    @cached_property
    def labels(self) -> dict[str, Label]:
        """The viruses, by the name of their label."""
        return {
            name: self._label(virus)
            for name, virus in self.written.labels.items()
            if virus is not None
        }

    @property
    def raised_on_dox(self) -> bool:
        """Whether doxycycline is in the food from the beginning."""
        return any(label.control == "dox" for label in self.labels.values())

    def agents(self, arm: str) -> dict[str, str]:
        """Return what the labels bring in an arm, those that bring anything."""
        own = {name: self.own(name) for name in self.labels if self.own(name)}
        return {**own, **self.written.arms[arm].opsin}

    def own(self, label: str) -> str:
        """Return what a label brings where no arm says otherwise."""
        virus = self.written.labels[label]
        return (virus and virus.opsin) or ""

    def steps(self, arm: str) -> Iterator[Step]:
        """Yield the timeline of an arm."""
        if self.raised_on_dox:
            yield self.animal.surgery()
        agents, opened, lived = self.agents(arm), False, False
        # Light on a label that no cell can carry yet meets nothing, whatever an arm's
        # label brings: the arms share it, and their history goes on.
        empty = {**agents, **{name: self.own(name) for name in self._filling}}
        for placed in self.written.timelines[arm]:
            step = placed.step
            opened = opened or (isinstance(step, words.Inject) and step.drug == "CNO")
            if isinstance(step, (words.Visit, words.Train)):
                yield self.episode(placed, agents if lived else empty, opened)
                lived = lived or not isinstance(step, words.Test)
            elif isinstance(step, words.Wait):
                yield self.animal.wait(placed.name, step.duration)
            else:
                yield Procedure(placed.name, tuple(self._acts(step)))

    def episode(
        self, placed: Placed, agents: Mapping[str, str], opened: bool
    ) -> Episode:
        """Return a visit, a training or a test; ``opened`` if CNO was given before."""
        step: Any = placed.step
        course = self.course(placed)
        lights = tuple(
            self.light(placed, shining, agents[label])
            for shining in step.light
            if agents.get(label := self.label_of(shining)) in OPSINS
        )
        receptors = tuple(
            (label, agent)
            for label, agent in agents.items()
            if opened and agent in RECEPTORS
        )
        branch = isinstance(step, words.Test)
        return self.animal.episode(
            placed.name, step.place, course, branch, lights, receptors
        )

    def course(self, placed: Placed) -> list[Stretch]:
        """Return the parts of an episode."""
        step, animal = placed.step, self.animal
        unshocked = animal.unshocked
        if isinstance(step, words.Visit):
            return [unshocked(float(step.duration))]
        assert isinstance(step, words.Train)
        shock = float(step.shock or animal.shock)
        part = Stretch(shock, shock, step.shocks != 0)
        if step.at_once:
            return [part] * self.shocks(placed)
        course = [unshocked(float(step.exploring or animal.exploring))]
        for k in range(self.shocks(placed)):
            pause = float(animal.interval if step.interval is None else step.interval)
            course += [unshocked(pause)] if k else []
            course += [part]
        rest = animal.afterwards if step.afterwards is None else step.afterwards
        return [*course, unshocked(float(rest))]

    def shocks(self, placed: Placed) -> int:
        """Return how many shocks a training has time for: 0 of them take as long."""
        given: Any = placed.step
        before = given.shocks or (placed.base and self.shocks(placed.base))
        return int(before or self.animal.shocks)

    def label_of(self, shining: words.Shining) -> str:
        """Return the label that light is for: where there is one, it needs no name."""
        only = list(self.written.labels)
        return shining.label or (only[0] if len(only) == 1 else "")

    def fibre_of(self, shining: words.Shining) -> str:
        """Return the fibre that light comes from, an empty name for the protocol's."""
        only = list(self.written.fibres)
        return shining.fibre or (only[0] if len(only) == 1 else "")

    def fibre(self, name: str) -> Fibre:
        """Return a fibre; what is not said of it is the protocol's."""
        told = self.written.fibres.get(name)
        if told is None:
            return self.animal.fibre
        given: dict[str, Any] = {
            "wavelength": told.wavelength,
            "R": told.radius,
            "NA": told.NA,
            "x": told.x,
            "y": told.y,
            "z": told.depth,
        }
        some = {key: value for key, value in given.items() if value is not None}
        return replace(self.animal.fibre, **some)

    def power(self, name: str) -> Quantity:
        """Return the power out of a fibre."""
        told = self.written.fibres.get(name)
        return (told and told.power) or self.animal.power

    def windows(self, placed: Placed, shining: words.Shining) -> Windows:
        """Return when there is light in an episode, in seconds as it is simulated."""
        course = self.course(placed)
        lived = np.cumsum([0.0, *(part.lived for part in course)])
        run = np.cumsum([0.0, *(part.simulated for part in course)])
        told = [(float(a), float(b)) for a, b in shining.on or ()]
        return [
            (float(np.interp(a, lived, run)), float(np.interp(b, lived, run)))
            for a, b in told or [(0.0, float(lived[-1]))]
        ]

    def trains(self, placed: Placed, shining: words.Shining) -> tuple[Train, ...]:
        """Return the pulses of light in an episode."""
        animal = self.animal
        frequency, width = shining.frequency, shining.width
        return tuple(
            Train(
                frequency=animal.frequency if frequency is None else frequency,
                width=width or animal.pulse,
                start=quantity(f"{start:.12g} s"),
                stop=quantity(f"{stop:.12g} s"),
                ramp=shining.ramp or Train().ramp,
            )
            for start, stop in self.windows(placed, shining)
        )

    def light(self, placed: Placed, shining: words.Shining, opsin: str) -> Light:
        """Return light on the cells of a label."""
        fibre = self.fibre_of(shining)
        return Light(
            label=self.label_of(shining),
            opsin=opsin,
            source=self.fibre(fibre),
            amount=float(self.power(fibre)),
            trains=self.trains(placed, shining),
            conductance=self.animal.conductance,
            tissue=self.animal.tissue,
        )

    @property
    def _filling(self) -> list[str]:
        """The labels of which cells carry none before their first experience."""
        return [
            name
            for name, label in self.labels.items()
            if label.promoter != ALWAYS and not label.leak and self.own(name)
        ]

    def _label(self, virus: words.Virus) -> Label:
        default = Label()
        return Label(
            population=virus.population or words.REGIONS[virus.region or "DG"],
            promoter=virus.promoter,
            control=virus.window,
            penetrance=(
                self.animal.penetrance if virus.penetrance is None else virus.penetrance
            ),
            leak=virus.leak or default.leak,
            lasts=virus.lasts or default.lasts,
        )

    def _acts(self, step: words.Step) -> Iterator[Act]:
        """Yield what is done in a procedure."""
        if isinstance(step, words.Food):
            yield Feed("dox", fed=step.do == "dox on")
        elif isinstance(step, words.Inject) and step.drug != words.SALINE:
            where = f"{WHERE}{step.region}" if step.region else ""
            yield Dose(f"{step.drug}{where}", step.doses)
        elif isinstance(step, words.Ablate):
            yield Ablate(step.label, step.others)
        elif isinstance(step, words.Shuffle):
            yield Shuffle(step.label)
        elif isinstance(step, words.Overexpress):
            yield Overexpress(step.label)
        elif isinstance(step, words.Lose):
            yield Lose(step.projection, step.share, step.label)
