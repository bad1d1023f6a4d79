"""An import from its upload to its undoing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.imports.conftest import WEST_TOWN, Site, cameras, package
from tests.imports.here import bring

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


def test_import_of_the_command_line_is_undone_on_the_page_by_who_oversees_all(
    site: Site, tmp_path: Path
) -> None:
    ((name, content),) = package(cameras(2, prefix="line"), tmp_path)
    (tmp_path / name).write_bytes(content)
    number = bring(site.database, site.settings, tmp_path / name, "cameras").held.id
    assert len(codes(site, "line")) == 2
    planner = site.client("planner")
    told = site.show(planner, number)  # who sees all areas sees it, but it is not theirs
    assert (told["state"], told["askedBy"], told["canUndo"]) == ("applied", "gisapp", False)
    assert planner.post(f"/api/imports/{number}/undo").status_code == 404
    assert (
        site.client("administrator", [WEST_TOWN]).get(f"/api/imports/{number}").status_code == 404
    )
    administrator = site.client()
    assert site.show(administrator, number)["canUndo"]
    assert site.deed(administrator, number, "undo")["state"] == "undone"
    assert codes(site, "line") == []
