"""The demonstration district in the database: built, loaded and replaced in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas
from psycopg2 import sql

from geodata.demo.district import STAGES, build_district
from gisapp.access.audit import Entry, record
from gisapp.database.changes import Change
from gisapp.database.engine import Database
from gisapp.errors import BadParameter
from gisapp.features.importing import load_frame, register_source
from gisapp.features.staging import metric_srid
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

SOURCE = "demo"
ATTRIBUTION = "演示数据：系统生成，非真实数据 / Demonstration data: generated, not real"
LICENCE = "区划名称与代码 Names and codes: china-division (WTFPL)"
SRID = 4548  # of the frames that the generator makes

Progress = Callable[[int, int, str], None]  # steps done, steps in all, what was done

HAS_ROWS = "SELECT EXISTS (SELECT FROM gisapp.{table})"
CLEAR = "DELETE FROM gisapp.{table} WHERE source = %(source)s"
TAKEN = "SELECT code FROM gisapp.{table} WHERE code = ANY (%(codes)s) ORDER BY code LIMIT 1"
COUNT_ROWS = "ANALYZE gisapp.{table}"


def build_demo(
    database: Database,
    scale: float,
    seed: int,
    progress: Progress | None = None,
    *,
    replace: bool = False,
) -> dict[str, int]:
    """Build the demonstration district and load it; return the rows of each layer.

    All in one transaction, with source ``demo``. A database that has rows is refused, unless
    ``replace``: then the rows of source ``demo`` give way and all others stay. Raises
    BadParameter when refused, SetupNeeded when the list of names is missing.
    """
    steps = len(STAGES) + len(LAYERS)
    done = 0

    def tell(name: str) -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, steps, name)

    with database.write(Change("import", reason=SOURCE)) as connection:
        if not replace:
            require_empty(connection)
        frames = build_district(scale, seed, tell)
        register_source(connection, SOURCE, ATTRIBUTION, LICENCE, generated=True)
        for layer in LAYERS.values():
            run(connection, CLEAR, layer, source=SOURCE)
        srid = metric_srid(connection)
        counts = {}
        for name, frame in frames.items():
            counts[name] = load_layer(connection, LAYERS[name], frame, srid)
            tell(name)
        facts = {"scale": scale, "seed": seed, "rows": sum(counts.values())}
        record(connection, Entry("imported", SOURCE, details=facts))
    return counts


def load_layer(connection: Any, layer: Layer, frame: geopandas.GeoDataFrame, srid: int) -> int:
    """Load one layer's frame; a code that another source uses is refused, not overwritten."""
    found = run(connection, TAKEN, layer, codes=frame["code"].tolist())
    if found:
        raise BadParameter(
            Text(
                "编码 {code} 已被其他来源的数据使用，演示数据没有装入。",
                "Code {code} belongs to data of another source; no demonstration was loaded.",
            ).format(code=found[0][0]),
            Text("把演示数据装入一个空库。", "Load the demonstration into an empty database."),
        )
    if srid != SRID:
        frame = frame.to_crs(srid)
    count = load_frame(connection, layer, frame, source=SOURCE)
    run(connection, COUNT_ROWS, layer)
    return count


def require_empty(connection: Any) -> None:
    """Raise BadParameter when any layer has rows."""
    for layer in LAYERS.values():
        if run(connection, HAS_ROWS, layer)[0][0]:
            raise BadParameter(
                Text(
                    "数据库里已有数据（{zh}），没有装入演示数据。",
                    "The database already has rows ({en}); no demonstration was loaded.",
                ).format(zh=layer.label.zh, en=layer.label.en),
                Text(
                    "只想重建演示数据：gisapp demo --replace（其他来源的数据不动）。",
                    "To rebuild the demonstration: gisapp demo --replace (other data stay).",
                ),
            )


def run(connection: Any, text: str, layer: Layer, **values: object) -> list[tuple[Any, ...]]:
    """Run one of this module's statements for a layer's table; return its rows, if any."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(text).format(table=sql.Identifier(layer.name)), values)
        return list(cursor.fetchall()) if cursor.description else []
