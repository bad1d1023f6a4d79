"""Administrative areas: district, towns and villages, with the edition of their codes."""

from layers.spec import Access, Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="areas",
    label=Text("行政区域", "Administrative areas"),
    description=Text(
        "区县、镇街、村居的范围与统计用区划代码。代码会变，各来源不一：每条记录带版本和有效期。",
        "District, towns and villages with their 12-digit codes. Codes change and sources "
        "disagree, so each row carries the edition and the dates of its code.",
    ),
    group="context",
    geometry="MultiPolygon",
    order=5,
    access=Access(
        scoped=False,
        create=("administrator",),
        update=("administrator",),
        delete=("administrator",),
    ),
    time="valid_from",
    valid_until="valid_to",
    standard="统计用区划代码 2+2+2+3+3",
    aliases=("行政区划", "行政区", "village", "admin"),
    style=Style(
        colour="#7a6a8a", width=1.2, dash=(6, 3), by="level", label="name", label_min_zoom=11
    ),
    fields=(
        Field(
            "name",
            "text",
            Text("名称", "Name"),
            required=True,
            search="words",
            aliases=("名称", "村居", "镇街", "区域名称"),
        ),
        Field(
            "level",
            "choice",
            Text("级别", "Level"),
            required=True,
            choices=(
                Choice("district", Text("区县", "District"), "#4a3b5c"),
                Choice("town", Text("镇街", "Town or street"), "#7a5ea8"),
                Choice("village", Text("村居", "Village or community"), "#b7a6cf"),
            ),
        ),
        Field("parent_code", "text", Text("上级代码", "Parent code"), max_length=24),
        Field(
            "kind",
            "choice",
            Text("类别", "Kind"),
            required=True,
            standard="代码第 7–9 位 001–099 街道、100–199 镇、200–399 乡；"
            "第 10–12 位 001–199 居委会、200–399 村委会",
            choices=(
                Choice("district", Text("区县", "District")),
                Choice("street", Text("街道", "Street office")),
                Choice("town", Text("镇", "Town")),
                Choice("township", Text("乡", "Township")),
                Choice("residents", Text("居民委员会", "Residents' committee")),
                Choice("villagers", Text("村民委员会", "Villagers' committee")),
                Choice("other", Text("其他（场、区等）", "Other (farm, zone)")),
            ),
        ),
        Field("edition", "text", Text("代码版本", "Edition of the code"), required=True),
        Field("valid_from", "date", Text("生效日期", "Valid from")),
        Field("valid_to", "date", Text("失效日期", "Valid to")),
    ),
)
