"""The private cluster: a PostgreSQL with PostGIS of our own, kept in ``var/``.

It belongs to an unprivileged account when started by root, listens only on a Unix socket in a
folder that nobody else may enter, and asks for a generated password even there. Several
commands may use it at once: the first starts it, the last that leaves stops it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2

from gisapp.database.private_files import (
    make_folder_chain,
    make_private_folder,
    may_enter,
    write_private,
)
from gisapp.database.programs import THROWAWAY, memory_settings, programs
from gisapp.errors import DatabaseUnusable, SetupNeeded
from layers.spec import Text

ACCOUNT = "postgres"  # Debian's package creates it
DATABASE = "gisapp"
FALLBACK = Path("/var/lib/gisapp")  # for root when the account cannot reach the checkout
START_SECONDS = 60
STILL_HELD = "shared memory block"  # what PostgreSQL says of orphaned backends
LONGEST_SOCKET = 100  # bytes; the system allows 107
LONGEST_LOG = 20_000_000  # bytes; a longer one is put aside at the start
OUT_OF_PLACE = "'\",\\"  # letters with a meaning of their own in a list of socket folders


@dataclass(frozen=True)
class Cluster:
    """A private cluster: ``data`` is its folder, ``account`` owns it (None: the caller)."""

    data: Path
    account: pwd.struct_passwd | None
    throwaway: bool = False

    @property
    def home(self) -> Path:
        """The private folder with the data, the log and the locks."""
        return self.data.parent

    @property
    def socket(self) -> Path:
        """The folder of the socket: beside the data, or a short one where that is too long."""
        near = self.home / "socket"
        length = len(os.fsencode(near / ".s.PGSQL.5432"))
        if length <= LONGEST_SOCKET and not set(OUT_OF_PLACE) & set(str(near)):
            return near
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"gisapp-{digest}"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def url(self, database: str = DATABASE) -> str:
        """Return the address of one database, with its password."""
        password = (self.data / "password").read_text(encoding="ascii")
        return f"postgresql://{DATABASE}:{password}@/{database}?host={quote(str(self.socket))}"

    @contextmanager
    def in_use(self) -> Iterator[str]:
        """Lend the running cluster's address; the last of its users stops it.

        The locks are record locks: a killed user's are gone with it, and server processes
        forked meanwhile do not inherit them.
        """
        with (self.home / "users.lock").open("a+") as users:
            try:
                with self._changing():
                    fcntl.lockf(users, fcntl.LOCK_SH)
                    self.start()
                yield self.url()
            finally:
                with self._changing(), suppress(BlockingIOError):
                    fcntl.lockf(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with (self.home / "change.lock").open("a+") as changing:
            fcntl.lockf(changing, fcntl.LOCK_EX)
            yield

    def start(self) -> None:
        """Start the cluster, creating it on first use; adopt one that already runs.

        Recovers after a killed server: PostgreSQL replays its log, and orphaned backends that
        still hold its memory are waited for. Raises DatabaseUnusable with the end of the log.
        """
        if not (self.data / "password").exists():
            self._create()
        make_private_folder(self.socket, self.account)
        if not self.running():
            self._configure()
            self._launch()
        self.create_database(DATABASE)

    def stop(self) -> None:
        """Stop the cluster cleanly; open connections are ended."""
        self._run("pg_ctl", "stop", "-m", "fast", "-w", "-D", str(self.data))

    def running(self) -> bool:
        """Tell whether the cluster's server process runs.

        The number that it left may belong to another process by now, or to a dead one that
        nobody has buried: only a living one has a command line, and its own names our folder.
        """
        try:
            number = int((self.data / "postmaster.pid").read_text().split()[0])
            words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            return False
        return os.fsencode(self.data) in words

    def create_database(self, name: str, template: str = "template1") -> None:
        """Create a database from ``template`` unless it exists."""
        connection = self._connect()
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        finally:
            connection.close()

    def _connect(self) -> psycopg2.extensions.connection:
        """Connect for maintenance; a server that still recovers is waited for."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return psycopg2.connect(self.url("postgres"), connect_timeout=5)
            except psycopg2.OperationalError:
                if time.monotonic() > deadline or not self.running():
                    raise self._not_started() from None
                time.sleep(0.2)

    def _launch(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        # PostgreSQL would believe the numbers that a killed server left. Orphaned backends it
        # finds without them, by the memory that they hold.
        for note in (self.data / "postmaster.pid", self.socket / ".s.PGSQL.5432.lock"):
            note.unlink(missing_ok=True)
        deadline = time.monotonic() + START_SECONDS
        place = ("-D", str(self.data), "-l", str(self.log))
        while True:
            before = self.log.stat().st_size if self.log.exists() else 0
            started = self._run("pg_ctl", "start", "-w", "-t", str(START_SECONDS), *place)
            if started.returncode == 0:
                return
            if time.monotonic() > deadline or STILL_HELD not in self._log_end(before):
                raise self._not_started()
            time.sleep(0.5)

    def _not_started(self) -> DatabaseUnusable:
        return DatabaseUnusable(
            Text(
                "内置数据库启动失败：\n{log}", "The private database did not start:\n{log}"
            ).format(log=self._log_end()),
            Text("完整日志：{path}", "Whole log: {path}").format(path=self.log),
        )

    def _create(self) -> None:
        """Create the cluster beside its place and move it there: a broken start leaves nothing."""
        fresh = self.data.with_name("data.new")
        self._run_plain("rm", "-rf", str(fresh))
        make_private_folder(fresh, self.account)
        password = secrets.token_urlsafe(24)
        # initdb wants an empty folder: the password file comes from its parent.
        passing = self.home / ".password"
        write_private(passing, password, self.account)
        how = ("-U", DATABASE, "-E", "UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256")
        try:
            made = self._run("initdb", "-D", str(fresh), *how, f"--pwfile={passing}")
        finally:
            passing.unlink()
        if made.returncode != 0:
            raise DatabaseUnusable(
                Text(
                    "无法创建内置数据库：{why}", "The private database cannot be created: {why}"
                ).format(why=made.stderr.strip())
            )
        write_private(fresh / "password", password, self.account)
        fresh.rename(self.data)

    def _configure(self) -> None:
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'\"{self.socket}\"'",
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "log_min_messages": "warning",
            **memory_settings(),
            **(THROWAWAY if self.throwaway else {}),
        }
        text = "".join(f"{name} = {value}\n" for name, value in settings.items())
        write_private(self.data / "postgresql.auto.conf", text, self.account)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        held = self.data / "PG_VERSION"
        version = held.read_text(encoding="ascii").strip() if held.exists() else ""
        return self._run_plain(str(programs(version) / program), *arguments)

    def _run_plain(self, *command: str) -> subprocess.CompletedProcess[str]:
        who = self.account
        # Output goes to a file: a started server would hold a pipe open.
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for us
                cwd="/",
                check=False,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                user=who.pw_uid if who else None,
                group=who.pw_gid if who else None,
                extra_groups=[] if who else None,
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, "", output.read())

    def _log_end(self, after: int = 0) -> str:
        try:
            written = self.log.read_bytes()[after:][-2000:]
        except FileNotFoundError:
            return ""
        return written.decode(errors="replace")


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
            programs()  # without the package, name the package
            raise SetupNeeded(
                Text(
                    "以 root 运行需要系统账号 postgres。",
                    "Running as root needs the account postgres.",
                ),
                Text("adduser --system --group postgres", "adduser --system --group postgres"),
            ) from None
        if not may_enter(home, account):
            home = FALLBACK / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    make_folder_chain(home / "postgres", account)
    return Cluster(home / "postgres" / "data", account, throwaway)
