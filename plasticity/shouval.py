"""Plasticity by the level of calcium through NMDA receptors (Shouval et al. 2002).

    a spike of pre opens a share of the closed receptors, for a short and a long time:
        closed = 1 - N_f - N_s,  N_f += P_0 I_f closed,  N_s += P_0 (1 - I_f) closed
        dN_f/dt = -N_f/tau_f,  dN_s/dt = -N_s/tau_s
    I_NMDA = G (N_f + N_s)(E_Ca - v)/(1 + Mg_0 exp(-k_Mg v)) (1 - APV)
    dCa/dt = I_NMDA - Ca/tau_Ca
    dstrength/dt = eta (Omega/Omega_0 - strength)
        Omega = Omega_0 + sig(beta_2, Ca - alpha_2) - Omega_d sig(beta_1, Ca - alpha_1)
        eta = 1/(P_1/(P_2 + Ca^P_3) + P_4),   sig(beta, x) = 1/(1 + exp(-beta x))

Calcium is in uM above rest, a plain number; the published weight is Omega_0 times the
strength, which is 1 at rest. G counts uM that come in per second and mV.

The current follows the voltage of the target cell, so these equations are stepped for
every synapse, active or not: slow beside rules that act on spikes alone. A step is
exact for constant v and calcium, and of first order in its length for others.

In a gap v is V_rest and no drug is there: receptors and calcium decay in closed form.
The strength follows them in steps that grow from 0.2 ms, for as long as calcium counts;
in the published sets that errs by less than 3e-6. From then on it goes back to rest
with eta at no calcium, in closed form: 2.8 h in the set of 2002, never in that of 2004.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from ..circuits.parameters import Source
from ..circuits.projection import Array, Ids, Rule, State
from ..circuits.quantity import Quantity, quantity

SHOUVAL = Source("Shouval et al. 2002", doi="10.1073/pnas.152343099")

DARK = 1e-4  # calcium, uM, whose cube moves no strength by as much as 1e-10
SETTLED = 12  # longest time constants after which no calcium is above that
GROWTH = 0.004  # steps of a gap over tau_Ca at its beginning


@dataclass(frozen=True, kw_only=True)
class Shouval(Rule):
    """Moderate calcium depresses, much calcium potentiates, the faster the more."""

    P_0: float = SHOUVAL(0.5, "share of the closed receptors that a spike opens")
    I_f: float = SHOUVAL(0.5, "share of these that close fast")
    tau_f: Quantity = SHOUVAL("50 ms", "closing, fast")
    tau_s: Quantity = SHOUVAL("200 ms", "closing, slow")
    G: Quantity = SHOUVAL("2 Hz/mV", "uM per second and mV through open receptors")
    E_Ca: Quantity = SHOUVAL("130 mV", "reversal potential of calcium")
    Mg_0: float = SHOUVAL(1 / 3.57, "magnesium over its half-block concentration")
    k_Mg: Quantity = SHOUVAL("0.062 1/mV", "steepness of the magnesium block")
    tau_Ca: Quantity = SHOUVAL("50 ms", "calcium decay")
    Omega_0: float = SHOUVAL(0.25, "published weight at rest")
    Omega_d: float = SHOUVAL(0.25, "published weight that depression takes")
    alpha_1: float = SHOUVAL(0.35, "calcium of depression, uM")
    alpha_2: float = SHOUVAL(0.55, "calcium of potentiation, uM")
    beta_1: float = SHOUVAL(80.0, "steepness of depression, 1/uM")
    beta_2: float = SHOUVAL(80.0, "steepness of potentiation, 1/uM")
    P_1: Quantity = SHOUVAL("0.1 s", "time constant at 1 uM, but for P_4")
    P_2: float = SHOUVAL(1e-5, "what bounds the time constant at no calcium, uM^P_3")
    P_3: float = SHOUVAL(3.0, "power of calcium in the rate")
    P_4: Quantity = SHOUVAL("1 s", "shortest time constant")
    V_rest: Quantity = SHOUVAL("-65 mV", "voltage in a gap")

    model: ClassVar[str] = """
    dN_f/dt = N_f*expm1(-dt/tau_f)/dt                           : 1 (clock-driven)
    dN_s/dt = N_s*expm1(-dt/tau_s)/dt                           : 1 (clock-driven)
    dCa/dt = (Ca - I_NMDA*tau_Ca)*expm1(-dt/tau_Ca)/dt          : 1 (clock-driven)
    dstrength/dt = (strength - Omega/Omega_0)*expm1(-eta*dt)/dt : 1 (clock-driven)
    I_NMDA = G*(N_f + N_s)*(E_Ca - v_post)*unblocked            : hertz
    unblocked = (1 - stimulus(t, at_apv))/(1 + Mg_0*exp(-k_Mg*v_post)) : 1
    Omega = Omega_0 + potentiated - Omega_d*depressed           : 1
    potentiated = 1/(1 + exp(-beta_2*(Ca - alpha_2)))           : 1
    depressed = 1/(1 + exp(-beta_1*(Ca - alpha_1)))             : 1
    eta = 1/(P_1/(P_2 + Ca**P_3) + P_4)                         : hertz
    """
    on_pre: ClassVar[str] = (
        "closed = 1 - N_f - N_s\nN_f += P_0*I_f*closed\nN_s += P_0*(1 - I_f)*closed"
    )
    weight: ClassVar[str] = "w_0*strength"
    start: ClassVar[Mapping[str, float]] = MappingProxyType({"strength": 1.0})
    needs: ClassVar[tuple[str, ...]] = ("v", "apv")

    def __post_init__(self) -> None:
        """Refuse what does not decay, and shares that do not exist."""
        above = "a value above 0"
        self.must_be(above, "tau_f", "tau_s", "tau_Ca", "k_Mg", "Omega_0", "P_1")
        self.must_be(above, "beta_1", "beta_2", "P_2", "P_3")
        self.must_be("0 or more", "G", "Mg_0", "Omega_d", "P_4")
        self.must_be("a share from 0 to 1", "P_0", "I_f")

    def target(self, Ca: Any) -> Array:
        """Return the strength to which calcium (uM, any shape) leads: Omega/Omega_0."""
        up = 1.0 / (1.0 + np.exp(-self.beta_2 * (np.asarray(Ca) - self.alpha_2)))
        down = 1.0 / (1.0 + np.exp(-self.beta_1 * (np.asarray(Ca) - self.alpha_1)))
        return np.asarray(1.0 + (up - self.Omega_d * down) / self.Omega_0)

    def rate(self, Ca: Any) -> Array:
        """Return eta, 1/s, at a calcium level (uM, any shape)."""
        slow = float(self.P_1) / (self.P_2 + np.asarray(Ca) ** self.P_3)
        return np.asarray(1.0 / (slow + float(self.P_4)))

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let receptors and calcium decay at V_rest; the strength follows."""
        taus = [float(tau) for tau in (self.tau_f, self.tau_s, self.tau_Ca)]
        inflow = self._inflow * (state["N_f"] + state["N_s"]) * taus[2]
        lit = np.flatnonzero(state["Ca"] + inflow > DARK)
        until = min(seconds, SETTLED * max(taus))
        strength, left = state["strength"].copy(), np.full(len(inflow), seconds)
        if len(lit):
            begun = {name: state[name][lit] for name in ("N_f", "N_s", "Ca")}
            span = np.log1p(until / taus[2])
            grid = np.linspace(0.0, span, int(np.ceil(span / GROWTH)) + 1)
            edges = taus[2] * np.expm1(grid)
            x = strength[lit]
            for now, then in pairwise(edges):
                Ca = self._decayed(begun, (now + then) / 2)["Ca"]
                goal = self.target(Ca)
                x = goal + (x - goal) * np.exp(-self.rate(Ca) * (then - now))
            strength[lit], left[lit] = x, seconds - until
        goal = self.target(0.0)
        strength = goal + (strength - goal) * np.exp(-self.rate(0.0) * left)
        return {**state, **self._decayed(state, seconds), "strength": strength}

    @property
    def _inflow(self) -> float:
        """The calcium, uM/s, that comes in at V_rest where all receptors are open."""
        v = float(self.V_rest)
        block = 1 + self.Mg_0 * np.exp(-v * float(self.k_Mg))
        return float(float(self.G) * (float(self.E_Ca) - v) / block)

    def _decayed(self, state: State, seconds: float) -> dict[str, Array]:
        """Return receptors and calcium after ``seconds`` at V_rest."""
        own = 1 / float(self.tau_Ca)
        after = {"Ca": state["Ca"] * np.exp(-own * seconds)}
        for name, tau in (("N_f", self.tau_f), ("N_s", self.tau_s)):
            rate = 1 / float(tau)
            slow, apart = min(rate, own), abs(rate - own)
            lasted = -np.expm1(-apart * seconds) / apart if apart else seconds
            after["Ca"] += self._inflow * state[name] * np.exp(-slow * seconds) * lasted
            after[name] = state[name] * np.exp(-rate * seconds)
        return after


# The set of 2004 writes eta as (Ca + P)^3/((Ca + P)^3 + 0.6^3) per second, P = 1e-5 uM:
# these numbers, but for 3 P/Ca of the rate.
SETS: dict[str, Shouval] = {
    "2002": Shouval(),
    "2004": replace(
        Shouval(),
        I_f=0.75,
        tau_s=quantity("150 ms"),
        G=quantity("3.076923 Hz/mV"),
        alpha_1=0.4,
        alpha_2=0.65,
        beta_1=30.0,
        beta_2=30.0,
        P_1=quantity("0.216 s"),
        P_2=1e-15,
    ),
}
