"""Drugs: how much of one there is over time, and what it changes.

    injection ──k_on──▶ level ──k_off──▶        food: the level is kept at 1

    d depot/dt = -k_on depot
    d level/dt =  k depot - k_off level,  k such that one dose peaks at a level of 1

solved exactly from any state. What a drug does goes with its ``occupancy``,

    level^hill / (level^hill + K^hill)

so that an effect outlasts the half-life of a drug that is given in plenty.

What is blocked is blocked by that share, in all regions, or in the one into which it is
infused. Half-lives are those in a mouse or rat where one is cited.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from .parameters import ASSUMED, Parameters, Source, unknown
from .projection import Array
from .quantity import Quantity

WANISCH = Source("assumed, blocks for 3-4 h: Wanisch 2008", "10.1016/j.bbr.2007.08.008")
MISANE = Source("assumed, acts for 6 h: Misane", "10.1016/j.bbr.2012.10.027")
LEMMER = Source("JPET 214:682, 1980, rat brain")
HIETALA = Source("Hietala, rat brain", "10.1007/BF02244814")
HINRICHS = Source("a TetR dimer binds two: Hinrichs 1994", "10.1126/science.8153629")

WHERE = "@"  # anisomycin@BLA: infused into the basolateral amygdala
GONE = 1e-3  # an occupancy that changes nothing any more


@dataclass(frozen=True, kw_only=True)
class Drug(Parameters):
    """What is injected, infused or eaten."""

    onset: Quantity = ASSUMED("10 min", "half time of its uptake")
    half_life: Quantity = ASSUMED("2 h", "half time of its clearance")
    K: float = ASSUMED(0.05, "level of half its effect, in peaks of one dose")
    hill: float = ASSUMED(1.0, "Hill coefficient of its effect")
    synthesis: float = ASSUMED(0.0, "share of protein synthesis that it blocks")
    nmda: float = ASSUMED(0.0, "share of NMDA receptors that it blocks")
    ampa: float = ASSUMED(0.0, "share of AMPA receptors that it blocks")
    neuromodulation: float = ASSUMED(0.0, "share of neuromodulation that it blocks")
    g_gaba: Quantity = ASSUMED("0 nS", "GABA-A conductance that it opens in a cell")

    def __post_init__(self) -> None:
        """Refuse a drug that never comes, never goes, or blocks more than all."""
        self.must_be("a value above 0", "onset", "half_life", "K", "hill")
        self.must_be("0 or more", "g_gaba")
        shares = "synthesis", "nmda", "ampa", "neuromodulation"
        self.must_be("a share from 0 to 1", *shares)

    @property
    def rates(self) -> tuple[float, float]:
        """Uptake and clearance a second; alike ones are told apart by a millionth."""
        on, off = (np.log(2) / float(t) for t in (self.onset, self.half_life))
        return (off * (1 + 1e-6), off) if abs(on / off - 1) < 1e-6 else (on, off)

    def later(self, amounts: Array, seconds: float, fed: bool = False) -> Array:
        """Return (depot, level) after some time.

        Parameters
        ----------
        amounts : array (2,), in doses and in peaks of one dose
        fed : whether the animal eats it, so that the level approaches 1
        """
        on, off = self.rates
        depot, level = amounts
        taken, kept = np.exp(-on * seconds), np.exp(-off * seconds)
        if fed:
            return np.array([depot * taken, 1 + (level - 1) * taken])
        arrived = self._peak * depot * on / (on - off) * (kept - taken)
        return np.array([depot * taken, level * kept + arrived])

    def occupancy(self, level: float) -> float:
        """Return the share of its full effect that a level has."""
        bound = (level / self.K) ** self.hill
        return float(bound / (1 + bound))

    @property
    def _peak(self) -> float:
        """Return what brings the level to 1 at the peak of one dose."""
        on, off = self.rates
        latest = np.log(on / off) / (on - off)
        height = on / (on - off) * (np.exp(-off * latest) - np.exp(-on * latest))
        return float(1 / height)


@dataclass(frozen=True, kw_only=True)
class Anisomycin(Drug):
    """Blocks protein synthesis."""

    half_life: Quantity = WANISCH("1 h")
    synthesis: float = ASSUMED(1.0)


@dataclass(frozen=True, kw_only=True)
class APV(Drug):
    """Blocks NMDA receptors."""

    half_life: Quantity = ASSUMED("1 h")
    nmda: float = ASSUMED(1.0)


@dataclass(frozen=True, kw_only=True)
class CNQX(Drug):
    """Blocks AMPA receptors."""

    half_life: Quantity = ASSUMED("30 min")
    ampa: float = ASSUMED(1.0)


@dataclass(frozen=True, kw_only=True)
class Muscimol(Drug):
    """Opens GABA-A receptors everywhere in a cell."""

    half_life: Quantity = MISANE("1.5 h")
    g_gaba: Quantity = ASSUMED("100 nS")


@dataclass(frozen=True, kw_only=True)
class Propranolol(Drug):
    """Blocks beta-adrenergic receptors, here half of neuromodulation."""

    half_life: Quantity = LEMMER("63 min")
    neuromodulation: float = ASSUMED(0.5)


@dataclass(frozen=True, kw_only=True)
class SCH23390(Drug):
    """Blocks D1 and D5 receptors, here half of neuromodulation."""

    half_life: Quantity = HIETALA("30 min")
    neuromodulation: float = ASSUMED(0.5)


@dataclass(frozen=True, kw_only=True)
class CNO(Drug):
    """Opens engineered receptors, and changes nothing else."""

    half_life: Quantity = ASSUMED("1 h")


@dataclass(frozen=True, kw_only=True)
class Doxycycline(Drug):
    """Keeps tTA from its promoter; eaten with the food."""

    onset: Quantity = ASSUMED("3 h")
    half_life: Quantity = ASSUMED("6 h")
    K: float = ASSUMED(0.1)
    hill: float = HINRICHS(2.0)


@dataclass(frozen=True, kw_only=True)
class Hydroxytamoxifen(Drug):
    """Lets CreER into the nucleus: 4-OHT."""

    onset: Quantity = ASSUMED("30 min")
    half_life: Quantity = ASSUMED("3 h")
    K: float = ASSUMED(0.3)


DRUGS: Mapping[str, Drug] = MappingProxyType(
    {
        "anisomycin": Anisomycin(),
        "APV": APV(),
        "CNQX": CNQX(),
        "muscimol": Muscimol(),
        "propranolol": Propranolol(),
        "SCH23390": SCH23390(),
        "CNO": CNO(),
        "dox": Doxycycline(),
        "4-OHT": Hydroxytamoxifen(),
    }
)


def drug(name: str) -> Drug:
    """Return a drug by its name, or its name and the region that it is infused into."""
    what = name.partition(WHERE)[0]
    if what not in DRUGS:
        raise KeyError(unknown("drug", what, list(DRUGS)))
    return DRUGS[what]
