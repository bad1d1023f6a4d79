"""How a file goes into a layer: one plan that people see, change by remedies, and apply.

A plan is plain JSON, so that it can be kept, sent and remembered for a sender. A remedy is a
JSON merge patch of it (RFC 7396): objects are merged, ``null`` takes an entry away, anything
else replaces.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from geodata.errors import BadFile
from layers.spec import Text

Texts = Mapping[str, str]
KINDS = ("shapes", "xy", "pair", "wkt", "none")
NOTATIONS = ("decimal", "dms")
OFFSETS = ("", "gcj02", "bd09")
PARTS = ("keep", "explode")
# Rows that may be left out on purpose; see ``geodata/checks``.
LEAVABLE = ("no_shape", "duplicate", "sliver", "outside", "zero", "double_code", "several_parts")
# What may be done with values of a field that do not fit as they are.
TREATMENTS = ("cut", "blank", "minguo", "approximate", "drop")
LONGEST, MOST = 20_000, 20_000  # characters of a text, entries of an object
DEEPEST = 3


@dataclass(frozen=True)
class GeometrySource:
    """Where a row's place comes from.

    ``shapes``: the file's own geometry; ``xy``: columns ``x`` (east, longitude) and ``y``;
    ``pair``: one column ``x`` that holds "x,y"; ``wkt``: one column ``x`` of well-known text;
    ``none``: nothing was found yet. ``notation`` is that of numbers: decimal or degrees,
    minutes and seconds.
    """

    kind: str = "shapes"
    x: str = ""
    y: str = ""
    notation: str = "decimal"

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that hold the place and therefore fill no field."""
        return tuple(name for name in (self.x, self.y) if name)

    def to_json(self) -> dict[str, str]:
        """Return the source as JSON can have it."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class ImportPlan:
    """What is decided about one table of a file.

    ``layer``: the name of the layer it fills. ``encoding``: "" takes what the reader found; any
    other needs the file to be read again. ``crs``: "EPSG:4527", WKT, or "" while not known.
    ``offset``: the positions are GCJ-02 or BD-09 and are taken back. ``mapping``: column ->
    field ("" leaves the column out). ``constants``: field -> value of rows that have none.
    ``replacements``: field -> value of the file -> what it stands for. ``treatments``: field ->
    TREATMENTS that are allowed. ``leave_out``: LEAVABLE kinds of rows that are not read.
    ``to_points``: areas and lines are taken as a point on them; ``to_areas``:
    closed lines are taken as areas. ``parts``: shapes of several
    parts are refused where a layer takes single ones, or become rows of their own.
    """

    layer: str
    encoding: str = ""
    crs: str = ""
    swap_axes: bool = False
    offset: str = ""
    geometry: GeometrySource = GeometrySource()
    mapping: Texts = field(default_factory=dict)
    constants: Texts = field(default_factory=dict)
    replacements: Mapping[str, Texts] = field(default_factory=dict)
    treatments: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    leave_out: Mapping[str, bool] = field(default_factory=dict)
    repair: bool = False
    drop_z: bool = True
    to_points: bool = False
    to_areas: bool = False
    parts: str = "keep"
    skip_errors: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON can have it; ``from_json`` gives it back."""
        found = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        return {name: plain(value) for name, value in found.items()}

    @staticmethod
    def from_json(value: object) -> ImportPlan:
        """Return the plan that JSON describes; raises BadFile for anything but a whole plan."""
        held = checked_object(value, "plan")
        unknown = sorted(set(held) - set(READERS))
        if unknown:
            raise bad_plan(unknown[0])
        if not isinstance(held.get("layer"), str):
            raise bad_plan("layer")
        return ImportPlan(**{name: READERS[name](item, name) for name, item in held.items()})

    def patched(self, patch: Mapping[str, object]) -> ImportPlan:
        """Return the plan with a remedy's or a person's merge patch applied; raises BadFile."""
        return ImportPlan.from_json(merge(self.to_json(), checked_object(patch, "plan"), 0))

    def treats(self, name: str, treatment: str) -> bool:
        """Tell whether a treatment is allowed for the values of a field."""
        return bool(self.treatments.get(name, {}).get(treatment))

    def leaves_out(self, kind: str) -> bool:
        """Tell whether rows of a kind are left out on purpose."""
        return bool(self.leave_out.get(kind))


def plain(value: Any) -> Any:
    """Return a part of a plan as lists, dictionaries and scalars."""
    if isinstance(value, GeometrySource):
        return dataclasses.asdict(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value


def merge(target: Any, patch: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """Return ``target`` with a merge patch applied (RFC 7396)."""
    if depth > DEEPEST:
        raise bad_plan("depth")
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            merged[key] = merge(merged.get(key), value, depth + 1)
        else:
            merged[key] = value
    return merged


def bad_plan(where: str) -> BadFile:
    """Return the error for a plan that is none, with the place of what is wrong."""
    return BadFile(
        Text("导入方案无效：{where}", "The import plan is not valid: {where}").format(
            where="".join(letter for letter in where[:80] if letter.isprintable())
        )
    )


def checked_object(value: object, where: str) -> Mapping[str, Any]:
    """Return a JSON object with keys of a sensible length."""
    if not isinstance(value, Mapping) or len(value) > MOST:
        raise bad_plan(where)
    for key in value:
        checked_text(key, where)
    return value


def checked_text(value: object, where: str) -> str:
    """Return a text of a sensible length that a database can hold."""
    if not isinstance(value, str) or len(value) > LONGEST or "\x00" in value:
        raise bad_plan(where)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise bad_plan(where) from error
    return value


def checked_flag(value: object, where: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise bad_plan(where)
    return value


def one_of(known: tuple[str, ...]) -> Callable[[object, str], str]:
    """Return a reader of one of the known words."""

    def read(value: object, where: str) -> str:
        """Return the word."""
        if value not in known:
            raise bad_plan(where)
        return str(value)

    return read


def checked_texts(value: object, where: str) -> dict[str, str]:
    """Return an object of texts."""
    held = checked_object(value, where)
    return {key: checked_text(item, f"{where}.{key}") for key, item in held.items()}


def checked_nested(value: object, where: str) -> dict[str, dict[str, str]]:
    """Return an object of objects of texts."""
    held = checked_object(value, where)
    return {key: checked_texts(item, f"{where}.{key}") for key, item in held.items()}


def checked_flags(known: tuple[str, ...]) -> Callable[[object, str], dict[str, bool]]:
    """Return a reader of an object of flags with known names."""

    def read(value: object, where: str) -> dict[str, bool]:
        """Return the flags."""
        held = checked_object(value, where)
        if set(held) - set(known):
            raise bad_plan(where)
        return {key: checked_flag(item, f"{where}.{key}") for key, item in held.items()}

    return read


def checked_treatments(value: object, where: str) -> dict[str, dict[str, bool]]:
    """Return the treatments of each field."""
    held = checked_object(value, where)
    read = checked_flags(TREATMENTS)
    return {key: read(item, f"{where}.{key}") for key, item in held.items()}


def checked_source(value: object, where: str) -> GeometrySource:
    """Return where the geometry comes from."""
    held = checked_object(value, where)
    if set(held) - set(SOURCE_READERS):
        raise bad_plan(where)
    parts = {name: SOURCE_READERS[name](item, f"{where}.{name}") for name, item in held.items()}
    source = GeometrySource(**parts)
    lacking = source.kind in ("xy", "pair", "wkt") and not source.x
    if lacking or (source.kind == "xy" and not source.y):
        raise bad_plan(where)
    return source


SOURCE_READERS: dict[str, Callable[[object, str], str]] = {
    "kind": one_of(KINDS),
    "x": checked_text,
    "y": checked_text,
    "notation": one_of(NOTATIONS),
}
READERS: dict[str, Callable[[object, str], Any]] = {
    "layer": checked_text,
    "encoding": checked_text,
    "crs": checked_text,
    "swap_axes": checked_flag,
    "offset": one_of(OFFSETS),
    "geometry": checked_source,
    "mapping": checked_texts,
    "constants": checked_texts,
    "replacements": checked_nested,
    "treatments": checked_treatments,
    "leave_out": checked_flags(LEAVABLE),
    "repair": checked_flag,
    "drop_z": checked_flag,
    "to_points": checked_flag,
    "to_areas": checked_flag,
    "parts": one_of(PARTS),
    "skip_errors": checked_flag,
}
