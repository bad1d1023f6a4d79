"""KML: every folder with places is a table. Styles are dropped, links to elsewhere never followed.

The document is read as a stream, twice: once for the folders and their columns, once for the
places; so memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pyarrow
import shapely

from geodata.errors import BadFile
from geodata.intake.documents import as_utf8, blocks_of
from geodata.intake.facts import Column, Facts
from geodata.intake.kept import CHUNK
from geodata.intake.kmlshapes import read_shape
from geodata.intake.output import Output
from geodata.intake.sources import Source
from geodata.intake.streams import damaged
from geodata.intake.texts import TextReader, odd_texts, settle_encoding
from geodata.intake.vector import renamed_note
from geodata.intake.writing import TableWriter, unique_names
from layers.spec import Text

FOLDERS = ("Document", "Folder")
# Elements of a place that are columns; everything else says how it is drawn.
ATTRIBUTES = ("name", "description", "address", "phoneNumber", "when", "begin", "end")
DEEPEST = 200
FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
CRS = Text("KML 规定为 WGS-84 经纬度。", "KML is in WGS-84 longitude and latitude by its standard.")
LINKS = Text(
    "文件链接到别处的数据（NetworkLink），没有读取。",
    "The file links to data elsewhere (NetworkLink), which was not read.",
)


@dataclass
class Place:
    """One placemark: its folder's name, its values by column, its shape as WKB."""

    folder: str
    values: dict[str, str]
    shape: bytes | None


@dataclass
class Walk:
    """What a walk over a document has met besides places."""

    links: bool = False
    texts: list[bytes] = field(default_factory=list)


def read_kml(source: Source, folder: Path, output: Output) -> None:
    """Write one table for each folder. Raises BadFile for damage and for declared entities."""
    path, notes = as_utf8(source, folder)
    refuse_entities(path, source.member.name)
    walk = Walk()
    columns: dict[str, dict[str, None]] = {}
    try:
        for place in places(path, walk):
            known = columns.setdefault(place.folder, {})
            known |= dict.fromkeys(place.values)
            output.require_columns(len(known))
            walk.texts += (
                [] if len(walk.texts) > CHUNK else [v.encode() for v in place.values.values()]
            )
        one_table = len(columns) > output.limits.tables
        if one_table:
            columns = {"": {name: None for names in columns.values() for name in names}}
        notes = [*source.notes, *notes, *([LINKS] if walk.links else [])]
        wanted = {name for name in columns if output.wants(name or source.title)}
        write_folders(
            path, source, {n: columns[n] for n in columns if n in wanted}, walk, notes, output
        )
    except (ElementTree.ParseError, RecursionError) as error:
        raise damaged(source.member.name, "KML") from error
    if not columns:
        output.empty.append(source.title)


def refuse_entities(path: Path, name: str) -> None:
    """Raise BadFile for a document with a DOCTYPE, through which a small file grows without end."""
    tail = b""
    for block in blocks_of(path):
        if any(mark in (tail + block).upper() for mark in FORBIDDEN):
            raise BadFile(
                Text(
                    f"{name} 声明了 XML 实体，不予读取。",
                    f"{name} declares XML entities and is not read.",
                ),
                Text(
                    "请从 Google Earth 或 QGIS 重新导出 KML。",
                    "Export the KML again from its program.",
                ),
            )
        tail = block[-16:]


def places(path: Path, walk: Walk) -> Iterator[Place]:
    """Yield every place of a document in order."""
    folders: list[str] = []
    above: list[ElementTree.Element] = []  # the elements around this one, none with a past child
    inside = 0
    with path.open("rb") as stream:
        parser = ElementTree.XMLParser(encoding="utf-8")  # noqa: S314 whatever it declares
        for event, element in ElementTree.iterparse(stream, ("start", "end"), parser):  # noqa: S314
            tag = local(element)
            if event == "start":
                above.append(element)
                if len(above) > DEEPEST:
                    raise RecursionError
                inside += tag == "Placemark"
                if tag in FOLDERS:
                    folders.append("")
                continue
            above.pop()
            inside -= tag == "Placemark"
            if inside:
                continue
            if tag == "Placemark":
                yield read_place(element, " / ".join(name for name in folders if name))
            else:
                leave(element, tag, folders, walk)
            if above:
                above[-1].remove(element)


def leave(element: ElementTree.Element, tag: str, folders: list[str], walk: Walk) -> None:
    """Note what ends outside a place: a folder, its name, a link."""
    if tag == "name" and folders:
        folders[-1] = folders[-1] or (element.text or "").strip()
    elif tag in FOLDERS:
        folders.pop()
    walk.links |= tag == "NetworkLink"


def read_place(element: ElementTree.Element, folder: str) -> Place:
    """Return one placemark."""
    values: dict[str, str] = {}
    shapes = []
    for part in element:
        tag = local(part)
        if tag in ATTRIBUTES and part.text:
            values[tag] = part.text.strip()
        elif tag in ("TimeStamp", "TimeSpan"):
            values |= {local(moment): (moment.text or "").strip() for moment in part}
        elif tag == "ExtendedData":
            values |= extended(part)
        else:
            shapes.append(read_shape(part))
    shape = next((one for one in shapes if one is not None), None)
    return Place(folder, values, None if shape is None else shapely.to_wkb(shape))


def extended(part: ElementTree.Element) -> dict[str, str]:
    """Return the values that a program has added, by name."""
    found = {}
    for data in part.iter():
        tag = local(data)
        if tag == "Data" and data.get("name"):
            value = next((child for child in data if local(child) == "value"), None)
            found[str(data.get("name"))] = ((value.text if value is not None else "") or "").strip()
        elif tag == "SimpleData" and data.get("name"):
            found[str(data.get("name"))] = (data.text or "").strip()
    return found


def write_folders(
    path: Path,
    source: Source,
    columns: dict[str, dict[str, None]],
    walk: Walk,
    notes: list[Text],
    output: Output,
) -> None:
    """Write the places of the wanted folders, each to its table."""
    texts = pyarrow.array(walk.texts, pyarrow.binary())
    guess, reader = settle_encoding(odd_texts(texts), "UTF-8", output.options.encoding)
    writers: dict[str, TableWriter] = {}
    for name, held in columns.items():
        fields = tuple(Column(column, "text") for column in unique_names(list(held)))
        writers[name] = output.begin(fields, shapes=True)
    waiting: dict[str, list[Place]] = {name: [] for name in columns}
    for place in places(path, Walk()):
        name = "" if "" in columns and len(columns) == 1 else place.folder
        if name in waiting:
            waiting[name].append(place)
            if len(waiting[name]) >= CHUNK:
                flush(writers[name], waiting[name], list(columns[name]), reader)
    for name, rest in waiting.items():
        flush(writers[name], rest, list(columns[name]), reader)
    for name, writer in writers.items():
        renamed = [
            f"{old} → {new.name}"
            for old, new in zip(columns[name], writer.columns, strict=True)
            if old != new.name
        ]
        facts = Facts(
            source=source.member.name,
            name=name or source.title,
            format="KML",
            rows=writer.rows,
            columns=writer.columns,
            has_shapes=False,
            geometry_types={},
            crs="EPSG:4326",
            crs_evidence=CRS,
            encoding=guess,
            notes=(*notes, *reader.notes(), *([renamed_note(renamed)] if renamed else [])),
        )
        output.end(writer, facts)


def flush(writer: TableWriter, rows: list[Place], names: list[str], reader: TextReader) -> None:
    """Write some places and forget them."""
    values = [
        reader.read(
            pyarrow.array(
                [text.encode() if (text := row.values.get(name)) else None for row in rows],
                pyarrow.binary(),
            )
        )
        for name in names
    ]
    if rows:
        writer.write(values, pyarrow.array([row.shape for row in rows], pyarrow.binary()))
    rows.clear()


def local(element: ElementTree.Element) -> str:
    """Return a tag without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
