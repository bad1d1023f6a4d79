"""Which gaps and which cells matter most: what stands in them, by one explicit table of weights.

Where a feature counts is said in ``found_gaps.list_gaps``. What counts is what
the caller may see. A gap that a camera may see after all counts ``UNSURE`` of its points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gisapp.access.scope import Scope, code_ranges
from gisapp.coverage.figures import SUMMED, derived
from gisapp.coverage.freshness import CELLS, EVERYWHERE, Target
from gisapp.coverage.weights import LAYERS_OF, Weights
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.boxes import Box

UNSURE = 0.5
COUNTED = tuple(layer for layers in LAYERS_OF.values() for layer in layers)
COMPONENTS = ("premises", "hazards", "incidents", "road_m", "ground")
GAP_NAMES = (
    "number", "id", "cell", "cell_name", "area_code", "state", "kind", "part", "area_m2", "road_m",
    "premises", "hazards", "incidents", "score", "rank",
)  # fmt: skip
CELL_NAMES = (
    "code", "name", "area_code", "state", "computed_at", "cell_m2", *SUMMED, "cameras",
    "undirected", "gaps", "premises", "hazards", "incidents", "road_m", "score",
)  # fmt: skip
# What stands in each gap of the cells asked for, and the points that it makes.
SCORES = """, contents AS MATERIALIZED (
    SELECT gap, count(*) FILTER (WHERE layer IN ('rented_housing', 'three_in_one')) AS premises,
        count(*) FILTER (WHERE layer = 'hazard_sites') AS hazards,
        count(*) FILTER (WHERE layer = 'incidents') AS incidents
    FROM gisapp.coverage_contents WHERE layer = ANY (%(seen)s) AND (%(all_areas)s OR EXISTS (
        SELECT FROM unnest(%(firsts)s::text[], %(afters)s::text[]) AS seen (first, after)
        WHERE area_code >= seen.first AND area_code < seen.after))
    GROUP BY gap
), gaps AS (
    SELECT gap.*, cells.code AS cell, cells.name AS cell_name, cells.area_code, cells.state,
        cells.geom_web, coalesce(premises, 0) AS premises, coalesce(hazards, 0) AS hazards,
        coalesce(incidents, 0) AS incidents,
        CASE kind WHEN 'unsure' THEN %(unsure)s ELSE 1 END * (
            coalesce(premises, 0) * %(w_premises)s + coalesce(hazards, 0) * %(w_hazards)s
            + coalesce(incidents, 0) * %(w_incidents)s + road_m * %(w_road_m)s
            + area_m2 * %(w_ground)s) AS score
    FROM cells JOIN gisapp.coverage_gaps AS gap ON gap.cell_id = cells.id
    LEFT JOIN contents ON contents.gap = gap.id
    WHERE gap.target = %(target)s
)"""
GAPS = """
SELECT id, cell || ':' || kind || ':' || part, cell, cell_name, area_code, state, kind, part, area_m2, road_m, premises, hazards,
    incidents, score, rank, matched,
    {shape}
FROM (
    SELECT gaps.*, row_number() OVER (ORDER BY score DESC, area_m2 DESC, cell, kind, part) AS rank,
        count(*) OVER () AS matched
    FROM gaps
    WHERE %(kind)s IN ('all', kind) AND (%(cell)s = '' OR cell = %(cell)s)
        AND (%(west)s::float8 IS NULL OR geom_web && {box} AND ST_Intersects(
            ST_Transform(shape, 3857), {box}))
) AS ranked
ORDER BY rank LIMIT %(limit)s OFFSET %(offset)s
""".replace("{box}", "ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 3857)")
RANKED_CELLS = """
SELECT code, name, area_code, state, computed_at, cell_m2, target_m2, sure_m2, possible_m2,
    twice_m2, cameras, undirected, gaps, premises, hazards, incidents, road_m, score, matched,
    {shape}
FROM (
    SELECT *, count(*) OVER () AS matched,
        row_number() OVER (ORDER BY {order} NULLS LAST, code) AS place
    FROM (
        SELECT cells.*, ST_Area(cells.geom) AS cell_m2, target_m2, sure_m2, possible_m2, twice_m2,
            target_m2 - possible_m2 AS gap_m2, possible_m2 - sure_m2 AS unsure_m2,
            sure_m2 / nullif(target_m2, 0) AS sure_share,
            possible_m2 / nullif(target_m2, 0) AS possible_share,
            twice_m2 / nullif(target_m2, 0) AS twice_share,
            cameras, undirected,
            CASE WHEN target_m2 IS NOT NULL THEN coalesce(counted.gaps, 0) END AS gaps,
            CASE WHEN target_m2 IS NOT NULL THEN coalesce(counted.premises, 0) END AS premises,
            CASE WHEN target_m2 IS NOT NULL THEN coalesce(counted.hazards, 0) END AS hazards,
            CASE WHEN target_m2 IS NOT NULL THEN coalesce(counted.incidents, 0) END AS incidents,
            CASE WHEN target_m2 IS NOT NULL THEN coalesce(counted.road_m, 0) END AS road_m,
            CASE WHEN target_m2 IS NOT NULL THEN coalesce(counted.score, 0) END AS score
        FROM cells
        LEFT JOIN gisapp.coverage_cells AS figure
            ON figure.cell_id = cells.id AND figure.target = %(target)s
        LEFT JOIN (
            SELECT cell_id, count(*) AS gaps, sum(premises)::bigint AS premises,
                sum(hazards)::bigint AS hazards, sum(incidents)::bigint AS incidents, sum(road_m) AS road_m, sum(score) AS score
            FROM gaps GROUP BY cell_id
        ) AS counted ON counted.cell_id = cells.id
        WHERE %(cell)s = '' OR cells.code = %(cell)s
    ) AS figures
) AS ranked
ORDER BY place LIMIT %(limit)s OFFSET %(offset)s
"""
# Shapes for a page, and for a file in any CRS.
SHOWN = "CASE WHEN %(shapes)s THEN ST_AsGeoJSON(ST_Transform({geom}, 4326), 7) END"
FILED = "ST_AsBinary(ST_Transform({geom}, %(srid)s))"
# How cells can be sorted, the worst first.
ORDERS = {
    "score": "score DESC",
    "gap_m2": "gap_m2 DESC",
    "unsure_m2": "unsure_m2 DESC",
    "sure_share": "sure_share",
    "possible_share": "possible_share",
    "twice_share": "twice_share",
    "cameras": "cameras",
    "undirected": "undirected DESC",
    "code": "code",
}


@dataclass(frozen=True)
class Asked:
    """Which cells or gaps are asked for; ``box`` in metres of EPSG:3857, ``area`` of ``area_range``."""

    target: Target
    area: Mapping[str, Any]
    limit: int | None = 100  # None: all
    offset: int = 0
    cell: str = ""
    kind: str = "all"  # of gaps: certain, unsure
    box: Box | None = None
    order: str = "score"  # of cells
    shapes: bool = True


def parameters(asked: Asked, weights: Weights, scope: Scope) -> dict[str, Any]:
    """Return what the statements of this module ask for."""
    own = {
        name: value for name, value in vars(asked).items() if name not in ("area", "order", "box")
    }
    sides = vars(asked.box) if asked.box else dict.fromkeys(("west", "south", "east", "north"))
    points = {f"w_{name}": getattr(weights, name) for name in COMPONENTS}
    seen = [layer for layer in COUNTED if layer not in scope.hidden]
    ranges = code_ranges(scope.prefixes or ())
    return {
        **own,
        **asked.area,
        **sides,
        **points,
        "unsure": UNSURE,
        "seen": seen,
        "all_areas": scope.prefixes is None,
        "firsts": [first for first, _ in ranges],
        "afters": [after for _, after in ranges],
    }


EXAMPLE = {**parameters(Asked("public", EVERYWHERE), Weights(), Scope(None)), "srid": 4548}


def scored(text: str) -> Statement:
    """Return a statement over ``cells`` and ``gaps``, scored by what the caller may see in them."""
    return Statement(
        text, reads=("grid_cells",), also_with=CELLS + SCORES, example=EXAMPLE, present=True
    )


def gaps_with(shape: str) -> Statement:
    """Return the statement of gaps whose shapes are given so."""
    return scored(GAPS.replace("{shape}", shape.replace("{geom}", "shape")))


def cells_with(shape: str, order: str) -> Statement:
    """Return the statement of cells in an order, whose shapes are given so."""
    text = RANKED_CELLS.replace("{shape}", shape.replace("{geom}", "geom"))
    return scored(text.replace("{order}", order))


RANKED_GAPS, GAP_FILES = gaps_with(SHOWN), gaps_with(FILED)
CELLS_BY = {name: cells_with(SHOWN, order) for name, order in ORDERS.items()}
CELL_FILES_BY = {name: cells_with(FILED, order) for name, order in ORDERS.items()}


def ranked_gaps(reader: Reader, asked: Asked, weights: Weights) -> tuple[list[dict[str, Any]], int]:
    """Return gaps, those that matter most first, and how many there are in all.

    Each has its ``geometry`` as GeoJSON text (CRS84), and its score by components; ``number`` is the
    database's own, which tells of gaps elsewhere: it is not for callers.
    """
    rows = reader.rows(RANKED_GAPS, parameters(asked, weights, reader.scope))
    return [as_gap(row, weights) for row in rows], matched(rows, -2)


def as_gap(row: tuple[Any, ...], weights: Weights) -> dict[str, Any]:
    """Return a row of the statement of gaps by names, with its score by components."""
    gap = dict(zip(GAP_NAMES, row[:-2], strict=True))
    return {**gap, "components": explain(gap, weights), "geometry": row[-1]}


def ranked_cells(
    reader: Reader, asked: Asked, weights: Weights
) -> tuple[list[dict[str, Any]], int]:
    """Return cells with their figures in the order asked for, and how many there are in all."""
    rows = reader.rows(CELLS_BY[asked.order], parameters(asked, weights, reader.scope))
    return [as_cell(row) for row in rows], matched(rows, -2)


def as_cell(row: tuple[Any, ...]) -> dict[str, Any]:
    """Return a row of the statement of cells by names, with what follows from its areas."""
    cell = dict(zip(CELL_NAMES, row[:-2], strict=True))
    return {**cell, **derived(cell), "geometry": row[-1]}


def explain(gap: Mapping[str, Any], weights: Weights) -> list[dict[str, Any]]:
    """Return the parts of a gap's score: how much of what, points for each, points in all."""
    factor = UNSURE if gap["kind"] == "unsure" else 1.0
    amounts = {**gap, "ground": gap["area_m2"]}
    return [
        {
            "component": name,
            "amount": amounts[name],
            "weight": getattr(weights, name),
            "factor": factor,
            "points": factor * getattr(weights, name) * amounts[name],
        }
        for name in COMPONENTS
    ]


def matched(rows: list[tuple[Any, ...]], place: int) -> int:
    """Return how many rows there are in all: each says so at ``place``."""
    return int(rows[0][place]) if rows else 0
