"""Calling the command line in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Protocol

Done = subprocess.CompletedProcess[str]


class Run(Protocol):
    """What calls a command and returns what came of it."""

    def __call__(self, *arguments: object, language: str = "en") -> Done: ...


def caller_of(database_url: str, var: Path) -> Run:
    """Return what calls commands on a database, with uploads below ``var``."""

    def call(*arguments: object, language: str = "en") -> Done:
        return subprocess.run(
            [sys.executable, "-m", "gisapp.cli", *map(str, arguments)],
            env={
                "GISAPP_DATABASE_URL": database_url,
                "GISAPP_VAR": str(var),
                "GISAPP_LANGUAGE": language,
                "PATH": "/usr/bin:/bin",
                "LC_ALL": "C.UTF-8",
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return call
