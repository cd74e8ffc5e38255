"""An animal that is put into places and shocked there, and freezes.

What protocols of fear share, so that an animal is the same in each: its circuit, the
rules of its synapses, how a visit to a place is simulated, and how freezing is read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..analysis.freezing import freezing, population_rate
from ..circuits import Memory
from ..circuits.circuit import Rules
from ..circuits.parameters import ASSUMED, Source
from ..circuits.quantity import Quantity
from ..plasticity import GatedBistable, GatedCapture, InhibitorySTDP, TaggingCapture
from ..simulation.recording import Arm, Spikes, Trace
from ..simulation.timeline import Episode, Light
from .protocol import Protocol

ATLAS = Source("whole-brain immediate-early-gene atlas, methods")
FANSELOW = Source("assumed, between 5 s and 30 s of PMC5362699")

PRINCIPAL = {
    "DG": "dg_granule",
    "CA3": "ca3_pyramidal",
    "CA1": "ca1_pyramidal",
    "BLA": "bla_principal",
}
SHORTEST_S, LONGEST_S = 1e-3, 3600.0  # an episode: a row of the stimulus, an hour


class Stretch(NamedTuple):
    """A part of a visit: seconds of the animal, seconds simulated, whether shocked."""

    lived: float
    simulated: float
    shock: bool


@dataclass(frozen=True, kw_only=True)
class LivingCalcium(TaggingCapture):
    """Calcium of a spike in a living brain, as in the published network."""

    influx: float = ASSUMED(0.6)


@dataclass(frozen=True, kw_only=True)
class PerforantCalcium(GatedCapture):
    """Synapses at which a spike of the granule cell counts for more than its inputs.

    So only cells that fire learn, although few inputs are enough to fire them.
    """

    influx: float = ASSUMED(0.5)
    post_Ca: float = ASSUMED(1.3)
    quiet: float = ASSUMED(0.7)


@dataclass(frozen=True, kw_only=True)
class LivingBistable(GatedBistable):
    """The bistable synapse of slices; an input brings 0.45 of the calcium of there.

    A spike of the postsynaptic cell brings nearly as much as one of an input, so that
    which cells learn is decided by their own rates. Without a shock all brings half.
    """

    pre_Ca: float = ASSUMED(0.45)
    post_Ca: float = ASSUMED(0.41)


@dataclass(frozen=True, kw_only=True)
class Conditioning(Protocol):
    """A protocol in which an animal may learn to fear a place."""

    circuit: Memory = Memory()
    tagging: TaggingCapture = LivingCalcium()
    perforant: GatedCapture = PerforantCalcium()
    bistable: GatedBistable = LivingBistable()
    inhibitory: InhibitorySTDP = InhibitorySTDP()

    exploring: Quantity = ATLAS("3 min", "time in the chamber before the first shock")
    shocks: int = ATLAS(3, "foot shocks")
    shock: Quantity = ATLAS("2 s", "duration of a shock")
    interval: Quantity = ATLAS("28 s", "time between shocks")
    afterwards: Quantity = ATLAS("15 s", "time in the chamber after the last shock")
    pace: float = ASSUMED(
        30.0, "seconds of exploring that a simulated second stands for"
    )
    known_after: Quantity = FANSELOW("17.5 s", "time after which a place is half known")
    known_over: Quantity = FANSELOW("4 s", "how gradually it becomes known")
    f_theta: Quantity = ASSUMED("8 Hz", "frequency of theta")
    circle: Quantity = ASSUMED("8 cm", "radius of the path round the chamber")
    lap: Quantity = ASSUMED("2 s", "simulated time of a lap")
    half_rate: Quantity = ASSUMED(
        "10 Hz", "CeA rate at which freezing is half its most"
    )
    steepness: float = ASSUMED(6.0, "exponent of the readout of freezing")
    neuromodulation: float = ASSUMED(
        41.65, "neuromodulation of a living brain, as a multiple of a slice's"
    )
    readout: Quantity = ASSUMED("0.3 s", "time constant of the readout")
    ceiling: float = ASSUMED(0.65, "most that an animal freezes, share of the time")

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        super().__post_init__()
        above, not_below = "a value above 0", "0 or more"
        self.must_be("at least 1", "shocks")
        self.must_be("0 or more", "neuromodulation")
        self.must_be("a share from 0 to 1", "ceiling")
        self.must_be(above, "pace", "exploring", "shock", "known_over", "lap")
        self.must_be(above, "half_rate", "steepness", "readout")
        self.must_be(not_below, "interval", "afterwards", "known_after")
        self.must_be(not_below, "f_theta", "circle")
        real, lived = float(self.shock), float(self.exploring) + float(self.afterwards)
        lived += (self.shocks - 1) * float(self.interval)
        self.must_fit(f"shock={self.shock}", real)
        training = lived / self.pace + self.shocks * real
        self.must_fit(f"The training with shocks={self.shocks}", training)

    def must_fit(self, what: str, seconds: float) -> None:
        """Refuse an episode too short or too long to simulate."""
        if not SHORTEST_S <= seconds <= LONGEST_S:
            raise ValueError(
                f"{what} would be simulated as {seconds:g} s at "
                f"pace={self.pace:g}: from {SHORTEST_S:g} to {LONGEST_S:g} s is "
                "possible."
            )

    @property
    def rules(self) -> Rules:
        """The rule of each kind of plastic projection."""
        return {
            "tagging": self.tagging,
            "perforant": self.perforant,
            "bistable": self.bistable,
            "inhibitory": self.inhibitory,
        }

    def visit(
        self,
        name: str,
        place: str,
        seconds: float,
        *,
        branch: bool = False,
        lights: tuple[Light, ...] = (),
        receptors: tuple[tuple[str, str], ...] = (),
    ) -> Episode:
        """Return a visit without shocks, of which only a part is simulated."""
        course = [self.unshocked(seconds)]
        return self.episode(name, place, course, branch, lights, receptors)

    def training(
        self,
        name: str = "training",
        place: str = "A",
        *,
        shocks: bool = True,
        at_once: bool = False,
        lights: tuple[Light, ...] = (),
        receptors: tuple[tuple[str, str], ...] = (),
    ) -> Episode:
        """Return a visit with the shocks, or as long a visit without them."""
        # A shock lasts as long in the no-shock arm, so that both arms keep step.
        real_s = float(self.shock)
        shock = Stretch(real_s, real_s, shocks)
        if at_once:
            course = [shock] * self.shocks
        else:
            course = [self.unshocked(float(self.exploring))]
            for k in range(self.shocks):
                course += [self.unshocked(float(self.interval))] if k else []
                course += [shock]
            course += [self.unshocked(float(self.afterwards))]
        return self.episode(name, place, course, False, lights, receptors)

    def freezes(self, output: Spikes, timeline: Any) -> Trace:
        """Return the probability of freezing in all episodes."""
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

    def frozen(self, arm: Arm, name: str) -> float:
        """Return the mean probability of freezing in an episode."""
        span, trace = arm.span(name), arm.behaviour["freezing"]
        inside = (trace.t_s >= span.start_s) & (trace.t_s < span.stop_s)
        return float(trace.values[inside].mean())

    def fos(self, population: str) -> float:
        """Return the rate at which a typical cell of a population shows c-Fos, Hz."""
        return float(getattr(self.circuit.thresholds, population))

    def episode(
        self,
        name: str,
        place: str,
        course: Iterable[Stretch],
        branch: bool,
        lights: tuple[Light, ...],
        receptors: tuple[tuple[str, str], ...],
    ) -> Episode:
        """Return a visit to a place, made of these parts."""
        course = list(course)
        return Episode(
            name,
            place,
            self._stimulus(course),
            branch,
            modulator=self.neuromodulation,
            lived_s=sum(stretch.lived for stretch in course),
            lights=lights,
            receptors=receptors,
        )

    def unshocked(self, seconds: float) -> Stretch:
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
