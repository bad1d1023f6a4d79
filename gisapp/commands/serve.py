"""`gisapp run`: from whatever state the checkout is in to a server in the browser."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from gisapp.access.accounts import create_account, has_accounts
from gisapp.access.audit import Entry, record
from gisapp.access.audit_anchors import note_head
from gisapp.access.passwords import new_password
from gisapp.coverage.ahead import PREPARING, Ahead
from gisapp.database.cluster import Cluster, private_cluster
from gisapp.database.engine import Database
from gisapp.database.migrate import migrate, require_migrated
from gisapp.errors import UserError
from gisapp.language import say, terminal_language
from gisapp.serving.claim import AlreadyRunning, Claim, claim_start
from gisapp.serving.first_start import is_empty
from gisapp.serving.ports import page_address, require_safe_address, reserve_port
from gisapp.serving.supervise import keep_alive, serve
from gisapp.serving.working import keep_working
from gisapp.settings import Settings, load_settings

FIRST_ACCOUNT = "admin"


@click.command(
    "run",
    help=say(
        "启动地图服务并打印地址；Ctrl-C 停止。\n\n没有设置 GISAPP_DATABASE_URL 时使用 var/ 里的"
        "内置数据库，首次启动会建库并生成演示区。设置项见 gisapp/defaults.env。",
        "Start the map server and print its address; Ctrl-C stops it.\n\nWithout "
        "GISAPP_DATABASE_URL the private database in var/ is used; the first start creates it "
        "and builds the demonstration district. All settings: gisapp/defaults.env.",
    ),
)
@click.option(
    "--demo/--no-demo",
    default=True,
    help=say("首次启动时是否生成演示区。", "Build the demonstration district on first start."),
)
def run(demo: bool) -> None:
    """Serve until told to stop; a second start prints the address of the first."""
    settings = load_settings(os.environ)
    host = require_safe_address(settings.server)
    signal.signal(signal.SIGTERM, stop_starting)
    try:
        with claim_start(settings.var) as claim:
            run_claimed(settings, host, demo, claim)
    except AlreadyRunning as other:
        click.echo(say("已经在运行：", "Already running: ") + other.address)
    except KeyboardInterrupt:
        click.echo(say("已停止。", "Stopped."))


def run_claimed(settings: Settings, host: str, demo: bool, claim: Claim) -> None:
    """Prepare the database, choose the port and serve."""
    if not Ahead().ready():  # compiling goes on beside all that follows
        click.echo(PREPARING.say(terminal_language()))
    kept = settings.var / "port"
    with (
        open_store(settings) as (url, cluster),
        reserve_port(host, settings.server.port, kept) as port,
    ):
        if cluster:
            migrate(url, settings.database.metric_srid)
            if demo:
                build_demo_if_empty(settings, url)
        else:
            require_migrated(url)
        password = make_ready(settings, url)
        # The workers read the settings anew, and the private database is no secret from them.
        os.environ["GISAPP_DATABASE_URL"] = url
        address = page_address(host, port, bool(settings.server.tls_key))
        served = threading.Event()

        def ready() -> None:
            announce(address, claim, password)
            served.set()

        with keep_alive(cluster, complain), keep_working(settings.jobs.threads > 0, served):
            serve(settings.server, host, port, ready)
    click.echo(say("已停止。", "Stopped."))


@contextmanager
def open_store(settings: Settings) -> Iterator[tuple[str, Cluster | None]]:
    """Lend the operator's address, or the private cluster's with the cluster."""
    if settings.database.url:
        yield settings.database.url, None
        return
    cluster = private_cluster(settings.var)
    if not (cluster.data / "password").exists():
        click.echo(say("正在建立内置数据库……", "Creating the private database ..."))
    with cluster.in_use() as url:
        yield url, cluster


def build_demo_if_empty(settings: Settings, url: str) -> None:
    """Build the demonstration district in a database without rows."""
    database = Database(settings.database, url)
    try:
        if not is_empty(database):
            return
        # Only here: geopandas takes a second to import, which no later start should wait for.
        from gisapp.demo import build_demo

        label = say("首次启动，正在生成演示区", "First start: building the demonstration")
        with click.progressbar(length=1, label=label, item_show_func=str) as bar:

            def show(done: int, steps: int, name: str) -> None:
                bar.length = steps
                bar.update(done - bar.pos, name)

            build_demo(database, settings.demo.scale, settings.demo.seed, show)
    finally:
        database.close()


def make_ready(settings: Settings, url: str) -> str:
    """Note outside the database how far the audit trail goes, and make the first account.

    Returns its password, "" when there were accounts.
    """
    database = Database(settings.database, url)
    try:
        with database.write() as connection:
            note_head(settings.var, connection)
            if has_accounts(connection):
                return ""
            password = new_password()
            create_account(connection, FIRST_ACCOUNT, "administrator", None, password)
            record(connection, Entry("account_created", f"account:{FIRST_ACCOUNT}"))
            return password
    finally:
        database.close()


def announce(address: str, claim: Claim, password: str) -> None:
    """Print where the server is and, the first time, how to sign in; tell later starts."""
    claim.publish(address)
    click.echo(say("地图已就绪：", "The map is at ") + address)
    if password:
        click.echo(
            say(
                f"首个管理员账号：{FIRST_ACCOUNT}，初始口令：{password}（只显示这一次，登录后须修改）",
                f"First administrator: {FIRST_ACCOUNT}, password: {password} (shown only this "
                "once; to be changed after signing in)",
            )
        )
    click.echo(
        say(
            "新增账号：gisapp account add --help。按 Ctrl-C 停止。",
            "More accounts: gisapp account add --help. Ctrl-C stops it.",
        )
    )
    sys.stdout.flush()


def complain(error: UserError) -> None:
    """Print an error that does not stop the server."""
    click.echo(say("错误：", "Error: ") + error.message.say(terminal_language()), err=True)


def stop_starting(_signal: int, _frame: FrameType | None) -> None:
    """Leave as Ctrl-C does, so that the database is stopped on SIGTERM too."""
    raise KeyboardInterrupt
