"""How far a shock opens plasticity: what gated rules share.

The calcium of a spike is a share, ``quiet``, of what it is while a shock lasts. That
stands for noradrenaline, without which pairing alone does not potentiate inputs of the
amygdala (Johansen et al. 2014, doi:10.1073/pnas.1421304111). Light or a familiar place
then recalls, and hardly teaches.
"""

AROUSED = "(quiet + (1 - quiet)*stimulus(t, at_shock))"


def gated(code: str) -> str:
    """Return code whose last statement adds calcium, with arousal as a factor of it."""
    return f"{code}*{AROUSED}"
