"""The audit trail for administrators: a filtered page, its files, and a button that verifies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gisapp.access.audit import ACTIONS, RESULTS
from gisapp.access.audit_chain import FAULTS, head
from gisapp.access.audit_check import check_trail, last_check
from gisapp.access.audit_filters import LOCAL, NAMES, Filters, read_filters
from gisapp.access.audit_trail import Format, Kept, each_entry, export, label, read_entries
from gisapp.access.scope import NOTHING
from gisapp.errors import BadParameter
from gisapp.web.auditing import note
from gisapp.web.context import require_overseer, services
from gisapp.web.i18n import language
from layers.spec import Text

BLUEPRINT = Blueprint("audit_pages", __name__)
ROWS_ON_PAGE = 50
PATIENCE = 5.0  # seconds that one press of the button may take
KINDS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
}
# What the details of entries are called on the page; others, and those in files, by their names.
DETAILS: Mapping[str, Text] = {
    "bytes": Text("字节", "bytes"),
    "rows": Text("行数", "rows"),
    "files": Text("文件", "files"),
    "file": Text("文件", "file"),
    "format": Text("格式", "format"),
    "method": Text("方式", "method"),
    "why": Text("原因", "why"),
    "role": Text("角色", "role"),
    "areas": Text("区域", "areas"),
    "filters": Text("筛选", "filters"),
    "scale": Text("规模", "scale"),
    "seed": Text("随机种子", "seed"),
    "end": Text("末条", "last entry"),
    "last": Text("核验到", "verified up to"),
    "since": Text("核验自", "verified after"),
    "fault": Text("问题", "fault"),
    "broken": Text("断在", "broken at"),
    "missing_anchors": Text("缺少的锚点", "missing anchors"),
}


class Row(NamedTuple):
    """An entry as the table shows it: all of it text, and where its cells lead."""

    id: int
    at: str
    who: str
    whose: str  # address of this account's entries
    address: str
    action: str
    object: str
    same: str  # address of this object's entries
    result: str
    bad: bool
    details: str


@BLUEPRINT.get("/admin/audit")
def show_audit() -> tuple[str, int]:
    """Render one page of entries, the newest first."""
    require_overseer()
    entries: list[Kept] = []
    filters, error = Filters(), None
    with services().database.read(NOTHING) as reader:
        try:
            filters = read_filters(request.args)
            before = read_before(request.args.get("before", ""))
            entries = read_entries(reader.connection, filters, before=before, most=ROWS_ON_PAGE + 1)
        except BadParameter as problem:
            error = problem
        checked, last = last_check(reader.connection), head(reader.connection).id
    note("audit_read", "audit", **said_filters())
    older = entries[ROWS_ON_PAGE - 1].id if len(entries) > ROWS_ON_PAGE else None
    page = render_template(
        "audit.html",
        rows=[shown(entry) for entry in entries[:ROWS_ON_PAGE]],
        given={**asked(), "from": said_time(filters.start), "to": said_time(filters.end)},
        actions=ACTIONS,
        results=RESULTS,
        error=error and error.message.say(language()),
        checked=checked,
        fault=checked and checked.verdict.fault and FAULTS[checked.verdict.fault],
        last=last,
        older=older and address_of(**asked(), before=str(older)),
        newest=address_of(**asked()) if "before" in request.args else "",
        files={form: address_of("/export", **asked(), format=form) for form in KINDS},
    )
    return page, 400 if error else 200


@BLUEPRINT.get("/admin/audit/export")
def export_audit() -> Response:
    """Answer all entries asked for as CSV or JSON lines, the oldest first, as they are read."""
    require_overseer()
    form = request.args.get("format", "csv")
    if form not in KINDS:
        raise BadParameter(
            Text("参数 format 只能是：{forms}", "format must be one of {forms}").format(
                forms=", ".join(KINDS)
            )
        )
    filters = read_filters(request.args)
    note("audit_exported", "audit", **said_filters(), format=form)
    entries = each_entry(partial(services().database.read, NOTHING), filters)
    answer = Response(export(entries, cast(Format, form), language()), content_type=KINDS[form])
    name = f"audit-{datetime.now(LOCAL):%Y%m%d-%H%M}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@BLUEPRINT.post("/admin/audit/verify")
def verify_audit() -> AnyResponse:
    """Verify chain and anchors for a few seconds, and note what was found."""
    require_overseer()
    with services().database.read(NOTHING) as reader:
        found = check_trail(reader.connection, services().settings.var, PATIENCE)
    note("audit_verified", "audit", "failed" if found.failed else "done", **found.details)
    return redirect("/admin/audit", 303)


def asked() -> dict[str, str]:
    """Return the request's filters that say something."""
    return {name: text for name in NAMES if (text := request.args.get(name, "").strip())}


def said_filters() -> dict[str, Any]:
    """Return the request's filters as details of an entry, if there are any."""
    said = [f"{name}={text}" for name, text in asked().items()]
    return {"filters": said} if said else {}


def read_before(text: str) -> int | None:
    """Return the entry before which the page begins. Raises BadParameter."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadParameter(Text("参数 before 应为编号。", "before must be an entry's number."))
    return int(text)


def address_of(path: str = "", **filters: str) -> str:
    """Return the address of the page, or what is under it, with these filters."""
    return f"/admin/audit{path}?{urlencode(filters)}"


def said_time(at: datetime | None) -> str:
    """Return a time as the form's field takes it, in China's time."""
    return f"{at.astimezone(LOCAL):%Y-%m-%dT%H:%M}" if at else ""


def shown(entry: Kept) -> Row:
    """Return an entry as the table shows it."""
    numbered = entry.account is not None
    return Row(
        entry.id,
        f"{entry.at.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}",
        f"{entry.name} #{entry.account}" if numbered else entry.name,
        address_of(account=f"#{entry.account}" if numbered else entry.name),
        entry.address,
        label(ACTIONS, entry.action, language()),
        entry.object,
        address_of(object=entry.object) if entry.object else "",
        label(RESULTS, entry.result, language()),
        entry.result != "done",
        said_details(json.loads(entry.details)),
    )


def said_details(details: Mapping[str, Any]) -> str:
    """Return details on one line."""
    said = ((label(DETAILS, name, language()), value) for name, value in details.items())
    return " · ".join(f"{name}: {said_value(value)}" for name, value in said)


def said_value(value: Any) -> str:
    """Return one detail as text; lists with commas."""
    if isinstance(value, list):
        return ", ".join(map(said_value, value))
    return "–" if value is None else str(value)
