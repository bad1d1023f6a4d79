"""Features in front of Flask: byte for byte what Flask answers, and nothing beyond the scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from gisapp.access.accounts import account_numbered, change_account, remove_account
from gisapp.database.engine import Database
from gisapp.web.costs import COSTLY, COSTLY_FOR_ALL
from gisapp.web.gate import BEFORE_FACTOR, COOKIE, HOSTS, PUBLIC
from gisapp.web.plain_answers import QUESTIONS, read_credential
from layers.catalogue import LAYERS
from tests.access.two_towns import SIDE, SOUTH, WEST, A, B
from tests.accounts import SignedIn, signed_in, token_of
from tests.features.test_tiles import address_of
from tests.web.plain_site import answer_inside, asked_inside, make_site, same

CAMERAS = "/api/collections/cameras/items"
BOX = "bbox=116.60,23.49,116.70,23.55"
SPOT = address_of(14, WEST + SIDE / 2, SOUTH + SIDE / 2)
TILES = f"tiles/WebMercatorQuad/14/{SPOT.row}/{SPOT.column}"
TILE = f"/api/collections/parcels/{TILES}"
PLAIN = (
    *(f"/api/collections/{name}/items?{BOX}&limit=7" for name in LAYERS),
    "/api/collections/parcels/items",
    "/api/collections/parcels/items?limit=1000",
    "/api/collections/areas/items/445103101",
    f"{CAMERAS}?f=json&limit=3&bbox=116.6%2C23.49%2C116.7%2C23.55",
    f"{CAMERAS}?limit=2&after=AAAAAAAAAAE",
    f"{CAMERAS}?{BOX}&limit=1",
    f"{CAMERAS}/X-1",
    TILE,
    "/api/collections/parcels/tiles/WebMercatorQuad/14/1/1",
    f"/api/{TILES}?collections=parcels,cameras",
)
FAULTY = (
    f"{CAMERAS}?limit=0",
    f"{CAMERAS}?limit=9999999999999999999999",
    f"{CAMERAS}?bbox=1,2,3",
    f"{CAMERAS}?bbox=9,9,1,2e9",
    f"{CAMERAS}?bbox=nan,nan,nan,nan",
    f"{CAMERAS}?after=zz",
    f"{CAMERAS}/none-such",
    f"{CAMERAS}/{'x' * 65}",
)
LESS_PLAIN = (
    f"{CAMERAS}?f=html",
    f"{CAMERAS}?lang=en",
    f"{CAMERAS}?count=true",
    f"{CAMERAS}?limit=1&limit=2",
    f"{CAMERAS}?limit=",
    f"{CAMERAS}?limit=%31",
    f"{CAMERAS}?no=such",
    f"{CAMERAS}?area_code={A}",
    f"{CAMERAS}?as-of=2026-01-01",
    f"{CAMERAS}?datetime=2026-01-01",
    f"{CAMERAS}?crs=http://www.opengis.net/def/crs/EPSG/0/4548",
    f"{CAMERAS}/X-1?f=json",
    f"{CAMERAS}/甲",
    "/api/collections/none/items",
)
ASKED_OTHERWISE = (
    {"Accept": "text/html"},
    {"Accept": "application/xhtml+xml"},
    {"Cookie": "language=en"},
    {"If-None-Match": '"x"'},
    {"Host": "LOCALHOST"},
    {"Host": "localhost:80"},
    {"Host": "xn--fiqs8s"},
    {"Host": "[::1]:8000"},
)
CALLERS: tuple[Callable[[Flask], SignedIn], ...] = (
    signed_in,
    lambda site: signed_in(site, "viewer", [A]),
    lambda site: signed_in(site, "planner", [B, A + "201"]),
    lambda site: signed_in(site, "inspector", []),
)


@pytest.fixture(scope="module")
def site(cluster, names, tmp_path_factory) -> Iterator[Flask]:
    app = make_site(cluster, next(names), tmp_path_factory.mktemp("k"))
    yield app
    app.extensions["gisapp"].database.close()


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("packed", ["gzip", "identity"])
@pytest.mark.parametrize("root", ["http://localhost", "https://localhost:8443"])
def test_plain_answer_when_asked_is_what_flask_says(
    site: Flask, caller: Callable[[Flask], SignedIn], packed: str, root: str
) -> None:
    client, headers = caller(site), {"Accept-Encoding": packed}
    client.get("/api/collections")  # by which the process comes to know the caller
    for path in PLAIN:
        with asked_inside(site) as seen:
            plain = client.get(path, headers=headers, base_url=root)
            assert bool(seen) == (plain.status_code == 404), path
        assert same(plain, answer_inside(client, path, headers, root)), path


def test_plain_answers_when_asked_hold_something(site: Flask) -> None:
    client = signed_in(site)
    page = client.get(f"{CAMERAS}?{BOX}&limit=3").json
    assert len(page["features"]) == 3 and any(one["rel"] == "next" for one in page["links"])
    assert client.get(f"{CAMERAS}/X-1").json["id"] == "X-1"


@pytest.mark.parametrize("path", FAULTY)
def test_fault_in_front_when_told_is_told_as_inside(site: Flask, path: str) -> None:
    client = signed_in(site)
    client.get("/api/collections")
    told = client.get(path)
    assert 400 <= told.status_code < 500
    inside = answer_inside(client, path, {})
    assert (told.status_code, told.json) == (inside.status_code, inside.json)


@pytest.mark.parametrize("path", LESS_PLAIN)
def test_anything_less_plain_when_asked_goes_to_flask(site: Flask, path: str) -> None:
    client = signed_in(site)
    client.get("/api/collections")
    with asked_inside(site) as seen:
        client.get(path)
    assert seen


@pytest.mark.parametrize("headers", ASKED_OTHERWISE)
def test_page_when_asked_for_otherwise_goes_to_flask(site: Flask, headers: dict[str, str]) -> None:
    client = site.test_client(use_cookies=False)
    token = {"Authorization": f"Bearer {token_of(site.extensions['gisapp'].database)}"}
    client.get("/api/collections", headers=token)
    with asked_inside(site) as seen:
        client.get(f"{CAMERAS}?limit=1", headers=token)
        assert not seen
        client.get(f"{CAMERAS}?limit=1", headers={**token, **headers})
    assert seen


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "head", "options"])
def test_other_method_when_asked_goes_to_flask(site: Flask, method: str) -> None:
    client = signed_in(site, "viewer")
    client.get("/api/collections")
    with asked_inside(site) as seen:
        getattr(client, method)(f"{CAMERAS}/X-1")
    assert seen


def test_host_of_another_name_when_asked_for_is_left_to_flask(site: Flask) -> None:
    client = signed_in(site)
    client.get("/api/collections")
    site.extensions[HOSTS] = {"localhost"}
    try:
        for path in (TILE, f"{CAMERAS}?limit=1", f"{CAMERAS}/X-1"):
            with asked_inside(site) as seen:
                assert client.get(path).status_code in (200, 204)
                assert not seen
                client.get(path, headers={"Host": "evil.example"})
                assert seen
    finally:
        del site.extensions[HOSTS]


def test_page_when_scope_changes_or_account_goes_is_judged_anew(site: Flask) -> None:
    database: Database = site.extensions["gisapp"].database
    client = signed_in(site, "viewer", [A])
    seen = [areas_of(client), areas_of(client)]
    with database.write() as connection:
        change_account(connection, account_numbered(connection, client.account), "viewer", [B])
    seen += [areas_of(client), areas_of(client)]
    assert seen == [{A}, {A}, {B}, {B}]
    with database.write() as connection:
        remove_account(connection, account_numbered(connection, client.account))
    assert client.get(CAMERAS).status_code == 401
    assert client.get(f"{CAMERAS}/X-1").status_code == 401


def test_feature_when_token_is_revoked_is_refused_at_once(site: Flask) -> None:
    database: Database = site.extensions["gisapp"].database
    token = {"Authorization": f"Bearer {token_of(database)}"}
    client = site.test_client(use_cookies=False)
    for _ in range(2):
        assert client.get(f"{CAMERAS}/X-1", headers=token).status_code == 200
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE gisapp.tokens SET revoked_at = now() WHERE revoked_at IS NULL")
    assert client.get(f"{CAMERAS}/X-1", headers=token).status_code == 401
    assert client.get(CAMERAS, headers=token).status_code == 401


def test_feature_when_changed_or_deleted_is_told_at_once(site: Flask) -> None:
    database: Database = site.extensions["gisapp"].database
    client, path = signed_in(site), f"{CAMERAS}/X-5"
    before = [client.get(path).headers["ETag"] for _ in range(2)]
    page = [client.get(CAMERAS).headers["ETag"] for _ in range(2)]
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE gisapp.cameras SET note = 'new' WHERE code = 'X-5'")
    after = client.get(path)
    assert after.json["properties"]["note"] == "new"
    assert before[0] == before[1] != after.headers["ETag"]
    assert page[0] == page[1] != client.get(CAMERAS).headers["ETag"]
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM gisapp.cameras WHERE code = 'X-5'")
    assert client.get(path).status_code == 404


def test_what_is_answered_in_front_is_neither_public_nor_rationed(site: Flask) -> None:
    adapter = site.url_map.bind("localhost")
    endpoints = {adapter.match(path.partition("?")[0], "GET")[0] for path in PLAIN}
    assert len(endpoints) == len(QUESTIONS) + 1  # tiles have two addresses
    assert not endpoints & {*PUBLIC, *COSTLY, *COSTLY_FOR_ALL, *BEFORE_FACTOR}


def areas_of(client: SignedIn) -> set[str]:
    """Return the towns of the cameras that a page shows."""
    features = client.get(f"{CAMERAS}?limit=1000").json["features"]
    return {one["properties"]["area_code"][:9] for one in features}


@pytest.mark.parametrize("between", [";", "; ", "; a=b; "])
def test_credential_when_two_sessions_are_sent_is_left_to_flask(between: str) -> None:
    sent = {"HTTP_COOKIE": f"{COOKIE}=one{between}{COOKIE}=two"}
    assert read_credential({"HTTP_COOKIE": f"a=b; {COOKIE}=one; c=d"}) is not None
    assert read_credential(sent) is None
