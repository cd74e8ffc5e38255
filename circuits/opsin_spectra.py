"""Action spectra: (wavelength in nm, response to a photon over that at the peak).

Read from the figures of the papers that `opsins` names, as the library Cleo has them.
They are taken as responses to equal numbers of photons; only of Chrimson is that said.
If a spectrum was measured at equal power instead, a response at 10 % less wavelength
is 10 % more per photon than it says here.

Assumed: those of Chrimson, its fast variant and eNpHR3.0 end at 630 nm, and go straight
to 0 at 690 nm here, or red lasers would do nothing; that of H134R is the one of ChR2,
20 nm earlier (Cleo has no other); that of Arch has a published peak and rounded flanks.
"""

Spectrum = tuple[tuple[float, float], ...]

BLUE: Spectrum = ((400, 0.34), (422, 0.65), (460, 0.96), (470, 1.0), (473, 1.0))
BLUE += ((500, 0.57), (520, 0.22), (540, 0.06), (560, 0.01))
EARLIER: Spectrum = ((380, 0.34), (402, 0.65), (440, 0.96), (450, 1.0))
EARLIER += ((480, 0.57), (500, 0.22), (520, 0.06), (540, 0.01))
RED: Spectrum = ((470, 0.31), (490, 0.47), (510, 0.69), (530, 0.75), (550, 0.88))
RED += ((570, 0.97), (590, 1.0), (610, 0.88), (630, 0.55), (690, 0.0))
FAST_RED: Spectrum = ((470, 0.34), (490, 0.51), (510, 0.71), (530, 0.75), (550, 0.86))
FAST_RED += ((570, 1.0), (590, 1.0), (610, 0.8), (630, 0.48), (690, 0.0))
ANION: Spectrum = ((400, 0.4), (410, 0.49), (420, 0.56), (430, 0.65), (440, 0.82))
ANION += ((450, 0.88), (460, 0.88), (470, 1.0), (480, 0.91), (490, 0.67), (500, 0.41))
ANION += ((510, 0.21), (520, 0.12), (530, 0.06), (540, 0.02), (550, 0.0))
CHLORIDE: Spectrum = ((390, 0.162), (405, 0.239), (430, 0.255), (445, 0.255))
CHLORIDE += ((470, 0.371), (495, 0.554), (520, 0.716), (542.5, 0.84), (560, 0.93))
CHLORIDE += ((590, 1.0), (630, 0.385), (690, 0.0))
PROTON: Spectrum = ((400, 0.15), (450, 0.3), (500, 0.6), (532, 0.85), (566, 1.0))
PROTON += ((590, 0.9), (620, 0.5), (650, 0.15), (690, 0.0))
