"""Behavioral time scale plasticity of place fields (Cone and Shouval 2021).

Presynaptic activity R leaves two eligibility traces, one of potentiation, one of
depression; a plateau potential of the target cell, seconds before or after, makes them
move the weight W towards T_p/(T_p + T_d):

    tau_p dT_p/dt = -T_p + eta_p R (T_p_max - T_p)
    tau_d dT_d/dt = -T_d + eta_d R (T_d_max - T_d)
    tau_P dP/dt = -P,  P := 1 at a plateau
    dW/dt = eta_W P (T_p (1 - W) - T_d W)

R = 1 stands for a rate of R_0. A spike takes each trace a share of its way to its
maximum, T <- T + share (T_max - T). The mean over Poisson trains of a rate r(t), which
may change, then obeys

    dT/dt = -T/tau + r share (T_max - T),

that is the equation above with R = r/R_0, if share = eta/(tau R_0). So it does for T_p
at any rate. The published share of T_d would be 6.7 at 20 Hz. No spike can do more than
fill a trace: its share is 1, and the mean of T_d is T_d_max r/(r + 1/tau_d), 3 % below
the published one at 20 Hz and 21 % below at 2 Hz.

``plateau`` is a variable of the target cell: the signal P, which it sets to 1 at a
plateau and lets decay with tau_P. A synapse tells from its value at the next spike of
either cell when the plateau was, to the step, and follows the equations from there. If
several come between two spikes, it knows the last one. A cell may also hold ``plateau``
at 1 while a plateau lasts, and at 0 else: P is then 1 at every spike within.

Between two events T_p, T_d and P are exponentials and W obeys a linear equation. With
E(s), the integral of eta_W P (T_p + T_d) up to s, which is closed,

    W <- exp(-E) (W + integral of exp(E(s)) eta_W P T_p ds).

The integral is not elementary: it is taken by Gauss and Legendre's rule, of 8 nodes, on
pieces of which each is as long as all before. For the published values that errs by
less than 1e-11; for eta_W a hundred times as large, by less than 1e-7.

The strength is W w_max, in units of the projection's own weight, so that W starts from
1/w_max; the published start is 0. The published script adds up dW over a lap, for the W
of its beginning. In a gap, without spikes, W follows what is left of P. A plateau after
the last spike before a gap is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from ..circuits.function import Function
from ..circuits.parameters import ASSUMED, Source
from ..circuits.projection import Array, Ids, Rule, State
from ..circuits.quantity import Quantity
from .traces import faded, fading

CONE = Source("Cone and Shouval 2021, published code", doi="10.3389/fncom.2021.640235")

ADVANCE = (
    "strength = w_max*instructed(strength/w_max, P, plateau_post, T_p, T_d,"
    " t - t_last, tau_p, tau_d, tau_P, eta_W)\n"
    "P = clip(plateau_post, P*exp(-(t - t_last)/tau_P), 1)\n"
) + fading(T_p="tau_p", T_d="tau_d")

NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)
AT, SHARES = (1 + NODES) / 2, WEIGHTS / 2
LASTS = 40.0  # time constants of P T_p, of which a share of 1e-17 is left then
LEAST = 1e-15  # change of W, at most, that is left out

INSTRUCTED_CPP = f"""
static const double AT[] = {{{", ".join(map(repr, AT.tolist()))}}};
static const double SHARES[] = {{{", ".join(map(repr, SHARES.tolist()))}}};
static const double LASTS = {LASTS}, LEAST = {LEAST};
"""
INSTRUCTED_CPP += """
static inline double followed(double W, double P, double T_p, double T_d, double span,
    double tau_p, double tau_d, double tau_P, double eta_W)
{
    const double a = 1.0/tau_P + 1.0/tau_p, b = 1.0/tau_P + 1.0/tau_d;
    const double up = eta_W*P*T_p/a, down = eta_W*P*T_d/b;
    if (!(up + down > LEAST && span > 0))
        return W;
    double gained = 0.0, first = 0.0, last = 1.0/fmax(a, b);
    while (first < span && first < LASTS/a)
    {
        const double piece = fmin(last, span) - first;
        for (int i = 0; i < 8; i++)
        {
            const double s = first + piece*AT[i];
            const double E = -up*expm1(-a*s) - down*expm1(-b*s);
            gained += SHARES[i]*piece*exp(E - a*s);
        }
        first = last;
        last *= 2.0;
    }
    const double E = -up*expm1(-a*span) - down*expm1(-b*span);
    return exp(-E)*(W + a*up*gained);
}
static inline double instructed(double W, double P, double plateau, double T_p,
    double T_d, double elapsed, double tau_p, double tau_d, double tau_P,
    double eta_W, int _vectorisation_idx)
{
    const double begun =
        plateau > 1e-300 ? elapsed + tau_P*log(fmin(plateau, 1.0)) : -1.0;
    const double old = begun >= 0 ? begun : elapsed;
    W = followed(W, P, T_p, T_d, old, tau_p, tau_d, tau_P, eta_W);
    T_p *= exp(-old/tau_p);
    T_d *= exp(-old/tau_d);
    return followed(W, 1.0, T_p, T_d, elapsed - old, tau_p, tau_d, tau_P, eta_W);
}
"""


def followed(
    W: Array,
    P: Array | float,
    T_p: Array,
    T_d: Array,
    span: Array,
    tau_p: float,
    tau_d: float,
    tau_P: float,
    eta_W: float,
) -> Array:
    """Return the weight after a ``span`` of seconds in which P, T_p and T_d decay.

    Parameters
    ----------
    W, P, T_p, T_d, span : arrays (n,), those at the beginning; P may be a number
    tau_p, tau_d, tau_P : seconds
    eta_W : hertz
    """
    a, b = 1 / tau_P + 1 / tau_p, 1 / tau_P + 1 / tau_d
    up, down = eta_W * P * T_p / a, eta_W * P * T_d / b
    moved = np.array(W, float)
    rows = np.flatnonzero((up + down > LEAST) & (span > 0))
    W, up, down, span = (x[rows] for x in (moved, up, down, span))

    def spent(s: Array) -> Array:
        return np.asarray(-up * np.expm1(-a * s) - down * np.expm1(-b * s))

    gained, first, last = np.zeros(len(rows)), 0.0, 1 / max(a, b)
    while first < min(np.max(span, initial=0.0), LASTS / a):
        begin = np.minimum(first, span)
        piece = np.minimum(last, span) - begin
        for at, share in zip(AT, SHARES, strict=True):
            s = begin + at * piece
            gained += share * piece * np.exp(spent(s) - a * s)
        first, last = last, 2 * last
    moved[rows] = np.exp(-spent(span)) * (W + a * up * gained)
    return moved


def instructed(
    W: Array,
    P: Array,
    plateau: Array,
    T_p: Array,
    T_d: Array,
    elapsed: Array,
    *rates: float,
) -> Array:
    """Return the weight now, ``elapsed`` seconds after P, T_p and T_d were these.

    Parameters
    ----------
    W, P, T_p, T_d, elapsed : arrays (n,) or numbers
    plateau : array (n,) or number, the target cell's signal now
    rates : tau_p, tau_d, tau_P and eta_W, as for `followed`
    """
    W, P, plateau, T_p, T_d, elapsed = np.broadcast_arrays(
        *np.atleast_1d(W, P, plateau, T_p, T_d, elapsed)
    )
    tau_p, tau_d, tau_P, _ = rates
    begun = elapsed + tau_P * np.log(np.clip(plateau, 1e-300, 1.0))
    old = np.where((plateau > 1e-300) & (begun >= 0), begun, elapsed)
    W = followed(W, P, T_p, T_d, old, *rates)
    T_p, T_d = T_p * np.exp(-old / tau_p), T_d * np.exp(-old / tau_d)
    return followed(W, 1.0, T_p, T_d, elapsed - old, *rates)


def _instructed_numpy(*arguments: Any) -> Array:
    """Serve Brian2's numpy target: units on the arguments, the indices at the end."""
    plain: list[Any] = [np.asarray(argument) for argument in arguments[:-1]]
    return instructed(*plain[:6], *(float(x) for x in plain[6:]))


def filled(trace: str) -> str:
    """Return code by which a presynaptic spike fills a trace, T_p or T_d."""
    kind = trace[-1]
    share = f"clip(eta_{kind}/(tau_{kind}*R_0), 0, 1)"
    return f"{trace} = {trace} + {share}*({trace}_max - {trace})\n"


@dataclass(frozen=True, kw_only=True)
class BTSP(Rule):
    """Synapses onto place cells; by default those of the published simulations."""

    tau_p: Quantity = CONE("0.2 s", "decay of the trace of potentiation")
    tau_d: Quantity = CONE("1.5 s", "decay of the trace of depression")
    eta_p: float = CONE(0.2, "activation of the trace of potentiation")
    eta_d: float = CONE(200.0, "activation of the trace of depression")
    T_p_max: float = CONE(2.2, "maximum of the trace of potentiation")
    T_d_max: float = CONE(2.0, "maximum of the trace of depression")
    tau_P: Quantity = CONE("0.4 s", "decay of the plateau's signal")
    eta_W: Quantity = CONE("0.6 Hz", "rate of learning")
    R_0: Quantity = ASSUMED("20 Hz", "presynaptic rate at which R is 1")
    w_max: float = ASSUMED(10.0, "strength at which W is 1")

    model: ClassVar[str] = """
    strength : 1
    P : 1
    T_p : 1
    T_d : 1
    t_last : second
    """
    on_pre: ClassVar[str] = ADVANCE + filled("T_p") + filled("T_d")
    on_post: ClassVar[str] = ADVANCE
    weight: ClassVar[str] = "w_0*strength"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"strength": 1.0})
    clocks: ClassVar[tuple[str, ...]] = ("t_last",)
    functions: ClassVar[Mapping[str, Function]] = MappingProxyType(
        {
            "instructed": Function(
                _instructed_numpy,
                INSTRUCTED_CPP,
                (*["1"] * 5, *["second"] * 4, "hertz"),
                "1",
            )
        }
    )
    needs: ClassVar[tuple[str, ...]] = ("plateau",)

    def __post_init__(self) -> None:
        """Refuse traces that cannot decay or fill, and a bound below the start."""
        self.must_be("a value above 0", "tau_p", "tau_d", "tau_P", "R_0")
        self.must_be("0 or more", "eta_p", "eta_d", "T_p_max", "T_d_max", "eta_W")
        self.must_be("at least 1", "w_max")

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let the weight follow what is left of the plateau's signal."""
        names = ("tau_p", "tau_d", "tau_P", "eta_W")
        tau_p, tau_d, tau_P, eta_W = (float(getattr(self, name)) for name in names)
        signals = state["P"], state["T_p"], state["T_d"]
        W, elapsed = state["strength"] / self.w_max, seconds - state["t_last"]
        W = followed(W, *signals, elapsed, tau_p, tau_d, tau_P, eta_W)
        after = faded(state, seconds, {"P": tau_P, "T_p": tau_p, "T_d": tau_d})
        return {**after, "strength": self.w_max * W}
