"""From the parameters of ``/items`` to a feature query."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from gisapp.database.engine import Reader
from gisapp.features.asked import asked_conditions, named_crs
from gisapp.features.crs import CRS84_URI
from gisapp.features.faults import bad_value, positive
from gisapp.features.read import DEFAULT_LIMIT, MAX_LIMIT, FeatureQuery
from layers.spec import Layer, Text

# Parameters of /items besides the filters.
PAGING = ("limit", "after", "bbox", "bbox-crs", "crs", "datetime", "as-of", "count")
KEY_BYTES = 8


def read_items_query(reader: Reader, layer: Layer, arguments: Mapping[str, str]) -> FeatureQuery:
    """Return the query that the parameters ask for. Raises BadParameter."""
    return FeatureQuery(
        layer=layer,
        crs=named_crs(reader, arguments.get("crs", CRS84_URI)),
        limit=positive("limit", arguments.get("limit", str(DEFAULT_LIMIT)), MAX_LIMIT),
        after=read_key(arguments["after"]) if "after" in arguments else None,
        conditions=asked_conditions(reader, layer, arguments),
    )


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
