"""Rented housing: houses let by the room, as places with counts, never tenants."""

from layers.codes import GRADES, RECTIFICATION, YES_NO_UNKNOWN
from layers.spec import FIELD, Access, Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="rented_housing",
    label=Text("出租屋", "Rented housing"),
    description=Text(
        "出租房屋：只记房屋和数量，不记租客。10 间以上或超过 15 人的，每间应有火灾探测报警"
        "（地方规定，可配置）。",
        "Rented houses: the place and counts, never the tenants. From 10 rooms or above 15 people "
        "every room needs a detector (a local rule, configurable).",
    ),
    group="operational",
    geometry="Point",
    order=78,
    access=Access(create=FIELD, update=FIELD),
    large=True,
    grade="grade",
    time="last_inspected_on",
    aliases=("出租屋", "出租房", "rented"),
    style=Style(
        colour="#6d4c41", fill="#6d4c41", fill_opacity=0.9, radius=4.5, by="grade", min_zoom=11
    ),
    fields=(
        Field(
            "name",
            "text",
            Text("名称", "Name"),
            required=True,
            search="words",
            aliases=("名称", "房屋名称"),
        ),
        Field(
            "address", "text", Text("地址", "Address"), search="words", aliases=("地址", "房屋地址")
        ),
        Field(
            "kind",
            "choice",
            Text("类型", "Kind"),
            choices=(
                Choice("house", Text("整栋出租", "Whole house")),
                Choice("flat", Text("单元住宅", "Flat")),
                Choice("dormitory", Text("集体宿舍", "Dormitory")),
                Choice("apartment", Text("公寓", "Apartment house")),
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
        Field("storeys", "integer", Text("层数", "Storeys"), unit="层", minimum=1, maximum=150),
        Field(
            "rooms",
            "integer",
            Text("出租间数", "Rooms let"),
            unit="间",
            minimum=0,
            maximum=5000,
            aliases=("房间数", "间数"),
        ),
        Field(
            "occupants",
            "integer",
            Text("居住人数", "Occupants (count)"),
            unit="人",
            minimum=0,
            maximum=20000,
            aliases=("居住人数", "人数"),
        ),
        Field(
            "rooms_with_detector",
            "integer",
            Text("装有探测报警的间数", "Rooms with a detector"),
            unit="间",
            minimum=0,
            maximum=5000,
        ),
        Field("second_exit", "choice", Text("第二安全出口", "Second exit"), choices=YES_NO_UNKNOWN),
        Field(
            "barred_windows",
            "choice",
            Text("防盗网无逃生口", "Barred windows without escape"),
            choices=YES_NO_UNKNOWN,
        ),
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
