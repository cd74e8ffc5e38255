"""The published experiments on engrams: timelines, light, measures and small runs."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trisynapse
from trisynapse import cli
from trisynapse.circuits import Memory
from trisynapse.circuits.circuit import stream, stream_seed
from trisynapse.circuits.light import Uniform
from trisynapse.circuits.opsins import OPSINS
from trisynapse.circuits.quantity import quantity
from trisynapse.protocols.allocation import Allocation
from trisynapse.protocols.catalogue import ENGRAMS, FIGURES, find
from trisynapse.protocols.early_alzheimer import EarlyAlzheimer
from trisynapse.protocols.engram import AFTER, BEFORE, PERFORANT, Engram
from trisynapse.protocols.engram_reactivation import EngramReactivation
from trisynapse.protocols.engram_silencing import EngramSilencing
from trisynapse.protocols.silent_engram import CONNECTED, MOSSY
from trisynapse.simulation import experiment
from trisynapse.simulation.backends import Outcome
from trisynapse.simulation.body import born
from trisynapse.simulation.experiment import Experiment
from trisynapse.simulation.procedures import (
    Ablate,
    Dose,
    Feed,
    Lose,
    Overexpress,
    Shuffle,
    Subject,
)
from trisynapse.simulation.recording import (
    Arm,
    PopulationInfo,
    Recording,
    Span,
    Spikes,
    Tag,
    Trace,
    Weights,
)
from trisynapse.simulation.state import newborn, wire
from trisynapse.simulation.timeline import Episode, Gap, Procedure

LIT, FALSE, SILENCED = "engram-reactivation", "false-memory", "engram-silencing"
SILENT, ALLOCATED, AD = "silent-engram", "allocation", "early-alzheimer"
NAMES = (LIT, FALSE, SILENCED, SILENT, ALLOCATED, AD)
LIGHTED = tuple(name for name in NAMES if name != ALLOCATED)
COLUMNS = Memory.columns
DAY, OPEN = 86400.0, float("nan")


@cache
def protocol(name: str) -> Any:
    return find(name)


@cache
def timeline(name: str, arm: str) -> tuple[Any, ...]:
    return tuple(protocol(name).timeline(arm))


def step(name: str, arm: str, wanted: str) -> Any:
    (found,) = [s for s in timeline(name, arm) if s.name == wanted]
    return found


def lights(name: str, arm: str) -> dict[str, list[str]]:
    """Return the labels on which light falls, by the visits in which it does."""
    return {
        s.name: [light.label for light in s.lights]
        for s in timeline(name, arm)
        if isinstance(s, Episode) and s.lights
    }


def course(visit: Episode, number: int = 0) -> Any:
    return visit.lights[number].course(len(visit.stimulus))


def every_arm() -> Iterator[tuple[str, str]]:
    for name in NAMES:
        for arm in protocol(name).arms:
            yield name, arm


# The timelines

START = ["on dox", "dox off", "window opens"]
CLOSED = ["dox on", "window closes"]


@pytest.mark.parametrize(
    ("name", "arm", "told"),
    [
        (
            LIT,
            "tagged",
            "on dox, habituation A, dox off, window opens, training, dox on, "
            "window closes, test A",
        ),
        (
            LIT,
            "other-context",
            "on dox, habituation A, dox off, window opens, exploration C, dox on, "
            "window closes, training, rest, test A",
        ),
        (
            FALSE,
            "dg",
            "on dox, dox off, window opens, exploration A, dox on, window closes, "
            "training, rest, test A, test C, test B, test D",
        ),
        (
            SILENCED,
            "dg",
            "on dox, dox off, window opens, training, dox on, window closes, test A",
        ),
        (
            SILENT,
            "saline",
            "on dox, habituation A, dox off, window opens, training, injection, "
            "dox on, window closes, test B, test A",
        ),
        (ALLOCATED, "creb", "virus, training, rest, toxin, test A"),
        (
            AD,
            "healthy",
            "on dox, dox off, window opens, training, dox on, window closes, "
            "loss of synapses, test B, test A",
        ),
        (
            AD,
            "ad-ltp-ablated",
            "on dox, dox off, window opens, training, dox on, window closes, "
            "loss of synapses, tetanus, after the tetanus, toxin, test B, test A",
        ),
    ],
)
def test_an_arm_goes_through_these_steps(name: str, arm: str, told: str) -> None:
    assert ", ".join(s.name for s in timeline(name, arm)) == told


@pytest.mark.parametrize(("name", "arm"), list(every_arm()))
def test_tests_are_made_on_other_animals_and_nothing_else_is(
    name: str, arm: str
) -> None:
    for s in timeline(name, arm):
        assert s.branch == s.name.startswith("test "), s.name


@pytest.mark.parametrize(("name", "arm"), list(every_arm()))
def test_a_visit_takes_place_where_its_name_says(name: str, arm: str) -> None:
    feared = "A" if name in (SILENCED, ALLOCATED) else "B"
    places = {"training": feared, "tetanus": "home"}
    for s in timeline(name, arm):
        if isinstance(s, Episode):
            assert s.place == places.get(s.name, s.name.split()[-1])


def own(s: Any) -> str:
    """Return a digest of a step alone."""
    return experiment._name("", "", s)


@pytest.mark.parametrize(
    ("name", "one", "other", "told"),
    [
        (LIT, "tagged", "no-shock", "training"),
        (LIT, "tagged", "eyfp", "test A"),
        (LIT, "tagged", "random-cells", "label of others"),
        (LIT, "tagged", "other-context", "exploration C, rest"),
        (FALSE, "dg", "mcherry", "test B, test D, training"),
        (FALSE, "dg", "no-light", "training"),
        (FALSE, "dg", "ca1", "test B, test D, training"),
        (FALSE, "mcherry", "no-light", "test B, test D"),
        (SILENCED, "eyfp", "dg", "test A"),
        (SILENCED, "eyfp", "ca3", "test A"),
        (SILENCED, "eyfp", "ca1", "test A"),
        (SILENCED, "ca1", "random-ca1", "label of others"),
        (SILENCED, "eyfp", "other-context", "exploration C, rest, test A"),
        (SILENCED, "other-context", "other-context-eyfp", "test A"),
        (SILENCED, "other-ca3", "other-context-eyfp", "test A"),
        (SILENT, "saline", "anisomycin", "injection"),
        (SILENT, "saline", "no-shock", "training"),
        (ALLOCATED, "creb", "creb-ablated", "toxin"),
        (ALLOCATED, "creb-ablated", "others-ablated", "toxin"),
        (ALLOCATED, "creb", "gfp", "virus"),
        (AD, "healthy", "ad", "loss of synapses"),
        (AD, "ad", "ad-ltp", "after the tetanus, tetanus"),
        (AD, "ad-ltp", "ad-ltp-cortex", "tetanus"),
        (AD, "ad-ltp", "ad-ltp-dentate", "tetanus"),
        (AD, "ad-ltp", "ad-ltp-ablated", "toxin"),
    ],
)
def test_two_arms_differ_in_these_steps_only(
    name: str, one: str, other: str, told: str
) -> None:
    a, b = ({s.name: own(s) for s in timeline(name, arm)} for arm in (one, other))
    differ = sorted(key for key in a.keys() | b.keys() if a.get(key) != b.get(key))
    assert ", ".join(differ) == told


@pytest.mark.parametrize("name", [LIT, SILENT])
def test_training_without_shocks_differs_in_nothing_but_the_shocks(name: str) -> None:
    arms = protocol(name).arms[0], "no-shock"
    shocked, control = (step(name, arm, "training").stimulus for arm in arms)
    shock = COLUMNS.index("shock")
    assert shocked[:, shock].sum() == 3 * 2000 and not control[:, shock].any()
    rest = np.delete(np.arange(len(COLUMNS)), shock)
    assert np.array_equal(shocked[:, rest], control[:, rest])


@pytest.mark.parametrize(("name", "arm"), list(every_arm()))
def test_only_training_is_shocked(name: str, arm: str) -> None:
    for s in timeline(name, arm):
        if isinstance(s, Episode):
            shocked = s.stimulus[:, COLUMNS.index("shock")].any()
            assert shocked == (s.name == "training" and arm != "no-shock")


def test_cells_of_another_place_are_labelled_and_fear_is_learned_on_doxycycline() -> (
    None
):
    for name in (LIT, SILENCED):
        fed = True
        seen = {}
        for s in timeline(name, "other-context"):
            for act in getattr(s, "acts", ()):
                fed = act.fed
            if isinstance(s, Episode):
                seen[s.name] = fed
        assert (seen["exploration C"], seen["training"]) == (False, True)


@pytest.mark.parametrize("name", [LIT, FALSE, SILENCED, SILENT, AD])
def test_doxycycline_is_away_for_two_days_before_and_a_day_passes_after(
    name: str,
) -> None:
    arm = protocol(name).arms[0]
    food = [step(name, arm, part).acts for part in ("on dox", "dox off", "dox on")]
    fed = Feed("dox", since=True), Feed("dox", fed=False), Feed("dox")
    assert food == [(act,) for act in fed]
    gaps = [step(name, arm, part) for part in ("window opens", "window closes")]
    assert [gap.seconds for gap in gaps] == [2 * DAY, DAY]


@pytest.mark.parametrize(("name", "arm"), list(every_arm()))
def test_proteins_are_made_at_the_brains_own_neuromodulation(
    name: str, arm: str
) -> None:
    level = protocol(name).neuromodulation
    for s in timeline(name, arm):
        if isinstance(s, Gap):
            assert [piece[1:] for piece in s.pieces] == [(1.0, level)]
        elif isinstance(s, Episode):
            assert (s.synthesis, s.modulator) == (1.0, level)


@pytest.mark.parametrize(
    ("name", "arm", "wanted", "acts"),
    [
        (LIT, "random-cells", "label of others", (Shuffle("engram"),)),
        (SILENCED, "random-ca1", "label of others", (Shuffle("ca1"),)),
        (SILENT, "saline", "injection", ()),
        (SILENT, "no-shock", "injection", ()),
        (SILENT, "anisomycin", "injection", (Dose("anisomycin"),)),
        (ALLOCATED, "gfp", "virus", ()),
        (ALLOCATED, "others-ablated", "virus", (Overexpress("creb"),)),
        (ALLOCATED, "creb", "toxin", ()),
        (ALLOCATED, "creb-ablated", "toxin", (Ablate("creb"),)),
        (ALLOCATED, "others-ablated", "toxin", (Ablate("creb", others=True),)),
        (AD, "healthy", "loss of synapses", ()),
        (AD, "ad-ltp-ablated", "toxin", (Ablate("engram"),)),
    ],
)
def test_this_is_done_to_the_animals(
    name: str, arm: str, wanted: str, acts: tuple[Any, ...]
) -> None:
    assert step(name, arm, wanted).acts == acts


@pytest.mark.parametrize("arm", ["ad", "ad-ltp", "ad-ltp-ablated"])
def test_synapses_of_both_perforant_paths_are_lost_onto_labelled_cells(
    arm: str,
) -> None:
    losses = step(AD, arm, "loss of synapses").acts
    paths = ["ec_fan_to_dg_granule", "ec_stellate_to_dg_granule"]
    assert [loss.projection for loss in losses] == paths
    for loss in losses:
        assert isinstance(loss, Lose) and loss.label == "engram"
        assert loss.share == pytest.approx(0.4462860)  # 9.0677 * 6 - 0.2716 * 36, %


@pytest.mark.parametrize(("months", "lost"), [(0, 0), (1, 8.7961), (12, 69.7020)])
def test_the_share_of_lost_synapses_follows_the_parabola(
    months: float, lost: float
) -> None:
    assert EarlyAlzheimer(months=float(months)).lost == pytest.approx(lost / 100)


# A shared history


@cache
def nodes(name: str) -> dict[str, list[Any]]:
    own = protocol(name)
    timelines = {arm: timeline(name, arm) for arm in own.arms}
    planned = Experiment(own.circuit, own.rules, 1, timelines, {}, own.labels)._plan()
    return {arm: list(history.nodes) for arm, history in planned.items()}


@pytest.mark.parametrize(
    ("name", "count"),
    [
        (LIT, 8 + 4 + 1 + 6 + 2),
        (FALSE, 6 + 6 + (4 + 2 + 2) + 6),
        (SILENCED, 6 + 4 + 2 + 6 + 4),
        (SILENT, 10 + 5 + 6),
        (ALLOCATED, 5 + 2 + 2 + 5),
        (AD, 9 + 3 + 4 + 3 + 4 + 4),
    ],
)
def test_a_shared_history_is_run_once(name: str, count: int) -> None:
    assert len({node.name for some in nodes(name).values() for node in some}) == count


@pytest.mark.parametrize(
    ("name", "one", "other", "apart"),
    [
        (LIT, "tagged", "eyfp", "test A"),
        (LIT, "tagged", "random-cells", "label of others"),
        (LIT, "tagged", "no-shock", "training"),
        (FALSE, "dg", "ca1", "training"),
        (FALSE, "mcherry", "no-light", "test B"),
        (SILENCED, "dg", "ca3", "test A"),
        (SILENCED, "dg", "ca1", "test A"),
        (SILENCED, "dg", "eyfp", "test A"),
        (SILENCED, "dg", "random-ca1", "label of others"),
        (SILENT, "saline", "anisomycin", "injection"),
        (SILENT, "saline", "no-shock", "training"),
        (ALLOCATED, "creb", "creb-ablated", "toxin"),
        (ALLOCATED, "creb", "gfp", "virus"),
        (AD, "healthy", "ad", "loss of synapses"),
        (AD, "ad", "ad-ltp", "tetanus"),
        (AD, "ad-ltp", "ad-ltp-ablated", "toxin"),
    ],
)
def test_two_arms_go_apart_at_this_step(
    name: str, one: str, other: str, apart: str
) -> None:
    known = {node.name for node in nodes(name)[one]}
    new = [node.step.name for node in nodes(name)[other] if node.name not in known]
    assert new[0] == apart


# Light


@pytest.mark.parametrize(
    ("name", "arm", "lit"),
    [
        (LIT, "tagged", {"habituation A": ["engram"], "test A": ["engram"]}),
        (LIT, "no-shock", {"habituation A": ["engram"], "test A": ["engram"]}),
        (LIT, "eyfp", {"habituation A": ["engram"]}),
        (FALSE, "dg", {"training": ["dg"], "test B": ["dg"], "test D": ["dg"]}),
        (FALSE, "mcherry", {}),
        (FALSE, "no-light", {"test B": ["dg"], "test D": ["dg"]}),
        (FALSE, "ca1", {"training": ["ca1"], "test B": ["ca1"], "test D": ["ca1"]}),
        (SILENCED, "eyfp", {}),
        (SILENCED, "dg", {"test A": ["dg"]}),
        (SILENCED, "ca3", {"test A": ["ca3"]}),
        (SILENCED, "ca1", {"test A": ["ca1"]}),
        (SILENCED, "random-ca1", {"test A": ["ca1"]}),
        (SILENCED, "other-context", {"test A": ["dg", "ca3", "ca1"]}),
        (SILENCED, "other-dg", {"test A": ["dg"]}),
        (SILENCED, "other-ca3", {"test A": ["ca3"]}),
        (SILENCED, "other-ca1", {"test A": ["ca1"]}),
        (SILENCED, "other-context-eyfp", {}),
        (SILENT, "anisomycin", {"habituation A": ["engram"], "test A": ["engram"]}),
        (ALLOCATED, "creb", {}),
        (AD, "ad", {"test A": ["engram"]}),
        (AD, "ad-ltp", {"tetanus": ["inputs", "engram"], "test A": ["engram"]}),
        (AD, "ad-ltp-cortex", {"tetanus": ["inputs"], "test A": ["engram"]}),
        (AD, "ad-ltp-dentate", {"tetanus": ["engram"], "test A": ["engram"]}),
    ],
)
def test_light_falls_on_these_labels_in_these_visits(
    name: str, arm: str, lit: dict[str, list[str]]
) -> None:
    assert lights(name, arm) == lit


@pytest.mark.parametrize(
    ("name", "visit"),
    [
        (LIT, "habituation A"),
        (LIT, "test A"),
        (FALSE, "test B"),
        (FALSE, "test D"),
        (SILENT, "habituation A"),
        (SILENT, "test A"),
        (AD, "test A"),
    ],
)
def test_light_falls_only_in_the_second_and_fourth_stretch(
    name: str, visit: str
) -> None:
    lit = step(name, protocol(name).arms[0], visit)
    off, on, dark, again = np.split(course(lit), 4)
    assert not off.any() and not dark.any()
    assert on.any() and np.array_equal(on, again)


@pytest.mark.parametrize("pace", [10.0, 30.0, 60.0, 600.0])
def test_twenty_pulses_a_second_of_15_ms_add_up_in_real_time(pace: float) -> None:
    lit = EngramReactivation(pace=pace).timeline("tagged")[1]
    assert isinstance(lit, Episode)
    seconds = 180 / pace
    assert lit.seconds == pytest.approx(4 * seconds) and lit.lived_s == 720
    for part in np.split(course(lit), 4)[1::2]:
        assert part.sum() * 1e-3 == pytest.approx(seconds * 20 * 0.015)
        assert np.count_nonzero(np.diff(part, prepend=0) > 0.5) == seconds * 20


def test_a_visit_without_light_is_otherwise_the_same() -> None:
    lit, dark = (step(LIT, arm, "test A") for arm in ("tagged", "eyfp"))
    assert lit.lights and not dark.lights
    assert np.array_equal(lit.stimulus, dark.stimulus) and lit.place == dark.place


@pytest.mark.parametrize("arm", ["dg", "ca1"])
def test_the_light_of_a_false_memory_covers_all_of_training(arm: str) -> None:
    lit = course(step(FALSE, arm, "training"))
    ticks = np.arange(len(lit))
    assert np.array_equal(lit, (ticks % 50 < 15).astype(float))


@pytest.mark.parametrize("arm", ["dg", "ca3", "ca1", "random-ca1", "other-context"])
def test_light_that_silences_stays_on_throughout_the_test(arm: str) -> None:
    test = step(SILENCED, arm, "test A")
    for k, light in enumerate(test.lights):
        assert light.opsin == "GtACR2"
        assert np.array_equal(course(test, k), np.ones(len(test.stimulus)))


@pytest.mark.parametrize("which", [0, 1])
def test_the_tetanus_is_ten_bursts_of_a_second_at_100_hz(which: int) -> None:
    lit = course(step(AD, "ad-ltp", "tetanus"), which)
    bursts = lit.reshape(20, 1000)
    assert (bursts[1::2] == 0).all()
    assert np.count_nonzero(np.diff(bursts[0], prepend=0) > 0.5) == 100
    assert lit.sum() * 1e-3 == pytest.approx(10 * 100 * 5e-3)


def test_the_tetanus_pairs_cortex_with_the_granule_cells_under_the_fibre() -> None:
    cortex, dentate = step(AD, "ad-ltp", "tetanus").lights
    assert isinstance(cortex.source, Uniform)
    again = protocol(AD).light("engram")
    assert (dentate.source, dentate.amount) == (again.source, again.amount)
    assert float(dentate.conductance) == pytest.approx(3 * float(again.conductance))
    assert float(cortex.conductance) == pytest.approx(600e-9)


def test_chr2_conducts_a_third_of_its_peak_in_the_tetanus() -> None:
    """What an opsin that does not desensitise brings there, `steadier` stands for."""
    lit = course(step(AD, "ad-ltp", "tetanus"))[:1000]
    photons_per_joule = 473e-9 / (6.626e-34 * 2.998e8)
    open_share = OPSINS["ChR2"].open(1e4 * photons_per_joule * lit[:, None], 1e-3)[:, 0]
    ratio = open_share.max() / open_share[-500:].mean()
    assert ratio == pytest.approx(protocol(AD).steadier, rel=0.05)


def test_light_is_made_by_the_parameters_of_the_protocol() -> None:
    made = EngramReactivation(
        power=quantity("4 mW"), opsin="Chrimson", conductance=quantity("5 nS")
    )
    light = made.light("engram", (0.0, 1.0), (2.0, 3.0))
    assert light.amount == pytest.approx(4e-3) and light.opsin == "Chrimson"
    assert light.conductance == quantity("5 nS") and light.source == made.fibre
    assert [(float(t.start), float(t.stop)) for t in light.trains] == [(0, 1), (2, 3)]


# Labels


@pytest.mark.parametrize(
    ("name", "where"),
    [
        (LIT, {"engram": "dg_granule"}),
        (FALSE, {"dg": "dg_granule", "ca1": "ca1_pyramidal"}),
        (
            SILENCED,
            {"dg": "dg_granule", "ca3": "ca3_pyramidal", "ca1": "ca1_pyramidal"},
        ),
        (SILENT, {"engram": "dg_granule"}),
        (AD, {"engram": "dg_granule", "inputs": "ec_fan"}),
    ],
)
def test_labels_follow_c_fos_off_doxycycline(name: str, where: dict[str, str]) -> None:
    labels = protocol(name).with_value("penetrance", "0.7").labels
    assert {key: label.population for key, label in labels.items()} == where
    for label in labels.values():
        kind = label.promoter, label.control, label.penetrance
        assert kind == ("c-Fos", "dox", 0.7)


def test_the_virus_with_creb_labels_a_random_15_per_cent_of_the_amygdala() -> None:
    (label,) = Allocation().labels.values()
    assert (label.population, label.penetrance) == ("bla_principal", 0.15)
    reached = label.infected(1000, stream(1, "x")) > 0
    assert reached.sum() == 150
    assert not np.array_equal(reached, label.infected(1000, stream(2, "x")) > 0)


def test_as_many_other_cells_are_ablated_in_the_control() -> None:
    own = Allocation(circuit=Memory(scale=0.1))
    young = born(newborn(own.circuit, own.rules, 1), own.circuit, own.labels, 1)
    dead = {}
    for arm in ("creb-ablated", "others-ablated"):
        (toxin,) = [s for s in own.timeline(arm) if s.name == "toxin"]
        rng = stream(1, "procedure")
        subject = Subject(young, own.circuit, own.rules, {}, own.labels, rng)
        assert isinstance(toxin, Procedure)
        dead[arm] = toxin.acts[0].apply(subject).carried["dead/bla_principal"]
    creb, others = dead.values()
    assert np.array_equal(creb, young.carried["virus/creb"] > 0)
    assert creb.sum() == others.sum() == round(0.15 * len(creb)) > 5
    assert not (creb & others).any()


# The measures, on arms made by hand

N = 100  # cells of each population
WHOLE_S = 12.0  # of each visit
Frozen = Mapping[str, float | tuple[float, float]]
INFO = dict.fromkeys(Memory().populations, PopulationInfo(N, "", "", ""))


@cache
def spans(name: str, arm: str) -> tuple[Span, ...]:
    visits = [s.name for s in timeline(name, arm) if isinstance(s, Episode)]
    return tuple(
        Span(visit, "episode", 100.0 * k, 100.0 * k + WHOLE_S, "")
        for k, visit in enumerate(visits)
    )


def made(
    name: str,
    arm: str,
    frozen: Frozen,
    tags: Mapping[str, Iterable[int]] | None = None,
    fired: Mapping[str, Iterable[int]] | None = None,
    weights: dict[str, dict[str, Weights]] | None = None,
) -> Arm:
    """Return an arm made by hand.

    ``frozen`` says how much the animal freezes in a visit, or with light off and on;
    ``tags`` which cells of a label's population carry it; ``fired`` which cells of a
    population fire in training, at 25 Hz.
    """
    visits = spans(name, arm)
    levels = []
    for span in visits:
        told = frozen.get(span.name, 0.0)
        off, on = told if isinstance(told, tuple) else (told, told)
        levels.append(np.repeat([off, on, off, on], 3))
    t = np.concatenate([span.start_s + np.arange(12) + 0.5 for span in visits])
    spikes = {}
    for population in INFO:
        (training,) = [span for span in visits if span.name == "training"]
        cells = np.array(list((fired or {}).get(population, ())), np.uint32)
        when = 1e3 * (training.start_s + WHOLE_S / 2)
        ids = np.repeat(cells, 300)
        spikes[population] = Spikes(np.full(len(ids), when), ids)
    labels = protocol(name).labels
    carried = {
        key: {label.population: tagged((tags or {}).get(key, ()))}
        for key, label in labels.items()
    }
    trace = Trace(t, np.concatenate(levels))
    return Arm(INFO, visits, spikes, weights or {}, carried, {"freezing": trace})


def tagged(cells: Iterable[int]) -> Tag:
    return Tag(np.array(list(cells), np.uint32), 0.0, 1.0, "c-Fos", 0.3)


def found(name: str, arm: str, measure: str, arms: Mapping[str, Arm]) -> float:
    value: float = protocol(name).values(arms)[arm, measure]
    return value


def test_freezing_is_read_apart_with_the_light_off_and_on() -> None:
    span = Span("test A", "episode", 7.0, 19.0, "A")
    t = 7.0 + np.arange(12) + 0.5
    values = np.array([1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60]) / 100
    # What is outside of the visit does not count.
    freezing = Trace(np.array([6.9, *t, 19.0]), np.array([9, *values, 9]))
    arm = Arm(INFO, (span,), {}, behaviour={"freezing": freezing})
    off, on = EngramReactivation().stretches(arm, "test A")
    assert (off, on) == pytest.approx((0.035, 0.35))


def lit(arm: str, off: float, on: float) -> Arm:
    return made(LIT, arm, {"test A": (off, on)}, {"engram": range(5)})


@pytest.mark.parametrize(
    ("off", "on", "ratio"),
    [(0.04, 0.2, 5.0), (0.0, 0.1, float("inf")), (0.0, 0.0, OPEN), (0.1, 0.0, 0.0)],
)
def test_freezing_with_the_light_is_held_against_that_without(
    off: float, on: float, ratio: float
) -> None:
    over = found(LIT, "tagged", "light on over off", {"tagged": lit("tagged", off, on)})
    assert over == pytest.approx(ratio, nan_ok=True)


@pytest.mark.parametrize(
    ("off", "on", "more"),
    [
        (0.02, 0.04, 0.0),  # twice as much, but within two points
        (0.02, 0.05, 0.01),
        (0.04, 0.06, 0.0),
        (0.10, 0.15, 0.0),  # 1.5 times
        (0.10, 0.18, 0.03),
        (0.00, 0.02, 0.0),
        (0.00, 0.03, 0.01),
        (0.30, 0.10, 0.0),
    ],
)
def test_more_by_light_than_noise_is_beyond_half_as_much_again_or_two_points(
    off: float, on: float, more: float
) -> None:
    arms = {"eyfp": lit("eyfp", off, on)}
    value = found(LIT, "eyfp", "more by light than noise", arms)
    assert value == pytest.approx(more, abs=1e-12)


def test_a_control_with_little_more_freezing_passes_and_with_more_fails() -> None:
    for on, passes in ((0.0299, 1), (0.0401, 0)):
        measures = protocol(LIT).measures({"eyfp": lit("eyfp", 0.02, on)})
        (one,) = [m for m in measures if m.name == "more by light than noise"]
        assert one.passes == passes


@pytest.mark.parametrize("arm", ["no-shock", "eyfp", "other-context", "random-cells"])
def test_tagged_is_held_against_each_control(arm: str) -> None:
    arms = {arm: lit(arm, 0.02, 0.05), "tagged": lit("tagged", 0.02, 0.2)}
    assert found(LIT, arm, "tagged over this, light on", arms) == pytest.approx(4)


def test_the_labelled_share_is_that_of_granule_cells() -> None:
    arms = {"tagged": lit("tagged", 0.02, 0.2)}
    assert found(LIT, "tagged", "granule cells labelled", arms) == pytest.approx(0.05)


def recalled(arm: str, a: float, c: float, b: float = 0.3) -> Arm:
    frozen: Frozen = {"test A": a, "test C": c, "test B": (b, 0.6), "test D": (0.1, 0)}
    return made(FALSE, arm, frozen)


def test_a_false_memory_is_held_against_another_place_and_its_controls() -> None:
    arms = {
        "dg": recalled("dg", 0.24, 0.03, 0.32),
        "mcherry": recalled("mcherry", 0.04, 0.06),
        "no-light": recalled("no-light", 0.03, 0.05, 0.64),
        "ca1": recalled("ca1", 0.065, 0.04),
    }
    assert found(FALSE, "dg", "freezing, A over C", arms) == pytest.approx(8)
    assert found(FALSE, "ca1", "freezing, A over C", arms) == pytest.approx(1.625)
    assert found(FALSE, "dg", "freezing in A, over mcherry", arms) == pytest.approx(6)
    assert found(FALSE, "dg", "freezing in A, over no-light", arms) == pytest.approx(8)
    over = found(FALSE, "dg", "freezing in B, over no-light", arms)
    assert over == pytest.approx(0.5)
    values = protocol(FALSE).values(arms)
    for told, level in (("B, light off", 0.3), ("B, light on", 0.6)):
        assert values["mcherry", f"freezing in {told}"] == pytest.approx(level)
    for told, level in (("D, light off", 0.1), ("D, light on", 0.0)):
        assert values["mcherry", f"freezing in {told}"] == pytest.approx(level)


@pytest.mark.parametrize("arm", ["tagged", "no-shock", "other-context", "random-cells"])
def test_synapses_are_kept_before_training_and_before_the_test(arm: str) -> None:
    own = EngramReactivation()
    names = [s.name for s in own.timeline(arm)]
    kept = own.moments(arm)
    trained = names.index("training")
    assert names.index(kept[BEFORE]) < trained < names.index(kept[AFTER])
    assert names.index(kept[AFTER]) < names.index("test A")


def test_fear_of_a_place_over_none_of_another_is_infinite() -> None:
    arms = {"dg": recalled("dg", 0.2, 0.0), "mcherry": recalled("mcherry", 0.0, 0.0)}
    for told in ("freezing, A over C", "freezing in A, over mcherry"):
        assert found(FALSE, "dg", told, arms) == float("inf")


def test_freezing_of_a_silenced_arm_is_held_against_the_marker() -> None:
    cells = {"dg": range(4), "ca3": range(8), "ca1": range(30)}
    levels = {"eyfp": 0.4, "dg": 0.2, "ca3": 0.0, "ca1": 0.4, "random-ca1": 0.6}
    levels |= {"other-context": 0.1, "other-context-eyfp": 0.2}
    levels |= {"other-dg": 0.2, "other-ca1": 0.3}
    arms = {
        arm: made(SILENCED, arm, {"test A": level}, cells)
        for arm, level in levels.items()
    }
    ratios = {"dg": 0.5, "ca3": 0.0, "ca1": 1.0, "random-ca1": 1.5}
    # Against the marker of animals that explored too.
    ratios |= {"other-context": 0.5, "other-dg": 1.0, "other-ca1": 1.5}
    for arm, ratio in ratios.items():
        over = found(SILENCED, arm, "freezing in A, over eyfp", arms)
        assert over == pytest.approx(ratio)
    for region, share in {"dg": 0.04, "ca3": 0.08, "ca1": 0.3}.items():
        assert found(SILENCED, "eyfp", f"{region} labelled", arms) == share


def synapses(pre: list[int], post: list[int], weight: list[float]) -> Weights:
    return Weights(
        np.array(pre, np.uint32), np.array(post, np.uint32), np.array(weight)
    )


def silent(arm: str, natural: float, on: float) -> Arm:
    perforant = synapses([0, 1, 2, 3], [0, 1, 2, 3], [3.0, 1.0, 2.0, 0.5])
    mossy = synapses([0, 0, 1, 2], [10, 11, 10, 12], [1.0] * 4)
    nothing = synapses([], [], [])
    return made(
        SILENT,
        arm,
        {"test B": natural, "test A": (0.05, on)},
        {"engram": [0, 1]},
        {"ca3_pyramidal": [10, 13]},
        {
            PERFORANT: {BEFORE: nothing, AFTER: perforant},
            MOSSY: {BEFORE: nothing, AFTER: mossy},
        },
    )


def test_synapses_onto_labelled_cells_are_held_against_those_onto_others() -> None:
    arms = {"saline": silent("saline", 0.3, 0.2)}
    over = found(SILENT, "saline", "perforant path, labelled over others", arms)
    assert over == pytest.approx(2.0 / 1.25)


def test_a_labelled_cells_targets_are_held_against_any_cell_of_ca3() -> None:
    arms = {"saline": silent("saline", 0.3, 0.2)}
    # 2 of 2 * 2 pairs with cells that fired, 3 of 2 * 100 with any.
    over = found(SILENT, "saline", CONNECTED, arms)
    assert over == pytest.approx(0.5 / 0.015)


def test_a_silent_engram_is_lost_to_cues_and_kept_by_light() -> None:
    arms = {
        "saline": silent("saline", 0.32, 0.21),
        "anisomycin": silent("anisomycin", 0.08, 0.21),
        "no-shock": silent("no-shock", 0.02, 0.0),
    }
    natural = found(SILENT, "anisomycin", "freezing in B, over saline", arms)
    assert natural == pytest.approx(0.25)
    by_light = "by light, over saline"
    assert found(SILENT, "anisomycin", by_light, arms) == pytest.approx(1)
    assert found(SILENT, "no-shock", by_light, arms) == 0
    off = found(SILENT, "no-shock", "freezing in A, light off", arms)
    assert off == pytest.approx(0.05)


def shot(arm: str, level: float, recruited: Iterable[int] = ()) -> Arm:
    """Return an arm in which the first 20 cells carry the virus."""
    frozen, cells = {"test A": level}, {"bla_principal": recruited}
    return made(ALLOCATED, arm, frozen, {"creb": range(20)}, cells)


def test_recruitment_of_cells_with_creb_is_relative_to_the_others() -> None:
    # 10 of 20 with the virus, 16 of 80 without.
    cells = [*range(10), *range(20, 36)]
    arms = {arm: shot(arm, 0.4, cells) for arm in ("creb", "gfp")}
    for arm, told in (("creb", "CREB"), ("gfp", "infected")):
        assert found(ALLOCATED, arm, "cells recruited", arms) == 0.26
        over = found(ALLOCATED, arm, f"recruited, {told} over others", arms)
        assert over == pytest.approx(0.5 / 0.2)
    odds = found(ALLOCATED, "creb", "recruited, odds of CREB over others", arms)
    assert odds == pytest.approx((10 / 10) / (16 / 64))


def test_a_cell_is_recruited_above_the_rate_of_c_fos() -> None:
    arms = {"creb": shot("creb", 0.4, range(20))}
    for rate, share in (("25 Hz", 0.2), ("25.1 Hz", 0.0)):
        own = protocol(ALLOCATED).with_value("thresholds.bla_principal", rate)
        assert own.values(arms)["creb", "cells recruited"] == share


def test_freezing_lost_is_what_is_missing_to_the_living_cells() -> None:
    arms = {
        "creb": shot("creb", 0.4),
        "creb-ablated": shot("creb-ablated", 0.1),
        "others-ablated": shot("others-ablated", 0.44),
    }
    for arm, lost in (("creb-ablated", 0.75), ("others-ablated", -0.1)):
        assert found(ALLOCATED, arm, "freezing lost", arms) == pytest.approx(lost)


def test_nothing_can_be_lost_where_there_was_no_freezing() -> None:
    arms = {arm: shot(arm, 0.0) for arm in ("creb", "creb-ablated")}
    (lost,) = [
        m for m in protocol(ALLOCATED).measures(arms) if m.name == "freezing lost"
    ]
    assert np.isnan(lost.value) and lost.passes == 0


def aged(arm: str, natural: float, on: float) -> Arm:
    return made(AD, arm, {"test B": natural, "test A": (0.05, on)})


def test_recall_of_a_diseased_animal_is_held_against_the_healthy() -> None:
    arms = {
        "healthy": aged("healthy", 0.4, 0.25),
        "ad": aged("ad", 0.1, 0.2),
        "ad-ltp": aged("ad-ltp", 0.36, 0.2),
        "ad-ltp-ablated": aged("ad-ltp-ablated", 0.0, 0.05),
    }
    natural = "freezing in B, over healthy"
    for arm, ratio in (("ad", 0.25), ("ad-ltp", 0.9), ("ad-ltp-ablated", 0.0)):
        assert found(AD, arm, natural, arms) == pytest.approx(ratio)
    assert found(AD, "ad", "by light, over healthy", arms) == pytest.approx(0.8)


@cache
def whole(name: str) -> dict[str, Arm]:
    """Return all arms of a protocol, with something in every measure."""
    own = protocol(name)
    frozen = {
        s.name: (0.1, 0.2)
        for arm in own.arms
        for s in timeline(name, arm)
        if isinstance(s, Episode)
    }
    some = silent("saline", 0.1, 0.1).weights if name == SILENT else {}
    tags, fired = dict.fromkeys(own.labels, range(2)), {"bla_principal": range(9)}
    return {arm: made(name, arm, frozen, tags, fired, some) for arm in own.arms}


@pytest.mark.parametrize("name", NAMES)
def test_bands_and_values_name_the_same_measures(name: str) -> None:
    bands = [(band.arm, band.name) for band in protocol(name).bands()]
    assert len(bands) == len(set(bands))
    assert set(protocol(name).values(whole(name))) == set(bands)
    assert {arm for arm, _ in bands} == set(protocol(name).arms)


@pytest.mark.parametrize(("name", "arm"), list(every_arm()))
def test_an_arm_can_be_read_without_the_others(name: str, arm: str) -> None:
    values = protocol(name).values({arm: whole(name)[arm]})
    assert values and {of for of, _ in values} == {arm}
    assert protocol(name).values({}) == {}


# The bands

PUBLISHED = {
    LIT: {
        ("tagged", "light on over off"): (3, OPEN),
        ("no-shock", "tagged over this, light on"): (3, OPEN),
        ("eyfp", "tagged over this, light on"): (3, OPEN),
        ("other-context", "tagged over this, light on"): (3, OPEN),
        ("random-cells", "tagged over this, light on"): (3, OPEN),
        ("eyfp", "more by light than noise"): (OPEN, 0),
        ("no-shock", "more by light than noise"): (OPEN, 0),
    },
    FALSE: {
        ("dg", "freezing, A over C"): (2, OPEN),
        ("dg", "freezing in A, over mcherry"): (2, OPEN),
        ("dg", "freezing in A, over no-light"): (2, OPEN),
        ("ca1", "freezing, A over C"): (OPEN, 1.75),
        ("dg", "freezing in B, over no-light"): (OPEN, 0.75),
    },
    SILENCED: {
        ("dg", "freezing in A, over eyfp"): (OPEN, 0.6),
        ("ca3", "freezing in A, over eyfp"): (OPEN, 0.6),
        ("ca1", "freezing in A, over eyfp"): (OPEN, 0.6),
        ("random-ca1", "freezing in A, over eyfp"): (0.9, OPEN),
        ("other-dg", "freezing in A, over eyfp"): (0.9, OPEN),
        ("other-ca3", "freezing in A, over eyfp"): (0.9, OPEN),
        ("other-ca1", "freezing in A, over eyfp"): (0.9, OPEN),
        ("other-context", "freezing in A, over eyfp"): (0.9, OPEN),
    },
    SILENT: {
        ("anisomycin", "freezing in B, over saline"): (OPEN, 0.5),
        ("anisomycin", "by light, over saline"): (0.8, OPEN),
        ("saline", "perforant path, labelled over others"): (1.3, 2),
        ("anisomycin", "perforant path, labelled over others"): (0.9, 1.25),
        ("saline", CONNECTED): (1, OPEN),
        ("anisomycin", CONNECTED): (1, OPEN),
    },
    ALLOCATED: {
        ("creb", "cells recruited"): (0.1, 0.3),
        ("gfp", "cells recruited"): (0.1, 0.3),
        ("creb", "recruited, CREB over others"): (2, 5),
        ("creb-ablated", "freezing lost"): (0.5, OPEN),
        ("others-ablated", "freezing lost"): (OPEN, 0.15),
    },
    AD: {
        ("ad", "freezing in B, over healthy"): (OPEN, 0.6),
        ("ad", "by light, over healthy"): (0.8, OPEN),
        ("ad-ltp", "freezing in B, over healthy"): (0.85, OPEN),
        ("ad-ltp-ablated", "freezing in B, over healthy"): (OPEN, 0.6),
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_bands_are_the_published_ones(name: str) -> None:
    bands = {(b.arm, b.name): (b.low, b.high) for b in protocol(name).bands()}
    for key, band in PUBLISHED[name].items():
        assert bands[key] == pytest.approx(band, nan_ok=True), key


# What is refused


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let nothing be run, and work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Experiment, "run", lambda *given: pytest.fail("it began"))


@pytest.mark.parametrize("name", LIGHTED)
@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("power=0 mW", "A power of 0 mW gives no light"),
        ("power=9 V", "9 V is in volts; watts are wanted, as in '9 mW'."),
        ("fibre.z=5 mm", "outside of the tissue: z=5 mm; from -0.5 to 0.5 mm"),
        ("opsin=ChR3", "No opsin 'ChR3': did you mean 'ChR2'?"),
        ("penetrance=2", "penetrance=2.0: a share from 0 to 1 is wanted."),
        ("stretch=0 s", "stretch=0 s: a value above 0 is wanted."),
        ("stretch=20 h", "stretch=20 h would be simulated as 9600 s at pace=30"),
        ("conductance=-1 nS", "conductance=-1 nS: 0 or more is wanted."),
        ("window=-1 h", "window=-1 h: 0 or more is wanted."),
        ("frequency=-1 Hz", "frequency=-1 Hz: 0 or more is wanted."),
    ],
)
def test_a_wrong_setting_is_one_line_and_runs_nothing(
    idle: None,
    capsys: pytest.CaptureFixture[str],
    name: str,
    setting: str,
    said: str,
) -> None:
    refused(name, setting, said, capsys)


def refused(
    name: str, setting: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", name, "--seed", "1", "--set", setting]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1) and said in err, err
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("name", "setting", "said"),
    [
        (LIT, "pulse=60 ms", "A pulse of 60 ms is longer than its period at 20 Hz"),
        (FALSE, "pulse=60 ms", "longer than its period at 20 Hz, 50 ms"),
        (LIT, "exploration=0 s", "a value above 0 is wanted."),
        (FALSE, "test=40 h", "test=40 h would be simulated as 4800 s at pace=30"),
        (SILENCED, "exploration=-5 min", "a value above 0 is wanted."),
        (SILENT, "test=0 s", "test=0 s: a value above 0 is wanted."),
        (ALLOCATED, "reached=1.2", "reached=1.2: a share from 0 to 1 is wanted."),
        (AD, "months=-1", "months=-1.0: 0 or more is wanted."),
        (AD, "months=40", "months=40: the published course of synapse loss holds"),
        (AD, "linear=50", "months=6: the published course of synapse loss holds"),
        (AD, "bursts=0", "bursts=0: at least 1 is wanted."),
        (AD, "bursts=100000", "bursts=100000 would be simulated as 200000 s"),
        (AD, "flash=20 ms", "longer than its period at 100 Hz, 10 ms"),
    ],
)
def test_a_setting_of_one_protocol_is_refused_as_well(
    idle: None, capsys: pytest.CaptureFixture[str], name: str, setting: str, said: str
) -> None:
    refused(name, setting, said, capsys)


def test_continuous_light_has_pulses_of_any_length() -> None:
    long = EngramSilencing(pulse=quantity("60 ms"))
    assert float(long.frequency) == 0 and long.timeline("dg")


def test_an_opsin_is_known_also_where_no_arm_is_lit() -> None:
    for kind in ENGRAMS:
        if issubclass(kind, Engram):
            with pytest.raises(KeyError, match="ChR3"):
                kind(opsin="ChR3")


# Runs in which cells fire as they are told


class Played:
    """Stands for the circuit: in every visit a cell fires at 20 Hz or not at all."""

    rows = 10**9

    def __init__(self, own: Engram, seed: int) -> None:
        self.own = own
        self.visits = {
            stream_seed(seed, "episode", f"{k}/{s.name}"): s
            for arm in own.arms
            for k, s in enumerate(own.timeline(arm))
            if isinstance(s, Episode)
        }

    def episode(
        self,
        state: Any,
        stimulus: Any,
        seed: int,
        tell: Any,
        traced: bool = False,
        factors: Any = None,
    ) -> Outcome:
        visit = self.visits[seed]
        steps = len(stimulus) * 5
        when = np.arange(0, steps, 250)
        spikes = {}
        for name, population in self.own.circuit.populations.items():
            cells = cells_of(visit.place, population.size)
            ids = np.tile(cells, len(when)).astype(np.int64)
            spikes[name] = ids, np.repeat(when, len(cells))
        return Outcome(state, spikes, {})


def cells_of(place: str, n: int) -> Any:
    """Return the cells of a place, a quarter of all that are in no other of A, B, C."""
    return np.arange(n)[np.arange(n) % 4 == "ABC".find(place)]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Return what runs a protocol with played spikes, and saves it as run.h5."""
    monkeypatch.chdir(tmp_path)

    def played(name: str, *arms: str) -> Recording:
        own = protocol(name).with_value("scale", "0.05").with_value("pace", "600")
        actor = Played(own, 3)
        monkeypatch.setattr(Experiment, "_backend", lambda *given: (actor, 1))
        return trisynapse.run(
            name, seed=3, arms=arms, settings=["pace=600"], scale=0.05, out="run.h5"
        )

    return played


def virus(name: str, label: str) -> Any:
    own = protocol(name).with_value("scale", "0.05")
    young = newborn(own.circuit, own.rules, 3)
    copies = born(young, own.circuit, own.labels, 3).carried[f"virus/{label}"]
    return np.flatnonzero(copies)


def test_the_cells_of_training_are_labelled_where_the_virus_is(play: Any) -> None:
    ran = play(LIT, "tagged", "eyfp", "other-context")
    reached = virus(LIT, "engram")
    for arm, place in (("tagged", "B"), ("eyfp", "B"), ("other-context", "C")):
        ((population, tag),) = ran.arms[arm].tags["engram"].items()
        assert population == "dg_granule"
        active = cells_of(place, ran.arms[arm].populations[population].size)
        both = np.intersect1d(active, reached)
        # A cell with few copies of the virus shows too little of the label.
        assert set(tag.node_ids) <= set(both) and len(tag.node_ids) > 0.8 * len(both)


def test_the_window_of_a_label_is_that_of_the_food(play: Any) -> None:
    arm = play(LIT, "tagged").arms["tagged"]
    tag = arm.tags["engram"]["dg_granule"]
    window = arm.span("dox off").start_s, arm.span("dox on").start_s
    assert (tag.window_start_s, tag.window_stop_s) == window
    assert window[0] < arm.span("training").start_s < window[1]


def test_a_shuffled_label_is_on_as_many_cells_but_others(play: Any) -> None:
    ran = play(LIT, "tagged", "random-cells")
    one, other = (
        ran.arms[arm].tags["engram"]["dg_granule"].node_ids
        for arm in ("tagged", "random-cells")
    )
    assert len(one) == len(other) and not np.array_equal(one, other)


def test_the_light_of_a_visit_is_a_signal_that_starts_with_it(play: Any) -> None:
    ran = play(LIT, "tagged", "eyfp")
    tagged, eyfp = ran.arms["tagged"], ran.arms["eyfp"]
    names = ["light on engram, habituation A", "light on engram, test A"]
    assert list(tagged.signals) == ["shock training", *names]
    assert list(eyfp.signals) == ["shock training", names[0]]
    light, span = tagged.signals[names[1]], tagged.span("test A")
    assert light.start_s == span.start_s and light.rate_hz == 1e3
    assert len(light.values) * 1e-3 == pytest.approx(span.stop_s - span.start_s)
    assert light.values.sum() * 1e-3 == pytest.approx(2 * 0.3 * 20 * 0.015)


@pytest.mark.parametrize(
    ("name", "arms"),
    [
        (LIT, ("tagged", "eyfp")),
        (SILENT, ("saline", "anisomycin")),
        (ALLOCATED, ("creb", "creb-ablated")),
        (AD, ("healthy", "ad-ltp-ablated")),
    ],
)
def test_a_recording_is_read_back_as_it_was_and_drawn(
    play: Any, name: str, arms: tuple[str, ...]
) -> None:
    ran = play(name, *arms)
    assert trisynapse.load("run.h5") == ran
    assert tuple(ran.arms) == arms and ran.protocol == name
    for kind in FIGURES[name]:
        file = f"{kind}.png"
        assert cli.main(["plot", "run.h5", "--kind", kind, "--out", file]) == 0
        assert Path(file).stat().st_size > 10_000


def test_lost_synapses_weigh_nothing_and_only_labelled_cells_lose_them(
    play: Any,
) -> None:
    own = protocol(AD).with_value("scale", "0.05").with_value("pace", "600")
    results = {}

    def record(self: Any, arm: str, result: Any) -> Arm:
        results[arm] = result.state("loss of synapses")
        return Engram.record(self, arm, result)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EarlyAlzheimer, "record", record)
        ran = play(AD, "healthy", "ad")
    cells = ran.arms["ad"].tags["engram"]["dg_granule"].node_ids
    for path in ("ec_fan_to_dg_granule", "ec_stellate_to_dg_granule"):
        post = wire(own.circuit, own.rules, 3, (path,))[path][1]
        z = results["ad"].variables[path]["z"]
        onto = np.isin(post, cells)
        assert set(np.unique(z[onto] == -1)) == {False, True}
        assert abs((z[onto] == -1).mean() - own.lost) < 0.15
        assert np.array_equal(z[~onto], results["healthy"].variables[path]["z"][~onto])


# A run of the circuit itself


@pytest.mark.slow
def test_a_small_circuit_goes_through_three_experiments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Slow, since the circuit is compiled; the runs take a second each."""
    monkeypatch.chdir(tmp_path)
    short = ["pace=600", "shock=200 ms"]
    burst = ["bursts=1", "burst=100 ms", "pause=100 ms"]
    for name, arms, more in (
        (LIT, ["tagged", "eyfp"], []),
        (AD, ["healthy", "ad-ltp"], burst),
        (SILENT, ["saline", "anisomycin"], []),
    ):
        ran = trisynapse.run(
            name, seed=1, arms=arms, settings=short + more, scale=0.02, out=f"{name}.h5"
        )
        assert trisynapse.load(f"{name}.h5") == ran
        for arm in ran.arms.values():
            assert len(arm.tags["engram"]["dg_granule"].node_ids) > 0
            assert any(key.startswith("light on engram") for key in arm.signals)
        told = {(m.arm, m.name) for m in ran.measures}
        assert told == {key for key in protocol(name).values(ran.arms)}
        assert json.dumps([m.value for m in ran.measures])
        for kind in ("summary", "engram-life"):
            file = f"{name}-{kind}.png"
            command = ["plot", f"{name}.h5", "--kind", kind, "--out", file]
            assert cli.main(command) == 0 and Path(file).is_file()
