"""Items over HTTP: negotiation, links, paging, tags, CRS headers, pages for people."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.features.filters import filter_names
from layers.catalogue import LAYERS
from tests.accounts import signed_in

HOUSING = "/api/collections/rented_housing/items"
GEOJSON = "application/geo+json"


def href(body: dict, rel: str) -> str:
    """Return the path and query of the body's link."""
    (found,) = [link["href"] for link in body["links"] if link["rel"] == rel]
    parts = urlsplit(found)
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_items_of_any_layer_when_asked_are_geojson(api: FlaskClient, layer) -> None:
    answer = api.get(f"/api/collections/{layer.name}/items?limit=3")
    assert (answer.status_code, answer.content_type) == (200, GEOJSON)
    assert answer.headers["Content-Crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    body = answer.json
    assert body["type"] == "FeatureCollection"
    assert body["numberReturned"] == len(body["features"]) > 0
    names = {"code", "area_code", "source", "row_version", "change_id", "updated_at"}
    names |= {field.name for field in layer.fields}
    for feature in body["features"]:
        assert set(feature["properties"]) == names
        assert feature["geometry"]["type"] == layer.geometry
        code = feature["id"]
        alone = api.get(f"/api/collections/{layer.name}/items/{code}").json
        assert {**feature, "links": alone["links"]} == alone


def test_pages_when_next_is_followed_hold_every_feature_once(api: FlaskClient) -> None:
    body = api.get(f"{HOUSING}?limit=150&count=true&grade=red,blue").json
    total, seen = body["numberMatched"], []
    while True:
        seen += [feature["id"] for feature in body["features"]]
        assert {feature["properties"]["grade"] for feature in body["features"]} <= {"red", "blue"}
        if not any(link["rel"] == "next" for link in body["links"]):
            break
        body = api.get(href(body, "next")).json
    assert len(seen) == len(set(seen)) == total > 150


def test_links_when_followed_lead_back_and_keep_the_question(api: FlaskClient) -> None:
    body = api.get(f"{HOUSING}?limit=2&grade=red&lang=en").json
    again = api.get(href(body, "self")).json
    assert again["features"] == body["features"]
    onward = parse_qs(urlsplit(href(body, "next")).query)
    assert (onward["grade"], onward["lang"], onward["limit"]) == (["red"], ["en"], ["2"])
    page = api.get(href(body, "alternate"))
    assert page.content_type.startswith("text/html")
    assert api.get(href(body, "collection")).json["id"] == "rented_housing"


def test_number_matched_when_cheap_or_asked_for_is_told_else_not(api: FlaskClient) -> None:
    assert "numberMatched" not in api.get(f"{HOUSING}?limit=2").json
    assert api.get(f"{HOUSING}?limit=2&count=true").json["numberMatched"] > 2
    assert api.get(f"{HOUSING}?code=none").json["numberMatched"] == 0
    assert api.get(f"{HOUSING}?limit=10000").json["numberMatched"] > 100


def test_limit_when_left_out_is_100_and_when_huge_10000(api: FlaskClient) -> None:
    assert api.get(HOUSING).json["numberReturned"] == 100
    assert api.get("/api/collections/buildings/items?limit=999999").json["numberReturned"] <= 10_000


@pytest.mark.parametrize(
    ("accept", "query", "kind"),
    [
        ("", "", GEOJSON),
        ("*/*", "", GEOJSON),
        ("application/json", "", GEOJSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "", "text/html"),
        ("text/html;q=0.1,application/json", "", GEOJSON),
        ("text/html", "&f=json", GEOJSON),
        ("application/json", "&f=html", "text/html"),
        ("image/png", "", GEOJSON),
    ],
)
def test_form_when_negotiated_follows_f_then_accept(api, accept, query, kind) -> None:
    answer = api.get(f"{HOUSING}?limit=1{query}", headers={"Accept": accept})
    assert answer.content_type.split(";")[0] == kind
    assert "Accept" in answer.headers["Vary"]


def test_answer_when_known_already_is_304_until_it_changes(api: FlaskClient) -> None:
    for path in (f"{HOUSING}?limit=5", api_item(api)):
        first = api.get(path)
        tag = first.headers["ETag"]
        known = api.get(path, headers={"If-None-Match": tag})
        assert (known.status_code, known.data) == (304, b"")
        assert known.headers["ETag"] == tag
        assert api.get(path, headers={"If-None-Match": 'W/"old"'}).status_code == 200
    assert re.fullmatch(r'"1-\d+"', tag)  # of one feature: its version
    page = f"{HOUSING}?limit=5"
    # Neither how often the layer was changed nor how many transactions there were.
    assert re.fullmatch('W/"[0-9a-f]{32}"', api.get(page).headers["ETag"])
    assert api.get(page).headers["ETag"] != api.get(f"{page}&lang=en").headers["ETag"]


def api_item(api: FlaskClient) -> str:
    """Return the path of one item."""
    return f"{HOUSING}/{api.get(f'{HOUSING}?limit=1').json['features'][0]['id']}"


def test_crs_when_asked_for_is_named_and_flipped(api: FlaskClient) -> None:
    path = api_item(api)
    lon, lat = api.get(path).json["geometry"]["coordinates"]
    for srid in (4326, 4490):
        uri = f"http://www.opengis.net/def/crs/EPSG/0/{srid}"
        answer = api.get(path, query_string={"crs": uri})
        assert answer.headers["Content-Crs"] == f"<{uri}>"
        assert answer.json["geometry"]["coordinates"] == pytest.approx([lat, lon], abs=1e-8)
    northing, easting = api.get(path, query_string={"crs": "EPSG:4548"}).json["geometry"][
        "coordinates"
    ]
    assert 2_500_000 < northing < 2_700_000
    assert 400_000 < easting < 500_000  # west of 117 degrees
    box = f"{northing - 1},{easting - 1},{northing + 1},{easting + 1}"
    asked = {"bbox": box, "bbox-crs": "EPSG:4548"}
    assert path.endswith(
        tuple(f["id"] for f in api.get(HOUSING, query_string=asked).json["features"])
    )


def test_box_when_a_quarter_of_the_layer_is_asked_for_holds_just_that(api: FlaskClient) -> None:
    west, south, east, north = api.get("/api/collections/rented_housing").json["extent"]["spatial"][
        "bbox"
    ][0]
    middle = ((west + east) / 2, (south + north) / 2)
    body = api.get(f"{HOUSING}?limit=10000&bbox={west},{south},{middle[0]},{middle[1]}").json
    everything = api.get(f"{HOUSING}?limit=10000").json["features"]
    inside = {
        feature["id"]
        for feature in everything
        if feature["geometry"]["coordinates"][0] <= middle[0]
        and feature["geometry"]["coordinates"][1] <= middle[1]
    }
    assert {feature["id"] for feature in body["features"]} == inside
    assert 0 < len(inside) < len(everything)


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_filter_by_each_field_when_taken_from_a_feature_finds_it(api, layer) -> None:
    base = f"/api/collections/{layer.name}/items"
    feature = api.get(f"{base}?limit=1").json["features"][0]
    for name in filter_names(layer):
        value = feature["properties"][name]
        if value is None:
            continue
        text = (
            {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
        )
        found = api.get(base, query_string={name: text, "code": feature["id"]}).json
        assert [one["id"] for one in found["features"]] == [feature["id"]], name


def test_head_and_options_when_sent_answer_without_a_body(api: FlaskClient) -> None:
    head = api.head(f"{HOUSING}?limit=1")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"]
    options = api.options(HOUSING)
    assert options.status_code == 200
    assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["Allow"].split(", "))
    refused = api.put(HOUSING)
    assert (refused.status_code, refused.json["status"]) == (405, 405)
    assert "GET" in refused.headers["Allow"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_when_shown_has_labels_in_the_language(api: FlaskClient, lang: str) -> None:
    text = api.get(f"{HOUSING}?limit=3&f=html&lang={lang}").text
    layer = LAYERS["rented_housing"]
    assert layer.label.say(lang) in text
    assert layer.field_named("occupants").label.say(lang) in text
    item = api.get(f"{api_item(api)}?f=html&lang={lang}").text
    assert layer.field_named("occupants").label.say(lang) in item


def test_item_when_its_code_is_strange_is_found(database: Database, database_url, settings) -> None:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cameras (code, name, status, geom) VALUES (%s, %s, 'online',"
            " ST_SetSRID(ST_MakePoint(460000, 2600000), 4548))",
            ("a/b?c#d %41<script>alert(1)</script>", "${alert(1)}<img src=x onerror=alert(1)>`"),
        )
    app = create_app(settings, database_url)
    client = signed_in(app)
    base = "/api/collections/cameras/items"
    (feature,) = client.get(base).json["features"]
    alone = client.get(f"{base}/a%2Fb%3Fc%23d%20%2541%3Cscript%3Ealert(1)%3C%2Fscript%3E").json
    assert alone["id"] == feature["id"]
    assert client.get(href(alone, "self")).json["id"] == feature["id"]
    for page in (client.get(f"{base}?f=html"), client.get(href(alone, "alternate"))):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    app.extensions["gisapp"].database.close()


def test_items_when_demonstration_data_say_so(client) -> None:
    for language, notice in (("zh", "演示数据"), ("en", "Demonstration data")):
        answer = client.get(f"/api/collections/cameras/items?limit=1&lang={language}")
        assert answer.json["attribution"].startswith(notice)
