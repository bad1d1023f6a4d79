"""Queries over the whole demonstration district: numbers add up from cell to district."""

from __future__ import annotations

from collections import Counter

import pytest

from gisapp.access.scope import EVERYTHING
from gisapp.database.engine import Database
from gisapp.database.statements import Statement
from gisapp.queries.catalogue import QUERIES
from layers.catalogue import LAYERS
from tests.queries.loading import ask, found

AREAS = Statement(
    "SELECT code, level FROM areas WHERE valid_to IS NULL ORDER BY code", reads=("areas",)
)
CELLS = Statement("SELECT code, area_code FROM grid_cells ORDER BY code", reads=("grid_cells",))
COUNTS = {name: Statement(f"SELECT count(*) FROM {name}", reads=(name,)) for name in LAYERS}
# What every query is asked when the whole district is meant.
WHOLE = {
    "nearest": {"layer": "facilities", "n": 3, "near": "116.62,23.46"},
    "within": {"layer": "buildings", "distance": 20_000, "near": "116.62,23.46"},
}
MAY_BE_NONE = ("outside_cells", "railway_zone")  # the cells tile the district; few build there


def areas(demo: Database, level: str) -> list[str]:
    with demo.read(EVERYTHING) as reader:
        return [code for code, found_level in reader.rows(AREAS) if found_level == level]


def totals(demo: Database, code: str, layer: str) -> Counter[str]:
    """Return how many features of a layer are counted in a place, by grade."""
    answer = ask(demo, "contents", code=code, layer=layer, limit=1)
    return Counter({row["grade"]: row["count"] for row in answer.summary_rows() if row["count"]})


@pytest.mark.parametrize("name", QUERIES)
def test_query_when_asked_of_the_district_answers_within_the_limit(
    demo: Database, name: str
) -> None:
    given = WHOLE.get(name, {})
    if name == "contents":
        given = {"code": areas(demo, "district")[0]}
    answer = ask(demo, name, **given)
    assert answer.generated
    assert (answer.matched > 0) or name in MAY_BE_NONE
    declared = {column.name for column in QUERIES[name].columns}
    assert all(set(row["properties"]) == declared for row in answer.rows())
    summed_up = {column.name for column in QUERIES[name].summary_columns}
    assert all(set(row) == summed_up for row in answer.summary_rows())


@pytest.mark.parametrize("layer", ["rented_housing", "cameras", "parcels", "buildings"])
def test_counts_when_summed_over_towns_are_the_districts(demo: Database, layer: str) -> None:
    (district,) = areas(demo, "district")
    towns = sum((totals(demo, code, layer) for code in areas(demo, "town")), Counter())
    assert towns == totals(demo, district, layer)
    with demo.read(EVERYTHING) as reader:
        assert towns.total() == reader.value(COUNTS[layer])


@pytest.mark.parametrize("layer", ["rented_housing", "hazard_sites", "parcels"])
def test_counts_when_summed_over_cells_are_the_towns(demo: Database, layer: str) -> None:
    town = areas(demo, "town")[0]
    villages = [code for code in areas(demo, "village") if code.startswith(town[:9])]
    with demo.read(EVERYTHING) as reader:
        cells = [code for code, area in reader.rows(CELLS) if area in villages]
    by_cell = sum((totals(demo, code, layer) for code in cells), Counter())
    by_village = sum((totals(demo, code, layer) for code in villages), Counter())
    assert by_village == totals(demo, town, layer)
    # Cells tile villages: what they hold is what the town holds.
    assert by_cell == by_village
    assert by_cell.total() > 0


def test_premises_when_split_by_town_are_all_found_once(demo: Database) -> None:
    asked = {"protection": "hydrant", "distance": 100}
    whole = ask(demo, "without_protection", limit=100_000, **asked)
    by_town = [
        ask(demo, "without_protection", limit=100_000, area=code, **asked)
        for code in areas(demo, "town")
    ]
    codes = [code for answer in by_town for code in found(answer, "layer", "code")]
    outside = [row for row in found(whole, "layer", "code", "area_code") if row[2] is None]
    assert sorted(codes + [row[:2] for row in outside]) == sorted(found(whole, "layer", "code"))
    assert sum(row["count"] for row in whole.summary_rows()) == whole.matched
