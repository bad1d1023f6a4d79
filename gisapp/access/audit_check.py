"""The last verification of the audit trail, kept as an entry of the trail itself."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gisapp.access.audit_anchors import missing_anchors, read_log
from gisapp.access.audit_chain import Verdict, verify
from gisapp.access.audit_filters import Filters
from gisapp.access.audit_trail import read_entries


@dataclass(frozen=True)
class Check:
    """A verification: what was found of the chain and how many noted anchors are missing."""

    verdict: Verdict
    missing: int = 0
    at: datetime | None = None  # when its entry was made

    @property
    def failed(self) -> bool:
        """Tell whether something is wrong."""
        return self.verdict.fault is not None or self.missing > 0

    @property
    def details(self) -> dict[str, Any]:
        """The details of its entry."""
        return {**asdict(self.verdict), "missing_anchors": self.missing}


def last_check(connection: Any) -> Check | None:
    """Return the last verification that the trail tells of."""
    for entry in read_entries(connection, Filters(action="audit_verified"), most=1):
        told = json.loads(entry.details)
        missing = told.pop("missing_anchors")
        return Check(Verdict(**told), missing, entry.at)
    return None


def check_trail(connection: Any, var: Path, seconds: float) -> Check:
    """Verify chain and anchors for at most about ``seconds``, going on where time ran out last."""
    last = last_check(connection)
    unfinished = last is not None and not last.failed and not last.verdict.whole
    since = last.verdict.last if last and unfinished else None
    missing = missing_anchors(connection, read_log(var).anchors)
    return Check(verify(connection, since, seconds), len(missing))
