"""Any sequence of edits through the API: what was acknowledged is kept, each version once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisapp.app import create_app
from gisapp.database.cluster import Cluster
from gisapp.database.engine import Database
from gisapp.settings import load_settings
from layers.catalogue import LAYERS
from tests.accounts import SignedIn, signed_in
from tests.conftest import TEMPLATE, drop_database
from tests.web.writing import CAMERAS, EAST, WEST, add_towns, feature_of, geometry_at, send

CAMERA = LAYERS["cameras"]
RUNS = itertools.count()
VERSIONS = """
SELECT code, row_version, change_id, name, began, ended, ended_by FROM (
    SELECT code, row_version, change_id, name, updated_at AS began, NULL AS ended, NULL AS ended_by
    FROM gisapp.cameras
    UNION ALL
    SELECT code, row_version, change_id, name, lower(period), upper(period), ended_by
    FROM gisapp_history.cameras
) AS every WHERE code LIKE %s ORDER BY code, began
"""
NAMES = st.text("甲乙丙 '\"$`<", min_size=1, max_size=4).filter(str.strip)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["POST", "PATCH", "PUT", "DELETE", "move", "restore", "bulk", "undo"]),
        st.integers(0, 2),  # which feature
        st.integers(0, 1),  # which writer
        st.booleans(),  # with the version that was read last, or an older one
        NAMES,
    ),
    min_size=5,
    max_size=25,
)


@pytest.fixture(scope="module")
def shared_site(
    cluster: Cluster, names: Iterator[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The application over a database for all examples; each has codes of its own."""
    name = next(names)
    cluster.create_database(name, TEMPLATE)
    made = load_settings({"GISAPP_VAR": str(tmp_path_factory.mktemp("var"))})
    app = create_app(made, cluster.url(name))
    add_towns(app.extensions["gisapp"].database)
    yield app
    app.extensions["gisapp"].database.close()
    drop_database(cluster, name)


class Model:
    """What the server acknowledged: versions by code, and what is there now."""

    def __init__(self, clients: list[SignedIn]) -> None:
        self.clients, self.run = clients, next(RUNS)
        self.acknowledged: dict[tuple[str, str], str] = {}  # code and version to name
        self.tags: dict[str, list[str]] = {}
        self.deletions: list[str] = []

    def do(self, kind: str, which: int, who: int, fresh: bool, name: str) -> None:
        """Send one edit and note what was acknowledged."""
        client, code = self.clients[who], f"r{self.run}-{which}"
        path, tags = f"{CAMERAS}/{code}", self.tags.setdefault(code, [])
        tag = tags[-1 if fresh else 0] if tags else '"0-0"'
        if kind in ("bulk", "undo"):
            self.do_many(client, kind, name)
            return
        body: dict[str, Any] | None = {"properties": {"name": name}}
        if kind in ("POST", "PUT"):
            body = feature_of(CAMERA, name=name, code=code)
        if kind == "move":
            body, kind = {"geometry": geometry_at(CAMERA, EAST if fresh else WEST)}, "PATCH"
        if kind == "restore":
            answer = send(client, "POST", f"{path}/restore")
        else:
            answer = send(client, kind, path if kind != "POST" else CAMERAS, body, tag)
        assert answer.status_code in (200, 201, 204, 404, 409, 412), answer.text
        if answer.status_code == 204:
            self.deletions.append(code)
        elif answer.status_code < 300:
            self.note(answer.json)

    def do_many(self, client: SignedIn, kind: str, name: str) -> None:
        """Edit all features at once, or undo the last change of the writer's own."""
        before = self.read(client)
        if kind == "bulk" and before:
            items = [{"code": one["id"], "version": version_of(one)} for one in before]
            body = {"items": items, "set": {"name": name}}
            assert client.post("/api/collections/cameras/bulk", json=body).status_code == 200
        elif kind == "undo":
            mine = client.get("/api/changes?mine=true").json["changes"]
            if not mine:
                return
            answer = send(client, "POST", f"/api/changes/{mine[0]['id']}/undo")
            assert answer.status_code in (200, 409)
            if answer.status_code == 200:
                left = {one["id"] for one in self.read(client)}
                self.deletions += [one["id"] for one in before if one["id"] not in left]
        for feature in self.read(client):
            self.note(feature)

    def read(self, client: SignedIn) -> list[dict[str, Any]]:
        """Return this run's features as they are."""
        codes = [f"r{self.run}-{which}" for which in range(3)]
        answers = [client.get(f"{CAMERAS}/{code}") for code in codes]
        return [answer.json for answer in answers if answer.status_code == 200]

    def note(self, feature: dict[str, Any]) -> None:
        """Note a version that the server showed."""
        version = version_of(feature)
        self.acknowledged[feature["id"], version] = feature["properties"]["name"]
        tags = self.tags.setdefault(feature["id"], [])
        if f'"{version}"' not in tags:
            tags.append(f'"{version}"')

    def check(self, database: Database) -> None:
        """Hold the database against what was acknowledged."""
        with database.write() as connection, connection.cursor() as cursor:
            cursor.execute(VERSIONS, (f"r{self.run}-%",))
            rows = cursor.fetchall()
        kept = {(code, f"{row}-{change}"): name for code, row, change, name, *_ in rows}
        assert len(kept) == len(rows)  # none twice
        assert kept == self.acknowledged
        deleted = []
        for code, versions in itertools.groupby(rows, key=lambda row: row[0]):
            listed = list(versions)
            for former, later in itertools.pairwise(listed):
                if later[4] == former[5]:  # it followed at once
                    assert later[1] == former[1] + 1
                    assert later[2] == former[6] > former[2]
                else:  # it came back
                    assert later[1] == 1
                    assert later[4] > former[5]
                    deleted.append(code)
            deleted += [code] if listed[-1][5] else []
        assert sorted(deleted) == sorted(self.deletions)


def version_of(feature: dict[str, Any]) -> str:
    """Return a feature's version as its entity tag writes it."""
    return "{row_version}-{change_id}".format(**feature["properties"])


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(steps=STEPS)
def test_edits_in_any_order_lose_nothing_and_make_each_version_once(
    shared_site: Flask, steps: list[tuple[str, int, int, bool, str]]
) -> None:
    model = Model([signed_in(shared_site), signed_in(shared_site, "planner")])
    for step in steps:
        model.do(*step)
    model.check(shared_site.extensions["gisapp"].database)
