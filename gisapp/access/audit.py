"""The audit trail: who did what, when, from where, with what result.

The database keeps it append-only and chained (``migrations/sql/0006_audit.sql`` says how);
``gisapp/access/chain.py`` verifies it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Literal

from layers.spec import Text

Result = Literal["done", "refused", "failed"]
Action = Literal[
    "sign_in",
    "sign_in_refused",
    "sign_out",
    "password_changed",
    "second_factor_changed",
    "account_created",
    "account_changed",
    "account_removed",
    "token_created",
    "token_revoked",
    "feature_created",
    "feature_updated",
    "feature_deleted",
    "feature_restored",
    "bulk_updated",
    "undone",
    "file_uploaded",
    "upload_deleted",
    "imported",
    "exported",
    "history_read",
    "job_started",
    "job_cancelled",
    "job_retried",
    "audit_read",
    "audit_exported",
    "audit_verified",
    "restore_accepted",
    "settings_changed",
    "proposal_changed",
    "proposal_removed",
    "denied",
]
RESULTS: Mapping[Result, Text] = {
    "done": Text("完成", "Done"),
    "refused": Text("被拒绝", "Refused"),
    "failed": Text("失败", "Failed"),
}
ACTIONS: Mapping[Action, Text] = {
    "sign_in": Text("登录", "Sign-in"),
    "sign_in_refused": Text("登录被拒", "Sign-in refused"),
    "sign_out": Text("退出登录", "Sign-out"),
    "password_changed": Text("修改口令", "Password changed"),
    "second_factor_changed": Text("更改二次验证", "Second factor changed"),
    "account_created": Text("新建账号", "Account created"),
    "account_changed": Text("更改账号或权限", "Account or rights changed"),
    "account_removed": Text("删除账号", "Account removed"),
    "token_created": Text("新建访问令牌", "Token created"),
    "token_revoked": Text("撤销访问令牌", "Token revoked"),
    "feature_created": Text("新增要素", "Feature created"),
    "feature_updated": Text("修改要素", "Feature changed"),
    "feature_deleted": Text("删除要素", "Feature deleted"),
    "feature_restored": Text("恢复要素", "Feature restored"),
    "bulk_updated": Text("批量修改", "Bulk change"),
    "undone": Text("撤销修改", "Change undone"),
    "file_uploaded": Text("上传文件", "File uploaded"),
    "upload_deleted": Text("删除上传", "Upload deleted"),
    "imported": Text("导入数据", "Data imported"),
    "exported": Text("导出数据", "Data exported"),
    "history_read": Text("查看历史", "History read"),
    "job_started": Text("启动任务", "Job started"),
    "job_cancelled": Text("取消任务", "Job cancelled"),
    "job_retried": Text("重试任务", "Job retried"),
    "audit_read": Text("查看审计", "Audit trail read"),
    "audit_exported": Text("导出审计", "Audit trail exported"),
    "audit_verified": Text("核验审计链", "Audit chain verified"),
    "restore_accepted": Text("确认恢复备份", "Restored backup accepted"),
    "settings_changed": Text("更改设置", "Settings changed"),
    "proposal_changed": Text("移动选点方案的点位", "Proposed site moved"),
    "proposal_removed": Text("删除选点方案", "Proposal of sites removed"),
    "denied": Text("越权被拒", "Denied"),
}
# Names that would hold what nobody may read again. (Say ``token:NAME`` in the object instead.)
SECRETS = frozenset(
    ("authorization", "cookie", "hash", "password", "proof", "secret", "session", "token", "totp")
)
LONGEST_TEXT = 200  # characters of one value
LONGEST_LIST = 20
LONGEST_DETAILS = 4000  # bytes of JSON
CUT = "…"

APPEND = """
SELECT gisapp.audit_append(%(account)s::bigint, %(name)s, %(address)s, %(action)s, %(object)s,
    %(result)s, %(details)s::jsonb)
"""


@dataclass(frozen=True)
class Entry:
    """What is told of one act.

    ``account`` and ``name`` are the acting account's number and sign-in name as it is now; for
    who is not signed in the number is None and the name what was typed. ``object`` is what was
    acted on, as ``kind:name`` (``cameras:C-17``, ``account:eva``, ``query:within``), or empty.
    ``details`` are a few short values: texts, numbers, truth values, lists of these. Never a
    secret (a name of SECRETS is refused with ValueError) and never a row's contents beyond its
    code (mappings are refused likewise). Long texts and lists are cut.
    """

    action: Action
    object: str = ""
    result: Result = "done"
    account: int | None = None
    name: str = "gisapp"
    address: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def record(connection: Any, entry: Entry) -> int:
    """Append ``entry`` to the trail in the caller's transaction; return its number.

    Call it last in the transaction: the end of the chain stays locked until it ends, and all
    who append wait for it. ``connection`` is psycopg's, 2 or 3.
    """
    values = {
        "account": entry.account,
        "name": storable(entry.name),
        "address": storable(entry.address),
        "action": entry.action,
        "object": storable(entry.object),
        "result": entry.result,
        "details": write_details(entry.details),
    }
    with connection.cursor() as cursor:
        cursor.execute(APPEND, values)
        return int(cursor.fetchone()[0])


def write_details(details: Mapping[str, object]) -> str:
    """Return ``details`` as JSON within the bounds. Raises ValueError for what may not be told."""
    kept = {}
    for name, value in details.items():
        if name.casefold() in SECRETS or isinstance(value, Mapping):
            raise ValueError(f"the audit trail does not keep {name!r}")
        kept[name] = shortened(value)
    while len(text := json.dumps(kept, ensure_ascii=False).encode()) > LONGEST_DETAILS:
        longest = max(kept, key=lambda name: len(str(kept[name])))
        kept[longest] = CUT
    return text.decode()


def shortened(value: object) -> object:
    """Return ``value`` as JSON can have it, cut where it is long. Raises ValueError for mappings."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, Mapping):
        raise ValueError("the audit trail keeps no rows")
    if isinstance(value, list | tuple | Set):
        items = sorted(value, key=str) if isinstance(value, Set) else list(value)
        more = [CUT] if len(items) > LONGEST_LIST else []
        return [shortened(item) for item in items[:LONGEST_LIST]] + more
    text = storable(str(value))
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + CUT


def storable(text: str) -> str:
    """Return ``text`` without what PostgreSQL cannot keep: NUL and halves of characters."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
