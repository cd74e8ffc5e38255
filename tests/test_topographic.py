"""Connections by distance: each pair is as likely as its profile says."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from trisynapse.circuits import circuit
from trisynapse.circuits.circuit import Synapse, chances, connect
from trisynapse.circuits.projection import FIXED, Topographic
from trisynapse.circuits.quantity import Quantity, quantity
from trisynapse.circuits.sheet import Near, Profile


@dataclass(frozen=True, kw_only=True)
class Hill(Near):
    width: float = 0.12
    everywhere: float = 0.02


@dataclass(frozen=True, kw_only=True)
class Only(Profile):
    """Reaches the first cells alone, each as likely."""

    first: int = 3

    def relative(self, n_pre: int, n_post: int, targets: Any) -> Any:
        return np.tile(np.arange(n_pre) < self.first, (len(targets), 1)).astype(float)


@dataclass(frozen=True, kw_only=True)
class Feedforward(Topographic):
    pre: ClassVar[str] = "here"
    post: ClassVar[str] = "there"
    receptor: ClassVar[str] = "AMPA"
    in_degree: int = 10
    weight: Quantity = quantity("1 nS")
    delay: Quantity = quantity("1 ms")
    profile: Profile = Hill()


@dataclass(frozen=True, kw_only=True)
class Recurrent(Feedforward):
    post: ClassVar[str] = "here"


def synapse(
    projection: Topographic, n_pre: int = 80, n_post: int = 60, blocks: int = 1
) -> Synapse:
    return Synapse(
        name="some",
        projection=projection,
        rule=FIXED,
        in_degree=projection.in_degree,
        gain=1.0,
        n_pre=n_pre * blocks,
        n_post=n_post * blocks,
        blocks=blocks,
    )


def frequencies(made: Synapse, times: int) -> Any:
    """Return how often each pair was connected, array (n_post, n_pre)."""
    rng = np.random.default_rng(1)
    counts = np.zeros((made.n_post, made.n_pre))
    for _ in range(times):
        pre, post = connect(made, rng)
        counts[post, pre] += 1
    return counts / times


@pytest.mark.parametrize("in_degree", [1, 5, 20, 79, 80])
def test_chances_add_up_to_the_in_degree_and_are_at_most_1(in_degree: int) -> None:
    relative = Hill().relative(80, 60, np.arange(60))
    found = chances(relative, in_degree)
    np.testing.assert_allclose(found.sum(axis=1), in_degree)
    assert found.max() <= 1 and found.min() > 0


@pytest.mark.parametrize("in_degree", [1, 5, 20, 60])
def test_chances_are_as_the_profile_where_they_are_not_certain(in_degree: int) -> None:
    relative = Hill().relative(80, 60, np.arange(60))
    found = chances(relative, in_degree)
    for chance, likely in zip(found, relative, strict=True):
        free = chance < 1 - 1e-12
        np.testing.assert_allclose(np.ptp(chance[free] / likely[free]), 0, atol=1e-9)
        # What is certain would have had a chance above 1.
        scale = (chance[free] / likely[free])[:1]
        assert (scale * likely[~free] >= 1 - 1e-9).all()


@pytest.mark.parametrize("in_degree", [6, 30])
@pytest.mark.parametrize("kind", [Feedforward, Recurrent])
def test_each_pair_is_connected_as_often_as_its_chance(
    kind: type[Feedforward], in_degree: int
) -> None:
    recurrent = kind is Recurrent
    n_pre, n_post, times = 80, 80 if recurrent else 60, 400
    made = synapse(kind(in_degree=in_degree), n_pre, n_post)
    relative = Hill().relative(n_pre, n_post, np.arange(n_post))
    if recurrent:
        np.fill_diagonal(relative, 0)
    chance = chances(relative, in_degree)
    seen = frequencies(made, times)
    sure = (chance == 0) | (chance == 1)
    np.testing.assert_array_equal(seen[sure], chance[sure])
    chance, seen = chance[~sure], seen[~sure]
    deviation = (seen - chance) / np.sqrt(chance * (1 - chance) / times)
    assert abs(deviation.mean()) < 0.05
    assert deviation.std() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("blocks", [1, 3])
@pytest.mark.parametrize("kind", [Feedforward, Recurrent])
def test_every_target_has_as_many_different_inputs(
    kind: type[Feedforward], blocks: int
) -> None:
    made = synapse(kind(in_degree=25), 70, 70, blocks)
    pre, post = connect(made, np.random.default_rng(1))
    assert len(pre) == made.size == 25 * 70 * blocks
    assert (np.bincount(post) == 25).all()
    assert len(np.unique(np.stack([pre, post]), axis=1).T) == made.size
    assert (np.diff(pre) >= 0).all() and (pre // 70 == post // 70).all()
    assert kind is Feedforward or (pre != post).all()


def test_one_seed_gives_one_wiring_and_another_seed_another() -> None:
    made = synapse(Feedforward())
    one, same, other = (connect(made, np.random.default_rng(s))[0] for s in (1, 1, 2))
    assert (one == same).all() and (one != other).any()


def test_few_draws_are_held_in_memory_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    relative = Hill.relative

    def noted(self: Hill, n_pre: int, n_post: int, targets: Any) -> Any:
        asked.append(len(targets))
        return relative(self, n_pre, n_post, targets)

    monkeypatch.setattr(Hill, "relative", noted)
    monkeypatch.setattr(circuit, "BLOCK", 800)
    made = synapse(Feedforward())
    pre, post = connect(made, np.random.default_rng(1))
    assert asked == [10] * 6
    assert (np.bincount(post) == 10).all() and len(np.unique(pre * 60 + post)) == 600


def test_more_inputs_than_the_profile_reaches_are_refused() -> None:
    made = synapse(Feedforward(in_degree=4, profile=Only()))
    with pytest.raises(ValueError, match="in_degree=4: a target has 3 sources within"):
        connect(made, np.random.default_rng(1))
    within = synapse(Feedforward(in_degree=3, profile=Only()))
    assert set(connect(within, np.random.default_rng(1))[0]) == {0, 1, 2}


def test_the_weights_of_all_synapses_are_equal() -> None:
    w_0 = synapse(Feedforward()).symbols["w_0"]
    assert isinstance(w_0, Quantity) and float(w_0) == 1e-9
