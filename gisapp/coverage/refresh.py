"""Computing anew what is out of date: views first, then the cells that they touch.

Whoever is killed leaves nothing half done: taking up the journal and the views are one transaction,
each batch of cells another; the next one goes on with what is still out of date. An edit that comes
in between leaves its cells out of date, because marks are read before the inputs. Several may do
this at once; then some is done twice.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from gisapp.access.scope import EVERYTHING
from gisapp.coverage import store
from gisapp.coverage.compute import compute_cells, digests
from gisapp.coverage.found_views import find_views, looked_at
from gisapp.coverage.inputs import read_camera_rows, read_cells, read_walls
from gisapp.coverage.sectors import Assumptions
from gisapp.coverage.store import Backlog
from gisapp.database.engine import Database
from gisapp.features.times import LOCAL
from gisapp.settings import CoverageSettings

FORM = "1"  # of what is computed: another number computes everything anew
VIEWS_AT_ONCE = 4000
CELLS_AT_ONCE = 100
MONTH = timedelta(days=30.4375)

LOG = logging.getLogger("gisapp.coverage")
Progress = Callable[[int, int], None]  # done, in all


@dataclass(frozen=True)
class Done:
    """What was computed: views, cells, and how many cells have other figures than before.

    ``failed`` counts cells of which no figures could be found.
    """

    views: int = 0
    cells: int = 0
    changed: int = 0
    failed: int = 0


def assumptions_of(settings: CoverageSettings) -> Assumptions:
    """Return what is taken for granted of cameras, by the settings."""
    return Assumptions(fov=settings.fov, range=settings.range, density=settings.density)


def rules_of(settings: CoverageSettings) -> str:
    """Return a digest of the rules that figures are made by."""
    rules = (FORM, assumptions_of(settings), settings.smallest_gap_m2, settings.incident_months)
    return hashlib.blake2b(repr(rules).encode(), digest_size=16).hexdigest()


def rules_today(settings: CoverageSettings) -> str:
    """Return the rules with the day: incidents grow old and cells come into force by themselves."""
    return f"{rules_of(settings)} {datetime.now(LOCAL).date()}"


def incidents_since(months: int, now: datetime) -> datetime:
    """Return from when on incidents count at ``now``."""
    return now - months * MONTH


def find_backlog(database: Database, settings: CoverageSettings) -> Backlog:
    """Return how much there is to compute anew."""
    with database.write() as connection:
        return store.find_backlog(connection, rules_today(settings))


def refresh(
    database: Database,
    settings: CoverageSettings,
    progress: Progress = lambda done, total: None,
) -> Done:
    """Compute anew what is out of date; ``progress`` may raise to end it."""
    with database.write() as connection:
        stale = store.take_edits(connection, rules_today(settings))
        for first in range(0, len(stale), VIEWS_AT_ONCE):
            progress(first, 2 * len(stale))
            refresh_views(connection, database, settings, stale[first : first + VIEWS_AT_ONCE])
    with database.write() as connection:
        cells = store.stale_cells(connection)
    changed = failed = 0
    for first in range(0, len(cells), CELLS_AT_ONCE):
        progress(len(cells) + first, 2 * len(cells))
        others, without = refresh_cells(database, settings, cells[first : first + CELLS_AT_ONCE])
        changed, failed = changed + others, failed + without
    return Done(len(stale), len(cells), changed, failed)


def refresh_views(
    connection: Any, database: Database, settings: CoverageSettings, stale: Sequence[Any]
) -> None:
    """Find some cameras' views anew; ``stale`` are cameras with their marks."""
    marks = dict(stale)
    assumptions = assumptions_of(settings)
    with database.read(EVERYTHING) as reader:
        ids, versions, cameras = read_camera_rows(reader, list(marks))
        boxes = looked_at(cameras, assumptions)
        walls = read_walls(reader, boxes[np.isfinite(boxes).all(axis=1)])
    if len(ids):
        views = find_views(cameras, walls, assumptions)
        store.save_views(connection, ids, versions, [marks[int(one)] for one in ids], views)


def refresh_cells(
    database: Database, settings: CoverageSettings, stale: Sequence[Any]
) -> tuple[int, int]:
    """Compute some cells anew; return how many have other figures than before, and how many none.

    One without figures is kept as such, so that it is not tried again before something changes.
    """
    marks = dict(stale)
    since = incidents_since(settings.incident_months, datetime.now(UTC))
    with database.read(EVERYTHING) as reader:
        cells = read_cells(reader, list(marks), since)
    figures = compute_cells(cells, settings.smallest_gap_m2)
    known = {one.cell for one in figures}
    found = digests(cells, rules_of(settings))
    kept = {
        # Of one without figures the digest is another, so that figures of the same inputs replace it.
        int(cell): (marks[int(cell)], int(version), digest if cell in known else f"failed {digest}")
        for cell, version, digest in zip(cells.ids, cells.versions, found, strict=True)
    }
    if failed := sorted(set(kept) - known):
        LOG.warning("coverage of cells %s cannot be computed: their edges cannot be cut", failed)
    with database.write() as connection:
        return store.save_cells(connection, kept, figures), len(failed)
