"""What a running job is given: its parameters, its database, progress, effects that happen once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg2.extras import Json

from gisapp.access.caller import Caller
from gisapp.access.scope import Scope
from gisapp.database.changes import Change, ChangeKind
from gisapp.database.engine import Database, Reader
from gisapp.settings import Settings
from layers.spec import Text

# An attempt counts only while the job is in its hands: a worker that was taken for dead may live.
TELL = """
UPDATE gisapp.jobs SET done = %(done)s, total = %(total)s,
    progress_zh = %(zh)s, progress_en = %(en)s
WHERE id = %(job)s AND queued = %(queued)s AND attempts = %(attempt)s AND state = 'running'
RETURNING cancel_asked
"""
# Waits while another attempt is at the same effect, and then finds its note.
NOTE_EFFECT = """
INSERT INTO gisapp.job_effects (job, step) SELECT id, %(step)s FROM gisapp.jobs
WHERE id = %(job)s AND queued = %(queued)s AND attempts = %(attempt)s AND state = 'running'
ON CONFLICT DO NOTHING RETURNING true
"""
FIND_EFFECT = "SELECT outcome FROM gisapp.job_effects WHERE job = %(job)s AND step = %(step)s"
NOTE_OUTCOME = """
UPDATE gisapp.job_effects SET outcome = %(outcome)s WHERE job = %(job)s AND step = %(step)s
"""
KEEP = """
INSERT INTO gisapp.job_documents
    (job, areas, hidden, media_type, file_name, body, stored, expires_at)
VALUES (%(job)s, %(areas)s, %(hidden)s, %(type)s, %(name)s, %(body)s, %(stored)s,
    clock_timestamp() + make_interval(days => %(days)s))
ON CONFLICT (job) DO UPDATE SET areas = excluded.areas, hidden = excluded.hidden,
    body = excluded.body, media_type = excluded.media_type, file_name = excluded.file_name,
    stored = excluded.stored, expires_at = excluded.expires_at
"""
TOLD_SECONDS = 0.3  # progress is written no more often
NOTHING = Text("", "")

Reason = Literal["", "cancelled", "lost", "interrupted"]


class Stopped(Exception):
    """The job ends here: cancelled, in another worker's hands, or its worker is to stop."""


@dataclass
class Signal:
    """Why a running job is to stop; set from another thread, seen at its next step."""

    reason: Reason = ""

    def check(self) -> None:
        """Raise Stopped if the job is to stop."""
        if self.reason:
            raise Stopped(self.reason)

    def stop(self, reason: Reason) -> None:
        """Stop the job from within."""
        self.reason = self.reason or reason
        self.check()


@dataclass(frozen=True)
class Claim:
    """A job in the hands of one worker: ``attempt`` is the how-manieth since it was queued."""

    job: int
    name: str
    parameters: Mapping[str, str]
    account: int | None
    account_name: str
    areas: list[str] | None  # of the asker when asking; None: all
    queued: int
    attempt: int
    cancel_asked: bool

    @property
    def key(self) -> dict[str, object]:
        """What tells this attempt from all others, as SQL parameters."""
        return {"job": self.job, "queued": self.queued, "attempt": self.attempt}


class JobContext:
    """A running job's hands. ``caller`` is whoever asked, with the rights of this moment."""

    def __init__(
        self, claim: Claim, caller: Caller, database: Database, settings: Settings, signal: Signal
    ) -> None:
        """Bind a claim to the database through which it works."""
        self.claim = claim
        self.parameters = claim.parameters
        self.caller = caller
        self.database = database
        self.settings = settings
        self.signal = signal
        self._told = 0.0

    def progress(self, done: int, total: int, text: Text = NOTHING) -> None:
        """Tell how far the job is; a cancelled job ends here, by Stopped."""
        self.signal.check()
        now = time.monotonic()
        if now - self._told < TOLD_SECONDS and done < total:
            return
        self._told = now
        values = {**self.claim.key, "done": done, "total": total, "zh": text.zh, "en": text.en}
        with self.database.write() as connection, connection.cursor() as cursor:
            cursor.execute(TELL, values)
            held = cursor.fetchone()
        if held is None:
            self.signal.stop("lost")
        elif held[0]:
            self.signal.stop("cancelled")

    @contextmanager
    def read(self, moment: datetime | None = None) -> Iterator[Reader]:
        """Lend a reader bound to the areas that the asker sees now, perhaps as of a moment."""
        self.signal.check()
        with self.database.read(self.caller.scope, moment) as reader:
            yield reader

    def change(self, kind: ChangeKind = "job", reason: str = "") -> Change:
        """Return what the history says of rows that this job changes."""
        return Change(kind, self.claim.account, self.claim.account_name, reason or self.claim.name)

    def once(self, step: str, act: Callable[[Any], Any], change: Change | None = None) -> Any:
        """Do ``act(connection)`` in one transaction with the note that ``step`` has happened.

        When it has happened, also in the hands of a worker killed right after its commit, nothing
        is done; the outcome (as JSON holds it) is the one of then. A step that changes rows of
        layers says so by ``change``.
        """
        self.signal.check()
        values = {**self.claim.key, "step": step}
        with self.database.write(change) as connection:
            with connection.cursor() as cursor:
                cursor.execute(NOTE_EFFECT, values)
                if cursor.fetchone() is None:
                    cursor.execute(FIND_EFFECT, values)
                    found = cursor.fetchone()
                    connection.rollback()  # with the change that was begun for nothing
                    if found is None:
                        self.signal.stop("lost")
                    return found[0]
            outcome = act(connection)
            with connection.cursor() as cursor:
                cursor.execute(NOTE_OUTCOME, {**values, "outcome": Json(outcome)})
        return outcome

    def keep_document(self, file_name: str, media_type: str, body: str) -> None:
        """Keep a text to be fetched, for whoever sees all areas for which it was made."""
        with self.database.write() as connection:
            self.note_document(connection, file_name, media_type, body=body)

    def note_document(
        self,
        connection: Any,
        file_name: str,
        media_type: str,
        *,
        body: str | None = None,
        stored: str | None = None,
    ) -> None:
        """Note a document in the caller's transaction: a text, or a file of the exports' folder."""
        values = {
            "job": self.claim.job,
            "areas": listed(self.caller.scope),
            "hidden": list(self.caller.scope.hidden),
            "type": media_type,
            "name": file_name,
            "body": body,
            "stored": stored,
            "days": self.settings.exports.days if stored else None,
        }
        with connection.cursor() as cursor:
            cursor.execute(KEEP, values)


def listed(scope: Scope) -> list[str] | None:
    """Return the areas of a scope as the database keeps them: None for all."""
    return None if scope.prefixes is None else list(scope.prefixes)
