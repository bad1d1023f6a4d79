"""Reading an OpenStreetMap extract once: the objects that our layers take, as plain values.

osmium and not GDAL: roads are joined where they share a node, so node ids are needed.
Coordinates of all nodes are held in memory while reading (about 100 MB for a large city).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium

from geodata.errors import BadFile
from geodata.osm import records
from geodata.osm import tags as read
from geodata.osm.records import Row
from geodata.osm.tags import Tags
from layers.spec import Text

SUFFIXES = (".osm.pbf", ".osm", ".osm.bz2", ".osm.gz")
INCOMPLETE = Text("外环不完整（在摘录边缘被截断）", "outline incomplete (cut off at the edge)")
AREA_CODES = Text(
    "行政边界没有 12 位区划代码，不读入 areas",
    "administrative boundary without a 12-digit code, not taken into areas",
)
COASTLINE = Text("海岸线不是面，不做成海域", "coast line: the sea is not made from lines")
NOT_TRAVELLED = Text("不是通行道路（highway={value}）", "not travelled (highway={value})")
PLAZA = Text("面状道路", "a road drawn as an area")
UNDERGROUND = Text("暗渠", "underground waterway")
NOT_RAILWAY = Text("不属铁路（railway={value}）", "no railway of the regulation (railway={value})")
NOT_CAMERA = Text("监控设备不是摄像机（{value}）", "surveillance that is not a camera ({value})")


@dataclass(frozen=True)
class Line:
    """A way with its node ids and positions (longitude, latitude); None for a missing node."""

    id: int
    tags: dict[str, str]
    nodes: list[int]
    places: list[tuple[float, float] | None]


@dataclass
class Extract:
    """What an extract holds for us.

    ``points`` and ``areas``: layer -> rows with ``code``, attributes and ``shape`` ((longitude,
    latitude), or WKB as hex). ``skipped`` counts (layer, reason).
    """

    roads: list[Line] = field(default_factory=list)
    railways: list[Line] = field(default_factory=list)
    waterways: list[Line] = field(default_factory=list)
    points: dict[str, list[Row]] = field(default_factory=dict)
    areas: dict[str, list[Row]] = field(default_factory=dict)
    skipped: Counter[tuple[str, Text]] = field(default_factory=Counter)
    open_areas: set[tuple[str, str]] = field(default_factory=set)


def read_extract(path: str | Path, progress: Callable[[int], None] | None = None) -> Extract:
    """Read an extract (.osm.pbf, .osm). Raises BadFile when it cannot be read or holds nothing.

    ``progress`` is told the number of objects looked at, now and then.
    """
    file = require_extract(str(path))
    found = Extract()
    wanted = osmium.filter.KeyFilter(*read.KEYS)
    try:
        objects = osmium.FileProcessor(str(file)).with_locations().with_areas(wanted)
        for count, item in enumerate(objects.with_filter(wanted)):
            take(item, found)
            if progress and count % 10000 == 0:
                progress(count)
    except (RuntimeError, OSError) as error:
        raise BadFile(
            Text(
                "{name} 读不出来：不是 OpenStreetMap 摘录，或已损坏。",
                "{name} cannot be read: not an OpenStreetMap extract, or damaged.",
            ).format(name=file.name),
            Text("请重新下载 .osm.pbf 文件。", "Download the .osm.pbf file again."),
        ) from error
    for layer, _ in found.open_areas:
        found.skipped[layer, INCOMPLETE] += 1
    return found


def require_extract(path: str) -> Path:
    """Return the absolute path of an extract on this machine, or raise BadFile."""
    if "://" in path or "\x00" in path:
        raise BadFile(
            Text("只读取本机上的普通文件。", "Only plain files on this machine are read."),
            Text("请先下载到本机。", "Download the file first."),
        )
    file = Path(path).absolute()
    if not file.is_file():
        raise BadFile(
            Text("没有这个文件：{path}", "There is no such file: {path}").format(path=path)
        )
    if not file.name.lower().endswith(SUFFIXES):
        raise BadFile(
            Text("需要 OpenStreetMap 摘录（.osm.pbf）。", "An OpenStreetMap extract is needed."),
            Text("其他文件用 gisapp import。", "Other files go to gisapp import."),
        )
    if file.stat().st_size == 0:
        raise BadFile(
            Text("文件是空的：{name}", "The file is empty: {name}").format(name=file.name)
        )
    return file


def take(item: Any, found: Extract) -> None:
    """Sort one object in."""
    tags = dict(item.tags)
    if item.is_node():
        take_node(item, tags, found)
    elif item.is_area():
        take_area(item, tags, found)
    elif item.is_way():
        take_way(item, tags, found)
        note_open_areas(f"w{item.id}", tags, found)
    elif tags.get("type") == "multipolygon":
        note_open_areas(f"r{item.id}", tags, found)
    if tags.get("boundary") == "administrative" and not item.is_node() and not item.is_area():
        found.skipped["areas", AREA_CODES] += 1


def take_node(item: Any, tags: dict[str, str], found: Extract) -> None:
    """Take a camera or a facility."""
    place, code = (item.location.lon, item.location.lat), f"osm-n{item.id}"
    if tags.get("man_made") == "surveillance":
        kind = tags.get("surveillance:type", "camera")
        if kind == "camera":
            add(found.points, "cameras", code, records.camera(tags), place)
        else:
            found.skipped["cameras", NOT_CAMERA.format(value=kind)] += 1
    if read.first_match(tags, read.FACILITIES):
        add(found.points, "facilities", code, records.facility(tags), place)


def take_way(item: Any, tags: dict[str, str], found: Extract) -> None:
    """Take a road, railway or waterway line, or count why not."""
    highway, railway, waterway = (tags.get(k) for k in ("highway", "railway", "waterway"))
    if highway:
        if highway not in read.ROADS:
            found.skipped["roads", NOT_TRAVELLED.format(value=highway)] += 1
        elif tags.get("area") == "yes":
            found.skipped["roads", PLAZA] += 1
        else:
            found.roads.append(line(item, tags))
    if railway in read.RAILWAYS:
        found.railways.append(line(item, tags))
    elif railway and not item.is_closed():
        found.skipped["railways", NOT_RAILWAY.format(value=railway)] += 1
    if waterway in read.WATERWAYS:
        if tags.get("tunnel", "no") != "no":
            found.skipped["water", UNDERGROUND] += 1
        else:
            found.waterways.append(line(item, tags))
    if tags.get("natural") == "coastline":
        found.skipped["water", COASTLINE] += 1


def line(item: Any, tags: dict[str, str]) -> Line:
    """Copy a way out of osmium's buffer."""
    nodes, places = [], []
    for node in item.nodes:
        nodes.append(node.ref)
        places.append((node.lon, node.lat) if node.location.valid() else None)
    return Line(item.id, tags, nodes, places)


def area_layers(tags: Tags) -> list[str]:
    """Return the layers that an area with these tags belongs to."""
    names = []
    if tags.get("building", "no") != "no":
        names.append("buildings")
    if (
        tags.get("natural") == "water"
        or tags.get("landuse") in ("reservoir", "basin")
        or tags.get("waterway") in ("riverbank", "dock")
    ):
        names.append("water")
    if read.first_match(tags, read.KEY_AREAS):
        names.append("key_areas")
    if read.first_match(tags, read.FACILITIES):
        names.append("facilities")
    return names


MAKERS: dict[str, Callable[[Tags], Row]] = {
    "buildings": records.building,
    "water": records.water,
    "key_areas": records.key_area,
    "facilities": records.facility,
}
SHAPES = osmium.geom.WKBFactory()


def note_open_areas(code: str, tags: dict[str, str], found: Extract) -> None:
    """Remember an outline; its area, if it closes, comes later and takes it off the list."""
    found.open_areas.update((layer, code) for layer in area_layers(tags))


def take_area(item: Any, tags: dict[str, str], found: Extract) -> None:
    """Take an assembled area into its layers."""
    code = f"{'w' if item.from_way() else 'r'}{item.orig_id()}"
    names = area_layers(tags)
    if not names:
        return
    try:
        shape = SHAPES.create_multipolygon(item)
    except RuntimeError:
        return  # stays on the list of outlines that did not close
    for name in names:
        found.open_areas.discard((name, code))
        add(found.areas, name, f"osm-{code}", MAKERS[name](tags), shape)


def add(rows: dict[str, list[Row]], layer: str, code: str, row: Row, shape: object) -> None:
    """Append a row to a layer's list."""
    rows.setdefault(layer, []).append({**row, "code": code, "shape": shape})
