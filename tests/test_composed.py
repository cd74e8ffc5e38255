"""Experiments that users write: their words, their mistakes, and a run."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trisynapse import cli
from trisynapse.protocols import running
from trisynapse.protocols.catalogue import examples, find
from trisynapse.protocols.composed import Composed, read
from trisynapse.protocols.composed_mistakes import ExperimentError
from trisynapse.protocols.engram_reactivation import EngramReactivation
from trisynapse.simulation import store
from trisynapse.simulation.experiment import Experiment, Interrupted
from trisynapse.simulation.procedures import Dose, Lose
from trisynapse.simulation.recording import (
    Arm,
    PopulationInfo,
    Span,
    Spikes,
    Tag,
    Trace,
)

LABEL = """
[labels.engram]
region = "DG"
opsin = "ChR2"
"""
STEPS = """
[[steps]]
do = "dox off"
[[steps]]
do = "wait"
duration = "2 day"
[[steps]]
do = "train"
place = "B"
[[steps]]
do = "inject"
drug = "anisomycin"
[[steps]]
do = "test"
place = "A"
duration = "6 min"
light = { label = "engram", on = "3 min to 6 min" }
"""
WHOLE = LABEL + STEPS


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = "my.toml") -> Composed:
    Path(name).write_text(text, encoding="utf-8")
    return read(name)


def mistakes(text: str) -> list[str]:
    """Return the lines with which a file is refused."""
    with pytest.raises(ExperimentError) as refusal:
        _ = written(text).checked
    assert str(refusal.value) == "\n".join(refusal.value.lines)
    assert all(line.endswith((".", "?")) for line in refusal.value.lines)
    return list(refusal.value.lines)


def lit(light: str, label: str = LABEL, step: str = "") -> str:
    """Return a file with one visit, of 5 min, under some light."""
    return f"""{label}
[[steps]]
do = "visit"
place = "A"
duration = "5 min"
light = {{ {light} }}
{step}"""


# The published experiment in these words


def test_the_published_experiment_is_the_same_in_these_words() -> None:
    own = find(str(examples()["engram-reactivation"]))
    published = EngramReactivation()
    assert own.arms == published.arms
    assert own.labels == published.labels
    for arm in published.arms:
        pairs = zip(own.timeline(arm), published.timeline(arm), strict=True)
        for step, wanted in pairs:
            assert type(step) is type(wanted)
            for f in fields(wanted):
                value, expected = getattr(step, f.name), getattr(wanted, f.name)
                if f.name == "stimulus":
                    assert np.array_equal(value, expected), (arm, wanted.name)
                else:
                    assert value == expected, (arm, wanted.name, f.name)


def test_the_published_experiment_keeps_step_when_its_pace_changes() -> None:
    own = find(str(examples()["engram-reactivation"])).with_value("pace", "60")
    published = EngramReactivation(pace=60.0)
    for arm in published.arms:
        lights = [getattr(s, "lights", ()) for s in own.timeline(arm)]
        assert lights == [getattr(s, "lights", ()) for s in published.timeline(arm)]


@pytest.mark.parametrize("name", list(examples()))
def test_an_example_is_right_and_has_nothing_odd(name: str) -> None:
    own = find(str(examples()[name]))
    assert own.remarks(own.arms) == ()
    assert {band.arm for band in own.bands()} <= set(own.arms)


def test_arms_share_their_history_until_they_differ() -> None:
    own = find(str(examples()["silent-engram"]))
    timelines = {arm: own.timeline(arm) for arm in own.arms}
    rules, labels = own.rules, own.labels
    plan = Experiment(own.circuit, rules, 1, timelines, {}, labels)._plan()
    names = {arm: [node.name for node in h.nodes] for arm, h in plan.items()}
    alike = [
        a == b for a, b in zip(*map(names.get, ("anisomycin", "eyfp")), strict=True)
    ]
    assert alike == [True] * 8 + [False]
    drugged, saline = (own.timeline(arm)[4] for arm in ("anisomycin", "saline"))
    assert (drugged.acts, saline.acts) == ((Dose("anisomycin"),), ())


# What the words mean


def test_what_is_left_out_leaves_its_place() -> None:
    own = written(WHOLE + '[arms.a]\n[arms.b]\nleave_out = "anisomycin"\n')
    a, b = own.timeline("a"), own.timeline("b")
    assert len(a) == len(b) and b[4].name == "no anisomycin" and b[4].acts == ()


def test_training_without_shocks_is_as_long() -> None:
    text = WHOLE.replace('place = "B"', 'place = "B"\nshocks = 5')
    own = written(text + "[arms.a]\n[arms.b]\nchange.training = { shocks = 0 }\n")
    a, b = (own.timeline(arm)[3] for arm in "ab")
    shock = own.circuit.columns.index("shock")
    assert a.stimulus[:, shock].sum() == 5 * 2000 and not b.stimulus[:, shock].any()
    assert len(a.stimulus) == len(b.stimulus)


def test_light_in_a_training_falls_where_the_animal_is_by_then() -> None:
    on = 'place = "B"\nlight = { on = "180 s to 182 s" }'  # the first shock
    (train,) = written(WHOLE.replace('place = "B"', on)).timeline("animals")[3].lights
    assert train.trains[0].start.text == "6 s" and train.trains[0].stop.text == "8 s"


def test_light_is_dropped_where_the_label_brings_a_marker() -> None:
    own = written(WHOLE + '[arms.a]\n[arms.b]\nopsin = { engram = "EYFP" }\n')
    assert own.timeline("a")[5].lights and not own.timeline("b")[5].lights


def test_a_receptor_acts_after_its_drug() -> None:
    text = WHOLE.replace("ChR2", "hM4Di").replace("anisomycin", "CNO")
    text = "\n".join(line for line in text.splitlines() if "light" not in line)
    steps = written(text).timeline("animals")
    assert steps[3].receptors == () and steps[5].receptors == (("engram", "hM4Di"),)


def test_a_drug_is_infused_and_synapses_are_lost() -> None:
    projection = "ec_fan_to_ca1_pyramidal"
    text = WHOLE.replace('"anisomycin"', '"APV"\nregion = "BLA"')
    text += f"""
[labels.ca1]
population = "ca1_pyramidal"
[[steps]]
do = "lose"
projection = "{projection}"
share = 0.5
label = "ca1"
"""
    steps = written(text).timeline("animals")
    assert steps[4].acts == (Dose("APV@BLA"),)
    assert steps[6].acts == (Lose(projection, 0.5, "ca1"),)


def test_settings_of_the_file_give_way_to_those_of_the_command() -> None:
    own = written(
        '[settings]\npace = 60\nca3.n_pyramidal = 400\n"circuit.scale" = 0.5\n' + WHOLE
    )
    assert (own.pace, own.circuit.ca3.n_pyramidal, own.circuit.scale) == (60, 400, 0.5)
    assert own.with_value("pace", "20").pace == 20


def test_a_setting_may_make_a_file_right() -> None:
    text = WHOLE.replace('6 min"\nlight', '40 h"\nlight')
    assert (
        "steps[5].duration: '40 h'; it would be simulated as 4800 s"
        in mistakes(text)[0]
    )
    assert written("[settings]\npace = 60\n" + text).timeline("animals")


def test_steps_without_a_name_are_told_apart() -> None:
    again = '[[steps]]\ndo = "wait"\nduration = "2 day"\n'
    names = [step.name for step in written(WHOLE + again).timeline("animals")]
    assert names[2] == "2 day later" and names[-1] == "2 day later 2"


# Mistakes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'titel = "x"\n' + WHOLE,
            "titel: 'x'; there is no such table: did you mean 'title'?",
        ),
        ("seed = 1.5\n" + WHOLE, "seed: 1.5; a whole number from 0 to"),
        (
            "[settings]\npaec = 3\n" + WHOLE,
            "settings.paec: '3'; there is no such parameter: did you mean 'pace'?",
        ),
        (
            '[settings]\npace = "x"\n' + WHOLE,
            "settings.pace: 'x'; a plain number is wanted, as in 30.0.",
        ),
        (
            WHOLE.replace('"DG"', '"DGG"'),
            "labels.engram.region: 'DGG'; there is no such region: did you mean 'DG'?",
        ),
        (
            WHOLE.replace('region = "DG"', 'population = "dg_granul"'),
            "labels.engram.population: 'dg_granul'; there is no such population: did "
            "you mean 'dg_granule'?",
        ),
        (
            WHOLE.replace('region = "DG"', 'population = "dg_basket"'),
            "labels.engram.promoter: 'c-Fos'; dg_basket has no immediate-early genes",
        ),
        (WHOLE.replace('region = "DG"\n', ""), "labels.engram: say which cells"),
        (
            WHOLE.replace('"DG"', '"DG"\npromoter = "cFos"'),
            "labels.engram.promoter: 'cFos'; there is no such promoter: did you mean "
            "'c-Fos'?",
        ),
        (
            WHOLE.replace('"DG"', '"DG"\nwindow = "4OHT"'),
            "labels.engram.window: '4OHT'; there is no such window: did you mean "
            "'4-OHT'?",
        ),
        (
            WHOLE.replace('"DG"', '"DG"\npenetrance = 1.2'),
            "labels.engram.penetrance: 1.2; a number of at most 1 is wanted.",
        ),
        (
            WHOLE.replace("ChR2", "Chr2"),
            "labels.engram.opsin: 'Chr2'; there is no such opsin, receptor or "
            "marker: did you mean 'ChR2'?",
        ),
        (
            WHOLE.replace('opsin = "ChR2"\n', ""),
            "steps[5].light.label: 'engram'; this label brings no opsin: write opsin "
            "in [labels.engram]",
        ),
        (
            WHOLE.replace("ChR2", "EYFP"),
            "steps[5].light.label: 'engram'; this label brings EYFP, only a marker",
        ),
        (
            WHOLE.replace("ChR2", "hM4Di"),
            "steps[5].light.label: 'engram'; this label brings hM4Di, a receptor",
        ),
        (
            'opsin = "ChR2"\n' + STEPS.replace('label = "engram", ', ""),
            "opsin: 'ChR2'; an opsin belongs to its label",
        ),
        (
            STEPS.replace('label = "engram", ', ""),
            "steps[5].light.label: light needs a label: Write one as [labels.NAME].",
        ),
        (
            '[fibres.dg]\npower = "0 mW"\n' + WHOLE,
            "fibres.dg.power: '0 mW'; a value above 0 is wanted, as in '9 mW'.",
        ),
        (
            '[fibres.dg]\nwavelength = "473"\n' + WHOLE,
            "fibres.dg.wavelength: '473'; it has no unit: write it as in '473 nm'.",
        ),
        (
            '[fibres.dg]\ndepth = "3 mm"\n' + WHOLE,
            "fibres.dg.depth: '3 mm'; the tip of the fibre lies outside of the "
            "tissue: from -0.5 to 0.5 mm",
        ),
        (
            WHOLE.replace('6 min"\nlight', '6 mins"\nlight'),
            "steps[5].duration: '6 mins'; the unit 'mins' is not known; did you mean "
            "min",
        ),
        (
            WHOLE.replace('6 min"\nlight', '6 mV"\nlight'),
            "steps[5].duration: '6 mV'; it is in volts; seconds are wanted",
        ),
        (
            WHOLE.replace('"6 min"\nlight', "6\nlight"),
            "steps[5].duration: 6; a text with a unit is wanted, as in '5 min'.",
        ),
        (
            WHOLE.replace('"2 day"', '"-2 day"'),
            "steps[2].duration: '-2 day'; 0 or more is wanted",
        ),
        (
            WHOLE.replace('"2 day"', '"2000000 day"'),
            "steps[2].duration: '2000000 day'; a hundred years at most",
        ),
        (
            WHOLE.replace('"train"', '"trian"'),
            "steps[3].do: 'trian'; there is no such word of a step: did you mean "
            "'train'?",
        ),
        (
            WHOLE.replace('place = "B"', 'plce = "B"'),
            "steps[3].place: it is missing: write it as in place = 'A'.",
        ),
        (
            WHOLE.replace('place = "B"', 'place = "B"\nshoks = 3'),
            "steps[3].shoks: 3; there is no such key: did you mean 'shocks'?",
        ),
        (
            WHOLE.replace('place = "B"', 'place = "150 % B"'),
            "steps[3].place: '150 % B'; The place '150 % B' has 150 %",
        ),
        (
            WHOLE.replace("anisomycin", "anisomicin"),
            "steps[4].drug: 'anisomicin'; there is no such drug: did you mean "
            "'anisomycin'?",
        ),
        (
            WHOLE.replace('"anisomycin"', '"CNO"\nregion = "BLA"'),
            "steps[4].region: 'BLA'; CNO acts in the whole animal here",
        ),
        (
            WHOLE.replace('label = "engram", ', 'label = "engrm", '),
            "steps[5].light.label: 'engrm'; there is no such label: did you mean "
            "'engram'? There are engram.",
        ),
        (
            WHOLE.replace(", on =", ', fibre = "x", on ='),
            "steps[5].light.fibre: 'x'; there is no fibre in the file.",
        ),
        (
            WHOLE.replace(", on =", ', power = "1 mW", on ='),
            "steps[5].light.power: '1 mW'; the power belongs to a fibre",
        ),
        (
            WHOLE.replace(", on =", ', width = "60 ms", on ='),
            "steps[5].light.width: '60 ms'; a pulse of 60 ms is longer than its "
            "period at 20 Hz, 50 ms",
        ),
        (
            WHOLE.replace("to 6 min", "to 7 min"),
            "steps[5].light.on: '3 min to 7 min'; the test ends before, after 360 s",
        ),
        (
            WHOLE.replace("to 6 min", "to 2 min"),
            "steps[5].light.on: '3 min to 2 min'; the second time must be later",
        ),
        (
            WHOLE + "[arms.a]\nchange.trainin = { shocks = 0 }",
            "arms.a.change.trainin: 'trainin'; there is no such step: did you mean "
            "'training'?",
        ),
        (
            WHOLE + "[arms.a]\nchange.training = { shoks = 0 }",
            "arms.a.change.training.shoks: 0; there is no such key: did you mean "
            "'shocks'?",
        ),
        (
            WHOLE + '[arms.a]\nleave_out = ["saline"]',
            "arms.a.leave_out: 'saline'; there is no such step",
        ),
        (
            WHOLE + '[arms.a]\ninsert = [{ after = "x", do = "dox on" }]',
            "arms.a.insert[1].after: 'x'; there is no such step",
        ),
        (
            WHOLE + '[arms.a]\ninsert = [{ do = "dox on" }]',
            "arms.a.insert[1]: say where",
        ),
        (
            WHOLE + '[arms.a]\nopsin = { engrm = "EYFP" }',
            "arms.a.opsin: 'engrm'; there is no such label: did you mean 'engram'?",
        ),
        (
            WHOLE + "[arms.measures]",
            "arms.measures: 'measures'; no arm can be called that.",
        ),
        (WHOLE + '[arms."a/b"]', "arms.\"a/b\": 'a/b'; a name without '/' is wanted."),
        (
            WHOLE + '[[steps]]\ndo = "inject"\nname = "x"\ndrug = "CNO"\n' * 2,
            "steps[7].name: 'x'; another step has this name already.",
        ),
        (
            WHOLE + '[[steps]]\ndo = "ablate"\nlabel = "x"',
            "steps[6].label: 'x'; there is no such label",
        ),
        (
            WHOLE
            + '[[steps]]\ndo = "lose"\nlabel = "engram"\nshare = 0.5\nprojection = "x"',
            "steps[6].projection: 'x'; there is no such plastic projection onto the "
            "label",
        ),
        (
            WHOLE + '[[measures]]\nmeasure = "frezing"',
            "measures[1].measure: 'frezing'; there is no such measure: did you mean "
            "'freezing'?",
        ),
        (
            WHOLE + '[[measures]]\nmeasure = "freezing"',
            "measures[1].step: freezing needs it",
        ),
        (
            WHOLE + '[[measures]]\nmeasure = "freezing"\nstep = "test B"',
            "measures[1].step: 'test B'; there is no such visit, training or test: "
            "did you mean 'test A'?",
        ),
        (
            WHOLE
            + '[[measures]]\nmeasure = "freezing"\nstep = "training"\nlight = "on"',
            "measures[1].light: 'on'; 'training' has no light",
        ),
        (
            WHOLE
            + '[[measures]]\nmeasure = "labelled"\nlabel = "engram"\nlow = 2\nhigh = 1',
            "measures[1].low: 2; it is above high = 1.",
        ),
        (
            WHOLE + '[[measures]]\nmeasure = "labelled"\nlabel = "engram"\nover = "x"',
            "measures[1].over: 'x'; there is no such arm",
        ),
        (
            WHOLE + '[[measures]]\nmeasure = "labelled"\nlabel = "engram"\n' * 2,
            "measures[2].name: 'engram labelled'; another measure of this arm has "
            "that name",
        ),
        (
            '[[steps]]\ndo = "wait"\nduration = "1 h"',
            "steps: the animals of 'animals' go nowhere",
        ),
        (
            '[[steps]]\ndo = "test"\nplace = "A"\nduration = "1 min"',
            "steps: they are all tests",
        ),
        ('title = "x"', "steps: write its steps as [[steps]]"),
    ],
)
def test_a_mistake_is_a_line_that_says_where_what_and_what_is_allowed(
    text: str, said: str
) -> None:
    assert [line for line in mistakes(text) if line.startswith(said)]


def test_all_mistakes_are_named_at_once_in_the_order_of_the_file() -> None:
    text = (
        WHOLE.replace("DG", "DGG").replace("2 day", "2 days").replace("6 min", "6 mV")
    )
    told = mistakes(text.replace("anisomycin", "anisomicin"))
    paths = [line.partition(":")[0] for line in told]
    assert paths == ["labels.engram.region"] + [
        f"steps[{k}].{key}"
        for k, key in ((2, "duration"), (4, "drug"), (5, "duration"), (5, "light.on"))
    ]


def test_what_an_arm_leaves_as_it_is_is_refused_once() -> None:
    text = WHOLE.replace("to 6 min", "to 7 min")
    text += '[arms.a]\n[arms.b]\nchange."test A" = { place = "C" }\n'
    assert len(mistakes(text)) == 1


def test_two_lights_on_the_same_cells_are_refused() -> None:
    two = WHOLE.replace("light = {", "light = [{").replace(
        '6 min" }', '6 min" }, { label = "engram" }]'
    )
    (line,) = mistakes(two)
    assert line.startswith("steps[5].light[2]: 'engram'; dg_granule has another light")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nb == 2\n", "my.toml, line 2: b == 2; invalid value."),
        ("a = { b = 1,\n c = 2 }\n", "a table in braces stands on one line."),
        ("", "my.toml: the file is empty; write its steps as [[steps]]"),
        ("# nothing\n", "my.toml: the file is empty"),
    ],
)
def test_what_is_no_experiment_is_refused(text: str, said: str) -> None:
    (line,) = mistakes(text)
    assert said in line


def test_a_file_that_is_missing_is_refused_with_the_nearest() -> None:
    written(WHOLE, "my-engram.toml")
    with pytest.raises(ExperimentError, match=r"is my-engram\.toml meant\?"):
        read("my-engrm.toml")


def test_the_name_of_a_published_protocol_is_no_title() -> None:
    written('title = "navigation"\n' + WHOLE)
    with pytest.raises(ValueError, match="give the experiment another title"):
        find("my.toml")


# What is odd, and may be meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WHOLE.replace("dox off", "dox on"), "'engram' never opens in a visit"),
        (WHOLE.replace('"2 day"', '"1 h"'), "'engram' is 1 % open at most in a visit"),
        (
            WHOLE.replace('"DG"', '"DG"\nwindow = "4-OHT"'),
            "'engram' never opens in a visit",
        ),
        (
            WHOLE + '[labels.a]\nregion = "CA1"\nopsin = "ChR2"',
            "No light falls on ChR2 of the label 'a'.",
        ),
        (WHOLE.replace("anisomycin", "CNO"), "CNO is given, and no label"),
        (
            '[fibres.a]\nwavelength = "635 nm"\n' + WHOLE,
            "Light of 635 nm hardly opens ChR2: it is best at 470 nm.",
        ),
    ],
)
def test_what_is_odd_is_said_and_run(text: str, said: str) -> None:
    own = written(text)
    assert own.timeline("animals")
    assert [note for note in own.remarks(own.arms) if said in note]
    assert [note for note in own.describe().notes if said in note]


# Measures


def test_measures_are_read_out_where_the_light_is_on() -> None:
    own = written(
        WHOLE
        + '[arms.a]\n[arms.b]\nopsin = { engram = "EYFP" }\n'
        + '[[measures]]\nmeasure = "freezing"\nstep = "test A"\nlight = "on"\nlow = '
        "0.1\n"
        + '[[measures]]\nmeasure = "freezing"\nstep = "test A"\nlight = "on over off"\n'
        + '[[measures]]\nmeasure = "freezing"\nstep = "test A"\nover = "b"\n'
        + '[[measures]]\nmeasure = "labelled"\nlabel = "engram"\n'
        + '[[measures]]\nmeasure = "rate"\nstep = "test A"\nregion = "DG"\n'
        + '[[measures]]\nmeasure = "active"\nstep = "test A"\nregion = "DG"\n'
        + '[[measures]]\nmeasure = "overlap"\nstep = "test A"\nlabel = "engram"\n'
    )

    tag = Tag(np.arange(2, dtype=np.uint32), 0.0, 1.0, "c-Fos", 0.5)

    def arm(on: float) -> Arm:
        t = 100 + np.arange(0.025, 12, 0.05)
        n = 10  # cells, of which the first fires 36 times in 12 s
        return Arm(
            populations={"dg_granule": PopulationInfo(n, "DG", "granule", "glutamate")},
            timeline=(Span("test A", "episode", 100.0, 112.0, "A"),),
            spikes={
                "dg_granule": Spikes(
                    np.linspace(100_100, 111_900, 36), np.zeros(36, np.uint32)
                )
            },
            tags={"engram": {"dg_granule": tag}},
            behaviour={"freezing": Trace(t, np.where(t >= 106, on, 0.1))},
        )

    found = own.values({"a": arm(0.4), "b": arm(0.1)})
    assert found["a", "freezing in test A, light on"] == pytest.approx(0.4)
    assert found["b", "freezing in test A, light on"] == pytest.approx(0.1)
    assert found["a", "freezing in test A, light on over off"] == pytest.approx(4)
    assert found["a", "freezing in test A, over b"] == pytest.approx(2.5)
    assert found["a", "engram labelled"] == 0.2
    assert found["a", "DG rate in test A"] == pytest.approx(0.3)
    assert found["a", "DG active in test A"] == 0.1
    assert found["a", "engram active in test A, over chance"] == pytest.approx(5)
    assert set(found) == {(band.arm, band.name) for band in own.bands()}
    assert ("a", "freezing in test A, over b") not in own.values({"a": arm(0.4)})
    assert own.bands()[0].low == 0.1


def test_without_measures_tests_and_labels_are_read_out() -> None:
    names = [band.name for band in written(WHOLE).bands()]
    lights = [f"freezing in test A, light {x}" for x in ("on", "off", "on over off")]
    assert names == [*lights, "engram labelled"]


# The command line


def test_a_file_is_described_and_cited(capsys: pytest.CaptureFixture[str]) -> None:
    written('title = "Light on B"\n' + WHOLE)
    assert cli.main(["describe", "my.toml"]) == cli.main(["cite", "my.toml"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("my.toml: Light on B\n") and err == ""
    assert "light on engram (ChR2)" in out and "dose anisomycin" in out


def test_mistakes_are_lines_on_stderr_and_nothing_is_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Experiment, "run", lambda *given: pytest.fail("it began"))
    Path("my.toml").write_text(
        WHOLE.replace("2 day", "2 days").replace("3 min to", "7 min to")
    )
    for verb in ("run", "describe"):
        assert cli.main([verb, "my.toml"]) == 2
        out, err = capsys.readouterr()
        lines = [line.partition(":")[0] for line in err.splitlines()]
        assert (out, lines) == ("", ["steps[2].duration", "steps[5].light.on"])
    assert [path.name for path in Path().iterdir()] == ["my.toml"]


def test_an_example_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    for name, file in examples().items():
        assert cli.main(["example", name]) == 0
        assert capsys.readouterr().out == file.read_text(encoding="utf-8")
    assert cli.main(["example", "silent"]) == 2
    assert "silent-engram" in capsys.readouterr().err


def test_nothing_reads_with_pydantic_before_it_must() -> None:
    # typer itself may load it, so the modules that read with it are looked for.
    verbs = [["list"], ["describe", "engram-reactivation"], ["--help"]]
    code = "import sys\nimport trisynapse.protocols.catalogue\n"
    code += "assert 'pydantic' not in sys.modules\nfrom trisynapse.cli import main\n"
    code += f"for verb in {verbs}: assert not main(verb)\n"
    code += "assert not [name for name in sys.modules if 'composed' in name]"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_changed_file_is_not_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Experiment, "_backend", stop)
    written("seed = 3\n" + WHOLE)
    with pytest.raises(Interrupted):
        running.run("my.toml", seed=3, scale=0.02, out="my.h5")
    with pytest.raises(Interrupted):
        running.resume("my.h5")
    Path("my.toml").write_text("something = 'else'")
    with pytest.raises(ValueError, match=r"my\.toml has changed since"):
        running.resume("my.h5")


@pytest.mark.slow
def test_a_file_runs_from_end_to_end(capsys: pytest.CaptureFixture[str]) -> None:
    written(
        'title = "A short one"\nseed = 7\n[settings]\npace = 600\nscale = 0.02\n'
        + WHOLE
        + '[arms.a]\n[arms.b]\nopsin = { engram = "EYFP" }\n'
    )
    assert cli.main(["run", "my.toml"]) == 0
    assert "Saved my-seed7.h5 and my-seed7.png" in capsys.readouterr().out
    recording = store.load("my-seed7.h5")
    assert (recording.protocol, recording.seed) == ("A short one", 7)
    assert WHOLE in recording.parameters["experiment"]["value"]
    a, b = recording.arms["a"], recording.arms["b"]
    assert a.tags["engram"] == b.tags["engram"]
    assert list(a.signals) == ["shock training", "light on engram, test A"]
    assert {m.name for m in recording.measures} == {
        m.name for m in read("my.toml").bands()
    }
    assert cli.main(["plot", "my-seed7.h5"]) == 0
