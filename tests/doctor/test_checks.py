"""Each check finds what it is for: a database is broken on purpose, then looked at."""

from __future__ import annotations

import dataclasses
import re

import pytest

from gisapp.access.audit_anchors import LOG, note_head
from gisapp.access.scope import EVERYTHING
from gisapp.database.engine import Database
from gisapp.doctor import compiled, versions
from gisapp.doctor.catalogue import CHECKS
from gisapp.doctor.check import Outcome, run_checks
from gisapp.settings import Settings

NAMES = [item.name for item in CHECKS]
# Two villages side by side with a cell and a camera each; all is well.
GOOD = """
INSERT INTO gisapp.sources (name) VALUES ('survey');
INSERT INTO gisapp.areas (code, geom, source, name, level, kind, edition)
SELECT '44510310100' || n, ST_Multi(ST_MakeEnvelope(500000 + n * 100, 2600000, 500100 + n * 100,
    2600100, 4548)), 'survey', 'village ' || n, 'village', 'residents', '2023'
FROM generate_series(1, 2) AS n;
INSERT INTO gisapp.grid_cells (code, geom, source, name, kind, setting)
SELECT area_code || '01', geom, 'survey', name, 'ordinary', 'urban' FROM gisapp.areas;
INSERT INTO gisapp.cameras (code, geom, source, name, status)
SELECT area_code || 'c', ST_PointOnSurface(geom), 'survey', name, 'online' FROM gisapp.areas;
INSERT INTO gisapp.accounts (name, role, everywhere, factor)
VALUES ('boss', 'administrator', true, 'x');
ANALYZE;
"""
# Enough cameras that reading them all would be slow, and the planner kept from the indexes.
MANY_CAMERAS = """
INSERT INTO gisapp.cameras (code, geom, source, name, status)
SELECT 'many' || n, ST_Point(500101 + n % 190, 2600001 + n / 190, 4548), 'survey', 'x', 'online'
FROM generate_series(1, 15000) AS n;
ANALYZE gisapp.cameras;
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET enable_indexscan = off', current_database());
    EXECUTE format('ALTER DATABASE %I SET enable_indexonlyscan = off', current_database());
    EXECUTE format('ALTER DATABASE %I SET enable_bitmapscan = off', current_database());
END $$;
"""
TELL = (
    "SELECT gisapp.audit_append(NULL, 'x', '', 'sign_in', '', 'done') FROM generate_series(1, 3);"
)
TAMPER = "ALTER TABLE gisapp.{0} DISABLE TRIGGER {1}; {2}; ALTER TABLE gisapp.{0} ENABLE ALWAYS TRIGGER {1}"
GROW = "UPDATE gisapp.{} SET geom = ST_Multi(ST_Expand(geom, 1)) WHERE code = (SELECT min(code) FROM gisapp.{})"

# The check, the SQL that breaks what it looks at, and words of its finding.
BROKEN = [
    (
        "postgis_version",
        "UPDATE pg_extension SET extversion = '3.2.0' WHERE extname = 'postgis'",
        "The database has 3.2.0",
    ),
    (
        "transformation",
        "UPDATE spatial_ref_sys SET auth_name = NULL, auth_srid = NULL,"
        " srtext = NULL, proj4text = replace(proj4text, 'lon_0=117', 'lon_0=114')"
        " WHERE srid = 4548",
        "comes out at 114",
    ),
    ("migrations", "UPDATE alembic_version SET version_num = '0001'", "It is at 0001, not at"),
    ("migrations", "DROP TABLE alembic_version", "Cannot be checked"),
    (
        "tables_as_declared",
        "ALTER TABLE gisapp.cameras DROP COLUMN width_px",
        "cameras.width_px is -, not bigint",
    ),
    (
        "tables_as_declared",
        "ALTER TABLE gisapp.cameras ADD COLUMN owner_phone text",
        "cameras.owner_phone is text, not -",
    ),
    (
        "tables_as_declared",
        "ALTER TABLE gisapp.cameras ALTER COLUMN height_m TYPE real",
        "cameras.height_m is real, not double precision",
    ),
    (
        "tables_as_declared",
        "ALTER TABLE gisapp_history.cameras DROP COLUMN note",
        "gisapp_history.cameras.note is -, not text",
    ),
    ("tables_as_declared", "DROP TABLE gisapp.visits", "visits.code is -, not text"),
    (
        "geometry_as_declared",
        "UPDATE gisapp.deployment SET value = '4547' WHERE key = 'metric_srid'",
        "cameras.geom is ('POINT', 4548), not ('POINT', 4547)",
    ),
    (
        "triggers_at_work",
        "ALTER TABLE gisapp.cameras DISABLE TRIGGER stamp_row",
        "cameras lacks the trigger stamp_row",
    ),
    (
        "triggers_at_work",
        "ALTER TABLE gisapp.cameras DISABLE TRIGGER keep_versions_update",
        "cameras lacks the trigger keep_versions_update",
    ),
    (
        "triggers_at_work",
        "DELETE FROM gisapp.layer_revisions WHERE layer = 'water'",
        "water has no revision",
    ),
    ("accounts_in_order", "DELETE FROM gisapp.accounts", "No administrator sees all areas"),
    (
        "accounts_in_order",
        "UPDATE gisapp.accounts SET factor = NULL",
        "1 administrators have no second factor",
    ),
    (
        "accounts_in_order",
        "INSERT INTO gisapp.accounts (name, role, must_change, created_at)"
        " VALUES ('old', 'viewer', true, now() - interval '40 days')",
        "1 accounts kept their first password.\n1 accounts see no area at all",
    ),
    (
        "accounts_in_order",
        "INSERT INTO gisapp.tokens (account, label, digest, created_at, expires_at)"
        " SELECT id, 'x', 'x', now() - interval '100 days', now() + interval '1 day'"
        " FROM gisapp.accounts",
        "1 tokens were not used for 90 days",
    ),
    ("indexes_valid", "DROP INDEX gisapp.roads_geom", "The index roads_geom is missing"),
    (
        "indexes_valid",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'gisapp.roads_geom'::regclass",
        "The index roads_geom is invalid",
    ),
    ("indexes_used", MANY_CAMERAS, "Reading by cameras.geom_web uses no index"),
    (
        "valid_geometry",
        "ALTER TABLE gisapp.grid_cells DROP CONSTRAINT grid_cells_geom_check;"
        "UPDATE gisapp.grid_cells SET geom = ST_Multi(ST_GeomFromText("
        "'POLYGON((500000 2600000,500010 2600010,500010 2600000,500000 2600010,"
        "500000 2600000))', 4548)) WHERE code LIKE '%101'",
        "Self-intersection",
    ),
    (
        "areas_apart",
        GROW.format("areas", "areas"),
        "village 445103101001 and 445103101002 overlap by 100.00 m² (1 such pairs)",
    ),
    (
        "cells_apart",
        GROW.format("grid_cells", "grid_cells"),
        "44510310100101 and 44510310100201 overlap by 100.00 m² (1 such pairs)",
    ),
    (
        "rows_in_areas",
        "UPDATE gisapp.cameras SET geom = ST_Translate(geom, 5000, 0)",
        "cameras has 2 rows outside every known area",
    ),
    ("rows_in_areas", "DELETE FROM gisapp.areas", "There are no areas yet"),
    (
        "sources_known",
        "UPDATE gisapp.cameras SET source = 'hearsay'",
        "cameras has 2 rows of the unknown source “hearsay”",
    ),
    (
        "sources_known",
        "INSERT INTO gisapp.sources (name) VALUES ('forgotten')",
        "The source “forgotten” has no rows",
    ),
    (
        "clusters_right",
        "ALTER TABLE gisapp.cameras DISABLE TRIGGER keep_clusters_delete;"
        "DELETE FROM gisapp.cameras WHERE code LIKE '%001c'",
        "cameras has 18 clusters that differ from its rows",
    ),
    (
        "clusters_right",
        "UPDATE gisapp.clusters SET grade = 'offline' WHERE zoom = 17 AND area_code LIKE '%001'",
        "cameras has 2 clusters that differ from its rows",
    ),
    (
        "audit_chain",
        TELL + TAMPER.format("audit", "refuse", "UPDATE gisapp.audit SET name = 'y' WHERE id = 2"),
        "breaks at entry 2: its contents",
    ),
    (
        "audit_chain",
        TELL + TAMPER.format("audit", "refuse", "DELETE FROM gisapp.audit WHERE id = 3"),
        "breaks at entry 3: it is gone",
    ),
    (
        "audit_chain",
        "ALTER TABLE gisapp.audit ENABLE TRIGGER refuse",
        "The trigger gisapp.audit.refuse is not at work",
    ),
]
WARNINGS = ("accounts_in_order", "postgis_version", "rows_in_areas")


@pytest.fixture
def good(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(compiled, "missing", list)  # whatever was compiled on this machine
    change(database, GOOD)
    return database


def change(database: Database, text: str) -> None:
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(text)
    database.reading.close()  # database settings reach new connections only


def examine(database: Database, settings: Settings, *names: str) -> dict[str, Outcome]:
    checks = [item for item in CHECKS if not names or item.name in names]
    with database.read(EVERYTHING) as reader:
        return {item.check.name: item for item in run_checks(checks, reader, settings)}


def said(outcome: Outcome) -> str:
    return "\n".join(finding.message.en for finding in outcome.findings)


def test_checks_when_all_is_well_find_nothing(good: Database, settings: Settings) -> None:
    outcomes = examine(good, settings)
    assert list(outcomes) == NAMES
    assert {name: item.level for name, item in outcomes.items()} == dict.fromkeys(NAMES, "ok")
    assert "PostgreSQL 1" in said(outcomes["postgresql_version"])
    assert "PROJ" in said(outcomes["postgis_version"])


@pytest.mark.parametrize(
    ("name", "breaking", "words"),
    BROKEN,
    ids=[f"{name}-{number}" for number, (name, *_) in enumerate(BROKEN)],
)
def test_check_when_database_is_broken_says_so(
    name: str, breaking: str, words: str, good: Database, settings: Settings
) -> None:
    change(good, breaking)
    outcome = examine(good, settings, name)[name]
    assert words in said(outcome)
    warned = name in WARNINGS or "forgotten" in words
    assert outcome.level == ("warning" if warned else "problem")


def test_audit_anchors_when_one_is_gone_say_what_that_may_mean(
    good: Database, settings: Settings
) -> None:
    change(good, TELL)
    settings.var.mkdir()
    with good.read(EVERYTHING) as reader:
        note_head(settings.var, reader.connection)
    assert examine(good, settings, "audit_anchors")["audit_anchors"].level == "ok"
    log = settings.var / LOG
    log.write_text(f"torn\n{log.read_text().replace(' 3:', ' 4:')}")
    outcome = examine(good, settings, "audit_anchors")["audit_anchors"]
    assert outcome.level == "problem"
    assert "older backup was restored" in said(outcome)
    assert "1 lines of audit-heads.log cannot be read" in said(outcome)


def test_checks_when_nothing_was_migrated_all_come_to_an_end(
    empty_url: str, settings: Settings
) -> None:
    database = Database(settings.database, empty_url)
    outcomes = examine(database, settings)
    database.close()
    assert outcomes["migrations"].level == "problem"
    assert outcomes["tables_as_declared"].level == "problem"
    assert list(outcomes) == NAMES


@pytest.mark.parametrize(
    ("name", "group", "values", "words"),
    [
        ("encrypted", "server", {"host": "0.0.0.0"}, "It listens on 0.0.0.0 without"),
        ("encrypted", "server", {"host": "map.example"}, "It listens on map.example without"),
        ("enough_connections", "server", {"workers": 50}, "Up to 800 connections are needed"),
        ("metric_crs", "database", {"metric_srid": 4547}, "the setting says EPSG:4547"),
    ],
)
def test_check_when_setting_is_wrong_says_so(
    name: str, group: str, values: dict[str, object], words: str, good, settings: Settings
) -> None:
    part = dataclasses.replace(getattr(settings, group), **values)
    outcome = examine(good, dataclasses.replace(settings, **{group: part}), name)[name]
    assert words in said(outcome)
    assert outcome.level == "problem"


@pytest.mark.parametrize(
    ("group", "values", "name", "words"),
    [
        ("access", {"session_hours": 100}, "short_sessions", "A session may last 100 hours"),
        (
            "database",
            {"url": "postgresql://u:p@db.example/x?sslmode=require"},
            "encrypted",
            "its certificate is not verified",
        ),
        (
            "server",
            {"public_hosts": ("map.example",)},
            "proxies_told",
            "behind a proxy all callers count as one address",
        ),
        (
            "server",
            {"host": "0.0.0.0", "proxies": 1, "tls_key": "x"},
            "proxies_told",
            "may claim any address",
        ),
        ("access", {"secret_key": "x" * 31}, "secret_key_kept", "less than 32 characters"),
    ],
)
def test_check_when_setting_is_weak_warns(
    group: str, values: dict[str, object], name: str, words: str, good, settings: Settings
) -> None:
    part = dataclasses.replace(getattr(settings, group), **values)
    outcome = examine(good, dataclasses.replace(settings, **{group: part}), name)[name]
    assert words in said(outcome)
    assert outcome.level == "warning"


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("server", {"public_hosts": ("map.example",), "proxies": 1}),
        ("server", {"public_hosts": ("map.example",), "tls_key": "x"}),
        ("server", {"host": "0.0.0.0", "public_hosts": ("map.example",), "tls_key": "x"}),
        ("access", {"secret_key": "x" * 32}),
    ],
)
def test_checks_when_settings_are_strong_say_nothing(
    group: str, values: dict[str, object], good, settings: Settings
) -> None:
    part = dataclasses.replace(getattr(settings, group), **values)
    strong = dataclasses.replace(settings, **{group: part})
    outcomes = examine(good, strong, "proxies_told", "secret_key_kept")
    assert [item.level for item in outcomes.values()] == ["ok", "ok"]


def test_secret_key_when_others_can_read_it_is_told(good, settings: Settings, tmp_path) -> None:
    own = dataclasses.replace(settings, var=tmp_path)
    kept = tmp_path / "secret.key"
    kept.write_text("x")
    for mode, level in ((0o600, "ok"), (0o640, "problem"), (0o604, "problem")):
        kept.chmod(mode)
        assert examine(good, own, "secret_key_kept")["secret_key_kept"].level == level


@pytest.mark.parametrize(
    ("replaced", "value", "words"),
    [
        ("missing", ["cover", "swept"], "2 compiled functions are not in /"),
        ("folder", None, "No folder can be written"),
    ],
)
def test_coverage_compiled_when_it_is_not_warns(
    replaced: str, value: object, words: str, good, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, replaced, lambda: value)
    outcome = examine(good, settings, "coverage_compiled")["coverage_compiled"]
    assert words in said(outcome)
    assert outcome.level == "warning"


def test_versions_when_older_than_needed_say_so(
    good: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "OLDEST_POSTGRES", 990000)
    monkeypatch.setattr(versions, "OLDEST_POSTGIS", (99, 0))
    outcomes = examine(good, settings, "postgresql_version", "postgis_version")
    assert [item.level for item in outcomes.values()] == ["problem", "problem"]


def test_metric_crs_when_in_degrees_says_so(good: Database, settings: Settings) -> None:
    change(good, "UPDATE gisapp.deployment SET value = '4490' WHERE key = 'metric_srid'")
    assert "EPSG:4490 is not in metres" in said(examine(good, settings, "metric_crs")["metric_crs"])


def test_every_check_has_title_and_hint_in_both_languages() -> None:
    for item in CHECKS:
        for text in (item.title, item.hint):
            assert re.search("[\u4e00-\u9fff]", text.zh)
            assert text.en
            assert text.en.isascii()
