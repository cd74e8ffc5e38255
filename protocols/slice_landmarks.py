"""The landmarks of slices, L01 to L14: potentiation, depression, tagging, capture."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from .landmarks import Claim, Read, Trial

OPEN = float("nan")
FEW = ("circuit.slices=1", "every=24 h")  # one slice a seed, tested where it is judged
HALF, ONE, END = "30 min after", "1 h after", "at 8 h"
RATES = (0.5, 1.0, 3.0, 5.0, 10.0, 20.0, 50.0)
LAGS = (-80, -60, -40, -20, -10, -5, 5, 10, 20, 40, 60, 80)  # ms

BLISS = "Bliss and Lomo 1973"
MULKEY = "Mulkey and Malenka 1992; in vivo CA1, PMC4354159 fig. 1"
DUDEK = "Dudek and Bear 1992, from memory"
SHOUVAL = "crossover near 15 Hz, PMC2934916"
BI_POO = "Bi and Poo 1998, 2001"
SJOSTROM = "Sjostrom et al. 2001, as tabulated in published code"
WITTENBERG = "Wittenberg and Wang 2006, as summarised by an eLife response"
FREY_97, FREY_98 = "Frey and Morris 1997", "Frey and Morris 1998"
COMMUN = "Commun Biol 2025, s42003-025-07998-w"
FREY_88 = "Frey et al. 1988; Frey and Morris 1997"
SAJIKUMAR = "Sajikumar and Frey 2004, percentages from memory"
REDONDO = "Redondo et al. 2010, via a book chapter"


def stimulated(*settings: str, arm: str = "vehicle") -> Trial:
    """Return a stimulation of slices."""
    return Trial("stimulation", (arm,), (*FEW, *settings))


def slope(trial: Trial, pathway: str, moment: str) -> Read:
    """Return the slope of a pathway at a moment, in % of baseline."""
    return Read(trial, trial.arms[0], f"slope of {pathway} {moment}")


def claim(
    landmark: str,
    words: str,
    read: Read,
    low: float,
    high: float,
    source: str,
    *controls: Claim,
    verified: bool = True,
) -> Claim:
    """Return the claim that one measure lies in a band."""
    return Claim(
        landmark, words, (read,), low, high, source, verified, controls=controls
    )


def _potentiation() -> list[Claim]:
    dentate = "preparation=dentate"
    train = "pattern=train", "rate=100 Hz", "pulses=300", "duration=2 h"
    vehicle, apv = (stimulated(dentate, *train, arm=arm) for arm in ("vehicle", "apv"))
    return [
        claim(
            "L01",
            "perforant path, 100 Hz for 3 s, 60 min later",
            slope(vehicle, "S1", ONE),
            120,
            250,
            BLISS,
            claim("L01", "untetanised path", slope(vehicle, "S2", ONE), 95, 105, BLISS),
            claim("L01", "in APV", slope(apv, "S1", ONE), 95, 105, BLISS),
        )
    ]


def _depression() -> list[Claim]:
    low = "pattern=LFS", "duration=2 h"
    vehicle, apv = (stimulated(*low, arm=arm) for arm in ("vehicle", "apv"))
    restored = stimulated("pattern=LFS", "also=S1 HFS at 75 min", "duration=3 h")
    return [
        claim(
            "L02",
            "900 pulses at 1 Hz, 60 min later",
            slope(vehicle, "S1", ONE),
            60,
            85,
            MULKEY,
            claim("L02", "other path", slope(vehicle, "S2", ONE), 95, 105, MULKEY),
            claim("L02", "in APV", slope(apv, "S1", ONE), 95, 105, MULKEY),
        ),
        claim(
            "L02",
            "100 Hz for 1 s an hour after it, 60 min later",
            slope(restored, "S1", ONE),
            90,
            OPEN,
            MULKEY,
        ),
    ]


def _at(hertz: float, arm: str = "vehicle") -> Trial:
    settings = "pattern=train", f"rate={hertz:g} Hz", "duration=2 h"
    return stimulated(*settings, arm=arm)


def crossings(changes: Sequence[float]) -> float:
    """Return how often a curve, in % of baseline, crosses 100."""
    return float(np.count_nonzero(np.diff(np.sign(np.asarray(changes) - 100))))


def crossover(changes: Sequence[float]) -> float:
    """Return the rate at which the frequency curve first rises through 100 %, in Hz."""
    y, x = np.asarray(changes) - 100, np.log(RATES)
    up = np.flatnonzero((y[:-1] < 0) & (y[1:] >= 0))
    if not len(up):
        return OPEN
    k = up[0]
    return float(np.exp(x[k] - y[k] * (x[k + 1] - x[k]) / (y[k + 1] - y[k])))


def _frequencies() -> list[Claim]:
    curve = tuple(slope(_at(f), "S1", HALF) for f in RATES)
    apv = [
        claim(
            "L03",
            f"{f:g} Hz in APV",
            slope(_at(f, "apv"), "S1", HALF),
            95,
            105,
            DUDEK,
            verified=False,
        )
        for f in (1.0, 50.0)
    ]
    other = claim(
        "L03",
        "other path, 50 Hz",
        slope(_at(50.0), "S2", HALF),
        95,
        105,
        DUDEK,
        verified=False,
    )
    return [
        Claim(
            "L03",
            "900 pulses: sign changes from 0.5 to 50 Hz",
            curve,
            1,
            1,
            SHOUVAL,
            made=crossings,
        ),
        Claim(
            "L03",
            "900 pulses: rate of the sign change, Hz",
            curve,
            5,
            20,
            SHOUVAL,
            made=crossover,
        ),
        claim(
            "L03",
            "900 pulses at 1 Hz, 30 min later",
            curve[1],
            OPEN,
            85,
            DUDEK,
            apv[0],
            verified=False,
        ),
        claim(
            "L03",
            "900 pulses at 50 Hz, 30 min later",
            curve[-1],
            120,
            OPEN,
            DUDEK,
            apv[1],
            other,
            verified=False,
        ),
    ]


def _pairs(lag: float, n: int, hertz: float, *more: str, arm: str = "vehicle") -> Trial:
    return stimulated(
        "pattern=pairing",
        f"lag={lag:g} ms",
        f"pairs={n}",
        f"pair_rate={hertz:g} Hz",
        "duration=2 h",
        *more,
        arm=arm,
    )


def time_constant(changes: Sequence[float], lags: Sequence[float]) -> float:
    """Return the decay of abs(change) with abs(lag), ms, by a line through its log."""
    y = np.abs(np.asarray(changes) - 100)
    x = np.abs(np.asarray(lags))
    slope_, _ = np.polyfit(x, np.log(np.maximum(y, 1e-6)), 1)
    return float(-1 / slope_)


def _timing() -> list[Claim]:
    reads = {lag: slope(_pairs(lag, 60, 1.0), "S1", HALF) for lag in LAGS}
    strong = stimulated(
        "pattern=HFS",
        "also=S1 pairing at 1 h",
        "lag=10 ms",
        "pairs=60",
        "pair_rate=1 Hz",
        "duration=3 h",
    )
    before = stimulated("pattern=HFS", "duration=3 h")
    apv = slope(_pairs(10, 60, 1.0, arm="apv"), "S1", HALF)
    found = [
        claim(
            "L04",
            "60 pairs at 1 Hz, +10 ms",
            reads[10],
            125,
            180,
            BI_POO,
            claim("L04", "+10 ms in APV", apv, 97, 103, BI_POO),
        ),
        claim("L04", "60 pairs at 1 Hz, -10 ms", reads[-10], 65, 90, BI_POO),
    ]
    for lag, most in ((60, 6), (80, 3)):
        for sign in (1, -1):
            found.append(
                claim(
                    "L04",
                    f"60 pairs at 1 Hz, {sign * lag:+d} ms",
                    reads[sign * lag],
                    100 - most,
                    100 + most,
                    BI_POO,
                )
            )
    for sign, low, high in ((1, 10, 25), (-1, 20, 50)):
        near = [lag for lag in LAGS if lag * sign > 0]
        found.append(
            Claim(
                "L04",
                f"decay of the window at {'+' if sign > 0 else '-'} lags, ms",
                tuple(reads[lag] for lag in near),
                low,
                high,
                BI_POO,
                made=partial(time_constant, lags=near),
            )
        )
    found.append(
        Claim(
            "L04",
            "potentiated synapse: change by +10 ms over that of a naive one",
            (slope(strong, "S1", HALF), slope(before, "S1", ONE), reads[10]),
            OPEN,
            0.5,
            BI_POO,
            made=lambda v: (v[0] / v[1] - 1) / (v[2] / 100 - 1),
        )
    )
    return found


def _pairing_rates() -> list[Claim]:
    bands = [
        (10, 0.1, 90, 110),
        (10, 1.0, 90, 110),
        (10, 40.0, 130, OPEN),
        (-10, 10.0, OPEN, 90),
        (-10, 20.0, OPEN, 90),
        (-10, 40.0, 120, OPEN),
    ]
    return [
        claim(
            "L05",
            f"75 pairs at {f:g} Hz, {lag:+d} ms",
            slope(_pairs(lag, 75, f), "S1", HALF),
            low,
            high,
            SJOSTROM,
        )
        for lag, f, low, high in bands
    ]


def _bursts() -> list[Claim]:
    burst = "post_spikes=2"
    apv = slope(_pairs(10, 100, 5.0, burst, arm="apv"), "S1", HALF)
    return [
        claim(
            "L06",
            "100 pairs at 5 Hz, +10 ms",
            slope(_pairs(10, 100, 5.0), "S1", HALF),
            OPEN,
            100,
            WITTENBERG,
        ),
        claim(
            "L06",
            "100 pairs at 5 Hz, -10 ms",
            slope(_pairs(-10, 100, 5.0), "S1", HALF),
            OPEN,
            100,
            WITTENBERG,
        ),
        claim(
            "L06",
            "100 pairs with a burst at 5 Hz, +10 ms",
            slope(_pairs(10, 100, 5.0, burst), "S1", HALF),
            120,
            OPEN,
            WITTENBERG,
            claim("L06", "in APV", apv, 95, 105, WITTENBERG),
        ),
    ]


def _facilitation() -> list[Claim]:
    found = []
    for fibres, low, high in (("mossy", 3.0, 8.0), ("associational", 1.0, 1.5)):
        arms = tuple(f"{fibres} {rate} Hz" for rate in ("0.1", "1", "5", "10", "20"))
        trial = Trial("facilitation", arms, FEW[:1])
        name = "largest response over that at 0.1 Hz"
        found.append(
            claim(
                "L08",
                f"{fibres} fibres, 1 to 20 Hz: {name}",
                Read(trial, arms[-1], name),
                low,
                high,
                "Salin et al. 1996",
            )
        )
    found[0] = replace(found[0], controls=(found[1],))
    return found[:1]


def _interval(arm: str, pathway: str = "S2") -> Read:
    trial = Trial("tagging-interval", (arm,), FEW)
    return Read(trial, arm, f"slope of {pathway} after 8 h")


def _tagging() -> list[Claim]:
    alone = claim(
        "L09", "weak tetanus alone, 8 h", _interval("weak-alone"), OPEN, 110, FREY_97
    )
    blocked = stimulated("pattern=STET", "anisomycin=-30 min to 4 h", arm="anisomycin")
    no_proteins = claim(
        "L09",
        "strong tetanus, synthesis blocked from the start, 8 h",
        slope(blocked, "S1", END),
        OPEN,
        110,
        FREY_97,
    )
    tagged = _interval("weak-1h-after")
    found = [
        claim("L09", "weak 1 h after strong, 8 h", tagged, 125, OPEN, FREY_97, alone),
        claim(
            "L09",
            "the same, weak under anisomycin",
            _interval("weak-1h-after-blocked"),
            125,
            OPEN,
            FREY_97,
            no_proteins,
        ),
        claim(
            "L09",
            "strong, 8 h",
            _interval("weak-1h-after", "S1"),
            140,
            OPEN,
            FREY_97,
            no_proteins,
        ),
        Claim(
            "L09",
            "weak after strong less weak alone",
            (tagged, _interval("weak-alone")),
            15,
            OPEN,
            FREY_97,
            made=lambda v: v[0] - v[1],
        ),
    ]
    before = {
        "weak-30min-before": (120, OPEN, COMMUN),
        "weak-1h-before": (120, OPEN, FREY_98),
        "weak-3h-before": (OPEN, 110, COMMUN),
        "weak-4h-before": (OPEN, 110, FREY_98),
    }
    found += [
        claim(
            "L10", arm.replace("-", " ") + " strong, 8 h", _interval(arm), *band, alone
        )
        for arm, band in before.items()
    ]
    falling = tuple(
        _interval(f"weak-{t}-before") for t in ("30min", "1h", "2h", "3h", "4h")
    )
    found.append(
        Claim(
            "L10",
            "largest rise from one interval to a longer one",
            falling,
            OPEN,
            2,
            FREY_98,
            made=lambda v: float(np.max(np.diff(v))),
        )
    )
    after = {
        "weak-30min-after": "",
        "weak-3h-after": "",
        "weak-6h-after": "stretch goal",
        "weak-9h-after": "stretch goal",
    }
    found += [
        claim(
            "L11",
            f"{arm.replace('-', ' ')} strong, 8 h {note}".strip(),
            _interval(arm),
            120,
            OPEN,
            COMMUN,
            alone,
        )
        for arm, note in after.items()
    ]
    return found


def _synthesis() -> list[Claim]:
    vehicle = slope(stimulated("pattern=STET"), "S1", END)

    def under(window: str) -> Read:
        trial = stimulated("pattern=STET", f"anisomycin={window}", arm="anisomycin")
        return slope(trial, "S1", END)

    def share(v: Sequence[float]) -> float:
        return (v[0] - 100) / (v[1] - 100)

    d1 = slope(stimulated("pattern=STET", arm="d1-block"), "S1", END)
    return [
        claim(
            "L12",
            "strong tetanus, blocked 0 to 30 min, 8 h",
            under("0 min to 30 min"),
            OPEN,
            110,
            FREY_88,
            claim("L12", "vehicle", vehicle, 140, OPEN, FREY_88),
        ),
        Claim(
            "L12",
            "blocked 0 to 3 h: share of the vehicle's potentiation",
            (under("0 min to 3 h"), vehicle),
            OPEN,
            0.4,
            FREY_88,
            made=share,
        ),
        Claim(
            "L12",
            "blocked 4 to 4.5 h: share of the vehicle's potentiation",
            (under("4 h to 4.5 h"), vehicle),
            0.9,
            OPEN,
            FREY_88,
            made=share,
        ),
        claim(
            "L12",
            "strong tetanus under a D1 antagonist, 8 h",
            d1,
            OPEN,
            110,
            "assumed; D1 antagonists block late LTP",
            verified=False,
        ),
    ]


def _cross_tagging() -> list[Claim]:
    after = stimulated("pattern=STET", "also=S2 WLFS at 1 h", "duration=9.25 h")
    before = stimulated("pattern=STET", "also=S2 WLFS at 25 min", "duration=9 h")
    alone = claim(
        "L13",
        "weak low-frequency stimulation alone, 8 h",
        slope(stimulated("pattern=WLFS", "duration=8.25 h"), "S1", "at 8.25 h"),
        95,
        OPEN,
        SAJIKUMAR,
        verified=False,
    )
    reverse = stimulated("pattern=SLFS", "also=S2 WTET at 1 h", "duration=9 h")
    return [
        claim(
            "L13",
            "weak low-frequency stimulation 1 h after strong tetanus, 8 h",
            slope(after, "S2", "at 9.25 h"),
            OPEN,
            85,
            SAJIKUMAR,
            alone,
            verified=False,
        ),
        claim(
            "L13",
            "the same, right after",
            slope(before, "S2", "at 9 h"),
            OPEN,
            85,
            SAJIKUMAR,
            alone,
            verified=False,
        ),
        claim(
            "L13",
            "weak tetanus 1 h after strong low-frequency stimulation, 8 h",
            slope(reverse, "S2", "at 9 h"),
            120,
            OPEN,
            SAJIKUMAR + "; band assumed",
            verified=False,
        ),
    ]


def _dissociation() -> list[Claim]:
    order = "pattern=STET", "also=S2 WTET at 45 min; S3 WTET at 2 h", "duration=10 h"
    no_tag = stimulated(*order, "kn93=25 min to 50 min", arm="kn93")
    removed = "anisomycin=-30 min to 10 h", "anisomycin_block=1"
    no_protein = stimulated(*order, *removed, arm="anisomycin")
    at, vehicle = "at 10 h", stimulated(*order)
    nothing = [
        claim(
            "L14",
            f"no proteins: {path}, 8 h",
            slope(no_protein, path, at),
            OPEN,
            110,
            REDONDO,
        )
        for path in ("S1", "S2", "S3")
    ]
    tagged = claim(
        "L14", "S2 without the block", slope(vehicle, "S2", at), 125, OPEN, REDONDO
    )
    return [
        claim(
            "L14",
            "tag of S2 blocked: S2, 8 h",
            slope(no_tag, "S2", at),
            OPEN,
            110,
            REDONDO,
            tagged,
        ),
        claim(
            "L14",
            "tag of S2 blocked: S3, tetanised later, 8 h",
            slope(no_tag, "S3", at),
            125,
            OPEN,
            REDONDO,
            *nothing,
        ),
    ]


LANDMARKS: tuple[Claim, ...] = (
    *_potentiation(),
    *_depression(),
    *_frequencies(),
    *_timing(),
    *_pairing_rates(),
    *_bursts(),
    *_facilitation(),
    *_tagging(),
    *_synthesis(),
    *_cross_tagging(),
    *_dissociation(),
)
