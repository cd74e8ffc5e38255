"""The protocols by the names under which the command line knows them."""

from importlib import import_module
from pathlib import Path
from typing import Any

from ..circuits.parameters import unknown
from .allocation import Allocation
from .consolidation import Consolidation
from .early_alzheimer import EarlyAlzheimer
from .engram_reactivation import EngramReactivation
from .engram_silencing import EngramSilencing
from .facilitation import Facilitation
from .false_memory import FalseMemory
from .fear_conditioning import FearConditioning
from .field_induction import FieldInduction
from .navigation import Navigation
from .place_code_drift import PlaceCodeDrift
from .protocol import Protocol
from .separation_completion import SeparationCompletion
from .silent_engram import SilentEngram
from .stimulation import Stimulation
from .tagging_interval import TaggingInterval
from .water_maze import WaterMazeTask

KINDS = (
    FearConditioning,
    EngramReactivation,
    FalseMemory,
    EngramSilencing,
    SilentEngram,
    Allocation,
    EarlyAlzheimer,
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
    """Return the protocol of this name, or of this file, at its default parameters."""
    if name.endswith(".toml"):
        # A user's own; it reads with pydantic, which the others do not need.
        own: Protocol = import_module(".composed", __package__).read(name)
        if own.name in PROTOCOLS:
            raise ValueError(
                f"{name}: {own.name!r} is the name of a published protocol: give the "
                "experiment another title."
            )
        return own
    if name not in PROTOCOLS:
        raise KeyError(unknown("protocol", name, list(PROTOCOLS)))
    return PROTOCOLS[name]()


def examples() -> dict[str, Path]:
    """Return the experiments that users start from, by name."""
    folder = Path(__file__).parent / "examples"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def _figure(module: str, function: str) -> Any:
    """Return a figure's function that loads matplotlib when it is called."""

    def draw(recording: Any) -> Any:
        drawing = import_module(f"..analysis.{module}", __package__)
        return getattr(drawing, function)(recording)

    return draw


ENGRAM = {
    "summary": _figure("engram_figure", "engram"),
    "engram-life": _figure("engram_life_figure", "engram_life"),
}
ENGRAMS = (
    EngramReactivation,
    FalseMemory,
    EngramSilencing,
    SilentEngram,
    Allocation,
    EarlyAlzheimer,
)
FIGURES: dict[str, dict[str, Any]] = {
    **dict.fromkeys((kind.name for kind in ENGRAMS), ENGRAM),
    # Stands for all experiments that users write.
    "my-experiment": {"freezing": _figure("composed_figure", "composed")},
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
