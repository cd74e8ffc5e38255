"""Orchestrated STDP of engrams (Zenke et al. 2015, Tome et al. 2022 and 2024).

Four terms move the weight w, and w draws its reference w~ behind it:

    post: w <- w + eta A3 pre_trace slow_trace            (triplet potentiation)
                 - eta beta post_trace^3 (w - w~)         (heterosynaptic)
    pre:  w <- w - eta A2 post_trace (rate/kappa)^2       (doublet depression)
                 + eta delta                              (by the transmitter)
    tau_con dw~/dt = w - w~ - P w~ (w~ - w_c/2)(w~ - w_c)/norm
    norm = (w_c/4)(w_c/4 - w_c/2)(w_c/4 - w_c)

then the spike's own traces grow by 1. Weights stay within 0 ... w_max. The traces decay
with tau_plus (pre_trace), tau_minus (post_trace), tau_slow (slow_trace) and tau_hom
(hom_trace); the rate is hom_trace/tau_hom. P is the pull towards 0 at w~ = w_c/4. With
the published P, w~ has one rest point near w, 0 at w = 0 and w_c at w = w_c, but for w
within 0.6 % of w_c/2: there it has three, just there w_c/2 and w_c/2 +- w_c/8.

Weights are the published ones; the strength is w/w_start and ``reference`` w~/w_start,
in units of the projection's own weight. As published, w~ starts from 0. The rate
starts from 0, not from 1 Hz; either leaves a hundredth of the depression or less. The
published code clips at 0 in steps of pre and at w_max in those of post; here both do
both. Its short-term plasticity is not part of this rule.

Between two spikes w stands still, and one autonomous equation is left, in gaps as in
episodes. With x = w~ - w_c/2, K = P/norm, p = 1/K - w_c^2/4, the rest point s that x
moves to, and the other two in Q(x) = x^2 + s x + s^2 + p:

    K Q(s) t/tau_con = ln((x_0 - s)/(x - s)) + ln(Q(x)/Q(x_0))/2 + (3 s/2) int dx/Q

The integral, from x_0 to x, is an arcus tangens, or its hyperbolic kin. Newton's method
inverts this, to 1e-11 of strength; to 1e-8 where w and P are such that rest points fall
together. Between two rest points the equation itself lets an error grow, with the
published P by exp(t/tau_con/15) at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from ..circuits.function import Function
from ..circuits.parameters import Source
from ..circuits.projection import Array, Ids, Rule, State
from ..circuits.quantity import Quantity, quantity
from .traces import faded, fading

TOME = Source("Tome et al. 2024, published code", doi="10.1038/s41593-023-01551-w")

FADES = {
    "pre_trace": "tau_plus",
    "post_trace": "tau_minus",
    "slow_trace": "tau_slow",
    "hom_trace": "tau_hom",
}

ADVANCE = (
    "reference = consolidated(reference, strength, (t - t_last)/tau_con, P/w_start,"
    " w_c/w_start)\n"
) + fading(**FADES)

CLOSE = 1e-12  # of strength, in the last of Newton's steps
MOST_STEPS = 200
LEAST_Q = 1e-7  # rest points that fall together are set apart by as much

CONSOLIDATED_CPP = f"""
static const double CLOSE = {CLOSE};
static const double LEAST_Q = {LEAST_Q};
static const int MOST_STEPS = {MOST_STEPS};
"""
CONSOLIDATED_CPP += """
static inline double rest_point(double x, double p, double q)
{
    const double m = 2.0*sqrt(fmax(fabs(p), 1e-30)/3.0), side = 4.0*q/(m*m*m);
    if (p >= 0)
        return m*sinh(asinh(side)/3.0);
    if (fabs(side) > 1)
        return copysign(m*cosh(acosh(fabs(side))/3.0), q);
    const double turn = acos(side)/3.0, third = 2.0943951023931953;
    return m*cos(x > m*cos(turn - third) ? turn : turn + third);
}
static inline double consolidated(double reference, double strength, double span,
    double P, double w_c, int _vectorisation_idx)
{
    const double K = 64.0*P/(3.0*w_c*w_c*w_c), p = 1.0/K - 0.25*w_c*w_c;
    const double x = reference - 0.5*w_c;
    double s = rest_point(x, p, (strength - 0.5*w_c)/K);
    if (3.0*s*s + p < LEAST_Q)
        s = copysign(sqrt((LEAST_Q - p)/3.0), s);
    const double far = x - s, Q_s = 3.0*s*s + p;
    const double start = x + 0.5*s, D = 0.75*s*s + p, Q_0 = start*start + D;
    if (K*fabs(far*Q_0)*span <= 0.01*CLOSE)
        return reference;
    const double root = sqrt(fmax(fabs(D), 1e-200)), time = K*Q_s*span;
    double y = -time*Q_0/Q_s, low = -1e300, high = 0.0;
    for (int i = 0; i < MOST_STEPS; i++)
    {
        const double v = 1.5*s + far*exp(y), Q = v*v + D;
        const double z = root*(v - start), c = D + v*start;
        const double J = (D > 0 ? atan2(z, c) : atanh(z/c))/root;
        const double early = y - 0.5*log(Q/Q_0) - 1.5*s*J + time;
        (early > 0 ? high : low) = y;
        const double next = y - early*Q/Q_s;
        const double step = far*(next - y)*exp(fmin(fmax(next, y), 0.0));
        if (fabs(step) <= CLOSE)
            break;
        if (next > low && next < high)
            y = next;
        else
            y = low > -1e300 ? 0.5*(low + high) : high - 1.0;
    }
    return 0.5*w_c + s + far*exp(y);
}
"""


def rest_point(x: Array, p: float, q: Array) -> Array:
    """Return the root of s^3 + p s = q to which x' = q - p x - x^3 leads from x."""
    m = 2 * np.sqrt(max(abs(p), 1e-30) / 3)
    side = 4 * q / m**3
    if p >= 0:
        return np.asarray(m * np.sinh(np.arcsinh(side) / 3))
    turn, third = np.arccos(np.clip(side, -1, 1)) / 3, 2 * np.pi / 3
    inner = m * np.cos(np.where(x > m * np.cos(turn - third), turn, turn + third))
    outer = np.copysign(m * np.cosh(np.arccosh(np.maximum(abs(side), 1)) / 3), q)
    return np.where(abs(side) > 1, outer, inner)


def consolidated(
    reference: Array, strength: Array, span: Array | float, P: float, w_c: float
) -> Array:
    """Return the reference after a time at constant strength.

    Parameters
    ----------
    reference, strength : arrays (n,)
    span : array (n,) or number, the time in units of tau_con
    P, w_c : pull, and upper rest point, in units of the strength
    """
    K = 64 * P / (3 * w_c**3)
    p = 1 / K - w_c**2 / 4
    x, q, span = np.broadcast_arrays(
        *np.atleast_1d(reference - w_c / 2, (strength - w_c / 2) / K, span)
    )
    s = rest_point(x, p, q)
    s = np.where(
        3 * s**2 + p < LEAST_Q, np.copysign(np.sqrt(max(LEAST_Q - p, 0) / 3), s), s
    )
    far, start, D = x - s, x + s / 2, 0.75 * s**2 + p
    Q_0 = start**2 + D
    moved = np.array(x, float)
    rows = np.flatnonzero(K * np.abs(far * Q_0) * span > 0.01 * CLOSE)
    s, far, start, D, Q_0, span = (a[rows] for a in (s, far, start, D, Q_0, span))
    Q_s, root = 3 * s**2 + p, np.sqrt(np.maximum(np.abs(D), 1e-200))
    time = K * Q_s * span
    # y is the logarithm of what is left of the way; it falls from 0.
    y, low, high = -time * Q_0 / Q_s, np.full(len(rows), -1e300), np.zeros(len(rows))
    for _ in range(MOST_STEPS):
        v = 1.5 * s + far * np.exp(y)
        Q, z, c = v**2 + D, root * (v - start), D + v * start
        J = np.arctan2(z, c)
        straight = D <= 0
        J[straight] = np.arctanh(z[straight] / c[straight])
        early = y - np.log(Q / Q_0) / 2 - 1.5 * s * J / root + time
        high, low = np.where(early > 0, y, high), np.where(early > 0, low, y)
        to = y - early * Q / Q_s
        step = far * (to - y) * np.exp(np.minimum(np.maximum(to, y), 0.0))
        moved[rows] = v - 0.5 * s
        on = np.abs(step) > CLOSE
        if not on.any():
            break
        half = np.where(low > -1e300, (low + high) / 2, high - 1)
        y = np.where((to > low) & (to < high), to, half)
        rows, s, far, start, D, Q_0, Q_s, root, time, y, low, high = (
            a[on] for a in (rows, s, far, start, D, Q_0, Q_s, root, time, y, low, high)
        )
    return w_c / 2 + moved


def _consolidated_numpy(*arguments: Any) -> Array:
    """Serve Brian2's numpy target: units on the arguments, the indices at the end."""
    plain: list[Any] = [np.asarray(argument) for argument in arguments[:-1]]
    return consolidated(*plain)


@dataclass(frozen=True, kw_only=True)
class OrchestratedSTDP(Rule):
    """Excitatory synapses of engrams; by default those within the hippocampus."""

    eta: float = TOME(1e-3, "step of the weight")
    A3: float = TOME(1.0, "triplet potentiation, in units of eta")
    A2: float = TOME(1.0, "doublet depression at a rate of kappa, in units of eta")
    beta: float = TOME(50.0, "heterosynaptic term, in units of eta")
    delta: float = TOME(0.02, "transmitter-induced growth, in units of eta")
    tau_plus: Quantity = TOME("20 ms", "decay of the presynaptic trace")
    tau_minus: Quantity = TOME("20 ms", "decay of the postsynaptic trace")
    tau_slow: Quantity = TOME("100 ms", "decay of the slow postsynaptic trace")
    tau_hom: Quantity = TOME("600 s", "time over which the rate is measured")
    kappa: Quantity = TOME("10 Hz", "rate at which depression is A2")
    tau_con: Quantity = TOME("1200 s", "time constant of the reference")
    P: float = TOME(0.1, "pull on the reference at w_c/4")
    w_c: float = TOME(0.5, "upper rest point of the reference")
    w_start: float = TOME(0.1, "published weight at a strength of 1")
    w_max: float = TOME(5.0, "upper bound of the weight")

    model: ClassVar[str] = """
    strength : 1
    reference : 1
    pre_trace : 1
    post_trace : 1
    slow_trace : 1
    hom_trace : 1
    t_last : second
    """
    on_pre: ClassVar[str] = ADVANCE + (
        "homeostasis = (hom_trace/(tau_hom*kappa))**2\n"
        "step = delta - A2*post_trace*homeostasis\n"
        "strength = clip(strength + eta/w_start*step, 0, w_max/w_start)\n"
        "pre_trace += 1"
    )
    on_post: ClassVar[str] = ADVANCE + (
        "spring = beta*post_trace**3*(strength - reference)\n"
        "step = A3/w_start*pre_trace*slow_trace - spring\n"
        "strength = clip(strength + eta*step, 0, w_max/w_start)\n"
        "post_trace += 1\n"
        "slow_trace += 1\n"
        "hom_trace += 1"
    )
    weight: ClassVar[str] = "w_0*strength"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"strength": 1.0})
    clocks: ClassVar[tuple[str, ...]] = ("t_last",)
    functions: ClassVar[Mapping[str, Function]] = MappingProxyType(
        {
            "consolidated": Function(
                _consolidated_numpy, CONSOLIDATED_CPP, ("1",) * 5, "1"
            )
        }
    )

    def __post_init__(self) -> None:
        """Refuse traces that cannot decay, steps back, and a bound below the start."""
        taus = ("tau_plus", "tau_minus", "tau_slow", "tau_hom", "tau_con")
        self.must_be("a value above 0", *taus, "kappa", "P", "w_c", "w_start")
        self.must_be("0 or more", "eta", "A3", "A2", "beta", "delta")
        if not self.w_max >= self.w_start:
            raise ValueError(
                f"w_max={self.w_max}: at least w_start={self.w_start} is wanted."
            )

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let the traces decay and the reference follow; the strength stays."""
        span = (seconds - state["t_last"]) / float(self.tau_con)
        units = self.P / self.w_start, self.w_c / self.w_start
        reference = consolidated(state["reference"], state["strength"], span, *units)
        taus = {x: float(getattr(self, tau)) for x, tau in FADES.items()}
        return {**faded(state, seconds, taus), "reference": reference}


SETS: dict[str, OrchestratedSTDP] = {
    "Tome et al. 2024, hippocampus": OrchestratedSTDP(),
    "Tome et al. 2022, hippocampus": OrchestratedSTDP(eta=1.5e-3),
    "Tome et al. 2022, stimulus to hippocampus": OrchestratedSTDP(
        eta=1.5e-3, beta=30.0, tau_con=quantity("10800 s"), w_start=0.05
    ),
    "Tome et al. 2022, thalamus to cortex": OrchestratedSTDP(beta=105.0, w_start=0.15),
    "Tome et al. 2022, hippocampus to cortex": OrchestratedSTDP(eta=1.25e-3, beta=60.0),
}
