"""Camera coverage in the OpenAPI document."""

from __future__ import annotations

from gisapp.coverage.freshness import TARGETS
from gisapp.coverage.ranking import ORDERS
from gisapp.features.web_mercator import MAX_ZOOM
from gisapp.web.api_answers import GEOJSON
from gisapp.web.api_coverage import FURTHEST, KINDS, MOST, PAGE
from gisapp.web.openapi_parts import STRING, Part, content, in_path, operation, query, shared
from gisapp.web.tilesets import MVT
from layers.spec import Text

OBJECT: Part = {"type": "object"}
LIST: Part = {"type": "array", "items": OBJECT}
WHOLE: Part = {"type": "integer", "minimum": 0}
FEATURES: Part = {
    "type": "object",
    "required": ["type", "numberMatched", "numberReturned", "features"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "numberMatched": WHOLE,
        "numberReturned": WHOLE,
        "features": LIST,
    },
}
TARGET = query(
    "target",
    {"type": "string", "enum": list(TARGETS), "default": "public"},
    Text(
        "应看的地面：公共空间、道路或整个网格", "What is to be seen: public space, roads, the cell"
    ),
)
AREA = query(
    "area",
    {"type": "string", "pattern": "^([0-9]{6,12})?$"},
    Text("区县、镇街或村居代码", "The code of a district, town or village"),
)
LIMIT = query(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE},
    Text("最多条数", "The most rows"),
)
OFFSET = query(
    "offset",
    {"type": "integer", "minimum": 0, "maximum": FURTHEST, "default": 0},
    Text("跳过前面的条数", "Rows that are left out first"),
)
CODE = in_path("code", STRING, Text("编号", "The code"))


def one_of(name: str, choices: tuple[str, ...], text: Text) -> Part:
    """Return a query parameter with a list of values; the first is the default."""
    return query(name, {"type": "string", "enum": list(choices), "default": choices[0]}, text)


SORT = one_of("sort", tuple(ORDERS), Text("排序，差的在前", "The order, the worst first"))
KIND = one_of("kind", KINDS, Text("确定盲区或不确定", "Certain or unsure gaps"))
CELL = query("cell", STRING, Text("网格代码", "The code of a cell"))
PLACES = {"z": Text("级", "Zoom"), "row": Text("行", "Row"), "col": Text("列", "Column")}
UNKNOWN = (400, 404)


def tile() -> Part:
    """Return the path item of a tile; an empty one is answered with 204."""
    numbers = [
        in_path(key, {**WHOLE, "maximum": MAX_ZOOM if key == "z" else 2**MAX_ZOOM}, text)
        for key, text in PLACES.items()
    ]
    made = operation(
        "coverage_tile",
        "coverage",
        Text("覆盖瓦片：网格、盲区、视野", "A tile of coverage: cells, gaps, views"),
        content({"type": "string", "format": "binary"}, MVT),
        [*numbers, TARGET],
        UNKNOWN,
    )
    made["get"]["responses"]["204"] = {"description": Text("空瓦片", "An empty tile")}
    return made


OPENAPI = {
    "/coverage": operation(
        "show_coverage",
        "coverage",
        Text("监控覆盖的总数、假定与权重", "Coverage in all, with what it takes for granted"),
        content(OBJECT),
        [TARGET],
    ),
    "/coverage/areas": operation(
        "list_coverage_areas",
        "coverage",
        Text("按村居、镇街、区县汇总", "Sums by village, town and district"),
        content({"type": "object", "required": ["areas"], "properties": {"areas": LIST}}),
        [TARGET, AREA],
    ),
    "/coverage/cells": operation(
        "list_coverage_cells",
        "coverage",
        Text("网格的覆盖，默认最要紧的在前", "Coverage of cells, those that matter most first"),
        content(FEATURES, GEOJSON),
        [
            TARGET,
            AREA,
            SORT,
            one_of("shapes", ("yes", "no"), Text("是否给出边界", "Whether with outlines")),
            LIMIT,
            OFFSET,
        ],
    ),
    "/coverage/cells/{code}": operation(
        "show_coverage_cell",
        "coverage",
        Text(
            "一个网格：盲区、其中的对象、看得到它的监控",
            "One cell: its gaps, what stands in them, and which cameras see it",
        ),
        content(OBJECT),
        [CODE, TARGET],
        UNKNOWN,
    ),
    "/coverage/gaps": operation(
        "list_coverage_gaps",
        "coverage",
        Text("盲区，最要紧的在前，附得分", "Gaps with their scores, those that matter most first"),
        content(FEATURES, GEOJSON),
        [
            TARGET,
            AREA,
            KIND,
            CELL,
            shared("bbox"),
            LIMIT,
            OFFSET,
        ],
    ),
    "/coverage/cameras/{code}": operation(
        "show_coverage_camera",
        "coverage",
        Text(
            "一台摄像机的视野、遮挡它的建筑、失效时的损失",
            "What one camera sees, what hides the rest, and what is lost if it fails",
        ),
        content(OBJECT),
        [CODE, TARGET],
        UNKNOWN,
    ),
    "/coverage/tiles/WebMercatorQuad/{z}/{row}/{col}": tile(),
}
