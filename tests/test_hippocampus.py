"""The circuit `hippocampus`: its regions, and what it shares with `memory`."""

from dataclasses import replace

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


@pytest.mark.parametrize("region", ["ec", "dg", "ca3", "ca1"])
def test_the_regions_that_it_shares_with_memory_are_the_same(region: str) -> None:
    here, there = getattr(WHOLE, region), getattr(Memory(), region)
    if region == "ec":  # but for the advance of its grid cells' phase
        here = replace(here, stellate_grid=there.stellate_grid)
    assert here == there
    assert list(here.table()) == list(there.table())


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
