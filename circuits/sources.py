"""Sources that more than one file of this folder cites."""

from .parameters import Source

HIPPOCAMPOME = Source(
    "Kopsick et al., full-scale hippocampal network (Hippocampome.org)"
)
BEZAIRE = Source("Bezaire et al. 2016", doi="10.7554/eLife.18566")
LUBOEINSKI = Source("Luboeinski and Tetzlaff 2021", doi="10.1038/s42003-021-01778-y")
BRUNEL = Source("Brunel and Wang 2001", doi="10.1023/A:1011204814320")
# Of the paper's methods no copy was at hand: the values are those of a public program
# that implements it again.
FREMAUX = Source(
    "Fremaux et al. 2013, as re-implemented in numericalbrainorg/snsbook, gw.c",
    doi="10.1371/journal.pcbi.1003024",
)
