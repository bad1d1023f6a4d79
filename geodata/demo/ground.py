"""The ground of the demonstration: everything that later stages stand on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.demo.arterials import Lines, draw_arterials
from geodata.demo.blocks import Blocks, cut_blocks, merge
from geodata.demo.chance import Flags, Indices, Numbers, Shape, Shapes, Texts, generator
from geodata.demo.channels import draw_channels
from geodata.demo.footprints import (
    Footprints,
    choose,
    clear_of,
    propose,
    without_collisions,
    works_edges,
)
from geodata.demo.lanes import LAND_PER_BUILDING, draw_lanes, quotas, settled_land
from geodata.demo.layout import Layout, plan_layout
from geodata.demo.names import read_division
from geodata.demo.network import Network, build_network
from geodata.demo.railways import draw_railways
from geodata.demo.streets import edge_names
from geodata.demo.terrain import Terrain
from geodata.demo.tessellation import village_borders
from geodata.demo.village_roads import join_villages, village_centres

BUILDINGS = 20_000  # at scale 1


@dataclass(frozen=True)
class Ground:
    """Villages, streets, blocks and footprints of one district."""

    scale: float
    seed: int
    layout: Layout
    terrain: Terrain
    villages: Shapes
    centres: Numbers
    settled: Shapes  # built-up ground, one polygon per village
    rails: list[shapely.LineString]
    channels: list[tuple[str, str, Shape]]  # name, kind and line of canals and brooks
    lines: Lines
    network: Network
    blocks: Blocks
    prints: Footprints
    village: Indices  # of each footprint
    outside: Flags  # of each footprint: off the settled land
    block: Indices  # of each footprint

    @property
    def share(self) -> float:
        """How many villages there are, against the whole district's: no more than 1."""
        return self.layout.size**2

    @property
    def district(self) -> Shape:
        """The whole district."""
        return shapely.coverage_union_all(self.villages)

    @property
    def places(self) -> Texts:
        """Town and village of each village, as an address begins."""
        towns = [self.layout.towns[town].name for town in self.layout.town_of]
        names = [place.name for place in self.layout.villages]
        return np.array([town + name for town, name in zip(towns, names, strict=True)], object)


def build_ground(scale: float, seed: int) -> Ground:
    """Lay out the district, its streets and its footprints."""
    layout = plan_layout(read_division(), scale, seed)
    cells, borders = village_borders(layout, seed)
    terrain = Terrain(layout, seed)
    district = shapely.coverage_union_all(cells)
    rails = draw_railways(district, layout.size)
    channels = draw_channels(borders, terrain, seed)
    barriers = terrain.river.buffer(40).union(shapely.union_all(rails).buffer(24))
    barriers = barriers.union(shapely.union_all([line for *_, line in channels]).buffer(9))
    crowd = max(1.0, scale)  # above scale 1 the same ground holds more and smaller houses
    lines = Lines()
    firsts = np.unique(layout.town_of, return_index=True)[1]
    hubs = shapely.get_coordinates(shapely.centroid(cells))[firsts]
    draw_arterials(layout, hubs, district, terrain, lines, seed)
    centres, on_road = village_centres(layout, cells, terrain, lines)
    turns = street_turns(centres, on_road, lines, seed)
    join_villages(layout, centres, on_road, district, terrain, lines, seed)
    quota = quotas(layout, cells, terrain, round(BUILDINGS * scale), seed)
    land = LAND_PER_BUILDING * crowd**-0.6
    settled = settled_land(cells, centres, quota, turns, land, barriers, seed)
    draw_lanes(layout, settled, centres, turns, crowd**-0.25, lines, seed)
    network = build_network(lines, district, seed)
    blocks = cut_blocks(cells, borders, network)
    villages = merge(blocks.shapes, blocks.village, len(cells))
    place = Site(layout, villages, settled, network, barriers, quota)
    prints, village, outside = place_footprints(place, round(BUILDINGS * scale), crowd**-0.42, seed)
    inner = shapely.point_on_surface(prints.shapes)
    block = shapely.STRtree(blocks.shapes).query(inner, predicate="within")[1]
    return Ground(
        scale, seed, layout, terrain, villages, centres, settled, rails, channels, lines, network,
        blocks, prints, village, outside, block,
    )  # fmt: skip


def street_turns(centres: Numbers, on_road: Flags, lines: Lines, seed: int) -> Numbers:
    """Return the heading of each village's streets: that of the main road, or any."""
    turns = generator(seed, "turns").uniform(0, np.pi, len(centres))
    roads = np.array(lines.shapes, object)
    point = shapely.points(centres[on_road])
    line = roads[shapely.STRtree(roads).nearest(point)]
    along = shapely.line_locate_point(line, point)
    here, there = (
        shapely.get_coordinates(shapely.line_interpolate_point(line, along + step))
        for step in (-60, 60)
    )
    turns[on_road] = np.arctan2(*(there - here).T[::-1])
    return turns


@dataclass(frozen=True)
class Site:
    """What footprints have to respect."""

    layout: Layout
    villages: Shapes
    settled: Shapes
    network: Network
    barriers: Shape
    quota: Numbers


def place_footprints(
    site: Site, count: int, shrink: float, seed: int
) -> tuple[Footprints, Indices, Flags]:
    """Return ``count`` footprints, their villages, and which stand off the settled land."""
    network = site.network
    urban = np.array([town.urban for town in site.layout.sites])[site.layout.town_of]
    weight = 0.35 * np.append(urban, 0.2)[network.village] + 0.3 * (network.rank <= 3) - 0.3
    prints = propose(network, works_edges(network, weight, seed), shrink, seed)
    surfaces = shapely.buffer(network.shapes, network.widths / 2 + 0.8, cap_style="flat")
    prints = prints.take(clear_of(prints.shapes, surfaces))
    prints = prints.take(clear_of(prints.shapes, shapely.get_parts(site.barriers)))
    inside, village = shapely.STRtree(site.villages).query(prints.shapes, predicate="within")
    prints = prints.take(inside)
    off = shapely.distance(prints.shapes, site.settled[village])
    score = generator(seed, "scores").random(len(off)) + np.where(off > 0, 1 + off / 300, 0)
    kept = np.flatnonzero(without_collisions(prints.shapes, score, 0.8))
    best = kept[choose(village[kept], score[kept], site.quota, count)]
    return prints.take(best), village[best], off[best] > 0


def addresses(ground: Ground) -> Texts:
    """Return the address of each footprint: place, street and house number, odd on the left."""
    network, prints = ground.network, ground.prints
    street = edge_names(network, ground.lines)[prints.edge]
    start = shapely.line_locate_point(
        np.array(ground.lines.shapes, object)[network.line],
        shapely.line_interpolate_point(network.shapes, 0.5, normalized=True),
    )
    half = shapely.length(network.shapes) / 2
    metres = np.maximum(start - half, 0)[prints.edge] + prints.along
    number = 2 * np.floor(metres / 9).astype(int) + np.where(prints.side > 0, 1, 2)
    place = ground.places[ground.village]
    return np.array([f"{a}{b}{c}号" for a, b, c in zip(place, street, number, strict=True)], object)
