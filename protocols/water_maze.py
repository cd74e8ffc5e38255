"""Learning to find a hidden platform: an animal that a spiking actor-critic steers.

    trial 1 │ trial 2 │ … │ trial 20 │ probe: the platform is gone
    held 1 s, swims until the platform or 50 s, then nothing until the next

The animal, the pool and the reward are part of the simulated equations; a trial is an
episode, as long as a trial may last, with the interval to the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..analysis.swims import path_length, quadrant_share
from ..circuits.actor_critic import ActorCritic
from ..circuits.circuit import Rules
from ..circuits.parameters import ASSUMED, Source
from ..circuits.pool import Trials
from ..circuits.quantity import Quantity, quantity
from ..circuits.sources import FREMAUX
from ..plasticity import TDLTP
from ..plasticity.td_ltp import SETS
from ..simulation.experiment import ArmResult
from ..simulation.recording import Arm, Signal, Span, Spikes, Trace
from ..simulation.timeline import TICK_S, Episode, Step
from .protocol import Band, Protocol
from .recorded import population_table, synaptic_weights
from .space.rooms import WaterMaze

MORRIS = Source("Morris 1981", doi="10.1016/0023-9690(81)90020-5")
ANIMAL = "pool_animal"
PLASTIC = ("hippocampus_place_to_critic_cell", "hippocampus_place_to_actor_cell")
EVERY_S = 0.02  # between positions
BLOCK = 4  # trials: one from each start
OPEN = float("nan")
NOWHERE = (0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class WaterMazeTask(Protocol):
    """Trials from four starts, then a probe."""

    name: ClassVar[str] = "water-maze"
    caption: ClassVar[str] = "An actor-critic learns to find a hidden platform"
    arms: ClassVar[tuple[str, ...]] = (
        "trained",
        "no-learning",
        "no-critic",
        "random-platform",
    )
    manipulations: ClassVar[tuple[str, ...]] = (
        "no-learning: delta is 0, so that no synapse changes",
        "no-critic: delta is the reward alone, without the value",
        "random-platform: the platform lies in another quadrant each trial",
        "probe: no platform; it changes nothing for what comes after",
    )
    papers: ClassVar[tuple[Source, ...]] = (FREMAUX, MORRIS)
    branch: ClassVar[str] = "a copy"

    circuit: ActorCritic = ActorCritic()
    critic_rule: TDLTP = TDLTP()
    actor_rule: TDLTP = SETS["actor"]

    trials: int = ASSUMED(20, "trials of training")
    interval: Quantity = ASSUMED("2 s", "from the end of the longest trial to the next")
    start: Quantity = ASSUMED("75 cm", "of the starts from the centre: N, E, S and W")
    platform_x: Quantity = ASSUMED("45 cm", "x of the platform, from the centre")
    platform_y: Quantity = ASSUMED("45 cm", "y of the platform, from the centre")
    order_seed: int = ASSUMED(1, "seed of the order of starts and of random platforms")

    def __post_init__(self) -> None:
        """Refuse what cannot be swum."""
        super().__post_init__()
        self.must_be("0 or more", "start", "order_seed")
        if not 2 * BLOCK <= self.trials <= 1000:
            raise ValueError(
                f"trials={self.trials}: from {2 * BLOCK} to 1000 are wanted, a first "
                f"and a last block of {BLOCK}."
            )
        pool = self.pool
        if float(self.interval) < float(pool.neutral):
            raise ValueError(
                f"interval={self.interval}: at least "
                f"pool.animal_trials.neutral={pool.neutral} is wanted, in which the "
                "reward is learned."
            )
        if float(self.start) >= float(pool.radius):
            raise ValueError(
                f"start={self.start} lies outside a pool with a radius of "
                f"{pool.radius}: lower it."
            )
        if np.hypot(*self.goal) < 1e-9:
            raise ValueError(
                "A platform in the centre is in no quadrant: change platform_x or "
                "platform_y."
            )
        self.room.refuse()

    @property
    def rules(self) -> Rules:
        """The rules of the critic's and of the actor's inputs."""
        return {"value": self.critic_rule, "policy": self.actor_rule}

    @property
    def pool(self) -> Trials:
        """The pool, and what a trial is in it."""
        return self.circuit.pool.animal_trials

    @property
    def room(self) -> WaterMaze:
        """The room with the platform of training."""
        return WaterMaze(
            diameter=quantity(f"{2 * float(self.pool.radius)} m"),
            platform=quantity(f"{2 * float(self.pool.r_platform)} m"),
            platform_x=self.platform_x,
            platform_y=self.platform_y,
        )

    @property
    def goal(self) -> tuple[float, float]:
        """X and y of the platform, metres."""
        return float(self.platform_x), float(self.platform_y)

    def timeline(self, arm: str) -> tuple[Step, ...]:
        """Return the trials and the probe of an arm."""
        rng = np.random.default_rng(self.order_seed)
        starts, quadrants = self._order(rng), self._order(rng)
        steps = []
        for k in range(self.trials):
            turned = quadrants[k] if arm == "random-platform" else 0
            goal = _turned(self.goal, turned)
            start = _turned((float(self.start), 0.0), starts[k])
            steps.append(self._episode(arm, f"trial {k + 1}", k + 1, start, goal))
        far = -float(self.start) / np.hypot(*self.goal)
        opposite = (far * self.goal[0], far * self.goal[1])
        number = self.trials + 1
        return (*steps, self._episode(arm, "probe", number, opposite, None))

    def record(self, arm: str, result: ArmResult) -> Arm:
        """Return ways, latencies, weights, value and delta, and some of the spikes."""
        timeline = result.timeline()
        kept = ("trial 1", f"trial {self.trials}", "probe")
        all_spikes = result.spikes(list(self.circuit.populations))
        spikes = {
            name: some if name == ANIMAL else _within(some, timeline, kept)
            for name, some in all_spikes.items()
        }
        times, ways = [], []
        courses: dict[str, list[Any]] = {"value": [], "delta": []}
        for span in timeline:
            seen = result.followed(span.name)
            one = {name: seen[f"{ANIMAL}/{name}"][:, 0] for name in FOLLOWED}
            swims = one["swims"] > 0
            t = span.start_s + EVERY_S * (1 + np.arange(len(swims)))
            times.append(t[swims])
            ways.append(np.column_stack([one["x"], one["y"]])[swims])
            for name, some in courses.items():
                some.append(one[name])
        swum = tuple(s for s in timeline if s.name != "probe")
        latencies = self._latencies(spikes[ANIMAL], swum)
        moments = ("trial 1", f"trial {BLOCK}", f"trial {self.trials}")
        return Arm(
            populations=population_table(self.circuit),
            timeline=timeline,
            spikes=spikes,
            weights=synaptic_weights(
                self.circuit,
                self.rules,
                result,
                {f"after {moment}": moment for moment in moments},
                PLASTIC,
            ),
            behaviour={
                "position": Trace(np.concatenate(times), np.concatenate(ways)),
                "latency": Trace(np.array([s.start_s for s in swum]), latencies),
            },
            signals={
                name: Signal(np.concatenate(some), 1 / EVERY_S, EVERY_S, unit)
                for (name, some), unit in zip(
                    courses.items(), ("reward", "reward/s"), strict=True
                )
            },
        )

    def bands(self) -> tuple[Band, ...]:
        """Return the measures; a band is that of a trained arm, or of its controls."""
        first, last = self._blocks()
        found = []
        for arm in self.arms:
            trained = arm == "trained"
            falls = (OPEN, 0.5) if trained else (0.5, OPEN)
            found += [
                Band(arm, f"latency, {first}", "s", OPEN, OPEN, ""),
                Band(arm, f"latency, {last}", "s", OPEN, OPEN, ""),
                Band(arm, "latency, last over first", "1", *falls, ASSUMED.cite),
                Band(arm, f"way, {first}", "m", OPEN, OPEN, ""),
                Band(arm, f"way, {last}", "m", OPEN, OPEN, ""),
                Band(arm, f"platform found, {last}", "1", OPEN, OPEN, ""),
                Band(arm, "swimming speed", "m/s", OPEN, OPEN, ""),
            ]
            looks = (0.35, OPEN) if trained else (OPEN, 0.35)
            name = "time in the target quadrant, probe"
            found.append(Band(arm, name, "1", *looks, ASSUMED.cite))
        return tuple(found)

    def values(self, arms: Mapping[str, Arm]) -> dict[tuple[str, str], float]:
        """Return the measures by (arm, name), as far as these arms allow."""
        return {
            (arm, name): value
            for arm, recorded in arms.items()
            for name, value in self._values(recorded).items()
        }

    def notes(self) -> tuple[str, ...]:
        """Say what was chosen."""
        return (
            "A latency counts from when the animal may swim; a trial without the "
            f"platform counts {self.pool.limit}.",
            f"Each {BLOCK} trials begin once from each start, in random order, the "
            "same for all animals; the probe begins opposite to the platform.",
            "The time after the platform is reached, up to the longest trial, belongs "
            "to the interval: then nothing fires.",
            "Kept are the spikes of the first and the last trial and of the probe; the "
            "animal's own spike says when it reached the platform.",
            "In the probe the animal goes on learning, as its arm does.",
        )

    def _values(self, arm: Arm) -> dict[str, float]:
        latency = np.asarray(arm.behaviour["latency"].values, float)
        first, last = self._blocks()
        n = len(latency)
        ways = np.array([path_length(_swum(arm, f"trial {k + 1}")) for k in range(n)])
        early, late = latency[:BLOCK].mean(), latency[-BLOCK:].mean()
        found = latency < float(self.pool.limit)
        return {
            f"latency, {first}": float(early),
            f"latency, {last}": float(late),
            "latency, last over first": float(late / early),
            f"way, {first}": float(ways[:BLOCK].mean()),
            f"way, {last}": float(ways[-BLOCK:].mean()),
            f"platform found, {last}": float(found[-BLOCK:].mean()),
            "swimming speed": float(ways.sum() / latency.sum()),
            "time in the target quadrant, probe": quadrant_share(
                _swum(arm, "probe"), self.goal
            ),
        }

    def _blocks(self) -> tuple[str, str]:
        n = self.trials
        return f"trials 1 to {BLOCK}", f"trials {n - BLOCK + 1} to {n}"

    def _latencies(self, arrived: Spikes, trials: tuple[Span, ...]) -> Any:
        """Return how long each trial took, seconds."""
        held, limit = float(self.pool.held), float(self.pool.limit)
        found = []
        for span in trials:
            there = arrived.between(span.start_s, span.stop_s).timestamps
            swum = 1e-3 * there[0] - span.start_s - held if len(there) else limit
            found.append(swum)
        return np.array(found)

    def _order(self, rng: np.random.Generator) -> Any:
        """Return quarter turns: each once in a block, in random order."""
        count = -(-self.trials // BLOCK)
        return np.concatenate([rng.permutation(BLOCK) for _ in range(count)])

    def _episode(
        self,
        arm: str,
        name: str,
        number: int,
        start: tuple[float, float],
        goal: tuple[float, float] | None,
    ) -> Episode:
        """Return a trial: a stimulus that stays as it is; its number starts it."""
        x, y = goal or NOWHERE
        told = {
            "trial": number,
            "start_x": start[0],
            "start_y": start[1],
            "platform": float(goal is not None),
            "platform_x": x,
            "platform_y": y,
            "learns": float(arm != "no-learning"),
            "valued": float(arm != "no-critic"),
        }
        row = np.array([told.get(column, 0.0) for column in self.circuit.columns])
        seconds = sum(map(float, (self.pool.held, self.pool.limit, self.interval)))
        course = np.broadcast_to(row, (round(seconds / TICK_S), len(row)))
        return Episode(name, "pool", course, branch=goal is None)


FOLLOWED = ("x", "y", "swims", "value", "delta")


def _turned(at: tuple[float, float], quarters: int) -> tuple[float, float]:
    """Return a place turned round the centre by some quarters."""
    x, y = at
    for _ in range(int(quarters) % 4):
        x, y = -y, x
    return x, y


def _swum(arm: Arm, name: str) -> Any:
    """Return the positions (n, 2) of a trial."""
    trace, span = arm.behaviour["position"], arm.span(name)
    inside = (trace.t_s > span.start_s) & (trace.t_s <= span.stop_s + 1e-9)
    return np.asarray(trace.values)[inside]


def _within(spikes: Spikes, timeline: tuple[Span, ...], names: tuple[str, ...]) -> Any:
    """Return the spikes of some steps."""
    parts = [
        spikes.between(span.start_s, span.stop_s)
        for span in timeline
        if span.name in names
    ]
    return Spikes(
        np.concatenate([part.timestamps for part in parts]),
        np.concatenate([part.node_ids for part in parts]),
    )
