"""What comes from outside the circuit: background, a place, a grid, a shock.

A drive adds a current to a population. It is evaluated once a millisecond, because
none of these inputs changes faster; its time course is a column of the episode's
stimulus, so that no experiment needs a compile.

    column   place     shock     x, y      theta_cos, theta_sin
             0 to 1    0 to 1    metres    of the phase of theta

Code reads a column by its name: ``stimulus(t, at_place)``. A circuit says which columns
it has; those of drugs, which synapses read, every circuit has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from .function import Function
from .noise import DEVIATE
from .parameters import ASSUMED, Parameters, Source, symbol
from .place import Place
from .quantity import Quantity

# Shares of the NMDA receptors that APV blocks and of the tags that KN-93 prevents.
DRUGS = ("apv", "kn93")
RIG = ("s1", "s2", "s3", "post", *DRUGS)
COLUMNS = ("place", "shock", "x", "y", "theta_cos", "theta_sin", *DRUGS)

THETA = (
    "(1 + depth*(cos(lag)*stimulus(t, at_theta_cos)"
    " + sin(lag)*stimulus(t, at_theta_sin)))"
)

GOLDEN = (5**0.5 - 1) / 2

ZHOU = Source("Zhou et al. 2009", doi="10.1038/nn.2405")
GILLESPIE = Source("Gillespie 1996", doi="10.1103/PhysRevE.54.2084")
STENSOLA = Source("Stensola et al. 2012", doi="10.1038/nature11649")


@dataclass(frozen=True, kw_only=True)
class Drive(Parameters):
    """A current from outside: variables of a cell, and the current they give.

    ``update`` and ``current`` are evaluated once a tick; ``flow`` is a further current,
    which changes within a tick and is evaluated in every step. ``conductance``, once a
    tick too, is what opens: its current goes with the voltage, and ``current`` holds
    what it would give at 0 mV. ``links`` says of which population of one cell, and of
    which of its variables, a linked variable is.
    """

    variables: ClassVar[str] = ""
    update: ClassVar[str] = ""
    current: ClassVar[str] = ""
    flow: ClassVar[str] = ""
    conductance: ClassVar[str] = ""
    functions: ClassVar[Mapping[str, Function]] = MappingProxyType({})
    links: ClassVar[Mapping[str, tuple[str, str]]] = MappingProxyType({})

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Return the variables of ``n`` cells of one animal, in SI units."""
        return {}

    def lived(self, state: dict[str, Any], rates_hz: Any) -> dict[str, Any]:
        """Return what an episode changes, in which the cells fired at these rates."""
        return {}

    def rested(self, state: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return what a gap changes."""
        return {}

    def enter(self, n: int, place: np.random.Generator) -> dict[str, Any]:
        """Return what a place changes; the generator stands for animal and place."""
        return {}

    def sense(
        self,
        drawn: Sequence[dict[str, Any]],
        place: Place,
        animal: np.random.Generator,
    ) -> dict[str, Any]:
        """Return what a mixture of places changes, if ``enter`` drew these for each.

        What follows no single cue is that of the room, the part named first.
        """
        return drawn[0]


@dataclass(frozen=True, kw_only=True)
class Background(Drive):
    """The rest of the brain: a mean current and Ornstein-Uhlenbeck noise.

    The noise is stepped exactly, so its variance and correlation do not depend on the
    tick: x <- x exp(-tick/tau) + sigma sqrt(1 - exp(-2 tick/tau)) N(0,1).
    """

    I_mean: Quantity = symbol("mean background current")
    I_sd: Quantity = symbol("standard deviation of the background current")
    tau_noise: Quantity = ASSUMED("5 ms", "correlation time of the background")

    variables: ClassVar[str] = "noise : amp"
    update: ClassVar[str] = (
        "noise = noise*exp(-tick/tau_noise)"
        " + I_sd*sqrt(-expm1(-2*tick/tau_noise))*randn()"
    )
    current: ClassVar[str] = "I_mean + noise"

    def __post_init__(self) -> None:
        """Refuse noise that does not exist."""
        self.must_be("a value above 0", "tau_noise")
        self.must_be("0 or more", "I_sd")

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Draw the noise from its stationary distribution."""
        return {"noise": float(self.I_sd) * rng.standard_normal(n)}


@dataclass(frozen=True, kw_only=True)
class Diffusion(Drive):
    """Background that changes within a tick as well: exact, at two deviates a tick.

    At each tick the value of the Ornstein-Uhlenbeck process and its mean over the tick
    are drawn together (Gillespie 1996). Between, the current is the parabola with these
    ends and this mean; a step takes the parabola's own mean over the step.
    """

    I_mean: Quantity = symbol("mean background current")
    I_sd: Quantity = symbol("standard deviation of the background current")
    tau_noise: Quantity = symbol("correlation time of the background")

    variables: ClassVar[str] = """
    noise : amp
    rise : amp
    bulge : amp
    past = timestep(t, dt) % timestep(tick, dt)*dt/tick : 1 (shared)
    middle = past + 0.5*dt/tick : 1 (shared)
    square = past*past + past*dt/tick + (dt/tick)**2/3 : 1 (shared)
    """
    # `ends` is the part of the mean that goes with the new value, `aside` the rest.
    update: ClassVar[str] = """
    kept = exp(-tick/tau_noise)
    lost = -expm1(-tick/tau_noise)
    ratio = tau_noise/tick
    spread = sqrt(-expm1(-2*tick/tau_noise))
    ends = lost**2*ratio/spread
    aside = sqrt(clip(2/ratio - 4*tanh(0.5/ratio), 0, inf))*ratio
    first = I_sd*deviate(0, noise_key, timestep(t, tick), 1)
    second = I_sd*deviate(1, noise_key, timestep(t, tick), 1)
    noise = noise + rise
    mean_noise = noise*lost*ratio + ends*first + aside*second
    rise = spread*first - lost*noise
    bulge = 6*(mean_noise - noise - rise/2)
    """
    current: ClassVar[str] = "I_mean"
    flow: ClassVar[str] = "noise + rise*middle + bulge*(middle - square)"
    functions: ClassVar[Mapping[str, Function]] = MappingProxyType({"deviate": DEVIATE})

    def __post_init__(self) -> None:
        """Refuse noise that does not exist."""
        self.must_be("a value above 0", "tau_noise")
        self.must_be("0 or more", "I_sd")

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Draw the noise from its stationary distribution, at rest until a tick."""
        noise = float(self.I_sd) * rng.standard_normal(n)
        return {"noise": noise, "rise": np.zeros(n), "bulge": np.zeros(n)}


@dataclass(frozen=True, kw_only=True)
class PlaceDrive(Drive):
    """Sensory input that tells one place from another, in the rhythm of theta."""

    I_place: Quantity = symbol("current into a cell that knows the place")
    share: float = ASSUMED(0.15, "share of the cells that know one place")
    unevenness: float = ASSUMED(0.3, "spread of their degrees about 1")
    depth: float = ASSUMED(0.6, "depth of the modulation by theta")
    arousal: float = ASSUMED(0.0, "how much more of it there is during a shock")

    # `knows` is the degree to which this episode's place drives the cell.
    variables: ClassVar[str] = "knows : 1"
    current: ClassVar[str] = (
        "I_place*knows*stimulus(t, at_place)*(1 + depth*stimulus(t, at_theta_cos))"
        "*(1 + arousal*stimulus(t, at_shock))"
    )

    def __post_init__(self) -> None:
        """Refuse shares and spreads that do not exist."""
        self.must_be("a share from 0 to 1", "share", "unevenness", "depth")
        self.must_be("0 or more", "arousal")

    def enter(self, n: int, place: np.random.Generator) -> dict[str, Any]:
        """Draw the cells that know the place: the same number in every place."""
        knows = np.zeros(n)
        chosen = place.permutation(n)[: round(self.share * n)]
        knows[chosen] = place.uniform(
            1 - self.unevenness, 1 + self.unevenness, len(chosen)
        )
        return {"knows": knows}

    def sense(
        self,
        drawn: Sequence[dict[str, Any]],
        place: Place,
        animal: np.random.Generator,
    ) -> dict[str, Any]:
        """Let each cell follow its cue: to a part as many cells as its share."""
        found = {name: np.zeros(len(values)) for name, values in drawn[0].items()}
        n = len(found["knows"])
        follows = place.followed((animal.permutation(n) + 0.5) / n)
        for part, draws in enumerate(drawn):
            mine = follows == part
            for name, values in draws.items():
                found[name][mine] = values[mine]
        return found


@dataclass(frozen=True, kw_only=True)
class GridDrive(Drive):
    """Input of a grid cell: three plane waves at 60 degrees (Burgess et al. 2007)."""

    I_grid: Quantity = symbol("current at the centre of a field")
    depth: float = ASSUMED(0.6, "depth of the modulation by theta")
    spacing: Quantity = ASSUMED("40 cm", "spacing of the finest module")
    ratio: float = STENSOLA(1.42, "ratio of the spacings of neighbouring modules")
    modules: int = ASSUMED(3, "modules")
    lag_sd: float = ASSUMED(1.0, "spread of the preferred phases, radians")

    variables: ClassVar[str] = """
    shift_x : metre
    shift_y : metre
    wave : 1/metre
    tilt : 1
    lag : 1
    """
    update: ClassVar[str] = """
    east = stimulus(t, at_x)*metre - shift_x
    north = stimulus(t, at_y)*metre - shift_y
    hills = cos(wave*(cos(tilt)*east + sin(tilt)*north))
    hills += cos(wave*(cos(tilt + pi/3)*east + sin(tilt + pi/3)*north))
    hills += cos(wave*(cos(tilt + 2*pi/3)*east + sin(tilt + 2*pi/3)*north))
    """
    current: ClassVar[str] = f"I_grid*clip(hills/3, 0, 1)*stimulus(t, at_place)*{THETA}"

    def __post_init__(self) -> None:
        """Refuse a grid that does not exist."""
        self.must_be("a share from 0 to 1", "depth")
        self.must_be("a value above 0", "spacing")
        self.must_be("at least 1", "ratio", "modules")
        self.must_be("0 or more", "lag_sd")

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Give every cell a module; a module has one spacing and one orientation."""
        module = np.arange(n) * self.modules // n
        spacing = float(self.spacing) * self.ratio**module
        tilts = rng.uniform(0, np.pi / 3, self.modules)
        wave = 4 * np.pi / (np.sqrt(3) * spacing)
        lag = self.lag_sd * rng.standard_normal(n)
        return {"wave": wave, "tilt": tilts[module], "lag": lag}

    def enter(self, n: int, place: np.random.Generator) -> dict[str, Any]:
        """Draw the phases anew: between places grids shift (Fyhn et al. 2007)."""
        widest = float(self.spacing) * self.ratio ** (self.modules - 1)
        shifts = place.uniform(0, 2 * widest, (2, n))
        return {"shift_x": shifts[0], "shift_y": shifts[1]}


@dataclass(frozen=True, kw_only=True)
class ShockDrive(Drive):
    """Input that a foot shock brings; every cell is reached to its own degree."""

    I_shock: Quantity = symbol("current of a shock into a cell that it fully reaches")
    share: float = ZHOU(0.7, "share of the cells that the shock reaches")
    evenness: float = ASSUMED(0.0, "least degree of those, from 0 to 1")

    variables: ClassVar[str] = "reached : 1"
    current: ClassVar[str] = "I_shock*reached*stimulus(t, at_shock)"

    def __post_init__(self) -> None:
        """Refuse shares that do not exist."""
        self.must_be("a share from 0 to 1", "share", "evenness")

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Draw the degree to which the shock reaches each cell: most of them weakly."""
        cells = rng.permutation(n)[: round(self.share * n)]
        reached = np.zeros(n)
        spread = rng.random(len(cells)) ** 2
        reached[cells] = self.evenness + (1 - self.evenness) * spread
        return {"reached": reached}


@dataclass(frozen=True, kw_only=True)
class Electrode(Drive):
    """A stimulating electrode beside a bundle of fibres.

    Its column holds the intensity of a pulse, as the share of the fibres that it fires:
    those next to it first. Any stretch of fibres is spread evenly over the distances.
    """

    I_pulse: Quantity = ASSUMED("1 nA", "current of a pulse into a fibre it fires")

    variables: ClassVar[str] = "far : 1"

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Give each fibre the intensity that it needs, by the golden ratio's steps."""
        return {"far": np.arange(n) * GOLDEN % 1.0}


@dataclass(frozen=True, kw_only=True)
class ElectrodeS1(Electrode):
    """The electrode of pathway S1."""

    current: ClassVar[str] = "I_pulse*int(stimulus(t, at_s1) > far)"


@dataclass(frozen=True, kw_only=True)
class ElectrodeS2(Electrode):
    """The electrode of pathway S2."""

    current: ClassVar[str] = "I_pulse*int(stimulus(t, at_s2) > far)"


@dataclass(frozen=True, kw_only=True)
class ElectrodeS3(Electrode):
    """The electrode of pathway S3."""

    current: ClassVar[str] = "I_pulse*int(stimulus(t, at_s3) > far)"


@dataclass(frozen=True, kw_only=True)
class Pipette(Drive):
    """A pipette in each cell: a pulse of a millisecond makes it fire, and only once.

    The pulse must end before the spike, or what is left of it starts another one.
    """

    I_pipette: Quantity = symbol("current of a pulse")

    current: ClassVar[str] = "I_pipette*stimulus(t, at_post)"
