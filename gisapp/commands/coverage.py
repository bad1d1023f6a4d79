"""`gisapp coverage`: what cameras see, where more would help, whether their records are in order."""

from __future__ import annotations

import click

from gisapp.commands.coverage_propose import check, propose
from gisapp.language import say


@click.group("coverage", help=say("监控覆盖：选点、档案检查。", "Camera coverage: sites, checks."))
def coverage() -> None:
    """Hold the commands of coverage together."""


coverage.add_command(propose)
coverage.add_command(check)
