"""Key areas: schools, hospitals, parks, stations and other places of special duty."""

from layers.spec import Access, Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="key_areas",
    label=Text("重点区域", "Key areas"),
    description=Text(
        "学校、医院、车站、市场、园区、机关、军事等重点区域范围。",
        "Grounds of schools, hospitals, stations, markets, industrial parks, agencies and the like.",
    ),
    group="context",
    geometry="MultiPolygon",
    order=6,
    access=Access(scoped=False),
    aliases=("重点区域", "重点部位", "key areas"),
    style=Style(
        colour="#a8577e",
        fill="#f3dfe9",
        fill_opacity=0.6,
        width=1,
        by="kind",
        label="name",
        label_min_zoom=14,
        min_zoom=11,
    ),
    fields=(
        Field(
            "name", "text", Text("名称", "Name"), required=True, search="words", aliases=("名称",)
        ),
        Field(
            "kind",
            "choice",
            Text("类别", "Kind"),
            required=True,
            choices=(
                Choice("school", Text("学校幼儿园", "School"), "#c98b2b"),
                Choice("hospital", Text("医院", "Hospital"), "#c2577a"),
                Choice("station", Text("车站", "Station"), "#6b7f94"),
                Choice("market", Text("市场商圈", "Market"), "#b8763e"),
                Choice("industrial_park", Text("工业园区", "Industrial park"), "#8a7a9b"),
                Choice("government", Text("机关单位", "Government"), "#a35d5d"),
                Choice("scenic", Text("景区公园", "Park or scenic area"), "#6e9c5a"),
                Choice("military", Text("军事设施", "Military"), "#5f6b4e"),
                Choice("other", Text("其他", "Other"), "#8c8c8c"),
            ),
        ),
        Field(
            "consent_needed",
            "choice",
            Text("邻近安装监控需征得同意", "Cameras nearby need consent"),
            choices=(
                Choice("yes", Text("是", "Yes")),
                Choice("no", Text("否", "No")),
                Choice("unknown", Text("不详", "Unknown"), unknown=True),
            ),
        ),
        Field(
            "visitors",
            "integer",
            Text("日均人数", "People a day (count)"),
            unit="人",
            minimum=0,
            maximum=1000000,
        ),
        Field("note", "text", Text("备注", "Note"), max_length=2000),
    ),
)
