"""Reading the audit trail: filtered page by page, or all of it as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from geodata.findings import guard_formula
from gisapp.access.audit import ACTIONS, RESULTS
from gisapp.access.audit_filters import Filters
from gisapp.database.engine import Reader
from layers.spec import Text

Format = Literal["csv", "jsonl"]
CHUNK = 2000
COLUMNS = (
    Text("编号", "No."),
    Text("时间（UTC）", "Time (UTC)"),
    Text("账号编号", "Account no."),
    Text("账号", "Account"),
    Text("地址", "Address"),
    Text("操作", "Action"),
    Text("操作代码", "Action code"),
    Text("对象", "Object"),
    Text("结果", "Result"),
    Text("细节", "Details"),
    Text("前一条哈希", "Previous hash"),
    Text("哈希", "Hash"),
)

# Values are literals in what is sent, so the planner leaves out conditions that are not asked for.
FILTERED = """
SELECT id, at, account, name, address, action, object, result, details::text,
    encode(previous, 'hex'), encode(hash, 'hex')
FROM gisapp.audit
WHERE (%(account)s::bigint IS NULL OR account = %(account)s)
    AND (%(name)s = '' OR name = %(name)s)
    AND (%(action)s = '' OR action = %(action)s)
    AND (%(object)s = '' OR object ^@ %(object)s)
    AND (%(result)s = '' OR result = %(result)s)
    AND (%(start)s::timestamptz IS NULL OR id > coalesce((SELECT id FROM gisapp.audit
        WHERE at < %(start)s::timestamptz ORDER BY at DESC LIMIT 1), 0))
    AND (%(end)s::timestamptz IS NULL OR id <= coalesce((SELECT id FROM gisapp.audit
        WHERE at < %(end)s::timestamptz ORDER BY at DESC LIMIT 1), 0))
"""
NEWEST_FIRST = (
    FILTERED
    + " AND (%(key)s::bigint IS NULL OR id < %(key)s::bigint) ORDER BY id DESC LIMIT %(most)s"
)
OLDEST_FIRST = FILTERED + " AND id > %(key)s::bigint AND id <= %(last)s ORDER BY id LIMIT %(most)s"
LAST = "SELECT coalesce(max(id), 0) FROM gisapp.audit"


@dataclass(frozen=True)
class Kept:
    """An entry as it is kept; ``details`` is the JSON text that was hashed."""

    id: int
    at: datetime
    account: int | None
    name: str
    address: str
    action: str
    object: str
    result: str
    details: str
    previous: str
    hash: str


def read_entries(
    connection: Any, filters: Filters, *, before: int | None = None, most: int = 100
) -> list[Kept]:
    """Return at most ``most`` entries, the newest first, or those before number ``before``."""
    return fetch(connection, NEWEST_FIRST, filters, key=before, most=most)


def each_entry(
    lend: Callable[[], AbstractContextManager[Reader]], filters: Filters
) -> Iterator[Kept]:
    """Yield every entry there is now, the oldest first.

    ``lend`` gives a reader for each chunk, so that a slow receiver holds none.
    """
    with lend() as reader, reader.connection.cursor() as cursor:
        cursor.execute(LAST)
        last = cursor.fetchone()[0]
    key = 0
    while True:
        with lend() as reader:
            rows = fetch(reader.connection, OLDEST_FIRST, filters, key=key, last=last, most=CHUNK)
        yield from rows
        if len(rows) < CHUNK:
            return
        key = rows[-1].id


def fetch(connection: Any, text: str, filters: Filters, **more: object) -> list[Kept]:
    """Run one of the statements and return its entries."""
    with connection.cursor() as cursor:
        cursor.execute(text, {**asdict(filters), **more})
        return [Kept(*row) for row in cursor.fetchall()]


def export(entries: Iterable[Kept], form: Format, language: str) -> Iterator[bytes]:
    """Yield the lines of a file: CSV for spreadsheets, or JSON lines for programs."""
    if form == "jsonl":
        yield from map(json_line, entries)
        return
    yield b"\xef\xbb\xbf" + csv_line([column.say(language) for column in COLUMNS])
    for entry in entries:
        yield csv_line(cells(entry, language))


def json_line(entry: Kept) -> bytes:
    """Return one entry as a line of JSON; its details end the line exactly as they were hashed."""
    told = {**asdict(entry), "at": moment(entry.at)}
    del told["details"]
    head = json.dumps(told, ensure_ascii=False).removesuffix("}")
    return f'{head}, "details": {entry.details}}}\n'.encode()


def cells(entry: Kept, language: str) -> list[str]:
    """Return one entry as cells that no spreadsheet takes for a formula."""
    number = "" if entry.account is None else str(entry.account)
    texts = [
        *(moment(entry.at), number, entry.name, entry.address),
        *(label(ACTIONS, entry.action, language), entry.action, entry.object),
        *(label(RESULTS, entry.result, language), entry.details, entry.previous, entry.hash),
    ]
    return [str(entry.id), *map(guard_formula, texts)]


def csv_line(row: list[str]) -> bytes:
    """Return one line of CSV."""
    line = io.StringIO()
    csv.writer(line).writerow(row)
    return line.getvalue().encode()


def label(labels: Any, code: str, language: str) -> str:
    """Return the label of a code, or the code itself when it has none (any more)."""
    known: Text | None = labels.get(code)
    return known.say(language) if known else code


def moment(at: datetime) -> str:
    """Return a time in UTC to the microsecond, ISO 8601."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
