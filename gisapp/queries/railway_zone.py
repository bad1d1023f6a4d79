"""Sites inside the railway safety zone, by kind of line and class of the land it crosses."""

from __future__ import annotations

from pathlib import Path

from gisapp.database.statements import Statement
from gisapp.queries.common import (
    AREA,
    AREA_COLUMN,
    CODE_COLUMN,
    COUNT_COLUMN,
    EVERYWHERE,
    GRADE_COLUMN,
    LAYER_COLUMN,
    PREMISES_LAYERS,
    TITLE_COLUMN,
    prepare_area,
)
from gisapp.queries.spec import DEFINITION, Column, Parameter, Query, Rule
from layers.catalogue import LAYERS
from layers.spec import Choice, Field, Text

DECREE = Text(
    "《铁路安全管理条例》（国务院令第 639 号）第二十七条",
    "Regulation on Railway Safety (State Council Decree 639), article 27",
)
# Metres outward from the line's foot, by kind and class (Decree 639, art. 27). An unknown kind
# or class takes the smallest for what is sure and the largest for what is possible.
ZONES = """, widths (kind, segment_class, width_m) AS (VALUES
    ('high_speed', 'city', 10), ('other', 'city', 8),
    ('high_speed', 'suburb_residential', 12), ('other', 'suburb_residential', 10),
    ('high_speed', 'village_residential', 15), ('other', 'village_residential', 12),
    ('high_speed', 'elsewhere', 20), ('other', 'elsewhere', 15)
), zones AS NOT MATERIALIZED (
    SELECT railways.*, sure_m::double precision, possible_m::double precision
    FROM railways CROSS JOIN LATERAL (
        SELECT min(width_m) AS sure_m, max(width_m) AS possible_m FROM widths
        WHERE railways.kind IN (widths.kind, 'unknown')
            AND railways.segment_class IN (widths.segment_class, 'unknown')
    ) AS width
)"""
SITES = """, sites AS NOT MATERIALIZED (
    SELECT 'three_in_one' AS layer, code, name AS title, grade, area_code, geom
    FROM three_in_one WHERE %(sites)s IN ('all', 'three_in_one')
    UNION ALL
    SELECT 'rented_housing', code, name, grade, area_code, geom
    FROM rented_housing WHERE %(sites)s IN ('all', 'rented_housing')
    UNION ALL
    SELECT 'hazard_sites', code, name, grade, area_code, geom
    FROM hazard_sites WHERE %(sites)s IN ('all', 'hazard_sites')
    UNION ALL
    SELECT 'buildings', code, name, NULL, area_code, geom
    FROM buildings WHERE %(sites)s IN ('all', 'buildings')
)"""
IN_ZONE = Statement(
    Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
    reads=("railways", "buildings", *PREMISES_LAYERS),
    also_with=ZONES + SITES,
    example={**EVERYWHERE, "sites": "all", "foot": 0.0},
)
FINDING_COLUMN = Column(
    "finding",
    Text("结论", "Finding"),
    "choice",
    choices=(
        Choice("sure", Text("确在保护区内", "Surely inside"), "#c62828", 3),
        Choice("possible", Text("可能在保护区内", "Possibly inside"), "#ef6c00", 2),
        Choice(
            "tunnel", Text("隧道段，另行核实", "Over a tunnel: check apart"), "#757575", 1, True
        ),
    ),
)


def column_of(field_name: str, name: str) -> Column:
    """Return a column with the label and code table of a field of railways."""
    field = LAYERS["railways"].field_named(field_name) or Field(name, "text", Text(name, name))
    return Column(name, field.label, "choice", choices=field.choices)


QUERY = Query(
    name="railway_zone",
    label=Text("铁路线路安全保护区内的场所", "Sites inside the railway safety zone"),
    description=Text(
        "按线路种类和地段类别的保护区宽度，列出确在、可能在保护区内的场所和建筑，隧道段单列。",
        "Sites surely or possibly inside the zone whose width follows the kind of line and the "
        "class of land; those over tunnels apart.",
    ),
    parameters=(
        Parameter(
            "sites",
            "choice",
            Text("场所", "Sites"),
            default="all",
            choices=(
                Choice("all", Text("全部场所和建筑", "All premises and buildings")),
                *(Choice(name, LAYERS[name].label) for name in (*PREMISES_LAYERS, "buildings")),
            ),
        ),
        Parameter(
            "foot",
            "number",
            Text("中心线到坡脚的余量", "From centre line to the line's foot, at most"),
            default=0.0,
            unit="m",
            minimum=0,
            maximum=100,
        ),
        AREA,
    ),
    columns=(
        FINDING_COLUMN,
        LAYER_COLUMN,
        TITLE_COLUMN,
        CODE_COLUMN,
        GRADE_COLUMN,
        Column("distance_m", Text("到线路中心线", "To the centre line"), "number", unit="m"),
        Column("sure_m", Text("宽度（确定）", "Width, sure"), "number", unit="m"),
        Column("possible_m", Text("宽度（可能）", "Width, possible"), "number", unit="m"),
        Column("railway", Text("线路代码", "Line's code"), feature_of="railways"),
        Column("line_name", Text("线路名称", "Line's name")),
        column_of("kind", "line_kind"),
        column_of("segment_class", "segment_class"),
        column_of("bridge_or_tunnel", "structure"),
        AREA_COLUMN,
    ),
    rules=(
        Rule(
            Text(
                "保护区宽度（高速铁路/其他铁路，米）：城市市区 10/8，城市郊区居民居住区 12/10，"
                "村镇居民居住区 15/12，其他地区 20/15。",
                "Width in metres, high-speed / other: city 10/8, residential suburb 12/10, "
                "residential village 15/12, elsewhere 20/15.",
            ),
            DECREE,
        ),
        Rule(
            Text(
                "法定宽度从路堤坡脚、路堑坡顶或桥梁外侧起算，而库中只有线路中心线，这里从中心线量起："
                "“确在”的结论成立；真实保护区更宽，线外余量（现为 {foot} 米）只计入“可能”。",
                "The legal width begins at the foot of the embankment, the top of the cutting or "
                "the outer side of the bridge, but only the centre line is stored, and distances "
                "are from it: 'surely' holds; the true zone reaches further, and the allowance "
                "(now {foot} m) counts only towards 'possibly'.",
            ),
            DEFINITION,
        ),
        Rule(
            Text(
                "线路种类或地段类别不详的，确定按最小宽度，可能按最大宽度；未记桥隧的按地面线路计。",
                "Where kind or class is unknown, the smallest width is sure and the largest "
                "possible; a line with no bridge or tunnel recorded is taken as at grade.",
            ),
            DEFINITION,
        ),
        Rule(
            Text(
                "隧道段单列，不计入“确在”“可能”：地面范围须向铁路部门核实。",
                "Places over tunnels are listed apart, neither sure nor possible: ask the "
                "railway what holds above ground.",
            ),
            DEFINITION,
        ),
    ),
    statement=IN_ZONE,
    summary="SELECT finding, layer, count(*) AS count FROM result GROUP BY finding, layer"
    " ORDER BY min(row_number)",
    summary_columns=(FINDING_COLUMN, LAYER_COLUMN, COUNT_COLUMN),
    prepare=prepare_area,
    order=60,
)
