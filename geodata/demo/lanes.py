"""Streets and lanes inside a village: a bent grid around its middle."""

from __future__ import annotations

import numpy as np
import shapely

from geodata.demo.arterials import Lines
from geodata.demo.chance import Numbers, Shape, Shapes, Warp, generator
from geodata.demo.layout import Layout
from geodata.demo.terrain import Terrain

LAND_PER_BUILDING = 1750.0  # m² of settled land, streets and yards included
NUMERALS = "一二三四五六七八九十"


def quotas(layout: Layout, cells: Shapes, terrain: Terrain, count: int, seed: int) -> Numbers:
    """Return how many of ``count`` buildings each village should get.

    More in urban towns and in the first village of a town, which holds its centre.
    """
    chance = generator(seed, "quotas")
    urban = np.array([site.urban for site in layout.sites])[layout.town_of]
    weights = urban * chance.lognormal(0, 0.35, len(cells))
    middle = shapely.get_coordinates(shapely.centroid(cells))
    weights *= 1 - 0.6 * terrain.hills(middle)
    firsts = np.unique(layout.town_of, return_index=True)[1]
    far = np.hypot(*(middle - middle[firsts][layout.town_of]).T) / (1000 * layout.size)
    weights *= 0.6 + 4.0 * urban * np.exp(-(far**2))
    weights = np.minimum(weights, 6.0 * weights.mean() * shapely.area(cells) / 580_000)
    return np.asarray(count * weights / weights.sum())


def settled_land(
    cells: Shapes,
    centres: Numbers,
    quota: Numbers,
    turns: Numbers,
    land: float,
    barriers: Shape,
    seed: int,
) -> Shapes:
    """Return the built-up ground of each village: an uneven oval, off borders and barriers."""
    chance = generator(seed, "settled land")
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    radius = np.sqrt(quota * land / np.pi)[:, None] * np.ones(40)
    for wave in (2, 3, 5):
        phase = chance.uniform(0, 2 * np.pi, (len(cells), 1))
        radius *= 1 + chance.uniform(0.04, 0.16, (len(cells), 1)) * np.cos(wave * angles + phase)
    stretch = chance.uniform(1.0, 1.45, (len(cells), 1))
    along, across = radius * np.cos(angles) * stretch, radius * np.sin(angles) / stretch
    east = centres[:, :1] + along * np.cos(turns)[:, None] - across * np.sin(turns)[:, None]
    north = centres[:, 1:] + along * np.sin(turns)[:, None] + across * np.cos(turns)[:, None]
    ovals = shapely.polygons(np.stack([east, north], axis=2))
    ground = shapely.intersection(shapely.make_valid(ovals), shapely.buffer(cells, -22))
    ground = shapely.difference(ground, barriers)
    parts, owner = shapely.get_parts(ground, return_index=True)
    middle = np.asarray(shapely.points(centres))[owner]
    best = np.lexsort((shapely.distance(parts, middle), owner))
    first = np.unique(owner[best], return_index=True)[1]
    result = np.full(len(cells), shapely.Polygon(), object)
    result[owner[best][first]] = parts[best][first]
    return result


def draw_lanes(
    layout: Layout,
    ground: Shapes,
    centres: Numbers,
    turns: Numbers,
    spacing: float,
    lines: Lines,
    seed: int,
) -> None:
    """Add streets (along ``turns``, radians) and lanes (across) of every village to ``lines``.

    ``spacing`` shrinks the blocks: 1 gives blocks of about 65 by 120 m.
    """
    chance = generator(seed, "lanes")
    drawn = Lines()
    reaches = shapely.hausdorff_distance(ground, shapely.points(centres))
    for village, (centre, turn, reach) in enumerate(zip(centres, turns, reaches, strict=True)):
        if np.isnan(reach):  # no settled land
            continue
        stem = layout.villages[village].name.rstrip("村社区一二三四五六七八九十")
        for across in (False, True):
            gap = (120 if across else 66) * spacing
            for number, offset in enumerate(positions(chance, gap, reach)):
                line = straight(centre, turn + np.pi / 2 * across, offset, reach)
                kind = "service" if chance.random() < 0.07 else "residential"
                drawn.add(line, kind, f"{stem}{ordinal(number)}{'巷' if across else '路'}", village)
    add_bent(lines, drawn, ground, centres, Warp(seed, "lanes", [(9, 260), (2.5, 90)]))


def positions(chance: np.random.Generator, gap: float, reach: float) -> Numbers:
    """Return offsets of parallel streets within ``reach``: 0 and uneven steps to both sides."""
    count = int(reach / gap) + 2
    right = np.cumsum(chance.uniform(0.75, 1.3, count)) * gap
    left = -np.cumsum(chance.uniform(0.75, 1.3, count)) * gap
    every = np.concatenate([left[::-1], [0.0], right])
    return np.asarray(every[np.abs(every) < reach])


def straight(centre: Numbers, turn: float, offset: float, reach: float) -> shapely.LineString:
    """Return a straight line at ``offset`` metres left of ``centre``, heading ``turn``."""
    along = np.array([np.cos(turn), np.sin(turn)])
    foot = centre + offset * np.array([-along[1], along[0]])
    return shapely.LineString([foot - 1.6 * reach * along, foot + 1.6 * reach * along])


def add_bent(lines: Lines, drawn: Lines, ground: Shapes, centres: Numbers, warp: Warp) -> None:
    """Add what lies on settled land, longer than 25 m, bent so that the centres stay in place."""
    village = np.array(drawn.villages)
    pieces = shapely.intersection(np.array(drawn.shapes, object), ground[village])
    parts, origin = shapely.get_parts(pieces, return_index=True)
    long = shapely.length(parts) > 25
    parts, origin = shapely.segmentize(parts[long], 30), origin[long]
    points, part = shapely.get_coordinates(parts, return_index=True)
    still = warp.shift(centres)[village[origin[part]]]
    bent = shapely.linestrings(points + warp.shift(points) - still, indices=part)
    for line, number in zip(bent, origin, strict=True):
        lines.add(line, drawn.classes[number], drawn.names[number], drawn.villages[number])


def ordinal(number: int) -> str:
    """Return a number as a street's name has it: 一, 十, 十一, 二十三."""
    tens, ones = divmod(number + 1, 10)
    head = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return head + (NUMERALS[ones - 1] if ones else "")
