"""Cameras as columns of numbers, read from rows of any origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Words = NDArray[np.str_]
BAD_CODE = -1


@dataclass(frozen=True)
class Cameras:
    """Cameras, one to a place of each array; NaN and 0 stand for what is not known.

    A device of several lenses is several cameras at one position, as GB/T 28181 lists its
    channels: each has a sector of its own.
    """

    code: Words
    x: Floats  # metres, the deployment's metric CRS
    y: Floats
    azimuth: Floats  # degrees clockwise from north
    direction_type: Codes  # GB/T 28181 DirectionType 1..8
    fov: Floats  # degrees, horizontal
    view_distance: Floats  # metres, as declared
    width_px: Floats
    ptz_type: Codes  # GB/T 28181 PTZType 1..7
    room_type: Codes  # GB/T 28181 RoomType: 1 outdoor, 2 indoor
    status: Words  # a code of the layer's table

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.code)


def read_cameras(rows: Mapping[str, Sequence[object]], count: int | None = None) -> Cameras:
    """Return cameras from columns named as the layer's fields, with ``code``, ``x`` and ``y``.

    None is not known; columns may be missing, codes may be texts. What is no number becomes NaN
    and what is no code ``BAD_CODE``, which `make_sectors` reports. ``count`` is needed only
    where there is no ``code`` column. Raises ValueError for columns of unequal length.
    """
    size = len(rows["code"]) if count is None else count
    cameras = Cameras(
        code=_words(rows.get("code"), size, ""),
        x=_numbers(rows.get("x"), size),
        y=_numbers(rows.get("y"), size),
        azimuth=_numbers(rows.get("azimuth"), size),
        direction_type=_codes(rows.get("direction_type"), size, 8),
        fov=_numbers(rows.get("horizontal_fov"), size),
        view_distance=_numbers(rows.get("max_view_distance"), size),
        width_px=_numbers(rows.get("width_px"), size),
        ptz_type=_codes(rows.get("ptz_type"), size, 7),
        room_type=_codes(rows.get("room_type"), size, 2),
        status=_words(rows.get("status"), size, "unknown"),
    )
    if any(len(values) != size for values in vars(cameras).values()):
        raise ValueError("columns of cameras differ in length")
    return cameras


def _numbers(values: Sequence[object] | None, size: int) -> Floats:
    if values is None:
        return np.full(size, np.nan)
    array = np.asarray(values)
    if array.ndim == 1 and array.dtype.kind in "fiu":
        return array.astype(np.float64)
    return np.array([_number(value) for value in values], dtype=np.float64)


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]  # whatever is no number raises
    except (TypeError, ValueError, OverflowError):
        return float("nan") if value is None else float("inf")


def _codes(values: Sequence[object] | None, size: int, largest: int) -> Codes:
    if values is None:
        return np.zeros(size, dtype=np.int64)
    return np.array([_code(value, largest) for value in values], dtype=np.int64)


def _code(value: object, largest: int) -> int:
    number = 0.0 if value in (None, "") else _number(value)
    if np.isnan(number):
        return 0
    return int(number) if number in range(largest + 1) else BAD_CODE


def _words(values: Sequence[object] | None, size: int, otherwise: str) -> Words:
    if values is None:
        return np.full(size, otherwise, dtype=np.str_)
    return np.array([otherwise if value is None else str(value) for value in values], np.str_)
