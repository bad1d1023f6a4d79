"""An import from its upload to its undoing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.imports.conftest import Site, cameras, package

LAYER = "SELECT code, name, row_version FROM gisapp.cameras ORDER BY code"


def codes(site: Site, prefix: str) -> list[tuple[str, str, int]]:
    found = site.sql(LAYER)
    return [row for row in found if row[0].startswith(prefix)]  # type: ignore[misc]


def test_import_when_sent_checked_applied_and_undone_does_each_once(
    site: Site, tmp_path: Path
) -> None:
    client = site.client("planner")
    files = package(cameras(3, prefix="flow"), tmp_path)
    found = site.check(client, files, layer="cameras")
    assert (found["state"], found["error"]) == ("checked", "")
    assert found["counts"] == {"insert": 3, "update": 0, "unchanged": 0, "reject": 0}
    assert codes(site, "flow") == []
    rows = client.get(f"/api/imports/{found['id']}/rows").json["features"]
    assert [row["properties"]["action"] for row in rows] == ["insert"] * 3
    assert [row["properties"]["row"] for row in rows] == [1, 2, 3]
    assert rows[0]["geometry"]["coordinates"] == pytest.approx([116.6, 23.5], abs=0.2)
    done = site.deed(client, found["id"], "apply")
    assert (done["state"], done["canUndo"]) == ("applied", True)
    assert [row[2] for row in codes(site, "flow")] == [1, 1, 1]
    again = site.check(client, files, layer="cameras")
    assert again["counts"] == {"insert": 0, "update": 0, "unchanged": 3, "reject": 0}
    nothing = site.deed(client, again["id"], "apply")
    assert (nothing["state"], nothing["change"]) == ("applied", None)
    assert [row[2] for row in codes(site, "flow")] == [1, 1, 1]
    undone = site.deed(client, found["id"], "undo")
    assert (undone["state"], undone["canUndo"]) == ("undone", False)
    assert codes(site, "flow") == []
    told = [row[0] for row in site.sql("SELECT action FROM gisapp.audit ORDER BY id")]
    assert [name for name in told if name in ("file_uploaded", "imported", "undone")] == [
        "file_uploaded",
        "imported",
        "file_uploaded",
        "imported",
        "undone",
    ]
    assert json.loads(json.dumps(undone["files"]))[0]["name"] == "in.gpkg"
