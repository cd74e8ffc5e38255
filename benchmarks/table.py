"""The table: one line a tool, as Markdown that can be read as it stands."""

from collections.abc import Sequence
from statistics import median

from .measured import Row, ratio

HEADS = {
    "task": 9,
    "tool": 22,
    "CPU s a biological s": 20,
    "min to max": 16,
    "ratio": 6,
    "build s": 7,
    "peak MB": 7,
    "beside": 6,
}


def head() -> str:
    """Return the two lines above the first one."""
    return f"{_line(list(HEADS))}\n|{'---|' * len(HEADS)}"


def line(row: Row, rows: Sequence[Row]) -> str:
    """Return one line; ``rows`` are those of the task, our own form among them."""
    entry = row.entry
    if not row.costs:
        return _line([entry.task, entry.tool, *["–"] * 5, entry.missing])
    times = ratio(row, rows)
    return _line(
        [
            entry.task,
            entry.tool,
            f"{median(row.each):.3g}",
            f"{min(row.each):.3g} to {max(row.each):.3g}",
            f"{times:.3g}" if times else "–",
            f"{row.build_s:.1f}",
            f"{row.peak_mb:.0f}",
            ", ".join(f"{_short(row.told(name))} {name}" for name in entry.shows),
        ]
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _line(cells: Sequence[str]) -> str:
    padded = (
        cell.ljust(width) if k < 2 or k == 7 else cell.rjust(width)
        for k, (cell, width) in enumerate(zip(cells, HEADS.values(), strict=True))
    )
    return f"| {' | '.join(padded)} |"
