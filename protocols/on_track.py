"""What is measured of theta on a straight track: precession, sequences, gamma."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from ..circuits.parameters import Source

GROSMARK = Source("Grosmark and Buzsaki 2016, data of 4 rats")
FENG = Source("Feng et al. 2015", doi="10.1523/JNEUROSCI.2614-14.2015")
TORT = Source("Tort et al. 2009", doi="10.1073/pnas.0911331106")

CELLS = {"stellate": "ec_stellate", "CA3": "ca3_pyramidal", "CA1": "ca1_pyramidal"}
RATES = {"CA3": "ca3_pv_basket", "CA1": "ca1_pv_basket"}
OPEN = float("nan")
NOTES = (
    "On a track each direction of running is mapped alone; a field precesses if phase "
    "falls through it and, cycle by cycle, by more than in 95 % of shuffles.",
    "Theta sequences are decoded with maps of all other runs the same way.",
    "There is no field potential: low gamma (30 to 50 Hz) is that of the rate of the "
    "PV basket cells; surrogates turn its amplitude within each cycle of theta.",
)

PRECESSION: dict[str, tuple[str, float, float, str]] = {
    "slope of precession, median": ("deg/field", -450, -180, GROSMARK.cite),
    "fields that precess, share": ("1", 0.6, OPEN, GROSMARK.cite),
    "fields with a negative slope, share": ("1", OPEN, OPEN, ""),
    "fields run through": ("1", OPEN, OPEN, ""),
}
SEQUENCES: dict[str, tuple[str, float, float, str]] = {
    "theta sequence score over 95 % of shuffles": ("1", 0.0, OPEN, FENG.cite),
    "theta sequence score, lap 1": ("1", OPEN, OPEN, ""),
    "theta sequence score, lap 5 on": ("1", OPEN, OPEN, ""),
    "theta sequence score, lap 5 on less lap 1": ("1", OPEN, OPEN, ""),
    "theta sequences, p of that rise": ("1", OPEN, 0.05, FENG.cite),
}
GAMMA: dict[str, tuple[str, float, float, str]] = {
    "low gamma by theta, index over 99 % of surrogates": ("1", 1.0, OPEN, TORT.cite),
    "low gamma by theta, second half over first": ("1", 1.2, OPEN, TORT.cite),
}


def rows() -> Iterator[tuple[str, str, float, float, str]]:
    """Yield the measures: name, unit, lowest, highest, source."""
    for told in (PRECESSION, SEQUENCES):
        for region in CELLS:
            for name, row in told.items():
                yield (f"{region} {name}", *row)
    for region in RATES:
        for name, row in GAMMA.items():
            yield (f"{region} {name}", *row)


def values(*given: Any) -> Iterator[tuple[str, float]]:
    """Yield the measures by their names, as `track_theta.values` finds them."""
    # Scipy, which a description does not need, is loaded with it.
    measured = import_module(".track_theta", __package__)
    yield from measured.values(*given)
