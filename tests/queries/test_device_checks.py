"""Checks of camera records, each broken on purpose by one camera and kept by another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas
import pytest
from shapely import LineString, MultiPolygon, Point, box

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.engine import Database
from gisapp.queries.catalogue import QUERIES
from gisapp.queries.device_rules import RULES
from gisapp.settings import Settings, load_settings
from tests.letter_grid import ORIGIN
from tests.queries.loading import VILLAGE, ask, found, load, shape_frame

GOOD = {
    "device_id": "44510310001320000001",
    "azimuth": 90.0,
    "horizontal_fov": 80.0,
    "max_view_distance": 50.0,
    "retention_days": 30,
    "room_type": "1",
    "ptz_type": "3",
}
# What is wrong with each camera beside what is good; every camera stands 20 m from the last.
WRONG: dict[str, list[dict[str, Any]]] = {
    "id_form": [{"device_id": "4451031000132000001"}, {"device_id": "4451031000132000000X"}],
    "id_civil": [{"device_id": "44510210001320000002"}],
    "id_type": [{"device_id": "44510310001180000003"}],
    "id_twice": [{"device_id": "44510310001320000004"}, {"device_id": "44510310001320000004"}],
    "id_missing": [{"device_id": None}],
    "retention_short": [{"retention_days": 29}],
    "retention_missing": [{"retention_days": None}],
    "direction_missing": [{"azimuth": None}],
    "range_missing": [{"max_view_distance": None}],
    "fov_missing": [{"horizontal_fov": None}],
    "impossible": [
        {"horizontal_fov": 0.0},
        {"max_view_distance": 0.0},
        {"azimuth": 350.0, "direction_type": "3"},
        {"ptz_type": "6", "horizontal_fov": 90.0},
        {"installed_on": "2099-01-01"},
    ],
}
FINE: list[dict[str, Any]] = [
    {"device_id": "44510000001320000005"},  # of the city's platform
    {"device_id": "44000000001310000006"},  # of the province's
    {"azimuth": None, "direction_type": "7"},
    {"azimuth": None, "ptz_type": "1"},  # turns
    {"azimuth": None, "horizontal_fov": 360.0},
    {"azimuth": 350.0, "direction_type": "4"},  # 10 degrees apart, over north
    {"azimuth": 45.0, "direction_type": "4"},  # exactly 45 degrees apart
    {"max_view_distance": None, "width_px": 1920},
    {"horizontal_fov": None, "ptz_type": "6"},
    {"device_id": None, "retention_days": None, "status": "planned"},
]


def at(x: float, y: float) -> Point:
    return Point(ORIGIN[0] + x, ORIGIN[1] + y)


def camera(code: str, place: Point, **wrong: object) -> Any:
    serial = f"4451031000132{sum(map(ord, code)) * 7919 % 10**7:07d}"
    return shape_frame(code, place, **{**GOOD, "device_id": serial, "status": "online", **wrong})


@pytest.fixture(scope="module")
def checked(cluster, names, settings_of_module) -> Iterator[Database]:
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    opened = Database(settings_of_module.database, cluster.url(name))
    fill(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def settings_of_module(tmp_path_factory) -> Settings:
    return load_settings({"GISAPP_VAR": str(tmp_path_factory.mktemp("checks"))})


def fill(database: Database) -> None:
    """A village with a street, one house with let rooms, one without, a school, an agency."""
    whole = MultiPolygon([box(ORIGIN[0] - 500, ORIGIN[1] - 500, ORIGIN[0] + 5000, ORIGIN[1] + 500)])
    load(database, "areas", shape_frame(VILLAGE, whole))
    street = LineString([at(0, 0), at(1000, 0)])
    load(database, "roads", shape_frame("R1", street))
    for code, x in (("H1", 0), ("H2", 40)):
        house = MultiPolygon(
            [box(ORIGIN[0] + x, ORIGIN[1] + 200, ORIGIN[0] + x + 20, ORIGIN[1] + 220)]
        )
        load(database, "buildings", shape_frame(code, house))
    load(database, "rented_housing", shape_frame("L1", at(5, 205), kind="dormitory"))
    for code, kind, consent, x in (
        ("S1", "school", None, 3000),
        ("S2", "school", "no", 3300),
        ("G1", "government", "yes", 3600),
        ("P1", "scenic", None, 3900),
    ):
        ground = MultiPolygon([box(ORIGIN[0] + x, ORIGIN[1], ORIGIN[0] + x + 50, ORIGIN[1] + 50)])
        load(
            database,
            "key_areas",
            shape_frame(code, ground, kind=kind, consent_needed=consent, name=code),
        )
    load(database, "roads", shape_frame("R2", LineString([at(2900, -20), at(4000, -20)])))
    places = [
        (f"{rule}-{number}", wrong)
        for rule, many in WRONG.items()
        for number, wrong in enumerate(many)
    ] + [(f"fine-{number}", wrong) for number, wrong in enumerate(FINE)]
    for number, (code, wrong) in enumerate(places):
        load(database, "cameras", camera(code, at(20 * number, 5), **wrong))
    load(
        database,
        "cameras",
        camera("lodging_indoor-0", at(10, 210), room_type="2"),
        camera("lodging_inside-0", at(11, 215), room_type=None),
        camera("fine-facade", at(12, 211), room_type="1"),
        camera("fine-office", at(50, 210), room_type="2"),
        camera("consent-0", at(3000, -49)),
        camera("consent-1", at(3610, 10)),
        camera("fine-before", at(3000, -51)),
        camera("fine-allowed", at(3310, 10)),
        camera("fine-park", at(3910, 10)),
        camera("same_place-0", at(300.1, 30), azimuth=181.0),
        camera("same_place-1", at(300.2, 30), azimuth=179.0),
        camera("fine-other-lens", at(300, 30), azimuth=270.0),
        camera("far-0", at(1101, 0)),
        camera("fine-road", at(1099, 0)),
        camera("fine-house", at(60 + 99, 210)),
        camera("outside-0", at(10, 501)),
    )  # fmt: skip


def test_rules_when_each_is_broken_name_exactly_what_breaks_them(checked: Database) -> None:
    answer = ask(checked, "device_checks")
    broken = found(answer, "rule", "code")
    expected = {
        (row[1].rpartition("-")[0], row[1]) for row in broken if not row[1].startswith("fine")
    }
    # One of the broken ones breaks a second rule: outside the village nothing is near either.
    assert sorted(broken) == sorted({*expected, ("far", "outside-0")})
    assert {rule for rule, _ in broken} == {rule.name for rule in RULES}


def test_summary_when_rules_are_counted_adds_up_and_names_unbroken_ones(checked: Database) -> None:
    answer = ask(checked, "device_checks", limit=3)
    counts = {row["rule"]: row["count"] for row in answer.summary_rows()}
    assert set(counts) == {rule.name for rule in RULES}
    assert sum(counts.values()) == answer.matched
    assert (counts["impossible"], counts["id_twice"], counts["consent"]) == (5, 2, 2)
    nothing = ask(checked, "device_checks", rule="id_form", area=VILLAGE, severity="error")
    assert nothing.summary_rows() == [{"rule": "id_form", "severity": "error", "count": 2}]
    none = ask(checked, "device_checks", rule="consent", consent=0)
    assert [row["count"] for row in none.summary_rows()] == [1]


def test_rows_when_shown_say_what_was_found(checked: Database) -> None:
    rows = dict(found(ask(checked, "device_checks"), "code", "value"))
    assert rows["id_civil-0"] == "445102"
    assert rows["id_type-0"] == "118"
    assert rows["retention_short-0"] == "29"
    assert rows["lodging_indoor-0"] == "L1"
    assert rows["consent-1"] == "G1"
    assert rows["impossible-2"] == "170°"


def test_limits_when_the_district_changes_them_are_used_and_told(checked: Database) -> None:
    codes = found(ask(checked, "device_checks", rule="retention_short", retention=29), "code")
    assert codes == []
    answer = ask(checked, "device_checks", rule="far", far=200)
    assert found(answer, "code") == ["outside-0"]
    said = " ".join(rule["text"] for rule in answer.head("zh")["rules"])
    assert "200 米内没有道路和建筑" in said
    assert all(rule.source.zh and rule.source.en for rule in QUERIES["device_checks"].rules)


def test_checks_when_asked_by_another_town_tell_nothing(checked: Database) -> None:
    theirs = ask(checked, "device_checks", Scope(("445103101",)))
    assert theirs.matched == 0
    whole = ask(checked, "device_checks", EVERYTHING, rule="outside")
    assert found(whole, "code") == ["outside-0"]


def test_duplicates_when_ten_thousand_stand_on_one_point_are_all_told(checked: Database) -> None:
    many = geopandas.GeoDataFrame(
        {"code": [f"M{number:05}" for number in range(10_000)], "azimuth": 10.0},
        geometry=[at(700, 30)] * 10_000,
        crs=4548,
    )
    load(checked, "cameras", many)
    answer = ask(checked, "device_checks", rule="same_place", limit=5)
    assert answer.matched == 10_002
