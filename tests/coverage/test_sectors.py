"""Sure and possible sectors: what is known, what is not, what cannot be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gisapp.coverage.cameras import read_cameras
from gisapp.coverage.densities import BANDS, resolved_range
from gisapp.coverage.sectors import Assumptions, Outlook, make_sectors

KNOWN = {"x": 10.0, "y": 20.0, "status": "online", "max_view_distance": 30, "horizontal_fov": 90}


def look(assumptions: Assumptions | None = None, **camera: object) -> Outlook:
    row = {"code": "C", **KNOWN, **camera}
    cameras = read_cameras({name: [value] for name, value in row.items()})
    return make_sectors(cameras, assumptions)


def angles(outlook: Outlook) -> tuple[float, float]:
    return float(outlook.sure.half_angle[0]), float(outlook.possible.half_angle[0])


def radii(outlook: Outlook) -> tuple[float, float]:
    return float(outlook.sure.radius[0]), float(outlook.possible.radius[0])


def test_sectors_when_all_is_known_are_one() -> None:
    found = look(azimuth=370 - 10)
    assert found.sure.same_as(found.possible).all()
    assert (found.sure.centre[0], *angles(found), *radii(found)) == (0, 45, 45, 30, 30)
    assert found.problems == ()


@pytest.mark.parametrize(
    ("code", "degrees"),
    [("1", 90), ("2", 270), ("3", 180), ("4", 0), ("5", 135), ("6", 45), ("7", 225), (8, 315)],
)
def test_direction_when_8_way_is_known_to_22_degrees(code: object, degrees: float) -> None:
    found = look(direction_type=code)
    assert found.sure.centre[0] == found.possible.centre[0] == degrees
    assert angles(found) == (22.5, 67.5)


@pytest.mark.parametrize(
    ("camera", "sure", "possible"),
    [
        ({}, 0, 180),  # no direction at all
        ({"direction_type": "1", "horizontal_fov": 40}, 0, 42.5),  # narrower than the doubt
        ({"azimuth": 5, "horizontal_fov": None}, 20, 50),
        ({"azimuth": 5, "horizontal_fov": 360}, 180, 180),
        ({"horizontal_fov": 360}, 180, 180),
        ({"ptz_type": "6", "horizontal_fov": None}, 180, 180),
        ({"ptz_type": "6", "horizontal_fov": 180, "azimuth": 5}, 90, 90),
        ({"ptz_type": "1", "azimuth": 5}, 0, 180),  # a dome may look elsewhere
        ({"ptz_type": "2", "azimuth": 5}, 45, 45),  # a half-dome does not turn
        ({"ptz_type": "7", "azimuth": 5}, 45, 45),  # one lens of several, a row of its own
        ({"azimuth": 5, "status": "offline"}, 0, 0),
        ({"azimuth": 5, "status": "planned"}, 0, 0),
        ({"azimuth": 5, "status": "unknown"}, 0, 45),
        ({"azimuth": 5, "status": None}, 0, 45),
        ({"azimuth": 5, "room_type": "2"}, 0, 0),
    ],
)
def test_angles_when_less_is_known_part(
    camera: dict[str, object], sure: float, possible: float
) -> None:
    found = look(**camera)
    assert angles(found) == (sure, possible)
    assert (found.sure.radius[0] > 0) == (sure > 0)
    assert (found.possible.radius[0] > 0) == (possible > 0)


def test_turning_camera_when_trusted_surely_sees_its_home() -> None:
    assert angles(look(Assumptions(turning_looks_home=True), ptz_type=1, azimuth=5)) == (45, 180)


def test_planned_camera_when_asked_for_counts() -> None:
    rules = Assumptions(sure_statuses=("online", "planned"))
    assert angles(look(rules, status="planned", azimuth=0)) == (45, 45)


def test_range_when_missing_has_bounds() -> None:
    rules = Assumptions(range=(12, 34))
    assert radii(look(rules, azimuth=0, max_view_distance=None)) == (12, 34)


def test_range_when_pixels_are_known_follows_from_them() -> None:
    expected = 2000 / (2 * 25 * math.tan(math.radians(45)))
    found = look(azimuth=0, max_view_distance=None, width_px=2000)
    assert radii(found) == pytest.approx((expected, expected))


def test_range_when_a_density_is_asked_is_the_smaller() -> None:
    asked = Assumptions(density=100)
    assert radii(look(asked, azimuth=0, width_px=2000)) == pytest.approx((10, 10))
    assert radii(look(asked, azimuth=0, width_px=8000)) == (30, 30)
    near, far = radii(look(asked, azimuth=0, max_view_distance=None))
    assert (near, far) == pytest.approx((6.4, 19.2))


def test_range_when_the_lens_is_unknown_is_that_of_the_widest_and_narrowest() -> None:
    rules = Assumptions(fov=(60, 90), density=25)
    camera = {"azimuth": 0, "width_px": 1000, "max_view_distance": None, "horizontal_fov": None}
    assert radii(look(rules, **camera)) == pytest.approx(
        (20, 1000 / (50 * math.tan(math.radians(30))))
    )


def test_resolved_range_when_stitched_spreads_pixels_over_the_angle() -> None:
    width, fov = np.array([3600.0]), np.array([360.0])
    assert resolved_range(width, fov, 25, False) == pytest.approx([3600 / (25 * 2 * math.pi)])


def test_bands_when_listed_hold_both_editions() -> None:
    editions = {band.edition: [] for band in BANDS}
    for band in BANDS:
        editions[band.edition].append(band.density)
    assert editions == {
        "IEC 62676-4:2014": [25, 62.5, 125, 250],
        "IEC 62676-4:2025": [20, 40, 80, 125, 250, 500, 1500],
    }


@pytest.mark.parametrize(
    ("camera", "field"),
    [
        ({"horizontal_fov": 0}, "horizontal_fov"),
        ({"horizontal_fov": 361}, "horizontal_fov"),
        ({"horizontal_fov": "wide"}, "horizontal_fov"),
        ({"max_view_distance": -5}, "max_view_distance"),
        ({"max_view_distance": 0}, "max_view_distance"),
        ({"max_view_distance": float("inf")}, "max_view_distance"),
        ({"azimuth": 720}, "azimuth"),
        ({"azimuth": -1}, "azimuth"),
        ({"azimuth": 90, "direction_type": "4"}, "azimuth"),
        ({"width_px": 0}, "width_px"),
        ({"direction_type": "9"}, "direction_type"),
        ({"ptz_type": "x"}, "ptz_type"),
        ({"room_type": 3}, "room_type"),
        ({"x": float("nan")}, "geom"),
        ({"y": None}, "geom"),
    ],
)
def test_camera_when_a_value_cannot_be_true_is_listed_and_not_trusted(
    camera: dict[str, object], field: str
) -> None:
    rows = {"code": ["GOOD", "BAD"]}
    for name, value in {"azimuth": 10, **KNOWN}.items():
        rows[name] = [value, camera.get(name, value)]
    rows |= {name: [None, value] for name, value in camera.items() if name not in rows}
    found = make_sectors(read_cameras(rows))
    assert [(problem.index, problem.code, problem.field) for problem in found.problems] == [
        (1, "BAD", field)
    ]
    assert found.sure.radius[0] == found.possible.radius[0] == 30
    assert np.isfinite(np.array(list(vars(found.sure).values()))).all()
    if field == "geom":
        assert found.possible.radius[1] == 0


def test_cameras_when_columns_differ_in_length_are_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        read_cameras({"code": ["a", "b"], "x": [1.0]})


numbers = st.one_of(st.none(), st.floats(), st.sampled_from([0, 45, 360, 720, -1, 1e300]))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(numbers, numbers, numbers, numbers, st.integers(-2, 12)), max_size=6),
    st.sampled_from([None, 25.0, 250.0]),
)
def test_sure_sector_when_anything_is_given_lies_in_the_possible_one(
    rows: list[tuple[object, ...]], density: float | None
) -> None:
    columns = list(zip(*rows, strict=True)) or [()] * 5
    names = ("azimuth", "horizontal_fov", "max_view_distance", "width_px", "direction_type")
    size = len(rows)
    table = dict(zip(names, columns, strict=True))
    table |= {"code": ["c"] * size, "x": [1.0] * size, "y": [2.0] * size}
    table |= {"status": ["online"] * size, "ptz_type": columns[4]}
    found = make_sectors(read_cameras(table), Assumptions(density=density))
    for values in (*vars(found.sure).values(), *vars(found.possible).values()):
        assert np.isfinite(values).all()
    assert (found.sure.radius <= found.possible.radius).all()
    assert (found.sure.half_angle <= found.possible.half_angle).all()
