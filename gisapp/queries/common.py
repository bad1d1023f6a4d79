"""What several queries share: areas, premises, the cells in force, common columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gisapp.access.scope import prefix_end
from gisapp.database.ddl import quote
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.queries.places import no_feature
from gisapp.queries.spec import DEFINITION, Column, Parameter, Rule, Values
from layers.catalogue import LAYERS
from layers.codes import GRADES
from layers.spec import Choice, Text

PREMISES_LAYERS = ("rented_housing", "three_in_one", "hazard_sites")

# Digits of the 12-digit code that all rows of an area share, by the area's level.
PREFIX_LENGTH = {"district": 6, "town": 9, "village": 12}

AREA_LEVEL = Statement(
    "SELECT level, area_code FROM areas WHERE code = %(code)s",
    reads=("areas",),
    example={"code": "445103000000"},
)

# The cells in force today, or at the reader's moment; retired and future ones do not count.
CELLS = """, cells AS NOT MATERIALIZED (
    SELECT * FROM grid_cells
    WHERE (valid_from IS NULL OR valid_from <= coalesce(%(day)s::date, current_date))
        AND (valid_to IS NULL OR valid_to > coalesce(%(day)s::date, current_date))
)"""
# The premises asked for, of all three kinds or of one.
PREMISES = """, premises AS NOT MATERIALIZED (
    SELECT 'three_in_one' AS layer, code, name AS title, grade, area_code, geom
    FROM three_in_one WHERE %(premises)s IN ('all', 'three_in_one')
    UNION ALL
    SELECT 'rented_housing', code, name, grade, area_code, geom
    FROM rented_housing WHERE %(premises)s IN ('all', 'rented_housing')
    UNION ALL
    SELECT 'hazard_sites', code, name, grade, area_code, geom
    FROM hazard_sites WHERE %(premises)s IN ('all', 'hazard_sites')
)"""
# Values for the examples of statements that can be limited to an area.
EVERYWHERE = {"everywhere": True, "first": "", "after": "", "day": None}

AREA = Parameter(
    "area",
    "code",
    Text("只看区域（代码）", "Only in area (code)"),
    layers=("areas",),
    help=Text(
        "区县、镇街或村居的 12 位代码；不填为全部。",
        "The 12-digit code of a district, town or village; empty for everywhere.",
    ),
)
PREMISES_KIND = Parameter(
    "premises",
    "choice",
    Text("场所", "Premises"),
    default="all",
    choices=(
        Choice("all", Text("全部场所", "All premises")),
        *(Choice(name, LAYERS[name].label) for name in PREMISES_LAYERS),
    ),
)
LAYER_COLUMN = Column(
    "layer",
    Text("图层", "Layer"),
    "choice",
    choices=tuple(Choice(layer.name, layer.label) for layer in LAYERS.values()),
)
CODE_COLUMN = Column("code", Text("代码", "Code"), feature_of="layer")
CELL_CODE_COLUMN = Column("code", Text("网格代码", "Code of the cell"), feature_of="grid_cells")
TITLE_COLUMN = Column("title", Text("名称", "Name"))
GRADE_COLUMN = Column("grade", Text("风险等级", "Grade"), "choice", choices=GRADES)
AREA_COLUMN = Column("area_code", Text("区划代码", "Area code"))
COUNT_COLUMN = Column("count", Text("数量", "Count"), "integer")
CELLS_IN_FORCE = Rule(
    Text(
        "只计今天有效的网格（已启用、未撤销）。",
        "Only cells in force today count: begun and not ended.",
    ),
    DEFINITION,
)


def find_area(reader: Reader, values: Values) -> dict[str, Any]:
    """Return the range of area codes that parameter ``area`` asks for.

    ``everywhere`` is true when it asks for none; then rows outside every area count too.
    """
    if values["area"] is None:
        return dict(EVERYWHERE)
    found = reader.row(AREA_LEVEL, {"code": values["area"]})
    if found is None:
        raise no_feature(str(values["area"]), "areas")
    return area_range(*found)


def area_range(level: str, code: str) -> dict[str, Any]:
    """Return the range of area codes inside the area ``code`` of ``level``."""
    prefix = code[: PREFIX_LENGTH[level]]
    if not (code.isascii() and code.isdigit() and len(code) == 12):  # a scheme of its own
        return {"everywhere": False, "first": code, "after": code + " "}
    return {"everywhere": False, "first": prefix, "after": prefix_end(prefix)}


def prepare_area(reader: Reader, values: Values) -> Values:
    """Prepare a query whose only place is its area."""
    return find_area(reader, values)


def worst_first(choices: Iterable[Choice]) -> str:
    """Return the SQL that sorts the column ``grade``: the worst first, the unknown last."""
    ranked = sorted(choices, key=lambda item: (item.unknown, -(item.rank or 0)))
    return f"array_position(ARRAY[{', '.join(quote(item.code) for item in ranked)}], grade)"
