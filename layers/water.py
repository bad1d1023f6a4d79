"""Water: rivers, ponds and canals as areas."""

from layers.spec import Access, Choice, Field, Layer, Style, Text

LAYER = Layer(
    name="water",
    label=Text("水域", "Water"),
    description=Text(
        "河流、池塘、水库、渠道的水面。", "Rivers, ponds, reservoirs and canals as areas."
    ),
    group="context",
    geometry="MultiPolygon",
    order=4,
    large=True,
    access=Access(scoped=False),
    aliases=("水系", "河流", "水域", "water"),
    style=Style(
        colour="#9fc3d6", fill="#bcd9e6", fill_opacity=1, width=0.6, label="name", label_min_zoom=13
    ),
    fields=(
        Field("name", "text", Text("名称", "Name"), search="words", aliases=("名称",)),
        Field(
            "kind",
            "choice",
            Text("类别", "Kind"),
            choices=(
                Choice("river", Text("河流", "River")),
                Choice("canal", Text("渠道", "Canal")),
                Choice("stream", Text("溪沟", "Stream or ditch")),
                Choice("lake", Text("湖泊", "Lake")),
                Choice("reservoir", Text("水库", "Reservoir")),
                Choice("pond", Text("池塘", "Pond")),
                Choice("sea", Text("海域", "Sea")),
                Choice("other", Text("其他", "Other")),
            ),
        ),
        Field(
            "outline",
            "choice",
            Text("轮廓来源", "Outline"),
            choices=(
                Choice("surveyed", Text("实测轮廓", "As mapped")),
                Choice(
                    "from_centreline", Text("由中心线按宽度推得", "From a centre line and a width")
                ),
            ),
        ),
    ),
)
