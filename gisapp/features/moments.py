"""The moment as of which layers are asked for: what may be asked, and since when it is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.features.faults import bad_value
from gisapp.features.times import LOCAL, parse_moment
from layers.spec import Text

HISTORY_SINCE = Statement("SELECT value FROM gisapp.deployment WHERE key = 'history_since'")


def read_moment(name: str, text: str) -> datetime:
    """Return the instant that parameter ``name`` asks for.

    A date means its last instant, in the deployment's time zone; today means now. Raises
    BadParameter when it is malformed or lies in the future.
    """
    asked, now = parse_moment(name, text), datetime.now(UTC)
    if not isinstance(asked, datetime):
        asked = end_of(asked, now)
    if asked > now:
        raise bad_value(name, Text("时刻在将来", "it lies in the future"))
    return asked


def end_of(day: date, now: datetime) -> datetime:
    """Return the last instant of a day in the deployment's time zone; of today it is now."""
    if day == now.astimezone(LOCAL).date():
        return now
    return datetime.combine(day, time.max, LOCAL)


def history_since(reader: Reader) -> datetime:
    """Return the first moment as of which layers are known."""
    return datetime.fromisoformat(str(reader.value(HISTORY_SINCE)))


def require_known(reader: Reader, name: str, moment: datetime) -> None:
    """Raise BadParameter when layers are not known any more, or not yet, as of ``moment``."""
    since = history_since(reader)
    if moment < since:
        first = write_moment(since)
        raise bad_value(
            name,
            Text(f"历史自 {first} 起保留", f"history is kept from {first} on"),
        )


def write_moment(moment: datetime) -> str:
    """Return an instant as RFC 3339 writes it, in the deployment's time zone."""
    return moment.astimezone(LOCAL).isoformat()
