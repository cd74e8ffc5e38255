"""The figure of fear conditioning, held against recordings whose picture is known."""

import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from itertools import combinations
from tempfile import TemporaryDirectory
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from trisynapse.analysis.figures import LABELLED, PLACES, SHOCK, fear_conditioning
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
)

ARMS = ("paired", "no-shock", "immediate-shock", "anisomycin")
NAN, INF = float("nan"), float("inf")
DAY = 86400.0
TIMELINE = (
    Span("habituation", "episode", 0.0, 6.0, "A"),
    Span("rest", "gap", 6.0, DAY, ""),
    Span("training", "episode", DAY, DAY + 10, "A"),
    Span("to 1 h", "gap", DAY + 10, DAY + 3610, ""),
    Span("test A 1 h", "episode", DAY + 3610, DAY + 3614, "A"),
    Span("test B 1 h", "episode", DAY + 3614, DAY + 3618, "B"),
    Span("to 24 h", "gap", DAY + 3618, 2 * DAY + 10, ""),
    Span("test A 24 h", "episode", 2 * DAY + 10, 2 * DAY + 14, "A"),
    Span("test B 24 h", "episode", 2 * DAY + 14, 2 * DAY + 18, "B"),
)
FREEZING = {
    "habituation": 0.02,
    "training": 0.3,
    "test A 1 h": 0.5,
    "test B 1 h": 0.1,
    "test A 24 h": 0.4,
    "test B 24 h": 0.08,
}
REGIONS = {
    "dg_granule": PopulationInfo(100, "DG", "granule", "glutamate"),
    "ca3_pyramidal": PopulationInfo(100, "CA3", "pyramidal", "glutamate"),
    "ca1_pyramidal": PopulationInfo(100, "CA1", "pyramidal", "glutamate"),
    "bla_principal": PopulationInfo(100, "BLA", "principal", "glutamate"),
    "cea_output": PopulationInfo(30, "CeA", "output", "GABA"),
}
PARAMETERS = {
    symbol: {"value": value, "meaning": "", "source": ""}
    for symbol, value in {
        "habituation": "5 min",
        "exploring": "3 min",
        "shocks": "3",
        "shock": "2 s",
        "test": "2 min",
        "blocked": "4 h",
        "pace": "30.0",
    }.items()
}
MEASURES = (
    Measure("paired", "freezing before training", 0.02, "1", NAN, 0.1, 1, "a paper"),
    Measure("paired", "freezing in A at 24 h", 0.4, "1", 0.25, 0.7, 1, "a paper"),
    Measure("paired", "DG labelled", 0.1, "1", 0.02, 0.06, 0, "a paper"),
)


def ids(*cells: int) -> Any:
    return np.array(cells, np.uint32)


def spikes(*fired: tuple[float, int]) -> Spikes:
    """Return the spikes of (second of the experiment, cell)."""
    ordered = sorted(fired)
    return Spikes(
        np.array([1e3 * t for t, _ in ordered]), ids(*(c for _, c in ordered))
    )


def group() -> Arm:
    """Return an arm in which cells 10 to 19 are labelled and fire in A, not in B."""
    in_a = [(2 * DAY + 11 + 0.1 * k, c) for c in range(10, 20) for k in range(8)]
    in_b = [(2 * DAY + 15 + 0.1 * k, c) for c in range(20, 30) for k in range(8)]
    times, values = [], []
    for span in TIMELINE:
        if span.kind == "episode":
            t = np.arange(span.start_s + 0.025, span.stop_s, 0.05)
            times.append(t)
            values.append(np.full(len(t), FREEZING[span.name]))
    tag = Tag(ids(*range(10, 20)), DAY, DAY + 10, "c-Fos", 1.5)
    return Arm(
        populations=REGIONS,
        timeline=TIMELINE,
        spikes={name: spikes(*in_a, *in_b) for name in REGIONS},
        tags={"training": {name: tag for name in list(REGIONS)[:4]}},
        behaviour={"freezing": Trace(np.concatenate(times), np.concatenate(values))},
        signals={"shock training": shock((6.0, 8.0))},
    )


def shock(*windows: tuple[float, float]) -> Signal:
    t = np.arange(10_000) * 1e-3
    on = np.zeros(len(t))
    for start, stop in windows:
        on[(t >= start) & (t < stop)] = 1.0
    return Signal(on, 1000.0, DAY, "1")


def recording(**arms: Arm) -> Recording:
    chosen = arms or {name: group() for name in ARMS}
    return Recording("fear-conditioning", "memory", 1, PARAMETERS, {}, chosen, MEASURES)


def panel(figure: Figure, label: str) -> Axes:
    (axes,) = [axes for axes in figure.axes if axes.get_label() == label]
    return axes


def boxes(axes: Axes, color: str) -> list[Rectangle]:
    wanted = to_rgba(color)
    found = [p for p in axes.patches if isinstance(p, Rectangle)]
    return [p for p in found if to_rgba(p.get_facecolor())[:3] == wanted[:3]]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]


def written(figure: Figure) -> dict[Text, Any]:
    """Return what is written on the page, and where in pixels."""
    figure.draw_without_rendering()
    off = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not _on_axis(axis, tick.get_loc()) or not axes.axison
        for label in (tick.label1, tick.label2)
    }
    found: Any = figure.findobj(Text)
    shown = [t for t in found if t.get_visible() and t.get_text() and t not in off]
    return {t: t.get_window_extent() for t in shown}


def _on_axis(axis: Any, place: float) -> bool:
    low, high = sorted(axis.get_view_interval())
    return bool(low - 1e-9 <= place <= high + 1e-9)


def test_the_page_has_its_four_panels() -> None:
    figure = fear_conditioning(recording())
    assert {"a", "b", "c", "d"} <= set(texts(figure))
    labels = {axes.get_label() for axes in figure.axes}
    assert {"timeline", "freezing", "labelled", "re-activation"} <= labels
    assert {f"{name} test A 24 h" for name in REGIONS} <= labels


def test_axes_with_numbers_name_their_unit() -> None:
    figure = fear_conditioning(recording())
    panels = ("freezing", "labelled", "re-activation")
    told = [panel(figure, name).get_ylabel() for name in panels]
    for label, unit in zip(told, ("% of time", "% of cells", "chance"), strict=True):
        assert unit in label
    assert any(text.startswith("time in the episode (s)") for text in texts(figure))


def test_a_bar_is_the_mean_freezing_of_its_episode() -> None:
    axes = panel(fear_conditioning(recording(paired=group())), "freezing")
    heights = {
        color: sorted(round(box.get_height(), 6) for box in boxes(axes, color))
        for color in PLACES.values()
    }
    assert heights == {PLACES["A"]: [2.0, 40.0, 50.0], PLACES["B"]: [8.0, 10.0]}


def test_the_band_of_a_measure_lies_behind_freezing_in_a_at_24_h() -> None:
    axes = panel(fear_conditioning(recording()), "freezing")
    (band,) = [box for box in boxes(axes, "0.85") if box.get_y() > 0]
    assert band.get_y() == pytest.approx(25)
    assert band.get_y() + band.get_height() == pytest.approx(70)
    (bar,) = [
        box
        for box in boxes(axes, PLACES["A"])
        if band.get_x() < box.get_x() < band.get_x() + band.get_width()
    ]
    assert bar.get_height() == pytest.approx(40)


def test_an_open_side_of_a_band_reaches_the_edge() -> None:
    axes = panel(fear_conditioning(recording()), "freezing")
    (band,) = [box for box in boxes(axes, "0.85") if box.get_y() == 0]
    assert band.get_height() == pytest.approx(10)


def test_the_labelled_share_is_that_of_all_cells() -> None:
    axes = panel(fear_conditioning(recording()), "labelled")
    assert [box.get_height() for box in boxes(axes, LABELLED)] == [10.0] * 4


def test_the_same_tenth_of_the_cells_is_ten_times_chance() -> None:
    axes = panel(fear_conditioning(recording()), "re-activation")
    ends = [line for line in axes.lines if line.get_marker() == "o"]
    assert [float(line.get_ydata()[0]) for line in ends] == pytest.approx([10.0] * 4)
    assert {line.get_color() for line in ends} == {PLACES["A"]}


def test_no_cell_again_is_an_arrow_at_the_lower_edge() -> None:
    axes = panel(fear_conditioning(recording()), "re-activation")
    arrows = [line for line in axes.lines if line.get_marker() == "v"]
    assert len(arrows) == 4
    assert {line.get_color() for line in arrows} == {PLACES["B"]}
    assert all(0 < line.get_ydata()[0] < 1 for line in arrows)


def test_labelled_cells_come_first_in_the_raster() -> None:
    arm = group()
    start = arm.span("test A 24 h").start_s
    arm.spikes["dg_granule"] = spikes((start + 1.5, 10), (start + 2.5, 19), (start, 99))
    axes = panel(fear_conditioning(recording(paired=arm)), "dg_granule test A 24 h")
    (marks,) = [line for line in axes.lines if line.get_color() == LABELLED]
    assert marks.get_xdata() == pytest.approx([1.5, 2.5])
    assert list(marks.get_ydata()) == [0, 9]
    top = max(axes.get_ylim())
    assert top == pytest.approx(39.5)


def test_it_says_how_many_of_how_many_cells_are_shown() -> None:
    told = texts(fear_conditioning(recording()))
    assert told.count("10 of 10 labelled") == told.count("30 of 90 others") == 4
    assert "30 of 30 cells" in told


def test_shocks_are_shaded_where_the_signal_says() -> None:
    arm = replace(group(), signals={"shock training": shock((2, 4), (6, 7.5))})
    figure = fear_conditioning(recording(paired=arm))
    shades = boxes(panel(figure, "cea_output training"), SHOCK)
    found = [(s.get_x(), s.get_x() + s.get_width()) for s in shades]
    assert found == [pytest.approx((2, 4)), pytest.approx((6, 7.5))]
    assert len(boxes(panel(figure, "timeline"), SHOCK)) == 2
    assert not boxes(panel(figure, "cea_output habituation"), SHOCK)


def test_without_the_signal_no_shock_is_drawn() -> None:
    figure = fear_conditioning(recording(paired=replace(group(), signals={})))
    drawn = [box for axes in figure.axes for box in boxes(axes, SHOCK)]
    assert not drawn
    assert "foot shock" not in texts(figure)


def test_the_gaps_are_told_in_hours() -> None:
    told = texts(fear_conditioning(recording()))
    assert {"24 h", "1 h", "23 h"} <= set(told)


def test_the_page_is_the_same_for_the_same_recording() -> None:
    pages = []
    for _ in range(2):
        fear_conditioning(recording()).savefig(page := BytesIO(), format="png")
        pages.append(page.getvalue())
    assert pages[0] == pages[1]


def odd_recordings() -> dict[str, Recording]:
    arm = group()
    none = {
        name: replace(t, node_ids=ids()) for name, t in arm.tags["training"].items()
    }
    later = tuple(
        span._replace(name=span.name.replace("24 h", "7 d").replace("1 h", "30 min"))
        for span in TIMELINE
    )
    wild = tuple(
        measure._replace(value=INF, low=low, high=INF)
        for measure, low in zip(MEASURES, (NAN, -INF, 0.1), strict=True)
    )
    return {
        **{name: recording(**{name: group()}) for name in ARMS},
        "empty labels": recording(paired=replace(arm, tags={"training": none})),
        "no labels": recording(paired=replace(arm, tags={})),
        "silent": recording(
            paired=replace(arm, spikes={name: spikes() for name in REGIONS})
        ),
        "spikes of one region": recording(
            paired=replace(arm, spikes={"ca1_pyramidal": spikes((1.0, 3))})
        ),
        "no behaviour": recording(paired=replace(arm, behaviour={})),
        "no tests": recording(paired=replace(arm, timeline=TIMELINE[:3])),
        "one test": recording(paired=replace(arm, timeline=TIMELINE[:5])),
        "other times": recording(paired=replace(arm, timeline=later)),
        "wild measures": replace(recording(), measures=wild),
        "no parameters": replace(recording(), parameters={}, measures=()),
    }


@pytest.mark.parametrize("case", odd_recordings())
def test_what_is_missing_leaves_the_rest(case: str) -> None:
    figure = fear_conditioning(odd_recordings()[case])
    assert {"a", "b", "c", "d"} <= set(texts(figure))


@pytest.mark.parametrize("case", ["all arms", *odd_recordings()])
def test_no_text_covers_another_or_leaves_the_page(case: str) -> None:
    figure = fear_conditioning({"all arms": recording(), **odd_recordings()}[case])
    places = written(figure)
    page = figure.bbox
    left = [
        t.get_text()
        for t, box in places.items()
        if box.x0 < page.x0 or box.y0 < page.y0 or box.x1 > page.x1 or box.y1 > page.y1
    ]
    covered = [
        (a.get_text(), b.get_text())
        for (a, p), (b, q) in combinations(places.items(), 2)
        if min(p.x1, q.x1) - max(p.x0, q.x0) > 0
        and min(p.y1, q.y1) - max(p.y0, q.y0) > 1
    ]
    assert not left
    assert not covered


def test_labels_without_cells_have_no_re_activation() -> None:
    figure = fear_conditioning(odd_recordings()["empty labels"])
    told = [text.get_text() for text in panel(figure, "re-activation").texts]
    assert told.count("n/a") == 8
    assert texts(figure).count("none labelled") == 4


@pytest.mark.parametrize(
    ("kind", "begins"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]
)
def test_it_can_be_saved_in_every_format(kind: str, begins: bytes) -> None:
    page = BytesIO()
    fear_conditioning(recording()).savefig(page, format=kind)
    assert page.getvalue().startswith(begins)


def test_only_the_rasters_are_pixels_in_a_vector_file() -> None:
    page = BytesIO()
    figure = fear_conditioning(recording())
    figure.savefig(page, format="svg")
    rasters = [axes for axes in figure.axes if axes.get_label().count(" ")]
    assert 1 <= page.getvalue().count(b"<image ") <= 2 * len(rasters)


def test_the_page_is_eleven_inches_wide_at_150_dots() -> None:
    figure = fear_conditioning(recording())
    assert figure.get_size_inches().tolist() == [11.0, 8.5]
    assert figure.dpi == 150


def test_the_users_settings_stay_and_do_not_matter() -> None:
    fear_conditioning(recording()).savefig(plain := BytesIO(), format="png")
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "red"}):
        before = dict(matplotlib.rcParams)
        fear_conditioning(recording()).savefig(other := BytesIO(), format="png")
        assert dict(matplotlib.rcParams) == before
    assert plain.getvalue() == other.getvalue()


def test_drawing_needs_no_pyplot() -> None:
    code = """
import sys
from types import SimpleNamespace
from trisynapse.analysis.figures import fear_conditioning
parts = ("populations", "spikes", "tags", "behaviour", "signals")
arm = SimpleNamespace(timeline=(), **{part: {} for part in parts})
about = {"circuit": "memory", "seed": 1, "parameters": {}, "measures": ()}
fear_conditioning(SimpleNamespace(arms={"paired": arm}, **about)).savefig(sys.argv[1])
print(*sys.modules)
"""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-c", code, f"{folder}/page.png"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "matplotlib.figure" in loaded
    assert "matplotlib.pyplot" not in loaded
