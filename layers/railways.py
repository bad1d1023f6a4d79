"""Railways, with what decides the width of their safety zone."""

from layers.spec import Access, Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="railways",
    label=Text("铁路", "Railways"),
    description=Text(
        "铁路线路与所经地段类别。安全保护区宽度由线路种类和地段类别决定；地段不详的不按已知计算。",
        "Railway lines with the class of the land they cross, which with the kind of line decides "
        "the width of the safety zone; an unknown class stays unknown.",
    ),
    group="context",
    geometry="LineString",
    order=12,
    access=Access(scoped=False),
    standard="《铁路安全管理条例》（国务院令第 639 号）第二十七条",
    aliases=("铁路", "railway"),
    style=Style(
        colour="#5d5d5d",
        width=2.2,
        dash=(8, 4),
        by="kind",
        label="name",
        label_min_zoom=13,
        min_zoom=9,
    ),
    fields=(
        Field(
            "name", "text", Text("线路名称", "Name"), search="words", aliases=("线路名称", "名称")
        ),
        Field(
            "kind",
            "choice",
            Text("种类", "Kind"),
            required=True,
            choices=(
                Choice("high_speed", Text("高速铁路", "High-speed"), "#37474f"),
                Choice("other", Text("其他铁路", "Other railway"), "#616161"),
                Choice("unknown", Text("不详", "Unknown"), "#9e9e9e", unknown=True),
            ),
        ),
        Field(
            "segment_class",
            "choice",
            Text("地段类别", "Class of land crossed"),
            required=True,
            choices=(
                Choice("city", Text("城市市区", "City")),
                Choice("suburb_residential", Text("城市郊区居民居住区", "Suburb, residential")),
                Choice("village_residential", Text("村镇居民居住区", "Village, residential")),
                Choice("elsewhere", Text("其他地区", "Elsewhere")),
                Choice("unknown", Text("不详", "Unknown"), unknown=True),
            ),
        ),
        Field(
            "bridge_or_tunnel",
            "choice",
            Text("桥隧", "Bridge or tunnel"),
            choices=(
                Choice("ground", Text("地面", "At grade")),
                Choice("bridge", Text("桥梁", "Bridge")),
                Choice("tunnel", Text("隧道", "Tunnel")),
            ),
        ),
    ),
)
