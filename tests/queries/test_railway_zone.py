"""Sites inside the railway safety zone: the widths of Decree 639, article 27."""

from __future__ import annotations

import pytest
from shapely import LineString, Point, box

from gisapp.database.engine import Database
from tests.letter_grid import ORIGIN
from tests.queries.loading import ask, found, load, shape_frame

X, Y = ORIGIN
LINE = LineString([(X, Y), (X + 1000, Y)])
WIDTHS = [
    ("high_speed", "city", 10, 10),
    ("other", "city", 8, 8),
    ("high_speed", "suburb_residential", 12, 12),
    ("other", "suburb_residential", 10, 10),
    ("high_speed", "village_residential", 15, 15),
    ("other", "village_residential", 12, 12),
    ("high_speed", "elsewhere", 20, 20),
    ("other", "elsewhere", 15, 15),
    ("unknown", "city", 8, 10),
    ("high_speed", "unknown", 10, 20),
    ("other", "unknown", 8, 15),
    ("unknown", "unknown", 8, 20),
]


def site(code: str, metres: float, along: float = 500):
    return shape_frame(code, Point(X + along, Y + metres))


@pytest.mark.parametrize(("kind", "segment", "sure", "possible"), WIDTHS)
def test_zone_when_kind_and_class_vary_has_the_decrees_width(
    database: Database, kind: str, segment: str, sure: int, possible: int
) -> None:
    load(database, "railways", shape_frame("line", LINE, kind=kind, segment_class=segment))
    steps = [sure - 0.1, sure, sure + 0.1, possible, possible + 0.1]
    load(database, "hazard_sites", *(site(f"{metres:05.1f}", metres) for metres in {*steps}))
    answer = ask(database, "railway_zone")
    findings = dict(found(answer, "code", "finding"))
    assert {float(code): finding for code, finding in findings.items()} == {
        metres: "sure" if metres <= sure else "possible" for metres in steps if metres <= possible
    }
    assert set(found(answer, "sure_m", "possible_m")) == {(sure, possible)}


def test_zone_when_a_foot_is_allowed_for_reaches_further_but_only_possibly(
    database: Database,
) -> None:
    load(database, "railways", shape_frame("line", LINE))  # other, elsewhere: 15 m
    load(database, "hazard_sites", site("14", 14), site("18", 18), site("21", 21))
    assert found(ask(database, "railway_zone", foot=5), "code", "finding") == [
        ("14", "sure"),
        ("18", "possible"),
    ]


def test_site_when_over_a_tunnel_is_listed_apart(database: Database) -> None:
    load(database, "railways", shape_frame("deep", LINE, bridge_or_tunnel="tunnel"))
    load(database, "rented_housing", site("a", 3))
    answer = ask(database, "railway_zone")
    assert found(answer, "code", "finding", "structure") == [("a", "tunnel", "tunnel")]
    assert answer.summary_rows() == [{"finding": "tunnel", "layer": "rented_housing", "count": 1}]


def test_site_when_near_several_lines_is_listed_once_by_the_surest(database: Database) -> None:
    load(database, "railways", shape_frame("deep", LINE, bridge_or_tunnel="tunnel"))
    north = LineString([(X, Y + 20), (X + 1000, Y + 20)])
    load(database, "railways", shape_frame("north", north, segment_class="city"))  # 8 m
    vague = LineString([(X, Y + 12), (X + 1000, Y + 12)])
    load(database, "railways", shape_frame("vague", vague, segment_class="unknown"))  # 8-15 m
    load(database, "three_in_one", site("a", 2), site("b", 21))
    assert found(ask(database, "railway_zone"), "code", "finding", "railway", "distance_m") == [
        ("b", "sure", "north", 1),
        ("a", "possible", "vague", 10),
    ]


def test_building_when_a_corner_reaches_in_is_found(database: Database) -> None:
    load(database, "railways", shape_frame("line", LINE))
    load(database, "buildings", shape_frame("house", box(X + 100, Y + 9.5, X + 120, Y + 40)))
    answer = ask(database, "railway_zone", sites="buildings")
    assert found(answer, "layer", "code", "distance_m") == [("buildings", "house", 9.5)]
    assert ask(database, "railway_zone", sites="rented_housing").matched == 0


def test_rules_when_shown_cite_the_decree_and_say_what_is_measured(database: Database) -> None:
    head = ask(database, "railway_zone", foot=4).head("zh")
    assert "第 639 号" in head["rules"][0]["source"]
    assert "中心线" in head["rules"][1]["text"]
    assert "现为 4 米" in head["rules"][1]["text"]
