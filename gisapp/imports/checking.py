"""The check of an import: one pass that examines its rows and stages them, then the counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psycopg2.extras import Json

from geodata.checks.examine import Examination
from geodata.discoveries import Discovery
from geodata.errors import UserError
from geodata.plan import ImportPlan
from geodata.preparing import PreparedChunk, prepare, to_chunk
from gisapp.access.caller import Caller
from gisapp.access.scope import Scope
from gisapp.database.room import keeping_room
from gisapp.errors import Conflict
from gisapp.features.staged import Counts, Staged
from gisapp.imports.changes import SUPERSEDED, hold
from gisapp.imports.proposing import Proposal
from gisapp.imports.records import Import, key_of
from gisapp.imports.staging import Progress, stage
from gisapp.imports.telling import tell_candidates, tell_columns, tell_rejected
from layers.spec import Text

# What was found takes the place of what a former round found, whose tables go.
NOTE = """
UPDATE gisapp.imports SET state = 'checked', checked = round, outcome = %(outcome)s,
    areas = %(areas)s, hidden = %(hidden)s, stale = false,
    areas_revision = (SELECT revision FROM gisapp.layer_revisions WHERE layer = 'areas')
WHERE id = %(import)s
"""
FORMER = """
SELECT format('DROP TABLE gisapp_imports.%%I', relname) FROM pg_class
WHERE relnamespace = 'gisapp_imports'::regnamespace AND relkind = 'r'
    AND relname ~ ('_' || %(import)s || '_[0-9]+$') AND relname !~ ('_' || %(key)s || '$')
"""
BEFORE, BACK = "SAVEPOINT staging", "ROLLBACK TO staging"

Found = tuple[list[Discovery], Staged | None, Counts | None]


def check_round(
    connection: Any, caller: Caller, held: Import, proposal: Proposal, progress: Progress
) -> dict[str, Any]:
    """Check and stage the rows of an import's round and note what was found.

    In the caller's transaction; what keeps the rows from being prepared is told as a refusal.
    ``progress`` is told how many rows are done. Raises Conflict when another round was begun
    meanwhile, NotFound when the import was deleted, StorageFull, and what ``progress`` raises.
    """
    key = key_of(held.id, held.round)
    with keeping_room(connection):
        found, staged, counts = take_rows(connection, caller.scope, proposal, key, progress)
    refused = counts is None or any(one.severity == "refusal" for one in found)
    personal = personal_columns(found)
    outcome = {
        **proposal.facts(),
        **shown(connection, held, proposal, staged, personal),
        "discoveries": [one.to_json() for one in found],
        "personal": personal,
        "refused": refused,
        "names": list(staged.names) if staged else [],
        "counts": vars(counts) if counts else None,
    }
    if hold(connection, caller, held.id).round != held.round:
        raise Conflict(SUPERSEDED)
    note(connection, held.id, key, outcome, caller.scope)
    return {"import": held.id, "refused": refused, **(vars(counts) if counts else {})}


def shown(
    connection: Any,
    held: Import,
    proposal: Proposal,
    staged: Staged | None,
    personal: Sequence[str],
) -> dict[str, Any]:
    """Return what the import's page shows besides: columns, CRSs to choose from, rejected rows."""
    intake, plan = proposal.intake, proposal.plan
    by = "chosen" if held.plan is not None else "profile" if proposal.profile else "content"
    found = {
        "columns": tell_columns(intake, plan, personal, held.found, by),
        "candidates": tell_candidates(intake, plan, proposal.scene),
    }
    if staged is None:
        return found
    with connection.cursor() as cursor:
        return {**found, "rejected": tell_rejected(cursor, staged, intake, personal)}


def take_rows(
    connection: Any, scope: Scope, proposal: Proposal, key: str, progress: Progress
) -> Found:
    """Examine and stage rows in one pass; return what was found and, if they could be, the counts.

    A second pass is made only when a column that fills a field turned out to hold persons.
    """
    examination = Examination(proposal.intake, proposal.plan, proposal.layer, proposal.scene)
    with connection.cursor() as cursor:
        cursor.execute(BEFORE)
    chunks, staged, counts = looked_at(examination, progress), None, None
    if examination.processor.faults:
        deque(chunks, maxlen=0)
    else:
        staged, counts = stage(connection, proposal.layer, chunks, scope, key)
    found = examination.tell()
    plan = without(proposal.plan, personal_columns(found))
    if counts and plan is proposal.plan:
        return found, staged, counts
    return stage_anew(connection, scope, proposal, plan, key, found, progress)


def looked_at(examination: Examination, progress: Progress) -> Iterator[PreparedChunk]:
    """Yield the chunks of a table as they are staged, once all checks have seen them."""
    done = 0
    for part in examination.parts():
        done += len(part.chunk.rows)
        progress(done)
        yield to_chunk(part)


def stage_anew(
    connection: Any,
    scope: Scope,
    proposal: Proposal,
    plan: ImportPlan,
    key: str,
    found: list[Discovery],
    progress: Progress,
) -> Found:
    """Stage rows by another plan than was examined; what forbids it is a refusal of its own.

    What was staged before, perhaps with persons in it, is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(BACK)
        try:
            chunks = prepare(proposal.intake, plan, proposal.layer, proposal.scene)
            return found, *stage(connection, proposal.layer, chunks, scope, key, progress)
        except UserError as error:
            cursor.execute(BACK)
            known = any(one.severity == "refusal" for one in found)
            return [*found, *([] if known else [not_prepared(error)])], None, None


def personal_columns(discoveries: Sequence[Discovery]) -> list[str]:
    """Return the columns that must not be shown, staged or given back."""
    return sorted({one.subject for one in discoveries if one.check == "personal"})


def without(plan: ImportPlan, columns: Sequence[str]) -> ImportPlan:
    """Return a plan that leaves columns out; the same when it does so already."""
    mapping = {name: "" for name in columns if plan.mapping.get(name)}
    return plan.patched({"mapping": mapping}) if mapping else plan


def not_prepared(error: UserError) -> Discovery:
    """Return what is told when the rows cannot be prepared as the plan says."""
    return Discovery("prepare", "refusal", error.message, hint=error.hint or Text("", ""))


def note(connection: Any, number: int, key: str, outcome: Mapping[str, Any], scope: Scope) -> None:
    """Note what a check found, and drop the tables of former rounds."""
    values = {
        "import": number,
        "outcome": Json(outcome),
        "areas": None if scope.prefixes is None else list(scope.prefixes),
        "hidden": list(scope.hidden),
        "key": key,
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE, values)
        cursor.execute(FORMER, {"import": str(number), "key": key})
        for (drop,) in cursor.fetchall():
            cursor.execute(drop)
