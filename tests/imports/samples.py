"""A worker that does jobs, and dies where a test says: ``python -m tests.imports.samples``."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gisapp.imports.applying as applying
import gisapp.imports.checking as checking
import gisapp.imports.tables as tables
import gisapp.jobs.kinds.apply_import as apply_import
from gisapp.jobs.catalogue import JOBS
from gisapp.settings import load_settings
from gisapp.worker import work

# Where the worker may die: the module and the function before which, or after which, it does.
STAGES: dict[str, tuple[Any, str, bool]] = {
    "before reading": (tables, "convert", False),
    "after reading": (tables, "convert", True),
    "while staging": (checking, "stage", True),
    "before the note": (checking, "note", False),
    "after the note": (checking, "note", True),
    "before bringing in": (applying, "bring_in", False),
    "after bringing in": (applying, "bring_in", True),
    "before the audit": (applying, "record", False),
    "after the commit": (apply_import, "expire", False),
    "before the files go": (apply_import, "remove_files", False),
}


def dying(act: Callable[..., Any], once: Path, *, after: bool) -> Callable[..., Any]:
    """Return a function that does as ``act`` and takes the process down the first time."""

    def do(*args: Any, **options: Any) -> Any:
        done = act(*args, **options) if after else None
        if not once.exists():
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return done if after else act(*args, **options)

    return do


if __name__ == "__main__":
    stage = os.environ.get("DIE", "")
    if stage:
        module, name, after = STAGES[stage]
        setattr(module, name, dying(getattr(module, name), Path(os.environ["ONCE"]), after=after))
    settings = load_settings(os.environ)
    work(settings, settings.database.url, JOBS)
