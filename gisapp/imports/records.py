"""Imports as the database keeps them: who sees which, how one stands, one change after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from gisapp.access.caller import Caller
from gisapp.access.scope import Scope, includes
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.errors import NotFound
from gisapp.features.staged import Staged
from gisapp.imports.rights import sees_others
from layers.catalogue import LAYERS
from layers.spec import Text

PAGE, MOST = 50, 200
LAST = 10**15  # a number no import ever has
State = Literal[
    "checking", "failed", "refused", "stale", "checked", "applying", "applied", "undoing", "undone"
]
STATES: Mapping[State, Text] = {
    "checking": Text("正在检查", "Being checked"),
    "failed": Text("检查没有完成", "Not checked"),
    "refused": Text("需要处理后才能导入", "Needs a decision"),
    "stale": Text("数据已变，须重新检查", "Out of date: check again"),
    "checked": Text("检查完毕，可以导入", "Ready to be applied"),
    "applying": Text("正在导入", "Being applied"),
    "applied": Text("已导入", "Applied"),
    "undoing": Text("正在撤销", "Being undone"),
    "undone": Text("已撤销", "Undone"),
}
OPEN = ("waiting", "running")
COLUMNS = """
SELECT imports.id, imports.account, imports.account_name, made_at, expires_at, files, options,
    sender, source, layer, chosen, plan, round, imports.state, job, checked, outcome,
    imports.areas, hidden, areas_revision, stale, change_id, coalesce(jobs.state, ''),
    coalesce(jobs.error_zh, ''), coalesce(jobs.error_en, ''), coalesce(jobs.log_id, ''),
    (SELECT max(id) FROM gisapp.changes WHERE undoes = change_id)
FROM gisapp.imports LEFT JOIN gisapp.jobs ON jobs.id = imports.job
WHERE (%(all)s OR imports.account = %(account)s OR (%(keeps)s AND imports.account IS NULL))
"""
LIST = Statement(
    COLUMNS + "AND imports.id < %(before)s ORDER BY imports.id DESC LIMIT %(limit)s",
    example={"all": False, "keeps": False, "account": 1, "before": 100, "limit": 20},
)
ONE = Statement(
    COLUMNS + "AND imports.id = %(import)s",
    example={"all": False, "keeps": False, "account": 1, "import": 1},
)
NOT_CHECKED = NotFound(
    Text("还没有检查出结果。", "There is no result of a check."),
)
UNKNOWN = NotFound(Text("没有这次导入。", "There is no such import."))


@dataclass(frozen=True)
class Import:
    """One import as it stands; ``begun`` is what was begun last, ``state`` what has become of it."""

    id: int
    account: int | None
    account_name: str
    made_at: datetime
    expires_at: datetime
    files: list[dict[str, Any]]
    options: Mapping[str, Any]
    sender: str
    source: Mapping[str, str]
    layer: str
    chosen: str
    plan: dict[str, Any] | None
    round: int
    begun: str
    job: int | None
    checked: int
    outcome: dict[str, Any] | None
    areas: list[str] | None
    hidden: list[str]
    areas_revision: int | None
    stale: bool
    change: int | None
    job_state: str
    error_zh: str
    error_en: str
    log_id: str
    undone_by: int | None

    @property
    def found(self) -> dict[str, Any]:
        """Return what was found last, perhaps in a former round; empty while nothing was."""
        return self.outcome or {}

    @property
    def is_current(self) -> bool:
        """Tell whether what was found is of what is decided now."""
        return self.checked == self.round and self.outcome is not None

    @property
    def staged(self) -> Staged:
        """Return the tables of the rows that were checked. Raises NotFound while there are none."""
        if not self.is_current or self.found["counts"] is None:
            raise NOT_CHECKED
        found = self.found
        return Staged(LAYERS[found["layer"]], tuple(found["names"]), key_of(self.id, self.checked))

    @property
    def scope(self) -> Scope:
        """Return what whoever checked it saw."""
        return Scope(None if self.areas is None else tuple(self.areas), tuple(self.hidden))

    @property
    def state(self) -> State:
        """Return how it stands: what was begun, and whether its job came to an end."""
        going = self.job_state in OPEN
        if self.undone_by is not None:
            return "undone"
        if self.begun in ("applied", "undoing"):
            return "undoing" if self.begun == "undoing" and going else "applied"
        if self.begun == "applying" and going:
            return "applying"
        if self.begun == "checking":
            return "checking" if going else "failed"
        if self.stale:
            return "stale"
        return "refused" if self.found.get("refused") or not self.is_current else "checked"

    @property
    def error(self) -> Text:
        """Return what the last job ended with, when it was not done."""
        if self.job_state == "cancelled":
            return Text("任务已取消。", "The job was cancelled.")
        return Text(self.error_zh, self.error_en)

    @property
    def title(self) -> str:
        """Return the names of its files, the first and how many more."""
        names = [str(one["name"]) for one in self.files]
        return names[0] + (f" (+{len(names) - 1})" if len(names) > 1 else "")

    def owned_by(self, caller: Caller) -> bool:
        """Tell whether it is the caller's own; the command line's is of whoever oversees all."""
        return caller.oversees if self.account is None else self.account == caller.account

    def shown_to(self, caller: Caller) -> bool:
        """Tell whether what was found may be shown: to whoever sees all that the checker saw."""
        return includes(caller.scope, self.scope)


def key_of(number: int, checked: int) -> str:
    """Return what the tables of an import's round are named after."""
    return f"{number}_{checked}"


def own_of(caller: Caller) -> dict[str, object]:
    """Return the SQL parameters that say which imports are the caller's own."""
    return {"keeps": caller.oversees, "account": caller.account}


def seen_by(caller: Caller) -> dict[str, object]:
    """Return the SQL parameters that say whose imports are seen."""
    return {"all": sees_others(caller), **own_of(caller)}


def read_imports(
    reader: Reader, caller: Caller, before: int = LAST, limit: int = PAGE
) -> list[Import]:
    """Return the imports that the caller may see, the newest first, numbered below ``before``."""
    values = {**seen_by(caller), "before": before, "limit": limit}
    return [Import(*row) for row in reader.rows(LIST, values)]


def read_import(reader: Reader, caller: Caller, number: int) -> Import:
    """Return one import. Raises NotFound, also for another account's."""
    values = {**seen_by(caller), "import": number}
    row = reader.row(ONE, values) if number < LAST else None
    if row is None:
        raise UNKNOWN
    return Import(*row)
