"""A bistable synapse whose potentiation resists its reversal once it has lasted.

The equations are those of `GraupnerBrunel`, but for a factor on what calcium does:

    labile = 1 - resists resistance
    gamma_p <- labile gamma_p,   gamma_d <- labile gamma_d,   sigma^2 <- labile sigma^2
    tau_resist d resistance/dt = [rho > rho_star] - resistance    in a gap

Stimulation at the rate of theta reverses potentiation within 10 min of its induction
and not later (Larson et al. 1993, doi:10.1016/0006-8993(93)90406-d), and hardly that
which spaced trains induced; whether time or the kind of potentiation decides is open
(Park et al. 2019, doi:10.1186/s13041-019-0451-6). That a synapse then is as strong as
before and only harder to move, either way, is the form of Fusi et al. (2005).
Resistance grows in gaps: an episode is simulated for seconds, in which it stays.

Exact as `GraupnerBrunel` is: where the factor is constant it shortens the time above a
threshold. In a gap no synapse changes sides once its calcium has run down.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..circuits.parameters import ASSUMED
from ..circuits.projection import Array, Event, Ids, State
from ..circuits.quantity import Quantity
from .graupner_brunel import GraupnerBrunel, advancing, influx

ADVANCE = advancing("1 - resists*resistance")


@dataclass(frozen=True, kw_only=True)
class ResistantBistable(GraupnerBrunel):
    """Bistable synapse that is the harder to move the longer it has been UP."""

    resists: float = ASSUMED(0.95, "share of its rates that a synapse long UP lacks")
    tau_resist: Quantity = ASSUMED("30 min", "time in which resistance grows")

    model: ClassVar[str] = f"{GraupnerBrunel.model}resistance : 1"
    on_pre: ClassVar[str] = ADVANCE
    extra_pre: ClassVar[tuple[Event, ...]] = influx(ADVANCE)
    on_post: ClassVar[str] = f"{ADVANCE}Ca += post_Ca"

    def __post_init__(self) -> None:
        """Refuse shares that do not exist."""
        super().__post_init__()
        self.must_be("a share from 0 to 1", "resists")
        self.must_be("a value above 0", "tau_resist")

    def labile(self, state: State) -> Array:
        """Return the factor on the rates at which calcium moves each synapse."""
        return 1.0 - self.resists * state["resistance"]

    def rest(
        self, state: State, seconds: float, post: Ids, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Let calcium run down; what then is UP comes to resist, in closed form."""
        rested = super().rest(state, seconds, post, rng)
        up, past = rested["rho"] > self.rho_star, state["resistance"]
        kept = np.exp(-seconds / float(self.tau_resist))
        return {**rested, "resistance": up + (past - up) * kept}
