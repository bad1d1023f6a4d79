"""The map of a printed sheet: what the page draws, as paths of an SVG in metres.

The database writes the paths (``ST_AsSVG``: y grows downwards), relative to the sheet's south-west
corner. What is smaller than a dot on paper is left out of the ground, never of coverage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gisapp.coverage.freshness import CELLS, EVERYWHERE, Target
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement

DOTS = 1400  # across the sheet: nothing smaller than one is drawn of the ground
MARGIN = 0.02
NAME_DOTS = 60  # half of a name's width
NAME_SIGN = 18.0  # dots: a sign of a name, as wide as high
NUMBER_DOTS = 15.0  # half of a number's circle
KINDS = ("water", "roads", "buildings", "possible", "sure", "unsure", "certain")
BOX_EXAMPLE: dict[str, object] = {
    "west": 460000.0,
    "south": 2600000.0,
    "east": 461000.0,
    "north": 2601000.0,
    "srid": 4548,
    "dot": 1.0,
}
EXTENT = Statement(
    """
SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box), srid
FROM (SELECT ST_Extent(geom) AS box, max(ST_SRID(geom)) AS srid FROM cells) AS extent
WHERE box IS NOT NULL
""",
    reads=("grid_cells",),
    also_with=CELLS,
    example=EVERYWHERE,
    present=True,
)
CELL_PATHS = Statement(
    """
SELECT coalesce(name, code), state, ST_AsSVG(ST_Translate(geom, -%(west)s, -%(south)s), 1, 1),
    ST_X(ST_PointOnSurface(geom)) - %(west)s, %(south)s - ST_Y(ST_PointOnSurface(geom))
FROM cells ORDER BY code
""",
    reads=("grid_cells",),
    also_with=CELLS,
    example={**EVERYWHERE, **BOX_EXAMPLE},
    present=True,
)
GAP_PATHS = Statement(
    """
SELECT gap.kind, ST_AsSVG(ST_Translate(gap.shape, -%(west)s, -%(south)s), 1, 1)
FROM cells JOIN gisapp.coverage_gaps AS gap ON gap.cell_id = cells.id
WHERE gap.target = %(target)s ORDER BY cells.code, gap.kind, gap.part
""",
    reads=("grid_cells",),
    also_with=CELLS,
    example={**EVERYWHERE, **BOX_EXAMPLE, "target": "public"},
    present=True,
)
# A place inside each of some gaps, for its number on the map.
GAP_PLACES = Statement(
    """
SELECT gap.id, ST_X(place) - %(west)s, %(south)s - ST_Y(place)
FROM cells JOIN gisapp.coverage_gaps AS gap ON gap.cell_id = cells.id
CROSS JOIN LATERAL ST_PointOnSurface(gap.shape) AS place
WHERE gap.id = ANY (%(gaps)s)
""",
    reads=("grid_cells",),
    also_with=CELLS,
    example={**EVERYWHERE, **BOX_EXAMPLE, "gaps": [1]},
    present=True,
)
VIEW_PATHS = Statement(
    """
SELECT seen.kind, ST_AsSVG(ST_Translate(seen.shape, -%(west)s, -%(south)s), 1, 1)
FROM gisapp.coverage_views AS held
JOIN cameras AS camera ON camera.id = held.camera_id
CROSS JOIN LATERAL (VALUES ('possible', held.possible), ('sure', held.sure)) AS seen (kind, shape)
WHERE held.possible && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)
    AND seen.shape IS NOT NULL
ORDER BY camera.code, seen.kind
""",
    reads=("cameras",),
    example=BOX_EXAMPLE,
    present=True,
)
CAMERA_PLACES = Statement(
    """
SELECT status = 'online', ST_X(geom) - %(west)s, %(south)s - ST_Y(geom) FROM cameras
WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s) ORDER BY code
""",
    reads=("cameras",),
    example=BOX_EXAMPLE,
)
GROUND_PATHS = Statement(
    """
SELECT 'water', ST_AsSVG(ST_Translate(geom, -%(west)s, -%(south)s), 1, 1) FROM water
WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)
UNION ALL
SELECT 'buildings', ST_AsSVG(ST_Translate(geom, -%(west)s, -%(south)s), 1, 1) FROM buildings
WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)
    AND ST_Area(geom) > %(dot)s * %(dot)s
UNION ALL
SELECT 'roads', ST_AsSVG(ST_Translate(geom, -%(west)s, -%(south)s), 1, 1) FROM roads
WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)
    AND class NOT IN ('path', 'track')
""",
    reads=("water", "buildings", "roads"),
    example=BOX_EXAMPLE,
)


@dataclass(frozen=True)
class DrawnCell:
    """A cell: what it is called, whether its figures are of today, its outline, where to name it.

    ``named``: there is room for its name.
    """

    name: str
    state: str
    path: str
    x: float
    y: float
    named: bool = True


@dataclass(frozen=True)
class Drawing:
    """What a sheet draws, in metres from its south-west corner, y downwards.

    ``paths`` are by kind, see ``KINDS``. ``dot`` is a
    line's least width.
    """

    width: float
    height: float
    dot: float
    cells: list[DrawnCell]
    paths: Mapping[str, list[str]]
    cameras: list[tuple[bool, float, float]]
    numbers: list[tuple[int, float, float]]

    @property
    def unnamed(self) -> int:
        """How many cells there is no room to name."""
        return sum(not cell.named for cell in self.cells)


def draw(
    reader: Reader, area: Mapping[str, Any], target: Target, gaps: list[int]
) -> Drawing | None:
    """Return the drawing of an area's cells; ``gaps`` get their place in the list as a number.

    None where there are no cells.
    """
    found = reader.row(EXTENT, area)
    if found is None:
        return None
    west, south, east, north, srid = found
    margin = MARGIN * max(east - west, north - south)
    box = {
        "west": west - margin,
        "south": south - margin,
        "east": east + margin,
        "north": north + margin,
        "srid": srid,
    }
    dot = (max(east - west, north - south) + 2 * margin) / DOTS
    asked = {**area, **box, "target": target, "dot": dot, "gaps": gaps}
    paths: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for statement in (GROUND_PATHS, VIEW_PATHS, GAP_PATHS):
        for kind, path in reader.rows(statement, asked):
            paths[kind].append(path)
    places = {number: (x, y) for number, x, y in reader.rows(GAP_PLACES, asked)}
    cells = [DrawnCell(*row) for row in reader.rows(CELL_PATHS, asked)]
    return Drawing(
        box["east"] - box["west"],
        box["north"] - box["south"],
        dot,
        named_apart((clear_of(cell, places.values(), dot) for cell in cells), places.values(), dot),
        paths,
        [(bool(works), x, y) for works, x, y in reader.rows(CAMERA_PLACES, asked)],
        [(rank, *places[gap]) for rank, gap in enumerate(gaps, 1) if gap in places],
    )


def clear_of(cell: DrawnCell, numbers: Iterable[tuple[float, float]], dot: float) -> DrawnCell:
    """Return a cell with its name below a number that it would lie under."""
    wide = NAME_DOTS * dot
    if any(abs(x - cell.x) < wide and abs(y - cell.y) < wide / 2 for x, y in numbers):
        return replace(cell, y=cell.y + (NUMBER_DOTS + NAME_SIGN + 1) * dot)
    return cell


def named_apart(
    cells: Iterable[DrawnCell], numbers: Iterable[tuple[float, float]], dot: float
) -> list[DrawnCell]:
    """Return the cells with only so many named as can be read: no name lies on another."""
    kept = [(x, y, NUMBER_DOTS * dot, NUMBER_DOTS * dot) for x, y in numbers]
    found = []
    for cell in cells:
        half, high = NAME_SIGN * dot * max(len(cell.name), 1) / 2, NAME_SIGN * dot / 2
        free = all(
            abs(x - cell.x) >= half + wide or abs(y - (cell.y - high)) >= high + tall
            for x, y, wide, tall in kept
        )
        if free:
            kept.append((cell.x, cell.y - high, half, high))
        found.append(replace(cell, named=free))
    return found
