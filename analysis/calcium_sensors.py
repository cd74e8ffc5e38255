"""Indicators of calcium, GCaMP6s and GCaMP6f, with the constants of their response.

calcium_imaging.py has the equations. The kernel and gamma were fitted to recordings for
NAOMi (Song et al. 2021). Values as in Cleo (imaging/sensors.py).

To know: the constants give 0.137 (GCaMP6s) and 0.086 (GCaMP6f) after one spike, where
0.133 and 0.098 are measured. And they make a slow sensor: with 200 uM of it that
response halves in 1.9 and 1.3 s, several times slower than in vivo (Chen et al. 2013).
Less of it, ``replace(sensor, buffer=...)``, is faster and brighter.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]

ONE_SPIKE = 0.133  # dF/F of GCaMP6s after one action potential
SIGMA = ONE_SPIKE / 4.4  # its noise, from the signal-to-noise ratio of that response

NAOMI = "Song et al. 2021 (NAOMi), doi:10.1016/j.jneumeth.2021.109173"
RESPONSE = "Dana et al. 2019, doi:10.1038/s41592-019-0435-6"
RELATIVE = "Zhang et al. 2023, doi:10.1038/s41586-023-05828-9"


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """Constants of an indicator in a cell. Concentrations in nM, rates in 1/s.

    K_d: dissociation constant; n: Hill exponent; top: rise of F from no calcium to
    saturation, over F without calcium; amp, t_on, t_off: amplitude and rates of the
    kernel; sigma: noise of a frame in dF/F; one_spike: measured dF/F after one spike
    (nothing is computed from it); rest: calcium at rest; influx: total calcium that one
    spike lets in; kappa_S: binding ratio of the cell's own buffers; gamma: extrusion;
    buffer: concentration of the indicator; source: where the values come from.
    """

    K_d: float
    n: float
    top: float
    amp: float
    t_on: float
    t_off: float
    sigma: float
    one_spike: float
    rest: float = 50.0
    influx: float = 7600.0
    kappa_S: float = 110.0
    gamma: float = 292.3
    buffer: float = 200e3
    source: str

    def bound(self, calcium: Floats) -> Floats:
        """Return k: total over free calcium for a small change, at (any,) nM."""
        share = self.buffer * self.K_d / (calcium + self.K_d) ** 2
        return np.asarray(1 + self.kappa_S + share)

    def dff(self, calcium: Floats) -> Floats:
        """Return dF/F at a steady calcium level at the sensor, (any,) nM."""
        bright = 1 + self.top / (1 + (self.K_d / calcium) ** self.n)
        rest = 1 + self.top / (1 + (self.K_d / self.rest) ** self.n)
        return np.asarray(bright / rest - 1)

    @property
    def ceiling(self) -> float:
        """The dF/F of a saturated sensor."""
        return float(self.dff(np.array(np.inf)))


SENSORS = {
    "GCaMP6s": Sensor(
        K_d=147,
        n=2.45,
        top=27.2,
        amp=54.6943,
        t_on=0.4526,
        t_off=68.5461,
        sigma=SIGMA,
        one_spike=ONE_SPIKE,
        source=f"{NAOMI}; dF/F and noise: {RESPONSE}",
    ),
    "GCaMP6f": Sensor(
        K_d=290,
        n=2.7,
        top=25.2,
        amp=76.1251,
        t_on=0.8535,
        t_off=98.6173,
        sigma=1.24 * SIGMA,
        one_spike=0.735 * ONE_SPIKE,
        source=f"{NAOMI}; dF/F and noise relative to GCaMP6s: {RELATIVE}",
    ),
}


def named_sensor(name: str) -> Sensor:
    """Return a sensor; of a name that there is not, say the nearest."""
    if name in SENSORS:
        return SENSORS[name]
    near = get_close_matches(name, SENSORS, cutoff=0.4) or list(SENSORS)
    raise KeyError(f"There is no sensor {name}: say {' or '.join(near)}.")
