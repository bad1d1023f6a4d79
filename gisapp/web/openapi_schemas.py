"""The components of the OpenAPI document: parameters and schemas that operations share."""

from __future__ import annotations

from gisapp.features.read import DEFAULT_LIMIT, MAX_LIMIT
from gisapp.web.openapi_parts import FORMAT, LANGUAGE, Part, in_header, query, schema
from layers.spec import Text

NUMBERS: Part = {"type": "array", "items": {"type": "number"}}
BBOX: Part = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
PARAMETERS: Part = {
    "f": query("f", {"type": "string", "enum": ["json", "html"]}, FORMAT),
    "lang": query("lang", {"type": "string", "enum": ["zh", "en"]}, LANGUAGE),
    "limit": query(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        Text("每页最多要素数", "The most features on a page"),
    ),
    "after": query(
        "after",
        {"type": "string", "maxLength": 20},
        Text("下一页的起点，取自 next 链接", "Where the page begins, from a next link"),
    ),
    "bbox": query(
        "bbox",
        BBOX,
        Text(
            "范围：4 或 6 个数，轴序随 bbox-crs（默认经度、纬度）",
            "The bounds: 4 or 6 numbers in the axis order of bbox-crs (default: lon, lat)",
        ),
        style="form",
        explode=False,
    ),
    "bbox-crs": query(
        "bbox-crs", {"type": "string", "format": "uri"}, Text("bbox 的坐标系", "The CRS of bbox")
    ),
    "crs": query(
        "crs",
        {"type": "string", "format": "uri"},
        Text("答复中坐标的坐标系与轴序", "The CRS, and so the axis order, of the answer"),
    ),
    "datetime": query(
        "datetime",
        {"type": "string"},
        Text(
            "日期、RFC 3339 时间，或区间 a/b（.. 表示不限）；图层本身没有时间字段时，"
            "单个日期或时间与 as-of 同义",
            "A date, an RFC 3339 time, or an interval a/b (.. is open); of a layer without a time "
            "field of its own, a single date or time means the same as as-of",
        ),
    ),
    "as-of": query(
        "as-of",
        {"type": "string"},
        Text(
            "历史时刻：按当时的数据答复。RFC 3339 时间，或日期（指当天结束，+08:00）；"
            "答复头 Content-As-Of 说明所示时刻",
            "A moment of the past: the answer is as it was then. An RFC 3339 time, or a date (its "
            "end, +08:00); the header Content-As-Of says which moment is shown",
        ),
    ),
    "count": query(
        "count",
        {"type": "boolean", "default": False},
        Text("是否统计总数 numberMatched", "Whether to count all as numberMatched"),
    ),
    "If-Match": in_header(
        "If-Match",
        {"type": "string"},
        Text(
            "所依据的版本：读取时的 ETag，或 *（不论哪个版本）",
            "The version that is changed: the ETag that came with it, or * for whichever",
        ),
    ),
    "Content-Crs": in_header(
        "Content-Crs",
        {"type": "string"},
        Text(
            "发来的坐标的坐标系与轴序；不写为 CRS84",
            "The CRS, and so the axis order, of what is sent; CRS84 when left out",
        ),
    ),
    "Gisapp-Reason": in_header(
        "Gisapp-Reason",
        {"type": "string", "maxLength": 4500},
        Text(
            "修改原因，百分号编码的 UTF-8，最多 500 字",
            "Why: percent-encoded UTF-8, at most 500 characters",
        ),
    ),
}

LINK: Part = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {
        "href": {"type": "string"},
        "rel": {"type": "string"},
        "type": {"type": "string"},
        "title": {"type": "string"},
    },
}
LINKS: Part = {"type": "array", "items": schema("link")}
GEOMETRY: Part = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {
            "type": "string",
            "enum": ["Point", "LineString", "MultiLineString", "MultiPolygon"],
        },
        "coordinates": {"type": "array", "items": {}},
    },
}
FEATURE: Part = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"oneOf": [{"type": "string"}, {"type": "integer"}]},  # rows of a query: numbers
        "geometry": schema("geometry"),
        "properties": {"type": "object"},
        "links": LINKS,
    },
}
FEATURES: Part = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {"type": "array", "items": schema("feature")},
        "links": LINKS,
        "timeStamp": {"type": "string", "format": "date-time"},
        "asOf": {"type": "string", "format": "date-time"},
        "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0},
        "attribution": {"type": "string"},
    },
}
PROBLEM: Part = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "hint": {"type": "string"},
        "log_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "who": {"type": "string"},
    },
}
COLLECTION: Part = {
    "type": "object",
    "required": ["id", "links"],
    "properties": {
        "id": {"type": "string"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "attribution": {"type": "string"},
        "itemType": {"type": "string"},
        "extent": {"type": "object"},
        "crs": {"type": "array", "items": {"type": "string"}},
        "storageCrs": {"type": "string"},
        "links": LINKS,
    },
}
RESULTS: Part = {
    "type": "object",
    "required": ["results"],
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["layer", "code", "title", "lon", "lat", "bbox"],
                "properties": {
                    "layer": {"type": "string"},
                    "code": {"type": "string"},
                    "title": {"type": "string"},
                    "subtitle": {"type": "string"},
                    "lon": {"type": "number"},
                    "lat": {"type": "number"},
                    "bbox": NUMBERS,
                    "distance_m": {"type": "number"},
                },
            },
        }
    },
}
SCHEMAS: Part = {
    "link": LINK,
    "geometry": GEOMETRY,
    "feature": FEATURE,
    "featureCollection": FEATURES,
    "problem": PROBLEM,
    "collection": COLLECTION,
    "results": RESULTS,
    "landing": {
        "type": "object",
        "required": ["links"],
        "properties": {
            "title": {"type": "string"},
            "description": {"type": "string"},
            "attribution": {"type": "string"},
            "links": LINKS,
        },
    },
    "conformance": {
        "type": "object",
        "required": ["conformsTo"],
        "properties": {"conformsTo": {"type": "array", "items": {"type": "string"}}},
    },
    "collections": {
        "type": "object",
        "required": ["links", "collections"],
        "properties": {
            "links": LINKS,
            "collections": {"type": "array", "items": schema("collection")},
        },
    },
}
