"""What was found is kept; what is out of date is found out. Whoever calls owns the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gisapp.coverage.compute import CellFigures
from gisapp.coverage.found_views import FoundViews, boxes_of

Ids = NDArray[np.int64]
RULES = "SELECT value FROM gisapp.deployment WHERE key = 'coverage_rules'"
KEEP_RULES = """
INSERT INTO gisapp.deployment VALUES ('coverage_rules', %(rules)s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""
SRID = "SELECT value::integer FROM gisapp.deployment WHERE key = 'metric_srid'"
BACKLOG = """
SELECT (SELECT count(*) FROM gisapp.coverage_edits),
    (SELECT count(*) FROM gisapp.coverage_states WHERE computed < touched),
    EXISTS (SELECT FROM gisapp.coverage_edits WHERE place IS NULL) OR
    (SELECT value FROM gisapp.deployment WHERE key = 'coverage_rules') IS DISTINCT FROM %(rules)s
"""
TOUCH_EVERYTHING = "INSERT INTO gisapp.coverage_edits (layer) VALUES ('grid_cells')"
TAKE_EDITS = "SELECT gisapp.take_coverage_edits(%(everything)s)"
STALE_VIEWS = """
SELECT held.camera_id, held.touched FROM gisapp.coverage_views AS held
WHERE held.computed < held.touched ORDER BY held.camera_id
"""
STALE_CELLS = """
SELECT cell_id, touched FROM gisapp.coverage_states WHERE computed < touched ORDER BY cell_id
"""
SAVE_VIEWS = """
SELECT gisapp.save_coverage_views(%(cameras)s, %(marks)s, %(versions)s, %(stands)s, %(moved)s,
    %(reaches)s, %(sures)s, %(possibles)s, %(undirected)s, %(faults)s)
"""
LOCK_CELLS = """
SELECT cell_id, digest FROM gisapp.coverage_states WHERE cell_id = ANY (%(cells)s)
ORDER BY cell_id FOR UPDATE
"""
MARK_CELLS = """
UPDATE gisapp.coverage_states AS held SET computed = greatest(held.computed, given.mark),
    computed_at = now(), row_version = given.version, digest = given.digest
FROM unnest(%(cells)s::bigint[], %(marks)s::bigint[], %(versions)s::bigint[], %(digests)s::text[])
    AS given (cell, mark, version, digest)
WHERE held.cell_id = given.cell
"""
CLEAR_CELLS = """
DELETE FROM gisapp.coverage_gaps WHERE cell_id = ANY (%(cells)s);
DELETE FROM gisapp.coverage_shares WHERE cell_id = ANY (%(cells)s);
DELETE FROM gisapp.coverage_cells WHERE cell_id = ANY (%(cells)s)
"""
ADD_CELLS = """
INSERT INTO gisapp.coverage_cells
SELECT * FROM unnest(%(cell)s::bigint[], %(target)s::text[], %(target_m2)s::float8[],
    %(sure_m2)s::float8[], %(possible_m2)s::float8[], %(twice_m2)s::float8[], %(cameras)s::integer[],
    %(undirected)s::integer[])
"""
ADD_GAPS = """
INSERT INTO gisapp.coverage_gaps (cell_id, target, kind, part, shape, area_m2, road_m)
SELECT cell, target, kind, part, shape::geometry, area_m2, road_m
FROM unnest(%(cell)s::bigint[], %(target)s::text[], %(kind)s::text[], %(part)s::integer[],
    %(shape)s::text[], %(area_m2)s::float8[], %(road_m)s::float8[])
    AS given (cell, target, kind, part, shape, area_m2, road_m)
"""
ADD_CONTENTS = """
INSERT INTO gisapp.coverage_contents (gap, layer, feature_id, area_code)
SELECT gap.id, given.layer, given.feature, given.area_code
FROM unnest(%(cell)s::bigint[], %(target)s::text[], %(kind)s::text[], %(part)s::integer[],
    %(layer)s::text[], %(feature)s::bigint[], %(area_code)s::text[])
    AS given (cell, target, kind, part, layer, feature, area_code)
JOIN gisapp.coverage_gaps AS gap ON gap.cell_id = given.cell AND gap.target = given.target
    AND gap.kind = given.kind AND gap.part = given.part
"""
ADD_SHARES = """
INSERT INTO gisapp.coverage_shares
SELECT * FROM unnest(%(cell)s::bigint[], %(target)s::text[], %(camera)s::bigint[],
    %(sure_m2)s::float8[], %(possible_m2)s::float8[], %(sure_lost_m2)s::float8[],
    %(possible_lost_m2)s::float8[])
"""
# Whoever has a map open hears of it, as of a layer's change: areas, '' for those outside every area.
TELL = "SELECT gisapp.tell_coverage(%(cells)s)"


@dataclass(frozen=True)
class Backlog:
    """Lines of the journal, cells that are known to be out of date, and whether all may be."""

    edits: int
    cells: int
    everything: bool

    def __bool__(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.edits or self.cells or self.everything)


def find_backlog(connection: Any, rules: str) -> Backlog:
    """Return what may be out of date, or was computed by other rules."""
    return Backlog(*run(connection, BACKLOG, {"rules": rules})[0])


def touch_everything(connection: Any) -> None:
    """Note that all figures are out of date."""
    run(connection, TOUCH_EVERYTHING)


def take_edits(connection: Any, rules: str) -> list[tuple[int, int]]:
    """Take up the journal; return the cameras whose views are out of date, with their marks.

    Other ``rules`` than those of the last time put everything out of date.
    """
    held = run(connection, RULES)
    other = not held or held[0][0] != rules
    run(connection, TAKE_EDITS, {"everything": other})
    run(connection, KEEP_RULES, {"rules": rules})
    return run(connection, STALE_VIEWS)


def stale_cells(connection: Any) -> list[tuple[int, int]]:
    """Return the cells whose figures are out of date, with their marks."""
    return run(connection, STALE_CELLS)


def save_views(
    connection: Any, ids: Ids, versions: Ids, marks: Sequence[int], views: FoundViews
) -> None:
    """Keep views in the order of the cameras ``ids``, and note which cells they touch."""
    srid = run(connection, SRID)[0][0]
    reaches = boxes_of(views.reach)
    known = np.isfinite(views.x) & np.isfinite(views.y)
    stands = np.full(len(ids), None, dtype=object)
    stands[known] = shapely.points(views.x[known], views.y[known])
    values = {
        "cameras": ids.tolist(),
        "marks": list(marks),
        "versions": versions.tolist(),
        "stands": written(stands, srid),
        "moved": views.moved_m.tolist(),
        "reaches": written(reaches, srid),
        "sures": written(views.sure, srid),
        "possibles": written(views.possible, srid),
        "undirected": views.undirected.tolist(),
        "faults": ["\n".join(texts) for texts in views.problems],
    }
    run(connection, SAVE_VIEWS, values)


def save_cells(
    connection: Any,
    cells: dict[int, tuple[int, int, str]],
    figures: Sequence[CellFigures],
) -> int:
    """Keep figures, or that a cell has none; return how many cells have others than before.

    ``cells`` has mark, row version and digest of each. What was made of the same inputs is left
    alone; cells that are gone meanwhile are passed over.
    """
    held = dict(run(connection, LOCK_CELLS, {"cells": list(cells)}))
    there = [cell for cell in cells if cell in held]
    marked = {
        "cells": there,
        "marks": [cells[cell][0] for cell in there],
        "versions": [cells[cell][1] for cell in there],
        "digests": [cells[cell][2] for cell in there],
    }
    run(connection, MARK_CELLS, marked)
    other = {cell for cell in there if held[cell] != cells[cell][2]}
    add_figures(connection, sorted(other), [one for one in figures if one.cell in other])
    if there:
        run(connection, TELL, {"cells": there})
    return len(other)


def add_figures(connection: Any, cells: list[int], figures: Sequence[CellFigures]) -> None:
    """Put figures in the place of those of before."""
    srid = run(connection, SRID)[0][0]
    run(connection, CLEAR_CELLS, {"cells": cells})
    names = ("cell", "target", "target_m2", "sure_m2", "possible_m2", "twice_m2")
    add(connection, ADD_CELLS, (*names, "cameras", "undirected"), [vars(one) for one in figures])
    gaps = [
        {"cell": one.cell, "target": one.target, **vars(gap)} for one in figures for gap in one.gaps
    ]
    shapes = written(np.array([gap["shape"] for gap in gaps], dtype=object), srid)
    rows = [{**gap, "shape": shape} for gap, shape in zip(gaps, shapes, strict=True)]
    add(
        connection,
        ADD_GAPS,
        ("cell", "target", "kind", "part", "shape", "area_m2", "road_m"),
        rows,
    )
    contents = [
        {**gap, "layer": one.layer, "feature": one.id, "area_code": one.area_code}
        for gap in rows
        for one in gap["standing"]
    ]
    names = ("cell", "target", "kind", "part", "layer", "feature")
    add(connection, ADD_CONTENTS, (*names, "area_code"), contents)
    shares = [
        {"cell": one.cell, "target": one.target, **vars(share)}
        for one in figures
        for share in one.shares
    ]
    names = ("cell", "target", "camera", "sure_m2", "possible_m2", "sure_lost_m2")
    add(connection, ADD_SHARES, (*names, "possible_lost_m2"), shares)


def add(
    connection: Any, statement: str, names: Sequence[str], rows: Sequence[dict[str, Any]]
) -> None:
    """Insert rows by one statement that takes each column as an array."""
    if rows:
        run(connection, statement, {name: [row[name] for row in rows] for name in names})


def written(shapes: NDArray[Any], srid: int) -> list[str | None]:
    """Return shapes as hexadecimal EWKB; None for what is missing or empty."""
    shapes = shapes.copy()
    shapes[shapely.is_missing(shapes) | shapely.is_empty(shapes)] = None
    texts = shapely.to_wkb(shapely.set_srid(shapes, srid), hex=True, include_srid=True)
    return [None if text is None else str(text) for text in np.atleast_1d(texts)]


def run(connection: Any, text: str, values: dict[str, Any] | None = None) -> list[Any]:
    """Run one statement and return its rows, none if it gives none."""
    with connection.cursor() as cursor:
        cursor.execute(text, values or {})
        return list(cursor.fetchall()) if cursor.description else []
