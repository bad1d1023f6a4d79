"""Loading an OpenStreetMap extract into a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gisapp.database.engine import Database
from gisapp.errors import BadCoordinates, BadFile, DatabaseUnusable
from gisapp.features.context import load_context

VILLAGE = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lon="{lon}" lat="{lat}"/><node id="2" lon="{lon}1" lat="{lat}"/>
<node id="3" lon="{lon}1" lat="{lat}1"/>
<node id="4" lon="{lon}" lat="{lat}"><tag k="man_made" v="surveillance"/></node>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/>
 <tag k="name" v="{name}"/></way>
<way id="2"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="building" v="yes"/></way>
</osm>"""


def extract(folder: Path, lon: str = "24.901", lat: str = "60.201", name: str = "街") -> Path:
    path = folder / "village.osm"
    path.write_text(VILLAGE.format(lon=lon, lat=lat, name=name), encoding="utf-8")
    return path


def fetch(database: Database, statement: str) -> list[tuple[Any, ...]]:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_a_place_outside_is_refused_and_auto_moves_an_empty_database(
    database: Database, tmp_path: Path
) -> None:
    path = extract(tmp_path)
    with pytest.raises(BadCoordinates) as refused:
        load_context(database, path)
    assert refused.value.hint is not None
    assert "EPSG:32635" in refused.value.hint.zh
    with pytest.raises(BadCoordinates):
        load_context(database, path, 3857)
    with pytest.raises(BadCoordinates):
        load_context(database, path, 4326)
    assert fetch(database, "SELECT value FROM gisapp.deployment WHERE key = 'metric_srid'") == [
        ("4548",)
    ]
    report = load_context(database, path, "auto")
    assert report.srid == 32635
    assert {name: stored.inserted for name, stored in report.stored.items()} == {
        "roads": 1,
        "cameras": 1,
        "buildings": 1,
    }
    rows = fetch(database, "SELECT DISTINCT ST_SRID(geom), source FROM gisapp.roads")
    assert rows == [(32635, "OpenStreetMap")]
    assert fetch(database, "SELECT attribution, licence, generated FROM gisapp.sources") == [
        ("© OpenStreetMap contributors", "ODbL 1.0", False)
    ]


def test_loading_tells_how_far_it_is(database: Database, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    load_context(
        database, extract(tmp_path), "auto", lambda *now: told.append((*now[:2], now[2].zh))
    )
    assert told[0] == (0, 1, "已看 0 个对象")
    layers = len(told) - 1
    assert [now[:2] for now in told[1:]] == [(n, layers + 1) for n in range(1, layers + 1)]
    assert "视频监控" in {now[2] for now in told[1:]}


def test_the_same_extract_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    load_context(database, extract(tmp_path), "auto")
    again = load_context(database, extract(tmp_path), "auto")
    assert {(stored.inserted, stored.updated) for stored in again.stored.values()} == {(0, 0)}
    renamed = load_context(database, extract(tmp_path, name="路"))
    assert renamed.stored["roads"].updated == 1
    assert renamed.stored["buildings"].updated == 0
    rows = fetch(database, "SELECT name, row_version FROM gisapp.roads")
    assert rows == [("路", 2)]
    told = fetch(database, "SELECT action, object, details->'rows' FROM gisapp.audit ORDER BY id")
    assert told[1:] == [("imported", "context", 0), ("imported", "context", 1)]


def test_a_database_with_rows_keeps_its_crs(database: Database, tmp_path: Path) -> None:
    load_context(database, extract(tmp_path, "116.601", "23.601"))
    with pytest.raises(DatabaseUnusable):
        load_context(database, extract(tmp_path, "121.401", "31.201"), 4549)
    with pytest.raises(BadCoordinates) as refused:
        load_context(database, extract(tmp_path, "121.401", "31.201"), "auto")
    assert refused.value.hint is not None
    assert "EPSG:4549" in refused.value.hint.en
    assert load_context(database, extract(tmp_path, "116.601", "23.601"), "auto").srid == 4548


def test_an_extract_with_nothing_for_us_is_refused(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "nothing.osm"
    path.write_text('<?xml version="1.0"?><osm version="0.6"></osm>')
    with pytest.raises(BadFile):
        load_context(database, path)
