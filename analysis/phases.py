"""Theta phase, phase precession, theta sequences, phase-amplitude coupling.

Phases are radians in [0, 2 pi), 0 at the peak of the rhythm and pi at its trough;
what else is told of phase by a paper (0 at the trough, degrees) must be turned first.

    precession              theta sequence            coupling
    phase                   ahead | II  I             amplitude
    2pi |*                        | o  *              |  _
        |  * *                    +------ animal      |_| |_
        |     * *                 | *  o              |     |_
      0 +--------> field   behind | III IV            +--------> phase
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, signal, special

Floats = np.ndarray[Any, np.dtype[np.float64]]
Complexes = np.ndarray[Any, np.dtype[np.complex128]]

TURN = 2 * np.pi
TWO_CYCLES = (-2 * TURN, 2 * TURN)


@dataclass(frozen=True)
class PhaseLine:
    """A line through phases: phase = offset + slope x, modulo a cycle.

    slope in radians per unit of x; resultant from 0 to 1, how well the line holds;
    correlation from -1 to 1, of the sign of the slope; p its p value; n how many
    phases.
    """

    slope: float
    offset: float
    resultant: float
    correlation: float
    p: float
    n: int


def analytic_signal(
    values: Floats, rate_hz: float, low_hz: float, high_hz: float, *, order: int = 3
) -> Complexes:
    """Return a band of a signal with its Hilbert transform as the imaginary part.

    Its absolute value is the amplitude, its angle the phase. The band-pass is a
    Butterworth filter of ``order``, run forth and back: no phase shift, edges 6 dB
    down.

    >>> t = np.arange(2000) / 1000
    >>> theta = analytic_signal(3 * np.cos(TURN * 8 * t), 1000, 6, 10)
    >>> round(np.abs(theta)[1000], 1)
    np.float64(3.0)
    """
    if not 0 < low_hz < high_hz < rate_hz / 2:
        raise ValueError(
            f"A band of {low_hz:g} to {high_hz:g} Hz does not lie between 0 and half "
            f"the rate, {rate_hz / 2:g} Hz: change the band or the sampling."
        )
    least = int(max(np.ceil(3 * rate_hz / low_hz), 6 * order + 4))
    if np.ndim(values) != 1 or len(values) < least or not np.isfinite(values).all():
        raise ValueError(
            f"A signal of shape {np.shape(values)} cannot be filtered: give one "
            f"dimension, {least} samples or more, all finite."
        )
    band = signal.butter(order, (low_hz, high_hz), "bandpass", fs=rate_hz, output="sos")
    found: Complexes = signal.hilbert(signal.sosfiltfilt(band, values))
    return found


def theta_phase(
    values: Floats, rate_hz: float, *, low_hz: float = 4.0, high_hz: float = 12.0
) -> Floats:
    """Return the phase of every sample of a signal in the theta band, 4-12 Hz.

    >>> t = np.arange(2000) / 1000
    >>> theta_phase(np.cos(TURN * 8 * t), 1000)[1031].round(1)  # a quarter after a peak
    np.float64(1.6)
    """
    phase = np.angle(analytic_signal(values, rate_hz, low_hz, high_hz))
    return np.asarray(phase % TURN, float)


def known_phase(t_s: Floats, theta_hz: float, *, peak_s: float = 0.0) -> Floats:
    """Return the phase at times of a theta of which one peak and the rate are known.

    >>> known_phase(np.array([0.0, 0.03125, 0.125]), 8.0)
    array([0.        , 1.57079633, 0.        ])
    """
    return TURN * (np.asarray(t_s, float) - peak_s) * theta_hz % TURN


def phase_at(
    times_s: Floats, phase_rad: Floats, rate_hz: float, *, start_s: float = 0.0
) -> Floats:
    """Return the phase at times, between samples along the unwrapped phase.

    ``phase_rad`` (n,) has ``rate_hz`` samples a second from ``start_s``; times outside
    give NaN.

    >>> phase_at(np.array([0.5, 9.0]), np.array([6.0, 0.5]), 1.0).round(2)
    array([0.11,  nan])
    """
    if not np.isfinite(phase_rad).all() or not len(phase_rad):
        raise ValueError("Phases are missing: give one finite phase a sample.")
    at = (np.asarray(times_s, float) - start_s) * rate_hz
    n = np.arange(len(phase_rad))
    return np.asarray(np.interp(at, n, np.unwrap(phase_rad), np.nan, np.nan) % TURN)


def phase_line(
    x: Floats, phase_rad: Floats, *, slopes: tuple[float, float] = TWO_CYCLES
) -> PhaseLine:
    """Fit a line to phases against a linear variable (Kempter et al. 2012).

    The slope a is that between the two ``slopes`` (radians per unit of x; two cycles
    either way unless given) at which R = |mean exp i(phase - a x)| is highest. R has
    further peaks at slopes a cycle per step of x away, so the range is part of the
    result; a slope at its end is no slope. The correlation is that of sin(phase -
    mean) and sin(|a| x - mean), its p value from a normal law of many pairs. That p
    knows nothing of the search for a slope: of random phases 10 to 14 % have p < 0.05
    (10 to 100 pairs, two cycles either way), for which there is ``phase_line_null``.
    Phases that fill the cycle evenly have no mean and no reliable correlation: then
    use R. doi:10.1016/j.jneumeth.2012.03.007.

    Pairs with a NaN are left out. NaN below 3 pairs, or where x does not vary.

    >>> x = np.linspace(0, 1, 20)
    >>> line = phase_line(x, (5 - 4 * x) % TURN)
    >>> [round(v, 3) for v in (line.slope, line.offset, line.correlation)]
    [-4.0, 5.0, -1.0]
    """
    x, phase = _pairs(x, phase_rad)
    _range(slopes)
    if len(x) < 3 or np.ptp(x) == 0:
        nan = float("nan")
        return PhaseLine(nan, nan, nan, nan, nan, len(x))
    slope = _best_slope(x, phase, slopes)
    mean = np.exp(1j * (phase - slope * x)).mean()
    correlation, p = _correlation(np.abs(slope) * x, phase)
    offset = float(np.angle(mean) % TURN)
    return PhaseLine(slope, offset, float(np.abs(mean)), correlation, p, len(x))


def phase_line_null(
    x: Floats,
    phase_rad: Floats,
    *,
    seed: int,
    shuffles: int = 200,
    slopes: tuple[float, float] = TWO_CYCLES,
) -> Floats:
    """Return (shuffles,) resultants R of phases dealt anew to the same x.

    The search for a slope finds some line in anything; this says how good a one.
    """
    x, phase = _pairs(x, phase_rad)
    deal = np.random.default_rng(seed).permutation
    lines = (phase_line(x, deal(phase), slopes=slopes) for _ in range(shuffles))
    return np.array([line.resultant for line in lines])


def through_field(position_m: Floats, entry_m: float, exit_m: float) -> Floats:
    """Return positions from 0 at entry to 1 at exit of a field, NaN outside.

    Entry and exit are in the order of running, so that leftward runs have exit < entry.

    >>> through_field(np.array([0.9, 0.6, 0.1]), 0.8, 0.4)
    array([nan, 0.5, nan])
    """
    if entry_m == exit_m or not np.isfinite([entry_m, exit_m]).all():
        raise ValueError(
            f"A field from {entry_m:g} to {exit_m:g} m has no length: give where it is "
            "entered and left."
        )
    share = (np.asarray(position_m, float) - entry_m) / (exit_m - entry_m)
    return np.where((share >= 0) & (share <= 1), share, np.nan)


def field_precession(
    position_m: Floats,
    phase_rad: Floats,
    entry_m: float,
    exit_m: float,
    *,
    slopes: tuple[float, float] = TWO_CYCLES,
) -> PhaseLine:
    """Fit precession through a field: slope in radians per field, offset at entry."""
    share = through_field(position_m, entry_m, exit_m)
    return phase_line(share, phase_rad, slopes=slopes)


def around_animal(
    posterior: Floats,
    position_m: Floats,
    direction: Floats,
    edges_m: Floats,
    offsets_m: Floats,
) -> Floats:
    """Return decoded probability by distance ahead of the animal.

    Parameters
    ----------
    posterior : array (cycles, steps, bins), each theta cycle in equal steps of phase
    position_m : array (cycles, steps), where the animal was; so its running is no sweep
    direction : array (cycles,), 1 where it ran towards higher positions, else -1
    edges_m : array (bins + 1,), of a track that has ends
    offsets_m : array (offsets,), ahead of the animal; negative is behind

    Returns
    -------
    array (cycles, steps, offsets), between bins linearly, NaN off the track
    """
    cycles, steps, bins = _three(posterior).shape
    if (cycles, steps) != np.shape(position_m) or cycles != len(direction):
        raise ValueError(
            f"{cycles} cycles of {steps} steps need as many positions and a direction "
            f"a cycle: given {np.shape(position_m)} and {len(direction)}."
        )
    if bins != len(edges_m) - 1:
        raise ValueError(
            f"{bins} bins do not fit {len(edges_m)} edges: give one edge more."
        )
    ahead = np.asarray(direction)[:, None, None] * offsets_m
    where = np.asarray(position_m)[:, :, None] + ahead
    centres = (np.asarray(edges_m)[1:] + np.asarray(edges_m)[:-1]) / 2
    at = np.interp(where, centres, np.arange(bins))
    low = np.minimum(at.astype(np.int64), max(bins - 2, 0))
    high = np.minimum(low + 1, bins - 1)
    below = np.take_along_axis(posterior, low, 2)
    above = np.take_along_axis(posterior, high, 2)
    found = below + (at - low) * (above - below)
    return np.where((where >= edges_m[0]) & (where <= edges_m[-1]), found, np.nan)


def quadrant_score(around: Floats, offsets_m: Floats) -> float:
    """Return how far decoding sweeps from behind to ahead within theta cycles.

    Probability is added up over cycles in four quadrants: early and behind or late and
    ahead (with the running), early and ahead or late and behind (against it); the
    score is the difference over the sum, 1 for a full forward sweep and 0 for none,
    after Feng, Silva and Foster 2015, doi:10.1523/JNEUROSCI.2614-14.2015. Choose
    offsets of about half a metre either way, and start the cycle where theirs do. A
    middle step and an offset of 0 belong to no quadrant. NaN without probability.

    Parameters
    ----------
    around : array (cycles, steps, offsets), from ``around_animal``
    offsets_m : array (offsets,)

    >>> quadrant_score(np.eye(4)[None], np.array([-2.0, -1.0, 1.0, 2.0]))
    1.0
    """
    ahead, total = _halves(around, offsets_m)
    sign = _late(around.shape[1])
    whole = (total @ np.abs(sign)).sum()
    return float((ahead @ sign).sum() / whole) if whole > 0 else float("nan")


def quadrant_null(
    around: Floats, offsets_m: Floats, *, seed: int, shuffles: int = 500
) -> Floats:
    """Return (shuffles,) quadrant scores of cycles each begun at a random step."""
    ahead, total = _halves(around, offsets_m)
    cycles, steps = ahead.shape
    begin = np.random.default_rng(seed).integers(0, steps, (shuffles, cycles, 1))
    order = (np.arange(steps) + begin) % steps
    rows, sign = np.arange(cycles)[:, None], _late(steps)
    whole = (total[rows, order] @ np.abs(sign)).sum(axis=1)
    part = (ahead[rows, order] @ sign).sum(axis=1)
    return np.asarray(part / np.where(whole > 0, whole, np.nan))


def weighted_correlation(posterior: Floats, place_m: Floats) -> float:
    """Return the correlation of time and place, weighted by decoded probability.

    ``posterior`` is an array (steps, places), NaN counts as 0. NaN where all
    probability is at one time or place.

    >>> weighted_correlation(np.eye(5), np.arange(5.0)).__round__(6)
    1.0
    """
    if np.ndim(posterior) != 2 or posterior.shape[1] != len(place_m):
        raise ValueError(
            f"A posterior of {np.shape(posterior)} does not fit {len(place_m)} places: "
            "give an array (steps, places)."
        )
    weight = np.nan_to_num(posterior)
    if not weight.sum() > 0:
        return float("nan")
    weight = weight / weight.sum()
    t = np.arange(len(weight)) - weight.sum(axis=1) @ np.arange(len(weight))
    x = np.asarray(place_m, float) - weight.sum(axis=0) @ place_m
    spread = (weight.sum(axis=1) @ t**2) * (weight.sum(axis=0) @ x**2)
    return float(t @ weight @ x / np.sqrt(spread)) if spread > 1e-24 else float("nan")


def amplitude_by_phase(
    phase_rad: Floats, amplitude: Floats, *, bins: int = 18
) -> Floats:
    """Return (bins,) mean amplitudes by phase from 0 to 2 pi, over their sum.

    A phase that never came gives NaN there, an amplitude of 0 throughout gives NaN.

    >>> amplitude_by_phase(np.array([0.1, 0.2, 4.0]), np.array([1.0, 3.0, 6.0]), bins=2)
    array([0.25, 0.75])
    """
    at, n = _phase_bins(phase_rad, amplitude, bins)
    mean = np.bincount(at, amplitude, bins) / np.where(n > 0, n, np.nan)
    total = np.nansum(mean)
    return np.asarray(mean / (total if total > 0 else np.nan))


def modulation_index(phase_rad: Floats, amplitude: Floats, *, bins: int = 18) -> float:
    """Return Tort's index of how phase modulates amplitude, from 0 to 1.

    (log N - H)/log N with H the entropy of ``amplitude_by_phase`` in N bins: 0 where
    amplitude is the same at all phases, 1 where it is all in one bin (Tort et al.
    2010, doi:10.1152/jn.00106.2010). NaN where a phase never came.

    >>> modulation_index(np.array([0.1, 4.0]), np.array([0.0, 6.0]), bins=2)
    1.0
    """
    share = amplitude_by_phase(phase_rad, amplitude, bins=bins)
    return float((np.log(bins) + special.xlogy(share, share).sum()) / np.log(bins))


def modulation_null(
    phase_rad: Floats,
    amplitude: Floats,
    rate_hz: float,
    *,
    seed: int,
    surrogates: int = 200,
    least_s: float = 1.0,
    bins: int = 18,
) -> Floats:
    """Return (surrogates,) indices of an amplitude shifted by at least ``least_s``.

    Shifts go around the end of the signal, at ``rate_hz`` samples a second.
    """
    least, n = int(np.ceil(least_s * rate_hz)), len(amplitude)
    if n <= 2 * least:
        raise ValueError(
            f"A signal of {n / rate_hz:g} s has no shift of at least {least_s:g} s "
            "both ways: lower least_s or record longer."
        )
    shifts = np.random.default_rng(seed).integers(least, n - least, surrogates)
    moved = (np.roll(amplitude, k) for k in shifts)
    return np.array([modulation_index(phase_rad, a, bins=bins) for a in moved])


def _pairs(x: Floats, phase_rad: Floats) -> tuple[Floats, Floats]:
    """Return the pairs of which both are known."""
    if np.shape(x) != np.shape(phase_rad):
        raise ValueError(
            f"{np.size(x)} positions do not fit {np.size(phase_rad)} phases: give one "
            "each."
        )
    a, b = np.asarray(x, float), np.asarray(phase_rad, float)
    known = np.isfinite(a) & np.isfinite(b)
    return a[known], b[known]


def _range(slopes: tuple[float, float]) -> None:
    low, high = slopes
    if not (np.isfinite([low, high]).all() and low < high):
        raise ValueError(
            f"Slopes from {low:g} to {high:g} are no range: give (lowest, highest) in "
            "radians per unit of x."
        )


def _best_slope(x: Floats, phase: Floats, slopes: tuple[float, float]) -> float:
    """Return the slope with the highest resultant: a grid, then a bounded search."""
    spread = float(np.ptp(x))
    places = int(np.ceil((slopes[1] - slopes[0]) * spread * 32 / TURN)) + 2
    grid = np.linspace(*slopes, places)
    unit = np.exp(1j * phase)

    def misfit(slope: float) -> float:
        return -float(np.abs(np.vdot(np.exp(1j * slope * x), unit)))

    best = int(np.argmin([misfit(slope) for slope in grid]))
    around = grid[max(best - 1, 0)], grid[min(best + 1, places - 1)]
    found = optimize.minimize_scalar(
        misfit,
        bounds=around,
        method="bounded",
        options={"xatol": 1e-9 / spread},
    )
    ends = min(around, key=misfit)
    return float(found.x) if found.fun <= misfit(ends) else float(ends)


def _correlation(turned: Floats, phase: Floats) -> tuple[float, float]:
    """Return the circular correlation of two angles and its p value."""
    a, b = (np.sin(v - np.angle(np.exp(1j * v).mean())) for v in (turned, phase))
    both = np.sqrt((a @ a) * (b @ b))
    if not both > 1e-12:
        return float("nan"), float("nan")
    correlation = float((a @ b) / both)
    fourth = (a**2 * b**2).mean()
    if not fourth > 0:
        return correlation, float("nan")
    t = correlation * np.sqrt(len(a) * (a**2).mean() * (b**2).mean() / fourth)
    return correlation, float(special.erfc(np.abs(t) / np.sqrt(2)))


def _three(posterior: Floats) -> Floats:
    if np.ndim(posterior) != 3:
        raise ValueError(
            f"A posterior of shape {np.shape(posterior)} is not of cycles: give an "
            "array (cycles, steps, places)."
        )
    return posterior


def _halves(around: Floats, offsets_m: Floats) -> tuple[Floats, Floats]:
    """Return probability ahead less behind, and their sum, arrays (cycles, steps)."""
    if _three(around).shape[2] != len(offsets_m):
        raise ValueError(
            f"{around.shape[2]} places do not fit {len(offsets_m)} offsets: give one "
            "each."
        )
    known, side = np.nan_to_num(around), np.sign(offsets_m)
    return known @ side, known @ np.abs(side)


def _late(steps: int) -> Floats:
    """Return -1 for the steps of the first half of a cycle, 1 for the second."""
    return np.asarray(np.sign(np.arange(steps) - (steps - 1) / 2))


def _phase_bins(phase_rad: Floats, amplitude: Floats, bins: int) -> tuple[Any, Any]:
    """Return each sample's bin of phase, and how many samples each bin has."""
    if np.shape(phase_rad) != np.shape(amplitude):
        raise ValueError(
            f"{np.size(phase_rad)} phases do not fit {np.size(amplitude)} amplitudes: "
            "give one each."
        )
    if not (np.isfinite(phase_rad).all() and np.isfinite(amplitude).all()):
        raise ValueError("A phase or amplitude is not finite: cut the signal there.")
    turns = np.asarray(phase_rad, float) / TURN % 1
    at = (turns * bins).astype(np.int64) % bins
    return at, np.bincount(at, minlength=bins)
