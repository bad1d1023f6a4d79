"""Figures of coverage: for each cell, and added up for villages, towns, the district and all.

Square metres are added, shares are made from sums. Figures that are out of date are in the sums
and counted as such; cells without figures (never computed, or not to be computed) are counted and in
no sum. A share of nothing (no figures,
or no ground to see) is None, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gisapp.coverage.freshness import CELLS, DIGITS, EVERYWHERE, Target
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from layers.spec import Text

COLUMNS: dict[str, Text] = {
    "target_m2": Text("应看面积（m²）", "To be seen (m²)"),
    "sure_m2": Text("确定看到（m²）", "Surely seen (m²)"),
    "possible_m2": Text("可能看到（m²）", "Possibly seen (m²)"),
    "twice_m2": Text("确定两路以上（m²）", "Surely seen twice (m²)"),
    "gap_m2": Text("确定盲区（m²）", "Certain gap (m²)"),
    "unsure_m2": Text("不确定（m²）", "Unsure (m²)"),
    "sure_share": Text("确定覆盖率（%）", "Surely covered (%)"),
    "possible_share": Text("可能覆盖率（%）", "Possibly covered (%)"),
    "twice_share": Text("重复覆盖率（%）", "Covered twice (%)"),
    "cameras": Text("摄像机", "Cameras"),
    "undirected": Text("其中朝向不详", "Of these, direction unknown"),
}
SUMMED = ("target_m2", "sure_m2", "possible_m2", "twice_m2")
AREA_FIGURES = Statement(
    """
SELECT digits, area, max(named.name), max(cells), max(fresh), max(stale), max(missing), max(failed), max(unseen),
    max(no_target), max(target_m2), max(sure_m2), max(possible_m2), max(twice_m2), max(standing),
    max(undirected)
FROM (
    SELECT digits, CASE digits WHEN 0 THEN '' ELSE left(area_code, digits) END AS area,
        count(*) AS cells,
        count(*) FILTER (WHERE state = 'fresh') AS fresh,
        count(*) FILTER (WHERE state = 'stale') AS stale,
        count(*) FILTER (WHERE state = 'missing') AS missing,
        count(*) FILTER (WHERE state = 'failed') AS failed,
        count(*) FILTER (WHERE figure.cameras = 0) AS unseen,
        count(*) FILTER (WHERE figure.target_m2 = 0) AS no_target,
        sum(target_m2) AS target_m2, sum(sure_m2) AS sure_m2, sum(possible_m2) AS possible_m2,
        sum(twice_m2) AS twice_m2, NULL::bigint AS standing, NULL::bigint AS undirected
    FROM unnest(ARRAY[0, 6, 9, 12]) AS level (digits)
    CROSS JOIN cells
    LEFT JOIN gisapp.coverage_cells AS figure
        ON figure.cell_id = cells.id AND figure.target = %(target)s
    GROUP BY 1, 2
    UNION ALL
    SELECT digits, CASE digits WHEN 0 THEN '' ELSE left(area_code, digits) END,
        0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, sum(standing)::bigint, sum(undirected)::bigint
    FROM unnest(ARRAY[0, 6, 9, 12]) AS level (digits)
    CROSS JOIN (
        SELECT camera.area_code, count(*) AS standing,
            count(*) FILTER (WHERE held.unknown_direction) AS undirected
        FROM cameras AS camera
        LEFT JOIN gisapp.coverage_views AS held ON held.camera_id = camera.id
        WHERE %(everywhere)s OR (camera.area_code >= %(first)s AND camera.area_code < %(after)s)
        GROUP BY camera.area_code
    ) AS counted
    GROUP BY 1, 2
) AS figures
LEFT JOIN areas AS named ON digits > 0 AND named.valid_to IS NULL
    AND named.code IN (area, rpad(area, 12, '0'))
GROUP BY digits, area ORDER BY digits, area NULLS LAST
""",
    reads=("grid_cells", "cameras", "areas"),
    also_with=CELLS,
    example={**EVERYWHERE, "target": "public"},
    present=True,
    # How many cameras there are in each area is asked of all areas.
    whole=("cameras", "coverage_views"),
)
LEVELS = {0: "all", **{digits: level for level, digits in DIGITS.items()}}


@dataclass(frozen=True)
class AreaFigures:
    """Sums over the cells of one area, metres square; ``level`` is all, district, town, village.

    ``area`` is None for what lies outside every known area. ``unseen`` counts cells that no camera
    sees anything of, ``no_target`` those without any ground to see, ``standing`` the cameras that
    stand in the area, ``undirected`` those of unknown direction among them.
    """

    level: str
    area: str | None
    name: str | None
    cells: int
    fresh: int
    stale: int
    missing: int
    failed: int
    unseen: int
    no_target: int
    target_m2: float
    sure_m2: float
    possible_m2: float
    twice_m2: float
    standing: int
    undirected: int

    def to_json(self) -> dict[str, Any]:
        """Return the sums with what follows from them."""
        told = dict(vars(self))
        computed = self.fresh + self.stale
        return {**told, **derived(told if computed else dict.fromkeys(SUMMED))}


def derived(figures: Mapping[str, Any]) -> dict[str, float | None]:
    """Return gaps and shares (%) of figures in square metres; None where there are none."""
    if figures["target_m2"] is None:
        named = (*SUMMED, "gap_m2", "unsure_m2", "sure_share", "possible_share", "twice_share")
        return dict.fromkeys(named)
    target, sure, possible, twice = (float(figures[name]) for name in SUMMED)
    shares = {
        f"{name}_share": 100 * part / target if target > 0 else None
        for name, part in (("sure", sure), ("possible", possible), ("twice", twice))
    }
    return {
        "target_m2": target,
        "sure_m2": sure,
        "possible_m2": possible,
        "twice_m2": twice,
        "gap_m2": target - possible,
        "unsure_m2": possible - sure,
        **shares,
    }


def area_figures(reader: Reader, target: Target, area: Mapping[str, Any]) -> list[AreaFigures]:
    """Return the sums of all areas inside ``area`` (see ``area_range``), the largest first."""
    return [
        AreaFigures(LEVELS[digits], place or None, name, *(value or 0 for value in figures))
        for digits, place, name, *figures in reader.rows(AREA_FIGURES, {**area, "target": target})
    ]
