"""The tables found in an import's files, read once for each way of reading them."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from geodata.errors import BadFile
from geodata.intake.convert import convert
from geodata.intake.facts import ReadOptions
from geodata.intake.kept import Intake, open_intakes
from gisapp.imports.uploads import FULL_LATER, TABLES, files_of, home_of, told_when_full
from layers.spec import Text

Tell = Callable[[int], None]
BEGUN = "begun-"
OPTIONS = ("encoding", "source_layer", "header_row")
EMPTY = BadFile(
    Text("文件里没有任何可读的表。", "There is no table in the file that can be read."),
)


def read_options(given: Mapping[str, Any], plan: Mapping[str, Any] | None) -> ReadOptions:
    """Return how the files are read: as the plan says, else as was given, else as is found."""
    options = {name: given.get(name) or None for name in OPTIONS[:2]}
    encoding = (plan or {}).get("encoding") or options["encoding"]
    return ReadOptions(encoding, options["source_layer"], given.get("header_row"))


def read_tables(
    folder: Path, number: int, options: ReadOptions, tell: Tell | None = None
) -> list[Intake]:
    """Return the tables of the import ``number``, reading its files when that was not done so yet.

    ``tell`` is told how many rows were read so far. What was read in another way is forgotten.
    Killed at any moment, nothing half read is taken for whole. Raises BadFile for files that
    cannot be read, StorageFull.
    """
    home = home_of(folder, number)
    kept = home / TABLES / digest(options)
    if not kept.exists():
        paths = files_of(folder, number)
        if not paths:
            raise BadFile(
                Text("上传的文件已不在，请重新上传。", "The upload is gone; please send it again.")
            )
        with told_when_full(FULL_LATER):
            convert_whole(paths, kept, options, tell)
    found = open_intakes(kept)
    if not found:
        raise EMPTY
    return found


def convert_whole(
    paths: Sequence[Path], kept: Path, options: ReadOptions, tell: Tell | None
) -> None:
    """Read files into the folder ``kept``, which appears when all is done; others of before go."""
    kept.parent.mkdir(exist_ok=True)
    for former in kept.parent.iterdir():
        if not former.name.startswith(BEGUN):  # another attempt may still be at it
            shutil.rmtree(former, ignore_errors=True)
    begun = Path(tempfile.mkdtemp(dir=kept.parent, prefix=BEGUN))
    try:
        convert(paths, begun, options=options, tell=tell)
        with suppress(FileExistsError):  # another attempt was faster
            begun.rename(kept)
    finally:
        shutil.rmtree(begun, ignore_errors=True)


def digest(options: ReadOptions) -> str:
    """Return a short name that is the same for the same options."""
    text = json.dumps(asdict(options), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def choose(tables: Sequence[Intake], chosen: str) -> Intake:
    """Return the table called ``chosen``; without a choice, the one with most rows and shapes.

    Raises BadFile when there is none of that name.
    """
    if chosen:
        fitting = [table for table in tables if chosen in (table.name, table_key(table))]
        if not fitting:
            raise BadFile(
                Text(f"文件里没有表 {chosen[:60]}。", f"There is no table {chosen[:60]}."),
                Text("可用：{names}", "There are: {names}").format(
                    names=", ".join(table.name for table in tables[:30])
                ),
            )
        return fitting[0]
    return max(tables, key=lambda table: (table.has_shapes, table.rows))


def table_key(table: Intake) -> str:
    """Return what tells a table from all others of the upload."""
    return table.folder.name
