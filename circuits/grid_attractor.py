"""Grid cells as an attractor: two sheets, a bump of activity that velocity moves.

    velocity, place
           │         ring, ahead
           └─▶ stellate ─────▶ basket     Through the baskets each stellate cell
                  ▲──────────────┘        silences those at a distance: one bump of
                 near, and everywhere     activity stays, wherever it formed.
    interneuron ◀──▶ fan                  Cells that know the place, as in `EC`.

Solanka et al. (2015), doi:10.7554/eLife.06444, in their form in which the density of
connections, not their weight, falls with distance: a target has a fixed number of
inputs, whose weights add up to what theirs do. A stellate cell's ring lies ahead of it
in its preferred direction; velocity excites the cells that prefer it, and the bump
moves. The animal runs one grid ``spacing`` while the bump goes once around the sheet.
Left out are the rise of GABA (0.1 ms), the spread of the stellate cells' E_L (0.2 mV)
and time constants (0.3 ms), and the strong place input that sets the bump at first.
"""

from dataclasses import dataclass
from typing import ClassVar

from .cells import EIF, Cell
from .drives import Background, PlaceDrive
from .ec import SOLANKA, BasketBackground, Contents, Fan, FanBackground
from .ec import Basket as Interneuron
from .motion import Motion
from .parameters import ASSUMED, symbol
from .projection import Projection, Topographic
from .quantity import Quantity
from .region import Region
from .sheet import HEIGHT, Near, Profile, Ring


@dataclass(frozen=True, kw_only=True)
class Receptors(EIF):
    """Receptors of both sheets; NMDA without a block by magnesium, as published."""

    tau_ampa: Quantity = SOLANKA("1 ms")
    tau_nmda: Quantity = SOLANKA("100 ms")
    tau_gaba: Quantity = SOLANKA("5 ms")
    E_exc: Quantity = SOLANKA("0 mV")
    E_inh: Quantity = SOLANKA("-75 mV")
    Mg: float = SOLANKA(0.0)


@dataclass(frozen=True, kw_only=True)
class Stellate(Receptors):
    """Stellate cell; a spike resets its after-hyperpolarisation."""

    C: Quantity = SOLANKA("211.4 pF")
    g_L: Quantity = SOLANKA("22.73 nS")
    E_L: Quantity = SOLANKA("-68.5 mV")
    V_T: Quantity = SOLANKA("-50 mV")
    D_T: Quantity = SOLANKA("0.4 mV")
    V_r: Quantity = SOLANKA("-68.5 mV")
    t_ref: Quantity = SOLANKA("0.1 ms")
    g_spike: Quantity = SOLANKA("5 nS")
    tau_ahp: Quantity = SOLANKA("20 ms")
    E_ahp: Quantity = SOLANKA("-80 mV")

    reset: ClassVar[str] = "v = V_r; g_ahp = g_spike"


@dataclass(frozen=True, kw_only=True)
class Basket(Receptors):
    """Interneuron of the sheet; spikes add to what makes it adapt."""

    C: Quantity = SOLANKA("227.3 pF")
    g_L: Quantity = SOLANKA("22.73 nS")
    E_L: Quantity = SOLANKA("-60 mV")
    V_T: Quantity = SOLANKA("-45 mV")
    D_T: Quantity = SOLANKA("0.4 mV")
    V_r: Quantity = SOLANKA("-60 mV")
    t_ref: Quantity = SOLANKA("0.1 ms")
    g_spike: Quantity = SOLANKA("22.73 nS")
    tau_ahp: Quantity = SOLANKA("7.5 ms")
    E_ahp: Quantity = SOLANKA("-60 mV")

    reset: ClassVar[str] = "v = V_r; g_ahp += g_spike"


@dataclass(frozen=True, kw_only=True)
class SheetBackground(Background):
    """What both sheets hear: a mean, theta, and noise drawn anew each millisecond."""

    I_theta: Quantity = symbol("peak of the current that theta brings")
    I_sd: Quantity = SOLANKA("150 pA")
    tau_noise: Quantity = SOLANKA("0.1 ms")

    current: ClassVar[str] = (
        "I_mean + noise + 0.5*I_theta*(1 + stimulus(t, at_theta_cos))"
    )


@dataclass(frozen=True, kw_only=True)
class StellateBackground(SheetBackground):
    """Background into stellate cells."""

    I_mean: Quantity = SOLANKA("300 pA")
    I_theta: Quantity = SOLANKA("375 pA")


@dataclass(frozen=True, kw_only=True)
class SheetBasketBackground(SheetBackground):
    """Background into the interneurons of the sheet."""

    I_mean: Quantity = SOLANKA("200 pA")
    I_theta: Quantity = SOLANKA("25 pA")


@dataclass(frozen=True, kw_only=True)
class Surround(Ring):
    """Onto interneurons at a distance."""

    radius: float = SOLANKA(HEIGHT / 2)
    width: float = SOLANKA(0.5 / 6)
    shift: float = SOLANKA(4 / 34)


@dataclass(frozen=True, kw_only=True)
class Centre(Near):
    """Onto stellate cells near by, and onto all others a little."""

    width: float = SOLANKA(0.5 / 6)
    everywhere: float = SOLANKA(0.013)


@dataclass(frozen=True, kw_only=True)
class StellateToBasket(Topographic):
    """Excitation of a ring: 1400 nS over all cells, where the profile is 1."""

    pre: ClassVar[str] = "ec_stellate"
    post: ClassVar[str] = "ec_basket"
    receptor: ClassVar[str] = "AMPA+NMDA"
    in_degree: int = ASSUMED(500)
    weight: Quantity = SOLANKA("1.492 nS")
    delay: Quantity = ASSUMED("0.2 ms")
    nmda: float = SOLANKA(0.02)
    profile: Profile = Surround()


@dataclass(frozen=True, kw_only=True)
class BasketToStellate(Topographic):
    """Inhibition near by and everywhere: 2160 nS over all cells likewise."""

    pre: ClassVar[str] = "ec_basket"
    post: ClassVar[str] = "ec_stellate"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(50)
    weight: Quantity = SOLANKA("2.738 nS")
    delay: Quantity = ASSUMED("0.2 ms")
    profile: Profile = Centre()


@dataclass(frozen=True, kw_only=True)
class FanToInterneuron(Projection):
    """Feedback excitation, as in `EC`."""

    pre: ClassVar[str] = "ec_fan"
    post: ClassVar[str] = "ec_interneuron"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = ASSUMED(40)
    weight: Quantity = ASSUMED("1.5 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class InterneuronToFan(Projection):
    """Feedback inhibition, as in `EC`."""

    pre: ClassVar[str] = "ec_interneuron"
    post: ClassVar[str] = "ec_fan"
    receptor: ClassVar[str] = "GABA_A"
    in_degree: int = ASSUMED(20)
    weight: Quantity = ASSUMED("0.5 nS")
    delay: Quantity = ASSUMED("1 ms")


@dataclass(frozen=True, kw_only=True)
class GridAttractor(Region):
    """Entorhinal cortex with a grid that the circuit makes: another `EC`."""

    region: ClassVar[str] = "EC"
    members: ClassVar[tuple[str, ...]] = ("stellate", "fan", "basket", "interneuron")
    gabaergic: ClassVar[tuple[str, ...]] = ("basket", "interneuron")
    # 34 columns; as many rows as give it the sheet's proportions, made even.
    n_stellate: int = SOLANKA(34 * 30, "stellate (grid) cells, a sheet")
    n_fan: int = ASSUMED(400, "fan (place-contents) cells")
    n_basket: int = SOLANKA(34 * 30, "interneurons, a sheet")
    n_interneuron: int = ASSUMED(200, "interneurons of the fan cells")
    stellate: Cell = Stellate()
    fan: Cell = Fan()
    basket: Cell = Basket()
    interneuron: Cell = Interneuron()
    stellate_background: Background = StellateBackground()
    stellate_motion: Motion = Motion()
    fan_background: Background = FanBackground()
    fan_place: PlaceDrive = Contents()
    basket_background: Background = SheetBasketBackground()
    interneuron_background: Background = BasketBackground()
    stellate_to_basket: Projection = StellateToBasket()
    basket_to_stellate: Projection = BasketToStellate()
    fan_to_interneuron: Projection = FanToInterneuron()
    interneuron_to_fan: Projection = InterneuronToFan()
