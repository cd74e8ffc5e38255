"""A path through a box and cells that fire along it at rates that are known."""

from typing import Any

import numpy as np

STEP_S = 0.02


def path(seconds: float, side_m: float = 1.0, seed: int = 1) -> tuple[Any, Any]:
    """Return times (n,) and positions (n, 2) of a walk at about 30 cm/s.

    A smooth random velocity, and walls that reflect: every place is visited alike.
    """
    n = round(seconds / STEP_S)
    kernel = np.exp(-((np.arange(-60, 61) / 20) ** 2) / 2)
    noise = np.random.default_rng(seed).standard_normal((2, n + 120))
    speed = np.stack([np.convolve(row, kernel, "valid") for row in noise], axis=1)
    far = np.cumsum(0.25 * speed / speed.std() * STEP_S, axis=0)
    folded = np.abs((far + side_m / 2) % (2 * side_m) - side_m)
    return np.arange(n) * STEP_S, folded - side_m / 2


def poisson(rate_hz: Any, seed: int) -> Any:
    """Return the times, seconds, of spikes at a rate (n,) of each step of the path."""
    rng = np.random.default_rng(seed)
    fired = np.repeat(np.arange(len(rate_hz)), rng.poisson(rate_hz * STEP_S))
    return np.sort((fired + rng.uniform(0, 0.99, len(fired))) * STEP_S)


def bump(xy: Any, at: tuple[float, float], sigma_m: float, peak_hz: float) -> Any:
    """Return the rate of a place cell with one Gaussian field."""
    return peak_hz * np.exp(-((xy - at) ** 2).sum(axis=1) / (2 * sigma_m**2))


def hexagonal(xy: Any, spacing_m: float, at: Any = (0, 0), peak_hz: float = 20) -> Any:
    """Return the rate of a grid cell: a sum of three cosines, raised to its square."""
    angles = 0.2 + np.pi / 6 + np.arange(3) * np.pi / 3
    waves = (
        4 * np.pi / np.sqrt(3) / spacing_m * np.stack([np.cos(angles), np.sin(angles)])
    )
    height = (np.cos((xy - np.asarray(at)) @ waves).sum(axis=1) + 1.5) / 4.5
    return peak_hz * height**2
