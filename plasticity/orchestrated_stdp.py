r"""Orchestrated STDP of engrams (Zenke et al. 2015, Tome et al. 2022 and 2024).

Four terms move the weight w, and w draws its reference w~ behind it:

    post: w <- w + eta A3 pre_trace slow_trace            (triplet potentiation)
                 - eta beta post_trace^3 (w - w~)         (heterosynaptic)
    pre:  w <- w - eta A2 post_trace (rate/kappa)^2       (doublet depression)
                 + eta delta                              (by the transmitter)
    tau_con dw~/dt = w - w~ - P w~ (w~ - w_c/2)(w~ - w_c)/norm
    norm = (w_c/4)(w_c/4 - w_c/2)(w_c/4 - w_c)

then the spike's own traces grow by 1 and w is clipped to 0 ... w_max. They decay with
tau_plus (pre_trace), tau_minus (post_trace), tau_slow (slow_trace) and tau_hom, whose
trace over tau_hom is the rate of the cell. P is the pull towards 0 at w~ = w_c/4. It
makes w~ bistable where w is near w_c/2: just so, its three rest points at w = w_c/2 are
w_c/2 and w_c/2 +- sqrt(w_c^2/4 - norm/P) there, and at other w there is but one.

Weights are the published ones; the strength is w/w_start and ``reference`` w~/w_start,
in units of the projection's own weight. As published, w~ starts from 0; the published
rate starts from 1 Hz, here from 0 (at kappa = 10 Hz it makes no odds). The published
code clips at 0 in steps of pre and at w_max in those of post, here both do. Its
short-term plasticity is not part of this rule.

Between two spikes w stands still, so that one autonomous equation in w~ is left, in
gaps as between events. It is solved by Taylor series of order 12 of adapted length,
and by one exponential where what the slope changes meanwhile is below tolerance: for
most events at once, in a gap where w~ comes to rest. Each piece errs by about 1e-10 of
strength, a day by less than 1e-8.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from ..circuits.parameters import Source
from ..circuits.projection import Array, Function, Ids, Rule, State
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

ORDER = 12
TOLERANCE = 1e-10

CONSOLIDATED_CPP = f"const int ORDER = {ORDER};\nconst double TOLERANCE = {TOLERANCE};"
CONSOLIDATED_CPP += """
static inline double consolidated(double reference, double strength, double left,
    double P, double w_c, int _vectorisation_idx)
{
    const double middle = 0.5*w_c, cubic = 64.0*P/(3.0*w_c*w_c*w_c);
    const double linear = cubic*middle*middle - 1.0, constant = strength - middle;
    double x[ORDER + 1], squares[ORDER];
    x[0] = reference - middle;
    while (true)
    {
        const double rate = constant + linear*x[0] - cubic*x[0]*x[0]*x[0];
        const double slope = linear - 3.0*cubic*x[0]*x[0];
        const double grown = fmin(slope*left, 50.0);
        const double step = rate*(grown != 0.0 ? left*expm1(grown)/grown : left);
        const double lasts = rate != 0.0 ? fabs(step/rate) : 0.0;
        if (cubic*(3.0*fabs(x[0]) + fabs(step))*step*step*lasts <= TOLERANCE)
            return middle + x[0] + step;
        for (int k = 0; k < ORDER; k++)
        {
            double cube = 0.0;
            squares[k] = 0.0;
            for (int i = 0; i <= k; i++)
                squares[k] += x[i]*x[k - i];
            for (int i = 0; i <= k; i++)
                cube += x[i]*squares[k - i];
            x[k + 1] = ((k ? 0.0 : constant) + linear*x[k] - cubic*cube)/(k + 1);
        }
        double length = left;
        for (int k = ORDER - 1; k <= ORDER; k++)
            if (x[k] != 0.0)
                length = fmin(length, pow(TOLERANCE/fabs(x[k]), 1.0/k));
        double sum = x[ORDER];
        for (int k = ORDER - 1; k >= 0; k--)
            sum = sum*length + x[k];
        x[0] = sum;
        left -= length;
    }
}
"""


def consolidated(
    reference: Array, strength: Array, left: Array | float, P: float, w_c: float
) -> Array:
    """Return the reference after a time at constant strength.

    Parameters
    ----------
    reference, strength : arrays (n,)
    left : array (n,) or number, the time in units of tau_con
    P, w_c : pull, and upper rest point, in units of the strength
    """
    middle, cubic = 0.5 * w_c, 64 * P / (3 * w_c**3)
    linear = cubic * middle**2 - 1
    x, constant, left = np.broadcast_arrays(
        *np.atleast_1d(reference - middle, strength - middle, left)
    )
    moved, rows = np.array(x, float), np.arange(len(x))
    while True:
        rate = constant + linear * x - cubic * x**3
        grown = np.minimum((linear - 3 * cubic * x**2) * left, 50.0)
        grown = np.where(grown == 0, 1e-300, grown)
        lasts = left * np.expm1(grown) / grown
        step = rate * lasts
        rest = cubic * (3 * np.abs(x) + np.abs(step)) * step**2 * lasts
        there = rest <= TOLERANCE
        moved[rows[there]] = x[there] + step[there]
        if there.all():
            return middle + moved
        rows, x, constant, left = (a[~there] for a in (rows, x, constant, left))
        series, squares = [x], []
        for k in range(ORDER):
            squares.append(_product(series, series, k))
            cube = _product(series, squares, k)
            source = constant if k == 0 else 0.0
            series.append((source + linear * series[k] - cubic * cube) / (k + 1))
        length = left
        for k in (ORDER - 1, ORDER):
            size = np.maximum(np.abs(series[k]), 1e-300)
            length = np.minimum(length, (TOLERANCE / size) ** (1 / k))
        x = series[ORDER]
        for term in series[ORDER - 1 :: -1]:
            x = x * length + term
        left = left - length


def _product(a: list[Array], b: list[Array], k: int) -> Any:
    """Return term ``k`` of the product of two power series."""
    return sum(a[i] * b[k - i] for i in range(k + 1))


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
        self.must_be("a value above 0", *taus, "kappa", "w_c", "w_start")
        self.must_be("0 or more", "eta", "A3", "A2", "beta", "delta", "P")
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
