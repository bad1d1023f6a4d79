"""Hazard sites: places whose failure endangers their neighbours."""

from layers.codes import GRADES, RECTIFICATION, YES_NO_UNKNOWN
from layers.spec import FIELD, Access, Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="hazard_sites",
    label=Text("风险点位", "Hazard sites"),
    description=Text(
        "危化品、燃气、烟花、加油站、寄递物流、仓储等风险点位，按红橙黄蓝四级评定。",
        "Chemicals, gas, fireworks, fuel, delivery logistics, warehouses and the like, graded "
        "red, orange, yellow or blue.",
    ),
    group="operational",
    geometry="Point",
    order=84,
    access=Access(create=FIELD, update=FIELD),
    large=True,
    grade="grade",
    time="last_inspected_on",
    aliases=("风险点", "隐患点", "危险源", "hazards"),
    style=Style(
        colour="#b71c1c", fill="#b71c1c", fill_opacity=0.9, radius=6, by="grade", min_zoom=10
    ),
    fields=(
        Field(
            "name",
            "text",
            Text("名称", "Name"),
            required=True,
            search="words",
            aliases=("单位名称", "场所名称", "名称"),
        ),
        Field("address", "text", Text("地址", "Address"), search="words", aliases=("地址",)),
        Field(
            "kind",
            "choice",
            Text("类别", "Kind"),
            required=True,
            aliases=("类型", "类别"),
            choices=(
                Choice("chemicals", Text("危险化学品", "Hazardous chemicals")),
                Choice("gas", Text("燃气", "Gas")),
                Choice("fuel", Text("加油加气站", "Fuel station")),
                Choice("fireworks", Text("烟花爆竹", "Fireworks")),
                Choice("delivery", Text("寄递物流", "Delivery logistics")),
                Choice("warehouse", Text("仓储", "Warehouse")),
                Choice("kiln", Text("窑炉", "Kiln or furnace")),
                Choice("dust", Text("涉爆粉尘", "Explosive dust")),
                Choice("confined", Text("有限空间", "Confined space")),
                Choice("charging", Text("电动车集中充电", "E-bike charging")),
                Choice("geological", Text("地质灾害", "Geological hazard")),
                Choice("flood", Text("内涝洪水", "Flooding")),
                Choice("other", Text("其他", "Other")),
            ),
        ),
        Field(
            "grade",
            "choice",
            Text("风险等级", "Grade"),
            required=True,
            choices=GRADES,
            aliases=("风险等级", "等级"),
        ),
        Field("substance", "text", Text("主要危险物质", "Main substance"), search="words"),
        Field(
            "workers",
            "integer",
            Text("从业人数", "Workers (count)"),
            unit="人",
            minimum=0,
            maximum=100000,
        ),
        Field(
            "seal_inspection",
            "choice",
            Text("收寄验视", "Inspected before sealing"),
            choices=YES_NO_UNKNOWN,
            standard="寄递三个 100%",
            help=Text("仅寄递物流填写", "Delivery logistics only"),
        ),
        Field(
            "real_name",
            "choice",
            Text("实名收寄", "Real-name sending"),
            choices=YES_NO_UNKNOWN,
            standard="寄递三个 100%",
        ),
        Field(
            "x_ray",
            "choice",
            Text("过机安检", "X-ray check"),
            choices=YES_NO_UNKNOWN,
            standard="寄递三个 100%",
        ),
        Field("rectification", "choice", Text("整改状态", "Rectification"), choices=RECTIFICATION),
        Field("last_inspected_on", "date", Text("最近检查日期", "Last inspected on")),
        Field("note", "text", Text("备注", "Note"), max_length=2000),
    ),
)
