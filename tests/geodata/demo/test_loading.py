"""The demonstration in the database: loaded whole, refused on foreign rows, replaced alone."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

from gisapp import demo as demo_module
from gisapp.access.scope import EVERYTHING, Scope
from gisapp.cli import main_group
from gisapp.database.engine import Database
from gisapp.database.migrate import migrate
from gisapp.database.statements import Statement
from gisapp.demo import ATTRIBUTION, build_demo
from gisapp.errors import BadParameter
from gisapp.features.importing import load_frame, register_source
from gisapp.settings import Settings
from layers.catalogue import LAYERS

SCALE, SEED = 0.05, 11
SOURCES = Statement("SELECT name, attribution, generated FROM gisapp.sources ORDER BY name")
TOWNS = Statement(
    "SELECT left(code, 9) FROM areas WHERE level = 'town' ORDER BY code", reads=("areas",)
)
BY_SOURCE = Statement(
    "SELECT source, count(*) FROM cameras GROUP BY source ORDER BY source",
    reads=("cameras",),
    whole=("cameras",),
)
PLACED = Statement(
    "SELECT count(*) FROM rented_housing JOIN areas ON areas.code = rented_housing.area_code"
    " WHERE areas.level = 'village' AND ST_Covers(areas.geom, rented_housing.geom)",
    reads=("rented_housing", "areas"),
    whole=("rented_housing",),
)
EXTENT = Statement(
    "SELECT ST_SRID(geom), ST_Area(geom) FROM areas WHERE level = 'district'", reads=("areas",)
)


def count(database: Database, layer: str, scope: Scope = EVERYTHING) -> int:
    """Return how many rows of a layer a scope sees."""
    statement = Statement(f"SELECT count(*) FROM {layer}", reads=(layer,), whole=(layer,))
    with database.read(scope) as reader:
        return int(reader.value(statement))


@pytest.fixture
def loaded(database: Database) -> Database:
    """A database with a small demonstration."""
    build_demo(database, SCALE, SEED)
    return database


def add_own_camera(database: Database, code: str) -> None:
    """Load one camera of another source."""
    frame = gpd.GeoDataFrame(
        {"code": [code], "name": ["自有监控"], "status": ["online"]},
        geometry=[shapely.Point(463_000, 2_608_500)],
        crs=4548,
    )
    with database.write() as connection:
        register_source(connection, "own")
        load_frame(connection, LAYERS["cameras"], frame, source="own")


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_has_rows(demo: Database, layer: str) -> None:
    assert count(demo, layer) > 0


def test_the_source_says_that_all_is_generated(demo: Database) -> None:
    with demo.read(EVERYTHING) as reader:
        assert reader.rows(SOURCES) == [("demo", ATTRIBUTION, True)]


def test_rows_know_the_village_they_lie_in(demo: Database) -> None:
    with demo.read(EVERYTHING) as reader:
        assert reader.value(PLACED) == count(demo, "rented_housing")


@pytest.mark.parametrize("layer", [name for name in LAYERS if LAYERS[name].access.scoped])
def test_two_towns_see_different_parts(demo: Database, layer: str) -> None:
    with demo.read(EVERYTHING) as reader:
        towns = [row[0] for row in reader.rows(TOWNS)]
    seen = [count(demo, layer, Scope((town,))) for town in towns]
    assert sum(1 for rows in seen if rows) >= 2
    assert sum(seen) == count(demo, layer)


def test_counts_are_told_with_progress(database: Database) -> None:
    steps: list[tuple[int, int, str]] = []
    counts = build_demo(database, SCALE, SEED, lambda *step: steps.append(step))
    assert set(counts) == set(LAYERS)
    assert counts == {name: count(database, name) for name in LAYERS}
    assert [done for done, _, _ in steps] == list(range(1, steps[-1][1] + 1))
    with database.read(EVERYTHING) as reader:
        told = reader.rows(Statement("SELECT action, object, details FROM gisapp.audit"))
    facts = {"scale": SCALE, "seed": SEED, "rows": sum(counts.values())}
    assert told == [("imported", "demo", facts)]


def test_a_database_with_rows_is_refused(database: Database) -> None:
    add_own_camera(database, "OWN1")
    with pytest.raises(BadParameter) as caught:
        build_demo(database, SCALE, SEED)
    assert "--replace" in caught.value.hint.en
    assert count(database, "areas") == 0


def test_replace_replaces_the_demonstration_only(loaded: Database) -> None:
    add_own_camera(loaded, "OWN1")
    counts = build_demo(loaded, 0.1, SEED, replace=True)
    with loaded.read(EVERYTHING) as reader:
        assert reader.rows(BY_SOURCE) == [("demo", counts["cameras"]), ("own", 1)]
    assert count(loaded, "buildings") == 2000


def test_a_code_of_another_source_is_not_overwritten(loaded: Database) -> None:
    before = count(loaded, "cameras")
    with loaded.write() as connection, connection.cursor() as cursor:
        register_source(connection, "own")
        cursor.execute("UPDATE gisapp.cameras SET source = 'own' WHERE code = 'SP000007'")
    with pytest.raises(BadParameter, match="SP000007"):
        build_demo(loaded, SCALE, SEED, replace=True)
    with loaded.read(EVERYTHING) as reader:
        assert reader.rows(BY_SOURCE) == [("demo", before - 1), ("own", 1)]


def test_nothing_is_left_of_a_demonstration_that_fails(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = demo_module.load_frame

    def fail_late(connection, layer, frame, **options):  # type: ignore[no-untyped-def]
        if layer.name == "visits":
            raise KeyboardInterrupt
        return whole(connection, layer, frame, **options)

    monkeypatch.setattr(demo_module, "load_frame", fail_late)
    with pytest.raises(KeyboardInterrupt):
        build_demo(database, SCALE, SEED)
    assert count(database, "areas") == 0
    with database.read(EVERYTHING) as reader:
        assert reader.value(Statement("SELECT count(*) FROM gisapp.audit")) == 0


def test_another_metric_crs_gets_transformed_rows(database_url: str, settings: Settings) -> None:
    migrate(database_url, 32650)
    database = Database(settings.database, database_url)
    build_demo(database, SCALE, SEED)
    with database.read(EVERYTHING) as reader:
        srid, area = reader.row(EXTENT)
    database.close()
    assert srid == 32650
    assert 20e6 < area < 80e6


def test_the_command_builds_reports_and_refuses(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISAPP_DATABASE_URL", database_url)
    monkeypatch.setenv("GISAPP_LANGUAGE", "en")
    first = CliRunner().invoke(main_group, ["demo", "--scale", "0.05", "--seed", "3"])
    assert first.exit_code == 0, first.output
    assert "1000  " in first.output
    assert "not real" in first.output
    second = CliRunner().invoke(main_group, ["demo", "--scale", "0.05"])
    assert isinstance(second.exception, BadParameter)
    again = CliRunner().invoke(main_group, ["demo", "--scale", "0.05", "--replace"])
    assert again.exit_code == 0, again.output


@pytest.mark.parametrize("arguments", [["--scale", "0"], ["--scale", "nan"], ["--seed", "-1"]])
def test_the_command_refuses_absurd_numbers(arguments: list[str]) -> None:
    assert CliRunner().invoke(main_group, ["demo", *arguments]).exit_code == 2
