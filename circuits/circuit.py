"""A circuit: regions put together, at any scale.

``scale`` multiplies the number of cells. A target cell keeps its number of inputs as
long as these are at most half of the source; where they are cut to that half, each
conductance is raised by the same factor, so that the total input stays.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property, partial
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import numpy as np

from .actuator import Actuator
from .drives import COLUMNS
from .parameters import ASSUMED, Parameters
from .projection import Projection, Rule, code
from .quantity import Quantity
from .region import Population, Region
from .sheet import Profile

Rules = Mapping[str, Rule]

MOST_CELLS, MOST_SYNAPSES = 10_000_000, 1_000_000_000
BLOCK = 1_000_000  # draws held in memory at a time


class Synapse(NamedTuple):
    """A projection as it is built: with its rule, and its inputs at this scale.

    Cells are connected within each of ``blocks`` parts of equal size only.
    """

    name: str
    projection: Projection
    rule: Rule
    in_degree: int
    gain: float
    n_pre: int
    n_post: int
    blocks: int = 1

    @property
    def size(self) -> int:
        """The number of synapses."""
        return self.in_degree * self.n_post

    @property
    def symbols(self) -> dict[str, Quantity | float]:
        """The symbols of the rule with their values, and the projection's own."""
        w_0 = self.projection.weight
        if isinstance(w_0, Quantity):
            w_0 = Quantity(w_0.value * self.gain, w_0.dimension, w_0.text)
        else:
            w_0 = w_0 * self.gain
        own: dict[str, Quantity | float] = {"w_0": w_0, "nmda": self.projection.nmda}
        return {**self.rule.symbols(code(self.rule)), **own}


@dataclass(frozen=True, kw_only=True)
class Circuit(Parameters):
    """Regions and a scale; ``columns`` are those of its stimulus.

    An episode may record the voltages of the populations that ``traced`` names. It
    always records the (population, variable) that are ``followed``, every 20 ms.
    """

    columns: ClassVar[tuple[str, ...]] = COLUMNS
    traced: ClassVar[tuple[str, ...]] = ()
    followed: ClassVar[tuple[tuple[str, str], ...]] = ()

    scale: float = ASSUMED(1.0, "factor on the number of cells")

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be built."""
        if not 0.02 <= self.scale <= 100:
            raise ValueError(
                f"scale={self.scale}: a factor from 0.02 to 100 is wanted."
            )
        for row in self.table():
            name = row.symbol.rpartition(".")[2]
            if name.startswith("n_") and not 1 <= int(row.value) <= MOST_CELLS:
                raise ValueError(
                    f"{row.symbol}={row.value}: from 1 to {MOST_CELLS:,} cells are "
                    "wanted."
                )
        n = sum(synapse.size for synapse in self.synapses({}).values())
        if n > MOST_SYNAPSES:
            raise ValueError(
                f"The circuit would have {n:,} synapses, {MOST_SYNAPSES:,} at most are "
                f"possible: lower scale={self.scale:g}, or the numbers of cells (n_) "
                "or of their inputs (in_degree)."
            )

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions, in their order."""
        values = (getattr(self, f.name) for f in fields(self))
        return tuple(value for value in values if isinstance(value, Region))

    @property
    def blocks(self) -> int:
        """How many times it is there, unconnected: the slices of one run."""
        return 1

    @cached_property
    def populations(self) -> dict[str, Population]:
        """The populations by name."""
        all_of_them = (region.populations(self.scale) for region in self.regions)
        return {
            p.name: p._replace(size=p.size * self.blocks)
            for some in all_of_them
            for p in some
        }

    @property
    def actuated(self) -> tuple[str, ...]:
        """The populations in which light, drugs and lesions can act."""
        return tuple(
            name
            for name, population in self.populations.items()
            if any(isinstance(drive, Actuator) for drive in population.drives)
        )

    @property
    def transcribing(self) -> dict[str, float]:
        """The threshold of each population with immediate-early genes, in hertz."""
        return {}

    def threshold_factors(self, n: int, rng: np.random.Generator) -> Any:
        """Draw the factors by which the thresholds of ``n`` cells differ."""
        return np.ones(n)

    def synapses(self, rules: Rules) -> dict[str, Synapse]:
        """Return the projections by name, with the rule of each plastic one."""
        built = {}
        for region in self.regions:
            for projection in region.projections():
                n_pre = self.populations[projection.pre].size
                n_post = self.populations[projection.post].size
                fitting = min(projection.in_degree, max(1, n_pre // self.blocks // 2))
                if projection.complete:
                    fitting = n_pre // self.blocks - (projection.pre == projection.post)
                rule = rules.get(projection.plastic, projection.unlearned)
                self._must_have(rule, projection)
                built[projection.name] = Synapse(
                    name=projection.name,
                    projection=projection,
                    rule=rule,
                    in_degree=fitting,
                    gain=projection.in_degree / fitting,
                    n_pre=n_pre,
                    n_post=n_post,
                    blocks=self.blocks,
                )
        return built

    def _must_have(self, rule: Rule, projection: Projection) -> None:
        """Refuse a rule that reads what its target cells or the stimulus lack."""
        target = self.populations[projection.post].variables
        for name in rule.needs:
            if name not in target and name not in self.columns:
                raise ValueError(
                    f"{type(rule).__name__} on {projection.name} reads {name!r}, which "
                    f"{projection.post} does not have: it has {', '.join(target)}, and "
                    f"the stimulus {', '.join(self.columns)}. Choose another rule, or "
                    f"cells with {name!r}."
                )

    def symbols(  # type: ignore[override]
        self, rules: Rules
    ) -> dict[str, dict[str, Quantity | float]]:
        """Return the symbols of every population and projection with their values."""
        cells = {name: p.symbols for name, p in self.populations.items()}
        return cells | {name: s.symbols for name, s in self.synapses(rules).items()}

    def network(self, rules: Rules | None = None, *, seed: int = 0) -> Any:
        """Return an ordinary Brian2 ``Network`` of named groups, ready to run.

        Its wiring and its drives are those of a run with this seed, in place A.
        """
        # Brian2 takes a second to import, and a description does not need it.
        builder = import_module(".network", __package__)
        return builder.runnable(self, rules or {}, seed)


def stream(seed: int, *place: object) -> np.random.Generator:
    """Return the random stream of one purpose: derived from the seed and its name."""
    return np.random.default_rng(stream_seed(seed, *place))


def stream_seed(seed: int, *place: object) -> int:
    """Return a 32-bit seed derived from the run's seed and the name of a purpose."""
    name = "/".join(str(part) for part in (seed, *place))
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")


def noise_key(seed: int, population: str) -> float:
    """Return the key of the normal deviates that a population sees in an episode."""
    return float(stream_seed(seed, "noise", population))


def connect(synapse: Synapse, rng: np.random.Generator) -> tuple[Any, Any]:
    """Draw the inputs of every target cell, without replacement and without autapses.

    Returns
    -------
    pre, post : int32 arrays of length ``synapse.size``, sorted by ``pre``
    """
    n_pre, n_post = synapse.n_pre // synapse.blocks, synapse.n_post // synapse.blocks
    recurrent = synapse.projection.pre == synapse.projection.post
    draw = _draw(synapse.projection)
    sources, targets = [], []
    for block in range(synapse.blocks):
        pre, post = draw(synapse.in_degree, n_pre, n_post, recurrent, rng)
        sources.append(pre + block * n_pre)
        targets.append(post + block * n_post)
    pre, post = (np.concatenate(ids).astype(np.int32) for ids in (sources, targets))
    order = np.lexsort((post, pre))
    return pre[order], post[order]


def _draw(projection: Projection) -> Callable[..., tuple[Any, Any]]:
    """Return what draws the pairs of a projection."""
    if projection.topography is not None:
        return partial(_placed, projection.topography)
    return _scattered if projection.scattered else _equal


def _equal(
    in_degree: int, n_pre: int, n_post: int, recurrent: bool, rng: np.random.Generator
) -> tuple[Any, Any]:
    """Draw as many inputs for each target."""
    rows = max(1, BLOCK // n_pre)
    chosen = []
    for first in range(0, n_post, rows):
        targets = np.arange(first, min(first + rows, n_post))
        draws = rng.random((len(targets), n_pre), dtype=np.float32)
        if recurrent:
            draws[targets - first, targets] = 2.0
        nearest = np.argpartition(draws, in_degree - 1, axis=1)
        chosen.append(nearest[:, :in_degree].astype(np.int32))
    return np.concatenate(chosen).ravel(), np.repeat(np.arange(n_post), in_degree)


def _scattered(
    in_degree: int, n_pre: int, n_post: int, recurrent: bool, rng: np.random.Generator
) -> tuple[Any, Any]:
    """Draw pairs of source and target, each at most once."""
    sources = n_pre - 1 if recurrent else n_pre
    pairs = rng.choice(sources * n_post, in_degree * n_post, False, shuffle=False)
    post, pre = np.divmod(pairs, sources)
    return pre + (recurrent & (pre >= post)), post


def _placed(
    profile: Profile,
    in_degree: int,
    n_pre: int,
    n_post: int,
    recurrent: bool,
    rng: np.random.Generator,
) -> tuple[Any, Any]:
    """Draw as many inputs for each target, each as likely as `chances` says.

    The chances are laid end to end in random order; a comb of spacing 1 with a random
    start picks the sources (Madow 1949, doi:10.1214/aoms/1177729988), so that as many
    are picked as the chances add up to, none twice, and each by its own chance.
    """
    rows = max(1, BLOCK // n_pre)
    chosen = []
    for first in range(0, n_post, rows):
        targets = np.arange(first, min(first + rows, n_post))
        relative = profile.relative(n_pre, n_post, targets)
        if recurrent:
            relative[targets - first, targets] = 0.0
        order = rng.permuted(np.tile(np.arange(n_pre), (len(targets), 1)), axis=1)
        laid = np.take_along_axis(chances(relative, in_degree), order, axis=1)
        ends = np.minimum(np.cumsum(laid, axis=1), in_degree)
        ends[:, -1] = in_degree
        teeth = rng.random((len(targets), 1)) + np.arange(in_degree)
        aside = in_degree * np.arange(len(targets))[:, None]  # row after row
        found = np.searchsorted(
            (ends + aside).ravel(), (teeth + aside).ravel(), "right"
        )
        chosen.append(order.ravel()[found])
    return np.concatenate(chosen), np.repeat(np.arange(n_post), in_degree)


def chances(relative: Any, in_degree: int) -> Any:
    """Return the chance of each source to be an input, array (targets, sources).

    Proportional to its relative probability but at most 1, and ``in_degree`` in sum.

    Raises
    ------
    ValueError
        Fewer sources than that have a probability above 0.
    """
    fewest = int((relative > 0).sum(axis=1).min())
    if fewest < in_degree:
        raise ValueError(
            f"in_degree={in_degree}: a target has {fewest} sources within reach of its "
            "profile; lower in_degree, or widen the profile."
        )
    falling = -np.sort(-relative, axis=1)
    # With the k likeliest certain, the others share what is left of the in-degree.
    rest = np.cumsum(falling[:, ::-1], axis=1)[:, ::-1]
    left = np.maximum(in_degree - np.arange(relative.shape[1]), 0)
    factor = left / np.where(rest > 0, rest, np.inf)
    certain = np.argmax(factor * falling <= 1, axis=1)
    scale = np.take_along_axis(factor, certain[:, None], axis=1)
    return np.minimum(scale * relative, 1.0)
