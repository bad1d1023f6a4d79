"""Files imported right here, as the command does, without its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gisapp.access.caller import SYSTEM
from gisapp.database.engine import Database
from gisapp.imports.doing import Doer, Wishes
from gisapp.imports.local import begin_local, gather
from gisapp.imports.preview import list_findings
from gisapp.imports.records import Import
from gisapp.settings import Settings


@dataclass(frozen=True)
class Outcome:
    """An import as it was checked, what is wrong with its rows, and what was done (None: refused)."""

    held: Import
    findings: list[dict[str, Any]]
    done: dict[str, int] | None

    @property
    def counts(self) -> dict[str, int]:
        return self.held.found["counts"] or {}

    @property
    def mapping(self) -> dict[str, str]:
        found = self.held.found["plan"]["mapping"]
        return {column: field for column, field in found.items() if field}

    def told(self, severity: str = "") -> dict[str, str]:
        """Return what was found, in English, by the name of the check."""
        return {
            one["check"]: one["finding"]["en"]
            for one in self.held.found["discoveries"]
            if severity in ("", one["severity"])
        }


def no_progress(_done: int, _rows: int) -> None:
    """Tell nobody."""


def bring(
    database: Database,
    settings: Settings,
    path: Path,
    layer: str = "",
    *,
    mapping: Mapping[str, str] | None = None,
    apply: bool = True,
    options: Mapping[str, str] | None = None,
    source: str = "",
    **plan: Any,
) -> Outcome:
    """Import a file into a layer by a patch of the plan; with ``apply=False`` only look at it."""
    (paths,) = gather([path])
    about = {"name": source} if source else {}
    doer = Doer(database, SYSTEM, settings.uploads)
    number = begin_local(
        database,
        SYSTEM,
        settings.uploads,
        paths,
        layer=layer,
        source=about,
        options=options or {},
        sender="",
    )
    held = doer.check(number, Wishes(plan, mapping or {}), no_progress).held
    with database.read(SYSTEM.scope) as reader:
        counted = held.found["counts"] is not None
        findings = list_findings(reader, held, 0, 1000, "en") if counted else []
    if not apply:
        doer.forget(number)
        return Outcome(held, findings, None)
    return Outcome(held, findings, None if held.found["refused"] else doer.apply(held))
