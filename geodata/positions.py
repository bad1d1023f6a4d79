"""Places of rows from columns: x and y, "x,y" in one, or well-known text.

The CRS, the order of the axes and any offset are decided elsewhere (``geodata/crs_candidates.py``,
``geodata/offset_test.py``): here x is what the plan calls x.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy
import shapely

from geodata.angles import Parsed, is_missing, objects, parse_decimals, parse_dms, tidy_text
from geodata.findings import Finding
from geodata.plan import GeometrySource
from layers.spec import Text

HALF = Text("只有一半坐标", "only one of the two coordinates is there")
NOT_A_PAIR = Text("不是“x,y”两个数", 'is not two numbers "x,y"')
NOT_WKT = Text("不是 WKT 几何", "is not well-known text (WKT)")
TOO_DEEP = Text("几何集合嵌套过多", "collections inside collections go too deep")
NESTED = 8  # collections in one text; a few thousand inside one another would end the process
SPLIT = re.compile(r"[,;；|\t]+|\s+")
SPACED = re.compile(r"([NSEW])\s+(?=\d)")
BEFORE_LETTER = re.compile(r"(?<=[°'\"\d])(?=[NSEW])")
AFTER_LETTER = re.compile(r"(?<=[NSEW])(?=\d)")
BRACKETS = "()[]{}（）【】 "
SRID = re.compile(r"\s*SRID\s*=\s*\d+\s*;", re.I)

Columns = Mapping[str, numpy.ndarray]


@dataclass
class Positions:
    """Where rows are: ``shapes`` (n,) of geometries, None where there is none.

    ``missing`` (n,) tells the rows that say nothing at all; those that say something that
    cannot be read have a finding.
    """

    shapes: numpy.ndarray
    missing: numpy.ndarray
    findings: list[Finding] = field(default_factory=list)

    def coordinates(self) -> numpy.ndarray:
        """Return the vertices of all shapes, (m, 2)."""
        found: numpy.ndarray = shapely.get_coordinates(self.shapes)
        return found


def read_positions(
    source: GeometrySource, columns: Columns, rows: numpy.ndarray | None = None
) -> Positions:
    """Return the places that ``source`` finds in columns of equal length.

    ``rows``: the file's row numbers (from 1 on if not given), which findings name. Columns are
    arrays of numbers, or of texts with None. KeyError for a column that is not there.
    """
    read = {"xy": read_two, "pair": read_pair, "wkt": read_wkt}[source.kind]
    found = read(source, columns)
    if rows is not None:
        found.findings = [
            Finding(int(rows[item.row - 1]), item.column, item.value, item.reason)
            for item in found.findings
        ]
    found.findings.sort(key=lambda item: item.row)
    return found


def reader(notation: str) -> Callable[[numpy.ndarray], Parsed]:
    """Return what reads the numbers of a notation."""
    return parse_decimals if notation == "decimal" else parse_dms


def read_two(source: GeometrySource, columns: Columns) -> Positions:
    """Return points from a column of x and one of y."""
    held = columns[source.x], columns[source.y]
    read = reader(source.notation)
    x, y = read(held[0]), read(held[1])
    positions = make_points(x, y)
    for name, values, parsed in ((source.x, held[0], x), (source.y, held[1], y)):
        for index, reason in parsed.reasons.items():
            positions.findings.append(Finding(index + 1, name, str(values[index]), reason))
    bad = x.reasons.keys() | y.reasons.keys()
    gone = numpy.isnan(x.values), numpy.isnan(y.values)
    for half in numpy.flatnonzero(gone[0] != gone[1]):
        if int(half) not in bad:
            name = source.x if gone[0][half] else source.y
            positions.findings.append(Finding(int(half) + 1, name, "", HALF))
    positions.missing = gone[0] & gone[1]
    positions.missing[list(bad)] = False
    return positions


def make_points(x: Parsed, y: Parsed) -> Positions:
    """Return points where both numbers are there.

    Where letters say that x is a latitude and y a longitude, they change places.
    """
    east, north = x.values.copy(), y.values.copy()
    turned = [
        index
        for index, axis in x.axes.items()
        if axis == "lat" and y.axes.get(index, "lon") == "lon"
    ]
    turned += [i for i, axis in y.axes.items() if axis == "lon" and i not in x.axes]
    east[turned], north[turned] = y.values[turned], x.values[turned]
    shapes = numpy.full(len(east), None, dtype=object)
    there = numpy.flatnonzero(~(numpy.isnan(east) | numpy.isnan(north)))
    shapes[there] = shapely.points(east[there], north[there])
    return Positions(shapes, numpy.zeros(len(east), dtype=bool))


def read_pair(source: GeometrySource, columns: Columns) -> Positions:
    """Return points from one column of "x,y"."""
    values = columns[source.x]
    missing = numpy.array([is_missing(value) for value in values], dtype=bool)
    halves = [split_pair(value) for value in values]
    read = reader(source.notation)
    first = read(objects([pair[0] for pair in halves]))
    second = read(objects([pair[1] for pair in halves]))
    positions = make_points(first, second)
    positions.missing = missing
    for index in numpy.flatnonzero((positions.shapes == None) & ~missing):  # noqa: E711
        at = int(index)
        reason = first.reasons.get(at) or second.reasons.get(at) or NOT_A_PAIR
        positions.findings.append(Finding(at + 1, source.x, str(values[at]), reason))
    return positions


def split_pair(value: object) -> tuple[str | None, str | None]:
    """Return the two parts of "x,y", (x y), [x; y] or E116°41′ N23°26′; None if not two."""
    if is_missing(value):
        return None, None
    text = SPACED.sub(r"\1", tidy_text(value).strip(BRACKETS))
    parts = [part for part in SPLIT.split(text) if part]
    if len(parts) != 2:
        parts = [part.strip() for part in re.split(r"[,;；|\t]", text) if part.strip()]
    if len(parts) != 2:
        glued = BEFORE_LETTER if text[:1] in "NSEW" else AFTER_LETTER
        parts = glued.sub(" ", text).split() if len(parts) == 1 else parts
    return (tidy_text(parts[0]), tidy_text(parts[1])) if len(parts) == 2 else (None, None)


def read_wkt(source: GeometrySource, columns: Columns) -> Positions:
    """Return shapes from one column of well-known text; an SRID in front is passed over."""
    values = columns[source.x]
    missing = numpy.array([is_missing(value) for value in values], dtype=bool)
    texts = numpy.full(len(values), None, dtype=object)
    reasons: dict[int, Text] = {}
    for index in numpy.flatnonzero(~missing):
        text = SRID.sub("", str(values[index]), count=1)
        if text.upper().count("COLLECTION") > NESTED:
            reasons[int(index)] = TOO_DEEP
        else:
            texts[index] = text.replace("\x00", " ")
    with numpy.errstate(invalid="ignore"):
        shapes = shapely.from_wkt(texts, on_invalid="ignore")
    findings = [
        Finding(int(index) + 1, source.x, str(values[index]), reasons.get(int(index), NOT_WKT))
        for index in numpy.flatnonzero(shapely.is_missing(shapes) & ~missing)
    ]
    return Positions(shapes, missing, findings)
