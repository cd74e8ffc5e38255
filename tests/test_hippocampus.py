"""The circuit `hippocampus`: its regions, and what it shares with `memory`."""

import pytest

from trisynapse.circuits import Hippocampus, Memory
from trisynapse.plasticity import InhibitorySTDP, TaggingCapture

WHOLE = Hippocampus()
RULES = {"tagging": TaggingCapture(), "inhibitory": InhibitorySTDP()}
SYNAPSES = WHOLE.synapses(RULES)
TO_SUB = [name for name in SYNAPSES if SYNAPSES[name].projection.post.startswith("sub")]


def test_it_has_five_regions_in_the_order_of_the_loop() -> None:
    names = [name.partition("_")[0] for name in WHOLE.populations]
    assert list(dict.fromkeys(names)) == ["ec", "dg", "ca3", "ca1", "sub"]


# What an animal that runs has otherwise than the circuit of a contextual memory.
OTHERWISE = {
    "ec": {
        "stellate_background.I_sd",
        "stellate_grid.I_grid",
        "fan_place.depth",
        "fan_place.share",
        "fan_place.unevenness",
        "fan_place.arousal",
    },
    "dg": {
        "granule.g_L",
        "granule.tau_nmda",
        "fan_to_granule.weight",
        "fan_to_granule.nmda",
        "stellate_to_granule.in_degree",
        "stellate_to_granule.weight",
        "stellate_to_granule.nmda",
        "fan_to_basket.weight",
        "granule_to_basket.weight",
        "basket_to_granule.weight",
    },
    "ca3": {
        "pyramidal_background.I_mean",
        "pyramidal_background.I_sd",
        "pv_basket_background.I_mean",
        "fan_to_pyramidal.weight",
        "mossy_fibre.in_degree",
        "mossy_fibre.weight",
    },
    "ca1": {
        "pyramidal_background.I_mean",
        "pyramidal_background.I_sd",
        "schaffer_to_pv.weight",
        "schaffer.in_degree",
        "schaffer.weight",
        "fan_to_pyramidal.weight",
        "pv_to_pyramidal.weight",
    },
}


@pytest.mark.parametrize("region", ["ec", "dg", "ca3", "ca1"])
def test_it_differs_from_memory_in_these_values_only(region: str) -> None:
    here, there = (
        {row.symbol: row.value for row in getattr(circuit, region).table()}
        for circuit in (WHOLE, Memory())
    )
    differ = {name for name, value in there.items() if here[name] != value}
    assert differ == OTHERWISE[region]
    more = {name for name in here if name not in there}
    its_own = ("pyramidal_plateaus.", "stellate_grid.precession", "stellate_grid.edge")
    assert all(name.startswith(its_own) for name in more)


def test_subiculum_hears_ca1_and_itself_only() -> None:
    told = {(s.projection.pre, s.projection.post) for s in SYNAPSES.values()}
    assert {pair for pair in told if pair[1].startswith("sub")} == {
        ("ca1_pyramidal", "sub_pyramidal"),
        ("ca1_pyramidal", "sub_basket"),
        ("sub_pyramidal", "sub_basket"),
        ("sub_basket", "sub_pyramidal"),
    }
    assert not [pre for pre, post in told if "sub" in pre and "sub" not in post]


@pytest.mark.parametrize("name", TO_SUB)
def test_projections_of_subiculum_join_populations_there_are(name: str) -> None:
    synapse = SYNAPSES[name]
    ends = [
        WHOLE.populations[p] for p in (synapse.projection.pre, synapse.projection.post)
    ]
    assert [end.size for end in ends] == [synapse.n_pre, synapse.n_post]
    assert synapse.gain == 1 and synapse.in_degree == synapse.projection.in_degree
    kinds = {"glutamate": ("AMPA", "AMPA+NMDA"), "GABA": ("GABA_A",)}
    assert synapse.projection.receptor in kinds[ends[0].transmitter]


def test_every_symbol_has_a_value_and_a_source() -> None:
    rows = list(WHOLE.table())
    assert len({row.symbol for row in rows}) == len(rows) > 300
    assert not [row.symbol for row in rows if not row.source or not row.value]
    names = ("ec.", "mec.", "dg.", "ca3.", "ca1.", "sub.")
    assert [row.symbol for row in rows if not row.symbol.startswith(names)] == ["scale"]


def test_every_parameter_of_subiculum_has_a_meaning() -> None:
    rows = [row for row in WHOLE.table() if row.symbol.startswith("sub.")]
    assert rows and not [row.symbol for row in rows if not row.meaning]


@pytest.mark.parametrize("scale", [0.05, 0.5, 4])
def test_subiculum_grows_with_the_circuit(scale: float) -> None:
    sizes = {n: p.size for n, p in Hippocampus(scale=scale).populations.items()}
    assert sizes["sub_pyramidal"] == 300 * scale and sizes["sub_basket"] == 60 * scale
