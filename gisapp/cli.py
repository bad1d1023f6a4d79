"""The command line: one group, whose commands are loaded when they are asked for."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from gisapp.errors import (
    BadCoordinates,
    BadFile,
    BadParameter,
    Conflict,
    DatabaseUnusable,
    NotFound,
    SetupNeeded,
    StorageFull,
    UserError,
)
from gisapp.language import print_error, say

# Command name: where its click command lives.
COMMANDS = {
    "run": "gisapp.commands.serve:run",
    "account": "gisapp.commands.account:account_command",
    "worker": "gisapp.commands.worker:worker",
    "jobs": "gisapp.commands.jobs:jobs",
    "migrate": "gisapp.commands.schema:migrate_command",
    "sql": "gisapp.commands.schema:sql_command",
    "layers": "gisapp.commands.schema:layers_command",
    "demo": "gisapp.commands.demo:demo",
    "import": "gisapp.commands.importing:import_command",
    "context": "gisapp.commands.context:context_command",
    "query": "gisapp.commands.query:query",
    "export": "gisapp.commands.export:export_command",
    "coverage": "gisapp.commands.coverage:coverage",
    "history": "gisapp.commands.history:history_command",
    "audit": "gisapp.commands.audit:audit",
    "doctor": "gisapp.commands.doctor:doctor",
}
# Exit codes for scripts: 0 done, 1 unexpected, 2 wrong usage, and these.
EXIT_CODES = {
    SetupNeeded: 3,
    DatabaseUnusable: 4,
    BadFile: 5,
    BadCoordinates: 5,
    NotFound: 6,
    StorageFull: 7,
    BadParameter: 2,
    Conflict: 2,
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when it is used or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(
    cls=LazyGroup,
    help=say(
        "基层治理地图服务。先用 gisapp run 启动；数据用 gisapp import 与 gisapp context 装入。",
        "A map server for grassroots governance. Start with gisapp run; load data with "
        "gisapp import and gisapp context.",
    ),
)
@click.version_option(package_name="gisapp")
def main_group() -> None:
    """Hold the commands together."""


def main() -> None:
    """Run the command line; a user's error is printed with its hint, without a traceback."""
    try:
        main_group(standalone_mode=True)
    except UserError as error:
        print_error(error)
        sys.exit(next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1))


if __name__ == "__main__":
    main()
