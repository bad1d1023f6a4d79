"""Search and click over HTTP: which features a text or a place means."""

from __future__ import annotations

from flask import Blueprint, Response

from gisapp.errors import BadParameter
from gisapp.features.faults import decimal, positive
from gisapp.features.identify import MAX_ZOOM, identify, visible_layers
from gisapp.features.search import LONGEST, MAX_RESULTS, search
from gisapp.web.api_answers import JSON, bytes_answer
from gisapp.web.api_request import read_arguments
from gisapp.web.moment import AS_OF, reading
from gisapp.web.openapi_parts import content, degrees, operation, query, schema, shared
from layers.catalogue import LAYERS
from layers.spec import Text

BLUEPRINT = Blueprint("api_search", __name__)


@BLUEPRINT.get("/api/search")
def find_features() -> Response:
    """Answer the features that a text means, the best first."""
    arguments = read_arguments("q", "limit", AS_OF)
    limit = positive("limit", arguments.get("limit", "10"), MAX_RESULTS)
    with reading() as reader:
        found = search(reader, arguments.get("q", ""), limit)
    return bytes_answer(b'{"results":' + found + b"}", JSON)


@BLUEPRINT.get("/api/identify")
def identify_click() -> Response:
    """Answer what lies at a place on the map, the topmost first."""
    arguments = read_arguments("lon", "lat", "zoom", "layers", AS_OF)
    lon = decimal("lon", arguments.get("lon", ""), -180, 180)
    lat = decimal("lat", arguments.get("lat", ""), -90, 90)
    zoom = decimal("zoom", arguments.get("zoom", "17"), 0, MAX_ZOOM)
    layers = asked_layers(arguments["layers"]) if "layers" in arguments else visible_layers(zoom)
    with reading() as reader:
        found = identify(reader, lon, lat, zoom, layers)
    return bytes_answer(b'{"results":' + found + b"}", JSON)


def asked_layers(text: str) -> tuple[str, ...]:
    """Return the layers named in a comma-separated list, in drawing order, each once."""
    names = set(text.split(",")) - {""}
    unknown = sorted(names - set(LAYERS))
    if unknown:
        raise BadParameter(
            Text(f"没有图层 {unknown[0][:60]}。", f"There is no layer {unknown[0][:60]}."),
            Text("/api/collections 列出全部图层。", "/api/collections lists them all."),
        )
    return tuple(name for name in LAYERS if name in names)


RESULTS = content(schema("results"))
OPENAPI = {
    "/search": operation(
        "search",
        "search",
        Text("按名称、编号或地址搜索所有图层", "Search all layers by name, code or address"),
        RESULTS,
        [
            query(
                "q",
                {"type": "string", "minLength": 1, "maxLength": LONGEST},
                Text(
                    "搜索文字；多个词以空格分开，须全部出现；单个字只查词首，宗地、设备、对象编号从头查",
                    "The text; every word must occur, a single character only where a word begins; "
                    "parcel, device and subject numbers are found by their beginning",
                ),
                required=True,
            ),
            query(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MAX_RESULTS, "default": 10},
                Text("最多结果数", "The most results"),
            ),
            shared(AS_OF),
        ],
    ),
    "/identify": operation(
        "identify",
        "search",
        Text("地图上某处有什么，最上层的在前", "What lies at a place on the map, topmost first"),
        RESULTS,
        [
            query("lon", degrees(180), Text("经度", "Longitude"), required=True),
            query("lat", degrees(90), Text("纬度", "Latitude"), required=True),
            query(
                "zoom",
                {"type": "number", "minimum": 0, "maximum": MAX_ZOOM, "default": 17},
                Text("地图级别，决定几个像素有多宽", "The map's zoom: how wide a few pixels are"),
            ),
            query(
                "layers",
                {"type": "array", "items": {"type": "string", "enum": list(LAYERS)}},
                Text("只查这些图层", "Only these layers"),
                style="form",
                explode=False,
            ),
            shared(AS_OF),
        ],
    ),
}
