"""The parser: a process of its own, started by ``sandbox.run_parser`` with one request file.

It reads an upload into tables below ``out/`` and writes ``result.json``: either nothing, or what
was wrong in both languages. It never touches anything outside its folder but to read the upload.
"""

from __future__ import annotations

import errno
import json
import sys
from dataclasses import asdict
from pathlib import Path

from geodata.errors import BadFile
from geodata.intake.archive import Member
from geodata.intake.documents import gather_drawing, gather_geojson
from geodata.intake.facts import Limits, ReadOptions
from geodata.intake.kml import read_kml
from geodata.intake.lists import read_list
from geodata.intake.output import Output
from geodata.intake.packages import guard_package
from geodata.intake.parquet import read_parquet
from geodata.intake.sandbox import NO_ROOM, PROGRESS, confine
from geodata.intake.shapefile import gather_shapefile
from geodata.intake.sheets import read_workbook
from geodata.intake.sources import Source, find_sources
from geodata.intake.vector import read_vector
from layers.spec import Text

GATHERERS = {
    "shapefile": gather_shapefile,
    "dbf": gather_shapefile,
    "gpkg": guard_package,
    "geojson": gather_geojson,
    "geojsonseq": gather_geojson,
    "dxf": gather_drawing,
}
READERS = {
    "csv": read_list,
    "kml": read_kml,
    "xlsx": read_workbook,
    "xls": read_workbook,
    "ods": read_workbook,
    "parquet": read_parquet,
}
IN_PARTS = Text("请分成几份后上传。", "Send it in several parts.")


def main(request: Path) -> None:
    """Answer one request."""
    asked = json.loads(request.read_text(encoding="utf-8"))
    limits = Limits(**asked["limits"])
    confine(limits)
    folder = request.parent
    try:
        members = [Member(name, Path(path)) for name, path in asked["files"]]
        options = ReadOptions(**asked["options"])
        parse(members, folder, Output(folder / "out", limits, options, folder / PROGRESS))
        result = {}
    except BadFile as error:
        result = told(error.message, error.hint)
    except MemoryError:
        result = told(
            Text("文件需要的内存超过限制。", "The file needs more memory than is allowed."),
            IN_PARTS,
        )
    except OSError as error:
        end_when_full(error)
        result = told(*failure(error))
    try:
        text = json.dumps(result, ensure_ascii=False)
        (folder / "result.json").write_text(text, encoding="utf-8")
    except OSError as error:
        end_when_full(error)
        raise


def end_when_full(error: OSError) -> None:
    """End this process, by the code that says so, when the disk has no room left for an answer."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        sys.exit(NO_ROOM)


def failure(error: OSError) -> tuple[Text, Text | None]:
    """Return what to tell of an error of the system: a limit, or a damaged file."""
    if error.errno == errno.EFBIG:
        return Text("解析结果超过大小限制。", "The parsed rows exceed the size limit."), IN_PARTS
    damage = Text("文件读不出来：内容损坏或没有传完。", "The file is damaged or incomplete.")
    return damage, Text("请重新导出并上传。", "Export and send it again.")


def parse(members: list[Member], folder: Path, output: Output) -> None:
    """Read every source of an upload in order. Raises BadFile when there is nothing to read."""
    for number, source in enumerate(find_sources(members, folder / "unpacked", output.limits)):
        read_source(source, folder / f"source{number}", output)
    output.require_tables()


def read_source(source: Source, folder: Path, output: Output) -> None:
    """Read one source by its kind."""
    if source.kind in GATHERERS:
        read_vector(GATHERERS[source.kind](source, folder), output)
    else:
        READERS[source.kind](source, folder, output)


def told(message: Text, hint: Text | None) -> dict[str, object]:
    """Return an error as JSON has it."""
    return {"message": asdict(message), "hint": asdict(hint) if hint else None}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
