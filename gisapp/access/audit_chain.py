"""Verifying the audit trail: is every entry still as it was written, and where it was?

Written a second time, in Python, from the description in ``migrations/sql/0006_audit.sql``:
whoever changes the database's functions does not change what is found here.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from layers.spec import Text

Fault = Literal["hash", "gap", "order", "head"]
FAULTS: dict[Fault, Text] = {
    "hash": Text("内容或哈希被改动过", "its contents or its hash were changed"),
    "gap": Text("这一条不见了", "it is gone"),
    "order": Text("时间不晚于前一条", "its time is not later than that of the one before"),
    "head": Text("链尾记录与末条不符", "the note of the chain's end does not fit the last entry"),
}
GENESIS = bytes(32)  # what stands before the first entry
CHUNK = 5000

ENDS = """
SELECT (SELECT coalesce(max(id), 0) FROM gisapp.audit), head.id, head.hash,
    (SELECT head.at = entry.at FROM gisapp.audit AS entry WHERE entry.id = head.id)
FROM (SELECT) AS one LEFT JOIN gisapp.audit_head AS head ON true
"""
HEAD = "SELECT id, at, hash FROM gisapp.audit_head"
HASH_AT = """
SELECT hash, trunc(extract(epoch FROM at) * 1000000)::text FROM gisapp.audit WHERE id = %(id)s
"""
ENTRIES = """
SELECT id, trunc(extract(epoch FROM at) * 1000000)::text, account::text, name, address, action,
    object, result, details::text, previous, hash
FROM gisapp.audit WHERE id > %(after)s AND id <= %(end)s ORDER BY id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Head:
    """The last entry of the trail: what to note elsewhere. ``id`` 0 while there is none."""

    id: int
    at: datetime
    hash: str  # 64 hex digits


@dataclass(frozen=True)
class Verdict:
    """What was found: the entries after ``since`` up to ``last`` are as they were written.

    ``end`` was the trail's last entry. ``broken`` is the first entry at which something is
    wrong, and ``fault`` what; both are None when nothing is. When time ran out ``last`` is less
    than ``end`` and nothing is broken.
    """

    since: int
    last: int
    end: int
    broken: int | None = None
    fault: Fault | None = None

    @property
    def whole(self) -> bool:
        """Tell whether everything was looked at and nothing is wrong."""
        return self.broken is None and self.last == self.end


def head(connection: Any) -> Head:
    """Return the end of the trail."""
    with connection.cursor() as cursor:
        cursor.execute(HEAD)
        number, at, digest = cursor.fetchone()
    return Head(number, at, bytes(digest).hex())


def verify(connection: Any, since: int | None = None, seconds: float | None = None) -> Verdict:
    """Compute the chain anew, from its start or after entry ``since``, whose hash is trusted.

    Reads in chunks; entries that are added meanwhile are left to the next time. After ``seconds``
    it stops at the end of a chunk: begin there the next time.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    with connection.cursor() as cursor:
        cursor.execute(ENDS)
        end, head_id, head_hash, same_time = cursor.fetchone()
        start = find_start(cursor, since)
        if start is None:
            return Verdict(since or 0, since or 0, end, since, "gap")
        last, digest, moment = since or 0, *start
        for row in each_row(cursor, since, end):
            if deadline and time.monotonic() > deadline:
                return Verdict(since or 0, last, end)
            fault = find_fault(row, last, digest, moment)
            if fault:
                broken = last + 1 if fault == "gap" else row[0]
                return Verdict(since or 0, last, end, broken, fault)
            last, digest, moment = row[0], bytes(row[-1]), Decimal(row[1])
    if head_id is not None and head_id > end:
        return Verdict(since or 0, last, end, end + 1, "gap")
    if head_id != end or bytes(head_hash) != digest or (end and not same_time):
        return Verdict(since or 0, last, end, end, "head")
    return Verdict(since or 0, last, end)


def find_start(cursor: Any, since: int | None) -> tuple[bytes, Decimal] | None:
    """Return hash and time of the entry to begin after; None when it is not there."""
    if not since:
        return GENESIS, Decimal("-Infinity")
    cursor.execute(HASH_AT, {"id": since})
    found = cursor.fetchone()
    return (bytes(found[0]), Decimal(found[1])) if found else None


def each_row(cursor: Any, since: int | None, end: int) -> Iterator[Sequence[Any]]:
    """Yield the entries after ``since`` up to ``end`` in order, read chunk by chunk.

    Without ``since`` also those with numbers that no entry can have.
    """
    after = since or -(2**63)
    while True:
        cursor.execute(ENTRIES, {"after": after, "end": end, "most": CHUNK})
        rows = cursor.fetchall()
        yield from rows
        if len(rows) < CHUNK:
            return
        after = rows[-1][0]


def find_fault(row: Sequence[Any], last: int, digest: bytes, moment: Decimal) -> Fault | None:
    """Return what is wrong with an entry that should follow on ``last``, if anything."""
    number, micros, *_, previous, found = row
    if number != last + 1:
        return "gap" if number > last else "hash"
    if bytes(previous or b"") != digest or bytes(found or b"") != entry_hash(row[:-2], digest):
        return "hash"
    return None if Decimal(micros or "-Infinity") > moment else "order"


def entry_hash(fields: Sequence[Any], previous: bytes) -> bytes:
    """Return the hash of an entry with these nine fields after one with hash ``previous``."""
    text = b"".join(map(hashed_field, fields))
    return hashlib.sha256(previous + text).digest()


def hashed_field(value: object) -> bytes:
    """Return one field as it is hashed: its length in bytes, a colon, itself, a comma."""
    if value is None:
        return b"-,"
    field = str(value).encode()
    return b"%d:%s," % (len(field), field)
