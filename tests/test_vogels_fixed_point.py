"""Inhibitory plasticity in a closed loop brings a population to its target rate."""

from dataclasses import replace
from typing import Any, ClassVar

import brian2 as b2
import numpy as np
import pytest

from trisynapse.circuits.circuit import Synapse
from trisynapse.circuits.network import Clocks, join
from trisynapse.circuits.projection import Projection
from trisynapse.circuits.quantity import Quantity, quantity
from trisynapse.plasticity import InhibitorySTDP

pytestmark = pytest.mark.usefixtures("numpy_target")

CELLS, INPUTS = 60, 40
STEP = 0.5 * b2.ms
# Quick enough to balance in seconds; the default step takes hours.
QUICK = replace(InhibitorySTDP(), eta=0.05)


class Inhibition(Projection):
    pre: ClassVar[str] = "interneurons"
    post: ClassVar[str] = "principals"
    receptor: ClassVar[str] = "GABA_A"


def population() -> b2.NeuronGroup:
    """Return leaky integrate-and-fire cells under a drive that differs among them."""
    cells = b2.NeuronGroup(
        CELLS,
        """
        dv/dt = (g_L*(E_L - v) + g_gaba*(E_inh - v) + I)/C : volt (unless refractory)
        dg_gaba/dt = -g_gaba/tau_gaba                       : siemens
        I = mean + spread*noise                             : amp
        dnoise/dt = -noise/tau_noise + sqrt(2/tau_noise)*xi : 1
        mean                                                : amp
        """,
        threshold="v > -50*mV",
        reset="v = -60*mV",
        refractory=5 * b2.ms,
        method="euler",
        dt=STEP,
        namespace={
            "C": 200 * b2.pF,
            "g_L": 10 * b2.nS,
            "E_L": -60 * b2.mV,
            "E_inh": -80 * b2.mV,
            "tau_gaba": 10 * b2.ms,
            "tau_noise": 5 * b2.ms,
            "spread": 150 * b2.pA,
        },
    )
    cells.mean = np.linspace(150, 250, CELLS) * b2.pA
    cells.v = -60 * b2.mV
    return cells


def rates_of(rho_0: Quantity, learning: float, judged: float) -> tuple[Any, Any]:
    """Return the rates of the cells, in hertz, in the first half second and at last."""
    b2.seed(4)
    rule = replace(QUICK, rho_0=rho_0)
    principals = population()
    interneurons = b2.NeuronGroup(
        100, "", threshold="rand() < 25*Hz*dt", reset="", dt=STEP
    )
    projection = Inhibition(
        in_degree=INPUTS, weight=quantity("0.3 nS"), delay=quantity("1 ms")
    )
    rng = np.random.default_rng(6)
    pre = np.concatenate([rng.choice(100, INPUTS, replace=False) for _ in range(CELLS)])
    post = np.repeat(np.arange(CELLS), INPUTS)
    synapses = join(
        Synapse(projection.name, projection, rule, INPUTS, 1.0, 100, CELLS),
        {"interneurons": interneurons, "principals": principals},
        (pre, post),
        Clocks(b2.Clock(STEP), b2.Clock(STEP)),
    )
    spikes = b2.SpikeMonitor(principals, record=False)
    network = b2.Network(interneurons, principals, synapses, spikes)
    network.run(0.5 * b2.second)
    first = np.array(spikes.count) / 0.5
    network.run((learning - 0.5) * b2.second)
    before = np.array(spikes.count)
    network.run(judged * b2.second)
    return first, (np.array(spikes.count) - before) / judged


@pytest.mark.parametrize("rho_0", ["6 Hz", "15 Hz"])
def test_a_driven_population_ends_at_the_target_rate(rho_0: str) -> None:
    target = quantity(rho_0)
    first, last = rates_of(target, learning=10.0, judged=3.0)
    assert first.mean() > 1.5 * float(target)
    assert last.mean() == pytest.approx(float(target), rel=0.15)
    # The drives of the cells differ; inhibition has found each its own balance.
    assert last.std() < first.std() / 3
