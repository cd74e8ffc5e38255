"""Print the tables of interim-calcium.md: what the calcium values do to a synapse.

Deterministic where the spikes are regular; else the mean over 4000 synapses, each with
Poisson trains and plasticity noise of its own.
"""

from dataclasses import replace

import numpy as np

from trisynapse.plasticity import TaggingCapture

INTERIM = TaggingCapture()
SLICE = replace(INTERIM, theta_d=1.2, theta_p=3.0, gamma_d=313.1)
NETWORK = replace(SLICE, pre_Ca=0.6, post_Ca=0.1655)
SYNAPSES = 4000
RUN_DOWN = 0.5  # s, for calcium to fall below both thresholds


def after_trains(
    rule: TaggingCapture, pre_hz: float, post_hz: float, s: float
) -> float:
    """Return the mean early phase after ``s`` seconds of Poisson trains."""
    rng = np.random.default_rng(1)
    both = []
    for hertz, jump, late in (
        (pre_hz, rule.pre_Ca, float(rule.delay_Ca)),
        (post_hz, rule.post_Ca, 0.0),
    ):
        n = rng.poisson(hertz * s, SYNAPSES)
        when = rng.uniform(0, s, (SYNAPSES, n.max(initial=0))) + late
        unused = np.arange(when.shape[1]) >= n[:, None]
        when[unused] = s + RUN_DOWN
        both.append((when, np.where(unused, 0.0, jump)))
    when, jump = (np.hstack(parts) for parts in zip(*both, strict=True))
    order = np.argsort(when, axis=1)
    when = np.take_along_axis(when, order, axis=1)
    jump = np.take_along_axis(jump, order, axis=1)
    h, c, now = np.ones(SYNAPSES), np.zeros(SYNAPSES), np.zeros(SYNAPSES)
    for t, rise in zip(when.T, jump.T, strict=True):
        h, c = rule.advance(h, c, t - now, rng.standard_normal)
        c, now = c + rise, t
    h, _ = rule.advance(h, c, s + RUN_DOWN - now, rng.standard_normal)
    return float(h.mean())


def after_pulses(rule: TaggingCapture, hertz: float, paired: bool) -> float:
    """Return the mean early phase after 900 pulses, paired with post 10 ms later."""
    pre = np.arange(900) / hertz
    post = pre + 0.01 if paired else np.zeros(0)
    when = np.concatenate([pre + float(rule.delay_Ca), post])
    jump = np.repeat([rule.pre_Ca, rule.post_Ca], [len(pre), len(post)])
    order = np.argsort(when, kind="stable")
    h, c, now = np.ones(1), np.zeros(1), 0.0
    for t, rise in zip(when[order], jump[order], strict=True):
        h, c = rule.advance(h, c, t - now, None)
        c, now = c + rise, t
    return float(rule.advance(h, c, RUN_DOWN, None)[0][0])


def row(head: str, values: list[float], form: str) -> str:
    """Return one row of a Markdown table."""
    return f"| {head} | " + " | ".join(format(v, form) for v in values) + " |"


if __name__ == "__main__":
    rules = (INTERIM, SLICE, NETWORK)
    print("| post | interim, pre silent | pre 3 Hz | pre 12 Hz | slice | network |")
    print("|---|---|---|---|---|---|")
    for post in (0.0, 20.0, 40.0, 60.0, 80.0, 100.0):
        moved = [after_trains(INTERIM, pre, post, 6.0) for pre in (0.0, 3.0)]
        moved += [after_trains(rule, 12.0, post, 6.0) for rule in rules]
        print(row(f"{post:.0f} Hz", [h - 1 for h in moved], "+.2f"))

    print("\n| pre, post | interim | slice | network |")
    print("|---|---|---|---|")
    for pre, post in ((1.0, 5.0), (3.0, 5.0), (5.0, 5.0), (10.0, 10.0)):
        moved = [after_trains(rule, pre, post, 120.0) for rule in rules]
        print(row(f"{pre:.0f} Hz, {post:.0f} Hz", [h - 1 for h in moved], "+.2f"))

    print("\n| 900 at | interim, pre | pre and post | slice, pre | pre and post |")
    print("|---|---|---|---|---|")
    for hertz in (1.0, 3.0, 5.0, 10.0, 20.0, 30.0, 50.0):
        left = [after_pulses(INTERIM, hertz, paired) for paired in (False, True)]
        left += [after_pulses(SLICE, hertz, paired) for paired in (False, True)]
        print(row(f"{hertz:.0f} Hz", left, ".2f"))
