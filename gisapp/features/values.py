"""Values of JSON to values of a declared field: the strict twin of what files may hold.

A file may say "3.5 m" or "是"; a program or a form says what the layer's JSON Schema says. Ranges,
lengths and characters are judged by the same converters as those of files.
"""

from __future__ import annotations

import re

from geodata.area_codes import AREA_CODE, NOT_AREA_CODE
from geodata.conversion import CONVERTERS, MISSING, BadValue, to_choice
from geodata.mapping import CODE
from geodata.privacy import content_kind
from geodata.privacy_watch import LONG_NUMBER, LONGEST
from layers.spec import Field, Layer, Text

# Python's types for the JSON of each type of field, and what to say when it is another.
TEXT = ((str,), Text("应为文字", "must be a text"))
NUMBER = ((int, float), Text("应为数字", "must be a number"))
TYPES: dict[str, tuple[tuple[type, ...], Text]] = {
    "text": TEXT,
    "choice": TEXT,
    "date": TEXT,
    "datetime": TEXT,
    "integer": NUMBER,
    "number": NUMBER,
    "boolean": ((bool,), Text("应为 true 或 false", "must be true or false")),
}
FORMS = {
    "date": (
        re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII),
        Text("不是日期，例如 2024-05-01", "is not a date like 2024-05-01"),
    ),
    # Without a zone it is Chinese standard time, as in files.
    "datetime": (
        re.compile(
            r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
        ),
        Text("不是时间，例如 2024-05-01T08:30:00+08:00", "is not a time like 2024-05-01T08:30:00Z"),
    ),
}
HUGE = 1e300  # beyond it Python cannot turn every whole number into a floating-point one
TOO_LARGE = Text("数太大", "is too large")
NOT_CHOICE = Text("代码表中没有", "is not in the code table")
USE_CODE = Text("请用代码 {code}", "must be given by its code, {code}")
# A code is the last part of its feature's address.
CODE_PATTERN = r"^(?!\.{1,2}$)[^/\\]+$"
NOT_ADDRESS = Text("不能含 / 或 \\，也不能是 . 或 ..", "must not hold / or \\, nor be . or ..")
AREA_PATTERN = rf"^{AREA_CODE.pattern}$"
PERSONAL = Text(
    "像是{kind.zh}：本系统只记地点，不记个人",
    "looks like {kind.en}: places are kept, never persons",
)


def read_value(field: Field, value: object) -> object:
    """Return what ``value``, as JSON has it, is in ``field``; None for none. Raises BadValue."""
    if value is None:
        return None
    kinds, wanted = TYPES[field.type]
    if not isinstance(value, kinds) or (isinstance(value, bool) and field.type != "boolean"):
        raise BadValue(wanted)
    if isinstance(value, int | float) and abs(value) > HUGE:
        raise BadValue(TOO_LARGE)
    if field.type in FORMS and isinstance(value, str):
        form, why = FORMS[field.type]
        if value and not form.fullmatch(value):
            raise BadValue(why)
    if field.type == "choice":
        return read_choice(field, value)
    return CONVERTERS[field.type](field, value)


def read_required(field: Field, value: object) -> object:
    """Return what ``value`` is in ``field``. Raises BadValue also when a required one is missing."""
    found = read_value(field, value)
    if found is None and field.required:
        raise BadValue(MISSING)
    return found


def read_choice(field: Field, value: object) -> str | None:
    """Return the code of a choice. Raises BadValue, naming the nearest, for anything else."""
    code = to_choice(field, value)
    if code is None and str(value).strip():
        raise BadValue(NOT_CHOICE)
    if code is not None and code != value:
        raise BadValue(USE_CODE.format(code=code))
    return code


def read_code(layer: Layer, value: object) -> str | None:
    """Return the code of a new feature, None when it is to be made. Raises BadValue."""
    found = read_value(CODE, value)
    code = None if found is None else str(found)
    if layer.name == "areas":
        if code is None:
            raise BadValue(MISSING)
        if not AREA_CODE.fullmatch(code):
            raise BadValue(NOT_AREA_CODE)
    elif code is not None and not re.fullmatch(CODE_PATTERN, code):
        raise BadValue(NOT_ADDRESS)
    return code


def personal_fault(value: object) -> Text | None:
    """Return what to say of a value that looks like an ID or telephone number, or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if LONG_NUMBER <= value < LONGEST else ""
    kind = content_kind([value]) if isinstance(value, str) and value else None
    return PERSONAL.format(kind=kind) if kind else None
