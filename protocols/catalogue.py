"""The protocols by the names under which the command line knows them."""

from importlib import import_module
from typing import Any

from ..circuits.parameters import unknown
from .fear_conditioning import FearConditioning
from .protocol import Protocol
from .stimulation import Stimulation

PROTOCOLS: dict[str, type[Protocol]] = {
    kind.name: kind for kind in (FearConditioning, Stimulation)
}


def find(name: str) -> Protocol:
    """Return the protocol of this name with its default parameters."""
    if name not in PROTOCOLS:
        raise KeyError(unknown("protocol", name, list(PROTOCOLS)))
    return PROTOCOLS[name]()


def _figure(function: str) -> Any:
    """Return a figure's function that loads matplotlib when it is called."""

    def draw(recording: Any) -> Any:
        module = import_module("..analysis.figures", __package__)
        return getattr(module, function)(recording)

    return draw


FIGURES: dict[str, dict[str, Any]] = {
    "fear-conditioning": {"summary": _figure("fear_conditioning")},
}
