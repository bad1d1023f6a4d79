"""What OpenStreetMap's tags mean in our layers: tables, and small readers of single tags."""

from __future__ import annotations

import re
from collections.abc import Mapping

Tags = Mapping[str, str]

# highway=* -> roads.class; what is missing here is not a way to travel on.
ROADS = {
    "motorway": "motorway",
    "motorway_link": "motorway",
    "trunk": "trunk",
    "trunk_link": "trunk",
    "primary": "primary",
    "primary_link": "primary",
    "secondary": "secondary",
    "secondary_link": "secondary",
    "tertiary": "tertiary",
    "tertiary_link": "tertiary",
    "unclassified": "residential",
    "residential": "residential",
    "living_street": "residential",
    "road": "residential",
    "service": "service",
    "busway": "service",
    "track": "track",
    "path": "path",
    "trail": "path",
    "footway": "path",
    "pedestrian": "path",
    "cycleway": "path",
    "bridleway": "path",
    "steps": "path",
    "corridor": "path",
}
ONEWAY = {
    "yes": "forward",
    "true": "forward",
    "1": "forward",
    "no": "both",
    "false": "both",
    "0": "both",
    "-1": "backward",
    "reverse": "backward",
}
BUILDING_USES = {
    "residential": "house apartments residential detached semidetached_house terrace dormitory "
    "bungalow cabin hut villa",
    "commercial": "commercial retail office supermarket hotel kiosk shop restaurant bank mall",
    "industrial": "industrial manufacture factory workshop",
    "warehouse": "warehouse storage_tank silo depot",
    "public": "public civic government hospital clinic school kindergarten university college "
    "church chapel mosque temple cathedral synagogue shrine train_station transportation "
    "station fire_station police library museum townhall sports_hall stadium theatre",
    "agricultural": "farm barn farm_auxiliary greenhouse stable cowshed sty",
    "other": "garage garages carport roof shed service parking toilets ruins construction bridge "
    "transformer_tower",
}
USE_OF_BUILDING = {value: use for use, values in BUILDING_USES.items() for value in values.split()}
WATER_KINDS = {
    "river": "river",
    "oxbow": "lake",
    "canal": "canal",
    "moat": "canal",
    "stream": "stream",
    "ditch": "stream",
    "drain": "stream",
    "lake": "lake",
    "lagoon": "lake",
    "reservoir": "reservoir",
    "basin": "reservoir",
    "pond": "pond",
}
# waterway=* lines: kind and the width in metres taken when no width is tagged. Our defaults,
# chosen low so that water is not drawn over streets.
WATERWAYS = {
    "river": ("river", 15.0),
    "canal": ("canal", 8.0),
    "stream": ("stream", 2.0),
    "ditch": ("stream", 1.5),
    "drain": ("stream", 1.5),
    "tidal_channel": ("stream", 3.0),
}
RAILWAYS = frozenset({"rail", "narrow_gauge"})  # what the railway safety regulation is about
HIGH_SPEED_KMH = 250
FACILITIES = (
    ("emergency", "fire_hydrant", "hydrant"),
    ("emergency", "water_tank", "water_source"),
    ("emergency", "suction_point", "water_source"),
    ("emergency", "fire_water_pond", "water_source"),
    ("emergency", "assembly_point", "shelter"),
    ("amenity", "fire_station", "fire_station"),
    ("amenity", "police", "police"),
    ("amenity", "hospital", "clinic"),
    ("amenity", "clinic", "clinic"),
    ("amenity", "doctors", "clinic"),
)
KEY_AREAS = (
    ("amenity", "school", "school"),
    ("amenity", "kindergarten", "school"),
    ("amenity", "college", "school"),
    ("amenity", "university", "school"),
    ("amenity", "hospital", "hospital"),
    ("amenity", "bus_station", "station"),
    ("railway", "station", "station"),
    ("public_transport", "station", "station"),
    ("building", "train_station", "station"),
    ("amenity", "marketplace", "market"),
    ("shop", "mall", "market"),
    ("landuse", "industrial", "industrial_park"),
    ("amenity", "townhall", "government"),
    ("office", "government", "government"),
    ("leisure", "park", "scenic"),
    ("landuse", "military", "military"),
)
MOUNTS = {
    "pole": "pole",
    "mast": "pole",
    "street_lamp": "pole",
    "street_light": "pole",
    "traffic_signals": "pole",
    "wall": "facade",
    "building": "facade",
    "facade": "facade",
    "ceiling": "ceiling",
    "roof": "other",
}
CAMERA_TYPES = {"dome": "1", "fixed": "3", "panning": "4", "panorama": "6"}
EIGHT_WINDS = {"E": "1", "W": "2", "S": "3", "N": "4", "SE": "5", "NE": "6", "SW": "7", "NW": "8"}
SIXTEEN_WINDS = (
    "N NNE NE ENE E ESE SE SSE S SSW SW WSW W WNW NW NNW".split()  # noqa: SIM905 -- reads better
)
WIND_WORDS = str.maketrans({"北": "N", "东": "E", "南": "S", "西": "W", "-": "", " ": "", "_": ""})
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
MILE_KM = 1.609344
FOOT_M = 0.3048
KEYS = (
    *("highway", "building", "waterway", "railway", "natural", "man_made", "emergency"),
    *("amenity", "boundary", "landuse", "leisure", "shop", "office", "public_transport"),
)


def first_match(tags: Tags, table: tuple[tuple[str, str, str], ...]) -> str | None:
    """Return the kind of the first (key, value, kind) that the tags fulfil."""
    return next((kind for key, value, kind in table if tags.get(key) == value), None)


def metres(text: str | None) -> float | None:
    """Return a length in metres: ``3.5``, ``3.5 m``, ``12 ft`` or ``12'``; None if unclear."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(m|metres?|meters?|ft|feet|')?", text.strip().lower())
    if found is None:
        return None
    foot = found.group(2) in ("ft", "feet", "'")
    return round(float(found.group(1)) * (FOOT_M if foot else 1), 3)


def speed(text: str | None) -> float | None:
    """Return a speed limit in km/h: ``50`` or ``30 mph``; None if unclear."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|mph)?", (text or "").strip().lower())
    if found is None:
        return None
    return round(float(found.group(1)) * (MILE_KM if found.group(2) == "mph" else 1), 1)


def whole(text: str | None) -> int | None:
    """Return a whole number, or None if unclear."""
    found = re.fullmatch(r"-?\d{1,6}(?:\.0)?", (text or "").strip())
    return int(float(found.group())) if found else None


def oneway(tags: Tags) -> str:
    """Return roads.oneway."""
    implied = tags.get("highway") == "motorway" or tags.get("junction") == "roundabout"
    return ONEWAY.get(tags.get("oneway", ""), "forward" if implied else "both")


def level(tags: Tags) -> int | None:
    """Return the level of a way: as tagged, else +1 on a bridge and -1 in a tunnel."""
    if "layer" in tags:
        return whole(tags["layer"])
    return int(tags.get("bridge", "no") != "no") - int(tags.get("tunnel", "no") != "no")


def direction(text: str | None) -> tuple[float | None, str | None]:
    """Return (azimuth in degrees, 8-way GB/T 28181 code) of a camera's direction tag.

    Degrees and the eight half winds (NNE) give an azimuth, the eight winds a code, which
    stands for ±22.5°. A range or several directions are not one: (None, None).
    """
    text = (text or "").strip()
    if NUMBER.fullmatch(text):
        degrees = float(text)
        return (degrees % 360, None) if -360 <= degrees <= 360 else (None, None)
    word = text.upper().replace("NORTH", "N").replace("SOUTH", "S")
    word = word.replace("EAST", "E").replace("WEST", "W").translate(WIND_WORDS)
    word = word[::-1] if word in ("EN", "WN", "ES", "WS") else word  # Chinese says 东北
    if word in EIGHT_WINDS:
        return None, EIGHT_WINDS[word]
    if word in SIXTEEN_WINDS:
        return SIXTEEN_WINDS.index(word) * 22.5, None
    return None, None


def address(tags: Tags) -> str | None:
    """Return street and number, or the full address."""
    parts = (tags.get("addr:street"), tags.get("addr:housenumber"))
    return tags.get("addr:full") or " ".join(part for part in parts if part) or None
