"""Learners on grids whose shortest paths and values are known."""

from typing import Any

import numpy as np
import pytest

from trisynapse.analysis.reinforcement import (
    actor_critic,
    path_length,
    q_learning,
    random_walk,
    shortest_paths,
)


def drawn(*rows: str) -> Any:
    """Return walls where # is."""
    return np.array([[mark == "#" for mark in row] for row in rows])


OPEN: Any = np.zeros((5, 5), bool)
MAZE: Any = drawn(
    "......",
    ".####.",
    ".#..#.",
    ".#.##.",
    ".#....",
    "...##.",
)
GOAL = (2, 3)


def free(walls: Any) -> list[tuple[int, int]]:
    return [(int(r), int(c)) for r, c in np.argwhere(~walls)]


def test_paths_in_the_open_are_city_blocks() -> None:
    row, column = np.indices((5, 5))
    assert (shortest_paths(OPEN, (1, 3)) == abs(row - 1) + abs(column - 3)).all()


def test_paths_go_around_walls() -> None:
    found = shortest_paths(MAZE, GOAL)
    assert found[2, 2] == 1
    assert found[4, 2] == 3
    assert found[0, 0] == 5 + 2 + 1 + 3
    assert np.isnan(found[MAZE]).all()


def test_a_place_behind_walls_is_infinitely_far() -> None:
    found = shortest_paths(drawn(".#.", ".#."), (0, 0))
    assert np.isinf(found[:, 2]).all()


def test_q_learning_converges_to_the_shortest_paths() -> None:
    starts = free(MAZE) * 20
    learned = q_learning(MAZE, starts, GOAL, seed=1, exploration=0.3)
    expected = shortest_paths(MAZE, GOAL)
    for place in free(MAZE):
        assert path_length(learned, MAZE, place, GOAL) == expected[place]


def test_q_comes_to_the_discounted_reward() -> None:
    learned = q_learning(OPEN, free(OPEN) * 40, (2, 2), seed=2, exploration=0.5)
    steps = shortest_paths(OPEN, (2, 2))
    away = steps > 0
    assert learned.value[away] == pytest.approx(0.95 ** (steps[away] - 1), rel=1e-3)
    assert learned.value[2, 2] == 0


def test_the_actor_critic_comes_near_the_shortest_path() -> None:
    learned = actor_critic(MAZE, [(0, 0)] * 150, GOAL, seed=1)
    assert learned.latency[:5].mean() > 60
    assert learned.latency[-30:].mean() < 1.3 * 11
    assert path_length(learned, MAZE, (0, 0), GOAL) == 11


def test_the_critic_expects_more_nearer_to_the_goal() -> None:
    learned = actor_critic(OPEN[:1], [(0, 0)] * 300, (0, 4), seed=1)
    assert learned.value[0, :4] == pytest.approx(0.95 ** np.arange(3, -1, -1), rel=0.15)
    assert (np.diff(learned.value[0, :4]) > 0).all()


def test_learners_end_below_a_random_walk() -> None:
    starts = [(0, 0)] * 60
    walk = random_walk(MAZE, starts, GOAL, seed=1).latency
    for learner in (q_learning, actor_critic):
        latency = learner(MAZE, starts, GOAL, seed=1).latency
        assert latency[-20:].mean() < np.quantile(walk, 0.1)


def test_a_random_walk_takes_as_long_as_it_must() -> None:
    # Up and down stay, left stays at the end: from 0 to n it takes 2 n (n + 1) steps.
    walk = random_walk(np.zeros((1, 4), bool), [(0, 0)] * 1500, (0, 3), seed=3)
    error = walk.latency.std() / np.sqrt(1500)
    assert walk.latency.mean() == pytest.approx(2 * 3 * 4, abs=4 * error)


def test_one_seed_gives_one_course() -> None:
    def latency(learner: Any, seed: int) -> Any:
        return learner(MAZE, [(0, 0)] * 10, GOAL, seed=seed).latency

    for learner in (q_learning, actor_critic, random_walk):
        assert (latency(learner, 5) == latency(learner, 5)).all()
        assert (latency(learner, 5) != latency(learner, 6)).any()


def test_a_trial_ends_at_its_limit_and_at_the_goal() -> None:
    found = random_walk(MAZE, [(0, 0), (2, 2), GOAL], GOAL, seed=1, limit=13)
    assert (found.latency[0], found.reached[0]) == (13, False)
    assert (found.latency[2], found.reached[2]) == (0, True)


def test_walls_have_no_value_and_are_not_entered() -> None:
    learned = q_learning(MAZE, free(MAZE), GOAL, seed=1)
    assert (np.isnan(learned.value) == MAZE).all()
    assert (np.isnan(learned.preference).all(axis=2) == MAZE).all()


def test_what_was_not_learned_does_not_arrive() -> None:
    untaught = random_walk(MAZE, [(0, 0)], GOAL, seed=1)
    assert path_length(untaught, MAZE, (0, 0), GOAL) == np.inf


# What is refused


@pytest.mark.parametrize("place", [(1, 1), (6, 0), (0, -1)])
def test_starts_and_goals_are_free_places(place: Any) -> None:
    with pytest.raises(ValueError, match="is a wall or outside 6 x 6 places"):
        q_learning(MAZE, [place], GOAL, seed=0)
    with pytest.raises(ValueError, match="The goal"):
        shortest_paths(MAZE, place)


def test_a_goal_can_be_reached() -> None:
    with pytest.raises(ValueError, match="There is no way from"):
        actor_critic(drawn(".#."), [(0, 0)], (0, 2), seed=0)


@pytest.mark.parametrize("walls", [np.zeros((2, 2)), np.zeros(3, bool), OPEN[:0]])
def test_a_world_is_an_area_of_bool(walls: Any) -> None:
    with pytest.raises(ValueError, match="are no world"):
        shortest_paths(walls, (0, 0))


def test_rates_are_shares_and_trials_have_steps() -> None:
    with pytest.raises(ValueError, match=r"exploration is 2: choose 0 to 1\."):
        q_learning(OPEN, [(0, 0)], (1, 1), seed=0, exploration=2)
    with pytest.raises(ValueError, match="critic_rate is -1"):
        actor_critic(OPEN, [(0, 0)], (1, 1), seed=0, critic_rate=-1)
    with pytest.raises(ValueError, match="learns nothing"):
        actor_critic(OPEN, [(0, 0)], (1, 1), seed=0, actor_rate=0)
    with pytest.raises(ValueError, match="A trial of 0 steps is none"):
        random_walk(OPEN, [(0, 0)], (1, 1), seed=0, limit=0)
