"""Figures of slices, held against recordings whose picture is known."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from trisynapse.analysis.slice_figure import COLORS, intervals, slices
from trisynapse.simulation.recording import Arm, Recording, Signal, Span, Spikes, Trace

MINUTE, HOUR = 60.0, 3600.0
LEAD = 30 * MINUTE  # baseline; the clock of the figure begins at its end
TIMES = np.array([-30.0, -15.0, 15.0, 30.0, 60.0]) * MINUTE
# Slopes of three slices, mV/ms: their baselines are 2, 4 and 1.
S1 = np.array([[2, 4, 1], [2, 4, 1], [4, 10, 3], [3, 8, 2], [3, 6, 2.5]])
S2 = np.array([[2, 4, 1], [2, 4, 1], [2, 4, 1], [1, 2, 0.5], [3, 2, 1]])
S1_PERCENT = [100, 100, 250, 183 + 1 / 3, 550 / 3]
S2_PERCENT = [100, 100, 100, 50, 100]


def spikes(*times_s: float) -> Spikes:
    """Return the spikes of three fibres, in the clock of the experiment."""
    times = np.repeat(times_s, 3) * 1e3
    return Spikes(times, np.tile(np.arange(3, dtype=np.uint32), len(times_s)))


def arm(
    *,
    n: int = 3,
    weak_s: float | None = None,
    strong_s: float | None = 0.0,
    **drugs: Any,
) -> Arm:
    """Return an arm with five pulses to S1, and to S2 where it is asked for."""
    spans, fired = [Span("to test -30 min", "gap", 0.0, 0.0, "")], {}
    starts = {"s1": strong_s, "s2": weak_s}
    for path in ("s1", "s2", "s3"):
        start = starts.get(path)
        pulses = [] if start is None else [LEAD + start + 0.05 * k for k in range(5)]
        fired[f"fibres_{path}"] = spikes(*pulses)
    for k, start in enumerate(sorted(t for t in starts.values() if t is not None)):
        begins = LEAD + start
        spans.append(
            Span(f"S stimulated ({k + 1})", "episode", begins, begins + 0.3, "slice")
        )  # fmt: skip
    responses = {
        "S1": Trace(TIMES + LEAD, S1[:, :n]),
        "S2": Trace(TIMES + LEAD, S2[:, :n]),
    }
    return Arm({}, tuple(spans), fired, signals=drugs, responses=responses)


def drug(start_s: float, stop_s: float) -> Any:
    """Return a drug that is there at once and gone at once, a value a minute."""
    t: Any = np.arange(-LEAD, HOUR, MINUTE)
    return Signal(((t >= start_s) & (t <= stop_s)) * 1.0, 1 / MINUTE, 0.0, "1")


def recording(protocol: str = "stimulation", **arms: Any) -> Recording:
    told = {"pattern": "HFS", "also": "none", "circuit.slices": "3"}
    told |= {"strong": "STET", "weak": "WTET"}
    parameters = {k: {"value": v, "meaning": "", "source": ""} for k, v in told.items()}
    return Recording(protocol, "slice", 7, parameters, {}, arms or {"vehicle": arm()})


def panel(figure: Figure, title: str) -> Axes:
    (axes,) = [axes for axes in figure.axes if axes.get_title(loc="left") == title]
    return axes


def with_bars(axes: Axes) -> list[Any]:
    """Return the means with error bars."""
    return list(axes.containers)


def drawn(axes: Axes, path: str) -> list[Any]:
    """Return the means with error bars of a pathway."""
    wanted = to_rgba(COLORS[path])
    return [c for c in with_bars(axes) if to_rgba(c.lines[0].get_color()) == wanted]


def ends_of(bars: Any) -> Any:
    """Return the lower and upper ends of error bars, (n, 2)."""
    return np.array([segment[:, 1] for segment in bars.lines[2][0].get_segments()])


def bars_of_drugs(axes: Axes) -> list[Any]:
    return [line for line in axes.lines if line.get_linewidth() == 3]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]


# The course of every arm


@pytest.mark.parametrize("n", range(1, 9))
def test_every_arm_has_a_panel_and_no_other_is_shown(n: int) -> None:
    names = [f"arm {k}" for k in range(n)]
    figure = slices(recording(**dict.fromkeys(names, arm())))
    shown = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title(loc="left") for axes in shown] == names


@pytest.mark.parametrize(("path", "expected"), [("S1", S1_PERCENT), ("S2", S2_PERCENT)])
def test_the_mean_over_slices_is_drawn_in_per_cent_at_the_hour_of_its_test(
    path: str, expected: list[float]
) -> None:
    (bars,) = drawn(panel(slices(recording()), "vehicle"), path)
    x, y = bars.lines[0].get_data()
    assert x == pytest.approx(TIMES / HOUR)
    assert y == pytest.approx(expected)


@pytest.mark.parametrize(("path", "slopes"), [("S1", S1), ("S2", S2)])
def test_error_bars_are_one_standard_error_to_either_side(
    path: str, slopes: Any
) -> None:
    (bars,) = drawn(panel(slices(recording()), "vehicle"), path)
    percent = 100 * slopes / [2, 4, 1]
    mean = percent.mean(axis=1)
    sem = np.sqrt(((percent - mean[:, None]) ** 2).sum(axis=1) / 2 / 3)
    assert ends_of(bars) == pytest.approx(np.stack([mean - sem, mean + sem], axis=1))


def test_a_single_slice_has_means_and_no_error_bars() -> None:
    (bars,) = drawn(panel(slices(recording(vehicle=arm(n=1))), "vehicle"), "S1")
    assert bars.lines[0].get_ydata() == pytest.approx([100, 100, 200, 150, 150])
    assert not bars.has_yerr


@pytest.mark.parametrize("name", ["apv", "kn93", "anisomycin", "d1"])
@pytest.mark.parametrize("window", [(-20, 40), (0, 30), (-30, 59)])
def test_the_bar_of_a_drug_extends_over_its_window(
    name: str, window: tuple[int, int]
) -> None:
    signal = drug(*(MINUTE * t for t in window))
    (bar,) = bars_of_drugs(
        panel(slices(recording(drugged=arm(**{name: signal}))), "drugged")
    )
    assert bar.get_xdata() == pytest.approx(np.array(window) / 60)


def test_a_drug_that_fades_is_drawn_while_a_twentieth_is_blocked() -> None:
    t = np.arange(-LEAD, HOUR, MINUTE)
    level = np.where(t < 0, 0.0, np.exp(-t / (10 * MINUTE)))
    fading = Signal(level, 1 / MINUTE, 0.0, "1")
    (bar,) = bars_of_drugs(panel(slices(recording(a=arm(apv=fading))), "a"))
    last = np.floor(10 * np.log(20))  # min
    assert bar.get_xdata() == pytest.approx([0, last / 60])


def test_a_drug_that_was_never_there_has_no_bar() -> None:
    none = Signal(np.zeros(90), 1 / MINUTE, 0.0, "1")
    assert not bars_of_drugs(panel(slices(recording(a=arm(apv=none))), "a"))


def test_two_drugs_lie_one_above_the_other_and_over_all_responses() -> None:
    figure = slices(recording(a=arm(apv=drug(0, 600), kn93=drug(0, 600))))
    axes = panel(figure, "a")
    first, second = (bar.get_ydata()[0] for bar in bars_of_drugs(axes))
    assert max(S1_PERCENT) < first < second < axes.get_ylim()[1]
    assert {"APV", "KN-93"} <= {text.strip() for text in texts(figure)}


def test_each_panel_has_the_drug_of_its_arm_alone() -> None:
    figure = slices(recording(vehicle=arm(), apv=arm(apv=drug(0, 600))))
    assert not bars_of_drugs(panel(figure, "vehicle"))
    assert len(bars_of_drugs(panel(figure, "apv"))) == 1


def test_all_panels_share_one_height_that_holds_the_largest_response() -> None:
    weak = replace(arm(), responses={"S1": Trace(TIMES + LEAD, S2)})
    figure = slices(recording(strong=arm(), weak=weak))
    limits = {axes.get_ylim() for axes in figure.axes}
    ((low, high),) = limits
    assert low == 0 and high > max(S1_PERCENT)


def shades(axes: Axes) -> list[tuple[float, float]]:
    found = [p for p in axes.patches if isinstance(p, Rectangle)]
    return [(p.get_x(), p.get_x() + p.get_width()) for p in found]


def test_stimulation_is_shaded_for_a_minute_at_least() -> None:
    twice = arm(weak_s=30 * MINUTE)
    (first, second) = shades(panel(slices(recording(a=twice)), "a"))
    assert first == pytest.approx((0, 1 / 60))
    assert second == pytest.approx((0.5, 0.5 + 1 / 60))


def test_the_inset_shows_the_pulses_of_the_first_stimulation() -> None:
    twice = arm(weak_s=30 * MINUTE)
    (inset,) = panel(slices(recording(a=twice)), "a").child_axes
    marks: Any = inset.collections[0]
    assert len(inset.collections) == 1
    assert to_rgba(COLORS["S1"]) == tuple(marks.get_color()[0])
    at = [segment[0, 0] for segment in marks.get_segments()]
    assert at == pytest.approx([0, 0.05, 0.1, 0.15, 0.2], abs=1e-9)
    assert inset.get_xlim() == pytest.approx((0, 0.3))


def test_the_page_says_what_was_given_to_how_many_slices() -> None:
    said = "HFS on S1: mean and SEM of 3 slices, seed 7"
    assert said in texts(slices(recording()))
    more = recording()
    more.parameters["also"]["value"] = "S2 WTET at 1 h"
    lines = [text.replace("\n", " ") for text in texts(slices(more))]
    assert said.replace("S1", "S1; S2 WTET at 1 h") in lines
    more.parameters["rule"] = {"value": "spass", "meaning": "", "source": ""}
    lines = [text.replace("\n", " ") for text in texts(slices(more))]
    assert any("S2 WTET at 1 h under spass" in line for line in lines)


# Intervals


def test_the_weak_pathway_is_drawn_at_the_interval_between_the_inductions() -> None:
    arms = {
        "after": arm(weak_s=1800.0),
        "before": arm(weak_s=0.0, strong_s=2700.0),
    }
    (axes,) = intervals(recording("tagging-interval", **arms)).axes
    found = [c.lines[0].get_xydata()[0] for c in with_bars(axes)]
    assert np.array(found) == pytest.approx(np.array([[0.5, 100], [-0.75, 100]]))


def test_an_interval_has_the_last_test_with_its_standard_error() -> None:
    figure = intervals(recording("tagging-interval", after=arm(weak_s=1800.0)))
    (bars,) = with_bars(figure.axes[0])
    percent = np.array([150, 50, 100])
    sem = percent.std(ddof=1) / np.sqrt(3)
    assert ends_of(bars) == pytest.approx(np.array([[100 - sem, 100 + sem]]))


def test_an_interval_of_a_single_slice_is_drawn_too() -> None:
    figure = intervals(recording("tagging-interval", after=arm(n=1, weak_s=1800.0)))
    (bars,) = with_bars(figure.axes[0])
    assert bars.lines[0].get_xydata()[0] == pytest.approx([0.5, 150])
    assert ends_of(bars) == pytest.approx(np.array([[150, 150]]))


def test_weak_alone_is_a_line_across() -> None:
    alone = replace(
        arm(weak_s=0.0, strong_s=None),
        responses={"S2": Trace(TIMES + LEAD, S2 * [[1], [1], [1], [1], [1.2]])},
    )
    figure = intervals(recording("tagging-interval", alone=alone))
    (axes,) = figure.axes
    assert not with_bars(axes)
    heights = [np.asarray(line.get_ydata()).tolist() for line in axes.lines]
    assert [pytest.approx(120)] * 2 in heights
    assert "weak alone" in texts(figure)


def test_an_interval_under_anisomycin_is_hollow() -> None:
    arms = {
        "plain": arm(weak_s=1800.0),
        "blocked": arm(weak_s=1800.0, anisomycin=drug(0, 3600)),
    }
    (axes,) = intervals(recording("tagging-interval", **arms)).axes
    fills = [c.lines[0].get_markerfacecolor() for c in with_bars(axes)]
    assert fills == [COLORS["S2"], "none"]


# The page

PAGES: Sequence[Any] = (slices, intervals)


@pytest.mark.parametrize("draw", PAGES)
def test_axes_with_numbers_name_their_unit(draw: Any) -> None:
    told = recording("tagging-interval", after=arm(weak_s=1800.0))
    (axes,) = draw(told).axes
    assert "% of baseline" in axes.get_ylabel()
    assert axes.get_xlabel().endswith((", h", "(h)"))


@pytest.mark.parametrize("draw", PAGES)
@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_it_can_be_saved_in_every_format(draw: Any, kind: str) -> None:
    told = recording("tagging-interval", after=arm(n=1, weak_s=1800.0))
    draw(told).savefig(page := BytesIO(), format=kind)
    assert page.getvalue().startswith((b"\x89PNG", b"%PDF", b"<?xml"))


@pytest.mark.parametrize("draw", PAGES)
def test_the_users_settings_stay(draw: Any) -> None:
    with matplotlib.rc_context({"font.size": 20}):
        before = dict(matplotlib.rcParams)
        draw(recording("tagging-interval", after=arm(weak_s=1800.0)))
        assert dict(matplotlib.rcParams) == before
