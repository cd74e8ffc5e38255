"""Medial entorhinal cortex beside the grid: head direction, borders, speed.

    heading ──▶ head_direction ──▶ granule, CA3     Both join the medial perforant
    walls   ──▶ border ──────────▶ granule, CA3     path (Zhang et al. 2013).
    speed   ──▶ speed

A border cell is a boundary-vector cell: it fires where a wall stands at its preferred
distance in its preferred direction, and the less sharply the farther that is (Hartley
et al. 2000); one ray stands here for the sector of 0.2 radians that it looks into.
Border cells are stellate cells (Tang et al. 2014); that head-direction cells are, is
assumed. Speed cells are fast-spiking and linear in speed (Kropff et al. 2015); where
they project is left out, and so is theta. The projections are those that begin here.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .cells import Cell
from .drives import Background, Drive
from .ec import Basket, BasketBackground, Stellate, StellateBackground
from .parameters import ASSUMED, Source, symbol
from .projection import Projection
from .quantity import Quantity
from .region import Region

RAYS = 12  # directions in which walls are looked for, counterclockwise from east
SPEED = ("speed",)
WALLS = tuple(f"wall_{360 * k // RAYS}" for k in range(RAYS))

BARRY = Source("Barry and Burgess 2007")


@dataclass(frozen=True, kw_only=True)
class HeadDirectionDrive(Drive):
    """Input that is highest where the animal heads in the cell's direction.

    I_head exp(kappa (cos(heading - prefers) - 1)), a von Mises curve.
    """

    I_head: Quantity = symbol("current at the preferred direction")
    kappa: float = symbol("concentration of the tuning curve")

    variables: ClassVar[str] = "prefers : 1"
    update: ClassVar[str] = """
    facing = cos(prefers)*stimulus(t, at_heading_cos)
    facing += sin(prefers)*stimulus(t, at_heading_sin)
    """
    current: ClassVar[str] = "I_head*exp(kappa*(facing - 1))*stimulus(t, at_place)"

    def __post_init__(self) -> None:
        """Refuse a tuning that does not exist."""
        self.must_be("0 or more", "kappa")

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Spread the preferred directions evenly: they are those of the animal."""
        return {"prefers": 2 * np.pi * (np.arange(n) + rng.random()) / n}


@dataclass(frozen=True, kw_only=True)
class BorderDrive(Drive):
    """Input that is highest with a wall at a distance, in a direction.

    I_border exp(-(distance - prefers)^2 / (2 width^2)), width = sigma_0 (1 +
    prefers/beta), with the distance of the nearest wall along the cell's ray.
    """

    I_border: Quantity = symbol("current at the preferred distance")
    farthest: Quantity = symbol("longest preferred distance")
    sigma_0: Quantity = BARRY("12.2 cm", "width of the tuning at the wall")
    beta: Quantity = BARRY("1.83 m", "distance over which the width doubles")

    variables: ClassVar[str] = """
    ray : 1
    prefers : metre
    """
    update: ClassVar[str] = """
    off = stimulus(t, at_wall_0 + int(ray))*metre - prefers
    width = sigma_0*(1 + prefers/beta)
    """
    current: ClassVar[str] = "I_border*exp(-off**2/(2*width**2))*stimulus(t, at_place)"

    def __post_init__(self) -> None:
        """Refuse a tuning that does not exist."""
        self.must_be("a value above 0", "sigma_0", "beta")
        self.must_be("0 or more", "farthest")

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Spread the directions evenly over the rays, and draw the distances."""
        ray = rng.permutation(np.arange(n) % RAYS).astype(float)
        return {"ray": ray, "prefers": float(self.farthest) * rng.random(n)}


@dataclass(frozen=True, kw_only=True)
class SpeedDrive(Drive):
    """Input linear in running speed, steeper in one cell than in another."""

    I_speed: Quantity = symbol("current at a speed of 1 m/s, mean of the cells")
    unevenness: float = ASSUMED(0.5, "spread of their slopes about the mean")

    variables: ClassVar[str] = "steep : 1"
    current: ClassVar[str] = "I_speed*steep*stimulus(t, at_speed)*stimulus(t, at_place)"

    def __post_init__(self) -> None:
        """Refuse a spread that does not exist."""
        self.must_be("a share from 0 to 1", "unevenness")

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Draw the slopes."""
        return {"steep": rng.uniform(1 - self.unevenness, 1 + self.unevenness, n)}


@dataclass(frozen=True, kw_only=True)
class Head(HeadDirectionDrive):
    """The animal's heading, from the presubiculum."""

    I_head: Quantity = ASSUMED("150 pA")
    kappa: float = ASSUMED(3.0)


@dataclass(frozen=True, kw_only=True)
class Walls(BorderDrive):
    """The walls that stand in the room."""

    I_border: Quantity = ASSUMED("150 pA")
    farthest: Quantity = ASSUMED("10 cm")


@dataclass(frozen=True, kw_only=True)
class Running(SpeedDrive):
    """How fast the animal runs."""

    I_speed: Quantity = ASSUMED("400 pA")


@dataclass(frozen=True, kw_only=True)
class MedialPath(Projection):
    """The medial perforant path, from cells other than grid cells."""

    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "tagging"

    nmda: float = ASSUMED(0.3)


@dataclass(frozen=True, kw_only=True)
class BorderToGranule(MedialPath):
    """Borders to the dentate gyrus."""

    pre: ClassVar[str] = "ec_border"
    post: ClassVar[str] = "dg_granule"
    in_degree: int = ASSUMED(6)
    weight: Quantity = ASSUMED("0.1 nS")
    delay: Quantity = ASSUMED("3 ms")


@dataclass(frozen=True, kw_only=True)
class HeadToGranule(MedialPath):
    """Head direction to the dentate gyrus."""

    pre: ClassVar[str] = "ec_head_direction"
    post: ClassVar[str] = "dg_granule"
    in_degree: int = ASSUMED(6)
    weight: Quantity = ASSUMED("0.1 nS")
    delay: Quantity = ASSUMED("3 ms")


@dataclass(frozen=True, kw_only=True)
class BorderToPyramidal(MedialPath):
    """Borders to CA3."""

    pre: ClassVar[str] = "ec_border"
    post: ClassVar[str] = "ca3_pyramidal"
    in_degree: int = ASSUMED(6)
    weight: Quantity = ASSUMED("0.025 nS")
    delay: Quantity = ASSUMED("4 ms")


@dataclass(frozen=True, kw_only=True)
class HeadToPyramidal(MedialPath):
    """Head direction to CA3."""

    pre: ClassVar[str] = "ec_head_direction"
    post: ClassVar[str] = "ca3_pyramidal"
    in_degree: int = ASSUMED(6)
    weight: Quantity = ASSUMED("0.025 nS")
    delay: Quantity = ASSUMED("4 ms")


@dataclass(frozen=True, kw_only=True)
class MEC(Region):
    """What is chosen about these cells."""

    region: ClassVar[str] = "EC"
    members: ClassVar[tuple[str, ...]] = ("head_direction", "border", "speed")
    gabaergic: ClassVar[tuple[str, ...]] = ("speed",)
    n_head_direction: int = ASSUMED(180, "head-direction cells")
    n_border: int = ASSUMED(120, "border cells")
    n_speed: int = ASSUMED(60, "speed cells")
    head_direction: Cell = Stellate()
    border: Cell = Stellate()
    speed: Cell = Basket()
    head_direction_background: Background = StellateBackground()
    head_direction_head: HeadDirectionDrive = Head()
    border_background: Background = StellateBackground()
    border_walls: BorderDrive = Walls()
    speed_background: Background = BasketBackground()
    speed_running: SpeedDrive = Running()
    border_to_granule: Projection = BorderToGranule()
    head_to_granule: Projection = HeadToGranule()
    border_to_pyramidal: Projection = BorderToPyramidal()
    head_to_pyramidal: Projection = HeadToPyramidal()
