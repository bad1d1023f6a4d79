"""What the name of a column says about places: the axis, and the service it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from geodata.words import fold

# Words in a folded header. Latin words stand alone or at the end of a name such as "wgsx".
WORD = r"(?<![a-z]){}(?![a-z])"
AXES: tuple[tuple[str, str], ...] = (
    ("pair", r"经纬度|經緯度|经纬|坐标点|" + WORD.format(
        "(?:lng ?lat|lon ?lat|lat ?lng|lat ?lon|coordinates?|coords?|location|position|gps)")),
    ("lon", r"经度|經度|东经|東經|" + WORD.format("(?:longitude|long|lon|lng)")),
    ("lat", r"纬度|緯度|北纬|北緯|" + WORD.format("(?:latitude|lat)")),
    ("east", r"东坐标|東坐標|横坐标|橫坐標|" + WORD.format("(?:easting|east)")),
    ("north", r"北坐标|北坐標|纵坐标|縱坐標|" + WORD.format("(?:northing|north)")),
    ("east", r"(?<![a-z])x(?![a-z])|(?<=wgs)x$|(?<=coord)x$|(?<=point)x$|(?<=gps)x$|(?<=twd97)x$"),
    ("north", r"(?<![a-z])y(?![a-z])|(?<=wgs)y$|(?<=coord)y$|(?<=point)y$|(?<=gps)y$|(?<=twd97)y$"),
    ("wkt", WORD.format("(?:wkt|the geom|geom|geometry|shape)") + "|几何"),
    ("pair", r"坐标|座標|位置"),
)  # fmt: skip
OFFSETS = (
    ("gcj02", r"高德|腾讯|火星|amap|gaode|tencent|mars|gcj ?(?:02)?"),
    ("bd09", r"百度|baidu|bd ?09|(?<![a-z])bd(?![a-z])"),
)


@dataclass(frozen=True)
class Header:
    """What a column's name says: the axis, and the rest of the name, which a partner shares."""

    column: str
    axis: str
    rest: str
    offset: str


def read_header(column: str) -> Iterator[Header]:
    """Yield what a column's name says about places, if anything."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    name = re.sub(r"[\s_\-./:]+", " ", fold(spaced)).strip()
    offset = next((kind for kind, words in OFFSETS if re.search(words, name)), "")
    for axis, words in AXES:
        found = re.search(words, name)
        if found:
            rest = (name[: found.start()] + "|" + name[found.end() :]).replace(" ", "")
            yield Header(column, axis, rest, offset)
            return
