"""A train of light pulses, and the mean light in each tick.

     width
    ┌─────┐     ┌─────┐     ┌──
────┘     └─────┘     └─────┘        ramp: the time that each pulse takes to rise
    start └ 1/frequency ┘      stop
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .parameters import ASSUMED, Parameters
from .quantity import Quantity, quantity


@dataclass(frozen=True, kw_only=True)
class Train(Parameters):
    """Pulses of full power from ``start`` to ``stop`` of an episode.

    At a frequency of 0, or a width of a whole period, the light stays on. A pulse that
    has begun ends at ``stop``.
    """

    frequency: Quantity = ASSUMED("20 Hz", "pulses a second; 0 is continuous light")
    width: Quantity = ASSUMED("15 ms", "duration of a pulse")
    start: Quantity = ASSUMED("0 s", "beginning of the first pulse")
    stop: Quantity = ASSUMED("1 s", "end of the train")
    ramp: Quantity = ASSUMED("0 ms", "time in which a pulse rises to full power")

    def __post_init__(self) -> None:
        """Refuse pulses that do not fit into their period, or a train without time."""
        self.must_be("0 or more", "frequency", "start", "ramp")
        self.must_be("a value above 0", "width")
        if not float(self.start) < float(self.stop) < math.inf:
            raise ValueError(
                f"A train from {self.start} to {self.stop} has no time for light: "
                "stop must be later than start."
            )
        if float(self.frequency) * float(self.width) > 1 + 1e-9:
            longest = 1e3 / float(self.frequency)
            raise ValueError(
                f"A pulse of {self.width} is longer than its period at "
                f"{self.frequency}, {longest:.4g} ms: shorten width to that, which is "
                "continuous light, or lower frequency."
            )
        if float(self.ramp) > self._lit():
            raise ValueError(
                f"A ramp of {self.ramp} is longer than the light, {self._lit():.4g} s: "
                "shorten ramp, or lengthen width."
            )

    @classmethod
    def by_duty(
        cls,
        duty: float,
        frequency: str,
        start: str = "0 s",
        stop: str = "1 s",
        ramp: str = "0 ms",
    ) -> Self:
        """Return the train whose pulses take the share ``duty`` of each period."""
        rate = quantity(frequency, example="20 Hz")
        if not 0 < duty <= 1:
            raise ValueError(
                f"duty={duty}: a share above 0 and up to 1 is wanted, as in 0.3; to "
                "run without light leave the train out."
            )
        if not float(rate) > 0:
            raise ValueError(
                f"frequency={rate}: a duty is a share of a period, so a frequency "
                "above 0 is wanted; continuous light has frequency=0 Hz and no duty."
            )
        return cls(
            frequency=rate,
            width=quantity(f"{1e3 * duty / float(rate):.12g} ms"),
            start=quantity(start),
            stop=quantity(stop),
            ramp=quantity(ramp),
        )

    @property
    def duty(self) -> float:
        """The share of a period in which there is light."""
        return min(float(self.frequency) * float(self.width), 1.0) or 1.0

    def course(self, ticks: int, tick_s: float = 1e-3) -> NDArray[np.float64]:
        """Return the share of full power in each tick, as its mean over the tick.

        >>> from .quantity import quantity
        >>> train = Train(frequency=quantity("500 Hz"), width=quantity("0.5 ms"))
        >>> train.course(4).tolist()
        [0.5, 0.0, 0.5, 0.0]
        """
        edges = np.arange(ticks + 1) * tick_s
        begin, end = float(self.start), float(self.stop)
        gone = np.clip(edges, begin, end) - begin
        # The rounding keeps like ticks alike, so that an opsin solves each only once.
        return np.asarray(np.round(np.diff(self._given(gone)) / tick_s, 9))

    @staticmethod
    def must_shine(power: float | Quantity) -> None:
        """Refuse a power, or an irradiance, that gives no light."""
        if not 0 < float(power) < math.inf:
            raise ValueError(
                f"A power of {power} gives no light: a value above 0 is wanted, as in "
                "'10 mW'; to run without light leave the train out."
            )

    def _lit(self) -> float:
        """Return for how long a pulse, or continuous light, lasts at most."""
        whole = float(self.stop) - float(self.start)
        return min(float(self.width), whole) if float(self.frequency) else whole

    def _given(self, gone: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the light given up to a time after the start, in seconds of it."""
        rate = float(self.frequency)
        if not rate or (self.duty > 1 - 1e-9 and not float(self.ramp)):
            return self._pulse(gone, math.inf)
        pulses = np.floor(gone * rate)
        width = float(self.width)
        whole = self._pulse(np.array([1 / rate]), width)[0]
        return np.asarray(pulses * whole + self._pulse(gone - pulses / rate, width))

    def _pulse(self, since: NDArray[np.float64], width: float) -> NDArray[np.float64]:
        """Return the light that one pulse has given after a time."""
        lit, ramp = np.minimum(since, width), float(self.ramp)
        if not ramp:
            return np.asarray(lit)
        rising = np.minimum(lit, ramp)
        return np.asarray(rising**2 / (2 * ramp) + (lit - rising))
