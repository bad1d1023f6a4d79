"""The columns of the files of coverage: cells and gaps, with what the pages call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gisapp.coverage.figures import COLUMNS
from gisapp.coverage.freshness import STATES
from gisapp.coverage.weights import LABELS
from layers.spec import Choice, Field, FieldType, Text

KINDS = {
    "certain": Text("确定盲区", "Certain gap"),
    "unsure": Text("不确定", "Unsure"),
}


def number(name: str, label: Text) -> Field:
    """Return a column of figures."""
    return Field(name, "number", label)


def text(name: str, label: Text, kind: FieldType = "text") -> Field:
    """Return a column of texts, or of another kind."""
    return Field(name, kind, label)


def choice(name: str, label: Text, labels: Mapping[Any, Text]) -> Field:
    """Return a column of codes with their labels."""
    return Field(name, "choice", label, choices=tuple(Choice(*one) for one in labels.items()))


CODE, NAME = text("code", Text("网格编号", "Cell")), text("name", Text("网格", "Name of the cell"))
AREA = text("area_code", Text("行政区划代码", "Area code"))
STATE = choice("state", Text("状态", "State"), STATES)
COUNTED = tuple(
    text(name, LABELS[name], "integer") for name in ("premises", "hazards", "incidents")
)
ROAD = number("road_m", LABELS["road_m"])
SCORE = number("score", Text("风险分", "Score"))
FIGURES = ("target_m2", "sure_m2", "possible_m2", "twice_m2", "gap_m2", "unsure_m2")
SHARES = ("sure_share", "possible_share", "twice_share")
CELL_FIELDS = (
    CODE,
    NAME,
    AREA,
    STATE,
    text("computed_at", Text("计算于", "Computed"), "datetime"),
    SCORE,
    *(number(name, COLUMNS[name]) for name in (*FIGURES, *SHARES)),
    text("cameras", COLUMNS["cameras"], "integer"),
    text("undirected", COLUMNS["undirected"], "integer"),
    text("gaps", Text("盲区处数", "Gaps"), "integer"),
    *COUNTED,
    ROAD,
)
GAP_FIELDS = (
    text("rank", Text("名次", "Rank"), "integer"),
    text("id", Text("盲区编号", "Gap")),
    replace(CODE, name="cell"),
    replace(NAME, name="cell_name"),
    AREA,
    STATE,
    choice("kind", Text("种类", "Kind"), KINDS),
    number("area_m2", Text("面积（m²）", "Area (m²)")),
    SCORE,
    *COUNTED,
    ROAD,
)
