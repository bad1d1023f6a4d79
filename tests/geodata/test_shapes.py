"""Geometry to a layer's geometry: type, dimension, validity and place."""

from __future__ import annotations

import numpy
import pytest
import shapely
from shapely import from_wkt

from geodata.crs import find_crs
from geodata.errors import BadCoordinates
from geodata.shapes import fit_shapes

METRIC = find_crs(4548)
SQUARE = (
    "POLYGON ((500000 2600000, 500010 2600000, 500010 2600010, 500000 2600010, 500000 2600000))"
)
BOW_TIE = (
    "POLYGON ((500000 2600000, 500010 2600010, 500010 2600000, 500000 2600010, 500000 2600000))"
)


def wkb(*texts: str | None) -> numpy.ndarray:
    shapes = numpy.empty(len(texts), dtype=object)
    shapes[:] = [None if text is None else shapely.to_wkb(from_wkt(text)) for text in texts]
    return shapes


def shift(text: str) -> str:
    return shapely.to_wkt(
        shapely.transform(from_wkt(text), lambda xy: numpy.add(xy, (500000, 2600000)))
    )


FITTING = [
    ("Point", "POINT (1 2)", "POINT (1 2)"),
    ("Point", "POINT Z (1 2 3)", "POINT (1 2)"),
    ("Point", "MULTIPOINT ((1 2))", "POINT (1 2)"),
    ("LineString", "LINESTRING (1 2, 3 4)", "LINESTRING (1 2, 3 4)"),
    ("LineString", "MULTILINESTRING ((1 2, 3 4), (3 4, 5 5))", "LINESTRING (1 2, 3 4, 5 5)"),
    ("MultiLineString", "LINESTRING (1 2, 3 4)", "MULTILINESTRING ((1 2, 3 4))"),
    ("MultiPolygon", "POLYGON ((0 0, 1 0, 0 1, 0 0))", "MULTIPOLYGON (((0 0, 1 0, 0 1, 0 0)))"),
    (
        "MultiPolygon",
        "MULTIPOLYGON (((0 0, 1 0, 0 1, 0 0)), ((5 5, 6 5, 5 6, 5 5)))",
        "MULTIPOLYGON (((0 0, 1 0, 0 1, 0 0)), ((5 5, 6 5, 5 6, 5 5)))",
    ),
]
REFUSED = [
    ("Point", None, "no geometry"),
    ("Point", "POINT EMPTY", "empty"),
    ("Point", "MULTIPOINT ((1 2), (3 4))", "2 parts"),
    ("Point", "POLYGON ((0 0, 1 0, 0 1, 0 0))", "is a Polygon, not a Point"),
    ("LineString", "MULTILINESTRING ((1 2, 3 4), (9 9, 8 8))", "2 parts"),
    ("LineString", "POINT (1 2)", "is a Point"),
    ("MultiPolygon", "LINESTRING (1 2, 3 4)", "is a LineString"),
    ("MultiPolygon", "GEOMETRYCOLLECTION (POINT (1 2))", "is a GeometryCollection"),
    ("MultiPolygon", "POLYGON ((0 0, 9 9, 9 0, 0 9, 0 0))", "Self-intersection"),
    ("LineString", "LINESTRING (1 1, 1 1)", "invalid"),
]


@pytest.mark.parametrize(("wanted", "given", "result"), FITTING)
def test_a_shape_is_made_to_fit(wanted: str, given: str, result: str) -> None:
    shapes = fit_shapes(wkb(shift(given)), wanted, METRIC, 4548)
    assert shapes.findings == []
    assert shapes.values[0].equals_exact(from_wkt(shift(result)), 1e-6)
    assert not shapes.values[0].has_z


@pytest.mark.parametrize(("wanted", "given", "reason"), REFUSED)
def test_a_shape_that_does_not_fit_is_a_finding(
    wanted: str, given: str | None, reason: str
) -> None:
    rows = wkb(shift("POINT (0 0)"), given if given is None else shift(given))
    shapes = fit_shapes(rows[1:], wanted, METRIC, 4548)
    assert shapes.values.tolist() == [None]
    assert [item.row for item in shapes.findings] == [1]
    assert reason in shapes.findings[0].reason.en


def test_coordinates_that_are_no_numbers_are_findings() -> None:
    with numpy.errstate(invalid="ignore"):
        lines = [
            shapely.LineString([(500000, 2600000), (odd, 2600001)])
            for odd in (float("nan"), float("inf"), 1e308)
        ]
    rows = numpy.array([*(line.wkb for line in lines), b"rubbish"], dtype=object)
    shapes = fit_shapes(rows, "LineString", METRIC, 4548)
    assert shapes.values.tolist() == [None] * 4
    said = [item.reason.en for item in shapes.findings]
    assert sum("finite" in text for text in said) == 3
    assert sum("cannot be read" in text for text in said) == 1


def test_heights_are_dropped_with_a_note() -> None:
    shapes = fit_shapes(wkb("POINT Z (500000 2600000 7)"), "Point", METRIC, 4548)
    assert "1 rows" in shapes.notes[0].en


def test_a_stray_row_is_a_finding_and_a_stray_file_is_refused() -> None:
    china, finland = "POINT (116.6 23.6)", "POINT (24.9 60.2)"
    shapes = fit_shapes(wkb(china, china, finland), "Point", find_crs(4326), 4548)
    assert [item.row for item in shapes.findings] == [3]
    assert "EPSG:4548" in shapes.findings[0].reason.en
    with pytest.raises(BadCoordinates, match=r"24\.9"):
        fit_shapes(wkb(china, finland, finland), "Point", find_crs(4326), 4548)


def test_a_shape_of_the_metric_crs_is_kept_to_the_last_bit() -> None:
    exact = shapely.Point(500000.123456789, 2600000.987654321)
    kept = fit_shapes(numpy.array([exact.wkb], dtype=object), "Point", METRIC, 4548).values[0]
    assert (kept.x, kept.y) == (exact.x, exact.y)
