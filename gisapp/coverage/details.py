"""One cell and one camera in detail: who sees what, what is lost if a camera fails."""

from __future__ import annotations

from typing import Any

from gisapp.coverage.freshness import Target
from gisapp.coverage.ranking import COUNTED
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement

# Cameras that may see some of the cell; those outside the caller's areas only as a number.
CELL_CAMERAS = Statement(
    """
SELECT camera.code, camera.name, camera.status, camera.azimuth, share.sure_m2, share.possible_m2,
    share.sure_lost_m2, share.possible_lost_m2, held.unknown_direction, held.problems,
    ST_AsGeoJSON(ST_Transform(camera.geom, 4326), 7)
FROM grid_cells AS cell
JOIN gisapp.coverage_shares AS share ON share.cell_id = cell.id AND share.target = %(target)s
LEFT JOIN gisapp.coverage_views AS held ON held.camera_id = share.camera_id
LEFT JOIN cameras AS camera ON camera.id = share.camera_id
WHERE cell.code = %(code)s
ORDER BY share.sure_lost_m2 DESC, share.possible_m2 DESC, camera.code
""",
    reads=("grid_cells", "cameras"),
    example={"code": "1", "target": "public"},
    present=True,
)
# The rows behind a score, of the gaps whose numbers are given.
GAP_ROWS = Statement(
    """
SELECT held.gap, row.layer, row.code, row.name, row.grade
FROM gisapp.coverage_gaps AS gap
JOIN grid_cells AS cell ON cell.id = gap.cell_id
JOIN gisapp.coverage_contents AS held ON held.gap = gap.id
JOIN LATERAL (
    SELECT 'rented_housing' AS layer, code, name, grade FROM rented_housing
    WHERE held.layer = 'rented_housing' AND id = held.feature_id
    UNION ALL
    SELECT 'three_in_one', code, name, grade FROM three_in_one
    WHERE held.layer = 'three_in_one' AND id = held.feature_id
    UNION ALL
    SELECT 'hazard_sites', code, name, grade FROM hazard_sites
    WHERE held.layer = 'hazard_sites' AND id = held.feature_id
    UNION ALL
    SELECT 'incidents', code, name, level FROM incidents
    WHERE held.layer = 'incidents' AND id = held.feature_id
) AS row ON true
WHERE gap.id = ANY (%(gaps)s)
ORDER BY held.gap, row.layer, row.code
""",
    reads=("grid_cells", *COUNTED),
    example={"gaps": [1]},
    present=True,
)
# A view out of date says so: the camera or a building near it was edited since.
CAMERA_VIEW = Statement(
    """
SELECT camera.id, camera.code, camera.name, camera.status, camera.area_code,
    CASE WHEN held.computed_at IS NULL THEN 'missing'
        WHEN held.computed < held.touched OR held.row_version <> camera.row_version
            OR EXISTS (SELECT FROM gisapp.coverage_edits WHERE place IS NULL)
            OR EXISTS (SELECT FROM gisapp.coverage_edits
                WHERE layer = 'cameras' AND feature_id = camera.id)
            OR EXISTS (SELECT FROM gisapp.coverage_edits
                WHERE layer = 'buildings' AND place && held.reach)
        THEN 'stale' ELSE 'fresh' END,
    held.moved_m, held.unknown_direction, held.problems,
    ST_Area(held.sure), ST_Area(held.possible),
    ST_AsGeoJSON(ST_Transform(camera.geom, 4326), 7),
    ST_AsGeoJSON(ST_Transform(held.stands_at, 4326), 7),
    ST_AsGeoJSON(ST_Transform(held.sure, 4326), 7),
    ST_AsGeoJSON(ST_Transform(held.possible, 4326), 7)
FROM cameras AS camera
LEFT JOIN gisapp.coverage_views AS held ON held.camera_id = camera.id
WHERE camera.code = %(code)s
""",
    reads=("cameras",),
    example={"code": "1"},
    present=True,
)
# Buildings that cut what the camera possibly sees: they touch its border within its reach.
OCCLUDERS = Statement(
    """
SELECT building.code, ST_AsGeoJSON(ST_Transform(building.geom, 4326), 7)
FROM cameras AS camera
JOIN gisapp.coverage_views AS held ON held.camera_id = camera.id
JOIN buildings AS building ON building.geom && held.possible
    AND ST_DWithin(building.geom, held.possible, 0.01)
WHERE camera.code = %(code)s
ORDER BY building.code
""",
    reads=("cameras", "buildings"),
    example={"code": "1"},
    present=True,
)
# What of each cell the camera sees; cells outside the caller's areas are left out.
CAMERA_CELLS = Statement(
    """
SELECT cell.code, cell.name, share.sure_m2, share.possible_m2, share.sure_lost_m2,
    share.possible_lost_m2
FROM cameras AS camera
JOIN gisapp.coverage_shares AS share ON share.camera_id = camera.id AND share.target = %(target)s
JOIN grid_cells AS cell ON cell.id = share.cell_id
WHERE camera.code = %(code)s
ORDER BY share.sure_lost_m2 DESC, cell.code
""",
    reads=("cameras", "grid_cells"),
    example={"code": "1", "target": "public"},
    present=True,
)
SHARES = ("sure_m2", "possible_m2", "sure_lost_m2", "possible_lost_m2")


def cell_cameras(reader: Reader, code: str, target: Target) -> tuple[list[dict[str, Any]], int]:
    """Return the cameras that may see a cell, and how many more do from outside one's areas."""
    rows = reader.rows(CELL_CAMERAS, {"code": code, "target": target})
    names = ("code", "name", "status", "azimuth", *SHARES, "undirected", "problems", "geometry")
    seen = [dict(zip(names, row, strict=True)) for row in rows if row[0] is not None]
    return seen, len(rows) - len(seen)


def gap_rows(reader: Reader, gaps: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Return what stands in each of some gaps: layer, code, name and grade of each feature."""
    found: dict[int, list[dict[str, Any]]] = {}
    for gap, layer, code, name, grade in reader.rows(GAP_ROWS, {"gaps": gaps}) if gaps else ():
        row = {"layer": layer, "code": code, "name": name, "grade": grade}
        found.setdefault(gap, []).append(row)
    return found


def camera_view(reader: Reader, code: str, target: Target) -> dict[str, Any] | None:
    """Return what a camera sees, what hides the rest, and in which cells; None without one."""
    row = reader.row(CAMERA_VIEW, {"code": code})
    if row is None:
        return None
    names = ("code", "name", "status", "area_code", "state", "moved_m", "undirected", "problems")
    shapes = ("sure_m2", "possible_m2", "geometry", "stands_at", "sure", "possible")
    cells = reader.rows(CAMERA_CELLS, {"code": code, "target": target})
    return {
        **dict(zip((*names, *shapes), row[1:], strict=True)),
        "occluders": [
            {"code": building, "geometry": shape}
            for building, shape in reader.rows(OCCLUDERS, {"code": code})
        ],
        "cells": [dict(zip(("code", "name", *SHARES), cell, strict=True)) for cell in cells],
    }
