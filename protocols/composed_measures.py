"""What is read out of an experiment of the user's, and the bands that are expected.

    freezing   in a step: all of it, with the light on, off, or on over off
    labelled   share of its population that carries a label at the end
    overlap    cells of a label that are active in a step, over chance
    active     share of a population that shows c-Fos after a step
    rate       mean rate of a population in a step

Without [[measures]]: the freezing in every test, and the labelled share of every label.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..analysis.overlap import overlap_over_chance
from ..simulation.recording import Arm
from . import composed_words as words
from .comparisons import ratio
from .composed_bench import Bench
from .composed_file import Placed
from .composed_mistakes import Mistake
from .composed_words import no_such
from .protocol import Band

OPEN = float("nan")
# What each measure needs, and what else it may say.
NEEDS = {
    "freezing": (("step",), ("light",)),
    "labelled": (("label",), ()),
    "overlap": (("step", "label"), ()),
    "active": (("step", "population"), ()),
    "rate": (("step", "population"), ()),
}
CELLS = {"region": "population"}  # the one stands for the other


class Asked(NamedTuple):
    """A measure of one arm."""

    arm: str
    name: str
    reading: words.Reading
    path: str


@dataclass(frozen=True)
class Readings:
    """The measures of an experiment."""

    bench: Bench

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """The measures, each of one arm."""
        given = self.bench.written.measures
        found = [a for path, reading in given for a in self._each(path, reading)]
        if "measures" not in self.bench.written.said:
            found = [a for r in self._usual() for a in self._each("", r)]
        return tuple(found)

    def mistakes(self) -> Iterator[Mistake]:
        """Yield what is wrong with the measures."""
        for path, reading in self.bench.written.measures:
            yield from self._wrong(path, reading)
        seen: set[tuple[str, str]] = set()
        for asked in self.asked:
            if (asked.arm, asked.name) in seen:
                way = "another measure of this arm has that name: give it a name"
                yield Mistake(f"{asked.path}.name", repr(asked.name), f"{way}.")
            seen.add((asked.arm, asked.name))

    def bands(self) -> tuple[Band, ...]:
        """Return the measures with the bands that are expected."""
        return tuple(
            Band(
                asked.arm,
                asked.name,
                "Hz" if r.measure == "rate" and not r.over else "1",
                OPEN if r.low is None else r.low,
                OPEN if r.high is None else r.high,
                r.source,
            )
            for asked in self.asked
            for r in [asked.reading]
        )

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        found: dict[tuple[str, str], float] = {}
        for asked in self.asked:
            reading = asked.reading
            if asked.arm not in arms or (reading.over or asked.arm) not in arms:
                continue
            value = self._value(asked.arm, arms[asked.arm], reading)
            if reading.over:
                other = self._value(reading.over, arms[reading.over], reading)
                value = ratio(value, other)
            found[asked.arm, asked.name] = value
        return found

    def _usual(self) -> Iterator[words.Reading]:
        """Yield what is read out if nothing is asked for."""
        written = self.bench.written
        placed = [p for arm in written.timelines.values() for p in arm]
        tests = {p.name: p for p in placed if isinstance(p.step, words.Test)}
        for name in tests:
            lit = any(p.step.light for p in placed if p.name == name)  # type: ignore[attr-defined]
            for light in words.LIGHTS if lit else (None,):
                yield words.Reading(measure="freezing", step=name, light=light)
        for label in self.bench.labels:
            yield words.Reading(measure="labelled", label=label)

    def _each(self, path: str, reading: words.Reading) -> Iterator[Asked]:
        """Yield a measure for every arm that it is of."""
        name = reading.name or self._name(reading)
        for arm in reading.arms or self.bench.written.arms:
            if arm != reading.over and self._has(arm, reading):
                yield Asked(arm, name, reading, path)

    def _has(self, arm: str, reading: words.Reading) -> bool:
        """Return whether an arm has the step that is asked for, and its light."""
        if reading.step is None:
            return True
        placed = self._placed(arm, reading.step)
        return placed is not None and (reading.light is None or self._lit(placed))

    def _lit(self, placed: Placed) -> bool:
        return bool(getattr(placed.step, "light", ()))

    def _placed(self, arm: str, step: str) -> Placed | None:
        """Return an episode of an arm."""
        for placed in self.bench.written.timelines.get(arm, ()):
            if placed.name == step and isinstance(
                placed.step, (words.Visit, words.Train)
            ):
                return placed
        return None

    def _population(self, reading: words.Reading) -> str:
        if reading.label in self.bench.labels:
            return self.bench.labels[reading.label].population
        return reading.population or words.REGIONS.get(reading.region or "", "")

    def _name(self, reading: words.Reading) -> str:
        """Return the name of a measure that was given none."""
        lit = f", light {reading.light}" if reading.light else ""
        cells = reading.region or reading.population
        name = {
            "freezing": f"freezing in {reading.step}{lit}",
            "labelled": f"{reading.label} labelled",
            "overlap": f"{reading.label} active in {reading.step}, over chance",
            "active": f"{cells} active in {reading.step}",
            "rate": f"{cells} rate in {reading.step}",
        }[reading.measure]
        return f"{name}, over {reading.over}" if reading.over else name

    def _wrong(self, path: str, reading: words.Reading) -> Iterator[Mistake]:
        """Yield what is wrong with one measure."""
        needs, may = NEEDS[reading.measure]
        given = {
            CELLS.get(key, key)
            for key in ("step", "light", "label", "region", "population")
            if getattr(reading, key) is not None
        }
        for key in needs:
            if key not in given:
                key = "region" if key == "population" else key
                way = f"{reading.measure} needs it: say of which {key}."
                yield Mistake(f"{path}.{key}", "", way)
        for key in sorted(given - {*needs, *may}):
            wanted = ", ".join((*needs, *may))
            way = f"{reading.measure} is read out by {wanted} only: leave it out."
            yield Mistake(f"{path}.{key}", repr(getattr(reading, key)), way)
        written = self.bench.written
        for key, names in (("arms", reading.arms or ()), ("over", (reading.over,))):
            for name in names:
                if name is not None and name not in written.arms:
                    said = no_such("arm", name, list(written.arms))
                    yield Mistake(f"{path}.{key}", repr(name), said)
        if reading.label is not None and reading.label not in written.labels:
            said = no_such("label", reading.label, list(written.labels))
            yield Mistake(f"{path}.label", repr(reading.label), said)
        circuit = self.bench.animal.circuit
        if reading.population not in (None, *circuit.populations):
            said = no_such(
                "population", str(reading.population), list(circuit.populations)
            )
            yield Mistake(f"{path}.population", repr(reading.population), said)
        elif reading.measure in ("overlap", "active"):
            population = self._population(reading)
            if population and population not in circuit.transcribing:
                way = "no c-Fos is read out there: choose one of "
                way += f"{', '.join(circuit.transcribing)}."
                yield Mistake(f"{path}.measure", repr(population), way)
        if reading.step is not None:
            yield from self._wrong_step(path, reading, reading.step)
        low, high = reading.low, reading.high
        if low is not None and high is not None and low > high:
            yield Mistake(f"{path}.low", f"{low:g}", f"it is above high = {high:g}.")

    def _wrong_step(
        self, path: str, reading: words.Reading, step: str
    ) -> Iterator[Mistake]:
        """Yield that an arm has no such episode, or no light in it."""
        written = self.bench.written
        known = [
            placed.name
            for arm in written.timelines.values()
            for placed in arm
            if isinstance(placed.step, (words.Visit, words.Train))
        ]
        if step not in known:
            if written.names and step not in written.names:
                said = no_such("visit, training or test", step, [*dict.fromkeys(known)])
                yield Mistake(f"{path}.step", repr(step), said)
            return
        must = [*(reading.arms or ()), *([reading.over] if reading.over else ())]
        for arm in must or list(written.arms):
            if arm not in written.arms:
                continue
            placed = self._placed(arm, step)
            if placed is None and must:
                way = f"the arm {arm!r} has no such step: leave it out of arms."
                yield Mistake(f"{path}.arms", repr(arm), way)
            elif placed is not None and reading.light and not self._lit(placed):
                if must:
                    way = f"{step!r} has no light: give it one, or leave this out."
                    yield Mistake(f"{path}.light", repr(reading.light), way)
        if reading.light and not must and not self.asked_of(reading):
            way = f"{step!r} has no light: give it one, or leave this out."
            yield Mistake(f"{path}.light", repr(reading.light), way)

    def asked_of(self, reading: words.Reading) -> list[Asked]:
        """Return the measures that come from one entry."""
        return [asked for asked in self.asked if asked.reading is reading]

    def _value(self, name: str, arm: Arm, reading: words.Reading) -> float:
        """Return the value of a measure in an arm."""
        animal, step = self.bench.animal, reading.step or ""
        population = self._population(reading)
        if reading.measure == "freezing":
            return self._freezing(name, arm, reading)
        if reading.measure == "labelled":
            return animal.labelled_share(arm, str(reading.label))
        if reading.measure == "rate":
            span, info = arm.span(step), arm.populations[population]
            spikes = arm.spikes[population].between(span.start_s, span.stop_s)
            lasts = span.stop_s - span.start_s
            return float(len(spikes.node_ids) / (lasts * info.size))
        active = animal.firing(arm, step, population)
        if reading.measure == "active":
            return float(np.mean(active))
        tag = arm.tags[str(reading.label)][population].node_ids
        ids = np.flatnonzero(active).astype(np.uint32)
        return overlap_over_chance(tag, ids, len(active))

    def _freezing(self, name: str, arm: Arm, reading: words.Reading) -> float:
        """Return freezing in a step, or in its parts with the light on or off."""
        step = str(reading.step)
        if reading.light is None:
            return self.bench.animal.frozen(arm, step)
        span, trace = arm.span(step), arm.behaviour["freezing"]
        since = trace.t_s - span.start_s
        inside = (trace.t_s >= span.start_s) & (trace.t_s < span.stop_s)
        placed = self._placed(name, step)
        assert placed is not None
        lit = np.zeros(len(since), dtype=bool)
        for shining in placed.step.light:  # type: ignore[attr-defined]
            for start, stop in self.bench.windows(placed, shining):
                lit |= (since >= start) & (since < stop)
        on, off = (
            float(trace.values[part].mean()) if part.any() else OPEN
            for part in (inside & lit, inside & ~lit)
        )
        return {words.ON: on, words.OFF: off}.get(reading.light, ratio(on, off))
