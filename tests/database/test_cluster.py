"""The private cluster: created, shared, secured, and recovered."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extras import wait_select

from gisapp.database import programs
from gisapp.database.cluster import LONGEST_SOCKET, Cluster, private_cluster
from gisapp.database.private_files import make_private_folder, may_enter, write_private
from gisapp.errors import DatabaseUnusable, SetupNeeded

IN_USE = """
import sys
from pathlib import Path
from gisapp.database.cluster import private_cluster
with private_cluster(Path(sys.argv[1]), throwaway=True).in_use():
    print("in use", flush=True)
    sys.stdin.readline()
"""
# Computes for three seconds without looking around.
BUSY = """
DO $$ DECLARE until timestamptz := clock_timestamp() + interval '3 s'; BEGIN
    WHILE clock_timestamp() < until LOOP PERFORM 1; END LOOP;
END $$
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder outside pytest's own, which the cluster's account could not enter."""
    folder = Path(tempfile.mkdtemp(prefix="gisapp 库 "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def own(home: Path) -> Iterator[Cluster]:
    """A cluster of the test's own, not started."""
    cluster = private_cluster(home, throwaway=True)
    yield cluster
    cluster.stop()


def use(home: Path) -> subprocess.Popen[str]:
    """Use the cluster in another process until something is written to it."""
    user = subprocess.Popen(
        [sys.executable, "-c", IN_USE, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout is not None
    assert user.stdout.readline() == "in use\n"
    return user


def leave(user: subprocess.Popen[str]) -> None:
    user.communicate("\n", timeout=60)
    assert user.returncode == 0


def ask(cluster: Cluster, question: str) -> object:
    connection = psycopg2.connect(cluster.url())
    with connection, connection.cursor() as cursor:
        cursor.execute(question)
        answer = cursor.fetchone()
    connection.close()
    return answer[0] if answer else None


def test_cluster_when_used_is_private(own: Cluster) -> None:
    with own.in_use() as url:
        assert own.running()
        assert ask(own, "SHOW listen_addresses") == ""
        assert ask(own, "SHOW unix_socket_directories") == f'"{own.socket}"'
        without = url.replace((own.data / "password").read_text(), "wrong")
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(without)
        for folder in (own.home, own.data, own.socket):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        if os.geteuid() == 0:
            owner = (own.data / "PG_VERSION").stat().st_uid
            assert pwd.getpwuid(owner).pw_name == "postgres"
    assert not own.running()


def test_cluster_when_several_use_it_stops_with_the_last(home: Path) -> None:
    cluster = private_cluster(home, throwaway=True)
    first = use(home)
    second = use(home)
    leave(first)
    assert cluster.running()
    leave(second)
    assert not cluster.running()


def test_cluster_when_its_only_user_is_killed_is_adopted_and_stopped(home: Path) -> None:
    cluster = private_cluster(home, throwaway=True)
    user = use(home)
    user.kill()
    user.communicate()
    assert cluster.running()
    leave(use(home))
    assert not cluster.running()


def test_cluster_when_killed_keeps_what_was_committed(own: Cluster) -> None:
    own.start()
    ask(own, "CREATE TABLE kept AS SELECT 42 AS answer; SELECT 1")
    ask(own, "CHECKPOINT; SELECT 1")  # a throwaway cluster writes only then
    os.kill(int((own.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    while own.running():
        time.sleep(0.01)
    own.start()
    assert ask(own, "SELECT answer FROM kept") == 42


def test_cluster_when_an_orphan_still_works_waits_for_it(own: Cluster) -> None:
    """A backend that computes outlives its killed server and holds the shared memory."""
    own.start()
    connection = psycopg2.connect(own.url(), async_=True)
    wait_select(connection)
    connection.cursor().execute(BUSY)
    time.sleep(0.2)
    os.kill(int((own.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    while own.running():
        time.sleep(0.01)
    assert Path(f"/proc/{connection.info.backend_pid}/cmdline").exists()
    own.start()
    connection.close()
    assert ask(own, "SELECT 1") == 1
    assert "shared memory block" in own.log.read_text()


def test_cluster_when_creation_was_cut_short_starts_over(own: Cluster) -> None:
    make_private_folder(own.data.with_name("data.new"), own.account)
    (own.data.with_name("data.new") / "half").write_text("made")
    own.start()
    assert ask(own, "SELECT 1") == 1


def test_running_when_another_process_has_the_number_is_false(own: Cluster) -> None:
    own.start()
    note = (own.data / "postmaster.pid").read_text()
    own.stop()
    (own.data / "postmaster.pid").write_text(f"{os.getpid()}\n" + note.partition("\n")[2])
    assert not own.running()
    (own.data / "postmaster.pid").unlink()


def test_start_when_it_fails_shows_the_log(own: Cluster) -> None:
    own.start()
    own.stop()
    with (own.data / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    with pytest.raises(DatabaseUnusable) as caught:
        own.start()
    assert "no_such_setting" in caught.value.message.en
    assert caught.value.hint
    assert str(own.log) in caught.value.hint.zh


def test_socket_when_path_is_long_is_elsewhere(tmp_path: Path) -> None:
    near = Cluster(Path("/srv/地图/var/postgres/data"), None)
    assert near.socket == Path("/srv/地图/var/postgres/socket")
    for folder in ("长" * 30, "with'quote", 'with"quote', "with,comma"):
        far = Cluster(Path("/srv") / folder / "var/postgres/data", None)
        assert far.socket.parent == Path(tempfile.gettempdir())
        assert len(os.fsencode(far.socket / ".s.PGSQL.5432")) <= LONGEST_SOCKET
    other = Cluster(Path("/srv/" + "久" * 30 + "/var/postgres/data"), None)
    assert other.socket != Cluster(Path("/srv/" + "长" * 30 + "/var/postgres/data"), None).socket


def test_programs_when_version_is_missing_names_the_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SetupNeeded) as caught:
        programs.programs("99")
    assert caught.value.hint
    assert "postgresql-99 postgresql-99-postgis-3" in caught.value.hint.en
    monkeypatch.setattr(programs, "VERSIONS", tmp_path)
    with pytest.raises(SetupNeeded) as caught:
        programs.programs()
    assert caught.value.hint
    assert "apt install postgresql-15 postgresql-15-postgis-3" in caught.value.hint.zh


def test_programs_when_only_an_old_version_is_there_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("lib/14/bin/initdb", "share/14/extension/postgis.control"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
    monkeypatch.setattr(programs, "VERSIONS", tmp_path / "lib")
    monkeypatch.setattr(programs, "EXTENSIONS", tmp_path / "share")
    with pytest.raises(SetupNeeded):
        programs.programs()


def test_private_folder_when_it_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(DatabaseUnusable, match="belongs to another account"):
        make_private_folder(tmp_path / "link", None)


def test_may_enter_when_a_folder_above_is_closed_is_false(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    inner = tmp_path / "inner"
    inner.mkdir(mode=0o700)
    assert may_enter(Path("/usr/lib"), nobody)
    assert not may_enter(inner, nobody)
    assert not may_enter(inner / "not yet there", nobody)


def test_private_file_when_written_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    write_private(tmp_path / "secret", "x", None)
    write_private(tmp_path / "secret", "y", None)
    assert (tmp_path / "secret").read_text() == "y"
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
