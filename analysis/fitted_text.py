"""Text of a figure that fits into a width, in inches."""

from functools import lru_cache
from textwrap import wrap

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide a line of text is."""
    if not text.strip():
        return 0.0
    font = FontProperties(
        family="DejaVu Sans", size=size, weight="bold" if bold else "normal"
    )
    return float(TextPath((0, 0), text, prop=font).get_extents().width) / 72


def fitted(
    text: str, wide: float, size: float, lines: int, bold: bool = False
) -> str | None:
    """Return a text broken into lines of at most a width; None if it does not fit."""
    for most in range(len(text), 0, -1):
        rows = wrap(text, most, break_long_words=False, break_on_hyphens=True)
        if len(rows) > lines:
            return None
        if all(text_width(row, size, bold) <= wide for row in rows):
            return "\n".join(rows)
    return None


def shortened(
    text: str, wide: float, size: float, lines: int = 1, bold: bool = False
) -> str:
    """Return a text that fits, at the cost of its end."""
    told = fitted(text, wide, size, lines, bold)
    for end in range(len(text) - 1, 0, -1):
        if told is not None:
            return told
        told = fitted(text[:end].rstrip() + "…", wide, size, lines, bold)
    return told or ""
