"""Premises with no working camera, hydrant or micro fire station within a distance."""

from __future__ import annotations

from gisapp.database.statements import Statement
from gisapp.queries.common import (
    AREA,
    AREA_COLUMN,
    CODE_COLUMN,
    COUNT_COLUMN,
    EVERYWHERE,
    GRADE_COLUMN,
    LAYER_COLUMN,
    PREMISES,
    PREMISES_KIND,
    PREMISES_LAYERS,
    TITLE_COLUMN,
    prepare_area,
)
from gisapp.queries.places import STRAIGHT_LINE
from gisapp.queries.spec import DEFINITION, DISTRICT, Column, Parameter, Query, Rule
from layers.spec import Choice, Text

# What protects, with its state: yes (works), unknown, no.
PROTECTION = """, protection AS NOT MATERIALIZED (
    SELECT 'cameras' AS kept_in, code, geom, CASE status WHEN 'online' THEN 'yes' WHEN 'unknown' THEN 'unknown'
        ELSE 'no' END AS works
    FROM cameras WHERE %(protection)s = 'camera'
    UNION ALL
    SELECT 'facilities', code, geom, CASE status WHEN 'working' THEN 'yes' WHEN 'unknown' THEN 'unknown'
        ELSE 'no' END
    FROM facilities WHERE kind = %(protection)s
)"""
WITHOUT = Statement(
    """
SELECT layer, code, title, grade, area_code, geom, CASE WHEN EXISTS (
        SELECT FROM protection
        WHERE ST_DWithin(protection.geom, premises.geom, %(distance)s) AND works = 'unknown'
    ) THEN 'unknown' ELSE 'none' END AS finding
FROM premises
WHERE (%(everywhere)s OR (area_code >= %(first)s AND area_code < %(after)s))
    AND NOT EXISTS (
        SELECT FROM protection
        WHERE ST_DWithin(protection.geom, premises.geom, %(distance)s) AND works = 'yes'
        OFFSET 0  -- place by place, so that protection is found by index
    )
ORDER BY finding, layer, code
""",
    reads=("cameras", "facilities", *PREMISES_LAYERS),
    also_with=PROTECTION + PREMISES,
    example={**EVERYWHERE, "premises": "all", "protection": "hydrant", "distance": 150.0},
    # Every premises has to be looked at: the question is which of them have none.
    whole=PREMISES_LAYERS,
)
NEAREST_WORKING = """
LEFT JOIN LATERAL (
    SELECT kept_in, protection.code AS nearest, ST_Distance(protection.geom, shown.geom) AS distance_m
    FROM protection WHERE works = 'yes'
    ORDER BY protection.geom <-> shown.geom, protection.code LIMIT 1
) AS working ON true
"""
FINDING_COLUMN = Column(
    "finding",
    Text("结论", "Finding"),
    "choice",
    choices=(
        Choice("none", Text("确无", "Surely none"), "#c62828", 2),
        Choice("unknown", Text("仅有状态不详的", "Only of unknown status"), "#757575", 1, True),
    ),
)

QUERY = Query(
    name="without_protection",
    label=Text("附近没有可用防护设施的场所", "Premises without protection nearby"),
    description=Text(
        "给定距离内没有可用监控、消火栓或微型消防站的场所；状态不详的设施不当作可用，也不当作没有。",
        "Premises with no working camera, hydrant or micro fire station within a distance; one "
        "of unknown status counts neither as working nor as missing.",
    ),
    parameters=(
        Parameter(
            "protection",
            "choice",
            Text("设施", "Protection"),
            default="hydrant",
            choices=(
                Choice("hydrant", Text("消火栓", "Hydrant")),
                Choice("micro_fire_station", Text("微型消防站", "Micro fire station")),
                Choice("fire_station", Text("消防站", "Fire station")),
                Choice("camera", Text("视频监控", "Camera")),
            ),
        ),
        Parameter(
            "distance",
            "number",
            Text("距离", "Distance"),
            default=150.0,
            unit="m",
            minimum=1,
            maximum=5000,
        ),
        PREMISES_KIND,
        AREA,
    ),
    columns=(
        FINDING_COLUMN,
        LAYER_COLUMN,
        TITLE_COLUMN,
        CODE_COLUMN,
        GRADE_COLUMN,
        Column("nearest", Text("最近的可用设施", "Nearest working one"), feature_of="kept_in"),
        Column("kept_in", Text("该设施图层", "Its layer"), "choice", choices=LAYER_COLUMN.choices),
        Column("distance_m", Text("到该设施", "Distance to it"), "number", unit="m"),
        AREA_COLUMN,
    ),
    rules=(
        Rule(Text("距离限值 {distance} 米。", "The distance is {distance} metres."), DISTRICT),
        Rule(
            Text(
                "可用：监控为“在线”，设施为“可用”。离线、规划中、故障的不算。"
                "状态不详的单列：只有状态不详的，与确无分开计数。",
                "Working means an online camera or a working facility; offline, planned and "
                "faulty ones do not count. Premises with only one of unknown status are counted "
                "apart from those that surely have none.",
            ),
            DEFINITION,
        ),
        STRAIGHT_LINE,
    ),
    statement=WITHOUT,
    detail=NEAREST_WORKING,
    summary="SELECT finding, layer, count(*) AS count FROM result GROUP BY finding, layer"
    " ORDER BY finding, layer",
    summary_columns=(FINDING_COLUMN, LAYER_COLUMN, COUNT_COLUMN),
    prepare=prepare_area,
    order=50,
)
