"""From the parameters of ``/items`` to a feature query."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from gisapp.database.engine import Reader
from gisapp.features.boxes import box_condition, parse_box
from gisapp.features.conditions import Condition
from gisapp.features.crs import CRS84, CRS84_URI, Crs, crs_named
from gisapp.features.faults import bad_value, positive
from gisapp.features.filters import field_condition, filter_names
from gisapp.features.read import DEFAULT_LIMIT, MAX_LIMIT, FeatureQuery, metric_srid
from gisapp.features.times import layer_time_condition, parse_interval
from layers.spec import Layer, Text

# Parameters of /items besides the filters.
PAGING = ("limit", "after", "bbox", "bbox-crs", "crs", "datetime", "as-of", "count")
KEY_BYTES = 8


def read_items_query(reader: Reader, layer: Layer, arguments: Mapping[str, str]) -> FeatureQuery:
    """Return the query that the parameters ask for. Raises BadParameter."""
    conditions = []
    if "bbox" in arguments:
        conditions.append(asked_box(reader, arguments))
    elif "bbox-crs" in arguments:
        named_crs(reader, arguments["bbox-crs"])
    if "datetime" in arguments:
        interval = parse_interval("datetime", arguments["datetime"])
        conditions.append(layer_time_condition("datetime", layer, interval))
    conditions += [
        field_condition(layer, name, arguments[name])
        for name in filter_names(layer)
        if name in arguments
    ]
    return FeatureQuery(
        layer=layer,
        crs=named_crs(reader, arguments.get("crs", CRS84_URI)),
        limit=positive("limit", arguments.get("limit", str(DEFAULT_LIMIT)), MAX_LIMIT),
        after=read_key(arguments["after"]) if "after" in arguments else None,
        conditions=tuple(conditions),
    )


def asked_box(reader: Reader, arguments: Mapping[str, str]) -> Condition:
    """Return the condition of ``bbox`` in ``bbox-crs``."""
    crs = named_crs(reader, arguments.get("bbox-crs", CRS84_URI))
    box = parse_box(arguments["bbox"], crs)
    # A box in degrees is searched in Web Mercator, whatever the metric CRS is.
    return box_condition("bbox", box, crs, 0 if crs.geographic else metric_srid(reader))


def named_crs(reader: Reader, name: str) -> Crs:
    """Return the CRS that a URI names; the usual one without asking the database."""
    return CRS84 if name == CRS84_URI else crs_named(name, metric_srid(reader))


def write_key(key: int) -> str:
    """Return the token that begins a page after the row with ``key``."""
    return base64.urlsafe_b64encode(key.to_bytes(KEY_BYTES)).decode().rstrip("=")


def read_key(text: str) -> int:
    """Return the key in a token. Raises BadParameter for a token that we never wrote."""
    try:
        key = int.from_bytes(base64.b64decode(text + "=", altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        key = -1
    if not 0 <= key < 1 << 63 or write_key(key) != text:
        raise bad_value(
            "after", Text("请用上一页给出的 next 链接", "use the link of the page before")
        )
    return key
