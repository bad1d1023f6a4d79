"""Visits: inspections of premises, as result and counts of findings."""

from layers.spec import FIELD, Access, Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="visits",
    label=Text("巡查记录", "Visits"),
    description=Text(
        "对场所的巡查检查：时间、结果、隐患数。巡查人员不记姓名。",
        "Inspections of premises: when, result, number of findings. The inspector is not named.",
    ),
    group="support",
    geometry="Point",
    order=72,
    access=Access(create=FIELD, update=FIELD),
    large=True,
    visible=False,
    title="subject_code",
    grade="result",
    time="visited_at",
    aliases=("巡查", "检查记录", "visits"),
    style=Style(
        colour="#455a64", fill="#455a64", fill_opacity=0.8, radius=4, by="result", min_zoom=12
    ),
    fields=(
        Field(
            "subject_layer",
            "choice",
            Text("对象类别", "Kind of premises"),
            required=True,
            choices=(
                Choice("hazard_sites", Text("风险点位", "Hazard site")),
                Choice("rented_housing", Text("出租屋", "Rented housing")),
                Choice("three_in_one", Text("三合一场所", "Three-in-one premises")),
                Choice("facilities", Text("设施", "Facility")),
            ),
        ),
        Field(
            "subject_code",
            "text",
            Text("对象代码", "Code of the premises"),
            required=True,
            search="prefix",
            max_length=64,
        ),
        Field("visited_at", "datetime", Text("巡查时间", "Visited at"), required=True),
        Field(
            "result",
            "choice",
            Text("结果", "Result"),
            required=True,
            choices=(
                Choice("passed", Text("合格", "Passed"), "#2e7d32", 0),
                Choice("rectified", Text("当场整改", "Rectified on the spot"), "#1e6fba", 1),
                Choice("findings", Text("发现隐患", "Findings"), "#ef6c00", 3),
                Choice("sealed", Text("查封停用", "Closed down"), "#c62828", 4),
                Choice("no_access", Text("未能进入", "No access"), "#757575", 2, unknown=True),
            ),
        ),
        Field(
            "findings",
            "integer",
            Text("隐患数", "Findings (count)"),
            unit="处",
            minimum=0,
            maximum=10000,
        ),
        Field("next_due_on", "date", Text("下次到期", "Next due on")),
        Field("note", "text", Text("备注", "Note"), max_length=2000),
    ),
)
