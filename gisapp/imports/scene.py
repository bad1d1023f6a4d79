"""What the database tells the checks: the district, places to compare with, codes, areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy
import shapely
from psycopg2 import sql

from geodata.discoveries import Scene
from geodata.offset_test import known_points
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.read import metric_srid
from gisapp.features.staging import AreaCodes
from layers.spec import Layer

SAMPLE = 40_000  # shapes of each layer of reference at most
DISTRICT = Statement(
    "SELECT ST_AsBinary(ST_Union(geom)) FROM areas WHERE level = 'district' AND valid_to IS NULL",
    reads=("areas",),
)
# Who sees some areas only sees no district: what is seen stands in its place.
SEEN = Statement(
    """
    SELECT ST_AsBinary(ST_Union(geom)) FROM areas WHERE valid_to IS NULL AND level = (
        SELECT level FROM areas WHERE valid_to IS NULL
        ORDER BY array_position(ARRAY['district', 'town', 'village'], level) LIMIT 1)
    """,
    reads=("areas",),
)
# A sample of all, wherever they are: where the file's places lie is what is asked.
REFERENCE = sql.SQL("""
SELECT ST_AsBinary(geom) FROM feature
WHERE id %% greatest(1, (SELECT max(id) - min(id) FROM feature) / %(most)s) = 0
""")
REFERENCES = tuple(
    Statement(
        REFERENCE,
        reads=(("feature", name),),
        example={"most": SAMPLE},
        whole=(name,),
    )
    for name in ("roads", "buildings")
)
HELD_CODES = sql.SQL("SELECT code FROM feature WHERE code = ANY (%(codes)s)")


def read_scene(reader: Reader, layer: Layer) -> Scene:
    """Return the scene of an import into ``layer``, as far as the reader may see it.

    It asks for codes while the checks go on: the reader must last as long.
    """
    district = read_district(reader)
    codes = Statement(HELD_CODES, reads=(("feature", layer.name),), example={"codes": ["x"]})
    areas = AreaCodes(reader.connection)

    def held_codes(asked: Sequence[str]) -> set[str]:
        return {row[0] for row in reader.rows(codes, {"codes": list(asked)})}

    def area_codes(places: numpy.ndarray) -> list[str | None]:
        return [code or None for code in areas.at(numpy.asarray(shapely.points(places)))]

    return Scene(
        srid=metric_srid(reader),
        district=None if district is None else shapely.from_wkb(district),
        reference=read_reference(reader),
        codes=held_codes,
        area_codes=area_codes,
    )


def read_district(reader: Reader) -> bytes | None:
    """Return the WKB of the district, or of the areas that the reader sees; None without any."""
    found = reader.value(DISTRICT if reader.scope.prefixes is None else SEEN)
    return None if found is None else bytes(found)


def read_reference(reader: Reader) -> numpy.ndarray:
    """Return dense points (n, 2) of roads and buildings in the metric CRS."""
    rows = [row for statement in REFERENCES for row in reader.rows(statement, {"most": SAMPLE})]
    return known_points(shapely.from_wkb([bytes(row[0]) for row in rows]))
