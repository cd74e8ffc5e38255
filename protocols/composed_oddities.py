"""What in an experiment can be run, and is perhaps not what was meant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..circuits.drugs import drug
from ..circuits.genes import ALWAYS
from ..circuits.opsins import OPSINS
from ..circuits.receptors import RECEPTORS
from . import composed_words as words
from .composed_bench import Bench

OPEN_ENOUGH = 0.5  # of a window, for its label to tell its cells from others
SENSITIVE = 0.05  # of an opsin, to light of a wavelength


@dataclass(frozen=True)
class Oddities:
    """Goes through an experiment that was found right."""

    bench: Bench

    def remarks(self, arms: Sequence[str]) -> tuple[str, ...]:
        """Return what is odd, with the arms in which it is, if not in all."""
        found: dict[str, list[str]] = {}
        for arm in arms:
            for text in (*self._windows(arm), *self._agents(arm)):
                found.setdefault(text, []).append(arm)
        return tuple(
            text if len(where) == len(arms) else f"{', '.join(where)}: {text}"
            for text, where in found.items()
        )

    def _windows(self, arm: str) -> Iterator[str]:
        """Yield labels whose window does not open, or not far enough."""
        widest = self._openings(arm)
        for name, label in self.bench.labels.items():
            if label.promoter == ALWAYS or label.control == "none":
                continue
            share = widest[label.control]
            if label.control == "dox":
                way = "'dox off', and a wait before the visit"
            else:
                way = "an injection of '4-OHT' next to the visit"
            if share is None:
                yield (
                    f"The window of the label {name!r} never opens in a visit, so that "
                    f"no cell is labelled: it takes {way}."
                )
            elif share < OPEN_ENOUGH:
                yield (
                    f"The window of the label {name!r} is {100 * share:.0f} % open at "
                    f"most in a visit, so that few cells are labelled: it takes {way}."
                )

    def _openings(self, arm: str) -> dict[str, float | None]:
        """Return how far the window of each drug opens about a visit, at most."""
        dox, oht = drug("dox"), drug("4-OHT")
        amounts, fed = np.array([0.0, 1.0]), self.bench.raised_on_dox
        widest: dict[str, float | None] = {"dox": None, "4-OHT": None}
        visited = injected = False
        for placed in self.bench.written.timelines[arm]:
            step, lasts = placed.step, 0.0
            if isinstance(step, words.Food):
                fed = step.do == "dox on"
            elif isinstance(step, words.Inject) and step.drug == "4-OHT":
                injected = True
            elif isinstance(step, words.Wait):
                lasts = float(step.duration)
            elif isinstance(step, (words.Visit, words.Train)):
                if isinstance(step, words.Test):
                    continue
                visited = True
                lasts = sum(part.lived for part in self.bench.course(placed))
            amounts = dox.later(amounts, lasts, fed)
            if isinstance(step, words.LASTING[:2]) and not fed:
                share = 1 - dox.occupancy(float(amounts[1]))
                widest["dox"] = max(widest["dox"] or 0.0, share)
            if injected and visited:
                widest["4-OHT"] = oht.occupancy(1.0)
        return widest

    def _agents(self, arm: str) -> Iterator[str]:
        """Yield opsins without light, receptors without CNO, and the reverse."""
        bench = self.bench
        steps = list(bench.steps(arm))
        lights = [light for step in steps for light in getattr(step, "lights", ())]
        lit = {light.label for light in lights}
        drugs = {getattr(p.step, "drug", "") for p in self.bench.written.timelines[arm]}
        agents = bench.agents(arm)
        for label, agent in agents.items():
            if agent in OPSINS and label not in lit:
                yield f"No light falls on {agent} of the label {label!r}."
            if agent in RECEPTORS and "CNO" not in drugs:
                yield f"No CNO is given to {agent} of the label {label!r}."
        if "CNO" in drugs and not {*agents.values()} & {*RECEPTORS}:
            yield "CNO is given, and no label brings a receptor for it."
        shone = ((light.opsin, light.source.wavelength) for light in lights)
        for opsin, wave in dict.fromkeys(shone):
            kind = OPSINS[opsin]
            if kind.sensitivity(1e9 * float(wave)) < SENSITIVE:
                best = kind.wavelength
                yield f"Light of {wave} hardly opens {opsin}: it is best at {best}."
