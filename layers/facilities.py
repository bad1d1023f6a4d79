"""Facilities: fire stations, hydrants and the places that serve."""

from layers.spec import FIELD, Access, Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="facilities",
    label=Text("设施", "Facilities"),
    description=Text(
        "消防站、微型消防站、消火栓、综治中心、派出所、卫生院等设施。",
        "Fire stations, micro fire stations, hydrants, service centres, police and clinics.",
    ),
    group="support",
    geometry="Point",
    order=74,
    access=Access(create=FIELD, update=FIELD),
    large=True,
    time="checked_on",
    aliases=("设施", "消防设施", "facilities"),
    style=Style(
        colour="#00838f", fill="#00838f", fill_opacity=0.9, radius=4.5, by="kind", min_zoom=12
    ),
    fields=(
        Field(
            "name", "text", Text("名称", "Name"), required=True, search="words", aliases=("名称",)
        ),
        Field("address", "text", Text("地址", "Address"), search="words", aliases=("地址",)),
        Field(
            "kind",
            "choice",
            Text("类别", "Kind"),
            required=True,
            aliases=("类型", "类别"),
            choices=(
                Choice("fire_station", Text("消防站", "Fire station"), "#c62828"),
                Choice("micro_fire_station", Text("微型消防站", "Micro fire station"), "#ef6c00"),
                Choice("hydrant", Text("消火栓", "Hydrant"), "#ad1457"),
                Choice("service_centre", Text("党群服务（综治）中心", "Service centre"), "#6a1b9a"),
                Choice("police", Text("派出所", "Police station"), "#1565c0"),
                Choice("clinic", Text("医院卫生院", "Hospital or clinic"), "#2e7d32"),
                Choice("shelter", Text("应急避难场所", "Emergency shelter"), "#00838f"),
                Choice("water_source", Text("天然水源取水点", "Fire-water intake"), "#0277bd"),
                Choice("other", Text("其他", "Other"), "#757575"),
            ),
        ),
        Field(
            "status",
            "choice",
            Text("状态", "Status"),
            required=True,
            choices=(
                Choice("working", Text("可用", "Working")),
                Choice("faulty", Text("故障", "Faulty")),
                Choice("unknown", Text("不详", "Unknown"), unknown=True),
            ),
        ),
        Field(
            "staff", "integer", Text("人员数", "Staff (count)"), unit="人", minimum=0, maximum=10000
        ),
        Field(
            "vehicles", "integer", Text("车辆数", "Vehicles"), unit="辆", minimum=0, maximum=1000
        ),
        Field(
            "pressure_kpa",
            "number",
            Text("水压", "Water pressure"),
            unit="kPa",
            minimum=0,
            maximum=5000,
        ),
        Field("checked_on", "date", Text("最近检查日期", "Last checked on")),
        Field("note", "text", Text("备注", "Note"), max_length=2000),
    ),
)
