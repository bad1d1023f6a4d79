"""Doing the same to many things in threads: the geometry library releases Python's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")
Found = TypeVar("Found")
FEW = 8  # starting threads takes longer than so few


def each(act: Callable[[Thing], Found], things: Iterable[Thing], threads: int) -> list[Found]:
    """Return ``act`` of each thing, in their order."""
    listed: Sequence[Thing] = list(things)
    if threads < 2 or len(listed) < FEW:
        return [act(thing) for thing in listed]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(act, listed))
