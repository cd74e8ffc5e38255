"""Landmarks of an animal that runs.

L32 place cells, L33 and L34 grid cells, L35 and L36 theta on a track, L47 one plateau.
"""

from ..circuits.drives import STENSOLA
from ..circuits.plateaus import BITTNER
from .landmarks import Claim, Read, Trial
from .navigation import HAFTING
from .on_track import GAMMA, GROSMARK, PRECESSION, SEQUENCES

OPEN = float("nan")
BANDED = PRECESSION | SEQUENCES | GAMMA
SLOPE, RISE = "slope of precession, median", "theta sequences, p of that rise"
GAMMA_IS = "low gamma by theta, index over 99 % of surrogates"
GAMMA_RISES = "low gamma by theta, second half over first"
OPEN_FIELD = "in an open box: from memory"
CHOSEN = "absent; band assumed"

FORAGING = Trial("navigation", ("running",))
# The control of everything that place cells are made of: the same animal, no grid.
BLIND = Trial("navigation", ("running",), ("ec.stellate_grid.I_grid=0 pA",))
TRACK = "room=linear-track", "path=laps", "duration=300 s"
RUNS = Trial("navigation", ("running",), TRACK)
# The control of everything that theta phases tell: grid cells that keep theirs.
LOCKED = Trial("navigation", ("running",), (*TRACK, "ec.stellate_grid.precession=0"))
INDUCED = Trial("field-induction", ("plateau", "slow", "sham"))


def _claim(
    landmark: str,
    words: str,
    trial: Trial,
    measure: str,
    low: float,
    high: float,
    source: str,
    *controls: Claim,
    arm: str = "running",
    verified: bool = True,
) -> Claim:
    """Return the claim that one measure lies in a band."""
    reads = (Read(trial, arm, measure),)
    return Claim(landmark, words, reads, low, high, source, verified, controls=controls)


def _place_cells() -> list[Claim]:
    share, told = "CA1 place cells, share of these", GROSMARK.cite
    blind = _claim(
        "L32", "without grid input: share of place cells", BLIND, share,
        OPEN, 0.2, CHOSEN, verified=False,
    )  # fmt: skip
    return [
        _claim(
            "L32",
            "cells of CA1 above 95 % of their shuffles, share",
            FORAGING,
            share,
            0.6,
            OPEN,
            told,
            blind,
        ),
        _claim(
            "L32",
            "their information less that of shuffles, median, bit/spike",
            FORAGING,
            "CA1 information, median",
            0.5,
            3.0,
            told,
        ),
        _claim(
            "L32",
            "width of a field at half its peak, median, m",
            FORAGING,
            "CA1 width of a field, median",
            0.15,
            0.45,
            told,
        ),
        _claim(
            "L32",
            "with one or two fields in a metre, share",
            FORAGING,
            "CA1 with one or two fields",
            0.7,
            OPEN,
            OPEN_FIELD,
            verified=False,
        ),
    ]


def _grid_cells() -> list[Claim]:
    score, share = "grid score, median", "grid cells, share"
    blind = _claim(
        "L33", "without grid input: share above their shuffles", BLIND, share,
        OPEN, 0.2, CHOSEN, verified=False,
    )  # fmt: skip
    return [
        _claim(
            "L33", "grid score, median", FORAGING, score, 0.3, OPEN, HAFTING.cite, blind
        ),
        _claim(
            "L33",
            "grid cells above 95 % of their shuffles, share",
            FORAGING,
            share,
            0.7,
            OPEN,
            HAFTING.cite,
        ),
        _claim(
            "L34",
            "ratio of neighbouring modules, mean",
            FORAGING,
            "ratio of grid modules, mean",
            1.3,
            1.75,
            STENSOLA.cite,
        ),
    ]


def _theta() -> list[Claim]:
    def banded(words: str, name: str, *controls: Claim) -> Claim:
        _, low, high, source = BANDED[name.partition(" ")[2]]
        mark = "L36" if "gamma" in name else "L35"
        return _claim(mark, words, RUNS, name, low, high, source, *controls)

    fields = "CA1 fields that precess, share"
    locked = _claim(
        "L35", "grid cells without precession: the same", LOCKED, fields,
        OPEN, 0.2, CHOSEN, verified=False,
    )  # fmt: skip
    return [
        banded("slope of phase in CA1, median, deg/field", f"CA1 {SLOPE}"),
        banded("fields of CA1 that precess, share", fields, locked),
        banded("theta sequences of CA1: p that they rise from lap 1", f"CA1 {RISE}"),
        banded("low gamma by theta in CA3, over 99 % of surrogates", f"CA3 {GAMMA_IS}"),
        banded("the same, second half over first", f"CA3 {GAMMA_RISES}"),
    ]


def _one_shot() -> list[Claim]:
    new, told = "cells with a new field", BITTNER.cite
    others = _claim(
        "L47", "cells without a plateau", INDUCED, f"other {new}",
        OPEN, 0.1, CHOSEN, arm="plateau", verified=False,
    )  # fmt: skip
    sham = _claim(
        "L47", "pipettes that do nothing", INDUCED, new,
        OPEN, 0.1, CHOSEN, arm="sham", verified=False,
    )  # fmt: skip
    return [
        _claim(
            "L47",
            "cells with a new field after one plateau, share",
            INDUCED,
            new,
            0.5,
            OPEN,
            f"{told}; share assumed",
            others,
            sham,
            arm="plateau",
            verified=False,
        ),
        _claim(
            "L47",
            "laps until the field, median",
            INDUCED,
            "lap of the first field, median",
            1,
            3,
            told,
            arm="plateau",
        ),
        _claim(
            "L47",
            "centre of the field from the plateau, median, m",
            INDUCED,
            "shift of the field, median",
            OPEN,
            0,
            f"{told}, from memory",
            arm="plateau",
            verified=False,
        ),
        _claim(
            "L47",
            "width in a slow animal over that at full speed",
            INDUCED,
            "width over that at full speed",
            OPEN,
            0.9,
            f"{told}, from memory; band assumed",
            arm="slow",
            verified=False,
        ),
    ]


LANDMARKS: tuple[Claim, ...] = (
    *_place_cells(),
    *_grid_cells(),
    *_theta(),
    *_one_shot(),
)
