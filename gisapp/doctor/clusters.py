"""The check that kept clusters equal the rows they stand for."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg2 import sql

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.doctor.check import Finding, check
from gisapp.settings import Settings
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

# Cells of the finest zoom that differ from the rows, counted anew, and coarser zooms whose
# totals differ from the number of rows.
MISCOUNTED = sql.SQL("""
    SELECT (
        SELECT count(*) FROM (
            SELECT gisapp.finest_cell(20037508.342789243 + ST_X(geom_web)) AS cell_x,
                gisapp.finest_cell(20037508.342789243 - ST_Y(geom_web)) AS cell_y,
                coalesce(area_code, '') AS area_code, {grade} AS grade, count(*) AS count,
                sum(round(ST_X(geom_web) * 100)::bigint)::bigint AS sum_x,
                sum(round(ST_Y(geom_web) * 100)::bigint)::bigint AS sum_y
            FROM feature GROUP BY 1, 2, 3, 4
        ) AS counted
        FULL JOIN (
            SELECT * FROM gisapp.clusters WHERE layer = %(layer)s AND zoom = 17
        ) AS kept USING (cell_x, cell_y, area_code, grade)
        WHERE (counted.count, counted.sum_x, counted.sum_y)
            IS DISTINCT FROM (kept.count, kept.sum_x, kept.sum_y)
    ) + (
        SELECT count(*) FROM generate_series(0, 16) AS coarser
        WHERE (SELECT count(*) FROM feature) <> (
            SELECT coalesce(sum(count), 0) FROM gisapp.clusters
            WHERE layer = %(layer)s AND zoom = coarser
        )
    )
""")
GRADE, NO_GRADE = sql.SQL("coalesce({}, '')"), sql.SQL("''")


def miscounted(layer: Layer) -> Statement:
    """Return the statement that counts a point layer's wrong clusters; it reads every row."""
    grade = GRADE.format(sql.Identifier(layer.grade)) if layer.grade else NO_GRADE
    return Statement(
        MISCOUNTED.format(grade=grade),
        reads=(("feature", layer.name),),
        whole=(layer.name,),
        example={"layer": layer.name},
    )


@check(
    "聚合与数据一致",
    Text(
        "在数据库中运行 SELECT gisapp.rebuild_clusters('图层')。",
        "Run SELECT gisapp.rebuild_clusters('the layer') in the database.",
    ),
)
def clusters_right(reader: Reader, settings: Settings) -> Iterator[Finding]:
    """Kept clusters equal the rows."""
    for layer in LAYERS.values():
        if layer.geometry != "Point":
            continue
        wrong = reader.value(miscounted(layer), {"layer": layer.name})
        if wrong:
            yield Finding(
                Text(
                    "{name} 有 {wrong} 个聚合与数据不符。",
                    "{name} has {wrong} clusters that differ from its rows.",
                ).format(name=layer.name, wrong=wrong)
            )
