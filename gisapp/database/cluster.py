"""The private cluster: a PostgreSQL with PostGIS of our own, kept in ``var/``.

It belongs to an unprivileged account when started by root, listens only on a Unix socket in a
folder that nobody else may enter, and asks for a generated password even there.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2

from gisapp.errors import DatabaseUnusable, SetupNeeded
from layers.spec import Text

ACCOUNT = "postgres"  # Debian's package creates it
DATABASE = "gisapp"
VERSIONS = Path("/usr/lib/postgresql")
FALLBACK = Path("/var/lib/gisapp")  # for root when the account cannot reach the checkout
START_SECONDS = 60
# Durability is given up only for throwaway clusters, such as the tests'.
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Cluster:
    """A private cluster: ``data`` is its folder, ``account`` owns it (None: the caller)."""

    data: Path
    account: pwd.struct_passwd | None
    throwaway: bool = False

    @property
    def socket(self) -> Path:
        """A short folder for the socket: its path may hold 107 bytes at most."""
        digest = hashlib.sha256(str(self.data).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"gisapp-{digest}"

    @property
    def log(self) -> Path:
        return self.data.parent / "postgres.log"

    def url(self, database: str = DATABASE) -> str:
        """Return the address of one database, with its password."""
        password = (self.data / "password").read_text(encoding="ascii")
        return f"postgresql://{DATABASE}:{password}@/{database}?host={quote(str(self.socket))}"

    def start(self) -> None:
        """Start the cluster, creating it on first use; adopt one that already runs.

        Recovers after a killed server: PostgreSQL replays its log, and orphaned backends that
        still hold its memory are waited for. Raises DatabaseUnusable with the end of the log.
        """
        if not (self.data / "PG_VERSION").exists():
            self._create()
        make_private_folder(self.socket, self.account)
        self._configure()
        deadline = time.monotonic() + START_SECONDS
        while not self.running():
            started = self._run(
                "pg_ctl",
                "start",
                "-w",
                "-t",
                str(START_SECONDS),
                "-D",
                str(self.data),
                "-l",
                str(self.log),
            )
            if started.returncode == 0:
                break
            if time.monotonic() > deadline or "shared memory block" not in self._log_end():
                raise DatabaseUnusable(
                    Text(
                        "内置数据库启动失败：\n{log}", "The private database did not start:\n{log}"
                    ).format(log=self._log_end()),
                    Text("完整日志：{path}", "Whole log: {path}").format(path=self.log),
                )
            time.sleep(0.5)
        self.create_database(DATABASE)

    def stop(self) -> None:
        """Stop the cluster cleanly; open connections are ended."""
        self._run("pg_ctl", "stop", "-m", "fast", "-w", "-D", str(self.data))

    def running(self) -> bool:
        """Tell whether the cluster's server process runs."""
        return self._run("pg_ctl", "status", "-D", str(self.data)).returncode == 0

    def create_database(self, name: str, template: str = "template1") -> None:
        """Create a database from ``template`` unless it exists."""
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        finally:
            connection.close()

    def _create(self) -> None:
        make_private_folder(self.data, self.account)
        password = secrets.token_urlsafe(24)
        # initdb wants an empty folder: the password file comes from its parent.
        passing = self.data.parent / ".password"
        write_private(passing, password, self.account)
        try:
            made = self._run(
                "initdb",
                "-D",
                str(self.data),
                "-U",
                DATABASE,
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--auth=scram-sha-256",
                f"--pwfile={passing}",
            )
        finally:
            passing.unlink()
        if made.returncode != 0:
            raise DatabaseUnusable(
                Text(
                    "无法创建内置数据库：{why}", "The private database cannot be created: {why}"
                ).format(why=made.stderr.strip())
            )
        write_private(self.data / "password", password, self.account)

    def _configure(self) -> None:
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.socket}'",
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "log_min_messages": "warning",
            **memory_settings(),
            **(THROWAWAY if self.throwaway else {}),
        }
        text = "".join(f"{name} = {value}\n" for name, value in settings.items())
        write_private(self.data / "postgresql.auto.conf", text, self.account)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        who = self.account
        extra = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if who else {}
        # Output goes to a file: a started server would hold a pipe open.
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            done = subprocess.run(
                [str(programs() / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                check=False,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                **extra,
            )  # type: ignore[call-overload]
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, "", output.read())

    def _log_end(self) -> str:
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        except FileNotFoundError:
            return ""


def private_cluster(home: Path, throwaway: bool = False) -> Cluster:
    """Return the cluster kept under ``home``, or where its account can reach it.

    As root the cluster belongs to the ``postgres`` account; if that account may not enter
    ``home`` (a checkout under /root), it lives under /var/lib/gisapp.
    """
    home = home.absolute()
    account = None
    if os.geteuid() == 0:
        try:
            account = pwd.getpwnam(ACCOUNT)
        except KeyError:
            raise SetupNeeded(
                Text(
                    "以 root 运行需要系统账号 postgres。",
                    "Running as root needs the account postgres.",
                ),
                Text("apt install postgresql-15-postgis-3", "apt install postgresql-15-postgis-3"),
            ) from None
        if not may_enter(home, account):
            home = FALLBACK / hashlib.sha256(str(home).encode()).hexdigest()[:16]
    make_folder_chain(home / "postgres", account)
    return Cluster(home / "postgres" / "data", account, throwaway)


def programs() -> Path:
    """Return the folder of the newest PostgreSQL server programs that have PostGIS.

    Raises SetupNeeded naming the package.
    """
    found = [
        folder
        for folder in VERSIONS.glob("*/bin")
        if (folder / "initdb").exists()
        and folder.parent.name.isdigit()
        and Path(f"/usr/share/postgresql/{folder.parent.name}/extension/postgis.control").exists()
    ]
    if not found:
        raise SetupNeeded(
            Text(
                "本机没有 PostgreSQL 15 与 PostGIS。",
                "PostgreSQL 15 with PostGIS is not installed.",
            ),
            Text(
                "请安装：apt install postgresql-15 postgresql-15-postgis-3",
                "Install: apt install postgresql-15 postgresql-15-postgis-3",
            ),
        )
    return max(found, key=lambda folder: int(folder.parent.name))


def memory_settings() -> dict[str, str]:
    """Return memory settings that suit this machine: an eighth of it shared, at most 2 GB."""
    total_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    shared = max(128, min(2048, total_mb // 8))
    return {
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{total_mb // 2}MB",
        "work_mem": f"{max(4, min(64, total_mb // 256))}MB",
        "maintenance_work_mem": f"{max(64, min(512, total_mb // 16))}MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
    }


def may_enter(folder: Path, account: pwd.struct_passwd) -> bool:
    """Tell whether ``account`` may enter every existing folder above and at ``folder``."""
    for place in (folder, *folder.parents):
        if not place.exists():
            continue
        held = place.stat()
        bit = (
            stat.S_IXUSR
            if held.st_uid == account.pw_uid
            else stat.S_IXGRP
            if held.st_gid == account.pw_gid
            else stat.S_IXOTH
        )
        if not held.st_mode & bit:
            return False
    return True


def make_folder_chain(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make ``folder`` and what is missing above it; only ``folder`` goes to ``account``."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    make_private_folder(folder, account)


def make_private_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make a folder that only ``account`` (None: the caller) may enter.

    Raises DatabaseUnusable when it exists and belongs to somebody else.
    """
    owner = account.pw_uid if account else os.geteuid()
    folder.mkdir(exist_ok=True, mode=0o700)
    if account and folder.lstat().st_uid == os.geteuid():
        os.chown(folder, account.pw_uid, account.pw_gid)
    held = folder.lstat()
    if held.st_uid != owner or not stat.S_ISDIR(held.st_mode):
        raise DatabaseUnusable(
            Text(
                "文件夹 {path} 属于另一个账号。", "The folder {path} belongs to another account."
            ).format(path=folder)
        )
    folder.chmod(0o700)


def write_private(path: Path, text: str, account: pwd.struct_passwd | None) -> None:
    """Write a file that only ``account`` may read, replacing it at once."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    if account:
        os.chown(fresh, account.pw_uid, account.pw_gid)
    fresh.replace(path)
