"""What rented housing and three-in-one premises share: where they are, how they are graded."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.chance import Indices, Numbers, Shapes, Texts, Waves, pick
from geodata.demo.ground import Ground

GRADE_CODES = ("blue", "yellow", "orange", "red")


def choose_buildings(
    ground: Ground,
    buildings: gpd.GeoDataFrame,
    weights: Numbers,
    count: int,
    stage: str,
    chance: np.random.Generator,
) -> Indices:
    """Return ``count`` different buildings, drawn by ``weights`` and clustered in patches."""
    middles = shapely.get_coordinates(shapely.centroid(buildings.geometry.array))
    patches = Waves(ground.seed, stage, 700 * ground.layout.size)(middles)
    weights = weights * np.exp(1.3 * patches)
    # The largest of weight-shifted Gumbel numbers are a draw without replacement.
    keys = np.log(np.maximum(weights, 1e-12)) + chance.gumbel(size=len(weights))
    count = min(count, int((weights > 0).sum()))
    return np.sort(np.argsort(-keys, kind="stable")[:count])


def near_works(ground: Ground) -> Numbers:
    """Return for each footprint how much industry is around it, from 0 to 1."""
    prints = ground.prints
    plants = shapely.STRtree(prints.shapes[prints.works])
    if not prints.works.any():
        return np.zeros(len(prints.shapes))
    far = plants.query_nearest(prints.shapes, return_distance=True, all_matches=False)[1]
    return np.asarray(np.exp(-far / 250))


def inside_points(shapes: Shapes) -> Shapes:
    """Return a point inside each building."""
    points = np.round(shapely.get_coordinates(shapely.point_on_surface(shapes)), 2)
    return np.asarray(shapely.points(points))


def grades(chance: np.random.Generator, risk: Numbers) -> Texts:
    """Return grades: the riskiest tenth-odd red or orange; one in eight not graded yet."""
    noisy = risk + chance.normal(0, 0.5 * risk.std() + 1e-9, len(risk))
    limits = np.quantile(noisy, [0.52, 0.82, 0.95])
    graded = np.array(GRADE_CODES, object)[np.searchsorted(limits, noisy)]
    graded[chance.random(len(risk)) < 0.12] = "ungraded"
    return graded


def answers(chance: np.random.Generator, yes: Numbers | float, unknown: float) -> Texts:
    """Return yes, no or unknown; ``yes`` is the share of yes among what is known."""
    count = len(yes) if isinstance(yes, np.ndarray) else 1
    known = np.where(chance.random(count) < yes, "yes", "no").astype(object)
    known[chance.random(count) < unknown] = "unknown"
    return known


def rectification(chance: np.random.Generator, grade: Texts) -> Texts:
    """Return where rectification stands: little to do where the grade is low."""
    count = len(grade)
    bad = pick(chance, ("open", "under_way", "done", "unknown"), (34, 30, 26, 10), count)
    good = pick(chance, ("none_needed", "done", "open", "unknown"), (70, 16, 6, 8), count)
    return np.where(np.isin(grade, ("red", "orange", "yellow")), bad, good)
