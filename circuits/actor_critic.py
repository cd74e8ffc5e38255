"""The circuit `actorcritic`: place cells, a critic, and action cells that steer.

                      ┌─plastic─▶ critic ──▶ value ─┐
    place cells ──────┤                             ├──▶ animal in a pool ──┐
      ▲               └─plastic─▶ action ──▶ way ───┘     │                 │
      │                            ↺ ring                 └─ delta ─▶ both  │
      └──────────────────────── position ───────────────────────────────────┘

That of Fremaux, Sprekeler and Gerstner (2013), doi:10.1371/journal.pcbi.1003024, in a
round pool instead of their square maze: one of their units of length is 10 cm here.
Every cell is connected with every other of the next population, without delay.
Action cells stand for directions round a ring; those of like direction excite each
other and all inhibit all:

    w_ij = w_minus/N + w_plus f_ij/sum over k of f_ik,  f_ij = exp(zeta cos(a_i - a_j))
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from .cells import Cell
from .circuit import Circuit
from .drives import Drive
from .pool import COLUMNS, Animal, Trials
from .projection import Array, Ids, Projection, Rule, State
from .quantity import Quantity
from .region import Population, Region
from .sources import FREMAUX
from .spike_response import Dopamine, Poisson, SpikeResponse

POSITION = {name: ("pool_animal", name) for name in ("x", "y", "present")}


@dataclass(frozen=True, kw_only=True)
class PlaceField(Drive):
    """Fields on a square grid, the outer ones beyond the wall."""

    f_max: Quantity = FREMAUX("400 Hz", "rate in the centre: a cell stands for many")
    sigma: Quantity = FREMAUX("20 cm", "width: a rate of 1/e so far from the centre")
    reach: Quantity = FREMAUX("1 m", "half the side of the grid of centres")

    variables: ClassVar[str] = """
    centre_x : metre
    centre_y : metre
    rate : hertz
    x : metre (linked)
    y : metre (linked)
    present : 1 (linked)
    """
    update: ClassVar[str] = (
        "rate = present*f_max*exp(-((x - centre_x)**2 + (y - centre_y)**2)/sigma**2)"
    )
    links = MappingProxyType(POSITION)

    def __post_init__(self) -> None:
        """Refuse fields that do not exist."""
        self.must_be("a value above 0", "sigma", "reach")
        self.must_be("0 or more", "f_max")

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Lay out the centres, row by row; where no square fits the last is shorter."""
        side = int(np.ceil(np.sqrt(n)))
        row, column = np.divmod(np.arange(n), side)
        rows = -(-n // side)
        reach = float(self.reach)
        return {
            "centre_x": reach * (2 * column / max(side - 1, 1) - 1),
            "centre_y": reach * (2 * row / max(rows - 1, 1) - 1),
        }


@dataclass(frozen=True, kw_only=True)
class Direction(Drive):
    """The direction that an action cell stands for, from east, in radians."""

    variables: ClassVar[str] = "angle : 1"

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Spread the directions evenly."""
        return {"angle": 2 * np.pi * np.arange(n) / n}


@dataclass(frozen=True, kw_only=True)
class Ring(Rule):
    """Weights round a ring, which learn nothing; the weight is one part in N."""

    w_minus: float = FREMAUX(-60.0, "inhibition by all cells together")
    w_plus: float = FREMAUX(30.0, "excitation by all cells together")
    zeta: float = FREMAUX(8.0, "narrowness of excitation")
    n: int = FREMAUX(180, "cells for which weights are told")

    weight: ClassVar[str] = (
        "w_0*(w_minus + w_plus*sharp*exp(zeta*(cos(angle_pre - angle_post) - 1)))"
    )
    needs: ClassVar[tuple[str, ...]] = ("angle",)

    def symbols(self, text: str) -> dict[str, Quantity | float]:
        """Return the parameters, and n exp(zeta)/sum of f, which norms excitation."""
        others = 2 * np.pi * np.arange(1, self.n) / self.n
        sharp = self.n / np.exp(self.zeta * (np.cos(others) - 1)).sum()
        found = super().symbols(text)
        found.pop("n", None)
        return {**found, "sharp": float(sharp)}

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Return what was given: there is no state."""
        return dict(state)


@dataclass(frozen=True, kw_only=True)
class FromPlace(Projection):
    """Plastic excitation by place cells."""

    pre: ClassVar[str] = "hippocampus_place"
    receptor: ClassVar[str] = "EPSP"
    complete: ClassVar[bool] = True
    in_degree: int = FREMAUX(121)
    # 0.77 of a potential of 20 mV ms/(20 ms - 5 ms).
    weight: Quantity = FREMAUX("1.02667 mV")
    delay: Quantity = FREMAUX("0 ms")


@dataclass(frozen=True, kw_only=True)
class PlaceToCritic(FromPlace):
    """The value of places."""

    post: ClassVar[str] = "critic_cell"
    plastic: ClassVar[str] = "value"


@dataclass(frozen=True, kw_only=True)
class PlaceToActor(FromPlace):
    """The policy: where to go from each place."""

    post: ClassVar[str] = "actor_cell"
    plastic: ClassVar[str] = "policy"


@dataclass(frozen=True, kw_only=True)
class ActorToActor(Projection):
    """The ring."""

    pre: ClassVar[str] = "actor_cell"
    post: ClassVar[str] = "actor_cell"
    receptor: ClassVar[str] = "EPSP"
    complete: ClassVar[bool] = True
    in_degree: int = FREMAUX(179)
    # A 180th of a potential of 20 mV ms/(20 ms - 5 ms).
    weight: Quantity = FREMAUX("7.40741 uV")
    delay: Quantity = FREMAUX("0 ms")
    ring: Ring = Ring()

    @property
    def unlearned(self) -> Rule:
        """The weights of the ring."""
        return self.ring


@dataclass(frozen=True, kw_only=True)
class CriticToAnimal(Projection):
    """The value is that of the mean rate of the critic."""

    pre: ClassVar[str] = "critic_cell"
    post: ClassVar[str] = "pool_animal"
    receptor: ClassVar[str] = "rate"
    complete: ClassVar[bool] = True
    in_degree: int = FREMAUX(100)
    weight: float = FREMAUX(0.01, "share of one cell")
    delay: Quantity = FREMAUX("0 ms")


@dataclass(frozen=True, kw_only=True)
class ActorToAnimal(Projection):
    """The velocity is the mean of directions, weighted by their cells' rates."""

    pre: ClassVar[str] = "actor_cell"
    post: ClassVar[str] = "pool_animal"
    receptor: ClassVar[str] = "direction"
    complete: ClassVar[bool] = True
    in_degree: int = FREMAUX(180)
    weight: float = FREMAUX(1 / 180, "share of one cell")
    delay: Quantity = FREMAUX("0 ms")


@dataclass(frozen=True, kw_only=True)
class PlaceCells(Region):
    """Place cells that are told where the animal is."""

    region: ClassVar[str] = "hippocampus"
    members: ClassVar[tuple[str, ...]] = ("place",)
    gabaergic: ClassVar[tuple[str, ...]] = ()
    n_place: int = FREMAUX(121, "place cells, on a grid of 11 by 11")
    place: Cell = Poisson()
    place_field: Drive = PlaceField()


@dataclass(frozen=True, kw_only=True)
class Critic(Region):
    """Cells whose mean rate is the value."""

    members: ClassVar[tuple[str, ...]] = ("cell",)
    gabaergic: ClassVar[tuple[str, ...]] = ()
    n_cell: int = FREMAUX(100, "cells of the critic")
    cell: Cell = SpikeResponse()
    cell_dopamine: Drive = Dopamine()
    place: Projection = PlaceToCritic()


@dataclass(frozen=True, kw_only=True)
class Actor(Region):
    """Cells each of which stands for a direction."""

    members: ClassVar[tuple[str, ...]] = ("cell",)
    gabaergic: ClassVar[tuple[str, ...]] = ()
    n_cell: int = FREMAUX(180, "action cells")
    cell: Cell = SpikeResponse()
    cell_dopamine: Drive = Dopamine()
    cell_direction: Drive = Direction()
    place: Projection = PlaceToActor()
    lateral: Projection = ActorToActor()


@dataclass(frozen=True, kw_only=True)
class Pool(Region):
    """One animal, at any scale, and the pool in which it swims."""

    members: ClassVar[tuple[str, ...]] = ("animal",)
    gabaergic: ClassVar[tuple[str, ...]] = ()
    n_animal: ClassVar[int] = 1
    animal: Cell = Animal()
    animal_trials: Trials = Trials()
    value: Projection = CriticToAnimal()
    way: Projection = ActorToAnimal()

    def populations(self, scale: float = 1.0) -> tuple[Population, ...]:
        """Return the one animal."""
        return tuple(p._replace(size=1) for p in super().populations(scale))


@dataclass(frozen=True, kw_only=True)
class ActorCritic(Circuit):
    """Place cells, critic and actor, and the animal that they steer."""

    columns: ClassVar[tuple[str, ...]] = COLUMNS
    followed: ClassVar[tuple[tuple[str, str], ...]] = tuple(
        ("pool_animal", name) for name in ("x", "y", "swims", "value", "delta")
    )

    hippocampus: PlaceCells = PlaceCells()
    critic: Critic = Critic()
    actor: Actor = Actor()
    pool: Pool = Pool()
