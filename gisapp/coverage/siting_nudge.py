"""Move or turn one site of a proposal: its view and the proposal's figures follow at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from psycopg2.extras import Json

from gisapp.access.audit import Entry, record
from gisapp.access.scope import Scope
from gisapp.coverage import siting_arrays as arrays
from gisapp.coverage import siting_read as reading
from gisapp.coverage.candidates import CameraModel
from gisapp.coverage.footprints import make_footprints
from gisapp.coverage.siting import view_of
from gisapp.coverage.siting_store import LAST, Kept, flag, lock, read_proposal
from gisapp.coverage.siting_wish import model_of
from gisapp.database.engine import Database, Reader
from gisapp.database.statements import Statement
from gisapp.errors import BadParameter, Changed, Conflict, NotFound
from layers.spec import Text

SITE = Statement(
    """
SELECT ST_X(site.place), ST_Y(site.place), ST_SRID(site.place), azimuth, model, camera,
    ST_X(spot.geom), ST_Y(spot.geom), ST_Covers(areas.geom, spot.geom)
FROM gisapp.siting_sites AS site
CROSS JOIN LATERAL (SELECT CASE WHEN %(lon)s::float8 IS NULL THEN site.place ELSE ST_Transform(
    ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), ST_SRID(site.place)) END AS geom) AS spot
LEFT JOIN areas ON areas.code = %(area)s
WHERE proposal = %(proposal)s AND number = %(number)s
""",
    reads=("areas",),
    example={"proposal": 1, "number": 1, "area": "445103000000", "lon": 116.6, "lat": 23.5},
)
LODGINGS = Statement(
    """
SELECT EXISTS (
    SELECT FROM buildings JOIN rented_housing ON ST_Covers(buildings.geom, rented_housing.geom)
    WHERE ST_DWithin(buildings.geom, %(place)s::geometry, 0.01)
)
""",
    reads=("buildings", "rented_housing"),
    example={"place": "SRID=4548;POINT(460000 2600000)"},
)
SQUARES = Statement(
    "SELECT points FROM gisapp.siting_demand WHERE proposal = %(proposal)s"
    ' AND col BETWEEN %(west)s AND %(east)s AND "row" BETWEEN %(south)s AND %(north)s'
    ' ORDER BY col, "row"',
    example={"proposal": 1, "west": 1, "east": 2, "south": 1, "north": 2},
)
OTHERS = Statement(
    "SELECT covers FROM gisapp.siting_sites WHERE proposal = %(proposal)s"
    " AND number <> %(number)s ORDER BY number",
    example={"proposal": 1, "number": 1},
)
DEGREES = Statement(
    "SELECT ST_AsGeoJSON(ST_Transform(ST_SetSRID(ST_GeomFromWKB(%(wkb)s), %(srid)s), 4326), 8)",
    example={"wkb": shapely.to_wkb(shapely.Point(460000, 2600000)), "srid": 4548},
)
MOVE = """
UPDATE gisapp.siting_sites SET place = ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), %(srid)s),
    azimuth = %(azimuth)s, view = ST_GeomFromWKB(%(view)s, %(srid)s), covers = %(covers)s,
    gain = %(gain)s, flags = %(flags)s, moved = true
WHERE proposal = %(proposal)s AND number = %(number)s
"""
VERSION = "SELECT version FROM gisapp.siting_proposals WHERE id = %(proposal)s"
KEEP = """
UPDATE gisapp.siting_proposals SET version = version + 1, figures = figures || %(figures)s
WHERE id = %(proposal)s
"""
OUTSIDE = BadParameter(
    Text("位置在方案的区域之外。", "The place lies outside the proposal's area.")
)
LODGED = BadParameter(
    Text(
        "这座建筑内有出租房间或宿舍，不得安装。",
        "This house has let rooms: no camera may hang there.",
    )
)
STALE = Text("方案已被他人修改。", "The proposal was changed by someone else.")
SAVED = Conflict(
    Text(
        "这个点位已存为规划监控；请到图层里修改。",
        "This site is saved as a planned camera: change it in the layer.",
    )
)


@dataclass(frozen=True)
class Move:
    """Where a site is to go (degrees) and look (degrees from north); None leaves it."""

    place: tuple[float, float] | None = None
    azimuth: float | None = None


@dataclass(frozen=True)
class Moved:
    """A site as it would be, in metres, with what it covers and what all sites do then."""

    x: float
    y: float
    azimuth: float
    view: Any
    covers: bytes
    gain: float
    flags: list[dict[str, str]]
    figures: arrays.Figures
    srid: int


def try_move(reader: Reader, number: int, site: int, move: Move) -> tuple[Kept, Moved, str]:
    """Return the proposal, the site as it would be, and its view as GeoJSON in degrees.

    Nothing is changed. Raises NotFound, BadParameter for a place where no camera may hang,
    Conflict for a site that is a planned camera already.
    """
    kept = read_proposal(reader, number)
    lon, lat = move.place or (None, None)
    given = {
        "proposal": kept.id,
        "number": min(site, LAST),
        "area": kept.area_code,
        "lon": lon,
        "lat": lat,
    }
    row = reader.row(SITE, given)
    if row is None:
        raise NotFound(Text("方案里没有这个点位。", "The proposal has no such site."))
    *_, srid, azimuth, model, camera, x, y, inside = row
    if camera is not None:
        raise SAVED
    if not inside:
        raise OUTSIDE
    turned = azimuth if move.azimuth is None else move.azimuth % 360
    moved = find_moved(reader, kept, site, (x, y, turned, srid), model_of(model))
    shown = reader.value(DEGREES, {"wkb": shapely.to_wkb(moved.view), "srid": srid})
    return kept, moved, str(shown)


def find_moved(
    reader: Reader,
    kept: Kept,
    site: int,
    at: tuple[float, float, float, int],
    model: CameraModel,
) -> Moved:
    """Return what a site at x, y (m) looking at an azimuth would see and add."""
    x, y, azimuth, srid = at
    if reader.value(LODGINGS, {"place": f"SRID={srid};POINT({x} {y})"}):
        raise LODGED
    box = reading.box_of((x, y, x, y), model.range, srid)
    walls = make_footprints(reading.read_buildings(reader, box))
    (view,) = view_of(np.array([x]), np.array([y]), np.array([azimuth]), [model], walls)
    points = near(reader, kept.id, x, y, model.range)
    covers = arrays.covers_of(points, arrays.seen_of(points, view))
    others = [bytes(row[0]) for row in reader.rows(OTHERS, {"proposal": kept.id, "number": site})]
    share = float(kept.asked["possible_share"])
    held = dict(kept.figures)
    without = arrays.figures(held, others, share)
    figures = arrays.figures(held, [*others, covers], share)
    near_by = flags_at(reader, x, y, float(kept.asked["consent_m"]), srid)
    gain = figures.value - without.value
    return Moved(x, y, azimuth, view, covers, gain, near_by, figures, srid)


def near(reader: Reader, proposal: int, x: float, y: float, metres: float) -> arrays.Table:
    """Return the demand in the squares that a circle touches."""
    west, south, east, north = (
        int(arrays.square_of(value)) for value in (x - metres, y - metres, x + metres, y + metres)
    )
    box = {"west": west, "east": east, "south": south, "north": north}
    rows = reader.rows(SQUARES, {"proposal": proposal, **box})
    parts = [np.frombuffer(bytes(row[0]), dtype=arrays.POINT) for row in rows]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=arrays.POINT)


def flags_at(reader: Reader, x: float, y: float, metres: float, srid: int) -> list[dict[str, str]]:
    """Return the places near x, y that have to consent."""
    rows = reader.rows(reading.CONSENT, reading.box_of((x, y, x, y), metres, srid))
    here = shapely.Point(x, y)
    return [
        flag((row[0], row[1], row[2]))
        for row in rows
        if shapely.distance(shapely.from_wkb(bytes(row[3])), here) <= metres
    ]


def move_site(
    database: Database,
    scope: Scope,
    which: tuple[int, int],
    move: Move,
    version: int | None,
    entry: Entry,
) -> tuple[Kept, Moved, str]:
    """Move a site for good; return what `try_move` does, of before the move.

    ``which`` are the numbers of the proposal and the site, ``entry`` what the audit trail says.
    Raises what that raises, and Changed when ``version`` is given and no longer the newest.
    """
    number, site = which
    with database.write() as connection, connection.cursor() as cursor:
        lock(cursor, scope, number)
        cursor.execute(VERSION, {"proposal": number})
        (newest,) = cursor.fetchone()
        if version is not None and version != newest:
            raise Changed(STALE)
        with database.read(scope) as reader:
            kept, moved, view = try_move(reader, number, site, move)
        values: Mapping[str, Any] = {
            "proposal": number,
            "number": site,
            "x": moved.x,
            "y": moved.y,
            "srid": moved.srid,
            "azimuth": moved.azimuth,
            "view": shapely.to_wkb(moved.view),
            "covers": moved.covers,
            "gain": moved.gain,
            "flags": Json(moved.flags),
        }
        cursor.execute(MOVE, values)
        written = {**moved.figures.written(), "moved": True}
        cursor.execute(KEEP, {"proposal": number, "figures": Json(written)})
        record(connection, entry)
    return kept, moved, view
