"""Queries over HTTP: list, GeoJSON, CSV, pages, refusals."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from gisapp.app import create_app
from gisapp.database.cluster import Cluster
from gisapp.queries.catalogue import QUERIES
from gisapp.settings import load_settings
from tests.accounts import signed_in
from tests.letter_grid import draw
from tests.queries.loading import load, near, place

GRID = draw("a . b c")
NASTY = "=cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def client(
    cluster: Cluster, names: Iterator[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    var = str(tmp_path_factory.mktemp("queries"))
    settings = load_settings({"GISAPP_VAR": var, "GISAPP_COSTLY_PER_MINUTE": "10000"})
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    app = create_app(settings, cluster.url(name))
    database = app.extensions["gisapp"].database
    load(database, "rented_housing", place(GRID, "a", name=NASTY))
    load(database, "rented_housing", place(GRID, "b", name="<img src=x onerror=alert(1)>"))
    load(database, "grid_cells", place(draw(". . . A"), "A"))
    load(database, "rented_housing", place(GRID, "c", name="丙"))
    load(database, "hazard_sites", place(GRID, "b"))  # not graded
    yield signed_in(app)
    database.close()


def test_list_when_asked_describes_every_query(client: FlaskClient) -> None:
    listed = client.get("/api/queries?lang=en").json["queries"]
    assert [item["name"] for item in listed] == list(QUERIES)
    nearest = next(item for item in listed if item["name"] == "nearest")
    layer = nearest["parameters"][0]
    assert (layer["name"], layer["type"], layer["required"]) == ("layer", "layer", True)
    assert ("cameras", "Cameras") in [(item["code"], item["title"]) for item in layer["choices"]]


def test_answer_when_asked_is_geojson_with_rules_and_parameters(client: FlaskClient) -> None:
    answer = client.get(
        f"/api/queries/nearest?layer=rented_housing&n=2&near={near(GRID, 'a')}&lang=en"
    )
    assert answer.status_code == 200
    assert answer.content_type == "application/geo+json"
    body = answer.json
    assert body["type"] == "FeatureCollection"
    assert [row["properties"]["code"] for row in body["features"]] == ["a", "b"]
    assert [round(row["properties"]["distance_m"], 2) for row in body["features"]] == [0, 200]
    assert body["parameters"]["n"] == 2
    assert "The nearest 2;" in body["rules"][1]["text"]
    assert body["rules"][1]["source"] == "Definition of this query"
    assert body["notes"] == ["Demonstration data: generated, not real"]
    lon, lat = map(float, near(GRID, "a").split(","))
    assert body["features"][0]["geometry"]["coordinates"] == pytest.approx([lon, lat], abs=1e-8)


def test_answer_when_limited_says_how_many_there_are(client: FlaskClient) -> None:
    body = client.get("/api/queries/outside_cells?limit=1&lang=zh").json
    assert (body["numberMatched"], body["numberReturned"], body["truncated"]) == (3, 1, True)
    assert len(body["features"]) == 1
    assert "共 3 条" in body["notes"][0]
    assert sum(row["count"] for row in body["summary"]) == 3


def test_csv_when_exported_has_headings_mark_and_no_formulas(client: FlaskClient) -> None:
    answer = client.get("/api/queries/outside_cells?f=csv&lang=zh")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert lines[0][:4] == ["图层", "名称", "代码", "风险等级"]
    assert lines[0][-2:] == ["经度", "纬度"]
    assert lines[2][:4] == ["出租屋", "'" + NASTY, "a", "蓝（低）"]
    assert float(lines[2][-2]) == pytest.approx(float(near(GRID, "a").split(",")[0]))
    assert ["说明", "演示数据：系统生成，非真实数据"] in lines
    assert ["参数", "场所", "全部场所"] in lines
    cells = [cell for line in lines for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", QUERIES)
def test_page_when_opened_shows_form_and_rules(client: FlaskClient, name: str, lang: str) -> None:
    answer = client.get(f"/queries/{name}?lang={lang}")
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert QUERIES[name].label.say(lang) in text
    for parameter in QUERIES[name].parameters:
        assert f'name="{parameter.name}"' in text
    assert 'class="table-status"' not in text


def test_page_when_asked_shows_rows_safely_and_leads_on(client: FlaskClient) -> None:
    asked = "/queries/outside_cells?premises=rented_housing&lang=zh"
    text = client.get(asked).get_data(as_text=True)
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "<img src=x" not in text
    assert 'href="/?query=outside_cells&amp;premises=rented_housing"' in text
    assert 'href="/#select=rented_housing/a"' in text
    assert "共 2 条" in text
    assert 'class="unknown"' not in text
    text = client.get("/queries/outside_cells?premises=hazard_sites&lang=zh").get_data(as_text=True)
    assert '<td class="unknown">未评级</td>' in text


def test_pages_when_listed_name_every_query(client: FlaskClient) -> None:
    text = client.get("/queries").get_data(as_text=True)
    assert all(f'href="/queries/{name}"' in text for name in QUERIES)


def test_api_when_a_page_is_wanted_leads_to_it(client: FlaskClient) -> None:
    answer = client.get("/api/queries/nearest?layer=roads&f=html")
    assert answer.status_code == 302
    assert answer.location == "/queries/nearest?layer=roads"


@pytest.mark.parametrize(
    "query",
    [
        "nearest",  # what is required is missing
        "nearest?layer=roads",  # no place
        "nearest?layer=nothing&near=116,23",
        "nearest?layer=roads&near=116,23&colour=red",
        "nearest?layer=roads&near=116,23&layer=water",
        "nearest?layer=roads&near=116,23&n=0",
        "nearest?layer=roads&near=116,23&n=1e9",
        "nearest?layer=roads&near=116,23&n=99999999999999999999",
        "nearest?layer=roads&near=116,23&kind=red",
        "nearest?layer=roads&near=NaN,23",
        "nearest?layer=roads&near=inf,23",
        "nearest?layer=roads&near=500,23",
        "nearest?layer=roads&near=27,0",  # beyond the metric projection
        "nearest?layer=roads&near=POINT EMPTY",
        "nearest?layer=roads&near=POINT(NaN 23)",
        "nearest?layer=roads&near=POLYGON((116 23,117 24,117 23,116 24,116 23))",
        "nearest?layer=roads&near=POLYGON((116 23,117 24,117 23,116 24))",
        "nearest?layer=roads&near=CIRCULARSTRING(116 23,117 24,117 23)",
        'nearest?layer=roads&near={"type":"Point"}',
        'nearest?layer=roads&near={"type":"Point","coordinates":["a",1]}',
        "nearest?layer=roads&near={",
        "nearest?layer=roads&near=" + "GEOMETRYCOLLECTION(" * 900,
        "nearest?layer=roads&near={%22a%22:" + "[" * 3000 + "]" * 3000 + "}",
        "nearest?layer=roads&near=116,23%00",
        "nearest?layer=roads&near=116,23&of_layer=roads&of_code=1",
        "nearest?layer=roads&of_layer=roads",
        "nearest?layer=roads&of_layer=roads&of_code=none",
        "nearest?layer=roads&of_layer=roads&of_code=a%00b",
        "nearest?layer=roads&of_layer=roads&of_code=" + "9" * 3000,
        "within?layer=roads&near=116,23&distance=-1",
        "within?layer=roads&near=116,23&distance=1e400",
        "within?layer=roads&near=116,23&distance=１",
        "contents",
        "contents?code=nowhere",
        "contents?code=A&reaching=perhaps",
        "contents?code=A%0AB",
        "outside_cells?area=4451'; DROP TABLE gisapp.roads; --",
        "outside_cells?limit=0",
        "outside_cells?limit=-1",
        "outside_cells?limit=many",
        "outside_cells?f=xml",
        "without_protection?distance=0",
        "parcel_overlaps?tolerance=-0.1",
    ],
)
def test_bad_input_when_sent_is_refused(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/queries/{query}")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"]
    page = client.get(f"/queries/{query}")
    assert page.status_code in (200, 400)


def test_unknown_query_when_asked_is_not_found(client: FlaskClient) -> None:
    assert client.get("/api/queries/everything").status_code == 404
    assert client.get("/queries/everything").status_code == 404


def test_long_line_when_drawn_is_accepted_as_wkt_and_geojson(client: FlaskClient) -> None:
    start, end = near(GRID, "a").replace(",", " "), near(GRID, "b").replace(",", " ")
    wkt = f"LINESTRING({start},{end})"
    points = [list(map(float, point.split())) for point in (start, end)]
    geojson = {"type": "LineString", "coordinates": points}
    asked = {"layer": "rented_housing", "distance": "99", "f": "json"}
    for drawn in (wkt, str(geojson).replace("'", '"')):
        answer = client.get("/api/queries/within", query_string={**asked, "near": drawn})
        assert {row["properties"]["code"] for row in answer.json["features"]} == {"a", "b"}


def test_openapi_when_read_describes_every_query(client: FlaskClient) -> None:
    paths = client.get("/api/openapi.json").json["paths"]
    assert {f"/queries/{name}" for name in QUERIES} | {"/queries"} <= set(paths)
    names = [item.get("name") for item in paths["/queries/within"]["get"]["parameters"]]
    assert names[:3] == ["layer", "kind", "distance"]
