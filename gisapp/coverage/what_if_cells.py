"""What is seen of one cell in a what-if: areas, and what hangs on a single camera."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gisapp.coverage.cover import OneCell, cover_one_cell
from gisapp.coverage.viewsheds import Views
from gisapp.errors import Conflict
from layers.spec import Text

LEAST_M2 = 1.0  # less that only one camera sees is no single point of failure
UNCUT = Conflict(
    Text(
        "涉及的网格中有一个无法计算，不能推演。",
        "One of the touched cells cannot be computed, so what would be seen is not known.",
    )
)
Who = int | str  # a camera's number, or the name of one that is added


@dataclass(frozen=True)
class Seen:
    """What is seen of one cell; ``lost`` is what only this camera surely sees (m²)."""

    cover: OneCell
    lost: Mapping[Who, float]

    @property
    def twice_m2(self) -> float:
        """What at least two cameras surely see (m²)."""
        return self.cover.twice_m2


def look(target: Any, views: Views, who: Sequence[Who]) -> Seen:
    """Return what ``views`` of the cameras ``who`` leave of a target.

    Raises Conflict where it cannot be cut up (``target`` is None where that failed before).
    """
    cover = None if target is None else cover_one_cell(target, views)
    if cover is None or not cover.known:
        raise UNCUT
    return Seen(cover, dict(zip(who, cover.sure_lost_m2.tolist(), strict=True)))


@dataclass
class CellKept:
    """A cell with its target and the views that reach it, with their cameras' numbers."""

    code: str
    name: str | None
    shape: Any
    target: Any
    view_ids: NDArray[np.int64]
    views: Views
    before: Seen | None = None

    def seen(self) -> Seen:
        """Return what is seen of it by now, computed once."""
        if self.before is None:
            self.before = look(self.target, self.views, self.view_ids.tolist())
        return self.before


@dataclass(frozen=True)
class Sums:
    """Square metres of some cells added up, and how many cameras are single points of failure."""

    target_m2: float
    sure_m2: float
    possible_m2: float
    twice_m2: float
    singles: int


def add_up(cells: Sequence[Seen]) -> Sums:
    """Return the sums of some cells: a camera counts once, by what it alone sees of all of them."""
    return Sums(
        math.fsum(cell.cover.target_m2 for cell in cells),
        math.fsum(cell.cover.sure_m2 for cell in cells),
        math.fsum(cell.cover.possible_m2 for cell in cells),
        math.fsum(cell.twice_m2 for cell in cells),
        sum(metres >= LEAST_M2 for metres in lost_by(cells).values()),
    )


def lost_by(cells: Iterable[Seen]) -> dict[Who, float]:
    """Return what only each camera surely sees of all the cells (m²)."""
    found: dict[Who, float] = {}
    for cell in cells:
        for who, metres in cell.lost.items():
            found[who] = found.get(who, 0.0) + metres
    return found
