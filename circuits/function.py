"""A function that equations call, written for every target that Brian2 may run on."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Function(NamedTuple):
    """A function in Python and in C++, with the units of its arguments and result."""

    python: Callable[..., Any]
    cpp: str
    units: tuple[str, ...]
    returns: str
