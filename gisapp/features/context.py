"""Loading an OpenStreetMap extract: the layers it fills, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from psycopg2 import errors

from geodata.crs import propose_metric_crs, require_fitting, require_metric
from geodata.osm.extract import read_extract
from geodata.osm.frames import extract_frames, place_of
from gisapp.access.audit import Entry, record
from gisapp.database.changes import Change
from gisapp.database.engine import Database
from gisapp.errors import BadFile, DatabaseUnusable
from gisapp.features.importing import register_source, store_checked
from gisapp.features.staging import Stored, metric_srid
from layers.catalogue import LAYERS
from layers.spec import Text

SOURCE = "OpenStreetMap"
ATTRIBUTION = "© OpenStreetMap contributors"
LICENCE = "ODbL 1.0"
USE_METRIC_CRS = "SELECT gisapp.use_metric_crs(%(srid)s)"
LOOKED = Text("已看 {count} 个对象", "{count} objects looked at")
MetricCrs = int | Literal["auto"] | None


@dataclass(frozen=True)
class ContextReport:
    """What an extract brought: rows stored by layer, counts of (layer, reason) left out."""

    srid: int
    stored: dict[str, Stored]
    skipped: Counter[tuple[str, Text]]


def load_context(
    database: Database,
    path: Path,
    metric_crs: MetricCrs = None,
    tell: Callable[[int, int, Text], None] = lambda _done, _steps, _what: None,
) -> ContextReport:
    """Load roads, buildings, water, railways, facilities, cameras and key areas of an extract.

    ``metric_crs``: an EPSG number or ``auto`` sets the metric CRS of an empty database; None
    keeps the one it has. ``tell`` is told steps done, steps in all, and what is done now. Raises
    BadFile, BadCoordinates when the place lies outside the metric
    CRS's area of use, DatabaseUnusable when the CRS cannot change any more.
    """
    extract = read_extract(path, lambda count: tell(0, 1, LOOKED.format(count=f"{count:,}")))
    place = place_of(extract)
    if place is None:
        raise BadFile(
            Text("{name} 里没有可用的要素。", "{name} holds nothing that a layer takes.").format(
                name=path.name
            )
        )
    with database.write(Change("import", reason=path.name)) as connection:
        choose_metric_crs(connection, metric_crs, place)
        srid = metric_srid(connection)
        require_fitting(srid, *place)
        frames, skipped = extract_frames(extract, srid)
        register_source(connection, SOURCE, ATTRIBUTION, LICENCE)
        stored = {}
        for number, (name, frame) in enumerate(frames.items(), 1):
            tell(number, len(frames) + 1, LAYERS[name].label)
            stored[name] = store_checked(connection, LAYERS[name], frame, SOURCE)
        rows = sum(found.inserted + found.updated for found in stored.values())
        facts = {"file": path.name, "source": SOURCE, "rows": rows}
        record(connection, Entry("imported", "context", details=facts))
    return ContextReport(srid, stored, skipped)


def choose_metric_crs(connection: Any, wanted: MetricCrs, place: tuple[float, float]) -> None:
    """Move an empty database to the wanted metric CRS; ``auto`` leaves one with rows alone."""
    if wanted is None:
        return
    srid = propose_metric_crs(*place) if wanted == "auto" else wanted
    require_metric(srid)
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before_crs")
        try:
            cursor.execute(USE_METRIC_CRS, {"srid": srid})
        except errors.ObjectNotInPrerequisiteState as error:
            cursor.execute("ROLLBACK TO before_crs")
            if wanted != "auto":
                raise DatabaseUnusable(
                    Text(
                        "库中已有数据，不能改用 EPSG:{srid}。",
                        "The database has rows; it cannot move to EPSG:{srid}.",
                    ).format(srid=srid),
                    Text("换一个空库。", "Use an empty database."),
                ) from error
