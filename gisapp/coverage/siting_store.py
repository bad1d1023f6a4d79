"""Proposals kept in the database: made, listed, read, removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from psycopg2.extras import Json

from gisapp.access.scope import Scope
from gisapp.coverage import siting_arrays as arrays
from gisapp.coverage.demand import Demand
from gisapp.coverage.siting import Proposal, ProposedSite, Wish
from gisapp.coverage.siting_read import Area, Inputs
from gisapp.coverage.siting_wish import write_model, write_wish
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.errors import NotFound
from layers.spec import Text

INSERT = """
INSERT INTO gisapp.siting_proposals (area_code, prefix, hidden, made_by, asked, figures)
VALUES (%(area)s, %(prefix)s, %(hidden)s, %(by)s, %(asked)s, %(figures)s) RETURNING id
"""
INSERT_SITE = """
INSERT INTO gisapp.siting_sites (proposal, number, kind, place, azimuth, model, cost, gain, view,
    covers, flags)
VALUES (%(proposal)s, %(number)s, %(kind)s,
    ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), %(srid)s), %(azimuth)s, %(model)s, %(cost)s, %(gain)s,
    ST_GeomFromWKB(%(view)s, %(srid)s), %(covers)s, %(flags)s)
"""
INSERT_SQUARE = """
INSERT INTO gisapp.siting_demand (proposal, col, "row", points)
VALUES (%(proposal)s, %(col)s, %(row)s, %(points)s)
"""
# A proposal is seen by whoever sees all of its area, and all that it was made of.
SEEN = """
SELECT id, area_code, prefix, hidden, made_at, made_by, version, asked, figures,
    (SELECT name FROM areas WHERE areas.code = proposal.area_code) AS area_name,
    (SELECT count(*) FROM gisapp.siting_sites WHERE siting_sites.proposal = proposal.id) AS sites
FROM gisapp.siting_proposals AS proposal
WHERE (%(areas)s::text[] IS NULL OR prefix <> '' AND EXISTS (
        SELECT FROM unnest(%(areas)s::text[]) AS area WHERE starts_with(prefix, area)
    )) AND %(hidden)s::text[] <@ hidden
"""
NOBODY: dict[str, object] = {"areas": ["445103"], "hidden": []}
LIST = Statement(
    SEEN + "ORDER BY id DESC LIMIT %(limit)s", reads=("areas",), example={**NOBODY, "limit": 50}
)
ONE = Statement(SEEN + "AND id = %(proposal)s", reads=("areas",), example={**NOBODY, "proposal": 1})
SITES = Statement(
    """
SELECT number, kind, azimuth, model, cost, gain, flags, moved, camera,
    ST_AsGeoJSON(ST_Transform(place, 4326), 8), ST_AsGeoJSON(ST_Transform(view, 4326), 8)
FROM gisapp.siting_sites WHERE proposal = %(proposal)s ORDER BY number
""",
    example={"proposal": 1},
)
LOCK = """
SELECT id FROM gisapp.siting_proposals AS proposal
WHERE id = %(proposal)s AND (%(areas)s::text[] IS NULL OR prefix <> '' AND EXISTS (
        SELECT FROM unnest(%(areas)s::text[]) AS area WHERE starts_with(prefix, area)
    )) AND %(hidden)s::text[] <@ hidden
FOR UPDATE
"""
DELETE = "DELETE FROM gisapp.siting_proposals WHERE id = %(proposal)s"
UNKNOWN = NotFound(Text("没有这个选点方案。", "There is no such proposal."))
MOST_LISTED = 200
LAST = 10**15


@dataclass(frozen=True)
class Kept:
    """One proposal as it stands; ``hidden``: the layers that who asked could not see."""

    id: int
    area_code: str
    prefix: str
    hidden: list[str]
    made_at: datetime
    made_by: str
    version: int
    asked: Mapping[str, Any]
    figures: Mapping[str, Any]
    area_name: str | None
    sites: int


@dataclass(frozen=True)
class KeptSite:
    """One site of a proposal; ``place`` and ``view`` are GeoJSON in longitude and latitude."""

    number: int
    kind: str
    azimuth: float
    model: Mapping[str, Any]
    cost: float
    gain: float
    flags: list[Any]
    moved: bool
    camera: str | None
    place: str
    view: str


def seen_by(scope: Scope) -> dict[str, object]:
    """Return the SQL parameters that say which proposals are seen in ``scope``."""
    areas = None if scope.prefixes is None else list(scope.prefixes)
    return {"areas": areas, "hidden": list(scope.hidden)}


def keep(
    connection: Any,
    area: Area,
    who: tuple[str, tuple[str, ...]],
    wish: Wish,
    founded: Mapping[str, Any],
    inputs: Inputs,
    demand: Demand,
    proposal: Proposal,
) -> int:
    """Store a proposal in the transaction of ``connection``; return its number.

    ``who`` are the name of who asked and the layers hidden from them, ``founded`` the weights and
    what it is made of.
    """
    points = arrays.as_points(demand)
    covers = [arrays.covers_of(points, site.covers) for site in proposal.sites]
    held = arrays.figures(arrays.before(demand), covers, wish.possible_share)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {
            "area": area.code,
            "prefix": area.prefix,
            "by": who[0],
            "hidden": list(who[1]),
            "asked": Json({**write_wish(wish), **founded, "step": demand.step}),
            "figures": Json({**held.written(), **told(proposal, demand)}),
        })  # fmt: skip
        number: int = cursor.fetchone()[0]
        for place, (site, covered) in enumerate(zip(proposal.sites, covers, strict=True), 1):
            given = site_values(site, covered, inputs, area.srid)
            cursor.execute(INSERT_SITE, {**given, "proposal": number, "number": place})
        for col, row, part in arrays.squares(points):
            cursor.execute(
                INSERT_SQUARE, {"proposal": number, "col": col, "row": row, "points": part}
            )
    return number


def told(proposal: Proposal, demand: Demand) -> dict[str, Any]:
    """Return what is told of how a proposal was found."""
    found = proposal.solution
    return {
        "bound": found.bound,
        "gap": found.gap,
        "found_value": found.value,
        "greedy": found.greedy,
        "cost": found.cost,
        "rounds": found.rounds,
        "stopped": found.stopped,
        "mounts_found": proposal.mounts_found,
        "mounts_used": proposal.mounts_used,
        "candidates": proposal.candidates,
        "points": len(demand),
    }


def site_values(site: ProposedSite, covered: bytes, inputs: Inputs, srid: int) -> dict[str, Any]:
    """Return the SQL parameters of one site."""
    return {
        "kind": site.kind,
        "x": site.x,
        "y": site.y,
        "srid": srid,
        "azimuth": site.azimuth,
        "model": Json(write_model(site.model)),
        "cost": site.cost,
        "gain": site.gain,
        "view": shapely.to_wkb(site.view),
        "covers": covered,
        "flags": Json([flag(inputs.consent[place]) for place in site.consent]),
    }


def flag(place: tuple[str, str, str]) -> dict[str, str]:
    """Return what is noted of a place that has to consent."""
    code, name, kind = place
    return {"rule": "consent", "code": code, "name": name, "kind": kind}


def list_proposals(reader: Reader, limit: int = MOST_LISTED) -> list[Kept]:
    """Return the proposals that the reader's scope sees, the newest first."""
    return [Kept(*row) for row in reader.rows(LIST, {**seen_by(reader.scope), "limit": limit})]


def read_proposal(reader: Reader, number: int) -> Kept:
    """Return one proposal. Raises NotFound, also for one of other areas."""
    values = {**seen_by(reader.scope), "proposal": min(number, LAST)}
    row = reader.row(ONE, values)
    if row is None:
        raise UNKNOWN
    return Kept(*row)


def read_sites(reader: Reader, number: int) -> list[KeptSite]:
    """Return the sites of a proposal that was read before."""
    return [KeptSite(*row) for row in reader.rows(SITES, {"proposal": number})]


def lock(cursor: Any, scope: Scope, number: int) -> None:
    """Keep a proposal from other writers until the transaction ends. Raises NotFound."""
    cursor.execute(LOCK, {**seen_by(scope), "proposal": min(number, LAST)})
    if cursor.fetchone() is None:
        raise UNKNOWN


def remove(connection: Any, scope: Scope, number: int) -> None:
    """Remove a proposal; cameras that it was saved as stay. Raises NotFound."""
    with connection.cursor() as cursor:
        lock(cursor, scope, number)
        cursor.execute(DELETE, {"proposal": number})
