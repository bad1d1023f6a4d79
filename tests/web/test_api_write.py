"""Editing over HTTP, as a client sees it: create, read back, change, delete, restore, conflicts."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from flask import Flask

from layers.catalogue import LAYERS
from layers.spec import ROLES, Layer
from tests.accounts import SignedIn, signed_in, token_of
from tests.web.writing import (
    CAMERAS,
    EAST,
    GEOJSON,
    WEST,
    WEST_TOWN,
    feature_of,
    geometry_at,
    items_of,
    made,
    send,
    value_of,
)

CAMERA = LAYERS["cameras"]
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def kept(feature: dict, layer: Layer) -> dict:
    """Return the declared properties of a feature."""
    return {field.name: feature["properties"][field.name] for field in layer.fields}


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_feature_of_any_layer_when_edited_is_kept_as_it_was_sent(
    editor: SignedIn, layer: Layer
) -> None:
    sent = feature_of(layer)
    answer = send(editor, "POST", items_of(layer), sent)
    assert (answer.status_code, answer.content_type) == (201, GEOJSON)
    path, tag = answer.location.removeprefix("http://localhost"), answer.headers["ETag"]
    read = editor.get(path)
    assert (read.headers["ETag"], read.json) == (tag, answer.json)
    numbers = read.json["properties"]["row_version"], read.json["properties"]["change_id"]
    assert tag == '"{}-{}"'.format(*numbers)
    assert as_sent(kept(read.json, layer)) == as_sent(kept(sent, layer))
    assert read.json["geometry"] == sent["geometry"]
    assert read.json["properties"]["area_code"] == (
        f"{WEST_TOWN}300" if layer.name == "areas" else f"{WEST_TOWN}201"
    )
    for field in layer.fields:  # one by one
        value = value_of(field, 1)
        changed = send(editor, "PATCH", path, {"properties": {field.name: value}}, tag)
        assert changed.status_code == 200, changed.text
        assert as_sent(changed.json["properties"])[field.name] == as_sent({"x": value})["x"]
        tag = changed.headers["ETag"]
        if not field.required:
            empty = send(editor, "PATCH", path, {"properties": {field.name: None}}, tag)
            assert empty.json["properties"][field.name] is None
            tag = empty.headers["ETag"]
    again = send(editor, "PUT", path, {**sent, "properties": kept(sent, layer)}, tag)
    assert as_sent(kept(again.json, layer)) == as_sent(kept(sent, layer))
    assert send(editor, "DELETE", path, tag=again.headers["ETag"]).status_code == 204
    assert editor.get(path).status_code == 404
    restored = send(editor, "POST", f"{path}/restore")
    assert restored.status_code == 201
    assert editor.get(path).json == restored.json
    assert kept(restored.json, layer) == kept(again.json, layer)
    assert restored.json["geometry"] == sent["geometry"]


def as_sent(properties: dict) -> dict:
    """Return properties with instants in one notation."""
    return {
        name: value.replace("T00:30:00+00:00", "T08:30:00+08:00")
        if isinstance(value, str)
        else value
        for name, value in properties.items()
    }


def test_version_when_stale_is_refused_with_both_sides(site: Flask, editor: SignedIn) -> None:
    path, first = made(editor, CAMERA, name="甲")
    other = signed_in(site, "planner")
    theirs = send(other, "PATCH", path, {"properties": {"name": "乙"}}, first)
    assert theirs.status_code == 200
    for method, body in (
        ("PATCH", {"properties": {"name": "丙"}}),
        ("PUT", feature_of(CAMERA, name="丙")),
        ("DELETE", None),
    ):
        refused = send(editor, method, path, body, first)
        assert refused.status_code == 412
        assert refused.json["current"]["properties"]["name"] == "乙"
        assert refused.json["base"]["properties"]["name"] == "甲"
        assert refused.json["who"] == other.name
        when = datetime.fromisoformat(refused.json["when"])
        assert when == datetime.fromisoformat(theirs.json["properties"]["updated_at"])
        bare = send(editor, method, path, body)
        assert (bare.status_code, bare.json["status"]) == (428, 428)
    assert editor.get(path).headers["ETag"] == theirs.headers["ETag"]
    unknown = send(editor, "DELETE", path, tag='"99-99"')
    assert (unknown.status_code, unknown.json["base"]) == (412, None)
    weak = send(editor, "DELETE", path, tag=f"W/{theirs.headers['ETag']}")
    assert weak.status_code == 412  # a version is named exactly
    assert send(editor, "PATCH", path, {"properties": {"name": "x"}}, '""').status_code == 412
    assert send(other, "DELETE", path, tag=theirs.headers["ETag"]).status_code == 204
    gone = send(editor, "PATCH", path, {"properties": {"name": "丁"}}, first)
    assert (gone.status_code, gone.json["current"], gone.json["who"]) == (412, None, other.name)
    never = send(editor, "PATCH", f"{CAMERAS}/never", {"properties": {"name": "丁"}}, first)
    assert never.status_code == 404


def test_change_when_it_changes_nothing_makes_no_version(editor: SignedIn) -> None:
    path, tag = made(editor, CAMERA)
    read = editor.get(path)
    back = send(editor, "PUT", path, read.json, tag)
    assert (back.status_code, back.headers["ETag"], back.json) == (200, tag, read.json)
    patched = send(editor, "PATCH", path, {"geometry": {"type": "Point"}}, tag)
    assert (patched.status_code, patched.headers["ETag"]) == (200, tag)
    near = geometry_at(CAMERA, (WEST[0] + 2e-5, WEST[1]))
    moved = send(editor, "PATCH", path, {"geometry": near}, tag)
    assert moved.json["geometry"] == near
    assert moved.headers["ETag"] != tag


def test_faults_when_several_are_all_said_in_both_languages(editor: SignedIn) -> None:
    sent = feature_of(
        CAMERA, name=" ", azimuth=361, width_px=1.5, status="在线", installed_on="2024-02-30"
    )
    sent["properties"] |= {"note": "电话 13812345678", "mount": 1, "colour": "red"}
    sent["geometry"] = {"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}
    told = {}
    for lang in ("zh", "en"):
        answer = send(editor, "POST", f"{CAMERAS}?lang={lang}", sent)
        assert answer.status_code == 422
        told[lang] = {one["field"]: one["message"] for one in answer.json["errors"]}
    named = {"name", "azimuth", "width_px", "status", "installed_on", "note", "mount", "colour"}
    assert set(told["zh"]) == set(told["en"]) == named | {"geometry"}
    assert told["zh"]["name"] == "这一项必须填写"
    assert told["en"]["azimuth"] == "must lie between 0 and 360"
    assert told["en"]["status"] == "must be given by its code, online"
    assert "phone numbers" in told["en"]["note"]
    assert editor.get(CAMERAS).json["features"] == []


def test_area_when_left_is_refused_and_nothing_is_told(site: Flask, editor: SignedIn) -> None:
    west = signed_in(site, "planner", [WEST_TOWN])
    mine, tag = made(west, CAMERA, code="mine")
    there, _ = made(editor, CAMERA, place=EAST, code="theirs")
    assert send(west, "POST", CAMERAS, feature_of(CAMERA, EAST)).status_code == 403
    nowhere = feature_of(CAMERA, (WEST[0] - 0.5, WEST[1]))
    assert send(west, "POST", CAMERAS, nowhere).status_code == 403
    away = {"geometry": geometry_at(CAMERA, EAST)}
    assert send(west, "PATCH", mine, away, tag).status_code == 403
    assert west.get(mine).headers["ETag"] == tag
    never = f"{CAMERAS}/never"
    for method, body in (
        ("PATCH", {"properties": {"name": "x"}}),
        ("PUT", feature_of(CAMERA, code=None)),
        ("DELETE", None),
    ):
        hidden = send(west, method, there, body, "*")
        missing = send(west, method, never, body, "*")
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert hidden.text.replace("theirs", "never") == missing.text
    taken = [
        send(west, "POST", CAMERAS, feature_of(CAMERA, code=code)) for code in ("theirs", "mine")
    ]
    assert [answer.status_code for answer in taken] == [409, 409]
    assert taken[0].text == taken[1].text
    send(editor, "DELETE", there, tag="*")
    assert send(west, "POST", f"{there}/restore").status_code == 404
    assert send(west, "POST", f"{never}/restore").status_code == 404


def test_feature_when_moved_out_of_the_area_is_gone_for_its_former_reader(
    site: Flask, editor: SignedIn
) -> None:
    west = signed_in(site, "planner", [WEST_TOWN])
    path, tag = made(west, CAMERA)
    send(editor, "PATCH", path, {"geometry": geometry_at(CAMERA, EAST)}, tag)
    refused = send(west, "DELETE", path, tag=tag)
    assert (refused.status_code, refused.json["current"]) == (412, None)
    assert refused.json["base"]["id"] == editor.get(path).json["id"]
    now = editor.get(path).headers["ETag"]
    assert send(west, "DELETE", path, tag=now).status_code == 404


def test_context_layer_when_outside_the_area_is_read_but_not_written(
    site: Flask, editor: SignedIn
) -> None:
    roads = LAYERS["roads"]
    path, tag = made(editor, roads, place=EAST)
    west = signed_in(site, "planner", [WEST_TOWN])
    assert west.get(path).status_code == 200
    assert send(west, "DELETE", path, tag=tag).status_code == 403
    assert send(west, "PATCH", path, {"properties": {"name": "x"}}, tag).status_code == 403
    assert send(west, "POST", items_of(roads), feature_of(roads, EAST)).status_code == 403
    assert send(west, "POST", items_of(roads), feature_of(roads)).status_code == 201


@pytest.mark.parametrize("layer", [CAMERA, LAYERS["areas"]], ids=["cameras", "areas"])
@pytest.mark.parametrize("role", ROLES)
def test_rights_when_the_role_has_them_not_are_refused_and_not_offered(
    site: Flask, editor: SignedIn, role, layer: Layer
) -> None:
    path, _ = made(editor, layer)
    asking = signed_in(site, role)
    offered = set(asking.options(path).headers["Allow"].split(", "))
    offered |= set(asking.options(items_of(layer)).headers["Allow"].split(", "))
    tries = {
        "PATCH": (path, {"properties": {"name": "x"}}, "update", 200),
        "DELETE": (path, None, "delete", 204),
        "POST": (f"{path}/restore", None, "create", 201),
    }
    for method, (address, body, action, good) in tries.items():
        allowed = layer.access.allows(role, action)
        answer = send(asking, method, address, body, "*")
        assert answer.status_code == (good if allowed else 403)
        assert (method in offered) is allowed
    assert ("PUT" in offered) is layer.access.allows(role, "update")


def test_token_when_it_only_reads_changes_nothing(site: Flask, editor: SignedIn, database) -> None:
    path, tag = made(editor, CAMERA)
    token = token_of(database, "administrator", writes=False)
    sent = {"Authorization": f"Bearer {token}", "If-Match": tag}
    client = site.test_client()
    assert client.get(path, headers=sent).status_code == 200
    assert client.delete(path, headers=sent).status_code == 403
    assert client.post(CAMERAS, json=feature_of(CAMERA), headers=sent).status_code == 403
    assert client.options(path, headers=sent).headers["Allow"] == "GET, HEAD, OPTIONS"


def test_coordinates_when_in_another_crs_follow_its_axes(editor: SignedIn) -> None:
    point = {"type": "Point", "coordinates": [2_601_000.0, 460_000.0]}  # northing first
    sent = {**feature_of(CAMERA), "geometry": point}
    crs = f"{EPSG}4548"  # without brackets, as QGIS writes it
    answer = send(editor, "POST", CAMERAS, sent, Content_Crs=crs)
    assert answer.headers["Content-Crs"] == f"<{crs}>"
    assert answer.json["geometry"] == point
    path = answer.location.removeprefix("http://localhost")
    lon, lat = editor.get(path).json["geometry"]["coordinates"]
    assert (lon, lat) == pytest.approx(WEST, abs=1e-7)
    flipped = {"geometry": {"type": "Point", "coordinates": [WEST[1], WEST[0]]}}
    tag = answer.headers["ETag"]
    same = send(editor, "PATCH", path, flipped, tag, Content_Crs=f"<{EPSG}4326>")
    assert (same.status_code, same.headers["ETag"]) == (200, tag)
    assert send(editor, "POST", CAMERAS, sent, Content_Crs="EPSG:3").status_code == 400


def test_reason_and_author_when_a_feature_is_changed_are_kept(editor: SignedIn, database) -> None:
    path, tag = made(editor, CAMERA)
    why = "%E6%A0%B8%E5%AF%B9%E7%8E%B0%E5%9C%BA"  # 核对现场
    changed = send(editor, "PATCH", path, {"properties": {"azimuth": 7}}, tag, Gisapp_Reason=why)
    number = changed.json["properties"]["change_id"]
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT account, name, kind, reason FROM gisapp.changes WHERE id = %s", (number,)
        )
        assert cursor.fetchone() == (editor.account, editor.name, "edit", "核对现场")
        cursor.execute("SELECT action, account, object FROM gisapp.audit ORDER BY id DESC LIMIT 2")
        code = changed.json["id"]
        assert cursor.fetchall() == [
            ("feature_updated", editor.account, f"cameras:{code}"),
            ("feature_created", editor.account, f"cameras:{code}"),
        ]
    for bad in ("%FF", "a" * 501, "13812345678", "%00"):
        sent = {"properties": {"azimuth": 8}}
        refused = send(editor, "PATCH", path, sent, "*", Gisapp_Reason=bad)
        assert refused.status_code == 400, bad


def test_code_when_left_out_is_made_and_never_one_that_was(editor: SignedIn) -> None:
    first, tag = made(editor, CAMERA)
    second, _ = made(editor, CAMERA)
    assert second == f"{first}-2"
    send(editor, "DELETE", first, tag=tag)
    assert made(editor, CAMERA)[0] == f"{first}-3"
    named = feature_of(CAMERA, code="自定 编号?#")
    answer = send(editor, "POST", CAMERAS, named)
    assert answer.json["id"] == "自定 编号?#"
    assert editor.get(answer.location).json["id"] == "自定 编号?#"
    by_id = send(editor, "POST", CAMERAS, {**feature_of(CAMERA), "id": "by-id"})
    assert by_id.json["id"] == "by-id"


@pytest.mark.parametrize("code", ["a/b", ".", "..", "x" * 65, "a\0b", 7, ["x"], "13812345678"])
def test_code_when_it_cannot_be_one_is_refused(editor: SignedIn, code: object) -> None:
    answer = send(editor, "POST", CAMERAS, feature_of(CAMERA, code=code))
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == ["code"]


def test_code_when_another_is_sent_for_a_feature_is_refused(editor: SignedIn) -> None:
    path, tag = made(editor, CAMERA)
    for body in ({"id": "other"}, {"properties": {"code": "other"}}):
        answer = send(editor, "PATCH", path, body, tag)
        assert answer.status_code == 422
    both = {**feature_of(CAMERA, code="a"), "id": "b"}
    assert send(editor, "POST", CAMERAS, both).status_code == 422


def test_version_when_the_feature_itself_says_it_counts_without_if_match(
    site: Flask, editor: SignedIn
) -> None:
    """As QGIS sends it: whole features, as read, without If-Match, again and again."""
    path, _ = made(editor, CAMERA)
    held = editor.get(path).json
    held["properties"]["name"] = "一"
    assert send(editor, "PUT", path, held).status_code == 200
    held["properties"]["azimuth"] = 9
    assert send(editor, "PUT", path, held).status_code == 200  # what came since was its own
    other = signed_in(site, "planner")
    send(other, "PATCH", path, {"properties": {"name": "二"}}, "*")
    refused = send(editor, "PUT", path, held)
    assert refused.status_code == 412
    assert refused.json["current"]["properties"]["name"] == "二"
    assert send(editor, "PUT", path, held, "*").status_code == 412  # also under a set header
    held["properties"] |= {"row_version": 99, "change_id": 99}
    assert send(editor, "PUT", path, held).status_code == 412


def test_schema_when_asked_for_says_what_may_be_sent(editor: SignedIn) -> None:
    schema = editor.get("/api/collections/cameras/schema?lang=en").json
    assert schema["required"] == ["name", "status", "geometry"]
    assert schema["properties"]["azimuth"]["maximum"] == 360
    assert schema["properties"]["status"]["enum"] == [c.code for c in CAMERA.fields[13].choices]
    assert schema["properties"]["row_version"]["readOnly"] is True
    assert schema["properties"]["geometry"]["format"] == "geometry-point"
    links = editor.get("/api/collections/cameras").json["links"]
    (found,) = [one for one in links if one["rel"].endswith("/schema")]
    assert editor.get(found["href"]).json["properties"].keys() == schema["properties"].keys()


def test_offer_when_qgis_asks_leaves_out_patches(editor: SignedIn) -> None:
    agent = {"User-Agent": "Mozilla/5.0 QGIS/34003/Windows 10"}
    offered = editor.options(f"{CAMERAS}/unknown_id", headers=agent).headers["Allow"]
    assert set(offered.split(", ")) == {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
    assert json.loads(editor.get("/api/conformance").data)["conformsTo"].count(
        "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete"
    )
