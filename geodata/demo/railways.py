"""A high-speed line on viaducts and an older line on the ground, with what they cross."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from shapely.ops import substring

from geodata.demo.chance import Shape, Shapes
from geodata.demo.river import CENTRE, smooth_line
from geodata.demo.terrain import Terrain

# Kilometres from the centre of the layout.
HIGH_SPEED = ((-14, -1.9), (-7, -2.3), (-3, -2.2), (1.5, -3.1), (6, -2.5), (11, -3.3), (15, -3.1))
OTHER = (
    (-13, 0.2),
    (-6, 1.0),
    (-1.6, 0.7),
    (0.4, -0.9),
    (0.3, -4.4),
    (-0.8, -8.0),
    (0.6, -11.4),
    (1.8, -17.0),
)
STEP = 200.0  # metres between the places where the class is looked up
NAMES = ("潮安示例高速铁路", "潮安示例铁路")


def draw_railways(district: Shape, size: float) -> list[shapely.LineString]:
    """Return the high-speed and the other line, as far as they run inside the district."""
    lines = []
    for points in (HIGH_SPEED, OTHER):
        line = smooth_line(CENTRE + size * 1000 * np.array(points, float), STEP / 2)
        parts = shapely.get_parts(shapely.intersection(line, district.buffer(-3)))
        lines.append(parts[shapely.length(parts).argmax()])
    return lines


def segment_class(points: Shapes, ground: Shapes, urban: Shapes) -> list[str]:
    """Return the class of the land at each point: towns, their fringe, villages, elsewhere.

    ``ground`` is settled land (one per village), ``urban`` the part that belongs to towns.
    """
    city = shapely.distance(shapely.union_all(urban), points)
    village = shapely.distance(shapely.union_all(ground), points)
    homes = np.where(city < 700, "suburb_residential", "village_residential")
    return list(np.where(city < 40, "city", np.where(village < 80, homes, "elsewhere")))


def build_railways(
    lines: list[shapely.LineString], ground: Shapes, urban: Shapes, terrain: Terrain
) -> gpd.GeoDataFrame:
    """Return the lines cut where the class of land or the structure changes."""
    rows = []
    for line, kind, name in zip(lines, ("high_speed", "other"), NAMES, strict=True):
        count = max(2, round(line.length / STEP))
        marks = np.linspace(0, line.length, count + 1)
        middle = shapely.line_interpolate_point(line, (marks[:-1] + marks[1:]) / 2)
        classes = segment_class(middle, ground, urban)
        high = terrain.height(shapely.get_coordinates(middle)) > 40
        wet = shapely.intersects(middle, terrain.river.buffer(150))
        fast = kind == "high_speed"
        structure = np.where(wet | (fast & ~high), "bridge", np.where(high, "tunnel", "ground"))
        key = [f"{a}|{b}" for a, b in zip(classes, structure, strict=True)]
        starts = [0] + [i for i in range(1, count) if key[i] != key[i - 1]]
        for number, start in enumerate(starts):
            end = starts[number + 1] if number + 1 < len(starts) else count
            piece = substring(line, marks[start], marks[end])
            rows.append((name, kind, *key[start].split("|"), piece))
    frame = gpd.GeoDataFrame(
        rows, columns=["name", "kind", "segment_class", "bridge_or_tunnel", "geometry"], crs=4548
    )
    # One stretch of the old line was never classified.
    old = frame.index[frame["kind"] == "other"]
    frame.loc[old[len(old) // 2], "segment_class"] = "unknown"
    frame["code"] = [f"TL{number:04d}" for number in range(1, len(frame) + 1)]
    return frame
