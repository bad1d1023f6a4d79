"""The district's settings as a proposal follows them: the same as the figures of coverage do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gisapp.coverage.cameras import read_cameras
from gisapp.coverage.candidates import CameraModel
from gisapp.coverage.refresh import assumptions_of
from gisapp.coverage.sectors import Assumptions, make_sectors
from gisapp.coverage.siting import Wish
from gisapp.coverage.weights import Weights
from gisapp.settings import CoverageSettings

PANORAMIC, FIXED = "6", "3"  # GB/T 28181 PTZType


@dataclass(frozen=True)
class Rules:
    """What the district decides: points, what is assumed of cameras, how old incidents count."""

    weights: Weights = field(default_factory=Weights)
    assumptions: Assumptions = field(default_factory=Assumptions)
    months: int = 12


def rules_from(settings: CoverageSettings) -> Rules:
    """Return the district's rules as they are set."""
    weights = Weights(**settings.weights)
    return Rules(weights, assumptions_of(settings), settings.incident_months)


def type_of(model: CameraModel) -> str:
    """Return the code by which a camera of the model is recorded (GB/T 28181 PTZType)."""
    return PANORAMIC if model.fov >= 360 else FIXED


def fitted(wish: Wish, assumptions: Assumptions) -> Wish:
    """Return the wish with each model's range as coverage will count it once such a camera stands.

    Where a pixel density is set, a camera sees no farther than its pixels allow.
    """
    models = tuple(replace(one, range=counted(one, assumptions)) for one in wish.models)
    return replace(wish, models=models)


def counted(model: CameraModel, assumptions: Assumptions) -> float:
    """Return how far (m) a camera of the model surely sees."""
    record: dict[str, Sequence[object]] = {
        "code": [model.name],
        "x": [0.0],
        "y": [0.0],
        "azimuth": [0.0],
        "horizontal_fov": [model.fov],
        "max_view_distance": [model.range],
        "width_px": [model.width_px],
        "ptz_type": [type_of(model)],
        "room_type": ["1"],
        "status": ["online"],
    }
    return float(make_sectors(read_cameras(record), assumptions).sure.radius[0])
