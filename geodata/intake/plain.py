"""Arrow columns of any type as the few plain types that tables hold."""

from __future__ import annotations

import json

import pyarrow
import pyarrow.compute

from geodata.intake.facts import ColumnType


def column_type(kind: pyarrow.DataType, ogr: str = "") -> ColumnType | None:
    """Return the plain type of an Arrow type (and GDAL's own name of it); None: not read."""
    types = pyarrow.types
    if isinstance(kind, pyarrow.BaseExtensionType):
        kind = kind.storage_type
    if types.is_dictionary(kind):
        kind = kind.value_type
    if ogr == "OFTDateTime" or types.is_timestamp(kind):
        return "time"
    if ogr == "OFTDate" or types.is_date(kind):
        return "date"
    if types.is_boolean(kind):
        return "boolean"
    if types.is_integer(kind):
        return "integer"
    if types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return None
    return "text"


def to_plain(values: pyarrow.Array, kind: ColumnType) -> pyarrow.Array:
    """Return a column as its plain type. Texts may still be bytes in disguise."""
    if isinstance(values, pyarrow.ExtensionArray):
        values = values.storage
    if pyarrow.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if kind == "boolean":
        return values
    if kind == "integer":
        return to_integers(values)
    if kind == "number":
        return values.cast(pyarrow.float64())
    if is_text(values.type):
        return values.cast(pyarrow.string()) if values.type != pyarrow.string() else values
    if kind in ("date", "time") or pyarrow.types.is_time(values.type):
        return values.cast(pyarrow.string())
    return pyarrow.array([to_json(value) for value in values.to_pylist()], pyarrow.string())


def is_text(kind: pyarrow.DataType) -> bool:
    """Tell whether an Arrow type is some kind of text."""
    types = pyarrow.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def to_integers(values: pyarrow.Array) -> pyarrow.Array:
    """Return whole numbers of 64 bits; a bigger one becomes a gap."""
    if pyarrow.types.is_uint64(values.type):
        fits = pyarrow.compute.less_equal(values, pyarrow.scalar(2**63 - 1, pyarrow.uint64()))
        values = pyarrow.compute.if_else(fits, values, None)
    return values.cast(pyarrow.int64())


def to_json(value: object) -> str | None:
    """Return a nested value as JSON text, None as None."""
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)
