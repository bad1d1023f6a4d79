"""Verify the chain of the audit trail and its anchors, every night."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from gisapp.access.audit import Entry, Result, record
from gisapp.access.audit_anchors import missing_anchors, note_head, read_log
from gisapp.access.audit_chain import FAULTS, Verdict, verify
from gisapp.access.audit_check import Check
from gisapp.access.scope import NOTHING
from gisapp.errors import UserError
from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Job
from layers.spec import Text

PART_SECONDS = 2.0  # between two looks at whether the job was cancelled
BROKEN = Text(
    "审计链在第 {broken} 条断开：{fault}。", "The chain breaks at entry {broken}: {fault}."
)
CUT_OFF = Text(
    "{count} 个锚点对应的条目已不在库中：末尾被截掉，或恢复过较早的备份。",
    "The entries of {count} anchors are gone: the end was cut off, or an older backup was restored.",
)
HINT = Text("详见 gisapp audit verify。", "See gisapp audit verify.")


def run(context: JobContext) -> dict[str, int]:
    """Verify all entries that are there at the start, note what was found, and a new anchor."""
    verdict = verify_all(context)
    with context.database.read(NOTHING) as reader:
        missing = missing_anchors(reader.connection, read_log(context.settings.var).anchors)
    found = Check(verdict, len(missing))
    context.once("note", partial(note, context=context, found=found))
    if found.failed:
        raise UserError(said(found), HINT)
    with context.database.read(NOTHING) as reader:
        note_head(context.settings.var, reader.connection)
    return {"entries": verdict.last}


def verify_all(context: JobContext) -> Verdict:
    """Go through the chain part by part; return what was found of the whole."""
    last, end = 0, None
    while True:
        with context.database.read(NOTHING) as reader:
            verdict = verify(reader.connection, last or None, PART_SECONDS)
        end = verdict.end if end is None else end
        last = verdict.last
        context.progress(min(last, end), end)
        if verdict.fault or last >= end:
            return replace(verdict, since=0)


def note(connection: Any, context: JobContext, found: Check) -> None:
    """Make the entry of this verification."""
    result: Result = "failed" if found.failed else "done"
    who = (context.claim.account, context.claim.account_name)
    record(connection, Entry("audit_verified", "audit", result, *who, details=found.details))


def said(found: Check) -> Text:
    """Return what is wrong."""
    verdict = found.verdict
    if verdict.fault is None:
        return CUT_OFF.format(count=found.missing)
    fault, broken = FAULTS[verdict.fault], verdict.broken
    return Text(
        BROKEN.zh.format(broken=broken, fault=fault.zh),
        BROKEN.en.format(broken=broken, fault=fault.en),
    )


JOB = Job(
    name="verify_audit",
    label=Text("核验审计链", "Verify the audit trail"),
    description=Text(
        "重新计算审计链并核对锚点，记下结果和新的锚点。每天一次。",
        "Compute the chain of the audit trail anew, check its anchors and note the result and a new "
        "anchor. Once a day.",
    ),
    run=run,
    schedule="30 18 * * *",  # 02:30 in China
    words={"entries": Text("核验条数", "Entries verified")},
)
