"""A bump of activity on a twisted torus: where it is, how it moves, how it drifts.

    spikes of cells at places ──▶ bump ──▶ unwrapped ──▶ beside the path: drift

The torus is 1 wide and sqrt(3)/2 high; what leaves it at the top comes back at the
bottom moved by half a width (Guanella et al. 2007, doi:10.1142/S0129065707001093). So
its places are those of a hexagonal lattice of spacing 1, two phases tell them all, and
the mean phases of the spikes, which need no edges, tell where the bump is.
"""

from dataclasses import dataclass

import numpy as np

from .maps import Floats, Ids

HEIGHT = np.sqrt(3) / 2
ROUND = np.array([[1.0, 0.0], [0.5, HEIGHT]])  # ways that lead back, a row each
TURNS = np.linalg.inv(ROUND)  # (x, y) @ TURNS are the two phases, in turns


@dataclass(frozen=True, eq=False)
class Bump:
    """Where the bump was: arrays (bins,) and, of places, (bins, 2).

    t_s : middle of each bin, seconds
    xy : its place on the torus, widths; NaN in a bin without spikes
    strength : length of the mean phase vector, 0 (no bump) to 1 (a point)
    """

    t_s: Floats
    xy: Floats
    strength: Floats


def bump(spikes_s: Floats, node_ids: Ids, places: Floats, edges_s: Floats) -> Bump:
    """Return the bump of a sheet by the mean phases of its spikes.

    Parameters
    ----------
    spikes_s, node_ids : arrays (spikes,), seconds and cells
    places : array (cells, 2), widths of the sheet
    edges_s : array (bins + 1,), edges of even bins, seconds

    >>> edges, here = np.array([0.0, 1.0]), np.array([[0.2, 0.3], [0.2, 0.5]])
    >>> bump(np.array([0.1, 0.2]), np.array([0, 1]), here, edges).xy.round(3).tolist()
    [[0.2, 0.4]]
    """
    ids, n = np.asarray(node_ids, int), len(edges_s) - 1
    if len(ids) and not 0 <= ids.min() <= ids.max() < len(places):
        raise ValueError(
            f"Cells {ids.min()} to {ids.max()} do not all have one of {len(places)} "
            "places: give the places of the whole sheet."
        )
    index = np.searchsorted(edges_s, spikes_s, side="right") - 1
    inside = (index >= 0) & (index < n)
    turns = (places @ TURNS)[ids[inside]]
    sums = np.zeros((n, 2), complex)
    np.add.at(sums, index[inside], np.exp(2j * np.pi * turns))
    count = np.bincount(index[inside], minlength=n)[:, None]
    mean = np.divide(sums, count, out=np.full((n, 2), np.nan + 0j), where=count > 0)
    xy = (np.angle(mean) / (2 * np.pi)) @ ROUND
    return Bump((edges_s[1:] + edges_s[:-1]) / 2, xy, np.abs(mean).mean(axis=1))


def unwrapped(xy: Floats, beside: Floats | float = 0.0) -> Floats:
    """Return a way on the torus as one on the plane, from its first place on.

    Of all places that are one on the torus, each is the next to the one before. Where
    bins are long, name a way ``beside`` it, array (bins, 2): then the difference of the
    two is followed, which moves less.

    >>> unwrapped(np.array([[0.4, 0.0], [-0.4, 0.0]])).round(3).tolist()
    [[0.4, 0.0], [0.6, 0.0]]
    """
    turns = np.asarray(xy - np.asarray(beside)) @ TURNS
    known = np.isfinite(turns).all(axis=1)
    turns[known] = np.unwrap(turns[known], period=1.0, axis=0)
    return np.asarray(turns @ ROUND + beside)


def path_on_sheet(xy_m: Floats, spacing_m: float, orientation: float) -> Floats:
    """Return where a bump that follows a path would be, array (samples, 2), widths.

    Parameters
    ----------
    xy_m : array (samples, 2), metres
    orientation : of the grid against the room, radians counterclockwise
    """
    cos, sin = np.cos(orientation), np.sin(orientation)
    return np.asarray(xy_m @ np.array([[cos, -sin], [sin, cos]]) / spacing_m)


def drift(errors: Floats, window: int) -> Floats:
    """Return how far the mean error of each window lies from that of the first.

    Parameters
    ----------
    errors : array (bins, 2), NaN where nothing is known
    window : bins; those of an unfinished last window are left out
    """
    n = len(errors) // window
    if n < 2:
        raise ValueError(
            f"{len(errors)} bins are {n} windows of {window}: two are needed to drift; "
            "give a longer run or a shorter window."
        )
    each = errors[: n * window].reshape(n, window, 2)
    count = np.isfinite(each).sum(axis=1)
    means = np.nansum(each, axis=1) / np.where(count > 0, count, np.nan)
    return np.asarray(np.linalg.norm(means - means[0], axis=1))
