"""Deciding about an import: rows that do not fit, other plans, other tables, former rounds."""

from __future__ import annotations

from pathlib import Path

import geopandas
import pandas
import pyogrio
import pytest

from tests.imports.conftest import EAST_TOWN, WEST_TOWN, Site, cameras, package
from tests.jobs.doing import attempt
from tests.web.writing import MIDDLES, TO_DEGREES


def test_rows_when_they_do_not_fit_stop_the_import_until_they_are_skipped(
    site: Site, tmp_path: Path
) -> None:
    client = site.client("planner")
    frame = cameras(3, prefix="bad", status=["online", "nonsense", "offline"])
    found = site.check(client, package(frame, tmp_path), layer="cameras")
    number = found["id"]
    assert found["counts"] == {"insert": 2, "update": 0, "unchanged": 0, "reject": 1}
    assert (found["canApply"], found["hasRejects"]) == (False, True)
    assert client.post(f"/api/imports/{number}/apply").status_code == 409
    (finding,) = client.get(f"/api/imports/{number}/findings?lang=en").json["findings"]
    assert (finding["row"], finding["value"]) == (2, "nonsense")
    bad = client.get(f"/api/imports/{number}/rows?action=reject").json["features"]
    assert [row["properties"]["row"] for row in bad] == [2]
    assert bad[0]["geometry"]["type"] == "Point"  # where it would lie
    skipped = site.decide(client, number, plan={"skip_errors": True})
    assert skipped["canApply"]
    assert site.deed(client, number, "apply")["state"] == "applied"
    assert site.sql("SELECT count(*) FROM gisapp.cameras WHERE code LIKE 'bad%%'") == [(2,)]
    # What was rejected can still be had, mended, and sent again.
    answer = client.get(f"/api/imports/{number}/rejects")
    assert answer.status_code == 200, answer.text
    (tmp_path / "back.gpkg").write_bytes(answer.data)
    back = geopandas.read_file(tmp_path / "back.gpkg")
    assert back["编号"].tolist() == ["bad1"]
    assert "nonsense" not in back["原因/reason"][0]
    back["status"] = "online"
    again = site.check(client, package(back, tmp_path, "mended.gpkg"), layer="cameras")
    assert again["counts"] == {"insert": 1, "update": 0, "unchanged": 0, "reject": 0}
    assert "原因/reason" not in {name for name, field in again["plan"]["mapping"].items() if field}
    assert again["profile"] is not None  # the same columns, but for the reason


def test_plan_when_changed_is_checked_anew_and_remembered_for_the_sender(
    site: Site, tmp_path: Path
) -> None:
    client = site.client("planner")
    frame = cameras(2, prefix="plan").rename(columns={"name": "甲"})
    first = site.check(client, package(frame, tmp_path), layer="cameras", sender="某镇综治办")
    assert first["plan"]["mapping"].get("甲", "") != "name"
    found = site.decide(client, first["id"], round=first["round"], plan={"mapping": {"甲": "name"}})
    assert (found["round"], found["plan"]["mapping"]["甲"]) == (2, "name")
    assert found["counts"]["insert"] == 2
    stale = client.patch(f"/api/imports/{found['id']}", json={"round": 1, "plan": {"repair": True}})
    assert stale.status_code == 412
    site.deed(client, found["id"], "apply")
    other = cameras(1, prefix="more").rename(columns={"name": "甲"})
    files = package(other, tmp_path)
    theirs = site.check(site.client("planner"), files, sender="某镇综治办")
    assert theirs["profile"]["sender"] == "某镇综治办"
    assert (theirs["layer"], theirs["plan"]["mapping"]["甲"]) == ("cameras", "name")
    unknown = site.check(site.client("planner"), files, layer="cameras")
    assert unknown["profile"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"plan": {"colour": 1}}, 400),
        ({"plan": {"layer": "roads"}}, 400),
        ({"plan": {"mapping": {"x": 1}}}, 400),
        ({"plan": 7}, 400),
        ({"remedy": {"key": "none"}}, 400),
        ({"layer": "nonsense"}, 400),
        ({"table": 1}, 400),
        ({"sender": "张三 13812345678"}, 400),
        ({"options": {"header_row": True}}, 400),
        ({"options": {"x": 1}}, 400),
        ({"colour": 1}, 400),
        ({"round": 99}, 412),
        ({"round": "1"}, 400),
        ({"layer": "roads", "plan": {}}, 409),
    ],
)
def test_decision_when_it_is_none_is_refused(
    site: Site, tmp_path: Path, body: dict[str, object], status: int
) -> None:
    client = site.client("planner")
    number = site.check(client, package(cameras(1), tmp_path), layer="cameras")["id"]
    answer = client.patch(f"/api/imports/{number}", json=body)
    assert answer.status_code == status, answer.text
    assert site.show(client, number)["round"] == 1


def test_check_when_decided_anew_meanwhile_leaves_nothing(site: Site, tmp_path: Path) -> None:
    client = site.client("planner")
    number = site.send(client, package(cameras(1, prefix="old"), tmp_path), layer="cameras").json[
        "id"
    ]
    ((first,),) = site.sql("SELECT job FROM gisapp.imports WHERE id = %s", number)
    assert client.patch(f"/api/imports/{number}", json={}).status_code == 202
    assert attempt(site.database, site.settings, first)[0] == "cancelled"
    site.work(number)
    found = site.show(client, number)
    assert (found["state"], found["round"], found["isCurrent"]) == ("checked", 2, True)
    assert site.sql(
        "SELECT count(*) FROM pg_class WHERE relname IN (%s, %s)",
        f"rows_{number}_1",
        f"rows_{number}_2",
    ) == [(1,)]


def test_layer_when_not_named_is_found_by_the_columns(site: Site, tmp_path: Path) -> None:
    client = site.client("planner")
    found = site.check(client, package(cameras(1, prefix="guess"), tmp_path))
    assert (found["layer"], found["guessed"]) == ("cameras", True)
    strange = geopandas.GeoDataFrame({"甲": [1]}, geometry=cameras(1).geometry, crs=4548)
    failed = site.check(client, package(strange, tmp_path))
    assert (failed["state"], failed["counts"]) == ("failed", None)
    assert "which layer" in failed["error"]
    mended = site.decide(client, failed["id"], layer="cameras")
    assert mended["layer"] == "cameras"


def test_layer_when_a_name_fits_several_is_not_guessed(site: Site, tmp_path: Path) -> None:
    client = site.client("planner")
    named = geopandas.GeoDataFrame({"名称": ["甲校"]}, geometry=cameras(1).geometry, crs=4548)
    found = site.check(client, package(named, tmp_path))
    assert (found["state"], found["layer"], found["counts"]) == ("failed", "", None)
    assert "which layer" in found["error"]
    page = client.get(f"/imports/{found['id']}").text
    assert '<select name="layer" required>' in page and 'value="facilities"' in page


def test_list_of_coordinates_when_no_layer_is_named_is_never_taken_for_areas(
    site: Site,
) -> None:
    lon, lat = TO_DEGREES.transform(*MIDDLES[WEST_TOWN])
    # Without the geometry this would be the water: its name is in the file's.
    held = f"名称,类别,经度,纬度\n甲,school,{lon},{lat}\n".encode("gb18030")
    found = site.check(site.client("planner"), [("水域.csv", held)])
    assert found["layer"] != "water"
    told = site.check(site.client("planner"), [("监控.csv", held)])
    assert (told["layer"], told["guessed"]) == ("cameras", True)


def test_table_when_the_file_has_several_is_chosen(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    cameras(1, prefix="one").to_file(path, layer="一")
    cameras(2, prefix="two").to_file(path, layer="二", mode="a")
    client = site.client("planner")
    files = [("two.gpkg", path.read_bytes())]
    found = site.check(client, files, layer="cameras")
    assert {table["name"] for table in found["tables"]} == {"一", "二"}
    assert found["counts"]["insert"] == 2  # the larger
    other = site.decide(client, found["id"], table="一")
    assert other["counts"]["insert"] == 1
    assert site.decide(client, found["id"], table="三")["state"] == "failed"


def test_rows_when_outside_the_areas_are_rejected_without_telling_of_others(
    site: Site, tmp_path: Path
) -> None:
    everywhere = site.client("planner")
    held = package(cameras(1, town=EAST_TOWN, prefix="there"), tmp_path)
    site.deed(everywhere, site.check(everywhere, held, layer="cameras")["id"], "apply")
    limited = site.client("planner", [WEST_TOWN])
    here = cameras(2, town=WEST_TOWN, prefix="there")  # the first has a code that is taken there
    away = cameras(1, town=EAST_TOWN, prefix="away")
    both = geopandas.GeoDataFrame(pandas.concat([here, away], ignore_index=True), crs=4548)
    found = site.check(limited, package(both, tmp_path), layer="cameras")
    assert found["counts"] == {"insert": 1, "update": 0, "unchanged": 0, "reject": 2}
    findings = limited.get(f"/api/imports/{found['id']}/findings?lang=en").json["findings"]
    assert [(one["row"], one["field"]) for one in findings] == [(1, "code"), (3, "geometry")]
    assert "taken" in findings[0]["reason"]
    assert "outside the areas" in findings[1]["reason"]
    site.decide(limited, found["id"], plan={"skip_errors": True})
    site.deed(limited, found["id"], "apply")
    assert site.sql("SELECT code FROM gisapp.cameras WHERE code ~ '^(there|away)' ORDER BY 1") == [
        ("there0",),
        ("there1",),
    ]
    assert site.sql("SELECT row_version FROM gisapp.cameras WHERE code = 'there0'") == [(1,)]


def test_code_when_its_last_feature_stood_elsewhere_is_rejected(site: Site, tmp_path: Path) -> None:
    everywhere = site.client("planner")
    held = package(cameras(1, town=EAST_TOWN, prefix="past"), tmp_path)
    number = site.check(everywhere, held, layer="cameras")["id"]
    site.deed(everywhere, number, "apply")
    site.deed(everywhere, number, "undo")
    limited = site.client("planner", [WEST_TOWN])
    found = site.check(limited, package(cameras(1, prefix="past"), tmp_path), layer="cameras")
    assert found["counts"]["reject"] == 1
    assert site.check(everywhere, package(cameras(1, prefix="past"), tmp_path), layer="cameras")[
        "counts"
    ] == {"insert": 1, "update": 0, "unchanged": 0, "reject": 0}


def test_apply_when_a_row_was_changed_since_the_check_writes_nothing(
    site: Site, tmp_path: Path
) -> None:
    client = site.client("planner")
    files = package(cameras(2, prefix="since"), tmp_path)
    site.deed(client, site.check(client, files, layer="cameras")["id"], "apply")
    renamed = cameras(2, prefix="since", name=["新名", "路口1"])
    found = site.check(client, package(renamed, tmp_path), layer="cameras")
    assert found["counts"] == {"insert": 0, "update": 1, "unchanged": 1, "reject": 0}
    site.sql("UPDATE gisapp.cameras SET note = '他人' WHERE code = 'since0'")
    stale = site.deed(client, found["id"], "apply")
    assert (stale["state"], stale["canApply"]) == ("stale", False)
    assert "changed since the check" in stale["error"]
    assert site.sql("SELECT name, note FROM gisapp.cameras WHERE code = 'since0'") == [
        ("路口0", "他人")
    ]
    assert client.post(f"/api/imports/{found['id']}/apply").status_code == 409
    again = site.decide(client, found["id"])
    assert again["state"] == "checked"
    assert site.deed(client, found["id"], "apply")["state"] == "applied"
    assert site.sql("SELECT name, note FROM gisapp.cameras WHERE code = 'since0'") == [
        ("新名", "他人")
    ]
    refused = site.sql("UPDATE gisapp.cameras SET note = '又' WHERE code = 'since0' RETURNING code")
    assert refused
    kept = site.deed(client, found["id"], "undo")
    assert (kept["state"], kept["error"] != "") == ("applied", True)
    assert "changed again since" in kept["error"]


@pytest.mark.parametrize("how", ["appeared", "rights", "areas", "lost"])
def test_apply_when_what_it_stood_on_is_gone_asks_for_another_check(
    site: Site, tmp_path: Path, how: str
) -> None:
    client = site.client("planner", [WEST_TOWN])
    found = site.check(client, package(cameras(1, prefix=how), tmp_path), layer="cameras")
    number = found["id"]
    if how == "appeared":
        everywhere = site.client("planner")
        files = package(cameras(1, prefix=how), tmp_path)
        site.deed(everywhere, site.check(everywhere, files, layer="cameras")["id"], "apply")
    elif how == "rights":
        site.sql("INSERT INTO gisapp.account_areas VALUES (%s, %s)", client.account, EAST_TOWN)
    elif how == "areas":
        site.sql("UPDATE gisapp.areas SET edition = edition || '+'")
    else:  # as after a crash of the database
        site.sql(f"TRUNCATE gisapp_imports.rows_{number}_1")
    assert site.deed(client, number, "apply")["state"] == "stale"
    expected = [("appeared0", 1)] if how == "appeared" else []
    held = "SELECT code, row_version FROM gisapp.cameras WHERE code = %s"
    assert site.sql(held, f"{how}0") == expected
    assert site.decide(client, number)["state"] == "checked"


def test_file_when_it_is_broken_says_so_and_is_kept(site: Site) -> None:
    client = site.client("planner")
    found = site.check(client, [("坏.gpkg", b"SQLite format 3\0" + b"x" * 100)], layer="cameras")
    assert (found["state"], found["logId"]) == ("failed", "")
    assert found["error"]
    assert (site.settings.uploads.folder / str(found["id"]) / "files" / "坏.gpkg").exists()
    assert site.decide(client, found["id"])["state"] == "failed"


def test_rejects_when_there_are_none_are_not_found(site: Site, tmp_path: Path) -> None:
    client = site.client("planner")
    found = site.check(client, package(cameras(1, prefix="fine"), tmp_path), layer="cameras")
    assert client.get(f"/api/imports/{found['id']}/rejects").status_code == 404
    assert pyogrio.list_layers(tmp_path / "in.gpkg")[0][0] == "rows"


def test_apply_when_the_plan_was_checked_anew_since_is_refused(site: Site, tmp_path: Path) -> None:
    client = site.client("planner")
    number = site.check(client, package(cameras(2, prefix="tab"), tmp_path), layer="cameras")["id"]
    site.decide(client, number, plan={"skip_errors": True})
    stale = client.post(f"/api/imports/{number}/apply?round=1")
    assert (stale.status_code, stale.json["round"]) == (412, 2)
    form = {"proof": client.proof, "round": "1"}
    assert client.post(f"/imports/{number}/apply", data=form).status_code == 412
    assert client.post(f"/imports/{number}/apply", data={"proof": client.proof}).status_code == 400
    assert site.sql("SELECT FROM gisapp.cameras WHERE code LIKE 'tab%%'") == []
    assert client.post(f"/api/imports/{number}/apply?round=2").status_code == 202
    site.work(number)
    assert site.show(client, number)["state"] == "applied"
