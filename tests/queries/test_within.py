"""Features within a distance."""

from __future__ import annotations

import geopandas
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from gisapp.database.engine import Database
from tests.letter_grid import ORIGIN, draw
from tests.queries.loading import ask, found, frame_of, load, near, place, replace

GRID = draw(
    """
    . . . . . e
    a . b . c .
    r . . . s d
    """
)
OFFSETS = st.tuples(st.floats(-400, 400), st.floats(-400, 400))


def test_features_when_near_a_line_are_found_with_the_distance_itself(database: Database) -> None:
    load(database, "railways", place(GRID, "rs"))
    load(database, "rented_housing", *(place(GRID, letter) for letter in "abcde"))
    answer = ask(
        database, "within", layer="rented_housing", distance=100, of_layer="railways", of_code="rs"
    )
    assert found(answer, "code", "distance_m") == [(letter, 100) for letter in "abcd"]
    assert answer.summary_rows() == [{"count": 4}]
    closer = ask(
        database, "within", layer="rented_housing", distance=99.9, of_layer="railways", of_code="rs"
    )
    assert closer.matched == 0


def test_features_when_near_a_drawn_point_are_found(database: Database) -> None:
    load(database, "parcels", place(draw(". . A A .\n. . A A .\n. . . . ."), "A"))
    asked = {"layer": "parcels", "near": near(GRID, "a")}
    assert found(ask(database, "within", distance=151, **asked), "code") == ["A"]
    assert ask(database, "within", distance=149, **asked).matched == 0


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    line=st.lists(OFFSETS, min_size=2, max_size=5, unique=True),
    spots=st.lists(OFFSETS, min_size=1, max_size=20),
    distance=st.floats(0.5, 300),
)
def test_within_when_compared_with_shapely_is_equal(
    database: Database,
    line: list[tuple[float, float]],
    spots: list[tuple[float, float]],
    distance: float,
) -> None:
    drawn = LineString([(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in line])
    points = [Point(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in spots]
    replace(database, "cameras", frame_of(points))
    degrees = geopandas.GeoSeries([drawn], crs=4548).to_crs(4326).iloc[0]
    answer = ask(database, "within", layer="cameras", distance=distance, near=degrees.wkt)
    # The line went through degrees and back: a millimetre either way is nobody's mistake.
    far = {f"{i:04}": drawn.distance(point) for i, point in enumerate(points)}
    codes = set(found(answer, "code"))
    assert {code for code, metres in far.items() if metres < distance - 0.001} <= codes
    assert codes <= {code for code, metres in far.items() if metres < distance + 0.001}
    assert found(answer, "distance_m") == sorted(found(answer, "distance_m"))
