"""Runs episodes with Brian2's numpy target: no compiler, but some 30 times slower.

It does what the compiled binary does, on the same network. Every episode builds that
network anew, because the clock of an episode starts at zero.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import brian2 as b2
import numpy as np
from brian2.devices.device import all_devices, reset_device

from ..circuits.circuit import Circuit, Rules
from ..circuits.network import CAPACITY, FOLLOWS, build, key
from .backends import NONE, Factors, Outcome, steps_of
from .state import STEP_S, Array, State, Wiring, later, under_way, wired

TOLD_S = 0.1  # biological time between two signs of life
PREFERENCES = {
    "codegen.target": "numpy",
    "codegen.string_expression_target": "numpy",
    "core.default_float_dtype": np.float64,
    "core.stop_on_keyboard_interrupt": True,
}


class Runtime:
    """Runs one animal's episodes in this process, one at a time."""

    def __init__(self, circuit: Circuit, rules: Rules, wiring: Wiring) -> None:
        self.circuit, self.rules, self.wiring = circuit, rules, wiring
        self.rows = CAPACITY

    def episode(
        self,
        state: State,
        stimulus: Array,
        seed: int,
        tell: Callable[[float], None],
        traced: bool = False,
        factors: Factors = NONE,
    ) -> Outcome:
        """Run a network of Brian2 from the state and read the state back."""
        steps = steps_of(stimulus, CAPACITY, len(self.circuit.columns))
        with _apart():
            network = build(self.circuit, self.rules, wired(self.wiring, state))
            for owner, variables in state.variables.items():
                for name, array in variables.items():
                    network[owner].variables[name].set_value(array)
            for (owner, name), factor in factors.items():
                if name in network[owner].variables:
                    variable = network[owner].variables[name]
                    variable.set_value(variable.get_value() * factor)
            self._show(network, stimulus)
            self._send(network, state)
            monitors = _watch(network, self.circuit.traced if traced else ())
            following = _follow(network, self.circuit.followed)
            key(network, self.circuit, seed)
            b2.seed(seed)
            self._run(network, steps, tell)
            left: dict[str, dict[str, Array]] = {
                owner: {
                    name: np.array(network[owner].variables[name].get_value())
                    for name in names
                }
                for owner, names in state.variables.items()
            }
            spikes = {name: _heard(network, name) for name in self.circuit.populations}
            traces = {name: np.array(m.v_).T for name, m in monitors.items()}
            followed = {
                (owner, name): np.array(getattr(m, f"{name}_")).T[
                    FOLLOWS - 1 :: FOLLOWS
                ]
                for (owner, name), m in following.items()
            }
        end = replace(state, variables=left)
        end = later(end, self.circuit, self.rules, steps * STEP_S)
        pending = under_way(state, spikes, self.circuit, self.rules, steps)
        return Outcome(replace(end, pending=pending), spikes, traces, followed)

    def _show(self, network: b2.Network, stimulus: Array) -> None:
        """Put the course of the stimulus into the array that the cells read."""
        group = network[next(iter(self.circuit.populations))]
        group.namespace["stimulus"].values[: len(stimulus)] = stimulus

    def _send(self, network: b2.Network, state: State) -> None:
        """Push the spikes under way again, oldest first.

        A queue of the runtime stands at the coming step, where that of compiled code
        stands at the step before.
        """
        for name in self.circuit.synapses(self.rules):
            for pathway in network[name]._pathways:
                pathway.initialise_queue()  # as the run does; it keeps what is queued
                for ids in reversed(state.pending.get(pathway.source.name, [])):
                    if len(ids):
                        pathway.queue.push(np.sort(ids).astype(np.int32))
                    pathway.queue.advance()

    def _run(
        self, network: b2.Network, steps: int, tell: Callable[[float], None]
    ) -> None:
        """Run all steps, or raise what ``tell`` raised.

        An exception inside Brian2's loop would leave it thinking that it still runs.
        """
        raised: list[BaseException] = []

        def alive() -> None:
            ahead = steps * STEP_S - float(network.t)
            try:
                tell(min(TOLD_S, ahead))
            except BaseException as reason:
                raised.append(reason)
                network.stop()

        network.add(b2.NetworkOperation(alive, dt=TOLD_S * b2.second, when="end"))
        network.run(steps * STEP_S * b2.second, namespace={})
        if raised:
            raise raised[0]
        if round(float(network.t) / STEP_S) < steps:
            raise KeyboardInterrupt  # Brian2 takes Ctrl-C for a wish to end early


def _watch(network: b2.Network, traced: tuple[str, ...]) -> dict[str, Any]:
    """Record the voltages of some populations, each at a step's end."""
    monitors = {
        name: b2.StateMonitor(network[name], "v", record=True, when="end")
        for name in traced
    }
    network.add(*monitors.values())
    return monitors


def _follow(
    network: b2.Network, followed: tuple[tuple[str, str], ...]
) -> dict[tuple[str, str], Any]:
    """Record some variables, each at a step's end."""
    monitors = {
        (owner, name): b2.StateMonitor(network[owner], name, record=True, when="end")
        for owner, name in followed
    }
    network.add(*monitors.values())
    return monitors


def _heard(network: b2.Network, name: str) -> tuple[Array, Array]:
    monitor = network[f"{name}_spikes"]
    ids = np.array(monitor.i, dtype=np.int32)
    return ids, np.rint(np.array(monitor.t_) / STEP_S)


@contextmanager
def _apart() -> Iterator[None]:
    """Leave Brian2's device, preferences, random numbers and log as they were."""
    device: Any = all_devices["runtime"]
    # Brian2 warns that the order of synapses may matter; it does not: no synapse reads
    # what another one of the same event wrote.
    log = logging.getLogger("brian2.codegen.generators.base")
    kept = {name: b2.prefs[name] for name in PREFERENCES}
    numbers, level = device.get_random_state(), log.level
    b2.set_device(device)
    try:
        for name, value in PREFERENCES.items():
            b2.prefs[name] = value
        log.setLevel(logging.ERROR)
        yield
    finally:
        log.setLevel(level)
        for name, value in kept.items():
            b2.prefs[name] = value
        device.set_random_state(numbers)
        b2.Network._globally_running = False
        reset_device()
