"""A siting wish in and out of JSON, and what is said of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from gisapp.coverage.candidates import CameraModel
from gisapp.coverage.densities import BANDS, resolved_range
from gisapp.coverage.siting import Wish
from gisapp.errors import BadParameter
from layers.spec import Text

MOST_MODELS = 4
LONGEST_NAME = 30
MOST_PIXELS = 20_000  # the layer's bound
DEFAULT_MODELS = "枪机:80:60:1"
NEEDED = Text(
    "机型应写作“名称:视场角:距离:费用”，多个以分号隔开，最多 4 个；视场角大于 0、不超过 360 度，"
    "距离大于 0、不超过 5,000 米，费用不为负；距离也可写作“像素@档次”，如 2560@recognise。",
    "A model is name:field angle:range:cost, several separated by semicolons, 4 at most; the angle "
    "is above 0 and at most 360 degrees, the range above 0 and at most 5,000 m, the cost not "
    "negative; a range may be pixels@band, such as 2560@recognise.",
)


def read_models(text: str) -> tuple[CameraModel, ...]:
    """Return the models that a text describes. Raises BadParameter."""
    parts = [part for part in text.split(";") if part.strip()]
    if not 1 <= len(parts) <= MOST_MODELS:
        raise BadParameter(NEEDED)
    return tuple(read_model(part) for part in parts)


def read_model(text: str) -> CameraModel:
    """Return the model that ``name:fov:range:cost`` describes. Raises BadParameter."""
    fields = [field.strip() for field in text.split(":")]
    if len(fields) not in (3, 4) or not 1 <= len(fields[0]) <= LONGEST_NAME:
        raise BadParameter(NEEDED)
    try:
        fov = float(fields[1])
        cost = float(fields[3]) if len(fields) == 4 else 1.0
        if not math.isfinite(cost):
            raise ValueError
        reach, pixels = read_range(fields[2], fov)
        return CameraModel(fields[0], fov, reach, cost, pixels)
    except (ValueError, KeyError) as error:
        raise BadParameter(NEEDED) from error


def read_range(text: str, fov: float) -> tuple[float, int | None]:
    """Return a range in metres, or what so many pixels give at a band of density, and the pixels.

    Raises ValueError and KeyError for what is neither.
    """
    width, at, band = text.partition("@")
    if not at:
        return float(text), None
    pixels = int(width)
    if not 1 <= pixels <= MOST_PIXELS:
        raise ValueError
    density = {item.key: item.density for item in BANDS}[band]
    one = np.array([float(pixels)])
    reach = resolved_range(one, np.array([fov]), density, np.array([fov >= 360]))
    return float(reach[0]), pixels


def write_model(model: CameraModel) -> dict[str, Any]:
    """Return a model as JSON holds it."""
    pixels = {} if model.width_px is None else {"width_px": model.width_px}
    return {
        "name": model.name,
        "fov": model.fov,
        "range": model.range,
        "cost": model.cost,
        **pixels,
    }


def write_wish(wish: Wish) -> dict[str, Any]:
    """Return a wish as JSON holds it: everything that decides the result."""
    return {
        "models": [write_model(model) for model in wish.models],
        "most": wish.most,
        "budget": wish.budget if math.isfinite(wish.budget) else None,
        "per_mount": wish.per_mount,
        "mount_cost": wish.mount_cost,
        "spacing": wish.spacing,
        "possible_share": wish.possible_share,
        "consent_m": wish.consent_m,
        "avoid_consent": wish.avoid_consent,
        "seed": wish.seed,
        "rounds": wish.effort.rounds,
    }


def model_of(held: Mapping[str, Any]) -> CameraModel:
    """Return the model that `write_model` wrote."""
    name, pixels = str(held["name"]), held.get("width_px")
    return CameraModel(name, float(held["fov"]), float(held["range"]), float(held["cost"]), pixels)
