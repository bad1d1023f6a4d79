"""What answers with features say besides the rows: links, credits, tags, in any language.

Nothing here knows of a request: `api_items` answers by it inside Flask, `plain_items` in front.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from gisapp.features import read
from gisapp.features.crs import Crs
from gisapp.features.sources import GENERATED
from gisapp.web.api_answers import DATA_HEADERS, GEOJSON, JSON, Place, link, write_json
from gisapp.web.items_query import write_key
from layers.spec import Layer


def page_links(
    place: Place, layer: Layer, arguments: dict[str, str], page: read.Page
) -> list[dict[str, str]]:
    """Return the links of a page: itself, as a page for people, the next one, the layer."""
    path = f"/collections/{layer.name}"
    links = place.own_links(f"{path}/items", GEOJSON, arguments)
    if page.next_key is not None:
        onward = {**arguments, "after": write_key(page.next_key)}
        links.append(link("next", place.url(f"{path}/items", onward), GEOJSON))
    links.append(link("collection", place.url(path), JSON, layer.label.say(place.language)))
    return links


def collection_bytes(
    place: Place,
    page: read.Page,
    matched: int | None,
    links: list[dict[str, str]],
    moment: str = "",
) -> bytes:
    """Return a page as a FeatureCollection; the features stay as the database wrote them."""
    head: dict[str, Any] = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberReturned": page.returned,
        "links": links,
    }
    if moment:
        head["asOf"] = moment
    credit = [GENERATED.say(place.language)] if page.generated else []
    if page.attribution:
        credit.append(page.attribution)
    if credit:
        head["attribution"] = "; ".join(credit)
    if matched is not None:
        head["numberMatched"] = matched
    return b"".join((write_json(head)[:-1], b',"features":[', page.features, b"]}"))


def whole_number(page: read.Page, first: bool) -> int | None:
    """Return how many features match where the page itself shows that, else None."""
    return page.returned if first and page.next_key is None else None


def linked_feature(
    place: Place, layer: Layer, code: str, feature: bytes, kept: dict[str, str] | None = None
) -> bytes:
    """Return a feature as the database wrote it, with its links, which keep parameters ``kept``."""
    path = f"/collections/{layer.name}"
    links = [
        *place.own_links(f"{path}/items/{quote(code, safe='')}", GEOJSON, kept),
        link("collection", place.url(path), JSON, layer.label.say(place.language)),
    ]
    return feature[:-1] + b',"links":' + write_json(links) + b"}"


def feature_headers(crs: Crs, tag: str) -> list[tuple[str, str]]:
    """Return the headers of GeoJSON with an entity tag, as it stands in the header."""
    return [
        ("Content-Type", GEOJSON),
        *DATA_HEADERS,
        ("Content-Crs", said_crs(crs)),
        ("ETag", tag),
    ]


def said_crs(crs: Crs) -> str:
    """Return what the header Content-Crs says: the CRS, and so the axis order, of an answer."""
    return f"<{crs.uri}>"
