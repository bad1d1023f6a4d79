"""From what is known of a camera to two sectors: what it surely and what it possibly looks at.

Every camera stands for all the true cameras that its row may describe. The sure sector is what
all of them look at, the possible sector what any of them does. So the sure one lies inside the
possible one, and not knowing makes the first smaller and the second larger.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gisapp.coverage import densities, faults
from gisapp.coverage.cameras import Cameras
from gisapp.coverage.faults import Problem

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
WHOLE = 180.0  # half angle of a sector that is a circle
COMPASS = faults.COMPASS
COMPASS_DOUBT = 22.5  # degrees to either side of an 8-way direction
TURNING = (1, 4, 5)  # PTZType: dome, PTZ bullet, PTZ half-dome
PANORAMIC = 6
INDOOR = 2


@dataclass(frozen=True)
class Assumptions:
    """What is taken for granted where a camera's row is silent; configured by the district.

    ``density`` (px/m, one of `densities.BANDS`) asks for more than an image: then a camera sees
    as far as its pixels allow and no farther than its declared view distance. Without one, the
    declared distance counts; where that is missing, what ``missing_density`` gives for cameras of
    known width, and the bounds of ``range`` for others.
    """

    fov: tuple[float, float] = (40.0, 100.0)  # degrees, the narrowest and widest lens in use
    range: tuple[float, float] = (15.0, 60.0)  # m
    width_px: tuple[float, float] = (1280.0, 3840.0)  # used when a density is asked
    panoramic_fov: tuple[float, float] = (360.0, 360.0)
    density: float | None = None
    missing_density: float = 25.0  # "detect"
    sure_statuses: tuple[str, ...] = ("online",)
    possible_statuses: tuple[str, ...] = ("online", "unknown")  # offline and planned see nothing
    turning_looks_home: bool = False  # True: a turning camera surely sees where its row says


@dataclass(frozen=True)
class Sectors:
    """Sectors, one for each camera and in their order; a radius of 0 sees nothing.

    Positions and radii in metres, ``centre`` in degrees clockwise from north, ``half_angle`` in
    degrees to either side of it, 180 for a whole circle.
    """

    x: Floats
    y: Floats
    centre: Floats
    half_angle: Floats
    radius: Floats

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.x)

    def take(self, which: NDArray[np.int64] | Truths | slice) -> Sectors:
        """Return some of them."""
        return Sectors(
            self.x[which],
            self.y[which],
            self.centre[which],
            self.half_angle[which],
            self.radius[which],
        )

    def same_as(self, other: Sectors) -> Truths:
        """Return which of them are equal to their counterparts."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        answer: Truths = np.logical_and.reduce([mine == theirs for mine, theirs in pairs])
        return answer


@dataclass(frozen=True)
class Outlook:
    """What cameras look at, and what was wrong with their rows."""

    sure: Sectors
    possible: Sectors
    problems: tuple[Problem, ...]


def make_sectors(cameras: Cameras, assumptions: Assumptions | None = None) -> Outlook:
    """Return both sectors of each camera, before buildings hide anything.

    A value that cannot be true (field angle 0, azimuth 720, negative range) counts as not known
    and is listed in ``problems``; a camera without a position sees nothing.
    """
    rules = assumptions or Assumptions()
    clean, problems = faults.without_faults(cameras)
    fov_low, fov_high = _field_angles(clean, rules)
    near, far = _ranges(clean, rules, fov_low, fov_high)
    centre, doubt = _directions(clean)
    turning = np.isin(clean.ptz_type, TURNING)
    everywhere = turning & ~rules.turning_looks_home
    sure_half = np.where(fov_low >= 360, WHOLE, np.maximum(fov_low / 2 - doubt, 0))
    sure_half = np.where(everywhere & (fov_low < 360), 0.0, sure_half)
    possible_half = np.where(turning, WHOLE, np.minimum(fov_high / 2 + doubt, WHOLE))
    there = np.isfinite(clean.x) & np.isfinite(clean.y) & (clean.room_type != INDOOR)
    sure_there = there & np.isin(clean.status, rules.sure_statuses) & (sure_half > 0)
    possible_there = there & np.isin(clean.status, (*rules.possible_statuses, *rules.sure_statuses))
    return Outlook(
        _sectors(clean, centre, sure_half, near, sure_there),
        _sectors(clean, centre, possible_half, far, possible_there),
        problems,
    )


def _sectors(
    cameras: Cameras, centre: Floats, half: Floats, radius: Floats, there: Truths
) -> Sectors:
    whole = half >= WHOLE
    return Sectors(
        np.where(there, cameras.x, 0.0),
        np.where(there, cameras.y, 0.0),
        np.where(there & ~whole, centre, 0.0),
        np.where(there, np.minimum(half, WHOLE), 0.0),
        np.where(there, radius, 0.0),
    )


def _directions(cameras: Cameras) -> tuple[Floats, Floats]:
    """Return where cameras look (degrees from north) and how far off that may be."""
    compass = COMPASS[cameras.direction_type]
    known = np.isfinite(cameras.azimuth)
    centre = np.where(known, cameras.azimuth, compass) % 360
    doubt = np.where(known, 0.0, np.where(np.isfinite(compass), COMPASS_DOUBT, WHOLE))
    return np.where(np.isfinite(centre), centre, 0.0), doubt


def _field_angles(cameras: Cameras, rules: Assumptions) -> tuple[Floats, Floats]:
    low, high = (
        np.where(cameras.ptz_type == PANORAMIC, panoramic, other)
        for panoramic, other in zip(rules.panoramic_fov, rules.fov, strict=True)
    )
    known = np.isfinite(cameras.fov)
    return np.where(known, cameras.fov, low), np.where(known, cameras.fov, high)


def _ranges(
    cameras: Cameras, rules: Assumptions, fov_low: Floats, fov_high: Floats
) -> tuple[Floats, Floats]:
    """Return how far cameras see at least and at most; a wide lens resolves less far."""
    stitched = cameras.ptz_type == PANORAMIC
    declared = cameras.view_distance
    known = np.isfinite(cameras.width_px)
    narrow, wide = (np.where(known, cameras.width_px, bound) for bound in rules.width_px)
    asked = rules.density or rules.missing_density
    near = densities.resolved_range(narrow, fov_high, asked, stitched)
    far = densities.resolved_range(wide, fov_low, asked, stitched)
    near, far = (np.minimum(pick(near, far), faults.LONGEST) for pick in (np.fmin, np.fmax))
    if rules.density is not None:
        return np.fmin(declared, near), np.fmin(declared, far)
    low, high = rules.range
    silent = ~np.isfinite(declared)
    return (
        np.where(silent, np.where(known, near, low), declared),
        np.where(silent, np.where(known, far, high), declared),
    )
