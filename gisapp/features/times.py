"""Instants and intervals of the API, and what they ask of a layer's time columns.

Grammar (OGC API Features, RFC 3339): ``2024-05-01T08:00:00+08:00`` an instant,
``2024-05-01`` a whole day in the database's time zone, ``a/b`` a closed interval, ``../b``,
``/b``, ``a/..`` and ``a/`` open ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from psycopg2 import sql

from gisapp.errors import BadParameter
from gisapp.features.conditions import ALWAYS, Condition, all_of, bind
from gisapp.features.faults import bad_value
from layers.spec import Field, Layer, Text

MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2}))?", re.ASCII
)
OPEN = ("", "..")
LOCAL = timezone(timedelta(hours=8))  # of the deployment: a day begins and ends by it

IS_KNOWN = sql.SQL("{column} IS NOT NULL")
FROM_TIME = sql.SQL("{column} >= {start}")
FROM_DAY = sql.SQL("{column} >= {start}::date")
TO_TIME = sql.SQL("{column} <= {end}")
BEFORE_NEXT_DAY = sql.SQL("{column} < ({end}::date + 1)")
BEGUN = sql.SQL("({column} IS NULL OR {column} <= {end}::date)")
# A row's validity ends at the start of its last date: at a change-over exactly one row is valid.
NOT_ENDED = sql.SQL("({column} IS NULL OR {column} > {start}::date)")


@dataclass(frozen=True)
class Interval:
    """A closed interval; None is an open end. A plain ``date`` stands for its whole day."""

    start: date | datetime | None
    end: date | datetime | None


def parse_interval(name: str, text: str) -> Interval:
    """Return the interval that parameter ``name`` says; an instant starts and ends at once.

    Raises BadParameter when it is malformed, ends before it starts or is open at both ends
    without saying so (``../..`` is allowed and means all time).
    """
    ends = text.split("/")
    if len(ends) > 2 or text in OPEN:
        raise bad_time(name)
    moments = [None if len(ends) == 2 and end in OPEN else parse_moment(name, end) for end in ends]
    start, end = moments[0], moments[-1]
    if start is not None and end is not None and in_disorder(start, end):
        raise bad_value(name, Text("起点晚于终点", "it ends before it starts"))
    return Interval(start, end)


def parse_moment(name: str, text: str) -> date | datetime:
    """Return the day or instant written in ``text``; raises BadParameter."""
    if not MOMENT.fullmatch(text):
        raise bad_time(name)
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise bad_time(name) from None


def in_disorder(start: date | datetime, end: date | datetime) -> bool:
    """Tell whether ``start`` is after ``end``; an instant against a day compares dates."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        return start > end
    return as_day(start) > as_day(end)


def as_day(moment: date | datetime) -> date:
    """Return the date of an instant as it was written, or the day itself."""
    return moment.date() if isinstance(moment, datetime) else moment


def moment_condition(owner: str, field: Field, interval: Interval) -> Condition:
    """Return the condition that a date or datetime column lies in the interval.

    ``owner`` is the request's parameter. A date column compares with dates as written.
    """
    parts = [bind(IS_KNOWN, owner, field.name)]
    if interval.start is not None:
        start, exact = for_column(field, interval.start)
        parts.append(bind(FROM_TIME if exact else FROM_DAY, owner, field.name, start=start))
    if interval.end is not None:
        end, exact = for_column(field, interval.end)
        parts.append(bind(TO_TIME if exact else BEFORE_NEXT_DAY, owner, field.name, end=end))
    return all_of(parts)


def for_column(field: Field, moment: date | datetime) -> tuple[date | datetime, bool]:
    """Return ``moment`` as a column can compare with it, and whether it is an exact instant."""
    if field.type == "datetime" and isinstance(moment, datetime):
        return moment, True
    return as_day(moment), False


def layer_time_condition(owner: str, layer: Layer, interval: Interval) -> Condition:
    """Return the condition that a feature's time or validity meets the interval.

    Features of a layer without a time are valid at all times.
    """
    field = layer.field_named(layer.time)
    if field is None:
        return ALWAYS
    if not layer.valid_until:
        return moment_condition(owner, field, interval)
    parts = []
    if interval.end is not None:
        parts.append(bind(BEGUN, owner, layer.time, end=as_day(interval.end)))
    if interval.start is not None:
        parts.append(bind(NOT_ENDED, owner, layer.valid_until, start=as_day(interval.start)))
    return all_of(parts)


def bad_time(name: str) -> BadParameter:
    """Return the error for a malformed time."""
    return bad_value(
        name,
        Text(
            "须为日期、RFC 3339 时间或区间 a/b",
            "give a date, an RFC 3339 time or an interval a/b",
        ),
    )
