"""Which entries of the audit trail are asked for, as a form or a command says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

from gisapp.access.audit import ACTIONS, RESULTS, storable
from gisapp.errors import BadParameter
from layers.spec import Text

LOCAL = timezone(timedelta(hours=8))  # of times that come without a zone: Chinese standard time
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NUMBER = re.compile(r"#[0-9]{1,18}")  # an account's number; anything else is a name
NAMES = ("from", "to", "account", "action", "object", "result")


@dataclass(frozen=True)
class Filters:
    """Which entries: ``start`` <= time < ``end``, whose, what, on what, and with what result.

    ``object`` is the beginning of the object's name. Empty fields ask for everything.
    """

    start: datetime | None = None
    end: datetime | None = None
    account: int | None = None
    name: str = ""
    action: str = ""
    object: str = ""
    result: str = ""


def read_filters(given: Mapping[str, str]) -> Filters:
    """Return the filters that ``given`` says by NAMES; other names are left alone.

    Times are days or ISO 8601, in Chinese standard time unless they say otherwise; ``to`` a day
    includes it. ``account`` is a sign-in name, or a number as ``#12``. Raises BadParameter.
    """
    found = {name: storable(given.get(name, "").strip()) for name in NAMES}
    whose = found["account"]
    numbered = NUMBER.fullmatch(whose)
    return Filters(
        start=read_moment("from", found["from"]),
        end=read_moment("to", found["to"], whole_day=True),
        account=int(whose[1:]) if numbered else None,
        name="" if numbered else whose,
        action=known("action", found["action"], ACTIONS),
        object=found["object"],
        result=known("result", found["result"], RESULTS),
    )


def read_moment(name: str, text: str, *, whole_day: bool = False) -> datetime | None:
    """Return the time that ``text`` says, None when it is empty.

    A day is its beginning, or with ``whole_day`` its end. Raises BadParameter.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        if DAY.fullmatch(text):
            found = datetime.combine(found, time(), LOCAL) + timedelta(days=whole_day)
        found = found if found.tzinfo else found.replace(tzinfo=LOCAL)
        found.astimezone(LOCAL)  # raises where the year would end before 1 or after 9999
    except (ValueError, OverflowError):
        raise BadParameter(
            Text(
                "参数 {name} 应为日期或时间，例如 2026-11-26 或 2026-11-26T18:45。",
                "{name} must be a day or a time, such as 2026-11-26 or 2026-11-26T18:45.",
            ).format(name=name)
        ) from None
    return found


def known(name: str, code: str, codes: Iterable[str]) -> str:
    """Return ``code`` when it is one of ``codes`` or empty. Raises BadParameter."""
    if code and code not in codes:
        raise BadParameter(
            Text("参数 {name} 只能是：{codes}", "{name} must be one of {codes}").format(
                name=name, codes=", ".join(codes)
            )
        )
    return code
