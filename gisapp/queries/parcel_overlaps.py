"""Overlapping parcel claims, each overlap with its square metres and shares."""

from __future__ import annotations

from pathlib import Path

from gisapp.database.statements import Statement
from gisapp.queries.common import AREA, AREA_COLUMN, COUNT_COLUMN, EVERYWHERE, prepare_area
from gisapp.queries.spec import DEFINITION, DISTRICT, Column, Parameter, Query, Rule
from layers.catalogue import LAYERS
from layers.spec import Text

OVERLAPS = Statement(
    Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
    reads=("parcels",),
    example={**EVERYWHERE, "tolerance": 0.1},
    # Every parcel is compared with its neighbours, which it finds by index.
    whole=("parcels",),
)
DISPUTE = LAYERS["parcels"].field_named("dispute")
DISPUTES = DISPUTE.choices if DISPUTE else ()
AREA_M2 = Column("area_m2", Text("重叠面积", "Overlap"), "number", unit="m²", decimals=2)

QUERY = Query(
    name="parcel_overlaps",
    label=Text("重叠的宗地主张", "Overlapping parcel claims"),
    description=Text(
        "逐块列出两宗地重叠的部分：平方米数，以及占各自面积的比例。",
        "Each overlap of two parcels: its square metres and its share of either parcel.",
    ),
    parameters=(
        Parameter(
            "tolerance",
            "number",
            Text("忽略不大于", "Ignore up to"),
            default=0.1,
            unit="m²",
            minimum=0,
            maximum=1e6,
        ),
        AREA,
    ),
    columns=(
        Column("first_code", Text("宗地一", "First parcel"), feature_of="parcels"),
        Column("second_code", Text("宗地二", "Second parcel"), feature_of="parcels"),
        AREA_M2,
        Column("first_share", Text("占宗地一", "Share of the first"), "number", unit="%"),
        Column("second_share", Text("占宗地二", "Share of the second"), "number", unit="%"),
        Column(
            "first_dispute", Text("宗地一争议状态", "First one's dispute"), "choice", "", DISPUTES
        ),
        Column(
            "second_dispute", Text("宗地二争议状态", "Second one's dispute"), "choice", "", DISPUTES
        ),
        AREA_COLUMN,
    ),
    rules=(
        Rule(
            Text(
                "不大于 {tolerance} 平方米的重叠视为测绘误差，不列。",
                "Overlaps of up to {tolerance} m² are taken as survey tolerance and left out.",
            ),
            DISTRICT,
        ),
        Rule(
            Text(
                "面积为投影平面面积；三方重叠按两两分别列出，合计会重复计算。"
                "限定区域时，任何一方在区域内即列出，跨界的一对在两边都会出现。",
                "Areas are those of the metric projection. Where three claims overlap each pair "
                "is listed, so that sums count the land more than once. In an area, a pair is "
                "listed if either parcel lies in it; one across a border appears on both sides.",
            ),
            DEFINITION,
        ),
    ),
    statement=OVERLAPS,
    summary="SELECT count(*) AS count, sum(area_m2) AS area_m2 FROM result",
    summary_columns=(COUNT_COLUMN, AREA_M2),
    prepare=prepare_area,
    order=70,
)
