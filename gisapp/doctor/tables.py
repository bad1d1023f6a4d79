"""Checks of the tables against the layers' declarations."""

from __future__ import annotations

from collections.abc import Iterator

from gisapp.database.ddl import SQL_TYPES
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.doctor.check import Finding, check
from gisapp.settings import Settings
from layers.catalogue import LAYERS
from layers.spec import SYSTEM_COLUMNS, Layer, Text

COLUMNS = Statement(
    """
SELECT column_name::text,
       CASE WHEN data_type = 'USER-DEFINED' THEN udt_name ELSE data_type END::text
FROM information_schema.columns WHERE table_schema = %(schema)s AND table_name = %(layer)s
""",
    example={"layer": "cameras", "schema": "gisapp"},
)
SHAPES = Statement(
    """
SELECT f_geometry_column::text, upper(type), srid FROM geometry_columns
WHERE f_table_schema = 'gisapp' AND f_table_name = %(layer)s
""",
    example={"layer": "cameras"},
)
METRIC_SRID = Statement("SELECT value::integer FROM gisapp.deployment WHERE key = 'metric_srid'")
TRIGGERS = Statement(
    """
SELECT tgname::text FROM pg_trigger
WHERE tgrelid = to_regclass('gisapp.' || %(layer)s) AND NOT tgisinternal AND tgenabled IN ('O', 'A')
""",
    example={"layer": "cameras"},
)
REVISIONS = Statement("SELECT layer FROM gisapp.layer_revisions")
NEEDED_TRIGGERS = {
    "keep_versions_delete",
    "keep_versions_update",
    "raise_revision",
    "rescue_truncated",
    "stamp_new",
    "stamp_row",
}
# What a version of the past has besides the layer's columns.
HISTORY_COLUMNS = {"period": "tstzrange", "ended_by": "bigint"}
AS_MIGRATED = Text(
    "表被手工改动，或图层声明改了却没有迁移：gisapp sql 图层名 打印应有的表。",
    "A table was changed by hand, or a declaration without a migration: "
    "gisapp sql LAYER prints what it should be.",
)


@check("图层声明与数据表一致", AS_MIGRATED)
def tables_as_declared(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """Every declared layer has exactly its table, and its history another like it."""
    for layer in LAYERS.values():
        declared = dict(SYSTEM_COLUMNS) | {
            field.name: SQL_TYPES[field.type] for field in layer.fields
        }
        for schema, wanted in (
            ("gisapp", declared),
            ("gisapp_history", declared | HISTORY_COLUMNS),
        ):
            found = dict(reader.rows(COLUMNS, {"layer": layer.name, "schema": schema}))
            for name in sorted(wanted.keys() | found.keys()):
                if wanted.get(name) != found.get(name):
                    what = f"{schema}.{layer.name}.{name}".removeprefix("gisapp.")
                    yield differs(what, found.get(name), wanted.get(name))


@check("几何类型与坐标系", AS_MIGRATED)
def geometry_as_declared(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """Geometry columns have the declared type and the deployment's metric CRS."""
    metric = reader.value(METRIC_SRID)
    for layer in LAYERS.values():
        kind = layer.geometry.upper()
        found = {name: (held, srid) for name, held, srid in reader.rows(SHAPES, named(layer))}
        for name, wanted in (("geom", (kind, metric)), ("geom_web", (kind, 3857))):
            if found.get(name) != wanted:
                yield differs(f"{layer.name}.{name}", found.get(name), wanted)


@check("触发器", AS_MIGRATED)
def triggers_at_work(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """Triggers that keep versions, area codes and revisions are there and enabled."""
    counted = {name for (name,) in reader.rows(REVISIONS)}
    for layer in LAYERS.values():
        found = {name for (name,) in reader.rows(TRIGGERS, named(layer))}
        for name in sorted(NEEDED_TRIGGERS - found):
            yield Finding(
                Text("{layer} 缺少触发器 {name}。", "{layer} lacks the trigger {name}.").format(
                    layer=layer.name, name=name
                )
            )
        if layer.name not in counted:
            yield Finding(
                Text("{layer} 没有变更计数。", "{layer} has no revision.").format(layer=layer.name)
            )


def named(layer: Layer) -> dict[str, object]:
    """Return the parameters of a statement about one layer."""
    return {"layer": layer.name}


def differs(what: str, found: object, wanted: object) -> Finding:
    """Return the finding that a column is not what it should be."""
    return Finding(
        Text("{what}：是 {found}，应为 {wanted}。", "{what} is {found}, not {wanted}.").format(
            what=what, found=found or "-", wanted=wanted or "-"
        )
    )
