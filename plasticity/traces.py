"""Traces of spikes: exponentials that are advanced where an event reads them."""

from collections.abc import Mapping

import numpy as np

from ..circuits.projection import Array, State


def fading(**taus: str) -> str:
    """Return code that advances traces, {trace: symbol of its time constant}, to now.

    >>> print(fading(pre_trace="tau_plus"))
    pre_trace = pre_trace*exp(-(t - t_last)/tau_plus)
    t_last = t
    <BLANKLINE>
    """
    lines = [f"{x} = {x}*exp(-(t - t_last)/{tau})\n" for x, tau in taus.items()]
    return "".join([*lines, "t_last = t\n"])


def faded(state: State, seconds: float, taus: Mapping[str, float]) -> dict[str, Array]:
    """Return the state after ``seconds`` without a spike, dated from their end.

    ``taus`` holds the time constant of each trace in seconds; all else stays.
    """
    elapsed = seconds - state["t_last"]
    traces = {x: state[x] * np.exp(-elapsed / tau) for x, tau in taus.items()}
    return {**state, **traces, "t_last": np.zeros_like(elapsed)}
