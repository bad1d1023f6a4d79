"""An extract as frames that ``load_frame`` takes: one per layer, in the metric CRS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import geopandas
import numpy
import pandas
import shapely

from geodata.conversion import convert_column
from geodata.crs import GEOGRAPHIC, find_crs, reproject
from geodata.osm import records
from geodata.osm.extract import INCOMPLETE, Extract, Line
from geodata.osm.noding import shared_nodes, split_line
from geodata.osm.records import Row
from geodata.shapes import fit_shapes
from layers.catalogue import LAYERS
from layers.spec import Text

SHORT = Text("没有长度", "of no length inside the extract")
COVERED = Text("已有测绘的水面", "already drawn as an area")
UNFIT = Text("属性值 {name} 不合规，留空", "value of {name} does not fit, left empty")
Skipped = Counter[tuple[str, Text]]


def extract_frames(
    extract: Extract, srid: int
) -> tuple[dict[str, geopandas.GeoDataFrame], Skipped]:
    """Return layer -> frame in metric CRS ``srid``, and counts of (layer, reason) left out.

    Raises BadCoordinates when the place lies outside the CRS's area of use.
    """
    skipped: Skipped = Counter(extract.skipped)
    rows = {
        "roads": road_rows(extract.roads, skipped),
        "railways": railway_rows(extract.railways, skipped),
        "cameras": extract.points.get("cameras", []),
        "facilities": facility_rows(extract),
        **{name: extract.areas.get(name, []) for name in ("buildings", "key_areas", "water")},
    }
    frames = {name: make_frame(name, found, srid, skipped) for name, found in rows.items()}
    streams = stream_frame(extract.waterways, frames["water"], srid, skipped)
    frames["water"] = join_frames([frames["water"], streams])
    return {name: frame for name, frame in frames.items() if len(frame)}, skipped


def place_of(extract: Extract) -> tuple[float, float] | None:
    """Return the middle (longitude, latitude) of what an extract holds, or None if nothing."""
    lines = (*extract.roads, *extract.railways, *extract.waterways)
    places = [next((place for place in item.places if place), None) for item in lines]
    places += [row["shape"] for rows in extract.points.values() for row in rows]
    known = [place for place in places if place is not None]
    for rows in extract.areas.values():
        known += shapely.get_coordinates(
            shapely.point_on_surface(shapely.from_wkb([row["shape"] for row in rows]))
        ).tolist()
    if not known:
        return None
    lon, lat = numpy.median(numpy.array(known), axis=0).tolist()
    return lon, lat


def road_rows(lines: list[Line], skipped: Skipped) -> list[Row]:
    """Return edges of the road network: ways split where they share a node."""
    meeting = shared_nodes(lines)
    rows: list[Row] = []
    for item in lines:
        before = len(rows)
        for number, (nodes, places) in enumerate(split_line(item, meeting), start=1):
            row = records.road(item.tags)
            row |= {"code": f"osm-w{item.id}.{number}", "shape": places}
            rows.append(row | {"from_node": nodes[0], "to_node": nodes[-1]})
        if len(rows) == before:
            skipped["roads", SHORT] += 1
    return rows


def railway_rows(lines: list[Line], skipped: Skipped) -> list[Row]:
    """Return railway lines, cut only where the extract is."""
    rows: list[Row] = []
    for item in lines:
        pieces = list(split_line(item, set()))
        for number, (_, places) in enumerate(pieces, start=1):
            code = f"osm-w{item.id}.{number}"
            rows.append({**records.railway(item.tags), "code": code, "shape": places})
        if not pieces:
            skipped["railways", SHORT] += 1
    return rows


def facility_rows(extract: Extract) -> list[Row]:
    """Return facilities: points, and inner points of those drawn as areas."""
    rows = list(extract.points.get("facilities", []))
    for row in extract.areas.get("facilities", []):
        inner = shapely.point_on_surface(shapely.from_wkb(row["shape"]))
        rows.append({**row, "shape": (inner.x, inner.y)})  # type: ignore[attr-defined]  # a Point
    return rows


def make_frame(layer: str, rows: list[Row], srid: int, skipped: Skipped) -> geopandas.GeoDataFrame:
    """Return rows as a frame with geometry in the metric CRS; what does not fit is counted."""
    if not rows:
        return geopandas.GeoDataFrame({"code": []}, geometry=[])
    shapes = fit_shapes(wkb_of(rows), LAYERS[layer].geometry, find_crs(GEOGRAPHIC), srid)
    for finding in shapes.findings:
        skipped[layer, first_words(finding.reason)] += 1
    frame = attributes(layer, rows, skipped)
    good = ~shapely.is_missing(shapes.values)
    return geopandas.GeoDataFrame(frame[good], geometry=shapes.values[good])


def first_words(reason: Text) -> Text:
    """Return a reason without the place in brackets, so that equal ones are counted together."""
    return Text(reason.zh.split("[")[0], reason.en.split("[")[0])


def wkb_of(rows: list[Row]) -> numpy.ndarray:
    """Return the shapes of rows as WKB: from positions, lists of them, or WKB in hex."""
    shapes = numpy.empty(len(rows), dtype=object)
    for number, row in enumerate(rows):
        shape = row["shape"]
        if isinstance(shape, str):
            shapes[number] = bytes.fromhex(shape)
        else:
            make = shapely.Point if isinstance(shape, tuple) else shapely.LineString
            shapes[number] = shapely.to_wkb(make(shape))
    return shapes


def attributes(layer: str, rows: list[Row], skipped: Skipped) -> pandas.DataFrame:
    """Return the attributes of rows; a value that does not fit its field is left empty."""
    columns: dict[str, object] = {"code": [row["code"] for row in rows]}
    for field in LAYERS[layer].fields:
        if field.name in rows[0]:
            values = numpy.array([row[field.name] for row in rows], dtype=object)
            columns[field.name], findings = convert_column(field, values, field.name)
            if findings:
                skipped[layer, UNFIT.format(name=field.name)] += len(findings)
    return pandas.DataFrame(columns, dtype=object)


def stream_frame(
    lines: list[Line], mapped: geopandas.GeoDataFrame, srid: int, skipped: Skipped
) -> geopandas.GeoDataFrame:
    """Return waterway lines widened to areas, where no mapped water area covers them yet."""
    rows: list[Row] = []
    widths: list[float] = []
    for item in lines:
        pieces = [places for _, places in split_line(item, set())]
        if not pieces:
            skipped["water", INCOMPLETE] += 1
        for number, places in enumerate(pieces, start=1):
            code = f"osm-w{item.id}.{number}"
            rows.append({**records.waterway(item.tags), "code": code, "shape": places})
            widths.append(records.waterway_width(item.tags))
    if not rows:
        return geopandas.GeoDataFrame({"code": []}, geometry=[])
    centre = reproject(shapely.from_wkb(wkb_of(rows)), f"EPSG:{GEOGRAPHIC}", f"EPSG:{srid}")
    centre = outside(centre, mapped.geometry.to_numpy())
    shapes = shapely.buffer(centre, numpy.array(widths) / 2, cap_style="flat", quad_segs=4)
    empty = shapely.is_empty(shapes)
    if empty.any():
        skipped["water", COVERED] += int(empty.sum())
    frame = attributes("water", rows, skipped)
    return geopandas.GeoDataFrame(frame[~empty], geometry=as_multi(shapes[~empty]))


def outside(lines: numpy.ndarray, areas: numpy.ndarray) -> numpy.ndarray:
    """Return the parts of lines that no area covers."""
    if not len(areas):
        return lines
    parts = lines.copy()
    line, area = shapely.STRtree(areas).query(lines, predicate="intersects")
    for number in numpy.unique(line):
        cover = shapely.union_all(areas[area[line == number]])
        parts[number] = shapely.difference(parts[number], cover)
    return parts


def as_multi(shapes: Iterable[shapely.Geometry]) -> list[shapely.MultiPolygon]:
    """Return polygons and collections of them as MultiPolygons."""
    return [shapely.MultiPolygon(shapely.get_parts(shape).tolist()) for shape in shapes]


def join_frames(frames: list[geopandas.GeoDataFrame]) -> geopandas.GeoDataFrame:
    """Return frames one after another; empty ones are left out."""
    full = [frame for frame in frames if len(frame)]
    return pandas.concat(full, ignore_index=True) if full else frames[0]
