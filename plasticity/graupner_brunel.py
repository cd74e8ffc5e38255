r"""Calcium that makes and unmakes a bistable synapse (Graupner and Brunel 2012).

    tau drho/dt = -rho (1 - rho)(rho_star - rho)
                  + gamma_p (1 - rho)[Ca > theta_p] - gamma_d rho [Ca > theta_d]
                  + sigma sqrt(tau ([Ca > theta_p] + [Ca > theta_d])) xi
    dCa/dt = -Ca/tau_Ca,  Ca += pre_Ca (a spike of pre, D later),  Ca += post_Ca (post)
    weight = w_0 (1 + rho (b_up - 1))

rho is the efficacy, near 0 when the synapse is DOWN and near 1 when it is UP; nothing
clips it. All start DOWN. A population of which a share beta starts DOWN is set by
``rho = (rng.random(n) >= beta)``. APV takes pre_Ca away.

Nothing is stepped. Between two events the calcium falls through theta_p and theta_d
after logarithms of time. Below both, x = rho - 1/2 obeys a Bernoulli equation:

    x(t) = x / sqrt(4 x^2 (1 - q) + q),   q = exp(-t/(2 tau)),   for rho_star = 1/2

Above a threshold all but the double well is an Ornstein-Uhlenbeck process: mean and
variance in closed form, one normal deviate a piece. The well is split (Strang): half a
piece of it before, half after. In the mean a piece of length s then errs by less than
(s/tau)^3 (gamma^2/4 + gamma sigma^2) where rho is from 0 to 1, gamma being the sum of
its rates; in the published sets that is below 2e-7 after a lone pair and below 2e-6
after pairs at 100 Hz.

In a gap the calcium runs down, with its noise, and rho then follows the double well to
0 or 1, in closed form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from math import erf, exp, log
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from ..circuits.function import Function
from ..circuits.parameters import Source
from ..circuits.projection import (
    LONGEST_S,
    Array,
    Event,
    Ids,
    Rule,
    State,
)
from ..circuits.quantity import Quantity, quantity

GRAUPNER = Source("Graupner and Brunel 2012", doi="10.1073/pnas.1109359109")

# numpy has no error function, and scipy takes too long to import.
ERF = np.vectorize(erf, otypes=[float])

EFFICACY_CPP = """
static inline double double_well(double rho, double span)
{
    const double x = rho - 0.5, q = exp(-0.5*span);
    return 0.5 + x/sqrt(fmax(4.0*x*x*(1.0 - q) + q, 1e-300));
}
static inline double above_threshold(double rho, double span, double up, double both,
    double spread)
{
    const double fall = exp(-both*span);
    const double variance = spread/(2.0*both)*(1.0 - fall*fall);
    return rho*fall + up/both*(1.0 - fall)
        + sqrt(variance)*brian::_random_generators[0].randn();
}
static inline double efficacy(double rho, double c, double elapsed, double tau_Ca,
    double theta_d, double theta_p, double gamma_d, double gamma_p, double sigma,
    double tau, double labile, int _vectorisation_idx)
{
    if (c <= theta_d || elapsed <= 0)
        return double_well(rho, fmax(elapsed, 0.0)/tau);
    const double T_d = fmin(tau_Ca*log(c/theta_d), elapsed);
    const double T_p = c > theta_p ? fmin(tau_Ca*log(c/theta_p), T_d) : 0.0;
    const double spread = sigma*sigma;
    if (T_p > 0)
    {
        rho = double_well(rho, 0.5*T_p/tau);
        rho = above_threshold(rho, labile*T_p/tau, gamma_p, gamma_p + gamma_d,
            2.0*spread);
    }
    rho = double_well(rho, 0.5*T_d/tau);
    rho = above_threshold(rho, labile*(T_d - T_p)/tau, 0.0, gamma_d, spread);
    return double_well(rho, (elapsed - 0.5*(T_d + T_p))/tau);
}
"""


def double_well(rho: Array, span: Array) -> Array:
    """Return the efficacy after ``span`` (in units of tau) below both thresholds."""
    x, q = rho - 0.5, np.exp(-0.5 * span)
    # The floor is for the ridge, x = 0, after so long that q is no float above 0.
    moved: Array = x / np.sqrt(np.maximum(4.0 * x**2 * (1.0 - q) + q, 1e-300))
    return 0.5 + moved


def efficacy(
    rho: Array,
    c: Array,
    elapsed: Array | float,
    tau_Ca: float,
    theta_d: float,
    theta_p: float,
    gamma_d: float,
    gamma_p: float,
    sigma: float,
    tau: float,
    labile: Array | float = 1.0,
    normal: Callable[[int], Array] | None = None,
) -> Array:
    """Return the efficacy after ``elapsed`` seconds without an event.

    Parameters
    ----------
    rho, c, elapsed : arrays (n,) or scalars
        Efficacy and calcium at the last event, seconds since then.
    tau_Ca, tau : seconds
    labile : array (n,) or scalar
        Factor on gamma_d, gamma_p and sigma^2, from 0 to 1.
    normal : function of a count that returns so many standard normal deviates;
        None leaves the noise out.
    """
    rho, c, elapsed, labile = np.broadcast_arrays(
        *np.atleast_1d(rho, c, elapsed, labile)
    )
    moved = double_well(rho, elapsed / tau)
    high = np.flatnonzero((c > theta_d) & (elapsed > 0))
    if not len(high):
        return moved
    x, c, span, labile = rho[high], c[high], elapsed[high], labile[high]
    t_d = np.minimum(tau_Ca * np.log(c / theta_d), span)
    t_p = np.clip(tau_Ca * np.log(c / theta_p), 0.0, t_d)

    def above(x: Array, span: Array, up: float, both: float, spread: float) -> Array:
        fall = np.exp(-both * span / tau)
        mean: Array = x * fall + up / both * (1.0 - fall)
        if normal is None:
            return mean
        return mean + np.sqrt(spread / (2 * both) * (1 - fall**2)) * normal(len(x))

    top = np.flatnonzero(t_p > 0)
    if len(top):
        x[top] = above(
            double_well(x[top], t_p[top] / (2 * tau)),
            labile[top] * t_p[top],
            gamma_p,
            gamma_p + gamma_d,
            2 * sigma**2,
        )
    x = double_well(x, t_d / (2 * tau))
    x = above(x, labile * (t_d - t_p), 0.0, gamma_d, sigma**2)
    moved[high] = double_well(x, (span - (t_d + t_p) / 2) / tau)
    return moved


def _efficacy_numpy(*arguments: Any) -> Array:
    """Serve Brian2's numpy target: units on the arguments, the indices at the end."""
    plain: list[Any] = [np.asarray(argument) for argument in arguments[:-1]]
    return partial(efficacy, normal=np.random.standard_normal)(*plain)


def advancing(labile: str = "1.0") -> str:
    """Return code that brings a synapse to now; ``labile`` is a factor on its rates."""
    # Brian2 wants a statement on one line.
    return (
        "rho = efficacy(rho, Ca, t - t_last, tau_Ca, theta_d, theta_p, gamma_d,"
        f" gamma_p, sigma, tau, {labile})\n"
        "Ca = Ca*exp(-(t - t_last)/tau_Ca)\n"
        "t_last = t\n"
    )


def influx(advance: str) -> tuple[Event, ...]:
    """Return the event of the calcium of a presynaptic spike, after that code."""
    brought = "Ca += pre_Ca*(1 - stimulus(t, at_apv))"
    return (Event("calcium", advance + brought, "D"),)


@dataclass(frozen=True, kw_only=True)
class GraupnerBrunel(Rule):
    """Bistable synapse; by default the one of hippocampal slices."""

    tau_Ca: Quantity = GRAUPNER("48.8373 ms", "calcium decay")
    D: Quantity = GRAUPNER("18.8008 ms", "delay of the presynaptic calcium")
    pre_Ca: float = GRAUPNER(1.0, "calcium of a presynaptic spike")
    post_Ca: float = GRAUPNER(0.275865, "calcium of a postsynaptic spike")
    theta_d: float = GRAUPNER(1.0, "calcium threshold of depression")
    theta_p: float = GRAUPNER(1.3, "calcium threshold of potentiation")
    gamma_d: float = GRAUPNER(313.0965, "rate of depression")
    gamma_p: float = GRAUPNER(1645.59, "rate of potentiation")
    sigma: float = GRAUPNER(9.1844, "noise above a threshold")
    tau: Quantity = GRAUPNER("688.355 s", "time constant of the efficacy")
    rho_star: float = GRAUPNER(0.5, "ridge between DOWN and UP")
    beta: float = GRAUPNER(0.7, "share of the synapses that start DOWN")
    b_up: float = GRAUPNER(5.28145, "strength UP over strength DOWN")

    model: ClassVar[str] = """
    rho : 1
    Ca : 1
    t_last : second
    """
    on_pre: ClassVar[str] = advancing()
    extra_pre: ClassVar[tuple[Event, ...]] = influx(advancing())
    on_post: ClassVar[str] = advancing() + "Ca += post_Ca"
    weight: ClassVar[str] = "w_0*(1 + rho*(b_up - 1))"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"rho": 0.0})
    clocks: ClassVar[tuple[str, ...]] = ("t_last",)
    functions: ClassVar[Mapping[str, Function]] = MappingProxyType(
        {
            "efficacy": Function(
                _efficacy_numpy,
                EFFICACY_CPP,
                ("1", "1", "second", "second", *["1"] * 5, "second", "1"),
                "1",
            )
        }
    )
    needs: ClassVar[tuple[str, ...]] = ("apv",)

    def __post_init__(self) -> None:
        """Refuse what the closed forms do not hold for."""
        self.must_be("a value above 0", "tau_Ca", "tau", "theta_d", "gamma_d")
        self.must_be("0 or more", "D", "pre_Ca", "post_Ca", "gamma_p", "sigma", "b_up")
        self.must_be("a share from 0 to 1", "beta")
        if float(self.D) > LONGEST_S:
            raise ValueError(f"D={self.D}: {LONGEST_S:g} s at most is wanted.")
        if not self.theta_p >= self.theta_d:
            raise ValueError(
                f"theta_p={self.theta_p} must not be below theta_d={self.theta_d}: "
                "calcium that potentiates is above both."
            )
        if self.rho_star != 0.5:
            raise ValueError(
                f"rho_star={self.rho_star}: 0.5 is wanted; only then does the double "
                "well have a closed form."
            )

    def labile(self, state: State) -> Array | float:
        """Return the factor on the rates at which calcium moves each synapse."""
        return 1.0

    def relative(self, state: State) -> Array:
        """Return the weight in units of a synapse that is DOWN."""
        return 1.0 + state["rho"] * (self.b_up - 1.0)

    def advance(
        self,
        rho: Array,
        c: Array,
        elapsed: Array | float,
        normal: Callable[[int], Array] | None,
        labile: Array | float = 1.0,
    ) -> tuple[Array, Array]:
        """Return efficacy and calcium after ``elapsed`` seconds without an event."""
        names = ("tau_Ca", "theta_d", "theta_p", "gamma_d", "gamma_p", "sigma", "tau")
        symbols: Any = {name: float(getattr(self, name)) for name in names}
        fading: Array = np.exp(-np.asarray(elapsed) / float(self.tau_Ca))
        moved = efficacy(rho, c, elapsed, labile=labile, normal=normal, **symbols)
        return moved, c * fading

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let calcium run down with its noise; rho then follows the double well."""
        elapsed, labile = seconds - state["t_last"], self.labile(state)
        rho, c = self.advance(
            state["rho"], state["Ca"], elapsed, rng.standard_normal, labile
        )
        return {**state, "rho": rho, "Ca": c, "t_last": np.zeros(len(rho))}


def time_above(
    rule: GraupnerBrunel, pre: Array, post: Array, seconds: float
) -> tuple[float, float]:
    """Return the shares (alpha_p, alpha_d) of a time with calcium above the thresholds.

    Exact for these spikes, event by event, from no calcium at time 0.

    Parameters
    ----------
    pre, post : arrays (n_pre,), (n_post,)
        Times of the spikes in seconds, in any order.
    seconds : the length of that time; what is later does not count
    """
    tau = float(rule.tau_Ca)
    jumps = [(float(t) + float(rule.D), rule.pre_Ca) for t in pre]
    jumps += [(float(t), rule.post_Ca) for t in post]
    jumps = sorted(jump for jump in jumps if jump[0] < seconds)
    c, lasted = 0.0, [0.0, 0.0]
    for (now, jump), (then, _) in pairwise([*jumps, (seconds, 0.0)]):
        c += jump
        for k, theta in enumerate((rule.theta_p, rule.theta_d)):
            if c > theta:
                lasted[k] += min(tau * log(c / theta), then - now)
        c *= exp(-(then - now) / tau)
    return lasted[0] / seconds, lasted[1] / seconds


def end_state(
    rule: GraupnerBrunel, alpha_p: Any, alpha_d: Any, seconds: Any
) -> tuple[Array, Array]:
    """Return the chances (U, Dn) to go UP from DOWN, and DOWN from UP.

    The authors' formula: rho becomes Gaussian about Gamma_p/(Gamma_p + Gamma_d), at the
    rate (Gamma_p + Gamma_d)/tau with Gamma = gamma alpha, and ends on the side of
    rho_star on which it then lies. That leaves out the double well meanwhile, and the
    order in which calcium crosses the thresholds. In the published sets it costs 0.03
    at most (pairs 10 ms apart, 0.5 to 100 Hz; the most in cultures, at 0.5 Hz).

    Parameters
    ----------
    alpha_p, alpha_d, seconds : arrays of any shape that go together, or numbers
        Shares of the time with calcium above the thresholds, and that time.

    Returns
    -------
    U, Dn : arrays of that shape
    """
    alpha_p, alpha_d = np.asarray(alpha_p, float), np.asarray(alpha_d, float)
    up, down = rule.gamma_p * alpha_p, rule.gamma_d * alpha_d
    # Calcium that crosses nothing moves nothing, whatever stands for its rate.
    both = np.where(up + down > 0, up + down, 1.0)
    run = both * np.asarray(seconds, float) / float(rule.tau)
    variance = rule.sigma**2 * (alpha_p + alpha_d) / both
    width = np.sqrt(variance * -np.expm1(-2 * run))

    def chance(start: float, side: float) -> Array:
        mean = up / both + (start - up / both) * np.exp(-run)
        with np.errstate(divide="ignore"):
            z = (mean - rule.rho_star) / width
        return np.where(up + down > 0, (1 + side * ERF(z)) / 2, 0.0)

    return chance(0.0, 1.0), chance(1.0, -1.0)


def mean_change(
    rule: GraupnerBrunel, alpha_p: Any, alpha_d: Any, seconds: Any
) -> Array:
    """Return the mean strength after a protocol, over that before it.

    Of the synapses a share beta is DOWN before. See `end_state` for the parameters.
    """
    U, Dn = end_state(rule, alpha_p, alpha_d, seconds)
    down = rule.beta * (1 - U) + (1 - rule.beta) * Dn
    before = rule.beta + (1 - rule.beta) * rule.b_up
    return np.asarray((down + (1 - down) * rule.b_up) / before)


GENERIC = GraupnerBrunel(
    tau_Ca=quantity("20 ms"),
    D=quantity("13.7 ms"),
    pre_Ca=1.0,
    post_Ca=2.0,
    gamma_d=200.0,
    gamma_p=321.808,
    sigma=2.8284,
    tau=quantity("150 s"),
    beta=0.5,
    b_up=5.0,
)
AT_ONCE = replace(GENERIC, D=quantity("0 ms"))
SETS: dict[str, GraupnerBrunel] = {
    "hippocampal-slices": GraupnerBrunel(),
    "hippocampal-cultures": GraupnerBrunel(
        tau_Ca=quantity("11.9536 ms"),
        D=quantity("10 ms"),
        pre_Ca=0.58156,
        post_Ca=1.76444,
        gamma_d=61.141,
        gamma_p=113.6545,
        sigma=2.5654,
        tau=quantity("33.7596 s"),
        beta=0.5,
        b_up=36.0263,
    ),
    "cortical-slices": GraupnerBrunel(
        tau_Ca=quantity("22.6936 ms"),
        D=quantity("4.6098 ms"),
        pre_Ca=0.5617539,
        post_Ca=1.23964,
        gamma_d=331.909,
        gamma_p=725.085,
        sigma=3.3501,
        tau=quantity("346.3615 s"),
        beta=0.5,
        b_up=5.40988,
    ),
    "DP": GENERIC,
    "DPD": replace(
        GENERIC,
        D=quantity("4.6 ms"),
        pre_Ca=0.9,
        post_Ca=0.9,
        gamma_d=250.0,
        gamma_p=550.0,
    ),
    "DPD'": replace(
        GENERIC, D=quantity("2.2 ms"), theta_p=2.5, gamma_d=50.0, gamma_p=600.0
    ),
    "P": replace(AT_ONCE, pre_Ca=2.0, gamma_d=160.0, gamma_p=257.447),
    "D": replace(
        AT_ONCE, pre_Ca=0.6, post_Ca=0.6, gamma_d=500.0, gamma_p=550.0, sigma=5.6568
    ),
    "D'": replace(AT_ONCE, theta_p=3.5, gamma_d=60.0, gamma_p=600.0),
}
