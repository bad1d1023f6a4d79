"""An edit makes the cells that it touches out of date, and no others; computing mends just those."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from shapely import LineString

from gisapp.coverage import refresh as refreshing
from gisapp.coverage.refresh import find_backlog
from gisapp.database.engine import Database
from tests.coverage.world import (
    SETTINGS,
    at,
    cells,
    computed,
    put,
    run,
    square,
    states,
)

SEES = {"azimuth": 0, "horizontal_fov": 90, "max_view_distance": 40}
CLEAR = "DELETE FROM gisapp.{}"
EDITED = ("grid_cells", "cameras", "buildings", "water", "roads", "hazard_sites", "rented_housing")


@pytest.fixture
def world(module_database: Database) -> Database:
    """Six cells of 100 m in a row: a camera that sees only c1, one that sees c3 and c4."""
    database = module_database
    for layer in (*EDITED, "three_in_one", "incidents"):
        run(database, CLEAR.format(layer))
    for number in range(6):
        shape = square(100 * number, 0, 100 * number + 100, 100)
        put(database, "grid_cells", f"c{number + 1}", shape)
    put(database, "cameras", "a", at(50, 30), **SEES)
    put(database, "cameras", "b", at(285, 50), **{**SEES, "azimuth": 90})
    put(database, "buildings", "far", square(560, 40, 570, 50))
    computed(database)
    return database


def stale(database: Database) -> set[str]:
    return {code for code, state in states(database).items() if state == "stale"}


def sql(text: str) -> Callable[[Database], object]:
    return lambda database: run(database, text)


def add(layer: str, shape: Any, **columns: object) -> Callable[[Database], object]:
    return lambda database: put(database, layer, "new", shape, **columns)


@pytest.mark.parametrize(
    ("edit", "touched"),
    [
        (sql("UPDATE gisapp.cameras SET azimuth = 10 WHERE code = 'a'"), {"c1"}),
        (
            sql("UPDATE gisapp.cameras SET geom = ST_Translate(geom, 400, 0) WHERE code = 'a'"),
            {"c1", "c5"},
        ),
        (sql("UPDATE gisapp.cameras SET status = 'offline' WHERE code = 'b'"), {"c3", "c4"}),
        (sql("DELETE FROM gisapp.cameras WHERE code = 'b'"), {"c3", "c4"}),
        (add("cameras", at(150, 50), **SEES), {"c2"}),
        # A wall before the camera of c3: it sees less of c4 too.
        (add("buildings", square(295, 40, 297, 60)), {"c3", "c4"}),
        (sql("UPDATE gisapp.buildings SET geom = ST_Translate(geom, 1, 0)"), {"c6"}),
        (add("water", square(110, 10, 120, 20)), {"c2"}),
        (add("roads", LineString([at(110, 10), at(120, 20)])), {"c2"}),
        (add("hazard_sites", at(150, 20)), {"c2"}),
        (add("rented_housing", at(150, 20)), {"c2"}),
        (add("three_in_one", at(150, 20)), {"c2"}),
        (add("incidents", at(150, 20)), {"c2"}),
        (
            sql(
                "UPDATE gisapp.grid_cells SET geom = ST_Multi(ST_Buffer(geom, -1)) WHERE code = 'c5'"
            ),
            {"c5"},
        ),
        (sql("TRUNCATE gisapp.water"), {"c1", "c2", "c3", "c4", "c5", "c6"}),
    ],
)
def test_edit_when_made_touches_only_its_cells(
    world: Database, edit: Callable[[Database], object], touched: set[str]
) -> None:
    assert stale(world) == set()
    edit(world)
    assert stale(world) == touched
    assert find_backlog(world, SETTINGS)
    done = computed(world)
    assert done.cells == len(touched)
    assert stale(world) == set()
    assert not find_backlog(world, SETTINGS)
    assert computed(world, everything=True).changed == 0  # nothing was overlooked


def test_edit_when_it_changes_nothing_that_counts_changes_no_figures(world: Database) -> None:
    before = cells(world)
    run(world, "UPDATE gisapp.cameras SET note = 'x'")
    assert stale(world) != set()
    assert computed(world).changed == 0
    for code, cell in cells(world).items():
        assert {**cell, "computed_at": ""} == {**before[code], "computed_at": ""}


def test_cell_when_new_is_missing_and_when_retired_is_gone(world: Database) -> None:
    put(world, "grid_cells", "c7", square(600, 0, 700, 100))
    assert states(world)["c7"] == "missing"
    assert cells(world)["c7"]["sure_share"] is None
    assert (computed(world).cells, states(world)["c7"]) == (1, "fresh")
    run(world, "UPDATE gisapp.grid_cells SET valid_to = '2020-01-01' WHERE code = 'c7'")
    assert "c7" not in states(world)
    computed(world)
    run(world, "DELETE FROM gisapp.grid_cells WHERE code = 'c7'")
    computed(world)
    kept = "SELECT (SELECT count(*) FROM gisapp.coverage_states), (SELECT count(*) FROM gisapp.coverage_cells)"
    assert run(world, kept) == [(6, 18)]


def test_rows_when_very_many_are_loaded_are_told_in_one_line(world: Database) -> None:
    lines = "SELECT count(*), count(place) FROM gisapp.coverage_edits"
    many = (
        "INSERT INTO gisapp.buildings (code, geom) SELECT 'n' || n, ST_Multi(ST_Expand("
        "ST_Point(470000 + n * 10, 2600000, 4548), 2)) FROM generate_series(%s, %s) AS n"
    )
    with world.write() as connection, connection.cursor() as cursor:
        cursor.execute(many, (1, 5000))
        cursor.execute(many, (5001, 10_000))
        cursor.execute(lines)
        count, placed = cursor.fetchone()
        assert (count - placed, placed <= 101) == (1, True)
    assert len(stale(world)) == 6
    assert (computed(world).changed, stale(world)) == (0, set())
    with world.write() as connection, connection.cursor() as cursor:
        for number in range(3):  # in several statements, each once
            cursor.execute(many, (20_000 + 10 * number, 20_009 + 10 * number))
        cursor.execute(lines)
        assert cursor.fetchone() == (30, 30)
    run(world, "DELETE FROM gisapp.buildings WHERE code LIKE 'n%%'")
    computed(world)


def test_edit_when_it_comes_while_cells_are_computed_leaves_them_stale(
    world: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, waiting = refreshing.compute_cells, [1]

    def edit_then(*values: Any) -> Any:
        if waiting:
            waiting.pop()
            run(world, "UPDATE gisapp.cameras SET azimuth = azimuth + 5 WHERE code = 'a'")
        return real(*values)

    monkeypatch.setattr(refreshing, "compute_cells", edit_then)
    run(world, "UPDATE gisapp.cameras SET azimuth = azimuth + 5 WHERE code = 'a'")
    computed(world)
    assert stale(world) == {"c1"}
    computed(world)
    assert stale(world) == set()
    assert computed(world, everything=True).changed == 0


def test_work_when_it_is_ended_in_between_is_gone_on_with(world: Database) -> None:
    run(world, "UPDATE gisapp.cameras SET azimuth = azimuth + 5")
    touched = stale(world)
    assert touched

    def end(done: int, total: int) -> None:
        if done >= total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refreshing.refresh(world, SETTINGS, end)
    assert stale(world) == touched
    computed(world)
    assert stale(world) == set()


def test_rules_when_they_change_touch_everything(world: Database) -> None:
    other = type(SETTINGS)(**{**vars(SETTINGS), "smallest_gap_m2": 30.0})
    assert find_backlog(world, other)
    assert computed(world, other).changed == 6
    assert not find_backlog(world, other)
    computed(world)


PLACE = st.tuples(st.integers(0, 600), st.integers(-20, 120))
EDIT = st.one_of(
    st.tuples(
        st.just("camera"),
        st.integers(0, 3),
        PLACE,
        st.sampled_from([None, 0, 200]),
        st.sampled_from([None, 15, 90]),
    ),
    st.tuples(st.just("building"), st.integers(0, 3), PLACE, st.integers(2, 60)),
    st.tuples(st.just("gone"), st.sampled_from(["cameras", "buildings"]), st.integers(0, 3)),
)


def make(database: Database, edit: tuple[Any, ...]) -> None:
    """Do one random edit."""
    kind, number, *rest = edit
    if kind == "gone":
        run(database, f"DELETE FROM gisapp.{number} WHERE code = 'x{rest[0]}'")
    elif kind == "camera":
        (east, north), azimuth, metres = rest
        sees = {"azimuth": azimuth, "horizontal_fov": 80, "max_view_distance": metres}
        put(database, "cameras", f"x{number}", at(east, north), **sees)
    else:
        (east, north), size = rest
        shape = square(east, north, east + size, north + size)
        put(database, "buildings", f"x{number}", shape)


@examples(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(EDIT, min_size=1, max_size=3), min_size=1, max_size=4))
def test_figures_when_mended_edit_by_edit_are_those_made_anew(
    world: Database, rounds: list[list[tuple[Any, ...]]]
) -> None:
    for edits in rounds:
        for edit in edits:
            make(world, edit)
        computed(world)
    assert computed(world, everything=True).changed == 0
