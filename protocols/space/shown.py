"""What an animal that runs is shown: the columns of the stimulus, row by row."""

from typing import Any

import numpy as np

from ...circuits.mec import WALLS
from ...circuits.motion import VELOCITY
from ...circuits.precession import HEADING
from .room import Array, Room
from .trajectory import Trajectory, velocity
from .walls import wall_distances


def shown(
    columns: tuple[str, ...], room: Room, where: Trajectory, f_theta_hz: float
) -> Array:
    """Return the stimulus (rows, columns) of a trajectory; other columns are 0."""
    phase = 2 * np.pi * f_theta_hz * where.t_s
    unit = np.cos(where.heading), np.sin(where.heading)
    values: dict[str, Any] = {
        "place": 1.0,
        "x": where.xy_m[:, 0],
        "y": where.xy_m[:, 1],
        "theta_cos": np.cos(phase),
        "theta_sin": np.sin(phase),
        **dict(zip(VELOCITY, velocity(where.xy_m).T, strict=True)),
        **dict(zip(HEADING, unit, strict=True)),
        "speed": where.speed,
        **dict(zip(WALLS, wall_distances(room, where.xy_m).T, strict=True)),
    }
    stimulus = np.zeros((len(where.xy_m), len(columns)))
    for name, value in values.items():
        stimulus[:, columns.index(name)] = value
    return stimulus
