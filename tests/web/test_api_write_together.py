"""Many writers at once, over real connections: nobody's change is lost, nobody waits for ever."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
import shapely
from flask import Flask

from gisapp.access.accounts import account_numbered, change_account, remove_account
from gisapp.access.caller import SYSTEM
from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.errors import Invalid
from gisapp.features import write
from gisapp.features.drafts import Draft
from gisapp.features.editing import Editor
from gisapp.features.geometry import Shape
from gisapp.features.versions import Match
from gisapp.settings import load_settings
from layers.catalogue import LAYERS
from tests.accounts import SignedIn, signed_in
from tests.web.writing import CAMERAS, EAST_TOWN, WEST_TOWN, feature_of, made, send

CAMERA = LAYERS["cameras"]
WRITERS = 4


def at_once(work: Callable[[int], Any], writers: int = WRITERS) -> list[Any]:
    """Do ``work`` in several threads at once; return what they return."""
    with ThreadPoolExecutor(writers) as threads:
        return list(threads.map(work, range(writers)))


@contextmanager
def locked(url: str, statement: str) -> Iterator[None]:
    """Hold a lock in a transaction of somebody else's."""
    connection = psycopg2.connect(url)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        yield
    connection.rollback()
    connection.close()


def test_writers_of_one_version_when_at_once_only_one_wins(site: Flask, editor) -> None:
    path, tag = made(editor, CAMERA)
    clients = [signed_in(site) for _ in range(WRITERS)]

    def write_name(number: int) -> int:
        sent = {"properties": {"name": f"第 {number} 个"}}
        return send(clients[number], "PATCH", path, sent, tag).status_code

    assert sorted(at_once(write_name)) == [200, *[412] * (WRITERS - 1)]
    assert editor.get(path).json["properties"]["row_version"] == 2


def test_counts_when_everybody_adds_to_one_lose_nothing(site: Flask, editor) -> None:
    path, _ = made(editor, CAMERA, retention_days=0)
    clients = [signed_in(site) for _ in range(WRITERS)]

    def add(number: int) -> None:
        client, left = clients[number], 4
        while left:
            read = client.get(path)
            sent = {"properties": {"retention_days": read.json["properties"]["retention_days"] + 1}}
            answer = send(client, "PATCH", path, sent, read.headers["ETag"])
            assert answer.status_code in (200, 412)
            left -= answer.status_code == 200

    at_once(add)
    properties = editor.get(path).json["properties"]
    assert (properties["retention_days"], properties["row_version"]) == (16, 17)


def test_bulk_edits_when_their_rows_cross_never_deadlock(site: Flask, editor) -> None:
    paths = [made(editor, CAMERA, code=f"c-{number}")[0] for number in range(6)]
    clients = [signed_in(site) for _ in range(WRITERS)]

    def edit(number: int) -> list[int]:
        statuses = []
        for round_ in range(5):
            tags = [clients[number].get(path).headers["ETag"].strip('"') for path in paths]
            items = [
                {"code": path.rpartition("/")[2], "version": tag}
                for path, tag in zip(paths, tags, strict=True)
            ]
            ordered = items if number % 2 else items[::-1]
            body = {"items": ordered, "set": {"note": f"{number} {round_}"}}
            answer = clients[number].post("/api/collections/cameras/bulk", json=body)
            statuses.append(answer.status_code)
        return statuses

    statuses = [status for found in at_once(edit) for status in found]
    assert set(statuses) <= {200, 412}
    notes = {one["properties"]["note"] for one in editor.get(CAMERAS).json["features"]}
    assert len(notes) == 1  # all rows always changed together
    versions = {one["properties"]["row_version"] for one in editor.get(CAMERAS).json["features"]}
    assert versions == {1 + statuses.count(200)}


def test_code_when_taken_by_several_at_once_is_one_feature(site: Flask, editor) -> None:
    clients = [signed_in(site) for _ in range(WRITERS)]

    def create(number: int) -> int:
        sent = feature_of(CAMERA, code="same")
        return send(clients[number], "POST", CAMERAS, sent).status_code

    assert sorted(at_once(create)) == [201, *[409] * (WRITERS - 1)]

    def create_unnamed(number: int) -> str:
        answer = send(clients[number], "POST", CAMERAS, feature_of(CAMERA))
        return str(answer.json["id"])

    assert len(set(at_once(create_unnamed))) == WRITERS
    assert len(editor.get(CAMERAS).json["features"]) == 1 + WRITERS


def test_undo_when_asked_for_twice_at_once_happens_once(site: Flask, editor) -> None:
    path, _ = made(editor, CAMERA)
    send(editor, "PATCH", path, {"properties": {"name": "新"}}, "*")
    number = editor.get("/api/changes").json["changes"][0]["id"]
    address = f"/api/changes/{number}/undo"
    statuses = at_once(lambda _: send(editor, "POST", address).status_code)
    assert sorted(statuses) == [200, *[409] * (WRITERS - 1)]
    assert editor.get(path).json["properties"]["row_version"] == 3


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT FROM gisapp.layer_revisions WHERE layer = 'cameras' FOR UPDATE",
        "LOCK TABLE gisapp.cameras IN SHARE ROW EXCLUSIVE MODE",  # as an import does
        "SELECT FROM gisapp.cameras FOR UPDATE",
        "SELECT FROM gisapp.audit_head FOR UPDATE",
    ],
)
def test_writer_when_it_waits_too_long_is_told_and_loses_nothing(
    tmp_path, database: Database, database_url: str, statement: str
) -> None:
    settings = load_settings({"GISAPP_VAR": str(tmp_path), "GISAPP_LOCK_TIMEOUT_MS": "300"})
    app = create_app(settings, database_url)
    client = signed_in(app)
    path, tag = made(client, CAMERA)
    with locked(database_url, statement):
        began = time.monotonic()
        answer = send(client, "PATCH", path, {"properties": {"name": "新"}}, tag)
        assert (answer.status_code, answer.json["status"]) == (503, 503)
        assert time.monotonic() - began < 30  # the lock is held until the test lets it go
    assert client.get(path).headers["ETag"] == tag
    assert send(client, "PATCH", path, {"properties": {"name": "新"}}, tag).status_code == 200
    app.extensions["gisapp"].database.close()


def test_right_when_taken_away_between_reading_and_writing_is_gone(
    site: Flask, editor, database: Database
) -> None:
    west = signed_in(site, "planner", [WEST_TOWN])
    path, tag = made(west, CAMERA)

    def attempt() -> int:
        sent = {"properties": {"name": "新"}}
        return send(west, "PATCH", path, sent, tag).status_code

    with database.write() as connection:
        account = account_numbered(connection, west.account)
        change_account(connection, account, "planner", [EAST_TOWN])
    assert attempt() == 404
    with database.write() as connection, connection.cursor() as cursor:
        change_account(connection, account, "planner", [WEST_TOWN])
        cursor.execute("UPDATE gisapp.accounts SET role = 'viewer' WHERE id = %s", (west.account,))
    assert attempt() == 403
    with database.write() as connection:
        remove_account(connection, account)
    assert attempt() == 401
    assert editor.get(path).headers["ETag"] == tag


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"azimuth": 999.0}, "azimuth"),
        ({"status": "?"}, "status"),
        ({"name": None}, "name"),
        ({"name": "x" * 300}, "name"),
        ({"width_px": 10**17}, "width_px"),
        ({}, "geometry"),
    ],
)
def test_database_when_a_check_was_forgotten_refuses_and_names_the_field(
    editor: SignedIn, database: Database, values: dict, field: str
) -> None:
    """The last line: drafts that no check of ours has seen."""
    layer = CAMERA if values else LAYERS["parcels"]
    path, tag = made(editor, layer)
    bow_tie = shapely.from_wkt("MULTIPOLYGON(((0 0, 9 9, 9 0, 0 9, 0 0)))")
    shape = None if values else Shape(bow_tie, 0.001)
    code = path.rpartition("/")[2]
    with pytest.raises(Invalid) as refused:
        write.change(database, Editor(SYSTEM), layer, code, Draft(values, shape), Match((), True))
    (error,) = refused.value.details["errors"]
    assert error["field"] == field
    assert editor.get(path).headers["ETag"] == tag
    assert json.loads(editor.get(path).data)["properties"]["row_version"] == 1
