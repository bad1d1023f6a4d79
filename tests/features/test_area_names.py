"""Areas by name: codes as accounts have them, inside each other, and no more than one's own."""

from __future__ import annotations

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.engine import Database
from gisapp.features.area_names import area_tree, full_name, read_area_names


def test_areas_when_offered_have_the_codes_that_scopes_are_made_of(demo: Database) -> None:
    with demo.read(EVERYTHING) as reader:
        names = read_area_names(reader)
    assert {len(code) for code in names} == {6, 9, 12}
    (district,) = area_tree(names, EVERYTHING)
    assert district.code == "445103"
    assert {len(town.code) for town in district.inside} == {9}
    assert all(
        village.code.startswith(town.code) for town in district.inside for village in town.inside
    )
    assert full_name(names, district.inside[0].inside[0].code).startswith(district.inside[0].name)
    assert full_name(names, "999999") == "999999"


def test_areas_when_one_sees_a_town_only_are_those_of_the_town(demo: Database) -> None:
    with demo.read(EVERYTHING) as reader:
        names = read_area_names(reader)
    town = next(code for code in names if len(code) == 9)
    (district,) = area_tree(names, Scope((town,)))
    assert not district.offered
    assert [inner.code for inner in district.inside] == [town]
    assert district.inside[0].offered and district.holds([town])
    assert area_tree(names, Scope(())) == []
