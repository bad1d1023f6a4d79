"""Any moment of the past over HTTP: each answer is the one that was given then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.features.times import LOCAL
from gisapp.features.web_mercator import TileAddress
from tests.accounts import signed_in
from tests.features.test_tiles import CROWD, EAST, NORTH, address_of, decode

ITEMS = "/api/collections/hazard_sites/items"
PARCELS = "/api/collections/parcels/items"
PARCEL = """
INSERT INTO parcels (code, name, land_use, dispute, geom) VALUES ('p', '地块', '07', 'none',
    ST_Multi(ST_MakeEnvelope(455000, 2615000, 455100, 2615100, 4548)))
"""
# What happens to a crowd of 200 places and one parcel, transaction by transaction.
STEPS = (
    PARCEL,
    "UPDATE hazard_sites SET name = '改' || code, grade = 'yellow' WHERE id % 3 = 0",
    "UPDATE hazard_sites SET geom = ST_Translate(geom, 35, 12) WHERE id % 5 = 0;"
    "UPDATE parcels SET geom = ST_Translate(geom, 20, 0), name = '<b>`${x}`'",
    "DELETE FROM hazard_sites WHERE id % 2 = 0; DELETE FROM parcels",
)
HERE = {"count": 200, "east": EAST, "north": NORTH}
LON, LAT = 116.5589, 23.6355  # of EAST, NORTH
BOX = f"{LON - 0.1},{LAT - 0.1},{LON + 0.1},{LAT + 0.1}"
ADDRESSES = (
    f"{ITEMS}?limit=10000",
    f"{ITEMS}?limit=7&bbox={BOX}&count=true&grade=yellow",
    f"{ITEMS}/H6",
    f"{ITEMS}/H10?f=html",
    f"{PARCELS}?crs=http://www.opengis.net/def/crs/EPSG/0/4548",
    f"/api/collections/hazard_sites/clusters?bbox={BOX}&zoom=12",
    f"/api/collections/hazard_sites/clusters?bbox={BOX}&zoom=18",
    "/api/search?q=改H6",
    "/api/search?q=地块",
    f"/api/identify?lon={LON}&lat={LAT}&zoom=17",
    f"/api/queries/nearest?layer=hazard_sites&n=12&near={LON},{LAT}",
    f"/api/queries/nearest?layer=parcels&n=12&near={LON},{LAT}&f=csv",
    f"/queries/nearest?layer=hazard_sites&n=12&near={LON},{LAT}",
)
UNLIKE = ("timeStamp", "links", "asOf")  # in which answers of now and then differ


class Past:
    """A client, and for each moment the answers given at it when it was now."""

    def __init__(
        self, client: FlaskClient, database: Database, addresses: tuple[str, ...] = ADDRESSES
    ) -> None:
        self.client, self.database, self.addresses = client, database, addresses
        self.moments: list[datetime] = []
        self.given: list[dict[str, Any]] = []

    def change(self, statement: str, **values: object) -> None:
        """Do a transaction, then ask for everything."""
        with self.database.write() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            cursor.execute("SELECT max(changed_at) FROM gisapp.layer_revisions")
            self.moments.append(cursor.fetchone()[0])
        self.given.append({address: self.ask(address) for address in self.addresses})

    def ask(self, address: str, moment: datetime | None = None) -> Any:
        """Return status and content of an answer, without what may differ."""
        asked = {"as-of": moment.isoformat()} if moment else {}
        mark = "&" if "?" in address else "?"
        answer = self.client.get(address + (mark + urlencode(asked) if asked else ""))
        shown = answer.headers.get("Content-As-Of")
        assert (shown is None) == (moment is None or answer.status_code >= 500), answer.text
        if shown:
            assert datetime.fromisoformat(shown) == moment
        if not answer.is_json and "json" not in answer.content_type:
            return answer.status_code, page_rows(answer.text)
        body = answer.get_json()
        if isinstance(body, dict):
            body = {name: part for name, part in body.items() if name not in UNLIKE}
        return answer.status_code, body


def page_rows(text: str) -> list[str]:
    """Return the lines of a page's tables, or of a CSV file."""
    return [line.strip() for line in text.splitlines() if "<html" not in text or "<td" in line]


@pytest.fixture
def past(database: Database, settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Past]:
    for module in ("clusters", "clusters_in_time"):
        monkeypatch.setattr(f"gisapp.features.{module}.FEW", 10)
    app = create_app(settings, database.url)
    made = Past(signed_in(app), database)
    made.change(CROWD, **HERE)
    for step in STEPS:
        made.change(step)
    yield made
    app.extensions["gisapp"].database.close()


def test_answers_when_asked_as_of_a_moment_are_those_given_then(past: Past) -> None:
    for moment, given in zip(past.moments, past.given, strict=True):
        for address in ADDRESSES:
            then, now = past.ask(address, moment), given[address]
            assert sorted_features(then) == sorted_features(now), (address, moment)
    told = [repr(given[address]) for address in ADDRESSES for given in past.given]
    assert len(set(told)) > 3 * len(ADDRESSES)  # the answers did change


def sorted_features(answer: tuple[int, Any]) -> tuple[int, Any]:
    """Return an answer with its clusters in an order of their own: any is right."""
    status, body = answer
    if isinstance(body, dict) and body.get("clustered"):
        body = {**body, "features": sorted(body["features"], key=repr)}
    return status, body


@pytest.mark.parametrize("zoom", [8, 11, 14, 16])
@pytest.mark.parametrize("name", ["hazard_sites", "parcels"])
def test_tile_when_asked_as_of_a_moment_is_that_of_then(
    database: Database, tmp_path: Path, settings, monkeypatch, name: str, zoom: int
) -> None:
    monkeypatch.setattr("gisapp.features.tiles.MANY_POINTS", ((12, 50), (15, 120)))
    address = address_of(zoom)
    path = f"/api/collections/{name}/tiles/WebMercatorQuad/{zoom}/{address.row}/{address.column}"
    app = create_app(settings, database.url)
    past = Past(signed_in(app), database, ())
    drawn = []
    for step in (CROWD, *STEPS):
        past.change(step, **(HERE if step == CROWD else {}))
        drawn.append(tile_rows(past.client.get(path).data, address, tmp_path))
    for moment, wanted in zip(past.moments, drawn, strict=True):
        answer = past.client.get(path, query_string={"as-of": moment.isoformat()})
        assert tile_rows(answer.data, address, tmp_path) == wanted
        assert datetime.fromisoformat(answer.headers["Content-As-Of"]) == moment
    small = name == "parcels" and zoom <= 13  # less than two pixels: nobody sees it
    assert (len(set(map(repr, drawn))) > 1) != small
    app.extensions["gisapp"].database.close()


def tile_rows(tile: bytes, address: TileAddress, folder: Path) -> list[tuple[str, ...]]:
    """Return what a tile of one layer holds, in an order of its own."""
    layers = decode(tile, address, folder) if tile else {}
    return [row for frame in layers.values() for row in rows(frame)]


def rows(frame: Any) -> list[tuple[str, ...]]:
    """Return a layer of a tile as rows in an order of its own."""
    return sorted(tuple(map(str, row)) for row in frame.itertuples(index=False))


def test_moment_when_not_known_is_refused_with_what_is(past: Past) -> None:
    for name, address in (("as-of", ITEMS), ("as-of", f"{ITEMS}/H6"), ("datetime", PARCELS)):
        future = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        refused = past.client.get(f"{address}?{urlencode({name: future, 'lang': 'en'})}")
        assert (refused.status_code, "in the future" in refused.json["detail"]) == (400, True)
        early = past.client.get(f"{address}?{urlencode({name: '2001-01-01', 'lang': 'zh'})}")
        assert early.status_code == 400
        assert "历史自" in early.json["detail"]
    for text in (
        "",
        "yesterday",
        "2026-02-30",
        "2026-01-01/2026-01-02",
        "0001-01-01T00:00:00+14:00",
    ):
        assert past.client.get(ITEMS, query_string={"as-of": text}).status_code == 400, text
    assert past.client.get(ITEMS, query_string={"as-of": "9999-12-31"}).status_code == 400
    twice = past.client.get(f"{ITEMS}?as-of=2026-01-01&as-of=2026-01-02")
    assert twice.status_code == 400


def test_day_when_it_is_today_shows_the_present(past: Past) -> None:
    today = datetime.now(LOCAL).date()
    answer = past.client.get(f"{ITEMS}?as-of={today}")
    assert answer.status_code == 200
    assert answer.json["numberMatched"] == 100
    shown = datetime.fromisoformat(answer.headers["Content-As-Of"])
    assert datetime.now(UTC) - shown < timedelta(minutes=1)


def test_pages_when_followed_stay_at_their_moment(past: Past) -> None:
    moment = past.moments[1]
    address = f"{ITEMS}?{urlencode({'as-of': moment.isoformat(), 'limit': 30})}"
    codes: list[str] = []
    while address:
        page = past.client.get(address).json
        assert datetime.fromisoformat(page["asOf"]) == moment
        codes += [feature["id"] for feature in page["features"]]
        links = {link["rel"]: link["href"] for link in page["links"]}
        assert past.client.get(links["self"]).json["features"] == page["features"]
        address = links.get("next", "").replace("http://localhost", "")
    assert len(codes) == len(set(codes)) == 200
    single = past.client.get(f"{ITEMS}/H6?{urlencode({'as-of': moment.isoformat()})}").json
    (own,) = [link["href"] for link in single["links"] if link["rel"] == "self"]
    assert past.client.get(own).json["properties"]["name"] == "name"
    assert past.client.get(f"{ITEMS}/H6").status_code == 404


def test_datetime_when_the_layer_has_no_time_means_the_moment(past: Past) -> None:
    for number, name in ((1, "地块"), (3, "<b>`${x}`")):
        moment = past.moments[number].isoformat()
        answer = past.client.get(PARCELS, query_string={"datetime": moment})
        assert [one["properties"]["name"] for one in answer.json["features"]] == [name]
        assert answer.headers["Content-As-Of"]
        assert answer.json["asOf"]
    gone = past.client.get(PARCELS, query_string={"datetime": "2020-01-01/.."})
    assert gone.json["features"] == []
    assert "Content-As-Of" not in gone.headers
    incidents = past.client.get("/api/collections/incidents/items?datetime=2001-01-01")
    assert incidents.status_code == 200
    assert "Content-As-Of" not in incidents.headers


def test_answer_when_held_is_not_sent_again(past: Past) -> None:
    asked = {"as-of": past.moments[1].isoformat()}
    first = past.client.get(ITEMS, query_string=asked)
    again = past.client.get(
        ITEMS, query_string=asked, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.headers["Content-As-Of"]) == (
        304,
        first.headers["Content-As-Of"],
    )
    past.change("UPDATE hazard_sites SET name = 'x'")
    newer = past.client.get(
        ITEMS, query_string=asked, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert newer.status_code == 200
    assert newer.json["features"] == first.json["features"]


def test_past_when_read_is_noted_once_in_the_audit_trail(past: Past) -> None:
    database = past.database
    asked = f"{ITEMS}?limit=3&{urlencode({'as-of': past.moments[1].isoformat()})}"

    def noted() -> list[tuple[str, str]]:
        with database.write() as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT object, details->>'moment' FROM gisapp.audit WHERE action = 'history_read'"
                " AND details ? 'moment' AND account = %s ORDER BY id",
                (past.client.account,),
            )
            return list(cursor.fetchall())

    for _ in range(3):
        assert past.client.get(asked).status_code == 200
        assert past.client.get(ITEMS).status_code == 200  # the present is no history
    ((layer, moment),) = noted()
    assert layer == "hazard_sites"
    assert past.moments[1].astimezone(LOCAL).isoformat().startswith(moment)


def test_past_when_the_role_may_not_see_history_is_refused(past: Past) -> None:
    viewer = signed_in(past.client.application, "viewer")
    moment = urlencode({"as-of": past.moments[1].isoformat()})
    for address in ADDRESSES:
        mark = "&" if "?" in address else "?"
        exported = "f=csv" in address  # which a viewer may not of the present either
        assert viewer.get(address).status_code == (403 if exported else past.given[-1][address][0])
        assert viewer.get(f"{address}{mark}{moment}").status_code == 403, address
    assert signed_in(past.client.application, "leader").get(f"{ITEMS}?{moment}").status_code == 200


def test_document_when_read_describes_the_moment(past: Past) -> None:
    document = past.client.get("/api/openapi.json").json
    taking = [
        path
        for path, item in document["paths"].items()
        if "get" in item and {"$ref": "#/components/parameters/as-of"} in item["get"]["parameters"]
    ]
    for route in ("items", "items/{code}", "clusters", "search", "identify", "nearest", "{col}"):
        assert any(path.endswith(route) for path in taking), route
