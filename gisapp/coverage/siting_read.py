"""What a siting proposal is made of, read inside one area and nothing beyond it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.coverage.candidates import Surroundings
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.errors import BadParameter, Forbidden
from layers.spec import Text

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[Any]
MARGIN = 100.0  # m around the area whose buildings hide and whose roads carry poles
PREFIX_LENGTH = {"district": 6, "town": 9, "village": 12}
BOX = {"box": "SRID=4548;POLYGON((460000 2600000,460100 2600000,460100 2600100,460000 2600000))"}
AREA = Statement(
    "SELECT level, area_code, name, ST_AsBinary(geom), ST_SRID(geom) FROM areas"
    " WHERE code = %(code)s",
    reads=("areas",),
    example={"code": "445103000000"},
)
BUILDINGS = Statement(
    "SELECT ST_AsBinary(geom) FROM buildings WHERE geom && %(box)s::geometry ORDER BY id",
    reads=("buildings",),
    example=BOX,
)
WATER = Statement(
    "SELECT ST_AsBinary(geom) FROM water WHERE geom && %(box)s::geometry ORDER BY id",
    reads=("water",),
    example=BOX,
)
ROADS = Statement(
    "SELECT ST_AsBinary(geom), width_m FROM roads WHERE geom && %(box)s::geometry"
    " AND class NOT IN ('motorway', 'track') AND coalesce(layer, 0) = 0 ORDER BY id",
    reads=("roads",),
    example=BOX,
)
CONSENT = Statement(
    "SELECT code, name, kind, ST_AsBinary(geom) FROM key_areas WHERE geom && %(box)s::geometry"
    " AND (consent_needed = 'yes'"
    " OR (kind IN ('school', 'military') AND consent_needed IS DISTINCT FROM 'no'))"
    " ORDER BY code",
    reads=("key_areas",),
    example=BOX,
)
CAMERA_COLUMNS = (
    "code", "x", "y", "azimuth", "direction_type", "horizontal_fov", "max_view_distance",
    "width_px", "ptz_type", "room_type", "status", "mount",
)  # fmt: skip
CAMERAS = Statement(
    "SELECT code, ST_X(geom), ST_Y(geom), azimuth, direction_type, horizontal_fov,"
    " max_view_distance, width_px, ptz_type, room_type, status, mount"
    " FROM cameras WHERE geom && %(box)s::geometry AND status IS DISTINCT FROM 'planned'"
    " ORDER BY id",
    reads=("cameras",),
    example=BOX,
)
FEATURES = {
    "rented_housing": Statement(
        "SELECT ST_X(geom), ST_Y(geom) FROM rented_housing WHERE geom && %(box)s::geometry",
        reads=("rented_housing",),
        example=BOX,
    ),
    "three_in_one": Statement(
        "SELECT ST_X(geom), ST_Y(geom) FROM three_in_one WHERE geom && %(box)s::geometry",
        reads=("three_in_one",),
        example=BOX,
    ),
    "hazard_sites": Statement(
        "SELECT ST_X(geom), ST_Y(geom) FROM hazard_sites WHERE geom && %(box)s::geometry",
        reads=("hazard_sites",),
        example=BOX,
    ),
    "incidents": Statement(
        "SELECT ST_X(geom), ST_Y(geom) FROM incidents WHERE geom && %(box)s::geometry"
        " AND occurred_at >= %(since)s::timestamptz",
        reads=("incidents",),
        example={**BOX, "since": "2026-01-01T00:00:00Z"},
    ),
}


@dataclass(frozen=True)
class Area:
    """An area in which cameras are sought: its code, prefix, name and shape (metric CRS)."""

    code: str
    prefix: str
    name: str
    shape: Any
    srid: int

    @property
    def scope(self) -> tuple[str, ...] | None:
        """The prefixes of a scope that holds this area alone."""
        return (self.prefix,) if self.prefix else None


@dataclass(frozen=True)
class Inputs:
    """Everything of one area that a proposal is made of."""

    around: Surroundings
    water: Shapes
    cameras: Mapping[str, list[Any]]
    features: Mapping[str, Floats]
    consent: tuple[tuple[str, str, str], ...]  # code, name and kind of each such place


def find_area(reader: Reader, code: str) -> Area:
    """Return the area ``code`` if it lies inside the reader's scope.

    Raises BadParameter when there is none, Forbidden when it is not the caller's.
    """
    found = reader.row(AREA, {"code": code})
    if found is None:
        raise BadParameter(
            Text("没有代码为 {code} 的区域。", "There is no area with code {code}.").format(
                code=code
            )
        )
    level, area_code, name, shape, srid = found
    plain = code.isascii() and code.isdigit() and len(code) == 12
    prefix = str(area_code)[: PREFIX_LENGTH[level]] if plain else ""
    if not sees(reader.scope, prefix):
        raise Forbidden(
            Text("该区域超出本账号的范围。", "The area is not inside those of this account.")
        )
    return Area(code, prefix, name, shapely.from_wkb(bytes(shape)), srid)


def sees(scope: Scope, prefix: str) -> bool:
    """Tell whether all rows whose area codes begin with ``prefix`` are seen in ``scope``."""
    return scope.prefixes is None or (prefix != "" and scope.holds(prefix))


def inside(area: Area, scope: Scope) -> Scope:
    """Return the scope of the area alone, with what ``scope`` hides: who asks does not matter."""
    return (
        Scope(area.scope, scope.hidden) if area.prefix else Scope(EVERYTHING.prefixes, scope.hidden)
    )


def read_inputs(reader: Reader, area: Area, since: datetime) -> Inputs:
    """Return what stands in the area's box and MARGIN around it, in the reader's scope.

    Incidents count from ``since`` on.
    """
    box = box_of(bounds_of(area), MARGIN, area.srid)
    roads = reader.rows(ROADS, box)
    consent = reader.rows(CONSENT, box)
    cameras = columns(reader.rows(CAMERAS, box), CAMERA_COLUMNS)
    features = {
        name: places(reader.rows(statement, {**box, "since": since}))
        for name, statement in FEATURES.items()
    }
    poles = [
        (x, y)
        for x, y, mount in zip(cameras["x"], cameras["y"], cameras["mount"], strict=True)
        if mount == "pole"
    ]
    around = Surroundings(
        area.shape,
        shapes([row[0] for row in roads]),
        np.array([np.nan if row[1] is None else row[1] for row in roads], dtype=np.float64),
        read_buildings(reader, box),
        places(poles),
        features["rented_housing"],
        shapes([row[3] for row in consent]),
    )
    water = shapes([row[0] for row in reader.rows(WATER, box)])
    told = tuple((row[0], row[1], row[2]) for row in consent)
    return Inputs(around, water, cameras, features, told)


def bounds_of(area: Area) -> tuple[float, float, float, float]:
    """Return west, south, east and north of an area (m)."""
    west, south, east, north = map(float, shapely.bounds(area.shape))
    return west, south, east, north


def read_buildings(reader: Reader, box: Mapping[str, object]) -> Shapes:
    """Return the footprints that meet a box."""
    return shapes([row[0] for row in reader.rows(BUILDINGS, box)])


def box_of(bounds: Any, margin: float, srid: int) -> dict[str, object]:
    """Return the SQL parameter of a box with a margin in metres."""
    west, south, east, north = bounds
    wkt = shapely.box(west - margin, south - margin, east + margin, north + margin).wkt
    return {"box": f"SRID={srid};{wkt}"}


def shapes(found: list[Any]) -> Shapes:
    """Return geometries of WKB."""
    return np.asarray(shapely.from_wkb([bytes(wkb) for wkb in found]), dtype=object).reshape(-1)


def places(rows: list[Any]) -> Floats:
    """Return positions as rows of x and y."""
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def columns(rows: list[tuple[Any, ...]], names: tuple[str, ...]) -> dict[str, list[Any]]:
    """Return rows as columns by name."""
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
