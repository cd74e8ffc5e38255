"""The circuit `memory` at default size, compiled: it rests, learns and stays sane."""

import numpy as np
import pytest

from trisynapse import run
from trisynapse.analysis.freezing import population_rate
from trisynapse.analysis.overlap import rates

# Hz, mean over the cells of a type while an animal explores (Chavlis 2017 for granule
# cells, data of D. Magyar for the amygdala, the usual ranges in vivo for the others).
PRINCIPAL = {
    "ca3_pyramidal": (0.1, 5.0),
    "ca1_pyramidal": (0.1, 5.0),
    "bla_principal": (1.0, 8.0),
}
FAST = ("ec_basket", "dg_basket", "ca3_pv_basket", "ca1_pv_basket", "bla_pv")


@pytest.fixture(scope="module")
def recording():
    return run("fear-conditioning", arms=["paired"], seed=1)


@pytest.fixture(scope="module")
def paired(recording):
    return recording.arms["paired"]


def mean_rates(arm, population, episode):
    """Return the rate of each cell over an episode."""
    span = arm.span(episode)
    fired = arm.spikes[population].between(span.start_s, span.stop_s).node_ids
    size = arm.populations[population].size
    return rates(fired, size, span.stop_s - span.start_s)


@pytest.mark.parametrize("population", PRINCIPAL)
def test_principal_cells_rest_at_rates_seen_in_vivo(paired, population):
    low, high = PRINCIPAL[population]
    assert low <= mean_rates(paired, population, "habituation").mean() <= high


@pytest.mark.parametrize("population", FAST)
def test_fast_interneurons_rest_at_rates_seen_in_vivo(paired, population):
    assert 5 <= mean_rates(paired, population, "habituation").mean() <= 40


@pytest.mark.parametrize("episode", ["habituation", "test B 24 h"])
def test_few_granule_cells_are_active_in_a_place(paired, episode):
    active = (mean_rates(paired, "dg_granule", episode) >= 1).mean()
    assert 0.002 <= active <= 0.05


def test_no_cell_type_is_silent_in_all_places(paired):
    for population in paired.populations:
        least = 0.01 if population == "dg_granule" else 0.05  # hertz
        assert any(
            mean_rates(paired, population, episode).mean() > least
            for episode in ("habituation", "test B 24 h")
        ), population


def test_no_population_runs_away(paired):
    """Outside the shocks no tenth of a second has principal cells at 50 Hz."""
    for population in ("dg_granule", *PRINCIPAL):
        n = paired.populations[population].size
        for span in paired.timeline:
            if span.kind == "episode" and span.name != "training":
                spikes = paired.spikes[population].between(span.start_s, span.stop_s)
                _, hertz = population_rate(
                    spikes.timestamps * 1e-3, n, span.start_s, span.stop_s, bin_s=0.1
                )
                assert hertz.max() < 50, (population, span.name)


# In another place hardly a cell of the amygdala fires, in any animal.
KNOWN = {"BLA over chance, A over B"}

# What one animal may miss by chance, which is another one on another processor: how
# strongly it learns, how many cells that labels, and whether any cell of its amygdala
# fires fast enough in a test to be seen again (docs/engrams.md, animals differ).
CHANCE = {
    "freezing in A at 24 h",
    "DG labelled",
    "CA3 labelled",
    "CA1 labelled",
    "BLA labelled",
    "CA1 over chance, A over B",
    "BLA re-activated in A, over chance",
}


def test_a_shocked_animal_misses_no_band_but_those_known_or_by_chance(recording):
    missed = {m.name for m in recording.measures if m.passes == 0}
    assert missed <= KNOWN | CHANCE
    assert sum(m.passes == 1 for m in recording.measures) > 20


def test_a_shocked_animal_learns_where_it_was(recording):
    """Whatever chance does: more than before, more than elsewhere, by 1 Hz and more."""
    found = {m.name: m.value for m in recording.measures}
    assert found["freezing in A at 24 h"] > 100 * found["freezing before training"]
    assert found["freezing in A at 24 h"] > 10 * found["freezing in B at 24 h"]
    rest, again, other = (
        mean_rates(recording.arms["paired"], "cea_output", episode).mean()
        for episode in ("habituation", "test A 24 h", "test B 24 h")
    )
    assert again > 1 + max(rest, other)
    for region, (low, high) in {"DG": (0.005, 0.1), "BLA": (0.03, 0.6)}.items():
        assert low < found[f"{region} labelled"] < high


def test_learning_is_in_the_synapses_of_the_labelled_cells(paired):
    """Inputs among labelled cells have grown; those of unlabelled cells have not."""
    tags = paired.tags["training"]
    moments = paired.weights["ca1_pyramidal_to_bla_principal"]
    before, after = moments["before training"], moments["at 24 h"]
    grown = after.weight / before.weight
    post = np.isin(after.post, tags["bla_principal"].node_ids)
    pre = np.isin(after.pre, tags["ca1_pyramidal"].node_ids)
    assert np.median(grown[pre & post]) > 1.3
    assert abs(np.median(grown[~post]) - 1) < 0.02


@pytest.mark.slow
def test_no_group_misses_a_band_but_by_chance_on_a_seed_that_chose_nothing():
    """All four arms on seed 11; docs/calibration.md tells which seeds chose values."""
    measures = run("fear-conditioning", seed=11).measures
    assert {m.name for m in measures if m.passes == 0} <= KNOWN | CHANCE
    assert {m.arm for m in measures if m.passes == 1} == {
        "paired",
        "no-shock",
        "immediate-shock",
        "anisomycin",
    }
