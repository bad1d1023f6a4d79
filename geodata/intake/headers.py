"""Which row of a list holds the names of its columns, below titles and remarks."""

from __future__ import annotations

import re
from collections.abc import Sequence

SEARCHED = 30  # rows among which the header is looked for
CLOSE = 0.25  # a row counts as header when it looks at most so much less like one than another
NUMBER = re.compile(r"[-+]?[\d.,:/°′″'\" ]+")


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """Return the index of the header among the first rows of a list; -1: it has none.

    A header is the first row that fills about the whole width with texts that are not numbers.
    Titles above it fill one cell, or the same text in merged cells.
    """
    looked = [[text for cell in row if (text := cell.strip())] for row in rows[:SEARCHED]]
    width = max(map(len, looked), default=0)
    usual = sorted(map(len, looked))[len(looked) * 3 // 4] if width else 1
    scores = [likeness(filled, max(usual, 1)) for filled in looked]
    best = max(scores, default=0.0)
    for index, (filled, score) in enumerate(zip(looked, scores, strict=True)):
        if score >= best - CLOSE and filled:
            return -1 if all(NUMBER.fullmatch(cell) for cell in filled) else index
    return 0


def likeness(filled: Sequence[str], usual: int) -> float:
    """Return how much a row looks like names of ``usual`` columns, from 0 to 1."""
    if not filled or (len(filled) > 2 and len(set(filled)) < 0.6 * len(filled)):
        return -1.0
    numbers = sum(1 for cell in filled if NUMBER.fullmatch(cell))
    return min(1.0, len(filled) / usual) - numbers / len(filled)
