"""Uploaded files on disk: received under no name, then kept in a folder of their import's number.

Nothing half received stays: a file has its place only once all of it is written, and an import
exists only once all its files have theirs.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gisapp.errors import BadParameter, StorageFull, TooLarge
from layers.spec import Text

INCOMING, FILES, TABLES = "incoming", "files", "tables"
MOST_FILES = 20  # of one import; a Shapefile has up to eight
MOST_BYTES = 100  # of a name, in UTF-8, without what follows its last dot
MOST_SUFFIX = 12
FORBIDDEN = frozenset('<>:"|?*/\\')
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SPARE = 64 << 20  # bytes that an upload leaves free
FRESH_SECONDS = 3600  # an import whose transaction has not ended yet is younger
OLD_SECONDS = 24 * 3600  # what was being received so long ago is nobody's
FULL = StorageFull(
    Text("服务器磁盘空间不足，上传没有保留。", "The server's disk is full; nothing was kept."),
    Text("请联系管理员清理磁盘后重试。", "Ask an administrator to make room, then try again."),
)
FULL_LATER = StorageFull(
    Text(
        "服务器磁盘空间不足，没有改动任何数据；文件仍保留。",
        "The server's disk is full. Nothing was changed, and the file is kept.",
    ),
    Text("请联系管理员清理磁盘，然后重试。", "Ask an administrator to make room, then try again."),
)


@contextmanager
def told_when_full(otherwise: StorageFull = FULL) -> Iterator[None]:
    """Say StorageFull when the disk, a quota or a limit leaves no room for what is written.

    Once an upload is kept, that is ``FULL_LATER``.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise otherwise from error
        raise


class Incoming:
    """A file that is being received, under a name of its own; gone when it is closed unkept."""

    def __init__(self, folder: Path) -> None:
        """Begin one in ``folder``, that of all uploads. Raises StorageFull."""
        with told_when_full():
            (folder / INCOMING).mkdir(parents=True, exist_ok=True)
            number, path = tempfile.mkstemp(dir=folder / INCOMING)
        self.path = Path(path)
        self.bytes = 0
        self.digest = hashlib.sha256()
        self._file = os.fdopen(number, "wb", buffering=0)

    def write(self, data: bytes) -> int:
        """Write some bytes. Raises StorageFull."""
        with told_when_full():
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) :]
        self.digest.update(data)
        self.bytes += len(data)
        return len(data)

    def seek(self, _place: int) -> int:
        """Do nothing: what a form's parser asks for at the end of a file."""
        return 0

    def keep(self, path: Path) -> None:
        """Give the file its place. Raises StorageFull."""
        with told_when_full():
            os.fsync(self._file.fileno())
            self.path.rename(path)
        self._file.close()

    def close(self) -> None:
        """Forget the file unless it is kept."""
        self._file.close()
        with suppress(FileNotFoundError):
            self.path.unlink()


@dataclass(frozen=True)
class Sent:
    """One file of an upload, received, with the name that its sender gave it."""

    name: str
    file: Incoming

    def facts(self) -> dict[str, object]:
        """Return what is noted of the file."""
        return {"name": self.name, "bytes": self.file.bytes, "sha256": self.file.digest.hexdigest()}


def require_room(folder: Path, size: int | None, largest_mb: int) -> None:
    """Raise TooLarge or StorageFull when ``size`` bytes (None: not told) are too many."""
    if (size or 0) > largest_mb << 20:
        raise too_large(largest_mb)
    held = next(place for place in (folder, *folder.parents) if place.exists())
    if shutil.disk_usage(held).free < (size or 0) + SPARE:
        raise FULL


def too_large(largest_mb: int) -> TooLarge:
    """Return the error for an upload of more than so many MB."""
    return TooLarge(
        Text(f"上传最大 {largest_mb} MB。", f"An upload has at most {largest_mb} MB."),
        Text("请拆分文件后再传。", "Send it in parts."),
    )


def clean_name(name: str) -> str:
    """Return a file's name that is safe in a folder of ours and to show: no path, no tricks."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    letters = (
        letter if letter.isprintable() and letter not in FORBIDDEN else "_" for letter in last
    )
    stem, dot, suffix = "".join(letters).strip(" .").rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    stem = stem.encode("utf-8", "ignore")[:MOST_BYTES].decode("utf-8", "ignore").strip(" .")
    suffix = suffix.encode("utf-8", "ignore")[:MOST_SUFFIX].decode("utf-8", "ignore")
    return f"{stem or 'file'}{dot}{suffix}"


def require_good(sent: Sequence[Sent]) -> None:
    """Raise BadParameter unless these can be the files of one import."""
    names = [one.name.casefold() for one in sent]
    if not names:
        raise BadParameter(Text("没有收到文件。", "No file was sent."))
    if len(names) > MOST_FILES:
        raise BadParameter(
            Text(f"一次最多 {MOST_FILES} 个文件。", f"At most {MOST_FILES} files at once."),
            Text("可以打成一个 zip。", "A zip may hold more."),
        )
    if len(set(names)) < len(names):
        raise BadParameter(Text("有同名的文件。", "Two files have the same name."))
    if not any(one.file.bytes for one in sent):
        raise BadParameter(Text("文件是空的。", "The file is empty."))


def home_of(folder: Path, number: int) -> Path:
    """Return the folder of the import ``number``."""
    return folder / str(number)


def keep_files(folder: Path, number: int, sent: Sequence[Sent]) -> None:
    """Give received files their places as those of the import ``number``, all or none.

    Raises StorageFull.
    """
    home = home_of(folder, number)
    try:
        with told_when_full():
            (home / FILES).mkdir(parents=True)
        for one in sent:
            one.file.keep(home / FILES / one.name)
    except BaseException:
        remove_files(folder, number)
        raise


def files_of(folder: Path, number: int) -> list[Path]:
    """Return the files of an import by name."""
    return sorted((home_of(folder, number) / FILES).glob("*"))


def remove_files(folder: Path, number: int) -> None:
    """Remove all that lies on disk of an import."""
    shutil.rmtree(home_of(folder, number), ignore_errors=True)


def numbers_on_disk(folder: Path) -> set[int]:
    """Return the numbers of imports of which there are files, but for those just begun."""
    before = time.time() - FRESH_SECONDS
    return {
        int(held.name)
        for held in folder.glob("*")
        if held.name.isdecimal() and held.stat().st_mtime < before
    }


def forget_incoming(folder: Path) -> int:
    """Remove what was begun to be received long ago, by a process that died; return how many."""
    before = time.time() - OLD_SECONDS
    old = [held for held in (folder / INCOMING).glob("*") if held.stat().st_mtime < before]
    for held in old:
        held.unlink(missing_ok=True)
    return len(old)
