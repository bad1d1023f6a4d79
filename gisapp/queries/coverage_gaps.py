"""What cameras leave unseen in each cell, from plain sectors: a sure and a possible figure."""

from __future__ import annotations

from pathlib import Path

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.queries.common import (
    AREA,
    AREA_COLUMN,
    CELL_CODE_COLUMN,
    CELLS,
    CELLS_IN_FORCE,
    EVERYWHERE,
    TITLE_COLUMN,
    find_area,
)
from gisapp.queries.spec import DEFINITION, DISTRICT, Column, Parameter, Query, Rule, Values
from layers.catalogue import LAYERS
from layers.spec import Choice, Text

HERE = Path(__file__)
RANGE_FIELD = LAYERS["cameras"].field_named("max_view_distance")
LONGEST_RANGE = (RANGE_FIELD.maximum if RANGE_FIELD else None) or 5000.0

GAPS = Statement(
    HERE.with_suffix(".sql").read_text(encoding="utf-8"),
    reads=("grid_cells", "cameras", "areas"),
    also_with=CELLS + HERE.with_name("coverage_gaps_with.sql").read_text(encoding="utf-8"),
    example={
        **EVERYWHERE,
        "gap": "sure",
        "fov": 90.0,
        "range": 30.0,
        "furthest": LONGEST_RANGE * 1.01,
    },
    # Without an area every camera has to be looked at.
    whole=("cameras",),
)
BY_TOWN = """
SELECT CASE WHEN grouping(town) = 1 THEN 'total' ELSE town END AS town,
    (SELECT min(areas.name) FROM areas WHERE areas.code = town) AS town_name, count(*) AS cells,
    sum(cell_m2) AS cell_m2, sum(sure_m2) AS sure_m2, sum(possible_m2) AS possible_m2,
    sum(sure_m2) / sum(cell_m2) * 100 AS sure_share,
    sum(possible_m2) / sum(cell_m2) * 100 AS possible_share,
    sum(sure_gap_m2) AS sure_gap_m2, sum(possible_gap_m2) AS possible_gap_m2
FROM (SELECT *, rpad(left(area_code, 9), 12, '0') AS town FROM result) AS cell
GROUP BY ROLLUP (town) ORDER BY grouping(town) DESC, town
"""


def prepare(reader: Reader, values: Values) -> Values:
    """Find the area, and how far away a camera may be that still sees into it.

    The outward chords reach 0.1 % further than the range itself.
    """
    furthest = max(LONGEST_RANGE, float(str(values["range"]))) * 1.01
    return {**find_area(reader, values), "furthest": furthest}


FIGURES = (
    Column("cell_m2", Text("面积", "Area"), "number", unit="m²", decimals=0),
    Column("sure_share", Text("确定覆盖率", "Surely covered"), "number", unit="%"),
    Column("possible_share", Text("可能覆盖率", "Possibly covered"), "number", unit="%"),
    Column("sure_m2", Text("确定覆盖", "Surely covered"), "number", unit="m²", decimals=0),
    Column("possible_m2", Text("可能覆盖", "Possibly covered"), "number", unit="m²", decimals=0),
    Column("sure_gap_m2", Text("确定盲区", "Sure gap"), "number", unit="m²", decimals=0),
    Column("possible_gap_m2", Text("可能盲区", "Possible gap"), "number", unit="m²", decimals=0),
)

QUERY = Query(
    name="coverage_gaps",
    label=Text("视频监控盲区（按网格，初步）", "Camera coverage gaps by cell (first version)"),
    description=Text(
        "按摄像机扇形视野估算每个网格确定、可能覆盖的面积，并画出盲区；未计建筑遮挡。",
        "The area of each cell that plain camera sectors surely and possibly cover, and the gaps "
        "they leave; buildings do not yet hide anything.",
    ),
    parameters=(
        Parameter(
            "gap",
            "choice",
            Text("画出的盲区", "Gap drawn"),
            default="sure",
            choices=(
                Choice("sure", Text("确定盲区（不可能看到）", "Sure gap (cannot be seen)")),
                Choice(
                    "possible", Text("可能盲区（不能确定看到）", "Possible gap (not surely seen)")
                ),
            ),
        ),
        Parameter(
            "range",
            "number",
            Text("距离不详时按", "Range if unknown"),
            default=30.0,
            unit="m",
            minimum=1,
            maximum=5000,
        ),
        Parameter(
            "fov",
            "number",
            Text("视场角不详时按", "Field angle if unknown"),
            default=90.0,
            unit="°",
            minimum=1,
            maximum=360,
        ),
        AREA,
    ),
    columns=(
        CELL_CODE_COLUMN,
        TITLE_COLUMN,
        Column("cameras", Text("看得到本格的监控", "Cameras that may see it"), "integer"),
        Column("uncertain", Text("其中参数不详", "Of these uncertain"), "integer"),
        *FIGURES,
        Column("gap_parts", Text("盲区块数", "Parts of the gap"), "integer"),
        AREA_COLUMN,
    ),
    rules=(
        Rule(
            Text(
                "未计建筑遮挡：真实覆盖小于这里的数字；计入遮挡的分析将另行提供。",
                "Nothing hides anything yet: the true coverage is smaller than these figures; "
                "the real one, with buildings, comes later.",
            ),
            DEFINITION,
        ),
        Rule(
            Text(
                "确定：无论不详的参数实际为何都看得到；可能：参数取某个值时看得到。"
                "朝向不详为任意方向；只有八方位的按 ±22.5°；"
                "距离或视场角不详的，确定按 0，可能按 {range} 米、{fov}°。",
                "Surely: seen whatever the unknown values are; possibly: seen for some of them. "
                "An unknown direction may be any; an 8-way one is known to ±22.5°; an unknown "
                "range or field angle counts as 0 for sure, as {range} m and {fov}° for possible.",
            ),
            DISTRICT,
        ),
        Rule(
            Text(
                "离线、规划中和室内的监控不计；状态不详的只计入可能；未记室内外的按室外；"
                "可转动的按登记朝向；方位角按坐标北。",
                "Offline, planned and indoor cameras do not count; those of unknown status only "
                "as possible; where indoor or outdoor is not recorded, outdoor; those that turn, "
                "in their recorded direction; azimuths are from grid north.",
            ),
            DEFINITION,
        ),
        Rule(
            Text(
                "面积为整个网格，含建筑和水面。", "The whole cell counts, buildings and water too."
            ),
            DEFINITION,
        ),
        CELLS_IN_FORCE,
    ),
    statement=GAPS,
    summary=BY_TOWN,
    summary_columns=(
        Column(
            "town",
            Text("镇街代码", "Town's code"),
            "choice",
            choices=(Choice("total", Text("合计", "Total")),),
        ),
        Column("town_name", Text("镇街", "Town")),
        Column("cells", Text("网格数", "Cells"), "integer"),
        *FIGURES,
    ),
    prepare=prepare,
    order=80,
)
