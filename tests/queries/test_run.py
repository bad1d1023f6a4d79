"""The mechanism: time limit, scope, other metric projections."""

from __future__ import annotations

import dataclasses

import pytest
from shapely import Point, box

from gisapp.access.scope import Scope
from gisapp.database.engine import Database
from gisapp.database.statements import Statement
from gisapp.errors import BadParameter
from gisapp.queries.catalogue import NOT_QUERIES, QUERIES
from gisapp.queries.run import run_query
from gisapp.queries.spec import Column, Query
from gisapp.settings import ROOT, Settings
from layers.spec import Text
from tests.queries.loading import ask, found, load, shape_frame

SLOW = Query(
    name="slow",
    label=Text("慢", "Slow"),
    description=Text("慢", "Slow"),
    parameters=(),
    columns=(Column("slept", Text("慢", "Slept")),),
    rules=(),
    statement=Statement("SELECT pg_sleep(20)::text AS slept, NULL::geometry AS geom"),
)
SCOPED = {
    "contents": {"code": "445103000000", "layer": "rented_housing", "reaching": "false"},
    "nearest": {"layer": "facilities", "n": 50, "near": "116.62,23.46"},
    "within": {"layer": "cameras", "distance": 40_000, "near": "116.62,23.46"},
    "railway_zone": {"sites": "rented_housing", "foot": 100},
}


def test_modules_when_they_are_no_machinery_hold_a_query() -> None:
    names = {path.stem for path in (ROOT / "gisapp" / "queries").glob("*.py")} - {"__init__"}
    assert names - set(NOT_QUERIES) == set(QUERIES)
    assert set(NOT_QUERIES) <= names


@pytest.mark.parametrize("name", QUERIES)
def test_query_when_declared_speaks_both_languages_and_names_sources(name: str) -> None:
    query = QUERIES[name]
    texts = [query.label, query.description]
    texts += [item.label for item in (*query.parameters, *query.columns, *query.summary_columns)]
    texts += [part for rule in query.rules for part in (rule.text, rule.source)]
    assert query.rules
    assert all(text.zh and text.en for text in texts)
    assert not [text for text in texts if any("\u4e00" <= sign <= "\u9fff" for sign in text.en)]


def test_query_when_it_takes_too_long_is_stopped_and_said_so(
    database_url: str, settings: Settings
) -> None:
    hurried = dataclasses.replace(settings.database, statement_timeout_ms=300)
    database = Database(hurried, database_url)
    with (
        database.read(Scope(None)) as reader,
        pytest.raises(BadParameter, match="longer than the time limit"),
    ):
        run_query(reader, SLOW, {})
    database.close()


@pytest.mark.parametrize("name", QUERIES)
def test_query_when_asked_inside_a_scope_shows_nothing_outside(demo: Database, name: str) -> None:
    town = "445103100"
    given = SCOPED.get(name, {})
    inside = ask(demo, name, Scope((town,)), limit=100_000, **given)
    codes = found(inside, "area_code")
    assert all(code.startswith(town) for code in codes)
    everywhere = ask(demo, name, limit=100_000, **given)
    expected = [code for code in found(everywhere, "area_code") if (code or "").startswith(town)]
    if name not in ("nearest", "outside_cells", "without_protection"):
        # These three look further in the whole district: farther ones.
        assert len(codes) == len(expected)
    assert ask(demo, name, Scope(()), **given).matched == 0


def test_queries_when_the_metric_projection_is_another_one_still_work(database: Database) -> None:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT gisapp.use_metric_crs(3067)")
    x, y = 385_000, 6_672_000  # Helsinki, in ETRS-TM35FIN
    cell = shape_frame("cell", box(x, y, x + 100, y + 100)).set_crs(3067, allow_override=True)
    eye = shape_frame("eye", Point(x + 50, y + 50)).set_crs(3067, allow_override=True)
    load(database, "grid_cells", cell)
    spot = eye.to_crs(4326).geometry.iloc[0]
    answer = ask(database, "nearest", layer="grid_cells", near=f"{spot.x:.9f},{spot.y:.9f}")
    assert found(answer, "code", "distance_m") == [("cell", 0)]
    assert answer.rows()[0]["geometry"]["coordinates"][0][0][0] == pytest.approx(
        [24.92, 60.17], abs=0.02
    )
