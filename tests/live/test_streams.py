"""Streams of a real server: who hears of what, how soon, and until when."""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import time
from contextlib import ExitStack, closing

import pytest

from gisapp.access.accounts import account_numbered, change_account
from tests.live.conftest import A, B, Ear, Site, running
from tests.start.running import until

V, W = f"{A}201", f"{B}201"
# All that a stream of somebody for whom nothing changed may say.
QUIET = re.compile(rb"retry: 2000\n\n(event: beat\ndata: 1\n\n)*")


def body(ear: Ear) -> bytes:
    """Return what came after the headers, without the lengths of the chunks."""
    chunks = ear.raw.partition(b"\r\n\r\n")[2]
    return re.sub(rb"(\r\n)?[0-9A-Fa-f]+\r\n", b"", chunks).removesuffix(b"\r\n")


def status(site: Site, headers: dict[str, str]) -> int:
    """Open a stream and hang up; return its status."""
    with closing(Ear(site.address, headers)) as ear:
        return ear.status


@pytest.fixture(autouse=True)
def awake(site: Site) -> None:
    """Make both workers listen, and long enough that a fresh stream has missed nothing."""
    for _ in range(12):
        site.ask("/live/state", site.reader)
    time.sleep(0.6)


def test_change_when_committed_reaches_its_area_and_nobody_else(site: Site) -> None:
    tokens = [site.token(A), site.token(V), site.token(), site.token(B), site.token("445104")]
    with ExitStack() as stack:
        # More than one each, so that both workers have some.
        ears = [
            [stack.enter_context(closing(Ear(site.address, t))) for _ in range(4)] for t in tokens
        ]
        site.add("one", V)
        assert all(ear.hears() for group in ears[:3] for ear in group)
        site.change("UPDATE gisapp.cameras SET name = 'two' WHERE code = 'one'")
        assert all(ear.hears(more_than=1) for group in ears[:3] for ear in group)
        site.change("DELETE FROM gisapp.cameras WHERE code = 'one'")
        assert all(ear.hears(more_than=2) for group in ears[:3] for ear in group)
        for ear in ears[3] + ears[4]:
            assert QUIET.fullmatch(body(ear)), ear.raw


def test_change_when_a_row_moves_reaches_both_areas(site: Site) -> None:
    site.add("moving", V)
    with (
        closing(Ear(site.address, site.token(A))) as one,
        closing(Ear(site.address, site.token(B))) as two,
    ):
        site.change("UPDATE gisapp.cameras SET area_code = %(to)s WHERE code = 'moving'", to=W)
        assert one.hears()
        assert two.hears()


def test_change_when_of_a_context_layer_reaches_everybody(site: Site) -> None:
    with closing(Ear(site.address, site.token(A))) as ear:
        site.change(
            "INSERT INTO gisapp.key_areas (code, geom, name, kind) VALUES ('k', ST_Multi("
            "ST_MakeEnvelope(460000, 2600000, 460100, 2600100, 4548)), 'k', 'other')"
        )
        assert ear.hears("key_areas")


def test_changes_when_many_at_once_are_few_events(site: Site) -> None:
    with closing(Ear(site.address, site.token(A))) as ear:
        for number in range(100):
            site.add(f"many-{number}", V)
        assert ear.hears()
        time.sleep(0.5)
        assert ear.changes() < 20


def test_news_when_missed_for_a_while_are_told_at_once(site: Site) -> None:
    token, other = site.token(A), site.token(B)

    def state(headers: dict[str, str], age: int) -> object:
        return json.loads(site.ask(f"/live/state?age={age}", headers)[1])

    time.sleep(5)
    site.add("missed", V)
    time.sleep(0.5)
    assert [state(token, 4) for _ in range(6)] == [{"layers": ["cameras"]}] * 6
    assert [state(other, 4) for _ in range(6)] == [{"layers": []}] * 6
    with closing(Ear(site.address, token, "/live?age=4")) as ear:
        assert ear.hears()
    with closing(Ear(site.address, other, "/live?age=4")) as ear:
        time.sleep(0.2)
        assert QUIET.fullmatch(body(ear)), ear.raw
    time.sleep(1.5)
    assert [state(token, 0) for _ in range(6)] == [{"layers": []}] * 6


@pytest.mark.parametrize("age", ["-1", "nan", "x", "", "1e999x"])
def test_age_when_no_time_is_refused(site: Site, age: str) -> None:
    token = site.token(A)
    assert site.ask(f"/live/state?age={age}", token)[0] == 400
    assert site.ask(f"/live?age={age}", token)[0] == 400


def test_stream_when_nobody_is_signed_in_is_refused(site: Site) -> None:
    assert site.ask("/live", {})[0] == 401
    assert site.ask("/live/state", {})[0] == 401


def test_stream_when_its_session_ends_ends(site: Site) -> None:
    number, headers = site.session([A])
    with closing(Ear(site.address, headers)) as ear:
        site.change("DELETE FROM gisapp.sessions WHERE account = %(n)s", n=number)
        until(lambda: ear.ended)
        site.add("after-the-end", V)
        time.sleep(0.7)
        assert QUIET.fullmatch(body(ear)), ear.raw


def test_stream_when_its_account_is_narrowed_tells_of_what_is_left(site: Site) -> None:
    number, headers = site.session([A, B])
    with closing(Ear(site.address, headers)) as ear:
        site.add("before", W)
        assert ear.hears()
        with site.database.write() as connection:
            account = account_numbered(connection, number)
            change_account(connection, account, "viewer", [A])
        until(lambda: ear.changes("visits"))  # everything may look different now
        heard = ear.changes()
        site.add("lost", W)
        time.sleep(0.8)
        assert ear.changes() == heard
        site.add("kept", V)
        assert ear.hears(more_than=heard)


def test_session_when_only_a_map_is_open_is_not_in_use(site: Site) -> None:
    number, headers = site.session([A])
    seen = "UPDATE gisapp.sessions SET seen_at = now() - interval '59 minutes 55 seconds' WHERE account = %(n)s"
    site.change(seen, n=number)
    with closing(Ear(site.address, headers)) as ear:
        assert site.ask("/live/state", headers)[0] == 200
        until(lambda: ear.ended)  # with its first beat at the latest
    assert site.ask("/live/state", headers)[0] == 401


def test_pages_when_sixty_streams_are_open_answer_as_fast(site: Site) -> None:
    token = site.token(A)

    def milliseconds() -> float:
        taken = []
        for _ in range(40):
            started = time.perf_counter()
            assert site.ask("/api/collections", token)[0] == 200
            taken.append((time.perf_counter() - started) * 1000)
        return statistics.median(taken)

    alone = milliseconds()
    with ExitStack() as stack:
        ears = [stack.enter_context(closing(Ear(site.address, site.token(A)))) for _ in range(60)]
        assert {ear.status for ear in ears} == {200}
        assert milliseconds() < 3 * alone + 300  # a stream that held a thread would cost seconds
        site.add("sixty", V)
        assert all(ear.hears() for ear in ears)


def test_streams_when_one_account_opens_too_many_are_refused(site: Site) -> None:
    token = site.token(A)
    with ExitStack() as stack:
        ears = [stack.enter_context(closing(Ear(site.address, token))) for _ in range(20)]
        assert {ear.status for ear in ears} == {200, 204}
        assert sum(ear.status == 200 for ear in ears) <= 16
        with closing(Ear(site.address, site.token(A))) as other:
            assert other.status == 200
        assert site.ask("/live/state", token)[0] == 200


def test_streams_when_there_is_no_place_leave_asking(site: Site) -> None:
    with running(GISAPP_STREAMS="1", GISAPP_WORKERS="1") as small:
        token = small.token(A)
        with (
            closing(Ear(small.address, small.token(A))) as ear,
            closing(Ear(small.address, token)) as late,
        ):
            assert (ear.status, late.status) == (200, 204)
            assert b"retry-after: 20" in late.raw.lower()
            time.sleep(5.2)  # since when it listens is longer ago than is asked for
            small.add("asked", V)
            heard = {"layers": ["cameras"]}
            until(lambda: json.loads(small.ask("/live/state?age=5", token)[1]) == heard)
        # Its place is free again, at the latest with the next beat.
        until(lambda: status(small, token) == 200)


def test_stream_when_the_database_restarts_tells_that_all_may_have_changed(site: Site) -> None:
    with closing(Ear(site.address, site.token(A))) as ear:
        os.kill(site.run.postmaster, signal.SIGINT)
        until(lambda: ear.changes("visits") or ear.ended)
        if not ear.ended:
            heard = ear.changes()
            until(lambda: site.ask("/health", {})[0] == 200)
            site.add("restarted", V)
            assert ear.hears(more_than=heard)
    until(lambda: site.ask("/health", {})[0] == 200)
    with closing(Ear(site.address, site.token(A))) as ear:
        site.add("restarted-2", V)
        assert ear.hears()


def test_server_when_stopped_does_not_wait_for_streams() -> None:
    with running() as stopping:
        with closing(Ear(stopping.address, stopping.token(A))) as ear:
            started = time.monotonic()
            assert stopping.run.signal(signal.SIGTERM) == 0
            assert time.monotonic() - started < 8  # a stream that held it would take 10 s
            until(lambda: ear.ended)
        assert "Traceback" not in stopping.run.said
