"""Each kind of job does what it says, once, with the rights that its asker has."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gisapp.access.accounts import account_numbered, change_account, remove_account
from gisapp.access.audit import Entry
from gisapp.access.audit_anchors import read_log
from gisapp.access.caller import SYSTEM, Caller
from gisapp.access.scope import EVERYTHING, Scope, includes
from gisapp.database.engine import Database
from gisapp.errors import BadParameter, Forbidden, NotFound
from gisapp.jobs.catalogue import JOBS, job_named
from gisapp.jobs.read import read_document, read_job, read_jobs
from gisapp.settings import HistorySettings, Settings
from layers.spec import ROLES, Text
from tests.access.trail import add, unguarded
from tests.accounts import make_account
from tests.jobs.doing import ask, attempt, do, run
from tests.letter_grid import draw
from tests.queries.loading import load, near, place, village

GRID = draw(
    """
    A  A  B  B
    A  Ac B  Bd
    """
)
HERE, THERE = "445103100201", "445103101201"
AGAIN = "UPDATE gisapp.jobs SET state = 'running' WHERE id = %s"


@pytest.fixture
def towns(database: Database) -> Database:
    """Two villages of two towns with a camera each."""
    load(database, "areas", village(GRID, "A", HERE), village(GRID, "B", THERE))
    load(database, "cameras", place(GRID, "c"), place(GRID, "d"))
    return database


def planner(database: Database, *areas: str) -> Caller:
    number, name = make_account(database, "planner", areas)
    return Caller(number, name, "planner", Scope(areas))


def change(database: Database, account: int | None, role: str, areas: tuple[str, ...]) -> None:
    assert account is not None
    with database.write() as connection:
        change_account(connection, account_numbered(connection, account), role, areas)


def within(**more: str) -> dict[str, str]:
    return {
        "query": "within",
        "layer": "cameras",
        "distance": "5000",
        "near": near(GRID, "c"),
        **more,
    }


def test_jobs_when_declared_say_everything_in_both_languages() -> None:
    assert len(JOBS) >= 4
    for job in JOBS.values():
        texts = (job.label, job.description, *(item.label for item in job.parameters))
        assert all(isinstance(text, Text) and text.zh and text.en for text in texts)
        assert set(job.roles) <= set(ROLES)
        if job.schedule:
            job.require_good({})  # the schedule gives none
    with pytest.raises(NotFound):
        job_named("nonsense")


def test_clusters_when_counted_anew_are_right(towns: Database, settings: Settings) -> None:
    held = "SELECT layer, zoom, cell_x, cell_y, count FROM gisapp.clusters ORDER BY 1, 2, 3, 4"
    right = run(towns, held)
    run(towns, "UPDATE gisapp.clusters SET count = 99")
    assert run(towns, held) != right
    assert do(towns, settings, "count_clusters_anew", layer="cameras")[:2] == (
        "done",
        {"layer": "cameras"},
    )
    assert run(towns, held) == right


def test_area_codes_when_found_anew_follow_the_areas(towns: Database, settings: Settings) -> None:
    run(towns, "UPDATE gisapp.cameras SET area_code = '999999999999' WHERE code = 'c'")
    job = ask(towns, "find_area_codes_anew")
    state, result, _ = attempt(towns, settings, job)
    assert (state, result["cameras"], result["parcels"]) == ("done", 1, 0)
    assert run(towns, "SELECT area_code FROM gisapp.cameras ORDER BY code") == [(HERE,), (THERE,)]
    assert run(towns, "SELECT kind, name, reason FROM gisapp.changes ORDER BY id DESC LIMIT 1")
    run(towns, AGAIN, job)
    assert attempt(towns, settings, job)[1]["cameras"] == 1  # as then: nothing is done again


def test_query_when_run_shows_the_areas_of_its_asker(towns: Database, settings: Settings) -> None:
    asks = planner(towns, "445103100")
    job = ask(towns, "run_query", asks, **within())
    state, result, _ = attempt(towns, settings, job)
    assert (state, result) == ("done", {"query": "within", "matched": 1, "returned": 1})
    with towns.read(asks.scope) as reader:
        document = read_document(reader, asks, job)
        assert document.file_name == "within.geojson"
        codes = [row["properties"]["code"] for row in json.loads(document.body)["features"]]
        assert codes == ["c"]
        with pytest.raises(NotFound):
            read_document(reader, planner(towns, "445103100"), job)  # somebody else's
        with pytest.raises(Forbidden):
            read_document(reader, replace(asks, scope=Scope(("445103101",))), job)
        assert read_document(reader, SYSTEM, job)


def test_query_when_rights_changed_meanwhile_has_those_of_its_start(
    towns: Database, settings: Settings
) -> None:
    asks = planner(towns, "445103100", "445103101")
    job = ask(towns, "run_query", asks, **within())
    change(towns, asks.account, "planner", ("445103101",))
    assert attempt(towns, settings, job)[1]["matched"] == 1
    by_token = ask(towns, "run_query", replace(asks, scope=Scope(("445103100",))), **within())
    change(towns, asks.account, "planner", ("445103",))
    assert attempt(towns, settings, by_token)[1]["matched"] == 1  # no more than the token saw
    nothing = ask(towns, "run_query", replace(asks, scope=Scope(())), **within())
    assert attempt(towns, settings, nothing)[1]["matched"] == 0


def test_job_when_its_account_was_removed_is_refused(towns: Database, settings: Settings) -> None:
    asks = planner(towns, "445103100")
    job = ask(towns, "run_query", asks, **within())
    with towns.write() as connection:
        remove_account(connection, account_numbered(connection, asks.account or 0))
    state, _, error = attempt(towns, settings, job)
    assert (state, error) == ("failed", "The account that asked for the job is gone.")


def test_job_when_the_role_was_taken_away_is_refused(towns: Database, settings: Settings) -> None:
    make_account(towns)  # somebody has to be left
    number, name = make_account(towns)
    asks = Caller(number, name, "administrator", EVERYTHING)
    job = ask(towns, "count_clusters_anew", asks, layer="cameras")
    change(towns, number, "viewer", ("445103",))
    state, _, error = attempt(towns, settings, job)
    assert state == "failed"
    assert "You may not start" in error


def test_job_when_asked_for_badly_is_refused(towns: Database) -> None:
    asks = planner(towns, "445103100")
    with pytest.raises(Forbidden):
        ask(towns, "count_clusters_anew", asks, layer="cameras")
    with pytest.raises(Forbidden):
        ask(towns, "run_query", replace(asks, read_only=True), **within())
    for given in (within(distance="far"), within(colour="red")):
        with pytest.raises(BadParameter):
            ask(towns, "run_query", asks, **given)
    with pytest.raises(NotFound):
        ask(towns, "run_query", asks, **within(query="nonsense"))
    with pytest.raises(BadParameter):
        ask(towns, "count_clusters_anew", layer="parcels")
    assert run(towns, "SELECT FROM gisapp.jobs") == []


@pytest.mark.parametrize(
    ("scope", "shown", "may"),
    [
        (EVERYTHING, EVERYTHING, True),
        (EVERYTHING, Scope(("44",)), True),
        (Scope(("44",)), EVERYTHING, False),
        (Scope(("44",)), Scope(("4451", "4452")), True),
        (Scope(("4451",)), Scope(("4451", "4452")), False),
        (Scope(("4451",)), Scope(("44",)), False),
        (Scope(()), Scope(("44",)), False),
        (Scope(None, ("cameras",)), EVERYTHING, False),
        (EVERYTHING, Scope(None, ("cameras",)), True),
    ],
)
def test_document_when_shown_is_inside_what_is_seen(scope: Scope, shown: Scope, may: bool) -> None:
    assert includes(scope, shown) is may


def test_audit_when_verified_notes_the_result_and_an_anchor(
    database: Database, settings: Settings
) -> None:
    settings.var.mkdir()
    add(database, *[Entry("sign_in")] * 3)
    assert do(database, settings, "verify_audit")[:2] == ("done", {"entries": 3})
    assert read_log(settings.var).anchors[-1].id == 4  # the entry of the verification itself
    assert do(database, settings, "verify_audit")[:2] == ("done", {"entries": 4})
    unguarded(database, "UPDATE gisapp.audit SET name = 'nobody' WHERE id = 2")
    state, _, error = do(database, settings, "verify_audit")
    assert state == "failed"
    assert "The chain breaks at entry 2" in error
    noted = "SELECT result FROM gisapp.audit WHERE action = 'audit_verified' ORDER BY id"
    assert run(database, noted) == [("done",), ("done",), ("failed",)]


def test_audit_when_its_end_was_cut_off_is_found(database: Database, settings: Settings) -> None:
    settings.var.mkdir()
    add(database, *[Entry("sign_in")] * 3)
    do(database, settings, "verify_audit")
    unguarded(
        database,
        "DELETE FROM gisapp.audit WHERE id = 4",
        "UPDATE gisapp.audit_head AS head SET id = 3, hash = entry.hash, at = entry.at"
        " FROM gisapp.audit AS entry WHERE entry.id = 3",
    )
    assert "The entries of 1 anchors are gone" in do(database, settings, "verify_audit")[2]


def test_history_when_purged_drops_what_is_too_old(towns: Database, settings: Settings) -> None:
    run(towns, "DELETE FROM gisapp.cameras")
    old = "UPDATE gisapp_history.cameras SET period = tstzrange('2001-01-01', '2001-01-02')"
    run(towns, f"{old} WHERE code = 'c'")
    assert do(towns, settings, "purge_history")[:2] == ("done", {"dropped": 0})  # for ever
    short = replace(settings, history=HistorySettings(6))
    assert do(towns, short, "purge_history")[:2] == ("done", {"dropped": 1})
    assert run(towns, "SELECT code FROM gisapp_history.cameras") == [("d",)]


def test_jobs_when_ended_long_ago_are_forgotten(towns: Database, settings: Settings) -> None:
    old, young = (ask(towns, "count_clusters_anew", layer="cameras") for _ in range(2))
    waiting = ask(towns, "count_clusters_anew", layer="cameras")
    run(towns, "UPDATE gisapp.jobs SET state = 'done', ended_at = now() WHERE id = %s", young)
    ago = "UPDATE gisapp.jobs SET state = 'done', ended_at = now() - interval '13 months'"
    run(towns, ago + " WHERE id = %s", old)
    assert do(towns, settings, "forget_jobs")[:2] == ("done", {"dropped": 1})
    assert {row[0] for row in run(towns, "SELECT id FROM gisapp.jobs")} >= {young, waiting}
    assert run(towns, "SELECT FROM gisapp.jobs WHERE id = %s", old) == []


def test_result_when_the_asker_lost_an_area_is_no_longer_shown(
    towns: Database, settings: Settings
) -> None:
    caller = planner(towns, "445103100", "445103101")
    job = ask(towns, "run_query", caller, **within())
    assert attempt(towns, settings, job)[0] == "done"

    def seen(*areas: str) -> object:
        with towns.read(EVERYTHING) as reader:
            now = replace(caller, scope=Scope(areas))
            (listed,) = read_jobs(reader, now)
            assert listed == read_job(reader, now, job)
        return listed.result

    assert seen("445103100", "445103101") == {"query": "within", "matched": 2, "returned": 2}
    assert seen("445103") is not None
    assert seen("445103100") is None
