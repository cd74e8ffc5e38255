"""The exact course of a channel's states while light changes only between ticks.

The states of an opsin obey dx/dt = A(light) x, and A does not depend on the voltage. So
within a tick, in which the light is constant, with h the length of the tick,

    x(h) = exp(A h) x(0)        mean of x over the tick = phi(A h) x(0)

and phi(z) = (exp(z) - 1)/z. Both come from the Taylor series at a small step, which is
then doubled: exp(2z) = exp(z)^2 and phi(2z) = phi(z) (exp(z) + 1)/2.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TERMS = 15  # at a norm of 1/2 the next term is below the rounding of a float
CHUNK = 8192


def step_and_mean(matrices: Array) -> tuple[Array, Array]:
    """Return exp and phi of every one of the stacked square ``matrices``."""
    size = max(float(np.abs(matrices).sum(-2).max(initial=0.0)), 0.5)
    doublings = int(np.ceil(np.log2(size / 0.5)))
    small = matrices / 2.0**doublings
    one = np.broadcast_to(np.eye(matrices.shape[-1]), matrices.shape)
    mean = one.copy()
    for n in range(TERMS, 1, -1):
        mean = one + small @ mean / n
    step = one + small @ mean
    for _ in range(doublings):
        mean = mean @ (step + one) / 2
        step = step @ step
    return step, mean


def course(
    rates: Array, which: NDArray[np.intp], start: Array, weights: Array, tick_s: float
) -> Array:
    """Return the mean of ``weights @ x`` over every tick, at every level of light.

    ``rates`` are the different matrices, in hertz; ``which`` says for (tick, level)
    which one holds. At every level the states begin as ``start``.
    """
    parts = [
        step_and_mean(rates[first : first + CHUNK] * tick_s)
        for first in range(0, len(rates), CHUNK)
    ]
    steps = np.concatenate([step for step, _ in parts])
    seen = np.concatenate([weights @ mean for _, mean in parts])
    now = np.tile(start, (which.shape[1], 1))[..., np.newaxis]
    told = np.empty(which.shape)
    for tick, matrix in enumerate(which):
        told[tick] = (seen[matrix, np.newaxis] @ now)[:, 0, 0]
        now = steps[matrix] @ now
    return told
