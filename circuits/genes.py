"""Immediate-early genes, and labels that their promoters put on active cells.

    firing ──▶ mRNA ──▶ protein       c-Fos, Arc
                 │ while the window is open (no doxycycline, or 4-OHT)
                 ▼
               label                  an opsin, a receptor, or only a marker

A cell that fires above its threshold through an episode transcribes: its mRNA m, in
units of the most that one episode brings, rises by a(1 - exp(-T/tau_visit)), where T is
how long the animal lived through it and a = 1/(1 + (theta/rate)^steepness). Then

    dm/dt = -m/tau_mRNA    dp/dt = (m - p)/tau_protein    dL/dt = m open/norm - L/lasts

since the promoter drives a label as it drives the gene. ``norm`` makes L 1 in a cell
that one long episode made fully active while the window was open; L needs one integral
for all cells. What a cell carries is its copies of the
virus times L, plus the ``leak``; above 1 it saturates as L/(1 + L/2) does, times 3/2.

Thresholds differ from cell to cell by a factor exp(spread N(0,1)). They are on the mean
rate of an episode, which stands for calcium in the nucleus: a second of it lasts long
beside a spike, and is short beside a visit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

import numpy as np

from .parameters import ASSUMED, Parameters, unknown
from .projection import Array
from .quantity import Quantity

NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)
PIECE_S = 1800.0  # within which an integral is taken at eight points


@dataclass(frozen=True, kw_only=True)
class Gene(Parameters):
    """An immediate-early gene: how soon it is there, and how long it stays."""

    tau_mrna: Quantity = ASSUMED("25 min", "decay of its mRNA")
    tau_protein: Quantity = ASSUMED("90 min", "decay of its protein")
    tau_visit: Quantity = ASSUMED("1 min", "time of an episode that transcribes most")
    steepness: float = ASSUMED(20.0, "steepness of the threshold")

    def __post_init__(self) -> None:
        """Refuse what would stay for ever, or come and go at the same rate."""
        self.must_be("a value above 0", "tau_mrna", "tau_protein", "tau_visit")
        self.must_be("a value above 0", "steepness")
        if float(self.tau_mrna) == float(self.tau_protein):
            raise ValueError(
                f"tau_mrna={self.tau_mrna} and tau_protein={self.tau_protein}: the two "
                "must differ, however little."
            )

    def transcribed(self, rates_hz: Array, theta_hz: Array, lived_s: float) -> Array:
        """Return the mRNA that an episode brings to cells of these rates."""
        fires = np.asarray(rates_hz) > 0
        ratio = theta_hz / np.where(fires, rates_hz, 1.0)
        active = fires / (1 + np.minimum(ratio, 1e6) ** self.steepness)
        return np.asarray(active * -np.expm1(-lived_s / float(self.tau_visit)))

    def later(self, m: Array, p: Array, seconds: float) -> tuple[Array, Array]:
        """Return mRNA and protein after some time."""
        tau_m, tau_p = float(self.tau_mrna), float(self.tau_protein)
        gone, left = np.exp(-seconds / tau_m), np.exp(-seconds / tau_p)
        fast = m * tau_m / (tau_m - tau_p)
        return m * gone, fast * gone + (p - fast) * left

    def dose(self, m: Array, seconds: float, open: Callable[[float], float]) -> Array:
        """Return the integral of the mRNA times how far a window is open, seconds.

        Parameters
        ----------
        open : share from 0 to 1 at a time since now, in seconds
        """
        whole, tau = 0.0, float(self.tau_mrna)
        edges = np.linspace(0, seconds, max(2, int(np.ceil(seconds / PIECE_S)) + 1))
        for a, b in zip(edges, edges[1:], strict=False):
            at = (a + b) / 2 + (b - a) / 2 * NODES
            seen = WEIGHTS * (b - a) / 2 * np.array([open(t) for t in at])
            whole += float(seen @ np.exp(-at / tau))
        return m * whole

    @property
    def norm(self) -> float:
        """The dose of a cell that one long episode made fully active, seconds."""
        return float(self.tau_mrna)


GENES: Mapping[str, Gene] = MappingProxyType(
    {
        "c-Fos": Gene(),
        "Arc": Gene(),
    }
)
ALWAYS = "CaMKII"  # a promoter that is active in every cell
PROMOTERS = (*GENES, ALWAYS)
CONTROLS = ("dox", "4-OHT", "none")


@dataclass(frozen=True, kw_only=True)
class Label(Parameters):
    """A virus in a population: a promoter, what opens its window, and how many cells.

    ``control`` is ``dox`` (labels while there is none), ``4-OHT`` (while there is some)
    or ``none``. With the promoter ``CaMKII`` all cells that carry the virus are
    labelled from the start.
    """

    population: str = ASSUMED.name("dg_granule", "population that is infected")
    promoter: str = ASSUMED.name("c-Fos", "c-Fos, Arc or CaMKII")
    control: str = ASSUMED.name("dox", "dox, 4-OHT or none")
    penetrance: float = ASSUMED(0.9, "share of the cells that the virus reaches")
    copies: float = ASSUMED(0.3, "spread of their copies of it, in logarithms")
    leak: float = ASSUMED(0.0, "label without activity, as a share of the full one")
    lasts: Quantity = ASSUMED("14 day", "time constant of the label's loss")

    def __post_init__(self) -> None:
        """Refuse promoters and controls that nobody has, and shares that are none."""
        self.must_be("a share from 0 to 1", "penetrance", "leak")
        self.must_be("0 or more", "copies")
        self.must_be("a value above 0", "lasts")
        if self.promoter not in PROMOTERS:
            raise ValueError(unknown("promoter", self.promoter, list(PROMOTERS)))
        if self.control not in CONTROLS:
            raise ValueError(unknown("control", self.control, list(CONTROLS)))

    def infected(self, n: int, rng: np.random.Generator) -> Array:
        """Draw the copies of the virus in each of ``n`` cells, about 1 where it is."""
        reached = rng.permutation(n) < round(self.penetrance * n)
        return np.asarray(reached * np.exp(self.copies * rng.standard_normal(n)))

    def open(self, occupancy: float) -> float:
        """Return how far its window is open at an occupancy of its drug."""
        if self.control == "none":
            return 1.0
        return 1 - occupancy if self.control == "dox" else occupancy

    def carried(self, copies: Array, expression: Array) -> Array:
        """Return what cells carry, 1 being the label of a fully active cell."""
        full = 1.0 if self.promoter == ALWAYS else expression + self.leak
        much = copies * full
        return np.asarray(1.5 * much / (1 + much / 2))


LABELLED = 0.3  # of a full label: what an experimenter sees under the microscope


@dataclass(frozen=True, kw_only=True)
class Thresholds(Parameters):
    """Rates at which cells of a population transcribe immediate-early genes."""

    ec_stellate: Quantity = ASSUMED("5 Hz", "threshold of stellate cells")
    ec_fan: Quantity = ASSUMED("5 Hz", "threshold of fan cells")
    dg_granule: Quantity = ASSUMED("0.4 Hz", "threshold of granule cells")
    ca3_pyramidal: Quantity = ASSUMED("0.3 Hz", "threshold of CA3 pyramidal cells")
    ca1_pyramidal: Quantity = ASSUMED("0.75 Hz", "threshold of CA1 pyramidal cells")
    bla_principal: Quantity = ASSUMED("13 Hz", "threshold of principal cells")
    cea_output: Quantity = ASSUMED("30 Hz", "threshold of output cells")
    spread: float = ASSUMED(0.1, "spread of the cells' own thresholds, in logarithms")

    def __post_init__(self) -> None:
        """Refuse cells that transcribe without firing."""
        names = [f.name for f in fields(self) if f.name != "spread"]
        self.must_be("a value above 0", *names)
        self.must_be("0 or more", "spread")

    def of(self, populations: Mapping[str, object]) -> dict[str, float]:
        """Return the threshold of each population that has one, in hertz."""
        names = (f.name for f in fields(self) if f.name in populations)
        return {name: float(getattr(self, name)) for name in names}

    def factors(self, n: int, rng: np.random.Generator) -> Array:
        """Draw the factors by which the thresholds of ``n`` cells differ."""
        return np.asarray(np.exp(self.spread * rng.standard_normal(n)))
