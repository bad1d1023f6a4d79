"""Places to ask about: a point, a drawn shape or a feature; and which layer to look in."""

from __future__ import annotations

import psycopg2
from psycopg2 import sql

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.errors import BadParameter
from gisapp.queries.spec import DEFINITION, Column, Parameter, Rule, Values
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

ALL_LAYERS = tuple(LAYERS)

TO_METRIC = Statement(
    "SELECT ST_Transform(ST_GeomFromText(%(wkt)s, 4326), value::integer)::text"
    " FROM gisapp.deployment WHERE key = 'metric_srid'",
    example={"wkt": "POINT(116.6 23.5)"},
)
FEATURE_PLACE = {
    name: Statement(
        "SELECT geom::text FROM feature WHERE code = %(code)s",
        reads=(("feature", name),),
        example={"code": "1"},
    )
    for name in ALL_LAYERS
}
OF_KIND = sql.SQL("(%(kind)s::text IS NULL OR kind = %(kind)s)")
# Values for the examples of statements about a place.
PLACE_EXAMPLE: dict[str, object] = {
    "place": "SRID=4548;POINT(460000 2600000)",
    "itself": "",
    "kind": None,
    "n": 5,
}

PLACE_HELP = Text(
    "给出位置（near：“经度,纬度”、WKT 或 GeoJSON），或要素的图层与代码（of_layer、of_code）。",
    "Give a place (near: lon,lat, WKT or GeoJSON), or a feature's layer and code (of_layer, "
    "of_code).",
)
PLACE_PARAMETERS = (
    Parameter("near", "place", Text("位置", "Place"), help=PLACE_HELP),
    Parameter("of_layer", "layer", Text("要素图层", "Layer of the feature"), layers=ALL_LAYERS),
    Parameter("of_code", "code", Text("要素代码", "Code of the feature"), layer_from="of_layer"),
)
LAYER_PARAMETER = Parameter(
    "layer", "layer", Text("找哪个图层", "Layer to find"), required=True, layers=ALL_LAYERS
)
KIND_PARAMETER = Parameter(
    "kind",
    "kind",
    Text("类别", "Kind"),
    layer_from="layer",
    help=Text("不填为全部类别。", "Empty for every kind."),
)
DISTANCE_COLUMN = Column("distance_m", Text("距离", "Distance"), "number", unit="m")
STRAIGHT_LINE = Rule(
    Text(
        "距离为投影平面上的直线距离（米），不是路程；面和线量到最近处。",
        "Distances are straight lines in metres in the metric projection, not travelled ones; "
        "areas and lines are measured to their nearest part.",
    ),
    DEFINITION,
)


def prepare_place(reader: Reader, values: Values) -> Values:
    """Find the place; a feature is not its own neighbour. Raises BadParameter."""
    check_kind(str(values["layer"]), values["kind"])
    itself = values["of_code"] if values["of_layer"] == values["layer"] else None
    return {"place": find_place(reader, values), "itself": itself or ""}


def find_place(reader: Reader, values: Values) -> str:
    """Return the place that ``near`` or ``of_layer`` and ``of_code`` name, as metric EWKB.

    Raises BadParameter when neither or both are given or there is no such feature.
    """
    near, layer, code = (values[name] for name in ("near", "of_layer", "of_code"))
    if (near is None) == (layer is None) or (layer is None) != (code is None):
        raise BadParameter(
            Text("需要且只能给出一个位置。", "Exactly one place is needed."), PLACE_HELP
        )
    if near is not None:
        return metric_place(reader, str(near))
    return feature_place(reader, str(layer), str(code))


def metric_place(reader: Reader, wkt: str) -> str:
    """Return a CRS84 place in the metric CRS. Raises BadParameter when it is too far away."""
    try:
        found = reader.value(TO_METRIC, {"wkt": wkt})
    except (psycopg2.errors.InternalError_, psycopg2.DataError) as error:
        raise BadParameter(
            Text(
                "该位置不在本系统坐标系的适用范围内。",
                "The place is outside the reach of this deployment's coordinate system.",
            )
        ) from error
    return str(found)


def feature_place(reader: Reader, layer: str, code: str) -> str:
    """Return a feature's geometry as metric EWKB. Raises BadParameter when there is none."""
    found = reader.value(FEATURE_PLACE[layer], {"code": code})
    if found is None:
        raise no_feature(code, layer)
    return str(found)


def check_kind(layer: str, kind: object) -> None:
    """Raise BadParameter when ``kind`` is no kind of ``layer``."""
    field = LAYERS[layer].field_named("kind")
    if kind is not None and (field is None or field.choice(str(kind)) is None):
        codes = ", ".join(item.code for item in field.choices) if field else "-"
        raise BadParameter(
            Text("该图层没有类别 {kind}。", "The layer has no kind {kind}.").format(kind=kind),
            Text("可用类别：{codes}", "Known kinds: {codes}").format(codes=codes),
        )


def kind_condition(layer: Layer) -> sql.SQL:
    """Return the SQL condition that keeps the rows of the kind asked for."""
    return OF_KIND if layer.field_named("kind") else sql.SQL("true")


def no_feature(code: str, *layers: str) -> BadParameter:
    """Return the error for a code that no feature of ``layers`` has."""
    zh = "、".join(LAYERS[name].label.zh for name in layers)
    en = " or ".join(LAYERS[name].label.en.lower() for name in layers)
    told = Text(f"{zh}中没有代码为 {{code}} 的要素。", f"No feature of {en} has code {{code}}.")
    return BadParameter(told.format(code=code))
