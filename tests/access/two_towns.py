"""Two towns side by side, full of rows; and the same town A in a world without B's rows.

Whatever a caller of town A is told must be the same in both worlds: then nothing of B shows, in
no row, count, cluster, tile or error. Context layers, which everybody sees, are the same in both.
"""

from __future__ import annotations

import io

import pyproj
from flask import Flask
from psycopg2 import sql

from gisapp.access.accounts import create_account
from gisapp.access.caller import Caller
from gisapp.access.sessions import make_token
from gisapp.coverage.refresh import refresh
from gisapp.database.engine import Database
from gisapp.jobs.catalogue import JOBS
from gisapp.jobs.queue import enqueue
from gisapp.settings import Settings, load_settings
from gisapp.web.gate import COOKIE
from layers.catalogue import LAYERS
from layers.spec import ROLES, Layer
from tests.accounts import SignedIn, session_of
from tests.filled import value_of
from tests.jobs.doing import attempt, run

WEST, SOUTH, SIDE = 460_000, 2_600_000, 4_000  # town A, a square in metres of EPSG:4548; B is east
A, B = "445103101", "445103102"
NUMBER_OF_B = len(ROLES) + 3  # of B's account, proposal and import: each role, village, everywhere
MARK = "乙镇秘密"  # in every text of B's rows that not everybody sees
ROWS = 40  # in each layer and town
AREA = """
INSERT INTO gisapp.areas (code, geom, name, level, parent_code, kind, edition, source)
VALUES (%s, ST_Multi(ST_MakeEnvelope(%s, %s, %s, %s, 4548)), %s, %s, %s, %s, '2023', 'walk')
"""
FILL = """
INSERT INTO gisapp.{table} (code, geom, source, {columns})
SELECT {code}, {shape}, 'walk', {values}
FROM (
    SELECT n, ST_Point({west} + 20 + n * 1237 % 3960, {south} + 20 + n * 2141 % 3960, 4548)
        AS place
    FROM generate_series({first}::bigint, {last}) AS n
) AS rows ORDER BY n
"""
# Near the towns' common border some reach into the other town.
SHAPES = {
    "Point": "place",
    "LineString": "ST_MakeLine(place, ST_Translate(place, 90, n % 50))",
    "MultiLineString": "ST_Multi(ST_MakeLine(place, ST_Translate(place, 900, n % 50)))",
    "MultiPolygon": "ST_Multi(ST_Expand(place, 15 + n % 130))",
}
CHANGE = (
    "UPDATE gisapp.{table} SET geom = ST_Translate(geom, 1, 0) WHERE id % 3 = 0 AND id > {before}"
)
REMOVE = "DELETE FROM gisapp.{table} WHERE id % 7 = 0 AND id > {before}"
SHORT_SIGHTED = """
DELETE FROM gisapp.cameras WHERE code LIKE 'cameras-乙%%' AND ST_X(geom) < %(near)s;
UPDATE gisapp.cameras SET max_view_distance = 5 WHERE code LIKE 'cameras-乙%%'
"""
NEXT_IMPORT = "SELECT setval(pg_get_serial_sequence('gisapp.imports', 'id'), %s)"
STATUS = ("online", MARK)
HIGHEST = "SELECT coalesce(max(id), 0) FROM gisapp.{table}"


PROPOSAL = """
INSERT INTO gisapp.siting_proposals (id, area_code, prefix, made_by, asked, figures)
OVERRIDING SYSTEM VALUE VALUES (%(id)s, %(area)s, %(prefix)s, %(word)s, '{"possible_share": 1}',
    '{"total": 1, "sure_before": 0, "possible_before": 0, "sure_after": 1, "possible_after": 1,
      "value": 1, "bound": 1, "gap": 0}')
"""
SITE = """
INSERT INTO gisapp.siting_sites (proposal, number, kind, place, azimuth, model, cost, gain, view,
    covers)
SELECT %(id)s, 1, 'road', place, 0, jsonb_build_object('name', %(word)s), 1, 1,
    ST_Buffer(place, 5, 1), ''
FROM (SELECT ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), 4548) AS place) AS spot
"""


def build(database: Database, *, with_b: bool) -> None:
    """Fill a database; without B its scoped rows are left out, and nothing else differs."""
    with database.write() as connection:
        for role in ROLES:
            create_account(connection, role, role, [A])
        create_account(connection, "village", "planner", [A + "201"])
        create_account(connection, "everywhere", "administrator", None)
    make_areas(database)
    for layer in LAYERS.values():
        if layer.name != "areas":
            fill(database, layer, WEST, "甲", 1)
    for layer in LAYERS.values():
        if layer.name != "areas" and (with_b or not layer.access.scoped):
            fill(database, layer, WEST + SIDE, MARK if layer.access.scoped else "邻", 1001)
    make_proposal(database, 1, A, "甲")
    if with_b:
        keep_to_b(database)
        make_caller_of_b(database)
        make_proposal(database, NUMBER_OF_B, B, MARK)
    refresh(database, load_settings({}).coverage)


def keep_to_b(database: Database) -> None:
    """Let no camera of B see into town A, where what it sees would count: see tests/web.

    Cells of A near the border reach into B.
    """
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(SHORT_SIGHTED, {"near": WEST + SIDE + 400})


def make_caller_of_b(database: Database) -> None:
    """Make an account that sees town B, with a token and a job."""
    with database.write() as connection:
        account = create_account(connection, "of-b", "planner", [B])
        make_token(connection, account, MARK, 1, writes=False, areas=())
        caller = Caller(account.id, account.name, account.role, account.scope)
        given = {"query": "grid_size", "area": B}
        enqueue(connection, JOBS["run_query"], caller, given)


def import_for_b(app: Flask, settings: Settings) -> None:
    """Have B's caller send a list of cameras in B, and check it; one row is rejected."""
    database: Database = app.extensions["gisapp"].database
    run(database, NEXT_IMPORT, NUMBER_OF_B - 1)
    app.test_client_class = SignedIn
    client = app.test_client()
    cookie, client.proof = session_of(database, NUMBER_OF_B)
    client.set_cookie(COOKIE, cookie)
    to_degrees = pyproj.Transformer.from_crs(4548, 4326, always_xy=True)
    lon, lat = to_degrees.transform(WEST + SIDE * 1.5, SOUTH + SIDE / 2)
    lines = ["编号,名称,运行状态,经度,纬度"]
    lines += [f"乙{n},{MARK}{n},{status},{lon},{lat + n / 1e4}" for n, status in enumerate(STATUS)]
    file = (io.BytesIO("\n".join(lines).encode()), f"{MARK}.csv")
    sent = client.post("/api/imports", data={"file": file, "layer": "cameras"})
    assert sent.json["id"] == NUMBER_OF_B, sent.text
    assert attempt(database, settings, sent.json["job"]["id"])[0] == "done"


def make_proposal(database: Database, number: int, town: str, word: str) -> None:
    """Make a proposal of camera sites in a town, with one site."""
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(PROPOSAL, {"id": number, "prefix": town[:9], "area": town, "word": word})
        cursor.execute(SITE, {"id": number, "word": word, "x": WEST, "y": SOUTH})


def make_areas(database: Database) -> None:
    """Make the district, the towns and two villages in each."""
    north, middle = SOUTH + SIDE, SOUTH + SIDE // 2
    east = WEST + 2 * SIDE
    areas = [("445103", WEST, SOUTH, east, north, "两镇区", "district", None, "district")]
    for town, west, name in ((A, WEST, "甲镇"), (B, WEST + SIDE, "邻镇")):
        right = west + SIDE
        areas += [
            (town, west, SOUTH, right, north, name, "town", "445103", "town"),
            (f"{town}201", west, SOUTH, right, middle, f"{name}南村", "village", town, "villagers"),
            (f"{town}202", west, middle, right, north, f"{name}北村", "village", town, "villagers"),
        ]
    with database.write() as connection, connection.cursor() as cursor:
        cursor.executemany(AREA, areas)


def fill(database: Database, layer: Layer, west: int, word: str, first: int) -> None:
    """Fill one layer in one town, then change and remove some rows, each in its own transaction."""
    table = sql.Identifier(layer.name)
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL(HIGHEST).format(table=table))
        (before,) = cursor.fetchone()
        cursor.execute(fill_statement(layer, west, word, first))
    for text in (CHANGE, REMOVE):
        with database.write() as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL(text).format(table=table, before=sql.Literal(before)))


def fill_statement(layer: Layer, west: int, word: str, first: int) -> sql.Composed:
    """Return the statement that fills a layer; ``word`` stands in every text."""
    texts = sql.SQL("left({} || n, {})")
    values = [
        texts.format(sql.Literal(word), sql.Literal(field.max_length))
        if field.type == "text"
        else value_of(field)
        for field in layer.fields
    ]
    return sql.SQL(FILL).format(
        table=sql.Identifier(layer.name),
        columns=sql.SQL(", ").join(sql.Identifier(field.name) for field in layer.fields),
        code=sql.SQL("{} || n").format(sql.Literal(f"{layer.name}-{word}-")),
        shape=sql.SQL(SHAPES[layer.geometry]),
        values=sql.SQL(", ").join(values),
        west=sql.Literal(west),
        south=sql.Literal(SOUTH),
        first=sql.Literal(first),
        last=sql.Literal(first + ROWS - 1),
    )
