"""trisynapse: hippocampal memory circuits in spiking neurons.

`from trisynapse import run; recording = run("fear-conditioning", seed=1)`
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .circuits import Memory as Memory
    from .protocols.running import resume as resume
    from .protocols.running import run as run
    from .simulation.store import load as load
    from .simulation.store import save as save

    __version__: str
else:
    # A face that loads each part when it is asked for, so that importing is quick.
    PARTS = {
        "Memory": ".circuits",
        "resume": ".protocols.running",
        "run": ".protocols.running",
        "load": ".simulation.store",
        "save": ".simulation.store",
    }

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            return version("trisynapse")
        if name not in PARTS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(PARTS[name], __name__), name)

    def __dir__() -> list[str]:
        return sorted([*globals(), *PARTS, "__version__"])
