"""Where a camera could hang and which way it could look: poles, roadsides, crossings, façades."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Shapes = npt.NDArray[Any]
KINDS = ("pole", "crossing", "road", "facade")  # of two in one place the first is kept
POLE, CROSSING, ROAD, FACADE = range(4)
KERB = 0.6  # m from the carriageway to a pole
WIDTH = 6.0  # m of a road whose width is not known
OFF_WALL = 0.3  # m from a façade to its camera
OPEN = 1.5  # m in front of a façade that must be free
SHORTEST_WALL = 4.0  # m
STREET = 30.0  # m: a façade farther from every road does not face public space
APART = 3.0  # m between two mounts
LONE_LODGING = 5.0  # m kept from a lodging that stands in no known building
ALL_ROUND = tuple(np.arange(0, 360, 45.0))
FROM_WALL = (-60.0, -30.0, 0.0, 30.0, 60.0)


@dataclass(frozen=True)
class CameraModel:
    """A camera that can be bought: field angle (degrees), range (m), cost (any unit).

    ``width_px``: its horizontal pixels where they are known.
    """

    name: str
    fov: float
    range: float
    cost: float = 1.0
    width_px: int | None = None

    def __post_init__(self) -> None:
        if not (0 < self.fov <= 360 and 0 < self.range <= 5000 and self.cost >= 0):
            raise ValueError("a camera needs a field angle, a range and a cost")


@dataclass(frozen=True)
class Surroundings:
    """What stands where cameras are sought: shapes in the metric CRS.

    ``widths`` are of the roads (NaN: not known); ``poles`` positions (n rows x, y) of mounts that
    are there; ``lodgings`` positions of places in whose houses no camera may hang; ``consent``
    polygons near which somebody has to agree.
    """

    area: Any
    roads: Shapes
    widths: Floats
    buildings: Shapes
    poles: Floats
    lodgings: Floats
    consent: Shapes = field(default_factory=lambda: np.zeros(0, dtype=object))


@dataclass(frozen=True)
class Mounts:
    """Places for cameras: position (m), kind (a number of KINDS), heading (degrees from north)."""

    x: Floats
    y: Floats
    kind: Integers
    heading: Floats

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.x)

    def take(self, which: Integers | Truths) -> Mounts:
        """Return some of them."""
        return Mounts(self.x[which], self.y[which], self.kind[which], self.heading[which])

    @property
    def points(self) -> Shapes:
        """The positions as points."""
        return points_at(self.x, self.y)


def points_at(x: Floats, y: Floats) -> Shapes:
    """Return positions as points."""
    return np.asarray(shapely.points(x, y), dtype=object).reshape(-1)


def find_mounts(around: Surroundings, spacing: float) -> Mounts:
    """Return where cameras may hang: every ``spacing`` metres, at crossings, on poles that exist.

    Nothing inside a building, nothing on a house with lodgings, nothing outside the area.
    """
    roads = along_roads(around, spacing)
    found = join(existing(around.poles), crossings(around), roads, facades(around, spacing))
    found = found.take(allowed(found, around))
    return thinned(found)


def existing(poles: Floats) -> Mounts:
    """Return poles that are there, once each."""
    places = np.unique(np.round(poles.reshape(-1, 2), 1), axis=0)
    return mounts(places, POLE, np.zeros(len(places)))


def mounts(places: Floats, kind: int, heading: Floats) -> Mounts:
    """Return mounts of one kind."""
    places = places.reshape(-1, 2)
    kinds = np.full(len(places), kind, dtype=np.int64)
    return Mounts(places[:, 0], places[:, 1], kinds, np.asarray(heading) % 360)


def join(*groups: Mounts) -> Mounts:
    """Return all mounts in the order of the groups."""
    columns = zip(*(vars(group).values() for group in groups), strict=True)
    return Mounts(*(np.concatenate(column) for column in columns))


def along_roads(around: Surroundings, spacing: float) -> Mounts:
    """Return poles beside roads, every ``spacing`` metres, on alternate sides, heading along."""
    places, headings = [np.zeros((0, 2))], [np.zeros(0)]
    for line, width in zip(around.roads, half_widths(around), strict=True):
        length = float(shapely.length(line))
        count = max(1, round(length / spacing))
        at = (np.arange(count) + 0.5) * length / count
        here, unit = on_line(line, at, length)
        side = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)[:, None]
        right = np.column_stack((unit[:, 1], -unit[:, 0]))
        places.append(here + side * right * (width + KERB))
        headings.append(compass(unit))
    return mounts(np.concatenate(places), ROAD, np.concatenate(headings))


def half_widths(around: Surroundings) -> Floats:
    """Return half the width of each road in metres."""
    widths: Floats = np.where(np.isfinite(around.widths), around.widths, WIDTH) / 2
    return widths


def on_line(line: Any, at: Floats, length: float) -> tuple[Floats, Floats]:
    """Return places on a line and the direction of the line there (unit vectors)."""
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    before = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(at - 0.5, 0)))
    after = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.minimum(at + 0.5, length))
    )
    ahead = after - before
    return here, ahead / np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]


def crossings(around: Surroundings) -> Mounts:
    """Return poles at corners of crossings: places where three or more roads end."""
    if not len(around.roads):
        return mounts(np.zeros((0, 2)), CROSSING, np.zeros(0))
    ends = np.stack([
        shapely.get_coordinates(shapely.get_point(around.roads, place)) for place in (0, -1)
    ])  # fmt: skip
    inner = np.stack([
        shapely.get_coordinates(shapely.get_point(around.roads, place)) for place in (1, -2)
    ])  # fmt: skip
    nodes, of_end, count = np.unique(
        np.round(ends.reshape(-1, 2), 2), axis=0, return_inverse=True, return_counts=True
    )
    of_end = of_end.reshape(-1)
    away = (inner - ends).reshape(-1, 2)
    bearings, widths = compass(away), np.tile(half_widths(around), 2)
    order = np.argsort(of_end, kind="stable")
    arms = np.split(order, np.cumsum(count)[:-1])
    corners = [
        corner(bearings[arms[node]], widths[arms[node]]) for node in np.flatnonzero(count > 2)
    ]
    offsets = np.array([offset for offset, _ in corners]).reshape(-1, 2)
    headings = np.array([heading for _, heading in corners])
    return mounts(nodes[count > 2] + offsets, CROSSING, headings)


def corner(bearings: Floats, widths: Floats) -> tuple[Floats, float]:
    """Return where in the widest corner between roads a pole stands, and the heading back.

    ``bearings`` are of the roads from the crossing, ``widths`` half their widths in metres.
    """
    turns = np.sort(bearings)
    gaps = np.diff(turns, append=turns[0] + 360)
    widest = int(np.argmax(gaps))
    middle = np.radians(turns[widest] + gaps[widest] / 2)
    away = float(widths.max()) * 1.5 + KERB
    return np.array([np.sin(middle), np.cos(middle)]) * away, float(np.degrees(middle) + 180)


def facades(around: Surroundings, spacing: float) -> Mounts:
    """Return places on the outer walls of buildings that face a street, heading outwards."""
    rings = shapely.get_exterior_ring(
        shapely.orient_polygons(shapely.get_parts(around.buildings), exterior_cw=False)
    )
    if not len(rings) or not len(around.roads):
        return mounts(np.zeros((0, 2)), FACADE, np.zeros(0))
    rings = shapely.simplify(rings, 0.3)
    corners, of_ring = shapely.get_coordinates(rings, return_index=True)
    same = of_ring[1:] == of_ring[:-1]
    start, wall = corners[:-1][same], np.diff(corners, axis=0)[same]
    length = np.hypot(*wall.T)
    long = length >= SHORTEST_WALL
    start, wall, length = start[long], wall[long], length[long]
    count = np.maximum(1, np.round(length / spacing)).astype(np.int64)
    which = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    share = ((place + 0.5) / count[which])[:, None]
    out = np.column_stack((wall[:, 1], -wall[:, 0])) / length[:, None]
    here = start[which] + share * wall[which]
    found = mounts(here + OFF_WALL * out[which], FACADE, compass(out[which]))
    before = shapely.points(here + OPEN * out[which])
    free = ~within(before, shapely.get_parts(around.buildings))
    near = np.zeros(len(found), dtype=np.bool_)
    near[shapely.STRtree(found.points).query(around.roads, "dwithin", distance=STREET)[1]] = True
    return found.take(free & near)


def allowed(found: Mounts, around: Surroundings) -> Truths:
    """Tell which mounts stand in the area, outside buildings and away from lodgings."""
    points = found.points
    houses = shapely.get_parts(around.buildings)
    answer: Truths = within(points, np.array([around.area], dtype=object))
    answer &= ~within(points, houses)
    places = points_at(around.lodgings[:, 0], around.lodgings[:, 1])
    lodging, held = np.zeros(0, np.int64), np.zeros(0, np.int64)
    if len(places) and len(houses):
        lodging, held = shapely.STRtree(houses).query(places, predicate="intersects")
    alone = np.setdiff1d(np.arange(len(places)), lodging)
    answer &= ~near(points, houses[np.unique(held)], OFF_WALL + 0.05)
    answer &= ~near(points, places[alone], LONE_LODGING)
    return answer


def within(points: Shapes, polygons: Shapes) -> Truths:
    """Tell which points lie in one of the polygons."""
    inside = np.zeros(len(points), dtype=np.bool_)
    if len(polygons) and len(points):
        shapely.prepare(polygons)
        inside[shapely.STRtree(polygons).query(points, predicate="intersects")[0]] = True
    return inside


def near(points: Shapes, shapes: Shapes, metres: float) -> Truths:
    """Tell which points lie within a distance of one of the shapes."""
    found = np.zeros(len(points), dtype=np.bool_)
    if len(shapes) and len(points):
        found[shapely.STRtree(points).query(shapes, "dwithin", distance=metres)[1]] = True
    return found


def thinned(found: Mounts) -> Mounts:
    """Return one mount for each square of APART metres: the first kind, the first found."""
    order = np.argsort(found.kind, kind="stable")
    squares = np.floor(np.column_stack((found.x, found.y)) / APART)[order]
    first = np.unique(squares, axis=0, return_index=True)[1]
    return found.take(order[np.sort(first)])


def compass(vectors: Floats) -> Floats:
    """Return the heading of vectors in degrees clockwise from north, 0 to 360."""
    degrees: Floats = np.degrees(np.arctan2(vectors[:, 0], vectors[:, 1])) % 360
    return degrees


def turns_of(kind: int, model: CameraModel) -> tuple[float, ...]:
    """Return by how many degrees from its heading a camera on a mount may be turned."""
    if model.fov >= 360:
        return (0.0,)
    return FROM_WALL if kind == FACADE else ALL_ROUND
