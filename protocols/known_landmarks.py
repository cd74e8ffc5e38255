"""All landmarks there are, in the order of their numbers."""

from itertools import chain

from . import (
    engram_landmarks,
    navigation_landmarks,
    place_landmarks,
    slice_landmarks,
)

MODULES = (
    slice_landmarks,
    engram_landmarks,
    navigation_landmarks,
    place_landmarks,
)
LANDMARKS = tuple(
    sorted(chain.from_iterable(m.LANDMARKS for m in MODULES), key=lambda c: c.id)
)
