"""How far a lens resolves: bands of pixel density and the range that follows from one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.spec import Text

Floats = NDArray[np.float64]
FLAT_FIELD = 180.0  # degrees: no single flat image is as wide, so wider ones are stitched


@dataclass(frozen=True)
class Band:
    """A task and the pixels per metre of the scene that it needs."""

    key: str
    label: Text
    density: float  # px/m
    edition: str


BANDS: tuple[Band, ...] = (
    Band("detect", Text("探测", "Detect"), 25.0, "IEC 62676-4:2014"),
    Band("observe", Text("观察", "Observe"), 62.5, "IEC 62676-4:2014"),
    Band("recognise", Text("辨认", "Recognise"), 125.0, "IEC 62676-4:2014"),
    Band("identify", Text("识别", "Identify"), 250.0, "IEC 62676-4:2014"),
    Band("overview", Text("概览", "Overview"), 20.0, "IEC 62676-4:2025"),
    Band("outline", Text("轮廓", "Outline"), 40.0, "IEC 62676-4:2025"),
    Band("discern", Text("分辨", "Discern"), 80.0, "IEC 62676-4:2025"),
    Band("perceive", Text("感知", "Perceive"), 125.0, "IEC 62676-4:2025"),
    Band("characterise", Text("特征", "Characterise"), 250.0, "IEC 62676-4:2025"),
    Band("validate", Text("验证", "Validate"), 500.0, "IEC 62676-4:2025"),
    Band("scrutinise", Text("细察", "Scrutinise"), 1500.0, "IEC 62676-4:2025"),
)


def resolved_range(width_px: Floats, fov: Floats, density: float, stitched: object) -> Floats:
    """Return how far (m) ``width_px`` pixels over ``fov`` degrees give ``density`` px/m.

    A flat image, after IEC 62676-4: ``width / (2 * density * tan(fov / 2))``. Where ``stitched``
    (an array of truth), and from 180 degrees, pixels lie evenly over the angle instead:
    ``width / (density * fov in radians)``. NaN where width or field angle is.
    """
    radians = np.radians(fov)
    even = np.asarray(stitched, dtype=bool) | (fov >= FLAT_FIELD)
    half = np.tan(np.where(even, 1.0, radians) / 2)
    spread: Floats = np.where(even, radians, 2 * half)
    with np.errstate(over="ignore", divide="ignore"):  # a hair's field angle: without end
        answer: Floats = width_px / (density * spread)
    return answer
