"""Bulk edits, one's own last changes and undo over HTTP."""

from __future__ import annotations

import geopandas
import pytest
from flask import Flask
from shapely import Point

from gisapp.database.changes import Change
from gisapp.database.engine import Database
from gisapp.features.bulk import MOST
from gisapp.features.importing import load_frame
from layers.catalogue import LAYERS
from tests.accounts import SignedIn, signed_in
from tests.web.writing import (
    CAMERAS,
    EAST,
    WEST,
    WEST_TOWN,
    geometry_at,
    made,
    send,
)

CAMERA = LAYERS["cameras"]
BULK = "/api/collections/cameras/bulk"
CHANGES = "/api/changes?mine=true"


def several(client: SignedIn, count: int, **values: object) -> list[dict[str, str]]:
    """Make some cameras; return their codes and versions."""
    items = []
    for number in range(count):
        path, tag = made(client, CAMERA, code=f"c-{number}", **values)
        items.append({"code": path.rpartition("/")[2], "version": tag.strip('"')})
    return items


def codes(client: SignedIn) -> list[str]:
    """Return the codes of all cameras."""
    return [one["id"] for one in client.get(CAMERAS).json["features"]]


def undo_last(client: SignedIn, number: int = 0):
    """Undo one of the last changes, the newest by default."""
    change = client.get(CHANGES).json["changes"][number]
    return send(client, "POST", f"/api/changes/{change['id']}/undo")


def change_many(client: SignedIn, items: object, values: object):
    return client.post(BULK, json={"items": items, "set": values})


def test_bulk_when_all_are_as_read_changes_all_in_one_change(editor: SignedIn) -> None:
    items = several(editor, 3)
    answer = change_many(editor, items, {"status": "offline", "note": None})
    assert (answer.status_code, answer.json["changed"]) == (200, 3)
    features = editor.get(CAMERAS).json["features"]
    assert {one["properties"]["status"] for one in features} == {"offline"}
    now = {"{row_version}-{change_id}".format(**one["properties"]) for one in features}
    assert now == {one["version"] for one in answer.json["items"]}
    (last, *_) = editor.get(CHANGES).json["changes"]
    assert (last["kind"], last["counts"], last["undoable"]) == ("bulk", {"cameras": 3}, True)
    again = change_many(editor, answer.json["items"], {"status": "offline"})
    assert (again.status_code, again.json["changed"]) == (200, 0)
    assert editor.get(CHANGES).json["changes"][0] == last


def test_bulk_when_one_is_stale_or_gone_changes_none_and_says_which(
    site: Flask, editor: SignedIn
) -> None:
    items = several(editor, 4)
    paths = [f"{CAMERAS}/{one['code']}" for one in items]
    send(editor, "PATCH", paths[1], {"properties": {"name": "新"}}, "*")
    send(editor, "DELETE", paths[2], tag="*")
    west = signed_in(site, "planner", [WEST_TOWN])
    send(editor, "PATCH", paths[3], {"geometry": geometry_at(CAMERA, EAST)}, "*")
    refused = change_many(west, items, {"status": "offline"})
    assert (refused.status_code, refused.json["conflicts"]) == (412, ["c-1", "c-2", "c-3"])
    assert west.get(paths[0]).json["properties"]["status"] == "online"


@pytest.mark.parametrize(
    ("items", "values", "status"),
    [
        ([], {"status": "offline"}, 422),
        ([{"code": "x"}], {"status": "offline"}, 422),
        ([{"code": "x\0", "version": "1-1"}], {"status": "offline"}, 422),
        ([{"code": "\ud800", "version": "1-1"}], {"status": "offline"}, 422),
        ([{"code": "x", "version": "1-1"}] * 2, {"status": "offline"}, 422),
        ([{"code": str(n), "version": "1-1"} for n in range(MOST + 1)], {"status": "x"}, 422),
        ("x", {"status": "offline"}, 422),
        ([{"code": "x", "version": "1-1"}], {}, 422),
        ([{"code": "x", "version": "1-1"}], {"status": None}, 422),
        ([{"code": "x", "version": "1-1"}], {"area_code": "1"}, 422),
        ([{"code": "x", "version": "1-1"}], {"note": "13812345678"}, 422),
        ([{"code": "x", "version": "1-1"}], {"status": "offline"}, 412),
    ],
)
def test_bulk_when_it_cannot_be_done_is_refused(editor, items, values, status) -> None:
    answer = change_many(editor, items, values)
    assert answer.status_code == status, answer.text


def test_bulk_when_rows_of_a_context_layer_are_outside_is_refused(site, editor) -> None:
    roads = LAYERS["roads"]
    path, tag = made(editor, roads, place=EAST)
    west = signed_in(site, "planner", [WEST_TOWN])
    items = [{"code": path.rpartition("/")[2], "version": tag.strip('"')}]
    body = {"items": items, "set": {"name": "x"}}
    assert west.post("/api/collections/roads/bulk", json=body).status_code == 403
    viewer = signed_in(site, "viewer")
    assert viewer.post("/api/collections/roads/bulk", json=body).status_code == 403


def test_undo_of_each_kind_of_change_brings_back_what_was(editor: SignedIn) -> None:
    items = several(editor, 2)
    first, path = (f"{CAMERAS}/{one['code']}" for one in items)
    before = {one["id"]: one for one in editor.get(CAMERAS).json["features"]}

    def holds(expected: dict) -> None:
        now = {one["id"]: one for one in editor.get(CAMERAS).json["features"]}
        assert stable(now) == stable(expected)

    moved = {"geometry": geometry_at(CAMERA, EAST), "properties": {"name": "新"}}
    assert send(editor, "PATCH", path, moved, "*").status_code == 200
    assert undo_last(editor).json["counts"] == {"changed": 1}
    holds(before)
    assert undo_last(editor).json["counts"] == {"changed": 1}  # the undo itself: done again
    assert editor.get(path).json["properties"]["name"] == "新"
    undo_last(editor)
    send(editor, "DELETE", path, tag="*")
    assert undo_last(editor).json["counts"] == {"restored": 1}
    holds(before)
    send(editor, "DELETE", path, tag="*")
    send(editor, "POST", f"{path}/restore")
    assert undo_last(editor).json["counts"] == {"removed": 1}
    send(editor, "POST", f"{path}/restore")
    holds(before)
    tags = [editor.get(one).headers["ETag"].strip('"') for one in (first, path)]
    now = [{**item, "version": tag} for item, tag in zip(items, tags, strict=True)]
    assert change_many(editor, now, {"status": "offline"}).status_code == 200
    assert undo_last(editor).json["counts"] == {"changed": 2}
    holds(before)


def stable(features: dict) -> dict:
    """Return features without what every version has of its own."""
    own = {"row_version", "change_id", "updated_at"}
    return {
        code: (
            feature["geometry"],
            {key: value for key, value in feature["properties"].items() if key not in own},
        )
        for code, feature in features.items()
    }


def test_undo_when_changed_since_is_refused_and_says_what(site: Flask, editor: SignedIn) -> None:
    items = several(editor, 3)
    assert change_many(editor, items, {"status": "offline"}).status_code == 200
    other = signed_in(site, "planner")
    send(other, "PATCH", f"{CAMERAS}/c-1", {"properties": {"name": "乙"}}, "*")
    assert editor.get(CHANGES).json["changes"][0]["undoable"] is False
    refused = undo_last(editor)
    assert (refused.status_code, refused.json["conflicts"]) == (409, ["c-1"])
    assert editor.get(f"{CAMERAS}/c-0").json["properties"]["status"] == "offline"
    send(editor, "DELETE", f"{CAMERAS}/c-0", tag="*")
    made(other, CAMERA, code="c-0")  # the code is in use again
    assert undo_last(editor).status_code == 409


def test_undo_when_done_twice_or_by_another_is_refused(site: Flask, editor: SignedIn) -> None:
    several(editor, 1)
    (change, *_) = editor.get(CHANGES).json["changes"]
    path = f"/api/changes/{change['id']}/undo"
    other = signed_in(site)
    assert send(other, "POST", path).status_code == 404
    assert other.get(CHANGES).json["changes"] == []
    assert send(editor, "POST", path).status_code == 200
    assert codes(editor) == []
    again = send(editor, "POST", path)
    assert again.status_code == 409
    assert editor.get(CHANGES).json["changes"][1]["undone"] is True
    for number in ("0", str(2**63), "9" * 30):
        assert send(editor, "POST", f"/api/changes/{number}/undo").status_code == 404


def test_undo_when_rights_or_areas_were_taken_away_is_refused(
    site: Flask, editor: SignedIn, database: Database
) -> None:
    west = signed_in(site, "planner", [WEST_TOWN])
    several(west, 1)
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gisapp.account_areas SET area_code = '445103102' WHERE account = %s",
            (west.account,),
        )
    assert west.get(CHANGES).json["changes"][0]["counts"] == {}
    (number,) = [one["id"] for one in west.get(CHANGES).json["changes"]]
    assert send(west, "POST", f"/api/changes/{number}/undo").status_code == 409
    assert codes(editor) == ["c-0"]
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gisapp.account_areas SET area_code = %s WHERE account = %s",
            (WEST_TOWN, west.account),
        )
        cursor.execute("UPDATE gisapp.accounts SET role = 'viewer' WHERE id = %s", (west.account,))
    assert send(west, "POST", f"/api/changes/{number}/undo").status_code == 403
    assert codes(editor) == ["c-0"]


def test_undo_of_an_area_brings_back_the_area_codes_of_what_stands_in_it(
    editor: SignedIn,
) -> None:
    path, _ = made(editor, CAMERA)
    village, tag = f"/api/collections/areas/items/{WEST_TOWN}201", "*"

    def area_code() -> str | None:
        code: str | None = editor.get(path).json["properties"]["area_code"]
        return code

    assert area_code() == f"{WEST_TOWN}201"
    ended = {"properties": {"valid_to": "2024-01-01"}}
    assert send(editor, "PATCH", village, ended, tag).status_code == 200
    assert area_code() is None
    assert undo_last(editor).status_code == 200
    assert area_code() == f"{WEST_TOWN}201"
    assert send(editor, "DELETE", village, tag=tag).status_code == 204
    assert area_code() is None
    assert undo_last(editor).json["counts"] == {"restored": 1}
    assert area_code() == f"{WEST_TOWN}201"
    away = {"geometry": geometry_at(LAYERS["areas"], (WEST[0] + 0.02, WEST[1]))}
    assert send(editor, "PATCH", village, away, tag).status_code == 200
    assert area_code() is None


def test_undo_of_an_import_takes_its_rows_back(editor: SignedIn, database: Database) -> None:
    several(editor, 1)
    frame = geopandas.GeoDataFrame(
        {"code": ["c-0", "c-8", "c-9"], "name": ["甲", "乙", "丙"], "status": "offline"},
        geometry=[Point(460_000, 2_601_000)] * 3,
    )
    with database.write(Change("import", editor.account, editor.name, "x.gpkg")) as connection:
        assert load_frame(connection, CAMERA, frame, source="x") == 3
    (last, *_) = editor.get(CHANGES).json["changes"]
    assert (last["kind"], last["counts"], last["reason"]) == ("import", {"cameras": 3}, "x.gpkg")
    assert undo_last(editor).json["counts"] == {"changed": 1, "removed": 2}
    (left,) = editor.get(CAMERAS).json["features"]
    assert (left["id"], left["properties"]["status"]) == ("c-0", "online")


def test_change_tells_its_features_to_its_own_account_only(site: Flask, editor: SignedIn) -> None:
    change_many(editor, several(editor, 3), {"status": "offline"})
    number = editor.get(CHANGES).json["changes"][0]["id"]
    told = editor.get(f"/api/changes/{number}").json
    wanted = [{"layer": "cameras", "code": f"c-{n}"} for n in range(3)]
    assert told == {"id": number, "features": wanted, "more": False}
    assert signed_in(site).get(f"/api/changes/{number}").status_code == 404
