"""From one OpenStreetMap object's tags to one row of a layer."""

from __future__ import annotations

from typing import Any

from geodata.osm import tags as read
from geodata.osm.tags import Tags
from layers.catalogue import LAYERS

Row = dict[str, Any]


def road(tags: Tags) -> Row:
    """Return a row of ``roads`` without its nodes."""
    return {
        "name": tags.get("name"),
        "class": read.ROADS[tags["highway"]],
        "oneway": read.oneway(tags),
        "width_m": read.metres(tags.get("width")),
        "lanes": read.whole(tags.get("lanes")),
        "speed_kmh": read.speed(tags.get("maxspeed")),
        "layer": read.level(tags),
    }


def railway(tags: Tags) -> Row:
    """Return a row of ``railways``; the land a line crosses is never known from its tags."""
    fast = (read.speed(tags.get("maxspeed")) or 0) >= read.HIGH_SPEED_KMH
    if tags.get("highspeed") == "yes" or fast:
        kind = "high_speed"
    elif tags.get("highspeed") == "no" or "service" in tags:
        kind = "other"
    else:
        kind = "unknown"
    bridge, tunnel = (tags.get(key, "no") != "no" for key in ("bridge", "tunnel"))
    return {
        "name": tags.get("name"),
        "kind": kind,
        "segment_class": "unknown",
        "bridge_or_tunnel": "bridge" if bridge else "tunnel" if tunnel else "ground",
    }


def building(tags: Tags) -> Row:
    """Return a row of ``buildings``."""
    return {
        "name": tags.get("name"),
        "address": read.address(tags),
        "use": read.USE_OF_BUILDING.get(tags["building"], "unknown"),
        "storeys": read.whole(tags.get("building:levels")),
        "height_m": read.metres(tags.get("height")),
    }


def water(tags: Tags) -> Row:
    """Return a row of ``water`` for an area."""
    kind = tags.get("water") or ("river" if tags.get("waterway") == "riverbank" else "")
    kind = kind or tags.get("landuse", "")
    return {
        "name": tags.get("name"),
        "kind": read.WATER_KINDS.get(kind, "other"),
        "outline": "surveyed",
    }


def waterway(tags: Tags) -> Row:
    """Return a row of ``water`` for a line; its outline comes from its width."""
    kind, _ = read.WATERWAYS[tags["waterway"]]
    return {"name": tags.get("name"), "kind": kind, "outline": "from_centreline"}


def waterway_width(tags: Tags) -> float:
    """Return the width of a waterway in metres: as tagged, else our default of its kind."""
    _, default = read.WATERWAYS[tags["waterway"]]
    return read.metres(tags.get("width")) or default


def facility(tags: Tags) -> Row:
    """Return a row of ``facilities``; whether it works is not known."""
    kind = read.first_match(tags, read.FACILITIES)
    return {
        "name": named(tags, "facilities", kind),
        "address": read.address(tags),
        "kind": kind,
        "status": "unknown",
    }


def key_area(tags: Tags) -> Row:
    """Return a row of ``key_areas``."""
    kind = read.first_match(tags, read.KEY_AREAS)
    return {"name": named(tags, "key_areas", kind), "kind": kind, "consent_needed": "unknown"}


def camera(tags: Tags) -> Row:
    """Return a row of ``cameras``; what the tags do not say stays unknown."""
    said = tags.get("camera:direction") or tags.get("direction")
    azimuth, eight_way = read.direction(said)
    unclear = f"camera:direction={said}" if said and azimuth is None and not eight_way else None
    rooms = {"outdoor": "1", "public": "1", "indoor": "2"}
    return {
        "name": tags.get("name") or tags.get("ref") or "监控 Camera",
        "address": read.address(tags),
        "mount": read.MOUNTS.get(tags.get("camera:mount", ""), "unknown"),
        "ptz_type": read.CAMERA_TYPES.get(tags.get("camera:type", "")),
        "direction_type": eight_way,
        "azimuth": azimuth,
        "height_m": read.metres(tags.get("height")),
        "room_type": rooms.get(tags.get("surveillance", "")),
        "status": "unknown",
        "owner_kind": "unknown",
        "note": unclear,
    }


def named(tags: Tags, layer: str, kind: str | None) -> str:
    """Return a feature's name, else the label of its kind with its number."""
    field = LAYERS[layer].field_named("kind")
    choice = field.choice(kind) if field else None
    label = choice.label.zh if choice else ""
    return tags.get("name") or " ".join(filter(None, (label, tags.get("ref"))))
