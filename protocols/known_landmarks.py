"""All landmarks there are, in the order of their numbers."""

from . import place_landmarks, slice_landmarks

LANDMARKS = (*slice_landmarks.LANDMARKS, *place_landmarks.LANDMARKS)
