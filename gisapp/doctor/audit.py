"""Checks of the audit trail."""

from __future__ import annotations

from collections.abc import Iterator

from gisapp.access.audit_anchors import LOG, MISSING, MISSING_HINT, missing_anchors, read_log
from gisapp.access.audit_chain import FAULTS, head, verify
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.doctor.check import Finding, check
from gisapp.settings import Settings
from layers.spec import Text

LATEST = 10_000  # entries; gisapp audit verify looks at all
GUARDS = Statement(
    """
SELECT tgrelid::regclass::text || '.' || tgname FROM pg_trigger
WHERE tgrelid IN ('gisapp.audit'::regclass, 'gisapp.audit_head'::regclass) AND tgenabled = 'A'
"""
)
NEEDED_GUARDS = {
    "gisapp.audit.chain",
    "gisapp.audit.refuse",
    "gisapp.audit_head.refuse",
    "gisapp.audit_head.refuse_moving",
}


@check(
    "审计链完好",
    Text(
        "运行 gisapp audit verify；保留现状，查找是谁改了数据库。",
        "Run gisapp audit verify; leave everything as it is and find out who changed the database.",
    ),
)
def audit_chain(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """The latest 10,000 entries of the audit trail are as they were written, and guarded."""
    for guard in sorted(NEEDED_GUARDS - {name for (name,) in reader.rows(GUARDS)}):
        yield Finding(
            Text("触发器 {name} 不在工作。", "The trigger {name} is not at work.").format(
                name=guard
            )
        )
    verdict = verify(reader.connection, max(0, head(reader.connection).id - LATEST))
    if verdict.fault:
        fault = FAULTS[verdict.fault]
        yield Finding(
            Text(
                f"审计记录在第 {verdict.broken} 条断开：{fault.zh}。",
                f"The audit trail breaks at entry {verdict.broken}: {fault.en}.",
            )
        )


@check("审计锚点都在", MISSING_HINT)
def audit_anchors(reader: Reader, settings: Settings) -> Iterator[Finding]:
    """The ends of the audit trail that were noted at every start are still there."""
    log = read_log(settings.var)
    for anchor in missing_anchors(reader.connection, log.anchors):
        yield Finding(MISSING.format(anchor=anchor))
    if log.unreadable:
        yield Finding(
            Text("{log} 有 {count} 行无法读取。", "{count} lines of {log} cannot be read.").format(
                log=LOG, count=log.unreadable
            ),
            "warning",
        )
