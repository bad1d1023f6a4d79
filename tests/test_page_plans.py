"""What the pages ask of the database, layer by layer, reaches large tables by index.

``tests/test_statements.py`` plans the statements that modules hold; here those that are composed
for a request: the application runs on full tables, and every plan is looked at before it runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

import gisapp.app
from gisapp.queries.catalogue import QUERIES
from gisapp.settings import load_settings
from layers.catalogue import LAYERS
from layers.spec import Field, Layer
from tests.accounts import signed_in
from tests.filled import AS_OF, filled_database
from tests.plans import WatchedDatabase

THEN = urlencode({"as-of": AS_OF.isoformat()})
LON, LAT = 116.6, 23.55  # in the middle of the filled tables
ALL = [pytest.param(layer, id=layer.name) for layer in LAYERS.values()]
POINTS = [
    pytest.param(layer, id=layer.name) for layer in LAYERS.values() if layer.geometry == "Point"
]
VALUES = {
    "boolean": "true",
    "date": "2026-01-01",
    "datetime": "2026-01-01T00:00:00Z",
    "text": "凤7",
}


@pytest.fixture(scope="module")
def watched(cluster, tmp_path_factory) -> Iterator[FlaskClient]:
    """The application on full tables; ``database.found`` holds what it read whole."""
    settings = load_settings({"GISAPP_VAR": str(tmp_path_factory.mktemp("watched"))})
    database = filled_database(cluster, settings, WatchedDatabase)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gisapp.app, "Database", lambda *_: database)
        app = gisapp.app.create_app(settings, database.url)
    client = signed_in(app)
    client.database = database
    yield client
    database.close()


def look_twice(client: FlaskClient, address: str) -> None:
    """Look at a page of now, and at that of a moment of the past."""
    look(client, address)
    look(client, f"{address}{'&' if '?' in address else '?'}{THEN}")


def look(client: FlaskClient, address: str) -> None:
    """Ask for a page and fail when it reads a large table whole, or reads nothing."""
    found, seen = client.database.found, client.database.seen
    found.clear()
    seen.clear()
    answer = client.get(address)
    assert answer.status_code in (200, 204), (address, answer.get_data(as_text=True)[:500])
    assert seen, address
    assert not found, "\n".join([address, *found])


@pytest.mark.parametrize("layer", ALL)
def test_items_when_asked_for_use_indexes(watched, layer: Layer) -> None:
    items = f"/api/collections/{layer.name}/items"
    box = f"{LON},{LAT},{LON + 0.02},{LAT + 0.02}"
    look_twice(watched, f"{items}?limit=10")
    look_twice(watched, f"{items}?bbox={box}&limit=1000")
    look_twice(watched, f"{items}?bbox={box}&limit=10&count=true")
    look_twice(watched, f"{items}/{first_code(watched, items)}")
    look_twice(watched, f"{items}?area_code=445103105&limit=10")
    if layer.time:
        look_twice(watched, f"{items}?datetime=2026-01-01T00:00:00Z/2026-01-03T00:00:00Z&limit=10")


@pytest.mark.parametrize("layer", ALL)
def test_items_when_filtered_by_any_field_page_by_key(watched, layer: Layer) -> None:
    # An unindexed value that few rows hold can only be found by reading them all: not here.
    findable = [field for field in layer.fields if field.type != "text" or field.search]
    for field in findable:
        look_twice(
            watched, f"/api/collections/{layer.name}/items?{field.name}={value(field)}&limit=5"
        )


@pytest.mark.parametrize("layer", ALL)
@pytest.mark.parametrize("zoom", [13, 14, 16, 18])
def test_tiles_when_near_use_indexes(watched, layer: Layer, zoom: int) -> None:
    row, column = tile(zoom)
    look_twice(
        watched, f"/api/collections/{layer.name}/tiles/WebMercatorQuad/{zoom}/{row}/{column}"
    )


@pytest.mark.parametrize("layer", POINTS)
@pytest.mark.parametrize("zoom", [4, 8, 10, 12, 14, 17])
def test_clusters_when_asked_for_never_count_rows(watched, layer: Layer, zoom: int) -> None:
    half = 360 / 2**zoom
    box = f"{LON - half},{max(-80, LAT - half)},{LON + half},{min(80, LAT + half)}"
    look(watched, f"/api/collections/{layer.name}/clusters?bbox={box}&zoom={zoom}")


@pytest.mark.parametrize("layer", POINTS)
@pytest.mark.parametrize("zoom", [14, 17])
def test_clusters_of_the_past_when_near_use_indexes(watched, layer: Layer, zoom: int) -> None:
    half = 180 / 2**zoom
    box = f"{LON - half},{LAT - half},{LON + half},{LAT + half}"
    look(watched, f"/api/collections/{layer.name}/clusters?bbox={box}&zoom={zoom}&{THEN}")


@pytest.mark.parametrize("text", ["凤7", "cameras-12", "凤4321"])
def test_search_when_asked_uses_indexes(watched, text: str) -> None:
    look_twice(watched, f"/api/search?q={text}")


def test_identify_when_clicked_uses_indexes(watched) -> None:
    look_twice(watched, f"/api/identify?lon={LON}&lat={LAT}&zoom=16")


@pytest.mark.parametrize("page", ["/", "/api", "/api/collections", "/queries", "/layers/cameras"])
def test_pages_when_opened_use_indexes(watched, page: str) -> None:
    watched.get(page)  # facts about whole layers are kept from then on
    look(watched, page)


def test_queries_when_listed_are_those_planned_with_examples() -> None:
    assert set(QUERIES) >= {"nearest", "within"}


def first_code(client: FlaskClient, items: str) -> str:
    feature = client.get(f"{items}?limit=1").get_json()["features"][0]
    code: str = feature["id"]
    return code


def value(field: Field) -> str:
    if field.choices:
        return field.choices[0].code
    if field.type in ("integer", "number"):
        return f"{int(field.minimum or 0) + 1}.."
    return VALUES[field.type]


def tile(zoom: int) -> tuple[int, int]:
    """Return row and column of the tile at the middle of the tables."""
    size = 2**zoom
    north = math.asinh(math.tan(math.radians(LAT)))
    return int((1 - north / math.pi) / 2 * size), int((LON + 180) / 360 * size)
