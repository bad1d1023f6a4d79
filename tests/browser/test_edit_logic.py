"""The logic of editing without a page: merging three versions, and exact coordinates."""

from __future__ import annotations

import random

import pytest

from gisapp.maps.config import metric_crs
from tests.browser.node import JS, run_script

MERGE = f'const {{ changes, compare, merge }} = await import("{(JS / "edit/merge.js").as_uri()}");'
SPACE = f"""
globalThis.window = {{}};
const {{ Space, fault, fromLines, lines, measure, shifted }} =
    await import("{(JS / "edit/space.js").as_uri()}");
"""


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "side"),
    [
        ("a", "b", "a", "mine"),
        ("a", "a", "b", "theirs"),
        ("a", "b", "b", "theirs"),  # both did the same
        ("a", "b", "c", ""),
        ("a", None, "c", ""),
        (None, "b", None, "mine"),
        (0, None, 0, "mine"),  # nothing is not zero
        (False, None, False, "mine"),
        ({"type": "Point", "coordinates": [1, 2]}, {"type": "Point", "coordinates": [1, 3]},
         {"type": "Point", "coordinates": [1, 2]}, "mine"),
    ],
)  # fmt: skip
def test_side_when_three_versions_differ(
    base: object, mine: object, theirs: object, side: str
) -> None:
    (row,) = run_script(  # type: ignore[misc] - JSON
        f"{MERGE} console.log(JSON.stringify(compare(['f'], ...given.map((f) => ({{ f }})))));",
        [base, mine, theirs],
    )
    assert row["side"] == side


@pytest.mark.parametrize(("base", "same"), [("", None), (None, ""), (3, 3), ("x", "x")])
def test_values_when_they_say_the_same_need_no_row(base: object, same: object) -> None:
    rows = run_script(
        f"{MERGE} console.log(JSON.stringify(compare(['f'], ...given.map((f) => ({{ f }})))));",
        [base, same, base],
    )
    assert rows == []


def test_merge_when_sides_are_chosen_takes_them_and_sends_only_what_differs() -> None:
    merged = run_script(
        f"""{MERGE}
        const names = ["a", "b", "c", "d"];
        const rows = compare(names, given.base, given.mine, given.theirs);
        for (const row of rows) if (row.side === "") row.side = given.chosen;
        const result = merge(given.theirs, rows);
        console.log(JSON.stringify([result, changes(names, given.theirs, result)]));
        """,
        {
            "base": {"a": 1, "b": 1, "c": 1, "d": 1},
            "mine": {"a": 2, "b": 1, "c": 2, "d": 1},
            "theirs": {"a": 1, "b": 3, "c": 3, "d": 1},
            "chosen": "mine",
        },
    )
    assert merged == [{"a": 2, "b": 3, "c": 2, "d": 1}, {"a": 2, "c": 2}]


def square(x: float, y: float, size: float) -> list[list[float]]:
    """Return a closed ring."""
    return [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]


def shapes() -> list[dict[str, object]]:
    """Return geometries of every type with coordinates of full precision, northing first."""
    luck = random.Random(3)

    def pair() -> list[float]:
        return [2_600_000 + luck.random() * 30_000, 440_000 + luck.random() * 30_000]

    ring = [pair() for _ in range(40)]
    hole = [pair() for _ in range(5)]
    return [
        {"type": "Point", "coordinates": pair()},
        {"type": "LineString", "coordinates": [pair() for _ in range(9)]},
        {"type": "MultiLineString", "coordinates": [[pair(), pair()], [pair(), pair(), pair()]]},
        {
            "type": "MultiPolygon",
            "coordinates": [[[*ring, ring[0]], [*hole, hole[0]]], [square(2.6e6, 4.4e5, 0.1)]],
        },
    ]


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape["type"])
def test_vertices_when_nobody_moves_them_come_back_bit_by_bit(shape: dict[str, object]) -> None:
    found = run_script(
        f"""{SPACE}
        const space = new Space(given.metric);
        const held = space.read(given.shape);
        const nest = (part) => (typeof part[0] === "number" ? {{ lat: part[0], lng: part[1] }} : part.map(nest));
        const back = space.geometry(held.type, nest(space.places(held)));
        console.log(JSON.stringify([space.write(back), fromLines(held.type, lines(held)), held]));
        """,
        {"metric": metric_crs(4548), "shape": shape},
    )
    assert found[0] == shape  # type: ignore[index] - JSON
    assert found[1] == found[2]  # type: ignore[index] - JSON


def test_vertex_when_moved_changes_alone_and_to_the_millimetre() -> None:
    polygon = shapes()[3]
    found = run_script(
        f"""{SPACE}
        const space = new Space(given.metric);
        const held = space.read(given.shape);
        const nest = (part) => (typeof part[0] === "number" ? {{ lat: part[0], lng: part[1] }} : part.map(nest));
        const places = nest(space.places(held));
        places[0][0][3] = {{ lat: places[0][0][3].lat + 1e-5, lng: places[0][0][3].lng }};
        console.log(JSON.stringify(space.write(space.geometry(held.type, places))));
        """,
        {"metric": metric_crs(4548), "shape": polygon},
    )
    before, after = (item["coordinates"][0][0] for item in (polygon, found))  # type: ignore[index, call-overload] - JSON
    assert [i for i in range(41) if before[i] != after[i]] == [3]
    assert after[3][0] == round(after[3][0], 3)
    assert 1.0 < after[3][0] - before[3][0] < 1.2
    assert polygon["coordinates"][1] == found["coordinates"][1]  # type: ignore[index, call-overload] - JSON


def test_geometry_when_wrong_is_said_to_be() -> None:
    bow = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    cases = {
        "": square(0, 0, 1),
        "crossing": bow,
        "short": [[0, 0], [1, 1], [0, 0]],
    }
    for expected, ring in cases.items():
        shape = {"type": "MultiPolygon", "coordinates": [[ring]]}
        found = run_script(f"{SPACE} console.log(JSON.stringify(fault(given)));", shape)
        assert found == expected
    assert run_script(f"{SPACE} console.log(JSON.stringify(fault(given)));", None) == "missing"


def test_size_when_there_is_a_hole_leaves_it_out() -> None:
    shape = {
        "type": "MultiPolygon",
        "coordinates": [[square(4e5, 2e6, 10), square(4e5 + 2, 2e6 + 2, 2)]],
    }
    found = run_script(f"{SPACE} console.log(JSON.stringify(measure(given)));", shape)
    assert found == {"length": 48, "area": 96}
