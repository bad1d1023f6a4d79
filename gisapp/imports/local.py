"""Files of this machine as imports: copied to the uploads as if they had been sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from psycopg2.extras import Json

from geodata.intake.convert import require_plain_file, require_size
from geodata.intake.facts import DEFAULT
from gisapp.access.audit import Entry, record
from gisapp.access.caller import Caller
from gisapp.database.engine import Database
from gisapp.errors import BadFile
from gisapp.imports import changes
from gisapp.imports.uploads import (
    Incoming,
    Sent,
    clean_name,
    files_of,
    keep_files,
    require_good,
    require_room,
)
from gisapp.settings import UploadSettings
from layers.spec import Text

COMPANIONS = (".shx", ".dbf", ".prj", ".cpg")  # what belongs to a Shapefile
BLOCK = 1 << 20  # bytes copied at once
# What was begun for the very same files and came to no end.
UNFINISHED = """
SELECT id FROM gisapp.imports
WHERE account IS NULL AND state IN ('checking', 'checked') AND files = %(files)s
ORDER BY id DESC LIMIT 1
"""


def gather(paths: Sequence[Path]) -> list[list[Path]]:
    """Return the files of each import: a file, and with a Shapefile what lies beside it.

    Companions that were named along with their Shapefile make no import of their own.
    """
    groups = [[path, *beside(path)] for path in paths]
    taken = {path.absolute() for group in groups for path in group[1:]}
    return [group for group in groups if group[0].absolute() not in taken]


def beside(path: Path) -> list[Path]:
    """Return the files beside a Shapefile that belong to it."""
    if path.suffix.lower() != ".shp":
        return []
    return [
        item
        for item in sorted(path.parent.glob("*"))
        if item.stem == path.stem and item.suffix.lower() in COMPANIONS
    ]


def begin_local(
    database: Database, caller: Caller, uploads: UploadSettings, paths: Sequence[Path], **given: Any
) -> int:
    """Keep files of this machine as an import and return its number; nothing is read yet.

    ``given``: options, sender, source, layer. An unfinished import of the very same files is
    begun anew in place of another. Raises BadFile, StorageFull.
    """
    held = [require_plain_file(path) for path in paths]
    require_size(held, DEFAULT)
    size = sum(path.stat().st_size for path in held)
    require_room(uploads.folder, size, (size >> 20) + 1)
    sent: list[Sent] = []
    try:
        for path in held:
            sent.append(Sent(clean_name(path.name), Incoming(uploads.folder)))
            copy(path, sent[-1].file)
        require_good(sent)
        with database.write() as connection:
            return note(connection, caller, uploads, sent, given)
    finally:
        for one in sent:
            one.file.close()


def copy(path: Path, file: Incoming) -> None:
    """Copy a file in blocks. Raises BadFile when it cannot be read, StorageFull."""
    try:
        source = path.open("rb")
    except OSError as error:
        raise BadFile(
            Text("读不了文件 {path}。", "The file {path} cannot be read.").format(path=path.name)
        ) from error
    with source:
        while block := source.read(BLOCK):
            file.write(block)


def note(
    connection: Any,
    caller: Caller,
    uploads: UploadSettings,
    sent: Sequence[Sent],
    given: Mapping[str, Any],
) -> int:
    """Note an import of received files, or begin the unfinished one of them anew."""
    facts = [one.facts() for one in sent]
    with connection.cursor() as cursor:
        cursor.execute(UNFINISHED, {"files": Json(facts)})
        row = cursor.fetchone()
    if row and files_of(uploads.folder, row[0]):
        former = changes.hold(connection, caller, row[0])
        changes.decide(connection, former, uploads.days, plan=None, chosen="", **given)
        return former.id
    number = changes.create(connection, caller, facts, uploads.days, **given)
    about = {"files": [one.name for one in sent], "bytes": sum(one.file.bytes for one in sent)}
    who = (caller.account, caller.name)
    record(connection, Entry("file_uploaded", f"import:{number}", "done", *who, details=about))
    keep_files(uploads.folder, number, sent)
    return number
