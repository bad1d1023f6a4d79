"""A disk that is really full: told, nothing half done, and all goes on once there is room again.

As root the disk is a small one of its own, on which uploads and database lie. An account that may
not mount gets what is the same for the programs: the room that they keep free is moved.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gisapp.database.room as room
import gisapp.imports.uploads as uploads
from geodata.intake.convert import convert
from gisapp.app import create_app
from gisapp.database.cluster import private_cluster
from gisapp.database.migrate import migrate
from gisapp.settings import load_settings
from tests.imports.conftest import Files, Site
from tests.web.writing import WEST, add_towns

MEGABYTES = 500
ROWS = 60_000
ROOT = Path(__file__).resolve().parents[2]
EN = {"GISAPP_LANGUAGE": "en"}


class Disk:
    """A folder, and how much its disk seems to have left for what may be written."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ballast = folder, folder / "ballast"
        folder.chmod(0o755)
        command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=755", "tmpfs"]
        mounted = os.geteuid() == 0 and subprocess.run([*command, str(folder)], check=False)
        self.own = bool(mounted and mounted.returncode == 0)

    def leave(self, megabytes: int) -> None:
        """Let there be so much room above what is kept free; as root by a file that fills it."""
        self.ballast.unlink(missing_ok=True)
        free = shutil.disk_usage(self.folder).free
        if self.own:
            size = free - room.RESERVE - (megabytes << 20)
            with self.ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, size)
        else:
            room.RESERVE = free - (megabytes << 20)

    def clear(self) -> None:
        """Make room."""
        self.ballast.unlink(missing_ok=True)
        room.RESERVE = RESERVE

    def close(self) -> None:
        """Let the disk go."""
        self.clear()
        if self.own:
            # Lazily: rows that a test has looked at are still mapped into memory.
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
        shutil.rmtree(self.folder)


RESERVE = room.RESERVE


@pytest.fixture(scope="module")
def disk() -> Iterator[Disk]:
    """One small disk for the module."""
    held = Disk(Path(tempfile.mkdtemp(prefix="gisapp-disk-")))
    yield held
    held.close()


@pytest.fixture(scope="module")
def full(disk: Disk) -> Iterator[Site]:
    """A site whose uploads and database lie on the small disk."""
    home = disk.folder / "postgres"
    home.mkdir(mode=0o755)
    cluster = private_cluster(home, throwaway=True)
    cluster.start()
    migrate(cluster.url())
    var = str(disk.folder / "var")
    settings = load_settings({"GISAPP_VAR": var, "GISAPP_COSTLY_PER_MINUTE": "100000"})
    made = Site(create_app(settings, cluster.url()), settings)
    add_towns(made.database)
    yield made
    made.database.close()
    cluster.stop()
    shutil.rmtree(cluster.socket, ignore_errors=True)


def listed(prefix: str, rows: int = ROWS) -> Files:
    """Return a list of cameras near each other."""
    lines = [
        f"{prefix}{row},路口{row}号,online,{WEST[0] + row % 100 / 1e6:.6f},{WEST[1] + row // 100 / 1e6:.6f}"
        for row in range(rows)
    ]
    return [("点.csv", "\n".join(["编号,名称,运行状态,经度,纬度", *lines]).encode())]


def held(site: Site, prefix: str) -> int:
    """Return how many cameras of a file there are."""
    ((count,),) = site.sql("SELECT count(*) FROM gisapp.cameras WHERE code LIKE %s", f"{prefix}%")
    return int(count)


def test_import_when_the_disk_fills_while_checking_goes_on_after_room_was_made(
    full: Site, disk: Disk
) -> None:
    client = full.client("planner")
    disk.leave(200)
    number = full.send(client, listed("full-a"), layer="cameras").json["id"]
    disk.leave(7)  # the parser's tables fit, the staged rows do not
    state, _, error = full.work(number)
    assert state == "failed"
    assert "disk" in error
    assert "administrator" in error
    told = full.show(client, number)
    assert told["state"] == "failed"
    assert told["canEdit"]
    assert [path.name for path in uploads.files_of(full.settings.uploads.folder, number)] == [
        "点.csv"
    ]
    assert client.get(f"/imports/{number}").status_code == 200  # the page is there, and says it
    assert "磁盘空间不足" in client.get(f"/imports/{number}").text
    disk.clear()
    assert full.decide(client, number)["counts"]["insert"] == ROWS


def test_import_when_the_disk_fills_while_applying_has_changed_nothing(
    full: Site, disk: Disk
) -> None:
    client = full.client("planner")
    number = full.check(client, listed("full-b"), layer="cameras")["id"]
    disk.leave(4)
    assert client.post(f"/api/imports/{number}/apply").status_code == 202
    state, _, error = full.work(number)
    assert (state, held(full, "full-b")) == ("failed", 0)
    assert "nothing was changed" in error
    told = full.show(client, number)
    assert (told["state"], told["canApply"]) == ("checked", True)
    assert client.get("/api/collections/cameras/items?limit=1").status_code == 200
    disk.clear()
    assert full.deed(client, number, "apply")["state"] == "applied"
    assert held(full, "full-b") == ROWS


def test_upload_when_the_disk_is_full_is_refused_and_the_server_answers(
    full: Site, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = full.client("planner")
    if disk.own:
        disk.leave(-40)
    else:
        monkeypatch.setattr(uploads, "SPARE", 1 << 60)
    answer = full.send(client, listed("full-c", 3), layer="cameras")
    assert answer.status_code == 507
    assert "磁盘空间不足" in answer.json["detail"]
    assert client.get("/api/collections/cameras/items?limit=1").status_code == 200
    disk.clear()
    monkeypatch.undo()
    assert full.check(client, listed("full-c", 3), layer="cameras")["counts"]["insert"] == 3


def test_command_when_the_disk_fills_says_so_and_leaves_nothing(
    full: Site, disk: Disk, tmp_path: Path
) -> None:
    ((name, content),) = listed("full-d")
    (tmp_path / name).write_bytes(content)
    kept = {key: text for key, text in os.environ.items() if not key.startswith("GISAPP_")}
    settings = {"GISAPP_DATABASE_URL": full.database.url, "GISAPP_VAR": str(full.settings.var)}
    disk.leave(7)
    words = (
        f"import gisapp.database.room as r, gisapp.cli as c; r.RESERVE = {room.RESERVE}; c.main()"
    )
    command = [sys.executable, "-c", words, "import", str(tmp_path / name), "--layer", "cameras"]
    command += ["--crs", "EPSG:4326", "--accept", "offset"]

    def imported() -> Any:
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**kept, **settings, **EN},
            capture_output=True,
            text=True,
            check=False,
        )

    done = imported()
    assert done.returncode == 7, done.stderr
    assert "no room left" in done.stderr
    assert held(full, "full-d") == 0
    disk.clear()
    command[2] = "import gisapp.cli as c; c.main()"
    done = imported()
    assert done.returncode == 0, done.stderr
    assert held(full, "full-d") == ROWS


def test_parser_when_the_disk_is_full_says_so(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root on the full disk; else the parser's answer has to go where there never is room."""
    ((name, content),) = listed("full-e", 200_000)
    (tmp_path / name).write_bytes(content)
    if disk.own:
        monkeypatch.setattr(room, "RESERVE", 0)
        disk.leave(2)
        folder = disk.folder / "tables"
    else:
        folder = tmp_path / "tables"
        real = Path.mkdir

        def mkdir(path: Path, *given: Any, **more: Any) -> None:
            real(path, *given, **more)
            if path.name == "out":
                (path.parent / "result.json").symlink_to("/dev/full")

        monkeypatch.setattr(Path, "mkdir", mkdir)
    with pytest.raises(OSError, match="No space left"):
        convert([tmp_path / name], folder)
    assert not list(folder.glob("*"))
    monkeypatch.undo()
    disk.clear()
    (table,) = convert([tmp_path / name], folder)
    assert table.rows == 200_000
