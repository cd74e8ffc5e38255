"""Projections between populations, and what a plasticity rule must offer them."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np

from .function import Function
from .parameters import ASSUMED, Parameters, symbol
from .quantity import Quantity
from .sheet import Profile

LONGEST_S = 1.0  # a delay of hours would fill the memory with its queue
MOST_INPUTS = 100_000

# What a spike does by each kind of receptor; PSP+ and PSP- are for cells like `LIF`.
RECEPTORS = {
    "AMPA": ("g_ampa_post += {weight}",),
    "AMPA+NMDA": (
        "g_ampa_post += {weight}",
        "g_nmda_post += nmda*(1 - stimulus(t, at_apv))*{weight}",
    ),
    "GABA_A": ("g_gaba_post += {weight}",),
    "PSP+": ("psp_post += {weight}",),
    "PSP-": ("psp_post -= {weight}",),
    # Both exponentials of a potential, for cells like `SpikeResponse`.
    "EPSP": ("psp_m_post += {weight}", "psp_s_post += {weight}"),
    # What an animal decodes: a rate, and a direction that the cell stands for.
    "rate": ("slow_post += {weight}", "fast_post += {weight}"),
    "direction": (
        "east_slow_post += {weight}*cos(angle_pre)",
        "east_fast_post += {weight}*cos(angle_pre)",
        "north_slow_post += {weight}*sin(angle_pre)",
        "north_fast_post += {weight}*sin(angle_pre)",
    ),
}


class Event(NamedTuple):
    """Code that a synapse runs when a spike reaches it; ``delay`` names a symbol."""

    name: str
    code: str
    delay: str = ""


Array = np.ndarray[Any, np.dtype[np.float64]]
Ids = np.ndarray[Any, np.dtype[np.int32]]
State = Mapping[str, Array]  # a rule's variables, arrays (synapses,)


class Pool(NamedTuple):
    """Plastic synapses that end on one population and share its proteins.

    Each entry of ``post`` (cell of each synapse) and ``state`` (variables of the rule)
    is one projection.
    """

    post: Sequence[Ids]
    state: Sequence[State]


@dataclass(frozen=True, kw_only=True)
class Rule(Parameters):
    """Brian2 code that changes a synapse, its symbols, and the state it starts from.

    ``weight`` is the conductance that one spike opens, in terms of the state and of
    ``w_0``, the projection's own weight. ``on_pre`` runs when a spike arrives, before
    ``weight`` is read; ``extra_pre`` are further events of the presynaptic spike.
    ``clocks`` names the variables that hold a time. ``needs`` names what else the code
    reads: variables of the target cell (``v``) and columns of the stimulus (``apv``,
    read as ``stimulus(t, at_apv)``).
    """

    model: ClassVar[str] = ""
    on_pre: ClassVar[str] = ""
    extra_pre: ClassVar[tuple[Event, ...]] = ()
    on_post: ClassVar[str] = ""
    weight: ClassVar[str] = "w_0"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({})
    clocks: ClassVar[tuple[str, ...]] = ()
    functions: ClassVar[Mapping[str, Function]] = MappingProxyType({})
    needs: ClassVar[tuple[str, ...]] = ()

    def relative(self, state: State) -> Array:
        """Return ``weight`` in units of the projection's own, for files and figures."""
        return state["strength"]

    def settled(self, state: State, cells: State, post: Ids) -> State:
        """Return the synapses with what their target cells hold for them.

        Parameters
        ----------
        cells : variables of the target population, arrays (cells,)
        post : cell on which each synapse ends
        """
        return state

    @abstractmethod
    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Return the synapses after a time without spikes, dated from its end.

        Parameters
        ----------
        state : the rule's variables, arrays (synapses,); times in them count from the
            beginning of the rest, so they are 0 or negative
        post : cell on which each synapse ends
        """


@dataclass(frozen=True, kw_only=True)
class SharedRule(Rule):
    """A rule whose late phase draws on proteins that a neuron's synapses share.

    ``late`` names the variables of the late phase, which spikes do not change.
    """

    pools: ClassVar[int] = 1
    late: ClassVar[tuple[str, ...]]

    @property
    @abstractmethod
    def settled_s(self) -> float:
        """Seconds without spikes after which ``consolidate`` takes over from `rest`."""

    @abstractmethod
    def consolidate(
        self,
        pool: Pool,
        protein: Array,
        seconds: float,
        synthesis: float,
        modulator: float,
    ) -> tuple[list[dict[str, Array]], Array]:
        """Return the synapses and the proteins after a time without spikes.

        Parameters
        ----------
        protein : array (pools, n_post)
        synthesis : rate of protein synthesis as a share of the normal one
        modulator : neuromodulation as a multiple of a slice's
        """


@dataclass(frozen=True, kw_only=True)
class Fixed(Rule):
    """The rule that learns nothing."""

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Return what was given: there is no state."""
        return dict(state)


FIXED = Fixed()


class Rewiring(Protocol):
    """What decides, between episodes, which synapses of a projection are replaced."""

    def rewire(
        self,
        pre: Ids,
        post: Ids,
        state: State,
        start: Mapping[str, float],
        n_pre: int,
        seconds: float,
        rng: np.random.Generator,
        recurrent: bool = False,
    ) -> tuple[Ids, dict[str, Array], Any]:
        """Return the sources, and the state, of the synapses after a gap."""


def code(rule: Rule) -> str:
    """Return all equation text of a rule."""
    events = [event.code for event in rule.extra_pre]
    return "\n".join([rule.model, rule.on_pre, *events, rule.on_post, rule.weight])


@dataclass(frozen=True, kw_only=True)
class Projection(Parameters):
    """All synapses from one population to another.

    Every target cell receives the same number of inputs, drawn without replacement.
    Where they are ``scattered``, as many synapses as that makes are drawn from all
    pairs: then in-degrees vary as if each pair were connected with the same
    probability. Where they are `Topographic`, sources differ in how likely they are.
    In any case the number of synapses is the same for every seed.
    """

    pre: ClassVar[str]
    post: ClassVar[str]
    receptor: ClassVar[str]
    plastic: ClassVar[str] = ""
    scattered: ClassVar[bool] = False
    complete: ClassVar[bool] = False  # every cell with every other

    in_degree: int = symbol("inputs of one target cell")
    weight: Quantity | float = symbol(
        "what one spike adds to a conductance or potential"
    )
    delay: Quantity = symbol("delay from spike to effect")
    nmda: float = ASSUMED(0.0, "NMDA conductance as a share of the AMPA conductance")

    def __post_init__(self) -> None:
        """Refuse what no synapse has."""
        self.must_be("at least 1", "in_degree")
        self.must_be("0 or more", "weight", "delay", "nmda")
        if float(self.delay) > LONGEST_S:
            raise ValueError(f"delay={self.delay}: {LONGEST_S:g} s at most is wanted.")
        if self.in_degree > MOST_INPUTS:
            raise ValueError(
                f"in_degree={self.in_degree}: {MOST_INPUTS:,} at most is wanted."
            )

    @property
    def unlearned(self) -> Rule:
        """The rule of its synapses where they are given no other."""
        return FIXED

    @property
    def name(self) -> str:
        """The name by which files and code know it."""
        return f"{self.pre}_to_{self.post}"

    @property
    def topography(self) -> Profile | None:
        """How likely each source is, where places matter."""
        return None


@dataclass(frozen=True, kw_only=True)
class Topographic(Projection):
    """A projection between sheets: equal weights, whose density is the profile."""

    profile: Profile = symbol("how likely a connection is, by distance")

    @property
    def topography(self) -> Profile:
        """The profile."""
        return self.profile
