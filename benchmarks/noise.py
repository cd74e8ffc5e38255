"""How often cells without synapses fire under noise that is stepped in other ways.

python -m benchmarks.noise [--cells N] [--seconds S]

The cells and the noise of `recurrent`: leaky integrate-and-fire, an Ornstein-Uhlenbeck
current. Only the way in which the noise is stepped differs; short exact steps are the
reference. Plain numpy, so that no generator and no compiler has a part in it.
"""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]
Way = Callable[[int], Array]

TAU_M, TAU, MEAN, SD = 10.0, 5.0, 1.5, 5.0  # ms, mV above rest
THRESHOLD, RESET, REFRACTORY_MS = 10.0, -5.0, 2.2
STEP_MS, FINE_MS, TICK_MS = 0.2, 0.05, 1.0


def main(told: list[str] | None = None) -> None:
    """Print the rate under each way of stepping, with its standard error."""
    asked = argparse.ArgumentParser("python -m benchmarks.noise")
    asked.add_argument("--cells", type=int, default=5000)
    asked.add_argument("--seconds", type=float, default=40.0)
    given = asked.parse_args(told)
    print("| noise | step of the membrane, ms | rate, Hz | standard error |")
    print("|---|---|---|---|")
    for name, (way, step, euler) in WAYS.items():
        spikes = fired(way, step, euler, given.cells, given.seconds)
        lived = given.cells * given.seconds
        rate, error = spikes / lived, np.sqrt(spikes) / lived
        print(f"| {name} | {step:g} | {rate:.4f} | {error:.4f} |", flush=True)


def fired(way: Any, step: float, euler: bool, n: int, seconds: float) -> int:
    """Return the spikes of ``n`` cells."""
    noise: Way = way(np.random.default_rng(1), n, step)
    pull = step / TAU_M if euler else -np.expm1(-step / TAU_M)
    v, free = np.full(n, MEAN), np.zeros(n, dtype=int)
    spikes = 0
    for k in range(round(1e3 * seconds / step)):
        v += np.where(free <= k, pull * (MEAN + noise(k) - v), 0.0)
        fires = np.flatnonzero(v > THRESHOLD)
        v[fires], free[fires] = RESET, k + round(REFRACTORY_MS / step)
        spikes += len(fires)
    return spikes


def exact(rng: np.random.Generator, n: int, step: float) -> Way:
    """Step the noise exactly; the membrane hears the mean of both ends."""
    kept, x = np.exp(-step / TAU), SD * rng.standard_normal(n)

    def noise(k: int) -> Array:
        nonlocal x
        before = x
        x = kept * x + SD * np.sqrt(1 - kept**2) * rng.standard_normal(n)
        return np.asarray((before + x) / 2)

    return noise


def parabola(rng: np.random.Generator, n: int, step: float) -> Way:
    """Draw value and mean once a tick, as the drive `Diffusion` does."""
    per = round(TICK_MS / step)
    kept, ratio = np.exp(-TICK_MS / TAU), TAU / TICK_MS
    spread = np.sqrt(1 - kept**2)
    ends = (1 - kept) ** 2 * ratio / spread
    aside = np.sqrt(2 / ratio - 4 * np.tanh(0.5 / ratio)) * ratio
    x, rise, bulge = SD * rng.standard_normal(n), np.zeros(n), np.zeros(n)

    def noise(k: int) -> Array:
        nonlocal x, rise, bulge
        if k % per == 0:
            x = x + rise
            first, second = SD * rng.standard_normal((2, n))
            mean = x * (1 - kept) * ratio + ends * first + aside * second
            rise = spread * first - (1 - kept) * x
            bulge = 6 * (mean - x - rise / 2)
        past = k % per / per
        middle, square = past + 0.5 / per, past**2 + past / per + 1 / (3 * per**2)
        return np.asarray(x + rise * middle + bulge * (middle - square))

    return noise


def held(rng: np.random.Generator, n: int, step: float) -> Way:
    """Step the noise exactly once a tick, and hold it."""
    per, kept = round(TICK_MS / step), np.exp(-TICK_MS / TAU)
    x = SD * rng.standard_normal(n)

    def noise(k: int) -> Array:
        nonlocal x
        if k % per == 0:
            x = kept * x + SD * np.sqrt(1 - kept**2) * rng.standard_normal(n)
        return x

    return noise


def stepped(rng: np.random.Generator, n: int, step: float) -> Way:
    """Take Euler steps of the noise, as the published code in Brian2 does."""
    x = SD * rng.standard_normal(n)

    def noise(k: int) -> Array:
        nonlocal x
        before = x
        shake = SD * np.sqrt(2 * step / TAU) * rng.standard_normal(n)
        x = x - x * step / TAU + shake
        return before

    return noise


WAYS: dict[str, tuple[Any, float, bool]] = {
    "exact": (exact, FINE_MS, False),
    "value and mean a millisecond, parabola between: ours": (parabola, STEP_MS, False),
    "exact in each step": (exact, STEP_MS, False),
    "exact a millisecond, held": (held, STEP_MS, False),
    "Euler": (stepped, STEP_MS, True),
}


if __name__ == "__main__":
    main()
