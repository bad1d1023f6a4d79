"""One listener in each server process: hears the database and wakes whoever waits for news."""

from __future__ import annotations

import select
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from threading import Condition, Thread
from typing import Any

import psycopg2

from gisapp.access.scope import Scope
from gisapp.database.pool import UNREACHABLE, UNREACHABLE_HINT
from gisapp.errors import DatabaseUnusable
from gisapp.live.news import News, step_after

LISTEN = "LISTEN gisapp_changes; LISTEN gisapp_access"
STILL_THERE = "SELECT"
PATIENCE = 3.0  # seconds to wait for the listener to be ready
QUIET = 20.0  # seconds without a notice after which the connection is tried
IDLE = 60.0  # seconds without anybody who wants news, after which the listener ends
BACK_OFF = (0.1, 0.3, 1.0, 2.0, 5.0)  # seconds between attempts to connect
EACH = 8  # streams of one account in one process


class Hub:
    """News for the streams and polls of one process. The listener starts when first needed."""

    def __init__(self, connect: Callable[[], Any], places: int) -> None:
        self.connect = connect  # a connection of its own, in autocommit
        self.places = places  # how many streams may be open
        self.open: Counter[int | None] = Counter()  # streams of each account
        self.news = News()
        self.edition = 0  # grows when there may be news
        self.access = 0  # grows when somebody's rights changed
        self.stopped = False
        self.condition = Condition()
        self.thread: Thread | None = None
        self.wanted = 0.0

    def hear(self) -> None:
        """Make sure that changes are heard of. Raises DatabaseUnusable when they cannot be."""
        with self.condition:
            self.wanted = time.monotonic()
            if self.thread is None:
                self.thread = Thread(target=self._run, name="live", daemon=True)
                self.thread.start()
            if not self.condition.wait_for(lambda: self.news.since is not None, PATIENCE):
                raise DatabaseUnusable(UNREACHABLE, UNREACHABLE_HINT)

    def visible(self, scope: Scope, since: float) -> tuple[tuple[str, ...], float]:
        """Return the layers that changed inside ``scope`` after ``since``, and until when."""
        with self.condition:
            return self.news.visible(scope, since), max(since, self.news.told)

    def wait(self, edition: int, until: float) -> int:
        """Wait for news later than ``edition``, at most until a moment; return the edition."""
        with self.condition:
            self.condition.wait_for(
                lambda: self.stopped or self.edition != edition, until - time.monotonic()
            )
            return self.edition

    def enter(self, account: int | None) -> bool:
        """Take a place for a stream; False when there is none. To be left again."""
        with self.condition:
            free = self.open.total() < self.places and self.open[account] < EACH
            if free and not self.stopped:
                self.open[account] += 1
                return True
            return False

    def leave(self, account: int | None) -> None:
        """Give a stream's place back."""
        with self.condition:
            self.open[account] -= 1
            self.open += Counter()  # forgets the zeros
            self.wanted = time.monotonic()

    def stop(self) -> None:
        """End every stream: the process is about to end."""
        with self.condition:
            self.stopped = True
            self.condition.notify_all()

    def _run(self) -> None:
        tried = 0
        while self._goes_on():
            try:
                with closing(self.connect()) as connection:
                    self._begin(connection)
                    tried = 0
                    self._follow(connection)
            except (psycopg2.Error, OSError):
                pass  # the server is away: everything may change until it is heard again
            with self.condition:
                self.news.end()
                self.condition.wait_for(
                    lambda: self.stopped, BACK_OFF[min(tried, len(BACK_OFF) - 1)]
                )
            tried += 1

    def _needed(self) -> bool:
        return not self.stopped and (bool(self.open) or time.monotonic() < self.wanted + IDLE)

    def _goes_on(self) -> bool:
        with self.condition:
            if not self._needed():
                self.thread = None  # under the lock: whoever needs it next starts another
            return self.thread is not None

    def _begin(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(LISTEN)
        with self.condition:
            self.news.begin(time.monotonic())
            self._publish(access=True)

    def _follow(self, connection: Any) -> None:
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        while self._needed():
            if waiting.poll(QUIET * 1000):
                connection.poll()
            else:
                with connection.cursor() as cursor:
                    cursor.execute(STILL_THERE)
            if connection.notifies:
                due = step_after(time.monotonic())
                time.sleep(max(0.0, due - time.monotonic()))
                connection.poll()
                self._take(connection.notifies, due)

    def _take(self, notices: list[Any], moment: float) -> None:
        with self.condition:
            for notice in notices:
                if notice.channel == "gisapp_changes":
                    self.news.note(notice.payload, moment)
            self.news.told = moment
            self._publish(access=any(notice.channel == "gisapp_access" for notice in notices))
        notices.clear()

    def _publish(self, *, access: bool) -> None:
        self.edition += 1
        self.access += access
        self.condition.notify_all()
