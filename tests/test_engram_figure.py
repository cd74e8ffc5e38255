"""Figures of engram experiments, held against recordings whose picture is known."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text

from trisynapse.analysis.engram_figure import (
    COLORS,
    FAILED,
    columns_of_tests,
    engram,
    fitted,
    lights,
    shortened,
    text_width,
    within_band,
)
from trisynapse.analysis.engram_life_figure import engram_life
from trisynapse.analysis.figures import LABELLED, OTHERS, RANGE, SHOCK
from trisynapse.simulation.recording import (
    Arm,
    Measure,
    PopulationInfo,
    Recording,
    Signal,
    Span,
    Spikes,
    Tag,
    Trace,
    Weights,
)

NAN, INF, DAY = float("nan"), float("inf"), 86400.0
POPULATIONS = {
    "ec_fan": PopulationInfo(100, "EC", "fan", "glutamate"),
    "dg_granule": PopulationInfo(200, "DG", "granule", "glutamate"),
    "ca3_pyramidal": PopulationInfo(100, "CA3", "pyramidal", "glutamate"),
    "ca1_pyramidal": PopulationInfo(100, "CA1", "pyramidal", "glutamate"),
    "bla_principal": PopulationInfo(80, "BLA", "principal", "glutamate"),
    "cea_output": PopulationInfo(40, "CeA", "output", "GABA"),
}
PARAMETERS = {
    symbol: {"value": value, "meaning": "", "source": ""}
    for symbol, value in {
        "fibre.wavelength": "473 nm",
        "circuit.thresholds.dg_granule": "0.9 Hz",
        "circuit.thresholds.ca3_pyramidal": "1.7 Hz",
        "circuit.thresholds.ca1_pyramidal": "1.3 Hz",
    }.items()
}
PATH = "ec_fan_to_dg_granule"
LABELS = {"engram": "dg_granule"}
OFF_ON = ((6.0, 12.0), (18.0, 24.0))
SHOCKS = ((6.0, 8.0), (9.0, 11.0), (12.0, 14.0))


def gap(name: str, seconds: float = 0.0) -> tuple[str, float]:
    """Return a gap, or something done to the animal."""
    return name, seconds


def visit(
    name: str,
    place: str,
    seconds: float,
    frozen: float | tuple[float, float] = 0.02,
    *,
    shocks: tuple[tuple[float, float], ...] = (),
    light: Mapping[str, tuple[tuple[float, float], ...]] | None = None,
) -> dict[str, Any]:
    """Return an episode, with freezing or that with the light off and on."""
    return {
        "name": name,
        "place": place,
        "seconds": seconds,
        "frozen": frozen,
        "shocks": shocks,
        "light": light or {},
    }


def course(
    seconds: float, windows: tuple[tuple[float, float], ...], hz: float = 0.0
) -> Any:
    """Return a signal at 1 kHz that is on in some windows, in pulses of 15 ms."""
    t = np.arange(round(seconds * 1e3)) * 1e-3
    on = np.zeros(len(t))
    for start, stop in windows:
        inside = (t >= start) & (t < stop)
        on[inside] = (t[inside] - start) % (1 / hz) < 0.015 if hz else 1.0
    return on


def arm(
    *steps: Any,
    labels: Mapping[str, str] = LABELS,
    window: tuple[str, str] = ("dox off", "dox on"),
    moments: Mapping[str, tuple[float, float]] | None = None,
) -> Arm:
    """Return an arm; a tenth of each labelled population is labelled, from cell 0 on.

    Labelled cells fire more in every episode. Moments are {name: (early, late)} of the
    synapses onto labelled cells; others stay at 1 and 0.
    """
    rng = np.random.default_rng(1)
    spans, times, levels, signals, now = [], [], [], {}, 0.0
    fired: dict[str, list[Any]] = {name: [] for name in POPULATIONS}
    for step in steps:
        if isinstance(step, tuple):
            spans.append(Span(step[0], "gap", now, now + step[1], ""))
            now += step[1]
            continue
        name, seconds = step["name"], step["seconds"]
        spans.append(Span(name, "episode", now, now + seconds, step["place"]))
        lit = np.zeros(round(seconds * 20), bool)
        t = np.arange(len(lit)) / 20 + 0.025
        for label, windows in step["light"].items():
            signal = Signal(course(seconds, windows, 20), 1e3, now, "1")
            signals[f"light on {label}, {name}"] = signal
            for start, stop in windows:
                lit |= (t >= start) & (t < stop)
        if step["shocks"]:
            shock = Signal(course(seconds, step["shocks"]), 1e3, now, "1")
            signals[f"shock {name}"] = shock
        frozen = step["frozen"]
        off, on = frozen if isinstance(frozen, tuple) else (frozen, frozen)
        times.append(now + t)
        levels.append(np.where(lit, on, off))
        for population, info in POPULATIONS.items():
            rates = np.full(info.size, 0.4)
            rates[: info.size // 10] = 3.0
            for cell, n in enumerate(rng.poisson(rates * seconds)):
                fired[population] += [
                    (1e3 * (now + at), cell) for at in seconds * rng.random(n)
                ]
        now += seconds
    starts = {span.name: span.start_s for span in spans}
    edges = starts.get(window[0], 0.0), starts.get(window[1], now)
    tags = {
        label: {
            population: Tag(
                np.arange(POPULATIONS[population].size // 10, dtype=np.uint32),
                *edges,
                "c-Fos",
                0.5,
            )
        }
        for label, population in labels.items()
    }
    kept = {name: synapses(*parts) for name, parts in (moments or {}).items()}
    return Arm(
        populations=POPULATIONS,
        timeline=tuple(spans),
        spikes={name: spikes(rows) for name, rows in fired.items()},
        weights={PATH: kept} if kept else {},
        tags=tags,
        behaviour={"freezing": Trace(np.concatenate(times), np.concatenate(levels))},
        signals=signals,
    )


def spikes(rows: list[Any]) -> Spikes:
    ordered = sorted(rows)
    ids = np.array([cell for _, cell in ordered], np.uint32)
    return Spikes(np.array([t for t, _ in ordered]), ids)


def synapses(early: float, late: float) -> Weights:
    """Return one synapse onto each granule cell, the tenth that is labelled so."""
    post = np.arange(200, dtype=np.uint32)
    h, z = np.where(post < 20, early, 1.0), np.where(post < 20, late, 0.0)
    return Weights(post % 100, post, 2.0 * (h + z), h, z, z > 0)


def recording(
    name: str, arms: Mapping[str, Arm], measures: tuple[Measure, ...] = ()
) -> Recording:
    return Recording(name, "memory", 1, PARAMETERS, {}, dict(arms), measures)


def measure(name: str, what: str, value: float, low: float, high: float) -> Measure:
    ok = not value < low and not value > high
    return Measure(name, what, value, "1", low, high, int(ok), "a paper")


def reactivation() -> Recording:
    """Return five arms, the light in four of them."""
    pair = gap("on dox"), visit("habituation A", "A", 24, light={"engram": OFF_ON})
    opened = gap("dox off"), gap("window opens", 2 * DAY)
    closed = gap("dox on"), gap("window closes", DAY)
    trained = visit("training", "B", 14.4, (0.3, 0.3), shocks=SHOCKS)
    dark = visit("training", "B", 14.4, 0.02)

    def tested(on: float, lit: bool = True) -> dict[str, Any]:
        light = {"engram": OFF_ON} if lit else None
        return visit("test A", "A", 24, (0.02, on), light=light)

    explored = visit("exploration C", "C", 10), *closed, trained, gap("rest", DAY)
    moved = gap("label of others")
    arms = {
        "tagged": arm(*pair, *opened, trained, *closed, tested(0.25)),
        "no-shock": arm(*pair, *opened, dark, *closed, tested(0.03)),
        "eyfp": arm(*pair, *opened, trained, *closed, tested(0.03, False)),
        "other-context": arm(*pair, *opened, *explored, tested(0.04)),
        "random-cells": arm(*pair, *opened, trained, *closed, moved, tested(0.04)),
    }
    bands = [measure("tagged", "granule cells labelled", 0.1, 0.01, 0.08)]
    bands.append(measure("tagged", "light on over off", 12.5, 3.0, NAN))
    for other in list(arms)[1:]:
        bands.append(measure(other, "more by light than noise", 0.0, NAN, 0.0))
        bands.append(measure(other, "tagged over this, light on", 2.0, 3.0, NAN))
    return recording("engram-reactivation", arms, tuple(bands))


def silent() -> Recording:
    """Return three arms with synapses at three moments and a test by natural cues."""

    def one(shocks: Any, act: str, late: float, b: float, on: float) -> Arm:
        return arm(
            gap("on dox"),
            visit("habituation A", "A", 24, light={"engram": OFF_ON}),
            gap("dox off"),
            gap("window opens", 2 * DAY),
            visit("training", "B", 14.4, 0.2, shocks=shocks),
            gap(act),
            gap("dox on"),
            gap("window closes", DAY),
            visit("test B", "B", 10, b),
            visit("test A", "A", 24, (0.03, on), light={"engram": OFF_ON}),
            moments={
                "before training": (1.0, 0.0),
                "after training": (1.6, 0.0),
                "at test": (1.0 + 0.1 * late, 0.5 * late),
            },
        )

    arms = {
        "saline": one(SHOCKS, "saline", 1.0, 0.4, 0.3),
        "anisomycin": one(SHOCKS, "anisomycin", 0.0, 0.1, 0.28),
        "no-shock": one((), "saline", 0.6, 0.02, 0.03),
    }
    told = "perforant path, labelled over others"
    over = "CA3 cells that fire at training, over chance"
    return recording(
        "silent-engram",
        arms,
        (
            measure("saline", told, 1.6, 1.3, 2.0),
            measure("anisomycin", told, 1.4, 0.9, 1.25),
            measure("anisomycin", over, NAN, 1.0, NAN),
            measure("anisomycin", "by light, over saline", INF, 0.8, NAN),
        ),
    )


def false_memory() -> Recording:
    """Return four arms with two labels and four tests, two of them lit."""
    labels = {"dg": "dg_granule", "ca1": "ca1_pyramidal"}

    def one(during: str, later: str, a: float) -> Arm:
        light = {during: ((0.0, 14.4),)} if during else None
        lit = {later: ((1.0, 2.0), (3.0, 4.0))} if later else None
        return arm(
            gap("on dox"),
            gap("dox off"),
            gap("window opens", 2 * DAY),
            visit("exploration A", "A", 20),
            gap("dox on"),
            gap("window closes", DAY),
            visit("training", "B", 14.4, 0.3, shocks=SHOCKS, light=light),
            gap("rest", DAY),
            visit("test A", "A", 6, a),
            visit("test C", "C", 6, 0.05),
            visit("test B", "B", 4, (0.5, 0.6), light=lit),
            visit("test D", "D", 4, (0.02, 0.15), light=lit),
            labels=labels,
        )

    arms = {
        "dg": one("dg", "dg", 0.3),
        "mcherry": one("", "", 0.05),
        "no-light": one("", "dg", 0.04),
        "ca1": one("ca1", "ca1", 0.07),
    }
    told = [(name, f"freezing, A over {place}") for name in arms for place in "CD"]
    rows = [measure(name, what, 1.5, 2.0, 4.0) for name, what in told]
    return recording("false-memory", arms, tuple(rows))


def silencing() -> Recording:
    """Return six arms, light throughout the only test of some."""
    regions = {"dg": "dg_granule", "ca3": "ca3_pyramidal", "ca1": "ca1_pyramidal"}

    def one(*lit: str, act: str = "") -> Arm:
        light = {name: ((0.0, 10.0),) for name in lit}
        return arm(
            gap("on dox"),
            gap("dox off"),
            gap("window opens", 2 * DAY),
            visit("training", "A", 14.4, 0.3, shocks=SHOCKS),
            gap("dox on"),
            gap("window closes", DAY),
            *([gap(act)] if act else []),
            visit("test A", "A", 10, 0.2 if lit else 0.5, light=light),
            labels=regions,
        )

    arms = {"eyfp": one(), **{name: one(name) for name in regions}}
    arms["random-ca1"] = one("ca1", act="label of others")
    arms["all regions at once"] = one(*regions)
    rows = [measure(n, "freezing in A, over eyfp", 0.4, NAN, 0.6) for n in arms]
    return recording("engram-silencing", arms, tuple(rows))


def injected() -> Recording:
    """Return two arms without light or window, procedures between and within gaps."""

    def one(*acts: str) -> Arm:
        return arm(
            visit("exploration", "home", 1.0),
            *(gap(act) for act in acts),
            gap("to training", 3600.0),
            visit("training", "A", 3.0, 0.5, shocks=((0.0, 3.0),)),
            *(gap(act) for act in acts[:1]),
            visit("test A 1 h", "A", 1.0, 0.6),
            gap("first hours", 7200.0),
            gap("an infusion into the amygdala"),
            gap("later", 20 * DAY),
            visit("test B 20 d", "B", 1.0, 0.64),
            gap("perfusion"),
            labels={"a": "ca1_pyramidal", "b": "bla_principal", "c": "ec_fan"},
        )

    arms = {
        "vehicle": one("saline", "a second injection"),
        "a treatment with a long name": one("anisomycin", "a second injection"),
    }
    return recording("early-alzheimer", arms)


def odd() -> Recording:
    """Return arms that lack one thing each."""
    whole = silent().arms["saline"]
    none = {"engram": {"dg_granule": replace(_tag(whole), node_ids=whole_ids())}}
    arms = {
        "no labels": replace(whole, tags={}),
        "empty labels": replace(whole, tags=none),
        "no behaviour": replace(whole, behaviour={}),
        "no spikes": replace(whole, spikes={}),
        "no light": replace(whole, signals={}),
        "no tests": replace(whole, timeline=whole.timeline[:5]),
        "only gaps": replace(whole, timeline=whole.timeline[2:4]),
        "nothing": Arm(POPULATIONS, (), {}),
        "one too many": whole,
    }
    return replace(recording("user", arms), parameters={})


def _tag(one: Arm) -> Tag:
    return one.tags["engram"]["dg_granule"]


def whole_ids() -> Any:
    return np.empty(0, np.uint32)


def lacking() -> dict[str, Recording]:
    """Return recordings of a single arm that lacks one thing."""
    base = odd()
    return {
        name: replace(base, arms={name: one})
        for name, one in base.arms.items()
        if name != "one too many"
    }


MAKERS: dict[str, Callable[[], Recording]] = {
    "reactivation": reactivation,
    "silent": silent,
    "false memory": false_memory,
    "silencing": silencing,
    "injected": injected,
    "odd": odd,
}


@cache
def made(name: str) -> Recording:
    return {**lacking(), **{key: make() for key, make in MAKERS.items()}}[name]


CASES = [*MAKERS, "no spikes", "no tests", "only gaps", "nothing"]
DRAW = {"engram": engram, "life": engram_life}


def panel(figure: Figure, label: str) -> Axes:
    (axes,) = [axes for axes in figure.axes if axes.get_label() == label]
    return axes


def boxes(axes: Axes, color: str) -> list[Any]:
    wanted = to_rgba(color)[:3]
    shown: list[Any] = list(axes.patches)
    return [p for p in shown if to_rgba(p.get_facecolor())[:3] == wanted]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]


def written(figure: Figure) -> dict[Text, Any]:
    """Return what is written on the page, and where in pixels."""
    figure.draw_without_rendering()
    off = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        if not axes.axison or not _on_axis(axis, tick.get_loc())
        for label in (tick.label1, tick.label2)
    }
    found: Any = figure.findobj(Text)
    shown = [t for t in found if t.get_visible() and t.get_text() and t not in off]
    return {t: t.get_window_extent() for t in shown}


def _on_axis(axis: Any, place: float) -> bool:
    low, high = sorted(axis.get_view_interval())
    return bool(low - 1e-9 <= place <= high + 1e-9)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("which", DRAW)
def test_no_text_covers_another_or_leaves_the_page(which: str, case: str) -> None:
    figure = DRAW[which](made(case))
    places, page = written(figure), figure.bbox
    left = [
        t.get_text()
        for t, box in places.items()
        if box.x0 < page.x0 or box.y0 < page.y0 or box.x1 > page.x1 or box.y1 > page.y1
    ]
    covered = [
        (a.get_text(), b.get_text())
        for (a, p), (b, q) in combinations(places.items(), 2)
        if min(p.x1, q.x1) - max(p.x0, q.x0) > 1
        and min(p.y1, q.y1) - max(p.y0, q.y0) > 2
    ]
    assert not left
    assert not covered


@pytest.mark.parametrize("which", DRAW)
def test_the_page_is_the_same_for_the_same_recording(which: str) -> None:
    pages = []
    for _ in range(2):
        DRAW[which](made("silent")).savefig(page := BytesIO(), format="png")
        pages.append(page.getvalue())
    assert pages[0] == pages[1]


@pytest.mark.parametrize("which", DRAW)
def test_an_empty_recording_has_a_page(which: str) -> None:
    DRAW[which](recording("user", {})).draw_without_rendering()


def test_the_page_has_its_four_panels_at_eleven_by_eight_and_a_half_inches() -> None:
    figure = engram(made("reactivation"))
    assert {"a", "b", "c", "d"} <= set(texts(figure))
    assert figure.get_size_inches().tolist() == [11.0, 8.5]


def test_pulses_of_a_train_are_one_stretch_of_light() -> None:
    one = made("reactivation").arms["tagged"]
    found = lights(one, one.timeline[1])
    assert [label for label, _, _ in found] == ["engram", "engram"]
    assert [start for _, start, _ in found] == pytest.approx([6.0, 18.0])
    assert [stop for _, _, stop in found] == pytest.approx([11.965, 23.965], abs=2e-3)


@pytest.mark.parametrize("windows", [((0.0, 5.0),), ((1.0, 2.0), (3.0, 4.0))])
def test_continuous_light_is_as_many_stretches_as_it_has(windows: Any) -> None:
    span = Span("test", "episode", 100.0, 105.0, "A")
    signal = Signal(course(5.0, windows), 1e3, 100.0, "1")
    dark = Arm({}, (span,), {}, signals={"light on dg, test": signal})
    found = [(a - 100, b - 100) for _, a, b in lights(dark, span)]
    assert found == [pytest.approx(window) for window in windows]


def test_tests_of_all_arms_are_columns_in_the_order_of_the_experiment() -> None:
    found = columns_of_tests(made("false memory").arms)
    assert list(found) == ["test A", "test C", "test B", "test D"]
    assert [bool(light) for light in found.values()] == [False, False, True, True]


def test_visits_have_the_colours_of_their_places_and_shocks_theirs() -> None:
    axes = panel(engram(made("false memory")), "timeline")
    visits = {place: len(boxes(axes, color)) for place, color in COLORS.items()}
    assert visits == {"A": 8, "B": 8, "C": 4, "D": 4}
    assert len(boxes(axes, SHOCK)) == 12


def test_the_window_reaches_from_dox_off_to_the_end_of_training() -> None:
    axes = panel(engram(made("reactivation")), "timeline")
    window = boxes(axes, LABELLED)[0]
    visits = boxes(axes, COLORS["A"])
    trained = boxes(axes, COLORS["B"])[0]
    edge = visits[0].get_x() + visits[0].get_width()
    assert window.get_x() == pytest.approx(edge, abs=0.01)
    stop = trained.get_x() + trained.get_width()
    assert window.get_x() + window.get_width() == pytest.approx(stop, abs=0.01)


def test_gaps_and_procedures_are_named() -> None:
    told = texts(engram(made("reactivation")))
    assert {"48 h", "24 h", "on dox", "dox off", "label of others"} <= set(told)


def test_freezing_with_the_light_off_and_on_is_written_beside_its_course() -> None:
    told = texts(engram(made("reactivation")))
    assert "off 2.1\non 25" in told or "off 2.2\non 25" in told


def test_where_no_test_has_light_bars_show_the_mean() -> None:
    axes = panel(engram(made("injected")), "freezing test B 20 d")
    bars = boxes(axes, COLORS["B"])
    assert [bar.get_width() for bar in bars] == pytest.approx([64.0, 64.0])


def test_the_raster_begins_three_seconds_before_the_light() -> None:
    axes = panel(engram(made("reactivation")), "dg_granule spikes")
    assert axes.get_xlim() == pytest.approx((-3.0, 3.0))
    (marks,) = [line for line in axes.lines if line.get_color() == LABELLED]
    assert max(np.asarray(marks.get_ydata())) < 20


def test_a_measure_outside_its_band_is_coloured() -> None:
    axes = panel(engram(made("silent")), "measures")
    colors = [line.get_color() for line in axes.lines]
    assert colors.count(FAILED) == 1
    assert len(boxes(axes, RANGE)) == 4


@pytest.mark.parametrize(
    ("value", "low", "high", "place"),
    [
        (2.0, 2.0, 4.0, 1 / 3),
        (4.0, 2.0, 4.0, 2 / 3),
        (0.0, 2.0, 4.0, 1 / 6),
        (3.0, 3.0, NAN, 1 / 3),
        (6.0, 3.0, NAN, 2 / 3),
        (0.0, NAN, 0.0, 2 / 3),
        (INF, 3.0, NAN, 1.0),
        (-INF, NAN, 1.0, 0.0),
    ],
)
def test_a_value_has_a_place_relative_to_its_band(
    value: float, low: float, high: float, place: float
) -> None:
    assert within_band(value, low, high) == pytest.approx(place)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (6.2e10, "6e10"),
        (1e5, "1e5"),
        (99_999.0, "99999"),
        (INF, "∞"),
        (-INF, "-∞"),
        (NAN, "n/a"),
    ],
)
def test_a_value_is_told_as_wide_as_its_column(value: float, told: str) -> None:
    one = Measure("saline", "a ratio", value, "1", 3.0, NAN, 1, "a paper")
    figure = engram(replace(made("silent"), measures=(one,)))
    assert told in [text.get_text() for text in figure.texts]
    assert text_width(told, 6.5) <= 0.4


@pytest.mark.parametrize(
    ("value", "low", "high", "told"),
    [
        (0.898, 0.9, NAN, "0.898"),
        (0.951, 0.9, NAN, "0.95"),
        (0.9, 0.9, NAN, "0.9"),
        (0.8999999, 0.9, NAN, "0.9"),  # what no column is wide enough for
        (0.1031, NAN, 0.1, "0.103"),
        (0.0994, NAN, 0.1, "0.099"),
        (0.148, NAN, 0.15, "0.15"),
        (1.004, 1.0, 1.0, "1.004"),
    ],
)
def test_a_rounded_value_stays_on_its_side_of_the_band(
    value: float, low: float, high: float, told: str
) -> None:
    one = Measure("dg", "a ratio", value, "1", low, high, 0, "a paper")
    figure = engram(replace(made("silent"), measures=(one,)))
    assert told in [text.get_text() for text in figure.texts]
    assert text_width(told, 6.5) <= 0.4


def test_text_is_broken_so_that_it_fits() -> None:
    told = fitted("label of others", 0.5, 6.5, 2)
    assert told == "label of\nothers"
    assert fitted("label of others", 0.3, 6.5, 2) is None
    short = shortened("label of others", 0.5, 6.5)
    assert short.endswith("…")
    assert text_width(short, 6.5) <= 0.5


def test_recruitment_is_the_labelled_share() -> None:
    axes = panel(engram_life(made("silent")), "recruitment saline")
    assert [bar.get_height() for bar in boxes(axes, LABELLED)] == [10.0]


def test_without_labels_cells_active_in_training_are_recruited() -> None:
    whole = made("silent").arms["saline"]
    bare = recording("user", {"one": replace(whole, tags={})})
    axes = panel(engram_life(bare), "recruitment one")
    assert [bar.get_height() for bar in boxes(axes, OTHERS)][0] > 5.0


def test_strengthening_shows_the_late_phase_above_the_early_one() -> None:
    axes = panel(engram_life(made("silent")), "strengthening saline")
    heights = [bar.get_height() for bar in boxes(axes, LABELLED)]
    assert heights == pytest.approx([2.0, 0.0, 3.2, 0.0, 2.2, 1.0])
    assert [bar.get_height() for bar in boxes(axes, OTHERS)][::2] == [2.0] * 3


def test_consolidation_is_the_late_share_of_the_weight() -> None:
    axes = panel(engram_life(made("silent")), "consolidation saline")
    (line,) = [line for line in axes.lines if line.get_color() == LABELLED]
    assert np.asarray(line.get_ydata()) == pytest.approx([0.0, 0.0, 100 * 0.5 / 1.6])


def test_silence_sets_natural_cues_beside_light() -> None:
    axes = panel(engram_life(made("silent")), "silence anisomycin")
    heights = [bar.get_height() for bar in axes.patches]  # type: ignore[attr-defined]
    assert heights[0] == pytest.approx(10.0)
    assert heights[2] == pytest.approx(28.0, abs=0.5)


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("reactivation", "no weights kept"),
        ("no labels", "no labelled cells"),
        ("no spikes", "no spikes kept"),
        ("no behaviour", "freezing not kept"),
        ("nothing", "no tests"),
    ],
)
def test_what_is_missing_is_said(case: str, told: str) -> None:
    assert told in texts(engram_life(made(case)))


@pytest.mark.parametrize("kind", ["pdf", "svg"])
def test_it_can_be_saved_as_vectors(kind: str) -> None:
    for draw in DRAW.values():
        draw(made("silent")).savefig(page := BytesIO(), format=kind)
        assert len(page.getvalue()) > 10_000
