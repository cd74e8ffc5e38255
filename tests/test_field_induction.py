"""Field induction: its timeline, and its measures on arms made by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trisynapse.circuits.plateaus import numbers
from trisynapse.circuits.quantity import quantity
from trisynapse.protocols.field_induction import CELLS, MARKER, FieldInduction
from trisynapse.simulation.recording import (
    Arm,
    PopulationInfo,
    Span,
    Spikes,
    Tag,
    Trace,
)
from trisynapse.simulation.timeline import Episode

WHOLE = FieldInduction()
RING = float(WHOLE.ring)
N = 100


def column(arm: str, name: str) -> np.ndarray:
    (step,) = WHOLE.timeline(arm)
    assert isinstance(step, Episode)
    return np.asarray(step.stimulus[:, WHOLE.circuit.columns.index(name)])


def test_each_group_of_pipettes_acts_once_at_its_place_in_the_one_lap() -> None:
    low, high = column("plateau", "evoked_from"), column("plateau", "evoked_to")
    rows = np.flatnonzero(high)
    assert len(rows) == WHOLE.places
    edges = np.append(low[rows], high[rows[-1]])
    np.testing.assert_allclose(edges, np.linspace(0, WHOLE.pierced, len(rows) + 1))
    np.testing.assert_array_equal(low[rows][1:], high[rows][:-1])
    angle = (np.arange(len(rows)) + 0.5) / len(rows) * 2 * np.pi
    ring = RING / (2 * np.pi) * np.array([np.cos(angle), np.sin(angle)])
    where = np.array([column("plateau", name)[rows] for name in ("x", "y")])
    np.testing.assert_allclose(where, ring, atol=5e-3)
    laps = WHOLE._path("plateau").laps
    assert laps[WHOLE.before, 0] < rows[0] * 1e-3 < rows[-1] * 1e-3
    assert rows[-1] * 1e-3 < laps[WHOLE.before, 1]


def test_sham_has_no_plateau_and_the_same_path() -> None:
    assert not column("sham", "evoked_to").any()
    np.testing.assert_array_equal(column("sham", "x"), column("plateau", "x"))


def test_the_slow_animal_takes_longer_for_as_many_laps() -> None:
    slow, fast = WHOLE._path("slow"), WHOLE._path("plateau")
    assert len(slow.laps) == len(fast.laps) == WHOLE.before + 1 + WHOLE.after
    ratio = np.diff(slow.laps).sum() / np.diff(fast.laps).sum()
    assert ratio == pytest.approx(2, abs=0.15)


def test_plateaus_of_their_own_are_off() -> None:
    assert float(WHOLE.circuit.ca1.pyramidal_plateaus.rate_plateau) == 0


def made(shift_m: float, fire: list[int]) -> Arm:
    """An arm in which these cells fire around their place, from the lap after on."""
    where = WHOLE._path("plateau")
    laps, t = where.laps, where.t_s[::20]
    xy = where.xy_m[::20]
    along = WHOLE._track.along(xy)
    tagged = np.flatnonzero(numbers(N) < WHOLE.pierced)
    group_of = (numbers(N)[tagged] / WHOLE.pierced * WHOLE.places).astype(int)
    times, cells = [], []
    for row, cell in zip(fire, tagged[fire].tolist(), strict=True):
        middle = (group_of[row] + 0.5) / WHOLE.places * RING + shift_m
        far = (along - middle + RING / 2) % RING - RING / 2
        for start, stop in laps[WHOLE.before + 1 :]:
            inside = (t >= start) & (t < stop) & (np.abs(far) < 0.1)
            times += t[inside].tolist()
            cells += [cell] * int(inside.sum())
    order = np.argsort(times)
    return Arm(
        populations={CELLS: PopulationInfo(N, "CA1", "pyramidal", "glutamate")},
        timeline=(Span("running", "episode", 0.0, where.seconds, "ring 1"),),
        spikes={
            CELLS: Spikes(
                1e3 * np.array(times)[order], np.array(cells, np.uint32)[order]
            )
        },
        tags={
            f"{MARKER} {k + 1}": {
                CELLS: Tag(tagged[group_of == k].astype(np.uint32), at, at, MARKER, 0.0)
            }
            for k, at in enumerate(WHOLE._moments(where) * 1e-3)
        },
        behaviour={"position": Trace(t, xy), "laps": Trace(laps[:, 0], laps)},
    )


def test_measures_tell_what_was_made() -> None:
    found = WHOLE.values({"plateau": made(-0.2, [0, 3, 9, 11, 19])})
    assert found["plateau", "cells with a new field"] == 5 / 21
    assert found["plateau", "other cells with a new field"] == 0
    assert found["plateau", "lap of the first field, median"] == 1
    shift = found["plateau", "shift of the field, median"]
    assert shift == pytest.approx(-0.2, abs=0.02)
    width = found["plateau", "width of the field, median"]
    assert width == pytest.approx(0.2, abs=0.06)
    mean = found["plateau", "width of the mean of all cells"]
    assert mean == pytest.approx(width, abs=0.02)


def test_without_fields_there_are_no_numbers_of_them() -> None:
    found = WHOLE.values({"plateau": made(0.0, [])})
    assert found["plateau", "cells with a new field"] == 0
    assert ("plateau", "shift of the field, median") not in found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("before", 0),
        ("after", 0),
        ("places", 0),
        ("pierced", 1.5),
        ("pierced", 0.0),
        ("slowness", 0.0),
    ],
)
def test_it_refuses_what_cannot_be_run(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        replace(WHOLE, **{name: value})


def test_it_refuses_a_ring_of_no_length() -> None:
    with pytest.raises(ValueError, match="ring"):
        replace(WHOLE, ring=quantity("0 m"))


def test_it_refuses_places_that_are_passed_at_once() -> None:
    with pytest.raises(ValueError, match="places=9000: .*fewer"):
        replace(WHOLE, places=9000).timeline("plateau")
