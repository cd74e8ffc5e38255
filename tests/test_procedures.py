"""What is done to an animal between episodes, on the cells of a small memory."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits import Memory
from trisynapse.circuits.circuit import stream
from trisynapse.circuits.genes import LABELLED, Label
from trisynapse.plasticity import InhibitorySTDP, TaggingCapture
from trisynapse.simulation.body import born, carries, occupancy, prepared, rested
from trisynapse.simulation.procedures import (
    Ablate,
    Dose,
    Feed,
    Lose,
    Overexpress,
    Shuffle,
    Subject,
)
from trisynapse.simulation.state import State, newborn, wire
from trisynapse.simulation.timeline import Act, Episode

HOUR = 3600.0
CIRCUIT = Memory(scale=0.02)
RULES: dict[str, Any] = {"tagging": TaggingCapture(), "inhibitory": InhibitorySTDP()}
LABELS = {
    "engram": Label(population="ca3_pyramidal", penetrance=1.0, copies=0.0),
    "virus": Label(population="ca1_pyramidal", promoter="CaMKII", penetrance=0.25),
}
WIRING = wire(CIRCUIT, RULES, 1)
N = 24
TAGGED = np.arange(N) % 4 == 1  # a quarter of the cells of CA3
ONTO = "ec_fan_to_ca3_pyramidal"


@pytest.fixture(scope="module")
def animal() -> State:
    """Return an animal with an engram in CA3."""
    young = born(newborn(CIRCUIT, RULES, 1), CIRCUIT, LABELS, 1)
    label = np.where(TAGGED, 0.9, 0.1)
    return replace(young, carried={**young.carried, "label/engram": label})


def subject(state: State, seed: int = 1) -> Subject:
    return Subject(state, CIRCUIT, RULES, WIRING, LABELS, stream(seed, "procedure"))


def after(state: State, *acts: Act, seed: int = 1) -> State:
    for act in acts:
        state = act.apply(subject(state, seed))
    return state


def changes(before: State, now: State) -> set[str]:
    """Return which of the things that an animal carries are not as they were."""
    keys = before.carried.keys() | now.carried.keys()
    some = np.full(1, np.nan)
    return {
        key
        for key in keys
        if not np.array_equal(before.carried.get(key, some), now.carried.get(key, some))
    }


# Who is labelled


def test_cells_with_half_a_label_are_labelled(animal: State) -> None:
    assert np.array_equal(subject(animal).labelled("engram"), TAGGED)
    much = carries(animal, LABELS["engram"], "engram")
    assert much[TAGGED].min() >= LABELLED > much[~TAGGED].max()


def test_a_label_that_is_not_there_is_refused(animal: State) -> None:
    for act in (Ablate("engramm"), Shuffle("engramm"), Overexpress("engramm")):
        with pytest.raises(KeyError, match="engramm"):
            after(animal, act)


# Drugs and food


def test_a_dose_fills_the_depot_and_changes_nothing_else(animal: State) -> None:
    now = after(animal, Dose("CNO"))
    assert changes(animal, now) == {"drug/CNO"}
    assert now.carried["drug/CNO"].tolist() == [1, 0, 0]
    assert now.variables is animal.variables


def test_doses_add_up(animal: State) -> None:
    now = after(animal, Dose("CNO"), Dose("CNO", 2.5))
    assert now.carried["drug/CNO"].tolist() == [3.5, 0, 0]


def test_a_second_dose_keeps_the_level_of_the_first(animal: State) -> None:
    first = rested(after(animal, Dose("CNO")), LABELS, HOUR)
    now = after(first, Dose("CNO"))
    depot, level, _ = first.carried["drug/CNO"]
    assert now.carried["drug/CNO"].tolist() == [depot + 1, level, 0]


def test_an_infusion_is_apart_from_an_injection(animal: State) -> None:
    now = after(animal, Dose("anisomycin@BLA"), Dose("anisomycin"))
    assert changes(animal, now) == {"drug/anisomycin@BLA", "drug/anisomycin"}


def test_food_raises_the_level_from_now_on(animal: State) -> None:
    now = after(animal, Feed("dox"))
    assert now.carried["drug/dox"].tolist() == [0, 0, 1]
    assert occupancy(rested(now, LABELS, 48 * HOUR), "dox") > 0.9


def test_an_animal_that_ate_it_for_long_has_the_full_level(animal: State) -> None:
    now = after(animal, Feed("dox", since=True))
    assert now.carried["drug/dox"].tolist() == [0, 1, 1]
    assert rested(now, LABELS, 5 * HOUR).carried["drug/dox"][1] == 1


def test_without_the_food_the_level_falls(animal: State) -> None:
    now = after(animal, Feed("dox", since=True), Feed("dox", fed=False))
    assert now.carried["drug/dox"].tolist() == [0, 1, 0]
    assert rested(now, LABELS, 48 * HOUR).carried["drug/dox"][1] < 0.02


@pytest.mark.parametrize("act", [Dose, Feed])
@pytest.mark.parametrize("name", ["CNP", "CNP@CA1"])
def test_an_unknown_drug_is_refused_before_anything_is_run(
    act: type[Dose] | type[Feed], name: str
) -> None:
    with pytest.raises(KeyError, match="No drug 'CNP': did you mean 'CNO'"):
        act(name)


@pytest.mark.parametrize("doses", [0.0, -1.0])
def test_less_than_nothing_of_a_drug_is_refused(doses: float) -> None:
    with pytest.raises(ValueError, match="a value above 0"):
        Dose("CNO", doses)


# Lesions


def test_an_ablation_kills_the_labelled_cells(animal: State) -> None:
    now = after(animal, Ablate("engram"))
    assert changes(animal, now) == {"dead/ca3_pyramidal"}
    assert np.array_equal(now.carried["dead/ca3_pyramidal"], TAGGED)


def test_the_control_of_an_ablation_kills_as_many_others(animal: State) -> None:
    dead = [
        after(animal, Ablate("engram", others=True), seed=seed).carried[
            "dead/ca3_pyramidal"
        ]
        for seed in (1, 1, 2)
    ]
    for some in dead:
        assert some.sum() == TAGGED.sum() and not (some & TAGGED).any()
    assert np.array_equal(dead[0], dead[1]) and not np.array_equal(dead[0], dead[2])


def test_the_dead_stay_dead(animal: State) -> None:
    now = after(animal, Ablate("engram"), Ablate("engram", others=True))
    dead = now.carried["dead/ca3_pyramidal"]
    assert dead[TAGGED].all() and dead.sum() == 2 * TAGGED.sum()
    kept = rested(now, LABELS, 30 * HOUR).carried["dead/ca3_pyramidal"]
    assert np.array_equal(kept, dead)


def test_an_empty_engram_can_be_ablated(animal: State) -> None:
    empty = replace(animal, carried={**animal.carried, "label/engram": np.zeros(N)})
    for others in (False, True):
        dead = after(empty, Ablate("engram", others)).carried["dead/ca3_pyramidal"]
        assert not dead.any()


def test_an_episode_holds_the_dead(animal: State) -> None:
    now = after(animal, Ablate("engram"))
    step = Episode("visit", "A", np.zeros((2, len(CIRCUIT.columns))))
    state, _, _ = prepared(now, CIRCUIT, LABELS, step, 1)
    assert np.array_equal(state.variables["ca3_pyramidal"]["g_tonic"] > 0, TAGGED)


# Labels that move


def test_a_shuffle_leaves_as_many_cells_labelled_as_much(animal: State) -> None:
    now = after(animal, Shuffle("engram"))
    assert changes(animal, now) == {"label/engram"}  # all cells have one copy
    label = now.carried["label/engram"]
    assert sorted(label) == sorted(animal.carried["label/engram"])
    assert subject(now).labelled("engram").sum() == TAGGED.sum()


def test_a_shuffle_leaves_no_cell_its_label(animal: State) -> None:
    now = after(animal, Shuffle("engram"))
    before = subject(animal).labelled("engram")
    assert not (before & subject(now).labelled("engram")).any()


def test_a_shuffle_takes_copies_and_expression_along(animal: State) -> None:
    pairs = {"virus/engram": np.arange(N) + 1.0, "label/engram": np.arange(N) / N}
    before = replace(animal, carried={**animal.carried, **pairs})
    now = after(before, Shuffle("engram")).carried
    assert now["virus/engram"] - 1 == pytest.approx(now["label/engram"] * N)
    assert not np.array_equal(now["virus/engram"], pairs["virus/engram"])


def test_creb_raises_the_cells_that_carry_the_virus(animal: State) -> None:
    now = after(animal, Overexpress("virus"))
    assert changes(animal, now) == {"raised/ca1_pyramidal"}
    raised = now.carried["raised/ca1_pyramidal"]
    assert np.array_equal(raised > 0, animal.carried["virus/virus"] > 0)
    assert (raised > 0).sum() == N // 4
    assert np.array_equal(raised, carries(animal, LABELS["virus"], "virus"))


# Synapses that are lost


def strong(animal: State) -> State:
    n = len(WIRING[ONTO][1])
    return animal.changed(ONTO, {"h": np.full(n, 1.3), "z": np.full(n, 0.4)})


def test_all_synapses_onto_labelled_cells_may_be_lost(animal: State) -> None:
    before = strong(animal)
    now = after(before, Lose(ONTO, 1.0, "engram"))
    onto = TAGGED[WIRING[ONTO][1]]
    z, h = (now.variables[ONTO][name] for name in "zh")
    assert np.array_equal(z, np.where(onto, -1.0, 0.4))
    assert np.array_equal(h, np.where(onto, 1.0, 1.3))


def test_a_lost_synapse_has_no_weight(animal: State) -> None:
    now = after(strong(animal), Lose(ONTO, 1.0, "engram"))
    relative = RULES["tagging"].relative(now.variables[ONTO])
    onto = TAGGED[WIRING[ONTO][1]]
    assert relative == pytest.approx(np.where(onto, 0.0, 1.7))


def test_a_share_of_them_is_lost_and_none_elsewhere(animal: State) -> None:
    onto = TAGGED[WIRING[ONTO][1]]
    shares = []
    for seed in range(20):
        now = after(strong(animal), Lose(ONTO, 0.3, "engram"), seed=seed)
        lost = now.variables[ONTO]["z"] == -1
        assert not lost[~onto].any()
        shares.append(lost[onto].mean())
    sd = np.sqrt(0.3 * 0.7 / onto.sum() / len(shares))
    assert np.mean(shares) == pytest.approx(0.3, abs=4 * sd)


def test_a_share_of_0_loses_nothing_and_other_projections_stay(animal: State) -> None:
    before = strong(animal)
    none = after(before, Lose(ONTO, 0.0, "engram"))
    assert np.array_equal(none.variables[ONTO]["z"], before.variables[ONTO]["z"])
    some = after(before, Lose(ONTO, 1.0, "engram"))
    for name, variables in before.variables.items():
        if name != ONTO:
            assert some.variables[name] is variables
    assert some.carried is before.carried


# All of them


def test_an_act_leaves_the_animal_before_it_as_it_was(animal: State) -> None:
    before = {key: values.copy() for key, values in animal.carried.items()}
    z = animal.variables[ONTO]["z"].copy()
    acts = (
        Dose("CNO"),
        Feed("dox"),
        Ablate("engram"),
        Shuffle("engram"),
        Overexpress("virus"),
        Lose(ONTO, 0.5, "engram"),
    )
    after(animal, *acts)
    assert animal.carried.keys() == before.keys()
    assert all(np.array_equal(animal.carried[k], v) for k, v in before.items())
    assert np.array_equal(animal.variables[ONTO]["z"], z)
