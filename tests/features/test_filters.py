"""The grammar of filters and times, checked against real rows."""

from __future__ import annotations

import json
from collections.abc import Iterator

import geopandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from gisapp.access.scope import EVERYTHING
from gisapp.database.cluster import Cluster
from gisapp.database.engine import Database
from gisapp.errors import BadParameter
from gisapp.features.filters import field_condition, filter_names
from gisapp.features.importing import load_frame, register_source
from gisapp.features.read import FeatureQuery, count, read_page
from gisapp.features.times import layer_time_condition, parse_interval
from gisapp.settings import load_settings
from layers.catalogue import LAYERS

TEMPLATE = "gisapp_template"
INCIDENTS, CELLS, HOUSING = (LAYERS[name] for name in ("incidents", "grid_cells", "rented_housing"))
NASTY = "100%_\\ '; DROP TABLE x; -- ${alert(1)}"


def load(database: Database, name: str, rows: list[dict[str, object]], shape) -> None:
    frame = geopandas.GeoDataFrame(rows, geometry=[shape] * len(rows), crs=4548)
    with database.write() as connection:
        register_source(connection, "test")
        load_frame(connection, LAYERS[name], frame, source="test")


def codes(database: Database, layer, *conditions) -> list[str]:
    with database.read(EVERYTHING) as reader:
        query = FeatureQuery(layer, conditions=conditions)
        page = read_page(reader, query)
        assert count(reader, query) == page.returned
    return [feature["id"] for feature in json.loads(b"[" + page.features + b"]")]


@pytest.fixture(scope="module")
def housing(cluster: Cluster, names: Iterator[str]) -> Iterator[Database]:
    name = next(names)
    cluster.create_database(name, TEMPLATE)
    database = Database(load_settings({}).database, cluster.url(name))
    base = {"name": "甲", "grade": "blue", "last_inspected_on": None}
    rows = [
        {**base, "code": "a", "rooms": 5, "kind": "house", "area_code": "445103100201"},
        {**base, "code": "b", "rooms": 9, "kind": "flat", "area_code": "445103101201"},
        {**base, "code": "c", "rooms": None, "kind": None, "area_code": "445103101202"},
        {**base, "code": "d", "rooms": 10, "kind": "flat", "name": NASTY, "area_code": "44510310"},
    ]
    load(database, "rented_housing", rows, Point(460_000, 2_600_000))
    with database.write() as connection, connection.cursor() as cursor:
        for row in rows:
            cursor.execute(
                "UPDATE rented_housing SET area_code = %s WHERE code = %s",
                (row["area_code"], row["code"]),
            )
    yield database
    database.close()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("rooms", "5", ["a"]),
        ("rooms", "5..9", ["a", "b"]),
        ("rooms", "6..", ["b", "d"]),
        ("rooms", "..9", ["a", "b"]),
        ("rooms", "-1..+4", []),
        ("kind", "flat", ["b", "d"]),
        ("kind", "house,flat", ["a", "b", "d"]),
        ("name", "甲", ["a", "b", "c"]),
        ("name", NASTY, ["d"]),
        ("name", "%", []),
        ("code", "c", ["c"]),
        ("source", "test", ["a", "b", "c", "d"]),
        ("source", "other", []),
        ("area_code", "445103101", ["b", "c"]),
        ("area_code", "445103101202", ["c"]),
        ("last_inspected_on", "../..", []),
    ],
)
def test_filter_when_given_keeps_just_the_rows_that_fit(housing, name, text, expected) -> None:
    assert codes(housing, HOUSING, field_condition(HOUSING, name, text)) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rooms", ""), ("rooms", ".."), ("rooms", "five"), ("rooms", "5.5"), ("rooms", "1e3"),
        ("rooms", "9" * 30), ("rooms", "٥"), ("rooms", "nan"), ("kind", "castle"), ("kind", ""),
        ("kind", "flat,"), ("name", "a\0b"), ("name", "\ud800"), ("name", "x" * 2001),
        ("area_code", "4451%"), ("area_code", ""), ("area_code", "4" * 13),
        ("last_inspected_on", "yesterday"), ("last_inspected_on", "2024-02-30"),
        ("last_inspected_on", "2024-05-02/2024-05-01"), ("last_inspected_on", "a/b/c"),
    ],
)  # fmt: skip
def test_filter_when_malformed_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(BadParameter) as refused:
        field_condition(HOUSING, name, text)
    assert name in refused.value.message.zh
    assert name in refused.value.message.en


@pytest.mark.parametrize("text", ["inf", "nan", "-inf", "1e999", "0x1", "1_000", "--1"])
def test_number_when_not_finite_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        field_condition(LAYERS["cameras"], "azimuth", text)


@pytest.mark.parametrize(("text", "expected"), [("true", ["on"]), ("false", ["off"])])
def test_boolean_when_filtered_leaves_unknown_out(database, text, expected) -> None:
    base = {"name": "格", "kind": "ordinary", "setting": "urban"}
    rows = [{**base, "code": code, "locked": locked} for code, locked in
            [("on", True), ("off", False), ("unknown", None)]]  # fmt: skip
    load(database, "grid_cells", rows, MultiPolygon([box(0, 0, 9, 9)]))
    assert codes(database, CELLS, field_condition(CELLS, "locked", text)) == expected
    with pytest.raises(BadParameter):
        field_condition(CELLS, "locked", "1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01T00:00:00Z", ["midnight"]),
        ("2024-05-01t08:00:00+08:00", ["midnight"]),
        ("2024-05-01T00:00:00.5Z", []),
        ("2024-05-01T00:00:00Z/2024-05-01T12:00:00Z", ["midnight", "noon"]),
        ("../2024-05-01T00:00:00Z", ["before", "midnight"]),
        ("/2024-05-01T00:00:00Z", ["before", "midnight"]),
        ("2024-05-01T00:00:01Z/..", ["noon", "after"]),
        ("2024-05-01T00:00:01Z/", ["noon", "after"]),
        ("../..", ["before", "midnight", "noon", "after"]),
    ],
)
def test_instants_when_an_interval_is_asked_for_are_inside_it(database, text, expected) -> None:
    base = {"name": "火情", "kind": "fire", "level": "4"}
    times = {"before": "2024-04-30T23:59:59Z", "midnight": "2024-05-01T00:00:00Z",
             "noon": "2024-05-01T12:00:00Z", "after": "2024-05-02T00:00:00Z"}  # fmt: skip
    rows = [{**base, "code": code, "occurred_at": time} for code, time in times.items()]
    load(database, "incidents", rows, Point(460_000, 2_600_000))
    condition = layer_time_condition("datetime", INCIDENTS, parse_interval("datetime", text))
    assert codes(database, INCIDENTS, condition) == expected


def test_day_when_asked_for_ends_before_the_next_day(database: Database) -> None:
    base = {"name": "火情", "kind": "fire", "level": "4"}
    with database.read(EVERYTHING) as reader, reader.connection.cursor() as cursor:
        cursor.execute("SELECT '2024-05-01'::timestamptz, '2024-05-02'::timestamptz")
        first, next_first = cursor.fetchone()
    rows = [{**base, "code": "in", "occurred_at": first.isoformat()},
            {**base, "code": "out", "occurred_at": next_first.isoformat()}]  # fmt: skip
    load(database, "incidents", rows, Point(460_000, 2_600_000))
    for text, expected in [("2024-05-01", ["in"]), ("2024-05-01/2024-05-02", ["in", "out"])]:
        condition = layer_time_condition("datetime", INCIDENTS, parse_interval("datetime", text))
        assert codes(database, INCIDENTS, condition) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-12-31", ["old", "always"]),
        ("2024-01-01", ["new", "always"]),  # the day of the change-over: exactly one edition
        ("2024-06-01T10:00:00Z", ["new", "always"]),
        ("2023-06-01/2024-06-01", ["old", "new", "always"]),
        ("../2019-01-01", ["always"]),
        ("2030-01-01/..", ["new", "always"]),
    ],
)
def test_validity_when_asked_for_a_time_shows_what_was_valid(database, text, expected) -> None:
    base = {"name": "格", "kind": "ordinary", "setting": "urban"}
    spans = {"old": ("2020-01-01", "2024-01-01"), "new": ("2024-01-01", None),
             "always": (None, None)}  # fmt: skip
    rows = [{**base, "code": code, "valid_from": start, "valid_to": end}
            for code, (start, end) in spans.items()]  # fmt: skip
    load(database, "grid_cells", rows, MultiPolygon([box(0, 0, 9, 9)]))
    condition = layer_time_condition("datetime", CELLS, parse_interval("datetime", text))
    assert codes(database, CELLS, condition) == expected


def test_time_when_the_layer_has_none_keeps_everything(database: Database) -> None:
    rows = [{"code": "x", "name": "点", "status": "online"}]
    load(database, "cameras", rows, Point(460_000, 2_600_000))
    condition = layer_time_condition("t", LAYERS["cameras"], parse_interval("t", "2024-01-01"))
    assert codes(database, LAYERS["cameras"], condition) == ["x"]


@given(text=st.text(max_size=60))
def test_any_text_when_read_as_a_filter_is_taken_or_refused(text: str) -> None:
    for layer in (HOUSING, CELLS, INCIDENTS):
        for name in filter_names(layer):
            try:
                field_condition(layer, name, text)
            except BadParameter:
                continue


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_filter_names_when_listed_do_not_meet_the_parameters_of_paging(layer) -> None:
    paging = {"limit", "after", "bbox", "bbox-crs", "crs", "datetime", "count", "f", "lang"}
    assert not paging & set(filter_names(layer))
