"""From a file's table to rows that fit a layer: everything that is checked before loading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import geopandas
import numpy
import pandas

from geodata.codes import make_codes
from geodata.conversion import MISSING, convert_column
from geodata.errors import BadFile
from geodata.findings import Finding
from geodata.mapping import CODE, field_words, map_columns, targets, tidy
from geodata.privacy import NAMES, Personal, check_column
from geodata.readers import Table
from geodata.shapes import fit_shapes
from layers.spec import Field, Layer, Text

AREA_CODE = re.compile(r"\d{12}(@.+)?")
# Between these a whole number could be a phone or an ID number.
LONG_NUMBER, LONGEST = 10**10, 10**18
TWICE = Text("与第 {row} 行的编码相同", "row {row} has the same code")
NOT_AREA_CODE = Text(
    "行政区域的编码应为 12 位数字", "the code of an area must be its 12-digit area code"
)


@dataclass
class Prepared:
    """Rows ready for ``load_frame`` and what was found on the way.

    ``frame`` holds the good rows only; ``mapping`` is field -> column.
    """

    rows: int
    mapping: dict[str, str]
    ignored: list[str]
    findings: list[Finding] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    frame: geopandas.GeoDataFrame = field(default_factory=geopandas.GeoDataFrame)


def prepare_table(
    table: Table,
    layer: Layer,
    srid: int,
    chosen: Mapping[str, str],
    constants: Mapping[str, str],
) -> Prepared:
    """Map, convert and check a table for ``layer`` with its geometry in metric CRS ``srid``.

    ``chosen`` is column -> field ("" leaves a column out); ``constants`` is field -> value of
    rows that have none. Raises BadFile or BadCoordinates for what concerns the whole file.
    """
    mapping = map_columns(layer, table.columns, chosen)
    prepared = Prepared(len(table), mapping, sorted(set(table.columns) - set(mapping.values())))
    with ThreadPoolExecutor(1) as beside:  # GEOS works while Python reads the values
        coming = beside.submit(fit_shapes, table.shapes, layer.geometry, table.crs, srid)
        refuse_personal(table, layer, prepared)
        values = convert_values(table, layer, constants, prepared)
        shapes = coming.result()
    prepared.findings += shapes.findings
    prepared.notes += shapes.notes
    values["code"] = make_codes(layer.name, values["code"], shapes.values)
    check_codes(layer, values["code"], prepared)
    good = numpy.ones(len(table), dtype=bool)
    good[[item.row - 1 for item in prepared.findings]] = False
    prepared.findings.sort(key=lambda item: (item.row, item.column))
    columns = {name: pandas.Series(column[good], dtype=object) for name, column in values.items()}
    prepared.frame = geopandas.GeoDataFrame(columns, geometry=shapes.values[good])
    return prepared


def refuse_personal(table: Table, layer: Layer, prepared: Prepared) -> None:
    """Refuse the file when a mapped column looks personal; note the columns left out."""
    field_of = {column: targets(layer)[name] for name, column in prepared.mapping.items()}
    refused = []
    for column, values in table.columns.items():
        found = personal_kind(column, values, field_of.get(column))
        if found and column in field_of:
            refused.append(found)
        elif found:
            prepared.notes.append(left_out(found))
    if refused:
        raise BadFile(
            Text(
                "拒绝读入个人信息。" + "；".join(f"{i.column}：像是{i.kind.zh}" for i in refused),
                "Personal data is refused. "
                + "; ".join(f"{i.column}: looks like {i.kind.en}" for i in refused),
            ),
            Text(
                "本系统只记地点，不记个人。请从文件中删去这些列，或用 --map 列名= 不读该列。",
                "Places are kept, never persons. Remove the columns from the file, or leave one "
                "out with --map COLUMN=.",
            ),
        )


def left_out(found: Personal) -> Text:
    """Return the note about a column that fills nothing and looks personal."""
    return Text(
        f"列 {found.column} 像是{found.kind.zh}，没有读入：本系统只记地点，不记个人。",
        f"Column {found.column} looks like {found.kind.en} and was not read: "
        "places are kept, never persons.",
    )


def personal_kind(column: str, values: numpy.ndarray, target: Field | None) -> Personal | None:
    """Return what is personal about a column that fills ``target`` (None: nothing)."""
    declared = target is not None and any(tidy(column) in words for words in field_words(target))
    if values.dtype.kind in "iuf":
        long = (values >= LONG_NUMBER) & (values < LONGEST)
        values = values[long].astype("int64").astype(str)
    found = check_column(column, values.tolist(), trust_header=declared)
    if found and declared and found.kind is NAMES and not found.header and is_place_name(target):
        return None
    return found


def is_place_name(target: Field | None) -> bool:
    """Tell whether a field is a place's own name, which may look like a person's."""
    return target is not None and target.name == "name"


def convert_values(
    table: Table, layer: Layer, constants: Mapping[str, str], prepared: Prepared
) -> dict[str, numpy.ndarray]:
    """Return the layer's columns converted; findings and notes go to ``prepared``."""
    values = {"code": numpy.full(len(table), None, dtype=object)}
    lacking = []
    for name, target in targets(layer).items():
        column = prepared.mapping.get(name)
        if column is not None:
            values[name], findings = convert_column(target, table.columns[column], column)
        elif name in constants or target.required:
            values[name] = numpy.full(len(table), None, dtype=object)
            findings = missing_everywhere(target, len(table))
        else:
            continue
        rest = fill_missing(target, values[name], findings, constants, prepared)
        if column is None and rest:
            lacking.append(target)
        prepared.findings += rest
    unknown = set(constants) - set(targets(layer))
    if unknown:
        raise BadFile(
            Text("图层没有字段 {names}。", "The layer has no field {names}.").format(
                names=", ".join(sorted(unknown))
            )
        )
    if lacking:
        raise lacking_fields(lacking, prepared.ignored)
    return values


def missing_everywhere(target: Field, rows: int) -> list[Finding]:
    """Return the findings for a required field that no column fills."""
    return [Finding(row + 1, target.name, "", MISSING) for row in range(rows)]


def fill_missing(
    target: Field,
    values: numpy.ndarray,
    findings: list[Finding],
    constants: Mapping[str, str],
    prepared: Prepared,
) -> list[Finding]:
    """Fill rows without a value by the constant, or by the choice that means "not known".

    Returns the findings that remain.
    """
    missing = [item for item in findings if item.reason is MISSING]
    if target.name in constants:
        given, wrong = convert_column(
            target, numpy.array([constants[target.name]], object), "--set"
        )
        if wrong:
            raise BadFile(
                Text(
                    f"--set {target.name}：{wrong[0].reason.zh}",
                    f"--set {target.name} {wrong[0].reason.en}",
                )
            )
        refused = [item.row - 1 for item in findings if item.reason is not MISSING]
        empty = numpy.array([value is None for value in values])
        empty[refused] = False
        values[empty] = given[0]
    else:
        unknown = next((choice.code for choice in target.choices if choice.unknown), None)
        if unknown is None or not missing:
            return findings
        values[[item.row - 1 for item in missing]] = unknown
        prepared.notes.append(
            Text(
                f"{target.label.zh}：{len(missing)} 行没有值，记为“不详”。",
                f"{target.label.en}: {len(missing)} rows without a value are unknown.",
            )
        )
    return [item for item in findings if item.reason is not MISSING]


def lacking_fields(lacking: list[Field], ignored: list[str]) -> BadFile:
    """Return the error for required fields that nothing fills."""
    names = ", ".join(f"{item.name}（{item.label.zh}）" for item in lacking)
    english = ", ".join(f"{item.name} ({item.label.en})" for item in lacking)
    return BadFile(
        Text(f"没有列对应必填字段：{names}。", f"No column fills the required: {english}."),
        Text(
            "用 --map 列名=字段 指定，或用 --set 字段=值 给所有行。未用的列：{columns}",
            "Name one with --map COLUMN=FIELD, or give all rows a value with --set FIELD=VALUE. "
            "Unused columns: {columns}",
        ).format(columns=", ".join(ignored) or "-"),
    )


def check_codes(layer: Layer, codes: numpy.ndarray, prepared: Prepared) -> None:
    """Note codes that appear twice, and area codes that are none."""
    column = prepared.mapping.get("code", CODE.name)
    first: dict[str, int] = {}
    for row, code in enumerate(codes.tolist(), start=1):
        if code is None:
            continue
        if layer.name == "areas" and not AREA_CODE.fullmatch(code):
            prepared.findings.append(Finding(row, column, code, NOT_AREA_CODE))
        elif code in first:
            prepared.findings.append(Finding(row, column, code, TWICE.format(row=first[code])))
        else:
            first[code] = row
