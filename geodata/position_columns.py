"""Which columns of a table hold places: by header words and by content."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy

from geodata.angles import is_missing, objects, parse_decimals, parse_dms, tidy_text
from geodata.plan import GeometrySource
from geodata.position_headers import Header, read_header
from geodata.positions import split_pair
from layers.spec import Text

SAMPLE = 500  # values of a column that are looked at
ENOUGH = 0.6  # so many of them must be readable
OFFSET_NAMES = {
    "gcj02": Text("高德、腾讯所用的 GCJ-02", "GCJ-02 of Amap and Tencent"),
    "bd09": Text("百度所用的 BD-09", "BD-09 of Baidu"),
}
WKT = re.compile(
    r"\s*(?:SRID\s*=\s*\d+\s*;\s*)?(?:MULTI)?(?:POINT|LINESTRING|POLYGON|CURVE|SURFACE|"
    r"GEOMETRYCOLLECTION)\s*(?:Z|M|ZM)?\s*(?:\(|EMPTY)",
    re.I,
)
LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)  # of China, for columns without a header word
BY_HEADER = Text("列名“{columns}”说明是坐标", "named as a position: {columns}")
BY_CONTENT = Text(
    "“{columns}”里的数像经纬度", "the numbers in {columns} look like longitude and latitude"
)
READABLE = Text("；{good}/{all} 个值是{what}", "; {good} of {all} values are {what}")
HINT = Text("；列名说明是{name}", "; the header says {name}")
WHAT = {
    "decimal": Text("数", "numbers"),
    "dms": Text("度分秒写法", "degrees, minutes and seconds"),
    "wkt": Text("WKT 几何", "well-known text"),
}


@dataclass(frozen=True)
class PositionColumns:
    """Columns that hold places: where, the shift their header names, how sure, and why.

    ``confidence`` 0 to 1. ``source.x`` is the column that its header calls x, longitude or east;
    whether the axes are exchanged is told by the numbers (``crs_candidates.candidates``).
    """

    source: GeometrySource
    offset: str
    confidence: float
    evidence: Text


def find_position_columns(
    columns: Mapping[str, Sequence[object] | numpy.ndarray],
) -> list[PositionColumns]:
    """Return where the places of a table may be, the likeliest first.

    ``columns``: a sample of values by column name (the first 500 count). Columns of a service
    that shifts its degrees come after those that are plain.
    """
    samples = {name: sample(values) for name, values in columns.items()}
    headers = [header for name in samples for header in read_header(name)]
    found = [*paired(headers, samples), *single(headers, samples)]
    known = {name for item in found for name in item.source.columns}
    found += by_content({name: held for name, held in samples.items() if name not in known})
    found.sort(key=lambda item: (-item.confidence, bool(item.offset)))
    return found


def sample(values: Sequence[object] | numpy.ndarray) -> numpy.ndarray:
    """Return the first values that are there."""
    held = list(itertools.islice((v for v in values if not is_missing(v)), SAMPLE))
    return objects(held)


def paired(
    headers: list[Header], samples: Mapping[str, numpy.ndarray]
) -> Iterator[PositionColumns]:
    """Yield pairs of columns whose names differ in the axis only."""
    for first, second in (("lon", "lat"), ("east", "north")):
        for x, y in itertools.product(headers, headers):
            if (x.axis, y.axis, x.rest) != (first, second, y.rest):
                continue
            values = numpy.concatenate([samples[x.column], samples[y.column]])
            notation, share = best_notation(values)
            if share < ENOUGH:
                continue
            source = GeometrySource("xy", x.column, y.column, notation)
            sure = (0.95 if first == "lon" else 0.9) * share
            yield describe(source, x.offset, sure, BY_HEADER, (len(values), share))


def single(
    headers: list[Header], samples: Mapping[str, numpy.ndarray]
) -> Iterator[PositionColumns]:
    """Yield columns that hold a whole place, as their names say and their values bear out."""
    for header in headers:
        values = samples[header.column]
        if header.axis == "pair":
            halves = [half for value in values for half in split_pair(value)]
            notation, share = best_notation(objects(halves))
            source = GeometrySource("pair", header.column, "", notation)
        elif header.axis == "wkt":
            share = share_of_wkt(values)
            source = GeometrySource("wkt", header.column)
        else:
            continue
        if share >= ENOUGH:
            yield describe(source, header.offset, 0.88 * share, BY_HEADER, (len(values), share))


def by_content(samples: Mapping[str, numpy.ndarray]) -> Iterator[PositionColumns]:
    """Yield columns without a telling name whose values are places."""
    degrees: dict[str, list[str]] = {"lon": [], "lat": [], "": []}
    for name, values in samples.items():
        whole = whole_place(name, values)
        if whole:
            yield describe(whole, "", 0.7, BY_CONTENT, (len(values), 1.0))
        else:
            degrees[axis_of(values)].append(name)
    if len(degrees["lon"]) == len(degrees["lat"]) == 1:
        x, y = degrees["lon"][0], degrees["lat"][0]
        held = numpy.concatenate([samples[x], samples[y]])
        notation, share = best_notation(held)
        yield describe(
            GeometrySource("xy", x, y, notation), "", 0.6, BY_CONTENT, (len(held), share)
        )


def whole_place(name: str, values: numpy.ndarray) -> GeometrySource | None:
    """Return how a column holds whole places, as well-known text or as "x,y"; None if not."""
    if share_of_wkt(values) >= 0.9:
        return GeometrySource("wkt", name)
    halves = [half for value in values[:50] for half in split_pair(value)]
    axes = {axis_of(objects(halves[k::2])) for k in (0, 1)}
    if axes == {"lon", "lat"}:
        return GeometrySource("pair", name, "", best_notation(objects(halves))[0])
    return None


def best_notation(values: numpy.ndarray) -> tuple[str, float]:
    """Return the notation in which most values can be read, and their share."""
    if not len(values):
        return "decimal", 0.0
    decimal = 1 - numpy.isnan(parse_decimals(values).values).mean()
    if decimal > 0.9:
        return "decimal", float(decimal)
    dms = 1 - numpy.isnan(parse_dms(values).values).mean()
    return ("dms", float(dms)) if dms > decimal else ("decimal", float(decimal))


def share_of_wkt(values: numpy.ndarray) -> float:
    """Return the share of values that begin as well-known text does."""
    if not len(values):
        return 0.0
    return sum(bool(WKT.match(str(value))) for value in values) / len(values)


def axis_of(values: numpy.ndarray) -> str:
    """Tell whether values are longitudes or latitudes of China, with fractions of a metre."""
    held = [value for value in values if not is_missing(value)]
    fine = sum(bool(re.search(r"\.\d{3,}|['\"]", tidy_text(value))) for value in held)
    if len(held) < 1 or fine < 0.9 * len(held):
        return ""
    notation, share = best_notation(objects(held))
    if share < 0.9:
        return ""
    numbers = (parse_dms if notation == "dms" else parse_decimals)(objects(held)).values
    numbers = numbers[~numpy.isnan(numbers)]
    for axis, (low, high) in (("lon", LONGITUDES), ("lat", LATITUDES)):
        if ((numbers >= low) & (numbers <= high)).mean() > 0.95:
            return axis
    return ""


def describe(
    source: GeometrySource, offset: str, confidence: float, why: Text, counted: tuple[int, float]
) -> PositionColumns:
    """Return a finding with its evidence in words."""
    total, share = counted
    columns = "”“".join(source.columns), ", ".join(f'"{name}"' for name in source.columns)
    what = WHAT["wkt" if source.kind == "wkt" else source.notation]
    zh = why.zh.format(columns=columns[0]) + READABLE.zh.format(
        good=round(total * share), all=total, what=what.zh
    )
    en = why.en.format(columns=columns[1]) + READABLE.en.format(
        good=round(total * share), all=total, what=what.en
    )
    if offset:
        zh += HINT.zh.format(name=OFFSET_NAMES[offset].zh)
        en += HINT.en.format(name=OFFSET_NAMES[offset].en)
        confidence -= 0.1
    return PositionColumns(source, offset, round(confidence, 3), Text(zh, en))
