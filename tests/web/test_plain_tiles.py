"""Tiles in front of Flask: the same answer, and never one more than the gate would give."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from gisapp.access.accounts import account_numbered, change_account, remove_account
from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import load_settings
from gisapp.web.gate import COOKIE
from tests.access.two_towns import SIDE, SOUTH, WEST, A, B
from tests.accounts import SignedIn, signed_in, token_of
from tests.features.test_tiles import address_of
from tests.web.plain_site import asked_inside, make_site, same

LAYERS = ("parcels", "rented_housing", "buildings")
NOT_MODIFIED = 304
IN_A = (WEST + SIDE / 2, SOUTH + SIDE / 2)
IN_B = (WEST + SIDE * 1.5, SOUTH + SIDE / 2)


@pytest.fixture(scope="module")
def site(cluster, names, tmp_path_factory) -> Iterator[Flask]:
    app = make_site(cluster, next(names), tmp_path_factory.mktemp("k"))
    yield app
    app.extensions["gisapp"].database.close()


@pytest.fixture
def inside(site: Flask) -> Iterator[list[str]]:
    """The requests that Flask answers while a test runs."""
    with asked_inside(site) as seen:
        yield seen


def path_of(layer: str, place: tuple[float, float] = IN_A, zoom: int = 14) -> str:
    tile = address_of(zoom, *place)
    return f"/api/collections/{layer}/tiles/WebMercatorQuad/{zoom}/{tile.row}/{tile.column}"


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("packed", ["gzip", "identity"])
def test_kept_tile_is_answered_without_flask_and_says_the_same(
    site: Flask, inside: list[str], layer: str, packed: str
) -> None:
    client, headers = signed_in(site, "viewer", [A]), {"Accept-Encoding": packed}
    made = client.get(path_of(layer), headers=headers)
    assert inside == ["asked"]
    kept = client.get(path_of(layer), headers=headers)
    assert inside == ["asked"]
    assert same(made, kept)
    tag = {**headers, "If-None-Match": kept.headers["ETag"]}
    assert client.get(path_of(layer), headers=tag).status_code == NOT_MODIFIED
    assert inside == ["asked"]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("packed", ["gzip", "identity"])
def test_new_tile_is_made_without_flask_and_says_the_same(
    site: Flask, inside: list[str], tmp_path: Path, layer: str, packed: str
) -> None:
    client, headers = signed_in(site, "viewer", [A]), {"Accept-Encoding": packed}
    assert client.get("/api/collections").status_code == 200
    made = client.get(path_of(layer, zoom=15), headers=headers)
    assert inside == ["asked"]
    url = site.extensions["gisapp"].database.url
    fresh = create_app(load_settings({"GISAPP_VAR": str(tmp_path)}), url)  # nothing is kept there
    with asked_inside(fresh) as asked:
        stranger = fresh.test_client()
        stranger.set_cookie(COOKIE, str(client.get_cookie(COOKIE).value))
        other = stranger.get(path_of(layer, zoom=15), headers=headers)
    fresh.extensions["gisapp"].database.close()
    assert asked == ["asked"]
    assert made.data
    assert same(made, other)


def test_dataset_tile_when_layers_are_chosen_is_kept_too(site: Flask, inside: list[str]) -> None:
    client = signed_in(site)
    path = path_of("parcels").replace("/collections/parcels", "")
    for chosen in ("", "?collections=parcels,cameras", "?collections=parcels%2Ccameras"):
        first, second = client.get(path + chosen), client.get(path + chosen)
        assert same(first, second) and first.status_code == 200
    assert len(inside) == 1  # by which the process came to know the caller


@pytest.mark.parametrize(
    "more", ["?as-of=2026-01-01", "?collections=nothing", "?lang=en", "?x=1", "?collections="]
)
def test_tile_when_asked_with_anything_else_goes_to_flask(
    site: Flask, inside: list[str], more: str
) -> None:
    client = signed_in(site)
    client.get(path_of("parcels"))
    before = len(inside)
    client.get(path_of("parcels") + more)
    assert len(inside) == before + 1


def test_tile_of_another_scope_is_never_handed_out(site: Flask) -> None:
    everything, of_a, of_b = (
        signed_in(site),
        signed_in(site, "viewer", [A]),
        signed_in(site, "viewer", [B]),
    )
    path = path_of("parcels", IN_B)
    whole = everything.get(path).data
    assert everything.get(path).data == whole
    assert of_b.get(path).data and of_b.get(path).data != of_a.get(path).data
    assert of_a.get(path).status_code == 204
    assert of_a.get(path).status_code == 204  # the kept empty one


def test_kept_tile_when_rights_change_is_judged_anew(site: Flask, inside: list[str]) -> None:
    database: Database = site.extensions["gisapp"].database
    client = signed_in(site, "viewer", [A])
    path = path_of("parcels")
    assert client.get(path).data == client.get(path).data != b""
    with database.write() as connection:
        change_account(connection, account_numbered(connection, client.account), "viewer", [B])
    assert client.get(path_of("parcels", IN_A)).status_code == 204
    with database.write() as connection:
        remove_account(connection, account_numbered(connection, client.account))
    assert client.get(path).status_code == 401


def test_kept_tile_when_rows_change_is_made_anew(site: Flask) -> None:
    database: Database = site.extensions["gisapp"].database
    client = signed_in(site)
    path = path_of("parcels")
    before = [client.get(path).headers["ETag"] for _ in range(2)]
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE gisapp.parcels SET note = note WHERE id = 1")
    assert before[0] == before[1] != client.get(path).headers["ETag"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic wrong"},
        {"Authorization": "Bearer "},
        {"Cookie": "gisapp_session=a; gisapp_session=b"},
        {"Cookie": "gisapp_session="},
        {"Cookie": "xgisapp_session=a"},
    ],
)
def test_kept_tile_when_the_credential_is_no_good_is_refused(
    site: Flask, headers: dict[str, str]
) -> None:
    client = signed_in(site)
    for _ in range(2):
        assert client.get(path_of("parcels")).status_code == 200
    stranger = site.test_client(use_cookies=False)
    assert stranger.get(path_of("parcels"), headers=headers).status_code == 401


def test_wrong_token_when_a_cookie_is_good_is_judged_by_the_token(site: Flask) -> None:
    client: SignedIn = signed_in(site)
    assert client.get(path_of("parcels")).status_code == 200
    wrong = {"Authorization": "Bearer wrong"}
    assert client.get(path_of("parcels"), headers=wrong).status_code == 401
    good = {"Authorization": f"Bearer {token_of(site.extensions['gisapp'].database)}"}
    assert [client.get(path_of("parcels"), headers=good).status_code for _ in range(2)] == [200] * 2


def test_kept_tile_when_the_password_must_be_changed_is_refused(site: Flask) -> None:
    database: Database = site.extensions["gisapp"].database
    client = signed_in(site)
    assert client.get(path_of("parcels")).status_code == 200
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gisapp.accounts SET must_change = true WHERE id = %s", (client.account,)
        )
    assert [client.get(path_of("parcels")).status_code for _ in range(2)] == [403, 403]


def test_kept_tile_when_a_second_factor_is_needed_is_refused(site: Flask) -> None:
    services = site.extensions["gisapp"]
    access = dataclasses.replace(services.settings.access, second_factor="everybody")
    strict = create_app(
        dataclasses.replace(services.settings, access=access), services.database.url
    )
    client = signed_in(strict)
    assert [client.get(path_of("parcels")).status_code for _ in range(2)] == [403, 403]
    strict.extensions["gisapp"].database.close()
