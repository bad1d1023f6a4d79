"""Incidents: place, time, kind and level; never a person."""

from layers.spec import FIELD, Access, Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="incidents",
    label=Text("事件", "Incidents"),
    description=Text(
        "火情、纠纷、事故等事件：地点、时间、类别、等级，不记任何人。",
        "Fires, disputes, accidents and the like: place, time, kind and level, never persons.",
    ),
    group="support",
    geometry="Point",
    order=76,
    access=Access(create=FIELD, update=FIELD),
    large=True,
    visible=False,
    grade="level",
    time="occurred_at",
    aliases=("事件", "警情", "incidents"),
    style=Style(
        colour="#ad1457", fill="#ad1457", fill_opacity=0.8, radius=4, by="kind", min_zoom=11
    ),
    fields=(
        Field(
            "name",
            "text",
            Text("摘要", "Summary"),
            required=True,
            search="words",
            aliases=("事件名称", "摘要", "标题"),
        ),
        Field("address", "text", Text("地点", "Place"), search="words", aliases=("地点", "地址")),
        Field(
            "kind",
            "choice",
            Text("类别", "Kind"),
            required=True,
            aliases=("类型", "类别"),
            choices=(
                Choice("fire", Text("火情", "Fire"), "#c62828"),
                Choice("dispute", Text("矛盾纠纷", "Dispute"), "#6a1b9a"),
                Choice("accident", Text("生产安全事故", "Work accident"), "#ef6c00"),
                Choice("traffic", Text("交通事故", "Traffic accident"), "#1565c0"),
                Choice("flood", Text("内涝洪水", "Flooding"), "#00838f"),
                Choice("environment", Text("环境污染", "Pollution"), "#558b2f"),
                Choice("other", Text("其他", "Other"), "#757575"),
            ),
        ),
        Field(
            "level",
            "choice",
            Text("等级", "Level"),
            required=True,
            choices=(
                Choice("1", Text("特别重大", "Extraordinarily serious"), "#c62828", 4),
                Choice("2", Text("重大", "Major"), "#ef6c00", 3),
                Choice("3", Text("较大", "Serious"), "#f2b705", 2),
                Choice("4", Text("一般", "Ordinary"), "#1e6fba", 1),
                Choice("unknown", Text("未定级", "Not graded"), "#757575", 0, unknown=True),
            ),
        ),
        Field(
            "occurred_at",
            "datetime",
            Text("发生时间", "Occurred at"),
            required=True,
            aliases=("发生时间", "时间"),
        ),
        Field("closed_at", "datetime", Text("办结时间", "Closed at")),
        Field(
            "casualties",
            "integer",
            Text("伤亡人数", "Casualties (count)"),
            unit="人",
            minimum=0,
            maximum=100000,
        ),
        Field(
            "status",
            "choice",
            Text("状态", "Status"),
            choices=(
                Choice("open", Text("处理中", "Open")),
                Choice("closed", Text("已办结", "Closed")),
                Choice("unknown", Text("不详", "Unknown"), unknown=True),
            ),
        ),
        Field("note", "text", Text("备注", "Note"), max_length=2000),
    ),
)
