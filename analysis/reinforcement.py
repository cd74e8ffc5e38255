"""Tabular learners that find a goal in a grid world, to hold a spiking one against.

A world is an array (rows, columns) of bool, True where a wall is; places are (row,
column). Steps go to the four neighbours; into a wall or out of the world they lead
nowhere and count. Reward is 1 on reaching the goal, which ends a trial; later rewards
are worth ``discount`` a step. Latencies are steps; the shortest paths, and an animal
that runs at random, are what they lie between.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Place = tuple[int, int]

STEPS = ((-1, 0), (0, 1), (1, 0), (0, -1))  # up, right, down, left


@dataclass(frozen=True)
class Learned:
    """What trials came to.

    latency: array (trials,) of steps, the limit where the goal was not found; reached:
    array (trials,) of bool; preference: array (rows, columns, 4) of what decides
    between up, right, down and left; value: array (rows, columns) of the reward
    expected. Walls have NaN.
    """

    latency: Ints
    reached: Bools
    preference: Floats
    value: Floats


def shortest_paths(walls: Bools, goal: Place) -> Floats:
    """Return the steps from each place to the goal, inf where there is no way.

    Breadth first; walls have NaN.

    >>> shortest_paths(np.array([[False, True], [False, False]]), (1, 1))
    array([[ 2., nan],
           [ 1.,  0.]])
    """
    neighbours = _neighbours(walls)
    found = np.where(walls, np.nan, np.inf)
    found.flat[_index(walls, goal, "goal")] = 0
    waiting = deque([_index(walls, goal, "goal")])
    while waiting:
        at = waiting.popleft()
        for near in neighbours[at]:  # steps lead both ways
            if np.isinf(found.flat[near]):
                found.flat[near] = found.flat[at] + 1
                waiting.append(near)
    return found


def q_learning(
    walls: Bools,
    starts: Sequence[Place],
    goal: Place,
    *,
    seed: int,
    learning_rate: float = 0.5,
    discount: float = 0.95,
    exploration: float = 0.1,
    limit: int = 1000,
) -> Learned:
    """Learn by Q += rate (r + discount max Q' - Q) (Watkins and Dayan 1992).

    One trial a start. A step is random with probability ``exploration``, otherwise the
    best, ties by lot. With steps that lead where they should Q comes to discount^(d -
    1), d steps from the goal. doi:10.1007/BF00992698.

    >>> learned = q_learning(np.zeros((3, 3), bool), [(0, 0)] * 80, (2, 2), seed=1)
    >>> path_length(learned, np.zeros((3, 3), bool), (0, 0), (2, 2))
    4.0
    """
    _share(learning_rate=learning_rate, discount=discount, exploration=exploration)
    world = _World(walls, starts, goal, limit, seed)
    q = [[0.0] * 4 for _ in world.neighbours]

    def choose(at: int) -> int:
        if world.uniform() < exploration:
            return int(4 * world.uniform())
        best = max(q[at])
        ties = [a for a in range(4) if q[at][a] == best]
        return ties[int(len(ties) * world.uniform())]

    def learn(at: int, action: int, to: int, reward: float) -> None:
        later = 0.0 if reward else discount * max(q[to])
        q[at][action] += learning_rate * (reward + later - q[at][action])

    latency, reached = world.trials(choose, learn)
    table = world.shaped(np.array(q))
    return Learned(latency, reached, table, table.max(axis=2))


def actor_critic(
    walls: Bools,
    starts: Sequence[Place],
    goal: Place,
    *,
    seed: int,
    critic_rate: float = 0.2,
    actor_rate: float = 1.0,
    discount: float = 0.95,
    limit: int = 1000,
) -> Learned:
    """Learn by the error d = r + discount V' - V (after Foster, Morris and Dayan 2000).

    The critic learns V += rate d; the actor z += rate d of the action taken, and acts
    with probability exp(z)/sum exp(z). Theirs reads both from place cells, here each
    place has its own. doi:10.1002/(SICI)1098-1063(2000)10:1<1::AID-HIPO1>3.0.CO;2-1.

    One trial a start; ``preference`` is z, ``value`` V.
    """
    _share(critic_rate=critic_rate, discount=discount)
    if not actor_rate > 0:
        raise ValueError(f"An actor_rate of {actor_rate:g} learns nothing: raise it.")
    world = _World(walls, starts, goal, limit, seed)
    z = [[0.0] * 4 for _ in world.neighbours]
    value = [0.0] * len(z)

    def choose(at: int) -> int:
        top = max(z[at])
        odds = np.exp(np.subtract(z[at], top)).cumsum()
        return int(np.searchsorted(odds, world.uniform() * odds[-1], "right"))

    def learn(at: int, action: int, to: int, reward: float) -> None:
        error = reward + (0.0 if reward else discount * value[to]) - value[at]
        value[at] += critic_rate * error
        z[at][action] += actor_rate * error

    latency, reached = world.trials(choose, learn)
    return Learned(
        latency, reached, world.shaped(np.array(z)), world.shaped(np.array(value))
    )


def random_walk(
    walls: Bools, starts: Sequence[Place], goal: Place, *, seed: int, limit: int = 1000
) -> Learned:
    """Run without learning, every step by lot: the control of both learners."""
    world = _World(walls, starts, goal, limit, seed)
    latency, reached = world.trials(
        lambda at: int(4 * world.uniform()), lambda at, action, to, reward: None
    )
    none = world.shaped(np.zeros((len(world.neighbours), 4)))
    return Learned(latency, reached, none, none[:, :, 0])


def path_length(learned: Learned, walls: Bools, start: Place, goal: Place) -> float:
    """Return the steps of the path of highest preference, inf if it does not arrive."""
    neighbours, end = _neighbours(walls), _index(walls, goal, "goal")
    best = np.where(walls[:, :, None], 0.0, learned.preference).argmax(axis=2).ravel()
    at = _index(walls, start, "start")
    for steps in range(walls.size + 1):
        if at == end:
            return float(steps)
        at = neighbours[at][best[at]]
    return float("inf")


class _World:
    """A grid in which trials are run, with its own random numbers."""

    def __init__(
        self,
        walls: Bools,
        starts: Sequence[Place],
        goal: Place,
        limit: int,
        seed: int,
    ) -> None:
        self.walls = walls
        self.neighbours = _neighbours(walls)
        self.goal = _index(walls, goal, "goal")
        self.starts = [_index(walls, start, "start") for start in starts]
        away = shortest_paths(walls, goal)
        lost = [start for start in starts if not np.isfinite(away[start])]
        if lost:
            raise ValueError(
                f"There is no way from {lost[0]} to {goal}: open the walls or start "
                "elsewhere."
            )
        if limit < 1:
            raise ValueError(f"A trial of {limit} steps is none: raise limit.")
        self.limit = limit
        self._rng = np.random.default_rng(seed)
        self._drawn: list[float] = []

    def uniform(self) -> float:
        """Draw a number in [0, 1); many at once, since one by one is slow."""
        if not self._drawn:
            self._drawn = self._rng.random(4096).tolist()
        return self._drawn.pop()

    def trials(self, choose: Any, learn: Any) -> tuple[Ints, Bools]:
        """Run a trial from each start; return latencies and whether the goal came."""
        latency = np.zeros(len(self.starts), np.int64)
        reached = np.zeros(len(self.starts), bool)
        for trial, at in enumerate(self.starts):
            while at != self.goal and latency[trial] < self.limit:
                action = choose(at)
                to = self.neighbours[at][action]
                learn(at, action, to, float(to == self.goal))
                at = to
                latency[trial] += 1
            reached[trial] = at == self.goal
        return latency, reached

    def shaped(self, table: Floats) -> Floats:
        """Return a table of places as a map, NaN where walls are."""
        table[self.walls.ravel()] = np.nan
        return table.reshape(*self.walls.shape, *table.shape[1:])


def _neighbours(walls: Bools) -> list[list[int]]:
    """Return where the four steps lead from each place, by flat index."""
    if np.ndim(walls) != 2 or not np.size(walls) or np.asarray(walls).dtype != bool:
        raise ValueError(
            f"Walls of shape {np.shape(walls)} are no world: give an array (rows, "
            "columns) of bool, True where a wall is."
        )
    rows, columns = walls.shape
    found = []
    for row in range(rows):
        for column in range(columns):
            ways = [(row + down, column + right) for down, right in STEPS]
            stay = row * columns + column
            found.append(
                [
                    r * columns + c
                    if 0 <= r < rows and 0 <= c < columns and not walls[r, c]
                    else stay
                    for r, c in ways
                ]
            )
    return found


def _index(walls: Bools, place: Place, what: str) -> int:
    row, column = place
    rows, columns = walls.shape
    if not (0 <= row < rows and 0 <= column < columns) or walls[row, column]:
        raise ValueError(
            f"The {what} {place} is a wall or outside {rows} x {columns} places: "
            "choose a free one."
        )
    return int(row * columns + column)


def _share(**shares: float) -> None:
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise ValueError(f"{name} is {share:g}: choose 0 to 1.")
