"""Roads: edges of the road network, noded where they meet."""

from layers.spec import Access, Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="roads",
    label=Text("道路", "Roads"),
    description=Text(
        "道路网的边，在相交顶点处打断；node 相同即相连。",
        "Edges of the road network, split at shared vertices; equal node numbers are joined.",
    ),
    group="context",
    geometry="LineString",
    order=10,
    large=True,
    access=Access(scoped=False),
    aliases=("道路", "路网", "roads"),
    style=Style(colour="#ffffff", width=2, by="class", label="name", label_min_zoom=15, min_zoom=8),
    fields=(
        Field(
            "name",
            "text",
            Text("路名", "Name"),
            search="words",
            aliases=("路名", "道路名称", "名称"),
        ),
        Field(
            "class",
            "choice",
            Text("等级", "Class"),
            required=True,
            standard="OpenStreetMap highway",
            aliases=("等级", "highway", "fclass", "kind_detail"),
            choices=(
                Choice("motorway", Text("高速公路", "Motorway"), "#e9a15f", 8),
                Choice("trunk", Text("国省道、快速路", "Trunk road"), "#f0bd7a", 7),
                Choice("primary", Text("主干路", "Primary road"), "#f6d79b", 6),
                Choice("secondary", Text("次干路", "Secondary road"), "#fbeec2", 5),
                Choice("tertiary", Text("支路", "Tertiary road"), "#ffffff", 4),
                Choice("residential", Text("街巷", "Residential street"), "#ffffff", 3),
                Choice("service", Text("内部道路", "Service road"), "#fafafa", 2),
                Choice("track", Text("机耕路", "Track"), "#e8ddc8", 1),
                Choice("path", Text("人行小路", "Path or footway"), "#e4dcd0", 0),
            ),
        ),
        Field(
            "oneway",
            "choice",
            Text("通行方向", "Direction of traffic"),
            standard="OpenStreetMap oneway",
            choices=(
                Choice("both", Text("双向", "Both ways")),
                Choice("forward", Text("沿画线方向单行", "One way, as drawn")),
                Choice("backward", Text("逆画线方向单行", "One way, against drawing")),
            ),
        ),
        Field("width_m", "number", Text("路宽", "Width"), unit="m", minimum=0, maximum=200),
        Field("lanes", "integer", Text("车道数", "Lanes"), minimum=0, maximum=20),
        Field(
            "speed_kmh", "number", Text("限速", "Speed limit"), unit="km/h", minimum=0, maximum=140
        ),
        Field(
            "layer",
            "integer",
            Text("层位", "Level"),
            minimum=-10,
            maximum=10,
            help=Text("桥为正，隧道为负", "Bridges above, tunnels below"),
        ),
        Field("from_node", "integer", Text("起点节点", "From node")),
        Field("to_node", "integer", Text("终点节点", "To node")),
    ),
)
