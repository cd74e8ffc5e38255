"""A pool and the animal in it: motion, wall, platform, reward, and its surprise.

    held ──▶ swims ──┬─▶ platform: R_goal, then `tail` with a value that fades to 0
     1 s             └─▶ time is over: taken out, nothing is learned from that

All of it is evaluated once a tick within the simulation. The velocity is the population
vector of action cells, filtered by gamma(s) = (exp(-s/tau_gamma) -
exp(-s/nu_gamma))/(tau_gamma - nu_gamma); the value that of critic cells, by kappa:

    V = nu <spikes * kappa> + V_0
    delta = dV/dt - V/tau_r + r

delta is the exact mean of dV/dt and r over the tick before, V/tau_r that of the tick's
two ends; it is held for a tick. A reward R comes as R (exp(-s/tau_reward) -
exp(-s/nu_reward))/(tau_reward - nu_reward). Who swims into the wall is put back by
``bounce`` and pays R_wall. The platform is a place on which a trial ends.

    column   trial        start_x, start_y   platform   platform_x, platform_y
             its number   metres             1: there   metres
             learns                    valued
             1: delta teaches          1: delta knows V, 0: it is r
"""

from dataclasses import dataclass
from typing import ClassVar

from .cells import Cell
from .drives import DRUGS, Drive
from .parameters import ASSUMED
from .quantity import Quantity
from .sources import FREMAUX

COLUMNS = (
    *("trial", "start_x", "start_y", "platform", "platform_x", "platform_y"),
    *("learns", "valued", *DRUGS),
)


@dataclass(frozen=True, kw_only=True)
class Animal(Cell):
    """What the spikes of critic and action cells tell; it fires on the platform."""

    tau_kappa: Quantity = FREMAUX("200 ms", "decay of the filter of critic spikes")
    nu_kappa: Quantity = FREMAUX("50 ms", "its rise")
    nu: Quantity = FREMAUX("2 s", "value of a rate of one spike per second")
    V_0: float = FREMAUX(-40.0, "value without critic spikes")
    tau_gamma: Quantity = FREMAUX("50 ms", "decay of the filter of action spikes")
    nu_gamma: Quantity = FREMAUX("20 ms", "its rise")
    a_0: Quantity = ASSUMED("5 cm", "way of a spike per second of all action cells")

    membrane: ClassVar[str] = """
    V = nu*(slow - fast)/(tau_kappa - nu_kappa) + V_0               : 1
    v_east = a_0*(east_slow - east_fast)/(tau_gamma - nu_gamma)     : metre/second
    v_north = a_0*(north_slow - north_fast)/(tau_gamma - nu_gamma)  : metre/second
    """
    receptors: ClassVar[str] = """
    dslow/dt = slow*expm1(-dt/tau_kappa)/dt             : 1
    dfast/dt = fast*expm1(-dt/nu_kappa)/dt              : 1
    deast_slow/dt = east_slow*expm1(-dt/tau_gamma)/dt   : 1
    deast_fast/dt = east_fast*expm1(-dt/nu_gamma)/dt    : 1
    dnorth_slow/dt = north_slow*expm1(-dt/tau_gamma)/dt : 1
    dnorth_fast/dt = north_fast*expm1(-dt/nu_gamma)/dt  : 1
    """
    threshold: ClassVar[str] = "found > 0"
    reset: ClassVar[str] = "found = 0"
    rest: ClassVar[str] = ""

    def __post_init__(self) -> None:
        """Refuse filters that do not exist."""
        self.must_be("a value above 0", "nu", "nu_kappa", "nu_gamma", "a_0")
        for slow, fast in (("tau_kappa", "nu_kappa"), ("tau_gamma", "nu_gamma")):
            if not float(getattr(self, slow)) > float(getattr(self, fast)):
                raise ValueError(
                    f"{slow}={getattr(self, slow)}: more than "
                    f"{fast}={getattr(self, fast)} is wanted."
                )


@dataclass(frozen=True, kw_only=True)
class Trials(Drive):
    """A round pool in which an animal is put, swims, and finds a platform or not."""

    radius: Quantity = ASSUMED("90 cm", "radius of the pool")
    r_platform: Quantity = FREMAUX("10 cm", "radius of the platform, half a spacing")
    bounce: Quantity = FREMAUX("1 cm", "from the wall, after a touch of it")
    held: Quantity = FREMAUX("1 s", "at the start, before it may swim or learn")
    limit: Quantity = FREMAUX("50 s", "of swimming in one trial, at most")
    neutral: Quantity = FREMAUX("1 s", "of learning after the platform is reached")
    R_goal: float = FREMAUX(100.0, "reward on the platform")
    R_wall: float = FREMAUX(-1.0, "reward at the wall")
    tau_reward: Quantity = FREMAUX("200 ms", "decay of a reward")
    nu_reward: Quantity = FREMAUX("10 ms", "its rise")
    tau_end: Quantity = FREMAUX("200 ms", "decay of the value after a trial")
    tau_r: Quantity = FREMAUX("4 s", "discount time constant")

    variables: ClassVar[str] = """
    x : metre
    y : metre
    trial : 1
    age : second
    since : second
    present : 1
    swims : 1
    found : 1
    tail : 1
    reward_slow : 1
    reward_fast : 1
    value : 1
    delta : hertz
    """
    update: ClassVar[str] = """
    number = stimulus(t, at_trial)
    put = int(number != trial)*int(number > 0)
    trial = number
    age = (1 - put)*(age + tick)
    present = put + (1 - put)*present
    swims = present*int(age >= held - tick/2)
    to_x = (1 - put)*(x + swims*v_east*tick) + put*stimulus(t, at_start_x)*metre
    to_y = (1 - put)*(y + swims*v_north*tick) + put*stimulus(t, at_start_y)*metre
    far = sqrt(to_x**2 + to_y**2)
    hit = swims*int(far > radius)
    kept = 1 - hit + hit*(radius - bounce)/(far + (1 - hit)*radius)
    x = to_x*kept
    y = to_y*kept
    off_x = x - stimulus(t, at_platform_x)*metre
    off_y = y - stimulus(t, at_platform_y)*metre
    near = int(sqrt(off_x**2 + off_y**2) < r_platform)
    found = swims*near*int(stimulus(t, at_platform) > 0)
    since = (1 - found)*(since + tick)
    tail = found + (1 - found)*(1 - put)*tail*int(since < neutral - tick/2)
    over = int(age >= held + limit - tick/2)
    present = present*(1 - found)*(1 - over)
    came = -reward_slow*expm1(-tick/tau_reward)*tau_reward
    came = came + reward_fast*expm1(-tick/nu_reward)*nu_reward
    r = came/(tau_reward - nu_reward)/tick
    paid = found*R_goal + hit*R_wall
    reward_slow = (1 - put)*reward_slow*exp(-tick/tau_reward) + paid
    reward_fast = (1 - put)*reward_fast*exp(-tick/nu_reward) + paid
    before = value
    value = present*V + (1 - present)*value*exp(-tick/tau_end)
    change = (value - before)/tick - (value + before)/(2*tau_r)
    free = stimulus(t, at_learns)*clip(swims*(1 - over) + tail, 0, 1)
    delta = free*(stimulus(t, at_valued)*change + r)
    swims = swims*present
    """

    def __post_init__(self) -> None:
        """Refuse a pool in which nobody can swim, and rewards that do not exist."""
        names = ("radius", "r_platform", "limit", "nu_reward", "tau_end", "tau_r")
        self.must_be("a value above 0", *names)
        self.must_be("0 or more", "bounce", "held", "neutral", "R_goal")
        for larger, smaller in (("radius", "bounce"), ("tau_reward", "nu_reward")):
            if not float(getattr(self, larger)) > float(getattr(self, smaller)):
                raise ValueError(
                    f"{larger}={getattr(self, larger)}: more than "
                    f"{smaller}={getattr(self, smaller)} is wanted."
                )
