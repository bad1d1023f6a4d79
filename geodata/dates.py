"""Dates and times as Chinese lists write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from geodata.chinese_numbers import SIGNS, read_numeral
from layers.spec import Text

LOCAL = timezone(timedelta(hours=8))  # of times that come without a zone: Chinese standard time
# Day 0 of a spreadsheet whose first of March 1900 and later are right.
SHEET_START = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 10_000, 80_000  # 1927 to 2119: five digits, no other notation has so
DAY = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]?)"
    r"(?:(?:[T ,]+|(?<=[日号]))(\S.*))?"
)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?")
SERIAL = re.compile(r"(\d{5})(?:\.(\d+))?")
WRITTEN = re.compile(rf"([{SIGNS}]{{4}})年([{SIGNS}]{{1,3}})月([{SIGNS}]{{1,3}})[日号]?")
MINGUO = re.compile(
    r"(?:民国|民國)(\d{1,3})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})[日号]?"
    r"|(\d{3})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})[日号]?"
)
MINGUO_START = 1911
SHORT = re.compile(r"'?(\d{2})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})[日号]?")
MONTH = re.compile(rf"(?:\d{{4}}|[{SIGNS}]{{4}})(?:[-/.]\d{{1,2}}|年(?:[\d{SIGNS}]{{1,3}}月?)?)?")
CLOCK = re.compile(
    r"(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?|分)?(Z|[+-]\d{2}:?\d{2})?"
)
NOT_DATE = Text("不是日期，例如 2024-05-01", "is not a date like 2024-05-01")
NOT_TIME = Text("不是时间，例如 2024-05-01 08:30", "is not a time like 2024-05-01 08:30")
NO_DAY = Text("只有年或年月，没有日", "gives a year or month but no day")
SHORT_YEAR = Text(
    "年份只有两位，也分不清年月日的次序", "has a year of two digits and an unclear order"
)
REPUBLIC = Text("像是民国纪年（{date}？）", "looks like a year of the Republic ({date}?)")


class NotDate(ValueError):
    """A text that gives no day; ``reason`` says why, ``kind`` what it may be instead."""

    def __init__(self, reason: Text, kind: str = "date") -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.kind = kind


def read_day(text: str, *, minguo: bool = False) -> tuple[date, str]:
    """Return the day that a folded text gives, and what follows it (a clock, or "").

    2024-05-01, 2024.5.1, 2024年5月1日, 20240501, a spreadsheet's serial number, and
    二〇二四年五月一日. Years of the Republic only when ``minguo`` says so. Raises NotDate.
    """
    try:
        found = read_plain(text) or read_serial(text) or read_written(text)
        if found:
            return found
        years = read_minguo(text)
    except ValueError as error:
        raise NotDate(NOT_DATE) from error
    if years:
        if minguo:
            return years, ""
        raise NotDate(REPUBLIC.format(date=years), "minguo")
    if SHORT.fullmatch(text):
        raise NotDate(SHORT_YEAR)
    raise NotDate(NO_DAY if MONTH.fullmatch(text) else NOT_DATE)


def read_plain(text: str) -> tuple[date, str] | None:
    """Return the day and the rest of a text in figures, or None; ValueError for no such day."""
    parts = DAY.fullmatch(text)
    if parts:
        year, _, month, day, other_month, other_day, rest = parts.groups()
        return date(int(year), int(month or other_month), int(day or other_day)), rest or ""
    parts = COMPACT.fullmatch(text)
    if not parts:
        return None
    year, month, day, hour, minute, second = parts.groups()
    rest = f"{hour}:{minute}:{second or '00'}" if hour else ""
    return date(int(year), int(month), int(day)), rest


def read_serial(text: str) -> tuple[date, str] | None:
    """Return the day and clock of a spreadsheet's serial number, or None."""
    parts = SERIAL.fullmatch(text)
    if not parts or not FIRST_SERIAL <= int(parts[1]) <= LAST_SERIAL:
        return None
    seconds = round(float(f"0.{parts[2] or 0}") * 86400)
    clock = datetime.min + timedelta(seconds=min(seconds, 86399))
    return SHEET_START + timedelta(days=int(parts[1])), f"{clock:%H:%M:%S}" if seconds else ""


def read_written(text: str) -> tuple[date, str] | None:
    """Return a day written in Chinese numerals, or None."""
    parts = WRITTEN.fullmatch(text)
    numbers = [read_numeral(part) for part in parts.groups()] if parts else []
    if not numbers or None in numbers:
        return None
    year, month, day = (int(number or 0) for number in numbers)
    return date(year, month, day), ""


def read_minguo(text: str) -> date | None:
    """Return the day that a year of the Republic would give, or None."""
    parts = MINGUO.fullmatch(text)
    if not parts:
        return None
    year, month, day = (int(part) for part in parts.groups() if part)
    return date(MINGUO_START + year, month, day)


def read_time(text: str, *, minguo: bool = False) -> datetime:
    """Return the moment that a folded text gives; Chinese standard time without a zone.

    Raises NotDate.
    """
    upper = text.upper()
    try:
        moment = datetime.fromisoformat(upper.replace("/", "-"))
    except ValueError:
        try:
            day, rest = read_day(upper, minguo=minguo)
        except NotDate as error:
            raise NotDate(
                NOT_TIME if error.reason is NOT_DATE else error.reason, error.kind
            ) from None
        moment = datetime.combine(day, read_clock(rest) if rest else time())
    try:
        moment = moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise NotDate(NOT_TIME) from error


def read_clock(text: str) -> time:
    """Return the time of day that a text gives, with a zone where it names one."""
    parts = CLOCK.fullmatch(text.strip())
    if not parts:
        raise NotDate(NOT_TIME)
    hour, minute, second, zone = parts.groups()
    try:
        return time.fromisoformat(
            f"{int(hour):02}:{int(minute):02}:{int(second or 0):02}{zone or ''}"
        )
    except ValueError as error:
        raise NotDate(NOT_TIME) from error
