"""From the files of an upload to the sources that are read: what belongs together is one source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from geodata.errors import BadFile
from geodata.intake.archive import Member, unpack
from geodata.intake.facts import Limits
from geodata.intake.sniff import NAMES, kind_of, unsupported
from geodata.writers.spec import READ_ME
from layers.spec import Text

ARCHIVES = ("zip", "kmz")
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
USUAL = {
    "shapefile": (".shp",),
    "dbf": (".dbf",),
    "gpkg": (".gpkg",),
    "geojson": (".geojson", ".json"),
    "geojsonseq": (".geojsonl", ".geojsons", ".ndjson", ".jsonl", ".geojson", ".json"),
    "kml": (".kml",),
    "dxf": (".dxf",),
    "parquet": (".parquet", ".geoparquet"),
    "csv": (".csv", ".tsv", ".txt"),
    "xlsx": (".xlsx", ".xlsm", ".xlsb"),
    "xls": (".xls", ".et"),
    "ods": (".ods",),
    "zip": (".zip",),
    "kmz": (".kmz",),
}


@dataclass
class Source:
    """One thing to read. ``parts`` holds the files of a Shapefile by suffix."""

    kind: str
    member: Member
    parts: dict[str, Path] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Return the bare name without folder and suffix."""
        return PurePosixPath(self.member.stem).name


def find_sources(members: Sequence[Member], folder: Path, limits: Limits) -> list[Source]:
    """Return everything readable of an upload, archives unpacked below ``folder``.

    Raises BadFile for a file that is nothing readable, and when nothing readable is left.
    """
    plain: list[tuple[Member, bool]] = []
    kinds: dict[Path, str] = {}
    for number, member in enumerate(members):
        kind = kinds[member.path] = named_kind(member)
        if kind in ARCHIVES:
            held = unpack(member.path, folder / f"archive{number}", limits)
            plain += [(one, True) for one in held]
            kinds |= {one.path: packed_kind(one) for one in held}
        else:
            plain.append((member, False))
    sources = gather([one for one, _ in plain], kinds)
    ignored = [one for one, _ in plain if kinds[one.path] in ("", *ARCHIVES)]
    for member, packed in plain:
        if not packed and kinds[member.path] == "":
            raise unsupported(member.path, member.name)
    if not sources:
        raise nothing_readable(members, ignored)
    if ignored:
        sources[0].notes.append(ignored_note(ignored))
    return sources


def packed_kind(member: Member) -> str:
    """Return the kind of a member of an archive; what only explains an export is nothing."""
    explains = PurePosixPath(member.name).name in READ_ME
    return "" if explains else named_kind(member, lenient=True)


def named_kind(member: Member, lenient: bool = False) -> str:
    """Return the kind of a member; an error names it. An empty member of an archive is nothing."""
    try:
        return kind_of(member.path, member.suffix)
    except BadFile as error:
        if lenient:
            return ""
        raise about(member, error) from error


def about(member: Member, error: BadFile) -> BadFile:
    """Return the error with the name of the file in front."""
    told = Text(f"{member.name}：{error.message.zh}", f"{member.name}: {error.message.en}")
    return BadFile(told, error.hint)


def gather(members: Iterable[Member], kinds: dict[Path, str]) -> list[Source]:
    """Join the files of a Shapefile, which share their name; everything else stands alone."""
    sets: defaultdict[str, dict[str, Path]] = defaultdict(dict)
    held = list(members)
    for member in held:
        if kinds[member.path] in ("shapefile", "dbf", "side"):
            suffix = ".shp" if kinds[member.path] == "shapefile" else member.suffix
            sets[member.stem.casefold()][suffix] = member.path
    sources = []
    for member in held:
        kind, parts = kinds[member.path], sets[member.stem.casefold()]
        if kind not in NAMES or (kind == "dbf" and ".shp" in parts):
            continue
        source = Source(kind, member)
        if kind in ("shapefile", "dbf"):
            source.parts = {name: path for name, path in parts.items() if name in PARTS}
        if member.suffix not in USUAL[kind]:
            source.notes.append(
                Text(
                    f"文件名是 {member.suffix or '无后缀'}，内容是 {NAMES[kind]}，按内容读取。",
                    f"It is named {member.suffix or 'without suffix'} but holds {NAMES[kind]}; "
                    "it was read as that.",
                )
            )
        sources.append(source)
    return sources


def ignored_note(ignored: Sequence[Member]) -> Text:
    """Return the note about files of an archive that were not read."""
    names = "、".join(member.name for member in ignored[:5])
    return Text(
        f"压缩包中有 {len(ignored)} 个文件没有读取：{names}",
        f"{len(ignored)} files of the archive were not read: {names}",
    )


def nothing_readable(members: Sequence[Member], ignored: Sequence[Member]) -> BadFile:
    """Return the error for an upload without any table."""
    names = "、".join(member.name for member in (ignored or members)[:5])
    lonely = any(member.suffix in (".shx", ".prj", ".cpg") for member in members)
    hint = (
        Text(
            "Shapefile 请把 .shp、.shx、.dbf、.prj 一起上传。",
            "Send a Shapefile's .shp, .shx, .dbf and .prj together.",
        )
        if lonely
        else Text(
            "不读嵌套的压缩包；请直接打包数据文件。",
            "Archives inside archives are not read; pack the data files themselves.",
        )
    )
    return BadFile(Text(f"没有可以读取的数据：{names}", f"There is nothing to read: {names}"), hint)
