"""Every layer is everywhere: GeoJSON, panel, page, tile, legend, search, filter, table, document.

Walks all layers over the demonstration district (over generated rows where it has none), so that
a new layer is covered by being declared. What each place does beyond that is tested beside it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from flask.testing import FlaskClient
from psycopg2 import sql

from gisapp.access.scope import EVERYTHING
from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.database.statements import Statement
from gisapp.settings import load_settings
from layers.catalogue import LAYERS
from layers.spec import Layer
from tests.accounts import signed_in
from tests.filled import fill

ALL = [pytest.param(layer, id=layer.name) for layer in LAYERS.values()]
COLOURED = [pytest.param(layer, id=layer.name) for layer in LAYERS.values() if layer.style.by]
SEARCHED = [pytest.param(layer, id=layer.name) for layer in LAYERS.values() if layer.search_fields]
FILLED_ROW = sql.SQL(
    "SELECT to_jsonb(feature) - 'geom' - 'geom_web', ST_AsText(ST_Transform(geom, 4326)),"
    " ST_X(spot), ST_Y(spot)"
    " FROM (SELECT *, ST_Transform(ST_PointOnSurface(geom), 4326) AS spot FROM feature"
    " ORDER BY num_nulls({columns}), length(code), code LIMIT 1) AS feature"
)
ANY_ROW = "SELECT EXISTS (SELECT FROM feature)"
OF_THE_DESIGN = (
    *("grid_cells", "cameras", "hazard_sites", "rented_housing", "three_in_one", "parcels"),
    *("incidents", "facilities", "visits"),
    *("areas", "roads", "buildings", "railways", "water", "key_areas"),
)
OUTSIDE = ("area_code", "source", "row_version", "change_id", "updated_at")


class Words(HTMLParser):
    """The text that a page shows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inside = ""
        self.feed(page)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember where the text stands."""
        self.inside = tag

    def handle_data(self, data: str) -> None:
        """Collect what people read."""
        if self.inside not in ("script", "style"):
            self.words.append(data)


def has_rows(database: Database, layer: Layer) -> bool:
    with database.read(EVERYTHING) as reader:
        return bool(reader.value(Statement(ANY_ROW, reads=(("feature", layer.name),))))


def filled_row(database: Database, layer: Layer) -> tuple[dict[str, Any], Any, float, float]:
    """Return the row with the fewest gaps: its columns, its shape, a point on it (degrees)."""
    columns = sql.SQL(", ").join(sql.Identifier(field.name) for field in layer.fields)
    statement = Statement(FILLED_ROW.format(columns=columns), reads=(("feature", layer.name),))
    with database.read(EVERYTHING) as reader:
        found = reader.row(statement)
    assert found
    return found[0], shapely.from_wkt(found[1]), found[2], found[3]


def map_config(client: FlaskClient, language: str) -> dict[str, Any]:
    """Return the configuration that the map page carries."""
    page = client.get(f"/?lang={language}").get_data(as_text=True)
    found = re.search(r'<script[^>]*id="config"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    config: dict[str, Any] = json.loads(found.group(1))
    return config


@pytest.fixture(scope="module")
def sample(cluster, names) -> Iterator[Database]:
    """A database with a few generated rows in every layer."""
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    opened = Database(load_settings({}).database, cluster.url(name))
    with opened.write() as connection, connection.cursor() as cursor:
        fill(cursor, 20, 20)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def sample_client(sample, tmp_path_factory) -> Iterator[FlaskClient]:
    settings = load_settings({"GISAPP_VAR": str(tmp_path_factory.mktemp("sample"))})
    app = create_app(settings, sample.url)
    yield signed_in(app)
    app.extensions["gisapp"].database.close()


@pytest.fixture
def place(request, layer: Layer) -> tuple[FlaskClient, Database]:
    """A client and the database below it, in which the layer has rows."""
    if has_rows(request.getfixturevalue("demo"), layer):
        return request.getfixturevalue("client"), request.getfixturevalue("demo")
    return request.getfixturevalue("sample_client"), request.getfixturevalue("sample")


@pytest.mark.parametrize("name", OF_THE_DESIGN)
def test_demonstration_when_built_has_rows_of_the_layer(demo, name: str) -> None:
    assert has_rows(demo, LAYERS[name])


@pytest.mark.parametrize("layer", ALL)
def test_geojson_when_asked_for_holds_the_row(place, layer: Layer) -> None:
    client, database = place
    row, shape, *_ = filled_row(database, layer)
    answer = client.get(f"/api/collections/{layer.name}/items/{row['code']}")
    feature = answer.get_json()
    assert feature["id"] == row["code"]
    declared = [field.name for field in layer.fields]
    assert set(feature["properties"]) == {"code", *declared, *OUTSIDE}
    assert {name: feature["properties"][name] for name in declared if name not in times(layer)} == {
        name: row[name] for name in declared if name not in times(layer)
    }
    assert feature["geometry"]["type"] == layer.geometry
    drawn = shapely.from_geojson(json.dumps(feature["geometry"]))
    assert drawn.hausdorff_distance(shape) < 1e-7  # about a centimetre


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("layer", ALL)
def test_panel_when_built_knows_every_property(client, layer: Layer, language: str) -> None:
    told = client.get(f"/map/declarations.json?lang={language}").get_json()[layer.name]
    assert told["label"] == layer.label.say(language)
    assert told["title"] == layer.title
    shown = {field["name"]: field for field in told["fields"]}
    assert list(shown) == [field.name for field in layer.fields]
    for field in layer.fields:
        assert shown[field.name]["label"] == field.label.say(language)
        assert shown[field.name].get("unit", "") == field.unit_in(language)
        assert {item["code"]: item["label"] for item in shown[field.name].get("choices", [])} == {
            choice.code: choice.label.say(language) for choice in field.choices
        }


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("layer", ALL)
def test_page_of_a_feature_when_opened_says_every_field(place, layer: Layer, language: str) -> None:
    client, database = place
    row, *_ = filled_row(database, layer)
    address = f"/api/collections/{layer.name}/items/{row['code']}?f=html&lang={language}"
    text = Words(client.get(address).get_data(as_text=True)).text
    for field in layer.fields:
        assert field.label.say(language) in text
        choice = field.choice(row[field.name])
        if choice:
            assert choice.label.say(language) in text
        elif field.type == "text" and row[field.name]:
            assert " ".join(row[field.name].split()) in text


@pytest.mark.parametrize("layer", ALL)
def test_tile_when_decoded_holds_the_feature_with_what_drawing_needs(
    place, tmp_path: Path, layer: Layer
) -> None:
    client, database = place
    row, _, lon, lat = filled_row(database, layer)
    zoom = 18
    across = 2**zoom
    column = int((lon + 180) / 360 * across)
    line = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * across)
    answer = client.get(
        f"/api/collections/{layer.name}/tiles/WebMercatorQuad/{zoom}/{line}/{column}"
    )
    path = tmp_path / "tile.mvt"
    path.write_bytes(answer.data)
    assert [name for name, _ in pyogrio.list_layers(path)] == [layer.name]
    frame = pyogrio.read_dataframe(path, layer=layer.name).set_index("code")
    assert set(frame.columns) <= {"mvt_id", "geometry", *layer.tile_fields}
    for name in layer.tile_fields:
        if row[name] is not None:
            assert frame.loc[row["code"], name] == row[name]
    assert row["code"] in frame.index


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("layer", COLOURED)
def test_legend_when_drawn_explains_every_colour(client, layer: Layer, language: str) -> None:
    (told,) = [one for one in map_config(client, language)["layers"] if one["name"] == layer.name]
    field = layer.field_named(layer.style.by)
    assert field
    assert {line["code"]: (line["label"], line["colour"]) for line in told["legend"]} == {
        choice.code: (choice.label.say(language), choice.colour) for choice in field.choices
    }
    assert told["label"] == layer.label.say(language)


@pytest.mark.parametrize("layer", ALL)
def test_map_when_opened_knows_the_layer(client, layer: Layer) -> None:
    (told,) = [one for one in map_config(client, "zh")["layers"] if one["name"] == layer.name]
    assert told["legend"]
    assert told["colour"] == layer.style.colour
    assert told["visible"] == layer.visible


@pytest.mark.parametrize("layer", ALL)
def test_search_when_given_the_code_finds_the_feature_first(place, layer: Layer) -> None:
    client, database = place
    row, _, lon, lat = filled_row(database, layer)
    found = client.get("/api/search", query_string={"q": row["code"]}).get_json()["results"]
    hits = [(hit["layer"], hit["code"]) for hit in found]
    assert (layer.name, row["code"]) in hits
    assert all(code == row["code"] for _, code in hits[:1])
    (hit,) = [hit for hit in found if (hit["layer"], hit["code"]) == (layer.name, row["code"])]
    west, south, east, north = hit["bbox"]
    assert west <= hit["lon"] <= east and south <= hit["lat"] <= north
    assert west - 1e-6 <= lon <= east + 1e-6 and south - 1e-6 <= lat <= north + 1e-6


@pytest.mark.parametrize("layer", SEARCHED)
def test_search_when_given_a_name_finds_the_layer(place, layer: Layer) -> None:
    client, database = place
    row, *_ = filled_row(database, layer)
    for field in layer.search_fields:
        if row[field.name]:
            answer = client.get("/api/search", query_string={"q": row[field.name], "limit": 50})
            found = {hit["layer"] for hit in answer.get_json()["results"]}
            assert layer.name in found, (field.name, row[field.name])


@pytest.mark.parametrize("layer", ALL)
def test_filter_when_given_a_value_keeps_the_feature(place, layer: Layer) -> None:
    client, database = place
    row, *_ = filled_row(database, layer)
    asked = {
        field.name: str(row[field.name]).lower() if field.type == "boolean" else row[field.name]
        for field in layer.fields
        if row[field.name] not in (None, "") and field.name not in times(layer)
    }
    asked["code"] = row["code"]
    answer = client.get(f"/api/collections/{layer.name}/items", query_string=asked)
    assert [feature["id"] for feature in answer.get_json()["features"]] == [row["code"]]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("layer", ALL)
def test_table_when_opened_has_heading_and_notice(client, layer: Layer, language: str) -> None:
    page = client.get(f"/layers/{layer.name}?lang={language}")
    text = Words(page.get_data(as_text=True)).text
    assert page.status_code == 200
    assert layer.label.say(language) in text
    assert layer.description.say(language) in text
    assert {"zh": "演示数据", "en": "Demonstration data"}[language] in text


@pytest.mark.parametrize("layer", ALL)
def test_documents_when_read_describe_the_layer(client, layer: Layer) -> None:
    names = {field.name for field in layer.fields}
    queryables = client.get(f"/api/collections/{layer.name}/queryables").get_json()
    assert set(queryables["properties"]) >= names
    paths = client.get("/api/openapi.json").get_json()["paths"]
    described = paths[f"/collections/{layer.name}/items"]["get"]["parameters"]
    assert {one.get("name") for one in described} >= names


def times(layer: Layer) -> set[str]:
    """Return the fields whose texts differ by time zone between database and API."""
    return {field.name for field in layer.fields if field.type == "datetime"}
