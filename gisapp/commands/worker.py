"""`gisapp worker`: the process that does jobs; `gisapp run` starts one by itself."""

from __future__ import annotations

import logging
import os

import click

from gisapp.commands.connect import database_address
from gisapp.database.migrate import require_migrated
from gisapp.jobs.catalogue import JOBS
from gisapp.language import say
from gisapp.settings import load_settings
from gisapp.supervised import belong_to
from gisapp.worker import work


@click.command(
    "worker",
    help=say(
        "运行后台任务进程，直到 SIGTERM 或 Ctrl-C。\n\ngisapp run 会自行启动一个；设 "
        "GISAPP_JOB_THREADS=0 后可另行运行，数量不限。",
        "Do jobs until SIGTERM or Ctrl-C.\n\n`gisapp run` starts one by itself; with "
        "GISAPP_JOB_THREADS=0 it does not, and any number may be run beside it.",
    ),
)
@click.option("--supervisor", type=int, hidden=True)
def worker(supervisor: int | None) -> None:
    """Work over the configured database."""
    logging.basicConfig(level=logging.WARNING)
    settings = load_settings(os.environ)
    if supervisor is not None:
        belong_to(supervisor)  # which has looked at the database
    with database_address(settings) as url:
        if supervisor is None:
            require_migrated(url)
        work(settings, url, JOBS)
