"""What the pages tell about the database as a whole: counts, extents, the metric CRS.

Counting reads whole layers, so the answer is kept per scope until the layer's revision changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from psycopg2 import sql

from gisapp.access.scope import Scope
from gisapp.database.engine import Database, Reader
from gisapp.database.statements import Statement
from layers.catalogue import LAYERS

Bbox = tuple[float, float, float, float]

# West, south, east, north in degrees.
COUNTS = {
    name: Statement(
        sql.SQL(
            "SELECT rows, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)"
            " FROM (SELECT count(*) AS rows,"
            " ST_Transform(ST_SetSRID(ST_Extent(geom_web)::geometry, 3857), 4326) AS box"
            " FROM {layer}) AS whole"
        ).format(layer=sql.Identifier(name)),
        reads=(name,),
        whole=(name,),  # a count and an extent are of all rows
    )
    for name in LAYERS
}
REVISIONS = Statement("SELECT layer, revision FROM gisapp.layer_revisions")
METRIC_SRID = Statement("SELECT value::integer FROM gisapp.deployment WHERE key = 'metric_srid'")
# The deployment's own area: the only current district, or nothing when there are several.
DISTRICT = Statement(
    "SELECT min(name) FROM areas WHERE level = 'district' AND valid_to IS NULL HAVING count(*) = 1",
    reads=("areas",),
)
PLACES = Statement(
    "SELECT code, name, level, ST_X(spot), ST_Y(spot) FROM ("
    " SELECT code, name, level, ST_Transform(ST_PointOnSurface(geom_web), 4326) AS spot"
    " FROM areas WHERE valid_to IS NULL AND level = ANY(%(levels)s)) AS found ORDER BY code",
    reads=("areas",),
    example={"levels": ["town", "village"]},
)


@dataclass(frozen=True)
class LayerFacts:
    """How many rows a layer has for a caller, and where they lie (WGS 84 degrees)."""

    count: int
    bbox: Bbox | None


class Summary:
    """Facts about layers, kept until they change. One per process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._kept: dict[tuple[str, str], tuple[int, LayerFacts]] = {}
        self._lock = Lock()

    def layer(self, reader: Reader, name: str, revision: int) -> LayerFacts:
        """Return the facts of one layer at ``revision`` (read before the rows)."""
        key = (reader.scope.key, name)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept[0] == revision:
            return kept[1]
        row = reader.row(COUNTS[name]) or (0, None, None, None, None)
        bbox = None if row[1] is None else (row[1], row[2], row[3], row[4])
        facts = LayerFacts(row[0], bbox)
        with self._lock:
            self._kept[key] = (revision, facts)
        return facts

    def layers(self, scope: Scope) -> dict[str, LayerFacts]:
        """Return the facts of every layer by name."""
        with self.database.read(scope) as reader:
            revisions = dict(reader.rows(REVISIONS))
            return {name: self.layer(reader, name, revisions.get(name, 0)) for name in LAYERS}

    def holds_rows(self, reader: Reader, name: str) -> bool:
        """Tell whether a layer has rows for the reader's caller."""
        revisions = dict(reader.rows(REVISIONS))
        return self.layer(reader, name, revisions.get(name, 0)).count > 0

    def own_extent(self, reader: Reader) -> Bbox | None:
        """Return the extent of the cells of a caller who sees only some areas, if there are any.

        Areas themselves are told to everybody, so that their extent says nothing of whose they are.
        """
        if reader.scope.prefixes is None:
            return None
        revisions = dict(reader.rows(REVISIONS))
        return self.layer(reader, "grid_cells", revisions.get("grid_cells", 0)).bbox

    def extent(self, reader: Reader) -> Bbox | None:
        """Return the extent of the first layer that has rows: areas, else what there is."""
        revisions = dict(reader.rows(REVISIONS))
        for name in ("areas", "grid_cells", "roads", *LAYERS):
            facts = self.layer(reader, name, revisions.get(name, 0))
            if facts.bbox is not None:
                return facts.bbox
        return None
