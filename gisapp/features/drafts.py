"""A feature as it was sent, held against its layer's declaration: all that is wrong, at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from geodata.conversion import BadValue
from geodata.findings import shorten
from gisapp.errors import Invalid
from gisapp.features.crs import CRS84, Crs
from gisapp.features.geometry import Shape, patched, read_geometry
from gisapp.features.values import personal_fault, read_code, read_required
from layers.spec import SYSTEM_COLUMNS, Layer, Text

# What the database says of a row. A feature that is sent back as it was read holds it; it is not
# taken from there, but the version counts where no If-Match is sent (QGIS sends none).
OWN = tuple(name for name, _ in SYSTEM_COLUMNS)
UNFIT = Text("发来的内容不符合图层的规定。", "What was sent does not fit the layer.")
NO_FEATURE = Text("应为 GeoJSON 的 Feature", "must be a GeoJSON Feature")
NO_PROPERTIES = Text("应为对象", "must be an object")
NO_FIELD = Text("图层没有这个字段", "the layer has no such field")
TWO_CODES = Text("id 与 properties.code 不同", "id and properties.code differ")
FIXED = Text("编号不能修改", "a code cannot be changed")
Fault = tuple[str, Text]  # the field, and what is wrong with it


@dataclass(frozen=True)
class Draft:
    """What is to be stored. A patch holds only what it changes.

    ``personal`` are faults of values that look personal; they count where a value is new.
    ``version`` is the one that the feature itself says it is (``3-17``), or empty.
    """

    values: Mapping[str, object]
    shape: Shape | None = None
    code: str | None = None
    crs: Crs = CRS84
    version: str = ""
    personal: tuple[Fault, ...] = field(default=())

    def refuse_personal(self, held: Mapping[str, object]) -> None:
        """Raise Invalid when a value looks personal that the stored row ``held`` does not have."""
        refuse([
            fault
            for fault in self.personal
            if fault[0] not in held or held[fault[0]] != self.values[fault[0]]
        ])  # fmt: skip


class Sheet:
    """Faults as they are found."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def read(self, name: str, convert: Callable[..., Any], *given: object) -> Any:
        """Return what ``convert`` makes of ``given``; None, and a fault, when it refuses."""
        try:
            return convert(*given)
        except BadValue as error:
            self.faults.append((name, error.reason))
            return None


def refuse(faults: list[Fault]) -> None:
    """Raise Invalid with ``faults``, unless there are none."""
    if faults:
        told = [{"field": shorten(name), "message": why} for name, why in faults]
        raise Invalid(UNFIT, None, errors=told)


def read_new(layer: Layer, feature: Mapping[str, Any], crs: Crs, srid: int) -> Draft:
    """Return the draft of a new feature of ``layer``. Raises Invalid with everything wrong.

    ``crs`` is that of its coordinates, ``srid`` the metric CRS.
    """
    sheet = Sheet()
    properties = read_properties(feature, sheet)
    said = [value for value in (feature.get("id"), properties.get("code")) if is_said(value)]
    code = sheet.read("code", read_code, layer, said[0] if said else None)
    if any(value != said[0] for value in said):
        sheet.faults.append(("code", TWO_CODES))
    draft = read_whole(layer, feature, properties, crs, srid, sheet)
    if code is not None and (fault := personal_fault(code)):
        sheet.faults.append(("code", fault))
    refuse([*sheet.faults, *draft.personal])
    return Draft(draft.values, draft.shape, code, crs)


def read_replacement(
    layer: Layer, code: str, feature: Mapping[str, Any], crs: Crs, srid: int
) -> Draft:
    """Return the draft of what replaces the feature ``code``. Raises Invalid."""
    sheet = Sheet()
    properties = read_properties(feature, sheet)
    keep_code(code, feature, properties, sheet)
    draft = read_whole(layer, feature, properties, crs, srid, sheet)
    refuse([*sheet.faults, *(draft.personal if sheet.faults else ())])
    return draft


def read_patch(layer: Layer, code: str, patch: Mapping[str, Any], crs: Crs, srid: int) -> Draft:
    """Return the draft that a merge patch (RFC 7396) of the feature ``code`` makes.

    It holds the fields that the patch names. Raises Invalid.
    """
    sheet = Sheet()
    properties = read_properties({"type": "Feature", "properties": {}, **patch}, sheet)
    keep_code(code, patch, properties, sheet)
    values, personal = read_values(layer, properties, list(properties), sheet)
    shape = None
    if "geometry" in patch:
        for geometry in patched(patch["geometry"], layer):
            shape = sheet.read("geometry", read_geometry, layer, geometry, crs, srid)
    refuse([*sheet.faults, *(personal if sheet.faults else ())])
    return Draft(values, shape, code, crs, said_version(properties), personal)


def read_set(layer: Layer, properties: Mapping[str, Any]) -> Draft:
    """Return the draft of values that many features are to get. Raises Invalid."""
    sheet = Sheet()
    for name in set(properties) & set(OWN):
        sheet.faults.append((name, NO_FIELD))
    values, personal = read_values(layer, properties, list(properties), sheet)
    refuse([*sheet.faults, *personal])
    return Draft(values)


def read_whole(
    layer: Layer,
    feature: Mapping[str, Any],
    properties: Mapping[str, Any],
    crs: Crs,
    srid: int,
    sheet: Sheet,
) -> Draft:
    """Return the draft of a whole feature: what is not sent is empty."""
    names = [item.name for item in layer.fields]
    names += [name for name in properties if name not in names]
    values, personal = read_values(layer, properties, names, sheet)
    shape = sheet.read("geometry", read_geometry, layer, feature.get("geometry"), crs, srid)
    return Draft(values, shape, None, crs, said_version(properties), personal)


def read_properties(feature: Mapping[str, Any], sheet: Sheet) -> dict[str, Any]:
    """Return the properties of a feature, empty with a fault when it is none."""
    if feature.get("type") != "Feature":
        sheet.faults.append(("type", NO_FEATURE))
    properties = feature.get("properties")
    if isinstance(properties, dict):
        return properties
    sheet.faults.append(("properties", NO_PROPERTIES))
    return {}


def read_values(
    layer: Layer, properties: Mapping[str, Any], names: list[str], sheet: Sheet
) -> tuple[dict[str, object], tuple[Fault, ...]]:
    """Return the declared values among ``names``, and the faults of those that look personal."""
    values, personal = {}, []
    for name in names:
        declared = layer.field_named(name)
        if declared is None:
            if name not in OWN:
                sheet.faults.append((name, NO_FIELD))
            continue
        values[name] = sheet.read(name, read_required, declared, properties.get(name))
        if fault := personal_fault(values[name]):
            personal.append((name, fault))
    return values, tuple(personal)


def keep_code(
    code: str, feature: Mapping[str, Any], properties: Mapping[str, Any], sheet: Sheet
) -> None:
    """Note a fault when a feature that was sent names another code than its address.

    A code of digits may come back as a number.
    """
    names = feature.get("id"), properties.get("code")
    if any(is_said(name) and str(name) != code for name in names):
        sheet.faults.append(("code", FIXED))


def is_said(value: object) -> bool:
    """Tell whether a code is given; what cannot be one is too, and is refused later."""
    return value is not None and value != ""


def said_version(properties: Mapping[str, Any]) -> str:
    """Return the version that a feature says it is, as its entity tag writes it, or empty."""
    numbers = properties.get("row_version"), properties.get("change_id")
    plain = all(type(number) is int and 0 <= number < 1 << 63 for number in numbers)
    return "{}-{}".format(*numbers) if plain else ""
