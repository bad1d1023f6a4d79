"""Checks of the rows: geometry, areas, sources."""

from __future__ import annotations

from collections.abc import Iterator

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.doctor.check import Finding, check
from gisapp.settings import Settings
from layers.catalogue import LAYERS
from layers.spec import Text

SHOWN = 5  # examples named for each layer or level
SLIVER_M2 = 0.01  # smaller overlaps are rounding, not claims

# The checks of this module look at every row by their nature: all layers are read whole.
INVALID = {
    name: Statement(
        """
        SELECT count(*) OVER (), code, ST_IsValidReason(geom) FROM feature
        WHERE NOT ST_IsValid(geom) OR ST_IsEmpty(geom) ORDER BY code LIMIT %(shown)s
        """,
        reads=(("feature", name),),
        whole=(name,),
        example={"shown": SHOWN},
    )
    for name in LAYERS
}
OVERLAPPING_AREAS = Statement(
    """
    SELECT count(*) OVER (), level, one_code, other_code, m2 FROM (
        SELECT one.level, one.code AS one_code, other.code AS other_code,
               ST_Area(ST_Intersection(one.geom, other.geom)) AS m2
        FROM areas AS one JOIN areas AS other
            ON one.level = other.level AND one.id < other.id AND one.geom && other.geom
        WHERE one.valid_to IS NULL AND other.valid_to IS NULL
            AND ST_Relate(one.geom, other.geom, '2********')
    ) AS pairs
    WHERE m2 > %(sliver)s ORDER BY m2 DESC LIMIT %(shown)s
    """,
    reads=("areas",),
    whole=("areas",),
    example={"shown": SHOWN, "sliver": SLIVER_M2},
)
OVERLAPPING_CELLS = Statement(
    """
    SELECT count(*) OVER (), one_code, other_code, m2 FROM (
        SELECT one.code AS one_code, other.code AS other_code,
               ST_Area(ST_Intersection(one.geom, other.geom)) AS m2
        FROM grid_cells AS one JOIN grid_cells AS other
            ON one.id < other.id AND one.geom && other.geom
        WHERE one.valid_to IS NULL AND other.valid_to IS NULL
            AND ST_Relate(one.geom, other.geom, '2********')
    ) AS pairs
    WHERE m2 > %(sliver)s ORDER BY m2 DESC LIMIT %(shown)s
    """,
    reads=("grid_cells",),
    whole=("grid_cells",),
    example={"shown": SHOWN, "sliver": SLIVER_M2},
)
HAS_AREAS = Statement("SELECT EXISTS (SELECT FROM areas)", reads=("areas",))
OUTSIDE = {
    name: Statement(
        """
        SELECT count(*) FROM feature WHERE area_code IS NULL
            OR NOT EXISTS (SELECT FROM areas WHERE areas.area_code = feature.area_code)
        """,
        reads=(("feature", name), "areas"),
        whole=(name, "areas"),
    )
    for name in LAYERS
    if name != "areas"
}
WITHOUT_SOURCE = {
    name: Statement(
        """
        SELECT source, count(*) FROM feature
        WHERE NOT EXISTS (SELECT FROM gisapp.sources WHERE sources.name = feature.source)
        GROUP BY source ORDER BY source LIMIT %(shown)s
        """,
        reads=(("feature", name),),
        whole=(name,),
        example={"shown": SHOWN},
    )
    for name in LAYERS
}
USED_SOURCES = {
    name: Statement(
        "SELECT DISTINCT source FROM feature", reads=(("feature", name),), whole=(name,)
    )
    for name in LAYERS
}
SOURCES = Statement("SELECT name FROM gisapp.sources ORDER BY name")


@check(
    "几何有效",
    Text(
        "约束被绕过：用 ST_MakeValid 修复这些行，再恢复表的 CHECK 约束。",
        "A constraint was bypassed: mend the rows by ST_MakeValid and restore the CHECK.",
    ),
)
def valid_geometry(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """Every geometry is valid and not empty."""
    for name, statement in INVALID.items():
        for total, code, reason in reader.rows(statement, {"shown": SHOWN}):
            yield Finding(
                Text(
                    "{layer} 有 {total} 个无效几何，如 {code}：{reason}",
                    "{layer} has {total} invalid geometries, such as {code}: {reason}",
                ).format(layer=name, total=total, code=code, reason=reason)
            )


@check(
    "同级区域不重叠",
    Text(
        "请核对这些区域的边界，改正后用 gisapp import 重新导入。",
        "Compare the borders of these areas, mend them, and import them again.",
    ),
)
def areas_apart(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """Areas of one level do not overlap."""
    parameters = {"shown": SHOWN, "sliver": SLIVER_M2}
    for total, level, one, other, m2 in reader.rows(OVERLAPPING_AREAS, parameters):
        yield overlap(total, f"{level} {one}", other, m2)


@check(
    "网格不重叠",
    Text(
        "请核对这些网格的边界：同一地点只能属于一个网格。",
        "Compare the borders of these cells: a place belongs to one cell only.",
    ),
)
def cells_apart(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """Grid cells do not overlap."""
    parameters = {"shown": SHOWN, "sliver": SLIVER_M2}
    for total, one, other, m2 in reader.rows(OVERLAPPING_CELLS, parameters):
        yield overlap(total, one, other, m2)


@check(
    "记录落在已知区域内",
    Text(
        "检查坐标系与区域边界；区域改动之后执行 SELECT gisapp.refresh_area_codes('图层名')。",
        "Look at the CRS and the borders; after areas changed run "
        "SELECT gisapp.refresh_area_codes('LAYER').",
    ),
)
def rows_in_areas(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """Rows lie inside a known area."""
    if not reader.value(HAS_AREAS):
        yield Finding(
            Text(
                "还没有行政区域，记录不能归属村居。",
                "There are no areas yet: rows belong to no village.",
            ),
            "warning",
        )
        return
    for name, statement in OUTSIDE.items():
        total = reader.value(statement)
        if total:
            yield Finding(
                Text(
                    "{layer} 有 {total} 条记录不在任何已知区域内。",
                    "{layer} has {total} rows outside every known area.",
                ).format(layer=name, total=total),
                "warning",
            )


@check(
    "数据来源",
    Text(
        "在 gisapp.sources 补登来源和署名，或删除已无记录的来源。",
        "Add the source and its attribution to gisapp.sources, or delete the unused one.",
    ),
)
def sources_known(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """Every row names a known source, and every source has rows."""
    for name, statement in WITHOUT_SOURCE.items():
        for source, total in reader.rows(statement, {"shown": SHOWN}):
            yield Finding(
                Text(
                    "{layer} 有 {total} 条记录的来源“{source}”未登记。",
                    "{layer} has {total} rows of the unknown source “{source}”.",
                ).format(layer=name, total=total, source=source)
            )
    used = {source for text in USED_SOURCES.values() for (source,) in reader.rows(text)}
    for (source,) in reader.rows(SOURCES):
        if source not in used:
            yield Finding(
                Text("来源“{name}”没有记录。", "The source “{name}” has no rows.").format(
                    name=source
                ),
                "warning",
            )


def overlap(total: int, one: str, other: str, m2: float) -> Finding:
    """Return the finding that two areas overlap."""
    return Finding(
        Text(
            "{one} 与 {other} 重叠 {m2:.2f} 平方米（共 {total} 处）。",
            "{one} and {other} overlap by {m2:.2f} m² ({total} such pairs).",
        ).format(one=one, other=other, m2=m2, total=total)
    )
