"""Buildings: footprints with household and resident counts; nothing finer."""

from layers.spec import Access, Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="buildings",
    label=Text("建筑物", "Buildings"),
    description=Text(
        "建筑物轮廓与户数、人数。数据到楼栋为止。",
        "Footprints with household and resident counts. Nothing finer than a building is kept.",
    ),
    group="context",
    geometry="MultiPolygon",
    order=8,
    large=True,
    access=Access(scoped=False),
    aliases=("建筑", "楼栋", "房屋", "buildings"),
    style=Style(colour="#c9bfb3", fill="#ddd5cb", fill_opacity=1, width=0.6, min_zoom=14),
    fields=(
        Field("name", "text", Text("名称", "Name"), search="words", aliases=("楼栋名称", "名称")),
        Field("address", "text", Text("地址", "Address"), search="words", aliases=("地址", "门牌")),
        Field(
            "use",
            "choice",
            Text("用途", "Use"),
            choices=(
                Choice("residential", Text("住宅", "Residential")),
                Choice("mixed", Text("商住混合", "Mixed")),
                Choice("commercial", Text("商业", "Commercial")),
                Choice("industrial", Text("工业", "Industrial")),
                Choice("warehouse", Text("仓储", "Warehouse")),
                Choice("public", Text("公共", "Public")),
                Choice("agricultural", Text("农业", "Agricultural")),
                Choice("other", Text("其他", "Other")),
                Choice("unknown", Text("不详", "Unknown"), unknown=True),
            ),
        ),
        Field("storeys", "integer", Text("层数", "Storeys"), unit="层", minimum=0, maximum=200),
        Field("height_m", "number", Text("高度", "Height"), unit="m", minimum=0, maximum=1000),
        Field(
            "households", "integer", Text("户数", "Households"), unit="户", minimum=0, maximum=10000
        ),
        Field(
            "residents",
            "integer",
            Text("居住人数", "Residents (count)"),
            unit="人",
            minimum=0,
            maximum=50000,
        ),
        Field(
            "rooms",
            "integer",
            Text("经营居住用房间数", "Premises rooms"),
            unit="间",
            minimum=0,
            maximum=10000,
        ),
        Field(
            "occupants",
            "integer",
            Text("场所内人数", "Premises occupants (count)"),
            unit="人",
            minimum=0,
            maximum=50000,
        ),
    ),
)
