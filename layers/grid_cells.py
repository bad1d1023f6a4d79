"""Grid cells: the smallest areas of grassroots governance."""

from layers.spec import Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="grid_cells",
    label=Text("网格", "Grid cells"),
    description=Text(
        "基层治理网格。普通网格按户数划分；机关、园区、医院、学校、企业可设专属网格。",
        "Cells of grassroots governance, sized by households; agencies, parks, hospitals, "
        "schools and firms may have a special cell of their own.",
    ),
    group="operational",
    geometry="MultiPolygon",
    order=20,
    time="valid_from",
    valid_until="valid_to",
    aliases=("网格", "网格边界", "grid", "cells"),
    style=Style(
        colour="#00695c",
        fill="#00897b",
        fill_opacity=0.06,
        width=1.4,
        by="kind",
        label="name",
        label_min_zoom=15,
    ),
    fields=(
        Field(
            "name",
            "text",
            Text("网格名称", "Name"),
            required=True,
            search="words",
            aliases=("网格名称", "名称", "网格名"),
        ),
        Field(
            "kind",
            "choice",
            Text("网格类型", "Kind"),
            required=True,
            aliases=("类型",),
            choices=(
                Choice("ordinary", Text("普通网格", "Ordinary cell"), "#00695c"),
                Choice("special", Text("专属网格", "Special cell"), "#8e24aa"),
            ),
        ),
        Field(
            "setting",
            "choice",
            Text("城乡", "Urban or rural"),
            required=True,
            choices=(
                Choice("urban", Text("城镇", "Urban")),
                Choice("rural", Text("农村", "Rural")),
            ),
        ),
        Field(
            "households",
            "integer",
            Text("户数", "Households"),
            unit="户",
            minimum=0,
            maximum=100000,
            help=Text(
                "城镇网格 300–500 户、农村网格约 300 户为宜（可配置）",
                "Urban 300–500, rural about 300 (configurable)",
            ),
            aliases=("户数",),
        ),
        Field(
            "residents",
            "integer",
            Text("居住人数", "Residents (count)"),
            unit="人",
            minimum=0,
            maximum=1000000,
            aliases=("人口数", "人数"),
        ),
        Field(
            "workers",
            "integer",
            Text("专职网格员数", "Grid workers (count)"),
            unit="人",
            minimum=0,
            maximum=1000,
        ),
        Field("station", "text", Text("网格工作站", "Grid station"), search="words"),
        Field("locked", "boolean", Text("边界锁定", "Border locked")),
        Field("valid_from", "date", Text("启用日期", "Valid from")),
        Field("valid_to", "date", Text("撤销日期", "Valid to")),
        Field("note", "text", Text("备注", "Note"), max_length=2000),
    ),
)
