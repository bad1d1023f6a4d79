"""Unpacking an archive from strangers: bounded, flat, and under names of our own."""

from __future__ import annotations

import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from geodata.decoding import decode
from geodata.encodings import guess_encoding
from geodata.errors import BadFile
from geodata.intake.facts import Limits
from geodata.intake.sniff import DAMAGE
from layers.spec import Text

UTF8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1
FREE = 10_000_000  # bytes up to which any ratio of packing is harmless
BLOCK = 1 << 20
AGAIN = Text("请重新打包后上传。", "Pack it again and send it.")


@dataclass(frozen=True)
class Member:
    """One file of an upload: the name that people gave it, and where it lies now."""

    name: str
    path: Path

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        return self.name[: len(self.name) - len(PurePosixPath(self.name).suffix)]


def unpack(archive: Path, folder: Path, limits: Limits) -> list[Member]:
    """Unpack into ``folder`` under numbered names; nothing is written anywhere else.

    Raises BadFile for too much content, secret or outward names, links, encryption, damage.
    """
    folder.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
            if len(infos) > limits.members:
                raise too_big(Text(f"{len(infos)} 个文件", f"{len(infos)} files"))
            names = member_names(infos)
            room = Room(limits, archive.stat().st_size)
            return [
                extract(opened, info, folder / f"{number}", name, room)
                for number, (info, name) in enumerate(zip(infos, names, strict=True))
                if is_wanted(info, name)
            ]
    except DAMAGE as error:
        raise BadFile(
            Text(
                "压缩包损坏，或用了不支持的压缩方法。",
                "The archive is damaged or packed in an unknown way.",
            ),
            AGAIN,
        ) from error


@dataclass
class Room:
    """How much may still be unpacked."""

    limits: Limits
    packed: int
    used: int = 0

    def take(self, size: int) -> None:
        """Count bytes as they come; never trust the sizes that an archive claims."""
        self.used += size
        if self.used > self.limits.unpacked_bytes:
            raise too_big(Text("解开后过大", "too much content"))
        if self.used > FREE and self.used > self.packed * self.limits.ratio:
            raise too_big(Text("压缩比异常", "an abnormal ratio of packing"))


def member_names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Return the names of all members; those not marked as UTF-8 are guessed together."""
    raw = [
        b"" if info.flag_bits & UTF8_FLAG else info.orig_filename.encode("cp437", errors="replace")
        for info in infos
    ]
    guess = guess_encoding(raw)
    return [
        decode(data, guess.name)[0] if data else info.orig_filename
        for info, data in zip(infos, raw, strict=True)
    ]


def is_wanted(info: zipfile.ZipInfo, name: str) -> bool:
    """Tell whether a member is content; raises BadFile for one that is an attack."""
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or ":" in parts[0] or "\x00" in name:
        raise BadFile(
            Text(
                "压缩包里的文件名指向别处，不予解开。",
                "A name in the archive points elsewhere; it is not unpacked.",
            ),
            AGAIN,
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise BadFile(
            Text(
                "压缩包里有符号链接，不予解开。",
                "The archive holds symbolic links; it is not unpacked.",
            ),
            AGAIN,
        )
    if info.flag_bits & ENCRYPTED_FLAG:
        raise BadFile(
            Text("压缩包有密码。", "The archive is protected by a password."),
            Text("请不加密码重新打包。", "Pack it again without a password."),
        )
    return parts[0] != "__MACOSX" and not parts[-1].startswith(".")


def extract(
    opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, name: str, room: Room
) -> Member:
    """Write one member to ``target``, counting as it goes."""
    with opened.open(info) as source, target.open("xb") as sink:
        while block := source.read(BLOCK):
            room.take(len(block))
            sink.write(block)
    return Member(name.replace("\\", "/"), target)


def too_big(what: Text) -> BadFile:
    """Return the error for an archive that would fill the disk."""
    return BadFile(
        Text(f"压缩包不予解开：{what.zh}。", f"The archive is not unpacked: {what.en}."),
        Text(
            "请只打包需要导入的文件，分几次上传。",
            "Pack only the files to import, in several parts.",
        ),
    )
