"""What the test for shifted degrees saw, in words."""

from __future__ import annotations

from layers.spec import Text

NAMES = {
    "none": Text("原样", "as they are"),
    "gcj02": Text("按 GCJ-02（高德、腾讯）还原", "taken back from GCJ-02 (Amap, Tencent)"),
    "bd09": Text("按 BD-09（百度）还原", "taken back from BD-09 (Baidu)"),
}
MEASURED = Text(
    "检验 {tested} 个点到已有道路、建筑等最近处的距离（中位数）：{list}",
    "median distance of {tested} points to the nearest known road, building or the like: {list}",
)
FOUND = Text(
    "{name}后吻合得最好，也好于 {moves} 个任意方向的平移：这批点整体向{direction}偏约 {metres:,.0f} 米",
    "they fit best {name}, better too than {moves} arbitrary moves: the points are off by about "
    "{metres:,.0f} m to the {direction}",
)
VERDICTS = {
    "none": Text("原样吻合得最好，看不出偏移", "they fit best as they are: no offset is seen"),
    "abroad": Text(
        "位置在中国以外，高德、百度在那里不加偏移",
        "the positions are outside China, where Amap and Baidu do not shift",
    ),
    "few": Text(
        "可用来检验的点太少或太集中，无法判断有没有偏移",
        "too few points, or all in one place: nobody can tell whether they are off",
    ),
    "sparse": Text(
        "附近已有的道路、建筑太少，无法判断有没有偏移",
        "too few known roads and buildings near them: nobody can tell whether they are off",
    ),
    "beside": Text(
        "但整体再平移几十至一百多米会明显更吻合：可能是别的坐标系（如北京54、西安80）或底图有误，"
        "请向来图单位核实",
        "but they fit clearly better moved by some tens of metres or a hundred more: another datum "
        "(Beijing 1954, Xi'an 1980) or a bad base map; ask the sender",
    ),
    "even": Text(
        "各种假设吻合得差不多，无法判断有没有偏移",
        "all hypotheses fit about as well: nobody can tell whether they are off",
    ),
}
COMPASS = (
    Text("北", "north"),
    Text("东北", "north-east"),
    Text("东", "east"),
    Text("东南", "south-east"),
    Text("南", "south"),
    Text("西南", "south-west"),
    Text("西", "west"),
    Text("西北", "north-west"),
)


def say_offset(
    verdict: str,
    distances: dict[str, float],
    tested: int,
    off: tuple[float, float],
    moves: int,
) -> Text:
    """Return the evidence for a verdict (a kind, or why there is none).

    ``distances``: median metres by hypothesis; ``off``: metres and bearing.
    """
    parts = []
    if distances:
        zh = "、".join(f"{NAMES[kind].zh} {metres:.0f} 米" for kind, metres in distances.items())
        en = ", ".join(f"{NAMES[kind].en} {metres:.0f} m" for kind, metres in distances.items())
        parts.append(
            Text(
                MEASURED.zh.format(tested=tested, list=zh),
                MEASURED.en.format(tested=tested, list=en),
            )
        )
    if verdict in VERDICTS:
        parts.append(VERDICTS[verdict])
    else:
        metres, bearing = off
        way, name = COMPASS[round(bearing / 45) % 8], NAMES[verdict]
        parts.append(
            Text(
                FOUND.zh.format(name=name.zh, moves=moves, direction=way.zh, metres=metres),
                FOUND.en.format(name=name.en, moves=moves, direction=way.en, metres=metres),
            )
        )
    english = "; ".join(part.en for part in parts) + "."
    return Text("；".join(part.zh for part in parts) + "。", english[0].upper() + english[1:])
