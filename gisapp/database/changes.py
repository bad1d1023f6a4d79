"""Who changes rows, how and why: noted by the database with every version of every row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ChangeKind = Literal["edit", "bulk", "import", "undo", "restore", "job", "system"]


@dataclass(frozen=True)
class Change:
    """One transaction's worth of changes.

    ``account`` is the number of the account that makes it, None for the command line and the
    server itself; ``name`` is the account's name as it was then. ``undoes`` is the number of the
    change that this one takes back.
    """

    kind: ChangeKind
    account: int | None = None
    name: str = "gisapp"
    reason: str = ""
    undoes: int | None = None
