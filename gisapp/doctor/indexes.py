"""Checks of the indexes: there, valid, and chosen by the planner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from psycopg2 import sql

from gisapp.database.ddl import table_sql
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.doctor.check import Finding, check
from gisapp.settings import Settings
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

INDEX_MADE = re.compile(r"CREATE INDEX (\w+)")
MANY = 10_000  # rows from which an index beats reading the table whole
INDEXES = Statement(
    """
SELECT index.relname::text, indisvalid AND indisready FROM pg_index
JOIN pg_class AS index ON index.oid = indexrelid
WHERE indrelid = to_regclass('gisapp.' || %(layer)s)
""",
    example={"layer": "cameras"},
)
STATISTICS = Statement(
    """
SELECT reltuples::bigint, relpages FROM pg_class
WHERE oid = to_regclass('gisapp.' || %(layer)s)
""",
    example={"layer": "cameras"},
)
# Any one row, to probe with: read whole only where a caller sees none of the layer.
SAMPLE = {
    name: Statement(
        "SELECT code, geom::text, geom_web::text FROM feature LIMIT 1",
        reads=(("feature", name),),
        whole=(name,),
    )
    for name in LAYERS
}
BY_GEOM = "SELECT code FROM feature WHERE geom && ST_Expand(%(geom)s::geometry, 50)"
BY_GEOM_WEB = "SELECT code FROM feature WHERE geom_web && ST_Expand(%(geom_web)s::geometry, 50)"
BY_CODE = "SELECT id FROM feature WHERE code = %(code)s"


@check(
    "索引存在且有效",
    Text(
        "重建：REINDEX INDEX，或按 gisapp sql 图层名 打印的语句补建。",
        "REINDEX it, or create it as gisapp sql LAYER prints it.",
    ),
)
def indexes_valid(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """Every declared index exists and is valid."""
    for layer in LAYERS.values():
        found = dict(reader.rows(INDEXES, {"layer": layer.name}))
        for name in wanted_indexes(layer):
            if name not in found:
                yield about(Text("缺少索引 {name}。", "The index {name} is missing."), name)
            elif not found[name]:
                yield about(Text("索引 {name} 无效。", "The index {name} is invalid."), name)


@check(
    "查询使用索引",
    Text(
        "执行 ANALYZE；检查 enable_indexscan、enable_bitmapscan、random_page_cost 是否被改动。",
        "Run ANALYZE; see whether enable_indexscan, enable_bitmapscan or random_page_cost "
        "were changed.",
    ),
)
def indexes_used(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """Large layers are reached by index."""
    for layer in LAYERS.values():
        rows, pages = reader.row(STATISTICS, {"layer": layer.name}) or (0, 0)
        sample = reader.row(SAMPLE[layer.name]) if rows < 0 or rows >= MANY else None
        if sample is None:
            continue
        if rows < 0:
            yield about(Text("{name} 没有统计信息。", "{name} has no statistics."), layer.name)
        values = dict(zip(("code", "geom", "geom_web"), sample, strict=True))
        for column, text in (("geom", BY_GEOM), ("geom_web", BY_GEOM_WEB), ("code", BY_CODE)):
            probe = Statement(text, reads=(("feature", layer.name),))
            if pages > 100 and "Seq Scan" in kinds(plan_of(reader, probe, values)):
                yield about(
                    Text("按 {name} 查询没有使用索引。", "Reading by {name} uses no index."),
                    f"{layer.name}.{column}",
                )


def wanted_indexes(layer: Layer) -> list[str]:
    """Return the names of the indexes that the layer's table has by its declaration."""
    made = INDEX_MADE.findall(table_sql(layer))
    by_history = [f"{layer.name}_change", f"{layer.name}_updated", f"{layer.name}_then"]
    return [f"{layer.name}_pkey", f"{layer.name}_code_key", *by_history, *made]


def plan_of(
    reader: Reader, statement: Statement, parameters: Mapping[str, object]
) -> Mapping[str, Any]:
    """Return the planner's plan of a statement."""
    with reader.connection.cursor() as cursor:
        cursor.execute(sql.SQL("EXPLAIN (FORMAT JSON) ") + reader.compose(statement), parameters)
        plan: Mapping[str, Any] = cursor.fetchone()[0][0]["Plan"]
    return plan


def kinds(plan: Mapping[str, Any]) -> set[str]:
    """Return the kinds of all nodes of a plan."""
    below = [kinds(part) for part in plan.get("Plans", ())]
    return {str(plan["Node Type"])}.union(*below)


def about(message: Text, name: str) -> Finding:
    """Return a finding about something named."""
    return Finding(message.format(name=name))
