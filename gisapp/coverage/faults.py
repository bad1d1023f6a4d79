"""Values of cameras that cannot be true: told one by one, then taken as not known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gisapp.coverage.cameras import BAD_CODE, Cameras
from layers.spec import Text

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
COMPASS = np.array([np.nan, 90, 270, 180, 0, 135, 45, 225, 315], dtype=np.float64)
AGREEMENT = 45.0  # degrees within which azimuth and 8-way direction may describe one camera
LONGEST = 5000.0  # m, the layer's bound of a view distance
MOST_PIXELS = 20_000.0

POSITION = Text("没有坐标，无法计算视野", "No position: no view can be found")
AZIMUTH = Text("方位角须在 0–360 度之间", "The azimuth must lie between 0 and 360 degrees")
FOV = Text(
    "水平视场角须大于 0 且不超过 360 度",
    "The field angle must be above 0 and at most 360 degrees",
)
DISTANCE = Text(
    "最大可视距离须大于 0 且不超过 5000 米",
    "The view distance must be above 0 and at most 5000 m",
)
PIXELS = Text("水平像素须在 1–20000 之间", "Horizontal pixels must lie between 1 and 20000")
DIRECTION = Text("监视方位代码不在 1–8 之内", "The direction code is not one of 1 to 8")
KIND = Text("摄像机类型代码不在 1–7 之内", "The camera type code is not one of 1 to 7")
ROOM = Text("室内外代码不是 1 或 2", "The room type code is not 1 or 2")
CONTRADICTION = Text(
    "方位角与监视方位相差超过 45 度，按朝向不详处理",
    "Azimuth and 8-way direction differ by more than 45 degrees: taken as unknown",
)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one camera: its place in the arrays, the field, and why."""

    index: int
    code: str
    field: str
    reason: Text


def without_faults(cameras: Cameras) -> tuple[Cameras, tuple[Problem, ...]]:
    """Return the cameras with impossible values as not known, and the list of those.

    Missing values (NaN, 0 among codes) are no faults; a missing position is.
    """
    lost = ~(np.isfinite(cameras.x) & np.isfinite(cameras.y))
    turned = _outside(cameras.azimuth, cameras.azimuth < 0, 360.0)
    angle = _outside(cameras.fov, cameras.fov <= 0, 360.0)
    reach = _outside(cameras.view_distance, cameras.view_distance <= 0, LONGEST)
    pixels = _outside(cameras.width_px, cameras.width_px < 1, MOST_PIXELS)
    compass, kind, room = (
        codes == BAD_CODE for codes in (cameras.direction_type, cameras.ptz_type, cameras.room_type)
    )
    clean = replace(
        cameras,
        azimuth=np.where(turned, np.nan, cameras.azimuth),
        fov=np.where(angle, np.nan, cameras.fov),
        view_distance=np.where(reach, np.nan, cameras.view_distance),
        width_px=np.where(pixels, np.nan, cameras.width_px),
        direction_type=np.where(compass, 0, cameras.direction_type),
        ptz_type=np.where(kind, 0, cameras.ptz_type),
        room_type=np.where(room, 0, cameras.room_type),
    )
    torn = _contradicting(clean)
    clean = replace(
        clean,
        azimuth=np.where(torn, np.nan, clean.azimuth),
        direction_type=np.where(torn, 0, clean.direction_type),
    )
    found = (
        ("geom", lost, POSITION),
        ("azimuth", turned, AZIMUTH),
        ("horizontal_fov", angle, FOV),
        ("max_view_distance", reach, DISTANCE),
        ("width_px", pixels, PIXELS),
        ("direction_type", compass, DIRECTION),
        ("ptz_type", kind, KIND),
        ("room_type", room, ROOM),
        ("azimuth", torn, CONTRADICTION),
    )
    problems = [
        Problem(int(index), str(cameras.code[index]), field, reason)
        for field, where, reason in found
        for index in np.flatnonzero(where)
    ]
    return clean, tuple(sorted(problems, key=lambda problem: problem.index))


def _outside(values: Floats, too_low: Truths, largest: float) -> Truths:
    return too_low | (values > largest)


def _contradicting(cameras: Cameras) -> Truths:
    apart = np.abs(cameras.azimuth - COMPASS[cameras.direction_type]) % 360
    answer: Truths = np.minimum(apart, 360 - apart) > AGREEMENT
    return answer
