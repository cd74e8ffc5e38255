"""What opens in a cell's membrane from outside: light on an opsin, or a drug.

    opsin, engineered receptor   g_open = g_full × open fraction      towards E_open
    drug, lesion                 g_tonic                              towards E_tonic
    CREB                         I_raised × raised; the amygdala adapts less (bla.py)

How an opsin opens does not depend on the voltage (opsins.py), so the open fraction is
computed beforehand, exactly, for a few levels of light: the columns `open_0` to
`open_31` of the stimulus. A cell lies between two of them. What opens an engineered
receptor is constant in an episode, and takes one column.

ChR2's conductance falls with the voltage: as a chord, it is the share of ``g_open``

    v_1/v_0 (1 - exp(-x))/x,   x = (v - E_open)/v_0

which is 1 where ``v_0`` and ``v_1`` are large and equal: at any voltage, then. It is
taken once a tick, of a millisecond; the current follows the voltage within.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from .drives import Drive
from .function import Function
from .parameters import ASSUMED
from .quantity import Quantity

COUNT = 32
OPENS = tuple(f"open_{k}" for k in range(COUNT))
STRAIGHT = 1e6  # volts: a v_0 and v_1 at which nothing rectifies

OPENED_CPP = """
static inline double opened(double full, double open, double v, double reversal,
    double v_0, double v_1, int _vectorisation_idx)
{
    if (full == 0.0)  // first, so that the compiler looks up no light in vain
        return 0.0;
    const double g = full*open;
    const double x = (v - reversal)/v_0;
    return fabs(x) < 1e-6 ? g*v_1/v_0 : g*v_1/v_0*(-expm1(-x))/x;
}
"""


def opened(full: Any, open: Any, v: Any, reversal: Any, v_0: Any, v_1: Any) -> Any:
    """Return the chord conductance of channels that are partly open, siemens.

    Parameters
    ----------
    full : conductance of all channels at the reversal potential, siemens
    open : share of them that is open
    v, reversal, v_0, v_1 : volts
    """
    x = (np.asarray(v) - reversal) / v_0
    some = np.where(np.abs(x) < 1e-6, 1.0, x)
    return full * open * v_1 / v_0 * np.where(some == x, -np.expm1(-some) / some, 1.0)


def _opened_numpy(*arguments: Any) -> Any:
    """Serve Brian2's numpy target: units on the arguments, the indices at the end."""
    return opened(*(np.asarray(argument) for argument in arguments[:-1]))


@dataclass(frozen=True, kw_only=True)
class Actuator(Drive):
    """Conductances that light, drugs and lesions open; none in a new animal."""

    I_raised: Quantity = ASSUMED("60 pA", "current into a cell with much CREB")

    variables: ClassVar[str] = """
    g_full : siemens
    g_open : siemens
    E_open : volt
    v_0 : volt
    v_1 : volt
    below : integer
    upper : 1
    g_tonic : siemens
    E_tonic : volt
    raised : 1
    """
    update: ClassVar[str] = """
    open_lower = stimulus(t, at_open_0 + below)
    open_upper = stimulus(t, at_open_0 + below + 1)
    share = open_lower + upper*(open_upper - open_lower)
    g_open = siemens*opened(g_full/siemens, share, v, E_open, v_0, v_1)
    """
    current: ClassVar[str] = "g_open*E_open + g_tonic*E_tonic + I_raised*raised"
    conductance: ClassVar[str] = "g_open + g_tonic"
    functions: ClassVar[Mapping[str, Function]] = MappingProxyType(
        {
            "opened": Function(
                _opened_numpy,
                OPENED_CPP,
                ("1", "1", "volt", "volt", "volt", "volt"),
                "1",  # of siemens: numpy's would have to come with its unit
            )
        }
    )

    def start(self, n: int, rng: np.random.Generator) -> dict[str, Any]:
        """Give a cell nothing that could open."""
        return closed(n)


def closed(n: int) -> dict[str, Any]:
    """Return the variables of cells in which nothing can open."""
    names = "g_full", "g_open", "E_open", "upper", "g_tonic", "E_tonic", "raised"
    still = {name: np.zeros(n) for name in names}
    straight = {name: np.full(n, STRAIGHT) for name in ("v_0", "v_1")}
    return {**still, **straight, "below": np.zeros(n, dtype=np.int32)}
