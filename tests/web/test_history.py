"""History over HTTP: timeline, differences, rights and refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from gisapp.app import create_app
from gisapp.database.engine import Database
from tests.accounts import signed_in
from tests.database.test_history import HOSTILE, TOWN_A, TOWN_B
from tests.features.test_history import change

ITEM = "/api/collections/hazard_sites/items/a"
DIFFERENCE = "/api/collections/hazard_sites/difference"


@pytest.fixture
def moments(database: Database) -> list[datetime]:
    """A feature that was added, renamed, and taken to another town."""
    return [
        change(database),
        change(database, "UPDATE hazard_sites SET name = %(name)s", name=HOSTILE),
        change(
            database, "UPDATE hazard_sites SET area_code = %(area)s, grade = 'blue'", area=TOWN_B
        ),
    ]


@pytest.fixture
def app(database: Database, settings) -> Iterator:
    made = create_app(settings, database.url)
    yield made
    made.extensions["gisapp"].database.close()


@pytest.fixture
def client(app, moments) -> FlaskClient:
    return signed_in(app)


def test_timeline_when_asked_tells_events_with_links(client: FlaskClient, moments) -> None:
    told = client.get(f"{ITEM}/history").json
    assert [one["event"] for one in told["events"]] == ["changed", "changed", "added"]
    assert [datetime.fromisoformat(one["at"]) for one in told["events"]] == moments[::-1]
    renamed = told["events"][1]
    assert renamed["differences"] == [{"name": "name", "before": "甲", "after": HOSTILE}]
    assert (renamed["change"]["name"], renamed["change"]["reason"]) == ("account 7", HOSTILE)
    names = []
    for event in told["events"]:
        feature = client.get(event["links"][0]["href"]).json
        names.append(feature["properties"]["name"])
    assert names == [HOSTILE, HOSTILE, "甲"]
    assert client.get("/api/collections/hazard_sites/items/none/history").status_code == 404


def test_difference_when_asked_is_geojson_with_counts(client: FlaskClient, moments) -> None:
    asked = {"from": moments[0].isoformat(), "to": moments[1].isoformat()}
    found = client.get(DIFFERENCE, query_string=asked)
    assert found.content_type == "application/geo+json"
    assert found.json["counts"] == {"added": 0, "removed": 0, "changed": 1}
    (one,) = found.json["features"]
    assert one["properties"]["after"] == {"name": HOSTILE}
    until_now = client.get(DIFFERENCE, query_string={"from": moments[1].isoformat(), "limit": 1})
    assert until_now.json["numberMatched"] == 1
    assert not until_now.json["truncated"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"from": "yesterday"},
        {"from": "2001-01-01"},
        {"from": "9999-01-01"},
        {"from": "2001-01-01", "to": "2000-01-01"},
        {"from": "2001-01-01", "bbox": "1,2,3"},
        {"from": "2001-01-01", "limit": "0"},
    ],
)
def test_difference_when_asked_wrongly_is_refused(client: FlaskClient, asked) -> None:
    assert client.get(DIFFERENCE, query_string=asked).status_code == 400


def test_history_when_out_of_scope_or_without_the_right_is_not_told(
    client: FlaskClient, app, moments
) -> None:
    asked = {"from": moments[0].isoformat()}
    viewer = signed_in(app, "viewer")
    assert viewer.get(f"{ITEM}/history").status_code == 403
    assert viewer.get(DIFFERENCE, query_string=asked).status_code == 403
    of_a, of_b = (signed_in(app, "leader", (town[:9],)) for town in (TOWN_A, TOWN_B))
    assert "blue" not in of_a.get(f"{ITEM}/history").text
    assert of_a.get(f"{ITEM}/history").json["events"][0]["event"] == "removed"
    assert "alert" not in of_b.get(f"{ITEM}/history").json["events"][0]["differences"]
    assert [one["event"] for one in of_b.get(f"{ITEM}/history").json["events"]] == ["added"]
    assert of_a.get(DIFFERENCE, query_string=asked).json["counts"]["removed"] == 1
    elsewhere = signed_in(app, "leader", ("445103199",))
    assert elsewhere.get(f"{ITEM}/history").status_code == 404
