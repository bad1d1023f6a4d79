"""What an export may be written in: format, CRS or shifted degrees, headings, encoding.

EPSG:4527 is EPSG:4548 with the zone's number 39 before its eastings (39,000,000 m more); so is
every 3-degree zone of CGCS2000: 21 lower is its twin with prefix.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from geodata.crs import find_crs
from geodata.writers.catalogue import FORMATS, WGS_84
from geodata.writers.spec import Format, Headers, Offset
from gisapp.features.crs import ALWAYS_OFFERED, CRS84_URI, EPSG_NAMES
from gisapp.features.faults import bad_value
from gisapp.features.times import LOCAL
from layers.spec import Text

WGS_84_SRID = 4326
ZONES = range(4534, 4555)  # CGCS2000 3-degree zones without prefix
TO_PREFIXED = -21
METRIC_FORMATS = ("gpkg", "shp", "dxf", "parquet")  # written in the CRS of record unless asked
HEADERS: tuple[Headers, ...] = ("zh", "en", "names")
OPTIONS = ("f", "crs", "headers", "encoding")
FORMAT, CRS, HEADINGS, ENCODING = OPTIONS
SHIFTED = Text(
    "坐标已按 {name} 偏移数百米，只供在该类地图上显示：不能测绘、不能与其他数据叠加、不要再导入。",
    "Coordinates are shifted by hundreds of metres to {name}, for display on such maps only: not "
    "for surveying, not for overlay with other data, not to be imported again.",
)


@dataclass(frozen=True)
class Target:
    """Coordinates to write: ``srid`` is what the database gives, ``offset`` a shift after it."""

    name: str
    srid: int
    label: Text
    offset: Offset = ""
    warning: Text | None = None
    mark: str = ""  # in the file's name

    @property
    def crs(self) -> str:
        """The CRS that the file declares; none for shifted degrees, which have no number."""
        return "" if self.offset else self.name


OFFSETS = (
    Target(
        "gcj02",
        WGS_84_SRID,
        Text("GCJ-02 偏移坐标（高德、腾讯地图）", "GCJ-02, shifted (Amap, Tencent)"),
        "gcj02",
        SHIFTED.format(name="GCJ-02"),
        "_GCJ02偏移坐标_勿作测绘",
    ),
    Target(
        "bd09",
        WGS_84_SRID,
        Text("BD-09 偏移坐标（百度地图）", "BD-09, shifted (Baidu)"),
        "bd09",
        SHIFTED.format(name="BD-09"),
        "_BD09偏移坐标_勿作测绘",
    ),
)


@dataclass(frozen=True)
class Options:
    """How a file is to be written."""

    form: Format
    target: Target
    headers: Headers = "zh"
    encoding: str = "UTF-8"

    def file_name(self, name: str, moment: datetime) -> str:
        """Return the file's name, with a warning in it where coordinates are shifted."""
        day = moment.astimezone(LOCAL).strftime("%Y%m%d")
        return f"{name}_{day}{self.target.mark}{self.form.suffix}"


@lru_cache(maxsize=8)
def offered_targets(metric_srid: int) -> tuple[Target, ...]:
    """Return everything that coordinates may be written in, the CRS of record first."""
    srids = dict.fromkeys(twins((metric_srid, *ALWAYS_OFFERED)))
    named = (
        Target(f"EPSG:{srid}", srid, Text(f"EPSG:{srid} {title}", f"EPSG:{srid} {title}"))
        for srid, title in ((srid, find_crs(srid).name) for srid in srids)
    )
    return (*named, *OFFSETS)


def twins(srids: tuple[int, ...]) -> Iterator[int]:
    """Yield each CRS, and behind a zone of CGCS2000 the same one with prefix."""
    for srid in srids:
        yield srid
        if srid in ZONES:
            yield srid + TO_PREFIXED


def read_target(name: str, metric_srid: int) -> Target:
    """Return what a name (``EPSG:4527``, a URI, ``gcj02``) asks for. Raises BadParameter."""
    matched = EPSG_NAMES.fullmatch(name)
    wanted = f"EPSG:{int(matched[1])}" if matched else name
    wanted = WGS_84 if name == CRS84_URI else wanted
    offered = offered_targets(metric_srid)
    for target in offered:
        if target.name.lower() == wanted.lower():
            return target
    names = ", ".join(target.name for target in offered)
    raise bad_value(CRS, Text(f"可用 {names}", f"give one of {names}"))


def read_form(name: str) -> Format:
    """Return a format by name. Raises BadParameter."""
    if name not in FORMATS:
        names = ", ".join(FORMATS)
        raise bad_value(FORMAT, Text(f"可用 {names}", f"give one of {names}"))
    return FORMATS[name]


def read_options(arguments: Mapping[str, str], metric_srid: int) -> Options:
    """Return how a file is to be written, from parameters given as text. Raises BadParameter."""
    form = read_form(arguments.get(FORMAT, "gpkg"))
    usual = f"EPSG:{metric_srid}" if form.name in METRIC_FORMATS else WGS_84
    target = read_target(arguments.get(CRS, usual), metric_srid)
    if form.degrees_only and not target.offset and target.crs != WGS_84:
        raise bad_value(CRS, Text("KML 只能用 EPSG:4326", "KML is always EPSG:4326"))
    encoding = arguments.get(ENCODING, "UTF-8").upper()
    if encoding != "UTF-8" and encoding not in form.encodings:
        known = ", ".join(form.encodings or ("UTF-8",))
        raise bad_value(ENCODING, Text(f"可用 {known}", f"give one of {known}"))
    asked = arguments.get(HEADINGS, "zh")
    found = next((one for one in HEADERS if one == asked), None)
    if found is None:
        raise bad_value(HEADINGS, Text("可用 zh、en、names", "give zh, en or names"))
    return Options(form, target, found, encoding)
