"""Coverage is kept up to date by the worker: a few cells at once, many by one job."""

from __future__ import annotations

from pathlib import Path

import pytest

from gisapp.database.engine import Database
from gisapp.jobs import upkeep as keeping
from gisapp.jobs.catalogue import JOBS
from gisapp.jobs.upkeep import Upkeep
from gisapp.settings import Settings
from tests.coverage.world import SETTINGS, at, put, square, states
from tests.jobs.doing import attempt, do, run

JOB = JOBS["refresh_coverage"]
ASKED = "SELECT id, state FROM gisapp.jobs WHERE name = 'refresh_coverage' ORDER BY id"
TURN = "UPDATE gisapp.cameras SET azimuth = azimuth + 5"


@pytest.fixture
def town(database: Database) -> Database:
    put(database, "grid_cells", "c1", square(0, 0, 100, 100))
    put(database, "cameras", "a", at(50, 30), azimuth=0, horizontal_fov=90, max_view_distance=40)
    return database


def test_edits_when_they_are_many_ask_for_one_job(town: Database, settings: Settings) -> None:
    upkeep = Upkeep(town, SETTINGS, JOB)
    assert upkeep.look()  # nothing was ever computed
    for _ in range(10):
        run(town, TURN)
        assert not upkeep.look()
    ((job, state),) = run(town, ASKED)
    assert state == "waiting"
    assert attempt(town, settings, job)[:2] == (
        "done",
        {"views": 1, "cells": 1, "failed": 0, "changed": 1},
    )
    assert states(town) == {"c1": "fresh"}
    assert not upkeep.look()


def test_edits_when_they_are_few_are_computed_at_once(town: Database, settings: Settings) -> None:
    assert do(town, settings, "refresh_coverage")[0] == "done"
    run(town, TURN)
    assert states(town) == {"c1": "stale"}
    assert Upkeep(town, SETTINGS, JOB).look()
    assert states(town) == {"c1": "fresh"}
    assert len(run(town, ASKED)) == 1


def test_job_when_it_was_cancelled_is_not_asked_for_again_at_once(town: Database) -> None:
    upkeep = Upkeep(town, SETTINGS, JOB)
    upkeep.look()
    run(town, "UPDATE gisapp.jobs SET state = 'cancelled', ended_at = now()")
    assert not upkeep.look()
    run(town, "UPDATE gisapp.jobs SET ended_at = now() - interval '1 hour'")
    assert upkeep.look()


def test_upkeep_when_something_goes_wrong_rests(
    town: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(town, settings, "refresh_coverage")
    run(town, TURN)

    def fail(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(keeping, "refresh", fail)
    upkeep = Upkeep(town, SETTINGS, JOB)
    assert (upkeep.look(), upkeep.look()) == (True, False)
    assert states(town) == {"c1": "stale"}


def test_job_when_everything_is_asked_for_computes_everything(
    town: Database, settings: Settings, tmp_path: Path
) -> None:
    do(town, settings, "refresh_coverage")
    again = do(town, settings, "refresh_coverage")
    assert again[1] == {"views": 0, "cells": 0, "failed": 0, "changed": 0}
    everything = do(town, settings, "refresh_coverage", everything="true")
    assert everything[1] == {"views": 1, "cells": 1, "failed": 0, "changed": 0}
