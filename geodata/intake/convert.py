"""From the files of an upload to tables on disk, through a parser that can do no harm."""

from __future__ import annotations

import json
import shutil
import stat
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from geodata.errors import BadFile
from geodata.intake.facts import DEFAULT, Limits, ReadOptions
from geodata.intake.kept import Intake, open_intakes
from geodata.intake.sandbox import run_parser
from layers.spec import Text

AS_FOUND = ReadOptions()
MB = 1 << 20  # bytes, as people count them


def convert(
    files: Sequence[Path],
    folder: Path,
    *,
    limits: Limits = DEFAULT,
    options: ReadOptions = AS_FOUND,
    tell: Callable[[int], None] | None = None,
) -> list[Intake]:
    """Parse files that were uploaded together and return every table found.

    Each table is written to ``folder/001``, ``folder/002`` …; earlier ones there are replaced,
    once everything has been read. ``tell`` is told now and then how many rows were read so far.
    Nothing stays of a conversion that fails. Raises BadFile with what is wrong and what to do,
    OSError (ENOSPC) when the disk has no room; the files themselves are never changed.
    """
    paths = [require_plain_file(Path(file)) for file in files]
    require_size(paths, limits)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".parse-", dir=folder) as name:
        work = Path(name).resolve()
        (work / "out").mkdir()
        request = work / "request.json"
        asked = {
            "files": [(path.name, str(path)) for path in paths],
            "limits": asdict(limits),
            "options": asdict(options),
        }
        request.write_text(json.dumps(asked), encoding="utf-8")
        run_parser(request, work, limits, tell)
        raise_error(work / "result.json")
        for old in folder.glob("[0-9]*"):
            shutil.rmtree(old)
        for table in sorted((work / "out").iterdir()):
            table.rename(folder / table.name)
    return open_intakes(folder)


def require_plain_file(path: Path) -> Path:
    """Return the absolute path of a file on this machine, or raise BadFile."""
    text = str(path)
    if ":/" in text or text.lstrip().lower().startswith("/vsi") or "\x00" in text:
        raise BadFile(
            Text("只读取本机上的普通文件。", "Only plain files on this machine are read."),
            Text("请先把文件下载或解压到本机。", "Download or unpack the file first."),
        )
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError):
        mode = 0
    if not stat.S_ISREG(mode):
        raise BadFile(
            Text("没有这个文件：{path}", "There is no such file: {path}").format(path=path.name)
        )
    return path.absolute()


def require_size(paths: Sequence[Path], limits: Limits) -> None:
    """Raise BadFile, before anything is read, when the files are too big together or none."""
    if not paths:
        raise BadFile(Text("没有文件。", "There is no file."))
    size = sum(path.stat().st_size for path in paths)
    if size > limits.file_bytes:
        raise BadFile(
            Text(
                f"文件共 {size / MB:,.0f} MB，最多 {limits.file_bytes / MB:,.0f} MB。",
                f"The files have {size / MB:,.0f} MB; at most {limits.file_bytes / MB:,.0f} MB "
                "are read.",
            ),
            Text("请拆分文件后再传。", "Send them in parts."),
        )


def raise_error(result: Path) -> None:
    """Raise what the parser has told, if it has told an error."""
    held = json.loads(result.read_text(encoding="utf-8"))
    if held:
        raise BadFile(Text(**held["message"]), Text(**held["hint"]) if held["hint"] else None)
