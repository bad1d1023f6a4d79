"""Three-in-one premises: people living where goods are made, stored or sold."""

from layers.codes import GRADES, RECTIFICATION, YES_NO_UNKNOWN
from layers.spec import FIELD, Access, Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="three_in_one",
    label=Text("三合一场所", "Three-in-one premises"),
    description=Text(
        "住宿与生产、仓储、经营混在一处的场所。只记场所和人数。",
        "Premises where people live amid production, storage or trade. The place and head "
        "counts only.",
    ),
    group="operational",
    geometry="Point",
    order=82,
    access=Access(create=FIELD, update=FIELD),
    large=True,
    grade="grade",
    time="last_inspected_on",
    aliases=("三合一", "三合一场所", "three-in-one"),
    style=Style(
        colour="#d84315", fill="#d84315", fill_opacity=0.9, radius=5.5, by="grade", min_zoom=11
    ),
    fields=(
        Field(
            "name",
            "text",
            Text("场所名称", "Name"),
            required=True,
            search="words",
            aliases=("场所名称", "单位名称", "名称"),
        ),
        Field("address", "text", Text("地址", "Address"), search="words", aliases=("地址",)),
        Field(
            "trade",
            "choice",
            Text("行业", "Trade"),
            choices=(
                Choice("ceramics", Text("陶瓷", "Ceramics")),
                Choice("steel", Text("不锈钢制品", "Stainless steel")),
                Choice("food", Text("食品", "Food")),
                Choice("printing", Text("印刷包装", "Printing and packaging")),
                Choice("garments", Text("服装鞋帽", "Garments and shoes")),
                Choice("plastics", Text("塑料制品", "Plastics")),
                Choice("repair", Text("维修加工", "Repair and jobbing")),
                Choice("retail", Text("零售商铺", "Shop")),
                Choice("catering", Text("餐饮", "Catering")),
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
        Field(
            "floor_area_m2",
            "number",
            Text("建筑面积", "Floor area"),
            unit="m²",
            minimum=0,
            maximum=1000000,
            aliases=("面积", "建筑面积"),
        ),
        Field("storeys", "integer", Text("层数", "Storeys"), unit="层", minimum=1, maximum=150),
        Field(
            "workers",
            "integer",
            Text("从业人数", "Workers (count)"),
            unit="人",
            minimum=0,
            maximum=100000,
        ),
        Field(
            "occupants",
            "integer",
            Text("住宿人数", "People sleeping there (count)"),
            unit="人",
            minimum=0,
            maximum=20000,
            aliases=("住宿人数", "居住人数"),
        ),
        Field(
            "separated",
            "choice",
            Text("住宿与生产实体分隔", "Living part walled off"),
            choices=YES_NO_UNKNOWN,
        ),
        Field("second_exit", "choice", Text("第二安全出口", "Second exit"), choices=YES_NO_UNKNOWN),
        Field("alarm", "choice", Text("火灾探测报警", "Fire alarm"), choices=YES_NO_UNKNOWN),
        Field("sprinkler", "choice", Text("喷淋", "Sprinkler"), choices=YES_NO_UNKNOWN),
        Field(
            "indoor_charging",
            "choice",
            Text("室内电动车充电", "E-bikes charged indoors"),
            choices=YES_NO_UNKNOWN,
        ),
        Field("rectification", "choice", Text("整改状态", "Rectification"), choices=RECTIFICATION),
        Field("last_inspected_on", "date", Text("最近检查日期", "Last inspected on")),
        Field("note", "text", Text("备注", "Note"), max_length=2000),
    ),
)
