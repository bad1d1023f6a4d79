"""Cells into which very many cameras look: the same figures as by cutting up all their views."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from gisapp.coverage import crowds
from gisapp.coverage.cover import CellCover, cover_cells, looking_into
from gisapp.coverage.footprints import make_footprints
from gisapp.coverage.ground import Targets, public_space
from gisapp.coverage.viewsheds import Views

CELLS = [box(0, 0, 100, 100), box(100, 0, 200, 100), box(200, 0, 300, 100)]
WALLS = make_footprints([box(20, 20, 40, 45), box(95, 60, 105, 80)])
PLACE = (60.0, 50.0)  # of almost all cameras, as when a list gives all of them one place


def wedge(x: float, y: float, middle: float, half: float, reach: float) -> Polygon:
    """Return a sector of a circle as a polygon; radians and metres."""
    angles = middle + np.linspace(-half, half, 7)
    return Polygon(
        [(x, y), *zip(x + reach * np.cos(angles), y + reach * np.sin(angles), strict=True)]
    )


def crowd(count: int) -> Views:
    """Return views of cameras at one place and a few elsewhere; some equal, some half unsure."""
    chance = np.random.default_rng(5)
    wide = [
        wedge(*PLACE, chance.uniform(0, 7), chance.uniform(0.2, 1.4), chance.uniform(10, 90))
        for _ in range(count)
    ]
    wide += [wide[0], wide[1], wedge(150, 50, 1, 1, 30), wedge(250, 50, 2, 1, 30)]
    seen = shapely.difference(
        np.array(wide, dtype=object), shapely.union_all(WALLS.tree.geometries)
    )
    narrow = seen.copy()
    for k in range(0, len(seen), 3):
        narrow[k] = shapely.intersection(seen[k], box(0, 0, 80, 60))
    return Views(narrow, seen)


def figures(found: CellCover) -> dict[str, list[float]]:
    names = [name for name in vars(found) if name.endswith("_m2")]
    areas = {name: getattr(found, name).tolist() for name in names}
    return {
        **areas,
        **{
            gap: shapely.area(getattr(found, gap)).tolist() for gap in ("certain_gap", "unsure_gap")
        },
    }


def test_crowd_when_merged_has_the_figures_of_all_its_views(monkeypatch) -> None:
    views = crowd(40)
    targets: Targets = public_space(CELLS, WALLS)
    pairs = looking_into(targets.ground, views)
    by_cutting = cover_cells(targets, *pairs, views)
    assert len(np.flatnonzero(pairs[0] == 2)) == 1
    asked = []
    monkeypatch.setattr(crowds, "CROWD", 10)
    plain = crowds.stack
    monkeypatch.setattr(crowds, "stack", lambda seen: asked.append(len(seen)) or plain(seen))
    merged = cover_cells(targets, *pairs, views)
    assert max(asked) >= 40  # the crowd was merged
    assert merged.first.tolist() == by_cutting.first.tolist()
    for name, values in figures(by_cutting).items():
        assert figures(merged)[name] == pytest.approx(values, abs=1e-4), name
    assert sum(merged.pair_sure_lost_m2) > 1


def test_stack_counts_equal_views_twice() -> None:
    once, twice = crowds.stack(
        [box(0, 0, 2, 1), box(1, 0, 3, 1), box(1, 0, 3, 1), box(9, 9, 10, 10)]
    )
    assert once.equals(shapely.union_all([box(0, 0, 3, 1), box(9, 9, 10, 10)]))
    assert twice.equals(box(1, 0, 3, 1))
