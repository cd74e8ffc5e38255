r"""Calcium-based early phase, synaptic tagging and capture: event by event, exact.

All weights are in units of the initial one: total weight = h + z, early phase h (1 at
rest), late phase z (0 at rest). Luboeinski and Tetzlaff (2021), their equations:

    dc/dt = -c/tau_Ca,  c += pre_Ca (after delay_Ca),  c += post_Ca
    tau_h dh/dt = 0.1(1 - h) + gamma_p(h_max - h)[c > theta_p] - gamma_d h [c > theta_d]
                  + sqrt(tau_h([c > theta_p] + [c > theta_d])) sigma xi
    tau_p dp/dt = -p + alpha [mean or sum of |h - 1| over the neuron > theta_pro/m]
    tau_z dz/dt = p (1 - z)    [h - 1 > theta_tag]
                - p (z + 1/2)  [1 - h > theta_tag]

Between two events the calcium falls from theta_p to theta_d after a logarithm of time,
so h is made of at most three Ornstein-Uhlenbeck pieces and one normal deviate:

    c0 ┐   pieces: 1 above theta_p, 2 above theta_d, 3 below both (no noise)
       └─╲
    θp ───╲──  T_p = tau_Ca ln(c0/theta_p)
    θd ────╲─  T_d = tau_Ca ln(c0/theta_d)

In a gap h - 1 and its sum are exponentials, the tag and the source of protein end after
a logarithm of time, and z follows the integral of the protein.

theta_d, theta_p, gamma_d, gamma_p, theta_pro, tau_p and tau_z are fitted to experiments
on slices, as no published set meets them together: docs/calcium.md. A living brain has
less calcium outside its cells than a slice, and more neuromodulators: a protocol sets
`influx`, and divides theta_pro by the neuromodulation (Lehr et al. 2022 divide theirs).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from ..circuits.drives import DRUGS
from ..circuits.function import Function
from ..circuits.parameters import ASSUMED, Source
from ..circuits.projection import (
    LONGEST_S,
    Array,
    Event,
    Ids,
    Pool,
    SharedRule,
    State,
)
from ..circuits.quantity import Quantity
from ..circuits.sources import LUBOEINSKI

FITTED = Source("fitted to experiments on slices, docs/calcium.md")

# The pools that potentiated and depressed synapses draw on, by rows of the proteins.
CAPTURED = {
    "common": ((0,), (0,)),
    "specific": ((1,), (2,)),
    "both": ((0, 1), (0, 2)),
}

# Brian2 wants a statement on one line.
ADVANCE = (
    "h = early_phase(h, Ca, t - t_last, tau_Ca, theta_d, theta_p,"
    " gamma_d, gamma_p, tau_h, h_max, sigma)\n"
    "taggable = taggable + (1 - stimulus(t, at_kn93) - taggable)*int(Ca > theta_p)\n"
    "Ca = Ca*exp(-(t - t_last)/tau_Ca)\n"
    "t_last = t\n"
)

EARLY_PHASE_CPP = """
static inline double early_phase(double h, double c, double elapsed, double tau_Ca,
    double theta_d, double theta_p, double gamma_d, double gamma_p, double tau_h,
    double h_max, double sigma, int _vectorisation_idx)
{
    const double leak = 0.1/tau_h;
    if (c <= theta_d || elapsed <= 0)
        return 1.0 + (h - 1.0)*exp(-leak*elapsed);
    // ln x is at least 1 - 1/x: most calcium needs no logarithm to stay above.
    double T_d = elapsed, T_p = elapsed;
    if (tau_Ca*(1.0 - theta_d/c) < elapsed)
        T_d = fmin(tau_Ca*log(c/theta_d), elapsed);
    if (tau_Ca*(1.0 - theta_p/c) < elapsed)
        T_p = c > theta_p ? fmin(tau_Ca*log(c/theta_p), T_d) : 0.0;
    double variance = 0.0;
    if (T_p > 0)
    {
        const double sum = 0.1 + gamma_p + gamma_d;
        const double target = (0.1 + gamma_p*h_max)/sum;
        const double fall = exp(-sum/tau_h*T_p);
        h = target + (h - target)*fall;
        variance = sigma*sigma/sum*(1.0 - fall*fall);
    }
    const double sum = 0.1 + gamma_d;
    const double target = 0.1/sum;
    const double fall = T_d > T_p ? exp(-sum/tau_h*(T_d - T_p)) : 1.0;
    h = target + (h - target)*fall;
    variance = variance*fall*fall + sigma*sigma/(2.0*sum)*(1.0 - fall*fall);
    const double rest = T_d < elapsed ? exp(-leak*(elapsed - T_d)) : 1.0;
    h = 1.0 + (h - 1.0)*rest;
    return h + sqrt(variance)*rest*brian::_random_generators[0].randn();
}
"""


def early_phase(
    h: Array,
    c: Array,
    elapsed: Array | float,
    tau_Ca: float,
    theta_d: float,
    theta_p: float,
    gamma_d: float,
    gamma_p: float,
    tau_h: float,
    h_max: float,
    sigma: float,
    normal: Callable[[int], Array] | None = None,
) -> Array:
    """Return the early phase after ``elapsed`` seconds without an event.

    Parameters
    ----------
    h, c, elapsed : arrays (n,) or scalars
        Early phase and calcium at the last event, seconds since then.
    tau_Ca, tau_h : seconds
    normal : function of a count that returns so many standard normal deviates;
        None leaves the noise out and returns the mean.
    """
    h, c, elapsed = np.broadcast_arrays(*np.atleast_1d(h, c, elapsed))
    leak = 0.1 / tau_h
    moved: Array = 1.0 + (h - 1.0) * np.exp(-leak * elapsed)
    high = np.flatnonzero((c > theta_d) & (elapsed > 0))
    if not len(high):
        return moved
    h, c, elapsed = h[high], c[high], elapsed[high]
    t_d = np.minimum(tau_Ca * np.log(c / theta_d), elapsed)
    t_p = np.clip(tau_Ca * np.log(c / theta_p), 0.0, t_d)
    both = 0.1 + gamma_p + gamma_d
    fall = np.exp(-both / tau_h * t_p)
    target = (0.1 + gamma_p * h_max) / both
    h = target + (h - target) * fall
    variance = sigma**2 / both * (1.0 - fall**2)
    low = 0.1 + gamma_d
    fall = np.exp(-low / tau_h * (t_d - t_p))
    h = 0.1 / low + (h - 0.1 / low) * fall
    variance = variance * fall**2 + sigma**2 / (2.0 * low) * (1.0 - fall**2)
    rest = np.exp(-leak * (elapsed - t_d))
    h = 1.0 + (h - 1.0) * rest
    if normal is not None:
        h = h + np.sqrt(variance) * rest * normal(len(high))
    moved[high] = h
    return moved


def _early_phase_numpy(*arguments: Any) -> Array:
    """Serve Brian2's numpy target: units on the arguments, the indices at the end."""
    plain: list[Any] = [np.asarray(argument) for argument in arguments[:-1]]
    return partial(early_phase, normal=np.random.standard_normal)(*plain)


@dataclass(frozen=True, kw_only=True)
class TaggingCapture(SharedRule):
    """Early phase by calcium; late phase by a tag and proteins."""

    tau_Ca: Quantity = LUBOEINSKI("48.8 ms", "calcium decay")
    delay_Ca: Quantity = LUBOEINSKI("18.8 ms", "delay of the presynaptic calcium")
    pre_Ca: float = LUBOEINSKI(1.0, "calcium of a presynaptic spike")
    post_Ca: float = LUBOEINSKI(0.2758, "calcium of a postsynaptic spike")
    influx: float = LUBOEINSKI(
        1.0, "calcium influx: 1 in a slice, 0.6 in a living brain"
    )
    theta_d: float = FITTED(0.745, "calcium threshold of depression")
    theta_p: float = FITTED(1.3, "calcium threshold of potentiation")
    gamma_d: float = FITTED(60.0, "rate of depression")
    gamma_p: float = FITTED(7500.0, "rate of potentiation")
    tau_h: Quantity = LUBOEINSKI("688.4 s", "early-phase time constant")
    h_max: float = LUBOEINSKI(2.3806, "ceiling of the early phase, 10 mV / h_0")
    sigma: float = LUBOEINSKI(0.6914, "noise of plasticity, 2.90436 mV / h_0")
    theta_tag: float = LUBOEINSKI(0.2, "change of the early phase that sets a tag")
    theta_pro: float = FITTED(
        0.4165, "change of a neuron's synapses that starts protein synthesis"
    )
    pooled: str = ASSUMED.name(
        "mean", "that change: the mean over the synapses, or their sum"
    )
    proteins: str = LUBOEINSKI.name(
        "common", "common, specific (to LTP and to LTD), or both at once"
    )
    tau_p: Quantity = FITTED("10 h", "protein time constant")
    tau_z: Quantity = FITTED("18 min", "late-phase time constant")
    z_max: float = LUBOEINSKI(1.0, "ceiling of the late phase")
    z_min: float = LUBOEINSKI(-0.5, "floor of the late phase")

    model: ClassVar[str] = """
    h : 1
    z : 1
    Ca : 1
    taggable : 1
    t_last : second
    """
    on_pre: ClassVar[str] = ADVANCE
    extra_pre: ClassVar[tuple[Event, ...]] = (
        Event(
            "calcium",
            ADVANCE + "Ca += influx*pre_Ca*(1 - stimulus(t, at_apv))",
            "delay_Ca",
        ),
    )
    on_post: ClassVar[str] = ADVANCE + "Ca += influx*post_Ca"
    # A lost synapse has z = -1: depression must not make its weight negative.
    weight: ClassVar[str] = "w_0*clip(h + z, 0, inf)"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"h": 1.0, "taggable": 1.0})
    clocks: ClassVar[tuple[str, ...]] = ("t_last",)
    functions: ClassVar[Mapping[str, Function]] = MappingProxyType(
        {
            "early_phase": Function(
                _early_phase_numpy,
                EARLY_PHASE_CPP,
                ("1", "1", "second", "second", *["1"] * 4, "second", "1", "1"),
                "1",
            )
        }
    )
    needs: ClassVar[tuple[str, ...]] = DRUGS
    pools: ClassVar[int] = 3
    late: ClassVar[tuple[str, ...]] = ("z",)

    def __post_init__(self) -> None:
        """Refuse what the closed form does not hold for."""
        above = "a value above 0"
        self.must_be(above, "tau_Ca", "tau_h", "tau_p", "tau_z")
        self.must_be(above, "theta_d", "theta_tag", "theta_pro")
        self.must_be("0 or more", "delay_Ca", "pre_Ca", "post_Ca", "influx")
        self.must_be("0 or more", "gamma_d", "gamma_p", "sigma", "z_max")
        self.must_be("at least 1", "h_max")
        self.must_be("a value from -1 to 0", "z_min")
        if self.pooled not in ("mean", "sum"):
            raise ValueError(f"pooled={self.pooled}: mean and sum are possible.")
        if self.proteins not in CAPTURED:
            raise ValueError(
                f"proteins={self.proteins}: {', '.join(CAPTURED)} are possible."
            )
        if float(self.delay_Ca) > LONGEST_S:
            raise ValueError(
                f"delay_Ca={self.delay_Ca}: {LONGEST_S:g} s at most is wanted."
            )
        if not self.theta_p >= self.theta_d:
            raise ValueError(
                f"theta_p={self.theta_p} must not be below theta_d={self.theta_d}: "
                "calcium that potentiates is above both."
            )

    @property
    def settled_s(self) -> float:
        """Seconds after which calcium is gone: a share of 4.5e-5 at most is left."""
        return max(0.5, 10 * float(self.tau_Ca))

    def advance(
        self,
        h: Array,
        c: Array,
        elapsed: Array | float,
        normal: Callable[[int], Array] | None,
    ) -> tuple[Array, Array]:
        """Return early phase and calcium after ``elapsed`` seconds without an event."""
        names = ("tau_Ca", "theta_d", "theta_p", "gamma_d", "gamma_p", "tau_h")
        symbols: Any = {name: float(getattr(self, name)) for name in names}
        symbols |= {"h_max": self.h_max, "sigma": self.sigma, "normal": normal}
        fading: Array = np.exp(-np.asarray(elapsed) / float(self.tau_Ca))
        return early_phase(h, c, elapsed, **symbols), c * fading

    def relative(self, state: State) -> Array:
        """Return the total weight, early and late."""
        return np.asarray(state["h"] + state["z"]).clip(0)

    def tagged(self, state: State) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Tell which synapses carry a tag."""
        return np.asarray(self._tag(state) > self.theta_tag)

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let calcium run down, exactly and with its noise; the early phase decays."""
        elapsed = seconds - state["t_last"]
        h, c = self.advance(state["h"], state["Ca"], elapsed, rng.standard_normal)
        return {**state, "h": h, "Ca": c, "t_last": np.zeros(len(h))}

    def consolidate(
        self,
        pool: Pool,
        protein: Array,
        seconds: float,
        synthesis: float,
        modulator: float,
    ) -> tuple[list[dict[str, Array]], Array]:
        """Advance the synapses of one population through a time without spikes.

        Exact when calcium is below both thresholds. Protein is made while the mean
        change over a neuron's synapses lies above theta_pro/modulator.

        Parameters
        ----------
        protein : array (3, n_post): common, of potentiation, of depression
        """
        leak = 0.1 / float(self.tau_h)
        n = protein.shape[1]
        inputs = sum(np.bincount(p, minlength=n) for p in pool.post)
        moved = np.zeros((3, n))
        for post, state in zip(pool.post, pool.state, strict=True):
            change = state["h"] - 1.0
            for row, part in enumerate((np.abs(change), change.clip(0), -change)):
                moved[row] += np.bincount(post, part.clip(0), minlength=n)
        if self.pooled == "mean":
            moved /= np.maximum(inputs, 1)
        share = moved * modulator / self.theta_pro
        ends = np.log(np.maximum(share, 1.0)) / leak
        after = []
        for post, state in zip(pool.post, pool.state, strict=True):
            change = state["h"] - 1.0
            tag = np.log(np.maximum(self._tag(state) / self.theta_tag, 1.0)) / leak
            until = np.minimum(seconds, tag)
            bound = np.where(change > 0, self.z_max, self.z_min)
            dose = np.zeros(len(post))
            # Only where there is a tag and protein: most synapses have neither.
            some = np.flatnonzero(
                (until > 0) & (np.any(protein > 0, axis=0) | (ends[0] > 0))[post]
            )
            for rows, which in zip(CAPTURED[self.proteins], (1, -1), strict=True):
                these = some[np.sign(change[some]) == which]
                cells = np.ix_(rows, post[these])
                dose[these] = self._dose(
                    protein[cells], ends[cells], until[these], synthesis
                )
            z = bound + (state["z"] - bound) * np.exp(-dose / float(self.tau_z))
            faded = state["Ca"] * np.exp(-seconds / float(self.tau_Ca))
            h = 1.0 + change * np.exp(-leak * seconds)
            after.append({**state, "h": h, "z": z, "Ca": faded})
        return after, self._protein(protein, ends, seconds, synthesis)

    def _tag(self, state: State) -> Array:
        """Return the change that a tag goes by; CaMKII sets those of potentiation."""
        change = state["h"] - 1.0
        return np.where(change > 0, change * state["taggable"], -change)

    def _protein(self, p: Array, ends: Array, at: Any, synthesis: float) -> Array:
        """Return the protein at time ``at`` when its source ends at ``ends``."""
        tau = float(self.tau_p)
        on = np.minimum(at, ends)
        level = synthesis + (p - synthesis) * np.exp(-on / tau)
        return np.asarray(level * np.exp(-(at - on) / tau))

    def _dose(self, p: Array, ends: Array, until: Array, synthesis: float) -> Array:
        """Return the integral from 0 of the product of pools, (pools, synapses)."""
        tau = float(self.tau_p)
        edges = np.minimum(np.sort(ends, axis=0), until)
        dose, now = np.zeros(len(until)), np.zeros(len(until))
        for edge in (*edges, until):
            lasts = edge - now
            source = np.where(ends > now, synthesis, 0.0)
            above = p - source
            once, twice = (-np.expm1(-k * lasts / tau) * tau / k for k in (1, 2))
            if len(p) == 1:
                dose += source[0] * lasts + above[0] * once
            else:
                mixed = source[0] * above[1] + source[1] * above[0]
                dose += source[0] * source[1] * lasts + mixed * once
                dose += above[0] * above[1] * twice
            p = source + above * np.exp(-lasts / tau)
            now = edge
        return dose


@dataclass(frozen=True, kw_only=True)
class PublishedTaggingCapture(TaggingCapture):
    """The values of the paper; its network takes an influx of 0.6."""

    theta_d: float = LUBOEINSKI(1.2)
    theta_p: float = LUBOEINSKI(3.0)
    gamma_d: float = LUBOEINSKI(313.1)
    gamma_p: float = LUBOEINSKI(1645.6)
    theta_pro: float = LUBOEINSKI(0.5)
    pooled: str = LUBOEINSKI.name("sum")
    tau_p: Quantity = LUBOEINSKI("1 h")
    tau_z: Quantity = LUBOEINSKI("1 h")


SETS: dict[str, TaggingCapture] = {
    "luboeinski": PublishedTaggingCapture(influx=0.6),
    "luboeinski-slice": PublishedTaggingCapture(),
}
