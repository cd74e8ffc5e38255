"""Frequency facilitation: mossy fibres beside associational fibres of CA3.

    ▮   ▮   ▮   …   ▮   ▮ ← response      a regular train; its last response, over that
                                          of the same train at 0.1 Hz

The last pulse is given to a copy of the slices whose voltages are recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..analysis.slope import initial_slope
from ..circuits.circuit import Rules
from ..circuits.parameters import ASSUMED, Source
from ..circuits.slice import MossySlice
from ..plasticity.short_term import SETS, TsodyksMarkram
from ..simulation.experiment import ArmResult
from ..simulation.recording import Arm, Trace
from ..simulation.state import STEP_S
from ..simulation.timeline import TICK_S, Episode, Gap, Piece, Step
from .protocol import Band, Protocol
from .recorded import population_table

SALIN = Source("Salin et al. 1996", doi="10.1073/pnas.93.23.13304")

RATES = (0.1, 1.0, 5.0, 10.0, 20.0)
FIBRES = {"mossy": ("s1", 3.0, 8.0), "associational": ("s2", 1.0, 1.5)}
LEAD_S, AT_S, TRACE_S = 0.05, 0.02, 0.05
OPEN = float("nan")


@dataclass(frozen=True, kw_only=True)
class Facilitation(Protocol):
    """What use does to a synapse within seconds."""

    name: ClassVar[str] = "facilitation"
    caption: ClassVar[str] = "Frequency facilitation of mossy fibres in CA3"
    arms: ClassVar[tuple[str, ...]] = tuple(
        f"{fibres} {rate:g} Hz" for fibres in FIBRES for rate in RATES
    )
    papers: ClassVar[tuple[Source, ...]] = (SALIN,)

    circuit: MossySlice = MossySlice()
    mossy: TsodyksMarkram = SETS["mossy-fibre"]
    associational: TsodyksMarkram = SETS["associational-commissural"]
    pulses: int = ASSUMED(25, "pulses of a train")

    def __post_init__(self) -> None:
        """Refuse a train without a pulse."""
        super().__post_init__()
        self.must_be("at least 1", "pulses")
        if self.pulses > 1000:
            raise ValueError(f"pulses={self.pulses}: 1000 at most are possible.")

    def remarks(self, arms: Sequence[str]) -> tuple[str, ...]:
        """Say where there is nothing to compare with."""
        kinds = {arm.split()[0] for arm in arms}
        alone = [kind for kind in sorted(kinds) if f"{kind} 0.1 Hz" not in arms]
        return tuple(
            f"Without the arm '{kind} 0.1 Hz' nothing says how much it grew."
            for kind in alone
        )

    @property
    def rules(self) -> Rules:
        """The rule of either kind of fibre."""
        return {"mossy": self.mossy, "associational": self.associational}

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return what happens to the slices of an arm."""
        fibres, rate = arm.split()[0], float(arm.split()[1])
        before = np.arange(self.pulses - 1) / rate
        seconds = LEAD_S + (self.pulses - 1) / rate - AT_S
        return (
            Gap("rest", (Piece(60.0),)),
            self._episode("train", fibres, seconds, before + LEAD_S),
            self._episode("last pulse", fibres, TRACE_S, np.array([AT_S]), last=True),
        )

    def record(self, arm: str, result: ArmResult) -> Arm:
        """Return spikes and the slope of the last response."""
        circuit, fibres = self.circuit, arm.split()[0]
        name = f"fibres_{FIBRES[fibres][0]}_to_{circuit.target}"
        delay = float(circuit.synapses(self.rules)[name].projection.delay)
        voltage = result.traces("last pulse")[circuit.target]
        slopes = initial_slope(voltage, STEP_S, AT_S + delay)
        each = slopes.reshape(circuit.slices, -1).mean(axis=1)
        timeline = result.timeline()
        return Arm(
            populations=population_table(circuit),
            timeline=timeline,
            spikes=result.spikes(list(circuit.populations)),
            responses={fibres: Trace(np.array([timeline[-1].start_s]), each[None])},
        )

    def bands(self) -> tuple[Band, ...]:
        """Return the last response over that at 0.1 Hz, the largest of all rates."""
        found = [
            Band(
                f"{fibres} {rate:g} Hz",
                "response over that at 0.1 Hz",
                "1",
                OPEN,
                OPEN,
                SALIN.cite,
            )
            for fibres in FIBRES
            for rate in RATES[1:]
        ]
        for fibres, (_, low, high) in FIBRES.items():
            arm = f"{fibres} {RATES[-1]:g} Hz"
            name = "largest response over that at 0.1 Hz"
            found.append(Band(arm, name, "1", low, high, SALIN.cite))
        return tuple(found)

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        found: dict[tuple[str, str], float] = {}
        for fibres in FIBRES:
            slopes = {
                rate: float(arms[arm].responses[fibres].values.mean())
                for rate in RATES
                if (arm := f"{fibres} {rate:g} Hz") in arms
            }
            if RATES[0] not in slopes:
                continue
            for rate in (r for r in slopes if r != RATES[0]):
                ratio = slopes[rate] / slopes[RATES[0]]
                found[f"{fibres} {rate:g} Hz", "response over that at 0.1 Hz"] = ratio
            if len(slopes) == len(RATES):
                most = max(slopes.values()) / slopes[RATES[0]]
                arm = f"{fibres} {RATES[-1]:g} Hz"
                found[arm, "largest response over that at 0.1 Hz"] = most
        return found

    def notes(self) -> tuple[str, ...]:
        """Say what stands for what."""
        return (
            f"{self.circuit.slices} slices; each arm is one kind of fibre at one rate.",
            "Cells rest meanwhile; the slope of the EPSP stands for the EPSC.",
        )

    def _episode(
        self, name: str, fibres: str, seconds: float, times: Any, last: bool = False
    ) -> Episode:
        columns = self.circuit.columns
        rows = np.zeros((round(seconds / TICK_S), len(columns)))
        at = np.rint(times / TICK_S).astype(int)
        rows[at, columns.index(FIBRES[fibres][0])] = 1.0
        return Episode(name, "slice", rows, branch=last, traced=last)
