"""Checks of camera records: identifiers, forbidden places, retention, what cannot be."""

from __future__ import annotations

from pathlib import Path

from psycopg2 import sql

from gisapp.database.ddl import quote
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.queries.common import (
    AREA,
    AREA_COLUMN,
    COUNT_COLUMN,
    EVERYWHERE,
    TITLE_COLUMN,
    find_area,
)
from gisapp.queries.device_rules import RULES
from gisapp.queries.spec import DEFINITION, Column, Parameter, Query, Rule, Values
from layers.spec import Choice, Text

HERE = Path(__file__)
SEVERITIES = (
    Choice("error", Text("错误", "Error"), "#c62828", 3),
    Choice("warning", Text("提醒", "Warning"), "#ef6c00", 2),
    Choice("info", Text("提示", "Note"), "#1565c0", 1),
)
NAMES = tuple(Choice(rule.name, rule.label) for rule in RULES)
FOUND = ", ".join(
    f"({quote(rule.name)}, {quote(rule.severity)}, {rule.wrong}, {rule.value})" for rule in RULES
)
KNOWN = ", ".join(
    f"({number}, {quote(rule.name)}, {quote(rule.severity)})" for number, rule in enumerate(RULES)
)
LISTED = ", known (place, rule, severity) AS (VALUES " + KNOWN + ")"
CHECKS = Statement(
    sql.SQL(HERE.with_suffix(".sql").read_text(encoding="utf-8")).format(found=sql.SQL(FOUND)),
    reads=("cameras", "buildings", "roads", "key_areas", "rented_housing"),
    also_with=HERE.with_name("device_checks_with.sql").read_text(encoding="utf-8") + LISTED,
    example={
        **EVERYWHERE,
        "rule": "all",
        "severity": "all",
        "retention": 30,
        "far": 100.0,
        "consent": 50.0,
    },
    # The question is what is wrong with any of them; what is used twice shows in all only.
    whole=("cameras",),
)
# Rules that nothing breaks are told too: with none.
BY_RULE = """
SELECT known.rule, known.severity, count(result.code) AS count
FROM known LEFT JOIN result ON result.rule = known.rule
WHERE %(rule)s IN ('all', known.rule) AND %(severity)s IN ('all', known.severity)
GROUP BY known.place, known.rule, known.severity
ORDER BY array_position(ARRAY['error', 'warning', 'info'], known.severity), known.place
"""


def prepare(reader: Reader, values: Values) -> Values:
    """Find the area."""
    return find_area(reader, values)


RULE_COLUMN = Column("rule", Text("规则", "Rule"), "choice", choices=NAMES)
SEVERITY_COLUMN = Column("severity", Text("程度", "Severity"), "choice", choices=SEVERITIES)
EVERY = Choice("all", Text("全部", "All"))

QUERY = Query(
    name="device_checks",
    label=Text("视频监控档案检查", "Checks of camera records"),
    description=Text(
        "国标编号、录像保存、禁装场所、重复、位置和视野参数：逐条列出不符合规则的监控点位。",
        "Identifiers, retention, forbidden places, duplicates, positions and views: the cameras "
        "that break each rule.",
    ),
    parameters=(
        Parameter("rule", "choice", Text("规则", "Rule"), default="all", choices=(EVERY, *NAMES)),
        Parameter(
            "severity",
            "choice",
            Text("程度", "Severity"),
            default="all",
            choices=(EVERY, *SEVERITIES),
        ),
        Parameter(
            "retention",
            "integer",
            Text("录像至少保存", "Kept for at least"),
            default=30,
            unit="天",
            minimum=1,
            maximum=3650,
        ),
        Parameter(
            "far",
            "number",
            Text("离道路和建筑超过", "Farther from road and building than"),
            default=100.0,
            unit="m",
            minimum=1,
            maximum=5000,
        ),
        Parameter(
            "consent",
            "number",
            Text("须征得同意的距离", "Consent is needed within"),
            default=50.0,
            unit="m",
            minimum=0,
            maximum=2000,
        ),
        AREA,
    ),
    columns=(
        SEVERITY_COLUMN,
        RULE_COLUMN,
        TITLE_COLUMN,
        Column("code", Text("代码", "Code"), feature_of="cameras"),
        Column("value", Text("所见", "What was found")),
        AREA_COLUMN,
    ),
    rules=(
        *(
            Rule(
                Text(f"{rule.label.zh}：{rule.why.zh}", f"{rule.label.en}. {rule.why.en}"),
                rule.source,
            )
            for rule in RULES
        ),
        Rule(
            Text("重复只在你看得到的点位中查找。", "Duplicates are sought among what you may see."),
            DEFINITION,
        ),
    ),
    statement=CHECKS,
    summary=BY_RULE,
    summary_columns=(RULE_COLUMN, SEVERITY_COLUMN, COUNT_COLUMN),
    prepare=prepare,
    order=82,
)
