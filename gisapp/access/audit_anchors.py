"""Anchors: ends of the audit trail that were noted outside the database.

The chain by itself cannot show that its end was cut off: what is left is whole. An entry's
number and hash noted elsewhere can: that very entry must still be there. The server notes one
in ``var/audit-heads.log`` at every start.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gisapp.access.audit import Entry, record
from gisapp.access.audit_chain import Head, head
from gisapp.access.scope import Scope
from gisapp.database.engine import Database
from gisapp.errors import BadParameter
from layers.spec import Text

LOG = "audit-heads.log"  # in GISAPP_VAR
ANCHOR = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")
LINE = re.compile(rf"\S+ {ANCHOR.pattern}")
HASHES = "SELECT id, encode(hash, 'hex') FROM gisapp.audit WHERE id = ANY (%(ids)s)"
MISSING = Text(
    "锚点 {anchor} 不在库中。要么审计记录的末尾被截掉了，要么数据库恢复成了较早的备份"
    "（或换成了另一个库）。",
    "The anchor {anchor} is not in the database. Either the end of the trail was cut off, or an "
    "older backup was restored (or this is another database).",
)
MISSING_HINT = Text(
    "若确实恢复过备份：gisapp audit verify --accept-restore 会把这件事记入审计，旧锚点另存。"
    "若没有人恢复过备份：保留现状，查找是谁改了数据库。",
    "If a backup was restored: gisapp audit verify --accept-restore notes that in the trail and "
    "puts the old anchors aside. If nobody did: leave everything as it is and find out who "
    "changed the database.",
)


@dataclass(frozen=True)
class Anchor:
    """An entry's number and hash (64 hex digits), written ``ID:HASH``."""

    id: int
    hash: str

    def __str__(self) -> str:
        """Return the anchor as it is written."""
        return f"{self.id}:{self.hash}"


@dataclass(frozen=True)
class Log:
    """The anchors of the log, and how many lines could not be read."""

    anchors: tuple[Anchor, ...] = ()
    unreadable: int = 0


def read_anchor(text: str) -> Anchor:
    """Return the anchor written as ``ID:HASH``. Raises BadParameter."""
    found = ANCHOR.fullmatch(text.strip().lower())
    if not found:
        raise BadParameter(
            Text(
                "锚点应写成 编号:64 位十六进制哈希：{text}",
                "An anchor is NUMBER:HASH with 64 hex digits: {text}",
            ).format(text=text[:100]),
            Text("gisapp audit head 打印当前的锚点。", "gisapp audit head prints the present one."),
        )
    return Anchor(int(found[1]), found[2])


def missing_anchors(connection: Any, anchors: Iterable[Anchor]) -> list[Anchor]:
    """Return those anchors whose entry is not there with that hash, in order."""
    wanted = sorted(set(anchors), key=lambda anchor: anchor.id)
    with connection.cursor() as cursor:
        cursor.execute(HASHES, {"ids": [anchor.id for anchor in wanted]})
        found = dict(cursor.fetchall())
    return [anchor for anchor in wanted if found.get(anchor.id) != anchor.hash]


def read_log(var: Path) -> Log:
    """Return the log's anchors; a log that does not exist has none."""
    try:
        lines = (var / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return Log()
    found = [LINE.fullmatch(line) for line in lines if line]
    anchors = tuple(Anchor(int(match[1]), match[2]) for match in found if match)
    return Log(anchors, len(found) - len(anchors))


def note_head(var: Path, connection: Any) -> Head:
    """Add the trail's end to the log, unless it stands there last or there is none; return it."""
    now = head(connection)
    anchor = Anchor(now.id, now.hash)
    if now.id and read_log(var).anchors[-1:] != (anchor,):
        line = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {anchor}\n"
        handle = os.open(var / LOG, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "r+b") as log:
            size = log.seek(0, os.SEEK_END)
            torn = size and os.pread(handle, 1, size - 1) != b"\n"  # by a power cut
            log.write(b"\n" * bool(torn) + line.encode())
            log.flush()
            os.fsync(handle)
    return now


def accept_restore(var: Path, database: Database, missing: list[Anchor]) -> Path:
    """Note in the trail that anchors are missing for a reason; return where the old log is kept.

    A new log begins with the entry that tells of this.
    """
    details = {"anchors": len(missing), "last_anchor": str(missing[-1])}
    with database.write() as connection:
        number = record(connection, Entry("restore_accepted", "audit", details=details))
    aside = var / f"audit-heads-until-{number}.log"
    (var / LOG).replace(aside)
    with database.read(Scope()) as reader:
        note_head(var, reader.connection)
    return aside
