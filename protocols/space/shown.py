"""What an animal that runs is shown: the columns of the stimulus, row by row."""

from typing import Any

import numpy as np

from ...circuits.motion import VELOCITY
from .room import Array
from .trajectory import Trajectory, velocity


def shown(columns: tuple[str, ...], where: Trajectory, f_theta_hz: float) -> Array:
    """Return the stimulus (rows, columns) of a trajectory; other columns are 0."""
    phase = 2 * np.pi * f_theta_hz * where.t_s
    values: dict[str, Any] = {
        "place": 1.0,
        "x": where.xy_m[:, 0],
        "y": where.xy_m[:, 1],
        "theta_cos": np.cos(phase),
        "theta_sin": np.sin(phase),
        **dict(zip(VELOCITY, velocity(where.xy_m).T, strict=True)),
    }
    stimulus = np.zeros((len(where.xy_m), len(columns)))
    for name, value in values.items():
        stimulus[:, columns.index(name)] = value
    return stimulus
