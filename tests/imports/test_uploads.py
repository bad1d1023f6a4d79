"""What is sent: who may, how much, under which names; and that nothing half received stays."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gisapp.access.caller import SYSTEM
from gisapp.app import create_app
from gisapp.errors import BadFile
from gisapp.imports import uploads
from gisapp.imports.changes import MOST_KEPT
from gisapp.imports.local import begin_local
from gisapp.imports.uploads import MOST_BYTES, MOST_FILES, Incoming, clean_name
from tests.imports.conftest import EAST_TOWN, WEST_TOWN, Site, cameras, package

FILE = [("a.csv", b"code,lon,lat\n1,116.6,23.5\n")]


def on_disk(site: Site) -> set[str]:
    """Return all that lies in the folder of uploads."""
    folder = site.settings.uploads.folder
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\摄像头 一.shp", "摄像头 一.shp"),
        ("..", "file"),
        (".hidden", "hidden"),
        ("a\0b\u202egpj.csv", "a_b_gpj.csv"),
        ("zip:/vsizip/x|y", "x_y"),
        ("名" * 200 + ".geojson", "名" * (MOST_BYTES // 3) + ".geojson"),
        ("", "file"),
    ],
)
def test_name_when_it_would_lead_elsewhere_is_made_harmless(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@given(st.text())
@examples(max_examples=200, deadline=None)
def test_name_when_it_is_anything_stays_in_its_folder(name: str) -> None:
    made = clean_name(name)
    assert Path(made).name == made
    assert made not in ("", ".", "..")
    assert not made.startswith((".", "/"))
    assert len(made.encode()) <= 255
    assert clean_name(made) == made


def test_upload_when_the_role_may_make_nothing_is_refused(site: Site) -> None:
    before = on_disk(site)
    for role in ("viewer", "leader"):
        assert site.send(site.client(role), FILE).status_code == 403
    assert on_disk(site) == before
    assert site.send(site.client("inspector"), FILE).status_code == 201  # visits are theirs


@pytest.mark.parametrize(
    "files",
    [
        [],
        [("a.csv", b"")],
        [("a.csv", b"x"), ("A.CSV", b"y")],
        [("a/../b.csv", b"x"), ("b.csv", b"y")],
        [(f"{number}.csv", b"x") for number in range(MOST_FILES + 1)],
    ],
    ids=["none", "empty", "same", "same but for the path", "many"],
)
def test_upload_when_it_is_none_is_refused_and_leaves_nothing(
    site: Site, files: list[tuple[str, bytes]]
) -> None:
    before, kept = on_disk(site), site.sql("SELECT count(*) FROM gisapp.imports")
    assert site.send(site.client(), files).status_code == 400
    assert on_disk(site) == before
    assert site.sql("SELECT count(*) FROM gisapp.imports") == kept


@pytest.mark.parametrize(
    "given",
    [
        {"layer": "nonsense"},
        {"sender": "x" * 101},
        {"sender": "电话13812345678"},
        {"attribution": "11010519491231002X"},
    ],
)
def test_upload_when_its_form_is_wrong_leaves_nothing(site: Site, given: dict[str, str]) -> None:
    before = on_disk(site)
    assert site.send(site.client(), FILE, **given).status_code in (400, 404)
    assert on_disk(site) == before


@pytest.fixture
def small(site: Site) -> Iterator[Site]:
    """The site with uploads of at most a megabyte."""
    settings = replace(site.settings, uploads=replace(site.settings.uploads, largest_mb=1))
    app = create_app(settings, site.database.url)
    yield Site(app, settings)
    app.extensions["gisapp"].database.close()


def test_upload_when_it_is_too_large_is_refused_and_leaves_nothing(small: Site) -> None:
    client, before = small.client(), on_disk(small)
    for size in ((1 << 20) + 2000, 3 << 20):
        answer = small.send(client, [("a.csv", b"x" * size)])
        assert answer.status_code == 413
        assert answer.json["detail"] == "上传最大 1 MB。"  # however much was sent
    assert on_disk(small) == before
    assert small.send(client, [("a.csv", b"x" * 900_000)]).status_code == 201


def test_upload_when_the_disk_is_full_is_refused_and_leaves_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/dev/full is a file that never has room."""

    class Full(Incoming):
        def __init__(self, folder: Path) -> None:
            super().__init__(folder)
            self._file.close()
            self._file = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115

    monkeypatch.setattr("gisapp.web.receiving.Incoming", Full)
    before, kept = on_disk(site), site.sql("SELECT count(*) FROM gisapp.imports")
    answer = site.send(site.client(), FILE)
    assert answer.status_code == 507
    assert "磁盘空间不足" in answer.json["detail"]
    assert on_disk(site) == before
    assert site.sql("SELECT count(*) FROM gisapp.imports") == kept


def test_upload_when_it_would_leave_no_room_is_refused_before_it_is_received(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SPARE", 1 << 60)
    assert site.send(site.client(), FILE).status_code == 507


def test_upload_when_its_files_cannot_be_kept_leaves_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_file: Incoming, _path: Path) -> None:
        raise OSError(28, "No space left on device")

    real, kept = Incoming.keep, []

    def keep(file: Incoming, path: Path) -> None:
        """Keep the first, and fail at the second."""
        kept.append(path)
        with uploads.told_when_full():
            (real if len(kept) == 1 else refuse)(file, path)

    monkeypatch.setattr(Incoming, "keep", keep)
    before = on_disk(site)
    files = [("a.csv", b"x"), ("b.csv", b"y")]
    assert site.send(site.client(), files).status_code == 507
    assert len(kept) == 2
    assert on_disk(site) == before


def test_upload_when_one_account_keeps_very_many_waits(site: Site) -> None:
    client = site.client()
    made = "INSERT INTO gisapp.imports (account, account_name, expires_at, files)"
    site.sql(
        made + " SELECT %s, 'x', now() + interval '1 day', '[]' FROM generate_series(1, %s)",
        client.account,
        MOST_KEPT,
    )
    assert site.send(client, FILE).status_code == 429
    site.sql("DELETE FROM gisapp.imports WHERE account = %s", client.account)
    assert site.send(client, FILE).status_code == 201


def test_upload_when_sent_by_the_plain_form_is_shown(site: Site, tmp_path: Path) -> None:
    client = site.client("planner")
    ((name, content),) = package(cameras(1, prefix="form"), tmp_path)
    proof, client.proof = client.proof, ""
    form = {"file": (io.BytesIO(content), name), "layer": "cameras"}
    assert client.post("/imports", data=form).status_code == 403  # without the form's proof
    form = {"proof": proof, "file": (io.BytesIO(content), name), "layer": "cameras"}
    answer = client.post("/imports", data=form)
    assert answer.status_code == 303
    number = int(answer.headers["Location"].rpartition("/")[2])
    site.work(number)
    page = client.get(f"/imports/{number}").text
    assert "检查完毕，可以导入" in page
    assert "in.gpkg" in client.get("/imports").text
    page = client.post(f"/imports/{number}/apply", data={"proof": proof, "round": "1"})
    assert page.status_code == 303
    site.work(number)
    assert "已导入" in client.get(f"/imports/{number}").text
    assert client.post(f"/imports/{number}/nonsense", data={"proof": proof}).status_code == 404


def test_import_when_another_account_asks_is_only_for_those_who_see_all_areas(
    site: Site, tmp_path: Path
) -> None:
    client = site.client("planner", [WEST_TOWN])
    number = site.check(client, package(cameras(1), tmp_path), layer="cameras")["id"]
    path = f"/api/imports/{number}"
    for other in (site.client("planner", [WEST_TOWN]), site.client("administrator", [EAST_TOWN])):
        for answer in (
            other.get(path),
            other.get(f"{path}/rows"),
            other.get(f"{path}/findings"),
            other.get(f"{path}/rejects"),
            other.patch(path, json={}),
            other.post(f"{path}/apply"),
            other.post(f"{path}/undo"),
            other.delete(path),
            other.get(f"/imports/{number}"),
        ):
            assert answer.status_code == 404, answer.request.path
        assert number not in [one["id"] for one in other.get("/api/imports").json["imports"]]
    overseer = site.client("planner")
    told = site.show(overseer, number)
    assert (told["canApply"], told["canEdit"], told["job"]) == (False, False, None)
    assert overseer.get(f"{path}/rows").status_code == 200
    assert overseer.post(f"{path}/apply").status_code == 404
    assert overseer.delete(path).status_code == 404
    assert site.client("administrator").delete(path).status_code == 204


def test_import_when_the_owner_sees_less_than_at_the_check_shows_nothing_of_it(
    site: Site, tmp_path: Path
) -> None:
    client = site.client("planner", [WEST_TOWN, EAST_TOWN])
    number = site.check(client, package(cameras(1), tmp_path), layer="cameras")["id"]
    site.sql(
        "DELETE FROM gisapp.account_areas WHERE account = %s AND area_code = %s",
        client.account,
        EAST_TOWN,
    )
    told = site.show(client, number)
    assert (told["isShown"], told["counts"], told["discoveries"]) == (False, None, [])
    assert client.get(f"/api/imports/{number}/rows").status_code == 409
    assert site.decide(client, number)["isShown"]


def test_import_when_deleted_leaves_nothing_on_disk_or_staged(site: Site, tmp_path: Path) -> None:
    client = site.client("planner")
    number = site.check(client, package(cameras(1), tmp_path), layer="cameras")["id"]
    assert client.delete(f"/api/imports/{number}").status_code == 204
    assert not any(path.startswith(f"{number}{os.sep}") for path in on_disk(site))
    left = "SELECT count(*) FROM pg_class WHERE relname LIKE %s"
    assert site.sql(left, f"%\\_{number}\\_1") == [(0,)]
    assert client.get(f"/api/imports/{number}").status_code == 404


def test_file_of_this_machine_when_it_is_too_large_is_refused_before_it_is_copied(
    site: Site, tmp_path: Path
) -> None:
    """A file with a hole takes no room, and yet has so many bytes."""
    path, before = tmp_path / "a.gpkg", on_disk(site)
    with path.open("wb") as file:
        file.truncate((2 << 30) + 1)
    about = {"layer": "", "options": {}, "source": {}, "sender": ""}
    with pytest.raises(BadFile) as told:
        begin_local(site.database, SYSTEM, site.settings.uploads, [path], **about)
    assert "最多 2,048 MB" in told.value.message.zh
    assert on_disk(site) == before
