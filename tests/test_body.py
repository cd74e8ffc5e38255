"""What an animal carries: genes, labels, drugs, and what an episode makes of them."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from trisynapse.circuits import Memory
from trisynapse.circuits.actuator import COUNT, OPENS, STRAIGHT, Actuator, closed
from trisynapse.circuits.drives import COLUMNS
from trisynapse.circuits.genes import GENES, Label
from trisynapse.circuits.light import Fibre, Train, Uniform
from trisynapse.circuits.opsins import OPSINS
from trisynapse.circuits.quantity import quantity
from trisynapse.circuits.region import Population
from trisynapse.plasticity import InhibitorySTDP, TaggingCapture
from trisynapse.simulation.backends import Backend, runtime
from trisynapse.simulation.body import (
    DEAD_V,
    born,
    carries,
    lived,
    occupancy,
    prepared,
    rested,
    under_drugs,
)
from trisynapse.simulation.experiment import Experiment
from trisynapse.simulation.procedures import Feed
from trisynapse.simulation.state import STEP_S, State, newborn
from trisynapse.simulation.timeline import Episode, Gap, Light, Piece, Procedure

from .mini import QUIET_RULES, SILENT, Mini, shown

HOUR, DAY = 3600.0, 86400.0
CIRCUIT = Memory(scale=0.02)
RULES: dict[str, Any] = {"tagging": TaggingCapture(), "inhibitory": InhibitorySTDP()}
FOREVER = quantity("1e6 day")
LABELS = {
    "dg": Label(population="dg_granule", lasts=FOREVER),
    "ca1": Label(population="ca1_pyramidal", control="4-OHT", lasts=FOREVER),
    "all": Label(population="ca3_pyramidal", promoter="CaMKII", penetrance=0.5),
}
OPEN = slice(CIRCUIT.columns.index(OPENS[0]), len(CIRCUIT.columns))
LIT = Light(
    label="all",
    opsin="ChR2",
    source=Uniform(),
    amount=1000.0,
    trains=(Train(frequency=quantity("0 Hz"), stop=quantity("5 ms")),),
)
FIBRED = replace(LIT, source=Fibre(), amount=0.01)


@pytest.fixture(scope="module")
def young() -> State:
    return born(newborn(CIRCUIT, RULES, 1), CIRCUIT, LABELS, 1)


def given(state: State, **drugs: Any) -> State:
    """Return the animal with drugs in it; ``__`` stands for the @ of a region.

    Each is (depot, level), or (depot, level, fed).
    """
    new = {
        f"drug/{name.replace('__', '@')}": np.array([*amounts, 0.0][:3])
        for name, amounts in drugs.items()
    }
    return replace(state, carried={**state.carried, **new})


def visit(*lights: Light, **values: Any) -> Episode:
    stimulus = np.zeros((8, len(CIRCUIT.columns)))
    return Episode("visit", "A", stimulus, lights=lights, **values)


def rates(**fired: Any) -> dict[str, Any]:
    """Return the rates of all cells; those of some populations as they are given."""
    silent = {name: np.zeros(p.size) for name, p in CIRCUIT.populations.items()}
    return silent | {
        name: np.broadcast_to(r, silent[name].shape) for name, r in fired.items()
    }


def course(state: State, *lights: Light, **values: Any) -> tuple[State, Any]:
    """Return the state and the 32 columns that an episode opens."""
    state, stimulus, _ = prepared(state, CIRCUIT, LABELS, visit(*lights, **values), 1)
    return state, stimulus[:, OPEN]


# Birth


def test_one_seed_is_one_animal(young: State) -> None:
    again = born(newborn(CIRCUIT, RULES, 1), CIRCUIT, LABELS, 1)
    assert again.carried.keys() == young.carried.keys()
    for key, values in young.carried.items():
        assert np.array_equal(again.carried[key], values), key


def test_another_seed_is_another_animal(young: State) -> None:
    other = born(newborn(CIRCUIT, RULES, 2), CIRCUIT, LABELS, 2)
    for key in ("threshold/dg_granule", "virus/dg"):
        assert not np.array_equal(other.carried[key], young.carried[key])


def test_a_virus_more_changes_nothing_else(young: State) -> None:
    more = {**LABELS, "bla": Label(population="bla_principal")}
    other = born(newborn(CIRCUIT, RULES, 1), CIRCUIT, more, 1)
    for key, values in young.carried.items():
        assert np.array_equal(other.carried[key], values), key


def test_a_newborn_has_no_mrna_and_no_label(young: State) -> None:
    for key, values in young.carried.items():
        assert key.startswith(("threshold/", "virus/")) or not values.any(), key
    assert {k for k in young.carried if k.startswith("gene/c-Fos")} == {
        f"gene/c-Fos/{name}" for name in CIRCUIT.transcribing
    }


# Activity and time


@pytest.mark.parametrize("gene", GENES)
def test_only_cells_above_their_own_threshold_transcribe(
    young: State, gene: str
) -> None:
    own = CIRCUIT.transcribing["dg_granule"] * young.carried["threshold/dg_granule"]
    active = np.arange(40) % 3 == 0
    fired = np.where(active, 1.5, 0.5) * own
    after = lived(young, CIRCUIT, LABELS, rates(dg_granule=fired), 300.0)
    m, p = after.carried[f"gene/{gene}/dg_granule"]
    assert np.array_equal(m > 0.5, active) and m[~active].max() < 1e-3
    assert not p.any()
    assert after.carried[f"gene/{gene}/ca1_pyramidal"][0].max() < 1e-100


def test_the_mrna_is_that_of_the_time_that_the_animal_lived(young: State) -> None:
    after = lived(young, CIRCUIT, LABELS, rates(dg_granule=100.0), 90.0)
    expected = 1 - np.exp(-90 / float(GENES["c-Fos"].tau_visit))
    m, _ = after.carried["gene/c-Fos/dg_granule"]
    assert m == pytest.approx(np.full(40, expected))


@pytest.fixture(scope="module")
def active(young: State) -> State:
    """Return an animal in which all cells of DG and CA1 have just been active."""
    fired = rates(dg_granule=100.0, ca1_pyramidal=100.0)
    return lived(young, CIRCUIT, LABELS, fired, 1e4)


def test_two_rests_are_one(active: State) -> None:
    # A drug that is just being taken up moves the windows.
    before = given(active, dox=(0.0, 0.8), anisomycin=(1.0, 0.3))
    before = given(before, **{"4-OHT": (1.0, 0.0)})
    twice = rested(rested(before, LABELS, 2 * HOUR), LABELS, 3 * HOUR)
    once = rested(before, LABELS, 5 * HOUR)
    for key, values in once.carried.items():
        assert twice.carried[key] == pytest.approx(values, rel=1e-6), key
    assert once.carried["label/dg"].max() > 0.01 and once.carried["label/ca1"].all()


def test_a_label_is_lost_with_its_time_constant(young: State) -> None:
    fades = {**LABELS, "dg": replace(LABELS["dg"], lasts=quantity("14 day"))}
    full = replace(young, carried={**young.carried, "label/dg": np.ones(40)})
    after = rested(full, fades, 7 * DAY).carried["label/dg"]
    assert after == pytest.approx(np.full(40, np.exp(-0.5)))


def test_a_label_is_lost_from_when_it_is_made(active: State) -> None:
    """dL/dt = m/norm - L/lasts, whose mRNA is gone long before a week is over."""
    fades = {**LABELS, "dg": replace(LABELS["dg"], lasts=quantity("14 day"))}
    tau, lasts = float(GENES["c-Fos"].tau_mrna), 14 * DAY
    after = rested(active, fades, 7 * DAY).carried["label/dg"]
    expected = np.exp(-0.5) / (1 - tau / lasts)
    assert after == pytest.approx(np.full(40, expected), rel=1e-6)


def test_off_dox_an_active_cell_is_labelled_in_full(active: State) -> None:
    after = rested(active, LABELS, 2 * DAY)
    assert after.carried["label/dg"] == pytest.approx(np.ones(40), rel=1e-5)
    reached = after.carried["virus/dg"] > 0
    assert np.array_equal(carries(after, LABELS["dg"], "dg") > 0, reached)
    assert reached.sum() == 36


def test_an_animal_fed_with_dox_is_labelled_as_little_as_its_window_is_open(
    active: State,
) -> None:
    fed = given(active, dox=(0.0, 1.0, 1.0))
    leak = 1 - occupancy(fed, "dox")
    after = rested(fed, LABELS, 2 * DAY)
    assert 0 < leak < 0.1
    assert after.carried["label/dg"] == pytest.approx(np.full(40, leak), rel=1e-5)


def test_without_tamoxifen_creer_labels_nothing(active: State) -> None:
    assert not rested(active, LABELS, 2 * DAY).carried["label/ca1"].any()


def test_with_tamoxifen_creer_labels_active_cells(active: State) -> None:
    after = rested(given(active, **{"4-OHT": (1.0, 0.0)}), LABELS, 2 * DAY)
    label = after.carried["label/ca1"]
    assert 0.1 < label.min() <= label.max() < 1


def test_activity_long_before_tamoxifen_is_not_labelled(active: State) -> None:
    later = given(rested(active, LABELS, DAY), **{"4-OHT": (1.0, 0.0)})
    assert rested(later, LABELS, 2 * DAY).carried["label/ca1"].max() < 1e-6


def test_silent_cells_are_not_labelled(young: State) -> None:
    assert not rested(young, LABELS, 2 * DAY).carried["label/dg"].any()


def test_a_drug_goes_on_through_a_rest(young: State) -> None:
    before = given(young, CNO=(1.0, 0.0))
    after = rested(before, LABELS, HOUR)
    assert occupancy(after, "CNO") == pytest.approx(occupancy(before, "CNO", HOUR))
    assert occupancy(young, "CNO") == 0


# Drugs in a gap

NIGHT = (Piece(100.0), Piece(20_000.0, 0.5, 2.0), Piece(4 * HOUR))


def test_without_a_drug_a_gap_stays_as_it_is(young: State) -> None:
    parts = list(under_drugs(young, CIRCUIT, NIGHT))
    assert all(set(part) == set(CIRCUIT.populations) for part in parts)
    assert [set(part.values()) for part in parts] == [{piece} for piece in NIGHT]


@pytest.mark.parametrize("name", ["dox", "CNO", "APV", "muscimol"])
def test_a_drug_that_acts_on_no_protein_does_not_cut_a_gap(
    young: State, name: str
) -> None:
    parts = under_drugs(given(young, **{name: (1.0, 0.5)}), CIRCUIT, NIGHT)
    assert [set(part.values()) for part in parts] == [{piece} for piece in NIGHT]


def test_the_pieces_under_a_drug_sum_to_the_gap(young: State) -> None:
    parts = list(under_drugs(given(young, anisomycin=(1.0, 0.0)), CIRCUIT, NIGHT))
    assert len(parts) > 20
    for whole in NIGHT:
        own = [
            p.seconds
            for p in (part["bla_principal"] for part in parts)
            if p.modulator == whole.modulator
        ]
        others = sum(p.seconds for p in NIGHT if p.modulator == whole.modulator)
        assert sum(own) == pytest.approx(others, rel=1e-12)


def test_synthesis_is_what_the_occupancy_leaves(young: State) -> None:
    before = given(young, anisomycin=(1.0, 0.4))
    at = 0.0
    wholes = {piece.modulator: piece.synthesis for piece in NIGHT}
    for part in under_drugs(before, CIRCUIT, NIGHT):
        piece = part["bla_principal"]
        left = 1 - occupancy(before, "anisomycin", at + piece.seconds / 2)
        assert part["ca3_pyramidal"] == piece
        assert piece.synthesis == pytest.approx(left * wholes[piece.modulator])
        at += piece.seconds


def test_an_infusion_leaves_synthesis_elsewhere(young: State) -> None:
    before = given(young, anisomycin__BLA=(1.0, 1.0))
    part = next(under_drugs(before, CIRCUIT, (Piece(60.0),)))
    blocked = {name for name, piece in part.items() if piece.synthesis < 1}
    assert blocked == {"bla_principal", "bla_pv"}
    assert max(part[name].synthesis for name in blocked) < 0.1


def test_a_beta_blocker_halves_neuromodulation_at_most(young: State) -> None:
    before = given(young, propranolol=(0.0, 1e4))
    pieces = (Piece(60.0, 1.0, 40.0),)
    (part,) = under_drugs(before, CIRCUIT, pieces)
    assert part["bla_principal"].modulator == pytest.approx(20.0, rel=1e-4)
    assert {piece.synthesis for piece in part.values()} == {1.0}


def test_a_beta_blocker_that_is_infused_acts_where_it_is(young: State) -> None:
    before = given(young, propranolol__BLA=(0.0, 1e4))
    (part,) = under_drugs(before, CIRCUIT, (Piece(60.0, 1.0, 40.0),))
    assert part["bla_principal"].modulator == pytest.approx(20.0, rel=1e-4)
    assert part["ca1_pyramidal"].modulator == 40.0


# Light


def test_without_light_nothing_opens(young: State) -> None:
    state, columns = course(young)
    assert not columns.any()
    for name in CIRCUIT.actuated:
        for variable, values in closed(CIRCUIT.populations[name].size).items():
            assert np.array_equal(state.variables[name][variable], values), variable


def test_all_populations_of_the_memory_are_actuated() -> None:
    assert set(CIRCUIT.actuated) == set(CIRCUIT.populations)


def test_uniform_light_opens_all_labelled_cells_alike(young: State) -> None:
    state, columns = course(young, LIT)
    cells = state.variables["ca3_pyramidal"]
    opsin, light = OPSINS["ChR2"], np.repeat([1.0, 0.0], [5, 3])[:, None]
    seen = 1000.0 * 470e-9 / (6.62607015e-34 * 299792458.0) * opsin.sensitivity(470.0)
    expected = opsin.open(light * seen, 1e-3)[:, 0]
    below, upper = cells["below"], cells["upper"]
    opened = columns[:, below] * (1 - upper) + columns[:, below + 1] * upper
    lit = cells["g_full"] > 0
    assert lit.sum() == 12
    assert opened[:, lit] == pytest.approx(np.tile(expected, (12, 1)).T, rel=1e-9)
    assert expected.max() > 0.1


def test_only_cells_with_a_label_can_open(young: State) -> None:
    for light in (LIT, FIBRED):
        state, _ = course(young, light)
        much = carries(young, LABELS["all"], "all")
        assert (much == 0).sum() == 12
        g_full = state.variables["ca3_pyramidal"]["g_full"]
        assert g_full == pytest.approx(10e-9 * much)


def test_a_cell_lies_between_columns_of_this_light(young: State) -> None:
    state, columns = course(young, FIBRED)
    cells = state.variables["ca3_pyramidal"]
    used = np.flatnonzero(columns.any(axis=0))
    assert used.max() < 24 and len(used) >= 23
    assert cells["below"].min() >= 0 and cells["below"].max() + 1 <= used.max()
    assert (cells["upper"] >= 0).all() and (cells["upper"] <= 1).all()


def test_more_light_opens_more(young: State) -> None:
    _, columns = course(young, FIBRED)
    assert (np.diff(columns[4, :24]) >= 0).all() and columns[4, 23] > columns[4, 1]


@pytest.mark.parametrize("name", OPSINS)
def test_an_opsin_brings_its_reversal_potential_and_its_rectification(
    young: State, name: str
) -> None:
    opsin = OPSINS[name]
    light = replace(LIT, opsin=name, source=Uniform(wavelength=opsin.wavelength))
    cells = course(young, light)[0].variables["ca3_pyramidal"]
    assert set(cells["E_open"]) == {float(opsin.E)}
    v_0, v_1 = float(opsin.v_0), float(opsin.v_1)
    assert set(cells["v_0"]) == {v_0 if opsin.rectifies else STRAIGHT}
    assert set(cells["v_1"]) == {v_1 if opsin.rectifies else STRAIGHT}


def test_an_empty_label_leaves_the_stimulus_dark(young: State) -> None:
    state, columns = course(young, replace(LIT, label="dg"))
    assert not columns.any()
    assert not state.variables["dg_granule"]["g_full"].any()


def test_a_fibre_below_all_cells_leaves_them_dark(young: State) -> None:
    deep = replace(FIBRED, source=Fibre(z=quantity("5 mm")))
    state, columns = course(young, deep)
    assert not columns.any()
    assert not state.variables["ca3_pyramidal"]["g_full"].any()


@pytest.fixture(scope="module")
def labelled(active: State) -> State:
    """Return an animal with labels in DG and CA3."""
    return rested(active, LABELS, 2 * DAY)


def test_two_lights_share_the_columns_without_overlap(labelled: State) -> None:
    other = replace(FIBRED, label="dg", opsin="Chrimson")
    state, both = course(labelled, FIBRED, other)
    alone = course(labelled, FIBRED)[0]
    first, second = (
        state.variables[name]["below"][state.variables[name]["g_full"] > 0]
        for name in ("ca3_pyramidal", "dg_granule")
    )
    assert first.max() + 1 < second.min()
    assert second.max() + 1 < COUNT
    assert both[4, :16].any() and both[4, 16:].any()
    one = alone.variables["ca3_pyramidal"]
    for variable in ("g_full", "E_open"):
        assert np.array_equal(state.variables["ca3_pyramidal"][variable], one[variable])


@pytest.mark.parametrize(("lights", "receptors"), [(5, 0), (4, 1), (0, 13)])
def test_too_many_lights_are_refused(young: State, lights: int, receptors: int) -> None:
    step = visit(*[LIT] * lights, receptors=(("all", "hM4Di"),) * receptors)
    said = f"{lights} lights and {receptors} receptors is too much"
    with pytest.raises(ValueError, match=said):
        prepared(young, CIRCUIT, LABELS, step, 1)


def test_the_light_of_one_visit_is_gone_in_the_next(young: State) -> None:
    lit, _ = course(young, LIT)
    after, columns = course(lit)
    assert not columns.any()
    assert not after.variables["ca3_pyramidal"]["g_full"].any()


def test_a_stimulus_is_not_changed_in_place(young: State) -> None:
    step = visit(LIT)
    prepared(young, CIRCUIT, LABELS, step, 1)
    assert not step.stimulus.any()


# Engineered receptors


@pytest.mark.parametrize(
    ("receptor", "g_0", "reversal"), [("hM4Di", 20e-9, -0.095), ("hM3Dq", 1e-9, 0.0)]
)
def test_cno_opens_a_receptor_by_its_occupancy(
    young: State, receptor: str, g_0: float, reversal: float
) -> None:
    injected = given(young, CNO=(0.0, 0.2))
    state, columns = course(injected, receptors=(("all", receptor),))
    cells = state.variables["ca3_pyramidal"]
    share = occupancy(injected, "CNO")
    assert 0.5 < share < 1
    (below,) = set(cells["below"])
    assert (columns[:, below] == share).all() and (columns[:, below + 1] == share).all()
    much = carries(young, LABELS["all"], "all")
    assert cells["g_full"] == pytest.approx(g_0 * much)
    assert set(cells["E_open"]) == {reversal}


def test_without_cno_a_receptor_stays_shut(young: State) -> None:
    _, columns = course(young, receptors=(("all", "hM4Di"),))
    assert not columns.any()


def test_light_and_a_receptor_share_the_columns(labelled: State) -> None:
    injected = given(labelled, CNO=(0.0, 0.2))
    lit = replace(FIBRED, label="dg")
    state, columns = course(injected, lit, receptors=(("all", "hM4Di"),))
    granules, pyramids = (
        state.variables[name] for name in ("dg_granule", "ca3_pyramidal")
    )
    assert granules["below"].max() + 1 < pyramids["below"].min()
    share = occupancy(injected, "CNO")
    assert (columns[:, pyramids["below"][0]] == share).all()


# Drugs and lesions in an episode


def factors(state: State) -> Any:
    return prepared(state, CIRCUIT, LABELS, visit(), 1)[2]


def test_without_a_drug_no_symbol_changes(young: State) -> None:
    assert factors(young) == {}
    assert factors(given(young, CNO=(0.0, 1.0), anisomycin=(0.0, 1.0))) == {}


def test_apv_blocks_nmda_receptors_and_the_influx_through_them(young: State) -> None:
    drugged = given(young, APV=(0.0, 0.2))
    left = 1 - occupancy(drugged, "APV")
    name = "ca1_pyramidal_to_bla_principal"
    found = factors(drugged)
    assert found[name, "w_0"] == 1
    assert found[name, "nmda"] == found[name, "pre_Ca"] == pytest.approx(left)


def test_cnqx_blocks_ampa_receptors_and_leaves_nmda_receptors(young: State) -> None:
    drugged = given(young, CNQX=(0.0, 0.2))
    left = 1 - occupancy(drugged, "CNQX")
    name = "ca1_pyramidal_to_bla_principal"
    found = factors(drugged)
    assert found[name, "w_0"] == pytest.approx(left)
    # The NMDA conductance is nmda*w_0: it stays.
    assert found[name, "nmda"] * found[name, "w_0"] == pytest.approx(1)
    assert found[name, "pre_Ca"] == 1


def test_apv_and_cnqx_multiply(young: State) -> None:
    both = given(young, APV=(0.0, 0.2), CNQX=(0.0, 0.1))
    nmda, ampa = (1 - occupancy(both, name) for name in ("APV", "CNQX"))
    name = "ca3_pyramidal_to_ca1_pyramidal"
    found = factors(both)
    assert found[name, "w_0"] == pytest.approx(ampa)
    assert found[name, "nmda"] * found[name, "w_0"] == pytest.approx(nmda)
    assert found[name, "pre_Ca"] == pytest.approx(nmda)


@pytest.mark.parametrize("name", ["APV", "CNQX"])
def test_an_infused_blocker_reaches_the_excitatory_synapses_of_its_region(
    young: State, name: str
) -> None:
    found = factors(given(young, **{f"{name}__CA1": (0.0, 1.0)}))
    excited = {
        key
        for key, synapse in CIRCUIT.synapses(RULES).items()
        if "AMPA" in synapse.projection.receptor
        and synapse.projection.post.startswith("ca1_")
    }
    assert {key for key, _ in found} == excited
    assert "ca1_pyramidal_to_bla_principal" not in excited


def test_a_blocker_that_has_gone_changes_nothing(young: State) -> None:
    assert factors(given(young, APV=(0.0, 1e-6))) == {}


def test_muscimol_opens_gaba_receptors_in_its_region_only(young: State) -> None:
    drugged = given(young, muscimol__CA1=(0.0, 0.5))
    state, _ = course(drugged)
    g = 100e-9 * occupancy(drugged, "muscimol@CA1")
    for name, population in CIRCUIT.populations.items():
        cells = state.variables[name]
        if population.region == "CA1":
            cell: Any = population.cell
            assert cells["g_tonic"] == pytest.approx(np.full(population.size, g))
            assert cells["E_tonic"] == pytest.approx(float(cell.E_inh))
        else:
            assert not cells["g_tonic"].any() and not cells["E_tonic"].any()


def test_dead_cells_are_held_and_the_others_are_not(young: State) -> None:
    dead = np.arange(24) < 3
    state = replace(young, carried={**young.carried, "dead/ca1_pyramidal": dead})
    cells = course(state)[0].variables["ca1_pyramidal"]
    C = float(CIRCUIT.ca1.pyramidal.C)  # type: ignore[attr-defined]
    assert cells["g_tonic"] == pytest.approx(dead * 0.5 * C / STEP_S)
    assert cells["E_tonic"][dead] == pytest.approx(DEAD_V)


def test_raised_cells_are_raised_in_every_episode(young: State) -> None:
    raised = np.linspace(0, 1, 24)
    state = replace(young, carried={**young.carried, "raised/ca1_pyramidal": raised})
    found = course(state)[0].variables
    assert np.array_equal(found["ca1_pyramidal"]["raised"], raised)
    assert not found["ca3_pyramidal"]["raised"].any()


def test_what_is_carried_survives_on_disk(labelled: State, tmp_path: Path) -> None:
    dead = np.arange(24) < 3
    state = given(labelled, dox=(0.0, 1.0, 1.0), anisomycin__BLA=(1.0, 0.2))
    state = replace(state, carried={**state.carried, "dead/ca1_pyramidal": dead})
    state.save(tmp_path)
    read = State.load(tmp_path).carried
    assert read.keys() == state.carried.keys()
    for key, values in state.carried.items():
        assert np.array_equal(read[key], values) and read[key].dtype == values.dtype


# An engram, from its making to its light


@dataclass(frozen=True, kw_only=True)
class Lit(Mini):
    """The small circuit, ready for light; its pyramidal cells transcribe."""

    columns: ClassVar[tuple[str, ...]] = (*COLUMNS, *OPENS)

    @cached_property
    def populations(self) -> dict[str, Population]:
        return {
            name: population._replace(drives=(*population.drives, Actuator()))
            for name, population in super().populations.items()
        }

    @property
    def transcribing(self) -> dict[str, float]:
        return {"north_pyramidal": 5.0}


# Cells that know the place fire by its current alone; no spike moves another cell.
LONELY = Lit(north=SILENT.north, south=SILENT.south).with_value(
    "north.pyramidal_background.I_mean", "100 pA"
)
for weight in ("north.recurrent.weight", "north.back.weight", "south.onward.weight"):
    LONELY = LONELY.with_value(weight, "0 nS")


def seen(seconds: float, place: float) -> Any:
    """Return the stimulus of a still animal, in the columns of the circuit."""
    told = shown(seconds, place=place)
    return np.hstack([told, np.zeros((len(told), COUNT))])


def test_light_on_an_engram_fires_its_cells_and_branches_from_the_dark_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []

    def backend(experiment: Experiment, wiring: Any, *rest: Any) -> tuple[Backend, int]:
        made = runtime(experiment.circuit, experiment.rules, wiring)
        episode = made.episode

        def counted(state: State, stimulus: Any, *others: Any) -> Any:
            ran.append(len(stimulus))
            return episode(state, stimulus, *others)

        monkeypatch.setattr(made, "episode", counted)
        return made, 1

    monkeypatch.setattr(Experiment, "_backend", backend)
    label = Label(population="north_pyramidal", penetrance=1.0, copies=0.0)
    light = replace(LIT, label="engram", conductance=quantity("30 nS"))
    light = replace(light, trains=(Train(frequency=quantity("0 Hz")),))
    history = (
        Episode("seeing A", "A", seen(0.1, 1.0), lived_s=300.0),
        Gap("expression", ((DAY,),)),
        Procedure("dox on", (Feed("dox"),)),
    )
    dark = Episode("dark", "B", seen(0.06, 0.0), branch=True)
    lit = Episode("lit", "B", seen(0.061, 0.0), branch=True, lights=(light,))
    arms = {"dark": (*history, dark), "lit": (*history, lit)}
    run = Experiment(LONELY, QUIET_RULES, 1, arms, labels={"engram": label})
    results = run.run(tmp_path)
    assert sorted(ran) == [60, 61, 100]

    state = results["lit"].state("dox on")
    labelled = np.flatnonzero(carries(state, label, "engram") > 0.5)
    fired = {}
    for arm, result in results.items():
        spikes = result.spikes(["north_pyramidal"])["north_pyramidal"]
        start = result.timeline()[-1].start_s * 1e3
        known = np.unique(spikes.node_ids[spikes.timestamps < 200])
        assert np.array_equal(known, labelled)  # a half of them know A
        fired[arm] = np.unique(spikes.node_ids[spikes.timestamps >= start])
    assert len(labelled) == 12
    assert len(fired["dark"]) == 0
    assert np.array_equal(fired["lit"], labelled)
