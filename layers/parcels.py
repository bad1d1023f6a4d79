"""Land parcels and the claims laid to them; claims may overlap, and then dispute."""

from layers.spec import Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="parcels",
    label=Text("宗地", "Land parcels"),
    description=Text(
        "宗地界线与权属主张。主张可能相互重叠，重叠处由查询逐块列出平方米。",
        "Parcel boundaries and claims. Claims may overlap; a query lists each overlap in m².",
    ),
    group="operational",
    geometry="MultiPolygon",
    order=15,
    large=True,
    visible=False,
    grade="dispute",
    aliases=("宗地", "地块", "权属", "parcels"),
    style=Style(
        colour="#8d6e63", fill="#bcaaa4", fill_opacity=0.25, width=1, by="land_use", min_zoom=12
    ),
    fields=(
        Field("name", "text", Text("名称", "Name"), search="words", aliases=("地块名称", "名称")),
        Field(
            "parcel_number",
            "text",
            Text("宗地编号", "Parcel number"),
            search="prefix",
            max_length=32,
            aliases=("宗地代码", "宗地号", "地籍号"),
        ),
        Field(
            "land_use",
            "choice",
            Text("地类", "Land use"),
            required=True,
            standard="GB/T 21010-2017 一级类",
            aliases=("地类", "用途"),
            choices=(
                Choice("01", Text("耕地", "Cropland"), "#e6c84f"),
                Choice("02", Text("园地", "Garden plot"), "#a5c553"),
                Choice("03", Text("林地", "Woodland"), "#4f8f4f"),
                Choice("04", Text("草地", "Grassland"), "#9ccc65"),
                Choice("05", Text("商服用地", "Commercial"), "#d66b5c"),
                Choice("06", Text("工矿仓储用地", "Industry and storage"), "#9c7b5a"),
                Choice("07", Text("住宅用地", "Residential"), "#e8a15b"),
                Choice("08", Text("公共管理与公共服务用地", "Public services"), "#c77bb0"),
                Choice("09", Text("特殊用地", "Special use"), "#7e57c2"),
                Choice("10", Text("交通运输用地", "Transport"), "#9e9e9e"),
                Choice("11", Text("水域及水利设施用地", "Water"), "#5c9bd1"),
                Choice("12", Text("其他土地", "Other land"), "#b0a89a"),
            ),
        ),
        Field(
            "ownership",
            "choice",
            Text("权属性质", "Ownership"),
            choices=(
                Choice("state", Text("国有", "State")),
                Choice("collective", Text("集体", "Collective")),
                Choice("unknown", Text("不详", "Unknown"), unknown=True),
            ),
        ),
        Field(
            "claimant_kind",
            "choice",
            Text("主张方类别", "Kind of claimant"),
            choices=(
                Choice("village", Text("村集体", "Village collective")),
                Choice("group", Text("村民小组", "Villagers' group")),
                Choice("enterprise", Text("企业", "Enterprise")),
                Choice("agency", Text("机关事业单位", "Public agency")),
                Choice("household", Text("农户（不记姓名）", "Household (never named)")),
                Choice("other", Text("其他", "Other")),
            ),
        ),
        Field(
            "registered_area_m2",
            "number",
            Text("登记面积", "Registered area"),
            unit="m²",
            minimum=0,
            maximum=1e9,
            aliases=("登记面积", "面积"),
        ),
        Field(
            "dispute",
            "choice",
            Text("争议状态", "Dispute"),
            required=True,
            choices=(
                Choice("none", Text("无争议", "None known"), "#8d6e63", 0),
                Choice("open", Text("争议中", "In dispute"), "#c62828", 3),
                Choice("mediation", Text("调解中", "In mediation"), "#ef6c00", 2),
                Choice("settled", Text("已化解", "Settled"), "#1e6fba", 1),
            ),
        ),
        Field("note", "text", Text("备注", "Note"), max_length=2000),
    ),
)
