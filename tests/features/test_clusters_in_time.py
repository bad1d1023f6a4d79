"""Clusters of a span of time: they count the rows of that time, and agree with the kept ones."""

from __future__ import annotations

import json
from datetime import date

import pytest
from flask.testing import FlaskClient

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.engine import Database
from gisapp.features.boxes import Box, to_mercator
from gisapp.features.clusters import clusters_geojson
from gisapp.features.clusters_in_time import (
    clusters_in_time,
    clusters_statement,
    count_statement,
)
from gisapp.features.times import Interval
from gisapp.features.web_mercator import View
from layers.catalogue import LAYERS

INCIDENTS = LAYERS["incidents"]
DISTRICT = View(to_mercator(Box(115, 22, 118, 25)), 11)


def ask(database: Database, interval: Interval, scope: Scope = EVERYTHING) -> dict[str, object]:
    with database.read(scope) as reader:
        answer: dict[str, object] = json.loads(
            clusters_in_time(reader, INCIDENTS, DISTRICT, interval)
        )
    return answer


def all_days(database: Database) -> list[date]:
    """Return the day of every incident, in order."""
    with database.read(EVERYTHING) as reader, reader.connection.cursor() as cursor:
        cursor.execute("SELECT occurred_at::date FROM gisapp.incidents ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have ten points count as many, so that the small demonstration gives clusters."""
    monkeypatch.setattr("gisapp.features.clusters_in_time.FEW", 10)
    monkeypatch.setattr("gisapp.features.clusters.FEW", 10)


def test_span_when_many_counts_the_rows_of_those_days(demo: Database, many: None) -> None:
    days = all_days(demo)
    first, last = days[len(days) // 4], days[len(days) // 2]
    answer = ask(demo, Interval(first, last))
    expected = sum(first <= day <= last for day in days)
    assert answer["clustered"] is True
    assert answer["total"] == expected
    assert sum(cell["properties"]["count"] for cell in answer["features"]) == expected
    graded = [sum(cell["properties"]["grades"].values()) for cell in answer["features"]]
    assert sum(graded) == expected


def test_all_time_when_many_equals_the_kept_clusters(demo: Database, many: None) -> None:
    answer = ask(demo, Interval(None, None))
    with demo.read(EVERYTHING) as reader:
        kept = json.loads(clusters_geojson(reader, INCIDENTS, DISTRICT))

    def by_place(found: dict[str, object]) -> list[object]:
        cells = [cell["properties"] | {"at": cell["geometry"]} for cell in found["features"]]
        return sorted(cells, key=lambda cell: cell["bbox"])

    assert by_place(answer) == by_place(kept)


def test_span_when_few_gives_the_points(demo: Database) -> None:
    day = all_days(demo)[0]
    answer = ask(demo, Interval(day, day))
    assert answer["clustered"] is False
    assert answer["total"] == all_days(demo).count(day) == len(answer["features"])
    assert set(answer["features"][0]["properties"]) == {"code", "title", "kind"}


def test_span_when_scoped_counts_only_the_scope(demo: Database) -> None:
    everyone = ask(demo, Interval(None, None))["total"]
    with demo.read(EVERYTHING) as reader, reader.connection.cursor() as cursor:
        cursor.execute("SELECT min(area_code) FROM gisapp.incidents")
        (code,) = cursor.fetchone()
    town = ask(demo, Interval(None, None), Scope((code[:9],)))["total"]
    assert 0 < town < everyone
    assert ask(demo, Interval(None, None), Scope(()))["total"] == 0


@pytest.mark.parametrize("make", [count_statement, clusters_statement])
def test_statements_when_explained_are_valid(demo: Database, make) -> None:
    for layer in LAYERS.values():
        if layer.geometry == "Point" and layer.time:
            statement = make(layer)
            with demo.read(EVERYTHING) as reader:
                assert reader.rows(statement, statement.example)


def test_datetime_over_http_limits_and_is_checked(client: FlaskClient) -> None:
    address = "/api/collections/incidents/clusters?bbox=115,22,118,25&zoom=11"
    everything = client.get(address).get_json()["total"]
    limited = client.get(f"{address}&datetime=2199-01-01/..").get_json()
    assert everything > 0
    assert limited["total"] == 0
    assert limited["features"] == []
    assert client.get(f"{address}&datetime=yesterday").status_code == 400
