"""The protocols by the names under which the command line knows them."""

from importlib import import_module
from typing import Any

from ..circuits.parameters import unknown
from .consolidation import Consolidation
from .facilitation import Facilitation
from .fear_conditioning import FearConditioning
from .field_induction import FieldInduction
from .navigation import Navigation
from .place_code_drift import PlaceCodeDrift
from .protocol import Protocol
from .separation_completion import SeparationCompletion
from .stimulation import Stimulation
from .tagging_interval import TaggingInterval
from .water_maze import WaterMazeTask

KINDS = (
    FearConditioning,
    Stimulation,
    TaggingInterval,
    Facilitation,
    Consolidation,
    Navigation,
    FieldInduction,
    SeparationCompletion,
    PlaceCodeDrift,
    WaterMazeTask,
)
PROTOCOLS: dict[str, type[Protocol]] = {kind.name: kind for kind in KINDS}


def find(name: str) -> Protocol:
    """Return the protocol of this name with its default parameters."""
    if name not in PROTOCOLS:
        raise KeyError(unknown("protocol", name, list(PROTOCOLS)))
    return PROTOCOLS[name]()


def _figure(module: str, function: str) -> Any:
    """Return a figure's function that loads matplotlib when it is called."""

    def draw(recording: Any) -> Any:
        drawing = import_module(f"..analysis.{module}", __package__)
        return getattr(drawing, function)(recording)

    return draw


FIGURES: dict[str, dict[str, Any]] = {
    "consolidation": {"summary": _figure("consolidation_figure", "consolidation")},
    "field-induction": {"fields": _figure("induction_figure", "induction")},
    "fear-conditioning": {"summary": _figure("figures", "fear_conditioning")},
    "navigation": {"maps": _figure("navigation_figure", "maps")},
    "place-code-drift": {"days": _figure("drift_figure", "drift")},
    "facilitation": {"rates": _figure("slice_figure", "rates")},
    "separation-completion": {
        "summary": _figure("separation_figure", "separation_completion")
    },
    "stimulation": {"slices": _figure("slice_figure", "slices")},
    "tagging-interval": {
        "intervals": _figure("slice_figure", "intervals"),
        "slices": _figure("slice_figure", "slices"),
    },
    "water-maze": {"learning": _figure("water_maze_figure", "learning")},
}
