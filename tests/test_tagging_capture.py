"""Tagging and capture against its own equations, stepped or solved by other means."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import ks_2samp, kstest

from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.network import Clocks, join
from trisynapse.circuits.projection import Pool, Projection
from trisynapse.circuits.quantity import Quantity, quantity
from trisynapse.plasticity import TaggingCapture
from trisynapse.plasticity.tagging_capture import (
    CAPTURED,
    EARLY_PHASE_CPP,
    SETS,
    early_phase,
)

pytestmark = pytest.mark.usefixtures("numpy_target")

DEFAULT = TaggingCapture()
# The network set of Luboeinski and Tetzlaff (2021), pulses at full strength as in a
# slice, in units of h_0; protein starts from a summed change of half of h_0.
SLICE = replace(
    DEFAULT,
    pre_Ca=1.0,
    post_Ca=0.2758,
    theta_d=1.2,
    theta_p=3.0,
    gamma_d=313.1,
    gamma_p=1645.6,
    tau_h=quantity("688.4 s"),
    h_max=10 / 4.20075,
    sigma=2.90436 / 4.20075,
    theta_tag=0.2,
    tau_p=quantity("3600 s"),
    tau_z=quantity("3600 s"),
)
HOUR = 3600.0
LEAK = 0.1 / 688.4
# Calcium that stays above theta_d for a second, so that every piece is long.
SLOW = replace(SLICE, tau_Ca=quantity("1 s"))


def silent(rule: TaggingCapture) -> TaggingCapture:
    return replace(rule, sigma=0.0)


def train(rate: float, seconds: float, seed: int) -> Any:
    """Return the times of a Poisson train on a grid of 0.4 ms."""
    bins = round(seconds / 4e-4)
    return np.flatnonzero(np.random.default_rng(seed).random(bins) < rate * 4e-4) * 4e-4


def jumps(rule: TaggingCapture, pre: Any, post: Any) -> tuple[Any, Any]:
    """Return when the calcium of a synapse jumps, and by how much."""
    when = np.concatenate([pre + float(rule.delay_Ca), post])
    size = np.repeat([rule.pre_Ca, rule.post_Ca], [len(pre), len(post)])
    order = np.argsort(when, kind="stable")
    return when[order], size[order]


def by_events(
    rule: TaggingCapture,
    pre: Any,
    post: Any,
    reads: Any,
    n: int = 1,
    normal: Callable[[int], Any] | None = None,
) -> Any:
    """Return the early phase of ``n`` synapses at ``reads``, from event to event."""
    when, size = jumps(rule, pre, post)
    h, c, now, done = np.ones(n), np.zeros(n), 0.0, []
    for read in reads:
        until = np.searchsorted(when, read, "left")
        for t, jump in zip(when[:until], size[:until], strict=True):
            h, c = rule.advance(h, c, t - now, normal)
            c, now = c + jump, t
        when, size = when[until:], size[until:]
        h, c = rule.advance(h, c, read - now, normal)
        now = read
        done.append(h)
    return np.array(done)


def by_steps(
    rule: TaggingCapture,
    pre: Any,
    post: Any,
    reads: Any,
    step: float,
    n: int = 1,
    rng: np.random.Generator | None = None,
) -> Any:
    """Return the same from Euler steps of the published equations."""
    when, size = jumps(rule, pre, post)
    wanted = np.rint(np.asarray(reads) / step).astype(int)
    jump = np.zeros(wanted[-1] + 1)
    at = np.rint(when / step).astype(int)
    np.add.at(jump, at[at < len(jump)], size[at < len(jump)])
    tau_Ca, tau_h = float(rule.tau_Ca), float(rule.tau_h)
    h: Any = np.ones(n) if n > 1 else 1.0
    c, done, kept = 0.0, [], set(wanted.tolist())
    for k, arriving in enumerate(jump.tolist()):
        if k in kept:
            done.append(h)
        c += arriving
        up, down = c > rule.theta_p, c > rule.theta_d
        drift = 0.1 * (1 - h)
        if up:
            drift += rule.gamma_p * (rule.h_max - h)
        if down:
            drift -= rule.gamma_d * h
        h = h + drift * step / tau_h
        if rng is not None and down:
            spread = rule.sigma * np.sqrt((up + down) * step / tau_h)
            h = h + spread * rng.standard_normal(n)
        c -= c * step / tau_Ca
    return np.array(done)


@pytest.mark.parametrize("rule", [DEFAULT, SLICE], ids=["default", "published"])
def test_steps_approach_the_events_in_proportion_to_the_step(
    rule: TaggingCapture,
) -> None:
    rule, reads = silent(rule), np.arange(1, 21) * 0.4
    steps = np.array([4e-4, 2e-4, 1e-4, 5e-5])
    errors = np.zeros(len(steps))
    for animal in range(4):
        trains = train(40, 8, 2 * animal), train(30, 8, 2 * animal + 1)
        exact = by_events(rule, *trains, reads)[:, 0]
        assert np.ptp(exact) > 0.02
        for i, step in enumerate(steps):
            errors[i] += np.abs(by_steps(rule, *trains, reads, step) - exact).mean() / 4
    order = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert 0.75 < order < 1.25
    assert errors[-1] < 1e-3


def test_noisy_steps_and_events_give_one_distribution() -> None:
    trains, reads = (train(40, 2, 5), train(30, 2, 6)), np.array([0.5, 1.0, 2.0])
    rng = np.random.default_rng(0)
    n = 1500
    exact = by_events(SLICE, *trains, reads, n, rng.standard_normal)
    stepped = by_steps(SLICE, *trains, reads, 5e-5, n, rng)
    for a, b in zip(exact, stepped, strict=True):
        error = np.sqrt((a.var() + b.var()) / n)
        assert abs(a.mean() - b.mean()) < 4 * error
        assert a.var() == pytest.approx(b.var(), rel=4 * np.sqrt(4 / n))
        assert ks_2samp(a, b).pvalue > 0.01


def test_the_noise_of_many_short_pieces_is_that_of_one_long_piece() -> None:
    rng = np.random.default_rng(1)
    n = 20_000
    h, c = np.ones(n), np.full(n, 4.0)
    whole, left = SLOW.advance(h, c, 2.0, rng.standard_normal)
    for _ in range(50):
        h, c = SLOW.advance(h, c, 0.04, rng.standard_normal)
    assert c == pytest.approx(left)
    assert abs(whole.mean() - h.mean()) < 4 * np.sqrt(2 / n) * h.std()
    assert whole.var() == pytest.approx(h.var(), rel=4 * np.sqrt(4 / n))
    assert ks_2samp(whole, h).pvalue > 0.01


def held(rule: TaggingCapture, calcium: float) -> Any:
    """Return the early phase of 2000 synapses after an hour at constant calcium."""
    steady = replace(rule, tau_Ca=quantity("1e12 s"))
    rng = np.random.default_rng(2)
    start, level = np.zeros(2000), np.full(2000, calcium)
    return steady.advance(start, level, HOUR, rng.standard_normal)[0]


def test_calcium_above_both_thresholds_holds_h_at_the_balance_of_both() -> None:
    rates = 0.1 + SLICE.gamma_p + SLICE.gamma_d
    mean = (0.1 + SLICE.gamma_p * SLICE.h_max) / rates
    assert mean == pytest.approx(2.0, abs=0.01)
    assert (
        kstest((held(SLICE, 3.5) - mean) / (SLICE.sigma / rates**0.5), "norm")[1] > 0.01
    )
    assert held(silent(SLICE), 3.5) == pytest.approx(mean, rel=1e-12)


def test_calcium_between_the_thresholds_erases() -> None:
    rates = 0.1 + SLICE.gamma_d
    spread = SLICE.sigma / np.sqrt(2 * rates)
    assert kstest((held(SLICE, 2.0) - 0.1 / rates) / spread, "norm").pvalue > 0.01
    assert held(silent(SLICE), 2.0) == pytest.approx(0.1 / rates, rel=1e-9)


@pytest.mark.parametrize("calcium", [0.0, 0.3, DEFAULT.theta_d])
def test_h_returns_to_1_exponentially_while_calcium_is_at_most_theta_d(
    calcium: float,
) -> None:
    h, c = np.array([0.0, 0.4, 1.0, 2.2]), np.full(4, calcium)
    after, left = DEFAULT.advance(h, c, 500.0, np.random.default_rng(0).standard_normal)
    assert after == pytest.approx(1 + (h - 1) * np.exp(-LEAK * 500), rel=1e-12)
    assert left == pytest.approx(c * np.exp(-500 / 0.0488))


def test_a_spike_at_the_time_of_another_finds_nothing_to_advance() -> None:
    h, c = np.array([0.3, 2.0]), np.array([4.0, 0.2])
    after, left = DEFAULT.advance(h, c, 0.0, np.random.default_rng(0).standard_normal)
    assert after == pytest.approx(h, rel=1e-15) and (left == c).all()


MAIN = """
#include <cmath>
#include <cstdio>
#include <random>
namespace brian {
struct Generator {
    std::mt19937 bits{3};
    std::normal_distribution<double> normal;
    double randn() { return normal(bits); }
};
static Generator _random_generators[1];
}
using namespace std;
%s
int main() {
    double a[11];
    while (fread(a, sizeof(double), 11, stdin) == 11) {
        const double h = early_phase(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7],
                                     a[8], a[9], a[10], 0);
        fwrite(&h, sizeof h, 1, stdout);
    }
}
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], Any]:
    """Return the C++ text of the early phase as a function of rows of arguments."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    folder: Path = tmp_path_factory.mktemp("early_phase")
    (folder / "main.cpp").write_text(MAIN % EARLY_PHASE_CPP)
    command = [compiler, "-O2", "-o", str(folder / "main"), str(folder / "main.cpp")]
    subprocess.run(command, check=True)

    def call(rows: Any) -> Any:
        given = np.ascontiguousarray(rows, dtype=float).tobytes()
        done = subprocess.run(
            [str(folder / "main")], input=given, capture_output=True, check=True
        )
        return np.frombuffer(done.stdout)

    return call


def arguments(rule: TaggingCapture, h: Any, c: Any, elapsed: Any) -> Any:
    names = ("tau_Ca", "theta_d", "theta_p", "gamma_d", "gamma_p", "tau_h", "h_max")
    fixed = [float(getattr(rule, name)) for name in (*names, "sigma")]
    return np.column_stack([h, c, elapsed, np.tile(fixed, (len(h), 1))])


@pytest.mark.parametrize("rule", [DEFAULT, SLICE], ids=["default", "published"])
def test_cpp_and_numpy_agree_without_noise(
    rule: TaggingCapture, compiled: Callable[[Any], Any]
) -> None:
    rng = np.random.default_rng(4)
    n = 5000
    elapsed = rng.choice([0.0, 1.0], n, p=[0.05, 0.95]) * 10 ** rng.uniform(-4, 5, n)
    c = rng.choice([0.0, rule.theta_d, rule.theta_p, np.nan], n, p=[0.1, 0.1, 0.1, 0.7])
    c = np.where(np.isnan(c), rng.uniform(0, 6, n), c)
    rows = arguments(silent(rule), rng.uniform(-0.2, 2.5, n), c, elapsed)
    expected = early_phase(*rows[:, :3].T, *rows[0, 3:])
    assert np.abs(compiled(rows) - expected).max() < 1e-12


@pytest.mark.parametrize("calcium, elapsed", [(5.0, 0.4), (5.0, 2.0), (2.5, 2.0)])
def test_cpp_and_numpy_agree_in_distribution_with_noise(
    calcium: float, elapsed: float, compiled: Callable[[Any], Any]
) -> None:
    rng = np.random.default_rng(5)
    n = 20_000
    rows = arguments(SLOW, np.ones(n), np.full(n, calcium), np.full(n, elapsed))
    a = compiled(rows)
    noisy = partial(early_phase, normal=rng.standard_normal)
    b = noisy(*rows[:, :3].T, *rows[0, 3:])
    assert abs(a.mean() - b.mean()) < 4 * np.sqrt(2 / n) * b.std()
    assert a.var() == pytest.approx(b.var(), rel=4 * np.sqrt(4 / n))
    assert ks_2samp(a, b).pvalue > 0.01


class Link(Projection):
    """One synapse from one cell to another."""

    pre: ClassVar[str] = "before"
    post: ClassVar[str] = "after"
    receptor: ClassVar[str] = "AMPA+NMDA"
    plastic: ClassVar[str] = "tagging"


LINK = Link(in_degree=1, weight=quantity("2 nS"), delay=quantity("3 ms"), nmda=0.25)


def test_in_brian2_a_synapse_follows_the_events_and_transmits_what_it_weighs() -> None:
    rule, seconds = silent(DEFAULT), 0.6
    pre, post = train(40, seconds, 7), train(30, seconds, 8)
    clocks = Clocks(b2.Clock(0.2 * b2.ms), b2.Clock(1 * b2.ms))
    steps = np.zeros(round(seconds / 2e-4))
    steps[np.rint(post / 2e-4).astype(int)] = 1
    ends = {
        "before": b2.SpikeGeneratorGroup(
            1, np.zeros(len(pre), int), pre * b2.second, clock=clocks.steps
        ),
        "after": b2.NeuronGroup(
            1,
            "g_ampa : siemens\ng_nmda : siemens",
            threshold="fires(t) > 0",
            reset="",
            namespace={"fires": b2.TimedArray(steps, dt=0.2 * b2.ms)},
            clock=clocks.steps,
        ),
    }
    link = join(Synapse(LINK.name, LINK, rule, 1, 1.0, 1, 1), ends, ([0], [0]), clocks)
    link.z = 0.3
    b2.Network(*ends.values(), link).run(seconds * b2.second)

    arrivals = pre[pre + 3e-3 < seconds - 1e-4] + 3e-3
    weights = 2e-9 * (by_events(rule, pre, post, arrivals)[:, 0] + 0.3)
    assert float(ends["after"].g_ampa[0]) == pytest.approx(weights.sum(), rel=1e-12)
    assert float(ends["after"].g_nmda[0]) == pytest.approx(weights.sum() / 4, rel=1e-12)
    last = float(link.t_last[0])
    assert link.h[0] == pytest.approx(
        by_events(rule, pre, post, [last])[0, 0], rel=1e-12
    )
    assert abs(link.h[0] - 1) > 0.05


@pytest.mark.parametrize(
    "pairing, rate, low, high",
    [
        ("pre", 1, 1.0, 1.0),
        ("pre", 10, 1.0, 1.0),
        ("pre", 20, 0.0, 0.02),
        ("pre", 50, 0.0, 0.02),
        ("pre", 54, 0.97, 1.07),
        ("pre", 60, 1.58, 1.68),
        ("pre", 80, 1.97, 2.03),
        ("pre and post", 1, 0.62, 0.64),
        ("pre and post", 10, 0.0, 0.06),
        ("pre and post", 35, 0.0, 0.06),
        ("pre and post", 42, 0.9, 1.1),
        ("pre and post", 50, 1.78, 1.88),
    ],
)
def test_published_values_change_with_rate_as_published(
    pairing: str, rate: float, low: float, high: float
) -> None:
    pre = np.arange(900) / rate
    post = pre + 0.01 if pairing == "pre and post" else np.zeros(0)
    end = [pre[-1] + float(SLICE.delay_Ca) + 0.01]
    assert low <= by_events(silent(SLICE), pre, post, end)[0, 0] <= high


def test_published_values_reach_the_ceiling_in_0_35_s_and_erase_in_2_2_s() -> None:
    both = SLICE.gamma_p + SLICE.gamma_d + 0.1
    steady = replace(silent(SLICE), tau_Ca=quantity("1e12 s"))
    up, _ = steady.advance(np.array([1.0]), np.array([3.5]), 0.3515, None)
    assert (2.0 - up[0]) == pytest.approx(np.exp(-1), abs=0.002)
    assert 688.4 / both == pytest.approx(0.3515, abs=5e-4)
    down, _ = steady.advance(np.array([1.0]), np.array([2.0]), 2.198, None)
    assert down[0] == pytest.approx(np.exp(-1), abs=0.002)


Times = tuple[tuple[float, float], ...]


def pooled(post: Any, h: Any, z: Any, taggable: Any = None) -> Pool:
    """Return synapses without calcium."""
    some = taggable or [np.ones(len(each)) for each in h]
    states = [
        {"h": a, "z": b, "Ca": np.zeros(len(a)), "taggable": c}
        for a, b, c in zip(h, z, some, strict=True)
    ]
    return Pool(post, states)


def each(some: Pool, name: str) -> list[Any]:
    return [state[name] for state in some.state]


def gap(
    rule: TaggingCapture,
    some: Pool,
    protein: Any,
    seconds: float,
    alpha: float = 1.0,
    modulator: float = 1.0,
) -> tuple[list[Any], list[Any], Any]:
    """Return early phases, late phases and proteins after a gap of one piece."""
    after, protein = rule.consolidate(some, protein, seconds, alpha, modulator)
    return [state["h"] for state in after], [state["z"] for state in after], protein


def proteins(cells: int, level: float = 0.0) -> Any:
    return np.full((3, cells), level)


def pool(rng: np.random.Generator) -> tuple[Pool, Any]:
    """Return 14 synapses of two projections on 4 cells, and the cells' protein.

    Cell 0 makes protein throughout, cell 1 for a while, cell 2 never but has some, and
    cell 3 has no synapse.
    """
    post = [np.array([0, 0, 0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 1, 2])]
    change = [
        np.array([1.2, -0.9, 0.6, 0.1, 0.03, -0.02, 0.004, -0.008]),
        np.array([-0.21, 0.25, 0.01, 0.02, -0.015, 0.0]),
    ]
    h = [1 + some for some in change]
    z = [rng.uniform(-0.5, 1.0, len(some)) for some in change]
    taggable = [np.array([1, 1, 1, 1, 0, 1, 1, 1.0]), np.ones(6)]
    protein = np.array(
        [[0.0, 0.2, 0.9, 0.5], [0.3, 0.0, 0.1, 0.0], [0.0, 0.6, 0.4, 1.0]]
    )
    return pooled(post, h, z, taggable), protein


LASTING = replace(DEFAULT, theta_tag=0.007, theta_pro=0.008)


def solved(
    rule: TaggingCapture, before: Pool, protein: Any, pieces: Times, modulator: float
) -> tuple[Any, Any, Any]:
    """Solve the published equations, stopping wherever a threshold is crossed."""
    post = np.concatenate(before.post)
    n, cells = len(post), protein.shape[1]
    inputs = np.maximum(np.bincount(post, minlength=cells), 1)
    tau_h, tau_p, tau_z = (float(t) for t in (rule.tau_h, rule.tau_p, rule.tau_z))
    taggable = np.concatenate(each(before, "taggable"))

    def margins(y: Any) -> Any:
        d = y[:n] - 1
        parts = np.abs(d), np.maximum(d, 0), np.maximum(-d, 0)
        moved = [np.bincount(post, x, minlength=cells) for x in parts]
        pooled = moved if rule.pooled == "sum" else np.divide(moved, inputs)
        mark = np.where(d > 0, d * taggable, -d)
        return np.concatenate(
            [mark - rule.theta_tag, np.ravel(pooled) - rule.theta_pro / modulator]
        )

    def captured(p: Any) -> tuple[Any, Any]:
        common, up, down = p.reshape(3, cells)
        if rule.proteins == "common":
            return common, common
        return (
            (up, down) if rule.proteins == "specific" else (common * up, common * down)
        )

    y = np.concatenate([*each(before, "h"), *each(before, "z"), protein.ravel()])
    for seconds, alpha in pieces:
        now = 0.0
        on = margins(y) > 0
        while now < seconds:
            tag, source = on[:n], on[n:]

            def slope(
                t: float, y: Any, tag: Any = tag, source: Any = source, a: float = alpha
            ) -> Any:
                h, z, p = y[:n], y[n : 2 * n], y[2 * n :]
                up, down = tag & (h > 1), tag & (h < 1)
                raises, lowers = captured(p)
                dz = raises[post] * up * (1 - z) - lowers[post] * down * (z + 0.5)
                dp = (a * source - p) / tau_p
                return np.concatenate([0.1 * (1 - h) / tau_h, dz / tau_z, dp])

            crossings = []
            for k in np.flatnonzero(on):

                def crossing(t: float, y: Any, k: int = int(k)) -> float:
                    return float(margins(y)[k])

                crossing.terminal = True  # type: ignore[attr-defined]
                crossings.append(crossing)
            done = solve_ivp(
                slope,
                (now, seconds),
                y,
                method="DOP853",
                events=crossings or None,
                rtol=1e-11,
                atol=1e-13,
            )
            now, y = done.t[-1], done.y[:, -1]
            if done.status == 1:
                for k, times in zip(np.flatnonzero(on), done.t_events, strict=True):
                    on[k] = not len(times)
    return y[:n], y[n : 2 * n], y[2 * n :].reshape(3, cells)


def through(
    rule: TaggingCapture,
    before: Pool,
    protein: Any,
    pieces: Times,
    modulator: float = 1.0,
) -> tuple[Any, Any, Any]:
    """Return what a gap in pieces leaves, all projections in one array."""
    for seconds, alpha in pieces:
        after, protein = rule.consolidate(before, protein, seconds, alpha, modulator)
        before = Pool(before.post, after)
    h, z = (np.concatenate(each(before, name)) for name in ("h", "z"))
    return h, z, protein


@pytest.mark.parametrize(
    "pieces",
    [
        ((8 * HOUR, 1.0),),
        ((0.5 * HOUR, 1.0),),
        ((8 * HOUR, 0.0),),
        ((HOUR, 1.0), (4 * HOUR, 0.1), (3 * HOUR, 1.0)),
        ((14 * 24 * HOUR, 1.0),),
    ],
    ids=["8 h", "30 min", "blocked", "drug for 4 of 8 h", "14 days"],
)
@pytest.mark.parametrize("proteins", ["common", "specific", "both"])
def test_a_gap_solves_the_published_equations(pieces: Times, proteins: str) -> None:
    rule = replace(LASTING, proteins=proteins)
    before, protein = pool(np.random.default_rng(9))
    expected = solved(rule, before, protein, pieces, 1.0)
    for a, b in zip(through(rule, before, protein, pieces), expected, strict=True):
        assert a == pytest.approx(b, rel=1e-6, abs=1e-9)


# Summed, the changes of cell 0 last for 8 h, those of cell 1 for 2 h, of cell 2 never.
SUMMED = replace(LASTING, pooled="sum", theta_pro=0.03)


@pytest.mark.parametrize("proteins", CAPTURED)
def test_a_gap_solves_them_with_summed_changes_too(proteins: str) -> None:
    rule = replace(SUMMED, proteins=proteins)
    before, protein = pool(np.random.default_rng(9))
    pieces = ((HOUR, 1.0), (4 * HOUR, 0.1), (3 * HOUR, 1.0))
    expected = solved(rule, before, protein, pieces, 1.5)
    moved = through(rule, before, protein, pieces, 1.5)
    for a, b in zip(moved, expected, strict=True):
        assert a == pytest.approx(b, rel=1e-6, abs=1e-9)


def test_summed_changes_are_means_times_the_number_of_synapses() -> None:
    post = [np.repeat([0, 1], [5, 5])]
    h = [1 + np.array([1.2, -0.9, 0.6, 0.1, 0.3, 0.02, -0.02, 0.0, 0.0, 0.0])]
    before = pooled(post, h, [np.zeros(10)])
    mean, sum_ = (
        through(
            replace(LASTING, pooled=how, theta_pro=theta),
            before,
            proteins(2),
            ((8 * HOUR, 1.0),),
        )
        for how, theta in (("mean", 0.008), ("sum", 0.04))
    )
    for a, b in zip(mean, sum_, strict=True):
        assert a == pytest.approx(b, rel=1e-12, abs=1e-15)


def test_a_silent_synapse_more_dilutes_the_mean_and_not_the_sum() -> None:
    few, many = strong(SLICE, 1, of=2), strong(SLICE, 1, of=200)
    for how, as_much in (("mean", False), ("sum", True)):
        rule = replace(SLICE, pooled=how, theta_pro=0.4)
        made = [gap(rule, some, proteins(1), HOUR)[2][0, 0] for some in (few, many)]
        assert (made[0] == made[1]) == as_much and made[0] > 0


@pytest.mark.parametrize("modulator", [0.3, 2.5])
def test_neuromodulation_divides_the_threshold_of_synthesis(modulator: float) -> None:
    before, protein = pool(np.random.default_rng(9))
    pieces = ((8 * HOUR, 1.0),)
    expected = solved(LASTING, before, protein, pieces, modulator)
    moved = through(LASTING, before, protein, pieces, modulator)
    for a, b in zip(moved, expected, strict=True):
        assert a == pytest.approx(b, rel=1e-6, abs=1e-9)
    assert not np.allclose(moved[1], through(LASTING, before, protein, pieces)[1])


def test_without_neuromodulation_no_protein_is_made() -> None:
    _, (z,), p = gap(DEFAULT, strong(DEFAULT), proteins(1), 24 * HOUR, modulator=0.0)
    assert not p.any() and z[0] == 0


def test_potentiation_under_kn93_carries_no_tag_and_depression_does() -> None:
    blocked = [np.zeros(2)]
    some = pooled([np.array([0, 0])], [np.array([2.0, 0.2])], [np.zeros(2)], blocked)
    _, (z,), _ = gap(DEFAULT, some, proteins(1, 1.0), HOUR)
    assert z[0] == 0 and z[1] < -0.1
    assert DEFAULT.tagged(some.state[0]).tolist() == [False, True]


def test_the_cells_and_synapses_of_that_test_take_every_course() -> None:
    before, protein = pool(np.random.default_rng(9))
    post = np.concatenate(before.post)
    change = np.abs(np.concatenate(each(before, "h")) - 1)
    mean = [change[post == cell].mean() for cell in range(3)]
    sources = np.log(np.array(mean) / LASTING.theta_pro) / LEAK
    assert sources[0] > 8 * HOUR > sources[1] > 0 > sources[2]
    tags = np.log(change[change > 0] / LASTING.theta_tag) / LEAK
    assert (tags > 8 * HOUR).any() and (tags < 0).any()
    assert ((tags > 0) & (tags < 8 * HOUR)).sum() > 3


@pytest.mark.parametrize("first", [0.0, 1.0, 900.0, 2.5 * HOUR, 7.9 * HOUR])
def test_two_gaps_are_one_gap(first: float) -> None:
    before, protein = pool(np.random.default_rng(10))
    parts = ((first, 1.0), (8 * HOUR - first, 1.0))
    whole = through(LASTING, before, protein, ((8 * HOUR, 1.0),))
    for a, b in zip(through(LASTING, before, protein, parts), whole, strict=True):
        assert a == pytest.approx(b, rel=1e-12, abs=1e-12)


def test_a_gap_of_no_time_changes_nothing() -> None:
    before, protein = pool(np.random.default_rng(11))
    h, z, p = through(LASTING, before, protein, ((0.0, 1.0),))
    assert h == pytest.approx(np.concatenate(each(before, "h")), rel=1e-15, abs=1e-15)
    assert z == pytest.approx(np.concatenate(each(before, "z")), rel=1e-15, abs=1e-15)
    assert p == pytest.approx(protein, rel=1e-15, abs=1e-15)


def test_a_gap_does_not_change_what_it_is_given() -> None:
    before, protein = pool(np.random.default_rng(12))
    after = (*before.post, *each(before, "h"), *each(before, "z"), protein)
    kept = [a.copy() for a in after]
    gap(LASTING, before, protein, HOUR)
    assert all((a == b).all() for a, b in zip(after, kept, strict=True))


@pytest.mark.parametrize("seconds", [1.0, HOUR, 1e9])
def test_the_late_phase_stays_between_floor_and_ceiling(seconds: float) -> None:
    rng = np.random.default_rng(13)
    post = [rng.integers(0, 20, 1000, dtype=np.int32)]
    some = pooled(post, [rng.normal(1, 1, 1000)], [rng.uniform(-0.5, 1, 1000)])
    (_,), (z,), protein = gap(LASTING, some, rng.uniform(0, 1, (3, 20)), seconds)
    assert z.min() >= -0.5 and z.max() <= 1
    assert protein.min() >= 0 and protein.max() <= 1


def strong(rule: TaggingCapture, n: int = 1, of: int = 1) -> Pool:
    """Return ``of`` synapses on one cell, ``n`` of them potentiated to 2."""
    h = np.ones(of)
    h[:n] = 2.0
    return pooled([np.zeros(of, int)], [h], [np.zeros(of)])


def test_without_protein_synthesis_there_is_no_late_phase() -> None:
    (h,), (z,), p = gap(DEFAULT, strong(DEFAULT), proteins(1), 24 * HOUR, alpha=0.0)
    assert z[0] == 0 and not p.any()
    assert h[0] == pytest.approx(1 + np.exp(-LEAK * 24 * HOUR))


def test_with_lasting_protein_late_phases_reach_ceiling_and_floor() -> None:
    ever = replace(DEFAULT, theta_tag=1e-9, theta_pro=1e-12)
    both = pooled([np.array([0, 0])], [np.array([2.0, 0.1])], [np.zeros(2)])
    _, (z,), _ = gap(ever, both, proteins(1, 1.0), 24 * HOUR)
    dose = 24.0 * HOUR / float(ever.tau_z)
    assert z == pytest.approx([1 - np.exp(-dose), -0.5 + 0.5 * np.exp(-dose)])
    assert z == pytest.approx([1, -0.5], abs=1e-8)


def test_the_early_phase_falls_to_1_over_e_in_1_91_h() -> None:
    seconds = 688.4 / 0.1
    assert seconds / HOUR == pytest.approx(1.91, abs=0.005)
    (h,), _, _ = gap(SLICE, strong(SLICE), proteins(1), seconds)
    assert h[0] - 1 == pytest.approx(np.exp(-1))


def test_the_tag_of_a_saturated_synapse_lives_3_08_h() -> None:
    life = 6884 * np.log(5)
    assert life / HOUR == pytest.approx(3.08, abs=0.005)

    def captured(seconds: float) -> float:
        """Return z, with protein there throughout."""
        ever = replace(SLICE, theta_pro=1e-12)
        _, (z,), _ = gap(ever, strong(ever), proteins(1, 1.0), seconds)
        return float(z[0])

    assert captured(life - 60) == pytest.approx(1 - np.exp(-(life - 60) / 3600))
    assert captured(life) == pytest.approx(1 - np.exp(-life / 3600))
    assert captured(life + 60) == captured(10 * life) == captured(life)


@pytest.mark.parametrize("saturated, hours", [(1, 1.3), (10, 5.7), (100, 10.1)])
def test_protein_is_made_the_longer_the_more_synapses_were_tetanised(
    saturated: int, hours: float
) -> None:
    rule = replace(SLICE, theta_pro=0.5 / 200)  # a sum of half of h_0 over 200 synapses
    life = 6884 * np.log(2 * saturated)
    assert life / HOUR == pytest.approx(hours, abs=0.05)

    def protein(seconds: float) -> float:
        made = gap(rule, strong(rule, saturated, 200), proteins(1), seconds)[2]
        return float(made[0, 0])

    assert protein(life) == pytest.approx(1 - np.exp(-life / 3600))
    assert protein(life + 600) == pytest.approx(protein(life) * np.exp(-600 / 3600))


def test_a_weak_synapse_is_captured_by_the_protein_of_a_strong_one() -> None:
    rule = replace(SLICE, theta_pro=0.05)
    change = np.array([1.0, 0.3, 0.1])
    three = pooled([np.zeros(3, int)], [1 + change], [np.zeros(3)])
    alone = pooled([np.zeros(3, int)], [1 + change * [0, 0.3, 1]], [np.zeros(3)])
    _, (z,), _ = gap(rule, three, proteins(1), 8 * HOUR)
    assert z[0] > z[1] > 0 == z[2]
    assert not gap(rule, alone, proteins(1), 8 * HOUR)[1][0].any()


@pytest.mark.parametrize(
    "symbol, value, said",
    [
        ("theta_p", 0.5, "theta_d"),
        ("tau_Ca", quantity("0 ms"), "above 0"),
        ("pooled", "median", "mean and sum"),
        ("influx", -1.0, "0 or more"),
        ("proteins", "none", "common, specific, both"),
        ("theta_tag", 0.0, "above 0"),
        ("theta_pro", 0.0, "above 0"),
        ("gamma_d", -1.0, "0 or more"),
        ("sigma", float("nan"), "0 or more"),
        ("tau_h", quantity("0 s"), "above 0"),
        ("delay_Ca", quantity("-1 ms"), "0 or more"),
        ("delay_Ca", quantity("2 h"), "1 s at most"),
        ("h_max", 0.5, "at least 1"),
        ("z_max", -1.0, "0 or more"),
        ("z_min", 1.0, "from -1 to 0"),
        ("z_min", -2.0, "from -1 to 0"),
    ],
)
def test_values_for_which_the_closed_form_does_not_hold_are_refused(
    symbol: str, value: float | str | Quantity, said: str
) -> None:
    changed: dict[str, Any] = {symbol: value}
    with pytest.raises(ValueError, match=f"{symbol}=.*{said}") as refused:
        replace(DEFAULT, **changed)
    assert "\n" not in str(refused.value)


# Whatever the rule accepts, whatever drives it

RULES = 40  # a seed


def any_rule(rng: np.random.Generator) -> TaggingCapture:
    """Return a published set, or one drawn from all that the rule accepts."""
    if rng.random() < 0.2:
        return SETS[rng.choice(list(SETS))]

    def about(middle: float, decades: float = 2.0) -> float:
        return float(middle * 10 ** rng.uniform(-decades, decades))

    def time(middle: float) -> Quantity:
        return quantity(f"{about(middle)!r} s")

    theta_d = about(1.0)
    return TaggingCapture(
        tau_Ca=time(0.05),
        pre_Ca=rng.choice([0.0, about(1.0)]),
        post_Ca=rng.choice([0.0, about(0.3)]),
        influx=rng.choice([0.0, 0.6, 1.0, about(1.0)]),
        theta_d=theta_d,
        theta_p=theta_d * rng.choice([1.0, 1.0 + about(1.0)]),
        gamma_d=rng.choice([0.0, about(100.0, 4)]),
        gamma_p=rng.choice([0.0, about(1000.0, 4)]),
        tau_h=time(700.0),
        h_max=rng.choice([1.0, 1.0 + about(1.0)]),
        sigma=rng.choice([0.0, about(0.7)]),
        theta_tag=about(0.2),
        theta_pro=about(0.4, 4),
        pooled=rng.choice(["mean", "sum"]),
        proteins=rng.choice(list(CAPTURED)),
        tau_p=time(HOUR),
        tau_z=time(HOUR),
        z_max=rng.choice([0.0, about(1.0)]),
        z_min=rng.choice([-1.0, 0.0, -rng.random()]),
    )


def any_life(rule: TaggingCapture, rng: np.random.Generator) -> Iterator[Any]:
    """Yield state and protein of 24 synapses on 4 cells after each of 30 events.

    Each synapse has a regime of its own: silence, trains of up to 1000 Hz, bursts. An
    event may be a gap instead, of up to 1e8 s.
    """
    n, post = 24, rng.integers(0, 4, 24, dtype=np.int32)
    rate = np.where(rng.random(n) < 0.3, 0.0, 10 ** rng.uniform(-2, 3, n))
    state = {
        "h": rng.choice([0.0, 1.0, rule.h_max], n),
        "z": rng.choice([rule.z_min, 0.0, rule.z_max], n),
        "Ca": rng.choice([0.0, rule.theta_d, rule.theta_p, 10 * rule.theta_p], n),
        "taggable": rng.random(n),
    }
    protein = rng.choice([0.0, 1.0, rng.random()], (3, 4))
    normal = rng.standard_normal if rule.sigma else None
    jumps = np.array([rule.pre_Ca, rule.post_Ca]) * rule.influx
    for _ in range(30):
        if rng.random() < 0.2:
            seconds = rng.choice([0.0, 10 ** rng.uniform(-4, 8)])
            drug = rng.choice([0.0, 1.0, rng.random()], 2)
            (state,), protein = rule.consolidate(
                Pool([post], [state]), protein, seconds, drug[0], 3 * drug[1]
            )
        else:
            burst = rng.random(n) < 0.2
            pause = rng.exponential(1.0, n) / np.maximum(rate, 1e-8)
            elapsed = np.where(burst, rng.choice([0.0, 1e-3], n), pause)
            h, c = rule.advance(state["h"], state["Ca"], elapsed, normal)
            c = c + np.where(rate > 0, rng.choice(jumps, n), 0.0)
            state = {**state, "h": h, "Ca": c}
        yield state, protein


@pytest.mark.parametrize("seed", range(10))
def test_weights_never_become_nan_or_leave_their_bounds_whatever_the_drive(
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(RULES):
        rule = any_rule(rng)
        for state, protein in any_life(rule, rng):
            h, z, c = state["h"], state["z"], state["Ca"]
            assert np.isfinite(h).all(), rule
            if not rule.sigma:
                room = 1e-12 * rule.h_max
                assert h.min() >= -room and h.max() <= rule.h_max + room, rule
            room = 1e-12 * max(1.0, rule.z_max)
            assert z.min() >= rule.z_min - room and z.max() <= rule.z_max + room, rule
            assert np.isfinite(c).all() and c.min() >= 0, rule
            assert protein.min() >= 0 and protein.max() <= 1 + 1e-12, rule
